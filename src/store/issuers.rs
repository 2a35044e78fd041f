//! Issuer profiles and their signing keys. Secrets arrive sealed and leave sealed.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::{from_json, from_word, json, micros, moment, word};
use super::schema::{issuer_keys, issuers, tenants};
use super::tenants::{accent, zone_named};
use super::{Db, StoreError};
use crate::domain::authority::Authority;
use crate::domain::issuer::{Issuer, LinkedInId, Marks, Ror};
use crate::domain::keys::{IssuerKey, KeyKind, KeyState};
use crate::ids::{IssuerId, KeyId, TenantId};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = issuers, treat_none_as_default_value = false)]
struct Row {
    id: String,
    tenant_id: String,
    slug: String,
    name: String,
    url: Option<String>,
    email: Option<String>,
    created_at: i64,
    logo: Option<String>,
    ror: Option<String>,
    linkedin: Option<String>,
    authority: Option<String>,
}

/// An issuer with what its institution says of it.
#[derive(Queryable, Selectable)]
#[diesel(table_name = issuers)]
struct Face {
    #[diesel(embed)]
    row: Row,
    #[diesel(select_expression = tenants::accent)]
    accent: Option<String>,
    #[diesel(select_expression = tenants::time_zone)]
    time_zone: Option<String>,
}

impl Face {
    fn issuer(self) -> Result<Issuer, StoreError> {
        Ok(Issuer {
            id: self.row.id.into(),
            tenant: self.row.tenant_id.into(),
            slug: self.row.slug,
            name: self.row.name,
            url: self.row.url,
            email: self.row.email,
            accent: accent(self.accent.as_deref())?,
            zone: zone_named(self.time_zone.as_deref())?.unwrap_or_default(),
            marks: Marks {
                logo: self.row.logo,
                ror: known("issuers.ror", self.row.ror.as_deref(), Ror::parse)?,
                linkedin: known(
                    "issuers.linkedin",
                    self.row.linkedin.as_deref(),
                    LinkedInId::parse,
                )?,
                authority: self
                    .row
                    .authority
                    .map(|text| from_json("issuers.authority", &text))
                    .transpose()?
                    .unwrap_or_default(),
            },
        })
    }
}

/// Nothing where nothing was said, as an older program leaves it.
fn authority(said: &Authority) -> Result<Option<String>, StoreError> {
    let is_said = *said != Authority::default();
    is_said.then(|| json(said)).transpose()
}

/// What a column holds that may be empty.
fn known<T>(
    column: &'static str,
    text: Option<&str>,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, StoreError> {
    let read = |text| {
        parse(text).ok_or_else(|| StoreError::Value {
            column,
            problem: format!("{text:?}"),
        })
    };
    text.map(read).transpose()
}

/// Issuers beside their institutions, so that a page asks once for both.
#[diesel::dsl::auto_type(no_type_alias)]
fn faces() -> _ {
    issuers::table.inner_join(tenants::table.on(tenants::id.eq(issuers::tenant_id)))
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = issuer_keys, treat_none_as_default_value = false)]
struct KeyRow {
    id: String,
    tenant_id: String,
    issuer_id: String,
    public_multibase: String,
    sealed_secret: String,
    state: String,
    created_at: i64,
}

impl KeyRow {
    fn key(self) -> Result<IssuerKey, StoreError> {
        Ok(IssuerKey {
            id: self.id.into(),
            tenant: self.tenant_id.into(),
            issuer: self.issuer_id.into(),
            kind: KeyKind::Ed25519,
            public_multibase: self.public_multibase,
            sealed_secret: self.sealed_secret,
            state: from_word("issuer_keys.state", &self.state)?,
            created_at: moment(self.created_at)?,
        })
    }
}

/// Adds an issuer. Its accent is the institution's and stays as it is.
///
/// # Errors
/// [`StoreError::AlreadyThere`] when the slug is taken.
pub(crate) fn insert(db: &mut Db, issuer: &Issuer, now: DateTime<Utc>) -> Result<(), StoreError> {
    let row = Row {
        id: issuer.id.to_string(),
        tenant_id: issuer.tenant.to_string(),
        slug: issuer.slug.clone(),
        name: issuer.name.clone(),
        url: issuer.url.clone(),
        email: issuer.email.clone(),
        created_at: micros(now),
        logo: issuer.marks.logo.clone(),
        ror: issuer.marks.ror.as_ref().map(Ror::address),
        linkedin: issuer.marks.linkedin.as_ref().map(ToString::to_string),
        authority: authority(&issuer.marks.authority)?,
    };
    diesel::insert_into(issuers::table).values(&row).execute(db)?;
    Ok(())
}

/// Changes what an issuer says of itself: name, site, e-mail and marks. Its slug stays, because signed badges name it; its accent
/// is the institution's.
///
/// # Errors
/// [`StoreError::Missing`] when there is none with that id.
pub(crate) fn update(db: &mut Db, issuer: &Issuer) -> Result<(), StoreError> {
    let changed = diesel::update(issuers::table)
        .filter(issuers::tenant_id.eq(issuer.tenant.as_str()))
        .filter(issuers::id.eq(issuer.id.as_str()))
        .set((
            issuers::name.eq(&issuer.name),
            issuers::url.eq(&issuer.url),
            issuers::email.eq(&issuer.email),
            issuers::logo.eq(&issuer.marks.logo),
            issuers::ror.eq(issuer.marks.ror.as_ref().map(Ror::address)),
            issuers::linkedin.eq(issuer.marks.linkedin.as_ref().map(ToString::to_string)),
            issuers::authority.eq(authority(&issuer.marks.authority)?),
        ))
        .execute(db)?;
    if changed == 0 {
        Err(StoreError::Missing("issuer"))
    } else {
        Ok(())
    }
}

/// Holds the public face of an issuer as it was read until the transaction ends: whoever changes it waits.
///
/// # Errors
/// [`StoreError::Stale`] when it is another by now.
pub(crate) fn hold(db: &mut Db, known: &Issuer) -> Result<(), StoreError> {
    let marks = &known.marks;
    let ror = marks.ror.as_ref().map(Ror::address);
    let linkedin = marks.linkedin.as_ref().map(ToString::to_string);
    let authority = authority(&marks.authority)?;
    let held = on_both!(db, |connection| {
        let same = diesel::update(issuers::table)
            .filter(issuers::tenant_id.eq(known.tenant.as_str()))
            .filter(issuers::id.eq(known.id.as_str()))
            .filter(issuers::name.eq(&known.name))
            .set(issuers::name.eq(&known.name))
            .into_boxed();
        let same = match &known.url {
            Some(url) => same.filter(issuers::url.eq(Some(url))),
            None => same.filter(issuers::url.is_null()),
        };
        let same = match &known.email {
            Some(email) => same.filter(issuers::email.eq(Some(email))),
            None => same.filter(issuers::email.is_null()),
        };
        let same = match &marks.logo {
            Some(logo) => same.filter(issuers::logo.eq(Some(logo))),
            None => same.filter(issuers::logo.is_null()),
        };
        let same = match &ror {
            Some(ror) => same.filter(issuers::ror.eq(Some(ror))),
            None => same.filter(issuers::ror.is_null()),
        };
        let same = match &linkedin {
            Some(linkedin) => same.filter(issuers::linkedin.eq(Some(linkedin))),
            None => same.filter(issuers::linkedin.is_null()),
        };
        let same = match &authority {
            Some(authority) => same.filter(issuers::authority.eq(Some(authority))),
            None => same.filter(issuers::authority.is_null()),
        };
        same.execute(connection)
    })?;
    if held == 0 { Err(StoreError::Stale) } else { Ok(()) }
}

/// The issuer with that id.
pub(crate) fn get(db: &mut Db, tenant: &TenantId, id: &IssuerId) -> Result<Option<Issuer>, StoreError> {
    let row = faces()
        .filter(issuers::tenant_id.eq(tenant.as_str()))
        .filter(issuers::id.eq(id.as_str()))
        .select(Face::as_select())
        .get_result(db)
        .optional()?;
    row.map(Face::issuer).transpose()
}

/// The issuer of an institution: the oldest, if there are several.
pub(crate) fn for_tenant(db: &mut Db, tenant: &TenantId) -> Result<Option<Issuer>, StoreError> {
    let row = faces()
        .filter(issuers::tenant_id.eq(tenant.as_str()))
        .order((issuers::created_at, issuers::id))
        .select(Face::as_select())
        .first(db)
        .optional()?;
    row.map(Face::issuer).transpose()
}

/// The issuer at a public address. Names no tenant: the visitor knows none, and slugs are unique.
pub(crate) fn by_slug(db: &mut Db, slug: &str) -> Result<Option<Issuer>, StoreError> {
    let row = faces()
        .filter(issuers::slug.eq(slug))
        .select(Face::as_select())
        .get_result(db)
        .optional()?;
    row.map(Face::issuer).transpose()
}

/// Adds a key, active or retired as it says.
///
/// # Errors
/// [`StoreError::AlreadyThere`] when the issuer has an active one and this one is to be active.
pub(crate) fn insert_key(db: &mut Db, key: &IssuerKey) -> Result<(), StoreError> {
    let row = KeyRow {
        id: key.id.to_string(),
        tenant_id: key.tenant.to_string(),
        issuer_id: key.issuer.to_string(),
        public_multibase: key.public_multibase.clone(),
        sealed_secret: key.sealed_secret.clone(),
        state: word(&key.state)?,
        created_at: micros(key.created_at),
    };
    diesel::insert_into(issuer_keys::table).values(&row).execute(db)?;
    Ok(())
}

/// Makes `key` the active one and retires the one before. Run it in a transaction.
///
/// # Errors
/// [`StoreError::AlreadyThere`] when the same key is there already.
pub(crate) fn replace_active_key(db: &mut Db, key: &IssuerKey) -> Result<(), StoreError> {
    diesel::update(issuer_keys::table)
        .filter(issuer_keys::tenant_id.eq(key.tenant.as_str()))
        .filter(issuer_keys::issuer_id.eq(key.issuer.as_str()))
        .filter(issuer_keys::state.eq(word(&KeyState::Active)?))
        .set(issuer_keys::state.eq(word(&KeyState::Retired)?))
        .execute(db)?;
    insert_key(db, key)
}

/// The key that signs now.
pub(crate) fn active_key(
    db: &mut Db,
    tenant: &TenantId,
    issuer: &IssuerId,
) -> Result<Option<IssuerKey>, StoreError> {
    let keys = all_keys(db, tenant, issuer)?;
    Ok(keys.into_iter().find(|key| key.state == KeyState::Active))
}

/// Withdraws a key. Says whether it was not yet.
pub(crate) fn withdraw_key(db: &mut Db, tenant: &TenantId, id: &KeyId) -> Result<bool, StoreError> {
    let withdrawn = word(&KeyState::Withdrawn)?;
    let changed = diesel::update(issuer_keys::table)
        .filter(issuer_keys::tenant_id.eq(tenant.as_str()))
        .filter(issuer_keys::id.eq(id.as_str()))
        .filter(issuer_keys::state.ne(&withdrawn))
        .set(issuer_keys::state.eq(&withdrawn))
        .execute(db)?;
    Ok(changed == 1)
}

/// Every key, oldest first; `did.json` names them all but those that are withdrawn.
pub(crate) fn all_keys(
    db: &mut Db,
    tenant: &TenantId,
    issuer: &IssuerId,
) -> Result<Vec<IssuerKey>, StoreError> {
    let rows: Vec<KeyRow> = issuer_keys::table
        .filter(issuer_keys::tenant_id.eq(tenant.as_str()))
        .filter(issuer_keys::issuer_id.eq(issuer.as_str()))
        .order((issuer_keys::created_at, issuer_keys::id))
        .select(KeyRow::as_select())
        .load(db)?;
    rows.into_iter().map(KeyRow::key).collect()
}

/// Every issuer of an institution, oldest first.
pub(crate) fn all_for_tenant(db: &mut Db, tenant: &TenantId) -> Result<Vec<Issuer>, StoreError> {
    let rows: Vec<Face> = faces()
        .filter(issuers::tenant_id.eq(tenant.as_str()))
        .order((issuers::created_at, issuers::id))
        .select(Face::as_select())
        .load(db)?;
    rows.into_iter().map(Face::issuer).collect()
}
