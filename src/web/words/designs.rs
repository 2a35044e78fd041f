//! What is wrong with the design of a badge, in words for whoever designs it.

use crate::domain::design_review::DesignProblem as P;
use crate::domain::design_review::{
    MAX_ALIGNMENTS, MAX_ALT, MAX_ASSESSMENT, MAX_CRITERIA, MAX_DAYS, MAX_DESCRIPTION, MAX_MONTHS, MAX_NAME,
    MAX_OUTCOME, MAX_SHORT,
};
use crate::domain::picture::{MAX_BANNER, MAX_STARS};

/// What to do about it.
#[must_use]
pub(crate) fn problem(problem: &P) -> String {
    let fixed = match problem {
        P::NameMissing => "Give the badge a name.",
        P::NameTooLong { length } => {
            return format!("Shorten the name to {MAX_NAME} characters; it has {length}.");
        }
        P::OutcomeTooLong { length } => {
            return format!("Shorten what the badge proves to {MAX_OUTCOME} characters; it has {length}.");
        }
        P::DescriptionTooLong { length } => {
            return format!("Shorten the description to {MAX_DESCRIPTION} characters; it has {length}.");
        }
        P::CriteriaTooLong { length } => {
            return format!("Shorten the criteria to {MAX_CRITERIA} characters; they have {length}.");
        }
        P::PictureAltMissing => "Say what the uploaded picture shows, for those who cannot see it.",
        P::PictureAltTooLong { length } => {
            return format!(
                "Shorten the text for those who cannot see the picture to {MAX_ALT} characters; it has {length}."
            );
        }
        P::Initials => "Give the drawn picture one to three letters or digits as initials.",
        P::Colour => "Write the picture's colour as # and six hexadecimal digits, for instance #1f6f5c.",
        P::Icon => "Choose an icon from those that are shown, or none.",
        P::BannerTooLong { length } => {
            return format!(
                "Shorten the words on the banner to {MAX_BANNER} characters; they have {length}."
            );
        }
        P::BannerLetters => {
            "The banner can have Latin, Greek and Cyrillic letters, digits and punctuation. Write it with these, or leave it empty."
        }
        P::BannerColour => "Write the banner's colour as # and six hexadecimal digits, for instance #f2c14e.",
        P::Stars => return format!("A picture has at most {MAX_STARS} stars."),
        P::PictureDigest => "Upload the picture again: it was not stored completely.",
        P::PictureType => "Upload the picture as PNG or SVG.",
        P::Hours => "Give more than 0 hours, or leave hours empty.",
        P::Credits => "Give more than 0 credits, or leave credits empty.",
        P::LevelTooLong { length } => {
            return format!("Shorten the level to {MAX_SHORT} characters; it has {length}.");
        }
        P::TooManyAlignments { count } => {
            return format!("Name at most {MAX_ALIGNMENTS} skills; there are {count}.");
        }
        P::AlignmentNameMissing { position } => return format!("Give skill {position} a name."),
        P::AlignmentTooLong { position } => {
            return format!(
                "Shorten the name, code and framework of skill {position} to {MAX_SHORT} characters each."
            );
        }
        P::AlignmentUrl { position } => {
            return format!(
                "Give skill {position} an address that starts with https:// or http:// and has no password in it."
            );
        }
        P::ExpiryPast => "Choose an end that is still to come, or no end.",
        P::ExpiryMonths => return format!("Choose a validity of 1 to {MAX_MONTHS} months."),
        P::ExpiryDays => return format!("Choose a validity of 1 to {MAX_DAYS} days."),
        P::KindWithoutEvidence => {
            "Its active rule can be met without approved evidence, so this cannot be an Application badge yet. Change the rule first."
        }
        P::AssessmentTooLong { length } => {
            return format!("Shorten how it is assessed to {MAX_ASSESSMENT} characters; it has {length}.");
        }
        P::CodeTooLong { length } => return shorten("the course code", *length),
        P::FieldTooLong { length } => return shorten("the field of study", *length),
        P::CreditUnitTooLong { length } => return shorten("the unit of credits", *length),
        P::LevelUrl => {
            "Name the level and give its address in the framework, which starts with https:// or http://; or leave the address empty."
        }
        P::TooManySkills { count } => {
            return format!("Name at most {MAX_ALIGNMENTS} skills in words; there are {count}.");
        }
        P::SkillTooLong { position } => {
            return format!("Shorten skill {position} in words to {MAX_SHORT} characters.");
        }
        P::SkillReserved { position } => {
            return format!(
                "Call skill {position} in words otherwise: verifiers would read it as the badge’s type, hours, level or credits."
            );
        }
    };
    fixed.to_owned()
}

fn shorten(what: &str, length: usize) -> String {
    format!("Shorten {what} to {MAX_SHORT} characters; it has {length}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_is_too_large_is_told_beside_the_largest() {
        assert_eq!(
            problem(&P::NameTooLong { length: 101 }),
            "Shorten the name to 100 characters; it has 101."
        );
    }
}
