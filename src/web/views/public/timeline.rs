//! How somebody came to their badges, as they show it.

use askama::Template;

use crate::web::views::shared::{PublicPage, TimelineView, When};

/// What whoever has the address sees.
#[derive(Debug, Clone, Template)]
#[template(path = "public/timeline.html")]
pub(crate) struct TimelinePage {
    pub(crate) page: PublicPage,
    /// Whose it is, where they show that.
    pub(crate) holder: Option<String>,
    /// Until when it is shown, where it ends.
    pub(crate) until: Option<When>,
    pub(crate) timeline: TimelineView,
}
