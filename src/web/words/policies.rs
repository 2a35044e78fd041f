//! What an institution's policies keep from people, in words.

use crate::domain::policy::{Offers, Policy, Power, Refusal, Regrade, Sections, Who};
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
        Refusal::Endorse => {
            "Your institution lets only administrators invite others to endorse badges. Nobody was invited; ask an administrator of your course site to do it."
        }
        Refusal::Assistants(Power::Endorse) => {
            "Your institution does not let teaching assistants invite others to endorse badges. Nobody was invited; ask a teacher of this course to do it."
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
        Refusal::Inside => {
            "Your institution says that you are a minor, so your badges stay inside this course site and there is nothing to switch on. The badges and their files are yours all the same."
        }
        Refusal::Name => {
            "Your institution does not show names on badge pages. Nothing was changed; leave your name off and save again."
        }
        Refusal::PublicPage => {
            "This badge has no public page: its institution keeps badges off the web. Ask its holder for the badge file; it can be checked without this page."
        }
        Refusal::AccountJoins => {
            "Your institution does not let students join their accounts themselves. Nothing was changed."
        }
    }
}

/// Why a holder has no page, link or collection for others, where the policy that holds of them lets there be none.
#[must_use]
pub(crate) const fn stays_inside(policy: &Policy) -> &'static str {
    if policy.minors {
        "Your institution says that you are a minor, so your badges stay inside this course site: nobody else sees a page, a link or a collection of them."
    } else {
        "Your institution keeps badges off the web, so nobody else sees a page, a link or a collection of them."
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
        (Power::Endorse, false) => {
            "Your institution lets only administrators invite others to endorse badges."
        }
        (Power::Endorse, true) => {
            "Inviting others to endorse badges is not for teaching assistants at your institution."
        }
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

/// A policy in words: each part with what it says, always in the same order.
#[must_use]
pub(crate) fn told(policy: &Policy) -> Vec<(&'static str, String)> {
    let who = |who: Who| match who {
        Who::Instructors => "instructors, in their own courses".to_owned(),
        Who::Administrators => "only instructors who administer the course site".to_owned(),
    };
    let yes = |says: bool| if says { "yes" } else { "no" }.to_owned();
    let may = policy.assistants;
    vec![
        ("Who makes badges and changes them", who(policy.create)),
        ("Who approves students and awards by hand", who(policy.approve)),
        ("Who revokes badges", who(policy.revoke)),
        ("Who invites others to endorse badges", who(policy.endorse)),
        ("Teaching assistants review", yes(may.review)),
        ("Teaching assistants approve", yes(may.approve)),
        ("Teaching assistants make badges", yes(may.create)),
        ("Teaching assistants revoke", yes(may.revoke)),
        (
            "Teachers who see only their own sections",
            match policy.sections {
                Sections::WholeCourse => "see the whole course".to_owned(),
                Sections::NoTeaching => "see what students see".to_owned(),
            },
        ),
        (
            "When a grade falls after the award",
            match policy.regrade {
                Regrade::Keep => "the badge stays",
                Regrade::Flag => "the badge stays, and an instructor is told",
                Regrade::Suspend => "the badge is suspended until an instructor decides",
                Regrade::RevokeAfterReview => "the badge is revoked after an instructor has looked",
            }
            .to_owned(),
        ),
        (
            "Which badges count in other courses",
            match policy.offers {
                Offers::Active => "all that are active",
                Offers::Chosen => "those that a teacher of their course offers",
                Offers::Nothing => "none",
            }
            .to_owned(),
        ),
        (
            "How long history is kept",
            match policy.keep_days {
                None => "for ever".to_owned(),
                Some(days) => format!("{days} days"),
            },
        ),
        ("Badges have public pages", yes(policy.public_pages)),
        ("Our students are minors", yes(policy.minors)),
        (
            "Badges of other issuers may count in rules",
            yes(policy.external_badges),
        ),
        (
            "A second person approves programmes",
            yes(policy.programme_reviews),
        ),
        (
            "Administrators see names of those who would earn a programme or hold a badge",
            yes(policy.programme_names),
        ),
        (
            "The public page of a programme says how many hold it",
            yes(policy.programme_counts),
        ),
        (
            "Students join their own accounts of two platforms",
            yes(policy.account_joins),
        ),
    ]
}
