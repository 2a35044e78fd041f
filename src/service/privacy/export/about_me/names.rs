//! What things are called of which a person's record speaks, each looked up once.

use std::collections::HashMap;
use std::hash::Hash;

use crate::ids::{ActivityId, BadgeId, CourseId, LineItemId, TenantId};
use crate::store::{Db, StoreError, activities, badges, courses, line_items};

/// Names of what a person's record speaks of, each looked up once.
#[derive(Default)]
pub(super) struct Names {
    badges: HashMap<BadgeId, Option<String>>,
    items: HashMap<LineItemId, Option<String>>,
    activities: HashMap<ActivityId, Option<String>>,
    courses: HashMap<CourseId, Option<String>>,
}

/// A name, where there still is one.
type Name = Result<Option<String>, StoreError>;

/// What is known by that id, read where it is not known yet.
fn once<I: Clone + Eq + Hash>(
    known: &mut HashMap<I, Option<String>>,
    id: &I,
    read: impl FnOnce() -> Name,
) -> Name {
    if let Some(name) = known.get(id) {
        return Ok(name.clone());
    }
    let name = read()?;
    known.insert(id.clone(), name.clone());
    Ok(name)
}

impl Names {
    pub(super) fn badge(&mut self, db: &mut Db, tenant: &TenantId, id: &BadgeId) -> Name {
        once(&mut self.badges, id, || {
            Ok(badges::get(db, tenant, id)?.map(|badge| badge.design.name))
        })
    }

    pub(super) fn item(&mut self, db: &mut Db, tenant: &TenantId, id: &LineItemId) -> Name {
        once(&mut self.items, id, || {
            Ok(line_items::get(db, tenant, id)?.map(|item| item.label))
        })
    }

    pub(super) fn activity(&mut self, db: &mut Db, tenant: &TenantId, id: &ActivityId) -> Name {
        once(&mut self.activities, id, || {
            Ok(activities::get(db, tenant, id)?.map(|activity| activity.title))
        })
    }

    pub(super) fn course(&mut self, db: &mut Db, tenant: &TenantId, id: &CourseId) -> Name {
        once(&mut self.courses, id, || {
            Ok(courses::get(db, tenant, id)?.map(|course| course.name().to_owned()))
        })
    }
}
