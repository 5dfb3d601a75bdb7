//! The standard library's std::sync::mpsc::sync_channel; of bound 0 it is a rendezvous. What it is
//! made of depends on the compiler's version: from 1.67 on, of crossbeam's.
// SPDX-License-Identifier: MIT
use std::sync::mpsc::{sync_channel, Receiver, SyncSender};

struct Std;
#[derive(Clone)]
struct Tx(SyncSender<u64>);
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

impl peer::Peer for Std {
    const NAME: &'static str = "std-sync-channel";
    const LACKS: &'static [&'static str] =
        &["several receivers", "select", "close but by dropping one side"];
    type Tx = Tx;
    type Rx = Rx;
    fn version() -> String {
        env!("PEER_RUSTC").to_string()
    }
    fn channel(capacity: usize) -> (Tx, Rx) {
        let (tx, rx) = sync_channel(capacity);
        (Tx(tx), Rx(rx))
    }
    fn another(_: &Rx) -> Option<Rx> {
        None
    }
}

fn main() {
    peer::run::<Std>()
}
