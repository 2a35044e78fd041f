//! Roll-over: a course is copied in the LMS, its badges come along, and nothing of its people does.

use std::time::Duration;

use cairn::domain::badge::BadgeState;
use cairn::domain::course::Course;
use cairn::practice_lms::browser::{Browser, Page};
use cairn::practice_lms::keys::{Jwt, platform_keys};
use cairn::practice_lms::{CourseRole, PracticeLms};
use cairn::store::copies::{self, CourseCopy, FoundBy};
use cairn::store::{awards, badges, courses, enrolments};
use reqwest::Method;
use rust_decimal::Decimal;
use serde_json::json;

use crate::guest::Guest;
use crate::harness::{Scene, on_each_database};

const COPY: &str = "LtiContextCopyNotice";
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
    let all = cairn::service::platforms::list(&scene.cairn).await.unwrap();
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

async fn eventually(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..300 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{what}: not within 30 seconds");
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
    world.make_rows(at, final_quiz);
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

/// The page of the offer that the course page shows.
async fn offer(teacher: &mut Guest) -> Page {
    let page = teacher
        .until(
            "",
            "This course was copied from Data Literacy 101. Bring its 3 badges and their rules?",
        )
        .await;
    let href = page.links("/copied/").remove(0);
    teacher
        .browser
        .get(page.url.join(&href).unwrap().as_str())
        .await
        .unwrap()
}

#[test]
fn a_copied_course_brings_its_badges_asks_for_what_is_missing_and_awards_its_own_students() {
    on_each_database(|scene| async move {
        for (flavour, lms) in scene.platforms() {
            let world = lms.world();
            let mut old = teacher(lms, 0).await;
            let (at, copy) = copied(lms, &mut old).await;
            let mut new = teacher(lms, 4).await;

            let page = offer(&mut new).await;
            let words = page.words();
            for told in [
                "Bring 3 badges from Data Literacy 101?",
                "Final quiz is here too, found by Cairn’s own mark.",
                "“Final quiz” has 50 points here and had 100 in the old course",
                "Homework was not found among this course’s gradebook columns.",
                "Quiz master comes along too.",
                "One thing that a rule needs was not found",
                "Nothing of the other course’s students comes along",
            ] {
                assert!(words.contains(told), "{flavour}: no {told:?} in {words}");
            }
            let course = known(&scene, lms, copy).await.unwrap();
            let list = |course: &Course| {
                let course = course.clone();
                scene
                    .cairn
                    .store
                    .read(move |db| badges::for_course(db, &course.tenant, &course.id))
            };
            assert!(list(&course).await.unwrap().is_empty(), "looking takes nothing");

            let taken = new.send(&page, "/take", &[]).await;
            assert!(
                taken.words().contains("The badges came along."),
                "{}",
                taken.words()
            );
            let again = new.send(&page, "/take", &[]).await;
            assert!(
                again.words().contains("nothing was brought twice"),
                "{}",
                again.words()
            );
            let brought = list(&course).await.unwrap();
            assert_eq!(brought.len(), 3, "{flavour}");
            let names: Vec<&str> = brought.iter().map(|one| one.design.name.as_str()).collect();
            assert_eq!(names, ["Quiz master", "Home worker", "Champion"]);
            let states: Vec<bool> = brought.iter().map(|one| one.state == BadgeState::Draft).collect();
            assert_eq!(states, [true, false, true], "{flavour}: none is active by itself");
            let BadgeState::Paused { reason } = &brought[1].state else {
                panic!("{:?}", brought[1].state)
            };
            assert_eq!(
                reason,
                "It was copied from another course, and “Homework” was not found here. Say what stands for it."
            );

            // Resting, it cannot be activated; a check that finds nothing changes nothing.
            let preview = new.get(&format!("/badges/{}/preview", brought[1].id)).await;
            assert!(
                preview.words().contains("cannot be activated yet"),
                "{}",
                preview.words()
            );
            let map = new.until("", "Say what stands for it").await;
            let href = map.links("/copied/").remove(0);
            let map = new
                .browser
                .get(map.url.join(&href).unwrap().as_str())
                .await
                .unwrap();
            assert!(
                map.words().contains("Choose the assignment for “Homework”"),
                "{}",
                map.words()
            );
            let form = map.form("/map").unwrap();
            let field = form.fields.iter().find(|field| field.name.starts_with("column."));
            let field = field.unwrap().name.clone();
            let chosen = form.option(&field, "Home assignment").unwrap().to_owned();
            let foreign = new
                .send(&map, "/map", &[(&field, "no-such-column"), ("action", "save")])
                .await;
            assert_eq!(foreign.status, 422, "{}", foreign.words());
            let done = new
                .send(&map, "/map", &[(&field, &chosen), ("action", "save")])
                .await;
            assert!(
                done.words().contains("Everything that the rules need was found."),
                "{}",
                done.words()
            );

            // A column of the old name turns up: what a person chose stays.
            world.add_link(copy, "Homework", 0, Some(Decimal::ONE_HUNDRED));
            check(&mut new).await;
            new.until("", "4 columns placed by Cairn").await;
            let rule = new.get(&format!("/badges/{}/rule", brought[1].id)).await;
            let form = rule.form("/rule/save").unwrap();
            assert_eq!(form.value("n.0.item"), Some(chosen.as_str()), "{flavour}");

            new.activate(brought[1].id.as_str()).await;
            let item = world
                .line_items(copy)
                .into_iter()
                .find(|one| one.label == "Home assignment");
            let newcomer = world.students(copy)[0].clone();
            world.make_rows(copy, item.as_ref().unwrap().id);
            world.set_grade(copy, item.unwrap().id, newcomer.id, Some(Decimal::from(80)));
            check(&mut new).await;
            new.until("", "Knowledge badge 1 of").await;

            let people = scene.cairn.store.read({
                let course = course.clone();
                move |db| enrolments::learners(db, &course.tenant, &course.id)
            });
            // Moodle's member list calls a non-editing teacher a learner.
            let learners = if flavour == "moodle" { 2 } else { 1 };
            assert_eq!(
                people.await.unwrap().len(),
                learners,
                "{flavour}: nobody of the old course"
            );
            let now = scene.cairn.clock.now();
            let counted = scene
                .cairn
                .store
                .read(move |db| awards::counters(db, &course.tenant, &course.id, now));
            let counted = counted.await.unwrap();
            let holders: Vec<_> = brought
                .iter()
                .map(|one| counted.get(&one.id).map_or(0, |counter| counter.holders))
                .collect();
            assert_eq!(holders, [0, 1, 0], "{flavour}");
            assert_eq!(world.students(at).len(), 30);
        }
        scene.end().await;
    });
}

#[test]
fn a_column_that_turns_up_later_is_found_by_itself() {
    on_each_database(|scene| async move {
        let (_, lms) = scene.platforms()[0];
        let world = lms.world();
        let mut old = teacher(lms, 0).await;
        let (_, copy) = copied(lms, &mut old).await;
        let mut new = teacher(lms, 4).await;
        let page = offer(&mut new).await;
        new.send(&page, "/take", &[]).await;
        world.add_link(copy, " homework", 0, Some(Decimal::from(20)));
        check(&mut new).await;
        for _ in 0..300 {
            if !new.get("").await.words().contains("Say what stands for it") {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let page = new.browser.get(page.url.as_str()).await.unwrap();
        let words = page.words();
        assert!(
            words.contains("Everything that the rules need was found."),
            "{words}"
        );
        assert!(
            words.contains("has 20 points here and had 100 in the old course"),
            "{words}"
        );
        scene.end().await;
    });
}

#[test]
fn a_copy_that_was_declined_is_not_offered_again_and_another_platforms_history_means_nothing() {
    on_each_database(|scene| async move {
        let mut old = teacher(&scene.moodle, 0).await;
        let (at, copy) = copied(&scene.moodle, &mut old).await;
        let mut new = teacher(&scene.moodle, 4).await;
        let page = offer(&mut new).await;
        let declined = new.send(&page, "/decline", &[]).await;
        assert!(
            declined.words().contains("You are not asked again."),
            "{}",
            declined.words()
        );
        let mut again = teacher(&scene.moodle, 4).await;
        let page = again.get("").await;
        assert!(!page.words().contains("was copied from"), "{}", page.words());
        let course = known(&scene, &scene.moodle, copy).await.unwrap();
        assert_eq!(copies_of(&scene, &course).await.len(), 1);

        // The same small id in the history of a course of another platform.
        let world = scene.canvas.world();
        world.tamper(move |_, claims| {
            claims[&format!("{LTI}custom")]["context_id_history"] = json!(at.to_string());
        });
        let mut other = teacher(&scene.canvas, 1).await;
        let page = other.get("").await;
        assert!(!page.words().contains("was copied from"), "{}", page.words());
        let second = world.courses()[1].id;
        let course = known(&scene, &scene.canvas, second).await.unwrap();
        assert!(copies_of(&scene, &course).await.is_empty());

        // An offer of another course cannot be taken from this one.
        let foreign = new
            .browser
            .get(&format!("{}/copied/none", new.course))
            .await
            .unwrap();
        assert_eq!(foreign.status, 404);
        scene.end().await;
    });
}

/// Delivers tokens as a platform does.
async fn deliver(scene: &Scene, jwts: &[&str]) -> u16 {
    let notices: Vec<_> = jwts.iter().map(|jwt| json!({ "jwt": jwt })).collect();
    let body = json!({ "notices": notices }).to_string().into_bytes();
    post(scene, body).await
}

async fn post(scene: &Scene, body: Vec<u8>) -> u16 {
    let mut platform = Browser::new().unwrap();
    let url = format!("{}/lti/notices", scene.origin);
    let headers = [("content-type", "application/json")];
    let answer = platform.fetch(Method::POST, &url, &headers, body).await.unwrap();
    answer.status
}

#[test]
fn a_notice_tells_of_a_copy_before_anybody_opens_it_once_and_only_when_it_is_genuine() {
    on_each_database(|scene| async move {
        let lms = &scene.canvas;
        let world = lms.world();
        let mut old = teacher(lms, 0).await;
        let greeted = world.clone();
        eventually("the subscription", move || greeted.notice_handler(COPY).is_some()).await;
        let expected = format!("{}/lti/notices", scene.origin);
        assert_eq!(world.notice_handler(COPY), Some(expected));
        let greeted = world.clone();
        let hello = ("LtiHelloWorldNotice".to_owned(), Some(200));
        eventually("the greeting is answered", move || {
            greeted.delivered_notices().contains(&hello)
        })
        .await;
        let (_, copy) = copied(lms, &mut old).await;
        let genuine = world.waiting_notices().remove(0);

        // Forged and misdirected ones: the answer is the same, and nothing comes of them.
        let jwt = Jwt::parse(&genuine).unwrap();
        let [own, other] = platform_keys().unwrap();
        let mut header = jwt.header.clone();
        let forged = other.sign(&header, &jwt.claims);
        header["kid"] = json!(own.kid);
        let mut misdirected = jwt.claims.clone();
        let moodle = scene.moodle.registration();
        misdirected["iss"] = json!(moodle.issuer);
        misdirected["aud"] = json!(moodle.client_id);
        misdirected["azp"] = json!(moodle.client_id);
        let misdirected = own.sign(&header, &misdirected);
        let mut unknown = jwt.claims.clone();
        unknown["aud"] = json!("nobody");
        let unknown = own.sign(&header, &unknown);
        assert_eq!(
            deliver(&scene, &[&forged, &misdirected, &unknown, "nonsense"]).await,
            200
        );
        tokio::time::sleep(Duration::from_millis(800)).await;
        assert_eq!(known(&scene, lms, copy).await, None);

        assert_eq!(deliver(&scene, &["nonsense", &genuine]).await, 200);
        let mut course = None;
        for _ in 0..300 {
            course = known(&scene, lms, copy).await;
            if course.is_some() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let course = course.expect("the notice makes the new course known");
        let found = copies_of(&scene, &course).await;
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].found_by, FoundBy::Notice);
        // A replay, and the platform's own delivery of the same one.
        assert_eq!(deliver(&scene, &[&genuine, &genuine]).await, 200);
        world.deliver_notices().await;
        assert!(world.delivered_notices().contains(&(COPY.to_owned(), Some(200))));
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert_eq!(copies_of(&scene, &course).await.len(), 1);

        assert_eq!(post(&scene, b"{}".to_vec()).await, 422);
        assert!(post(&scene, vec![b' '; 300_000]).await >= 400);
        let mut new = teacher(lms, 4).await;
        let page = offer(&mut new).await;
        assert!(page.words().contains("Bring 3 badges"), "{}", page.words());
        scene.end().await;
    });
}

/// The page that says what is missing, for a copy that was taken.
async fn desk(teacher: &mut Guest) -> Page {
    let map = teacher.until("", "Say what stands for it").await;
    let href = map.links("/copied/").remove(0);
    teacher
        .browser
        .get(map.url.join(&href).unwrap().as_str())
        .await
        .unwrap()
}

#[test]
fn a_missing_column_is_made_with_its_name_and_points_at_one_press() {
    on_each_database(|scene| async move {
        for (flavour, lms) in scene.platforms() {
            let world = lms.world();
            let mut old = teacher(lms, 0).await;
            let (_, copy) = copied(lms, &mut old).await;
            let mut new = teacher(lms, 4).await;
            let page = offer(&mut new).await;
            new.send(&page, "/take", &[]).await;
            let map = desk(&mut new).await;
            assert!(
                map.words()
                    .contains("Make a new column “Homework” with 100 points"),
                "{flavour}: {}",
                map.words()
            );
            let create = map
                .text()
                .split("value=\"")
                .filter_map(|rest| rest.split('"').next())
                .find(|value| value.starts_with("create."))
                .unwrap()
                .to_owned();
            let done = new.send(&map, "/map", &[("action", &create)]).await;
            assert!(
                done.words().contains("Everything that the rules need was found."),
                "{flavour}: {}",
                done.words()
            );
            let columns = || {
                let all = world.line_items(copy).into_iter();
                all.filter(|one| one.label == "Homework")
                    .map(|one| one.maximum)
                    .collect::<Vec<_>>()
            };
            assert_eq!(columns(), [Decimal::ONE_HUNDRED], "{flavour}");
            // A press too many makes no second one.
            let again = new.send(&map, "/map", &[("action", &create)]).await;
            assert_eq!(again.status, 404, "{flavour}: {}", again.words());
            assert_eq!(columns().len(), 1, "{flavour}");
            let course = known(&scene, lms, copy).await.unwrap();
            let brought = scene
                .cairn
                .store
                .read(move |db| badges::for_course(db, &course.tenant, &course.id));
            let brought = brought.await.unwrap();
            let home = brought
                .iter()
                .find(|one| one.design.name == "Home worker")
                .unwrap();
            assert_eq!(home.state, BadgeState::Draft, "{flavour}");
            new.activate(home.id.as_str()).await;
        }
        scene.end().await;
    });
}

#[test]
fn a_badge_that_was_retired_stays_behind_and_a_retired_one_stands_for_nothing() {
    on_each_database(|scene| async move {
        let lms = &scene.moodle;
        let mut old = teacher(lms, 0).await;
        let (_, copy) = copied(lms, &mut old).await;
        let source = known(&scene, lms, lms.world().courses()[0].id).await.unwrap();
        let all = scene
            .cairn
            .store
            .read(move |db| badges::for_course(db, &source.tenant, &source.id));
        let quiz = all.await.unwrap().remove(0).id;
        let retire = old.get(&format!("/badges/{quiz}/retire")).await;
        let retired = old.send(&retire, "/retire/confirm", &[]).await;
        assert!(retired.words().contains("Retired."), "{}", retired.words());

        let mut new = teacher(lms, 4).await;
        let gone = new.make_badge("Gone", "knowledge").await;
        new.rule_on_column(&gone, "Warm-up").await;
        new.activate(&gone).await;
        let page = new.get(&format!("/badges/{gone}/retire")).await;
        new.send(&page, "/retire/confirm", &[]).await;
        let own = new.make_badge("Quiz of ours", "knowledge").await;
        let page = new
            .until(
                "",
                "This course was copied from Data Literacy 101. Bring its 2 badges and their rules?",
            )
            .await;
        let href = page.links("/copied/").remove(0);
        let page = new
            .browser
            .get(page.url.join(&href).unwrap().as_str())
            .await
            .unwrap();
        new.send(&page, "/take", &[]).await;
        let map = desk(&mut new).await;
        assert!(
            map.words().contains("Choose the badge for “Quiz master”")
                && map.words().contains("It is retired in the old course"),
            "{}",
            map.words()
        );
        let form = map.form("/map").unwrap();
        let field = form.fields.iter().find(|field| field.name.starts_with("badge."));
        let field = field.unwrap().name.clone();
        assert!(form.option(&field, "Gone").is_none(), "{}", map.words());
        let forged = new
            .send(&map, "/map", &[(&field, &gone), ("action", "save")])
            .await;
        assert_eq!(forged.status, 422, "{}", forged.words());
        let chosen = form.option(&field, "Quiz of ours").unwrap().to_owned();
        assert_eq!(chosen, own);
        new.send(&map, "/map", &[(&field, &chosen), ("action", "save")])
            .await;
        let course = known(&scene, lms, copy).await.unwrap();
        let brought = scene
            .cairn
            .store
            .read(move |db| badges::for_course(db, &course.tenant, &course.id));
        let brought = brought.await.unwrap();
        let champion = brought.iter().find(|one| one.design.name == "Champion").unwrap();
        assert_eq!(champion.state, BadgeState::Draft);
        let rule = new.get(&format!("/badges/{}/rule", champion.id)).await;
        let form = rule.form("/rule/save").unwrap();
        assert_eq!(form.value("n.0.badge"), Some(own.as_str()));
        scene.end().await;
    });
}

#[test]
fn a_copied_link_is_known_by_our_id_and_opens_the_activity_that_came_along() {
    on_each_database(|scene| async move {
        for (flavour, lms) in scene.platforms() {
            let world = lms.world();
            let at = world.courses()[0].id;
            crate::placing::place(lms, "assignment_selection", &crate::placing::REPORT).await;
            let (_, opened) = crate::placing::visit(lms, CourseRole::Teacher, "Field report").await;
            assert!(
                opened.url.path().contains("/activities/"),
                "{flavour}: {}",
                opened.url
            );
            let mut old = teacher(lms, 0).await;
            let badge = old.make_badge("Reporter", "application").await;
            let rule = old.get(&format!("/badges/{badge}/rule")).await;
            let rule = old.build(&rule, &[("action", "add::evidence")]).await;
            let form = rule.form("/rule/save").unwrap();
            let report = form.option("n.0.activity", "Field report").unwrap().to_owned();
            let saved = old
                .build(&rule, &[("n.0.activity", &report), ("action", "save")])
                .await;
            assert!(saved.words().contains("Saved."), "{flavour}: {}", saved.words());

            // No history, and the notice that Canvas would send is not delivered: the id in the link is all there is.
            world.tamper(|_, claims| {
                let custom = claims[&format!("{LTI}custom")].as_object_mut();
                custom.unwrap().remove("context_id_history");
            });
            let copy = world.copy_course(at, "Data Literacy 101 (spring)").unwrap();
            let newcomer = world.students(at)[1].id;
            world.set_role(copy, newcomer, Some(CourseRole::Student));
            let before = Guest::open(lms, 4, "Student", "Field report").await;
            assert!(
                before.page.form("/hand-in").is_err(),
                "{flavour}: nothing was brought yet: {}",
                before.page.words()
            );
            let course = known(&scene, lms, copy).await.unwrap();
            let found = copies_of(&scene, &course).await;
            assert_eq!(
                found.iter().map(|one| one.found_by).collect::<Vec<_>>(),
                [FoundBy::Item],
                "{flavour}"
            );
            let mut new = teacher(lms, 4).await;
            let page = new
                .until(
                    "",
                    "This course was copied from Data Literacy 101. Bring its badge and its rule?",
                )
                .await;
            let href = page.links("/copied/").remove(0);
            let page = new
                .browser
                .get(page.url.join(&href).unwrap().as_str())
                .await
                .unwrap();
            new.send(&page, "/take", &[]).await;

            let mut student = Guest::open(lms, 4, "Student", "Field report").await;
            let page = student.page.clone();
            assert!(
                page.text().contains("Two <strong>pages</strong>."),
                "{flavour}: {}",
                page.words()
            );
            let handed = student
                .send_files(&page, "/hand-in", &[("text", "Mine")], &[])
                .await;
            assert!(
                handed.words().contains("Handed in."),
                "{flavour}: {}",
                handed.words()
            );
            let here = page.url.path().split("/activities/").nth(1).unwrap().to_owned();
            assert!(
                !report.starts_with(&here) && !here.starts_with(&report),
                "{flavour}: it is this course's own, not the old one's"
            );
            // The rule that came along reads it, and the column is that of the copied link.
            let page = new.get("").await;
            assert!(
                !page.words().contains("Say what stands for it"),
                "{flavour}: {}",
                page.words()
            );
            let (tenant, id) = (course.tenant.clone(), course.id.clone());
            let mut item = None;
            for _ in 0..200 {
                let (tenant, id) = (tenant.clone(), id.clone());
                let found = scene.cairn.store.read(move |db| {
                    let all = cairn::store::activities::for_course(db, &tenant, &id)?;
                    let item = all.into_iter().find_map(|one| one.line_item);
                    match item {
                        Some(item) => cairn::store::line_items::get(db, &tenant, &item),
                        None => Ok(None),
                    }
                });
                item = found.await.unwrap();
                if item.is_some() {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            let item = item.unwrap_or_else(|| panic!("{flavour}: no column"));
            let columns = world.line_items(copy);
            let columns: Vec<_> = columns.iter().filter(|one| one.label == "Field report").collect();
            assert_eq!(columns.len(), 1, "{flavour}: {columns:?}");
            assert!(
                item.url.contains(&format!("/{}", columns[0].id)),
                "{flavour}: {} {columns:?}",
                item.url
            );
            world.stop_tampering();
        }
        scene.end().await;
    });
}

/// What the course's deployment was asked for, by type.
async fn subscriptions(scene: &Scene, course: &Course) -> Vec<cairn::store::notice_handlers::Subscription> {
    let course = course.clone();
    let found = scene.cairn.store.read(move |db| {
        cairn::store::notice_handlers::for_deployment(db, &course.tenant, &course.deployment)
    });
    found.await.unwrap()
}

/// Waits until the subscriptions hold so.
async fn subscribed(
    scene: &Scene,
    course: &Course,
    what: &str,
    holds: impl Fn(&[cairn::store::notice_handlers::Subscription]) -> bool,
) {
    for _ in 0..300 {
        let all = subscriptions(scene, course).await;
        if !all.is_empty() && holds(&all) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{what}: {:?}", subscriptions(scene, course).await);
}

#[test]
fn a_platform_that_knows_an_old_address_of_ours_is_told_the_new_one_at_the_next_launch() {
    on_each_database(|scene| async move {
        let lms = &scene.canvas;
        let at = lms.world().courses()[0].id;
        teacher(lms, 0).await;
        let course = known(&scene, lms, at).await.unwrap();
        let here = format!("{}/lti/notices", scene.origin);
        let all_here = |all: &[cairn::store::notice_handlers::Subscription]| {
            all.iter()
                .all(|one| one.handler.as_deref() == Some(here.as_str()))
        };
        subscribed(&scene, &course, "the first time", all_here).await;
        let faults = lms.world().faults();
        faults.reset_counters();
        teacher(lms, 0).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert_eq!(
            faults.requests(cairn::practice_lms::Endpoint::Notices),
            0,
            "it knows already"
        );
        // As if this server had had another address until now.
        for mut old in subscriptions(&scene, &course).await {
            old.handler = Some("https://old.example/lti/notices".to_owned());
            let kept = scene
                .cairn
                .store
                .write(move |db| cairn::store::notice_handlers::keep(db, &old));
            kept.await.unwrap();
        }
        teacher(lms, 0).await;
        subscribed(&scene, &course, "after the move", all_here).await;
        assert!(faults.requests(cairn::practice_lms::Endpoint::Notices) >= 1);
        assert_eq!(lms.world().notice_handler(COPY), Some(here.clone()));
        scene.end().await;
    });
}

#[test]
fn a_platform_that_refuses_to_send_notices_is_left_alone_for_a_day_and_nobody_notices() {
    use cairn::practice_lms::{Endpoint, Fault};
    on_each_database(|scene| async move {
        let lms = &scene.canvas;
        let world = lms.world();
        let at = world.courses()[0].id;
        let faults = world.faults();
        faults.inject(Endpoint::Notices, &Fault::Forbidden, 50);
        let mut guest = teacher(lms, 0).await;
        let course = known(&scene, lms, at).await.unwrap();
        let refused =
            |all: &[cairn::store::notice_handlers::Subscription]| all.iter().all(|one| one.handler.is_none());
        subscribed(&scene, &course, "refused", refused).await;
        let page = guest.get("").await;
        assert!(
            page.status == 200 && !page.words().contains("(403)"),
            "{}",
            page.words()
        );
        faults.clear();
        faults.reset_counters();
        teacher(lms, 0).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert_eq!(faults.requests(Endpoint::Notices), 0, "not again so soon");
        for mut old in subscriptions(&scene, &course).await {
            old.at -= chrono::TimeDelta::hours(25);
            let kept = scene
                .cairn
                .store
                .write(move |db| cairn::store::notice_handlers::keep(db, &old));
            kept.await.unwrap();
        }
        teacher(lms, 0).await;
        let given =
            |all: &[cairn::store::notice_handlers::Subscription]| all.iter().all(|one| one.handler.is_some());
        subscribed(&scene, &course, "a day later", given).await;
        scene.end().await;
    });
}
