//! Being erased, and being told why not.

use crate::domain::page::Page as Part;
use crate::ids::PersonId;
use crate::service::base::institutions;
use crate::service::institution::administrators::Scope;
use crate::service::privacy::export::verifying::Finding;
use crate::store::blobs::BlobError;
use crate::store::testing::shortcuts::logged;
use crate::store::{awards, credentials, decisions, people, results, sessions, submissions, timelines};
use practice_lms::browser::Page;
use serde_json::Value;

use super::returning::agree;
use super::{handed_in, taken, unpacked, verified};
use crate::tests::console::admin_browser::AdminBrowser;
use crate::tests::harness::on_each_database;
use crate::tests::showing::stage::{Stage, get, until};

/// Whether anything of that person is still in the tables.
async fn left_of(stage: &Stage, person: &PersonId) -> [usize; 8] {
    let (tenant, person) = (stage.course.tenant.clone(), person.clone());
    let counts = stage.scene.cairn.store.read(move |db| {
        Ok([
            usize::from(people::get(db, &tenant, &person)?.is_some()),
            submissions::of_person(db, &tenant, &person)?.len(),
            decisions::of_person(db, &tenant, &person)?.len(),
            results::of_person(db, &tenant, &person)?.len(),
            awards::for_person(db, &tenant, &person)?.len(),
            credentials::for_person(db, &tenant, &person)?.len(),
            sessions::of_person(db, &tenant, &person)?.len(),
            timelines::of_person(db, &tenant, &person, 9)?.len(),
        ])
    });
    counts.await.unwrap()
}

#[test]
fn who_asks_to_be_erased_leaves_nothing_behind_but_a_revoked_place() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (_, _, credential) = stage.earned().await;
        let submission = handed_in(&stage, 0).await;
        let (person, tenant) = (stage.person(0).await, stage.course.tenant.clone());
        let (_, name) = stage.student(0);
        let mut student = stage.student_browser(0).await;
        let mine = stage.inside(&format!("/credentials/{}", credential.award));
        let mine = student.get(&mine).await.unwrap();
        let make = mine.form("/links").unwrap();
        let made = student.submit(&mine, &make, &[("days", "30")]).await.unwrap();
        assert!(made.words().contains("Your new link"), "{}", made.words());
        let form = mine.form("/note").unwrap();
        let words = [("note", "Used it at work"), ("shown", "yes")];
        student.submit(&mine, &form, &words).await.unwrap();
        let page = student.get(&stage.inside("/mine/timeline")).await.unwrap();
        let form = page.form("/mine/timeline/public").unwrap();
        student.submit(&page, &form, &[]).await.unwrap();
        let before = taken(&stage, 0).await;
        let about: Value = serde_json::from_slice(&unpacked(&before.body)["about-me.json"]).unwrap();
        let links = &about["awards"][0]["credential"]["share_links"];
        assert_eq!(links.as_array().map(Vec::len), Some(1), "{about}");
        assert_eq!(about["awards"][0]["in_own_words"]["note"], "Used it at work");
        assert_eq!(about["timelines"][0]["to_anybody"], true, "{about}");
        let review = student.get(&stage.inside("/me/erasure")).await.unwrap();
        for said in [
            "cannot be undone",
            "Your badges (1) are revoked",
            "Cairn keeps nothing about you and awards you nothing until you open it again and agree",
        ] {
            assert!(review.words().contains(said), "{said}: {}", review.words());
        }
        let form = review.form("/me/erasure/ask").unwrap();
        let wrong = student.submit(&review, &form, &[("word", "yes")]).await.unwrap();
        assert_eq!(wrong.status, 422);
        assert!(
            wrong.words().contains("Nothing was asked for yet"),
            "{}",
            wrong.words()
        );
        let asked = student
            .submit(&review, &form, &[("word", "Erase")])
            .await
            .unwrap();
        assert!(asked.words().contains("You asked for it"), "{}", asked.words());
        // Taken back and asked for again.
        let form = asked.form("/me/erasure/withdraw").unwrap();
        let back = student.submit(&asked, &form, &[]).await.unwrap();
        assert!(back.words().contains("was taken back"), "{}", back.words());
        let form = review.form("/me/erasure/ask").unwrap();
        student
            .submit(&review, &form, &[("word", "erase")])
            .await
            .unwrap();
        let public = stage.url(&format!("/b/{}", credential.slug));
        assert_eq!(
            get(&public, "text/html").await.status,
            200,
            "nothing has happened yet"
        );

        let here = format!("/admin/privacy/{tenant}");
        let mut admin = AdminBrowser::of(&stage.scene, &Scope::Tenant(tenant.clone()), "Ada").await;
        let list = admin.get(&here).await;
        assert!(
            list.words().contains(&name) && list.words().contains("1 badge, 1 submission"),
            "{}",
            list.words()
        );
        let href = list
            .text()
            .split("href=\"")
            .find(|part| part.contains("/erasures/"))
            .unwrap()
            .to_owned();
        let review = admin.get(href.split('"').next().unwrap()).await;
        assert!(review.words().contains(&name), "{}", review.words());
        let done = admin.send(&review, "/erasures/", &[]).await;
        assert!(done.words().contains("Nobody waits"), "{}", done.words());
        assert!(
            done.words().contains("Badges that were erased so far: 1"),
            "{}",
            done.words()
        );
        // Twice is once.
        assert_eq!(admin.send(&review, "/erasures/", &[]).await.status, 200);

        assert_eq!(left_of(&stage, &person).await, [0; 8]);
        for ending in ["", ".json", ".png"] {
            let page = get(&format!("{public}{ending}"), "text/html").await;
            assert_eq!(page.status, 410, "{}", page.words());
            assert!(
                page.words().contains("erased at the wish of its holder"),
                "{}",
                page.words()
            );
            assert!(!page.words().contains(&name));
        }
        let verdict = stage.verify(credential.document.as_bytes()).await;
        assert!(verdict.is_revoked(), "{verdict:?}");
        let blobs = &stage.scene.cairn.blobs;
        let digest = submission.artefact.file.unwrap().digest;
        let gone = until("the file is removed", || async {
            matches!(blobs.get(&tenant, &digest).await, Err(BlobError::Missing)).then_some(())
        });
        gone.await;
        let of = tenant.clone();
        let log = stage.scene.cairn.store.read(move |db| {
            logged(
                db,
                &of,
                Part {
                    offset: 0,
                    limit: 500,
                },
            )
        });
        let log = format!("{:?}", log.await.unwrap());
        assert!(log.contains("erasure.done"), "{log}");
        for trace in [name.as_str(), person.as_str(), submission.id.as_str()] {
            assert!(!log.contains(trace), "{trace}: {log}");
        }
        // The old visit is over, what was taken before still proves itself, and whoever comes back begins anew.
        assert_eq!(student.get(&stage.inside("/me")).await.unwrap().status, 401);
        let report = verified(&before.body, &stage.scene);
        assert!(
            matches!(report.badges[0].finding, Finding::Verified { .. }),
            "{report:?}"
        );
        let mut back = stage.student_browser(0).await;
        let home = back.get(&stage.inside("/me")).await.unwrap();
        assert_eq!(home.status, 401, "not before they agree");
        agree(&stage, 0).await;
        let mut back = stage.student_browser(0).await;
        let home = back.get(&stage.inside("/me")).await.unwrap();
        assert_eq!(home.status, 200);
        let anew = stage.person(0).await;
        assert_ne!(anew, person);
        assert_eq!(left_of(&stage, &person).await, [0; 8]);
        stage.scene.end().await;
    });
}

/// Where the console's list leads for the only one who waits.
fn led_to(list: &Page, part: &str) -> String {
    let text = list.text();
    let mut hrefs = text.split("href=\"").filter_map(|rest| rest.split('"').next());
    let found = hrefs.find(|href| href.contains("/erasures/") && href.ends_with(part));
    found.unwrap_or_else(|| panic!("{}", list.words())).to_owned()
}

#[test]
fn a_wish_is_declined_with_a_reason_that_the_student_reads_and_may_be_asked_again() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (_, _, credential) = stage.earned().await;
        let (tenant, (_, name)) = (stage.course.tenant.clone(), stage.student(0));
        let mut student = stage.student_browser(0).await;
        let review = student.get(&stage.inside("/me/erasure")).await.unwrap();
        let ask = review.form("/me/erasure/ask").unwrap();
        student.submit(&review, &ask, &[("word", "erase")]).await.unwrap();

        let here = format!("/admin/privacy/{tenant}");
        let mut admin = AdminBrowser::of(&stage.scene, &Scope::Tenant(tenant.clone()), "Ada").await;
        let list = admin.get(&here).await;
        let page = admin.get(&led_to(&list, "/decline")).await;
        assert!(page.words().contains(&name), "{}", page.words());
        let long = "x".repeat(501);
        for typed in ["", "  ", long.as_str()] {
            let refused = admin.send(&page, "/decline", &[("reason", typed)]).await;
            assert_eq!(refused.status, 422);
            assert!(
                refused.words().contains("Nothing was declined yet"),
                "{}",
                refused.words()
            );
        }
        // Only those of the institution decline.
        let (other, _) = institutions::find_or_create(&stage.scene.cairn, "South Coast College")
            .await
            .unwrap();
        let mut stranger = AdminBrowser::of(&stage.scene, &Scope::Tenant(other.id.clone()), "Eve").await;
        assert_eq!(stranger.get(&led_to(&list, "/decline")).await.status, 404);

        let reason = "The examination office needs your <b>results</b> until July.";
        for _ in 0..2 {
            let done = admin.send(&page, "/decline", &[("reason", reason)]).await;
            assert!(
                done.words().contains("Declined.") && done.words().contains("Nobody waits"),
                "{}",
                done.words()
            );
        }
        // The other button of a page that was open meanwhile erases nobody.
        let erase = led_to(&list, "/decline").replace("/decline", "");
        let csrf = page.form("/decline").unwrap().value("csrf").unwrap().to_owned();
        let late = admin
            .browser
            .post(&stage.url(&erase), &[("csrf", csrf.as_str())])
            .await
            .unwrap();
        assert_eq!(late.status, 409, "{}", late.words());
        assert!(late.text().contains("erasure.declined"), "{}", late.text());
        let public = stage.url(&format!("/b/{}", credential.slug));
        assert_eq!(get(&public, "text/html").await.status, 200, "nothing was erased");

        let told = student.get(&stage.inside("/me")).await.unwrap();
        for words in [
            "an administrator of your institution declined",
            reason,
            "You may ask again",
        ] {
            assert!(told.words().contains(words), "{words}: {}", told.words());
        }
        assert!(!told.text().contains("<b>results"), "{}", told.text());
        assert!(told.form("/me/erasure/withdraw").is_err(), "nothing waits");
        let about: Value =
            serde_json::from_slice(&unpacked(&taken(&stage, 0).await.body)["about-me.json"]).unwrap();
        assert_eq!(
            about["person"]["asked_to_be_erased"]["declined"]["reason"],
            reason
        );

        // The log says that and by whom, and not why.
        let log = admin.get(&format!("/admin/audit/{tenant}")).await;
        assert!(
            log.words().contains("Ada declined to erase somebody"),
            "{}",
            log.words()
        );
        assert!(!log.words().contains("examination office"), "{}", log.words());

        let asked = student.submit(&review, &ask, &[("word", "erase")]).await.unwrap();
        assert!(
            asked.words().contains("You asked for it") && !asked.words().contains("examination office"),
            "{}",
            asked.words()
        );
        let list = admin.get(&here).await;
        let page = admin.get(&led_to(&list, "").replace("/decline", "")).await;
        let done = admin.send(&page, "/erasures/", &[]).await;
        assert!(done.words().contains("Nobody waits"), "{}", done.words());
        // And who was erased cannot be declined.
        let late = admin.send(&page, "/erasures/", &[]).await;
        assert_eq!(late.status, 200);
        let decline = stage.url(&format!("{erase}/decline"));
        let fields = [("csrf", csrf.as_str()), ("reason", "Too late")];
        let late = admin.browser.post(&decline, &fields).await.unwrap();
        assert_eq!(late.status, 409, "{}", late.words());
        assert!(late.text().contains("erasure.done"), "{}", late.text());
        stage.scene.end().await;
    });
}
