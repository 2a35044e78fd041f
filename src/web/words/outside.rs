//! Grades from elsewhere, in words for teachers: what a column holds, why a row is left out, and what a file changed.

use gradebook_csv::matching::{By, Doubt as Ambiguity, Guess};
use gradebook_csv::{HeldBack, Releases, Why};
use rust_decimal::Decimal;

use crate::domain::facts::GradeSource;
use crate::domain::outside::{
    Counting, Dialect, Measure, OutsideColumn, RestColumn, Scope, Unseen, Withheld, is_among,
};
use crate::domain::sentence::number;
use crate::service::course::outside::{Changes, ColumnChange, Doubt, Left, ReviewColumn};
use crate::web::views::shared::count_of;

/// What cannot be read without a gradebook file, and whether there are grades of one.
#[must_use]
pub(crate) fn unreadable(native: &str, has_some: bool) -> String {
    if has_some {
        format!("{native} Some are known here from gradebook files.")
    } else {
        native.to_owned()
    }
}

/// What files are for where the interface of the LMS is read.
pub(crate) const BESIDE_REST: &str =
    "What the course site does not tell here can come from its gradebook as a file.";

/// How many columns of gradebook files count in a course.
#[must_use]
pub(crate) fn known(columns: usize) -> String {
    format!(
        "Gradebook files that teachers brought tell the grades of {}.",
        counted(columns, "column more", "columns more")
    )
}

/// "of 10 points", "in percent", "letters or words".
#[must_use]
pub(crate) fn measured(measure: Measure, maximum: Option<Decimal>) -> String {
    match (measure, maximum) {
        (Measure::Points, Some(maximum)) => format!("of {} points", number(maximum)),
        (Measure::Points, None) => "in points".to_owned(),
        (Measure::Percent, _) => "in percent".to_owned(),
        (Measure::Words, _) => "letters or words".to_owned(),
        (Measure::PassFail, _) => "complete or incomplete".to_owned(),
    }
}

/// A column as the rule builder offers it.
#[must_use]
pub(crate) fn offered(column: &OutsideColumn) -> String {
    let measured = measured(column.measure, column.maximum);
    match column.scope {
        Scope::Item => format!("{} ({measured})", column.label),
        Scope::Category => format!("{} (total of a category, {measured})", column.label),
        Scope::Course => format!("{} (total of the course, {measured})", column.label),
    }
}

/// The same with what tells it from other columns of its source that bear its name: the sort of activity, its category or, where
/// these are the same too, which of them it is.
#[must_use]
pub(crate) fn offered_among(column: &OutsideColumn, all: &[OutsideColumn]) -> String {
    let offered = offered(column);
    match mark(column, all) {
        Some(mark) => format!("{offered}, {mark}"),
        None => offered,
    }
}

/// What tells a column from others of its source that bear its name; none where there are no others.
#[must_use]
pub(crate) fn mark(column: &OutsideColumn, all: &[OutsideColumn]) -> Option<String> {
    let bears_its_name =
        |other: &&OutsideColumn| other.source == column.source && other.label == column.label;
    let mut same: Vec<&OutsideColumn> = all.iter().filter(bears_its_name).collect();
    if same.len() < 2 {
        return None;
    }
    let alone = |told: &dyn Fn(&OutsideColumn) -> Option<String>| {
        let own = told(column)?;
        let alike = same.iter().filter(|other| told(other).as_ref() == Some(&own));
        (alike.count() == 1).then_some(own)
    };
    let category = |one: &OutsideColumn| {
        let category = one.rest.as_ref()?.category.as_ref()?;
        Some(format!("in {category}"))
    };
    if let Some(told) = alone(&|one| Some(sort(one).to_owned())).or_else(|| alone(&category)) {
        return Some(told);
    }
    same.sort_by(|one, other| one.id.cmp(&other.id));
    let place = same.iter().position(|one| one.id == column.id)?;
    Some(format!(
        "{} of {}, oldest first",
        place.saturating_add(1),
        same.len()
    ))
}

/// What sort of activity a column is of, as far as its source tells.
#[must_use]
pub(crate) fn sort(column: &OutsideColumn) -> &'static str {
    if column.scope != Scope::Item || column.source != GradeSource::RestMoodle {
        return scope(column.scope);
    }
    let module = column.rest.as_ref().and_then(|rest| rest.module.as_deref());
    match module {
        Some("assign") => "Assignment",
        Some("quiz") => "Quiz",
        Some("lti") => "External tool",
        Some("forum") => "Forum",
        Some("lesson") => "Lesson",
        Some("workshop") => "Workshop",
        Some("glossary") => "Glossary",
        Some("data") => "Database",
        Some("h5pactivity") => "H5P",
        Some("scorm") => "SCORM package",
        Some(_) => "Activity",
        None => "Grade item",
    }
}

/// Where a column is read, above the columns of that source.
#[must_use]
pub(crate) const fn source(source: GradeSource) -> &'static str {
    match source {
        GradeSource::Ags => "Columns of Cairn, read through LTI",
        GradeSource::RestCanvas => "Read from Canvas",
        GradeSource::RestMoodle => "Read from Moodle",
        GradeSource::Csv => "From gradebook files",
    }
}

/// What stands for a column that is named still and does not count.
#[must_use]
pub(crate) fn not_read(column: &OutsideColumn) -> String {
    let why = match &column.rest {
        Some(rest) if !rest.is_on => "which is not read from the course site any more",
        Some(rest) if !rest.is_listed => "which is gone from the course site",
        Some(RestColumn { ours: Some(_), .. }) => "which Cairn reads by itself, as an assignment grade",
        Some(rest) => match rest.withheld {
            Some(Withheld::Unpublished) => "which students do not see yet",
            Some(Withheld::Anonymous) => "whose work is anonymous for now",
            Some(Withheld::Totals) => "which the course hides from students",
            Some(Withheld::Ungraded) => "which has no grades",
            None => "whose grades do not count",
        },
        None if column.file.is_some() => "whose grades do not count",
        None => "whose grades are not known here any more",
    };
    format!("“{}”, {why}", column.label)
}

/// What stands for a column that a row names and that is not offered there.
#[must_use]
pub(crate) fn lost(column: &OutsideColumn) -> String {
    if column.counts() {
        format!("“{}”, of which that cannot be asked", column.label)
    } else {
        not_read(column)
    }
}

/// What stands for a column of the course that this one was copied from.
#[must_use]
pub(crate) fn of_origin(label: &str) -> String {
    format!("“{label}” of the course that this one was copied from")
}

/// A column that is there and not read now, and how it can be; none for any other.
#[must_use]
pub(crate) fn unread(column: &OutsideColumn) -> Option<String> {
    let way = match &column.rest {
        _ if column.counts() => return None,
        Some(RestColumn { ours: Some(_), .. }) => return None,
        Some(rest) if !rest.is_on || !rest.is_listed => return None,
        Some(rest) => match rest.withheld {
            Some(Withheld::Unpublished) => "Publish it, or wait until students see it.",
            Some(Withheld::Anonymous) => "It is read once its work is anonymous no more.",
            Some(Withheld::Totals) => "Let students see their totals in the course site.",
            // Nothing is missing there that could be read.
            Some(Withheld::Ungraded) => return None,
            None => "Release its grades in the course site.",
        },
        None if column.file.is_some() => "Bring the file again and tick it, once students see these grades.",
        None => return None,
    };
    Some(format!("{}. {way}", not_read(column)))
}

/// Of what a column is.
#[must_use]
pub(crate) const fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::Item => "Assignment",
        Scope::Category => "Total of a category",
        Scope::Course => "Total of the course",
    }
}

/// Whether a column counts, and who said so.
#[must_use]
pub(crate) const fn counting(counting: Counting) -> &'static str {
    match counting {
        Counting::Released => "Its grades count: its file says that they are released.",
        Counting::Ticked => "Its grades count: a teacher said so.",
        Counting::Not => "Its grades do not count, and none is kept.",
    }
}

/// Whose gradebook wrote a file.
#[must_use]
pub(crate) const fn dialect(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Canvas => "Canvas",
        Dialect::Moodle => "Moodle",
    }
}

/// "12 by their e-mail address".
#[must_use]
pub(crate) fn matched(by: By, rows: usize) -> String {
    let by = match by {
        By::LmsId => "by the id of the course site, as in an earlier file",
        By::SisId => "by the id of the school",
        By::Email => "by the e-mail address",
        By::Login => "by the name to sign in with",
    };
    format!("{} {by}", students(rows))
}

/// "1 student", "12 students".
#[must_use]
pub(crate) fn students(count: usize) -> String {
    counted(count, "student", "students")
}

/// "1 row", "12 rows".
#[must_use]
pub(crate) fn counted(count: usize, one: &str, many: &str) -> String {
    count_of(u32::try_from(count).unwrap_or(u32::MAX), one, many)
}

/// What only a teacher can say of a row.
#[must_use]
pub(crate) const fn guess(guess: Guess) -> &'static str {
    match guess {
        Guess::SisIdWithoutNoughts => "the same id of the school but for noughts in front",
        Guess::Name => "the same name and nothing more",
    }
}

/// Why a row is left out.
#[must_use]
pub(crate) const fn left(why: Left) -> &'static str {
    match why {
        Left::Unmatched => "nobody here has this name or e-mail address",
        Left::Ambiguous(Ambiguity::KeysDisagree) => "its ids are those of different students",
        Left::Ambiguous(Ambiguity::SeveralMembers) => "several students have its id or e-mail address",
        Left::Ambiguous(Ambiguity::SeveralRows) => "several rows are of this student",
        Left::Ambiguous(Ambiguity::SeveralOfThisName) => "several students or several rows have this name",
        Left::Unread(Why::TestStudent) => "it is the test student",
        Left::Unread(Why::NobodyNamed) => "it names nobody",
        Left::Unread(Why::Cut) => "the file ends within it",
        Left::Unread(Why::TooFewCells) => "it has fewer cells than the first line",
        Left::Unread(Why::TooManyCells) => "it has more cells than the first line",
        Left::Unread(Why::RanTogether) => "a quotation mark is missing, so rows ran into one",
        Left::Unread(Why::HeaderAgain) => "it repeats the first line",
    }
}

/// Why a file may be of another course.
#[must_use]
pub(crate) const fn doubt(doubt: Doubt) -> &'static str {
    match doubt {
        Doubt::FewMatch => "Fewer than half of its rows are of students of this course.",
        Doubt::NotListed => "The course site lists none of its assignments in this course.",
        Doubt::IdsOfAnotherCourse => "Another course at your institution has assignments with these ids.",
        Doubt::NoKnownColumn => "None of its columns is one that earlier files of this course had.",
    }
}

/// What is to be known before a column is ticked; nothing of most.
#[must_use]
pub(crate) fn before_tick(column: &ReviewColumn) -> Vec<String> {
    let mut said = Vec::new();
    match &column.releases {
        Releases::NeedsTick(HeldBack::ManualPosting) => said.push(
            "Manual posting: grades that students cannot see yet stand in the file like the others. Tick it once all are posted."
                .to_owned(),
        ),
        Releases::NeedsTick(HeldBack::Anonymous) => said.push(
            "Graded anonymously: grades that are not posted are not in the file. Tick it once all are posted.".to_owned(),
        ),
        Releases::NeedsTick(HeldBack::Muted) => {
            said.push("Muted: students cannot see these grades yet.".to_owned());
        }
        Releases::NeedsTick(HeldBack::Other(remark)) => {
            said.push(format!("The file says “{remark}”: perhaps students cannot see these grades yet."));
        }
        Releases::NotTold => said.push(
            "The file cannot say whether students see these grades. Tick it if they do.".to_owned(),
        ),
        Releases::Released | Releases::Never | Releases::NoGrades => {}
    }
    if column.shares_name {
        said.push(
            "Another column has the same name, so nobody could tell them apart the next time. Rename one in the course site and export again."
                .to_owned(),
        );
    }
    if column.is_ours_too {
        said.push(
            "Cairn reads a column of this name by itself. Both are kept apart: a rule uses the one that it names, whatever the other says."
                .to_owned(),
        );
    }
    match column.unseen {
        Some(Unseen::Grades(count)) => said.push(format!(
            "In the course site there {} {count} of its grades that students cannot see yet. Ticked, {} and can award a badge.",
            if count == 1 { "is" } else { "are" },
            if count == 1 { "it counts" } else { "they count" },
        )),
        Some(Unseen::All) => said.push(
            "In the course site students cannot see this column. Ticked, its grades count and can award a badge.".to_owned(),
        ),
        None => {}
    }
    if column.unread > 0 {
        said.push(format!(
            "In {} something else than a grade stands, for instance a formula or a date: left out.",
            counted(column.unread, "cell", "cells")
        ));
    }
    said
}

/// What a file changed or would change, a sentence each.
#[must_use]
pub(crate) fn changes(changes: &Changes) -> Vec<String> {
    let mut said = Vec::new();
    let quoted = |names: &[String]| {
        let names: Vec<String> = names.iter().map(|name| format!("“{name}”")).collect();
        names.join(", ")
    };
    if !changes.is_update {
        said.push("It is the first file whose grades are used in this course.".to_owned());
    }
    if !changes.new.is_empty() {
        said.push(format!("Counted for the first time: {}.", quoted(&changes.new)));
    }
    let grades = |count| counted(count, "grade", "grades");
    let parts = [
        (changes.came, "new"),
        (changes.changed, "changed"),
        (changes.went, "gone"),
    ];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{} {what}", grades(*count)))
        .collect();
    if parts.is_empty() {
        said.push("No grade is another one than before.".to_owned());
    } else {
        said.push(format!("{}.", parts.join(", ")));
    }
    said.extend(changes.columns.iter().map(column));
    if !changes.missing.is_empty() {
        said.push(format!(
            "Not in this file: {}. Their grades stay as the last file that had them says.",
            quoted(&changes.missing)
        ));
    }
    if !changes.kept.is_empty() {
        said.push(format!(
            "In use, and not ticked in this file: {}. Their grades stay as an earlier file says; stop using one whose grades students cannot see any more.",
            quoted(&changes.kept)
        ));
    }
    if changes.people_missing > 0 {
        said.push(format!(
            "Known from an earlier file and not in this one: {}. Their grades stay.",
            students(changes.people_missing)
        ));
    }
    if changes.sections > 1 {
        said.push(format!(
            "It names {}. Choose by them under Progress; only teachers see who is in which.",
            counted(changes.sections, "section", "sections")
        ));
    }
    said
}

fn column(change: &ColumnChange) -> String {
    let points = |points: &Option<Decimal>| points.map_or_else(|| "no".to_owned(), number);
    match change {
        ColumnChange::Renamed { from, to } => format!("“{from}” is called “{to}” now."),
        ColumnChange::Points { label, from, to } => format!(
            "“{label}” has {} points now, {} before. Look at the rules that use it.",
            points(to),
            points(from)
        ),
        ColumnChange::Measure { label } => format!(
            "“{label}” holds another sort of grades than before, for instance words in the place of points. Look at the rules that use it."
        ),
    }
}

/// The letters and words that were seen in a column, and which of those in `typed` were not.
#[must_use]
pub(crate) fn seen(words: &[String], typed: &str) -> String {
    let typed = typed.split(',').map(str::trim).filter(|word| !word.is_empty());
    let new: Vec<String> = typed
        .filter(|word| !is_among(word, words))
        .map(|word| format!("“{word}”"))
        .collect();
    let known = format!("Grades that were seen there: {}.", words.join(", "));
    if new.is_empty() {
        return known;
    }
    format!(
        "{known} Nobody has {} there yet: look whether it is spelled so.",
        new.join(" or ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_lms(rest: RestColumn, counting: Counting) -> OutsideColumn {
        OutsideColumn {
            id: "quiz".into(),
            tenant: "north-coast".into(),
            course: "welding".into(),
            source: GradeSource::RestCanvas,
            key: "id:7".to_owned(),
            label: "Weekly quiz".to_owned(),
            maximum: Some(10.into()),
            measure: Measure::Points,
            scope: Scope::Item,
            counting,
            file: None,
            rest: Some(RestColumn {
                is_on: true,
                is_listed: true,
                ..rest
            }),
        }
    }

    #[test]
    fn words_that_were_seen_are_told_and_one_that_nobody_has_is_named() {
        let words = ["Good".to_owned(), "Poor".to_owned()];
        let known = "Grades that were seen there: Good, Poor.";
        assert_eq!(seen(&words, ""), known);
        assert_eq!(seen(&words, "good, Poor"), known);
        assert_eq!(
            seen(&words, "Goood, Poor"),
            format!("{known} Nobody has “Goood” there yet: look whether it is spelled so.")
        );
    }

    #[test]
    fn a_column_that_is_not_read_says_why_and_what_would_help() {
        let withheld = |why| RestColumn {
            withheld: Some(why),
            ..RestColumn::default()
        };
        assert_eq!(
            unread(&of_lms(withheld(Withheld::Unpublished), Counting::Not)).as_deref(),
            Some("“Weekly quiz”, which students do not see yet. Publish it, or wait until students see it.")
        );
        assert_eq!(unread(&of_lms(RestColumn::default(), Counting::Released)), None);
        let ungraded = of_lms(withheld(Withheld::Ungraded), Counting::Not);
        assert_eq!(unread(&ungraded), None, "there is nothing to read");
        let ours = RestColumn {
            ours: Some("item".into()),
            ..RestColumn::default()
        };
        let ours = of_lms(ours, Counting::Released);
        assert_eq!(unread(&ours), None);
        assert_eq!(
            lost(&ours),
            "“Weekly quiz”, which Cairn reads by itself, as an assignment grade"
        );
        assert_eq!(
            lost(&of_lms(RestColumn::default(), Counting::Released)),
            "“Weekly quiz”, of which that cannot be asked"
        );
    }

    #[test]
    fn columns_of_one_name_are_told_apart_by_their_sort_category_or_place() {
        let column = |id: &str, module: &str, category: Option<&str>| OutsideColumn {
            id: id.into(),
            source: GradeSource::RestMoodle,
            label: "Design log".to_owned(),
            ..of_lms(
                RestColumn {
                    module: Some(module.to_owned()),
                    category: category.map(str::to_owned),
                    ..RestColumn::default()
                },
                Counting::Released,
            )
        };
        let told =
            |all: &[OutsideColumn]| -> Vec<Option<String>> { all.iter().map(|one| mark(one, all)).collect() };
        let said = |text: &str| Some(text.to_owned());
        let sorts = [column("a", "assign", None), column("b", "lti", None)];
        assert_eq!(told(&sorts), [said("Assignment"), said("External tool")]);
        assert_eq!(
            offered_among(&sorts[1], &sorts),
            "Design log (of 10 points), External tool"
        );
        let categories = [
            column("a", "lti", Some("Labs")),
            column("b", "lti", Some("Exams")),
        ];
        assert_eq!(told(&categories), [said("in Labs"), said("in Exams")]);
        let alike = [column("a", "lti", None), column("b", "lti", None)];
        assert_eq!(
            told(&alike),
            [said("1 of 2, oldest first"), said("2 of 2, oldest first")]
        );
        assert_eq!(told(&alike[..1]), [None]);
    }

    #[test]
    fn a_total_is_offered_as_one() {
        let mut total = of_lms(RestColumn::default(), Counting::Released);
        assert_eq!(offered(&total), "Weekly quiz (of 10 points)");
        (total.scope, total.measure) = (Scope::Course, Measure::Percent);
        assert_eq!(offered(&total), "Weekly quiz (total of the course, in percent)");
    }

    #[test]
    fn what_a_second_file_changed_is_said_and_what_stays_too() {
        let told = changes(&Changes {
            is_update: true,
            new: vec!["Lab".to_owned()],
            missing: vec!["Quiz".to_owned()],
            kept: vec!["Viva".to_owned()],
            columns: vec![ColumnChange::Points {
                label: "Essay".to_owned(),
                from: Some(10.into()),
                to: None,
            }],
            came: 2,
            changed: 1,
            went: 0,
            people_missing: 1,
            sections: 2,
        });
        assert_eq!(
            told,
            [
                "Counted for the first time: “Lab”.",
                "2 grades new, 1 grade changed.",
                "“Essay” has no points now, 10 before. Look at the rules that use it.",
                "Not in this file: “Quiz”. Their grades stay as the last file that had them says.",
                "In use, and not ticked in this file: “Viva”. Their grades stay as an earlier file says; stop using one whose \
                 grades students cannot see any more.",
                "Known from an earlier file and not in this one: 1 student. Their grades stay.",
                "It names 2 sections. Choose by them under Progress; only teachers see who is in which.",
            ]
        );
        assert_eq!(
            changes(&Changes::default()),
            [
                "It is the first file whose grades are used in this course.",
                "No grade is another one than before."
            ]
        );
    }
}
