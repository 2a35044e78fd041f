//! Keys that change while everything goes on, and the log that says who changed them.

use crate::service::institution::administrators::Scope;
use crate::store::testing::shortcuts::first_tenant;

use super::admin_browser::AdminBrowser;
use crate::tests::harness::on_each_database;

#[test]
fn a_new_signing_key_stands_beside_the_old_one_and_the_form_sent_twice_makes_one() {
    on_each_database(|scene| async move {
        let tenant = scene.cairn.store.read(first_tenant).await.unwrap().unwrap();
        let mut admin = AdminBrowser::of(&scene, &Scope::Tenant(tenant.id.clone()), "Ada").await;
        let page = admin.get(&format!("/admin/issuers/{}", tenant.id)).await;
        let profile = page
            .links("/issuers/")
            .into_iter()
            .find(|href| !href.contains("/admin/"))
            .unwrap();
        let did = format!("{profile}/did.json");
        let count = |text: String| text.matches("publicKeyMultibase").count();
        let before = admin.browser.get(&did).await.unwrap();
        assert_eq!(count(before.text()), 1, "{}", before.text());
        let review = admin.get(&format!("/admin/issuers/{}/rotate", tenant.id)).await;
        assert!(
            review.words().contains("Every badge that was issued stays valid"),
            "{}",
            review.words()
        );
        let done = admin.send(&review, "/rotate", &[]).await;
        assert!(
            done.words().contains("The new key signs from now on."),
            "{}",
            done.words()
        );
        let again = admin.send(&review, "/rotate", &[]).await;
        assert_eq!(again.status, 409);
        let after = admin.browser.get(&did).await.unwrap();
        assert_eq!(count(after.text()), 2, "{}", after.text());

        let log = admin
            .get(&format!("/admin/audit/{}?action=issuer-key.rotated", tenant.id))
            .await;
        assert!(
            log.words().contains("Ada gave an issuer a new key"),
            "{}",
            log.words()
        );
        scene.end().await;
    });
}

#[test]
fn a_new_key_for_platforms_is_published_before_it_may_sign() {
    on_each_database(|scene| async move {
        let mut admin = AdminBrowser::of(&scene, &Scope::Everything, "Ada").await;
        let old = scene.cairn.tool_key.kid();
        let review = admin.get("/admin/tool-keys/publish").await;
        let done = admin.send(&review, "/tool-keys/publish", &[]).await;
        assert!(
            done.words().contains("Come back in ten minutes"),
            "{}",
            done.words()
        );
        // A second click makes no second key.
        admin.send(&review, "/tool-keys/publish", &[]).await;
        let set = admin.get("/lti/jwks").await;
        let set: serde_json::Value = serde_json::from_slice(&set.body).unwrap();
        assert_eq!(set["keys"].as_array().unwrap().len(), 2);
        let early = admin
            .browser
            .get(&done.link("Sign with the next key…").unwrap())
            .await
            .unwrap();
        assert!(early.words().contains("It is too early"), "{}", early.words());
        let refused = admin.send(&early, "/use", &[]).await;
        assert_eq!(refused.status, 409);
        assert_eq!(scene.cairn.tool_key.kid(), old);
        scene.end().await;
    });
}

#[test]
fn an_institution_is_made_and_renamed_and_mistakes_are_said_at_their_field() {
    on_each_database(|scene| async move {
        let mut admin = AdminBrowser::of(&scene, &Scope::Everything, "Ada").await;
        let overview = admin.get("/admin").await;
        let made = admin
            .send(&overview, "/institutions", &[("name", "South Hill School")])
            .await;
        assert!(made.words().contains("Made."), "{}", made.words());
        let twice = admin
            .send(&overview, "/institutions", &[("name", "South Hill School")])
            .await;
        assert_eq!(twice.status, 422);
        let wrong = [("url", "school"), ("email", "")];
        let again = admin.send(&made, "/admin/issuers/", &wrong).await;
        assert_eq!(again.status, 422);
        assert!(again.words().contains("whole address"), "{}", again.words());
        let right = [("issuer_name", "South Hill"), ("url", "https://south.example/")];
        let saved = admin.send(&made, "/admin/issuers/", &right).await;
        assert!(saved.words().contains("Saved."), "{}", saved.words());
        let list = admin.get("/admin/issuers").await;
        assert!(list.words().contains("South Hill"), "{}", list.words());
        scene.end().await;
    });
}

#[test]
fn the_audit_log_is_searched_and_taken_away_without_formulas() {
    on_each_database(|scene| async move {
        let tenant = scene.cairn.store.read(first_tenant).await.unwrap().unwrap().id;
        let mut admin = AdminBrowser::of(&scene, &Scope::Tenant(tenant.clone()), "=Ada()").await;
        let all = admin.get("/admin/audit").await;
        assert!(
            all.words().contains("=Ada() came in by a link"),
            "{}",
            all.words()
        );
        for (query, found) in [
            ("who=ada", true),
            ("who=nobody", false),
            ("from=2001-01-01", true),
            ("until=2001-01-01", false),
        ] {
            let page = admin.get(&format!("/admin/audit/{tenant}?{query}")).await;
            assert_eq!(
                page.words().contains("=Ada() came in by a link"),
                found,
                "{query}: {}",
                page.words()
            );
        }
        let wrong = admin.get(&format!("/admin/audit/{tenant}?from=yesterday")).await;
        assert_eq!(wrong.status, 422);
        let file = admin.get(&format!("/admin/audit/{tenant}/export?who=ada")).await;
        assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
        assert!(file.text().contains(",'=Ada(),"), "{}", file.text());
        let log = admin
            .get(&format!("/admin/audit/{tenant}?action=audit.exported"))
            .await;
        assert!(log.words().contains("took the audit log away"), "{}", log.words());
        scene.end().await;
    });
}
