//! What several pages say alike of a badge and of an award.

use chrono::{DateTime, Utc};

use crate::domain::award::{Award, Standing};
use crate::domain::badge::{Badge, Design, Expiry};
use crate::domain::zone::last_moment;
use crate::service::badge::pictures;
use crate::web::views::shared::{PictureView, Status, StatusChip};
use crate::web::words::renewals;

/// What an award is worth, as a chip.
#[must_use]
pub(crate) fn standing_chip(award: &Award, now: DateTime<Utc>) -> StatusChip {
    match award.standing(now) {
        Standing::InForce => Status::Earned.chip(),
        Standing::Suspended => Status::NeedsAttention.saying("Suspended"),
        Standing::Expired => Status::Neutral.saying("Expired"),
        Standing::Revoked => Status::NeedsAttention.saying("Revoked"),
    }
}

/// A badge's picture on our own pages.
#[must_use]
pub(crate) fn picture_of(badge: &Badge) -> PictureView {
    PictureView {
        src: pictures::href(&badge.design.picture),
        alt: badge.design.picture_alt.clone(),
    }
}

/// Type, size and validity: term and value.
#[must_use]
pub(crate) fn design_facts(design: &Design) -> Vec<(String, String)> {
    let mut facts = vec![("Type", design.kind.word().to_owned())];
    if let Some(hours) = design.hours {
        facts.push(("Hours", hours.normalize().to_string()));
    }
    if let Some(credits) = design.credits {
        let unit = design.details.credit_unit.as_deref().unwrap_or_default();
        facts.push((
            "Credits",
            format!("{} {unit}", credits.normalize()).trim_end().to_owned(),
        ));
    }
    if let Some(level) = &design.level {
        facts.push(("Level", level.clone()));
    }
    facts
        .into_iter()
        .map(|(term, value)| (term.to_owned(), value))
        .chain(validity(design))
        .collect()
}

/// How long it is valid and how it is renewed then: term and value. Nothing of a badge that never ends.
#[must_use]
pub(crate) fn validity(design: &Design) -> Vec<(String, String)> {
    let valid = match design.expiry {
        Expiry::Never => return Vec::new(),
        Expiry::On { at, zone } => format!("until {}", zone.short_day(last_moment(at))),
        Expiry::AfterMonths { months: 1 } => "1 month from the award".to_owned(),
        Expiry::AfterMonths { months } => format!("{months} months from the award"),
        Expiry::AfterDays { days: 1 } => "1 day from the award".to_owned(),
        Expiry::AfterDays { days } => format!("{days} days from the award"),
    };
    let renewed = renewals::choice(design.renewal).to_owned();
    vec![("Valid".to_owned(), valid), ("Renewed".to_owned(), renewed)]
}
