//! What is refused about a course: its links, columns and copies, and what is placed into it.

use crate::service::base::refusal::{
    AddressTrouble, ColumnRefusal, CourseRefusal, PlacingRefusal, PlatformService, Unusable,
};
use crate::web::words::full_stop;

pub(super) const fn course(refusal: CourseRefusal) -> &'static str {
    match refusal {
        CourseRefusal::CopyNotTaken => {
            "The badges were not brought along yet. Bring them first, then say what stands for what."
        }
        CourseRefusal::CopyChoice => {
            "Choose something of this course for each line. What you chose may have been removed; look again."
        }
        CourseRefusal::CopyNotAgreed => {
            "Nobody who teaches the other course has agreed yet, so nothing came along. Ask them on the course page."
        }
        CourseRefusal::DeploymentClaim => {
            "This page is too old to ask with. Open the link in your course again and ask there."
        }
        CourseRefusal::DeploymentRefused => {
            "An administrator of Cairn refused this place meanwhile, so nothing was asked. Talk to them if it is yours."
        }
        CourseRefusal::Ended => {
            "This course has ended, so nothing is changed in it any more. Badges that were awarded stay valid."
        }
        CourseRefusal::LinkChosen => {
            "Somebody has chosen something else for this link already. Add another link to the course if you need both."
        }
        CourseRefusal::NoticesUnreadable => {
            "Send notices as JSON: {\"notices\": [{\"jwt\": …}]}, at most 50 at a time."
        }
        CourseRefusal::StudentNotInDoubt => {
            "The course site says by now what this person is here, so nothing was changed. To change their role, change it in the course site."
        }
    }
}

/// Why there is no gradebook column, or none that can be used.
pub(in crate::web::words) fn column(refusal: &ColumnRefusal) -> String {
    let fixed = match refusal {
        ColumnRefusal::NoService(trouble) | ColumnRefusal::Address(trouble) => return address(trouble),
        ColumnRefusal::Gone(label) => {
            return format!(
                "The gradebook column “{label}” was deleted from the course. {}",
                crate::web::words::rules::PLACED_AGAIN
            );
        }
        ColumnRefusal::OfFormer(label) => {
            return format!(
                "The gradebook column “{label}” belongs to a former registration of Cairn, to which no grades go any more. {}",
                crate::web::words::rules::PLACED_AGAIN
            );
        }
        ColumnRefusal::Locked(label) => {
            return format!(
                "The gradebook column “{label}” takes no grade for now, as when it is locked. If it is, unlock it in the gradebook."
            );
        }
        ColumnRefusal::Label => "Give the column a name of 1 to 200 characters.",
        ColumnRefusal::Points => "Give the column more than 0 and up to 10,000 points.",
        ColumnRefusal::ReleaseDate => "Choose a day and a time that are still to come.",
        ColumnRefusal::NotYet => "The activity has no gradebook column yet.",
    };
    fixed.to_owned()
}

/// Why a service of the platform cannot be called.
pub(in crate::web::words) fn address(trouble: &AddressTrouble) -> String {
    let what = match trouble.service {
        PlatformService::Grades => "grades",
        PlatformService::Members => "member list",
    };
    match &trouble.why {
        Unusable::NotOffered => format!(
            "The platform does not offer its {what} to this tool. Ask its administrator to turn the service on, then open the course again."
        ),
        Unusable::Unreadable => format!("The platform's address for its {what} cannot be read."),
        Unusable::NotAllowed(why) => format!(
            "The platform's address for its {what} is not used: {}",
            full_stop(why)
        ),
    }
}

pub(super) fn placing(refusal: &PlacingRefusal) -> String {
    let fixed = match refusal {
        PlacingRefusal::Count { most } => {
            return format!("Choose what to put into the course: at least one, at most {most} at once.");
        }
        PlacingRefusal::Draft(title) => {
            return format!(
                "“{title}” is a draft, so it has no public page yet. Activate it first, or choose “Opens in Cairn”."
            );
        }
        PlacingRefusal::NotTaken(why) => return why.to_string(),
        PlacingRefusal::NotAsked => {
            "Your course site did not ask for anything here. Go to where you add an activity or an item to the course, and choose Cairn there."
        }
        PlacingRefusal::Shape => {
            "Only a badge can be shown as a card, a link or a picture. Choose “Opens in Cairn” for the rest."
        }
        PlacingRefusal::Waiting => {
            "This page does not wait for another window any more. Go back to where you add content to the course and begin again."
        }
        PlacingRefusal::Opened => {
            "This evidence activity is in the course: its link was opened there, or its column is in the gradebook. It stays. To take it away from students, delete its link in the course."
        }
        PlacingRefusal::HasWork => "A student handed something in to this evidence activity, so it stays.",
        PlacingRefusal::InRule => {
            "The rule of a badge asks for work in this evidence activity, so it stays. Take it out of the rule first if nobody can reach it; a version of a rule that was active keeps it for good."
        }
        PlacingRefusal::Known => {
            "This form was used for something else already. Go back to where you add content to the course and begin again."
        }
    };
    fixed.to_owned()
}
