//! The self-test, good and with faults, and the console's pages round it.

use crate::service::institution::administrators::Scope;
use crate::store::registrations;
use practice_lms::{CourseRole, Endpoint, Fault};

use super::way::tenant;
use crate::tests::console::admin_browser::AdminBrowser;
use crate::tests::harness::{framed, launch_as, on_each_database};

#[test]
fn a_platform_that_works_says_what_it_lets_us_see_and_a_broken_one_names_the_setting() {
    on_each_database(|scene| async move {
        let tenant = tenant(&scene).await;
        let all = scene
            .cairn
            .store
            .read(move |db| registrations::list(db, &tenant))
            .await
            .unwrap();
        let mut admin = AdminBrowser::of(&scene, &Scope::Everything, "Ada").await;
        for ((name, lms), registration) in scene.platforms().into_iter().zip(&all) {
            let path = format!("/admin/platforms/p/{}", registration.id);
            let page = admin.get(&path).await;
            let untouched = admin.send(&page, "/test", &[]).await;
            assert!(
                untouched.words().contains("Nobody has opened Cairn"),
                "{name}: {}",
                untouched.words()
            );

            launch_as(lms, &mut framed(lms), CourseRole::Teacher).await;
            let page = admin.get(&path).await;
            let good = admin.send(&page, "/test", &[]).await;
            let words = good.words();
            for expected in [
                "Nothing is broken.",
                "Its public keys can be read",
                "Its clock",
                "an access token for members, line items, results and scores",
                "members read in",
                "Cairn can see the grades in its own activities",
                "It shares the names",
            ] {
                assert!(words.contains(expected), "{name} lacks {expected:?}: {words}");
            }

            let setting = if name == "moodle" {
                "IMS LTI Names and Role Provisioning"
            } else {
                "Developer Keys"
            };
            lms.world()
                .faults()
                .inject(Endpoint::Members, &Fault::Forbidden, 50);
            let page = admin.get(&path).await;
            let broken = admin.send(&page, "/test", &[]).await;
            let words = broken.words();
            assert!(words.contains("Something does not work."), "{name}: {words}");
            lms.world().faults().clear();
            assert!(
                words.contains("cannot be read") && words.contains(setting),
                "{name}: {words}"
            );
        }
        scene.end().await;
    });
}

#[test]
fn an_administrator_of_one_institution_does_not_reach_the_platforms_of_another() {
    on_each_database(|scene| async move {
        let own = tenant(&scene).await;
        let all = scene
            .cairn
            .store
            .read(move |db| registrations::list(db, &own))
            .await
            .unwrap();
        let (other, _) = crate::service::base::institutions::find_or_create(&scene.cairn, "South Coast")
            .await
            .unwrap();
        let mut admin = AdminBrowser::of(&scene, &Scope::Tenant(other.id), "Bob").await;
        let list = admin.get("/admin/platforms").await;
        assert!(
            list.words().contains("No platform is connected yet"),
            "{}",
            list.words()
        );
        let page = admin.get(&format!("/admin/platforms/p/{}", all[0].id)).await;
        assert_eq!(page.status, 404, "{}", page.words());
        scene.end().await;
    });
}

#[test]
fn a_platform_is_registered_by_hand_and_a_wrong_value_is_named() {
    on_each_database(|scene| async move {
        let mut admin = AdminBrowser::of(&scene, &Scope::Everything, "Ada").await;
        let filled = admin
            .get("/admin/platforms/by-hand/moodle?site=https%3A%2F%2Fmoodle.school.example%2F")
            .await;
        let form = filled
            .forms()
            .into_iter()
            .find(|form| form.value("token_url").is_some())
            .unwrap();
        assert_eq!(
            form.value("token_url"),
            Some("https://moodle.school.example/mod/lti/token.php")
        );
        let again = admin
            .browser
            .submit(&filled, &form, &[("client_id", "two words")])
            .await
            .unwrap();
        assert_eq!(again.status, 422);
        assert!(
            again.words().contains("The client id must be"),
            "{}",
            again.words()
        );
        let form = again
            .forms()
            .into_iter()
            .find(|form| form.value("token_url").is_some())
            .unwrap();
        let fields = [("client_id", "AbC"), ("deployments", "1 2")];
        let saved = admin.browser.submit(&again, &form, &fields).await.unwrap();
        assert!(
            saved.words().contains("Moodle at moodle.school.example"),
            "{}",
            saved.words()
        );

        let canvas = admin.get("/admin/platforms/by-hand/canvas?preset=beta").await;
        assert!(
            canvas
                .text()
                .contains("https://sso.beta.canvaslms.com/login/oauth2/token")
        );
        let json = admin.get("/lti/canvas.json").await;
        let key: serde_json::Value = serde_json::from_slice(&json.body).unwrap();
        assert_eq!(key["target_link_uri"], format!("{}/lti/launch", scene.origin));
        scene.end().await;
    });
}

#[test]
fn hosts_that_are_added_take_none_of_the_platforms_own_away() {
    on_each_database(|scene| async move {
        let tenant = tenant(&scene).await;
        let mut admin = AdminBrowser::of(&scene, &Scope::Everything, "Ada").await;
        let page = admin.get("/admin/platforms/by-hand/canvas").await;
        let forms = page.forms();
        let form = forms.iter().find(|form| form.value("token_url").is_some());
        let typed = [
            ("client_id", "10000000000360"),
            ("service_hosts", "canvas.school.example"),
        ];
        let saved = admin.browser.submit(&page, form.unwrap(), &typed).await.unwrap();
        assert_eq!(saved.status, 200, "{}", saved.words());
        let hosts = || {
            let tenant = tenant.clone();
            let all = scene.cairn.store.read(move |db| registrations::list(db, &tenant));
            async move { all.await.unwrap().pop().unwrap().service_hosts }
        };
        let own = ["sso.canvaslms.com", "instructure.com"];
        let with = |added: &str| [own[0], own[1], added].map(str::to_owned).to_vec();
        assert_eq!(hosts().await, with("canvas.school.example"));
        assert!(
            saved.words().contains("sso.canvaslms.com, instructure.com"),
            "{}",
            saved.words()
        );
        let mut page = saved;
        for (shown, typed, expected) in [
            (
                "canvas.school.example",
                "files.school.example",
                with("files.school.example"),
            ),
            ("files.school.example", "", own.map(str::to_owned).to_vec()),
        ] {
            let forms = page.forms();
            let form = forms.iter().find(|form| form.value("what") == Some("hosts"));
            let form = form.unwrap();
            assert_eq!(form.value("value"), Some(shown));
            page = admin
                .browser
                .submit(&page, form, &[("value", typed)])
                .await
                .unwrap();
            assert_eq!(hosts().await, expected, "{typed}");
        }
        scene.end().await;
    });
}
