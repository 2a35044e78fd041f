use proptest::prelude::*;

use super::*;
use crate::domain::sample::{any_decimal, any_facts, any_group, any_nodes, grade, now};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn every_rule_gets_an_answer_and_both_ways_agree(root in any_group(), facts in any_facts()) {
        let decision = evaluate_group(&root, 7, &facts, now());
        prop_assert_eq!(decision.outcome, outcome(&root, &facts, now()));
        prop_assert_eq!(decision.outcome, decision.tree.truth);
        prop_assert_eq!(decision.tree.nodes.len(), root.nodes.len());
    }

    #[test]
    fn a_raised_grade_never_takes_a_badge_away(
        root in any_group(), facts in any_facts(), which in 0_usize..5, rise in any_decimal()
    ) {
        let before = outcome(&root, &facts, now());
        let mut after = facts;
        let mut items: Vec<_> = after.grades.keys().cloned().collect();
        items.sort();
        if let Some(grade) = items.get(which).and_then(|item| after.grades.get_mut(item)) {
            grade.value = grade.value.map(|value| value.checked_add(rise.abs()).unwrap_or(Decimal::MAX));
        }
        let then = outcome(&root, &after, now());
        prop_assert!(before != Truth::Yes || then == Truth::Yes, "{:?} became {:?}", before, then);
        prop_assert!(before != Truth::Unknown || then != Truth::No, "{:?} became {:?}", before, then);
    }

    #[test]
    fn what_is_not_released_is_the_same_decision_whatever_it_is(
        root in any_group(), facts in any_facts(), value in any_decimal(), there in prop::bool::ANY
    ) {
        let mut other = facts.clone();
        for withheld in other.withheld.values_mut() {
            *withheld = there.then(|| grade(Some(value), Decimal::ONE_HUNDRED));
        }
        let told = |facts: &Facts| evaluate_group(&root, 7, facts, now());
        prop_assert_eq!(told(&facts), told(&other));
        let released = other.released(|_| true);
        prop_assert!(released.withheld.is_empty());
        prop_assert_eq!(released.has_row(), other.has_row());
    }

    #[test]
    fn a_first_grade_never_turns_yes_into_anything_else(root in any_group(), facts in any_facts(), value in any_decimal()) {
        let mut without = facts.clone();
        for grade in without.grades.values_mut() {
            grade.value = None;
        }
        if outcome(&root, &without, now()) == Truth::Yes {
            let mut with = facts;
            for grade in with.grades.values_mut() {
                grade.value = Some(value);
            }
            prop_assert_eq!(outcome(&root, &with, now()), Truth::Yes);
        }
    }

    #[test]
    fn all_is_at_least_as_many_as_there_are_and_any_is_at_least_one(nodes in any_nodes(), facts in any_facts()) {
        let with = |need| Group { need, nodes: nodes.clone() };
        let count = u16::try_from(with(Need::All).distinct().len()).unwrap();
        let told = |need| outcome(&with(need), &facts, now());
        prop_assert_eq!(told(Need::All), told(Need::AtLeast(count)));
        prop_assert_eq!(told(Need::Any), told(Need::AtLeast(1)));
        prop_assert_eq!(told(Need::AtLeast(count.saturating_add(1))), Truth::No);
    }

    #[test]
    fn the_order_of_members_changes_nothing(root in any_group(), facts in any_facts()) {
        let mut turned = root.clone();
        turned.nodes.reverse();
        prop_assert_eq!(outcome(&root, &facts, now()), outcome(&turned, &facts, now()));
    }

    #[test]
    fn asking_for_more_is_never_easier(nodes in any_nodes(), facts in any_facts(), n in 1_u16..6) {
        let rank = |need| match outcome(&Group { need, nodes: nodes.clone() }, &facts, now()) {
            Truth::No => 0,
            Truth::Unknown => 1,
            Truth::Yes => 2,
        };
        prop_assert!(rank(Need::AtLeast(n)) >= rank(Need::AtLeast(n + 1)));
    }
}
