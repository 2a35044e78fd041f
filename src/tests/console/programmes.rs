//! A programme from the console to a public page: made, tried in numbers, activated, awarded, and told from both sides.

use crate::domain::policy::Policy;
use crate::service::institution::administrators::Scope;
use crate::store::testing::TestDatabase;
use crate::store::{lineages, policies};
use crate::tests::console::admin_browser::AdminBrowser;
use crate::tests::harness::{Scene, on_each_database};
use crate::tests::showing::endorsing::{carried, endorsed};
use crate::tests::showing::stage::{Stage, design, get, until};

#[test]
fn a_programme_is_made_tried_and_activated_and_its_page_and_those_of_its_parts_lead_to_each_other() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (badge, award, _) = stage.earned().await;
        let tenant = stage.course.tenant.clone();
        let mut ada = AdminBrowser::of(&stage.scene, &Scope::Tenant(tenant.clone()), "Ada").await;
        let list = ada.get(&format!("/admin/programmes/{tenant}")).await;
        assert!(list.words().contains("There is none yet."), "{}", list.words());

        let new = ada.get(&format!("/admin/programmes/{tenant}/new")).await;
        let part = format!("part.{badge}");
        assert!(
            new.text().contains(&part) && new.words().contains("Quiz master"),
            "{}",
            new.words()
        );
        let unnumbered = [
            ("name", "Tower"),
            ("picture_alt", "Stones"),
            (part.as_str(), "choice.0"),
            ("action", "save"),
        ];
        let unnumbered = ada.send(&new, "/new", &unnumbered).await;
        assert!(
            unnumbered.words().contains("Type how many badges of choice 1"),
            "{}",
            unnumbered.words()
        );
        let nameless = [("name", ""), (part.as_str(), "required"), ("action", "save")];
        let nameless = ada.send(&unnumbered, "/new", &nameless).await;
        assert_eq!(nameless.status, 422, "{}", nameless.words());
        let shown = ada
            .send(
                &nameless,
                "/new",
                &[("name", "Tower"), ("picture_alt", "Stones"), ("action", "save")],
            )
            .await;
        assert!(
            shown.words().contains("Saved as a draft."),
            "what was chosen stays: {}",
            shown.words()
        );
        assert!(shown.text().contains("<svg") && shown.text().contains("graph-part"));
        let own = shown.url.path().to_owned();

        let hint = "Worth a thought about its design";
        assert!(shown.words().contains(hint), "{}", shown.words());
        let report = ada.get(&format!("/admin/coach/{tenant}")).await;
        for says in ["Courses with badges 1", "Programmes 1 badge"] {
            assert!(report.words().contains(says), "{says}: {}", report.words());
        }
        assert!(!report.links(&format!("/admin/programmes/{tenant}")).is_empty());
        let why = [("reason", "Its parts say it.")];
        let dismissed = ada.send(&shown, "/hints", &why).await;
        for says in [
            "Dismissed, with a reason",
            "Its parts say it.",
            "An administrator",
        ] {
            assert!(dismissed.words().contains(says), "{says}: {}", dismissed.words());
        }
        let editor = ada.get(&format!("{own}/edit")).await;
        assert!(
            editor.text().contains("name=\"assessment\"") && editor.text().contains("name=\"skills\""),
            "what is open can be mended there"
        );

        let tried = ada.get(&format!("{own}/try")).await;
        assert!(tried.words().contains("1 of "), "{}", tried.words());
        assert!(
            tried.words().contains("numbers here, and no names"),
            "{}",
            tried.words()
        );
        let stale = ada.send(&tried, "/try", &[("number", "7")]).await;
        assert_eq!(stale.status, 422);
        assert!(
            stale.words().contains("Something changed since you looked"),
            "{}",
            stale.words()
        );
        let active = ada.send(&stale, "/try", &[]).await;
        assert!(active.words().contains("Activated."), "{}", active.words());

        let id = own.rsplit('/').next().unwrap().to_owned();
        let tower = crate::ids::BadgeId::from(id.as_str());
        let whole = until("the tower", || stage.latest(&tower, &award.person)).await;
        assert!(whole.revocation.is_none());

        let public = active.links("/achievements/");
        let page = public.iter().find(|href| href.contains(&id)).unwrap().clone();
        let page = get(&page, "text/html").await;
        assert!(
            page.words().contains("Its parts") && page.words().contains("Quiz master"),
            "{}",
            page.words()
        );
        assert!(page.words().contains("Last changed"), "{}", page.words());
        let below = page.links(badge.as_str());
        let below = get(&below[0], "text/html").await;
        assert!(below.words().contains("It builds towards"), "{}", below.words());
        assert!(!below.links(&id).is_empty());
        assert!(
            below.words().contains("Grades in the gradebook of its course."),
            "{}",
            below.words()
        );

        // Another body endorses it, the next award carries that, and an administrator takes that award back.
        let place = format!("/admin/endorsements/{tenant}");
        let invite = ada.get(&place).await;
        let named = [("badge", tower.as_str()), ("name", "Example Works")];
        let made = ada.send(&invite, &place, &named).await.text();
        let link = made.split("id=\"fresh-link\" readonly value=\"").nth(1).unwrap();
        endorsed(link.split('"').next().unwrap(), "We hire for this.").await;
        stage.grade(1, 90);
        stage.check().await;
        let (next, credential) = stage.awarded(&tower, 1).await;
        let inside = carried(&credential);
        assert_eq!(inside.len(), 1, "{}", credential.document);
        let revoke = ada
            .get(&format!("/admin/awards/{tenant}/{}/revoke", next.id))
            .await;
        let why = [("reason", "Awarded to the wrong person.")];
        let done = ada.send(&revoke, "/revoke", &why).await;
        assert!(
            done.words().contains("Revoked. The badge shows"),
            "{}",
            done.words()
        );
        let verdict = stage.verify(credential.document.as_bytes()).await;
        assert!(verdict.is_revoked() && !verdict.is_valid());
        let shown = get(&stage.url(&format!("/b/{}", credential.slug)), "text/html").await;
        assert!(shown.text().contains("Revoked</strong>"), "{}", shown.words());

        let map = ada.get(&format!("/admin/programmes/{tenant}/map")).await;
        assert!(map.words().contains("builds on “Quiz master”"), "{}", map.words());
        let waivers = ada.get(&format!("{own}/waivers")).await;
        assert!(waivers.words().contains("What is waived"), "{}", waivers.words());
        let paused = ada.send(&active, "/turn", &[("turn", "pause")]).await;
        assert!(
            paused.words().contains("Paused. Nobody is awarded"),
            "{}",
            paused.words()
        );
        let asked = ada.send(&paused, "/turn", &[("turn", "retire")]).await;
        for says in ["Retire “Tower”?", "1 person holds it", "cannot be undone"] {
            assert!(asked.words().contains(says), "{says}: {}", asked.words());
        }
        let retired = ada.send(&asked, "/turn", &[]).await;
        assert!(
            retired.words().contains("Retired. Nobody is awarded"),
            "{}",
            retired.words()
        );
        let log = ada.get(&format!("/admin/audit/{tenant}")).await;
        assert!(log.words().contains("activated a programme"), "{}", log.words());
        let log = log.text();
        let (seen, more) = log.split_once("nav-more").unwrap();
        assert!(
            seen.contains("aria-current") && !seen.contains(">Endorsements<"),
            "where somebody is stays in sight"
        );
        assert!(more.contains(">Endorsements<") && !more.contains("aria-current"));
        stage.scene.end().await;
    });
}

#[test]
fn a_copy_that_asks_something_else_is_counted_by_a_button_of_the_programme() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (badge, ..) = stage.earned().await;
        let copy = stage
            .badge(design("Quiz of spring"), Some(vec![stage.quiz()]))
            .await;
        let tenant = stage.course.tenant.clone();
        let (of, id, source) = (tenant.clone(), copy.clone(), badge.clone());
        let begun = stage
            .scene
            .cairn
            .store
            .write(move |db| lineages::begin_copy(db, &of, &id, &source));
        begun.await.unwrap();
        let mut ada = AdminBrowser::of(&stage.scene, &Scope::Tenant(tenant.clone()), "Ada").await;
        let new = ada.get(&format!("/admin/programmes/{tenant}/new")).await;
        let part = format!("part.{badge}");
        let typed = [
            ("name", "Tower"),
            ("picture_alt", "Stones"),
            (part.as_str(), "required"),
            ("action", "save"),
        ];
        let shown = ada.send(&new, "/new", &typed).await;
        let says = "Copies that ask something else";
        assert!(
            shown.words().contains(says) && shown.words().contains("Quiz of spring"),
            "{}",
            shown.words()
        );
        let stale = ada.send(&shown, "/accept", &[("digest", "0000")]).await;
        assert!(
            stale
                .words()
                .contains("This copy was changed since you looked at it"),
            "{}",
            stale.words()
        );
        let done = ada.send(&shown, "/accept", &[]).await;
        assert!(
            done.words().contains("It counts from now on") && !done.words().contains(says),
            "{}",
            done.words()
        );
        let log = ada.get(&format!("/admin/audit/{tenant}")).await;
        assert!(
            log.words().contains("counted a changed copy for a programme"),
            "{}",
            log.words()
        );
        stage.scene.end().await;
    });
}

#[test]
fn a_second_person_is_told_what_waits_for_them_and_what_their_answer_did() {
    crate::app::block_on(async {
        let scene = Scene::on(TestDatabase::sqlite()).await;
        let stage = Stage::set(scene).await;
        let (badge, award, _) = stage.earned().await;
        let chart = stage
            .badge(design("Chart reader"), Some(vec![stage.quiz()]))
            .await;
        let (tenant, now) = (stage.course.tenant.clone(), stage.scene.cairn.clock.now());
        let (of, policy) = (
            tenant.clone(),
            Policy {
                programme_reviews: true,
                programme_counts: true,
                ..Policy::default()
            },
        );
        let store = &stage.scene.cairn.store;
        let set = store.write(move |db| policies::set(db, &of, &policy, now));
        set.await.unwrap();
        let scope = Scope::Tenant(tenant.clone());
        let mut ada = AdminBrowser::of(&stage.scene, &scope, "Ada").await;
        let mut ben = AdminBrowser::of(&stage.scene, &scope, "Ben").await;
        let new = ada.get(&format!("/admin/programmes/{tenant}/new")).await;
        let part = format!("part.{badge}");
        let typed = [
            ("name", "Tower"),
            ("picture_alt", "Stones"),
            ("criteria", "Stack three stones."),
            (part.as_str(), "required"),
            ("action", "save"),
        ];
        let shown = ada.send(&new, "/new", &typed).await;
        let tried = format!("{}/try", shown.url.path());
        let page = ada.get(&tried).await;
        let asked = ada.send(&page, "/review", &[("answer", "ask")]).await;
        assert!(
            asked.words().contains("It waits for a second person"),
            "nobody is sent to ask who asked: {}",
            asked.words()
        );
        let own = ada.get("/admin").await;
        assert!(
            !own.words().contains("waits for your approval"),
            "{}",
            own.words()
        );
        let told = ben.get("/admin").await;
        assert!(
            told.words().contains("1 programme waits for your approval"),
            "{}",
            told.words()
        );
        let page = ben.get(&tried).await;
        assert!(page.words().contains("Stack three stones."), "{}", page.words());
        let change = [("answer", "change"), ("note", "Say how high they stand.")];
        let sent = ben.send(&page, "/review", &change).await;
        assert!(
            sent.words().contains("Sent. Whoever designed it reads here"),
            "{}",
            sent.words()
        );
        let page = ada.get(&tried).await;
        assert!(
            page.words()
                .contains("A change was asked for: Say how high they stand."),
            "{}",
            page.words()
        );
        let editor = ada.get(&format!("{}/edit", shown.url.path())).await;
        let typed = [("criteria", "Stack three stones knee-high."), ("action", "save")];
        ada.send(&editor, "/edit", &typed).await;
        let page = ada.get(&tried).await;
        ada.send(&page, "/review", &[("answer", "ask")]).await;
        let page = ben.get(&tried).await;
        assert!(
            page.words().contains("Stack three stones knee-high."),
            "{}",
            page.words()
        );
        let done = ben.send(&page, "/review", &[("answer", "approve")]).await;
        assert!(
            done.words().contains("Approved as it is now."),
            "{}",
            done.words()
        );
        assert!(
            !ben.get("/admin")
                .await
                .words()
                .contains("waits for your approval")
        );

        // What the public reads of it, once it awards.
        let page = ada.get(&tried).await;
        let active = ada.send(&page, "/try", &[]).await;
        assert!(active.words().contains("Activated."), "{}", active.words());
        let id = shown.url.path().rsplit('/').next().unwrap().to_owned();
        let tower = crate::ids::BadgeId::from(id.as_str());
        until("the tower", || stage.latest(&tower, &award.person)).await;
        let public = active.links("/achievements/");
        let public = public.iter().find(|href| href.contains(&id)).unwrap().clone();
        let public = get(&public, "text/html").await;
        for says in [
            "Reviewed by a second person of the institution",
            "Held by 1 person",
            "Hours of its parts 12",
        ] {
            assert!(public.words().contains(says), "{says}: {}", public.words());
        }
        assert!(!public.words().contains("Ben"), "it is not said by whom");

        // A change of its parts waits, and is compared with what awards.
        let editor = ada.get(&format!("{}/edit", shown.url.path())).await;
        let another = format!("part.{chart}");
        let typed = [(another.as_str(), "required"), ("action", "save")];
        let saved = ada.send(&editor, "/edit", &typed).await;
        let waits = "What awards now stays until you activate";
        assert!(saved.words().contains(waits), "{}", saved.words());
        let page = ada.get(&tried).await;
        for says in [
            "So far:",
            "Chart reader",
            "Against the version that awards now, 0 more meet it",
        ] {
            assert!(page.words().contains(says), "{says}: {}", page.words());
        }
        stage.scene.end().await;
    });
}
