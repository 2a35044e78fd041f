//! Whom no reading and no launch may bring back: people who were erased and whom a platform goes on naming, until they
//! launch again and agree. What is kept of each of their names is an HMAC under a key of the institution, since a name may be
//! a small number; without the master key nobody can tell whose it was.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::ids::{ErasureId, PersonId, PlatformId, TenantId};
use crate::random::{self, Random};
use crate::secrets::Vault;
use crate::service::base::error::ServiceError;
use crate::store::tombstones::{self, Tombstone};
use crate::store::{Db, StoreError, identities, joins};

/// What the keys are encrypted for.
pub(crate) const PURPOSE: &str = "tombstone key";

/// Sees to it that an institution has a key, before anybody is erased there.
pub(crate) fn prepare(
    db: &mut Db,
    vault: &Vault,
    tenant: &TenantId,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let secret = Zeroizing::new(random::bytes::<32>(random));
    tombstones::insert_key(db, tenant, &vault.seal(PURPOSE, secret.as_slice(), random), now)
}

/// Remembers all names of somebody who is about to be erased, also those that they had before platforms were joined. Run it
/// in the transaction that erases them, after [`prepare`].
///
/// # Errors
/// When the master key is not the one that the key was sealed with.
pub(crate) fn bury(
    db: &mut Db,
    vault: &Vault,
    tenant: &TenantId,
    person: &PersonId,
    erasure: &ErasureId,
    now: DateTime<Utc>,
) -> Result<(), ServiceError> {
    let sealed = tombstones::key_alone(db, tenant)?.ok_or(StoreError::Missing("tombstone key"))?;
    let key = vault.open(PURPOSE, &sealed)?;
    for (platform, sub) in identities::of_person(db, tenant, person)? {
        let mut platforms = joins::platforms_before(db, tenant, &platform, &sub)?;
        platforms.push(platform);
        for platform in &platforms {
            tombstones::insert(db, tenant, &digest(&key, platform, &sub), erasure, now)?;
        }
    }
    Ok(())
}

/// The names of a platform, to be held against those of people who were erased.
pub(crate) struct Erased {
    key: Zeroizing<Vec<u8>>,
    tenant: TenantId,
    /// The platform, and those that were joined into it.
    platforms: Vec<PlatformId>,
}

impl Erased {
    /// None where nobody of the institution has ever asked for it. Until the transaction ends nobody is erased there.
    ///
    /// # Errors
    /// When the master key is not the one that the key was sealed with.
    pub(crate) fn at(
        db: &mut Db,
        vault: &Vault,
        tenant: &TenantId,
        platform: &PlatformId,
    ) -> Result<Option<Self>, ServiceError> {
        let Some(sealed) = tombstones::key(db, tenant)? else {
            return Ok(None);
        };
        Ok(Some(Self {
            key: vault.open(PURPOSE, &sealed)?,
            platforms: joins::platforms_within(db, tenant, platform)?,
            tenant: tenant.clone(),
        }))
    }

    /// What is left of the person whom the platform calls so, if they were erased: each of the digests with what it says.
    pub(crate) fn of(&self, db: &mut Db, sub: &str) -> Result<BTreeMap<String, Tombstone>, StoreError> {
        let digests: Vec<String> = self.digests(sub).collect();
        tombstones::among(db, &self.tenant, &digests)
    }

    /// Those of `subs` who were erased.
    pub(crate) fn among<'a>(
        &self,
        db: &mut Db,
        subs: impl IntoIterator<Item = &'a str>,
    ) -> Result<BTreeSet<&'a str>, StoreError> {
        let mut asked: BTreeMap<String, &'a str> = BTreeMap::new();
        for sub in subs {
            asked.extend(self.digests(sub).map(|digest| (digest, sub)));
        }
        let digests: Vec<String> = asked.keys().cloned().collect();
        let found = tombstones::among(db, &self.tenant, &digests)?;
        Ok(found
            .keys()
            .filter_map(|digest| asked.get(digest).copied())
            .collect())
    }

    fn digests(&self, sub: &str) -> impl Iterator<Item = String> {
        self.platforms
            .iter()
            .map(move |platform| digest(&self.key, platform, sub))
    }
}

/// HMAC-SHA-256 of a platform and what it calls somebody, in lower-case hex.
fn digest(key: &[u8], platform: &PlatformId, sub: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        // HMAC takes keys of every length.
        return String::new();
    };
    mac.update(platform.as_str().as_bytes());
    mac.update(&[0]);
    mac.update(sub.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_hidden_by_its_key_and_belongs_to_its_platform() {
        let of = |key: &[u8], platform: &str, sub: &str| digest(key, &platform.into(), sub);
        let one = of(&[1; 32], "moodle", "17");
        assert_eq!(one.len(), 64);
        assert_eq!(one, of(&[1; 32], "moodle", "17"));
        assert_ne!(one, of(&[2; 32], "moodle", "17"), "another institution");
        assert_ne!(one, of(&[1; 32], "canvas", "17"), "another platform");
        assert_ne!(one, of(&[1; 32], "moodle1", "7"), "another name");
    }
}
