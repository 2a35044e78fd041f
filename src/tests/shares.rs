//! How much people may hand in: told before, refused with a sentence, and nothing that was typed is lost.

use std::path::Path;

use practice_lms::browser::Page;

use super::evidence::{ADA, activity, first_in_queue, hand_in};
use super::guest::Guest;
use super::harness::Scene;
use crate::store::testing::TestDatabase;

/// Runs `test` on each database with these settings.
fn with<F: Future<Output = ()>>(own: &[(&str, &str)], test: impl Fn(Scene) -> F) {
    for database in TestDatabase::dealt() {
        crate::app::block_on(async {
            let scene = Scene::with(database, own).await;
            test(scene).await;
        });
    }
}

/// Hands in a text with a file of that many bytes, which nobody else has.
async fn send(student: &mut Guest, page: &Page, of: u8, bytes: usize) -> Page {
    let content = vec![of; bytes];
    let file = [(
        "file",
        "report.bin",
        "application/octet-stream",
        content.as_slice(),
    )];
    let text = [("text", "see the file")];
    student.send_files(page, "/hand-in", &text, &file).await
}

#[track_caller]
fn refused(page: &Page, sentence: &str) {
    assert_eq!(page.status, 422, "{}", page.words());
    assert!(page.words().contains(sentence), "{}", page.words());
    let form = page.form("/hand-in").unwrap();
    assert_eq!(
        form.value("text"),
        Some("see the file"),
        "what was typed is there"
    );
}

/// Files that were handed in anywhere.
fn files(folder: &Path) -> usize {
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        count += if path.is_dir() { files(&path) } else { 1 };
    }
    count
}

#[test]
fn a_student_hands_in_so_many_versions_and_is_told_how_many_are_left() {
    with(&[("CAIRN_HAND_IN_VERSIONS", "2")], |scene| async move {
        let (_, place) = activity(&scene.moodle).await;
        let mut ada = Guest::open(&scene.moodle, 0, ADA, "Project report").await;
        let first = ada.get(&place).await;
        let told = "There is room for 2 more versions and 200 MB of files.";
        assert!(first.words().contains(told), "{}", first.words());
        hand_in(&mut ada, &place, "My first report").await;
        let second = ada.get(&place).await;
        let told = "There is room for 1 more version and 200 MB of files.";
        assert!(second.words().contains(told), "{}", second.words());
        hand_in(&mut ada, &place, "My second report").await;

        let full = "You handed in 2 versions here, and no more are kept for one activity.";
        let page = ada.get(&place).await;
        assert!(page.words().contains(full), "{}", page.words());
        assert!(
            page.form("/hand-in").is_err(),
            "nothing is asked for that is refused"
        );
        // Whoever has the form open still.
        let before = scene.database.rows();
        refused(&send(&mut ada, &first, 1, 1_000).await, full);
        assert_eq!(before["submissions"], scene.database.rows()["submissions"]);
        assert_eq!(files(&scene.folder.path().join("files")), 0);
        scene.end().await;
    });
}

#[test]
fn a_student_hands_in_so_many_bytes_for_one_activity() {
    with(&[("CAIRN_HAND_IN_MEGABYTES", "1")], |scene| async move {
        let (_, place) = activity(&scene.moodle).await;
        let mut ada = Guest::open(&scene.moodle, 0, ADA, "Project report").await;
        let page = ada.get(&place).await;
        assert!(page.words().contains("File, up to 1 MB"), "{}", page.words());
        let done = send(&mut ada, &page, 1, 600_000).await;
        assert!(done.words().contains("Handed in."), "{}", done.words());
        let page = ada.get(&place).await;
        assert!(page.words().contains("and 400 kB of files."), "{}", page.words());
        let over = "The file has 600 kB, and there is room for 400 kB more of your files in this activity.";
        refused(&send(&mut ada, &page, 2, 600_000).await, over);
        assert_eq!(files(&scene.folder.path().join("files")), 1);
        // What fits is taken.
        let done = send(&mut ada, &page, 3, 400_000).await;
        assert!(done.words().contains("Handed in."), "{}", done.words());
        let none = ada.get(&place).await;
        let told = "and for no more files. A text or a link is enough.";
        assert!(none.words().contains(told), "{}", none.words());
        hand_in(&mut ada, &place, "In words").await;
        scene.end().await;
    });
}

#[test]
fn all_students_of_an_institution_have_one_share() {
    with(&[("CAIRN_INSTITUTION_MEGABYTES", "1")], |scene| async move {
        let lms = &scene.moodle;
        let (_, place) = activity(lms).await;
        let course = lms.world().courses()[0].id;
        let students = lms.world().students(course);
        let other = &students.iter().find(|one| one.name != ADA).unwrap().name;
        let mut ada = Guest::open(lms, 0, ADA, "Project report").await;
        let mut ben = Guest::open(lms, 0, other, "Project report").await;
        let (hers, his) = (ada.get(&place).await, ben.get(&place).await);
        let done = send(&mut ada, &hers, 1, 600_000).await;
        assert!(done.words().contains("Handed in."), "{}", done.words());
        let full = "There is no room for this file among those of your institution, so it was not kept.";
        refused(&send(&mut ben, &his, 2, 600_000).await, full);
        assert_eq!(files(&scene.folder.path().join("files")), 1);
        let told = ben.get(&place).await;
        assert!(told.words().contains("File, up to 400 kB"), "{}", told.words());
        hand_in(&mut ben, &place, "In words").await;
        scene.end().await;
    });
}

/// A teacher brings a gradebook of Canvas of so many bytes, which names Ada.
async fn bring(teacher: &mut Guest, of: &str, bytes: usize) -> Page {
    let mut content = format!("Student,ID,Section,Quiz {of} (7)\nAda Adeyemi,1,A,9\n");
    let mut n = 2;
    while content.len() < bytes {
        content.push_str(&format!("\"Stranger, Nobody {n}\",{n},A,1\n"));
        n += 1;
    }
    let page = teacher.get("/grades").await;
    let file = [("file", "grades.csv", "text/csv", content.as_bytes())];
    teacher.send_files(&page, "/grades/bring", &[], &file).await
}

#[test]
fn a_gradebook_that_lies_aside_takes_room_until_another_takes_its_place() {
    with(&[("CAIRN_INSTITUTION_MEGABYTES", "1")], |scene| async move {
        let lms = &scene.moodle;
        let (mut teacher, place) = activity(lms).await;
        let mut ada = Guest::open(lms, 0, ADA, "Project report").await;
        for of in ["one", "two"] {
            let review = bring(&mut teacher, of, 300_000).await;
            assert_eq!(review.status, 200, "{}", review.words());
        }
        let page = ada.get(&place).await;
        let full = "There is no room for this file among those of your institution, so it was not kept.";
        refused(&send(&mut ada, &page, 1, 800_000).await, full);
        let done = send(&mut ada, &page, 2, 600_000).await;
        assert!(done.words().contains("Handed in."), "{}", done.words());
        scene.end().await;
    });
}

#[test]
fn what_is_refused_because_it_is_approved_leaves_no_file() {
    with(&[], |scene| async move {
        let (mut teacher, place) = activity(&scene.moodle).await;
        let mut ada = Guest::open(&scene.moodle, 0, ADA, "Project report").await;
        hand_in(&mut ada, &place, "My report").await;
        let open = ada.get(&place).await;
        let review = first_in_queue(&mut teacher).await;
        let given = [("score", "90"), ("verdict", "approve")];
        teacher.send(&review, "/review", &given).await;
        for n in 0..5 {
            let late = send(&mut ada, &open, n, 1_000).await;
            assert_eq!(late.status, 409, "{}", late.words());
        }
        assert_eq!(files(&scene.folder.path().join("files")), 0);
        scene.end().await;
    });
}
