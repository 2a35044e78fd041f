//! Badges of other issuers: those that are here, and a file or a link before anything of it is kept.

use askama::Template;

use crate::web::views::shared::{Page, PictureView, ProblemList, StatusChip, When};
use crate::web::words::portfolio::short_id;

/// "Badges from elsewhere".
#[derive(Debug, Clone, Template)]
#[template(path = "learner/elsewhere.html")]
pub(crate) struct ElsewherePage {
    pub(crate) page: Page,
    pub(crate) problems: ProblemList,
    /// Posts `file`, `link` and `address`.
    pub(crate) bring_action: String,
    /// "16 MB".
    pub(crate) limit: String,
    /// Most badges in one file.
    pub(crate) many: usize,
    /// As they were typed, where that was not taken.
    pub(crate) link: String,
    pub(crate) address: String,
    /// The addresses by which a badge is known to be theirs.
    pub(crate) addresses: String,
    pub(crate) badges: Vec<ForeignRow>,
    pub(crate) collections_href: String,
    pub(crate) back_href: String,
    /// All my badges.
    pub(crate) all_href: String,
}

impl ElsewherePage {
    fn general_problems(&self) -> &ProblemList {
        &self.problems
    }
}

impl ForeignRow {
    fn short_issuer(&self) -> String {
        short_id(&self.issuer_id)
    }
}

/// A badge of another issuer.
#[derive(Debug, Clone)]
pub(crate) struct ForeignRow {
    pub(crate) name: String,
    pub(crate) description: String,
    /// What the issuer calls itself, and its id, which was checked.
    pub(crate) issuer: String,
    pub(crate) issuer_id: String,
    pub(crate) picture: Option<PictureView>,
    pub(crate) standing: StatusChip,
    /// The standing at length.
    pub(crate) means: &'static str,
    /// More about it, where there is more to say.
    pub(crate) why: Option<String>,
    /// Whose it is.
    pub(crate) holder: &'static str,
    pub(crate) awarded: Option<When>,
    pub(crate) until: Option<When>,
    pub(crate) checked: When,
    /// When its issuer did not answer since.
    pub(crate) tried: Option<When>,
    /// The file as it came.
    pub(crate) file_href: String,
    pub(crate) check_action: String,
    pub(crate) remove_action: String,
}

/// What is in a file or behind a link.
#[derive(Debug, Clone, Template)]
#[template(path = "learner/elsewhere_review.html")]
pub(crate) struct ElsewhereReviewPage {
    pub(crate) page: Page,
    /// Posts `file`, `name`, `address` and `keep`.
    pub(crate) action: String,
    pub(crate) digest: String,
    pub(crate) name: String,
    pub(crate) address: String,
    /// What was found of a record that was taken apart.
    pub(crate) record: Option<String>,
    pub(crate) lines: Vec<ReviewLine>,
    pub(crate) back_href: String,
}

impl ElsewhereReviewPage {
    fn keeps(&self) -> bool {
        self.lines.iter().any(|line| line.usable)
    }
}

/// A badge in it, or what is none.
#[derive(Debug, Clone)]
pub(crate) struct ReviewLine {
    pub(crate) index: usize,
    /// The badge's name, else the file's.
    pub(crate) title: String,
    pub(crate) standing: StatusChip,
    /// "Issued by … "
    pub(crate) issuer: String,
    pub(crate) notes: Vec<String>,
    pub(crate) awarded: Option<When>,
    pub(crate) until: Option<When>,
    pub(crate) usable: bool,
    pub(crate) ticked: bool,
}
