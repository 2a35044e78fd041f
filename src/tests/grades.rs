//! A teacher brings the gradebook as a file: every dialect that there is, looked at on a page, used, and taken back.

use practice_lms::PracticeLms;
use practice_lms::browser::Page;

use crate::tests::guest::Guest;
use crate::tests::harness::on_each_database;

macro_rules! case {
    ($name:literal) => {
        include_bytes!(concat!("../../crates/gradebook-csv/cases/", $name)).as_slice()
    };
}

const PLAIN: &[u8] = case!("01-canvas-plain.csv");
const OTHER_COURSE: &[u8] = case!("10-canvas-other-course.csv");

/// A file, what stands in it for one student, and what its page says.
struct Case {
    content: &'static [u8],
    /// The id of the school, or the name, of one row.
    of: &'static str,
    utf16: bool,
    says: &'static [&'static str],
    /// What is said of it in a course where nobody is of it.
    nobody: &'static str,
}

const THREE: &str = "None of the 3 rows of the file is of a student of this course";
const TWO: &str = "None of the 2 rows of the file is of a student of this course";

const fn case(content: &'static [u8], of: &'static str, says: &'static [&'static str]) -> Case {
    Case {
        content,
        of,
        utf16: false,
        says,
        nobody: THREE,
    }
}

fn cases() -> Vec<Case> {
    vec![
        case(
            PLAIN,
            "S-20311",
            &[
                "is a gradebook of Canvas with 3 students",
                "Safety quiz",
                "of 10 points: 1 grade",
                "1 student by the id of the school",
                "Left out: 2",
                "Line 4, Byrne, Tomás: nobody here has this name or e-mail address",
            ],
        ),
        case(
            case!("02-canvas-semicolon-decimal-comma-bom.csv"),
            "M-7731",
            &[
                "Sicherheitstest",
                "Werkstattbericht; Teil 1",
                "of 50 points: 1 grade",
            ],
        ),
        Case {
            utf16: true,
            nobody: TWO,
            ..case(
                case!("03-canvas-resaved-utf16le-tab.csv"),
                "000417",
                &["Audition", "of 20 points: 1 grade"],
            )
        },
        case(
            case!("05-canvas-excused-letters-override.csv"),
            "U77",
            &[
                "Lab 1",
                "Attendance",
                "Current Grade",
                "letters or words: 1 grade",
            ],
        ),
        Case {
            nobody: TWO,
            ..case(
                case!("06-canvas-manual-posting.csv"),
                "G-1",
                &[
                    "Pitch",
                    "Manual posting: grades that students cannot see yet",
                    "Graded anonymously",
                ],
            )
        },
        case(
            case!("07-canvas-two-sections-no-sis-first-last.csv"),
            "Ibáñez,Marta",
            &[
                "Portfolio",
                "No row is of a student for certain.",
                "Is this the same person?",
                "the same name and nothing more",
            ],
        ),
        case(
            case!("08-moodle-comma-real-percentage-letter.csv"),
            "20311",
            &[
                "is a gradebook of Moodle with 3 students",
                "Quiz: Safety, part 1",
                "Total of the course",
                "The file cannot say whether students see these grades. Tick it if they do.",
            ],
        ),
        Case {
            nobody: TWO,
            ..case(OTHER_COURSE, "S-20311", &["Safety quiz", "Knife skills"])
        },
    ]
}

fn encoded(text: &str, utf16: bool) -> Vec<u8> {
    if utf16 {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    } else {
        text.as_bytes().to_vec()
    }
}

/// The file with `to` in the place of `from`, once.
fn with(content: &[u8], from: &str, to: &str, utf16: bool) -> Vec<u8> {
    let (from, to) = (encoded(from, utf16), encoded(to, utf16));
    let at = content
        .windows(from.len())
        .position(|part| part == from)
        .expect("it stands in the file");
    [&content[..at], to.as_slice(), &content[at + from.len()..]].concat()
}

#[track_caller]
fn reads(page: &Page, text: &str) {
    assert!(page.words().contains(text), "{text}\nis not in\n{}", page.words());
}

/// A teacher of a course that has been read.
async fn teacher_of(lms: &PracticeLms) -> Guest {
    let mut teacher = Guest::open(lms, 0, "Teacher", "My badges").await;
    let page = teacher.page.clone();
    if page.form("/choose").is_ok() {
        teacher.send(&page, "/choose", &[("opens", "my_badges")]).await;
    }
    teacher.until("", "Checked").await;
    teacher
}

async fn bring(teacher: &mut Guest, content: &[u8]) -> Page {
    let page = teacher.get("/grades").await;
    let file = [("file", "grades.csv", "text/csv", content)];
    teacher.send_files(&page, "/grades/bring", &[], &file).await
}

/// The first student, as a file names somebody.
fn first_student(lms: &PracticeLms, like: &str) -> String {
    if !like.contains(',') {
        return "S-001".to_owned();
    }
    let world = lms.world();
    let name = world.students(world.courses()[0].id)[0].name.clone();
    let (given, family) = name.split_once(' ').expect("two names");
    format!("{family},{given}")
}

#[test]
fn every_dialect_is_looked_at_before_anything_counts() {
    on_each_database(|scene| async move {
        for (_, lms) in scene.platforms() {
            let mut teacher = teacher_of(lms).await;
            for case in cases() {
                let refused = bring(&mut teacher, case.content).await;
                assert_eq!(refused.status, 422, "{}", refused.words());
                reads(&refused, case.nobody);
                let to = first_student(lms, case.of);
                let content = with(case.content, case.of, &to, case.utf16);
                let review = bring(&mut teacher, &content).await;
                assert_eq!(review.status, 200, "{}", review.words());
                for text in case.says {
                    reads(&review, text);
                }
                let doubted = review
                    .words()
                    .contains("Perhaps this is the gradebook of another course.");
                assert_eq!(doubted, case.nobody == THREE, "one of two rows is half of them");
            }
            let page = teacher.get("/grades").await;
            reads(&page, "No grade from elsewhere is known in this course yet.");
            let none = teacher.send_files(&page, "/grades/bring", &[], &[]).await;
            assert_eq!(none.status, 422);
            reads(&none, "Choose a file first");
        }
        scene.end().await;
    });
}

#[test]
fn a_rule_uses_an_assignment_of_the_lms_and_its_badge_says_that_a_file_told_it() {
    on_each_database(|scene| async move {
        for (_, lms) in scene.platforms() {
            let mut teacher = teacher_of(lms).await;
            let badge = teacher.make_badge("Safe worker", "knowledge").await;
            let rule = teacher.get(&format!("/badges/{badge}/rule")).await;
            reads(&rule, "What Cairn cannot read, and how it can");
            assert_eq!(rule.links("/grades").len(), 1, "{}", rule.words());

            let file = with(PLAIN, "S-20311", "S-001", false);
            let review = bring(&mut teacher, &file).await;
            let unsaid = teacher.send(&review, "/grades/use", &[]).await;
            assert_eq!(unsaid.status, 422);
            reads(&unsaid, "say that it is the one of this course");
            let used = teacher
                .send(&unsaid, "/grades/use", &[("of_course", "yes")])
                .await;
            assert_eq!(used.status, 200, "{}", used.words());
            reads(&used, "The grades of the file count now");
            reads(&used, "Counted for the first time: “Safety quiz”");
            reads(&used, "Canvas, by ");
            let again = teacher
                .send(&unsaid, "/grades/use", &[("of_course", "yes")])
                .await;
            reads(&again, "The grades of that file are in use already.");

            let rule = teacher.get(&format!("/badges/{badge}/rule")).await;
            let rule = teacher.build(&rule, &[("action", "add::elsewhere")]).await;
            let form = rule.form("/rule/save").unwrap();
            let column = form.option("n.0.column", "Safety quiz (of 10 points)").unwrap();
            let row = [
                ("n.0.column", column),
                ("n.0.unit", "percent"),
                ("n.0.value", "95"),
                ("action", "save"),
            ];
            let saved = teacher.build(&rule, &row).await;
            reads(&saved, "Saved.");
            reads(&saved, "at least 95 percent in Safety quiz");
            teacher.activate(&badge).await;
            teacher.until("", "Knowledge badge 1 of").await;
            let home = teacher.get("").await;
            reads(&home, "Gradebook files that teachers brought tell the grades of");
            let used = teacher.get("/grades").await;
            reads(&used, "Used by “Safe worker”.");

            let world = lms.world();
            let student = world.students(world.courses()[0].id)[0].name.clone();
            let mut holder = Guest::open(lms, 0, &student, "My badges").await;
            let page = holder.get(&format!("/badges/{badge}")).await;
            reads(&page, "Safety quiz: 9.5 of 10, needs 95 percent");
            reads(&page, "read from a gradebook file");
            assert_eq!(holder.get("/grades").await.status, 403);

            let other = with(OTHER_COURSE, "S-20311", "S-001", false);
            let refused = bring(&mut teacher, &other).await;
            assert_eq!(refused.status, 422);
            reads(&refused, "This is the gradebook of another course");

            let page = teacher.get("/grades").await;
            let mut actions = page.forms().into_iter().map(|form| form.action);
            let stop = actions
                .find(|action| action.contains("/grades/columns/"))
                .unwrap();
            let stopped = teacher.send(&page, &stop, &[]).await;
            reads(&stopped, "Its grades were removed and count no more.");
            let ask = teacher.get("/grades/remove").await;
            reads(&ask, "Remove all grades from files?");
            reads(&ask, "What was awarded stays.");
            let removed = teacher.send(&ask, "/grades/remove/confirm", &[]).await;
            reads(&removed, "All grades from files were removed.");
            reads(&removed, "No grade from elsewhere is known in this course yet.");
            let rule = teacher.get(&format!("/badges/{badge}/rule")).await;
            reads(&rule, "Bring a gradebook file that has “Safety quiz”");
            let home = teacher.until("", "Knowledge badge 1 of").await;
            reads(&home, "Bring a gradebook file that has “Safety quiz”");
        }
        scene.end().await;
    });
}

#[test]
fn the_best_of_several_grades_are_chosen_by_boxes_and_a_refusal_keeps_what_was_typed() {
    on_each_database(|scene| async move {
        for (_, lms) in scene.platforms() {
            let mut teacher = teacher_of(lms).await;
            let badge = teacher.make_badge("Steady worker", "knowledge").await;
            let rule = teacher.get(&format!("/badges/{badge}/rule")).await;
            reads(&rule, "can let Cairn read the whole gradebook");
            let file = with(PLAIN, "S-20311", "S-001", false);
            let review = bring(&mut teacher, &file).await;
            let used = teacher
                .send(&review, "/grades/use", &[("of_course", "yes")])
                .await;
            reads(&used, "The grades of the file count now");

            let rule = teacher.get(&format!("/badges/{badge}/rule")).await;
            let rule = teacher.build(&rule, &[("action", "add::best_of")]).await;
            let rule = teacher.build(&rule, &[("action", "add::handed_in")]).await;
            reads(&rule, "Nothing tells here what is handed in");
            let rule = teacher.build(&rule, &[("action", "remove:1")]).await;
            reads(&rule, "From gradebook files");
            let form = rule.form("/rule/save").unwrap();
            let boxes: Vec<&str> = form
                .fields
                .iter()
                .filter(|field| field.name == "n.0.of" && field.value.starts_with("elsewhere:"))
                .map(|field| field.value.as_str())
                .collect();
            assert!(boxes.len() > 1, "{boxes:?}");
            let row = [
                ("n.0.of", boxes[0]),
                ("n.0.of", boxes[1]),
                ("n.0.best", "3"),
                ("n.0.value", "70"),
                ("action", "save"),
            ];
            let refused = teacher.build(&rule, &row).await;
            assert_eq!(refused.status, 422, "{}", refused.words());
            reads(&refused, "Let 1 to 2 of these 2 grades count");
            reads(&refused, "2 grades chosen");
            let form = refused.form("/rule/save").unwrap();
            assert_eq!(form.value("n.0.best"), Some("3"));
            assert_eq!(form.value("n.0.value"), Some("70"));
            let ticked = form
                .fields
                .iter()
                .filter(|field| field.name == "n.0.of" && field.is_sent);
            let ticked: Vec<&str> = ticked.map(|field| field.value.as_str()).collect();
            assert_eq!(ticked, [boxes[0], boxes[1]]);

            // A box that cannot count is marked, and the numbers beside it are not.
            let lost = [
                ("n.0.of", "elsewhere:nowhere"),
                ("n.0.best", "1"),
                ("action", "refresh"),
            ];
            let lost = teacher.build(&refused, &lost).await;
            let marked = "value=\"elsewhere:nowhere\" checked aria-invalid=\"true\"";
            assert!(lost.text().contains(marked), "{}", lost.text());
            let form = lost.form("/rule/save").unwrap();
            assert_eq!(form.value("n.0.best"), Some("1"));
            let page = lost.text();
            let numbers = page.split("name=\"n.0.best\"").nth(1).unwrap();
            let number = numbers.split('>').next().unwrap();
            assert!(!number.contains("aria-invalid"), "{number}");

            let saved = teacher
                .build(&refused, &[("n.0.best", "1"), ("action", "save")])
                .await;
            reads(&saved, "Saved.");
            reads(
                &saved,
                "an average of at least 70 percent in the best 1 of 2 grades (",
            );
            teacher.activate(&badge).await;
            teacher.until("", "Knowledge badge 1 of").await;
            let world = lms.world();
            let student = world.students(world.courses()[0].id)[0].name.clone();
            let mut holder = Guest::open(lms, 0, &student, "My badges").await;
            let page = holder.get(&format!("/badges/{badge}")).await;
            reads(&page, "Average of the best 1 of 2 grades:");
            reads(&page, "read from a gradebook file");

            // What the rule names stays in its row when nothing is known of it any more.
            let ask = teacher.get("/grades/remove").await;
            teacher.send(&ask, "/grades/remove/confirm", &[]).await;
            let rule = teacher.get(&format!("/badges/{badge}/rule")).await;
            reads(&rule, "whose grades are not known here any more");
            let form = rule.form("/rule/save").unwrap();
            let kept = form
                .fields
                .iter()
                .filter(|field| field.name == "n.0.of" && field.is_sent);
            assert_eq!(kept.count(), 2);
        }
        scene.end().await;
    });
}

#[test]
fn whether_something_is_passed_is_asked_with_the_words_that_pass() {
    on_each_database(|scene| async move {
        for (_, lms) in scene.platforms() {
            let mut teacher = teacher_of(lms).await;
            let badge = teacher.make_badge("Passed", "knowledge").await;
            let file = with(
                case!("05-canvas-excused-letters-override.csv"),
                "U77",
                "S-001",
                false,
            );
            let review = bring(&mut teacher, &file).await;
            let used = teacher
                .send(&review, "/grades/use", &[("of_course", "yes")])
                .await;
            reads(&used, "The grades of the file count now");
            let rule = teacher.get(&format!("/badges/{badge}/rule")).await;
            let rule = teacher.build(&rule, &[("action", "add::elsewhere")]).await;
            let form = rule.form("/rule/save").unwrap();
            let letter = form
                .option("n.0.column", "Current Grade (total of the course")
                .unwrap();
            let row = [
                ("n.0.column", letter),
                ("n.0.unit", "passed"),
                ("n.0.value", ""),
                ("action", "save"),
            ];
            let refused = teacher.build(&rule, &row).await;
            assert_eq!(refused.status, 422, "{}", refused.words());
            reads(
                &refused,
                "Type at least one grade that passes in “Current Grade”.",
            );
            reads(&refused, "Where the course site says who passes, that counts.");
            let saved = teacher
                .build(&refused, &[("n.0.value", "A, A-, B"), ("action", "save")])
                .await;
            reads(&saved, "a pass (A, A-, or B) in Current Grade");
        }
        scene.end().await;
    });
}
