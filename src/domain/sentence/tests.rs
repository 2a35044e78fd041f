use proptest::prelude::*;

use super::*;
use crate::domain::decision::Truth;
use crate::domain::evaluate::evaluate_group;
use crate::domain::rule::Group;
use crate::domain::sample::{
    all, any, any_facts, any_group, approval, approved, at_least, best_of, cleaning_rule, completed, decimal,
    group, handed_in, holds, holds_within, names, not_before, now, one_of, passed, percent,
    percent_elsewhere, points, total,
};

fn read(root: &Group) -> String {
    sentence_in_full(root, &names())
}

#[test]
fn the_rule_of_the_picture_reads_as_in_the_picture() {
    assert_eq!(
        read(&cleaning_rule()),
        "A student earns this with at least 80 percent in Cleaning exercise, an approved Project report, and any 2 of 3 badges (Spreadsheet basics, SQL basics, and Charts)."
    );
}

#[test]
fn a_date_is_a_day_of_the_zone_it_was_typed_in_which_is_named_where_it_is_another() {
    let zone = Zone::parse("Europe/Berlin").unwrap();
    let date = |at: &str| {
        let at = at.parse().unwrap();
        all([crate::domain::rule::Node::Condition(Condition::NotBefore {
            at,
            zone,
        })])
    };
    let there = Names { zone, ..names() };
    let midnight = date("2026-06-30T22:00:00Z");
    assert_eq!(
        sentence_in_full(&midnight, &there),
        "A student earns this from 1 July 2026 on."
    );
    assert_eq!(
        read(&midnight),
        "A student earns this from 1 July 2026 (Europe/Berlin) on."
    );
    let morning = date("2026-12-01T08:00:00Z");
    assert_eq!(
        read(&morning),
        "A student earns this from 1 December 2026, 09:00 CET on."
    );
}

#[test]
fn every_kind_of_condition_has_its_words() {
    let only = |node| read(&all([node]));
    assert_eq!(
        only(points("quiz", "17.50")),
        "A student earns this with at least 17.5 of 20 points in Quiz 3."
    );
    assert_eq!(
        only(percent_elsewhere("total", "75")),
        "A student earns this with at least 75 percent in Course total (from a gradebook file)."
    );
    assert_eq!(
        only(one_of("level", &["A", "A-", "B"])),
        "A student earns this with the grade A, A-, or B in Level (from a gradebook file)."
    );
    assert_eq!(
        only(percent_elsewhere("lost", "75")),
        "A student earns this with at least 75 percent in a deleted assignment."
    );
    assert_eq!(
        only(passed("level", &["A", "B"])),
        "A student earns this with a pass (A or B) in Level (from a gradebook file)."
    );
    assert_eq!(
        only(passed("essay", &[])),
        "A student earns this with a pass in Essay (from Moodle)."
    );
    assert_eq!(
        only(handed_in("essay", true)),
        "A student earns this with work handed in on time to Essay (from Moodle)."
    );
    assert_eq!(
        only(completed("essay")),
        "A student earns this with Essay (from Moodle) completed."
    );
    assert_eq!(
        only(best_of(2, &["quiz", "cleaning"], &["weekly"], "80")),
        "A student earns this with an average of at least 80 percent in the best 2 of 3 grades (Quiz 3, Cleaning exercise, and Weekly quiz (from a gradebook file))."
    );
    assert_eq!(
        only(best_of(2, &["quiz"], &["weekly", "essay"], "80")),
        "A student earns this with an average of at least 80 percent in the best 2 of 3 grades (Quiz 3, Essay (from Moodle), and Weekly quiz (from a gradebook file))."
    );
    assert_eq!(
        only(best_of(2, &["quiz", "cleaning"], &[], "80.5")),
        "A student earns this with an average of at least 80.5 percent in both grades (Quiz 3 and Cleaning exercise)."
    );
    assert_eq!(
        only(holds("sql")),
        "A student earns this with the badge SQL basics."
    );
    assert_eq!(
        only(approval()),
        "A student earns this with an instructor's approval."
    );
    let midnight = not_before("2026-12-01T00:00:00Z".parse().unwrap());
    assert_eq!(only(midnight), "A student earns this from 1 December 2026 on.");
    assert_eq!(
        read(&all([not_before(now()), percent("quiz", "50"), approval()])),
        "From 23 November 2026, 10:42 UTC on, a student earns this with at least 50 percent in Quiz 3 and an instructor's approval."
    );
}

#[test]
fn nested_groups_stay_readable() {
    let quiz = || percent("quiz", "50");
    assert_eq!(
        read(&any([quiz(), approval()])),
        "A student earns this with either at least 50 percent in Quiz 3 or an instructor's approval."
    );
    assert_eq!(
        read(&all([group(any([quiz(), approval()])), approved("report")])),
        "A student earns this with either at least 50 percent in Quiz 3 or an instructor's approval, and an approved Project report."
    );
    assert_eq!(
        read(&any([
            group(all([quiz(), approved("report"), holds("sql")])),
            approval()
        ])),
        "A student earns this with any one of these: all of (at least 50 percent in Quiz 3, an approved Project report, and the badge SQL basics), or an instructor's approval."
    );
    assert_eq!(
        read(&at_least(2, [quiz(), approval(), holds("sql")])),
        "A student earns this with any 2 of these 3: at least 50 percent in Quiz 3, an instructor's approval, and the badge SQL basics."
    );
    assert_eq!(
        read(&all([group(at_least(
            2,
            ["spreadsheet", "sql", "charts"].map(holds)
        ))])),
        "A student earns this with any 2 of 3 badges (Spreadsheet basics, SQL basics, and Charts)."
    );
}

#[test]
fn an_empty_rule_says_that_nobody_earns_it() {
    assert_eq!(read(&all([])), "Nobody earns this yet: it has no conditions.");
    assert_eq!(
        read(&all([approval(), group(any([]))])),
        "A student earns this with an instructor's approval and a group without conditions."
    );
}

#[test]
fn years_and_totals_of_badges_are_read_with_what_they_ask() {
    let root = all([
        holds_within("sql", 3),
        total(Amount::Hours, &["sql", "charts"], "20"),
    ]);
    assert_eq!(
        read(&root),
        "A student earns this with the badge SQL basics awarded within the last 3 years and at least 20 hours in badges (SQL basics and Charts)."
    );
    assert_eq!(
        label(&holds_within("sql", 1), &names()),
        "SQL basics held, of the last year"
    );
    assert_eq!(
        label(&total(Amount::Credits, &["sql", "charts"], "1"), &names()),
        "2 badges ≥ 1 credit"
    );
}

#[test]
fn what_is_deleted_or_of_another_course_is_called_so() {
    assert_eq!(
        read(&all([percent("x", "80"), approved("x"), holds("x")])),
        "A student earns this with at least 80 percent in a deleted assignment, approved work in a deleted activity, and a badge that is not in this course."
    );
}

#[test]
fn names_from_the_lms_are_kept_on_one_line() {
    let mut names = names();
    names
        .badges
        .insert("sql".into(), " SQL\n\tbasics\u{7} ".to_owned());
    assert_eq!(
        sentence_in_full(&all([holds("sql")]), &names),
        "A student earns this with the badge SQL basics."
    );
}

#[test]
fn rows_have_short_labels() {
    let told: Vec<_> = cleaning_rule()
        .nodes
        .iter()
        .map(|node| label(node, &names()))
        .collect();
    assert_eq!(
        told,
        [
            "Cleaning exercise ≥ 80\u{a0}%",
            "Project report approved",
            "any 2 of 3 badges"
        ]
    );
    assert_eq!(label(&points("quiz", "15"), &names()), "Quiz 3 ≥ 15 of 20");
    let native = [
        handed_in("essay", false),
        completed("essay"),
        passed("level", &["A"]),
        best_of(1, &["quiz"], &["weekly"], "80"),
    ];
    let told: Vec<_> = native.iter().map(|node| label(node, &names())).collect();
    assert_eq!(
        told,
        [
            "Essay (from Moodle) handed in",
            "Essay (from Moodle) complete",
            "Level (from a gradebook file) passed",
            "average of the best 1 of 2 grades (from the gradebook and a gradebook file) ≥ 80\u{a0}%"
        ]
    );
}

#[test]
fn numbers_have_no_trailing_zeros() {
    assert_eq!(number(decimal("80.00")), "80");
    assert_eq!(number(decimal("100")), "100");
    assert_eq!(number(decimal("0.50")), "0.5");
}

/// Names for the five identifiers that arbitrary rules use, none of which is part of another.
fn all_names() -> Names {
    let five = || (0..5).map(|index| format!("n{index}"));
    Names {
        line_items: five()
            .map(|id| {
                (
                    id.as_str().into(),
                    ItemName {
                        label: format!("item-{id}"),
                        maximum: decimal("100"),
                        is_scale: false,
                    },
                )
            })
            .collect(),
        elsewhere: five()
            .map(|id| {
                (
                    id.as_str().into(),
                    OutsideName {
                        label: format!("elsewhere-{id}"),
                        maximum: None,
                        measure: crate::domain::outside::Measure::Points,
                        source: GradeSource::Csv,
                        counts: true,
                        item: None,
                        tells_hand_ins: true,
                        tells_completion: true,
                        is_gone: false,
                        withheld: None,
                    },
                )
            })
            .collect(),
        activities: five()
            .map(|id| (id.as_str().into(), format!("work-{id}")))
            .collect(),
        badges: five()
            .map(|id| (id.as_str().into(), format!("badge-{id}")))
            .collect(),
        zone: Zone::UTC,
        out_of_reach: std::collections::HashSet::new(),
        looked: super::Looked::default(),
    }
}

proptest! {
    #[test]
    fn the_sentence_names_everything(root in any_group()) {
        let names = all_names();
        let full = sentence_in_full(&root, &names);
        prop_assert!(full.ends_with('.') && full.chars().count() > 20);
        for condition in root.conditions() {
            let all = match condition {
                Condition::Grade { item, .. } => vec![names.line_item(item)],
                Condition::Elsewhere { column, .. }
                | Condition::HandedIn { column, .. }
                | Condition::Completed { column } => vec![names.elsewhere(column)],
                Condition::BestOf { of, .. } => of.iter().map(|column| names.column(column)).collect(),
                Condition::EvidenceApproved { activity } => vec![names.activity(activity)],
                Condition::ExternalBadge { name, .. } => vec![name.clone()],
                Condition::HoldsBadge { badge, .. } => vec![names.badge(badge)],
                Condition::BadgeTotal { of, .. } => of.iter().map(|badge| names.badge(badge)).collect(),
                Condition::NotBefore { at, zone } => vec![names.moment(*at, *zone)],
                Condition::InstructorApproves => vec!["an instructor's approval".to_owned()],
            };
            for name in all {
                prop_assert!(full.contains(&name), "{} is not in {}", name, full);
            }
        }
        prop_assert_eq!(full.matches('(').count(), full.matches(')').count());
    }

    #[test]
    fn every_decision_has_lines_a_next_step_and_progress(root in any_group(), facts in any_facts()) {
        let decision = evaluate_group(&root, 1, &facts, now());
        for audience in [Audience::Teacher, Audience::Student] {
            let next = next_step(&decision, &all_names(), audience);
            prop_assert_eq!(next.starts_with("Next: "), decision.outcome != Truth::Yes, "{}", next);
            prop_assert!(next.ends_with('.') && !next.contains("  "), "{}", next);
            let found = lines(&decision, &all_names(), audience);
            prop_assert!(found.iter().all(|line| !line.text.is_empty()));
            prop_assert_eq!(found.is_empty(), root.need == crate::domain::rule::Need::All && root.nodes.is_empty());
        }
        let Progress { met, needed } = progress(&decision);
        prop_assert!(met <= needed);
        if needed > 0 {
            prop_assert_eq!(met == needed, decision.outcome == Truth::Yes);
        }
    }
}
