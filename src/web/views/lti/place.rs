//! Deep linking: choosing what goes into the course, and looking at it before it does; and the work of one student who
//! handed in nothing.

use askama::Template;

use crate::web::views::shared::{Choice, LinkTo, Page, PictureView, ProblemList, StatusChip};

/// Posts `item` (one or several), `shape`, `title`, `instructions`, `points`.
#[derive(Debug, Clone, Template)]
#[template(path = "lti/place.html")]
pub(crate) struct PlacePage {
    pub(crate) page: Page,
    pub(crate) review_action: String,
    pub(crate) cancel_action: String,
    /// Whether several may be chosen.
    pub(crate) several: bool,
    pub(crate) my_badges: PlaceOption,
    pub(crate) badges: Vec<PlaceOption>,
    pub(crate) stacks: Vec<PlaceOption>,
    pub(crate) activities: Vec<PlaceOption>,
    pub(crate) new_activity: PlaceOption,
    /// How it may look in the course; fewer than two ask nothing.
    pub(crate) shapes: Vec<Choice>,
    /// The one that is chosen.
    pub(crate) shape: String,
    /// Whether links to Cairn itself are taken: without them there are badges only, to be shown.
    pub(crate) takes_links: bool,
    /// Whether anything of ours is taken at all.
    pub(crate) takes_any: bool,
    /// What the new activity is called, as typed.
    pub(crate) title: String,
    /// Markdown.
    pub(crate) instructions: String,
    /// As typed.
    pub(crate) points: String,
    /// What the points can be, and what becomes of them.
    pub(crate) points_hint: &'static str,
    /// What that column does to the course total.
    pub(crate) column_total: &'static str,
    /// The badge editor, which comes back here; none where only administrators make badges.
    pub(crate) new_badge_href: Option<String>,
    pub(crate) problems: ProblemList,
}

/// One thing that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlaceOption {
    /// What the form sends.
    pub(crate) value: String,
    pub(crate) name: String,
    /// What students find there.
    pub(crate) text: String,
    pub(crate) picture: Option<PictureView>,
    pub(crate) state: Option<StatusChip>,
    pub(crate) is_chosen: bool,
}

impl PlaceOption {
    /// The type of its input.
    #[must_use]
    pub(crate) fn kind(&self, several: &bool) -> &'static str {
        if *several { "checkbox" } else { "radio" }
    }
}

/// What will be placed. Posts what the first page posted, with an id for each item.
#[derive(Debug, Clone, Template)]
#[template(path = "lti/place_review.html")]
pub(crate) struct PlaceReviewPage {
    pub(crate) page: Page,
    pub(crate) send_action: String,
    pub(crate) back_action: String,
    pub(crate) planned: Vec<PlannedView>,
    /// Name and value of each hidden field.
    pub(crate) kept: Vec<(String, String)>,
    /// The words on the button.
    pub(crate) button: String,
}

/// One item as it will be placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlannedView {
    pub(crate) title: String,
    pub(crate) picture: Option<PictureView>,
    /// What it is and what it does in the course, one sentence each.
    pub(crate) facts: Vec<String>,
    /// What to know before.
    pub(crate) note: Option<String>,
}

/// A student who handed in nothing (yet), opened from the gradebook.
#[derive(Debug, Clone, Template)]
#[template(path = "lti/student_work.html")]
pub(crate) struct WorkOfPage {
    pub(crate) page: Page,
    pub(crate) student: String,
    pub(crate) activity: String,
    pub(crate) queue: LinkTo,
}
