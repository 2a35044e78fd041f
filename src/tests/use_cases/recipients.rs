//! Whose a badge is: the LMS's identity of the holder, salted and hashed, and a random identifier; never name or e-mail, but
//! for a salted hash of the address where its holder wants one.

use std::collections::HashSet;

use chrono::DateTime;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{Bench, benches_of};
use crate::clock::Clock as _;
use crate::domain::audit::Action;
use crate::domain::credential::Credential;
use crate::domain::keys::{IssuerKey, KeyKind, KeyState};
use crate::domain::page::Page;
use crate::domain::policy::Policy;
use crate::domain::rule::Condition;
use crate::domain::zone::Zone;
use crate::ids::BadgeId;
use crate::service::base::institutions;
use crate::service::base::session::Visitor;
use crate::service::credential::email_hash;
use crate::service::credential::reissuing::{Wish, set_says};
use crate::service::credential::withdrawing;
use crate::service::institution::administrators::Operator;
use crate::store::testing::shortcuts::logged;
use crate::store::{people, policies};
use lti::registration::Flavour;
use openbadges::credential::IdentityObject;
use openbadges::verify::{CheckKind, Outcome, verify_file_of};
use openbadges::{jwt, recipient};

/// What was signed for the student whom the LMS calls `sub`.
async fn signed(bench: &Bench, badge: &BadgeId, sub: &str) -> String {
    let person = bench.person(sub).await;
    let award = bench.holders(badge).await.remove(&person).unwrap();
    bench.credential(&award).await.document
}

async fn bench_with_two_badges(bench: &Bench) -> [BadgeId; 2] {
    bench.check().await;
    let now = || Condition::NotBefore {
        at: DateTime::UNIX_EPOCH,
        zone: Zone::UTC,
    };
    let made = [
        bench.badge_when("Here", now()).await,
        bench.badge_when("Here again", now()).await,
    ];
    bench.work(&bench.cairn).await;
    made
}

fn sha256_of(text: &str) -> String {
    format!("sha256${}", hex::encode(Sha256::digest(text.as_bytes())))
}

#[tokio::test]
async fn the_hash_in_a_badge_is_that_of_issuer_sub_and_salt() {
    for flavour in [Flavour::Moodle, Flavour::Canvas] {
        for bench in benches_of(flavour, |_| {}).await {
            let [badge, _] = bench_with_two_badges(&bench).await;
            let mut salts = HashSet::new();
            for student in &bench.world.students(bench.at)[..3] {
                let document: Value =
                    serde_json::from_str(&signed(&bench, &badge, &student.sub).await).unwrap();
                let identifiers = document["credentialSubject"]["identifier"].as_array().unwrap();
                assert_eq!(identifiers.len(), 1, "{document}");
                let identity = &identifiers[0];
                let salt = identity["salt"].as_str().unwrap();
                assert_eq!(hex::decode(salt).unwrap().len(), 16);
                assert!(salts.insert(salt.to_owned()), "each has a salt of their own");
                let plain = format!("{}#{}", bench.world.issuer(), student.sub);
                assert_eq!(identity["identityHash"], sha256_of(&format!("{plain}{salt}")));
                assert_eq!(identity["hashed"], true);
                assert_eq!(identity["identityType"], "ltiUserId");
            }
        }
    }
}

#[tokio::test]
async fn one_person_is_one_subject_in_all_badges_of_an_issuer_and_two_are_two() {
    for bench in benches_of(Flavour::Moodle, |_| {}).await {
        let badges = bench_with_two_badges(&bench).await;
        let students = bench.world.students(bench.at);
        let mut subjects = HashSet::new();
        for student in &students[..3] {
            let mut of_one = HashSet::new();
            let mut hashes = HashSet::new();
            for badge in &badges {
                let document: Value =
                    serde_json::from_str(&signed(&bench, badge, &student.sub).await).unwrap();
                let subject = &document["credentialSubject"];
                let id = subject["id"].as_str().unwrap();
                let uuid = uuid::Uuid::parse_str(id.strip_prefix("urn:uuid:").unwrap()).unwrap();
                assert_eq!(uuid.get_version_num(), 4, "random: it says nothing of when");
                of_one.insert(id.to_owned());
                hashes.insert(subject["identifier"][0]["identityHash"].to_string());
            }
            assert_eq!((of_one.len(), hashes.len()), (1, 1), "{of_one:?}");
            subjects.extend(of_one);
        }
        assert_eq!(subjects.len(), 3);
    }
}

#[tokio::test]
async fn neither_name_nor_e_mail_is_signed_although_the_lms_shares_both() {
    for flavour in [Flavour::Moodle, Flavour::Canvas] {
        for bench in benches_of(flavour, |_| {}).await {
            let badges = bench_with_two_badges(&bench).await;
            for student in &bench.world.students(bench.at)[..3] {
                let (tenant, id) = (bench.course.tenant.clone(), bench.person(&student.sub).await);
                let known = bench.cairn.store.read(move |db| people::get(db, &tenant, &id));
                let known = known.await.unwrap().unwrap();
                assert_eq!(known.name.as_ref(), Some(&student.name), "the LMS shares it");
                assert_eq!(known.email.as_ref(), Some(&student.email), "the LMS shares it");
                let (account, _) = student.email.split_once('@').unwrap();
                let family = student.name.split(' ').next_back().unwrap();
                for badge in &badges {
                    let document = signed(&bench, badge, &student.sub).await.to_lowercase();
                    for private in [student.name.as_str(), student.email.as_str(), account, family] {
                        assert!(
                            !document.contains(&private.to_lowercase()),
                            "{private} in {document}"
                        );
                    }
                    assert_eq!(
                        document.matches('@').count(),
                        1,
                        "that of @context alone: {document}"
                    );
                }
            }
        }
    }
}

/// The hashes of addresses in what was signed: the same in both forms.
fn addresses(credential: &Credential) -> Vec<IdentityObject> {
    let of = |form: &Value| -> Vec<IdentityObject> {
        let all = form["credentialSubject"]["identifier"].clone();
        let all: Vec<IdentityObject> = serde_json::from_value(all).unwrap();
        assert_eq!(all[0].identity_type, "ltiUserId", "it stands first, as ever");
        all.into_iter()
            .filter(|one| one.identity_type == recipient::EMAIL)
            .collect()
    };
    let document: Value = serde_json::from_str(&credential.document).unwrap();
    let token = jwt::read(credential.token.as_ref().unwrap().as_bytes()).unwrap();
    assert_eq!(of(&document), of(&token.credential()));
    of(&document)
}

/// What was signed of a badge for the student whom the LMS calls `sub`.
async fn credential(bench: &Bench, badge: &BadgeId, sub: &str) -> Credential {
    let person = bench.person(sub).await;
    let award = bench.holders(badge).await.remove(&person).unwrap();
    bench.credential(&award).await
}

/// One more badge that everybody earns at once.
async fn another(bench: &Bench, name: &str) -> BadgeId {
    let at = DateTime::UNIX_EPOCH;
    let badge = bench
        .badge_when(name, Condition::NotBefore { at, zone: Zone::UTC })
        .await;
    bench.work(&bench.cairn).await;
    badge
}

async fn with_minors(bench: &Bench, minors: bool) {
    let (tenant, now) = (bench.course.tenant.clone(), bench.clock.now());
    let policy = Policy {
        minors,
        ..Policy::default()
    };
    let set = bench
        .cairn
        .store
        .write(move |db| policies::set(db, &tenant, &policy, now));
    set.await.unwrap();
}

/// What verifiers say of a badge when somebody names an address.
async fn told(bench: &Bench, credential: &Credential, address: &str) -> (Outcome, Option<bool>) {
    let (web, now) = (bench.web(credential).await, bench.clock.now());
    let verdict = verify_file_of(credential.document.as_bytes(), &web, now, Some(address));
    let asked = verdict
        .checks
        .iter()
        .find(|check| check.kind == CheckKind::Recipient);
    let holds = asked.unwrap().failure.as_ref();
    (
        verdict.outcome(),
        holds.map(openbadges::verify::Failure::is_unchecked),
    )
}

#[tokio::test]
async fn a_hash_of_the_address_is_in_new_badges_while_their_holder_wants_it() {
    for flavour in [Flavour::Moodle, Flavour::Canvas] {
        for bench in benches_of(flavour, |_| {}).await {
            let [first, _] = bench_with_two_badges(&bench).await;
            let students = bench.world.students(bench.at);
            let (ada, ben) = (&students[0], &students[1]);
            let visitor = bench.learner(ada).await;
            let none = credential(&bench, &first, &ada.sub).await;
            assert_eq!(addresses(&none), [], "off at first");
            // Nothing is said of an address by a badge that keeps none.
            assert_eq!(
                told(&bench, &none, &ada.email).await,
                (Outcome::Unknown, Some(true))
            );

            for _ in 0..2 {
                email_hash::choose(&bench.cairn, &visitor, true).await.unwrap();
            }
            let chosen = email_hash::chosen(&bench.cairn, &visitor).await.unwrap();
            assert_eq!(chosen.since, Some(bench.clock.now()));
            assert_eq!(chosen.address.as_ref(), Ok(&ada.email));
            let (second, third) = (another(&bench, "Second").await, another(&bench, "Third").await);
            let with = credential(&bench, &second, &ada.sub).await;
            let [hash]: [IdentityObject; 1] = addresses(&with).try_into().unwrap();
            let salt = hash.salt.clone().unwrap();
            assert_eq!(hex::decode(&salt).unwrap().len(), 16);
            let small = ada.email.to_lowercase();
            assert_eq!(hash.identity_hash, sha256_of(&format!("{small}{salt}")));
            assert!(
                !with.document.to_lowercase().contains(&small),
                "{}",
                with.document
            );
            let again = addresses(&credential(&bench, &third, &ada.sub).await).remove(0);
            assert_ne!(again.salt, hash.salt, "each badge has a salt of its own");
            for (address, expected) in [
                (small.as_str(), (Outcome::Valid, None)),
                (ada.email.to_uppercase().as_str(), (Outcome::Valid, None)),
                (ben.email.as_str(), (Outcome::Invalid, Some(false))),
            ] {
                assert_eq!(told(&bench, &with, address).await, expected, "{address}");
            }
            // It is one person's choice, and what was signed before stays as it is.
            assert_eq!(addresses(&credential(&bench, &second, &ben.sub).await), []);
            assert_eq!(credential(&bench, &first, &ada.sub).await, none);
            assert_eq!(subject(&with), subject(&none));

            // Another address: what was signed keeps its own.
            bench.world.change_email(ada.id, "Ada.Anew@Example.EDU");
            bench.check().await;
            let fourth = another(&bench, "Fourth").await;
            let anew = credential(&bench, &fourth, &ada.sub).await;
            assert_eq!(
                told(&bench, &anew, "ada.anew@example.edu").await.0,
                Outcome::Valid
            );
            assert_eq!(told(&bench, &anew, &small).await.0, Outcome::Invalid);
            assert_eq!(told(&bench, &with, &small).await.0, Outcome::Valid);

            for _ in 0..2 {
                email_hash::choose(&bench.cairn, &visitor, false).await.unwrap();
            }
            let fifth = another(&bench, "Fifth").await;
            assert_eq!(addresses(&credential(&bench, &fifth, &ada.sub).await), []);
            assert_eq!(credential(&bench, &second, &ada.sub).await, with);
            let tenant = bench.course.tenant.clone();
            let log = bench
                .cairn
                .store
                .read(move |db| logged(db, &tenant, Page::first(500)));
            let mut log = log.await.unwrap();
            log.retain(|one| one.known() == Some(Action::EmailHashChosen));
            let mut details: Vec<String> = log.iter().map(|one| one.detail.to_string()).collect();
            // Both were chosen at the same moment.
            details.sort();
            assert_eq!(details, [r#"{"on":false}"#, r#"{"on":true}"#], "each once");
        }
    }
}

/// The random identifier of the holder in what was signed.
fn subject(credential: &Credential) -> Value {
    let document: Value = serde_json::from_str(&credential.document).unwrap();
    document["credentialSubject"]["id"].clone()
}

#[tokio::test]
async fn where_students_are_minors_or_have_no_address_none_is_signed() {
    for bench in benches_of(Flavour::Moodle, |_| {}).await {
        bench_with_two_badges(&bench).await;
        let student = bench.world.students(bench.at).remove(0);
        let visitor = bench.learner(&student).await;
        email_hash::choose(&bench.cairn, &visitor, true).await.unwrap();
        with_minors(&bench, true).await;
        let badge = another(&bench, "Of a minor").await;
        let signed = credential(&bench, &badge, &student.sub).await;
        assert_eq!(addresses(&signed), [], "whatever was chosen before");
        let refused = email_hash::choose(&bench.cairn, &visitor, true)
            .await
            .unwrap_err();
        assert_eq!(refused.code(), "email-hash.minors");
        let award = bench.holders(&badge).await.remove(&visitor.person.id).unwrap();
        let refused = set_says(&bench.cairn, &visitor, &award.id, wish(true))
            .await
            .unwrap_err();
        assert_eq!(refused.code(), "email-hash.minors");
        // Switching it off is always possible.
        email_hash::choose(&bench.cairn, &visitor, false).await.unwrap();

        with_minors(&bench, false).await;
        let mut nameless = visitor.clone();
        nameless.person.email = None;
        let refused = email_hash::choose(&bench.cairn, &nameless, true)
            .await
            .unwrap_err();
        assert_eq!(refused.code(), "email-hash.no-address");
        let refused = set_says(&bench.cairn, &nameless, &award.id, wish(true))
            .await
            .unwrap_err();
        assert_eq!(refused.code(), "email-hash.no-address");
        let mut acting: Visitor = visitor.clone();
        acting.session.masquerade = true;
        assert!(email_hash::choose(&bench.cairn, &acting, true).await.is_err());
        let chosen = email_hash::chosen(&bench.cairn, &visitor).await.unwrap();
        assert_eq!(chosen.since, None);
        assert_eq!(
            credential(&bench, &badge, &student.sub).await,
            signed,
            "nothing was changed"
        );
    }
}

#[tokio::test]
async fn whatever_is_signed_anew_where_students_are_minors_by_then_says_nothing_of_an_address() {
    for bench in benches_of(Flavour::Moodle, |_| {}).await {
        bench.check().await;
        let student = bench.world.students(bench.at).remove(0);
        let visitor = bench.learner(&student).await;
        email_hash::choose(&bench.cairn, &visitor, true).await.unwrap();
        let graded = bench.badge().await;
        bench.grade(student.id, Some("95"));
        bench.check().await;
        bench.decide(&graded).await;
        let other = another(&bench, "Other").await;
        for badge in [&graded, &other] {
            let issued = credential(&bench, badge, &student.sub).await;
            assert_eq!(addresses(&issued).len(), 1);
        }
        with_minors(&bench, true).await;
        bench.clock.advance(chrono::TimeDelta::hours(1));

        // The box of its holder's form is still ticked.
        let award = bench.holders(&graded).await.remove(&visitor.person.id).unwrap();
        let wish = Wish {
            grades: false,
            ..wish(true)
        };
        assert!(set_says(&bench.cairn, &visitor, &award.id, wish).await.unwrap());
        let anew = bench.credential(&award).await;
        assert_eq!(addresses(&anew), []);
        let nothing = (Outcome::Unknown, Some(true));
        assert_eq!(told(&bench, &anew, &student.email).await, nothing);
        let tenant = bench.course.tenant.clone();
        let of = tenant.clone();
        let log = bench
            .cairn
            .store
            .read(move |db| logged(db, &of, Page::first(500)));
        let log = log.await.unwrap();
        let entry = log
            .iter()
            .find(|one| one.known() == Some(Action::CredentialReissued));
        let detail = entry.unwrap().detail.to_string();
        assert!(detail.contains(r#""email":false"#), "{detail}");

        // Nobody asked its holder when a key is withdrawn.
        let (_, keys) = institutions::issuer_keys(&bench.cairn).await.unwrap().remove(0);
        let signs = |key: &&IssuerKey| key.kind == KeyKind::Ed25519 && key.state == KeyState::Active;
        let key = keys.iter().find(signs).unwrap();
        withdrawing::withdraw(&bench.cairn, Operator::CommandLine, &tenant, &key.id, "Lost.")
            .await
            .unwrap();
        bench.work(&bench.cairn).await;
        let anew = credential(&bench, &other, &student.sub).await;
        assert_eq!(addresses(&anew), []);
        assert_eq!(told(&bench, &anew, &student.email).await, nothing);
    }
}

#[tokio::test]
async fn a_hash_keeps_its_address_when_its_badge_is_signed_anew_for_something_else() {
    for bench in benches_of(Flavour::Moodle, |_| {}).await {
        bench.check().await;
        let student = bench.world.students(bench.at).remove(0);
        email_hash::choose(&bench.cairn, &bench.learner(&student).await, true)
            .await
            .unwrap();
        let badge = bench.badge().await;
        bench.grade(student.id, Some("95"));
        bench.check().await;
        bench.decide(&badge).await;
        let issued = credential(&bench, &badge, &student.sub).await;
        bench.world.change_email(student.id, "Ada.Anew@Example.EDU");
        bench.check().await;
        let visitor = bench.learner(&student).await;
        let award = bench.holders(&badge).await.remove(&visitor.person.id).unwrap();
        for (email, address) in [
            (true, Some(student.email.as_str())),
            (false, None),
            (true, Some("ada.anew@example.edu")),
        ] {
            bench.clock.advance(chrono::TimeDelta::hours(1));
            let wish = Wish {
                grades: false,
                ..wish(email)
            };
            assert!(set_says(&bench.cairn, &visitor, &award.id, wish).await.unwrap());
            let anew = bench.credential(&award).await;
            assert_eq!(addresses(&anew).len(), usize::from(email));
            if let Some(address) = address {
                assert_eq!(told(&bench, &anew, address).await.0, Outcome::Valid, "{address}");
                let is_old = addresses(&anew) == addresses(&issued);
                assert_eq!(is_old, address == student.email);
            }
        }
    }
}

fn wish(email: bool) -> Wish {
    Wish {
        grades: true,
        work: true,
        address: false,
        email,
    }
}

#[tokio::test]
async fn a_badge_that_one_has_is_signed_anew_with_a_hash_of_the_address_and_without() {
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        let [badge, other] = bench_with_two_badges(&bench).await;
        let student = bench.world.students(bench.at).remove(0);
        let visitor = bench.learner(&student).await;
        let award = bench.holders(&badge).await.remove(&visitor.person.id).unwrap();
        let issued = bench.credential(&award).await;
        let untouched = credential(&bench, &other, &student.sub).await;
        let mut salts = HashSet::new();
        for said in [true, false, true] {
            bench.clock.advance(chrono::TimeDelta::hours(1));
            let signed = set_says(&bench.cairn, &visitor, &award.id, wish(said)).await;
            assert!(signed.unwrap());
            let anew = bench.credential(&award).await;
            let hashes = addresses(&anew);
            assert_eq!(hashes.len(), usize::from(said));
            salts.extend(hashes.into_iter().filter_map(|one| one.salt));
            let expected = if said { Outcome::Valid } else { Outcome::Unknown };
            assert_eq!(told(&bench, &anew, &student.email).await.0, expected);
            assert_eq!(
                (anew.slug.as_str(), subject(&anew)),
                (issued.slug.as_str(), subject(&issued))
            );
            let again = set_says(&bench.cairn, &visitor, &award.id, wish(said)).await;
            assert!(!again.unwrap(), "nothing to change, nothing signed");
        }
        assert_eq!(salts.len(), 2, "a salt of its own each time");
        // It is said of this badge alone.
        assert_eq!(credential(&bench, &other, &student.sub).await, untouched);
        let chosen = email_hash::chosen(&bench.cairn, &visitor).await.unwrap();
        assert_eq!(chosen.since, None);
    }
}
