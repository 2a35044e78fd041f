//! Institutions and their issuers in the console: made, renamed, and given a new signing key.

use serde_json::json;
use url::Url;

use crate::domain::issuer::{Issuer, Tenant};
use crate::ids::TenantId;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::institutions;
use crate::service::institution::administrators::{Administrator, Deed, Scope, links, moment, note};
use crate::store::console::{Counts, counts};
use crate::store::issuers::{IssuerKey, KeyState};
use crate::store::{Db, StoreError, issuers, tenants, token_keys};

/// An institution with its public face.
#[derive(Debug, Clone)]
pub struct Institution {
    pub tenant: Tenant,
    pub issuer: Issuer,
    /// Those that sign documents, then those that sign tokens; each oldest first.
    pub keys: Vec<IssuerKey>,
    pub counts: Counts,
}

/// What a form about an institution holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Face {
    /// What administrators call it.
    pub name: String,
    /// What badges say of who issued them.
    pub issuer_name: String,
    pub url: Option<String>,
    pub email: Option<String>,
}

/// Every institution that this administrator sees, oldest first.
pub async fn list(cairn: &Cairn, admin: &Administrator) -> Result<Vec<Institution>, ServiceError> {
    let scope = admin.scope.clone();
    let found = cairn.store.read_with(move |db| {
        let mut all = Vec::new();
        for tenant in seen(db, &scope)? {
            all.extend(whole(db, tenant)?);
        }
        Ok(all)
    });
    found.await
}

fn seen(db: &mut Db, scope: &Scope) -> Result<Vec<Tenant>, ServiceError> {
    Ok(match scope {
        Scope::Everything => tenants::list(db)?,
        Scope::Tenant(id) => tenants::get(db, id)?.into_iter().collect(),
    })
}

fn whole(db: &mut Db, tenant: Tenant) -> Result<Option<Institution>, ServiceError> {
    let Some(issuer) = issuers::for_tenant(db, &tenant.id)? else {
        return Ok(None);
    };
    Ok(Some(Institution {
        keys: institutions::all_keys(db, &issuer)?,
        counts: counts(db, &tenant.id)?,
        tenant,
        issuer,
    }))
}

/// One institution.
///
/// # Errors
/// [`ServiceError::NotFound`] for one that this administrator does not see.
pub async fn get(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
) -> Result<Institution, ServiceError> {
    admin.scope.allows(tenant)?;
    let id = tenant.clone();
    let found = cairn.store.read_with(move |db| {
        let tenant = tenants::get(db, &id)?.ok_or(ServiceError::NotFound("institution"))?;
        whole(db, tenant)?.ok_or(ServiceError::NotFound("institution"))
    });
    found.await
}

/// Makes an institution with an issuer of the same name and a signing key.
///
/// # Errors
/// [`ServiceError::Forbidden`] for administrators of one institution; a sentence for a name that cannot be used or is
/// taken.
pub async fn create(cairn: &Cairn, admin: &Administrator, name: &str) -> Result<TenantId, ServiceError> {
    admin.scope.everything()?;
    let name = checked_name(name)?;
    let wanted = name.clone();
    let known = cairn.store.read(move |db| tenants::by_name(db, &wanted)).await?;
    if known.is_some() {
        return Err(ServiceError::conflict(
            "institution.known",
            "There is an institution of that name already. Choose another name.",
        ));
    }
    let (tenant, _) = institutions::find_or_create(cairn, &name).await?;
    let (now, random) = moment(cairn);
    let (id, actor) = (tenant.id.clone(), admin.actor.clone());
    let noted = cairn.store.write(move |db| {
        let deed = Deed {
            action: "institution.made",
            subject: id.as_str(),
            detail: json!({}),
        };
        note(db, &id, Some(&actor), &deed, now, random.as_ref())
    });
    noted.await?;
    Ok(tenant.id)
}

fn checked_name(name: &str) -> Result<String, ServiceError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 200 {
        return Err(ServiceError::invalid(
            "institution.name",
            "Give the institution a name of 1 to 200 characters.",
        ));
    }
    Ok(name.to_owned())
}

/// Changes what an institution and its issuer are called. Badges that were issued keep what was signed.
///
/// # Errors
/// As [`get`]; a sentence for each value that cannot be used.
pub async fn change(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    face: Face,
) -> Result<(), ServiceError> {
    let known = get(cairn, admin, tenant).await?;
    let name = checked_name(&face.name)?;
    let issuer_name = face.issuer_name.trim().to_owned();
    if issuer_name.is_empty() || issuer_name.chars().count() > 200 {
        return Err(ServiceError::invalid(
            "issuer.name",
            "Give the issuer a name of 1 to 200 characters; it stands on every badge.",
        ));
    }
    let url = face.url.as_deref().map(site).transpose()?;
    let email = face.email.as_deref().map(links::email).transpose()?;
    let issuer = Issuer {
        name: issuer_name,
        url,
        email,
        ..known.issuer
    };
    let (now, random) = moment(cairn);
    let (tenant, actor) = (tenant.clone(), admin.actor.clone());
    let changed = cairn.store.write_with(move |db| -> Result<(), ServiceError> {
        // Institutions are found by name: by the command line, and when somebody signs in at a provider.
        let taken = || {
            ServiceError::invalid(
                "institution.name",
                "There is another institution of that name. Choose another name.",
            )
        };
        if tenants::by_name(db, &name)?.is_some_and(|one| one.id != tenant) {
            return Err(taken());
        }
        match tenants::rename(db, &tenant, &name) {
            // Somebody gave it at this moment.
            Err(StoreError::AlreadyThere(_)) => return Err(taken()),
            done => done?,
        }
        issuers::update(db, &issuer)?;
        let deed = Deed {
            action: "institution.changed",
            subject: tenant.as_str(),
            detail: json!({"name": name, "issuer": issuer.name, "url": issuer.url, "email": issuer.email}),
        };
        Ok(note(db, &tenant, Some(&actor), &deed, now, random.as_ref())?)
    });
    changed.await
}

fn site(text: &str) -> Result<String, ServiceError> {
    let url = Url::parse(text.trim()).ok().filter(|url| {
        matches!(url.scheme(), "https" | "http")
            && url.has_host()
            && url.username().is_empty()
            && url.as_str().len() <= 2_000
    });
    url.map(String::from).ok_or_else(|| {
        ServiceError::invalid(
            "issuer.url",
            "Type the whole address of the institution’s site, for instance https://school.example.",
        )
    })
}

/// Gives the issuer a new signing key of each kind. The old ones stay in `did.json`, so that what they signed still verifies.
/// `expected` is the public key that signs documents now, as the review page showed it.
///
/// # Errors
/// As [`get`]; [`ServiceError::Conflict`] when another key signs by now: then the new one is there already.
pub async fn rotate(
    cairn: &Cairn,
    admin: Option<&Administrator>,
    tenant: &TenantId,
    expected: &str,
) -> Result<(), ServiceError> {
    if let Some(admin) = admin {
        admin.scope.allows(tenant)?;
    }
    let (now, random) = moment(cairn);
    let (vault, tenant, expected) = (cairn.vault.clone(), tenant.clone(), expected.to_owned());
    let actor = admin.map(|admin| admin.actor.clone());
    let rotated = cairn.store.write_with(move |db| {
        let issuer = issuers::for_tenant(db, &tenant)?.ok_or(ServiceError::NotFound("issuer"))?;
        let active = issuers::active_key(db, &tenant, &issuer.id)?;
        if active.is_some_and(|key| key.public_multibase != expected) {
            return Err(ServiceError::conflict(
                "issuer-key.changed",
                "Another key signs by now: somebody has changed it since this page was made. Nothing was done twice.",
            ));
        }
        let key = IssuerKey {
            state: KeyState::Active,
            ..institutions::new_key(&issuer, &vault, now, random.as_ref())
        };
        issuers::replace_active_key(db, &key)?;
        let token_key = institutions::new_token_key(&issuer, &vault, now, random.as_ref());
        token_keys::replace_active(db, &token_key)?;
        let deed = Deed {
            action: "issuer-key.rotated",
            subject: issuer.id.as_str(),
            detail: json!({"before": expected, "after": key.public_multibase, "tokens": token_key.public_multibase}),
        };
        Ok(note(db, &tenant, actor.as_ref(), &deed, now, random.as_ref())?)
    });
    rotated.await
}
