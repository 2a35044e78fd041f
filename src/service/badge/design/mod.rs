//! Badges as instructors design them: what there is in a course, a design that is saved, a badge that is retired.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::domain::audit::Action;
use crate::domain::badge::{Badge, BadgeState, Design, Expiry, Picture};
use crate::domain::columns::Resumed;
use crate::domain::course::{Course, LineItemState};
use crate::domain::design_review::{DesignProblem, RuleProblem, lost, review_design};
use crate::domain::membership::Listing;
use crate::domain::outside::OutsideColumn;
use crate::domain::page::Page;
use crate::domain::policy::Power;
use crate::domain::reading::{Help, Why};
use crate::domain::rest::Rest;
use crate::domain::sentence::OutsideName;
use crate::ids::{BadgeId, CourseId, TenantId};
use crate::service::Cairn;
use crate::service::badge::{pictures, replaced, resting};
use crate::service::base::clash::{self, Clash};
use crate::service::base::error::ServiceError;
use crate::service::base::policies;
use crate::service::base::session::Visitor;
use crate::store::{
    Db, StoreError, activities, audit, awards, badges, courses, enrolments, line_items, links, outside,
    readings, rules, submissions,
};
use lti::capabilities::ServicesTold;

mod beginning;
mod blocked;
mod external;
mod rule;
mod stacks;
mod trial;
mod versions;

pub(crate) use beginning::{begin_rule, duplicate};
pub(in crate::service) use blocked::not_earnable;
pub(crate) use external::External;
pub(crate) use rule::{RuleEditor, editor, review, save_rule};
pub(in crate::service) use rule::{names, seen_now};
pub(crate) use trial::{Activated, Blocking, Trial, activate, trial};
pub(in crate::service) use trial::{awarded_by_release, to_try, unseen};
pub(crate) use versions::{Affected, Asked, Fate, SideBySide, Told, Version, side_by_side};

/// Courses larger than this are not tried out on every look at the list.
const MOST_TO_TRY: usize = 500;

/// A course's badges, as its instructors see them.
#[derive(Debug, Clone)]
pub(crate) struct Overview {
    pub(crate) now: DateTime<Utc>,
    pub(crate) course: Course,
    /// Those who count as students now.
    pub(crate) students: u32,
    /// Whom the platform lists as learners.
    pub(crate) listing: Listing,
    /// Whether it is known who they are: the list was told, or somebody was seen.
    pub(crate) lists_students: bool,
    /// Whether a link of the course was ever opened, where the platform keeps its services to itself before.
    pub(crate) opened: bool,
    pub(crate) badges: Vec<Summary>,
    /// Gradebook columns that can be read.
    pub(crate) columns: usize,
    /// Gradebook columns of a registration through which the course is not read any more.
    pub(crate) columns_of_former: usize,
    /// Gradebook columns that are in the course no longer.
    pub(crate) columns_deleted: usize,
    /// Columns that are none of ours and count, of gradebook files.
    pub(crate) columns_elsewhere: usize,
    /// And those that the interface of the LMS tells.
    pub(crate) columns_of_lms: usize,
    /// How it was read by that interface, where that is on.
    pub(crate) rest_read: Option<RestRead>,
    /// Hand-ins that wait for a review.
    pub(crate) waiting: u32,
}

/// How a course is read by the interface of its LMS.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RestRead {
    /// When its grades were read last, or looked through for changes.
    pub(crate) at: Option<DateTime<Utc>>,
    /// Whether it says what is released.
    pub(crate) rules: bool,
    /// Who can mend what keeps it from being read; none where it is read, or waits for what passes by itself.
    pub(crate) stopped: Option<Help>,
}

/// None where that interface is off.
fn rest_read(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    columns: &[OutsideColumn],
) -> Result<Option<RestRead>, StoreError> {
    let mut of_lms = columns.iter().filter_map(|column| column.rest.as_ref());
    if !of_lms.any(|rest| rest.is_on) && !readings::is_on(db, tenant, course)? {
        return Ok(None);
    }
    let known = readings::of_course(db, tenant, course)?.unwrap_or_default();
    let stopped = known.trouble.as_ref().map(Why::help);
    Ok(Some(RestRead {
        stopped: stopped.filter(|help| *help != Help::Time),
        at: known.done.whole.max(known.done.changes),
        rules: known.coverage.is_some_and(|coverage| coverage.is_whole),
    }))
}

/// One badge in the list.
#[derive(Debug, Clone)]
pub(crate) struct Summary {
    pub(crate) badge: Badge,
    /// Students of the course who hold it.
    pub(crate) earned: u32,
    /// Others who hold it: they have left, or count as students no more.
    pub(crate) earned_by_others: u32,
    /// Students who miss it narrowly; not counted in very large courses.
    pub(crate) almost: u32,
    /// What keeps it from working.
    pub(crate) problem: Option<Obstacle>,
    /// Whether it rests because columns are gone for which others fit.
    pub(crate) is_replaced: bool,
    /// Whether it rests and an instructor's word is all that it waits for.
    pub(crate) waits_for_a_word: bool,
    /// That it decides again by itself, or what changed beneath it, for a week.
    pub(crate) resumed: Option<Resumed>,
}

/// What keeps a badge from working.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Obstacle {
    Rests(Rest),
    NoRule,
    /// Nobody can meet the rule that decides, because of a column that is not read from any source.
    CannotBeEarned(RuleProblem),
    /// The first thing that is wrong with its draft.
    Rule(RuleProblem),
}

/// What became of a design that was to be saved.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Saved {
    Done(BadgeId),
    /// It was not saved: what is wrong with it.
    Wrong(Vec<DesignProblem>),
    /// It was not saved: somebody changed it since.
    Changed(Box<Clash<Badge>>),
}

/// A badge of the visit's course.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::NotFound`] for a badge of another course.
#[tracing::instrument(name = "design.badge", level = "debug", skip_all, fields(badge = id.as_str()))]
pub(crate) async fn badge(
    cairn: &Cairn,
    visitor: &Visitor,
    id: &BadgeId,
) -> Result<(Badge, u32), ServiceError> {
    visitor.teach()?;
    let (visitor, id, now) = (visitor.clone(), id.clone(), cairn.clock.now());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let badge = own_badge(db, &visitor, &id)?;
        let counters = awards::counters(db, visitor.tenant(), &visitor.course.id, now)?;
        let holders = counters.get(&id).map_or(0, |counter| counter.holders);
        Ok((badge, small(holders)))
    });
    found.await
}

pub(in crate::service) fn own_badge(
    db: &mut Db,
    visitor: &Visitor,
    id: &BadgeId,
) -> Result<Badge, ServiceError> {
    badges::get(db, visitor.tenant(), id)?
        .filter(|badge| badge.course == visitor.course.id)
        .ok_or(ServiceError::NotFound("badge"))
}

fn small(count: impl TryInto<u32>) -> u32 {
    count.try_into().unwrap_or(u32::MAX)
}

/// The list of a course's badges.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors.
pub(in crate::service) fn overview(
    db: &mut Db,
    visitor: &Visitor,
    now: DateTime<Utc>,
) -> Result<Overview, ServiceError> {
    visitor.look()?;
    let (tenant, id) = (visitor.tenant(), &visitor.course.id);
    let course = courses::get(db, tenant, id)?.ok_or(ServiceError::NotFound("course"))?;
    let learners = enrolments::learners(db, tenant, id)?;
    let counters = awards::counters(db, tenant, id, now)?;
    let items = line_items::for_course(db, tenant, id)?;
    let mut waiting = 0;
    for activity in activities::for_course(db, tenant, id)? {
        let state = Some(crate::domain::evidence::SubmissionState::HandedIn);
        waiting += submissions::latest_for_activity(db, tenant, &activity.id, state, Page::first(1))?.1;
    }
    let counter = |badge: &Badge| counters.get(&badge.id).copied().unwrap_or_default();
    let mut summaries = Vec::new();
    for badge in badges::for_course(db, tenant, id)? {
        let almost = match badge.state {
            BadgeState::Active if learners.len() <= MOST_TO_TRY => trial::near(db, &badge, now)?,
            _ => 0,
        };
        summaries.push(Summary {
            earned: small(counter(&badge).students),
            earned_by_others: small(counter(&badge).holders.saturating_sub(counter(&badge).students)),
            almost: small(almost),
            problem: problem(db, &badge)?,
            is_replaced: matches!(badge.state, BadgeState::Paused { .. })
                && !replaced::offer(db, badge.clone())?.columns.is_empty(),
            waits_for_a_word: resting::waits_for_a_word(db, &badge)?,
            resumed: resting::news(db, &badge, now)?,
            badge,
        });
    }
    let opened = visitor.registration.capabilities().services_told == ServicesTold::Always
        || links::any_opened(db, tenant, id)?;
    let elsewhere = outside::columns(db, tenant, id)?;
    // A check of a course that tells its members only once a link is opened there has read none of them.
    let lists_students = !learners.is_empty()
        || (course.services.memberships_url.is_some() && enrolments::was_listed(db, tenant, id)?);
    let gone = items
        .iter()
        .filter(|item| item.state == LineItemState::Gone)
        .count();
    let of_former = line_items::of_former(db, tenant, &items)?.len();
    Ok(Overview {
        now,
        lists_students,
        opened,
        course,
        students: small(learners.len()),
        listing: enrolments::listing(db, tenant, id)?,
        badges: summaries,
        columns: items.len().saturating_sub(gone),
        columns_of_former: of_former,
        columns_deleted: gone.saturating_sub(of_former),
        columns_elsewhere: elsewhere
            .iter()
            .filter(|column| column.counts() && column.rest.is_none())
            .count(),
        rest_read: rest_read(db, tenant, id, &elsewhere)?,
        columns_of_lms: elsewhere
            .iter()
            .filter(|column| column.counts() && column.rest.is_some())
            .count(),
        waiting: small(waiting),
    })
}

/// What keeps a badge from working.
fn problem(db: &mut Db, badge: &Badge) -> Result<Option<Obstacle>, ServiceError> {
    Ok(match &badge.state {
        BadgeState::Paused { reason } => Some(Obstacle::Rests(reason.clone())),
        BadgeState::Draft => match rules::draft(db, &badge.tenant, &badge.id)? {
            None => Some(Obstacle::NoRule),
            Some(draft) => {
                let review = rule::review_in(db, badge, &draft.root)?;
                review.into_iter().next().map(Obstacle::Rule)
            }
        },
        BadgeState::Active => match blocked::of_badge(db, badge)? {
            Some(found) => Some(Obstacle::CannotBeEarned(found)),
            None => unread(db, badge)?.map(Obstacle::Rule),
        },
        BadgeState::Retired => None,
    })
}

/// The first column from elsewhere that the rule of an active badge waits for, because its grades are not known any more.
fn unread(db: &mut Db, badge: &Badge) -> Result<Option<RuleProblem>, StoreError> {
    let Some(rule) = rules::active(db, &badge.tenant, &badge.id)? else {
        return Ok(None);
    };
    if rule.root.outside_columns().next().is_none() {
        return Ok(None);
    }
    let conditions = rule.root.conditions();
    let waiting = |column: &OutsideColumn| {
        let mut asking = conditions.iter();
        asking.find(|one| one.outside_columns().contains(&&column.id) && !column.is_read_for(one))
    };
    let known = outside::columns(db, &badge.tenant, &badge.course)?;
    Ok(known.into_iter().find_map(|column| {
        let condition = waiting(&column)?;
        Some(lost(condition, &OutsideName::from(column)))
    }))
}

/// Saves a new badge, or a new design of one that was loaded as `revision`.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::NotFound`] for a badge of another course.
#[tracing::instrument(name = "design.save", skip_all)]
pub(crate) async fn save(
    cairn: &Cairn,
    visitor: &Visitor,
    badge: Option<(&BadgeId, i32)>,
    design: Design,
) -> Result<Saved, ServiceError> {
    visitor.teach()?;
    let (now, random) = (cairn.clock.now(), Arc::clone(&cairn.random));
    let end_is_as = |before: Expiry| {
        let day = design.expiry.last_day();
        before == design.expiry || (day.is_some() && day == before.last_day())
    };
    let mut problems = review_design(&design, now);
    // The address comes back from the form: what it names must be there, or every file of the badge would miss its picture.
    if let Picture::Uploaded { .. } = &design.picture
        && !problems.contains(&DesignProblem::PictureDigest)
        && !pictures::is_kept(cairn, &design.picture).await?
    {
        problems.push(DesignProblem::PictureDigest);
    }
    let (visitor, known) = (
        visitor.clone(),
        badge.map(|(id, revision)| (id.clone(), revision)),
    );
    if let Some((id, _)) = &known {
        let (asker, id) = (visitor.clone(), id.clone());
        let before = cairn
            .store
            .read_with(move |db| own_badge(db, &asker, &id))
            .await?;
        // An end that has passed meanwhile may stay as it is: what was issued is not touched by it.
        if end_is_as(before.design.expiry) {
            problems.retain(|problem| *problem != DesignProblem::ExpiryPast);
        }
    }
    if !problems.is_empty() {
        return Ok(Saved::Wrong(problems));
    }
    let saved = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        policies::require(db, &visitor, Power::Create)?;
        let tenant = visitor.tenant();
        let (id, action) = if let Some((id, revision)) = known {
            let before = own_badge(db, &visitor, &id)?;
            if rule::avoids_evidence(db, &before, design.kind)? {
                return Ok(Saved::Wrong(vec![DesignProblem::KindWithoutEvidence]));
            }
            if before.design == design {
                // A second click on the same button, or somebody who typed the same.
                return Ok(Saved::Done(id));
            }
            match badges::update_design(db, tenant, &id, revision, &design, now) {
                Ok(_) => {}
                Err(StoreError::Stale) => {
                    return Ok(Saved::Changed(Box::new(changed_by(db, &visitor, &id)?)));
                }
                Err(error) => return Err(error.into()),
            }
            (id, Action::BadgeChanged)
        } else {
            let new = Badge {
                id: BadgeId::new(now, random.as_ref()),
                tenant: tenant.clone(),
                course: visitor.course.id.clone(),
                state: BadgeState::Draft,
                design,
                active_rule: None,
                revision: 1,
                created_at: now,
                updated_at: now,
            };
            badges::insert(db, &new)?;
            (new.id, Action::BadgeMade)
        };
        audit::record(db, &visitor.entry(action, id.as_str(), now), random.as_ref())?;
        Ok(Saved::Done(id))
    });
    saved.await
}

/// The badge as somebody else saved it.
fn changed_by(db: &mut Db, visitor: &Visitor, id: &BadgeId) -> Result<Clash<Badge>, ServiceError> {
    let now_is = own_badge(db, visitor, id)?;
    let (revision, actions) = (now_is.revision, [Action::BadgeChanged, Action::BadgeMade]);
    Ok(clash::met(
        db,
        visitor.tenant(),
        visitor.person.id.as_str(),
        id.as_str(),
        &actions,
        now_is,
        &revision,
    )?)
}

/// What retiring a badge would do.
#[derive(Debug, Clone)]
pub(crate) struct Retirement {
    pub(crate) badge: Badge,
    /// Students who hold it and keep it.
    pub(crate) holders: u32,
    /// Badges that ask for it.
    pub(crate) above: Vec<String>,
}

/// What retiring a badge, or deleting a draft, would do.
///
/// # Errors
/// As [`badge`].
#[tracing::instrument(name = "design.retirement", level = "debug", skip_all, fields(badge = id.as_str()))]
pub(crate) async fn retirement(
    cairn: &Cairn,
    visitor: &Visitor,
    id: &BadgeId,
) -> Result<Retirement, ServiceError> {
    let (badge, holders) = badge(cairn, visitor, id).await?;
    let (visitor, id) = (visitor.clone(), id.clone());
    let above = cairn.store.read(move |db| {
        let mut names = Vec::new();
        for above in rules::badges_building_on(db, visitor.tenant(), &id)? {
            let above = badges::get(db, visitor.tenant(), &above)?;
            let above = above.filter(|badge| badge.course == visitor.course.id);
            names.extend(above.map(|badge| badge.design.name));
        }
        Ok(names)
    });
    Ok(Retirement {
        badge,
        holders,
        above: above.await?,
    })
}

/// Retires a badge; a draft that was never active is deleted. Says whether it was deleted.
///
/// # Errors
/// As [`badge`].
#[tracing::instrument(name = "design.retire", skip_all, fields(badge = id.as_str()))]
pub(crate) async fn retire(cairn: &Cairn, visitor: &Visitor, id: &BadgeId) -> Result<bool, ServiceError> {
    visitor.teach()?;
    let (now, random) = (cairn.clock.now(), Arc::clone(&cairn.random));
    let (visitor, id) = (visitor.clone(), id.clone());
    let done = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        policies::require(db, &visitor, Power::Create)?;
        let badge = own_badge(db, &visitor, &id)?;
        let deletes = badge.state == BadgeState::Draft && badge.active_rule.is_none();
        if deletes {
            match badges::delete_draft(db, visitor.tenant(), &id) {
                // Awarded by hand: it cannot vanish any more.
                Err(StoreError::InUse(_)) => {
                    badges::set_state(db, visitor.tenant(), &id, &BadgeState::Retired, now)?;
                }
                done => done?,
            }
        } else {
            badges::set_state(db, visitor.tenant(), &id, &BadgeState::Retired, now)?;
        }
        let action = if deletes {
            Action::BadgeDeleted
        } else {
            Action::BadgeRetired
        };
        audit::record(db, &visitor.entry(action, id.as_str(), now), random.as_ref())?;
        Ok(deletes)
    });
    done.await
}
