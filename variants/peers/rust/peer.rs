//! The skeleton of a peer in Rust: the command line, the windows and the records of a peer program
//! (../README.md has the protocol). A peer says what it is and makes its channel; the loops are the
//! scenarios' own, in threads that are bound to the cell's PUs.
// SPDX-License-Identifier: MIT

use std::fmt::Display;
use std::io::{Read, Write};
use std::marker::PhantomData;
use std::mem::{size_of, zeroed};
use std::process::exit;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::*};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

pub trait Peer {
    const NAME: &'static str;
    const LACKS: &'static [&'static str];
    type Tx: Sender + Clone + Send + 'static;
    type Rx: Receiver + Send + 'static;
    fn version() -> String;
    fn channel(capacity: usize) -> (Self::Tx, Self::Rx);
    /// One more receiver of the same channel, where it can have several.
    fn another(rx: &Self::Rx) -> Option<Self::Rx>;
    /// Whether a send and a receive can wait for something else, too.
    const SELECTS: bool = false;
    /// Sends, unless every sender of `done` is gone before: false.
    fn send_unless(_: &Self::Tx, _: u64, _done: &Self::Rx) -> bool {
        false
    }
    fn recv_unless(_: &Self::Rx, _done: &Self::Rx) -> Option<u64> {
        None
    }
}

pub trait Sender {
    fn send(&self, value: u64);
}

/// None: every sender is gone, and nothing is left.
pub trait Receiver {
    fn recv(&self) -> Option<u64>;
}

const OK: u32 = 0;
const TIMEOUT: u32 = 1;
const FAILED: u32 = 2;
const SKIPPED: u32 = 3;
const LACKING: u32 = 4;

#[derive(Clone)]
struct Arguments {
    scenario: String,
    capacity: u64,
    elem: u64,
    threads: u64,
    turns: u64, // of thinking: --turns, or else as many as the cell has nanoseconds
    process: u64,
    samples: u64,
    window: u64,
    pus: [u64; 2],
    ack: bool,
    check: bool,
}

struct Sample {
    ops: f64,
    window: f64,
    overlap: f64,
    fairness: f64,
    cpu: f64,
    switches: f64,
}

// --- records ---

/// Writes a record as a line and waits for the acknowledgement where one is awaited.
fn put(ack: bool, line: String) {
    let mut out = std::io::stdout();
    let written = out.write_all((line + "\n").as_bytes()).and_then(|_| out.flush());
    let gone = ack && std::io::stdin().read_exact(&mut [0]).is_err();
    if written.is_err() || gone {
        exit(4); // whoever read is gone
    }
}

/// JSON has no NaN.
fn number(x: f64) -> String {
    if x.is_finite() {
        format!("{:e}", x)
    } else {
        "null".to_string()
    }
}

fn put_sample(a: &Arguments, index: u64, s: &Sample) {
    put(
        a.ack,
        format!(
            concat!(
                r#"{{"kind":"sample","process":{},"index":{},"ops":{},"ns_per_op":{},"#,
                r#""window_ns":{},"overlap":{},"cpu_ns_per_op":{},"switches_per_op":{},"#,
                r#""fairness":{}}}"#
            ),
            a.process,
            index,
            s.ops as u64,
            number(s.window / s.ops),
            number(s.window),
            number(s.overlap),
            number(s.cpu / s.ops),
            number(s.switches / s.ops),
            number(s.fairness)
        ),
    )
}

/// The last record. The message is ours, and has nothing that JSON would escape.
fn end(a: &Arguments, status: u32, message: impl Display) -> ! {
    put(a.ack, format!(r#"{{"kind":"end","status":{},"message":"{}"}}"#, status, message));
    exit(if status == OK { 0 } else { 5 })
}

// --- where it runs ---

/// Binds the calling thread and looks whether it is there.
fn bind(pu: u64) -> bool {
    unsafe {
        let mut set: libc::cpu_set_t = zeroed();
        if pu >= 1024 {
            return false;
        }
        libc::CPU_SET(pu as usize, &mut set);
        libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), &set) == 0
            && libc::sched_getcpu() == pu as i32
    }
}

/// CPU time in ns and context switches of the process.
fn usage() -> (f64, f64) {
    unsafe {
        let mut t: libc::timespec = zeroed();
        let mut r: libc::rusage = zeroed();
        libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut t);
        libc::getrusage(libc::RUSAGE_SELF, &mut r);
        (t.tv_sec as f64 * 1e9 + t.tv_nsec as f64, (r.ru_nvcsw + r.ru_nivcsw) as f64)
    }
}

/// Where all threads say that they are in place, or not.
struct Gate {
    parties: usize,
    arrived: AtomicUsize,
    failed: AtomicBool,
}

impl Gate {
    fn new(parties: usize) -> Self {
        Gate { parties, arrived: AtomicUsize::new(0), failed: AtomicBool::new(false) }
    }
    fn pass(&self, a: &Arguments, i: usize) -> bool {
        if !bind(a.pus[i % 2]) {
            self.failed.store(true, SeqCst);
        }
        self.arrived.fetch_add(1, SeqCst);
        while self.arrived.load(SeqCst) < self.parties {
            thread::yield_now();
        }
        !self.failed.load(SeqCst)
    }
    fn skip_failed(&self, a: &Arguments) {
        if self.failed.load(SeqCst) {
            end(a, SKIPPED, format!("a thread could not be bound to PU {} or {}", a.pus[0], a.pus[1]))
        }
    }
}

// --- the scenarios ---

/// One who sends or receives, on lines of its own.
#[repr(align(128))]
#[derive(Default)]
struct Party {
    ops: AtomicU64,
    made: AtomicU64, // and taken: where that is not its operations
    taken: AtomicU64,
    sum: AtomicU64, // of its values, spread; of checked loops
}

struct Crowd {
    parties: Vec<Party>,
    pairs: bool, // odd parties count operations; else all do
    gate: Gate,
    stop: AtomicBool,
    disordered: AtomicBool,
}

/// Spreads a value, so that sums differ where one was lost, changed, or came twice.
fn spread(v: u64) -> u64 {
    let v = (v ^ v >> 30).wrapping_mul(0xbf58476d1ce4e5b9);
    let v = (v ^ v >> 27).wrapping_mul(0x94d049bb133111eb);
    v ^ v >> 31
}

fn think(turns: u64) {
    let mut x = turns;
    for _ in 0..turns {
        x = x.wrapping_mul(6364136223846793005).wrapping_add(1);
        unsafe { std::arch::asm!("/* {0} */", inout(reg) x) };
    }
    let _ = x;
}

fn produce<P: Peer, const CHECKED: bool>(crowd: &Crowd, tx: P::Tx, i: usize, work: u64) {
    let (mut sent, mut sum) = (0u64, 0u64);
    while !crowd.stop.load(Relaxed) {
        think(work);
        let value = (i as u64) << 40 | sent;
        tx.send(value);
        if CHECKED {
            sum = sum.wrapping_add(spread(value));
        }
        sent += 1;
    }
    crowd.parties[i].ops.store(sent, Relaxed); // only consumers are timed
    crowd.parties[i].sum.store(sum, Relaxed);
}

fn consume<P: Peer, const CHECKED: bool>(crowd: &Crowd, rx: P::Rx, i: usize, work: u64) {
    let (mut received, mut sum) = (0u64, 0u64);
    let mut next = vec![0u64; crowd.parties.len()];
    while let Some(value) = rx.recv() {
        if CHECKED {
            let (sender, n) = ((value >> 40) as usize, value & ((1 << 40) - 1));
            if n < next[sender] {
                crowd.disordered.store(true, Relaxed);
            }
            next[sender] = n + 1;
            sum = sum.wrapping_add(spread(value));
        }
        received += 1;
        crowd.parties[i].ops.store(received, Relaxed);
        think(work);
    }
    crowd.parties[i].sum.store(sum, Relaxed);
}

/// Looks at everybody's progress; true where each one who counts has got on since `before`.
fn look(crowd: &Crowd, before: &[u64], now: &mut [u64]) -> bool {
    let mut all = true;
    for (i, party) in crowd.parties.iter().enumerate() {
        now[i] = party.ops.load(Relaxed);
        all = all && ((crowd.pairs && i % 2 == 0) || now[i] - before[i] >= 8);
    }
    all
}

/// As in the lab's harness: sleeps a step at a time until each party has done some operations, or for
/// 32 windows. Returns how long the window is to be, which is fixed before it begins: twice as long as
/// that took, but one window at least and 32 at most. `none` is all zero.
fn run_in(crowd: &Crowd, window: u64, none: &[u64], now: &mut [u64]) -> Duration {
    let start = Instant::now();
    let (least, most) = (Duration::from_nanos(window), Duration::from_nanos(32 * window));
    loop {
        thread::sleep(least / 8);
        let took = start.elapsed();
        if look(crowd, none, now) || took >= most {
            return (2 * took).clamp(least, most);
        }
    }
}

fn compare(a: &Arguments, sent: u64, came: u64, sum: u64, disordered: bool) {
    if sent != came {
        end(a, FAILED, format!("{} values were sent, {} came", sent, came));
    }
    if sum != 0 {
        end(a, FAILED, "what came is not what was sent");
    }
    if disordered {
        end(a, FAILED, "values of one sender came out of order");
    }
}

fn sum_crowd(pairs: bool, before: &[u64], after: &[u64]) -> Sample {
    let (mut sum, mut squares, mut active) = (0.0, 0.0, 0.0);
    let step = if pairs { 2 } else { 1 };
    let parties = (before.len() / step) as f64;
    for i in (step - 1..before.len()).step_by(step) {
        let ops = (after[i] - before[i]) as f64;
        sum += ops;
        squares += ops * ops;
        active += if ops > 0.0 { 1.0 } else { 0.0 };
    }
    let many = parties > 1.0;
    Sample {
        ops: sum,
        window: 0.0,
        overlap: if many { active / parties } else { f64::NAN },
        fairness: if many { sum * sum / (parties * squares) } else { f64::NAN },
        cpu: 0.0,
        switches: 0.0,
    }
}

/// What a party of a crowd does until the crowd is to stop.
type Part = Box<dyn FnOnce(&Crowd) + Send>;

/// One window, in which each party does its part; the crowd as it is after it.
fn crowd_window(a: &Arguments, pairs: bool, parts: Vec<Part>) -> (Sample, Crowd) {
    let n = parts.len();
    let crowd = Crowd {
        parties: (0..n).map(|_| Party::default()).collect(),
        pairs,
        gate: Gate::new(n),
        stop: AtomicBool::new(false),
        disordered: AtomicBool::new(false),
    };
    let (mut before, mut after) = (vec![0; n], vec![0; n]);
    let mut sample = None;
    thread::scope(|scope| {
        let crowd = &crowd;
        for (i, part) in parts.into_iter().enumerate() {
            scope.spawn(move || {
                if crowd.gate.pass(a, i) {
                    part(crowd)
                }
            });
        }
        let length = run_in(crowd, a.window, &before, &mut after);
        let used = usage();
        let start = Instant::now();
        look(crowd, &after, &mut before);
        let mut stop;
        loop {
            // A window in which nobody did anything goes on.
            thread::sleep(length);
            stop = Instant::now();
            look(crowd, &before, &mut after);
            let first = if pairs { 1 } else { 0 };
            let any = (first..n).step_by(1 + first).any(|i| after[i] != before[i]);
            if any || start.elapsed() >= Duration::from_nanos(32 * a.window) {
                break;
            }
        }
        let used_end = usage();
        crowd.stop.store(true, Relaxed);
        let mut s = sum_crowd(pairs, &before, &after);
        s.window = stop.duration_since(start).as_nanos() as f64;
        s.cpu = used_end.0 - used.0;
        s.switches = used_end.1 - used.1;
        sample = Some(s);
    });
    crowd.gate.skip_failed(a);
    (sample.unwrap(), crowd)
}

/// So many receivers of a channel.
fn receivers<P: Peer>(a: &Arguments, rx: P::Rx, count: usize) -> Vec<P::Rx> {
    let mut all = Vec::new();
    for _ in 1..count {
        match P::another(&rx) {
            Some(more) => all.push(more),
            None => end(a, LACKING, "lacks several receivers"),
        }
    }
    all.push(rx);
    all
}

fn prod_cons<P: Peer + 'static, const CHECKED: bool>(a: &Arguments) -> Sample {
    let (n, work) = (a.threads as usize, a.turns);
    let (tx, rx) = P::channel(a.capacity as usize);
    let mut rxs = receivers::<P>(a, rx, n / 2);
    let mut parts: Vec<Part> = Vec::new();
    for i in (0..n).step_by(2) {
        let (tx, rx) = (tx.clone(), rxs.pop().unwrap());
        parts.push(Box::new(move |crowd| produce::<P, CHECKED>(crowd, tx, i, work)));
        parts.push(Box::new(move |crowd| consume::<P, CHECKED>(crowd, rx, i + 1, work)));
    }
    drop(tx);
    let (sample, crowd) = crowd_window(a, true, parts);
    let (mut sent, mut came, mut sum) = (0, 0, 0u64);
    for (i, party) in crowd.parties.iter().enumerate() {
        let (ops, values) = (party.ops.load(Relaxed), party.sum.load(Relaxed));
        if i % 2 == 0 {
            sent += ops;
            sum = sum.wrapping_add(values);
        } else {
            came += ops;
            sum = sum.wrapping_sub(values);
        }
    }
    compare(a, sent, came, sum, crowd.disordered.load(Relaxed));
    sample
}

const GO_BATCH: u64 = 100; // of Go's ChanUncontended and ChanContended

/// go-chan-uncontended: each party fills and empties a channel of its own.
fn uncontended<P: Peer, const CHECKED: bool>(a: &Arguments) -> Sample {
    let part = |i: usize| -> Part {
        Box::new(move |crowd| {
            let (tx, rx) = P::channel(GO_BATCH as usize);
            let mut done = 0;
            while !crowd.stop.load(Relaxed) {
                for k in 0..GO_BATCH {
                    tx.send(k);
                }
                for k in 0..GO_BATCH {
                    let value = rx.recv();
                    if CHECKED && value != Some(k) {
                        crowd.disordered.store(true, Relaxed);
                    }
                }
                done += 1;
                crowd.parties[i].ops.store(done, Relaxed);
            }
        })
    };
    let (sample, crowd) = crowd_window(a, false, (0..a.threads as usize).map(part).collect());
    compare(a, 0, 0, 0, crowd.disordered.load(Relaxed));
    sample
}

/// go-chan-contended: all parties fill and empty one channel, which has room for all. Whoever is in
/// the midst of it at the end leaves.
fn contended<P: Peer + 'static, const CHECKED: bool>(a: &Arguments) -> Sample {
    let n = a.threads as usize;
    let (tx, rx) = P::channel(GO_BATCH as usize * n);
    let mut rxs = receivers::<P>(a, rx, n);
    let rest = P::another(&rxs[0]);
    let part = |i: usize| -> Part {
        let (tx, rx) = (tx.clone(), rxs.pop().unwrap());
        Box::new(move |crowd| {
            let (mut sent, mut taken, mut sum) = (0, 0, 0u64);
            let goes_on = || !crowd.stop.load(Relaxed);
            let me = &crowd.parties[i];
            while goes_on() {
                let end = sent + GO_BATCH;
                while sent < end && goes_on() {
                    let value = (i as u64) << 40 | sent;
                    tx.send(value);
                    sent += 1;
                    sum = if CHECKED { sum.wrapping_add(spread(value)) } else { 0 };
                }
                while taken < end && goes_on() {
                    let value = rx.recv().unwrap();
                    taken += 1;
                    sum = if CHECKED { sum.wrapping_sub(spread(value)) } else { 0 };
                }
                me.ops.store(taken / GO_BATCH, Relaxed);
            }
            me.made.store(sent, Relaxed);
            me.taken.store(taken, Relaxed);
            me.sum.store(sum, Relaxed);
        })
    };
    let parts = (0..n).map(part).collect();
    drop(tx);
    let (sample, crowd) = crowd_window(a, false, parts);
    let (mut sent, mut came, mut sum) = (0, 0, 0u64);
    for party in &crowd.parties {
        sent += party.made.load(Relaxed);
        came += party.taken.load(Relaxed);
        sum = sum.wrapping_add(party.sum.load(Relaxed));
    }
    if let Some(rest) = rest {
        while let Some(value) = rest.recv() {
            came += 1;
            sum = if CHECKED { sum.wrapping_sub(spread(value)) } else { 0 };
        }
        compare(a, sent, came, sum, false);
    }
    sample
}

fn measure_crowd(a: &Arguments, window: fn(&Arguments) -> Sample) {
    let (mut index, mut missed) = (0, 0);
    for _ in 0..a.samples {
        let s = window(a);
        if s.ops == 0.0 {
            missed += 1;
            continue;
        }
        put_sample(a, index, &s);
        index += 1;
    }
    if missed > 0 {
        end(a, TIMEOUT, format!("no operation ended in {} of {} windows", missed, a.samples));
    }
}

type Server = Box<dyn FnOnce() + Send>;

/// What the lead does, and the others beside it.
trait Scenario: Send {
    fn lead(&mut self, ops: u64) -> bool;
    /// At the beginning of the window.
    fn begin(&mut self) {}
    /// At its end: whether it has to last longer.
    fn is_fed_from_before(&self, _led: u64) -> bool {
        false
    }
    /// Waits until the others are behind the lead by no more than so much.
    fn settle(&self, _behind: u64) {}
    fn servers(&mut self) -> Vec<Server> {
        Vec::new()
    }
    /// Lets the others end; what the lead holds goes after it.
    fn finish(&mut self) {}
    /// What they did, for whoever looks when all have ended.
    fn tally(&self) -> Arc<Tally> {
        Arc::new(Tally::default())
    }
}

#[derive(Default)]
struct Tally {
    stop: AtomicBool,
    disordered: AtomicBool,
    made: AtomicU64,
    taken: AtomicU64,
    sum: AtomicU64, // of what was made, less of what was taken
}

/// What two parties tell each other, on lines of its own.
#[repr(align(128))]
#[derive(Default)]
struct Count(AtomicU64);

#[derive(Default)]
struct Hop {
    sent: Count,
    taken: Count,
    stop: AtomicBool,
    wrong: AtomicBool,
}

/// A lead that sends and receives in turn; or sends, and another one receives, each a quarter of the
/// buffer when it is told that there is room or are values.
struct BufferHop<P: Peer, const CHECKED: bool> {
    tx: P::Tx,
    rx: Option<P::Rx>,
    number: u64,
    capacity: u64,
    apart: bool, // the two are on PUs of their own
    two: bool,
    hop: Arc<Hop>,
}

fn wait(apart: bool) {
    if apart {
        std::hint::spin_loop()
    } else {
        thread::yield_now()
    }
}

impl<P: Peer, const CHECKED: bool> BufferHop<P, CHECKED> {
    fn new(a: &Arguments) -> Self {
        let (tx, rx) = P::channel(a.capacity as usize);
        let (two, apart) = (a.threads == 2, a.pus[0] != a.pus[1]);
        BufferHop { tx, rx: Some(rx), number: 0, capacity: a.capacity, apart, two, hop: Arc::default() }
    }
    fn alone(&mut self, ops: u64) -> bool {
        let rx = self.rx.as_ref().unwrap();
        for _ in 0..ops {
            self.tx.send(self.number);
            let value = rx.recv();
            if CHECKED && value != Some(self.number) {
                return false;
            }
            self.number += 1;
        }
        true
    }
}

impl<P: Peer + 'static, const CHECKED: bool> Scenario for BufferHop<P, CHECKED> {
    fn lead(&mut self, ops: u64) -> bool {
        if !self.two {
            return self.alone(ops);
        }
        let (hop, chunk) = (&*self.hop, (self.capacity / 4).max(1));
        let end = self.number + ops;
        while self.number < end {
            let upto = end.min(self.number + chunk);
            while upto - hop.taken.0.load(Acquire) > self.capacity {
                wait(self.apart);
            }
            for number in self.number..upto {
                self.tx.send(number);
            }
            self.number = upto;
            hop.sent.0.store(upto, Release);
        }
        while hop.taken.0.load(Acquire) != end {
            wait(self.apart);
        }
        !hop.wrong.load(Relaxed)
    }
    fn servers(&mut self) -> Vec<Server> {
        if !self.two {
            return Vec::new();
        }
        let (rx, hop, apart) = (self.rx.take().unwrap(), self.hop.clone(), self.apart);
        vec![Box::new(move || {
            let mut number = 0;
            loop {
                let upto = hop.sent.0.load(Acquire);
                if number == upto {
                    if hop.stop.load(Acquire) {
                        return;
                    }
                    wait(apart);
                    continue;
                }
                while number < upto {
                    let value = rx.recv();
                    if CHECKED && value != Some(number) {
                        hop.wrong.store(true, Relaxed);
                    }
                    number += 1;
                }
                hop.taken.0.store(number, Release);
            }
        })]
    }
    fn finish(&mut self) {
        self.hop.stop.store(true, Release);
    }
}

const END: u64 = u64::MAX;

/// park-wake, over two channels, and go-chan-sync, over one. An operation is one way.
struct PingPong<P: Peer, const CHECKED: bool> {
    there: P::Tx,
    back: P::Rx,
    served: Option<(P::Rx, P::Tx)>,
    number: u64,
    work: u64,
}

impl<P: Peer, const CHECKED: bool> PingPong<P, CHECKED> {
    fn new(a: &Arguments) -> Self {
        let (there, there_rx) = P::channel(0);
        if a.scenario == "go-chan-sync" {
            let back_tx = there.clone();
            let mut rxs = receivers::<P>(a, there_rx, 2);
            let back = rxs.pop().unwrap();
            let served = Some((rxs.pop().unwrap(), back_tx));
            return PingPong { there, back, served, number: 0, work: a.turns };
        }
        let (back_tx, back) = P::channel(0);
        PingPong { there, back, served: Some((there_rx, back_tx)), number: 0, work: a.turns }
    }
}

impl<P: Peer + 'static, const CHECKED: bool> Scenario for PingPong<P, CHECKED> {
    fn lead(&mut self, ops: u64) -> bool {
        for _ in 0..ops / 2 {
            self.there.send(self.number);
            think(self.work);
            let value = self.back.recv();
            think(self.work);
            if CHECKED && value != Some(self.number) {
                return false;
            }
            self.number += 1;
        }
        true
    }
    fn servers(&mut self) -> Vec<Server> {
        let (rx, tx) = self.served.take().unwrap();
        let work = self.work;
        vec![Box::new(move || {
            while let Some(value) = rx.recv() {
                if value == END {
                    return;
                }
                think(work);
                tx.send(value);
                think(work);
            }
        })]
    }
    fn finish(&mut self) {
        self.there.send(END);
    }
}

/// go-make-chan: a channel made, and freed.
struct MakeChan<P: Peer>(usize, PhantomData<fn() -> P>);

impl<P: Peer> Scenario for MakeChan<P> {
    fn lead(&mut self, ops: u64) -> bool {
        for _ in 0..ops {
            let made = P::channel(self.0);
            unsafe { std::arch::asm!("/* {0} */", in(reg) &made) };
        }
        true
    }
}

/// A party of a workload: it makes values, or takes them, or takes and makes.
#[derive(Clone, Copy)]
struct Role {
    takes: Option<usize>, // of this channel
    makes: Option<usize>,
    thinks: bool,
}

/// The workloads, by what their first party, their second and the others do. Of a pipeline each
/// party takes from the one before. The first leads.
fn role_of(a: &Arguments, i: usize) -> Role {
    let role = |takes, makes, thinks| Role { takes, makes, thinks };
    match (a.scenario.as_str(), i) {
        ("fan-in" | "cancel", 0) => role(Some(0), None, false),
        ("fan-in" | "cancel", _) => role(None, Some(0), true),
        ("fan-out", 0) => role(None, Some(0), false),
        ("fan-out", _) => role(Some(0), None, true),
        ("worker-pool", 0) => role(Some(1), None, false),
        ("worker-pool", 1) => role(None, Some(0), false),
        ("worker-pool", _) => role(Some(0), Some(1), true),
        ("price-quote", 0) => role(Some(1), None, true),
        ("price-quote", 1) => role(None, Some(0), false),
        ("price-quote", _) => role(Some(0), Some(1), false),
        (_, 0) => role(Some(a.threads as usize - 2), None, true), // pipeline
        (_, 1) => role(None, Some(0), true),
        (_, _) => role(Some(i - 2), Some(i - 1), true),
    }
}

const BAR: u64 = 64; // quotes in a bar; and what operations are a multiple of
const BURST: u64 = 4; // bars' quotes in a burst

/// A party of a workload, with what it holds. Where the last one who sends on a channel ends, its
/// receivers do.
struct Worker<P: Peer, const CHECKED: bool> {
    index: usize,
    first: bool, // it takes what was made, not what was passed on
    tx: Option<P::Tx>,
    rx: Option<P::Rx>,
    done: Option<P::Rx>, // where it can be cancelled
    turns: u64,
    per: u64, // values that make one
    made: u64,
    ops: Arc<Count>, // made, passed or taken, for whoever looks
    next: Vec<u64>,
    tally: Arc<Tally>,
}

impl<P: Peer, const CHECKED: bool> Worker<P, CHECKED> {
    fn add(&self, sum: u64) {
        if CHECKED {
            self.tally.sum.fetch_add(sum, Relaxed);
        }
    }
    fn value(&mut self) -> u64 {
        let value = (self.index as u64) << 40 | self.made;
        self.made += 1;
        if CHECKED {
            self.add(spread(value));
        }
        value
    }
    fn look_at(&mut self, value: u64) {
        if !CHECKED {
            return;
        }
        self.add(spread(value).wrapping_neg());
        let (sender, n) = ((value >> 40) as usize, value & ((1 << 40) - 1));
        if self.first {
            if n < self.next[sender] {
                self.tally.disordered.store(true, Relaxed);
            }
            self.next[sender] = n + 1;
        }
    }
    fn stopped(&self) -> bool {
        self.tally.stop.load(Relaxed)
    }
    fn make(&mut self, count: u64) {
        let first = self.made;
        while self.made - first < count && !self.stopped() {
            think(self.turns);
            let value = self.value();
            self.tx.as_ref().unwrap().send(value);
            self.ops.0.store(self.made, Relaxed);
        }
        self.tally.made.fetch_add(self.made - first, Relaxed);
    }
    fn make_unless(&mut self) {
        loop {
            think(self.turns);
            let value = (self.index as u64) << 40 | self.made;
            let (tx, done) = (self.tx.as_ref().unwrap(), self.done.as_ref().unwrap());
            if !P::send_unless(tx, value, done) {
                break;
            }
            self.value();
            self.ops.0.store(self.made, Relaxed);
        }
        self.tally.made.fetch_add(self.made, Relaxed);
    }
    fn make_quotes(&mut self) {
        while !self.stopped() {
            for _ in 0..self.per {
                let value = self.value();
                self.tx.as_ref().unwrap().send(value);
            }
            self.ops.0.store(self.made, Relaxed);
            if self.made % (BURST * self.per) == 0 {
                think(BURST * self.turns);
            }
        }
        self.tally.made.fetch_add(self.made, Relaxed);
    }
    fn take(&mut self, count: u64) {
        let mut taken = 0;
        while taken < count {
            let value = match self.rx.as_ref().unwrap().recv() {
                Some(value) => value,
                None => break,
            };
            self.look_at(value);
            think(self.turns);
            taken += self.per;
            self.ops.0.store(taken, Relaxed);
        }
        self.tally.taken.fetch_add(taken, Relaxed);
    }
    fn take_unless(&mut self, count: u64) {
        for _ in 0..count {
            let (rx, done) = (self.rx.as_ref().unwrap(), self.done.as_ref().unwrap());
            if let Some(value) = P::recv_unless(rx, done) {
                self.look_at(value);
            }
        }
        self.tally.taken.fetch_add(count, Relaxed);
    }
    fn pass(&mut self) {
        let mut got = 0;
        while let Some(value) = self.rx.as_ref().unwrap().recv() {
            self.look_at(value);
            think(self.turns);
            got += 1;
            if got % self.per == 0 {
                if CHECKED {
                    self.add(spread(value));
                }
                self.tx.as_ref().unwrap().send(value);
                self.ops.0.store(got, Relaxed);
            }
        }
    }
    fn serve(mut self) {
        match (self.rx.is_some(), self.tx.is_some()) {
            (false, _) if self.done.is_some() => self.make_unless(),
            (false, _) if self.per > 1 => self.make_quotes(),
            (false, _) => self.make(u64::MAX),
            (_, false) => self.take(u64::MAX),
            _ => self.pass(),
        }
    }
}

/// What one party does of each operation. Those who send on one channel share it.
struct Step {
    makes: Option<usize>,
    ops: Arc<Count>,
    before: u64, // the window
}

struct Workload<P: Peer, const CHECKED: bool> {
    lead: Worker<P, CHECKED>,
    others: Vec<Worker<P, CHECKED>>,
    steps: Vec<Step>, // of each of the others
    cancel: Option<P::Tx>,
}

impl<P: Peer, const CHECKED: bool> Workload<P, CHECKED> {
    fn new(a: &Arguments) -> Self {
        let n = a.threads as usize;
        let roles: Vec<Role> = (0..n).map(|i| role_of(a, i)).collect();
        let count = roles.iter().filter_map(|r| r.makes).max().unwrap() + 1;
        let (quotes, cancels) = (a.scenario == "price-quote", a.scenario == "cancel");
        let (mut txs, mut rxs) = (Vec::new(), Vec::new());
        for c in 0..count {
            let (tx, rx) = P::channel(if quotes && c == 1 { 0 } else { a.capacity as usize });
            let takers = roles.iter().filter(|r| r.takes == Some(c)).count();
            txs.push(tx);
            rxs.push(receivers::<P>(a, rx, takers));
        }
        let (cancel, done) = P::channel(0);
        let mut dones = if cancels { receivers::<P>(a, done, n) } else { Vec::new() };
        let tally = Arc::new(Tally::default());
        let mut workers = roles.iter().enumerate().map(|(i, r)| Worker {
            index: i,
            first: r.takes == Some(0),
            tx: r.makes.map(|c| txs[c].clone()),
            rx: r.takes.map(|c| rxs[c].pop().unwrap()),
            done: dones.pop(),
            turns: if r.thinks || (quotes && i == 1) { a.turns } else { 0 },
            per: if quotes { BAR } else { 1 },
            made: 0,
            ops: Arc::default(),
            next: vec![0; if CHECKED { n } else { 0 }],
            tally: tally.clone(),
        });
        let lead = workers.next().unwrap();
        let others: Vec<_> = workers.collect();
        let step = |w: &Worker<P, CHECKED>| Step { makes: roles[w.index].makes, ops: w.ops.clone(), before: 0 };
        let steps = others.iter().map(step).collect();
        Workload { lead, others, steps, cancel: Some(cancel) }
    }
}

impl<P: Peer + 'static, const CHECKED: bool> Scenario for Workload<P, CHECKED> {
    fn lead(&mut self, ops: u64) -> bool {
        match (self.lead.done.is_some(), self.lead.rx.is_some()) {
            (true, _) => self.lead.take_unless(ops),
            (_, true) => self.lead.take(ops),
            _ => self.lead.make(ops),
        }
        true
    }
    fn begin(&mut self) {
        for step in &mut self.steps {
            step.before = step.ops.0.load(Relaxed);
        }
    }
    /// Whether the lead has lived on what was done before the window: a step was done less often in
    /// it, by more than an eighth.
    fn is_fed_from_before(&self, led: u64) -> bool {
        let mut done = vec![None; self.steps.len()]; // on each channel
        for step in &self.steps {
            if let Some(c) = step.makes {
                *done[c].get_or_insert(0) += step.ops.0.load(Relaxed) - step.before;
            }
        }
        self.lead.rx.is_some() && done.iter().flatten().any(|done: &u64| *done < led - led / 8)
    }
    fn settle(&self, behind: u64) {
        let taken = || self.steps.iter().map(|s| s.ops.0.load(Relaxed)).sum::<u64>();
        while self.lead.rx.is_none() && taken() + behind < self.lead.made {
            thread::yield_now();
        }
    }
    fn servers(&mut self) -> Vec<Server> {
        let serve = |w: Worker<P, CHECKED>| -> Server { Box::new(move || w.serve()) };
        self.others.drain(..).map(serve).collect()
    }
    fn finish(&mut self) {
        self.lead.tally.stop.store(true, Relaxed);
        self.cancel = None;
        if self.lead.rx.is_some() {
            self.lead.take(u64::MAX);
        }
    }
    fn tally(&self) -> Arc<Tally> {
        self.lead.tally.clone()
    }
}

/// The lead's part of a window: calls for `ops` operations until it is over, after a warm-up.
fn run_lead(a: &Arguments, it: &mut dyn Scenario, ops: u64, find: bool) -> Sample {
    let mut right = find || it.lead(2 * ops);
    it.settle(0);
    it.begin();
    let (mut done, mut window) = (0, 0);
    let used = usage();
    let start = Instant::now();
    loop {
        right = it.lead(ops) && right;
        it.settle(ops);
        done += ops;
        window = start.elapsed().as_nanos().max(window);
        if find || window >= a.window as u128 && !it.is_fed_from_before(done) {
            break;
        }
    }
    it.settle(0);
    window = start.elapsed().as_nanos().max(window);
    let used_end = usage();
    it.finish();
    if !right {
        end(a, FAILED, "what came is not what was sent");
    }
    Sample {
        ops: done as f64,
        window: window as f64,
        overlap: f64::NAN,
        fairness: f64::NAN,
        cpu: used_end.0 - used.0,
        switches: used_end.1 - used.1,
    }
}

fn lead_window(a: &Arguments, mut it: Box<dyn Scenario>, ops: u64, find: bool) -> Sample {
    let (servers, tally) = (it.servers(), it.tally());
    let gate = Gate::new(servers.len() + 1);
    let mut sample = None;
    thread::scope(|scope| {
        let gate = &gate;
        for (i, serve) in servers.into_iter().enumerate() {
            scope.spawn(move || {
                if gate.pass(a, i + 1) {
                    serve()
                }
            });
        }
        let lead = scope.spawn(move || {
            let in_place = gate.pass(a, 0);
            in_place.then(|| run_lead(a, it.as_mut(), ops, find)) // `it` ends with its senders
        });
        sample = lead.join().unwrap_or(None);
    });
    gate.skip_failed(a);
    let (made, taken) = (tally.made.load(Relaxed), tally.taken.load(Relaxed));
    compare(a, made, taken, tally.sum.load(Relaxed), tally.disordered.load(Relaxed));
    sample.unwrap_or_else(|| end(a, FAILED, "the lead panicked"))
}

fn measure_lead(a: &Arguments, make: &dyn Fn() -> Box<dyn Scenario>) {
    const LOOKS: f64 = 16.0; // at the clock, in a window
    let aim = a.window as f64 / LOOKS;
    let mut ops = BAR;
    let found = loop {
        ops *= 4;
        let found = lead_window(a, make(), ops, true);
        if found.window >= aim / 4.0 {
            break found;
        }
    };
    ops = BAR * (aim / (found.window / found.ops) / BAR as f64).max(1.0) as u64;
    for i in 0..a.samples {
        put_sample(a, i, &lead_window(a, make(), ops, false));
    }
}

fn measure<P: Peer + 'static, const CHECKED: bool>(a: &Arguments) {
    match a.scenario.as_str() {
        "prod-cons" => measure_crowd(a, prod_cons::<P, CHECKED>),
        "go-chan-uncontended" => measure_crowd(a, uncontended::<P, CHECKED>),
        "go-chan-contended" => measure_crowd(a, contended::<P, CHECKED>),
        "park-wake" | "go-chan-sync" => {
            measure_lead(a, &|| Box::new(PingPong::<P, CHECKED>::new(a)))
        }
        "buffer-hop" => measure_lead(a, &|| Box::new(BufferHop::<P, CHECKED>::new(a))),
        "go-make-chan" => {
            measure_lead(a, &|| Box::new(MakeChan::<P>(a.capacity as usize, PhantomData)))
        }
        _ => measure_lead(a, &|| Box::new(Workload::<P, CHECKED>::new(a))),
    }
}

// --- the command line ---

fn refuse(name: &str, what: impl Display) -> ! {
    eprintln!("{}: {}", name, what);
    exit(2)
}

fn parse(name: &str, what: &str, text: &str) -> u64 {
    text.parse()
        .unwrap_or_else(|_| refuse(name, format!("{} '{}': give a number", what, text)))
}

fn describe<P: Peer>() -> ! {
    let lacks: Vec<String> = P::LACKS.iter().map(|what| format!("\"{}\"", what)).collect();
    let scenarios: Vec<String> = SHAPES.iter().map(|s| format!("\"{}\"", s.name)).collect();
    println!(
        concat!(
            r#"{{"name":"{}","version":"{}","language":"Rust","lacks":[{}],"#,
            r#""scenarios":[{}]}}"#
        ),
        P::NAME,
        P::version(),
        lacks.join(","),
        scenarios.join(",")
    );
    exit(0)
}

/// scenario/variant=NAME/key=value/...
fn read_cell(name: &str, cell: &str, a: &mut Arguments) {
    let mut parts = cell.split('/');
    a.scenario = parts.next().unwrap_or("").to_string();
    for part in parts {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        match key {
            "capacity" => a.capacity = parse(name, key, value),
            "elem" => a.elem = parse(name, key, value),
            "threads" => a.threads = parse(name, key, value),
            "work" => a.turns = parse(name, key, value),
            "place" => (),
            "variant" if value == name => (),
            _ => refuse(name, format!("no cell '{}': it has {}'s as hchanlab names them", cell, name)),
        }
    }
}

fn read_pus(name: &str, text: &str) -> [u64; 2] {
    let (first, second) = text.split_once(',').unwrap_or((text, text));
    [parse(name, "--pus", first), parse(name, "--pus", second)]
}

fn read_arguments<P: Peer>() -> Arguments {
    let mut words = std::env::args().skip(1);
    let mut a = Arguments {
        scenario: String::new(),
        capacity: ABSENT,
        elem: 8,
        threads: 0,
        turns: 0,
        process: 0,
        samples: 5,
        window: 10_000_000,
        pus: [0, 0],
        ack: false,
        check: false,
    };
    match words.next() {
        None => refuse(P::NAME, "name a cell, or give --describe"),
        Some(word) if word == "--describe" => describe::<P>(),
        Some(word) => read_cell(P::NAME, &word, &mut a),
    }
    while let Some(option) = words.next() {
        let mut number = || parse(P::NAME, &option, &words.next().unwrap_or_default());
        match option.as_str() {
            "--ack" => a.ack = true,
            "--check" => a.check = true,
            "--process" => a.process = number(),
            "--samples" => a.samples = number(),
            "--window-ns" => a.window = number(),
            "--limit-ns" => drop(number()), // of scenarios that no peer has
            "--turns" => a.turns = number(),
            "--pus" => a.pus = read_pus(P::NAME, &words.next().unwrap_or_default()),
            _ => refuse(P::NAME, format!("no option '{}'", option)),
        }
    }
    a
}

/// What a cell of a scenario may leave out, and who can take part.
struct Shape {
    name: &'static str,
    capacity: u64,
    threads: u64,
    least: u64,
    most: u64,
}

const fn shape(name: &'static str, capacity: u64, threads: u64, least: u64, most: u64) -> Shape {
    Shape { name, capacity, threads, least, most }
}

const ABSENT: u64 = u64::MAX; // of a capacity that the cell does not say

const SHAPES: &[Shape] = &[
    shape("prod-cons", 128, 2, 2, 1024),
    shape("park-wake", 0, 2, 2, 2),
    shape("buffer-hop", 128, 1, 1, 2),
    shape("fan-in", 0, 4, 2, 1024),
    shape("fan-out", 0, 4, 2, 1024),
    shape("pipeline", 0, 4, 2, 1024),
    shape("worker-pool", 0, 4, 3, 1024),
    shape("price-quote", 1024, 3, 3, 3),
    shape("cancel", 0, 4, 2, 1024),
    shape("go-chan-uncontended", 100, 2, 1, 1024),
    shape("go-chan-contended", 100, 2, 1, 1024),
    shape("go-chan-sync", 0, 2, 2, 2),
    shape("go-make-chan", 8, 1, 1, 1),
];

/// Fills in what the cell left out, and looks whether the rest can be had.
fn check_cell<P: Peer>(a: &mut Arguments) {
    let shape = SHAPES.iter().find(|s| s.name == a.scenario).unwrap_or_else(|| {
        refuse(P::NAME, format!("no scenario '{}': --describe tells them", a.scenario))
    });
    if a.capacity == ABSENT {
        a.capacity = shape.capacity;
    }
    if a.threads == 0 {
        a.threads = shape.threads;
    }
    let odd = a.scenario == "prod-cons" && a.threads % 2 == 1;
    if a.elem != 8 {
        end(a, LACKING, "lacks elements of other than 8 bytes here");
    }
    if a.threads < shape.least || a.threads > shape.most || odd {
        end(a, LACKING, format!("lacks {} in {} threads", a.scenario, a.threads));
    }
    if a.scenario == "cancel" && !P::SELECTS {
        end(a, LACKING, "lacks select");
    }
}

pub fn run<P: Peer + 'static>() {
    let mut a = read_arguments::<P>();
    check_cell::<P>(&mut a);
    if a.check {
        measure::<P, true>(&a);
    } else {
        measure::<P, false>(&a);
    }
    end(&a, OK, "")
}
