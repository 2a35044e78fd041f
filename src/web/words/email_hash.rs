//! Why a badge cannot be checked against somebody's e-mail address.

use crate::domain::email_hash::NoHash;

/// Said in the place of the choice.
#[must_use]
pub(crate) const fn why_not(why: NoHash) -> &'static str {
    match why {
        NoHash::NoAddress => {
            "Your course site does not share your e-mail address with this service, so a badge of yours cannot be checked against it. Whoever runs your course site decides what it shares."
        }
        NoHash::Minors => {
            "Your institution says that you are a minor, so everything about your e-mail address stays out of your badges."
        }
    }
}
