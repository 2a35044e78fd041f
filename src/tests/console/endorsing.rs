//! Endorsements in the console: an administrator invites, vouches for a domain, and keeps inviting to administrators.

use crate::domain::policy::{Policy, Who};
use crate::service::institution::administrators::Scope;
use crate::store::{endorsements, policies};
use crate::tests::harness::on_each_database;
use crate::tests::showing::endorsing::endorsed;
use crate::tests::showing::stage::{Stage, get};

use super::admin_browser::AdminBrowser;

#[test]
fn an_administrator_invites_and_vouches_for_a_domain() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (badge, _, credential) = stage.earned().await;
        let mut ada = AdminBrowser::of(&stage.scene, &Scope::Everything, "Ada").await;
        let tenant = stage.course.tenant.clone();
        let place = format!("/admin/endorsements/{tenant}");
        let page = ada.get(&place).await;
        assert!(page.words().contains("None yet"), "{}", page.words());
        let wrong = [
            ("badge", badge.as_str()),
            ("name", "Example Works"),
            ("domain", "https://x"),
        ];
        let refused = ada.send(&page, &place, &wrong).await;
        assert_eq!(refused.status, 422, "{}", refused.words());
        assert!(
            refused.words().contains("That is no DNS name"),
            "{}",
            refused.words()
        );
        let right = [("badge", badge.as_str()), ("name", "Example Works")];
        let made = ada.send(&page, &place, &right).await;
        let text = made.text();
        let link = text.split("id=\"fresh-link\" readonly value=\"").nth(1).unwrap();
        let link = link.split('"').next().unwrap().to_owned();
        endorsed(&link, "We hire for this.").await;

        let public = stage.url(&format!("/b/{}", credential.slug));
        let shown = get(&public, "text/html").await.words();
        assert!(shown.contains("Nobody vouches for the name."), "{shown}");
        let page = ada.get(&place).await;
        let saved = ada.send(&page, "/vouch", &[("domain", "Firm.Example")]).await;
        assert!(
            saved.words().contains("vouches for that domain"),
            "{}",
            saved.words()
        );
        let shown = get(&public, "text/html").await.words();
        assert!(
            shown.contains("says that this is the body behind firm.example"),
            "{shown}"
        );
        let log = ada.get(&format!("/admin/audit/{tenant}")).await;
        for said in [
            "invited another body to endorse a badge",
            "said which domain an endorser has",
        ] {
            assert!(log.words().contains(said), "{said}: {}", log.words());
        }
        stage.scene.end().await;
    });
}

#[test]
fn a_teacher_who_asks_again_has_nobody_vouched_for() {
    on_each_database(|scene| async move {
        let mut stage = Stage::set(scene).await;
        let (badge, ..) = stage.earned().await;
        let mut ada = AdminBrowser::of(&stage.scene, &Scope::Everything, "Ada").await;
        let tenant = stage.course.tenant.clone();
        let place = format!("/admin/endorsements/{tenant}");
        let page = ada.get(&place).await;
        let typed = [
            ("badge", badge.as_str()),
            ("name", "Example Works"),
            ("domain", "firm.example"),
        ];
        let made = ada.send(&page, &place, &typed).await;
        assert_eq!(made.status, 200, "{}", made.words());
        let address = stage.inside(&format!("/badges/{badge}/endorsements"));
        let page = stage.teacher.get(&address).await.unwrap();
        let form = page.form("/again").unwrap();
        let again = stage.teacher.submit(&page, &form, &[]).await.unwrap();
        assert_eq!(again.status, 200, "{}", again.words());
        let id = badge.clone();
        let all = stage
            .scene
            .cairn
            .store
            .read(move |db| endorsements::of_badge(db, &tenant, &id));
        let all = all.await.unwrap();
        let vouched: Vec<bool> = all.iter().map(|one| one.domain.is_some()).collect();
        assert_eq!(vouched, [true, false], "whoever gets that link may be anybody");
        stage.scene.end().await;
    });
}

#[test]
fn inviting_can_be_left_to_administrators() {
    on_each_database(|scene| async move {
        let mut stage = Stage::set(scene).await;
        let (badge, ..) = stage.earned().await;
        let address = stage.inside(&format!("/badges/{badge}/endorsements"));
        let before = stage.teacher.get(&address).await.unwrap();
        let form = before.form("/endorsements/invite").unwrap();
        let (tenant, now) = (stage.course.tenant.clone(), stage.scene.cairn.clock.now());
        let policy = Policy {
            endorse: Who::Administrators,
            ..Policy::default()
        };
        let set = stage
            .scene
            .cairn
            .store
            .write(move |db| policies::set(db, &tenant, &policy, now));
        set.await.unwrap();
        let kept = "lets only administrators invite others to endorse badges";
        let page = stage.teacher.get(&address).await.unwrap();
        assert!(page.words().contains(kept), "{}", page.words());
        assert!(page.form("/endorsements/invite").is_err(), "{}", page.text());
        let typed = [("name", "Example Works")];
        let refused = stage.teacher.submit(&before, &form, &typed).await.unwrap();
        assert_eq!(refused.status, 403);
        assert!(refused.words().contains(kept), "{}", refused.words());
        stage.scene.end().await;
    });
}
