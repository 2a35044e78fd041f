//! What is found of a badge when its timeline is opened, and what is wrong with a holder's words on it.

use crate::domain::award::Standing;
use crate::domain::holder_note::{MOST_CHARACTERS, Wrong};
use crate::web::views::shared::Problem;

/// A sentence on what was checked.
#[must_use]
pub(crate) const fn checked(standing: Standing, is_valid: bool) -> &'static str {
    match (standing, is_valid) {
        (Standing::InForce, true) => "Signature and revocation were checked just now: it is valid.",
        (Standing::Suspended, _) => "It is under review by its issuer now.",
        (Standing::Expired, _) => "Its time of validity is over.",
        (Standing::Revoked, _) => "It was revoked by its issuer.",
        (Standing::InForce, false) => "It could not be confirmed just now. Open its page for the reason.",
    }
}

/// What is wrong with a note, at its field.
#[must_use]
pub(crate) fn wrong(wrong: Wrong) -> Problem {
    let (field, text) = match wrong {
        Wrong::TooLong => ("note", format!("Write at most {MOST_CHARACTERS} characters.")),
        Wrong::Link => (
            "link",
            "Give a whole web address that begins with https:// or http://, without a user name in it."
                .to_owned(),
        ),
    };
    Problem {
        field: field.to_owned(),
        text,
    }
}
