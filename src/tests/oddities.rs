//! Launches and addresses that are unlike the standards, over HTTP.

use practice_lms::browser::Page;
use practice_lms::{CourseRole, Oddity, PracticeLms};
use reqwest::Method;

use crate::store::testing::shortcuts::all_courses;
use crate::store::{people, tenants};
use crate::tests::evidence::{ADA, activity};
use crate::tests::guest::Guest;
use crate::tests::harness::{Scene, framed, has_visit, launch_as, launch_form, on_each_database};

/// What a launch can bear all at once.
const BEARABLE: [Oddity; 8] = [
    Oddity::OddClaims,
    Oddity::NoWholeName,
    Oddity::ControlCharacters,
    Oddity::FurtherRoles,
    Oddity::LowerCaseStatus,
    Oddity::PlainBase64Keys,
    Oddity::OddTokens,
    Oddity::ForbiddenTokens,
];

/// What Cairn calls the student whom the platform calls [`ADA`].
async fn kept_name(scene: &Scene, lms: &PracticeLms) -> Option<String> {
    let world = lms.world();
    let mut members = world.members(world.courses()[0].id).into_iter();
    let sub = members.find(|member| member.name == ADA).unwrap().sub;
    let found = scene.cairn.store.read(move |db| {
        for tenant in tenants::list(db)? {
            for course in all_courses(db, &tenant.id)? {
                if let Some(person) = people::by_sub(db, &tenant.id, &course.registration, &sub)? {
                    return Ok(person.name);
                }
            }
        }
        Ok(None)
    });
    found.await.unwrap()
}

#[test]
fn a_launch_is_refused_only_for_what_it_is_used_for() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            for oddity in BEARABLE {
                lms.world().be_odd(oddity, true);
            }
            let mut teacher = Guest::open(lms, 0, "Teacher", "My badges").await;
            let students = if name == "moodle" {
                "32 students"
            } else {
                "30 students"
            };
            teacher.until("", students).await;
            assert_eq!(kept_name(&scene, lms).await.as_deref(), Some(ADA), "{name}");
            let ada = Guest::open(lms, 0, ADA, "My badges").await;
            assert!(ada.page.links("/evidence").is_empty(), "{name}: she learns");
        }
        scene.end().await;
    });
}

#[test]
fn a_key_that_changed_under_its_old_name_opens_the_next_launch() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            assert_eq!(
                launch_as(lms, &mut framed(lms), CourseRole::Student).await.status,
                200
            );
            lms.world().change_key_under_its_name();
            let page = launch_as(lms, &mut framed(lms), CourseRole::Student).await;
            assert_eq!(page.status, 200, "{name}: {}", page.words());
        }
        scene.end().await;
    });
}

async fn refused(lms: &PracticeLms, page: &Page, code: &str, words: &str) {
    assert_eq!(page.status, 400, "{:?}: {}", lms.world().flavour(), page.words());
    assert!(page.words().contains(words), "{}", page.words());
    assert!(page.text().contains(code), "{}", page.text());
}

#[test]
fn a_launch_of_lti_1_1_is_told_that_it_is_one() {
    on_each_database(|scene| async move {
        for (_, lms) in scene.platforms() {
            let world = lms.world();
            let course = world.courses()[0].id;
            let student = world.member(course, CourseRole::Student).unwrap().id;
            let form = world.old_launch_form(course, student).unwrap();
            let mut browser = framed(lms);
            let page = browser.login(&form).await.unwrap();
            refused(lms, &page, "launch.lti-1-1", "as LTI 1.1").await;
            // The same where somebody took the login's address for the launch's.
            let mut other = form.clone();
            other.action = launch_form(lms, CourseRole::Student).action;
            let page = browser.login(&other).await.unwrap();
            refused(lms, &page, "login.lti-1-1", "as LTI 1.1").await;
        }
        scene.end().await;
    });
}

#[test]
fn who_has_no_role_in_the_course_is_told_so_unless_they_are_known_there() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            lms.world().be_odd(Oddity::NoCourseRole, true);
            let mut browser = framed(lms);
            let page = launch_as(lms, &mut browser, CourseRole::Student).await;
            refused(
                lms,
                &page,
                "launch.no-course-role",
                "did not say your role in this course",
            )
            .await;
            assert!(!has_visit(&browser), "{name}");
            lms.world().be_odd(Oddity::NoCourseRole, false);
            let page = launch_as(lms, &mut browser, CourseRole::Student).await;
            assert_eq!(page.status, 200, "{name}: {}", page.words());
            // A course that was concluded: they still see what they earned.
            lms.world().be_odd(Oddity::NoCourseRole, true);
            let page = launch_as(lms, &mut framed(lms), CourseRole::Student).await;
            assert_eq!(page.status, 200, "{name}: {}", page.words());
        }
        scene.end().await;
    });
}

#[test]
fn what_a_form_sends_is_kept_without_control_characters() {
    on_each_database(|scene| async move {
        let lms = &scene.moodle;
        let (mut teacher, place) = activity(lms).await;
        let badge = teacher.make_badge("Data\0 champion\u{b}", "knowledge").await;
        let overview = teacher.get("").await;
        assert!(overview.words().contains("Data champion"), "{}", overview.words());
        let editor = teacher.get(&format!("/badges/{badge}")).await;
        assert!(!editor.text().contains(['\0', '\u{b}']));

        let mut ada = Guest::open(lms, 0, ADA, "Project report").await;
        let page = ada.get(&place).await;
        let text = [("text", "First line\r\nsecond\0 line\u{1b}")];
        let file = [("file", "my\treport.txt", "text/plain", b"a report".as_slice())];
        let done = ada.send_files(&page, "/hand-in", &text, &file).await;
        assert!(done.words().contains("Handed in."), "{}", done.words());
        let page = ada.get(&place).await;
        assert!(page.words().contains("second line"), "{}", page.words());
        assert!(page.text().contains("my report.txt"), "{}", page.text());

        scene.end().await;
    });
}

#[test]
fn an_address_with_a_control_character_is_none_of_ours() {
    on_each_database(|scene| async move {
        let mut teacher = Guest::open(&scene.moodle, 0, "Teacher", "My badges").await;
        for rest in [
            "/badges/%00",
            "/badges/%00/rule",
            "/awards/a%0Ab",
            "/evidence/%1B",
            "%00",
        ] {
            let page = teacher.get(rest).await;
            assert_eq!(page.status, 404, "{rest}: {}", page.text());
        }
        for rest in [
            "/progress?search=%00",
            "/progress?page=%00",
            "?notice=%00",
            "/awards?name=a%00b",
        ] {
            let page = teacher.get(rest).await;
            assert_eq!(page.status, 422, "{rest}: {}", page.text());
            assert!(page.text().contains("address.control-characters"), "{rest}");
        }
        let mut stranger = framed(&scene.moodle);
        let target = format!("target_link_uri={}/lti/launch&login_hint=5", scene.origin);
        for (path, status) in [
            ("/i/%00", 404),
            ("/credentials/%00", 404),
            ("/register/%00", 404),
            ("/admin/%00", 404),
            (format!("/lti/login?iss=%00&{target}").as_str(), 422),
            (format!("/lti/login?iss=a%0Ab&{target}").as_str(), 400),
        ] {
            let url = format!("{}{path}", scene.origin);
            let page = stranger.fetch(Method::GET, &url, &[], Vec::new()).await.unwrap();
            assert_eq!(page.status, status, "{path}: {}", page.text());
        }
        // By POST there is no address to refuse.
        let mut form = launch_form(&scene.moodle, CourseRole::Student);
        for (name, value) in &mut form.fields {
            if name == "client_id" {
                value.push('\0');
            }
        }
        let page = stranger.login(&form).await.unwrap();
        refused(&scene.moodle, &page, "login.parameter-malformed", "client_id").await;
        scene.end().await;
    });
}
