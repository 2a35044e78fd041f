//! Badges of Open Badges 1.0 and 2.0 as their issuers host, sign and bake them.

use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openbadges::testing::pictures::{chunk, with_chunks};
use serde_json::{Value, json};

use super::Net;
use super::others::{Case, VALID, case};
use super::tokens::{Rsa, token};

const HOST: &str = "https://older.example";

/// An assertion of Open Badges 2.0.
fn assertion(id: &str) -> Value {
    json!({ "@context": "https://w3id.org/openbadges/v2", "type": "Assertion", "id": id, "badge": format!("{HOST}/class"),
        "verification": { "type": "HostedBadge" }, "issuedOn": "2024-01-04T18:05:51.710973+00:00",
        "recipient": { "type": "email", "hashed": true, "salt": "9c1f0a",
            "identity": "sha256$2dc26111ed447a9c2e5c675c07e9ea1d1db8d3330fbea5bafb1a0f801ff20736" } })
}

pub(super) fn hosted(cases: &mut Vec<Case>, net: &mut Net) {
    net.publish(&format!("{HOST}/issuer"), &json!({ "type": "Issuer", "id": format!("{HOST}/issuer"), "name": "Harbour College",
        "url": HOST, "revocationList": format!("{HOST}/revoked"), "verification": { "allowedOrigins": ["files.example"] } }));
    net.publish(&format!("{HOST}/class"), &json!({ "type": "BadgeClass", "id": format!("{HOST}/class"), "name": "Basic welding",
        "description": "Joins two plates.", "criteria": { "narrative": "A teacher judged it." }, "issuer": format!("{HOST}/issuer") }));
    let mut publish = |id: &str, change: &dyn Fn(&mut Value)| {
        let mut document = assertion(id);
        change(&mut document);
        net.publish(id, &document);
        document
    };
    let at = |name: &str| format!("{HOST}/{name}");
    let same = publish(&at("same"), &|_| ());
    publish(&at("told"), &|d| d["narrative"] = json!("since then"));
    publish(&at("other"), &|d| d["recipient"]["salt"] = json!("another"));
    publish(&at("gone"), &|d| d["revoked"] = json!(true));
    publish(&at("over"), &|d| d["expires"] = json!("2026-01-01"));
    let allowed = publish("https://files.example/1", &|_| ());
    let moved = publish("https://elsewhere.example/1", &|_| ());
    let mut embedded = assertion(&at("none"));
    embedded["badge"] =
        json!({ "type": "BadgeClass", "name": "Basic welding", "issuer": { "id": at("issuer") } });
    let mut element = same.clone();
    element["salt"] = Value::Null;
    let text = |name: &str| assertion(&at(name)).to_string();
    let baked = |kind: &[u8; 4], head: &[u8], inside: &str| {
        with_chunks(&[chunk(
            kind,
            &[b"openbadges\0".as_slice(), head, inside.as_bytes()].concat(),
        )])
    };
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:openbadges=\"http://openbadges.org\">\
                       <openbadges:assertion verify=\"{}\"><![CDATA[{same}]]></openbadges:assertion></svg>",
        at("same")
    );
    let first = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:openbadges=\"http://openbadges.org\">\
                         <openbadges:assertion verify=\"{}\"/></svg>",
        at("same")
    );
    let open = ("unknown", "Hosted", "HostedUnavailable");
    cases.extend([
        case("2.0 hosted", VALID, same.to_string()),
        case(
            "2.0 hosted, with a member that is null",
            VALID,
            element.to_string(),
        ),
        case("2.0 hosted, told otherwise since", VALID, text("told")),
        case(
            "2.0 hosted for somebody else",
            ("invalid", "Hosted", "OtherHosted"),
            text("other"),
        ),
        case(
            "2.0 hosted and revoked",
            ("invalid", "Status", "Revoked"),
            text("gone"),
        ),
        case(
            "2.0 hosted and expired",
            ("invalid", "Period", "Expired"),
            text("over"),
        ),
        case("2.0 hosted where that is allowed", VALID, allowed.to_string()),
        case(
            "2.0 hosted where it is not",
            ("invalid", "Key", "OtherHost"),
            moved.to_string(),
        ),
        case("2.0 unanswered", open, text("none")),
        case("2.0 unanswered, with its class", open, embedded.to_string()),
        case(
            "2.0 class",
            ("unknown", "Members", "OtherKind"),
            net.0[&at("class")].clone(),
        ),
        case("1.0 baked", VALID, baked(b"tEXt", b"", &at("same"))),
        case("1.0 baked, unanswered", open, baked(b"tEXt", b"", &at("none"))),
        case("2.0 baked", VALID, baked(b"iTXt", &[0; 4], &same.to_string())),
        case("2.0 baked into an SVG", VALID, svg),
        case("1.0 baked into an SVG", VALID, first),
    ]);
}

pub(super) fn signed(cases: &mut Vec<Case>, net: &mut Net) {
    let rsa = Rsa(RsaKeyPair::generate(KeySize::Rsa2048).unwrap());
    let pem = format!(
        "-----BEGIN RSA PUBLIC KEY-----\n{}\n-----END RSA PUBLIC KEY-----\n",
        STANDARD.encode(rsa.0.public_key().as_ref())
    );
    let key = |id: &str, owner: &str| json!({ "type": "CryptographicKey", "id": id, "owner": owner, "publicKeyPem": pem });
    let (own, foreign) = (format!("{HOST}/key"), "https://elsewhere.example/key".to_owned());
    net.publish(&own, &key(&own, &format!("{HOST}/issuer")));
    net.publish(&foreign, &key(&foreign, "https://elsewhere.example/issuer"));
    net.publish(
        &format!("{HOST}/revoked"),
        &json!({ "revokedAssertions": ["urn:uuid:1", { "id": "urn:uuid:2" }] }),
    );
    let by = |id: &str, creator: &str, said: &str| {
        let mut claims = assertion(id);
        claims["verification"] = json!({ "type": "SignedBadge", "creator": creator });
        token(&json!({ "alg": "RS256" }), &claims, |message| {
            rsa.sign(&format!("{message}{said}"))
        })
    };
    cases.extend([
        case("2.0 signed", VALID, by("urn:uuid:3", &own, "")),
        case(
            "2.0 signed, changed",
            ("invalid", "Signature", "Signature"),
            by("urn:uuid:3", &own, "x"),
        ),
        case(
            "2.0 signed, and its signature cannot be decoded",
            ("invalid", "Signature", "Signature"),
            format!("{}!", by("urn:uuid:3", &own, "")),
        ),
        case(
            "2.0 signed, unanswered, and its signature cannot be decoded",
            ("invalid", "Signature", "Signature"),
            format!("{}!", by("urn:uuid:3", "https://x.example/key", "")),
        ),
        case(
            "2.0 hosted, in a token without a signature",
            ("invalid", "Signature", "Signature"),
            token(&json!({ "alg": "RS256" }), &assertion("urn:uuid:3"), |_| {
                Vec::new()
            }),
        ),
        case(
            "2.0 signed and revoked",
            ("invalid", "Status", "Revoked"),
            by("urn:uuid:2", &own, ""),
        ),
        case(
            "2.0 signed by somebody else",
            ("invalid", "Key", "OtherController"),
            by("urn:uuid:3", &foreign, ""),
        ),
        case(
            "2.0 signed, unanswered",
            ("unknown", "Key", "IssuerUnavailable"),
            by("urn:uuid:3", "https://x.example/key", ""),
        ),
    ]);
}
