//! Who holds a badge, and taking it back.

use askama::Template;

use crate::web::views::shared::{Page, Paging, PictureView, ProblemList, StatusChip, When};

/// The awards of a badge. Posts the chosen ones as `award` to the review page.
#[derive(Debug, Clone, Template)]
#[template(path = "instructor/awards.html")]
pub struct BadgeAwardsPage {
    pub page: Page,
    pub badge_name: String,
    pub picture: PictureView,
    pub rows: Vec<AwardRow>,
    pub paging: Paging,
    /// How many of all holders lapse within 30 days.
    pub lapsing: usize,
    /// How many of all, on whatever page, can be revoked.
    pub everyone: usize,
    /// Whether this person may revoke.
    pub may_revoke: bool,
    /// Where the choice goes to be reviewed ([`RevokePage`]).
    pub revoke_action: String,
    pub problems: ProblemList,
    pub back_href: String,
}

/// One award.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwardRow {
    pub award_id: String,
    pub student: String,
    pub awarded: When,
    pub until: Option<When>,
    /// In force, Suspended, Expired, Revoked.
    pub standing: StatusChip,
    /// Since when it is under review.
    pub suspended: Option<When>,
    /// Why it was revoked.
    pub reason: Option<String>,
    /// Whether it can be revoked.
    pub revocable: bool,
    pub decision_href: String,
    /// The public page, where anybody may open it.
    pub credential_href: Option<String>,
    /// Its holder keeps it to themselves.
    pub kept: bool,
}

impl BadgeAwardsPage {
    fn any_revocable(&self) -> bool {
        self.rows.iter().any(|row| row.revocable)
    }
}

/// Somebody whose badge is to be revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Losing {
    pub award_id: String,
    pub student: String,
    pub awarded: When,
}

/// The review page before revoking. Posts `award` (once for each), `reason` and `confirm` (the number).
#[derive(Debug, Clone, Template)]
#[template(path = "instructor/revoke.html")]
pub struct RevokePage {
    pub page: Page,
    pub badge_name: String,
    pub picture: PictureView,
    /// Exactly those who lose it.
    pub people: Vec<Losing>,
    /// As typed: 1 to 500 characters, shown to the holder.
    pub reason: String,
    pub problems: ProblemList,
    pub action: String,
    pub back_href: String,
}

impl RevokePage {
    fn button(&self) -> String {
        match self.people.len() {
            1 => "Revoke the badge of 1 student".to_owned(),
            count => format!("Revoke the badges of {count} students"),
        }
    }
}
