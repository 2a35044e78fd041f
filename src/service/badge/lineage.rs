//! Whether a copied badge is still what it was copied from, and so for what its awards count outside its course.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};

use crate::domain::audit::Action;
use crate::domain::badge::{Badge, Design};
use crate::domain::cause::Cause;
use crate::domain::copying::Mapping;
use crate::domain::lineage::{Looks, Origin, Places, Substance};
use crate::domain::policy::{Offers, Power};
use crate::domain::rule::Group;
use crate::ids::{BadgeId, RuleId};
use crate::random::Random;
use crate::service::Cairn;
use crate::service::badge::design::own_badge;
use crate::service::base::error::ServiceError;
use crate::service::base::policies;
use crate::service::base::queue::{self, DecideBadge};
use crate::service::base::session::Visitor;
use crate::store::lineages::Known;
use crate::store::{Db, StoreError, audit, badges, lineages, policies as stored_policies, rules};

/// Says of which lineage a copy is, as its source.
pub(crate) fn begin_copy(db: &mut Db, copy: &BadgeId, source: &Badge) -> Result<(), StoreError> {
    let known = lineages::of_badge(db, &source.tenant, &source.id)?;
    let lineage = known.map_or_else(|| source.id.clone(), |known| known.lineage);
    lineages::begin_copy(db, &source.tenant, copy, &lineage)
}

/// Remembers what a copy was when it was copied. A copy of a copy is measured by what the first one was, so that nothing is
/// loosened step by step.
pub(crate) fn remember(
    db: &mut Db,
    copy: &BadgeId,
    source: &Badge,
    root: &Group,
    mapping: &Mapping,
) -> Result<(), StoreError> {
    match origin_of(db, source, root, mapping)? {
        Some(origin) => lineages::set_origin(db, &source.tenant, copy, &origin),
        None => Ok(()),
    }
}

/// Measures a copy by another version of what it was copied from: `root` is the rule of that version, `source` has its design, and
/// `mapping` says what stands for what. Run it before the copy is changed. What it awards until its new rule is activated goes on
/// counting if it did, in the name of whoever took the version.
///
/// # Errors
/// What the store reports.
pub(crate) fn follow(
    db: &mut Db,
    copy: &Badge,
    source: &Badge,
    root: &Group,
    mapping: &Mapping,
    by: (&str, DateTime<Utc>),
) -> Result<(), StoreError> {
    let tenant = &copy.tenant;
    let counted = outside(db, copy)?.is_some();
    let Some(origin) = origin_of(db, source, root, mapping)? else {
        return Ok(());
    };
    lineages::set_origin(db, tenant, &copy.id, &origin)?;
    if counted && let Some(active) = rules::active(db, tenant, &copy.id)? {
        let meanwhile = substance(db, copy, &active.root, &source.design, &origin.places)?;
        if meanwhile != origin.substance {
            let (by, now) = by;
            lineages::accept(db, tenant, &copy.id, &meanwhile.digest(), by, now)?;
        }
    }
    Ok(())
}

/// What a copy of that badge has to remember, where its rule is `root` and `mapping` says what stands for what.
fn origin_of(
    db: &mut Db,
    source: &Badge,
    root: &Group,
    mapping: &Mapping,
) -> Result<Option<Origin>, StoreError> {
    let Some(known) = lineages::of_badge(db, &source.tenant, &source.id)? else {
        return Ok(None);
    };
    Ok(match (known.origin, known.is_copy) {
        (Some(before), _) => Some(Origin {
            places: Places::copied(&before.places, mapping),
            substance: before.substance,
            looks: before.looks,
        }),
        (None, false) => {
            let none = Places::default();
            Some(Origin {
                substance: substance(db, source, root, &source.design, &none)?,
                places: Places::copied(&none, mapping),
                looks: Some(Looks::of(&source.design)),
            })
        }
        // Of what its source was copied from nothing is known, so nobody can tell whether this is that.
        (None, true) => None,
    })
}

/// Whether a badge decides that was copied before it was kept of what: it counts as its own badge alone.
pub(in crate::service) fn is_unknown(db: &mut Db, badge: &Badge) -> Result<bool, StoreError> {
    if badge.active_rule.is_none() {
        return Ok(false);
    }
    let known = lineages::of_badge(db, &badge.tenant, &badge.id)?;
    Ok(known.is_some_and(|known| known.is_copy && known.origin.is_none()))
}

/// Lets such a copy count for its lineage if it asks what its source asks now, with the awards that it made by that rule. Says
/// whether it does.
pub(crate) fn recognise(
    db: &mut Db,
    copy: &Badge,
    source: &Badge,
    mapping: &Mapping,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<bool, StoreError> {
    let tenant = &copy.tenant;
    let theirs = rules::active(db, tenant, &source.id)?;
    let (Some(ours), Some(theirs)) = (rules::active(db, tenant, &copy.id)?, theirs) else {
        return Ok(false);
    };
    let Some(origin) = origin_of(db, source, &theirs.root, mapping)? else {
        return Ok(false);
    };
    let is = substance(db, copy, &ours.root, &copy.design, &origin.places)?;
    if is != origin.substance {
        return Ok(false);
    }
    lineages::set_origin(db, tenant, &copy.id, &origin)?;
    let_earlier_count(db, copy, &origin.places, &is)?;
    decide_above(db, copy, now, random)?;
    Ok(true)
}

/// Lets the awards count for the lineage of their badge that were made by a rule of that substance.
fn let_earlier_count(db: &mut Db, badge: &Badge, places: &Places, was: &Substance) -> Result<(), StoreError> {
    let tenant = &badge.tenant;
    let Some(known) = lineages::of_badge(db, tenant, &badge.id)? else {
        return Ok(());
    };
    let mut by: Vec<RuleId> = Vec::new();
    for version in rules::for_badge(db, tenant, &badge.id)? {
        if substance(db, badge, &version.root, &badge.design, places)? == *was {
            by.push(version.id);
        }
    }
    lineages::let_count(db, tenant, &badge.id, &by, &known.lineage)?;
    Ok(())
}

/// What a person or a check said to stand for something from now on stands in its place.
pub(in crate::service) fn carry(db: &mut Db, badge: &Badge, mapping: &Mapping) -> Result<(), StoreError> {
    let known = lineages::of_badge(db, &badge.tenant, &badge.id)?;
    let Some(mut origin) = known.and_then(|known| known.origin) else {
        return Ok(());
    };
    if origin.places.carry(mapping) {
        lineages::set_origin(db, &badge.tenant, &badge.id, &origin)?;
    }
    Ok(())
}

fn substance(
    db: &mut Db,
    badge: &Badge,
    root: &Group,
    design: &Design,
    places: &Places,
) -> Result<Substance, StoreError> {
    let lineages: HashMap<BadgeId, BadgeId> = lineages::of_badges(db, &badge.tenant, root.badges())?;
    let lineage = |id: &BadgeId| lineages.get(id).unwrap_or(id).clone();
    Ok(Substance::of(root, design, places, &lineage))
}

/// For which lineage an award of that badge counts outside its course if it is made now; none where it counts as its own badge
/// alone.
///
/// # Errors
/// What the store reports.
pub(crate) fn outside(db: &mut Db, badge: &Badge) -> Result<Option<BadgeId>, StoreError> {
    let Some(known) = lineages::of_badge(db, &badge.tenant, &badge.id)? else {
        return Ok(None);
    };
    let root = rules::active(db, &badge.tenant, &badge.id)?.map(|rule| rule.root);
    let counts = counts(
        db,
        badge,
        &known,
        root.as_ref(),
        &badge.design,
        &mut HashSet::new(),
    )?;
    Ok(counts.then_some(known.lineage))
}

/// Whether a badge with that rule and design counts for its lineage: where it begins, as long as a copy is unchanged in substance,
/// or where that change was accepted. A copy that builds on badges of its own course is as good as they are.
fn counts(
    db: &mut Db,
    badge: &Badge,
    known: &Known,
    root: Option<&Group>,
    design: &Design,
    met: &mut HashSet<BadgeId>,
) -> Result<bool, StoreError> {
    if !known.is_copy {
        return Ok(true);
    }
    let (Some(origin), Some(root)) = (&known.origin, root) else {
        return accepted(db, badge, root, design, &Places::default());
    };
    let now = substance(db, badge, root, design, &origin.places)?;
    if now != origin.substance && !lineages::is_accepted(db, &badge.tenant, &badge.id, &now.digest())? {
        return Ok(false);
    }
    met.insert(badge.id.clone());
    for below in root.badges() {
        if !met.insert(below.clone()) {
            continue;
        }
        let Some(below) = badges::get(db, &badge.tenant, below)?.filter(|one| one.course == badge.course)
        else {
            continue;
        };
        let Some(of_below) = lineages::of_badge(db, &badge.tenant, &below.id)? else {
            continue;
        };
        // One that decides nothing yet is measured by what it is about to ask.
        let rule = match rules::active(db, &badge.tenant, &below.id)? {
            Some(active) => Some(active.root),
            None => rules::draft(db, &badge.tenant, &below.id)?.map(|draft| draft.root),
        };
        if !counts(db, &below, &of_below, rule.as_ref(), &below.design, met)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn accepted(
    db: &mut Db,
    badge: &Badge,
    root: Option<&Group>,
    design: &Design,
    places: &Places,
) -> Result<bool, StoreError> {
    let Some(root) = root else {
        return Ok(false);
    };
    let now = substance(db, badge, root, design, places)?;
    lineages::is_accepted(db, &badge.tenant, &badge.id, &now.digest())
}

/// By what a copy is known again as it is now, where it asks something else than what it was copied from, or nobody can tell, and
/// that was not accepted.
///
/// # Errors
/// What the store reports.
pub(crate) fn changed(db: &mut Db, badge: &Badge) -> Result<Option<String>, StoreError> {
    let tenant = &badge.tenant;
    let known = lineages::of_badge(db, tenant, &badge.id)?.filter(|known| known.is_copy);
    let (Some(known), Some(active)) = (known, rules::active(db, tenant, &badge.id)?) else {
        return Ok(None);
    };
    let (places, was) = match known.origin {
        Some(origin) => (origin.places, Some(origin.substance)),
        None => (Places::default(), None),
    };
    let as_it_is = substance(db, badge, &active.root, &badge.design, &places)?;
    let digest = as_it_is.digest();
    if was == Some(as_it_is) || lineages::is_accepted(db, tenant, &badge.id, &digest)? {
        return Ok(None);
    }
    Ok(Some(digest))
}

/// Lets a copy count for its lineage as it is now, as whoever owns a programme says: later awards of it, and earlier ones that
/// were made by that rule. A later change asks again. `false`: there was nothing to accept.
///
/// # Errors
/// What the store reports.
pub(crate) fn accept(
    db: &mut Db,
    badge: &Badge,
    by: &str,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<bool, StoreError> {
    let tenant = &badge.tenant;
    let known = lineages::of_badge(db, tenant, &badge.id)?.filter(|known| known.is_copy);
    let (Some(known), Some(active)) = (known, rules::active(db, tenant, &badge.id)?) else {
        return Ok(false);
    };
    let places = known.origin.map(|origin| origin.places).unwrap_or_default();
    let as_it_is = substance(db, badge, &active.root, &badge.design, &places)?;
    if !lineages::accept(db, tenant, &badge.id, &as_it_is.digest(), by, now)? {
        return Ok(false);
    }
    let_earlier_count(db, badge, &places, &as_it_is)?;
    decide_above(db, badge, now, random)?;
    Ok(true)
}

/// Whether a badge is offered to other courses; none where the institution does not leave that to its teachers.
///
/// # Errors
/// As [`leaves`].
#[tracing::instrument(name = "lineage.offered", level = "debug", skip_all, fields(badge = id.as_str()))]
pub(crate) async fn offered(
    cairn: &Cairn,
    visitor: &Visitor,
    id: &BadgeId,
) -> Result<Option<bool>, ServiceError> {
    visitor.teach()?;
    let (visitor, id) = (visitor.clone(), id.clone());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let badge = own_badge(db, &visitor, &id)?;
        if stored_policies::get(db, &badge.tenant)?.offers != Offers::Chosen {
            return Ok(None);
        }
        let known = lineages::of_badge(db, &badge.tenant, &badge.id)?;
        Ok(known.map(|known| known.offered))
    });
    found.await
}

/// Says whether other courses may count a badge. What their students hold by it stays as it is.
///
/// # Errors
/// As [`leaves`]; [`ServiceError::Policy`] where only administrators change badges.
#[tracing::instrument(name = "lineage.offer", skip_all, fields(badge = id.as_str()))]
pub(crate) async fn offer(
    cairn: &Cairn,
    visitor: &Visitor,
    id: &BadgeId,
    offered: bool,
) -> Result<(), ServiceError> {
    visitor.teach()?;
    let (now, random) = cairn.moment();
    let (visitor, id) = (visitor.clone(), id.clone());
    let done = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        policies::require(db, &visitor, Power::Create)?;
        let badge = own_badge(db, &visitor, &id)?;
        if lineages::set_offered(db, &badge.tenant, &badge.id, offered)? {
            let action = if offered {
                Action::BadgeOffered
            } else {
                Action::BadgeOfferedNoMore
            };
            audit::record(db, &visitor.entry(action, id.as_str(), now), random.as_ref())?;
            decide_above(db, &badge, now, random.as_ref())?;
        }
        Ok(())
    });
    done.await
}

/// Has everything decided that asks for a badge or its lineage.
fn decide_above(
    db: &mut Db,
    badge: &Badge,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    for above in rules::badges_building_on(db, &badge.tenant, &badge.id)? {
        let job = DecideBadge {
            badge: above,
            cause: Cause::Award,
        };
        queue::enqueue(db, &badge.tenant, &job, now, now, random)?;
    }
    Ok(())
}

/// What is about to be saved, or to decide.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    Rule(Group),
    Design(Box<Design>),
    /// What is tried out: the draft.
    Draft,
}

/// The badge for which a copy would no longer count outside its course with that change, by its name; none where it counts all
/// the same, or did not before.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::NotFound`] for a badge of another course.
#[tracing::instrument(name = "lineage.leaves", level = "debug", skip_all, fields(badge = id.as_str()))]
pub(crate) async fn leaves(
    cairn: &Cairn,
    visitor: &Visitor,
    id: &BadgeId,
    change: Change,
) -> Result<Option<String>, ServiceError> {
    visitor.teach()?;
    let (visitor, id) = (visitor.clone(), id.clone());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let badge = own_badge(db, &visitor, &id)?;
        Ok(leaves_in(db, &badge, &change)?)
    });
    found.await
}

/// As [`leaves`], for whoever reads already.
fn leaves_in(db: &mut Db, badge: &Badge, change: &Change) -> Result<Option<String>, StoreError> {
    let tenant = &badge.tenant;
    let known = lineages::of_badge(db, tenant, &badge.id)?;
    // Of a copy from before nothing is known, so no change takes anything from it.
    let Some(known) = known.filter(|known| known.is_copy && known.origin.is_some()) else {
        return Ok(None);
    };
    let active = rules::active(db, tenant, &badge.id)?.map(|rule| rule.root);
    let draft = rules::draft(db, tenant, &badge.id)?.map(|rule| rule.root);
    let stored = draft.as_ref().or(active.as_ref());
    let (before, root, design) = match change {
        Change::Rule(root) => (stored, Some(root), &badge.design),
        Change::Design(design) => (stored, stored, design.as_ref()),
        Change::Draft => (active.as_ref(), stored, &badge.design),
    };
    let mut would_count =
        |root: Option<&Group>, design: &Design| counts(db, badge, &known, root, design, &mut HashSet::new());
    // A draft that is to be the first rule is measured by what was copied alone.
    let did = (before.is_none() && matches!(change, Change::Draft)) || would_count(before, &badge.design)?;
    if !did || would_count(root, design)? {
        return Ok(None);
    }
    let first = badges::get(db, tenant, &known.lineage)?;
    let name = first.map_or_else(|| badge.design.name.clone(), |first| first.design.name);
    Ok(Some(name))
}
