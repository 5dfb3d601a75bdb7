// Runs programs of the checkers' language (core/tests/check/program.h) with goroutines and Go's own
// channels. Programs come on stdin, one a line; for each the output has
//
//	program TEXT
//	0.0 s0=1                 party, number of the operation, result
//	1.0 r0=1
//	1.1 r0 blocked           the operations after it in its party: x0 not begun
//	end deadlock             or: end done
//
// In Go, a program that ends in "all goroutines are asleep - deadlock!" ends its process. So the
// programs run in a child, which writes each result when it is there. If the runtime ends the child
// with this message, the missing operations were blocked, and a new child runs the next program.
// Operations with a deadline are not run: their results depend on time.
// SPDX-License-Identifier: MIT
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"reflect"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"sync"
)

type opCase struct {
	send  bool
	c     chan int
	value int
	text  string
}

type op struct {
	kind  byte // 's', 'r', 'x' or '['
	try   bool
	text  string
	cases []opCase
}

func fail(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "interpret: "+format+"\n", args...)
	os.Exit(3)
}

// parse reads a program's text, as written by program_print(): it checks only what it needs.
func parse(text string) [][]op {
	const usage = "%q: no program: give CHANNELS | OPERATIONS | OPERATIONS"
	defer func() {
		if recover() != nil { // such as an index out of range
			fail(usage, text)
		}
	}()
	sections := strings.Split(text, "|")
	if len(sections) < 2 {
		fail(usage, text)
	}
	var chans []chan int
	for _, capacity := range strings.Fields(sections[0]) {
		if capacity == "n" {
			chans = append(chans, nil)
			continue
		}
		n, err := strconv.Atoi(capacity)
		if err != nil {
			fail("%q: no capacity %q", text, capacity)
		}
		chans = append(chans, make(chan int, n))
	}
	parseCase := func(s string) opCase {
		if len(s) < 2 {
			fail("%q: not run here: %q", text, s)
		}
		i := int(s[1] - '0')
		if i < 0 || i >= len(chans) {
			fail("%q: no channel in %q", text, s)
		}
		c := opCase{c: chans[i], text: s}
		switch s[0] {
		case 's', 'S':
			c.send = true
			n, err := strconv.Atoi(s[3:])
			if err != nil {
				fail("%q: no value in %q", text, s)
			}
			c.value = n
		case 'r', 'R', 'x':
		default:
			fail("%q: not run here: %q", text, s)
		}
		return c
	}
	var parties [][]op
	for _, section := range sections[1:] {
		var ops []op
		for _, s := range strings.Fields(section) {
			o := op{kind: s[0], text: s}
			switch s[0] {
			case 'S', 'R':
				o.kind, o.try = s[0]-'A'+'a', true
				fallthrough
			case 's', 'r', 'x', 't', 'u':
				o.cases = []opCase{parseCase(s)}
			case '[':
				for _, c := range strings.Split(strings.Trim(s, "[]"), ",") {
					if c == "-" {
						o.try = true
					} else if c != "" {
						o.cases = append(o.cases, parseCase(c))
					}
				}
			default:
				fail("%q: no operation %q", text, s)
			}
			ops = append(ops, o)
		}
		parties = append(parties, ops)
	}
	return parties
}

// The result of a select: the case that happened, or -1 for default; and what was received.
type choice struct {
	chosen, value int
	ok            bool
}

// The shapes of select that the compiler knows are written as statements, so that the compiler's
// code runs. One case with default is a non-blocking send or receive.
func select1(a opCase, try bool) choice {
	if a.send && try {
		select {
		case a.c <- a.value:
			return choice{}
		default:
			return choice{chosen: -1}
		}
	}
	if a.send {
		select {
		case a.c <- a.value:
			return choice{}
		}
	}
	if try {
		select {
		case v, ok := <-a.c:
			return choice{0, v, ok}
		default:
			return choice{chosen: -1}
		}
	}
	select {
	case v, ok := <-a.c:
		return choice{0, v, ok}
	}
}

// sides gives a case's channel to either a send or a receive. The other gets nil, which is never
// ready: so one statement covers every choice of two cases.
func (c opCase) sides() (send chan<- int, recv <-chan int) {
	if c.send {
		return c.c, nil
	}
	return nil, c.c
}

func select2(a, b opCase, try bool) choice {
	aSend, aRecv := a.sides()
	bSend, bRecv := b.sides()
	if try {
		select {
		case aSend <- a.value:
			return choice{}
		case v, ok := <-aRecv:
			return choice{0, v, ok}
		case bSend <- b.value:
			return choice{chosen: 1}
		case v, ok := <-bRecv:
			return choice{1, v, ok}
		default:
			return choice{chosen: -1}
		}
	}
	select {
	case aSend <- a.value:
		return choice{}
	case v, ok := <-aRecv:
		return choice{0, v, ok}
	case bSend <- b.value:
		return choice{chosen: 1}
	case v, ok := <-bRecv:
		return choice{1, v, ok}
	}
}

func selectMany(cases []opCase, try bool) choice {
	var list []reflect.SelectCase
	for _, c := range cases {
		s := reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(c.c)}
		if c.send {
			s.Dir, s.Send = reflect.SelectSend, reflect.ValueOf(c.value)
		}
		list = append(list, s)
	}
	if try {
		list = append(list, reflect.SelectCase{Dir: reflect.SelectDefault})
	}
	chosen, v, ok := reflect.Select(list)
	switch {
	case chosen == len(cases):
		return choice{chosen: -1}
	case cases[chosen].send:
		return choice{chosen: chosen}
	}
	return choice{chosen, int(v.Int()), ok}
}

func received(text string, v int, ok bool) string {
	switch {
	case ok:
		return fmt.Sprintf("%s=%d", text, v)
	case v != 0:
		return fmt.Sprintf("%s closed, but %d", text, v)
	}
	return text + "=closed"
}

// run does one operation and returns its result, in the words of program_print_result().
func (o op) run() (result string) {
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		message := fmt.Sprint(r)
		closing := message == "close of closed channel" || message == "close of nil channel"
		if o.kind == 'x' && closing || o.kind != 'x' && message == "send on closed channel" {
			result = o.text + " panic"
		} else {
			result = o.text + " panic: " + message // no such end in C
		}
	}()
	a := opCase{}
	if len(o.cases) > 0 {
		a = o.cases[0]
	}
	switch {
	case o.kind == 'x':
		close(a.c)
		return o.text
	case o.kind == 's' && !o.try:
		a.c <- a.value
		return o.text
	case o.kind == 'r' && !o.try:
		v, ok := <-a.c
		return received(o.text, v, ok)
	}
	var c choice
	switch {
	case len(o.cases) == 0 && !o.try:
		select {}
	case len(o.cases) == 1:
		c = select1(a, o.try)
	case len(o.cases) == 2:
		c = select2(a, o.cases[1], o.try)
	default:
		c = selectMany(o.cases, o.try)
	}
	if c.chosen < 0 {
		if o.kind == 'r' {
			return o.text + "=nothing"
		}
		return o.text + " nothing"
	}
	chosen := o.cases[c.chosen]
	text := o.text
	if o.kind == '[' {
		text = "[" + chosen.text + "]"
	}
	if chosen.send {
		return text
	}
	return received(text, c.value, c.ok)
}

// runProgram writes each result when it is there: a deadlock leaves no time for it afterwards.
func runProgram(text string) {
	parties := parse(text)
	os.Stdout.WriteString("program " + text + "\n")
	var wg sync.WaitGroup
	for p := range parties {
		wg.Add(1)
		go func(p int) {
			defer wg.Done()
			for i, o := range parties[p] {
				if rand.Intn(4) == 0 {
					runtime.Gosched() // so that the last goroutine made does not always run first
				}
				os.Stdout.WriteString(fmt.Sprintf("%d.%d %s\n", p, i, o.run()))
			}
		}(p)
	}
	wg.Wait()
	os.Stdout.WriteString("end done\n")
}

func readPrograms() []string {
	var programs []string
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		parse(in.Text()) // or fails before any program has run
		programs = append(programs, in.Text())
	}
	if err := in.Err(); err != nil {
		fail("standard input: %v", err)
	}
	if len(programs) == 0 {
		fail("standard input: is empty: give programs, one a line")
	}
	return programs
}

const deadlock = "fatal error: all goroutines are asleep - deadlock!"

// runSome runs programs in a child, up to the first that deadlocks; returns how many it ran.
func runSome(programs []string, out *bufio.Writer) int {
	child := exec.Command(os.Args[0], "child")
	child.Stdin = strings.NewReader(strings.Join(programs, "\n"))
	var stdout, stderr bytes.Buffer
	child.Stdout, child.Stderr = &stdout, &stderr
	err := child.Run()
	asleep := strings.HasPrefix(stderr.String(), deadlock) && child.ProcessState.ExitCode() == 2
	if err != nil && !asleep {
		fail("%v: %s", err, stderr.String())
	}
	ran := 0
	var lines []string
	for _, line := range strings.Split(strings.TrimSuffix(stdout.String(), "\n"), "\n") {
		switch {
		case strings.HasPrefix(line, "program "):
			fmt.Fprintln(out, line)
			lines = nil
			ran++
		case strings.HasPrefix(line, "end "):
			writeSorted(out, lines)
			fmt.Fprintln(out, line)
		default:
			lines = append(lines, line)
		}
	}
	if !asleep {
		return ran
	}
	for p, ops := range parse(programs[ran-1]) {
		missing := " blocked"
		for i, o := range ops {
			prefix := fmt.Sprintf("%d.%d ", p, i)
			if !hasPrefix(lines, prefix) {
				lines = append(lines, prefix+o.text+missing)
				missing = " not begun"
			}
		}
	}
	writeSorted(out, lines)
	fmt.Fprintln(out, "end deadlock")
	return ran
}

func hasPrefix(lines []string, prefix string) bool {
	for _, line := range lines {
		if strings.HasPrefix(line, prefix) {
			return true
		}
	}
	return false
}

func writeSorted(out *bufio.Writer, lines []string) {
	sort.Strings(lines)
	for _, line := range lines {
		fmt.Fprintln(out, line)
	}
}

func main() {
	isChild := len(os.Args) == 2 && os.Args[1] == "child"
	if len(os.Args) > 1 && !isChild {
		fail("%s: give programs on standard input, and no words", os.Args[1])
	}
	programs := readPrograms()
	if isChild {
		for _, text := range programs {
			runProgram(text)
		}
		return
	}
	const atOnce = 32 // a child that ends early has read this many in vain, at most
	out := bufio.NewWriter(os.Stdout)
	for len(programs) > 0 {
		n := len(programs)
		if n > atOnce {
			n = atOnce
		}
		programs = programs[runSome(programs[:n], out):]
	}
	if err := out.Flush(); err != nil {
		fail("standard output: %v", err)
	}
}
