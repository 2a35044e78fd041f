#![expect(
    clippy::needless_pass_by_value,
    reason = "facts are built where they are used"
)]

use super::*;
use crate::domain::outside::OutsideValue;
use crate::domain::sample::{
    Known, all, any, approval, approved, at_least, cleaning_rule, completed, days, decimal, external, group,
    handed_in, holds, not_before, now, one_of, passed, percent, percent_elsewhere, points, rule,
};

fn decide(root: &Group, known: Known) -> Truth {
    evaluate_group(root, 1, &known.0, now()).outcome
}

#[test]
fn an_exact_threshold_counts() {
    let share = all([percent("quiz", "80")]);
    assert_eq!(
        decide(&share, Known::default().grade("quiz", "80", "100")),
        Truth::Yes
    );
    assert_eq!(
        decide(&share, Known::default().grade("quiz", "79.99", "100")),
        Truth::No
    );
    let fixed = all([points("quiz", "17.5")]);
    assert_eq!(
        decide(&fixed, Known::default().grade("quiz", "17.50", "20")),
        Truth::Yes
    );
    assert_eq!(
        decide(&fixed, Known::default().grade("quiz", "17.4", "20")),
        Truth::No
    );
}

#[test]
fn a_percentage_that_no_division_can_hold_is_still_exact() {
    // 70 percent of 3 is 2.1; 2.1 / 3 in binary or rounded arithmetic is 0.7000000000000001 or less.
    let root = all([percent("quiz", "70")]);
    assert_eq!(
        decide(&root, Known::default().grade("quiz", "2.1", "3")),
        Truth::Yes
    );
    assert_eq!(
        decide(&root, Known::default().grade("quiz", "2.0999999999999999", "3")),
        Truth::No
    );
    let third = all([percent("quiz", "33.3333")]);
    assert_eq!(
        decide(&third, Known::default().grade("quiz", "1", "3")),
        Truth::Yes
    );
}

#[test]
fn numbers_too_large_to_multiply_are_still_compared() {
    let most = Decimal::MAX.to_string();
    let root = all([percent("quiz", "80")]);
    assert_eq!(
        decide(&root, Known::default().grade("quiz", &most, "100")),
        Truth::Yes
    );
    assert_eq!(
        decide(&root, Known::default().grade("quiz", "1", &most)),
        Truth::No
    );
    assert_eq!(
        decide(&root, Known::default().grade("quiz", &most, &most)),
        Truth::Yes
    );
    let half = (Decimal::MAX / decimal("2")).to_string();
    assert_eq!(
        decide(&root, Known::default().grade("quiz", &half, &most)),
        Truth::No
    );
}

#[test]
fn a_missing_grade_is_unknown_and_never_zero() {
    let root = all([percent("quiz", "80")]);
    assert_eq!(decide(&root, Known::default()), Truth::Unknown);
    assert_eq!(decide(&root, Known::default().ungraded("quiz")), Truth::Unknown);
    assert_eq!(
        decide(&root, Known::default().grade("quiz", "0", "100")),
        Truth::No
    );
    let free = all([points("quiz", "0")]);
    assert_eq!(decide(&free, Known::default()), Truth::Unknown);
}

#[test]
fn a_grade_out_of_nothing_is_unknown() {
    for maximum in ["0", "-10"] {
        let known = Known::default().grade("quiz", "5", maximum);
        assert_eq!(decide(&all([percent("quiz", "80")]), known), Truth::Unknown);
    }
}

#[test]
fn four_of_five_are_not_enough_and_exactly_five_are() {
    let root = at_least(5, ["a", "b", "c", "d", "e", "f", "g"].map(holds));
    let four = Known::default().badge("a").badge("c").badge("e").badge("g");
    assert_eq!(decide(&root, four), Truth::No);
    let five = Known::default()
        .badge("g")
        .badge("e")
        .badge("c")
        .badge("a")
        .badge("b");
    assert_eq!(decide(&root, five), Truth::Yes);
}

#[test]
fn duplicates_do_not_count() {
    let root = at_least(2, [holds("a"), holds("a"), group(all([holds("a")])), holds("b")]);
    assert_eq!(decide(&root, Known::default().badge("a")), Truth::No);
    assert_eq!(decide(&root, Known::default().badge("a").badge("b")), Truth::Yes);
    let waiting = at_least(2, [percent("quiz", "80"), percent("quiz", "80.0")]);
    assert_eq!(decide(&waiting, Known::default()), Truth::No);
}

#[test]
fn an_expired_badge_does_not_satisfy_a_stack_and_the_end_itself_is_expired() {
    let root = all([holds("a")]);
    assert_eq!(
        decide(&root, Known::default().badge_with("a", Some(days(1)), false)),
        Truth::Yes
    );
    assert_eq!(
        decide(&root, Known::default().badge_with("a", Some(now()), false)),
        Truth::No
    );
    let decision = evaluate_group(
        &root,
        1,
        &Known::default().badge_with("a", Some(days(-1)), false).0,
        now(),
    );
    let seen = decision.tree.nodes.first().map(|node| match node {
        CheckedNode::Condition(condition) => condition.seen.clone(),
        CheckedNode::Group(_) => panic!("a condition was asked"),
    });
    assert_eq!(seen, Some(Seen::BadgeExpired { at: days(-1) }));
    let ends_now = Known::default().badge_with("a", Some(now()), false);
    assert_eq!(
        see(root.conditions()[0], &ends_now.0, now()),
        Seen::BadgeExpired { at: now() }
    );
}

#[test]
fn a_revoked_badge_does_not_satisfy_a_stack_though_its_term_runs_on() {
    let root = all([holds("a")]);
    assert_eq!(
        decide(&root, Known::default().badge_with("a", Some(days(10)), true)),
        Truth::No
    );
    assert_eq!(
        decide(&root, Known::default().badge_with("a", None, true)),
        Truth::No
    );
}

#[test]
fn an_empty_rule_or_group_never_awards() {
    let everything = || Known::default().grade("quiz", "100", "100").badge("a").approval();
    for empty in [all([]), any([]), at_least(0, []), at_least(1, [])] {
        assert_eq!(decide(&empty, everything()), Truth::No);
        assert_eq!(
            decide(&all([holds("a"), group(empty.clone())]), everything()),
            Truth::No
        );
        assert_eq!(decide(&all([group(empty)]), everything()), Truth::No);
    }
}

#[test]
fn at_least_zero_never_awards_and_neither_does_more_than_there_are() {
    let known = || Known::default().badge("a").badge("b");
    assert_eq!(decide(&at_least(0, [holds("a")]), known()), Truth::No);
    assert_eq!(decide(&at_least(3, [holds("a"), holds("b")]), known()), Truth::No);
}

#[test]
fn unknown_stays_unknown_only_while_it_can_still_matter() {
    let a = || holds("a");
    let quiz = || percent("quiz", "80");
    let with = || Known::default().badge("a");
    assert_eq!(decide(&all([a(), quiz()]), with()), Truth::Unknown);
    assert_eq!(decide(&all([a(), quiz()]), Known::default()), Truth::No);
    assert_eq!(decide(&any([a(), quiz()]), with()), Truth::Yes);
    assert_eq!(decide(&any([a(), quiz()]), Known::default()), Truth::Unknown);
    assert_eq!(
        decide(&at_least(2, [a(), quiz(), holds("b")]), with()),
        Truth::Unknown
    );
    assert_eq!(
        decide(&at_least(2, [a(), quiz(), holds("b")]), Known::default()),
        Truth::No
    );
}

#[test]
fn only_approved_evidence_counts() {
    let root = all([approved("report")]);
    let with = |state| decide(&root, Known::default().evidence("report", state));
    assert_eq!(with(SubmissionState::Approved), Truth::Yes);
    assert_eq!(with(SubmissionState::HandedIn), Truth::Unknown);
    assert_eq!(with(SubmissionState::ChangesAsked), Truth::No);
    assert_eq!(with(SubmissionState::Declined), Truth::No);
    assert_eq!(decide(&root, Known::default()), Truth::Unknown);
}

#[test]
fn a_date_counts_from_its_first_moment() {
    assert_eq!(decide(&all([not_before(now())]), Known::default()), Truth::Yes);
    assert_eq!(decide(&all([not_before(days(1))]), Known::default()), Truth::No);
}

#[test]
fn the_record_of_a_date_says_the_zone_that_counted() {
    let zone = crate::domain::zone::Zone::parse("Europe/Berlin").unwrap();
    let root = all([crate::domain::rule::Node::Condition(Condition::NotBefore {
        at: now(),
        zone,
    })]);
    let record = serde_json::to_string(&evaluate_group(&root, 1, &Known::default().0, now())).unwrap();
    assert!(
        record.contains(r#""seen":"date","at":"2026-11-23T10:42:00Z","zone":"Europe/Berlin""#),
        "{record}"
    );
    let older = record.replace(r#","zone":"Europe/Berlin""#, "");
    let read: crate::domain::decision::Decision = serde_json::from_str(&older).unwrap();
    assert_eq!(
        serde_json::to_string(&read).unwrap(),
        older,
        "one that counted in UTC"
    );
}

#[test]
fn an_approval_is_waited_for() {
    assert_eq!(decide(&all([approval()]), Known::default()), Truth::Unknown);
    assert_eq!(
        decide(&all([approval()]), Known::default().approval()),
        Truth::Yes
    );
}

#[test]
fn a_step_of_a_scale_is_no_percent_and_reaches_a_step() {
    let mut known = Known::default().grade("quiz", "3", "4");
    known.0.grades.get_mut(&"quiz".into()).unwrap().is_scale = true;
    let outcome = |root: Group| {
        let decision = evaluate(&rule(1, root.clone()), &known.0, now());
        assert_eq!(decision.outcome, super::outcome(&root, &known.0, now()));
        decision
    };
    let percent = outcome(all([percent("quiz", "75")]));
    assert_eq!(percent.outcome, Truth::Unknown);
    let CheckedNode::Condition(CheckedCondition { seen, .. }) = &percent.tree.nodes[0] else {
        panic!("one condition")
    };
    assert!(
        matches!(seen, Seen::StepOfScale { step, steps, .. } if (*step, *steps) == (decimal("3"), decimal("4"))),
        "{seen:?}"
    );
    assert_eq!(outcome(all([points("quiz", "3")])).outcome, Truth::Yes);
    assert_eq!(outcome(all([points("quiz", "4")])).outcome, Truth::No);
}

#[test]
fn the_record_carries_version_values_threshold_source_and_time() {
    let known = Known::default()
        .grade("cleaning", "43", "50")
        .evidence("report", SubmissionState::HandedIn);
    let decision = evaluate(&rule(3, cleaning_rule()), &known.0, now());
    assert_eq!((decision.rule_version, decision.outcome), (3, Truth::No));
    assert_eq!(decision.tree.nodes.len(), 3);
    let CheckedNode::Condition(CheckedCondition { seen, truth, .. }) = &decision.tree.nodes[0] else {
        panic!("the grade comes first")
    };
    assert_eq!(*truth, Truth::Yes);
    let Seen::Grade {
        value,
        maximum,
        needs,
        read_at,
        ..
    } = seen
    else {
        panic!("a grade was seen: {seen:?}")
    };
    assert_eq!(
        (*value, *maximum, *needs),
        (decimal("43"), decimal("50"), decimal("40"))
    );
    assert_eq!(*read_at, now());
    let text = serde_json::to_string(&decision).unwrap();
    assert_eq!(serde_json::from_str::<Decision>(&text).unwrap(), decision);
}

#[test]
fn a_grade_that_is_not_released_neither_earns_nor_fails_a_badge() {
    let root = all([percent("quiz", "80")]);
    for value in [Some("95"), Some("10"), None] {
        let decision = evaluate_group(&root, 1, &Known::default().withheld("quiz", value).0, now());
        assert_eq!(decision.outcome, Truth::Unknown);
        let CheckedNode::Condition(checked) = &decision.tree.nodes[0] else {
            panic!("one condition");
        };
        let at_least = Threshold::Percent(decimal("80"));
        assert_eq!(checked.seen, Seen::NotReleased { at_least });
    }
    let either = any([percent("quiz", "80"), approval()]);
    let approved = Known::default().withheld("quiz", Some("10")).approval();
    assert_eq!(decide(&either, approved), Truth::Yes, "another way stays open");
}

#[test]
fn a_grade_from_elsewhere_counts_by_its_own_column_and_is_never_taken_for_one_of_ours() {
    let root = all([percent_elsewhere("weekly", "80")]);
    let eight = || OutsideValue::Points(decimal("8"));
    assert_eq!(decide(&root, Known::default()), Truth::Unknown);
    assert_eq!(
        decide(&root, Known::default().elsewhere("weekly", eight(), Some("10"))),
        Truth::Yes
    );
    // A column of ours may have the same id and says nothing of it.
    assert_eq!(
        decide(&root, Known::default().grade("weekly", "10", "10")),
        Truth::Unknown
    );
    let ours = all([percent("weekly", "80")]);
    assert_eq!(
        decide(&ours, Known::default().elsewhere("weekly", eight(), Some("10"))),
        Truth::Unknown
    );
    let both = Known::default()
        .grade("weekly", "1", "10")
        .elsewhere("weekly", eight(), Some("10"));
    assert_eq!(decide(&root, both), Truth::Yes);
}

#[test]
fn a_letter_passes_and_what_is_excused_is_no_grade() {
    let root = all([one_of("level", &["A", "B"])]);
    let word = |word: &str| OutsideValue::Word(word.to_owned());
    let known = |value| Known::default().elsewhere("level", value, None);
    assert_eq!(decide(&root, known(word("b"))), Truth::Yes);
    assert_eq!(decide(&root, known(word("C"))), Truth::No);
    assert_eq!(decide(&root, known(OutsideValue::Excused)), Truth::Unknown);
}

#[test]
fn work_is_handed_in_as_the_lms_says_and_what_can_still_come_is_unknown() {
    let (any_time, on_time) = (all([handed_in("essay", false)]), all([handed_in("essay", true)]));
    let both = |known: fn() -> Known| (decide(&any_time, known()), decide(&on_time, known()));
    assert_eq!(both(Known::default), (Truth::Unknown, Truth::Unknown));
    let nothing = || Known::default().handed_in("essay", None);
    assert_eq!(both(nothing), (Truth::Unknown, Truth::Unknown));
    let due = || Known::default().missing("essay");
    assert_eq!(
        both(due),
        (Truth::Unknown, Truth::No),
        "it can come, but not in time"
    );
    let with = |late: Option<bool>| {
        let known = || Known::default().handed_in("essay", Some(late));
        (decide(&any_time, known()), decide(&on_time, known()))
    };
    assert_eq!(with(Some(false)), (Truth::Yes, Truth::Yes));
    assert_eq!(with(Some(true)), (Truth::Yes, Truth::No));
    assert_eq!(
        with(None),
        (Truth::Yes, Truth::Unknown),
        "nobody tells whether it was in time"
    );
}

#[test]
fn an_activity_is_complete_or_passed_as_the_lms_says() {
    let (done, pass) = (all([completed("essay")]), all([passed("essay", &["A"])]));
    let both = |known: fn() -> Known| (decide(&done, known()), decide(&pass, known()));
    assert_eq!(both(Known::default), (Truth::Unknown, Truth::Unknown));
    assert_eq!(
        both(|| Known::default().completed("essay", true, None)),
        (Truth::Yes, Truth::Unknown)
    );
    assert_eq!(
        both(|| Known::default().completed("essay", false, Some(false))),
        (Truth::Unknown, Truth::No)
    );
    // Its own word comes before those that the teacher chose, and a mark before its completion.
    let letter = || Known::default().elsewhere("essay", OutsideValue::Word("A".to_owned()), None);
    assert_eq!(decide(&pass, letter()), Truth::Yes);
    assert_eq!(
        decide(&pass, letter().completed("essay", true, Some(false))),
        Truth::No
    );
    let mark = Known::default().elsewhere("essay", OutsideValue::Passed(true), None);
    assert_eq!(
        decide(&pass, mark.completed("essay", true, Some(false))),
        Truth::Yes
    );
}

#[test]
fn a_badge_of_another_issuer_counts_while_it_is_genuine_and_in_force() {
    let root = all([external("did:web:x", None)]);
    let known = |genuine, until| Known::default().external("did:web:x", genuine, until);
    assert_eq!(decide(&root, known(true, None)), Truth::Yes);
    assert_eq!(decide(&root, known(true, Some(days(1)))), Truth::Yes);
    for none in [
        Known::default(),
        known(false, None),
        known(true, Some(now())),
        Known::default().external("did:web:y", true, None),
    ] {
        assert_eq!(decide(&root, none), Truth::No);
    }
    // One that is over does not hide one that is not.
    let both = known(true, Some(now())).external("did:web:x", true, None);
    assert_eq!(decide(&root, both), Truth::Yes);
    let one = |achievement| all([external("did:web:x", Some(achievement))]);
    assert_eq!(decide(&one("welding"), known(true, None)), Truth::Yes);
    assert_eq!(decide(&one("cooking"), known(true, None)), Truth::No);
}

#[test]
fn what_others_take_back_is_no_grade_that_fell() {
    let root = all([external("did:web:x", None), percent("quiz", "80")]);
    let is_external = |condition: &Condition| matches!(condition, Condition::ExternalBadge { .. });
    let but_for = |points: &str| {
        let known = Known::default().grade("quiz", points, "100");
        outcome_given(&root, &evaluate_group(&root, 1, &known.0, now()), is_external)
    };
    assert_eq!(but_for("90"), Truth::Yes);
    assert_eq!(but_for("70"), Truth::No);
}
