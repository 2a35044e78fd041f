//! Taking back awards of courses that have ended or were deleted, where nobody teaches who could, and of programmes, which are the
//! institution's own.

use std::collections::HashSet;

use crate::domain::audit::Actor;
use crate::domain::award::{Award, Revocation};
use crate::domain::badge::Badge;
use crate::domain::course::Course;
use crate::domain::issuer::Tenant;
use crate::domain::people::Person;
use crate::ids::{AwardId, BadgeId, TenantId};
use crate::service::Cairn;
use crate::service::award::awarding;
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::AwardRefusal;
use crate::service::credential::signing::IssuingContext;
use crate::service::institution::administrators::Administrator;
use crate::store::awards::Named;
use crate::store::{Db, StoreError, awards, badges, credentials, people, programmes, tenants};

/// Most awards that a search shows.
const MOST: i64 = 50;
/// Most badges of one name that a search looks at.
const MOST_BADGES: usize = 500;

/// An award with everything that names it.
#[derive(Debug, Clone)]
pub(crate) struct Sought {
    pub(crate) award: Award,
    pub(crate) badge: Badge,
    pub(crate) course: Course,
    pub(crate) person: Person,
    /// Whether it is one of a programme, which administrators take back themselves.
    pub(crate) is_of_programme: bool,
}

impl From<Named> for Sought {
    fn from((award, badge, course, person): Named) -> Self {
        Self {
            award,
            badge,
            course,
            person,
            is_of_programme: false,
        }
    }
}

/// The last part of a badge's public address, whether the whole address or that part alone was typed.
fn code_of(text: &str) -> &str {
    let path = text.split(['?', '#']).next().unwrap_or(text);
    let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or(path);
    last.split('.').next().unwrap_or(last)
}

/// The award behind a public address; of a badge that two people who are one both have, the one of the person who stayed.
fn by_code(db: &mut Db, tenant: &TenantId, code: &str) -> Result<Option<AwardId>, StoreError> {
    let found = credentials::by_slug(db, code)?.filter(|credential| credential.tenant == *tenant);
    let Some(credential) = found else {
        return Ok(None);
    };
    let Some(award) = awards::get(db, tenant, &credential.award)? else {
        return Ok(None);
    };
    let present = people::present(db, tenant, &award.person)?;
    if present == award.person {
        return Ok(Some(award.id));
    }
    let theirs = awards::for_person(db, tenant, &present)?;
    let same = theirs
        .into_iter()
        .find(|one| one.badge == award.badge && one.cycle == award.cycle);
    Ok(same.map(|one| one.id))
}

/// Awards of an institution by a part of the holder's name or their id at the platform, by the name of a badge of a course that
/// has ended or of that course, or by the badge's public address or its last part. Newest first, at most 50.
///
/// # Errors
/// [`ServiceError::NotFound`] for an institution that this administrator does not see.
#[tracing::instrument(name = "revoking.search", level = "debug", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn search(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    sought: &str,
) -> Result<(Tenant, Vec<Sought>), ServiceError> {
    admin.scope.allows(tenant)?;
    let (id, sought) = (tenant.clone(), sought.trim().to_owned());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let institution = tenants::get(db, &id)?.ok_or(ServiceError::NotFound("institution"))?;
        if sought.is_empty() {
            return Ok((institution, Vec::new()));
        }
        let name = sought.to_lowercase();
        let named: Vec<_> = badges::of_ended_courses(db, &id)?
            .into_iter()
            .filter(|(badge, title, label)| {
                let says = |text: &str| text.to_lowercase().contains(&name);
                says(&badge.design.name) || title.iter().chain(label).any(|text| says(text))
            })
            .map(|(badge, ..)| badge.id)
            .take(MOST_BADGES)
            .collect();
        let coded: Vec<AwardId> = by_code(db, &id, code_of(&sought))?.into_iter().collect();
        let all = awards::sought(db, &id, &sought, &named, &coded, MOST)?;
        let programmes: HashSet<BadgeId> = programmes::all(db, &id)?
            .into_iter()
            .map(|(_, badge)| badge.id)
            .collect();
        let told = all.into_iter().map(Sought::from).map(|one| Sought {
            is_of_programme: programmes.contains(&one.badge.id),
            ..one
        });
        Ok((institution, told.collect()))
    });
    found.await
}

/// The award that is about to be taken back.
///
/// # Errors
/// As [`search`]; [`ServiceError::NotFound`] for an award of another institution, [`ServiceError::Refused`] for one of a course
/// that goes on.
#[tracing::instrument(name = "revoking.review", level = "debug", skip_all, fields(award = id.as_str()))]
pub(crate) async fn review(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    id: &AwardId,
) -> Result<(Tenant, Sought), ServiceError> {
    admin.scope.allows(tenant)?;
    let (tenant, id) = (tenant.clone(), id.clone());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let institution = tenants::get(db, &tenant)?.ok_or(ServiceError::NotFound("institution"))?;
        Ok((institution, of_ended_course(db, &tenant, &id)?))
    });
    found.await
}

fn of_ended_course(db: &mut Db, tenant: &TenantId, id: &AwardId) -> Result<Sought, ServiceError> {
    let found = awards::named(db, tenant, id)?.ok_or(ServiceError::NotFound("award"))?;
    let mut found = Sought::from(found);
    found.is_of_programme = programmes::of_badge(db, tenant, &found.badge.id)?.is_some();
    if found.course.life.end().is_none() && !found.is_of_programme {
        return Err(AwardRefusal::CourseGoesOn.into());
    }
    Ok(found)
}

/// Takes an award of a course that has ended back, for a reason that the holder reads: award, status list and audit log change
/// together. Doing it twice is doing it once, and the first reason stays.
///
/// # Errors
/// As [`review`]; [`ServiceError::Refused`] without a reason.
#[tracing::instrument(name = "revoking.revoke_as_administrator", skip_all, fields(award = id.as_str()))]
pub(crate) async fn revoke(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    id: &AwardId,
    reason: &str,
) -> Result<(), ServiceError> {
    admin.scope.allows(tenant)?;
    let reason = awarding::check_reason(reason)?;
    let (context, tenant, id) = (IssuingContext::of(cairn), tenant.clone(), id.clone());
    let actor = Actor::Administrator(admin.actor.clone());
    let revoked = cairn.store.write_retrying(move |db| -> Result<_, ServiceError> {
        let found = of_ended_course(db, &tenant, &id)?;
        let revocation = Revocation {
            at: context.now,
            by: None,
            reason: reason.clone(),
        };
        let (badge, which) = (&found.badge.id, std::slice::from_ref(&id));
        awarding::take_back(db, &context, &tenant, badge, which, &revocation, &actor)?;
        Ok(())
    });
    revoked.await
}

#[cfg(test)]
mod tests {
    use super::code_of;

    #[test]
    fn a_badge_is_known_by_its_address_or_by_the_last_part_of_it() {
        for typed in [
            "k3x9",
            "https://badges.example/b/k3x9",
            "https://badges.example/b/k3x9/",
            "https://badges.example/b/k3x9.json",
            "https://badges.example/b/k3x9.jwt.png?from=cv#top",
        ] {
            assert_eq!(code_of(typed), "k3x9", "{typed}");
        }
        assert_eq!(code_of(""), "");
    }
}
