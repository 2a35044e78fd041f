//! What was picked, first as a plan to look at, then placed and signed.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::json;
use url::Url;

use super::items::Material;
use super::waiting::Chosen;
use super::{Pick, Planned, What, adopt, chooser};
use crate::domain::audit::Action;
use crate::domain::course::Opens;
use crate::domain::evidence::Activity;
use crate::domain::policy::Power;
use crate::ids::{ActivityId, PlacementId};
use crate::random::Random;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::policies;
use crate::service::base::refusal::PlacingRefusal;
use crate::service::base::session::Visitor;
use crate::service::course::launch::leads::PlacingRequest;
use crate::store::links::LinkSeen;
use crate::store::placements::Placement;
use crate::store::{Db, activities, audit, issuers, links, pending, placements, waiting_answers};
use lti::deep_linking::{Accepted, Answer, accept};
use lti::registration::Registration;

/// Most items at once.
const MOST: usize = 30;

/// How what was chosen goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sent {
    /// By this browser window.
    Signed(Signed),
    /// By the frame that offered this window, which fetches it.
    ToFrame {
        /// How many items it will have.
        count: usize,
        /// Whether the frame has an earlier choice already: then this one went nowhere.
        is_late: bool,
    },
}

/// What the browser posts to the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signed {
    pub(crate) return_url: Url,
    /// The form field `JWT`.
    pub(crate) jwt: String,
    pub(crate) count: usize,
}

/// The picks as they would be placed. Nothing is written.
///
/// # Errors
/// As [`super::request`]; [`ServiceError::Refused`] when nothing was picked or this place does not take it,
/// [`ServiceError::NotFound`] for a badge or an activity of another course.
#[tracing::instrument(name = "placing.plan", skip_all)]
pub(crate) async fn plan(
    cairn: &Cairn,
    visitor: &Visitor,
    picks: Vec<Pick>,
    icon: Option<Url>,
) -> Result<Vec<Planned>, ServiceError> {
    let request = super::request(visitor)?;
    if picks.is_empty() || picks.len() > MOST {
        return Err(PlacingRefusal::Count { most: MOST }.into());
    }
    let origin = cairn.settings.origin();
    let identity = cairn.settings.identity();
    let settings = request.settings.clone();
    let visitor = visitor.clone();
    let planned = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        policies::require(db, &visitor, Power::Place)?;
        let (tenant, course) = (visitor.tenant(), &visitor.course.id);
        let issuer = issuers::for_tenant(db, tenant)?.ok_or(ServiceError::NotFound("issuer"))?;
        let mut planned = Vec::new();
        let without = without_column(db, &visitor, &picks)?;
        for pick in picks {
            let badge = match &pick.what {
                What::Badge(id) => chooser::placeable(db, tenant, course, id)?,
                _ => None,
            };
            let activity = match &pick.what {
                What::Activity(id) => {
                    activities::get(db, tenant, id)?.filter(|activity| activity.course == *course)
                }
                _ => None,
            };
            let column_is_gone = match &activity {
                Some(activity) => adopt::column_is_gone(db, activity)?,
                None => false,
            };
            let material = Material {
                origin: &origin,
                identity: &identity,
                issuer: &issuer.slug,
                capabilities: visitor.registration.capabilities(),
                columns: settings.accept_lineitem && !without.contains(&pick.id),
                icon: icon.as_ref(),
                badge: badge.as_ref(),
                activity: activity.as_ref(),
                column_is_gone,
            };
            planned.push(material.plan(pick)?);
        }
        Ok((planned, visitor.registration.capabilities()))
    });
    let (planned, capabilities) = planned.await?;
    let items = planned.iter().map(|one| one.item.clone()).collect();
    accept(items, &request.settings, &capabilities).map_err(PlacingRefusal::NotTaken)?;
    Ok(planned)
}

/// The picks of activities that another link brought into the course before: its column came with that link, although
/// nobody may have opened it yet. Of several picks of one activity the first alone brings a column, also when the form is
/// sent again. Where that column is gone, only a link that still waits to be opened will bring another.
fn without_column(
    db: &mut Db,
    visitor: &Visitor,
    picks: &[Pick],
) -> Result<BTreeSet<PlacementId>, ServiceError> {
    let activity_of = |pick: &Pick| match &pick.what {
        What::Activity(activity) => Some(activity.clone()),
        What::NewActivity { .. } => Some(ActivityId::from(pick.id.as_str())),
        What::MyBadges | What::Badge(_) => None,
    };
    let mut without = BTreeSet::new();
    if !picks.iter().any(|pick| matches!(pick.what, What::Activity(_))) {
        return Ok(without);
    }
    let placed = placements::for_course(db, visitor.tenant(), &visitor.course.id)?;
    let links = links::list(db, visitor.tenant(), &visitor.course.id)?;
    let waits = |one: &Placement| {
        let place = adopt::place_name(&one.id);
        links.iter().any(|link| link.resource_link_id == place)
    };
    let mut brought = BTreeSet::new();
    for pick in picks {
        let Some(activity) = activity_of(pick) else {
            continue;
        };
        let is_gone = match activities::get(db, visitor.tenant(), &activity)? {
            Some(activity) => adopt::column_is_gone(db, &activity)?,
            None => false,
        };
        let own = placed.iter().find(|one| one.id == pick.id);
        let before = |one: &&Placement| {
            matches!(&one.opens, Opens::Activity { activity: opened } if *opened == activity)
                && (!is_gone || waits(one))
                && !picks.iter().any(|pick| pick.id == one.id)
                && own.is_none_or(|own| one.created_at < own.created_at)
        };
        let is_new = matches!(pick.what, What::NewActivity { .. });
        if !is_new && (brought.contains(&activity) || placed.iter().any(|one| before(&one))) {
            without.insert(pick.id.clone());
        }
        brought.insert(activity);
    }
    Ok(without)
}

/// Places the picks: what they are is written down, and the answer to the platform signed. A form that is sent twice
/// writes once and signs the same items again.
///
/// # Errors
/// As [`plan`]; [`ServiceError::Refused`] when an id stands for something else already.
#[tracing::instrument(name = "placing.send", skip_all)]
pub(crate) async fn send(
    cairn: &Cairn,
    visitor: &Visitor,
    picks: Vec<Pick>,
    icon: Option<Url>,
) -> Result<Sent, ServiceError> {
    let request = super::request(visitor)?;
    let planned = plan(cairn, visitor, picks, icon).await?;
    let items = planned.iter().map(|one| one.item.clone()).collect();
    let accepted = accept(items, &request.settings, &visitor.registration.capabilities())
        .map_err(PlacingRefusal::NotTaken)?;
    let (now, random) = (cairn.clock.now(), Arc::clone(&cairn.random));
    let placer = visitor.clone();
    let written = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        policies::require(db, &placer, Power::Place)?;
        for one in &planned {
            place(db, &placer, one, now, random.as_ref())?;
        }
        Ok(())
    });
    written.await?;
    answer(cairn, visitor, &accepted, None).await
}

/// The answer of somebody who thought better of it: nothing at all.
///
/// # Errors
/// As [`super::request`].
#[tracing::instrument(name = "placing.cancel", skip_all)]
pub(crate) async fn cancel(cairn: &Cairn, visitor: &Visitor) -> Result<Sent, ServiceError> {
    answer(
        cairn,
        visitor,
        &Accepted::nothing(),
        Some("Nothing was put into the course."),
    )
    .await
}

async fn answer(
    cairn: &Cairn,
    visitor: &Visitor,
    items: &Accepted,
    message: Option<&str>,
) -> Result<Sent, ServiceError> {
    let request = super::request(visitor)?;
    let internal = |error: serde_json::Error| ServiceError::Internal(error.to_string());
    let chosen = Chosen {
        items: items.keep().map_err(internal)?,
        message: message.map(str::to_owned),
        count: items.items().len(),
    };
    let (tenant, deployment) = (visitor.tenant().clone(), visitor.session.deployment.clone());
    let (session, now) = (visitor.session.id.clone(), cairn.clock.now());
    let read = cairn.store.read(move |db| {
        let frame = waiting_answers::of_session(db, &tenant, &session, now)?;
        Ok((frame, pending::name_of(db, &tenant, &deployment)?))
    });
    let (frame, name) = read.await?;
    if frame.is_some() {
        let (tenant, session) = (visitor.tenant().clone(), visitor.session.id.clone());
        let answer = serde_json::to_string(&chosen).map_err(internal)?;
        let kept = cairn
            .store
            .write(move |db| waiting_answers::keep(db, &tenant, &session, &answer));
        return Ok(Sent::ToFrame {
            count: chosen.count,
            is_late: !kept.await?,
        });
    }
    let name = name.ok_or(ServiceError::NotFound("installation"))?;
    sign(cairn, &visitor.registration, &request, &name, &chosen).map(Sent::Signed)
}

/// Signs the answer for the platform, as of now. `deployment` is its own name for the installation.
pub(super) fn sign(
    cairn: &Cairn,
    registration: &Registration,
    request: &PlacingRequest,
    deployment: &str,
    chosen: &Chosen,
) -> Result<Signed, ServiceError> {
    let answer = Answer {
        client_id: &registration.client_id,
        issuer: &registration.issuer,
        deployment_id: deployment,
        data: request.settings.data.as_deref(),
        items: &chosen.items,
        message: chosen.message.as_deref(),
    };
    let jwt = answer
        .sign(&cairn.tool_key.active(), cairn.clock.now(), cairn.random.as_ref())
        .map_err(|error| ServiceError::Internal(error.to_string()))?;
    Ok(Signed {
        return_url: request.settings.return_url.clone(),
        jwt,
        count: chosen.count,
    })
}

/// Writes down one item. What is shown in a page by anybody's eyes needs no memory of ours.
fn place(
    db: &mut Db,
    visitor: &Visitor,
    planned: &Planned,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), ServiceError> {
    let (tenant, pick) = (visitor.tenant(), &planned.pick);
    if !pick.shape.opens_cairn() {
        return Ok(());
    }
    let opens = match &pick.what {
        What::MyBadges => Opens::MyBadges,
        What::Badge(badge) => match &planned.badge {
            Some(known) if chooser::is_stack(db, known)? => Opens::Stack { badge: badge.clone() },
            _ => Opens::Badge { badge: badge.clone() },
        },
        What::Activity(activity) => Opens::Activity {
            activity: activity.clone(),
        },
        // One id for both, so that the column is found again by the id that stands in the link.
        What::NewActivity { .. } => Opens::Activity {
            activity: ActivityId::from(pick.id.as_str()),
        },
    };
    let placement = Placement {
        id: pick.id.clone(),
        tenant: tenant.clone(),
        course: visitor.course.id.clone(),
        opens: opens.clone(),
        title: planned.title.clone(),
        made_by: visitor.person.id.clone(),
        created_at: now,
    };
    let is_new = placements::get(db, tenant, &pick.id)?.is_none();
    let known = placements::find_or_insert(db, &placement)?;
    if known.course != placement.course || known.opens != placement.opens {
        return Err(PlacingRefusal::Known.into());
    }
    if !is_new {
        return Ok(());
    }
    if matches!(opens, Opens::Activity { .. }) {
        let seen = LinkSeen {
            tenant: tenant.clone(),
            course: visitor.course.id.clone(),
            resource_link_id: adopt::place_name(&pick.id),
            title: Some(planned.title.clone()),
            line_item_url: None,
        };
        let link = links::insert_placeholder(db, &seen, &opens, now, random)?;
        if let What::NewActivity {
            title,
            instructions,
            maximum,
        } = &pick.what
        {
            let activity = Activity {
                id: ActivityId::from(pick.id.as_str()),
                tenant: tenant.clone(),
                course: visitor.course.id.clone(),
                link: link.id,
                title: title.clone(),
                instructions: instructions.clone(),
                line_item: None,
                maximum: *maximum,
                created_at: now,
            };
            activities::insert(db, &activity)?;
        }
    }
    let entry = visitor.entry(Action::LinkPlaced, pick.id.as_str(), now);
    audit::record(db, &entry.detail(json!({"opens": opens})), random)?;
    Ok(())
}
