//! The badge whose students or holders a page lists.

use crate::domain::badge::Badge;
use crate::ids::BadgeId;
use crate::service::base::error::ServiceError;
use crate::service::base::session::Visitor;
use crate::store::{Db, badges};

/// Most people of one answer.
pub(crate) const MOST: i64 = 500;

/// A badge of the visit's course.
pub(super) fn course_badge(db: &mut Db, visitor: &Visitor, badge: &BadgeId) -> Result<Badge, ServiceError> {
    badges::get(db, visitor.tenant(), badge)?
        .filter(|badge| badge.course == visitor.course.id)
        .ok_or(ServiceError::NotFound("badge"))
}
