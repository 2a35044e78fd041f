//! Two people who are one: a user who was merged or whose account was made anew.

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::issuer::Tenant;
use crate::domain::people::Person;
use crate::domain::platform::{Join, JoinKind, JoinState};
use crate::ids::{JoinId, PersonId, TenantId};
use crate::random::Random;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::queue::{self, DoJoin};
use crate::service::base::refusal::JoinRefusal;
use crate::service::institution::administrators::Administrator;
use crate::store::{
    Db, audit, awards, badges, courses, decisions, enrolments, erasures, identities, joins, people,
    submissions, tenants,
};

/// Most people that a search shows.
const MOST: i64 = 50;
/// Most awards and courses of one person that a review names.
const MOST_NAMED: usize = 20;

/// A person to choose.
#[derive(Debug, Clone)]
pub(crate) struct Choice {
    pub(crate) person: Person,
    /// What the platforms call them.
    pub(crate) ids: Vec<String>,
    pub(crate) badges: usize,
    pub(crate) courses: usize,
}

/// One of two people, with what is theirs.
#[derive(Debug, Clone)]
pub(crate) struct Side {
    pub(crate) person: Person,
    pub(crate) ids: Vec<String>,
    /// Names of the badges that they were awarded.
    pub(crate) awards: Vec<String>,
    pub(crate) hand_ins: usize,
    pub(crate) decisions: usize,
    pub(crate) courses: Vec<String>,
}

/// What an administrator looks at before saying that two people are one.
#[derive(Debug, Clone)]
pub(crate) struct PeopleReview {
    pub(crate) institution: Tenant,
    /// Who is not seen any more.
    pub(crate) from: Side,
    /// Who stays.
    pub(crate) into: Side,
    /// Names of badges that both were awarded for the same term: one of the two is shown.
    pub(crate) both: Vec<String>,
}

/// People of an institution by a part of their name or by what their platform calls them.
///
/// # Errors
/// [`ServiceError::NotFound`] for an institution that this administrator does not see.
#[tracing::instrument(name = "joining.search", level = "debug", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn search(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    sought: &str,
) -> Result<(Tenant, Vec<Choice>), ServiceError> {
    admin.scope.allows(tenant)?;
    let (id, sought) = (tenant.clone(), sought.trim().to_owned());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let tenant = tenants::get(db, &id)?.ok_or(ServiceError::NotFound("institution"))?;
        let mut all = Vec::new();
        if !sought.is_empty() {
            for person in people::search(db, &id, &sought, MOST)? {
                all.push(Choice {
                    ids: ids_of(db, &id, &person.id)?,
                    badges: awards::for_person(db, &id, &person.id)?.len(),
                    courses: enrolments::for_person(db, &id, &person.id)?.len(),
                    person,
                });
            }
        }
        Ok((tenant, all))
    });
    found.await
}

fn ids_of(db: &mut Db, tenant: &TenantId, person: &PersonId) -> Result<Vec<String>, ServiceError> {
    let known = identities::of_person(db, tenant, person)?;
    let mut ids: Vec<String> = known.into_iter().map(|(_, sub)| sub).collect();
    ids.dedup();
    Ok(ids)
}

/// Both of them, if they can be made one.
fn pair(
    db: &mut Db,
    tenant: &TenantId,
    from: &PersonId,
    into: &PersonId,
) -> Result<(Person, Person), ServiceError> {
    if from == into {
        return Err(JoinRefusal::Two.into());
    }
    let missing = || ServiceError::NotFound("person");
    let one = people::get(db, tenant, from)?.ok_or_else(missing)?;
    let other = people::get(db, tenant, into)?.ok_or_else(missing)?;
    for person in [from, into] {
        if people::present(db, tenant, person)? != *person {
            return Err(JoinRefusal::Joined.into());
        }
        if erasures::of_person(db, tenant, person)?.is_some() {
            return Err(JoinRefusal::Erasing.into());
        }
    }
    let own = identities::of_person(db, tenant, from)?;
    let others = identities::of_person(db, tenant, into)?;
    let shared = own
        .iter()
        .any(|(platform, _)| others.iter().any(|(other, _)| other == platform));
    if !shared {
        return Err(JoinRefusal::Platforms.into());
    }
    Ok((one, other))
}

fn side(db: &mut Db, tenant: &TenantId, person: Person) -> Result<Side, ServiceError> {
    let id = &person.id;
    let mut held = Vec::new();
    for award in awards::for_person(db, tenant, id)?.into_iter().take(MOST_NAMED) {
        held.extend(badges::get(db, tenant, &award.badge)?.map(|badge| badge.design.name));
    }
    let mut named = Vec::new();
    for one in enrolments::for_person(db, tenant, id)?
        .into_iter()
        .take(MOST_NAMED)
    {
        named.extend(courses::get(db, tenant, &one.course)?.map(|course| course.name().to_owned()));
    }
    Ok(Side {
        ids: ids_of(db, tenant, id)?,
        awards: held,
        hand_ins: submissions::of_person(db, tenant, id)?.len(),
        decisions: decisions::of_person(db, tenant, id)?.len(),
        courses: named,
        person,
    })
}

/// What making one of two people would do.
///
/// # Errors
/// As [`search`]; [`ServiceError::NotFound`] for somebody who is not there, [`ServiceError::Refused`] when they cannot be one.
#[tracing::instrument(name = "joining.review_people", level = "debug", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn review_people(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    from: &PersonId,
    into: &PersonId,
) -> Result<PeopleReview, ServiceError> {
    admin.scope.allows(tenant)?;
    let (id, from, into) = (tenant.clone(), from.clone(), into.clone());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let institution = tenants::get(db, &id)?.ok_or(ServiceError::NotFound("institution"))?;
        let (one, other) = pair(db, &id, &from, &into)?;
        let own = awards::for_person(db, &id, &into)?;
        let mut both = Vec::new();
        for award in awards::for_person(db, &id, &from)? {
            let is_there =
                |held: &&crate::domain::award::Award| held.badge == award.badge && held.cycle == award.cycle;
            if own.iter().any(|held| is_there(&held)) {
                both.extend(badges::get(db, &id, &award.badge)?.map(|badge| badge.design.name));
            }
        }
        Ok(PeopleReview {
            institution,
            from: side(db, &id, one)?,
            into: side(db, &id, other)?,
            both,
        })
    });
    found.await
}

/// Says that two people are one; a job does it.
///
/// # Errors
/// As [`review_people`].
#[tracing::instrument(name = "joining.join_people", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn join_people(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    from: &PersonId,
    into: &PersonId,
) -> Result<(), ServiceError> {
    admin.scope.allows(tenant)?;
    let (now, random) = cairn.moment();
    let actor = Actor::Administrator(admin.actor.clone());
    let (tenant, from, into) = (tenant.clone(), from.clone(), into.clone());
    let joined = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        people::hold(db, &tenant, [&from, &into])?;
        pair(db, &tenant, &from, &into)?;
        say(db, &tenant, actor, (&from, &into), now, random.as_ref())?;
        Ok(())
    });
    joined.await
}

/// Keeps that two people are one, whoever says so, for the job that does it.
pub(super) fn say(
    db: &mut Db,
    tenant: &TenantId,
    actor: Actor,
    (from, into): (&PersonId, &PersonId),
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<JoinId, ServiceError> {
    let join = Join {
        id: JoinId::new(now, random),
        tenant: tenant.clone(),
        kind: JoinKind::Person,
        parent: None,
        from: from.to_string(),
        into: into.to_string(),
        state: JoinState::Asked,
        asked_at: now,
    };
    if !joins::insert(db, &join)? {
        return Err(JoinRefusal::Joined.into());
    }
    // The log names the one who stays: what is said of them goes when they are erased.
    let entry = Entry::new(tenant, actor, Action::PersonJoined, into.as_str(), now);
    let entry = entry.detail(json!({
        "join": join.id,
        "awards": awards::for_person(db, tenant, from)?.len(),
        "hand_ins": submissions::of_person(db, tenant, from)?.len(),
    }));
    audit::record(db, &entry, random)?;
    let job = DoJoin {
        join: join.id.clone(),
    };
    queue::enqueue(db, tenant, &job, now, now, random)?;
    Ok(join.id)
}
