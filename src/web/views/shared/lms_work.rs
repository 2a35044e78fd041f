//! What somebody handed in in the LMS, for teacher and student alike.

use askama::Template;
use askama::filters::HtmlSafe;

use super::When;

/// A list of it; nothing at all where there is none.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "shared/lms_work.html")]
pub(crate) struct LmsWorkList {
    /// What the LMS is called.
    pub(crate) lms: &'static str,
    pub(crate) lines: Vec<LmsWorkLine>,
    /// When it was read last.
    pub(crate) read: Option<When>,
}

impl HtmlSafe for LmsWorkList {}

/// What was handed in to one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LmsWorkLine {
    pub(crate) label: String,
    /// "Files, attempt 2".
    pub(crate) what: String,
    pub(crate) when: Option<When>,
    pub(crate) files: Vec<LmsFileLine>,
    /// Its page in the LMS, in a window of its own.
    pub(crate) href: Option<String>,
}

/// A file of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LmsFileLine {
    pub(crate) name: String,
    /// "PDF document, 183 kB".
    pub(crate) facts: String,
    pub(crate) when: Option<When>,
}
