//! Signing a full badge of 2.3 kB: quads, canonical form, digest, Ed25519, JSON. `cargo bench --bench sign`.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark")]

mod figure;

use cairn::openbadges::{examples, proof};
use ed25519_dalek::Signer as _;
use figure::Figure;

fn main() {
    let key = examples::key();
    let method = examples::issuer()
        .unwrap()
        .verification_method(&key.verifying_key());
    let badges: Vec<_> = (0..256).map(|n| examples::full_badge(n).unwrap()).collect();
    let signed = proof::sign(badges.first().unwrap(), &key, &method, examples::moment()).unwrap();
    println!("a full badge has {} bytes when signed", signed.as_bytes().len());

    let mut next = badges.iter().cycle();
    Figure {
        work: "sign a full badge",
        unit: "badges",
        each: 1.0,
        aim: 5_000.0,
        peers: &[
            ("@digitalbazaar/vc", 81.0),
            ("our first spike", 1_640.0),
            ("bare Ed25519", 10_200.0),
        ],
    }
    .measure(|| proof::sign(next.next().unwrap(), &key, &method, examples::moment()).unwrap());

    // How much of it is the signature alone, on this machine.
    let message = [7_u8; 64];
    Figure {
        work: "bare Ed25519",
        unit: "signatures",
        each: 1.0,
        aim: 10_200.0,
        peers: &[],
    }
    .measure(|| key.sign(&message));
}
