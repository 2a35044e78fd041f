//! What a teacher reads of gradebook columns where one is chosen for a rule.

use crate::tests::guest::Guest;
use crate::tests::harness::on_each_database;

#[test]
fn where_a_column_is_chosen_it_is_said_what_the_platform_tells_of_it() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            let mut teacher = Guest::open(lms, 0, "Teacher", "My badges").await;
            let badge = teacher.make_badge("First steps", "knowledge").await;
            let words = teacher.get(&format!("/badges/{badge}/rule")).await.words();
            let canvas = [
                "Complete/incomplete: a grade that you give is all of the points or none.",
                "Late policy: a score that Cairn sent is read before the deduction",
                "Group assignment: a score that Cairn sends for one student grades the whole group",
            ];
            for said in canvas {
                assert_eq!(words.contains(said), name == "canvas", "{name}: {said}: {words}");
            }
            let moodle = [
                "Moodle does not tell which columns are graded by a scale",
                "Group work, late penalties and grades to pass belong to Moodle’s own assignments",
            ];
            for said in moodle {
                assert_eq!(words.contains(said), name == "moodle", "{name}: {said}: {words}");
            }
        }
        scene.end().await;
    });
}

#[test]
fn a_number_that_its_column_cannot_give_is_said_beside_the_condition_and_not_first_by_the_dry_run() {
    on_each_database(|scene| async move {
        let mut teacher = Guest::open(&scene.moodle, 0, "Teacher", "My badges").await;
        let badge = teacher.make_badge("First steps", "knowledge").await;
        let rule = teacher.get(&format!("/badges/{badge}/rule")).await;
        let made = [
            ("column.label", "Quiz"),
            ("column.points", "2"),
            ("action", "create_column"),
        ];
        let rule = teacher.build(&rule, &made).await;
        let rule = teacher.build(&rule, &[("action", "add::grade")]).await;
        let form = rule.form("/rule/save").unwrap();
        let item = form.option("n.0.item", "Quiz").unwrap().to_owned();
        let row = [
            ("n.0.item", item.as_str()),
            ("n.0.value", "2"),
            ("n.0.unit", "points"),
        ];
        let within = [&row[..], &[("action", "refresh")]].concat();
        let rule = teacher.build(&rule, &within).await;
        assert!(!rule.words().contains("never be met"), "{}", rule.words());

        // As a rule reads that came along from a course with more points.
        let row = [
            ("n.0.item", item.as_str()),
            ("n.0.value", "70"),
            ("n.0.unit", "points"),
        ];
        let beyond = [&row[..], &[("action", "refresh")]].concat();
        let rule = teacher.build(&rule, &beyond).await;
        assert_eq!(rule.status, 200, "nothing was to be saved");
        let told = "Ask for at most 2 points in “Quiz”: nobody can reach 70, so this can never be met.";
        assert!(rule.words().contains(told), "{}", rule.words());

        let scale = format!("scale:{item}");
        let rule = teacher.build(&rule, &[("action", scale.as_str())]).await;
        let words = rule.words();
        assert!(
            words.contains("it is graded by a scale that has no step 70, so this can never be met."),
            "{words}"
        );
        assert!(
            words.contains("this rule has a condition that cannot be met"),
            "{words}"
        );
        let kept = teacher.build(&rule, &[("action", "save")]).await;
        assert_eq!(kept.status, 422, "{}", kept.words());
        scene.end().await;
    });
}
