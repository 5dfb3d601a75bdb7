// Programs that show whether a scheduler of goroutines is fair: Go's. See fairness.c.
// SPDX-License-Identifier: MIT
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync/atomic"
	"time"
)

var (
	runs, alive                           atomic.Int64
	over                                  atomic.Bool
	mostAlive, mostRuns, mostNs, mostLate int64
	a, b                                  = make(chan int64), make(chan int64)
	began                                 = time.Now()
)

func max(a, b int64) int64 { // Debian's Go does not have it
	if a > b {
		return a
	}
	return b
}

func nanotime() int64 { return int64(time.Since(began)) }

func countRun() { runs.Add(1) }

func waited(sinceRuns, since int64) {
	mostRuns = max(mostRuns, runs.Load()-sinceRuns)
	mostNs = max(mostNs, nanotime()-since)
}

func answer() {
	value := <-a
	countRun()
	sinceRuns, since := runs.Load(), nanotime()
	b <- value
	countRun()
	waited(sinceRuns, since)
	alive.Add(-1)
}

func starve() {
	for i := int64(0); i < 100000; i++ {
		alive.Add(1)
		go answer()
		a <- i
		<-b
		countRun()
		mostAlive = max(mostAlive, alive.Load())
	}
}

func compute() {
	for !over.Load() {
		for start := nanotime(); nanotime()-start < 5000000; {
		}
		runtime.Gosched()
	}
}

func timers() {
	never := make(chan int64)
	for i := 0; i < 4; i++ {
		go compute()
	}
	for i := 0; i < 10; i++ {
		deadline := nanotime() + 50000000
		select {
		case <-never:
		case <-time.After(50 * time.Millisecond):
		}
		mostLate = max(mostLate, nanotime()-deadline)
	}
	over.Store(true)
}

func yield() {
	for !over.Load() {
		sinceRuns, since := runs.Load(), nanotime()
		runtime.Gosched()
		countRun()
		waited(sinceRuns, since)
	}
}

func playBack() {
	for v := range a {
		countRun()
		b <- v
	}
}

func pair() {
	go playBack()
	for i := 0; i < 100; i++ {
		go yield()
	}
	for i := int64(0); i < 1000000; i++ {
		a <- i
		<-b
		countRun()
	}
	over.Store(true)
	close(a)
}

var closedAt, closedRuns int64

func waitForClose(done chan bool) {
	mostAlive = max(mostAlive, alive.Add(1))
	<-a
	countRun()
	waited(closedRuns, closedAt)
	if alive.Add(-1) == 0 {
		done <- true
	}
}

func closeMany() {
	done := make(chan bool)
	for i := 0; i < 100000; i++ {
		go waitForClose(done)
	}
	for alive.Load() < 100000 {
		runtime.Gosched()
	}
	closedRuns = runs.Load()
	closedAt = nanotime()
	close(a)
	<-done
}

func count(measured bool, n int64) string {
	if !measured {
		return " -"
	}
	return fmt.Sprintf(" %d", n)
}

func ms(measured bool, ns int64) string {
	if !measured {
		return " -"
	}
	return fmt.Sprintf(" %.3f", float64(ns)/1e6)
}

func main() {
	programs := []struct {
		name              string
		body              func()
		alive, wait, late bool
	}{
		{"starve", starve, true, true, false},
		{"timers", timers, false, false, true},
		{"pair", pair, false, true, false},
		{"close", closeMany, true, true, false},
	}
	procs := 0
	if len(os.Args) == 3 {
		procs, _ = strconv.Atoi(os.Args[2])
	}
	for _, p := range programs {
		if procs > 0 && p.name == os.Args[1] {
			runtime.GOMAXPROCS(procs)
			p.body()
			fmt.Println(count(p.alive, mostAlive) + count(p.wait, mostRuns) + ms(p.wait, mostNs) + ms(p.late, mostLate))
			return
		}
	}
	fmt.Fprintln(os.Stderr, "fairness: give a program and a number of Ps: fairness starve 1")
	os.Exit(2)
}
