//! Grades that the interface of the LMS tells, in words for teachers: how it stands, what is out of reach, and who can mend it.

use crate::domain::outside::{OutsideColumn, Unseen, Withheld};
use crate::domain::reading::{Coverage, Help, Lack, Part, Passing, Readings, Why};
use crate::domain::rest_access::Interface;
use crate::web::views::shared::count_of;
use crate::web::words::{outside, rest_access};

/// What the LMS is called.
#[must_use]
pub(crate) const fn name(interface: Interface) -> &'static str {
    match interface {
        Interface::Canvas => "Canvas",
        Interface::Moodle => "Moodle",
    }
}

/// How many columns of the course site are read.
#[must_use]
pub(crate) fn read(columns: usize, when: Option<&str>) -> String {
    let when = when.map_or_else(String::new, |when| format!(", last {when}"));
    if columns == 0 {
        return format!(
            "Beyond LTI Cairn reads the gradebook of the course site itself{when}; no grade of it is known here yet. “Grades from \
             elsewhere” says what came of it."
        );
    }
    format!(
        "Beyond LTI the grades of {} are read from the course site itself{when}. “Check now” looks there for what changed, \
         and again for grades that students could not see yet; “Read all grades now”, under “Grades from elsewhere”, also finds \
         what was typed or hidden in the gradebook alone.",
        outside::counted(columns, "column more", "columns more")
    )
}

/// That there are grades in a column that students do not see yet: for teachers, and nothing of what they say.
#[must_use]
pub(crate) fn unseen_in(label: &str, count: u64) -> String {
    format!(
        "In “{label}” there {} {} students cannot see yet: neither used nor shown here.",
        if count == 1 { "is" } else { "are" },
        counted(count, "grade that", "grades that"),
    )
}

/// What is read, or what waits while it is off.
#[must_use]
pub(crate) const fn state(is_on: bool, interface: Option<Interface>) -> &'static str {
    match interface {
        _ if !is_on => {
            "Nothing is read any more: the access was switched off, or taken back. Rules that use its columns wait until it is on again. What was awarded stays."
        }
        Some(Interface::Canvas) => {
            "Every grade of the course that students can see is read, and no file: of what was handed in to columns that badges name, Canvas tells the names of files alone. Grades that are hidden or not posted are neither used nor shown."
        }
        _ => {
            "Every grade of the course that students can see is read, and no file. Grades that are hidden or not posted are neither used nor shown."
        }
    }
}

/// What a reading of everything finds that a look for changes does not.
#[must_use]
pub(crate) const fn finds_more(interface: Interface) -> Option<&'static str> {
    match interface {
        // Its answer to what changed tells of activities alone.
        Interface::Moodle => Some(
            "“Check now” finds what changed in activities. What was typed, overridden or hidden in the gradebook alone is read once a day, or by this button.",
        ),
        Interface::Canvas => None,
    }
}

/// What was covered by the last reading of the whole course.
#[must_use]
pub(crate) fn covered(coverage: &Coverage) -> String {
    format!(
        "{} in {}.",
        counted(coverage.grades, "grade", "grades"),
        counted(coverage.columns, "column", "columns")
    )
}

/// What is missing, a sentence each.
#[must_use]
pub(crate) fn missing(coverage: &Coverage) -> Vec<String> {
    let mut said: Vec<String> = coverage.lacks.iter().map(lack).collect();
    if coverage.sections_only {
        said.push("Whoever let it be read sees only their own sections, so students of other sections are missing. Somebody who sees the whole course can sign in instead.".to_owned());
    }
    if coverage.people_missing > 0 {
        said.push(format!(
            "The grades of {} could not be read. What is known of them stays; they are asked for again the next time.",
            counted(coverage.people_missing, "student", "students")
        ));
    }
    if coverage.unjoined > 0 {
        said.push(format!(
            "{} of this course could not be found there by an id, so their grades are not read; nobody is matched by name. They are found once the member list names their id: the custom parameter $Canvas.user.id of the LTI key.",
            counted(coverage.unjoined, "student", "students")
        ));
    }
    if coverage.strangers > 0 {
        let named = coverage.named.join(", ");
        said.push(format!(
            "{} not in the member list that Cairn gets, and left out{}{named}{}.",
            counted(coverage.strangers, "person there is", "people there are"),
            if named.is_empty() {
                ""
            } else {
                "; their ids in the course site: "
            },
            if !named.is_empty()
                && usize::try_from(coverage.strangers).unwrap_or(usize::MAX) > coverage.named.len()
            {
                " and more"
            } else {
                ""
            }
        ));
    }
    if coverage.unreadable > 0 {
        said.push(format!(
            "{} could not be understood and {} left out.",
            counted(coverage.unreadable, "row", "rows"),
            if coverage.unreadable == 1 { "was" } else { "were" }
        ));
    }
    if coverage.lacks.iter().any(|lack| lack.why.is_missing_right()) {
        said.push(format!("What was read of it before stays known. {MEND_A_RIGHT}"));
    }
    if !coverage.is_whole && said.is_empty() {
        said.push(
            "No student of this course was known when it was read, so no grade was. It is read again once somebody is."
                .to_owned(),
        );
    } else if !coverage.is_whole {
        said.push(
            "As not everything could be read, nothing was taken away: a grade that is absent may only be out of reach."
                .to_owned(),
        );
    }
    said
}

/// That a gradebook file says otherwise.
#[must_use]
pub(crate) fn disagrees(label: &str, students: usize, lms: &str) -> String {
    format!(
        "“{label}”: of {} a gradebook file says something else than {lms}. Both are kept, and a rule uses the one that it names.",
        outside::students(students)
    )
}

/// That a column of a gradebook file counts although students do not see all of it.
#[must_use]
pub(crate) fn counts_unseen(label: &str, unseen: Unseen, lms: &str) -> String {
    let what = match unseen {
        Unseen::All => "students cannot see the column".to_owned(),
        Unseen::Grades(1) => "there is 1 grade that students cannot see yet".to_owned(),
        Unseen::Grades(count) => {
            format!(
                "there are {} students cannot see yet",
                counted(count, "grade that", "grades that")
            )
        }
    };
    format!(
        "“{label}” of a gradebook file counts, and in {lms} {what}. Below you can stop using the file’s column; a rule can name the \
         one that is read from {lms} instead."
    )
}

/// Grades that students do not see, as a number alone; none where there are none.
#[must_use]
pub(crate) fn unseen(coverage: &Coverage) -> Option<String> {
    (coverage.unseen > 0).then(|| {
        format!(
            "{} students cannot see yet {} left out.",
            counted(coverage.unseen, "grade that", "grades that"),
            if coverage.unseen == 1 { "was" } else { "were" }
        )
    })
}

fn lack(lack: &Lack) -> String {
    format!("{}: {}", part(lack.part), why(&lack.why))
}

const fn part(part: Part) -> &'static str {
    match part {
        Part::Columns => "Some columns",
        Part::Categories => "Names of categories",
        Part::Assignments => "Due dates and scales",
        Part::People => "The list of people",
        Part::Sections => "Sections",
        Part::Totals => "Course totals",
        Part::Grades => "Grades",
        Part::HandIns => "What was handed in",
        Part::Completion => "Completion",
    }
}

/// Why something is out of reach, and who can do something about it.
#[must_use]
pub(crate) fn why(why: &Why) -> String {
    let said = match why {
        Why::NoAccess => "nobody lets it be read any more.".to_owned(),
        Why::Consent => "the access came to its end, or was withdrawn.".to_owned(),
        Why::Refused(fault) => rest_access::to_teachers(fault),
        Why::RoleWeaker(capabilities) => format!(
            "the role of the account shows less than there is. It lacks one of {}.",
            capabilities.join(", ")
        ),
        Why::Gone => "the course is not there for whoever let it be read.".to_owned(),
        Why::Passing(passing) => passes(*passing).to_owned(),
        Why::TooMuch => "there is more than Cairn reads of one course.".to_owned(),
    };
    match help(why.help()) {
        "" => said,
        help => format!("{said} {help}"),
    }
}

const fn passes(passing: Passing) -> &'static str {
    match passing {
        Passing::Busy => "the course site asks for fewer requests.",
        Passing::Down => "the course site is out of order or under maintenance.",
        Passing::Maintenance => "the course site says that it is under maintenance, or being upgraded.",
        Passing::WebPage => "the course site answered with a web page instead of data.",
        Passing::Silent => "the course site did not answer in time.",
        Passing::Unreachable => "the course site cannot be reached.",
        Passing::BrokenOff => "the answer of the course site broke off.",
    }
}

const fn help(help: Help) -> &'static str {
    match help {
        Help::Time => "It passes by itself: Cairn tries again.",
        Help::Administrator => "An administrator can mend it.",
        Help::Giver => "Whoever let the course be read can mend it: sign in there again.",
        Help::Nobody => "",
    }
}

/// That the grades of the course site are not read at present, on the first page of those who teach.
#[must_use]
pub(crate) const fn stopped(help: Help) -> &'static str {
    match help {
        Help::Administrator => {
            "Grades of the course site itself cannot be read at present; an administrator can mend it. What is known of them stays."
        }
        Help::Giver => {
            "Grades of the course site itself cannot be read at present; whoever let the course be read can sign in there again. What is known of them stays."
        }
        Help::Time | Help::Nobody => {
            "Grades of the course site itself cannot be read at present. What is known of them stays."
        }
    }
}

/// What keeps the reading from its end: what was known stays.
#[must_use]
pub(crate) fn trouble(trouble: &Why) -> String {
    let known = "What was read before stays known and counts; what came since is not known yet.";
    let to_do = match trouble {
        Why::Passing(Passing::Down | Passing::Maintenance) => format!(" {WAIT}"),
        why if why.is_missing_right() => format!(" {MEND_A_RIGHT}"),
        _ => String::new(),
    };
    format!(
        "The last reading did not come to its end: {} {known}{to_do}",
        why(trouble)
    )
}

/// What to do about a maintenance.
const WAIT: &str = "There is nothing to do. If it lasts, whoever runs the course site can say how long.";

/// What to do about a right that is missing.
const MEND_A_RIGHT: &str = "Ask for that right: Cairn’s console names it under the platform, “Grades beyond LTI”, with the steps in the course site and a test. Then press “Read all grades now”.";

/// That the reading under way waits until the LMS answers again, and how far it is.
#[must_use]
pub(crate) fn waits_for_lms(passing: Passing, readings: Option<&Readings>) -> String {
    format!(
        "Waits: {} What was read before stays known and counts. Cairn asks again by itself in a few minutes. {WAIT} {}",
        passes(passing),
        progress(readings)
    )
}

/// That a reading waits, and for what.
#[must_use]
pub(crate) const fn waits_for_turn() -> &'static str {
    "Waits until another course has been read: with one access, courses are read one after the other. This page shows when it begins."
}

/// How far the reading under way is.
#[must_use]
pub(crate) fn progress(readings: Option<&Readings>) -> String {
    let cells = readings
        .filter(|one| one.begun_at.is_some())
        .map_or(0, |one| one.cells);
    match u64::try_from(cells) {
        Ok(cells) if cells > 0 => format!("Being read: {} so far.", counted(cells, "cell", "cells")),
        _ => "Being read. This page shows how far it is.".to_owned(),
    }
}

/// Whether the grades of a column count.
#[must_use]
pub(crate) fn counting(column: &OutsideColumn) -> String {
    let Some(rest) = &column.rest else {
        return String::new();
    };
    if rest.ours.is_some() {
        return "It is a column of Cairn’s own, and rules name it as such: it is one and the same, and never counted twice. What is released there is the word of the course site.".to_owned();
    }
    if !rest.is_listed {
        return "It is not in the gradebook any more: deleted, or out of reach. Rules that use it wait; what was awarded stays.".to_owned();
    }
    match rest.withheld {
        Some(Withheld::Unpublished) => "Not published: its grades are neither used nor shown.".to_owned(),
        Some(Withheld::Anonymous) => {
            "Graded anonymously for now: its grades are neither used nor shown.".to_owned()
        }
        Some(Withheld::Totals) => {
            "The course hides totals from students, so they are neither used nor shown.".to_owned()
        }
        Some(Withheld::Ungraded) => "It has no grades.".to_owned(),
        None => "Its grades count as soon as students can see them.".to_owned(),
    }
}

/// "Assignment, of 10 points, in Labs."
#[must_use]
pub(crate) fn facts(column: &OutsideColumn) -> String {
    let category = column.rest.as_ref().and_then(|rest| rest.category.as_deref());
    let category = category.map_or_else(String::new, |category| format!(", in {category}"));
    format!(
        "{}, {}{category}.",
        outside::sort(column),
        outside::measured(column.measure, column.maximum)
    )
}

/// When grades of a column of Cairn's own count while the LMS says what is released.
#[must_use]
pub(crate) const fn released_there() -> &'static str {
    "Its grades count once students can see them in the course site: what is released is read there, and that goes before what is set here."
}

fn counted(count: u64, one: &str, many: &str) -> String {
    count_of(u32::try_from(count).unwrap_or(u32::MAX), one, many)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rest_access::Fault;

    #[test]
    fn what_is_missing_is_said_with_who_can_mend_it() {
        let coverage = Coverage {
            lacks: vec![
                Lack {
                    part: Part::Columns,
                    why: Why::RoleWeaker(vec!["mod/quiz:view".to_owned()]),
                },
                Lack {
                    part: Part::Totals,
                    why: Why::Passing(Passing::Silent),
                },
            ],
            people_missing: 1,
            strangers: 2,
            named: vec!["4101".to_owned()],
            unseen: 3,
            ..Coverage::default()
        };
        assert_eq!(
            missing(&coverage),
            [
                "Some columns: the role of the account shows less than there is. It lacks one of mod/quiz:view. An administrator can mend it.",
                "Course totals: the course site did not answer in time. It passes by itself: Cairn tries again.",
                "The grades of 1 student could not be read. What is known of them stays; they are asked for again the next time.",
                "2 people there are not in the member list that Cairn gets, and left out; their ids in the course site: 4101 and more.",
                "What was read of it before stays known. Ask for that right: Cairn’s console names it under the platform, “Grades beyond LTI”, with the steps in the course site and a test. Then press “Read all grades now”.",
                "As not everything could be read, nothing was taken away: a grade that is absent may only be out of reach.",
            ]
        );
        let unnamed = Coverage {
            strangers: 1,
            is_whole: true,
            ..Coverage::default()
        };
        assert_eq!(
            missing(&unnamed),
            ["1 person there is not in the member list that Cairn gets, and left out."]
        );
        assert_eq!(
            unseen(&coverage).as_deref(),
            Some("3 grades that students cannot see yet were left out.")
        );
        let refused = |fault| trouble(&Why::Refused(fault));
        let lacks = Fault::Capabilities {
            function: "gradereport_user_get_grade_items".to_owned(),
            one_of: vec!["gradereport/user:view".to_owned()],
        };
        assert!(refused(lacks.clone()).contains("gradereport/user:view"));
        let function = Fault::Function("core_webservice_get_site_info".to_owned());
        assert!(waits_for_turn().starts_with("Waits until another course has been read"));
        // What only administrators can do is not told in words for them.
        for fault in [Fault::ServicesOff, Fault::TokenUnknown, function, lacks] {
            let told = refused(fault);
            assert!(told.contains("An administrator can mend it."), "{told}");
            assert!(!told.contains('→') && !told.contains("paste"), "{told}");
        }
        assert!(trouble(&Why::Consent).contains("sign in there again"));
        let maintained = waits_for_lms(Passing::Maintenance, None);
        for told in [maintained, trouble(&Why::Passing(Passing::Down))] {
            assert!(told.contains("under maintenance") && told.contains("stays known and counts"));
            assert!(told.contains("There is nothing to do."), "{told}");
        }
        let scope = Why::Refused(Fault::Scope("url:GET|/api/v1/courses/:id".to_owned()));
        assert!(trouble(&scope).contains("Then press “Read all grades now”."));
        assert!(!trouble(&Why::Consent).contains("Ask for that right"));
    }

    #[test]
    fn a_teacher_is_told_that_grades_are_hidden_and_when_it_was_read() {
        assert_eq!(
            unseen_in("Weekly quiz", 1),
            "In “Weekly quiz” there is 1 grade that students cannot see yet: neither used nor shown here."
        );
        assert!(
            read(2, Some("3 minutes ago"))
                .contains("2 columns more are read from the course site itself, last 3 minutes ago.")
        );
        assert!(counts_unseen("Quiz", Unseen::Grades(2), "Moodle").starts_with(
            "“Quiz” of a gradebook file counts, and in Moodle there are 2 grades that students cannot see yet."
        ));
        assert!(read(1, None).contains("are read from the course site itself. "));
    }

    #[test]
    fn nothing_is_missing_where_all_was_read() {
        let coverage = Coverage {
            is_whole: true,
            columns: 40,
            grades: 1,
            ..Coverage::default()
        };
        assert!(missing(&coverage).is_empty() && unseen(&coverage).is_none());
        assert_eq!(covered(&coverage), "1 grade in 40 columns.");
    }
}
