//! What is worth a thought about the badges of a course before it is too late: while they are written, before they are activated,
//! and as a report; and what of it somebody dismissed, with a reason.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::domain::audit::Action;
use crate::domain::badge::{Badge, BadgeState, Design};
use crate::domain::coach::{Dismissal, Finding, Found, Member, review};
use crate::domain::endorsement::{Endorsement, EndorsementState, substance};
use crate::domain::policy::Power;
use crate::domain::rule::{Rule, RuleState};
use crate::ids::{BadgeId, DismissalId, PersonId, TenantId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::policies;
use crate::service::base::refusal::BadgeRefusal;
use crate::service::base::session::Visitor;
use crate::store::{
    Db, StoreError, audit, badges, dismissals, endorsements, institution_badges, issuers, people, rules,
};

/// Characters of a reason.
pub(crate) const MAX_REASON: usize = 500;

/// What a course's teachers read of its badges.
#[derive(Debug, Clone)]
pub(crate) struct Report {
    pub(crate) now: DateTime<Utc>,
    pub(crate) course: String,
    /// About the set as a whole.
    pub(crate) of_set: Vec<Found>,
    /// Every badge that is not retired, with what was found about it and not dismissed.
    pub(crate) badges: Vec<Reviewed>,
    pub(crate) dismissed: Vec<Dismissed>,
}

/// A badge with what was found about it.
#[derive(Debug, Clone)]
pub(crate) struct Reviewed {
    pub(crate) badge: Badge,
    pub(crate) open: Vec<Found>,
}

/// A finding that was dismissed, while it is there.
#[derive(Debug, Clone)]
pub(crate) struct Dismissed {
    pub(crate) found: Found,
    /// The name of the badge; none for the set.
    pub(crate) badge: Option<String>,
    pub(crate) reason: String,
    /// None where whoever did it was erased.
    pub(crate) by: Option<String>,
    pub(crate) at: DateTime<Utc>,
}

/// Everything found about some badges, and which of it was dismissed.
pub(in crate::service) struct Standing {
    pub(crate) found: Vec<Found>,
    /// By what each is about.
    pub(crate) dismissed: HashMap<String, Dismissal>,
}

impl Standing {
    pub(crate) fn is_open(&self, found: &Found) -> bool {
        !(found.finding.may_rest() && self.dismissed.contains_key(&found.about))
    }
}

/// Looks over badges with the rules that they have in hand: of each the draft, or else the one that decides. Of a course that is
/// all of its badges, and what was dismissed there.
pub(in crate::service) fn look_over(
    all: &[Badge],
    in_hand: &[Rule],
    endorsed: &HashSet<BadgeId>,
    has_authority: bool,
    dismissed: Vec<Dismissal>,
) -> Standing {
    let mut roots = HashMap::new();
    // The draft stands before the active version.
    for rule in in_hand {
        roots.entry(&rule.badge).or_insert(&rule.root);
    }
    let members: Vec<Member<'_>> = all
        .iter()
        .map(|badge| Member {
            badge,
            root: roots.get(&badge.id).copied(),
            is_endorsed: endorsed.contains(&badge.id),
        })
        .collect();
    Standing {
        found: review(&members, has_authority),
        dismissed: dismissed
            .into_iter()
            .map(|one| (one.about.clone(), one))
            .collect(),
    }
}

/// Those of these badges that somebody endorses as they are now; `signed` are the endorsements that were given.
pub(in crate::service) fn endorsed(
    all: &[Badge],
    in_hand: &[Rule],
    signed: &[Endorsement],
    now: DateTime<Utc>,
) -> HashSet<BadgeId> {
    let active: HashMap<&BadgeId, &Rule> = in_hand
        .iter()
        .filter(|rule| rule.state == RuleState::Active)
        .map(|rule| (&rule.badge, rule))
        .collect();
    let known: HashMap<&BadgeId, &Badge> = all.iter().map(|badge| (&badge.id, badge)).collect();
    let holds = |one: &&Endorsement| {
        known.get(&one.badge).is_some_and(|badge| {
            let root = active.get(&one.badge).map(|rule| &rule.root);
            one.state(&substance(badge, root), now) == EndorsementState::InForce
        })
    };
    signed.iter().filter(holds).map(|one| one.badge.clone()).collect()
}

/// Whether the issuer of an institution tells who stands behind it.
pub(in crate::service) fn has_authority(db: &mut Db, tenant: &TenantId) -> Result<bool, StoreError> {
    let issuer = issuers::for_tenant(db, tenant)?;
    Ok(issuer.is_some_and(|issuer| issuer.marks.tell_authority()))
}

fn of_course(
    db: &mut Db,
    visitor: &Visitor,
    all: &[Badge],
    now: DateTime<Utc>,
) -> Result<Standing, StoreError> {
    let (tenant, course) = (visitor.tenant(), Some(&visitor.course.id));
    let signed = endorsements::signed_in_course(db, tenant, &visitor.course.id)?;
    let in_hand = rules::in_hand(db, tenant, course)?;
    let dismissed = dismissals::standing(db, tenant, course)?;
    let has_authority = has_authority(db, tenant)?;
    let endorsed = endorsed(all, &in_hand, &signed, now);
    let mut standing = look_over(all, &in_hand, &endorsed, has_authority, dismissed);
    let taken = of_institution(db, visitor)?;
    standing.found.retain(|one| {
        let is_taken = one.badge.as_ref().is_some_and(|badge| taken.contains(badge));
        !(is_taken && one.finding.is_shared())
    });
    Ok(standing)
}

/// The badges that the course took of its institution: what they share is told to whoever designs them there.
fn of_institution(db: &mut Db, visitor: &Visitor) -> Result<HashSet<BadgeId>, StoreError> {
    let mut taken = institution_badges::all_taken_in(db, visitor.tenant(), &visitor.course.id)?;
    if taken.is_empty() {
        return Ok(HashSet::new());
    }
    let known = institution_badges::all(db, visitor.tenant())?;
    let known = known.iter().filter_map(|(_, badge)| taken.remove(&badge.id));
    Ok(known.map(|badge| badge.id).collect())
}

fn of_visit(
    db: &mut Db,
    visitor: &Visitor,
    now: DateTime<Utc>,
) -> Result<(Vec<Badge>, Standing), StoreError> {
    let (tenant, course) = (visitor.tenant(), &visitor.course.id);
    let all = badges::for_course(db, tenant, course)?;
    let standing = of_course(db, visitor, &all, now)?;
    Ok((all, standing))
}

/// The report of the visit's course.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors.
#[tracing::instrument(name = "coach.report", level = "debug", skip_all)]
pub(crate) async fn report(cairn: &Cairn, visitor: &Visitor) -> Result<Report, ServiceError> {
    visitor.look()?;
    let (visitor, now) = (visitor.clone(), cairn.clock.now());
    let read = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let (all, standing) = of_visit(db, &visitor, now)?;
        let open = |badge: Option<&BadgeId>| -> Vec<Found> {
            let of_it = standing.found.iter().filter(|one| one.badge.as_ref() == badge);
            of_it.filter(|one| standing.is_open(one)).cloned().collect()
        };
        let of_set = open(None);
        let living = all.iter().filter(|badge| badge.state != BadgeState::Retired);
        let reviewed = living.map(|badge| Reviewed {
            open: open(Some(&badge.id)),
            badge: badge.clone(),
        });
        Ok(Report {
            now,
            course: visitor.course.name().to_owned(),
            of_set,
            badges: reviewed.collect(),
            dismissed: dismissed(db, visitor.tenant(), &all, &standing)?,
        })
    });
    read.await
}

/// What was dismissed and is still there, with the names of those who did it.
fn dismissed(
    db: &mut Db,
    tenant: &TenantId,
    all: &[Badge],
    standing: &Standing,
) -> Result<Vec<Dismissed>, StoreError> {
    let at_rest: Vec<(&Found, &Dismissal)> = standing
        .found
        .iter()
        .filter(|one| !standing.is_open(one))
        .filter_map(|one| Some((one, standing.dismissed.get(&one.about)?)))
        .collect();
    let who: HashSet<PersonId> = at_rest.iter().filter_map(|(_, one)| one.by.clone()).collect();
    let who: Vec<PersonId> = who.into_iter().collect();
    let known = people::by_ids(db, tenant, &who)?;
    let name = |id: &BadgeId| all.iter().find(|badge| badge.id == *id);
    Ok(at_rest
        .into_iter()
        .map(|(found, one)| Dismissed {
            badge: found
                .badge
                .as_ref()
                .and_then(name)
                .map(|badge| badge.design.name.clone()),
            found: found.clone(),
            reason: one.reason.clone(),
            by: one
                .by
                .as_ref()
                .and_then(|id| known.get(id))
                .map(crate::domain::people::Person::display_name),
            at: one.at,
        })
        .collect())
}

/// What is open about one badge and about the set that it is in, before it is activated. What blocks is told by the dry run.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors.
#[tracing::instrument(name = "coach.before_activation", level = "debug", skip_all, fields(badge = id.as_str()))]
pub(crate) async fn before_activation(
    cairn: &Cairn,
    visitor: &Visitor,
    id: &BadgeId,
) -> Result<Vec<Found>, ServiceError> {
    visitor.teach()?;
    let (visitor, id, now) = (visitor.clone(), id.clone(), cairn.clock.now());
    let read = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let (_, standing) = of_visit(db, &visitor, now)?;
        Ok(open_about(&standing, &id))
    });
    read.await
}

fn open_about(standing: &Standing, id: &BadgeId) -> Vec<Found> {
    let about = |one: &&Found| one.badge.as_ref().is_none_or(|badge| badge == id);
    let all = standing.found.iter().filter(about);
    all.filter(|one| one.finding.may_rest() && standing.is_open(one))
        .cloned()
        .collect()
}

/// What would be open about a badge with that design, saved or not, and about the set with it. A new one has no rule yet, which
/// is no reproach.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors.
#[tracing::instrument(name = "coach.while_writing", level = "debug", skip_all)]
pub(crate) async fn while_writing(
    cairn: &Cairn,
    visitor: &Visitor,
    known: Option<&BadgeId>,
    design: &Design,
) -> Result<Vec<Found>, ServiceError> {
    visitor.teach()?;
    let now = cairn.clock.now();
    let (visitor, known, design) = (visitor.clone(), known.cloned(), design.clone());
    let read = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let (tenant, course) = (visitor.tenant(), &visitor.course.id);
        let mut all = badges::for_course(db, tenant, course)?;
        let id = known.unwrap_or_else(|| BadgeId::from("new"));
        match all.iter_mut().find(|badge| badge.id == id) {
            Some(badge) => badge.design = design,
            None => all.push(Badge {
                id: id.clone(),
                tenant: tenant.clone(),
                course: course.clone(),
                state: BadgeState::Draft,
                design,
                active_rule: None,
                revision: 0,
                created_at: now,
                updated_at: now,
            }),
        }
        let standing = of_course(db, &visitor, &all, now)?;
        let mut open = open_about(&standing, &id);
        // Of the set only what one more badge changes: whoever writes it can do nothing about the issuer.
        open.retain(|one| one.badge.is_some() || matches!(one.finding, Finding::TooManyInASet { .. }));
        Ok(open)
    });
    read.await
}

/// Dismisses what was found about that, with a reason that is kept. Again is the same as once.
///
/// # Errors
/// [`ServiceError::Forbidden`] for who may not make badges; [`ServiceError::Refused`] without a reason, for what blocks, and for
/// what is not there any more.
#[tracing::instrument(name = "coach.dismiss", skip_all)]
pub(crate) async fn dismiss(
    cairn: &Cairn,
    visitor: &Visitor,
    about: &str,
    reason: &str,
) -> Result<(), ServiceError> {
    visitor.teach()?;
    let (reason, about) = (reason.trim().to_owned(), about.to_owned());
    if reason.is_empty() || reason.chars().count() > MAX_REASON {
        return Err(BadgeRefusal::DismissReason.into());
    }
    let (now, random) = (cairn.clock.now(), Arc::clone(&cairn.random));
    let visitor = visitor.clone();
    let done = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        policies::require(db, &visitor, Power::Create)?;
        let (_, standing) = of_visit(db, &visitor, now)?;
        let found = standing.found.into_iter().find(|one| one.about == about);
        let found = found.ok_or(BadgeRefusal::FindingGone)?;
        if !found.finding.may_rest() {
            return Err(BadgeRefusal::FindingBlocks.into());
        }
        let code = found.finding.code();
        let subject = found
            .badge
            .as_ref()
            .map_or(visitor.course.id.as_str(), BadgeId::as_str);
        let entry = visitor.entry(Action::FindingDismissed, subject, now);
        let dismissal = Dismissal {
            id: DismissalId::new(now, random.as_ref()),
            tenant: visitor.tenant().clone(),
            course: visitor.course.id.clone(),
            badge: found.badge.clone(),
            code: code.to_owned(),
            about,
            reason,
            by: Some(visitor.person.id.clone()),
            at: now,
        };
        if dismissals::insert(db, &dismissal)? {
            let detail = json!({"hint": code, "reason": dismissal.reason});
            audit::record(db, &entry.detail(detail), random.as_ref())?;
        }
        Ok(())
    });
    done.await
}

/// Shows again what was dismissed. Again is the same as once.
///
/// # Errors
/// [`ServiceError::Forbidden`] for who may not make badges.
#[tracing::instrument(name = "coach.show_again", skip_all)]
pub(crate) async fn show_again(cairn: &Cairn, visitor: &Visitor, about: &str) -> Result<(), ServiceError> {
    visitor.teach()?;
    let (now, random) = (cairn.clock.now(), Arc::clone(&cairn.random));
    let (visitor, about) = (visitor.clone(), about.to_owned());
    let done = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        policies::require(db, &visitor, Power::Create)?;
        let (tenant, course) = (visitor.tenant(), &visitor.course.id);
        if dismissals::remove(db, tenant, course, &about)? {
            let entry = visitor.entry(Action::FindingShown, course.as_str(), now);
            audit::record(db, &entry, random.as_ref())?;
        }
        Ok(())
    });
    done.await
}
