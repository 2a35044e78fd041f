//! Before a launch is signed nobody is named: no institution, no platform, no course, no person, on whatever page a
//! stranger opens who knows every id.

use crate::service::institution::administrators::Scope;
use practice_lms::CourseRole;
use practice_lms::browser::{Browser, Page};
use reqwest::Method;

use crate::tests::console::admin_browser::AdminBrowser;
use crate::tests::evidence::activity;
use crate::tests::guest::Guest;
use crate::tests::harness::{Scene, framed, launch_as, launch_form, on_each_database, signed};
use crate::tests::showing::stage::Stage;
use crate::tests::unsigned::{filled_with, routes};

/// Every name that the database has by now, as people would recognise it.
fn names(scene: &Scene) -> Vec<String> {
    let mut names = vec![
        "North Coast Polytechnic".to_owned(),
        "Moodle at North Coast".to_owned(),
        "Canvas at North Coast".to_owned(),
        "Administrator of the keys".to_owned(),
        "Quiz master".to_owned(),
        "Project report".to_owned(),
    ];
    for (_, lms) in scene.platforms() {
        for course in lms.world().courses() {
            names.push(course.title);
        }
        for one in lms.world().members(2) {
            names.extend([one.name, one.email]);
        }
    }
    names.sort();
    names.dedup();
    names.retain(|name| name != "Test Student");
    assert!(names.len() > 50, "{names:?}");
    names
}

/// The names that a page shows, in its text or anywhere in its source, or in where it leads.
fn shown<'a>(page: &Page, names: &'a [String]) -> Vec<&'a str> {
    let source = practice_lms::browser::unescape(&page.text()).to_lowercase();
    let leads = page.header("location").unwrap_or_default().to_lowercase();
    let is_shown = |name: &&String| {
        let name = name.to_lowercase();
        source.contains(&name) || leads.contains(&name)
    };
    names.iter().filter(is_shown).map(String::as_str).collect()
}

#[test]
fn no_page_that_a_stranger_opens_names_anybody() {
    on_each_database(|scene| async move {
        let (_, report) = activity(&scene.moodle).await;
        let stage = Stage::set(scene).await;
        let (badge, award, _) = stage.earned().await;
        let scene = &stage.scene;
        let mut admin = AdminBrowser::of(scene, &Scope::Everything, "Administrator of the keys").await;
        launch_as(&scene.canvas, &mut framed(&scene.canvas), CourseRole::Teacher).await;
        let names = names(scene);
        // The check can find them: those who are known read them.
        let mut teacher = Guest::open(&scene.moodle, 0, "Teacher", "My badges").await;
        let progress = teacher.get("/progress").await;
        assert!(shown(&progress, &names).len() > 10, "{}", progress.words());
        let overview = admin.get("/admin").await;
        assert!(!shown(&overview, &names).is_empty(), "{}", overview.words());

        let (tenant, registration) = (&stage.course.tenant, &stage.course.registration);
        let ids = [
            ("course", stage.course.id.as_str()),
            ("badge", badge.as_str()),
            ("award", award.id.as_str()),
            ("name", award.id.as_str()),
            ("person", award.person.as_str()),
            ("activity", report.strip_prefix("/activities/").unwrap()),
            ("tenant", tenant.as_str()),
            ("institution", tenant.as_str()),
            ("platform", registration.as_str()),
            ("flavour", "moodle"),
        ];
        let mut stranger = Browser::new().unwrap();
        let mut framed_stranger = framed(&scene.moodle);
        let mut below_lti = 0;
        for (method, path) in routes() {
            if method != Method::GET {
                continue;
            }
            below_lti += usize::from(path.starts_with("/lti"));
            let url = format!("{}{}", scene.origin, filled_with(&path, &ids));
            let page = stranger.fetch(Method::GET, &url, &[], Vec::new()).await.unwrap();
            assert_eq!(shown(&page, &names), Vec::<&str>::new(), "{url}: {}", page.text());
            // In a frame, after all redirects, with a word that such pages would read.
            let page = framed_stranger
                .get(&format!("{url}?notice=saved&session=guess"))
                .await
                .unwrap();
            assert_eq!(shown(&page, &names), Vec::<&str>::new(), "{url}: {}", page.text());
        }
        assert!(below_lti >= 4, "only {below_lti} routes below /lti");
        stage.scene.end().await;
    });
}

#[test]
fn no_answer_to_a_login_or_an_unsigned_launch_names_anybody() {
    on_each_database(|scene| async move {
        for (_, lms) in scene.platforms() {
            let mut teacher = framed(lms);
            launch_as(lms, &mut teacher, CourseRole::Teacher).await;
        }
        let names = names(&scene);
        for (name, lms) in scene.platforms() {
            let nobody = |page: &Page, what: &str| {
                assert_eq!(
                    shown(page, &names),
                    Vec::<&str>::new(),
                    "{name}, {what}: {}",
                    page.text()
                );
            };
            // The login as the LMS sends it, by POST and by GET, in a frame and as the whole page.
            let form = launch_form(lms, CourseRole::Teacher);
            let mut browser = framed(lms);
            let login = browser.login(&form).await.unwrap();
            assert_eq!(login.status, 200, "{name}: {}", login.text());
            nobody(&login, "login by POST");
            let query = url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs(&form.fields)
                .finish();
            for destination in ["iframe", "document"] {
                let url = format!("{}?{query}", form.action);
                let headers = [("sec-fetch-dest", destination)];
                let mut other = Browser::new().unwrap();
                let fetched = other.fetch(Method::GET, &url, &headers, Vec::new());
                nobody(&fetched.await.unwrap(), destination);
            }
            for (field, value) in [
                ("client_id", "unknown"),
                ("target_link_uri", "https://evil.example/"),
            ] {
                let mut wrong = form.clone();
                for (known, kept) in &mut wrong.fields {
                    if known == field {
                        value.clone_into(kept);
                    }
                }
                let page = framed(lms).login(&wrong).await.unwrap();
                assert!(page.status >= 400, "{name}, {field}: {}", page.text());
                nobody(&page, field);
            }
            // What nobody signed, what another browser brings, and what the LMS refused.
            let answer = signed(lms, &mut browser, CourseRole::Teacher).await;
            let foreign = framed(lms).login(&answer).await.unwrap();
            nobody(&foreign, "another browser");
            let mut forged = answer.clone();
            for (field, value) in &mut forged.fields {
                if field == "id_token" {
                    value.truncate(value.len() - 8);
                    value.push_str("AAAAAAAA");
                }
            }
            let page = browser.login(&forged).await.unwrap();
            assert!(
                page.status == 400 || page.form("/lti/launch/proof").is_ok(),
                "{name}: {}",
                page.text()
            );
            nobody(&page, "forged");
            lms.world().refuse_next_authorization("login_required");
            let page = framed(lms).launch(&form).await.unwrap();
            nobody(&page, "refused by the LMS");
            for (path, field) in [
                ("/lti/claim", "proof"),
                ("/lti/launch/proof", "state"),
                ("/lti/account", "session"),
            ] {
                let url = format!("{}{path}", scene.origin);
                let page = framed(lms).post(&url, &[(field, "guessed")]).await.unwrap();
                assert!(page.status >= 400, "{name}, {path}: {}", page.text());
                nobody(&page, path);
            }
        }
        scene.end().await;
    });
}
