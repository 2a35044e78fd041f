#![expect(
    clippy::needless_pass_by_value,
    reason = "facts are built where they are used"
)]

use super::*;
use crate::domain::decision::Truth;
use crate::domain::evaluate::evaluate_group;
use crate::domain::evidence::SubmissionState;
use crate::domain::facts::Recorded;
use crate::domain::outside::OutsideValue;
use crate::domain::rule::Group;
use crate::domain::sample::{
    Known, all, any, approval, approved, at_least, best_of, cleaning_rule, completed, days, external, group,
    handed_in, holds, names, not_before, now, one_of, passed, percent, percent_elsewhere, points,
};

fn ada() -> Known {
    Known::default()
        .grade("cleaning", "86.00", "100")
        .evidence("report", SubmissionState::HandedIn)
        .badge("spreadsheet")
        .badge("sql")
}

fn told(root: &Group, known: Known, audience: Audience) -> Vec<(Truth, String)> {
    let decision = evaluate_group(root, 1, &known.0, now());
    lines(&decision, &names(), audience)
        .into_iter()
        .map(|line| (line.truth, line.text))
        .collect()
}

fn one(root: &Group, known: Known, audience: Audience) -> String {
    told(root, known, audience).remove(0).1
}

#[test]
fn a_decision_reads_like_a_gradebook() {
    assert_eq!(
        told(&cleaning_rule(), ada(), Audience::Teacher),
        [
            (Truth::Yes, "Cleaning exercise: 86 of 100, needs 80".to_owned()),
            (
                Truth::Unknown,
                "Project report: handed in, waiting for review".to_owned()
            ),
            (
                Truth::Yes,
                "2 of 3 badges: Spreadsheet basics, SQL basics".to_owned()
            ),
        ]
    );
}

#[test]
fn a_line_says_where_and_when_it_was_read() {
    let decision = evaluate_group(&cleaning_rule(), 1, &ada().0, now());
    let lines = lines(&decision, &names(), Audience::Student);
    assert_eq!(
        lines[0].source.map(crate::domain::facts::GradeSource::words),
        Some("the gradebook")
    );
    assert_eq!((lines[0].read_at, lines[0].since), (Some(now()), None));
    assert_eq!((lines[1].read_at, lines[1].since), (None, Some(days(-3))));
}

#[test]
fn a_missing_grade_says_what_is_needed_and_never_zero() {
    let quiz = all([percent("quiz", "80")]);
    assert_eq!(
        one(&quiz, Known::default(), Audience::Student),
        "Quiz 3: no grade yet, needs 16 of 20"
    );
    let lost = all([percent("lost", "80"), points("lost", "1")]);
    let texts: Vec<_> = told(&lost, Known::default(), Audience::Teacher)
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    let expected = [
        "A deleted assignment: no grade yet, needs 80 percent",
        "A deleted assignment: no grade yet, needs 1 point",
    ];
    assert_eq!(texts, expected);
}

#[test]
fn a_column_that_is_not_released_reads_the_same_whatever_is_in_it() {
    let quiz = all([percent("quiz", "80")]);
    for value in [None, Some("0"), Some("95")] {
        let known = || Known::default().withheld("quiz", value);
        for audience in [Audience::Student, Audience::Teacher] {
            assert_eq!(
                told(&quiz, known(), audience),
                [(
                    Truth::Unknown,
                    "Quiz 3: grades are not released yet, needs 16 of 20".to_owned()
                )]
            );
        }
        let decision = evaluate_group(&quiz, 1, &known().0, now());
        assert_eq!(
            next_step(&decision, &names(), Audience::Student),
            "Next: get at least 16 of 20 in Quiz 3, where grades are not released yet."
        );
        assert_eq!(
            next_step(&decision, &names(), Audience::Teacher),
            "Next: release the grades in Quiz 3."
        );
        let line = lines(&decision, &names(), Audience::Student).remove(0);
        assert_eq!((line.source, line.read_at, line.since), (None, None, None));
    }
}

#[test]
fn a_grade_just_below_is_never_rounded_up_to_what_it_needs() {
    let root = all([percent("cleaning", "80")]);
    let with = |value| {
        one(
            &root,
            Known::default().grade("cleaning", value, "100"),
            Audience::Teacher,
        )
    };
    assert_eq!(with("79.9996"), "Cleaning exercise: 79.9996 of 100, needs 80");
    assert_eq!(
        with("83.33333333333334"),
        "Cleaning exercise: 83.33 of 100, needs 80"
    );
    assert_eq!(with("80.000"), "Cleaning exercise: 80 of 100, needs 80");
}

#[test]
fn teacher_and_student_see_the_same_facts_in_their_own_words() {
    let report = all([approved("report")]);
    let both = |known: fn() -> Known| {
        [Audience::Teacher, Audience::Student].map(|audience| one(&report, known(), audience))
    };
    assert_eq!(
        both(Known::default),
        [
            "Project report: nothing handed in yet",
            "Project report: you have not handed in anything yet"
        ]
    );
    assert_eq!(
        both(|| Known::default().evidence("report", SubmissionState::ChangesAsked)),
        [
            "Project report: changes asked for, not handed in again yet",
            "Project report: changes asked for: hand it in again"
        ]
    );
    let held = |known, audience| one(&all([holds("sql")]), known, audience);
    let expired = || Known::default().badge_with("sql", Some(days(-1)), false);
    assert_eq!(
        held(expired(), Audience::Teacher),
        "SQL basics: expired on 22 November 2026"
    );
    assert_eq!(
        held(expired(), Audience::Student),
        "SQL basics: yours expired on 22 November 2026"
    );
    assert_eq!(
        held(Known::default().badge_with("sql", None, true), Audience::Student),
        "SQL basics: yours was revoked"
    );
}

#[test]
fn dates_and_approvals_are_lines_too() {
    let root = all([not_before(days(1)), not_before(now()), approval()]);
    let texts: Vec<_> = told(&root, Known::default().approval(), Audience::Student)
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    let expected = [
        "Opens on 24 November 2026, 10:42 UTC",
        "Open since 23 November 2026, 10:42 UTC",
        "Your instructor's approval: given by Grace Hopper",
    ];
    assert_eq!(texts, expected);
}

#[test]
fn groups_count_what_holds_and_say_what_they_need() {
    let badges = group(at_least(2, ["spreadsheet", "sql", "charts"].map(holds)));
    let root = all([badges, group(any([percent("quiz", "80"), approval()]))]);
    let decision = evaluate_group(&root, 1, &Known::default().badge("sql").0, now());
    let lines = lines(&decision, &names(), Audience::Teacher);
    let texts: Vec<_> = lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "1 of 3 badges: SQL basics, needs 2",
            "Any one of these: 0 of 2, needs 1"
        ]
    );
    let inner: Vec<_> = lines[1].lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(
        inner,
        [
            "Quiz 3: no grade yet, needs 16 of 20",
            "An instructor's approval: not given yet"
        ]
    );
    let nobody = one(
        &at_least(2, ["sql", "charts"].map(holds)),
        Known::default(),
        Audience::Teacher,
    );
    assert_eq!(nobody, "0 of 2 badges, needs 2");
}

fn next(root: &Group, known: Known, audience: Audience) -> String {
    next_step(&evaluate_group(root, 1, &known.0, now()), &names(), audience)
}

#[test]
fn there_is_one_next_step_in_words() {
    let rule = cleaning_rule();
    assert_eq!(
        next(&rule, ada(), Audience::Student),
        "Next: your Project report is being reviewed."
    );
    assert_eq!(
        next(&rule, ada(), Audience::Teacher),
        "Next: Project report needs a review."
    );
    let done = || ada().evidence("report", SubmissionState::Approved);
    assert_eq!(
        next(&rule, done(), Audience::Student),
        "You have met everything that this badge asks for."
    );
    assert_eq!(
        next(&rule, done(), Audience::Teacher),
        "Everything that this badge asks for is met."
    );
}

#[test]
fn what_the_reader_can_do_comes_first_and_the_rest_is_counted() {
    let rule = cleaning_rule();
    let start = || Known::default().grade("cleaning", "70", "100");
    assert_eq!(
        next(&rule, start(), Audience::Student),
        "Next: hand in your Project report; after that 2 more are missing."
    );
    let handed = || start().evidence("report", SubmissionState::HandedIn).badge("sql");
    assert_eq!(
        next(&rule, handed(), Audience::Student),
        "Next: earn 1 more of these badges: Spreadsheet basics or Charts; after that 2 more are missing."
    );
    assert_eq!(
        next(&rule, handed(), Audience::Teacher),
        "Next: Project report needs a review; after that 2 more are missing."
    );
    let low = all([percent("cleaning", "80")]);
    assert_eq!(
        next(&low, start(), Audience::Student),
        "Next: reach 80 of 100 in Cleaning exercise, where you have 70."
    );
}

#[test]
fn where_one_way_is_enough_the_shortest_is_named() {
    let long = group(all([approved("report"), percent("quiz", "80")]));
    let root = any([long, percent("cleaning", "80")]);
    let low = || Known::default().grade("cleaning", "70", "100");
    assert_eq!(
        next(&root, low(), Audience::Student),
        "Next: reach 80 of 100 in Cleaning exercise, where you have 70."
    );
    let stuck = Known::default()
        .evidence("report", SubmissionState::Declined)
        .grade("cleaning", "70", "100");
    let either = any([approved("report"), percent("cleaning", "80")]);
    assert_eq!(
        next(&either, stuck, Audience::Student),
        "Next: reach 80 of 100 in Cleaning exercise, where you have 70."
    );
}

#[test]
fn a_revoked_badge_is_not_offered_as_the_next_one() {
    let root = at_least(2, ["spreadsheet", "sql", "charts"].map(holds));
    let revoked = Known::default().badge_with("sql", None, true);
    assert_eq!(
        next(&root, revoked, Audience::Student),
        "Next: earn these badges: Spreadsheet basics and Charts."
    );
}

#[test]
fn a_rule_that_cannot_be_met_is_said_to_be_so() {
    let root = at_least(3, ["sql", "charts"].map(holds));
    assert_eq!(
        next(&root, Known::default().badge("sql"), Audience::Student),
        "Next: ask your instructor: the rule of this badge cannot be met as it stands."
    );
}

#[test]
fn progress_counts_the_outermost_group() {
    let at = |root: &Group, known: Known| progress(&evaluate_group(root, 1, &known.0, now()));
    let two_of_three = at(&cleaning_rule(), ada());
    assert_eq!(two_of_three.words(Audience::Student), "You have 2 of 3.");
    let stack = all([group(at_least(2, ["spreadsheet", "sql", "charts"].map(holds)))]);
    assert_eq!(
        at(&stack, Known::default().badge("sql")),
        Progress { met: 1, needed: 2 }
    );
    let all_three = Known::default().badge("sql").badge("charts").badge("spreadsheet");
    assert_eq!(at(&stack, all_three), Progress { met: 2, needed: 2 });
    let doubled = all([holds("sql"), holds("sql"), approval()]);
    assert_eq!(
        at(&doubled, Known::default().badge("sql")),
        Progress { met: 1, needed: 2 }
    );
}

#[test]
fn a_grade_that_is_recorded_in_other_points_is_told_with_both_numbers_once() {
    let mut known = ada();
    for grade in known.0.grades.values_mut() {
        grade.recorded = Some(Recorded {
            value: 43.into(),
            maximum: 50.into(),
        });
    }
    let decision = evaluate_group(&cleaning_rule(), 1, &known.0, now());
    let told = "Cleaning exercise: 86 of 100 (recorded as 43 of 50; the column has other points now)";
    assert_eq!(recorded_otherwise(&decision, &names()), [told]);
    let plain = evaluate_group(&cleaning_rule(), 1, &ada().0, now());
    assert!(recorded_otherwise(&plain, &names()).is_empty());
}

#[test]
fn what_a_badge_was_earned_by_is_told_as_far_as_it_is_not_met_now() {
    let root = all([
        percent("cleaning", "80"),
        group(any([approved("report"), approval()])),
    ]);
    let earned = evaluate_group(
        &root,
        1,
        &Known::default()
            .grade("cleaning", "86", "100")
            .evidence("report", SubmissionState::Approved)
            .0,
        now(),
    );
    let since = |known: Known| {
        let decision = evaluate_group(&root, 2, &known.0, now());
        unmet_since(&earned, &decision, &names(), Audience::Student)
    };
    let report = |known: Known| known.evidence("report", SubmissionState::Approved);
    assert!(since(report(Known::default().grade("cleaning", "90", "100"))).is_empty());
    assert_eq!(
        since(report(Known::default())),
        ["Cleaning exercise: the course site has no grade for it now"]
    );
    assert_eq!(
        since(Known::default().grade("cleaning", "70", "100")),
        [
            "Cleaning exercise: 70 of 100, needs 80",
            "Project report: you have not handed in anything yet"
        ]
    );
}

#[test]
fn a_grade_from_elsewhere_says_what_stands_there_and_that_a_file_told_it() {
    let points = |value: &str| OutsideValue::Points(value.parse().unwrap());
    let root = all([percent_elsewhere("weekly", "80")]);
    let known = || Known::default().elsewhere("weekly", points("7.50"), Some("10"));
    assert_eq!(
        told(&root, known(), Audience::Teacher),
        [(Truth::No, "Weekly quiz: 7.5 of 10, needs 80 percent".to_owned())]
    );
    let decision = evaluate_group(&root, 1, &known().0, now());
    let found = lines(&decision, &names(), Audience::Student);
    assert_eq!(
        found[0].source.map(crate::domain::facts::GradeSource::words),
        Some("a gradebook file")
    );
    assert_eq!(
        next_step(&decision, &names(), Audience::Student),
        "Next: reach 80 percent in Weekly quiz, where you have 7.5 of 10."
    );
    assert_eq!(
        one(&root, Known::default(), Audience::Student),
        "Weekly quiz: no grade known yet, needs 80 percent"
    );
    let excused = Known::default().elsewhere("weekly", OutsideValue::Excused, Some("10"));
    assert_eq!(
        one(&root, excused, Audience::Teacher),
        "Weekly quiz: excused, which is no grade; needs 80 percent"
    );
    let level = all([one_of("level", &["A", "B"])]);
    let word = Known::default().elsewhere("level", OutsideValue::Word("C".to_owned()), None);
    assert_eq!(
        one(&level, word, Audience::Teacher),
        "Level: C, needs the grade A or B"
    );
    let share = Known::default().elsewhere("level", points("3"), None);
    assert_eq!(
        one(&level, share, Audience::Student),
        "Level: 3 points, which does not tell whether it is the grade A or B; your instructor has to change the rule"
    );
}

#[test]
fn work_that_the_lms_tells_of_is_a_line_and_a_step_of_its_own() {
    let time = all([handed_in("essay", true)]);
    let said = |known: fn() -> Known| {
        let line = one(&time, known(), Audience::Teacher);
        (line, next(&time, known(), Audience::Student))
    };
    let told = |line: &str, step: &str| (line.to_owned(), step.to_owned());
    assert_eq!(
        said(Known::default),
        told(
            "Essay: not known here whether anything was handed in",
            "Next: hand in your Essay, of which nothing is known here yet."
        )
    );
    assert_eq!(
        said(|| Known::default().handed_in("essay", None)),
        told("Essay: nothing handed in yet", "Next: hand in your Essay.")
    );
    assert_eq!(
        said(|| Known::default().handed_in("essay", Some(Some(true)))),
        told(
            "Essay: handed in late, needs to be on time",
            "Next: ask your instructor about Essay, which you handed in late."
        )
    );
    assert_eq!(
        said(|| Known::default().handed_in("essay", Some(None))).0,
        "Essay: handed in; the course site does not tell whether it was on time"
    );
    let late = all([handed_in("essay", false)]);
    let known = Known::default().handed_in("essay", Some(Some(true)));
    assert_eq!(
        told_of(&late, known),
        [(Truth::Yes, "Essay: handed in".to_owned())]
    );
    let page = all([completed("essay")]);
    assert_eq!(
        told_of(&page, Known::default().completed("essay", false, None)),
        [(Truth::Unknown, "Essay: not complete yet".to_owned())]
    );
    assert_eq!(
        next(&page, Known::default(), Audience::Teacher),
        "Next: it has to be known here who completed Essay."
    );
    let pass = all([passed("essay", &[])]);
    let failed = || Known::default().completed("essay", false, Some(false));
    assert_eq!(
        told_of(&pass, failed()),
        [(Truth::No, "Essay: not passed".to_owned())]
    );
    assert_eq!(next(&pass, failed(), Audience::Student), "Next: pass Essay.");
}

fn told_of(root: &Group, known: Known) -> Vec<(Truth, String)> {
    told(root, known, Audience::Teacher)
}

#[test]
fn the_best_of_several_columns_say_what_stands_in_each_and_where_it_was_read() {
    let root = all([best_of(2, &["quiz", "cleaning"], &["weekly", "level"], "80")]);
    let known = || {
        Known::default()
            .grade("quiz", "10", "20")
            .withheld("cleaning", Some("99"))
            .elsewhere("weekly", OutsideValue::Points(9.into()), Some("10"))
            .elsewhere("level", OutsideValue::Excused, None)
    };
    let decision = evaluate_group(&root, 1, &known().0, now());
    let line = lines(&decision, &names(), Audience::Student).remove(0);
    assert_eq!(line.truth, Truth::Unknown);
    assert_eq!(
        line.text,
        "Average of the best 2 of 4 grades: 70 percent so far, needs 80; 2 of 4 are known yet"
    );
    let below: Vec<_> = line
        .lines
        .iter()
        .map(|line| {
            (
                line.truth,
                line.text.as_str(),
                line.source.map(crate::domain::facts::GradeSource::words),
            )
        })
        .collect();
    assert_eq!(
        below,
        [
            (Truth::Yes, "Quiz 3: 50 percent", Some("the gradebook")),
            (
                Truth::Unknown,
                "Cleaning exercise: grades are not released yet",
                None
            ),
            (Truth::Yes, "Weekly quiz: 90 percent", Some("a gradebook file")),
            (
                Truth::Unknown,
                "Level: excused, which is no grade",
                Some("a gradebook file")
            ),
        ]
    );
    assert_eq!(
        next_step(&decision, &names(), Audience::Student),
        "Next: reach 80 percent on average in the best 2 of 4 grades, of which 2 are known here."
    );
    let low = all([best_of(1, &["quiz"], &["weekly"], "95")]);
    assert_eq!(
        one(&low, known(), Audience::Teacher),
        "Average of the best 1 of 2 grades: 90 percent, needs 95"
    );
    assert_eq!(
        next(&low, known(), Audience::Student),
        "Next: raise your average in the best 1 of 2 grades to 95 percent, from 90."
    );
}

#[test]
fn a_source_out_of_reach_leaves_what_is_known_and_is_said_beside_it() {
    let root = all([percent_elsewhere("weekly", "80"), handed_in("essay", false)]);
    let known = Known::default().elsewhere("weekly", OutsideValue::Points(9.into()), Some("10"));
    let decision = evaluate_group(&root, 1, &known.0, now());
    let names = names().without_the_lms();
    let told: Vec<_> = lines(&decision, &names, Audience::Teacher)
        .into_iter()
        .map(|line| (line.truth, line.out_of_reach))
        .collect();
    let moodle = Some(crate::domain::facts::GradeSource::RestMoodle);
    assert_eq!(told, [(Truth::Yes, None), (Truth::Unknown, moodle)]);
}

#[test]
fn a_badge_of_another_issuer_is_told_with_its_issuer_and_the_day_of_its_check() {
    let root = all([external("did:web:x", None)]);
    let known = Known::default().external("did:web:x", true, None);
    let line = one(&root, known, Audience::Teacher);
    let begins = "Badge of Harbour College: Basic welding of Harbour College, checked on ";
    assert!(line.starts_with(begins), "{line}");
    let known = Known::default().external("did:web:x", false, None);
    let line = one(&root, known, Audience::Student);
    assert!(line.contains("is not valid any more"), "{line}");
    let line = one(&root, Known::default(), Audience::Student);
    assert_eq!(
        line,
        "Badge of Harbour College: none is known that is certainly yours"
    );
    let nothing = evaluate_group(&root, 1, &Known::default().0, now());
    assert!(
        next_step(&nothing, &names(), Audience::Student)
            .contains("bring a badge of Harbour College under “Badges from elsewhere”")
    );
    let labelled = label(&root.nodes[0], &names());
    assert_eq!(labelled, "a badge of Harbour College held");
    assert_eq!(
        sentence_in_full(&root, &names()),
        "A student earns this with a badge issued by Harbour College."
    );
}
