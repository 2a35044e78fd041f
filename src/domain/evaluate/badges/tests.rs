use std::collections::HashMap;

use proptest::prelude::*;

use super::*;
use crate::domain::decision::Truth;
use crate::domain::evaluate::{evaluate_group, outcome};
use crate::domain::rule::{Group, Need};
use crate::domain::sample::{
    all, any_facts, any_part, at_least, days, decimal, holds as holds_node, holds_within, now,
    total as total_node,
};

fn held(awarded: i64) -> Held {
    Held {
        awarded_at: days(awarded),
        valid_until: None,
        revoked: false,
    }
}

/// An award of a badge of another course, for the lineage of that one.
fn part(badge: &str, lineage: Option<&str>, awarded: i64) -> Part {
    Part {
        badge: badge.into(),
        lineage: lineage.map(BadgeId::from),
        name: "Basic Python".to_owned(),
        course: "Python 101 (autumn)".to_owned(),
        held: held(awarded),
        hours: Some(decimal("10")),
        credits: None,
    }
}

/// "basic" is this term's copy of "first".
fn facts(parts: Vec<Part>) -> Facts {
    Facts {
        parts,
        lineages: HashMap::from([("basic".into(), "first".into()), ("sql".into(), "sql".into())]),
        ..Facts::default()
    }
}

fn seen(root: &Group, facts: &Facts) -> (Truth, Seen) {
    let decision = evaluate_group(root, 1, facts, now());
    let checked = decision.tree.checked(root.conditions()[0]).unwrap().clone();
    (decision.outcome, checked.seen)
}

#[test]
fn last_terms_badge_counts_for_this_terms_copy_and_says_whose_it_is() {
    let root = all([holds_node("basic")]);
    let (truth, seen_here) = seen(&root, &facts(vec![part("first", Some("first"), -200)]));
    assert_eq!(truth, Truth::Yes);
    let expected = Seen::BadgeElsewhere {
        badge: "first".into(),
        name: "Basic Python".into(),
        course: "Python 101 (autumn)".into(),
        awarded_at: days(-200),
    };
    assert_eq!(seen_here, expected);
    // A copy that was changed counts as its own badge alone: where it is named, and nowhere else.
    let changed = facts(vec![part("easy", None, -200)]);
    assert_eq!(seen(&root, &changed), (Truth::No, Seen::BadgeNotHeld));
    assert_eq!(outcome(&all([holds_node("easy")]), &changed, now()), Truth::Yes);
}

#[test]
fn what_is_revoked_or_over_elsewhere_counts_for_nothing_and_is_not_told() {
    let root = all([holds_node("basic")]);
    let mut gone = part("first", Some("first"), -200);
    gone.held.revoked = true;
    assert_eq!(seen(&root, &facts(vec![gone])), (Truth::No, Seen::BadgeNotHeld));
    let mut over = part("first", Some("first"), -200);
    over.held.valid_until = Some(days(-1));
    assert_eq!(
        seen(&root, &facts(vec![over.clone()])),
        (Truth::No, Seen::BadgeNotHeld)
    );
    // That of one term is over, that of another is in force.
    let both = facts(vec![over, part("second", Some("first"), -20)]);
    assert_eq!(outcome(&root, &both, now()), Truth::Yes);
}

#[test]
fn a_badge_of_the_last_years_is_one_that_was_awarded_in_them() {
    let root = all([holds_within("basic", 1)]);
    let of = |awarded| facts(vec![part("first", Some("first"), awarded)]);
    assert_eq!(outcome(&root, &of(-365), now()), Truth::Yes, "exactly a year");
    let (truth, old) = seen(&root, &of(-366));
    assert_eq!(
        (truth, old),
        (
            Truth::No,
            Seen::BadgeTooOld {
                awarded_at: days(-366)
            }
        )
    );
    assert_eq!(
        outcome(&all([holds_within("basic", 2)]), &of(-366), now()),
        Truth::Yes
    );
    assert_eq!(seen(&root, &facts(Vec::new())), (Truth::No, Seen::BadgeNotHeld));
}

#[test]
fn two_terms_of_one_badge_add_up_once() {
    let twice = facts(vec![
        part("first", Some("first"), -200),
        part("second", Some("first"), -20),
        part("sql", Some("sql"), -10),
    ]);
    let of = ["basic", "sql"];
    let (truth, told) = seen(&all([total_node(Amount::Hours, &of, "20")]), &twice);
    let sum = Seen::BadgeTotal {
        sum: decimal("20"),
        badges: 2,
    };
    assert_eq!((truth, told), (Truth::Yes, sum));
    let more = all([total_node(Amount::Hours, &of, "20.5")]);
    assert_eq!(outcome(&more, &twice, now()), Truth::No);
    let credits = all([total_node(Amount::Credits, &of, "1")]);
    assert_eq!(outcome(&credits, &twice, now()), Truth::No, "none were signed");
    let none: [&str; 0] = [];
    let nothing = all([total_node(Amount::Hours, &none, "0")]);
    assert_eq!(outcome(&nothing, &twice, now()), Truth::No);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn another_award_never_takes_anything_away(facts in any_facts(), more in any_part(), n in 1_u16..5, bound in 0_i64..60) {
        // Another award of the same badge takes the place of the one before it.
        prop_assume!(facts.parts.iter().all(|part| part.badge != more.badge));
        let names = ["n0", "n1", "n2", "n3", "n4"];
        let counted = at_least(n, names.map(holds_node));
        let recent = at_least(n, names.map(|name| holds_within(name, 1)));
        let sums = all([total_node(Amount::Hours, &names, &bound.to_string())]);
        let mut after = facts.clone();
        after.parts.push(more);
        for root in [&counted, &recent, &sums] {
            let (before, then) = (outcome(root, &facts, now()), outcome(root, &after, now()));
            prop_assert!(before != Truth::Yes || then == Truth::Yes, "{:?}", root);
        }
        let of: Vec<BadgeId> = names.map(BadgeId::from).to_vec();
        let sum = |facts: &Facts| total(Amount::Credits, &of, facts, now());
        prop_assert!(sum(&facts) .0 <= sum(&after).0 && sum(&facts).1 <= sum(&after).1);
    }

    #[test]
    fn the_order_of_awards_and_of_what_is_named_changes_nothing(facts in any_facts(), n in 1_u16..5) {
        let mut names = vec!["n0", "n1", "n2", "n3", "n4"];
        let counted = |names: &[&str]| Group {
            need: Need::AtLeast(n),
            nodes: names.iter().map(|name| holds_node(name)).collect(),
        };
        let of = |names: &[&str]| names.iter().map(|name| BadgeId::from(*name)).collect::<Vec<_>>();
        let before = (
            outcome(&counted(&names), &facts, now()),
            total(Amount::Hours, &of(&names), &facts, now()).1,
        );
        let mut turned = facts.clone();
        turned.parts.reverse();
        names.reverse();
        let then = (
            outcome(&counted(&names), &turned, now()),
            total(Amount::Hours, &of(&names), &turned, now()).1,
        );
        prop_assert_eq!(before, then);
    }

    #[test]
    fn what_is_over_or_revoked_never_counts(facts in any_facts(), n in 1_u16..5) {
        let names = ["n0", "n1", "n2", "n3", "n4"];
        let mut over = facts;
        for held in over.held.values_mut().chain(over.parts.iter_mut().map(|part| &mut part.held)) {
            if held.in_force(now()) {
                held.revoked = true;
            }
        }
        prop_assert_eq!(outcome(&at_least(n, names.map(holds_node)), &over, now()), Truth::No);
        let of: Vec<BadgeId> = names.map(BadgeId::from).to_vec();
        prop_assert_eq!(total(Amount::Hours, &of, &over, now()), (Decimal::ZERO, 0));
    }

    #[test]
    fn a_badge_twice_counts_as_once(facts in any_facts(), n in 1_u16..7) {
        let names = ["n0", "n1", "n2"];
        let once = at_least(n, names.map(holds_node));
        let twice = at_least(n, names.iter().chain(&names).map(|name| holds_node(name)));
        prop_assert_eq!(outcome(&once, &facts, now()), outcome(&twice, &facts, now()));
        let of = names.map(BadgeId::from).to_vec();
        let both = [of.clone(), of.clone()].concat();
        let sum = |of: &[BadgeId]| total(Amount::Hours, of, &facts, now());
        prop_assert_eq!(sum(&of), sum(&both));
    }
}
