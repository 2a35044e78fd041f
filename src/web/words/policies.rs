//! What an institution's policies keep from people, in words.

use crate::domain::policy::{Power, Refusal};

/// What a policy refuses, with whom to ask.
#[must_use]
pub(crate) const fn refusal(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Create => {
            "Your institution lets only administrators make and change badges. Nothing was changed; ask an administrator of your course site to do it."
        }
        Refusal::Approve => {
            "Your institution lets only administrators approve students and award badges by hand. Nothing was changed; ask an administrator of your course site to do it."
        }
        Refusal::Revoke => {
            "Your institution lets only administrators revoke badges. Nothing was changed; ask an administrator of your course site to do it."
        }
        Refusal::Sharing => {
            "Your institution keeps badges off the web, so there is nothing to switch on. The badge and its files are yours all the same."
        }
        Refusal::Name => {
            "Your institution does not show names on badge pages. Nothing was changed; leave your name off and save again."
        }
        Refusal::PublicPage => {
            "This badge has no public page: its institution keeps badges off the web. Ask its holder for the badge file; it can be checked without this page."
        }
    }
}

/// What a page says in the place of what it does not offer.
#[must_use]
pub(crate) const fn kept(power: Power) -> &'static str {
    match power {
        Power::Create => "Your institution lets only administrators make and change badges.",
        Power::Approve => {
            "Your institution lets only administrators approve students and award badges by hand."
        }
        Power::Revoke => "Your institution lets only administrators revoke badges.",
    }
}
