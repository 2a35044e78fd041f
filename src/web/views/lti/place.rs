//! Deep linking: choosing what goes into the course, and looking at it before it does; and the work of one student who
//! handed in nothing.

use askama::Template;

use crate::web::views::shared::{Choice, LinkTo, Page, PictureView, ProblemList, StatusChip};

/// Posts `item` (one or several), `shape`, `title`, `instructions`, `points`.
#[derive(Debug, Clone, Template)]
#[template(path = "lti/place.html")]
pub struct PlacePage {
    pub page: Page,
    pub review_action: String,
    pub cancel_action: String,
    /// Whether several may be chosen.
    pub several: bool,
    pub my_badges: PlaceOption,
    pub badges: Vec<PlaceOption>,
    pub stacks: Vec<PlaceOption>,
    pub activities: Vec<PlaceOption>,
    pub new_activity: PlaceOption,
    /// How it may look in the course; fewer than two ask nothing.
    pub shapes: Vec<Choice>,
    /// The one that is chosen.
    pub shape: String,
    /// Whether links to Cairn itself are taken: without them there are badges only, to be shown.
    pub takes_links: bool,
    /// Whether anything of ours is taken at all.
    pub takes_any: bool,
    /// What the new activity is called, as typed.
    pub title: String,
    /// Markdown.
    pub instructions: String,
    /// As typed.
    pub points: String,
    /// What the points can be, and what becomes of them.
    pub points_hint: &'static str,
    /// The badge editor, which comes back here; none where only administrators make badges.
    pub new_badge_href: Option<String>,
    pub problems: ProblemList,
}

/// One thing that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceOption {
    /// What the form sends.
    pub value: String,
    pub name: String,
    /// What students find there.
    pub text: String,
    pub picture: Option<PictureView>,
    pub state: Option<StatusChip>,
    pub is_chosen: bool,
}

impl PlaceOption {
    /// The type of its input.
    #[must_use]
    pub fn kind(&self, several: &bool) -> &'static str {
        if *several { "checkbox" } else { "radio" }
    }
}

/// What will be placed. Posts what the first page posted, with an id for each item.
#[derive(Debug, Clone, Template)]
#[template(path = "lti/place_review.html")]
pub struct PlaceReviewPage {
    pub page: Page,
    pub send_action: String,
    pub back_action: String,
    pub planned: Vec<PlannedView>,
    /// Name and value of each hidden field.
    pub kept: Vec<(String, String)>,
    /// The words on the button.
    pub button: String,
}

/// One item as it will be placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedView {
    pub title: String,
    pub picture: Option<PictureView>,
    /// What it is and what it does in the course, one sentence each.
    pub facts: Vec<String>,
    /// What to know before.
    pub note: Option<String>,
}

/// A student who handed in nothing (yet), opened from the gradebook.
#[derive(Debug, Clone, Template)]
#[template(path = "lti/student_work.html")]
pub struct WorkOfPage {
    pub page: Page,
    pub student: String,
    pub activity: String,
    pub queue: LinkTo,
}
