//! Other bodies endorse a badge: invited by a link, signed by one click or elsewhere, carried by new badges, ended and taken back.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use ed25519_dalek::SigningKey;
use openbadges::credential::{EndorsementCredential, EndorsementSubject, Profile};
use openbadges::keys::PublicKey;
use openbadges::proof;
use openbadges::verify::{Resolver, verify};
use practice_lms::browser::{Browser, Page};
use reqwest::Method;
use serde_json::Value;

use crate::domain::credential::Credential;
use crate::domain::rule::Condition;
use crate::ids::BadgeId;
use crate::store::testing::TestDatabase;
use crate::store::{badges, endorsements};
use crate::tests::harness::{ForwardClock, Scene, on_each_database};

use super::stage::{Stage, design, get};

const REVOKE: &[(&str, &str)] = &[("what", "revoke"), ("sure", "yes")];
const TAKE_KEY: &[(&str, &str)] = &[("what", "key"), ("sure", "yes")];
const HTML: &str = "text/html,*/*;q=0.8";
const COMMENT: &str = "We hire for this. <script>alert(1)</script> **Every** year.";

/// What stands in the field of that id, which a page shows once.
fn told_once(page: &Page, id: &str) -> String {
    let text = page.text();
    let field = text.split(&format!("id=\"{id}\" readonly value=\"")).nth(1);
    let field = field.unwrap_or_else(|| panic!("no {id}: {}", page.words()));
    field.split('"').next().unwrap().to_owned()
}

/// Where a badge's teacher invites.
fn place(stage: &Stage, badge: &BadgeId) -> String {
    stage.inside(&format!("/badges/{badge}/endorsements"))
}

/// A teacher invites a body, and has its link.
pub(crate) async fn invited(stage: &mut Stage, badge: &BadgeId, name: &str, email: &str) -> String {
    let address = place(stage, badge);
    let page = stage.teacher.get(&address).await.unwrap();
    let form = page.form("/endorsements/invite").unwrap();
    let typed = [("name", name), ("email", email)];
    let made = stage.teacher.submit(&page, &form, &typed).await.unwrap();
    assert_eq!(made.status, 200, "{}", made.words());
    told_once(&made, "fresh-link")
}

/// Whoever has the link endorses, and has a link of their own.
pub(crate) async fn endorsed(link: &str, comment: &str) -> String {
    let mut stranger = Browser::new().unwrap();
    let page = stranger.get(link).await.unwrap();
    let form = page.form("/endorse/").unwrap();
    let done = stranger
        .submit(&page, &form, &[("comment", comment)])
        .await
        .unwrap();
    assert_eq!(done.status, 200, "{}", done.words());
    told_once(&done, "own-link")
}

/// Does something by an endorser's own link.
pub(crate) async fn done(own: &str, what: &[(&str, &str)]) -> Page {
    let mut endorser = Browser::new().unwrap();
    let page = endorser.get(own).await.unwrap();
    let form = page.form("/endorser/").unwrap();
    endorser.submit(&page, &form, what).await.unwrap()
}

/// The endorsements that a signed badge carries.
pub(crate) fn carried(credential: &Credential) -> Vec<Value> {
    let document: Value = serde_json::from_str(&credential.document).unwrap();
    let within = document.pointer("/credentialSubject/achievement/endorsement");
    within.and_then(Value::as_array).cloned().unwrap_or_default()
}

/// The `n`th student earns the badge.
async fn earns(stage: &Stage, badge: &BadgeId, n: usize) -> Credential {
    stage.grade(n, 95);
    stage.check().await;
    stage.awarded(badge, n).await.1
}

/// The public page of the badge itself.
async fn badge_page(stage: &Stage, badge: &BadgeId) -> (String, Page) {
    let tenant = stage.course.tenant.clone();
    let found = stage.scene.cairn.store.read(move |db| {
        let issuer = crate::store::issuers::for_tenant(db, &tenant)?;
        Ok(issuer.unwrap().slug)
    });
    let slug = found.await.unwrap();
    let address = stage.url(&format!("/issuers/{slug}/achievements/{badge}"));
    let page = get(&address, HTML).await;
    (address, page)
}

/// Everything that the server publishes, fetched before: identities and status lists.
struct Fetched(Vec<(String, Vec<u8>)>);

impl Fetched {
    /// What a badge with endorsements needs.
    async fn of(document: &Value, carried: &[Value]) -> Self {
        let mut found = Vec::new();
        for one in std::iter::once(document).chain(carried) {
            let did = one["issuer"]["id"].as_str().unwrap();
            let at = openbadges::did::document_url(did)
                .unwrap()
                .replace("https://", "http://");
            found.push((did.to_owned(), get(&at, "application/json").await.body));
            let list = one["credentialStatus"]["statusListCredential"].as_str().unwrap();
            found.push((list.to_owned(), get(list, "application/vc").await.body));
        }
        Self(found)
    }

    fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, bytes)| bytes.clone())
    }
}

impl Resolver for Fetched {
    fn did_document(&self, did: &str) -> Option<Value> {
        serde_json::from_slice(&self.bytes(did)?).ok()
    }

    fn status_list(&self, url: &str) -> Option<Vec<u8>> {
        self.bytes(url)
    }
}

#[test]
fn the_coach_misses_nobody_outside_once_a_badge_is_endorsed() {
    on_each_database(|scene| async move {
        let mut stage = Stage::set(scene).await;
        let mut design = design("Welder");
        design.alignments.clear();
        design.details.skills = vec!["Welding".to_owned()];
        let badge = stage.badge(design, Some(vec![stage.quiz()])).await;
        let hint = "Nothing outside stands behind it";
        let report = stage.inside("/coach");
        let before = stage.teacher.get(&report).await.unwrap();
        assert!(before.words().contains(hint), "{}", before.words());
        let link = invited(&mut stage, &badge, "Example Works", "anna@firm.example").await;
        endorsed(&link, COMMENT).await;
        let after = stage.teacher.get(&report).await.unwrap();
        assert!(!after.words().contains(hint), "{}", after.words());
        stage.scene.end().await;
    });
}

#[test]
fn an_endorser_reads_the_skills_in_words_and_what_each_part_asks() {
    crate::app::block_on(async {
        let scene = Scene::on(TestDatabase::sqlite()).await;
        let mut stage = Stage::set(scene).await;
        let mut basics = design("Solderer");
        basics.criteria = "Solder ten joints.".to_owned();
        let part = stage.badge(basics, Some(vec![stage.quiz()])).await;
        let mut whole = design("Welder");
        whole.details.skills = vec!["Welding".to_owned()];
        let asks = Condition::HoldsBadge {
            badge: part.clone(),
            within_years: None,
        };
        let badge = stage.badge(whole, Some(vec![asks])).await;
        let link = invited(&mut stage, &badge, "Example Works", "").await;
        let offer = get(&link, HTML).await;
        let earned = "It is earned by other badges";
        for shown in ["Welding", "Solderer", "Solder ten joints.", earned] {
            assert!(offer.words().contains(shown), "{shown}: {}", offer.words());
        }
        assert!(
            !offer.words().contains("Nothing is handed in to Cairn"),
            "{}",
            offer.words()
        );
        assert!(!offer.links(part.as_str()).is_empty());
        // What is signed has the digest of all of it.
        endorsed(&link, "").await;
        stage.scene.end().await;
    });
}

#[test]
fn a_body_endorses_by_one_click_and_new_badges_carry_it_until_it_ends() {
    on_each_database(|scene| async move {
        let mut stage = Stage::set(scene).await;
        let (badge, _, before) = stage.earned().await;
        let (_, page) = badge_page(&stage, &badge).await;
        assert!(page.words().contains("None yet."), "{}", page.words());
        let link = invited(&mut stage, &badge, "Example  Works", "anna@firm.example").await;
        let offer = get(&link, HTML).await;
        for shown in [
            "Example Works",
            "Reads a table of data without help.",
            "Reach 80 % in the final quiz.",
            "Knowledge badge.",
            "analyse data (ESCO)",
            "Final quiz",
            "EQF 4",
            "Version 1",
        ] {
            assert!(offer.words().contains(shown), "{shown}: {}", offer.words());
        }
        assert_eq!(offer.header("x-robots-tag"), Some("noindex"));
        let own = endorsed(&link, COMMENT).await;

        let (address, page) = badge_page(&stage, &badge).await;
        for shown in [
            "Example Works",
            "an address of firm.example",
            "version 1",
            "We hire for this.",
        ] {
            assert!(page.words().contains(shown), "{shown}: {}", page.words());
        }
        assert!(!page.text().contains("<script>alert") && !page.text().contains("anna@"));
        let all = get(
            &stage.url(&format!("/endorsements?of={address}")),
            "application/json",
        )
        .await;
        let all: Vec<Value> = serde_json::from_slice(&all.body).unwrap();
        assert_eq!(all.len(), 1);

        let after = earns(&stage, &badge, 1).await;
        let inside = carried(&after);
        assert_eq!((carried(&before).len(), inside.len()), (0, 1));
        assert_eq!(inside, all, "the bytes that were signed once");
        assert_eq!(inside[0]["credentialSubject"]["id"], address);
        assert!(inside[0]["description"].as_str().unwrap().contains("version 1"));
        let document: Value = serde_json::from_str(&after.document).unwrap();
        let now = stage.scene.cairn.clock.now();
        let web = Fetched::of(&document, &inside).await;
        let verdict = verify(after.document.as_bytes(), &web, now);
        assert!(verdict.is_valid(), "{:?}", verdict.first_failure());
        // Beside badges that were issued before it is shown too, and both are genuine.
        for credential in [&before, &after] {
            let page = get(&stage.url(&format!("/b/{}", credential.slug)), HTML).await;
            let words = page.words();
            assert!(
                words.contains("Valid today") && words.contains("Example Works"),
                "{words}"
            );
            assert!(!words.contains("Not confirmed"), "{words}");
        }

        let ended = done(&own, &[("what", "end")]).await;
        assert!(ended.words().contains("Ended. New badges"), "{}", ended.words());
        assert_eq!(carried(&earns(&stage, &badge, 2).await).len(), 0);
        let again = done(&own, &[("what", "end")]).await;
        assert_eq!(again.status, 409, "{}", again.words());
        let revoked = done(&own, REVOKE).await;
        assert!(revoked.words().contains("Taken back."), "{}", revoked.words());
        let web = Fetched::of(&document, &inside).await;
        let alone = serde_json::to_vec(&inside[0]).unwrap();
        assert!(!verify(&alone, &web, now + TimeDelta::minutes(1)).is_valid());
        let page = get(&stage.url(&format!("/b/{}", after.slug)), HTML).await;
        assert!(page.words().contains("It was taken back"), "{}", page.words());
        assert!(page.words().contains("Valid today") && !page.words().contains("Not confirmed"));
        stage.scene.end().await;
    });
}

#[test]
fn a_badge_that_asks_something_else_needs_a_new_endorsement() {
    on_each_database(|scene| async move {
        let mut stage = Stage::set(scene).await;
        let (badge, ..) = stage.earned().await;
        let link = invited(&mut stage, &badge, "Example Works", "").await;
        endorsed(&link, "").await;
        let (_, page) = badge_page(&stage, &badge).await;
        let unvouched = "Somebody who says that it is “Example Works”";
        assert!(page.words().contains(unvouched), "{}", page.words());
        assert!(page.words().contains("Nobody vouches for the name."));

        let (tenant, id) = (stage.course.tenant.clone(), badge.clone());
        let now = stage.scene.cairn.clock.now();
        let mut easier = design("Quiz master");
        easier.criteria = "Take part in the quiz.".into();
        let changed = stage
            .scene
            .cairn
            .store
            .write(move |db| badges::update_design(db, &tenant, &id, 1, &easier, now));
        assert_eq!(changed.await.unwrap(), 2);
        assert_eq!(carried(&earns(&stage, &badge, 1).await).len(), 0);
        let (_, page) = badge_page(&stage, &badge).await;
        assert!(
            page.words().contains("about an earlier version"),
            "{}",
            page.words()
        );
        let home = stage.teacher.get(&stage.inside("")).await.unwrap();
        assert!(
            home.words()
                .contains("was changed since Example Works endorsed it"),
            "{}",
            home.words()
        );
        let address = place(&stage, &badge);
        let page = stage.teacher.get(&address).await.unwrap();
        let form = page.form("/again").unwrap();
        let made = stage.teacher.submit(&page, &form, &[]).await.unwrap();
        endorsed(&told_once(&made, "fresh-link"), "").await;
        assert_eq!(carried(&earns(&stage, &badge, 2).await).len(), 1);
        let home = stage.teacher.get(&stage.inside("")).await.unwrap();
        assert!(!home.words().contains("was changed since"), "{}", home.words());
        stage.scene.end().await;
    });
}

/// An endorsement that a key alone signs, of that badge.
fn signed(about: &str, key: &SigningKey, at: DateTime<Utc>) -> String {
    signed_saying("Signed at home.", about, key, at)
}

fn signed_saying(comment: &str, about: &str, key: &SigningKey, at: DateTime<Utc>) -> String {
    let public = PublicKey::from(&key.verifying_key()).multikey();
    let did = format!("did:key:{public}");
    let document = EndorsementCredential {
        id: "urn:uuid:01990000-0000-7000-8000-00000000000e".to_owned(),
        name: "Endorsement".to_owned(),
        issuer: Profile {
            id: did.clone(),
            name: Some("Example Works".to_owned()),
            ..Profile::default()
        },
        valid_from: at,
        credential_subject: EndorsementSubject {
            id: about.to_owned(),
            endorsement_comment: Some(comment.to_owned()),
            ..EndorsementSubject::default()
        },
        ..EndorsementCredential::default()
    };
    let method = format!("{did}#{public}");
    proof::sign(&document, key, &method, at).unwrap().into_string()
}

/// Brings that as a file.
async fn brought(link: &str, file: &[u8]) -> Page {
    let mut stranger = Browser::new().unwrap();
    let page = stranger.get(link).await.unwrap();
    let form = page
        .forms()
        .into_iter()
        .rfind(|form| form.action.contains("/endorse/"));
    let files: [(&str, &str, &str, &[u8]); 1] =
        [("endorsement", "endorsement.json", "application/json", file)];
    let sent = stranger.submit_files(&page, &form.unwrap(), &[], &files).await;
    sent.unwrap()
}

#[test]
fn one_that_was_signed_elsewhere_is_verified_before_it_is_taken() {
    on_each_database(|scene| async move {
        let mut stage = Stage::set(scene).await;
        let (badge, ..) = stage.earned().await;
        let (address, _) = badge_page(&stage, &badge).await;
        let link = invited(&mut stage, &badge, "Example Works", "").await;
        let (key, at) = (
            SigningKey::from_bytes(&[3; 32]),
            stage.scene.cairn.clock.now() - TimeDelta::hours(1),
        );
        let good = signed(&address, &key, at);
        let film = vec![b'x'; 30 << 20];
        let other = signed("https://other.example/badges/1", &key, at);
        let forged = good.replace("at home", "at work");
        let early = signed(&address, &key, at + TimeDelta::days(9));
        for (file, status, code) in [
            (film.as_slice(), 413, "256 KB"),
            (b"no JSON".as_slice(), 422, "no endorsement that can be taken"),
            (other.as_bytes(), 422, "about something else"),
            (forged.as_bytes(), 422, "does not verify"),
            (early.as_bytes(), 422, "does not verify"),
        ] {
            let refused = brought(&link, file).await;
            assert_eq!(refused.status, status, "{code}: {}", refused.words());
            assert!(refused.words().contains(code), "{code}: {}", refused.words());
        }
        let taken = brought(&link, good.as_bytes()).await;
        assert_eq!(taken.status, 200, "{}", taken.words());
        let inside = carried(&earns(&stage, &badge, 1).await);
        assert_eq!(
            inside[0]["credentialSubject"]["endorsementComment"],
            "Signed at home."
        );
        let (_, page) = badge_page(&stage, &badge).await;
        assert!(page.words().contains("Signed at home."), "{}", page.words());
        // There never was a key here that anybody could take.
        let own = told_once(&taken, "own-link");
        assert_eq!(done(&own, TAKE_KEY).await.status, 409);
        stage.scene.end().await;
    });
}

#[test]
fn what_is_too_long_to_be_carried_is_shown_beside_badges_that_are_issued_as_before() {
    on_each_database(|scene| async move {
        let mut stage = Stage::set(scene).await;
        let (badge, ..) = stage.earned().await;
        let (address, _) = badge_page(&stage, &badge).await;
        let at = stage.scene.cairn.clock.now() - TimeDelta::hours(1);
        let key = SigningKey::from_bytes(&[3; 32]);
        let long = signed_saying(&"Every word of it. ".repeat(1_000), &address, &key, at);
        let link = invited(&mut stage, &badge, "Example Works", "").await;
        let taken = brought(&link, long.as_bytes()).await;
        assert_eq!(taken.status, 200, "{}", taken.words());
        assert_eq!(carried(&earns(&stage, &badge, 1).await).len(), 0);
        let (_, page) = badge_page(&stage, &badge).await;
        assert!(page.words().contains("Every word of it."), "{}", page.words());
        stage.scene.end().await;
    });
}

#[test]
fn a_link_works_once_for_thirty_days_and_for_pages_of_ours_alone() {
    crate::app::block_on(async {
        let clock = Arc::new(ForwardClock::default());
        let scene = Scene::at(TestDatabase::sqlite(), clock.clone()).await;
        let mut stage = Stage::set(scene).await;
        let (badge, ..) = stage.earned().await;
        let first = invited(&mut stage, &badge, "Example Works", "").await;
        let mut elsewhere = Browser::new().unwrap();
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let posted = elsewhere
            .fetch(Method::POST, &first, &form, b"how=sign".to_vec())
            .await;
        assert_eq!(posted.unwrap().status, 403);
        // Two at once: one endorsement, and a sentence for the other one.
        let mut both = Vec::new();
        for _ in 0..2 {
            let mut stranger = Browser::new().unwrap();
            let page = stranger.get(&first).await.unwrap();
            both.push((stranger, page));
        }
        let answers =
            futures_util::future::join_all(both.into_iter().map(|(mut stranger, page)| async move {
                let form = page.form("/endorse/").unwrap();
                stranger.submit(&page, &form, &[]).await.unwrap()
            }));
        let mut statuses: Vec<u16> = answers.await.iter().map(|page| page.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 410]);
        let used = get(&first, HTML).await;
        assert!(
            used.status == 410 && used.words().contains("works once"),
            "{}",
            used.words()
        );

        let second = invited(&mut stage, &badge, "Other Works", "").await;
        let address = place(&stage, &badge);
        let page = stage.teacher.get(&address).await.unwrap();
        let form = page.form("/withdraw").unwrap();
        stage.teacher.submit(&page, &form, &[]).await.unwrap();
        let gone = get(&second, HTML).await;
        assert!(
            gone.status == 410 && gone.words().contains("has withdrawn it"),
            "{}",
            gone.words()
        );
        let third = invited(&mut stage, &badge, "Third Works", "").await;
        clock.forward(TimeDelta::days(31));
        let late = get(&third, HTML).await;
        assert!(
            late.status == 410 && late.words().contains("worked until"),
            "{}",
            late.words()
        );
        assert_eq!(get(&stage.url("/endorse/absent"), HTML).await.status, 404);
        assert_eq!(get(&stage.url("/endorser/absent"), HTML).await.status, 404);
        stage.scene.end().await;
    });
}

#[test]
fn a_key_is_handed_over_once_and_names_of_others_are_refused() {
    on_each_database(|scene| async move {
        let mut stage = Stage::set(scene).await;
        let (badge, ..) = stage.earned().await;
        let address = place(&stage, &badge);
        let page = stage.teacher.get(&address).await.unwrap();
        let form = page.form("/endorsements/invite").unwrap();
        for (name, email, said) in [
            (
                "North Coast Polytechnic careers",
                "",
                "the name of your own institution",
            ),
            ("", "", "what the body is called"),
            ("Example Works", "anna", "no e-mail address"),
        ] {
            let typed = [("name", name), ("email", email)];
            let refused = stage.teacher.submit(&page, &form, &typed).await.unwrap();
            assert_eq!(refused.status, 422, "{name}: {}", refused.words());
            assert!(refused.words().contains(said), "{said}: {}", refused.words());
        }
        let draft = stage.badge(design("A draft"), None).await;
        let address = place(&stage, &draft);
        let page = stage.teacher.get(&address).await.unwrap();
        let form = page.form("/endorsements/invite").unwrap();
        let typed = [("name", "Example Works")];
        let refused = stage.teacher.submit(&page, &form, &typed).await.unwrap();
        assert!(refused.words().contains("never turned on"), "{}", refused.words());

        let link = invited(&mut stage, &badge, "Example Works", "").await;
        let own = endorsed(&link, "").await;
        for (what, question) in [
            ("key", "delete Cairn’s copy?"),
            ("revoke", "Take the endorsement back?"),
        ] {
            let asked = done(&own, &[("what", what)]).await;
            assert!(
                asked.words().contains(question) && asked.header("content-disposition").is_none(),
                "{}",
                asked.words()
            );
        }
        let key = done(&own, TAKE_KEY).await;
        assert!(key.header("content-disposition").is_some());
        let key: Value = serde_json::from_slice(&key.body).unwrap();
        assert!(key["privateKeyJwk"]["d"].is_string());
        assert_eq!(done(&own, TAKE_KEY).await.status, 409, "it is here no more");
        let (tenant, id) = (stage.course.tenant.clone(), badge.clone());
        let kept = stage
            .scene
            .cairn
            .store
            .read(move |db| endorsements::of_badge(db, &tenant, &id));
        let kept = kept.await.unwrap().remove(0).given.unwrap().issuer.unwrap();
        assert!(kept.sealed_secret.is_none() && kept.key_taken_at.is_some());
        // Taking it back needs no key.
        let revoked = done(&own, REVOKE).await;
        assert!(revoked.words().contains("Taken back."), "{}", revoked.words());
        let domain = done(&own, &[("what", "domain"), ("domain", "127.0.0.1")]).await;
        assert!(
            domain.status == 422 && domain.words().contains("no DNS name"),
            "{}",
            domain.words()
        );
        stage.scene.end().await;
    });
}
