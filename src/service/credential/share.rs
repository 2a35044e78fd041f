//! A holder's own badge: to take it away, and to say what others see of it.

use chrono::{DateTime, Utc};

use crate::domain::award::Award;
use crate::domain::badge::Badge;
use crate::domain::credential::{Credential, ShareLink, Visibility};
use crate::domain::issuer::LinkedInId;
use crate::domain::policy::{Policy, Refusal};
use crate::ids::AwardId;
use crate::service::Cairn;
use crate::service::base::addresses;
use crate::service::base::error::ServiceError;
use crate::service::base::institutions;
use crate::service::base::minors;
use crate::service::base::session::Visitor;
use crate::service::credential::publish::read;
use crate::service::credential::records::{self, Stack};
use crate::service::credential::renewals::{self, Renewals};
use crate::store::minors as stored_minors;
use crate::store::share_links as stored_links;
use crate::store::{Db, awards, badges, credentials, issuers};
use openbadges::OpenBadgeCredential;

/// Links that the holder's page lists.
pub(super) const LISTED: i64 = 50;

/// A visitor's own award with its signed document.
#[derive(Debug, Clone)]
pub(crate) struct Mine {
    pub(crate) award: Award,
    pub(crate) badge: Badge,
    pub(crate) credential: Credential,
    /// What was signed, as data.
    pub(crate) document: OpenBadgeCredential,
    /// The address that anybody can open.
    pub(crate) public_url: String,
    /// The last part of the address of its issuer, under which its badge has a public page.
    pub(crate) issuer: String,
    /// The number of its issuer's page at LinkedIn.
    pub(crate) linkedin: Option<LinkedInId>,
    /// What the institution lets others see of it.
    pub(crate) policy: Policy,
    /// Whether its page is kept because it was said that its holder is a minor, and not because they hide it.
    pub(crate) kept_by_word: bool,
    /// What it renews, and what renewed it.
    pub(crate) renewals: Renewals,
    /// What counted for it, where badges did.
    pub(crate) stack: Option<Stack>,
    /// By which it is or was shown for a time, latest first.
    pub(crate) links: Vec<ShareLink>,
    /// The moment of asking.
    pub(crate) now: DateTime<Utc>,
}

/// The visitor's own award, of whichever course: its own may be gone.
///
/// # Errors
/// [`ServiceError::NotFound`] for everybody but its holder.
#[tracing::instrument(name = "share.mine", level = "debug", skip_all, fields(award = award.as_str()))]
pub(crate) async fn mine(cairn: &Cairn, visitor: &Visitor, award: &AwardId) -> Result<Mine, ServiceError> {
    let (asking, award, now) = (visitor.clone(), award.clone(), cairn.clock.now());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let (award, badge, mut credential) = held(db, &asking, &award)?;
        let issuer = issuers::get(db, asking.tenant(), &credential.issuer)?;
        let issuer = issuer.ok_or(ServiceError::NotFound("issuer"))?;
        let holding = minors::of(db, asking.tenant(), &asking.person.id)?;
        let kept_by_word = !credential.visibility.hidden && holding.keeps_page(db, &credential)?;
        credential.visibility.hidden |= kept_by_word;
        let policy = holding.policy;
        let renewals = renewals::of(db, &award)?;
        let mut links = stored_links::of_credential(db, asking.tenant(), &credential.id, LISTED)?;
        links.retain(|link| !link.is_open(now) || !holding.ends(link.made_at));
        let stack = records::stack(db, &award, &credential)?;
        let around = (policy, renewals, links, stack);
        Ok((award, badge, credential, issuer, kept_by_word, around))
    });
    let (award, badge, credential, issuer, kept_by_word, around) = found.await?;
    let (policy, renewals, links, stack) = around;
    let identity = institutions::identity(cairn, &issuer)?;
    Ok(Mine {
        document: read(&credential)?,
        issuer: issuer.slug.clone(),
        linkedin: issuer.marks.linkedin,
        public_url: format!("{}{}", identity.origin(), addresses::credential(&credential.slug)),
        policy,
        kept_by_word,
        renewals,
        links,
        stack,
        now,
        award,
        badge,
        credential,
    })
}

pub(in crate::service) fn held(
    db: &mut Db,
    visitor: &Visitor,
    award: &AwardId,
) -> Result<(Award, Badge, Credential), ServiceError> {
    let tenant = visitor.tenant();
    let award = awards::get(db, tenant, award)?
        .filter(|award| award.person == visitor.person.id)
        .ok_or(ServiceError::NotFound("badge"))?;
    let badge = badges::get(db, tenant, &award.badge)?.ok_or(ServiceError::NotFound("badge"))?;
    let credential = credentials::by_award(db, tenant, &award.id)?.ok_or(ServiceError::NotFound("badge"))?;
    Ok((award, badge, credential))
}

/// Sets what others see of the visitor's own award, from this moment on.
///
/// # Errors
/// As [`mine`]; [`ServiceError::Masquerade`] for whoever acts as them; a [`Refusal`] where the institution keeps badges or
/// names off the web.
#[tracing::instrument(name = "share.set_visibility", skip_all, fields(award = award.as_str()))]
pub(crate) async fn set_visibility(
    cairn: &Cairn,
    visitor: &Visitor,
    award: &AwardId,
    visibility: Visibility,
) -> Result<(), ServiceError> {
    visitor.act_for_oneself()?;
    let (visitor, award, now) = (visitor.clone(), award.clone(), cairn.clock.now());
    let set = cairn.store.write_with(move |db| -> Result<(), ServiceError> {
        let (_, _, credential) = held(db, &visitor, &award)?;
        let policy = minors::policy_of(db, visitor.tenant(), &visitor.person.id)?;
        if visibility.name || visibility.evidence || visibility.downloads {
            policy.sharing()?;
        }
        if !policy.shows_names() && visibility.name {
            return Err(Refusal::Name.into());
        }
        credentials::set_visibility(db, visitor.tenant(), &credential.id, visibility)?;
        Ok(stored_minors::say_visibility(
            db,
            visitor.tenant(),
            &credential.id,
            now,
        )?)
    });
    set.await
}
