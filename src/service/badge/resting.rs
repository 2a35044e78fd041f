//! Badges that rest because a column that their rule reads is not as it was when the rule was made, and how they come to
//! decide again: by themselves where nothing else changed meanwhile, else by an instructor's word.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::badge::{Badge, BadgeState};
use crate::domain::cause::Cause;
use crate::domain::columns::{ColumnTrouble, Pause, Remedy, Resumed, TroubleKind, maxima, troubles};
use crate::domain::course::{Course, LineItem};
use crate::domain::evidence::Activity;
use crate::domain::policy::Power;
use crate::domain::rest::Rest;
use crate::domain::rule::Rule;
use crate::ids::{BadgeId, LineItemId};
use crate::random::Random;
use crate::service::Cairn;
use crate::service::badge::design::own_badge;
use crate::service::base::error::ServiceError;
use crate::service::base::policies;
use crate::service::base::queue::{self, DecideBadge};
use crate::service::base::refusal::BadgeRefusal;
use crate::service::base::session::Visitor;
use crate::store::{Db, StoreError, activities, audit, badges, line_items, rules};

/// So long teachers are told.
const TOLD: TimeDelta = TimeDelta::days(7);
/// How a pause begins that an earlier version wrote: it kept the sentence and nothing else.
const EARLIER: [&str; 2] = ["The gradebook column “", "The maximum of the gradebook column “"];

/// When something is settled, and why.
#[derive(Clone, Copy)]
struct Moment<'a> {
    cause: Cause,
    now: DateTime<Utc>,
    random: &'a dyn Random,
}

/// Has the badges of a course rest, or decide again, as its columns stand now. Run it in the transaction that changed them.
pub(in crate::service) fn settle(
    db: &mut Db,
    course: &Course,
    cause: Cause,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let items = line_items::for_course(db, &course.tenant, &course.id)?;
    let moment = Moment { cause, now, random };
    for badge in badges::for_course(db, &course.tenant, &course.id)? {
        let Some(rule) = rule_of(db, &badge)? else {
            continue;
        };
        match &badge.state {
            BadgeState::Active => {
                let found = troubles_of(db, &badge, &rule, &items, None)?;
                if !found.is_empty() {
                    rest(db, &badge, &rule, &items, found, moment)?;
                }
            }
            BadgeState::Paused { reason } => {
                if let Some(pause) = pause_of(db, &badge, reason)? {
                    again(db, &badge, &rule, &items, pause, moment)?;
                }
            }
            BadgeState::Draft | BadgeState::Retired => {}
        }
    }
    Ok(())
}

/// What keeps a rule from reading its columns, and which of those that are gone are of a former registration.
fn troubles_of(
    db: &mut Db,
    badge: &Badge,
    rule: &Rule,
    items: &[LineItem],
    pause: Option<&Pause>,
) -> Result<Vec<ColumnTrouble>, StoreError> {
    let mut found = troubles(&rule.root, items, pause);
    if !found.iter().any(|one| one.kind == TroubleKind::Gone) {
        return Ok(found);
    }
    let activities = activities::for_course(db, &badge.tenant, &badge.course)?;
    for one in found.iter_mut().filter(|one| one.kind == TroubleKind::Gone) {
        one.former = line_items::is_of_former(db, &badge.tenant, &one.item)?;
        let is_its = |activity: &Activity| activity.line_item.as_ref() == Some(&one.item);
        if activities.iter().any(is_its) {
            one.remedy = Remedy::PlacedAgain;
        }
    }
    Ok(found)
}

/// The rule that decides, of a badge that may rest for its columns.
fn rule_of(db: &mut Db, badge: &Badge) -> Result<Option<Rule>, StoreError> {
    if badge.active_rule.is_none() {
        return Ok(None);
    }
    let rule = rules::active(db, &badge.tenant, &badge.id)?;
    Ok(rule.filter(|rule| rule.root.line_items().next().is_some()))
}

/// Why a badge rests for its columns; none where it rests for something else.
fn pause_of(db: &mut Db, badge: &Badge, reason: &Rest) -> Result<Option<Pause>, StoreError> {
    let (pause, _) = badges::rest_of(db, &badge.tenant, &badge.id)?;
    let begins = |said: &String| EARLIER.iter().any(|beginning| said.starts_with(beginning));
    let earlier = matches!(reason, Rest::Earlier(said) if begins(said));
    Ok(pause.or_else(|| earlier.then(Pause::default)))
}

fn rest(
    db: &mut Db,
    badge: &Badge,
    rule: &Rule,
    items: &[LineItem],
    found: Vec<ColumnTrouble>,
    Moment { now, random, .. }: Moment<'_>,
) -> Result<(), StoreError> {
    let item = found.first().map(|one| one.item.clone());
    let detail = json!({ "columns": found, "line_item": item });
    let reason = Rest::from(found.clone());
    let pause = Pause {
        maxima: maxima(&rule.root, items),
        draft: draft_digest(db, badge)?,
        troubles: found,
    };
    badges::rest(db, &badge.tenant, &badge.id, reason, &pause, now)?;
    let entry = Entry::new(
        &badge.tenant,
        Actor::Cairn,
        Action::BadgePaused,
        badge.id.as_str(),
        now,
    );
    audit::record(db, &entry.detail(detail), random)
}

/// A badge that rests: it decides again, or it is said anew why it does not.
fn again(
    db: &mut Db,
    badge: &Badge,
    rule: &Rule,
    items: &[LineItem],
    pause: Pause,
    moment: Moment<'_>,
) -> Result<(), StoreError> {
    let found = troubles_of(db, badge, rule, items, Some(&pause))?;
    let untouched = !pause.maxima.is_empty() && pause.draft == draft_digest(db, badge)?;
    if found.is_empty() && untouched {
        return resume(db, badge, pause.troubles, Actor::Cairn, moment);
    }
    let reason = Rest::from(found.clone());
    let said = matches!(&badge.state, BadgeState::Paused { reason: before } if *before == reason);
    if said && found == pause.troubles {
        return Ok(());
    }
    let pause = Pause {
        troubles: found,
        ..pause
    };
    badges::rest(db, &badge.tenant, &badge.id, reason, &pause, moment.now)
}

fn resume(
    db: &mut Db,
    badge: &Badge,
    had: Vec<ColumnTrouble>,
    by: Actor,
    Moment { cause, now, random }: Moment<'_>,
) -> Result<(), StoreError> {
    let (tenant, id) = (&badge.tenant, &badge.id);
    let by_itself = by == Actor::Cairn;
    badges::set_state(db, tenant, id, &BadgeState::Active, now)?;
    let entry = Entry::new(tenant, by, Action::BadgeResumed, id.as_str(), now);
    audit::record(db, &entry.detail(json!({ "columns": had })), random)?;
    if by_itself {
        let resumed = Resumed {
            at: now,
            columns: had,
        };
        badges::tell(db, tenant, id, &resumed)?;
    }
    let job = DecideBadge {
        badge: id.clone(),
        cause,
    };
    queue::enqueue(db, tenant, &job, now, now, random)
}

/// Tells the teachers of the badges that read a column that the platform made it anew. Run it in a transaction, after
/// [`settle`]: what it told of them stays.
pub(in crate::service) fn remade(db: &mut Db, item: &LineItem, now: DateTime<Utc>) -> Result<(), StoreError> {
    for id in rules::badges_reading(db, &item.tenant, &item.id)? {
        let (_, before) = badges::rest_of(db, &item.tenant, &id)?;
        let mut columns = before
            .filter(|before| before.at == now)
            .map_or_else(Vec::new, |before| before.columns);
        columns.retain(|one| one.item != item.id);
        columns.push(ColumnTrouble {
            item: item.id.clone(),
            label: item.label.clone(),
            kind: TroubleKind::Remade,
            former: false,
            remedy: Remedy::default(),
        });
        let told = Resumed { at: now, columns };
        badges::tell(db, &item.tenant, &id, &told)?;
    }
    Ok(())
}

/// Whether an instructor's word is all that a badge waits for: it rests, and everything that its rule reads is as it was.
pub(in crate::service) fn waits_for_a_word(db: &mut Db, badge: &Badge) -> Result<bool, StoreError> {
    let BadgeState::Paused { reason } = &badge.state else {
        return Ok(false);
    };
    let Some(rule) = rule_of(db, badge)? else {
        return Ok(false);
    };
    let Some(pause) = pause_of(db, badge, reason)? else {
        return Ok(false);
    };
    let items = line_items::for_course(db, &badge.tenant, &badge.course)?;
    Ok(troubles(&rule.root, &items, Some(&pause)).is_empty())
}

/// What its teachers are told of a badge that decides, for a week.
pub(in crate::service) fn news(
    db: &mut Db,
    badge: &Badge,
    now: DateTime<Utc>,
) -> Result<Option<Resumed>, StoreError> {
    if badge.state != BadgeState::Active {
        return Ok(None);
    }
    let (_, resumed) = badges::rest_of(db, &badge.tenant, &badge.id)?;
    Ok(resumed.filter(|resumed| now < resumed.at + TOLD))
}

/// Has a badge decide again whose columns are as they were. Saying it twice is saying it once.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::Policy`] where only administrators change badges,
/// [`ServiceError::NotFound`] for a badge of another course, [`ServiceError::Refused`] while a column is not as it was.
#[tracing::instrument(name = "resting.resume", skip_all, fields(badge = id.as_str()))]
pub(crate) async fn resume_by_hand(
    cairn: &Cairn,
    visitor: &Visitor,
    id: &BadgeId,
) -> Result<(), ServiceError> {
    visitor.teach()?;
    let (now, random) = (cairn.clock.now(), Arc::clone(&cairn.random));
    let (visitor, id) = (visitor.clone(), id.clone());
    let done = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        policies::require(db, &visitor, Power::Create)?;
        let badge = own_badge(db, &visitor, &id)?;
        if badge.state == BadgeState::Active {
            return Ok(());
        }
        if !waits_for_a_word(db, &badge)? {
            return Err(BadgeRefusal::StillRests.into());
        }
        let (pause, _) = badges::rest_of(db, &badge.tenant, &badge.id)?;
        let had = pause.unwrap_or_default().troubles;
        let moment = Moment {
            cause: Cause::Activation,
            now,
            random: random.as_ref(),
        };
        resume(db, &badge, had, visitor.actor(), moment)?;
        Ok(())
    });
    done.await
}

/// Says whether a column is graded by a scale, and has the badges rest, or decide again, that ask for percent of it.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::Policy`] where only administrators change rules,
/// [`ServiceError::NotFound`] for a column of another course.
#[tracing::instrument(name = "resting.mark_scale", skip_all, fields(item = id.as_str()))]
pub(crate) async fn mark_scale(
    cairn: &Cairn,
    visitor: &Visitor,
    id: &LineItemId,
    is_scale: bool,
) -> Result<(), ServiceError> {
    visitor.teach()?;
    let (now, random) = (cairn.clock.now(), Arc::clone(&cairn.random));
    let (visitor, id) = (visitor.clone(), id.clone());
    let done = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        policies::require(db, &visitor, Power::Create)?;
        let (tenant, course) = (visitor.tenant(), &visitor.course);
        line_items::get(db, tenant, &id)?
            .filter(|item| item.course == course.id)
            .ok_or(ServiceError::NotFound("column"))?;
        if !line_items::set_scale(db, tenant, &course.id, &id, is_scale)? {
            return Ok(());
        }
        let entry = visitor.entry(Action::ColumnScale, id.as_str(), now);
        audit::record(
            db,
            &entry.detail(json!({ "is_scale": is_scale })),
            random.as_ref(),
        )?;
        settle(db, course, Cause::Column, now, random.as_ref())?;
        Ok(())
    });
    done.await
}

/// The draft beside a rule, so that it is known whether somebody changed it. Its text is as stored.
fn draft_digest(db: &mut Db, badge: &Badge) -> Result<Option<String>, StoreError> {
    let draft = rules::draft(db, &badge.tenant, &badge.id)?;
    Ok(draft.map(|draft| {
        let text = serde_json::to_vec(&draft.root).unwrap_or_default();
        hex::encode(Sha256::digest(&text))
    }))
}
