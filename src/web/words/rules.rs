//! What is wrong with a rule, what keeps it from being activated, and why a badge rests, in words for its instructors.

use crate::domain::badge::BadgeState;
use crate::domain::columns::{ColumnTrouble, Remedy, TroubleKind};
use crate::domain::design_review::RuleProblem as P;
use crate::domain::outside::{Measure, Withheld};
use crate::domain::rest::Rest;
use crate::domain::rule::{MAX_CONDITIONS, MAX_DEPTH};
use crate::service::badge::design::{Blocking, Obstacle};

/// What to do about a rule that cannot decide.
#[must_use]
pub(crate) fn problem(problem: &P) -> String {
    let fixed = match problem {
        P::EmptyRule => "Add a condition: a rule without one never awards anything.",
        P::EmptyGroup => "Add a condition to the empty group, or remove the group.",
        P::NoneNeeded { of } => {
            return format!("Ask for at least 1 in a group: “at least 0 of {of}” asks for nothing.");
        }
        P::MoreThanThereAre { needed, of } => {
            return format!("Ask for at most {of} in a group of {of}: {needed} of {of} cannot be met.");
        }
        P::UnknownLineItem => {
            "Choose an assignment again: the one that the rule names is not in this course."
        }
        P::LineItemGone { label } => {
            return format!("Choose another assignment: “{label}” is gone from the gradebook.");
        }
        P::LineItemOfFormer { label } => {
            return format!(
                "Choose another assignment: “{label}” belongs to a former registration of Cairn, through which this course is not read any more."
            );
        }
        P::UnknownElsewhere => {
            "Choose a grade from elsewhere again: the one that the rule names is not in this course. Bring a gradebook file of this course first."
        }
        P::ElsewhereNotRead { label } => {
            return format!(
                "Bring a gradebook file that has “{label}” and let it count, or choose something else: its grades are not known here any more."
            );
        }
        P::ElsewhereOff { label } => {
            return format!(
                "Have the course site itself read again, or choose something else: the grades of “{label}” come from there, and it is not read now. They count again once an administrator has that switched on and its reading works."
            );
        }
        P::ElsewhereGone { label } => {
            return format!(
                "Choose something else: “{label}” is not in the gradebook of the course site any more. It was deleted there, or is out of reach."
            );
        }
        P::ElsewhereWithheld { label, why } => return withheld(label, *why),
        P::ElsewhereMeasure {
            label,
            measure,
            of_points,
        } => return measured(label, *measure, *of_points),
        P::HandInsNotTold { label } => {
            return format!(
                "Choose another assignment, or ask for its grade: nothing tells here what is handed in to “{label}”. Reading the course from the LMS itself tells it of assignments, a gradebook file does not; if that is off, an administrator can switch it on again."
            );
        }
        P::CompletionNotTold { label } => {
            return format!(
                "Choose another activity, or ask for its grade: nothing tells here who completed “{label}”. Reading the course from Moodle itself tells it of activities with completion, a gradebook file does not; if that is off, an administrator can switch it on again."
            );
        }
        P::BestOfNothing => "Choose the grades of which the best count.",
        P::BestOutOfRange { best, of } => {
            return format!("Let 1 to {of} of these {of} grades count: the best {best} cannot be chosen.");
        }
        P::TooManyColumns { count } => {
            return format!(
                "Choose at most {MAX_CONDITIONS} grades of which the best count; there are {count}."
            );
        }
        P::SeemTheSame { one, other } => {
            return format!(
                "Leave “{one}” or “{other}” out of the grades of which the best count: they seem to be the same, which would count twice. If they are not, rename one of them in the course site."
            );
        }
        P::NoShare { label } => {
            return format!(
                "Leave “{label}” out of the grades of which the best count: no percent can be made of a scale, of letters, or of points out of a number that nobody tells."
            );
        }
        P::WordNotInScale { label, word, words } => {
            return format!(
                "Type one of the grades that “{label}” has: {}. “{word}” is none of them.",
                words.join(", ")
            );
        }
        P::NoWord { label } => {
            return format!("Type at least one grade that passes in “{label}”.");
        }
        P::UnknownActivity => {
            "Choose an evidence activity again: the one that the rule names is not in this course."
        }
        P::UnknownBadge => {
            "Choose a badge again: the one that the rule names is not in this course, and no other offers it."
        }
        P::YearsOutOfRange { years } => {
            return format!("Ask for a badge of the last 1 to 50 years; {years} is outside.");
        }
        P::TotalOfNothing => "Choose the badges that are to add up.",
        P::TotalNotAboveZero => "Ask for more than 0 hours or credits.",
        P::SameLineage { one, other } => {
            return format!(
                "Name only one of “{one}” and “{other}”: they are the same badge in two courses or terms, and whoever has both has it once."
            );
        }
        P::Loop { names } => {
            return format!(
                "Break the loop, in which no badge could be earned first: {}.",
                names.join(" → ")
            );
        }
        P::PercentOutOfRange { label, percent } => {
            return format!(
                "Ask for more than 0 and at most 100 percent in “{label}”; {percent} is outside."
            );
        }
        P::PercentOfScale { label, steps } => {
            return format!(
                "Choose points and the number of a step of “{label}”, 1 to {steps}: it is graded by a scale, of which no percent can be made."
            );
        }
        P::PointsNotAboveZero { label, points } => {
            return format!("Ask for more than 0 points in “{label}”; {points} asks for nothing.");
        }
        P::PointsAboveMaximum {
            label,
            points,
            maximum,
        } => {
            return format!(
                "Ask for at most {maximum} points in “{label}”: nobody can reach {points}, so this can never be met."
            );
        }
        P::StepAboveScale { label, step, steps } => {
            return format!(
                "Ask for a step of “{label}”, 1 to {steps}: it is graded by a scale that has no step {step}, so this can never be met."
            );
        }
        P::ApplicationWithoutEvidence => {
            "Add “evidence is approved”: an Application badge rests on work that somebody assessed."
        }
        P::EvidenceAvoidable => {
            "Make approved evidence necessary: as the rule stands, this Application badge can be earned without it."
        }
        P::TooDeep { depth } => {
            return format!("Nest groups at most {MAX_DEPTH} deep; these are {depth} deep.");
        }
        P::TooManyConditions { count } => {
            return format!("Use at most {MAX_CONDITIONS} conditions; there are {count}.");
        }
        P::Duplicate { label } => {
            return format!("Remove one of two equal conditions in a group: “{label}” counts only once.");
        }
    };
    fixed.to_owned()
}

/// What can be asked of a column that is none of ours.
fn measured(label: &str, measure: Measure, of_points: bool) -> String {
    match measure {
        Measure::Points if of_points => format!("Ask for points or percent of “{label}”: it holds points."),
        Measure::Points => format!(
            "Ask for points of “{label}”: nothing says how many points it has, so no percent can be made of it."
        ),
        Measure::Percent => format!("Ask for percent of “{label}”: it holds percentages."),
        Measure::Words => {
            format!("Choose “is one of these” for “{label}” and type what passes: it holds letters or words.")
        }
        Measure::PassFail => format!("Ask whether “{label}” is passed: it is complete or incomplete."),
    }
}

/// What keeps a rule from being activated.
fn blocking(blocking: &Blocking) -> String {
    let fixed = match blocking {
        Blocking::Rule(found) => return problem(found),
        Blocking::TimeOver => {
            "The badge's time of validity is over, so it awards nothing. Give it a later end first."
        }
        Blocking::BeingRead => {
            "The course is being read for the first time. This page looks again by itself."
        }
        Blocking::NeverRead => {
            "The course has not been read yet. Press “Check now” on the page of all badges."
        }
        Blocking::Retired => "A retired badge is not awarded any more.",
    };
    fixed.to_owned()
}

/// The same of a badge in that state: why it is paused for a column says of it what helps.
#[must_use]
pub(crate) fn blocking_of(what: &Blocking, state: &BadgeState) -> String {
    let told = match (what, state) {
        (
            Blocking::Rule(P::LineItemGone { label } | P::LineItemOfFormer { label }),
            BadgeState::Paused {
                reason: Rest::Columns(found),
            },
        ) => found
            .iter()
            .find(|one| one.kind == TroubleKind::Gone && one.label == *label),
        _ => None,
    };
    told.map_or_else(|| blocking(what), column)
}

/// What to do about a column of whose grades students see none.
fn withheld(label: &str, why: Withheld) -> String {
    match why {
        Withheld::Unpublished => format!(
            "Publish “{label}” in the course site, or choose something else: students do not see it, so its grades are not read."
        ),
        Withheld::Anonymous => format!(
            "Wait until “{label}” is no longer graded anonymously, or choose something else: until then its grades are not read."
        ),
        Withheld::Totals => format!(
            "Let students see their totals in the course site, or choose something else: it hides “{label}” from them, so it is not read."
        ),
        Withheld::Ungraded => format!(
            "Choose something else, or ask what is handed in: “{label}” has no grades in the course site."
        ),
    }
}

/// That nobody can earn a badge as its rule stands, why, and what to do; with its name where the page is about several.
#[must_use]
pub(crate) fn cannot_be_earned(name: Option<&str>, found: &P) -> String {
    let whose = name.map_or_else(
        || "Cannot be earned".to_owned(),
        |name| format!("“{name}” cannot be earned"),
    );
    format!(
        "{whose} as its rule stands, because a column that it names is not read from any source. {} What was awarded stays.",
        problem(found)
    )
}

/// What keeps a badge from working.
#[must_use]
pub(crate) fn obstacle(obstacle: &Obstacle) -> String {
    match obstacle {
        Obstacle::Rests(why) => rest(why),
        Obstacle::NoRule => "It has no rule yet.".to_owned(),
        Obstacle::Rule(found) => problem(found),
        Obstacle::CannotBeEarned(found) => cannot_be_earned(None, found),
    }
}

/// What gives an activity a column where it has lost its own.
pub(crate) const PLACED_AGAIN: &str =
    "Put the activity into the course once more and open it there: then it gets a column.";

/// Why a badge rests, and what to do.
#[must_use]
pub(crate) fn rest(rest: &Rest) -> String {
    match rest {
        Rest::Columns(found) => {
            let sentences: Vec<String> = found.iter().map(column).collect();
            sentences.join(" ")
        }
        Rest::Word => "Everything that its rule reads is in the gradebook again, as it was. Look at who would earn it, then let it decide again."
            .to_owned(),
        Rest::NotFound(names) => {
            // A column and the activity that it is of are called the same, and are said once.
            let said_before = |place: usize, name: &String| names.iter().take(place).any(|one| one == name);
            let names: Vec<&String> = names
                .iter()
                .enumerate()
                .filter(|(place, name)| !said_before(*place, name))
                .map(|(_, name)| name)
                .collect();
            let (them, were) = if names.len() == 1 { ("it", "was") } else { ("them", "were") };
            // What is in another course has no name here.
            let quoted = |name: &String| match name.as_str() {
                "" => "a badge of another course".to_owned(),
                name => format!("“{name}”"),
            };
            let names: Vec<String> = names.into_iter().map(quoted).collect();
            format!(
                "It was copied from another course, and {} {were} not found here. Say what stands for {them}.",
                all_of(&names)
            )
        }
        Rest::Chosen => "An administrator of your institution paused it. It awards nothing until one activates it again.".to_owned(),
        Rest::Earlier(sentences) => sentences.clone(),
    }
}

fn column(
    ColumnTrouble {
        label,
        kind,
        former,
        remedy,
        ..
    }: &ColumnTrouble,
) -> String {
    let helps = match remedy {
        Remedy::AnotherColumn => "Change the rule so that it names another one.",
        Remedy::PlacedAgain => PLACED_AGAIN,
        Remedy::AnotherCondition => {
            "There is no other column that the rule could name, so change what it asks for."
        }
    };
    match kind {
        TroubleKind::Gone if *former => format!(
            "The gradebook column “{label}” belongs to a former registration of Cairn, through which this course is not read any more. {helps}"
        ),
        TroubleKind::Gone => {
            format!("The gradebook column “{label}” is no longer in the course. {helps}")
        }
        TroubleKind::MaximumChanged => format!(
            "The maximum of the gradebook column “{label}” was changed. Look at the rule and activate it again."
        ),
        TroubleKind::PercentOfScale => format!(
            "The gradebook column “{label}” is graded by a scale, of which no percent can be made. Change the rule so that it asks for a step."
        ),
        TroubleKind::Remade => format!("The gradebook column “{label}” was made anew."),
    }
}

/// "a", "a and b", "a, b and c".
fn all_of(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_of_a_rule_names_what_it_is_about() {
        assert_eq!(
            problem(&P::MoreThanThereAre { needed: 3, of: 2 }),
            "Ask for at most 2 in a group of 2: 3 of 2 cannot be met."
        );
        let names = ["Basic", "Automation", "Basic"].map(str::to_owned).to_vec();
        assert_eq!(
            problem(&P::Loop { names }),
            "Break the loop, in which no badge could be earned first: Basic → Automation → Basic."
        );
    }

    #[test]
    fn what_nobody_can_earn_is_said_with_why_and_what_to_do() {
        let label = || "Weekly quiz".to_owned();
        let said = cannot_be_earned(Some("Quiz master"), &P::ElsewhereGone { label: label() });
        assert!(
            said.starts_with("“Quiz master” cannot be earned as its rule stands"),
            "{said}"
        );
        assert!(said.contains("Choose something else") && said.ends_with("What was awarded stays."));
        let hidden = P::ElsewhereWithheld {
            label: label(),
            why: Withheld::Unpublished,
        };
        let said = obstacle(&Obstacle::CannotBeEarned(hidden));
        assert!(
            said.starts_with("Cannot be earned") && said.contains("Publish “Weekly quiz”"),
            "{said}"
        );
    }

    #[test]
    fn a_copied_badge_names_everything_that_was_not_found() {
        let found = |names: &[&str]| {
            rest(&Rest::NotFound(
                names.iter().map(|name| (*name).to_owned()).collect(),
            ))
        };
        assert!(found(&["Quiz"]).contains("and “Quiz” was not found here. Say what stands for it."));
        assert!(
            found(&["Project report", "Project report"])
                .contains("and “Project report” was not found here. Say what stands for it.")
        );
        assert!(
            found(&["A", "B", "C"])
                .contains("“A”, “B” and “C” were not found here. Say what stands for them.")
        );
    }

    #[test]
    fn each_column_has_a_sentence_and_what_an_earlier_version_said_stays() {
        let trouble = |label: &str, kind| ColumnTrouble {
            item: "item".into(),
            label: label.into(),
            kind,
            former: false,
            remedy: Remedy::default(),
        };
        let former = ColumnTrouble {
            former: true,
            ..trouble("Report", TroubleKind::Gone)
        };
        let said = rest(&Rest::from(vec![former]));
        assert!(
            said.contains("“Report” belongs to a former registration"),
            "{said}"
        );
        for (remedy, helps) in [
            (Remedy::PlacedAgain, "Put the activity into the course once more"),
            (Remedy::AnotherColumn, "names another one"),
            (Remedy::AnotherCondition, "There is no other column"),
        ] {
            let gone = ColumnTrouble {
                remedy,
                ..trouble("Report", TroubleKind::Gone)
            };
            let reason = Rest::from(vec![gone]);
            let said = rest(&reason);
            assert!(said.contains(helps), "{said}");
            // So does the page that tries the rule.
            let of = |label: &str| {
                let label = label.to_owned();
                Blocking::Rule(P::LineItemGone { label })
            };
            let paused = BadgeState::Paused { reason };
            assert_eq!(blocking_of(&of("Report"), &paused), said);
            assert_eq!(blocking_of(&of("Other"), &paused), blocking(&of("Other")));
        }
        let both = rest(&Rest::from(vec![
            trouble("Quiz", TroubleKind::Gone),
            trouble("Essay", TroubleKind::MaximumChanged),
        ]));
        assert!(
            both.contains("“Quiz” is no longer") && both.contains("“Essay” was changed"),
            "{both}"
        );
        assert!(rest(&Rest::from(Vec::new())).contains("in the gradebook again"));
        assert_eq!(rest(&Rest::Earlier("As it was said.".into())), "As it was said.");
    }
}
