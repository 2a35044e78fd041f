//! A badge on paper.

use askama::Template;
use askama::filters::HtmlSafe;

use super::{PictureView, SafeHtml, When};

/// What stands on the one sheet of paper, on whichever page it is shown.
#[derive(Debug, Clone, Template)]
#[template(path = "shared/certificate.html")]
pub(crate) struct Certificate {
    pub(crate) name: String,
    pub(crate) picture: PictureView,
    /// Whose it is; none where the holder does not show it.
    pub(crate) holder: Option<String>,
    pub(crate) issuer: String,
    pub(crate) awarded: When,
    pub(crate) until: Option<When>,
    /// Why it must not be relied on, in a word and a sentence: "Revoked", "Expired", "Not confirmed".
    pub(crate) warning: Option<(String, String)>,
    /// What its holder can do.
    pub(crate) outcome: String,
    pub(crate) criteria: SafeHtml,
    /// Whether the criteria were too long for the sheet.
    pub(crate) shortened: bool,
    /// "Application badge", "12 hours".
    pub(crate) facts: Vec<String>,
    /// Where anybody can check it.
    pub(crate) check: Option<WhereToCheck>,
    /// The credential's id, where it is not the address that stands beside it.
    pub(crate) number: Option<String>,
}

/// An address, for eyes and for cameras.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WhereToCheck {
    pub(crate) url: String,
    /// A `data:` address of the QR code.
    pub(crate) code: String,
}

impl HtmlSafe for Certificate {}
