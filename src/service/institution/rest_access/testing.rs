//! Trying out what a token can read, on a course: what is missing is named, since a key that lacks a scope, and a role that became
//! too weak, are noticed by nobody otherwise.

use chrono::{DateTime, Utc};
use gradebook_rest::canvas::{Canvas, Check, Includes};
use gradebook_rest::moodle::{self, Expected, Moodle};
use gradebook_rest::{Reason, Remedy, Sight};

use super::{SCOPES, switched};
use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::cause::Cause;
use crate::domain::course::Course;
use crate::domain::rest_access::{
    Access, Counts, Fault, Finding, Findings, Grant, GrantState, Interface, List,
};
use crate::ids::{PlatformId, RestGrantId};
use crate::random::Random;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::operator::Operator;
use crate::service::base::queue::{self, ReadGrades};
use crate::service::base::refusal::RestRefusal;
use crate::service::base::rest_access::{Reader, RestTrouble, away, build, course_id, fault, renew};
use crate::store::{Db, StoreError, audit, courses, rest_accesses, rest_courses};

/// Which counts later ones are held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    /// The most that was ever found: what is missing once is not forgotten by looking again.
    Most,
    /// Those of this test.
    Anew,
}

/// What is found before anything is kept.
#[derive(Debug, Default)]
struct Found {
    all: Vec<Finding>,
    counts: Option<Counts>,
}

impl Found {
    /// Each once.
    fn note(&mut self, finding: Finding) {
        if !self.all.contains(&finding) {
            self.all.push(finding);
        }
    }

    /// Why something did not go.
    fn refused(&mut self, reason: &Reason) {
        self.note(match (reason.remedy(), fault(reason)) {
            (Remedy::Refresh | Remedy::Consent, _) => Finding::Consent,
            (Remedy::Gone, _) => Finding::CourseGone,
            (_, Some(fault)) => Finding::Refused(fault),
            (_, None) if away(reason).is_some() => Finding::Away,
            (_, None) => Finding::Refused(Fault::Unreadable),
        });
    }
}

/// Tries a token of a platform, and keeps what it found: the one for all courses, or one of a course's teacher.
///
/// # Errors
/// [`ServiceError::NotFound`] for a platform or a token that is not there or out of reach; that it is switched off.
#[tracing::instrument(name = "rest_access.test", skip_all, fields(platform = id.as_str(), grant = grant.as_str()))]
pub(crate) async fn test<'a>(
    cairn: &Cairn,
    by: impl Into<Operator<'a>>,
    id: &PlatformId,
    grant: &RestGrantId,
) -> Result<Findings, ServiceError> {
    tested(cairn, by.into(), id, grant, Measure::Most).await
}

/// Tries a token as [`test()`] does, and from now on holds later counts against those that it finds: somebody who knows the course
/// says that they are right.
///
/// # Errors
/// As [`test()`].
#[tracing::instrument(name = "rest_access.accept_counts", skip_all, fields(platform = id.as_str(), grant = grant.as_str()))]
pub(crate) async fn accept_counts<'a>(
    cairn: &Cairn,
    by: impl Into<Operator<'a>>,
    id: &PlatformId,
    grant: &RestGrantId,
) -> Result<Findings, ServiceError> {
    tested(cairn, by.into(), id, grant, Measure::Anew).await
}

async fn tested(
    cairn: &Cairn,
    by: Operator<'_>,
    id: &PlatformId,
    grant: &RestGrantId,
    measure: Measure,
) -> Result<Findings, ServiceError> {
    let (scope, id, wanted) = (by.scope(), id.clone(), grant.clone());
    let (access, grant) = cairn
        .store
        .read_with(move |db| -> Result<_, ServiceError> {
            let (tenant, access) = switched(db, &scope, &id)?;
            let grant = rest_accesses::grant(db, &tenant, &wanted)?;
            let grant = grant.filter(|grant| grant.access == access.id);
            Ok((access, grant.ok_or(ServiceError::NotFound("token"))?))
        })
        .await?;
    if !access.is_on {
        return Err(RestRefusal::NotOn.into());
    }
    of_grant(cairn, &by.actor(), &access, &grant, measure).await
}

/// Tries a token, and keeps what it found and how it stands.
pub(super) async fn of_grant(
    cairn: &Cairn,
    actor: &Actor,
    access: &Access,
    grant: &Grant,
    measure: Measure,
) -> Result<Findings, ServiceError> {
    let (tenant, platform, own) = (
        access.tenant.clone(),
        access.platform.clone(),
        grant.course.clone(),
    );
    let (course, listed) = cairn
        .store
        .read(move |db| {
            let id = match own {
                Some(own) => Some(own),
                None => rest_courses::to_try(db, &tenant, &platform)?,
            };
            let Some(id) = id else {
                return Ok((None, 0));
            };
            let course = courses::get(db, &tenant, &id)?;
            Ok((course, rest_accesses::on_member_list(db, &tenant, &id)?))
        })
        .await?;
    let mut found = Found::default();
    let mut version = grant.version;
    // Only those of the same course can be compared.
    let earlier = grant.tested.as_ref().and_then(|(earlier, _)| {
        let is_same = earlier.course.as_ref() == course.as_ref().map(|course| &course.id);
        earlier.counts.filter(|_| is_same)
    });
    let of = Of {
        course: course.as_ref(),
        listed: usize::try_from(listed).ok().filter(|listed| *listed > 0),
        earlier: earlier.map(as_counted),
        measure,
    };
    match build(cairn, access, grant).await {
        Ok(mut reader) => {
            try_out(cairn, &mut reader, &of, &mut found).await?;
            version = reader.held().version();
        }
        Err(trouble) => found.note(of_trouble(trouble)?),
    }
    if !found.all.iter().any(hinders) {
        found.all.insert(0, Finding::Works);
    }
    let findings = Findings {
        course: course.map(|course| course.id),
        found: found.all,
        // Nothing was counted: the measure stays.
        counts: found.counts.or(earlier),
    };
    keep(cairn, actor, access, grant, version, findings.clone(), measure).await?;
    Ok(findings)
}

/// Whether nothing can be said to work beside it.
fn hinders(finding: &Finding) -> bool {
    matches!(
        finding,
        Finding::Refused(_)
            | Finding::Consent
            | Finding::Away
            | Finding::CourseGone
            | Finding::NoCourse
            // What is not whole is not said to work.
            | Finding::Short { .. }
    )
}

fn of_trouble(trouble: RestTrouble) -> Result<Finding, ServiceError> {
    match trouble {
        RestTrouble::Consent => Ok(Finding::Consent),
        RestTrouble::Refused(fault) => Ok(Finding::Refused(fault)),
        RestTrouble::Away(_) => Ok(Finding::Away),
        RestTrouble::Failed(error) => Err(error),
    }
}

/// What a token is tried on.
struct Of<'a> {
    course: Option<&'a Course>,
    /// On the roster of LTI.
    listed: Option<usize>,
    /// What was found on the same course before.
    earlier: Option<moodle::Counts>,
    measure: Measure,
}

async fn try_out(
    cairn: &Cairn,
    reader: &mut Reader,
    of: &Of<'_>,
    found: &mut Found,
) -> Result<(), ServiceError> {
    match reader.clone() {
        Reader::Moodle(moodle, _) => {
            of_moodle(&moodle, of, found).await;
            Ok(())
        }
        Reader::Canvas(canvas, _) => {
            let Some(course) = of.course else {
                found.note(Finding::NoCourse);
                return Ok(());
            };
            let id = course_id(Interface::Canvas, course);
            if let Some(Reason::TokenRefused) = of_canvas(&canvas, &id, found).await {
                // Perhaps it only came to its end: once more with a new one.
                match renew(cairn, reader).await {
                    Ok(()) => {
                        if of_canvas(&canvas, &id, found).await.is_some() {
                            found.note(Finding::Consent);
                        }
                    }
                    Err(trouble) => found.note(of_trouble(trouble)?),
                }
            }
            Ok(())
        }
    }
}

/// The reason, where a new token may help.
async fn of_canvas(canvas: &Canvas, course: &str, found: &mut Found) -> Option<Reason> {
    match canvas.check(course, &SCOPES).await {
        Ok(check) => {
            of_check(&check, found);
            None
        }
        Err(error) if error.reason == Reason::TokenRefused => Some(error.reason),
        Err(error) => {
            found.refused(&error.reason);
            None
        }
    }
}

fn of_check(check: &Check, found: &mut Found) {
    for scope in &check.missing {
        found.note(Finding::Refused(Fault::Scope(scope.as_str().to_owned())));
    }
    for (_, reason) in &check.refused {
        found.refused(reason);
    }
    if check.includes == Includes::Cut {
        found.note(Finding::IncludesCut);
    }
    if matches!(check.sight, Sight::Sections(_)) {
        found.note(Finding::OwnSectionsOnly);
    }
    if check.is_concluded() {
        found.note(Finding::CourseConcluded);
    }
}

async fn of_moodle(moodle: &Moodle, of: &Of<'_>, found: &mut Found) {
    let site = match moodle.site_info().await {
        Ok(site) => site,
        Err(error) => return found.refused(&error.reason),
    };
    if !site.is_issuer {
        // Its ids mean other people and other courses.
        return found.note(Finding::Refused(Fault::OtherSite));
    }
    for function in &site.missing {
        found.note(Finding::Refused(Fault::Function(function.as_str().to_owned())));
    }
    if !site.names_categories {
        found.note(Finding::Unnamed);
    }
    if site.is_administrator {
        found.note(Finding::SiteAdministrator);
    }
    if site.superfluous > 0 {
        found.note(Finding::Superfluous(counted(site.superfluous)));
    }
    let Some(course) = of.course else {
        return found.note(Finding::NoCourse);
    };
    if let Err(error) = of_role(moodle, &course_id(Interface::Moodle, course), of, found).await {
        found.refused(&error.reason);
    }
}

/// Counts what the role sees of a course, and tries what no count shows.
async fn of_role(
    moodle: &Moodle,
    course: &str,
    of: &Of<'_>,
    found: &mut Found,
) -> Result<(), gradebook_rest::Error> {
    let expected = Expected {
        people: of.listed,
        earlier: of.earlier.filter(|_| of.measure == Measure::Most),
    };
    let check = moodle.check(course, &expected).await?;
    for (_, reason) in &check.refused {
        found.refused(reason);
    }
    for short in &check.short {
        found.note(Finding::Short {
            list: list(short.list),
            found: counted(short.found),
            expected: counted(short.expected),
            capabilities: words(short.capabilities),
        });
    }
    found.counts = Some(of_counts(&measure(&check, of)));
    let tries = moodle.tries(course, &check).await?;
    if !tries.lacking.is_empty() {
        found.note(Finding::Lacks(words(&tries.lacking)));
    }
    if !tries.untried.is_empty() {
        found.note(Finding::Untried(words(&tries.untried)));
    }
    Ok(())
}

fn words(all: &[&str]) -> Vec<String> {
    all.iter().map(|one| (*one).to_owned()).collect()
}

/// What later counts are held against: what could not be counted now stays as it was.
fn measure(check: &moodle::Check, of: &Of<'_>) -> moodle::Counts {
    let (now, earlier) = (&check.counts, of.earlier.unwrap_or_default());
    let of_list = |list: moodle::List, now: usize, earlier: usize| match of.measure {
        Measure::Anew if check.measured.contains(&list) => now,
        Measure::Anew => earlier,
        Measure::Most => now.max(earlier),
    };
    moodle::Counts {
        people: of_list(moodle::List::People, now.people, earlier.people),
        groups: of_list(moodle::List::Groups, now.groups, earlier.groups),
        columns: of_list(moodle::List::Columns, now.columns, earlier.columns),
        activities: of_list(moodle::List::Activities, now.activities, earlier.activities),
        assignments: of_list(moodle::List::Assignments, now.assignments, earlier.assignments),
        quizzes: of_list(moodle::List::Quizzes, now.quizzes, earlier.quizzes),
    }
}

fn counted(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

const fn list(list: moodle::List) -> List {
    match list {
        moodle::List::People => List::People,
        moodle::List::Groups => List::Groups,
        moodle::List::Columns => List::Columns,
        moodle::List::Activities => List::Activities,
        moodle::List::Assignments => List::Assignments,
        moodle::List::Quizzes => List::Quizzes,
    }
}

fn of_counts(counts: &moodle::Counts) -> Counts {
    Counts {
        people: counted(counts.people),
        groups: counted(counts.groups),
        columns: counted(counts.columns),
        activities: counted(counts.activities),
        assignments: counted(counts.assignments),
        quizzes: counted(counts.quizzes),
    }
}

fn as_counted(counts: Counts) -> moodle::Counts {
    let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    moodle::Counts {
        people: size(counts.people),
        groups: size(counts.groups),
        columns: size(counts.columns),
        activities: size(counts.activities),
        assignments: size(counts.assignments),
        quizzes: size(counts.quizzes),
    }
}

/// Has the courses read that a token is for, now that it works: all of them the first time, later those that could not be read.
fn read_again(
    db: &mut Db,
    access: &Access,
    grant: &Grant,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let is_new = grant.tested.is_none();
    let courses = rest_courses::to_read(db, &access.tenant, &access.platform, is_new)?;
    let courses = courses
        .into_iter()
        .filter(|(course, _)| grant.course.as_ref().is_none_or(|own| own == course));
    for (course, registration) in courses {
        let job = ReadGrades {
            course,
            cause: Cause::Schedule,
            platform: Some(registration),
        };
        queue::enqueue(db, &access.tenant, &job, now, now, random)?;
    }
    Ok(())
}

/// Keeps what was found, and how the token stands after that. Where the platform was out of reach that stays as it was.
async fn keep(
    cairn: &Cairn,
    actor: &Actor,
    access: &Access,
    grant: &Grant,
    version: i64,
    findings: Findings,
    measure: Measure,
) -> Result<(), ServiceError> {
    let (now, random) = cairn.moment();
    let (tenant, platform, id) = (access.tenant.clone(), access.platform.clone(), grant.id.clone());
    let (actor, is_for_all) = (actor.clone(), grant.course.is_none());
    let (access, grant) = (access.clone(), grant.clone());
    let kept = cairn.store.write(move |db| -> Result<(), StoreError> {
        rest_accesses::set_findings(db, &tenant, &id, &findings, now)?;
        let state = match findings.fault() {
            _ if findings.found.contains(&Finding::Consent) => Some((GrantState::Consent, None)),
            // Of one course among many: others are read all the same.
            Some(Fault::NotAllowed) if is_for_all => Some((GrantState::On, None)),
            Some(fault) if is_for_all && fault.is_of_one_course() => Some((GrantState::On, Some(fault))),
            Some(fault) => Some((GrantState::Refused, Some(fault))),
            None if findings.found.contains(&Finding::Away) => None,
            None => Some((GrantState::On, None)),
        };
        if let Some((state, fault)) = state {
            rest_accesses::set_state(db, &tenant, &id, version, state, fault, now)?;
        }
        if findings.found.contains(&Finding::Works) {
            read_again(db, &access, &grant, now, random.as_ref())?;
        }
        if measure == Measure::Anew {
            let entry = Entry::new(
                &tenant,
                actor.clone(),
                Action::RestCountsAccepted,
                platform.as_str(),
                now,
            );
            audit::record(db, &entry, random.as_ref())?;
        }
        if findings.is_faulty() {
            let entry = Entry::new(&tenant, actor, Action::RestTestedFaulty, platform.as_str(), now);
            audit::record(db, &entry, random.as_ref())?;
        }
        Ok(())
    });
    Ok(kept.await?)
}
