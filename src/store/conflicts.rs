//! Transactions that meet another one: the one place where work on the database is done again.

use std::time::Duration;

use backon::{BlockingRetryable as _, ExponentialBuilder};

use super::connection::{Engine, Store};
use super::{Db, StoreError};

/// Five times in all, within half a second: who won has committed by then.
const PAUSES: ExponentialBuilder = ExponentialBuilder::new()
    .with_min_delay(Duration::from_millis(15))
    .with_factor(2.5)
    .with_max_times(4);

/// An error that may only mean that another transaction was faster.
pub(crate) trait MaybeConflict {
    /// Whether the same work, begun anew, sees what the other one did and may come to its end.
    fn is_conflict(&self) -> bool;
}

impl MaybeConflict for StoreError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Busy | Self::Stale | Self::AlreadyThere(_))
    }
}

impl Store {
    /// As [`Self::write_with`], begun anew when another transaction stood in its way, changed what it had read, or added a
    /// row of the same key. Only on PostgreSQL: SQLite has one writer at a time, and waits for it by itself. For work that
    /// touches many rows which others also write, or does something else once it sees what another one did.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub(crate) async fn write_retrying<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + MaybeConflict + Send + 'static,
        F: FnMut(&mut Db) -> Result<T, E> + Send + 'static,
    {
        self.on_pool(move |store| store.write_retrying_blocking(work))
            .await
    }

    /// As [`Self::write_retrying`], on this thread.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub(crate) fn write_retrying_blocking<T, E, F>(&self, mut work: F) -> Result<T, E>
    where
        E: From<StoreError> + MaybeConflict,
        F: FnMut(&mut Db) -> Result<T, E>,
    {
        (|| self.write_blocking(&mut work))
            .retry(PAUSES)
            .sleep(std::thread::sleep)
            .when(|error| self.engine() == Engine::Postgres && error.is_conflict())
            .call()
    }
}
