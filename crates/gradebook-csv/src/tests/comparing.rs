use super::{case, points, read};
use crate::{Changes, ColumnChange, GradeChange, HeldBack, Releases, WhatOfColumn, WhatOfGrade, changes};

const HEAD: &str = "Student,ID,Section,Quiz (7),Essay (8),Unposted Final Score\n    Points Possible,,,10.00,20.00,(read only)\n";

fn between(first: &str, second: &str) -> Changes {
    changes(&read(first.as_bytes()), &read(second.as_bytes()))
}

#[test]
fn the_same_export_again_changes_nothing() {
    for file in [
        case!("01-canvas-plain"),
        case!("02-canvas-semicolon-decimal-comma-bom"),
        case!("03-canvas-resaved-utf16le-tab"),
        case!("05-canvas-excused-letters-override"),
        case!("06-canvas-manual-posting"),
        case!("07-canvas-two-sections-no-sis-first-last"),
        case!("08-moodle-comma-real-percentage-letter"),
        case!("10-canvas-other-course"),
    ] {
        assert!(changes(&read(file), &read(file)).is_empty());
    }
}

#[test]
fn written_otherwise_the_same_table_changes_nothing() {
    let first = format!("{HEAD}A,1,S,9.5,10,1\nB,2,S,,7,1\n");
    let second = "Student;ID;Section;Essay (8);Quiz (7);Unposted Final Score\n    Points Possible;;;20,0;10,0;(schreibgeschützt)\nB;2;S;7,000;;2\nA;1;S;10;9,50;2\n";
    assert!(between(&first, second).is_empty());
}

#[test]
fn grades_that_came_went_and_changed_are_counted_once() {
    let first = format!("{HEAD}A,1,S,9.5,10,1\nB,2,S,,7,1\n");
    let second = format!("{HEAD}A,1,S,,12,1\nB,2,S,EX,7.00,1\n");
    let found = between(&first, &second);
    let whats: Vec<_> = found
        .grades
        .iter()
        .map(|one| (one.after, one.column, one.what()))
        .collect();
    assert_eq!(
        whats,
        [
            (0, 3, WhatOfGrade::Disappeared),
            (0, 4, WhatOfGrade::Changed),
            (1, 3, WhatOfGrade::Appeared)
        ]
    );
    let changed = GradeChange {
        before: 0,
        after: 0,
        column: 4,
        from: points("10"),
        to: points("12"),
    };
    assert_eq!(found.grades[1], changed);
    let nothing_else = Changes {
        grades: found.grades.clone(),
        ..Changes::default()
    };
    assert_eq!(found, nothing_else);
}

#[test]
fn columns_and_people_that_came_or_went_are_one_change_each() {
    let first = "Student,ID,Section,Quiz (7),Old (8)\nA,1,S,1,1\nGone,2,S,1,1\n";
    let second = "Student,ID,Section,New (9),Quiz (7)\nNew,3,S,1,1\nA,1,S,1,1\n";
    let found = between(first, second);
    assert_eq!(
        (found.columns_added.as_slice(), found.columns_removed.as_slice()),
        ([3].as_slice(), [4].as_slice())
    );
    assert_eq!(
        (found.people_added.as_slice(), found.people_removed.as_slice()),
        ([0].as_slice(), [1].as_slice())
    );
    assert!(found.grades.is_empty() && found.columns_changed.is_empty() && found.people_uncertain.is_empty());
}

#[test]
fn a_column_that_was_renamed_held_back_or_measured_anew_stays_the_same_one() {
    let first = format!("{HEAD}A,1,S,9,10,1\n");
    let second = "Student,ID,Section,Final quiz (7),Essay (8),Unposted Final Score\n,,,Manual Posting,,\n    Points Possible,,,10.00,25.00,(read only)\nA,1,S,9,10,1\n";
    let found = between(&first, second);
    let change = |at, what| ColumnChange {
        before: at,
        after: at,
        what,
    };
    let releases = WhatOfColumn::Releases {
        from: Releases::Released,
        to: Releases::NeedsTick(HeldBack::ManualPosting),
    };
    let maximum = WhatOfColumn::PointsPossible {
        from: Some(super::number("20")),
        to: Some(super::number("25")),
    };
    assert_eq!(
        found.columns_changed,
        [
            change(3, WhatOfColumn::Renamed),
            change(3, releases),
            change(4, maximum)
        ]
    );
    assert!(found.grades.is_empty() && found.columns_added.is_empty());
}

#[test]
fn totals_with_unreleased_grades_are_never_told_of() {
    let found = between(
        &format!("{HEAD}A,1,S,9,10,50\n"),
        &format!("{HEAD}A,1,S,9,10,60\n"),
    );
    assert!(found.is_empty());
}

#[test]
fn whom_only_a_name_joins_is_neither_compared_nor_gone() {
    let head = "\"First name\",Surname,\"Quiz: A (Real)\"\n";
    let found = between(&format!("{head}Ada,Lima,1\n"), &format!("{head}Ada,Lima,2\n"));
    assert_eq!(found.people_uncertain, [0]);
    assert!(found.grades.is_empty() && found.people_added.is_empty() && found.people_removed.is_empty());
}

#[test]
fn namesakes_among_columns_are_told_apart_by_their_order() {
    let file = |second| format!("\"Email address\",\"Q (Real)\",\"Q (Real)\"\na@x.example,1,{second}\n");
    let found = between(&file(2), &file(3));
    assert_eq!(found.grades.len(), 1);
    assert_eq!(found.grades[0].column, 2);
}
