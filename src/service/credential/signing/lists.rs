//! The places of credentials in status lists, and the lists as they are published.

use chrono::TimeDelta;

use super::{Signer, internal};
use crate::ids::StatusListId;
use crate::random;
use crate::service::base::error::ServiceError;
use crate::store::status_lists::StatusList;
use crate::store::{Db, status_lists};
use openbadges::did::IssuerIdentity;
use openbadges::status::{Bitstring, MIN_ENTRIES, StatusListCredential};
use openbadges::{jwt, proof};

/// How long a published list holds. It is signed anew each day, so that only a service that is off lets one run out.
const HOLDS: TimeDelta = TimeDelta::days(30);

/// A list in both forms.
struct Forms {
    document: String,
    token: String,
}

impl Signer {
    fn list(
        &self,
        identity: &IssuerIdentity,
        slug: &str,
        bits: &Bitstring,
    ) -> Result<StatusListCredential, ServiceError> {
        let url = identity.status_url(slug);
        StatusListCredential::revocation(&url, identity.did(), bits, self.context.now).map_err(internal)
    }

    fn sign_list(&self, slug: &str, bits: &Bitstring) -> Result<Forms, ServiceError> {
        let list = self
            .list(&self.identity, slug, bits)?
            .until(self.context.now + HOLDS);
        let key_id = self.identity.verification_method(self.token_key.verifying_key());
        let token = jwt::sign_list(&list, &self.token_key, &key_id).map_err(internal)?;
        Ok(Forms {
            document: self.sign(&list)?,
            token: token.into_string(),
        })
    }

    /// The list for an archive: as of now and without an end, since nobody signs it anew there. `identity` is that of the badges
    /// that name it: the present one of this issuer, or a former one.
    pub(in crate::service) fn list_to_keep(
        &self,
        identity: &IssuerIdentity,
        list: &StatusList,
    ) -> Result<String, ServiceError> {
        let bits = Bitstring::from_bytes(list.bits.clone()).map_err(internal)?;
        let document = self.list(identity, &list.slug, &bits)?;
        let method = identity.verification_method(&self.key.verifying_key());
        let signed = proof::sign(&document, &self.key, &method, self.context.now).map_err(internal)?;
        Ok(signed.into_string())
    }

    fn new_list(&self, db: &mut Db) -> Result<StatusList, ServiceError> {
        let bits = Bitstring::default();
        let slug = hex::encode(random::bytes::<8>(self.context.random.as_ref()));
        let Forms { document, token } = self.sign_list(&slug, &bits)?;
        let list = StatusList {
            id: StatusListId::new(self.context.now, self.context.random.as_ref()),
            tenant: self.issuer.tenant.clone(),
            issuer: self.issuer.id.clone(),
            length: i32::try_from(bits.entries()).map_err(internal)?,
            taken: 0,
            open: true,
            document,
            token: Some(token),
            slug,
            bits: bits.as_bytes().to_vec(),
            version: 1,
            updated_at: self.context.now,
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
    pub(crate) fn take_place(&mut self, db: &mut Db) -> Result<(StatusListId, String, u32), ServiceError> {
        for _ in 0..2 {
            let list = self.open_list(db)?;
            let length = u32::try_from(list.length).unwrap_or(MIN_ENTRIES).max(1);
            let random = &self.context.random;
            let pick = || {
                let drawn = u32::from_le_bytes(random::bytes(random.as_ref())) % length;
                i32::try_from(drawn).unwrap_or(0)
            };
            if let Some(place) = status_lists::take_position(db, &list, self.context.now, pick)? {
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

    /// Sets the bits of these credentials and publishes the list that holds them anew.
    pub(in crate::service) fn publish_revoked(
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
        self.publish(db, &list, &bits)
    }

    /// Publishes a list with the same bits under a new signature.
    pub(in crate::service) fn publish_again(
        &self,
        db: &mut Db,
        list: &StatusList,
    ) -> Result<(), ServiceError> {
        let bits = Bitstring::from_bytes(list.bits.clone()).map_err(internal)?;
        self.publish(db, list, &bits)
    }

    fn publish(&self, db: &mut Db, list: &StatusList, bits: &Bitstring) -> Result<(), ServiceError> {
        let Forms { document, token } = self.sign_list(&list.slug, bits)?;
        let signed = status_lists::Signed {
            bits: bits.as_bytes(),
            document: &document,
            token: &token,
        };
        let now = self.context.now;
        status_lists::publish(db, &list.tenant, &list.id, list.version, &signed, now)?;
        Ok(())
    }
}
