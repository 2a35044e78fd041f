//! The salted hash of a holder's e-mail address in what is signed, so that whoever knows the address can check whose the
//! badge is. A holder chooses it for badges that they earn from then on, here, and for each that they have when they have it
//! signed anew ([`super::reissuing`]). What was signed keeps the address that it was made of, until it is signed anew where
//! the students are minors by then: nothing of an address is signed there, whatever was before.

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::domain::audit::Action;
use crate::domain::email_hash::{self, NoHash};
use crate::domain::people::Person;
use crate::ids::{PersonId, TenantId};
use crate::random::Random;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::minors;
use crate::service::base::refusal::CredentialRefusal;
use crate::service::base::session::Visitor;
use crate::store::{Db, StoreError, audit, people};
use openbadges::OpenBadgeCredential;
use openbadges::credential::IdentityObject;
use openbadges::recipient;

/// What a visitor has chosen, and may choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    /// Since when it stands in new badges.
    pub(crate) since: Option<DateTime<Utc>>,
    /// The address that it would be made of now, or why there is none.
    pub(crate) address: Result<String, NoHash>,
}

/// What the visitor has chosen.
///
/// # Errors
/// What the store reports.
#[tracing::instrument(name = "email_hash.chosen", level = "debug", skip_all)]
pub(crate) async fn chosen(cairn: &Cairn, visitor: &Visitor) -> Result<Choice, ServiceError> {
    let visitor = visitor.clone();
    let found = cairn.store.read(move |db| {
        let policy = minors::policy_of(db, visitor.tenant(), &visitor.person.id)?;
        Ok(Choice {
            since: people::email_hash_since(db, visitor.tenant(), &visitor.person.id)?,
            address: email_hash::address(&visitor.person, &policy).map(str::to_owned),
        })
    });
    Ok(found.await?)
}

/// Sets whether the visitor's badges from now on have it. Choosing twice is choosing once; switching it off is possible
/// whatever else holds.
///
/// # Errors
/// [`ServiceError::Masquerade`] for whoever acts as them; [`ServiceError::Refused`] where there is none for them.
#[tracing::instrument(name = "email_hash.choose", skip_all)]
pub(crate) async fn choose(cairn: &Cairn, visitor: &Visitor, on: bool) -> Result<(), ServiceError> {
    visitor.act_for_oneself()?;
    let (now, random) = cairn.moment();
    let visitor = visitor.clone();
    let chosen = cairn.store.write_with(move |db| -> Result<(), ServiceError> {
        if on {
            allowed(db, &visitor.person)?;
        }
        let (tenant, person) = (visitor.tenant(), &visitor.person.id);
        if !people::set_email_hash(db, tenant, person, on.then_some(now))? {
            return Ok(());
        }
        let entry = visitor.entry(Action::EmailHashChosen, person.as_str(), now);
        let entry = entry.detail(json!({ "on": on }));
        Ok(audit::record(db, &entry, random.as_ref())?)
    });
    chosen.await
}

/// The address of which a hash may be signed for somebody.
fn allowed(db: &mut Db, person: &Person) -> Result<String, ServiceError> {
    let policy = minors::policy_of(db, &person.tenant, &person.id)?;
    let address = email_hash::address(person, &policy).map_err(CredentialRefusal::EmailHash)?;
    Ok(address.to_owned())
}

/// What a badge that is awarded to somebody now says of their address: nothing, unless they chose it and it still may be.
///
/// # Errors
/// What the store reports.
pub(in crate::service) fn of_new_badge(
    db: &mut Db,
    person: &Person,
    random: &dyn Random,
) -> Result<Option<IdentityObject>, StoreError> {
    if person.email.is_none() || people::email_hash_since(db, &person.tenant, &person.id)?.is_none() {
        return Ok(None);
    }
    let policy = minors::policy_of(db, &person.tenant, &person.id)?;
    let address = email_hash::address(person, &policy).ok();
    Ok(address.map(|address| recipient::email(address, random)))
}

/// Whether a document can be checked against an address.
#[must_use]
pub(super) fn stands_in(document: &OpenBadgeCredential) -> bool {
    document.credential_subject.identifier.iter().any(is_one)
}

/// Puts a hash of the person's address of now into a document that has none, or takes out what is there. One that is there
/// stays as it is when the address changed since: whoever was told that one could not check the badge any more, and its holder
/// takes it out first to have the other. Where none may be signed by now it goes, also if its holder did not ask for that.
///
/// # Errors
/// [`ServiceError::Refused`] where a new one is wanted and there is none for them.
pub(super) fn say(
    db: &mut Db,
    document: &mut OpenBadgeCredential,
    person: &Person,
    said: bool,
    random: &dyn Random,
) -> Result<(), ServiceError> {
    if !said {
        take_out(document);
    } else if stands_in(document) {
        keep_to_policy(db, &person.tenant, &person.id, document)?;
    } else {
        let identity = recipient::email(&allowed(db, person)?, random);
        document.credential_subject.identifier.push(identity);
    }
    Ok(())
}

/// Takes out of a document that is about to be signed anew what may be signed of no address by now.
///
/// # Errors
/// What the store reports.
pub(super) fn keep_to_policy(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
    document: &mut OpenBadgeCredential,
) -> Result<(), StoreError> {
    if stands_in(document) && !minors::policy_of(db, tenant, person)?.signs_addresses() {
        take_out(document);
    }
    Ok(())
}

fn take_out(document: &mut OpenBadgeCredential) {
    document.credential_subject.identifier.retain(|one| !is_one(one));
}

fn is_one(identity: &IdentityObject) -> bool {
    identity.identity_type == recipient::EMAIL
}
