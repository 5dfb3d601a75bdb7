//! crossbeam-channel's bounded channel; of capacity 0 it is a rendezvous.
// SPDX-License-Identifier: MIT
use crossbeam_channel::{bounded, select, Receiver, Sender};

struct Crossbeam;
#[derive(Clone)]
struct Tx(Sender<u64>);
struct Rx(Receiver<u64>);

impl peer::Sender for Tx {
    #[inline]
    fn send(&self, value: u64) {
        self.0.send(value).unwrap()
    }
}

impl peer::Receiver for Rx {
    #[inline]
    fn recv(&self) -> Option<u64> {
        self.0.recv().ok()
    }
}

impl peer::Peer for Crossbeam {
    const NAME: &'static str = "crossbeam";
    const LACKS: &'static [&'static str] = &["close but by dropping one side"];
    type Tx = Tx;
    type Rx = Rx;
    fn version() -> String {
        concat!(env!("PEER_CROSSBEAM_CHANNEL"), ", ", env!("PEER_RUSTC")).to_string()
    }
    fn channel(capacity: usize) -> (Tx, Rx) {
        let (tx, rx) = bounded(capacity);
        (Tx(tx), Rx(rx))
    }
    fn another(rx: &Rx) -> Option<Rx> {
        Some(Rx(rx.0.clone()))
    }
    const SELECTS: bool = true;
    fn send_unless(tx: &Tx, value: u64, done: &Rx) -> bool {
        select! {
            send(tx.0, value) -> sent => sent.is_ok(),
            recv(done.0) -> _ => false,
        }
    }
    fn recv_unless(rx: &Rx, done: &Rx) -> Option<u64> {
        select! {
            recv(rx.0) -> value => value.ok(),
            recv(done.0) -> _ => None,
        }
    }
}

fn main() {
    peer::run::<Crossbeam>()
}
