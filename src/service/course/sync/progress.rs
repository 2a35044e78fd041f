//! How far the check of a course is, for the page that waits for it.

use chrono::{DateTime, Utc};

use crate::domain::badge::{Badge, BadgeState};
use crate::domain::course::{Checks, Course};
use crate::ids::{CourseId, TenantId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::queue::{
    AwaitTurn, BackgroundJob as _, CheckCourse, DecideBadge, DecidePerson, ReadGrades, SendScore,
};
use crate::service::base::trouble::Trouble;
use crate::store::{Db, StoreError, awards, badges, courses, jobs, readings};

/// How far a check is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CheckProgress {
    pub(crate) running: bool,
    /// Badges that are decided for everybody.
    pub(crate) done: usize,
    /// Badges to be decided.
    pub(crate) total: usize,
    pub(crate) stage: Stage,
}

/// What a check is at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The platform is asked.
    Reading,
    /// Its own interface is asked, for somebody who waits for the check.
    Beyond,
    /// So many scores are on their way to the gradebook; each is decided on once it is there.
    Scores(usize),
    /// So many people are decided alone.
    People(usize),
    /// Badges are decided as a whole.
    Badges,
    /// Nothing is under way.
    Ended(Ended),
    /// Nothing is under way, because the course is over.
    CourseOver,
}

/// What the last check left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ended {
    /// What went wrong last, if anything.
    pub(crate) problem: Option<Trouble>,
    /// When the course was read last, and will be read again.
    pub(crate) checks: Checks,
    /// Whether some decisions were given up, so that the numbers are those of before.
    pub(crate) undecided: bool,
    /// What came since the moment that was asked about.
    pub(crate) since: Option<Since>,
    pub(crate) now: DateTime<Utc>,
}

/// What came since somebody asked for a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Since {
    /// Whether the course was read since.
    pub(crate) read: bool,
    /// Awards that were made since.
    pub(crate) awards: usize,
    /// Whether the grades of the LMS itself belong to it as well, and how far they are.
    pub(crate) beyond: Beyond,
}

/// What a check knows of the grades that the interface of the LMS tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beyond {
    /// They were read, or the interface is off.
    Read,
    /// They are read once another course has been read with the same token.
    Waits,
    /// They cannot be read at present.
    Unread,
}

fn beyond(db: &mut Db, course: &Course) -> Result<Beyond, StoreError> {
    let (tenant, id) = (&course.tenant, &course.id);
    if !readings::is_on(db, tenant, id)? {
        return Ok(Beyond::Read);
    }
    if jobs::is_queued_for(db, tenant, AwaitTurn::NAME, id.as_str())? {
        return Ok(Beyond::Waits);
    }
    let trouble = readings::of_course(db, tenant, id)?.and_then(|readings| readings.trouble);
    Ok(trouble.map_or(Beyond::Read, |_| Beyond::Unread))
}

/// How far the check of a course is, and, once it has ended, what came `since` somebody asked for it. A check that waits for its time, such as the one after a launch, is not under way.
///
/// # Errors
/// [`ServiceError::NotFound`] for a course that is not there.
#[tracing::instrument(name = "progress.progress", level = "debug", skip_all)]
pub(crate) async fn progress(
    cairn: &Cairn,
    tenant: &TenantId,
    course: &CourseId,
    since: Option<DateTime<Utc>>,
) -> Result<CheckProgress, ServiceError> {
    let (tenant, course, now) = (tenant.clone(), course.clone(), cairn.clock.now());
    let found = cairn.store.read_with(move |db| {
        let known = courses::get(db, &tenant, &course)?.ok_or(ServiceError::NotFound("course"))?;
        Ok(progress_of(db, &known, since, now)?)
    });
    found.await
}

/// As [`progress`], for whoever reads already.
///
/// # Errors
/// What the store reports.
pub(in crate::service) fn progress_of(
    db: &mut Db,
    course: &Course,
    since: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<CheckProgress, StoreError> {
    let (tenant, id) = (&course.tenant, &course.id);
    let reading = jobs::is_under_way(db, tenant, CheckCourse::NAME, course.id.as_str(), now)?;
    // What it awards is told to whoever waits for the check; nobody else waits for a reading that may take an hour.
    let beyond_lti =
        since.is_some() && jobs::is_under_way(db, tenant, ReadGrades::NAME, course.id.as_str(), now)?;
    let scores = jobs::due_below(db, tenant, SendScore::NAME, course.id.as_str(), now)?;
    let people = jobs::under_way_below(db, tenant, DecidePerson::NAME, course.id.as_str(), now)?;
    let mut badges = badges::for_course(db, tenant, id)?;
    badges.retain(|badge| badge.state == BadgeState::Active);
    let (total, mut done) = (badges.len(), 0);
    // Somebody who is decided alone is decided for all badges: until then none is ready.
    if !reading && !beyond_lti && scores == 0 && people == 0 {
        for badge in &badges {
            let id = badge.id.as_str();
            done += usize::from(!jobs::is_under_way(db, tenant, DecideBadge::NAME, id, now)?);
        }
    }
    let stage = if reading {
        Stage::Reading
    } else if beyond_lti {
        Stage::Beyond
    } else if scores > 0 {
        Stage::Scores(scores)
    } else if people > 0 {
        Stage::People(people)
    } else if done < total {
        Stage::Badges
    } else if course.life.end().is_some() {
        Stage::CourseOver
    } else {
        Stage::Ended(Ended {
            problem: course.checks.problem.as_deref().map(Trouble::read),
            checks: course.checks.clone(),
            undecided: is_undecided(db, course, &badges)?,
            since: match since {
                Some(since) => Some(Since {
                    read: course.checks.last_at.is_some_and(|last| last >= since),
                    awards: awards::count_since(db, tenant, id, since)?,
                    beyond: beyond(db, course)?,
                }),
                None => None,
            },
            now,
        })
    };
    Ok(CheckProgress {
        running: reading || beyond_lti || scores > 0 || people > 0 || done < total,
        done,
        total,
        stage,
    })
}

/// Whether decisions of these badges were given up.
fn is_undecided(db: &mut Db, course: &Course, badges: &[Badge]) -> Result<bool, StoreError> {
    let tenant = &course.tenant;
    if !jobs::given_up_below(db, tenant, DecidePerson::NAME, course.id.as_str(), 1)?.is_empty() {
        return Ok(true);
    }
    for badge in badges {
        let standing = jobs::standing(db, tenant, DecideBadge::NAME, badge.id.as_str())?;
        if matches!(standing, jobs::Standing::GivenUp(_)) {
            return Ok(true);
        }
    }
    Ok(false)
}
