//! Badges of other issuers: brought by file, link and archive, looked at, kept, checked again, removed, taken along.

use std::io::{Cursor, Write as _};
use std::time::Duration;

use practice_lms::browser::{Browser, Page};
use serde_json::{Value, json};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::domain::policy::Policy;
use crate::domain::portfolio::{ForeignBadge, Holder, Standing};
use crate::domain::rule::Condition;
use crate::service::award::portfolio::checking;
use crate::service::institution::self_test::{self, Finding};
use crate::store::testing::TestDatabase;
use crate::store::{foreign_badges, looks, policies, tenants};
use crate::tests::harness::{Scene, on_each_database};
use crate::tests::picturing::two_halves;
use crate::tests::privacy::{taken, unpacked};
use crate::tests::showing::stage::{Stage, design};
use crate::web::words;

/// Another school, which hosts its badges (Open Badges 2.0).
pub(crate) struct School {
    pub(crate) site: MockServer,
}

impl School {
    pub(crate) async fn open() -> Self {
        let school = Self {
            site: MockServer::start().await,
        };
        let profile = json!({ "type": "Issuer", "id": school.at("issuer"), "name": "Harbour College" });
        school.hosts("issuer", &profile).await;
        school
    }

    fn at(&self, name: &str) -> String {
        format!("{}/{name}", self.site.uri())
    }

    async fn hosts(&self, name: &str, document: &Value) {
        let answer = ResponseTemplate::new(200).set_body_json(document);
        self.answers(name, answer).await;
    }

    async fn answers(&self, name: &str, answer: ResponseTemplate) {
        Mock::given(path(format!("/{name}")))
            .respond_with(answer)
            .mount(&self.site)
            .await;
    }

    fn badge(&self, id: &str, who: &str) -> Value {
        json!({ "@context": "https://w3id.org/openbadges/v2", "type": "Assertion", "id": self.at(id),
            "recipient": { "type": "email", "hashed": false, "identity": who }, "issuedOn": "2024-01-04T18:05:51Z",
            "badge": { "type": "BadgeClass", "id": self.at("class"), "name": "Basic welding", "description": "Joins two plates.",
                "issuer": { "id": self.at("issuer"), "name": "Harbour College" } },
            "verification": { "type": "HostedBadge" } })
    }

    /// A badge that it hosts.
    pub(crate) async fn awards(&self, id: &str, who: &str) -> Value {
        let badge = self.badge(id, who);
        self.hosts(id, &badge).await;
        badge
    }
}

pub(crate) async fn bring(student: &mut Browser, stage: &Stage, name: &str, content: &[u8]) -> Page {
    let page = student.get(&stage.inside("/elsewhere")).await.unwrap();
    let form = page.form("/elsewhere/bring").unwrap();
    let file = [("file", name, "application/octet-stream", content)];
    student.submit_files(&page, &form, &[], &file).await.unwrap()
}

async fn by_link(student: &mut Browser, stage: &Stage, fields: &[(&str, &str)]) -> Page {
    let page = student.get(&stage.inside("/elsewhere")).await.unwrap();
    let form = page.form("/elsewhere/bring").unwrap();
    student.submit(&page, &form, fields).await.unwrap()
}

/// Keeps what is ticked on the page.
pub(crate) async fn keep(student: &mut Browser, review: &Page) -> Page {
    let form = review.form("/elsewhere/keep").unwrap();
    student.submit(review, &form, &[]).await.unwrap()
}

async fn kept(stage: &Stage, n: usize) -> Vec<ForeignBadge> {
    let (tenant, person) = (stage.course.tenant.clone(), stage.person(n).await);
    let found = stage
        .scene
        .cairn
        .store
        .read(move |db| foreign_badges::of_people(db, &tenant, &[person]));
    found.await.unwrap()
}

#[track_caller]
fn reads(page: &Page, text: &str) {
    assert!(page.words().contains(text), "{text}\nis not in\n{}", page.words());
}

#[test]
fn a_badge_of_another_school_is_looked_at_kept_checked_again_and_removed() {
    on_each_database(|scene| async move {
        let (stage, school) = (Stage::set(scene).await, School::open().await);
        stage.world.share_email(0, true);
        let address = stage.world.students(stage.at)[0].email.clone();
        let badge = school.awards("1", &address).await.to_string();
        let mut student = stage.student_browser(0).await;
        let home = student.get(&stage.inside("")).await.unwrap();
        reads(&home, "Badges from elsewhere");
        let empty = student.get(&stage.inside("/elsewhere")).await.unwrap();
        reads(&empty, "None yet");

        let review = bring(&mut student, &stage, "badge.json", badge.as_bytes()).await;
        assert_eq!(review.status, 200, "{}", review.words());
        for text in [
            "Nothing is kept yet",
            "Basic welding",
            "Genuine",
            "Issued by Harbour College",
            "it is certainly yours",
        ] {
            reads(&review, text);
        }
        assert!(kept(&stage, 0).await.is_empty());
        let list = keep(&mut student, &review).await;
        reads(&list, "Kept.");
        reads(&list, "issued by Harbour College");
        let one = kept(&stage, 0).await.remove(0);
        assert_eq!((one.holder, one.standing), (Holder::Certain, Standing::Genuine));
        assert_eq!(one.says.issuer, school.at("issuer"));
        // Twice is once: what is there gives way to the newer file.
        let again = bring(&mut student, &stage, "badge.json", badge.as_bytes()).await;
        reads(&again, "You have this badge here already");
        keep(&mut student, &again).await;
        assert_eq!(kept(&stage, 0).await.len(), 1);

        // It is in the archive, byte by byte, and told there.
        let files = unpacked(&taken(&stage, 0).await.body);
        let about: Value = serde_json::from_slice(&files["about-me.json"]).unwrap();
        let told = &about["badges_from_elsewhere"][0];
        assert_eq!(told["issuer_calls_itself"], "Harbour College");
        let place = told["file_in_archive"].as_str().unwrap();
        assert_eq!(files[place], badge.as_bytes());

        // Its issuer is away: what was found stays. Then it has revoked it.
        let (cairn, tenant) = (&stage.scene.cairn, &stage.course.tenant);
        let before = kept(&stage, 0).await.remove(0);
        school.site.reset().await;
        checking::work(cairn, tenant, &before.id).await.unwrap();
        let away = kept(&stage, 0).await.remove(0);
        assert_eq!(
            (away.standing, away.checked_at),
            (Standing::Genuine, before.checked_at)
        );
        assert!(away.tried_at > before.tried_at);
        let list = student.get(&stage.inside("/elsewhere")).await.unwrap();
        reads(&list, "did not answer");
        let mut revoked = school.badge("1", &address);
        revoked["revoked"] = json!(true);
        school.hosts("1", &revoked).await;
        checking::work(cairn, tenant, &before.id).await.unwrap();
        let list = student.get(&stage.inside("/elsewhere")).await.unwrap();
        reads(&list, "Revoked");
        reads(&list, "Its issuer has taken it back.");
        let form = list.form("/check").unwrap();
        let soon = student.submit(&list, &form, &[]).await.unwrap();
        assert_eq!(soon.status, 422);
        reads(&soon, "less than a minute ago");

        let form = list.form("/remove").unwrap();
        let gone = student.submit(&list, &form, &[]).await.unwrap();
        reads(&gone, "Removed, with its file.");
        assert!(kept(&stage, 0).await.is_empty());
        stage.scene.end().await;
    });
}

#[test]
fn other_sites_are_asked_so_often_a_day_and_then_by_nobody_until_the_next() {
    on_each_database(|scene| async move {
        let (stage, school) = (Stage::set(scene).await, School::open().await);
        stage.world.share_email(0, true);
        let address = stage.world.students(stage.at)[0].email.clone();
        let badge = school.awards("1", &address).await.to_string();
        let mut student = stage.student_browser(0).await;
        let review = bring(&mut student, &stage, "badge.json", badge.as_bytes()).await;
        keep(&mut student, &review).await;
        let (before, now) = (kept(&stage, 0).await.remove(0), stage.scene.cairn.clock.now());
        let long_ago = now - chrono::TimeDelta::minutes(5);
        let store = &stage.scene.cairn.store;
        let tried = store.write(move |db| foreign_badges::checked(db, &before, None, long_ago));
        tried.await.unwrap();
        let one = kept(&stage, 0).await.remove(0);
        let use_up = |kind: &'static str| {
            let (tenant, now) = (stage.course.tenant.clone(), stage.scene.cairn.clock.now());
            let store = &stage.scene.cairn.store;
            store.write(move |db| {
                let day = tenants::zone(db, &tenant)?.day(now);
                looks::take(db, &tenant, kind, day, 1_000, &[(tenant.as_str(), 600)])
            })
        };
        let used = [use_up("asked").await.unwrap(), use_up("planned").await.unwrap()];
        assert_eq!(
            used,
            [598, 600],
            "the look before it was kept, and the one when it was"
        );
        let asked = || async { school.site.received_requests().await.unwrap().len() };
        let before = asked().await;
        let page = bring(&mut student, &stage, "badge.json", badge.as_bytes()).await;
        reads(&page, "that is used up for today");
        reads(&page, "Nothing of this can be kept.");
        let list = student.get(&stage.inside("/elsewhere")).await.unwrap();
        let form = list.form("/check").unwrap();
        let again = student.submit(&list, &form, &[]).await.unwrap();
        assert_eq!(again.status, 422);
        reads(&again, "that is used up for today");
        checking::work(&stage.scene.cairn, &one.tenant, &one.id)
            .await
            .unwrap();
        assert_eq!(asked().await, before, "nobody was asked");
        assert_eq!(kept(&stage, 0).await, [one], "the last verdict stays");
        stage.scene.end().await;
    });
}

#[test]
fn what_is_forged_revoked_over_of_others_or_not_to_be_had_is_not_kept() {
    crate::app::block_on(async {
        let scene = Scene::on(TestDatabase::sqlite()).await;
        let (stage, school) = (Stage::set(scene).await, School::open().await);
        stage.world.share_email(0, true);
        let address = stage.world.students(stage.at)[0].email.clone();
        let mut student = stage.student_browser(0).await;
        school.awards("1", "somebody@else.example").await;
        let mut revoked = school.badge("2", &address);
        revoked["revoked"] = json!(true);
        school.hosts("2", &revoked).await;
        let gone = school.badge("3", &address);
        let large = vec![b' '; 30_000_000];
        let forged = school.badge("1", &address).to_string();
        for (content, says) in [
            (forged.as_bytes(), "This badge is not genuine"),
            (revoked.to_string().as_bytes(), "taken this badge back"),
            (gone.to_string().as_bytes(), "could not be confirmed now"),
            (
                school.badge("1", "somebody@else.example").to_string().as_bytes(),
                "held under another e-mail address",
            ),
            (b"{\"a\":1}".as_slice(), "This is not a badge"),
        ] {
            let review = bring(&mut student, &stage, "badge.json", content).await;
            assert_eq!(review.status, 200, "{}", review.words());
            reads(&review, says);
            reads(&review, "Nothing of this can be kept.");
        }
        for (content, says) in [
            (large.as_slice(), "Nothing was kept"),
            (b"PK\x03\x04 broken".as_slice(), "The ZIP file cannot be used"),
        ] {
            let refused = bring(&mut student, &stage, "badge.zip", content).await;
            assert_eq!(refused.status, 422, "{}", refused.words());
            reads(&refused, says);
        }
        // Nobody keeps by a form of their own what was not to be kept.
        let review = bring(&mut student, &stage, "badge.json", forged.as_bytes()).await;
        let form = review.form("/elsewhere/keep").unwrap();
        let refused = student.submit(&review, &form, &[("keep", "0")]).await.unwrap();
        assert_eq!(refused.status, 422);
        reads(&refused, "Nothing was kept");
        assert!(kept(&stage, 0).await.is_empty());
        stage.scene.end().await;
    });
}

#[test]
fn an_expired_badge_is_kept_as_expired_and_only_where_it_is_ticked() {
    crate::app::block_on(async {
        let scene = Scene::on(TestDatabase::sqlite()).await;
        let (stage, school) = (Stage::set(scene).await, School::open().await);
        stage.world.share_email(0, true);
        let mut over = school.badge("1", &stage.world.students(stage.at)[0].email);
        over["expires"] = json!("2025-01-01T00:00:00Z");
        school.hosts("1", &over).await;
        let mut student = stage.student_browser(0).await;
        // Baked into a picture, as many have theirs.
        let baked = openbadges::bake::bake_png(&two_halves(), &over.to_string()).unwrap();
        let review = bring(&mut student, &stage, "badge.png", &baked).await;
        reads(&review, "Expired");
        let none = keep(&mut student, &review).await;
        assert_eq!(none.status, 422, "it is not ticked by itself: {}", none.words());
        let form = review.form("/elsewhere/keep").unwrap();
        student.submit(&review, &form, &[("keep", "0")]).await.unwrap();
        assert_eq!(kept(&stage, 0).await.remove(0).standing, Standing::Expired);
        stage.scene.end().await;
    });
}

#[test]
fn a_link_leads_to_the_badge_by_what_its_page_says_and_a_host_that_hangs_is_left() {
    crate::app::block_on(async {
        let scene = Scene::on(TestDatabase::sqlite()).await;
        let (stage, school) = (Stage::set(scene).await, School::open().await);
        stage.world.share_email(0, true);
        let mut student = stage.student_browser(0).await;
        school.awards("1", "ada@private.example").await;
        let page =
            "<!doctype html><link rel=\"alternate\" type=\"application/json\" href=\"/1\"><h1>A badge</h1>";
        let answer = ResponseTemplate::new(200).set_body_raw(page, "text/html");
        school.answers("page", answer).await;
        let slow = ResponseTemplate::new(200).set_delay(Duration::from_secs(60));
        school.answers("slow", slow).await;

        for odd in ["ftp://x.example/1", "no link"] {
            let refused = by_link(&mut student, &stage, &[("link", odd)]).await;
            assert_eq!(refused.status, 422);
            reads(&refused, "This is not a link to a badge");
        }
        for (link, says) in [
            (school.at("slow"), "There was no answer from that address"),
            (school.at("none"), "There was no answer from that address"),
            (
                "https://169.254.169.254/1".to_owned(),
                "There was no answer from that address",
            ),
            (school.at("page"), "held under another e-mail address"),
        ] {
            let review = by_link(&mut student, &stage, &[("link", link.as_str())]).await;
            assert_eq!(review.status, 200, "{}", review.words());
            reads(&review, says);
        }
        // Who knows the address that it was issued to says that it is theirs.
        let fields = [
            ("link", school.at("page")),
            ("address", "ada@private.example".to_owned()),
        ];
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let review = by_link(&mut student, &stage, &fields).await;
        reads(&review, "You say that it is yours");
        keep(&mut student, &review).await;
        let one = kept(&stage, 0).await.remove(0);
        assert_eq!(one.holder, Holder::Claimed);
        assert_eq!(one.source, Some(school.at("page")));
        stage.scene.end().await;
    });
}

#[test]
fn an_archive_brings_many_at_once_and_says_what_each_is() {
    crate::app::block_on(async {
        let scene = Scene::on(TestDatabase::sqlite()).await;
        let (stage, school) = (Stage::set(scene).await, School::open().await);
        stage.world.share_email(0, true);
        let address = stage.world.students(stage.at)[0].email.clone();
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for n in 0..6 {
            let badge = school.awards(&n.to_string(), &address).await;
            let options = zip::write::SimpleFileOptions::default();
            archive.start_file(format!("badges/{n}.json"), options).unwrap();
            archive.write_all(badge.to_string().as_bytes()).unwrap();
        }
        let options = zip::write::SimpleFileOptions::default();
        archive.start_file("notes.json", options).unwrap();
        archive.write_all(b"{\"no\":\"badge\"}").unwrap();
        let packed = archive.finish().unwrap().into_inner();
        let mut student = stage.student_browser(0).await;
        let review = bring(&mut student, &stage, "export.zip", &packed).await;
        assert_eq!(review.status, 200, "{}", review.words());
        reads(&review, "notes.json");
        let form = review.form("/elsewhere/keep").unwrap();
        // All but the last.
        let fields: Vec<(String, String)> = form
            .filled(&[])
            .into_iter()
            .filter(|(name, value)| name != "keep" || value != "5")
            .collect();
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let to = review.url.join(&form.action).unwrap();
        student.post(to.as_str(), &fields).await.unwrap();
        let there = kept(&stage, 0).await;
        assert_eq!(
            there.len(),
            5,
            "{:?}",
            there.iter().map(|one| &one.file.name).collect::<Vec<_>>()
        );
        assert!(kept(&stage, 1).await.is_empty());
        stage.scene.end().await;
    });
}

#[test]
fn a_badge_of_a_named_issuer_counts_where_the_institution_allows_it() {
    on_each_database(|scene| async move {
        let (mut stage, school) = (Stage::set(scene).await, School::open().await);
        stage.world.share_email(0, true);
        let address = stage.world.students(stage.at)[0].email.clone();
        let rule = Condition::ExternalBadge {
            issuer: school.at("issuer"),
            name: "Harbour College".to_owned(),
            achievement: None,
        };
        let badge = stage.badge(design("Welder"), Some(vec![rule])).await;
        let person = stage.person(0).await;
        let brought = school.awards("1", &address).await.to_string();
        let mut student = stage.student_browser(0).await;
        let review = bring(&mut student, &stage, "badge.json", brought.as_bytes()).await;
        keep(&mut student, &review).await;
        stage.settled().await;
        assert!(
            stage.latest(&badge, &person).await.is_none(),
            "nobody has allowed it"
        );
        let builder = stage.inside(&format!("/badges/{badge}/rule"));
        let page = stage.teacher.get(&builder).await.unwrap();
        reads(&page, "lets no badges of other issuers count");
        assert!(!page.text().contains(":external\""), "it is not offered");
        let tried = stage.inside(&format!("/badges/{badge}/preview"));
        reads(
            &stage.teacher.get(&tried).await.unwrap(),
            "lets no badges of other issuers count",
        );
        let (tenant, now) = (stage.course.tenant.clone(), stage.scene.cairn.clock.now());
        let allowed = Policy {
            external_badges: true,
            ..Policy::default()
        };
        let set = stage
            .scene
            .cairn
            .store
            .write(move |db| policies::set(db, &tenant, &allowed, now));
        set.await.unwrap();
        let page = stage.teacher.get(&builder).await.unwrap();
        assert!(page.text().contains(":external\""), "{}", page.words());
        assert!(
            !page.words().contains("can be known as theirs"),
            "{}",
            page.words()
        );
        let again = bring(&mut student, &stage, "badge.json", brought.as_bytes()).await;
        keep(&mut student, &again).await;
        let (_, credential) = stage.awarded(&badge, 0).await;
        assert!(
            !credential.document.contains("Basic welding"),
            "it is not re-issued as ours"
        );
        let decision = stage.inside(&format!("/badges/{badge}/people/{person}"));
        let page = stage.teacher.get(&decision).await.unwrap();
        reads(&page, "Basic welding of Harbour College, checked on");
        stage.scene.end().await;
    });
}

#[test]
fn where_no_addresses_are_told_the_builder_and_the_self_test_say_what_mends_it() {
    crate::app::block_on(async {
        let scene = Scene::on(TestDatabase::sqlite()).await;
        scene.moodle.world().share_email(0, false);
        let mut stage = Stage::set(scene).await;
        let rule = Condition::ExternalBadge {
            issuer: "https://harbour.example/issuer".to_owned(),
            name: "Harbour College".to_owned(),
            achievement: None,
        };
        let badge = stage.badge(design("Welder"), Some(vec![rule])).await;
        let (tenant, now) = (stage.course.tenant.clone(), stage.scene.cairn.clock.now());
        let allowed = Policy {
            external_badges: true,
            ..Policy::default()
        };
        let set = stage
            .scene
            .cairn
            .store
            .write(move |db| policies::set(db, &tenant, &allowed, now));
        set.await.unwrap();
        let builder = stage.inside(&format!("/badges/{badge}/rule"));
        reads(
            &stage.teacher.get(&builder).await.unwrap(),
            "no badge of another issuer can be known as theirs",
        );
        let (cairn, course) = (&stage.scene.cairn, &stage.course);
        let report = self_test::run(cairn, &course.tenant, &course.registration)
            .await
            .unwrap();
        let told = |one: &&Finding| matches!(one, Finding::SharesNoEmails);
        let found = report.findings.iter().find(told).expect("it is found");
        let advice = words::self_test::advice(found, &report.registration).unwrap();
        assert!(advice.contains("Share launcher's email with tool"), "{advice}");
        stage.scene.end().await;
    });
}

#[test]
fn nobody_reaches_what_another_one_brought() {
    crate::app::block_on(async {
        let scene = Scene::on(TestDatabase::sqlite()).await;
        let (stage, school) = (Stage::set(scene).await, School::open().await);
        stage.world.share_email(0, true);
        let address = stage.world.students(stage.at)[0].email.clone();
        let badge = school.awards("1", &address).await.to_string();
        let mut student = stage.student_browser(0).await;
        let review = bring(&mut student, &stage, "badge.json", badge.as_bytes()).await;
        keep(&mut student, &review).await;
        let id = kept(&stage, 0).await.remove(0).id;
        let mut other = stage.student_browser(1).await;
        let page = other.get(&stage.inside("/elsewhere")).await.unwrap();
        reads(&page, "None yet");
        let csrf = page.form("/elsewhere/bring").unwrap();
        let csrf = csrf.value("csrf").unwrap().to_owned();
        for what in ["check", "remove"] {
            let to = stage.inside(&format!("/elsewhere/{id}/{what}"));
            let refused = other.post(&to, &[("csrf", &csrf)]).await.unwrap();
            assert_eq!(refused.status, 404, "{what}: {}", refused.words());
        }
        assert_eq!(kept(&stage, 0).await.len(), 1);
        stage.scene.end().await;
    });
}
