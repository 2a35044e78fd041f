//! The state of a login: a sealed token, so that a request without a valid signature never writes to the database.
//!
//! It holds what the launch must match: registration, nonce, deadline, target, deployment and the hash of a secret
//! that only the browser holds (rows 2, 3, 12 and 16 of the [checklist](crate::launch)). It is consumed after verification,
//! by a unique insert of its nonce, which is the program's part.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use url::Url;

use super::error::Refusal;
use super::login::LoginRequest;
use super::registration::Registration;
use crate::registration::RegistrationId;
use ambient::random::{self, Random};

/// How long a login may take.
pub const LIFETIME: TimeDelta = TimeDelta::minutes(10);
/// Characters of a sealed state that are looked at.
const MAX_LENGTH: usize = 8 << 10;
const NONCE_BYTES: usize = 24;
/// Tells one login of a browser from its others.
const ATTEMPT_BYTES: usize = 6;
/// Ties a sealed text to this use and form, should the key serve another one day.
const PURPOSE: &[u8] = b"cairn lti login state 1";

/// What is remembered between login and launch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginState {
    /// The registration that the login chose.
    #[serde(rename = "r")]
    pub registration_id: RegistrationId,
    /// Sent to the platform, expected in the `id_token`, and unique for ever: it is what consumes the state.
    #[serde(rename = "n")]
    pub nonce: String,
    /// When it is too late to launch; whole seconds.
    #[serde(rename = "e", with = "chrono::serde::ts_seconds")]
    pub expires_at: DateTime<Utc>,
    /// The target of the login, unsigned.
    #[serde(rename = "t")]
    pub target_link_uri: Url,
    /// The deployment of the login, unsigned.
    #[serde(rename = "d", skip_serializing_if = "Option::is_none", default)]
    pub deployment_id: Option<String>,
    /// What the browser must prove; absent where only platform storage can prove it, or nothing could be set.
    #[serde(rename = "b", skip_serializing_if = "Option::is_none", default)]
    pub binding: Option<BindingProof>,
    /// The frame that offers platform storage; Blackboard does not repeat it at launch.
    #[serde(rename = "s", skip_serializing_if = "Option::is_none", default)]
    pub storage_target: Option<String>,
    /// What the frame is known by that offered the window in which this login goes on; the tool's own word.
    #[serde(rename = "w", skip_serializing_if = "Option::is_none", default)]
    pub waiting: Option<String>,
}

impl LoginState {
    /// The state of a login that begins now, with a fresh nonce.
    #[must_use]
    pub fn begin(
        registration: &Registration,
        request: &LoginRequest,
        binding: Option<&Binding>,
        now: DateTime<Utc>,
        random: &dyn Random,
    ) -> Self {
        Self {
            registration_id: registration.id.clone(),
            nonce: random::token::<24>(random),
            expires_at: now + LIFETIME,
            target_link_uri: request.target_link_uri.clone(),
            deployment_id: request.deployment_id.clone(),
            binding: binding.map(Binding::proof),
            storage_target: request.storage_target.clone(),
            waiting: None,
        }
    }

    /// Row 3: whether the browser that launches is the one that logged in. `secret` is the cookie's value, or what
    /// platform storage gave back.
    ///
    /// # Errors
    /// [`Refusal::BrowserNotBound`], also when the login set no binding at all.
    pub fn check_binding(&self, secret: Option<&str>) -> Result<(), Refusal> {
        match (&self.binding, secret) {
            (Some(proof), Some(secret)) if proof.accepts(secret) => Ok(()),
            _ => Err(Refusal::BrowserNotBound),
        }
    }
}

/// A secret for one browser and one attempt; several launches may run in parallel tabs.
#[derive(Clone)]
pub struct Binding {
    attempt: String,
    secret: String,
}

impl std::fmt::Debug for Binding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Binding")
            .field("attempt", &self.attempt)
            .finish_non_exhaustive()
    }
}

impl Binding {
    /// A new secret of 256 bits.
    #[must_use]
    pub fn new(random: &dyn Random) -> Self {
        Self {
            attempt: hex::encode(random::bytes::<ATTEMPT_BYTES>(random)),
            secret: random::token::<32>(random),
        }
    }

    /// The cookie's name; see [`BindingProof::cookie_name`].
    #[must_use]
    pub fn cookie_name(&self, secure: bool) -> String {
        cookie_name(&self.attempt, secure)
    }

    /// The key under which the platform's storage keeps it; see [`BindingProof::storage_key`].
    #[must_use]
    pub fn storage_key(&self) -> String {
        cookie_name(&self.attempt, false)
    }

    /// The cookie's value, and what the platform's storage keeps.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// What goes into the state in place of the secret.
    #[must_use]
    pub fn proof(&self) -> BindingProof {
        BindingProof {
            attempt: self.attempt.clone(),
            hash: hex::encode(Sha256::digest(&self.secret)),
        }
    }
}

/// Enough to recognise a [`Binding`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BindingProof {
    #[serde(rename = "a")]
    attempt: String,
    #[serde(rename = "h")]
    hash: String,
}

impl BindingProof {
    /// The cookie to look for: `__Host-lti_…`, or `lti_…` where the tool itself is not `secure`, that is on plain
    /// http on loopback, since browsers refuse the prefix there.
    #[must_use]
    pub fn cookie_name(&self, secure: bool) -> String {
        cookie_name(&self.attempt, secure)
    }

    /// The key under which the platform's storage keeps the secret: one for each attempt (LTI
    /// Client Side postMessages 1.0).
    #[must_use]
    pub fn storage_key(&self) -> String {
        cookie_name(&self.attempt, false)
    }

    /// Whether `secret` is the one, compared in constant time.
    #[must_use]
    pub fn accepts(&self, secret: &str) -> bool {
        let presented = hex::encode(Sha256::digest(secret));
        bool::from(presented.as_bytes().ct_eq(self.hash.as_bytes()))
    }
}

fn cookie_name(attempt: &str, secure: bool) -> String {
    format!("{}lti_{attempt}", if secure { "__Host-" } else { "" })
}

/// Whether a cookie of that name is the binding of some login of ours.
#[must_use]
pub fn is_binding_cookie(name: &str, secure: bool) -> bool {
    let name = if secure {
        name.strip_prefix("__Host-")
    } else {
        Some(name)
    };
    name.and_then(|name| name.strip_prefix("lti_"))
        .is_some_and(|attempt| {
            attempt.len() == 2 * ATTEMPT_BYTES && attempt.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
}

/// Seals and opens states. `XChaCha20Poly1305`: its nonce is long enough to be drawn at random for ever.
#[derive(Clone)]
pub struct StateSealer(XChaCha20Poly1305);

impl std::fmt::Debug for StateSealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StateSealer")
    }
}

impl StateSealer {
    /// A sealer under this key. All nodes of one installation share it.
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Self {
        Self(XChaCha20Poly1305::new(key.into()))
    }

    /// The state as base64url text.
    ///
    /// # Errors
    /// [`Refusal::TooLarge`] when the state is too long to be sealed and opened again.
    pub fn seal(&self, state: &LoginState, random: &dyn Random) -> Result<String, Refusal> {
        let plain = serde_json::to_vec(state).map_err(|_| Refusal::TooLarge)?;
        let nonce = random::bytes::<NONCE_BYTES>(random);
        let sealed = self
            .0
            .encrypt(
                &XNonce::from(nonce),
                Payload {
                    msg: &plain,
                    aad: PURPOSE,
                },
            )
            .map_err(|_| Refusal::TooLarge)?;
        let text = URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat());
        if text.len() > MAX_LENGTH {
            Err(Refusal::TooLarge)
        } else {
            Ok(text)
        }
    }

    /// Row 2: the state that `text` holds.
    ///
    /// # Errors
    /// [`Refusal::StateInvalid`] when we did not seal it or it was changed, [`Refusal::StateExpired`] when it is old.
    pub fn open(&self, text: &str, now: DateTime<Utc>) -> Result<LoginState, Refusal> {
        if text.len() > MAX_LENGTH {
            return Err(Refusal::StateInvalid);
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| Refusal::StateInvalid)?;
        let (nonce, sealed) = bytes
            .split_first_chunk::<NONCE_BYTES>()
            .ok_or(Refusal::StateInvalid)?;
        let plain = self
            .0
            .decrypt(
                &XNonce::from(*nonce),
                Payload {
                    msg: sealed,
                    aad: PURPOSE,
                },
            )
            .map_err(|_| Refusal::StateInvalid)?;
        let state: LoginState = serde_json::from_slice(&plain).map_err(|_| Refusal::StateInvalid)?;
        if now >= state.expires_at {
            Err(Refusal::StateExpired)
        } else {
            Ok(state)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use ambient::random::SeededRandom;
    use proptest::prelude::*;

    fn sealed() -> (StateSealer, LoginState, String) {
        let sealer = StateSealer::new(&[7; 32]);
        let state = testing::state();
        let text = sealer.seal(&state, &SeededRandom::new(3)).unwrap();
        (sealer, state, text)
    }

    #[test]
    fn an_expired_state_is_refused_and_one_just_before_is_not() {
        let (sealer, state, text) = sealed();
        assert_eq!(
            sealer.open(&text, testing::now() + LIFETIME - TimeDelta::seconds(1)),
            Ok(state)
        );
        assert_eq!(
            sealer.open(&text, testing::now() + LIFETIME),
            Err(Refusal::StateExpired)
        );
    }

    #[test]
    fn a_state_of_another_key_is_refused() {
        let (_, _, text) = sealed();
        assert_eq!(
            StateSealer::new(&[8; 32]).open(&text, testing::now()),
            Err(Refusal::StateInvalid)
        );
    }

    #[test]
    fn any_changed_character_is_refused() {
        let (sealer, _, text) = sealed();
        for at in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(
                sealer.open(&changed, testing::now()),
                Err(Refusal::StateInvalid),
                "at {at}"
            );
        }
    }

    #[test]
    fn only_the_browser_with_the_secret_is_bound() {
        let random = SeededRandom::new(9);
        let binding = Binding::new(&random);
        let other = Binding::new(&random);
        let mut state = testing::state();
        state.binding = Some(binding.proof());
        assert_eq!(state.check_binding(Some(binding.secret())), Ok(()));
        for wrong in [None, Some(""), Some(other.secret()), Some("a")] {
            assert_eq!(state.check_binding(wrong), Err(Refusal::BrowserNotBound));
        }
        state.binding = None;
        assert_eq!(
            state.check_binding(Some(binding.secret())),
            Err(Refusal::BrowserNotBound)
        );
        assert_ne!(
            binding.cookie_name(true),
            other.cookie_name(true),
            "two tabs must not overwrite each other"
        );
        assert_eq!(binding.proof().cookie_name(true), binding.cookie_name(true));
        assert!(binding.cookie_name(true).starts_with("__Host-lti_"));
        assert!(!format!("{binding:?}").contains(binding.secret()));
        assert_eq!(binding.proof().storage_key(), binding.storage_key());
        assert_ne!(binding.storage_key(), other.storage_key());
    }

    #[test]
    fn binding_cookies_are_told_from_all_others() {
        let binding = Binding::new(&SeededRandom::new(9));
        for secure in [true, false] {
            assert!(is_binding_cookie(&binding.cookie_name(secure), secure));
            assert!(!is_binding_cookie(&binding.cookie_name(!secure), secure));
        }
        for other in [
            "lti_",
            "lti_session",
            "lti_zzzzzzzzzzzz",
            "cairn_probe",
            "MoodleSession",
        ] {
            assert!(!is_binding_cookie(other, false), "{other}");
        }
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens_again(nonce in ".{0,40}", deployment in proptest::option::of(".{0,60}"), storage in proptest::option::of("[a-z_]{1,20}"), seed in any::<u64>()) {
            let state = LoginState { nonce, deployment_id: deployment, storage_target: storage, ..testing::state() };
            let sealer = StateSealer::new(&[1; 32]);
            let text = sealer.seal(&state, &SeededRandom::new(seed)).unwrap();
            prop_assert_eq!(sealer.open(&text, testing::now()), Ok(state));
        }

        #[test]
        fn any_flipped_bit_is_refused(at in any::<proptest::sample::Index>(), bit in 0..8u8) {
            let (sealer, _, text) = sealed();
            let mut bytes = URL_SAFE_NO_PAD.decode(text).unwrap();
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            prop_assert_eq!(sealer.open(&URL_SAFE_NO_PAD.encode(bytes), testing::now()), Err(Refusal::StateInvalid));
        }

        #[test]
        fn arbitrary_text_is_refused(text in ".{0,200}") {
            prop_assert!(sealed().0.open(&text, testing::now()).is_err());
        }
    }
}
