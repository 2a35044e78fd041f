//! The work of a join: each goes over or comes back in one transaction, and doing it twice is doing it once.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::domain::cause::Cause;
use crate::domain::platform::{Join, JoinKind, JoinState};
use crate::ids::{CourseId, JoinId, PersonId, PlatformId, TenantId};
use crate::random::Random;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::queue::{self, CheckCourse, DecidePerson};
use crate::store::{
    Db, StoreError, course_keys, courses, enrolments, identities, joins, programmes, tenants,
};

/// Names and courses that are looked at in one go.
const PART: i64 = 500;

/// Does what was said of two platforms or two people.
///
/// # Errors
/// [`ServiceError::NotFound`] for a join that is gone, what the store reports.
#[tracing::instrument(name = "joining.work", skip_all, fields(join = id.as_str()))]
pub(crate) async fn work(cairn: &Cairn, tenant: &TenantId, id: &JoinId) -> Result<(), ServiceError> {
    let (now, random) = cairn.moment();
    let (tenant, id) = (tenant.clone(), id.clone());
    let done = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        let join = joins::get(db, &tenant, &id)?.ok_or(ServiceError::NotFound("join"))?;
        let (next, touched) = match join.state {
            JoinState::Asked => (JoinState::Done, go(db, &join, now, random.as_ref())?),
            JoinState::Leaving => (JoinState::Undone, back(db, &join, now, random.as_ref())?),
            JoinState::Done | JoinState::Undone => return Ok(()),
        };
        joins::advance(db, &tenant, &id, join.state, next, now)?;
        touched.look_again(db, &tenant, now, random.as_ref())?;
        Ok(())
    });
    done.await
}

/// Gives hand-ins back that an earlier version left with people of the other platform when it took a join of two back: those of
/// until then. Doing it twice is doing it once.
///
/// # Errors
/// What the store reports; what went until then stays where it went.
#[tracing::instrument(name = "joining.mend", skip_all)]
pub(crate) async fn mend(cairn: &Cairn) -> Result<(), ServiceError> {
    let (now, random) = cairn.moment();
    for tenant in cairn.store.read(tenants::list).await? {
        let (id, random) = (tenant.id, Arc::clone(&random));
        let of = id.clone();
        let pairs = cairn.store.read(move |db| joins::taken_back(db, &of)).await?;
        if pairs.is_empty() {
            continue;
        }
        let mended = cairn.store.write(move |db| {
            let mut touched = Touched::default();
            for (one, other, until) in &pairs {
                touched.hand_ins_go(db, &id, (one, other), *until, now, random.as_ref())?;
            }
            let people = touched.people.len();
            touched.look_again(db, &id, now, random.as_ref())?;
            Ok(people)
        });
        let people = mended.await?;
        if people > 0 {
            tracing::info!(people, "hand-ins were given back to whom they belong");
        }
    }
    Ok(())
}

/// Who and what has to be looked at anew.
#[derive(Default)]
struct Touched {
    courses: BTreeSet<CourseId>,
    people: BTreeSet<PersonId>,
}

impl Touched {
    /// Gives what was handed in until that moment to activities of either platform back to whom that one means, where the
    /// other one alone names who stands there.
    fn hand_ins_go(
        &mut self,
        db: &mut Db,
        tenant: &TenantId,
        (one, other): (&PlatformId, &PlatformId),
        until: DateTime<Utc>,
        now: DateTime<Utc>,
        random: &dyn Random,
    ) -> Result<(), StoreError> {
        for sides in [(one, other), (other, one)] {
            let gone = joins::hand_ins_go_home(db, tenant, sides, until, now, random)?;
            self.courses.extend(gone.courses);
            self.people.extend(gone.people);
        }
        Ok(())
    }

    fn look_again(
        mut self,
        db: &mut Db,
        tenant: &TenantId,
        now: DateTime<Utc>,
        random: &dyn Random,
    ) -> Result<(), StoreError> {
        let home = programmes::home(db, tenant)?;
        for person in &self.people {
            // What both earned may be all that a programme asks for.
            if let Some(course) = home.clone() {
                let job = DecidePerson {
                    course,
                    person: person.clone(),
                    cause: Cause::Launch,
                };
                queue::enqueue(db, tenant, &job, now, now, random)?;
            }
            for one in enrolments::for_person(db, tenant, person)?
                .into_iter()
                .filter(|one| one.active)
            {
                let job = DecidePerson {
                    course: one.course.clone(),
                    person: person.clone(),
                    cause: Cause::Launch,
                };
                queue::enqueue(db, tenant, &job, now, now, random)?;
                self.courses.insert(one.course);
            }
        }
        for course in &self.courses {
            if let Some(course) = courses::get(db, tenant, course)? {
                queue::enqueue(
                    db,
                    tenant,
                    &CheckCourse::of(&course, Cause::Launch),
                    now,
                    now,
                    random,
                )?;
            }
        }
        Ok(())
    }
}

fn go(db: &mut Db, join: &Join, now: DateTime<Utc>, random: &dyn Random) -> Result<Touched, StoreError> {
    let mut touched = Touched::default();
    match join.kind {
        JoinKind::Person => {
            let (from, into) = join.sides::<PersonId>();
            joins::join_people(db, &join.tenant, &join.id, &from, &into)?;
            touched.people.insert(into);
        }
        JoinKind::Course => {
            let (from, into) = join.sides::<CourseId>();
            joins::join_courses(db, &join.tenant, &join.id, &from, &into)?;
            touched.courses.insert(into);
        }
        JoinKind::Platform => {
            // Courses first, so that people meet in the courses that stay.
            courses_go(db, join, &mut touched, now, random)?;
            people_go(db, join, &mut touched, now, random)?;
        }
    }
    Ok(touched)
}

/// A join within that of platforms, done at once.
fn child(
    db: &mut Db,
    parent: &Join,
    kind: JoinKind,
    (from, into): (&str, &str),
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<Option<Join>, StoreError> {
    let join = Join {
        id: JoinId::new(now, random),
        tenant: parent.tenant.clone(),
        kind,
        parent: Some(parent.id.clone()),
        from: from.to_owned(),
        into: into.to_owned(),
        state: JoinState::Done,
        asked_at: now,
    };
    Ok(joins::insert(db, &join)?.then_some(join))
}

fn courses_go(
    db: &mut Db,
    join: &Join,
    touched: &mut Touched,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let tenant = &join.tenant;
    let (from, into) = join.sides::<PlatformId>();
    let mut after = String::new();
    loop {
        let part = course_keys::some_after(db, tenant, &from, &after, PART)?;
        let Some((last, ..)) = part.last() else {
            return Ok(());
        };
        after.clone_from(last);
        for (key, context_id, course) in part {
            match course_keys::course_of(db, tenant, &into, &context_id)? {
                Some(known) if known != course => {
                    let pair = (course.as_str(), known.as_str());
                    if let Some(one) = child(db, join, JoinKind::Course, pair, now, random)? {
                        joins::join_courses(db, tenant, &one.id, &course, &known)?;
                        touched.courses.insert(known);
                    }
                }
                Some(_) => {}
                None => joins::key_to_platform(db, tenant, &join.id, (&from, &into), &key)?,
            }
        }
    }
}

fn people_go(
    db: &mut Db,
    join: &Join,
    touched: &mut Touched,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let tenant = &join.tenant;
    let (from, into) = join.sides::<PlatformId>();
    let mut after = String::new();
    loop {
        let part = identities::some_after(db, tenant, &from, &after, PART)?;
        let Some((last, _)) = part.last() else {
            return Ok(());
        };
        after.clone_from(last);
        for (sub, person) in part {
            match identities::person_of(db, tenant, &into, &sub)? {
                Some(known) if known != person => {
                    let pair = (person.as_str(), known.as_str());
                    if let Some(one) = child(db, join, JoinKind::Person, pair, now, random)? {
                        joins::join_people(db, tenant, &one.id, &person, &known)?;
                        touched.people.insert(known);
                    }
                }
                Some(_) => {}
                None => joins::name_to_platform(db, tenant, &join.id, (&from, &into), &sub)?,
            }
        }
    }
}

fn back(db: &mut Db, join: &Join, now: DateTime<Utc>, random: &dyn Random) -> Result<Touched, StoreError> {
    let mut touched = Touched::default();
    one_back(db, join, &mut touched)?;
    match join.kind {
        // Who each was in an open visit is not known any more.
        JoinKind::Person => {
            let stays = PersonId::from(join.into.as_str());
            joins::end_visits_of_person(db, &join.tenant, &stays)?;
        }
        JoinKind::Platform => {
            placed_go(db, join, &mut touched, now, random)?;
            let (from, into) = join.sides::<PlatformId>();
            touched.hand_ins_go(db, &join.tenant, (&from, &into), now, now, random)?;
        }
        JoinKind::Course => {}
    }
    Ok(touched)
}

/// Has what the platform that goes put into courses of the other one be in its own.
fn placed_go(
    db: &mut Db,
    join: &Join,
    touched: &mut Touched,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let tenant = &join.tenant;
    let (from, into) = join.sides::<PlatformId>();
    let mut after = String::new();
    loop {
        let part = course_keys::some_after(db, tenant, &from, &after, PART)?;
        let Some((last, ..)) = part.last() else {
            return Ok(());
        };
        after.clone_from(last);
        for (_, context_id, own) in part {
            let Some(here) = course_keys::course_of(db, tenant, &into, &context_id)? else {
                continue;
            };
            if here != own && joins::placed_goes(db, join, (&here, &own), now, random)? {
                joins::end_visits_of_course(db, tenant, &here)?;
                touched.courses.extend([here, own]);
            }
        }
    }
}

fn one_back(db: &mut Db, join: &Join, touched: &mut Touched) -> Result<(), StoreError> {
    let tenant = &join.tenant;
    match join.kind {
        JoinKind::Person => {
            let (from, into) = join.sides::<PersonId>();
            joins::part_people(db, tenant, &join.id, &from, &into)?;
            touched.people.extend([from, into]);
        }
        JoinKind::Course => {
            let (from, into) = join.sides::<CourseId>();
            let platform = crate::store::platforms::home_of_course(db, tenant, &into)?.platform;
            joins::part_courses(db, tenant, &join.id, (&from, &into), &platform)?;
            touched.courses.extend([from, into]);
        }
        JoinKind::Platform => {
            let (people, courses): (Vec<Join>, Vec<Join>) = joins::within(db, tenant, &join.id)?
                .into_iter()
                .filter(|child| child.state == JoinState::Done)
                .partition(|child| child.kind == JoinKind::Person);
            for child in people.iter().chain(&courses) {
                one_back(db, child, touched)?;
                joins::advance(
                    db,
                    tenant,
                    &child.id,
                    JoinState::Done,
                    JoinState::Undone,
                    join.asked_at,
                )?;
            }
            joins::names_back(db, tenant, &join.id, &PlatformId::from(join.into.as_str()))?;
            joins::keys_back(db, tenant, &join.id)?;
        }
    }
    Ok(())
}
