//! What is refused about erasing somebody.

use super::ErrorKind;

/// Why nobody is erased, or the wish not declined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PrivacyRefusal {
    /// Whoever asks types this word.
    Word(&'static str),
    /// Somebody declined the wish.
    Declined,
    /// Whoever asked is told why it is declined, in at most so many characters.
    Reason { most: usize },
    /// The person was erased.
    Done,
    /// What the page of somebody who was erased brought back is none of ours, or too old.
    Pass,
}

impl PrivacyRefusal {
    pub(super) fn facts(self) -> (ErrorKind, &'static str) {
        use ErrorKind::{Conflict, Unprocessable};
        match self {
            Self::Word(_) => (Unprocessable, "erasure.word"),
            Self::Declined => (Conflict, "erasure.declined"),
            Self::Reason { .. } => (Unprocessable, "erasure.reason"),
            Self::Pass => (ErrorKind::Gone, "erasure.pass"),
            Self::Done => (Conflict, "erasure.done"),
        }
    }
}
