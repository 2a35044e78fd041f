//! Bad input: each is refused in a sentence, in bounded time, by the page and, where it reads such input, by the server.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use flate2::write::GzEncoder;
use openbadges::bake::{bake_png, extract};
use openbadges::proof::sign;
use openbadges::status::StatusListCredential;
use openbadges::testing::examples;
use openbadges::verify::{Outcome, verify_file};
use serde_json::{Value, json};
use std::io::Write as _;

use super::{Net, VerifierPage, judged, now, published, same};
use openbadges::testing::pictures::{chunk, grey, with_chunks};

const SMALL: &str = include_str!("../../../crates/openbadges/vectors/small.json");
const NAMESPACES: &str =
    "xmlns=\"http://www.w3.org/2000/svg\" xmlns:openbadges=\"https://purl.imsglobal.org/ob/v3p0\"";

fn itxt(flag: u8, text: &str) -> Vec<u8> {
    chunk(
        b"iTXt",
        &[b"openbadgecredential\0", &[flag, 0, 0, 0][..], text.as_bytes()].concat(),
    )
}

/// Pictures and what is wrong with each, by its code: nothing, or why it cannot be read.
pub(super) fn pictures() -> Vec<(&'static str, Vec<u8>)> {
    let baked = bake_png(&grey(1), SMALL).unwrap();
    let mut flipped = baked.clone();
    flipped[300] ^= 1;
    let element = format!("<openbadges:credential><![CDATA[{SMALL}]]></openbadges:credential>");
    let bomb = "<!DOCTYPE svg [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>";
    vec![
        ("", baked.clone()),
        (
            "",
            with_chunks(&[chunk(b"iTXt", b"Comment\0\0\0\0\0hello"), itxt(0, SMALL)]),
        ),
        ("", format!("<svg {NAMESPACES}>{element}</svg>").into_bytes()),
        (
            "",
            format!("\u{feff}<?xml version=\"1.0\"?><!-- a --><svg {NAMESPACES}><g>{element}</g></svg>")
                .into_bytes(),
        ),
        ("Png", baked[..baked.len() - 20].to_vec()),
        ("Png", baked[..200].to_vec()),
        ("Png", baked[..8].to_vec()),
        ("Png", flipped),
        ("Png", with_chunks(&[itxt(1, SMALL)])),
        (
            "Png",
            with_chunks(&[chunk(
                b"tEXt",
                &[b"openbadgecredential\0", SMALL.as_bytes()].concat(),
            )]),
        ),
        (
            "Png",
            with_chunks(&[chunk(b"iTXt", b"openbadgecredential\0\0\0")]),
        ),
        (
            "Png",
            with_chunks(&[chunk(b"iTXt", b"openbadgecredential\0\0\0\0\0\xff\xfe")]),
        ),
        ("BakedTwice", with_chunks(&[itxt(0, SMALL), itxt(0, SMALL)])),
        ("NotBaked", grey(1)),
        ("Svg", format!("<svg {NAMESPACES}>{element}").into_bytes()),
        (
            "Svg",
            format!("{bomb}<svg {NAMESPACES}><openbadges:credential>&b;</openbadges:credential></svg>")
                .into_bytes(),
        ),
        (
            "BakedTwice",
            format!("<svg {NAMESPACES}>{element}{element}</svg>").into_bytes(),
        ),
        ("NotBaked", format!("<svg {NAMESPACES}/>").into_bytes()),
        ("UnknownFile", vec![0xff, 0xd8, 0xff, 0xe0, 0, 16]),
        ("UnknownFile", b"<!doctype html><title>A page</title>".to_vec()),
    ]
}

#[test]
fn damaged_pictures_are_refused_by_page_and_server() {
    crate::app::block_on(async {
        let Some(verifier) = VerifierPage::open(&[]).await else {
            return;
        };
        let cases = pictures();
        let files: Vec<Value> = cases
            .iter()
            .map(|(_, file)| json!({ "base64": STANDARD.encode(file) }))
            .collect();
        let found = verifier.check(&files, &Net::default(), now()).await;
        for (number, ((code, file), finding)) in cases.iter().zip(&found).enumerate() {
            let read = extract(file);
            assert_eq!(read.is_ok(), code.is_empty(), "{number}: {read:?}");
            // What cannot be read, or is no badge, is not proven wrong. Two badges in one picture are.
            let (expected, outcome) = match *code {
                "" => ("valid", Outcome::Valid),
                "BakedTwice" => ("invalid", Outcome::Invalid),
                _ => ("unknown", Outcome::Unknown),
            };
            assert_eq!(finding.verdict, expected, "{number}: {finding:?}");
            let verdict = verify_file(file, &Net::default(), now());
            assert_eq!(verdict.outcome(), outcome, "{number}: {verdict:?}");
            assert_eq!(finding.checks["Readable"].code, *code, "{number}: {finding:?}");
            assert!(
                finding.sentence.len() > 15 && finding.milliseconds < 5_000.0,
                "{number}"
            );
        }
        verifier.end().await;
    });
}

#[test]
fn what_is_too_large_is_not_read() {
    crate::app::block_on(async {
        let Some(verifier) = VerifierPage::open(&[]).await else {
            return;
        };
        let padded = format!("{SMALL}{}", " ".repeat(1 << 20));
        let cases = [
            json!({ "zeros": 100_000_000 }),
            json!({ "zeros": (8 << 20) + 1 }),
            json!({ "text": padded }),
            json!({ "repeat": 2_000_000 }),
        ];
        for (number, finding) in verifier
            .check(&cases, &Net::default(), now())
            .await
            .iter()
            .enumerate()
        {
            assert_eq!(finding.verdict, "unknown", "{number}: {finding:?}");
            assert!(finding.says.contains("arger than"), "{number}: {finding:?}");
            assert!(finding.milliseconds < 5_000.0, "{number}: {finding:?}");
        }
        assert!(!judged(&padded, &Net::default()).is_valid());
        verifier.end().await;
    });
}

fn changed(change: impl FnOnce(&mut Value)) -> String {
    let mut document: Value = serde_json::from_str(SMALL).unwrap();
    change(&mut document);
    document.to_string()
}

/// Evidence that names `count` nodes, each of which names all others.
fn clique(count: usize) -> Value {
    let name = |number: usize| format!("_:n{number}");
    let node = |number: usize| {
        let others: Vec<String> = (0..count).filter(|other| *other != number).map(name).collect();
        json!({ "id": name(number), "type": "VerifiableCredential", "evidence": others })
    };
    (0..count).map(node).collect()
}

#[test]
fn bombs_and_riddles_end_in_a_sentence_in_both() {
    crate::app::block_on(async {
        let Some(verifier) = VerifierPage::open(&[]).await else {
            return;
        };
        let twins = |outer: usize, inner: usize| {
            let alignment: Vec<Value> = (0..inner).map(|_| json!({ "type": "Alignment" })).collect();
            let result = json!({ "type": "Result", "alignment": alignment });
            json!(vec![result; outer])
        };
        let deep = |depth: usize| format!("{{\"a\":{}1{}}}", "[".repeat(depth), "]".repeat(depth));
        let nested = |depth: usize| {
            (0..depth).fold(json!("x"), |inner, _| json!({ "type": "Profile", "name": inner }))
        };
        // Shown as what their author meant, however much of it there is.
        let criteria = |text: String| {
            changed(|d| d["credentialSubject"]["achievement"]["criteria"] = json!({ "narrative": text }))
        };
        let cases: Vec<(&str, String)> = vec![
            ("NotJson", deep(100_000)),
            ("NotJson", deep(500)),
            ("NotJson", "{".repeat(100_000)),
            (
                "DuplicateName",
                SMALL.replacen("\"name\"", "\"id\":\"urn:x\",\"name\"", 1),
            ),
            (
                "DuplicateName",
                SMALL.replacen("\"hashed\"", "\"has\\u0068ed\":false,\"hashed\"", 1),
            ),
            ("NotJson", SMALL.replace('}', "")),
            ("NotJson", "\"\\ud800\"".to_owned()),
            ("NotJson", "{\"a\":1e999}".to_owned()),
            ("TooComplex", changed(|d| d["issuer"]["name"] = nested(40))),
            (
                "TooComplex",
                changed(|d| d["credentialSubject"]["result"] = twins(2, 9)),
            ),
            (
                "TooComplex",
                changed(|d| d["credentialSubject"]["result"] = twins(9, 9)),
            ),
            ("TooComplex", changed(|d| d["evidence"] = clique(9))),
            (
                "TooComplex",
                changed(|d| d["credentialSubject"]["result"] = twins(300, 3)),
            ),
            ("TooComplex", changed(|d| d["name"] = json!(vec!["x"; 5_000]))),
            (
                "Signature",
                changed(|d| d["credentialSubject"]["result"] = twins(2, 3)),
            ),
            ("Signature", changed(|d| d["evidence"] = clique(3))),
            ("Signature", criteria("[".repeat(900_000))),
            ("Signature", criteria("# a\n".repeat(20_000))),
            (
                "UnknownProof",
                changed(|d| d["proof"][0]["cryptosuite"] = json!("ecdsa-sd-2023")),
            ),
            (
                "UnknownProof",
                changed(|d| d["proof"][0]["type"] = json!("Ed25519Signature2020")),
            ),
            (
                "UnknownContext",
                changed(|d| d["@context"][1] = json!("https://x.example/context")),
            ),
            (
                "UnknownContext",
                changed(|d| d["@context"][2] = json!({ "@vocab": "https://x.example/" })),
            ),
            ("Terms", changed(|d| d["grade"] = Value::Null)),
            ("Terms", changed(|d| d["__proto__"] = json!({ "name": "x" }))),
            ("Terms", changed(|d| d["constructor"] = json!("x"))),
            (
                "Terms",
                changed(|d| d["evidence"] = json!([{ "id": "https://x.example/a b", "name": "PhD" }])),
            ),
            ("Terms", changed(|d| d["@graph"] = json!([]))),
        ];
        let texts: Vec<String> = cases.iter().map(|(_, text)| text.clone()).collect();
        let found = verifier.check_texts(&texts, &published()).await;
        for (number, ((code, text), finding)) in cases.iter().zip(&found).enumerate() {
            let what = format!("{number} ({code})");
            same(finding, &judged(text, &published()), &what);
            let codes: Vec<&str> = finding
                .checks
                .values()
                .map(|shown| super::class(&shown.code))
                .collect();
            assert!(codes.contains(code), "{what}: {finding:?}");
            // What is only not known here, or cannot be read, is never said to be wrong.
            let unchecked = ["UnknownContext", "TooComplex", "UnknownProof", "NotJson"].contains(code);
            let expected = if unchecked { "unknown" } else { "invalid" };
            assert_eq!(finding.verdict, expected, "{what}: {finding:?}");
            assert!(finding.milliseconds < 10_000.0, "{what}: {finding:?}");
            assert!(finding.sentence.ends_with('.'), "{what}: {finding:?}");
        }
        // The page is still well after all of it.
        let again = verifier.check_texts(&[SMALL.to_owned()], &published()).await;
        assert_eq!(again[0].verdict, "valid");
        verifier.end().await;
    });
}

#[test]
fn a_status_list_that_unpacks_without_end_is_refused() {
    crate::app::block_on(async {
        let Some(verifier) = VerifierPage::open(&[]).await else {
            return;
        };
        let (issuer, key) = (examples::issuer().unwrap(), examples::key());
        let method = issuer.verification_method(&key.verifying_key());
        let url = issuer.status_url("1");
        let at = |index: u32| {
            let badge = examples::full_badge(index).unwrap();
            sign(&badge, &key, &method, examples::moment()).unwrap()
        };
        // A list of the least length ends before the place of the second.
        let (badge, beyond) = (at(4), at(131_072));
        let identity = serde_json::to_value(issuer.document([&key.verifying_key()])).unwrap();
        let packed = |count: usize| {
            let mut packer = GzEncoder::new(Vec::new(), flate2::Compression::best());
            packer.write_all(&vec![0; count]).unwrap();
            format!("u{}", URL_SAFE_NO_PAD.encode(packer.finish().unwrap()))
        };
        let mut whole = packed(16_384);
        whole.truncate(20);
        let lists = [
            ("", &badge, packed(16_384)),
            ("", &beyond, packed(16_385)),
            ("StatusList", &beyond, packed(16_384)),
            ("StatusList", &badge, packed(200_000_000)),
            ("StatusList", &badge, packed(16_383)),
            ("StatusList", &badge, whole),
            ("StatusList", &badge, "uAAAA".to_owned()),
            ("StatusList", &badge, "z111".to_owned()),
        ];
        for (code, badge, encoded) in lists {
            let bits = openbadges::status::Bitstring::default();
            let mut list =
                StatusListCredential::revocation(&url, issuer.did(), &bits, examples::moment()).unwrap();
            list.credential_subject.encoded_list = encoded;
            let mut net = Net::default();
            let list = sign(&list, &key, &method, examples::moment()).unwrap();
            net.0.insert(url.clone(), list.into_string());
            net.publish("https://badges.example/issuers/abc/did.json", &identity);
            let found = verifier
                .check_texts(&[badge.as_str().to_owned()], &net)
                .await
                .remove(0);
            assert_eq!(found.checks["Status"].code, code, "{found:?}");
            assert!(found.milliseconds < 10_000.0, "{found:?}");
            same(&found, &judged(badge.as_str(), &net), code);
        }
        verifier.end().await;
    });
}

#[test]
fn a_clock_that_is_off_is_named() {
    crate::app::block_on(async {
        let Some(verifier) = VerifierPage::open(&[]).await else {
            return;
        };
        // `full` is valid from 2025 to 2099.
        let text = include_str!("../../../crates/openbadges/vectors/full.json");
        let document: Value = serde_json::from_str(text).unwrap();
        let at = |name: &str| {
            chrono::DateTime::parse_from_rfc3339(document[name].as_str().unwrap())
                .unwrap()
                .to_utc()
        };
        let case = [json!({ "text": text })];
        for (moment, code) in [
            (at("validFrom") - TimeDelta::days(1), "NotYetValid"),
            (at("validFrom"), ""),
            (at("validUntil") - TimeDelta::seconds(1), ""),
            (at("validUntil") + TimeDelta::days(1), "Expired"),
        ] {
            let found = verifier.check(&case, &Net::default(), moment).await.remove(0);
            assert_eq!(found.checks["Period"].code, code, "{found:?}");
            assert_eq!(found.verdict == "valid", code.is_empty(), "{found:?}");
            if !code.is_empty() {
                let clock = moment.format("%Y-%m-%d %H:%M UTC").to_string();
                assert!(found.sentence.contains(&clock), "{found:?}");
            }
        }
        verifier.end().await;
    });
}
