//! flume's bounded channel; of capacity 0 it is a rendezvous. Its Selector is not used: of version
//! 0.10.14 a value comes now and then whose select says that it took another case (see also
//! github.com/zesterer/flume/issues/135), so that no count of operations would be right.
// SPDX-License-Identifier: MIT
use flume::{bounded, Receiver, Sender};

struct Flume;
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

impl peer::Peer for Flume {
    const NAME: &'static str = "flume";
    const LACKS: &'static [&'static str] = &["select that is sure what it did", "close but by dropping one side"];
    type Tx = Tx;
    type Rx = Rx;
    fn version() -> String {
        concat!(env!("PEER_FLUME"), ", ", env!("PEER_RUSTC")).to_string()
    }
    fn channel(capacity: usize) -> (Tx, Rx) {
        let (tx, rx) = bounded(capacity);
        (Tx(tx), Rx(rx))
    }
    fn another(rx: &Rx) -> Option<Rx> {
        Some(Rx(rx.0.clone()))
    }
}

fn main() {
    peer::run::<Flume>()
}
