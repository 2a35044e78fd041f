//! How the grades of a course are read by the interface of its LMS: what was read and when, what is out of reach, and who can
//! mend it. Nothing here repeats what an LMS said.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::rest_access::Fault;
use crate::ids::OutsideColumnId;

/// A part of a course that can be out of reach while the others are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Part {
    /// Which columns there are.
    Columns,
    Categories,
    /// Due dates, maxima and scales.
    Assignments,
    /// Who takes part.
    People,
    /// Sections and groups.
    Sections,
    /// Course totals.
    Totals,
    Grades,
    HandIns,
    Completion,
}

/// Why a part is out of reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Why {
    /// Nobody lets it be read, or no longer.
    NoAccess,
    /// The token is not accepted any more, also after it was renewed: somebody has to consent again.
    Consent,
    /// The LMS refuses, until somebody changes something there.
    Refused(Fault),
    /// The role sees less than there is: it lacks one of these capabilities, and gives shorter lists instead of errors.
    RoleWeaker(Vec<String>),
    /// It is not there.
    Gone,
    Passing(Passing),
    /// There is more than is read.
    TooMuch,
}

/// What passes by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Passing {
    /// The LMS asks for fewer requests.
    Busy,
    /// It is out of order or under maintenance.
    Down,
    /// It says that it is under maintenance, or being upgraded.
    Maintenance,
    /// A page for people came in the place of data.
    WebPage,
    /// No answer in time.
    Silent,
    Unreachable,
    /// Its answer ended in the middle, or was empty.
    BrokenOff,
}

/// Who can do something about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Help {
    /// Nobody has to: it passes.
    Time,
    /// The administrator of the LMS, or of this institution here.
    Administrator,
    /// Whose access it is: a teacher of the course, or an administrator.
    Giver,
    /// Nobody.
    Nobody,
}

impl Why {
    /// Whether a right is missing that an administrator gives in the LMS.
    #[must_use]
    pub(crate) const fn is_missing_right(&self) -> bool {
        matches!(
            self,
            Self::RoleWeaker(_)
                | Self::Refused(Fault::Scope(_) | Fault::Function(_) | Fault::Capabilities { .. })
        )
    }

    /// Who can mend it.
    #[must_use]
    pub(crate) const fn help(&self) -> Help {
        match self {
            Self::Passing(_) => Help::Time,
            Self::NoAccess | Self::Consent | Self::Refused(Fault::NotAllowed) => Help::Giver,
            Self::Gone | Self::TooMuch | Self::Refused(Fault::Code(_) | Fault::Unreadable) => Help::Nobody,
            Self::RoleWeaker(_) | Self::Refused(_) => Help::Administrator,
        }
    }
}

/// A part that is out of reach, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Lack {
    pub(crate) part: Part,
    pub(crate) why: Why,
}

/// What a reading of a whole course covered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Coverage {
    /// Whether an absent grade means that there is none: only then is anything taken away.
    pub(crate) is_whole: bool,
    pub(crate) columns: u64,
    /// Grades that may be seen.
    pub(crate) grades: u64,
    /// Each once.
    pub(crate) lacks: Vec<Lack>,
    /// People whose grades could not be read.
    pub(crate) people_missing: u64,
    /// People whom the LMS names there and the member list does not.
    pub(crate) strangers: u64,
    /// The ids of the first of them.
    pub(crate) named: Vec<String>,
    /// Students of the course whom nothing joins to anybody there.
    pub(crate) unjoined: u64,
    /// How many students the course had then.
    #[serde(default)]
    pub(crate) students: u64,
    /// Whether the reader sees only some sections.
    pub(crate) sections_only: bool,
    /// Grades that students do not see yet: not posted, hidden, or anonymous.
    pub(crate) unseen: u64,
    /// How many of those each column has, for teachers alone: whose they are and what they say is kept nowhere.
    #[serde(default)]
    pub(crate) unseen_in: BTreeMap<OutsideColumnId, u64>,
    /// Rows that are not what they should be.
    pub(crate) unreadable: u64,
}

impl Coverage {
    /// Most strangers that are named.
    pub(crate) const NAMED: usize = 5;

    /// Notes that a part is out of reach.
    pub(crate) fn lacks(&mut self, part: Part, why: Why) {
        let lack = Lack { part, why };
        if !self.lacks.contains(&lack) {
            self.lacks.push(lack);
        }
    }
}

/// When each part was read last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Done {
    pub(crate) site: Option<DateTime<Utc>>,
    pub(crate) people: Option<DateTime<Utc>>,
    pub(crate) whole: Option<DateTime<Utc>>,
    pub(crate) changes: Option<DateTime<Utc>>,
    pub(crate) hand_ins: Option<DateTime<Utc>>,
    pub(crate) completion: Option<DateTime<Utc>>,
}

/// How far the readings of a course are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Readings {
    /// Whether the interface was on when that was looked at last.
    pub(crate) was_on: bool,
    /// When somebody asked for all of it to be read.
    pub(crate) asked_at: Option<DateTime<Utc>>,
    /// Since when one is under way.
    pub(crate) begun_at: Option<DateTime<Utc>>,
    /// How many cells that one has read, or the last one did.
    pub(crate) cells: i64,
    pub(crate) ended_at: Option<DateTime<Utc>>,
    pub(crate) done: Done,
    /// From when on changes are asked for, by the clock of the LMS.
    pub(crate) changes_since: Option<DateTime<Utc>>,
    /// Of the last reading of the whole course.
    pub(crate) coverage: Option<Coverage>,
    /// Why the last reading did not come to its end.
    pub(crate) trouble: Option<Why>,
}

impl Readings {
    /// Whether somebody asked for the whole course since it was read.
    #[must_use]
    pub(crate) fn is_asked_for(&self) -> bool {
        self.asked_at
            .is_some_and(|asked| self.done.whole.is_none_or(|whole| whole < asked))
    }

    /// When it was looked last whether anything has changed in a part, so that what is known of it was so still; none where some
    /// of it is out of reach.
    #[must_use]
    pub(crate) fn looked_at(&self, part: Part) -> Option<DateTime<Utc>> {
        let coverage = self.coverage.as_ref().filter(|_| self.trouble.is_none())?;
        let needed = [part, Part::Columns, Part::People];
        let lacks = coverage.lacks.iter().any(|lack| needed.contains(&lack.part));
        if lacks || coverage.people_missing > 0 {
            return None;
        }
        match part {
            Part::Completion => self.done.completion,
            _ => self.done.whole.max(self.done.changes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample::days;

    #[test]
    fn whoever_asks_gets_one_whole_reading_for_it() {
        let asked = |asked: Option<i64>, whole: Option<i64>| Readings {
            asked_at: asked.map(days),
            done: Done {
                whole: whole.map(days),
                ..Done::default()
            },
            ..Readings::default()
        };
        assert!(!asked(None, None).is_asked_for());
        assert!(asked(Some(1), None).is_asked_for() && asked(Some(2), Some(1)).is_asked_for());
        assert!(!asked(Some(1), Some(2)).is_asked_for());
    }

    #[test]
    fn what_is_known_of_a_part_is_as_new_as_the_last_look_unless_it_is_out_of_reach() {
        let mut known = Readings {
            done: Done {
                whole: Some(days(-2)),
                changes: Some(days(-1)),
                completion: Some(days(-3)),
                ..Done::default()
            },
            ..Readings::default()
        };
        assert_eq!(known.looked_at(Part::Grades), None, "never read to its end");
        let mut coverage = Coverage::default();
        known.coverage = Some(coverage.clone());
        assert_eq!(known.looked_at(Part::Grades), Some(days(-1)));
        assert_eq!(known.looked_at(Part::Completion), Some(days(-3)));
        coverage.lacks(Part::HandIns, Why::Gone);
        known.coverage = Some(coverage);
        assert_eq!(known.looked_at(Part::HandIns), None);
        assert_eq!(known.looked_at(Part::Grades), Some(days(-1)));
        known.trouble = Some(Why::Consent);
        assert_eq!(known.looked_at(Part::Grades), None);
    }

    #[test]
    fn a_lack_is_named_once_and_says_who_can_help() {
        let mut coverage = Coverage::default();
        for _ in 0..2 {
            coverage.lacks(Part::Categories, Why::Gone);
        }
        assert_eq!(coverage.lacks.len(), 1);
        assert_eq!(Why::RoleWeaker(Vec::new()).help(), Help::Administrator);
        assert_eq!(Why::Passing(Passing::Busy).help(), Help::Time);
        assert_eq!(Why::Consent.help(), Help::Giver);
    }
}
