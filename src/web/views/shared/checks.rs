//! What was checked, one line for each condition, for teacher and student alike.

use askama::Template;
use askama::filters::HtmlSafe;

use super::{LinkTo, Page, Status, When};

/// One condition (or group of them) and whether it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CheckLine {
    /// [`Status::Earned`] met, [`Status::NotMet`], [`Status::InProgress`] waiting, [`Status::Unknown`].
    pub(crate) status: Status,
    /// Whether it is known that what is asked for is not there yet, where the state is [`Status::Unknown`].
    pub(crate) is_known_lack: bool,
    /// "Cleaning exercise: 86 of 100, needs 80".
    pub(crate) text: String,
    /// "read from the gradebook"; the time follows it.
    pub(crate) note: Option<String>,
    pub(crate) when: Option<When>,
    /// What the reader can do about it.
    pub(crate) action: Option<LinkTo>,
    /// The members, when this line is a group.
    pub(crate) children: Vec<CheckLine>,
}

impl CheckLine {
    /// A line with a state and a text only.
    #[must_use]
    pub(crate) fn new(status: Status, text: impl Into<String>) -> Self {
        Self {
            status,
            is_known_lack: false,
            text: text.into(),
            note: None,
            when: None,
            action: None,
            children: Vec::new(),
        }
    }

    /// What a screen reader hears for the icon.
    #[must_use]
    pub(crate) fn spoken(&self) -> &'static str {
        match self.status {
            Status::Earned => "Met:",
            Status::InProgress => "Waiting:",
            Status::NeedsAttention => "Needs attention:",
            Status::NotMet => "Not met:",
            Status::Unknown if self.is_known_lack => "Not yet:",
            Status::Unknown => "Not known yet:",
            Status::Neutral => "",
        }
    }
}

/// Draws check lines as a list within a list.
#[derive(Debug, Template)]
#[template(path = "shared/checks.html")]
pub(crate) struct CheckList<'a> {
    lines: &'a [CheckLine],
    /// `None` on public pages, where links need no session.
    page: Option<&'a Page>,
}

impl HtmlSafe for CheckList<'_> {}

impl<'a> CheckList<'a> {
    /// The lines inside a framed page.
    #[must_use]
    pub(crate) fn framed(lines: &'a [CheckLine], page: &'a Page) -> Self {
        Self {
            lines,
            page: Some(page),
        }
    }

    /// The lines on a public page.
    #[must_use]
    pub(crate) fn public(lines: &'a [CheckLine]) -> Self {
        Self { lines, page: None }
    }

    fn below(&self, line: &'a CheckLine) -> Self {
        Self {
            lines: &line.children,
            page: self.page,
        }
    }
}

impl Page {
    /// A list of checks inside this page.
    #[must_use]
    pub(crate) fn checks<'a>(&'a self, lines: &'a [CheckLine]) -> CheckList<'a> {
        CheckList::framed(lines, self)
    }
}
