//! The rest of a badge's life: near its end, renewed, and revoked with many others.

use crate::domain::award::Award;
use crate::domain::badge::{Expiry, Renewal};
use crate::domain::credential::{Credential, Visibility};
use crate::domain::page::Page;
use crate::domain::zone::Zone;
use crate::ids::{AwardId, CredentialId};
use crate::random::SystemRandom;
use crate::store::testing::shortcuts::logged;
use crate::store::{awards, credentials};
use chrono::TimeDelta;

use crate::service::institution::administrators::Scope;

use super::stage::{Stage, design, get, until};
use crate::tests::console::admin_browser::AdminBrowser;
use crate::tests::harness::on_each_database;

#[test]
fn a_badge_that_is_renewed_says_so_on_both_pages_and_tells_no_more_than_its_holder_does() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (_, old, credential) = stage.earned().await;
        let (cairn, now) = (&stage.scene.cairn, stage.scene.cairn.clock.now());
        let renewal = Award {
            id: AwardId::new(now, &SystemRandom),
            cycle: 2,
            awarded_at: now,
            ..old.clone()
        };
        let newer = Credential {
            id: CredentialId::new(now, &SystemRandom),
            award: renewal.id.clone(),
            slug: "newer".into(),
            status_position: (credential.status_position + 1) % 1_000,
            ..credential.clone()
        };
        let (id, tenant) = (newer.id.clone(), newer.tenant.clone());
        let added = renewal.clone();
        let written = cairn.store.write(move |db| {
            awards::insert_once(db, &added)?;
            credentials::insert(db, &newer)
        });
        written.await.unwrap();
        let day = now.format("%-d %b %Y");
        let address = stage.url(&format!("/b/{}", credential.slug));
        let page = get(&address, "text/html").await;
        let said = format!("Superseded. Renewed on {day}: see the newer badge");
        assert!(page.words().contains(&said), "{}", page.words());
        assert!(page.text().contains("href=\"/b/newer\""), "{}", page.text());
        let page = get(&stage.url("/b/newer"), "text/html").await;
        let said = format!("Renews the badge of {}", old.awarded_at.format("%-d %b %Y"));
        assert!(
            page.words().contains(&said) && !page.words().contains("Superseded"),
            "{}",
            page.words()
        );
        assert!(page.text().contains(&format!("href=\"/b/{}\"", credential.slug)));

        // The newer page shows the name, the older one does not: whoever reads the older one is not led to it.
        let visibility = Visibility {
            name: true,
            ..Visibility::default()
        };
        let named = cairn
            .store
            .write(move |db| credentials::set_visibility(db, &tenant, &id, visibility));
        named.await.unwrap();
        let page = get(&address, "text/html").await;
        assert!(
            page.words().contains("Superseded.") && !page.text().contains("/b/newer"),
            "{}",
            page.text()
        );
        let page = get(&stage.url("/b/newer"), "text/html").await;
        assert!(page.text().contains(&format!("href=\"/b/{}\"", credential.slug)));

        let mut student = stage.student_browser(0).await;
        let mine = stage.inside(&format!("/credentials/{}", old.id));
        let page = student.get(&mine).await.unwrap();
        assert!(page.words().contains("see the newer badge"), "{}", page.words());
        let [other] = page
            .links(&format!("/credentials/{}", renewal.id))
            .into_iter()
            .take(1)
            .collect::<Vec<_>>()
            .try_into()
            .unwrap();
        let page = student.get(&other).await.unwrap();
        assert!(page.words().contains("see the older badge"), "{}", page.words());
        stage.scene.end().await;
    });
}

#[test]
fn who_holds_a_badge_that_lapses_soon_reads_how_to_renew_it() {
    on_each_database(|scene| async move {
        let mut stage = Stage::set(scene).await;
        let lasting = |name: &str, days| {
            let mut design = design(name);
            design.expiry = Expiry::AfterDays { days };
            design
        };
        let month = stage.badge(lasting("Month", 30), Some(vec![stage.quiz()])).await;
        let mut week = lasting("Week", 7);
        week.renewal = Renewal::Automatic;
        let week = stage.badge(week, Some(vec![stage.quiz()])).await;
        let long = stage.badge(lasting("Long", 40), Some(vec![stage.quiz()])).await;
        let mut once = design("Once");
        once.expiry = Expiry::On {
            at: stage.scene.cairn.clock.now() + TimeDelta::days(5),
            zone: Zone::UTC,
        };
        let once = stage.badge(once, Some(vec![stage.quiz()])).await;
        stage.grade(0, 80);
        stage.check().await;
        for badge in [&month, &week, &long, &once] {
            stage.awarded(badge, 0).await;
        }
        let mut student = stage.student_browser(0).await;
        let at = |badge| stage.inside(&format!("/badges/{badge}"));
        for (badge, lapses, what) in [
            (&month, "Lapses soon", "To renew it: be graded anew."),
            (&week, "Lapses very soon", "it is renewed by itself"),
            (&once, "Lapses very soon", "It cannot be renewed"),
        ] {
            let page = student.get(&at(badge)).await.unwrap();
            for said in [lapses, what] {
                assert!(page.words().contains(said), "{said}: {}", page.words());
            }
        }
        let page = student.get(&at(&long)).await.unwrap();
        assert!(!page.words().contains("Lapses"), "{}", page.words());
        let mine = student.get(&stage.inside("")).await.unwrap();
        assert_eq!(mine.words().matches("Lapses soon").count(), 1, "{}", mine.words());
        assert_eq!(
            mine.words().matches("Lapses very soon").count(),
            2,
            "{}",
            mine.words()
        );
        let holders = |badge| stage.inside(&format!("/badges/{badge}/awards"));
        let (soon, later) = (holders(&month), holders(&long));
        let page = stage.teacher.get(&soon).await.unwrap();
        assert!(
            page.words().contains("1 expires within 30 days"),
            "{}",
            page.words()
        );
        let page = stage.teacher.get(&later).await.unwrap();
        assert!(!page.words().contains("within 30 days"), "{}", page.words());

        stage.grade(0, 10);
        stage.check().await;
        let address = stage.inside(&format!("/badges/{week}"));
        let asked = until("the reminder asks for something", || async {
            let mut student = student.clone();
            let page = student.get(&address).await.unwrap();
            page.words().contains("To renew it:").then(|| page.words())
        })
        .await;
        assert!(!asked.contains("renewed by itself"), "{asked}");
        stage.scene.end().await;
    });
}

#[test]
fn who_let_a_badge_lapse_reads_what_renews_it_and_a_teacher_renews_it_with_a_click() {
    on_each_database(|scene| async move {
        let mut stage = Stage::set(scene).await;
        let (badge, old, credential) = stage.earned().await;
        let (cairn, now) = (&stage.scene.cairn, stage.scene.cairn.clock.now());
        let lapsed = Award {
            id: AwardId::new(now, &SystemRandom),
            cycle: 2,
            awarded_at: now,
            valid_until: Some(now),
            ..old.clone()
        };
        let written = cairn.store.write(move |db| awards::insert_once(db, &lapsed));
        assert!(written.await.unwrap());
        stage.check().await;
        stage.scene.at_rest().await;
        let person = stage.person(0).await;
        let cycle = stage.latest(&badge, &person).await.map(|award| award.cycle);
        assert_eq!(cycle, Some(2), "the grade is from before");

        let day = now.format("%-d %b %Y");
        let mut student = stage.student_browser(0).await;
        let page = student
            .get(&stage.inside(&format!("/badges/{badge}")))
            .await
            .unwrap();
        let said = format!("it lapsed on {day}, and what you have is from before. Be graded anew.");
        assert!(page.words().contains(&said), "{}", page.words());
        let decision = stage.inside(&format!("/badges/{badge}/people/{person}"));
        let page = stage.teacher.get(&decision).await.unwrap();
        for said in [
            format!("It lapsed on {day}, and everything that meets its rule is from before"),
            "It is awarded again when the student is graded anew.".to_owned(),
        ] {
            assert!(page.words().contains(&said), "{said}: {}", page.words());
        }
        let preview = stage.inside(&format!("/badges/{badge}/preview"));
        let page = stage.teacher.get(&preview).await.unwrap();
        assert!(
            page.words().contains("The badge of 1 student has lapsed"),
            "{}",
            page.words()
        );

        // The editor and what anybody can read say which.
        let editor = stage.inside(&format!("/badges/{badge}/edit"));
        let page = stage.teacher.get(&editor).await.unwrap();
        let filled = page.form("/save").unwrap().filled(&[]);
        let chosen: Vec<_> = filled.iter().filter(|(name, _)| *name == "renewal").collect();
        assert!(chosen.len() == 1 && chosen[0].1 == "newer", "{chosen:?}");
        let document: serde_json::Value = serde_json::from_str(&credential.document).unwrap();
        let achievement = document["credentialSubject"]["achievement"]["id"]
            .as_str()
            .unwrap();
        let public = stage.url(&format!("/b/{}", credential.slug));
        for (address, said) in [
            (achievement, "Renewed by something newer than the last award"),
            (public.as_str(), "Renewed by something newer than the last award."),
        ] {
            let page = get(address, "text/html").await;
            assert!(page.words().contains(said), "{}", page.words());
        }

        let holders = stage.inside(&format!("/badges/{badge}/awards"));
        let page = stage.teacher.get(&holders).await.unwrap();
        let renew = page.form("/renew").unwrap();
        let done = stage.teacher.submit(&page, &renew, &[]).await.unwrap();
        assert!(done.words().contains("Renewed. Whoever"), "{}", done.words());
        assert!(done.form("/renew").is_err(), "nothing is left to renew");
        let award = stage.latest(&badge, &person).await.unwrap();
        assert_eq!(award.cycle, 3);
        let page = stage.teacher.get(&decision).await.unwrap();
        assert!(
            page.words().contains("Renewed by Tess Teacher"),
            "{}",
            page.words()
        );
        stage.scene.end().await;
    });
}

#[test]
fn everybody_who_loses_a_badge_stands_by_name_before_it_happens_at_once() {
    on_each_database(|scene| async move {
        let mut stage = Stage::set(scene).await;
        let badge = stage.badge(design("Quiz master"), Some(vec![stage.quiz()])).await;
        for n in 0..4 {
            stage.grade(n, 90);
        }
        stage.check().await;
        let mut held = Vec::new();
        for n in 0..4 {
            held.push(stage.awarded(&badge, n).await);
        }
        let holders = stage.inside(&format!("/badges/{badge}/awards"));
        let page = stage.teacher.get(&holders).await.unwrap();
        let form = page.form("/revoke").unwrap();
        // One alone first: "all" then means those who are left.
        let one = [("award", held[3].0.id.as_str())];
        let review = stage.teacher.submit(&page, &form, &one).await.unwrap();
        let confirm = review.form("/revoke/confirm").unwrap();
        let reason = [("reason", "A mistake")];
        stage.teacher.submit(&review, &confirm, &reason).await.unwrap();

        let page = stage.teacher.get(&holders).await.unwrap();
        assert!(page.text().contains("Revoke all 3"), "{}", page.text());
        let form = page.form("/revoke").unwrap();
        let everyone = [("everyone", "yes")];
        let review = stage.teacher.submit(&page, &form, &everyone).await.unwrap();
        assert!(review.words().contains("3 students lose"), "{}", review.words());
        for n in 0..4 {
            let (_, name) = stage.student(n);
            assert_eq!(
                review.words().contains(&name),
                n != 3,
                "{name}: {}",
                review.words()
            );
        }
        let confirm = review.form("/revoke/confirm").unwrap();
        let few = [("reason", "The quiz leaked"), ("confirm", "2")];
        let refused = stage.teacher.submit(&review, &confirm, &few).await.unwrap();
        assert_eq!(refused.status, 409, "{}", refused.words());
        let person = held[0].0.person.clone();
        assert!(stage.latest(&badge, &person).await.unwrap().revocation.is_none());
        let reason = [("reason", "The quiz leaked")];
        for _ in 0..2 {
            let done = stage.teacher.submit(&review, &confirm, &reason).await.unwrap();
            assert_eq!(done.status, 200, "{}", done.words());
        }
        for (award, credential) in &held {
            let now = stage.latest(&badge, &award.person).await.unwrap();
            assert!(now.revocation.is_some());
            assert!(stage.verify(credential.document.as_bytes()).await.is_revoked());
        }
        let tenant = stage.course.tenant.clone();
        let part = Page {
            offset: 0,
            limit: 500,
        };
        let entries = stage.scene.cairn.store.read(move |db| logged(db, &tenant, part));
        let mut revoked: Vec<String> = entries
            .await
            .unwrap()
            .into_iter()
            .filter(|entry| entry.action == "award.revoked")
            .map(|entry| entry.subject)
            .collect();
        revoked.sort();
        let mut expected: Vec<String> = held.iter().map(|(award, _)| award.id.to_string()).collect();
        expected.sort();
        assert_eq!(revoked, expected, "one entry each, although it was sent twice");
        // Whoever audits reads why.
        let tenant = stage.course.tenant.clone();
        let mut admin = AdminBrowser::of(&stage.scene, &Scope::Tenant(tenant.clone()), "Ada").await;
        for path in ["", "/export"] {
            let log = admin
                .get(&format!("/admin/audit/{tenant}{path}?action=award.revoked"))
                .await;
            assert!(log.text().contains("The quiz leaked"), "{path}: {}", log.text());
        }
        let page = stage.teacher.get(&holders).await.unwrap();
        assert!(!page.text().contains("Revoke all"), "{}", page.text());
        stage.scene.end().await;
    });
}
