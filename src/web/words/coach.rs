//! What the coach found, in words for whoever designs badges: what it is, and what to do about it.

use crate::domain::coach::{Block, Finding, Likeness, MOST_IN_A_ROW, MOST_IN_A_SET, MOST_TO_A_STACK, Weight};

/// What was found, in one sentence.
#[must_use]
pub(crate) fn found(finding: &Finding) -> String {
    match finding {
        Finding::Blocks(block) => blocked(block),
        Finding::OutcomeMissing => "It does not say what it proves.".to_owned(),
        Finding::OutcomeVague { word } => format!("Nobody can see whether somebody “{word}”."),
        Finding::CriteriaMissing => "It has no criteria.".to_owned(),
        Finding::EvidenceMissing => "Its rule asks for nothing that somebody did.".to_owned(),
        Finding::AssessmentMissing => "It does not say how it is assessed.".to_owned(),
        Finding::SkillsMissing => "It names no skill.".to_owned(),
        Finding::AlignmentMissing => {
            "Nothing outside stands behind it: neither a framework of skills nor an endorsement.".to_owned()
        }
        Finding::SizeMissing => "It says neither hours nor credits.".to_owned(),
        Finding::ResultMissing => "The signed badge will have no result.".to_owned(),
        Finding::PictureUntold => "It does not say what its picture shows.".to_owned(),
        Finding::VersionForEver { version } => {
            format!("Its title names a version, “{version}”, and it never ends.")
        }
        Finding::Overlap { name, by } => {
            format!("It seems to say the same as “{name}”: {}.", alike(by))
        }
        Finding::ChainTooLong { names } => {
            format!("{} badges stand in a row: {}.", names.len(), names.join(" → "))
        }
        Finding::TooManyToAStack { count } => format!("It takes {count} badges to earn this stack."),
        Finding::NoFirstStep => "Nobody can begin: none of the badges below this stack is active.".to_owned(),
        Finding::TooManyInASet { count } => format!("There are {count} badges here."),
        Finding::AuthorityMissing => {
            "Your institution does not say who accredits it or to whom it belongs.".to_owned()
        }
    }
}

/// What to do about it.
#[must_use]
pub(crate) fn advice(finding: &Finding) -> String {
    match finding {
        Finding::Blocks(block) => unblocking(block).to_owned(),
        Finding::ChainTooLong { .. } => format!(
            "More than {MOST_IN_A_ROW} in a row are hard to see through. Let a stack ask for badges side by side instead."
        ),
        Finding::TooManyToAStack { .. } => format!(
            "A first stack of at most {MOST_TO_A_STACK} is within reach of most. Ask for fewer, or make a smaller stack on the way."
        ),
        Finding::TooManyInASet { .. } => format!(
            "More than {MOST_IN_A_SET} are too many to choose from. Join those that nobody would show by themselves."
        ),
        other => fixed(other).to_owned(),
    }
}

fn fixed(finding: &Finding) -> &'static str {
    match finding {
        Finding::OutcomeMissing => "An employer reads this sentence first. Begin with what its holder does.",
        Finding::OutcomeVague { .. } => "Name something that its holder does: builds, explains, repairs.",
        Finding::CriteriaMissing => {
            "Say what has to be done and how well, for people who do not know your course."
        }
        Finding::EvidenceMissing => {
            "Ask for a grade, for something handed in, or for approved evidence, so that there is something to show."
        }
        Finding::AssessmentMissing => {
            "Say who judges, by what, and how it is known that it is the holder’s own work."
        }
        Finding::SkillsMissing => {
            "Add skills of a framework with their addresses, or at least in words, so that others find and compare it."
        }
        Finding::AlignmentMissing => {
            "Add the addresses of its skills in a framework, such as ESCO, or invite a body that knows it to endorse it."
        }
        Finding::SizeMissing => "Say how much work it is, so that others can compare it.",
        Finding::ResultMissing => {
            "Let the rule ask for a grade or a completion; whether the mark is shown stays your choice."
        }
        Finding::PictureUntold => "A few words are enough for those who do not see it.",
        Finding::VersionForEver { .. } => "Choose an end, or leave the version out of the title.",
        Finding::Overlap { .. } => "Join them, say what sets them apart, or let one build on the other.",
        Finding::NoFirstStep => "Activate a badge at the bottom first.",
        Finding::AuthorityMissing => {
            "An administrator of Cairn says it under “Issuers and keys”; verifiers ask it of tests and of assessed work."
        }
        Finding::Blocks(_)
        | Finding::ChainTooLong { .. }
        | Finding::TooManyToAStack { .. }
        | Finding::TooManyInASet { .. } => "",
    }
}

fn blocked(block: &Block) -> String {
    match block {
        Block::EmptyRule => "It has no rule yet.".to_owned(),
        Block::Loop { names } => format!("It builds on itself: {}.", names.join(" → ")),
        Block::MoreThanThereAre { needed, of } => {
            format!("Its rule asks for {needed} of {of}, which nobody can reach.")
        }
        Block::WithoutEvidence => "It can be earned without work that somebody assessed.".to_owned(),
    }
}

const fn unblocking(block: &Block) -> &'static str {
    match block {
        Block::EmptyRule => "Say when it is earned.",
        Block::Loop { .. } => "Take one of them out of a rule.",
        Block::MoreThanThereAre { .. } => "Ask for fewer, or add more.",
        Block::WithoutEvidence => "Ask for approved evidence, or choose another type of badge.",
    }
}

/// By what badges are alike: "nearly the same words, the same skills".
#[must_use]
pub(crate) fn alike(by: &[Likeness]) -> String {
    let said: Vec<&str> = by
        .iter()
        .map(|one| match one {
            Likeness::Words => "nearly the same words",
            Likeness::Skills => "the same skills",
            Likeness::Rule => "the same rule",
        })
        .collect();
    said.join(", ")
}

/// How much it matters.
#[must_use]
pub(crate) const fn weight(weight: Weight) -> &'static str {
    match weight {
        Weight::Blocks => "Blocks activation",
        Weight::Should => "Should be mended",
        Weight::Could => "Could be better",
    }
}

/// A kind of finding by its code, for a table of numbers.
#[must_use]
pub(crate) fn kind(code: &'static str) -> &'static str {
    match code {
        "blocks" => "Cannot be activated as they are",
        "outcome-missing" => "Do not say what they prove",
        "outcome-vague" => "Outcome that nobody can see",
        "criteria-missing" => "No criteria",
        "evidence-missing" => "Nothing that somebody did is asked",
        "assessment-missing" => "Do not say how they are assessed",
        "skills-missing" => "No skill named",
        "alignment-missing" => "Neither framework nor endorsement",
        "size-missing" => "Neither hours nor credits",
        "result-missing" => "No result in the signed badge",
        "picture-untold" => "Picture not described",
        "version-for-ever" => "Version in the title and no end",
        "overlap" => "Say the same as another badge",
        "chain-too-long" => "Too many badges in a row",
        "too-many-to-a-stack" => "Too many badges to a first stack",
        "no-first-step" => "Stack without a first step",
        "too-many-in-a-set" => "Courses with too many badges",
        "authority-missing" => "Courses whose issuer does not say who stands behind it",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_finding_says_what_it_is_and_what_to_do() {
        let all = [
            Finding::Blocks(Block::EmptyRule),
            Finding::Blocks(Block::Loop {
                names: vec!["A".into(), "B".into(), "A".into()],
            }),
            Finding::Blocks(Block::MoreThanThereAre { needed: 3, of: 2 }),
            Finding::Blocks(Block::WithoutEvidence),
            Finding::OutcomeMissing,
            Finding::OutcomeVague { word: "knows".into() },
            Finding::CriteriaMissing,
            Finding::EvidenceMissing,
            Finding::AssessmentMissing,
            Finding::SkillsMissing,
            Finding::AlignmentMissing,
            Finding::SizeMissing,
            Finding::ResultMissing,
            Finding::PictureUntold,
            Finding::VersionForEver { version: "v2".into() },
            Finding::Overlap {
                name: "B".into(),
                by: vec![Likeness::Words, Likeness::Rule],
            },
            Finding::ChainTooLong {
                names: vec!["A".into(), "B".into()],
            },
            Finding::TooManyToAStack { count: 8 },
            Finding::NoFirstStep,
            Finding::TooManyInASet { count: 13 },
            Finding::AuthorityMissing,
        ];
        for one in &all {
            for text in [found(one), advice(one)] {
                assert!(text.ends_with('.') && text.len() > 10, "{one:?}: {text}");
                assert!(!text.contains("certif"), "{text}");
            }
            assert_ne!(kind(one.code()), one.code());
        }
    }
}
