//! Archives that institutions asked for. The files lie in the data folder; here is how far each is.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::{from_word, micros, moment, opt_moment, word};
use super::schema::exports;
use super::{Db, StoreError};
use crate::domain::export::Export;
use crate::ids::{ExportId, TenantId};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = exports, treat_none_as_default_value = false)]
struct Row {
    id: String,
    tenant_id: String,
    state: String,
    badges: i64,
    total: i64,
    size: Option<i64>,
    created_at: i64,
    ended_at: Option<i64>,
}

impl Row {
    fn export(self) -> Result<Export, StoreError> {
        Ok(Export {
            id: self.id.into(),
            tenant: self.tenant_id.into(),
            state: from_word("exports.state", &self.state)?,
            badges: self.badges,
            total: self.total,
            size: self.size,
            created_at: moment(self.created_at)?,
            ended_at: opt_moment(self.ended_at)?,
        })
    }
}

/// Keeps how far an archive is; a new one is added.
pub(crate) fn save(db: &mut Db, export: &Export) -> Result<(), StoreError> {
    let row = Row {
        id: export.id.to_string(),
        tenant_id: export.tenant.to_string(),
        state: word(&export.state)?,
        badges: export.badges,
        total: export.total,
        size: export.size,
        created_at: micros(export.created_at),
        ended_at: export.ended_at.map(micros),
    };
    on_both!(db, |connection| diesel::insert_into(exports::table)
        .values(&row)
        .on_conflict(exports::id)
        .do_update()
        .set((
            exports::state.eq(&row.state),
            exports::badges.eq(row.badges),
            exports::total.eq(row.total),
            exports::size.eq(row.size),
            exports::ended_at.eq(row.ended_at),
        ))
        .execute(connection))?;
    Ok(())
}

/// One archive.
pub(crate) fn get(db: &mut Db, tenant: &TenantId, id: &ExportId) -> Result<Option<Export>, StoreError> {
    let row = exports::table
        .filter(exports::tenant_id.eq(tenant.as_str()))
        .filter(exports::id.eq(id.as_str()))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::export).transpose()
}

/// The archives of an institution, newest first, at most 20.
pub(crate) fn list(db: &mut Db, tenant: &TenantId) -> Result<Vec<Export>, StoreError> {
    let rows: Vec<Row> = exports::table
        .filter(exports::tenant_id.eq(tenant.as_str()))
        .order((exports::created_at.desc(), exports::id.desc()))
        .limit(20)
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(Row::export).collect()
}

/// Forgets one archive.
pub(crate) fn remove(db: &mut Db, tenant: &TenantId, id: &ExportId) -> Result<(), StoreError> {
    diesel::delete(exports::table)
        .filter(exports::tenant_id.eq(tenant.as_str()))
        .filter(exports::id.eq(id.as_str()))
        .execute(db)?;
    Ok(())
}

/// Forgets archives that were asked for before `before`, and says which of them there were.
pub(crate) fn forget(
    db: &mut Db,
    tenant: &TenantId,
    before: DateTime<Utc>,
) -> Result<Vec<ExportId>, StoreError> {
    let old: Vec<String> = exports::table
        .filter(exports::tenant_id.eq(tenant.as_str()))
        .filter(exports::created_at.lt(micros(before)))
        .select(exports::id)
        .load(db)?;
    diesel::delete(exports::table)
        .filter(exports::tenant_id.eq(tenant.as_str()))
        .filter(exports::created_at.lt(micros(before)))
        .execute(db)?;
    Ok(old.into_iter().map(ExportId::from).collect())
}

/// Keeps how far an archive is, if it is still wanted. `false`: it is there no more.
pub(crate) fn go_on(db: &mut Db, export: &Export) -> Result<bool, StoreError> {
    let changed = diesel::update(exports::table)
        .filter(exports::tenant_id.eq(export.tenant.as_str()))
        .filter(exports::id.eq(export.id.as_str()))
        .set((
            exports::state.eq(word(&export.state)?),
            exports::badges.eq(export.badges),
            exports::total.eq(export.total),
            exports::size.eq(export.size),
            exports::ended_at.eq(export.ended_at.map(micros)),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// Forgets every archive of an institution, ready or not, and says which there were. What makes one finds out by
/// [`go_on`].
pub(crate) fn forget_all(db: &mut Db, tenant: &TenantId) -> Result<Vec<ExportId>, StoreError> {
    let ids: Vec<String> = exports::table
        .filter(exports::tenant_id.eq(tenant.as_str()))
        .select(exports::id)
        .load(db)?;
    diesel::delete(exports::table)
        .filter(exports::tenant_id.eq(tenant.as_str()))
        .execute(db)?;
    Ok(ids.into_iter().map(ExportId::from).collect())
}
