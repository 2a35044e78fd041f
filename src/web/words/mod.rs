//! Words for people that several pages, or one page in several cases, choose from. Use cases return reasons; what people
//! are told of them is here, and the command line says it in the same words.

pub mod checks;
pub mod copying;
pub mod errors;
pub mod evidence;
pub mod lms;
pub mod pictures;
pub mod platforms;
pub mod policies;
pub mod refusals;
mod registering;
pub mod self_test;

/// A text as a sentence with its full stop.
#[must_use]
fn full_stop(text: &str) -> String {
    let ends = text.ends_with(['.', '?', '!']);
    if ends { text.to_owned() } else { format!("{text}.") }
}
