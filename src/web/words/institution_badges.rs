//! Badges of the institution in words: what is refused, what is wrong with what one asks, and by what a proposal was found.

use crate::domain::copying::FoundBy;
use crate::domain::institution_badge::AsksProblem;
use crate::domain::lineage::SubstancePart;
use crate::service::base::refusal::InstitutionBadgeRefusal;
use crate::service::course::from_institution::Changed;

/// Why it cannot be done, and what to do.
#[must_use]
pub(crate) fn refusal(refusal: &InstitutionBadgeRefusal) -> String {
    let fixed = match refusal {
        InstitutionBadgeRefusal::Unanswered { place } => {
            return format!("Choose what “{place}” is in this course. Nothing was taken yet.");
        }
        InstitutionBadgeRefusal::OtherCourse { place } => {
            return format!(
                "What you chose for “{place}” is not in this course, or not any more. Choose one of the list; nothing was taken yet."
            );
        }
        InstitutionBadgeRefusal::Twice { place } => {
            return format!(
                "What you chose for “{place}” is chosen for something else already. Each needs one of its own; nothing was taken yet."
            );
        }
        InstitutionBadgeRefusal::NoPlatform => {
            "Connect a Moodle or Canvas first: no course could take a badge before. Nothing was saved."
        }
        InstitutionBadgeRefusal::Withdrawn => {
            "This badge is withdrawn: no more courses can take it, and nothing new of it is published. An administrator of Cairn can offer it again. Nothing was changed."
        }
        InstitutionBadgeRefusal::NotAvailable => {
            "Your institution offers this badge to other courses, not to this one. An administrator of Cairn can change that. Nothing was taken."
        }
        InstitutionBadgeRefusal::OtherVersion => {
            "Somebody changed this badge since you opened the page. Nothing was done; open it again and look at what it asks now."
        }
        InstitutionBadgeRefusal::TakenAlready => {
            "This course has this badge already, as it is now. Nothing was taken twice; you find it in the list of badges."
        }
    };
    fixed.to_owned()
}

/// What is wrong with what a badge asks, and the field that it is about; an empty one for the whole.
#[must_use]
pub(crate) fn problem(problem: &AsksProblem) -> (String, String) {
    let at = |position: &usize, part: &str| format!("place.{}.{part}", position.saturating_sub(1));
    match problem {
        AsksProblem::Nothing => (
            String::new(),
            "Say what the badge asks: an assignment, an evidence activity, or a teacher’s approval.".to_owned(),
        ),
        AsksProblem::TooMany { most } => (
            String::new(),
            format!("A badge asks for at most {most} things of a course."),
        ),
        AsksProblem::NameMissing { position } => (
            at(position, "name"),
            "Give it a name by which teachers know what is meant.".to_owned(),
        ),
        AsksProblem::TooLong { position, most } => (
            at(position, "name"),
            format!("Shorten it: a name, a resource id or a tag has at most {most} characters."),
        ),
        AsksProblem::SameName { position } => (
            at(position, "name"),
            "Another one has this name. Give each a name of its own.".to_owned(),
        ),
        AsksProblem::Percent { position } => (
            at(position, "percent"),
            "Type the percentage that is needed, above 0 and up to 100.".to_owned(),
        ),
        AsksProblem::Needed => (
            "needed".to_owned(),
            "Type how many of them are needed, from 1 up to as many as there are, or leave it empty for all."
                .to_owned(),
        ),
        AsksProblem::NoEvidence => (
            "kind".to_owned(),
            "An Application badge rests on work that somebody assessed: ask for an evidence activity, or choose another type."
                .to_owned(),
        ),
    }
}

/// By what a proposal was found.
#[must_use]
pub(crate) const fn found_by(by: FoundBy) -> &'static str {
    match by {
        FoundBy::OurId => "Proposed by its resource id: look whether it is the right one.",
        FoundBy::Tag => "Proposed by its tag: look whether it is the right one.",
        FoundBy::Label | FoundBy::FoldedLabel => "Proposed by its name: look whether it is the right one.",
    }
}

/// What a newer version has otherwise.
#[must_use]
pub(crate) const fn part(part: Changed) -> &'static str {
    match part {
        Changed::Substance(SubstancePart::Rule) => "What it asks",
        Changed::Substance(SubstancePart::Outcome) => "What it proves",
        Changed::Substance(SubstancePart::Criteria) => "Criteria",
        Changed::Substance(SubstancePart::Assessment) => "How it is assessed",
        Changed::Name => "Name",
        Changed::Picture => "Picture",
    }
}
