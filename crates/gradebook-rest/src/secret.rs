//! Tokens, which show in no debug form and are wiped when dropped.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use secrecy::{ExposeSecret as _, SecretString};

/// A token of a platform.
#[derive(Clone)]
pub struct Token(Arc<SecretString>);

impl Token {
    /// A token as the platform wrote it.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(Arc::new(SecretString::from(text.into())))
    }

    /// The token itself: to be encrypted and stored, or sent.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// The token in use, the same for all clones of a client: a refresh ends the one before it at once.
#[derive(Debug, Clone)]
pub(crate) struct InUse(Arc<RwLock<Token>>);

impl InUse {
    pub(crate) fn new(token: Token) -> Self {
        Self(Arc::new(RwLock::new(token)))
    }

    pub(crate) fn get(&self) -> Token {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set(&self, token: Token) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = token;
    }
}
