//! All badges of a collection checked at one moment, because whoever opened it asked for that: an employer keeps the result.
//! Nothing is written here, whatever is found.

use std::time::{Duration, Instant};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use openbadges::verify::{Failure, Verdict};
use sha2::{Digest as _, Sha256};

use super::checking::{Judged, judged};
use super::collecting::{Opened, Shown};
use crate::domain::portfolio::{ForeignBadge, Holder, Standing};
use crate::service::Cairn;
use crate::service::base::error::{ErrorKind, ServiceError};
use crate::service::credential::outside;
use crate::service::credential::publish::Published;
use crate::store::blobs::BlobError;

/// How long issuers are asked for one sheet. Whoever was not asked by then is said to have been found as it was last.
const LONGEST: Duration = Duration::from_secs(30);
/// Most bytes of badges of other issuers that one sheet reads.
const MOST_BYTES: u64 = 16 << 20;

/// What was found of the badges of a collection.
#[derive(Debug, Clone)]
pub(crate) struct Sheet {
    /// When it was made.
    pub(crate) at: DateTime<Utc>,
    /// In the order of the collection.
    pub(crate) lines: Vec<Line>,
}

impl Sheet {
    /// How many of its badges are valid, as far as could be checked.
    #[must_use]
    pub(crate) fn valid(&self) -> usize {
        self.lines
            .iter()
            .filter(|line| line.found == Found::Valid)
            .count()
    }
}

/// One badge.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) issuer: String,
    pub(crate) issuer_id: String,
    /// The identifier of the credential, or the address by which it was brought.
    pub(crate) id: Option<String>,
    /// Whose it is; none for one that was awarded here.
    pub(crate) holder: Option<Holder>,
    pub(crate) awarded: Option<DateTime<Utc>>,
    pub(crate) until: Option<DateTime<Utc>>,
    pub(crate) found: Found,
    /// SHA-256 of the badge as it was checked, in hex.
    pub(crate) digest: String,
    /// When that was found.
    pub(crate) checked: DateTime<Utc>,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    Valid,
    Expired,
    Suspended,
    Revoked,
    /// It was changed since it was signed, or nobody vouches for it.
    Wrong(Option<Failure>),
    /// Whoever had to be asked was not, or did not answer; how it stood when it was checked last, if it ever was.
    Unasked(Option<Standing>),
}

impl Found {
    /// As programs know it.
    #[must_use]
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Expired => "expired",
            Self::Suspended => "suspended",
            Self::Revoked => "revoked",
            Self::Wrong(_) => "changed",
            Self::Unasked(_) => "not-checked",
        }
    }
}

/// Checks every badge of a collection, those of other issuers by asking them, as far as there is a turn and time for it.
///
/// # Errors
/// What the disk reports; when a stored document is not one of ours.
#[tracing::instrument(name = "sheet.check", skip_all, fields(collection = opened.collection.id.as_str()))]
pub(crate) async fn check(cairn: &Cairn, opened: &Opened) -> Result<Sheet, ServiceError> {
    let (began, mut room) = (Instant::now(), MOST_BYTES);
    let mut lines = Vec::with_capacity(opened.badges.len());
    for shown in &opened.badges {
        lines.push(match shown {
            Shown::Own(own) => ours(cairn, own)?,
            Shown::Foreign(badge) => {
                let left = room.checked_sub(badge.file.size);
                room = left.unwrap_or(room);
                let asks = left.is_some() && began.elapsed() < LONGEST;
                theirs(cairn, badge, asks).await?
            }
        });
    }
    Ok(Sheet {
        at: cairn.clock.now(),
        lines,
    })
}

fn ours(cairn: &Cairn, own: &Published) -> Result<Line, ServiceError> {
    let checked = own.check(cairn)?;
    let found = match stands(&checked.verdict) {
        Some(Found::Valid) if own.suspended_at(&checked).is_some() => Found::Suspended,
        Some(found) => found,
        // All that vouches for it lies here, so nobody had to be asked.
        None => Found::Wrong(checked.verdict.worst().cloned()),
    };
    let document = &checked.document;
    Ok(Line {
        name: document.credential_subject.achievement.name.clone(),
        issuer: document.issuer.name.clone().unwrap_or_default(),
        issuer_id: document.issuer.id.clone(),
        id: Some(document.id.clone()),
        holder: None,
        awarded: Some(own.award.awarded_at),
        until: own.award.valid_until,
        found,
        digest: hex::encode(Sha256::digest(own.credential.document.as_bytes())),
        checked: checked.at,
    })
}

async fn theirs(cairn: &Cairn, badge: &ForeignBadge, asks: bool) -> Result<Line, ServiceError> {
    let now = cairn.clock.now();
    let found = if asks { asked(cairn, badge).await? } else { None };
    let checked = if found.is_some() { now } else { badge.checked_at };
    let says = &badge.says;
    Ok(Line {
        name: says.name.clone(),
        issuer: says.issuer_called().to_owned(),
        issuer_id: says.issuer.clone(),
        id: badge.source.clone(),
        holder: Some(badge.holder),
        awarded: says.awarded_at,
        until: says.until,
        found: found.unwrap_or_else(|| Found::Unasked(Some(badge.standing(now)))),
        digest: badge.file.digest.clone(),
        checked,
    })
}

/// What its issuer says now; nothing where there is no turn to ask, or no answer.
async fn asked(cairn: &Cairn, badge: &ForeignBadge) -> Result<Option<Found>, ServiceError> {
    let bytes: Bytes = match cairn.blobs.get(&badge.tenant, &badge.file.digest).await {
        Ok(bytes) => bytes,
        Err(BlobError::Missing | BlobError::Changed) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    match outside::check(cairn, bytes, None).await {
        Ok(verdict) => Ok(stands(&verdict)),
        Err(error) if error.kind() == ErrorKind::TooManyRequests => Ok(None),
        Err(error) => Err(error),
    }
}

/// What a verification says for certain.
fn stands(verdict: &Verdict) -> Option<Found> {
    match judged(verdict) {
        Judged::Stands(standing, why) => Some(match standing {
            Standing::Genuine => Found::Valid,
            Standing::Expired => Found::Expired,
            Standing::Suspended => Found::Suspended,
            Standing::Revoked => Found::Revoked,
            Standing::Wrong => Found::Wrong(why),
        }),
        Judged::Open(_) => None,
    }
}
