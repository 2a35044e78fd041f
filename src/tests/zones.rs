//! Where an institution is: who says it, and that days on its pages are days there.

use practice_lms::PracticeLms;
use practice_lms::browser::{Browser, Page};

use crate::domain::audit::Action;
use crate::domain::badge::Expiry;
use crate::domain::issuer::Tenant;
use crate::domain::page::Page as Slice;
use crate::domain::rule::Condition;
use crate::domain::zone::{Zone, ZoneFrom, ZoneSet};
use crate::service::base::{institutions, platforms};
use crate::service::institution::administrators::Scope;
use crate::store::testing::shortcuts::{first_tenant, logged};
use crate::store::{badges, rules, tenants};
use crate::tests::console::admin_browser::AdminBrowser;
use crate::tests::guest::Guest;
use crate::tests::harness::{Scene, framed, on_each_database};

async fn institution(scene: &Scene) -> Tenant {
    let found = scene.cairn.store.read(first_tenant);
    found.await.unwrap().unwrap()
}

async fn says(scene: &Scene) -> Option<(&'static str, ZoneFrom)> {
    let set = institution(scene).await.time_zone;
    set.map(|set| (set.zone.name(), set.from))
}

async fn is_in(scene: &Scene, name: &str) {
    let (id, zone) = (institution(scene).await.id, Zone::parse(name).unwrap());
    let said = ZoneSet {
        zone,
        from: ZoneFrom::Console,
    };
    let set = scene
        .cairn
        .store
        .write(move |db| tenants::set_zone(db, &id, said));
    set.await.unwrap();
}

/// The site's administrator opens Cairn in the first course.
async fn administrator(lms: &PracticeLms) -> (Browser, Page) {
    let (world, mut browser) = (lms.world(), framed(lms));
    let course = world.courses()[0].id;
    let link = world.links(course)[0].id;
    let form = world.launch_form(course, 2, link).unwrap();
    let page = browser.launch(&form).await.unwrap();
    assert_eq!(page.status, 200, "{}", page.words());
    (browser, page)
}

fn asks(page: &Page) -> bool {
    page.forms()
        .iter()
        .any(|form| form.action.ends_with("/time-zone"))
}

async fn answer(browser: &mut Browser, page: &Page, zone: &str) -> u16 {
    let form = page.form("/time-zone").unwrap();
    let answer = browser.submit(page, &form, &[("zone", zone)]).await;
    answer.unwrap().status
}

#[test]
fn the_console_wins_over_the_platform_and_the_platform_over_a_browser() {
    on_each_database(|scene| async move {
        let canvas = scene.canvas.world();
        let teacher = Guest::open(&scene.moodle, 0, "Teacher", "My badges").await;
        assert!(!asks(&teacher.page), "only administrators say it");

        // Moodle says 99 of whoever has chosen none.
        let (mut browser, page) = administrator(&scene.moodle).await;
        assert_eq!(says(&scene).await, None);
        assert!(asks(&page), "{}", page.text());
        assert_eq!(answer(&mut browser, &page, "Nowhere").await, 204);
        assert_eq!(says(&scene).await, None);
        assert_eq!(answer(&mut browser, &page, "America/Lima").await, 204);
        let browser_says = Some(("America/Lima", ZoneFrom::Browser));
        assert_eq!(says(&scene).await, browser_says);
        assert_eq!(answer(&mut browser, &page, "Asia/Tokyo").await, 204);
        assert_eq!(says(&scene).await, browser_says, "the first stays");
        let (_, page) = administrator(&scene.moodle).await;
        assert!(!asks(&page));

        let (_, page) = administrator(&scene.canvas).await;
        assert!(!asks(&page));
        let platform_says = Some(("Europe/London", ZoneFrom::Platform));
        assert_eq!(says(&scene).await, platform_says);
        canvas.set_time_zone(2, "Asia/Tokyo");
        administrator(&scene.canvas).await;
        assert_eq!(says(&scene).await, platform_says, "the first stays");

        let tenant = institution(&scene).await.id;
        let mut admin = AdminBrowser::of(&scene, &Scope::Tenant(tenant.clone()), "Ada").await;
        let here = format!("/admin/issuers/{tenant}");
        let page = admin.get(&here).await;
        assert!(
            page.words().contains("As the course site said"),
            "{}",
            page.words()
        );
        let wrong = admin.send(&page, "/time-zone", &[("zone", "Middle Earth")]).await;
        assert_eq!(wrong.status, 422, "{}", wrong.words());
        assert!(
            wrong.words().contains("such as Europe/Berlin"),
            "{}",
            wrong.words()
        );
        assert!(wrong.text().contains("value=\"Middle Earth\""));
        let saved = admin
            .send(&page, "/time-zone", &[("zone", "Europe/Berlin")])
            .await;
        assert!(saved.words().contains("Chosen here."), "{}", saved.words());
        assert!(saved.text().contains("data-zone=\"Europe/Berlin\""));
        administrator(&scene.canvas).await;
        assert_eq!(says(&scene).await, Some(("Europe/Berlin", ZoneFrom::Console)));

        let log = scene
            .cairn
            .store
            .read(move |db| logged(db, &tenant, Slice::first(50)));
        let word = Action::TimeZoneChanged.as_str();
        let log = log.await.unwrap().into_iter().filter(|one| one.action == word);
        let said: Vec<_> = log.map(|one| one.detail["said_by"].clone()).collect();
        assert_eq!(said, ["console", "platform", "browser"]);
        scene.end().await;
    });
}

#[test]
fn nobody_says_it_who_is_no_administrator_or_acts_as_one() {
    on_each_database(|scene| async move {
        let teacher = Guest::open(&scene.moodle, 0, "Teacher", "My badges").await;
        let csrf = teacher.page.forms().into_iter().find_map(|form| {
            let mut filled = form.filled(&[]).into_iter();
            filled.find(|(name, _)| name == "csrf").map(|(_, value)| value)
        });
        let mut browser = teacher.browser.clone();
        let fields = [("csrf", csrf.as_deref().unwrap()), ("zone", "Asia/Tokyo")];
        let refused = browser
            .post(&format!("{}/time-zone", teacher.course), &fields)
            .await
            .unwrap();
        assert_eq!(refused.status, 404, "{}", refused.words());
        scene.canvas.world().tamper(|_, claims| {
            let custom = claims["https://purl.imsglobal.org/spec/lti/claim/custom"].as_object_mut();
            custom
                .unwrap()
                .insert("masquerading_user_id".into(), serde_json::json!(4711));
        });
        let (_, page) = administrator(&scene.canvas).await;
        assert!(!asks(&page));
        assert_eq!(says(&scene).await, None);
        scene.end().await;
    });
}

#[test]
fn a_day_that_a_teacher_types_is_one_of_the_institution_and_stays_that_day() {
    on_each_database(|scene| async move {
        is_in(&scene, "Europe/Berlin").await;
        let mut teacher = Guest::open(&scene.moodle, 0, "Teacher", "My badges").await;
        assert!(teacher.page.text().contains("data-zone=\"Europe/Berlin\""));
        let editor = teacher.get("/badges/new").await;
        assert!(
            editor.words().contains("Until the end of a day (Europe/Berlin)"),
            "{}",
            editor.words()
        );
        let fields = [
            ("name", "First aid"),
            ("kind", "knowledge"),
            ("initials", "FA"),
            ("expires", "on"),
            ("expires_on", "2030-06-30"),
            ("action", "save"),
        ];
        let saved = teacher.send_files(&editor, "/badges/save", &fields, &[]).await;
        assert!(saved.text().contains("value=\"2030-06-30\""), "{}", saved.text());
        let badge = saved.url.path().split('/').nth(4).unwrap().to_owned();

        let rule = teacher.get(&format!("/badges/{badge}/rule")).await;
        let rule = teacher.build(&rule, &[("action", "add::date")]).await;
        assert!(rule.words().contains("Europe/Berlin"), "{}", rule.words());
        let typed = [("n.0.at", "2030-07-01T00:00"), ("action", "save")];
        let saved = teacher.build(&rule, &typed).await;
        assert!(saved.words().contains("from 1 July 2030 on"), "{}", saved.words());

        let (tenant, id) = (institution(&scene).await.id, badge.clone().into());
        let stored = scene.cairn.store.read(move |db| {
            let badge = badges::get(db, &tenant, &id)?.unwrap();
            let rule = rules::draft(db, &tenant, &id)?.unwrap();
            Ok((badge.design.expiry, rule.root.conditions()[0].clone()))
        });
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        let end = "2030-06-30T22:00:00Z".parse().unwrap();
        assert_eq!(
            stored.await.unwrap(),
            (
                Expiry::On {
                    at: end,
                    zone: berlin
                },
                Condition::NotBefore {
                    at: end,
                    zone: berlin
                }
            )
        );

        // The institution moves: what was typed stays what it was.
        is_in(&scene, "America/New_York").await;
        let editor = teacher.get(&format!("/badges/{badge}/edit")).await;
        assert!(
            editor.text().contains("value=\"2030-06-30\""),
            "{}",
            editor.text()
        );
        assert!(
            editor
                .words()
                .contains("Until the end of a day (America/New_York)")
        );
        let rule = teacher.get(&format!("/badges/{badge}/rule")).await;
        assert!(
            rule.words().contains("from 1 July 2030 (Europe/Berlin) on"),
            "{}",
            rule.words()
        );
        assert!(
            rule.text().contains("value=\"2030-07-01T00:00\""),
            "{}",
            rule.text()
        );
        scene.end().await;
    });
}

#[test]
fn a_page_of_the_console_about_one_institution_has_its_days_and_one_about_several_says_utc() {
    on_each_database(|scene| async move {
        is_in(&scene, "Asia/Tokyo").await;
        Guest::open(&scene.moodle, 0, "Teacher", "My badges").await;
        let tenant = institution(&scene).await.id;
        let client = scene.moodle.registration().client_id;
        let known = platforms::list(&scene.cairn).await.unwrap();
        let (_, moodle) = known
            .into_iter()
            .find(|(_, one)| one.client_id == client)
            .unwrap();
        let several = ["", "/platforms", "/issuers"];
        let of_one = [
            format!("/issuers/{tenant}"),
            format!("/policies/{tenant}"),
            format!("/people/{tenant}"),
            format!("/awards/{tenant}"),
            format!("/privacy/{tenant}"),
            format!("/audit/{tenant}"),
            format!("/copy-requests/{tenant}"),
            format!("/platforms/p/{}", moodle.id),
        ];
        let zone = |page: &Page| {
            let text = page.text();
            let rest = text.split("data-zone=\"").nth(1).unwrap();
            rest.split('"').next().unwrap().to_owned()
        };
        let mut operator = AdminBrowser::of(&scene, &Scope::Everything, "Olga").await;
        for path in several
            .iter()
            .map(|path| (*path).to_owned())
            .chain(of_one.clone())
        {
            let page = operator.get(&format!("/admin{path}")).await;
            assert_eq!(zone(&page), "Asia/Tokyo", "the only one: {path}");
        }
        institutions::find_or_create(&scene.cairn, "South Hill School")
            .await
            .unwrap();
        for path in several {
            let page = operator.get(&format!("/admin{path}")).await;
            assert_eq!(zone(&page), "UTC", "{path}");
        }
        for path in &of_one {
            let page = operator.get(&format!("/admin{path}")).await;
            assert_eq!(zone(&page), "Asia/Tokyo", "{path}");
        }
        let list = operator.get("/admin/platforms").await;
        let choice = [("institution", tenant.as_str()), ("days", "7")];
        let made = operator.send(&list, "/platforms/invite", &choice).await;
        assert_eq!(zone(&made), "Asia/Tokyo", "{}", made.words());

        let mut own = AdminBrowser::of(&scene, &Scope::Tenant(tenant.clone()), "Ada").await;
        for path in several.into_iter().chain(["/administrators", "/password"]) {
            let page = own.get(&format!("/admin{path}")).await;
            assert_eq!(zone(&page), "Asia/Tokyo", "theirs: {path}");
        }
        let page = own.get(&format!("/admin{}", of_one[7])).await;
        let tested = own.send(&page, "/test", &[]).await;
        let words = tested.words();
        assert!(words.contains("Cairn was opened from it on"), "{words}");
        assert!(words.contains("JST; it is"), "{words}");
        scene.end().await;
    });
}
