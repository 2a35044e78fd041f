//! What became of scores, for the people who gave them: why the gradebook does not take one, and what it has.

use rust_decimal::Decimal;

use super::{full_stop, refusals};
use crate::domain::posted_score::Refusal;
use crate::service::award::evidence::InGradebook;
use crate::service::base::refusal::ColumnRefusal;
use crate::service::course::scores::{SentAnew, Untaken};

/// Why the gradebook does not take a score, and what to do about it.
#[must_use]
pub(crate) fn refusal(why: Refusal, said: &str) -> String {
    match why {
        Refusal::Person => "The course site does not grade this person: it does not count them among the students whom it \
            grades here, or the work is not assigned to them. If they are a student, give them the student’s role in \
            the course; Cairn tries again once a day and whenever you press “Check now”."
            .to_owned(),
        Refusal::Unpublished => {
            "The assignment is not published. Publish it; Cairn sends it with the next check.".to_owned()
        }
        Refusal::ClosedPeriod => "The grading period of the assignment is closed. Whoever administers grading periods can \
            open it again; Cairn goes on trying."
            .to_owned(),
        Refusal::Moderated => {
            "The grades of the assignment are being moderated. Cairn sends it once they are released.".to_owned()
        }
        Refusal::Concluded => "The course has concluded and takes no grades. If this one still has to count, have the end \
            of the course changed; Cairn goes on trying."
            .to_owned(),
        Refusal::Attempts => "The student has used up the attempts that the assignment allows. Allow more of them in its \
            settings, or review the work here: a grade is sent all the same."
            .to_owned(),
        Refusal::Locked => "The course site answers with an error for this column alone, as it does when a column is \
            locked. Unlock it in the gradebook’s setup; Cairn sends it with the next check."
            .to_owned(),
        Refusal::Unknown => {
            let said = full_stop(said.trim());
            format!(
                "The course site refuses it. {said} Ask its administrator what that means; Cairn tries again once a day and \
                 whenever you press “Check now”."
            )
        }
    }
}

/// A score that the gradebook does not take, in one paragraph.
#[must_use]
pub(crate) fn untaken(one: &Untaken) -> String {
    let (student, column) = (&one.student, &one.column);
    let what = match one.given {
        Some(points) => format!(
            "{student}: the grade {} for “{column}” is not in the gradebook.",
            points.normalize()
        ),
        None => format!("{student}: the gradebook does not know that work for “{column}” was handed in."),
    };
    let waits = if one.waits {
        " Until then no badge is awarded to this person automatically; you can award one by hand."
    } else {
        ""
    };
    format!("{what} {}{waits}", refusal(one.why, &one.said))
}

/// Grades that were sent anew.
#[must_use]
pub(crate) fn anew(one: &SentAnew) -> String {
    let grades = match one.count {
        1 => "the grade".to_owned(),
        many => format!("the {many} grades"),
    };
    let points = one.maximum.normalize();
    format!(
        "The points of “{}” were changed to {points}. Cairn has sent {grades} that it had given there again, out of {points}.",
        one.column
    )
}

/// That a column has other points than its activity, for whoever gives a grade.
#[must_use]
pub(crate) fn column_points(maximum: Decimal, column: Decimal) -> String {
    let (maximum, column) = (maximum.normalize(), column.normalize());
    format!(
        "The gradebook column has {column} points now, so a grade is converted: {maximum} here are {column} there."
    )
}

/// That points which are given now do not reach the gradebook, before anybody gives some.
#[must_use]
pub(crate) fn kept_back(why: &ColumnRefusal) -> String {
    let todo = match why {
        ColumnRefusal::NotYet => {
            " It gets one once its link in the course has been opened; Cairn sends what you give then."
        }
        _ => "",
    };
    format!(
        "Points that you give here do not reach the gradebook for now. {}{todo} Your review itself counts at once: the student \
         reads it, and active badges that ask for approved work are decided.",
        refusals::column(why)
    )
}

/// What the gradebook has beside a review, where it does not refuse. A grade that is not released does not count yet.
#[must_use]
pub(crate) fn in_gradebook(there: &InGradebook, is_released: bool) -> Option<String> {
    if !there.column {
        return None;
    }
    if there.is_of_former {
        let last = there.grade.map(|grade| {
            let (value, of) = (grade.value.normalize(), grade.maximum.normalize());
            format!(" The last grade that is known of it: {value} of {of}.")
        });
        return Some(format!(
            "The gradebook column of this work belongs to a former registration of Cairn, through which this course is not read any more, so what you give here is kept and does not reach it.{} To have it in the gradebook, put the activity into the course once more and open it there.",
            last.unwrap_or_default()
        ));
    }
    Some(match there.grade {
        Some(grade) => {
            let (value, of) = (grade.value.normalize(), grade.maximum.normalize());
            if there.ours {
                format!("The gradebook has {value} of {of}, as it was given here.")
            } else if is_released {
                format!("The gradebook says {value} of {of}. That grade counts, whatever you give here.")
            } else {
                format!("The gradebook says {value} of {of}. That grade counts once it is released, whatever you give here.")
            }
        }
        None if there.excused => "The grade from here was taken away in the gradebook: the student is excused, or the cell \
            was emptied. That counts, and Cairn sends no other one. If there is to be a grade, type it in the gradebook."
            .to_owned(),
        None => "The gradebook has no grade for this student yet.".to_owned(),
    })
}

/// What the gradebook had when it was last read, in a course that has ended.
#[must_use]
pub(crate) fn last_in_gradebook(there: &InGradebook) -> Option<String> {
    if !there.column {
        return None;
    }
    Some(match there.grade {
        Some(grade) => {
            let (value, of) = (grade.value.normalize(), grade.maximum.normalize());
            format!("The last grade that is known of the gradebook: {value} of {of}.")
        }
        None => "No grade of this student is known of the gradebook.".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::domain::posted_score::Points;

    fn untaken_by(why: Refusal, given: Option<Decimal>) -> Untaken {
        Untaken {
            submission: "s".into(),
            student: "Ada Fern".into(),
            column: "Essay".into(),
            given,
            why,
            said: "The platform said: no".into(),
            waits: why == Refusal::Person,
        }
    }

    #[test]
    fn each_refusal_names_the_student_and_says_what_to_do() {
        let mut told = HashSet::new();
        for why in [
            Refusal::Person,
            Refusal::Unpublished,
            Refusal::ClosedPeriod,
            Refusal::Moderated,
            Refusal::Concluded,
            Refusal::Attempts,
            Refusal::Locked,
            Refusal::Unknown,
        ] {
            let text = untaken(&untaken_by(why, Some(77.into())));
            let begins = "Ada Fern: the grade 77 for “Essay” is not in the gradebook. ";
            assert!(text.starts_with(begins) && text.ends_with('.'), "{text}");
            assert!(!text.contains("  ") && !text.contains(".."), "{text}");
            assert_eq!(text.contains("by hand"), why == Refusal::Person, "{text}");
            assert_eq!(
                text.contains("The platform said: no."),
                why == Refusal::Unknown,
                "{text}"
            );
            assert!(told.insert(text), "each in its own words");
        }
        let waits = untaken(&untaken_by(Refusal::Unpublished, None));
        assert!(
            waits.starts_with("Ada Fern: the gradebook does not know that work for “Essay”"),
            "{waits}"
        );
    }

    #[test]
    fn what_the_gradebook_has_is_said_as_it_counts() {
        let points = |value: i64| {
            Some(Points {
                value: value.into(),
                maximum: 100.into(),
            })
        };
        let there = |grade, ours, excused| InGradebook {
            column: true,
            is_of_former: false,
            grade,
            ours,
            excused,
            refused: None,
        };
        assert_eq!(in_gradebook(&InGradebook::default(), true), None);
        let says = |there: InGradebook| in_gradebook(&there, true).unwrap();
        assert_eq!(
            says(there(points(40), false, false)),
            "The gradebook says 40 of 100. That grade counts, whatever you give here."
        );
        assert_eq!(
            says(there(points(77), true, false)),
            "The gradebook has 77 of 100, as it was given here."
        );
        assert!(says(there(None, false, true)).contains("the student is excused"));
        assert!(says(there(None, false, false)).contains("no grade for this student yet"));
        let last = |there: InGradebook| last_in_gradebook(&there).unwrap();
        assert_eq!(
            last(there(points(77), true, false)),
            "The last grade that is known of the gradebook: 77 of 100."
        );
        assert!(!last(there(None, false, false)).contains("yet"));
        assert_eq!(last_in_gradebook(&InGradebook::default()), None);
        let former = says(InGradebook {
            is_of_former: true,
            ..there(points(77), true, false)
        });
        assert!(former.contains("belongs to a former registration"), "{former}");
        assert!(former.contains("known of it: 77 of 100. To have it"), "{former}");
    }

    #[test]
    fn grades_that_were_sent_anew_are_counted() {
        let one = |count| SentAnew {
            column: "Essay".into(),
            maximum: "20.0".parse().unwrap(),
            count,
        };
        assert_eq!(
            anew(&one(1)),
            "The points of “Essay” were changed to 20. Cairn has sent the grade that it had given there again, out of 20."
        );
        assert!(anew(&one(7)).contains("the 7 grades"));
    }
}
