//! Badges to start from, in words, and verbs for what a badge proves.

use crate::domain::starters::Starter;

/// An example: what its button says, and the texts that it begins with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Example {
    pub(crate) button: &'static str,
    pub(crate) name: &'static str,
    pub(crate) outcome: &'static str,
    pub(crate) criteria: &'static str,
    pub(crate) assessment: &'static str,
}

/// The words of an example; whoever takes it puts their own in their place.
#[must_use]
pub(crate) const fn example(starter: Starter) -> Example {
    match starter {
        Starter::Test => Example {
            button: "A test",
            name: "Reads data tables",
            outcome: "Reads tables and charts and names what they do and do not show.",
            criteria: "- Answers questions about five tables and charts that were not discussed before.\n- Reaches **80 %**.",
            assessment: "A test under supervision, marked by an instructor.",
        },
        Starter::Exercises => Example {
            button: "Several exercises",
            name: "Writes SQL queries",
            outcome: "Writes queries that join, filter and group tables.",
            criteria: "- Solves the weekly exercises; the weakest one does not count.\n- Reaches **70 %** on average.",
            assessment: "Each exercise is marked by its result and looked over by an instructor.",
        },
        Starter::Project => Example {
            button: "A project",
            name: "Cleans a real dataset",
            outcome: "Cleans a real dataset and explains each step.",
            criteria: "- Hands in the cleaned data and a report of two pages.\n- Every step can be repeated from the report.",
            assessment: "An instructor reads the report, repeats two of the steps and approves the work.",
        },
        Starter::Presentation => Example {
            button: "A presentation",
            name: "Presents findings",
            outcome: "Presents findings to people outside the field and answers their questions.",
            criteria: "- Hands in slides.\n- Speaks for ten minutes and answers questions.",
            assessment: "An instructor approves the slides, listens to the talk and confirms that it was given.",
        },
        Starter::TakingPart => Example {
            button: "Taking part",
            name: "Mentor of new students",
            outcome: "Helped new students through their first term.",
            criteria: "- Met their group at least five times.",
            assessment: "",
        },
    }
}

/// Verbs of what can be seen, by what somebody does.
pub(crate) const VERBS: [(&str, &str); 5] = [
    (
        "Recalls and explains",
        "names, describes, explains, compares, summarises",
    ),
    (
        "Applies",
        "calculates, measures, operates, repairs, translates, writes",
    ),
    ("Analyses", "diagnoses, tests, traces, interprets, distinguishes"),
    ("Judges", "reviews, selects, justifies, estimates, assesses"),
    ("Makes", "builds, designs, plans, produces, presents, leads"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::badge::Kind;

    #[test]
    fn an_example_is_what_the_coach_would_leave_in_peace() {
        for starter in Starter::ALL {
            let words = example(starter);
            assert!(!words.outcome.is_empty() && !words.criteria.is_empty());
            assert_eq!(words.assessment.is_empty(), starter.kind() == Kind::Recognition);
        }
    }
}
