//! Whether a domain still says that it is an endorser's, asked again from time to time.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::own::{at_domain, identity, names};
use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::endorsement::{Domain, Endorsement};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::credential::outside;
use crate::store::{audit, endorsements, tenants};

/// How long it is taken to hold what a domain said.
const HOLDS: TimeDelta = TimeDelta::days(30);
/// How long after a domain that did not answer it is asked again.
const SOON: TimeDelta = TimeDelta::days(1);
/// How long a domain may say nothing: it may be moving.
const SILENT: TimeDelta = TimeDelta::days(7);
/// Domains of one institution that are asked in one sweep.
const MOST: i64 = 10;

/// What came of asking a domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Heard {
    Still,
    No,
    /// Nothing, which is waited for a while.
    Nothing,
}

/// What an answer says of a domain that said so last at `said`.
fn heard(
    document: Option<&Value>,
    named: impl Fn(&Value) -> bool,
    said: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Heard {
    match document {
        Some(document) if named(document) => Heard::Still,
        Some(_) => Heard::No,
        None if said + HOLDS + SILENT < now => Heard::No,
        None => Heard::Nothing,
    }
}

/// Asks those domains that said a month ago, or earlier, that they are an endorser's. What was signed elsewhere brought its own proof.
///
/// # Errors
/// What the store reports.
#[tracing::instrument(name = "endorsing.ask_domains_again", level = "debug", skip_all)]
pub(crate) async fn ask_domains_again(cairn: &Cairn) -> Result<(), ServiceError> {
    let now = cairn.clock.now();
    let due = cairn.store.read(move |db| {
        let mut due = Vec::new();
        for tenant in tenants::list(db)? {
            due.extend(endorsements::domains_due(
                db,
                &tenant.id,
                now - HOLDS,
                now - SOON,
                MOST,
            )?);
        }
        Ok(due)
    });
    for one in due.await? {
        match ask(cairn, one, now).await {
            // Those who wait come first: the next sweep asks.
            Err(ServiceError::TooMany { .. }) => return Ok(()),
            other => other?,
        }
    }
    Ok(())
}

async fn ask(cairn: &Cairn, one: Endorsement, now: DateTime<Utc>) -> Result<(), ServiceError> {
    let issuer = one.given.as_ref().and_then(|given| given.issuer.as_ref());
    let (Some(domain), Some(issuer)) = (one.domain.clone(), issuer) else {
        return Ok(());
    };
    let identity = identity(&cairn.settings.identity(), issuer)?;
    let document = outside::document(cairn, &at_domain(&domain.name)).await?;
    let named = |document: &Value| names(document, &domain.name, identity.did(), &issuer.public_multibase);
    let heard = heard(document.as_ref(), named, domain.at, now);
    let random = std::sync::Arc::clone(&cairn.random);
    let kept = cairn.store.write(move |db| match heard {
        Heard::Nothing => endorsements::asked_in_vain(db, &one.tenant, &one.id, now),
        Heard::Still => {
            let domain = Domain { at: now, ..domain };
            endorsements::set_domain(db, &one.tenant, &one.id, &domain)
        }
        Heard::No => {
            let domain = Domain {
                lost_at: Some(now),
                ..domain
            };
            endorsements::set_domain(db, &one.tenant, &one.id, &domain)?;
            let (action, about) = (Action::EndorsementDomainLost, one.badge.as_str());
            let entry = Entry::new(&one.tenant, Actor::Cairn, action, about, now);
            let entry = entry.detail(json!({"endorsement": one.id, "domain": domain.name}));
            audit::record(db, &entry, random.as_ref())
        }
    });
    Ok(kept.await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample::{days, now};

    #[test]
    fn a_domain_that_says_otherwise_is_lost_and_one_that_is_silent_after_a_week() {
        let (yes, other) = (json!({"is": "theirs"}), json!({}));
        let at = |document: Option<&Value>, day: i64| {
            heard(document, |found| found.get("is").is_some(), now(), days(day))
        };
        assert_eq!(at(Some(&yes), 100), Heard::Still);
        assert_eq!(at(Some(&other), 31), Heard::No);
        assert_eq!(at(None, 36), Heard::Nothing);
        assert_eq!(at(None, 38), Heard::No);
    }
}
