//! Who administers outside the LMS.

use std::fmt;

use chrono::{DateTime, Utc};

use crate::ids::{AdminId, TenantId};

/// Somebody who may use the console.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Admin {
    pub(crate) id: AdminId,
    /// None: the whole installation.
    pub(crate) tenant: Option<TenantId>,
    pub(crate) name: String,
    /// Lower case; unique.
    pub(crate) email: Option<String>,
    /// argon2id, as a PHC string.
    pub(crate) password_hash: Option<String>,
    /// Issuer and subject at an OpenID Connect provider; unique.
    pub(crate) oidc: Option<(String, String)>,
    pub(crate) enabled: bool,
    pub(crate) created_at: DateTime<Utc>,
}

impl fmt::Debug for Admin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Admin")
            .field("id", &self.id)
            .field("tenant", &self.tenant)
            .field("enabled", &self.enabled)
            .finish_non_exhaustive()
    }
}
