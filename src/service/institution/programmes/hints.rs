//! What is worth a thought about the programmes of an institution, as its report on the design of badges counts it, and what of it
//! somebody dismissed with a reason.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{By, entry, find};
use crate::domain::audit::Action;
use crate::domain::badge::Badge;
use crate::domain::coach::{Dismissal, Found};
use crate::domain::people::Person;
use crate::domain::programme::Maker;
use crate::ids::{BadgeId, CourseId, DismissalId, PersonId, TenantId};
use crate::service::Cairn;
use crate::service::badge::coach::{Dismissed, MAX_REASON, Standing, endorsed, has_authority, look_over};
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::BadgeRefusal;
use crate::store::{Db, StoreError, audit, dismissals, endorsements, people, programmes, rules};

/// What was found about programmes, each with the badge that it is about.
#[derive(Debug, Default)]
pub(super) struct Hints {
    pub(super) open: Vec<(BadgeId, Found)>,
    /// What somebody dismissed, while it is there.
    pub(super) at_rest: Vec<(BadgeId, Found, Dismissal)>,
}

/// What is found about the programmes of an institution now.
pub(super) fn read(db: &mut Db, tenant: &TenantId, now: DateTime<Utc>) -> Result<Hints, StoreError> {
    let Some(home) = programmes::home(db, tenant)? else {
        return Ok(Hints::default());
    };
    let standing = standing(db, tenant, &home, now)?;
    let mut hints = Hints::default();
    for one in &standing.found {
        let Some(badge) = one.badge.clone() else {
            continue;
        };
        match standing.dismissed.get(&one.about) {
            Some(dismissal) if !standing.is_open(one) => {
                hints.at_rest.push((badge, one.clone(), dismissal.clone()));
            }
            _ => hints.open.push((badge, one.clone())),
        }
    }
    Ok(hints)
}

fn standing(
    db: &mut Db,
    tenant: &TenantId,
    home: &CourseId,
    now: DateTime<Utc>,
) -> Result<Standing, StoreError> {
    let all: Vec<Badge> = programmes::all(db, tenant)?
        .into_iter()
        .map(|(_, badge)| badge)
        .collect();
    let signed = endorsements::signed_in_course(db, tenant, home)?;
    let in_hand = rules::in_hand(db, tenant, Some(home))?;
    let dismissed = dismissals::standing(db, tenant, Some(home))?;
    let endorsed = endorsed(&all, &in_hand, &signed, now);
    let has_authority = has_authority(db, tenant)?;
    Ok(look_over(&all, &in_hand, &endorsed, has_authority, dismissed))
}

/// What was dismissed about one programme, with the names of those teachers who did it.
pub(super) fn dismissed(
    db: &mut Db,
    tenant: &TenantId,
    id: &BadgeId,
    at_rest: Vec<(BadgeId, Found, Dismissal)>,
) -> Result<Vec<Dismissed>, StoreError> {
    let of_it: Vec<(Found, Dismissal)> = at_rest
        .into_iter()
        .filter(|(about, ..)| about == id)
        .map(|(_, found, one)| (found, one))
        .collect();
    let who: Vec<PersonId> = of_it.iter().filter_map(|(_, one)| one.by.clone()).collect();
    let known = people::by_ids(db, tenant, &who)?;
    let told = of_it.into_iter().map(|(found, one)| Dismissed {
        found,
        badge: None,
        by: one
            .by
            .as_ref()
            .and_then(|id| known.get(id))
            .map(Person::display_name),
        reason: one.reason,
        at: one.at,
    });
    Ok(told.collect())
}

/// Dismisses what was found about a programme, with a reason that is kept. Again is the same as once.
///
/// # Errors
/// As [`super::open`]; a [`BadgeRefusal`] without a reason, for what blocks, and for what is not there any more.
#[tracing::instrument(name = "programmes.dismiss", skip_all, fields(badge = id.as_str()))]
pub(crate) async fn dismiss(
    cairn: &Cairn,
    by: impl Into<By>,
    tenant: &TenantId,
    id: &BadgeId,
    about: &str,
    reason: &str,
) -> Result<(), ServiceError> {
    let (reason, about) = (reason.trim().to_owned(), about.to_owned());
    if reason.is_empty() || reason.chars().count() > MAX_REASON {
        return Err(BadgeRefusal::DismissReason.into());
    }
    let (now, random) = cairn.moment();
    let (tenant, id, by) = (tenant.clone(), id.clone(), by.into());
    let done = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        by.may(db, &tenant)?;
        let (_, badge) = find(db, &tenant, &id)?;
        let standing = standing(db, &tenant, &badge.course, now)?;
        let is_it = |one: &Found| one.about == about && one.badge.as_ref() == Some(&id);
        let found = standing.found.into_iter().find(is_it);
        let found = found.ok_or(BadgeRefusal::FindingGone)?;
        if !found.finding.may_rest() {
            return Err(BadgeRefusal::FindingBlocks.into());
        }
        let code = found.finding.code();
        let dismissal = Dismissal {
            id: DismissalId::new(now, random.as_ref()),
            tenant: tenant.clone(),
            course: badge.course.clone(),
            badge: found.badge.clone(),
            code: code.to_owned(),
            about,
            reason,
            // Of administrators the log alone knows which one it was.
            by: match by.maker() {
                Maker::Instructor(person) => Some(person),
                Maker::Administrator(_) => None,
            },
            at: now,
        };
        if dismissals::insert(db, &dismissal)? {
            let entry = entry(&by, &badge, Action::FindingDismissed, now);
            let detail = json!({"hint": code, "reason": dismissal.reason});
            audit::record(db, &entry.detail(detail), random.as_ref())?;
        }
        Ok(())
    });
    done.await
}

/// Shows again what was dismissed. Again is the same as once.
///
/// # Errors
/// As [`super::open`].
#[tracing::instrument(name = "programmes.show_again", skip_all, fields(badge = id.as_str()))]
pub(crate) async fn show_again(
    cairn: &Cairn,
    by: impl Into<By>,
    tenant: &TenantId,
    id: &BadgeId,
    about: &str,
) -> Result<(), ServiceError> {
    let (now, random) = cairn.moment();
    let (tenant, id, by, about) = (tenant.clone(), id.clone(), by.into(), about.to_owned());
    let done = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        by.may(db, &tenant)?;
        let (_, badge) = find(db, &tenant, &id)?;
        if dismissals::remove(db, &tenant, &badge.course, &about)? {
            let entry = entry(&by, &badge, Action::FindingShown, now);
            audit::record(db, &entry, random.as_ref())?;
        }
        Ok(())
    });
    done.await
}
