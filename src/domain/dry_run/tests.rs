use std::collections::HashSet;

use proptest::prelude::*;

use super::*;
use crate::domain::evidence::SubmissionState;
use crate::domain::outside::OutsideValue;
use crate::domain::sample::{
    Known, all, any, any_facts, any_group, approval, approved, at_least, award, best_of, cleaning_rule,
    completed, days, group, handed_in, holds, names, now, passed, percent, percent_elsewhere, points, rule,
};

fn learner(person: &str, known: Known) -> Learner {
    Learner {
        person: person.into(),
        facts: known.0,
        latest: None,
        renewal: Renewal::Automatic,
    }
}

fn try_out(root: crate::domain::rule::Group, learners: &[Learner]) -> DryRun {
    dry_run(&rule(2, root), None, learners, &names(), now())
}

fn ids(people: &[&str]) -> Vec<PersonId> {
    people.iter().map(|person| PersonId::from(*person)).collect()
}

fn quiz(value: &str) -> Known {
    Known::default().grade("cleaning", value, "100")
}

/// The counts of a condition; what nobody is in is left out, but "yes" is always there.
fn words(row: &FunnelRow) -> String {
    let counts = [
        (row.near, "within 5 points"),
        (row.not_released, "not released yet"),
        (row.no_grade, "no grade yet"),
        (row.waiting, "waiting for review"),
        (row.not_handed_in, "nothing handed in"),
        (row.no, "no"),
    ];
    let others = counts.into_iter().filter(|(count, _)| *count > 0);
    let others = others.map(|(count, word)| format!(" · {count} {word}"));
    format!("{} yes{}", row.yes, others.collect::<String>())
}

#[test]
fn each_learner_is_in_one_list() {
    let done = || {
        quiz("80")
            .evidence("report", SubmissionState::Approved)
            .badge("sql")
            .badge("charts")
    };
    let learners = [
        learner("ada", done()),
        learner("ben", done().grade("cleaning", "75", "100")),
        learner("cleo", done().grade("cleaning", "74.99", "100")),
        learner("dan", done().ungraded("cleaning")),
        learner("eve", done().evidence("report", SubmissionState::HandedIn)),
        learner("fay", quiz("90").badge("sql").badge("charts")),
        learner("gus", Known::default()),
    ];
    let run = try_out(cleaning_rule(), &learners);
    assert_eq!(run.learners, 7);
    assert_eq!((run.awarded, run.near), (ids(&["ada"]), ids(&["ben"])));
    assert_eq!((run.no_grade, run.waiting), (ids(&["dan"]), ids(&["eve"])));
    assert_eq!(
        (run.not_handed_in, run.not_yet),
        (ids(&["fay"]), ids(&["cleo", "gus"]))
    );
    assert_eq!((run.holders, run.revoked), (vec![], vec![]));
    let told: Vec<_> = run
        .funnel
        .iter()
        .map(|row| format!("{}: {}", row.label, words(row)))
        .collect();
    assert_eq!(
        told,
        [
            "Cleaning exercise ≥ 80\u{a0}%: 3 yes · 1 within 5 points · 2 no grade yet · 1 no",
            "Project report approved: 4 yes · 1 waiting for review · 2 nothing handed in",
            "any 2 of 3 badges: 6 yes · 1 no",
        ]
    );
}

#[test]
fn what_is_not_released_is_one_list_whatever_is_in_the_column_and_says_whom_a_release_would_award() {
    let waits = |value| Known::default().withheld("cleaning", value);
    let learners = [
        learner("ada", waits(Some("90"))),
        learner("ben", waits(Some("10"))),
        learner("cleo", waits(None)),
        learner("dan", quiz("85")),
        Learner {
            latest: Some(award(1, None, false)),
            ..learner("eve", waits(Some("95")))
        },
    ];
    let run = try_out(all([percent("cleaning", "80")]), &learners);
    assert_eq!((run.awarded, run.holders), (ids(&["dan"]), ids(&["eve"])));
    assert_eq!(
        (run.not_released, run.once_released),
        (ids(&["ada", "ben", "cleo"]), 1)
    );
    assert_eq!(words(&run.funnel[0]), "1 yes · 4 not released yet");
    let either = any([percent("cleaning", "80"), approval()]);
    let run = try_out(either, &[learner("ada", waits(Some("90")).approval())]);
    assert_eq!((run.awarded, run.once_released), (ids(&["ada"]), 0));
}

#[test]
fn near_is_five_percent_of_the_maximum_inclusive_whatever_the_scale() {
    let learners = [
        learner("ada", Known::default().grade("quiz", "15", "20")),
        learner("ben", Known::default().grade("quiz", "14.99", "20")),
    ];
    let run = try_out(all([points("quiz", "16")]), &learners);
    assert_eq!((run.near, run.not_yet), (ids(&["ada"]), ids(&["ben"])));
}

#[test]
fn a_near_miss_with_something_else_missing_is_not_near() {
    let root = all([percent("cleaning", "80"), approval()]);
    let run = try_out(
        root,
        &[learner("ada", quiz("78")), learner("ben", quiz("78").approval())],
    );
    assert_eq!((run.near, run.not_yet), (ids(&["ben"]), ids(&["ada"])));
}

#[test]
fn a_missing_grade_that_decides_nothing_is_not_reported() {
    let root = any([percent("cleaning", "80"), approval()]);
    let run = try_out(
        root,
        &[
            learner("ada", Known::default().approval()),
            learner("ben", quiz("10")),
        ],
    );
    assert_eq!((run.awarded, run.waiting), (ids(&["ada"]), ids(&["ben"])));
    assert_eq!(run.no_grade, []);
}

#[test]
fn holders_are_left_alone_expired_ones_can_earn_again_and_revoked_ones_cannot() {
    let with = |person: &str, latest| Learner {
        latest: Some(latest),
        ..learner(person, quiz("90"))
    };
    let learners = [
        with("ada", award(1, None, false)),
        with("ben", award(1, Some(now()), false)),
        with("cleo", award(1, None, true)),
        with("dan", award(1, Some(days(-1)), true)),
        with("eve", award(1, Some(days(1)), false)),
    ];
    let run = try_out(all([percent("cleaning", "80")]), &learners);
    assert_eq!((run.awarded, run.holders), (ids(&["ben"]), ids(&["ada", "eve"])));
    assert_eq!(run.revoked, ids(&["cleo", "dan"]));
    assert_eq!(run.funnel.first().map(|row| row.yes), Some(5));
    let (all, hold, revoked) = (5, 2, 2);
    assert_eq!(run.met, Met { all, hold, revoked });
}

#[test]
fn whose_badge_has_lapsed_is_awarded_only_as_the_badge_has_chosen() {
    let lapsed = |person: &str, renewal, graded: i64| {
        let mut known = quiz("90");
        for grade in known.0.grades.values_mut() {
            grade.changed_at = days(graded);
        }
        Learner {
            latest: Some(award(1, Some(days(-1)), false)),
            renewal,
            ..learner(person, known)
        }
    };
    let learners = [
        lapsed("ada", Renewal::Newer, -200),
        lapsed("ben", Renewal::Newer, -50),
        lapsed("cleo", Renewal::ByHand, -50),
        lapsed("dan", Renewal::Automatic, -200),
    ];
    let run = try_out(all([percent("cleaning", "80")]), &learners);
    assert_eq!(
        (run.awarded, run.lapsed),
        (ids(&["ben", "dan"]), ids(&["ada", "cleo"]))
    );
}

#[test]
fn the_difference_to_the_active_version_names_people() {
    let learners = [
        learner("ada", quiz("85")),
        learner("ben", quiz("75")),
        learner("cleo", quiz("60").approval()),
    ];
    let active = rule(2, all([percent("cleaning", "80")]));
    let new = rule(
        3,
        any([
            group(all([percent("cleaning", "60"), approval()])),
            percent("cleaning", "90"),
        ]),
    );
    let change = dry_run(&new, Some(&active), &learners, &names(), now()).change;
    assert_eq!(
        change,
        Some(Change {
            version: 2,
            gained: ids(&["cleo"]),
            lost: ids(&["ada"])
        })
    );
    let same = dry_run(&active, Some(&active), &learners, &names(), now()).change;
    assert_eq!(
        same,
        Some(Change {
            version: 2,
            gained: vec![],
            lost: vec![]
        })
    );
}

#[test]
fn what_is_confirmed_is_the_rule_and_the_people_in_any_order() {
    let root = || all([percent("cleaning", "80")]);
    let (ada, ben) = (learner("ada", quiz("80")), learner("ben", quiz("85")));
    let shown = try_out(root(), &[ada.clone(), ben.clone()]);
    assert_eq!(shown.number(), 2);
    assert!(try_out(root(), &[ben.clone(), ada.clone(), ada.clone()]).confirms(2, &shown.digest));
    let others = try_out(root(), &[ada.clone(), learner("cleo", quiz("90"))]);
    assert!(!others.confirms(2, &shown.digest));
    let other_rule = try_out(all([percent("cleaning", "79")]), &[ada.clone(), ben]);
    assert!(!other_rule.confirms(2, &shown.digest));
    assert!(!shown.confirms(1, &shown.digest));
    let other_version = dry_run(
        &rule(9, root()),
        None,
        &[ada, learner("ben", quiz("85"))],
        &names(),
        now(),
    );
    assert!(!other_version.confirms(2, &shown.digest));
}

#[test]
fn an_empty_rule_awards_nobody() {
    let run = try_out(
        at_least(0, [holds("sql")]),
        &[learner("ada", Known::default().badge("sql"))],
    );
    assert_eq!((run.number(), run.not_yet), (0, ids(&["ada"])));
    let run = try_out(
        all([]),
        &[learner(
            "ada",
            Known::default().evidence("report", SubmissionState::Approved),
        )],
    );
    assert_eq!((run.number(), run.funnel), (0, vec![]));
    assert_eq!(try_out(all([approved("report")]), &[]).learners, 0);
}

proptest! {
    #[test]
    fn the_counts_add_up_and_agree_with_the_decision(
        root in any_group(),
        facts in prop::collection::vec((0_u8..8, any_facts(), 0_u8..4), 0..12),
    ) {
        let learners: Vec<_> = facts.into_iter().map(|(person, facts, latest)| Learner {
            person: format!("p{person}").into(),
            facts,
            renewal: [Renewal::Newer, Renewal::ByHand, Renewal::Automatic][usize::from(person % 3)],
            latest: match latest {
                0 => Some(award(1, None, false)),
                1 => Some(award(1, Some(days(-1)), false)),
                2 => Some(award(1, None, true)),
                _ => None,
            },
        }).collect();
        let new = rule(1, root);
        let run = dry_run(&new, Some(&new), &learners, &names(), now());
        let people: HashSet<_> = learners.iter().map(|learner| &learner.person).collect();
        prop_assert_eq!(run.learners, people.len());
        let lists = [
            &run.awarded, &run.holders, &run.lapsed, &run.revoked, &run.near, &run.not_released, &run.no_grade,
            &run.not_handed_in, &run.not_complete, &run.not_known, &run.waiting, &run.not_yet,
        ];
        let listed: Vec<_> = lists.into_iter().flatten().collect();
        prop_assert_eq!(listed.len(), people.len());
        prop_assert_eq!(listed.into_iter().collect::<HashSet<_>>(), people);
        for row in &run.funnel {
            let work = row.not_handed_in + row.not_complete + row.not_known;
            let unknown = row.not_released + row.no_grade + work + row.waiting;
            let sum = row.yes + row.near + unknown + row.no;
            prop_assert_eq!(sum, run.learners);
        }
        prop_assert!(run.once_released <= run.not_released.len());
        for person in &run.awarded {
            let found = learners.iter().find(|learner| learner.person == *person).unwrap();
            prop_assert_eq!(outcome(&new.root, &found.facts, now()), Truth::Yes);
            prop_assert!(open_cycle(found.latest.as_ref(), now()).is_some());
            let waits = renewal::lapsed(found.renewal, &new.root, &found.facts, found.latest.as_ref(), now());
            prop_assert_eq!(waits, None);
        }
        let change = run.change.unwrap();
        prop_assert!(change.gained.is_empty() && change.lost.is_empty());
    }
}

#[test]
fn a_grade_from_elsewhere_is_nearly_enough_as_one_of_ours_is() {
    let points = |value: &str| OutsideValue::Points(value.parse().unwrap());
    let with = |value: &str| Known::default().elsewhere("weekly", points(value), Some("10"));
    let run = try_out(
        all([percent_elsewhere("weekly", "80")]),
        &[
            learner("ada", with("8")),
            learner("ben", with("7.5")),
            learner("cleo", with("7.49")),
            learner("dan", Known::default()),
        ],
    );
    assert_eq!(run.awarded, ids(&["ada"]));
    assert_eq!(run.near, ids(&["ben"]));
    assert_eq!(run.not_yet, ids(&["cleo"]));
    assert_eq!(run.no_grade, ids(&["dan"]));
    assert_eq!(
        run.funnel[0].label,
        "Weekly quiz (from a gradebook file) ≥ 80\u{a0}%"
    );
}

#[test]
fn what_the_lms_tells_is_missing_work_a_missing_grade_or_a_near_miss() {
    let lists = |root: &crate::domain::rule::Group, known: Known| {
        let run = try_out(root.clone(), &[learner("ada", known)]);
        let all = [
            (run.awarded, "awarded"),
            (run.near, "near"),
            (run.not_released, "not released"),
            (run.no_grade, "no grade"),
            (run.not_handed_in, "not handed in"),
            (run.not_complete, "not complete"),
            (run.not_known, "not known"),
            (run.waiting, "waiting"),
            (run.not_yet, "not yet"),
        ];
        let found: Vec<&str> = all
            .into_iter()
            .filter(|(people, _)| !people.is_empty())
            .map(|(_, list)| list)
            .collect();
        found.join(" ")
    };
    let time = all([handed_in("essay", true)]);
    assert_eq!(lists(&time, Known::default()), "not known", "nobody read it");
    assert_eq!(
        lists(&time, Known::default().handed_in("essay", None)),
        "not handed in"
    );
    assert_eq!(lists(&time, Known::default().missing("essay")), "not yet");
    assert_eq!(
        lists(&time, Known::default().handed_in("essay", Some(None))),
        "waiting"
    );
    assert_eq!(
        lists(&time, Known::default().handed_in("essay", Some(Some(false)))),
        "awarded"
    );
    let page = all([completed("essay")]);
    assert_eq!(
        lists(&page, Known::default().completed("essay", false, None)),
        "not complete"
    );
    assert_eq!(lists(&page, Known::default()), "not known");
    let pass = all([passed("essay", &[])]);
    assert_eq!(lists(&pass, Known::default()), "no grade");
    let best = all([best_of(2, &["quiz", "cleaning", "other"], &[], "80")]);
    let one = || Known::default().grade("quiz", "90", "100");
    assert_eq!(lists(&best, one()), "no grade");
    assert_eq!(
        lists(&best, one().withheld("cleaning", Some("70"))),
        "not released"
    );
    assert_eq!(lists(&best, one().grade("cleaning", "60", "100")), "near");
    let all_known = one().grade("cleaning", "50", "100").grade("other", "10", "100");
    assert_eq!(lists(&best, all_known), "not yet");
}
