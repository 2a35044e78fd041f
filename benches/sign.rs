//! Signing a full badge of 3 kB: quads, canonical form, digest, Ed25519, JSON; the same badge as a token; and the status
//! list that a revocation has signed anew. `cargo bench --bench sign`.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark")]

mod figure;

use ambient::random::{SeededRandom, bytes};
use ed25519_dalek::Signer as _;
use figure::Figure;
use openbadges::status::{Bitstring, MIN_ENTRIES, StatusListCredential};
use openbadges::{jwt, proof, testing::examples};

fn main() {
    let key = examples::key();
    let method = examples::issuer()
        .unwrap()
        .verification_method(&key.verifying_key());
    let badges: Vec<_> = (0..256).map(|n| examples::full_badge(n).unwrap()).collect();
    let signed = proof::sign(badges.first().unwrap(), &key, &method, examples::moment()).unwrap();
    println!("a full badge has {} bytes when signed", signed.as_bytes().len());

    // How much of it is the signature alone, on this machine.
    let message = [7_u8; 64];
    let bare = Figure {
        work: "bare Ed25519",
        unit: "signatures",
        each: 1.0,
        aim: None,
        peers: &[],
    }
    .measure(|| key.sign(&message));

    let mut next = badges.iter().cycle();
    Figure {
        work: "sign a full badge",
        unit: "badges",
        each: 1.0,
        aim: Some(bare / 2.0),
        peers: &[("bare Ed25519", bare)],
    }
    .measure(|| proof::sign(next.next().unwrap(), &key, &method, examples::moment()).unwrap());

    let token_key = examples::token_key().unwrap();
    let issuer = examples::issuer().unwrap();
    let key_id = issuer.verification_method(token_key.verifying_key());
    Figure {
        work: "sign a full badge as a token",
        unit: "tokens",
        each: 1.0,
        aim: None,
        peers: &[],
    }
    .measure(|| jwt::sign(next.next().unwrap(), &token_key, &key_id).unwrap());

    // One in a hundred is revoked, here and there: such a list packs worse than an empty one.
    let mut bits = Bitstring::default();
    let random = SeededRandom::new(1);
    for _ in 0..MIN_ENTRIES / 100 {
        let place = u32::from_le_bytes(bytes(&random)) % MIN_ENTRIES;
        bits.set(place, true).unwrap();
    }
    let url = issuer.status_url("1");
    let publish = || {
        let list = StatusListCredential::revocation(&url, issuer.did(), &bits, examples::moment()).unwrap();
        proof::sign(&list, &key, &method, examples::moment()).unwrap()
    };
    println!(
        "a status list of {MIN_ENTRIES} places has {} bytes when packed and signed, and 16,384 unpacked",
        publish().as_bytes().len()
    );
    Figure {
        work: "pack and sign a status list, as each revocation does",
        unit: "lists",
        each: 1.0,
        aim: None,
        peers: &[],
    }
    .measure(publish);
}
