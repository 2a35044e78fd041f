//! Who holds a badge, and taking it back.

use askama::Template;

use crate::web::views::shared::{
    Page, Paging, PictureView, ProblemList, SectionList, StatusChip, When, count_of, thousands,
};

/// The awards of a badge. Posts the chosen ones as `award` to the review page.
#[derive(Debug, Clone, Template)]
#[template(path = "instructor/awards.html")]
pub(crate) struct BadgeAwardsPage {
    pub(crate) page: Page,
    pub(crate) picture: PictureView,
    pub(crate) rows: Vec<AwardRow>,
    /// By which the list can be made shorter; what concerns all holders is left out then.
    pub(crate) sections: SectionList,
    pub(crate) action: String,
    pub(crate) paging: Paging,
    /// Those who hold it now, on whatever page; and those who held it until it expired, or was taken back.
    pub(crate) held: u32,
    pub(crate) expired: u32,
    pub(crate) revoked: u32,
    /// Holders who are no students of the course now, on whatever page.
    pub(crate) former: u32,
    /// How many of all holders lapse within 30 days.
    pub(crate) lapsing: usize,
    /// How many of all, on whatever page, can be revoked.
    pub(crate) everyone: usize,
    /// Whether this person may revoke.
    pub(crate) may_revoke: bool,
    /// Where renewing posts `award`, or `everyone`.
    pub(crate) renew_action: String,
    /// How many of all, on whatever page, this person can renew.
    pub(crate) renewable: usize,
    /// Whether some could be renewed, but by administrators alone.
    pub(crate) renewing_is_kept: bool,
    /// How this badge is renewed; none where it never ends.
    pub(crate) renewal: Option<String>,
    /// Whether who looks may change nothing, because the course has ended.
    pub(crate) reading: bool,
    /// Where the choice goes to be reviewed ([`RevokePage`]).
    pub(crate) revoke_action: String,
    pub(crate) problems: ProblemList,
    pub(crate) back_href: String,
}

/// One award.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AwardRow {
    pub(crate) award_id: String,
    pub(crate) student: String,
    pub(crate) awarded: When,
    pub(crate) until: Option<When>,
    /// Valid, Suspended, Expired, Revoked.
    pub(crate) standing: StatusChip,
    /// Since when it is under review.
    pub(crate) suspended: Option<When>,
    /// Why it was revoked.
    pub(crate) reason: Option<String>,
    /// Whether it has lapsed and this person can renew it.
    pub(crate) renewable: bool,
    /// Whether it can be revoked.
    pub(crate) revocable: bool,
    pub(crate) decision_href: String,
    /// The public page, where anybody may open it.
    pub(crate) credential_href: Option<String>,
    /// Its holder keeps it to themselves.
    pub(crate) kept: bool,
    /// Whether they are no student of the course now.
    pub(crate) former: bool,
}

impl BadgeAwardsPage {
    /// Whoever holds it, also those who are no students here now; apart from them, who holds it no more.
    fn holders(&self) -> String {
        let mut told = count_of(self.held, "holder", "holders");
        for (count, word) in [(self.expired, "expired"), (self.revoked, "revoked")] {
            if count > 0 {
                told = format!("{told} · {} {word}", thousands(count));
            }
        }
        told
    }

    /// The name of the chosen section, where nobody of it was awarded the badge.
    fn nobody_of(&self) -> Option<&str> {
        let awarded = self.held + self.expired + self.revoked > 0;
        let chosen = self.sections.chosen_name();
        chosen.filter(|_| awarded && self.paging.total == 0)
    }

    fn any_revocable(&self) -> bool {
        self.rows.iter().any(|row| row.revocable)
    }
}

/// Somebody whose badge is to be revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Losing {
    pub(crate) award_id: String,
    pub(crate) student: String,
    pub(crate) awarded: When,
}

/// The review page before revoking. Posts `award` (once for each), `reason` and `confirm` (the number).
#[derive(Debug, Clone, Template)]
#[template(path = "instructor/revoke.html")]
pub(crate) struct RevokePage {
    pub(crate) page: Page,
    pub(crate) badge_name: String,
    pub(crate) picture: PictureView,
    /// Exactly those who lose it.
    pub(crate) people: Vec<Losing>,
    /// As typed: 1 to 500 characters, shown to the holder.
    pub(crate) reason: String,
    pub(crate) problems: ProblemList,
    pub(crate) action: String,
    pub(crate) back_href: String,
}

impl RevokePage {
    fn button(&self) -> String {
        match self.people.len() {
            1 => "Revoke the badge of 1 student".to_owned(),
            count => format!("Revoke the badges of {count} students"),
        }
    }
}
