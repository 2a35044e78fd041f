//! The copies of the database that upgrades left.

use chrono::TimeDelta;
use secrecy::ExposeSecret as _;

use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::store::{StoreError, before_upgrade};

/// An upgrade is taken back within days or not at all, and a copy holds what was erased since.
const KEPT: TimeDelta = TimeDelta::days(14);

/// Removes those that are too old, or too many.
#[tracing::instrument(name = "old_copies.forget", skip_all)]
pub(crate) async fn forget(cairn: &Cairn) -> Result<(), ServiceError> {
    let (url, before) = (cairn.settings.database_url.clone(), cairn.clock.now() - KEPT);
    let forget = move || before_upgrade::forget(url.expose_secret(), before);
    let done = tokio::task::spawn_blocking(forget).await;
    Ok(done.unwrap_or(Err(StoreError::Interrupted))?)
}
