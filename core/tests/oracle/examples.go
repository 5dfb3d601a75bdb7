// The lesson's ten example programs, each as in the lesson, and Go's fatal ends.
// core/tests/oracle/examples.c is compared with them.
//
//	examples NUMBER|NAME
//
// If main could end before its goroutine has printed, these wait for the goroutine instead of
// sleeping: `printed`. If two goroutines print, the order of the lines depends on the schedule, so
// oracle_test compares the lines sorted.
// SPDX-License-Identifier: MIT
package main

import (
	"fmt"
	"os"
	"sync"
	"time"
)

var printed sync.WaitGroup

// send finds a receiver waiting (direct handoff)
func example1() {
	ch := make(chan int)
	printed.Add(1)
	go func() {
		defer printed.Done()
		v := <-ch
		fmt.Println("received", v)
	}()
	time.Sleep(10 * time.Millisecond) // let the receiver park
	ch <- 42                          // direct handoff
	printed.Wait()
}

// send with no receiver, no buffer (park); "received 42" and "send returned" come in either order
func example2() {
	ch := make(chan int)
	printed.Add(1)
	go func() {
		defer printed.Done()
		time.Sleep(100 * time.Millisecond)
		v := <-ch
		fmt.Println("received", v)
	}()
	fmt.Println("about to send")
	ch <- 42 // parks for ~100 ms
	fmt.Println("send returned")
	printed.Wait()
}

// buffered send, room available (buffer hop)
func example3() {
	ch := make(chan int, 3)
	ch <- 1
	ch <- 2
	ch <- 3
	fmt.Println("three sends complete without blocking")
	fmt.Println(<-ch, <-ch, <-ch)
}

// buffered send, buffer full (park); "drain 1" and "third send returned" come in either order
func example4() {
	ch := make(chan int, 2)
	ch <- 1
	ch <- 2
	printed.Add(1)
	go func() {
		defer printed.Done()
		time.Sleep(50 * time.Millisecond)
		fmt.Println("drain", <-ch)
	}()
	fmt.Println("about to send the third")
	ch <- 3 // parks until the goroutine drains one
	fmt.Println("third send returned")
	printed.Wait()
}

// receive-with-ok on closed channel
func example5() {
	ch := make(chan int)
	close(ch)
	v, ok := <-ch
	fmt.Println(v, ok)
}

// send on closed channel panics
func example6() {
	defer func() {
		if r := recover(); r != nil {
			fmt.Println("recovered:", r)
		}
	}()
	ch := make(chan int)
	close(ch)
	ch <- 1 // panics
}

// closed channel drains buffer before zero
func example7() {
	ch := make(chan int, 3)
	ch <- 1
	ch <- 2
	close(ch)
	fmt.Println(<-ch) // 1
	fmt.Println(<-ch) // 2
	v, ok := <-ch
	fmt.Println(v, ok) // 0 false
}

// a sender wakes a parked receiver
func example8() {
	ch := make(chan int)
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		v := <-ch
		fmt.Println("got", v)
	}()
	ch <- 99
	wg.Wait()
}

// receiver-first vs sender-first symmetric
func example9() {
	a := make(chan int)
	b := make(chan int)
	go func() { a <- 1 }()
	go func() { b <- 2 }()
	fmt.Println(<-a, <-b)
}

// a buffered channel never directly hands off if buffer has data
func example10() {
	ch := make(chan int, 2)
	ch <- 1
	ch <- 2 // buffer is now full
	printed.Add(1)
	go func() {
		defer printed.Done()
		time.Sleep(10 * time.Millisecond)
		fmt.Println(<-ch) // pulls from buffer slot 0 → 1
	}()
	ch <- 3 // parks; when receiver runs, it pulls 1 from the buffer
	printed.Wait()
}

// The ends that the lesson names: each with its message on stderr and status 2.

func sendClosed() {
	ch := make(chan int)
	close(ch)
	ch <- 1
}

// A close finds a parked sender, which panics; its value is discarded.
func sendClosedWhileParked() {
	ch := make(chan int)
	go func() {
		time.Sleep(10 * time.Millisecond)
		close(ch)
	}()
	ch <- 1
}

func closeClosed() {
	ch := make(chan int)
	close(ch)
	close(ch)
}

func closeNil() {
	var ch chan int
	close(ch)
}

// Not panics in C: makechan() returns NULL with E2BIG there, and the C program prints Go's message.
func makeNegative() {
	n := -1
	_ = make(chan int, n)
}

func makeHuge() {
	n := 1 << 62
	_ = make(chan int, n)
}

func deadlockReceive() {
	ch := make(chan int)
	<-ch
}

func deadlockSend() {
	ch := make(chan int, 1)
	ch <- 1
	ch <- 2
}

func deadlockNil() {
	var ch chan int
	<-ch
}

func deadlockTwo() {
	a := make(chan int)
	b := make(chan int)
	go func() {
		<-a
		b <- 1
	}()
	<-b
	a <- 1
}

var programs = map[string]func(){
	"1": example1, "2": example2, "3": example3, "4": example4, "5": example5,
	"6": example6, "7": example7, "8": example8, "9": example9, "10": example10,
	"send-closed": sendClosed, "send-closed-while-parked": sendClosedWhileParked,
	"close-closed": closeClosed, "close-nil": closeNil,
	"make-negative": makeNegative, "make-huge": makeHuge,
	"deadlock-receive": deadlockReceive, "deadlock-send": deadlockSend,
	"deadlock-nil": deadlockNil, "deadlock-two": deadlockTwo,
}

func main() {
	if len(os.Args) != 2 || programs[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "examples: give one example's number or name")
		os.Exit(3)
	}
	programs[os.Args[1]]()
}
