//! Courses that their platform has concluded or deleted: they are looked at once a day, and what was awarded stays.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;

use super::{Bench, benches_of};
use crate::clock::Clock as _;
use crate::domain::audit::Action;
use crate::domain::course::{CourseLife, End};
use crate::domain::zone::Zone;
use crate::jobs::Worker;
use crate::service::course::sync::{Stage, enqueue_due, progress};
use crate::store::testing::shortcuts::{claim_unshared, logged};
use crate::store::{courses, jobs};
use crate::web::words::checks;
use lti::registration::Flavour;
use practice_lms::{Endpoint, Fault, Oddity};

fn half_hour(settings: &mut crate::settings::Settings) {
    settings.check_interval = Some(TimeDelta::minutes(30));
}

async fn life(bench: &Bench) -> CourseLife {
    let course = bench.course.clone();
    let found = bench
        .cairn
        .store
        .read(move |db| courses::get(db, &course.tenant, &course.id));
    found.await.unwrap().unwrap().life
}

async fn told(bench: &Bench) -> Vec<String> {
    let tenant = bench.course.tenant.clone();
    let page = crate::domain::page::Page::first(50);
    let log = bench.cairn.store.read(move |db| logged(db, &tenant, page));
    let of_courses = [Action::CourseEnded, Action::CourseReopened].map(Action::as_str);
    let log = log.await.unwrap().into_iter();
    log.filter(|entry| of_courses.contains(&entry.action.as_str()))
        .map(|entry| format!("{} {}", entry.action, entry.detail["as"].as_str().unwrap()))
        .collect()
}

/// How a course ends at a platform, and how it is there again.
struct Ending {
    flavour: Flavour,
    how: End,
    as_missing: bool,
    end: fn(&Bench, bool),
}

const ENDINGS: [Ending; 4] = [
    Ending {
        flavour: Flavour::Canvas,
        how: End::Concluded,
        as_missing: false,
        end: |bench, over| bench.world.conclude(bench.at, over),
    },
    Ending {
        flavour: Flavour::Canvas,
        how: End::Gone,
        as_missing: true,
        end: |bench, over| bench.world.conclude(bench.at, over),
    },
    Ending {
        flavour: Flavour::Canvas,
        how: End::Gone,
        as_missing: false,
        end: delete,
    },
    Ending {
        flavour: Flavour::Moodle,
        how: End::Gone,
        as_missing: false,
        end: delete,
    },
];

fn delete(bench: &Bench, over: bool) {
    if over {
        bench.world.delete_course(bench.at);
    } else {
        bench.world.restore_course(bench.at);
    }
}

#[tokio::test]
async fn a_course_that_refuses_twice_an_hour_apart_has_ended_and_is_looked_at_once_a_day() {
    for Ending {
        flavour,
        how,
        as_missing,
        end,
    } in ENDINGS
    {
        for bench in benches_of(flavour, half_hour).await {
            let what = format!("{flavour:?} {how:?}");
            bench.check().await;
            let badge = bench.badge().await;
            bench.grade(bench.world.students(bench.at)[0].id, Some("90"));
            bench.run().await;
            let (holders, learners) = (bench.holders(&badge).await, bench.learners().await);
            assert_eq!(holders.len(), 1, "{what}");
            let read_at = bench.checks().await.last_at;

            bench.world.be_odd(Oddity::ConcludedAsMissing, as_missing);
            end(&bench, true);
            bench.clock.advance(TimeDelta::minutes(30));
            let first = bench.clock.now();
            let refused = bench.check().await.problem;
            let refused = refused.unwrap_or_else(|| panic!("{what}: not certain yet"));
            if how == End::Gone {
                // Columns and members are both gone: that is said once, and in words.
                let said = checks::trouble(&refused);
                assert_eq!(said.matches("is no longer there").count(), 1, "{what}: {said}");
                // An error id may have these digits.
                let words = said.split("(Error id").next().unwrap();
                assert!(!words.contains("404"), "{what}: {said}");
            }
            assert_eq!(life(&bench).await, CourseLife::Refuses { since: first });
            assert_eq!(bench.learners().await, learners, "{what}: nobody has left");
            bench.clock.advance(TimeDelta::minutes(30));
            bench.check().await;
            assert_eq!(life(&bench).await, CourseLife::Refuses { since: first });
            assert_eq!(
                bench.checks().await.next_at,
                Some(first + TimeDelta::hours(1)),
                "{what}"
            );

            bench.clock.advance(TimeDelta::minutes(30));
            let certain = bench.clock.now();
            assert_eq!(bench.check().await.problem, None, "{what}");
            assert_eq!(life(&bench).await, CourseLife::Ended { how, at: certain });
            let checks = bench.checks().await;
            assert_eq!(checks.next_at, Some(certain + TimeDelta::days(1)), "{what}");
            assert_eq!((checks.last_at, checks.problem), (read_at, None), "{what}");
            assert_eq!(told(&bench).await, [format!("course.ended {}", how.word())]);
            bench.work(&bench.cairn).await;
            let shown = progress(&bench.cairn, &bench.course.tenant, &bench.course.id, None);
            let shown = shown.await.unwrap();
            assert_eq!(shown.stage, Stage::CourseOver, "{what}");
            assert!(
                checks::progress(&shown, Zone::UTC).contains("has ended"),
                "{what}"
            );

            bench.clock.advance(TimeDelta::hours(23));
            assert_eq!(enqueue_due(&bench.cairn).await.unwrap(), 0, "{what}");
            bench.clock.advance(TimeDelta::hours(1));
            assert_eq!(enqueue_due(&bench.cairn).await.unwrap(), 1, "{what}");
            bench.work(&bench.cairn).await;
            assert_eq!(life(&bench).await, CourseLife::Ended { how, at: certain });
            let next = bench.checks().await.next_at.unwrap();
            assert!(next >= certain + TimeDelta::days(2), "{what}");
            assert_eq!(bench.holders(&badge).await, holders, "{what}: all keep theirs");
            assert_eq!(bench.learners().await, learners, "{what}");

            end(&bench, false);
            let outcome = bench.check().await;
            assert_eq!(outcome.problem, None, "{what}");
            assert_eq!(life(&bench).await, CourseLife::Open);
            assert_eq!(
                bench.checks().await.next_at,
                Some(bench.clock.now() + TimeDelta::minutes(30))
            );
            assert_eq!(told(&bench).await.len(), 2, "{what}");
            bench.work(&bench.cairn).await;
            assert_eq!(bench.holders(&badge).await, holders, "{what}");
        }
    }
}

#[tokio::test]
async fn a_service_that_refuses_alone_or_for_another_reason_ends_no_course() {
    for flavour in [Flavour::Moodle, Flavour::Canvas] {
        for bench in benches_of(flavour, half_hour).await {
            bench.check().await;
            let faults = bench.world.faults();
            let both = [Endpoint::Members, Endpoint::LineItems];
            for (endpoints, fault) in [
                (&both[..1], Fault::NotFound),
                (&both[1..], Fault::NotFound),
                (&both[..], Fault::Forbidden),
                (&both[..], Fault::Unprocessable),
                (&both[..], Fault::Unavailable),
            ] {
                for _ in 0..3 {
                    for endpoint in endpoints {
                        faults.inject(*endpoint, &fault, 9);
                    }
                    let problem = bench.check().await.problem;
                    assert!(problem.is_some(), "{fault:?}");
                    faults.clear();
                    assert_eq!(life(&bench).await, CourseLife::Open, "{fault:?}");
                    bench.clock.advance(TimeDelta::hours(2));
                }
            }
        }
    }
}

#[tokio::test]
async fn the_schedule_that_is_off_still_finds_a_course_ended_that_somebody_opens() {
    for bench in benches_of(Flavour::Canvas, |settings| settings.check_interval = None).await {
        bench.check().await;
        bench.world.conclude(bench.at, true);
        bench.check().await;
        bench.clock.advance(TimeDelta::hours(1));
        bench.check().await;
        assert_eq!(life(&bench).await.end(), Some(End::Concluded));
        assert_eq!(bench.checks().await.next_at, None);
    }
}

/// The scores that wait, and when the first of them is tried.
async fn scores(bench: &Bench) -> Option<jobs::Count> {
    let counts = bench.cairn.store.read(jobs::counts).await.unwrap();
    counts.into_iter().find(|count| count.kind == "send_score")
}

#[tokio::test]
async fn a_score_that_failed_rests_once_its_course_has_ended_and_is_looked_at_once_a_day() {
    for bench in benches_of(Flavour::Moodle, |settings| settings.check_interval = None).await {
        bench.check().await;
        let activity = bench.activity("Essay").await;
        bench.ensure(&activity).await.unwrap();
        let hand_in = bench.hand_in(&bench.world.students(bench.at)[0], &activity).await;
        bench.work(&bench.cairn).await;
        bench.review(&hand_in, 50).await;
        delete(&bench, true);
        let (course, now) = (bench.course.clone(), bench.clock.now());
        let ended = bench.cairn.store.write(move |db| {
            let again = now + TimeDelta::seconds(2);
            for job in claim_unshared(db, now, "w", TimeDelta::minutes(1), 99)? {
                jobs::fail(db, &job, "away", Some(again))?;
            }
            let gone = CourseLife::Ended {
                how: End::Gone,
                at: now,
            };
            courses::set_life(db, &course.tenant, &course.id, gone)
        });
        ended.await.unwrap();
        bench.clock.advance(TimeDelta::seconds(2));
        let worker = Worker::start(Arc::clone(&bench.cairn));
        let a_day = bench.clock.now() + TimeDelta::days(1);
        for _ in 0..100 {
            if scores(&bench).await.unwrap().first_at == a_day {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        // Whoever looks at it again says so by another moment.
        bench.clock.advance(TimeDelta::seconds(1));
        tokio::time::sleep(Duration::from_secs(1)).await;
        let rests = scores(&bench).await.unwrap();
        assert_eq!((rests.jobs, rests.first_at), (1, a_day), "it was looked at again");
        assert_eq!(rests.state, "waiting");
        worker.stop().await;
    }
}
