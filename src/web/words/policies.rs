//! What an institution's policies keep from people, in words.

use crate::domain::policy::{Power, Refusal};
use crate::service::institution::policies::AssistantsTold;

/// What a policy refuses, with whom to ask.
#[must_use]
pub(crate) const fn refusal(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Create => {
            "Your institution lets only administrators make and change badges. Nothing was changed; ask an administrator of your course site to do it."
        }
        Refusal::Approve => {
            "Your institution lets only administrators approve students and award badges by hand. Nothing was changed; ask an administrator of your course site to do it."
        }
        Refusal::Revoke => {
            "Your institution lets only administrators revoke badges. Nothing was changed; ask an administrator of your course site to do it."
        }
        Refusal::Assistants(Power::Create) => {
            "Your institution does not let teaching assistants make and change badges. Nothing was changed; ask a teacher of this course to do it."
        }
        Refusal::Assistants(Power::Approve) => {
            "Your institution does not let teaching assistants approve students, award badges by hand or say who is a student. Nothing was changed; ask a teacher of this course to do it."
        }
        Refusal::Assistants(Power::Revoke) => {
            "Your institution does not let teaching assistants revoke badges. Nothing was changed; ask a teacher of this course to do it."
        }
        Refusal::Assistants(Power::Place) => {
            "Your institution does not let teaching assistants put badges and evidence activities into a course. Nothing was changed; ask a teacher of this course to do it."
        }
        Refusal::Assistants(Power::Review) => {
            "Your institution does not let teaching assistants review what students handed in. Nothing was changed; ask a teacher of this course to do it."
        }
        Refusal::Sharing => {
            "Your institution keeps badges off the web, so there is nothing to switch on. The badge and its files are yours all the same."
        }
        Refusal::Name => {
            "Your institution does not show names on badge pages. Nothing was changed; leave your name off and save again."
        }
        Refusal::PublicPage => {
            "This badge has no public page: its institution keeps badges off the web. Ask its holder for the badge file; it can be checked without this page."
        }
    }
}

/// What a page says in the place of what it does not offer, to a teaching assistant or to another instructor.
#[must_use]
pub(crate) const fn kept(power: Power, assistant: bool) -> &'static str {
    match (power, assistant) {
        (Power::Create | Power::Place, false) => {
            "Your institution lets only administrators make and change badges."
        }
        (Power::Approve | Power::Review, false) => {
            "Your institution lets only administrators approve students and award badges by hand."
        }
        (Power::Revoke, false) => "Your institution lets only administrators revoke badges.",
        (Power::Create, true) => {
            "Making and changing badges is not for teaching assistants at your institution."
        }
        (Power::Place, true) => {
            "Putting things into the course is not for teaching assistants at your institution."
        }
        (Power::Approve, true) => {
            "Approving students, awarding by hand and saying who is a student is not for teaching assistants at your institution."
        }
        (Power::Review, true) => {
            "Reviewing is not for teaching assistants at your institution; you may look."
        }
        (Power::Revoke, true) => "Revoking badges is not for teaching assistants at your institution.",
    }
}

/// What a platform tells of teaching assistants, as administrators read it beside the policy.
#[must_use]
pub(crate) fn assistants_told(platform: &str, told: AssistantsTold) -> String {
    match told {
        AssistantsTold::Named => format!(
            "“{platform}” names teaching assistants, so this holds there. Somebody who also teaches another section counts as an assistant."
        ),
        AssistantsTold::Unnamed => format!(
            "“{platform}” does not tell teaching assistants from teachers: whoever may edit or mark there launches as a teacher, or as a student, so this has no effect there."
        ),
        AssistantsTold::MayBeNamed => {
            format!("“{platform}” may name teaching assistants; where it does, this holds there.")
        }
    }
}
