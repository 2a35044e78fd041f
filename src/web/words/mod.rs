//! Words for people that several pages, or one page in several cases, choose from. Use cases return reasons; what people
//! are told of them is here, and the command line says it in the same words.

pub(crate) mod achievements;
pub(crate) mod archives;
pub(crate) mod checks;
pub(crate) mod coach;
pub(crate) mod columns;
pub(crate) mod copying;
pub(crate) mod designs;
pub(crate) mod email_hash;
pub(crate) mod endorsements;
pub(crate) mod errors;
pub(crate) mod evidence;
pub(crate) mod institution_badges;
pub(crate) mod lineages;
pub(crate) mod lms;
pub(crate) mod lms_work;
pub(crate) mod namesakes;
pub(crate) mod outside;
pub(crate) mod pictures;
pub(crate) mod places;
pub(crate) mod platforms;
pub(crate) mod policies;
pub(crate) mod portfolio;
pub(crate) mod programmes;
pub(crate) mod refusals;
mod registering;
pub(crate) mod releases;
pub(crate) mod renewals;
pub(crate) mod replay;
pub(crate) mod rest_access;
pub(crate) mod rest_grades;
pub(crate) mod rules;
pub(crate) mod scores;
pub(crate) mod self_test;
pub(crate) mod stages;
pub(crate) mod starters;
pub(crate) mod starting;
pub(crate) mod states;
pub(crate) mod students;
pub(crate) mod timelines;
pub(crate) mod versions;

/// A text as a sentence with its full stop.
#[must_use]
fn full_stop(text: &str) -> String {
    let ends = text.ends_with(['.', '?', '!']);
    if ends { text.to_owned() } else { format!("{text}.") }
}
