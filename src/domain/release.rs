//! When the grades of a gradebook column count. Platforms tell a tool also of grades that students cannot see yet, and
//! nothing tells it which they are, so a teacher says it for each column.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::domain::facts::Grade;
use crate::ids::LineItemId;

/// When grades count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Counting {
    /// As soon as they are in the gradebook.
    AtOnce,
    /// When a teacher releases them.
    OnRelease,
}

/// How a column stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Release {
    pub(crate) counting: Counting,
    /// Since when everything in the column counts, and everything that comes.
    pub(crate) released_at: Option<DateTime<Utc>>,
    /// When it is to be released.
    pub(crate) planned_at: Option<DateTime<Utc>>,
    /// It was held again: grades that changed last up to then still count.
    pub(crate) held_at: Option<DateTime<Utc>>,
}

/// What a teacher does to a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Count(Counting),
    /// What is in the column counts, and what comes later.
    Release,
    /// The same, at that moment.
    Plan(DateTime<Utc>),
    /// What is read from now on waits again; a date is taken back.
    Hold,
}

impl Release {
    /// A column of which that alone was chosen.
    #[must_use]
    pub(crate) const fn of(counting: Counting) -> Self {
        Self {
            counting,
            released_at: None,
            planned_at: None,
            held_at: None,
        }
    }

    /// Whether a grade that comes now counts at once.
    #[must_use]
    pub(crate) fn is_open(&self) -> bool {
        self.counting == Counting::AtOnce || self.released_at.is_some()
    }

    /// Whether a grade counts that changed last at that moment.
    #[must_use]
    pub(crate) fn counts(&self, changed_at: DateTime<Utc>) -> bool {
        self.is_open() || self.held_at.is_some_and(|held| changed_at <= held)
    }

    /// How it stands after a change at `now`. What makes no sense changes nothing: a column whose grades count at once has
    /// nothing to release or to hold.
    #[must_use]
    pub(crate) fn after(self, change: Change, now: DateTime<Utc>) -> Self {
        match change {
            Change::Count(counting) if counting != self.counting => Self::of(counting),
            Change::Release if !self.is_open() => Self {
                released_at: Some(now),
                ..Self::of(self.counting)
            },
            Change::Plan(at) if !self.is_open() => Self {
                planned_at: Some(at),
                ..self
            },
            Change::Hold if self.counting == Counting::OnRelease => Self {
                held_at: self.released_at.map_or(self.held_at, |_| Some(now)),
                ..Self::of(self.counting)
            },
            _ => self,
        }
    }

    /// Whether a change is what stands already.
    #[must_use]
    pub(crate) fn is_as(&self, change: Change) -> bool {
        match change {
            Change::Count(counting) => self.counting == counting,
            Change::Release => self.is_open(),
            Change::Plan(at) => self.planned_at == Some(at),
            Change::Hold => !self.is_open() && self.planned_at.is_none(),
        }
    }

    /// As [`after`](Self::after), for whoever has seen how it stands: what makes no sense yet has the column wait first.
    #[must_use]
    pub(crate) fn insisted(self, change: Change, now: DateTime<Utc>) -> Self {
        let after = self.after(change, now);
        if after.is_as(change) {
            return after;
        }
        let waits = match self.counting {
            Counting::AtOnce => Self::of(Counting::OnRelease),
            Counting::OnRelease => self.after(Change::Hold, now),
        };
        waits.after(change, now)
    }
}

/// The columns of a course.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Releases {
    /// What was chosen for the columns of which nobody chose otherwise; none when nobody was asked yet.
    pub(crate) answer: Option<Counting>,
    /// Every column of the course, those of which nobody chose anything with none.
    pub(crate) columns: HashMap<LineItemId, Option<Release>>,
    /// Columns of which the interface of the LMS says what is released, whatever was chosen here.
    pub(crate) told_by_lms: HashSet<LineItemId>,
}

impl Releases {
    /// How a column stands.
    #[must_use]
    pub(crate) fn of(&self, item: &LineItemId) -> Release {
        let own = self.columns.get(item).copied().flatten();
        own.unwrap_or_else(|| Release::of(self.answer.unwrap_or(Counting::AtOnce)))
    }

    /// What was chosen for a column, or for all of its course.
    #[must_use]
    pub(crate) fn chosen(&self, item: &LineItemId) -> Option<Counting> {
        let own = self.columns.get(item).copied().flatten();
        own.map(|own| own.counting).or(self.answer)
    }

    /// The columns whose grades do not count as they come.
    pub(crate) fn closed(&self) -> impl Iterator<Item = &LineItemId> {
        let chosen = self
            .columns
            .keys()
            .filter(|item| !self.told_by_lms.contains(*item));
        chosen.filter(|item| !self.of(item).is_open())
    }
}

/// Whether a grade is what a review of ours gave: `score` of `maximum`. Platforms round to five digits.
#[must_use]
pub(crate) fn is_of_review(grade: &Grade, score: Decimal, maximum: Decimal) -> bool {
    let share = |points: Option<Decimal>, of| points?.checked_div(of);
    match (share(grade.value, grade.maximum), share(Some(score), maximum)) {
        (Some(there), Some(given)) => (there - given).abs() < Decimal::new(1, 5),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample::{days, decimal, grade};

    fn waiting() -> Release {
        Release::of(Counting::OnRelease)
    }

    #[test]
    fn a_release_counts_what_is_there_and_what_comes_until_it_is_taken_back() {
        let released = waiting().after(Change::Release, days(0));
        assert!(released.is_open() && released.counts(days(-9)) && released.counts(days(9)));
        assert_eq!(
            released.after(Change::Release, days(1)),
            released,
            "a second click"
        );

        let held = released.after(Change::Hold, days(2));
        assert!(!held.is_open());
        assert!(held.counts(days(-9)) && held.counts(days(2)) && !held.counts(days(3)));
        assert_eq!(held.after(Change::Hold, days(4)), held, "a second click");
        assert!(held.after(Change::Release, days(5)).counts(days(3)));
    }

    #[test]
    fn a_date_changes_nothing_before_it_comes_and_can_be_taken_back() {
        let planned = waiting().after(Change::Plan(days(3)), days(0));
        assert_eq!(planned.planned_at, Some(days(3)));
        assert!(!planned.is_open() && !planned.counts(days(4)));
        assert_eq!(planned.after(Change::Hold, days(1)), waiting());
        let at_last = planned.after(Change::Release, days(3));
        assert_eq!((at_last.released_at, at_last.planned_at), (Some(days(3)), None));

        // A column that was held again keeps what counted before, whatever is planned.
        let again = at_last
            .after(Change::Hold, days(4))
            .after(Change::Plan(days(6)), days(5));
        assert!(again.counts(days(4)) && !again.counts(days(5)));
    }

    #[test]
    fn a_column_that_counts_at_once_has_nothing_to_release_or_to_hold() {
        let at_once = Release::of(Counting::AtOnce);
        for change in [Change::Release, Change::Hold, Change::Plan(days(1))] {
            assert_eq!(at_once.after(change, days(0)), at_once);
        }
        let held = at_once.after(Change::Count(Counting::OnRelease), days(0));
        assert!(!held.counts(days(-9)), "what is there waits too");
        let released = held.after(Change::Release, days(1));
        let same = Change::Count(Counting::OnRelease);
        assert_eq!(released.after(same, days(2)), released);
        assert_eq!(released.after(Change::Count(Counting::AtOnce), days(2)), at_once);
    }

    #[test]
    fn whoever_insists_on_a_date_or_on_waiting_gets_it_however_the_column_stands() {
        let released = waiting().after(Change::Release, days(0));
        let date = Change::Plan(days(9));
        for stands in [waiting(), released, Release::of(Counting::AtOnce)] {
            for change in [date, Change::Hold] {
                let insisted = stands.insisted(change, days(1));
                assert!(
                    insisted.is_as(change) && !insisted.is_open(),
                    "{stands:?} {change:?}"
                );
            }
            let same = stands.insisted(Change::Release, days(1));
            assert!(same.is_open());
        }
        assert!(
            released.insisted(date, days(1)).counts(days(0)),
            "what counted still does"
        );
        assert!(!waiting().insisted(date, days(1)).is_as(Change::Hold));
    }

    #[test]
    fn a_column_of_which_nobody_chose_anything_goes_with_its_course() {
        let (own, free, unknown) = ("own".into(), "free".into(), "unknown".into());
        let own_choice = Release::of(Counting::AtOnce);
        let mut all = Releases {
            answer: None,
            columns: HashMap::from([(LineItemId::from("own"), Some(own_choice)), ("free".into(), None)]),
            told_by_lms: HashSet::new(),
        };
        assert!(all.of(&free).is_open() && all.of(&unknown).is_open() && all.closed().next().is_none());
        assert_eq!(
            (all.chosen(&own), all.chosen(&free)),
            (Some(Counting::AtOnce), None)
        );
        all.answer = Some(Counting::OnRelease);
        assert!(all.of(&own).is_open() && !all.of(&free).is_open());
        assert_eq!(all.closed().collect::<Vec<_>>(), [&free]);
        assert_eq!(all.chosen(&free), Some(Counting::OnRelease));
        all.told_by_lms.insert(free);
        assert_eq!(all.closed().count(), 0, "the LMS says what is released there");
    }

    #[test]
    fn a_grade_is_known_as_that_of_a_review_by_its_share() {
        let there = |value, maximum| grade(Some(decimal(value)), decimal(maximum));
        let of = |grade: &Grade, score, maximum| is_of_review(grade, decimal(score), decimal(maximum));
        assert!(of(&there("8", "10"), "80", "100") && of(&there("66.66667", "100"), "2", "3"));
        assert!(!of(&there("8.1", "10"), "80", "100") && !of(&there("1", "0"), "1", "0"));
        assert!(!of(&grade(None, decimal("10")), "0", "10"));
    }
}
