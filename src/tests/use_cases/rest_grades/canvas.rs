//! Canvas: posting, hiding and excusing; what was handed in; sections of one teacher.

use super::*;
use crate::domain::outside::Withheld;

#[tokio::test]
async fn a_grade_counts_from_when_it_is_posted_and_is_neither_kept_nor_shown_before_or_after() {
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        let reading = Reading::on(&bench).await;
        let students = bench.world.students(bench.at);
        let (ada, ben) = (&students[0], &students[1]);
        bench
            .world
            .change_column(bench.at, reading.quiz, |column| column.post_manually = true);
        reading.grade(ada, Some("9"));
        reading.grade(ben, Some("6"));
        reading.read().await;
        let badge = reading.badge().await;
        assert_eq!(reading.known(ada).await, None);
        assert!(!reading.has(&badge, ada).await);
        let coverage = reading.readings().await.coverage.unwrap();
        assert!(coverage.unseen >= 2 && coverage.is_whole, "{coverage:?}");

        // Posting is no grading: the column that the rule reads is looked at as it is.
        bench.clock.advance(chrono::TimeDelta::minutes(10));
        bench.world.post_grades(bench.at, reading.quiz);
        reading.read().await;
        assert!(reading.has(&badge, ada).await);
        assert_eq!(reading.points(ben).await, Some(Decimal::from(6)));
        let asked = bench.world.asked("/students/submissions");
        let last = asked.last().unwrap();
        assert!(last.contains("assignment_ids"), "{last}");

        bench.clock.advance(chrono::TimeDelta::minutes(10));
        bench.world.hide_posted(bench.at, reading.quiz);
        reading.read().await;
        assert_eq!(reading.known(ben).await, None, "hidden again");
        assert!(reading.has(&badge, ada).await, "what was awarded stays");
    }
}

#[tokio::test]
async fn who_is_excused_has_no_grade_and_no_zero() {
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        let reading = Reading::on(&bench).await;
        let students = bench.world.students(bench.at);
        let ada = &students[0];
        bench.world.excuse(bench.at, reading.quiz, ada.id, true);
        reading.read().await;
        let badge = reading.badge().await;
        let known = reading.known(ada).await.map(|grade| grade.value);
        assert_eq!(known, Some(OutsideValue::Excused));
        assert!(!reading.has(&badge, ada).await);
        bench.world.excuse(bench.at, reading.quiz, ada.id, false);
        reading.grade(ada, Some("9"));
        reading.read_after(10).await;
        assert!(reading.has(&badge, ada).await);
    }
}

#[tokio::test]
async fn unpublished_and_anonymous_columns_are_told_and_none_of_their_grades() {
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        let reading = Reading::on(&bench).await;
        let students = bench.world.students(bench.at);
        reading.grade(&students[0], Some("9"));
        reading.read().await;
        assert!(reading.points(&students[0]).await.is_some());
        bench
            .world
            .change_column(bench.at, reading.quiz, |column| column.is_anonymous = true);
        reading.read_all().await;
        let column = reading.column(reading.quiz).await;
        assert_eq!(column.rest.as_ref().unwrap().withheld, Some(Withheld::Anonymous));
        assert!(!column.counts());
        assert_eq!(reading.known(&students[0]).await, None);
        bench
            .world
            .change_column(bench.at, reading.quiz, |column| column.is_anonymous = false);
        reading.read_all().await;
        assert_eq!(reading.points(&students[0]).await, Some(Decimal::from(9)));
    }
}

#[tokio::test]
async fn what_was_handed_in_comes_with_the_grades() {
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        let reading = Reading::on(&bench).await;
        let students = bench.world.students(bench.at);
        let (ada, ben) = (&students[0], &students[1]);
        let essay = bench
            .world
            .add_native(bench.at, "Essay on grades", "assignment", Decimal::TEN);
        let due = bench.clock.now() - chrono::TimeDelta::hours(1);
        bench
            .world
            .change_column(bench.at, essay, |column| column.due = Some(due));
        let work = practice_lms::Work {
            kind: "online_text_entry",
            ..practice_lms::Work::default()
        };
        assert!(bench.world.hand_in(bench.at, essay, ada.id, work));
        reading.read().await;
        let column = reading.column(essay).await;
        assert!(column.rest.as_ref().unwrap().tells_hand_ins);
        let facts = reading.facts(ada).await;
        let handed_in = &facts.handed_in[&column.id];
        assert_eq!(
            (handed_in.late, handed_in.missing, handed_in.source),
            (Some(true), false, GradeSource::RestCanvas)
        );
        assert!(handed_in.at.is_some() && !facts.elsewhere.contains_key(&column.id));
        // Nothing came of the other one, and Canvas counts it as missing.
        let facts = reading.facts(ben).await;
        let missing = facts.handed_in.get(&column.id).is_some_and(|fact| fact.missing);
        assert!(missing, "{facts:?}");
    }
}

#[tokio::test]
async fn a_grade_in_a_column_of_ours_waits_no_day_for_the_word_that_it_may_be_seen() {
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        let reading = Reading::on(&bench).await;
        let students = bench.world.students(bench.at);
        reading.grade(&students[0], Some("9"));
        reading.read().await;
        let native = reading.badge().await;
        let own = bench.badge().await;
        bench.decide(&own).await;
        assert!(reading.has(&native, &students[0]).await);
        bench.grade(students[1].id, Some("90"));
        reading.read_after(10).await;
        assert!(reading.has(&own, &students[1]).await);
    }
}

#[tokio::test]
async fn a_course_that_is_concluded_loses_nothing_that_was_read_and_is_read_on_when_it_is_reopened() {
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        let reading = Reading::on(&bench).await;
        let students = bench.world.students(bench.at);
        let (ada, ben) = (&students[0], &students[1]);
        reading.grade(ada, Some("9"));
        reading.grade(ben, Some("5"));
        reading.read().await;
        let badge = reading.badge().await;
        assert!(reading.has(&badge, ada).await);
        let before = reading.readings().await.done.whole;

        bench.world.conclude(bench.at, true);
        reading.read_all().await;
        let readings = reading.readings().await;
        assert!(
            readings.done.whole > before || readings.trouble.is_some(),
            "read, or said: {readings:?}"
        );
        assert!(reading.column(reading.quiz).await.counts());
        assert_eq!(reading.points(ada).await, Some(Decimal::from(9)));
        assert_eq!(reading.points(ben).await, Some(Decimal::from(5)));
        assert!(reading.has(&badge, ada).await && !reading.has(&badge, ben).await);

        bench.world.conclude(bench.at, false);
        reading.grade(ben, Some("9"));
        reading.read_all().await;
        assert!(reading.has(&badge, ben).await);
    }
}
