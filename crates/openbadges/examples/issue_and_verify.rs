//! A badge from its key to a verdict, without a network: `cargo run -p cairn-openbadges --example issue_and_verify`.
//!
//! What an issuer serves (identity document, status list) is a value in memory behind [`Resolver`]; a real verifier fetches
//! it before, or answers from a cache.

#![expect(clippy::print_stdout, reason = "it shows what it does")]

use std::error::Error;

use ambient::clock::{Clock as _, SystemClock};
use ambient::ids::uuid_v7;
use ambient::random::{self, SystemRandom};
use cairn_openbadges::credential::{
    Achievement, AchievementSubject, Criteria, OpenBadgeCredential, Profile, StatusEntry,
};
use cairn_openbadges::did::IssuerIdentity;
use cairn_openbadges::keys::PublicKey;
use cairn_openbadges::status::{Bitstring, StatusListCredential};
use cairn_openbadges::verify::{Resolver, Verdict, verify};
use cairn_openbadges::{SignedBytes, bake, jwt, recipient, sign};
use chrono::{DateTime, Utc};
use ed25519_dalek::SigningKey;
use serde_json::Value;

const SVG: &str =
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 8 8\"><circle cx=\"4\" cy=\"4\" r=\"4\"/></svg>";
/// The place of this badge in the status list; an issuer draws it at random among those that are free.
const INDEX: u32 = 666;

fn main() -> Result<(), Box<dyn Error>> {
    let now = SystemClock.now();
    let mut issuer = Issuer::new()?;
    let badge = issuer.badge(now)?;

    let signed = sign(&badge, &issuer.key, &issuer.method(), now)?;
    let token_method = issuer
        .identity
        .verification_method(issuer.token_key.verifying_key());
    let token = jwt::sign(&badge, &issuer.token_key, &token_method)?;
    println!(
        "signed: {} bytes as JSON, {} as a token",
        signed.as_bytes().len(),
        token.as_bytes().len()
    );

    let png = bake::bake_png(&picture()?, signed.as_str())?;
    let svg = bake::bake_svg(SVG, token.as_str())?;
    println!("baked: a PNG of {} bytes, an SVG of {}", png.len(), svg.len());

    issuer.publish(now)?;
    show("the JSON", &verify(signed.as_bytes(), &issuer, now));
    show("the PNG", &verify(bake::extract(&png)?.as_bytes(), &issuer, now));
    show(
        "the SVG",
        &verify(bake::extract(svg.as_bytes())?.as_bytes(), &issuer, now),
    );
    let forged = signed.as_str().replace("Teamwork", "Mastery");
    show("a forged copy", &verify(forged.as_bytes(), &issuer, now));

    issuer.revoked.set(INDEX, true)?;
    issuer.publish(now)?;
    show("after revocation", &verify(signed.as_bytes(), &issuer, now));
    Ok(())
}

/// What an issuer keeps, and what it serves.
struct Issuer {
    identity: IssuerIdentity,
    /// Signs the Data Integrity form.
    key: SigningKey,
    /// Signs tokens.
    token_key: p256::ecdsa::SigningKey,
    revoked: Bitstring,
    /// The signed status list, as served.
    status_list: Option<SignedBytes>,
}

impl Issuer {
    fn new() -> Result<Self, Box<dyn Error>> {
        Ok(Self {
            identity: IssuerIdentity::new("https://badges.example", "college")?,
            key: SigningKey::from_bytes(&random::bytes(&SystemRandom)),
            token_key: p256::ecdsa::SigningKey::from_slice(&random::bytes::<32>(&SystemRandom))?,
            revoked: Bitstring::default(),
            status_list: None,
        })
    }

    fn method(&self) -> String {
        self.identity.verification_method(&self.key.verifying_key())
    }

    fn badge(&self, now: DateTime<Utc>) -> Result<OpenBadgeCredential, Box<dyn Error>> {
        let urn = || format!("urn:uuid:{}", uuid_v7(now, &SystemRandom));
        Ok(OpenBadgeCredential {
            id: urn(),
            name: Some("Teamwork".into()),
            issuer: Profile {
                id: self.identity.did().into(),
                name: Some("Example College".into()),
                ..Profile::default()
            },
            valid_from: now,
            awarded_date: Some(now),
            credential_subject: AchievementSubject {
                id: Some(urn()),
                identifier: vec![recipient::lti_user("https://lms.example", "5", &SystemRandom)],
                achievement: Achievement {
                    id: "https://badges.example/badges/teamwork/1".into(),
                    name: "Teamwork".into(),
                    description: "Works with others towards a common result.".into(),
                    criteria: Criteria {
                        narrative: Some("Finish the group project.".into()),
                        ..Criteria::default()
                    },
                    ..Achievement::default()
                },
                ..AchievementSubject::default()
            },
            credential_status: Some(StatusEntry::revocation(&self.identity.status_url("1"), INDEX)),
            ..OpenBadgeCredential::default()
        })
    }

    /// Signs the status list anew, as after each change of a bit.
    fn publish(&mut self, now: DateTime<Utc>) -> Result<(), Box<dyn Error>> {
        let url = self.identity.status_url("1");
        let list = StatusListCredential::revocation(&url, self.identity.did(), &self.revoked, now)?;
        self.status_list = Some(sign(&list, &self.key, &self.method(), now)?);
        Ok(())
    }
}

impl Resolver for Issuer {
    fn did_document(&self, did: &str) -> Option<Value> {
        let keys = [
            PublicKey::from(&self.key.verifying_key()),
            PublicKey::from(self.token_key.verifying_key()),
        ];
        let document = self.identity.document(keys);
        (did == self.identity.did()).then(|| serde_json::to_value(document).ok())?
    }

    fn status_list(&self, url: &str) -> Option<Vec<u8>> {
        let list = self.status_list.as_ref()?;
        (url == self.identity.status_url("1")).then(|| list.as_bytes().to_vec())
    }
}

fn show(what: &str, verdict: &Verdict) {
    println!("{what}: {:?}", verdict.outcome());
    for check in verdict.checks.iter().filter(|check| !check.passed()) {
        println!("  {}: {}", check.kind.name(), check.sentence());
    }
}

fn picture() -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 8, 8);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header()?.write_image_data(&[90; 8 * 8])?;
    Ok(bytes)
}
