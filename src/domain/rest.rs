//! Why a badge rests. Kept in the database as data until a page words it.

use serde::{Deserialize, Serialize};

use crate::domain::columns::ColumnTrouble;

/// Why nothing is decided until an instructor acts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Rest {
    /// Columns that its rule reads are not as they were when it was made.
    Columns(Vec<ColumnTrouble>),
    /// They are again, and an instructor's word is all that it waits for.
    Word,
    /// It was copied from another course, and these things that its rule reads were not found here, by their names.
    NotFound(Vec<String>),
    /// An administrator of the institution paused it.
    Chosen,
    /// What an earlier version stored: whole sentences. Nothing new is stored so.
    Earlier(String),
}

impl From<Vec<ColumnTrouble>> for Rest {
    fn from(found: Vec<ColumnTrouble>) -> Self {
        if found.is_empty() {
            Self::Word
        } else {
            Self::Columns(found)
        }
    }
}
