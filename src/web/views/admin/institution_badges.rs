//! Badges that the institution owns and that its courses take.

use askama::Template;

use super::AdminPage;
use crate::web::views::instructor::{BadgeFields, WholePicture};
use crate::web::views::shared::{FieldProblem, LinkTo, ProblemList, StatusChip};

/// Those of an institution.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/institution_badges.html")]
pub(crate) struct InstitutionBadgesPage {
    pub(crate) page: AdminPage,
    pub(crate) badges: Vec<InstitutionBadgeLine>,
    pub(crate) new_href: String,
}

/// One of them.
#[derive(Debug, Clone)]
pub(crate) struct InstitutionBadgeLine {
    pub(crate) name: String,
    pub(crate) href: String,
    pub(crate) state: StatusChip,
    /// "version 2 · 14 courses have it".
    pub(crate) has: String,
    /// Whether a change waits to be published.
    pub(crate) waits: bool,
}

/// Makes or changes one. Posts the fields of [`BadgeFields`] that it shows, `place.<i>.id`, `.kind` (`column`, `activity` or nothing),
/// `.name`, `.percent`, `.resource` and `.tag` of each place, `needed`, the box `approval`, `seen` and `action` (`refresh` or `save`).
#[derive(Debug, Clone, Template)]
#[template(path = "admin/institution_badge_editor.html")]
pub(crate) struct InstitutionBadgeEditorPage {
    pub(crate) page: AdminPage,
    pub(crate) action: String,
    pub(crate) fields: BadgeFields,
    pub(crate) problems: ProblemList,
    pub(crate) rows: Vec<PlaceFields>,
    /// As typed.
    pub(crate) needed: String,
    pub(crate) approval: bool,
    /// The revision that this edit started from.
    pub(crate) seen: i32,
    /// The picture that was uploaded.
    pub(crate) uploaded_src: Option<String>,
    /// Its size, where it is or was not square.
    pub(crate) whole: Option<WholePicture>,
    pub(crate) back_href: String,
}

/// A place as it is typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PlaceFields {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) percent: String,
    pub(crate) resource: String,
    pub(crate) tag: String,
}

impl InstitutionBadgeEditorPage {
    /// The words for each type of badge, and the value that a form sends.
    fn kinds(&self) -> [(&'static str, &'static str, bool); 3] {
        [
            ("knowledge", "Knowledge"),
            ("application", "Application"),
            ("recognition", "Recognition"),
        ]
        .map(|(value, words)| (value, words, self.fields.kind == value))
    }

    fn problem(&self, position: &usize, part: &str) -> Option<FieldProblem<'_>> {
        self.problems.at(&format!("place.{position}.{part}"))
    }

    fn shapes(&self) -> [(&'static str, &'static str, bool); 4] {
        [
            ("hexagon", "Hexagon"),
            ("circle", "Circle"),
            ("shield", "Shield"),
            ("stones", "Stones"),
        ]
        .map(|(value, words)| (value, words, self.fields.shape == value))
    }
}

/// One of them, with who may take it. The form posts `everywhere` (`yes` or `no`), and each `platform` and `course` that is ticked.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/institution_badge.html")]
pub(crate) struct InstitutionBadgePage {
    pub(crate) page: AdminPage,
    pub(crate) state: StatusChip,
    /// "Version 2 is what courses take."
    pub(crate) version: String,
    pub(crate) outcome: String,
    /// What it asks as it is saved.
    pub(crate) asks: String,
    /// What courses take, where that is something else.
    pub(crate) published: Option<String>,
    /// Where the draft is published, while it is not what courses take; with its revision.
    pub(crate) publish: Option<(String, i32)>,
    pub(crate) edit_href: String,
    pub(crate) turn_action: String,
    pub(crate) can_withdraw: bool,
    pub(crate) can_offer: bool,
    pub(crate) public: Option<LinkTo>,
    pub(crate) everywhere: bool,
    pub(crate) reach_action: String,
    pub(crate) sought: String,
    pub(crate) own_href: String,
    /// Value, name, and whether it is chosen.
    pub(crate) platforms: Vec<(String, String, bool)>,
    pub(crate) courses: Vec<(String, String, bool)>,
    /// How many more courses there are.
    pub(crate) more: usize,
    /// The courses that have it: name, and how their badge stands.
    pub(crate) taken: Vec<(String, StatusChip)>,
    pub(crate) back_href: String,
}
