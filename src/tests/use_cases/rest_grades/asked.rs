//! What rules ask of the LMS beside its grades: what was handed in, what is complete, and who passes.

use std::collections::BTreeSet;

use super::*;
use crate::domain::design_review::RuleProblem;
use crate::domain::reading::Part;
use crate::service::badge::design::Obstacle;
use crate::service::base::session::digest;
use crate::service::course::home::Home;
use crate::store::sessions;
use practice_lms::{Completion, Tracking, Work};

impl Reading<'_> {
    /// What keeps a badge from working, as a teacher's first page says it.
    async fn obstacle(&self, badge: &BadgeId) -> Option<Obstacle> {
        let mut session = self.bench.instructor().await.session;
        session.expires_at += chrono::TimeDelta::hours(1);
        let token = session.id.to_string();
        let sealed = digest(&token);
        let cairn = &self.bench.cairn;
        let made = cairn
            .store
            .write(move |db| sessions::insert(db, &session, &sealed));
        made.await.unwrap();
        let course = &self.bench.course.id;
        let (_, home) = cairn.visitor_at_home(&token, course).await.unwrap();
        let Home::Teaching(found) = home else {
            panic!("nobody teaches");
        };
        let mut badges = found.overview.badges.into_iter();
        badges.find(|one| one.badge.id == *badge).unwrap().problem
    }
}

#[tokio::test]
async fn work_that_came_in_time_awards_and_late_work_does_where_time_is_not_asked_for() {
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        let reading = Reading::on(&bench).await;
        let students = bench.world.students(bench.at);
        let (ada, ben) = (&students[0], &students[1]);
        let essay = bench
            .world
            .add_native(bench.at, "Essay on grades", "assignment", Decimal::TEN);
        let due = bench.clock.now() + chrono::TimeDelta::hours(1);
        bench
            .world
            .change_column(bench.at, essay, |column| column.due = Some(due));
        let work = || Work {
            kind: "online_text_entry",
            ..Work::default()
        };
        assert!(bench.world.hand_in(bench.at, essay, ada.id, work()));
        reading.read().await;
        let column = reading.column(essay).await.id;
        let asked = |on_time| Condition::HandedIn {
            column: column.clone(),
            on_time,
        };
        let in_time = bench.badge_when("In time", asked(true)).await;
        let at_all = bench.badge_when("At all", asked(false)).await;
        bench.clock.advance(chrono::TimeDelta::hours(2));
        assert!(bench.world.hand_in(bench.at, essay, ben.id, work()));
        reading.read_all().await;
        assert!(reading.has(&in_time, ada).await && reading.has(&at_all, ada).await);
        assert!(!reading.has(&in_time, ben).await && reading.has(&at_all, ben).await);
        assert!(!reading.has(&at_all, &students[2]).await, "nothing came");
    }
}

#[tokio::test]
async fn work_that_was_handed_in_before_a_rule_asked_for_it_is_read_with_the_next_changes() {
    for bench in benches_of(Flavour::Moodle, |_| {}).await {
        let reading = Reading::on(&bench).await;
        let students = bench.world.students(bench.at);
        let (ada, ben) = (&students[0], &students[1]);
        let diary = bench
            .world
            .add_native(bench.at, "Field diary", "assignment", Decimal::TEN);
        assert!(bench.world.hand_in(bench.at, diary, ada.id, Work::default()));
        bench.clock.advance(chrono::TimeDelta::minutes(1));
        reading.read().await;
        let column = reading.column(diary).await.id;
        let on_time = false;
        let asked = Condition::HandedIn {
            column: column.clone(),
            on_time,
        };
        let badge = bench.badge_when("Diary", asked).await;
        reading.read_after(10).await;
        assert!(reading.has(&badge, ada).await, "no change told of it");
        assert!(!reading.has(&badge, ben).await);
        let facts = reading.facts(ben).await;
        let known = facts.handed_in.get(&column);
        assert!(
            known.is_some_and(|fact| fact.at.is_none()),
            "that is known: {known:?}"
        );
        bench.world.forget_asked();
        reading.read_after(10).await;
        let again = bench.world.asked("mod_assign_get_submissions");
        assert!(again.is_empty(), "once: {again:?}");

        // A role that may not look finds nothing, which is not that there is nothing.
        let right = "mod/assign:viewgrades";
        bench.world.allow_capability(reading.account, right, false);
        reading.read_all().await;
        let coverage = reading.readings().await.coverage.unwrap();
        let lacks = coverage.lacks.iter().any(|lack| lack.part == Part::HandIns);
        assert!(lacks, "{coverage:?}");
        let facts = reading.facts(ada).await;
        assert!(facts.handed_in[&column].at.is_some(), "what is known stays");

        // Off, a teacher is not asked for a file, which cannot tell it.
        reading.switch(false).await;
        let label = "Field diary".to_owned();
        let untold = Obstacle::CannotBeEarned(RuleProblem::HandInsNotTold { label });
        assert_eq!(reading.obstacle(&badge).await, Some(untold));
    }
}

#[tokio::test]
async fn what_is_complete_and_who_passes_decide_as_moodle_says() {
    for bench in benches_of(Flavour::Moodle, |_| {}).await {
        let reading = Reading::on(&bench).await;
        let students = bench.world.students(bench.at);
        let [ada, ben, cleo] = &students[..3] else {
            panic!("{students:?}")
        };
        let tracked = bench.world.change_column(bench.at, reading.quiz, |column| {
            column.tracking = Some(Tracking::Automatic);
        });
        assert!(tracked);
        reading.read().await;
        let column = reading.column(reading.quiz).await;
        assert!(column.tells_completion(), "{column:?}");
        // A few show which columns tell it; no rule asks it of the class.
        let of_whom = || -> BTreeSet<u64> {
            let asked = bench
                .world
                .asked("core_completion_get_activities_completion_status");
            let parts = asked.iter().flat_map(|one| one.split('&'));
            let ids = parts.filter_map(|part| part.strip_prefix("userid="));
            ids.map(|id| id.parse().unwrap()).collect()
        };
        let class: BTreeSet<u64> = students.iter().map(|one| one.id).collect();
        let few = of_whom();
        assert!(few.len() < class.len() && few.is_subset(&class), "{few:?}");
        bench.world.forget_asked();
        reading.read_after(10).await;
        assert!(of_whom().is_empty(), "nor of anybody with the next check");
        let done = Condition::Completed {
            column: column.id.clone(),
        };
        let pass = Condition::Elsewhere {
            column: column.id,
            needs: Needed::Passed(Vec::new()),
        };
        let done = bench.badge_when("Done", done).await;
        let pass = bench.badge_when("Passed", pass).await;
        // Passed, done without a grade to pass, and done but failed.
        for (student, state) in [(ada, 2), (ben, 1), (cleo, 3)] {
            let completion = Completion {
                state,
                at: bench.clock.now(),
                overridden_by: None,
            };
            let world = &bench.world;
            let kept = world.change_cell(bench.at, reading.quiz, student.id, |cell| {
                cell.completion = Some(completion);
            });
            assert!(kept);
        }
        reading.read_all().await;
        let asked = of_whom();
        let three = [ada.id, ben.id, cleo.id];
        assert!(three.iter().all(|id| asked.contains(id)), "{asked:?}");
        let expected = [
            (&done, [true, true, false], "done"),
            (&pass, [true, false, false], "passed"),
        ];
        for (badge, holds, what) in expected {
            for (student, holds) in [ada, ben, cleo].into_iter().zip(holds) {
                assert_eq!(
                    reading.has(badge, student).await,
                    holds,
                    "{what}: {}",
                    student.name
                );
            }
        }
    }
}

#[tokio::test]
async fn work_from_before_a_rule_asked_for_it_is_read_at_once_and_what_did_not_come_is_known() {
    for bench in benches_of(Flavour::Moodle, |_| {}).await {
        let reading = Reading::on(&bench).await;
        let students = bench.world.students(bench.at);
        let (ada, ben) = (&students[0], &students[1]);
        let diary = bench
            .world
            .add_native(bench.at, "Field diary", "assignment", Decimal::TEN);
        assert!(bench.world.hand_in(bench.at, diary, ada.id, Work::default()));
        reading.read_after(1).await;
        let column = reading.column(diary).await.id;
        assert!(
            reading.facts(ada).await.handed_in.is_empty(),
            "no rule asks for it"
        );

        // Nothing has changed there since, and the whole is not read again before tomorrow.
        bench.clock.advance(chrono::TimeDelta::minutes(1));
        let asked = Condition::HandedIn {
            column: column.clone(),
            on_time: false,
        };
        let badge = bench.badge_when("Diary", asked).await;
        reading.read().await;
        assert!(reading.has(&badge, ada).await && !reading.has(&badge, ben).await);
        let told = reading.facts(ben).await.handed_in.remove(&column);
        assert!(
            told.is_some_and(|work| work.at.is_none() && !work.missing),
            "known"
        );

        // It is read once, and what comes later is a change.
        bench.world.forget_asked();
        reading.read_after(10).await;
        assert_eq!(bench.world.asked("mod_assign_get_submissions").len(), 0);
        assert!(bench.world.hand_in(bench.at, diary, ben.id, Work::default()));
        reading.read_after(10).await;
        assert!(reading.has(&badge, ben).await);
    }
}

#[tokio::test]
async fn a_rule_that_asks_for_work_has_it_read_when_it_is_saved() {
    use crate::domain::rule::{Group, Need, Node};
    for bench in benches_of(Flavour::Moodle, |_| {}).await {
        let reading = Reading::on(&bench).await;
        let ada = bench.world.students(bench.at).remove(0);
        let diary = bench
            .world
            .add_native(bench.at, "Field diary", "assignment", Decimal::TEN);
        assert!(bench.world.hand_in(bench.at, diary, ada.id, Work::default()));
        reading.read_after(1).await;
        let column = reading.column(diary).await.id;
        let badge = reading.badge().await;
        bench.clock.advance(chrono::TimeDelta::minutes(1));
        let asked = Condition::HandedIn {
            column: column.clone(),
            on_time: false,
        };
        let root = Group {
            need: Need::All,
            nodes: vec![Node::Condition(asked)],
        };
        let teacher = bench.instructor().await;
        let saved = design::save_rule(&reading.node, &teacher, &badge, &root, None).await;
        assert!(matches!(saved, Ok(crate::service::base::clash::Saving::Done)));
        bench.work(&reading.node).await;
        let told = reading.facts(&ada).await.handed_in.remove(&column);
        assert!(told.is_some_and(|work| work.at.is_some()));
    }
}

#[tokio::test]
async fn check_now_brings_what_was_regraded_a_moment_after_a_reading() {
    for bench in all_benches().await {
        let mut reading = Reading::on(&bench).await;
        reading.quiz = bench
            .world
            .add_native(bench.at, "Essay on grades", "assignment", Decimal::TEN);
        let students = bench.world.students(bench.at);
        let (ada, ben) = (&students[0], &students[1]);
        reading.grade(ada, Some("9"));
        reading.grade(ben, Some("5"));
        reading.read().await;
        let badge = reading.badge().await;
        assert!(!reading.has(&badge, ben).await);
        bench.clock.advance(chrono::TimeDelta::minutes(1));
        reading.grade(ben, Some("9"));
        reading.read_after(1).await;
        assert_eq!(reading.points(ben).await, Some(Decimal::from(9)));
        assert!(reading.has(&badge, ben).await, "whoever presses need not wait");
    }
}
