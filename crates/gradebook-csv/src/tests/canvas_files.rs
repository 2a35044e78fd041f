use super::{at, case, grade, letter, names, number, percent, points, read};
use crate::course::{Belonging, belonging};
use crate::{
    Basis, DecimalSign, Delimiter, Dialect, Encoding, Grade, HeldBack, Kind, Measure, Releases, Total, Why,
};

fn total(measure: Measure, basis: Basis, group: Option<&str>, unposted: bool) -> Kind {
    Kind::Total(Total {
        group: group.map(str::to_owned),
        basis,
        measure,
        unposted,
        period: None,
    })
}

#[test]
fn a_plain_export_of_canvas() {
    let export = read(case!("01-canvas-plain"));
    assert_eq!(export.dialect, Dialect::Canvas);
    assert_eq!(export.encoding, Encoding::Utf8);
    assert_eq!(export.delimiter, Delimiter::Comma);
    assert_eq!(export.decimal_sign, Some(DecimalSign::Point));
    assert_eq!(names(&export), ["Almeida, Rosa", "Byrne, Tomás", "Chukwu, Ada"]);

    let rosa = &export.rows[0];
    assert_eq!(rosa.line, 3);
    assert_eq!(rosa.person.lms_id.as_deref(), Some("4101"));
    assert_eq!(rosa.person.sis_id.as_deref(), Some("S-20311"));
    assert_eq!(rosa.person.login.as_deref(), Some("ralmeida"));
    assert_eq!(rosa.person.email, None);
    assert_eq!(rosa.section.as_deref(), Some("Welding 1"));

    let quiz = &export.columns[at(&export, "Safety quiz (90211)")];
    assert_eq!(quiz.id(), Some("90211"));
    assert_eq!(quiz.points_possible, Some(number("10")));
    assert_eq!(quiz.releases, Releases::Released);
    let name = "Safety quiz".to_owned();
    assert_eq!(
        quiz.kind,
        Kind::Assignment {
            lms_id: "90211".into(),
            name
        }
    );
    assert_eq!(grade(&export, 0, "Safety quiz (90211)"), &points("9.50"));
    assert_eq!(grade(&export, 1, "Workshop report (90212)"), &Grade::Empty);

    let group = &export.columns[at(&export, "Assignments Current Points")];
    assert_eq!(
        group.kind,
        total(Measure::Points, Basis::Current, Some("Assignments"), false)
    );
    assert_eq!(grade(&export, 0, "Assignments Current Points"), &points("53.50"));
    let course = &export.columns[at(&export, "Unposted Final Score")];
    assert_eq!(course.kind, total(Measure::Score, Basis::Final, None, true));
    assert_eq!(course.releases, Releases::Never);
    assert!(!course.counts(true));
    assert_eq!(grade(&export, 1, "Final Score"), &percent("11.67"));
}

#[test]
fn the_test_student_of_canvas_is_nobody() {
    let export = read(case!("01-canvas-plain"));
    let [skipped] = export.skipped.as_slice() else {
        panic!("{:?}", export.skipped);
    };
    assert_eq!(skipped.why, Why::TestStudent);
    assert_eq!((skipped.first_line, skipped.last_line), (6, 6));
    let split = "LastName,FirstName,ID,Section,Q (7)\nStudent,Test,9,A,1\nTest,Student,8,A,1\n";
    let export = read(split.as_bytes());
    assert_eq!(names(&export), ["Student Test"]);
    assert_eq!(export.skipped[0].why, Why::TestStudent);
}

#[test]
fn semicolons_decimal_commas_and_a_byte_order_mark() {
    let export = read(case!("02-canvas-semicolon-decimal-comma-bom"));
    assert_eq!(export.dialect, Dialect::Canvas);
    assert_eq!(export.encoding, Encoding::Utf8Marked);
    assert_eq!(export.delimiter, Delimiter::Semicolon);
    assert_eq!(export.decimal_sign, Some(DecimalSign::Comma));
    assert_eq!(
        names(&export),
        ["Özdemir, Jürgen", "Weiß, Änne", "von der Heide, Max-Emil"]
    );
    assert_eq!(grade(&export, 0, "Sicherheitstest (90311)"), &points("9.50"));
    let report = &export.columns[at(&export, "Werkstattbericht; Teil 1 (90312)")];
    assert_eq!(report.id(), Some("90312"));
    assert_eq!(report.points_possible, Some(number("50")));
    assert_eq!(export.rows[1].grade(report.index), &Grade::Empty);
    let aufgaben = &export.columns[at(&export, "Aufgaben Current Score")];
    assert_eq!(
        aufgaben.kind,
        total(Measure::Score, Basis::Current, Some("Aufgaben"), false)
    );
    assert_eq!(export.rows[2].section.as_deref(), Some("Gruppe A und Gruppe B"));
    let sections = crate::Sections::of(&export.rows);
    assert_eq!(sections.of_row(&export.rows[2]), ["Gruppe A", "Gruppe B"]);
    assert!(export.skipped.is_empty());
}

#[test]
fn a_file_that_a_spreadsheet_saved_as_unicode_text() {
    let export = read(case!("03-canvas-resaved-utf16le-tab"));
    assert_eq!(export.dialect, Dialect::Canvas);
    assert_eq!(export.encoding, Encoding::Utf16Le);
    assert_eq!(export.delimiter, Delimiter::Tab);
    assert_eq!(export.decimal_sign, Some(DecimalSign::Point));
    assert_eq!(names(&export), ["Ńowak, Zofia", "Κόκκινος, Ηλίας"]);
    assert_eq!(export.rows[0].person.sis_id.as_deref(), Some("000417"));
    assert_eq!(grade(&export, 0, "Audition (90411)"), &points("18.5"));
    assert_eq!(grade(&export, 1, "Audition (90411)"), &points("12"));
    assert!(export.skipped.is_empty());
}

#[test]
fn excused_not_assigned_letters_and_overrides() {
    let export = read(case!("05-canvas-excused-letters-override"));
    assert_eq!(grade(&export, 0, "Lab 2 (90612)"), &Grade::Excused);
    assert_eq!(grade(&export, 2, "Lab 2 (90612)"), &Grade::NotAvailable);
    assert_eq!(grade(&export, 0, "Attendance (90613)"), &points("0"));
    assert_eq!(grade(&export, 1, "Attendance (90613)"), &Grade::Empty);
    assert_eq!(
        export.columns[at(&export, "Attendance (90613)")].points_possible,
        Some(number("0"))
    );
    assert_eq!(grade(&export, 0, "Current Grade"), &letter("A-"));
    assert_eq!(grade(&export, 1, "Current Grade"), &Grade::Empty);
    let score = &export.columns[at(&export, "Override Score")];
    assert_eq!(score.kind, total(Measure::Score, Basis::Override, None, false));
    assert_eq!(grade(&export, 2, "Override Score"), &percent("74.50"));
    assert_eq!(grade(&export, 2, "Override Grade"), &letter("C"));
    assert_eq!(grade(&export, 0, "Override Grade"), &Grade::Empty);
}

#[test]
fn a_column_with_manual_posting_counts_only_after_a_tick() {
    let export = read(case!("06-canvas-manual-posting"));
    assert_eq!(export.rows.len(), 2);
    let releases = |title| export.columns[at(&export, title)].releases.clone();
    assert_eq!(releases("Pitch (90711)"), Releases::Released);
    assert_eq!(
        releases("Viva (90712)"),
        Releases::NeedsTick(HeldBack::ManualPosting)
    );
    assert_eq!(
        releases("Blind review (90713)"),
        Releases::NeedsTick(HeldBack::Anonymous)
    );
    assert_eq!(releases("Current Score"), Releases::Released);
    assert_eq!(releases("Unposted Current Score"), Releases::Never);
    let viva = &export.columns[at(&export, "Viva (90712)")];
    assert_eq!(viva.points_possible, Some(number("60")));
    assert!(!viva.counts(false) && viva.counts(true));
    assert_eq!(grade(&export, 0, "Viva (90712)"), &points("57"));
    assert_eq!(grade(&export, 0, "Blind review (90713)"), &Grade::NotAvailable);
    assert_eq!(grade(&export, 0, "Current Score"), &percent("90"));
}

#[test]
fn names_in_two_columns_and_no_sis_ids() {
    let export = read(case!("07-canvas-two-sections-no-sis-first-last"));
    assert_eq!(names(&export), ["Marta Ibáñez", "Piet Jansen", "Ji-woo Kim"]);
    let piet = &export.rows[1];
    assert_eq!(piet.person.sis_id, None);
    assert_eq!(piet.person.login.as_deref(), Some("pjansen@school.example"));
    assert_eq!(piet.section.as_deref(), Some("Day and Evening"));
    let sections = crate::Sections::of(&export.rows);
    assert_eq!(sections.of_row(piet), ["Day", "Evening"]);
    assert_eq!(grade(&export, 1, "Portfolio (90811)"), &points("64.50"));
    assert_eq!(grade(&export, 2, "Portfolio (90811)"), &Grade::Empty);
    assert_eq!(
        export.columns[at(&export, "Portfolio (90811)")].points_possible,
        Some(number("100"))
    );
}

#[test]
fn a_file_of_another_course_is_told_by_its_assignments() {
    let of_course = |id: &str| ["90211", "90212"].contains(&id);
    let asked = |file: &[u8]| belonging(&read(file).columns, of_course);
    assert_eq!(asked(case!("10-canvas-other-course")), Belonging::Foreign);
    assert_eq!(asked(case!("01-canvas-plain")), Belonging::Known);
    assert_eq!(
        asked(case!("08-moodle-comma-real-percentage-letter")),
        Belonging::NotTold
    );
    let mixed = b"Student,ID,Section,A (90211),B (5)\nx,1,A,1,1\n";
    assert_eq!(asked(mixed), Belonging::Partly(vec!["5".into()]));
}

#[test]
fn rows_about_columns_are_found_wherever_a_spreadsheet_sorted_them() {
    let file = "Student,ID,Section,A (1),B (2)\n\"Z, A\",7,S,1.5,2\n    Points Possible,,,10,5\n,,,Muted,Nobody sees it\n";
    let export = read(file.as_bytes());
    assert_eq!(names(&export), ["Z, A"]);
    assert!(export.skipped.is_empty());
    assert_eq!(export.columns[3].points_possible, Some(number("10")));
    assert_eq!(export.columns[3].releases, Releases::NeedsTick(HeldBack::Muted));
    let other = HeldBack::Other("Nobody sees it".into());
    assert_eq!(export.columns[4].releases, Releases::NeedsTick(other));
}

#[test]
fn columns_of_the_school_and_of_grading_periods() {
    let file = "Student,ID,SIS User ID,SIS Login ID,Integration ID,Root Account,Section,Notes,Essay (1),\
        Labs Final Score (Fall 2026),Final Score (Fall 2026),Status\n    \
        Points Possible,,,,,,,,10,(läs endast),(läs endast),(läs endast)\n\
        \"Ng, Li\",5,s,l,i,school.example,A,late twice,8,70,80,ok\n";
    let export = read(file.as_bytes());
    assert_eq!(export.columns[7].kind, Kind::Other);
    assert_eq!(export.columns[11].kind, Kind::Other);
    assert_eq!(export.rows[0].grades().count(), 3);
    let Kind::Total(total) = &export.columns[9].kind else {
        panic!("{:?}", export.columns[9]);
    };
    assert_eq!(total.group.as_deref(), Some("Labs"));
    assert_eq!(total.period.as_deref(), Some("Fall 2026"));
    assert_eq!(export.rows[0].grade(10), &percent("80"));
}

#[test]
fn a_row_without_an_id_is_left_out_and_named() {
    let export = read(b"Student,ID,Section,A (1)\n\"Lost, Ana\",,S,1\n\"Kept, Bo\",1.5E+14,S,2\n,,,\n");
    assert_eq!(names(&export), ["Kept, Bo"]);
    assert_eq!(export.rows[0].person.lms_id, None);
    let left: Vec<_> = export
        .skipped
        .iter()
        .map(|row| (row.why, row.name.as_deref()))
        .collect();
    assert_eq!(
        left,
        [(Why::NobodyNamed, Some("Lost, Ana")), (Why::NobodyNamed, None)]
    );
}

#[test]
fn columns_that_only_their_place_tells_apart_say_so() {
    let export = read(b"Student,ID,Section,A (1),B (1),C (2)\nx,1,S,1,2,3\n");
    let shared: Vec<bool> = export.columns.iter().map(|column| column.shares_name).collect();
    assert_eq!(shared, [false, false, false, true, true, false]);
}
