//! Two people who have the same form open: whoever comes second is told what the first one saved, and decides.

use crate::domain::badge::BadgeState;
use crate::service::institution::administrators::Scope;
use crate::store::testing::TestDatabase;
use crate::store::testing::shortcuts::first_tenant;
use practice_lms::browser::Page;

use crate::tests::chromium::{Chromium, LOOKS};
use crate::tests::console::admin_browser::AdminBrowser;
use crate::tests::evidence::{ADA, activity, first_in_queue, hand_in};
use crate::tests::guest::Guest;
use crate::tests::harness::{Scene, on_each_database};
use crate::tests::screens::launch;

#[track_caller]
fn says(page: &Page, all: &[&str]) {
    let words = page.words();
    for said in all {
        assert!(words.contains(said), "{said}: {words}");
    }
}

#[test]
fn a_review_that_came_second_shows_the_first_and_loses_neither() {
    on_each_database(|scene| async move {
        for (_, lms) in scene.platforms() {
            let (mut teacher, place) = activity(lms).await;
            let mut assistant = Guest::open(lms, 0, "Assistant", "Project report").await;
            let mut ada = Guest::open(lms, 0, ADA, "Project report").await;
            hand_in(&mut ada, &place, "My report").await;
            let first = first_in_queue(&mut assistant).await;
            let second = first_in_queue(&mut teacher).await;
            let theirs = [("message", "Where are your sources?"), ("verdict", "changes")];
            let kept = assistant.send(&first, "/review", &theirs).await;
            assert_eq!(kept.status, 200, "{}", kept.words());
            // The same click again is the same review.
            let again = assistant.send(&first, "/review", &theirs).await;
            assert_eq!(again.status, 200, "{}", again.words());

            let mine = [("message", "Well done"), ("score", "90"), ("verdict", "approve")];
            let clash = teacher.send(&second, "/review", &mine).await;
            assert_eq!(clash.status, 409, "{}", clash.words());
            says(
                &clash,
                &[
                    "was reviewed meanwhile",
                    "Nora Newbold saved this",
                    "Changes asked",
                    "Where are your sources?",
                    "Approved",
                    "Well done",
                    "90",
                    "Keep what is saved",
                ],
            );
            let page = ada.get(&place).await;
            says(&page, &["Where are your sources?"]);
            assert!(!page.words().contains("Well done"), "nothing was saved yet");

            let saved = teacher.send(&clash, "/review", &[]).await;
            assert_eq!(saved.status, 200, "{}", saved.words());
            says(&ada.get(&place).await, &["Well done"]);
            let shown = teacher.browser.get(second.url.as_str()).await.unwrap();
            says(
                &shown,
                &[
                    "Nora Newbold that another one replaced: changes asked: Where are your sources?",
                    "Well done",
                ],
            );
            // A third one who has the first page open meets the second review.
            let late = assistant
                .send(&first, "/review", &[("message", "No"), ("verdict", "decline")])
                .await;
            assert_eq!(late.status, 409, "{}", late.words());
            says(&late, &["Well done", "90"]);
        }
        scene.end().await;
    });
}

#[test]
fn a_rule_that_came_second_shows_how_the_first_one_reads() {
    on_each_database(|scene| async move {
        let lms = &scene.moodle;
        let mut teacher = Guest::open(lms, 0, "Teacher", "My badges").await;
        let page = teacher.page.clone();
        teacher.send(&page, "/choose", &[("opens", "my_badges")]).await;
        let badge = teacher.make_badge("SQL basics", "knowledge").await;
        let place = format!("/badges/{badge}/rule");
        let (first, second) = (teacher.get(&place).await, teacher.get(&place).await);
        let first = teacher.build(&first, &[("action", "add::approval")]).await;
        let second = teacher.build(&second, &[("action", "add::date")]).await;
        let saved = teacher.build(&first, &[("action", "save")]).await;
        says(&saved, &["Saved."]);
        let typed = [("n.0.at", "2031-05-04T08:00"), ("action", "save")];
        let clash = teacher.build(&second, &typed).await;
        assert_eq!(clash.status, 409, "{}", clash.words());
        says(
            &clash,
            &["was saved meanwhile", "an instructor's approval", "4 May 2031"],
        );
        let rule = teacher.get(&place).await;
        assert!(
            rule.words().contains("an instructor's approval"),
            "nothing was saved yet"
        );
        let mine = teacher.build(&clash, &[]).await;
        says(&mine, &["Saved.", "4 May 2031"]);
        scene.end().await;
    });
}

#[test]
fn policies_names_colour_and_hosts_are_saved_over_only_by_who_has_seen_them() {
    on_each_database(|scene| async move {
        let tenant = scene.cairn.store.read(first_tenant).await.unwrap().unwrap().id;
        let scope = Scope::Tenant(tenant.clone());
        let mut ada = AdminBrowser::of(&scene, &scope, "Ada").await;
        let mut ben = AdminBrowser::of(&scene, &scope, "Ben").await;
        let policy = format!("/admin/policies/{tenant}");
        let issuer = format!("/admin/issuers/{tenant}");
        let colour = format!("{issuer}/colour");
        for (place, action, theirs, mine, shown) in [
            (
                &policy,
                &policy,
                ("regrade", "suspend"),
                ("create", "administrators"),
                ["the badge is suspended", "only instructors who administer"],
            ),
            (
                &issuer,
                &issuer,
                ("issuer_name", "College of the North"),
                ("issuer_name", "College of the Coast"),
                ["College of the North", "College of the Coast"],
            ),
            (
                &issuer,
                &colour,
                ("colour", "#1f6f78"),
                ("colour", "#7a1f78"),
                ["#1f6f78", "#7a1f78"],
            ),
        ] {
            let (first, second) = (ada.get(place).await, ben.get(place).await);
            let exact = |page: &Page| {
                let mut forms = page.forms().into_iter();
                forms.find(|form| form.action.ends_with(action.as_str())).unwrap()
            };
            let kept = ada
                .browser
                .submit(&first, &exact(&first), &[theirs])
                .await
                .unwrap();
            assert_eq!(kept.status, 200, "{}", kept.words());
            let clash = ben
                .browser
                .submit(&second, &exact(&second), &[mine])
                .await
                .unwrap();
            assert_eq!(clash.status, 409, "{}", clash.words());
            says(
                &clash,
                &["Ada saved this", "changed meanwhile", shown[0], shown[1]],
            );
            let saved = ben.browser.submit(&clash, &exact(&clash), &[]).await.unwrap();
            assert_eq!(saved.status, 200, "{}", saved.words());
            says(&saved, &["Saved."]);
        }
        let moodle = scene.moodle.registration().client_id;
        let all = crate::service::base::platforms::list(&scene.cairn).await.unwrap();
        let (_, known) = all.into_iter().find(|(_, one)| one.client_id == moodle).unwrap();
        let place = format!("/admin/platforms/p/{}", known.id);
        let hosts = |page: &Page| {
            let mut forms = page.forms().into_iter();
            forms.find(|form| form.value("what") == Some("hosts")).unwrap()
        };
        let (first, second) = (ada.get(&place).await, ben.get(&place).await);
        let one = [("value", "one.example")];
        let kept = ada.browser.submit(&first, &hosts(&first), &one).await.unwrap();
        assert_eq!(kept.status, 200, "{}", kept.words());
        let two = [("value", "two.example")];
        let clash = ben.browser.submit(&second, &hosts(&second), &two).await.unwrap();
        assert_eq!(clash.status, 409, "{}", clash.words());
        says(&clash, &["one.example", "two.example"]);
        let now_is = ada.get(&place).await;
        assert!(!now_is.words().contains("two.example"), "{}", now_is.words());
        scene.end().await;
    });
}

#[test]
fn the_pages_of_a_clash_are_fit_for_everybody() {
    crate::app::block_on(async {
        let Some(chromium) = Chromium::start(&[]).await else {
            return;
        };
        let scene = Scene::on(TestDatabase::sqlite()).await;
        let lms = &scene.moodle;
        let (mut teacher, place) = activity(lms).await;
        let badge = teacher.make_badge("SQL basics", "knowledge").await;
        let mut ada = Guest::open(lms, 0, ADA, "Project report").await;
        hand_in(&mut ada, &place, "My report").await;
        let members = lms.world().members(lms.world().courses()[0].id);
        let tess = members
            .iter()
            .find(|one| format!("{:?}", one.role) == "Teacher")
            .unwrap();
        launch(&chromium, lms, 0, "Project report", &tess.name).await;
        let mut wrong = Vec::new();

        let review = first_in_queue(&mut teacher).await;
        chromium.driver.goto(review.url.as_str()).await.unwrap();
        let asked = [("message", "Where are your sources?"), ("verdict", "changes")];
        teacher.send(&review, "/review", &asked).await;
        chromium.press("Approve").await;
        chromium.reads("was reviewed meanwhile").await;
        wrong.extend(chromium.inspect("clash-review", &LOOKS).await);

        let edit = format!("/badges/{badge}/edit");
        chromium
            .driver
            .goto(format!("{}{edit}", teacher.course))
            .await
            .unwrap();
        let editor = teacher.get(&edit).await;
        let save = format!("/badges/{badge}/save");
        let renamed = [("name", "SQL for everybody"), ("action", "save")];
        teacher.send_files(&editor, &save, &renamed, &[]).await;
        let name = chromium.driver.find(thirtyfour::By::Name("name")).await.unwrap();
        name.send_keys(" and more").await.unwrap();
        chromium.press("Save, then its rule").await;
        chromium.reads("was changed meanwhile").await;
        wrong.extend(chromium.inspect("clash-badge", &LOOKS).await);

        let tenant = scene.cairn.store.read(first_tenant).await.unwrap().unwrap().id;
        let scope = Scope::Tenant(tenant.clone());
        let made = crate::service::institution::administrators::links::make(
            &scene.cairn,
            &scope,
            crate::service::institution::administrators::Operator::CommandLine,
        );
        chromium.driver.goto(&made.await.unwrap()).await.unwrap();
        let name = chromium.driver.find(thirtyfour::By::Name("name")).await.unwrap();
        name.send_keys("Ben").await.unwrap();
        chromium.press("Go in").await;
        chromium.reads("You are signed in.").await;
        let policy = format!("/admin/policies/{tenant}");
        let here = format!("{}{policy}", scene.origin);
        chromium.driver.goto(&here).await.unwrap();
        let mut first = AdminBrowser::of(&scene, &Scope::Tenant(tenant), "Ada").await;
        let page = first.get(&policy).await;
        first.send(&page, &policy, &[("regrade", "suspend")]).await;
        let press = "document.querySelector('input[name=create][value=administrators]').click()";
        chromium.driver.execute(press, Vec::new()).await.unwrap();
        chromium.press("Save the policies").await;
        chromium.reads("were changed meanwhile").await;
        wrong.extend(chromium.inspect("clash-policies", &LOOKS).await);
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        chromium.end().await;
        scene.end().await;
    });
}

#[test]
fn a_badge_that_is_edited_twice_alike_is_edited_once() {
    on_each_database(|scene| async move {
        let lms = &scene.canvas;
        let mut teacher = Guest::open(lms, 0, "Teacher", "My badges").await;
        let badge = teacher.make_badge("SQL basics", "knowledge").await;
        let (edit, save) = (format!("/badges/{badge}/edit"), format!("/badges/{badge}/save"));
        let page = teacher.get(&edit).await;
        let typed = [("name", "SQL one"), ("action", "save")];
        for _ in 0..2 {
            let saved = teacher.send_files(&page, &save, &typed, &[]).await;
            assert_eq!(saved.status, 200, "{}", saved.words());
        }
        let tenant = scene.cairn.store.read(first_tenant).await.unwrap().unwrap().id;
        let id = badge.as_str().into();
        let found = scene
            .cairn
            .store
            .read(move |db| crate::store::badges::get(db, &tenant, &id));
        let known = found.await.unwrap().unwrap();
        assert_eq!((known.revision, known.state), (2, BadgeState::Draft));
        scene.end().await;
    });
}

#[test]
fn whoever_turns_an_administrator_second_is_shown_what_the_first_one_did() {
    on_each_database(|scene| async move {
        let mut ada = AdminBrowser::of(&scene, &Scope::Everything, "Ada").await;
        let mut ben = AdminBrowser::of(&scene, &Scope::Everything, "Ben").await;
        let mut cem = AdminBrowser::of(&scene, &Scope::Everything, "Cem").await;
        let asking = async |admin: &mut AdminBrowser| {
            let list = admin.get("/admin/administrators").await;
            for href in list.links("/turn") {
                let page = admin.browser.get(&href).await.unwrap();
                if page.words().contains("Turn Cem") {
                    return page;
                }
            }
            panic!("nobody turns Cem: {}", list.words());
        };
        let (first, second) = (asking(&mut ada).await, asking(&mut ben).await);
        let off = ben.send(&second, "/turn", &[]).await;
        assert_eq!(off.status, 200, "{}", off.words());
        let same = ada.send(&first, "/turn", &[]).await;
        assert_eq!(same.status, 200, "the same is no clash: {}", same.words());
        let page = asking(&mut ben).await;
        says(&page, &["Turn Cem on again?"]);
        ben.send(&page, "/turn", &[]).await;

        // Cem is on as before, but Ben has thought better of it since that page was shown.
        let clash = ada.send(&first, "/turn", &[]).await;
        assert_eq!(clash.status, 409, "{}", clash.words());
        says(
            &clash,
            &["Ben saved this", "turned on", "turned off", "Chosen by you"],
        );
        assert!(!clash.words().contains("typed"), "{}", clash.words());
        let saved = ada.send(&clash, "/turn", &[]).await;
        assert_eq!(saved.status, 200, "{}", saved.words());
        assert_eq!(cem.get("/admin").await.url.path(), "/admin/sign-in");
        scene.end().await;
    });
}

#[test]
fn who_was_faster_in_another_tab_of_their_own_is_told_so() {
    on_each_database(|scene| async move {
        let tenant = scene.cairn.store.read(first_tenant).await.unwrap().unwrap().id;
        let mut ada = AdminBrowser::of(&scene, &Scope::Tenant(tenant.clone()), "Ada").await;
        let policy = format!("/admin/policies/{tenant}");
        let (here, there) = (ada.get(&policy).await, ada.get(&policy).await);
        ada.send(&there, &policy, &[("regrade", "suspend")]).await;
        let clash = ada.send(&here, &policy, &[("create", "administrators")]).await;
        assert_eq!(clash.status, 409, "{}", clash.words());
        says(&clash, &["You saved this in another tab"]);
        assert!(!clash.words().contains("Ada saved this"), "{}", clash.words());

        let lms = &scene.moodle;
        let (mut teacher, place) = activity(lms).await;
        let mut student = Guest::open(lms, 0, ADA, "Project report").await;
        hand_in(&mut student, &place, "My report").await;
        let (here, there) = (
            first_in_queue(&mut teacher).await,
            first_in_queue(&mut teacher).await,
        );
        let asked = [("message", "Where are your sources?"), ("verdict", "changes")];
        teacher.send(&there, "/review", &asked).await;
        let mine = [("message", "Well done"), ("verdict", "approve")];
        let clash = teacher.send(&here, "/review", &mine).await;
        assert_eq!(clash.status, 409, "{}", clash.words());
        says(
            &clash,
            &["You saved this in another tab", "Where are your sources?"],
        );
        assert!(!clash.words().contains("Tess Teacher saved"), "{}", clash.words());
        scene.end().await;
    });
}
