//! Endorsements in the console: an administrator invites, vouches for a domain, and keeps inviting to administrators.

use crate::domain::endorsement::{Domain, DomainBy};
use crate::domain::policy::{Policy, Who};
use crate::ids::AdminId;
use crate::service::institution::administrators::{Administrator, Scope};
use crate::service::institution::endorsements::vouch;
use crate::store::{endorsements, policies};
use crate::tests::harness::on_each_database;
use crate::tests::showing::endorsing::{done, endorsed};
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
        let label = format!("Quiz master · {}", stage.course.name());
        assert!(page.words().contains(&label), "{}", page.words());
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
        let refused = ada.send(&page, "/vouch", &[("domain", "https://x")]).await;
        assert_eq!(refused.status, 422, "{}", refused.words());
        assert!(
            refused.words().contains("That is no DNS name"),
            "{}",
            refused.words()
        );
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
fn nobody_vouches_for_an_invitation_that_nobody_answered() {
    on_each_database(|scene| async move {
        let mut stage = Stage::set(scene).await;
        let (badge, ..) = stage.earned().await;
        let mut ada = AdminBrowser::of(&stage.scene, &Scope::Everything, "Ada").await;
        let tenant = stage.course.tenant.clone();
        let place = format!("/admin/endorsements/{tenant}");
        let page = ada.get(&place).await;
        // A form of an earlier version of the page, which asked for a domain in advance.
        let typed = [
            ("badge", badge.as_str()),
            ("name", "Example Works"),
            ("domain", "firm.example"),
        ];
        let made = ada.send(&page, &place, &typed).await;
        assert_eq!(made.status, 200, "{}", made.words());
        let page = ada.get(&place).await;
        assert!(page.form("/vouch").is_err(), "{}", page.text());
        let of_badge = || {
            let (tenant, id) = (tenant.clone(), badge.clone());
            let store = &stage.scene.cairn.store;
            store.read(move |db| endorsements::of_badge(db, &tenant, &id))
        };
        let waits = of_badge().await.unwrap().remove(0);
        let admin = Administrator {
            actor: AdminId::from("ada"),
            name: "Ada".into(),
            scope: Scope::Everything,
        };
        let refused = vouch(&stage.scene.cairn, &admin, &tenant, &waits.id, "firm.example").await;
        assert_eq!(refused.unwrap_err().code(), "endorsement.unanswered");

        let text = made.text();
        let link = text.split("id=\"fresh-link\" readonly value=\"").nth(1).unwrap();
        let own = endorsed(link.split('"').next().unwrap(), "We hire for this.").await;
        let set = |by| {
            let (tenant, id) = (tenant.clone(), waits.id.clone());
            let domain = Domain {
                name: "works.example".into(),
                by,
                at: waits.made_at,
                lost_at: None,
            };
            let store = &stage.scene.cairn.store;
            store.write(move |db| endorsements::set_domain(db, &tenant, &id, &domain))
        };
        set(DomainBy::Did).await.unwrap();
        let refused = vouch(&stage.scene.cairn, &admin, &tenant, &waits.id, "firm.example").await;
        assert_eq!(refused.unwrap_err().code(), "endorsement.domain-proven");
        set(DomainBy::Institution).await.unwrap();
        vouch(&stage.scene.cairn, &admin, &tenant, &waits.id, "firm.example")
            .await
            .unwrap();
        let domain = || async { of_badge().await.unwrap().remove(0).domain };
        assert_eq!(domain().await.unwrap().name, "firm.example");
        done(&own, &[("what", "revoke"), ("sure", "yes")]).await;
        assert_eq!(domain().await, None, "what was vouched for was taken back");
        let refused = vouch(&stage.scene.cairn, &admin, &tenant, &waits.id, "firm.example").await;
        assert_eq!(refused.unwrap_err().code(), "endorsement.ended");
        // Whoever is asked again has said nothing yet.
        let address = stage.inside(&format!("/badges/{badge}/endorsements"));
        let page = stage.teacher.get(&address).await.unwrap();
        let form = page.form("/again").unwrap();
        let again = stage.teacher.submit(&page, &form, &[]).await.unwrap();
        assert_eq!(again.status, 200, "{}", again.words());
        let id = badge.clone();
        let store = &stage.scene.cairn.store;
        let all = store.read(move |db| endorsements::of_badge(db, &tenant, &id));
        assert!(all.await.unwrap().iter().all(|one| one.domain.is_none()));
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
        // A page that is loaded again invites nobody twice.
        let typed = [("name", "Example Works"), ("email", "anna@firm.example")];
        let made = stage.teacher.submit(&before, &form, &typed).await.unwrap();
        assert_eq!(made.status, 200, "{}", made.words());
        let again = stage.teacher.submit(&before, &form, &typed).await.unwrap();
        assert_eq!(again.status, 422);
        assert!(again.words().contains("already invited"), "{}", again.words());
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
