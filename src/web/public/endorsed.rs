//! Endorsements of a badge as lines of a page.

use crate::domain::endorsement::{Endorsement, Given};
use crate::service::base::addresses;
use crate::service::credential::endorsing::Told;
use crate::web::markdown;
use crate::web::views::public::EndorsedBy;
use crate::web::views::shared::When;
use crate::web::words::endorsements;

/// Those that were signed; what `institution` vouches for is said in its name.
pub(in crate::web) fn lines(all: &[Told], institution: &str) -> Vec<EndorsedBy> {
    let signed = |told: &Told| {
        let given = told.endorsement.given.as_ref()?;
        Some(line(told, given, institution))
    };
    all.iter().filter_map(signed).collect()
}

/// One of them.
pub(in crate::web) fn line(told: &Told, given: &Given, institution: &str) -> EndorsedBy {
    let one: &Endorsement = &told.endorsement;
    EndorsedBy {
        who: endorsements::who(one),
        vouched: endorsements::vouched(one, institution),
        when: When::date_only(given.at),
        version: given.revision,
        over: endorsements::over(told.state),
        state: endorsements::state(told.state),
        comment: markdown::render(&given.comment),
        href: addresses::endorsement(&one.id),
    }
}
