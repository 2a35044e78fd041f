use super::{at, case, grade, letter, names, percent, points, read};
use crate::{DecimalSign, Delimiter, Dialect, Display, Field, Grade, Kind, Releases, Scope};

fn item(name: &str, scope: Scope, display: Display) -> Kind {
    let name = name.to_owned();
    Kind::Item { name, scope, display }
}

#[test]
fn three_display_types_feedback_and_suspended_people() {
    let export = read(case!("08-moodle-comma-real-percentage-letter"));
    assert_eq!(export.dialect, Dialect::Moodle);
    assert_eq!(export.delimiter, Delimiter::Comma);
    assert_eq!(names(&export), ["Rosa Almeida", "Tomás Byrne", "Ada Chukwu"]);
    let rosa = &export.rows[0];
    assert_eq!(rosa.person.sis_id.as_deref(), Some("20311"));
    assert_eq!(rosa.person.email.as_deref(), Some("rosa.almeida@school.example"));
    assert_eq!(rosa.person.lms_id, None);
    assert_eq!(export.rows[2].person.sis_id, None);
    let suspended: Vec<bool> = export.rows.iter().map(|row| row.suspended).collect();
    assert_eq!(suspended, [false, false, true]);
    let lines: Vec<u64> = export.rows.iter().map(|row| row.line).collect();
    assert_eq!(lines, [2, 4, 5]);

    let kind = |title| export.columns[at(&export, title)].kind.clone();
    let report = "Assignment: Welding report";
    assert_eq!(
        kind("Assignment: Welding report (Real)"),
        item(report, Scope::Item, Display::Real)
    );
    let feedback = Kind::Feedback { item: report.into() };
    assert_eq!(kind("Assignment: Welding report (Feedback)"), feedback);
    let safety = item("Quiz: Safety, part 1", Scope::Item, Display::Percentage);
    assert_eq!(kind("Quiz: Safety, part 1 (Percentage)"), safety);
    assert_eq!(
        kind("Course total (Letter)"),
        item("Course total", Scope::Course, Display::Letter)
    );
    assert_eq!(kind("Last downloaded from this course"), Kind::Exported);
    assert_eq!(kind("Institution"), Kind::Other);

    assert_eq!(
        grade(&export, 0, "Assignment: Welding report (Real)"),
        &points("88")
    );
    assert_eq!(
        grade(&export, 0, "Assignment: Welding report (Percentage)"),
        &percent("88")
    );
    assert_eq!(
        grade(&export, 0, "Assignment: Welding report (Letter)"),
        &letter("B+")
    );
    assert_eq!(
        grade(&export, 1, "Assignment: Welding report (Real)"),
        &Grade::Empty
    );
    assert_eq!(
        grade(&export, 1, "Assignment: Welding report (Letter)"),
        &Grade::Empty
    );
    assert_eq!(grade(&export, 1, "Course total (Percentage)"), &percent("6.36"));
    assert!(export.skipped.is_empty());
}

#[test]
fn nothing_in_a_file_of_moodle_says_what_is_hidden() {
    let export = read(case!("08-moodle-comma-real-percentage-letter"));
    let graded: Vec<_> = export
        .columns
        .iter()
        .filter(|column| column.has_grades())
        .collect();
    assert_eq!(graded.len(), 9);
    for column in graded {
        assert_eq!(column.releases, Releases::NotTold);
        assert!(!column.counts(false) && column.counts(true));
        assert_eq!((column.id(), column.points_possible), (None, None));
    }
}

#[test]
fn totals_scales_and_display_types() {
    let file = "\"First name\",Surname,\"Labs total (Real)\",\"Assignment: Grand total (Real)\",\"Oral (Real)\",\"Team (2026)\"\n\
        Ada,Lima,12,3,\"Not yet\",red\nBo,Moe,\"09. Mai\",-,-,\n";
    let export = read(file.as_bytes());
    assert_eq!(export.dialect, Dialect::Moodle);
    let kinds: Vec<_> = export
        .columns
        .iter()
        .skip(2)
        .map(|column| column.kind.clone())
        .collect();
    assert_eq!(kinds[0], item("Labs total", Scope::Category, Display::Real));
    assert_eq!(
        kinds[1],
        item("Assignment: Grand total", Scope::Item, Display::Real)
    );
    assert_eq!(kinds[3], Kind::Other);
    assert_eq!(grade(&export, 0, "Oral (Real)"), &letter("Not yet"));
    assert_eq!(
        grade(&export, 1, "Labs total (Real)"),
        &Grade::Unreadable("09. Mai".into())
    );
}

#[test]
fn a_file_in_a_language_that_nobody_expected() {
    let file = "Vorname;Nachname;ID-Nummer;E-Mail-Adresse;Test: Sicherheit (Punkte);Test: Sicherheit (Prozentsatz);\
        Test: Sicherheit (Note);Test: Sicherheit (Kommentar);Zuletzt geladen\n\
        Änne;Weiß;7;a@x.example;9,50;95,00 %;sehr gut;Eine gute Naht, weiter so.;1795953600\n\
        Jürgen;Öz;8;j@x.example;-;-;-;;1795953600\n\
        Max;Heide;9;m@x.example;1,25;12,50 %;F;;1795953600\n";
    let export = read(file.as_bytes());
    assert_eq!(export.dialect, Dialect::Moodle);
    assert_eq!(export.decimal_sign, Some(DecimalSign::Comma));
    let kind = |at: usize| &export.columns[at].kind;
    assert_eq!(kind(0), &Kind::Person(Field::FirstName));
    assert_eq!(kind(2), &Kind::Other);
    assert_eq!(kind(3), &Kind::Person(Field::Email));
    assert_eq!(kind(4), &item("Test: Sicherheit", Scope::Item, Display::Real));
    assert_eq!(
        kind(5),
        &item("Test: Sicherheit", Scope::Item, Display::Percentage)
    );
    assert_eq!(
        kind(7),
        &Kind::Feedback {
            item: "Test: Sicherheit".into()
        }
    );
    assert_eq!(kind(8), &Kind::Exported);
    assert_eq!(export.rows[0].grade(4), &points("9.5"));
    assert_eq!(export.rows[0].grade(5), &percent("95"));
    assert_eq!(export.rows[1].grade(4), &Grade::Empty);
    assert_eq!(export.rows[0].person.name.as_deref(), Some("Änne Weiß"));
}

#[test]
fn quotes_after_a_backslash_are_not_doubled_by_php() {
    let file = "\"First name\",\"Email address\",\"Quiz: A (Real)\",\"Quiz: A (Feedback)\",\"Quiz: B (Real)\"\n\
        Ada,a@x.example,1.00,\"see C:\\\", then \\\"go, on\\\"\n and \"\"stop\"\"\",2.00\n\
        Bo,b@x.example,3.00,\"ends with \\\",4.00\n\
        Cy,c@x.example,5.00,\"plain, \"\"quoted\"\"\",6.00\n";
    let export = read(file.as_bytes());
    assert!(export.skipped.is_empty(), "{:?}", export.skipped);
    assert_eq!(names(&export), ["Ada", "Bo", "Cy"]);
    let last: Vec<_> = (0..3)
        .map(|row| grade(&export, row, "Quiz: B (Real)").clone())
        .collect();
    assert_eq!(last, [points("2"), points("4"), points("6")]);
    assert_eq!(export.rows[1].line, 4);
}

#[test]
fn every_separator_that_the_form_offers() {
    for mark in [',', ';', '\t', ':'] {
        let line = |cells: [&str; 4]| cells.map(|cell| format!("\"{cell}\"")).join(&mark.to_string());
        let header = line([
            "First name",
            "Email address",
            "Quiz: A, part 1 (Real)",
            "Quiz: B; C (Real)",
        ]);
        let file = format!("{header}\n{}\n", line(["Ada", "a@x.example", "1.50", "2.50"]));
        let export = read(file.as_bytes());
        assert_eq!(export.dialect, Dialect::Moodle, "{mark:?}");
        assert_eq!(grade(&export, 0, "Quiz: B; C (Real)"), &points("2.5"), "{mark:?}");
    }
}

#[test]
fn three_decimals_are_no_thousands_in_moodle() {
    for (point, sign) in [(".", DecimalSign::Point), (",", DecimalSign::Comma)] {
        let file =
            "Surname;\"Email address\";\"Q (Real)\";\"Q (Percentage)\"\nA;a@x.example;88.000;88.125 %\n";
        let export = read(
            file.replace('.', point)
                .replace("x,example", "x.example")
                .as_bytes(),
        );
        assert_eq!(export.decimal_sign, Some(sign));
        assert_eq!(grade(&export, 0, "Q (Real)"), &points("88"));
        assert_eq!(grade(&export, 0, "Q (Percentage)"), &percent("88.125"));
    }
}

#[test]
fn a_file_that_was_cut_anywhere_in_its_last_row_says_so() {
    let file = case!("08-moodle-comma-real-percentage-letter");
    let whole = read(file);
    let ada = file.windows(10).position(|part| part == b"Ada,Chukwu").unwrap();
    for end in ada + 1..file.len() - 1 {
        let export = read(&file[..end]);
        assert_eq!(export.dialect, Dialect::Moodle);
        assert!(export.is_cut(), "cut at {end}");
        assert_eq!(export.rows, whole.rows[..2], "cut at {end}");
    }
}

#[test]
fn a_first_row_may_be_longer_than_a_cell() {
    let items: String = (0..1_500)
        .map(|item| format!(",\"Quiz: A rather long name of a quiz, {item} (Real)\""))
        .collect();
    let file = format!("\"Email address\"{items}\na@x.example{}\n", ",1.5".repeat(1_500));
    let export = read(file.as_bytes());
    assert_eq!(export.dialect, Dialect::Moodle);
    assert_eq!(export.rows[0].grades().count(), 1_500);
}
