//! The inside of a practice LMS: one shared handle for its handlers and for tests.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::keys::{self, Object, PlatformKey};
use super::options::{Flavour, Options, StorageFrame};
use ambient::random::{self, Random};

mod administration;
pub(super) mod content;
pub(super) mod data;
pub mod faults;
mod gradebook;
mod identities;
mod install;
pub mod model;
mod names;
pub mod native;
mod oddities;
mod outbox;
mod registrations;
pub mod rest;
mod seed;
mod views;

use data::Data;
use faults::Faults;
pub use views::{CourseView, GradeView, LineItemView, LinkView, MemberView};

/// A handle on a practice LMS. Clones share.
#[derive(Clone)]
pub struct World(Arc<Shared>);

struct Shared {
    options: Options,
    origin: String,
    /// The origin of the host that signs people in; mostly the same.
    sso: String,
    issuer: String,
    /// Signs what only the LMS itself reads.
    secret: [u8; 32],
    /// Names this site: Moodle's and Canvas's `tool_platform.guid`. None: the platform does not tell.
    guid: Mutex<Option<String>>,
    keys: &'static [PlatformKey; 2],
    http: reqwest::Client,
    data: Mutex<Data>,
    faults: Faults,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "World({:?} at {})", self.0.options.flavour, self.0.origin)
    }
}

impl World {
    #[expect(
        clippy::disallowed_methods,
        reason = "the practice LMS fetches key sets over plain HTTP, apart from the tool's guarded client"
    )]
    pub(super) fn new(
        options: Options,
        origin: String,
        sso: String,
        issuer: Option<String>,
    ) -> std::io::Result<Self> {
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(10))
            .pool_max_idle_per_host(0)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(std::io::Error::other)?;
        let issuer = issuer.unwrap_or_else(|| match options.flavour {
            Flavour::Moodle => origin.clone(),
            Flavour::Canvas => "https://canvas.instructure.com".into(),
        });
        let world = Self(Arc::new(Shared {
            secret: random::bytes(options.random.as_ref()),
            guid: Mutex::new(Some(hex::encode(random::bytes::<16>(options.random.as_ref())))),
            keys: keys::platform_keys()?,
            http,
            data: Mutex::new(seed::data(&options)),
            faults: Faults::default(),
            options,
            origin,
            sso,
            issuer,
        }));
        world.prepare_registration();
        Ok(world)
    }

    /// Which LMS this imitates.
    #[must_use]
    pub fn flavour(&self) -> Flavour {
        self.0.options.flavour
    }

    /// The public address, without a trailing slash.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.0.origin
    }

    /// The origin of the host that signs people in: the same, but for a Canvas with another [`StorageFrame`].
    #[must_use]
    pub fn sso(&self) -> &str {
        &self.0.sso
    }

    /// Where platform storage is offered.
    #[must_use]
    pub fn storage(&self) -> StorageFrame {
        self.0.options.storage
    }

    /// What Canvas sends as `lti_storage_target`.
    pub(super) fn storage_target(&self) -> &'static str {
        match self.storage() {
            StorageFrame::Parent => "_parent",
            StorageFrame::Sibling | StorageFrame::SiblingMissing | StorageFrame::SiblingElsewhere => {
                "post_message_forwarding"
            }
        }
    }

    /// `path`, which begins with a slash, as a full address.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.0.origin)
    }

    /// The full address of a request's path, which already has the path that everything lives under.
    pub(super) fn origin_of(&self, path: &str) -> String {
        let host = url::Url::parse(&self.0.origin).map(|url| url.origin().ascii_serialization());
        format!("{}{path}", host.unwrap_or_default())
    }

    /// What it sends as `iss`.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.0.issuer
    }

    /// What can go wrong on purpose, and the counters.
    #[must_use]
    pub fn faults(&self) -> Faults {
        self.0.faults.clone()
    }

    /// Lets `hook` change header and claims of every launch before it is signed. The hook must not call the world.
    pub fn tamper(&self, hook: impl FnMut(&mut Object, &mut Object) + Send + 'static) {
        self.lock().tamper = Some(Box::new(hook));
    }

    /// Launches are honest again.
    pub fn stop_tampering(&self) {
        self.lock().tamper = None;
    }

    /// The next authorization is answered with this OpenID Connect error, such as `login_required`.
    pub fn refuse_next_authorization(&self, error: &str) {
        self.lock().refusals.push(error.to_owned());
    }

    /// Signs with the other of the two keys from now on. The key set shows only the key in use.
    pub fn rotate_key(&self) {
        let mut data = self.lock();
        data.signing_key = 1 - data.signing_key.min(1);
        data.kept_kid = None;
    }

    /// All access tokens given so far are worth nothing.
    pub fn forget_tokens(&self) {
        self.lock().grants.clear();
    }

    /// A parameter that the admin adds to every launch of the first tool, such as `$Canvas.user.id`.
    pub fn set_admin_custom(&self, name: &str, value: &str) {
        if let Some(tool) = self.lock().tools.first_mut() {
            tool.custom.insert(name.to_owned(), value.to_owned());
        }
    }

    /// The admin takes such a parameter away again.
    pub fn remove_admin_custom(&self, name: &str) {
        if let Some(tool) = self.lock().tools.first_mut() {
            tool.custom.remove(name);
        }
    }

    /// The key that signs, or its successor, for a test that must sign by hand: kid and PKCS#8 DER.
    #[must_use]
    pub fn private_key(&self) -> (String, Vec<u8>) {
        let key = self.key(self.lock().signing_key);
        (key.kid.clone(), key.pkcs8())
    }

    pub(super) fn key(&self, index: usize) -> &'static PlatformKey {
        let [first, second] = self.0.keys;
        if index == 0 { first } else { second }
    }

    /// The key set that the platform publishes.
    pub(super) fn key_set(&self) -> Value {
        let key = self.key(self.lock().signing_key);
        serde_json::json!({"keys": [key.jwk()]})
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Data> {
        self.0.data.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.0.options.clock.now()
    }

    pub(super) fn random(&self) -> &dyn Random {
        self.0.options.random.as_ref()
    }

    pub(super) fn delay(&self) -> Duration {
        self.0.options.delay
    }

    pub(super) fn http(&self) -> &reqwest::Client {
        &self.0.http
    }

    pub(super) fn secret(&self) -> &[u8] {
        &self.0.secret
    }

    /// Names this site, or another one that was set up anew at its address; None: it does not tell.
    pub fn set_guid(&self, guid: Option<&str>) {
        *self.0.guid.lock().unwrap_or_else(PoisonError::into_inner) = guid.map(str::to_owned);
    }

    pub(super) fn guid(&self) -> Option<String> {
        self.0.guid.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// `count` random lower-case letters, capitals and digits: Moodle's client ids.
    fn letters(&self, count: usize) -> String {
        const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let mut bytes = vec![0; count];
        self.random().fill(&mut bytes);
        bytes
            .iter()
            .filter_map(|byte| ALPHABET.get(usize::from(*byte) % ALPHABET.len()))
            .map(|byte| char::from(*byte))
            .collect()
    }
}

/// Custom parameters of a link with those of the tool. In Moodle an admin's value wins over the link's, in Canvas the
/// link's over the admin's.
pub(super) fn merged(
    flavour: Flavour,
    link: &BTreeMap<String, String>,
    admin: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let (under, over) = match flavour {
        Flavour::Moodle => (link, admin),
        Flavour::Canvas => (admin, link),
    };
    under
        .iter()
        .chain(over)
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
