//! A teacher places a badge and an evidence activity in Chromium, and a student opens both.

use crate::store::testing::TestDatabase;
use practice_lms::{CourseRole, PracticeLms};
use thirtyfour::prelude::*;

use crate::tests::chromium::{Chromium, LOOKS};
use crate::tests::guest::Guest;
use crate::tests::harness::Scene;

async fn frame(chromium: &Chromium) {
    chromium.driver.enter_default_frame().await.unwrap();
    let frame = chromium.driver.find(By::Id("contentframe")).await.unwrap();
    frame.enter_frame().await.unwrap();
}

async fn choose(chromium: &Chromium, value: &str) {
    let css = format!("input[name=item][value='{value}']");
    let input = chromium.driver.find(By::Css(css)).await.unwrap();
    if !input.is_selected().await.unwrap() {
        input.click().await.unwrap();
    }
}

async fn fill(chromium: &Chromium, id: &str, text: &str) {
    let field = chromium.driver.find(By::Id(id)).await.unwrap();
    field.clear().await.unwrap();
    field.send_keys(text).await.unwrap();
}

/// Opens the place where content is chosen, as the teacher, in the frame of the LMS.
async fn select(chromium: &Chromium, lms: &PracticeLms, placement: &str) {
    let teacher = lms.world().member(2, CourseRole::Teacher).unwrap().id;
    // Signed in by a cookie, as people are: the form that the tool fills in comes back to the same person.
    chromium.driver.enter_default_frame().await.unwrap();
    chromium.driver.goto(lms.origin()).await.unwrap();
    let cookie = format!("document.cookie = 'practice_session={teacher}; path=/'");
    chromium.driver.execute(&cookie, Vec::new()).await.unwrap();
    let page = format!("{}/course/2/select?tool=0&placement={placement}", lms.origin());
    chromium.driver.goto(&page).await.unwrap();
    frame(chromium).await;
    chromium.reads("Put badges into your course").await;
}

#[test]
fn an_instructor_puts_a_badge_into_a_course_page_by_four_presses() {
    crate::app::block_on(async {
        let Some(chromium) = Chromium::start(&[]).await else {
            return;
        };
        let scene = Scene::on(TestDatabase::sqlite()).await;
        let mut wrong = Vec::new();
        for (name, lms) in scene.platforms() {
            let mut teacher = Guest::open(lms, 0, "Teacher", "My badges").await;
            if teacher.page.words().contains("This link is new") {
                let page = teacher.page.clone();
                teacher.send(&page, "/choose", &[("opens", "my_badges")]).await;
            }
            let badge = teacher.make_badge("Clean a messy dataset", "knowledge").await;
            teacher.rule_on_column(&badge, "Final quiz").await;
            teacher.activate(&badge).await;
            teacher.make_badge("Query with SQL", "knowledge").await;

            select(&chromium, lms, "link_selection").await;
            wrong.extend(chromium.inspect(&format!("placing-picker-{name}"), &LOOKS).await);
            choose(&chromium, &format!("badge:{badge}")).await;
            choose(&chromium, "new_activity").await;
            fill(&chromium, "f-title", "Field report").await;
            fill(&chromium, "f-points", "25").await;
            wrong.extend(
                chromium
                    .inspect(&format!("placing-picker-new-{name}"), &LOOKS)
                    .await,
            );
            chromium.press("See what goes in").await;
            chromium.reads("These go into your course").await;
            wrong.extend(chromium.inspect(&format!("placing-review-{name}"), &LOOKS).await);
            chromium.press("Put 2 items into the course").await;
            chromium.driver.enter_default_frame().await.unwrap();
            chromium.reads("These items will be added").await;
            let save = if name == "moodle" {
                "Save and return"
            } else {
                "Save"
            };
            chromium.press(save).await;
            chromium.reads("Field report").await;

            let student = lms.world().member(2, CourseRole::Student).unwrap().id;
            for (title, words) in [
                ("Clean a messy dataset", "Final quiz"),
                ("Field report", "Hand in"),
            ] {
                let links = lms.world().links(2);
                let link = links.iter().find(|link| link.title == title).unwrap().id;
                let page = format!("{}/course/2/link/{link}?user={student}", lms.origin());
                chromium.driver.goto(&page).await.unwrap();
                frame(&chromium).await;
                chromium.reads(words).await;
            }
        }
        // Canvas's editor takes cards; its administrators have a page; an unknown installation has a button.
        let lms = &scene.canvas;
        select(&chromium, lms, "editor_button").await;
        wrong.extend(chromium.inspect("placing-picker-editor", &LOOKS).await);
        let account = format!("{}/accounts/1/external_tools/0?user=2", lms.origin());
        chromium.driver.enter_default_frame().await.unwrap();
        chromium.driver.goto(&account).await.unwrap();
        chromium.reads("Courses seen").await;
        wrong.extend(chromium.inspect("placing-account", &LOOKS).await);
        let student = lms.world().member(2, CourseRole::Student).unwrap().id;
        let personal = format!("{}/users/{student}/external_tools/0?user={student}", lms.origin());
        chromium.driver.goto(&personal).await.unwrap();
        chromium.reads("All my badges").await;
        wrong.extend(chromium.inspect("placing-personal", &LOOKS).await);
        lms.world().deploy_in_course(0, 3);
        for (role, words) in [
            (CourseRole::Teacher, "has not been connected"),
            (CourseRole::Student, "not ready"),
        ] {
            let person = lms.world().member(3, role).unwrap().id;
            let link = lms.world().links(3)[0].id;
            let page = format!(
                "{}/courses/3/external_tools/{link}/launch?window=1&user={person}",
                lms.origin()
            );
            chromium.driver.goto(&page).await.unwrap();
            chromium.reads(words).await;
            wrong.extend(
                chromium
                    .inspect(&format!("placing-pending-{role:?}"), &LOOKS)
                    .await,
            );
        }
        assert!(
            wrong.is_empty(),
            "{} things to mend:\n{}",
            wrong.len(),
            wrong.join("\n")
        );
        chromium.end().await;
        scene.end().await;
    });
}
