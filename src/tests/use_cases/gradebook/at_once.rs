//! A score that the platform took counts at once, without another check of the course.

use super::*;

#[tokio::test]
async fn a_score_that_was_taken_is_decided_on_at_once_without_a_check_of_the_course() {
    for flavour in BOTH {
        for bench in benches_of(flavour, |_| {}).await {
            let (activity, column) = bench.essay().await;
            let badge = bench.essayist().await;
            let (ada, ben) = (bench.student(0), bench.student(1));
            bench.world.faults().reset_counters();
            let hand_in = bench.hand_in(&ada, &activity).await;
            bench.review(&hand_in, 85).await;
            bench.work(&bench.cairn).await;
            let holders = bench.holders(&badge).await;
            assert!(holders.contains_key(&bench.person(&ada.sub).await), "{flavour:?}");
            let there = bench.gradebook(&hand_in).await;
            assert_eq!((there.grade, there.ours), (points(85, 100), true), "{flavour:?}");

            // What a teacher typed there stays, and is as much of a fact.
            bench.world.set_grade(bench.at, column, ben.id, Some(95.into()));
            bench.clock.advance(TimeDelta::minutes(1));
            let hand_in = bench.hand_in(&ben, &activity).await;
            bench.review(&hand_in, 10).await;
            bench.work(&bench.cairn).await;
            assert_eq!(bench.holders(&badge).await.len(), 2, "{flavour:?}");
            let members = bench.world.faults().requests(Endpoint::Members);
            assert_eq!(members, 0, "{flavour:?}: the course was not read for it");
        }
    }
}

#[tokio::test]
async fn a_check_that_sends_what_waited_counts_what_comes_of_it() {
    for bench in benches().await {
        let (activity, column) = bench.essay().await;
        let badge = bench.essayist().await;
        let student = bench.student(0);
        bench
            .world
            .close_line_item(bench.at, column, Some(Closed::Locked));
        let hand_in = bench.hand_in(&student, &activity).await;
        bench.review(&hand_in, 88).await;
        bench.fails_once().await;
        assert_eq!(bench.told().await.untaken.len(), 1, "the column is locked");
        bench.world.close_line_item(bench.at, column, None);
        bench.clock.advance(TimeDelta::seconds(1));
        let asked = bench.clock.now();
        bench.check().await;
        let (tenant, course) = (&bench.course.tenant, &bench.course.id);
        let shown = || check_progress(&bench.cairn, tenant, course, Some(asked));
        let under_way = shown().await.unwrap();
        assert!(
            under_way.running && matches!(under_way.stage, Stage::Scores(1)),
            "{under_way:?}"
        );
        let says = words::checks::progress(&under_way, Zone::UTC);
        assert_eq!(says, "Updating the gradebook for 1 submission.");
        bench.work(&bench.cairn).await;
        assert_eq!(bench.holders(&badge).await.len(), 1);
        let says = words::checks::progress(&shown().await.unwrap(), Zone::UTC);
        assert_eq!(says, "Checked. 1 new award.");
    }
}

#[tokio::test]
async fn what_waits_for_its_next_try_is_sent_by_a_check_that_finds_the_platform_well_again() {
    for bench in benches().await {
        let (activity, _) = bench.essay().await;
        let student = bench.student(0);
        let hand_in = bench.hand_in(&student, &activity).await;
        bench.review(&hand_in, 77).await;
        let faults = bench.world.faults();
        faults.inject(Endpoint::Scores, &Fault::Forbidden, 60);
        bench.fails_once().await;
        faults.clear();
        bench.clock.advance(TimeDelta::seconds(1));
        bench.check().await;
        let (tenant, course) = (&bench.course.tenant, &bench.course.id);
        let shown = check_progress(&bench.cairn, tenant, course, None).await.unwrap();
        assert!(matches!(shown.stage, Stage::Scores(1)), "{shown:?}");
        bench.work(&bench.cairn).await;
        assert_eq!(bench.points("Essay", &student), Some(77.into()));
        assert_eq!(bench.late().await, None);
    }
}

#[tokio::test]
async fn a_score_that_cannot_be_read_back_has_the_course_checked_once() {
    for bench in benches().await {
        let (activity, _) = bench.essay().await;
        let badge = bench.essayist().await;
        let hand_in = bench.hand_in(&bench.student(0), &activity).await;
        bench.review(&hand_in, 85).await;
        let faults = bench.world.faults();
        faults.reset_counters();
        // Before the score is sent the gradebook answers well, and afterwards it does not.
        faults.inject(Endpoint::Results, &Fault::Delay(Duration::ZERO), 1);
        faults.inject(Endpoint::Results, &Fault::ServerError, 20);
        bench.send(&hand_in).await.unwrap();
        faults.clear();
        bench.work(&bench.cairn).await;
        assert_eq!(bench.holders(&badge).await.len(), 1);
        assert_eq!(faults.requests(Endpoint::Members), 1);
    }
}
