//! The badge is not there yet: from the picker to the editor, back to the picker, and into the course page.

use crate::store::testing::TestDatabase;
use crate::store::testing::shortcuts::first_tenant;
use practice_lms::browser::{Browser, Page};
use practice_lms::{CourseRole, PracticeLms};
use thirtyfour::prelude::*;

use super::{choose, send, visit};
use crate::tests::chromium::Chromium;
use crate::tests::console::rules::policy;
use crate::tests::frame::blocked;
use crate::tests::harness::{Scene, on_each_database};

const FIELDS: [(&str, &str); 6] = [
    ("name", "Reads maps"),
    ("kind", "knowledge"),
    ("initials", "RM"),
    // The editor's own words, which the picker must not take for its own.
    ("shape", "shield"),
    ("description", "Of the coast"),
    ("action", "save_and_place"),
];

/// From the picker of that place to the editor, and back to the picker with the badge made; its id too.
async fn made(lms: &PracticeLms, placement: &str) -> (Browser, Page, String) {
    let (mut browser, picker) = choose(lms, CourseRole::Teacher, placement).await;
    let editor = picker.link("Make a new badge").unwrap();
    let editor = browser.get(&editor).await.unwrap();
    assert_eq!(editor.status, 200, "{}", editor.words());
    assert!(
        editor.words().contains("Save and choose it"),
        "{}",
        editor.words()
    );
    assert!(
        editor.words().contains("Back to the choice"),
        "{}",
        editor.words()
    );
    // The course site waits for an answer from this frame: nothing leads away from it.
    for away in [
        "All badges",
        "Progress",
        "Evidence",
        "Open in new window",
        "Save, then its rule",
    ] {
        assert!(!editor.words().contains(away), "{away}: {}", editor.words());
    }
    let form = editor.form("/badges/save").unwrap();
    // A mistake first: the form comes back as it was, and still knows where it leads.
    let nameless = [("name", ""), ("action", "save_and_place")];
    let again = browser
        .submit_files(&editor, &form, &nameless, &[])
        .await
        .unwrap();
    assert_eq!(again.status, 422, "{}", again.words());
    assert!(again.words().contains("Save and choose it"), "{}", again.words());
    let form = again.form("/badges/save").unwrap();
    let picker = browser.submit_files(&again, &form, &FIELDS, &[]).await.unwrap();
    assert_eq!(picker.status, 200, "{}", picker.words());
    assert!(picker.url.path().ends_with("/place"), "{}", picker.url);
    assert!(
        picker.words().contains("The new badge is chosen below"),
        "{}",
        picker.words()
    );
    let form = picker.form("/place/review").unwrap();
    let chosen = form.filled(&[]).into_iter().filter(|(name, _)| name == "item");
    let chosen: Vec<String> = chosen.map(|(_, value)| value).collect();
    let [item] = chosen.as_slice() else {
        panic!("{chosen:?}");
    };
    let badge = item.strip_prefix("badge:").unwrap().to_owned();
    (browser, picker, badge)
}

#[test]
fn a_new_badge_is_made_on_the_way_and_stands_in_the_course_page() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            let before = lms.world().links(2).len();
            let (mut browser, picker, badge) = made(lms, "link_selection").await;
            let review = send(&mut browser, &picker, "/place/review", &[]).await;
            assert_eq!(review.status, 200, "{name}: {}", review.words());
            for words in ["This goes into your course", "Reads maps", "It is still a draft"] {
                assert!(
                    review.words().contains(words),
                    "{name}, {words}: {}",
                    review.words()
                );
            }
            let form = send(&mut browser, &review, "/place/send", &[]).await;
            assert!(
                form.url.as_str().starts_with(lms.origin()),
                "{name}: {}",
                form.url
            );
            let course = send(&mut browser, &form, "/placed", &[]).await;
            assert_eq!(course.status, 200, "{name}: {}", course.words());
            let teacher = lms.world().member(2, CourseRole::Teacher).unwrap().id;
            let page = format!("{}/course/2?user={teacher}", lms.origin());
            let course = Browser::new().unwrap().get(&page).await.unwrap();
            assert!(
                course.words().contains("Reads maps"),
                "{name}: {}",
                course.words()
            );
            assert_eq!(lms.world().links(2).len(), before + 1, "{name}");

            let (_, page) = visit(lms, CourseRole::Teacher, "Reads maps").await;
            let editor = format!("/badges/{badge}/edit");
            assert!(page.url.path().ends_with(&editor), "{name}: {}", page.url);
            assert!(page.words().contains("Reads maps"), "{name}: {}", page.words());
            // In a visit that nothing waits for the editor leads on as ever.
            assert!(
                page.words().contains("Save, then its rule"),
                "{name}: {}",
                page.words()
            );
            let (_, page) = visit(lms, CourseRole::Student, "Reads maps").await;
            assert_eq!(page.status, 200, "{name}: {}", page.words());
            assert!(!page.url.path().contains("/badges/"), "{name}: {}", page.url);
        }
        scene.end().await;
    });
}

#[test]
fn where_a_card_is_usual_a_new_badge_is_a_link_until_it_has_a_public_page() {
    on_each_database(|scene| async move {
        let lms = &scene.canvas;
        let (mut browser, picker, _) = made(lms, "editor_button").await;
        let form = picker.form("/place/review").unwrap();
        let shape = form.filled(&[]).into_iter().find(|(name, _)| name == "shape");
        assert_eq!(shape.unwrap().1, "open");
        let review = send(&mut browser, &picker, "/place/review", &[]).await;
        assert_eq!(review.status, 200, "{}", review.words());
        let form = send(&mut browser, &review, "/place/send", &[]).await;
        let saved = send(&mut browser, &form, "/placed", &[]).await;
        assert_eq!(saved.status, 200, "{}", saved.words());
        assert!(lms.world().links(2).iter().any(|link| link.title == "Reads maps"));
        scene.end().await;
    });
}

#[test]
fn who_may_not_make_badges_is_offered_none_to_make() {
    on_each_database(|scene| async move {
        let own = scene.cairn.store.read(first_tenant).await.unwrap().unwrap().id;
        policy(&scene, &own, &[("create", "administrators")]).await;
        for (name, lms) in scene.platforms() {
            let (mut browser, picker) = choose(lms, CourseRole::Teacher, "link_selection").await;
            assert_eq!(picker.status, 200, "{name}: {}", picker.words());
            assert!(
                !picker.words().contains("Make a new badge"),
                "{name}: {}",
                picker.words()
            );
            let editor = picker.url.join("badges/new").unwrap();
            let refused = browser.get(editor.as_str()).await.unwrap();
            assert_eq!(refused.status, 403, "{name}: {}", refused.words());
            assert!(
                refused.text().contains("policy.create"),
                "{name}: {}",
                refused.words()
            );
        }
        scene.end().await;
    });
}

async fn into_frame(chromium: &Chromium) {
    let frame = chromium
        .driver
        .query(By::Id("contentframe"))
        .first()
        .await
        .unwrap();
    frame.enter_frame().await.unwrap();
}

/// Makes and places one in the frame of the LMS, by clicking alone.
async fn click_through(chromium: &Chromium, lms: &PracticeLms, name: &str, wrong: &mut Vec<String>) {
    let teacher = lms.world().member(2, CourseRole::Teacher).unwrap().id;
    chromium.driver.enter_default_frame().await.unwrap();
    chromium.driver.goto(lms.origin()).await.unwrap();
    let cookie = format!("document.cookie = 'practice_session={teacher}; path=/'");
    chromium.driver.execute(&cookie, Vec::new()).await.unwrap();
    let page = format!("{}/course/2/select?tool=0&placement=link_selection", lms.origin());
    chromium.driver.goto(&page).await.unwrap();
    into_frame(chromium).await;
    chromium.reads("Put badges into your course").await;
    chromium.press("Make a new badge").await;
    chromium.reads("Save and choose it").await;
    wrong.extend(
        chromium
            .inspect(&format!("placing-new-{name}"), &[(1280, false), (320, true)])
            .await,
    );
    for (id, text) in [("f-name", "Reads maps"), ("f-initials", "RM")] {
        let field = chromium.driver.find(By::Id(id)).await.unwrap();
        field.send_keys(text).await.unwrap();
    }
    chromium.press("Save and choose it").await;
    chromium.reads("The new badge is chosen below").await;
    wrong.extend(
        chromium
            .inspect(&format!("placing-chosen-{name}"), &[(1280, false), (320, true)])
            .await,
    );
    chromium.press("See what goes in").await;
    chromium.reads("This goes into your course").await;
    chromium.press("Put it into the course").await;
    // The form is that of the page round the frame.
    chromium.driver.enter_default_frame().await.unwrap();
    chromium.reads("Maximum grade").await;
    let save = match name {
        "moodle" => "Save and return to course",
        _ => "Save",
    };
    chromium.leaving(chromium.press(save)).await;
    chromium.reads("Reads maps").await;
}

#[test]
fn a_new_badge_is_made_and_placed_by_clicking_with_cookies_and_without() {
    crate::app::block_on(async {
        for keeps_cookies in [true, false] {
            let preferences = if keeps_cookies {
                serde_json::json!({})
            } else {
                blocked()
            };
            let Some(chromium) = Chromium::with_preferences(&[], preferences).await else {
                return;
            };
            let scene = Scene::on(TestDatabase::sqlite()).await;
            let mut wrong = Vec::new();
            for (name, lms) in scene.platforms() {
                // Without cookies forms carry the visit, and the badge that was made, where the platform offers
                // storage; Moodle offers a window instead, where cookies are kept.
                if keeps_cookies || name == "canvas" {
                    click_through(&chromium, lms, name, &mut wrong).await;
                }
            }
            assert!(wrong.is_empty(), "{}", wrong.join("\n"));
            chromium.end().await;
            scene.end().await;
        }
    });
}
