//! The holder's own page.

use openbadges::bake::extract;
use practice_lms::browser::Browser;

use super::stage::{Stage, get};
use crate::tests::harness::on_each_database;

#[test]
fn a_holder_takes_the_badge_away_at_once_and_nobody_else_does() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (_, award, credential) = stage.earned().await;
        let mine = stage.inside(&format!("/credentials/{}", award.id));
        let mut holder = stage.student_browser(0).await;
        let page = holder.get(&mine).await.unwrap();
        assert_eq!(page.status, 200, "{}", page.text());
        for shown in [
            "Quiz master",
            "What others see",
            "North Coast Polytechnic",
            "Earned",
        ] {
            assert!(page.text().contains(shown), "{shown} in {}", page.text());
        }
        assert!(page.text().contains(&format!("/b/{}", credential.slug)));
        let text = page.text();
        let (signed, others) = text.split_once("What others see").unwrap();
        assert!(!others.contains(" checked"), "all switches are off at first");
        assert!(
            signed.contains("name=\"say_grades\" value=\"yes\" checked"),
            "what was signed says the result: {signed}"
        );
        assert!(!signed.contains("say_work"), "nothing was handed in");
        let json = holder.get(&format!("{mine}.json")).await.unwrap();
        assert_eq!(json.body, credential.document.as_bytes());
        assert!(
            json.header("content-disposition")
                .unwrap()
                .contains("quiz-master.json")
        );
        for ending in ["png", "svg"] {
            let file = holder.get(&format!("{mine}.{ending}")).await.unwrap();
            assert_eq!(extract(&file.body).unwrap(), credential.document);
        }
        assert_eq!(holder.get(&format!("{mine}.exe")).await.unwrap().status, 404);

        let mut other = stage.student_browser(1).await;
        let mut teacher = stage.teacher;
        for address in [mine.clone(), format!("{mine}.json"), format!("{mine}.png")] {
            assert_eq!(other.get(&address).await.unwrap().status, 404, "another student");
            assert_eq!(teacher.get(&address).await.unwrap().status, 404, "not the holder");
            assert_eq!(get(&address, "text/html").await.status, 401, "a stranger");
        }
        let form = page.form("/share").unwrap();
        let stolen = other.submit(&page, &form, &[("show_name", "yes")]).await.unwrap();
        assert_eq!(stolen.status, 403, "the form belongs to another visit");
        let bare = holder
            .post(&format!("{mine}/share"), &[("show_name", "yes")])
            .await
            .unwrap();
        assert_eq!(bare.status, 403, "no proof");
        let address = format!("{}/b/{}", stage.scene.origin, credential.slug);
        assert!(!get(&address, "text/html").await.text().contains("Earned by"));
        stage.scene.end().await;
    });
}

#[test]
fn a_holder_whose_browser_keeps_no_cookies_gets_the_files_by_forms() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (_, award, credential) = stage.earned().await;
        let holder = stage.student_browser(0).await;
        let cookies = holder.cookies("127.0.0.1");
        let (_, token) = cookies
            .iter()
            .find(|(name, _)| name.contains("cairn_") && name.len() > 20)
            .unwrap();
        let mine = stage.inside(&format!("/credentials/{}", award.id));
        let mut bare = Browser::new().unwrap();
        let page = bare.post(&mine, &[("session", token)]).await.unwrap();
        assert_eq!(page.status, 200);
        let form = page.form(".svg").unwrap();
        let file = bare.submit(&page, &form, &[]).await.unwrap();
        assert_eq!(extract(&file.body).unwrap(), credential.document);
        assert!(
            !file.url.as_str().contains(token.as_str()),
            "no secret in an address"
        );
        stage.scene.end().await;
    });
}

#[test]
fn who_acts_as_a_holder_switches_nothing_on_for_them() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (_, award, credential) = stage.earned().await;
        let (mut holder, mine, honest) = stage.holding(0, &award).await;
        let switches = honest.form("/share").unwrap();
        stage.world.tamper(|_, claims| {
            let custom = claims["https://purl.imsglobal.org/spec/lti/claim/custom"].as_object_mut();
            custom
                .unwrap()
                .insert("masquerading_user_id".into(), serde_json::json!(4711));
        });
        let mut acting = stage.student_browser(0).await;
        stage.world.stop_tampering();
        let page = acting.get(&mine).await.unwrap();
        assert_eq!(page.status, 200, "{}", page.words());
        let csrf = page
            .forms()
            .iter()
            .find_map(|form| form.value("csrf").map(str::to_owned));
        let csrf = csrf.unwrap_or_else(|| panic!("no form at all: {}", page.words()));
        let fields = [("show_name", "yes"), ("csrf", csrf.as_str())];
        let refused = acting.submit(&page, &switches, &fields).await.unwrap();
        assert!(
            refused.status == 403 && refused.text().contains("masquerade"),
            "{}",
            refused.words()
        );
        let (_, name) = stage.student(0);
        let public = format!("{}/b/{}", stage.scene.origin, credential.slug);
        let before = get(&public, "text/html").await;
        assert!(!before.words().contains(&name), "{}", before.words());
        let done = holder
            .submit(&honest, &switches, &[("show_name", "yes")])
            .await
            .unwrap();
        assert_eq!(done.status, 200, "{}", done.words());
        let after = get(&public, "text/html").await;
        assert!(after.words().contains(&name), "{}", after.words());
        stage.scene.end().await;
    });
}
