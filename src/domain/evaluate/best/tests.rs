use proptest::prelude::*;

use super::*;
use crate::domain::outside::OutsideValue;
use crate::domain::rule::{Condition, Node};
use crate::domain::sample::{Known, any_column, any_decimal, any_facts, best_of, decimal};

fn asked(node: &Node, known: &Known) -> (Truth, Option<Decimal>) {
    let Node::Condition(Condition::BestOf { best, of, at_least }) = node else {
        panic!("{node:?}")
    };
    (
        truth(*best, of, *at_least, &known.0),
        reached(*best, of, &known.0),
    )
}

fn points(value: &str) -> OutsideValue {
    OutsideValue::Points(decimal(value))
}

#[test]
fn the_best_count_each_of_its_own_maximum_whoever_tells_of_it() {
    let two_of_three = best_of(2, &["quiz"], &["weekly", "total"], "80");
    let known = Known::default()
        .grade("quiz", "8", "20")
        .elsewhere("weekly", points("7"), Some("10"))
        .elsewhere("total", OutsideValue::Percent(decimal("90")), None);
    assert_eq!(asked(&two_of_three, &known), (Truth::Yes, Some(decimal("80"))));
    let more = best_of(2, &["quiz"], &["weekly", "total"], "80.01");
    assert_eq!(asked(&more, &known), (Truth::No, Some(decimal("80"))));
}

#[test]
fn it_is_yes_as_soon_as_nothing_can_change_that_and_no_only_once_all_is_known() {
    let two_of_three = best_of(2, &["a", "b", "c"], &[], "80");
    let one = || Known::default().grade("a", "100", "100");
    assert_eq!(asked(&two_of_three, &Known::default()), (Truth::Unknown, None));
    assert_eq!(
        asked(&two_of_three, &one()),
        (Truth::Unknown, None),
        "one is not two"
    );
    let enough = one().grade("b", "60", "100");
    assert_eq!(asked(&two_of_three, &enough), (Truth::Yes, Some(decimal("80"))));
    let short = || one().grade("b", "59", "100");
    assert_eq!(asked(&two_of_three, &short()).0, Truth::Unknown);
    assert_eq!(asked(&two_of_three, &short().ungraded("c")).0, Truth::Unknown);
    assert_eq!(asked(&two_of_three, &short().grade("c", "0", "100")).0, Truth::No);
    assert_eq!(
        asked(&two_of_three, &short().grade("c", "12", "10")).0,
        Truth::Yes
    );
}

#[test]
fn what_is_excused_withheld_or_no_share_is_unknown_and_never_nought() {
    let both = best_of(2, &["a"], &["weekly"], "50");
    let known = |value| {
        Known::default()
            .grade("a", "0", "100")
            .elsewhere("weekly", value, None)
    };
    for value in [
        OutsideValue::Excused,
        OutsideValue::Word("A".to_owned()),
        OutsideValue::Passed(true),
        points("9"),
    ] {
        assert_eq!(asked(&both, &known(value)), (Truth::Unknown, None));
    }
    let withheld = Known::default()
        .withheld("a", Some("100"))
        .elsewhere("weekly", points("9"), Some("10"));
    assert_eq!(asked(&both, &withheld), (Truth::Unknown, None));
    let mut step = Known::default()
        .grade("a", "3", "3")
        .elsewhere("weekly", points("9"), Some("10"));
    assert_eq!(asked(&both, &step).0, Truth::Yes);
    for grade in step.0.grades.values_mut() {
        grade.is_scale = true;
    }
    assert_eq!(
        asked(&both, &step),
        (Truth::Unknown, None),
        "a step of a scale is no share"
    );
}

#[test]
fn parts_that_no_division_can_hold_add_up() {
    let sevenths = best_of(2, &["a", "b"], &[], "50");
    let known = Known::default().grade("a", "1", "7").grade("b", "6", "7");
    assert_eq!(asked(&sevenths, &known), (Truth::Yes, Some(decimal("50"))));
    let thirds = best_of(3, &["a", "b", "c"], &[], "66.67");
    let known = Known::default()
        .grade("a", "2", "3")
        .grade("b", "4", "6")
        .grade("c", "6", "9");
    assert_eq!(
        asked(&thirds, &known).0,
        Truth::No,
        "two thirds are less than 66.67 percent"
    );
}

#[test]
fn none_and_more_than_there_are_never_hold_and_a_column_twice_is_one() {
    let known = Known::default().grade("a", "100", "100");
    assert_eq!(asked(&best_of(0, &["a"], &[], "0"), &known).0, Truth::No);
    assert_eq!(asked(&best_of(1, &[], &[], "0"), &known).0, Truth::No);
    assert_eq!(asked(&best_of(2, &["a", "a"], &[], "0"), &known).0, Truth::No);
    assert_eq!(asked(&best_of(1, &["a", "a"], &[], "100"), &known).0, Truth::Yes);
}

#[test]
fn what_was_seen_says_which_count_and_where_each_was_read() {
    let of = [
        GradeColumn::Ours("quiz".into()),
        GradeColumn::Ours("late".into()),
        GradeColumn::Elsewhere("weekly".into()),
        GradeColumn::Elsewhere("level".into()),
        GradeColumn::Elsewhere("lab".into()),
    ];
    let known = Known::default()
        .grade("quiz", "10", "20")
        .withheld("late", Some("20"))
        .elsewhere("weekly", points("9"), Some("10"))
        .elsewhere("level", OutsideValue::Excused, None);
    let Seen::Best { average, of: seen } = see(1, &of, &known.0) else {
        panic!()
    };
    assert_eq!(average, Some(decimal("90")));
    let told: Vec<String> = seen
        .iter()
        .map(|one| match &one.stands {
            Stands::Share {
                percent,
                counts,
                source,
                ..
            } => format!("{percent} {counts} {}", source.words()),
            Stands::NoShare { .. } => "no share".to_owned(),
            Stands::Excused { .. } => "excused".to_owned(),
            Stands::NotReleased => "not released".to_owned(),
            Stands::Nothing => "nothing".to_owned(),
        })
        .collect();
    let expected = [
        "50 false the gradebook",
        "not released",
        "90 true a gradebook file",
        "excused",
        "nothing",
    ];
    assert_eq!(told, expected);
    assert_eq!(best_known(1, &of, &known.0), [&of[2]]);
}

/// Every choice of that many columns: yes where one is known and reaches it, no where all are known and none does.
fn by_hand(best: u16, of: &[GradeColumn], at_least: Decimal, facts: &Facts) -> Truth {
    let columns = distinct(of);
    let choices = (1_u32..(1 << columns.len())).filter(|set| set.count_ones() == u32::from(best));
    let mut found = Truth::No;
    for set in choices {
        let chosen = columns
            .iter()
            .enumerate()
            .filter(|(at, _)| (set & (1 << at)) != 0);
        let shares: Option<Vec<Decimal>> = chosen.map(|(_, column)| share(column, facts)).collect();
        let Some(shares) = shares else {
            found = Truth::Unknown;
            continue;
        };
        let mut sum = Decimal::ZERO;
        for share in &shares {
            sum += share;
        }
        if (sum / Decimal::from(best)).round_dp(PLACES) >= at_least {
            return Truth::Yes;
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn it_is_what_every_choice_of_columns_says(
        best in 0_u16..5, of in prop::collection::vec(any_column(), 0..6), facts in any_facts(), bound in any_decimal()
    ) {
        prop_assert_eq!(truth(best, &of, bound, &facts), by_hand(best, &of, bound, &facts));
    }

    #[test]
    fn the_order_of_the_columns_changes_nothing(
        best in 0_u16..5,
        (of, turned) in prop::collection::vec(any_column(), 0..6).prop_flat_map(|of| (Just(of.clone()), Just(of).prop_shuffle())),
        facts in any_facts(),
        bound in any_decimal(),
    ) {
        prop_assert_eq!(truth(best, &of, bound, &facts), truth(best, &turned, bound, &facts));
        prop_assert_eq!(reached(best, &of, &facts), reached(best, &turned, &facts));
    }

    #[test]
    fn what_becomes_known_changes_nothing_that_is_certain(
        best in 0_u16..5, of in prop::collection::vec(any_column(), 0..6), facts in any_facts(), bound in any_decimal(), kept in 0_usize..6
    ) {
        let mut before = facts.clone();
        let mut items: Vec<_> = before.grades.keys().cloned().collect();
        items.sort();
        for item in items.iter().skip(kept) {
            before.grades.remove(item);
        }
        let mut columns: Vec<_> = before.elsewhere.keys().cloned().collect();
        columns.sort();
        for column in columns.iter().skip(kept) {
            before.elsewhere.remove(column);
        }
        let then = truth(best, &of, bound, &before);
        if then != Truth::Unknown {
            prop_assert_eq!(then, truth(best, &of, bound, &facts));
        }
    }

    #[test]
    fn asking_for_more_is_never_easier(
        best in 1_u16..5, of in prop::collection::vec(any_column(), 0..6), facts in any_facts(), bound in any_decimal()
    ) {
        let rank = |best| match truth(best, &of, bound, &facts) {
            Truth::No => 0,
            Truth::Unknown => 1,
            Truth::Yes => 2,
        };
        prop_assert!(rank(best) >= rank(best + 1), "the best alone are the better average");
    }
}
