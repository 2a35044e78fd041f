//! Who stands behind a badge (Open Badges 3.0, `Profile`).

use chrono::{DateTime, Utc};

use crate::domain::theme::Colour;
use crate::domain::zone::{Zone, ZoneSet};
use crate::ids::{IssuerId, TenantId};

/// An institution that uses Cairn: the owner of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tenant {
    pub(crate) id: TenantId,
    pub(crate) name: String,
    /// The colour of its pages; none is Cairn's own.
    pub(crate) accent: Option<Colour>,
    /// Where its days begin and end, and who said so; none counts as UTC.
    pub(crate) time_zone: Option<ZoneSet>,
    pub(crate) created_at: DateTime<Utc>,
}

impl Tenant {
    /// The zone that counts.
    #[must_use]
    pub(crate) fn zone(&self) -> Zone {
        self.time_zone.map_or(Zone::UTC, |set| set.zone)
    }
}

/// How much there is of an institution, for the first page of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Counts {
    /// Platforms that are turned on.
    pub(crate) platforms: i64,
    pub(crate) courses: i64,
    /// Installations that wait for somebody to accept them.
    pub(crate) waiting: i64,
    pub(crate) last_launch: Option<DateTime<Utc>>,
}

/// The public face of an institution, with a `did:web` of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Issuer {
    pub(crate) id: IssuerId,
    pub(crate) tenant: TenantId,
    /// The last part of its `did:web` and of its address: lower-case letters, digits and hyphens.
    pub(crate) slug: String,
    pub(crate) name: String,
    /// The institution's own site.
    pub(crate) url: Option<String>,
    pub(crate) email: Option<String>,
    /// As in [`Tenant::accent`]: the institution's, for pages that stand in its name.
    pub(crate) accent: Option<Colour>,
    /// As in [`Tenant::zone`].
    pub(crate) zone: Zone,
}
