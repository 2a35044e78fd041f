//! What is refused about joining platforms and people.

use super::ErrorKind;

/// Why two are not made one, or not made two again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JoinRefusal {
    /// Nothing waits for an answer there any more.
    NothingToSay,
    /// Two people are to be chosen, and they differ.
    Two,
    /// They are people of different platforms.
    Platforms,
    /// One of them was joined already.
    Joined,
    /// One of them asked to be erased.
    Erasing,
    /// It was taken back already, or is under way.
    NotDone,
    /// A later join builds on it.
    Later,
}

impl JoinRefusal {
    pub(super) fn facts(self) -> (ErrorKind, &'static str) {
        use ErrorKind::{Conflict, Unprocessable};
        match self {
            Self::NothingToSay => (Conflict, "join.nothing"),
            Self::Two => (Unprocessable, "join.two"),
            Self::Platforms => (Unprocessable, "join.platforms"),
            Self::Joined => (Conflict, "join.joined"),
            Self::Erasing => (Conflict, "join.erasing"),
            Self::NotDone => (Conflict, "join.not-done"),
            Self::Later => (Conflict, "join.later"),
        }
    }
}
