//! Signed documents, one for each award. No function here changes a document; [`super::reissues`] puts another one in its
//! place.

use std::collections::HashMap;

use diesel::prelude::*;

use super::convert::{CHUNK, from_word, micros, moment, word};
use super::schema::{awards, credentials};
use super::{Db, StoreError};
use crate::domain::credential::{Credential, Reissued, Visibility};
use crate::ids::{AwardId, CredentialId, PersonId, TenantId};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = credentials, treat_none_as_default_value = false)]
#[allow(clippy::struct_excessive_bools, reason = "the columns of the table")]
struct Row {
    id: String,
    tenant_id: String,
    award_id: String,
    issuer_id: String,
    slug: String,
    document: String,
    issued_at: i64,
    status_list_id: String,
    status_position: i32,
    show_name: bool,
    show_evidence: bool,
    show_downloads: bool,
    token: Option<String>,
    hidden: bool,
    left_out: Option<String>,
    reissued_at: Option<i64>,
    reissued_for: Option<String>,
}

impl Row {
    fn credential(self) -> Result<Credential, StoreError> {
        let reissued = match (self.reissued_at, self.reissued_for) {
            (Some(at), Some(cause)) => Some(Reissued {
                at: moment(at)?,
                cause: from_word("credentials.reissued_for", &cause)?,
            }),
            _ => None,
        };
        Ok(Credential {
            id: self.id.into(),
            tenant: self.tenant_id.into(),
            award: self.award_id.into(),
            issuer: self.issuer_id.into(),
            slug: self.slug,
            document: self.document,
            token: self.token,
            issued_at: moment(self.issued_at)?,
            status_list: self.status_list_id.into(),
            status_position: self.status_position,
            visibility: Visibility {
                name: self.show_name,
                evidence: self.show_evidence,
                downloads: self.show_downloads,
                hidden: self.hidden,
            },
            left_out: self.left_out,
            reissued,
        })
    }
}

/// Keeps a signed document.
///
/// # Errors
/// [`StoreError::AlreadyThere`] when the award has one, or the slug or the status position is taken.
pub(crate) fn insert(db: &mut Db, credential: &Credential) -> Result<(), StoreError> {
    let row = Row {
        id: credential.id.to_string(),
        tenant_id: credential.tenant.to_string(),
        award_id: credential.award.to_string(),
        issuer_id: credential.issuer.to_string(),
        slug: credential.slug.clone(),
        document: credential.document.clone(),
        issued_at: micros(credential.issued_at),
        status_list_id: credential.status_list.to_string(),
        status_position: credential.status_position,
        show_name: credential.visibility.name,
        show_evidence: credential.visibility.evidence,
        show_downloads: credential.visibility.downloads,
        token: credential.token.clone(),
        hidden: credential.visibility.hidden,
        left_out: credential.left_out.clone(),
        reissued_at: credential.reissued.map(|reissued| micros(reissued.at)),
        reissued_for: credential
            .reissued
            .map(|reissued| word(&reissued.cause))
            .transpose()?,
    };
    on_both!(db, |connection| diesel::insert_into(credentials::table)
        .values(&row)
        .execute(connection))?;
    Ok(())
}

/// The credential at a public address. Names no tenant: the visitor knows none, and slugs are unique and unguessable.
pub(crate) fn by_slug(db: &mut Db, slug: &str) -> Result<Option<Credential>, StoreError> {
    let row = on_both!(db, |connection| credentials::table
        .filter(credentials::slug.eq(slug))
        .select(Row::as_select())
        .get_result(connection))
    .optional()?;
    row.map(Row::credential).transpose()
}

/// One by its id.
pub(crate) fn get(
    db: &mut Db,
    tenant: &TenantId,
    id: &CredentialId,
) -> Result<Option<Credential>, StoreError> {
    let row = credentials::table
        .filter(credentials::tenant_id.eq(tenant.as_str()))
        .filter(credentials::id.eq(id.as_str()))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::credential).transpose()
}

/// The credential of an award, if it was signed yet.
pub(crate) fn by_award(
    db: &mut Db,
    tenant: &TenantId,
    award: &AwardId,
) -> Result<Option<Credential>, StoreError> {
    let row = credentials::table
        .filter(credentials::tenant_id.eq(tenant.as_str()))
        .filter(credentials::award_id.eq(award.as_str()))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::credential).transpose()
}

/// The last parts of the public addresses of some awards, and whether their holders keep the pages to themselves; those
/// without a credential are left out.
pub(crate) fn slugs(
    db: &mut Db,
    tenant: &TenantId,
    of: &[AwardId],
) -> Result<HashMap<AwardId, (String, bool)>, StoreError> {
    let mut found = HashMap::with_capacity(of.len());
    for some in of.chunks(CHUNK) {
        let rows: Vec<(String, String, bool)> = on_both!(db, |connection| credentials::table
            .filter(credentials::tenant_id.eq(tenant.as_str()))
            .filter(credentials::award_id.eq_any(some.iter().map(AwardId::as_str)))
            .select((credentials::award_id, credentials::slug, credentials::hidden))
            .load(connection))?;
        let each = rows.into_iter();
        found.extend(each.map(|(award, slug, hidden)| (award.into(), (slug, hidden))));
    }
    Ok(found)
}

/// The credentials of a person, newest first.
pub(crate) fn for_person(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
) -> Result<Vec<Credential>, StoreError> {
    let rows: Vec<Row> = credentials::table
        .inner_join(awards::table.on(awards::id.eq(credentials::award_id)))
        .filter(credentials::tenant_id.eq(tenant.as_str()))
        .filter(awards::person_id.eq(person.as_str()))
        .order((credentials::issued_at.desc(), credentials::id.desc()))
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(Row::credential).collect()
}

/// Sets what the holder lets others see.
///
/// # Errors
/// [`StoreError::Missing`] when there is no such credential.
pub(crate) fn set_visibility(
    db: &mut Db,
    tenant: &TenantId,
    id: &CredentialId,
    visibility: Visibility,
) -> Result<(), StoreError> {
    let changed = diesel::update(credentials::table)
        .filter(credentials::tenant_id.eq(tenant.as_str()))
        .filter(credentials::id.eq(id.as_str()))
        .set((
            credentials::show_name.eq(visibility.name),
            credentials::show_evidence.eq(visibility.evidence),
            credentials::show_downloads.eq(visibility.downloads),
            credentials::hidden.eq(visibility.hidden),
        ))
        .execute(db)?;
    if changed == 0 {
        Err(StoreError::Missing("credential"))
    } else {
        Ok(())
    }
}

/// A part of an institution's credentials, in the order of their ids: those after `after`, each with its holder.
pub(crate) fn some_after(
    db: &mut Db,
    tenant: &TenantId,
    after: Option<&CredentialId>,
    limit: i64,
) -> Result<Vec<(Credential, PersonId)>, StoreError> {
    let rows: Vec<(Row, String)> = on_both!(db, |connection| credentials::table
        .inner_join(awards::table.on(awards::id.eq(credentials::award_id)))
        .filter(credentials::tenant_id.eq(tenant.as_str()))
        .filter(credentials::id.gt(after.map_or("", CredentialId::as_str)))
        .order(credentials::id)
        .limit(limit)
        .select((Row::as_select(), awards::person_id))
        .load(connection))?;
    rows.into_iter()
        .map(|(row, person)| Ok((row.credential()?, person.into())))
        .collect()
}

/// How many credentials an institution has issued.
pub(crate) fn count(db: &mut Db, tenant: &TenantId) -> Result<i64, StoreError> {
    Ok(credentials::table
        .filter(credentials::tenant_id.eq(tenant.as_str()))
        .count()
        .get_result(db)?)
}
