//! What an institution does not let its courses do, they cannot do: from the moment the policies are saved.

use crate::ids::TenantId;
use crate::service::institution::administrators::Scope;
use crate::store::testing::shortcuts::first_tenant;
use practice_lms::browser::Page;

use super::admin_browser::AdminBrowser;
use crate::tests::guest::Guest;
use crate::tests::harness::{Scene, on_each_database};
use crate::tests::showing::stage::{Stage, get};

/// Saves the policies of an institution with these changes.
pub(crate) async fn policy(scene: &Scene, tenant: &TenantId, changes: &[(&str, &str)]) -> Page {
    let mut admin = AdminBrowser::of(scene, &Scope::Tenant(tenant.clone()), "Ada").await;
    let page = admin.get(&format!("/admin/policies/{tenant}")).await;
    admin.send(&page, "/admin/policies/", changes).await
}

#[test]
fn where_only_administrators_make_badges_an_instructor_is_told_so() {
    on_each_database(|scene| async move {
        let mut teacher = Guest::open(&scene.moodle, 0, "Teacher", "My badges").await;
        let badge = teacher.make_badge("Made before", "knowledge").await;
        let tenant = scene.cairn.store.read(first_tenant).await.unwrap().unwrap().id;
        // Pages that were open before: what they send is refused all the same.
        let editor = teacher.get("/badges/new").await;
        let retire = teacher.get(&format!("/badges/{badge}/retire")).await;
        let saved = policy(&scene, &tenant, &[("create", "administrators")]).await;
        assert!(saved.words().contains("Saved."), "{}", saved.words());
        let fields = [
            ("name", "Too late"),
            ("kind", "knowledge"),
            ("initials", "TL"),
            ("action", "save"),
        ];
        let refused = teacher.send_files(&editor, "/badges/save", &fields, &[]).await;
        assert_eq!(refused.status, 403, "{}", refused.words());
        assert!(
            refused
                .words()
                .contains("lets only administrators make and change badges"),
            "{}",
            refused.words()
        );
        let kept = teacher.send(&retire, "/retire/confirm", &[]).await;
        assert_eq!(kept.status, 403, "{}", kept.words());
        let course = teacher.get("").await;
        assert!(course.words().contains("Made before") && !course.words().contains("Too late"));
        scene.end().await;
    });
}

#[test]
fn where_only_administrators_award_and_revoke_an_instructor_is_told_so() {
    on_each_database(|scene| async move {
        let mut stage = Stage::set(scene).await;
        let (badge, award, _) = stage.earned().await;
        let person = stage.person(1).await;
        let tenant = stage.course.tenant.clone();
        // Pages that were open before: what they send is refused all the same.
        let review = stage.inside(&format!("/badges/{badge}/revoke?award={}", award.id));
        let review = stage.teacher.get(&review).await.unwrap();
        let form = review.form("/revoke/confirm").unwrap();
        let asking = stage.inside(&format!("/badges/{badge}/people/{person}/award"));
        let asking = stage.teacher.get(&asking).await.unwrap();
        policy(
            &stage.scene,
            &tenant,
            &[("approve", "administrators"), ("revoke", "administrators")],
        )
        .await;

        let refused = stage
            .teacher
            .submit(&review, &form, &[("reason", "A mistake")])
            .await
            .unwrap();
        assert_eq!(refused.status, 403, "{}", refused.words());
        assert!(
            refused.words().contains("lets only administrators revoke badges"),
            "{}",
            refused.words()
        );
        let still = stage.latest(&badge, &award.person).await.unwrap();
        assert!(still.revocation.is_none());

        let form = asking.form("/award/confirm").unwrap();
        let refused = stage
            .teacher
            .submit(&asking, &form, &[("reason", "I saw it")])
            .await
            .unwrap();
        assert_eq!(refused.status, 403, "{}", refused.words());
        assert!(
            refused.words().contains("award badges by hand"),
            "{}",
            refused.words()
        );
        assert!(stage.latest(&badge, &person).await.is_none());
        stage.scene.end().await;
    });
}

#[test]
fn minors_have_no_public_page_and_nothing_to_switch_on_but_keep_their_files() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (_, award, credential) = stage.earned().await;
        let mine = stage.inside(&format!("/credentials/{}", award.id));
        let mut holder = stage.student_browser(0).await;
        let before = holder.get(&mine).await.unwrap();
        let switches = before.form("/share").unwrap();
        let address = format!("{}/b/{}", stage.scene.origin, credential.slug);
        assert_eq!(get(&address, "text/html").await.status, 200);

        policy(&stage.scene, &stage.course.tenant, &[("minors", "yes")]).await;
        let gone = get(&address, "text/html").await;
        assert_eq!(gone.status, 403);
        assert!(
            gone.words().contains("keeps badges off the web"),
            "{}",
            gone.words()
        );
        for ending in [".json", ".png"] {
            assert_eq!(
                get(&format!("{address}{ending}"), "*/*").await.status,
                403,
                "{ending}"
            );
        }
        let after = holder.get(&mine).await.unwrap();
        assert!(
            after.words().contains("Take it with you") && !after.words().contains("What others see"),
            "{}",
            after.words()
        );
        let named = holder
            .submit(&before, &switches, &[("show_name", "yes")])
            .await
            .unwrap();
        assert_eq!(named.status, 403, "{}", named.words());
        assert!(
            named.words().contains("nothing to switch on"),
            "{}",
            named.words()
        );
        let file = holder.get(&format!("{mine}.json")).await.unwrap();
        assert_eq!(file.body, credential.document.as_bytes());
        stage.scene.end().await;
    });
}

#[test]
fn history_is_kept_for_ever_or_for_a_time_that_makes_sense() {
    on_each_database(|scene| async move {
        let tenant = scene.cairn.store.read(first_tenant).await.unwrap().unwrap().id;
        for days in ["0", "29", "9999", "many"] {
            let refused = policy(&scene, &tenant, &[("keep", "days"), ("days", days)]).await;
            assert_eq!(refused.status, 422, "{days}");
            assert!(
                refused.words().contains("30 to 3,650 days"),
                "{}",
                refused.words()
            );
        }
        let saved = policy(&scene, &tenant, &[("keep", "days"), ("days", "90")]).await;
        assert_eq!(saved.status, 200, "{}", saved.words());
        assert_eq!(saved.form("/admin/policies/").unwrap().value("days"), Some("90"));
        scene.end().await;
    });
}

#[test]
fn badges_kept_off_the_web_have_no_page_although_nobody_is_a_minor() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (_, award, credential) = stage.earned().await;
        let address = format!("{}/b/{}", stage.scene.origin, credential.slug);
        assert_eq!(get(&address, "text/html").await.status, 200);
        let mine = stage.inside(&format!("/credentials/{}", award.id));
        let mut holder = stage.student_browser(0).await;
        let before = holder.get(&mine).await.unwrap();
        let switches = before.form("/share").unwrap();

        // An unticked box is not sent at all.
        let mut admin =
            AdminBrowser::of(&stage.scene, &Scope::Tenant(stage.course.tenant.clone()), "Ada").await;
        let page = admin
            .get(&format!("/admin/policies/{}", stage.course.tenant))
            .await;
        let form = page.form("/admin/policies/").unwrap();
        let boxes = form.fields.iter().filter(|field| field.kind == "checkbox");
        let boxes: Vec<&str> = boxes.map(|field| field.name.as_str()).collect();
        let filled = form.filled(&[]);
        let fields: Vec<(&str, &str)> = filled
            .iter()
            .filter(|(name, _)| !boxes.contains(&name.as_str()))
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let url = format!("{}/admin/policies/{}", stage.scene.origin, stage.course.tenant);
        let saved = admin.browser.post(&url, &fields).await.unwrap();
        assert!(saved.words().contains("Saved."), "{}", saved.words());
        for ending in ["", ".json", ".png"] {
            let gone = get(&format!("{address}{ending}"), "*/*").await;
            assert_eq!(gone.status, 403, "{ending}: {}", gone.words());
        }
        let refused = holder
            .submit(&before, &switches, &[("show_evidence", "yes")])
            .await
            .unwrap();
        assert_eq!(refused.status, 403, "{}", refused.words());
        assert!(refused.text().contains("policy.sharing"), "{}", refused.words());
        let file = holder.get(&format!("{mine}.json")).await.unwrap();
        assert_eq!(
            file.body,
            credential.document.as_bytes(),
            "it is theirs all the same"
        );
        stage.scene.end().await;
    });
}

#[test]
fn rules_and_approvals_are_refused_where_they_are_left_to_administrators() {
    on_each_database(|scene| async move {
        let tenant = scene.cairn.store.read(first_tenant).await.unwrap().unwrap().id;
        let mut teacher = Guest::open(&scene.moodle, 0, "Teacher", "My badges").await;
        let badge = teacher.make_badge("Seen in class", "knowledge").await;
        let rule = teacher.get(&format!("/badges/{badge}/rule")).await;
        let asked = teacher.build(&rule, &[("action", "add::approval")]).await;
        let saved = teacher.build(&asked, &[("action", "save")]).await;
        assert!(saved.words().contains("Saved."), "{}", saved.words());
        let preview = teacher.preview(&badge).await;
        let only = [("create", "administrators"), ("approve", "administrators")];
        policy(&scene, &tenant, &only).await;

        let more = teacher.build(&saved, &[("action", "add::date")]).await;
        let again = [("action", "save"), ("n.1.at", "2026-01-01T00:00")];
        let unsaved = teacher.build(&more, &again).await;
        assert_eq!(unsaved.status, 403, "{}", unsaved.words());
        assert!(unsaved.text().contains("policy.create"), "{}", unsaved.words());
        let still = teacher.send(&preview, "/activate", &[]).await;
        assert_eq!(still.status, 403, "{}", still.words());
        let course = teacher.get("").await;
        assert!(course.words().contains("Draft"), "{}", course.words());

        let rest = [("create", "instructors"), ("approve", "instructors")];
        policy(&scene, &tenant, &rest).await;
        teacher.activate(&badge).await;
        let progress = teacher.get("/progress").await;
        let student = progress
            .links(&format!("/badges/{badge}/people/"))
            .into_iter()
            .next()
            .unwrap_or_else(|| panic!("{}", progress.words()));
        let ask = teacher.browser.get(&format!("{student}/approve")).await.unwrap();
        policy(&scene, &tenant, &[("approve", "administrators")]).await;
        let refused = teacher
            .send(&ask, "/approve/confirm", &[("reason", "I saw it")])
            .await;
        assert_eq!(refused.status, 403, "{}", refused.words());
        assert!(
            refused
                .words()
                .contains("lets only administrators approve students"),
            "{}",
            refused.words()
        );
        let page = teacher.browser.get(&student).await.unwrap();
        assert!(!page.words().contains("I saw it"), "{}", page.words());
        scene.end().await;
    });
}

#[test]
fn where_teachers_choose_what_they_offer_a_badge_has_a_switch_for_it() {
    on_each_database(|scene| async move {
        let mut teacher = Guest::open(&scene.moodle, 0, "Teacher", "My badges").await;
        let badge = teacher.make_badge("Basic Python", "knowledge").await;
        let tenant = scene.cairn.store.read(first_tenant).await.unwrap().unwrap().id;
        let edit = format!("/badges/{badge}/edit");
        let usual = teacher.get(&edit).await;
        assert!(!usual.words().contains("In other courses"), "{}", usual.words());
        let saved = policy(&scene, &tenant, &[("offers", "chosen")]).await;
        assert!(saved.words().contains("Saved."), "{}", saved.words());
        let alone = teacher.get(&edit).await;
        assert!(
            alone.words().contains("This badge counts in this course alone."),
            "{}",
            alone.words()
        );
        let offered = teacher.send(&alone, "/offer", &[]).await;
        assert!(
            offered.words().contains("Offer it no longer"),
            "{}",
            offered.words()
        );
        let again = teacher.send(&alone, "/offer", &[]).await;
        assert!(again.words().contains("Offer it no longer"), "{}", again.words());
        let back = teacher.send(&again, "/offer", &[]).await;
        assert!(
            back.words().contains("Offer it to other courses"),
            "{}",
            back.words()
        );
        scene.end().await;
    });
}
