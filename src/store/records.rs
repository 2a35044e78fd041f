//! Comprehensive Learner Records, at most one for each credential. None is ever changed: it is there as it was signed, or not.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::{micros, moment};
use super::schema::{awards, credentials, records};
use super::{Db, StoreError, people};
use crate::domain::credential::Record;
use crate::ids::{CredentialId, PersonId, TenantId};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = records, treat_none_as_default_value = false)]
struct Row {
    credential_id: String,
    tenant_id: String,
    document: String,
    token: String,
    made_at: i64,
}

impl Row {
    fn record(self) -> Result<Record, StoreError> {
        Ok(Record {
            tenant: self.tenant_id.into(),
            credential: self.credential_id.into(),
            document: self.document,
            token: self.token,
            made_at: moment(self.made_at)?,
        })
    }
}

/// Keeps a record, unless the credential has one. `false`: it has.
pub(crate) fn insert_once(db: &mut Db, record: &Record) -> Result<bool, StoreError> {
    let row = Row {
        credential_id: record.credential.to_string(),
        tenant_id: record.tenant.to_string(),
        document: record.document.clone(),
        token: record.token.clone(),
        made_at: micros(record.made_at),
    };
    let added = on_both!(db, |connection| diesel::insert_into(records::table)
        .values(&row)
        .on_conflict(records::credential_id)
        .do_nothing()
        .execute(connection))?;
    Ok(added == 1)
}

/// The record of a credential.
pub(crate) fn of_credential(
    db: &mut Db,
    tenant: &TenantId,
    credential: &CredentialId,
) -> Result<Option<Record>, StoreError> {
    let row = records::table
        .filter(records::tenant_id.eq(tenant.as_str()))
        .filter(records::credential_id.eq(credential.as_str()))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::record).transpose()
}

/// When the record of a credential was made, if there is one.
pub(crate) fn made_at(
    db: &mut Db,
    tenant: &TenantId,
    credential: &CredentialId,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let made: Option<i64> = records::table
        .filter(records::tenant_id.eq(tenant.as_str()))
        .filter(records::credential_id.eq(credential.as_str()))
        .select(records::made_at)
        .get_result(db)
        .optional()?;
    made.map(moment).transpose()
}

/// Removes every record of a person, whoever was joined into them and whomever they were joined into; how many there were.
pub(crate) fn forget_person(db: &mut Db, tenant: &TenantId, person: &PersonId) -> Result<usize, StoreError> {
    let present = people::present(db, tenant, person)?;
    let mut gone = 0;
    for one in people::everybody(db, tenant, &present)? {
        let held = awards::table
            .filter(awards::person_id.eq(one.as_str()))
            .select(awards::id);
        let theirs = credentials::table
            .filter(credentials::award_id.eq_any(held))
            .select(credentials::id);
        gone += on_both!(db, |connection| diesel::delete(records::table)
            .filter(records::tenant_id.eq(tenant.as_str()))
            .filter(records::credential_id.eq_any(theirs))
            .execute(connection))?;
    }
    Ok(gone)
}
