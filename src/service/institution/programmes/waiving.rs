//! Parts that one student need not have: an administrator says so, with a reason. The credential names them.

use serde_json::json;

use super::{check_text, find, institution, names_of};
use crate::domain::audit::{Action, Actor, Entry, approval_subject};
use crate::domain::badge::Badge;
use crate::domain::cause::Cause;
use crate::domain::issuer::Tenant;
use crate::domain::people::Person;
use crate::domain::programme::Waiver;
use crate::domain::rule::Rule;
use crate::domain::sentence::Names;
use crate::ids::{BadgeId, PersonId, TenantId, WaiverId};
use crate::random::Random;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::queue::{self, DecidePerson};
use crate::service::base::refusal::ProgrammeRefusal;
use crate::service::institution::administrators::Administrator;
use crate::store::{Db, StoreError, audit, awards, people, programmes, rules};
use chrono::{DateTime, Utc};

/// Most people that a search shows.
const MOST: i64 = 20;

/// What is waived in a programme, and whom more could be waived for.
#[derive(Debug, Clone)]
pub(crate) struct Waived {
    pub(crate) institution: Tenant,
    pub(crate) badge: Badge,
    /// The parts of the rule that decides.
    pub(crate) parts: Vec<BadgeId>,
    pub(crate) names: Names,
    /// Those that hold, newest first, each with whose it is; nobody for somebody who was erased.
    pub(crate) waivers: Vec<(Waiver, Option<Person>)>,
    /// Who was looked for.
    pub(crate) found: Vec<Person>,
}

/// What is waived in a programme, and the people by whose name or identifier somebody looks.
///
/// # Errors
/// [`ServiceError::NotFound`] for what this administrator does not see.
#[tracing::instrument(name = "programmes.waived", level = "debug", skip_all, fields(badge = id.as_str()))]
pub(crate) async fn waived(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    id: &BadgeId,
    sought: &str,
) -> Result<Waived, ServiceError> {
    admin.scope.allows(tenant)?;
    let (tenant, id, sought) = (tenant.clone(), id.clone(), sought.trim().to_owned());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let (_, badge) = find(db, &tenant, &id)?;
        let parts = parts_of(rules::active(db, &tenant, &id)?.as_ref());
        let named = programmes::named(db, &tenant, &parts)?;
        let mut waivers = Vec::new();
        for waiver in programmes::waivers_of(db, &tenant, &id)? {
            let person = people::get(db, &tenant, &waiver.person)?;
            waivers.push((waiver, person));
        }
        let found = if sought.is_empty() {
            Vec::new()
        } else {
            people::search(db, &tenant, &sought, MOST)?
        };
        Ok(Waived {
            institution: institution(db, &tenant)?,
            names: names_of(db, &tenant, &named)?,
            badge,
            parts,
            waivers,
            found,
        })
    });
    found.await
}

fn parts_of(rule: Option<&Rule>) -> Vec<BadgeId> {
    let mut parts: Vec<BadgeId> = Vec::new();
    for part in rule.iter().flat_map(|rule| rule.root.badges()) {
        if !parts.contains(part) {
            parts.push(part.clone());
        }
    }
    parts
}

/// Waives a part for somebody who holds another part, with a reason that is kept; the programme is decided for them at once.
///
/// # Errors
/// [`ServiceError::NotFound`] for what this administrator does not see; a [`ProgrammeRefusal`] without a reason, for what is no part,
/// for somebody who holds no part, and for what is waived already.
#[tracing::instrument(
    name = "programmes.waive", skip_all,
    fields(badge = id.as_str(), person = person.as_str())
)]
pub(crate) async fn waive(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    id: &BadgeId,
    person: &PersonId,
    part: &BadgeId,
    reason: &str,
) -> Result<(), ServiceError> {
    admin.scope.allows(tenant)?;
    let reason = check_text(reason)?;
    let (now, random) = cairn.moment();
    let waiver = Waiver {
        id: WaiverId::new(now, random.as_ref()),
        tenant: tenant.clone(),
        badge: id.clone(),
        part: part.clone(),
        person: person.clone(),
        reason,
        by: admin.actor.clone(),
        at: now,
        taken_back_at: None,
    };
    let done = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        let (tenant, id) = (&waiver.tenant, &waiver.badge);
        let (_, badge) = find(db, tenant, id)?;
        let rule = rules::active(db, tenant, id)?.ok_or(ProgrammeRefusal::NotAPart)?;
        if !rule.root.badges().any(|part| *part == waiver.part) {
            return Err(ProgrammeRefusal::NotAPart.into());
        }
        people::get(db, tenant, &waiver.person)?.ok_or(ServiceError::NotFound("person"))?;
        // Whoever is awarded at this moment is waited for, and the part that they hold stays theirs meanwhile.
        programmes::hold(db, tenant, &waiver.person)?;
        let only = std::slice::from_ref(&waiver.person);
        let known = programmes::facts_of(db, tenant, id, &[&rule.root], only)?;
        if !known.values().any(|facts| !facts.held.is_empty()) {
            return Err(ProgrammeRefusal::NoPartHeld.into());
        }
        if !programmes::waive(db, &waiver)? {
            return Err(ProgrammeRefusal::WaivedAlready.into());
        }
        let action = Action::ProgrammeWaived;
        note_and_decide(db, &badge, &waiver, &waiver.by, action, now, random.as_ref())?;
        Ok(())
    });
    done.await
}

/// Takes a waiver back, as long as nobody has the programme's badge by it, one under review included. Doing it twice is doing it once.
///
/// # Errors
/// [`ServiceError::NotFound`] for what this administrator does not see; [`ProgrammeRefusal::WaiverUsed`] once it was awarded.
#[tracing::instrument(name = "programmes.unwaive", skip_all, fields(waiver = waiver.as_str()))]
pub(crate) async fn take_back(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    id: &BadgeId,
    waiver: &WaiverId,
) -> Result<(), ServiceError> {
    admin.scope.allows(tenant)?;
    let (now, random) = cairn.moment();
    let (tenant, id, waiver, by) = (tenant.clone(), id.clone(), waiver.clone(), admin.actor.clone());
    let done = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        let (_, badge) = find(db, &tenant, &id)?;
        let waiver = programmes::waiver(db, &tenant, &waiver)?
            .filter(|waiver| waiver.badge == id)
            .ok_or(ServiceError::NotFound("waiver"))?;
        // Whoever is awarded at this moment is waited for: what is signed names the waiver.
        programmes::hold(db, &tenant, &waiver.person)?;
        let award = awards::latest(db, &tenant, &id, &waiver.person)?;
        if award.is_some_and(|award| award.standing(now).is_held()) {
            return Err(ProgrammeRefusal::WaiverUsed.into());
        }
        if programmes::take_waiver_back(db, &tenant, &waiver.id, now)? {
            let action = Action::ProgrammeWaiverEnded;
            note_and_decide(db, &badge, &waiver, &by, action, now, random.as_ref())?;
        }
        Ok(())
    });
    done.await
}

/// The entry names the person in its subject alone, as that of an approval does: it is blanked when they are erased.
fn note_and_decide(
    db: &mut Db,
    badge: &Badge,
    waiver: &Waiver,
    by: &crate::ids::AdminId,
    action: Action,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let (tenant, person) = (&badge.tenant, &waiver.person);
    let subject = approval_subject(&badge.id, person);
    let entry = Entry::new(tenant, Actor::Administrator(by.clone()), action, &subject, now);
    let detail = json!({ "part": waiver.part, "reason": waiver.reason });
    audit::record(db, &entry.detail(detail), random)?;
    let job = DecidePerson {
        course: badge.course.clone(),
        person: person.clone(),
        cause: Cause::ByHand,
    };
    queue::enqueue(db, tenant, &job, now, now, random)
}
