//! Evidence activities whose column is not the one that came with their link: it was deleted, or made anew in a reset.

use practice_lms::CourseRole;
use practice_lms::world::LineItemView;

use super::{REPORT, choose, open, place, send, visit};
use crate::domain::cause::Cause;
use crate::domain::course::{LineItem, LineItemState};
use crate::domain::evidence::Activity;
use crate::random::SystemRandom;
use crate::service::base::queue::{self, CheckCourse};
use crate::store::testing::shortcuts::{all_courses, first_tenant};
use crate::store::{activities, line_items};
use crate::tests::harness::{Scene, on_each_database};

/// The activity of that title, with its column.
async fn known(scene: &Scene, title: &'static str) -> (Activity, Option<LineItem>) {
    let found = scene.cairn.store.read(move |db| {
        let tenant = first_tenant(db)?.unwrap();
        let mut all = Vec::new();
        for course in all_courses(db, &tenant.id)? {
            all.extend(activities::for_course(db, &tenant.id, &course.id)?);
        }
        let activity = all.into_iter().find(|one| one.title == title).unwrap();
        let item = match &activity.line_item {
            Some(item) => line_items::get(db, &tenant.id, item)?,
            None => None,
        };
        Ok((activity, item))
    });
    found.await.unwrap()
}

/// Has every course read.
async fn check(scene: &Scene) {
    let now = scene.cairn.clock.now();
    let asked = scene.cairn.store.write(move |db| {
        let tenant = first_tenant(db)?.unwrap();
        for course in all_courses(db, &tenant.id)? {
            let job = CheckCourse::of(&course, Cause::CheckNow);
            queue::enqueue(db, &tenant.id, &job, now, now, &SystemRandom)?;
        }
        Ok(())
    });
    asked.await.unwrap();
    scene.at_rest().await;
}

#[test]
fn an_activity_whose_column_is_gone_gets_another_when_it_is_placed_anew() {
    on_each_database(|scene| async move {
        let lms = &scene.moodle;
        let world = lms.world();
        let columns = || -> Vec<LineItemView> {
            let all = world.line_items(2).into_iter();
            all.filter(|column| column.label == "Field report").collect()
        };
        place(lms, "", &REPORT).await;
        let (mut student, page) = visit(lms, CourseRole::Student, "Field report").await;
        send(&mut student, &page, "/hand-in", &[("text", "My report")]).await;
        scene.at_rest().await;
        let (before, item) = known(&scene, "Field report").await;
        assert_eq!(item.unwrap().state, LineItemState::Present);
        assert!(world.delete_line_item(2, columns()[0].id));
        check(&scene).await;
        let (_, item) = known(&scene, "Field report").await;
        assert_eq!(item.unwrap().state, LineItemState::Gone);
        assert!(columns().is_empty(), "nobody asked for another one");

        let again = format!("activity:{}", before.id);
        let (mut browser, picker) = choose(lms, CourseRole::Teacher, "").await;
        let review = send(&mut browser, &picker, "/place/review", &[("item", &again)]).await;
        assert!(review.words().contains("25 points"), "{}", review.words());
        let form = send(&mut browser, &review, "/place/send", &[]).await;
        send(&mut browser, &form, "/placed", &[]).await;
        assert_eq!(columns().len(), 1);
        // Chosen once more before anybody has opened it: one column comes, not two.
        let (mut browser, picker) = choose(lms, CourseRole::Teacher, "").await;
        let review = send(&mut browser, &picker, "/place/review", &[("item", &again)]).await;
        assert!(!review.words().contains("25 points"), "{}", review.words());

        let column = columns().remove(0);
        let person = world.member(2, CourseRole::Teacher).unwrap().id;
        let form = world.launch_form(2, person, column.link.unwrap()).unwrap();
        let (_, page) = open(lms, &form).await;
        assert!(page.url.path().contains("/activities/"), "{}", page.url);
        scene.at_rest().await;
        let (after, item) = known(&scene, "Field report").await;
        let item = item.unwrap();
        assert_eq!(after.line_item, before.line_item, "rules go on reading it");
        assert_eq!(item.state, LineItemState::Present);
        assert!(item.url.contains(&format!("/{}/", column.id)), "{}", item.url);
        let student = world.member(2, CourseRole::Student).unwrap();
        let cell = world.grade(2, column.id, student.id);
        assert!(
            cell.is_some_and(|cell| cell.progress.is_some()),
            "what waited is there"
        );
        assert_eq!(columns().len(), 1);
        scene.end().await;
    });
}

#[test]
fn after_a_reset_a_link_alone_opens_the_work_and_its_duplicate_keeps_its_own_column() {
    on_each_database(|scene| async move {
        let lms = &scene.moodle;
        let world = lms.world();
        place(lms, "", &REPORT).await;
        let (mut student, page) = visit(lms, CourseRole::Student, "Field report").await;
        send(&mut student, &page, "/hand-in", &[("text", "Before the reset")]).await;
        // What is on its way when the column goes is tried again for longer than this test lasts.
        scene.at_rest().await;
        let links = world.links(2);
        let first = links.iter().find(|link| link.title == "Field report").unwrap().id;
        assert!(world.reset_course(2) && world.lose_column_of(2, first));
        let columns = |link: u64| -> Vec<LineItemView> {
            let all = world.line_items(2).into_iter();
            all.filter(|column| column.link == Some(link)).collect()
        };
        let teacher = world.member(2, CourseRole::Teacher).unwrap().id;
        let who = world.member(2, CourseRole::Student).unwrap().id;
        let form = world.review_form(2, teacher, columns(first)[0].id, who).unwrap();
        let (_, page) = open(lms, &form).await;
        assert!(page.words().contains("Before the reset"), "{}", page.words());

        let copy = world.duplicate_link(2, first).unwrap();
        let (mut asked, page) = visit(lms, CourseRole::Teacher, "Field report (copy)").await;
        let choice = [
            ("opens", "activity"),
            ("title", "Second report"),
            ("points", "25"),
        ];
        send(&mut asked, &page, "/choose", &choice).await;
        scene.at_rest().await;
        let (_, item) = known(&scene, "Second report").await;
        assert_eq!(columns(copy).len(), 1, "no second one of the same name");
        let own = format!("/{}/", columns(copy)[0].id);
        assert!(item.unwrap().url.contains(&own));
        scene.end().await;
    });
}
