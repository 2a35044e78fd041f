//! Where a membership of somebody who goes over to another person, or of a course that does, stays behind because the other one
//! has its own, it is none any more until the join is taken back.

use diesel::prelude::*;

use super::super::{Db, StoreError};
use super::moves::run;
use crate::ids::{CourseId, JoinId, PersonId, TenantId};

/// Whose memberships stay behind.
#[derive(Debug, Clone, Copy)]
pub(super) enum Left<'a> {
    Person(&'a PersonId),
    Course(&'a CourseId),
}

impl<'a> Left<'a> {
    /// Under what the journal has them, the column that names it, and the one that names a row beside it.
    const fn told(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Person(_) => ("enrolments.active of a course", "person_id", "course_id"),
            Self::Course(_) => ("enrolments.active of a person", "course_id", "person_id"),
        }
    }

    fn id(self) -> &'a str {
        match self {
            Self::Person(id) => id.as_str(),
            Self::Course(id) => id.as_str(),
        }
    }
}

/// Ends the memberships that stayed behind.
pub(super) fn leave(db: &mut Db, tenant: &TenantId, join: &JoinId, left: Left<'_>) -> Result<(), StoreError> {
    let (what, own, key) = left.told();
    let journal = format!(
        "INSERT INTO join_moves (tenant_id, join_id, what, row_key, was) \
         SELECT tenant_id, $1, $2, {key}, {own} FROM enrolments WHERE tenant_id = $3 AND {own} = $4 AND active"
    );
    run!(db, journal, join.as_str(), what, tenant.as_str(), left.id())?;
    let end = format!("UPDATE enrolments SET active = FALSE WHERE tenant_id = $1 AND {own} = $2");
    run!(db, end, tenant.as_str(), left.id())?;
    Ok(())
}

/// Has those be memberships again that ended with the join.
pub(super) fn come_back(
    db: &mut Db,
    tenant: &TenantId,
    join: &JoinId,
    left: Left<'_>,
) -> Result<(), StoreError> {
    let (what, own, key) = left.told();
    let back = format!(
        "UPDATE enrolments SET active = TRUE WHERE tenant_id = $1 AND {own} = $2 AND {key} IN \
         (SELECT row_key FROM join_moves WHERE join_id = $3 AND what = $4)"
    );
    run!(db, back, tenant.as_str(), left.id(), join.as_str(), what)?;
    Ok(())
}
