//! Badges that were copied before it was kept what they were then: those that ask what their source asks count as it does.

use chrono::{DateTime, Utc};

use crate::domain::copying::{Mapping, match_columns};
use crate::domain::course::{CopyState, Course, CourseCopy, LineItem};
use crate::random::Random;
use crate::service::badge::lineage;
use crate::store::{Db, StoreError, activities, badges, line_items};

/// Looks at each such badge of a course; `new` are its columns. What stands for what is found as when a course is copied, so
/// that a copy for which a person chose something else is not recognised.
pub(super) fn recognise(
    db: &mut Db,
    course: &Course,
    copies: &[CourseCopy],
    new: &[LineItem],
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let tenant = &course.tenant;
    let mut unknown = Vec::new();
    for (badge, source) in badges::copied(db, tenant, &course.id)? {
        if lineage::is_unknown(db, &badge)? {
            unknown.push((badge, source));
        }
    }
    if unknown.is_empty() {
        return Ok(());
    }
    for copy in copies.iter().filter(|copy| copy.state == CopyState::Taken) {
        let mapping = same_names(db, course, copy, new)?;
        for (badge, source) in &unknown {
            let source = badges::get(db, tenant, source)?.filter(|one| one.course == copy.source);
            if let Some(source) = source {
                lineage::recognise(db, badge, &source, &mapping, now, random)?;
            }
        }
    }
    Ok(())
}

/// What of the old course is found in the new one without anybody's word.
fn same_names(
    db: &mut Db,
    course: &Course,
    copy: &CourseCopy,
    new: &[LineItem],
) -> Result<Mapping, StoreError> {
    let tenant = &course.tenant;
    let old = line_items::for_course(db, tenant, &copy.source)?;
    let mut mapping = Mapping::default();
    for (from, found) in match_columns(&old, new) {
        mapping.columns.insert(from, found.to);
    }
    let ours = activities::for_course(db, tenant, &course.id)?;
    for theirs in activities::for_course(db, tenant, &copy.source)? {
        let mut alike = ours.iter().filter(|one| one.title == theirs.title);
        if let (Some(only), None) = (alike.next(), alike.next()) {
            mapping.activities.insert(theirs.id, only.id.clone());
        }
    }
    Ok(mapping)
}
