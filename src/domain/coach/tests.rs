use proptest::prelude::*;

use super::*;
use crate::domain::achievement::Details;
use crate::domain::badge::{Alignment, Picture, Renewal, Shape};
use crate::domain::sample::{all, any, approval, approved, at_least, decimal, holds, now, percent};

/// A badge at which nothing is left to wish for.
fn sound(id: &str) -> Badge {
    Badge {
        id: id.into(),
        tenant: "north-coast".into(),
        course: "course".into(),
        state: BadgeState::Active,
        design: Design {
            name: format!("Badge {id}"),
            outcome: format!("Builds {id}{id}{id} and explains {id}{id} {id}{id}{id}{id}."),
            description: String::new(),
            criteria: "Reach 80 %.".into(),
            picture: Picture::Drawn {
                initials: "B".into(),
                shape: Shape::Hexagon,
                colour: "#1f6f5c".into(),
            },
            picture_alt: "A hexagon".into(),
            kind: Kind::Knowledge,
            hours: Some(decimal("3")),
            credits: None,
            level: None,
            alignments: vec![skill(id)],
            expiry: Expiry::Never,
            renewal: Renewal::default(),
            show_score: false,
            chosen_type: None,
            language: None,
            details: Details {
                assessment: "A proctored test.".into(),
                ..Details::default()
            },
        },
        active_rule: None,
        revision: 1,
        created_at: now(),
        updated_at: now(),
    }
}

fn skill(id: &str) -> Alignment {
    Alignment {
        name: id.into(),
        url: format!("https://skills.example/{id}"),
        code: None,
        framework: None,
    }
}

/// What is found about badges with these rules, as the id of the badge and the code.
fn told(set: &[(Badge, Option<Group>)]) -> Vec<String> {
    let members: Vec<Member<'_>> = set
        .iter()
        .map(|(badge, root)| Member {
            badge,
            root: root.as_ref(),
            is_endorsed: false,
        })
        .collect();
    let found = review(&members, true).into_iter();
    found
        .map(|one| {
            let whose = one.badge.as_ref().map_or("set", BadgeId::as_str);
            format!("{whose} {}", one.finding.code())
        })
        .collect()
}

fn quiz(id: &str) -> Option<Group> {
    Some(all([percent(id, "80")]))
}

fn set_of(count: usize) -> Vec<(Badge, Option<Group>)> {
    let ids = (0..count).map(|n| format!("b{n}"));
    ids.map(|id| (sound(&id), quiz(&id))).collect()
}

#[test]
fn a_badge_that_has_everything_is_left_in_peace() {
    assert_eq!(told(&set_of(3)), [""; 0]);
}

#[test]
fn each_thing_that_a_kind_should_have_is_missed_once_and_blocks_nobody() {
    type Change = fn(&mut Badge);
    let missing: [(Change, &str); 8] = [
        (|badge| badge.design.outcome.clear(), "outcome-missing"),
        (
            |badge| badge.design.outcome = "Knows SQL.".into(),
            "outcome-vague",
        ),
        (|badge| badge.design.criteria.clear(), "criteria-missing"),
        (|badge| badge.design.picture_alt.clear(), "picture-untold"),
        (
            |badge| badge.design.details.assessment.clear(),
            "assessment-missing",
        ),
        (|badge| badge.design.alignments.clear(), "skills-missing"),
        (
            |badge| {
                badge.design.alignments.clear();
                badge.design.details.skills = vec!["SQL".into()];
            },
            "alignment-missing",
        ),
        (|badge| badge.design.hours = None, "size-missing"),
    ];
    for kind in Kind::ALL {
        for (change, code) in missing {
            let mut badge = sound("a");
            badge.design.kind = kind;
            change(&mut badge);
            let of_assessed = [
                "assessment-missing",
                "skills-missing",
                "alignment-missing",
                "size-missing",
            ];
            let expected = if kind == Kind::Recognition && of_assessed.contains(&code) {
                Vec::new()
            } else {
                vec![format!("a {code}")]
            };
            let rule = Some(all([percent("quiz", "80"), approved("report")]));
            assert_eq!(told(&[(badge, rule)]), expected, "{kind:?}");
        }
    }
}

#[test]
fn somebody_who_endorses_stands_behind_a_badge_as_a_framework_does() {
    let mut badge = sound("a");
    badge.design.alignments.clear();
    badge.design.details.skills = vec!["SQL".into()];
    let codes = |badge: &Badge, is_endorsed: bool| -> Vec<&'static str> {
        let found = of_design(&badge.design, is_endorsed, None).into_iter();
        found.map(|one| one.finding.code()).collect()
    };
    assert_eq!(codes(&badge, false), ["alignment-missing"]);
    assert_eq!(codes(&badge, true), [""; 0]);
    badge.design.details.skills.clear();
    assert_eq!(
        codes(&badge, true),
        ["skills-missing"],
        "no skill is named all the same"
    );
}

#[test]
fn four_things_block_and_nothing_else_does() {
    let mut work = sound("work");
    work.design.kind = Kind::Application;
    let set = [
        (sound("empty"), None),
        (sound("one"), Some(all([holds("two"), percent("quiz", "80")]))),
        (sound("two"), Some(all([holds("one"), percent("exam", "80")]))),
        (
            sound("many"),
            Some(at_least(3, [percent("a", "80"), percent("b", "80")])),
        ),
        (work, quiz("work")),
    ];
    let members: Vec<Member<'_>> = set
        .iter()
        .map(|(badge, root)| Member {
            badge,
            root: root.as_ref(),
            is_endorsed: false,
        })
        .collect();
    let found = review(&members, true);
    let blocks: Vec<&Block> = found
        .iter()
        .filter_map(|one| match &one.finding {
            Finding::Blocks(block) => Some(block),
            other => {
                assert!(other.may_rest(), "{other:?}");
                None
            }
        })
        .collect();
    let round = |names: [&str; 3]| Block::Loop {
        names: names.map(|name| format!("Badge {name}")).to_vec(),
    };
    assert_eq!(
        blocks,
        [
            &Block::EmptyRule,
            &round(["one", "two", "one"]),
            &round(["two", "one", "two"]),
            &Block::MoreThanThereAre { needed: 3, of: 2 },
            &Block::WithoutEvidence,
        ]
    );
}

#[test]
fn a_version_in_a_title_needs_an_end() {
    for (title, found) in [
        ("Python v3", Some("v3")),
        ("Django 4.2 basics", Some("4.2")),
        ("Excel 2019", Some("2019")),
        ("Safety (version 2)", Some("2")),
        ("Python 3", None),
        ("Level 2 lifeguard", None),
        ("Version control", None),
        ("Five values", None),
    ] {
        assert_eq!(version(title).as_deref(), found, "{title}");
    }
    let mut badge = sound("a");
    badge.design.name = "Excel 2019".into();
    assert_eq!(told(&[(badge.clone(), quiz("a"))]), ["a version-for-ever"]);
    badge.design.expiry = Expiry::AfterMonths { months: 24 };
    assert_eq!(told(&[(badge, quiz("a"))]), [""; 0]);
}

#[test]
fn what_asks_nothing_that_was_done_leaves_nothing_to_show() {
    assert_eq!(
        told(&[(sound("a"), Some(all([approval()])))]),
        ["a evidence-missing"]
    );
    assert_eq!(
        told(&[(sound("a"), Some(all([approved("report")])))]),
        ["a result-missing"]
    );
    let mut thanks = sound("a");
    thanks.design.kind = Kind::Recognition;
    assert_eq!(told(&[(thanks, Some(all([approval()])))]), [""; 0]);
}

#[test]
fn badges_that_say_the_same_are_told_once_and_what_builds_on_another_is_meant_to() {
    let (one, mut two) = (sound("a"), sound("b"));
    two.design.name.clone_from(&one.design.name);
    two.design.outcome.clone_from(&one.design.outcome);
    let twins = [(one.clone(), quiz("a")), (two.clone(), quiz("b"))];
    assert_eq!(told(&twins), ["b overlap"]);
    let above = [
        (one.clone(), quiz("a")),
        (two, Some(all([holds("a"), percent("b", "80")]))),
    ];
    assert_eq!(told(&above), [""; 0]);
    let same_rule = [(one, quiz("x")), (sound("b"), quiz("x"))];
    assert_eq!(told(&same_rule), ["b overlap"]);
    let (mut one, mut two) = (sound("a"), sound("b"));
    one.design.alignments = vec![skill("x"), skill("y")];
    two.design.alignments = vec![skill("y"), skill("x")];
    assert_eq!(told(&[(one, quiz("a")), (two, quiz("b"))]), ["b overlap"]);
}

/// The same badge in another course.
fn elsewhere(badge: Badge, id: &str, course: &str) -> Badge {
    Badge {
        id: id.into(),
        course: course.into(),
        ..badge
    }
}

#[test]
fn badges_of_other_courses_that_say_the_same_are_told_in_groups_but_not_copies_and_wholes() {
    let mut worded = sound("a");
    worded.design.outcome = "Cleans a real dataset of measurements and explains each single step.".into();
    let mut near = elsewhere(worded.clone(), "near", "second");
    near.design.outcome = "Cleans a real dataset of measurements and explains every single step.".into();
    near.design.alignments = vec![skill("near")];
    let copy = elsewhere(worded.clone(), "copy", "third");
    let neighbour = elsewhere(worded.clone(), "neighbour", "course");
    let mut skilled = sound("b");
    skilled.design.alignments = vec![skill("one"), skill("two")];
    let mut other = elsewhere(sound("c"), "c", "second");
    other.design.alignments = vec![skill("two"), skill("one")];
    let mut whole = elsewhere(sound("d"), "d", "second");
    whole.design.alignments = other.design.alignments.clone();
    let builds = all(vec![holds("b"), holds("c")]);
    let set = [
        (&worded, None),
        (&near, None),
        (&copy, None),
        (&neighbour, None),
        (&skilled, None),
        (&other, None),
        (&whole, Some(&builds)),
    ];
    let members: Vec<Member<'_>> = set
        .iter()
        .map(|(badge, root)| Member {
            badge,
            root: *root,
            is_endorsed: false,
        })
        .collect();
    let lineage = HashMap::from([(BadgeId::from("copy"), BadgeId::from("a"))]);
    let (told, more) = across(&members, &lineage);
    let ids: Vec<Vec<&str>> = told
        .iter()
        .map(|one| one.badges.iter().map(BadgeId::as_str).collect())
        .collect();
    assert_eq!(
        (ids, more),
        (vec![vec!["a", "near", "neighbour"], vec!["b", "c"]], 0)
    );
    assert_eq!(told[0].by, [Likeness::Words]);
    assert_eq!(told[1].by, [Likeness::Skills]);
}

proptest! {
    /// The index leaves nothing out that is found by holding each against each.
    #[test]
    fn an_index_finds_what_all_pairs_find(texts in proptest::collection::vec("([a-d]{3} ){3,6}", 2..24)) {
        let badges: Vec<Badge> = (0..).zip(&texts).map(|(n, text)| {
            let mut one = elsewhere(sound("x"), &format!("{n}"), &format!("course {n}"));
            one.design.name = text.clone();
            one.design.outcome = String::new();
            one.design.alignments = Vec::new();
            one
        }).collect();
        let members: Vec<Member<'_>> = badges.iter().map(|badge| Member { badge, root: None, is_endorsed: false }).collect();
        let (told, _) = across(&members, &HashMap::new());
        let group_of = |badge: &BadgeId| told.iter().position(|one| one.badges.contains(badge));
        let prints: Vec<Print<'_>> = members.iter().map(Print::of).collect();
        for (n, one) in prints.iter().enumerate() {
            for other in &prints[n + 1..] {
                if !one.like(other).is_empty() {
                    let group = group_of(one.id);
                    prop_assert!(group.is_some() && group == group_of(other.id), "{texts:?}");
                }
            }
        }
    }
}

#[test]
fn a_row_of_five_is_told_at_its_top_alone() {
    let mut set = set_of(1);
    for n in 1..5 {
        let root = all([holds(&format!("b{}", n - 1)), percent(&format!("q{n}"), "80")]);
        set.push((sound(&format!("b{n}")), Some(root)));
    }
    assert_eq!(told(&set[..4]), [""; 0]);
    assert_eq!(told(&set), ["b4 chain-too-long"]);
}

#[test]
fn the_badges_to_a_first_stack_are_those_that_it_really_takes() {
    let mut set = set_of(8);
    let ids: Vec<String> = (0..8).map(|n| format!("b{n}")).collect();
    let parts = || ids.iter().map(|id| holds(id));
    set.push((sound("top"), Some(all(parts()))));
    assert_eq!(told(&set), ["top too-many-to-a-stack"]);
    set[8].1 = Some(at_least(7, parts()));
    assert_eq!(told(&set), [""; 0]);
    set[8].1 = Some(any(parts()));
    assert_eq!(told(&set), [""; 0]);
}

#[test]
fn a_stack_of_drafts_has_no_first_step() {
    let mut set = set_of(2);
    set.push((sound("top"), Some(all([holds("b0"), holds("b1")]))));
    assert_eq!(told(&set), [""; 0]);
    for (badge, _) in &mut set {
        badge.state = BadgeState::Draft;
    }
    assert_eq!(told(&set), ["top no-first-step"]);
}

#[test]
fn twelve_badges_are_a_set_and_thirteen_too_many() {
    assert_eq!(told(&set_of(12)), [""; 0]);
    assert_eq!(told(&set_of(13)), ["set too-many-in-a-set"]);
    let mut set = set_of(13);
    set[0].0.state = BadgeState::Retired;
    assert_eq!(told(&set), [""; 0]);
}

#[test]
fn a_finding_is_known_again_until_what_it_is_about_changes() {
    let mut badge = sound("a");
    badge.design.outcome = "Knows SQL.".into();
    let about = |badge: &Badge| of_design(&badge.design, false, Some(&badge.id))[0].about.clone();
    let first = about(&badge);
    badge.design.description = "More of it.".into();
    assert_eq!(about(&badge), first);
    badge.design.outcome = "Understands SQL.".into();
    assert_ne!(about(&badge), first);
}

#[test]
fn an_issuer_of_whom_nobody_is_told_is_missed_once_for_what_is_assessed() {
    let authority = |kind: Kind| {
        let (mut one, root) = (sound("a"), quiz("a"));
        one.design.kind = kind;
        let member = Member {
            badge: &one,
            root: root.as_ref(),
            is_endorsed: false,
        };
        let found = review(&[member], false);
        found.iter().any(|one| one.finding == Finding::AuthorityMissing)
    };
    assert!(authority(Kind::Knowledge) && !authority(Kind::Recognition));
}

proptest! {
    #[test]
    fn any_rules_of_a_large_set_are_gone_through(roots in proptest::collection::vec(crate::domain::sample::any_group(), 1..30)) {
        let set: Vec<(Badge, Option<Group>)> = roots
            .into_iter()
            .enumerate()
            .map(|(n, root)| (sound(&format!("b{n}")), Some(root)))
            .collect();
        let is_told = told(&set).iter().any(|one| one == "set too-many-in-a-set");
        prop_assert_eq!(is_told, set.len() > MOST_IN_A_SET);
    }
}
