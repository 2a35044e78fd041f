//! What two people who are one were in a course of both: what was seen last of either holds for the one who stays, and so does
//! what stands against either of them. What no reading of the course tells anew is kept in the journal.

use std::collections::HashMap;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::super::convert::{from_json, json};
use super::super::schema::enrolments;
use super::super::{Db, StoreError};
use super::moves;
use crate::ids::{JoinId, PersonId, TenantId};

const WHAT: &str = "enrolments of a course of both";

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = enrolments)]
#[allow(clippy::struct_excessive_bools, reason = "the columns of the table")]
struct Row {
    course_id: String,
    learner: bool,
    barred: bool,
    active: bool,
    seen_at: i64,
    launched: Option<String>,
    listed: Option<String>,
    staff_seen_at: Option<i64>,
    refused_grading_at: Option<i64>,
    answer: Option<String>,
    answered_by: Option<String>,
    answered_at: Option<i64>,
    teaches: bool,
}

/// What no reading of the course tells anew. Who answered is not in it: the journal names nobody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    launched: Option<String>,
    barred: bool,
    staff_seen_at: Option<i64>,
    refused_grading_at: Option<i64>,
    answer: Option<String>,
    answered_at: Option<i64>,
}

/// As the journal has it.
#[derive(Serialize, Deserialize)]
struct Change {
    before: Kept,
    after: Kept,
}

impl Row {
    fn kept(&self) -> Kept {
        Kept {
            launched: self.launched.clone(),
            barred: self.barred,
            staff_seen_at: self.staff_seen_at,
            refused_grading_at: self.refused_grading_at,
            answer: self.answer.clone(),
            answered_at: self.answered_at,
        }
    }

    /// Both in one.
    fn with(&self, theirs: &Self) -> Self {
        let (newer, older) = if theirs.seen_at > self.seen_at {
            (theirs, self)
        } else {
            (self, theirs)
        };
        let answered = if theirs.answered_at > self.answered_at {
            theirs
        } else {
            self
        };
        Self {
            course_id: self.course_id.clone(),
            learner: newer.learner,
            barred: self.barred || theirs.barred,
            active: newer.active,
            seen_at: newer.seen_at,
            launched: newer.launched.clone().or_else(|| older.launched.clone()),
            listed: newer.listed.clone().or_else(|| older.listed.clone()),
            staff_seen_at: self.staff_seen_at.max(theirs.staff_seen_at),
            refused_grading_at: self.refused_grading_at.max(theirs.refused_grading_at),
            answer: answered.answer.clone(),
            answered_by: answered.answered_by.clone(),
            answered_at: answered.answered_at,
            teaches: newer.teaches,
        }
    }

    /// Without what a join put there; what came since stays.
    fn without(&self, change: &Change) -> Self {
        let Change { before, after } = change;
        let mut row = self.clone();
        if row.launched == after.launched {
            row.launched.clone_from(&before.launched);
        }
        if row.staff_seen_at == after.staff_seen_at {
            row.staff_seen_at = before.staff_seen_at;
            row.barred = before.barred;
        }
        if row.refused_grading_at == after.refused_grading_at {
            row.refused_grading_at = before.refused_grading_at;
        }
        if row.answered_at == after.answered_at && after.answered_at != before.answered_at {
            row.answer.clone_from(&before.answer);
            row.answered_at = before.answered_at;
            row.answered_by = None;
        }
        row
    }
}

fn rows(db: &mut Db, tenant: &TenantId, person: &PersonId) -> Result<Vec<Row>, StoreError> {
    Ok(on_both!(db, |connection| enrolments::table
        .filter(enrolments::tenant_id.eq(tenant.as_str()))
        .filter(enrolments::person_id.eq(person.as_str()))
        .order(enrolments::course_id)
        .select(Row::as_select())
        .load(connection))?)
}

fn put(db: &mut Db, tenant: &TenantId, person: &PersonId, row: &Row) -> Result<(), StoreError> {
    diesel::update(enrolments::table)
        .filter(enrolments::tenant_id.eq(tenant.as_str()))
        .filter(enrolments::course_id.eq(&row.course_id))
        .filter(enrolments::person_id.eq(person.as_str()))
        .set((
            enrolments::learner.eq(row.learner),
            enrolments::barred.eq(row.barred),
            enrolments::active.eq(row.active),
            enrolments::seen_at.eq(row.seen_at),
            enrolments::launched.eq(&row.launched),
            enrolments::listed.eq(&row.listed),
            enrolments::staff_seen_at.eq(row.staff_seen_at),
            enrolments::refused_grading_at.eq(row.refused_grading_at),
            enrolments::answer.eq(&row.answer),
            enrolments::answered_by.eq(&row.answered_by),
            enrolments::answered_at.eq(row.answered_at),
            enrolments::teaches.eq(row.teaches),
        ))
        .execute(db)?;
    Ok(())
}

pub(super) fn join(
    db: &mut Db,
    tenant: &TenantId,
    id: &JoinId,
    from: &PersonId,
    into: &PersonId,
) -> Result<(), StoreError> {
    let theirs: HashMap<String, Row> = rows(db, tenant, from)?
        .into_iter()
        .map(|row| (row.course_id.clone(), row))
        .collect();
    for own in rows(db, tenant, into)? {
        let Some(theirs) = theirs.get(&own.course_id) else {
            continue;
        };
        let one = own.with(theirs);
        if one == own {
            continue;
        }
        let change = Change {
            before: own.kept(),
            after: one.kept(),
        };
        moves::note(db, tenant, id, WHAT, &[(own.course_id.clone(), json(&change)?)])?;
        put(db, tenant, into, &one)?;
    }
    Ok(())
}

pub(super) fn part(db: &mut Db, tenant: &TenantId, id: &JoinId, into: &PersonId) -> Result<(), StoreError> {
    let noted: HashMap<String, String> = moves::noted(db, tenant, id, WHAT)?.into_iter().collect();
    for row in rows(db, tenant, into)? {
        if let Some(was) = noted.get(&row.course_id) {
            let change: Change = from_json("join_moves.was", was)?;
            put(db, tenant, into, &row.without(&change))?;
        }
    }
    Ok(())
}
