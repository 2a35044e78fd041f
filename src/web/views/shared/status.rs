//! States as people see them: always an icon and a word, never colour alone.

use std::fmt;

use askama::Template;
use askama::filters::HtmlSafe;

/// Where something stands. Each has one icon and one of three status colours (or none).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Status {
    /// Earned, met, approved, done, in force.
    Earned,
    /// On the way: something is being waited for.
    InProgress,
    /// Somebody must act: failed, paused, revoked, changes asked.
    NeedsAttention,
    /// Not met.
    NotMet,
    /// Nothing is known yet; never "zero".
    Unknown,
    /// Neither good nor bad: draft, retired, expired.
    Neutral,
}

impl Status {
    /// The word when the page has no better one.
    #[must_use]
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Earned => "Earned",
            Self::InProgress => "In progress",
            Self::NeedsAttention => "Needs attention",
            Self::NotMet => "Not yet",
            Self::Unknown => "No grade yet",
            Self::Neutral => "Draft",
        }
    }

    /// The class that colours it.
    #[must_use]
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Earned => "is-earned",
            Self::InProgress => "is-progress",
            Self::NeedsAttention => "is-attention",
            Self::NotMet => "is-notmet",
            Self::Unknown => "is-unknown",
            Self::Neutral => "is-neutral",
        }
    }

    /// Its icon alone; a word must stand beside it.
    #[must_use]
    pub(crate) fn icon(self) -> StatusIcon {
        StatusIcon { status: self }
    }

    /// Icon and its own word.
    #[must_use]
    pub(crate) fn chip(self) -> StatusChip {
        StatusChip {
            status: self,
            word: self.word().to_owned(),
        }
    }

    /// Icon and another word.
    #[must_use]
    pub(crate) fn saying(self, word: impl Into<String>) -> StatusChip {
        StatusChip {
            status: self,
            word: word.into(),
        }
    }
}

/// A state with the word that a page uses for it; it draws itself.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "shared/chip.html")]
pub(crate) struct StatusChip {
    pub(crate) status: Status,
    /// One to three words: "Earned", "Paused", "Changes asked".
    pub(crate) word: String,
}

impl HtmlSafe for StatusChip {}

/// An icon, drawn as inline SVG in the colour of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Template)]
#[template(path = "shared/status_icon.html")]
pub(crate) struct StatusIcon {
    status: Status,
}

impl HtmlSafe for StatusIcon {}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
