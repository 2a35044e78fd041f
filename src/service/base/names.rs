//! What the things that rules and decisions of a course name are called.

use std::collections::HashSet;

use crate::domain::badge::Badge;
use crate::domain::course::CopyState;
use crate::domain::lineage::Offered;
use crate::domain::outside::OutsideColumn;
use crate::domain::reading::Part;
use crate::domain::sentence::{Looked, Names};
use crate::ids::{CourseId, TenantId};
use crate::store::{
    Db, StoreError, activities, badges, copies, line_items, lineages, outside, readings, tenants,
};

/// How many copies in a row are followed back.
const COPIES: usize = 5;

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
    let elsewhere = elsewhere.into_iter().chain(of_origins(db, tenant, course)?);
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

/// Columns that are none of ours of the courses that a course was copied from, however often in a row: a rule that came along
/// names them until something here stands for them.
pub(crate) fn of_origins(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
) -> Result<Vec<OutsideColumn>, StoreError> {
    let mut found = Vec::new();
    let mut met = HashSet::from([course.clone()]);
    let mut nearest = vec![course.clone()];
    for _ in 0..COPIES {
        let mut before = Vec::new();
        for one in &nearest {
            for copy in copies::for_course(db, tenant, one)? {
                if copy.state == CopyState::Taken && met.insert(copy.source.clone()) {
                    found.extend(outside::columns(db, tenant, &copy.source)?);
                    before.push(copy.source);
                }
            }
        }
        if before.is_empty() {
            break;
        }
        nearest = before;
    }
    Ok(found)
}
