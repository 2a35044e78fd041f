//! The first page of a course tells the truth: before anything was read, while it is read, and when the platform is away.

use std::time::{Duration, Instant};

use crate::ids::CourseId;
use crate::service::institution::self_test::{self, Finding};
use crate::store::courses;
use crate::store::testing::TestDatabase;
use crate::store::testing::shortcuts::first_tenant;
use practice_lms::browser::{Browser, ThirdPartyCookies};
use practice_lms::{CourseRole, Endpoint, Fault};
use thirtyfour::prelude::*;

use crate::tests::chromium::Chromium;
use crate::tests::guest::Guest;
use crate::tests::harness::{Scene, on_each_database};
use crate::tests::placing::{choose, open};
use crate::tests::screens::launch;
use crate::tests::showing::stage::{Stage, design, until};

#[test]
fn a_choice_of_content_before_the_first_activity_shows_no_fault_and_the_first_launch_is_read_at_once() {
    on_each_database(|scene| async move {
        let world = scene.moodle.world();
        let at = world.courses()[0].id;
        for link in world.links(at) {
            world.remove_link(at, link.id);
        }
        let (mut teacher, picker) = choose(&scene.moodle, CourseRole::Teacher, "").await;
        assert_eq!(picker.status, 200, "{}", picker.words());
        let rest = picker
            .url
            .path()
            .strip_prefix("/c/")
            .unwrap()
            .split('/')
            .next()
            .unwrap();
        let id = CourseId::from(rest);
        let home = picker.url.join(&format!("/c/{rest}")).unwrap().to_string();
        scene.at_rest().await;
        let page = teacher.get(&home).await.unwrap();
        let words = page.words();
        assert!(words.contains("students not listed yet"), "{words}");
        assert!(words.contains("nothing is wrong"), "{words}");
        for fault in [
            "does not offer",
            "(Error id",
            "0 students",
            "not listed yet as the course site",
        ] {
            assert!(!words.contains(fault), "{fault}: {words}");
        }
        // Neither does the administrator's test take it for a missing setting.
        let found = scene.cairn.store.read(move |db| {
            let tenant = first_tenant(db)?.unwrap();
            courses::get(db, &tenant.id, &id)
        });
        let course = found.await.unwrap().unwrap();
        let report = self_test::run(&scene.cairn, &course.tenant, &course.registration)
            .await
            .unwrap();
        let missing = |finding: &Finding| matches!(finding, Finding::NotOffered(_));
        assert!(!report.findings.iter().any(missing), "{:?}", report.findings);

        world.add_link(at, "My badges", 0, None);
        let member = world.member(at, CourseRole::Teacher).unwrap().id;
        let link = world.links(at)[0].id;
        let begun = Instant::now();
        let (mut teacher, _) = open(&scene.moodle, &world.launch_form(at, member, link).unwrap()).await;
        let read = until("the students are listed", || async {
            let mut teacher = teacher.clone();
            let page = teacher.get(&home).await.unwrap();
            assert!(
                !page.words().contains("· 0 students"),
                "nobody was read: {}",
                page.words()
            );
            page.words().contains("32 students").then(|| page.words())
        })
        .await;
        assert!(begun.elapsed() < Duration::from_secs(20), "it was made to wait");
        assert!(!read.contains("not listed"), "{read}");
        let page = teacher.get(&home).await.unwrap();
        assert!(!page.words().contains("nothing is wrong"), "{}", page.words());
        scene.end().await;
    });
}

#[test]
fn check_now_ends_with_the_new_numbers_and_a_sentence_with_and_without_cookies() {
    on_each_database(|scene| async move {
        let mut stage = Stage::set(scene).await;
        stage.badge(design("Quiz master"), Some(vec![stage.quiz()])).await;
        stage.scene.at_rest().await;
        let home = stage.inside("");
        let hour = Fault::Delay(Duration::from_hours(1));
        stage.world.faults().inject(Endpoint::Members, &hour, 9);
        stage.grade(0, 90);
        stage.grade(1, 90);
        let page = stage.teacher.get(&home).await.unwrap();
        let form = page.form("/check").unwrap();
        let waits = stage.teacher.submit(&page, &form, &[]).await.unwrap();
        let words = waits.words();
        assert!(words.contains("The check has begun."), "{words}");
        assert!(waits.text().contains("http-equiv=\"refresh\""), "without scripts");
        let again = waits
            .forms()
            .into_iter()
            .find(|form| form.value("since").is_some());
        assert!(
            again.is_some_and(|form| form.value("session").is_none()),
            "{words}"
        );
        let asked = waits.url.to_string();
        assert!(asked.contains("notice=checked&since="), "{asked}");

        // Where no cookie comes back, a form that carries the visit looks again, and nothing loads the page by its address.
        let host = waits.url.host_str().unwrap().to_owned();
        let cookies = stage.teacher.cookies(&host);
        let visit = cookies
            .iter()
            .find(|(name, _)| name.starts_with("cairn_") && name != "cairn_probe");
        let token = visit.unwrap().1.clone();
        let mut bare = Browser::new()
            .unwrap()
            .framed_by(stage.scene.moodle.origin(), ThirdPartyCookies::None);
        let since = asked.split_once("since=").unwrap().1;
        let carried = [
            ("session", token.as_str()),
            ("notice", "checked"),
            ("since", since),
        ];
        let waits = bare.post(&home, &carried).await.unwrap();
        assert!(!waits.text().contains("http-equiv=\"refresh\""));
        let again = waits
            .forms()
            .into_iter()
            .find(|form| form.value("since").is_some());
        let again = again.unwrap();
        assert_eq!(again.value("session"), Some(token.as_str()));

        stage.world.faults().clear();
        stage.scene.at_rest().await;
        let done = stage.teacher.get(&asked).await.unwrap();
        let shown = bare.submit(&waits, &again, &[]).await.unwrap();
        for page in [done, shown] {
            let words = page.words();
            assert!(words.contains("Checked. 2 new awards."), "{words}");
            assert!(words.contains("2 of 32 earned"), "{words}");
            assert!(!words.contains("has begun"), "{words}");
            assert!(!page.text().contains("http-equiv=\"refresh\""));
        }
        stage.scene.end().await;
    });
}

#[test]
fn a_platform_that_is_away_is_said_with_the_numbers_that_stand_and_no_status() {
    for database in TestDatabase::dealt() {
        crate::app::block_on(platform_away(database));
    }
}

async fn platform_away(database: TestDatabase) {
    let mut stage = Stage::set(Scene::hasty(database).await).await;
    stage.scene.at_rest().await;
    let home = stage.inside("");
    for fault in [Fault::BadGateway, Fault::Unavailable] {
        for endpoint in [Endpoint::LineItems, Endpoint::Members, Endpoint::Results] {
            stage.world.faults().inject(endpoint, &fault, 60);
        }
        stage.check().await;
        stage.scene.at_rest().await;
        stage.world.faults().clear();
        let page = stage.teacher.get(&home).await.unwrap();
        let words = page.words();
        for said in [
            "out of order or being repaired",
            "Nothing was lost: the numbers of",
            "stand, and Cairn asks again at",
        ] {
            assert!(words.contains(said), "{said}: {words}");
        }
        assert!(!words.contains("status 50"), "{words}");
        assert!(words.contains("32 students"), "{words}");
        let looks = "data-every=\"15\"";
        assert!(page.text().contains(looks), "it looks again: {}", page.text());
    }
    // The platform is back, and the page that looks again says so and looks no more.
    stage.check().await;
    stage.scene.at_rest().await;
    let page = stage.teacher.get(&home).await.unwrap();
    assert!(
        !page.words().contains("out of order") && !page.text().contains("data-every"),
        "{}",
        page.words()
    );
    stage.scene.end().await;
}

#[test]
fn the_page_that_waits_shows_what_is_new_by_itself_and_leaves_the_focus_where_it_is() {
    crate::app::block_on(async {
        let Some(chromium) = Chromium::start(&[]).await else {
            return;
        };
        let stage = Stage::set(Scene::on(TestDatabase::sqlite()).await).await;
        stage.badge(design("Quiz master"), Some(vec![stage.quiz()])).await;
        stage.scene.at_rest().await;
        let lms = &stage.scene.moodle;
        let mut teacher = Guest::open(lms, 0, "Teacher", "My badges").await;
        let page = teacher.page.clone();
        teacher.send(&page, "/choose", &[("opens", "my_badges")]).await;
        stage.scene.at_rest().await;
        let name = lms.world().member(stage.at, CourseRole::Teacher).unwrap().name;
        launch(&chromium, lms, 0, "My badges", &name).await;
        stage.scene.at_rest().await;
        let hour = Fault::Delay(Duration::from_hours(1));
        stage.world.faults().inject(Endpoint::Members, &hour, 9);
        stage.grade(0, 90);
        chromium.press("Check now").await;
        chromium.reads("Reading members and grades").await;
        let link = chromium.driver.find(By::LinkText("New badge")).await.unwrap();
        link.focus().await.unwrap();
        let mark = "document.body.dataset.mark = 'same'";
        chromium.driver.execute(mark, Vec::new()).await.unwrap();
        stage.world.faults().clear();
        chromium.reads("Checked. 1 new award.").await;
        chromium.reads("1 of 32 earned").await;
        let seen = "return [document.activeElement.textContent, document.body.dataset.mark, \
                    document.getElementById('check-now').querySelector('button').hasAttribute('aria-disabled')]";
        let seen = chromium.driver.execute(seen, Vec::new()).await.unwrap();
        assert_eq!(seen.json(), &serde_json::json!(["New badge", "same", false]));
        chromium.end().await;
        stage.scene.end().await;
    });
}
