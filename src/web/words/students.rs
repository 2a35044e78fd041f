//! Who counts as a student of a course, in words.

use crate::domain::membership::{Because, Doubt, Listing, Membership, SeenAs};
use crate::domain::zone::Zone;

/// Why somebody is awarded no badge of the course, as its teachers read it; none for a student.
#[must_use]
pub(crate) fn membership(membership: Option<Membership>, zone: Zone) -> Option<String> {
    let why = match membership {
        Some(Membership::Student) => return None,
        Some(Membership::Waits(doubt)) => {
            return Some(format!(
                "{} No badge of the course is awarded until a teacher says whether this is a student.",
                asked(doubt, zone)
            ));
        }
        None | Some(Membership::NotAStudent(Because::Left)) => {
            "This person is not in the course any more, so no badge of it is awarded. What was awarded stays."
        }
        Some(Membership::NotAStudent(Because::Launched(seen))) => {
            return Some(format!(
                "When this person last opened Cairn here, the course site said {}, so no badge of the course is awarded. Once \
                 they open Cairn as a student, they count as one.",
                role(seen)
            ));
        }
        Some(Membership::NotAStudent(Because::Listed(seen))) => {
            return Some(format!(
                "The course site’s list of members says {}, so no badge of the course is awarded. Once it says “student”, they \
                 count as one.",
                role(seen)
            ));
        }
        Some(Membership::NotAStudent(Because::NeverALearner)) => {
            "The course site never said that this person is a student here, so no badge of the course is awarded."
        }
        Some(Membership::NotAStudent(Because::Answered)) => {
            "A teacher of this course said that this is not a student, so no badge of it is awarded. The answer can be changed \
             under “Who is a student”."
        }
    };
    Some(why.to_owned())
}

const fn role(seen: SeenAs) -> &'static str {
    match seen {
        SeenAs::Learner => "“student”",
        SeenAs::Staff => "that they teach, assist or design here",
        SeenAs::Observer => "that they only look on, as a parent does",
        SeenAs::Test => "that this is its test student",
        SeenAs::Other => "that they have another role than a student’s",
        SeenAs::Nobody => "no role of theirs",
    }
}

/// Why a teacher is asked, in a sentence with days of that zone.
#[must_use]
pub(crate) fn asked(doubt: Doubt, zone: Zone) -> String {
    match doubt {
        Doubt::SeenAsStaff(at) => format!(
            "Seen here in another role than a student’s on {}; the course site now says “student”, as it also does of staff who \
             cannot edit.",
            zone.short_day(at)
        ),
        Doubt::RefusedGrading(at) => format!(
            "The gradebook refused a grade for this person on {}, as it does for people who cannot be graded.",
            zone.short_day(at)
        ),
    }
}

/// What a count of students may contain besides, beside the number.
#[must_use]
pub(crate) const fn count_note(listing: Listing) -> Option<&'static str> {
    match listing {
        Listing::Students => None,
        Listing::StudentsAndStaff => Some("as the course site lists them"),
    }
}

/// The same of a course that has ended.
pub(crate) const WHEN_LAST_READ: &str = "when it was last read";

/// Whom a count of students is about, in a sentence.
#[must_use]
pub(crate) const fn counted(listing: Listing) -> &'static str {
    match listing {
        Listing::Students => {
            "Students are counted who are in the course now; staff, observers, test students and people who have left are not."
        }
        Listing::StudentsAndStaff => {
            "Students are counted as the course site lists them, those who are in the course now. It also calls teachers without \
             editing rights and roles of the school’s own students, so a few of them may be among the number: whoever was seen \
             in another role here is not, until you say who they are."
        }
    }
}

/// What a student reads of whom the course site cannot say it.
pub(crate) const WAITS: &str = "Your course site cannot tell whether you are a student here, so a teacher of the course is asked. \
    You can hand in work meanwhile; badges follow once the teacher has answered.";

/// What somebody reads whose pages for teachers the institution keeps from them.
pub(crate) const OTHER_SECTIONS: &str = "The course site lets you see people of your own sections only. Cairn cannot tell who is \
    in which section, so your institution keeps its pages for teachers from you. You see what students see.";

/// The same where the institution lets them see the course.
pub(crate) const WHOLE_COURSE: &str = "The course site lets you see people of your own sections only. It tells Cairn who is in the \
    course, and not in which section, so you see everybody here, as your institution’s policy says.";
