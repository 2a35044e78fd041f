//! Counting parts, what ends a whole, and which version decides.

use proptest::prelude::*;

use super::*;
use crate::domain::evaluate::evaluate_group;
use crate::domain::facts::Held;
use crate::domain::sample::{all, at_least, days, group, holds, now, rule};

fn held(badges: &[(&str, i64, Option<i64>)]) -> Facts {
    let mut facts = Facts::default();
    for (badge, since, until) in badges {
        let fact = Held {
            awarded_at: days(*since),
            valid_until: until.map(days),
            revoked: false,
        };
        facts.held.insert((*badge).into(), fact);
    }
    facts
}

fn parts(badges: &[(&str, Place)], needed: [u16; MAX_CHOICES]) -> Parts {
    Parts {
        badges: badges.iter().map(|(id, place)| ((*id).into(), *place)).collect(),
        needed,
    }
}

#[test]
fn what_an_editor_says_is_a_rule_and_is_read_back_from_it() {
    let said = parts(
        &[
            ("basic", Place::Prerequisite),
            ("core", Place::Required),
            ("a", Place::Choice(0)),
            ("b", Place::Choice(0)),
            ("c", Place::Choice(1)),
        ],
        [1, 1, 0, 0],
    );
    let root = said.rule();
    let expected = all([
        holds("basic"),
        holds("core"),
        group(at_least(1, [holds("a"), holds("b")])),
        group(at_least(1, [holds("c")])),
    ]);
    assert_eq!(root, expected);
    assert_eq!(Parts::of(&root, &["basic".into()]), said);
    assert!(Parts::default().rule().nodes.is_empty());
}

#[test]
fn a_whole_lasts_as_long_as_enough_of_its_parts() {
    let facts = held(&[("a", -9, Some(10)), ("b", -9, Some(30)), ("c", -9, None)]);
    let until = |root: &Group| met_until(root, &facts, now());
    assert_eq!(until(&all([holds("a"), holds("b")])), Some(days(10)));
    assert_eq!(until(&at_least(1, [holds("a"), holds("b")])), Some(days(30)));
    assert_eq!(
        until(&at_least(2, [holds("a"), holds("b"), holds("c")])),
        Some(days(30))
    );
    assert_eq!(
        until(&at_least(1, [holds("a"), holds("c")])),
        None,
        "one never ends"
    );
    assert_eq!(until(&all([holds("c")])), None);
}

#[test]
fn a_waived_part_is_said_and_ends_nothing() {
    let mut facts = held(&[("a", -9, None), ("b", -90, Some(-1))]);
    let root = all([holds("a"), holds("b")]);
    assert_eq!(outcome(&root, &facts, now()), Truth::No);
    facts.waived.insert("b".into(), now());
    let decision = evaluate_group(&root, 1, &facts, now());
    assert_eq!(decision.outcome, Truth::Yes);
    let told = format!("{decision:?}");
    assert!(told.contains("BadgeWaived"), "{told}");
    assert_eq!(met_until(&root, &facts, now()), None);
}

#[test]
fn who_began_under_an_earlier_version_finishes_under_it_as_the_programme_says() {
    let version = |number, state, root, activated| Rule {
        state,
        activated_at: Some(days(activated)),
        ..rule(number, root)
    };
    let versions = [
        version(1, RuleState::Superseded, all([holds("a")]), -30),
        version(2, RuleState::Active, all([holds("a"), holds("b")]), -10),
    ];
    let decides = |facts: &Facts, finish_begun| {
        let terms = Terms {
            finish_begun,
            ..Terms::default()
        };
        deciding(&versions, &terms, facts, now()).unwrap().version
    };
    let before = held(&[("a", -20, None)]);
    assert_eq!(decides(&before, true), 1);
    assert_eq!(decides(&before, false), 2);
    let since = held(&[("a", -5, None)]);
    assert_eq!(decides(&since, true), 2, "it began under the present one");
    let both = held(&[("a", -20, None), ("b", -1, None)]);
    assert_eq!(decides(&both, true), 2);
}

#[test]
fn what_is_approved_has_another_digest_once_any_of_it_changes() {
    let root = all([holds("a")]);
    let design: Design = serde_json::from_str(
        r##"{"name":"Tower","outcome":"","description":"","criteria":"","picture":{"from":"drawn","initials":"T",
            "shape":"stones","colour":"#205080"},"picture_alt":"","kind":"knowledge","hours":null,"credits":null,
            "level":null,"alignments":[],"expiry":{"expires":"never"},"show_score":false}"##,
    )
    .unwrap();
    let terms = Terms::default();
    let first = digest(&design, &root, &terms);
    assert_eq!(first, digest(&design, &root, &terms));
    let renamed = Design {
        name: "Towers".into(),
        ..design.clone()
    };
    let ends = Terms {
        parts_end: PartsEnd::Lapses,
        ..terms.clone()
    };
    for other in [
        digest(&renamed, &root, &terms),
        digest(&design, &all([holds("b")]), &terms),
        digest(&design, &root, &ends),
    ] {
        assert_ne!(first, other);
    }
}

proptest! {
    #[test]
    fn at_its_end_a_whole_is_not_met_any_more_and_before_it_is(
        ends in prop::collection::vec(prop::option::of(1..60_i64), 1..8), needed in 1..8_u16,
    ) {
        let names: Vec<String> = (0..ends.len()).map(|n| format!("b{n}")).collect();
        let facts = held(&names.iter().zip(&ends).map(|(name, end)| (name.as_str(), -1, *end)).collect::<Vec<_>>());
        let root = at_least(needed, names.iter().map(|name| holds(name)));
        let met = outcome(&root, &facts, now()) == Truth::Yes;
        prop_assert_eq!(met, usize::from(needed) <= ends.len());
        if met && let Some(end) = met_until(&root, &facts, now()) {
            prop_assert_eq!(outcome(&root, &facts, end), Truth::No);
            let before = end - chrono::TimeDelta::microseconds(1);
            prop_assert_eq!(outcome(&root, &facts, before), Truth::Yes);
        }
    }
}
