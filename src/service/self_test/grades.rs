//! Which grades can be seen here, said plainly: assignment and grade services show a tool its own columns and nothing
//! else (AGS 2.0, section 3.1).

use super::{Finding, Verdict, lms};
use crate::lti::registration::{Flavour, Registration};

const RESULTS: &str = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly";
const LINE_ITEM: &str = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem";

pub(super) fn seen(registration: &Registration, granted: &[&str]) -> Finding {
    let lms = lms(registration.flavour);
    if !granted.contains(&RESULTS) {
        return Finding {
            code: "grades",
            verdict: Verdict::Remark,
            sentence: format!("Cairn can see no grades here: {lms} does not let it read any."),
            advice: Some(
                "Badges can still be awarded for approved evidence, by hand, and for other badges. Grant the services above to use grades."
                    .to_owned(),
            ),
        };
    }
    let columns = if granted.contains(&LINE_ITEM) {
        "and in columns that a teacher makes in Cairn's rule builder"
    } else {
        "but it may make no columns of its own"
    };
    let early = match registration.flavour {
        Flavour::Canvas => {
            " A grade that was typed before Cairn knew the student's row stays invisible until it is saved again."
        }
        Flavour::Moodle | Flavour::Other => "",
    };
    Finding {
        code: "grades",
        verdict: Verdict::Remark,
        sentence: format!(
            "Cairn can see the grades in its own activities, {columns}, also where a teacher overrides them. It cannot see the grades of {lms}'s own assignments and quizzes: LTI shows a tool its own columns only.{early}"
        ),
        advice: Some(
            "Let students hand in through Cairn's evidence activities, or keep a column of Cairn's beside the assignment and type the grade there."
                .to_owned(),
        ),
    }
}
