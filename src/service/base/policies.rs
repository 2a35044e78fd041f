//! What an institution lets its courses do, asked wherever it matters. Setting it is [`crate::service::institution::policies`].

use crate::domain::policy::{Power, Powers};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::session::Visitor;
use crate::store::{Db, StoreError, policies};

/// Requires that the visitor's institution lets them use that power. Run it in the transaction that uses it.
///
/// # Errors
/// [`ServiceError::Policy`] when it does not.
pub(in crate::service) fn require(db: &mut Db, visitor: &Visitor, power: Power) -> Result<(), ServiceError> {
    has_role(visitor, power)?;
    let policy = policies::get(db, visitor.tenant())?;
    Ok(policy.allows(power, visitor.session.asker())?)
}

/// Whether the visitor is somebody to whom the institution could leave that power.
fn has_role(visitor: &Visitor, power: Power) -> Result<(), ServiceError> {
    match power {
        Power::Create | Power::Approve | Power::Place | Power::Review | Power::Endorse => visitor.teach(),
        Power::Revoke => visitor.take_back(),
    }
}

/// Whether [`require`] would let an instructor: for what a page asks of those who may answer.
pub(in crate::service) fn may(db: &mut Db, visitor: &Visitor, power: Power) -> Result<bool, StoreError> {
    let policy = policies::get(db, visitor.tenant())?;
    Ok(!visitor.session.reading && policy.allows(power, visitor.session.asker()).is_ok())
}

/// What the visitor's institution lets them do: for pages, which offer nothing that would be refused.
pub(crate) async fn powers(cairn: &Cairn, visitor: &Visitor) -> Result<Powers, ServiceError> {
    let visitor = visitor.clone();
    Ok(cairn.store.read(move |db| powers_of(db, &visitor)).await?)
}

/// As [`powers`], for whoever reads already.
///
/// # Errors
/// What the store reports.
pub(in crate::service) fn powers_of(db: &mut Db, visitor: &Visitor) -> Result<Powers, StoreError> {
    let policy = policies::get(db, visitor.tenant())?;
    let powers = policy.powers(visitor.session.asker());
    if visitor.session.reading {
        return Ok(Powers {
            create: false,
            approve: false,
            revoke: visitor.session.administrator,
            review: false,
            endorse: false,
        });
    }
    Ok(powers)
}

/// Requires it for a page whose only purpose is to use that power; what uses it asks again, in its own transaction.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::Policy`] when the institution does not let them.
pub(crate) async fn check(cairn: &Cairn, visitor: &Visitor, power: Power) -> Result<(), ServiceError> {
    has_role(visitor, power)?;
    let tenant = visitor.tenant().clone();
    let policy = cairn.store.read(move |db| policies::get(db, &tenant)).await?;
    Ok(policy.allows(power, visitor.session.asker())?)
}
