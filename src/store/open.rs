//! Opening a database: reaching it, and bringing its tables up to date.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::Duration;

use super::connection::{Address, PATIENCE, Store};
use super::error::StoreError;
use super::{before_upgrade, migrate};

impl Store {
    /// Opens the database at `url` (`postgres://…`, `postgresql://…`, `sqlite://PATH` or a path) with at most
    /// `connections` connections, and brings its tables up to date. Blocks.
    ///
    /// # Errors
    /// Every [`StoreError`] about addresses, reach, locks, rights, space and versions.
    pub(crate) fn open(url: &str, connections: u32) -> Result<Self, StoreError> {
        Self::open_patiently(url, connections, PATIENCE)
    }

    /// Where the SQLite database at `url` would be made anew, because its file is not there or holds nothing. None where its
    /// folder is not there either or the file cannot be looked at: opening it says what is wrong. Blocks.
    ///
    /// # Errors
    /// [`StoreError::Address`].
    pub(crate) fn missing(url: &str) -> Result<Option<PathBuf>, StoreError> {
        let Some(file) = Address::parse(url, PATIENCE)?.file() else {
            return Ok(None);
        };
        let is_there = match std::fs::metadata(&file) {
            Ok(about) => about.len() > 0 && !migrate::has_no_table(&file),
            Err(error) => {
                let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
                error.kind() != ErrorKind::NotFound || folder.is_some_and(|folder| !folder.is_dir())
            }
        };
        Ok((!is_there).then_some(file))
    }

    /// As [`Self::open`], with another time to wait for locks and free connections.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub(crate) fn open_patiently(
        url: &str,
        connections: u32,
        patience: Duration,
    ) -> Result<Self, StoreError> {
        let address = Address::parse(url, patience)?;
        let mut first = address.connect()?;
        before_upgrade::copy(&mut first)?;
        migrate::run(&mut first)?;
        drop(first);
        Self::pooled(address, connections, patience)
    }
}
