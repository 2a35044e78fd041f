//! The copy of a SQLite database that is made before a newer program brings its tables up to date: an upgrade that was a
//! mistake is taken back with it. Whoever runs PostgreSQL makes theirs with its own program.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};
use diesel::sqlite::SqliteConnection;

use super::connection::{Address, PATIENCE};
use super::{Db, StoreError, backup, migrate};

/// Between the name of the database and the version that its last migration had.
const MARK: &str = ".before-";
/// What is not whole yet ends so.
const DRAFT: &str = ".draft";
/// So many copies are kept.
const MOST: usize = 2;

#[derive(QueryableByName)]
struct Told {
    #[diesel(sql_type = Nullable<Text>)]
    told: Option<String>,
}

/// Copies a database that has migrations, and not all that this program knows, beside itself. One of a newer program is left
/// alone.
///
/// # Errors
/// [`StoreError::NotCopied`]: nothing was changed.
pub(super) fn copy(db: &mut Db) -> Result<(), StoreError> {
    let Db::Sqlite(connection) = db else {
        return Ok(());
    };
    let Some(version) = migrate::outdated(connection)? else {
        return Ok(());
    };
    let name = "SELECT file AS told FROM pragma_database_list WHERE name = 'main'";
    let told: Told = diesel::sql_query(name).get_result(connection)?;
    let database = PathBuf::from(told.told.unwrap_or_default());
    let whole = copy_to(connection, &database, &version);
    let copied =
        whole.map_err(|error| StoreError::NotCopied(error.to_string().trim_end_matches('.').to_owned()));
    if let Some(copy) = copied? {
        tracing::info!(copy = %copy.display(), "the database was copied before it is brought up to date");
    }
    // What cannot be removed now is tried again with every sweep.
    let _ = keep_newest(&database, None);
    Ok(())
}

/// None when another process was faster: then the database is up to date by now.
fn copy_to(
    connection: &mut SqliteConnection,
    database: &Path,
    version: &str,
) -> Result<Option<PathBuf>, StoreError> {
    let failed = |error: std::io::Error| StoreError::of_the_disk(&error);
    let copy = beside(database, &format!("{MARK}{version}"));
    let draft = beside(
        database,
        &format!("{MARK}{version}-{}{DRAFT}", std::process::id()),
    );
    // SQLite writes into an empty file, which nobody but its owner may read from the beginning.
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(&draft).map_err(failed)?;
    let kept = backup::whole_copy(connection, &draft).and_then(|found| {
        if found != version {
            return Ok(false);
        }
        file.sync_all().map_err(failed)?;
        std::fs::rename(&draft, &copy).map_err(failed)?;
        Ok(true)
    });
    if !matches!(kept, Ok(true)) {
        let _ = std::fs::remove_file(&draft);
    }
    Ok(kept?.then_some(copy))
}

fn beside(database: &Path, tail: &str) -> PathBuf {
    let mut name = database.file_name().unwrap_or_default().to_owned();
    name.push(tail);
    database.with_file_name(name)
}

/// Removes the copies of the database at `url` that were made before `before`, and all but the newest two: they hold what
/// was erased since. None of PostgreSQL. Blocks.
///
/// # Errors
/// [`StoreError::Address`], and when the folder cannot be read or a copy not removed.
pub(crate) fn forget(url: &str, before: DateTime<Utc>) -> Result<(), StoreError> {
    let Some(database) = Address::parse(url, PATIENCE)?.file() else {
        return Ok(());
    };
    keep_newest(&database, Some(before)).map_err(|error| StoreError::of_the_disk(&error))
}

fn keep_newest(database: &Path, before: Option<DateTime<Utc>>) -> std::io::Result<()> {
    let folder = match database.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let name = database.file_name().unwrap_or_default().to_string_lossy();
    let prefix = format!("{name}{MARK}");
    let mut copies = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(&prefix) {
            copies.push((
                name,
                DateTime::<Utc>::from(entry.metadata()?.modified()?),
                entry.path(),
            ));
        }
    }
    // The version of the last migration, which sorts.
    copies.sort_by(|one, other| other.0.cmp(&one.0));
    let mut left = MOST;
    for (name, made, path) in copies {
        let is_old = before.is_some_and(|before| made < before);
        let is_draft = name.ends_with(DRAFT);
        if is_draft && !is_old {
            continue;
        }
        if is_old || left == 0 {
            std::fs::remove_file(path)?;
        } else {
            left -= 1;
        }
    }
    Ok(())
}
