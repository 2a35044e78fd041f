//! Files that come in pieces: they go on where they stopped, are whose they are, and take no memory.

use practice_lms::CourseRole;
use practice_lms::browser::Page;
use serde_json::{Value, json};

use super::chromium::Chromium;
use super::evidence::{ADA, activity, first_in_queue, hand_in};
use super::frame::{enter_frame, open, page_of};
use super::guest::Guest;
use super::harness::Scene;
use crate::service::award::uploads::PIECE;
use crate::store::testing::TestDatabase;

fn with<F: Future<Output = ()>>(test: impl Fn(Scene) -> F) {
    for database in TestDatabase::dealt() {
        crate::app::block_on(async {
            let own = [("CAIRN_LARGEST_FILE_MEGABYTES", "200")];
            test(Scene::with(database, &own).await).await;
        });
    }
}

/// A file of that many bytes, each piece of which is another one.
fn content(bytes: usize) -> Vec<u8> {
    (0..u32::MAX).flat_map(u32::to_le_bytes).take(bytes).collect()
}

/// The fields that say which file it is.
fn about(size: &str) -> [(&'static str, &str); 3] {
    [
        ("sent.name", "film.bin"),
        ("sent.size", size),
        ("sent.modified", "1764400000000"),
    ]
}

/// Where pieces go.
fn pieces(page: &Page) -> String {
    let form = page.form("/hand-in").unwrap();
    let mut attributes = form.attributes.into_iter();
    attributes.find(|(name, _)| name == "data-pieces").unwrap().1
}

/// Asks how much is there, or sends what begins at `offset`, as the script of the page does; status and answer.
async fn piece(guest: &mut Guest, page: &Page, size: usize, sent: Option<(usize, &[u8])>) -> (u16, Value) {
    let mut form = page.form("/hand-in").unwrap();
    form.action = pieces(page);
    form.fields.retain(|field| field.kind == "hidden");
    let (size, offset) = (size.to_string(), sent.map_or(0, |(offset, _)| offset).to_string());
    let mut fields = about(&size).to_vec();
    fields.push(("offset", &offset));
    let files: Vec<_> = sent
        .into_iter()
        .map(|(_, bytes)| ("piece", "piece", "application/octet-stream", bytes))
        .collect();
    let answer = guest
        .browser
        .submit_files(page, &form, &fields, &files)
        .await
        .unwrap();
    (
        answer.status,
        serde_json::from_slice(&answer.body).unwrap_or_default(),
    )
}

fn received(bytes: usize) -> (u16, Value) {
    (200, json!({ "received": bytes }))
}

/// Files that are there, whole or in part.
fn files(scene: &Scene) -> usize {
    walkdir(&scene.folder.path().join("files"))
}

fn walkdir(folder: &std::path::Path) -> usize {
    let below = |entry: std::fs::DirEntry| match entry.path() {
        path if path.is_dir() => walkdir(&path),
        _ => 1,
    };
    std::fs::read_dir(folder).map_or(0, |all| all.flatten().map(below).sum())
}

#[test]
fn a_file_goes_on_where_it_stopped_and_is_handed_in_whole() {
    with(|scene| async move {
        let (mut teacher, place) = activity(&scene.moodle).await;
        let mut ada = Guest::open(&scene.moodle, 0, ADA, "Project report").await;
        let page = ada.get(&place).await;
        assert!(page.words().contains("File, up to 200 MB"), "{}", page.words());
        let film = content(2 * PIECE + 500_000);
        let size = film.len();
        let part = |at: usize| Some((at, &film[at..(at + PIECE).min(size)]));
        assert_eq!(piece(&mut ada, &page, size, None).await, received(0));
        assert_eq!(piece(&mut ada, &page, size, part(0)).await, received(PIECE));
        // Twice is once, and a piece that does not follow is told what is there.
        assert_eq!(piece(&mut ada, &page, size, part(0)).await, received(PIECE));
        assert_eq!(
            piece(&mut ada, &page, size, part(2 * PIECE)).await,
            received(PIECE)
        );

        // Whoever hands in meanwhile is told, and keeps what was typed.
        let total = size.to_string();
        let mut typed = about(&total).to_vec();
        typed.push(("text", "see the film"));
        let early = ada.send_files(&page, "/hand-in", &typed, &[]).await;
        assert_eq!(early.status, 422);
        let told = "Of the file, 787 kB of 2.1 MB have arrived. Choose it again: it goes on from there.";
        assert!(early.words().contains(told), "{}", early.words());
        assert_eq!(
            early.form("/hand-in").unwrap().value("text"),
            Some("see the film")
        );

        // Another visit of hers goes on; somebody else begins anew.
        let mut again = Guest::open(&scene.moodle, 0, ADA, "Project report").await;
        let page = again.get(&place).await;
        assert_eq!(piece(&mut again, &page, size, None).await, received(PIECE));
        let course = scene.moodle.world().courses()[0].id;
        let students = scene.moodle.world().students(course);
        let other = &students.iter().find(|one| one.name != ADA).unwrap().name;
        let mut ben = Guest::open(&scene.moodle, 0, other, "Project report").await;
        let his = ben.get(&place).await;
        assert_eq!(piece(&mut ben, &his, size, None).await, received(0));

        assert_eq!(
            piece(&mut again, &page, size, part(PIECE)).await,
            received(2 * PIECE)
        );
        assert_eq!(
            piece(&mut again, &page, size, part(2 * PIECE)).await,
            received(size)
        );
        let done = again.send_files(&page, "/hand-in", &typed, &[]).await;
        assert!(done.words().contains("Handed in."), "{}", done.words());
        assert_eq!(files(&scene), 1, "its pieces are gone");
        let review = first_in_queue(&mut teacher).await;
        assert!(review.words().contains("film.bin"), "{}", review.words());
        let ticket = review.links("/f/").into_iter().next().unwrap();
        let saved = teacher.browser.get(&ticket).await.unwrap();
        assert_eq!(saved.header("content-length"), Some(total.as_str()));
        assert!(saved.body == film, "it is the file that was sent");
        scene.end().await;
    });
}

#[test]
fn what_cannot_be_handed_in_is_refused_before_it_is_sent() {
    with(|scene| async move {
        let (mut teacher, place) = activity(&scene.moodle).await;
        let mut ada = Guest::open(&scene.moodle, 0, ADA, "Project report").await;
        let page = ada.get(&place).await;
        let bytes = [7; 1_000];
        let (status, answer) = piece(&mut ada, &page, 200_000_001, Some((0, &bytes))).await;
        assert_eq!(status, 422);
        let said = answer["problem"].as_str().unwrap();
        assert!(said.contains("larger than 200 MB"), "{said}");
        // Of many files that one person begins, one is kept for the activity; a question removes none.
        for size in 2_000..2_005 {
            assert_eq!(
                piece(&mut ada, &page, size, Some((0, &bytes))).await,
                received(1_000)
            );
        }
        assert_eq!(files(&scene), 1);
        assert_eq!(piece(&mut ada, &page, 2_000, None).await, received(0));
        assert_eq!(piece(&mut ada, &page, 2_004, None).await, received(1_000));
        assert_eq!(files(&scene), 1);
        // More than was announced is not taken, nor more than a piece at once.
        assert_eq!(piece(&mut ada, &page, 999, Some((0, &bytes))).await, received(0));
        let large = vec![7; PIECE + 1];
        assert_eq!(
            piece(&mut ada, &page, 5 * PIECE, Some((0, &large))).await,
            received(0)
        );
        assert_eq!(files(&scene), 1);

        // A form that is none of ours, and somebody who does not hand in here.
        let mut foreign = page.clone();
        foreign.body = page
            .text()
            .replace("name=\"csrf\" value=\"", "name=\"csrf\" value=\"x")
            .into_bytes();
        let (status, answer) = piece(&mut ada, &foreign, 1_000, Some((0, &bytes))).await;
        assert_eq!((status, answer), (403, Value::Null));
        let form = teacher.get("/badges/new").await;
        let mut theirs = form.form("/badges/save").unwrap();
        theirs.action = pieces(&page);
        theirs.fields.retain(|field| field.kind == "hidden");
        let sent = [("piece", "piece", "application/octet-stream", bytes.as_slice())];
        let refused = teacher
            .browser
            .submit_files(&form, &theirs, &about("1000"), &sent)
            .await
            .unwrap();
        assert_eq!(refused.status, 409, "{}", refused.text());
        assert!(refused.text().contains("problem"), "{}", refused.text());
        assert_eq!(files(&scene), 1);

        // What is approved stays as it is.
        hand_in(&mut ada, &place, "My report").await;
        let review = first_in_queue(&mut teacher).await;
        teacher
            .send(&review, "/review", &[("score", "90"), ("verdict", "approve")])
            .await;
        let (status, answer) = piece(&mut ada, &page, 1_000, Some((0, &bytes))).await;
        assert_eq!(status, 409);
        assert!(
            answer["problem"].as_str().unwrap().contains("approved"),
            "{answer}"
        );
        assert_eq!(files(&scene), 1);
        scene.end().await;
    });
}

#[test]
fn a_student_sees_how_far_a_file_is_and_a_broken_line_goes_on() {
    crate::app::block_on(async {
        let Some(chromium) = Chromium::start(&[]).await else {
            return;
        };
        let own = [("CAIRN_LARGEST_FILE_MEGABYTES", "200")];
        let scene = Scene::with(TestDatabase::sqlite(), &own).await;
        let lms = &scene.moodle;
        activity(lms).await;
        let folder = tempfile::tempdir().unwrap();
        let film = folder.path().join("film.bin");
        std::fs::write(&film, content(4 * PIECE + 1)).unwrap();
        open(&chromium, &page_of(lms, CourseRole::Student, "Project report")).await;
        chromium.reads("Project report").await;
        enter_frame(&chromium).await;
        let input = chromium.driver.find(thirtyfour::By::Id("f-file")).await.unwrap();
        input.send_keys(film.display().to_string()).await.unwrap();
        // The third call does not arrive, and what the page says meanwhile is kept.
        let broken = "const real = window.fetch; let calls = 0; window.heard = [];
            new MutationObserver(() => window.heard.push(document.querySelector('.how-far').textContent))
              .observe(document.querySelector('.how-far'), { childList: true });
            window.fetch = (...all) => { calls += 1; window.calls = calls;
              return calls === 3 ? Promise.reject(new TypeError('broken')) : real(...all); };
            const submit = HTMLFormElement.prototype.submit;
            HTMLFormElement.prototype.submit = function () { window.goOn = () => submit.call(this); };";
        chromium.driver.execute(broken, Vec::new()).await.unwrap();
        chromium.press("Hand in").await;
        chromium.reads("All of it is there.").await;
        assert_eq!(chromium.stumbling_blocks().await, Vec::<String>::new());
        chromium.picture("sending-a-file").await;
        let told = "return [window.heard, window.calls, document.querySelector('progress').value]";
        let told = chromium.driver.execute(told, Vec::new()).await.unwrap();
        let [heard, calls, value] = [0, 1, 2].map(|at| told.json()[at].clone());
        // Asked once, five pieces, one that broke off, and asked again.
        assert_eq!((calls, value), (json!(8), json!(4 * PIECE + 1)));
        let heard: Vec<&str> = heard
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_str)
            .collect();
        assert!(
            heard.contains(&"The line is broken. Your file goes on by itself from where it stopped."),
            "{heard:?}"
        );
        assert!(heard.contains(&"40 percent of your file are there."), "{heard:?}");
        chromium
            .driver
            .execute("window.goOn()", Vec::new())
            .await
            .unwrap();
        chromium.reads("Handed in.").await;
        chromium.reads("film.bin").await;
        scene.end().await;
        chromium.end().await;
    });
}
