//! A platform for tests: a script of answers, or a function, behind [`Transport`]; waits are written down, not waited.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta};
use url::Url;

use super::{Pacing, Platform, Services, Sleep};
use crate::registration::Flavour;
use crate::token::{ClientAssertionKey, TokenService, TokenTarget};
use crate::transport::{NetError, Request, Response, Transport};
use ambient::clock::{Clock as _, ManualClock};
use ambient::random::SeededRandom;

pub(crate) const TOKEN_URL: &str = "https://lms.example/token";

type Answer = Box<dyn Fn(&Request) -> Result<Response, NetError> + Send + Sync>;

/// Answers the token endpoint by itself and everything else by script, then by rule.
pub(crate) struct FakeLms {
    pub(crate) requests: Mutex<Vec<Request>>,
    pub(crate) tokens: AtomicUsize,
    script: Mutex<VecDeque<Result<Response, NetError>>>,
    rule: Option<Answer>,
    delay: Duration,
    under_way: AtomicUsize,
    pub(crate) most_under_way: AtomicUsize,
}

impl std::fmt::Debug for FakeLms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FakeLms")
    }
}

#[async_trait]
impl Transport for FakeLms {
    async fn send(&self, request: Request) -> Result<Response, NetError> {
        if request.url.as_str() == TOKEN_URL {
            let number = self.tokens.fetch_add(1, Ordering::SeqCst);
            return Ok(answer(
                200,
                &format!(r#"{{"access_token":"t{number}","token_type":"Bearer","expires_in":3600}}"#),
            ));
        }
        let now = self.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_under_way.fetch_max(now, Ordering::SeqCst);
        self.requests.lock().unwrap().push(request.clone());
        if !self.delay.is_zero() {
            tokio::time::sleep(self.delay).await;
        }
        self.under_way.fetch_sub(1, Ordering::SeqCst);
        if let Some(next) = self.script.lock().unwrap().pop_front() {
            return next;
        }
        self.rule
            .as_ref()
            .unwrap_or_else(|| panic!("unexpected call of {}", request.url))(&request)
    }
}

/// Moves the clock instead of waiting.
#[derive(Debug)]
pub(crate) struct FakeSleep {
    pub(crate) waits: Mutex<Vec<Duration>>,
    clock: Arc<ManualClock>,
}

#[async_trait]
impl Sleep for FakeSleep {
    async fn sleep(&self, time: Duration) {
        self.waits.lock().unwrap().push(time);
        self.clock.advance(TimeDelta::from_std(time).unwrap());
    }
}

pub(crate) struct World {
    pub(crate) lms: Arc<FakeLms>,
    pub(crate) sleep: Arc<FakeSleep>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) platform: Platform,
}

impl World {
    pub(crate) fn waits(&self) -> Vec<Duration> {
        self.sleep.waits.lock().unwrap().clone()
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.lms.requests.lock().unwrap().clone()
    }

    pub(crate) fn urls(&self) -> Vec<String> {
        self.requests()
            .iter()
            .map(|request| request.url.to_string())
            .collect()
    }

    /// The JSON sent with request `at`.
    pub(crate) fn sent(&self, at: usize) -> serde_json::Value {
        serde_json::from_slice(&self.requests()[at].body).unwrap()
    }
}

pub(crate) fn answer(status: u16, body: &str) -> Response {
    Response {
        status,
        headers: Vec::new(),
        body: body.to_owned().into(),
    }
}

pub(crate) fn with(mut response: Response, name: &str, value: &str) -> Response {
    response.headers.push((name.to_owned(), value.to_owned()));
    response
}

pub(crate) fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

pub(crate) fn dec(text: &str) -> rust_decimal::Decimal {
    text.parse().unwrap()
}

pub(crate) fn key() -> Arc<ClientAssertionKey> {
    Arc::new(ClientAssertionKey::from_pkcs8_pem("kid-1", PEM.0.as_str()).unwrap())
}

/// A private key in PEM and the public one in DER (PKCS#1), made once.
pub(crate) static PEM: LazyLock<(String, Vec<u8>)> = LazyLock::new(|| {
    use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
    use aws_lc_rs::signature::{KeyPair as _, RsaKeyPair};
    use base64::Engine as _;
    let pair = RsaKeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
    let der: Pkcs8V1Der<'_> = pair.as_der().unwrap();
    let text = base64::engine::general_purpose::STANDARD.encode(der.as_ref());
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    let pem = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        lines.join("\n")
    );
    (pem, pair.public_key().as_ref().to_vec())
});

pub(crate) fn target() -> TokenTarget {
    TokenTarget {
        registration_id: "reg-1".into(),
        client_id: "client-1".to_owned(),
        token_url: url(TOKEN_URL),
        token_audience: TOKEN_URL.to_owned(),
    }
}

pub(crate) fn scripted(flavour: Flavour, script: Vec<Result<Response, NetError>>) -> World {
    build(flavour, script, None, Duration::ZERO, Vec::new())
}

pub(crate) fn granted(flavour: Flavour, scopes: &[&str], script: Vec<Result<Response, NetError>>) -> World {
    let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    build(flavour, script, None, Duration::ZERO, scopes)
}

pub(crate) fn ruled(
    flavour: Flavour,
    delay: Duration,
    rule: impl Fn(&Request) -> Result<Response, NetError> + Send + Sync + 'static,
) -> World {
    build(flavour, Vec::new(), Some(Box::new(rule)), delay, Vec::new())
}

fn build(
    flavour: Flavour,
    script: Vec<Result<Response, NetError>>,
    rule: Option<Answer>,
    delay: Duration,
    granted: Vec<String>,
) -> World {
    let clock = Arc::new(ManualClock::at(
        DateTime::from_timestamp_millis(1_795_471_391_250).unwrap(),
    ));
    let lms = Arc::new(FakeLms {
        requests: Mutex::default(),
        tokens: AtomicUsize::new(0),
        script: Mutex::new(script.into()),
        rule,
        delay,
        under_way: AtomicUsize::new(0),
        most_under_way: AtomicUsize::new(0),
    });
    let random = Arc::new(SeededRandom::new(1));
    let tokens = Arc::new(TokenService::new(
        key(),
        clock.clone(),
        random.clone(),
        lms.clone(),
    ));
    let sleep = Arc::new(FakeSleep {
        waits: Mutex::default(),
        clock: clock.clone(),
    });
    let services = Arc::new(
        Services::new(lms.clone(), tokens, clock.clone(), random).paced(Pacing::default(), sleep.clone()),
    );
    assert!(clock.now().timestamp() > 0);
    World {
        lms,
        sleep,
        clock,
        platform: services.platform(target(), flavour.capabilities(), granted),
    }
}
