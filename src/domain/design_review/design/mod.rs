//! The fields of a design.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use crate::domain::badge::{Alignment, Design, Expiry, Picture};
use crate::domain::icons::Icon;
use crate::domain::picture::{Composed, MAX_BANNER, MAX_STARS, can_write};
use crate::domain::tags::skill_tag;
use crate::domain::theme::Colour;

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
/// Characters in how a badge is assessed.
pub(crate) const MAX_ASSESSMENT: usize = 2_000;
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
    NameTooLong {
        length: usize,
    },
    OutcomeTooLong {
        length: usize,
    },
    DescriptionTooLong {
        length: usize,
    },
    CriteriaTooLong {
        length: usize,
    },
    PictureAltMissing,
    PictureAltTooLong {
        length: usize,
    },
    Initials,
    Colour,
    /// An icon that is none of ours.
    Icon,
    BannerTooLong {
        length: usize,
    },
    /// A banner with letters that the font of pictures lacks.
    BannerLetters,
    BannerColour,
    /// More stars than a picture has.
    Stars,
    PictureDigest,
    PictureType,
    Hours,
    Credits,
    LevelTooLong {
        length: usize,
    },
    TooManyAlignments {
        count: usize,
    },
    AlignmentNameMissing {
        position: usize,
    },
    AlignmentTooLong {
        position: usize,
    },
    AlignmentUrl {
        position: usize,
    },
    ExpiryPast,
    ExpiryMonths,
    ExpiryDays,
    KindWithoutEvidence,
    AssessmentTooLong {
        length: usize,
    },
    CodeTooLong {
        length: usize,
    },
    FieldTooLong {
        length: usize,
    },
    CreditUnitTooLong {
        length: usize,
    },
    /// An address of a level that is none, or of a level that is not named.
    LevelUrl,
    TooManySkills {
        count: usize,
    },
    SkillTooLong {
        position: usize,
    },
    /// A skill in words that verifiers would read as something else: "Knowledge", "12 hours".
    SkillReserved {
        position: usize,
    },
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
    review_details(design, &mut problems);
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
            review_initials(initials, design, problems);
            if Colour::parse(colour).is_none() {
                problems.push(DesignProblem::Colour);
            }
        }
        Picture::Composed(composed) => review_composed(composed, design, problems),
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

fn review_initials(initials: &str, design: &Design, problems: &mut Vec<DesignProblem>) {
    let letters = initials.chars().count();
    // They are taken from the name where nobody chose them: a missing name is said once.
    let follow = letters == 0 && design.name.trim().is_empty();
    if !follow && (!(1..=3).contains(&letters) || !initials.chars().all(char::is_alphanumeric)) {
        problems.push(DesignProblem::Initials);
    }
}

fn review_composed(picture: &Composed, design: &Design, problems: &mut Vec<DesignProblem>) {
    match &picture.icon {
        None => review_initials(&picture.initials, design, problems),
        Some(name) if Icon::named(name).is_none() => problems.push(DesignProblem::Icon),
        Some(_) => {}
    }
    if Colour::parse(&picture.colour).is_none() {
        problems.push(DesignProblem::Colour);
    }
    if let Some(banner) = &picture.banner {
        if let Some(length) = too_long(&banner.text, MAX_BANNER) {
            problems.push(DesignProblem::BannerTooLong { length });
        } else if !can_write(&banner.text) {
            problems.push(DesignProblem::BannerLetters);
        }
        if Colour::parse(&banner.colour).is_none() {
            problems.push(DesignProblem::BannerColour);
        }
    }
    if picture.stars > MAX_STARS {
        problems.push(DesignProblem::Stars);
    }
}

fn review_details(design: &Design, problems: &mut Vec<DesignProblem>) {
    let details = &design.details;
    let assessment = too_long(&details.assessment, MAX_ASSESSMENT);
    problems.extend(assessment.map(|length| DesignProblem::AssessmentTooLong { length }));
    let short = |text: Option<&str>| text.and_then(|text| too_long(text, MAX_SHORT));
    problems.extend(short(details.code.as_deref()).map(|length| DesignProblem::CodeTooLong { length }));
    problems.extend(short(details.field.as_deref()).map(|length| DesignProblem::FieldTooLong { length }));
    let unit = short(details.credit_unit.as_deref());
    problems.extend(unit.map(|length| DesignProblem::CreditUnitTooLong { length }));
    let has_level = design
        .level
        .as_deref()
        .is_some_and(|level| !level.trim().is_empty());
    if details
        .level_url
        .as_deref()
        .is_some_and(|url| !has_level || !is_address(url))
    {
        problems.push(DesignProblem::LevelUrl);
    }
    if details.skills.len() > MAX_ALIGNMENTS {
        problems.push(DesignProblem::TooManySkills {
            count: details.skills.len(),
        });
    }
    for (position, skill) in (1..).zip(&details.skills) {
        if too_long(skill, MAX_SHORT).is_some() {
            problems.push(DesignProblem::SkillTooLong { position });
        } else if skill_tag(skill).is_none() {
            problems.push(DesignProblem::SkillReserved { position });
        }
    }
}

/// Whether that is an identifier in a framework, more than a link: ESCO's begin with http.
pub(crate) fn is_address(text: &str) -> bool {
    let sound = url::Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "https" | "http")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
    });
    sound && too_long(text, MAX_URL).is_none()
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
    if !is_address(&alignment.url) {
        problems.push(DesignProblem::AlignmentUrl { position });
    }
}
