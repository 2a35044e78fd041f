//! A badge that is signed anew: because its holder wants it to say less, or because its key was withdrawn.

use crate::service::institution::administrators::Scope;
use crate::store::issuers;
use crate::store::testing::shortcuts::first_tenant;
use serde_json::Value;

use super::stage::{Stage, get, until};
use crate::tests::console::admin_browser::AdminBrowser;
use crate::tests::harness::on_each_database;

const BROWSER: &str = "text/html,*/*;q=0.8";

#[test]
fn a_holder_takes_their_result_out_of_the_signed_badge_and_puts_it_back() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (_, award, credential) = stage.earned().await;
        let (mut holder, mine, page) = stage.holding(0, &award).await;
        // Everything that the page may show is switched on, so that what is missing is missing in the badge.
        let switches = page.form("/share").unwrap();
        let on = [("show_evidence", "yes"), ("allow_downloads", "yes")];
        holder.submit(&page, &switches, &on).await.unwrap();
        let public = stage.url(&format!("/b/{}", credential.slug));
        assert!(get(&public, BROWSER).await.text().contains("80 of 100"));

        let mut signing = page.form("/sign").unwrap();
        // An unticked box is not sent at all.
        signing.fields.retain(|field| field.name != "say_grades");
        let done = holder.submit(&page, &signing, &[]).await.unwrap();
        assert!(
            done.words().contains("The badge was signed anew"),
            "{}",
            done.words()
        );
        assert!(
            done.words()
                .contains("Files that you saved before still say what they said"),
            "{}",
            done.words()
        );
        assert!(!get(&public, BROWSER).await.text().contains("80 of 100"));
        let original: Value = serde_json::from_str(&credential.document).unwrap();
        for ending in ["json", "jwt"] {
            let file = holder.get(&format!("{mine}.{ending}")).await.unwrap();
            let verdict = stage.verify(&file.body).await;
            assert!(verdict.is_valid(), "{ending}: {:?}", verdict.first_failure());
        }
        let file = holder.get(&format!("{mine}.json")).await.unwrap();
        let anew: Value = serde_json::from_slice(&file.body).unwrap();
        assert_eq!(anew["id"], original["id"], "the same badge");
        assert_eq!(anew["awardedDate"], original["awardedDate"]);
        let says = |document: &Value| document["credentialSubject"].to_string().contains("\"80\"");
        assert!(says(&original) && !says(&anew), "{anew}");
        // What was given away before still verifies: nobody can be made to forget.
        let verdict = stage.verify(credential.document.as_bytes()).await;
        assert!(verdict.is_valid(), "{:?}", verdict.first_failure());

        let page = holder.get(&mine).await.unwrap();
        let signing = page.form("/sign").unwrap();
        holder
            .submit(&page, &signing, &[("say_grades", "yes")])
            .await
            .unwrap();
        let file = holder.get(&format!("{mine}.json")).await.unwrap();
        let back: Value = serde_json::from_slice(&file.body).unwrap();
        assert_eq!(back["credentialSubject"], original["credentialSubject"]);
        assert!(get(&public, BROWSER).await.text().contains("80 of 100"));

        let mut other = stage.student_browser(1).await;
        let stolen = other.submit(&page, &signing, &[]).await.unwrap();
        assert_eq!(stolen.status, 403, "the form belongs to another visit");
        let bare = holder.post(&format!("{mine}/sign"), &[]).await.unwrap();
        assert_eq!(bare.status, 403, "no proof");
        let kept = holder.get(&format!("{mine}.json")).await.unwrap();
        assert_eq!(kept.body, file.body);
        stage.scene.end().await;
    });
}

#[test]
fn an_administrator_withdraws_a_key_and_holders_are_told_to_save_their_badge_again() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (_, award, credential) = stage.earned().await;
        let cairn = &stage.scene.cairn;
        let tenant = cairn.store.read(first_tenant).await.unwrap().unwrap().id;
        let mut admin = AdminBrowser::of(&stage.scene, &Scope::Tenant(tenant.clone()), "Ada").await;
        let here = format!("/admin/issuers/{tenant}");
        let page = admin.get(&here).await;
        let documents = page.text().find("Ed25519 z6Mk").unwrap();
        let withdraw = page.links("/withdraw");
        assert_eq!(withdraw.len(), 2, "one for each key");
        let tokens = page.text().find("ES256 zDn").unwrap();
        let href = &withdraw[usize::from(documents > tokens)];
        let review = admin.browser.get(href).await.unwrap();
        for said in [
            "The one badge that it signed will be signed anew",
            "A new key signs from now on.",
            "The lists of revoked badges that it signed are signed anew at once.",
            "Files that students have saved do not verify any more.",
            "cannot be taken back",
        ] {
            assert!(review.words().contains(said), "{said} in {}", review.words());
        }
        let empty = admin.send(&review, "/withdraw", &[("reason", " ")]).await;
        assert_eq!(empty.status, 422);
        assert!(
            empty.words().contains("Say in 1 to 500 characters why"),
            "{}",
            empty.words()
        );
        let reason = [("reason", "A laptop was stolen.")];
        let done = admin.send(&review, "/withdraw", &reason).await;
        assert!(
            done.words().contains("The key is withdrawn.") && done.words().contains("Withdrawn"),
            "{}",
            done.words()
        );
        let twice = admin.send(&review, "/withdraw", &reason).await;
        assert_eq!(twice.status, 409, "{}", twice.words());
        assert!(
            twice.words().contains("issuer-key.withdrawn"),
            "{}",
            twice.words()
        );

        let mine = stage.inside(&format!("/credentials/{}", award.id));
        let mut holder = stage.student_browser(0).await;
        let page = until("the badge is signed anew", || async {
            let mut holder = stage.student_browser(0).await;
            let page = holder.get(&mine).await.unwrap();
            page.words().contains("save it again").then_some(page)
        })
        .await;
        assert!(
            page.words()
                .contains("files that were saved before do not verify any more"),
            "{}",
            page.words()
        );
        let file = holder.get(&format!("{mine}.json")).await.unwrap();
        let verdict = stage.verify(&file.body).await;
        assert!(verdict.is_valid(), "{:?}", verdict.first_failure());
        let before = stage.verify(credential.document.as_bytes()).await;
        assert!(!before.is_valid(), "whoever has the key could have signed this");
        let public = get(&stage.url(&format!("/b/{}", credential.slug)), BROWSER).await;
        assert!(
            public.text().contains("nothing was changed since it was signed"),
            "{}",
            public.text()
        );
        let log = admin
            .get(&format!("/admin/audit/{tenant}?action=issuer-key.withdrawn"))
            .await;
        assert!(
            log.words().contains("Ada withdrew a signing key"),
            "{}",
            log.words()
        );
        let page = admin.get(&here).await;
        assert!(
            !page.words().contains("signed with a withdrawn key"),
            "{}",
            page.words()
        );
        stage.scene.end().await;
    });
}

#[test]
fn until_it_is_signed_anew_the_page_of_a_badge_says_what_happens() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (_, _, credential) = stage.earned().await;
        let cairn = &stage.scene.cairn;
        let withdrawn = cairn.store.write(|db| {
            let tenant = first_tenant(db)?.unwrap().id;
            let issuer = issuers::for_tenant(db, &tenant)?.unwrap();
            let key = issuers::active_key(db, &tenant, &issuer.id)?.unwrap();
            issuers::withdraw_key(db, &tenant, &key.id)
        });
        assert!(withdrawn.await.unwrap());
        let page = get(&stage.url(&format!("/b/{}", credential.slug)), BROWSER).await;
        assert_eq!(page.status, 200);
        for said in [
            "Being signed anew.",
            "This page shows it again when it is done, in some minutes.",
        ] {
            assert!(page.text().contains(said), "{said} in {}", page.text());
        }
        assert!(
            !page.text().contains("nothing was changed since it was signed"),
            "{}",
            page.text()
        );
        stage.scene.end().await;
    });
}
