//! Forms that open a visit or sign in are taken from pages of ours alone; and what was saved of a page is worth nothing once
//! its visit is over.

use std::sync::Arc;

use chrono::TimeDelta;
use practice_lms::browser::{Browser, Form, Page};
use reqwest::Method;

use super::console::admin_browser::{AdminBrowser, PASSWORD};
use super::guest::Guest;
use super::harness::{ForwardClock, Scene, has_visit, on_each_database};
use crate::service::institution::administrators::{Operator, Scope, links};
use crate::store::testing::TestDatabase;

/// Posts a form with these headers and no others.
async fn post(browser: &mut Browser, page: &Page, form: &Form, headers: &[(&str, &str)]) -> Page {
    let fields = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form.filled(&[]))
        .finish();
    let mut all = vec![("content-type", "application/x-www-form-urlencoded")];
    all.extend_from_slice(headers);
    let url = page.url.join(&form.action).unwrap();
    let posted = browser.fetch(Method::POST, url.as_str(), &all, fields.into_bytes());
    posted.await.unwrap()
}

/// Headers of a form that a page of ours did not send.
fn foreign(origin: &str) -> Vec<Vec<(&'static str, String)>> {
    vec![
        vec![],
        vec![("origin", "null".to_owned())],
        vec![("origin", "https://evil.example".to_owned())],
        vec![("sec-fetch-site", "none".to_owned())],
        vec![
            ("sec-fetch-site", "cross-site".to_owned()),
            ("origin", origin.to_owned()),
        ],
        vec![("sec-fetch-site", "same-site".to_owned())],
    ]
}

async fn is_refused_from_elsewhere(origin: &str, page: &Page, form: &Form) {
    for headers in foreign(origin) {
        let headers: Vec<(&str, &str)> = headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let mut stranger = Browser::new().unwrap();
        let refused = post(&mut stranger, page, form, &headers).await;
        assert_eq!(refused.status, 403, "{} {headers:?}", form.action);
        assert!(refused.header("set-cookie").is_none(), "{headers:?}");
        assert!(!has_visit(&stranger));
    }
}

#[test]
fn a_window_is_opened_from_a_page_of_ours_alone() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            // The launch itself came from another site.
            let guest = Guest::open(lms, 0, "Teacher", "My badges").await;
            let form = guest.page.form("/window").unwrap();
            let before = scene.database.rows()["sessions"];
            is_refused_from_elsewhere(&scene.origin, &guest.page, &form).await;
            assert_eq!(scene.database.rows()["sessions"], before, "{name}");
            assert_eq!(guest.page.header("referrer-policy"), Some("same-origin"));
            for mut window in [Browser::new().unwrap(), Browser::new().unwrap().of_old()] {
                let opened = window.submit(&guest.page, &form, &[]).await.unwrap();
                assert_eq!(opened.status, 200, "{name}: {}", opened.words());
                assert!(has_visit(&window), "{name}");
            }
        }
        scene.end().await;
    });
}

#[test]
fn nobody_signs_in_to_the_console_by_a_form_of_another_site() {
    on_each_database(|scene| async move {
        let typed = [
            ("name", "Ada"),
            ("email", "ada@school.example"),
            ("password", PASSWORD),
        ];
        AdminBrowser::with(&scene, &Scope::Everything, &typed).await;
        let link = links::make(&scene.cairn, &Scope::Everything, Operator::CommandLine)
            .await
            .unwrap();
        let sign_in = format!("{}/admin/sign-in", scene.origin);
        for (address, action) in [(&sign_in, "/admin/sign-in"), (&link, "/admin/link/")] {
            let mut browser = Browser::new().unwrap().of_old();
            let page = browser.get(address).await.unwrap();
            assert_eq!(page.header("referrer-policy"), Some("same-origin"), "{action}");
            let form = page.form(action).unwrap();
            is_refused_from_elsewhere(&scene.origin, &page, &form).await;
            let typed = [
                ("name", "Ben"),
                ("email", "ada@school.example"),
                ("password", PASSWORD),
            ];
            let typed = if action == "/admin/link/" {
                &typed[..1]
            } else {
                &typed[1..]
            };
            let inside = browser.submit(&page, &form, typed).await.unwrap();
            assert_eq!(inside.status, 200, "{action}: {}", inside.words());
            assert!(browser.cookie("127.0.0.1", "cairn_admin").is_some(), "{action}");
        }
        scene.end().await;
    });
}

#[test]
fn a_saved_page_opens_nothing_when_its_visit_is_over() {
    crate::app::block_on(async {
        let clock = Arc::new(ForwardClock::default());
        let scene = Scene::at(TestDatabase::sqlite(), Arc::<ForwardClock>::clone(&clock)).await;
        let guest = Guest::open(&scene.moodle, 0, "Teacher", "My badges").await;
        let saved = guest.page.clone();
        let form = saved.form("/window").unwrap();
        clock.forward(TimeDelta::minutes(110));
        let mut window = Browser::new().unwrap();
        let opened = window.submit(&saved, &form, &[]).await.unwrap();
        assert_eq!(opened.status, 200, "{}", opened.words());
        // Nobody used the first one since: it is over, whatever was opened from it.
        clock.forward(TimeDelta::minutes(15));
        let mut thief = Browser::new().unwrap();
        let late = thief.submit(&saved, &form, &[]).await.unwrap();
        assert_eq!(late.status, 401, "{}", late.words());
        assert!(!has_visit(&thief));
        // A window ends with the visit that it was opened from, however often it is used.
        let url = opened.url.as_str();
        for minutes in [100, 100, 100, 100] {
            assert_eq!(window.get(url).await.unwrap().status, 200);
            clock.forward(TimeDelta::minutes(minutes));
        }
        assert_eq!(window.get(url).await.unwrap().status, 200);
        clock.forward(TimeDelta::minutes(80));
        let over = window.get(url).await.unwrap();
        assert_eq!(over.status, 401, "{}", over.words());
        let second = opened.form("/window").unwrap();
        let late = thief.submit(&opened, &second, &[]).await.unwrap();
        assert_eq!(late.status, 401, "{}", late.words());
        scene.end().await;
    });
}
