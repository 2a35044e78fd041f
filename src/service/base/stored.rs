//! How many bytes of files each institution has: looked up in the store once a minute at most, and counted on from there.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::ids::TenantId;
use crate::service::Cairn;
use crate::store::blobs::BlobError;

/// So long a look counts.
const COUNTS: Duration = Duration::from_mins(1);

/// What was found, by institution.
#[derive(Debug, Default)]
pub(crate) struct Stored(Mutex<HashMap<TenantId, Known>>);

#[derive(Debug, Clone, Copy)]
struct Known {
    at: Duration,
    bytes: u64,
}

impl Stored {
    fn lock(&self) -> MutexGuard<'_, HashMap<TenantId, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What counts now; none for whoever has to look. Meanwhile the others go by what was known.
    fn known(&self, tenant: &TenantId, now: Duration) -> Option<u64> {
        let mut all = self.lock();
        let known = all.get_mut(tenant)?;
        if now.saturating_sub(known.at) < COUNTS {
            return Some(known.bytes);
        }
        known.at = now;
        None
    }

    /// Counts a file that is about to be kept, unless the institution has no room for it. Many may ask at once: none of them
    /// is promised what another one was.
    #[must_use]
    pub(crate) fn take(&self, tenant: &TenantId, size: u64, most: u64) -> bool {
        let mut all = self.lock();
        let Some(known) = all.get_mut(tenant) else {
            return size <= most;
        };
        let then = known.bytes.saturating_add(size);
        if then > most {
            return false;
        }
        known.bytes = then;
        true
    }

    /// Counts no longer what was not kept after all.
    pub(crate) fn give_back(&self, tenant: &TenantId, size: u64) {
        if let Some(known) = self.lock().get_mut(tenant) {
            known.bytes = known.bytes.saturating_sub(size);
        }
    }
}

/// Bytes of files that the institution has.
///
/// # Errors
/// What the store of files reports.
pub(crate) async fn bytes(cairn: &Cairn, tenant: &TenantId) -> Result<u64, BlobError> {
    let now = cairn.clock.steady();
    if let Some(known) = cairn.stored.known(tenant, now) {
        return Ok(known);
    }
    let bytes = cairn.blobs.bytes(tenant).await?;
    cairn
        .stored
        .lock()
        .insert(tenant.clone(), Known { at: now, bytes });
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_was_promised_another_one_is_not() {
        let (stored, ours) = (Stored::default(), TenantId::from("a"));
        let at = Duration::ZERO;
        stored.lock().insert(ours.clone(), Known { at, bytes: 50 });
        assert!(stored.take(&ours, 30, 100));
        assert!(!stored.take(&ours, 30, 100), "80 are there or on their way");
        assert!(stored.take(&ours, 20, 100) && !stored.take(&ours, 1, 100));
        assert!(
            stored.take(&TenantId::from("b"), 100, 100),
            "others have their own"
        );
        stored.give_back(&ours, 40);
        assert!(stored.take(&ours, 40, 100), "what was not kept counts no longer");
    }

    #[test]
    fn one_looks_once_a_minute_and_the_others_do_not_wait() {
        let (stored, ours) = (Stored::default(), TenantId::from("a"));
        let at = Duration::from_secs(10);
        assert_eq!(stored.known(&ours, at), None);
        stored.lock().insert(ours.clone(), Known { at, bytes: 50 });
        assert_eq!(stored.known(&ours, Duration::from_secs(69)), Some(50));
        assert_eq!(stored.known(&ours, Duration::from_secs(70)), None);
        assert_eq!(stored.known(&ours, Duration::from_secs(71)), Some(50));
    }
}
