//! Opening a database: reaching it, and bringing its tables up to date.

use std::time::Duration;

use super::connection::{Address, PATIENCE, Store};
use super::error::StoreError;
use super::migrate;

impl Store {
    /// Opens the database at `url` (`postgres://…`, `postgresql://…`, `sqlite://PATH` or a path) with at most
    /// `connections` connections, and brings its tables up to date. Blocks.
    ///
    /// # Errors
    /// Every [`StoreError`] about addresses, reach, locks, rights, space and versions.
    pub(crate) fn open(url: &str, connections: u32) -> Result<Self, StoreError> {
        Self::open_patiently(url, connections, PATIENCE)
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
        migrate::run(&mut first)?;
        drop(first);
        Self::pooled(address, connections, patience)
    }
}
