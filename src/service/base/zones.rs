//! Where an institution is: said by the platform of an administrator, else by their browser, and changed in the console.

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::zone::{Zone, ZoneFrom, ZoneSet};
use crate::ids::TenantId;
use crate::random::Random;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::session::Visitor;
use crate::store::{Db, StoreError, audit, tenants};
use lti::claims::{Launch, TIME_ZONE};

/// Takes over what somebody says of where an institution is, unless more is known of it.
///
/// # Errors
/// [`StoreError::Missing`] when there is no such institution.
pub(in crate::service) fn learn(
    db: &mut Db,
    tenant: &TenantId,
    said: ZoneSet,
    by: Actor,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let known = tenants::get(db, tenant)?.ok_or(StoreError::Missing("institution"))?;
    if !said.from.replaces(known.time_zone) || known.time_zone == Some(said) {
        return Ok(());
    }
    tenants::set_zone(db, tenant, said)?;
    let before = known.time_zone.map(|set| set.zone);
    let entry = Entry::new(tenant, by, Action::TimeZoneChanged, tenant.as_str(), now);
    let detail = json!({"before": before, "after": said.zone, "said_by": said.from.word()});
    audit::record(db, &entry.detail(detail), random)
}

/// What a launch by an administrator says, within its transaction. Nobody says it who acts as somebody else.
///
/// # Errors
/// As [`learn`].
pub(in crate::service) fn on_launch(
    db: &mut Db,
    tenant: &TenantId,
    launch: &Launch,
    by: Actor,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    if !launch.roles.is_admin() || launch.is_masquerade() {
        return Ok(());
    }
    let Some(zone) = launch.custom_text(TIME_ZONE).and_then(Zone::parse) else {
        return Ok(());
    };
    let said = ZoneSet {
        zone,
        from: ZoneFrom::Platform,
    };
    learn(db, tenant, said, by, now, random)
}

/// What the browser of an administrator says who was launched into a course; what is no name of a zone says nothing.
///
/// # Errors
/// [`ServiceError::NotFound`] for everybody else.
#[tracing::instrument(name = "zones.from_browser", skip_all)]
pub(crate) async fn from_browser(cairn: &Cairn, visitor: &Visitor, name: &str) -> Result<(), ServiceError> {
    if !visitor.session.administrator || visitor.session.masquerade {
        return Err(ServiceError::NotFound("page"));
    }
    guess(cairn, visitor.tenant(), visitor.actor(), name).await
}

/// Takes over what a browser says, if it says anything.
///
/// # Errors
/// As [`learn`].
pub(in crate::service) async fn guess(
    cairn: &Cairn,
    tenant: &TenantId,
    by: Actor,
    name: &str,
) -> Result<(), ServiceError> {
    let Some(zone) = Zone::parse(name) else {
        return Ok(());
    };
    let (tenant, (now, random)) = (tenant.clone(), cairn.moment());
    let said = ZoneSet {
        zone,
        from: ZoneFrom::Browser,
    };
    let kept = cairn
        .store
        .write(move |db| learn(db, &tenant, said, by, now, random.as_ref()));
    Ok(kept.await?)
}
