//! A course that has ended, as those who were in it see it: a reading view, and badges that stay.

use std::sync::Arc;

use chrono::TimeDelta;
use practice_lms::PracticeLms;
use practice_lms::browser::Page;

use crate::app::block_on;
use crate::domain::cause::Cause;
use crate::domain::course::Course;
use crate::service::course::sync::check_course;
use crate::store::tenants;
use crate::store::testing::TestDatabase;
use crate::store::testing::shortcuts::all_courses;
use crate::tests::evidence::ADA;
use crate::tests::guest::Guest;
use crate::tests::harness::{ForwardClock, Scene, framed};

async fn known(scene: &Scene, title: &str) -> Course {
    let title = title.to_owned();
    let found = scene.cairn.store.read(move |db| {
        let mut all = Vec::new();
        for tenant in tenants::list(db)? {
            all.extend(all_courses(db, &tenant.id)?);
        }
        Ok(all
            .into_iter()
            .find(|one| one.title.as_deref() == Some(title.as_str())))
    });
    found.await.unwrap().unwrap()
}

/// The course refuses, and refuses an hour later.
async fn found_ended(scene: &Scene, clock: &ForwardClock, course: &Course) {
    for _ in 0..2 {
        scene.at_rest().await;
        check_course(&scene.cairn, &course.tenant, &course.id, Cause::CheckNow)
            .await
            .unwrap();
        clock.forward(TimeDelta::minutes(61));
    }
    let ended = known(scene, course.title.as_deref().unwrap()).await;
    assert!(ended.life.end().is_some(), "{:?}", ended.life);
}

/// A badge of the first course that Ada has, and the teacher who made it.
async fn earned(lms: &PracticeLms) -> (Guest, String) {
    let world = lms.world();
    let at = world.courses()[0].id;
    let mut teacher = Guest::open(lms, 0, "Teacher", "My badges").await;
    let badge = teacher.make_badge("Data champion", "knowledge").await;
    teacher.rule_on_column(&badge, "Quiz").await;
    let column = world.line_items(at).into_iter().find(|one| one.label == "Quiz");
    let ada = world.members(at).into_iter().find(|one| one.name == ADA).unwrap();
    assert!(world.set_grade(at, column.unwrap().id, ada.id, Some(90.into())));
    let page = teacher.get("").await;
    teacher.send(&page, "/check", &[]).await;
    let preview = format!("/badges/{badge}/preview");
    teacher.until(&preview, "earns “Data champion”").await;
    teacher.activate(&badge).await;
    teacher
        .until(&format!("/badges/{badge}/awards"), "In force")
        .await;
    (teacher, badge)
}

fn on_a_forward_clock<F: Future<Output = ()>>(test: impl Fn(Scene, Arc<ForwardClock>) -> F) {
    for database in TestDatabase::dealt() {
        block_on(async {
            let clock = Arc::new(ForwardClock::default());
            let scene = Scene::at(database, clock.clone()).await;
            test(scene, clock).await;
        });
    }
}

fn has_form(page: &Page, action: &str) -> bool {
    page.forms().iter().any(|form| form.action.ends_with(action))
}

#[test]
fn who_taught_a_concluded_course_looks_on_and_only_administrators_revoke() {
    on_a_forward_clock(|scene, clock| async move {
        let (lms, world) = (&scene.canvas, scene.canvas.world());
        let at = world.courses()[0].id;
        let (_, badge) = earned(lms).await;
        let course = known(&scene, &world.courses()[0].title).await;
        world.conclude(at, true);
        found_ended(&scene, &clock, &course).await;

        let mut teacher = Guest::open(lms, 0, "Teacher", "My badges").await;
        let page = teacher.page.clone();
        let words = page.words();
        for said in ["This course has ended.", "Data champion", "1 of", "next look"] {
            assert!(words.contains(said), "{said}: {words}");
        }
        for gone in ["New badge", "Check now", "Who would earn it", "Rule"] {
            assert!(!words.contains(gone), "{gone}: {words}");
        }
        assert!(!has_form(&page, "/check"), "{words}");
        let holders = teacher.get(&format!("/badges/{badge}/awards")).await;
        assert!(holders.words().contains(ADA), "{}", holders.words());
        assert!(!holders.words().contains("Revoke"), "{}", holders.words());
        assert_eq!(teacher.get("/progress").await.status, 200);
        assert_eq!(teacher.get("/evidence").await.status, 200);
        for looked_at in ["/columns", "/students"] {
            let page = teacher.get(looked_at).await;
            assert_eq!(page.status, 200, "{looked_at}: {}", page.words());
            assert!(
                !has_form(&page, "/answer") && !has_form(&page, "/change"),
                "{looked_at}"
            );
        }
        for rest in [
            "/badges/new".to_owned(),
            format!("/badges/{badge}/edit"),
            format!("/badges/{badge}/rule"),
            format!("/badges/{badge}/retire"),
        ] {
            let refused = teacher.get(&rest).await;
            assert_eq!(refused.status, 409, "{rest}: {}", refused.words());
            assert!(refused.text().contains("course.ended"), "{}", refused.text());
            assert!(refused.words().contains("nothing is changed"), "{rest}");
        }

        // An administrator who is nobody in the course.
        let mut browser = framed(lms);
        let link = world.links(at)[0].id;
        let form = world.launch_form(at, 2, link).unwrap();
        let page = browser.launch(&form).await.unwrap();
        let mut admin = Guest {
            course: teacher.course.clone(),
            browser,
            page,
        };
        assert!(admin.page.words().contains("This course has ended."));
        let holders = admin.get(&format!("/badges/{badge}/awards")).await;
        let all = holders
            .forms()
            .into_iter()
            .find(|form| form.action.ends_with("/revoke"));
        let all = all.unwrap_or_else(|| panic!("{}", holders.words()));
        let review = admin
            .browser
            .submit(&holders, &all, &[("everyone", "yes")])
            .await
            .unwrap();
        let done = admin
            .send(
                &review,
                "/revoke/confirm",
                &[("reason", "Awarded to the wrong person")],
            )
            .await;
        assert!(done.words().contains("Revoked."), "{}", done.words());

        world.conclude(at, false);
        check_course(&scene.cairn, &course.tenant, &course.id, Cause::CheckNow)
            .await
            .unwrap();
        let teacher = Guest::open(lms, 0, "Teacher", "My badges").await;
        let words = teacher.page.words();
        assert!(
            words.contains("New badge") && !words.contains("has ended"),
            "{words}"
        );
        scene.end().await;
    });
}

#[test]
fn students_keep_their_badges_of_every_course_and_of_those_that_are_gone() {
    on_a_forward_clock(|scene, clock| async move {
        let (lms, world) = (&scene.canvas, scene.canvas.world());
        let (first, second) = (world.courses()[0].clone(), world.courses()[1].clone());
        earned(lms).await;
        let course = known(&scene, &first.title).await;

        let mut ada = Guest::open(lms, 1, ADA, "My badges").await;
        let words = ada.page.words();
        assert!(words.contains("Earned in other courses"), "{words}");
        assert!(words.contains(&first.title), "{words}");
        let link = ada.page.links("/credentials/").remove(0);
        let credential = ada.browser.get(&link).await.unwrap();
        assert_eq!(credential.status, 200, "{}", credential.words());
        assert!(!credential.words().contains("About this badge"));
        let file = ada.browser.get(&format!("{link}.json")).await.unwrap();
        assert_eq!(file.status, 200);
        let other = world.students(second.id)[1].name.clone();
        let stranger = Guest::open(lms, 1, &other, "My badges").await;
        assert!(!stranger.page.words().contains("Data champion"));
        let mut stranger = stranger;
        let stolen = stranger.browser.get(&link).await.unwrap();
        assert_eq!(stolen.status, 404, "{}", stolen.words());

        // Concluded: the student still sees it, by the role that was.
        world.conclude(first.id, true);
        found_ended(&scene, &clock, &course).await;
        let ada = Guest::open(lms, 0, ADA, "My badges").await;
        let words = ada.page.words();
        for said in [
            "This course has ended.",
            "Badges that you have earned stay yours",
            "Data champion",
        ] {
            assert!(words.contains(said), "{said}: {words}");
        }
        for gone in ["On the way", "Next:", "not here as a student", "Next check"] {
            assert!(!words.contains(gone), "{gone}: {words}");
        }

        // Deleted: only other courses are left to see it from.
        world.conclude(first.id, false);
        world.delete_course(first.id);
        found_ended(&scene, &clock, &course).await;
        let mut ada = Guest::open(lms, 0, ADA, "My badges").await;
        let words = ada.page.words();
        assert!(words.contains("Data champion"), "{words}");
        let link = ada.page.links("/credentials/").remove(0);
        let credential = ada.browser.get(&link).await.unwrap();
        assert_eq!(credential.status, 200, "{}", credential.words());
        scene.end().await;
    });
}

#[test]
fn in_a_course_that_goes_on_a_launch_without_a_role_gives_no_view_of_teachers() {
    on_a_forward_clock(|scene, clock| async move {
        let (lms, world) = (&scene.canvas, scene.canvas.world());
        let at = world.courses()[0].id;
        Guest::open(lms, 0, "Teacher", "My badges").await;
        lms.world().be_odd(practice_lms::Oddity::NoCourseRole, true);
        let teacher = Guest::open(lms, 0, "Teacher", "My badges").await;
        assert!(
            teacher.page.links("/evidence").is_empty(),
            "{}",
            teacher.page.words()
        );
        // Concluded, but nobody has found that out yet.
        lms.world().be_odd(practice_lms::Oddity::NoCourseRole, false);
        let course = known(&scene, &world.courses()[0].title).await;
        world.conclude(at, true);
        let teacher = Guest::open(lms, 0, "Teacher", "My badges").await;
        assert!(teacher.page.links("/evidence").is_empty());
        found_ended(&scene, &clock, &course).await;
        let teacher = Guest::open(lms, 0, "Teacher", "My badges").await;
        assert!(!teacher.page.links("/evidence").is_empty());
        scene.end().await;
    });
}
