//! Whether a badge of an issuer outside can count in a course: the institution has to allow it, and it has to be known whose it is.

use crate::domain::rule::{Condition, Rule};
use crate::service::base::session::Visitor;
use crate::store::{Db, StoreError, enrolments, last_seen, policies};

/// Whether one can.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum External {
    Counts,
    /// The institution lets none count.
    NotAllowed,
    /// The platform tells nobody's e-mail address, by which it is known whose badge it is.
    NoAddresses,
}

/// Whether one can in the course of a visit.
pub(super) fn in_course(db: &mut Db, visitor: &Visitor) -> Result<External, StoreError> {
    let tenant = visitor.tenant();
    if !policies::get(db, tenant)?.external_badges {
        return Ok(External::NotAllowed);
    }
    let seen = last_seen::get(db, tenant, &visitor.registration.id)?;
    if seen.is_some_and(|seen| seen.detail.shares_emails) {
        return Ok(External::Counts);
    }
    // Some platforms leave it to each of their users.
    let everybody = enrolments::everybody(db, tenant, &visitor.course.id)?;
    Ok(if everybody.iter().any(|(person, _)| person.email.is_some()) {
        External::Counts
    } else {
        External::NoAddresses
    })
}

/// The same for a rule: whatever does not ask for one is met without.
pub(super) fn of_rule(db: &mut Db, visitor: &Visitor, rule: &Rule) -> Result<External, StoreError> {
    let asks = |condition: &&Condition| matches!(condition, Condition::ExternalBadge { .. });
    if rule.root.conditions().iter().any(asks) {
        in_course(db, visitor)
    } else {
        Ok(External::Counts)
    }
}
