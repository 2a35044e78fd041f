//! How a class came along: when badges were earned, and where the students stood on each day.
//!
//! Awards say when they were made. Where students stood is counted once a day, by the first check of the course on it, because
//! decisions change; and before that check reads anything, so that it is what everybody could see.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::badge::{Badge, BadgeState};
use crate::domain::design_review::RuleProblem;
use crate::domain::facts::GradeSource;
use crate::domain::rule::Condition;
use crate::domain::stage::{Funnel, Search, Sought, Stage};
use crate::domain::zone::Zone;
use crate::ids::{BadgeId, CourseId, TenantId};
use crate::service::Cairn;
use crate::service::award::progress::columns;
use crate::service::badge::design;
use crate::service::base::error::ServiceError;
use crate::service::base::names;
use crate::service::base::session::Visitor;
use crate::store::{Db, StoreError, class, over_time, rules, tenants};

/// How a class came along.
#[derive(Debug, Clone)]
pub(crate) struct OverTime {
    /// All badges of the course that are not drafts, oldest first.
    pub(crate) badges: Vec<Badge>,
    /// The one that this is about; none for all of them together.
    pub(crate) badge: Option<Badge>,
    /// Where the grades are read that the rule of that badge asks for, or those of all badges.
    pub(crate) sources: Vec<GradeSource>,
    /// Which of them nobody can earn now, each with the reason; of one badge that one alone.
    pub(crate) not_earnable: Vec<(BadgeId, RuleProblem)>,
    /// Students of the course now.
    pub(crate) students: i64,
    /// How many badges these students earned for the first time on a day and have not lost, by the days on which any were.
    pub(crate) awards: BTreeMap<NaiveDate, i64>,
    /// Where students stood on the days on which it was counted.
    pub(crate) funnels: BTreeMap<NaiveDate, Funnel>,
    /// The zone of these days.
    pub(crate) zone: Zone,
    pub(crate) now: DateTime<Utc>,
}

/// How the class of a visit came along, with one of its badges or with all of them. A badge of elsewhere is none.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors.
#[tracing::instrument(name = "over_time.seen", level = "debug", skip_all)]
pub(crate) async fn seen(
    cairn: &Cairn,
    visitor: &Visitor,
    badge: Option<BadgeId>,
) -> Result<OverTime, ServiceError> {
    visitor.look()?;
    let (tenant, course) = (visitor.tenant().clone(), visitor.course.id.clone());
    let (zone, now) = (visitor.zone(), cairn.clock.now());
    let found = cairn.store.read(move |db| {
        let badges = columns(db, &tenant, &course)?;
        let badge = badge.and_then(|asked| badges.iter().find(|badge| badge.id == asked).cloned());
        let about = badge.as_ref().map(|badge| &badge.id);
        let mut awards: BTreeMap<NaiveDate, i64> = BTreeMap::new();
        for (at, count) in over_time::first_awards(db, &tenant, &course, about)? {
            *awards.entry(zone.day(at)).or_default() += count;
        }
        let mut asked = rules::all_active_for_course(db, &tenant, &course)?;
        asked.retain(|rule| about.is_none_or(|badge| rule.badge == *badge));
        let conditions: Vec<&Condition> = asked.iter().flat_map(|rule| rule.root.conditions()).collect();
        let sources = names::of_course(db, &tenant, &course)?.sources(&conditions);
        let mut not_earnable = design::not_earnable(db, &badges)?;
        not_earnable.retain(|(id, _)| about.is_none_or(|badge| id == badge));
        Ok(OverTime {
            sources,
            not_earnable,
            funnels: over_time::funnels(db, &tenant, &course, about)?,
            students: class::count(db, &tenant, &course, &Search::default(), now)?,
            awards,
            badge,
            badges,
            zone,
            now,
        })
    });
    Ok(found.await?)
}

/// Keeps where the students of a course stand today with each of its badges, unless that was done today. Says how many badges
/// were counted.
///
/// # Errors
/// Trouble with the database.
#[tracing::instrument(name = "over_time.keep_day", level = "debug", skip_all, fields(course = course.as_str()))]
pub(crate) async fn keep_day(
    cairn: &Cairn,
    tenant: &TenantId,
    course: &CourseId,
) -> Result<usize, ServiceError> {
    let (owner, id, now) = (tenant.clone(), course.clone(), cairn.clock.now());
    let found = cairn.store.read(move |db| uncounted(db, &owner, &id, now));
    let (day, left) = found.await?;
    let mut kept = 0;
    // One badge after another, so that nothing waits for long: each is counted in its own look.
    for badge in left {
        let (owner, id, about) = (tenant.clone(), course.clone(), badge.clone());
        let funnel = cairn
            .store
            .read(move |db| stands_now(db, &owner, &id, &about, now));
        let (funnel, owner) = (funnel.await?, tenant.clone());
        let added = cairn
            .store
            .write(move |db| over_time::keep_once(db, &owner, &badge, day, funnel));
        kept += usize::from(added.await?);
    }
    Ok(kept)
}

/// Today, and the badges that students can come nearer to and of which today is not kept.
fn uncounted(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    now: DateTime<Utc>,
) -> Result<(NaiveDate, Vec<BadgeId>), StoreError> {
    let day = tenants::zone(db, tenant)?.day(now);
    let mut left: Vec<BadgeId> = columns(db, tenant, course)?
        .into_iter()
        // What rests was decided before it did, and what is retired changes no more.
        .filter(|badge| badge.state == BadgeState::Active)
        .map(|badge| badge.id)
        .collect();
    let counted = over_time::counted(db, tenant, &left, day)?;
    left.retain(|badge| !counted.contains(badge));
    Ok((day, left))
}

/// Where the students of a course stand with a badge.
fn stands_now(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    badge: &BadgeId,
    now: DateTime<Utc>,
) -> Result<Funnel, StoreError> {
    let mut at = |stage: Option<Stage>| {
        let search = Search {
            badge: Some(badge.clone()),
            standing: stage.map(Sought::At),
            ..Search::default()
        };
        class::count(db, tenant, course, &search, now)
    };
    Ok(Funnel {
        students: at(None)?,
        earned: at(Some(Stage::Earned))?,
        met: at(Some(Stage::Met))?,
        near: at(Some(Stage::Near))?,
        begun: at(Some(Stage::Begun))?,
    })
}
