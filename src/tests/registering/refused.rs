//! What must not become a registration.

use crate::domain::platform::Invitation;
use crate::service::base::session::digest;
use crate::service::institution::registering;
use crate::store::invitations;
use chrono::TimeDelta;
use practice_lms::browser::Browser;
use serde_json::json;

use super::way::{agree, invite, paste, platforms, tenant};
use crate::tests::harness::{framed, on_each_database};

#[test]
fn a_code_works_once_and_for_a_while_and_an_unknown_one_never() {
    on_each_database(|scene| async move {
        let address = invite(&scene).await;
        let asked = paste(&scene.moodle, &address, &[]).await;
        let done = agree(&scene.moodle, &asked).await;
        assert_eq!(done.status, 200, "{}", done.words());
        // Opened again, and the old page sent again.
        let again = paste(&scene.moodle, &address, &[("chosen", "new")]).await;
        assert_eq!(again.status, 409);
        assert!(again.text().contains("invitation.used"), "{}", again.words());
        let told = "This registration address was used already";
        assert!(
            again.text().contains(&format!("<h1>{told}</h1>")),
            "{}",
            again.words()
        );
        assert!(!again.words().contains("quicker"), "{}", again.words());
        let again = agree(&scene.moodle, &asked).await;
        assert!(again.text().contains("invitation.used"), "{}", again.words());
        // Opened by hand it says the same, and not that something is missing.
        let by_hand = Browser::new().unwrap().get(&address).await.unwrap();
        assert!(by_hand.words().contains(told), "{}", by_hand.words());

        let unknown = format!("{}/lti/register/guessed", scene.origin);
        let answer = paste(&scene.canvas, &unknown, &[]).await;
        assert_eq!(answer.status, 404, "{}", answer.words());

        let tenant = tenant(&scene).await;
        let now = scene.cairn.clock.now();
        let over = Invitation {
            id: "over".into(),
            tenant: tenant.clone(),
            note: String::new(),
            created_by: None,
            created_at: now - TimeDelta::days(8),
            expires_at: now - TimeDelta::days(1),
            used_at: None,
            registration: None,
        };
        let written = scene
            .cairn
            .store
            .write(move |db| invitations::insert(db, &over, &digest("too-old")))
            .await;
        written.unwrap();
        let old = format!("{}/lti/register/too-old", scene.origin);
        let answer = paste(&scene.canvas, &old, &[]).await;
        assert!(answer.text().contains("invitation.over"), "{}", answer.words());
        let none = registering::invite(
            &scene.cairn,
            &tenant,
            "",
            crate::service::institution::administrators::Operator::CommandLine,
            TimeDelta::zero(),
        )
        .await;
        assert_eq!(none.unwrap_err().code(), "invitation.life");
        scene.end().await;
    });
}

#[test]
fn a_page_of_one_code_does_not_confirm_another_and_nothing_forged_does() {
    on_each_database(|scene| async move {
        let before = platforms(&scene).await;
        let asked = paste(&scene.moodle, &invite(&scene).await, &[]).await;
        let form = asked.form("/lti/register/").unwrap();
        let consent = form.value("consent").unwrap().to_owned();
        let other = invite(&scene).await;
        let mut browser = Browser::new().unwrap();
        for forged in [consent.as_str(), "", "forged"] {
            let answer = browser.post(&other, &[("consent", forged)]).await.unwrap();
            assert_eq!(answer.status, 403, "{}", answer.words());
        }
        assert_eq!(platforms(&scene).await, before);
        // Both codes are still whole.
        let asked = paste(&scene.moodle, &other, &[]).await;
        assert_eq!(asked.status, 200, "{}", asked.words());
        scene.end().await;
    });
}

#[test]
fn a_configuration_on_an_inner_address_is_not_fetched_nor_a_redirect_followed() {
    on_each_database(|scene| async move {
        let address = invite(&scene).await;
        let mut browser = Browser::new().unwrap();
        for (configuration, code) in [
            (
                "https://10.0.0.1/openid-configuration",
                "registering.address-refused",
            ),
            (
                "https://169.254.169.254/latest/meta-data",
                "registering.address-refused",
            ),
            ("http://moodle.example.edu/c", "registering.address"),
            ("file:///etc/passwd", "registering.address"),
            ("", "registering.no-address"),
        ] {
            let mut url = url::Url::parse(&address).unwrap();
            url.query_pairs_mut()
                .append_pair("openid_configuration", configuration)
                .append_pair("registration_token", "a-secret-token");
            let answer = browser.get(url.as_str()).await.unwrap();
            assert!(
                answer.text().contains(code),
                "{configuration}: {}",
                answer.words()
            );
            assert!(!answer.text().contains("a-secret-token"));
        }
        // A page that answers with a redirect: the LMS's own "who are you".
        let mut url = url::Url::parse(&address).unwrap();
        let redirecting = format!("{}/course/1", scene.moodle.origin());
        url.query_pairs_mut()
            .append_pair("openid_configuration", &redirecting);
        let answer = browser.get(url.as_str()).await.unwrap();
        assert!(
            answer.text().contains("registering.redirected"),
            "{}",
            answer.words()
        );
        scene.end().await;
    });
}

#[test]
fn endpoints_are_those_that_were_shown_even_when_the_platform_changes_its_mind() {
    on_each_database(|scene| async move {
        let lms = &scene.moodle;
        let asked = paste(lms, &invite(&scene).await, &[]).await;
        lms.world()
            .patch_configuration("token_endpoint", json!("https://evil.example/token"));
        let done = agree(lms, &asked).await;
        assert_eq!(done.status, 200, "{}", done.words());
        let tenant = tenant(&scene).await;
        let all = scene
            .cairn
            .store
            .read(move |db| crate::store::registrations::list(db, &tenant))
            .await
            .unwrap();
        assert!(
            all.iter()
                .all(|one| one.token_url.host_str() == Some("localhost"))
        );
        // Asked anew, the foreign endpoint is refused before anything is sent.
        let asked = paste(lms, &invite(&scene).await, &[("chosen", "new")]).await;
        assert_eq!(asked.status, 400);
        assert!(
            asked.text().contains("registering.endpoint-foreign"),
            "{}",
            asked.words()
        );
        scene.end().await;
    });
}

#[test]
fn how_a_platform_says_no_is_explained_and_the_code_stays_whole() {
    on_each_database(|scene| async move {
        let before = platforms(&scene).await;
        let cases = [
            (
                &scene.canvas,
                422,
                r#"{"errors":[{"field":"scopes","message":"invalid scope"}]}"#,
                "scopes: invalid scope",
            ),
            (&scene.moodle, 401, "token_already_used", "was used already"),
            (&scene.moodle, 400, "missing_domain", "public_origin"),
            (&scene.moodle, 200, "<html>", "names no client id"),
        ];
        for (lms, status, body, sentence) in cases {
            let address = invite(&scene).await;
            let asked = paste(lms, &address, &[]).await;
            lms.world().answer_registration_with(status, body);
            let answer = agree(lms, &asked).await;
            assert_eq!(answer.status, 502, "{}", answer.words());
            assert!(answer.words().contains(sentence), "{}", answer.words());
            assert_eq!(platforms(&scene).await, before);
            let asked = framed(lms).get(&address).await.unwrap();
            assert!(
                asked.text().contains("registering.no-address"),
                "the code still works: {}",
                asked.words()
            );
        }
        scene.end().await;
    });
}

#[test]
fn a_platforms_token_is_spent_with_its_registration() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            let token = lms.world().registration_token(None);
            let mut answers = Vec::new();
            for _ in 0..2 {
                let start = lms
                    .world()
                    .registration_start(&invite(&scene).await, &token)
                    .unwrap();
                let asked = framed(lms).get(&start).await.unwrap();
                answers.push(agree(lms, &asked).await);
            }
            assert_eq!(answers[0].status, 200, "{name}: {}", answers[0].words());
            assert!(
                answers[1].text().contains("registering.token-used"),
                "{name}: {}",
                answers[1].words()
            );
        }
        scene.end().await;
    });
}
