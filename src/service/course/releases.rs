//! When the grades of gradebook columns count: what teachers choose, and what follows. A release changes what is known of
//! people, so whoever reads the column decides anew in the same transaction.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::badge::{Badge, BadgeState};
use crate::domain::cause::Cause;
use crate::domain::course::{LineItem, LineItemState};
use crate::domain::namesakes::Mark;
use crate::domain::release::{Change, Counting, Release, Releases};
use crate::ids::{LineItemId, TenantId};
use crate::random::Random;
use crate::service::Cairn;
use crate::service::badge::design;
use crate::service::base::clash::{self, Clash, Saving, Seen};
use crate::service::base::error::ServiceError;
use crate::service::base::namesakes;
use crate::service::base::queue::{self, DecideBadge, ReleaseColumn};
use crate::service::base::refusal::ColumnRefusal;
use crate::service::base::session::Visitor;
use crate::store::{Db, StoreError, audit, badges, line_items, releases, rules};
use lti::capabilities::HiddenGrades;

/// The columns of a course that can be read.
#[derive(Debug, Clone)]
pub(crate) struct Columns {
    /// What was chosen for those of which nobody chose otherwise; none when nobody was asked yet.
    pub(crate) answer: Option<Counting>,
    /// In the order of the gradebook's list.
    pub(crate) columns: Vec<Column>,
    /// How many were read that are in the course no longer.
    pub(crate) deleted: usize,
}

/// One of them.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) item: LineItem,
    /// What tells it from another column of its name.
    pub(crate) mark: Option<Mark>,
    pub(crate) release: Release,
    /// Whether somebody chose it for this column alone.
    pub(crate) is_own: bool,
    /// Whether the interface of the LMS says what is released, whatever was chosen here.
    pub(crate) told_by_lms: bool,
    /// The names of the badges whose rules read it, drafts included.
    pub(crate) read_by: Vec<String>,
}

/// The columns of the visit's course.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors.
#[tracing::instrument(name = "releases.columns", level = "debug", skip_all)]
pub(crate) async fn columns(cairn: &Cairn, visitor: &Visitor) -> Result<Columns, ServiceError> {
    visitor.look()?;
    let visitor = visitor.clone();
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let (tenant, course) = (visitor.tenant(), &visitor.course.id);
        let mut items = line_items::for_course(db, tenant, course)?;
        let of_former = line_items::of_former(db, tenant, &items)?.len();
        let all = items.len();
        items.retain(|item| item.state != LineItemState::Gone);
        let deleted = all.saturating_sub(items.len()).saturating_sub(of_former);
        let known = releases::for_course(db, tenant, course)?;
        let reading = rules::reading_columns(db, tenant, course)?;
        let badges = badges::for_course(db, tenant, course)?;
        let readers = |item: &LineItem| {
            let reads = |badge: &&Badge| {
                badge.state != BadgeState::Retired
                    && reading
                        .iter()
                        .any(|(read, by)| *read == item.id && *by == badge.id)
            };
            let names = badges.iter().filter(reads);
            names.map(|badge| badge.design.name.clone()).collect()
        };
        let mut marks = namesakes::of_columns(db, tenant, course, &items)?;
        let columns = items.into_iter().map(|item| Column {
            mark: marks.remove(&item.id),
            release: known.of(&item.id),
            is_own: known.columns.get(&item.id).is_some_and(Option::is_some),
            told_by_lms: known.told_by_lms.contains(&item.id),
            read_by: readers(&item),
            item,
        });
        Ok(Columns {
            answer: known.answer,
            columns: columns.collect(),
            deleted,
        })
    });
    found.await
}

/// What releasing a column would do.
#[derive(Debug, Clone)]
pub(crate) struct Review {
    pub(crate) item: LineItem,
    pub(crate) release: Release,
    /// Badges with an active rule that reads it: name, and how many students it would award at once.
    pub(crate) awards: Vec<(String, usize)>,
}

/// What releasing a column would do. Changes nothing.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::NotFound`] for a column of another course.
#[tracing::instrument(name = "releases.review", level = "debug", skip_all, fields(item = item.as_str()))]
pub(crate) async fn review(
    cairn: &Cairn,
    visitor: &Visitor,
    item: &LineItemId,
) -> Result<Review, ServiceError> {
    visitor.teach()?;
    let (visitor, item, now) = (visitor.clone(), item.clone(), cairn.clock.now());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let (item, known) = own(db, &visitor, &item)?;
        let mut awards = Vec::new();
        for badge in rules::badges_reading(db, visitor.tenant(), &item.id)? {
            let Some(badge) = badges::get(db, visitor.tenant(), &badge)? else {
                continue;
            };
            let count = design::awarded_by_release(db, &badge, &item.id, now)?;
            awards.push((badge.design.name, count));
        }
        Ok(Review {
            release: known.of(&item.id),
            item,
            awards,
        })
    });
    found.await
}

/// A column of the visit's course, and how the columns of the course stand.
fn own(db: &mut Db, visitor: &Visitor, item: &LineItemId) -> Result<(LineItem, Releases), ServiceError> {
    let (tenant, course) = (visitor.tenant(), &visitor.course.id);
    let item = line_items::get(db, tenant, item)?
        .filter(|item| item.course == *course)
        .ok_or(ServiceError::NotFound("column"))?;
    Ok((item, releases::for_course(db, tenant, course)?))
}

/// Changes when the grades of a column count, over what `shown` is of. Doing it twice is doing it once; what was awarded stays.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::NotFound`] for a column of another course,
/// [`ServiceError::Refused`] for a date that has passed.
#[tracing::instrument(name = "releases.change", skip_all, fields(item = item.as_str()))]
pub(crate) async fn change(
    cairn: &Cairn,
    visitor: &Visitor,
    item: &LineItemId,
    change: Change,
    shown: Option<&Seen>,
) -> Result<Saving<(LineItem, Release)>, ServiceError> {
    visitor.teach()?;
    let (now, random) = (cairn.clock.now(), Arc::clone(&cairn.random));
    if matches!(change, Change::Plan(at) if at <= now) {
        return Err(ColumnRefusal::ReleaseDate.into());
    }
    let (asker, of, shown) = (visitor.clone(), item.clone(), shown.cloned());
    let done = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        let (visitor, tenant) = (&asker, asker.tenant());
        let (item, known) = own(db, visitor, &of)?;
        let before = known.of(&item.id);
        let own = known.columns.get(&item.id).copied().flatten();
        // What was chosen for this column stays when another choice is made for the course.
        let chosen = matches!(change, Change::Count(_)) && own.is_none();
        if before.is_as(change) && !chosen {
            return Ok(());
        }
        clash::check(shown.as_ref(), &before)?;
        let after = before.insisted(change, now);
        releases::replace(db, tenant, &item.id, own.as_ref(), &after)?;
        let (action, detail) = match change {
            Change::Count(counting) => (Action::ColumnCounting, json!({ "counts": counting })),
            Change::Release => (Action::ColumnReleased, json!({})),
            Change::Plan(at) => (Action::ColumnReleasePlanned, json!({ "at": at })),
            Change::Hold => (Action::ColumnHeld, json!({})),
        };
        let entry = visitor.entry(action, item.id.as_str(), now).detail(detail);
        audit::record(db, &entry, random.as_ref())?;
        match change {
            Change::Plan(at) => {
                let job = ReleaseColumn { item: item.id };
                queue::enqueue(db, tenant, &job, at, now, random.as_ref())?;
            }
            _ => decide_readers(db, tenant, &item.id, now, random.as_ref())?,
        }
        Ok(())
    });
    match done.await {
        Ok(()) => Ok(Saving::Done),
        Err(error) if clash::was_faster(&error) => {
            let (visitor, item) = (visitor.clone(), item.clone());
            let met = cairn
                .store
                .read_with(move |db| changed_meanwhile(db, &visitor, &item));
            Ok(Saving::Clash(Box::new(met.await?)))
        }
        Err(error) => Err(error),
    }
}

/// What a page shows of a column that another one changes.
#[must_use]
pub(crate) fn seen(release: &Release) -> Seen {
    Seen::of(release)
}

/// The column as somebody else left it, by a choice for it alone or for the course that it goes with.
fn changed_meanwhile(
    db: &mut Db,
    visitor: &Visitor,
    item: &LineItemId,
) -> Result<Clash<(LineItem, Release)>, ServiceError> {
    let (item, known) = own(db, visitor, item)?;
    let release = known.of(&item.id);
    let subject = match known.columns.get(&item.id).copied().flatten() {
        Some(_) => item.id.to_string(),
        None => visitor.course.id.to_string(),
    };
    let actions = [
        Action::ColumnCounting,
        Action::ColumnReleased,
        Action::ColumnReleasePlanned,
        Action::ColumnHeld,
        Action::CourseCounting,
    ];
    let (tenant, viewer) = (visitor.tenant(), visitor.person.id.as_str());
    let theirs = (item, release);
    Ok(clash::met(
        db, tenant, viewer, &subject, &actions, theirs, &release,
    )?)
}

/// Has the badges decided whose active rule reads a column.
fn decide_readers(
    db: &mut Db,
    tenant: &TenantId,
    item: &LineItemId,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    for badge in rules::badges_reading(db, tenant, item)? {
        let cause = Cause::Fact;
        queue::enqueue(db, tenant, &DecideBadge { badge, cause }, now, now, random)?;
    }
    Ok(())
}

/// Chooses for all columns of the course of which nobody chose otherwise, those to come included. Columns that wait go on
/// waiting: each is released on its own, by somebody who has seen what follows. It is chosen over what `shown` is of.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors.
#[tracing::instrument(name = "releases.answer", skip_all)]
pub(crate) async fn answer(
    cairn: &Cairn,
    visitor: &Visitor,
    counting: Counting,
    shown: Option<&Seen>,
) -> Result<Saving<Option<Counting>>, ServiceError> {
    visitor.teach()?;
    let (now, random) = (cairn.clock.now(), Arc::clone(&cairn.random));
    let (asker, shown) = (visitor.clone(), shown.cloned());
    let done = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        let visitor = &asker;
        let (tenant, course) = (visitor.tenant(), &visitor.course.id);
        let known = releases::for_course(db, tenant, course)?;
        if known.answer == Some(counting) {
            return Ok(());
        }
        clash::check(shown.as_ref(), &known.answer)?;
        releases::replace_answer(db, tenant, course, known.answer, counting, now)?;
        let entry = visitor.entry(Action::CourseCounting, course.as_str(), now);
        let entry = entry.detail(json!({ "counts": counting }));
        audit::record(db, &entry, random.as_ref())?;
        let followers = known.columns.iter().filter(|(_, own)| own.is_none());
        for (item, _) in followers {
            if known.of(item).is_open() {
                decide_readers(db, tenant, item, now, random.as_ref())?;
            } else {
                releases::set(db, tenant, item, &known.of(item))?;
            }
        }
        Ok(())
    });
    match done.await {
        Ok(()) => Ok(Saving::Done),
        Err(error) if clash::was_faster(&error) => {
            let visitor = visitor.clone();
            let met = cairn.store.read(move |db| {
                let (tenant, course) = (visitor.tenant(), &visitor.course.id);
                let now_is = releases::answer(db, tenant, course)?;
                let (viewer, actions) = (visitor.person.id.as_str(), [Action::CourseCounting]);
                clash::met(db, tenant, viewer, course.as_str(), &actions, now_is, &now_is)
            });
            Ok(Saving::Clash(Box::new(met.await?)))
        }
        Err(error) => Err(error),
    }
}

/// What a page shows of what was chosen for all of a course.
#[must_use]
pub(crate) fn seen_answer(answer: Option<Counting>) -> Seen {
    Seen::of(&answer)
}

/// Releases a column whose moment has come. One that was taken back is left alone; one that was put off waits again.
///
/// # Errors
/// What the store reports.
#[tracing::instrument(name = "releases.work", skip_all, fields(item = item.as_str()))]
pub(crate) async fn work(cairn: &Cairn, tenant: &TenantId, item: &LineItemId) -> Result<(), ServiceError> {
    let (now, random) = (cairn.clock.now(), Arc::clone(&cairn.random));
    let (tenant, item) = (tenant.clone(), item.clone());
    let done = cairn.store.write_retrying(move |db| -> Result<_, ServiceError> {
        let Some(before) = releases::of_item(db, &tenant, &item)? else {
            return Ok(());
        };
        match before.planned_at {
            None => {}
            Some(at) if at > now => {
                let job = ReleaseColumn { item: item.clone() };
                queue::enqueue(db, &tenant, &job, at, now, random.as_ref())?;
            }
            Some(at) => {
                releases::set(db, &tenant, &item, &before.after(Change::Release, now))?;
                let (action, subject) = (Action::ColumnReleased, item.as_str());
                let entry = Entry::new(&tenant, Actor::Cairn, action, subject, now);
                audit::record(db, &entry.detail(json!({ "planned": at })), random.as_ref())?;
                decide_readers(db, &tenant, &item, now, random.as_ref())?;
            }
        }
        Ok(())
    });
    done.await
}

/// Whether the teachers of the course should say when grades count: a rule reads a column of which nobody chose anything,
/// at a platform that tells of grades also while students cannot see them.
///
/// # Errors
/// What the store reports.
pub(in crate::service) fn is_to_be_asked(db: &mut Db, visitor: &Visitor) -> Result<bool, StoreError> {
    if visitor.registration.capabilities().hidden_grades != HiddenGrades::Readable {
        return Ok(false);
    }
    let (tenant, course) = (visitor.tenant(), &visitor.course.id);
    let reading = rules::reading_columns(db, tenant, course)?;
    if reading.is_empty() {
        return Ok(false);
    }
    let known = releases::for_course(db, tenant, course)?;
    let is_open = |item: &LineItemId| known.chosen(item).is_none() && !known.told_by_lms.contains(item);
    Ok(reading.iter().any(|(item, _)| is_open(item)))
}

/// What was chosen for one column, or for all of its course, is chosen for the one that stands for it in a copied course.
/// That it was released is not: its grades are those of other students.
///
/// # Errors
/// What the store reports.
pub(in crate::service) fn carry(
    db: &mut Db,
    tenant: &TenantId,
    from: &LineItemId,
    to: &LineItemId,
) -> Result<(), StoreError> {
    let Some(source) = line_items::get(db, tenant, from)? else {
        return Ok(());
    };
    let chosen = releases::for_course(db, tenant, &source.course)?.chosen(from);
    match chosen {
        Some(counting) if releases::of_item(db, tenant, to)?.is_none() => {
            releases::set(db, tenant, to, &Release::of(counting))
        }
        _ => Ok(()),
    }
}
