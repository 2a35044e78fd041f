//! The second half of row 15: an installation that is known, that the registration lets in, or that waits.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::leads::Pending;
use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::platform::{Deployment, DeploymentState, SeenIn};
use crate::ids::{DeploymentId, RegistrationId, TenantId};
use crate::random::Random;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::CourseRefusal;
use crate::store::{Db, StoreError, audit, deployments, pending, registrations};
use lti::claims::Launch;
use lti::launch::admit;
use lti::registration::Registration;

/// What a claim is sealed for.
const PURPOSE: &str = "claim of a deployment";
/// How long the page with the button is good for.
const LIFETIME: TimeDelta = TimeDelta::hours(1);

/// Whether the installation may enter.
pub(super) enum Entered {
    Accepted(DeploymentId),
    Waits(Pending),
}

/// Judges the installation, of which `known` is the row if it has one. Where the registration takes all that its platform signs, one that is new or waits is
/// accepted; elsewhere it is noted as pending, with where it was seen, and nothing else is. One that an administrator
/// refused stays out in any case.
pub(super) fn enter(
    db: &mut Db,
    registration: &Registration,
    known: Option<&Deployment>,
    launch: &Launch,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<Entered, StoreError> {
    let state = known.map(|known| known.state);
    let (accepted, refused) = (
        state == Some(DeploymentState::Accepted),
        state == Some(DeploymentState::Refused),
    );
    if let Some(known) = known.filter(|_| accepted) {
        return Ok(Entered::Accepted(known.id.clone()));
    }
    let may_enter = !refused && admit(registration, launch, accepted).is_ok();
    let new = Deployment {
        id: DeploymentId::new(now, random),
        tenant: registration.tenant.clone(),
        registration: registration.id.clone(),
        deployment_id: launch.deployment_id.clone(),
        state: if may_enter {
            DeploymentState::Accepted
        } else {
            DeploymentState::Pending
        },
    };
    if may_enter {
        let entered = pending::note(db, &new, &seen_in(launch), now)?;
        if entered.state == DeploymentState::Pending {
            deployments::set_state(db, &registration.tenant, &entered.id, DeploymentState::Accepted)?;
        }
        let (action, subject) = (Action::DeploymentAccepted, registration.id.as_str());
        let entry = Entry::new(&registration.tenant, Actor::Cairn, action, subject, now);
        let detail =
            json!({"deployment": entered.id, "deployment_id": launch.deployment_id, "by_itself": true});
        audit::record(db, &entry.detail(detail), random)?;
        return Ok(Entered::Accepted(entered.id));
    }
    let is_new = known.is_none();
    let waits = pending::note(db, &new, &seen_in(launch), now)?;
    if is_new {
        let (action, subject) = (Action::DeploymentSeen, waits.id.as_str());
        let entry = Entry::new(&registration.tenant, Actor::Platform, action, subject, now);
        let entry = entry.detail(json!({"deployment_id": launch.deployment_id}));
        audit::record(db, &entry, random)?;
    }
    let claim = pending::get(db, &registration.tenant, &waits.id)?.unwrap_or_default();
    Ok(Entered::Waits(Pending {
        deployment: waits.id,
        deployment_id: launch.deployment_id.clone(),
        may_ask: launch.roles.is_instructor() || launch.roles.is_admin(),
        is_asked: claim.claimed_at.is_some(),
        is_refused: refused,
        administers: launch.roles.is_admin(),
        is_reviewed: false,
        person: person(launch),
    }))
}

/// One that is let in, while an administrator has to say whether its platform is one that is known.
pub(super) fn under_review(launch: &Launch, deployment: DeploymentId) -> Pending {
    Pending {
        deployment,
        deployment_id: launch.deployment_id.clone(),
        may_ask: launch.roles.is_instructor() || launch.roles.is_admin(),
        is_asked: true,
        is_refused: false,
        administers: launch.roles.is_admin(),
        is_reviewed: true,
        person: person(launch),
    }
}

fn seen_in(launch: &Launch) -> SeenIn {
    let context = launch.context.as_ref();
    SeenIn {
        context_id: context.map(|context| context.id.clone()),
        title: context.and_then(|context| context.title.clone().or_else(|| context.label.clone())),
        platform: launch.tool_platform.name.clone(),
        guid: launch.tool_platform.guid.clone(),
    }
}

/// The name with the role, as far as the platform says them.
fn person(launch: &Launch) -> String {
    let name = launch.name.as_deref().unwrap_or("Somebody without a name");
    let role = if launch.roles.is_admin() {
        "administrator"
    } else {
        "instructor"
    };
    let name: String = name.chars().filter(|c| !c.is_control()).take(200).collect();
    format!("{name}, {role} (user {})", launch.sub)
}

#[derive(Serialize, Deserialize)]
struct Proof {
    tenant: TenantId,
    registration: RegistrationId,
    deployment: DeploymentId,
    by: String,
    until: i64,
}

impl Cairn {
    /// The proof that the claim page of an installation carries: who asks, sealed, so that only somebody whom the
    /// platform signed as an instructor or administrator can. None for others.
    ///
    /// # Errors
    /// An internal error when it cannot be written.
    pub(crate) fn claim_proof(
        &self,
        registration: &Registration,
        waits: &Pending,
    ) -> Result<Option<String>, ServiceError> {
        if !waits.may_ask {
            return Ok(None);
        }
        let proof = Proof {
            tenant: registration.tenant.clone(),
            registration: registration.id.clone(),
            deployment: waits.deployment.clone(),
            by: waits.person.clone(),
            until: (self.clock.now() + LIFETIME).timestamp(),
        };
        let plain = serde_json::to_vec(&proof).map_err(|error| ServiceError::Internal(error.to_string()))?;
        Ok(Some(self.vault.seal(PURPOSE, &plain, self.random.as_ref())))
    }

    /// Keeps that somebody asked for an installation. Asking twice is fine; whoever was first stays.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] when the proof is none of ours, or too old.
    #[tracing::instrument(name = "deployment.claim_deployment", skip_all)]
    pub(crate) async fn claim_deployment(&self, proof: &str) -> Result<Registration, ServiceError> {
        let over = || ServiceError::from(CourseRefusal::DeploymentClaim);
        let plain = self.vault.open(PURPOSE, proof).map_err(|_| over())?;
        let proof: Proof = serde_json::from_slice(&plain).map_err(|_| over())?;
        let now = self.clock.now();
        if proof.until < now.timestamp() {
            return Err(over());
        }
        let random = std::sync::Arc::clone(&self.random);
        let claimed = self.store.write_with(move |db| -> Result<_, ServiceError> {
            let registration = registrations::get(db, &proof.tenant, &proof.registration)?
                .filter(|known| known.enabled)
                .ok_or_else(over)?;
            let known = deployments::get(db, &proof.tenant, &proof.deployment)?;
            if known.is_some_and(|known| known.state == DeploymentState::Refused) {
                return Err(CourseRefusal::DeploymentRefused.into());
            }
            if pending::claim(db, &proof.tenant, &proof.deployment, &proof.by, now)? {
                let (action, subject) = (Action::DeploymentClaimed, proof.deployment.as_str());
                let entry = Entry::new(&proof.tenant, Actor::Platform, action, subject, now);
                audit::record(db, &entry, random.as_ref())?;
            }
            Ok(registration)
        });
        claimed.await
    }
}
