//! A collection of badges, as whoever has its link sees it.

use askama::Template;

use crate::web::views::shared::{LinkTo, PictureView, PublicPage, SafeHtml, StatusChip, When};
use crate::web::words::portfolio::short_id;

/// What the holder chose, in the holder's own words, with what was found of each badge.
#[derive(Debug, Clone, Template)]
#[template(path = "public/collection.html")]
pub(crate) struct CollectionShownPage {
    pub(crate) page: PublicPage,
    pub(crate) title: String,
    /// The holder's own.
    pub(crate) words: String,
    pub(crate) rows: Vec<ShownRow>,
    /// When the link ends.
    pub(crate) until: Option<When>,
    pub(crate) presentation_href: String,
    pub(crate) registry_href: String,
    pub(crate) verifier_href: &'static str,
    /// Where all of them are checked at once: as a page to print, for a spreadsheet, for programs.
    pub(crate) sheet_action: String,
    pub(crate) table_action: String,
    pub(crate) data_action: String,
}

/// All badges of a collection, checked at one moment.
#[derive(Debug, Clone, Template)]
#[template(path = "public/sheet.html")]
pub(crate) struct SheetPage {
    pub(crate) page: PublicPage,
    /// The holder's own.
    pub(crate) words: String,
    pub(crate) at: When,
    /// Who checked them.
    pub(crate) by: String,
    /// How many of them are valid.
    pub(crate) valid: usize,
    pub(crate) lines: Vec<SheetLine>,
    pub(crate) back_href: String,
    pub(crate) table_action: String,
    pub(crate) data_action: String,
    /// The whole address of the page that checks badges.
    pub(crate) verifier: String,
}

/// A badge of it.
#[derive(Debug, Clone)]
pub(crate) struct SheetLine {
    pub(crate) name: String,
    pub(crate) issuer: String,
    pub(crate) issuer_id: String,
    pub(crate) id: Option<String>,
    pub(crate) holder: &'static str,
    pub(crate) awarded: Option<When>,
    pub(crate) until: Option<When>,
    pub(crate) found: StatusChip,
    /// The same in a sentence.
    pub(crate) means: String,
    pub(crate) checked: When,
    pub(crate) digest: String,
}

impl ShownRow {
    fn short_issuer(&self) -> String {
        short_id(&self.issuer_id)
    }
}

/// A badge in it.
#[derive(Debug, Clone)]
pub(crate) struct ShownRow {
    pub(crate) name: String,
    /// What it proves, as it says of itself.
    pub(crate) says: String,
    /// By which it was awarded; empty where it is not told here.
    pub(crate) criteria: SafeHtml,
    /// Where there is more about it.
    pub(crate) links: Vec<LinkTo>,
    /// The badge as a file of its own.
    pub(crate) file_href: String,
    pub(crate) issuer: String,
    pub(crate) issuer_id: String,
    pub(crate) picture: Option<PictureView>,
    pub(crate) standing: StatusChip,
    /// What was found, in a sentence.
    pub(crate) means: String,
    /// Whose it is.
    pub(crate) holder: &'static str,
    pub(crate) awarded: Option<When>,
    pub(crate) until: Option<When>,
    pub(crate) checked: When,
}
