//! The wish of a person to be erased.

use chrono::{DateTime, Utc};

use crate::ids::{ErasureId, PersonId};

/// A wish to be erased that nobody has fulfilled yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) id: ErasureId,
    pub(crate) person: PersonId,
    pub(crate) asked_at: DateTime<Utc>,
    /// Until they ask again.
    pub(crate) declined: Option<Declined>,
}

/// That an administrator declined a wish, for the person to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Declined {
    pub(crate) at: DateTime<Utc>,
    pub(crate) reason: String,
}
