//! What of a course rules need.

use std::collections::HashSet;

use chrono::TimeDelta;

use crate::domain::cause::Cause;
use crate::domain::course::Course;
use crate::ids::{LineItemId, OutsideColumnId};
use crate::store::{Db, StoreError, outside, rules};

/// A course of which no rule reads a grade is read so seldom: its columns are offered to whoever writes one.
pub(super) const QUIET: TimeDelta = TimeDelta::days(7);

/// The columns that rules read, drafts included, by what they read of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Watched {
    /// Those of ours among them, as the interface tells them: what of them may be seen is its word.
    pub(super) grades: Vec<OutsideColumnId>,
    pub(super) hand_ins: Vec<OutsideColumnId>,
    pub(super) completion: Vec<OutsideColumnId>,
    /// Whether a rule reads any grade of the course: of columns of ours the LMS says what is released.
    pub(super) is_needed: bool,
}

impl Watched {
    /// Whether what rules read is read at once, however lately that was done: a teacher pressed **Check now**.
    pub(super) fn is_asked_by(&self, cause: Cause) -> bool {
        self.is_needed && cause == Cause::CheckNow
    }

    /// Of a course.
    pub(super) fn of(db: &mut Db, course: &Course) -> Result<Self, StoreError> {
        let (tenant, id) = (&course.tenant, &course.id);
        let of_kind = |db: &mut Db, kind: &str| -> Result<Vec<OutsideColumnId>, StoreError> {
            let read = rules::reading_of_kind(db, tenant, id, kind)?;
            let columns: HashSet<OutsideColumnId> = read.into_iter().map(|(column, _)| column).collect();
            Ok(columns.into_iter().collect())
        };
        let mut grades = of_kind(db, rules::OUTSIDE)?;
        let hand_ins = of_kind(db, rules::HAND_IN)?;
        let completion = of_kind(db, rules::COMPLETION)?;
        let any = !(grades.is_empty() && hand_ins.is_empty() && completion.is_empty());
        let ours: HashSet<LineItemId> = rules::reading_columns(db, tenant, id)?
            .into_iter()
            .map(|(item, _)| item)
            .collect();
        let theirs = outside::ours_among(db, tenant, id)?.into_iter();
        grades.extend(
            theirs
                .filter(|(_, item)| ours.contains(item))
                .map(|(column, _)| column),
        );
        Ok(Self {
            is_needed: any || !ours.is_empty(),
            grades,
            hand_ins,
            completion,
        })
    }
}
