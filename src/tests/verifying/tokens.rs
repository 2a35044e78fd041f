//! Badges as tokens (VC-JWT) of whomever: page and server give one verdict for one reason, which each case names.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ed25519_dalek::Signer as _;
use openbadges::bake::bake_svg;
use openbadges::testing::examples;
use serde_json::{Value, json};

use super::{Net, VerifierPage, judged, now, same};

const DID: &str = "did:web:badges.example:issuers:abc";

/// A key of the curve that tokens are signed with.
pub(super) struct Ecdsa(EcdsaKeyPair);

impl Ecdsa {
    pub(super) fn new() -> Self {
        let document =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
        Self(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref()).unwrap())
    }

    pub(super) fn sign(&self, message: &str) -> Vec<u8> {
        let signature = self.0.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        signature.as_ref().to_vec()
    }

    pub(super) fn jwk(&self) -> Value {
        let point = self.0.public_key().as_ref();
        let (x, y) = (&point[1..33], &point[33..65]);
        json!({ "kty": "EC", "crv": "P-256", "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y) })
    }

    /// `zDn…`: the multicodec of P-256, and the point in its short form.
    fn multibase(&self) -> String {
        let point = self.0.public_key().as_ref();
        let short = [&[0x80, 0x24, 2 + (point[64] & 1)], &point[1..33]].concat();
        format!("z{}", bs58::encode(short).into_string())
    }
}

/// A key of the kind that the standard names first.
pub(super) struct Rsa(pub(super) RsaKeyPair);

impl Rsa {
    pub(super) fn sign(&self, message: &str) -> Vec<u8> {
        let mut signature = vec![0; self.0.public_modulus_len()];
        let rng = SystemRandom::new();
        self.0
            .sign(&RSA_PKCS1_SHA256, &rng, message.as_bytes(), &mut signature)
            .unwrap();
        signature
    }

    pub(super) fn jwk(&self) -> Value {
        // RSAPublicKey (RFC 8017, appendix A.1.1) of 2048 bits: the modulus stands behind nine bytes of lengths.
        let written = self.0.public_key().as_ref();
        json!({ "kty": "RSA", "n": URL_SAFE_NO_PAD.encode(&written[9..265]), "e": "AQAB" })
    }
}

fn badge(issuer: &str) -> Value {
    let mut badge = serde_json::to_value(examples::full_badge(4).unwrap()).unwrap();
    badge.as_object_mut().unwrap().remove("credentialStatus");
    badge["issuer"]["id"] = json!(issuer);
    badge
}

pub(super) fn claims(issuer: &str) -> Value {
    let mut claims = badge(issuer);
    claims["iss"] = json!(issuer);
    claims["jti"] = claims["id"].clone();
    claims["nbf"] = json!(examples::moment().timestamp());
    claims["sub"] = claims["credentialSubject"]["id"].clone();
    claims
}

pub(super) fn token(header: &Value, claims: &Value, sign: impl Fn(&str) -> Vec<u8>) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(header), part(claims));
    let signature = URL_SAFE_NO_PAD.encode(sign(&message));
    format!("{message}.{signature}")
}

/// A token, and what is to be said of it: the verdict, and the check that decides with its reason.
pub(super) struct Case {
    pub(crate) verdict: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) code: &'static str,
    pub(crate) text: String,
}

/// Tokens of every kind with the net that they are judged in; the first is as good as any.
pub(super) fn cases() -> (Net, Vec<Case>) {
    let (own, foreign, edwards) = (Ecdsa::new(), Ecdsa::new(), examples::key());
    let multikey = examples::issuer()
        .unwrap()
        .verification_method(&edwards.verifying_key());
    let jwk_id = format!("{DID}#token");
    let rsa = Rsa(RsaKeyPair::generate(KeySize::Rsa2048).unwrap());
    let rsa_id = format!("{DID}#rsa");
    let mut net = Net::default();
    net.publish(
        "https://badges.example/issuers/abc/did.json",
        &json!({ "id": DID, "assertionMethod": [jwk_id, multikey, rsa_id], "verificationMethod": [
            { "id": rsa_id, "type": "JsonWebKey", "controller": DID, "publicKeyJwk": rsa.jwk() },
            { "id": jwk_id, "type": "JsonWebKey", "controller": DID, "publicKeyJwk": own.jwk() },
            { "id": multikey, "type": "Multikey", "controller": DID,
              "publicKeyMultibase": multikey.split('#').nth(1).unwrap() },
            { "id": format!("{DID}#other"), "type": "JsonWebKey", "controller": DID, "publicKeyJwk": foreign.jwk() }] }),
    );
    let mut key_set = json!({ "keys": [{ "kid": "other" }, { "kid": "1" }] });
    for (name, value) in own.jwk().as_object().unwrap() {
        key_set["keys"][1][name] = value.clone();
    }
    net.publish("https://school.example/keys", &key_set);

    let es256 = json!({ "alg": "ES256", "typ": "JWT", "kid": jwk_id });
    let by = |header: &Value, claims: &Value| token(header, claims, |message| own.sign(message));
    let with = |name: &str, value: Value| {
        let mut header = es256.clone();
        header[name] = value;
        by(&header, &claims(DID))
    };
    let claiming = |name: &str, value: Value| {
        let mut changed = claims(DID);
        changed[name] = value;
        by(&es256, &changed)
    };
    let good = by(&es256, &claims(DID));
    let parts: Vec<&str> = good.split('.').collect();
    let mut private = own.jwk();
    private["d"] = json!("AAAA");
    let key_did = format!("did:key:{}", own.multibase());
    let key_header = json!({ "alg": "ES256", "kid": format!("{key_did}#{}", own.multibase()) });
    let by_edwards = |alg: &str, kid: &str| {
        token(&json!({ "alg": alg, "kid": kid }), &claims(DID), |message| {
            edwards.sign(message.as_bytes()).to_bytes().to_vec()
        })
    };
    let by_rsa = |header: Value, claims: &Value| token(&header, claims, |message| rsa.sign(message));
    let alone = |key: &Ecdsa| json!({ "alg": "ES256", "jwk": key.jwk() });
    let mut bent = own.jwk();
    bent["y"] = bent["x"].clone();
    let nbf = u32::try_from(examples::moment().timestamp()).unwrap();
    let web = "https://school.example/issuer";
    let cases: Vec<(&str, &str, &str, String)> = vec![
        ("valid", "", "", good.clone()),
        ("valid", "", "", format!("\n{good}\n")),
        ("valid", "", "", with("kid", json!("token"))),
        ("valid", "", "", with("kid", json!("#token"))),
        ("valid", "", "", with("typ", json!("vc+jwt"))),
        ("valid", "", "", with("typ", json!("jwt"))),
        ("valid", "", "", with("typ", json!("VC+JWT"))),
        ("valid", "", "", with("jwk", own.jwk())),
        ("valid", "", "", by(&alone(&own), &claims(DID))),
        ("valid", "", "", by(&alone(&own), &claims(&key_did))),
        ("valid", "", "", by_edwards("EdDSA", &multikey)),
        ("valid", "", "", by_edwards("Ed25519", &multikey)),
        (
            "valid",
            "",
            "",
            by_edwards("Ed25519", multikey.split('#').nth(1).unwrap()),
        ),
        ("valid", "", "", by(&key_header, &claims(&key_did))),
        (
            "valid",
            "",
            "",
            by_rsa(json!({ "alg": "RS256", "kid": rsa_id }), &claims(DID)),
        ),
        (
            "valid",
            "",
            "",
            by_rsa(json!({ "alg": "RS256", "jwk": rsa.jwk() }), &claims(DID)),
        ),
        (
            "invalid",
            "Key",
            "KeyForm",
            by_rsa(
                json!({ "alg": "RS256", "kid": "https://school.example/keys#1" }),
                &claims(web),
            ),
        ),
        ("invalid", "Key", "KeyForm", with("kid", json!(rsa_id))),
        ("invalid", "Key", "KeyForm", by_edwards("EdDSA", &jwk_id)),
        (
            "unknown",
            "Key",
            "IssuerUnavailable",
            by(&alone(&own), &claims(web)),
        ),
        (
            "unknown",
            "Key",
            "IssuerUnavailable",
            by(&alone(&own), &claims("did:web:nobody.example")),
        ),
        (
            "invalid",
            "Proof",
            "TokenHeader",
            by(&json!({ "alg": "ES256" }), &claims(DID)),
        ),
        ("invalid", "Proof", "TokenHeader", with("typ", json!(1))),
        ("invalid", "Proof", "HeaderKey", with("jwk", bent)),
        ("invalid", "Key", "OtherKey", with("jwk", rsa.jwk())),
        ("invalid", "Proof", "HeaderKey", with("jwk", json!("key"))),
        ("invalid", "Proof", "AlgNone", with("alg", json!(["ES256"]))),
        (
            "invalid",
            "Key",
            "UnknownKey",
            by(&alone(&foreign), &claims(&key_did)),
        ),
        ("invalid", "Key", "OtherController", with("kid", json!(DID))),
        ("invalid", "Key", "OtherController", with("kid", json!(""))),
        (
            "invalid",
            "Key",
            "OtherController",
            with("kid", json!("keys/token")),
        ),
        (
            "invalid",
            "Key",
            "OtherController",
            with("kid", json!("keys#token")),
        ),
        (
            "invalid",
            "Key",
            "OtherController",
            with("kid", json!("https://badges.example/#token")),
        ),
        ("invalid", "Signature", "Signature", by_edwards("ES256", &jwk_id)),
        (
            "valid",
            "",
            "",
            by(
                &json!({ "alg": "ES256", "kid": "https://school.example/keys#1" }),
                &claims(web),
            ),
        ),
        (
            "unknown",
            "Key",
            "IssuerNotADid",
            by(
                &json!({ "alg": "ES256", "kid": "https://x.example/keys#1" }),
                &claims(web),
            ),
        ),
        (
            "invalid",
            "Proof",
            "AlgNone",
            token(&json!({ "alg": "none", "kid": jwk_id }), &claims(DID), |_| {
                Vec::new()
            }),
        ),
        ("invalid", "Proof", "AlgSecret", with("alg", json!("HS256"))),
        ("unknown", "Proof", "UnknownProof", with("alg", json!("ES512"))),
        ("invalid", "Key", "KeyForm", with("alg", json!("EdDSA"))),
        ("invalid", "Proof", "TokenHeader", with("crit", json!(["exp"]))),
        ("invalid", "Proof", "TokenHeader", with("typ", json!("at+jwt"))),
        ("invalid", "Proof", "PrivateKey", with("jwk", private)),
        ("invalid", "Key", "OtherKey", with("jwk", foreign.jwk())),
        ("invalid", "Key", "UnknownKey", by(&alone(&foreign), &claims(DID))),
        ("invalid", "Key", "UnknownKey", with("kid", json!("absent"))),
        (
            "invalid",
            "Key",
            "KeyNotForAssertion",
            with("kid", json!("other")),
        ),
        (
            "invalid",
            "Key",
            "OtherController",
            with("kid", json!("did:web:x.example#token")),
        ),
        (
            "invalid",
            "Signature",
            "Signature",
            token(&es256, &claims(DID), |message| foreign.sign(message)),
        ),
        (
            "invalid",
            "Claims",
            "Claims",
            claiming("iss", json!("did:web:x.example")),
        ),
        ("invalid", "Claims", "Claims", claiming("nbf", json!(1))),
        ("valid", "", "", claiming("nbf", json!(f64::from(nbf)))),
        (
            "invalid",
            "Claims",
            "Claims",
            claiming("nbf", json!(f64::from(nbf) + 0.5)),
        ),
        ("invalid", "Claims", "OldForm", claiming("vc", json!({}))),
        ("invalid", "Claims", "Claims", claiming("jti", json!("urn:x"))),
        ("invalid", "Claims", "Claims", claiming("sub", json!("urn:x"))),
        (
            "invalid",
            "Claims",
            "Claims",
            claiming("exp", json!(4_000_000_000_u32)),
        ),
        ("valid", "", "", claiming("grade", json!("A"))),
        (
            "valid",
            "",
            "",
            by(&es256, &json!({ "iss": DID, "vc": badge(DID) })),
        ),
        (
            "invalid",
            "Signature",
            "Signature",
            format!("{}.{}.{}", parts[0], parts[1], URL_SAFE_NO_PAD.encode([1; 64])),
        ),
        (
            "invalid",
            "Signature",
            "Signature",
            format!("{}.{}.{}", parts[0], parts[1], "AAAAA"),
        ),
        (
            "unknown",
            "Readable",
            "NotJson",
            format!("{}.{}!.{}", parts[0], parts[1], parts[2]),
        ),
    ];
    let cases = cases.into_iter().map(|(verdict, kind, code, text)| Case {
        verdict,
        kind,
        code,
        text,
    });
    (net, cases.collect())
}

#[test]
fn tokens_are_judged_by_the_key_that_the_issuer_publishes() {
    crate::app::block_on(async {
        let Some(verifier) = VerifierPage::open(&[]).await else {
            return;
        };
        let (net, cases) = cases();
        let good = &cases[0].text;
        let inputs: Vec<Value> = cases.iter().map(|case| json!({ "text": case.text })).collect();
        let found = verifier.check(&inputs, &net, now()).await;
        for (number, (case, finding)) in cases.iter().zip(&found).enumerate() {
            let Case {
                verdict,
                kind,
                code,
                text,
            } = case;
            same(finding, &judged(text, &net), &format!("{number} ({kind} {code})"));
            assert_eq!(finding.verdict, *verdict, "{number}: {finding:?}");
            if *verdict != "valid" {
                assert_eq!(finding.checks[*kind].code, *code, "{number}: {finding:?}");
            }
        }
        // Every letter of it counts, and a picture carries it as well as a file does.
        let changed: Vec<String> = (0..good.len())
            .step_by(97)
            .map(|at| {
                let mut bytes = good.clone().into_bytes();
                bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
                String::from_utf8(bytes).unwrap()
            })
            .collect();
        for (finding, text) in verifier.check_texts(&changed, &net).await.iter().zip(&changed) {
            assert_ne!(finding.verdict, "valid", "{finding:?}");
            same(finding, &judged(text, &net), text);
        }
        // A signature that cannot be decoded is a broken one, also where the issuer cannot be asked.
        let (message, _) = good.rsplit_once('.').unwrap();
        let short = good.get(..good.len() - 1).unwrap();
        let broken = [
            format!("{short}B"),
            format!("{short}!"),
            format!("{good}="),
            format!("{message}.!"),
            format!("{message}."),
        ];
        for net in [net.clone(), Net::default()] {
            for (finding, text) in verifier.check_texts(&broken, &net).await.iter().zip(&broken) {
                same(finding, &judged(text, &net), text);
                assert_eq!(finding.verdict, "invalid", "{text}: {finding:?}");
                assert_eq!(finding.checks["Signature"].code, "Signature", "{text}");
            }
        }
        let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:openbadges=\"https://purl.imsglobal.org/ob/v3p0\">\
                   <openbadges:credential verify=\"TOKEN\"/></svg>";
        let baked = [
            svg.replace("TOKEN", good),
            bake_svg("<svg xmlns=\"http://www.w3.org/2000/svg\"><g/></svg>", good).unwrap(),
        ];
        let files = baked.map(|file| json!({ "base64": STANDARD.encode(file) }));
        for finding in verifier.check(&files, &net, now()).await {
            assert_eq!(finding.verdict, "valid", "{finding:?}");
        }
        verifier.end().await;
    });
}
