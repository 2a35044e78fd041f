//! Platforms that know us under one client id, unique on (issuer, client id).

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use url::Url;

use super::convert::{from_json, from_word, json, micros, word};
use super::schema::{
    courses, deployments, people, platforms as known_platforms, registrations, rest_accesses,
};
use super::{Db, StoreError, platforms};
use crate::ids::{RegistrationId, TenantId};
use lti::dynamic_registration::Powers;
use lti::registration::Registration;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = registrations, treat_none_as_default_value = false)]
#[allow(clippy::struct_excessive_bools, reason = "the columns of the table")]
pub(super) struct Row {
    id: String,
    tenant_id: String,
    name: String,
    issuer: String,
    client_id: String,
    authorization_url: String,
    token_url: String,
    token_audience: String,
    jwks_url: String,
    flavour: String,
    algorithms: String,
    service_hosts: String,
    accepts_new_deployments: bool,
    allow_http_loopback: bool,
    enabled: bool,
    created_at: i64,
}

impl Row {
    pub(super) fn registration(self) -> Result<Registration, StoreError> {
        let url = |column: &'static str, text: &str| {
            Url::parse(text).map_err(|_| StoreError::Value {
                column,
                problem: format!("{text:?}"),
            })
        };
        Ok(Registration {
            authorization_url: url("registrations.authorization_url", &self.authorization_url)?,
            token_url: url("registrations.token_url", &self.token_url)?,
            jwks_url: url("registrations.jwks_url", &self.jwks_url)?,
            flavour: from_word("registrations.flavour", &self.flavour)?,
            algorithms: from_json("registrations.algorithms", &self.algorithms)?,
            service_hosts: from_json("registrations.service_hosts", &self.service_hosts)?,
            id: self.id.into(),
            tenant: self.tenant_id.into(),
            name: self.name,
            issuer: self.issuer,
            client_id: self.client_id,
            token_audience: self.token_audience,
            accepts_new_deployments: self.accepts_new_deployments,
            allow_http_loopback: self.allow_http_loopback,
            enabled: self.enabled,
        })
    }
}

/// Adds a platform.
///
/// # Errors
/// [`StoreError::AlreadyThere`] when issuer and client id are registered, by whichever institution.
pub(crate) fn insert(db: &mut Db, registration: &Registration, now: DateTime<Utc>) -> Result<(), StoreError> {
    let row = Row {
        id: registration.id.to_string(),
        tenant_id: registration.tenant.to_string(),
        name: registration.name.clone(),
        issuer: registration.issuer.clone(),
        client_id: registration.client_id.clone(),
        authorization_url: registration.authorization_url.to_string(),
        token_url: registration.token_url.to_string(),
        token_audience: registration.token_audience.clone(),
        jwks_url: registration.jwks_url.to_string(),
        flavour: word(&registration.flavour)?,
        algorithms: json(&registration.algorithms)?,
        service_hosts: json(&registration.service_hosts)?,
        accepts_new_deployments: registration.accepts_new_deployments,
        allow_http_loopback: registration.allow_http_loopback,
        enabled: registration.enabled,
        created_at: micros(now),
    };
    diesel::insert_into(registrations::table)
        .values(&row)
        .execute(db)?;
    platforms::insert_first(db, registration, now)
}

/// The registration with that id, as it speaks for that institution: its own, or one of whose deployments one is its own.
pub(crate) fn get(
    db: &mut Db,
    tenant: &TenantId,
    id: &RegistrationId,
) -> Result<Option<Registration>, StoreError> {
    let Some(registration) = by_id(db, id)? else {
        return Ok(None);
    };
    if registration.tenant == *tenant {
        return Ok(Some(registration));
    }
    Ok(platforms::serves(db, tenant, id)?.then(|| Registration {
        tenant: tenant.clone(),
        ..registration
    }))
}

/// The registration with that id that the institution owns: what its administrators may change.
pub(crate) fn own(
    db: &mut Db,
    tenant: &TenantId,
    id: &RegistrationId,
) -> Result<Option<Registration>, StoreError> {
    Ok(by_id(db, id)?.filter(|registration| registration.tenant == *tenant))
}

/// The registration with that id, for a launch whose sealed state names it; the tenant is not known yet.
///
/// # Errors
/// Trouble with the database, or a row that cannot be read.
pub(crate) fn by_id(db: &mut Db, id: &RegistrationId) -> Result<Option<Registration>, StoreError> {
    let row = on_both!(db, |connection| registrations::table
        .find(id.as_str())
        .select(Row::as_select())
        .get_result(connection))
    .optional()?;
    row.map(Row::registration).transpose()
}

/// The platform that a login initiation names in full. Names no tenant: this is how the tenant is found.
pub(crate) fn by_issuer_and_client(
    db: &mut Db,
    issuer: &str,
    client_id: &str,
) -> Result<Option<Registration>, StoreError> {
    let row = registrations::table
        .filter(registrations::issuer.eq(issuer))
        .filter(registrations::client_id.eq(client_id))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::registration).transpose()
}

/// Every platform with that issuer: Canvas shares one among schools. Names no tenant, as
/// [`by_issuer_and_client`].
pub(crate) fn by_issuer(db: &mut Db, issuer: &str) -> Result<Vec<Registration>, StoreError> {
    let rows: Vec<Row> = on_both!(db, |connection| registrations::table
        .filter(registrations::issuer.eq(issuer))
        .order(registrations::id)
        .select(Row::as_select())
        .load(connection))?;
    rows.into_iter().map(Row::registration).collect()
}

/// The platforms of an institution, oldest first.
pub(crate) fn list(db: &mut Db, tenant: &TenantId) -> Result<Vec<Registration>, StoreError> {
    let rows: Vec<Row> = registrations::table
        .filter(registrations::tenant_id.eq(tenant.as_str()))
        .order((registrations::created_at, registrations::id))
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(Row::registration).collect()
}

/// Registrations of other institutions that speak for this one too, because a deployment carries them there; oldest first.
pub(crate) fn shared_with(db: &mut Db, tenant: &TenantId) -> Result<Vec<Registration>, StoreError> {
    let carried = deployments::table
        .filter(deployments::tenant_id.eq(tenant.as_str()))
        .filter(deployments::state.eq("accepted"))
        .select(deployments::registration_id);
    let rows: Vec<Row> = on_both!(db, |connection| registrations::table
        .filter(registrations::tenant_id.ne(tenant.as_str()))
        .filter(registrations::id.eq_any(carried))
        .order((registrations::created_at, registrations::id))
        .select(Row::as_select())
        .load(connection))?;
    let all = rows.into_iter().map(|row| {
        Ok(Registration {
            tenant: tenant.clone(),
            ..row.registration()?
        })
    });
    all.collect()
}

/// Changes what is known of a platform. Issuer, client id and institution are what it is, and stay.
/// `registration_url` is where the platform keeps its side; none leaves it as it is.
///
/// # Errors
/// [`StoreError::Missing`] when there is none with that id, issuer and client id.
pub(crate) fn update(
    db: &mut Db,
    registration: &Registration,
    registration_url: Option<&Url>,
) -> Result<(), StoreError> {
    let changed = diesel::update(registrations::table)
        .filter(registrations::tenant_id.eq(registration.tenant.as_str()))
        .filter(registrations::id.eq(registration.id.as_str()))
        .filter(registrations::issuer.eq(&registration.issuer))
        .filter(registrations::client_id.eq(&registration.client_id))
        .set((
            registrations::name.eq(&registration.name),
            registrations::authorization_url.eq(registration.authorization_url.as_str()),
            registrations::token_url.eq(registration.token_url.as_str()),
            registrations::token_audience.eq(&registration.token_audience),
            registrations::jwks_url.eq(registration.jwks_url.as_str()),
            registrations::flavour.eq(word(&registration.flavour)?),
            registrations::algorithms.eq(json(&registration.algorithms)?),
            registrations::service_hosts.eq(json(&registration.service_hosts)?),
            registrations::accepts_new_deployments.eq(registration.accepts_new_deployments),
            registrations::enabled.eq(registration.enabled),
        ))
        .execute(db)?;
    if changed == 0 {
        return Err(StoreError::Missing("platform"));
    }
    if let Some(url) = registration_url {
        diesel::update(registrations::table)
            .filter(registrations::tenant_id.eq(registration.tenant.as_str()))
            .filter(registrations::id.eq(registration.id.as_str()))
            .set(registrations::registration_url.eq(Some(url.as_str())))
            .execute(db)?;
    }
    Ok(())
}

/// Where the platform keeps its side of a dynamic registration; none for one made by hand.
pub(crate) fn registration_url(
    db: &mut Db,
    tenant: &TenantId,
    id: &RegistrationId,
) -> Result<Option<String>, StoreError> {
    let found: Option<Option<String>> = registrations::table
        .filter(registrations::tenant_id.eq(tenant.as_str()))
        .filter(registrations::id.eq(id.as_str()))
        .select(registrations::registration_url)
        .get_result(db)
        .optional()?;
    Ok(found.flatten())
}

/// What the platform said last that the registration may do; none where it never said.
pub(crate) fn powers(
    db: &mut Db,
    tenant: &TenantId,
    id: &RegistrationId,
) -> Result<Option<Powers>, StoreError> {
    let found: Option<Option<String>> = registrations::table
        .filter(registrations::tenant_id.eq(tenant.as_str()))
        .filter(registrations::id.eq(id.as_str()))
        .select(registrations::powers)
        .get_result(db)
        .optional()?;
    let text = found.flatten();
    text.map(|text| from_json("registrations.powers", &text))
        .transpose()
}

/// Keeps what the platform says that the registration may do.
pub(crate) fn set_powers(
    db: &mut Db,
    tenant: &TenantId,
    id: &RegistrationId,
    powers: &Powers,
) -> Result<(), StoreError> {
    diesel::update(registrations::table)
        .filter(registrations::tenant_id.eq(tenant.as_str()))
        .filter(registrations::id.eq(id.as_str()))
        .set(registrations::powers.eq(Some(json(powers)?)))
        .execute(db)?;
    Ok(())
}

/// Holds the hosts of a platform's services as they were read until the transaction ends: whoever changes them waits.
///
/// # Errors
/// [`StoreError::Stale`] when they are others by now.
pub(crate) fn hold_hosts(db: &mut Db, known: &Registration) -> Result<(), StoreError> {
    let of = registrations::table
        .filter(registrations::tenant_id.eq(known.tenant.as_str()))
        .filter(registrations::id.eq(known.id.as_str()));
    let stored: Option<String> = of
        .select(registrations::service_hosts)
        .get_result(db)
        .optional()?;
    let stored = stored.ok_or(StoreError::Missing("platform"))?;
    if from_json::<Vec<String>>("registrations.service_hosts", &stored)? != known.service_hosts {
        return Err(StoreError::Stale);
    }
    let held = diesel::update(registrations::table)
        .filter(registrations::tenant_id.eq(known.tenant.as_str()))
        .filter(registrations::id.eq(known.id.as_str()))
        .filter(registrations::service_hosts.eq(&stored))
        .filter(registrations::enabled.eq(known.enabled))
        .filter(registrations::accepts_new_deployments.eq(known.accepts_new_deployments))
        .set(registrations::service_hosts.eq(&stored))
        .execute(db)?;
    if held == 0 { Err(StoreError::Stale) } else { Ok(()) }
}

/// Switches a platform on or off. Off, nobody can launch from it; everything that was earned stays.
///
/// # Errors
/// [`StoreError::Missing`] when there is none with that id.
pub(crate) fn set_enabled(
    db: &mut Db,
    tenant: &TenantId,
    id: &RegistrationId,
    enabled: bool,
) -> Result<(), StoreError> {
    let changed = diesel::update(registrations::table)
        .filter(registrations::tenant_id.eq(tenant.as_str()))
        .filter(registrations::id.eq(id.as_str()))
        .set(registrations::enabled.eq(enabled))
        .execute(db)?;
    if changed == 0 {
        Err(StoreError::Missing("platform"))
    } else {
        Ok(())
    }
}

/// Removes a platform that was never used. One that has courses or people, or is read beyond LTI, stays: switch it off instead.
/// Run it in a transaction.
///
/// # Errors
/// [`StoreError::InUse`] when it does, [`StoreError::Missing`] when there is none with that id.
pub(crate) fn remove(db: &mut Db, tenant: &TenantId, id: &RegistrationId) -> Result<(), StoreError> {
    let used: i64 = courses::table
        .filter(courses::tenant_id.eq(tenant.as_str()))
        .filter(courses::registration_id.eq(id.as_str()))
        .count()
        .get_result(db)?;
    if used > 0 {
        return Err(StoreError::InUse(format!("{used} courses")));
    }
    let known: i64 = people::table
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(people::registration_id.eq(id.as_str()))
        .count()
        .get_result(db)?;
    if known > 0 {
        return Err(StoreError::InUse(format!("{known} people")));
    }
    let shared: i64 = deployments::table
        .filter(deployments::tenant_id.ne(tenant.as_str()))
        .filter(deployments::registration_id.eq(id.as_str()))
        .count()
        .get_result(db)?;
    if shared > 0 {
        return Err(StoreError::InUse(format!(
            "{shared} deployments of other institutions"
        )));
    }
    // Tokens are given back first: who forgets them leaves them alive.
    let read: i64 = rest_accesses::table
        .inner_join(known_platforms::table.on(known_platforms::id.eq(rest_accesses::platform_id)))
        .filter(rest_accesses::tenant_id.eq(tenant.as_str()))
        .filter(known_platforms::registration_id.eq(id.as_str()))
        .count()
        .get_result(db)?;
    if read > 0 {
        return Err(StoreError::InUse(format!("{read} accesses beyond LTI")));
    }
    diesel::delete(deployments::table)
        .filter(deployments::tenant_id.eq(tenant.as_str()))
        .filter(deployments::registration_id.eq(id.as_str()))
        .execute(db)?;
    platforms::remove_of(db, tenant, id)?;
    super::history_senders::set(db, tenant, id, false, DateTime::UNIX_EPOCH)?;
    let gone = diesel::delete(registrations::table)
        .filter(registrations::tenant_id.eq(tenant.as_str()))
        .filter(registrations::id.eq(id.as_str()))
        .execute(db)?;
    if gone == 0 {
        Err(StoreError::Missing("platform"))
    } else {
        Ok(())
    }
}
