//! Trying out what a token can read, on a course: what is missing is named, since a key that lacks a scope, and a role that became
//! too weak, are noticed by nobody otherwise.

use gradebook_rest::canvas::{Canvas, Check, Includes};
use gradebook_rest::moodle::{self, Expected, Moodle};
use gradebook_rest::{Reason, Remedy, Sight};

use super::{SCOPES, switched};
use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::course::Course;
use crate::domain::rest_access::{
    Access, Counts, Fault, Finding, Findings, Grant, GrantState, Interface, List,
};
use crate::ids::{PlatformId, RestGrantId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::operator::Operator;
use crate::service::base::refusal::RestRefusal;
use crate::service::base::rest_access::{Reader, RestTrouble, away, build, course_id, fault, renew};
use crate::store::{StoreError, audit, courses, rest_accesses};

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
    let by = by.into();
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
    of_grant(cairn, &by.actor(), &access, &grant).await
}

/// Tries a token, and keeps what it found and how it stands.
pub(super) async fn of_grant(
    cairn: &Cairn,
    actor: &Actor,
    access: &Access,
    grant: &Grant,
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
                None => rest_accesses::a_course(db, &tenant, &platform)?,
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
    match build(cairn, access, grant).await {
        Ok(mut reader) => {
            try_out(cairn, &mut reader, course.as_ref(), grant, listed, &mut found).await?;
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
        counts: found.counts,
    };
    keep(cairn, actor, access, grant, version, findings.clone()).await?;
    Ok(findings)
}

/// Whether nothing can be said to work beside it.
fn hinders(finding: &Finding) -> bool {
    matches!(
        finding,
        Finding::Refused(_) | Finding::Consent | Finding::Away | Finding::CourseGone | Finding::NoCourse
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

async fn try_out(
    cairn: &Cairn,
    reader: &mut Reader,
    course: Option<&Course>,
    grant: &Grant,
    listed: i64,
    found: &mut Found,
) -> Result<(), ServiceError> {
    match reader.clone() {
        Reader::Moodle(moodle, _) => {
            let expected = Expected {
                people: usize::try_from(listed).ok().filter(|listed| *listed > 0),
                // Only those of the same course can be compared.
                earlier: grant.tested.as_ref().and_then(|(earlier, _)| {
                    let is_same = earlier.course.as_ref() == course.map(|course| &course.id);
                    earlier.counts.filter(|_| is_same).map(as_counted)
                }),
            };
            of_moodle(&moodle, course, &expected, found).await;
            Ok(())
        }
        Reader::Canvas(canvas, _) => {
            let Some(course) = course else {
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

async fn of_moodle(moodle: &Moodle, course: Option<&Course>, expected: &Expected, found: &mut Found) {
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
    if site.is_administrator {
        found.note(Finding::SiteAdministrator);
    }
    if site.superfluous > 0 {
        found.note(Finding::Superfluous(counted(site.superfluous)));
    }
    let Some(course) = course else {
        return found.note(Finding::NoCourse);
    };
    match moodle
        .check(&course_id(Interface::Moodle, course), expected)
        .await
    {
        Ok(check) => {
            for (_, reason) in &check.refused {
                found.refused(reason);
            }
            for short in &check.short {
                found.note(Finding::Short {
                    list: list(short.list),
                    found: counted(short.found),
                    expected: counted(short.expected),
                    capabilities: short.capabilities.iter().map(|one| (*one).to_owned()).collect(),
                });
            }
            found.counts = Some(of_counts(&check.counts));
        }
        Err(error) => found.refused(&error.reason),
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

/// Keeps what was found, and how the token stands after that. Where the platform was out of reach that stays as it was.
async fn keep(
    cairn: &Cairn,
    actor: &Actor,
    access: &Access,
    grant: &Grant,
    version: i64,
    findings: Findings,
) -> Result<(), ServiceError> {
    let (now, random) = cairn.moment();
    let (tenant, platform, id) = (access.tenant.clone(), access.platform.clone(), grant.id.clone());
    let (actor, is_for_all) = (actor.clone(), grant.course.is_none());
    let kept = cairn.store.write(move |db| -> Result<(), StoreError> {
        rest_accesses::set_findings(db, &tenant, &id, &findings, now)?;
        let state = match findings.fault() {
            _ if findings.found.contains(&Finding::Consent) => Some((GrantState::Consent, None)),
            // Of one course among many: others are read all the same.
            Some(Fault::NotAllowed) if is_for_all => Some((GrantState::On, None)),
            Some(fault) => Some((GrantState::Refused, Some(fault))),
            None if findings.found.contains(&Finding::Away) => None,
            None => Some((GrantState::On, None)),
        };
        if let Some((state, fault)) = state {
            rest_accesses::set_state(db, &tenant, &id, version, state, fault, now)?;
        }
        if findings.is_faulty() {
            let entry = Entry::new(&tenant, actor, Action::RestTestedFaulty, platform.as_str(), now);
            audit::record(db, &entry, random.as_ref())?;
        }
        Ok(())
    });
    Ok(kept.await?)
}
