//! Badges that our own model could not write: the JSON-LD reader and the canonicaliser of page and server, and nothing
//! else, decide whether their signatures hold.

use ed25519_dalek::Signer as _;
use openbadges::canon::canonicalize_bounded;
use openbadges::multibase;
use openbadges::{jsonld, testing::examples};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Net, VerifierPage, differences, judged, vectors};

/// `document` signed with the key of the examples, as an issuer who is known by that key alone; nothing where it cannot
/// be read.
fn signed(document: &Value) -> Option<String> {
    let public = multibase::encode_key(&examples::key().verifying_key());
    let did = format!("did:key:{public}");
    let method = format!("{did}#{public}");
    let issuer = json!({ "id": did, "type": "Profile" });
    signed_as(document, &issuer, &method).map(|document| document.to_string())
}

/// `document` as `issuer` signs it under that name with the key of the examples, without any status; nothing where it
/// cannot be read.
pub(super) fn signed_as(document: &Value, issuer: &Value, method: &str) -> Option<Value> {
    let mut document = document.clone();
    document["issuer"] = issuer.clone();
    document.as_object_mut()?.remove("proof");
    document.as_object_mut()?.remove("credentialStatus");
    let mut proof = json!({
        "@context": document["@context"], "type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022",
        "created": "2026-11-01T00:00:00Z", "proofPurpose": "assertionMethod", "verificationMethod": method });
    let mut message = Vec::new();
    for part in [&proof, &document] {
        message.extend_from_slice(&Sha256::digest(canonicalize_bounded(&jsonld::quads(part).ok()?)?));
    }
    proof["proofValue"] = json!(multibase::encode_signature(&examples::key().sign(&message)));
    proof.as_object_mut()?.remove("@context");
    document["proof"] = proof;
    Some(document)
}

// Two things are left out, in which `oxjsonld` 0.2 refuses what the specification and `jsonld.js` accept: a plain value
// under a term with a context of its own (`cnf`), and two types whose contexts repeat a protected term (Evidence, Image).

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

const NAMES: [&str; 45] = [
    "name",
    "description",
    "image",
    "type",
    "id",
    "evidence",
    "criteria",
    "tag",
    "alignment",
    "hashed",
    "creditsAvailable",
    "creditsEarned",
    "identifier",
    "allowedValue",
    "resultDescription",
    "achievement",
    "narrative",
    "url",
    "statusSize",
    "grade",
    "creator",
    "term",
    "exp",
    "aud",
    "termsOfUse",
    "official",
    "related",
    "value",
    "status",
    "level",
    "points",
    "encodedList",
    "digestSRI",
    "statusMessage",
    "verifiableCredential",
    "AchievementCredential",
    "requiredLevel",
    "valueMax",
    "latitude",
    "address",
    "geo",
    "dateOfBirth",
    "awardedDate",
    "activityStartDate",
    "inLanguage",
];

fn values() -> Vec<Value> {
    vec![
        json!(true),
        json!(false),
        json!(3),
        json!(3.5),
        json!(0.1),
        json!(-7),
        json!(12.50),
        json!(8196.53),
        json!(1.5e-9),
        json!(0),
        json!("true"),
        json!("https://x.example/y"),
        json!("relative"),
        json!(""),
        json!("_:b1"),
        Value::Null,
        json!([]),
        json!({}),
        json!([[1, "a"], "a"]),
        json!({ "id": "https://x.example/z" }),
        json!({ "type": "Achievement", "tag": ["a", "b"] }),
        json!({ "@value": "v", "@language": "en" }),
        json!({ "@value": 5 }),
        json!({ "@value": true, "@type": "https://x.example/t" }),
        json!(["a", "b", "a"]),
        json!([true, 1, "1", 1.0]),
        json!({ "type": "Evidence", "name": "c", "genre": "g" }),
        json!({ "narrative": "n" }),
        json!({ "name": "n", "type": "Profile", "phone": "1" }),
        json!({ "type": "IdentifierEntry", "identifier": "a" }),
        json!("data:image/png;base64,AAAA=="),
        json!("\u{1f600}\u{ffff}\u{e000}\u{7f}\u{0}\\\"\n"),
        json!({ "type": "ResultDescription", "allowedValue": ["a", "b", "a"], "name": "x" }),
        json!({ "type": "BitstringStatusListEntry", "statusSize": 1, "statusMessage": { "status": "0x0" } }),
    ]
}

fn objects(value: &Value, at: &str, into: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            into.push(at.to_owned());
            for (name, value) in members.iter().filter(|(name, _)| !name.starts_with('@')) {
                objects(value, &format!("{at}/{name}"), into);
            }
        }
        Value::Array(items) => {
            for (number, value) in items.iter().enumerate() {
                objects(value, &format!("{at}/{number}"), into);
            }
        }
        _ => {}
    }
}

#[test]
fn what_one_of_them_can_read_the_other_reads_alike() {
    crate::app::block_on(async {
        let Some(verifier) = VerifierPage::open(&[]).await else {
            return;
        };
        let (mut dice, values) = (Dice(2_026), values());
        let older = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json";
        let (mut texts, mut refused) = (Vec::new(), Vec::new());
        for round in 0..900 {
            let vectors = vectors();
            let mut document: Value = serde_json::from_str(vectors[[0, 2, 3, 5, 6][dice.roll(5)]].1).unwrap();
            if round % 7 == 0 {
                document["@context"][1] = json!(older);
                document.as_object_mut().unwrap().remove("awardedDate");
            }
            let mut places = Vec::new();
            objects(&document, "", &mut places);
            for _ in 0..=dice.roll(2) {
                let place = &places[dice.roll(places.len())];
                if let Some(members) = document.pointer_mut(place).and_then(Value::as_object_mut) {
                    members.insert(
                        NAMES[dice.roll(NAMES.len())].to_owned(),
                        values[dice.roll(values.len())].clone(),
                    );
                }
            }
            match signed(&document) {
                Some(text) => texts.push(text),
                None => refused.push(document.to_string()),
            }
        }
        assert!(
            texts.len() > 200 && refused.len() > 200,
            "{} {}",
            texts.len(),
            refused.len()
        );
        let (mut held, mut wrong) = (0, Vec::new());
        let found = verifier.check_texts(&texts, &Net::default()).await;
        for (finding, text) in found.iter().zip(&texts) {
            let other = differences(finding, &judged(text, &Net::default()));
            if !other.is_empty() {
                wrong.push(format!("{other:?} {text}"));
            }
            held += usize::from(finding.checks["Signature"].state == "held");
        }
        let found = verifier.check_texts(&refused, &Net::default()).await;
        for (finding, text) in found.iter().zip(&refused) {
            if finding.checks["Terms"].state == "held" || finding.verdict == "valid" {
                wrong.push(format!("refused by the server alone: {text}"));
            }
        }
        assert!(wrong.is_empty(), "{}: {}", wrong.len(), wrong.join("\n"));
        // The others say elsewhere what only the badge itself may say.
        assert!(held * 10 > texts.len() * 9, "{held} of {}", texts.len());
        verifier.end().await;
    });
}
