//! What an invited body sees, and its one click: an issuer of its own is made, the endorsement is signed with its key, and both
//! status lists with it.

use chrono::{DateTime, Utc};
use ed25519_dalek::SigningKey;
use serde_json::json;
use zeroize::Zeroizing;

use super::{LIST, PLACE, issuer_of, known_badge, shown, substance_now};
use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::endorsement::{
    DomainBy, Endorsement, Endorser, Given, MAX_COMMENT, Shown, without_person,
};
use crate::domain::issuer::Issuer;
use crate::random;
use crate::service::Cairn;
use crate::service::badge::pictures;
use crate::service::base::addresses;
use crate::service::base::error::ServiceError;
use crate::service::base::institutions::ENDORSER_KEY;
use crate::service::base::refusal::EndorsementRefusal;
use crate::service::base::session::digest;
use crate::service::credential::about;
use crate::service::credential::signing::{IssuingContext, internal};
use crate::store::{Db, audit, endorsements, tenants};
use openbadges::credential::{EndorsementCredential, EndorsementSubject, Profile, StatusEntry};
use openbadges::did::IssuerIdentity;
use openbadges::proof;
use openbadges::status::{Bitstring, StatusListCredential};

/// What an invitation offers to whoever has its link.
#[derive(Debug, Clone)]
pub(crate) struct Offer {
    pub(crate) endorsement: Endorsement,
    pub(crate) issuer: Issuer,
    /// Where the badge's picture is.
    pub(crate) picture: String,
    /// Exactly what is endorsed.
    pub(crate) shown: Shown,
    /// Whether it is earned by other badges alone, each of which says how it is assessed.
    pub(crate) is_stack: bool,
    pub(crate) substance: String,
    pub(crate) now: DateTime<Utc>,
}

/// The invitation behind a link, while it works.
///
/// # Errors
/// [`ServiceError::NotFound`] for a link that never was; [`ServiceError::Refused`] for one that was used, was withdrawn or has
/// ended.
#[tracing::instrument(name = "endorsing.open", level = "debug", skip_all)]
pub(crate) async fn open(cairn: &Cairn, token: &str) -> Result<Offer, ServiceError> {
    let (digest, context) = (digest(token), IssuingContext::of(cairn));
    let found = cairn
        .store
        .read_with(move |db| -> Result<_, ServiceError> { offer(db, &digest, &context) });
    found.await
}

/// As [`open`], within a transaction.
pub(super) fn offer(db: &mut Db, digest: &str, context: &IssuingContext) -> Result<Offer, ServiceError> {
    let one = endorsements::by_digest(db, digest)?.filter(|one| one.link_digest == digest);
    let one = one.ok_or(ServiceError::NotFound("invitation"))?;
    if one.given.is_some() {
        return Err(EndorsementRefusal::Used.into());
    }
    if one.withdrawn_at.is_some() {
        return Err(EndorsementRefusal::Withdrawn.into());
    }
    if one.until <= context.now {
        let zone = tenants::zone(db, &one.tenant)?;
        return Err(EndorsementRefusal::Over(one.until, zone).into());
    }
    let badge = known_badge(db, &one.tenant, &one.badge)?;
    let issuer = issuer_of(db, &one.tenant)?;
    let (rule, substance) = substance_now(db, &badge)?;
    let shown = shown(db, &context.identity(&issuer)?, &issuer, &badge, rule.as_ref())?;
    Ok(Offer {
        endorsement: one,
        picture: pictures::href(&badge.design.picture),
        is_stack: rule.as_ref().is_some_and(|rule| about::is_stack(&rule.root)),
        issuer,
        shown,
        substance,
        now: context.now,
    })
}

/// Endorses with that comment what was seen, whose digest is `seen`, and gives the secret of the endorser's own link, which is
/// not kept.
///
/// # Errors
/// As [`open`]; [`ServiceError::Refused`] for a comment that is too long, and when the badge was changed meanwhile.
#[tracing::instrument(name = "endorsing.give", skip_all)]
pub(crate) async fn give(
    cairn: &Cairn,
    token: &str,
    comment: &str,
    seen: &str,
) -> Result<String, ServiceError> {
    let comment = comment.trim().to_owned();
    if comment.chars().count() > MAX_COMMENT {
        return Err(EndorsementRefusal::Comment.into());
    }
    let context = IssuingContext::of(cairn);
    let own = random::token::<16>(context.random.as_ref());
    let (digest_of_link, digest_of_own, seen) = (digest(token), digest(&own), seen.to_owned());
    let done = cairn.store.write_with(move |db| -> Result<(), ServiceError> {
        let offer = offer(db, &digest_of_link, &context)?;
        if offer.shown.digest() != seen {
            return Err(EndorsementRefusal::Changed.into());
        }
        let (issuer, document) = signed(&context, &offer, &comment)?;
        let given = Given {
            at: context.now,
            own_digest: digest_of_own,
            issuer: Some(issuer),
            revision: offer.shown.revision,
            substance: offer.substance,
            shown: offer.shown,
            comment,
            document,
            carried: true,
            ended_at: None,
            revoked_at: None,
        };
        keep(db, &context, offer.endorsement, given)
    });
    done.await?;
    Ok(own)
}

/// Keeps what was given, unless somebody with the same link was faster.
pub(super) fn keep(
    db: &mut Db,
    context: &IssuingContext,
    one: Endorsement,
    given: Given,
) -> Result<(), ServiceError> {
    let now = context.now;
    let detail =
        json!({"endorsement": one.id, "version": given.revision, "signed_elsewhere": given.issuer.is_none()});
    let one = Endorsement {
        given: Some(given),
        email: without_person(one.email.as_deref()),
        // What earlier versions let an institution vouch for in advance was said of whoever would come.
        domain: one.domain.filter(|domain| domain.by == DomainBy::Did),
        ..one
    };
    if !endorsements::give(db, &one, now)? {
        return Err(EndorsementRefusal::Used.into());
    }
    let (action, subject) = (Action::EndorsementGiven, one.badge.as_str());
    let entry = Entry::new(&one.tenant, Actor::Unnamed, action, subject, now).detail(detail);
    Ok(audit::record(db, &entry, context.random.as_ref())?)
}

/// The issuer that is made for it, and the endorsement that its key signs.
fn signed(
    context: &IssuingContext,
    offer: &Offer,
    comment: &str,
) -> Result<(Endorser, String), ServiceError> {
    let random = context.random.as_ref();
    let secret = Zeroizing::new(random::bytes::<32>(random));
    let key = SigningKey::from_bytes(&secret);
    let slug = format!("endorser-{}", hex::encode(random::bytes::<8>(random)));
    let identity = IssuerIdentity::new(&context.identity, &slug).map_err(internal)?;
    let method = identity.verification_method(&key.verifying_key());
    let list = |taken_back: bool| -> Result<String, ServiceError> {
        let mut bits = Bitstring::default();
        bits.set(PLACE, taken_back).map_err(internal)?;
        let url = identity.status_url(LIST);
        let list = StatusListCredential::revocation(&url, identity.did(), &bits, context.now);
        let signed = proof::sign(&list.map_err(internal)?, &key, &method, context.now);
        Ok(signed.map_err(internal)?.into_string())
    };
    let document = unsigned(&identity, offer, comment, context.now);
    let document = proof::sign(&document, &key, &method, context.now).map_err(internal)?;
    let issuer = Endorser {
        public_multibase: openbadges::multibase::encode_key(&key.verifying_key()),
        sealed_secret: Some(context.vault.seal(ENDORSER_KEY, secret.as_slice(), random)),
        key_taken_at: None,
        list_document: list(false)?,
        list_revoked: list(true)?,
        slug,
    };
    Ok((issuer, document.into_string()))
}

fn unsigned(
    identity: &IssuerIdentity,
    offer: &Offer,
    comment: &str,
    now: DateTime<Utc>,
) -> EndorsementCredential {
    let (shown, origin) = (&offer.shown, identity.origin());
    let slug = identity.did().rsplit(':').next().unwrap_or_default();
    EndorsementCredential {
        id: format!("{origin}{}", addresses::endorsement(&offer.endorsement.id)),
        name: format!("Endorsement of “{}”", shown.name),
        description: Some(format!(
            "Of version {} of the badge. What was shown and endorsed: sha-256 {}.",
            shown.revision,
            shown.digest()
        )),
        issuer: Profile {
            id: identity.did().to_owned(),
            name: Some(offer.endorsement.name.clone()),
            url: Some(format!("{origin}{}", addresses::issuer(slug))),
            ..Profile::default()
        },
        valid_from: now,
        credential_subject: EndorsementSubject {
            id: shown.achievement.clone(),
            endorsement_comment: Some(comment.to_owned()).filter(|comment| !comment.is_empty()),
            ..EndorsementSubject::default()
        },
        credential_status: Some(StatusEntry::revocation(&identity.status_url(LIST), PLACE)),
        ..EndorsementCredential::default()
    }
}
