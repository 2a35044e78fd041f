//! Whether there is room for what people save: what `/readyz` tells whoever sends people here.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::random;
use crate::service::Cairn;
use crate::store::{StoreError, room};

/// So long a look counts.
const COUNTS: Duration = Duration::from_secs(5);
/// Longer than this nobody waits for a look: the database may be busy with something long.
const PATIENCE: Duration = Duration::from_millis(400);
/// Bytes that a file is tried with.
const FILLER: usize = 64 << 10;

/// Why a server is not ready.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotReady {
    /// The database does not answer, or is none of ours.
    #[error(transparent)]
    Database(StoreError),
    /// There is no room for what people save.
    #[error("no room")]
    Full,
    /// Nothing can be saved, for another reason than room; what is there can be read.
    #[error("not writable")]
    NotWritable,
}

/// What the last look found.
#[derive(Debug, Default)]
pub(crate) struct Room(Mutex<Option<(Duration, Found)>>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    Room,
    Full,
    NotWritable,
}

impl Found {
    fn of(error: &StoreError) -> Option<Self> {
        match error {
            StoreError::Full => Some(Self::Full),
            StoreError::ReadOnly | StoreError::Disk(_) => Some(Self::NotWritable),
            // It is busy, or does not answer: that says nothing about room.
            _ => None,
        }
    }

    fn told(self) -> Result<(), NotReady> {
        match self {
            Self::Room => Ok(()),
            Self::Full => Err(NotReady::Full),
            Self::NotWritable => Err(NotReady::NotWritable),
        }
    }
}

impl Room {
    fn lock(&self) -> MutexGuard<'_, Option<(Duration, Found)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the database answers, and what people save can be kept.
///
/// # Errors
/// [`NotReady`].
#[tracing::instrument(name = "room.ready", skip_all, level = "debug")]
pub(crate) async fn ready(cairn: &Cairn) -> Result<(), NotReady> {
    cairn.store.ping().await.map_err(NotReady::Database)?;
    let now = cairn.clock.steady();
    let known = {
        let mut last = cairn.room.lock();
        let known = last.map_or(Found::Room, |(_, found)| found);
        if last.is_some_and(|(at, _)| now.saturating_sub(at) < COUNTS) {
            return known.told();
        }
        // Anybody may ask; one of them looks.
        *last = Some((now, known));
        known
    };
    let found = tokio::time::timeout(PATIENCE, find(cairn)).await.ok().flatten();
    let found = found.unwrap_or(known);
    *cairn.room.lock() = Some((now, found));
    found.told()
}

async fn find(cairn: &Cairn) -> Option<Found> {
    let folder = file_in(&cairn.settings.data_dir).await;
    if let Err(error) = folder {
        return Found::of(&error).or(Some(Found::NotWritable));
    }
    let id = hex::encode(random::bytes::<8>(cairn.random.as_ref()));
    match cairn.store.write(move |db| room::probe(db, &id)).await {
        Ok(()) => Some(Found::Room),
        Err(error) => Found::of(&error),
    }
}

/// Writes a file into the data folder and removes it. Every server of the folder does so under the same name.
async fn file_in(folder: &Path) -> Result<(), StoreError> {
    let file = folder.join(".room");
    let failed = |error: std::io::Error| StoreError::of_the_disk(&error);
    let written = tokio::fs::write(&file, vec![0_u8; FILLER]).await;
    let removed = tokio::fs::remove_file(&file).await;
    written.map_err(failed)?;
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed(error)),
        _ => Ok(()),
    }
}
