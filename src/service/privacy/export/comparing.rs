//! Whether an archive is as it was packed: its files against the signed sums, the forms of each badge against each other, whose
//! they are against the institution, and the list of holders against the badges.

use std::collections::{BTreeMap, BTreeSet};

use chrono::DateTime;
use serde::Deserialize;
use serde_json::Value;

use super::manifest::{self, Manifest, ManifestProblem, Signed, Sum};
use openbadges::jwt;

/// Where an archive is not what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Difference {
    /// A file that was packed is not there.
    Missing(String),
    /// A file that was not packed.
    Added(String),
    /// A file with another content.
    Changed(String),
    /// A form of another badge than the other files of its folder.
    OtherBadge(String),
    /// A file of that issuer, which is none of the institution's.
    OtherIssuer(String, String),
    /// The list of holders cannot be read.
    Holders,
    /// The list of holders names a folder without a badge.
    HeldNowhere(String),
    /// A badge that the list of holders does not name.
    NotListed(String),
    /// The list of holders tells another name, end or revocation of that badge.
    ListedAs(String, Listed),
}

/// What the list of holders tells otherwise than the badge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Listed {
    Name,
    End,
    /// Listed as revoked, and the status list does not say so.
    Revoked,
}

/// What was read of an archive on the way through it.
#[derive(Default)]
pub(super) struct Contents {
    sums: BTreeMap<String, Sum>,
    folders: BTreeMap<String, Badge>,
    other_badges: Vec<String>,
    /// Whose documents are there, each with the first file of theirs.
    issuers: BTreeMap<String, String>,
    listed_sums: Option<Vec<u8>>,
    signature: Option<Vec<u8>>,
    holders: Option<Vec<u8>>,
}

/// What the first form in a folder says.
struct Badge {
    id: String,
    name: String,
    /// Seconds since 1970.
    until: Option<i64>,
    is_revoked: bool,
}

/// The files that [`Contents`] keeps.
pub(super) const KEPT: [&str; 3] = [manifest::SUMS, manifest::SIGNATURE, HOLDERS];
const HOLDERS: &str = "holders.csv";

#[derive(Deserialize)]
struct Row {
    folder: String,
    badge: String,
    #[serde(rename = "valid until")]
    until: String,
    revoked: String,
}

impl Contents {
    /// A file that was read through.
    pub(super) fn saw(&mut self, name: &str, sum: Sum) {
        if name != manifest::SUMS && name != manifest::SIGNATURE {
            self.sums.insert(name.to_owned(), sum);
        }
    }

    /// One of [`KEPT`].
    pub(super) fn keep(&mut self, name: &str, bytes: Vec<u8>) {
        match name {
            manifest::SUMS => self.listed_sums = Some(bytes),
            manifest::SIGNATURE => self.signature = Some(bytes),
            _ => self.holders = Some(bytes),
        }
    }

    /// That a badge, a list or a list of keys is of that issuer.
    pub(super) fn is_of(&mut self, name: &str, issuer: &str) {
        let first = self.issuers.entry(issuer.to_owned());
        first.or_insert_with(|| name.to_owned());
    }

    /// A form of a badge, and what the status list says of it. Says whose badge it is.
    pub(super) fn badge(&mut self, name: &str, document: &[u8], is_revoked: bool) -> Option<String> {
        let ((folder, _), document) = (name.rsplit_once('/')?, parsed(document)?);
        let issuer = issuer(&document).map(str::to_owned);
        if let Some(issuer) = &issuer {
            self.is_of(name, issuer);
        }
        let text = |pointer: &str| document.pointer(pointer).and_then(Value::as_str);
        let id = text("/id").unwrap_or_default();
        if let Some(known) = self.folders.get(folder) {
            if known.id != id {
                self.other_badges.push(name.to_owned());
            }
            return issuer;
        }
        let badge = Badge {
            id: id.to_owned(),
            name: text("/credentialSubject/achievement/name")
                .unwrap_or_default()
                .to_owned(),
            until: text("/validUntil").and_then(seconds),
            is_revoked,
        };
        self.folders.insert(folder.to_owned(), badge);
        issuer
    }

    /// Notes whose record of several badges a file is, and says it.
    pub(super) fn record(&mut self, name: &str, document: &[u8]) -> Option<String> {
        let issuer = issuer(&parsed(document)?)?.to_owned();
        self.is_of(name, &issuer);
        Some(issuer)
    }

    /// What the manifest says, with the keys of the issuers in the archive.
    pub(super) fn manifest(&self, issuers: &BTreeMap<String, Value>) -> Manifest {
        let (Some(sums), Some(signature)) = (&self.listed_sums, &self.signature) else {
            return Manifest::Absent;
        };
        let signed = match manifest::check(signature, sums, issuers) {
            Ok(signed) => signed,
            Err(problem) => return Manifest::Wrong(problem),
        };
        let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        match manifest::read(sums) {
            None => Manifest::Wrong(ManifestProblem::Form),
            Some(listed)
                if signed.files != count(listed.len()) || signed.badges != count(folders(&listed).len()) =>
            {
                Manifest::Wrong(ManifestProblem::Counts)
            }
            Some(_) => Manifest::Signed(signed),
        }
    }

    /// Everything that is not as the archive says; the sums count only where their signature holds.
    pub(super) fn differences(&self, manifest: &Manifest) -> Vec<Difference> {
        let mut found = Vec::new();
        if let (Manifest::Signed(_), Some(listed)) =
            (manifest, self.listed_sums.as_deref().and_then(manifest::read))
        {
            found.extend(self.against(&listed));
        }
        if let Manifest::Signed(signed) = manifest {
            found.extend(self.foreign(signed));
        }
        found.extend(self.other_badges.iter().cloned().map(Difference::OtherBadge));
        if let Some(holders) = &self.holders {
            found.extend(self.held(holders).unwrap_or_else(|_| vec![Difference::Holders]));
        }
        found
    }

    /// What is of others than the institution. An archive that names none is of whoever signed it: versions that did not name it
    /// packed badges of one issuer alone.
    fn foreign(&self, signed: &Signed) -> Vec<Difference> {
        let is_its = |issuer: &String| match &signed.institution {
            Some(dids) => dids.contains(issuer),
            None => *issuer == signed.issuer,
        };
        let others = self.issuers.iter().filter(|(issuer, _)| !is_its(issuer));
        others
            .map(|(issuer, file)| Difference::OtherIssuer(file.clone(), issuer.clone()))
            .collect()
    }

    fn against(&self, listed: &BTreeMap<String, Sum>) -> Vec<Difference> {
        let mut found = Vec::new();
        for (name, sum) in listed {
            match self.sums.get(name) {
                None => found.push(Difference::Missing(name.clone())),
                Some(other) if other != sum => found.push(Difference::Changed(name.clone())),
                Some(_) => {}
            }
        }
        let added = self.sums.keys().filter(|name| !listed.contains_key(*name));
        found.extend(added.cloned().map(Difference::Added));
        found
    }

    fn held(&self, holders: &[u8]) -> Result<Vec<Difference>, csv::Error> {
        let (mut found, mut named) = (Vec::new(), BTreeSet::new());
        for row in csv::Reader::from_reader(holders).deserialize() {
            let row: Row = row?;
            let Some(badge) = self.folders.get(&row.folder) else {
                found.push(Difference::HeldNowhere(row.folder));
                continue;
            };
            let mut differs = |what| found.push(Difference::ListedAs(row.folder.clone(), what));
            // What a spreadsheet would take for a formula is led by an apostrophe.
            if row.badge != badge.name && row.badge.strip_prefix('\'') != Some(badge.name.as_str()) {
                differs(Listed::Name);
            }
            if seconds(&row.until) != badge.until {
                differs(Listed::End);
            }
            // The other way round it was revoked while the archive was packed.
            if !row.revoked.is_empty() && !badge.is_revoked {
                differs(Listed::Revoked);
            }
            named.insert(row.folder);
        }
        let unnamed = self.folders.keys().filter(|folder| !named.contains(*folder));
        found.extend(unnamed.cloned().map(Difference::NotListed));
        Ok(found)
    }
}

/// The folders of badges that sums name.
fn folders(listed: &BTreeMap<String, Sum>) -> BTreeSet<&str> {
    listed
        .keys()
        .filter(|name| name.starts_with("badges/"))
        .filter_map(|name| name.rsplit_once('/'))
        .map(|(folder, _)| folder)
        .collect()
}

/// Whose document it is: the id of its issuer.
pub(super) fn issuer(document: &Value) -> Option<&str> {
    let issuer = document.get("issuer")?;
    issuer.as_str().or_else(|| issuer.get("id")?.as_str())
}

/// What a signed document or token says.
pub(super) fn parsed(document: &[u8]) -> Option<Value> {
    if jwt::looks_like(document) {
        Some(jwt::read(document).ok()?.credential())
    } else {
        serde_json::from_slice(document).ok()
    }
}

fn seconds(moment: &str) -> Option<i64> {
    Some(DateTime::parse_from_rfc3339(moment).ok()?.timestamp())
}
