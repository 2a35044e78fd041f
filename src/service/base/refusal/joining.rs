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
    /// No code of this institution reads so; what was typed is told as well where it cannot be one.
    CodeUnknown,
    /// The time in which the code could be typed is over.
    CodeOver,
    /// Somebody typed the code before.
    CodeUsed,
    /// It is the code of this very account.
    OwnCode,
    /// Both accounts are of one platform: who is who there is for its administrators to say.
    SamePlatform,
    /// One of them was joined with another one already, as their student is told.
    AccountJoined,
    /// One of them has asked to be erased, as their student is told.
    AccountErasing,
    /// One of them is or was something else than a student somewhere.
    NotAStudent,
    /// Codes were asked for or typed too often.
    TooOften,
    /// Nothing waits for a yes there any more.
    NothingWaits,
}

impl JoinRefusal {
    pub(super) fn facts(self) -> (ErrorKind, &'static str) {
        use ErrorKind::{Conflict, Forbidden, TooManyRequests, Unprocessable};
        match self {
            Self::NothingToSay => (Conflict, "join.nothing"),
            Self::Two => (Unprocessable, "join.two"),
            Self::Platforms => (Unprocessable, "join.platforms"),
            Self::Joined => (Conflict, "join.joined"),
            Self::Erasing => (Conflict, "join.erasing"),
            Self::NotDone => (Conflict, "join.not-done"),
            Self::Later => (Conflict, "join.later"),
            Self::CodeUnknown => (Unprocessable, "join.code-unknown"),
            Self::CodeOver => (Unprocessable, "join.code-over"),
            Self::CodeUsed => (Unprocessable, "join.code-used"),
            Self::OwnCode => (Unprocessable, "join.own-code"),
            Self::SamePlatform => (Unprocessable, "join.same-platform"),
            Self::AccountJoined => (Unprocessable, "join.account-joined"),
            Self::AccountErasing => (Unprocessable, "join.account-erasing"),
            Self::NotAStudent => (Forbidden, "join.not-a-student"),
            Self::TooOften => (TooManyRequests, "join.too-often"),
            Self::NothingWaits => (Conflict, "join.nothing-waits"),
        }
    }
}
