//! Moodle: the cheap look for changes, hiding, a role that became weaker, scales, and columns that go and come.

use super::*;
use crate::domain::design_review::RuleProblem;
use crate::domain::outside::Measure;
use crate::domain::reading::Why;
use crate::domain::sample::{all, one_of};
use crate::service::award::progress;

const REPORT: &str = "gradereport_user_get_grade_items";

#[tokio::test]
async fn changes_are_looked_for_first_and_the_report_is_read_of_whom_they_name() {
    for bench in benches_of(Flavour::Moodle, |_| {}).await {
        let reading = Reading::on(&bench).await;
        let students = bench.world.students(bench.at);
        let essay = bench
            .world
            .add_native(bench.at, "Essay on grades", "assignment", Decimal::TEN);
        reading.read().await;
        bench.world.forget_asked();
        reading.read_after(10).await;
        assert_eq!(bench.world.asked("").len(), 0, "no rule needs any of it");
        reading.badge().await;
        reading.read_after(10).await;
        assert_eq!(bench.world.asked("core_course_get_updates_since").len(), 1);
        assert_eq!(bench.world.asked(REPORT).len(), 0, "nothing changed");

        bench.clock.advance(chrono::TimeDelta::minutes(1));
        let nine = Some(Decimal::from(9));
        assert!(bench.world.set_grade(bench.at, essay, students[0].id, nine));
        bench.world.forget_asked();
        reading.read_after(10).await;
        let column = reading.column(essay).await.id;
        let facts = reading.facts(&students[0]).await;
        if bench.world.asked("mod_assign_get_grades").is_empty() {
            // A grade that was typed into the gradebook shows nowhere but in the report.
            assert!(!facts.elsewhere.contains_key(&column));
            reading.read_all().await;
        } else {
            assert!(!bench.world.asked(REPORT).is_empty());
        }
        let facts = reading.facts(&students[0]).await;
        assert_eq!(
            facts.elsewhere[&column].value,
            OutsideValue::Points(Decimal::from(9))
        );
    }
}

#[tokio::test]
async fn hidden_grades_are_neither_kept_nor_shown_whatever_the_role_may_see() {
    for bench in benches_of(Flavour::Moodle, |_| {}).await {
        let reading = Reading::on(&bench).await;
        let students = bench.world.students(bench.at);
        let ada = &students[0];
        reading.grade(ada, Some("9"));
        bench.world.hide_grades(bench.at, reading.quiz, true);
        reading.read().await;
        let badge = reading.badge().await;
        assert_eq!(reading.known(ada).await, None);
        assert!(reading.readings().await.coverage.unwrap().unseen > 0);
        // A teacher is told that there is one, and of nobody.
        let teacher = bench.instructor().await;
        let trial = design::trial(&bench.cairn, &teacher, &badge).await.unwrap();
        let unseen: Vec<u64> = trial.unseen.iter().map(|(_, count)| *count).collect();
        assert_eq!(unseen, [1], "{:?}", trial.unseen);
        let person = bench.person(&ada.sub).await;
        let sight = progress::sight(&bench.cairn, &teacher, &badge, &person)
            .await
            .unwrap();
        assert_eq!(sight.unseen, trial.unseen, "on the page of a student too");
        assert_eq!(trial.lms_read_at, reading.readings().await.done.whole);
        bench.world.hide_grades(bench.at, reading.quiz, false);
        bench.clock.advance(chrono::TimeDelta::minutes(1));
        reading.read().await;
        assert!(
            reading.has(&badge, ada).await,
            "who releases grades presses Check now"
        );
        let trial = design::trial(&bench.cairn, &teacher, &badge).await.unwrap();
        assert!(trial.unseen.is_empty());
        bench.world.hide_grades(bench.at, reading.quiz, true);
        reading.read_all().await;
        assert_eq!(reading.known(ada).await, None);
        assert!(reading.has(&badge, ada).await, "what was awarded stays");
    }
}

#[tokio::test]
async fn a_role_that_became_weaker_gives_shorter_lists_and_takes_nothing_away() {
    for bench in benches_of(Flavour::Moodle, |_| {}).await {
        let reading = Reading::on(&bench).await;
        let students = bench.world.students(bench.at);
        let ada = &students[0];
        reading.grade(ada, Some("9"));
        reading.read().await;
        bench
            .world
            .allow_capability(reading.account, "mod/quiz:view", false);
        reading.read_all().await;
        assert!(
            reading.column(reading.quiz).await.counts(),
            "it is only out of reach"
        );
        assert_eq!(reading.points(ada).await, Some(Decimal::from(9)));
        let coverage = reading.readings().await.coverage.unwrap();
        assert!(!coverage.is_whole);
        let weaker = coverage.lacks.iter().any(
            |lack| matches!(&lack.why, Why::RoleWeaker(of) if of.iter().any(|one| one.contains("view"))),
        );
        assert!(weaker, "{coverage:?}");
        bench
            .world
            .allow_capability(reading.account, "mod/quiz:view", true);
        reading.read_all().await;
        let coverage = reading.readings().await.coverage.unwrap();
        assert!(coverage.is_whole && coverage.lacks.is_empty(), "{coverage:?}");
    }
}

#[tokio::test]
async fn a_column_that_is_renamed_is_the_same_and_one_that_is_deleted_waits_for_its_return() {
    for bench in all_benches().await {
        let reading = Reading::on(&bench).await;
        let students = bench.world.students(bench.at);
        let (ada, ben) = (&students[0], &students[1]);
        reading.grade(ada, Some("9"));
        reading.read().await;
        let badge = reading.badge().await;
        let id = reading.column(reading.quiz).await.id;
        assert!(bench.world.rename_line_item(bench.at, reading.quiz, "Renamed"));
        reading.read_all().await;
        let renamed = reading.column(reading.quiz).await;
        assert_eq!((renamed.id, renamed.label.as_str()), (id.clone(), "Renamed"));

        assert!(bench.world.delete_line_item(bench.at, reading.quiz));
        reading.read_all().await;
        let course = bench.course.clone();
        let columns = bench
            .cairn
            .store
            .read(move |db| outside::columns(db, &course.tenant, &course.id));
        let columns = columns.await.unwrap();
        let gone = columns.iter().find(|column| column.id == id).unwrap();
        assert!(!gone.counts() && !gone.rest.as_ref().unwrap().is_listed);
        assert!(!reading.facts(ada).await.elsewhere.contains_key(&id));
        assert!(reading.has(&badge, ada).await, "what was awarded stays");

        assert!(bench.world.restore_line_item(bench.at, reading.quiz));
        reading.grade(ben, Some("9"));
        reading.read_all().await;
        assert!(reading.column(reading.quiz).await.counts());
        assert!(reading.has(&badge, ben).await);
    }
}

#[tokio::test]
async fn a_column_that_is_made_a_scale_has_words_and_no_percent_is_made_of_them() {
    for bench in benches_of(Flavour::Moodle, |_| {}).await {
        let mut reading = Reading::on(&bench).await;
        // A quiz has no scale.
        reading.quiz = bench
            .world
            .add_native(bench.at, "Essay on grades", "assignment", Decimal::TEN);
        let students = bench.world.students(bench.at);
        let (ada, ben) = (&students[0], &students[1]);
        reading.grade(ada, Some("9"));
        reading.read().await;
        let badge = reading.badge().await;
        assert!(reading.has(&badge, ada).await);
        assert!(bench.world.grade_by_scale(bench.at, reading.quiz, 3));
        bench.world.change_column(bench.at, reading.quiz, |column| {
            column.scale = ["Not yet", "Nearly", "Yes"].map(str::to_owned).to_vec();
        });
        reading.grade(ben, Some("3"));
        reading.read_all().await;
        assert_eq!(reading.column(reading.quiz).await.measure, Measure::Words);
        let known = reading.known(ben).await.unwrap();
        assert_eq!(known.value, OutsideValue::Word("Yes".to_owned()));
        assert!(!reading.has(&badge, ben).await, "a step is no percent");
        assert!(reading.has(&badge, ada).await, "what was awarded stays");

        // Once each step was seen it is known which words there are, and another one is no slip in silence.
        let teacher = bench.instructor().await;
        let column = reading.column(reading.quiz).await.id;
        let review = async |word: &str| {
            let root = all([one_of(column.as_str(), &["yes", word])]);
            let review = design::review(&bench.cairn, &teacher, &badge, &root);
            review.await.unwrap().problems
        };
        assert_eq!(review("Nearly").await, [], "nobody has it yet");
        reading.grade(ada, Some("1"));
        reading.grade(&students[2], Some("2"));
        reading.read_all().await;
        assert_eq!(review("nearly").await, []);
        let problems = review("Nearby").await;
        let is_named =
            matches!(&problems[..], [RuleProblem::WordNotInScale { word, .. }] if word == "Nearby");
        assert!(is_named, "{problems:?}");
        let editor = design::editor(&bench.cairn, &teacher, &badge).await.unwrap();
        assert_eq!(editor.words[&column], ["Nearly", "Not yet", "Yes"]);
    }
}

#[tokio::test]
async fn a_token_of_another_site_reads_nothing_because_its_numbers_mean_other_people() {
    use crate::domain::rest_access::Fault;
    for bench in benches_of(Flavour::Moodle, |_| {}).await {
        let reading = Reading::on(&bench).await;
        let students = bench.world.students(bench.at);
        reading.grade(&students[0], Some("9"));
        bench.world.set_site_url(Some("https://other.example"));
        reading.read().await;
        let readings = reading.readings().await;
        assert_eq!(readings.trouble, Some(Why::Refused(Fault::OtherSite)));
        assert!(readings.done.whole.is_none() && bench.world.asked(REPORT).is_empty());
    }
}

#[tokio::test]
async fn grades_are_not_measured_by_other_points_before_they_were_read_anew() {
    for bench in benches_of(Flavour::Moodle, |_| {}).await {
        let mut reading = Reading::on(&bench).await;
        let name = "Essay on grades";
        reading.quiz = bench.world.add_native(bench.at, name, "assignment", Decimal::TEN);
        let students = bench.world.students(bench.at);
        let (ada, ben) = (&students[0], &students[1]);
        reading.grade(ada, Some("9"));
        reading.grade(ben, Some("8"));
        reading.read().await;
        let badge = reading.badge().await;
        assert!(reading.has(&badge, ada).await && reading.has(&badge, ben).await);
        // A teacher has it out of 100 points, and Moodle reckons the grades anew.
        bench.clock.advance(chrono::TimeDelta::minutes(1));
        let hundred = Decimal::ONE_HUNDRED;
        assert!(bench.world.change_maximum(bench.at, reading.quiz, hundred));
        reading.grade(ada, Some("90"));
        reading.grade(ben, Some("80"));
        assert!(bench.world.rename_line_item(bench.at, reading.quiz, name));
        reading.read_after(10).await;
        assert_eq!(reading.column(reading.quiz).await.maximum, Some(hundred));
        assert_eq!(reading.points(ada).await, Some(Decimal::from(90)));
        assert_eq!(reading.points(ben).await, Some(Decimal::from(80)), "everybody's");
        assert!(reading.has(&badge, ada).await && reading.has(&badge, ben).await);
    }
}

#[tokio::test]
async fn the_course_itself_is_no_category_of_a_column() {
    for bench in benches_of(Flavour::Moodle, |_| {}).await {
        let reading = Reading::on(&bench).await;
        reading.read().await;
        let rest = reading.column(reading.quiz).await.rest.unwrap();
        assert_eq!((rest.category, rest.module.as_deref()), (None, Some("quiz")));
    }
}

/// A file of Moodle says so many points of somebody, in a column of that title.
async fn file_says(reading: &Reading<'_>, title: &str, student: &MemberView, points: i64) {
    use crate::domain::outside::{Counting, Dialect, GradeFile, Scope};
    let bench = reading.bench;
    let (tenant, course) = (bench.course.tenant.clone(), bench.course.id.clone());
    let (now, person) = (bench.clock.now(), bench.person(&student.sub).await);
    let file = GradeFile {
        id: "file".into(),
        tenant: tenant.clone(),
        course: course.clone(),
        brought_by: None,
        brought_at: now,
        name: "grades.csv".to_owned(),
        digest: "d1".to_owned(),
        dialect: Dialect::Moodle,
        matched: 1,
        unmatched: 0,
    };
    let column = OutsideColumn {
        id: "of-file".into(),
        tenant: tenant.clone(),
        course,
        source: GradeSource::Csv,
        key: format!("item:points:{title}"),
        label: title.to_owned(),
        maximum: None,
        measure: Measure::Points,
        scope: Scope::Item,
        counting: Counting::Ticked,
        file: Some(file.id.clone()),
        rest: None,
    };
    let written = bench.cairn.store.write(move |db| {
        outside::save_file(db, &file)?;
        outside::save_column(db, &column, None, now)?;
        let said = [(person, Some(OutsideValue::Points(Decimal::from(points))))];
        outside::take(db, &tenant, &column.id, &file.id, &said, now)
    });
    written.await.unwrap();
}

#[tokio::test]
async fn a_file_of_moodle_is_compared_where_its_title_is_certain_and_counting_what_is_hidden_is_said() {
    use crate::domain::outside::Unseen;
    for bench in benches_of(Flavour::Moodle, |_| {}).await {
        let reading = Reading::on(&bench).await;
        let ada = bench.world.students(bench.at).remove(0);
        reading.grade(&ada, Some("7"));
        reading.read().await;
        let title = format!("Quiz: {QUIZ}");
        file_says(&reading, &title, &ada, 9).await;
        let teacher = bench.instructor().await;
        let told = rest_grades::told(&bench.cairn, &teacher).await.unwrap();
        assert_eq!(told.disagree, [(QUIZ.to_owned(), 1)]);
        assert_eq!(told.hidden, []);

        bench.world.hide_grades(bench.at, reading.quiz, true);
        reading.read_all().await;
        let told = rest_grades::told(&bench.cairn, &teacher).await.unwrap();
        assert_eq!(told.disagree, [], "nothing of what is hidden");
        assert_eq!(told.hidden, [(title, Unseen::Grades(1))]);
    }
}

#[tokio::test]
async fn a_review_does_not_say_of_a_grade_that_moodle_hides_that_it_counts() {
    use crate::service::award::evidence;
    for bench in benches_of(Flavour::Moodle, |_| {}).await {
        let reading = Reading::on(&bench).await;
        bench.check().await;
        let activity = bench.activity("Field report").await;
        bench.ensure(&activity).await.unwrap();
        let ada = bench.world.students(bench.at).remove(0);
        let submission = bench.hand_in(&ada, &activity).await;
        bench.review(&submission, 85).await;
        bench.send(&submission).await.unwrap();
        // A teacher types another one over it, and hides the column.
        let columns = bench.world.line_items(bench.at);
        let column = columns.iter().find(|one| one.label == "Field report").unwrap().id;
        let typed = Some(Decimal::from(20));
        assert!(bench.world.set_grade(bench.at, column, ada.id, typed));
        bench.world.hide_grades(bench.at, column, true);
        reading.read_all().await;
        reading.read().await;
        let teacher = bench.instructor().await;
        let shown = async || {
            let view = evidence::review_view(&bench.cairn, &teacher, &submission).await;
            view.unwrap()
        };
        let hidden = shown().await;
        assert_eq!(hidden.gradebook.grade, None, "what Moodle hides is shown nowhere");
        assert!(!hidden.is_released, "students do not see it");
        bench.world.hide_grades(bench.at, column, false);
        reading.read_all().await;
        assert!(shown().await.is_released);
    }
}

#[tokio::test]
async fn the_total_of_a_category_awards_to_whoever_reaches_it() {
    use crate::domain::outside::Scope;
    for bench in benches_of(Flavour::Moodle, |_| {}).await {
        let reading = Reading::on(&bench).await;
        let students = bench.world.students(bench.at);
        let (ada, ben) = (&students[0], &students[1]);
        bench.world.change_course(bench.at, |course| {
            course.groups.push(practice_lms::GradeGroup {
                id: 41,
                name: "Labs".to_owned(),
                ..practice_lms::GradeGroup::default()
            });
        });
        bench
            .world
            .change_column(bench.at, reading.quiz, |column| column.group = Some(41));
        reading.grade(ada, Some("9"));
        reading.grade(ben, Some("5"));
        reading.read().await;
        let course = bench.course.clone();
        let columns = bench
            .cairn
            .store
            .read(move |db| outside::columns(db, &course.tenant, &course.id));
        let columns = columns.await.unwrap();
        let total = columns.iter().find(|column| column.scope == Scope::Category);
        let total = total.unwrap();
        assert!(total.counts() && total.measure == Measure::Percent, "{total:?}");
        let needs = Needed::AtLeast(Threshold::Percent(Decimal::from(80)));
        let column = total.id.clone();
        let badge = bench
            .badge_when("Labs", Condition::Elsewhere { column, needs })
            .await;
        bench.decide(&badge).await;
        assert!(reading.has(&badge, ada).await, "90 percent of its one column");
        assert!(!reading.has(&badge, ben).await);
    }
}
