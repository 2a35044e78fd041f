//! Pictures that are drawn when they are asked for: what was drawn is kept under a digest of all that it depends on, within a
//! bound of bytes; and drawing is done by turns, a few at a time, of which nobody gets more than a share.
//!
//! `moka` keeps what is asked for again over what was asked for once: somebody who makes up pictures without end does not push
//! out those that pages show. What it does not know is whose turn it is.

use std::collections::HashMap;
use std::fmt::Display;
use std::hash::{Hash, Hasher};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use moka::future::Cache;
use sha2::{Digest as _, Sha256};
use tokio::sync::{OnceCell, OwnedSemaphorePermit, Semaphore};

use crate::ids::{PersonId, TenantId};
use crate::service::base::error::ServiceError;

/// Bytes that are kept: some hundred pictures.
const MOST: u64 = 16 << 20;
/// What an entry takes beside its bytes.
const ENTRY: usize = 256;
/// So long a picture is kept: a card has a name on it, and is not to outlive by far that its holder shows it.
const KEPT: Duration = Duration::from_hours(1);
/// How many drawings may wait in one line.
const WAITING: usize = 128;
/// When somebody whose line is full may ask again.
const SECONDS: u64 = 5;

/// What a picture is kept under, and what browsers ask with whether it is still the same: all that it depends on, this
/// version of the program included.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key(Arc<str>);

impl Key {
    /// `kind` says what is made of `content`.
    #[must_use]
    pub(crate) fn of(kind: &str, content: &impl Hash) -> Self {
        let mut digest = Digesting(Sha256::new());
        env!("CARGO_PKG_VERSION").hash(&mut digest);
        kind.hash(&mut digest);
        content.hash(&mut digest);
        Self(hex::encode(digest.0.finalize()).into())
    }

    /// The same as text, which says nothing of the content.
    #[must_use]
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Takes what a value hashes into a digest that nobody finds a second value for.
struct Digesting(Sha256);

impl Hasher for Digesting {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        0
    }
}

/// Who has something drawn. Each has a line of their own.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Asker {
    /// Somebody whom nobody knows. What a page shows does not wait behind what can be made up without end, so each sort has a
    /// line.
    Address(IpAddr, Sort),
    /// Somebody in a visit.
    Person(PersonId),
    /// An archive of an institution.
    Institution(TenantId),
}

/// What anybody may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Sort {
    /// A picture by its parameters, as SVG.
    Outline,
    /// The same as PNG.
    Pixels,
    /// A picture that was uploaded.
    Uploaded,
    /// What other sites show of a badge, its files and its sheet.
    Badge,
}

/// The pictures of a process, and the turns of drawing them.
#[derive(Debug)]
pub(crate) struct Drawings {
    kept: Cache<Key, Bytes>,
    gates: Gates,
    at_once: Arc<Semaphore>,
    lines: Arc<Lines>,
}

impl Default for Drawings {
    /// Drawing gets half of the processors, so that pages get the others; two at least, so that one that takes long is not in
    /// everybody's way.
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self::of(MOST, (processors / 2).max(2))
    }
}

impl Drawings {
    fn of(bytes: u64, at_once: usize) -> Self {
        let weight = |_: &Key, picture: &Bytes| u32::try_from(picture.len() + ENTRY).unwrap_or(u32::MAX);
        Self {
            kept: Cache::builder()
                .max_capacity(bytes)
                .weigher(weight)
                .time_to_live(KEPT)
                .build(),
            gates: Gates::default(),
            at_once: Arc::new(Semaphore::new(at_once)),
            lines: Arc::new(Lines {
                share: (at_once / 2).max(1),
                all: Mutex::default(),
            }),
        }
    }

    /// The picture of that key, which `draw` draws where it is not kept. However many ask for it at once, it is drawn once.
    ///
    /// # Errors
    /// [`ServiceError::Busy`] for somebody for whom too much is to be drawn already; when it cannot be drawn.
    pub(crate) async fn get<E: Display + 'static>(
        &self,
        key: Key,
        asker: &Asker,
        draw: impl FnOnce() -> Result<Vec<u8>, E> + Send + 'static,
    ) -> Result<Bytes, ServiceError> {
        if let Some(kept) = self.kept.get(&key).await {
            return Ok(kept);
        }
        // Whoever asks from the same line waits for the first of them, and takes no place in it.
        let gate = self.gates.enter(asker, &key);
        let drawn = gate.cell.get_or_try_init(|| self.draw(key, asker, draw)).await;
        drawn.cloned()
    }

    /// Draws it when it is this line's turn, unless another line had it drawn meanwhile.
    async fn draw<E: Display + 'static>(
        &self,
        key: Key,
        asker: &Asker,
        draw: impl FnOnce() -> Result<Vec<u8>, E> + Send + 'static,
    ) -> Result<Bytes, ServiceError> {
        let turn = self.turn(asker).await?;
        let drawing = async move { in_its_turn(turn, draw).await.map(Bytes::from) };
        let drawn = self.kept.try_get_with(key, drawing).await;
        // Now, and not some time later: so the bound of bytes holds after every picture.
        self.kept.run_pending_tasks().await;
        drawn.map_err(|error| ServiceError::Internal(error.to_string()))
    }

    /// Does work with pictures that is not worth keeping, when it is this line's turn.
    ///
    /// # Errors
    /// As [`Drawings::get`].
    pub(crate) async fn work<T: Send + 'static, E: Display + 'static>(
        &self,
        asker: &Asker,
        work: impl FnOnce() -> Result<T, E> + Send + 'static,
    ) -> Result<T, ServiceError> {
        let turn = self.turn(asker).await?;
        in_its_turn(turn, work).await.map_err(ServiceError::Internal)
    }

    /// Forgets everything: somebody was erased whose name may stand on a picture.
    pub(crate) async fn forget(&self) {
        self.kept.invalidate_all();
        self.kept.run_pending_tasks().await;
    }

    /// Bytes that are kept.
    #[cfg(test)]
    pub(crate) fn kept_bytes(&self) -> u64 {
        self.kept.weighted_size()
    }

    /// Waits for the turn of a line, and then for one of the permits to draw: those are given in the order in which they are asked
    /// for, and no line asks for more than its share at one time.
    async fn turn(&self, asker: &Asker) -> Result<Turn, ServiceError> {
        let place = Lines::enter(&self.lines, asker)?;
        let closed = |_| ServiceError::Internal("the turns of drawing are closed".to_owned());
        let own = Arc::clone(&place.turns).acquire_owned().await.map_err(closed)?;
        let permit = Arc::clone(&self.at_once).acquire_owned().await.map_err(closed)?;
        Ok(Turn {
            _own: own,
            _permit: permit,
            _place: place,
        })
    }
}

/// The turn is over when the work is, whether or not somebody still waits for it.
async fn in_its_turn<T: Send + 'static, E: Display + 'static>(
    turn: Turn,
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, String> {
    let done = tokio::task::spawn_blocking(move || {
        let done = work().map_err(|error| error.to_string());
        drop(turn);
        done
    });
    done.await.map_err(|error| error.to_string())?
}

/// The right to draw, until this is dropped: the fields go in this order, so that the place in the line is given up last.
#[derive(Debug)]
struct Turn {
    _own: OwnedSemaphorePermit,
    _permit: OwnedSemaphorePermit,
    _place: Place,
}

/// The lines in which somebody waits or draws.
#[derive(Debug)]
struct Lines {
    /// Permits that one line may hold or wait for.
    share: usize,
    all: Mutex<HashMap<Asker, Line>>,
}

#[derive(Debug)]
struct Line {
    here: usize,
    turns: Arc<Semaphore>,
}

/// A place in a line, until this is dropped.
#[derive(Debug)]
struct Place {
    of: Arc<Lines>,
    asker: Asker,
    turns: Arc<Semaphore>,
}

impl Lines {
    fn lock(&self) -> MutexGuard<'_, HashMap<Asker, Line>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(lines: &Arc<Self>, asker: &Asker) -> Result<Place, ServiceError> {
        let mut all = lines.lock();
        let line = all.entry(asker.clone()).or_insert_with(|| Line {
            here: 0,
            turns: Arc::new(Semaphore::new(lines.share)),
        });
        if line.here >= WAITING {
            return Err(ServiceError::Busy {
                by_client: true,
                seconds: SECONDS,
            });
        }
        line.here += 1;
        Ok(Place {
            of: Arc::clone(lines),
            asker: asker.clone(),
            turns: Arc::clone(&line.turns),
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut all = self.of.lock();
        if let Some(line) = all.get_mut(&self.asker) {
            line.here = line.here.saturating_sub(1);
            if line.here == 0 {
                all.remove(&self.asker);
            }
        }
    }
}

type Name = (Asker, Key);

/// The pictures that somebody waits for, by line.
#[derive(Debug, Default)]
struct Gates(Mutex<Waiting>);

/// What is being drawn, with how many wait for it.
type Waiting = HashMap<Name, (usize, Arc<OnceCell<Bytes>>)>;

/// Somebody who waits for a picture, until this is dropped.
#[derive(Debug)]
struct Gate<'a> {
    of: &'a Gates,
    name: Name,
    cell: Arc<OnceCell<Bytes>>,
}

impl Gates {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, asker: &Asker, key: &Key) -> Gate<'_> {
        let name = (asker.clone(), key.clone());
        let mut all = self.lock();
        let (here, cell) = all.entry(name.clone()).or_default();
        *here += 1;
        Gate {
            of: self,
            name,
            cell: Arc::clone(cell),
        }
    }
}

impl Drop for Gate<'_> {
    fn drop(&mut self) {
        let mut all = self.of.lock();
        if let Some((here, _)) = all.get_mut(&self.name) {
            *here = here.saturating_sub(1);
            if *here == 0 {
                all.remove(&self.name);
            }
        }
    }
}

#[cfg(test)]
#[path = "drawings_tests.rs"]
mod tests;
