//! When to ask for what. Pure: what was done and what time it is, in; what is due, out.

use chrono::{DateTime, TimeDelta, Utc};

/// Something to do for a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// [`Moodle::site_info`](super::Moodle::site_info): is the token alive?
    Site,
    /// [`Moodle::people`](super::Moodle::people): did somebody come, go, or change groups?
    People,
    /// [`Moodle::grades`](super::Moodle::grades) of everybody: what nothing else tells.
    Whole,
    /// [`Moodle::changes`](super::Moodle::changes), and the grades of whom it names.
    Changes,
    /// [`Moodle::completion`](super::Moodle::completion) of those whose rule needs it.
    Completion,
}

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rhythm {
    /// Between two looks at the site.
    pub site: TimeDelta,
    /// Between two looks at the people.
    pub people: TimeDelta,
    /// Between two readings of the whole report.
    pub whole: TimeDelta,
    /// Between two looks for changes.
    pub changes: TimeDelta,
    /// Between two looks at who completed what.
    pub completion: TimeDelta,
}

impl Default for Rhythm {
    /// Changes every five minutes, the rest once a day.
    fn default() -> Self {
        Self {
            site: TimeDelta::days(1),
            people: TimeDelta::days(1),
            whole: TimeDelta::days(1),
            changes: TimeDelta::minutes(5),
            completion: TimeDelta::days(1),
        }
    }
}

/// When each was done for the last time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Done {
    /// The site.
    pub site: Option<DateTime<Utc>>,
    /// The people.
    pub people: Option<DateTime<Utc>>,
    /// The whole report.
    pub whole: Option<DateTime<Utc>>,
    /// Changes.
    pub changes: Option<DateTime<Utc>>,
    /// Completion.
    pub completion: Option<DateTime<Utc>>,
}

/// What is due, in this order. Where the whole report is, changes are not looked for: they would only name what is read anyway.
#[must_use]
pub fn due(done: &Done, rhythm: &Rhythm, now: DateTime<Utc>) -> Vec<Step> {
    let is_due = |last: Option<DateTime<Utc>>, every: TimeDelta| {
        last.is_none_or(|last| now.signed_duration_since(last) >= every)
    };
    let whole = is_due(done.whole, rhythm.whole);
    [
        (Step::Site, is_due(done.site, rhythm.site)),
        (Step::People, is_due(done.people, rhythm.people)),
        (Step::Whole, whole),
        (Step::Changes, !whole && is_due(done.changes, rhythm.changes)),
        (Step::Completion, is_due(done.completion, rhythm.completion)),
    ]
    .into_iter()
    .filter_map(|(step, is_due)| is_due.then_some(step))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_come_often_and_everything_else_once_a_day() {
        let now = DateTime::from_timestamp(1_796_000_000, 0).unwrap();
        let rhythm = Rhythm::default();
        let first = due(&Done::default(), &rhythm, now);
        assert_eq!(first, [Step::Site, Step::People, Step::Whole, Step::Completion]);
        let ago = |minutes| Some(now - TimeDelta::minutes(minutes));
        let done = |minutes| Done {
            site: ago(60),
            people: ago(60),
            whole: ago(60),
            changes: ago(minutes),
            completion: ago(60),
        };
        assert_eq!(due(&done(4), &rhythm, now), []);
        assert_eq!(due(&done(5), &rhythm, now), [Step::Changes]);
        let stale = Done {
            whole: ago(24 * 60),
            ..done(5)
        };
        assert_eq!(due(&stale, &rhythm, now), [Step::Whole]);
    }
}
