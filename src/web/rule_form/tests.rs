use chrono::{DateTime, NaiveDateTime, Utc};
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;
use crate::domain::rule::{Amount, Condition, GradeColumn, Group, Need, Needed, Node, Threshold};
use crate::domain::sample::any_zone;
use crate::domain::zone::Zone;

fn pairs(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn row(kind: RowKind) -> DraftNode {
    DraftNode::Row(kind.empty())
}

/// The fields that the form would post for this draft, hidden `kind` fields included.
fn posted_for(draft: &DraftGroup) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    write_group(draft, "", &mut fields);
    fields
}

fn write_group(group: &DraftGroup, path: &str, fields: &mut Vec<(String, String)>) {
    let mut put = |path: &str, name: &str, value: &str| fields.push((field(path, name), value.to_owned()));
    put(path, "need", group.need.word());
    put(path, "count", &group.count);
    for (position, node) in group.nodes.iter().enumerate() {
        let below = child_path(path, position);
        match node {
            DraftNode::Group(group) => {
                fields.push((field(&below, "kind"), "group".to_owned()));
                write_group(group, &below, fields);
            }
            DraftNode::Row(row) => {
                let mut put = |name: &str, value: &str| fields.push((field(&below, name), value.to_owned()));
                put("kind", row.kind().word());
                match row {
                    DraftRow::Grade { item, value, unit } => {
                        put("item", item);
                        put("value", value);
                        put("unit", unit.word());
                    }
                    DraftRow::Elsewhere { column, value, unit } => {
                        put("column", column);
                        put("value", value);
                        put("unit", unit.word());
                    }
                    DraftRow::HandedIn { column, on_time } => {
                        put("column", column);
                        put("when", if *on_time { "on_time" } else { "any" });
                    }
                    DraftRow::Completed { column } => put("column", column),
                    DraftRow::BestOf { best, of, value } => {
                        put("best", best);
                        put("value", value);
                        for column in of {
                            put("of", column);
                        }
                    }
                    DraftRow::Evidence { activity } => put("activity", activity),
                    DraftRow::Badge { badge, years } => {
                        put("badge", badge);
                        put("years", years);
                    }
                    DraftRow::BadgeTotal { value, amount, of } => {
                        put("value", value);
                        put("unit", amount_word(*amount));
                        of.iter().for_each(|badge| put("of", badge));
                    }
                    DraftRow::Date { at, zone } => {
                        put("at", at);
                        put("zone", zone);
                    }
                    DraftRow::Approval => {}
                }
            }
        }
    }
}

#[test]
fn a_posted_form_becomes_the_tree_that_was_on_screen() {
    let draft = DraftGroup::from_fields(&pairs(&[
        ("csrf", "x"),
        ("n.need", "all"),
        ("n.0.kind", "grade"),
        ("n.0.item", "item-1"),
        ("n.0.value", " 80 "),
        ("n.0.unit", "points"),
        ("n.1.kind", "group"),
        ("n.1.need", "at_least"),
        ("n.1.count", "2"),
        ("n.1.0.kind", "badge"),
        ("n.1.0.badge", "b1"),
        ("n.1.1.kind", "badge"),
    ]));
    assert_eq!(draft.nodes.len(), 2);
    assert_eq!(
        draft.nodes[0],
        DraftNode::Row(DraftRow::Grade {
            item: "item-1".into(),
            value: "80".into(),
            unit: Unit::Points
        })
    );
    let DraftNode::Group(inner) = &draft.nodes[1] else {
        panic!("a group")
    };
    assert_eq!(
        (inner.need, inner.count.as_str(), inner.nodes.len()),
        (NeedWord::AtLeast, "2", 2)
    );
    let problems = draft.to_domain(Zone::UTC).unwrap_err();
    assert_eq!(
        problems,
        [DraftProblem {
            path: "1.1".into(),
            group: false,
            message: "Choose a badge.".into()
        }]
    );
    assert_eq!(problems[0].with_place(), "Condition 2.2: Choose a badge.");
}

#[test]
fn an_empty_form_is_an_empty_group_and_gaps_close_up() {
    assert_eq!(DraftGroup::from_fields(&[]), DraftGroup::default());
    let draft = DraftGroup::from_fields(&pairs(&[
        ("n.7.kind", "approval"),
        ("n.30.kind", "date"),
        ("n.9.kind", "?"),
    ]));
    assert_eq!(draft.nodes, [row(RowKind::Approval), row(RowKind::Date)]);
}

#[test]
fn tenth_members_stay_behind_second_ones() {
    let fields: Vec<_> = (0..12)
        .flat_map(|i| {
            [
                (format!("n.{i}.kind"), "badge".to_owned()),
                (format!("n.{i}.badge"), format!("b{i}")),
            ]
        })
        .collect();
    let draft = DraftGroup::from_fields(&fields);
    assert_eq!(
        draft.nodes[10],
        DraftNode::Row(DraftRow::Badge {
            badge: "b10".into(),
            years: String::new(),
        })
    );
}

#[test]
fn what_is_too_deep_or_too_much_is_dropped() {
    let deep: Vec<_> = (0..50)
        .map(|i| (format!("n.{}kind", "0.".repeat(i + 1)), "group".to_owned()))
        .collect();
    let draft = DraftGroup::from_fields(&deep);
    assert_eq!(draft.size(), MAX_DEPTH - 1);
    let wide: Vec<_> = (0..5_000)
        .map(|i| (format!("n.{i}.kind"), "approval".to_owned()))
        .collect();
    assert_eq!(DraftGroup::from_fields(&wide).nodes.len(), MAX_NODES);
}

#[test]
fn buttons_change_the_tree_and_say_where_the_focus_goes() {
    let mut draft = DraftGroup::default();
    let mut press = |value: &str| apply(&mut draft, &Action::parse(value).unwrap());
    assert_eq!(press("add::grade").as_deref(), Some("0"));
    assert_eq!(press("group:").as_deref(), Some("1"));
    assert_eq!(press("add:1:badge").as_deref(), Some("1.0"));
    assert_eq!(press("add:1:date").as_deref(), Some("1.1"));
    assert_eq!(press("up:1.1").as_deref(), Some("1.0"));
    assert_eq!(press("down:1.1"), None, "the last one cannot go further down");
    assert_eq!(press("up:0"), None);
    assert_eq!(press("add:0:badge"), None, "a condition has no members");
    assert_eq!(press("remove:9"), None);
    assert_eq!(press("remove:1.1").as_deref(), Some("1.0"));
    assert_eq!(press("remove:1.0").as_deref(), Some("1"));
    assert_eq!(press("down:0").as_deref(), Some("1"));
    assert_eq!(
        draft.nodes,
        [DraftNode::Group(DraftGroup::default()), row(RowKind::Grade)]
    );
}

#[test]
fn buttons_that_do_not_change_the_tree_are_not_actions() {
    for value in [
        "save",
        "dry_run",
        "create_column",
        "refresh",
        "",
        "add::nonsense",
        "explode:0",
    ] {
        assert_eq!(Action::parse(value), None, "{value}");
    }
    assert_eq!(
        Action::parse("add:0.1"),
        Some(Action::Add {
            group: "0.1".into(),
            kind: RowKind::Grade
        }),
        "without a kind it is a grade"
    );
}

#[test]
fn groups_stop_at_the_depth_that_the_form_can_read_back() {
    let mut draft = DraftGroup::default();
    let mut path = String::new();
    while let Some(next) = apply(&mut draft, &Action::AddGroup { group: path.clone() }) {
        path = next;
    }
    assert_eq!(depth(&path), MAX_DEPTH - 1);
    assert_eq!(DraftGroup::from_fields(&posted_for(&draft)), draft);
}

#[test]
fn each_incomplete_row_says_what_is_missing() {
    let says = |row: DraftRow| {
        let draft = DraftGroup {
            nodes: vec![DraftNode::Row(row)],
            ..DraftGroup::default()
        };
        draft
            .to_domain(Zone::UTC)
            .map_err(|problems| problems[0].message.clone())
            .unwrap_err()
    };
    let grade = |item: &str, value: &str, unit| DraftRow::Grade {
        item: item.into(),
        value: value.into(),
        unit,
    };
    assert_eq!(says(grade("", "80", Unit::Points)), "Choose an assignment.");
    assert!(says(grade("i", "", Unit::Points)).contains("number"));
    assert!(says(grade("i", "eighty", Unit::Points)).contains("number"));
    assert!(says(grade("i", "-1", Unit::Points)).contains("number"));
    assert!(says(grade("i", "1e9", Unit::Points)).contains("number"));
    assert!(says(grade("i", "100.1", Unit::Percent)).contains("100"));
    assert_eq!(
        says(DraftRow::Evidence {
            activity: String::new()
        }),
        "Choose an evidence activity."
    );
    assert_eq!(says(RowKind::Badge.empty()), "Choose a badge.");
    let within = |years: &str| DraftRow::Badge {
        badge: "b1".into(),
        years: years.into(),
    };
    assert!(says(within("0")).starts_with("Say of how many last years"));
    assert!(says(within("two")).starts_with("Say of how many last years"));
    assert_eq!(
        says(RowKind::BadgeTotal.empty()),
        "Choose the badges that are to add up."
    );
    let total = DraftRow::BadgeTotal {
        value: "many".into(),
        amount: Amount::Credits,
        of: vec!["b1".into()],
    };
    assert!(says(total).starts_with("Type how many hours or credits"));
    assert_eq!(
        says(RowKind::HandedIn.empty()),
        "Choose an assignment of the course site."
    );
    assert_eq!(
        says(RowKind::Completed.empty()),
        "Choose an activity of the course site."
    );
    let best = |best: &str, of: &[&str], value: &str| DraftRow::BestOf {
        best: best.into(),
        of: of.iter().map(|word| (*word).to_owned()).collect(),
        value: value.into(),
    };
    for none in [vec![], vec!["ours:"], vec!["theirs:i"], vec!["i"]] {
        assert!(
            says(best("1", &none, "80")).contains("Choose the grades"),
            "{none:?}"
        );
    }
    for unclear in ["", "0", "-1", "two", "1.5"] {
        assert!(
            says(best(unclear, &["ours:i"], "80")).contains("how many"),
            "{unclear}"
        );
    }
    assert!(says(best("1", &["ours:i"], "")).contains("in percent"));
    assert!(says(best("1", &["ours:i"], "101")).contains("at most 100"));
    assert_eq!(
        says(DraftRow::Date {
            at: "tomorrow".into(),
            zone: String::new()
        }),
        "Choose a day and a time."
    );
    let group = DraftGroup {
        need: NeedWord::AtLeast,
        count: "0".into(),
        nodes: vec![],
    };
    assert!(
        group.to_domain(Zone::UTC).unwrap_err()[0]
            .message
            .contains("how many")
    );
}

#[test]
fn a_comma_is_a_decimal_point() {
    let draft = DraftGroup {
        nodes: vec![DraftNode::Row(DraftRow::Grade {
            item: "i".into(),
            value: "7,5".into(),
            unit: Unit::Points,
        })],
        ..DraftGroup::default()
    };
    let expected = Condition::Grade {
        item: "i".into(),
        at_least: Threshold::Points(Decimal::new(75, 1)),
    };
    assert_eq!(
        draft.to_domain(Zone::UTC).unwrap().nodes,
        [Node::Condition(expected)]
    );
}

fn condition() -> impl Strategy<Value = Condition> {
    let id = "[a-z0-9-]{1,12}";
    prop_oneof![
        (id, 0_i64..=10_000, any::<bool>()).prop_map(|(item, hundredths, percent)| {
            let value = Decimal::new(hundredths, 2).normalize();
            let at_least = if percent {
                Threshold::Percent(value)
            } else {
                Threshold::Points(value)
            };
            Condition::Grade {
                item: item.as_str().into(),
                at_least,
            }
        }),
        (id, 0_i64..=10_000, any::<bool>()).prop_map(|(column, hundredths, percent)| {
            let value = Decimal::new(hundredths, 2).normalize();
            let at_least = if percent {
                Threshold::Percent(value)
            } else {
                Threshold::Points(value)
            };
            Condition::Elsewhere {
                column: column.as_str().into(),
                needs: Needed::AtLeast(at_least),
            }
        }),
        (id, prop::collection::vec("[A-F][+-]?", 1..4)).prop_map(|(column, words)| Condition::Elsewhere {
            column: column.as_str().into(),
            needs: Needed::OneOf(words),
        }),
        (id, prop::collection::vec("[A-F][+-]?", 0..4)).prop_map(|(column, words)| Condition::Elsewhere {
            column: column.as_str().into(),
            needs: Needed::Passed(words),
        }),
        (id, any::<bool>()).prop_map(|(column, on_time)| Condition::HandedIn {
            column: column.as_str().into(),
            on_time,
        }),
        id.prop_map(|column| Condition::Completed {
            column: column.as_str().into()
        }),
        (
            1_u16..9,
            prop::collection::btree_set((id, any::<bool>()), 1..6),
            0_i64..=10_000
        )
            .prop_map(|(best, columns, hundredths)| {
                let column = |(id, ours): (String, bool)| match ours {
                    true => GradeColumn::Ours(id.as_str().into()),
                    false => GradeColumn::Elsewhere(id.as_str().into()),
                };
                let mut of: Vec<GradeColumn> = columns.into_iter().map(column).collect();
                of.sort();
                Condition::BestOf {
                    best,
                    of,
                    at_least: Decimal::new(hundredths, 2).normalize(),
                }
            }),
        id.prop_map(|activity| Condition::EvidenceApproved {
            activity: activity.as_str().into()
        }),
        (id, prop::option::of(1_u16..60)).prop_map(|(badge, within_years)| Condition::HoldsBadge {
            badge: badge.as_str().into(),
            within_years,
        }),
        (
            prop::bool::ANY,
            prop::collection::btree_set(id, 1..4),
            1_i64..100_000
        )
            .prop_map(|(hours, of, hundredths)| Condition::BadgeTotal {
                amount: if hours { Amount::Hours } else { Amount::Credits },
                of: of.into_iter().map(|badge| badge.as_str().into()).collect(),
                at_least: Decimal::new(hundredths, 2).normalize(),
            }),
        (20_000_000_i64..34_000_000, any_zone()).prop_map(|(minutes, zone)| {
            // The first of two moments that a clock on the wall shows alike.
            let wall = zone.field(DateTime::<Utc>::from_timestamp(minutes * 60, 0).unwrap());
            let wall = NaiveDateTime::parse_from_str(&wall, "%Y-%m-%dT%H:%M").unwrap();
            Condition::NotBefore {
                at: zone.moment(wall).unwrap(),
                zone,
            }
        }),
        Just(Condition::InstructorApproves),
    ]
}

fn need() -> impl Strategy<Value = Need> {
    prop_oneof![
        Just(Need::All),
        Just(Need::Any),
        (1_u16..9).prop_map(Need::AtLeast)
    ]
}

fn group(levels: usize) -> BoxedStrategy<Group> {
    let node = if levels == 0 {
        condition().prop_map(Node::Condition).boxed()
    } else {
        prop_oneof![3 => condition().prop_map(Node::Condition), 1 => group(levels - 1).prop_map(Node::Group)]
            .boxed()
    };
    (need(), prop::collection::vec(node, 0..4))
        .prop_map(|(need, nodes)| Group { need, nodes })
        .boxed()
}

proptest! {
    #[test]
    fn a_rule_survives_the_form_unchanged(rule in group(MAX_DEPTH - 1)) {
        let draft = DraftGroup::from(&rule);
        prop_assume!(draft.size() <= MAX_NODES);
        let posted = DraftGroup::from_fields(&posted_for(&draft));
        prop_assert_eq!(&posted, &draft);
        prop_assert_eq!(posted.to_domain(Zone::UTC).unwrap(), rule);
    }

    #[test]
    fn no_form_is_too_strange_to_read(fields in prop::collection::vec(("n\\.[0-9a-z.]{0,12}(kind|need|item)?", ".{0,8}"), 0..20)) {
        let draft = DraftGroup::from_fields(&fields);
        prop_assert!(draft.size() <= MAX_NODES);
        prop_assert_eq!(DraftGroup::from_fields(&posted_for(&draft)), draft);
    }

    #[test]
    fn up_and_down_undo_each_other(rule in group(2), at in 0_usize..4) {
        let mut draft = DraftGroup::from(&rule);
        let before = draft.clone();
        if let Some(path) = apply(&mut draft, &Action::Down { path: at.to_string() }) {
            prop_assert_ne!(apply(&mut draft, &Action::Up { path }), None);
        }
        prop_assert_eq!(draft, before);
    }
}

#[test]
fn two_problems_of_one_kind_say_which_row_each_is_about() {
    let row = || {
        DraftNode::Row(DraftRow::Grade {
            item: String::new(),
            value: "80".into(),
            unit: Unit::Percent,
        })
    };
    let inner = DraftGroup {
        need: NeedWord::AtLeast,
        count: "many".into(),
        nodes: vec![row()],
    };
    let draft = DraftGroup {
        nodes: vec![row(), row(), DraftNode::Group(inner)],
        ..DraftGroup::default()
    };
    let said: Vec<String> = draft
        .to_domain(Zone::UTC)
        .unwrap_err()
        .iter()
        .map(DraftProblem::with_place)
        .collect();
    let expected = [
        "Condition 1: Choose an assignment.",
        "Condition 2: Choose an assignment.",
        "Group 3: Say how many of these are needed, as a whole number from 1.",
        "Condition 3.1: Choose an assignment.",
    ];
    assert_eq!(said, expected);
}

#[test]
fn a_date_means_the_zone_that_it_was_typed_in_and_a_new_one_that_of_the_institution() {
    let berlin = Zone::parse("Europe/Berlin").unwrap();
    let typed = |zone: &str| DraftGroup {
        nodes: vec![DraftNode::Row(DraftRow::Date {
            at: "2026-06-30T09:00".into(),
            zone: zone.into(),
        })],
        ..DraftGroup::default()
    };
    let says = |zone: &str| {
        let root = typed(zone).to_domain(berlin).unwrap();
        let [Condition::NotBefore { at, zone }] = root.conditions()[..] else {
            panic!("{root:?}");
        };
        (at.to_rfc3339(), zone.name())
    };
    assert_eq!(says(""), ("2026-06-30T07:00:00+00:00".into(), "Europe/Berlin"));
    assert_eq!(says("UTC"), ("2026-06-30T09:00:00+00:00".into(), "UTC"));
    let kept = DraftGroup::from(&typed("UTC").to_domain(berlin).unwrap());
    assert_eq!(kept, typed("UTC"), "it is shown as it was typed");
}

#[test]
fn boxes_of_one_name_are_the_columns_of_one_row_and_say_the_same_in_any_order() {
    let with = |columns: [&str; 4]| {
        let mut fields = vec![
            ("n.0.kind", "best_of"),
            ("n.0.best", "2"),
            ("n.0.value", "82,5"),
            ("n.1.kind", "best_of"),
            ("n.1.of", "ours:other"),
        ];
        fields.extend(columns.map(|column| ("n.0.of", column)));
        DraftGroup::from_fields(&pairs(&fields))
    };
    let draft = with(["elsewhere:b", "ours:a", "ours:c", "ours:a"]);
    let DraftNode::Row(first) = &draft.nodes[0] else {
        panic!("{draft:?}")
    };
    let DraftRow::BestOf { of, .. } = first else {
        panic!("{first:?}")
    };
    assert_eq!(
        of,
        &["elsewhere:b", "ours:a", "ours:c"],
        "as they were posted, each once"
    );
    let asked = |draft: DraftGroup| draft.complete(Zone::UTC).remove(0).1;
    let expected = Condition::BestOf {
        best: 2,
        of: vec![
            GradeColumn::Ours("a".into()),
            GradeColumn::Ours("c".into()),
            GradeColumn::Elsewhere("b".into()),
        ],
        at_least: Decimal::new(825, 1),
    };
    assert_eq!(asked(draft), expected);
    assert_eq!(asked(with(["ours:c", "ours:a", "elsewhere:b", ""])), expected);
}
