//! Work that may be late but never lost: claims what is due from the queue and calls the use case for it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use backon::{BackoffBuilder as _, ExponentialBuilder};
use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tracing::Instrument as _;

use crate::clock::Clock;
use crate::ids::JobId;
use crate::random;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::queue::{BackgroundJob as _, ReadGrades};
use crate::service::base::session;
use crate::service::base::trouble::Trouble;
use crate::service::course::sync;
use crate::service::credential::endorsing;
use crate::service::credential::fresh_lists;
use crate::service::institution::joining::working;
use crate::service::institution::{policies, programmes};
use crate::service::operations::old_copies;
use crate::service::privacy::erasing;
use crate::service::privacy::export::exporting;
use crate::store::jobs::{self, Job};
use crate::store::{StoreError, unhurried};
use crate::telemetry;

mod ended;
mod handlers;

use ended::End;
use handlers::Done;

/// Jobs of this process at one time.
const AT_ONCE: usize = 8;
/// Of those, jobs that wait for one platform: one that hangs leaves room for the others, its school's own included.
const AT_ONE_PLATFORM: usize = 2;
/// And for all platforms of one institution: the others have the rest.
const AT_ONE_INSTITUTION: usize = 4;
/// Readings of whole gradebooks, which take minutes to an hour, beside those: checks and scores never wait behind them.
const READING_AT_ONE_PLATFORM: usize = 2;
/// And for all platforms: half of what runs at once.
const READING_AT_ONCE: usize = 4;
/// After so long without a word from its worker, another one takes a job up; every job can be done twice.
const LEASE: TimeDelta = TimeDelta::minutes(1);
/// How often a worker says that a job still runs.
const RENEWAL: Duration = Duration::from_secs(20);
/// So long a worker that stops waits for what runs. What takes longer is begun again by whoever works next; a reading of the
/// gradebook of a whole course, which may take an hour, breaks off at once ([`Cairn::farewell`]).
const FAREWELL: Duration = Duration::from_mins(1);
/// How long an idle worker waits before it looks again.
const IDLE: Duration = Duration::from_millis(200);
/// How often the schedule of courses is read.
const SCHEDULE: Duration = Duration::from_secs(5);
/// How often what has run out is forgotten.
const SWEEP: Duration = Duration::from_hours(1);
/// A clock that is off by so much from one look to the next was set; less is how clocks run.
const SET: TimeDelta = TimeDelta::seconds(10);

/// The worker of this process.
pub(crate) struct Worker {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Worker {
    /// Starts working, on the runtime that calls it.
    #[must_use]
    pub(crate) fn start(cairn: Arc<Cairn>) -> Self {
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(work(cairn, stopped));
        Self { stop, task }
    }

    /// Claims nothing more and lets what runs come to its end, if that is soon.
    pub(crate) async fn stop(self) {
        // Nobody listens when the task ended by itself; then there is nothing to wait for.
        let _ = self.stop.send(true);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the worker did not end as it should");
        }
    }
}

async fn work(cairn: Arc<Cairn>, mut stopped: watch::Receiver<bool>) {
    let name = format!(
        "worker-{}",
        hex::encode(random::bytes::<4>(cairn.random.as_ref()))
    );
    let mut running = JoinSet::new();
    let held = Held::default();
    let (mut scheduled, mut swept) = (None, None);
    let mut shown = Shown::by(cairn.clock.as_ref());
    while !*stopped.borrow() {
        let passed = cairn.clock.steady();
        if let Some(by) = shown.was_set(cairn.clock.as_ref()) {
            tracing::warn!(seconds = by.num_seconds(), "the clock was set");
            // What is forgotten does not come back, so it waits: the next minute may set the clock right.
            swept = Some(passed);
            for job in held.all() {
                renew(&cairn, &job).await;
            }
        }
        if is_time(&mut scheduled, SCHEDULE, passed) {
            if let Err(error) = sync::enqueue_due(&cairn).await {
                tracing::error!(%error, "the schedule could not be read");
            }
            cairn.notice_tool_keys().await;
            telemetry::settle();
        }
        if is_time(&mut swept, SWEEP, passed) {
            unhurried(sweep(&cairn)).await;
            let cairn = Arc::clone(&cairn);
            // Servers of strangers may be slow: nothing waits for them.
            running.spawn(async move { ask_strangers(&cairn).await });
        }
        let room = AT_ONCE.saturating_sub(running.len());
        let claimed = if room == 0 {
            Vec::new()
        } else {
            claim(&cairn, &name, room, held.share()).await
        };
        let found = !claimed.is_empty();
        for job in claimed {
            let entered = held.enter(&job);
            let work = run(Arc::clone(&cairn), job);
            running.spawn(async move {
                work.await;
                drop(entered);
            });
        }
        if found && running.len() < AT_ONCE {
            continue;
        }
        tokio::select! {
            _ = stopped.changed() => {}
            _ = running.join_next(), if !running.is_empty() => {}
            () = tokio::time::sleep(IDLE) => {}
        }
    }
    cairn.farewell.say(true);
    if !all_ended(&mut running, FAREWELL).await {
        tracing::warn!(jobs = running.len(), "what still runs is begun again later");
    }
    cairn.farewell.say(false);
}

/// Whether everything that runs came to its end in that time.
async fn all_ended(running: &mut JoinSet<()>, within: Duration) -> bool {
    let all = async { while running.join_next().await.is_some() {} };
    tokio::time::timeout(within, all).await.is_ok()
}

/// Forgets what has run out, and what no policy keeps any longer.
async fn sweep(cairn: &Cairn) {
    if let Err(error) = session::forget_what_is_over(cairn).await {
        tracing::error!(%error, "old visits could not be removed");
    }
    if let Err(error) = policies::forget(cairn).await {
        tracing::error!(%error, "what is over could not be forgotten");
    }
    if let Err(error) = working::mend(cairn).await {
        tracing::error!(%error, "hand-ins of platforms that were one could not be given back");
    }
    if let Err(error) = fresh_lists::sign(cairn).await {
        tracing::error!(%error, "old status lists could not be read");
    }
    if let Err(error) = programmes::decide_ended(cairn).await {
        tracing::error!(%error, "programmes that had ended could not be decided anew");
    }
    if let Err(error) = programmes::making::forget(cairn).await {
        tracing::error!(%error, "who makes programmes could not be looked through");
    }
    if let Err(error) = exporting::forget(cairn).await {
        tracing::error!(%error, "old archives could not be removed");
    }
    if let Err(error) = old_copies::forget(cairn).await {
        tracing::error!(%error, "copies of the database from before an upgrade could not be removed");
    }
    if let Err(error) = erasing::sweep_files(cairn).await {
        tracing::error!(%error, "what uploads had left could not be removed");
    }
    if let Err(error) = cairn.store.settle().await {
        tracing::error!(%error, "the log of the database could not be emptied");
    }
}

/// Asks those outside who said something a long time ago whether they still say it.
async fn ask_strangers(cairn: &Cairn) {
    if let Err(error) = endorsing::ask_domains_again(cairn).await {
        tracing::error!(%error, "the domains of endorsers could not be asked again");
    }
}

/// Whether `pause` has passed since `last`; then it counts from now. By the clock that nobody sets.
fn is_time(last: &mut Option<Duration>, pause: Duration, passed: Duration) -> bool {
    let due = last.is_none_or(|last| passed.saturating_sub(last) >= pause);
    if due {
        *last = Some(passed);
    }
    due
}

/// What the clock showed at the last look, and how much time had passed by then.
#[derive(Debug)]
struct Shown {
    now: DateTime<Utc>,
    passed: Duration,
}

impl Shown {
    fn by(clock: &dyn Clock) -> Self {
        Self {
            now: clock.now(),
            passed: clock.steady(),
        }
    }

    /// By how much the clock was put forward, or back, since the last look; none for what passes by itself.
    fn was_set(&mut self, clock: &dyn Clock) -> Option<TimeDelta> {
        let before = std::mem::replace(self, Self::by(clock));
        let passed = TimeDelta::from_std(self.passed.saturating_sub(before.passed)).ok()?;
        let by = (self.now - before.now) - passed;
        (by.abs() >= SET).then_some(by)
    }
}

/// The jobs that a worker has in hand.
#[derive(Debug, Clone, Default)]
struct Held(Arc<Mutex<Vec<Job>>>);

/// One of them, until dropped.
struct HeldJob(Held, JobId);

impl Held {
    fn lock(&self) -> MutexGuard<'_, Vec<Job>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn all(&self) -> Vec<Job> {
        self.lock().clone()
    }

    /// How platforms and institutions share this worker.
    fn share(&self) -> jobs::Share {
        let all = self.lock();
        let (readings, calls): (Vec<&Job>, Vec<&Job>) =
            all.iter().partition(|job| job.kind == ReadGrades::NAME);
        let calls = calls.into_iter();
        let calls = calls.filter_map(|job| Some((job.tenant.clone(), job.platform.clone()?)));
        let readings = readings.into_iter().filter_map(|job| job.platform.clone());
        jobs::Share {
            most_of_platform: AT_ONE_PLATFORM,
            most_of_institution: AT_ONE_INSTITUTION,
            running: calls.collect(),
            apart: Some(jobs::Apart {
                kind: ReadGrades::NAME,
                most_of_platform: READING_AT_ONE_PLATFORM,
                most: READING_AT_ONCE,
                running: readings.collect(),
            }),
            held: all.iter().map(|job| job.id.clone()).collect(),
        }
    }

    fn enter(&self, job: &Job) -> HeldJob {
        self.lock().push(job.clone());
        HeldJob(self.clone(), job.id.clone())
    }
}

impl Drop for HeldJob {
    fn drop(&mut self) {
        let mut jobs = self.0.lock();
        if let Some(at) = jobs.iter().position(|job| job.id == self.1) {
            jobs.swap_remove(at);
        }
    }
}

async fn claim(cairn: &Cairn, name: &str, room: usize, share: jobs::Share) -> Vec<Job> {
    let (now, name) = (cairn.clock.now(), name.to_owned());
    let limit = i64::try_from(room).unwrap_or(1);
    let claimed = cairn
        .store
        .write(move |db| jobs::claim(db, now, &name, LEASE, limit, share));
    claimed.await.unwrap_or_else(|error| {
        tracing::error!(%error, "the queue could not be read");
        Vec::new()
    })
}

/// Does one job, says so to the queue, and says its line in the log.
async fn run(cairn: Arc<Cairn>, job: Job) {
    let span = ended::span(&job);
    async {
        let begun = Instant::now();
        let done = unhurried(perform(&cairn, &job)).await;
        let end = End::of(&cairn, &job, done);
        let kept = keep(&cairn, job.clone(), &end).await;
        ended::say(&job, &end, kept, begun.elapsed());
    }
    .instrument(span)
    .await;
}

async fn perform(cairn: &Cairn, job: &Job) -> Result<Done, ServiceError> {
    let mut work = std::pin::pin!(handlers::perform(cairn, job));
    loop {
        tokio::select! {
            done = &mut work => return done,
            () = tokio::time::sleep(RENEWAL) => renew(cairn, job).await,
        }
    }
}

/// Has the queue know how a job ended. `false`: its lease ran out, and another worker has it now.
async fn keep(cairn: &Cairn, job: Job, end: &End) -> Result<bool, StoreError> {
    // The same work may be asked for anew at this moment; that stands for this one then.
    match end {
        End::Failed { error, id, retry_at } => {
            // A page may say it.
            let said = Trouble::of(error, id.clone()).stored();
            let retry_at = *retry_at;
            let failed = move |db: &mut _| jobs::fail(db, &job, &said, retry_at);
            cairn.store.write_retrying(failed).await
        }
        End::Rests(until) => {
            let until = *until;
            let rests = move |db: &mut _| jobs::rest(db, &job, until);
            cairn.store.write_retrying(rests).await
        }
        End::Done(Done {
            problem: Some(problem),
            ..
        }) if handlers::keeps_problem(&job.kind) => {
            let said = problem.stored();
            let ended = move |db: &mut _| jobs::end_with(db, &job, &said);
            cairn.store.write_retrying(ended).await
        }
        End::Done(_) | End::Gone(_) => cairn.store.write(move |db| jobs::done(db, &job)).await,
    }
}

/// Says that a job still runs. Where that fails its lease runs out, and it is done a second time.
async fn renew(cairn: &Cairn, job: &Job) {
    let Some(until) = cairn.clock.now().checked_add_signed(LEASE) else {
        return;
    };
    let held = job.clone();
    match cairn.store.write(move |db| jobs::renew(db, &held, until)).await {
        Ok(true) => {}
        Ok(false) => tracing::warn!("another worker has taken a job up that still runs"),
        Err(error) => tracing::warn!(%error, "the lease of a job could not be renewed"),
    }
}

/// When a job is tried again after so many attempts; none when its waits are used up.
fn retry_at(policy: ExponentialBuilder, attempts: i32, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let failures = usize::try_from(attempts.saturating_sub(1)).unwrap_or(0);
    let wait = TimeDelta::from_std(policy.build().nth(failures)?).ok()?;
    now.checked_add_signed(wait)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use crate::service::base::queue::USUAL_RETRY;

    #[tokio::test]
    async fn a_worker_that_stops_waits_for_what_ends_and_not_for_what_does_not() {
        let mut running = JoinSet::new();
        running.spawn(async {});
        assert!(all_ended(&mut running, FAREWELL).await);
        running.spawn(std::future::pending());
        assert!(!all_ended(&mut running, Duration::from_millis(5)).await);
        assert_eq!(running.len(), 1);
    }

    #[test]
    fn a_pause_is_as_long_whatever_the_clock_is_set_to() {
        let clock = ManualClock::at(DateTime::UNIX_EPOCH);
        let mut last = None;
        let mut due = || is_time(&mut last, SCHEDULE, clock.steady());
        assert!(due(), "the first time at once");
        clock.set(TimeDelta::days(2));
        assert!(!due(), "it does not run wild");
        clock.advance(TimeDelta::seconds(5));
        assert!(due());
        clock.set(TimeDelta::days(-2));
        clock.advance(TimeDelta::seconds(4));
        assert!(!due());
        clock.advance(TimeDelta::seconds(1));
        assert!(due(), "it does not stop");
    }

    #[test]
    fn a_clock_that_is_set_is_noticed_once_and_time_that_passes_is_not() {
        let clock = ManualClock::at(DateTime::UNIX_EPOCH);
        let mut shown = Shown::by(&clock);
        clock.advance(TimeDelta::days(9));
        assert_eq!(shown.was_set(&clock), None);
        clock.set(TimeDelta::seconds(9));
        assert_eq!(shown.was_set(&clock), None);
        for days in [2, -2] {
            clock.set(TimeDelta::days(days));
            clock.advance(TimeDelta::seconds(3));
            assert_eq!(shown.was_set(&clock), Some(TimeDelta::days(days)));
            assert_eq!(shown.was_set(&clock), None);
        }
    }

    #[test]
    fn a_failed_job_waits_longer_each_time_and_is_given_up_in_the_end() {
        let now = DateTime::UNIX_EPOCH;
        let waits: Vec<_> = (1..=8)
            .map(|attempts| retry_at(USUAL_RETRY, attempts, now).map(|at| at.timestamp()))
            .collect();
        let expected = [2, 8, 32, 128, 512, 600, 600].map(Some);
        assert_eq!(waits.get(..7), Some(expected.as_slice()));
        assert_eq!(waits.get(7), Some(&None));
    }
}
