//! How long somebody waits for the database, all in all.
//!
//! Time-outs of the socket notice a server that is away, those of PostgreSQL a statement that takes too long. A server that
//! is frozen is neither: its machine takes what is sent, and nothing comes back. So whoever asks waits for a while only.

use std::time::Duration;

use super::connection::Engine;

/// A page waits for three times as long as a single lock or connection may take.
const PAGE: u32 = 3;
/// Work for which nobody waits may be long.
const WORK: u32 = 90;

tokio::task_local! {
    static UNHURRIED: ();
}

/// Lets `work`, for which nobody waits at a page, take its time with the database.
pub(crate) async fn unhurried<F: Future>(work: F) -> F::Output {
    UNHURRIED.scope((), work).await
}

/// How long is waited here; as long as it takes where the database is a file.
pub(super) fn of(engine: Engine, patience: Duration) -> Option<Duration> {
    let is_unhurried = UNHURRIED.try_with(|()| ()).is_ok();
    match engine {
        Engine::Sqlite => None,
        Engine::Postgres => Some(patience.saturating_mul(if is_unhurried { WORK } else { PAGE })),
    }
}
