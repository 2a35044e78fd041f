//! "How I learned this", as its holder sees it and as they show it; and what holders say of a badge themselves.

use crate::domain::timeline::{Shows, Timeline};
use crate::service::base::session::digest;
use crate::store::timelines;
use chrono::TimeDelta;
use practice_lms::browser::{Browser, Page};

use super::stage::{Stage, design, get};
use crate::domain::rule::Condition;
use crate::tests::harness::on_each_database;
use crate::tests::privacy::handed_in;

const HTML: &str = "text/html";

/// What stands in the field with that id.
fn field(page: &Page, id: &str) -> String {
    let text = page.text();
    let start = format!("id=\"{id}\" readonly value=\"");
    let found = text
        .split(start.as_str())
        .nth(1)
        .unwrap_or_else(|| panic!("{text}"));
    found.split('"').next().unwrap().to_owned()
}

async fn sent(browser: &mut Browser, page: &Page, action: &str, fields: &[(&str, &str)]) -> Page {
    let form = page.form(action).unwrap_or_else(|error| panic!("{error}"));
    browser.submit(page, &form, fields).await.unwrap()
}

#[test]
fn a_timeline_is_shown_by_a_link_only_as_its_holder_wishes_and_until_it_ends() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (_, award, credential) = stage.earned().await;
        let (_, name) = stage.student(0);
        let mut student = stage.student_browser(0).await;
        let place = stage.inside(&format!("/credentials/{}/timeline", award.id));
        let page = student.get(&place).await.unwrap();
        for words in [
            "How I learned this",
            "Quiz master",
            "80 of 100",
            "Awarded by",
            "it is valid",
        ] {
            assert!(page.words().contains(words), "{words}: {}", page.words());
        }
        let odd = sent(&mut student, &page, "/timeline/links", &[("days", "4000")]).await;
        assert_eq!(odd.status, 422);
        assert!(odd.text().contains("share.days"), "{}", odd.text());

        let made = sent(&mut student, &page, "/timeline/links", &[("days", "7")]).await;
        let bare = field(&made, "fresh-link");
        let shown = get(&bare, HTML).await;
        assert_eq!(shown.status, 200, "{}", shown.words());
        assert_eq!(shown.header("x-robots-tag"), Some("noindex"));
        for words in [
            "Quiz master",
            "Final quiz ≥ 80 %",
            "works until",
            credential.slug.as_str(),
        ] {
            assert!(shown.words().contains(words), "{words}: {}", shown.words());
        }
        for absent in [name.as_str(), "80 of 100"] {
            assert!(!shown.words().contains(absent), "{absent}: {}", shown.words());
        }
        let listed = student.get(&place).await.unwrap();
        let secret = bare.rsplit('/').next().unwrap();
        assert!(!listed.text().contains(secret), "told once");

        let all = [("days", "30"), ("show_name", "yes"), ("show_evidence", "yes")];
        let made = sent(&mut student, &page, "/timeline/links", &all).await;
        let full = get(&field(&made, "fresh-link"), HTML).await;
        for words in [name.as_str(), "80 of 100"] {
            assert!(full.words().contains(words), "{words}: {}", full.words());
        }

        // The latest stands first: that with everything.
        let done = sent(&mut student, &made, "/withdraw", &[]).await;
        assert!(
            done.words().contains("It is not shown any more"),
            "{}",
            done.words()
        );
        let gone = get(&field(&made, "fresh-link"), HTML).await;
        assert_eq!(gone.status, 410, "{}", gone.words());
        assert!(
            gone.text().contains("timeline.withdrawn") && !gone.words().contains("Quiz master"),
            "{}",
            gone.words()
        );
        assert_eq!(get(&bare, HTML).await.status, 200);
        assert_eq!(get(&stage.url("/t/guess"), HTML).await.status, 404);

        // Over: as if it had been made for a time that has passed.
        let now = stage.scene.cairn.clock.now();
        let over = Timeline {
            id: "over".into(),
            tenant: award.tenant.clone(),
            person: award.person.clone(),
            award: None,
            digest: digest("over"),
            slug: None,
            shows: Shows::default(),
            made_at: now - TimeDelta::days(7),
            until: Some(now - TimeDelta::seconds(1)),
            withdrawn_at: None,
        };
        let kept = stage
            .scene
            .cairn
            .store
            .write(move |db| timelines::insert(db, &over));
        assert!(kept.await.unwrap());
        let over = get(&stage.url("/t/over"), HTML).await;
        assert_eq!(over.status, 410);
        assert!(over.words().contains("that time is over"), "{}", over.words());

        stage.with_minors().await;
        assert_eq!(get(&bare, HTML).await.status, 403);
        let refused = sent(&mut student, &page, "/timeline/links", &[("days", "7")]).await;
        assert_eq!(refused.status, 403);
        assert!(refused.text().contains("policy.inside"), "{}", refused.text());
        let refused = sent(&mut student, &page, "/timeline/public", &[]).await;
        assert_eq!(refused.status, 403);
        let page = student.get(&place).await.unwrap();
        assert!(
            page.words().contains("a timeline is for you alone"),
            "{}",
            page.words()
        );
        stage.scene.end().await;
    });
}

#[test]
fn work_is_told_by_the_fingerprint_of_its_file_and_to_others_only_with_the_evidence() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        stage.check().await;
        let work = handed_in(&stage, 0).await;
        let file = work.artefact.file.unwrap();
        let activity = work.activity;
        let rule = vec![Condition::EvidenceApproved { activity }];
        let badge = stage.badge(design("Field worker"), Some(rule)).await;
        let (award, _) = stage.awarded(&badge, 0).await;
        let mut student = stage.student_browser(0).await;
        let place = stage.inside(&format!("/credentials/{}/timeline", award.id));
        let page = student.get(&place).await.unwrap();
        for words in ["Field report", file.digest.as_str(), file.name.as_str()] {
            assert!(page.words().contains(words), "{words}: {}", page.words());
        }
        let made = sent(&mut student, &page, "/timeline/links", &[("days", "7")]).await;
        let bare = get(&field(&made, "fresh-link"), HTML).await;
        assert!(
            bare.words().contains("Field report approved") && !bare.words().contains(&file.digest),
            "{}",
            bare.words()
        );
        let evidence = [("days", "7"), ("show_evidence", "yes")];
        let made = sent(&mut student, &page, "/timeline/links", &evidence).await;
        let full = get(&field(&made, "fresh-link"), HTML).await;
        assert!(full.words().contains(&file.digest), "{}", full.words());
        stage.scene.end().await;
    });
}

#[test]
fn a_timeline_of_all_badges_has_one_public_address_until_it_is_switched_off() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (_, award, _) = stage.earned().await;
        let (_, name) = stage.student(0);
        let mut student = stage.student_browser(0).await;
        let place = stage.inside("/mine/timeline");
        let page = student.get(&place).await.unwrap();
        assert!(!page.text().contains("public-url"), "it is off: {}", page.text());
        let shown = sent(&mut student, &page, "/mine/timeline/public", &[]).await;
        let address = field(&shown, "public-url");
        let seen = get(&address, HTML).await;
        assert_eq!((seen.status, seen.header("x-robots-tag")), (200, None));
        assert!(
            !seen.text().contains("noindex") && !seen.words().contains(&name),
            "{}",
            seen.text()
        );
        let named = [("show_name", "yes")];
        let again = sent(&mut student, &shown, "/mine/timeline/public", &named).await;
        assert_eq!(field(&again, "public-url"), address);
        assert!(get(&address, HTML).await.words().contains(&name));

        // What its holder keeps to themselves is not in it.
        let mine = stage.inside(&format!("/credentials/{}", award.id));
        let mine = student.get(&mine).await.unwrap();
        sent(&mut student, &mine, "/share", &[("keep_page", "yes")]).await;
        let kept = get(&address, HTML).await;
        assert!(
            kept.words().contains("There is no badge to show now") && !kept.words().contains("Quiz master"),
            "{}",
            kept.words()
        );

        let withdraw = again.form("/withdraw").unwrap();
        // Nobody else can do it.
        let mut other = stage.student_browser(1).await;
        let home = other.get(&stage.inside("/mine")).await.unwrap();
        let csrf = home
            .forms()
            .iter()
            .find_map(|form| form.value("csrf").map(str::to_owned))
            .unwrap();
        let refused = other
            .submit(&again, &withdraw, &[("csrf", csrf.as_str())])
            .await
            .unwrap();
        assert_eq!(refused.status, 404, "{}", refused.words());
        let one = stage.inside(&format!("/credentials/{}/timeline", award.id));
        assert_eq!(other.get(&one).await.unwrap().status, 404);

        for _ in 0..2 {
            let done = student.submit(&again, &withdraw, &[]).await.unwrap();
            assert!(
                done.words().contains("It is not shown any more"),
                "{}",
                done.words()
            );
        }
        assert_eq!(get(&address, HTML).await.status, 410);
        stage.scene.end().await;
    });
}

#[test]
fn a_holders_words_are_shown_as_theirs_where_they_wish_and_are_never_signed() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (_, award, credential) = stage.earned().await;
        let mut student = stage.student_browser(0).await;
        let mine = stage.inside(&format!("/credentials/{}", award.id));
        let page = student.get(&mine).await.unwrap();
        let public = stage.url(&format!("/b/{}", credential.slug));

        let bad = [("note", "I <b>used</b> it"), ("link", "javascript:alert(1)")];
        let refused = sent(&mut student, &page, "/note", &bad).await;
        assert_eq!(refused.status, 422);
        for kept in ["Give a whole web address", "I <b>used</b> it"] {
            assert!(refused.words().contains(kept), "{kept}: {}", refused.words());
        }
        let long = "ä".repeat(2_001);
        let refused = sent(&mut student, &page, "/note", &[("note", long.as_str())]).await;
        assert_eq!(refused.status, 422);

        let good = [("note", "I <b>used</b> it"), ("link", "https://work.example/a")];
        let kept = sent(&mut student, &page, "/note", &good).await;
        assert!(
            kept.words().contains("outside what is signed"),
            "{}",
            kept.words()
        );
        assert!(!get(&public, HTML).await.words().contains("own words"));
        let mut shown = good.to_vec();
        shown.push(("shown", "yes"));
        sent(&mut student, &kept, "/note", &shown).await;
        let seen = get(&public, HTML).await;
        for words in [
            "In the holder’s own words",
            "I <b>used</b> it",
            "https://work.example/a",
        ] {
            assert!(seen.words().contains(words), "{words}: {}", seen.words());
        }
        assert!(!seen.text().contains("<b>used"), "{}", seen.text());
        assert!(
            seen.text().contains("rel=\"nofollow noopener noreferrer\""),
            "{}",
            seen.text()
        );
        let file = student.get(&format!("{mine}.json")).await.unwrap();
        assert_eq!(file.text(), credential.document, "what is signed stays as it is");

        let empty = [("note", " "), ("link", "")];
        sent(&mut student, &page, "/note", &empty).await;
        assert!(!get(&public, HTML).await.words().contains("own words"));

        // Nobody else says anything in their place.
        let mut other = stage.student_browser(1).await;
        let home = other.get(&stage.inside("/mine")).await.unwrap();
        let csrf = home
            .forms()
            .iter()
            .find_map(|form| form.value("csrf").map(str::to_owned))
            .unwrap();
        let form = page.form("/note").unwrap();
        let fields = [("note", "not mine"), ("csrf", csrf.as_str())];
        let refused = other.submit(&page, &form, &fields).await.unwrap();
        assert_eq!(refused.status, 404, "{}", refused.words());
        stage.scene.end().await;
    });
}
