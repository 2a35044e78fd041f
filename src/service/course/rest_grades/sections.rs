//! Sections of Canvas and groups of Moodle, as a reading of the whole course tells them. Only what tells of everybody replaces
//! what is known: whoever may see less gets shorter lists, without an error.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use gradebook_rest::canvas::Canvas;
use gradebook_rest::moodle::Person;
use gradebook_rest::{CourseGrades, Remedy};

use super::session::{Session, Stop};
use super::why::why;
use crate::domain::course::Course;
use crate::domain::reading::Part;
use crate::domain::section::{NamedSection, SectionKind, SectionSource};
use crate::random::Random;
use crate::service::base::error::ServiceError;
use crate::store::sections::{self, Said};
use crate::store::{Db, StoreError, readings};

/// Canvas: the sections in which the enrolments that were read say that students are.
pub(super) async fn of_canvas(
    session: &mut Session<'_>,
    canvas: &Canvas,
    course: &str,
    grades: &CourseGrades,
) -> Result<(), Stop> {
    let Some(members) = grades.sections() else {
        return Ok(());
    };
    let listed = loop {
        match canvas.sections(course).await {
            Ok(listed) => break listed,
            Err(error) if matches!(error.remedy(), Remedy::Wait(_) | Remedy::Refresh) => {
                session.mend(&error).await?;
            }
            // The grades were read all the same.
            Err(error) => {
                if let Some(coverage) = &mut session.readings.coverage {
                    coverage.lacks(Part::Sections, why(&error.reason));
                }
                return Ok(());
            }
        }
    };
    session.answered();
    let sections = listed.rows.iter();
    let names: HashMap<&str, &str> = sections
        .map(|section| (section.id.as_str(), section.name.as_str()))
        .collect();
    let mut said = Vec::with_capacity(members.len());
    for (key, ids) in members {
        let named = ids
            .iter()
            .map(|id| NamedSection::of(Some(id.as_str()), names.get(id.as_str())?));
        let Some(named) = named.collect::<Option<Vec<NamedSection>>>() else {
            // The list of names is shorter than what it names.
            return Ok(());
        };
        if let Some(person) = session.folk.of(key) {
            said.push((person, named));
        }
    }
    keep(session, SectionKind::Section, said).await
}

/// Moodle: the groups that its list of people names, where every student of the course is in that list.
pub(super) async fn of_moodle(session: &mut Session<'_>, listed: &[Person]) -> Result<(), Stop> {
    let mut said: Vec<Said> = Vec::with_capacity(listed.len());
    for one in listed.iter().filter(|person| !person.is_staff) {
        let groups = one.groups.iter();
        let named = groups.map(|id| NamedSection::of(Some(id.as_str()), one.group_names.get(id)?));
        let Some(named) = named.collect::<Option<Vec<NamedSection>>>() else {
            return Ok(());
        };
        if let Some(person) = session.folk.of(&one.key) {
            said.push((person, named));
        }
    }
    // Whoever is staff there may be a student by the member list, which cannot tell an assistant from a student.
    let tells_of_all = {
        let told: HashSet<&str> = listed.iter().map(|one| one.key.as_str()).collect();
        let students = session.folk.students();
        !students.is_empty() && students.iter().all(|(key, _)| told.contains(key))
    };
    if !tells_of_all {
        return Ok(());
    }
    keep(session, SectionKind::Group, said).await
}

/// Takes over what was told of everybody.
async fn keep(session: &Session<'_>, kind: SectionKind, said: Vec<Said>) -> Result<(), Stop> {
    let (now, random) = session.cairn.moment();
    let course = session.course.clone();
    let kept = session
        .cairn
        .store
        .write_retrying(move |db| -> Result<_, ServiceError> {
            let is_on = readings::is_on(db, &course.tenant, &course.id)?;
            if is_on {
                sections::replace_for(db, told(&course, kind), &said, now, random.as_ref())?;
            }
            Ok(is_on)
        });
    if kept.await? { Ok(()) } else { Err(Stop::Off) }
}

/// The interface is off: what it told of sections is gone with it, as a file's is.
pub(super) fn forget(
    db: &mut Db,
    course: &Course,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    for kind in [SectionKind::Section, SectionKind::Group] {
        sections::replace_for(db, told(course, kind), &[], now, random)?;
    }
    Ok(())
}

fn told(course: &Course, kind: SectionKind) -> sections::Told<'_> {
    sections::Told {
        tenant: &course.tenant,
        course: &course.id,
        source: SectionSource::Rest,
        kind,
    }
}
