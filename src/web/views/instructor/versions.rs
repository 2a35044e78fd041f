//! Two versions of a rule side by side.

use askama::Template;

use crate::web::views::shared::{Choice, LinkTo, Page, Paging, PictureView, When};

/// What two versions of a badge's rule ask, whom the later one concerns, and what becomes of holders. The choice asks with
/// `from` and `to`, the lists with `who` and `page`.
#[derive(Debug, Clone, Template)]
#[template(path = "instructor/versions.html")]
pub(crate) struct VersionsPage {
    pub(crate) page: Page,
    pub(crate) picture: PictureView,
    pub(crate) action: String,
    pub(crate) versions: Vec<Choice>,
    pub(crate) before: VersionPanel,
    pub(crate) after: VersionPanel,
    /// What the later one asks otherwise, a sentence each.
    pub(crate) changes: Vec<String>,
    /// Whom it concerns, a sentence each.
    pub(crate) effects: Vec<String>,
    /// What becomes of holders, a sentence each.
    pub(crate) holders: Vec<String>,
    pub(crate) lists: Vec<ListTab>,
    pub(crate) people: Vec<ConcernedLine>,
    pub(crate) paging: Paging,
    /// Where the draft is tried and activated; none where the later version is no draft.
    pub(crate) preview_href: Option<String>,
    pub(crate) back_href: String,
}

/// One of the two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VersionPanel {
    /// Its number, as the choice sends it.
    pub(crate) number: String,
    /// "Version 2, active".
    pub(crate) title: String,
    pub(crate) sentence: String,
    pub(crate) activated: Option<When>,
}

/// A way to one of the lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListTab {
    pub(crate) way: LinkTo,
    pub(crate) current: bool,
}

/// Somebody in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConcernedLine {
    pub(crate) name: String,
    /// What is missing to the later version; empty for nothing.
    pub(crate) note: String,
    /// Whether the badge is held, in words; empty where it is not.
    pub(crate) holds: &'static str,
    /// The page with the reasons.
    pub(crate) href: String,
}

impl VersionsPage {
    /// Of one and the same version once.
    fn panels(&self) -> Vec<&VersionPanel> {
        if self.is_one() {
            vec![&self.after]
        } else {
            vec![&self.before, &self.after]
        }
    }

    fn is_one(&self) -> bool {
        self.before.number == self.after.number
    }
}
