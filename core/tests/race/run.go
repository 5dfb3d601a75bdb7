// The programs of cases.txt over Go's channels, for its race detector: see race_go_test, and run.c,
// which does the same in C.
//
//	run CASES         lists the programs, each with its verdict
//	run CASES NAME    runs one; the status is 66 if the race detector has reported anything
//
// SPDX-License-Identifier: MIT
package main

import (
	"context"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"
)

type large [16]int

// What the parties share: the variables x and y.
type world[T any] struct {
	channels map[byte]chan T
	shared   [2]T
	said     [10]bool
	later    []string
	started  int
	ends     sync.WaitGroup
	mutex    sync.Mutex
	group    sync.WaitGroup
	once     sync.Once
	context  context.Context
	done     <-chan struct{} // of it
	cancel   context.CancelFunc
	armed    <-chan struct{}
	disarm   context.CancelFunc // kept, and not called
	words    [2]*int            // of x and y: what "x=" writes and "x" reads
}

//go:norace
func (w *world[T]) say(n byte) { w.said[n-'0'] = true }

//go:norace
func (w *world[T]) hear(n byte) {
	for !w.said[n-'0'] {
		runtime.Gosched()
	}
}

//go:norace
func (w *world[T]) next() string {
	w.started++
	return w.later[(w.started-1)%len(w.later)]
}

//go:norace
func (w *world[T]) setArmed(done <-chan struct{}) { w.armed = done }

//go:norace
func (w *world[T]) isArmed() <-chan struct{} { return w.armed }

// A context that expires before anybody asks for its channel has one that all such contexts share:
// then it makes another.
func (w *world[T]) arm() {
	var ctx context.Context
	for w.isArmed() == nil {
		ctx, w.disarm = context.WithTimeout(context.Background(), time.Millisecond)
		if done := ctx.Done(); ctx.Err() == nil {
			w.setArmed(done)
		}
	}
}

// A child that is left is cancelled, as Go demands.
func leave(parent context.Context, cancelled bool) {
	ctx, cancel := context.WithCancel(parent)
	if cancelled {
		<-ctx.Done()
	}
	cancel()
}

// What is done with contexts. False if there is no such operation.
func (w *world[T]) contexts(word string) bool {
	switch word {
	case "cancel":
		w.cancel()
	case "ended":
		<-w.done
	case "below", "child":
		leave(w.context, word == "below")
	case "error":
		for w.context.Err() == nil {
			runtime.Gosched()
		}
	case "orphan":
		leave(context.Background(), false)
	case "arm":
		w.arm()
	case "expired":
		for w.isArmed() == nil {
			runtime.Gosched()
		}
		<-w.isArmed()
	default:
		return false
	}
	return true
}

func (w *world[T]) start(line string) {
	w.ends.Add(1)
	go func() {
		w.line(line)
		w.finish()
	}()
}

// The end of a goroutine orders it before the last line, and nothing else.
func (w *world[T]) finish() { w.ends.Done() }

func (w *world[T]) variable(how string, own *T) (*T, string) {
	if how != "" && (how[0] == 'x' || how[0] == 'y') {
		return &w.shared[how[0]-'x'], how[1:]
	}
	return own, how
}

func (w *world[T]) channel(word string) {
	c := w.channels[word[0]]
	var own T
	elem, how := w.variable(word[2:], &own)
	send := word[1] == '!'
	switch {
	case how == "panic":
		defer func() {
			if recover() == nil {
				panic("no panic")
			}
		}()
		c <- *elem
	case (how == "" || how == "end") && send:
		c <- *elem
	case how == "":
		*elem = <-c
	// A deadline's timer would order those that use it. Here nothing waits.
	case (how == "try" || how == "soon") && send:
		select {
		case c <- *elem:
		default:
		}
	case how == "try" || how == "soon":
		select {
		case *elem = <-c:
		default:
		}
	case strings.HasPrefix(how, "unless:"):
		select {
		case *elem = <-c:
		case <-w.channels[how[7]]:
		}
	default:
		panic(word)
	}
}

func (w *world[T]) choose(list string) {
	var cases []reflect.SelectCase
	var elems []*T
	for _, word := range strings.Split(list, ",") {
		elem := new(T)
		switch {
		case word == "default":
			cases = append(cases, reflect.SelectCase{Dir: reflect.SelectDefault})
		case word[1] == '!':
			elem, _ = w.variable(word[2:], elem)
			cases = append(cases, reflect.SelectCase{Dir: reflect.SelectSend,
				Chan: reflect.ValueOf(w.channels[word[0]]), Send: reflect.ValueOf(*elem)})
		default:
			elem, _ = w.variable(word[2:], elem)
			cases = append(cases, reflect.SelectCase{Dir: reflect.SelectRecv,
				Chan: reflect.ValueOf(w.channels[word[0]])})
		}
		elems = append(elems, elem)
	}
	chosen, value, _ := reflect.Select(cases)
	if cases[chosen].Dir == reflect.SelectRecv {
		*elems[chosen] = value.Interface().(T)
	}
}

//go:noinline
func frame(words *large) int {
	sum := 0
	for i := range words {
		words[i] = i
	}
	for i := range words {
		sum += words[i]
	}
	return sum
}

func (w *world[T]) named(word string) {
	c := w.channels[word[len(word)-1]]
	switch word[:len(word)-2] {
	case "close":
		close(c)
	case "range":
		for range c {
		}
	case "recvs", "sends": // in Go nothing tells; the verdict must not depend on it
		time.Sleep(5 * time.Millisecond)
	case "len":
		for len(c) == 0 {
			runtime.Gosched()
		}
	default:
		panic(word)
	}
}

func (w *world[T]) word(word string) {
	switch {
	case word == "x" || word == "x=" || word == "y" || word == "y=":
		if v := w.words[word[0]-'x']; word[1:] == "=" {
			*v = 1
		} else {
			observe(*v)
		}
	case len(word) > 1 && (word[1] == '!' || word[1] == '?'):
		w.channel(word)
	case strings.HasPrefix(word, "select:"):
		w.choose(word[7:])
	case strings.HasPrefix(word, "say"):
		w.say(word[3])
	case strings.HasPrefix(word, "hear"):
		w.hear(word[4])
	case word == "go":
		w.start(w.next())
	case word == "yield":
		runtime.Gosched()
	case word == "new":
		_ = make(chan T, 1)
	case word == "own":
		c := make(chan T, 1)
		var value T
		c <- value
		<-c
	case word == "frame":
		var words large
		frame(&words)
	case word == "keep" || word == "drop": // Go has no references
	case word == "lock":
		w.mutex.Lock()
	case word == "unlock":
		w.mutex.Unlock()
	case word == "add":
		w.group.Add(1)
	case word == "done":
		w.group.Done()
	case word == "wait":
		w.group.Wait()
	case word == "waits": // as "recvs"
		time.Sleep(5 * time.Millisecond)
	case word == "once":
		w.once.Do(func() { *w.words[0] = 1 })
	case word == "apart":
		*w.words[0] = 1
	case word == "timer":
		<-time.After(time.Millisecond)
	case word == "ticker":
		t := time.NewTicker(time.Millisecond)
		time.Sleep(4 * time.Millisecond)
		t.Stop()
	case w.contexts(word):
	default:
		w.named(word)
	}
}

func (w *world[T]) line(line string) {
	words := strings.Fields(line)
	for i, word := range words {
		if strings.HasPrefix(word, "times:") {
			n, _ := strconv.Atoi(word[6:])
			for ; n > 0; n-- {
				w.line(strings.Join(words[i+1:], " "))
			}
			return
		}
		w.word(word)
	}
}

type program struct {
	verdict, name, size, first, last string
	capacity                         map[byte]int
	parties, later                   []string
}

//go:noinline
func observe(int) {}

func run[T any](p program, word func(*T) *int) {
	w := &world[T]{channels: map[byte]chan T{}, later: p.later}
	for i := range w.words {
		w.words[i] = word(&w.shared[i])
	}
	for _, name := range []byte("cde") {
		w.channels[name] = make(chan T, p.capacity[name])
	}
	w.context, w.cancel = context.WithCancel(context.Background())
	w.done = w.context.Done()
	w.line(p.first)
	for _, party := range p.parties {
		w.start(party)
	}
	w.ends.Wait()
	w.line(p.last)
}

func read(path string) (programs []program) {
	text, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	for _, line := range strings.Split(string(text), "\n") {
		words := strings.Fields(line)
		if len(words) == 0 || words[0][0] == '#' {
			continue
		}
		if line[0] != ' ' {
			p := program{verdict: words[0], name: words[1], capacity: map[byte]int{}}
			for _, word := range words[2:] {
				if strings.HasPrefix(word, "go=") {
					p.verdict = word[3:]
				} else if word[1] == '=' {
					p.capacity[word[0]], _ = strconv.Atoi(word[2:])
				} else {
					p.size = word
				}
			}
			programs = append(programs, p)
			continue
		}
		p := &programs[len(programs)-1]
		rest := strings.Join(words[1:], " ")
		switch words[0] {
		case "first:":
			p.first = rest
		case "last:":
			p.last = rest
		case "later:":
			p.later = append(p.later, rest)
		default:
			p.parties = append(p.parties, strings.Join(words, " "))
		}
	}
	return
}

func main() {
	for _, p := range read(os.Args[1]) {
		switch {
		case len(os.Args) == 2:
			fmt.Println(p.verdict, p.name)
		case os.Args[2] != p.name:
		case p.size == "size=empty": // such a variable cannot race: others stand for it
			run(p, func(*struct{}) *int { return new(int) })
		case p.size == "size=large":
			run(p, func(v *large) *int { return &v[0] })
		default:
			run(p, func(v *int) *int { return v })
		}
	}
}
