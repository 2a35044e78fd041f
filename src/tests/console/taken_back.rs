//! What two registrations of one Moodle put into a course while they were one, once an administrator took that back.

use chrono::TimeDelta;
use practice_lms::browser::Page;
use practice_lms::{CourseRole, Oddity, World};
use rust_decimal::Decimal;

use super::joining::{administrator, person, registration, review};
use super::two_live::{ANEW, check, join, opened, part, path, second};
use crate::domain::badge::BadgeState;
use crate::domain::evidence::{Artefact, Submission, SubmissionState};
use crate::ids::{ActivityId, BadgeId, PersonId, SubmissionId};
use crate::service::institution::joining::working;
use crate::store::testing::shortcuts::first_tenant;
use crate::store::{badges, submissions};
use crate::tests::evidence::{ADA, activity, first_in_queue, hand_in};
use crate::tests::guest::Guest;
use crate::tests::harness::{Scene, on_each_database};
use crate::tests::placing::{open, send};

const REPORT: &str = "Project report";
const BENCH: &str = "Test bench";

/// Until a column has those points for somebody.
async fn until_points(world: &World, column: u64, person: u64, points: i64) {
    let at = world.courses()[0].id;
    for _ in 0..300 {
        let cell = world.grade(at, column, person);
        if cell.is_some_and(|cell| cell.points == Some(Decimal::from(points))) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("it never came: {:?}", world.grade(at, column, person));
}

fn columns(world: &World, label: &str) -> Vec<u64> {
    let all = world.line_items(world.courses()[0].id).into_iter();
    all.filter(|one| one.label == label).map(|one| one.id).collect()
}

/// A badge that reads the column of the report.
async fn over_the_report(scene: &Scene, teacher: &mut Guest) -> String {
    let badge = teacher.make_badge("Reporter", "knowledge").await;
    let rule = teacher.get(&format!("/badges/{badge}/rule")).await;
    let rule = teacher.build(&rule, &[("action", "add::grade")]).await;
    let form = rule.form("/rule/save").unwrap();
    let item = form.option("n.0.item", REPORT).unwrap().to_owned();
    let row = [
        ("n.0.item", item.as_str()),
        ("n.0.value", "30"),
        ("n.0.unit", "percent"),
        ("action", "save"),
    ];
    let saved = teacher.build(&rule, &row).await;
    assert!(saved.words().contains("Saved."), "{}", saved.words());
    teacher.activate(&badge).await;
    scene.at_rest().await;
    badge
}

/// Puts the activity into the course once more, by the second registration; the new link.
async fn placed_once_more(scene: &Scene, activity: &str) -> u64 {
    let world = scene.moodle.world();
    let at = world.courses()[0].id;
    let before: Vec<u64> = world.links(at).into_iter().map(|one| one.id).collect();
    let teacher = world.member(at, CourseRole::Teacher).unwrap().id;
    let form = world.selection_form(at, teacher, 1, "").unwrap();
    let (mut browser, picker) = open(&scene.moodle, &form).await;
    let item = format!("activity:{activity}");
    let review = send(&mut browser, &picker, "/place/review", &[("item", &item)]).await;
    let form = send(&mut browser, &review, "/place/send", &[]).await;
    send(&mut browser, &form, "/placed", &[]).await;
    let after = world.links(at).into_iter();
    after.map(|one| one.id).find(|id| !before.contains(id)).unwrap()
}

async fn is_active(scene: &Scene, badge: &str) -> bool {
    let id = BadgeId::from(badge);
    let known = scene.cairn.store.read(move |db| {
        let tenant = first_tenant(db)?.unwrap();
        badges::get(db, &tenant.id, &id)
    });
    known.await.unwrap().unwrap().state == BadgeState::Active
}

#[track_caller]
fn opens_what_was_chosen(page: &Page) {
    assert_eq!(page.status, 200, "{}", page.words());
    let words = page.words();
    assert!(
        !words.contains("This link is new") && !words.contains("not ready yet"),
        "{words}"
    );
}

#[test]
fn an_activity_of_both_has_its_own_link_and_column_again_once_they_are_two() {
    on_each_database(|scene| async move {
        let (lms, world) = (&scene.moodle, scene.moodle.world());
        let at = world.courses()[0].id;
        world.be_odd(Oddity::ColumnsOfOthersHidden, true);
        let students = world.students(at);
        let ada = students.iter().find(|one| one.name == ADA).unwrap();
        let ben = students.iter().find(|one| one.name != ADA).unwrap();
        let teacher = world.member(at, CourseRole::Teacher).unwrap().id;
        let (mut before, place) = activity(lms).await;
        before.until("", "1 column").await;
        let badge = over_the_report(&scene, &mut before).await;
        let own = columns(&world, REPORT)[0];

        let (new, link) = second(&scene).await;
        assert_eq!(opened(&scene, teacher, link).await.status, 403);
        let mut admin = administrator(&scene).await;
        let page = review(&mut admin, &new).await;
        let words = page.words();
        assert!(words.contains("or it is installed there twice"), "{words}");
        join(&scene, &mut admin, &page).await;
        let listed = admin.get("/admin/platforms").await.words();
        assert!(listed.contains("joined with Moodle, second"), "{listed}");
        let mut after = Guest::open(lms, 0, "Teacher", ANEW).await;
        check(&scene, &mut after).await;
        assert!(!is_active(&scene, &badge).await);

        let twice = placed_once_more(&scene, place.rsplit('/').next().unwrap()).await;
        let page = opened(&scene, teacher, twice).await;
        assert!(page.url.path().ends_with(&place), "{}", page.url);
        scene.at_rest().await;
        let theirs = *columns(&world, REPORT).last().unwrap();
        assert_ne!(theirs, own);
        let mut student = Guest::open(lms, 0, ADA, REPORT).await;
        hand_in(&mut student, &place, "My report").await;
        let page = first_in_queue(&mut after).await;
        after
            .send(&page, "/review", &[("score", "40"), ("verdict", "approve")])
            .await;
        until_points(&world, theirs, ada.id, 40).await;
        let mut other = Guest::open(lms, 0, &ben.name, REPORT).await;
        hand_in(&mut other, &place, "My own report").await;
        scene.at_rest().await;
        assert!(
            world
                .grade(at, own, ada.id)
                .is_none_or(|cell| cell.points.is_none())
        );

        part(&mut admin).await;
        scene.at_rest().await;
        until_points(&world, own, ada.id, 40).await;
        scene.at_rest().await;
        assert!(is_active(&scene, &badge).await, "it reads its own column again");
        let mut first = Guest::open(lms, 0, "Teacher", REPORT).await;
        assert_eq!(first.course, before.course);
        assert!(first.page.url.path().ends_with(&place), "{}", first.page.url);
        let page = first_in_queue(&mut first).await;
        assert!(
            !page.words().contains("do not reach the gradebook"),
            "{}",
            page.words()
        );
        first
            .send(&page, "/review", &[("score", "33"), ("verdict", "approve")])
            .await;
        until_points(&world, own, ben.id, 33).await;
        assert!(
            world
                .grade(at, theirs, ben.id)
                .is_none_or(|cell| cell.points.is_none())
        );
        assert_eq!(columns(&world, REPORT).len(), 2, "no third one was made");

        // The other link asks what it opens, and says why.
        let page = opened(&scene, teacher, twice).await;
        opens_what_was_chosen(&page);
        assert!(
            page.words().contains("This link is a copy of “Project report”"),
            "{}",
            page.words()
        );
        let tenant = scene.cairn.store.read(first_tenant).await.unwrap().unwrap().id;
        let log = admin
            .get(&format!("/admin/audit/{tenant}?action=column.replaced"))
            .await;
        assert!(
            log.words()
                .contains("gave an activity another gradebook column in place of its former one"),
            "{}",
            log.words()
        );
        let client = scene.moodle.registration().client_id;
        for done in ["joined", "parted"] {
            let log = admin
                .get(&format!("/admin/audit/{tenant}?action=platform.{done}"))
                .await
                .words();
            assert!(
                log.contains(&format!("with client id {client})")),
                "{done}: {log}"
            );
        }

        // One again, both links open it, and the console calls nothing kept apart.
        let shown = admin.get(&format!("/admin/platforms/p/{new}")).await;
        assert!(shown.words().contains("Kept apart"), "{}", shown.words());
        let page = admin.get(&path(&shown.links("/same").remove(0))).await;
        join(&scene, &mut admin, &page).await;
        let shown = admin.get(&format!("/admin/platforms/p/{new}")).await;
        assert!(!shown.words().contains("Kept apart"), "{}", shown.words());
        let page = opened(&scene, teacher, twice).await;
        assert!(page.url.path().ends_with(&place), "{}", page.url);
        scene.end().await;
    });
}

#[test]
fn an_activity_that_one_alone_placed_goes_with_its_link_and_its_submissions() {
    on_each_database(|scene| async move {
        let (lms, world) = (&scene.moodle, scene.moodle.world());
        let at = world.courses()[0].id;
        world.be_odd(Oddity::ColumnsOfOthersHidden, true);
        let ben = world
            .students(at)
            .into_iter()
            .find(|one| one.name != ADA)
            .unwrap();
        let teacher = world.member(at, CourseRole::Teacher).unwrap().id;
        let (before, _) = activity(lms).await;
        let (new, link) = second(&scene).await;
        assert_eq!(opened(&scene, teacher, link).await.status, 403);
        let mut admin = administrator(&scene).await;
        let page = review(&mut admin, &new).await;
        join(&scene, &mut admin, &page).await;

        world.add_link(at, BENCH, 1, Some(50.into()));
        let mut bench = Guest::open(lms, 0, "Teacher", BENCH).await;
        assert_eq!(bench.course, before.course);
        let page = bench.page.clone();
        let chosen = [("opens", "activity"), ("title", BENCH), ("points", "50")];
        let page = bench.send(&page, "/choose", &chosen).await;
        let id = page.url.path().split_once("/activities/").unwrap().1;
        let place = format!("/activities/{id}");
        let mut student = Guest::open(lms, 0, &ben.name, BENCH).await;
        hand_in(&mut student, &place, "My bench").await;
        scene.at_rest().await;

        let list = admin.get("/admin/people").await;
        let asked = admin.get(&path(&list.links("/part").remove(0))).await.words();
        for said in [
            "since they were joined, on both sides together: 1 submission",
            "An activity that they alone open goes with them, with its column and its submissions",
            "all others go on",
        ] {
            assert!(asked.contains(said), "{said}: {asked}");
        }
        let mut elsewhere = Guest::open(lms, 1, "Teacher", "My badges").await;
        part(&mut admin).await;
        scene.at_rest().await;
        assert_eq!(bench.get("").await.status, 401, "its course was one of both");
        assert_eq!(student.get("").await.status, 401);
        assert_eq!(elsewhere.get("").await.status, 200);

        let mut theirs = Guest::open(lms, 0, "Teacher", BENCH).await;
        opens_what_was_chosen(&theirs.page);
        assert_ne!(theirs.course, before.course);
        assert!(theirs.page.url.path().ends_with(&place), "{}", theirs.page.url);
        let again = Guest::open(lms, 0, &ben.name, BENCH).await;
        opens_what_was_chosen(&again.page);
        assert_eq!(again.course, theirs.course);
        let page = first_in_queue(&mut theirs).await;
        assert!(
            page.words().contains("My bench") && page.words().contains(&ben.name),
            "{}",
            page.words()
        );
        theirs
            .send(&page, "/review", &[("score", "20"), ("verdict", "approve")])
            .await;
        until_points(&world, columns(&world, BENCH)[0], ben.id, 20).await;
        let mut first = Guest::open(lms, 0, "Teacher", REPORT).await;
        let queue = first.get("/evidence").await;
        assert!(!queue.words().contains(BENCH), "{}", queue.words());

        // One again, it is there once, with what was handed in.
        let shown = admin.get(&format!("/admin/platforms/p/{new}")).await;
        let page = admin.get(&path(&shown.links("/same").remove(0))).await;
        join(&scene, &mut admin, &page).await;
        let mut both = Guest::open(lms, 0, "Teacher", BENCH).await;
        assert_eq!(both.course, before.course);
        opens_what_was_chosen(&both.page);
        let work = both.get("/evidence?state=all").await;
        assert!(work.words().contains(BENCH), "{}", work.words());
        scene.end().await;
    });
}

/// How often somebody handed in to an activity.
async fn versions(scene: &Scene, activity: &ActivityId, person: &PersonId) -> usize {
    let (activity, person) = (activity.clone(), person.clone());
    let known = scene.cairn.store.read(move |db| {
        let tenant = first_tenant(db)?.unwrap();
        submissions::history(db, &tenant.id, &activity, &person)
    });
    known.await.unwrap().len()
}

/// What an earlier version left behind: work in the activity of one platform that stands with whom the other one means.
async fn left_behind(scene: &Scene, activity: &ActivityId, person: &PersonId) {
    let (now, random) = scene.cairn.moment();
    let (activity, person) = (activity.clone(), person.clone());
    let written = scene.cairn.store.write(move |db| {
        let submitted_at = now - TimeDelta::hours(1);
        let work = Submission {
            id: SubmissionId::new(submitted_at, random.as_ref()),
            tenant: first_tenant(db)?.unwrap().id,
            activity,
            person,
            version: 1,
            artefact: Artefact {
                text: Some("My first bench".into()),
                link: None,
                file: None,
            },
            state: SubmissionState::HandedIn,
            submitted_at,
            review: None,
        };
        submissions::insert_version(db, &work)
    });
    written.await.unwrap();
}

#[test]
fn work_in_what_the_other_one_had_before_is_of_its_own_people_once_they_are_two() {
    on_each_database(|scene| async move {
        let (lms, world) = (&scene.moodle, scene.moodle.world());
        let at = world.courses()[0].id;
        world.be_odd(Oddity::ColumnsOfOthersHidden, true);
        let ben = world
            .students(at)
            .into_iter()
            .find(|one| one.name != ADA)
            .unwrap();
        let teacher = world.member(at, CourseRole::Teacher).unwrap().id;
        let before = Guest::open(lms, 0, "Teacher", "My badges").await;
        let old = registration(&scene).await;
        let (new, link) = second(&scene).await;
        assert_eq!(opened(&scene, teacher, link).await.status, 403);
        let mut admin = administrator(&scene).await;
        let page = review(&mut admin, &new).await;
        join(&scene, &mut admin, &page).await;
        part(&mut admin).await;
        scene.at_rest().await;
        world.add_link(at, BENCH, 1, Some(50.into()));
        let mut bench = Guest::open(lms, 0, "Teacher", BENCH).await;
        assert_ne!(bench.course, before.course);
        let page = bench.page.clone();
        let chosen = [("opens", "activity"), ("title", BENCH), ("points", "50")];
        let page = bench.send(&page, "/choose", &chosen).await;
        let id = page.url.path().split_once("/activities/").unwrap().1.to_owned();
        let (place, id) = (format!("/activities/{id}"), ActivityId::from(id));
        scene.at_rest().await;

        let shown = admin.get(&format!("/admin/platforms/p/{new}")).await;
        let page = admin.get(&path(&shown.links("/same").remove(0))).await;
        join(&scene, &mut admin, &page).await;
        let mut student = Guest::open(lms, 0, &ben.name, BENCH).await;
        assert_eq!(student.course, before.course);
        hand_in(&mut student, &place, "My bench").await;
        let mut both = Guest::open(lms, 0, "Teacher", BENCH).await;
        let page = first_in_queue(&mut both).await;
        both.send(&page, "/review", &[("score", "20"), ("verdict", "approve")])
            .await;
        until_points(&world, columns(&world, BENCH)[0], ben.id, 20).await;
        scene.at_rest().await;
        let list = admin.get("/admin/people").await;
        let asked = admin.get(&path(&list.links("/part").remove(0))).await.words();
        assert!(
            asked.contains("What was handed in meanwhile to an activity that was of"),
            "{asked}"
        );
        part(&mut admin).await;
        scene.at_rest().await;

        let again = Guest::open(lms, 0, &ben.name, BENCH).await;
        assert_eq!(again.course, bench.course);
        let words = again.page.words();
        assert!(
            words.contains("What you handed in") && words.contains("My bench"),
            "{words}"
        );
        let theirs = person(&scene, &new, &ben.sub).await.unwrap().id;
        let former = person(&scene, &old, &ben.sub).await.unwrap().id;
        assert_eq!(versions(&scene, &id, &theirs).await, 1);

        left_behind(&scene, &id, &former).await;
        for _ in 0..2 {
            working::mend(&scene.cairn).await.unwrap();
            assert_eq!(versions(&scene, &id, &former).await, 0);
            assert_eq!(versions(&scene, &id, &theirs).await, 2);
        }
        scene.end().await;
    });
}
