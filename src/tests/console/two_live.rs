//! Two registrations of one Moodle, both in use: an administrator says that they are one, and takes that back. The columns of
//! each are its own all the while.

use chrono::TimeDelta;
use lti::registration::{Flavour, RegistrationDraft};
use practice_lms::browser::Page;
use practice_lms::{Oddity, Tool, World};
use rust_decimal::Decimal;

use super::admin_browser::AdminBrowser;
use super::joining::{administrator, person, registration, review};
use crate::ids::RegistrationId;
use crate::service::base::addresses;
use crate::service::institution::administrators::Operator;
use crate::service::institution::connecting::{self, NewPlatform};
use crate::store::awards;
use crate::store::testing::failed_jobs_wait;
use crate::tests::evidence::{ADA, activity, first_in_queue, hand_in};
use crate::tests::guest::Guest;
use crate::tests::harness::{Scene, framed, on_each_database};

/// The link of the second registration.
pub(super) const ANEW: &str = "Badges anew";

/// Installs Cairn in the Moodle once more, beside what is installed, and registers that one too; with a link in the first course.
pub(super) async fn second(scene: &Scene) -> (RegistrationId, u64) {
    let origin = scene.cairn.settings.origin();
    let at = |path: &str| format!("{origin}{path}");
    let known = scene.moodle.install_tool(Tool {
        name: format!("Cairn, installation {}", scene.moodle.world().tools() + 1),
        initiate_login_uri: at(addresses::LOGIN),
        redirect_uris: vec![at(addresses::LAUNCH)],
        target_link_uri: at(addresses::LAUNCH),
        jwks_uri: at(addresses::JWKS),
        share_names: true,
        share_email: false,
    });
    assert_ne!(known.client_id, scene.moodle.registration().client_id);
    let draft = RegistrationDraft {
        name: "Moodle, second".to_owned(),
        issuer: known.issuer,
        client_id: known.client_id,
        authorization_url: known.authorization_url,
        token_url: known.token_url,
        token_audience: None,
        jwks_url: known.jwks_url,
        flavour: Flavour::Moodle,
        algorithms: Vec::new(),
        service_hosts: Vec::new(),
        accepts_new_deployments: false,
        allow_http_loopback: true,
        enabled: true,
    };
    let new = NewPlatform {
        institution: "North Coast Polytechnic".into(),
        draft,
        deployments: vec![known.deployment_id],
    };
    let added = connecting::add(&scene.cairn, Operator::CommandLine, new).await;
    let world = scene.moodle.world();
    let link = world.add_link(world.courses()[0].id, ANEW, 1, None);
    (added.unwrap().id, link)
}

pub(super) async fn opened(scene: &Scene, person: u64, link: u64) -> Page {
    let world = scene.moodle.world();
    let form = world.launch_form(world.courses()[0].id, person, link).unwrap();
    framed(&scene.moodle).launch(&form).await.unwrap()
}

fn column(world: &World, label: &str) -> u64 {
    let all = world.line_items(world.courses()[0].id);
    all.into_iter().find(|one| one.label == label).unwrap().id
}

pub(super) async fn check(scene: &Scene, teacher: &mut Guest) {
    let page = teacher.get("").await;
    teacher.send(&page, "/check", &[]).await;
    scene.at_rest().await;
}

/// A badge over the column "Quiz", which Ada has.
async fn earned(scene: &Scene, teacher: &mut Guest, ada: u64) -> String {
    let world = scene.moodle.world();
    let badge = teacher.make_badge("Reader", "knowledge").await;
    teacher.rule_on_column(&badge, "Quiz").await;
    let at = world.courses()[0].id;
    assert!(world.set_grade(at, column(&world, "Quiz"), ada, Some(90.into())));
    check(scene, teacher).await;
    teacher
        .until(&format!("/badges/{badge}/preview"), "earns “Reader”")
        .await;
    teacher.activate(&badge).await;
    teacher.until(&format!("/badges/{badge}/awards"), "Valid").await;
    scene.at_rest().await;
    badge
}

/// Says in the console that the deployment that waits, or was kept apart, is of the platform that is known.
pub(super) async fn join(scene: &Scene, admin: &mut AdminBrowser, page: &Page) {
    let done = admin.send(page, "/join", &[]).await;
    assert!(done.words().contains("Joined."), "{}", done.words());
    scene.at_rest().await;
}

pub(super) fn path(href: &str) -> String {
    url::Url::parse(href).map_or_else(|_| href.to_owned(), |url| url.path().to_owned())
}

/// Takes the newest join back.
pub(super) async fn part(admin: &mut AdminBrowser) {
    let list = admin.get("/admin/people").await;
    let asked = admin.get(&path(&list.links("/part").remove(0))).await;
    let parted = admin.send(&asked, "/part", &[]).await;
    assert!(parted.words().contains("Taken back."), "{}", parted.words());
}

#[track_caller]
fn calls_nothing_gone(page: &Page) {
    assert_eq!(page.status, 200, "{}", page.words());
    let words = page.words();
    for wrong in [
        "is gone",
        "was deleted",
        "were deleted",
        "no longer in the course",
        "no longer there",
    ] {
        assert!(!words.contains(wrong), "{} says {wrong:?}: {words}", page.url);
    }
}

/// Until the column of the report has that for somebody.
async fn until_grade(world: &World, person: u64, what: impl Fn(Option<Decimal>, Option<String>) -> bool) {
    let at = world.courses()[0].id;
    let there = || world.grade(at, column(world, "Project report"), person);
    for _ in 0..300 {
        if let Some(grade) = there()
            && what(grade.points, grade.progress.map(|(_, grading)| grading))
        {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("it never came: {:?}", there());
}

#[test]
fn columns_of_the_registration_that_does_not_speak_are_called_its_own_and_lose_nothing() {
    on_each_database(|scene| async move {
        let (lms, world) = (&scene.moodle, scene.moodle.world());
        let at = world.courses()[0].id;
        world.be_odd(Oddity::ColumnsOfOthersHidden, true);
        let ada = world
            .students(at)
            .into_iter()
            .find(|one| one.name == ADA)
            .unwrap();
        let ben = world
            .students(at)
            .into_iter()
            .find(|one| one.name != ADA)
            .unwrap();
        let (mut before, place) = activity(lms).await;
        let mut student = Guest::open(lms, 0, ADA, "Project report").await;
        hand_in(&mut student, &place, "My first report").await;
        let badge = earned(&scene, &mut before, ada.id).await;

        let (new, link) = second(&scene).await;
        let teacher = world.member(at, practice_lms::CourseRole::Teacher).unwrap();
        assert_eq!(opened(&scene, teacher.id, link).await.status, 403);
        let mut admin = administrator(&scene).await;
        let page = review(&mut admin, &new).await;
        join(&scene, &mut admin, &page).await;

        // Both launch into the one course, which is read through the second now.
        let mut after = Guest::open(lms, 0, "Teacher", ANEW).await;
        assert_eq!(after.course, before.course);
        check(&scene, &mut after).await;
        let home = after.until("", "“Quiz” belongs to a former registration").await;
        calls_nothing_gone(&home);
        let words = home.words();
        assert!(
            words.contains("2 belong to a former registration of Cairn"),
            "{words}"
        );
        let quiz = "“Quiz” belongs to a former registration of Cairn";
        assert_eq!(words.matches(quiz).count(), 1, "{words}");
        let rule = after.get(&format!("/badges/{badge}/rule")).await;
        assert!(
            rule.text().contains("“Quiz”, of a former registration of Cairn"),
            "{}",
            rule.words()
        );
        calls_nothing_gone(&rule);
        let words = rule.words();
        assert!(
            words.contains("This badge is paused and awards nothing."),
            "{words}"
        );
        assert!(
            !words.contains("not right yet") && !words.contains("Nothing you typed"),
            "nothing was typed, and why it is paused says it: {words}"
        );
        let preview = after.get(&format!("/badges/{badge}/preview")).await.words();
        for said in [
            "This badge is paused and awards nothing.",
            "Grades in “Quiz” are not read any more",
        ] {
            assert!(preview.contains(said), "{said}: {preview}");
        }
        for untrue in ["count as soon as they are", "Grades as they were read"] {
            assert!(!preview.contains(untrue), "{untrue}: {preview}");
        }
        for rest in [
            format!("/badges/{badge}/preview"),
            format!("/badges/{badge}/awards"),
            "/progress".to_owned(),
            "/evidence".to_owned(),
            "/columns".to_owned(),
        ] {
            calls_nothing_gone(&after.get(&rest).await);
        }

        // The activity of the first takes work, and reviews of it are kept.
        let mut other = Guest::open(lms, 0, &ben.name, "Project report").await;
        hand_in(&mut other, &place, "My report").await;
        let open = first_in_queue(&mut after).await;
        calls_nothing_gone(&open);
        assert!(
            open.words()
                .contains("belongs to a former registration of Cairn, to which no grades go any more"),
            "{}",
            open.words()
        );
        let given = [("score", "40"), ("verdict", "approve")];
        after.send(&open, "/review", &given).await;
        let told = "belongs to a former registration of Cairn, to which no grades go any more";
        calls_nothing_gone(&after.until("", told).await);
        // What waits for a teacher is not said to be on its way, and what to do is said once.
        let queue = after.get("/evidence").await.words();
        assert!(
            queue.contains("is kept here") || queue.contains("are kept here"),
            "{queue}"
        );
        for untrue in ["on their way", "again by itself"] {
            assert!(!queue.contains(untrue), "{untrue}: {queue}");
        }
        let reviewed = after.browser.get(open.url.as_str()).await.unwrap().words();
        let todo = "Put the activity into the course once more";
        assert_eq!(reviewed.matches(todo).count(), 1, "{reviewed}");
        assert!(!reviewed.contains("on its way"), "{reviewed}");
        assert!(
            reviewed.contains("active badges that ask for approved work"),
            "{reviewed}"
        );
        let again = Guest::open(lms, 0, "Teacher", "Project report").await;
        assert_eq!(again.course, before.course);
        // Nor can a link of the first get a column through the second.
        world.add_link(at, "Lab book", 0, Some(50.into()));
        let mut lab = Guest::open(lms, 0, "Teacher", "Lab book").await;
        let choose = lab.page.clone();
        let chosen = [("opens", "activity"), ("title", "Lab book"), ("points", "50")];
        lab.send(&choose, "/choose", &chosen).await;
        let told = "“Lab book” belongs to a former registration of Cairn";
        calls_nothing_gone(&after.until("", told).await);

        // Taken back, the check that finds the column again sends what waited: by itself it would be tried much later.
        let later = scene.cairn.clock.now() + TimeDelta::minutes(9);
        failed_jobs_wait(&scene.cairn.store, later).await;
        part(&mut admin).await;
        until_grade(&world, ada.id, |points, _| points == Some(40.into())).await;
        let waits = |grading: Option<String>| grading.as_deref() == Some("PendingManual");
        until_grade(&world, ben.id, |_, grading| waits(grading)).await;
        scene.at_rest().await;
        let mut first = Guest::open(lms, 0, "Teacher", "My badges").await;
        assert_eq!(first.course, before.course);
        let home = first.until("", "“Quiz” can be read again").await;
        calls_nothing_gone(&home);
        assert!(
            home.words().contains("3 columns placed by Cairn"),
            "{}",
            home.words()
        );
        let apart = Guest::open(lms, 0, "Teacher", ANEW).await;
        assert_ne!(apart.course, before.course);

        // What is really deleted is said to be.
        world.delete_line_item(at, column(&world, "Quiz"));
        scene.at_rest().await;
        check(&scene, &mut first).await;
        first.until("", "“Quiz” is no longer in the course").await;

        // Ada comes in by both, and has her badge once when they are one again.
        opened(&scene, ada.id, link).await;
        scene.at_rest().await;
        let old = registration(&scene).await;
        let one = person(&scene, &old, &ada.sub).await.unwrap();
        let two = person(&scene, &new, &ada.sub).await.unwrap();
        assert_ne!(one.id, two.id);
        let place = admin.get(&format!("/admin/platforms/p/{new}")).await;
        let page = admin.get(&path(&place.links("/same").remove(0))).await;
        join(&scene, &mut admin, &page).await;
        for link in [ANEW, "My badges", "Project report"] {
            let guest = Guest::open(lms, 0, "Teacher", link).await;
            assert_eq!(guest.course, before.course, "{link}");
        }
        let tenant = one.tenant.clone();
        let held = scene.cairn.store.read(move |db| {
            let mut held = awards::for_person(db, &tenant, &one.id)?;
            held.extend(awards::for_person(db, &tenant, &two.id)?);
            Ok(held)
        });
        let held = held.await.unwrap();
        assert_eq!(held.len(), 1, "{held:?}");
        assert_eq!(held[0].badge.as_str(), badge);
        scene.end().await;
    });
}
