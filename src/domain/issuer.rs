//! Who stands behind a badge (Open Badges 3.0, `Profile`).

use chrono::{DateTime, Utc};

use crate::domain::theme::Colour;
use crate::ids::{IssuerId, TenantId};

/// An institution that uses Cairn: the owner of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    pub id: TenantId,
    pub name: String,
    /// The colour of its pages; none is Cairn's own.
    pub accent: Option<Colour>,
    pub created_at: DateTime<Utc>,
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
    /// As in [`Tenant::accent`]: the institution's, for pages that stand in its name.
    pub accent: Option<Colour>,
}
