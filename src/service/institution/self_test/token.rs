//! Whether the platform gives access tokens, and for what.

use chrono::TimeDelta;
use futures_util::future::join_all;

use super::settings::{self, Setting};
use super::{Finding, Known, because, clock, too_slow};
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
    failed: Option<Failed>,
}

enum Failed {
    Said(TokenError),
    TooSlow,
}

impl Answered {
    /// Sorts the answers; nothing where they took too long.
    pub(crate) fn of(asked: Option<Vec<Asked>>) -> Self {
        let mut answered = Self {
            granted: Vec::new(),
            refused: Vec::new(),
            failed: asked.is_none().then_some(Failed::TooSlow),
        };
        for (scope, words, outcome) in asked.into_iter().flatten() {
            match outcome {
                Ok(()) => answered.granted.push(scope),
                Err(TokenError::ScopeNotGranted(_)) => answered.refused.push(words),
                Err(error) => answered.failed = Some(Failed::Said(error)),
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

pub(super) fn finding(cairn: &Cairn, known: &Known, answered: &Answered, skew: Option<TimeDelta>) -> Finding {
    let registration = &known.registration;
    if let Some(failed) = &answered.failed {
        let (why, setting) = match failed {
            Failed::Said(error @ TokenError::InvalidClient(_)) => (error.to_string(), Setting::ClientId),
            // Our assertion says when it was made and until when it holds.
            Failed::Said(error) if clock::is_off(skew) => (error.to_string(), Setting::Clock),
            Failed::Said(error) if error.retryable() || matches!(error, TokenError::NotAToken(_)) => {
                (error.to_string(), Setting::OutOfOrder)
            }
            Failed::Said(error) => (error.to_string(), Setting::OurKeys),
            Failed::TooSlow => (too_slow(), Setting::OutOfOrder),
        };
        let mut advice = settings::say(registration, setting);
        if setting == Setting::OurKeys {
            advice = format!(
                "{advice} Our keys are at {}{}.",
                cairn.settings.origin(),
                addresses::JWKS
            );
        }
        return Finding::failure("token", because("It gives no access token", &why), advice);
    }
    let scopes = || settings::say(registration, Setting::Scopes);
    if answered.granted.is_empty() {
        Finding::failure("token", "It knows Cairn but grants no service at all.", scopes())
    } else if answered.refused.is_empty() {
        Finding::good(
            "token",
            "It gives an access token for members, line items, results and scores.",
        )
    } else {
        let refused = answered.refused.join("; ");
        Finding::failure(
            "token",
            format!("It gives an access token, but Cairn may not: {refused}."),
            scopes(),
        )
    }
}
