//! What can be asked of the worker: one type for each kind of work, known to whoever asks for it and to the runner
//! alike. The lowest part of the services: it names no use case, so that each can have any other's work done.
//!
//! To add a kind: a struct in `work` with its [`BackgroundJob`], and its handler in `jobs::handlers`.

use std::time::Duration;

use backon::ExponentialBuilder;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::ids::{PersonId, RegistrationId, TenantId};
use crate::random::Random;
use crate::store::jobs::{self, NewJob};
use crate::store::{Db, StoreError};

mod above;
mod work;

pub(crate) use above::decide_above;
pub(crate) use work::{
    AwaitTurn, CheckCourse, CheckForeign, DecideBadge, DecidePerson, DoJoin, DropUnused, EnsureLineItem,
    EraseFiles, ExportInstitution, HandleNotice, ReadGrades, ReleaseColumn, SendScore, SignAnew,
    SubscribeNotices,
};

/// The names of all kinds.
pub(crate) const NAMES: [&str; 16] = [
    CheckCourse::NAME,
    DecideBadge::NAME,
    DecidePerson::NAME,
    DoJoin::NAME,
    ReadGrades::NAME,
    AwaitTurn::NAME,
    ReleaseColumn::NAME,
    EnsureLineItem::NAME,
    SendScore::NAME,
    SubscribeNotices::NAME,
    HandleNotice::NAME,
    ExportInstitution::NAME,
    EraseFiles::NAME,
    DropUnused::NAME,
    CheckForeign::NAME,
    SignAnew::NAME,
];

/// Work that may be late but is never lost. It may be done more than once, so doing it twice must do no harm.
pub(crate) trait BackgroundJob: Serialize + DeserializeOwned + Send + 'static {
    /// The name under which it is stored; never changed, as jobs of the version before may still wait.
    const NAME: &'static str;

    /// The members that [`Self::key`] is made of, in its order.
    const KEY: &'static [&'static str];

    /// How long it waits after each failure; when the waits are used up it is given up, for a person to look at.
    const RETRY: ExponentialBuilder = USUAL_RETRY;

    /// Whether asking for it makes up for the same work that was given up before.
    const REPLACES_GIVEN_UP: bool = false;

    /// Whether the problem with which it ended stays in the queue until it is asked for again, since a page tells it from there.
    const KEEPS_PROBLEM: bool = false;

    /// What it is done to: two waiting jobs of one name and key are one.
    fn key(&self) -> String;

    /// The platform that it calls, so that one which hangs does not hold up the others.
    fn platform(&self) -> Option<&RegistrationId> {
        None
    }

    /// The person whom it concerns: nothing of it is left once they are erased.
    fn person(&self) -> Option<&PersonId> {
        None
    }
}

/// Two seconds after the first failure, then four times as long, at most ten minutes: eight attempts in all.
pub(crate) const USUAL_RETRY: ExponentialBuilder = ExponentialBuilder::new()
    .with_min_delay(Duration::from_secs(2))
    .with_factor(4.0)
    .with_max_delay(Duration::from_mins(10))
    .with_max_times(7);

/// Has `job` done at `run_at`; one of the same name and key that waits already stands for it, at the earlier of both
/// times. Run it in the transaction of what made it necessary.
///
/// # Errors
/// What the store reports.
pub(crate) fn enqueue<J: BackgroundJob>(
    db: &mut Db,
    tenant: &TenantId,
    job: &J,
    run_at: DateTime<Utc>,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let key = job.key();
    if J::REPLACES_GIVEN_UP {
        jobs::take_given_up(db, tenant, J::NAME, &key)?;
    }
    let payload = serde_json::to_value(job).map_err(|error| StoreError::Value {
        column: "jobs.payload",
        problem: error.to_string(),
    })?;
    let new = NewJob {
        tenant: tenant.clone(),
        kind: J::NAME.to_owned(),
        key,
        payload,
        run_at,
        platform: job.platform().cloned(),
        person: job.person().cloned(),
    };
    jobs::enqueue(db, &new, now, random).map(drop)
}

/// What a key is made of: each member with its id.
pub(crate) fn members_of<'a>(
    names: &'static [&'static str],
    key: &'a str,
) -> impl Iterator<Item = (&'static str, &'a str)> {
    names.iter().copied().zip(key.splitn(names.len(), '/'))
}

/// The job that was stored so. What its key and its platform say is not repeated in the payload.
///
/// # Errors
/// What of the payload cannot be read.
pub(crate) fn read<J: BackgroundJob>(
    payload: &Value,
    key: &str,
    platform: Option<&RegistrationId>,
) -> Result<J, serde_json::Error> {
    let mut whole = payload.clone();
    if let Value::Object(members) = &mut whole {
        for (name, part) in members_of(J::KEY, key) {
            members.entry(name).or_insert_with(|| part.into());
        }
        if let Some(platform) = platform {
            members.insert("platform".to_owned(), platform.as_str().into());
        }
    }
    serde_json::from_value(whole)
}

#[cfg(test)]
mod tests;
