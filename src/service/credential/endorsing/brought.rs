//! An endorsement that was signed elsewhere, brought by whoever was invited: verified as it comes, as any stranger's credential.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use openbadges::credential::EndorsementCredential;
use openbadges::did;
use openbadges::verify::{Failure, Outcome};
use url::Url;

use super::giving::{keep, offer};
use super::open;
use crate::domain::endorsement::{Domain, DomainBy, Given, MAX_COMMENT, is_reserved};
use crate::random;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::looks::{self, Whose};
use crate::service::base::refusal::{EndorsementRefusal, PortfolioRefusal};
use crate::service::base::session::digest;
use crate::service::credential::outside;
use crate::service::credential::signing::IssuingContext;

/// Most bytes of one that badges carry: a comment as long as may be typed here, and what is around it.
const MOST_CARRIED: usize = 6 << 10;

/// Where the identity of a whole domain is.
const WHOLE: &str = "/.well-known/did.json";

/// Takes an endorsement that was signed elsewhere for what was seen, whose digest is `seen`, and gives the secret of the
/// endorser's own link, which is not kept.
///
/// # Errors
/// As [`open`]; [`ServiceError::Refused`] for what is too large, is no endorsement, is about something else, was signed by the
/// badge's own issuer or does not verify, and when the badge was changed meanwhile; [`ServiceError::TooMany`] while others are
/// checked; [`PortfolioRefusal::LooksUsed`] once others were asked often enough today.
#[tracing::instrument(name = "endorsing.bring", skip_all)]
pub(crate) async fn bring(
    cairn: &Cairn,
    token: &str,
    bytes: Bytes,
    seen: &str,
) -> Result<String, ServiceError> {
    let known = open(cairn, token).await?;
    if bytes.len() > outside::MAX_BODY {
        return Err(EndorsementRefusal::TooLarge.into());
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| EndorsementRefusal::NoEndorsement)?;
    let brought: EndorsementCredential =
        serde_json::from_str(text).map_err(|_| EndorsementRefusal::NoEndorsement)?;
    if brought.credential_subject.id != known.shown.achievement {
        return Err(EndorsementRefusal::OtherSubject.into());
    }
    let context = IssuingContext::of(cairn);
    if brought.issuer.id == context.identity(&known.issuer)?.did() {
        return Err(EndorsementRefusal::OwnIssuer.into());
    }
    let one = &known.endorsement;
    if looks::take(cairn, &one.tenant, Whose::Endorser(&one.id), 1).await? == 0 {
        return Err(PortfolioRefusal::LooksUsed.into());
    }
    let document = text.to_owned();
    demand_good(cairn, bytes.clone()).await?;
    let carried = can_be_carried(cairn, &brought, &known.issuer.name).await?;
    // The document was checked with what that domain publishes, so that domain is theirs.
    let proven = host(&brought.issuer.id, &cairn.settings.identity(), context.now);
    let own = random::token::<16>(context.random.as_ref());
    let (digest_of_link, digest_of_own, seen) = (digest(token), digest(&own), seen.to_owned());
    let done = cairn.store.write_with(move |db| -> Result<(), ServiceError> {
        let offer = offer(db, &digest_of_link, &context)?;
        if offer.shown.digest() != seen || offer.shown.achievement != brought.credential_subject.id {
            return Err(EndorsementRefusal::Changed.into());
        }
        let given = Given {
            at: context.now,
            own_digest: digest_of_own,
            issuer: None,
            revision: offer.shown.revision,
            substance: offer.substance,
            shown: offer.shown,
            comment: said(brought.credential_subject.endorsement_comment),
            document,
            carried,
            ended_at: brought.valid_until,
            revoked_at: None,
        };
        let mut one = offer.endorsement;
        one.domain = proven.or(one.domain);
        keep(db, &context, one, given)
    });
    done.await?;
    Ok(own)
}

async fn demand_good(cairn: &Cairn, bytes: Bytes) -> Result<(), ServiceError> {
    let verdict = outside::check(cairn, bytes, None).await?;
    if verdict.outcome() == Outcome::Valid {
        return Ok(());
    }
    let why = verdict.worst().cloned().unwrap_or(Failure::NotChecked);
    Err(EndorsementRefusal::NotGood(Box::new(why)).into())
}

/// Whether badges may carry it inside: only what can be checked for ever without asking its host, or the badge of a student would
/// hang on a server of somebody else; and only what is short, or no badge that carries it could be signed or read any more. What is
/// written within the badge has to verify as well as what was brought. `own` is what the badge's issuer is called: nobody speaks
/// within a badge in its name.
async fn can_be_carried(
    cairn: &Cairn,
    brought: &EndorsementCredential,
    own: &str,
) -> Result<bool, ServiceError> {
    let Ok(written) = serde_json::to_vec(brought) else {
        return Ok(false);
    };
    let called = brought.issuer.name.as_deref().unwrap_or_default();
    let needs_nobody = brought.issuer.id.starts_with("did:key:")
        && brought.credential_status.is_none()
        && brought.valid_until.is_none()
        && written.len() <= MOST_CARRIED
        && !is_reserved(called, [own]);
    match demand_good(cairn, written.into()).await {
        Ok(()) => Ok(needs_nobody),
        Err(ServiceError::Refused(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The comment as pages show it, without signs that one database refuses; what was signed stays as it is.
fn said(comment: Option<String>) -> String {
    let comment = comment.unwrap_or_default();
    lti::clean::lines(&comment).chars().take(MAX_COMMENT).collect()
}

/// The DNS name of a `did:web` whose document a signature was checked with, if it is the identity of the whole domain: a folder may be
/// anybody's who has pages there. None for one of `own`: whoever endorses here is given an identity and a key there, and is not this
/// institution.
fn host(issuer: &str, own: &str, now: DateTime<Utc>) -> Option<Domain> {
    let address = Url::parse(&did::document_url(issuer).ok()?).ok()?;
    let name = address.host_str().filter(|_| address.path() == WHOLE)?;
    let is_own = Url::parse(own).is_ok_and(|own| own.host_str() == Some(name));
    (!is_own).then(|| Domain {
        name: name.to_owned(),
        by: DomainBy::Did,
        at: now,
        lost_at: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domain_of_what_was_brought_is_that_of_its_issuer() {
        let own = "https://badges.example";
        let named = |issuer: &str| host(issuer, own, DateTime::UNIX_EPOCH).map(|domain| domain.name);
        assert_eq!(named("did:web:firm.example").as_deref(), Some("firm.example"));
        assert_eq!(named("did:web:firm.example:org:1"), None);
        assert_eq!(named("did:key:z6Mk"), None);
        assert_eq!(named("did:web:badges.example:issuers:endorser-1"), None);
        assert_eq!(named("did:web:badges.example"), None);
    }

    #[test]
    fn a_comment_is_shown_without_signs_that_nobody_sees() {
        assert_eq!(
            said(Some("Good\u{0} work.\nAll of it.".to_owned())),
            "Good work.\nAll of it."
        );
        assert_eq!(said(Some("x".repeat(MAX_COMMENT + 1))).len(), MAX_COMMENT);
        assert_eq!(said(None), "");
    }
}
