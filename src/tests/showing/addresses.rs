//! A student lets people who know their e-mail address check whose a badge is, and takes that back.

use practice_lms::browser::Form;
use serde_json::Value;

use super::stage::{Stage, design, get};
use crate::domain::credential::Credential;
use crate::tests::harness::on_each_database;
use crate::tests::privacy::{taken, unpacked};

/// The hash of an address in what was signed, if there is one.
fn hash(document: &[u8]) -> Option<Value> {
    let document: Value = serde_json::from_slice(document).unwrap();
    let identifiers = document["credentialSubject"]["identifier"].as_array().unwrap();
    let found = identifiers
        .iter()
        .find(|one| one["identityType"] == "emailAddress");
    found.cloned()
}

fn ticked(form: &Form, name: &str) -> bool {
    form.fields
        .iter()
        .any(|field| field.name == name && field.is_sent)
}

/// What is kept of the choice, as the first student takes it along.
async fn kept(stage: &Stage) -> Value {
    let files = unpacked(&taken(stage, 0).await.body);
    let about: Value = serde_json::from_slice(&files["about-me.json"]).unwrap();
    about["person"]["hash_of_the_email_in_new_badges_since"].clone()
}

/// One more badge of the first student, who has the grade for it.
async fn another(stage: &Stage, name: &str) -> Credential {
    let badge = stage.badge(design(name), Some(vec![stage.quiz()])).await;
    stage.awarded(&badge, 0).await.1
}

#[test]
fn a_student_chooses_whether_badges_can_be_checked_against_their_address() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (_, award, credential) = stage.earned().await;
        let address = stage.world.students(stage.at).remove(0).email;
        stage.world.share_email(0, true);
        let (mut holder, mine, _) = stage.holding(0, &award).await;
        assert_eq!(kept(&stage).await, Value::Null);

        let data = holder.get(&stage.inside("/me")).await.unwrap();
        assert!(data.words().contains(&address), "{}", data.words());
        let form = data.form("/me/email-hash").unwrap();
        assert!(!ticked(&form, "email_hash"), "off at first");
        let on = holder
            .submit(&data, &form, &[("email_hash", "yes")])
            .await
            .unwrap();
        let said = "Badges that you earn from now on can be checked against your e-mail address.";
        assert!(
            on.words().contains(said) && on.words().contains("on since"),
            "{}",
            on.words()
        );
        assert!(kept(&stage).await.is_string());
        let second = another(&stage, "Quiz champion").await;
        assert!(hash(second.document.as_bytes()).is_some());
        assert!(hash(credential.document.as_bytes()).is_none());

        // The badge that was there before, on its own page.
        let page = holder.get(&mine).await.unwrap();
        let signing = page.form("/sign").unwrap();
        assert!(!ticked(&signing, "say_email"));
        let done = holder
            .submit(&page, &signing, &[("say_email", "yes")])
            .await
            .unwrap();
        assert!(
            done.words().contains("The badge was signed anew"),
            "{}",
            done.words()
        );
        let file = holder.get(&format!("{mine}.json")).await.unwrap();
        let verdict = stage.verify(&file.body).await;
        assert!(verdict.is_valid(), "{:?}", verdict.first_failure());
        let identity = hash(&file.body).unwrap();

        // Its page says nothing of it, with everything switched on.
        let page = holder.get(&mine).await.unwrap();
        let switches = page.form("/share").unwrap();
        let all = [
            ("show_name", "yes"),
            ("show_evidence", "yes"),
            ("allow_downloads", "yes"),
        ];
        holder.submit(&page, &switches, &all).await.unwrap();
        let public = get(&stage.url(&format!("/b/{}", credential.slug)), "text/html").await;
        for private in [
            address.as_str(),
            identity["identityHash"].as_str().unwrap(),
            identity["salt"].as_str().unwrap(),
        ] {
            assert!(!public.text().contains(private), "{private} in {}", public.text());
        }

        // And back again, each on its own.
        let mut signing = page.form("/sign").unwrap();
        assert!(ticked(&signing, "say_email"), "{}", page.text());
        signing.fields.retain(|field| field.name != "say_email");
        holder.submit(&page, &signing, &[]).await.unwrap();
        let file = holder.get(&format!("{mine}.json")).await.unwrap();
        assert_eq!(hash(&file.body), None);
        let data = holder.get(&stage.inside("/me")).await.unwrap();
        let mut form = data.form("/me/email-hash").unwrap();
        form.fields.retain(|field| field.name != "email_hash");
        let off = holder.submit(&data, &form, &[]).await.unwrap();
        assert!(
            off.words().contains("say nothing of your e-mail address"),
            "{}",
            off.words()
        );
        assert!(hash(another(&stage, "Quiz legend").await.document.as_bytes()).is_none());
        assert_eq!(kept(&stage).await, Value::Null);
        stage.scene.end().await;
    });
}

#[test]
fn where_there_is_no_address_or_students_are_minors_the_page_says_why_there_is_no_choice() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (_, award, _) = stage.earned().await;
        for (minors, why) in [
            (false, "does not share your e-mail address with this service"),
            (
                true,
                "says that you are a minor, so everything about your e-mail address",
            ),
        ] {
            if minors {
                stage.world.share_email(0, true);
                stage.with_minors().await;
            }
            let (mut holder, _, page) = stage.holding(0, &award).await;
            let data = holder.get(&stage.inside("/me")).await.unwrap();
            for page in [&data, &page] {
                assert!(page.words().contains(why), "{}", page.words());
                assert!(!page.text().contains("email_hash") && !page.text().contains("say_email"));
            }
            assert!(data.form("/me/email-hash").is_err());
        }
        stage.scene.end().await;
    });
}

#[test]
fn a_box_that_is_ticked_from_before_signs_no_address_of_a_minor_and_the_page_says_why() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (_, award, _) = stage.earned().await;
        stage.world.share_email(0, true);
        let (mut holder, mine, page) = stage.holding(0, &award).await;
        let signing = page.form("/sign").unwrap();
        let ticked_too = [("say_email", "yes")];
        holder.submit(&page, &signing, &ticked_too).await.unwrap();
        let file = holder.get(&format!("{mine}.json")).await.unwrap();
        assert!(hash(&file.body).is_some());

        stage.with_minors().await;
        let page = holder.get(&mine).await.unwrap();
        let mut signing = page.form("/sign").unwrap();
        assert!(ticked(&signing, "say_email"), "it can be taken out");
        let why = "says that you are a minor, so everything about your e-mail address";
        assert!(page.words().contains(why), "{}", page.words());
        signing.fields.retain(|field| field.name != "say_grades");
        holder.submit(&page, &signing, &[]).await.unwrap();
        let file = holder.get(&format!("{mine}.json")).await.unwrap();
        assert_eq!(hash(&file.body), None);
        let page = holder.get(&mine).await.unwrap();
        assert!(!page.text().contains("say_email"), "{}", page.text());
        stage.scene.end().await;
    });
}

#[test]
fn who_acts_as_a_student_chooses_nothing_of_it_for_them() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (_, award, _) = stage.earned().await;
        stage.world.share_email(0, true);
        let (mut holder, mine, page) = stage.holding(0, &award).await;
        let data = holder.get(&stage.inside("/me")).await.unwrap();
        let forms = [
            (&data, data.form("/me/email-hash").unwrap(), "email_hash"),
            (&page, page.form("/sign").unwrap(), "say_email"),
        ];
        stage.world.tamper(|_, claims| {
            let custom = claims["https://purl.imsglobal.org/spec/lti/claim/custom"].as_object_mut();
            custom
                .unwrap()
                .insert("masquerading_user_id".into(), serde_json::json!(4711));
        });
        let mut acting = stage.student_browser(0).await;
        stage.world.stop_tampering();
        let shown = acting.get(&mine).await.unwrap();
        let csrf = shown.form("/sign").unwrap().value("csrf").unwrap().to_owned();
        for (page, form, choice) in &forms {
            let fields = [(*choice, "yes"), ("csrf", csrf.as_str())];
            let refused = acting.submit(page, form, &fields).await.unwrap();
            assert!(
                refused.status == 403 && refused.text().contains("masquerade"),
                "{choice}: {}",
                refused.words()
            );
        }
        let file = holder.get(&format!("{mine}.json")).await.unwrap();
        assert_eq!(hash(&file.body), None);
        assert_eq!(kept(&stage).await, Value::Null);
        // Nobody's form but their own, and none without proof.
        let bare = holder
            .post(&stage.inside("/me/email-hash"), &[("email_hash", "yes")])
            .await;
        assert_eq!(bare.unwrap().status, 403, "no proof");
        stage.scene.end().await;
    });
}
