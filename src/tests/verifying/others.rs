//! Badges of other people's making, of every kind that is about: older data models and standards, other keys, other lists,
//! wrapped as wallets do it. Page and server give the verdict that is right, and it is never "not valid" for what is only
//! unusual.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ed25519_dalek::Signer as _;
use openbadges::canon::canonicalize_bounded;
use openbadges::testing::examples;
use openbadges::verify::{Outcome, Verdict, verify_file, verify_file_of};
use openbadges::{jsonld, multibase};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::foreign::signed_as;
use super::tokens::{Ecdsa, Rsa, token};
use super::{Net, VerifierPage, now, older, same};

const V1: &str = "https://www.w3.org/2018/credentials/v1";
const V2: &str = "https://www.w3.org/ns/credentials/v2";
const OB: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";

/// A badge, and what is to be said of it: the verdict, and the check that decides with its reason.
pub(super) struct Case {
    name: String,
    verdict: &'static str,
    kind: &'static str,
    code: &'static str,
    bytes: Vec<u8>,
}

pub(super) fn case(
    name: &str,
    (verdict, kind, code): (&'static str, &'static str, &'static str),
    bytes: impl Into<Vec<u8>>,
) -> Case {
    Case {
        name: name.to_owned(),
        verdict,
        kind,
        code,
        bytes: bytes.into(),
    }
}

pub(super) const VALID: (&str, &str, &str) = ("valid", "", "");

fn did_key() -> (String, Value, String) {
    let key = multibase::encode_key(&examples::key().verifying_key());
    let did = format!("did:key:{key}");
    let issuer = json!({ "id": did, "type": ["Profile"], "name": "Foreign College" });
    let method = format!("{did}#{key}");
    (did, issuer, method)
}

/// A badge without a proof.
fn plain(contexts: &[&str]) -> Value {
    json!({
        "@context": contexts, "id": "urn:uuid:b755fc16-3e46-4f19-a502-e705d8f22feb",
        "type": ["VerifiableCredential", "OpenBadgeCredential"], "name": "Teamwork",
        "credentialSubject": { "id": "urn:uuid:0de79333-ca50-4da0-bb26-f20c4b752bd9", "type": ["AchievementSubject"],
            "achievement": { "id": "https://f.example/a/1", "type": ["Achievement"], "name": "Teamwork",
                "description": "Works in a team.", "criteria": { "narrative": "Nominated by peers." } } } })
}

pub(super) fn current() -> Value {
    let mut document = plain(&[V2, OB]);
    document["validFrom"] = json!("2024-02-01T00:00:00Z");
    document
}

fn older_model() -> Value {
    let mut document = plain(&[V1, OB, "https://w3id.org/security/data-integrity/v2"]);
    document["issuanceDate"] = json!("2024-02-01T00:00:00Z");
    document
}

pub(super) fn by_key(document: &Value) -> Value {
    let (_, issuer, method) = did_key();
    signed_as(document, &issuer, &method).unwrap()
}

/// Signed as before there was `eddsa-rdfc-2022`: the same bytes under another name.
fn by_older_suite(document: &Value) -> Value {
    let (_, issuer, method) = did_key();
    let mut document = document.clone();
    document["issuer"] = issuer;
    let mut proof = json!({
        "@context": document["@context"], "type": "Ed25519Signature2020", "created": "2024-03-01T00:00:00Z",
        "proofPurpose": "assertionMethod", "verificationMethod": method });
    let mut message = Vec::new();
    for part in [&proof, &document] {
        let canonical = canonicalize_bounded(&jsonld::quads(part).unwrap()).unwrap();
        message.extend_from_slice(&Sha256::digest(canonical));
    }
    proof["proofValue"] = json!(multibase::encode_signature(&examples::key().sign(&message)));
    proof.as_object_mut().unwrap().remove("@context");
    document["proof"] = proof;
    document
}

fn presented(badges: &[Value]) -> String {
    json!({ "@context": [V2], "type": ["VerifiablePresentation"], "verifiableCredential": badges })
        .to_string()
}

/// The claims of a token round that badge.
fn claims_of(document: &Value, issuer: &str) -> Value {
    let mut claims = document.clone();
    claims["issuer"] = json!({ "id": issuer, "type": ["Profile"], "name": "Foreign College" });
    claims["iss"] = json!(issuer);
    claims["jti"] = claims["id"].clone();
    claims["sub"] = claims["credentialSubject"]["id"].clone();
    claims["nbf"] = json!(1_706_745_600);
    claims
}

fn did_jwk(jwk: &Value) -> String {
    format!("did:jwk:{}", URL_SAFE_NO_PAD.encode(jwk.to_string()))
}

fn models(cases: &mut Vec<Case>) {
    let plain = by_key(&current());
    let mut changed = by_key(&older_model());
    changed["name"] = json!("Leadership");
    let mut over = older_model();
    over["expirationDate"] = json!("2026-01-01T00:00:00Z");
    let mut suite = older_model();
    suite["@context"][2] = json!("https://w3id.org/security/suites/ed25519-2020/v1");
    let mut nobody = current();
    nobody["credentialSubject"].as_object_mut().unwrap().remove("id");
    let mut levels = current();
    levels["credentialSubject"]["result"] =
        json!([{ "type": ["Result"], "resultDescription": "urn:x:1", "value": "90" }]);
    cases.extend([
        case("3.0", VALID, plain.to_string()),
        case(
            "3.0 in a presentation",
            VALID,
            presented(std::slice::from_ref(&plain)),
        ),
        case(
            "two in a presentation",
            VALID,
            presented(&[plain.clone(), plain.clone()]),
        ),
        case(
            "a changed one beside a good one in a presentation",
            ("invalid", "Parts", "Part"),
            presented(&[plain, changed.clone()]),
        ),
        case("data model 1.1", VALID, by_key(&older_model()).to_string()),
        case(
            "data model 1.1, changed",
            ("invalid", "Signature", "Signature"),
            changed.to_string(),
        ),
        case(
            "data model 1.1, expired",
            ("invalid", "Period", "Expired"),
            by_key(&over).to_string(),
        ),
        case("Ed25519Signature2020", VALID, by_older_suite(&suite).to_string()),
        case("no recipient", VALID, by_key(&nobody).to_string()),
        case(
            "a result that is not described",
            VALID,
            by_key(&levels).to_string(),
        ),
    ]);
}

fn tokens(cases: &mut Vec<Case>, net: &mut Net) {
    let key = Ecdsa::new();
    let did = did_jwk(&key.jwk());
    let header = json!({ "alg": "ES256", "typ": "JWT", "cty": "vc", "kid": format!("{did}#0") });
    let by = |claims: &Value| token(&header, claims, |message| key.sign(message));
    let mut own = claims_of(&current(), &did);
    own["credentialSubject"]["achievement"]["ECTS"] = json!(2.5);
    let mut inner = older_model();
    inner["@context"] = json!([V1, OB]);
    inner["issuer"] = json!({ "id": did, "type": ["Profile"] });
    let legacy = |vc: &Value| json!({ "iss": did, "jti": vc["id"], "nbf": 1_706_745_600, "vc": vc });
    let mut undated = inner.clone();
    undated.as_object_mut().unwrap().remove("issuanceDate");
    let mut over = legacy(&inner);
    over["exp"] = json!(1_767_225_600);
    let mut other = legacy(&inner);
    other["iss"] = json!("did:web:x.example");
    let compact = by(&claims_of(&current(), &did));
    let enveloped = json!({ "type": "EnvelopedVerifiableCredential", "id": format!("data:application/vc+jwt,{compact}") });
    cases.extend([
        case("did:jwk, cty", VALID, compact.clone()),
        case("token in a presentation", VALID, presented(&[json!(compact)])),
        case(
            "token in a presentation, and its signature cannot be decoded",
            ("invalid", "Signature", "Signature"),
            presented(&[json!(format!("{compact}!"))]),
        ),
        case(
            "a token with disclosures, which is another kind (SD-JWT)",
            ("unknown", "Readable", "NotJson"),
            format!("{compact}~"),
        ),
        case("token in an envelope", VALID, presented(&[enveloped])),
        case("members of its own", VALID, by(&own)),
        case("vc claim", VALID, by(&legacy(&inner))),
        case("vc claim, dated by its claims", VALID, by(&legacy(&undated))),
        case("vc claim, expired", ("invalid", "Period", "Expired"), by(&over)),
        case(
            "vc claim of another issuer",
            ("invalid", "Claims", "Claims"),
            by(&other),
        ),
    ]);

    let document =
        EcdsaKeyPair::generate_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &SystemRandom::new()).unwrap();
    let wide = EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, document.as_ref()).unwrap();
    let point = wide.public_key().as_ref();
    let jwk = json!({ "kty": "EC", "crv": "P-384", "x": URL_SAFE_NO_PAD.encode(&point[1..49]),
        "y": URL_SAFE_NO_PAD.encode(&point[49..97]) });
    let short = [&[0x81, 0x24, 2 + (point[96] & 1)], &point[1..49]].concat();
    let multikey = format!("z{}", bs58::encode(short).into_string());
    let by_wide = |did: &str, fragment: &str, said: &[u8]| {
        let header = json!({ "alg": "ES384", "kid": format!("{did}#{fragment}") });
        token(&header, &claims_of(&current(), did), |message| {
            let signed = [message.as_bytes(), said].concat();
            wide.sign(&SystemRandom::new(), &signed)
                .unwrap()
                .as_ref()
                .to_vec()
        })
    };
    let (by_jwk, by_key) = (did_jwk(&jwk), format!("did:key:{multikey}"));
    cases.extend([
        case("ES384, did:jwk", VALID, by_wide(&by_jwk, "0", b"")),
        case("ES384, did:key", VALID, by_wide(&by_key, &multikey, b"")),
        case(
            "ES384 of something else",
            ("invalid", "Signature", "Signature"),
            by_wide(&by_jwk, "0", b"x"),
        ),
    ]);

    let rsa = Rsa(RsaKeyPair::generate(KeySize::Rsa2048).unwrap());
    let site = "https://school.example/issuer";
    net.publish("https://school.example/keys/1", &rsa.jwk());
    let mut named = rsa.jwk();
    named["kid"] = json!("main");
    net.publish(
        "https://school.example/.well-known/jwks.json",
        &json!({ "keys": [{ "kid": "old" }, named] }),
    );
    let by_rsa = |header: &Value, said: &str| {
        token(header, &claims_of(&current(), site), |message| {
            rsa.sign(&format!("{message}{said}"))
        })
    };
    let by_address = |kid: &str| json!({ "alg": "RS256", "kid": kid });
    let carried = json!({ "alg": "RS256", "jwk": rsa.jwk() });
    cases.extend([
        case(
            "RS256 by address",
            VALID,
            by_rsa(&by_address("https://school.example/keys/1"), ""),
        ),
        case("RS256 by name", VALID, by_rsa(&by_address("main"), "")),
        case("RS256 carried", VALID, by_rsa(&carried, "")),
        case(
            "RS256 of something else",
            ("invalid", "Signature", "Signature"),
            by_rsa(&carried, "x"),
        ),
        case(
            "RS256 by a name that is not there",
            ("invalid", "Key", "UnknownKey"),
            by_rsa(&by_address("gone"), ""),
        ),
        case(
            "RS256 elsewhere",
            ("unknown", "Key", "IssuerNotADid"),
            by_rsa(&by_address("https://x.example/1"), ""),
        ),
        case(
            "RS256 unanswered",
            ("unknown", "Key", "IssuerUnavailable"),
            by_rsa(&by_address("https://school.example/2"), ""),
        ),
    ]);
}

fn lists(cases: &mut Vec<Case>, net: &mut Net) {
    let (did, ..) = did_key();
    let key = Ecdsa::new();
    let by = did_jwk(&key.jwk());
    let id = current()["id"].clone();
    let mut listed = |name: &str, document: &Value| {
        let url = format!("https://lists.example/{name}");
        net.publish(&url, document);
        url
    };
    let others = listed(
        "others",
        &json!({ "issuer": by, "revokedCredential": [{ "id": "urn:x" }, { "id": id, "revoked": false }] }),
    );
    let revoked = listed(
        "revoked",
        &json!({ "revokedCredential": [{ "id": id, "revocationReason": "by mistake" }] }),
    );
    let foreign = listed("foreign", &json!({ "issuer": did, "revokedCredential": [] }));
    let header = json!({ "alg": "ES256", "kid": format!("{by}#0") });
    let with = |url: &str| {
        let mut claims = claims_of(&current(), &by);
        claims["credentialStatus"] = json!({ "id": url, "type": "1EdTechRevocationList" });
        token(&header, &claims, |message| key.sign(message))
    };
    cases.extend([
        case("1EdTech list of others", VALID, with(&others)),
        case(
            "1EdTech list with it",
            ("invalid", "Status", "Revoked"),
            with(&revoked),
        ),
        case(
            "1EdTech list of another issuer",
            ("invalid", "Status", "OtherStatusList"),
            with(&foreign),
        ),
        case(
            "1EdTech list unanswered",
            ("unknown", "Status", "StatusUnavailable"),
            with("https://lists.example/none"),
        ),
    ]);
}

fn cases() -> (Net, Vec<Case>) {
    let (mut net, mut cases) = (Net::default(), Vec::new());
    models(&mut cases);
    tokens(&mut cases, &mut net);
    lists(&mut cases, &mut net);
    older::hosted(&mut cases, &mut net);
    older::signed(&mut cases, &mut net);
    (net, cases)
}

fn judged(case: &Case, net: &Net) -> Verdict {
    verify_file(&case.bytes, net, now())
}

fn word(verdict: &Verdict) -> &'static str {
    match verdict.outcome() {
        Outcome::Valid => "valid",
        Outcome::Invalid => "invalid",
        Outcome::Unknown => "unknown",
    }
}

#[test]
fn the_server_judges_each_kind_and_refuses_none_for_being_unusual() {
    let (net, cases) = cases();
    for case in &cases {
        let verdict = judged(case, &net);
        assert_eq!(word(&verdict), case.verdict, "{}: {verdict:?}", case.name);
        // Without the net nothing of all this is called wrong that is not wrong in itself.
        let alone = judged(case, &Net::default());
        assert!(
            case.verdict == "invalid" || alone.outcome() != Outcome::Invalid,
            "{}: {alone:?}",
            case.name
        );
    }
}

#[test]
fn the_page_gives_the_same_verdict_for_each_kind() {
    crate::app::block_on(async {
        let Some(verifier) = VerifierPage::open(&[]).await else {
            return;
        };
        let (net, cases) = cases();
        let files: Vec<Value> = cases
            .iter()
            .map(|case| json!({ "base64": STANDARD.encode(&case.bytes) }))
            .collect();
        let found = verifier.check(&files, &net, now()).await;
        for (case, finding) in cases.iter().zip(&found) {
            assert_eq!(finding.verdict, case.verdict, "{}: {finding:?}", case.name);
            if case.kind.is_empty() {
                assert!(finding.checks.values().all(|one| one.state == "held"));
            } else {
                assert_eq!(
                    finding.checks[case.kind].code, case.code,
                    "{}: {finding:?}",
                    case.name
                );
            }
            same(finding, &judged(case, &net), &case.name);
        }
        verifier.end().await;
    });
}

#[test]
fn a_badge_that_knows_its_holder_otherwise_is_never_said_to_be_of_somebody_else() {
    crate::app::block_on(async {
        let Some(verifier) = VerifierPage::open(&[]).await else {
            return;
        };
        let with_all = |identifiers: &[Value]| {
            let mut document = current();
            document["credentialSubject"]["identifier"] = json!(identifiers);
            by_key(&document).to_string()
        };
        let with = |identifier: Value| with_all(&[identifier]);
        let known = |kind: &str, value: &str| json!({ "type": "IdentityObject", "hashed": false, "identityHash": value, "identityType": kind });
        let platform = with(known("ltiUserId", "4711"));
        let email = with(known("emailAddress", "learner@example.org"));
        let concealed = |kind: &str, value: &str| {
            json!({ "type": "IdentityObject", "hashed": true, "salt": "Kosher",
            "identityHash": format!("sha256${}", hex::encode(Sha256::digest(format!("{value}Kosher")))), "identityType": kind })
        };
        let on_moodle = "https://moodle.example#7";
        let alone = with(concealed("ltiUserId", on_moodle));
        let both = with_all(&[
            concealed("ltiUserId", on_moodle),
            concealed("emailAddress", "learner@example.org"),
        ]);
        let capitals = with(concealed("emailAddress", "Learner@Example.org"));
        let weak = json!({ "type": "IdentityObject", "hashed": true, "identityType": "emailAddress",
            "identityHash": "md5$5d41402abc4b2a76b9719d911017c592" });
        let weak = with(weak);
        let nobody = by_key(&current()).to_string();
        let (net, cases) = cases();
        let hosted = cases.iter().find(|case| case.name == "2.0 hosted").unwrap();
        let hosted = String::from_utf8(hosted.bytes.clone()).unwrap();
        let asked = [
            (&platform, "learner@example.org", "unknown", "OtherIdentifier"),
            (&platform, "4711", "valid", ""),
            (&platform, "4712", "invalid", "OtherRecipient"),
            (&email, "learner@example.org", "valid", ""),
            (&email, "someone@example.org", "invalid", "OtherRecipient"),
            (&email, "4711", "unknown", "OtherIdentifier"),
            (&nobody, "learner@example.org", "unknown", "OtherIdentifier"),
            (&email, "Learner@Example.ORG", "valid", ""),
            (&alone, "learner@example.org", "unknown", "OtherIdentifier"),
            (&alone, on_moodle, "valid", ""),
            (&both, "learner@example.org", "valid", ""),
            (&both, "LEARNER@example.org", "valid", ""),
            (&both, on_moodle, "valid", ""),
            (&both, "someone@example.org", "invalid", "OtherRecipient"),
            (&capitals, "Learner@Example.org", "valid", ""),
            (&weak, "learner@example.org", "unknown", "UnknownHash"),
            (&hosted, "learner@example.org", "valid", ""),
            (&hosted, "Learner@example.org", "valid", ""),
            (&hosted, "someone@example.org", "invalid", "OtherRecipient"),
        ];
        let inputs: Vec<Value> = asked
            .iter()
            .map(|(text, recipient, ..)| json!({ "text": text, "recipient": recipient }))
            .collect();
        let found = verifier.check(&inputs, &net, now()).await;
        for ((text, recipient, verdict, code), finding) in asked.iter().zip(&found) {
            assert_eq!(finding.verdict, *verdict, "{recipient}: {finding:?}");
            assert_eq!(
                finding.checks["Recipient"].code, *code,
                "{recipient}: {finding:?}"
            );
            let server = verify_file_of(text.as_bytes(), &net, now(), Some(*recipient));
            same(finding, &server, recipient);
        }
        assert!(
            found[0].checks["Recipient"]
                .sentence
                .contains("user id of a learning platform")
        );
        verifier.end().await;
    });
}

/// The collection that lies beside the kit: each file with its verdict where the web answers, and where nothing does.
const COLLECTED: &[(&str, &str, &str)] = &[
    ("ld-didkey-plain.json", "valid", "valid"),
    ("vp-around-valid.json", "valid", "valid"),
    ("ld-vcdm11-eddsa-rdfc.json", "valid", "valid"),
    ("ld-refresh-terms.json", "valid", "valid"),
    ("jwt-rs256-didweb.jwt", "valid", "unknown"),
    ("jwt-rs256-kid-url.jwt", "valid", "unknown"),
    ("jwt-es256-didjwk.jwt", "valid", "valid"),
    ("jwt-v1-vc-claim-didjwk.jwt", "valid", "valid"),
    ("jwt-own-member-es256-didweb.jwt", "valid", "unknown"),
    ("ob2-hosted-by-address.json", "valid", "unknown"),
    ("ob2-hosted-embedded-class.json", "unknown", "unknown"),
    ("ob2-hosted-expires-null-salt.json", "unknown", "unknown"),
    ("ob2-signed.jws", "valid", "unknown"),
    ("ob1-baked-address.png", "unknown", "unknown"),
    ("ob2-baked-hosted.png", "valid", "unknown"),
];

#[test]
fn every_badge_of_the_collection_gets_its_verdict_from_both() {
    let Some(folder) = super::judges::folder().map(|folder| folder.join("badges")) else {
        return;
    };
    if !folder.exists() {
        crate::store::testing::say(
            "left out: the collection of badges, which .ci/judges/prepare did not find",
        );
        return;
    }
    crate::app::block_on(async {
        let Some(verifier) = VerifierPage::open(&[]).await else {
            return;
        };
        let hosted: Value =
            serde_json::from_slice(&std::fs::read(folder.join("hosted.json")).unwrap()).unwrap();
        let mut web = Net::default();
        for (url, document) in hosted.as_object().unwrap() {
            web.publish(url, document);
        }
        let files: Vec<Vec<u8>> = COLLECTED
            .iter()
            .map(|(name, ..)| std::fs::read(folder.join(name)).unwrap())
            .collect();
        let inputs: Vec<Value> = files
            .iter()
            .map(|file| json!({ "base64": STANDARD.encode(file) }))
            .collect();
        for (net, answered) in [(&web, true), (&Net::default(), false)] {
            let found = verifier.check(&inputs, net, now()).await;
            for (((name, with, without), file), finding) in COLLECTED.iter().zip(&files).zip(&found) {
                let expected = if answered { with } else { without };
                let verdict = verify_file(file, net, now());
                assert_eq!(word(&verdict), *expected, "{name}: {verdict:?}");
                assert_eq!(finding.verdict, *expected, "{name}: {finding:?}");
                eprintln!(
                    "| {name} | {answered} | {} | {} |",
                    word(&verdict),
                    finding.verdict
                );
            }
        }
        verifier.end().await;
    });
}
