//! A database that takes nothing: the job fails, nothing is half written, and the next run makes up for it.

use askama::Template as _;
use chrono::TimeDelta;

use super::{Bench, benches};
use crate::domain::cause::Cause;
use crate::service::award::decide;
use crate::service::base::error::ServiceError;
use crate::service::course::sync::{check_course, enqueue_check};
use crate::store::testing::{heal, trouble};
use crate::store::{Store, StoreError};
use crate::web::views::shared::ErrorPage;
use crate::web::words::errors;
use practice_lms::world::MemberView;

const FULL: &str = "database or disk is full";
const LOCKED: &str = "database is locked";

fn is(error: &ServiceError, trouble: &str) -> bool {
    match error {
        ServiceError::Store(StoreError::Full) => trouble == FULL,
        ServiceError::Store(StoreError::Busy) => trouble == LOCKED,
        _ => false,
    }
}

async fn scene(bench: &Bench) -> (crate::ids::BadgeId, MemberView) {
    bench.check().await;
    let badge = bench.badge().await;
    bench.work(&bench.cairn).await;
    let student = bench.world.students(bench.at).remove(0);
    bench.grade(student.id, Some("95"));
    (badge, student)
}

#[tokio::test]
async fn a_check_that_cannot_be_written_leaves_everything_as_it_was_and_is_done_again() {
    for text in [FULL, LOCKED] {
        for bench in benches().await {
            let (badge, student) = scene(&bench).await;
            let before = (bench.known().await, bench.checks().await);
            trouble(&bench.cairn.store, "results", text).await;
            let (tenant, course) = (&bench.course.tenant, &bench.course.id);
            let failed = check_course(&bench.cairn, tenant, course, Cause::CheckNow).await;
            assert!(is(failed.as_ref().unwrap_err(), text), "{failed:?}");
            assert_eq!((bench.known().await, bench.checks().await), before);

            // The queue keeps it, and does it once the database is well.
            enqueue_check(&bench.cairn, tenant, course, Cause::CheckNow)
                .await
                .unwrap();
            let worker = crate::jobs::Worker::start(bench.cairn.clone());
            tokio::time::sleep(std::time::Duration::from_millis(600)).await;
            assert_eq!(bench.holders(&badge).await.len(), 0);
            heal(&bench.cairn.store, "results").await;
            bench.clock.advance(TimeDelta::minutes(1));
            bench.until_idle().await;
            worker.stop().await;
            let person = bench.person(&student.sub).await;
            assert!(bench.holders(&badge).await.contains_key(&person), "{text}");
        }
    }
}

#[tokio::test]
async fn an_award_that_cannot_be_written_is_made_once_when_it_can() {
    for table in ["awards", "credentials"] {
        for text in [FULL, LOCKED] {
            for bench in benches().await {
                let (badge, student) = scene(&bench).await;
                trouble(&bench.cairn.store, table, text).await;
                bench.check().await;
                let tenant = &bench.course.tenant;
                let decided = decide::decide_badge(&bench.cairn, tenant, &badge, Cause::CheckNow).await;
                assert!(is(decided.as_ref().unwrap_err(), text), "{table}: {decided:?}");
                assert_eq!(
                    bench.holders(&badge).await.len(),
                    0,
                    "{table}: no award without its credential"
                );
                heal(&bench.cairn.store, table).await;
                bench.work(&bench.cairn).await;
                let holders = bench.holders(&badge).await;
                let award = &holders[&bench.person(&student.sub).await];
                let credential = bench.credential(award).await;
                assert_eq!(credential.tenant, bench.course.tenant);
            }
        }
    }
}

#[test]
fn where_the_database_is_stands_in_no_page_and_no_log_and_that_it_is_away_is_said_once() {
    for url in [
        "postgres://cairn:s3cret@127.0.0.1:1/cairn",
        "sqlite:///no/such/folder/cairn.db",
    ] {
        let Err(away) = Store::open(url, 1) else {
            panic!("{url} is there");
        };
        let away = ServiceError::from(away);
        assert!(away.is_database_away(), "{away}");
        let page = errors::sentence(&away);
        assert!(
            page.starts_with("The database cannot be reached just now"),
            "{page}"
        );
        let shown = ErrorPage::coded(503, away.code(), &page, "an id")
            .render()
            .unwrap();
        for once in ["try again", "is lost"] {
            assert_eq!(shown.matches(once).count(), 1, "{once}: {shown}");
        }
        for said in [page, away.to_string()] {
            assert_eq!(said.matches("cannot be reached").count(), 1, "{said}");
            for inner in ["127.0.0.1", "port", "s3cret", "/no/such"] {
                assert!(!said.contains(inner), "{inner}: {said}");
            }
        }
    }
}
