//! What a registration put into a course while its platform was one with another: it goes with its own links when they are two
//! again. An activity that such a link alone opens goes along, with what was handed in to it; one that a link of the course opens
//! too stays there, and the link asks again what it opens.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::super::convert::{from_json, json, micros};
use super::super::people::PersonSeen;
use super::super::platforms::{self, Home};
use super::super::schema::{activities as activity_rows, line_items as item_rows, links as link_rows};
use super::super::schema::{placements as placement_rows, posted_scores as score_rows, submissions};
use super::super::{
    Db, StoreError, activities, course_keys, courses, identities, line_items, links, people, rules,
};
use super::{hand_ins, moves};
use crate::domain::course::{Course, Opens, UNNAMED};
use crate::domain::evidence::Activity;
use crate::domain::platform::Join;
use crate::ids::{CourseId, JoinId, LineItemId, LinkId, PersonId, PlatformId, RegistrationId, TenantId};
use crate::random::Random;

const LINKS: &str = "links.course_id";
const ACTIVITIES: &str = "activities.course_id";
const OPENS: &str = "links.opens";

/// The registrations that speak for the platform that goes and not for the one that stays.
fn own_registrations(db: &mut Db, join: &Join) -> Result<BTreeSet<RegistrationId>, StoreError> {
    let (from, into) = join.sides::<PlatformId>();
    let of = |db: &mut Db, platform: &PlatformId| -> Result<BTreeSet<RegistrationId>, StoreError> {
        let all = platforms::deployments_of(db, &join.tenant, platform)?;
        Ok(all.into_iter().map(|(_, registration)| registration).collect())
    };
    let stay = of(db, &into)?;
    let mut own = of(db, &from)?;
    own.retain(|one| !stay.contains(one));
    Ok(own)
}

/// The links that came into a course since the join by one of those registrations.
fn since(
    db: &mut Db,
    join: &Join,
    course: &CourseId,
    registrations: &BTreeSet<RegistrationId>,
) -> Result<Vec<(LinkId, String, Opens)>, StoreError> {
    let rows: Vec<(String, String, String, Option<String>)> = link_rows::table
        .filter(link_rows::tenant_id.eq(join.tenant.as_str()))
        .filter(link_rows::course_id.eq(course.as_str()))
        .filter(link_rows::created_at.ge(micros(join.asked_at)))
        .order((link_rows::created_at, link_rows::id))
        .select((
            link_rows::id,
            link_rows::resource_link_id,
            link_rows::opens,
            link_rows::registration_id,
        ))
        .load(db)?;
    let mut found = Vec::new();
    for (id, name, opens, launched_by) in rows {
        let is_own = launched_by.is_some_and(|by| registrations.contains(&RegistrationId::from(by)));
        if is_own && !UNNAMED.iter().any(|ours| name.starts_with(ours)) {
            found.push((id.into(), name, from_json("links.opens", &opens)?));
        }
    }
    Ok(found)
}

/// Gives the platform that goes a course of its own beside one that is read through an earlier deployment again, where it has
/// none and put something into that one. `was` is that course as it was read through the deployment that goes. Run it in a
/// transaction.
pub(super) fn own_course(
    db: &mut Db,
    join: &Join,
    was: &Course,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let tenant = &join.tenant;
    let (from, _) = join.sides::<PlatformId>();
    let registrations = own_registrations(db, join)?;
    if since(db, join, &was.id, &registrations)?.is_empty()
        || course_keys::course_of(db, tenant, &from, &was.context_id)?.is_some()
        || moves::brought_key_of(db, tenant, &join.id, &was.id)?
    {
        return Ok(());
    }
    let seen = courses::CourseSeen {
        tenant: tenant.clone(),
        registration: was.registration.clone(),
        deployment: was.deployment.clone(),
        context_id: was.context_id.clone(),
        label: was.label.clone(),
        title: was.title.clone(),
        services: was.services.clone(),
    };
    courses::refresh_from_launch(db, None, &seen, now, random)?;
    Ok(())
}

/// Has what a platform that goes put into a course since the join be in its own course, and says whether there was something.
/// `here` is where it is. Doing so twice does it once. Run it in a transaction, once each is the own one's again that was before.
pub(crate) fn placed_goes(
    db: &mut Db,
    join: &Join,
    (here, own): (&CourseId, &CourseId),
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<bool, StoreError> {
    let tenant = &join.tenant;
    let registrations = own_registrations(db, join)?;
    let mut moved = false;
    for (id, name, opens) in since(db, join, here, &registrations)? {
        // Where both have a link of that name, each keeps what it opens.
        if links::by_resource_link(db, tenant, own, &name)?.is_some() {
            continue;
        }
        if let Opens::Activity { activity } = &opens {
            let known = activities::get(db, tenant, activity)?.filter(|known| known.course == *here);
            match known {
                Some(known) if is_opened_by_none_but(db, &known, &registrations)? => {
                    activities::set_link(db, tenant, &known.id, &id)?;
                    activity_goes(db, join, &known, own, now, random)?;
                }
                Some(known) => {
                    let copy = Opens::CopyOf { activity: known.id };
                    links::set_opens(db, tenant, &id, &copy)?;
                }
                None => {}
            }
        }
        diesel::update(link_rows::table)
            .filter(link_rows::tenant_id.eq(tenant.as_str()))
            .filter(link_rows::id.eq(id.as_str()))
            .set(link_rows::course_id.eq(own.as_str()))
            .execute(db)?;
        moved = true;
    }
    Ok(moved)
}

/// Whether links of those registrations alone open an activity. One that nobody has opened yet is nobody's.
fn is_opened_by_none_but(
    db: &mut Db,
    activity: &Activity,
    registrations: &BTreeSet<RegistrationId>,
) -> Result<bool, StoreError> {
    let opens = Opens::Activity {
        activity: activity.id.clone(),
    };
    let all = links::list(db, &activity.tenant, &activity.course)?;
    let mut others = all
        .iter()
        .filter(|link| link.opens == opens && link.is_the_platforms());
    Ok(others.all(|link| {
        let by = link.launched_by.as_ref();
        by.is_some_and(|by| registrations.contains(by))
    }))
}

fn activity_goes(
    db: &mut Db,
    join: &Join,
    activity: &Activity,
    own: &CourseId,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let tenant = &join.tenant;
    let item = column_goes(db, activity, own)?;
    diesel::update(activity_rows::table)
        .filter(activity_rows::tenant_id.eq(tenant.as_str()))
        .filter(activity_rows::id.eq(activity.id.as_str()))
        .set((
            activity_rows::course_id.eq(own.as_str()),
            activity_rows::line_item_id.eq(item.clone()),
        ))
        .execute(db)?;
    let opens = json(&Opens::Activity {
        activity: activity.id.clone(),
    })?;
    diesel::update(placement_rows::table)
        .filter(placement_rows::tenant_id.eq(tenant.as_str()))
        .filter(placement_rows::course_id.eq(activity.course.as_str()))
        .filter(placement_rows::opens.eq(opens))
        .set(placement_rows::course_id.eq(own.as_str()))
        .execute(db)?;
    let gone = Activity {
        course: own.clone(),
        line_item: item.map(LineItemId::from),
        ..activity.clone()
    };
    hand_ins_go(db, join, &gone, now, random)
}

/// The column of an activity goes along, unless a rule of the course reads it or the own course knows it already: then the next
/// check finds it there. Gives the column that the activity has from now on.
fn column_goes(db: &mut Db, activity: &Activity, own: &CourseId) -> Result<Option<String>, StoreError> {
    let tenant = &activity.tenant;
    let item = match &activity.line_item {
        Some(item) => line_items::get(db, tenant, item)?,
        None => None,
    };
    let Some(item) = item else { return Ok(None) };
    if rules::names_item(db, tenant, &item.id)? || line_items::by_url(db, tenant, own, &item.url)?.is_some() {
        return Ok(None);
    }
    diesel::update(item_rows::table)
        .filter(item_rows::tenant_id.eq(tenant.as_str()))
        .filter(item_rows::id.eq(item.id.as_str()))
        .set(item_rows::course_id.eq(own.as_str()))
        .execute(db)?;
    diesel::update(score_rows::table)
        .filter(score_rows::tenant_id.eq(tenant.as_str()))
        .filter(score_rows::line_item_id.eq(item.id.as_str()))
        .set(score_rows::course_id.eq(own.as_str()))
        .execute(db)?;
    Ok(Some(item.id.to_string()))
}

/// What was handed in is from now on of whom the platform that goes calls so: its member list names them all, and so does the
/// next reading of the course.
fn hand_ins_go(
    db: &mut Db,
    join: &Join,
    activity: &Activity,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let tenant = &join.tenant;
    let (from, into) = join.sides::<PlatformId>();
    let home = platforms::home_of_course(db, tenant, &activity.course)?;
    if home.platform != from {
        return Ok(());
    }
    let all: Vec<String> = submissions::table
        .filter(submissions::tenant_id.eq(tenant.as_str()))
        .filter(submissions::activity_id.eq(activity.id.as_str()))
        .select(submissions::person_id)
        .load(db)?;
    let authors: BTreeSet<String> = all.into_iter().collect();
    for author in &authors {
        let person = PersonId::from(author.as_str());
        let Some(own) = counterpart(db, tenant, (&into, &home), &person, now, random)? else {
            continue;
        };
        if own != person {
            hand_ins::give(db, activity, &person, &own)?;
        }
    }
    Ok(())
}

/// Whom the platform that goes calls as the other one calls a person; none for somebody whom that one calls nothing.
pub(super) fn counterpart(
    db: &mut Db,
    tenant: &TenantId,
    (into, home): (&PlatformId, &Home),
    person: &PersonId,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<Option<PersonId>, StoreError> {
    let Some(sub) = identities::sub_of(db, tenant, into, person)? else {
        return Ok(None);
    };
    let known = people::get(db, tenant, person)?;
    let seen = PersonSeen {
        sub,
        name: known.as_ref().and_then(|known| known.name.clone()),
        email: known.and_then(|known| known.email),
    };
    let all = people::upsert_many(db, tenant, home, &[seen], now, random)?;
    Ok(all.into_iter().next().map(|one| one.id))
}

/// Has links that ask again, because what they opened stayed in the other course, open it once both courses are one. What a
/// link of the same course was copied from asks on.
pub(super) fn open_again(
    db: &mut Db,
    tenant: &TenantId,
    join: &JoinId,
    into: &CourseId,
) -> Result<(), StoreError> {
    let came: BTreeSet<String> = moves::noted(db, tenant, join, ACTIVITIES)?
        .into_iter()
        .map(|(id, _)| id)
        .collect();
    for (id, _) in moves::noted(db, tenant, join, LINKS)? {
        let id = LinkId::from(id);
        let Some(Opens::CopyOf { activity }) = links::get(db, tenant, &id)?.map(|link| link.opens) else {
            continue;
        };
        let stayed = activities::get(db, tenant, &activity)?.is_some_and(|known| known.course == *into);
        if stayed && !came.contains(activity.as_str()) {
            let was = json(&Opens::CopyOf {
                activity: activity.clone(),
            })?;
            moves::note(db, tenant, join, OPENS, &[(id.to_string(), was)])?;
            links::set_opens(db, tenant, &id, &Opens::Activity { activity })?;
        }
    }
    Ok(())
}

/// Takes that back, unless somebody chose anew since.
pub(super) fn ask_again(db: &mut Db, tenant: &TenantId, join: &JoinId) -> Result<(), StoreError> {
    for (id, was) in moves::noted(db, tenant, join, OPENS)? {
        let id = LinkId::from(id);
        let was: Opens = from_json("join_moves.was", &was)?;
        let is_now = links::get(db, tenant, &id)?.map(|link| link.opens);
        if let (Some(Opens::Activity { activity: now }), Opens::CopyOf { activity }) = (&is_now, &was)
            && now == activity
        {
            links::set_opens(db, tenant, &id, &was)?;
        }
    }
    Ok(())
}
