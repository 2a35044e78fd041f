//! Grades beyond LTI over HTTP: what the console shows and takes, what comes back from Canvas, and the button of a teacher.

use crate::domain::rest_access::Interface;
use crate::ids::{RegistrationId, TenantId};
use crate::service::base::institutions;
use crate::service::institution::administrators::Scope;
use crate::service::institution::rest_access::{SCOPES, interface};
use crate::store::registrations;
use crate::store::testing::shortcuts::first_tenant;
use practice_lms::browser::{Browser, Page};
use practice_lms::{ApiKey, CourseRole};

use super::admin_browser::AdminBrowser;
use crate::tests::guest::Guest;
use crate::tests::harness::{Scene, on_each_database};
use crate::tests::log::Log;

/// Alex Admin of the practice Canvas.
const ALEX: u64 = 2;

/// The page of the platform that has that interface, its registration and its institution.
async fn place(scene: &Scene, wanted: Interface) -> (String, RegistrationId, TenantId) {
    let tenant = scene.cairn.store.read(first_tenant).await.unwrap().unwrap().id;
    let of = tenant.clone();
    let all = scene.cairn.store.read(move |db| registrations::list(db, &of));
    let mut all = all.await.unwrap().into_iter();
    let id = all.find(|one| interface(one) == Some(wanted)).unwrap().id;
    (format!("/admin/platforms/beyond/{id}"), id, tenant)
}

/// A key as the page of the console says.
fn key_of(scene: &Scene, page: &Page) -> ApiKey {
    let scopes: Vec<&str> = SCOPES.iter().map(|scope| scope.as_str()).collect();
    for scope in &scopes {
        assert!(page.words().contains(scope), "{scope}: {}", page.words());
    }
    let back = format!("{}/rest/return", scene.origin);
    assert!(page.text().contains(&back), "{}", page.text());
    let world = scene.canvas.world();
    let key = world.add_api_key(&[&back], &scopes);
    world.change_api_key(&key.client_id, |key| key.allows_includes = true);
    key
}

async fn paste(
    admin: &mut AdminBrowser,
    scene: &Scene,
    page: &Page,
    key: &ApiKey,
    more: &[(&str, &str)],
) -> Page {
    let world = scene.canvas.world();
    let mut fields = vec![
        ("address", world.origin()),
        ("client_id", key.client_id.as_str()),
        ("secret", key.secret.as_str()),
    ];
    fields.extend(more);
    admin.send(page, "/key", &fields).await
}

#[test]
fn canvas_is_switched_on_signed_in_to_and_given_back_in_the_console() {
    let log = &Log::of_everything();
    on_each_database(|scene| async move {
        drop(Guest::open(&scene.canvas, 0, "Teacher", "My badges").await);
        let mut admin = AdminBrowser::of(&scene, &Scope::Everything, "Ada").await;
        let (path, registration, tenant) = place(&scene, Interface::Canvas).await;
        let platform = admin.get(&format!("/admin/platforms/p/{registration}")).await;
        assert!(
            platform.words().contains("not switched on"),
            "{}",
            platform.words()
        );
        let here = format!("{}{path}", scene.origin);
        assert_eq!(platform.links("/platforms/beyond/"), [here]);
        let page = admin.get(&path).await;
        assert!(
            page.words().contains("Allow Include Parameters"),
            "{}",
            page.words()
        );
        let key = key_of(&scene, &page);

        let wrong = [("client_id", ""), ("address", "https://elsewhere.example")];
        let refused = admin.send(&page, "/key", &wrong).await;
        assert_eq!(refused.status, 422);
        assert!(
            refused.words().contains("Further service hosts"),
            "{}",
            refused.words()
        );
        let saved = paste(&mut admin, &scene, &page, &key, &[]).await;
        assert!(
            saved.words().contains("Saved and switched on"),
            "{}",
            saved.words()
        );
        assert!(saved.words().contains("Nobody yet."), "{}", saved.words());
        assert!(!saved.text().contains(&key.secret), "a secret is shown again");

        let leaving = admin.send(&saved, "/sign-in", &[]).await;
        let away = leaving.links("/login/oauth2/auth").remove(0);
        assert!(
            away.contains("code_challenge=") && !away.contains(&key.secret),
            "{away}"
        );
        let back = scene.canvas.world().consent(&away, ALEX).unwrap();
        // Somebody else's browser, with the very address.
        let mut stranger = Browser::new().unwrap();
        let refused = stranger.get(&back).await.unwrap();
        assert_eq!(refused.status, 422);
        assert!(
            refused.words().contains("not begun in this browser"),
            "{}",
            refused.words()
        );
        let agreed = admin.browser.get(&back).await.unwrap();
        assert!(
            agreed.words().contains("Grades can be read."),
            "{}",
            agreed.words()
        );
        assert_eq!(agreed.header("cache-control"), Some("no-store"));
        assert_eq!(agreed.header("referrer-policy"), Some("no-referrer"));
        let again = admin.browser.get(&back).await.unwrap();
        assert_eq!(again.status, 422, "{}", again.words());
        assert!(!again.words().contains("Grades can be read."));

        let page = admin.get(&path).await;
        assert!(page.words().contains("Given by Ada"), "{}", page.words());
        scene
            .canvas
            .world()
            .change_api_key(&key.client_id, |key| key.allows_includes = false);
        let tested = admin.send(&page, "/test", &[]).await;
        assert!(
            tested
                .words()
                .contains("“Allow Include Parameters” is not ticked"),
            "{}",
            tested.words()
        );
        let off = admin.send(&tested, "/change", &[]).await;
        assert!(off.words().contains("Switched off."), "{}", off.words());
        let stale = admin.send(&tested, "/key", &[("by_teachers", "yes")]).await;
        assert_eq!(stale.status, 422);
        assert!(
            stale.words().contains("Somebody has changed this"),
            "{}",
            stale.words()
        );

        let ask = admin.get(&format!("{path}/revoke")).await;
        assert!(ask.words().contains("What was awarded stays."), "{}", ask.words());
        let gone = admin.send(&ask, "/revoke", &[]).await;
        assert!(
            gone.words().contains("Given back and deleted."),
            "{}",
            gone.words()
        );
        assert!(scene.canvas.world().approved_integrations().is_empty());
        let entries = admin.get(&format!("/admin/audit/{tenant}")).await;
        for told in [
            "switched grades beyond LTI on",
            "gave access to grades beyond LTI",
            "gave the keys",
        ] {
            assert!(entries.words().contains(told), "{told}: {}", entries.words());
        }
        assert!(!entries.text().contains(&key.secret));
        log.holds_none(&[("the secret of the key", &key.secret)]);
        scene.end().await;
    });
}

#[test]
fn a_scope_that_is_missing_and_a_no_are_said_on_the_way_back() {
    on_each_database(|scene| async move {
        let mut admin = AdminBrowser::of(&scene, &Scope::Everything, "Ada").await;
        let (path, ..) = place(&scene, Interface::Canvas).await;
        let page = admin.get(&path).await;
        let key = key_of(&scene, &page);
        let saved = paste(&mut admin, &scene, &page, &key, &[]).await;
        let leaving = admin.send(&saved, "/sign-in", &[]).await;
        let away = leaving.links("/login/oauth2/auth").remove(0);
        let lacking = SCOPES[2].as_str();
        let world = scene.canvas.world();
        world.change_api_key(&key.client_id, |key| {
            key.scopes.remove(lacking);
        });
        let told = admin
            .browser
            .get(&world.consent(&away, ALEX).unwrap())
            .await
            .unwrap();
        assert_eq!(told.status, 422);
        assert!(
            told.words().contains(lacking) && told.words().contains("Tick it"),
            "{}",
            told.words()
        );
        assert_eq!(
            told.links("/admin/platforms/beyond/"),
            [format!("{}{path}", scene.origin)],
            "the way back"
        );
        world.change_api_key(&key.client_id, |key| {
            key.scopes.insert(lacking.to_owned());
        });
        let told = admin
            .browser
            .get(&world.refuse_consent(&away).unwrap())
            .await
            .unwrap();
        assert!(told.words().contains("You did not agree"), "{}", told.words());
        // What anybody could have written into an address is shown as a word, and never as markup.
        let forged = format!(
            "{}/rest/return?error=%3Cscript%3Ealert(1)&error_description=x",
            scene.origin
        );
        let told = admin.browser.get(&forged).await.unwrap();
        assert!(!told.text().contains("<script>alert"), "{}", told.text());
        scene.end().await;
    });
}

#[test]
fn moodle_is_switched_on_with_a_token_that_is_tried_at_once() {
    let log = &Log::of_everything();
    on_each_database(|scene| async move {
        let mut admin = AdminBrowser::of(&scene, &Scope::Everything, "Ada").await;
        let (path, ..) = place(&scene, Interface::Moodle).await;
        let page = admin.get(&path).await;
        for step in [
            "Manage protocols",
            "18 capabilities",
            "moodle/site:accessallgroups",
            "core_course_get_updates_since",
            "Custom full name",
            "No role",
            "“Valid until” is ticked from the start, with 30 days",
            "Required capabilities",
        ] {
            assert!(page.words().contains(step), "{step}: {}", page.words());
        }
        assert!(!page.words().contains("Sign in to Canvas"));
        let refused = admin.send(&page, "/key", &[("token", "no token")]).await;
        assert_eq!(refused.status, 422);
        assert!(
            refused.words().contains("32 digits and letters"),
            "{}",
            refused.words()
        );
        let (_, token) = scene.moodle.world().add_service_account();
        scene.moodle.world().set_site_url(Some("https://other.example"));
        let saved = admin.send(&page, "/key", &[("token", &token)]).await;
        assert!(
            saved
                .words()
                .contains("another Moodle than the one that launches Cairn"),
            "{}",
            saved.words()
        );
        assert!(!saved.text().contains(&token), "a token is shown again");
        scene.moodle.world().set_site_url(None);
        let tested = admin.send(&saved, "/test", &[]).await;
        assert!(!tested.words().contains("another Moodle"), "{}", tested.words());
        assert!(
            tested.words().contains("nobody has opened Cairn from a course"),
            "{}",
            tested.words()
        );
        let ask = admin.get(&format!("{path}/revoke")).await;
        let gone = admin.send(&ask, "/revoke", &[]).await;
        assert!(
            gone.words().contains("Now delete the token in Moodle"),
            "{}",
            gone.words()
        );
        log.holds_none(&[("the token", &token)]);
        scene.end().await;
    });
}

#[test]
fn a_reading_that_is_short_is_not_said_to_work_until_somebody_says_that_it_is_right() {
    on_each_database(|scene| async move {
        drop(Guest::open(&scene.moodle, 0, "Teacher", "My badges").await);
        let mut admin = AdminBrowser::of(&scene, &Scope::Everything, "Ada").await;
        let (path, _, tenant) = place(&scene, Interface::Moodle).await;
        let page = admin.get(&path).await;
        let world = scene.moodle.world();
        let (account, token) = world.add_service_account();
        let whole = admin.send(&page, "/key", &[("token", &token)]).await;
        assert!(whole.words().contains("Grades can be read."), "{}", whole.words());
        assert!(
            whole.words().contains("Could not be tried") && !whole.words().contains("numbers are right"),
            "{}",
            whole.words()
        );
        let joint = "moodle/<wbr>course:<wbr>viewhiddencourses";
        assert!(whole.text().contains(joint), "{}", whole.text());
        world.allow_capability(account, "report/progress:view", false);
        let lacks = admin.send(&whole, "/test", &[]).await.words();
        assert!(
            lacks.contains("without it completed activities are not told")
                && lacks.contains("on; something has to be done"),
            "{lacks}"
        );
        world.allow_capability(account, "report/progress:view", true);
        world.allow_capability(account, "mod/lti:view", false);
        let short = admin.send(&whole, "/test", &[]).await;
        for told in [
            "activities can be seen",
            "mod/lti:view",
            "something has to be done",
        ] {
            assert!(short.words().contains(told), "{told}: {}", short.words());
        }
        assert!(
            !short.words().contains("Grades can be read."),
            "{}",
            short.words()
        );
        assert!(
            short.words().contains("These numbers are right"),
            "{}",
            short.words()
        );
        let right = admin.send(&short, "/test", &[("numbers", "right")]).await;
        assert!(right.words().contains("Grades can be read."), "{}", right.words());
        let entries = admin.get(&format!("/admin/audit/{tenant}")).await;
        assert!(entries.words().contains("are right"), "{}", entries.words());
        scene.end().await;
    });
}

#[test]
fn a_token_that_is_of_no_use_is_told_on_the_first_page_and_in_the_list_of_platforms() {
    on_each_database(|scene| async move {
        drop(Guest::open(&scene.moodle, 0, "Teacher", "My badges").await);
        let mut admin = AdminBrowser::of(&scene, &Scope::Everything, "Ada").await;
        let (path, ..) = place(&scene, Interface::Moodle).await;
        let page = admin.get(&path).await;
        let world = scene.moodle.world();
        let (_, token) = world.add_service_account();
        let saved = admin.send(&page, "/key", &[("token", &token)]).await;
        let here = format!("{}{path}", scene.origin);
        let pages = ["/admin", "/admin/platforms"];
        for list in pages {
            let well = admin.get(list).await;
            assert!(well.links("/platforms/beyond/").is_empty(), "{}", well.words());
        }
        world.delete_ws_token(&token);
        admin.send(&saved, "/test", &[]).await;
        for list in pages {
            let told = admin.get(list).await;
            assert!(
                told.words()
                    .contains("Grades beyond LTI are not read as they should be"),
                "{}",
                told.words()
            );
            assert_eq!(
                told.links("/platforms/beyond/"),
                std::slice::from_ref(&here),
                "{list}"
            );
        }
        scene.end().await;
    });
}

#[test]
fn an_administrator_of_another_institution_finds_no_such_platform() {
    on_each_database(|scene| async move {
        let (other, _) = institutions::find_or_create(&scene.cairn, "South Hill School")
            .await
            .unwrap();
        let mut zoe = AdminBrowser::of(&scene, &Scope::Tenant(other.id), "Zoe").await;
        let (path, ..) = place(&scene, Interface::Canvas).await;
        for below in ["", "/revoke"] {
            let page = zoe.get(&format!("{path}{below}")).await;
            assert_eq!(page.status, 404, "{below}: {}", page.words());
        }
        let home = zoe.get("/admin/administrators").await;
        let proof = home
            .forms()
            .into_iter()
            .find_map(|form| form.value("csrf").map(str::to_owned));
        let proof = proof.unwrap();
        for below in ["/key", "/change", "/sign-in", "/revoke", "/tokens/0190/test"] {
            let url = format!("{}{path}{below}", scene.origin);
            let sent = [("csrf", proof.as_str()), ("value", "yes"), ("token", "x")];
            let page = zoe.browser.post(&url, &sent).await.unwrap();
            assert_eq!(page.status, 404, "{below}: {}", page.words());
            let forged = zoe.browser.post(&url, &[("csrf", "0")]).await.unwrap();
            assert_eq!(forged.status, 403, "{below}: {}", forged.words());
        }
        scene.end().await;
    });
}

#[test]
fn a_teacher_lets_the_course_be_read_by_a_button_in_a_window_of_its_own() {
    on_each_database(|scene| async move {
        let browser = Browser::new().unwrap();
        let mut teacher = Guest::with(browser, &scene.canvas, 0, "Teacher", "My badges").await;
        let grades = teacher.get("/grades").await;
        assert!(
            grades
                .words()
                .contains("An administrator of your institution can let Cairn"),
            "{}",
            grades.words()
        );
        assert!(!grades.text().contains("/grades/access"), "{}", grades.text());
        let mut admin = AdminBrowser::of(&scene, &Scope::Everything, "Ada").await;
        let (path, ..) = place(&scene, Interface::Canvas).await;
        let page = admin.get(&path).await;
        let key = key_of(&scene, &page);
        paste(&mut admin, &scene, &page, &key, &[("by_teachers", "yes")]).await;

        let grades = teacher.get("/grades").await;
        let form = grades.form("/grades/access").unwrap();
        assert!(
            grades.text().contains("target=\"_blank\""),
            "a sign-in shows in no frame"
        );
        let asked = teacher.browser.submit(&grades, &form, &[]).await.unwrap();
        let world = scene.canvas.world();
        assert!(asked.url.as_str().starts_with(world.origin()), "{}", asked.url);
        let person = world
            .member(world.courses()[0].id, CourseRole::Teacher)
            .unwrap()
            .id
            .to_string();
        let accept = asked.form("/login/oauth2/accept").unwrap();
        let agreed = teacher
            .browser
            .submit(&asked, &accept, &[("user", &person)])
            .await
            .unwrap();
        assert!(agreed.words().contains("as you see it"), "{}", agreed.words());
        let grades = teacher.get("/grades").await;
        assert!(
            grades.words().contains("Tess Teacher sees it"),
            "{}",
            grades.words()
        );
        let page = admin.get(&path).await;
        assert!(page.words().contains("Given by Tess Teacher"), "{}", page.words());
        let ended = teacher.send(&grades, "/grades/access/end", &[]).await;
        assert!(ended.words().contains("Given back."), "{}", ended.words());
        assert!(world.approved_integrations().is_empty());

        // A student has no such button, and no such address.
        let browser = Browser::new().unwrap();
        let mut student = Guest::with(browser, &scene.canvas, 0, "Student", "My badges").await;
        let refused = student.get("/grades").await;
        assert_eq!(refused.status, 403, "{}", refused.words());
        scene.end().await;
    });
}
