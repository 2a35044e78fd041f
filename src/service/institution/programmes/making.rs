//! Who makes programmes: the administrators of an institution, and instructors to whom one gave that power. It is of the person,
//! whatever course they visit from, and ends where no course shows them as a teacher any more.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::institution;
use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::issuer::Tenant;
use crate::domain::people::Person;
use crate::domain::programme::Maker;
use crate::ids::{MakerId, PersonId, TenantId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::ProgrammeRefusal;
use crate::service::base::session::Visitor;
use crate::service::institution::administrators::Administrator;
use crate::store::programmes::makers::{self, Given};
use crate::store::{Db, audit, people, tenants};

/// Most teachers that a search shows.
const MOST: usize = 50;

/// Whoever works on programmes.
#[derive(Debug, Clone)]
pub(crate) enum By {
    Administrator(Administrator),
    Instructor(Instructor),
}

/// Somebody who teaches, in a visit of a course.
#[derive(Debug, Clone)]
pub(crate) struct Instructor {
    tenant: TenantId,
    person: PersonId,
    actor: Actor,
}

impl From<&Administrator> for By {
    fn from(admin: &Administrator) -> Self {
        Self::Administrator(admin.clone())
    }
}

impl From<&By> for By {
    fn from(by: &By) -> Self {
        by.clone()
    }
}

impl By {
    /// Whoever visits a course; whether they have the power is asked where they use it.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`] for everybody but instructors of the course, and [`ServiceError::Masquerade`] for whoever acts as one.
    pub(crate) fn visiting(visitor: &Visitor) -> Result<Self, ServiceError> {
        visitor.teach()?;
        visitor.act_for_oneself()?;
        Ok(Self::Instructor(Instructor {
            tenant: visitor.tenant().clone(),
            person: visitor.person.id.clone(),
            actor: visitor.actor(),
        }))
    }

    /// Whether they may work on the programmes of that institution at this moment.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for an institution that they do not see; [`ProgrammeRefusal::NotGiven`] for an instructor without
    /// the power.
    pub(super) fn may(&self, db: &mut Db, tenant: &TenantId) -> Result<(), ServiceError> {
        match self {
            Self::Administrator(admin) => admin.scope.allows(tenant),
            Self::Instructor(one) => {
                if one.tenant != *tenant {
                    Err(ServiceError::NotFound("institution"))
                } else if makers::holds(db, tenant, &one.person)? {
                    Ok(())
                } else {
                    Err(ProgrammeRefusal::NotGiven.into())
                }
            }
        }
    }

    /// How a programme keeps them.
    pub(super) fn maker(&self) -> Maker {
        match self {
            Self::Administrator(admin) => Maker::Administrator(admin.actor.clone()),
            Self::Instructor(one) => Maker::Instructor(one.person.clone()),
        }
    }

    /// How the audit log names them.
    pub(super) fn actor(&self) -> Actor {
        match self {
            Self::Administrator(admin) => Actor::Administrator(admin.actor.clone()),
            Self::Instructor(one) => one.actor.clone(),
        }
    }

    /// Whether they may learn who holds a badge of any course: an instructor learns that of their own courses alone.
    pub(super) fn sees_names(&self) -> bool {
        matches!(self, Self::Administrator(_))
    }
}

/// A teacher with the names of the courses where they teach.
#[derive(Debug, Clone)]
pub(crate) struct Teacher {
    pub(crate) person: Person,
    pub(crate) courses: Vec<String>,
    /// Since when they have the power.
    pub(crate) since: Option<DateTime<Utc>>,
}

/// Who has the power, and who could get it.
#[derive(Debug, Clone)]
pub(crate) struct Makers {
    pub(crate) institution: Tenant,
    pub(crate) named: Vec<Teacher>,
    /// The teachers who were looked for, by name, e-mail address or course.
    pub(crate) found: Vec<Teacher>,
}

/// The instructors who make programmes, and the teachers by whose name, e-mail address or course somebody looks.
///
/// # Errors
/// [`ServiceError::NotFound`] for an institution that this administrator does not see.
#[tracing::instrument(name = "making.list", level = "debug", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn list(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    sought: &str,
) -> Result<Makers, ServiceError> {
    admin.scope.allows(tenant)?;
    let (tenant, sought) = (tenant.clone(), sought.trim().to_owned());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let given = makers::all(db, &tenant)?;
        let sought = if sought.is_empty() {
            Vec::new()
        } else {
            makers::teachers(db, &tenant, &sought, MOST)?
        };
        let mut ids: Vec<PersonId> = given.iter().map(|one| one.person.clone()).collect();
        let mut taught = makers::taught(db, &tenant, &ids)?;
        ids.extend(sought.iter().map(|one| one.person.clone()));
        let known = people::by_ids(db, &tenant, &ids)?;
        let since = |person: &PersonId| given.iter().find(|one| one.person == *person).map(|one| one.at);
        let teacher = |person: &PersonId, courses: Vec<String>| {
            Some(Teacher {
                person: known.get(person)?.clone(),
                courses,
                since: since(person),
            })
        };
        let named = given.iter().filter_map(|one| {
            let courses = taught.remove(&one.person).unwrap_or_default();
            teacher(&one.person, courses)
        });
        Ok(Makers {
            institution: institution(db, &tenant)?,
            named: named.collect(),
            found: sought
                .iter()
                .filter_map(|one| teacher(&one.person, one.courses.clone()))
                .collect(),
        })
    });
    found.await
}

/// Gives a teacher the power. Doing it twice is doing it once.
///
/// # Errors
/// [`ServiceError::NotFound`] for what this administrator does not see; [`ProgrammeRefusal::TeachesNowhere`] for somebody whom no course
/// shows as a teacher.
#[tracing::instrument(name = "making.give", skip_all, fields(tenant = tenant.as_str(), person = person.as_str()))]
pub(crate) async fn give(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    person: &PersonId,
) -> Result<(), ServiceError> {
    admin.scope.allows(tenant)?;
    let (now, random) = cairn.moment();
    let (tenant, person, admin) = (tenant.clone(), person.clone(), admin.clone());
    let done = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        let person = people::present(db, &tenant, &person)?;
        people::get(db, &tenant, &person)?.ok_or(ServiceError::NotFound("person"))?;
        if !makers::teaches(db, &tenant, &person)? {
            return Err(ProgrammeRefusal::TeachesNowhere.into());
        }
        let given = Given {
            id: MakerId::new(now, random.as_ref()),
            tenant: tenant.clone(),
            person: person.clone(),
            by: admin.actor.clone(),
            at: now,
        };
        if makers::give(db, &given)? {
            let actor = Actor::Administrator(admin.actor.clone());
            let entry = Entry::new(&tenant, actor, Action::ProgrammeMakerNamed, person.as_str(), now);
            audit::record(db, &entry, random.as_ref())?;
        }
        Ok(())
    });
    done.await
}

/// Takes the power back; what they made stays. Doing it twice is doing it once.
///
/// # Errors
/// [`ServiceError::NotFound`] for an institution that this administrator does not see.
#[tracing::instrument(name = "making.take", skip_all, fields(tenant = tenant.as_str(), person = person.as_str()))]
pub(crate) async fn take(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    person: &PersonId,
) -> Result<(), ServiceError> {
    admin.scope.allows(tenant)?;
    let (now, random) = cairn.moment();
    let (tenant, person, admin) = (tenant.clone(), person.clone(), admin.clone());
    let done = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        let person = people::present(db, &tenant, &person)?;
        if makers::take(db, &tenant, &person)? {
            let actor = Actor::Administrator(admin.actor.clone());
            let entry = Entry::new(&tenant, actor, Action::ProgrammeMakerEnded, person.as_str(), now);
            audit::record(db, &entry, random.as_ref())?;
        }
        Ok(())
    });
    done.await
}

/// Ends the power of those whom no course shows as a teacher any more: should they teach again, somebody gives it anew.
///
/// # Errors
/// What the store reports.
#[tracing::instrument(name = "making.forget", level = "debug", skip_all)]
pub(crate) async fn forget(cairn: &Cairn) -> Result<(), ServiceError> {
    let (now, random) = cairn.moment();
    let done = cairn.store.write(move |db| {
        for tenant in tenants::list(db)? {
            for one in makers::all(db, &tenant.id)? {
                if makers::teaches(db, &tenant.id, &one.person)? {
                    continue;
                }
                makers::take(db, &tenant.id, &one.person)?;
                let action = Action::ProgrammeMakerEnded;
                let entry = Entry::new(&tenant.id, Actor::Cairn, action, one.person.as_str(), now);
                audit::record(db, &entry.detail(json!({ "teaches": false })), random.as_ref())?;
            }
        }
        Ok(())
    });
    Ok(done.await?)
}
