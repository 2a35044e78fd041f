//! Taking awards back: the award, the public status list and the audit log change together or not at all.

use std::collections::BTreeMap;

use serde_json::json;

use super::{Desk, check_reason};
use crate::domain::audit::Action;
use crate::domain::award::Revocation;
use crate::domain::policy::Power;
use crate::ids::{AwardId, BadgeId, StatusListId};
use crate::service::error::ServiceError;
use crate::service::session::Visitor;
use crate::service::{Cairn, decide, policies};
use crate::store::{Db, audit, awards, badges, credentials, regrades, rules};

/// Takes awards of a badge back: award, status list and audit in one transaction. Says how many were in force.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::NotFound`] for an award of another badge or
/// course, [`ServiceError::Invalid`] without a reason.
pub async fn revoke(
    cairn: &Cairn,
    visitor: &Visitor,
    badge: &BadgeId,
    which: &[AwardId],
    reason: &str,
) -> Result<usize, ServiceError> {
    visitor.teach()?;
    let reason = check_reason(reason)?;
    super::trying(cairn, || {
        let (desk, visitor) = (Desk::of(cairn), visitor.clone());
        let (badge, which, reason) = (badge.clone(), which.to_vec(), reason.clone());
        move |db: &mut Db| {
            policies::require(db, &visitor, Power::Revoke)?;
            revoke_in(db, &desk, &visitor, &badge, &which, &reason)
        }
    })
    .await
}

/// Takes awards of a badge of the visitor's course back, in the caller's transaction.
pub(in crate::service) fn revoke_in(
    db: &mut Db,
    desk: &Desk,
    visitor: &Visitor,
    badge: &BadgeId,
    which: &[AwardId],
    reason: &str,
) -> Result<usize, ServiceError> {
    let tenant = visitor.tenant();
    badges::get(db, tenant, badge)?
        .filter(|badge| badge.course == visitor.course.id)
        .ok_or(ServiceError::NotFound("badge"))?;
    let revocation = Revocation {
        at: desk.now,
        by: visitor.person.id.clone(),
        reason: reason.to_owned(),
    };
    let mut places: BTreeMap<StatusListId, Vec<i32>> = BTreeMap::new();
    let mut revoked = 0;
    for id in which {
        awards::get(db, tenant, id)?
            .filter(|award| award.badge == *badge)
            .ok_or(ServiceError::NotFound("award"))?;
        if !awards::revoke(db, tenant, id, &revocation)? {
            continue;
        }
        revoked += 1;
        regrades::end(db, tenant, id)?;
        if let Some(credential) = credentials::by_award(db, tenant, id)? {
            let of_list = places.entry(credential.status_list).or_default();
            of_list.push(credential.status_position);
        }
        let entry = visitor.entry(Action::AwardRevoked, id.as_str(), desk.now);
        let entry = entry.detail(json!({ "badge": badge, "reason": reason }));
        audit::record(db, &entry, desk.random.as_ref())?;
    }
    if !places.is_empty() {
        let signer = desk.signer(db, tenant)?;
        for (list, places) in &places {
            signer.publish_revoked(db, list, places)?;
        }
        for above in rules::badges_building_on(db, tenant, badge)? {
            decide::enqueue_badge(db, tenant, &above, desk.now, desk.random.as_ref())?;
        }
    }
    Ok(revoked)
}
