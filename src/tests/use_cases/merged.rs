//! Canvas users whose accounts were merged: results name the present id, launches and the member list the former one.

use rust_decimal::Decimal;

use super::{Bench, benches_of};
use crate::service::base::trouble::Trouble;
use crate::store::{identities, platforms};
use crate::web::words::checks;
use chrono::TimeDelta;
use lti::registration::Flavour;
use practice_lms::Endpoint;

async fn canvases() -> Vec<Bench> {
    benches_of(Flavour::Canvas, |_| {}).await
}

#[tokio::test]
async fn a_merged_student_is_looked_up_once_and_earns_the_badge() {
    for bench in canvases().await {
        bench.check().await;
        let badge = bench.badge().await;
        let students = bench.world.students(bench.at);
        bench.world.merge_user(students[0].id, "present-of-zero");
        bench.grade(students[0].id, Some("95"));
        bench.grade(students[1].id, Some("20"));
        let outcome = bench.run().await;
        assert_eq!(outcome.problem, None);
        let winner = bench.person(&students[0].sub).await;
        assert_eq!(bench.holders(&badge).await.keys().collect::<Vec<_>>(), [&winner]);
        assert_eq!(bench.known().await.get(&winner), Some(&Some(Decimal::from(95))));
        assert_eq!(bench.person("present-of-zero").await, winner);
        // A score goes to the name that launches and the member list have.
        let (course, person) = (bench.course.clone(), winner.clone());
        let sub = bench.cairn.store.read(move |db| {
            let home = platforms::home_of_course(db, &course.tenant, &course.id)?;
            identities::sub_of(db, &course.tenant, &home.platform, &person)
        });
        assert_eq!(sub.await.unwrap().as_deref(), Some(students[0].sub.as_str()));
        bench.world.faults().reset_counters();
        bench.run().await;
        let columns = bench
            .world
            .line_items(bench.at)
            .iter()
            .filter(|one| one.tool.is_some())
            .count();
        let asked = bench.world.faults().requests(Endpoint::Results);
        assert_eq!(asked, u64::try_from(columns).unwrap(), "nobody is asked of twice");
    }
}

#[tokio::test]
async fn rows_of_nobody_known_are_counted_and_named_and_asked_of_once_a_day() {
    for bench in canvases().await {
        bench.check().await;
        let students = bench.world.students(bench.at);
        let left = &students[3];
        bench.world.merge_user(left.id, "present-of-three");
        bench.grade(left.id, Some("50"));
        bench.world.set_role(bench.at, left.id, None);
        let problem = bench.check().await.problem.unwrap();
        let words = checks::trouble(&problem);
        assert!(words.contains("results of 1 user whom"), "{words}");
        assert!(words.contains("present-of-three"), "{words}");
        assert!(!problem.for_the_log().contains("present-of-three"));
        assert_eq!(Trouble::read(&problem.stored()), problem);
        let columns = bench
            .world
            .line_items(bench.at)
            .iter()
            .filter(|one| one.tool.is_some())
            .count();
        let lists = u64::try_from(columns).unwrap();
        bench.world.faults().reset_counters();
        assert!(
            bench.check().await.problem.is_some(),
            "it is said as long as it is so"
        );
        assert_eq!(bench.world.faults().requests(Endpoint::Results), lists);
        bench.clock.advance(TimeDelta::days(1));
        bench.world.faults().reset_counters();
        bench.check().await;
        assert!(bench.world.faults().requests(Endpoint::Results) > lists);
        // Back in the course, the platform tells who it is.
        bench.clock.advance(TimeDelta::days(1));
        bench
            .world
            .set_role(bench.at, left.id, Some(practice_lms::CourseRole::Student));
        assert_eq!(bench.check().await.problem, None);
    }
}

#[tokio::test]
async fn a_platform_that_names_people_alike_everywhere_is_asked_nothing_more() {
    for bench in benches_of(Flavour::Moodle, |_| {}).await {
        bench.check().await;
        let gone = bench.world.students(bench.at).remove(2);
        bench.world.faults().reset_counters();
        bench.grade(gone.id, Some("50"));
        bench.check().await;
        let columns = bench
            .world
            .line_items(bench.at)
            .iter()
            .filter(|one| one.tool.is_some())
            .count();
        assert_eq!(
            bench.world.faults().requests(Endpoint::Results),
            u64::try_from(columns).unwrap()
        );
    }
}
