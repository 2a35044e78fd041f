//! The power to make programmes, from the console into a course of the LMS and back.

use crate::service::institution::administrators::Scope;
use crate::tests::console::admin_browser::AdminBrowser;
use crate::tests::guest::Guest;
use crate::tests::harness::on_each_database;
use crate::tests::showing::stage::Stage;
use practice_lms::browser::Page;

/// Presses the button beside the only teacher of a page.
async fn turn(ada: &mut AdminBrowser, page: &Page, way: &str) -> Page {
    let forms = page.forms();
    let form = forms.iter().find(|form| form.value("person").is_some()).unwrap();
    ada.browser.submit(page, form, &[("turn", way)]).await.unwrap()
}

#[test]
fn an_instructor_is_found_by_their_course_and_makes_a_programme_within_it() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (badge, ..) = stage.earned().await;
        let tenant = stage.course.tenant.clone();
        let moodle = &stage.scene.moodle;
        let mut tess = Guest::open(moodle, 0, "Tess Teacher", "My badges").await;
        let before = tess.get("").await;
        assert!(before.links("/programmes").is_empty(), "{}", before.words());
        let refused = tess.get("/programmes").await;
        assert_eq!(refused.status, 403, "{}", refused.words());
        assert!(
            refused.words().contains("to whom they gave that power"),
            "{}",
            refused.words()
        );
        assert!(
            !refused.links(stage.course.id.as_str()).is_empty(),
            "it leads back to the course: {}",
            refused.text()
        );

        let mut ada = AdminBrowser::of(&stage.scene, &Scope::Tenant(tenant.clone()), "Ada").await;
        let makers = format!("/admin/programmes/{tenant}/makers");
        let nobody = ada.get(&format!("{makers}?sought=Quixote")).await;
        assert!(
            nobody.words().contains("No teacher was found."),
            "{}",
            nobody.words()
        );
        let found = ada.get(&format!("{makers}?sought=tess")).await;
        assert!(
            found.words().contains("Tess Teacher") && found.words().contains("Teaches "),
            "{}",
            found.words()
        );
        let given = turn(&mut ada, &found, "give").await;
        assert!(given.words().contains("Given."), "{}", given.words());

        let home = tess.get("").await;
        assert!(!home.links("/programmes").is_empty(), "{}", home.words());
        let list = tess.get("/programmes").await;
        assert!(list.words().contains("There is none yet."), "{}", list.words());
        assert!(list.links("/makers").is_empty());
        let new = tess.get("/programmes/new").await;
        let part = format!("part.{badge}");
        let nameless = [("name", ""), (part.as_str(), "required"), ("action", "save")];
        let nameless = tess.send(&new, "/programmes/save", &nameless).await;
        assert_eq!(nameless.status, 422, "{}", nameless.words());
        let saved = [("name", "Tower"), ("picture_alt", "Stones"), ("action", "save")];
        let shown = tess.send(&nameless, "/programmes/save", &saved).await;
        assert!(shown.words().contains("Saved as a draft."), "{}", shown.words());
        assert!(shown.text().contains("graph-part"), "{}", shown.text());
        assert!(
            !shown.words().contains("Waive a part"),
            "that is for administrators: {}",
            shown.words()
        );
        let own = shown.url.path().split_once("/programmes/").unwrap().1.to_owned();
        for rest in ["waivers", "accept"] {
            let page = tess.get(&format!("/programmes/{own}/{rest}")).await;
            assert_eq!(page.status, 404, "{rest}: {}", page.words());
        }
        let tried = tess.get(&format!("/programmes/{own}/try")).await;
        assert!(
            tried.words().contains("1 of ") && tried.words().contains("Numbers alone are shown here"),
            "{}",
            tried.words()
        );
        let active = tess.send(&tried, "/activate", &[]).await;
        assert!(active.words().contains("Activated."), "{}", active.words());
        let map = tess.get("/programmes/map").await;
        assert!(map.words().contains("builds on “Quiz master”"), "{}", map.words());
        let paused = tess.send(&active, "/turn", &[("turn", "pause")]).await;
        assert!(paused.words().contains("Paused."), "{}", paused.words());

        let mut other = Guest::open(moodle, 0, "Student", "My badges").await;
        let page = other.get("/programmes").await;
        assert_eq!(page.status, 403, "{}", page.words());
        let log = ada.get(&format!("/admin/audit/{tenant}")).await;
        for says in [
            "gave an instructor the power to make programmes",
            "made a programme",
            "activated a programme",
        ] {
            assert!(log.words().contains(says), "{says}: {}", log.words());
        }
        let list = ada.get(&makers).await;
        let taken = turn(&mut ada, &list, "take").await;
        assert!(taken.words().contains("Taken back."), "{}", taken.words());
        let late = tess.send(&tried, "/activate", &[]).await;
        assert_eq!(late.status, 403, "{}", late.words());
        stage.scene.end().await;
    });
}
