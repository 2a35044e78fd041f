//! A file that was handed in: its digest in the signed badge, and the link to it.

use std::sync::Arc;

use bytes::Bytes;
use chrono::TimeDelta;
use futures_util::TryStreamExt as _;
use rust_decimal::Decimal;
use sha2::{Digest as _, Sha256};

use super::benches;
use crate::clock::Clock as _;
use crate::domain::course::Opens;
use crate::domain::evidence::SubmissionState;
use crate::domain::rule::Condition;
use crate::service::award::evidence::{self, Answer, HandIn};
use crate::service::award::files;
use crate::service::award::shares;
use crate::service::award::uploads::Receiving;
use crate::service::base::error::ErrorKind;
use crate::service::base::session::Visitor;
use crate::service::course::links::{self, Choice};
use crate::service::credential::publish::read;
use crate::service::credential::reissuing::{Wish, says, set_says};
use crate::store::submissions;
use crate::web::words::errors;
use openbadges::jwt;
use openbadges::verify::verify;

#[tokio::test]
async fn the_digest_of_the_file_stands_in_the_signed_evidence_and_its_link_lives_a_minute() {
    for bench in benches().await {
        bench.check().await;
        let link = bench.link("Report", None).await;
        let choice = Choice::Activity {
            title: "Report".into(),
            instructions: String::new(),
            maximum: Decimal::TEN,
        };
        let teacher = bench.instructor().await;
        let opens = links::choose(&bench.cairn, &teacher, &link, choice)
            .await
            .unwrap();
        let Opens::Activity { activity } = opens else {
            panic!("{opens:?}")
        };
        let approved = Condition::EvidenceApproved {
            activity: activity.clone(),
        };
        let badge = bench.badge_when("Reporter", approved).await;
        bench.work(&bench.cairn).await;

        let student = bench.world.students(bench.at).remove(0);
        let content = b"%PDF-1.7\nwhat a student wrote\n".as_slice();
        let visitor = bench.learner(&student).await;
        let file = HandIn {
            file: super::sent(&bench.cairn, &visitor, &activity, "report.pdf", content).await,
            ..HandIn::default()
        };
        evidence::hand_in(&bench.cairn, &visitor, &activity, file)
            .await
            .unwrap();
        let (tenant, person) = (bench.course.tenant.clone(), visitor.person.id.clone());
        let latest = bench
            .cairn
            .store
            .read(move |db| submissions::latest(db, &tenant, &activity, &person));
        let submission = latest.await.unwrap().unwrap();

        let stored = submission.artefact.file.clone().unwrap();
        let address = files::address(&bench.cairn, &bench.course.tenant, &stored, false);
        let ticket = address.strip_prefix("/f/").unwrap();
        bench.clock.advance(TimeDelta::seconds(59));
        let (_, size, bytes) = files::open(&bench.cairn, ticket).await.unwrap();
        let bytes: Vec<Bytes> = bytes.try_collect().await.unwrap();
        assert_eq!((size, bytes.concat().as_slice()), (content.len() as u64, content));
        bench.clock.advance(TimeDelta::seconds(2));
        let late = files::open(&bench.cairn, ticket).await.err().unwrap();
        assert_eq!(late.kind(), ErrorKind::Conflict);
        assert_eq!(late.code(), "file.link-over");
        let said = errors::sentence(&late);
        assert!(said.contains("Open the page it was on again"), "{said}");

        let answer = Answer {
            state: SubmissionState::Approved,
            message: String::new(),
            score: None,
        };
        evidence::review(&bench.cairn, &teacher, &submission.id, answer, None)
            .await
            .unwrap();
        bench.work(&bench.cairn).await;
        let holders = bench.holders(&badge).await;
        let credential = bench.credential(&holders[&visitor.person.id]).await;
        let signed: serde_json::Value = serde_json::from_slice(credential.document.as_bytes()).unwrap();
        let evidence = signed["evidence"].as_array().unwrap();
        assert_eq!(evidence.len(), 1);
        let digest = format!("file: sha-256 {}", hex::encode(Sha256::digest(content)));
        assert!(evidence[0].to_string().contains(&digest), "{}", evidence[0]);

        // Its holder may keep to themselves what they handed in, and say it again.
        let award = &holders[&visitor.person.id];
        bench.clock.advance(TimeDelta::hours(1));
        for (work, said) in [(false, false), (true, true)] {
            let wish = Wish {
                grades: true,
                work,
                address: false,
                email: false,
            };
            let signed_anew = set_says(&bench.cairn, &visitor, &award.id, wish).await;
            assert!(signed_anew.unwrap());
            let anew = bench.credential(award).await;
            let token = jwt::read(anew.token.clone().unwrap().as_bytes()).unwrap();
            let document: serde_json::Value = serde_json::from_str(&anew.document).unwrap();
            for form in [document, token.credential()] {
                assert_eq!(form.get("evidence"), signed.get("evidence").filter(|_| said));
                assert_eq!(form["id"], signed["id"]);
                assert_eq!(form["awardedDate"], signed["awardedDate"]);
                assert!(form["validFrom"].as_str() > signed["validFrom"].as_str());
            }
            let verdict = verify(
                anew.document.as_bytes(),
                &bench.web(&anew).await,
                bench.clock.now(),
            );
            assert!(verdict.is_valid(), "{:?}", verdict.first_failure());
            let again = set_says(&bench.cairn, &visitor, &award.id, wish).await;
            assert!(!again.unwrap(), "nothing to change, nothing signed");
        }
    }
}

#[tokio::test]
async fn where_the_work_is_stands_in_the_badge_only_as_its_holder_wishes() {
    const WORK: &str = "https://work.example/report|final";
    for bench in benches().await {
        bench.check().await;
        let link = bench.link("Report", None).await;
        let choice = Choice::Activity {
            title: "Report".into(),
            instructions: String::new(),
            maximum: Decimal::TEN,
        };
        let teacher = bench.instructor().await;
        let opens = links::choose(&bench.cairn, &teacher, &link, choice)
            .await
            .unwrap();
        let Opens::Activity { activity } = opens else {
            panic!("{opens:?}")
        };
        let approved = Condition::EvidenceApproved {
            activity: activity.clone(),
        };
        let badge = bench.badge_when("Reporter", approved).await;
        bench.work(&bench.cairn).await;
        let student = bench.world.students(bench.at).remove(0);
        let visitor = bench.learner(&student).await;
        let work = HandIn {
            link: WORK.into(),
            ..HandIn::default()
        };
        let handed_in = bench.clock.now();
        evidence::hand_in(&bench.cairn, &visitor, &activity, work)
            .await
            .unwrap();
        bench.clock.advance(TimeDelta::days(2));
        let (tenant, person) = (bench.course.tenant.clone(), visitor.person.id.clone());
        let latest = bench
            .cairn
            .store
            .read(move |db| submissions::latest(db, &tenant, &activity, &person));
        let submission = latest.await.unwrap().unwrap();
        let answer = Answer {
            state: SubmissionState::Approved,
            message: String::new(),
            score: None,
        };
        evidence::review(&bench.cairn, &teacher, &submission.id, answer, None)
            .await
            .unwrap();
        bench.work(&bench.cairn).await;
        let award = bench.holders(&badge).await.remove(&visitor.person.id).unwrap();
        let document = async || {
            let credential = bench.credential(&award).await;
            let document: serde_json::Value = serde_json::from_str(&credential.document).unwrap();
            let says = says(&credential, &read(&credential).unwrap()).unwrap();
            (credential, document, says.address)
        };
        let (_, issued, says_it) = document().await;
        assert_eq!(
            (&issued["evidence"][0]["genre"], says_it),
            (&"Web page".into(), Some(false))
        );
        assert!(!issued.to_string().contains("work.example"), "{issued}");
        // The work was finished when it was handed in, however long its review took.
        let finished = issued["credentialSubject"]["activityEndDate"].as_str().unwrap();
        let finished: chrono::DateTime<chrono::Utc> = finished.parse().unwrap();
        assert_eq!(finished.timestamp(), handed_in.timestamp());

        bench.clock.advance(TimeDelta::hours(1));
        let wish = |work, address| Wish {
            grades: true,
            work,
            address,
            email: false,
        };
        for (wish, id) in [
            (wish(true, true), Some("https://work.example/report%7Cfinal")),
            // Without the work there is nothing whose address it could be.
            (wish(false, true), None),
            (wish(true, false), None),
        ] {
            let signed = set_says(&bench.cairn, &visitor, &award.id, wish).await;
            assert!(signed.unwrap(), "{wish:?}");
            let (credential, anew, says_it) = document().await;
            assert_eq!(anew["evidence"][0]["id"].as_str(), id, "{wish:?}: {anew}");
            assert_eq!(says_it, Some(id.is_some()), "{wish:?}");
            let verdict = verify(
                credential.document.as_bytes(),
                &bench.web(&credential).await,
                bench.clock.now(),
            );
            assert!(verdict.is_valid(), "{:?}", verdict.first_failure());
            let again = set_says(&bench.cairn, &visitor, &award.id, wish).await;
            assert!(!again.unwrap(), "nothing to change, nothing signed: {wish:?}");
        }
    }
}

#[tokio::test]
async fn a_file_is_written_for_those_who_hand_in_alone_and_stays_only_where_it_was_handed_in() {
    for bench in benches().await {
        bench.check().await;
        let link = bench.link("Report", None).await;
        let choice = Choice::Activity {
            title: "Report".into(),
            instructions: String::new(),
            maximum: Decimal::TEN,
        };
        let teacher = bench.instructor().await;
        let opens = links::choose(&bench.cairn, &teacher, &link, choice)
            .await
            .unwrap();
        let Opens::Activity { activity } = opens else {
            panic!("{opens:?}")
        };
        let student = bench.learner(&bench.world.students(bench.at)[0]).await;
        let on_its_way = |visitor: &Visitor| {
            let folder = bench
                .settings
                .data_dir
                .join("files")
                .join(visitor.tenant().as_str());
            let folder = folder.join("incoming").join(visitor.person.id.as_str());
            std::fs::read_dir(folder).map_or(0, Iterator::count)
        };
        for (visitor, files) in [(&teacher, 0), (&student, 1)] {
            let mut receiving = Receiving::of(Arc::clone(&bench.cairn), visitor, activity.clone());
            receiving.add(&[7; 300_000]).await;
            assert_eq!(on_its_way(visitor), files);
            drop(receiving);
            assert_eq!(on_its_way(visitor), 0);
        }

        let sent = super::sent(&bench.cairn, &student, &activity, "report.txt", b"handed in").await;
        let file = HandIn {
            file: sent,
            ..HandIn::default()
        };
        evidence::hand_in(&bench.cairn, &student, &activity, file)
            .await
            .unwrap();
        let (blobs, tenant) = (&bench.cairn.blobs, student.tenant());
        let kept = blobs
            .put(tenant, Bytes::from_static(b"kept and not handed in"))
            .await
            .unwrap();
        let handed_in = hex::encode(Sha256::digest(b"handed in"));
        let is_there = async |digest: &str| blobs.get(tenant, digest).await.is_ok();
        shares::drop_unused(&bench.cairn, tenant, kept.clone())
            .await
            .unwrap();
        assert!(is_there(&kept).await, "perhaps it is being handed in");
        // The job that looks an hour later does the same.
        bench.clock.advance(TimeDelta::hours(1));
        bench.work(&bench.cairn).await;
        bench.clock.advance(TimeDelta::days(20_000));
        shares::drop_unused(&bench.cairn, tenant, kept.clone())
            .await
            .unwrap();
        shares::drop_unused(&bench.cairn, tenant, handed_in.clone())
            .await
            .unwrap();
        assert_eq!((is_there(&kept).await, is_there(&handed_in).await), (false, true));
    }
}
