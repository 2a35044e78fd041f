//! Migrations: embedded, run at start, safe when several processes start at once. They only ever expand.

use std::collections::BTreeSet;
use std::path::Path;

use diesel::backend::Backend;
use diesel::connection::SimpleConnection;
use diesel::migration::{MigrationSource, MigrationVersion};
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::sqlite::{Sqlite, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::connection::{Db, transaction};
use super::error::StoreError;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Names the advisory lock that one starting process holds while it migrates ("cairn" in ASCII).
const LOCK: i64 = 0x0063_6169_726e;

/// Marks a SQLite file as ours, for `file(1)` and the like ("Carn" in ASCII).
const MARK: i32 = 0x4361_726e;

/// Brings the tables up to date.
///
/// SQLite: inside one immediate transaction, so that a second process waits for the first and then finds nothing to do.
/// PostgreSQL: under an advisory lock that ends with the transaction.
pub(super) fn run(db: &mut Db) -> Result<(), StoreError> {
    transaction(db, |db| match db {
        Db::Sqlite(connection) => {
            // A write that changes nothing: a read-only file is told now, not at the first launch.
            connection.batch_execute(&format!("PRAGMA application_id = {MARK}"))?;
            up_to_date(connection, SQLITE)
        }
        Db::Postgres(connection) => {
            connection.batch_execute(&format!(
                "SET LOCAL lock_timeout = '120s'; SET LOCAL statement_timeout = 0; SELECT pg_advisory_xact_lock({LOCK})"
            ))?;
            up_to_date(connection, POSTGRES)
        }
    })
}

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = Text)]
    version: String,
}

/// Makes the tables of the first program that there was, alone.
#[cfg(test)]
pub(super) fn run_first(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| StoreError::Migration(error.to_string());
    connection.run_next_migration(SQLITE).map_err(failed)?;
    Ok(())
}

/// Whether the file is a SQLite database in which nothing was ever made. False where it cannot be read.
pub(super) fn has_no_table(file: &Path) -> bool {
    let tables = "SELECT name AS version FROM sqlite_schema LIMIT 1";
    let found = SqliteConnection::establish(&file.to_string_lossy())
        .map_err(StoreError::from)
        .and_then(|mut connection| Ok(diesel::sql_query(tables).load::<Version>(&mut connection)?));
    found.is_ok_and(|found| found.is_empty())
}

/// The version of the last migration of a database that has some, but not all that are known here. None of a new one, and of
/// one that a newer program wrote. It only looks.
pub(super) fn outdated(connection: &mut SqliteConnection) -> Result<Option<String>, StoreError> {
    let tables = "SELECT name AS version FROM sqlite_schema WHERE name = '__diesel_schema_migrations'";
    let known_as: Vec<Version> = diesel::sql_query(tables).load(connection)?;
    if known_as.is_empty() {
        return Ok(None);
    }
    let versions = "SELECT version FROM __diesel_schema_migrations ORDER BY version";
    let applied: Vec<Version> = diesel::sql_query(versions).load(connection)?;
    let applied: BTreeSet<String> = applied.into_iter().map(|one| one.version).collect();
    let known: BTreeSet<String> = MigrationSource::<Sqlite>::migrations(&SQLITE)
        .map_err(|error| StoreError::Migration(error.to_string()))?
        .iter()
        .map(|migration| migration.name().version().to_string())
        .collect();
    let outdated = applied.is_subset(&known) && applied.len() < known.len();
    Ok(applied.into_iter().next_back().filter(|_| outdated))
}

fn up_to_date<DB, C>(connection: &mut C, source: EmbeddedMigrations) -> Result<(), StoreError>
where
    DB: Backend,
    C: MigrationHarness<DB>,
    EmbeddedMigrations: MigrationSource<DB>,
{
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| match StoreError::from_message(
        &error.to_string(),
    ) {
        StoreError::Refused(text) => StoreError::Migration(text),
        known => known,
    };
    let known: BTreeSet<MigrationVersion<'static>> = MigrationSource::<DB>::migrations(&source)
        .map_err(failed)?
        .iter()
        .map(|migration| migration.name().version().as_owned())
        .collect();
    let applied = connection.applied_migrations().map_err(failed)?;
    if let Some(found) = applied.iter().find(|version| !known.contains(version)) {
        let last = known.last().map(ToString::to_string).unwrap_or_default();
        return Err(StoreError::Newer {
            found: found.to_string(),
            known: last,
        });
    }
    connection.run_pending_migrations(source).map_err(failed)?;
    Ok(())
}
