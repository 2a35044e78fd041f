//! From an award to a signed document. Everything is in the caller's one transaction: there is never an award without its
//! credential. [`revoke`] takes it back, [`award_by_hand`] awards whatever a rule says, [`renew`]
//! awards again what has lapsed.

use crate::service::base::error::ServiceError;
use crate::service::base::refusal::AwardRefusal;

mod by_hand;
mod making;
mod renewing;
mod revoking;
mod work;

pub(crate) use by_hand::award_by_hand;
pub(crate) use renewing::renew;
pub(in crate::service) use renewing::renewable;
pub(crate) use revoking::revoke;
pub(in crate::service) use revoking::{revoke_in, take_back};

pub(in crate::service) fn check_reason(reason: &str) -> Result<String, ServiceError> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > 500 {
        return Err(AwardRefusal::Reason.into());
    }
    Ok(reason.to_owned())
}
