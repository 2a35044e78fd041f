//! Badges of other issuers, in words.

use crate::domain::portfolio::{Holder, Standing};
use crate::service::award::portfolio::NotTaken;
use crate::service::award::portfolio::sheet::Found;
use crate::service::badge::design::External;
use crate::web::views::shared::{Status, StatusChip};
use crate::web::words::refusals::LOOKS_USED;

/// Letters of an id that tell enough: a key that is written out as an id says nothing to a reader.
const SHOWN: usize = 60;

/// The id of an issuer, without the middle of one that is a whole key.
#[must_use]
pub(crate) fn short_id(id: &str) -> String {
    let count = id.chars().count();
    if count <= SHOWN {
        return id.to_owned();
    }
    let begin: String = id.chars().take(24).collect();
    let end: String = id.chars().skip(count.saturating_sub(12)).collect();
    format!("{begin}…{end}")
}

/// What the last verification found, as a chip.
#[must_use]
pub(crate) fn standing(standing: Standing) -> StatusChip {
    match standing {
        Standing::Genuine => Status::Earned.saying("Genuine"),
        Standing::Expired => Status::Neutral.saying("Expired"),
        Standing::Suspended => Status::NeedsAttention.saying("Suspended"),
        Standing::Revoked => Status::NeedsAttention.saying("Revoked"),
        Standing::Wrong => Status::NeedsAttention.saying("Not genuine any more"),
    }
}

/// The same at length.
#[must_use]
pub(crate) const fn means(standing: Standing) -> &'static str {
    match standing {
        Standing::Genuine => "Its issuer vouches for it, and it is valid now.",
        Standing::Expired => "Its issuer vouches for it, and its time of validity is over.",
        Standing::Suspended => "Its issuer has suspended it, so it counts for nothing meanwhile.",
        Standing::Revoked => "Its issuer has taken it back.",
        Standing::Wrong => "Its issuer does not vouch for it any more.",
    }
}

/// Whose it is, as its holder reads it.
#[must_use]
pub(crate) const fn yours(holder: Holder) -> &'static str {
    match holder {
        Holder::Certain => "It names your e-mail address, so it is certainly yours.",
        Holder::Claimed => {
            "You say that it is yours; no e-mail address that your course site tells confirms it."
        }
    }
}

/// Whose it is, as others read it.
#[must_use]
pub(crate) const fn theirs(holder: Holder) -> &'static str {
    match holder {
        Holder::Certain => "It names the e-mail address of the holder.",
        Holder::Claimed => "The holder says that it is theirs; nothing in the badge confirms that here.",
    }
}

/// Why no badge of another issuer counts in a course, and what to do; none where one can.
#[must_use]
pub(crate) const fn cannot_count(external: External) -> Option<&'static str> {
    match external {
        External::Counts => None,
        External::NotAllowed => Some(
            "Your institution lets no badges of other issuers count, so nobody can meet a condition that asks for one. An administrator can allow it: Policies in Cairn’s console, “Badges of other issuers”.",
        ),
        External::NoAddresses => Some(
            "The course site tells Cairn nobody’s e-mail address, so no badge of another issuer can be known as theirs, and nobody can meet a condition that asks for one. An administrator can share addresses: the self-test on the platform’s page in Cairn’s console says where.",
        ),
    }
}

/// Whose a badge of a collection is, as others read it: of another issuer, or, without a holder, awarded here.
#[must_use]
pub(crate) const fn whose(holder: Option<Holder>) -> &'static str {
    match holder {
        None => "It was awarded to the holder of this collection.",
        Some(holder) => theirs(holder),
    }
}

/// What a check at this moment found, as a chip.
#[must_use]
pub(crate) fn found(found: &Found) -> StatusChip {
    match found {
        Found::Valid => Status::Earned.saying("Valid"),
        Found::Expired => Status::Neutral.saying("Expired"),
        Found::Suspended => Status::NeedsAttention.saying("Suspended"),
        Found::Revoked => Status::NeedsAttention.saying("Revoked"),
        Found::Wrong(_) => Status::NeedsAttention.saying("Changed or not genuine"),
        Found::Unasked(_) => Status::Unknown.saying("Not checked now"),
    }
}

/// The same in a sentence or two.
#[must_use]
pub(crate) fn found_means(found: &Found) -> String {
    match found {
        Found::Valid => "Its issuer vouches for it, it was not changed, and it is valid now.".to_owned(),
        Found::Expired => means(Standing::Expired).to_owned(),
        Found::Suspended => means(Standing::Suspended).to_owned(),
        Found::Revoked => means(Standing::Revoked).to_owned(),
        Found::Wrong(why) => {
            let why = why.as_ref().map(|why| format!(" {why}")).unwrap_or_default();
            format!("It was changed since it was signed, or nobody vouches for it.{why}")
        }
        Found::Unasked(before) => {
            let before = match before {
                Some(standing) => format!(" When it was checked last: {}", means(*standing)),
                None => String::new(),
            };
            format!("Its issuer could not be asked now, or did not answer.{before}")
        }
    }
}

/// Why a badge cannot be kept.
#[must_use]
pub(crate) fn not_taken(why: &NotTaken) -> String {
    match why {
        NotTaken::NoAnswer => {
            "There was no answer from that address, or nothing that is a badge. Download the badge’s file there and bring that, or try again later."
                .to_owned()
        }
        NotTaken::NoBadge(failure) => format!("This cannot be kept. {failure}"),
        NotTaken::Wrong(failure) => format!("This badge is not genuine, so it cannot be kept. {failure}"),
        NotTaken::Revoked => "Its issuer has taken this badge back, so it cannot be kept.".to_owned(),
        NotTaken::OtherHolder => {
            "This badge is held under another e-mail address. If that is one of yours, name it under “Another e-mail address of yours” and bring the badge again."
                .to_owned()
        }
        NotTaken::Record(parts) => record_alone(parts),
        NotTaken::UsedUp => LOOKS_USED.to_owned(),
        NotTaken::NotConfirmed(failure) => {
            format!("That it is genuine could not be confirmed now, so it cannot be kept. {failure} Try again later.")
        }
    }
}

/// What is found of a record that is taken apart: of the badges in it, so many are good.
#[must_use]
pub(crate) fn record(good: usize, all: usize) -> String {
    let found = match good {
        0 => "None of the badges in it could be verified".to_owned(),
        _ if good == all => format!("Each of the {all} badges in it was verified by itself"),
        _ => format!("Partly verified: {good} of the {all} badges in it could be verified"),
    };
    format!(
        "This is a record of several badges (CLR). {found}; what was found of each stands below. The record as a whole is not kept, and nothing here says that it is genuine."
    )
}

/// The same of one that cannot be taken apart here.
fn record_alone(parts: &[(String, bool)]) -> String {
    let names = |wanted: bool| {
        let some = parts.iter().filter(|(_, good)| *good == wanted);
        let some: Vec<String> = some.map(|(name, _)| format!("“{name}”")).collect();
        some.join(", ")
    };
    let found = match (names(true), names(false)) {
        (good, bad) if bad.is_empty() => format!("Each badge in it was verified by itself: {good}"),
        (good, bad) if good.is_empty() => format!("None of the badges in it could be verified: {bad}"),
        (good, bad) => format!("Partly verified: {good}; not verified: {bad}"),
    };
    format!(
        "This is a record of several badges (CLR), which is not kept as one. {found}. Bring it as a JSON file, so that each badge in it can be kept by itself."
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use openbadges::verify::Failure;

    #[test]
    fn a_record_of_which_something_is_not_verified_is_never_verified_as_a_whole() {
        assert!(record(3, 3).contains("Each of the 3 badges in it was verified by itself"));
        assert!(record(2, 3).contains("Partly verified: 2 of the 3 badges"));
        assert!(record(0, 3).contains("None of the badges"));
        let parts = [("One".to_owned(), true), ("Two".to_owned(), false)];
        let said = not_taken(&NotTaken::Record(parts.into()));
        assert!(
            said.contains("Partly verified: “One”; not verified: “Two”"),
            "{said}"
        );
    }

    #[test]
    fn why_something_is_not_kept_says_what_to_do() {
        for why in [
            NotTaken::NoAnswer,
            NotTaken::NoBadge(Failure::NoProof),
            NotTaken::Wrong(Failure::Signature),
            NotTaken::Revoked,
            NotTaken::OtherHolder,
            NotTaken::UsedUp,
            NotTaken::Record(vec![("One".to_owned(), true), ("Two".to_owned(), false)]),
            NotTaken::NotConfirmed(Failure::StatusUnavailable),
        ] {
            let said = not_taken(&why);
            assert!(said.ends_with('.') && !said.contains(".."), "{said}");
        }
    }
}
