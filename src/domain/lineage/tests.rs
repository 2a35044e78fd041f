use std::collections::HashMap;

use proptest::prelude::*;

use super::*;
use crate::domain::sample::{
    all, any, any_group, approved, at_least, best_of, days, group, holds, not_before, percent,
    percent_elsewhere, points,
};

fn design(criteria: &str) -> Design {
    let text = r##"{"name":"Basic Python","outcome":"Writes a program.","description":"","criteria":"",
        "picture":{"from":"drawn","initials":"BP","shape":"circle","colour":"#205080"},"picture_alt":"","kind":"knowledge",
        "hours":null,"credits":null,"level":null,"alignments":[],"expiry":{"expires":"never"},"show_score":false}"##;
    Design {
        criteria: criteria.to_owned(),
        ..serde_json::from_str(text).unwrap()
    }
}

fn substance(root: &Group, places: &Places) -> Substance {
    Substance::of(root, &design("Reach **80 %**."), places, &BadgeId::clone)
}

/// What stands for the quiz and the report in a copy.
fn mapping() -> Mapping {
    Mapping {
        columns: HashMap::from([("quiz".into(), "quiz-2".into()), ("lab".into(), "lab-2".into())]),
        activities: HashMap::from([("report".into(), "report-2".into())]),
        ..Mapping::default()
    }
}

#[test]
fn a_copy_that_reads_what_stands_for_what_is_the_same_and_one_that_asks_less_is_not() {
    let root = all([percent("quiz", "80"), approved("report")]);
    let places = Places::copied(&Places::default(), &mapping());
    let was = substance(&root, &Places::default());
    let copy = mapping().apply(&root);
    assert_eq!(substance(&copy, &places), was);
    assert_eq!(substance(&copy, &places).digest(), was.digest());
    for changed in [
        all([percent("quiz-2", "10"), approved("report-2")]),
        all([points("quiz-2", "80"), approved("report-2")]),
        all([percent("lab-2", "80"), approved("report-2")]),
        all([percent("another", "80"), approved("report-2")]),
        all([percent("quiz-2", "80")]),
        any([percent("quiz-2", "80"), approved("report-2")]),
    ] {
        assert_ne!(substance(&changed, &places), was, "{changed:?}");
        assert_ne!(substance(&changed, &places).digest(), was.digest());
    }
}

#[test]
fn the_criteria_count_and_how_they_are_broken_into_lines_does_not() {
    let root = all([percent("quiz", "80")]);
    let with = |criteria: &str| Substance::of(&root, &design(criteria), &Places::default(), &BadgeId::clone);
    assert_eq!(with("Reach 80 %\nin the quiz. "), with("Reach 80 % in the quiz."));
    assert_ne!(with("Reach 80 % in the quiz."), with("Be there."));
}

#[test]
fn how_it_is_assessed_counts_as_the_criteria_do() {
    let with = |assessment: &str| {
        let mut design = design("");
        design.details.assessment = assessment.to_owned();
        Substance::of(
            &all([percent("quiz", "80")]),
            &design,
            &Places::default(),
            &BadgeId::clone,
        )
    };
    assert_eq!(with("A proctored\ntest. "), with("A proctored test."));
    assert_ne!(with("A proctored test."), with(""));
    assert_ne!(with("A proctored test.").digest(), with("").digest());
}

#[test]
fn the_order_of_conditions_and_their_dates_do_not_count_and_numbers_do_by_their_value() {
    let root = all([percent("quiz", "80"), approved("report"), not_before(days(-3))]);
    let other = all([
        not_before(days(200)),
        approved("report"),
        group(any([percent("quiz", "80.0")])),
    ]);
    let none = Places::default();
    assert_eq!(substance(&root, &none), substance(&other, &none));
    let both = at_least(2, [holds("a"), holds("b")]);
    assert_eq!(
        substance(&both, &none),
        substance(&all([holds("b"), holds("a")]), &none)
    );
}

#[test]
fn what_the_lms_tells_counts_by_what_is_asked_there() {
    let none = Places::default();
    let root = all([
        percent_elsewhere("weekly", "80"),
        percent_elsewhere("total", "80"),
    ]);
    let anew = all([percent_elsewhere("w2", "80"), percent_elsewhere("t2", "80")]);
    assert_eq!(substance(&root, &none), substance(&anew, &none));
    let fewer = all([percent_elsewhere("w2", "80")]);
    assert_ne!(substance(&root, &none), substance(&fewer, &none));
    let best = all([best_of(2, &["quiz"], &["a", "b"], "80")]);
    let lower = all([best_of(1, &["quiz"], &["c", "d"], "80")]);
    assert_ne!(substance(&best, &none), substance(&lower, &none));
}

#[test]
fn a_badge_below_counts_by_its_lineage() {
    let copy = |badge: &BadgeId| BadgeId::from(badge.as_str().trim_end_matches("-2"));
    let of = |root: &Group| Substance::of(root, &design(""), &Places::default(), &copy);
    assert_eq!(of(&all([holds("basic-2")])), of(&all([holds("basic")])));
    assert_ne!(of(&all([holds("basic-2")])), of(&all([holds("other")])));
}

#[test]
fn a_copy_of_a_copy_and_what_a_person_chose_stand_for_the_first() {
    let root = all([percent("quiz", "80")]);
    let was = substance(&root, &Places::default());
    let mut places = Places::copied(&Places::default(), &mapping());
    let chosen = Mapping {
        columns: HashMap::from([("quiz-2".into(), "chosen".into())]),
        ..Mapping::default()
    };
    assert!(places.carry(&chosen));
    assert!(!places.carry(&chosen));
    assert_eq!(substance(&all([percent("chosen", "80")]), &places), was);
    let next = Mapping {
        columns: HashMap::from([("chosen".into(), "quiz-3".into())]),
        ..Mapping::default()
    };
    let places = Places::copied(&places, &next);
    assert_eq!(substance(&all([percent("quiz-3", "80")]), &places), was);
}

#[test]
fn a_column_of_another_source_keeps_its_place_in_a_copy_found_at_once_or_later() {
    let root = all([percent("final", "80"), approved("report")]);
    let was = substance(&root, &Places::default());
    let taken = Mapping {
        elsewhere: HashMap::from([("final".into(), "essay".into())]),
        ..mapping()
    };
    let (first, rule) = (Places::copied(&Places::default(), &taken), taken.apply(&root));
    assert_eq!(substance(&rule, &first), was);
    let found = Mapping {
        activities: HashMap::from([("report-2".into(), "report-3".into())]),
        outside: HashMap::from([("essay".into(), "essay-2".into())]),
        ..Mapping::default()
    };
    let copy = found.apply(&rule);
    let at_once = Places::copied(&first, &found);
    assert_eq!(substance(&copy, &at_once), was);
    let stands = at_once.standing(&copy);
    assert_eq!(stands.get("final").map(String::as_str), Some("essay-2"));

    let unread = Mapping {
        outside: HashMap::new(),
        ..found.clone()
    };
    let mut later = Places::copied(&first, &unread);
    assert_eq!(substance(&unread.apply(&rule), &later), was);
    assert!(later.carry(&found));
    assert_eq!(substance(&copy, &later), was);
    assert_eq!(later.standing(&copy), stands);
}

proptest! {
    #[test]
    fn a_mapped_rule_keeps_its_substance_and_so_does_one_in_another_order(root in any_group()) {
        let mut mapping = Mapping::default();
        for n in 0..5 {
            mapping.columns.insert(format!("n{n}").into(), format!("new-{n}").into());
            mapping.activities.insert(format!("n{n}").into(), format!("new-{n}").into());
        }
        let was = substance(&root, &Places::default());
        let places = Places::copied(&Places::default(), &mapping);
        let mut copy = mapping.apply(&root);
        prop_assert_eq!(&substance(&copy, &places), &was);
        copy.nodes.reverse();
        prop_assert_eq!(&substance(&copy, &places), &was);
        let stored = serde_json::to_string(&was).unwrap();
        prop_assert_eq!(serde_json::from_str::<Substance>(&stored).unwrap(), was);
    }
}
