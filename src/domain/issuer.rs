//! Who stands behind a badge (Open Badges 3.0, `Profile`).

use chrono::{DateTime, Utc};

use crate::ids::{IssuerId, TenantId};

/// An institution that uses Cairn: the owner of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    pub id: TenantId,
    pub name: String,
    pub created_at: DateTime<Utc>,
}

/// How much there is of an institution, for the first page of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Platforms that are turned on.
    pub platforms: i64,
    pub courses: i64,
    /// Installations that wait for somebody to accept them.
    pub waiting: i64,
    pub last_launch: Option<DateTime<Utc>>,
}

/// The public face of an institution, with a `did:web` of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    pub id: IssuerId,
    pub tenant: TenantId,
    /// The last part of its `did:web` and of its address: lower-case letters, digits and hyphens.
    pub slug: String,
    pub name: String,
    /// The institution's own site.
    pub url: Option<String>,
    pub email: Option<String>,
}
