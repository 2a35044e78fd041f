//! The wish of a person to be erased.

use chrono::{DateTime, Utc};

use crate::ids::{ErasureId, PersonId};

/// A wish to be erased that nobody has fulfilled yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    pub id: ErasureId,
    pub person: PersonId,
    pub asked_at: DateTime<Utc>,
    /// Until they ask again.
    pub declined: Option<Declined>,
}

/// That an administrator declined a wish, for the person to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declined {
    pub at: DateTime<Utc>,
    pub reason: String,
}
