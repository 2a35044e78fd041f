//! What somebody may bring who does not teach the old course, and whom they ask.

use std::sync::Arc;

use chrono::TimeDelta;
use practice_lms::browser::Page;
use practice_lms::{CourseRole, PracticeLms};

use super::{badges_of, check, copies_of, known, teacher};
use crate::app::block_on;
use crate::domain::course::{CopyProof, Course};
use crate::domain::page::Page as Part;
use crate::service::institution::administrators::Scope;
use crate::store::testing::TestDatabase;
use crate::store::testing::shortcuts::logged;
use crate::tests::console::admin_browser::AdminBrowser;
use crate::tests::guest::Guest;
use crate::tests::harness::{ForwardClock, Scene, on_each_database};

const OLD: &str = "Data Literacy 101";
const UNPROVEN: &str = "A link in this course came from another course that uses Cairn.";

/// Somebody who teaches that course alone, at its first page.
async fn stranger(lms: &PracticeLms, course: usize, number: usize) -> Guest {
    let world = lms.world();
    let all = world.courses();
    let person = world.students(all[0].id).remove(number);
    world.set_role(all[0].id, person.id, None);
    world.set_role(all[course].id, person.id, Some(CourseRole::Teacher));
    again(lms, course, &person.name).await
}

/// A later launch of theirs.
async fn again(lms: &PracticeLms, course: usize, name: &str) -> Guest {
    let mut guest = Guest::open(lms, course, name, "My badges").await;
    let page = guest.page.clone();
    if page.form("/choose").is_ok() {
        guest.send(&page, "/choose", &[("opens", "my_badges")]).await;
    }
    guest.until("", "Checked").await;
    guest
}

/// A badge that runs in the first course, and a draft beside it.
async fn two_badges(old: &mut Guest) -> String {
    let runs = old.make_badge("Quiz master", "knowledge").await;
    old.rule_on_column(&runs, "Final quiz").await;
    old.activate(&runs).await;
    let draft = old.make_badge("Half a thought", "knowledge").await;
    old.rule_on_column(&draft, "Homework").await;
    runs
}

/// Types a parameter into the link "My badges" of a course.
fn types(lms: &PracticeLms, course: usize, name: &str, value: &str) {
    let world = lms.world();
    let at = world.courses()[course].id;
    let links = world.links(at);
    let link = links.iter().find(|one| one.title == "My badges").unwrap().id;
    world.set_link_custom(at, link, name, value);
}

async fn names(scene: &Scene, course: &Course) -> Vec<String> {
    let all = badges_of(scene, course).await.into_iter();
    all.map(|badge| badge.design.name).collect()
}

/// The page of the copy that the course page leads to.
async fn of_copy(guest: &mut Guest) -> Page {
    let page = guest.get("").await;
    let href = page.links("/copied/").remove(0);
    let href = page.url.join(&href).unwrap();
    guest.browser.get(href.as_str()).await.unwrap()
}

async fn asks(guest: &mut Guest) -> Page {
    let page = of_copy(guest).await;
    assert!(page.words().contains(UNPROVEN), "{}", page.words());
    let asked = guest.send(&page, "/ask", &[]).await;
    assert!(
        asked.words().contains("You asked those who teach"),
        "{}",
        asked.words()
    );
    assert!(
        asked.words().contains("have not answered yet"),
        "{}",
        asked.words()
    );
    asked
}

#[test]
fn an_item_of_another_course_that_a_teacher_types_brings_nothing_before_somebody_there_agrees() {
    on_each_database(|scene| async move {
        for (flavour, lms) in scene.platforms() {
            let mut old = teacher(lms, 0).await;
            let badge = two_badges(&mut old).await;
            types(lms, 1, "cairn_item", &badge);
            let mut thief = stranger(lms, 1, 3).await;
            let page = thief.get("").await;
            let words = page.words();
            assert!(words.contains(UNPROVEN), "{flavour}: {words}");
            for secret in [OLD, "Quiz master", "Half a thought"] {
                assert!(!words.contains(secret), "{flavour}: it tells {secret}: {words}");
            }
            let page = of_copy(&mut thief).await;
            assert!(!page.words().contains(OLD), "{flavour}: {}", page.words());
            let here = known(&scene, lms, lms.world().courses()[1].id).await.unwrap();
            let copy = copies_of(&scene, &here).await.remove(0);
            assert_eq!(copy.proof, None, "{flavour}");
            // The form that is not there, forged with what another form has.
            let ask = page.form("/ask").unwrap();
            let filled = ask.filled(&[]);
            let fields: Vec<(&str, &str)> = filled
                .iter()
                .map(|(name, value)| (name.as_ref(), value.as_ref()))
                .collect();
            let take = format!("{}/copied/{}/take", thief.course, copy.id);
            let forged = thief.browser.post(&take, &fields).await.unwrap();
            assert_eq!(forged.status, 409, "{flavour}: {}", forged.words());
            assert!(names(&scene, &here).await.is_empty(), "{flavour}");

            asks(&mut thief).await;
            let refused = thief.browser.post(&take, &fields).await.unwrap();
            assert_eq!(refused.status, 409, "{flavour}: waiting is no yes");

            // Any of those who teach the old course answers; the asking teacher does not.
            let own = thief.get("").await;
            assert!(own.form("/copy-requests/").is_err(), "{flavour}: {}", own.words());
            let asked = old.get("").await;
            let words = asked.words();
            assert!(
                words.contains("asks to bring the badges of this course there"),
                "{flavour}: {words}"
            );
            let form = asked.form("/copy-requests/").unwrap();
            let done = old
                .browser
                .submit(&asked, &form, &[("answer", "yes")])
                .await
                .unwrap();
            assert!(
                done.words().contains("You agreed."),
                "{flavour}: {}",
                done.words()
            );
            let twice = old
                .browser
                .submit(&asked, &form, &[("answer", "no")])
                .await
                .unwrap();
            assert!(
                twice.words().contains("You agreed."),
                "{flavour}: the first answer counts: {}",
                twice.words()
            );

            let page = thief
                .until("", &format!("This course was copied from {OLD}. Bring its badge"))
                .await;
            assert!(
                !page.words().contains("Half a thought"),
                "{flavour}: {}",
                page.words()
            );
            let offer = of_copy(&mut thief).await;
            assert!(
                !offer.words().contains("Half a thought"),
                "{flavour}: {}",
                offer.words()
            );
            thief.send(&offer, "/take", &[]).await;
            assert_eq!(names(&scene, &here).await, ["Quiz master"], "{flavour}: no draft");
        }
        scene.end().await;
    });
}

#[test]
fn a_no_brings_nothing_and_an_administrator_may_answer_in_place_of_the_teachers() {
    on_each_database(|scene| async move {
        let lms = &scene.moodle;
        let mut old = teacher(lms, 0).await;
        let badge = two_badges(&mut old).await;
        for (course, number) in [(1, 3), (2, 4)] {
            types(lms, course, "cairn_item", &badge);
            let mut asking = stranger(lms, course, number).await;
            asks(&mut asking).await;
            let here = known(&scene, lms, lms.world().courses()[course].id)
                .await
                .unwrap();
            if course == 1 {
                let asked = old.get("").await;
                let form = asked.form("/copy-requests/").unwrap();
                let no = old
                    .browser
                    .submit(&asked, &form, &[("answer", "no")])
                    .await
                    .unwrap();
                assert!(no.words().contains("You said no."), "{}", no.words());
                let page = asking.until("", "do not share its badges").await;
                assert!(!page.words().contains(OLD), "{}", page.words());
                let page = of_copy(&mut asking).await;
                assert!(page.form("/ask").is_err(), "{}", page.words());
                asking.send(&page, "/decline", &[]).await;
                let page = asking.get("").await;
                assert!(!page.words().contains("do not share"), "{}", page.words());
                assert!(names(&scene, &here).await.is_empty());
                continue;
            }
            let tenant = here.tenant.clone();
            let mut admin = AdminBrowser::of(&scene, &Scope::Tenant(tenant.clone()), "Ruth").await;
            let overview = admin.get("/admin").await;
            assert!(
                overview
                    .words()
                    .contains("1 request for the badges of another course"),
                "{}",
                overview.words()
            );
            let page = admin.get(&format!("/admin/copy-requests/{tenant}")).await;
            assert!(page.words().contains(OLD), "{}", page.words());
            let done = admin
                .send(&page, "/admin/copy-requests/", &[("answer", "yes")])
                .await;
            assert!(
                done.words().contains("Nobody waits for an answer."),
                "{}",
                done.words()
            );
            asking
                .until("", &format!("This course was copied from {OLD}."))
                .await;
            let mut log = admin.get(&format!("/admin/audit/{tenant}")).await.words();
            log.retain(|letter| letter != '\n');
            for entry in [
                "asked for the badges of another course",
                "agreed that the badges of a course",
            ] {
                assert!(log.contains(entry), "no {entry:?} in {log}");
            }
        }
        scene.end().await;
    });
}

#[test]
fn what_was_refused_is_opened_again_by_who_may_answer_or_asked_again_after_a_week() {
    for database in TestDatabase::dealt() {
        block_on(async {
            let clock = Arc::new(ForwardClock::default());
            let scene = Scene::at(database, clock.clone()).await;
            refused_and_opened_again(&scene, &clock).await;
            scene.end().await;
        });
    }
}

async fn refused_and_opened_again(scene: &Scene, clock: &ForwardClock) {
    let lms = &scene.moodle;
    let mut old = teacher(lms, 0).await;
    let badge = two_badges(&mut old).await;
    types(lms, 1, "cairn_item", &badge);
    let name = lms.world().students(lms.world().courses()[0].id)[3].name.clone();
    let mut asking = stranger(lms, 1, 3).await;
    let here = known(scene, lms, lms.world().courses()[1].id).await.unwrap();
    asks(&mut asking).await;
    says(&mut old, "no", "You said no.").await;
    let page = of_copy(&mut asking).await;
    assert!(
        page.words().contains("You can ask again from"),
        "{}",
        page.words()
    );
    assert!(page.form("/ask").is_err(), "not today: {}", page.words());

    // The teachers of the course think again; what they say then counts.
    let home = old.get("").await;
    let opened = old.send(&home, "/reopen", &[]).await;
    assert!(opened.words().contains("Opened again."), "{}", opened.words());
    assert!(opened.form("/reopen").is_err(), "{}", opened.words());
    says(&mut old, "no", "You said no.").await;

    // A week later the asking teacher asks once more, and an administrator may open it again too.
    clock.forward(TimeDelta::days(7) + TimeDelta::hours(1));
    let mut asking = again(lms, 1, &name).await;
    let page = of_copy(&mut asking).await;
    let asked = asking.send(&page, "/ask", &[]).await;
    assert!(
        asked.words().contains("have not answered yet"),
        "{}",
        asked.words()
    );
    let mut old = teacher(lms, 0).await;
    says(&mut old, "no", "You said no.").await;
    let tenant = here.tenant.clone();
    let mut admin = AdminBrowser::of(scene, &Scope::Tenant(tenant.clone()), "Ruth").await;
    let page = admin.get(&format!("/admin/copy-requests/{tenant}")).await;
    assert!(page.words().contains("What was refused"), "{}", page.words());
    let opened = admin.send(&page, "/reopen", &[]).await;
    assert!(opened.words().contains("Opened again."), "{}", opened.words());
    let done = admin
        .send(&opened, "/admin/copy-requests/", &[("answer", "yes")])
        .await;
    assert!(
        done.words().contains("Nobody waits for an answer."),
        "{}",
        done.words()
    );
    asking
        .until("", &format!("This course was copied from {OLD}."))
        .await;
    let whole = Part {
        offset: 0,
        limit: 500,
    };
    let log = scene.cairn.store.read(move |db| logged(db, &tenant, whole));
    let log = format!("{:?}", log.await.unwrap());
    assert_eq!(log.matches("copy.reopened").count(), 2, "{log}");
    assert_eq!(log.matches("copy.asked").count(), 2, "{log}");
}

/// Answers what is asked of a course on its first page.
async fn says(guest: &mut Guest, answer: &str, told: &str) {
    let page = guest.get("").await;
    let form = page.form("/copy-requests/").unwrap();
    let answer = [("answer", answer)];
    let done = guest.browser.submit(&page, &form, &answer).await.unwrap();
    assert!(done.words().contains(told), "{}", done.words());
}

#[test]
fn a_history_that_a_teacher_types_proves_nothing_and_the_administrators_does() {
    on_each_database(|scene| async move {
        let lms = &scene.moodle;
        let world = lms.world();
        let mut old = teacher(lms, 0).await;
        two_badges(&mut old).await;
        let at = world.courses()[0].id;
        // No administrator says what the history is, so the link does.
        world.remove_admin_custom("context_id_history");
        types(lms, 1, "context_id_history", &at.to_string());
        let mut thief = stranger(lms, 1, 3).await;
        let page = thief.get("").await;
        assert!(page.words().contains(UNPROVEN), "{}", page.words());
        assert!(!page.words().contains(OLD), "{}", page.words());

        // The same in another course while the administrator's value counts: it is empty there, and nothing is offered.
        world.set_admin_custom("context_id_history", "$Context.id.history");
        types(lms, 2, "context_id_history", &at.to_string());
        let mut other = stranger(lms, 2, 4).await;
        let page = other.get("").await;
        assert!(!page.words().contains(UNPROVEN), "{}", page.words());

        // A real copy: until a message without a link was seen nobody knows who wrote the history; then it is proof.
        let copy = world.copy_course(at, "Data Literacy 101 (spring)").unwrap();
        let mut new = stranger(lms, 4, 5).await;
        let page = new.get("").await;
        assert!(page.words().contains(UNPROVEN), "{}", page.words());
        crate::tests::placing::choose(lms, CourseRole::Teacher, "assignment_selection").await;
        let mut members = world.members(copy).into_iter();
        let person = members.rfind(|one| one.role == CourseRole::Teacher).unwrap();
        let mut new = again(lms, 4, &person.name).await;
        let page = new
            .until(
                "",
                &format!("This course was copied from {OLD}. Bring its badge and its rule?"),
            )
            .await;
        assert!(!page.words().contains("Half a thought"), "{}", page.words());
        let here = known(&scene, lms, copy).await.unwrap();
        let copies = copies_of(&scene, &here).await;
        assert_eq!(copies.len(), 1);
        assert_eq!(copies[0].proof, Some(CopyProof::History));
        scene.end().await;
    });
}

#[test]
fn a_signed_notice_of_canvas_is_proof_and_whoever_taught_there_brings_drafts_too() {
    on_each_database(|scene| async move {
        let lms = &scene.canvas;
        let world = lms.world();
        let mut old = teacher(lms, 0).await;
        let asked_for = || async { world.notice_handler("LtiContextCopyNotice") };
        crate::tests::showing::stage::until("the subscription", asked_for).await;
        two_badges(&mut old).await;
        let at = world.courses()[0].id;
        let copy = world.copy_course(at, "Data Literacy 101 (spring)").unwrap();
        let arrives = || async {
            world.deliver_notices().await;
            known(&scene, lms, copy).await
        };
        crate::tests::showing::stage::until("the notice", arrives).await;
        let mut new = stranger(lms, 4, 3).await;
        new.until(
            "",
            &format!("This course was copied from {OLD}. Bring its badge and its rule?"),
        )
        .await;
        let here = known(&scene, lms, copy).await.unwrap();
        assert_eq!(copies_of(&scene, &here).await[0].proof, Some(CopyProof::Notice));

        let mut own = teacher(lms, 4).await;
        let offer = of_copy(&mut own).await;
        assert!(offer.words().contains("Half a thought"), "{}", offer.words());
        own.send(&offer, "/take", &[]).await;
        assert_eq!(names(&scene, &here).await, ["Quiz master", "Half a thought"]);
        check(&mut own).await;
        scene.end().await;
    });
}
