//! A course that has ended, as those who were in it see it: a reading view, and badges that stay.

use std::sync::Arc;

use chrono::TimeDelta;
use practice_lms::PracticeLms;
use practice_lms::browser::{Browser, Page, ThirdPartyCookies};

use crate::app::block_on;
use crate::domain::cause::Cause;
use crate::domain::course::Course;
use crate::domain::page::Page as Part;
use crate::service::base::institutions;
use crate::service::course::sync::check_course;
use crate::service::institution::administrators::Scope;
use crate::store::testing::TestDatabase;
use crate::store::testing::shortcuts::{all_courses, logged};
use crate::store::{awards, credentials, people, tenants};
use crate::tests::console::admin_browser::AdminBrowser;
use crate::tests::evidence::ADA;
use crate::tests::guest::Guest;
use crate::tests::harness::{ForwardClock, Scene, framed};

pub(super) async fn known(scene: &Scene, title: &str) -> Course {
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
    teacher.until(&format!("/badges/{badge}/awards"), "Valid").await;
    (teacher, badge)
}

pub(super) fn on_a_forward_clock<F: Future<Output = ()>>(test: impl Fn(Scene, Arc<ForwardClock>) -> F) {
    for database in TestDatabase::dealt() {
        block_on(async {
            let clock = Arc::new(ForwardClock::default());
            let scene = Scene::at(database, clock.clone()).await;
            test(scene, clock).await;
        });
    }
}

/// What is refused because the course has ended is called so, says nothing that cannot help, and leads on.
pub(super) fn leads_back(refused: &Page, course: &str) {
    let words = refused.words();
    let text = refused.text();
    assert!(text.contains("<h1>This course has ended</h1>"), "{words}");
    for untrue in ["quicker", "repeat your step", "opens Cairn here"] {
        assert!(!words.contains(untrue), "{untrue}: {words}");
    }
    assert!(words.contains("in Cairn’s console"), "{words}");
    assert_eq!(refused.link("To the badges of this course").unwrap(), course);
}

pub(super) fn has_form(page: &Page, action: &str) -> bool {
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
        for said in [
            "This course has ended.",
            "Data champion",
            "Ended",
            "students when it was last read",
            "1 of",
            "next look",
        ] {
            assert!(words.contains(said), "{said}: {words}");
        }
        assert_eq!(words.matches("This course has ended.").count(), 1, "{words}");
        for untrue in ["Active", "as the course site lists them"] {
            assert!(!words.contains(untrue), "{untrue}: {words}");
        }
        for gone in ["New badge", "Check now", "Who would earn it", "Rule"] {
            assert!(!words.contains(gone), "{gone}: {words}");
        }
        assert!(!has_form(&page, "/check"), "{words}");
        let holders = teacher.get(&format!("/badges/{badge}/awards")).await;
        assert!(holders.words().contains(ADA), "{}", holders.words());
        assert!(!holders.words().contains("Revoke"), "{}", holders.words());
        assert!(holders.words().contains("This course has ended."));
        for looked_at in ["/progress", "/evidence", "/columns", "/students", "/coach"] {
            let page = teacher.get(looked_at).await;
            assert_eq!(page.status, 200, "{looked_at}: {}", page.words());
            assert!(page.words().contains("This course has ended."), "{looked_at}");
            assert!(
                !has_form(&page, "/answer") && !has_form(&page, "/change"),
                "{looked_at}"
            );
        }
        for rest in [
            "/badges/new".to_owned(),
            format!("/badges/{badge}/edit"),
            format!("/badges/{badge}/rule"),
            format!("/badges/{badge}/rule/versions"),
            format!("/badges/{badge}/rule/replay"),
            format!("/badges/{badge}/retire"),
        ] {
            let refused = teacher.get(&rest).await;
            assert_eq!(refused.status, 409, "{rest}: {}", refused.words());
            assert!(refused.text().contains("course.ended"), "{}", refused.text());
            assert!(refused.words().contains("nothing is changed"), "{rest}");
            leads_back(&refused, &teacher.course);
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
fn a_visit_that_was_open_when_the_course_ended_looks_on_from_then() {
    on_a_forward_clock(|scene, clock| async move {
        let (lms, world) = (&scene.moodle, scene.moodle.world());
        let at = world.courses()[0].clone();
        let (mut teacher, badge) = earned(lms).await;
        let mut students = world.students(at.id).into_iter();
        let ben = students.find(|one| one.name != ADA).unwrap();
        let mut ben = Guest::open(lms, 0, &ben.name, "My badges").await;
        let course = known(&scene, &at.title).await;
        world.delete_course(at.id);
        for _ in 0..2 {
            scene.at_rest().await;
            check_course(&scene.cairn, &course.tenant, &course.id, Cause::CheckNow)
                .await
                .unwrap();
            // So that the visit is not over for want of use.
            teacher.get("").await;
            ben.get("").await;
            clock.forward(TimeDelta::minutes(61));
        }
        assert!(known(&scene, &at.title).await.life.end().is_some());
        // Nobody is told of a next step any more.
        let mine = ben.get(&format!("/badges/{badge}")).await.words();
        for said in ["This course has ended.", "Not earned", "What was needed"] {
            assert!(mine.contains(said), "{said}: {mine}");
        }
        assert!(!mine.contains("Next:") && !mine.contains("In progress"), "{mine}");
        let table = teacher.get("/progress").await;
        let people = table.links(&format!("/badges/{badge}/people/"));
        assert!(!people.is_empty(), "{}", table.words());
        for one in people.into_iter().take(4) {
            let one = teacher.browser.get(&one).await.unwrap();
            assert_eq!(one.status, 200, "{}", one.words());
            assert!(!one.words().contains("Next:"), "{}", one.words());
        }
        let columns = teacher.get("/columns").await.words();
        assert!(columns.contains("are not read any more"), "{columns}");
        for untrue in ["count as soon as", "New columns"] {
            assert!(!columns.contains(untrue), "{untrue}: {columns}");
        }
        let page = teacher.get("").await;
        let words = page.words();
        assert!(words.contains("This course has ended."), "{words}");
        for gone in ["New badge", "Check now", "Retire"] {
            assert!(!words.contains(gone), "{gone}: {words}");
        }
        let refused = teacher.get(&format!("/badges/{badge}/retire")).await;
        assert_eq!(refused.status, 409, "{}", refused.words());
        leads_back(&refused, &teacher.course);
        // Where no cookie is kept, the way back carries the visit, and only the platform may frame it.
        let cookies = teacher.browser.cookies(page.url.host_str().unwrap());
        let visit = cookies
            .iter()
            .find(|(name, _)| name.starts_with("cairn_") && name != "cairn_probe");
        let token = visit.unwrap().1.clone();
        let mut bare = Browser::new()
            .unwrap()
            .framed_by(lms.origin(), ThirdPartyCookies::None);
        let retire = format!("{}/badges/{badge}/retire", teacher.course);
        let refused = bare.post(&retire, &[("session", &token)]).await.unwrap();
        assert_eq!(refused.status, 409, "{}", refused.words());
        let policy = refused.header("content-security-policy").unwrap();
        assert!(policy.contains(lms.origin()), "{policy}");
        let back = refused.forms().remove(0);
        assert_eq!(back.value("session"), Some(token.as_str()));
        let home = bare.submit(&refused, &back, &[]).await.unwrap();
        assert!(
            home.words().contains("This course has ended."),
            "{}",
            home.words()
        );
        // Nor does a second window give back what the first one has not.
        let form = page.form("/window").unwrap();
        let window = teacher.browser.submit(&page, &form, &[]).await.unwrap();
        let words = window.words();
        assert!(words.contains("This course has ended."), "{words}");
        assert!(!words.contains("New badge"), "{words}");
        scene.end().await;
    });
}

#[test]
fn an_administrator_revokes_in_the_console_what_a_course_awarded_that_has_ended() {
    on_a_forward_clock(|scene, clock| async move {
        let (lms, world) = (&scene.canvas, scene.canvas.world());
        let first = world.courses()[0].clone();
        earned(lms).await;
        let course = known(&scene, &first.title).await;
        let tenant = course.tenant.clone();
        let of = tenant.clone();
        let held = scene.cairn.store.read(move |db| {
            let ada = people::search(db, &of, ADA, 1)?.remove(0);
            let award = awards::for_person(db, &of, &ada.id)?.remove(0);
            Ok((
                award.id.clone(),
                credentials::by_award(db, &of, &award.id)?.unwrap(),
            ))
        });
        let (award, credential) = held.await.unwrap();
        let place = format!("/admin/awards/{tenant}");
        let revoke = format!("{place}/{award}/revoke");

        // While the course goes on it is said who revokes there, and nothing else is offered.
        let mut admin = AdminBrowser::of(&scene, &Scope::Tenant(tenant.clone()), "Ruth").await;
        let found = admin.get(&format!("{place}?sought={}", credential.slug)).await;
        assert!(found.words().contains("this course goes on"), "{}", found.words());
        assert!(found.links("/revoke").is_empty(), "{}", found.words());
        let refused = admin.get(&revoke).await;
        assert_eq!(refused.status, 409, "{}", refused.words());
        let words = refused.words();
        assert!(words.contains("This cannot be done now"), "{words}");
        assert!(words.contains("To the overview"), "{words}");
        assert!(!words.contains("repeat your step"), "{words}");
        let by_badge = admin.get(&format!("{place}?sought=data+champ")).await;
        assert!(
            by_badge.words().contains("No award is known"),
            "{}",
            by_badge.words()
        );

        world.delete_course(first.id);
        found_ended(&scene, &clock, &course).await;
        let mut admin = AdminBrowser::of(&scene, &Scope::Tenant(tenant.clone()), "Ruth").await;
        for sought in [
            ADA.replace(' ', "+"),
            "data+champ".to_owned(),
            first.title.to_uppercase().replace(' ', "+"),
            credential.slug.clone(),
            format!("https://badges.example/b/{}.json", credential.slug),
        ] {
            let found = admin.get(&format!("{place}?sought={sought}")).await;
            let words = found.words();
            assert!(
                words.contains(ADA) && words.contains("Data champion"),
                "{sought}: {words}"
            );
            assert_eq!(found.links("/revoke").len(), 1, "{sought}: {words}");
        }
        let page = admin.get(&revoke).await;
        assert!(page.words().contains(&first.title), "{}", page.words());
        let without = admin.send(&page, "/revoke", &[("reason", "  ")]).await;
        assert_eq!(without.status, 422, "{}", without.words());
        let reason = "Awarded to the wrong person.";
        // Twice is once.
        for _ in 0..2 {
            let done = admin.send(&page, "/revoke", &[("reason", reason)]).await;
            assert!(
                done.words().contains("Revoked. The badge shows"),
                "{}",
                done.words()
            );
        }
        let found = admin.get(&format!("{place}?sought={}", credential.slug)).await;
        assert!(found.links("/revoke").is_empty(), "{}", found.words());
        let public = format!("{}/b/{}", scene.origin, credential.slug);
        let page = admin.browser.get(&public).await.unwrap();
        assert!(page.words().contains("evoked"), "{}", page.words());
        let (of, id) = (tenant.clone(), award.clone());
        let told = scene.cairn.store.read(move |db| {
            let whole = Part {
                offset: 0,
                limit: 500,
            };
            Ok((awards::get(db, &of, &id)?.unwrap(), logged(db, &of, whole)?))
        });
        let (after, log) = told.await.unwrap();
        let revocation = after.revocation.unwrap();
        assert_eq!((revocation.by, revocation.reason.as_str()), (None, reason));
        let log = format!("{log:?}");
        assert_eq!(log.matches("award.revoked").count(), 1, "{log}");

        // Another institution's administrator sees nothing of it.
        let (other, _) = institutions::find_or_create(&scene.cairn, "South Hill School")
            .await
            .unwrap();
        let mut stranger = AdminBrowser::of(&scene, &Scope::Tenant(other.id.clone()), "Otto").await;
        assert_eq!(stranger.get(&place).await.status, 404);
        let own = format!("/admin/awards/{}", other.id);
        let none = stranger.get(&format!("{own}?sought={}", credential.slug)).await;
        assert!(none.words().contains("No award is known"), "{}", none.words());
        assert_eq!(stranger.get(&format!("{own}/{award}/revoke")).await.status, 404);
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
