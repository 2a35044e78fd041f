//! Who a person is to verifiers: a random `urn:uuid` and a salt for each issuer, so that issuers cannot be joined.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::micros;
use super::schema::subjects;
use super::{Db, StoreError};
use crate::ids::{IssuerId, PersonId, TenantId};

/// A person as one issuer's credentials name them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Subject {
    /// `credentialSubject.id`: a random `urn:uuid:…`.
    pub(crate) urn: String,
    /// The salt of the hashed identifier (Open Badges 3.0, `IdentityObject`), as it stands in the credential.
    pub(crate) salt: String,
}

#[derive(Insertable)]
#[diesel(table_name = subjects, treat_none_as_default_value = false)]
struct Row<'a> {
    tenant_id: &'a str,
    issuer_id: &'a str,
    person_id: &'a str,
    urn: &'a str,
    salt: &'a str,
    created_at: i64,
}

/// The subject of a person, if one was made.
pub(crate) fn get(
    db: &mut Db,
    tenant: &TenantId,
    issuer: &IssuerId,
    person: &PersonId,
) -> Result<Option<Subject>, StoreError> {
    let found: Option<(String, String)> = on_both!(db, |connection| subjects::table
        .filter(subjects::tenant_id.eq(tenant.as_str()))
        .filter(subjects::issuer_id.eq(issuer.as_str()))
        .filter(subjects::person_id.eq(person.as_str()))
        .select((subjects::urn, subjects::salt))
        .get_result(connection))
    .optional()?;
    Ok(found.map(|(urn, salt)| Subject { urn, salt }))
}

/// The subject of a person: the one there is, else `new`.
pub(crate) fn get_or_insert(
    db: &mut Db,
    tenant: &TenantId,
    issuer: &IssuerId,
    person: &PersonId,
    new: &Subject,
    now: DateTime<Utc>,
) -> Result<Subject, StoreError> {
    if let Some(known) = get(db, tenant, issuer, person)? {
        return Ok(known);
    }
    let row = Row {
        tenant_id: tenant.as_str(),
        issuer_id: issuer.as_str(),
        person_id: person.as_str(),
        urn: &new.urn,
        salt: &new.salt,
        created_at: micros(now),
    };
    let added = on_both!(db, |connection| diesel::insert_into(subjects::table)
        .values(&row)
        .on_conflict((subjects::issuer_id, subjects::person_id))
        .do_nothing()
        .execute(connection))?;
    if added == 1 {
        return Ok(new.clone());
    }
    get(db, tenant, issuer, person)?.ok_or(StoreError::Missing("subject"))
}
