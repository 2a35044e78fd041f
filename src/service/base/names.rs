//! What the things that rules and decisions of a course name are called.

use crate::domain::badge::Badge;
use crate::domain::lineage::Offered;
use crate::domain::reading::Part;
use crate::domain::sentence::{Looked, Names};
use crate::ids::{CourseId, TenantId};
use crate::store::{Db, StoreError, activities, badges, line_items, lineages, outside, readings, tenants};

/// The names of a course's line items, evidence activities and badges, and of badges of other courses that its rules name.
pub(crate) fn of_course(db: &mut Db, tenant: &TenantId, course: &CourseId) -> Result<Names, StoreError> {
    let badges = badges::for_course(db, tenant, course)?;
    with_badges(db, tenant, course, &badges)
}

/// A badge of another course by its name and that of its course.
#[must_use]
pub(crate) fn in_its_course(offered: &Offered) -> String {
    format!("{} ({})", offered.name, offered.course_name)
}

/// As [`of_course`], for whoever has read the course's badges already.
pub(crate) fn with_badges(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    badges: &[Badge],
) -> Result<Names, StoreError> {
    let items = line_items::for_course(db, tenant, course)?;
    let activities = activities::for_course(db, tenant, course)?;
    let badges = badges.iter().map(|badge| (&badge.id, badge.design.name.as_str()));
    let zone = tenants::zone(db, tenant)?;
    let elsewhere = outside::columns(db, tenant, course)?;
    let reads_lms = elsewhere.iter().any(|column| column.rest.is_some());
    let mut names = Names::gather(zone, &items, &activities, badges).with_elsewhere(elsewhere);
    for one in lineages::named_elsewhere(db, tenant, course)? {
        names.badges.insert(one.badge.clone(), in_its_course(&one));
    }
    if reads_lms && let Some(readings) = readings::of_course(db, tenant, course)? {
        if readings.trouble.is_some() {
            return Ok(names.without_the_lms());
        }
        names.looked = Looked {
            grades: readings.looked_at(Part::Grades),
            hand_ins: readings.looked_at(Part::HandIns),
            completion: readings.looked_at(Part::Completion),
        };
    }
    Ok(names)
}
