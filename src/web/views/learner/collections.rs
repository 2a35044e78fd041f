//! Collections of a student: all of them, and one.

use askama::Template;

use crate::web::views::shared::{Page, ProblemList, When};

/// "Collections".
#[derive(Debug, Clone, Template)]
#[template(path = "learner/collections.html")]
pub(crate) struct CollectionsPage {
    pub(crate) page: Page,
    pub(crate) rows: Vec<CollectionRow>,
    pub(crate) new_href: String,
    pub(crate) back_href: String,
    /// All my badges.
    pub(crate) all_href: String,
}

/// A collection in the list.
#[derive(Debug, Clone)]
pub(crate) struct CollectionRow {
    pub(crate) title: String,
    pub(crate) href: String,
    pub(crate) badges: usize,
    pub(crate) changed: When,
    /// Until when others see it; none where they do not.
    pub(crate) shown_until: Option<When>,
}

/// One collection, or a new one. Posts `title`, `words` and `item` to save it, `days` to make its link.
#[derive(Debug, Clone, Template)]
#[template(path = "learner/collection.html")]
pub(crate) struct CollectionPage {
    pub(crate) page: Page,
    pub(crate) problems: ProblemList,
    pub(crate) save_action: String,
    pub(crate) title: String,
    pub(crate) words: String,
    pub(crate) items: Vec<ItemBox>,
    /// None for a new one.
    pub(crate) kept: Option<KeptCollection>,
    pub(crate) back_href: String,
}

/// What can be done with a collection that is kept.
#[derive(Debug, Clone)]
pub(crate) struct KeptCollection {
    /// Whether the institution lets badges be shown on the web.
    pub(crate) may_share: bool,
    /// Why not, where it does not.
    pub(crate) inside: &'static str,
    /// Told once.
    pub(crate) fresh_link: Option<String>,
    pub(crate) shown_until: Option<When>,
    pub(crate) link_action: String,
    pub(crate) days: Vec<u16>,
    pub(crate) end_action: String,
    pub(crate) presentation_action: String,
    pub(crate) registry_action: String,
    pub(crate) remove_action: String,
}

impl CollectionPage {
    fn general_problems(&self) -> &ProblemList {
        &self.problems
    }
}

/// A badge that can be chosen.
#[derive(Debug, Clone)]
pub(crate) struct ItemBox {
    pub(crate) value: String,
    pub(crate) name: String,
    pub(crate) issuer: String,
    pub(crate) chosen: bool,
}
