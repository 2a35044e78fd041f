//! A database that takes nothing while people work: each is told so with an id, and loses nothing.

use std::time::{Duration, Instant};

use crate::service::institution::administrators::Scope;
use crate::store::testing::proxy::Proxy;
use crate::store::testing::shortcuts::first_tenant;
use crate::store::testing::{Engine, TestDatabase, drop_postgres, heal, postgres, trouble};
use diesel::connection::SimpleConnection as _;
use practice_lms::CourseRole;
use practice_lms::browser::Browser;

use crate::tests::console::admin_browser::AdminBrowser;
use crate::tests::evidence::first_in_queue;
use crate::tests::guest::Guest;
use crate::tests::harness::{Scene, on_each_database};

const ADA: &str = "Ada Adeyemi";
const TROUBLES: [(&str, &str); 2] = [
    ("database or disk is full", "Free some space"),
    ("database is locked", "locked by another program"),
];

#[test]
fn a_launch_that_cannot_be_written_uses_nothing_up_and_the_same_form_works_later() {
    on_each_database(|scene| async move {
        for (text, sentence) in TROUBLES {
            let world = scene.moodle.world();
            let course = world.courses()[0].id;
            let person = world.member(course, CourseRole::Student).unwrap().id;
            let mut browser = Browser::new().unwrap();
            browser.set_cookie("127.0.0.1", "cairn_probe", "1");
            let form = world
                .launch_form(course, person, world.links(course)[0].id)
                .unwrap();
            let login = browser.login(&form).await.unwrap();
            let signed = world.authorize(login.header("location").unwrap()).unwrap();

            trouble(&scene.cairn.store, "sessions", text).await;
            let refused = browser.login(&signed).await.unwrap();
            assert_eq!(refused.status, 503, "{}", refused.words());
            let id = refused.header("x-cairn-error").unwrap().to_owned();
            let words = refused.words();
            assert!(words.contains(&id) && words.contains(sentence), "{words}");

            heal(&scene.cairn.store, "sessions").await;
            let opened = browser.login(&signed).await.unwrap();
            assert_eq!(opened.status, 303, "{}", opened.words());
        }
        scene.end().await;
    });
}

#[test]
fn a_hand_in_that_cannot_be_kept_comes_back_with_what_was_typed() {
    on_each_database(|scene| async move {
        let lms = &scene.moodle;
        let mut teacher = Guest::open(lms, 0, "Teacher", "Project report").await;
        let page = teacher.page.clone();
        let fields = [
            ("opens", "activity"),
            ("title", "Project report"),
            ("points", "100"),
        ];
        let chosen = teacher.send(&page, "/choose", &fields).await;
        let place = chosen.url.path().split_once("/activities/").unwrap().1.to_owned();
        let place = format!("/activities/{place}");
        let mut ada = Guest::open(lms, 0, ADA, "Project report").await;
        let page = ada.get(&place).await;
        let typed = [
            ("text", "Three days of work"),
            ("link", "https://example.org/report"),
        ];
        let file = [("file", "report.txt", "text/plain", b"and a file".as_slice())];
        for (text, sentence) in TROUBLES {
            trouble(&scene.cairn.store, "submissions", text).await;
            let refused = ada.send_files(&page, "/hand-in", &typed, &file).await;
            heal(&scene.cairn.store, "submissions").await;
            assert_eq!(refused.status, 503);
            let words = refused.words();
            let id = refused.header("x-cairn-error").unwrap().to_owned();
            assert!(words.contains(&id) && words.contains(sentence), "{words}");
            assert!(words.contains("What you typed is still here"), "{words}");
            assert!(words.contains("Choose the file once more."), "{words}");
            let form = refused.form("/hand-in").unwrap();
            assert_eq!(form.value("text"), Some("Three days of work"));
            assert_eq!(form.value("link"), Some("https://example.org/report"));
        }
        // The files' folder takes nothing either: a file stands where the folder was.
        let files = scene.cairn.settings.data_dir.join("files");
        let aside = scene.cairn.settings.data_dir.join("aside");
        std::fs::rename(&files, &aside).unwrap();
        std::fs::write(&files, "in the way").unwrap();
        let refused = ada.send_files(&page, "/hand-in", &typed, &file).await;
        std::fs::remove_file(&files).unwrap();
        std::fs::rename(&aside, &files).unwrap();
        assert_eq!(refused.status, 503, "{}", refused.words());
        assert_eq!(
            refused.form("/hand-in").unwrap().value("text"),
            Some("Three days of work")
        );

        let form = refused.form("/hand-in").unwrap();
        let done = ada
            .browser
            .submit_files(&refused, &form, &[], &file)
            .await
            .unwrap();
        assert!(done.words().contains("Handed in."), "{}", done.words());
        assert!(done.words().contains("Three days of work"), "{}", done.words());
        scene.end().await;
    });
}

#[test]
fn a_badge_that_cannot_be_saved_comes_back_with_what_was_typed() {
    on_each_database(|scene| async move {
        let mut teacher = Guest::open(&scene.canvas, 0, "Teacher", "My badges").await;
        let editor = teacher.get("/badges/new").await;
        let typed = [
            ("name", "Cleaner of data"),
            ("criteria", "Clean *one* dataset"),
            ("initials", "CD"),
            ("action", "save"),
        ];
        for (text, sentence) in TROUBLES {
            trouble(&scene.cairn.store, "badges", text).await;
            let refused = teacher.send_files(&editor, "/badges/save", &typed, &[]).await;
            heal(&scene.cairn.store, "badges").await;
            assert_eq!(refused.status, 503);
            let words = refused.words();
            let id = refused.header("x-cairn-error").unwrap().to_owned();
            assert!(words.contains(&id) && words.contains(sentence), "{words}");
            let form = refused.form("/badges/save").unwrap();
            assert_eq!(form.value("name"), Some("Cleaner of data"));
            assert_eq!(form.value("criteria"), Some("Clean *one* dataset"));
            if text.contains("locked") {
                let again = [("action", "save")];
                let saved = teacher.browser.submit_files(&refused, &form, &again, &[]).await;
                let saved = saved.unwrap();
                assert!(saved.words().contains("Saved."), "{}", saved.words());
            }
        }
        scene.end().await;
    });
}

#[test]
fn a_review_that_cannot_be_saved_comes_back_with_what_was_typed() {
    on_each_database(|scene| async move {
        let lms = &scene.moodle;
        let mut teacher = Guest::open(lms, 0, "Teacher", "Project report").await;
        let fields = [
            ("opens", "activity"),
            ("title", "Project report"),
            ("points", "100"),
        ];
        let page = teacher.page.clone();
        let chosen = teacher.send(&page, "/choose", &fields).await;
        let place = chosen.url.path().split_once("/activities/").unwrap().1;
        let place = format!("/activities/{place}");
        let mut ada = Guest::open(lms, 0, ADA, "Project report").await;
        let form = ada.get(&place).await;
        let handed = ada
            .send_files(&form, "/hand-in", &[("text", "Three days of work")], &[])
            .await;
        assert!(handed.words().contains("Handed in."), "{}", handed.words());
        let mut review = first_in_queue(&mut teacher).await;
        let typed = [
            ("message", "Say *how* you measured it."),
            ("score", "70"),
            ("verdict", "changes"),
        ];
        for (text, sentence) in TROUBLES {
            trouble(&scene.cairn.store, "audit", text).await;
            let refused = teacher.send(&review, "/review", &typed).await;
            heal(&scene.cairn.store, "audit").await;
            assert_eq!(refused.status, 503);
            let words = refused.words();
            let id = refused.header("x-cairn-error").unwrap();
            assert!(words.contains(id) && words.contains(sentence), "{words}");
            assert!(words.contains("What you typed is still here"), "{words}");
            let form = refused.form("/review").unwrap();
            assert_eq!(form.value("message"), Some("Say *how* you measured it."));
            assert_eq!(form.value("score"), Some("70"));
            review = refused;
        }
        let done = teacher.send(&review, "/review", &[("verdict", "changes")]).await;
        assert_eq!(done.status, 200, "{}", done.words());
        let told = ada.get(&place).await;
        assert!(told.words().contains("you measured it."), "{}", told.words());
        scene.end().await;
    });
}

#[test]
fn a_rule_that_cannot_be_saved_comes_back_with_what_was_typed() {
    on_each_database(|scene| async move {
        let mut teacher = Guest::open(&scene.canvas, 0, "Teacher", "My badges").await;
        let badge = teacher.make_badge("Cleaner of data", "knowledge").await;
        let rule = teacher.get(&format!("/badges/{badge}/rule")).await;
        let mut rule = teacher.build(&rule, &[("action", "add::approval")]).await;
        let rows = |page: &practice_lms::browser::Page| {
            let form = page.form("/rule/save").unwrap();
            let fields = form.fields.iter().filter(|field| field.name.starts_with("n."));
            fields
                .map(|field| (field.name.clone(), field.value.clone()))
                .collect::<Vec<_>>()
        };
        let typed = rows(&rule);
        assert!(!typed.is_empty(), "{}", rule.words());
        for (text, sentence) in TROUBLES {
            trouble(&scene.cairn.store, "rules", text).await;
            let refused = teacher.build(&rule, &[("action", "save")]).await;
            heal(&scene.cairn.store, "rules").await;
            assert_eq!(refused.status, 503);
            let words = refused.words();
            let id = refused.header("x-cairn-error").unwrap();
            assert!(words.contains(id) && words.contains(sentence), "{words}");
            assert!(words.contains("What you typed is still here"), "{words}");
            assert_eq!(rows(&refused), typed);
            rule = refused;
        }
        let saved = teacher.build(&rule, &[("action", "save")]).await;
        assert!(saved.words().contains("Saved."), "{}", saved.words());
        scene.end().await;
    });
}

#[test]
fn policies_that_cannot_be_saved_come_back_with_what_was_chosen() {
    on_each_database(|scene| async move {
        Guest::open(&scene.moodle, 0, "Teacher", "My badges").await;
        let tenant = scene.cairn.store.read(first_tenant).await.unwrap().unwrap().id;
        let mut admin = AdminBrowser::of(&scene, &Scope::Tenant(tenant.clone()), "Ada").await;
        let place = format!("/admin/policies/{tenant}");
        let mut page = admin.get(&place).await;
        let chosen = [("create", "administrators"), ("keep", "days"), ("days", "90")];
        for (text, sentence) in TROUBLES {
            trouble(&scene.cairn.store, "audit", text).await;
            let refused = admin.send(&page, "/admin/policies/", &chosen).await;
            heal(&scene.cairn.store, "audit").await;
            assert_eq!(refused.status, 503);
            let words = refused.words();
            let id = refused.header("x-cairn-error").unwrap();
            assert!(words.contains(id) && words.contains(sentence), "{words}");
            assert!(words.contains("What you typed is still here"), "{words}");
            let form = refused.form("/admin/policies/").unwrap();
            assert_eq!(form.value("days"), Some("90"));
            let kept = form
                .fields
                .iter()
                .any(|field| field.name == "create" && field.is_sent && field.value == "administrators");
            assert!(kept, "{words}");
            page = refused;
        }
        let saved = admin.send(&page, "/admin/policies/", &[]).await;
        assert!(saved.words().contains("Saved."), "{}", saved.words());
        let kept = admin.get(&place).await;
        assert_eq!(kept.form("/admin/policies/").unwrap().value("days"), Some("90"));
        scene.end().await;
    });
}

#[test]
fn while_its_database_is_frozen_it_lives_is_not_ready_and_says_so_in_time() {
    let Some(server) = postgres() else { return };
    crate::app::block_on(async move {
        let mut database = TestDatabase::postgres(&server);
        let (proxy, url) = Proxy::before(&database.url);
        database.url = url;
        let scene = Scene::on(database).await;
        let get = async |path: &str| reqwest::get(format!("{}{path}", scene.origin)).await.unwrap();
        assert_eq!(get("/readyz").await.status(), 200);
        proxy.freeze();
        let asked = Instant::now();
        let page = tokio::spawn(reqwest::get(format!("{}/b/nobody", scene.origin)));
        // More often than there are connections.
        for _ in 0..6 {
            let begun = Instant::now();
            let ready = get("/readyz").await;
            assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
            assert_eq!(ready.status(), 503);
            assert_eq!(ready.text().await.unwrap(), "The database does not answer.");
            assert_eq!(get("/healthz").await.status(), 200);
        }
        let page = page.await.unwrap().unwrap();
        assert!(asked.elapsed() < Duration::from_secs(35), "{:?}", asked.elapsed());
        assert_eq!(page.status(), 503);
        let words = page.text().await.unwrap();
        // Whether it is the connection that fails or the question, the page says both.
        let told = words.to_lowercase();
        assert!(told.contains("database") && told.contains("try again"), "{words}");
        proxy.thaw();
        let thawed = Instant::now();
        while get("/readyz").await.status() != 200 {
            assert!(thawed.elapsed() < Duration::from_secs(30), "it does not recover");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert_eq!(get("/b/nobody").await.status(), 404);
        scene.end().await;
    });
}

#[test]
fn without_its_database_it_lives_and_is_not_ready() {
    on_each_database(|scene| async move {
        let mut browser = Browser::new().unwrap();
        let ready = format!("{}/readyz", scene.origin);
        assert_eq!(browser.get(&ready).await.unwrap().status, 200);
        match scene.cairn.store.engine() {
            Engine::Postgres => drop_postgres(scene.database_url()),
            // Another file in its place, without our tables.
            Engine::Sqlite => {
                let emptied = scene
                    .cairn
                    .store
                    .write(|db| Ok(db.batch_execute("ALTER TABLE tenants RENAME TO elsewhere")?));
                emptied.await.unwrap();
            }
        }
        let mut page = browser.get(&ready).await.unwrap();
        for _ in 0..50 {
            if page.status != 200 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
            page = browser.get(&ready).await.unwrap();
        }
        assert_eq!(page.status, 503);
        assert!(
            page.text().contains("The database does not answer."),
            "{}",
            page.text()
        );
        let alive = browser.get(&format!("{}/healthz", scene.origin)).await.unwrap();
        assert_eq!(alive.status, 200);
        scene.end().await;
    });
}
