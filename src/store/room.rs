//! Whether the database takes what people save.

use diesel::prelude::*;

use super::schema::probes;
use super::{Db, StoreError};

/// Bytes: as much as a page of ours saves at once, without files.
const FILLER: usize = 64 << 10;

/// Writes something of some size under `id`, which nobody else uses, and removes it again. Names no tenant: it is nobody's. Run
/// it in a transaction.
///
/// # Errors
/// [`StoreError::Full`], [`StoreError::ReadOnly`], [`StoreError::Disk`].
pub(crate) fn probe(db: &mut Db, id: &str) -> Result<(), StoreError> {
    let row = (probes::id.eq(id), probes::filler.eq("x".repeat(FILLER)));
    diesel::insert_into(probes::table).values(row).execute(db)?;
    diesel::delete(probes::table.filter(probes::id.eq(id))).execute(db)?;
    Ok(())
}
