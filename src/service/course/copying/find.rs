//! Noticing that a course was copied: by the history that a launch names, by an id of ours in a copied link, by the
//! platform's notice. A notice proves it, and so does a history that only the platform's own configuration can have sent;
//! everything else anybody may have typed into a link. Only courses of the same institution and the same platform are ever found.

use chrono::{DateTime, Utc};

use super::{links as copied_links, source};
use crate::domain::copying::Permission;
use crate::domain::course::{CopyFoundBy, CopyProof, CopyState, Course, CourseCopy, Link};
use crate::ids::{CopyId, CourseId, DeploymentId, RegistrationId, TenantId};
use crate::random::Random;
use crate::service::base::error::ServiceError;
use crate::service::course::placing::ITEM;
use crate::store::courses::CourseSeen;
use crate::store::{
    Db, StoreError, activities, badges, copies, courses, history_senders, line_items, once_committed,
    platforms,
};
use lti::capabilities::CustomValues;
use lti::claims::Launch;
use lti::registration::Registration;

/// Most ids of a history that are looked at; Canvas names 1,000.
const MOST: usize = 1_000;

/// What a launch says of a copied course. Gives the link back, which may open something now. `registration` is the one that it
/// came by, as its owner has it: institutions may share it. Run it in the launch's transaction, after course and link were
/// refreshed.
pub(crate) fn on_launch(
    db: &mut Db,
    course: &Course,
    link: Option<Link>,
    launch: &Launch,
    registration: &Registration,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<Option<Link>, ServiceError> {
    let history: Vec<&str> = launch
        .previous_context_ids()
        .into_iter()
        .filter(|id| *id != course.context_id)
        .take(MOST)
        .collect();
    let item = launch.custom_text(ITEM);
    if !history.is_empty() && courses::history(db, &course.tenant, &course.id)? != history {
        courses::set_history(db, &course.tenant, &course.id, &history)?;
    }
    let proven = proves_history(db, launch, registration, now)?;
    if proven || !history.is_empty() || item.is_some() {
        let known = copies::for_course(db, &course.tenant, &course.id)?;
        if let Some(found) = found(db, course, &known, &history, proven, item)? {
            offer(db, course, found, now, random)?;
        }
    }
    let Some(link) = link else { return Ok(None) };
    if let (Some(item), Some(url)) = (item, &link.line_item_url)
        && let Some(column) = line_items::by_url(db, &course.tenant, &course.id, url)?
        && column.resource_id.is_none()
    {
        line_items::note_resource_id(db, &course.tenant, &column.id, item)?;
    }
    Ok(Some(copied_links::open(db, course, link, item, now, random)?))
}

/// Whether the history of a launch is what the platform's own configuration of the tool sends. A link of the course may say
/// something else, unless the platform lets it not. Each registration is configured for itself: what another one of the same
/// platform sends says nothing of the one that the launch came by.
fn proves_history(
    db: &mut Db,
    launch: &Launch,
    registration: &Registration,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let (tenant, id) = (&registration.tenant, &registration.id);
    let said = !launch.previous_context_ids().is_empty();
    match (
        registration.capabilities().custom_values,
        launch.is_without_link(),
    ) {
        (CustomValues::Unknown, _) | (CustomValues::Links, false) => Ok(false),
        (CustomValues::Links, true) => Ok(said),
        (CustomValues::Administrators, true) => {
            history_senders::set(db, tenant, id, launch.names_context_history(), now)?;
            Ok(said)
        }
        (CustomValues::Administrators, false) => Ok(said && history_senders::contains(db, tenant, id)?),
    }
}

/// A copy that was noticed.
struct Found {
    source: CourseId,
    by: CopyFoundBy,
    proof: Option<CopyProof>,
}

/// What a launch says that is not settled yet: the nearest course of a history that is proven, also where a claim was there
/// before; of what anybody may have typed only the first.
fn found(
    db: &mut Db,
    course: &Course,
    known: &[CourseCopy],
    history: &[&str],
    proven: bool,
    item: Option<&str>,
) -> Result<Option<Found>, StoreError> {
    let open = |copy: &CourseCopy| copy.proof.is_none() && copy.state == CopyState::Offered;
    if proven && let Some(source) = nearest(db, course, history)? {
        let counts = known.iter().all(open) || known.iter().any(|copy| copy.source == source);
        return Ok(counts.then_some(Found {
            source,
            by: CopyFoundBy::History,
            proof: Some(CopyProof::History),
        }));
    }
    if !known.is_empty() {
        return Ok(None);
    }
    let claimed = |source, by| Found {
        source,
        by,
        proof: None,
    };
    if let Some(source) = nearest(db, course, history)? {
        return Ok(Some(claimed(source, CopyFoundBy::History)));
    }
    let Some(item) = item else { return Ok(None) };
    let source = source_of(db, course, item)?;
    Ok(source.map(|source| claimed(source, CopyFoundBy::Item)))
}

/// The nearest course of a history that has badges. One context may be known under several deployments: the course's own
/// goes first.
fn nearest(db: &mut Db, course: &Course, history: &[&str]) -> Result<Option<CourseId>, StoreError> {
    if history.is_empty() {
        return Ok(None);
    }
    let home = platforms::home_of_course(db, &course.tenant, &course.id)?;
    let known = courses::by_contexts(db, &course.tenant, &home, history)?;
    for id in history {
        let mut same: Vec<&Course> = known.iter().filter(|one| one.context_id == *id).collect();
        same.sort_by_key(|one| one.deployment != course.deployment);
        for one in same {
            if one.id != course.id && has_badges(db, &course.tenant, &one.id)? {
                return Ok(Some(one.id.clone()));
            }
        }
    }
    Ok(None)
}

/// The course of this platform to which an id of ours belongs: of a placement, an evidence activity or a badge.
fn source_of(db: &mut Db, of: &Course, item: &str) -> Result<Option<CourseId>, StoreError> {
    let tenant = &of.tenant;
    let mut course = copies::placed_in(db, tenant, item)?.map(|(course, _)| course);
    if course.is_none() {
        course = activities::get(db, tenant, &item.into())?.map(|activity| activity.course);
    }
    if course.is_none() {
        course = badges::get(db, tenant, &item.into())?.map(|badge| badge.course);
    }
    let Some(course) = course else { return Ok(None) };
    let same = super::is_of_one_platform(db, of, &course)?;
    Ok(same.then_some(course))
}

/// Whether a course has badges that might come along, to whomever.
fn has_badges(db: &mut Db, tenant: &TenantId, course: &CourseId) -> Result<bool, StoreError> {
    Ok(!source::badges_to_bring(db, tenant, course, Permission::Everything)?.is_empty())
}

fn offer(
    db: &mut Db,
    course: &Course,
    found: Found,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let Found {
        source,
        by: found_by,
        proof,
    } = found;
    if source == course.id || !has_badges(db, &course.tenant, &source)? {
        return Ok(());
    }
    let copy = CourseCopy {
        id: CopyId::new(now, random),
        tenant: course.tenant.clone(),
        course: course.id.clone(),
        source,
        found_by,
        proof,
        state: CopyState::Offered,
        created_at: now,
        settled_at: None,
    };
    if copies::offer(db, &copy)? {
        once_committed(
            db,
            move || tracing::info!(course = %copy.course, source = %copy.source, ?found_by, "a copied course"),
        );
    } else if let Some(proof) = proof {
        // Somebody may have claimed it before.
        copies::prove(db, &copy.tenant, &copy.course, &copy.source, proof)?;
    }
    Ok(())
}

/// What a notice says of a copied course.
#[derive(Debug, Clone)]
pub(crate) struct Copied<'a> {
    pub(crate) tenant: &'a TenantId,
    pub(crate) registration: &'a RegistrationId,
    pub(crate) deployment: &'a DeploymentId,
    /// The new course's own id at the platform.
    pub(crate) context_id: &'a str,
    pub(crate) title: Option<&'a str>,
    /// The old courses'.
    pub(crate) origins: &'a [String],
}

/// Takes a notice in. A notice mostly comes before anybody has opened the new course: then the course is made here, but
/// only where there is something to offer, and nobody reads it at the platform before its first launch.
pub(crate) fn on_notice(
    db: &mut Db,
    copied: &Copied<'_>,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<usize, StoreError> {
    let origins: Vec<&str> = copied
        .origins
        .iter()
        .map(String::as_str)
        .filter(|id| *id != copied.context_id)
        .take(MOST)
        .collect();
    let mut sources: Vec<CourseId> = Vec::new();
    let home = platforms::home_of_deployment(db, copied.tenant, copied.deployment)?;
    let known = courses::by_contexts(db, copied.tenant, &home, &origins)?;
    for id in &origins {
        let mut same: Vec<&Course> = known.iter().filter(|one| one.context_id == *id).collect();
        same.sort_by_key(|one| one.deployment != *copied.deployment);
        for one in same {
            if has_badges(db, copied.tenant, &one.id)? {
                sources.push(one.id.clone());
                break;
            }
        }
    }
    if sources.is_empty() {
        return Ok(0);
    }
    let seen = CourseSeen {
        tenant: copied.tenant.clone(),
        registration: copied.registration.clone(),
        deployment: copied.deployment.clone(),
        context_id: copied.context_id.to_owned(),
        label: None,
        title: copied.title.map(ToOwned::to_owned),
        services: crate::domain::course::Services::default(),
    };
    let course = courses::announced(db, &seen, now, random)?;
    for source in &sources {
        let found = Found {
            source: source.clone(),
            by: CopyFoundBy::Notice,
            proof: Some(CopyProof::Notice),
        };
        offer(db, &course, found, now, random)?;
    }
    Ok(sources.len())
}
