//! The bytes of forms that are read before it is known whether somebody may send them: one budget for all of them.
//!
//! Where it is used up, the oldest body that is still waited for gives way: whoever sends a form is done within a moment,
//! whoever holds one back is not.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use actix_web::error::PayloadError;
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::pace::is_slow;

/// Most bytes of a form whose sender is not known.
pub(crate) const MAX_FORM: usize = 64 << 10;
/// What all of them may hold, in units of [`UNIT`]: 4 MiB. The server's own buffers take more than twice as much beside it.
const ROOM: usize = 4 << 10;
/// What those of one client may hold of it, so that whoever sends many leaves room for the forms of some hundred others. A
/// school is one client.
const OF_ONE: usize = ROOM - (1 << 10);
const UNIT: usize = 1 << 10;
/// The longest that such a body is waited for.
const LONGEST: Duration = Duration::from_mins(1);
/// A body that is waited for so long gives way to others.
const STALE: Duration = Duration::from_secs(1);
/// How often somebody is asked to give way before a newcomer is sent away, and how long that may take.
const TRIES: usize = 8;
const PATIENCE: Duration = Duration::from_millis(250);
/// How many bodies may wait for more room than [`FEW`] units at one time.
const WAITING: usize = 12;
/// As much as a login or a form without files takes.
const FEW: u32 = 16;
/// From so many shares on, those of which nothing is held are forgotten.
const FORGET: usize = 1_000;

/// Why a body was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unread {
    TooLarge,
    /// Its time was over.
    Slow,
    /// The budget is used up.
    NoRoom,
    /// It broke off.
    Broken,
}

impl From<&PayloadError> for Unread {
    fn from(error: &PayloadError) -> Self {
        if is_slow(error) { Self::Slow } else { Self::Broken }
    }
}

/// What was read of a body, and its share of the budget, which it gives back when it is dropped.
#[derive(Debug, Default)]
pub(crate) struct Held {
    bytes: Vec<u8>,
    charged: usize,
    /// Of the client's share and of all the room.
    room: Option<(OwnedSemaphorePermit, OwnedSemaphorePermit)>,
}

impl Held {
    #[must_use]
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What was read, when it is known who sent it.
    #[must_use]
    pub(crate) fn proven(self) -> Vec<u8> {
        self.bytes
    }
}

/// The budget, and the bodies that are being read.
#[derive(Debug)]
pub(crate) struct Unproven {
    room: Arc<Semaphore>,
    of_one: usize,
    waiting: Semaphore,
    reading: Mutex<Reading>,
}

#[derive(Debug, Default)]
struct Reading {
    next: u64,
    /// In the order in which they began.
    bodies: BTreeMap<u64, Body>,
    /// The shares of those who hold something.
    shares: HashMap<IpAddr, Weak<Semaphore>>,
}

#[derive(Debug)]
struct Body {
    client: IpAddr,
    since: Instant,
    leave: Arc<Notify>,
}

impl Default for Unproven {
    fn default() -> Self {
        Self::of(ROOM, OF_ONE)
    }
}

impl Unproven {
    fn of(units: usize, of_one: usize) -> Self {
        Self {
            room: Arc::new(Semaphore::new(units)),
            of_one,
            waiting: Semaphore::new(WAITING),
            reading: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Reading> {
        self.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads a body to its end, or until what is there is `enough`, and says whether that was the end.
    pub(crate) async fn read(
        &self,
        client: IpAddr,
        body: &mut (impl Stream<Item = Result<Bytes, PayloadError>> + Unpin),
        most: usize,
        enough: impl Fn(&[u8]) -> bool,
    ) -> Result<(Held, bool), Unread> {
        self.wait(client, async {
            let mut held = Held::default();
            while let Some(chunk) = body.next().await {
                let mut chunk = chunk.map_err(|error| Unread::from(&error))?;
                let room = most.saturating_sub(held.bytes.len()).min(chunk.len());
                let rest = chunk.split_off(room);
                self.take(client, &mut held, &chunk, most).await?;
                if enough(&held.bytes) {
                    // A chunk may be longer than what may be read of anybody; whoever names themselves sends the whole of it.
                    self.take(client, &mut held, &rest, usize::MAX).await?;
                    return Ok((held, false));
                }
                if !rest.is_empty() {
                    return Err(Unread::TooLarge);
                }
            }
            Ok((held, true))
        })
        .await
    }

    /// Waits for something that a client has yet to send; it gives way to others, and ends after a minute.
    pub(crate) async fn wait<T, E: From<Unread>>(
        &self,
        client: IpAddr,
        reading: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let listed = self.list(client);
        tokio::select! {
            read = timeout(LONGEST, reading) => read.unwrap_or_else(|_| Err(Unread::Slow.into())),
            () = listed.leave.notified() => Err(Unread::NoRoom.into()),
        }
    }

    /// Room for `bytes` that are held elsewhere.
    pub(crate) async fn reserve(&self, client: IpAddr, bytes: usize) -> Result<Held, Unread> {
        let mut held = Held::default();
        self.charge(client, &mut held, bytes).await?;
        Ok(held)
    }

    /// Asks the oldest body of `client` that is still waited for to give way.
    pub(crate) fn leave_one_of(&self, client: IpAddr) -> bool {
        self.ask_to_leave(|body| body.client == client)
    }

    fn ask_to_leave(&self, may: impl Fn(&Body) -> bool) -> bool {
        let mut reading = self.lock();
        let stale = |body: &Body| body.since.elapsed() >= STALE && may(body);
        let found = reading.bodies.iter().find(|(_, body)| stale(body));
        let Some(id) = found.map(|(id, _)| *id) else {
            return false;
        };
        let body = reading.bodies.remove(&id);
        body.inspect(|body| body.leave.notify_one()).is_some()
    }

    fn list(&self, client: IpAddr) -> Listed<'_> {
        let mut reading = self.lock();
        reading.next += 1;
        let (id, leave) = (reading.next, Arc::new(Notify::new()));
        let body = Body {
            client,
            since: Instant::now(),
            leave: Arc::clone(&leave),
        };
        reading.bodies.insert(id, body);
        Listed { of: self, id, leave }
    }

    /// Keeps a chunk. What is charged is what is allocated: it doubles, so that few bytes cost little.
    async fn take(&self, client: IpAddr, held: &mut Held, chunk: &[u8], most: usize) -> Result<(), Unread> {
        let needed = held.bytes.len().saturating_add(chunk.len());
        if needed > held.charged {
            let whole = needed.next_power_of_two().max(UNIT).min(most.max(UNIT));
            self.charge(client, held, whole).await?;
            held.bytes.reserve_exact(whole.saturating_sub(held.bytes.len()));
        }
        held.bytes.extend_from_slice(chunk);
        Ok(())
    }

    async fn charge(&self, client: IpAddr, held: &mut Held, bytes: usize) -> Result<(), Unread> {
        let units = bytes.saturating_sub(held.charged).div_ceil(UNIT);
        let units = u32::try_from(units).map_err(|_| Unread::TooLarge)?;
        let share = self.share(client);
        let own = self.acquire(&share, units, |body| body.client == client).await?;
        let room = self.acquire(&self.room, units, |_| true).await?;
        held.charged = bytes;
        match &mut held.room {
            Some((of_one, of_all)) => {
                of_one.merge(own);
                of_all.merge(room);
            }
            None => held.room = Some((own, room)),
        }
        Ok(())
    }

    /// The share of a client, for as long as something of it is held.
    fn share(&self, client: IpAddr) -> Arc<Semaphore> {
        let mut reading = self.lock();
        if let Some(share) = reading.shares.get(&client).and_then(Weak::upgrade) {
            return share;
        }
        if reading.shares.len() >= FORGET {
            reading.shares.retain(|_, share| share.strong_count() > 0);
        }
        let share = Arc::new(Semaphore::new(self.of_one));
        reading.shares.insert(client, Arc::downgrade(&share));
        share
    }

    /// Takes units of `room`; where there are none, bodies that `may` give way do.
    async fn acquire(
        &self,
        room: &Arc<Semaphore>,
        units: u32,
        may: impl Fn(&Body) -> bool,
    ) -> Result<OwnedSemaphorePermit, Unread> {
        if let Ok(room) = Arc::clone(room).try_acquire_many_owned(units) {
            return Ok(room);
        }
        // Whoever waits holds what came last, which nobody has charged: where it is much, only so many wait.
        let _turn = match units {
            0..=FEW => None,
            _ => Some(self.waiting.try_acquire().map_err(|_| Unread::NoRoom)?),
        };
        for _ in 0..TRIES {
            self.ask_to_leave(&may);
            let room = Arc::clone(room).acquire_many_owned(units);
            if let Ok(Ok(room)) = timeout(PATIENCE, room).await {
                return Ok(room);
            }
        }
        Err(Unread::NoRoom)
    }
}

/// A body that is being read, for as long as it is.
struct Listed<'a> {
    of: &'a Unproven,
    id: u64,
    leave: Arc<Notify>,
}

impl Drop for Listed<'_> {
    fn drop(&mut self) {
        self.of.lock().bodies.remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;
    use tokio::task::JoinHandle;

    use super::*;

    fn ip(last: u8) -> IpAddr {
        IpAddr::from([203, 0, 113, last])
    }

    fn whole(bytes: usize) -> impl Stream<Item = Result<Bytes, PayloadError>> + Unpin {
        stream::iter([Ok(Bytes::from(vec![b'x'; bytes]))])
    }

    /// The same, and then nothing more for ever.
    fn withheld(bytes: usize) -> impl Stream<Item = Result<Bytes, PayloadError>> + Unpin {
        whole(bytes).chain(stream::pending())
    }

    async fn read(
        budget: &Unproven,
        from: u8,
        mut body: impl Stream<Item = Result<Bytes, PayloadError>> + Unpin,
    ) -> Result<Held, Unread> {
        let read = budget.read(ip(from), &mut body, MAX_FORM, |_| false).await;
        read.map(|(held, ended)| {
            assert!(ended);
            held
        })
    }

    /// A body of `from` that is read and never ends.
    fn hold(budget: &Arc<Unproven>, from: u8) -> JoinHandle<Result<Held, Unread>> {
        let budget = Arc::clone(budget);
        tokio::spawn(async move { read(&budget, from, withheld(MAX_FORM - 1)).await })
    }

    #[tokio::test]
    async fn a_form_is_read_up_to_its_bound_and_its_room_comes_back() {
        let budget = Unproven::of(64, 64);
        for bytes in [0, 1, 1_000, 5_000, MAX_FORM] {
            let held = read(&budget, 1, whole(bytes)).await.unwrap();
            assert_eq!(held.bytes().len(), bytes);
            assert!(held.charged >= held.bytes.capacity().min(bytes), "{bytes}");
        }
        let large = read(&budget, 1, whole(MAX_FORM + 1)).await;
        assert_eq!(large.unwrap_err(), Unread::TooLarge);
        assert_eq!(budget.room.available_permits(), 64);
        assert!(budget.lock().bodies.is_empty());
    }

    #[tokio::test]
    async fn few_bytes_are_charged_little() {
        let budget = Unproven::of(64, 64);
        let held = read(&budget, 1, whole(1)).await.unwrap();
        assert_eq!(budget.room.available_permits(), 63);
        drop(held);
        let held = read(&budget, 1, whole(33_000)).await.unwrap();
        assert_eq!(budget.room.available_permits(), 0);
        assert_eq!(held.proven().len(), 33_000);
        assert_eq!(budget.room.available_permits(), 64);
    }

    #[tokio::test]
    async fn the_oldest_body_that_is_held_back_gives_way_to_one_that_comes() {
        let budget = Arc::new(Unproven::of(128, 128));
        let (first, second) = (hold(&budget, 1), hold(&budget, 2));
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(budget.room.available_permits(), 0);
        // Who has just begun is given a moment.
        assert!(!budget.leave_one_of(ip(1)));
        tokio::time::sleep(STALE).await;
        assert!(!budget.leave_one_of(ip(3)), "of others nobody is sent away");
        let held = read(&budget, 3, whole(5_000)).await.unwrap();
        assert_eq!(held.bytes().len(), 5_000);
        assert_eq!(first.await.unwrap().unwrap_err(), Unread::NoRoom);
        assert!(!second.is_finished());
        // Who goes takes nothing along.
        second.abort();
        assert!(second.await.unwrap_err().is_cancelled());
        drop(held);
        assert_eq!(budget.room.available_permits(), 128);
        assert!(budget.lock().bodies.is_empty());
    }

    #[tokio::test]
    async fn where_nobody_gives_way_a_newcomer_is_sent_away() {
        let budget = Unproven::of(64, 64);
        let held = read(&budget, 1, whole(MAX_FORM)).await.unwrap();
        // It is whole: what becomes of it is being worked on.
        assert_eq!(read(&budget, 2, whole(1)).await.unwrap_err(), Unread::NoRoom);
        drop(held);
        assert!(read(&budget, 2, whole(1)).await.is_ok());
    }

    #[tokio::test]
    async fn one_client_takes_up_its_share_and_no_more() {
        let budget = Arc::new(Unproven::of(256, 64));
        let (first, other) = (hold(&budget, 1), hold(&budget, 2));
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(budget.room.available_permits(), 128);
        // Its own body gives way, and nobody else's.
        let held = read(&budget, 1, whole(5_000)).await.unwrap();
        assert_eq!(first.await.unwrap().unwrap_err(), Unread::NoRoom);
        assert!(!other.is_finished());
        other.abort();
        drop(held);
    }

    #[tokio::test]
    async fn enough_is_enough() {
        let budget = Unproven::of(64, 64);
        let mut body = whole(10).chain(stream::pending());
        let read = budget
            .read(ip(1), &mut body, MAX_FORM, |bytes| bytes.len() >= 10)
            .await;
        let (held, ended) = read.unwrap();
        assert_eq!((held.bytes().len(), ended), (10, false));
        // All of a chunk that is longer than the bound comes along, once its first bytes are enough.
        let budget = Unproven::of(256, 256);
        let read = budget
            .read(ip(1), &mut whole(MAX_FORM + 30_000), MAX_FORM, |bytes| {
                !bytes.is_empty()
            })
            .await;
        let (held, ended) = read.unwrap();
        assert_eq!((held.bytes().len(), ended), (MAX_FORM + 30_000, false));
    }
}
