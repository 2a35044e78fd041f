//! Coming in: one-time links, passwords, and what keeps others out.

use crate::service::institution::administrators::{Scope, links};
use crate::store::testing::TestDatabase;
use crate::store::testing::shortcuts::first_tenant;
use practice_lms::browser::{Browser, Page};

use super::admin_browser::{AdminBrowser, PASSWORD};
use crate::tests::harness::{Scene, on_each_database};

#[test]
fn a_link_lets_one_person_in_once_and_looking_at_it_does_not_use_it_up() {
    on_each_database(|scene| async move {
        let link = links::make(
            &scene.cairn,
            &Scope::Everything,
            crate::service::institution::administrators::Operator::CommandLine,
        )
        .await
        .unwrap();
        let mut browser = Browser::new().unwrap();
        // A mailbox looks at it twice before a person does.
        browser.get(&link).await.unwrap();
        let entry = browser.get(&link).await.unwrap();
        assert_eq!(entry.status, 200);
        assert!(
            entry.words().contains("This link works once."),
            "{}",
            entry.words()
        );
        let form = entry.form("/admin/link/").unwrap().clone();
        // A mistake leaves it good.
        let short = [
            ("name", "Ada"),
            ("email", "ada@school.example"),
            ("password", "short"),
        ];
        let again = browser.submit(&entry, &form, &short).await.unwrap();
        assert_eq!(again.status, 422);
        assert!(
            again.words().contains("at least 12 characters"),
            "{}",
            again.words()
        );
        let inside = browser.submit(&entry, &form, &[("name", "Ada")]).await.unwrap();
        assert!(
            inside.words().contains("You are signed in."),
            "{}",
            inside.words()
        );
        assert_eq!(inside.url.path(), "/admin");
        let used = Browser::new().unwrap().get(&link).await.unwrap();
        assert_eq!(used.status, 410);
        assert!(used.words().contains("used already"), "{}", used.words());
        let late = browser.submit(&entry, &form, &[("name", "Eve")]).await.unwrap();
        assert_eq!(late.status, 410);
        scene.end().await;
    });
}

#[test]
fn without_a_sign_in_every_page_leads_to_the_door_and_back() {
    on_each_database(|scene| async move {
        let typed = [
            ("name", "Ada"),
            ("email", "Ada@School.example"),
            ("password", PASSWORD),
        ];
        AdminBrowser::with(&scene, &Scope::Everything, &typed).await;
        let mut browser = Browser::new().unwrap();
        let entry = browser.get(&format!("{}/admin?x=1", scene.origin)).await.unwrap();
        assert_eq!(entry.url.path(), "/admin/sign-in");
        let form = entry.form("/admin/sign-in").unwrap().clone();
        let wrong = [
            ("email", "ada@school.example"),
            ("password", "seven stones on a hil"),
        ];
        let refused = browser.submit(&entry, &form, &wrong).await.unwrap();
        assert_eq!(refused.status, 422);
        let unknown = [
            ("email", "eve@school.example"),
            ("password", "seven stones on a hil"),
        ];
        let nobody = browser.submit(&entry, &form, &unknown).await.unwrap();
        let sentence = "E-mail address and password do not belong together.";
        for page in [&refused, &nobody] {
            assert!(page.words().contains(sentence), "{}", page.words());
        }
        let right = [("email", "ADA@school.example"), ("password", PASSWORD)];
        let inside = browser.submit(&entry, &form, &right).await.unwrap();
        assert_eq!((inside.url.path(), inside.url.query()), ("/admin", Some("x=1")));
        let form = inside.form("/admin/sign-out").unwrap().clone();
        let out = browser.submit(&inside, &form, &[]).await.unwrap();
        assert_eq!(out.url.path(), "/admin/sign-in");
        let after = browser.get(&format!("{}/admin", scene.origin)).await.unwrap();
        assert_eq!(after.url.path(), "/admin/sign-in");
        scene.end().await;
    });
}

#[test]
fn a_password_is_changed_with_the_old_one_and_every_other_browser_is_signed_out() {
    on_each_database(|scene| async move {
        let typed = [
            ("name", "Ada"),
            ("email", "ada@school.example"),
            ("password", PASSWORD),
        ];
        let mut admin = AdminBrowser::with(&scene, &Scope::Everything, &typed).await;
        let sign_in = async |password: &str| {
            let mut browser = Browser::new().unwrap();
            let entry = browser
                .get(&format!("{}/admin/sign-in", scene.origin))
                .await
                .unwrap();
            let form = entry.form("/admin/sign-in").unwrap().clone();
            let fields = [("email", "ada@school.example"), ("password", password)];
            let inside = browser.submit(&entry, &form, &fields).await.unwrap();
            (browser, inside)
        };
        let (mut other, inside) = sign_in(PASSWORD).await;
        assert_eq!(inside.url.path(), "/admin");
        let page = admin.get("/admin/password").await;
        let new = "nine stones on a hill";
        for (old, new, again, sentence) in [
            ("not the old one", new, new, "This is not your password."),
            (PASSWORD, "short", "short", "at least 12 characters"),
            (
                PASSWORD,
                new,
                "nine stones on a hil",
                "The two new passwords differ.",
            ),
        ] {
            let fields = [("old", old), ("new", new), ("again", again)];
            let refused = admin.send(&page, "/admin/password", &fields).await;
            assert_eq!(refused.status, 422, "{sentence}");
            assert!(refused.words().contains(sentence), "{}", refused.words());
            assert!(!refused.text().contains("nine stones"), "{}", refused.text());
            assert!(
                refused
                    .words()
                    .contains("Passwords are never shown again, so type yours once more.")
                    && !refused.words().contains("Nothing you typed was lost"),
                "{}",
                refused.words()
            );
        }
        let foreign = admin
            .browser
            .post(
                &format!("{}/admin/password", scene.origin),
                &[("old", PASSWORD), ("new", new), ("again", new), ("csrf", "guess")],
            )
            .await
            .unwrap();
        assert_eq!(foreign.status, 403, "{}", foreign.words());
        let still = other.get(&format!("{}/admin", scene.origin)).await.unwrap();
        assert_eq!(still.url.path(), "/admin", "nothing was changed until now");

        let fields = [("old", PASSWORD), ("new", new), ("again", new)];
        let done = admin.send(&page, "/admin/password", &fields).await;
        assert!(
            done.words().contains("Your password is changed."),
            "{}",
            done.words()
        );
        let out = other.get(&format!("{}/admin", scene.origin)).await.unwrap();
        assert_eq!(out.url.path(), "/admin/sign-in");
        assert_eq!(admin.get("/admin").await.url.path(), "/admin");
        // Nobody guesses here either: what is tried in one sign-in is counted.
        let mut statuses = Vec::new();
        for _ in 0..6 {
            statuses.push(admin.send(&page, "/admin/password", &fields).await.status);
        }
        assert_eq!((statuses[0], statuses[5]), (422, 429), "{statuses:?}");
        let tenant = scene.cairn.store.read(first_tenant).await.unwrap().unwrap().id;
        let log = admin
            .get(&format!("/admin/audit/{tenant}?action=admin.password-changed"))
            .await;
        assert!(
            log.words().contains("Ada changed their own password"),
            "{}",
            log.words()
        );
        scene.end().await;
    });
}

#[test]
fn a_changed_password_opens_the_door_and_the_old_one_does_not() {
    on_each_database(|scene| async move {
        let typed = [
            ("name", "Ada"),
            ("email", "ada@school.example"),
            ("password", PASSWORD),
        ];
        let mut admin = AdminBrowser::with(&scene, &Scope::Everything, &typed).await;
        let page = admin.get("/admin/password").await;
        let same = [("old", PASSWORD), ("new", PASSWORD), ("again", PASSWORD)];
        let refused = admin.send(&page, "/admin/password", &same).await;
        assert!(
            refused.status == 422 && refused.words().contains("The new password is the old one."),
            "{}",
            refused.words()
        );
        let new = "nine stones on a hill";
        let fields = [("old", PASSWORD), ("new", new), ("again", new)];
        let done = admin.send(&page, "/admin/password", &fields).await;
        assert!(
            done.words().contains("Your password is changed."),
            "{}",
            done.words()
        );
        for (password, path) in [(PASSWORD, "/admin/sign-in"), (new, "/admin")] {
            let mut browser = Browser::new().unwrap();
            let entry = browser
                .get(&format!("{}/admin/sign-in", scene.origin))
                .await
                .unwrap();
            let form = entry.form("/admin/sign-in").unwrap().clone();
            let fields = [("email", "ada@school.example"), ("password", password)];
            let page = browser.submit(&entry, &form, &fields).await.unwrap();
            assert_eq!(page.url.path(), path, "{}", page.words());
        }
        // Whoever came by a link alone has none to change.
        let mut nameless = AdminBrowser::of(&scene, &Scope::Everything, "Ben").await;
        let none = nameless.get("/admin/password").await;
        assert!(
            none.words().contains("Your account has no password") && none.form("/admin/password").is_err(),
            "{}",
            none.words()
        );
        let csrf = none
            .form("/admin/sign-out")
            .unwrap()
            .value("csrf")
            .unwrap()
            .to_owned();
        let fields = [("old", ""), ("new", new), ("again", new), ("csrf", csrf.as_str())];
        let refused = nameless
            .browser
            .post(&format!("{}/admin/password", scene.origin), &fields)
            .await
            .unwrap();
        assert_eq!(refused.status, 409, "{}", refused.words());
        scene.end().await;
    });
}

/// Types e-mail and password into the sign-in page.
async fn type_in(scene: &Scene, browser: &mut Browser, email: &str, password: &str) -> Page {
    let url = format!("{}/admin/sign-in", scene.origin);
    let entry = browser.get(&url).await.unwrap();
    let form = entry.form("/admin/sign-in").unwrap().clone();
    let fields = [("email", email), ("password", password)];
    browser.submit(&entry, &form, &fields).await.unwrap()
}

#[test]
fn a_stranger_keeps_no_administrator_out_who_signed_in_in_this_browser_before() {
    on_each_database(|scene| async move {
        let mut known = Vec::new();
        for (name, email) in [("Ada", "ada@school.example"), ("Ben", "ben@school.example")] {
            let typed = [("name", name), ("email", email), ("password", PASSWORD)];
            let admin = AdminBrowser::with(&scene, &Scope::Everything, &typed).await;
            known.push((admin, email));
        }
        // From the same address as everybody, as behind a proxy that the settings do not name.
        let mut stranger = Browser::new().unwrap();
        let mut last = 0;
        for number in 0..30 {
            let email = if number < 10 {
                "ada@school.example".to_owned()
            } else {
                format!("{number}@school.example")
            };
            last = type_in(&scene, &mut stranger, &email, "seven stones on a hil")
                .await
                .status;
        }
        assert_eq!(last, 429, "the stranger waits");
        let mut new = Browser::new().unwrap();
        let waits = type_in(&scene, &mut new, "ada@school.example", PASSWORD).await;
        assert_eq!(waits.status, 429, "{}", waits.words());
        for (admin, email) in &mut known {
            let home = admin.get("/admin").await;
            let out = admin.send(&home, "/admin/sign-out", &[]).await;
            assert_eq!(out.url.path(), "/admin/sign-in");
            let inside = type_in(&scene, &mut admin.browser, email, PASSWORD).await;
            assert_eq!(inside.url.path(), "/admin", "{email}: {}", inside.words());
        }
        // A known browser is no way to guess: it waits by itself, and is a stranger to everybody else's account.
        let (admin, own) = &mut known[0];
        let other = type_in(
            &scene,
            &mut admin.browser,
            "ben@school.example",
            "seven stones on a hil",
        )
        .await;
        assert_eq!(other.status, 429);
        let mut statuses = Vec::new();
        for _ in 0..8 {
            statuses.push(
                type_in(&scene, &mut admin.browser, own, "seven stones on a hil")
                    .await
                    .status,
            );
        }
        assert!(
            statuses.starts_with(&[422]) && statuses.ends_with(&[429]),
            "{statuses:?}"
        );
        scene.end().await;
    });
}

#[test]
fn clients_are_told_apart_by_what_a_proxy_says_only_where_the_settings_name_it() {
    crate::app::block_on(async {
        for (trusted, expected) in [("127.0.0.1", 422), ("", 429)] {
            let settings = [("CAIRN_TRUSTED_PROXIES", trusted)];
            let scene = Scene::with(TestDatabase::sqlite(), &settings).await;
            let mut browser = Browser::new().unwrap();
            let url = format!("{}/admin/sign-in", scene.origin);
            let mut attempt = async |number: usize, client: &str| {
                let headers = [
                    ("content-type", "application/x-www-form-urlencoded"),
                    ("origin", scene.origin.as_str()),
                    ("x-forwarded-for", client),
                ];
                let body = format!("email={number}%40school.example&password=seven+stones");
                let sent = browser.fetch(reqwest::Method::POST, &url, &headers, body.into_bytes());
                sent.await.unwrap().status
            };
            let mut last = 0;
            for number in 0..25 {
                last = attempt(number, "203.0.113.9").await;
            }
            assert_eq!(last, 429, "one client is one client");
            assert_eq!(attempt(99, "203.0.113.10").await, expected, "behind {trusted:?}");
            scene.end().await;
        }
    });
}

#[test]
fn everything_that_is_wrong_with_an_account_is_said_at_once() {
    on_each_database(|scene| async move {
        let by = crate::service::institution::administrators::Operator::CommandLine;
        let link = links::make(&scene.cairn, &Scope::Everything, by).await.unwrap();
        let mut browser = Browser::new().unwrap();
        let entry = browser.get(&link).await.unwrap();
        let form = entry.form("/admin/link/").unwrap().clone();
        let typed = [("name", ""), ("email", "nobody"), ("password", "short")];
        let refused = browser.submit(&entry, &form, &typed).await.unwrap();
        assert_eq!(refused.status, 422, "{}", refused.words());
        says_three(&refused, "at least 12 characters");

        let typed = [
            ("name", "Ada"),
            ("email", "ada@school.example"),
            ("password", PASSWORD),
        ];
        let form = refused.form("/admin/link/").unwrap().clone();
        browser.submit(&refused, &form, &typed).await.unwrap();
        let page = browser
            .get(&format!("{}/admin/password", scene.origin))
            .await
            .unwrap();
        let form = page.form("/admin/password").unwrap().clone();
        let typed = [("old", "not the old one"), ("new", "short"), ("again", "shorter")];
        let refused = browser.submit(&page, &form, &typed).await.unwrap();
        assert_eq!(refused.status, 422, "{}", refused.words());
        says_three(&refused, "This is not your password.");
        scene.end().await;
    });
}

#[track_caller]
fn says_three(page: &Page, sentence: &str) {
    let words = page.words();
    assert!(
        words.contains("3 things are not right yet.") && words.contains(sentence),
        "{words}"
    );
}
