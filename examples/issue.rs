//! Issues badges into a folder so that other people's software can check them: `cargo run --example issue -- DIR`.
//!
//! `DIR/index.json` lists each file with its form and the state that a checker must find; `DIR/site` holds the public
//! documents (`did.json`, status lists) at their paths, for a static file server in place of Cairn. Two badges: `library` as
//! an ordinary award has it, `whole` with every member that there is; each as JSON and as token, alone and in pictures.

use std::error::Error;
use std::fs;
use std::path::Path;

use ed25519_dalek::SigningKey;
use openbadges::credential::OpenBadgeCredential;
use openbadges::did::IssuerIdentity;
use openbadges::keys::PublicKey;
use openbadges::status::{Bitstring, StatusListCredential};
use openbadges::{bake, jwt, proof, testing::examples};
use serde_json::json;

const REVOKED: u32 = 666;
const PICTURE: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 8 8\"><rect width=\"8\" height=\"8\" fill=\"#1f6f78\"/></svg>";

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("name a folder")?;
    let folder = Path::new(&folder);
    let (issuer, key, token_key) = (examples::issuer()?, examples::key(), examples::token_key()?);
    let token = PublicKey::from(token_key.verifying_key());
    publish(
        folder,
        &issuer,
        &key,
        &[(&key.verifying_key()).into(), token.clone()],
    )?;
    let (endorser, endorser_key) = (examples::endorser()?, examples::endorser_key());
    publish(
        folder,
        &endorser,
        &endorser_key,
        &[(&endorser_key.verifying_key()).into()],
    )?;

    let method = issuer.verification_method(&key.verifying_key());
    let kid = issuer.verification_method(&token);
    let mut index = Vec::new();
    for (number, expected) in [(5, "valid"), (REVOKED, "revoked")] {
        // The one is known by its holder's id at a platform, the other by their e-mail address.
        let id = format!("{}#{number}", examples::PLATFORM);
        let badges = [
            ("library", examples::full_badge(number)?, id.as_str()),
            ("whole", examples::whole_badge(number)?, examples::HOLDER),
        ];
        for (flavour, badge, whose) in badges {
            for (form, bytes) in forms(&badge, &key, &method, &jwt::sign(&badge, &token_key, &kid)?)? {
                let file = format!("{flavour}-{expected}.{form}");
                write(&folder.join(&file), &bytes)?;
                index.push(
                    json!({ "file": file, "form": form, "flavour": flavour, "expected": expected,
                    "recipient": whose }),
                );
            }
        }
    }
    write(&folder.join("index.json"), &serde_json::to_vec_pretty(&index)?)
}

/// The identity document and the status list of an issuer.
fn publish(
    folder: &Path,
    issuer: &IssuerIdentity,
    key: &SigningKey,
    keys: &[PublicKey],
) -> Result<(), Box<dyn Error>> {
    let site = |path: &str| folder.join("site").join(path.trim_start_matches('/'));
    let document = serde_json::to_vec(&issuer.document(keys))?;
    write(&site(&issuer.document_path()), &document)?;
    let mut bits = Bitstring::default();
    bits.set(REVOKED, true)?;
    let list =
        StatusListCredential::revocation(&issuer.status_url("1"), issuer.did(), &bits, examples::moment())?;
    let method = issuer.verification_method(&key.verifying_key());
    let list = proof::sign(&list, key, &method, examples::moment())?;
    write(&site(&issuer.status_path("1")), list.as_bytes())
}

/// Forms of one badge, by the endings of their files.
type Forms = [(&'static str, Vec<u8>); 6];

/// A badge in all six forms, by the endings of their files.
fn forms(
    badge: &OpenBadgeCredential,
    key: &SigningKey,
    method: &str,
    token: &proof::SignedBytes,
) -> Result<Forms, Box<dyn Error>> {
    let json = proof::sign(badge, key, method, examples::moment())?;
    let png = |text: &str| Ok::<_, Box<dyn Error>>(bake::bake_png(&picture()?, text)?);
    Ok([
        ("png", png(json.as_str())?),
        ("svg", bake::bake_svg(PICTURE, json.as_str())?.into_bytes()),
        ("json", json.as_bytes().to_vec()),
        ("jwt.png", png(token.as_str())?),
        ("jwt.svg", bake::bake_svg(PICTURE, token.as_str())?.into_bytes()),
        ("jwt", token.as_bytes().to_vec()),
    ])
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Box<dyn Error>> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    Ok(fs::write(path, bytes)?)
}

fn picture() -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 8, 8);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.write_header()?.write_image_data(&[90; 8 * 8 * 4])?;
    Ok(bytes)
}
