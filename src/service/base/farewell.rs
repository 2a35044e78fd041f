//! That the process is about to end: what can be begun anew breaks off then, instead of waiting for what takes long.

use tokio::sync::watch;

#[derive(Debug)]
pub(crate) struct Farewell(watch::Sender<bool>);

impl Default for Farewell {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Farewell {
    /// Says that the worker stops, or that it has stopped.
    pub(crate) fn say(&self, ends: bool) {
        self.0.send_replace(ends);
    }

    /// Waits until it is said.
    pub(crate) async fn said(&self) {
        let mut ends = self.0.subscribe();
        // It lives as long as whoever waits for it.
        let _ = ends.wait_for(|ends| *ends).await;
    }
}
