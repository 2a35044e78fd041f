//! When the whole of a course is read before its time: what the last reading left out may be in reach by now.

use chrono::{DateTime, TimeDelta, Utc};

use super::session::Session;
use super::watched::Watched;
use crate::domain::cause::Cause;
use crate::domain::outside::{OutsideColumn, Withheld};
use crate::domain::reading::Readings;

/// Between two readings of the whole course before its time, where nobody asks.
pub(super) const AGAIN: TimeDelta = TimeDelta::hours(1);

/// Whether the last reading of the whole course found nothing, or left out people.
pub(super) fn was_partial(readings: &Readings) -> bool {
    let coverage = readings.coverage.as_ref();
    coverage.is_some_and(|coverage| coverage.columns == 0 || coverage.strangers > 0)
}

/// Whether it is read again: the course has more students than it knew, or somebody asks where nothing was found.
fn has_more(readings: &Readings, students: u64, cause: Cause, now: DateTime<Utc>) -> bool {
    let Some(coverage) = readings.coverage.as_ref().filter(|_| was_partial(readings)) else {
        return false;
    };
    let (came, asked) = (students > coverage.students, cause == Cause::CheckNow);
    if coverage.columns == 0 && students > 0 && (asked || coverage.students == 0) {
        return true;
    }
    came && (asked || is_long_ago(readings, now))
}

fn is_long_ago(readings: &Readings, now: DateTime<Utc>) -> bool {
    let last = readings.done.whole;
    last.is_none_or(|last| now.signed_duration_since(last) >= AGAIN)
}

/// Whether students could not see something that rules read, when it was read: no change tells that they can by now.
fn holds_back(session: &Session<'_>, watched: &Watched) -> bool {
    let coverage = session.readings.coverage.as_ref();
    let has_unseen = |column: &OutsideColumn| {
        let count = coverage.and_then(|coverage| coverage.unseen_in.get(&column.id));
        count.is_some_and(|count| *count > 0)
    };
    let is_withheld = |column: &OutsideColumn| {
        let rest = column.rest.as_ref().filter(|rest| rest.is_listed);
        let why = rest.and_then(|rest| rest.withheld);
        why.is_some_and(|why| why != Withheld::Ungraded)
    };
    session.columns.all().any(|column| {
        let is_read = watched.grades.contains(&column.id) || watched.hand_ins.contains(&column.id);
        is_read && (has_unseen(column) || is_withheld(column))
    })
}

/// Whether people came whom the last reading of the whole course did not know.
pub(super) fn is_due(session: &Session<'_>) -> bool {
    has_more(&session.readings, session.students, session.cause, session.begun)
}

/// Whether grades that were hidden are looked for again: at once where somebody asks, and each hour.
pub(super) fn may_be_released(session: &Session<'_>, watched: &Watched) -> bool {
    holds_back(session, watched)
        && (watched.is_asked_by(session.cause) || is_long_ago(&session.readings, session.begun))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::reading::{Coverage, Done};
    use crate::domain::sample::now;

    #[test]
    fn who_was_left_out_is_read_as_soon_as_there_are_more_and_at_most_each_hour_by_itself() {
        let after = |columns, strangers, students| Readings {
            coverage: Some(Coverage {
                columns,
                strangers,
                students,
                ..Coverage::default()
            }),
            done: Done {
                whole: Some(now()),
                ..Done::default()
            },
            ..Readings::default()
        };
        let (soon, later) = (now() + TimeDelta::minutes(2), now() + AGAIN);
        let nobody = after(0, 12, 0);
        assert!(has_more(&nobody, 12, Cause::Schedule, soon), "the first students");
        assert!(!has_more(&nobody, 0, Cause::CheckNow, soon));
        let some = after(5, 2, 10);
        assert!(!has_more(&some, 12, Cause::Schedule, soon) && has_more(&some, 12, Cause::Schedule, later));
        assert!(has_more(&some, 12, Cause::CheckNow, soon));
        assert!(!has_more(&some, 10, Cause::CheckNow, later), "nobody came");
        let all = after(5, 0, 10);
        assert!(
            !has_more(&all, 12, Cause::CheckNow, later),
            "changes tell of them"
        );
        assert!(was_partial(&nobody) && was_partial(&some) && !was_partial(&all));
    }
}
