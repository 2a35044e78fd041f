//! Making and changing programmes, and letting them rest.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{By, entry, find, institution};
use crate::domain::audit::Action;
use crate::domain::badge::{Badge, BadgeState, Design, Picture};
use crate::domain::design_review::{DesignProblem, review_design};
use crate::domain::programme::{Parts, PartsEnd, Place, Programme, Terms, with_terms};
use crate::domain::rest::Rest;
use crate::domain::rule::{Group, MAX_CONDITIONS};
use crate::ids::{BadgeId, ProgrammeId, RuleId, TenantId};
use crate::service::Cairn;
use crate::service::badge::pictures;
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::ProgrammeRefusal;
use crate::store::{Db, StoreError, audit, badges, policies, programmes, rules};

/// A programme as its editor says it.
#[derive(Debug, Clone)]
pub(crate) struct Typed {
    pub(crate) design: Design,
    pub(crate) parts: Parts,
    pub(crate) parts_end: PartsEnd,
    pub(crate) finish_begun: bool,
}

impl Typed {
    fn terms(&self) -> Terms {
        let first = self.parts.badges.iter();
        let first = first.filter(|(_, place)| *place == Place::Prerequisite);
        Terms {
            parts_end: self.parts_end,
            finish_begun: self.finish_begun,
            prerequisites: first.map(|(badge, _)| badge.clone()).collect(),
        }
    }
}

/// What became of a programme that was to be saved.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Saved {
    Done(BadgeId),
    /// It was not saved: what is wrong with its design.
    Wrong(Vec<DesignProblem>),
    /// It was not saved: somebody changed it since.
    Changed,
}

/// Saves a new programme, or one that was loaded as `revision`. Its rule waits until it is activated; what was awarded stays as it is.
///
/// # Errors
/// [`ServiceError::NotFound`] for what they do not see; a [`ProgrammeRefusal`] for an instructor without the power, for parts that are
/// none, and for one that does not change.
#[tracing::instrument(name = "programmes.save", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn save(
    cairn: &Cairn,
    by: impl Into<By>,
    tenant: &TenantId,
    known: Option<(&BadgeId, i32)>,
    typed: Typed,
) -> Result<Saved, ServiceError> {
    let (now, random) = cairn.moment();
    let terms = typed.terms();
    let typed = Typed {
        design: with_terms(typed.design, &terms),
        ..typed
    };
    let (tenant, by) = (tenant.clone(), by.into());
    let known = known.map(|(id, revision)| (id.clone(), revision));
    let problems = wrong_with(cairn, &typed.design, now).await?;
    if !problems.is_empty() {
        return Ok(Saved::Wrong(problems));
    }
    let saved = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        by.may(db, &tenant)?;
        let root = typed.parts.rule();
        check_parts(db, &tenant, &root)?;
        let (badge, is_new) = match known {
            Some((id, revision)) => {
                // Or it could be activated between being looked at and being changed, and decide by what nobody approved.
                programmes::hold_badge(db, &tenant, &id)?;
                let (programme, badge) = find(db, &tenant, &id)?;
                if is_as_typed(db, &programme, &badge, &typed, &terms, &root)? {
                    return Ok(Saved::Done(id));
                }
                may_change(db, &programme, &badge, &typed.design, &terms)?;
                match badges::update_design(db, &tenant, &id, revision, &typed.design, now) {
                    Ok(_) => {}
                    Err(StoreError::Stale) => return Ok(Saved::Changed),
                    Err(error) => return Err(error.into()),
                }
                programmes::set_terms(db, &tenant, &id, &terms, &by.maker(), now)?;
                (badge, false)
            }
            None => {
                let name = institution(db, &tenant)?.name;
                let home = programmes::make_home(db, &tenant, &name, now, random.as_ref())?;
                let badge = Badge {
                    id: BadgeId::new(now, random.as_ref()),
                    tenant: tenant.clone(),
                    course: home.ok_or(ProgrammeRefusal::NoPlatform)?,
                    state: BadgeState::Draft,
                    design: typed.design.clone(),
                    active_rule: None,
                    revision: 1,
                    created_at: now,
                    updated_at: now,
                };
                badges::insert(db, &badge)?;
                let programme = Programme {
                    id: ProgrammeId::new(now, random.as_ref()),
                    tenant: tenant.clone(),
                    badge: badge.id.clone(),
                    terms: terms.clone(),
                    saved_by: Some(by.maker()),
                    created_at: now,
                    updated_at: now,
                };
                programmes::insert(db, &programme)?;
                (badge, true)
            }
        };
        if current(db, &badge)?.as_ref() != Some(&root) && !(is_new && root.nodes.is_empty()) {
            let new = RuleId::new(now, random.as_ref());
            rules::save_draft(db, &tenant, &badge.id, &root, new, now)?;
        }
        let action = if is_new {
            Action::ProgrammeMade
        } else {
            Action::ProgrammeSaved
        };
        let parts = root.badges().count();
        let entry = entry(&by, &badge, action, now).detail(json!({ "parts": parts }));
        audit::record(db, &entry, random.as_ref())?;
        Ok(Saved::Done(badge.id))
    });
    saved.await
}

/// All that is wrong with a design. The address of its picture comes back from the form: what it names must be there.
async fn wrong_with(
    cairn: &Cairn,
    design: &Design,
    now: DateTime<Utc>,
) -> Result<Vec<DesignProblem>, ServiceError> {
    let mut problems = review_design(design, now);
    if let Picture::Uploaded { .. } = &design.picture
        && !problems.contains(&DesignProblem::PictureDigest)
        && !pictures::is_kept(cairn, &design.picture).await?
    {
        problems.push(DesignProblem::PictureDigest);
    }
    Ok(problems)
}

/// The rule that waits, or else the one that decides.
fn current(db: &mut Db, badge: &Badge) -> Result<Option<Group>, StoreError> {
    let draft = rules::draft(db, &badge.tenant, &badge.id)?;
    let active = rules::active(db, &badge.tenant, &badge.id)?;
    Ok(draft.or(active).map(|rule| rule.root))
}

/// Whether nothing is different: a second click on the same button, or somebody who typed the same.
fn is_as_typed(
    db: &mut Db,
    programme: &Programme,
    badge: &Badge,
    typed: &Typed,
    terms: &Terms,
    root: &Group,
) -> Result<bool, StoreError> {
    let same = badge.design == typed.design && programme.terms == *terms;
    let rule = current(db, badge)?;
    Ok(same && rule.map_or(root.nodes.is_empty(), |rule| rule == *root))
}

/// A part is a badge of the institution that was activated once.
fn check_parts(db: &mut Db, tenant: &TenantId, root: &Group) -> Result<(), ServiceError> {
    let named: Vec<BadgeId> = root.badges().cloned().collect();
    if named.len() > MAX_CONDITIONS {
        return Err(ProgrammeRefusal::TooMany { most: MAX_CONDITIONS }.into());
    }
    let known = programmes::named(db, tenant, &named)?;
    if named.iter().any(|id| !known.contains_key(id)) {
        return Err(ProgrammeRefusal::UnknownPart.into());
    }
    Ok(())
}

/// What a second person approved stays as it is while it decides; another rule may wait beside it.
fn may_change(
    db: &mut Db,
    programme: &Programme,
    badge: &Badge,
    design: &Design,
    terms: &Terms,
) -> Result<(), ServiceError> {
    if badge.state == BadgeState::Retired {
        return Err(ProgrammeRefusal::Retired.into());
    }
    let decides = badge.state == BadgeState::Active;
    if !decides || !policies::get(db, &badge.tenant)?.programme_reviews {
        return Ok(());
    }
    let active = rules::active(db, &badge.tenant, &badge.id)?;
    // What is no part of the rule that decides waits with its own.
    let before = |terms: &Terms| -> BTreeSet<BadgeId> {
        let named = active.iter().flat_map(|rule| rule.root.badges());
        named
            .filter(|part| terms.prerequisites.contains(part))
            .cloned()
            .collect()
    };
    let changes = badge.design != *design
        || programme.terms.parts_end != terms.parts_end
        || programme.terms.finish_begun != terms.finish_begun
        || before(&programme.terms) != before(terms);
    if changes {
        return Err(ProgrammeRefusal::ApprovedStays.into());
    }
    Ok(())
}

/// How a programme comes to rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Until it is activated again.
    Pause,
    /// For ever; what was awarded stays.
    Retire,
}

/// Pauses or retires a programme. Doing it twice is doing it once.
///
/// # Errors
/// [`ServiceError::NotFound`] for what they do not see; [`ProgrammeRefusal::NotGiven`] for an instructor without the power.
#[tracing::instrument(name = "programmes.turn", skip_all, fields(badge = id.as_str()))]
pub(crate) async fn turn(
    cairn: &Cairn,
    by: impl Into<By>,
    tenant: &TenantId,
    id: &BadgeId,
    turn: Turn,
) -> Result<(), ServiceError> {
    let (now, random) = cairn.moment();
    let (tenant, id, by) = (tenant.clone(), id.clone(), by.into());
    let done = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        by.may(db, &tenant)?;
        let (_, badge) = find(db, &tenant, &id)?;
        let (state, action) = match (turn, &badge.state) {
            (Turn::Pause, BadgeState::Active) => (
                BadgeState::Paused { reason: Rest::Chosen },
                Action::ProgrammePaused,
            ),
            (Turn::Retire, BadgeState::Draft | BadgeState::Active | BadgeState::Paused { .. }) => {
                (BadgeState::Retired, Action::ProgrammeRetired)
            }
            (Turn::Pause | Turn::Retire, _) => return Ok(()),
        };
        badges::set_state(db, &tenant, &id, &state, now)?;
        audit::record(db, &entry(&by, &badge, action, now), random.as_ref())?;
        Ok(())
    });
    done.await
}
