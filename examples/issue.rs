//! Issues badges into a folder so that other people's software can check them: `cargo run --example issue -- DIR`.
//!
//! `DIR/index.json` lists each file with its form and the state that a checker must find; `DIR/site` holds the public
//! documents (`did.json`, status list) at their paths, for a static file server in place of Cairn.

use std::error::Error;
use std::fs;
use std::path::Path;

use cairn::openbadges::status::{Bitstring, StatusListCredential};
use cairn::openbadges::{bake, examples, proof};
use serde_json::json;

const REVOKED: u32 = 666;
const PICTURE: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 8 8\"><rect width=\"8\" height=\"8\" fill=\"#1f6f78\"/></svg>";

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("name a folder")?;
    let folder = Path::new(&folder);
    let issuer = examples::issuer()?;
    let key = examples::key();
    let method = issuer.verification_method(&key.verifying_key());

    let site = |path: &str| folder.join("site").join(path.trim_start_matches('/'));
    let document = serde_json::to_vec(&issuer.document([&key.verifying_key()]))?;
    write(&site(&issuer.document_path()), &document)?;
    let mut bits = Bitstring::default();
    bits.set(REVOKED, true)?;
    let list =
        StatusListCredential::revocation(&issuer.status_url("1"), issuer.did(), &bits, examples::moment())?;
    let list = proof::sign(&list, &key, &method, examples::moment())?;
    write(&site(&issuer.status_path("1")), list.as_bytes())?;

    let mut index = Vec::new();
    for (number, expected) in [(5, "valid"), (REVOKED, "revoked")] {
        let badge = proof::sign(&examples::full_badge(number)?, &key, &method, examples::moment())?;
        let forms = [
            ("json", badge.as_bytes().to_vec()),
            ("png", bake::bake_png(&picture()?, badge.as_str())?),
            ("svg", bake::bake_svg(PICTURE, badge.as_str())?.into_bytes()),
        ];
        for (form, bytes) in forms {
            let file = format!("{expected}.{form}");
            write(&folder.join(&file), &bytes)?;
            index.push(
                json!({ "file": file, "form": form, "flavour": "library", "expected": expected,
                "recipient": format!("{}#{number}", examples::PLATFORM) }),
            );
        }
    }
    write(&folder.join("index.json"), &serde_json::to_vec_pretty(&index)?)
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
