//! Links by which a holder shows a badge for a time, whoever else may see it. What ends is the link: the badge stays.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::credential::ShareLink;
use crate::domain::zone::Zone;
use crate::ids::{AwardId, ShareLinkId};
use crate::random;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::minors;
use crate::service::base::refusal::CredentialRefusal;
use crate::service::base::session::{Visitor, digest};
use crate::service::credential::publish::{self, Published};
use crate::service::credential::share::{LISTED, held};
use crate::store::{credentials, share_links, tenants};

/// For how many days a link may be made.
pub(crate) const DAYS: [u16; 3] = [7, 30, 90];
/// Most links to one badge that are open at once.
pub(crate) const MOST: usize = 20;

/// Makes a link to the visitor's own badge and gives its secret part, which is not kept.
///
/// # Errors
/// [`ServiceError::NotFound`] for everybody but the holder; [`ServiceError::Masquerade`] for whoever acts as them; a
/// [`ServiceError::Policy`] where the institution keeps badges off the web, or takes the holder for a minor;
/// [`ServiceError::Refused`] for another time than [`DAYS`]; [`ServiceError::Refused`] when [`MOST`] are open.
#[tracing::instrument(name = "share_links.make", skip_all, fields(award = award.as_str()))]
pub(crate) async fn make(
    cairn: &Cairn,
    visitor: &Visitor,
    award: &AwardId,
    days: u16,
) -> Result<String, ServiceError> {
    visitor.act_for_oneself()?;
    if !DAYS.contains(&days) {
        return Err(CredentialRefusal::ShareDays.into());
    }
    let (now, random) = (cairn.clock.now(), cairn.random.as_ref());
    let token = random::token::<16>(random);
    let (id, digest) = (ShareLinkId::new(now, random), digest(&token));
    let (visitor, award) = (visitor.clone(), award.clone());
    let made = cairn.store.write_with(move |db| -> Result<(), ServiceError> {
        let (_, _, credential) = held(db, &visitor, &award)?;
        minors::policy_of(db, visitor.tenant(), &visitor.person.id)?.sharing()?;
        let known = share_links::of_credential(db, visitor.tenant(), &credential.id, LISTED)?;
        if known.iter().filter(|link| link.is_open(now)).count() >= MOST {
            return Err(CredentialRefusal::ShareMany.into());
        }
        let link = ShareLink {
            id,
            tenant: credential.tenant,
            credential: credential.id,
            digest,
            made_at: now,
            until: now + TimeDelta::days(i64::from(days)),
            withdrawn_at: None,
        };
        Ok(share_links::insert(db, &link)?)
    });
    made.await?;
    Ok(token)
}

/// Ends a link to the visitor's own badge; one that was withdrawn before stays so.
///
/// # Errors
/// [`ServiceError::NotFound`] for everybody but the holder; [`ServiceError::Masquerade`] for whoever acts as them.
#[tracing::instrument(name = "share_links.withdraw", skip_all, fields(share_link = link.as_str()))]
pub(crate) async fn withdraw(
    cairn: &Cairn,
    visitor: &Visitor,
    award: &AwardId,
    link: &ShareLinkId,
) -> Result<(), ServiceError> {
    visitor.act_for_oneself()?;
    let (visitor, award, link, now) = (visitor.clone(), award.clone(), link.clone(), cairn.clock.now());
    let ended = cairn.store.write_with(move |db| -> Result<(), ServiceError> {
        let (_, _, credential) = held(db, &visitor, &award)?;
        share_links::withdraw(db, visitor.tenant(), &credential.id, &link, now)?;
        Ok(())
    });
    ended.await
}

/// The badge that a link shows, and until when.
///
/// # Errors
/// [`ServiceError::NotFound`] for a link that never was; [`ServiceError::Refused`] for one that has ended or was withdrawn; a
/// [`ServiceError::Policy`] where the institution keeps badges off the web.
#[tracing::instrument(name = "share_links.open", level = "debug", skip_all)]
pub(crate) async fn open(cairn: &Cairn, token: &str) -> Result<(Published, DateTime<Utc>), ServiceError> {
    let (digest, now) = (digest(token), cairn.clock.now());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let link = share_links::by_digest(db, &digest)?.ok_or(ServiceError::NotFound("badge"))?;
        if !link.is_open(now) {
            return Err(gone(&link, tenants::zone(db, &link.tenant)?).into());
        }
        let credential = credentials::get(db, &link.tenant, &link.credential)?;
        let published = match credential {
            Some(credential) => publish::load(db, credential)?,
            None => None,
        };
        let published = published.ok_or(ServiceError::NotFound("badge"))?;
        let holding = minors::of(db, &link.tenant, &published.award.person)?;
        holding.open()?;
        if holding.ends(link.made_at) {
            return Err(CredentialRefusal::ShareEnded.into());
        }
        Ok((published, link.until))
    });
    found.await
}

fn gone(link: &ShareLink, zone: Zone) -> CredentialRefusal {
    if link.withdrawn_at.is_some() {
        CredentialRefusal::ShareWithdrawn
    } else {
        CredentialRefusal::ShareOver(link.until, zone)
    }
}
