//! A copy of the database for a backup, taken while others read and write. No migration is run: a backup is what somebody
//! makes before an upgrade.

use std::path::Path;

use diesel::connection::Connection as _;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};
use diesel::sqlite::SqliteConnection;

use super::connection::{Address, PATIENCE};
use super::{Db, StoreError};

/// What became of the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Copied {
    /// The file was written, whole; the version of its last migration.
    Sqlite { migration: String },
    /// Nothing: PostgreSQL has a program of its own for it. The version of its last migration.
    Postgres { migration: String },
}

impl Copied {
    /// The version of the last migration of what was, or is to be, copied.
    #[must_use]
    pub(crate) fn migration(&self) -> &str {
        match self {
            Self::Sqlite { migration } | Self::Postgres { migration } => migration,
        }
    }
}

#[derive(QueryableByName)]
struct Told {
    #[diesel(sql_type = Nullable<Text>)]
    told: Option<String>,
}

const LAST_MIGRATION: &str = "SELECT max(version) AS told FROM __diesel_schema_migrations";

/// Writes what the SQLite database at `url` holds at this moment to the new file `target`, and looks it through. Of
/// PostgreSQL only the version is asked. Blocks.
///
/// # Errors
/// [`StoreError::Missing`] when there is no such file; [`StoreError::Damaged`] when the copy is not sound; every
/// [`StoreError`] about reach and space.
pub(crate) fn copy(url: &str, target: &Path) -> Result<Copied, StoreError> {
    let address = Address::parse(url, PATIENCE)?;
    // Looking at a file that is not there would make it.
    if address.file().is_some_and(|file| !file.exists()) {
        return Err(StoreError::Missing("database"));
    }
    match address.connect()? {
        Db::Postgres(mut connection) => {
            let told: Told = diesel::sql_query(LAST_MIGRATION).get_result(&mut connection)?;
            Ok(Copied::Postgres {
                migration: told.told.unwrap_or_default(),
            })
        }
        Db::Sqlite(mut connection) => {
            let migration = whole_copy(&mut connection, target)?;
            Ok(Copied::Sqlite { migration })
        }
    }
}

/// Writes what the database holds at this moment to `target`, which is not there or empty, looks it through, and says the
/// version of its last migration.
pub(super) fn whole_copy(connection: &mut SqliteConnection, target: &Path) -> Result<String, StoreError> {
    let no_text = || StoreError::Refused("the folder of the copy has a name that is no text".to_owned());
    let name = target.to_str().ok_or_else(no_text)?;
    diesel::sql_query("VACUUM INTO ?")
        .bind::<Text, _>(name)
        .execute(connection)?;
    let mut made = SqliteConnection::establish(name)?;
    let sound: Told =
        diesel::sql_query("SELECT quick_check AS told FROM pragma_quick_check").get_result(&mut made)?;
    match sound.told.as_deref() {
        Some("ok") => {}
        other => return Err(StoreError::Damaged(other.unwrap_or("no answer").to_owned())),
    }
    let told: Told = diesel::sql_query(LAST_MIGRATION).get_result(&mut made)?;
    Ok(told.told.unwrap_or_default())
}
