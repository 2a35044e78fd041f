//! What became of reading a course, and of what is sent to its gradebook, in words for its instructors.

use super::errors::OUR_FAULT;
use super::full_stop;
use super::refusals;
use crate::domain::course::End;
use crate::service::base::trouble::{Reason, Trouble};
use crate::service::course::scores::Late;
use crate::service::course::sync::{CheckProgress, Stage};

/// What went wrong, as one paragraph with the error id.
#[must_use]
pub(crate) fn trouble(trouble: &Trouble) -> String {
    let sentences: Vec<String> = trouble.reasons.iter().map(reason).collect();
    let text = sentences.join(" ");
    match &trouble.error_id {
        Some(id) => format!("{text} (Error id {id})"),
        None => text,
    }
}

fn reason(reason: &Reason) -> String {
    match reason {
        Reason::TurnedOff => "This platform is turned off here. Ask the administrator of Cairn.".to_owned(),
        Reason::NotWithin { minutes } => format!(
            "The platform did not answer everything within {minutes} minutes. What is known stays; Cairn will read again."
        ),
        Reason::Address(trouble) => refusals::address(trouble),
        Reason::Column(refusal) => refusals::column(refusal),
        Reason::ResultsUnread { columns, said } => {
            let labels: Vec<String> = columns.iter().map(|label| column(label.as_deref())).collect();
            format!("{}: {}", labels.join(", "), full_stop(said))
        }
        Reason::ColumnUnread { label, said } => format!("“{label}” is not read: {}", full_stop(said)),
        Reason::MembersLeftOut { count, rows } => {
            let counted = match count {
                1 => "One row of the platform's member list was left out".to_owned(),
                many => format!("{many} rows of the platform's member list were left out"),
            };
            let more = if *count > rows.len() { " …" } else { "" };
            let rows = rows.join(", ");
            format!(
                "{counted}; everybody else was read, and nobody counts as having left: {rows}{more}. Tell the platform's administrator."
            )
        }
        Reason::RowsUnmade { said } => format!(
            "Grades that are typed into the gradebook cannot be read for everybody yet: {}",
            full_stop(said)
        ),
        Reason::WorkLost => "The work on it ended before it was ready.".to_owned(),
        Reason::Said(said) => full_stop(said),
        Reason::OurFault => OUR_FAULT.to_owned(),
        Reason::Earlier(text) => text.clone(),
    }
}

/// A column's name in quotation marks.
fn column(label: Option<&str>) -> String {
    label.map_or_else(|| "A column".to_owned(), |label| format!("“{label}”"))
}

/// How far a check is.
#[must_use]
pub(crate) fn progress(progress: &CheckProgress) -> String {
    match &progress.stage {
        Stage::Reading => "Reading members and grades from the course.".to_owned(),
        Stage::People(people) => {
            let of = if *people == 1 { "student" } else { "students" };
            format!("Deciding the badges of {people} {of}.")
        }
        Stage::Badges => format!("Deciding badges: {} of {} done.", progress.done, progress.total),
        Stage::Ended(Some(problem)) => trouble(problem),
        Stage::Ended(None) => "Everything is up to date.".to_owned(),
        Stage::CourseOver => "This course has ended, so there is nothing to read.".to_owned(),
    }
}

/// Why nothing is read any more of a course that has ended, for those who taught it.
#[must_use]
pub(crate) const fn ended(how: End) -> &'static str {
    match how {
        End::Concluded => {
            "Your course site has concluded it, so grades are not read any more. Badges that were awarded stay valid, and everybody keeps theirs. Cairn looks once a day, and whenever somebody opens it, whether the course is open again."
        }
        End::Gone => {
            "Your course site does not know it any more: it was deleted there, or Cairn was taken out of it. Badges that were awarded stay valid, and everybody keeps theirs. Cairn looks once a day, and whenever somebody opens it, whether the course is there again."
        }
    }
}

/// What has not reached the gradebook; none where nothing is late.
#[must_use]
pub(crate) fn late(late: &Late) -> Option<String> {
    let mut told = Vec::new();
    if let Some(columns) = &late.columns {
        let what = match columns.count {
            1 => "An evidence activity has no gradebook column yet".to_owned(),
            several => format!("{several} evidence activities have no gradebook column yet"),
        };
        told.push(format!(
            "{what}; Cairn tries again by itself. {}",
            trouble(&columns.last)
        ));
    }
    if let Some(scores) = &late.scores {
        let what = match scores.count {
            1 => "What became of 1 hand-in has".to_owned(),
            several => format!("What became of {several} hand-ins has"),
        };
        told.push(format!(
            "{what} not reached the gradebook yet. It is kept here, and Cairn sends it again by itself. {}",
            trouble(&scores.last)
        ));
    }
    (!told.is_empty()).then(|| told.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_of_the_member_list_is_counted_and_the_first_are_named() {
        let left_out = |count: usize, rows: &[&str]| {
            reason(&Reason::MembersLeftOut {
                count,
                rows: rows.iter().map(|row| (*row).to_owned()).collect(),
            })
        };
        assert_eq!(
            left_out(1, &["row 3 (“Ada Fern”) has no usable id (user_id)"]),
            "One row of the platform's member list was left out; everybody else was read, and nobody counts as having \
             left: row 3 (“Ada Fern”) has no usable id (user_id). Tell the platform's administrator."
        );
        let many = left_out(7, &["row 1 has no usable id (user_id)"; 5]);
        assert!(
            many.starts_with("7 rows") && many.contains("(user_id) …. Tell"),
            "{many}"
        );
    }
}
