//! Bad input, row by row: what strangers can send, which check refuses it in which words, and that it takes little time
//! and memory. The browser's verifier is held to the same by `tests/integration/verifying/hostile.rs`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use ed25519_dalek::SigningKey;
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use serde_json::{Value, json};

use super::web::*;
use crate::bake::{BakeError, MAX_IMAGE, bake_png, bake_svg, extract};
use crate::credential::OpenBadgeCredential;
use crate::did::IssuerIdentity;
use crate::jsonld::JsonLdError;
use crate::jwt::JwtError;
use crate::proof::{attach, sign};
use crate::status::{Bitstring, StatusError, StatusListCredential};
use crate::testing::bounded::{Measure, alone};
use crate::testing::examples;
use crate::testing::pictures::{chunk, with_chunks};
use crate::verify::{CheckKind, Failure, MAX_DOCUMENT, verify};

const HUNDRED_MB: usize = 100_000_000;
/// What a check may take beyond the input, in megabytes: bombs below unpack to several hundred.
const ROOM: usize = 64;

const SVG: &str =
    "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:openbadges=\"https://purl.imsglobal.org/ob/v3p0\">";

fn text_chunk(kind: &[u8; 4], about: &[u8], text: &[u8]) -> Vec<u8> {
    chunk(kind, &[b"openbadgecredential\0", about, text].concat())
}

/// Writes `megabytes` of zeros bit by bit, so that only the packed ones are ever in memory.
fn zeros(packer: &mut impl std::io::Write, megabytes: usize) {
    let piece = vec![0; 1 << 20];
    for _ in 0..megabytes {
        packer.write_all(&piece).unwrap();
    }
}

fn zlib_bomb() -> Vec<u8> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::fast());
    zeros(&mut packer, 512);
    packer.finish().unwrap()
}

fn gzip_bomb() -> String {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    zeros(&mut packer, 512);
    format!("u{}", URL_SAFE_NO_PAD.encode(packer.finish().unwrap()))
}

/// Whether an error is the one that was expected.
type Wanted = Box<dyn Fn(&BakeError) -> bool>;

#[test]
fn every_hostile_picture_is_refused_in_a_sentence() {
    alone(pictures);
}

fn pictures() {
    let (element, bomb) = ("<openbadges:credential>{}</openbadges:credential>", zlib_bomb());
    let baked = bake_png(&with_chunks(&[]), "{}").unwrap();
    let drawn = bake_svg(&format!("{SVG}<g/></svg>"), "{}").unwrap();
    let plain = text_chunk(b"iTXt", b"\0\0\0\0", b"{}");
    let endless = [&u32::MAX.to_be_bytes()[..], b"iTXt"].concat();
    let entities = "<!DOCTYPE svg [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>";
    let damaged = |error: &BakeError| matches!(error, BakeError::Png(_) | BakeError::Svg(_));
    let is = |wanted: BakeError| move |error: &BakeError| *error == wanted;
    let rows: Vec<(&str, Vec<u8>, Wanted)> = vec![
        (
            "a PNG cut off",
            baked[..baked.len() - 9].to_vec(),
            Box::new(damaged),
        ),
        (
            "an SVG cut off",
            drawn.as_bytes()[..drawn.len() - 9].to_vec(),
            Box::new(damaged),
        ),
        ("a chunk of 4 GB", with_chunks(&[endless]), Box::new(damaged)),
        (
            "a PNG baked twice",
            with_chunks(&[plain.clone(), plain]),
            Box::new(is(BakeError::BakedTwice)),
        ),
        (
            "an SVG baked twice",
            format!("{SVG}{element}{element}</svg>").into_bytes(),
            Box::new(is(BakeError::BakedTwice)),
        ),
        (
            "100 MB of a PNG",
            [&baked[..], &vec![0; HUNDRED_MB]].concat(),
            Box::new(is(BakeError::ImageTooLarge)),
        ),
        (
            "100 MB of an SVG",
            format!("{SVG}{}", " ".repeat(HUNDRED_MB)).into_bytes(),
            Box::new(is(BakeError::ImageTooLarge)),
        ),
        (
            "100 MB of nothing",
            vec![0; HUNDRED_MB],
            Box::new(is(BakeError::UnknownFormat)),
        ),
        (
            "a credential of 2 MB",
            with_chunks(&[text_chunk(b"iTXt", b"\0\0\0\0", &vec![b' '; 2 << 20])]),
            Box::new(is(BakeError::CredentialTooLarge)),
        ),
        (
            "a credential that unpacks to 512 MB (iTXt)",
            with_chunks(&[text_chunk(b"iTXt", b"\x01\0\0\0", &bomb)]),
            Box::new(damaged),
        ),
        (
            "a credential that unpacks to 512 MB (zTXt)",
            with_chunks(&[text_chunk(b"zTXt", b"\0", &bomb)]),
            Box::new(damaged),
        ),
        (
            "somebody else's text that unpacks to 512 MB",
            with_chunks(&[chunk(b"zTXt", &[b"Comment\0\0", &bomb[..]].concat())]),
            Box::new(is(BakeError::NotBaked)),
        ),
        (
            "entities that unfold",
            format!("{entities}{SVG}<openbadges:credential>&b;</openbadges:credential></svg>").into_bytes(),
            Box::new(damaged),
        ),
        (
            "elements nested a million deep",
            format!("{SVG}{}", "<g>".repeat(1_000_000)).into_bytes(),
            Box::new(damaged),
        ),
        (
            "a large text in the credential",
            format!("{SVG}<openbadges:credential>{}", "x".repeat(MAX_IMAGE / 2)).into_bytes(),
            Box::new(is(BakeError::CredentialTooLarge)),
        ),
    ];
    for (what, picture, wanted) in rows {
        let measure = Measure::begin();
        let error = extract(&picture).unwrap_err();
        measure.within(ROOM, what);
        assert!(wanted(&error), "{what}: {error:?}");
        assert!(error.to_string().len() > 20, "{what}: {error}");
    }
    assert_eq!(bake_png(&baked, "{}"), Err(BakeError::AlreadyBaked));
    assert_eq!(bake_svg(&drawn, "{}"), Err(BakeError::AlreadyBaked));
}

/// One row: what it is, the bytes, what the resolver knows, when it is looked at, and which check says what.
struct Row {
    what: &'static str,
    bytes: Vec<u8>,
    web: Web,
    now: DateTime<Utc>,
    check: CheckKind,
    wanted: fn(&Failure) -> bool,
}

fn row(what: &'static str, bytes: impl Into<Vec<u8>>, check: CheckKind, wanted: fn(&Failure) -> bool) -> Row {
    Row {
        what,
        bytes: bytes.into(),
        web: web(&[]),
        now: now(),
        check,
        wanted,
    }
}

/// Our signed badge after that change.
fn changed(change: impl FnOnce(&mut Value)) -> String {
    let mut document = signed(&badge());
    change(&mut document);
    document.to_string()
}

/// A token of these two texts with 64 bytes for a signature.
fn token(header: &str, payload: &str) -> String {
    let parts = [header.as_bytes(), payload.as_bytes(), &[1; 64]].map(|part| URL_SAFE_NO_PAD.encode(part));
    parts.join(".")
}

#[test]
fn every_hostile_document_is_refused_by_its_own_check() {
    alone(documents);
}

fn documents() {
    use CheckKind::{Key, Period, Proof, Readable, Signature, Terms};
    let deep = "[".repeat(100_000);
    let header = json!({ "alg": "ES256", "kid": "did:web:x.example#k" }).to_string();
    let nested = (0..40).fold(json!("x"), |inner, _| json!({ "type": "Profile", "name": inner }));
    let nodes = |count: usize| {
        let node = |_| json!({ "type": "Result", "alignment": [{ "type": "Alignment" }] });
        (0..count).map(node).collect::<Value>()
    };
    // Nine nodes that nothing tells apart, each of which names all others.
    let name = |number: usize| format!("_:n{number}");
    let others = |number: usize| {
        (0..9)
            .filter(|other| *other != number)
            .map(name)
            .collect::<Vec<_>>()
    };
    let clique: Value = (0..9)
        .map(|number| json!({ "id": name(number), "type": "VerifiableCredential", "evidence": others(number) }))
        .collect();
    let stranger = IssuerIdentity::new("https://x.example", "x").unwrap();
    let other = SigningKey::from_bytes(&[9; 32]);
    let by = |key: &SigningKey, method: &str| {
        let signed = attach(&badge(), key, method, examples::moment()).unwrap();
        serde_json::to_string(&signed).unwrap()
    };
    let foreign = stranger.verification_method(&other.verifying_key());
    let mut with_stranger = web(&[]);
    let identity = serde_json::to_value(stranger.document([&other.verifying_key()])).unwrap();
    with_stranger
        .documents
        .insert(stranger.did().to_owned(), identity);
    let until = examples::moment() + TimeDelta::days(30);
    let brief = signed(&OpenBadgeCredential {
        valid_until: Some(until),
        ..badge()
    });
    let endorsed = changed(|d| d["endorsement"] = json!(vec![json!({}); 17]));
    let none = json!({ "alg": "none", "kid": method() }).to_string();
    let rows = vec![
        row("100 MB", vec![b' '; HUNDRED_MB], Readable, |f| {
            *f == Failure::TooLarge(MAX_DOCUMENT)
        }),
        row(
            "100 MB of a token",
            format!("a.{}", "b".repeat(HUNDRED_MB)),
            Readable,
            |f| *f == Failure::TooLarge(MAX_DOCUMENT),
        ),
        row("lists nested 100,000 deep", deep.clone(), Readable, |f| {
            matches!(f, Failure::NotJson(_))
        }),
        row(
            "a token nested 100,000 deep",
            token(&header, &deep),
            Readable,
            |f| *f == Failure::Token(JwtError::TooDeep("payload")),
        ),
        row(
            "objects nested 40 deep",
            changed(|d| d["issuer"]["name"] = nested),
            Terms,
            |f| *f == Failure::Terms(JsonLdError::TooComplex),
        ),
        row(
            "a member that stands twice",
            changed(|_| ()).replacen("\"id\":", "\"id\":\"urn:x\",\"id\":", 1),
            Readable,
            |f| matches!(f, Failure::Repeated(why) if why.contains("twice")),
        ),
        row(
            "a claim that stands twice",
            token(&header, r#"{"iss":"a","iss":"b"}"#),
            Readable,
            |f| *f == Failure::Token(JwtError::Repeated("payload")),
        ),
        row(
            "1,000 blank nodes",
            changed(|d| d["credentialSubject"]["result"] = nodes(500)),
            Terms,
            |f| *f == Failure::Terms(JsonLdError::TooComplex),
        ),
        row(
            "blank nodes that nothing tells apart",
            changed(|d| d["evidence"] = clique),
            Signature,
            |f| *f == Failure::Terms(JsonLdError::TooComplex),
        ),
        row("17 endorsements", endorsed, CheckKind::Endorsements, |f| {
            *f == Failure::TooManyEndorsements(16)
        }),
        row(
            "an unknown proof suite",
            changed(|d| d["proof"][0]["cryptosuite"] = json!("bbs-2023")),
            Proof,
            |f| *f == Failure::UnknownProof,
        ),
        row("alg none", token(&none, &changed(|_| ())), Proof, |f| {
            *f == Failure::Token(JwtError::Algorithm("none".to_owned()))
        }),
        Row {
            web: with_stranger,
            ..row("the key of another issuer", by(&other, &foreign), Key, |f| {
                *f == Failure::OtherController
            })
        },
        row(
            "another key under our name",
            by(&other, &issuer().verification_method(&other.verifying_key())),
            Key,
            |f| *f == Failure::UnknownKey,
        ),
        row(
            "another key that says it is ours",
            by(&other, &method()),
            Signature,
            |f| *f == Failure::Signature,
        ),
        Row {
            now: examples::moment() - TimeDelta::days(1),
            ..row("a clock that is a day slow", changed(|_| ()), Period, |f| {
                matches!(f, Failure::NotYetValid(_))
            })
        },
        Row {
            now: until + TimeDelta::days(1),
            ..row("a clock that is a day fast", brief.to_string(), Period, |f| {
                matches!(f, Failure::Expired(_))
            })
        },
    ];
    for row in rows {
        let measure = Measure::begin();
        let verdict = verify(&row.bytes, &row.web, row.now);
        measure.within(ROOM, row.what);
        assert!(!verdict.is_valid(), "{}", row.what);
        let failure = verdict.failure(row.check);
        assert!(failure.is_some_and(row.wanted), "{}: {verdict:?}", row.what);
        for check in &verdict.checks {
            let sentence = check.sentence();
            assert!(
                sentence.ends_with('.') && sentence.len() < 400,
                "{}: {sentence}",
                row.what
            );
        }
    }
}

/// What it is, the status list if there is one, and whether a failure is the one that was expected.
type Listed = (&'static str, Option<Vec<u8>>, fn(&Failure) -> bool);

#[test]
fn every_hostile_status_list_leaves_revocation_open_and_says_so() {
    alone(status_lists);
}

fn status_lists() {
    let url = issuer().status_url("1");
    let (key, other) = (examples::key(), SigningKey::from_bytes(&[9; 32]));
    let listed = |change: &dyn Fn(&mut StatusListCredential)| {
        let bits = Bitstring::default();
        let mut list =
            StatusListCredential::revocation(&url, issuer().did(), &bits, examples::moment()).unwrap();
        change(&mut list);
        let signed = sign(&list, &key, &method(), examples::moment()).unwrap();
        signed.into_string().into_bytes()
    };
    let bomb = gzip_bomb();
    let mut forged: Value = serde_json::from_slice(&status_list(&issuer(), &key, &url, &[INDEX])).unwrap();
    forged["credentialSubject"]["encodedList"] = json!(Bitstring::default().encode().unwrap());
    let rows: Vec<Listed> = vec![
        ("missing", None, |f| *f == Failure::StatusUnavailable),
        (
            "forged: bits exchanged",
            Some(forged.to_string().into_bytes()),
            |f| *f == Failure::StatusListBad(Box::new(Failure::Signature)),
        ),
        (
            "forged: another key",
            Some(status_list(&issuer(), &other, &url, &[])),
            |f| *f == Failure::StatusListBad(Box::new(Failure::UnknownKey)),
        ),
        (
            "a badge instead",
            Some(signed(&badge()).to_string().into_bytes()),
            |f| matches!(f, Failure::StatusListBad(_)),
        ),
        (
            "from tomorrow",
            Some(listed(&|list| list.valid_from = now() + TimeDelta::days(1))),
            |f| matches!(f, Failure::StatusListBad(why) if matches!(**why, Failure::NotYetValid(_))),
        ),
        (
            "from yesterday",
            Some(listed(&|list| {
                list.valid_until = Some(now() - TimeDelta::days(1))
            })),
            |f| matches!(f, Failure::StatusListBad(why) if matches!(**why, Failure::Expired(_))),
        ),
        (
            "bits that unpack to 512 MB",
            Some(listed(&|list| {
                list.credential_subject.encoded_list.clone_from(&bomb)
            })),
            |f| *f == Failure::StatusList(StatusError::TooLong),
        ),
        (
            "no bits",
            Some(listed(&|list| {
                list.credential_subject.encoded_list = "u".to_owned()
            })),
            |f| *f == Failure::StatusList(StatusError::Gzip),
        ),
        ("100 MB", Some(vec![b'{'; HUNDRED_MB]), |f| {
            *f == Failure::StatusListBad(Box::new(Failure::TooLarge(MAX_DOCUMENT)))
        }),
        (
            "nested without end",
            Some(vec![b'['; 900_000]),
            |f| matches!(f, Failure::StatusListBad(why) if matches!(**why, Failure::NotJson(_))),
        ),
    ];
    let document = signed(&badge());
    for (what, list, wanted) in rows {
        let mut web = web(&[]);
        web.lists.clear();
        web.lists.extend(list.map(|list| (url.clone(), list)));
        let measure = Measure::begin();
        let verdict = check(&document, &web);
        // The resolver of this test hands out a copy of the 100 MB.
        measure.within(ROOM + 100, what);
        assert!(!verdict.is_valid() && !verdict.is_revoked(), "{what}");
        let failure = verdict.failure(CheckKind::Status);
        assert!(failure.is_some_and(wanted), "{what}: {verdict:?}");
        assert!(
            failure.is_some_and(|failure| failure.to_string().len() < 400),
            "{what}"
        );
    }
}
