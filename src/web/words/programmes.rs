//! Programmes in words: what is refused, what keeps one from deciding, and what its terms mean.

use crate::domain::programme::{Hindrance, PartsEnd};
use crate::service::base::refusal::ProgrammeRefusal;
use crate::web::words::rules;

/// Why something cannot be done with a programme, and what to do.
#[must_use]
pub(crate) fn refusal(refusal: ProgrammeRefusal) -> String {
    let fixed = match refusal {
        ProgrammeRefusal::TooMany { most } => {
            return format!(
                "A programme names at most {most} badges. Nothing was saved; make smaller programmes, and one over them."
            );
        }
        ProgrammeRefusal::NoPlatform => {
            "Connect a Moodle or Canvas first: nobody could earn a programme before. Nothing was saved."
        }
        ProgrammeRefusal::Retired => {
            "This programme is retired, so it does not change any more. Make a new one instead."
        }
        ProgrammeRefusal::UnknownPart => {
            "One of the chosen badges is not there any more, or was never activated. Nothing was saved; open the page again and choose anew."
        }
        ProgrammeRefusal::ApprovedStays => {
            "Your institution has a second person approve what programmes award, so while one awards only its parts can be changed, and they wait for that approval. To change its texts or its terms too, pause it first."
        }
        ProgrammeRefusal::ReviewAnswered => {
            "This was answered already, or the programme was changed since. Nothing was done twice; look at it again."
        }
        ProgrammeRefusal::OwnDesign => {
            "You designed this programme, so somebody else has to approve it. Nothing was changed."
        }
        ProgrammeRefusal::NoReview => {
            "Your institution asks no second person to approve programmes. You can activate it."
        }
        ProgrammeRefusal::Reason => "Say why in 1 to 500 characters; it is kept.",
        ProgrammeRefusal::NotAPart => {
            "This badge is no part of the programme as it awards now. Activate the programme first, or choose one of its parts."
        }
        ProgrammeRefusal::NoPartHeld => {
            "This person has earned no part of the programme yet, so there is nothing to finish by waiving one."
        }
        ProgrammeRefusal::NotGiven => {
            "Programmes of your institution are made by its administrators, and by instructors to whom they gave that power. Ask an administrator for it. Nothing was changed."
        }
        ProgrammeRefusal::TeachesNowhere => {
            "No course shows this person as a teacher now, so the power would end at once. Nothing was changed."
        }
        ProgrammeRefusal::WaivedAlready => "This part is waived for this person already.",
        ProgrammeRefusal::CopyChanged => {
            "This copy was changed since you looked at it, or it counts by now. Nothing was done; open the programme again and look at what the copy asks."
        }
        ProgrammeRefusal::WaiverUsed => {
            "The programme was awarded to this person, and the badge says which part was waived, so the waiver stays. Revoke the badge first if it was a mistake."
        }
    };
    fixed.to_owned()
}

/// What keeps a programme from deciding, and what to do.
#[must_use]
pub(crate) fn hindrance(hindrance: &Hindrance) -> String {
    match hindrance {
        Hindrance::Rule(problem) => rules::problem(problem),
        Hindrance::OneInTwoTerms { names } => format!(
            "{} are one badge in two terms, so it would be asked for twice. Choose one of them; the other counts in its place.",
            names
                .iter()
                .map(|name| format!("“{name}”"))
                .collect::<Vec<_>>()
                .join(" and ")
        ),
        Hindrance::NotApproved => {
            "Your institution wants a second person to approve it first. Ask for that on this page, under “A second person”.".to_owned()
        }
        Hindrance::AwaitsApproval => {
            "It waits for a second person to approve it: another administrator, or another instructor who makes programmes. They are told where they see all programmes.".to_owned()
        }
        Hindrance::ChangesAsked => {
            "A second person asked for a change. Make it, and ask for approval again.".to_owned()
        }
        Hindrance::TimeOver => {
            "The time for which this badge is valid is over. Give it a later end first.".to_owned()
        }
        Hindrance::Retired => "This programme is retired: nobody is awarded it any more.".to_owned(),
    }
}

/// How many programmes wait for an answer that whoever reads it can give; none where there are none.
#[must_use]
pub(crate) fn awaiting(count: usize) -> Option<String> {
    match count {
        0 => None,
        1 => Some("1 programme waits for your approval".to_owned()),
        several => Some(format!("{several} programmes wait for your approval")),
    }
}

/// What the end of a part does to the whole.
#[must_use]
pub(crate) const fn parts_end(end: PartsEnd) -> &'static str {
    match end {
        PartsEnd::Keeps => "The whole stays when a part of it expires.",
        PartsEnd::Lapses => {
            "The whole ends with the first part that it needs, and is back as soon as enough parts are valid."
        }
        PartsEnd::Renewal => {
            "The whole ends with the first part that it needs, and has to be renewed by earning a part anew."
        }
    }
}
