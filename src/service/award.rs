//! From an award to a signed document. Everything is in the caller's one transaction: there is never an award without its
//! credential. [`revoke`] takes it back, [`award_by_hand`] awards whatever a rule says.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use ed25519_dalek::SigningKey;

use crate::domain::award::Award;
use crate::domain::badge::Badge;
use crate::domain::course::LineItem;
use crate::domain::decision::{CheckedGroup, CheckedNode, Decision, Truth};
use crate::domain::evidence::SubmissionState;
use crate::domain::issuer::Issuer;
use crate::domain::rule::Condition;
use crate::ids::{ActivityId, DecisionId, LineItemId, PersonId, RegistrationId, StatusListId, TenantId};
use crate::openbadges::did::IssuerIdentity;
use crate::openbadges::proof::{self, Signable};
use crate::openbadges::recipient;
use crate::openbadges::status::{Bitstring, MIN_ENTRIES, StatusListCredential};
use crate::openbadges::{OpenBadgeCredential, jwt};
use crate::random::{self, SharedRandom};
use crate::secrets::Vault;
use crate::service::credential::Approved;
use crate::service::error::ServiceError;
use crate::service::{Cairn, institutions};
use crate::store::status_lists::StatusList;
use crate::store::subjects::Subject;
use crate::store::{Db, StoreError, activities, issuers, line_items, status_lists, subjects, submissions};

mod by_hand;
mod making;
mod revoking;

pub use by_hand::award_by_hand;
pub use revoking::revoke;
pub(super) use revoking::revoke_in;

/// How often a change that met another one of the same status list is tried.
const TRIES: usize = 4;

/// What issuing needs of the process, to be taken into a transaction.
#[derive(Debug, Clone)]
pub(super) struct Desk {
    identity: String,
    vault: Vault,
    pub(super) random: SharedRandom,
    pub(super) now: DateTime<Utc>,
}

impl Desk {
    pub(super) fn of(cairn: &Cairn) -> Self {
        Self {
            identity: cairn.settings.identity(),
            vault: cairn.vault.clone(),
            random: std::sync::Arc::clone(&cairn.random),
            now: cairn.clock.now(),
        }
    }

    /// The institution's issuer, ready to sign.
    pub(super) fn signer(&self, db: &mut Db, tenant: &TenantId) -> Result<Signer, ServiceError> {
        let issuer = issuers::for_tenant(db, tenant)?.ok_or(ServiceError::NotFound("issuer"))?;
        let key = issuers::active_key(db, tenant, &issuer.id)?
            .ok_or_else(|| ServiceError::Internal(format!("issuer {} has no active key", issuer.id)))?;
        let identity = IssuerIdentity::new(&self.identity, &issuer.slug).map_err(internal)?;
        let token_key =
            institutions::active_token_key(db, &issuer, &self.vault, self.now, self.random.as_ref())?;
        Ok(Signer {
            key: institutions::signing_key(&self.vault, &key)?,
            token_key: institutions::token_signing_key(&self.vault, &token_key)?,
            desk: self.clone(),
            issuer,
            identity,
            list: None,
            labels: HashMap::new(),
            platforms: HashMap::new(),
        })
    }
}

/// An issuer with its key, for one transaction.
pub(super) struct Signer {
    desk: Desk,
    issuer: Issuer,
    identity: IssuerIdentity,
    key: SigningKey,
    /// Signs the same credentials as tokens.
    token_key: p256::ecdsa::SigningKey,
    list: Option<StatusList>,
    labels: HashMap<LineItemId, String>,
    /// The issuers of the platforms that the holders come from.
    platforms: HashMap<RegistrationId, String>,
}

fn internal(error: impl std::fmt::Display) -> ServiceError {
    ServiceError::Internal(error.to_string())
}

impl Signer {
    fn sign<T: Signable>(&self, document: &T) -> Result<String, ServiceError> {
        let method = self.identity.verification_method(&self.key.verifying_key());
        let signed = proof::sign(document, &self.key, &method, self.desk.now).map_err(internal)?;
        Ok(signed.into_string())
    }

    fn sign_token(&self, credential: &OpenBadgeCredential) -> Result<String, ServiceError> {
        let key_id = self.identity.verification_method(self.token_key.verifying_key());
        let signed = jwt::sign(credential, &self.token_key, &key_id).map_err(internal)?;
        Ok(signed.into_string())
    }

    fn sign_list(&self, slug: &str, bits: &Bitstring) -> Result<String, ServiceError> {
        let url = self.identity.status_url(slug);
        let list = StatusListCredential::revocation(&url, self.identity.did(), bits, self.desk.now)
            .map_err(internal)?;
        self.sign(&list)
    }

    fn new_list(&self, db: &mut Db) -> Result<StatusList, ServiceError> {
        let bits = Bitstring::default();
        let slug = hex::encode(random::bytes::<8>(self.desk.random.as_ref()));
        let list = StatusList {
            id: StatusListId::new(self.desk.now, self.desk.random.as_ref()),
            tenant: self.issuer.tenant.clone(),
            issuer: self.issuer.id.clone(),
            length: i32::try_from(bits.entries()).map_err(internal)?,
            taken: 0,
            open: true,
            document: self.sign_list(&slug, &bits)?,
            slug,
            bits: bits.as_bytes().to_vec(),
            version: 1,
            updated_at: self.desk.now,
        };
        status_lists::insert(db, &list)?;
        Ok(list)
    }

    fn open_list(&mut self, db: &mut Db) -> Result<StatusList, ServiceError> {
        let (tenant, issuer) = (&self.issuer.tenant, &self.issuer.id);
        let known = match self.list.take() {
            Some(list) => Some(list),
            None => status_lists::current_for_issuer(db, tenant, issuer)?,
        };
        match known {
            Some(list) => Ok(list),
            None => self.new_list(db),
        }
    }

    /// A random free place in the issuer's current list; a new list when that is as good as full.
    /// Says the list's id, its slug and the place.
    fn take_place(&mut self, db: &mut Db) -> Result<(StatusListId, String, u32), ServiceError> {
        for _ in 0..2 {
            let list = self.open_list(db)?;
            let length = u32::try_from(list.length).unwrap_or(MIN_ENTRIES).max(1);
            let random = &self.desk.random;
            let pick = || {
                let drawn = u32::from_le_bytes(random::bytes(random.as_ref())) % length;
                i32::try_from(drawn).unwrap_or(0)
            };
            if let Some(place) = status_lists::take_position(db, &list, self.desk.now, pick)? {
                let place = u32::try_from(place).map_err(internal)?;
                let taken = (list.id.clone(), list.slug.clone(), place);
                self.list = Some(list);
                return Ok(taken);
            }
            status_lists::close(db, &list.tenant, &list.id)?;
        }
        Err(ServiceError::Internal(
            "no free place in a new status list".into(),
        ))
    }

    fn note_labels(&mut self, db: &mut Db, badge: &Badge) -> Result<(), ServiceError> {
        if self.labels.is_empty() {
            let items = line_items::for_course(db, &badge.tenant, &badge.course)?;
            let named = |item: LineItem| (item.id, item.label);
            self.labels = items.into_iter().map(named).collect();
        }
        Ok(())
    }

    /// Makes the award with its signed credential. `None`: this cycle has its award already, made by whomever.
    ///
    /// # Errors
    /// What the store reports; then the transaction must be rolled back.
    pub(super) fn issue(
        &mut self,
        db: &mut Db,
        badge: &Badge,
        person: &PersonId,
        cycle: i32,
        decision: &Decision,
        record: &DecisionId,
    ) -> Result<Option<Award>, ServiceError> {
        let prepared = self.prepare(db, badge, person, cycle, decision, record)?;
        let made = self.finish(db, prepared.into_iter().collect())?;
        Ok(made.into_iter().next())
    }

    fn subject(&self, db: &mut Db, award: &Award) -> Result<Subject, ServiceError> {
        let (now, random) = (self.desk.now, self.desk.random.as_ref());
        // Version 4: an identifier of a person must not tell when it was made.
        let uuid = uuid::Builder::from_random_bytes(random::bytes(random)).into_uuid();
        let new = Subject {
            urn: uuid.urn().to_string(),
            salt: recipient::salt(random),
        };
        let (issuer, person) = (&self.issuer.id, &award.person);
        Ok(subjects::get_or_insert(
            db,
            &award.tenant,
            issuer,
            person,
            &new,
            now,
        )?)
    }

    /// Sets the bits of these credentials and publishes the list that holds them anew.
    pub(super) fn publish_revoked(
        &self,
        db: &mut Db,
        list: &StatusListId,
        places: &[i32],
    ) -> Result<(), ServiceError> {
        let tenant = &self.issuer.tenant;
        let list = status_lists::get(db, tenant, list)?.ok_or(ServiceError::NotFound("status list"))?;
        let mut bits = Bitstring::from_bytes(list.bits.clone()).map_err(internal)?;
        for place in places {
            bits.set(u32::try_from(*place).map_err(internal)?, true)
                .map_err(internal)?;
        }
        let document = self.sign_list(&list.slug, &bits)?;
        status_lists::publish(
            db,
            tenant,
            &list.id,
            list.version,
            bits.as_bytes(),
            &document,
            self.desk.now,
        )?;
        Ok(())
    }
}

pub(super) fn check_reason(reason: &str) -> Result<String, ServiceError> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > 500 {
        return Err(ServiceError::invalid(
            "award.reason",
            "Give a reason of 1 to 500 characters; the holder will read it.",
        ));
    }
    Ok(reason.to_owned())
}

/// Runs `work` in a transaction, again when another change of the same status list, or a second click at the same moment,
/// stood in its way: the next try sees what the first one did.
pub(super) async fn trying<T, F>(cairn: &Cairn, work: impl Fn() -> F) -> Result<T, ServiceError>
where
    T: Send + 'static,
    F: FnOnce(&mut Db) -> Result<T, ServiceError> + Send + 'static,
{
    for _ in 1..TRIES {
        match cairn.store.write_with(work()).await {
            Err(ServiceError::Store(StoreError::Stale | StoreError::Busy)) => {}
            done => return done,
        }
    }
    cairn.store.write_with(work()).await
}

/// The work that a decision rests on.
fn approved_work(
    db: &mut Db,
    badge: &Badge,
    person: &PersonId,
    decision: &Decision,
) -> Result<Vec<Approved>, StoreError> {
    let mut named = Vec::new();
    activities_of(&decision.tree, &mut named);
    let mut work = Vec::new();
    for id in named {
        let Some(activity) = activities::get(db, &badge.tenant, id)? else {
            continue;
        };
        let latest = submissions::latest(db, &badge.tenant, id, person)?;
        let approved = latest.filter(|latest| latest.state == SubmissionState::Approved);
        work.extend(approved.map(|submission| Approved {
            title: activity.title,
            submission,
        }));
    }
    Ok(work)
}

/// The activities whose approval a decision saw, each once.
fn activities_of<'a>(group: &'a CheckedGroup, named: &mut Vec<&'a ActivityId>) {
    for node in &group.nodes {
        match node {
            CheckedNode::Group(inner) => activities_of(inner, named),
            CheckedNode::Condition(checked) => {
                if let (Condition::EvidenceApproved { activity }, Truth::Yes) =
                    (&checked.condition, checked.truth)
                    && !named.contains(&activity)
                {
                    named.push(activity);
                }
            }
        }
    }
}
