//! From a click in a course to a page of ours.

use std::sync::Arc;

use crate::clock::ManualClock;
use crate::store::testing::TestDatabase;
use chrono::TimeDelta;
use practice_lms::browser::{Browser, ThirdPartyCookies};
use practice_lms::{CourseRole, Endpoint, Fault};

use crate::tests::harness::{Scene, framed, launch_as, on_each_database};

#[test]
fn a_teacher_and_a_student_come_from_the_course_to_its_page() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            let title = lms.world().courses()[0].title.clone();
            for (role, teaches) in [(CourseRole::Teacher, true), (CourseRole::Student, false)] {
                let page = launch_as(lms, &mut framed(lms), role).await;
                assert_eq!(page.status, 200, "{name}: {}", page.text());
                assert!(page.text().contains(&title), "{name}: {}", page.text());
                assert_eq!(!page.links("/evidence").is_empty(), teaches, "{name}");
                // No secret may be in an address, where it would be logged and passed on.
                let query = page.url.query();
                assert!(
                    query.is_none_or(|query| query == "notice=not-ready"),
                    "{name}: {}",
                    page.url
                );
                let policy = page.header("content-security-policy").unwrap();
                assert!(
                    policy.contains(&format!("frame-ancestors {}", lms.origin())),
                    "{name}: {policy}"
                );
                assert_eq!(page.header("cache-control"), Some("no-store"));
            }
        }
        scene.end().await;
    });
}

#[test]
fn a_second_launch_in_the_same_browser_leaves_at_once() {
    on_each_database(|scene| async move {
        let mut browser = framed(&scene.moodle);
        launch_as(&scene.moodle, &mut browser, CourseRole::Student).await;
        let world = scene.moodle.world();
        let course = world.courses()[0].id;
        let person = world.member(course, CourseRole::Student).unwrap().id;
        let form = world
            .launch_form(course, person, world.links(course)[0].id)
            .unwrap();
        let answer = browser.login(&form).await.unwrap();
        assert_eq!(answer.status, 302);
        assert!(
            answer
                .header("location")
                .unwrap()
                .starts_with(scene.moodle.origin())
        );
        scene.end().await;
    });
}

#[test]
fn without_a_cookie_the_login_page_offers_a_window_and_the_launch_is_refused() {
    on_each_database(|scene| async move {
        let mut blocked = Browser::new()
            .unwrap()
            .framed_by(scene.moodle.origin(), ThirdPartyCookies::None);
        let world = scene.moodle.world();
        let course = world.courses()[0].id;
        let person = world.member(course, CourseRole::Student).unwrap().id;
        let form = world
            .launch_form(course, person, world.links(course)[0].id)
            .unwrap();
        let login = blocked.login(&form).await.unwrap();
        assert_eq!(login.status, 200);
        assert!(login.text().contains("Open in a new window"), "{}", login.text());

        let page = blocked.launch(&form).await.unwrap();
        assert_eq!(page.status, 400);
        assert!(
            page.text().contains("launch.browser-not-bound"),
            "{}",
            page.text()
        );

        // The hint is not used up by the first page: the same login works in a window of its own.
        let fresh = world
            .launch_form(course, person, world.links(course)[0].id)
            .unwrap();
        blocked.login(&fresh).await.unwrap();
        let page = Browser::new().unwrap().launch(&fresh).await.unwrap();
        assert_eq!(page.status, 200, "{}", page.text());
        scene.end().await;
    });
}

#[test]
fn a_visit_works_without_cookies_when_a_form_carries_its_token() {
    on_each_database(|scene| async move {
        let mut browser = framed(&scene.canvas);
        let page = launch_as(&scene.canvas, &mut browser, CourseRole::Teacher).await;
        let cookies = browser.cookies("127.0.0.1");
        let (_, token) = cookies
            .iter()
            .find(|(name, _)| name.contains("cairn_") && name.len() > 20)
            .unwrap();
        let course = page.url.to_string();

        let mut other = Browser::new().unwrap();
        assert_eq!(other.get(&course).await.unwrap().status, 401);
        assert_eq!(
            other
                .post(&course, &[("session", "guessed")])
                .await
                .unwrap()
                .status,
            401
        );
        let carried = other.post(&course, &[("session", token)]).await.unwrap();
        assert_eq!(carried.status, 200, "{}", carried.text());
        scene.end().await;
    });
}

#[test]
fn the_visit_of_one_course_opens_no_other() {
    on_each_database(|scene| async move {
        let mut browser = framed(&scene.moodle);
        launch_as(&scene.moodle, &mut browser, CourseRole::Teacher).await;
        let cookies = browser.cookies("127.0.0.1");
        let (_, token) = cookies
            .iter()
            .find(|(name, _)| name.contains("cairn_") && name.len() > 20)
            .unwrap();
        let elsewhere = launch_as(&scene.canvas, &mut framed(&scene.canvas), CourseRole::Teacher).await;
        let page = Browser::new()
            .unwrap()
            .post(elsewhere.url.as_ref(), &[("session", token)])
            .await
            .unwrap();
        assert_eq!(page.status, 401);
        assert!(page.text().contains("session-over"), "{}", page.text());
        scene.end().await;
    });
}

#[test]
fn a_form_that_was_used_is_refused_the_second_time() {
    on_each_database(|scene| async move {
        let world = scene.moodle.world();
        let course = world.courses()[0].id;
        let person = world.member(course, CourseRole::Student).unwrap().id;
        let mut browser = Browser::new().unwrap();
        browser.get(&format!("{}/healthz", scene.origin)).await.unwrap();
        browser.set_cookie("127.0.0.1", "cairn_probe", "1");
        let form = world
            .launch_form(course, person, world.links(course)[0].id)
            .unwrap();
        let login = browser.login(&form).await.unwrap();
        let request = login.header("location").unwrap().to_owned();
        let cookies = browser.cookies("127.0.0.1");
        let signed = world.authorize(&request).unwrap();
        let first = browser.login(&signed).await.unwrap();
        assert_eq!(first.status, 303, "{}", first.text());
        // Even with the cookie that the first launch took away.
        for (name, value) in &cookies {
            browser.set_cookie("127.0.0.1", name, value);
        }
        let second = browser.login(&signed).await.unwrap();
        assert_eq!(second.status, 400);
        assert!(
            second.text().contains("launch.state-consumed"),
            "{}",
            second.text()
        );

        let stranger = Browser::new().unwrap().login(&signed).await.unwrap();
        assert!(
            stranger.text().contains("launch.browser-not-bound"),
            "{}",
            stranger.text()
        );
        scene.end().await;
    });
}

#[test]
fn an_unknown_platform_gets_a_sentence_and_an_id() {
    on_each_database(|scene| async move {
        let fields = [
            ("iss", "https://nobody.example"),
            ("login_hint", "1"),
            ("client_id", "x"),
            ("target_link_uri", &format!("{}/lti/launch", scene.origin)),
        ];
        let page = Browser::new()
            .unwrap()
            .post(&format!("{}/lti/login", scene.origin), &fields)
            .await
            .unwrap();
        assert_eq!(page.status, 400);
        let id = page.header("x-cairn-error").unwrap().to_owned();
        assert!(
            page.text().contains(&id) && page.text().contains("login.issuer-unknown"),
            "{}",
            page.text()
        );
        scene.end().await;
    });
}

#[test]
fn a_platform_that_refuses_is_explained() {
    on_each_database(|scene| async move {
        scene.canvas.world().refuse_next_authorization("login_required");
        let page = launch_as(&scene.canvas, &mut framed(&scene.canvas), CourseRole::Student).await;
        assert_eq!(page.status, 400);
        assert!(page.text().contains("platform.login-required"), "{}", page.text());
        scene.end().await;
    });
}

#[test]
fn the_keys_of_a_platform_may_change_between_two_launches() {
    on_each_database(|scene| async move {
        let before = launch_as(&scene.moodle, &mut framed(&scene.moodle), CourseRole::Student).await;
        assert_eq!(before.status, 200);
        scene.moodle.world().rotate_key();
        let after = launch_as(&scene.moodle, &mut framed(&scene.moodle), CourseRole::Student).await;
        assert_eq!(after.status, 200, "{}", after.text());
        scene.end().await;
    });
}

#[test]
fn keys_that_cannot_be_read_refuse_the_launch_and_the_next_one_heals_it() {
    let faults = [
        Fault::Unauthorized,
        Fault::Forbidden,
        Fault::Throttled,
        Fault::NotFound,
        Fault::ServerError,
        Fault::Unavailable,
        Fault::Html,
        Fault::HalfBody,
        Fault::HalfJson,
        Fault::Empty,
        Fault::Closed,
        Fault::Redirect("https://elsewhere.example/".into()),
    ];
    for database in TestDatabase::dealt() {
        crate::app::block_on(async {
            let clock = Arc::new(ManualClock::at("2026-11-23T22:06:52Z".parse().unwrap()));
            let scene = Scene::at(database, clock.clone()).await;
            let lms = &scene.moodle;
            for fault in &faults {
                lms.world().faults().inject(Endpoint::Jwks, fault, 9);
                let page = launch_as(lms, &mut framed(lms), CourseRole::Student).await;
                let words = page.text();
                assert_eq!(page.status, 400, "{fault:?}: {words}");
                assert!(words.contains("launch.keys-unavailable"), "{fault:?}: {words}");
                let id = page.header("x-cairn-error").unwrap();
                assert!(words.contains(id), "{fault:?}: {words}");
                lms.world().faults().clear();
                // Platforms are not asked again at once.
                clock.advance(TimeDelta::seconds(31));
            }
            let page = launch_as(lms, &mut framed(lms), CourseRole::Student).await;
            assert_eq!(page.status, 200, "{}", page.words());
            scene.end().await;
        });
    }
}
