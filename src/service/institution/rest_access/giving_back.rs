//! Giving tokens back: Canvas forgets them, and so do we.

use super::switched;
use crate::domain::audit::{Action, Entry};
use crate::domain::rest_access::{Access, Grant, GrantState, Interface};
use crate::ids::{PersonId, PlatformId, TenantId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::operator::Operator;
use crate::service::base::rest_access::{RestTrouble, TOKEN, allowed, fresh, oauth, open};
use crate::store::{audit, rest_accesses};

/// How often a token is given back that another one takes the place of.
const TRIES: u32 = 3;

/// What became of tokens that were to be given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GivenBack {
    /// The platform forgot every one, or had forgotten it before.
    All,
    /// Those of Moodle are deleted there by hand.
    ByHand,
    /// The platform was out of reach: they are deleted here, and may live there.
    NotAll,
}

/// Gives every token of a platform back and deletes it here, with the key. Doing it twice is doing it once.
///
/// # Errors
/// [`ServiceError::NotFound`] for a platform out of reach; that it was never switched on.
#[tracing::instrument(name = "rest_access.revoke", skip_all, fields(platform = id.as_str()))]
pub(crate) async fn revoke<'a>(
    cairn: &Cairn,
    by: impl Into<Operator<'a>>,
    id: &PlatformId,
) -> Result<GivenBack, ServiceError> {
    let by = by.into();
    let (scope, at) = (by.scope(), id.clone());
    let (access, grants) = cairn
        .store
        .write_with(move |db| -> Result<_, ServiceError> {
            let (tenant, mut access) = switched(db, &scope, &at)?;
            // From here on nobody begins to renew one.
            access.is_on = false;
            rest_accesses::save(db, &access)?;
            let grants = rest_accesses::grants(db, &tenant, &access.id)?;
            Ok((access, grants))
        })
        .await?;
    let mut given_back = GivenBack::All;
    for grant in grants {
        match to_the_last(cairn, &access, grant).await? {
            GivenBack::All => {}
            other => given_back = other,
        }
    }
    let (now, random) = cairn.moment();
    let (actor, id) = (by.actor(), id.clone());
    let removed = cairn.store.write(move |db| {
        rest_accesses::remove(db, &access.tenant, &access.id)?;
        let entry = Entry::new(&access.tenant, actor, Action::RestRevoked, id.as_str(), now);
        audit::record(db, &entry, random.as_ref())
    });
    removed.await?;
    Ok(given_back)
}

/// Gives a token back, and whichever took its place while that was done.
async fn to_the_last(cairn: &Cairn, access: &Access, mut grant: Grant) -> Result<GivenBack, ServiceError> {
    for _ in 0..TRIES {
        let given_back = give_back(cairn, access, &grant).await?;
        let (tenant, id) = (grant.tenant.clone(), grant.id.clone());
        let stored = cairn
            .store
            .read(move |db| rest_accesses::grant(db, &tenant, &id))
            .await?;
        match stored.filter(|stored| stored.version != grant.version) {
            Some(newer) => grant = newer,
            None => return Ok(given_back),
        }
    }
    Ok(GivenBack::NotAll)
}

/// Gives one token back. Nothing changes here.
///
/// # Errors
/// Trouble of ours alone.
pub(super) async fn give_back(
    cairn: &Cairn,
    access: &Access,
    grant: &Grant,
) -> Result<GivenBack, ServiceError> {
    if access.interface == Interface::Moodle {
        return Ok(GivenBack::ByHand);
    }
    // Canvas has forgotten it already.
    if grant.state == GrantState::Consent {
        return Ok(GivenBack::All);
    }
    let address = match allowed(cairn, access).await {
        Ok(address) => address,
        Err(RestTrouble::Failed(error)) => return Err(error),
        Err(_) => return Ok(GivenBack::NotAll),
    };
    // With a token that has ended nothing is given back, while the one for the next lives on: it is renewed first.
    let is_over = grant
        .tokens
        .expires_at
        .is_some_and(|end| end <= cairn.clock.now());
    let token = if is_over {
        match fresh(cairn, access, grant).await {
            Ok(tokens) => tokens.access,
            Err(RestTrouble::Consent) => return Ok(GivenBack::All),
            Err(RestTrouble::Failed(error)) => return Err(error),
            Err(RestTrouble::Refused(_) | RestTrouble::Away(_)) => return Ok(GivenBack::NotAll),
        }
    } else {
        open(cairn, TOKEN, &grant.tokens.token)?
    };
    Ok(match oauth(cairn, &address).revoke(&address, &token).await {
        Ok(()) => GivenBack::All,
        Err(_) => GivenBack::NotAll,
    })
}

/// Gives back what somebody who is erased let be read.
///
/// # Errors
/// Trouble of ours alone.
#[tracing::instrument(name = "rest_access.of_erased", skip_all)]
pub(crate) async fn of_erased(
    cairn: &Cairn,
    tenant: &TenantId,
    person: &PersonId,
) -> Result<(), ServiceError> {
    let (of, whose) = (tenant.clone(), person.clone());
    let found = cairn.store.read(move |db| {
        let mut found = Vec::new();
        for grant in rest_accesses::of_person(db, &of, &whose)? {
            let access = rest_accesses::get(db, &of, &grant.access)?;
            found.extend(access.map(|access| (access, grant)));
        }
        Ok(found)
    });
    for (access, grant) in found.await? {
        unused(give_back(cairn, &access, &grant).await);
    }
    Ok(())
}

/// What becomes of a token that is replaced or forgotten anyway is for the log.
pub(super) fn unused(given_back: Result<GivenBack, ServiceError>) {
    match given_back {
        Ok(GivenBack::All | GivenBack::ByHand) => {}
        Ok(GivenBack::NotAll) => tracing::warn!("a token that is not used any more could not be given back"),
        Err(error) => tracing::warn!(%error, "a token that is not used any more could not be given back"),
    }
}
