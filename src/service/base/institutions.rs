//! Institutions, their public face and the keys: the tool's own, and those that sign badges.

use chrono::{DateTime, Utc};
use ed25519_dalek::SigningKey;
use p256::ecdsa::SigningKey as TokenSigningKey;
use zeroize::Zeroizing;

use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::issuer::{Issuer, Marks, Tenant};
use crate::domain::keys::{IssuerKey, KeyKind, KeyState};
use crate::ids::{IssuerId, KeyId, TenantId};
use crate::random::{self, Random, SharedRandom};
use crate::secrets::Vault;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::operator::Operator;
use crate::service::base::refusal::InstitutionRefusal;
use crate::store::{Db, StoreError, audit, issuers, tenants, token_keys};
use openbadges::did::{IssuerIdentity, WebKey};
use openbadges::keys::PublicKey;
use openbadges::multibase;

pub(in crate::service) const ISSUER_KEY: &str = "issuer key";
/// That of an issuer that was made for an endorser.
pub(in crate::service) const ENDORSER_KEY: &str = "endorser key";
pub(in crate::service) const TOKEN_KEY: &str = "issuer token key";
/// How many keys the key set of this host names at most: far more than one server has issuers.
const MOST_KEYS: i64 = 5_000;

/// The institution of that name with its issuer and signing key; made by the command line if there is none.
///
/// # Errors
/// A sentence for a name that cannot be used; what the store reports.
pub(crate) async fn find_or_create(cairn: &Cairn, name: &str) -> Result<(Tenant, Issuer), ServiceError> {
    let making = Making::new(cairn, name, Operator::CommandLine)?;
    // One that somebody else made at this moment is found at the second try.
    cairn
        .store
        .write_retrying(move |db| making.clone().find_or_make(db))
        .await
}

/// What it takes to make an institution inside a transaction.
#[derive(Debug, Clone)]
pub(in crate::service) struct Making {
    name: String,
    by: Actor,
    vault: Vault,
    now: DateTime<Utc>,
    random: SharedRandom,
}

impl Making {
    pub(in crate::service) fn new(cairn: &Cairn, name: &str, by: Operator<'_>) -> Result<Self, ServiceError> {
        let name = name.trim().to_owned();
        if name.is_empty() || name.chars().count() > 200 {
            return Err(InstitutionRefusal::Name.into());
        }
        let (now, random) = cairn.moment();
        Ok(Self {
            name,
            by: by.actor(),
            vault: cairn.vault.clone(),
            now,
            random,
        })
    }

    /// The institution of that name with its issuer; made if there is none, with an entry in its audit log.
    pub(in crate::service) fn find_or_make(self, db: &mut Db) -> Result<(Tenant, Issuer), ServiceError> {
        let Self {
            name,
            by,
            vault,
            now,
            random,
        } = self;
        let (found, is_new) = found_or_made(db, &name, &vault, now, random.as_ref())?;
        if is_new {
            let id = &found.0.id;
            let entry = Entry::new(id, by, Action::InstitutionMade, id.as_str(), now);
            audit::record(db, &entry, random.as_ref())?;
        }
        Ok(found)
    }
}

/// The institution, and whether it was made just now.
fn found_or_made(
    db: &mut Db,
    name: &str,
    vault: &Vault,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<((Tenant, Issuer), bool), ServiceError> {
    let known = tenants::by_name(db, name)?;
    if let Some(tenant) = &known
        && let Some(issuer) = issuers::for_tenant(db, &tenant.id)?
    {
        return Ok(((tenant.clone(), issuer), false));
    }
    let is_new = known.is_none();
    let tenant = match known {
        Some(tenant) => tenant,
        None => {
            let tenant = Tenant {
                id: TenantId::new(now, random),
                name: name.to_owned(),
                accent: None,
                time_zone: None,
                created_at: now,
            };
            tenants::insert(db, &tenant)?;
            tenant
        }
    };
    let issuer = Issuer {
        id: IssuerId::new(now, random),
        tenant: tenant.id.clone(),
        slug: free_slug(name, random),
        name: name.to_owned(),
        url: None,
        email: None,
        accent: tenant.accent,
        zone: tenant.zone(),
        marks: Marks::default(),
    };
    issuers::insert(db, &issuer, now)?;
    issuers::insert_key(db, &new_key(&issuer, vault, now, random))?;
    token_keys::insert_if_none(db, &new_token_key(&issuer, vault, now, random))?;
    Ok(((tenant, issuer), is_new))
}

/// A readable slug with a random tail: two names may give the same one, and a name may be given again.
fn free_slug(name: &str, random: &dyn Random) -> String {
    let mut slug = String::new();
    for c in name.chars().take(40) {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let tail = hex::encode(random::bytes::<4>(random));
    if slug.is_empty() {
        tail
    } else {
        format!("{}-{tail}", slug.trim_end_matches('-'))
    }
}

pub(crate) fn new_key(issuer: &Issuer, vault: &Vault, now: DateTime<Utc>, random: &dyn Random) -> IssuerKey {
    let secret = Zeroizing::new(random::bytes::<32>(random));
    let key = SigningKey::from_bytes(&secret);
    IssuerKey {
        id: KeyId::new(now, random),
        tenant: issuer.tenant.clone(),
        issuer: issuer.id.clone(),
        kind: KeyKind::Ed25519,
        public_multibase: multibase::encode_key(&key.verifying_key()),
        sealed_secret: vault.seal(ISSUER_KEY, secret.as_slice(), random),
        state: KeyState::Active,
        created_at: now,
    }
}

/// A key for tokens.
pub(in crate::service) fn new_token_key(
    issuer: &Issuer,
    vault: &Vault,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> IssuerKey {
    // Nearly every 32 bytes are a secret of P-256; those that are none are drawn again.
    let (secret, key) = loop {
        let secret = Zeroizing::new(random::bytes::<32>(random));
        if let Ok(key) = TokenSigningKey::from_slice(secret.as_slice()) {
            break (secret, key);
        }
    };
    IssuerKey {
        id: KeyId::new(now, random),
        tenant: issuer.tenant.clone(),
        issuer: issuer.id.clone(),
        kind: KeyKind::Es256,
        public_multibase: PublicKey::from(key.verifying_key()).multikey(),
        sealed_secret: vault.seal(TOKEN_KEY, secret.as_slice(), random),
        state: KeyState::Active,
        created_at: now,
    }
}

/// The key that signs the issuer's tokens; made now if there is none, as for issuers from before there were tokens. Run it
/// in a transaction.
pub(crate) fn active_token_key(
    db: &mut Db,
    issuer: &Issuer,
    vault: &Vault,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<IssuerKey, StoreError> {
    match token_keys::active(db, &issuer.tenant, &issuer.id)? {
        Some(key) => Ok(key),
        None => token_keys::insert_if_none(db, &new_token_key(issuer, vault, now, random)),
    }
}

/// Every key of an issuer, retired and withdrawn ones too: those that sign documents, then those that sign tokens, each oldest first.
pub(crate) fn all_keys(db: &mut Db, issuer: &Issuer) -> Result<Vec<IssuerKey>, StoreError> {
    let mut keys = issuers::all_keys(db, &issuer.tenant, &issuer.id)?;
    keys.extend(token_keys::all(db, &issuer.tenant, &issuer.id)?);
    Ok(keys)
}

/// The private half of a stored key for tokens.
///
/// # Errors
/// When the master key is not the one it was sealed with.
pub(crate) fn token_signing_key(vault: &Vault, key: &IssuerKey) -> Result<TokenSigningKey, ServiceError> {
    let secret = vault.open(TOKEN_KEY, &key.sealed_secret)?;
    TokenSigningKey::from_slice(&secret)
        .map_err(|_| ServiceError::Internal(format!("key {} is no secret of P-256", key.id)))
}

/// Whether the private half of a stored key, of either kind, can be used.
///
/// # Errors
/// As [`signing_key`] and [`token_signing_key`].
pub(crate) fn can_be_used(vault: &Vault, key: &IssuerKey) -> Result<(), ServiceError> {
    match key.kind {
        KeyKind::Ed25519 => signing_key(vault, key).map(|_| ()),
        KeyKind::Es256 => token_signing_key(vault, key).map(|_| ()),
    }
}

/// The private half of a stored key.
///
/// # Errors
/// When the master key is not the one it was sealed with.
pub(crate) fn signing_key(vault: &Vault, key: &IssuerKey) -> Result<SigningKey, ServiceError> {
    let secret = vault.open(ISSUER_KEY, &key.sealed_secret)?;
    let secret = <[u8; 32]>::try_from(secret.as_slice())
        .map_err(|_| ServiceError::Internal(format!("key {} is not 32 bytes", key.id)))?;
    Ok(SigningKey::from_bytes(&Zeroizing::new(secret)))
}

/// The public identity of an issuer: its `did:web`, and the addresses below it.
///
/// # Errors
/// When the identity origin cannot be part of a DID.
pub(crate) fn identity(cairn: &Cairn, issuer: &Issuer) -> Result<IssuerIdentity, ServiceError> {
    IssuerIdentity::new(&cairn.settings.identity(), &issuer.slug)
        .map_err(|error| ServiceError::Internal(error.to_string()))
}

/// The `did:web` of an issuer, for people to read.
#[must_use]
pub(crate) fn did(cairn: &Cairn, issuer: &Issuer) -> String {
    identity(cairn, issuer).map_or_else(|error| error.to_string(), |identity| identity.did().to_owned())
}

/// Every issuer with its keys, for the command line.
pub(crate) async fn issuer_keys(cairn: &Cairn) -> Result<Vec<(Issuer, Vec<IssuerKey>)>, ServiceError> {
    let found = cairn.store.read(|db| {
        let mut found = Vec::new();
        for tenant in tenants::list(db)? {
            if let Some(issuer) = issuers::for_tenant(db, &tenant.id)? {
                let keys = all_keys(db, &issuer)?;
                found.push((issuer, keys));
            }
        }
        Ok(found)
    });
    Ok(found.await?)
}

/// An issuer's public page: itself, and its DID document as JSON.
///
/// # Errors
/// [`ServiceError::NotFound`] for an unknown slug.
pub(crate) async fn did_document(cairn: &Cairn, slug: &str) -> Result<serde_json::Value, ServiceError> {
    let (issuer, keys) = by_slug(cairn, slug).await?;
    document(&identity(cairn, &issuer)?, &keys)
}

/// The DID document of an identity with these keys, old ones as well, but not those that are withdrawn.
///
/// # Errors
/// [`ServiceError::Internal`] when it cannot be written as JSON, which does not happen.
pub(crate) fn document(
    identity: &IssuerIdentity,
    keys: &[IssuerKey],
) -> Result<serde_json::Value, ServiceError> {
    let published = keys.iter().filter(|key| key.state != KeyState::Withdrawn);
    let keys: Vec<PublicKey> = published.filter_map(public).collect();
    serde_json::to_value(identity.document(&keys)).map_err(|error| ServiceError::Internal(error.to_string()))
}

fn public(key: &IssuerKey) -> Option<PublicKey> {
    PublicKey::from_multikey(&key.public_multibase).ok()
}

/// The key set of this host, with the keys for tokens of every issuer (Open Badges 3.0 Implementation Guide, "Key
/// provenance").
pub(crate) async fn key_set(cairn: &Cairn) -> Result<serde_json::Value, ServiceError> {
    let found = cairn
        .store
        .read(|db| token_keys::published(db, MOST_KEYS))
        .await?;
    let origin = cairn.settings.identity();
    let mut keys: Vec<WebKey> = Vec::with_capacity(found.len());
    for (slug, key) in &found {
        let identity = IssuerIdentity::new(&origin, slug);
        let identity = identity.map_err(|error| ServiceError::Internal(error.to_string()))?;
        keys.extend(public(key).map(|key| identity.web_key(&key)));
    }
    Ok(serde_json::json!({ "keys": keys }))
}

/// An issuer by its public slug, with all its keys.
///
/// # Errors
/// [`ServiceError::NotFound`] for an unknown slug.
pub(crate) async fn by_slug(cairn: &Cairn, slug: &str) -> Result<(Issuer, Vec<IssuerKey>), ServiceError> {
    let slug = slug.to_owned();
    let found = cairn.store.read(move |db| {
        let Some(issuer) = issuers::by_slug(db, &slug)? else {
            return Ok(None);
        };
        let keys = all_keys(db, &issuer)?;
        Ok(Some((issuer, keys)))
    });
    found.await?.ok_or(ServiceError::NotFound("issuer"))
}
