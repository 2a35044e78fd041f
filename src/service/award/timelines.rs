//! "How I learned this": what a holder did for a badge, or for all of them, step by step, each badge with what can be checked
//! of it. Others see it by a link that ends or at an address that anybody may open, once the holder wants it; nobody is told
//! that it was looked at.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::badge::Badge;
use crate::domain::course::Course;
use crate::domain::decision::Truth;
use crate::domain::evidence::{Artefact, Submission, SubmissionState};
use crate::domain::holder_note::HolderNote;
use crate::domain::page::Page;
use crate::domain::policy::{Policy, Refusal};
use crate::domain::sentence::{Names, Step, steps};
use crate::domain::theme::Colour;
use crate::domain::timeline::{Shows, Timeline};
use crate::domain::zone::Zone;
use crate::ids::{AwardId, CourseId, PersonId, TenantId, TimelineId};
use crate::random;
use crate::service::Cairn;
use crate::service::award::everywhere::gather;
use crate::service::base::error::ServiceError;
use crate::service::base::minors;
use crate::service::base::names;
use crate::service::base::refusal::CredentialRefusal;
use crate::service::base::session::{Visitor, digest};
use crate::service::credential::publish::{self, Published};
use crate::service::credential::share::held;
use crate::service::credential::share_links::{DAYS, MOST};
use crate::store::{
    Db, StoreError, awards, badges, courses, credentials, decisions, holder_notes, people, submissions,
    tenants, timelines,
};

/// Badges of one timeline, the latest.
pub(crate) const MOST_BADGES: i64 = 200;
/// Timelines that the holder's page lists.
const LISTED: i64 = 200;

/// A step with the work that was handed in for it.
#[derive(Debug, Clone)]
pub(crate) struct Done {
    pub(crate) step: Step,
    pub(crate) work: Option<Artefact>,
}

/// One badge of a timeline.
#[derive(Debug, Clone)]
pub(crate) struct Chapter {
    pub(crate) badge: Badge,
    pub(crate) course: Course,
    pub(crate) published: Published,
    pub(crate) steps: Vec<Done>,
    /// The holder's own words; to others only where they are shown.
    pub(crate) note: Option<HolderNote>,
}

/// A timeline as its holder sees it.
#[derive(Debug, Clone)]
pub(crate) struct Mine {
    pub(crate) now: DateTime<Utc>,
    /// The earliest first.
    pub(crate) chapters: Vec<Chapter>,
    /// By which it is or was shown, latest first.
    pub(crate) shown: Vec<Timeline>,
    pub(crate) policy: Policy,
}

/// A timeline as others see it.
#[derive(Debug, Clone)]
pub(crate) struct Opened {
    pub(crate) chapters: Vec<Chapter>,
    pub(crate) shows: Shows,
    /// Whose it is, where that is shown.
    pub(crate) holder: Option<String>,
    /// Whether anybody may come upon it.
    pub(crate) is_public: bool,
    /// Until when it is shown; none: until it is withdrawn.
    pub(crate) until: Option<DateTime<Utc>>,
    pub(crate) zone: Zone,
    pub(crate) accent: Option<Colour>,
}

/// The visitor's own timeline, of one award or of all.
///
/// # Errors
/// [`ServiceError::NotFound`] for an award of somebody else.
#[tracing::instrument(name = "timelines.mine", level = "debug", skip_all)]
pub(crate) async fn mine(
    cairn: &Cairn,
    visitor: &Visitor,
    award: Option<&AwardId>,
) -> Result<Mine, ServiceError> {
    let (visitor, award, now) = (visitor.clone(), award.cloned(), cairn.clock.now());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let (tenant, person) = (visitor.tenant(), &visitor.person.id);
        if let Some(award) = &award {
            held(db, &visitor, award)?;
        }
        let mut chapters = chapters(db, tenant, person, award.as_ref())?;
        if visitor.act_for_oneself().is_err() {
            // What nobody else sees, whoever acts as them does not see either.
            keep_shown_notes(&mut chapters);
        }
        let holding = minors::of(db, tenant, person)?;
        let mut shown = of(db, tenant, person, award.as_ref())?;
        shown.retain(|one| !one.is_open(now) || !holding.ends(one.made_at));
        Ok(Mine {
            now,
            chapters,
            shown,
            policy: holding.policy,
        })
    });
    found.await
}

/// Makes a link to the visitor's own timeline and gives its secret part, which is not kept.
///
/// # Errors
/// [`ServiceError::NotFound`] for an award of somebody else; [`ServiceError::Masquerade`] for whoever acts as them; a
/// [`Refusal`] where the institution keeps badges or names off the web; [`ServiceError::Refused`] for another time than
/// [`DAYS`], and when [`MOST`] are open.
#[tracing::instrument(name = "timelines.make_link", skip_all)]
pub(crate) async fn make_link(
    cairn: &Cairn,
    visitor: &Visitor,
    award: Option<&AwardId>,
    days: u16,
    shows: Shows,
) -> Result<String, ServiceError> {
    visitor.act_for_oneself()?;
    if !DAYS.contains(&days) {
        return Err(CredentialRefusal::ShareDays.into());
    }
    let token = random::token::<16>(cairn.random.as_ref());
    let now = cairn.clock.now();
    let new = Timeline {
        id: TimelineId::new(now, cairn.random.as_ref()),
        tenant: visitor.tenant().clone(),
        person: visitor.person.id.clone(),
        award: award.cloned(),
        digest: digest(&token),
        slug: None,
        shows,
        made_at: now,
        until: Some(now + TimeDelta::days(i64::from(days))),
        withdrawn_at: None,
    };
    let visitor = visitor.clone();
    let made = cairn.store.write_with(move |db| -> Result<(), ServiceError> {
        may_show(db, &visitor, new.award.as_ref(), shows)?;
        let known = timelines::of_person(db, visitor.tenant(), &visitor.person.id, LISTED)?;
        let open = known.iter().filter(|one| one.is_open(now) && !one.is_public());
        if open.count() >= MOST {
            return Err(CredentialRefusal::TimelineMany.into());
        }
        timelines::insert(db, &new)?;
        Ok(())
    });
    made.await?;
    Ok(token)
}

/// Lets anybody open the visitor's own timeline who has its address, from now on. Doing it again changes what it shows, and
/// leaves the address as it is.
///
/// # Errors
/// As [`make_link`].
#[tracing::instrument(name = "timelines.publish", skip_all)]
pub(crate) async fn publish(
    cairn: &Cairn,
    visitor: &Visitor,
    award: Option<&AwardId>,
    shows: Shows,
) -> Result<(), ServiceError> {
    visitor.act_for_oneself()?;
    let slug = random::token::<16>(cairn.random.as_ref());
    let now = cairn.clock.now();
    let new = Timeline {
        id: TimelineId::new(now, cairn.random.as_ref()),
        tenant: visitor.tenant().clone(),
        person: visitor.person.id.clone(),
        award: award.cloned(),
        digest: digest(&slug),
        slug: Some(slug),
        shows,
        made_at: now,
        until: None,
        withdrawn_at: None,
    };
    let visitor = visitor.clone();
    let shown = cairn.store.write_with(move |db| -> Result<(), ServiceError> {
        let award = new.award.as_ref();
        may_show(db, &visitor, award, shows)?;
        let (tenant, person) = (visitor.tenant(), &visitor.person.id);
        let known = of(db, tenant, person, award)?;
        let holding = minors::of(db, tenant, person)?;
        let is_there = known.iter().find(|one| one.is_public() && one.is_open(now));
        match is_there {
            // Its address was ended for good, so there is another one.
            Some(one) if holding.ends(one.made_at) => {
                timelines::withdraw(db, tenant, person, &one.id, now)?;
                timelines::insert(db, &new)?
            }
            Some(one) => timelines::set_shows(db, tenant, person, &one.id, shows)?,
            None => timelines::insert(db, &new)?,
        };
        Ok(())
    });
    shown.await
}

/// Ends what the visitor shows; what was withdrawn before stays so.
///
/// # Errors
/// [`ServiceError::NotFound`] for a timeline of somebody else; [`ServiceError::Masquerade`] for whoever acts as them.
#[tracing::instrument(name = "timelines.withdraw", skip_all, fields(timeline = id.as_str()))]
pub(crate) async fn withdraw(
    cairn: &Cairn,
    visitor: &Visitor,
    id: &TimelineId,
) -> Result<Option<AwardId>, ServiceError> {
    visitor.act_for_oneself()?;
    let (visitor, id, now) = (visitor.clone(), id.clone(), cairn.clock.now());
    let ended = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        let (tenant, person) = (visitor.tenant(), &visitor.person.id);
        let known = timelines::of_person(db, tenant, person, LISTED)?;
        let one = known.into_iter().find(|one| one.id == id);
        let one = one.ok_or(ServiceError::NotFound("timeline"))?;
        timelines::withdraw(db, tenant, person, &id, now)?;
        Ok(one.award)
    });
    ended.await
}

/// The timeline at an address.
///
/// # Errors
/// [`ServiceError::NotFound`] for one that never was, and for a badge that its holder does not have any more;
/// [`ServiceError::Refused`] for one that has ended or was withdrawn; a [`Refusal`] where the institution keeps badges off the
/// web, [`ServiceError::Kept`] where the holder keeps the badge to themselves.
#[tracing::instrument(name = "timelines.open", level = "debug", skip_all)]
pub(crate) async fn open(cairn: &Cairn, token: &str) -> Result<Opened, ServiceError> {
    let (digest, now) = (digest(token), cairn.clock.now());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let shown = timelines::by_digest(db, &digest)?.ok_or(ServiceError::NotFound("timeline"))?;
        let tenant = shown.tenant.clone();
        let zone = tenants::zone(db, &tenant)?;
        if !shown.is_open(now) {
            return Err(gone(&shown, zone).into());
        }
        let holding = minors::of(db, &tenant, &shown.person)?;
        holding.open()?;
        if holding.ends(shown.made_at) {
            return Err(CredentialRefusal::TimelineEnded.into());
        }
        let policy = holding.policy;
        let mut chapters = chapters(db, &tenant, &shown.person, shown.award.as_ref())?;
        let is_kept = |chapter: &Chapter| chapter.published.visibility().hidden;
        if shown.award.is_none() {
            chapters.retain(|chapter| !is_kept(chapter));
        } else if chapters.is_empty() {
            return Err(ServiceError::NotFound("timeline"));
        } else if shown.is_public() && chapters.iter().any(is_kept) {
            return Err(ServiceError::Kept);
        }
        keep_shown_notes(&mut chapters);
        let holder = if shown.shows.name && policy.shows_names() {
            people::get(db, &tenant, &shown.person)?.map(|person| person.display_name())
        } else {
            None
        };
        Ok(Opened {
            chapters,
            shows: shown.shows,
            holder,
            is_public: shown.is_public(),
            until: shown.until,
            zone,
            accent: tenants::get(db, &tenant)?.and_then(|institution| institution.accent),
        })
    });
    found.await
}

/// Of the holder's words those that others read.
fn keep_shown_notes(chapters: &mut [Chapter]) {
    for chapter in chapters {
        chapter.note = chapter.note.take().filter(|note| note.shown);
    }
}

fn gone(shown: &Timeline, zone: Zone) -> CredentialRefusal {
    match shown.until.filter(|_| shown.withdrawn_at.is_none()) {
        Some(until) => CredentialRefusal::TimelineOver(until, zone),
        None => CredentialRefusal::TimelineWithdrawn,
    }
}

/// Whether the visitor may show that.
fn may_show(
    db: &mut Db,
    visitor: &Visitor,
    award: Option<&AwardId>,
    shows: Shows,
) -> Result<(), ServiceError> {
    if let Some(award) = award {
        held(db, visitor, award)?;
    }
    let policy = minors::policy_of(db, visitor.tenant(), &visitor.person.id)?;
    policy.sharing()?;
    if shows.name && !policy.shows_names() {
        return Err(Refusal::Name.into());
    }
    Ok(())
}

/// The timelines of one award, or of all.
fn of(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
    award: Option<&AwardId>,
) -> Result<Vec<Timeline>, StoreError> {
    let mut known = timelines::of_person(db, tenant, person, LISTED)?;
    known.retain(|one| one.award.as_ref() == award);
    Ok(known)
}

/// The chapters of one award of that person, or of the latest terms of all, the earliest first. An award that is not theirs (any
/// more) has none.
fn chapters(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
    award: Option<&AwardId>,
) -> Result<Vec<Chapter>, StoreError> {
    let mut earned = match award {
        None => awards::everywhere(db, tenant, person, Page::first(MOST_BADGES))?,
        Some(id) => {
            let award = awards::get(db, tenant, id)?.filter(|award| award.person == *person);
            let mut one = Vec::new();
            if let Some(award) = award
                && let Some(badge) = badges::get(db, tenant, &award.badge)?
                && let Some(course) = courses::get(db, tenant, &badge.course)?
            {
                one.push((award, badge, course));
            }
            one
        }
    };
    earned.sort_by(|(one, ..), (other, ..)| (one.awarded_at, &one.id).cmp(&(other.awarded_at, &other.id)));
    let mut called: HashMap<CourseId, Names> = HashMap::new();
    let mut told = Vec::new();
    for (award, badge, course) in earned {
        let Some(credential) = credentials::by_award(db, tenant, &award.id)? else {
            continue;
        };
        let Some(published) = publish::load(db, credential)? else {
            continue;
        };
        if let Entry::Vacant(place) = called.entry(course.id.clone()) {
            place.insert(names::of_course(db, tenant, &course.id)?);
        }
        let here = called.get(&course.id).cloned().unwrap_or_default();
        told.push(Chapter {
            steps: done(db, tenant, &published, here)?,
            note: holder_notes::get(db, tenant, &award.id)?,
            badge,
            course,
            published,
        });
    }
    Ok(told)
}

/// What was done for an award that a rule led to; nothing is known of one that was given by hand.
fn done(
    db: &mut Db,
    tenant: &TenantId,
    published: &Published,
    mut here: Names,
) -> Result<Vec<Done>, StoreError> {
    let award = &published.award;
    let record = decisions::get(db, tenant, &award.decision)?;
    let Some(decision) = record
        .map(|record| record.decision)
        .filter(|decision| decision.outcome == Truth::Yes)
    else {
        return Ok(Vec::new());
    };
    let mut elsewhere = BTreeSet::new();
    gather(&decision.tree, &mut |badge, _| {
        if !here.badges.contains_key(badge) {
            elsewhere.insert(badge.clone());
        }
    });
    here.badges.extend(badges::names_of(db, tenant, &elsewhere)?);
    let mut all = Vec::new();
    for step in steps(&decision, &here) {
        let work = match &step.activity {
            None => None,
            Some(activity) => {
                let versions = submissions::history(db, tenant, activity, &award.person)?;
                approved_by(versions, award.awarded_at)
            }
        };
        all.push(Done { step, work });
    }
    Ok(all)
}

/// The work that was approved when the badge was awarded.
fn approved_by(versions: Vec<Submission>, awarded_at: DateTime<Utc>) -> Option<Artefact> {
    let counted = |one: &Submission| {
        let reviewed = one.review.as_ref().is_some_and(|review| review.at <= awarded_at);
        one.state == SubmissionState::Approved && reviewed
    };
    versions
        .into_iter()
        .rfind(counted)
        .map(|submission| submission.artefact)
}
