//! Why a use case refuses what is asked of it, in words: one file for each wing that has many.

mod course;
mod grades;
mod institution;
mod portfolio;
mod replay;

use super::{email_hash, endorsements, institution_badges, programmes, rest_access};
use crate::service::base::refusal::{
    AwardRefusal, BadgeRefusal, CredentialRefusal, JoinRefusal, PrivacyRefusal, Refusal,
};

pub(super) use course::{address, column};
pub(super) use institution::forbidden;
pub(super) use portfolio::LOOKS_USED;

/// What a person is told.
#[must_use]
pub(crate) fn sentence(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Badge(refusal) => badge(*refusal).to_owned(),
        Refusal::Credential(refusal) => credential(*refusal),
        Refusal::Endorsement(refusal) => endorsements::refusal(refusal),
        Refusal::Award(refusal) => award(*refusal).to_owned(),
        Refusal::Course(refusal) => course::course(*refusal).to_owned(),
        Refusal::Column(refusal) => column(refusal),
        Refusal::Placing(refusal) => course::placing(refusal),
        Refusal::Grades(refusal) => grades::grades(refusal),
        Refusal::Replay(refusal) => replay::replay(*refusal),
        Refusal::Institution(refusal) => institution::institution(refusal),
        Refusal::Account(refusal) => institution::account(*refusal).to_owned(),
        Refusal::Privacy(refusal) => privacy(*refusal),
        Refusal::Rest(refusal) => rest_access::refusal(refusal),
        Refusal::Join(refusal) => joining(*refusal).to_owned(),
        Refusal::Portfolio(refusal) => portfolio::portfolio(refusal),
        Refusal::Programme(refusal) => programmes::refusal(*refusal),
        Refusal::InstitutionBadge(refusal) => institution_badges::refusal(refusal),
    }
}

const fn badge(refusal: BadgeRefusal) -> &'static str {
    match refusal {
        BadgeRefusal::Retired => {
            "This badge is retired, so its rule cannot change. Make a new badge instead."
        }
        BadgeRefusal::SavedAtOnce => {
            "Somebody else saved this rule at the same moment. Open it again and look at what is there."
        }
        BadgeRefusal::OtherCourse => {
            "A rule names badges of its own course, and those that other courses of your institution offer. Choose one of the list, and save again."
        }
        BadgeRefusal::StillRests => {
            "Something that its rule needs is not as it was. Look at the rule, and activate it from there."
        }
        BadgeRefusal::DismissReason => {
            "Say in 1 to 500 characters why this does not matter here; whoever reads the report sees it. Nothing was changed."
        }
        BadgeRefusal::FindingGone => {
            "What this was about has changed since the page was made. Look at the report as it is now; nothing was dismissed."
        }
        BadgeRefusal::FindingBlocks => {
            "This keeps the badge from being activated, so it cannot be dismissed. Change the rule or the badge."
        }
    }
}

fn credential(refusal: CredentialRefusal) -> String {
    let fixed = match refusal {
        CredentialRefusal::ShareOver(until, zone) => {
            let end = zone.short_day(until);
            return format!("This link showed a badge until {end}; that time is over.");
        }
        CredentialRefusal::TimelineOver(until, zone) => {
            let end = zone.short_day(until);
            return format!("This link showed a timeline until {end}; that time is over.");
        }
        CredentialRefusal::TimelineMany => {
            "20 links to your timelines work. Withdraw one before you make another; no link was made."
        }
        CredentialRefusal::TimelineWithdrawn => "The holder of this timeline does not show it any more.",
        CredentialRefusal::Erased => {
            "This badge was erased at the wish of its holder. It is revoked, and nothing about it or them is kept here."
        }
        CredentialRefusal::ShareDays => {
            "Choose for how long the link is to work: 7, 30 or 90 days. No link was made."
        }
        CredentialRefusal::ShareMany => {
            "This badge has 20 share links that work. Withdraw one before you make another; no link was made."
        }
        CredentialRefusal::ShareEnded => "This link showed a badge for a time; that time is over.",
        CredentialRefusal::TimelineEnded => "This link showed a timeline for a time; that time is over.",
        CredentialRefusal::ShareWithdrawn => "The holder of this badge has withdrawn this link.",
        CredentialRefusal::KeyReason => {
            "Say in 1 to 500 characters why the key is withdrawn; it is kept in the audit log."
        }
        CredentialRefusal::KeyWithdrawn => "This key is withdrawn already. Nothing was done twice.",
        CredentialRefusal::EmailHash(why) => {
            return format!(
                "{} Nothing was changed; leave that box empty and save again.",
                email_hash::why_not(why)
            );
        }
        CredentialRefusal::Revoked => {
            "This badge was revoked, so it is not signed anew. Ask your teacher if you think that this is a mistake."
        }
        CredentialRefusal::NoParts => {
            "No other badge counted for this one, or none of them is kept here any more, so there is nothing to put together. \
             Take the badge's own files."
        }
        CredentialRefusal::KeyInUse => "This key is not withdrawn, so what it signed stays as it is.",
    };
    fixed.to_owned()
}

const fn award(refusal: AwardRefusal) -> &'static str {
    match refusal {
        AwardRefusal::Inactive => "This badge awards nothing now. Activate it first.",
        AwardRefusal::Retired => "This badge is retired: nobody is awarded it any more.",
        AwardRefusal::TermOver => {
            "The time of validity of this badge is over. Give it a later end first; then it can be awarded again."
        }
        AwardRefusal::NotALearner => "Only active learners of this course can be awarded its badges.",
        AwardRefusal::StudentInDoubt => {
            "The course site cannot tell whether this person is a student. Say it first, on the first page of the course under “Needs attention”; nothing was changed."
        }
        AwardRefusal::Already => {
            "This person has the badge already, or it was taken back. Look at the list of its holders."
        }
        AwardRefusal::NoEvidence => {
            "An Application badge rests on work that somebody assessed, and no work of this person is approved. Approve what was handed in first."
        }
        AwardRefusal::Reason => "Give a reason of 1 to 500 characters; the holder will read it.",
        AwardRefusal::ApprovalReason => {
            "Say why, in 1 to 500 characters; it is kept with the record of this decision."
        }
        AwardRefusal::ApprovalNotAsked => {
            "The rule of this badge asks for no approval now. Award the badge by hand instead."
        }
        AwardRefusal::ApprovalNotALearner => {
            "Only active learners of this course can be approved for its badges."
        }
        AwardRefusal::EvidenceApproved => {
            "What you handed in is approved already, so it stays as it is. You can hand in anew once a badge that rests on it lapses."
        }
        AwardRefusal::EvidenceTwice => {
            "You have handed in twice at the same moment. The first one counts; open the page again to see it."
        }
        AwardRefusal::FileLinkOver => {
            "This link to a file works for a minute only. Open the page it was on again, and click it there."
        }
        AwardRefusal::RenewalNotMet => {
            "A badge is renewed for those who meet its rule, and somebody among these does not meet it any more. Nothing was renewed; look at the list again, or award the badge by hand and say why."
        }
        AwardRefusal::CourseGoesOn => {
            "The course of this badge goes on, so whoever teaches it takes the badge back there, on the badge’s page of holders. Nothing was changed."
        }
        AwardRefusal::RegradeSettled => {
            "This was settled already: somebody decided, the rule is met again, or the badge has ended. Nothing was changed; the list of what needs attention is up to date."
        }
    }
}

fn privacy(refusal: PrivacyRefusal) -> String {
    let fixed = match refusal {
        PrivacyRefusal::Word(word) => {
            return format!("Type “{word}” into the field to ask for it. Nothing was asked for yet.");
        }
        PrivacyRefusal::Reason { most } => {
            return format!(
                "Say why, in 1 to {most} characters: the person reads it. Nothing was declined yet."
            );
        }
        PrivacyRefusal::Declined => {
            "Somebody declined this request in the meantime, and the person was told why. Nothing was erased."
        }
        PrivacyRefusal::Pass => {
            "This page is too old. Nothing is kept about you; open the link in your course again if you want to go on."
        }
        PrivacyRefusal::Done => {
            "Somebody erased this person in the meantime, as they had asked. There is nothing left to decline."
        }
    };
    fixed.to_owned()
}

const fn joining(refusal: JoinRefusal) -> &'static str {
    match refusal {
        JoinRefusal::NothingToSay => {
            "This was answered already, or there is no other platform that it could be. Nothing was changed; look at the platform again."
        }
        JoinRefusal::Two => "Choose two different people: one whose account is over, and one who stays.",
        JoinRefusal::Platforms => {
            "These two are people of different platforms. Join the platforms first, if they are one; otherwise they stay two."
        }
        JoinRefusal::Joined => {
            "One of them was joined with somebody already. Nothing was changed; look at the list of what was joined."
        }
        JoinRefusal::Erasing => {
            "One of them has asked to be erased. Answer that first, under “Export and erasure”. Nothing was joined."
        }
        JoinRefusal::NotDone => {
            "This was taken back already, or is still being done. Nothing was changed; open the page again in a moment."
        }
        JoinRefusal::Later => "A later join builds on this one. Take that one back first.",
        JoinRefusal::CodeUnknown => {
            "Your institution has no such code. Look at it again: it has eight letters and digits, and works in your institution alone."
        }
        JoinRefusal::CodeOver => {
            "The time of this code is over: it works for ten minutes. Ask for another one where you got it."
        }
        JoinRefusal::CodeUsed => {
            "This code was typed before, and works once. Ask for another one where you got it."
        }
        JoinRefusal::OwnCode => "This is the code of this very account. Type it in your other LMS.",
        JoinRefusal::SamePlatform => {
            "Both accounts are of one LMS. If you are there twice, ask an administrator of your institution to join them; nothing was joined."
        }
        JoinRefusal::AccountJoined => {
            "One of these accounts was joined with another one already, so it no longer stands alone. Open the course again, and look at what is joined."
        }
        JoinRefusal::AccountErasing => {
            "The holder of one of these accounts asked to be erased. Nothing was joined; take that back first, under “My data”."
        }
        JoinRefusal::NotAStudent => {
            "Accounts are joined this way only where both are of a student and of nothing else. One of these teaches, assists or looks on in a course, or did; nothing was joined."
        }
        JoinRefusal::TooOften => {
            "Codes were asked for or typed too often. Wait a minute, and try again; nothing was changed."
        }
        JoinRefusal::NothingWaits => {
            "Nothing waits for your answer any more: its time is over, or it was answered. Show another code to begin anew."
        }
    }
}
