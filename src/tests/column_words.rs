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
