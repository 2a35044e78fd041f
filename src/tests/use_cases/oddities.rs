//! Platforms that are unlike the standards: what can be read is read, and what cannot is counted and named.

use super::{Bench, benches, benches_of};
use crate::domain::people::Person;
use crate::service::base::trouble::Trouble;
use crate::store::{line_items, people};
use crate::web::words::checks;
use lti::registration::Flavour;
use practice_lms::{Endpoint, Oddity};

const FLAVOURS: [Flavour; 2] = [Flavour::Moodle, Flavour::Canvas];

async fn known(bench: &Bench, sub: &str) -> Option<Person> {
    let (course, sub) = (bench.course.clone(), sub.to_owned());
    let found = bench
        .cairn
        .store
        .read(move |db| people::by_sub(db, &course.tenant, &course.registration, &sub));
    found.await.unwrap()
}

#[tokio::test]
async fn names_with_control_characters_stop_no_check_on_either_database() {
    for flavour in FLAVOURS {
        for bench in benches_of(flavour, |_| {}).await {
            bench.world.be_odd(Oddity::ControlCharacters, true);
            let student = bench.world.students(bench.at).remove(0);
            bench.grade(student.id, Some("90"));
            let outcome = bench.check().await;
            assert_eq!(outcome.problem, None, "{flavour:?}");
            let person = known(&bench, &student.sub).await.unwrap();
            assert_eq!(person.name.as_deref(), Some(student.name.as_str()), "{flavour:?}");
            let course = bench.course.clone();
            let items = bench
                .cairn
                .store
                .read(move |db| line_items::for_course(db, &course.tenant, &course.id));
            let labels: Vec<String> = items.await.unwrap().into_iter().map(|item| item.label).collect();
            assert!(labels.contains(&"Final quiz".to_owned()), "{labels:?}");
        }
    }
}

#[tokio::test]
async fn rows_that_are_no_members_are_left_out_and_nobody_leaves_for_them() {
    for flavour in FLAVOURS {
        for bench in benches_of(flavour, |_| {}).await {
            bench.check().await;
            let before = bench.learners().await;
            let left = bench.world.students(bench.at).remove(0);
            bench.world.be_odd(Oddity::MalformedMembers, true);
            bench.world.set_role(bench.at, left.id, None);
            bench.clock.advance(chrono::TimeDelta::minutes(1));
            let outcome = bench.check().await;
            let trouble = outcome.problem.unwrap();
            let problem = checks::trouble(&trouble);
            assert!(
                problem.starts_with("4 rows of the platform's member list were left out;"),
                "{problem}"
            );
            for named in [
                "row 1 is no member at all",
                "row 3 (“Nobody Known”)",
                "row 4 (“Null Byte”)",
            ] {
                assert!(problem.contains(named), "{problem}");
            }
            assert_eq!(bench.learners().await, before, "{flavour:?}");
            let kept = bench.checks().await.problem.unwrap();
            assert_eq!(Trouble::read(&kept), trouble);
            assert!(
                !trouble.for_the_log().contains("Nobody Known"),
                "the log names nobody"
            );

            bench.world.be_odd(Oddity::MalformedMembers, false);
            bench.clock.advance(chrono::TimeDelta::minutes(1));
            assert_eq!(bench.check().await.problem, None);
            let left = bench.person(&left.sub).await;
            let mut after = before.clone();
            after.retain(|one| *one != left);
            assert_eq!(bench.learners().await, after, "{flavour:?}");
        }
    }
}

#[tokio::test]
async fn lower_case_further_roles_and_names_in_parts_change_nothing() {
    for flavour in FLAVOURS {
        for bench in benches_of(flavour, |_| {}).await {
            bench.check().await;
            let before = bench.learners().await;
            assert!(before.len() >= 12);
            for oddity in [
                Oddity::LowerCaseStatus,
                Oddity::FurtherRoles,
                Oddity::NoWholeName,
                Oddity::OddTokens,
            ] {
                bench.world.be_odd(oddity, true);
            }
            bench.world.forget_tokens();
            bench.clock.advance(chrono::TimeDelta::minutes(1));
            assert_eq!(bench.check().await.problem, None, "{flavour:?}");
            assert_eq!(bench.learners().await, before, "{flavour:?}");
            let student = bench.world.students(bench.at).remove(0);
            let person = known(&bench, &student.sub).await.unwrap();
            assert_eq!(person.name.as_deref(), Some(student.name.as_str()), "{flavour:?}");
        }
    }
}

#[tokio::test]
async fn a_platform_that_lost_its_tokens_gives_new_ones_whether_it_says_401_or_403() {
    for flavour in FLAVOURS {
        for bench in benches_of(flavour, |_| {}).await {
            assert_eq!(bench.check().await.problem, None);
            let faults = bench.world.faults();
            for forbidden in [false, true] {
                bench.world.be_odd(Oddity::ForbiddenTokens, forbidden);
                bench.world.forget_tokens();
                faults.reset_counters();
                let outcome = bench.check().await;
                assert_eq!(outcome.problem, None, "{flavour:?}, 403: {forbidden}");
                let asked = faults.requests(Endpoint::Token);
                assert!((1..=4).contains(&asked), "one for each scope: {asked}");
            }
        }
    }
}

#[tokio::test]
async fn a_403_that_means_it_does_not_cost_a_token_at_each_check() {
    for bench in benches().await {
        bench.check().await;
        let faults = bench.world.faults();
        faults.reset_counters();
        for _ in 0..4 {
            faults.inject(Endpoint::Members, &practice_lms::Fault::Forbidden, 2);
            let problem = checks::trouble(&bench.check().await.problem.unwrap());
            assert!(problem.contains("(403)"), "{problem}");
            faults.clear();
        }
        assert_eq!(faults.requests(Endpoint::Token), 1);
    }
}
