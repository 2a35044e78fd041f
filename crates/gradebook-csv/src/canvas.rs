//! Canvas's export (Grades, Export): titles that no language changes, ids of assignments in them, and rows about columns.

use crate::column::{Basis, Column, Field, HeldBack, Kind, Measure, Releases, Total};
use crate::grade::{Reading, unwrapped};
use crate::number::{DecimalSign, is_number, look, parse};
use crate::records::Record;
use crate::survey::{Stats, Survey};

/// Where Canvas's own columns are.
#[derive(Debug)]
pub(crate) struct Layout {
    id: usize,
    names: Vec<usize>,
    assignments: Vec<usize>,
}

/// Nothing for a first row of anything else.
pub(crate) fn layout(header: &[String]) -> Option<Layout> {
    let find = |title: &str| header.iter().position(|known| known == title);
    find("Section")?;
    let places = |wanted: fn(&str) -> bool| {
        let found = header.iter().enumerate().filter(move |(_, title)| wanted(title));
        found.map(|(at, _)| at).collect()
    };
    Some(Layout {
        id: find("ID")?,
        names: places(|title| matches!(title, "Student" | "LastName" | "FirstName")),
        assignments: places(|title| id_in(title).is_some()),
    })
}

/// A row that is about columns and not about a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lead {
    Points,
    Marks,
}

/// Wherever the row stands: a spreadsheet may have sorted it away from the top.
pub(crate) fn lead(layout: &Layout, record: &Record<'_>) -> Option<Lead> {
    let blank = |at: &usize| record.cell(*at).is_none_or(|cell| cell.trim().is_empty());
    if !blank(&layout.id) {
        return None;
    }
    let is_points = |at: &usize| {
        record
            .cell(*at)
            .is_some_and(|cell| cell.trim() == "Points Possible")
    };
    if layout.names.iter().any(is_points) {
        return Some(Lead::Points);
    }
    let marks = |at: &usize| record.cell(*at).is_some_and(is_mark);
    (layout.names.iter().all(blank) && layout.assignments.iter().any(marks)).then_some(Lead::Marks)
}

fn is_mark(cell: &str) -> bool {
    let text = cell.trim();
    !text.is_empty() && !is_number(text) && !matches!(text, "EX" | "N/A" | "-")
}

/// `Workshop (part 2) (90212)` without and with its id.
fn id_in(title: &str) -> Option<(&str, &str)> {
    let (name, id) = parenthesis(title)?;
    (!id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())).then_some((name, id))
}

/// What stands before and in the parenthesis that ends a title.
pub(crate) fn parenthesis(title: &str) -> Option<(&str, &str)> {
    let (name, inside) = title.strip_suffix(')')?.rsplit_once('(')?;
    let name = name.strip_suffix(|c: char| c.is_whitespace())?;
    Some((name.trim_end(), inside))
}

const MEASURES: [(&str, Basis, Measure, bool); 14] = [
    ("Unposted Current Points", Basis::Current, Measure::Points, true),
    ("Unposted Final Points", Basis::Final, Measure::Points, true),
    ("Unposted Current Score", Basis::Current, Measure::Score, true),
    ("Unposted Final Score", Basis::Final, Measure::Score, true),
    ("Unposted Current Grade", Basis::Current, Measure::Grade, true),
    ("Unposted Final Grade", Basis::Final, Measure::Grade, true),
    ("Current Points", Basis::Current, Measure::Points, false),
    ("Final Points", Basis::Final, Measure::Points, false),
    ("Current Score", Basis::Current, Measure::Score, false),
    ("Final Score", Basis::Final, Measure::Score, false),
    ("Current Grade", Basis::Current, Measure::Grade, false),
    ("Final Grade", Basis::Final, Measure::Grade, false),
    ("Override Score", Basis::Override, Measure::Score, false),
    ("Override Grade", Basis::Override, Measure::Grade, false),
];

fn total_without_period(title: &str) -> Option<Total> {
    MEASURES.iter().find_map(|(words, basis, measure, unposted)| {
        let group = title.strip_suffix(words)?;
        // "Overall Current Score" is of a group named so; "UnCurrent Score" is nothing.
        if !group.is_empty() && !group.ends_with(' ') {
            return None;
        }
        let group = group.trim();
        Some(Total {
            group: (!group.is_empty()).then(|| group.to_owned()),
            basis: *basis,
            measure: *measure,
            unposted: *unposted,
            period: None,
        })
    })
}

fn total(title: &str) -> Option<Total> {
    total_without_period(title).or_else(|| {
        let (name, period) = parenthesis(title)?;
        let mut total = total_without_period(name)?;
        total.period = Some(period.to_owned());
        Some(total)
    })
}

pub(crate) fn columns(survey: &Survey) -> (Vec<Column>, Option<DecimalSign>) {
    let sign = sign(survey);
    let titles = survey.header.iter().enumerate();
    let columns = titles.map(|(index, title)| {
        let maximum = survey
            .points
            .as_ref()
            .map(|row| row.get(index).map_or("", String::as_str));
        let mut column = column(index, title, maximum);
        if let Kind::Assignment { .. } = column.kind {
            column.points_possible = maximum.and_then(|text| parse(text, sign));
            if let Some(mark) = survey.marks.get(index).and_then(Option::as_deref) {
                column.releases = Releases::NeedsTick(held_back(mark));
            }
        }
        column
    });
    (columns.collect(), sign)
}

/// The row of maxima says it; without decimals there, the grades do.
fn sign(survey: &Survey) -> Option<DecimalSign> {
    let mut of_maxima = Stats::default();
    for says in survey.points.iter().flatten().filter_map(|text| look(text)) {
        of_maxima.hear(says);
    }
    if of_maxima.tells_a_sign() {
        return of_maxima.sign();
    }
    let mut all = Stats::default();
    for (title, stats) in survey.header.iter().zip(&survey.stats) {
        if id_in(title).is_some() || total(title).is_some() {
            all.add(stats);
        }
    }
    all.sign()
}

fn held_back(mark: &str) -> HeldBack {
    match mark.strip_prefix("Manual Posting").map(str::trim) {
        Some("") => HeldBack::ManualPosting,
        Some(more) if more.starts_with('(') => HeldBack::Anonymous,
        _ if mark == "Muted" => HeldBack::Muted,
        _ => HeldBack::Other(mark.to_owned()),
    }
}

/// `maximum` is what the row of maxima has there, if there is such a row: a number for an assignment, "(read only)" in the
/// language of the teacher for a total, nothing for a total that may be typed, and for an assignment without points.
fn column(index: usize, title: &str, maximum: Option<&str>) -> Column {
    if let Some(kind) = own(title) {
        return Column::plain(index, title, kind);
    }
    let total = total(title);
    let assignment = id_in(title);
    let is_total = match maximum {
        Some("") => total.as_ref().is_some_and(|total| total.basis == Basis::Override),
        Some(text) => !is_number(text),
        None => total.as_ref().is_some_and(|total| total.group.is_none()) || assignment.is_none(),
    };
    match (is_total, total, assignment) {
        (true, Some(total), _) => of_total(index, title, total),
        (false, _, Some((name, id))) => {
            let kind = Kind::Assignment {
                lms_id: id.to_owned(),
                name: name.to_owned(),
            };
            Column::graded(index, title, kind, Reading::Points, Releases::Released)
        }
        _ => Column::plain(index, title, Kind::Other),
    }
}

fn of_total(index: usize, title: &str, total: Total) -> Column {
    let reading = match total.measure {
        Measure::Points => Reading::Points,
        Measure::Score => Reading::Score,
        Measure::Grade => Reading::Letter,
    };
    let releases = if total.unposted {
        Releases::Never
    } else {
        Releases::Released
    };
    Column::graded(index, title, Kind::Total(total), reading, releases)
}

fn own(title: &str) -> Option<Kind> {
    Some(match title {
        "Student" => Kind::Person(Field::Name),
        "LastName" => Kind::Person(Field::LastName),
        "FirstName" => Kind::Person(Field::FirstName),
        "ID" => Kind::Person(Field::LmsId),
        "SIS User ID" => Kind::Person(Field::SisId),
        "SIS Login ID" => Kind::Person(Field::Login),
        "Integration ID" => Kind::Person(Field::IntegrationId),
        "Section" => Kind::Section,
        "Root Account" => Kind::Other,
        _ => return None,
    })
}

/// The student whom Canvas makes for teachers who want to see a course as one: "Student, Test", last in the file.
pub(crate) fn is_test_student(first: Option<&str>, last: Option<&str>, name: Option<&str>) -> bool {
    name == Some("Student, Test") || (last == Some("Student") && first == Some("Test"))
}

/// The id of a person as the API has it; nothing for what a spreadsheet made of a long one (`1,50001E+14`).
pub(crate) fn id(cell: &str) -> Option<String> {
    let text = unwrapped(cell);
    let is_id = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'~');
    is_id.then(|| text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_an_assignment_is_the_number_that_ends_its_title() {
        assert_eq!(id_in("Safety quiz (90211)"), Some(("Safety quiz", "90211")));
        assert_eq!(
            id_in("Part (2) of (3) (90211)"),
            Some(("Part (2) of (3)", "90211"))
        );
        for title in [
            "Safety quiz",
            "Quiz (a)",
            "Quiz(90211)",
            "Quiz (90211) ",
            "Quiz ()",
            "(90211)",
            "",
        ] {
            assert_eq!(id_in(title), None, "{title}");
        }
    }

    #[test]
    fn totals_are_told_by_the_end_of_their_title() {
        let course = total("Unposted Final Score").unwrap();
        assert_eq!(
            (course.group, course.basis, course.unposted),
            (None, Basis::Final, true)
        );
        let group = total("Current Work Current Points (Fall 2026)").unwrap();
        assert_eq!(group.group.as_deref(), Some("Current Work"));
        assert_eq!(
            (group.measure, group.period.as_deref()),
            (Measure::Points, Some("Fall 2026"))
        );
        assert!(total("My Notes").is_none());
        assert!(total("UnCurrent Score").is_none());
    }

    #[test]
    fn the_row_of_maxima_tells_a_total_of_a_period_from_an_assignment() {
        let assignment = |maximum| {
            matches!(
                column(0, "Final Score (2026)", maximum).kind,
                Kind::Assignment { .. }
            )
        };
        assert!(assignment(Some("10.00")));
        assert!(assignment(Some("")));
        assert!(!assignment(Some("(läs endast)")));
        assert!(!assignment(None));
        let group = column(0, "Essay Final Score (90211)", None);
        assert_eq!(group.id(), Some("90211"));
        assert!(!column(0, "Status", Some("(read only)")).has_grades());
        assert!(!column(0, "Notes", Some("")).has_grades());
        let typed = column(0, "Override Score", Some(""));
        assert_eq!(typed.releases, Releases::Released);
    }

    #[test]
    fn a_remark_above_the_points_holds_a_column_back() {
        assert_eq!(held_back("Manual Posting"), HeldBack::ManualPosting);
        let anonymous = held_back("Manual Posting (scores hidden from instructors)");
        assert_eq!(anonymous, HeldBack::Anonymous);
        assert_eq!(held_back("Muted"), HeldBack::Muted);
        assert_eq!(held_back("Hidden"), HeldBack::Other("Hidden".into()));
        assert_eq!(
            held_back("Manual Posting!"),
            HeldBack::Other("Manual Posting!".into())
        );
    }

    #[test]
    fn an_id_that_a_spreadsheet_spoiled_is_none() {
        assert_eq!(id("4101").as_deref(), Some("4101"));
        assert_eq!(id("=\"4101\"").as_deref(), Some("4101"));
        assert_eq!(id("7~4101").as_deref(), Some("7~4101"));
        assert_eq!(id("1,50001E+14"), None);
        assert_eq!(id(""), None);
    }
}
