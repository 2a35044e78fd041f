//! Whether a rule that reads grades counts only for those who have a row in the gradebook.

use lti::capabilities::RosterLearners;

use crate::domain::badge::Badge;
use crate::domain::rule::Rule;
use crate::store::{Db, StoreError, courses, registrations};

/// Whether whoever has no result row at all is not awarded by grades: where teachers may be listed as learners, only the
/// gradebook tells them from students.
pub(crate) fn needed(db: &mut Db, badge: &Badge, rule: &Rule) -> Result<bool, StoreError> {
    if rule.root.line_items().next().is_none() {
        return Ok(false);
    }
    let Some(course) = courses::get(db, &badge.tenant, &badge.course)? else {
        return Ok(true);
    };
    let platform = registrations::get(db, &badge.tenant, &course.registration)?;
    Ok(platform
        .is_none_or(|platform| platform.capabilities().roster_learners == RosterLearners::StudentsAndStaff))
}
