//! The dry run that decides: a new version with groups in groups, held against the active one on a real gradebook.

use practice_lms::World;
use practice_lms::browser::Page;
use rust_decimal::Decimal;

use crate::tests::guest::Guest;
use crate::tests::harness::{Scene, on_each_database};

const BADGE: &str = "SQL basics";
const COLUMNS: [(&str, &str); 3] = [("Quiz", "100"), ("Lab", "50"), ("Essay", "100")];

/// What the first students have in the columns, and what becomes of each when the second version is tried. Nobody else
/// has a grade.
const GRADES: [([Option<u32>; 3], &str); 7] = [
    // Exactly the thresholds of two.
    ([Some(80), Some(40), None], "Hold it already"),
    ([Some(95), Some(10), Some(20)], "Hold it already"),
    ([Some(60), Some(45), Some(75)], "Would earn it now"),
    ([Some(76), Some(45), None], "Miss it narrowly"),
    // Narrowly in both: one such grade would not be enough.
    ([Some(78), Some(38), Some(0)], "Miss it narrowly"),
    ([Some(74), Some(30), Some(10)], "Do not meet it"),
    ([Some(10), Some(40), Some(20)], "Wait for a review or an approval"),
];

/// Types what the table says into a column.
fn grade(world: &World, at: u64, column: usize) {
    let items = world.line_items(at);
    let item = items.iter().find(|one| one.label == COLUMNS[column].0).unwrap();
    for (student, (grades, _)) in world.students(at).iter().zip(GRADES) {
        if let Some(points) = grades[column] {
            assert!(world.set_grade(at, item.id, student.id, Some(Decimal::from(points))));
        }
    }
}

/// "At least 2 of: Quiz, Lab, and any one of Essay and an approval", built button by button.
pub(crate) async fn second_version(teacher: &mut Guest, badge: &str) -> Page {
    let mut rule = teacher.get(&format!("/badges/{badge}/rule")).await;
    for action in ["add::grade", "group:", "add:2:grade", "add:2:approval"] {
        rule = teacher.build(&rule, &[("action", action)]).await;
    }
    let form = rule.form("/rule/save").unwrap();
    let item = |field: &str, label: &str| form.option(field, label).unwrap().to_owned();
    let (lab, essay) = (item("n.1.item", "Lab"), item("n.2.0.item", "Essay"));
    let filled = [
        ("n.need", "at_least"),
        ("n.count", "2"),
        ("n.1.item", lab.as_str()),
        ("n.1.value", "40"),
        ("n.1.unit", "points"),
        ("n.2.need", "any"),
        ("n.2.0.item", essay.as_str()),
        ("n.2.0.value", "60"),
        ("n.2.0.unit", "percent"),
        ("action", "dry_run"),
    ];
    teacher.build(&rule, &filled).await
}

/// The lines of the funnel as a person reads them.
fn funnel(page: &Page) -> Vec<String> {
    let words = page.words();
    let (_, rest) = words.split_once("Condition by condition").unwrap();
    let (funnel, _) = rest.split_once("Compared with").unwrap();
    let rows = ["Quiz ≥", "Lab ≥", "either"];
    let mut starts: Vec<usize> = rows.iter().map(|row| funnel.find(row).unwrap()).collect();
    starts.push(funnel.len());
    starts
        .windows(2)
        .map(|pair| funnel.get(pair[0]..pair[1]).unwrap().trim().to_owned())
        .collect()
}

/// A teacher whose badge for 80 percent in the quiz is active, with two holders; and the badge.
pub(crate) async fn first_version(scene: &Scene) -> (Guest, String) {
    let lms = &scene.moodle;
    let mut teacher = Guest::open(lms, 0, "Teacher", "My badges").await;
    let page = teacher.page.clone();
    teacher.send(&page, "/choose", &[("opens", "my_badges")]).await;
    teacher.until("", "Checked").await;
    let badge = teacher.make_badge(BADGE, "knowledge").await;
    teacher.rule_on_column(&badge, "Quiz").await;
    for (label, points) in &COLUMNS[1..] {
        let rule = teacher.get(&format!("/badges/{badge}/rule")).await;
        let made = [
            ("column.label", *label),
            ("column.points", *points),
            ("action", "create_column"),
        ];
        teacher.build(&rule, &made).await;
    }
    let world = lms.world();
    let at = world.courses()[0].id;
    (0..COLUMNS.len()).for_each(|column| grade(&world, at, column));
    let home = teacher.get("").await;
    teacher.send(&home, "/check", &[]).await;
    let preview = format!("/badges/{badge}/preview");
    let first = teacher.until(&preview, "2 of 32 students earn").await;
    assert!(!first.words().contains("Compared with"), "nothing is active yet");
    teacher.activate(&badge).await;
    teacher.until("", "2 of 32 earned").await;
    (teacher, badge)
}

#[test]
fn a_second_version_is_tried_against_the_first_before_it_counts() {
    on_each_database(|scene| async move {
        let (mut teacher, badge) = first_version(&scene).await;
        let world = scene.moodle.world();
        let students = world.students(world.courses()[0].id);
        let page = second_version(&mut teacher, &badge).await;
        let words = page.words();
        let sentence = "“A student earns this with any 2 of these 3: at least 80 percent in Quiz, at least 40 of 50 points in \
                        Lab, and either at least 60 percent in Essay or an instructor's approval.”";
        for shown in [
            sentence,
            "1 of 32 students earns “SQL basics” if you activate now.",
            "2 more are close. For 26 not enough is known yet; a missing grade never counts as zero. \
             2 students hold it already and keep it.",
            &format!(
                "Compared with version 1, which was activated last +1 ({}), −1 ({}). Those who hold the badge keep it.",
                students[2].name, students[1].name
            ),
            "1 student is awarded now, and from then on everybody who meets the rule. Activate and award 1",
        ] {
            assert!(words.contains(shown), "{shown}\nis not in\n{words}");
        }
        assert_eq!(
            funnel(&page),
            [
                "Quiz ≥ 80 % 2 yes · 2 within 5 points · 25 no grade yet · 3 no",
                "Lab ≥ 40 of 50 4 yes · 1 within 5 points · 25 no grade yet · 2 no",
                "either at least 60 percent in Essay or an instructor's approval 1 yes · 31 waiting for review",
            ]
        );
        for (title, count) in [
            ("Would earn it now", 1),
            ("Miss it narrowly", 2),
            ("Wait for a review or an approval", 1),
            ("Have not handed in yet", 0),
            ("Have no grade yet", 25),
            ("Do not meet it", 1),
            ("Hold it already", 2),
            ("Had it revoked", 0),
        ] {
            let is_there = words.contains(&format!("{title} ({count})"));
            assert_eq!(is_there, count > 0, "{title}: {words}");
            assert!(!words.contains(&format!("{title} (0)")), "nobody in it: {words}");
        }

        let csv = teacher.get(&format!("/badges/{badge}/preview.csv")).await.text();
        let lines: Vec<&str> = csv.trim_start_matches('\u{feff}').lines().collect();
        assert_eq!(lines[0], "Student,Outcome,What is missing");
        // 30 students, and two more whom Moodle lists as such.
        assert_eq!(lines.len(), 33, "everybody once: {csv}");
        for (n, student) in students.iter().enumerate() {
            let outcome = GRADES.get(n).map_or("Have no grade yet", |(_, outcome)| outcome);
            let start = format!("{},{outcome},", student.name);
            let found = lines.iter().filter(|line| line.starts_with(&start)).count();
            assert_eq!(found, 1, "{start} in {csv}");
        }

        // Nothing has happened yet; then exactly what was shown does.
        let home = teacher.get("").await.words();
        assert!(home.contains("2 of 32 earned"), "{home}");
        let done = teacher.send(&page, "/activate", &[]).await;
        assert!(done.words().contains("Activated."), "{}", done.words());
        teacher.until("", "3 of 32 earned").await;
        let holders = teacher.get(&format!("/badges/{badge}/awards")).await.words();
        for (n, student) in students.iter().take(GRADES.len()).enumerate() {
            assert_eq!(holders.contains(&student.name), n < 3, "{n}: {holders}");
        }
        let rule = teacher.get(&format!("/badges/{badge}/rule")).await.words();
        assert!(rule.contains("Version 2 is active."), "{rule}");
        scene.end().await;
    });
}

#[test]
fn students_who_meet_the_rule_and_hold_the_badge_are_not_said_to_be_nobody() {
    on_each_database(|scene| async move {
        let (mut teacher, badge) = first_version(&scene).await;
        let words = teacher.get(&format!("/badges/{badge}/preview")).await.words();
        assert!(
            words.contains("2 students meet the rule; both hold it already; 0 would earn it now."),
            "{words}"
        );
        assert!(!words.contains("0 of 32 students"), "{words}");
        scene.end().await;
    });
}

#[test]
fn the_dry_run_says_both_numbers_of_a_grade_whose_column_has_other_points_now() {
    on_each_database(|scene| async move {
        let lms = &scene.moodle;
        let mut teacher = Guest::open(lms, 0, "Teacher", "My badges").await;
        let page = teacher.page.clone();
        teacher.send(&page, "/choose", &[("opens", "my_badges")]).await;
        teacher.until("", "Checked").await;
        let badge = teacher.make_badge(BADGE, "knowledge").await;
        teacher.rule_on_column(&badge, "Quiz").await;
        let world = lms.world();
        let at = world.courses()[0].id;
        grade(&world, at, 0);
        let items = world.line_items(at);
        let quiz = items.iter().find(|one| one.label == "Quiz").unwrap().id;
        assert!(world.change_maximum(at, quiz, Decimal::from(200)));
        let home = teacher.get("").await;
        teacher.send(&home, "/check", &[]).await;
        let preview = format!("/badges/{badge}/preview");
        let both = "of 200 (recorded as 95 of 100; the column has other points now)";
        teacher.until(&preview, both).await;
        scene.end().await;
    });
}
