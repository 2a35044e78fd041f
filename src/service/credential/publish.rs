//! What anybody may see: a credential at its unguessable address, its issuer, and the documents that verifiers fetch.
//!
//! Signed bytes go out as they were stored. What a page says of a credential is read from those bytes and checked when
//! it is asked for; nothing is said from a table that the signature does not cover, but for the holder's name and words, which
//! the holder switches on, and what no signature can know: that the badge is under review, or was renewed.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::domain::award::{Award, Standing};
use crate::domain::badge::{Badge, BadgeState, Renewal};
use crate::domain::credential::{Credential, Visibility};
use crate::domain::endorsement::EndorsementState;
use crate::domain::holder_note::HolderNote;
use crate::domain::issuer::Issuer;
use crate::domain::keys::IssuerKey;
use crate::domain::policy::Refusal;
use crate::ids::BadgeId;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::institutions;
use crate::service::base::minors;
use crate::service::base::refusal::CredentialRefusal;
use crate::service::credential::build::{achievement, achievement_id, profile};
use crate::service::credential::endorsing::{self, Endorsed, Told, fetched};
use crate::service::credential::records::{self, Stack};
use crate::service::credential::renewals::{self, Renewals};
use crate::store::{
    Db, StoreError, awards, badges, credentials, erasures, holder_notes, issuers, people, policies,
    status_lists,
};
use openbadges::OpenBadgeCredential;
use openbadges::credential::wire::{OB_CONTEXT, VC_CONTEXT};
use openbadges::verify::{Resolver, Verdict, verify};

/// A published credential with everything round it, as it was stored.
#[derive(Debug, Clone)]
pub(crate) struct Published {
    pub(crate) credential: Credential,
    pub(crate) award: Award,
    pub(crate) issuer: Issuer,
    /// Every key of the issuer, old ones too.
    pub(crate) keys: Vec<IssuerKey>,
    /// The holder's name as the LMS gives it, only when the holder shows it.
    pub(crate) holder: Option<String>,
    /// What it renews, and what renewed it.
    pub(crate) renewals: Renewals,
    /// What counted for it, where badges did.
    pub(crate) stack: Option<Stack>,
    /// What its badge asks today before it is awarded again once it has lapsed; none where it never does, and where
    /// nobody is awarded it any more.
    pub(crate) renewal: Option<Renewal>,
    /// The signed status list that the credential names.
    pub(crate) list: SignedList,
    /// What its holder says of it, where they show that: in no signed document.
    pub(crate) note: Option<HolderNote>,
    /// What others say of its badge; the credential carries what was said before it was signed.
    pub(in crate::service) endorsed: Endorsed,
}

/// A signed status list as it is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SignedList {
    /// The last part of its address.
    pub(crate) slug: String,
    /// The signed JSON, byte by byte.
    pub(crate) document: String,
}

/// What is served at the address of a status list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListForms {
    /// The signed JSON.
    pub(crate) document: String,
    /// The same signed as a token; none for a list that was not signed anew since lists have tokens.
    pub(crate) token: Option<String>,
}

/// A credential, read and checked at a moment.
#[derive(Debug, Clone)]
pub(crate) struct Checked {
    pub(crate) document: OpenBadgeCredential,
    pub(crate) verdict: Verdict,
    /// When it was checked.
    pub(crate) at: DateTime<Utc>,
}

/// What the database knows, in place of the web: the same documents that are served to others.
struct Documents {
    did: Value,
    list_url: String,
    list: String,
    /// The same of the issuers that were made for endorsements.
    endorsers: Vec<(Value, String, String)>,
}

impl Resolver for Documents {
    fn did_document(&self, did: &str) -> Option<Value> {
        let mut all = std::iter::once(&self.did).chain(self.endorsers.iter().map(|(did, ..)| did));
        all.find(|known| known.get("id").and_then(Value::as_str) == Some(did))
            .cloned()
    }

    fn status_list(&self, url: &str) -> Option<Vec<u8>> {
        let own = (&self.list_url, &self.list);
        let others = self.endorsers.iter().map(|(_, url, list)| (url, list));
        std::iter::once(own)
            .chain(others)
            .find(|(known, _)| *known == url)
            .map(|(_, list)| list.clone().into_bytes())
    }
}

impl Published {
    /// What its holder lets others see.
    #[must_use]
    pub(crate) fn visibility(&self) -> Visibility {
        self.credential.visibility
    }

    /// What others say of its badge, whether it carries that or not.
    #[must_use]
    pub(crate) fn endorsements(&self, checked: &Checked) -> Vec<Told> {
        self.endorsed.clone().told(checked.at)
    }

    /// Since when it is under review, if it was at the moment of the check. The signed document cannot say it.
    #[must_use]
    pub(crate) fn suspended_at(&self, checked: &Checked) -> Option<DateTime<Utc>> {
        let suspended = self.award.standing(checked.at) == Standing::Suspended;
        self.award.suspended_since.filter(|_| suspended)
    }

    /// Reads the stored bytes and verifies them now: signature, key, dates, and the stored signed status list.
    ///
    /// # Errors
    /// [`ServiceError::Internal`] when the stored document is not one of ours.
    pub(crate) fn check(&self, cairn: &Cairn) -> Result<Checked, ServiceError> {
        let at = cairn.clock.now();
        let identity = institutions::identity(cairn, &self.issuer)?;
        let origin = cairn.settings.identity();
        let given = self.endorsed.all.iter().filter_map(|one| one.given.as_ref());
        let endorsers = given.filter_map(|given| fetched(&origin, given).transpose());
        let documents = Documents {
            endorsers: endorsers.collect::<Result<_, _>>()?,
            did: institutions::document(&identity, &self.keys)?,
            list_url: identity.status_url(&self.list.slug),
            list: self.list.document.clone(),
        };
        let mut verdict = verify(self.credential.document.as_bytes(), &documents, at);
        // Both forms are given away, so both have to hold: what fails in the token alone is said like the rest.
        if verdict.is_valid()
            && let Some(token) = &self.credential.token
        {
            verdict = verify(token.as_bytes(), &documents, at);
        }
        Ok(Checked {
            document: read(&self.credential)?,
            verdict,
            at,
        })
    }
}

/// The signed document of a credential as data.
///
/// # Errors
/// [`ServiceError::Internal`] when it is not one of ours.
pub(crate) fn read(credential: &Credential) -> Result<OpenBadgeCredential, ServiceError> {
    serde_json::from_str(&credential.document)
        .map_err(|error| ServiceError::Internal(format!("credential {}: {error}", credential.id)))
}

/// The credential at a public address.
///
/// # Errors
/// [`ServiceError::NotFound`] for an unknown slug; [`ServiceError::Refused`] for a badge that was erased; a [`Refusal`] where
/// the institution keeps badges off the web, [`ServiceError::Kept`] where the holder does.
#[tracing::instrument(name = "publish.by_slug", level = "debug", skip_all)]
pub(crate) async fn by_slug(cairn: &Cairn, slug: &str) -> Result<Published, ServiceError> {
    let slug = slug.to_owned();
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let Some(credential) = credentials::by_slug(db, &slug)? else {
            if erasures::is_erased(db, &page_digest(&slug))? {
                return Err(CredentialRefusal::Erased.into());
            }
            return Ok(None);
        };
        if !policies::get(db, &credential.tenant)?.has_public_pages() {
            return Err(Refusal::PublicPage.into());
        }
        if credential.visibility.hidden {
            return Err(ServiceError::Kept);
        }
        let found = load(db, credential)?;
        if found.as_ref().is_some_and(|found| found.visibility().hidden) {
            return Err(ServiceError::Kept);
        }
        Ok(found)
    });
    found.await?.ok_or(ServiceError::NotFound("badge"))
}

/// A credential with everything round it. One whose page the institution's word on minors keeps is hidden, as if its holder had said so.
pub(in crate::service) fn load(
    db: &mut Db,
    mut credential: Credential,
) -> Result<Option<Published>, StoreError> {
    let tenant = credential.tenant.clone();
    let award = awards::get(db, &tenant, &credential.award)?.ok_or(StoreError::Missing("award"))?;
    let holding = minors::of(db, &tenant, &award.person)?;
    credential.visibility.hidden |= holding.keeps_page(db, &credential)?;
    let issuer = issuers::get(db, &tenant, &credential.issuer)?.ok_or(StoreError::Missing("issuer"))?;
    let list = status_lists::get(db, &tenant, &credential.status_list)?;
    let list = list.ok_or(StoreError::Missing("status list"))?;
    let holder = if credential.visibility.name {
        people::get(db, &tenant, &award.person)?.map(|person| person.display_name())
    } else {
        None
    };
    let badge = badges::get(db, &tenant, &award.badge)?;
    let endorsed = match &badge {
        Some(badge) => endorsing::of(db, badge)?,
        None => Endorsed::default(),
    };
    let badge = badge.filter(|badge| award.valid_until.is_some() && badge.state != BadgeState::Retired);
    Ok(Some(Published {
        renewal: badge.map(|badge| badge.design.renewal),
        renewals: renewals::of(db, &award)?,
        stack: records::stack(db, &award, &credential)?,
        endorsed,
        keys: institutions::all_keys(db, &issuer)?,
        list: SignedList {
            slug: list.slug,
            document: list.document,
        },
        note: holder_notes::get(db, &tenant, &award.id)?.filter(|note| note.shown),
        credential,
        award,
        issuer,
        holder,
    }))
}

/// The signed status list of an issuer in each of its forms, byte by byte as they were stored.
///
/// # Errors
/// [`ServiceError::NotFound`] for an unknown list, or one of another issuer.
#[tracing::instrument(name = "publish.status_list", level = "debug", skip_all)]
pub(crate) async fn status_list(cairn: &Cairn, issuer: &str, list: &str) -> Result<ListForms, ServiceError> {
    let (issuer, list) = (issuer.to_owned(), list.to_owned());
    let found = cairn.store.read(move |db| {
        let Some(issuer) = issuers::by_slug(db, &issuer)? else {
            return Ok(None);
        };
        let list = status_lists::by_slug(db, &list)?;
        Ok(list.filter(|list| list.tenant == issuer.tenant && list.issuer == issuer.id))
    });
    let list = found.await?.ok_or(ServiceError::NotFound("status list"))?;
    Ok(ListForms {
        document: list.document,
        token: list.token,
    })
}

/// A badge as anybody may see it: one that was activated once. Drafts are nobody's business.
///
/// # Errors
/// [`ServiceError::NotFound`] for an unknown issuer or badge, a badge of another institution, and a draft.
#[tracing::instrument(name = "publish.badge", level = "debug", skip_all, fields(badge = badge.as_str()))]
pub(crate) async fn badge(
    cairn: &Cairn,
    issuer: &str,
    badge: &BadgeId,
) -> Result<(Issuer, Badge), ServiceError> {
    let (issuer, badge) = (issuer.to_owned(), badge.clone());
    let found = cairn.store.read(move |db| {
        let Some(issuer) = issuers::by_slug(db, &issuer)? else {
            return Ok(None);
        };
        let badge = badges::get(db, &issuer.tenant, &badge)?;
        // A copied badge that rests was never active either.
        let shown = |badge: &Badge| match badge.state {
            BadgeState::Draft => false,
            BadgeState::Paused { .. } => badge.active_rule.is_some(),
            BadgeState::Active | BadgeState::Retired => true,
        };
        let badge = badge.filter(shown);
        Ok(badge.map(|badge| (issuer, badge)))
    });
    found.await?.ok_or(ServiceError::NotFound("badge"))
}

/// An issuer's profile as JSON-LD (Open Badges 3.0, `Profile`).
///
/// # Errors
/// When the identity origin cannot be part of a DID.
pub(crate) fn profile_document(cairn: &Cairn, issuer: &Issuer) -> Result<Value, ServiceError> {
    let identity = institutions::identity(cairn, issuer)?;
    with_contexts(serde_json::to_value(profile(&identity, issuer)))
}

/// A badge as JSON-LD (Open Badges 3.0, `Achievement`): as it is designed now, with the endorsements that hold. What was awarded
/// says its own.
///
/// # Errors
/// When the identity origin cannot be part of a DID.
pub(crate) fn achievement_document(
    cairn: &Cairn,
    issuer: &Issuer,
    badge: &Badge,
    endorsements: &[Told],
) -> Result<Value, ServiceError> {
    let identity = institutions::identity(cairn, issuer)?;
    let id = achievement_id(&identity, issuer, badge);
    let mut achievement = achievement(&id, &identity, badge);
    let holds = endorsements
        .iter()
        .filter(|one| one.state == EndorsementState::InForce);
    let given = holds.filter_map(|one| one.endorsement.given.as_ref());
    achievement.endorsement = given
        .filter_map(|given| serde_json::from_str(&given.document).ok())
        .collect();
    with_contexts(serde_json::to_value(achievement))
}

fn with_contexts(document: serde_json::Result<Value>) -> Result<Value, ServiceError> {
    let mut document = document.map_err(|error| ServiceError::Internal(error.to_string()))?;
    if let Some(members) = document.as_object_mut() {
        members.insert("@context".to_owned(), json!([VC_CONTEXT, OB_CONTEXT]));
    }
    Ok(document)
}

/// The digest under which an erased public page is remembered.
#[must_use]
pub(crate) fn page_digest(slug: &str) -> String {
    hex::encode(Sha256::digest(slug.as_bytes()))
}
