//! Roll-over: a course is copied in the LMS, its badges come along, and nothing of its people does.

mod asking;
mod items;
mod lineage;
mod missing;
mod notices;
mod releases;
mod taking;

use crate::domain::badge::Badge;
use crate::domain::course::{Course, CourseCopy};
use crate::store::{badges, copies, courses};
use practice_lms::browser::Page;
use practice_lms::{CourseRole, PracticeLms};
use rust_decimal::Decimal;

use crate::tests::guest::Guest;
use crate::tests::harness::Scene;

const LTI: &str = "https://purl.imsglobal.org/spec/lti/claim/";

/// A teacher at the course page; in Moodle the link is told first what it opens.
async fn teacher(lms: &PracticeLms, course: usize) -> Guest {
    let mut teacher = Guest::open(lms, course, "Teacher", "My badges").await;
    let page = teacher.page.clone();
    if page.form("/choose").is_ok() {
        teacher.send(&page, "/choose", &[("opens", "my_badges")]).await;
    }
    teacher.until("", "Checked").await;
    teacher
}

async fn check(teacher: &mut Guest) {
    let page = teacher.get("").await;
    teacher.send(&page, "/check", &[]).await;
}

/// The course as Cairn knows it, by its number at the LMS.
async fn known(scene: &Scene, lms: &PracticeLms, at: u64) -> Option<Course> {
    let views = lms.world().courses();
    let context = views.into_iter().find(|one| one.id == at).unwrap().context_id;
    let client = lms.registration().client_id;
    let all = crate::service::base::platforms::list(&scene.cairn).await.unwrap();
    let (tenant, registration) = all.into_iter().find(|(_, one)| one.client_id == client).unwrap();
    let found = scene
        .cairn
        .store
        .read(move |db| courses::by_contexts(db, &tenant.id, &registration.id, &[&context]));
    found.await.unwrap().pop()
}

async fn copies_of(scene: &Scene, course: &Course) -> Vec<CourseCopy> {
    let course = course.clone();
    let found = scene
        .cairn
        .store
        .read(move |db| copies::for_course(db, &course.tenant, &course.id));
    found.await.unwrap()
}

/// The badges of a course as Cairn knows them.
async fn badges_of(scene: &Scene, course: &Course) -> Vec<Badge> {
    let course = course.clone();
    let found = scene
        .cairn
        .store
        .read(move |db| badges::for_course(db, &course.tenant, &course.id));
    found.await.unwrap()
}

/// A course with a badge on "Final quiz", one on "Homework", and one for who holds the first; the first is active and
/// one student holds it. Then it is copied: the copy lacks "Homework", its quiz has 50 points, and it has a column
/// "Home assignment" of its own. Gives the numbers of both courses at the LMS.
async fn copied(lms: &PracticeLms, teacher: &mut Guest) -> (u64, u64) {
    let world = lms.world();
    let at = world.courses()[0].id;
    let quiz = teacher.make_badge("Quiz master", "knowledge").await;
    teacher.rule_on_column(&quiz, "Final quiz").await;
    let home = teacher.make_badge("Home worker", "knowledge").await;
    teacher.rule_on_column(&home, "Homework").await;
    let above = teacher.make_badge("Champion", "knowledge").await;
    let rule = teacher.get(&format!("/badges/{above}/rule")).await;
    let rule = teacher.build(&rule, &[("action", "add::badge")]).await;
    let form = rule.form("/rule/save").unwrap();
    let held = form.option("n.0.badge", "Quiz master").unwrap().to_owned();
    let saved = teacher
        .build(&rule, &[("n.0.badge", &held), ("action", "save")])
        .await;
    assert!(saved.words().contains("Saved."), "{}", saved.words());
    teacher.activate(&quiz).await;
    let column = |course: u64, label: &str| {
        let items = world.line_items(course).into_iter();
        items
            .filter(|one| one.label == label)
            .map(|one| one.id)
            .next()
            .unwrap()
    };
    let student = world.students(at)[0].id;
    let final_quiz = column(at, "Final quiz");
    world.set_grade(at, final_quiz, student, Some(Decimal::from(95)));
    check(teacher).await;
    teacher.until("", "Knowledge badge 1 of").await;

    let copy = world.copy_course(at, "Data Literacy 101 (spring)").unwrap();
    world.delete_line_item(copy, column(copy, "Homework"));
    world.change_maximum(copy, column(copy, "Final quiz"), Decimal::from(50));
    world.add_link(copy, "Home assignment", 0, Some(Decimal::ONE_HUNDRED));
    let newcomer = world.students(at)[1].id;
    world.set_role(copy, newcomer, Some(CourseRole::Student));
    (at, copy)
}

/// The page about the copy to which the course page leads, once it says so.
async fn copy_page(teacher: &mut Guest, says: &str) -> Page {
    let page = teacher.until("", says).await;
    let href = page.links("/copied/").remove(0);
    let href = page.url.join(&href).unwrap();
    teacher.browser.get(href.as_str()).await.unwrap()
}

/// The page of the offer that the course page shows.
async fn offer(teacher: &mut Guest) -> Page {
    copy_page(
        teacher,
        "This course was copied from Data Literacy 101. Bring its 3 badges and their rules?",
    )
    .await
}

/// The page that says what is missing, for a copy that was taken.
async fn mapping(teacher: &mut Guest) -> Page {
    copy_page(teacher, "Say what stands for it").await
}
