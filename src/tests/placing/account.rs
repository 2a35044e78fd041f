//! Launches outside a course: administrators get a page, everybody else is told what is missing.

use practice_lms::CourseRole;
use practice_lms::browser::Browser;

use super::{choose, open, send};
use crate::tests::harness::{framed, launch_as, on_each_database};

const CONTEXT: &str = "https://purl.imsglobal.org/spec/lti/claim/context";

#[test]
fn an_administrator_sees_how_the_platform_is_connected() {
    on_each_database(|scene| async move {
        let lms = &scene.canvas;
        launch_as(lms, &mut framed(lms), CourseRole::Teacher).await;
        let form = lms.world().account_form(2, 0).unwrap();
        let (mut admin, page) = open(lms, &form).await;
        assert_eq!(page.status, 200, "{}", page.words());
        assert_eq!(page.url.path(), "/lti/account");
        let title = lms.world().courses()[0].title.clone();
        for words in ["Canvas at North Coast", "Connected", &title, "Open the console"] {
            assert!(page.words().contains(words), "{words}: {}", page.words());
        }
        assert!(
            page.header("content-security-policy")
                .unwrap()
                .contains(lms.origin())
        );
        assert_eq!(admin.get(page.url.as_str()).await.unwrap().status, 200);
        let tested = send(&mut admin, &page, "/lti/account/test", &[]).await;
        assert_eq!(tested.status, 200, "{}", tested.words());
        for words in ["Nothing is broken.", "Test again", "LTI"] {
            assert!(tested.words().contains(words), "{words}: {}", tested.words());
        }
        let other = Browser::new().unwrap().get(page.url.as_str()).await.unwrap();
        assert_eq!(other.status, 401, "no cookie, no page");
        // A teacher's visit to a course is of no use here, with its own cookie or as a token.
        let mut teacher = framed(lms);
        launch_as(lms, &mut teacher, CourseRole::Teacher).await;
        assert_eq!(teacher.get(page.url.as_str()).await.unwrap().status, 401);
        let cookies = teacher.cookies("127.0.0.1");
        let (_, token) = cookies
            .iter()
            .find(|(name, _)| name.contains("cairn_") && name.len() > 20)
            .unwrap();
        let carried = [("session", token.as_str())];
        let page = teacher.post(page.url.as_str(), &carried).await.unwrap();
        assert_eq!(page.status, 401);
        // What does something needs the proof of the page.
        let test = format!("{}/lti/account/test", scene.origin);
        assert_eq!(
            admin.post(&test, &[("csrf", "guessed")]).await.unwrap().status,
            403
        );
        scene.end().await;
    });
}

#[test]
fn everybody_else_is_told_what_is_missing() {
    on_each_database(|scene| async move {
        let world = scene.canvas.world();
        let teacher = world.member(2, CourseRole::Teacher).unwrap().id;
        let form = world.account_form(teacher, 0).unwrap();
        let (browser, page) = open(&scene.canvas, &form).await;
        assert!(
            page.status == 200 && page.words().contains("opened outside a course"),
            "{}",
            page.words()
        );
        let visits = browser.cookies("127.0.0.1");
        let visits: Vec<_> = visits
            .iter()
            .filter(|(name, _)| name.starts_with("cairn_") && name != "cairn_probe")
            .collect();
        assert!(visits.is_empty(), "no visit was opened: {visits:?}");
        for (name, lms) in scene.platforms() {
            lms.world().tamper(|_, claims| drop(claims.remove(CONTEXT)));
            let (_, page) = choose(lms, CourseRole::Teacher, "link_selection").await;
            lms.world().stop_tampering();
            assert!(
                page.words()
                    .contains("Cairn puts badges and activities into courses"),
                "{name}: {}",
                page.words()
            );
        }
        scene.end().await;
    });
}

#[test]
fn whoever_opens_their_own_menu_sees_their_badges_and_has_no_power_in_any_course() {
    on_each_database(|scene| async move {
        let lms = &scene.canvas;
        let world = lms.world();
        let at = world.courses()[0].id;
        let roles = [CourseRole::Student, CourseRole::Teacher];
        // Nothing is known of them yet. The first launch into the course has its members read.
        for role in roles {
            let person = world.member(at, role).unwrap().id;
            let form = world.personal_form(person, 0).unwrap();
            let (_, page) = open(lms, &form).await;
            assert!(
                page.status == 200 && page.words().contains("opened outside a course"),
                "{}",
                page.words()
            );
        }
        for role in roles {
            let person = world.member(at, role).unwrap().id;
            launch_as(lms, &mut framed(lms), role).await;
            let form = world.personal_form(person, 0).unwrap();
            let (mut browser, page) = open(lms, &form).await;
            assert_eq!(page.status, 200, "{}", page.words());
            assert!(page.url.path().ends_with("/mine"), "{}", page.url);
            assert!(page.words().contains("All my badges"), "{}", page.words());
            let course = page.url.as_str().trim_end_matches("/mine").to_owned();
            for closed in ["/progress", "/evidence"] {
                let refused = browser.get(&format!("{course}{closed}")).await.unwrap();
                assert_eq!(refused.status, 403, "{role:?} {closed}: {}", refused.words());
            }
        }
        // A platform that says more than it should gives no more.
        world.tamper(|_, claims| {
            let roles = "https://purl.imsglobal.org/spec/lti/claim/roles";
            let teacher = "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor";
            claims.insert(roles.into(), serde_json::json!([teacher]));
            if let Some(context) = claims.get_mut(CONTEXT).and_then(serde_json::Value::as_object_mut) {
                context.remove("type");
            }
        });
        let person = world.member(at, CourseRole::Student).unwrap().id;
        let (mut browser, page) = open(lms, &world.personal_form(person, 0).unwrap()).await;
        world.stop_tampering();
        assert!(page.url.path().ends_with("/mine"), "{}", page.words());
        let progress = page.url.as_str().replace("/mine", "/progress");
        assert_eq!(browser.get(&progress).await.unwrap().status, 403);
        scene.end().await;
    });
}

#[test]
fn a_course_page_says_what_is_not_shared_and_works() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            lms.world().tamper(|_, claims| {
                for claim in [
                    "name",
                    "given_name",
                    "family_name",
                    "email",
                    "picture",
                    "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint",
                    "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice",
                ] {
                    claims.remove(claim);
                }
            });
            let mut browser = framed(lms);
            let mut page = launch_as(lms, &mut browser, CourseRole::Teacher).await;
            lms.world().stop_tampering();
            if page.words().contains("This link is new") {
                page = send(&mut browser, &page, "/choose", &[("opens", "my_badges")]).await;
            }
            for words in [
                "does not share names",
                "does not let Cairn read grades here",
                "The list of students is not shared",
                "Make the first badge",
            ] {
                assert!(page.words().contains(words), "{name}, {words}: {}", page.words());
            }
        }
        scene.end().await;
    });
}
