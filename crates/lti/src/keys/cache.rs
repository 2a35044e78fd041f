//! Platforms' key sets, kept for an hour. A key that is not in the set is looked for once more, at most every half
//! minute, so that rotation works and random key ids cannot make us flood a platform. So is one that did not verify: a
//! platform may have changed it under its old name.
//!
//! A map of our own and not `moka`, which access tokens use: a set that is too old still serves while its platform does
//! not answer, the one before it for a while after a rotation, and a failure is remembered too.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use url::Url;

use super::{KeyFault, KeySet, PlatformKey};
use crate::error::KeySetError;
use crate::transport::{NetError, Request, Transport};
use ambient::clock::SharedClock;

const TIME_TO_LIVE: Duration = Duration::from_hours(1);
/// How long an old set still serves while its platform does not answer.
const STALE_LIMIT: Duration = Duration::from_hours(24);
const BETWEEN_FETCHES: Duration = Duration::from_secs(30);
/// How long the keys of a replaced set still verify: what was signed a moment before a rotation is still on its way
/// through somebody's browser. Moodle publishes one key only, and its messages live for a minute.
const GRACE: Duration = Duration::from_mins(2);
const TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes; real sets have a few kilobytes.
const MAX_BODY: usize = 256 << 10;
/// Letters of a key's id that are remembered.
const LONGEST_ID: usize = 100;

/// Fetches and keeps key sets by URL.
#[derive(Debug)]
pub struct KeySetCache {
    transport: Arc<dyn Transport>,
    clock: SharedClock,
    slots: Mutex<HashMap<Url, Arc<Slot>>>,
}

#[derive(Debug, Default)]
struct Slot {
    known: Mutex<Known>,
    /// Held by the one caller that fetches.
    flight: tokio::sync::Mutex<()>,
}

/// What somebody who looks at a key set finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// Ids of the keys that can verify a message.
    pub usable: Vec<String>,
    /// What time it was for the server that answered (RFC 9110, section 6.6.1; 5.6.7 for a copy that was kept).
    pub time: Option<DateTime<Utc>>,
    /// The last key that a message named, which the set lacked and still lacks, and when that was.
    pub missed: Option<(DateTime<Utc>, String)>,
}

/// Times are those of [`ambient::clock::Clock::steady`]: a clock that is set makes no set old, and keeps nobody from asking.
#[derive(Debug, Default)]
struct Known {
    set: Option<(Duration, KeySet)>,
    /// The set before, and when it was replaced.
    replaced: Option<(Duration, KeySet)>,
    tried_at: Option<Duration>,
    /// When a key that did not verify was last looked at once more. Not `tried_at`: whoever sends bad signatures must not
    /// hold up the search for a new key.
    doubted_at: Option<Duration>,
    error: Option<String>,
    /// The last key that was looked for in vain.
    missed: Option<(DateTime<Utc>, String)>,
}

impl Slot {
    /// The answer when it needs no fetch: the key is known and fresh, or it is too early to ask again.
    fn without_fetch(&self, now: Duration, kid: &str) -> Option<Result<Found, KeySetError>> {
        let known = lock(&self.known);
        if let Some((at, set)) = &known.set
            && now.saturating_sub(*at) < TIME_TO_LIVE
            && let Some(found) = set.find(kid).or_else(|| known.find_replaced(now, kid))
        {
            return Some(Ok(found));
        }
        let too_early = known
            .tried_at
            .is_some_and(|tried| now.saturating_sub(tried) < BETWEEN_FETCHES);
        too_early.then(|| known.last_word(now, kid))
    }
}

impl Slot {
    /// What is known without a fetch about another key than `used`: one, or that it is too early to ask.
    fn another_without_fetch(&self, now: Duration, kid: &str, used: Option<&PlatformKey>) -> Option<Again> {
        let known = lock(&self.known);
        let too_early = known
            .doubted_at
            .is_some_and(|doubted| now.saturating_sub(doubted) < BETWEEN_FETCHES);
        match known.another(now, kid, used) {
            None if too_early => Some(Ok(None)),
            None => None,
            other => Some(Ok(other)),
        }
    }
}

/// A usable key, or why the key of that id is not.
type Found = Result<PlatformKey, KeyFault>;

/// Another key, if there is one.
type Again = Result<Option<PlatformKey>, KeySetError>;

impl KeySetCache {
    /// An empty cache.
    #[must_use]
    pub fn new(transport: Arc<dyn Transport>, clock: SharedClock) -> Self {
        Self {
            transport,
            clock,
            slots: Mutex::default(),
        }
    }

    /// The key `kid` of the set at `url`, fetched when needed.
    ///
    /// # Errors
    /// [`KeySetError::UnknownKey`] when the set has no such key, [`KeySetError::Unavailable`] when there is no set.
    pub async fn find(&self, url: &Url, kid: &str) -> Result<Found, KeySetError> {
        let slot = Arc::clone(lock(&self.slots).entry(url.clone()).or_default());
        if let Some(answer) = slot.without_fetch(self.clock.steady(), kid) {
            return answer;
        }
        // A task of its own, so that a browser that goes away does not cut off those who wait for the same set.
        let fetch = Fetch {
            transport: Arc::clone(&self.transport),
            clock: Arc::clone(&self.clock),
            slot,
        };
        let (url, kid) = (url.clone(), kid.to_owned());
        tokio::spawn(async move { fetch.run(&url, &kid).await })
            .await
            .map_err(|_| KeySetError::Unavailable("the fetch was broken off".to_owned()))?
    }

    /// Another key of that id than `used`, which did not verify, or none: a usable one of the set as it is, of the set before
    /// it, or of the set as the platform publishes it now. It is fetched for this at most every half minute, however many
    /// bad signatures come in.
    ///
    /// # Errors
    /// [`KeySetError::Unavailable`] when the set could not be fetched.
    pub async fn look_again(
        &self,
        url: &Url,
        kid: &str,
        used: Option<&PlatformKey>,
    ) -> Result<Option<PlatformKey>, KeySetError> {
        let slot = Arc::clone(lock(&self.slots).entry(url.clone()).or_default());
        if let Some(answer) = slot.another_without_fetch(self.clock.steady(), kid, used) {
            return answer;
        }
        let fetch = Fetch {
            transport: Arc::clone(&self.transport),
            clock: Arc::clone(&self.clock),
            slot,
        };
        let (url, kid, used) = (url.clone(), kid.to_owned(), used.cloned());
        tokio::spawn(async move { fetch.run_again(&url, &kid, used.as_ref()).await })
            .await
            .map_err(|_| KeySetError::Unavailable("the fetch was broken off".to_owned()))?
    }

    /// Fetches the set at `url` now, whatever is kept, and says what is in it. What it finds is kept; that it looked
    /// holds nobody up.
    ///
    /// # Errors
    /// [`KeySetError::Unavailable`].
    pub async fn probe(&self, url: &Url) -> Result<Probe, KeySetError> {
        let slot = Arc::clone(lock(&self.slots).entry(url.clone()).or_default());
        let fetched = fetch(self.transport.as_ref(), url).await;
        let (set, time) = fetched.map_err(KeySetError::Unavailable)?;
        let usable = set.usable();
        let mut known = lock(&slot.known);
        known.replace(self.clock.steady(), set);
        let missed = known.missed.clone().filter(|(_, kid)| !usable.contains(kid));
        Ok(Probe { usable, time, missed })
    }
}

/// One caller's wait for a set.
struct Fetch {
    transport: Arc<dyn Transport>,
    clock: SharedClock,
    slot: Arc<Slot>,
}

impl Fetch {
    async fn run(&self, url: &Url, kid: &str) -> Result<Found, KeySetError> {
        let _flight = self.slot.flight.lock().await;
        // Another caller may have fetched while this one waited.
        if let Some(answer) = self.slot.without_fetch(self.clock.steady(), kid) {
            return answer;
        }
        let fetched = fetch(self.transport.as_ref(), url).await.map(|(set, _)| set);
        let now = self.clock.steady();
        let mut known = lock(&self.slot.known);
        // Only a fetch in vain holds up the next one: a key that rotates right after it is still found at once.
        let in_vain = fetched.as_ref().map_or(true, |set| set.find(kid).is_none());
        known.tried_at = in_vain.then_some(now);
        match fetched {
            Ok(set) => {
                if set.find(kid).is_none() {
                    known.missed = Some((self.clock.now(), kid.chars().take(LONGEST_ID).collect()));
                }
                known.replace(now, set);
            }
            Err(error) => {
                tracing::warn!(%url, error, "a platform's key set could not be fetched");
                known.error = Some(error);
            }
        }
        known.last_word(now, kid)
    }
}

impl Fetch {
    async fn run_again(&self, url: &Url, kid: &str, used: Option<&PlatformKey>) -> Again {
        let _flight = self.slot.flight.lock().await;
        // Another caller may have fetched while this one waited.
        if let Some(answer) = self.slot.another_without_fetch(self.clock.steady(), kid, used) {
            return answer;
        }
        let fetched = fetch(self.transport.as_ref(), url).await;
        let now = self.clock.steady();
        let mut known = lock(&self.slot.known);
        known.doubted_at = Some(now);
        let (set, _) = fetched.map_err(KeySetError::Unavailable)?;
        known.replace(now, set);
        Ok(known.another(now, kid, used))
    }
}

/// What became of a call, for a page and the log: neither needs the address that was tried, nor what the network said.
fn plain(error: &NetError) -> &'static str {
    match error {
        NetError::Refused(..) => "not at an address that may be called",
        NetError::Unreachable(..) => "not to be reached",
        NetError::BrokenOff(..) => "sent by a server that broke off in the middle",
        NetError::TimedOut(_) => "not sent in time",
        NetError::TooLarge(..) => "larger than any key set",
    }
}

/// The set, and what time it is there.
async fn fetch(transport: &dyn Transport, url: &Url) -> Result<(KeySet, Option<DateTime<Utc>>), String> {
    let mut request = Request::get(url.clone()).header("accept", "application/json");
    request.timeout = TIMEOUT;
    request.max_body = MAX_BODY;
    let response = transport.send(request).await;
    let response = response.map_err(|error| format!("it is {}", plain(&error)))?;
    if !response.is_success() {
        return Err(format!("it answered with status {}", response.status));
    }
    let date = response
        .header("date")
        .and_then(|text| DateTime::parse_from_rfc2822(text).ok());
    let age = response
        .header("age")
        .and_then(|text| text.trim().parse::<u32>().ok());
    let time = date.map(|date| date.to_utc() + TimeDelta::seconds(age.unwrap_or(0).into()));
    Ok((KeySet::parse(&response.body)?, time))
}

impl Known {
    /// Takes a set that was fetched now.
    fn replace(&mut self, now: Duration, set: KeySet) {
        self.error = None;
        let is_the_same = self.set.as_ref().is_some_and(|(_, before)| *before == set);
        let before = self.set.replace((now, set));
        if is_the_same {
            return;
        }
        // A set that nobody asked for in a long time has no grace left.
        self.replaced = before
            .filter(|(at, _)| now.saturating_sub(*at) < TIME_TO_LIVE + GRACE)
            .map(|(_, before)| (now, before));
    }

    /// The key in the set that was replaced a moment ago.
    fn find_replaced(&self, now: Duration, kid: &str) -> Option<Found> {
        let (at, set) = self.replaced.as_ref()?;
        (now.saturating_sub(*at) < GRACE).then(|| set.find(kid)).flatten()
    }

    /// A usable key of that id which is not `used`, in the set or in the one before it.
    fn another(&self, now: Duration, kid: &str, used: Option<&PlatformKey>) -> Option<PlatformKey> {
        let current = self.set.as_ref().and_then(|(_, set)| set.find(kid));
        let both = [current, self.find_replaced(now, kid)];
        both.into_iter()
            .flatten()
            .filter_map(Result::ok)
            .find(|key| Some(key) != used)
    }

    /// What can be said with what is there, however old within reason.
    fn last_word(&self, now: Duration, kid: &str) -> Result<Found, KeySetError> {
        match &self.set {
            Some((at, set)) if now.saturating_sub(*at) < STALE_LIMIT => match set.find(kid) {
                Some(found) => Ok(found),
                None => match &self.error {
                    Some(error) => Err(KeySetError::Unavailable(error.clone())),
                    None => Err(KeySetError::UnknownKey),
                },
            },
            _ => Err(KeySetError::Unavailable(self.error.clone().unwrap_or_else(
                || "it is being fetched for the first time".to_owned(),
            ))),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, FakeTransport};
    use ambient::clock::ManualClock;

    struct Stage {
        transport: Arc<FakeTransport>,
        clock: Arc<ManualClock>,
        cache: KeySetCache,
        url: Url,
        kid: String,
    }

    fn stage() -> Stage {
        let transport = Arc::new(FakeTransport::serving(&testing::jwk_set()));
        let clock = Arc::new(ManualClock::at(testing::now()));
        let cache = KeySetCache::new(transport.clone(), clock.clone());
        Stage {
            transport,
            clock,
            cache,
            url: "https://lms.example/keys".parse().unwrap(),
            kid: testing::tool_key().kid().to_owned(),
        }
    }

    #[tokio::test]
    async fn a_set_is_fetched_once_an_hour() {
        let s = stage();
        for _ in 0..5 {
            s.cache.find(&s.url, &s.kid).await.unwrap().unwrap();
        }
        assert_eq!(s.transport.calls(), 1);
        s.clock.advance(TimeDelta::minutes(61));
        s.cache.find(&s.url, &s.kid).await.unwrap().unwrap();
        assert_eq!(s.transport.calls(), 2);
    }

    #[tokio::test]
    async fn unknown_keys_cause_one_fetch_per_half_minute() {
        let s = stage();
        s.cache.find(&s.url, &s.kid).await.unwrap().unwrap();
        s.clock.advance(TimeDelta::seconds(31));
        for number in 0..20 {
            let answer = s.cache.find(&s.url, &format!("random-{number}")).await;
            assert_eq!(answer.unwrap_err(), KeySetError::UnknownKey);
        }
        assert_eq!(s.transport.calls(), 2);
    }

    #[tokio::test]
    async fn a_clock_that_was_ahead_keeps_no_set_for_days_and_no_new_key_waiting() {
        let s = stage();
        s.clock.set(TimeDelta::days(2));
        s.cache.find(&s.url, &s.kid).await.unwrap().unwrap();
        assert_eq!(
            s.cache.find(&s.url, "new").await.unwrap_err(),
            KeySetError::UnknownKey
        );
        s.clock.set(TimeDelta::days(-2));
        s.cache.find(&s.url, &s.kid).await.unwrap().unwrap();
        assert_eq!(s.transport.calls(), 2, "a clock that is set is no reason to ask");
        let mut set = testing::jwk_set();
        set["keys"][0]["kid"] = "new".into();
        s.transport.serve(200, set.to_string());
        s.clock.advance(TimeDelta::seconds(31));
        s.cache.find(&s.url, "new").await.unwrap().unwrap();
        s.clock.advance(TimeDelta::minutes(61));
        s.cache.find(&s.url, "new").await.unwrap().unwrap();
        assert_eq!(s.transport.calls(), 4, "an hour is an hour");
    }

    #[tokio::test]
    async fn a_rotated_key_is_found_without_waiting_for_the_hour() {
        let s = stage();
        assert_eq!(
            s.cache.find(&s.url, "new").await.unwrap_err(),
            KeySetError::UnknownKey
        );
        let mut set = testing::jwk_set();
        set["keys"][0]["kid"] = "new".into();
        s.transport.serve(200, set.to_string());
        s.clock.advance(TimeDelta::seconds(31));
        s.cache.find(&s.url, "new").await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn what_was_signed_just_before_a_rotation_still_verifies_and_no_longer() {
        let s = stage();
        s.cache.find(&s.url, &s.kid).await.unwrap().unwrap();
        let mut set = testing::jwk_set();
        set["keys"][0]["kid"] = "new".into();
        s.transport.serve(200, set.to_string());
        s.cache.find(&s.url, "new").await.unwrap().unwrap();
        s.clock.advance(TimeDelta::seconds(119));
        s.cache.find(&s.url, &s.kid).await.unwrap().unwrap();
        assert_eq!(s.transport.calls(), 2, "an old key is no reason to ask");
        s.clock.advance(TimeDelta::seconds(1));
        assert_eq!(
            s.cache.find(&s.url, &s.kid).await.unwrap_err(),
            KeySetError::UnknownKey
        );
    }

    fn set_of(key: &crate::keys::ToolKey, kid: &str) -> String {
        let mut set = crate::keys::ToolKey::jwk_set([key]);
        set["keys"][0]["kid"] = kid.into();
        set.to_string()
    }

    #[tokio::test]
    async fn a_key_that_was_changed_under_its_name_is_fetched_once_and_the_old_one_has_its_grace() {
        let s = stage();
        let old = s.cache.find(&s.url, &s.kid).await.unwrap().unwrap();
        let (other, _) = crate::keys::ToolKey::generate().unwrap();
        s.transport.serve(200, set_of(&other, &s.kid));
        let new = s.cache.look_again(&s.url, &s.kid, Some(&old)).await.unwrap();
        let new = new.expect("the platform publishes another key now");
        assert_ne!(new, old);
        assert_eq!(s.transport.calls(), 2);
        assert_eq!(s.cache.find(&s.url, &s.kid).await.unwrap().unwrap(), new);
        // What was signed a moment before is verified with the old one, without asking.
        let before = s.cache.look_again(&s.url, &s.kid, Some(&new)).await.unwrap();
        assert_eq!(before, Some(old.clone()));
        s.clock.advance(TimeDelta::minutes(2));
        let before = s.cache.look_again(&s.url, &s.kid, Some(&new)).await.unwrap();
        assert_eq!((before, s.transport.calls()), (None, 3));
    }

    #[tokio::test]
    async fn bad_signatures_cause_one_fetch_per_half_minute_and_hold_up_no_rotation() {
        let s = stage();
        let used = s.cache.find(&s.url, &s.kid).await.unwrap().unwrap();
        let looks = (0..20).map(|_| s.cache.look_again(&s.url, &s.kid, Some(&used)));
        for look in futures_util::future::join_all(looks).await {
            assert_eq!(look.unwrap(), None);
        }
        assert_eq!(s.transport.calls(), 2);
        let mut set = testing::jwk_set();
        set["keys"][0]["kid"] = "new".into();
        s.transport.serve(200, set.to_string());
        s.cache.find(&s.url, "new").await.unwrap().unwrap();
        assert_eq!(s.transport.calls(), 3, "another key is another question");
        s.clock.advance(TimeDelta::seconds(31));
        s.transport.serve(500, "down");
        assert!(matches!(
            s.cache.look_again(&s.url, "new", None).await,
            Ok(Some(_))
        ));
        let used = s.cache.find(&s.url, "new").await.unwrap().unwrap();
        assert!(matches!(
            s.cache.look_again(&s.url, "new", Some(&used)).await,
            Err(KeySetError::Unavailable(_))
        ));
    }

    #[tokio::test]
    async fn an_old_set_serves_while_the_platform_is_down_but_not_for_ever() {
        let s = stage();
        s.cache.find(&s.url, &s.kid).await.unwrap().unwrap();
        s.transport.serve(500, "down");
        s.clock.advance(TimeDelta::hours(2));
        s.cache.find(&s.url, &s.kid).await.unwrap().unwrap();
        assert!(matches!(
            s.cache.find(&s.url, "new").await,
            Err(KeySetError::Unavailable(_))
        ));
        assert_eq!(s.transport.calls(), 2, "it asked again at once");
        s.clock.advance(TimeDelta::hours(23));
        assert!(matches!(
            s.cache.find(&s.url, &s.kid).await,
            Err(KeySetError::Unavailable(_))
        ));
    }

    #[tokio::test]
    async fn a_look_is_fresh_tells_what_is_missing_and_holds_nobody_up() {
        let s = stage();
        s.cache.find(&s.url, &s.kid).await.unwrap().unwrap();
        let look = s.cache.probe(&s.url).await.unwrap();
        assert_eq!((look.usable, look.missed), (vec![s.kid.clone()], None));
        assert_eq!(
            s.cache.find(&s.url, "new").await.unwrap_err(),
            KeySetError::UnknownKey,
            "asked for at once, whoever looked a moment ago"
        );
        let missed = s.cache.probe(&s.url).await.unwrap().missed;
        assert_eq!(missed, Some((testing::now(), "new".to_owned())));
        let mut set = testing::jwk_set();
        set["keys"][0]["kid"] = "new".into();
        s.transport.serve(200, set.to_string());
        assert_eq!(s.cache.probe(&s.url).await.unwrap().missed, None);
        s.cache.find(&s.url, "new").await.unwrap().unwrap();
        s.transport.serve(500, "down");
        assert!(matches!(
            s.cache.probe(&s.url).await,
            Err(KeySetError::Unavailable(_))
        ));
    }

    #[tokio::test]
    async fn html_instead_of_keys_is_an_unavailable_set() {
        let s = stage();
        s.transport.serve(200, "<html>");
        assert!(matches!(
            s.cache.find(&s.url, &s.kid).await,
            Err(KeySetError::Unavailable(_))
        ));
    }

    #[tokio::test]
    async fn callers_at_the_same_time_share_one_fetch() {
        let s = stage();
        let finds = (0..10).map(|_| s.cache.find(&s.url, &s.kid));
        for found in futures_util::future::join_all(finds).await {
            found.unwrap().unwrap();
        }
        assert_eq!(s.transport.calls(), 1);
    }
}
