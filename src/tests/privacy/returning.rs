//! Whoever was erased and is still in the course: nothing brings them back but themselves.

use crate::domain::page::Page as Part;
use crate::service::institution::administrators::Scope;
use crate::store::testing::TestDatabase;
use crate::store::testing::shortcuts::logged;
use crate::store::{enrolments, people, unknown_users};
use practice_lms::browser::{Browser, Page};

use crate::tests::chromium::{Chromium, LOOKS};
use crate::tests::console::admin_browser::AdminBrowser;
use crate::tests::harness::{Scene, framed, on_each_database};
use crate::tests::showing::stage::{Stage, design, launch};

/// The `n`th student asks to be erased, and is.
async fn erase(stage: &Stage, n: usize) {
    let mut student = stage.student_browser(n).await;
    let review = student.get(&stage.inside("/me/erasure")).await.unwrap();
    let ask = review.form("/me/erasure/ask").unwrap();
    student.submit(&review, &ask, &[("word", "erase")]).await.unwrap();
    let tenant = stage.course.tenant.clone();
    let mut admin = AdminBrowser::of(&stage.scene, &Scope::Tenant(tenant.clone()), "Ada").await;
    let list = admin.get(&format!("/admin/privacy/{tenant}")).await;
    let text = list.text();
    let mut hrefs = text.split("href=\"").filter_map(|rest| rest.split('"').next());
    let href = hrefs.find(|href| href.contains("/erasures/")).unwrap();
    let review = admin.get(&href.replace("/decline", "")).await;
    let done = admin.send(&review, "/erasures/", &[]).await;
    assert!(done.words().contains("Nobody waits"), "{}", done.words());
}

/// What the `n`th student sees who launches.
async fn comes_back(stage: &Stage, n: usize) -> Page {
    let mut browser = framed(&stage.scene.moodle);
    launch(&stage.world, stage.at, stage.student(n).0, &mut browser).await
}

/// Sends the form of the page that was shown, as a browser does that says where it comes from.
async fn post(stage: &Stage, site: &str, pass: &str) -> Page {
    let mut browser = Browser::new().unwrap().sending("sec-fetch-site", site);
    browser
        .post(&stage.url("/lti/return"), &[("pass", pass)])
        .await
        .unwrap()
}

/// The `n`th student launches, reads that they were erased, and agrees to be kept again.
pub(super) async fn agree(stage: &Stage, n: usize) {
    let page = comes_back(stage, n).await;
    assert!(page.words().contains("was erased on"), "{}", page.words());
    let pass = page
        .form("/lti/return")
        .unwrap()
        .value("pass")
        .unwrap()
        .to_owned();
    let agreed = post(stage, "same-origin", &pass).await;
    assert!(agreed.words().contains("You have agreed"), "{}", agreed.words());
}

/// Whether anything knows the `n`th student: by the name of the LMS, by their own, as a member, or as somebody unknown.
async fn traces(stage: &Stage, n: usize) -> (bool, usize, usize, usize) {
    let member = stage.world.students(stage.at).remove(n);
    let course = stage.course.clone();
    let found = stage.scene.cairn.store.read(move |db| {
        let tenant = &course.tenant;
        Ok((
            people::by_sub(db, tenant, &course.registration, &member.sub)?.is_some(),
            people::search(db, tenant, &member.name, 10)?.len(),
            enrolments::learners(db, tenant, &course.id)?.len(),
            unknown_users::of_course(db, tenant, &course.id)?.len(),
        ))
    });
    found.await.unwrap()
}

#[test]
fn who_was_erased_and_is_still_in_the_course_comes_back_only_by_agreeing() {
    on_each_database(|scene| async move {
        let mut stage = Stage::set(scene).await;
        let (badge, _, _) = stage.earned().await;
        let person = stage.person(0).await;
        let (_, name) = stage.student(0);
        stage.settled().await;
        let (known, _, learners, _) = traces(&stage, 0).await;
        assert!(known);
        erase(&stage, 0).await;
        assert_eq!(traces(&stage, 0).await, (false, 0, learners - 1, 0));

        // The course site goes on naming them: in the member list, and with a new grade in the results.
        stage.grade(0, 95);
        stage.grade(1, 90);
        stage.check().await;
        stage.awarded(&badge, 1).await;
        stage.settled().await;
        assert_eq!(traces(&stage, 0).await, (false, 0, learners - 1, 0));
        assert!(stage.latest(&badge, &person).await.is_none());
        for place in ["", "/progress", &format!("/badges/{badge}/awards")] {
            let page = stage.teacher.get(&stage.inside(place)).await.unwrap();
            assert!(!page.words().contains(&name), "{place}: {}", page.words());
        }

        // They come back, look, and go: as often as they like, nothing is kept.
        for _ in 0..2 {
            let page = comes_back(&stage, 0).await;
            assert_eq!(page.status, 200);
            for said in ["Your data was erased", "as you had asked", "Then nothing is kept"] {
                assert!(page.words().contains(said), "{said}: {}", page.words());
            }
            assert!(!page.text().contains(&name), "{}", page.text());
        }
        let pass = comes_back(&stage, 0).await;
        let pass = pass
            .form("/lti/return")
            .unwrap()
            .value("pass")
            .unwrap()
            .to_owned();
        for (site, pass, status) in [
            ("cross-site", pass.as_str(), 400),
            ("same-origin", "forged", 410),
            ("same-origin", "", 410),
        ] {
            let refused = post(&stage, site, pass).await;
            assert_eq!(refused.status, status, "{}", refused.words());
        }
        assert_eq!(traces(&stage, 0).await, (false, 0, learners - 1, 0));

        // They agree. Twice is once, and nothing is kept before they launch.
        for _ in 0..2 {
            let agreed = post(&stage, "same-origin", &pass).await;
            assert!(agreed.words().contains("You have agreed"), "{}", agreed.words());
        }
        assert_eq!(traces(&stage, 0).await, (false, 0, learners - 1, 0));
        let mut back = stage.student_browser(0).await;
        let home = back.get(&stage.inside("")).await.unwrap();
        assert_eq!(home.status, 200, "{}", home.words());
        let anew = stage.person(0).await;
        assert_ne!(anew, person);
        stage.check().await;
        stage.awarded(&badge, 0).await;

        // The log has both, and says of whom neither.
        let tenant = stage.course.tenant.clone();
        let part = Part {
            offset: 0,
            limit: 500,
        };
        let log = stage.scene.cairn.store.read(move |db| logged(db, &tenant, part));
        let log = log.await.unwrap();
        let agreed = log
            .iter()
            .filter(|one| format!("{one:?}").contains("erasure.lifted"));
        assert_eq!(agreed.count(), 1, "{log:?}");
        let log = format!("{log:?}");
        for trace in [name.as_str(), person.as_str()] {
            assert!(!log.contains(trace), "{trace}: {log}");
        }
        stage.scene.end().await;
    });
}

#[test]
fn the_page_of_who_comes_back_is_fit_for_everybody() {
    crate::app::block_on(async {
        let Some(chromium) = Chromium::start(&[]).await else {
            return;
        };
        let stage = Stage::set(Scene::on(TestDatabase::sqlite()).await).await;
        stage.badge(design("Quiz master"), Some(vec![stage.quiz()])).await;
        stage.check().await;
        stage.person(0).await;
        erase(&stage, 0).await;
        let link = stage.world.links(stage.at)[0].title.clone();
        let (_, name) = stage.student(0);
        crate::tests::screens::launch(&chromium, &stage.scene.moodle, 0, &link, &name).await;
        let mut wrong = chromium.inspect("erased-asks", &LOOKS).await;
        chromium.press("Agree and go on").await;
        chromium.reads("You have agreed").await;
        wrong.extend(chromium.inspect("erased-agreed", &LOOKS).await);
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        chromium.end().await;
        stage.scene.end().await;
    });
}
