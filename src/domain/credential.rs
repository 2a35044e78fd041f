//! The signed document of an award, and what its holder lets others see of it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{AwardId, CredentialId, IssuerId, ShareLinkId, StatusListId, TenantId};

/// A signed document and where it is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Credential {
    pub(crate) id: CredentialId,
    pub(crate) tenant: TenantId,
    pub(crate) award: AwardId,
    pub(crate) issuer: IssuerId,
    /// The unguessable last part of its public address.
    pub(crate) slug: String,
    /// The signed JSON, byte by byte as it was signed.
    pub(crate) document: String,
    /// The same credential as a signed compact token, byte by byte as it was signed; none for what was issued before
    /// there were tokens.
    pub(crate) token: Option<String>,
    pub(crate) issued_at: DateTime<Utc>,
    pub(crate) status_list: StatusListId,
    /// Its position in that list, from 0.
    pub(crate) status_position: i32,
    pub(crate) visibility: Visibility,
    /// What the holder had left out of the document, as JSON; none: nothing.
    pub(crate) left_out: Option<String>,
    /// When it was signed anew last; none: it is as it was issued.
    pub(crate) reissued: Option<Reissued>,
}

/// That a document was signed anew under its own id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reissued {
    pub(crate) at: DateTime<Utc>,
    pub(crate) cause: ReissueCause,
}

/// Why a document is signed anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReissueCause {
    /// The key that had signed it was withdrawn: what was saved before verifies no more.
    Key,
    /// Its holder wanted it otherwise; what was saved before still verifies.
    Holder,
}

/// What the holder lets others see; all off at first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "four switches")]
pub(crate) struct Visibility {
    pub(crate) name: bool,
    pub(crate) evidence: bool,
    /// Files for others than the holder.
    pub(crate) downloads: bool,
    /// Nothing at all, the page included, but by a link that the holder makes.
    pub(crate) hidden: bool,
}

/// A Comprehensive Learner Record: a badge that is earned by badges together with these, each as it was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) tenant: TenantId,
    /// That of the badge that is earned by the others.
    pub(crate) credential: CredentialId,
    /// The signed JSON, byte by byte as it was signed.
    pub(crate) document: String,
    /// The same as a signed compact token, byte by byte as it was signed.
    pub(crate) token: String,
    pub(crate) made_at: DateTime<Utc>,
}

/// A link that shows a badge until it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShareLink {
    pub(crate) id: ShareLinkId,
    pub(crate) tenant: TenantId,
    pub(crate) credential: CredentialId,
    /// SHA-256 of its secret part, in hex.
    pub(crate) digest: String,
    pub(crate) made_at: DateTime<Utc>,
    /// The end itself is no longer in time.
    pub(crate) until: DateTime<Utc>,
    /// When the holder ended it.
    pub(crate) withdrawn_at: Option<DateTime<Utc>>,
}

impl ShareLink {
    /// Whether it opens the page at `now`.
    #[must_use]
    pub(crate) fn is_open(&self, now: DateTime<Utc>) -> bool {
        self.withdrawn_at.is_none() && now < self.until
    }
}
