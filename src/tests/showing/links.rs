//! Links by which a holder shows a badge for a time.

use crate::domain::credential::ShareLink;
use crate::store::share_links;
use chrono::TimeDelta;

use super::stage::{Stage, get};
use crate::tests::harness::on_each_database;

const HTML: &str = "text/html";

#[test]
fn a_kept_page_is_shown_by_a_link_until_it_ends_or_is_withdrawn() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (_, award, credential) = stage.earned().await;
        let (_, name) = stage.student(0);
        let mut student = stage.student_browser(0).await;
        let mine = stage.inside(&format!("/credentials/{}", award.id));
        let page = student.get(&mine).await.unwrap();
        let switches = page.form("/share").unwrap();
        let kept = [
            ("keep_page", "yes"),
            ("show_name", "yes"),
            ("allow_downloads", "yes"),
        ];
        let page = student.submit(&page, &switches, &kept).await.unwrap();
        assert!(!page.text().contains("linkedin.com"), "{}", page.text());
        let public = stage.url(&format!("/b/{}", credential.slug));
        for address in [
            public.clone(),
            format!("{public}.json"),
            format!("{public}.png"),
            format!("{public}/print"),
        ] {
            let refused = get(&address, HTML).await;
            assert_eq!(refused.status, 403, "{address}");
            assert!(refused.text().contains("credential.kept"), "{}", refused.text());
            assert!(!refused.text().contains("Quiz master"), "{}", refused.text());
        }

        let form = page.form("/links").unwrap();
        let odd = student.submit(&page, &form, &[("days", "4000")]).await.unwrap();
        assert_eq!(odd.status, 422);
        assert!(odd.text().contains("share.days"), "{}", odd.text());
        let mut addresses = Vec::new();
        for days in ["7", "30"] {
            let made = student.submit(&page, &form, &[("days", days)]).await.unwrap();
            assert!(made.words().contains("Your link is ready."), "{}", made.words());
            let field = made.text();
            assert_eq!(field.matches("data-focus").count(), 1, "the page goes there");
            let field = field.split("id=\"fresh-link\" readonly value=\"").nth(1).unwrap();
            addresses.push(field.split('"').next().unwrap().to_owned());
        }
        let listed = student.get(&mine).await.unwrap();
        for address in &addresses {
            let secret = address.rsplit('/').next().unwrap();
            assert!(secret.len() >= 20 && !listed.text().contains(secret), "told once");
            let shown = get(address, HTML).await;
            assert_eq!(shown.status, 200, "{}", shown.text());
            for words in [
                "Quiz master",
                name.as_str(),
                "by a link that works until",
                "Valid today",
            ] {
                assert!(shown.words().contains(words), "{words}: {}", shown.words());
            }
            assert_eq!(shown.header("x-robots-tag"), Some("noindex"));
            let lasting = credential.slug.as_str();
            for absent in ["og:title", "<h2>Download", "/print\"", lasting] {
                assert!(!shown.text().contains(absent), "{absent}: {}", shown.text());
            }
        }

        // The latest stands first: 30 days.
        let withdraw = listed.form("/withdraw").unwrap();
        for _ in 0..2 {
            let done = student.submit(&listed, &withdraw, &[]).await.unwrap();
            assert!(
                done.words().contains("The link was withdrawn"),
                "{}",
                done.words()
            );
        }
        let gone = get(&addresses[1], HTML).await;
        assert_eq!(gone.status, 410, "{}", gone.words());
        assert!(
            gone.words()
                .contains("The holder of this badge has withdrawn this link")
                && !gone.words().contains("Quiz master"),
            "{}",
            gone.words()
        );
        assert_eq!(get(&addresses[0], HTML).await.status, 200);
        assert_eq!(get(&stage.url("/s/guess"), HTML).await.status, 404);

        // Over: as if it had been made for a time that has passed.
        let (tenant, id) = (credential.tenant.clone(), credential.id.clone());
        let now = stage.scene.cairn.clock.now();
        let old = stage.scene.cairn.store.write(move |db| {
            let [_, open] = share_links::of_credential(db, &tenant, &id, 9)?
                .try_into()
                .unwrap();
            let over = ShareLink {
                id: "over".into(),
                digest: crate::service::base::session::digest("over"),
                until: now - TimeDelta::seconds(1),
                ..open
            };
            share_links::insert(db, &over)
        });
        old.await.unwrap();
        let over = get(&stage.url("/s/over"), HTML).await;
        assert_eq!(over.status, 410);
        assert!(
            over.words().contains("that time is over")
                && over.words().contains("says nothing about the badge"),
            "{}",
            over.words()
        );

        stage.with_minors().await;
        let refused = get(&addresses[0], HTML).await;
        assert_eq!(refused.status, 403, "{}", refused.words());
        let refused = student.submit(&page, &form, &[("days", "7")]).await.unwrap();
        assert_eq!(refused.status, 403);
        assert!(refused.text().contains("policy.inside"), "{}", refused.text());
        stage.scene.end().await;
    });
}

#[test]
fn nobody_else_makes_or_withdraws_a_link() {
    on_each_database(|scene| async move {
        let mut stage = Stage::set(scene).await;
        let (_, award, _) = stage.earned().await;
        let mut holder = stage.student_browser(0).await;
        let mine = stage.inside(&format!("/credentials/{}", award.id));
        let page = holder.get(&mine).await.unwrap();
        let make = page.form("/links").unwrap();
        let made = holder.submit(&page, &make, &[("days", "7")]).await.unwrap();
        let text = made.text();
        let address = text.split("id=\"fresh-link\" readonly value=\"").nth(1).unwrap();
        let address = address.split('"').next().unwrap().to_owned();
        let withdraw = made.form("/withdraw").unwrap();
        let mut other = stage.student_browser(1).await;
        for browser in [&mut other, &mut stage.teacher] {
            let home = browser
                .get(&format!("{}/c/{}", stage.scene.origin, stage.course.id))
                .await
                .unwrap();
            let csrf = home
                .forms()
                .iter()
                .find_map(|form| form.value("csrf").map(str::to_owned))
                .unwrap();
            let fields = [("days", "7"), ("csrf", csrf.as_str())];
            for form in [&make, &withdraw] {
                let refused = browser.submit(&page, form, &fields).await.unwrap();
                assert_eq!(refused.status, 404, "{}", refused.words());
            }
        }
        assert_eq!(get(&address, HTML).await.status, 200);
        stage.scene.end().await;
    });
}

#[test]
fn a_link_that_ended_is_remembered_for_ninety_days() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (_, _, credential) = stage.earned().await;
        let now = stage.scene.cairn.clock.now();
        let days = |count: i64| now + TimeDelta::days(count);
        let all = [
            ("works", days(5), None),
            ("ended lately", days(-89), None),
            ("ended long ago", days(-91), None),
            ("withdrawn lately", days(5), Some(days(-89))),
            ("withdrawn long ago", days(5), Some(days(-91))),
        ];
        let links = all.map(|(name, until, withdrawn_at)| ShareLink {
            id: name.into(),
            tenant: credential.tenant.clone(),
            credential: credential.id.clone(),
            digest: crate::service::base::session::digest(name),
            made_at: days(-180),
            until,
            withdrawn_at,
        });
        let kept = stage
            .scene
            .cairn
            .store
            .write(move |db| links.iter().try_for_each(|link| share_links::insert(db, link)));
        kept.await.unwrap();
        let address = |name: &str| stage.url(&format!("/s/{}", name.replace(' ', "%20")));
        assert_eq!(get(&address("ended long ago"), HTML).await.status, 410);
        crate::service::institution::policies::forget(&stage.scene.cairn)
            .await
            .unwrap();
        let (tenant, id) = (credential.tenant.clone(), credential.id.clone());
        let left = stage
            .scene
            .cairn
            .store
            .read(move |db| share_links::of_credential(db, &tenant, &id, 100));
        let mut left: Vec<String> = left.await.unwrap().iter().map(|one| one.id.to_string()).collect();
        left.sort();
        assert_eq!(left, ["ended lately", "withdrawn lately", "works"]);
        for (name, status) in [("works", 200), ("ended lately", 410), ("ended long ago", 404)] {
            assert_eq!(get(&address(name), HTML).await.status, status, "{name}");
        }
        stage.scene.end().await;
    });
}
