//! What keeps others out: no frame, no post from another site, nothing of another institution, no guessing.

use crate::ids::TenantId;
use crate::service::base::institutions;
use crate::service::institution::administrators::{Scope, links};
use crate::service::institution::tool_keys;
use crate::store::testing::shortcuts::first_tenant;
use practice_lms::browser::{Browser, Page};

use super::admin_browser::{AdminBrowser, PASSWORD};
use crate::tests::harness::{Scene, on_each_database};

/// The institution that the practice LMSs belong to, and another one.
async fn two_institutions(scene: &Scene) -> (TenantId, TenantId) {
    let own = scene.cairn.store.read(first_tenant).await.unwrap().unwrap().id;
    let (other, _) = institutions::find_or_create(&scene.cairn, "South Hill School")
        .await
        .unwrap();
    (own, other.id)
}

fn refuses_frames(page: &Page) {
    let way = format!("{} {}", page.status, page.url);
    assert_eq!(page.header("x-frame-options"), Some("DENY"), "{way}");
    let policy = page.header("content-security-policy").unwrap_or_default();
    assert!(policy.contains("frame-ancestors 'none'"), "{way}: {policy}");
    assert_eq!(page.header("cache-control"), Some("no-store"), "{way}");
}

#[test]
fn no_answer_of_the_console_may_be_framed() {
    on_each_database(|scene| async move {
        let mut stranger = Browser::new().unwrap();
        let mut admin = AdminBrowser::of(&scene, &Scope::Everything, "Ada").await;
        for path in [
            "",
            "/issuers",
            "/policies",
            "/audit",
            "/administrators",
            "/sign-in",
            "/nothing",
            "/link/none",
        ] {
            let url = format!("{}/admin{path}", scene.origin);
            refuses_frames(&stranger.get(&url).await.unwrap());
            refuses_frames(&admin.get(&format!("/admin{path}")).await);
        }
        let posted = stranger
            .post(&format!("{}/admin/institutions", scene.origin), &[("name", "x")])
            .await
            .unwrap();
        assert_eq!(posted.status, 401);
        refuses_frames(&posted);
        scene.end().await;
    });
}

#[test]
fn what_another_site_posts_is_refused_and_so_is_a_form_without_its_proof() {
    on_each_database(|scene| async move {
        let mut admin = AdminBrowser::of(&scene, &Scope::Everything, "Ada").await;
        let overview = admin.get("/admin").await;
        let proof = overview
            .form("/admin/institutions")
            .unwrap()
            .value("csrf")
            .unwrap()
            .to_owned();
        let url = format!("{}/admin/institutions", scene.origin);
        let forged = admin
            .browser
            .post(&url, &[("name", "Forged"), ("csrf", "0")])
            .await
            .unwrap();
        assert_eq!(forged.status, 403);
        let cookie = admin
            .browser
            .cookie("127.0.0.1", "cairn_admin")
            .unwrap()
            .to_owned();
        #[expect(
            clippy::disallowed_methods,
            reason = "a browser of another site, which nobody guards"
        )]
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let sent = |site: &'static str| {
            client
                .post(&url)
                .header("cookie", format!("cairn_admin={cookie}"))
                .header("sec-fetch-site", site)
                .form(&[("name", site), ("csrf", proof.as_str())])
                .send()
        };
        for site in ["cross-site", "same-site"] {
            assert_eq!(sent(site).await.unwrap().status(), 403, "{site}");
        }
        // The same request from a page of the console is taken.
        assert_eq!(sent("same-origin").await.unwrap().status(), 200);
        let after = admin.get("/admin").await;
        assert!(after.words().contains("same-origin"), "{}", after.words());
        assert!(!after.words().contains("Forged") && !after.words().contains("cross-site"));
        scene.end().await;
    });
}

#[test]
fn an_administrator_of_one_institution_sees_nothing_of_another() {
    on_each_database(|scene| async move {
        let (own, other) = two_institutions(&scene).await;
        let mut admin = AdminBrowser::of(&scene, &Scope::Tenant(own.clone()), "Ada").await;
        let mut theirs = AdminBrowser::of(&scene, &Scope::Tenant(other.clone()), "Zoe of the other").await;
        let zoe = theirs.get("/admin/administrators").await;
        assert!(
            zoe.words().contains("Zoe of the other") && !zoe.words().contains("Ada"),
            "{}",
            zoe.words()
        );
        let mut all = AdminBrowser::of(&scene, &Scope::Everything, "Root").await;
        let listed = all.get("/admin/administrators").await;
        let turn = listed
            .links("/turn")
            .into_iter()
            .map(|href| href.split("/admin").last().unwrap().to_owned())
            .collect::<Vec<_>>();
        assert_eq!(turn.len(), 2, "{}", listed.words());

        for path in ["", "/issuers", "/policies", "/audit", "/administrators"] {
            let page = admin.get(&format!("/admin{path}")).await;
            assert_eq!(page.status, 200, "{path}");
            assert!(!page.words().contains("South Hill"), "{path}: {}", page.words());
        }
        let policies = admin.get(&format!("/admin/policies/{own}")).await;
        let proof = policies
            .form("/admin/policies")
            .unwrap()
            .value("csrf")
            .unwrap()
            .to_owned();
        let kid = tool_keys::list(&scene.cairn).await.unwrap()[0].kid.clone();
        for path in [
            format!("/issuers/{other}"),
            format!("/issuers/{other}/rotate"),
            format!("/policies/{other}"),
            format!("/audit/{other}"),
            format!("/audit/{other}/export"),
        ] {
            let page = admin.get(&format!("/admin{path}")).await;
            assert_eq!(page.status, 404, "{path}: {}", page.words());
        }
        for (path, status) in [
            (format!("/issuers/{other}"), 404),
            (format!("/issuers/{other}/colour"), 404),
            (format!("/issuers/{other}/time-zone"), 404),
            (format!("/issuers/{other}/rotate"), 404),
            (format!("/policies/{other}"), 404),
            ("/institutions".to_owned(), 403),
            ("/tool-keys/publish".to_owned(), 403),
            (format!("/tool-keys/{kid}/use"), 403),
            (format!("/tool-keys/{kid}/remove"), 403),
        ] {
            let fields = [
                ("csrf", proof.as_str()),
                ("name", "Taken"),
                ("issuer_name", "Taken"),
                ("create", "administrators"),
            ];
            let page = admin
                .browser
                .post(&format!("{}/admin{path}", scene.origin), &fields)
                .await
                .unwrap();
            assert_eq!(page.status, status, "{path}: {}", page.words());
        }
        for (reach, status) in [(other.as_str(), 404), ("", 403)] {
            let fields = [("csrf", proof.as_str()), ("reach", reach)];
            let url = format!("{}/admin/administrators/invite", scene.origin);
            let page = admin.browser.post(&url, &fields).await.unwrap();
            assert_eq!(page.status, status, "{reach}: {}", page.words());
        }
        // Of those two, one is the admin and one is of the other institution: neither can be turned off from here.
        for path in turn {
            let fields = [("csrf", proof.as_str()), ("on", "no")];
            let page = admin
                .browser
                .post(&format!("{}/admin{path}", scene.origin), &fields)
                .await
                .unwrap();
            assert!(matches!(page.status, 404 | 409), "{path}: {}", page.words());
        }
        assert_eq!(theirs.get("/admin").await.url.path(), "/admin");
        let untouched = all.get(&format!("/admin/issuers/{other}")).await;
        assert!(untouched.words().contains("South Hill School") && !untouched.words().contains("Taken"));
        scene.end().await;
    });
}

#[test]
fn guessing_a_password_is_slowed_down_and_the_right_one_waits_too() {
    on_each_database(|scene| async move {
        let typed = [
            ("name", "Ada"),
            ("email", "ada@school.example"),
            ("password", PASSWORD),
        ];
        AdminBrowser::with(&scene, &Scope::Everything, &typed).await;
        let mut stranger = Browser::new().unwrap();
        let url = format!("{}/admin/sign-in", scene.origin);
        let mut statuses = Vec::new();
        for guess in 0..6 {
            let guess = format!("a guess that is wrong {guess}");
            let fields = [("email", "ada@school.example"), ("password", guess.as_str())];
            statuses.push(stranger.post(&url, &fields).await.unwrap().status);
        }
        assert_eq!(statuses, [422, 422, 422, 422, 422, 429]);
        let fields = [("email", "ada@school.example"), ("password", PASSWORD)];
        let right = stranger.post(&url, &fields).await.unwrap();
        assert_eq!(right.status, 429);
        assert!(right.words().contains("tried too often"), "{}", right.words());
        scene.end().await;
    });
}

#[test]
fn who_is_turned_off_is_out_at_once_and_an_invitation_takes_over_nobodys_account() {
    on_each_database(|scene| async move {
        let typed = [
            ("name", "Ben"),
            ("email", "ben@school.example"),
            ("password", PASSWORD),
        ];
        let mut ben = AdminBrowser::with(&scene, &Scope::Everything, &typed).await;
        let mut ada = AdminBrowser::of(&scene, &Scope::Everything, "Ada").await;
        let ada_herself = crate::service::institution::administrators::Administrator {
            actor: crate::ids::AdminId::from("ada"),
            name: "Ada".into(),
            scope: Scope::Everything,
        };
        let invite = links::make(&scene.cairn, &Scope::Everything, &ada_herself)
            .await
            .unwrap();
        let entry = Browser::new().unwrap().get(&invite).await.unwrap();
        let form = entry.form("/admin/link/").unwrap();
        let taken = [
            ("name", "Eve"),
            ("email", "ben@school.example"),
            ("password", "another long password"),
        ];
        let refused = Browser::new()
            .unwrap()
            .submit(&entry, &form, &taken)
            .await
            .unwrap();
        assert_eq!(refused.status, 409);
        assert!(refused.words().contains("known already"), "{}", refused.words());

        let list = ada.get("/admin/administrators").await;
        let turn = list.links("/turn").remove(0);
        let review = ada.browser.get(&turn).await.unwrap();
        assert!(review.words().contains("Turn Ben off?"), "{}", review.words());
        ada.send(&review, "/turn", &[]).await;
        assert_eq!(ben.get("/admin").await.url.path(), "/admin/sign-in");
        let url = format!("{}/admin/sign-in", scene.origin);
        let fields = [("email", "ben@school.example"), ("password", PASSWORD)];
        assert_eq!(ben.browser.post(&url, &fields).await.unwrap().status, 422);
        scene.end().await;
    });
}
