//! Whether the platform gives access tokens, and for what.

use chrono::TimeDelta;
use futures_util::future::join_all;

use super::finding::{NoToken, Setting};
use super::{Finding, PATIENT, clock};
use crate::service::Cairn;
use crate::service::base::addresses;
use crate::service::base::platforms;
use crate::service::institution::registering::TOOL;
use lti::registration::Registration;
use lti::token::TokenError;

/// What the platform said to one scope: the scope, what it is for, and the outcome.
type Asked = (&'static str, &'static str, Result<(), TokenError>);

/// Asks for each scope by itself and anew: a platform may say more at registration than it grants, and what it granted
/// before may have been taken back.
pub(super) async fn ask(cairn: &Cairn, registration: &Registration) -> Vec<Asked> {
    let target = platforms::target(cairn, registration);
    let scopes = TOOL.scopes.iter().filter(|one| !one.only_when_offered);
    let target = &target;
    let asked = scopes.map(|one| async move {
        let outcome = cairn.tokens.renewed(target, &[one.scope]).await;
        (one.scope, one.purpose, outcome.map(drop))
    });
    join_all(asked).await
}

/// What came of it.
pub(super) struct Answered {
    /// The scopes that are granted; none when there is a failure.
    pub(crate) granted: Vec<&'static str>,
    /// What the others are for.
    refused: Vec<&'static str>,
    /// Why there is no token at all.
    failed: Option<NoToken>,
}

impl Answered {
    /// Sorts the answers; nothing where they took too long.
    pub(crate) fn of(asked: Option<Vec<Asked>>) -> Self {
        let mut answered = Self {
            granted: Vec::new(),
            refused: Vec::new(),
            failed: asked.is_none().then_some(NoToken::TooSlow(PATIENT)),
        };
        for (scope, words, outcome) in asked.into_iter().flatten() {
            match outcome {
                Ok(()) => answered.granted.push(scope),
                Err(TokenError::ScopeNotGranted(_)) => answered.refused.push(words),
                Err(error) => answered.failed = Some(NoToken::Said(error)),
            }
        }
        if answered.failed.is_some() {
            answered.granted.clear();
        }
        answered
    }

    /// Whether there is a token for that.
    pub(crate) fn may(&self, scope: &str) -> bool {
        self.granted.contains(&scope)
    }

    /// Whether there is no token at all.
    pub(crate) fn has_none(&self) -> bool {
        self.failed.is_some()
    }
}

pub(super) fn finding(cairn: &Cairn, answered: Answered, skew: Option<TimeDelta>) -> Finding {
    if let Some(why) = answered.failed {
        let setting = match &why {
            NoToken::Said(TokenError::InvalidClient(_)) => Setting::ClientId,
            // Our assertion says when it was made and until when it holds.
            NoToken::Said(_) if clock::is_off(skew) => Setting::Clock,
            NoToken::Said(error) if error.retryable() || matches!(error, TokenError::NotAToken(_)) => {
                Setting::OutOfOrder
            }
            NoToken::Said(_) => Setting::OurKeys,
            NoToken::TooSlow(_) => Setting::OutOfOrder,
        };
        let our_keys = format!("{}{}", cairn.settings.origin(), addresses::JWKS);
        return Finding::NoToken {
            why,
            setting,
            our_keys,
        };
    }
    if answered.granted.is_empty() {
        Finding::NoService
    } else if answered.refused.is_empty() {
        Finding::Token
    } else {
        Finding::TokenWithout(answered.refused)
    }
}
