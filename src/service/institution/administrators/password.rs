//! Passwords of administrators: argon2id (RFC 9106) with the parameters that OWASP names first: 19 MiB, 2 passes.

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Semaphore;

use crate::random::{self, Random};
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::AccountRefusal;

/// Fewest characters of a password (NIST SP 800-63B, section 3.1.1, asks for 8; nobody types this one daily).
pub(crate) const SHORTEST: usize = 12;
/// Most bytes of a password, so that nobody makes us hash a book.
const LONGEST: usize = 1_000;

/// Each takes 19 MiB, and anybody may have one checked.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// Whether a new password may be one.
///
/// # Errors
/// A sentence when it is too short, too long, or one of the obvious ones.
pub(super) fn usable(password: &SecretString) -> Result<(), ServiceError> {
    let text = password.expose_secret();
    let one_letter = text.chars().all(|c| text.starts_with(c));
    if text.chars().count() < SHORTEST || text.len() > LONGEST || one_letter {
        return Err(AccountRefusal::Password.into());
    }
    Ok(())
}

/// Checks a new password and hashes it off the async threads.
///
/// # Errors
/// As [`usable`].
#[tracing::instrument(name = "password.hash", level = "debug", skip_all)]
pub(crate) async fn hash(password: &SecretString, random: &dyn Random) -> Result<String, ServiceError> {
    usable(password)?;
    let (password, salt) = (password.clone(), random::bytes::<16>(random));
    let turn = AT_ONCE.acquire().await;
    let hashed = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        Argon2::default()
            .hash_password_with_salt(password.expose_secret().as_bytes(), &salt)
            .map(|hash| hash.to_string())
    });
    let hashed = hashed
        .await
        .map_err(|error| ServiceError::Internal(error.to_string()))?;
    hashed.map_err(|error| ServiceError::Internal(format!("argon2: {error}")))
}

/// Whether `password` is the one that was hashed. Without a hash the same work is done and the answer is no, so that the
/// time does not tell who has an account.
#[tracing::instrument(name = "password.fits", level = "debug", skip_all)]
pub(crate) async fn fits(password: &SecretString, stored: Option<String>) -> bool {
    let known = stored.is_some();
    let stored = stored.unwrap_or_else(|| NOBODY.to_owned());
    let password = password.clone();
    let turn = AT_ONCE.acquire().await;
    let checked = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        let text = password.expose_secret();
        let text = if text.len() > LONGEST { "" } else { text };
        Argon2::default()
            .verify_password(text.as_bytes(), stored.as_str())
            .is_ok()
    });
    checked.await.unwrap_or(false) && known
}

/// A hash of nobody's password, with the parameters of all others.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm9ib2R5$qNj1+4oVb1YfM8dW0nO9o1B5wQq0m4bXJmM2R2kqv0Y";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    fn block_on<F: Future>(future: F) -> F::Output {
        tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
            .block_on(future)
    }

    #[test]
    fn a_password_fits_its_own_hash_alone_and_a_short_one_is_refused() {
        let secret = |text: &str| SecretString::from(text.to_owned());
        block_on(async {
            let random = SeededRandom::new(1);
            let stored = hash(&secret("correct horse battery"), &random).await.unwrap();
            assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
            assert!(fits(&secret("correct horse battery"), Some(stored.clone())).await);
            assert!(!fits(&secret("correct horse batterz"), Some(stored.clone())).await);
            assert_ne!(
                stored,
                hash(&secret("correct horse battery"), &random).await.unwrap()
            );
            for short in ["elevenchars", "aaaaaaaaaaaaaaaaaaaa", ""] {
                let error = hash(&secret(short), &random).await.unwrap_err();
                assert_eq!(error.code(), "admin.password", "{short}");
            }
        });
    }

    #[test]
    fn nobodys_hash_takes_the_same_work_and_fits_nothing() {
        let parsed = NOBODY.split('$').collect::<Vec<_>>();
        assert_eq!(parsed[1..4], ["argon2id", "v=19", "m=19456,t=2,p=1"]);
        // It can be parsed: else no work would be done and the time would tell.
        assert!(argon2::password_hash::phc::PasswordHash::new(NOBODY).is_ok());
        assert!(!block_on(fits(&SecretString::from("nobody".to_owned()), None)));
    }
}
