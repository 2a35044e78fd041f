//! When a course is read, and what who waits for it is told.

use chrono::TimeDelta;

use super::bench::node;
use super::{Bench, benches, benches_of};
use crate::clock::Clock as _;
use crate::domain::cause::Cause;
use crate::domain::zone::Zone;
use crate::random::SystemRandom;
use crate::service::Cairn;
use crate::service::base::queue::{BackgroundJob as _, DecidePerson};
use crate::service::course::sync::{enqueue_after_launch, enqueue_check, enqueue_due, progress};
use crate::store::jobs;
use crate::store::testing::shortcuts::claim_unshared;
use crate::web::words::checks;
use lti::registration::Flavour;
use practice_lms::{Endpoint, Fault};

fn half_hour(settings: &mut crate::settings::Settings) {
    settings.check_interval = Some(TimeDelta::minutes(30));
}

fn off(settings: &mut crate::settings::Settings) {
    settings.check_interval = None;
}

async fn due(cairn: &Cairn) -> usize {
    enqueue_due(cairn).await.unwrap()
}

async fn shown(bench: &Bench) -> (bool, usize, usize, String) {
    let progress = progress(&bench.cairn, &bench.course.tenant, &bench.course.id, None)
        .await
        .unwrap();
    let said = checks::progress(&progress, Zone::UTC);
    (progress.running, progress.done, progress.total, said)
}

/// What is said once nothing is under way.
async fn fresh(bench: &Bench) -> String {
    let read = bench.checks().await.last_at.unwrap();
    format!("The numbers are those of {}.", read.format("%H:%M UTC"))
}

#[tokio::test]
async fn the_schedule_reads_a_course_once_in_each_interval() {
    for bench in benches_of(Flavour::Moodle, half_hour).await {
        let start = bench.clock.now();
        assert_eq!(due(&bench.cairn).await, 1, "a new course is read at once");
        assert_eq!(due(&bench.cairn).await, 0);
        bench.work(&bench.cairn).await;
        let checks = bench.checks().await;
        assert_eq!(checks.last_at, Some(start));
        assert_eq!(checks.next_at, Some(start + TimeDelta::minutes(30)));
        bench.clock.advance(TimeDelta::minutes(29));
        assert_eq!(due(&bench.cairn).await, 0);
        bench.clock.advance(TimeDelta::minutes(1));
        assert_eq!(due(&bench.cairn).await, 1);
        // What the last check said stays until the next one has ended.
        assert_eq!(bench.checks().await.last_at, Some(start));
        bench.work(&bench.cairn).await;
        assert_eq!(bench.checks().await.last_at, Some(start + TimeDelta::minutes(30)));
    }
}

#[tokio::test]
async fn a_clock_that_jumps_two_days_and_back_neither_stops_the_schedule_nor_makes_it_run_wild() {
    for bench in benches_of(Flavour::Moodle, half_hour).await {
        assert_eq!(due(&bench.cairn).await, 1);
        bench.work(&bench.cairn).await;
        for days in [2, -2] {
            bench.clock.set(TimeDelta::days(days));
            if days < 0 {
                // Whoever opens the course before its next check does not wait for two days either.
                let (course, now) = (bench.course.clone(), bench.clock.now());
                let launch = bench.cairn.store.write(move |db| {
                    let known = crate::store::courses::get(db, &course.tenant, &course.id)?.unwrap();
                    enqueue_after_launch(db, &known, false, now, &SystemRandom)
                });
                launch.await.unwrap();
                assert!(shown(&bench).await.0, "it is due at once");
            }
            assert_eq!(due(&bench.cairn).await, 1, "{days}");
            assert_eq!(due(&bench.cairn).await, 0, "{days}: once");
            bench.work(&bench.cairn).await;
            let checks = bench.checks().await;
            assert_eq!(checks.last_at, Some(bench.clock.now()), "{days}");
            assert_eq!(
                checks.next_at,
                Some(bench.clock.now() + TimeDelta::minutes(30)),
                "{days}"
            );
        }
        bench.clock.advance(TimeDelta::minutes(29));
        assert_eq!(due(&bench.cairn).await, 0);
        bench.clock.advance(TimeDelta::minutes(1));
        assert_eq!(due(&bench.cairn).await, 1);
    }
}

#[tokio::test]
async fn what_waits_and_what_runs_goes_on_while_the_clock_is_set_right() {
    for bench in benches().await {
        bench.check().await;
        let (tenant, course) = (&bench.course.tenant, &bench.course.id);
        bench.clock.set(TimeDelta::days(2));
        // One is held by a worker that is killed, and one waits to be tried again.
        let now = bench.clock.now();
        enqueue_check(&bench.cairn, tenant, course, Cause::CheckNow)
            .await
            .unwrap();
        let claimed = bench
            .cairn
            .store
            .write(move |db| claim_unshared(db, now, "killed", TimeDelta::minutes(1), 9));
        assert_eq!(claimed.await.unwrap().len(), 1);
        bench.clock.set(TimeDelta::days(-2));
        bench.clock.advance(TimeDelta::minutes(2));
        bench.work(&bench.cairn).await;
        assert_eq!(bench.checks().await.last_at, Some(bench.clock.now()));
    }
}

#[tokio::test]
async fn without_a_schedule_only_launches_and_teachers_have_a_course_read() {
    for bench in benches_of(Flavour::Moodle, off).await {
        assert_eq!(due(&bench.cairn).await, 0);
        bench.check().await;
        assert_eq!(bench.checks().await.next_at, None);
        bench.clock.advance(TimeDelta::days(9));
        assert_eq!(due(&bench.cairn).await, 0);
        // Switched on later, it does not forget the courses that were read in between.
        let mut settings = bench.settings.clone();
        half_hour(&mut settings);
        let later = node(&settings, &bench.clock, &bench.patience).await;
        assert_eq!(due(&later).await, 1);
    }
}

#[tokio::test]
async fn a_class_that_launches_together_makes_one_check_that_nobody_has_to_wait_for() {
    for bench in benches_of(Flavour::Moodle, off).await {
        bench.check().await;
        let read_at = bench.clock.now();
        for _ in 0..3 {
            let (course, now) = (bench.course.clone(), bench.clock.now());
            let launch = bench.cairn.store.write(move |db| {
                let known = crate::store::courses::get(db, &course.tenant, &course.id)?.unwrap();
                enqueue_after_launch(db, &known, false, now, &SystemRandom)
            });
            launch.await.unwrap();
        }
        let counts = bench.cairn.store.read(jobs::counts).await.unwrap();
        assert_eq!(counts.iter().map(|count| count.jobs).sum::<i64>(), 1);
        assert!(!shown(&bench).await.0, "it waits for its time");
        bench.work(&bench.cairn).await;
        assert_eq!(bench.checks().await.last_at, Some(read_at));
        bench.clock.advance(TimeDelta::seconds(30));
        assert_eq!(
            shown(&bench).await.3,
            "Reading members and grades from the course."
        );
        bench.work(&bench.cairn).await;
        assert_eq!(
            bench.checks().await.last_at,
            Some(read_at + TimeDelta::seconds(30))
        );
    }
}

#[tokio::test]
async fn a_launch_that_offers_what_was_not_known_is_not_made_to_wait() {
    for bench in benches_of(Flavour::Moodle, off).await {
        bench.check().await;
        let (course, now) = (bench.course.clone(), bench.clock.now());
        let launch = bench.cairn.store.write(move |db| {
            let known = crate::store::courses::get(db, &course.tenant, &course.id)?.unwrap();
            enqueue_after_launch(db, &known, true, now, &SystemRandom)
        });
        launch.await.unwrap();
        assert_eq!(
            shown(&bench).await.3,
            "Reading members and grades from the course."
        );
    }
}

#[tokio::test]
async fn before_the_first_link_is_opened_a_service_that_is_not_told_is_no_fault() {
    for bench in benches_of(Flavour::Moodle, off).await {
        // What a choice of content tells before the first activity: columns, and no member list.
        bench.forget_members().await;
        assert_eq!(bench.check().await.problem, None);
        bench.link("My badges", None).await;
        let problem = bench.check().await.problem.expect("now it is one");
        assert!(checks::trouble(&problem).contains("does not offer its member list"));
    }
}

#[tokio::test]
async fn who_asks_for_a_check_reads_what_is_new_since_and_old_numbers_are_not_called_new() {
    for bench in benches_of(Flavour::Moodle, off).await {
        bench.check().await;
        bench.badge_of_grade("Without end").await;
        let (tenant, course) = (&bench.course.tenant, &bench.course.id);
        let students = bench.world.students(bench.at);
        bench.grade(students[0].id, Some("90"));
        bench.run().await;
        bench.clock.advance(TimeDelta::minutes(5));
        let asked = bench.clock.now();
        let said = async || {
            let progress = progress(&bench.cairn, tenant, course, Some(asked)).await.unwrap();
            checks::progress(&progress, Zone::UTC)
        };
        assert!(said().await.starts_with("The check did not come to its end."));
        for student in &students[1..3] {
            bench.grade(student.id, Some("90"));
        }
        enqueue_check(&bench.cairn, tenant, course, Cause::CheckNow)
            .await
            .unwrap();
        assert_eq!(said().await, "Reading members and grades from the course.");
        bench.work(&bench.cairn).await;
        assert_eq!(said().await, "Checked. 2 new awards.");

        // The platform is away: what was read stands, with its time.
        bench.clock.advance(TimeDelta::minutes(5));
        for endpoint in [Endpoint::LineItems, Endpoint::Members] {
            bench.world.faults().inject(endpoint, &Fault::BadGateway, 60);
        }
        bench.run().await;
        bench.world.faults().clear();
        let told = said().await;
        let read = asked.format("%H:%M UTC");
        let meaning = format!("Nothing was lost: the numbers of {read} stand, and “Check now” asks again.");
        assert!(told.contains(&meaning), "{told}");
        // An error id may have these digits.
        let words = told.split("(Error id").next().unwrap();
        assert!(!words.contains("502"), "{told}");
    }
}

#[tokio::test]
async fn who_waits_is_told_to_wait_until_the_last_student_is_decided() {
    for bench in benches_of(Flavour::Moodle, off).await {
        bench.check().await;
        let badge = bench.badge().await;
        assert_eq!(
            shown(&bench).await,
            (true, 0, 1, "Deciding badges: 0 of 1 done.".into())
        );
        bench.work(&bench.cairn).await;
        assert_eq!(shown(&bench).await, (false, 1, 1, fresh(&bench).await));
        // A few students are decided one by one.
        let badge_by_grade = bench.badge_of_grade("Without end").await;
        bench.work(&bench.cairn).await;
        let (tenant, course) = (&bench.course.tenant, &bench.course.id);
        for student in &bench.world.students(bench.at)[..2] {
            bench.grade(student.id, Some("90"));
        }
        enqueue_check(&bench.cairn, tenant, course, Cause::CheckNow)
            .await
            .unwrap();
        assert!(shown(&bench).await.0);
        bench.check().await;
        let people = |db: &mut crate::store::Db| jobs::counts(db);
        let waiting = bench.cairn.store.read(people).await.unwrap();
        assert!(
            waiting
                .iter()
                .any(|count| count.kind == DecidePerson::NAME && count.jobs == 2),
            "{waiting:?}"
        );
        assert!(shown(&bench).await.0);
        bench.work(&bench.cairn).await;
        assert_eq!(shown(&bench).await, (false, 2, 2, fresh(&bench).await));
        assert_eq!(bench.holders(&badge).await.len(), 2);
        assert_eq!(bench.holders(&badge_by_grade).await.len(), 2);
    }
}

#[tokio::test]
async fn people_who_wait_alone_keep_the_check_running() {
    for bench in benches_of(Flavour::Moodle, off).await {
        bench.check().await;
        bench.badge_of_grade("Without end").await;
        bench.work(&bench.cairn).await;
        let student = bench.world.students(bench.at).remove(0);
        bench.grade(student.id, Some("90"));
        bench.check().await;
        assert_eq!(
            shown(&bench).await,
            (true, 0, 1, "Deciding the badges of 1 student.".into())
        );
        bench.work(&bench.cairn).await;
        assert_eq!(shown(&bench).await, (false, 1, 1, fresh(&bench).await));
    }
}

#[tokio::test]
async fn a_decision_that_was_given_up_is_made_at_the_next_check() {
    for bench in benches().await {
        bench.check().await;
        let badge = bench.badge_of_grade("Without end").await;
        bench.work(&bench.cairn).await;
        let student = bench.world.students(bench.at).remove(0);
        bench.grade(student.id, Some("90"));
        bench.check().await;
        let now = bench.clock.now();
        let give_up = bench.cairn.store.write(move |db| {
            for job in claim_unshared(db, now, "unlucky", TimeDelta::minutes(1), 9)? {
                jobs::fail(db, &job, "the disk was full eight times", None)?;
            }
            Ok(())
        });
        give_up.await.unwrap();
        bench.work(&bench.cairn).await;
        assert_eq!(bench.holders(&badge).await.len(), 0);
        let said = shown(&bench).await.3;
        assert!(said.contains("some numbers are those of before"), "{said}");
        bench.run().await;
        assert_eq!(bench.holders(&badge).await.len(), 1);
        let left = bench.cairn.store.read(jobs::counts).await.unwrap();
        assert!(left.iter().all(|count| count.state != "given_up"), "{left:?}");
    }
}
