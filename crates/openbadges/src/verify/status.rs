//! Whether it was revoked: the status list is a signed document of the same issuer, and is verified like one.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::received::parse;
use super::verdict::Failure;
use super::{Expected, Resolver, core, issuer_id, list, text};
use crate::status::Bitstring;

/// Status lists by address, each verified once however many credentials of a document refer to it.
#[derive(Default)]
pub(super) struct Lists(HashMap<String, Result<Value, Failure>>);

impl Lists {
    /// The list at `url`, verified but for whether it is the right one.
    fn at(&mut self, url: &str, resolver: &dyn Resolver, now: DateTime<Utc>) -> Result<&Value, Failure> {
        let known = self.0.entry(url.to_owned());
        let list = known.or_insert_with(|| verified(url, resolver, now));
        list.as_ref().map_err(Clone::clone)
    }
}

fn verified(url: &str, resolver: &dyn Resolver, now: DateTime<Utc>) -> Result<Value, Failure> {
    let bytes = resolver.status_list(url).ok_or(Failure::StatusUnavailable)?;
    let bad = |failure: &Failure| Failure::StatusListBad(Box::new(failure.clone()));
    let received = parse(&bytes).map_err(|failure| bad(&failure))?;
    let verdict = core(&received, Expected::StatusList, resolver, now);
    match verdict.worst() {
        Some(failure) => Err(bad(failure)),
        None => Ok(received.document),
    }
}

/// Looks every revocation and suspension entry up. Whatever cannot be looked up counts as a failure.
pub(super) fn check(
    credential: &Value,
    lists: &mut Lists,
    resolver: &dyn Resolver,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    let entries = list(credential, "credentialStatus");
    if entries.len() > 4 {
        return Err(Failure::UnknownStatus);
    }
    entries
        .iter()
        .try_for_each(|entry| check_entry(entry, credential, lists, resolver, now))
}

fn check_entry(
    entry: &Value,
    credential: &Value,
    lists: &mut Lists,
    resolver: &dyn Resolver,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    if text(entry, "type") == Some("1EdTechRevocationList") {
        return check_named(entry, credential, resolver);
    }
    let purpose = text(entry, "statusPurpose").ok_or(Failure::UnknownStatus)?;
    let size = entry.get("statusSize").map_or(Some(1), Value::as_u64);
    if text(entry, "type") != Some("BitstringStatusListEntry") || size != Some(1) {
        return Err(Failure::UnknownStatus);
    }
    let set = match purpose {
        "revocation" => Failure::Revoked,
        "suspension" => Failure::Suspended,
        // Messages and refresh hints say nothing about validity.
        "message" | "refresh" => return Ok(()),
        _ => return Err(Failure::UnknownStatus),
    };
    let index = text(entry, "statusListIndex").and_then(|index| index.parse::<u32>().ok());
    let index = index.ok_or(Failure::UnknownStatus)?;
    let url = text(entry, "statusListCredential").ok_or(Failure::UnknownStatus)?;
    let document = lists.at(url, resolver, now)?;
    let subject = document.get("credentialSubject").unwrap_or(&Value::Null);
    let same_purpose = list(subject, "statusPurpose")
        .iter()
        .any(|listed| listed == purpose);
    if text(document, "id") != Some(url) || issuer_id(document) != issuer_id(credential) || !same_purpose {
        return Err(Failure::OtherStatusList);
    }
    let encoded = text(subject, "encodedList").ok_or(Failure::OtherStatusList)?;
    if Bitstring::decode(encoded)?.get(index)? {
        Err(set)
    } else {
        Ok(())
    }
}

/// A list of 1EdTech names the revoked badges in clear, and is vouched for by nothing but its address.
fn check_named(entry: &Value, credential: &Value, resolver: &dyn Resolver) -> Result<(), Failure> {
    let url = text(entry, "id").ok_or(Failure::UnknownStatus)?;
    let document = resolver
        .document(url)
        .filter(Value::is_object)
        .ok_or(Failure::StatusUnavailable)?;
    let said = issuer_id(&document);
    if said.is_some() && said != issuer_id(credential) {
        return Err(Failure::OtherStatusList);
    }
    let id = text(credential, "id");
    let revoked = list(&document, "revokedCredential")
        .iter()
        .any(|one| id.is_some() && text(one, "id") == id && one.get("revoked") != Some(&Value::Bool(false)));
    if revoked { Err(Failure::Revoked) } else { Ok(()) }
}
