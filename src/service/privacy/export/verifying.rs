//! Checks an archive: every badge of an archive is verified from the archive alone, as if this service had never been, and
//! every file is held against the signed manifest.
//!
//! Archives come from anywhere, so nothing in one is believed: names, sizes and the number of files are looked at before
//! anything is unpacked, and nothing is ever written to a disk.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::{Read, Seek, SeekFrom};

use chrono::{DateTime, Utc};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use zip::ZipArchive;

use super::comparing::{self, Contents, Difference};
use super::manifest::{Manifest, Sum};

use openbadges::bake::{self, MAX_IMAGE};
use openbadges::jwt;
use openbadges::verify::{Check, CheckKind, Failure, MAX_DOCUMENT, Resolver, Verdict, verify as verified};

/// Most files of an archive.
pub(crate) const MAX_FILES: usize = 2_000_000;
/// Most bytes of the identity documents and status lists together, which are kept in memory.
const MAX_DOCUMENTS: u64 = 256 << 20;
/// An archive unpacks to at most so many times its own size …
const MAX_RATIO: u64 = 200;
/// … and so many bytes more: one file that is full of zeros is no attack.
const SLACK: u64 = 64 << 20;

/// An archive of which nothing was checked. People are told in the words of `web::words::archives`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ArchiveError {
    /// It is no ZIP archive, or broke off.
    #[error("no archive: {0}")]
    NotAnArchive(String),
    #[error("the archive contradicts itself: {0}")]
    Inconsistent(String),
    #[error("more than {MAX_FILES} files")]
    TooManyFiles,
    /// A file of that name would lie outside of the folder that the archive is unpacked to.
    #[error("a file {0:?}")]
    Name(String),
    #[error("{0:?} is there twice")]
    Twice(String),
    /// It would unpack to so many bytes.
    #[error("{0} bytes, unpacked")]
    Bomb(u64),
    /// A file that is larger than any of its kind.
    #[error("{0:?} is too large")]
    TooLarge(String),
    /// Two identity documents of one issuer.
    #[error("two documents of {0}")]
    IssuerTwice(String),
    #[error("no badge")]
    NoBadge,
}

/// What was found out about one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Finding {
    /// Genuine, in force, and not revoked as of the date of its list; none for a badge that cannot be revoked.
    Verified { as_of: Option<DateTime<Utc>> },
    /// Genuine, and revoked by the list of that date.
    Revoked { as_of: Option<DateTime<Utc>> },
    /// Genuine, and past its validity; the sentence says since when.
    Expired(String),
    /// Not shown to be genuine, and why.
    Failed(String),
    /// What another body says of a badge, whose keys are not in the archive.
    Unchecked,
}

/// One badge file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// Its name in the archive.
    pub(crate) name: String,
    pub(crate) finding: Finding,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Report {
    /// Every badge file, by name.
    pub(crate) badges: Vec<Line>,
    /// What other bodies said of badges, by name.
    pub(crate) endorsements: Vec<Line>,
    /// Other files that cannot be read whole, each with what is wrong.
    pub(crate) damaged: Vec<String>,
    /// Whose keys were in the archive (DIDs).
    pub(crate) issuers: Vec<String>,
    /// Whose badges are in it (DIDs).
    pub(crate) badge_issuers: BTreeSet<String>,
    /// Whether somebody signed for what is in it.
    pub(crate) manifest: Manifest,
    /// Where it is not what it says.
    pub(crate) differences: Vec<Difference>,
}

impl Report {
    /// Whether every badge is genuine, every file whole, and all of it as somebody signed for it. Who that was is another
    /// question: see [`mod@super::signer`].
    #[must_use]
    pub(crate) fn is_unchanged(&self) -> bool {
        let is_signed = matches!(self.manifest, Manifest::Signed(_));
        self.has_sound_badges() && is_signed && self.differences.is_empty()
    }

    /// Whether every badge is genuine and every file whole, and every endorsement that can be checked. A revoked or expired badge is genuine.
    #[must_use]
    pub(crate) fn has_sound_badges(&self) -> bool {
        let bad = |line: &Line| matches!(line.finding, Finding::Failed(_));
        let mut all = self.badges.iter().chain(&self.endorsements);
        self.damaged.is_empty() && !self.badges.is_empty() && !all.any(bad)
    }
}

/// What an archive holds in place of the web.
#[derive(Default)]
struct Documents {
    issuers: BTreeMap<String, Value>,
    /// Those who endorse, and have their identity where the institution has its own.
    endorsers: BTreeMap<String, Value>,
    lists: BTreeMap<String, (Vec<u8>, Option<DateTime<Utc>>)>,
}

impl Resolver for Documents {
    fn did_document(&self, did: &str) -> Option<Value> {
        let known = self.issuers.get(did).or_else(|| self.endorsers.get(did));
        known.cloned()
    }

    fn status_list(&self, url: &str) -> Option<Vec<u8>> {
        self.lists.get(url).map(|(bytes, _)| bytes.clone())
    }
}

/// What a file of an archive is, by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Badge,
    /// Several badges in one document.
    Record,
    Issuer,
    Status,
    /// What another body says of a badge.
    Endorsement,
    /// The keys of one, and its status list.
    Endorser,
    EndorserStatus,
    /// What is held against the other files.
    Kept,
    Other,
}

impl Kind {
    fn of(name: &str) -> Self {
        let ending = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
        if name.starts_with("badges/") && ending(&[".json", ".jwt", ".png", ".svg"]) {
            Self::Badge
        } else if name.starts_with("records/") && ending(&[".json", ".jwt"]) {
            Self::Record
        } else if name.starts_with("issuers/") && name.ends_with("/did.json") {
            Self::Issuer
        } else if name.starts_with("status/") && name.ends_with(".json") {
            Self::Status
        } else if name.starts_with("endorsements/") && name.ends_with(".json") {
            Self::Endorsement
        } else if name.starts_with("endorsers/") && name.ends_with("/did.json") {
            Self::Endorser
        } else if name.starts_with("endorsers/") && name.ends_with("/status.json") {
            Self::EndorserStatus
        } else if comparing::KEPT.contains(&name) {
            Self::Kept
        } else {
            Self::Other
        }
    }

    /// Whether its files are kept in memory.
    fn is_kept(self) -> bool {
        matches!(
            self,
            Self::Issuer | Self::Status | Self::Endorser | Self::EndorserStatus | Self::Kept
        )
    }

    /// Most bytes of such a file.
    fn most(self) -> usize {
        match self {
            Self::Badge => MAX_IMAGE,
            Self::Record
            | Self::Issuer
            | Self::Status
            | Self::Endorsement
            | Self::Endorser
            | Self::EndorserStatus => MAX_DOCUMENT,
            Self::Kept => usize::try_from(MAX_DOCUMENTS).unwrap_or(usize::MAX),
            Self::Other => usize::MAX,
        }
    }
}

/// Verifies every badge of an archive at the moment `now`.
///
/// # Errors
/// [`ArchiveError`] when the archive is no fit one; a badge that does not verify is no error but a line of the report.
pub(crate) fn verify_archive<R: Read + Seek>(
    mut reader: R,
    now: DateTime<Utc>,
) -> Result<Report, ArchiveError> {
    let broken = |error: std::io::Error| ArchiveError::NotAnArchive(error.to_string());
    let length = reader.seek(SeekFrom::End(0)).map_err(broken)?;
    reader.rewind().map_err(broken)?;
    let mut archive =
        ZipArchive::new(reader).map_err(|error| ArchiveError::NotAnArchive(plain(&error.to_string())))?;
    let names = listed(&mut archive, length)?;
    let mut report = Report::default();
    let (mut documents, mut contents) = (Documents::default(), Contents::default());
    for (index, name, kind) in &names {
        let read = match kind {
            Kind::Badge | Kind::Record | Kind::Endorsement => continue,
            Kind::Other => pass(&mut archive, *index).map(|sum| (sum, None)),
            Kind::Issuer | Kind::Status | Kind::Endorser | Kind::EndorserStatus | Kind::Kept => {
                bytes(&mut archive, *index, *kind).map(|bytes| (sum(&bytes), Some(bytes)))
            }
        };
        match read {
            Err(problem) => report.damaged.push(format!("{name}: {problem}")),
            Ok((sum, bytes)) => {
                contents.saw(name, sum);
                match bytes {
                    None => {}
                    Some(bytes) if *kind == Kind::Kept => contents.keep(name, bytes),
                    Some(bytes) => {
                        if let Some(issuer) = documents.take(*kind, name, bytes, &mut report.damaged)? {
                            contents.is_of(name, &issuer);
                        }
                    }
                }
            }
        }
    }
    for (index, name, kind) in names {
        if kind == Kind::Endorsement {
            let finding = match bytes(&mut archive, index, kind) {
                Ok(bytes) => {
                    contents.saw(&name, sum(&bytes));
                    endorsed(&bytes, &documents, now)
                }
                Err(problem) => Finding::Failed(problem),
            };
            report.endorsements.push(Line { name, finding });
            continue;
        }
        if !matches!(kind, Kind::Badge | Kind::Record) {
            continue;
        }
        let finding = match bytes(&mut archive, index, kind) {
            Ok(bytes) => {
                contents.saw(&name, sum(&bytes));
                match document(&name, bytes) {
                    Ok(document) => {
                        let finding = judge(&document, &documents, now);
                        let is_revoked = matches!(finding, Finding::Revoked { .. });
                        let issuer = match kind {
                            Kind::Record => contents.record(&name, &document),
                            _ => contents.badge(&name, &document, is_revoked),
                        };
                        report.badge_issuers.extend(issuer);
                        finding
                    }
                    Err(reason) => Finding::Failed(reason),
                }
            }
            Err(problem) => Finding::Failed(problem),
        };
        report.badges.push(Line { name, finding });
    }
    if report.badges.is_empty() {
        return Err(ArchiveError::NoBadge);
    }
    report.badges.sort_by(|one, other| one.name.cmp(&other.name));
    report
        .endorsements
        .sort_by(|one, other| one.name.cmp(&other.name));
    report.manifest = contents.manifest(&documents.issuers);
    report.differences = contents.differences(&report.manifest);
    report.issuers = documents.issuers.into_keys().collect();
    Ok(report)
}

/// Without the full stop: the sentence around it has its own.
fn plain(text: &str) -> String {
    text.trim_end_matches('.').to_owned()
}

/// Every file of the archive, after a look at all that can be told without unpacking.
fn listed<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    length: u64,
) -> Result<Vec<(usize, String, Kind)>, ArchiveError> {
    if archive.len() > MAX_FILES {
        return Err(ArchiveError::TooManyFiles);
    }
    let mut names = Vec::with_capacity(archive.len());
    // Disks that do not tell "A" from "a" would keep one of both.
    let mut seen = HashSet::with_capacity(archive.len());
    let (mut total, mut documents) = (0_u64, 0_u64);
    for index in 0..archive.len() {
        let entry = archive
            .by_index_data(index)
            .map_err(|error| ArchiveError::NotAnArchive(plain(&error.to_string())))?;
        let name = std::str::from_utf8(entry.name_raw())
            .map_err(|_| ArchiveError::Name(String::from_utf8_lossy(entry.name_raw()).into_owned()))?
            .to_owned();
        if !stays_inside(&name) || entry.is_symlink() {
            return Err(ArchiveError::Name(name));
        }
        if !seen.insert(name.to_lowercase()) {
            return Err(ArchiveError::Twice(name));
        }
        let (kind, size) = (Kind::of(&name), entry.size());
        if size > u64::try_from(kind.most()).unwrap_or(u64::MAX) {
            return Err(ArchiveError::TooLarge(name));
        }
        total = total.saturating_add(size);
        if kind.is_kept() {
            documents = documents.saturating_add(size);
        }
        if !entry.is_dir() {
            names.push((index, name, kind));
        }
    }
    if archive.has_duplicate_names() {
        return Err(ArchiveError::Twice("one of its files".to_owned()));
    }
    if total > length.saturating_mul(MAX_RATIO).saturating_add(SLACK) || documents > MAX_DOCUMENTS {
        return Err(ArchiveError::Bomb(total));
    }
    archive
        .validate_header_consistency()
        .map_err(|error| ArchiveError::Inconsistent(plain(&error.to_string())))?;
    Ok(names)
}

/// Whether a file of that name would lie in the folder that the archive is unpacked to, on every system.
fn stays_inside(name: &str) -> bool {
    let path = name.strip_suffix('/').unwrap_or(name);
    let odd = |c: char| c.is_control() || matches!(c, '\\' | ':');
    !path.contains(odd)
        && path
            .split('/')
            .all(|part| !part.is_empty() && part != "." && part != "..")
}

const DAMAGED: &str = "The file is damaged: it cannot be unpacked as it was packed.";

/// The bytes of a file; their checksum is looked at. Its size was, before.
fn bytes<R: Read + Seek>(archive: &mut ZipArchive<R>, index: usize, kind: Kind) -> Result<Vec<u8>, String> {
    let file = archive.by_index(index).map_err(|_| DAMAGED.to_owned())?;
    let size = file.size();
    let most = u64::try_from(kind.most()).unwrap_or(u64::MAX).min(size);
    let mut bytes = Vec::new();
    file.take(most.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|_| DAMAGED.to_owned())?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) == size {
        Ok(bytes)
    } else {
        Err(DAMAGED.to_owned())
    }
}

/// Reads a file through, to see that it is whole, and says its sum.
fn pass<R: Read + Seek>(archive: &mut ZipArchive<R>, index: usize) -> Result<Sum, String> {
    let file = archive.by_index(index).map_err(|_| DAMAGED.to_owned())?;
    let size = file.size();
    let mut rest = file.take(size.saturating_add(1));
    let (mut hash, mut buffer, mut count) = (Sha256::new(), vec![0; 64 << 10], 0_u64);
    loop {
        let read = rest.read(&mut buffer).map_err(|_| DAMAGED.to_owned())?;
        if read == 0 {
            break;
        }
        hash.update(buffer.get(..read).unwrap_or_default());
        count = count.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
    }
    if count == size {
        Ok(hash.finalize().into())
    } else {
        Err(DAMAGED.to_owned())
    }
}

fn sum(bytes: &[u8]) -> Sum {
    Sha256::digest(bytes).into()
}

impl Documents {
    /// Keeps a document, and says whose it is.
    fn take(
        &mut self,
        kind: Kind,
        name: &str,
        bytes: Vec<u8>,
        damaged: &mut Vec<String>,
    ) -> Result<Option<String>, ArchiveError> {
        let parsed = serde_json::from_slice::<Value>(&bytes).ok();
        let id = |value: &Value| value.get("id").and_then(Value::as_str).map(str::to_owned);
        let Some((value, id)) = parsed.and_then(|value| id(&value).map(|id| (value, id))) else {
            damaged.push(format!("{name}: It is not the document that it should be."));
            return Ok(None);
        };
        if kind == Kind::Endorser {
            if self.endorsers.insert(id.clone(), value).is_some() {
                return Err(ArchiveError::IssuerTwice(id));
            }
            Ok(None)
        } else if kind == Kind::Issuer {
            if self.issuers.insert(id.clone(), value).is_some() {
                return Err(ArchiveError::IssuerTwice(id));
            }
            Ok(Some(id))
        } else {
            let issuer = comparing::issuer(&value).map(str::to_owned);
            let from = value.get("validFrom").and_then(Value::as_str);
            let as_of = from.and_then(|text| DateTime::parse_from_rfc3339(text).ok());
            if self
                .lists
                .insert(id.clone(), (bytes, as_of.map(|at| at.with_timezone(&Utc))))
                .is_some()
            {
                return Err(ArchiveError::Twice(id));
            }
            // What is of an endorser is not of the institution, and need not be.
            Ok(issuer.filter(|_| kind == Kind::Status))
        }
    }

    /// The date of the list that says whether the badge is revoked.
    fn as_of(&self, document: &[u8]) -> Option<DateTime<Utc>> {
        let document = if jwt::looks_like(document) {
            jwt::read(document).ok()?.credential()
        } else {
            serde_json::from_slice(document).ok()?
        };
        let status = document.get("credentialStatus")?;
        let entry = status.as_array().map_or(Some(status), |all| all.first())?;
        let url = entry.get("statusListCredential")?.as_str()?;
        self.lists.get(url)?.1
    }
}

/// The signed document or token in a badge file. The one place that knows the forms of a badge: whoever adds one adds it here and
/// to [`crate::service::credential::baked::Form`].
fn document(name: &str, bytes: Vec<u8>) -> Result<Vec<u8>, String> {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("json" | "jwt") => Ok(bytes),
        Some("png" | "svg") => bake::extract(&bytes)
            .map(String::into_bytes)
            .map_err(|error| format!("The picture cannot be read as a badge: {error}.")),
        _ => Err("This version of cairn does not read badges in this form.".to_owned()),
    }
}

/// What is found of an endorsement. One that was signed elsewhere has its keys elsewhere.
fn endorsed(document: &[u8], documents: &Documents, now: DateTime<Utc>) -> Finding {
    let Some(value) = comparing::parsed(document) else {
        return Finding::Failed("It is not the document that it should be.".to_owned());
    };
    match comparing::issuer(&value) {
        Some(issuer) if documents.did_document(issuer).is_some() => judge(document, documents, now),
        Some(_) => Finding::Unchecked,
        None => Finding::Failed("It does not say whose it is.".to_owned()),
    }
}

fn judge(document: &[u8], documents: &Documents, now: DateTime<Utc>) -> Finding {
    let as_of = documents.as_of(document);
    let verdict: Verdict = verified(document, documents, now);
    let verdict = match (verdict.failure(CheckKind::Status), as_of) {
        // A list may say until when it holds. Here it counts as of its own date.
        (Some(Failure::StatusListBad(inner)), Some(at)) if matches!(**inner, Failure::Expired(_)) => {
            let mut then = verified(document, documents, at);
            for check in &mut then.checks {
                if check.kind == CheckKind::Period {
                    check.failure = verdict.failure(CheckKind::Period).cloned();
                }
            }
            then
        }
        _ => verdict,
    };
    // What another body says of a badge is its own: its keys are in no archive, and a badge is as good without.
    let is_of_others = |check: &Check| {
        check.kind == CheckKind::Endorsements && check.failure.as_ref().is_some_and(Failure::is_unchecked)
    };
    // That a badge in a record does not hold is said of each of them.
    let own = verdict
        .checks
        .iter()
        .filter(|check| check.kind != CheckKind::Parts);
    let inside = verdict.parts.iter().flat_map(|part| &part.verdict.checks);
    let parts = verdict.checks.iter().filter(|check| {
        let told = matches!(check.failure, Some(Failure::Part(..)));
        check.kind == CheckKind::Parts && !told
    });
    let all = own.chain(parts).chain(inside);
    let wrong = all.filter(|check| !is_of_others(check)).find(|check| {
        !matches!(
            check.failure,
            None | Some(Failure::Revoked | Failure::Suspended | Failure::Expired(_))
        )
    });
    let signed = verdict
        .checks
        .iter()
        .any(|check| check.kind == CheckKind::Signature);
    if let Some(check) = wrong {
        Finding::Failed(check.sentence())
    } else if !signed {
        Finding::Failed("The signature was not checked.".to_owned())
    } else if verdict.is_revoked() {
        Finding::Revoked { as_of }
    } else if let Some(failure) = verdict.failure(CheckKind::Period) {
        Finding::Expired(failure.to_string())
    } else {
        Finding::Verified { as_of }
    }
}
