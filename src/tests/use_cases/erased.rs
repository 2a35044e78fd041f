//! Whoever was erased and is still at the LMS: what readings bring, joined platforms, and what lies on the disk.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use secrecy::ExposeSecret as _;

use super::{Bench, benches, benches_of};
use crate::clock::Clock as _;
use crate::domain::platform::{Join, JoinKind, JoinState, Platform};
use crate::ids::JoinId;
use crate::random::SystemRandom;
use crate::service::base::erased::Erased;
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::PrivacyRefusal;
use crate::service::course::launch::asks;
use crate::service::institution::administrators::{Administrator, Scope};
use crate::service::privacy::erasing;
use crate::store::incoming::Place;
use crate::store::{joins, people, platforms, unknown_users};
use lti::registration::Flavour;
use practice_lms::world::MemberView;

/// They ask for it, and it is done.
async fn erase(bench: &Bench, student: &MemberView) {
    let visitor = bench.learner(student).await;
    erasing::ask(&bench.cairn, &visitor, erasing::WORD).await.unwrap();
    let tenant = &bench.course.tenant;
    let admin = Administrator {
        actor: "ada".into(),
        name: "Ada".into(),
        scope: Scope::Tenant(tenant.clone()),
    };
    let (_, waiting, _) = erasing::waiting(&bench.cairn, &admin, tenant).await.unwrap();
    erasing::erase(&bench.cairn, &admin, tenant, &waiting[0].id)
        .await
        .unwrap();
}

async fn is_known(bench: &Bench, sub: &str) -> bool {
    let (course, sub) = (bench.course.clone(), sub.to_owned());
    let found = bench
        .cairn
        .store
        .read(move |db| people::by_sub(db, &course.tenant, &course.registration, &sub));
    found.await.unwrap().is_some()
}

/// Whom results of the course name and nobody knows.
async fn unknown(bench: &Bench) -> Vec<String> {
    let course = bench.course.clone();
    let found = bench
        .cairn
        .store
        .read(move |db| unknown_users::of_course(db, &course.tenant, &course.id));
    found.await.unwrap().into_keys().collect()
}

#[tokio::test]
async fn no_reading_brings_back_who_was_erased_and_everybody_else_stays() {
    for flavour in [Flavour::Moodle, Flavour::Canvas] {
        for bench in benches_of(flavour, |_| {}).await {
            bench.check().await;
            let badge = bench.badge().await;
            let students = bench.world.students(bench.at);
            for student in &students[..2] {
                bench.grade(student.id, Some("95"));
            }
            bench.run().await;
            assert_eq!(bench.holders(&badge).await.len(), 2);
            let learners = bench.learners().await.len();
            erase(&bench, &students[0]).await;
            assert!(!is_known(&bench, &students[0].sub).await);

            bench.grade(students[0].id, Some("97"));
            bench.grade(students[2].id, Some("90"));
            for _ in 0..2 {
                let outcome = bench.run().await;
                assert_eq!(outcome.problem, None, "{flavour:?}");
                assert!(!is_known(&bench, &students[0].sub).await, "{flavour:?}");
                assert_eq!(unknown(&bench).await, Vec::<String>::new());
            }
            assert_eq!(bench.learners().await.len(), learners - 1);
            assert_eq!(bench.holders(&badge).await.len(), 2, "the other, and a new one");
        }
    }
}

#[tokio::test]
async fn the_other_name_of_a_merged_account_is_known_for_one_of_who_was_erased() {
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        bench.check().await;
        let students = bench.world.students(bench.at);
        bench.world.merge_user(students[0].id, "present-of-zero");
        bench.grade(students[0].id, Some("95"));
        bench.run().await;
        assert!(is_known(&bench, "present-of-zero").await);
        erase(&bench, &students[0]).await;
        bench.grade(students[0].id, Some("96"));
        bench.run().await;
        for sub in ["present-of-zero", students[0].sub.as_str()] {
            assert!(!is_known(&bench, sub).await, "{sub}");
        }
        assert_eq!(unknown(&bench).await, Vec::<String>::new());
    }
}

/// What the page brings back that this student is shown who launches.
async fn pass(bench: &Bench, student: &MemberView) -> String {
    let (course, vault, sub) = (
        bench.course.clone(),
        bench.cairn.vault.clone(),
        student.sub.clone(),
    );
    let asked = bench
        .cairn
        .store
        .write_with(move |db| -> Result<_, ServiceError> {
            let home = platforms::home_of_course(db, &course.tenant, &course.id)?;
            asks(db, &vault, &course.tenant, &home, &sub)
        });
    let returning = asked.await.unwrap().unwrap();
    bench.cairn.pass_back(&bench.registration, &returning).unwrap()
}

#[tokio::test]
async fn a_pass_is_good_for_the_erasure_that_it_tells_of_and_for_no_later_one() {
    for bench in benches().await {
        bench.check().await;
        let student = bench.world.students(bench.at).remove(0);
        erase(&bench, &student).await;
        let first = pass(&bench, &student).await;
        for _ in 0..2 {
            bench.cairn.agree_again(&first).await.unwrap();
        }
        bench.run().await;
        assert!(is_known(&bench, &student.sub).await);

        // Erased again, while that pass would still be good for its hour.
        erase(&bench, &student).await;
        let refused = bench.cairn.agree_again(&first).await;
        assert!(
            matches!(refused, Err(ServiceError::Refused(refusal)) if refusal == PrivacyRefusal::Pass.into())
        );
        bench.run().await;
        assert!(!is_known(&bench, &student.sub).await);

        let second = pass(&bench, &student).await;
        bench.cairn.agree_again(&second).await.unwrap();
        bench.run().await;
        assert!(is_known(&bench, &student.sub).await);
    }
}

#[tokio::test]
async fn who_was_erased_is_known_for_it_where_their_platform_was_joined_into_another() {
    for bench in benches().await {
        bench.check().await;
        let student = bench.world.students(bench.at).remove(0);
        erase(&bench, &student).await;
        let now = bench.clock.now();
        let (course, vault, sub) = (
            bench.course.clone(),
            bench.cairn.vault.clone(),
            student.sub.clone(),
        );
        let issuer = bench.registration.issuer.clone();
        let done = bench
            .cairn
            .store
            .write_with(move |db| -> Result<_, ServiceError> {
                let tenant = &course.tenant;
                let home = platforms::home_of_course(db, tenant, &course.id)?;
                for id in ["newer", "newest", "other"] {
                    let platform = Platform {
                        id: id.into(),
                        tenant: tenant.clone(),
                        registration: course.registration.clone(),
                        issuer: issuer.clone(),
                        guid: None,
                        since: now,
                    };
                    platforms::insert(db, &platform)?;
                }
                for (from, into) in [(home.platform.as_str(), "newer"), ("newer", "newest")] {
                    let join = Join {
                        id: JoinId::new(now, &SystemRandom),
                        tenant: tenant.clone(),
                        kind: JoinKind::Platform,
                        parent: None,
                        from: from.into(),
                        into: into.into(),
                        state: JoinState::Done,
                        asked_at: now,
                    };
                    joins::insert(db, &join)?;
                }
                let mut found = Vec::new();
                for platform in [home.platform.as_str(), "newer", "newest", "other"] {
                    let erased = Erased::at(db, &vault, tenant, &platform.into())?.unwrap();
                    assert!(erased.of(db, "somebody else")?.is_empty());
                    found.push(erased.among(db, [sub.as_str(), "somebody else"])?.len());
                }
                Ok(found)
            });
        assert_eq!(done.await.unwrap(), [1, 1, 1, 0]);
    }
}

#[tokio::test]
async fn what_was_erased_leaves_the_log_of_the_database_at_once() {
    for bench in benches().await {
        let url = bench.settings.database_url.expose_secret().to_owned();
        let Some(path) = url.strip_prefix("sqlite://") else {
            continue;
        };
        bench.check().await;
        let student = bench.world.students(bench.at).remove(0);
        bench.grade(student.id, Some("95"));
        bench.run().await;
        let log = || std::fs::read(format!("{path}-wal")).unwrap_or_default();
        let names = |bytes: &[u8]| {
            let name = student.name.as_bytes();
            bytes.windows(name.len()).any(|part| part == name)
        };
        erase(&bench, &student).await;
        assert!(!names(&log()), "the log still names who was erased");
        assert!(!names(&std::fs::read(path).unwrap()), "so does the file");
        // The job that removes files ends well, and does no harm where there are none.
        bench.work(&bench.cairn).await;
    }
}

#[tokio::test]
async fn files_of_which_a_kill_left_a_part_are_swept_by_the_clock_of_the_process() {
    for bench in benches().await {
        let digest = "cd".repeat(32);
        let shelf = bench.settings.data_dir.join("files").join("tenant").join("cd");
        std::fs::create_dir_all(&shelf).unwrap();
        let left = shelf.join(format!("{digest}#1"));
        std::fs::write(&left, "half of a report").unwrap();
        let file = std::fs::File::options().write(true).open(&left).unwrap();
        let put = |ago: u64| {
            let at = SystemTime::from(bench.clock.now()) - Duration::from_secs(ago);
            file.set_modified(at).unwrap();
        };
        put(60);
        erasing::sweep_files(&bench.cairn).await.unwrap();
        assert!(left.exists(), "it may still be written");
        put(3_700);
        erasing::sweep_files(&bench.cairn).await.unwrap();
        assert!(!left.exists());
    }
}

#[tokio::test]
async fn what_came_of_somebody_while_they_were_erased_goes_with_the_files() {
    for bench in benches().await {
        bench.check().await;
        let student = bench.world.students(bench.at).remove(0);
        let place = Place {
            tenant: bench.course.tenant.clone(),
            person: bench.learner(&student).await.person.id,
            group: "report".into(),
            name: "ab".into(),
        };
        erase(&bench, &student).await;
        // A piece that was on its way makes the folder anew; a kill just after the erasure leaves it as it was.
        let piece = Bytes::from_static(b"the second half");
        bench.cairn.blobs.add_piece(&place, 0, piece, 3).await.unwrap();
        assert_eq!(bench.cairn.blobs.received(&place).await.unwrap(), 15);
        bench.work(&bench.cairn).await;
        assert_eq!(bench.cairn.blobs.received(&place).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn what_somebody_began_to_send_goes_with_them_and_after_a_day() {
    for bench in benches().await {
        bench.check().await;
        let students = bench.world.students(bench.at);
        let mut places = Vec::new();
        for student in &students[..2] {
            let place = Place {
                tenant: bench.course.tenant.clone(),
                person: bench.learner(student).await.person.id,
                group: "report".into(),
                name: "ab".into(),
            };
            let piece = Bytes::from_static(b"the first half");
            bench.cairn.blobs.add_piece(&place, 0, piece, 3).await.unwrap();
            places.push(place);
        }
        let received = async |of: usize| bench.cairn.blobs.received(&places[of]).await.unwrap();
        erase(&bench, &students[0]).await;
        assert_eq!((received(0).await, received(1).await), (0, 14));
        // It may go on for a day.
        let folder = bench
            .settings
            .data_dir
            .join("files")
            .join(places[1].tenant.as_str());
        let file = folder
            .join("incoming")
            .join(places[1].person.as_str())
            .join("report.ab");
        let file = std::fs::File::options().write(true).open(file).unwrap();
        for (hours, left) in [(23, 14), (25, 0)] {
            let at = SystemTime::from(bench.clock.now()) - Duration::from_secs(hours * 3_600);
            file.set_modified(at).unwrap();
            erasing::sweep_files(&bench.cairn).await.unwrap();
            assert_eq!(received(1).await, left, "after {hours} hours");
        }
    }
}
