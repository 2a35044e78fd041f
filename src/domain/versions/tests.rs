use proptest::prelude::*;

use super::*;
use crate::domain::facts::Facts;
use crate::domain::sample::{
    Known, all, any, any_facts, any_group, approval, approved, at_least, award, cleaning_rule, group, holds,
    not_before, now, percent,
};

fn condition(node: &Node) -> Condition {
    match node {
        Node::Condition(condition) => condition.clone(),
        Node::Group(group) => panic!("{group:?}"),
    }
}

/// The different conditions of each group, as often as they count.
fn leaves(root: &Group) -> Vec<Condition> {
    fn below(members: &[&Node], found: &mut Vec<Condition>) {
        for node in members {
            match node {
                Node::Condition(condition) => found.push(condition.clone()),
                Node::Group(group) => below(&group.distinct(), found),
            }
        }
    }
    let mut found = Vec::new();
    below(&View::outermost(root).members, &mut found);
    found
}

fn without(mut all: Vec<Condition>, some: &[Condition]) -> Option<Vec<Condition>> {
    for one in some {
        let at = all.iter().position(|known| known == one)?;
        all.remove(at);
    }
    Some(all)
}

#[test]
fn another_threshold_is_one_change_and_neither_gone_nor_new() {
    let (before, after) = (percent("quiz", "80"), percent("quiz", "90"));
    assert_eq!(
        difference(
            &all([before.clone(), approval()]),
            &all([after.clone(), approval()])
        ),
        [Change::Asks {
            before: condition(&before),
            after: condition(&after),
        }]
    );
}

#[test]
fn what_is_added_removed_and_needed_is_said_with_its_place() {
    let before = all([percent("quiz", "80"), approved("report")]);
    let after = any([percent("quiz", "80"), holds("sql")]);
    let changes = difference(&before, &after);
    assert_eq!(
        changes,
        [
            Change::Needs {
                of: Place::Outermost,
                before: Count {
                    need: Need::All,
                    of: 2
                },
                after: Count {
                    need: Need::Any,
                    of: 2
                },
            },
            Change::Added {
                condition: condition(&holds("sql")),
                to: Place::Outermost,
            },
            Change::Removed {
                condition: condition(&approved("report")),
                from: Place::Outermost,
            },
        ]
    );
}

#[test]
fn a_group_that_changed_is_known_again_by_what_it_has_in_common() {
    let choice = |needed, last| {
        group(at_least(
            needed,
            [holds("spreadsheet"), holds("sql"), holds(last)],
        ))
    };
    let before = all([percent("quiz", "80"), choice(2, "charts")]);
    let after = all([choice(3, "maps"), percent("quiz", "80")]);
    let Node::Group(then) = choice(3, "maps") else {
        unreachable!()
    };
    let Node::Group(was) = choice(2, "charts") else {
        unreachable!()
    };
    let changes = difference(&before, &after);
    assert_eq!(
        changes,
        [
            Change::Needs {
                of: Place::Within(then.clone()),
                before: Count {
                    need: Need::AtLeast(2),
                    of: 3
                },
                after: Count {
                    need: Need::AtLeast(3),
                    of: 3
                },
            },
            Change::Added {
                condition: condition(&holds("maps")),
                to: Place::Within(then),
            },
            Change::Removed {
                condition: condition(&holds("charts")),
                from: Place::Within(was),
            },
        ]
    );
}

#[test]
fn a_condition_that_went_into_a_group_has_moved() {
    let before = all([percent("quiz", "80"), approval(), approved("report")]);
    let inner = any([percent("quiz", "70"), approval()]);
    let after = all([group(inner.clone()), approved("report")]);
    let changes = difference(&before, &after);
    assert_eq!(
        changes,
        [
            Change::GroupAdded {
                group: inner.clone(),
                to: Place::Outermost,
            },
            Change::Moved {
                condition: Condition::InstructorApproves,
                from: Place::Outermost,
                to: Place::Within(inner.clone()),
            },
            Change::Asks {
                before: condition(&percent("quiz", "80")),
                after: condition(&percent("quiz", "70")),
            },
            Change::Moved {
                condition: condition(&percent("quiz", "70")),
                from: Place::Outermost,
                to: Place::Within(inner),
            },
        ]
    );
}

#[test]
fn order_what_is_said_twice_and_brackets_round_one_make_no_difference() {
    let rule = cleaning_rule();
    let mut turned = rule.clone();
    turned.nodes.reverse();
    turned.nodes.push(percent("cleaning", "80"));
    assert_eq!(difference(&rule, &turned), []);
    assert_eq!(difference(&rule, &all([group(rule.clone())])), []);
    let one = percent("quiz", "80");
    assert_eq!(difference(&all([one.clone()]), &at_least(1, [one])), []);
}

#[test]
fn the_day_is_one_subject_whenever_it_is() {
    let (sooner, later) = (not_before(now()), not_before(crate::domain::sample::days(3)));
    let changes = difference(&all([sooner.clone()]), &all([later.clone()]));
    assert_eq!(
        changes,
        [Change::Asks {
            before: condition(&sooner),
            after: condition(&later),
        }]
    );
}

#[test]
fn who_gains_who_loses_and_who_keeps_a_badge_are_counted_apart() {
    let (before, after) = (
        all([percent("cleaning", "50")]),
        all([percent("cleaning", "80"), approved("report")]),
    );
    let grade = |points: &str| Known::default().grade("cleaning", points, "100").0;
    let done = |points: &str| {
        let state = crate::domain::evidence::SubmissionState::Approved;
        let known = Known::default().grade("cleaning", points, "100");
        known.evidence("report", state).0
    };
    let held = award(1, None, false);
    let lapsed = award(1, Some(crate::domain::sample::days(-1)), false);
    let mut effects = Effects::default();
    let mut lists = Vec::new();
    for (facts, latest) in [
        (done("90"), None),
        (grade("60"), Some(&held)),
        (grade("90"), Some(&held)),
        (grade("90"), Some(&lapsed)),
        (grade("10"), None),
    ] {
        let one = Concerned::of(&before, &after, &facts, latest, now());
        effects.count(one);
        lists.push(Whom::ALL.map(|whom| whom.has(one)));
    }
    assert_eq!(
        lists,
        [
            [false, false, false],
            [false, true, true],
            [false, true, true],
            [false, true, false],
            [false, false, false],
        ]
    );
    let told = Effects {
        students: 5,
        meet_both: 1,
        meet_neither: 1,
        lose: 3,
        lose_for_want: 2,
        hold: 2,
        keep: 2,
        ..Effects::default()
    };
    assert_eq!(effects, told);
    let back = Concerned::of(&after, &before, &grade("60"), Some(&held), now());
    assert!(Whom::Gaining.has(back) && back.holds && !Whom::Keeping.has(back));
    for whom in Whom::ALL {
        assert_eq!(Whom::parse(whom.word()), whom);
    }
    assert_eq!(Whom::parse("%00"), Whom::Gaining);
}

proptest! {
    #[test]
    fn a_rule_does_not_differ_from_itself(root in any_group()) {
        prop_assert!(difference(&root, &root).is_empty());
    }

    #[test]
    fn the_changes_make_the_one_version_of_the_other(before in any_group(), after in any_group()) {
        let (mut gone, mut come) = (Vec::new(), Vec::new());
        for change in difference(&before, &after) {
            match change {
                Change::Asks { before, after } => {
                    gone.push(before);
                    come.push(after);
                }
                Change::Added { condition, .. } => come.push(condition),
                Change::Removed { condition, .. } => gone.push(condition),
                Change::Needs { .. }
                | Change::Moved { .. }
                | Change::GroupAdded { .. }
                | Change::GroupRemoved { .. } => {}
            }
        }
        let mut made = without(leaves(&before), &gone).expect("what is gone was there");
        made.extend(come);
        prop_assert_eq!(without(made, &leaves(&after)), Some(Vec::new()));
    }

    #[test]
    fn where_nothing_differs_nobody_stands_otherwise(root in any_group(), other in any_group(), facts in any_facts()) {
        let mut turned = root.clone();
        turned.nodes.reverse();
        for after in [&turned, &other] {
            if difference(&root, after).is_empty() {
                prop_assert_eq!(outcome(&root, &facts, now()), outcome(after, &facts, now()));
            }
        }
        prop_assert!(difference(&root, &turned).is_empty());
    }

    #[test]
    fn nobody_gains_or_loses_by_the_same_version(root in any_group(), facts in any_facts()) {
        let one = Concerned::of(&root, &root, &facts, None, now());
        prop_assert!(matches!(one.shift, Shift::MeetsBoth | Shift::MeetsNeither));
    }

    #[test]
    fn everybody_is_counted_once(all in prop::collection::vec((any_group(), any_group(), any_facts()), 0..5)) {
        let mut effects = Effects::default();
        for (before, after, facts) in &all {
            effects.count(Concerned::of(before, after, facts, None, now()));
        }
        let Effects { students, meet_both, meet_neither, gain, lose, .. } = effects;
        prop_assert_eq!(students, all.len());
        prop_assert_eq!(meet_both + meet_neither + gain + lose, students);
    }
}

#[test]
fn nothing_is_known_is_not_a_loss_of_a_no() {
    let (before, after) = (all([approval()]), all([percent("quiz", "80")]));
    let facts: Facts = Known::default().approval().0;
    let mut effects = Effects::default();
    effects.count(Concerned::of(&before, &after, &facts, None, now()));
    assert_eq!((effects.lose, effects.lose_for_want), (1, 1));
}
