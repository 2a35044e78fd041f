//! What is too many at once.

use crate::domain::credential::ShareLink;
use crate::store::{awards, share_links};
use chrono::TimeDelta;

use super::stage::Stage;
use crate::tests::harness::on_each_database;

#[test]
fn a_badge_has_twenty_links_that_work_and_no_more() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (_, award, credential) = stage.earned().await;
        let now = stage.scene.cairn.clock.now();
        let link = move |number: i64, until: TimeDelta| ShareLink {
            id: format!("link-{number}").into(),
            tenant: credential.tenant.clone(),
            credential: credential.id.clone(),
            digest: format!("digest-{number}"),
            made_at: now - TimeDelta::days(9),
            until: now + until,
            withdrawn_at: None,
        };
        // Nineteen that work, and as many that do not: those do not count.
        let insert = link.clone();
        let done = stage.scene.cairn.store.write(move |db| {
            for number in 1..=19 {
                share_links::insert(db, &insert(number, TimeDelta::days(1)))?;
                share_links::insert(db, &insert(-number, TimeDelta::days(-1)))?;
            }
            Ok(())
        });
        done.await.unwrap();
        let mut student = stage.student_browser(0).await;
        let mine = stage.inside(&format!("/credentials/{}", award.id));
        let page = student.get(&mine).await.unwrap();
        let form = page.form("/links").unwrap();
        let last = student.submit(&page, &form, &[("days", "7")]).await.unwrap();
        assert!(last.words().contains("Your new link"), "{}", last.words());
        let refused = student.submit(&page, &form, &[("days", "7")]).await.unwrap();
        assert_eq!(refused.status, 409);
        let sentence = "This badge has 20 share links that work. Withdraw one before you make another; no link was made.";
        assert!(refused.words().contains(sentence), "{}", refused.words());
        assert!(refused.text().contains("share.many"), "{}", refused.text());
        // Withdraw one, and there is room.
        let listed = student.get(&mine).await.unwrap();
        let withdraw = listed.form("/withdraw").unwrap();
        student.submit(&listed, &withdraw, &[]).await.unwrap();
        let again = student.submit(&page, &form, &[("days", "7")]).await.unwrap();
        assert!(again.words().contains("Your new link"), "{}", again.words());
        let (tenant, id) = (
            link(0, TimeDelta::zero()).tenant,
            link(0, TimeDelta::zero()).credential,
        );
        let all = stage
            .scene
            .cairn
            .store
            .read(move |db| share_links::of_credential(db, &tenant, &id, 100));
        let open = all.await.unwrap().iter().filter(|one| one.is_open(now)).count();
        assert_eq!(open, 20);
        stage.scene.end().await;
    });
}

#[test]
fn five_hundred_badges_are_revoked_at_once_and_no_more() {
    on_each_database(|scene| async move {
        let mut stage = Stage::set(scene).await;
        let (badge, award, _) = stage.earned().await;
        let page = stage
            .teacher
            .get(&stage.inside(&format!("/badges/{badge}/awards")))
            .await
            .unwrap();
        let form = page.form("/revoke").unwrap();
        let proof = form.value("csrf").unwrap().to_owned();
        let ids: Vec<String> = (0..500).map(|number| format!("none-{number}")).collect();
        let mut fields = vec![
            ("csrf", proof.as_str()),
            ("reason", "All of them"),
            ("confirm", "501"),
        ];
        fields.push(("award", award.id.as_str()));
        fields.extend(ids.iter().map(|id| ("award", id.as_str())));
        for action in ["revoke", "revoke/confirm"] {
            let address = stage.inside(&format!("/badges/{badge}/{action}"));
            let refused = stage.teacher.post(&address, &fields).await.unwrap();
            assert_eq!(refused.status, 422, "{action}: {}", refused.words());
            assert!(
                refused.words().contains(
                    "At most 500 badges are revoked at once. Choose fewer, page by page; nothing was revoked."
                ),
                "{action}: {}",
                refused.words()
            );
            // With one fewer it is looked at, and found that there are no such awards.
            let fewer = stage
                .teacher
                .post(&address, &fields[..fields.len() - 1])
                .await
                .unwrap();
            assert_eq!(fewer.status, 404, "{action}: {}", fewer.words());
        }
        let (tenant, id) = (award.tenant.clone(), award.id.clone());
        let still = stage
            .scene
            .cairn
            .store
            .read(move |db| awards::get(db, &tenant, &id));
        assert!(still.await.unwrap().unwrap().revocation.is_none());
        stage.scene.end().await;
    });
}
