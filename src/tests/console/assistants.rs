//! Teaching assistants, and teachers who see only their own sections: what the policy says, in Canvas, which tells of both.

use crate::ids::TenantId;
use crate::store::testing::shortcuts::first_tenant;
use practice_lms::CourseRole;

use super::admin_browser::AdminBrowser;
use super::rules::policy;
use crate::service::institution::administrators::Scope;
use crate::tests::guest::Guest;
use crate::tests::harness::{Scene, on_each_database};

async fn own(scene: &Scene) -> TenantId {
    scene.cairn.store.read(first_tenant).await.unwrap().unwrap().id
}

#[test]
fn an_assistant_looks_at_everything_and_makes_nothing_until_the_policy_says_so() {
    on_each_database(|scene| async move {
        let tenant = own(&scene).await;
        let lms = &scene.canvas;
        let mut teacher = Guest::open(lms, 0, "Tess Teacher", "My badges").await;
        let badge = teacher.make_badge("Made before", "knowledge").await;
        let mut assistant = Guest::open(lms, 0, "Assistant", "My badges").await;
        let words = assistant.page.words();
        assert!(
            words.contains("Made before") && words.contains("Check now"),
            "{words}"
        );
        assert!(
            words.contains("is not for teaching assistants at your institution"),
            "{words}"
        );
        assert!(!assistant.page.text().contains("/badges/new"), "{words}");
        for page in [
            "/progress",
            "/evidence",
            &format!("/badges/{badge}/awards"),
            &format!("/badges/{badge}/rule"),
        ] {
            assert_eq!(assistant.get(page).await.status, 200, "{page}");
        }
        for page in ["/badges/new", &format!("/badges/{badge}/retire")] {
            let refused = assistant.get(page).await;
            assert_eq!(refused.status, 403, "{page}");
            assert!(
                refused.text().contains("policy.assistants"),
                "{}",
                refused.words()
            );
        }
        // A page that was open for somebody who may: what an assistant sends is refused all the same.
        let editor = teacher.get("/badges/new").await;
        let own = assistant.get("").await;
        let form = own.form("/check").unwrap();
        let csrf = form.value("csrf").unwrap().to_owned();
        let mut sent = editor.form("/badges/save").unwrap();
        sent.fields.retain(|field| field.name != "csrf");
        let fields = [
            ("name", "Theirs"),
            ("initials", "TL"),
            ("action", "save"),
            ("csrf", csrf.as_str()),
        ];
        let refused = assistant
            .browser
            .submit_files(&editor, &sent, &fields, &[])
            .await
            .unwrap();
        assert_eq!(refused.status, 403, "{}", refused.words());
        assert!(
            refused
                .words()
                .contains("does not let teaching assistants make and change badges")
        );

        let saved = policy(&scene, &tenant, &[("assistants_create", "yes")]).await;
        assert!(saved.words().contains("Saved."), "{}", saved.words());
        assistant.make_badge("Theirs", "knowledge").await;
        let page = assistant.get(&format!("/badges/{badge}/retire")).await;
        assert_eq!(page.status, 200, "{}", page.words());
        scene.end().await;
    });
}

#[test]
fn the_console_says_which_platform_tells_assistants_from_teachers() {
    on_each_database(|scene| async move {
        let tenant = own(&scene).await;
        let mut admin = AdminBrowser::of(&scene, &Scope::Tenant(tenant.clone()), "Ada").await;
        let words = admin.get(&format!("/admin/policies/{tenant}")).await.words();
        assert!(
            words.contains("names teaching assistants, so this holds there"),
            "{words}"
        );
        assert!(
            words.contains("does not tell teaching assistants from teachers"),
            "{words}"
        );
        scene.end().await;
    });
}

#[test]
fn a_teacher_whom_canvas_limits_to_sections_sees_what_the_policy_says() {
    on_each_database(|scene| async move {
        let tenant = own(&scene).await;
        let lms = &scene.canvas;
        let world = lms.world();
        let at = world.courses()[0].id;
        let link = world.links(at)[0].id;
        world.set_link_custom(at, link, "section_restricted", "$Canvas.course.sectionRestricted");
        let tess = world.member(at, CourseRole::Teacher).unwrap().id;
        let mut usual = Guest::open(lms, 0, "Tess Teacher", "My badges").await;
        assert!(!usual.page.words().contains("your own sections only"));
        world.limit_to_sections(at, tess, true);
        let mut limited = Guest::open(lms, 0, "Tess Teacher", "My badges").await;
        assert!(
            limited
                .page
                .words()
                .contains("so you see everybody here, as your institution’s policy says"),
            "{}",
            limited.page.words()
        );
        policy(&scene, &tenant, &[("sections", "no_teaching")]).await;
        let now = limited.get("").await;
        assert!(
            now.words().contains("keeps its pages for teachers from you"),
            "{}",
            now.words()
        );
        let refused = limited.get("/progress").await;
        assert_eq!(refused.status, 403);
        assert!(
            refused.words().contains("Ask another teacher of this course"),
            "{}",
            refused.words()
        );
        assert_eq!(usual.get("/progress").await.status, 200);
        scene.end().await;
    });
}
