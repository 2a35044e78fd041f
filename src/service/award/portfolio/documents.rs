//! A collection for machines: its badges, byte by byte, as one presentation; and what they are, for registries, in the terms of
//! CTDL (Credential Engine). Neither is signed here: each badge in a presentation is, by its own issuer.

use openbadges::credential::wire::VC_CONTEXT;
use openbadges::{bake, jwt};
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::collecting::{Opened, Shown};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::credential::publish;
use crate::store::blobs::BlobError;

/// The context of CTDL.
const CTDL: &str = "https://credreg.net/ctdl/schema/context/json";

/// Most bytes of badges of other issuers that one presentation is made of in memory: whoever has a link may ask for it, and again.
const MOST_BYTES: u64 = 16 << 20;

/// A presentation (VC Data Model 2.0, section 4.13).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    #[serde(rename = "@context")]
    context: [&'static str; 1],
    #[serde(rename = "type")]
    kind: [&'static str; 1],
    verifiable_credential: Vec<Box<RawValue>>,
}

/// The badges of a collection as one presentation, those of a standard that no presentation holds left out, and those of other
/// issuers that would make it larger than [`MOST_BYTES`]. What was signed stands in it to the letter.
///
/// # Errors
/// What the disk reports.
#[tracing::instrument(name = "documents.presentation", level = "debug", skip_all)]
pub(crate) async fn presentation(cairn: &Cairn, opened: &Opened) -> Result<String, ServiceError> {
    let (mut inside, mut room) = (Vec::new(), MOST_BYTES);
    for shown in &opened.badges {
        let signed = match shown {
            Shown::Own(own) => carried(own.credential.document.as_bytes()),
            Shown::Foreign(badge) if !fits(&mut room, badge.file.size) => None,
            Shown::Foreign(badge) => match cairn.blobs.get(&badge.tenant, &badge.file.digest).await {
                Ok(bytes) => carried(&bytes),
                Err(BlobError::Missing | BlobError::Changed) => None,
                Err(error) => return Err(error.into()),
            },
        };
        inside.extend(signed);
    }
    let wire = Wire {
        context: [VC_CONTEXT],
        kind: ["VerifiablePresentation"],
        verifiable_credential: inside,
    };
    serde_json::to_string(&wire).map_err(|error| ServiceError::Internal(error.to_string()))
}

/// Takes so many bytes of what is left, if they are.
fn fits(room: &mut u64, size: u64) -> bool {
    let left = room.checked_sub(size);
    *room = left.unwrap_or(*room);
    left.is_some()
}

/// A badge as a presentation carries it: JSON as it is, a token in its envelope. Badges before 3.0 are no credentials.
fn carried(file: &[u8]) -> Option<Box<RawValue>> {
    let text = text_of(file)?;
    if jwt::looks_like(text.as_bytes()) {
        jwt::read(text.as_bytes()).ok()?;
        let envelope = json!({
            "@context": VC_CONTEXT, "type": "EnvelopedVerifiableCredential", "id": format!("data:application/vc+jwt,{text}"),
        });
        return RawValue::from_string(envelope.to_string()).ok();
    }
    let document: Value = serde_json::from_str(&text).ok()?;
    document.get("credentialSubject")?;
    RawValue::from_string(text).ok()
}

/// What a file of a badge says: of a picture what is in it, else itself.
fn text_of(file: &[u8]) -> Option<String> {
    let text = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
    let is_picture = file.starts_with(b"\x89PNG") || text.trim_ascii_start().starts_with(b"<");
    if is_picture {
        bake::extract(file).ok()
    } else {
        Some(std::str::from_utf8(text).ok()?.trim().to_owned())
    }
}

/// One badge as a file of its own, whatever its standard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Alone {
    Json(String),
    /// A token, or the address at which a badge before 3.0 is hosted.
    Text(String),
}

/// The badge of a collection that stands at `place`, as it was signed; nothing where there is none, or its file is gone.
///
/// # Errors
/// What the disk reports.
#[tracing::instrument(name = "documents.alone", level = "debug", skip_all)]
pub(crate) async fn alone(
    cairn: &Cairn,
    opened: &Opened,
    place: usize,
) -> Result<Option<Alone>, ServiceError> {
    let text = match opened.badges.get(place) {
        None => None,
        Some(Shown::Own(own)) => Some(own.credential.document.clone()),
        Some(Shown::Foreign(badge)) => match cairn.blobs.get(&badge.tenant, &badge.file.digest).await {
            Ok(bytes) => text_of(&bytes),
            Err(BlobError::Missing | BlobError::Changed) => None,
            Err(error) => return Err(error.into()),
        },
    };
    Ok(text.map(|text| {
        if text.starts_with('{') {
            Alone::Json(text)
        } else {
            Alone::Text(text)
        }
    }))
}

/// What the badges of a collection are, in the terms of CTDL.
///
/// # Errors
/// When a stored document is not one of ours.
pub(crate) fn registry(opened: &Opened) -> Result<Value, ServiceError> {
    let mut graph = Vec::with_capacity(opened.badges.len());
    for shown in &opened.badges {
        graph.push(match shown {
            Shown::Own(own) => {
                let document = publish::read(&own.credential)?;
                let achievement = document.credential_subject.achievement;
                let language = achievement.in_language.as_deref().unwrap_or("und");
                let skills: Vec<Value> = achievement
                    .alignment
                    .iter()
                    .map(|one| {
                        json!({ "@type": "ceterms:CredentialAlignmentObject", "ceterms:targetNode": one.target_url,
                            "ceterms:targetNodeName": { language: one.target_name } })
                    })
                    .collect();
                json!({
                    "@type": "ceterms:OpenBadge", "ceterms:credentialId": achievement.id,
                    "ceterms:name": { language: achievement.name },
                    "ceterms:description": { language: achievement.description },
                    "ceterms:ownedBy": [organization(&document.issuer.id, document.issuer.name.as_deref())],
                    "ceterms:dateEffective": own.award.awarded_at, "ceterms:expirationDate": own.award.valid_until,
                    "ceterms:teaches": skills,
                })
            }
            Shown::Foreign(badge) => {
                let says = &badge.says;
                json!({
                    "@type": "ceterms:OpenBadge", "ceterms:credentialId": says.achievement,
                    "ceterms:name": { "und": says.name }, "ceterms:description": { "und": says.description },
                    "ceterms:ownedBy": [organization(&says.issuer, says.issuer_name.as_deref())],
                    "ceterms:dateEffective": says.awarded_at, "ceterms:expirationDate": says.until,
                })
            }
        });
    }
    for one in &mut graph {
        // What is not known is not said.
        if let Some(members) = one.as_object_mut() {
            members.retain(|_, value| !value.is_null() && value.as_array().is_none_or(|all| !all.is_empty()));
        }
    }
    Ok(json!({ "@context": CTDL, "@graph": graph }))
}

fn organization(id: &str, name: Option<&str>) -> Value {
    let is_address = id.starts_with("https://") || id.starts_with("http://");
    let page = is_address.then_some(id);
    json!({
        "@type": "ceterms:CredentialOrganization", "ceterms:name": { "und": name.unwrap_or(id) },
        "ceterms:subjectWebpage": page, "ceterms:identifierValue": id,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_presentation_is_made_of_no_more_than_there_is_room_for() {
        let mut room = 10;
        let taken = [4, 7, 6, 1].map(|size| fits(&mut room, size));
        assert_eq!((taken, room), ([true, false, true, false], 0));
    }

    #[test]
    fn a_presentation_carries_what_was_signed_to_the_letter_and_nothing_older() {
        let signed = "{ \"credentialSubject\": { \"b\": 2,  \"a\": 1.0 } }";
        assert_eq!(carried(signed.as_bytes()).unwrap().get(), signed);
        for other in [
            "{\"recipient\":{},\"badge\":{}}",
            "https://x.example/1",
            "",
            "{",
            "a.b.c",
        ] {
            assert!(carried(other.as_bytes()).is_none(), "{other}");
        }
        let baked = bake::bake_svg("<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>", signed).unwrap();
        assert_eq!(carried(baked.as_bytes()).unwrap().get(), signed);
    }
}
