use std::fmt::Write as _;
use std::time::{Duration, Instant};

use super::{names, points, read};
use crate::{Encoding, Entry, Export, Gradebook, Limits, Refusal, Why};

fn refused(bytes: &[u8]) -> Refusal {
    refused_by(bytes, &Limits::default())
}

fn refused_by(bytes: &[u8], limits: &Limits) -> Refusal {
    let read = Export::read(bytes, limits).map(|export| export.rows.len());
    read.unwrap_err()
}

#[test]
fn what_is_no_text_table_is_refused_with_its_kind() {
    for empty in [b"".as_slice(), b"\n\r\n", b"\xEF\xBB\xBF", b"\xFF\xFE", b" \n\t"] {
        assert_eq!(refused(empty), Refusal::Empty);
    }
    assert_eq!(refused(b"PK\x03\x04rest of a workbook"), Refusal::Workbook);
    assert_eq!(refused(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1old"), Refusal::Workbook);
    assert_eq!(
        refused(b"\n <!DOCTYPE html><title>Log in</title>"),
        Refusal::Markup
    );
    assert_eq!(
        refused(b"<results batch=\"xml_export_1\"></results>"),
        Refusal::Markup
    );
    assert_eq!(refused(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), Refusal::Binary);
    assert_eq!(refused(b"S\0t\0u\0d\0e\0n\0t\0"), Refusal::Binary);
    assert_eq!(refused(b"\xFF\xFE\0\0S\0\0\0"), Refusal::Binary);
    assert_eq!(
        refused(b"\xEF\xBB\xBFStudent,ID\xFF\xFF,Section\n"),
        Refusal::Broken(Encoding::Utf8Marked)
    );
    let lone = b"\xFF\xFE\x00\xDCa\0,\0b\0\n\0";
    assert_eq!(refused(lone), Refusal::Broken(Encoding::Utf16Le));
}

#[test]
fn each_limit_is_refused_by_its_name() {
    let file = b"Student,ID,Section,Quiz (7)\nA,1,S,1\nB,2,S,2\n";
    let limits = Limits::default();
    let with = |change: fn(&mut Limits)| {
        let mut limits = limits;
        change(&mut limits);
        refused_by(file, &limits)
    };
    assert_eq!(
        with(|limits| limits.bytes = 43),
        Refusal::TooLarge { bytes: 44, limit: 43 }
    );
    assert_eq!(
        with(|limits| limits.lines = 2),
        Refusal::TooManyLines { limit: 2 }
    );
    assert_eq!(
        with(|limits| limits.columns = 3),
        Refusal::TooManyColumns { line: 1, limit: 3 }
    );
    assert_eq!(
        with(|limits| limits.cell = 7),
        Refusal::CellTooLong { line: 1, limit: 7 }
    );
    assert_eq!(
        with(|limits| limits.row = 10),
        Refusal::RowTooLong { line: 1, limit: 10 }
    );
    assert_eq!(
        with(|limits| limits.grades = 1),
        Refusal::TooManyGrades { limit: 1 }
    );
    let exact = Limits {
        bytes: 44,
        lines: 3,
        columns: 4,
        cell: 8,
        row: 24,
        grades: 2,
    };
    assert_eq!(Export::read(file, &exact).unwrap().rows.len(), 2);
}

#[test]
fn a_refusal_has_a_code_and_a_sentence() {
    for bytes in [b"".as_slice(), b"PK\x03\x04", b"<a>", b"\0", b"a\n"] {
        let refusal = refused(bytes);
        assert!(refusal.code().starts_with("gradebook."), "{refusal}");
        assert!(refusal.to_string().len() > 10);
    }
}

fn long(lines: usize) -> String {
    let mut file = String::from("Student,ID,SIS User ID,SIS Login ID,Section,Quiz (7),Final Score\n");
    file.push_str("    Points Possible,,,,,10.00,(read only)\n");
    for line in 0..lines {
        writeln!(
            file,
            "\"Family{line}, Given\",{line},S-{line},user{line},A,7.50,75.00"
        )
        .unwrap();
    }
    file
}

#[test]
fn two_hundred_thousand_lines_are_refused_or_read_row_by_row() {
    let file = long(200_000);
    let began = Instant::now();
    assert_eq!(refused(file.as_bytes()), Refusal::TooManyLines { limit: 50_000 });
    let limits = Limits {
        lines: 300_000,
        ..Limits::default()
    };
    let book = Gradebook::open(file.as_bytes(), &limits).unwrap();
    let mut read = 0;
    for entry in book.rows() {
        let Entry::Row(row) = entry else {
            panic!("{entry:?}");
        };
        assert_eq!(row.grade(5), &points("7.5"));
        read += 1;
    }
    assert_eq!(read, 200_000);
    assert!(began.elapsed() < Duration::from_mins(1), "{:?}", began.elapsed());
}

#[test]
fn a_quote_that_swallows_a_long_file_is_refused_and_not_held() {
    let lines = "x,\n".repeat(400_000);
    let open = format!("Student,ID,Section,Quiz (7)\nA,1,S,\"{lines}");
    let limits = Limits {
        lines: 500_000,
        ..Limits::default()
    };
    let too_long = Refusal::RowTooLong {
        line: 2,
        limit: limits.row,
    };
    assert_eq!(refused_by(open.as_bytes(), &limits), too_long);
}

#[test]
fn rows_that_have_to_be_read_twice_do_not_take_the_square_of_the_time() {
    let mut file = String::from("\"First name\",\"Email address\",\"Quiz: A (Real)\"\n");
    for _ in 0..40_000 {
        file.push_str("\"x \\\",\"y\n");
    }
    let began = Instant::now();
    let limits = Limits {
        row: 64 * 1024 * 1024,
        cell: 64 * 1024 * 1024,
        ..Limits::default()
    };
    let _ = Export::read(file.as_bytes(), &limits);
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
}

#[test]
fn a_file_of_nothing_but_separators_holds_no_grades() {
    let file = format!(
        "Student,ID,Section{}\n{}",
        ",Q (7)".repeat(1_000),
        format!("A,1,S{}\n", ",".repeat(1_000)).repeat(500)
    );
    let export = read(file.as_bytes());
    assert_eq!(export.rows.len(), 500);
    assert!(export.rows.iter().all(|row| row.grades().next().is_none()));
    assert!(names(&export).iter().all(|name| *name == "A"));
}

#[test]
fn a_header_alone_is_a_course_without_students() {
    for file in [
        "Student,ID,Section,Quiz (7)\n",
        "Student,ID,Section,Quiz (7)",
        "Student,ID,Section,\"Quiz (7)",
    ] {
        let export = read(file.as_bytes());
        assert!(export.rows.is_empty() && export.skipped.is_empty());
        assert_eq!(export.ends_within_a_line, !file.ends_with('\n'));
    }
    let cut = read(b"Student,ID,Section,Quiz (7)\nAd");
    assert_eq!(cut.skipped[0].why, Why::Cut);
}

#[test]
fn a_first_row_that_is_too_wide_is_not_divided_by_something_else() {
    let file = format!(
        "\"First name\",\"Quiz; A (Real)\"{}\n",
        ",\"Q (Real)\"".repeat(2_000)
    );
    let limit = 2_000;
    assert_eq!(
        refused(file.as_bytes()),
        Refusal::TooManyColumns { line: 1, limit }
    );
}
