//! Work that may be late but never lost: claims what is due from the queue and calls the use case for it.

use std::sync::Arc;

use crate::service::Cairn;

/// The worker of this process.
pub struct Worker;

impl Worker {
    /// Starts working.
    #[must_use]
    pub fn start(_cairn: Arc<Cairn>) -> Self {
        Self
    }

    /// Lets what runs come to its end.
    pub async fn stop(self) {}
}
