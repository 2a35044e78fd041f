//! Accounts of a student in several platforms of one institution.

use askama::Template;

use crate::web::views::shared::{Page, ProblemList, StatusChip, When};

/// "Join your accounts": what waits and what was joined. Posts nothing to show a code, `code` to look at whose it is.
#[derive(Debug, Clone, Template)]
#[template(path = "learner/accounts.html")]
pub(crate) struct AccountsPage {
    pub(crate) page: Page,
    pub(crate) problems: ProblemList,
    pub(crate) institution: String,
    pub(crate) own: AccountView,
    /// Why nothing can be joined here; empty where it can.
    pub(crate) why_not: &'static str,
    /// Told once.
    pub(crate) fresh_code: Option<String>,
    /// Until when a code that was told before can be typed.
    pub(crate) open_until: Option<When>,
    pub(crate) code_action: String,
    pub(crate) review_action: String,
    /// As typed.
    pub(crate) code: String,
    pub(crate) asks: Option<AskingView>,
    pub(crate) agreed_with: Vec<AccountView>,
    pub(crate) joined: Vec<JoinedRow>,
    pub(crate) again_href: String,
    pub(crate) back_href: String,
}

/// An account as it is shown before anything is joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AccountView {
    pub(crate) name: String,
    /// Its platforms.
    pub(crate) platforms: String,
    /// "2 badges, 1 submission".
    pub(crate) has: String,
}

/// Somebody typed the code, and waits for a yes.
#[derive(Debug, Clone)]
pub(crate) struct AskingView {
    pub(crate) account: AccountView,
    pub(crate) until: When,
    pub(crate) confirm_action: String,
    pub(crate) decline_action: String,
}

/// Two accounts that were joined.
#[derive(Debug, Clone)]
pub(crate) struct JoinedRow {
    pub(crate) name: String,
    pub(crate) when: When,
    pub(crate) state: StatusChip,
    /// Where it is taken back, while it can be.
    pub(crate) part_action: Option<String>,
}

/// What a code would join. Posts `code` to agree.
#[derive(Debug, Clone, Template)]
#[template(path = "learner/account_review.html")]
pub(crate) struct AccountReviewPage {
    pub(crate) page: Page,
    pub(crate) shown: AccountView,
    pub(crate) own: AccountView,
    pub(crate) code: String,
    pub(crate) agree_action: String,
    pub(crate) back_href: String,
}
