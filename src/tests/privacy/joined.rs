//! Two people who are one take everything of both along, and both are erased.

use serde_json::Value;

use super::{taken, unpacked};
use crate::domain::credential::Credential;
use crate::service::institution::administrators::Scope;
use crate::store::{awards, credentials, people, submissions};
use crate::tests::console::admin_browser::AdminBrowser;
use crate::tests::harness::on_each_database;
use crate::tests::showing::stage::{Stage, get};

fn subject(credential: &Credential) -> String {
    let document: Value = serde_json::from_str(&credential.document).unwrap();
    document["credentialSubject"]["id"].as_str().unwrap().to_owned()
}

#[test]
fn whoever_was_joined_takes_along_what_both_have_and_both_are_erased() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (badge, _, first) = stage.earned().await;
        let former = stage.person(0).await;
        super::handed_in(&stage, 0).await;
        let former_sub = stage.world.students(stage.at)[0].sub.clone();
        // The account is made anew, and the same grade awards the badge to it too.
        stage.world.rename_user(stage.student(0).0, "9000001");
        stage.check().await;
        let present = stage.person(0).await;
        let (_, second) = stage.awarded(&badge, 0).await;
        assert_ne!(subject(&first), subject(&second));
        stage.scene.at_rest().await;

        let tenant = stage.course.tenant.clone();
        let mut admin = AdminBrowser::of(&stage.scene, &Scope::Tenant(tenant.clone()), "Ada").await;
        let review = format!("/admin/people/{tenant}/join?from={former}&into={present}");
        let page = admin.get(&review).await;
        assert!(
            page.words().contains("Both have Quiz master."),
            "{}",
            page.words()
        );
        admin.send(&page, "/join", &[]).await;
        stage.scene.at_rest().await;

        let archive = taken(&stage, 0).await;
        let files = unpacked(&archive.body);
        let about: Value = serde_json::from_slice(&files["about-me.json"]).unwrap();
        let named = about["person"]["named_in_badges_as"].to_string();
        let ids = about["person"]["all_ids_at_course_sites"].to_string();
        for credential in [&first, &second] {
            let file = format!("badges/quiz-master-{}/badge.json", credential.slug);
            assert_eq!(files[&file], credential.document.as_bytes());
            assert!(named.contains(&subject(credential)), "{named}");
        }
        for sub in [former_sub.as_str(), "9000001"] {
            assert!(ids.contains(sub), "{ids}");
        }
        assert_eq!(about["awards"].as_array().map(Vec::len), Some(2), "{about}");
        assert_eq!(about["handed_in"].as_array().map(Vec::len), Some(1), "{about}");

        let mut student = stage.student_browser(0).await;
        let review = student.get(&stage.inside("/me/erasure")).await.unwrap();
        assert!(
            review.words().contains("Your badges (2) are revoked"),
            "{}",
            review.words()
        );
        let form = review.form("/me/erasure/ask").unwrap();
        student
            .submit(&review, &form, &[("word", "erase")])
            .await
            .unwrap();
        let list = admin.get(&format!("/admin/privacy/{tenant}")).await;
        assert!(
            list.words().contains("2 badges, 1 submission"),
            "{}",
            list.words()
        );
        let mut hrefs = list.links("/erasures/").into_iter();
        let href = hrefs.find(|href| !href.ends_with("/decline")).unwrap();
        let page = admin.browser.get(&href).await.unwrap();
        let done = admin.send(&page, "/erasures/", &[]).await;
        assert!(
            done.words().contains("Badges that were erased so far: 2"),
            "{}",
            done.words()
        );
        for credential in [&first, &second] {
            let public = stage.url(&format!("/b/{}", credential.slug));
            assert_eq!(get(&public, "text/html").await.status, 410);
            let verdict = stage.verify(credential.document.as_bytes()).await;
            assert!(verdict.is_revoked(), "{verdict:?}");
        }
        let left = stage.scene.cairn.store.read(move |db| {
            let mut left = Vec::new();
            for person in [&former, &present] {
                left.push((
                    awards::for_person(db, &tenant, person)?.len(),
                    credentials::for_person(db, &tenant, person)?.len(),
                    submissions::of_person(db, &tenant, person)?.len(),
                    people::get(db, &tenant, person)?.and_then(|person| person.name),
                ));
            }
            Ok(left)
        });
        let nothing = (0, 0, 0, None);
        assert_eq!(left.await.unwrap(), [nothing.clone(), nothing]);
        stage.scene.end().await;
    });
}
