//! The keys that an institution signs badges with. The secret half is only ever here sealed.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{IssuerId, KeyId, TenantId};

/// A signing key of an issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IssuerKey {
    pub(crate) id: KeyId,
    pub(crate) tenant: TenantId,
    pub(crate) issuer: IssuerId,
    /// What it signs with.
    pub(crate) kind: KeyKind,
    /// The public key as a Multikey (`z6Mk…`, `zDn…`).
    pub(crate) public_multibase: String,
    /// The private key, sealed under the master key.
    pub(crate) sealed_secret: String,
    pub(crate) state: KeyState,
    pub(crate) created_at: DateTime<Utc>,
}

/// What a key signs, and with which algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyKind {
    /// Documents with the proof inside (`eddsa-rdfc-2022`).
    Ed25519,
    /// Tokens (ES256, on P-256).
    Es256,
}

impl KeyKind {
    /// Its name for administrators.
    #[must_use]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ed25519 => "Ed25519",
            Self::Es256 => "ES256",
        }
    }
}

/// Whether a key signs or only verifies; also of our own LTI keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KeyState {
    /// Published, so that others know it before it signs. Only our own LTI keys have this state.
    Next,
    /// Signs. At most one for each issuer.
    Active,
    /// Signs no more; what it signed still verifies.
    Retired,
    /// Somebody else may have it: it is published no more, and what it signed verifies no more. Only keys of issuers have
    /// this state.
    Withdrawn,
}
