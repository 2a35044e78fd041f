//! What goes wrong on the way: an LMS that is busy, slow or away, pages for people, empty refusals, and tokens that end.

use std::time::Duration;

use super::*;
use crate::domain::reading::{Passing, Why};
use crate::store::jobs;
use practice_lms::{Endpoint, Fault, Resource};

impl Reading<'_> {
    /// Where grades are asked for.
    fn grades_at(&self) -> Endpoint {
        match self.access.interface {
            Interface::Canvas => Endpoint::Api(Resource::Submissions),
            Interface::Moodle => Endpoint::Function("gradereport_user_get_grade_items"),
        }
    }

    /// A reading, without the queue.
    async fn read_once(&self) {
        let (tenant, id) = (&self.bench.course.tenant, &self.bench.course.id);
        rest_grades::read(&self.node, tenant, id, crate::domain::cause::Cause::CheckNow)
            .await
            .unwrap();
    }

    /// The token is used by another reading, which was heard of just now: until when it has its turn.
    async fn another_reads(&self) -> chrono::DateTime<chrono::Utc> {
        let (tenant, now) = (self.bench.course.tenant.clone(), self.bench.clock.now());
        let until = now + chrono::TimeDelta::minutes(1);
        let taken = self
            .bench
            .cairn
            .store
            .write(move |db| readings::take_turn(db, &tenant, "grant", "another", now, until));
        assert!(taken.await.unwrap());
        until
    }

    /// What waits for the turn of a token.
    async fn awaits(&self) -> Option<jobs::Count> {
        let counts = self.bench.cairn.store.read(jobs::counts).await.unwrap();
        counts.into_iter().find(|count| count.kind == "await_turn")
    }
}

#[tokio::test]
async fn a_platform_that_is_busy_is_asked_again_and_nothing_is_lost() {
    for bench in all_benches().await {
        let reading = Reading::on(&bench).await;
        let students = bench.world.students(bench.at);
        reading.grade(&students[0], Some("9"));
        let faults = bench.world.faults();
        for fault in [Fault::ThrottledPlainly, Fault::Html, Fault::HalfJson] {
            faults.inject(reading.grades_at(), &fault, 1);
        }
        reading.read().await;
        assert_eq!(faults.left(reading.grades_at()), 0);
        assert_eq!(reading.points(&students[0]).await, Some(Decimal::from(9)));
        let readings = reading.readings().await;
        assert_eq!((readings.trouble, readings.begun_at), (None, None));
        assert!(readings.coverage.unwrap().is_whole);
    }
}

#[tokio::test]
async fn what_stays_away_is_said_and_what_was_known_stays() {
    for (fault, passing) in [
        (Fault::Html, Passing::WebPage),
        (Fault::ThrottledPlainly, Passing::Busy),
        (Fault::BadGateway, Passing::Down),
        (Fault::Delay(Duration::from_secs(20)), Passing::Silent),
    ] {
        for bench in benches_of(Flavour::Canvas, |_| {}).await {
            let reading = Reading::on(&bench).await;
            let students = bench.world.students(bench.at);
            reading.grade(&students[0], Some("9"));
            reading.read().await;
            let faults = bench.world.faults();
            if passing == Passing::Silent {
                *bench.patience.lock().unwrap() = Duration::from_secs(1);
            }
            faults.inject(reading.grades_at(), &fault, 4);
            reading.read_all().await;
            let readings = reading.readings().await;
            assert_eq!(readings.trouble, Some(Why::Passing(passing)), "{fault:?}");
            assert_eq!(
                reading.points(&students[0]).await,
                Some(Decimal::from(9)),
                "{fault:?}"
            );
            assert!(reading.column(reading.quiz).await.counts());
            // Everything is as it was; the next time is a few minutes later.
            faults.clear();
            *bench.patience.lock().unwrap() = Duration::from_secs(20);
            reading.grade(&students[1], Some("8"));
            reading.read_after(10).await;
            let readings = reading.readings().await;
            assert_eq!(readings.trouble, None, "{fault:?}");
            assert_eq!(reading.points(&students[1]).await, Some(Decimal::from(8)));
        }
    }
}

#[tokio::test]
async fn an_empty_refusal_leaves_what_is_known_and_is_no_whole_reading() {
    for bench in all_benches().await {
        let reading = Reading::on(&bench).await;
        let students = bench.world.students(bench.at);
        reading.grade(&students[0], Some("9"));
        reading.read().await;
        bench
            .world
            .faults()
            .inject(reading.grades_at(), &Fault::BareForbidden, 50);
        reading.read_all().await;
        bench.world.faults().clear();
        assert_eq!(reading.points(&students[0]).await, Some(Decimal::from(9)));
        let readings = reading.readings().await;
        let whole = readings.coverage.is_some_and(|coverage| coverage.is_whole);
        assert!(readings.trouble.is_some() || !whole, "it is said");
        assert!(reading.column(reading.quiz).await.counts());
    }
}

#[tokio::test]
async fn a_token_that_ends_is_renewed_and_one_that_is_revoked_leaves_what_is_known() {
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        let reading = Reading::on(&bench).await;
        let students = bench.world.students(bench.at);
        reading.grade(&students[0], Some("9"));
        reading.read().await;
        bench.world.expire_api_tokens();
        reading.grade(&students[1], Some("8"));
        reading.read_all().await;
        assert_eq!(reading.points(&students[1]).await, Some(Decimal::from(8)));

        bench.world.revoke_api_tokens(reading.account);
        reading.grade(&students[2], Some("8"));
        reading.read_all().await;
        let readings = reading.readings().await;
        assert_eq!(readings.trouble, Some(Why::Consent));
        assert_eq!(reading.points(&students[0]).await, Some(Decimal::from(9)));
        assert_eq!(reading.points(&students[2]).await, None);
        // Nobody asks with it again.
        bench.world.forget_asked();
        reading.read_after(10).await;
        assert_eq!(bench.world.asked("").len(), 0);
        assert_eq!(reading.readings().await.trouble, Some(Why::Consent));
    }
}

#[tokio::test]
async fn a_token_that_is_refused_in_the_middle_leaves_what_came_and_what_was_known() {
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        let reading = Reading::on(&bench).await;
        let students = bench.world.students(bench.at);
        reading.grade(&students[0], Some("9"));
        reading.read().await;
        // The list of people and their totals comes; the submissions after it are refused, with a renewed token too.
        let faults = bench.world.faults();
        faults.inject(reading.grades_at(), &Fault::Unauthorized, 2);
        reading.grade(&students[0], None);
        bench.world.forget_asked();
        reading.read_all().await;
        assert!(!bench.world.asked("/enrollments").is_empty());
        let readings = reading.readings().await;
        let whole = readings.coverage.is_some_and(|coverage| coverage.is_whole);
        assert!(readings.trouble.is_some() || !whole);
        assert_eq!(reading.points(&students[0]).await, Some(Decimal::from(9)));
    }
}

#[tokio::test]
async fn a_token_of_moodle_that_was_deleted_and_services_that_are_off_are_said() {
    use crate::domain::rest_access::Fault as Refused;
    for bench in benches_of(Flavour::Moodle, |_| {}).await {
        let reading = Reading::on(&bench).await;
        let students = bench.world.students(bench.at);
        reading.grade(&students[0], Some("9"));
        reading.read().await;
        bench.world.switch_web_services(false);
        reading.read_all().await;
        let trouble = reading.readings().await.trouble;
        assert_eq!(trouble, Some(Why::Refused(Refused::ServicesOff)));
        assert_eq!(reading.points(&students[0]).await, Some(Decimal::from(9)));
        // It is asked again an hour later: perhaps somebody has switched them on.
        bench.world.switch_web_services(true);
        reading.read_after(90).await;
        assert_eq!(reading.readings().await.trouble, None);
    }
}

#[tokio::test]
async fn what_one_course_is_refused_stops_no_other_and_whoever_asks_again_waits_for_nothing() {
    use crate::domain::rest_access::Fault as Refused;
    for bench in benches_of(Flavour::Moodle, |_| {}).await {
        let reading = Reading::on(&bench).await;
        let students = bench.world.students(bench.at);
        let (ada, ben) = (&students[0], &students[1]);
        reading.grade(ada, Some("9"));
        reading.read().await;
        let right = "gradereport/user:view";
        bench.world.allow_capability(reading.account, right, false);
        reading.read_all().await;
        let trouble = reading.readings().await.trouble;
        let is_refused = matches!(trouble, Some(Why::Refused(Refused::Capabilities { .. })));
        assert!(is_refused, "{trouble:?}");
        let (tenant, access) = (bench.course.tenant.clone(), reading.access.id.clone());
        let kept = bench
            .cairn
            .store
            .read(move |db| rest_accesses::grants(db, &tenant, &access));
        let grant = kept.await.unwrap().remove(0);
        assert_eq!(grant.state, GrantState::On, "other courses are read");
        assert!(
            grant.fault.is_some() && !grant.is_well(),
            "and the console says it"
        );

        bench.world.allow_capability(reading.account, right, true);
        reading.grade(ben, Some("8"));
        reading.read_all().await;
        assert_eq!(reading.points(ben).await, Some(Decimal::from(8)));
        let (tenant, id) = (grant.tenant.clone(), grant.id.clone());
        let kept = bench
            .cairn
            .store
            .read(move |db| rest_accesses::grant(db, &tenant, &id));
        let now = kept.await.unwrap().unwrap();
        assert_eq!((now.fault, now.state), (None, GrantState::On), "it is over");
        // The same where nothing at all could be read.
        bench.world.switch_web_services(false);
        reading.read_all().await;
        assert!(reading.readings().await.trouble.is_some());
        bench.world.switch_web_services(true);
        reading.read_all().await;
        assert_eq!(reading.readings().await.trouble, None);
    }
}

#[tokio::test]
async fn a_reading_that_waits_for_a_token_tries_nothing_until_the_turn_of_another_ends() {
    for bench in all_benches().await {
        let reading = Reading::on(&bench).await;
        reading.read().await;
        let until = reading.another_reads().await;
        reading.read_once().await;
        let waits = reading.awaits().await.unwrap();
        assert_eq!((waits.first_at, waits.jobs), (until, 1), "{waits:?}");
        let teacher = bench.instructor().await;
        let told = rest_grades::told(&reading.node, &teacher).await.unwrap();
        assert!(told.is_under_way && told.waits_for_turn, "and a teacher is told");
        // The other one is still heard of.
        bench.clock.advance(chrono::TimeDelta::minutes(1));
        let until = reading.another_reads().await;
        bench.world.forget_asked();
        bench.work(&reading.node).await;
        let waits = reading.awaits().await.unwrap();
        assert_eq!((waits.first_at, waits.jobs), (until, 1), "{waits:?}");
        assert_eq!(bench.world.asked("").len(), 0);

        let tenant = bench.course.tenant.clone();
        let ended = bench
            .cairn
            .store
            .write(move |db| readings::end_turn(db, &tenant, "grant", "another"));
        ended.await.unwrap();
        // The next turn that ends wakes it.
        reading.read_once().await;
        let waits = reading.awaits().await.unwrap();
        assert!(waits.waits_for(bench.clock.now()).is_some(), "{waits:?}");
        bench.work(&reading.node).await;
        assert_eq!(reading.awaits().await, None);
    }
}

#[tokio::test]
async fn two_readings_with_one_token_are_one_after_the_other() {
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        let reading = Reading::on(&bench).await;
        let students = bench.world.students(bench.at);
        reading.grade(&students[0], Some("9"));
        bench.check().await;
        bench.world.faults().reset_counters();
        let (course, other) = (bench.course.clone(), bench.hurried().await);
        let read = |cairn: Arc<Cairn>| {
            let (tenant, id) = (course.tenant.clone(), course.id.clone());
            async move { rest_grades::read(&cairn, &tenant, &id, crate::domain::cause::Cause::CheckNow).await }
        };
        let (one, two) = tokio::join!(read(Arc::clone(&reading.node)), read(other));
        one.unwrap();
        two.unwrap();
        bench.clock.advance(chrono::TimeDelta::minutes(1));
        bench.work(&reading.node).await;
        assert_eq!(reading.points(&students[0]).await, Some(Decimal::from(9)));
        assert_eq!(bench.world.faults().peak_in_flight(), 1, "one request at a time");
    }
}

#[tokio::test]
async fn a_reading_whose_process_was_killed_keeps_the_others_waiting_for_a_minute() {
    for bench in all_benches().await {
        let reading = Reading::on(&bench).await;
        let students = bench.world.students(bench.at);
        reading.grade(&students[0], Some("9"));
        bench.check().await;
        reading.another_reads().await;
        bench.work(&reading.node).await;
        assert!(reading.awaits().await.is_some());
        bench.clock.advance(chrono::TimeDelta::minutes(1));
        bench.work(&reading.node).await;
        assert_eq!(reading.points(&students[0]).await, Some(Decimal::from(9)));
        assert_eq!(reading.awaits().await, None);
    }
}

#[tokio::test]
async fn a_reading_that_waits_ends_with_its_worker_and_is_begun_anew_at_once() {
    for bench in all_benches().await {
        let reading = Reading::on(&bench).await;
        let students = bench.world.students(bench.at);
        reading.grade(&students[0], Some("9"));
        bench.check().await;
        let faults = bench.world.faults();
        faults.inject(reading.grades_at(), &Fault::ThrottledPlainly, 1);
        let worker = crate::jobs::Worker::start(bench.endless().await);
        for _ in 0..500 {
            if faults.left(reading.grades_at()) == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(faults.left(reading.grades_at()), 0, "it was asked");
        tokio::time::sleep(Duration::from_millis(200)).await;
        let begun = std::time::Instant::now();
        worker.stop().await;
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "it waits for no platform"
        );
        // Neither its turn nor its job is held by anybody.
        bench.work(&reading.node).await;
        assert_eq!(reading.points(&students[0]).await, Some(Decimal::from(9)));
        assert_eq!(reading.awaits().await, None);
    }
}

#[tokio::test]
async fn a_check_has_not_ended_before_the_grades_of_the_lms_itself_were_read() {
    use crate::service::course::sync::{Beyond, Ended, Stage, progress};
    for bench in all_benches().await {
        let reading = Reading::on(&bench).await;
        let students = bench.world.students(bench.at);
        reading.read().await;
        let badge = reading.badge().await;
        reading.grade(&students[0], Some("9"));
        bench.clock.advance(chrono::TimeDelta::minutes(10));
        let (tenant, id, since) = (&bench.course.tenant, &bench.course.id, bench.clock.now());
        let shown = async || progress(&bench.cairn, tenant, id, Some(since)).await.unwrap();
        bench.check().await;
        let first = shown().await;
        assert!(first.running && first.stage == Stage::Beyond, "{first:?}");
        let others = progress(&bench.cairn, tenant, id, None).await.unwrap();
        assert!(others.stage != Stage::Beyond, "nobody else waits for it");
        // Another course is read with the token just now.
        reading.another_reads().await;
        bench.work(&reading.node).await;
        let told = |stage: Stage| match stage {
            Stage::Ended(Ended {
                since: Some(since), ..
            }) => (since.awards, since.beyond),
            other => panic!("{other:?}"),
        };
        assert_eq!(told(shown().await.stage), (0, Beyond::Waits));
        bench.clock.advance(chrono::TimeDelta::minutes(1));
        bench.work(&reading.node).await;
        assert!(reading.has(&badge, &students[0]).await);
        assert_eq!(told(shown().await.stage), (1, Beyond::Read));
    }
}
