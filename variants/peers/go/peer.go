// Go's channels as a peer (see ../README.md): the scenarios in goroutines, the process bound to the
// cell's PUs and as many Ps as there are of them; and Go's own benchmarks, run from the test program
// of package runtime.
// SPDX-License-Identifier: MIT
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

var runtimeTests = findRuntimeTests() // the test program of package runtime, or ""

// It lies beside the folder of peers.
func findRuntimeTests() string {
	self, err := os.Executable()
	if err != nil {
		return ""
	}
	return filepath.Join(filepath.Dir(self), "..", "go-runtime.test")
}

const (
	statusOK = iota
	statusTimeout
	statusFailed
	statusSkipped
	statusLacking
)

type arguments struct {
	scenario                        string
	capacity, elem, threads, work   uint64 // threads: 0 where the cell does not say
	turns                           uint64 // of thinking: --turns, or else as many as work
	process, samples, window, limit uint64
	pus                             []int // distinct
	ack, check                      bool
}

type sample struct {
	ops, window                      float64
	overlap, fairness, cpu, switches float64
}

const absent = math.MaxUint64 // of a capacity that the cell does not say

var args = arguments{capacity: absent, elem: 8, samples: 5, window: 10000000}

func refuse(format string, a ...interface{}) {
	fmt.Fprintf(os.Stderr, "go: "+format+"\n", a...)
	os.Exit(2)
}

// --- records ---

// Writes a record as a line and waits for the acknowledgement where one is awaited.
func put(record interface{}) {
	line, err := json.Marshal(record)
	if err == nil {
		_, err = os.Stdout.Write(append(line, '\n'))
	}
	if err == nil && args.ack {
		var ack [1]byte
		_, err = os.Stdin.Read(ack[:])
	}
	if err != nil {
		os.Exit(4) // whoever read is gone
	}
}

func end(status int, format string, a ...interface{}) {
	put(map[string]interface{}{
		"kind": "end", "status": status, "message": fmt.Sprintf(format, a...)})
	if status != statusOK {
		os.Exit(5)
	}
	os.Exit(0)
}

// JSON has no NaN.
func number(x float64) interface{} {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return x
}

func putSample(index int, s sample) {
	put(map[string]interface{}{
		"kind": "sample", "process": args.process, "index": index, "ops": uint64(s.ops),
		"ns_per_op": s.window / s.ops, "window_ns": s.window, "overlap": number(s.overlap),
		"cpu_ns_per_op": number(s.cpu / s.ops), "switches_per_op": number(s.switches / s.ops),
		"fairness": number(s.fairness)})
}

// --- where it runs ---

type cpuSet [16]uint64

func affinity(tid int) (set cpuSet, ok bool) {
	_, _, e := syscall.RawSyscall(syscall.SYS_SCHED_GETAFFINITY, uintptr(tid), unsafe.Sizeof(set),
		uintptr(unsafe.Pointer(&set)))
	return set, e == 0
}

func wantedSet() (set cpuSet) {
	for _, pu := range args.pus {
		set[pu/64] |= 1 << (pu % 64)
	}
	return set
}

// Binds the process: the runtime has threads already, so it is bound, and started again.
func bind() {
	const again = "HCHANLAB_PEER_BOUND"
	want := wantedSet()
	if have, ok := affinity(0); ok && have == want {
		os.Unsetenv(again)
		runtime.GOMAXPROCS(len(args.pus))
		return
	}
	runtime.LockOSThread()
	_, _, e := syscall.RawSyscall(syscall.SYS_SCHED_SETAFFINITY, 0, unsafe.Sizeof(want),
		uintptr(unsafe.Pointer(&want)))
	if e != 0 || os.Getenv(again) != "" {
		end(statusSkipped, "the process could not be bound to PUs %v", args.pus)
	}
	err := syscall.Exec("/proc/self/exe", os.Args, append(os.Environ(), again+"=1"))
	end(statusSkipped, "it could not be started again, bound: %v", err)
}

// Looks whether every thread is where it should be.
func checkBound() {
	tasks, err := os.ReadDir("/proc/self/task")
	if err != nil {
		end(statusSkipped, "its threads can't be listed: %v", err)
	}
	for _, task := range tasks {
		tid, _ := strconv.Atoi(task.Name())
		if set, ok := affinity(tid); ok && set != wantedSet() {
			end(statusSkipped, "a thread was not bound to PUs %v", args.pus)
		}
	}
}

// CPU time and context switches of the process.
func usage() (cpu, switches float64) {
	var r syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	return float64(r.Utime.Nano() + r.Stime.Nano()), float64(r.Nvcsw + r.Nivcsw)
}

// --- the scenarios ---

// A goroutine that sends or receives. Its count is stored without atomic.Store, which is an
// exchange on x86 and would be part of what is timed; a word that one writes and others look at is
// whole on every machine that Go has 64 bits on.
type party struct {
	_   [128]byte
	ops uint64
	sum uint64 // of its values, spread; with --check
	_   [112]byte
}

// Spreads a value, so that sums differ where one was lost, changed, or came twice.
func spread(v uint64) uint64 {
	v = (v ^ v>>30) * 0xbf58476d1ce4e5b9
	v = (v ^ v>>27) * 0x94d049bb133111eb
	return v ^ v>>31
}

//go:noinline
func think(turns, x uint64) uint64 {
	for i := uint64(0); i < turns; i++ {
		x = x*6364136223846793005 + 1
	}
	return x
}

type prodCons struct {
	c          chan uint64
	parties    []party
	stop       uint32
	producing  int32
	disordered uint32
	done       sync.WaitGroup
}

func (p *prodCons) produce(i int) {
	self := &p.parties[i]
	sent, x := uint64(0), uint64(i)
	for atomic.LoadUint32(&p.stop) == 0 {
		if args.turns > 0 {
			x = think(args.turns, x)
		}
		value := uint64(i)<<40 | sent
		p.c <- value
		if args.check {
			self.sum += spread(value)
		}
		sent++
	}
	self.ops = sent // only consumers are timed
	if atomic.AddInt32(&p.producing, -1) == 0 {
		close(p.c)
	}
}

func (p *prodCons) consume(i int) {
	self := &p.parties[i]
	next := make([]uint64, len(p.parties))
	received, x := uint64(0), uint64(i)
	for {
		value, ok := <-p.c
		if !ok {
			break
		}
		if args.check {
			self.sum += spread(value)
			sender, n := value>>40, value&(1<<40-1)
			if n < next[sender] {
				atomic.StoreUint32(&p.disordered, 1)
			}
			next[sender] = n + 1
		}
		received++
		self.ops = received
		if args.turns > 0 {
			x = think(args.turns, x)
		}
	}
}

// Looks at everybody's progress; true where each consumer has had some values since `before`.
func (p *prodCons) look(before, now []uint64) bool {
	all := true
	for i := range p.parties {
		now[i] = atomic.LoadUint64(&p.parties[i].ops)
		all = all && (i%2 == 0 || now[i]-before[i] >= 8)
	}
	return all
}

// As in the lab's harness: sleeps a step at a time until each consumer has had some values, or for 32
// windows. Returns how long the window is to be, which is fixed before it begins: twice as long as that
// took, but one window at least and 32 at most. none is all zero.
func (p *prodCons) runIn(none, now []uint64) time.Duration {
	start := time.Now()
	least, most := time.Duration(args.window), 32*time.Duration(args.window)
	for {
		time.Sleep(least / 8)
		took := time.Since(start)
		if !p.look(none, now) && took < most {
			continue
		}
		switch {
		case 2*took < least:
			return least
		case 2*took > most:
			return most
		}
		return 2 * took
	}
}

func (p *prodCons) verdict() {
	var sent, came, sum uint64
	for i := range p.parties {
		if i%2 == 0 {
			sent += p.parties[i].ops
			sum += p.parties[i].sum
		} else {
			came += p.parties[i].ops
			sum -= p.parties[i].sum
		}
	}
	if sent != came {
		end(statusFailed, "%d values were sent, %d came", sent, came)
	}
	if sum != 0 {
		end(statusFailed, "what came is not what was sent")
	}
	if p.disordered != 0 {
		end(statusFailed, "values of one sender came out of order")
	}
}

func sumCrowd(before, after []uint64) (s sample) {
	var squares, active float64
	consumers := float64(len(before) / 2)
	for i := 1; i < len(before); i += 2 {
		ops := float64(after[i] - before[i])
		s.ops += ops
		squares += ops * ops
		if ops > 0 {
			active++
		}
	}
	s.overlap, s.fairness = math.NaN(), math.NaN()
	if consumers > 1 {
		s.overlap = active / consumers
		s.fairness = s.ops * s.ops / (consumers * squares)
	}
	return s
}

func crowdWindow() sample {
	n := int(args.threads)
	p := &prodCons{c: make(chan uint64, args.capacity), parties: make([]party, n)}
	p.producing = int32(n / 2)
	before, after := make([]uint64, n), make([]uint64, n)
	p.done.Add(n)
	for i := 0; i < n; i++ {
		go func(i int) {
			defer p.done.Done()
			if i%2 == 0 {
				p.produce(i)
			} else {
				p.consume(i)
			}
		}(i)
	}
	length := p.runIn(before, after)
	cpu, switches := usage()
	start := time.Now()
	p.look(after, before)
	var stop time.Time
	for any := false; !any; { // a window in which nobody did anything goes on
		time.Sleep(length)
		stop = time.Now()
		p.look(before, after)
		any = stop.Sub(start) >= 32*time.Duration(args.window)
		for i := 1; i < n; i += 2 {
			any = any || after[i] != before[i]
		}
	}
	cpuEnd, switchesEnd := usage()
	atomic.StoreUint32(&p.stop, 1)
	p.done.Wait()
	p.verdict()
	s := sumCrowd(before, after)
	s.window = float64(stop.Sub(start))
	s.cpu, s.switches = cpuEnd-cpu, switchesEnd-switches
	return s
}

func measureCrowd() {
	missed, index := 0, 0
	for i := uint64(0); i < args.samples; i++ {
		s := crowdWindow()
		if s.ops == 0 {
			missed++
			continue
		}
		putSample(index, s)
		index++
	}
	if missed > 0 {
		end(statusTimeout, "no operation ended in %d of %d windows", missed, args.samples)
	}
}

// A scenario with a party that leads and others that serve.
type scenario interface {
	lead(ops uint64)
	begin()                          // the window
	isFedFromBefore(led uint64) bool // whether it has to last longer
	settle(behind uint64)            // waits until the others are behind the lead by no more
	serve(i int)
	finish()
	verdict()
}

// What a lead's window needs where it counts nothing that is done outside of it.
type leadAlone struct{}

func (leadAlone) begin()                      {}
func (leadAlone) isFedFromBefore(uint64) bool { return false }
func (leadAlone) settle(uint64)               {}

// The lead sends and receives in turn; or sends, and another one receives, each a quarter of the
// buffer when it is told that there is room or are values.
type bufferHop struct {
	leadAlone
	c     chan uint64
	stop  uint32
	_     [128]byte
	sent  uint64
	_     [128]byte
	taken uint64
	_     [128]byte
}

func (h *bufferHop) lookFor(number uint64) {
	if v := <-h.c; args.check && v != number {
		end(statusFailed, "what came is not what was sent")
	}
}

func (h *bufferHop) lead(ops uint64) {
	number := h.sent
	if args.threads == 1 {
		for i := uint64(0); i < ops; i++ {
			h.c <- number
			h.lookFor(number)
			number++
		}
		h.sent = number
		return
	}
	chunk := args.capacity / 4
	if chunk == 0 {
		chunk = 1
	}
	for end := number + ops; number < end; {
		upto := number + chunk
		if upto > end {
			upto = end
		}
		for int64(upto-atomic.LoadUint64(&h.taken)) > int64(args.capacity) {
			runtime.Gosched()
		}
		for ; number < upto; number++ {
			h.c <- number
		}
		atomic.StoreUint64(&h.sent, number)
	}
	for atomic.LoadUint64(&h.taken) != number {
		runtime.Gosched()
	}
}

func (h *bufferHop) serve(int) {
	number := uint64(0)
	for {
		upto := atomic.LoadUint64(&h.sent)
		if number == upto {
			if atomic.LoadUint32(&h.stop) != 0 {
				return
			}
			runtime.Gosched()
			continue
		}
		for ; number < upto; number++ {
			h.lookFor(number)
		}
		atomic.StoreUint64(&h.taken, number)
	}
}

func (h *bufferHop) finish()  { atomic.StoreUint32(&h.stop, 1) }
func (h *bufferHop) verdict() {}

// park-wake: an operation is one way.
type pingPong struct {
	leadAlone
	there, back chan uint64
	number      uint64
}

func (p *pingPong) lead(ops uint64) {
	for i := uint64(0); i < ops; i += 2 {
		p.there <- p.number
		if v := <-p.back; args.check && v != p.number {
			end(statusFailed, "what came is not what was sent")
		}
		p.number++
	}
}

func (p *pingPong) serve(int) {
	for v := range p.there {
		p.back <- v
	}
}

func (p *pingPong) finish()  { close(p.there) }
func (p *pingPong) verdict() {}

// A party of a workload: it makes values, or takes them, or takes and makes; -1 is no channel.
type role struct {
	in, out int
	thinks  bool
}

// By what the first party, the second and the others do. Of a pipeline each party takes from the one
// before. The first leads.
var workloads = map[string][3]role{
	"fan-in":      {{0, -1, false}, {-1, 0, true}, {-1, 0, true}},
	"cancel":      {{0, -1, false}, {-1, 0, true}, {-1, 0, true}},
	"fan-out":     {{-1, 0, false}, {0, -1, true}, {0, -1, true}},
	"worker-pool": {{1, -1, false}, {-1, 0, false}, {0, 1, true}},
	"price-quote": {{1, -1, true}, {-1, 0, false}, {0, 1, false}},
	"pipeline":    {},
}

func roleOf(i int) role {
	switch {
	case args.scenario == "pipeline" && i == 0:
		return role{int(args.threads) - 2, -1, true}
	case args.scenario == "pipeline":
		return role{i - 2, i - 1, true}
	case i > 2:
		i = 2
	}
	return workloads[args.scenario][i]
}

const (
	bar   = 64 // quotes in a bar
	burst = 4  // bars' quotes in a burst
)

// A workload. Where the last one who sends on a channel ends, it closes it. Where it can be
// cancelled each send and receive is a select with done.
type workload struct {
	parties    []party
	next       []uint64 // of each sender, as the lead looks at them
	before     []uint64 // what each party had done when the window began
	channels   []chan uint64
	done       chan struct{}
	makers     []int32
	stop       uint32
	disordered uint32
	made       uint64
	taken      uint64
}

func newWorkload() scenario {
	n := int(args.threads)
	w := &workload{parties: make([]party, n), next: make([]uint64, n),
		before: make([]uint64, n), done: make(chan struct{})}
	for i := 0; i < n; i++ {
		r := roleOf(i)
		for len(w.channels) <= r.out {
			capacity := args.capacity
			if args.scenario == "price-quote" && len(w.channels) == 1 {
				capacity = 0
			}
			w.channels = append(w.channels, make(chan uint64, capacity))
			w.makers = append(w.makers, 0)
		}
		if r.out >= 0 {
			w.makers[r.out]++
		}
	}
	return w
}

func (w *workload) leave(out int) {
	if out >= 0 && atomic.AddInt32(&w.makers[out], -1) == 0 {
		close(w.channels[out])
	}
}

// Sums up what was sent, and what came.
func (p *party) add(value uint64) {
	if args.check {
		p.sum += spread(value)
	}
}

func (w *workload) lookAt(self *party, r role, value uint64, next []uint64) {
	if !args.check {
		return
	}
	self.sum -= spread(value)
	sender, n := value>>40, value&(1<<40-1)
	if r.in == 0 && n < next[sender] {
		atomic.StoreUint32(&w.disordered, 1)
	}
	if r.in == 0 {
		next[sender] = n + 1
	}
}

func (r role) turns() uint64 {
	if r.thinks {
		return args.turns
	}
	return 0
}

func (w *workload) make(i int, r role, count uint64) {
	self, out, turns, x := &w.parties[i], w.channels[r.out], r.turns(), uint64(i)
	sent, first := self.ops, self.ops
	for ; sent-first < count && atomic.LoadUint32(&w.stop) == 0; sent++ {
		if turns > 0 {
			x = think(turns, x)
		}
		value := uint64(i)<<40 | sent
		out <- value
		self.add(value)
		self.ops = sent + 1
	}
	atomic.AddUint64(&w.made, sent-first)
}

func (w *workload) makeUntilCancelled(i int, r role) {
	self, out, turns, x := &w.parties[i], w.channels[r.out], r.turns(), uint64(i)
	for sent := uint64(0); ; sent++ {
		if turns > 0 {
			x = think(turns, x)
		}
		value := uint64(i)<<40 | sent
		select {
		case out <- value:
			self.add(value)
			self.ops = sent + 1
		case <-w.done:
			atomic.AddUint64(&w.made, sent)
			return
		}
	}
}

func (w *workload) makeQuotes(i int, r role) {
	self, out, x := &w.parties[i], w.channels[r.out], uint64(i)
	sent := uint64(0)
	for bars := 1; atomic.LoadUint32(&w.stop) == 0; bars++ {
		for k := 0; k < bar; k++ {
			value := uint64(i)<<40 | sent
			out <- value
			self.add(value)
			sent++
		}
		self.ops = sent
		if bars%burst == 0 && args.turns > 0 {
			x = think(burst*args.turns, x)
		}
	}
	atomic.AddUint64(&w.made, sent)
}

func (w *workload) take(i int, r role, count uint64, next []uint64) {
	self, in, turns, x := &w.parties[i], w.channels[r.in], r.turns(), uint64(i)
	taken, per := uint64(0), uint64(1)
	if args.scenario == "price-quote" {
		per = bar
	}
	for taken < count {
		value, ok := <-in
		if !ok {
			break
		}
		w.lookAt(self, r, value, next)
		if turns > 0 {
			x = think(turns, x)
		}
		taken += per
		self.ops = taken
	}
	atomic.AddUint64(&w.taken, taken)
}

func (w *workload) takeUntilCancelled(i int, r role, count uint64) {
	self, in, taken := &w.parties[i], w.channels[r.in], uint64(0)
	for taken < count {
		select {
		case value := <-in:
			w.lookAt(self, r, value, w.next)
			taken++
		case <-w.done:
			return
		}
	}
	atomic.AddUint64(&w.taken, taken)
}

func (w *workload) pass(i int, r role, next []uint64) {
	self, in, out, turns, x := &w.parties[i], w.channels[r.in], w.channels[r.out], r.turns(), uint64(i)
	got, per := uint64(0), uint64(1)
	if args.scenario == "price-quote" {
		per = bar
	}
	for value := range in {
		w.lookAt(self, r, value, next)
		if turns > 0 {
			x = think(turns, x)
		}
		if got++; got%per == 0 {
			out <- value
			self.add(value)
			self.ops = got
		}
	}
}

func (w *workload) lead(ops uint64) {
	r := roleOf(0)
	switch {
	case args.scenario == "cancel":
		w.takeUntilCancelled(0, r, ops)
	case r.in < 0:
		w.make(0, r, ops)
	default:
		w.take(0, r, ops, w.next)
	}
}

func (w *workload) begin() {
	for i := range w.parties {
		w.before[i] = atomic.LoadUint64(&w.parties[i].ops)
	}
}

// Whether the lead has lived on what was done before the window: a step that the others do was done
// less often in it, by more than an eighth. Parties that send on one channel share
// a step.
func (w *workload) isFedFromBefore(led uint64) bool {
	if roleOf(0).in < 0 {
		return false
	}
	steps := make([]uint64, len(w.channels))
	for i := 1; i < len(w.parties); i++ {
		steps[roleOf(i).out] += atomic.LoadUint64(&w.parties[i].ops) - w.before[i]
	}
	for _, done := range steps {
		if done < led-led/8 {
			return true
		}
	}
	return false
}

// Waits until the others are behind what the lead made by no more than so much.
func (w *workload) settle(behind uint64) {
	waits := func() bool {
		taken := uint64(0)
		for i := 1; i < len(w.parties); i++ {
			taken += atomic.LoadUint64(&w.parties[i].ops)
		}
		return taken+behind < w.parties[0].ops
	}
	for roleOf(0).in < 0 && waits() {
		runtime.Gosched()
	}
}

func (w *workload) serve(i int) {
	r, next := roleOf(i), make([]uint64, len(w.parties))
	switch {
	case args.scenario == "cancel":
		w.makeUntilCancelled(i, r)
	case args.scenario == "price-quote" && r.in < 0:
		w.makeQuotes(i, r)
	case r.in < 0:
		w.make(i, r, math.MaxUint64)
	case r.out < 0:
		w.take(i, r, math.MaxUint64, next)
	default:
		w.pass(i, r, next)
	}
	w.leave(r.out)
}

func (w *workload) finish() {
	atomic.StoreUint32(&w.stop, 1)
	close(w.done)
	if r := roleOf(0); r.in < 0 {
		w.leave(r.out)
	} else {
		w.take(0, r, math.MaxUint64, w.next)
	}
}

func (w *workload) verdict() {
	sum := uint64(0)
	for i := range w.parties {
		sum += w.parties[i].sum
	}
	if w.made != w.taken {
		end(statusFailed, "%d values were sent, %d came", w.made, w.taken)
	}
	if sum != 0 {
		end(statusFailed, "what came is not what was sent")
	}
	if w.disordered != 0 {
		end(statusFailed, "values of one sender came out of order")
	}
}

// One window: calls for `ops` operations until it is over, after a warm-up of two.
func leadWindow(it scenario, ops uint64, find bool) (s sample) {
	var served sync.WaitGroup
	for i := 1; i < int(args.threads); i++ {
		served.Add(1)
		go func(i int) {
			it.serve(i)
			served.Done()
		}(i)
	}
	if !find {
		it.lead(2 * ops)
	}
	it.settle(0)
	it.begin()
	cpu, switches := usage()
	start := time.Now()
	for {
		it.lead(ops)
		it.settle(ops)
		s.ops += float64(ops)
		s.window = float64(time.Since(start))
		if find || s.window >= float64(args.window) && !it.isFedFromBefore(uint64(s.ops)) {
			break
		}
	}
	it.settle(0)
	s.window = float64(time.Since(start))
	cpuEnd, switchesEnd := usage()
	it.finish()
	served.Wait()
	it.verdict()
	s.cpu, s.switches = cpuEnd-cpu, switchesEnd-switches
	s.overlap, s.fairness = math.NaN(), math.NaN()
	return s
}

func measureLead(make func() scenario) {
	const looks = 16 // at the clock, in a window
	aim := float64(args.window) / looks
	ops := uint64(bar) // the multiple that scenarios do
	found := sample{}
	for found.window < aim/4 {
		ops *= 4
		found = leadWindow(make(), ops, true)
	}
	ops = bar * uint64(math.Max(1, aim/(found.window/found.ops)/bar))
	for i := 0; i < int(args.samples); i++ {
		putSample(i, leadWindow(make(), ops, false))
	}
}

// --- Go's own benchmarks ---

type benchmark struct {
	name    string // in chan_test.go
	batch   uint64 // it does its operations in batches of so many, and leaves out the rest
	parties uint64 // for each P
}

var benchmarks = map[string]benchmark{
	"go-make-chan":               {"MakeChan/Int", 1, 1},
	"go-chan-nonblocking":        {"ChanNonblocking", 1, 1},
	"go-select-uncontended":      {"SelectUncontended", 1, 1},
	"go-select-sync-contended":   {"SelectSyncContended", 1, 2},
	"go-select-async-contended":  {"SelectAsyncContended", 1, 1},
	"go-select-nonblock":         {"SelectNonblock", 1, 1},
	"go-chan-uncontended":        {"ChanUncontended", 1, 1},
	"go-chan-contended":          {"ChanContended", 1, 1},
	"go-chan-sync":               {"ChanSync", 2000, 1},
	"go-chan-prod-cons-0":        {"ChanProdCons0", 1000, 1},
	"go-chan-prod-cons-10":       {"ChanProdCons10", 1000, 1},
	"go-chan-prod-cons-100":      {"ChanProdCons100", 1000, 1},
	"go-chan-prod-cons-work-0":   {"ChanProdConsWork0", 1000, 1},
	"go-chan-prod-cons-work-10":  {"ChanProdConsWork10", 1000, 1},
	"go-chan-prod-cons-work-100": {"ChanProdConsWork100", 1000, 1},
	"go-select-prod-cons":        {"SelectProdCons", 1000, 1},
	"go-recv-closed":             {"ReceiveDataFromClosedChan", 1, 1},
	"go-chan-creation":           {"ChanCreation", 1, 1},
	"go-chan-sem":                {"ChanSem", 1, 1},
	"go-chan-popular":            {"ChanPopular", 1, 1},
	"go-chan-closed":             {"ChanClosed", 1, 1},
}

// The benchmark of the cell, as far as its parameters are Go's.
func benchmarkOf() benchmark {
	b := benchmarks[args.scenario]
	lacks := func(format string, a ...interface{}) {
		end(statusLacking, "lacks a benchmark of Go's own with other parameters than Go's: "+format, a...)
	}
	if args.elem == 1 && args.scenario == "go-make-chan" {
		b.name = "MakeChan/Byte"
	} else if args.elem != 8 {
		lacks("none has elements of %d bytes", args.elem)
	}
	if args.work == 1000 && args.scenario == "go-chan-sync" {
		b.name = "ChanSyncWork"
	} else if args.work != 0 {
		lacks("none has --work %d", args.work)
	}
	if args.capacity != 8 && args.scenario == "go-make-chan" {
		lacks("its capacity is 8")
	}
	if want := b.parties * uint64(len(args.pus)); args.threads != 0 && args.threads != want {
		lacks("on %d PUs it has %d parties", len(args.pus), want)
	}
	return b
}

// Runs it so often, and calls `each` with every result.
func runBenchmark(name, time string, count uint64, each func(ops, ns float64)) {
	pattern := "^Benchmark" + strings.Replace(name, "/", "$/^", -1) + "$"
	command := exec.Command(runtimeTests, "-test.run=^$", "-test.bench="+pattern,
		"-test.benchtime="+time, fmt.Sprint("-test.cpu=", len(args.pus)),
		fmt.Sprint("-test.count=", count))
	out, err := command.Output()
	if err != nil {
		end(statusFailed, "the benchmarks of Go's package runtime: %v", err)
	}
	lines := bufio.NewScanner(strings.NewReader(string(out)))
	for lines.Scan() {
		f := strings.Fields(lines.Text())
		if len(f) < 4 || f[3] != "ns/op" || !strings.HasPrefix(f[0], "Benchmark"+name) {
			continue
		}
		ops, err := strconv.ParseFloat(f[1], 64)
		ns, err2 := strconv.ParseFloat(f[2], 64)
		if err == nil && err2 == nil {
			each(ops, ns)
		}
	}
}

// Go first finds how many operations take a window; then so many are done, in whole batches, so
// that Go's ns/op is over what was done.
func measureBenchmark() {
	b := benchmarkOf()
	perOp := 0.0
	runBenchmark(b.name, fmt.Sprint(args.window, "ns"), 1, func(_, ns float64) { perOp = ns })
	if perOp <= 0 {
		end(statusFailed, "Go's package runtime has no Benchmark%s that tells its time", b.name)
	}
	batches := uint64(float64(args.window) / perOp / float64(b.batch))
	if batches == 0 {
		batches = 1
	}
	index := 0
	runBenchmark(b.name, fmt.Sprint(batches*b.batch, "x"), args.samples, func(ops, ns float64) {
		nan := math.NaN()
		putSample(index, sample{ops, ops * ns, nan, nan, nan, nan})
		index++
	})
	if index != int(args.samples) {
		end(statusFailed, "Benchmark%s gave %d results of %d", b.name, index, args.samples)
	}
}

// --- the command line ---

func describe() {
	scenarios := []string{}
	for name := range loops {
		scenarios = append(scenarios, name)
	}
	if _, err := os.Stat(runtimeTests); err == nil {
		for name := range benchmarks {
			scenarios = append(scenarios, name)
		}
	}
	sort.Strings(scenarios)
	json.NewEncoder(os.Stdout).Encode(map[string]interface{}{
		"name": "go", "version": runtime.Version(), "language": "Go", "lacks": []string{"a benchmark of Go's own with other parameters than Go's"},
		"scenarios": scenarios})
	os.Exit(0)
}

func parse(what, text string) uint64 {
	value, err := strconv.ParseUint(text, 10, 63)
	if err != nil {
		refuse("%s '%s': give a number", what, text)
	}
	return value
}

// scenario/variant=go/key=value/...
func readCell(cell string) {
	parts := strings.Split(cell, "/")
	args.scenario = parts[0]
	numbers := map[string]*uint64{"capacity": &args.capacity, "elem": &args.elem,
		"threads": &args.threads, "work": &args.work}
	for _, part := range parts[1:] {
		pair := strings.SplitN(part, "=", 2)
		if len(pair) == 2 && numbers[pair[0]] != nil {
			*numbers[pair[0]] = parse(pair[0], pair[1])
		} else if len(pair) != 2 || (pair[0] != "place" && part != "variant=go") {
			refuse("no cell '%s': it has go's as hchanlab names them", cell)
		}
	}
}

func readPUs(text string) {
	for _, word := range strings.Split(text, ",") {
		pu := int(parse("--pus", word))
		if pu >= 1024 {
			refuse("--pus %d: give numbers below 1024", pu)
		}
		if len(args.pus) == 0 || args.pus[0] != pu {
			args.pus = append(args.pus, pu)
		}
	}
}

func readArguments() {
	if len(os.Args) == 2 && os.Args[1] == "--describe" {
		describe()
	}
	if len(os.Args) < 2 {
		refuse("name a cell, or give --describe")
	}
	readCell(os.Args[1])
	args.turns = args.work
	numbers := map[string]*uint64{"--process": &args.process, "--samples": &args.samples,
		"--window-ns": &args.window, "--limit-ns": &args.limit, "--turns": &args.turns}
	for i := 2; i < len(os.Args); i++ {
		option, value := os.Args[i], ""
		if i+1 < len(os.Args) {
			value = os.Args[i+1]
		}
		switch {
		case option == "--ack":
			args.ack = true
		case option == "--check":
			args.check = true
		case option == "--pus":
			readPUs(value)
			i++
		case numbers[option] != nil:
			*numbers[option] = parse(option, value)
			i++
		default:
			refuse("no option '%s'", option)
		}
	}
	if len(args.pus) == 0 {
		args.pus = []int{0}
	}
}

// What a cell of a scenario may leave out, and who can take part.
type shape struct {
	capacity, threads, least, most uint64
}

var loops = map[string]shape{
	"prod-cons":   {128, 2, 2, 1024},
	"park-wake":   {0, 2, 2, 2},
	"buffer-hop":  {128, 1, 1, 2},
	"fan-in":      {0, 4, 2, 1024},
	"fan-out":     {0, 4, 2, 1024},
	"pipeline":    {0, 4, 2, 1024},
	"worker-pool": {0, 4, 3, 1024},
	"price-quote": {1024, 3, 3, 3},
	"cancel":      {0, 4, 2, 1024},
}

// Fills in what the cell left out, and looks whether the rest can be had.
func checkCell(s shape) {
	if args.elem != 8 {
		end(statusLacking, "lacks elements of other than 8 bytes here")
	}
	if args.threads == 0 {
		args.threads = s.threads
	}
	if args.capacity == absent {
		args.capacity = s.capacity
	}
	odd := args.scenario == "prod-cons" && args.threads%2 == 1
	if args.threads < s.least || args.threads > s.most || odd {
		end(statusLacking, "lacks %s in %d threads", args.scenario, args.threads)
	}
}

func measureLoop() {
	if _, is := workloads[args.scenario]; is {
		measureLead(newWorkload)
		return
	}
	switch args.scenario {
	case "prod-cons":
		measureCrowd()
	case "park-wake":
		measureLead(func() scenario {
			return &pingPong{there: make(chan uint64), back: make(chan uint64)}
		})
	case "buffer-hop":
		measureLead(func() scenario { return &bufferHop{c: make(chan uint64, args.capacity)} })
	}
}

func main() {
	readArguments()
	_, own := benchmarks[args.scenario]
	shape, known := loops[args.scenario]
	if own {
		if args.capacity == absent {
			args.capacity = 8 // of the one that has a capacity
		}
		bind()
		measureBenchmark()
	} else if known {
		checkCell(shape)
		bind()
		measureLoop()
	} else {
		refuse("no scenario '%s': `--describe` tells them", args.scenario)
	}
	checkBound()
	end(statusOK, "")
}
