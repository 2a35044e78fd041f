//! A stranger's badge, checked from here because somebody asked for it: where issuers let no browser read what they publish,
//! a server may. The addresses that the badge names are asked under the guard, few of them and each once; nothing is kept.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use bytes::Bytes;
use openbadges::did;
use openbadges::verify::{CheckKind, Failure, Glance, Resolver, Verdict, glance, verify_file_of};
use serde_json::Value;
use tokio::sync::{Semaphore, SemaphorePermit};
use url::{Host, Url};

use crate::net::Request;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;

/// The largest badge that is taken, in bytes: pictures stay with whoever asks, the text in them is sent.
pub(crate) const MAX_BODY: usize = 256 << 10;
/// How many addresses one badge may have asked.
const ADDRESSES: usize = 8;
/// One answer names the next address: key, class, issuer, list.
const ROUNDS: usize = 5;
const PATIENCE: Duration = Duration::from_secs(8);
/// The longest that issuers are asked for one badge.
const LONGEST: Duration = Duration::from_secs(16);
/// The largest document that is read, in bytes.
const MAX_ANSWER: usize = 1 << 20;
const ACCEPTED: &str =
    "application/json, application/ld+json, application/vc, application/did+json, */*;q=0.1";

/// Strangers may keep this server as busy as that, and no more.
static AT_ONCE: Semaphore = Semaphore::const_new(8);

/// So many of these turns those take who bring badges of theirs, many at one time and slow ones perhaps: who waits comes before who is
/// refused at once, so that some turns are left to others.
static BRINGING: Semaphore = Semaphore::const_new(5);

/// What was answered so far, by address; none where nothing was to be had.
type Answers = BTreeMap<String, Option<Bytes>>;

/// Answers from what was fetched, and writes down what was not asked for yet.
struct Asking {
    answers: Answers,
    missing: RefCell<BTreeSet<String>>,
    /// Whether this machine's own addresses are asked over http.
    plain: bool,
}

impl Asking {
    fn bytes(&self, url: &str) -> Option<Bytes> {
        let known = self.answers.get(url);
        if known.is_none() {
            self.missing.borrow_mut().insert(url.to_owned());
        }
        known.cloned().flatten()
    }
}

impl Resolver for Asking {
    fn did_document(&self, did: &str) -> Option<Value> {
        self.document(&identity_url(did, self.plain)?)
    }

    fn status_list(&self, url: &str) -> Option<Vec<u8>> {
        self.bytes(url).map(|bytes| bytes.to_vec())
    }

    fn document(&self, url: &str) -> Option<Value> {
        serde_json::from_slice(&self.bytes(url)?).ok()
    }
}

/// Where an identity document is; on one's own machine there is no certificate.
fn identity_url(did: &str, plain: bool) -> Option<String> {
    let mut url = Url::parse(&did::document_url(did).ok()?).ok()?;
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    if plain && is_here {
        // A scheme of the same kind can always be set, and the port is kept.
        let _ = url.set_scheme("http");
    }
    Some(url.into())
}

/// Checks a badge of whomever, and whether it is of whoever has the identifier `holder`, where that is asked.
///
/// # Errors
/// [`ServiceError::TooMany`] while others are being checked.
#[tracing::instrument(name = "outside.check", skip_all)]
pub(crate) async fn check(
    cairn: &Cairn,
    badge: Bytes,
    holder: Option<String>,
) -> Result<Verdict, ServiceError> {
    let Ok(_turn) = AT_ONCE.try_acquire() else {
        return Err(ServiceError::TooMany { seconds: 5 });
    };
    let (mut answers, began) = (Answers::new(), Instant::now());
    for _ in 0..ROUNDS {
        let (verdict, missing) = judged(cairn, badge.clone(), holder.clone(), answers.clone()).await?;
        let is_late = began.elapsed() + PATIENCE > LONGEST;
        if missing.is_empty() || is_late || answers.len() + missing.len() > ADDRESSES {
            return Ok(verdict);
        }
        let asked = missing.into_iter().map(|url| async move {
            let answer = fetched(cairn, &url).await;
            (url, answer)
        });
        answers.extend(futures_util::future::join_all(asked).await);
    }
    let (verdict, _) = judged(cairn, badge, holder, answers).await?;
    Ok(verdict)
}

/// What was found of a badge that somebody brings.
#[derive(Debug, Clone)]
pub(in crate::service) struct Looked {
    /// Nothing of it says whose the badge is.
    pub(in crate::service) verdict: Verdict,
    /// What the badge says of itself; nothing where that was not to be had.
    pub(in crate::service) said: Option<Glance>,
    /// Whether it is of whoever has each of the identifiers that were given; why not.
    pub(in crate::service) holders: Vec<Option<Failure>>,
}

/// Looks at a badge that somebody brings: what it says, whether it is genuine, and whether it is of whoever has one of the
/// identifiers `holders`. Where there is no turn for it in time, or it `hurries`, nobody is asked.
///
/// # Errors
/// Only when this process cannot do it.
pub(in crate::service) async fn look(
    cairn: &Cairn,
    badge: Bytes,
    holders: Vec<String>,
    hurries: bool,
) -> Result<Looked, ServiceError> {
    let turn = if hurries { None } else { waited().await };
    let (mut answers, began) = (Answers::new(), Instant::now());
    for round in 0..=ROUNDS {
        let (looked, missing) = looked(cairn, badge.clone(), holders.clone(), answers.clone()).await?;
        let is_late = began.elapsed() + PATIENCE > LONGEST;
        let asks = turn.is_some() && !missing.is_empty() && !is_late && round < ROUNDS;
        if !asks || answers.len() + missing.len() > ADDRESSES {
            return Ok(looked);
        }
        let asked: Vec<_> = missing.into_iter().map(|url| answered(cairn, url)).collect();
        answers.extend(futures_util::future::join_all(asked).await);
    }
    Err(ServiceError::Internal("a badge was looked at without end".into()))
}

/// A turn, waited for as long as for an answer: whoever brings badges has a page in front of them.
async fn waited() -> Option<[SemaphorePermit<'static>; 2]> {
    let turn = async {
        let bringing = BRINGING.acquire().await.ok()?;
        let turn = AT_ONCE.acquire().await.ok()?;
        Some([bringing, turn])
    };
    tokio::time::timeout(PATIENCE, turn).await.ok()?
}

/// The same by what was answered so far, and what it would ask for.
async fn looked(
    cairn: &Cairn,
    badge: Bytes,
    holders: Vec<String>,
    answers: Answers,
) -> Result<(Looked, BTreeSet<String>), ServiceError> {
    let (now, plain) = (cairn.clock.now(), cairn.settings.allow_http_loopback);
    let looking = move || {
        let asking = Asking {
            answers,
            missing: RefCell::default(),
            plain,
        };
        let of = |holder: &str| {
            let verdict = verify_file_of(&badge, &asking, now, Some(holder));
            let checked = verdict
                .checks
                .iter()
                .any(|check| check.kind == CheckKind::Recipient);
            let failure = verdict.failure(CheckKind::Recipient).cloned();
            // What nobody looked at is not known.
            failure.or_else(|| (!checked).then_some(Failure::NotChecked))
        };
        let looked = Looked {
            verdict: verify_file_of(&badge, &asking, now, None),
            said: glance(&badge, &asking),
            holders: holders.iter().map(|holder| of(holder)).collect(),
        };
        (looked, asking.missing.into_inner())
    };
    let looked = tokio::task::spawn_blocking(looking).await;
    looked.map_err(|error| ServiceError::Internal(error.to_string()))
}

/// What stands at an address, with that address.
async fn answered(cairn: &Cairn, url: String) -> (String, Option<Bytes>) {
    let answer = fetched(cairn, &url).await;
    (url, answer)
}

/// What stands at an address that somebody gives, as it came; nothing where it is not to be had, and where its host was asked too often:
/// whoever sends badges has nobody asked without end.
pub(in crate::service) async fn at_address(cairn: &Cairn, url: Url, most: usize) -> Option<Bytes> {
    if !cairn.throttle.may_ask(url.host_str()?) {
        return None;
    }
    let mut request = Request::get(url).header("accept", ACCEPTED);
    request.timeout = PATIENCE;
    request.max_body = most;
    let answer = cairn.transport.send(request).await.ok()?;
    (answer.status == 200).then_some(answer.body)
}

/// The verdict by what was answered so far, and what it would ask for.
async fn judged(
    cairn: &Cairn,
    badge: Bytes,
    holder: Option<String>,
    answers: Answers,
) -> Result<(Verdict, BTreeSet<String>), ServiceError> {
    let (now, plain) = (cairn.clock.now(), cairn.settings.allow_http_loopback);
    let judging = move || {
        let asking = Asking {
            answers,
            missing: RefCell::default(),
            plain,
        };
        let verdict = verify_file_of(&badge, &asking, now, holder.as_deref());
        (verdict, asking.missing.into_inner())
    };
    let judged = tokio::task::spawn_blocking(judging).await;
    judged.map_err(|error| ServiceError::Internal(error.to_string()))
}

/// The JSON document at an address that somebody typed, asked once under the guard; none where there is none.
///
/// # Errors
/// [`ServiceError::TooMany`] while others are being checked.
#[tracing::instrument(name = "outside.document", skip_all)]
pub(crate) async fn document(cairn: &Cairn, url: &str) -> Result<Option<Value>, ServiceError> {
    let Ok(_turn) = AT_ONCE.try_acquire() else {
        return Err(ServiceError::TooMany { seconds: 5 });
    };
    let answer = fetched(cairn, url).await;
    Ok(answer.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

/// What stands at an address, if it is to be had.
async fn fetched(cairn: &Cairn, url: &str) -> Option<Bytes> {
    at_address(cairn, Url::parse(url).ok()?, MAX_ANSWER).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_fetched_yet_is_written_down_and_asked_for_once() {
        let answers = [
            ("https://x.example/a".to_owned(), Some(Bytes::from_static(b"{}"))),
            ("https://x.example/b".to_owned(), None),
        ];
        let asking = Asking {
            answers: answers.into(),
            missing: RefCell::default(),
            plain: true,
        };
        assert!(asking.document("https://x.example/a").is_some());
        assert!(asking.document("https://x.example/b").is_none());
        assert!(asking.missing.borrow().is_empty());
        assert!(
            asking
                .did_document("did:web:127.0.0.1%3A8080:issuers:abc")
                .is_none()
        );
        assert!(asking.did_document("did:web:x.example").is_none());
        assert!(asking.status_list("https://x.example/list").is_none());
        let missing: Vec<String> = asking.missing.into_inner().into_iter().collect();
        assert_eq!(
            missing,
            [
                "http://127.0.0.1:8080/issuers/abc/did.json",
                "https://x.example/.well-known/did.json",
                "https://x.example/list",
            ]
        );
        assert_eq!(
            identity_url("did:web:localhost", false).as_deref(),
            Some("https://localhost/.well-known/did.json")
        );
    }
}
