//! The fields of a design.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use crate::domain::badge::{Alignment, Design, Expiry, Picture};

#[cfg(test)]
mod tests;

/// Characters in a name.
pub(crate) const MAX_NAME: usize = 100;
/// Characters in an outcome.
pub(crate) const MAX_OUTCOME: usize = 300;
/// Characters in a description.
pub(crate) const MAX_DESCRIPTION: usize = 2_000;
/// Characters in the criteria.
pub(crate) const MAX_CRITERIA: usize = 10_000;
/// Characters in a text alternative.
pub(crate) const MAX_ALT: usize = 300;
/// Characters in a level, and in the name, code and framework of a skill.
pub(crate) const MAX_SHORT: usize = 200;
/// Skills of one badge.
pub(crate) const MAX_ALIGNMENTS: usize = 20;
/// Months that an award may be valid: fifty years.
pub(crate) const MAX_MONTHS: u32 = 600;
/// Days that an award may be valid: fifty years.
pub(crate) const MAX_DAYS: u32 = 18_250;
/// Characters in an address.
const MAX_URL: usize = 2_000;

/// What is wrong with a design. Lengths are in characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DesignProblem {
    NameMissing,
    NameTooLong { length: usize },
    OutcomeTooLong { length: usize },
    DescriptionTooLong { length: usize },
    CriteriaTooLong { length: usize },
    PictureAltMissing,
    PictureAltTooLong { length: usize },
    Initials,
    Colour,
    PictureDigest,
    PictureType,
    Hours,
    Credits,
    LevelTooLong { length: usize },
    TooManyAlignments { count: usize },
    AlignmentNameMissing { position: usize },
    AlignmentTooLong { position: usize },
    AlignmentUrl { position: usize },
    ExpiryPast,
    ExpiryMonths,
    ExpiryDays,
    KindWithoutEvidence,
}

/// Everything that is wrong with a design at `now`, in the order of the form; empty when it may be saved.
#[must_use]
pub(crate) fn review_design(design: &Design, now: DateTime<Utc>) -> Vec<DesignProblem> {
    let mut problems = Vec::new();
    if design.name.trim().is_empty() {
        problems.push(DesignProblem::NameMissing);
    }
    problems.extend(too_long(&design.name, MAX_NAME).map(|length| DesignProblem::NameTooLong { length }));
    problems.extend(
        too_long(&design.outcome, MAX_OUTCOME).map(|length| DesignProblem::OutcomeTooLong { length }),
    );
    let description = too_long(&design.description, MAX_DESCRIPTION);
    problems.extend(description.map(|length| DesignProblem::DescriptionTooLong { length }));
    problems.extend(
        too_long(&design.criteria, MAX_CRITERIA).map(|length| DesignProblem::CriteriaTooLong { length }),
    );
    review_picture(design, &mut problems);
    if design.hours.is_some_and(|hours| hours <= Decimal::ZERO) {
        problems.push(DesignProblem::Hours);
    }
    if design.credits.is_some_and(|credits| credits <= Decimal::ZERO) {
        problems.push(DesignProblem::Credits);
    }
    let level = design
        .level
        .as_deref()
        .and_then(|level| too_long(level, MAX_SHORT));
    problems.extend(level.map(|length| DesignProblem::LevelTooLong { length }));
    if design.alignments.len() > MAX_ALIGNMENTS {
        problems.push(DesignProblem::TooManyAlignments {
            count: design.alignments.len(),
        });
    }
    for (position, alignment) in (1..).zip(&design.alignments) {
        review_alignment(position, alignment, &mut problems);
    }
    match design.expiry {
        Expiry::On { at, .. } if at <= now => problems.push(DesignProblem::ExpiryPast),
        Expiry::AfterMonths { months } if !(1..=MAX_MONTHS).contains(&months) => {
            problems.push(DesignProblem::ExpiryMonths);
        }
        Expiry::AfterDays { days } if !(1..=MAX_DAYS).contains(&days) => {
            problems.push(DesignProblem::ExpiryDays);
        }
        _ => {}
    }
    problems
}

fn too_long(text: &str, most: usize) -> Option<usize> {
    let length = text.chars().count();
    (length > most).then_some(length)
}

fn review_picture(design: &Design, problems: &mut Vec<DesignProblem>) {
    match &design.picture {
        Picture::Drawn { initials, colour, .. } => {
            let letters = initials.chars().count();
            // They are taken from the name where nobody chose them: a missing name is said once.
            let follow = letters == 0 && design.name.trim().is_empty();
            if !follow && (!(1..=3).contains(&letters) || !initials.chars().all(char::is_alphanumeric)) {
                problems.push(DesignProblem::Initials);
            }
            let digits = colour.strip_prefix('#').unwrap_or_default();
            if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                problems.push(DesignProblem::Colour);
            }
        }
        Picture::Uploaded { digest, media_type } => {
            if digest.len() != 64
                || !digest
                    .bytes()
                    .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
            {
                problems.push(DesignProblem::PictureDigest);
            }
            if !["image/png", "image/svg+xml"].contains(&media_type.as_str()) {
                problems.push(DesignProblem::PictureType);
            }
            if design.picture_alt.trim().is_empty() {
                problems.push(DesignProblem::PictureAltMissing);
            }
        }
    }
    let alt = too_long(&design.picture_alt, MAX_ALT);
    problems.extend(alt.map(|length| DesignProblem::PictureAltTooLong { length }));
}

fn review_alignment(position: usize, alignment: &Alignment, problems: &mut Vec<DesignProblem>) {
    if alignment.name.trim().is_empty() {
        problems.push(DesignProblem::AlignmentNameMissing { position });
    }
    let texts = [
        Some(&alignment.name),
        alignment.code.as_ref(),
        alignment.framework.as_ref(),
    ];
    if texts
        .into_iter()
        .flatten()
        .any(|text| too_long(text, MAX_SHORT).is_some())
    {
        problems.push(DesignProblem::AlignmentTooLong { position });
    }
    // An identifier more than a link: ESCO's begin with http.
    let sound = url::Url::parse(&alignment.url).is_ok_and(|url| {
        matches!(url.scheme(), "https" | "http")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
    });
    if !sound || too_long(&alignment.url, MAX_URL).is_some() {
        problems.push(DesignProblem::AlignmentUrl { position });
    }
}
