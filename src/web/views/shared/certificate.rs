//! A badge on paper.

use askama::Template;
use askama::filters::HtmlSafe;

use super::{PictureView, SafeHtml, When};

/// What stands on the one sheet of paper, on whichever page it is shown.
#[derive(Debug, Clone, Template)]
#[template(path = "shared/certificate.html")]
pub struct Certificate {
    pub name: String,
    pub picture: PictureView,
    /// Whose it is; none where the holder does not show it.
    pub holder: Option<String>,
    pub issuer: String,
    pub awarded: When,
    pub until: Option<When>,
    /// Why it must not be relied on, in a word and a sentence: "Revoked", "Expired", "Not confirmed".
    pub warning: Option<(String, String)>,
    /// What its holder can do.
    pub outcome: String,
    pub criteria: SafeHtml,
    /// Whether the criteria were too long for the sheet.
    pub shortened: bool,
    /// "Application badge", "12 hours".
    pub facts: Vec<String>,
    /// Where anybody can check it.
    pub check: Option<WhereToCheck>,
    /// The credential's id, where it is not the address that stands beside it.
    pub number: Option<String>,
}

/// An address, for eyes and for cameras.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhereToCheck {
    pub url: String,
    /// A `data:` address of the QR code.
    pub code: String,
}

impl HtmlSafe for Certificate {}
