//! What spreadsheet programs, editors and copies make of a file.

use super::{case, names, points, read};
use crate::{DecimalSign, Delimiter, Dialect, Encoding, Export, Grade, Limits, Refusal, Why};

const FILE: &str = "Student,ID,Section,Quiz (7),Essay (8)\n\"Weiß, Änne\",1,A,9.5,10\n\"Öz, Jo\",2,B,7,\n";

fn utf16(text: &str, little: bool) -> Vec<u8> {
    let mark = std::iter::once(0xFEFF_u16);
    let bytes = |unit: u16| {
        if little {
            unit.to_le_bytes()
        } else {
            unit.to_be_bytes()
        }
    };
    mark.chain(text.encode_utf16()).flat_map(bytes).collect()
}

type Said = (Option<String>, Vec<(usize, Grade)>);

/// What a table says, apart from how it is written.
fn said(export: &Export) -> Vec<Said> {
    let row = |row: &crate::Row| {
        let grades = row.grades().map(|(at, grade)| (at, grade.clone()));
        (row.person.name.clone(), grades.collect())
    };
    export.rows.iter().map(row).collect()
}

#[test]
fn one_table_in_every_encoding_says_the_same() {
    let expected = said(&read(FILE.as_bytes()));
    assert_eq!(expected.len(), 2);
    let marked = format!("\u{feff}{FILE}");
    let ansi: Vec<u8> = FILE
        .chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap())
        .collect();
    for (bytes, encoding) in [
        (marked.into_bytes(), Encoding::Utf8Marked),
        (utf16(FILE, true), Encoding::Utf16Le),
        (utf16(FILE, false), Encoding::Utf16Be),
        (ansi, Encoding::Windows1252),
        (FILE.replace('\n', "\r\n").into_bytes(), Encoding::Utf8),
        (FILE.replace('\n', "\r").into_bytes(), Encoding::Utf8),
        (FILE.replace('\n', "\n\n").into_bytes(), Encoding::Utf8),
        (format!("\n\r\n{}", FILE.trim_end()).into_bytes(), Encoding::Utf8),
    ] {
        let export = read(&bytes);
        assert_eq!(export.encoding, encoding);
        assert_eq!(export.encoding.is_guess(), encoding == Encoding::Windows1252);
        assert_eq!(said(&export), expected, "{encoding:?}");
    }
}

#[test]
fn a_first_line_that_names_the_separator_is_believed() {
    let file = "sep=;\r\nStudent;ID;Section;Quiz, part 1 (7)\r\nAda;1;A;9,5\r\n";
    let export = read(file.as_bytes());
    assert_eq!(export.delimiter, Delimiter::Semicolon);
    assert_eq!(export.dialect, Dialect::Canvas);
    assert_eq!(export.rows[0].line, 3);
    assert_eq!(export.rows[0].grade(3), &points("9.5"));
}

#[test]
fn numbers_whose_sign_nothing_tells_are_not_guessed() {
    let export = read(b"Student;ID;Section;Quiz (7)\nA;1;S;1,234\nB;2;S;5\n");
    assert_eq!(export.decimal_sign, None);
    assert_eq!(export.rows[0].grade(3), &Grade::Unreadable("1,234".into()));
    assert_eq!(export.rows[1].grade(3), &points("5"));
    let export = read(b"Student;ID;Section;Quiz (7)\nA;1;S;1,234\nB;2;S;5,5\n");
    assert_eq!(export.decimal_sign, Some(DecimalSign::Comma));
    assert_eq!(export.rows[0].grade(3), &points("1.234"));
    let export = read(
        b"Student,ID,Section,Quiz (7)\n    Points Possible,,,2000.00\nA,1,S,\"1,234.56\"\nB,2,S,\"1,234\"\n",
    );
    assert_eq!(export.rows[0].grade(3), &points("1234.56"));
    assert_eq!(export.rows[1].grade(3), &Grade::Unreadable("1,234".into()));
}

#[test]
fn a_file_that_was_cut_loses_its_last_row_and_says_so() {
    let whole = read(case!("01-canvas-plain"));
    assert!(!whole.is_cut() && !whole.ends_within_a_line);
    let file = case!("01-canvas-plain");
    let tomas = file.windows(5).position(|part| part == b"Byrne").unwrap();
    for end in tomas + 1..tomas + 60 {
        let export = read(&file[..end]);
        assert!(export.is_cut(), "cut at {end}");
        assert!(export.ends_within_a_line);
        assert_eq!(said(&export), said(&whole)[..1], "cut at {end}");
        assert_eq!(export.skipped.len(), 1);
        assert_eq!(export.skipped[0].why, Why::Cut);
        assert_eq!(export.skipped[0].first_line, 4);
    }
    for end in 400..660 {
        let export =
            Export::read(&case!("03-canvas-resaved-utf16le-tab")[..end], &Limits::default()).unwrap();
        assert!(export.ends_within_a_line || end % 2 == 0, "cut at {end}");
    }
}

#[test]
fn a_cut_within_the_last_cell_shows_by_the_missing_line_break() {
    let cut = read(FILE.trim_end_matches(['\n', ',']).as_bytes());
    assert!(cut.is_cut());
    let within = read(b"Student,ID,Section,Quiz (7)\nA,1,S,9");
    assert!(!within.is_cut() && within.ends_within_a_line);
}

#[test]
fn a_quote_that_is_never_closed_takes_the_rest_and_says_which_lines() {
    let export = read(b"Student,ID,Section,Quiz (7)\nA,1,S,1\nB,2,\"S,2\nC,3,S,3\nD,4,S,4\n");
    assert_eq!(names(&export), ["A"]);
    let skipped = &export.skipped[0];
    assert_eq!(
        (skipped.why, skipped.first_line, skipped.last_line),
        (Why::Cut, 3, 5)
    );
    assert_eq!(skipped.name.as_deref(), Some("B"));
}

#[test]
fn rows_that_a_stray_quote_joined_are_left_out_together() {
    let file = "Student,ID,Section,Quiz (7)\nA,1,S,\"9\nB,2,S,\"8\nC,3,S,7\n";
    let export = read(file.as_bytes());
    assert_eq!(names(&export), ["C"]);
    let skipped = &export.skipped[0];
    assert_eq!(
        (skipped.why, skipped.first_line, skipped.last_line),
        (Why::RanTogether, 2, 3)
    );
}

#[test]
fn rows_of_another_width_are_left_out_and_named() {
    let file =
        "Student,ID,Section,Quiz (7)\nA,1,S\nB,2,S,1,9\nC,3,S,2,,\nStudent,ID,Section,Quiz (7)\nD,4,S,3\n";
    let export = read(file.as_bytes());
    assert_eq!(names(&export), ["C", "D"]);
    let left: Vec<_> = export
        .skipped
        .iter()
        .map(|row| (row.first_line, row.why))
        .collect();
    assert_eq!(
        left,
        [
            (2, Why::TooFewCells),
            (3, Why::TooManyCells),
            (5, Why::HeaderAgain)
        ]
    );
}

#[test]
fn formulas_in_names_titles_and_grades_are_text() {
    let file = "Student,ID,SIS User ID,Section,\"=\"\"=Quiz (7)\"\"\"\n\"=\"\"=HYPERLINK(1)\"\"\",1,'007,S,=9+1\n@Bo,2,\"=\"\"042\"\"\",S,-1.5\n";
    let export = read(file.as_bytes());
    assert_eq!(names(&export), ["=HYPERLINK(1)", "@Bo"]);
    assert_eq!(export.rows[0].person.sis_id.as_deref(), Some("007"));
    assert_eq!(export.rows[1].person.sis_id.as_deref(), Some("042"));
    assert_eq!(export.columns[4].title, "=Quiz (7)");
    assert_eq!(export.columns[4].id(), Some("7"));
    assert_eq!(export.rows[0].grade(4), &Grade::Unreadable("=9+1".into()));
    assert_eq!(export.rows[1].grade(4), &points("-1.5"));
}

#[test]
fn a_table_of_neither_platform_is_unknown_and_has_no_grades() {
    let export = read(b"Username,Mail,Points\nada,ada@x.example,9\nbo,bo@x.example,7\n");
    assert_eq!(export.dialect, Dialect::Unknown);
    assert!(export.columns.iter().all(|column| !column.has_grades()));
    assert_eq!(export.rows[0].person.email.as_deref(), Some("ada@x.example"));
    assert_eq!(
        Export::read(b"just\nwords\n", &Limits::default()),
        Err(Refusal::NoTable)
    );
}
