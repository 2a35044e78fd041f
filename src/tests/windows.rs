//! Where a launch or a window leads: the same page in a window of its own, the way back to the course, and a link that is not
//! ready.

use std::sync::Arc;

use chrono::TimeDelta;
use practice_lms::browser::{Browser, Page};
use practice_lms::{CourseRole, Flavour, Shown};

use super::guest::Guest;
use super::harness::{ForwardClock, Scene, on_each_database};
use crate::store::testing::TestDatabase;

#[test]
fn a_form_counts_after_a_second_launch_of_the_same_person_and_of_nobody_else() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            let mut first = Guest::open(lms, 0, "Teacher", "My badges").await;
            let editor = first.get("/badges/new").await;
            // Another tab: the cookie of the course is that of the second visit now.
            let mut second = Guest::with(first.browser, lms, 0, "Teacher", "My badges").await;
            let fields = [
                ("name", "Typed in the first tab"),
                ("kind", "knowledge"),
                ("initials", "FT"),
                ("action", "save"),
            ];
            let saved = second.send_files(&editor, "/badges/save", &fields, &[]).await;
            assert!(saved.words().contains("Saved."), "{name}: {}", saved.words());
            let mut other = Guest::with(second.browser, lms, 0, "Student", "My badges").await;
            let refused = other.send_files(&editor, "/badges/save", &fields, &[]).await;
            assert_eq!(refused.status, 403, "{name}: {}", refused.words());
            assert!(
                refused.words().contains("did not come from a page of your visit"),
                "{name}: {}",
                refused.words()
            );
        }
        scene.end().await;
    });
}

#[track_caller]
fn is_of_no_page(name: &str, refused: &Page) {
    assert_eq!(refused.status, 403, "{name}: {}", refused.words());
    assert!(
        refused.words().contains("did not come from a page of your visit"),
        "{name}: {}",
        refused.words()
    );
}

const TYPED: [(&str, &str); 4] = [
    ("name", "Typed in another visit"),
    ("kind", "knowledge"),
    ("initials", "FT"),
    ("action", "save"),
];

#[test]
fn a_form_of_a_visit_that_is_over_counts_in_no_other_one() {
    for database in TestDatabase::dealt() {
        crate::app::block_on(async {
            let clock = Arc::new(ForwardClock::default());
            let scene = Scene::at(database, Arc::<ForwardClock>::clone(&clock)).await;
            for (name, lms) in scene.platforms() {
                let mut first = Guest::open(lms, 0, "Teacher", "My badges").await;
                let editor = first.get("/badges/new").await;
                // A visit that nobody uses is over after two hours.
                clock.forward(TimeDelta::minutes(121));
                let mut second = Guest::with(first.browser, lms, 0, "Teacher", "My badges").await;
                let refused = second.send_files(&editor, "/badges/save", &TYPED, &[]).await;
                is_of_no_page(name, &refused);
                let own = second.get("/badges/new").await;
                let saved = second.send_files(&own, "/badges/save", &TYPED, &[]).await;
                assert!(saved.words().contains("Saved."), "{name}: {}", saved.words());
            }
            scene.end().await;
        });
    }
}

#[test]
fn a_form_of_who_acts_as_somebody_counts_in_no_visit_of_theirs_nor_theirs_in_that() {
    on_each_database(|scene| async move {
        let (lms, world) = (&scene.moodle, scene.moodle.world());
        let act = |acts: bool| {
            if acts {
                world.tamper(|_, claims| {
                    let custom = claims["https://purl.imsglobal.org/spec/lti/claim/custom"].as_object_mut();
                    custom
                        .unwrap()
                        .insert("masquerading_user_id".into(), serde_json::json!(4711));
                });
            } else {
                world.stop_tampering();
            }
        };
        for acts in [true, false] {
            act(acts);
            let mut first = Guest::open(lms, 0, "Teacher", "My badges").await;
            let editor = first.get("/badges/new").await;
            act(!acts);
            let mut second = Guest::with(first.browser, lms, 0, "Teacher", "My badges").await;
            world.stop_tampering();
            let refused = second.send_files(&editor, "/badges/save", &TYPED, &[]).await;
            is_of_no_page(if acts { "acted first" } else { "acts second" }, &refused);
        }
        scene.end().await;
    });
}

#[test]
fn a_new_window_opens_the_page_that_it_was_asked_from() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            let mut teacher = Guest::open(lms, 0, "Teacher", "My badges").await;
            let badge = teacher.make_badge("Reads tables", "knowledge").await;
            for place in [
                String::new(),
                "/progress".to_owned(),
                "/evidence?state=all".to_owned(),
                format!("/badges/{badge}/edit"),
                format!("/badges/{badge}/rule"),
            ] {
                let page = teacher.get(&place).await;
                let opened = teacher
                    .browser
                    .submit(&page, &page.form("/window").unwrap(), &[])
                    .await;
                let opened = opened.unwrap();
                assert_eq!(opened.status, 200, "{name}: {place}: {}", opened.words());
                assert_eq!(
                    opened.url.as_str(),
                    format!("{}{place}", teacher.course),
                    "{name}"
                );
            }
            // A form that was not taken opens the page of the form.
            let editor = teacher.get(&format!("/badges/{badge}/rule")).await;
            let refused = teacher.build(&editor, &[("action", "add::grade")]).await;
            let window = refused.form("/window").unwrap();
            let opened = teacher.browser.submit(&refused, &window, &[]).await.unwrap();
            assert!(opened.url.path().ends_with("/rule"), "{name}: {}", opened.url);
            // What leads elsewhere leads home.
            for evil in ["//evil.test/", "/../../admin", "https://evil.test", "/%2e%2e/x"] {
                let mut bent = page_form(&teacher.get("").await);
                let to = url::form_urlencoded::byte_serialize(evil.as_bytes()).collect::<String>();
                bent.action = format!("{}/window?to={to}", teacher.course);
                let page = teacher.get("").await;
                let opened = teacher.browser.submit(&page, &bent, &[]).await.unwrap();
                assert_eq!(opened.url.as_str(), teacher.course, "{name}: {evil}");
            }
        }
        scene.end().await;
    });
}

fn page_form(page: &practice_lms::browser::Page) -> practice_lms::browser::Form {
    page.form("/window").unwrap()
}

#[test]
fn a_whole_window_has_a_way_back_to_the_course_and_a_frame_has_none() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            let world = lms.world();
            let (course, link) = (world.courses()[0].id, world.links(2)[0].id);
            let student = world.member(course, CourseRole::Student).unwrap().id;
            for shown in [Shown::ExistingWindow, Shown::NewWindow, Shown::Frame] {
                let form = world.launch_form_shown(course, student, link, shown).unwrap();
                let dest = if shown == Shown::Frame {
                    "iframe"
                } else {
                    "document"
                };
                let mut browser = Browser::new().unwrap().sending("sec-fetch-dest", dest);
                browser.set_cookie("localhost", "practice_session", &student.to_string());
                let page = match shown {
                    // The frame's page is left by its scripts alone.
                    Shown::Frame => super::harness::framed(lms).launch(&form).await.unwrap(),
                    _ => browser.launch(&form).await.unwrap(),
                };
                assert_eq!(page.status, 200, "{name}, {shown:?}: {}", page.words());
                let back = page.link("Back to the course");
                assert_eq!(
                    back.is_ok(),
                    shown != Shown::Frame,
                    "{name}, {shown:?}: {}",
                    page.words()
                );
                let Ok(back) = back else { continue };
                assert!(back.starts_with(lms.origin()), "{name}: {back}");
                let left = browser.get(&back).await.unwrap();
                // Moodle closes the window that it opened.
                if shown == Shown::ExistingWindow || world.flavour() == Flavour::Canvas {
                    assert!(
                        left.url.path().ends_with(&format!("/course/{course}")),
                        "{name}: {}",
                        left.url
                    );
                }
            }
        }
        scene.end().await;
    });
}

#[test]
fn an_unchosen_link_tells_students_that_it_is_not_ready_until_it_is() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            let student = Guest::open(lms, 0, "Student", "Project report").await;
            let says = "This link is not ready yet";
            assert!(
                student.page.words().contains(says),
                "{name}: {}",
                student.page.words()
            );
            assert!(
                student.page.words().contains("My badges"),
                "{name}: {}",
                student.page.words()
            );
            let mut teacher = Guest::open(lms, 0, "Teacher", "Project report").await;
            teacher.takes_work().await;
            let student = Guest::open(lms, 0, "Student", "Project report").await;
            assert!(
                !student.page.words().contains(says),
                "{name}: {}",
                student.page.words()
            );
            assert!(
                student.page.url.path().contains("/activities/"),
                "{name}: {}",
                student.page.url
            );
        }
        scene.end().await;
    });
}
