//! A teacher's page of grades that are read from the LMS itself: asked for, covered, out of reach, switched off.

use gradebook_rest::Token;
use practice_lms::browser::Page;

use crate::domain::rest_access::Interface;
use crate::ids::PlatformId;
use crate::service::institution::administrators::Operator;
use crate::service::institution::rest_access::{self, NewKey, interface};
use crate::store::registrations;
use crate::store::testing::shortcuts::first_tenant;
use crate::tests::guest::Guest;
use crate::tests::harness::{Scene, on_each_database};

#[track_caller]
fn reads(page: &Page, text: &str) {
    assert!(page.words().contains(text), "{text}\nis not in\n{}", page.words());
}

/// The practice Moodle's platform.
pub(super) async fn moodle(scene: &Scene) -> PlatformId {
    let tenant = scene.cairn.store.read(first_tenant).await.unwrap().unwrap().id;
    let all = scene.cairn.store.read(move |db| registrations::list(db, &tenant));
    let mut all = all.await.unwrap().into_iter();
    let of_moodle = all.find(|one| interface(one) == Some(Interface::Moodle)).unwrap();
    PlatformId::from(of_moodle.id.as_str())
}

/// An administrator switches it on; whose token it is.
pub(super) async fn switch_on(scene: &Scene) -> u64 {
    let world = scene.moodle.world();
    let (account, token) = world.add_service_account();
    world.serve_function(&token, "core_grades_get_gradeitems", true);
    let new = NewKey::Moodle {
        token: Token::new(token),
    };
    let platform = moodle(scene).await;
    rest_access::save(&scene.cairn, Operator::CommandLine, &platform, new, None)
        .await
        .unwrap();
    account
}

#[test]
fn a_teacher_has_all_grades_read_and_sees_what_is_out_of_reach_and_who_can_mend_it() {
    on_each_database(|scene| async move {
        let mut teacher = Guest::open(&scene.moodle, 0, "Teacher", "My badges").await;
        let page = teacher.page.clone();
        if page.form("/choose").is_ok() {
            teacher.send(&page, "/choose", &[("opens", "my_badges")]).await;
        }
        teacher.until("", "Checked").await;
        let before = teacher.get("/grades").await;
        assert!(
            before.form("/grades/read").is_err(),
            "nothing is read of it: {}",
            before.words()
        );

        let account = switch_on(&scene).await;
        let page = teacher.get("/grades").await;
        reads(&page, "Grades read from Moodle");
        reads(&page, "is read once a day, or by this button");
        assert!(!page.words().contains("Canvas tells"), "{}", page.words());
        let asked = teacher.send(&page, "/grades/read", &[]).await;
        reads(&asked, "All grades are being read.");
        let read = teacher.until("/grades", "grades in").await;
        reads(&read, "Weekly quiz");
        reads(&read, "Quiz, of");
        reads(&read, "Its grades count as soon as students can see them.");
        assert!(!read.words().contains("out of reach"), "{}", read.words());

        // The role sees less than it did: shorter lists, and no error.
        let world = scene.moodle.world();
        world.allow_capability(account, "mod/quiz:view", false);
        teacher.send(&read, "/grades/read", &[]).await;
        let weaker = teacher.until("/grades", "What is out of reach").await;
        reads(&weaker, "An administrator can mend it.");
        reads(&weaker, "nothing was taken away");
        reads(&weaker, "Weekly quiz");

        world.allow_capability(account, "mod/quiz:view", true);
        let home = teacher.get("").await;
        assert!(!home.words().contains("cannot be read at present"));
        world.switch_web_services(false);
        let page = teacher.get("/grades").await;
        teacher.send(&page, "/grades/read", &[]).await;
        teacher.until("/grades", "did not come to its end").await;
        let home = teacher.get("").await;
        reads(
            &home,
            "Grades of the course site itself cannot be read at present; an administrator can mend it.",
        );
        assert!(!home.links("/grades").is_empty(), "{}", home.text());
        world.switch_web_services(true);

        let platform = moodle(&scene).await;
        rest_access::turn(&scene.cairn, Operator::CommandLine, &platform, false, None)
            .await
            .unwrap();
        let off = teacher.get("/grades").await;
        reads(&off, "Nothing is read any more");
        reads(&off, "What was awarded stays.");
        assert!(off.form("/grades/read").is_err());
        scene.end().await;
    });
}
