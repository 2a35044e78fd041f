//! Taking awards back: the award, the public status list and the audit log change together or not at all.

use std::collections::BTreeMap;

use serde_json::json;

use super::check_reason;
use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::award::Revocation;
use crate::domain::cause::Cause;
use crate::domain::policy::Power;
use crate::ids::{AwardId, BadgeId, StatusListId, TenantId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::policies;
use crate::service::base::queue::{self, DecideBadge};
use crate::service::base::session::Visitor;
use crate::service::credential::signing::IssuingContext;
use crate::store::{Db, audit, awards, badges, credentials, regrades, rules};

/// Takes awards of a badge back: award, status list and audit in one transaction. Says how many were in force.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::NotFound`] for an award of another badge or
/// course, [`ServiceError::Refused`] without a reason.
#[tracing::instrument(name = "revoking.revoke", skip_all, fields(badge = badge.as_str()))]
pub(crate) async fn revoke(
    cairn: &Cairn,
    visitor: &Visitor,
    badge: &BadgeId,
    which: &[AwardId],
    reason: &str,
) -> Result<usize, ServiceError> {
    visitor.take_back()?;
    let reason = check_reason(reason)?;
    let (context, visitor) = (IssuingContext::of(cairn), visitor.clone());
    let (badge, which) = (badge.clone(), which.to_vec());
    let revoked = cairn.store.write_retrying(move |db| {
        policies::require(db, &visitor, Power::Revoke)?;
        revoke_in(db, &context, &visitor, &badge, &which, &reason)
    });
    revoked.await
}

/// Takes awards of a badge of the visitor's course back, in the caller's transaction.
pub(in crate::service) fn revoke_in(
    db: &mut Db,
    context: &IssuingContext,
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
        at: context.now,
        by: Some(visitor.person.id.clone()),
        reason: reason.to_owned(),
    };
    let actor = visitor.actor();
    take_back(db, context, tenant, badge, which, &revocation, &actor)
}

/// Takes awards of a badge back by whoever may, in the caller's transaction: award, status list and audit log.
pub(in crate::service) fn take_back(
    db: &mut Db,
    context: &IssuingContext,
    tenant: &TenantId,
    badge: &BadgeId,
    which: &[AwardId],
    revocation: &Revocation,
    actor: &Actor,
) -> Result<usize, ServiceError> {
    let mut places: BTreeMap<StatusListId, Vec<i32>> = BTreeMap::new();
    let mut revoked = 0;
    let mut all = which.to_vec();
    for id in which {
        let award = awards::get(db, tenant, id)?
            .filter(|award| award.badge == *badge)
            .ok_or(ServiceError::NotFound("award"))?;
        // The same badge under a former account of the holder goes with it.
        all.extend(awards::twins(db, tenant, &award)?);
    }
    for id in &all {
        if !awards::revoke(db, tenant, id, revocation)? {
            continue;
        }
        revoked += usize::from(which.contains(id));
        regrades::end(db, tenant, id)?;
        if let Some(credential) = credentials::by_award(db, tenant, id)? {
            let of_list = places.entry(credential.status_list).or_default();
            of_list.push(credential.status_position);
        }
        let entry = Entry::new(
            tenant,
            actor.clone(),
            Action::AwardRevoked,
            id.as_str(),
            context.now,
        );
        let entry = entry.detail(json!({ "badge": badge, "reason": revocation.reason }));
        audit::record(db, &entry, context.random.as_ref())?;
    }
    if !places.is_empty() {
        let signer = context.signer(db, tenant)?;
        for (list, places) in &places {
            signer.publish_revoked(db, list, places)?;
        }
        for badge in rules::badges_building_on(db, tenant, badge)? {
            let job = DecideBadge {
                badge,
                cause: Cause::Activation,
            };
            queue::enqueue(
                db,
                tenant,
                &job,
                context.now,
                context.now,
                context.random.as_ref(),
            )?;
        }
    }
    Ok(revoked)
}
