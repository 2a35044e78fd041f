//! The holder's own words on an award: at most one row for each.

use diesel::prelude::*;
use diesel::upsert::excluded;

use super::convert::{micros, moment};
use super::schema::{awards, holder_notes};
use super::{Db, StoreError};
use crate::domain::holder_note::{HolderNote, Link};
use crate::ids::{AwardId, PersonId, TenantId};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = holder_notes, treat_none_as_default_value = false)]
struct Row {
    award_id: String,
    tenant_id: String,
    note: String,
    link: Option<String>,
    shown: bool,
    written_at: i64,
}

impl Row {
    fn note(self) -> Result<HolderNote, StoreError> {
        Ok(HolderNote {
            award: self.award_id.into(),
            note: self.note,
            // Whatever stands there is read as strictly as it was written.
            link: self.link.as_deref().and_then(Link::parse),
            shown: self.shown,
            written_at: moment(self.written_at)?,
        })
    }
}

/// Keeps what the holder says, in the place of what they said before.
pub(crate) fn set(db: &mut Db, tenant: &TenantId, note: &HolderNote) -> Result<(), StoreError> {
    let row = Row {
        award_id: note.award.to_string(),
        tenant_id: tenant.to_string(),
        note: note.note.clone(),
        link: note.link.as_ref().map(|link| link.as_str().to_owned()),
        shown: note.shown,
        written_at: micros(note.written_at),
    };
    on_both!(db, |connection| diesel::insert_into(holder_notes::table)
        .values(&row)
        .on_conflict(holder_notes::award_id)
        .do_update()
        .set((
            holder_notes::note.eq(excluded(holder_notes::note)),
            holder_notes::link.eq(excluded(holder_notes::link)),
            holder_notes::shown.eq(excluded(holder_notes::shown)),
            holder_notes::written_at.eq(excluded(holder_notes::written_at)),
        ))
        .execute(connection))?;
    Ok(())
}

/// What the holder says of an award, shown or not.
pub(crate) fn get(db: &mut Db, tenant: &TenantId, award: &AwardId) -> Result<Option<HolderNote>, StoreError> {
    let row = on_both!(db, |connection| holder_notes::table
        .filter(holder_notes::tenant_id.eq(tenant.as_str()))
        .filter(holder_notes::award_id.eq(award.as_str()))
        .select(Row::as_select())
        .get_result(connection))
    .optional()?;
    row.map(Row::note).transpose()
}

/// Some of what holders of an institution say, by award, after that one; each with its holder.
pub(crate) fn some_after(
    db: &mut Db,
    tenant: &TenantId,
    after: &str,
    limit: i64,
) -> Result<Vec<(PersonId, HolderNote)>, StoreError> {
    let rows: Vec<(Row, String)> = on_both!(db, |connection| holder_notes::table
        .inner_join(awards::table.on(awards::id.eq(holder_notes::award_id)))
        .filter(holder_notes::tenant_id.eq(tenant.as_str()))
        .filter(holder_notes::award_id.gt(after))
        .order(holder_notes::award_id)
        .limit(limit)
        .select((Row::as_select(), awards::person_id))
        .load(connection))?;
    rows.into_iter()
        .map(|(row, person)| Ok((person.into(), row.note()?)))
        .collect()
}

/// Forgets what the holder said of an award.
pub(crate) fn remove(db: &mut Db, tenant: &TenantId, award: &AwardId) -> Result<(), StoreError> {
    diesel::delete(holder_notes::table)
        .filter(holder_notes::tenant_id.eq(tenant.as_str()))
        .filter(holder_notes::award_id.eq(award.as_str()))
        .execute(db)?;
    Ok(())
}
