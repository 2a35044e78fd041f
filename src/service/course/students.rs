//! People of whom the platform cannot tell whether they are students: a teacher is asked, and may think better of it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::domain::audit::Action;
use crate::domain::cause::Cause;
use crate::domain::membership::{Answered, Doubt, Membership};
use crate::domain::people::{Enrolment, Person};
use crate::domain::policy::Power;
use crate::ids::PersonId;
use crate::random::Random;
use crate::service::Cairn;
use crate::service::base::clash::{self, Clash, Saving, Seen};
use crate::service::base::error::ServiceError;
use crate::service::base::policies;
use crate::service::base::queue::{self, DecidePerson};
use crate::service::base::refusal::CourseRefusal;
use crate::service::base::session::Visitor;
use crate::store::{Db, audit, enrolments, people};

/// Somebody who waits until a teacher has said whether they are a student.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InDoubt {
    /// What its buttons were shown with.
    pub(crate) seen: Seen,
    pub(crate) person: Person,
    pub(crate) doubt: Doubt,
}

/// Somebody of whom a teacher has said it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    /// What its buttons were shown with.
    pub(crate) seen: Seen,
    pub(crate) person: Person,
    pub(crate) is_student: bool,
    /// The name of whoever said it; none for somebody who was erased since.
    pub(crate) by: Option<String>,
    pub(crate) at: DateTime<Utc>,
}

/// Those of a course about whom a teacher is asked, and those about whom one has answered, each by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) waiting: Vec<InDoubt>,
    pub(crate) told: Vec<Told>,
    /// Whether the visitor may answer.
    pub(crate) may_answer: bool,
}

/// Who waits in the visit's course, and who was answered about.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors.
#[tracing::instrument(name = "students.asked", level = "debug", skip_all)]
pub(crate) async fn asked(cairn: &Cairn, visitor: &Visitor) -> Result<(Asked, DateTime<Utc>), ServiceError> {
    let (visitor, now) = (visitor.clone(), cairn.clock.now());
    let found = cairn.store.read_with(move |db| asked_of(db, &visitor));
    Ok((found.await?, now))
}

/// As [`asked`], for whoever reads already.
///
/// # Errors
/// As [`asked`].
pub(in crate::service) fn asked_of(db: &mut Db, visitor: &Visitor) -> Result<Asked, ServiceError> {
    visitor.look()?;
    let tenant = visitor.tenant();
    let mut asked = Asked {
        may_answer: policies::powers_of(db, visitor)?.approve,
        ..Asked::default()
    };
    let found = enrolments::asked(db, tenant, &visitor.course.id)?;
    let by: Vec<PersonId> = found
        .iter()
        .filter_map(|(_, enrolment)| enrolment.answer.as_ref()?.by.clone())
        .collect();
    let names = people::by_ids(db, tenant, &by)?;
    for (person, enrolment) in found {
        if let Membership::Waits(doubt) = enrolment.membership() {
            let seen = seen(&enrolment);
            asked.waiting.push(InDoubt { person, doubt, seen });
        } else if let (seen, Some(answer)) = (seen(&enrolment), enrolment.answer) {
            let by = answer.by.and_then(|by| names.get(&by));
            asked.told.push(Told {
                person,
                is_student: answer.is_student,
                seen,
                by: by.map(Person::display_name),
                at: answer.at,
            });
        }
    }
    Ok(asked)
}

/// Keeps whether somebody is a student of the visit's course, of whom the platform cannot tell. Saying it twice is saying
/// it once. What was awarded before stays.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::Policy`] where the institution does not let them;
/// [`ServiceError::NotFound`] for somebody of elsewhere, [`ServiceError::Refused`] where the platform tells it.
#[tracing::instrument(name = "students.answer", skip_all, fields(person = person.as_str(), is_student))]
pub(crate) async fn answer(
    cairn: &Cairn,
    visitor: &Visitor,
    person: &PersonId,
    is_student: bool,
    shown: Option<&Seen>,
) -> Result<Saving<Answered>, ServiceError> {
    visitor.teach()?;
    let (now, random) = (cairn.clock.now(), Arc::clone(&cairn.random));
    let (asker, of, shown) = (visitor.clone(), person.clone(), shown.cloned());
    let kept = cairn.store.write_with(move |db| {
        policies::require(db, &asker, Power::Approve)?;
        answer_in(
            db,
            &asker,
            &of,
            (is_student, shown.as_ref()),
            now,
            random.as_ref(),
        )
    });
    match kept.await {
        Ok(()) => Ok(Saving::Done),
        Err(error) if clash::was_faster(&error) => {
            let (visitor, person) = (visitor.clone(), person.clone());
            let met = cairn.store.read_with(move |db| meanwhile(db, &visitor, &person));
            Ok(Saving::Clash(Box::new(met.await?)))
        }
        Err(error) => Err(error),
    }
}

/// What a page shows of an answer that another one changes.
fn seen(enrolment: &Enrolment) -> Seen {
    Seen::of(&said(enrolment))
}

fn said(enrolment: &Enrolment) -> Option<(bool, DateTime<Utc>)> {
    let answer = enrolment.answer.as_ref();
    answer.map(|answer| (answer.is_student, answer.at))
}

/// What somebody else answered.
fn meanwhile(db: &mut Db, visitor: &Visitor, person: &PersonId) -> Result<Clash<Answered>, ServiceError> {
    let (tenant, course) = (visitor.tenant(), &visitor.course.id);
    let now_is = enrolments::get(db, tenant, course, person)?.ok_or(ServiceError::NotFound("student"))?;
    let seen = seen(&now_is);
    // One that was taken back by what the platform says asks anew.
    let theirs = now_is.answer.ok_or(CourseRefusal::StudentNotInDoubt)?;
    let by = match &theirs.by {
        Some(by) => people::get(db, tenant, by)?,
        None => None,
    };
    Ok(Clash {
        by: by.as_ref().map(Person::display_name),
        is_own: theirs.by.as_ref() == Some(&visitor.person.id),
        at: Some(theirs.at),
        theirs,
        seen,
    })
}

fn answer_in(
    db: &mut Db,
    visitor: &Visitor,
    person: &PersonId,
    (is_student, shown): (bool, Option<&Seen>),
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), ServiceError> {
    let (tenant, course) = (visitor.tenant(), &visitor.course.id);
    let known = enrolments::get(db, tenant, course, person)?.ok_or(ServiceError::NotFound("student"))?;
    if !known.may_be_answered() {
        return Err(CourseRefusal::StudentNotInDoubt.into());
    }
    let waits = matches!(known.membership(), Membership::Waits(_));
    let says_so = known.answer.as_ref().map(|answer| answer.is_student);
    if says_so == Some(is_student) && !waits {
        return Ok(());
    }
    clash::check(shown, &said(&known))?;
    enrolments::hold_answer(db, tenant, course, person, known.answer.as_ref())?;
    let answered = Answered {
        is_student,
        by: Some(visitor.person.id.clone()),
        at: now,
    };
    enrolments::answer(db, tenant, course, person, &answered)?;
    let entry = visitor.entry(Action::StudentAnswered, person.as_str(), now);
    let entry = entry.detail(json!({ "course": course, "is_student": is_student }));
    audit::record(db, &entry, random)?;
    let now_is = Enrolment {
        answer: Some(answered),
        ..known
    };
    if now_is.may_be_awarded() {
        let job = DecidePerson {
            course: course.clone(),
            person: person.clone(),
            cause: Cause::Fact,
        };
        queue::enqueue(db, tenant, &job, now, now, random)?;
    }
    Ok(())
}
