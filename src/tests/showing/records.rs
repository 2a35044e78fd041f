//! A badge that is earned by badges, and the record of all of them: made once when its holder asks for it, given to others where its
//! holder lets them have every badge in it, and never silent about one that was revoked.

use crate::domain::award::Award;
use crate::domain::credential::{Credential, Record};
use crate::domain::programme::{Parts, PartsEnd, Place};
use crate::domain::rule::{Condition, Node};
use crate::domain::sample::holds;
use crate::ids::{AdminId, BadgeId};
use crate::service::institution::administrators::{Administrator, Scope};
use crate::service::institution::minors;
use crate::service::institution::programmes::saving::{self, Saved, Typed};
use crate::service::institution::programmes::trying::{self, Activated};
use crate::service::institution::programmes::waiving;
use crate::service::privacy::export::verifying::verify_archive;
use openbadges::verify::{CheckKind, Failure};
use practice_lms::browser::{Browser, Page};
use reqwest::Method;
use std::io::Cursor;

use super::stage::{Stage, design, get, until};
use crate::store::{records, reissues};
use crate::tests::harness::on_each_database;
use crate::tests::privacy::{taken, unpacked};

/// A badge, and another one that the first student earned by it.
async fn stacked(stage: &Stage) -> ((Award, Credential), (Award, Credential)) {
    let (badge, award, credential) = stage.earned().await;
    let above = vec![asks_for(&badge)];
    let stack = stage.badge(design("Data reader"), Some(above)).await;
    let earned = stage.awarded(&stack, 0).await;
    ((award, credential), earned)
}

fn asks_for(badge: &BadgeId) -> Condition {
    match holds(badge.as_str()) {
        Node::Condition(condition) => condition,
        Node::Group(_) => panic!("a condition"),
    }
}

fn ada() -> Administrator {
    Administrator {
        actor: AdminId::from("ada"),
        name: "Ada".into(),
        scope: Scope::Everything,
    }
}

/// A programme over these badges, all of which it needs.
pub(crate) async fn programme(stage: &Stage, name: &str, parts: &[&BadgeId]) -> BadgeId {
    let (cairn, tenant) = (&stage.scene.cairn, &stage.course.tenant);
    let needed = parts.iter().map(|part| ((*part).clone(), Place::Required));
    let typed = Typed {
        design: design(name),
        parts: Parts {
            badges: needed.collect(),
            ..Parts::default()
        },
        parts_end: PartsEnd::Keeps,
        finish_begun: true,
    };
    let saved = saving::save(cairn, &ada(), tenant, None, typed).await.unwrap();
    let tower = match saved {
        Saved::Done(tower) => tower,
        other => panic!("{other:?}"),
    };
    let trial = trying::trial(cairn, &ada(), tenant, &tower, 0).await.unwrap();
    let (number, digest) = (trial.run.number(), trial.run.digest);
    let done = trying::activate(cairn, &ada(), tenant, &tower, number, &digest).await;
    assert_eq!(done.unwrap(), Activated::Done);
    tower
}

#[test]
fn a_record_of_a_programme_names_what_was_waived_and_holds_the_parts() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (quiz, base, part) = stage.earned().await;
        let approved = Some(vec![Condition::InstructorApproves]);
        let speak = stage.badge(design("Speak in public"), approved).await;
        let tower = programme(&stage, "Tower", &[&quiz, &speak]).await;
        let (cairn, tenant) = (&stage.scene.cairn, &stage.course.tenant);
        waiving::waive(cairn, &ada(), tenant, &tower, &base.person, &speak, "Taught it.")
            .await
            .unwrap();
        let award = until("the tower", || stage.latest(&tower, &base.person)).await;
        let (mut holder, mine, page) = made(&stage, &award).await;
        let words = page.words();
        assert!(
            words.contains("Quiz master") && words.contains("waived the part “Speak in public” for you"),
            "{words}"
        );
        assert!(!words.contains("It is partial."), "{words}");
        let record = holder.get(&format!("{mine}.clr.json")).await.unwrap();
        assert!(record.text().contains(part.document.as_str()));
        let verdict = stage.verify(&record.body).await;
        assert!(verdict.is_valid() && verdict.parts.len() == 2, "{verdict:?}");
        stage.scene.end().await;
    });
}

#[test]
fn a_record_that_has_no_room_for_a_part_says_that_it_is_partial() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (quiz, base, _) = stage.earned().await;
        let charts = stage
            .badge(design("Chart reader"), Some(vec![stage.quiz()]))
            .await;
        let (_, part) = stage.awarded(&charts, 0).await;
        let both = [&quiz, &charts].map(asks_for);
        let stack = stage.badge(design("Data reader"), Some(both.into())).await;
        let (award, whole) = stage.awarded(&stack, 0).await;
        let large = Credential {
            document: format!("{}{}", part.document, " ".repeat(240_000)),
            ..part.clone()
        };
        let grown = stage
            .scene
            .cairn
            .store
            .write(move |db| reissues::replace(db, &large, &part.document));
        grown.await.unwrap();
        let (mut holder, mine, page) = made(&stage, &award).await;
        let words = page.words();
        assert!(
            words.contains("It is partial.") && words.contains("1 badge did not fit"),
            "{words}"
        );
        let record = holder.get(&format!("{mine}.clr.json")).await.unwrap();
        let verdict = stage.verify(&record.body).await;
        let names: Vec<&str> = verdict.parts.iter().map(|part| part.name.as_str()).collect();
        assert_eq!(names, ["Data reader", "Quiz master"]);
        shared(&mut holder, &page).await;
        let (mut browser, _, base_page) = stage.holding(0, &base).await;
        shared(&mut browser, &base_page).await;
        let public = get(&stage.url(&format!("/b/{}", whole.slug)), "text/html").await;
        let words = public.words();
        assert!(
            words.contains("The record is partial: 1 badge that counted did not fit"),
            "{words}"
        );
        stage.scene.end().await;
    });
}

/// The page of the stack in its holder's browser, and the page once the record was made.
async fn made(stage: &Stage, award: &Award) -> (Browser, String, Page) {
    let (mut holder, mine, page) = stage.holding(0, award).await;
    let form = page.form("/record").unwrap();
    let done = holder.submit(&page, &form, &[]).await.unwrap();
    assert!(done.words().contains("The record was made"), "{}", done.words());
    (holder, mine, done)
}

async fn shared(holder: &mut Browser, page: &Page) {
    let switches = page.form("/share").unwrap();
    let on = [("allow_downloads", "yes"), ("show_evidence", "yes")];
    holder.submit(page, &switches, &on).await.unwrap();
}

#[test]
fn a_stack_names_its_parts_and_its_holder_takes_all_of_it_along_in_one_record() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let ((_, part), (award, credential)) = stacked(&stage).await;
        let document: serde_json::Value = serde_json::from_str(&credential.document).unwrap();
        let [evidence] = document["evidence"].as_array().unwrap().as_slice() else {
            panic!("{document}")
        };
        assert_eq!(evidence["name"], "Quiz master");
        assert_eq!(evidence["genre"], "Open Badge");
        assert!(
            !credential.document.contains(&part.slug),
            "its address is not given away"
        );

        let (mut holder, mine, page) = made(&stage, &award).await;
        let words = page.words();
        assert!(
            words.contains("What it is made of") && words.contains("Quiz master"),
            "{words}"
        );
        assert!(page.form("/record").is_err(), "it is made once");
        let [json, token] = ["clr.json", "clr.jwt"].map(|ending| format!("{mine}.{ending}"));
        let (json, token) = (
            holder.get(&json).await.unwrap(),
            holder.get(&token).await.unwrap(),
        );
        assert_eq!((json.status, token.status), (200, 200));
        let text = json.text();
        for signed in [&credential.document, &part.document] {
            assert!(text.contains(signed.as_str()), "a part is not there byte by byte");
        }
        for file in [&json.body, &token.body] {
            let verdict = stage.verify(file).await;
            assert!(verdict.is_valid(), "{verdict:?}");
            let names: Vec<&str> = verdict.parts.iter().map(|part| part.name.as_str()).collect();
            assert_eq!(names, ["Data reader", "Quiz master"]);
        }
        let record: serde_json::Value = serde_json::from_str(&text).unwrap();
        let association = &record["credentialSubject"]["association"];
        assert_eq!(association[0]["associationType"], "isParentOf");
        assert_eq!(
            association[0]["sourceId"],
            document["credentialSubject"]["achievement"]["id"]
        );
        // The server's own check tells of each badge in it.
        let mut stranger = Browser::new().unwrap();
        let sent = [("content-type", "application/octet-stream")];
        let asked = stage.url("/verify/check");
        let answer = stranger
            .fetch(Method::POST, &asked, &sent, text.clone().into_bytes())
            .await;
        let found: serde_json::Value = serde_json::from_slice(&answer.unwrap().body).unwrap();
        assert_eq!(found["verdict"], "valid", "{found}");
        assert_eq!(found["parts"][1]["name"], "Quiz master");
        assert_eq!(found["parts"][1]["state"], "held");
        // Read again, it is the same file; nobody else gets it from that page.
        let again = holder.get(&format!("{mine}.clr.json")).await.unwrap();
        assert_eq!(again.body, json.body);
        let mut other = stage.student_browser(1).await;
        assert_eq!(other.get(&format!("{mine}.clr.json")).await.unwrap().status, 404);
    });
}

#[test]
fn the_page_of_a_stack_leads_to_no_part_that_the_word_on_minors_keeps() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let ((_, part), (award, credential)) = stacked(&stage).await;
        let public = stage.url(&format!("/b/{}", credential.slug));
        let of_part = format!("/b/{}", part.slug);
        let (mut holder, mine, page) = stage.holding(0, &award).await;
        shared(&mut holder, &page).await;
        let before = get(&public, "text/html").await;
        assert!(before.text().contains(&of_part), "{}", before.words());

        let (cairn, tenant) = (&stage.scene.cairn, &stage.course.tenant);
        let person = stage.person(0).await;
        for on in [true, false] {
            minors::say_of_person(cairn, &ada(), tenant, &person, on)
                .await
                .unwrap();
        }
        // Its holder opens the page of the whole again, and of no part.
        let page = holder.get(&mine).await.unwrap();
        let mut form = page.form("/share").unwrap();
        form.fields.retain(|field| field.name != "keep_page");
        let on = [("allow_downloads", "yes"), ("show_evidence", "yes")];
        holder.submit(&page, &form, &on).await.unwrap();
        let after = get(&public, "text/html").await;
        assert_eq!(after.status, 200, "{}", after.words());
        assert!(after.words().contains("Quiz master"), "{}", after.words());
        assert!(!after.text().contains(&of_part), "{}", after.words());
        assert_eq!(get(&stage.url(&of_part), "text/html").await.status, 403);
    });
}

#[test]
fn others_get_a_record_where_its_holder_lets_them_have_every_badge_in_it() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let ((base, _), (award, credential)) = stacked(&stage).await;
        let file = stage.url(&format!("/b/{}.clr.json", credential.slug));
        let page = stage.url(&format!("/b/{}", credential.slug));
        assert_eq!(get(&file, "*/*").await.status, 404, "none was made");
        let (mut holder, mine, done) = made(&stage, &award).await;
        assert_eq!(get(&file, "*/*").await.status, 403);
        shared(&mut holder, &done).await;
        assert_eq!(
            get(&file, "*/*").await.status,
            403,
            "one of the badges is not given"
        );
        let html = get(&page, "text/html").await.text();
        assert!(
            html.contains("Badges that counted for it") && !html.contains("clr.json"),
            "{html}"
        );
        for (said, is_said) in [
            ("It is earned by other badges", true),
            ("shown by tests", false),
            ("Nothing was handed in", false),
            ("/achievements/", true),
            (stage.course.name(), true),
        ] {
            assert_eq!(html.contains(said), is_said, "{said}: {html}");
        }
        assert!(
            done.words().contains("badges that counted for this one"),
            "{}",
            done.words()
        );

        let (mut browser, _, base_page) = stage.holding(0, &base).await;
        shared(&mut browser, &base_page).await;
        let given = get(&file, "*/*").await;
        assert_eq!(given.status, 200);
        assert_eq!(given.header("access-control-allow-origin"), Some("*"));
        assert_eq!(
            given.body,
            holder.get(&format!("{mine}.clr.json")).await.unwrap().body
        );
        let html = get(&page, "text/html").await.text();
        assert!(html.contains("clr.json") && html.contains("clr.jwt"), "{html}");

        // A badge that its holder keeps to themselves takes the record along at once.
        let base_now = browser
            .get(&stage.inside(&format!("/credentials/{}", base.id)))
            .await
            .unwrap();
        let switches = base_now.form("/share").unwrap();
        let kept = [("keep_page", "yes")];
        browser.submit(&base_now, &switches, &kept).await.unwrap();
        assert_eq!(get(&file, "*/*").await.status, 403);
        let html = get(&page, "text/html").await.text();
        assert!(!html.contains("clr.json"), "{html}");

        // A record from before does not go on saying what its holder takes out of a badge.
        let mut signing_base = base_now.form("/sign").unwrap();
        signing_base.fields.retain(|field| field.name != "say_grades");
        browser.submit(&base_now, &signing_base, &[]).await.unwrap();
        assert_eq!(get(&file, "*/*").await.status, 404);
        let anew = holder.get(&mine).await.unwrap();
        assert!(anew.form("/record").is_ok(), "{}", anew.words());
    });
}

#[test]
fn a_record_is_given_by_what_is_in_it_and_not_by_what_belongs_together_now() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let ((base, part), (award, credential)) = stacked(&stage).await;
        let charts = stage
            .badge(design("Chart reader"), Some(vec![stage.quiz()]))
            .await;
        let (other, more) = stage.awarded(&charts, 0).await;
        // One that counted when the record was made, and does not any more.
        let inside = [&credential, &part, &more].map(|one| one.document.as_str());
        let inside = inside.join(",");
        let record = Record {
            tenant: credential.tenant.clone(),
            credential: credential.id.clone(),
            document: format!("{{\"credentialSubject\":{{\"verifiableCredential\":[{inside}]}}}}"),
            token: "a.b.c".into(),
            made_at: credential.issued_at,
        };
        let store = &stage.scene.cairn.store;
        let made = store.write(move |db| records::insert_once(db, &record));
        assert!(made.await.unwrap());
        let file = stage.url(&format!("/b/{}.clr.json", credential.slug));
        for (one, status) in [(&base, 403), (&award, 403), (&other, 200)] {
            let (mut holder, _, page) = stage.holding(0, one).await;
            shared(&mut holder, &page).await;
            assert_eq!(get(&file, "*/*").await.status, status);
        }
        stage.scene.end().await;
    });
}

#[test]
fn a_record_that_is_brought_is_verified_part_by_part_and_never_as_a_whole() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let ((_, part), (award, _)) = stacked(&stage).await;
        let (mut holder, mine, _) = made(&stage, &award).await;
        let record = holder.get(&format!("{mine}.clr.json")).await.unwrap().text();
        let forged = part.document.replace("Quiz master", "Quiz champion");
        let forged = record.replace(&part.document, &forged);
        let page = holder.get(&stage.inside("/elsewhere")).await.unwrap();
        let form = page.form("/elsewhere/bring").unwrap();
        let file = [("file", "clr.json", "application/json", forged.as_bytes())];
        let review = holder.submit_files(&page, &form, &[], &file).await.unwrap();
        let words = review.words();
        for said in [
            "Partly verified: 1 of the 2 badges in it could be verified",
            "Data reader",
            "Quiz champion",
            "This badge is not genuine",
        ] {
            assert!(words.contains(said), "{said}: {words}");
        }
        stage.scene.end().await;
    });
}

#[test]
fn a_part_that_is_revoked_later_shows_in_the_record_and_on_the_pages() {
    on_each_database(|scene| async move {
        let mut stage = Stage::set(scene).await;
        let ((base, _), (award, credential)) = stacked(&stage).await;
        let (mut holder, mine, done) = made(&stage, &award).await;
        shared(&mut holder, &done).await;
        let before = holder.get(&format!("{mine}.clr.json")).await.unwrap();
        let holders = stage.inside(&format!("/badges/{}/awards", base.badge));
        let page = stage.teacher.get(&holders).await.unwrap();
        let form = page.form("/revoke").unwrap();
        let chosen = [("award", base.id.as_str())];
        let review = stage.teacher.submit(&page, &form, &chosen).await.unwrap();
        let confirm = review.form("/revoke/confirm").unwrap();
        let reason = [("reason", "Wrong quiz")];
        stage.teacher.submit(&review, &confirm, &reason).await.unwrap();

        let after = holder.get(&format!("{mine}.clr.json")).await.unwrap();
        assert_eq!(after.body, before.body, "nothing that was signed changes");
        let verdict = stage.verify(&after.body).await;
        let said = Failure::Part("Quiz master".into(), Box::new(Failure::Revoked));
        assert_eq!(verdict.failure(CheckKind::Parts), Some(&said), "{verdict:?}");
        assert_eq!(verdict.parts.len(), 2);
        let page = holder.get(&mine).await.unwrap();
        assert!(page.words().contains("Revoked"), "{}", page.words());
        let public = get(&stage.url(&format!("/b/{}", credential.slug)), "text/html").await;
        let text = public.text();
        let (_, list) = text.split_once("Badges that counted for it").unwrap();
        assert!(list.contains("Revoked"), "{text}");
    });
}

#[test]
fn a_record_is_in_the_archive_of_its_holder_and_proves_itself_there() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (_, (award, credential)) = stacked(&stage).await;
        let (mut holder, mine, _) = made(&stage, &award).await;
        let record = holder.get(&format!("{mine}.clr.json")).await.unwrap();
        let archive = taken(&stage, 0).await;
        let files = unpacked(&archive.body);
        let name = format!("records/data-reader-{}.clr.json", credential.slug);
        assert_eq!(files[&name], &record.body[..]);
        let about: serde_json::Value = serde_json::from_slice(&files["about-me.json"]).unwrap();
        let awards = about["awards"].as_array().unwrap();
        let told = awards
            .iter()
            .filter(|one| one["record_with_its_parts_made"].is_string());
        assert_eq!(told.count(), 1, "{about}");
        let now = stage.scene.cairn.clock.now();
        let report = verify_archive(Cursor::new(&archive.body[..]), now).unwrap();
        assert!(report.is_unchanged(), "{report:?}");
        assert_eq!(
            report.badges.len(),
            14,
            "two badges in six forms, and their record in two"
        );
    });
}
