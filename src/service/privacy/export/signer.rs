//! Who signed an archive, held against whom its reader means. An archive brings along the key that it is checked with, so
//! that nothing in it proves who packed it: anybody can sign what they changed, and add a `did.json` for that.

use std::collections::BTreeSet;
use std::str::FromStr;

use super::manifest::{Manifest, Signed};
use super::verifying::Report;

/// An issuer that a reader means, perhaps with its key: `did:web:…`, or the DID URL of the key, `did:web:…#z6Mk…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    did: String,
    key: Option<String>,
}

/// A text that is no DID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no DID: write did:web:HOST:issuers:NAME, or the same with # and a key of it (z6Mk…)")]
pub(crate) struct NoDid;

impl FromStr for Named {
    type Err = NoDid;

    fn from_str(text: &str) -> Result<Self, NoDid> {
        let (did, key) = match text.trim().split_once('#') {
            Some((did, key)) => (did, Some(key)),
            None => (text.trim(), None),
        };
        let parts: Vec<&str> = did.splitn(3, ':').collect();
        let is_did =
            matches!(parts.as_slice(), ["did", method, rest] if !method.is_empty() && !rest.is_empty());
        if !is_did || key.is_some_and(str::is_empty) {
            return Err(NoDid);
        }
        Ok(Self {
            did: did.to_owned(),
            key: key.map(str::to_owned),
        })
    }
}

impl Named {
    /// Whether this is the key of that DID URL.
    fn has_key(&self, url: &str) -> bool {
        let Some(key) = &self.key else { return false };
        url.split_once('#') == Some((self.did.as_str(), key.as_str()))
    }
}

/// What an archive comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome<'a> {
    /// Whole and unchanged since the issuer signed it.
    Unchanged(&'a Signed, Known),
    /// Only the badges were looked at. They are of these issuers.
    Badges(&'a BTreeSet<String>, Known),
    /// Not everything is as it was issued, or as it was packed.
    Broken,
    /// It was signed by an issuer that nobody named, or with another key than the one that was named.
    OtherSigner(&'a Signed),
    /// Badges of an issuer that nobody named.
    OtherIssuer(&'a str),
    /// A key was named, and nobody signed for the files, so that there is none that it could be compared with.
    NothingToCompare,
}

/// How far it is known that an issuer is the one that is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    /// Its key was named: it is proven.
    ByKey,
    /// Its DID was named. That the key is its own is told by the archive alone, which proves nothing.
    ByName,
    /// Nobody was named.
    Unknown,
}

/// What a report means to whoever named these issuers; with `badges_only` also without a signature over the files.
#[must_use]
pub(crate) fn outcome<'a>(report: &'a Report, named: &[Named], badges_only: bool) -> Outcome<'a> {
    let names_key = named.iter().any(|one| one.key.is_some());
    match &report.manifest {
        Manifest::Signed(signed) if report.is_unchanged() => of_signed(signed, named),
        _ if !(badges_only && report.has_sound_badges()) => Outcome::Broken,
        _ if !names_key => of_badges(&report.badge_issuers, named),
        Manifest::Absent => Outcome::NothingToCompare,
        // A key is held against what it signed, and what is here was changed since: by whom, it may tell all the same.
        Manifest::Signed(signed) => match of_signed(signed, named) {
            other @ Outcome::OtherSigner(_) => other,
            _ => Outcome::Broken,
        },
        Manifest::Wrong(_) => Outcome::Broken,
    }
}

fn of_signed<'a>(signed: &'a Signed, named: &[Named]) -> Outcome<'a> {
    let is_named = |one: &Named| one.did == signed.issuer && one.key.is_none();
    if named.is_empty() {
        Outcome::Unchanged(signed, Known::Unknown)
    } else if named.iter().any(|one| one.has_key(&signed.key)) {
        Outcome::Unchanged(signed, Known::ByKey)
    } else if named.iter().any(is_named) {
        Outcome::Unchanged(signed, Known::ByName)
    } else {
        Outcome::OtherSigner(signed)
    }
}

fn of_badges<'a>(issuers: &'a BTreeSet<String>, named: &[Named]) -> Outcome<'a> {
    let is_named = |did: &&String| named.iter().any(|one| one.did == **did);
    match issuers.iter().find(|did| !is_named(did)) {
        _ if named.is_empty() => Outcome::Badges(issuers, Known::Unknown),
        Some(other) => Outcome::OtherIssuer(other),
        None => Outcome::Badges(issuers, Known::ByName),
    }
}
