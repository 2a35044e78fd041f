use proptest::prelude::*;

use super::*;
use crate::domain::course::LineItemState;
use crate::domain::sample;

fn column(id: &str, label: &str) -> LineItem {
    LineItem {
        id: id.into(),
        tenant: "north-coast".into(),
        course: "course".into(),
        url: format!("https://lms.example/{id}"),
        label: label.into(),
        maximum: sample::decimal("100"),
        ruled_maximum: None,
        is_scale: false,
        resource_id: None,
        tag: None,
        resource_link_id: None,
        state: LineItemState::Present,
    }
}

fn ours(id: &str, label: &str, resource_id: &str) -> LineItem {
    LineItem {
        resource_id: Some(resource_id.into()),
        ..column(id, label)
    }
}

fn tagged(id: &str, label: &str, tag: &str) -> LineItem {
    LineItem {
        tag: Some(tag.into()),
        ..column(id, label)
    }
}

#[test]
fn an_activity_made_from_a_copied_link_is_found_by_its_column_else_by_its_title_alone() {
    let activity = |id: &str, title: &str, column: Option<&str>| Activity {
        id: id.into(),
        tenant: "north-coast".into(),
        course: "course".into(),
        link: "link".into(),
        title: title.into(),
        instructions: String::new(),
        line_item: column.map(LineItemId::from),
        maximum: sample::decimal("100"),
        created_at: sample::days(0),
    };
    let old = [
        activity("report", "Report", Some("r")),
        activity("script", "Script", None),
        activity("talk", "Talk", None),
    ];
    let new = [
        activity("renamed", "Essay", Some("r-2")),
        activity("script-2", "script ", Some("s-2")),
        activity("talk-2", "Talk", None),
        activity("talk-3", "Talk", None),
    ];
    let columns = HashMap::from([("r".into(), "r-2".into())]);
    let found = match_activities(&old, &new, &columns);
    let of = |id: &str| found.get(&ActivityId::from(id)).map(ActivityId::as_str);
    assert_eq!(of("report"), Some("renamed"));
    assert_eq!(of("script"), Some("script-2"));
    assert_eq!(of("talk"), None, "two that fit are none");
}

#[test]
fn what_was_typed_brings_nothing_and_only_who_taught_there_brings_drafts() {
    use CopyRequestState::{Agreed, Refused, Waiting};
    use Permission::{Everything, Nothing, WithoutDrafts};
    for (taught, proof, request, right) in [
        (false, None, None, Nothing),
        (false, None, Some(Waiting), Nothing),
        (false, None, Some(Refused), Nothing),
        (false, None, Some(Agreed), WithoutDrafts),
        (false, Some(CopyProof::History), None, WithoutDrafts),
        (false, Some(CopyProof::Notice), Some(Refused), WithoutDrafts),
        (true, None, Some(Refused), Everything),
        (true, Some(CopyProof::Notice), None, Everything),
    ] {
        assert_eq!(
            permission(taught, proof, request),
            right,
            "{taught} {proof:?} {request:?}"
        );
    }
}

/// What was found, as "old new way".
fn found(old: &[LineItem], new: &[LineItem]) -> Vec<String> {
    let mut all: Vec<String> = match_columns(old, new)
        .into_iter()
        .map(|(from, found)| format!("{from} {} {:?}", found.to, found.by))
        .collect();
    all.sort();
    all
}

#[test]
fn our_id_goes_before_the_tag_and_the_tag_before_the_name() {
    let old = [
        ours("a", "Quiz 1", "x"),
        tagged("b", "Quiz 2", "final"),
        column("c", "Quiz 3"),
        column("d", "Quiz  4"),
        column("e", "Quiz 5"),
    ];
    let new = [
        ours("n1", "Quiz 2", "x"),
        tagged("n2", "Quiz 3 (new)", "final"),
        column("n3", "Quiz 3"),
        column("n4", " quiz 4 "),
        column("n6", "Quiz 6"),
    ];
    assert_eq!(
        found(&old, &new),
        ["a n1 OurId", "b n2 Tag", "c n3 Label", "d n4 FoldedLabel"]
    );
}

#[test]
fn what_could_be_two_columns_is_none() {
    let new = [column("n1", "Quiz"), column("n2", "Quiz")];
    assert!(found(&[column("a", "Quiz")], &new).is_empty());
    // Two of the old ones look alike, one has come along: whose is it?
    let old = [column("a", "Quiz"), column("b", "Quiz")];
    assert!(found(&old, &new[..1]).is_empty());
    assert!(found(&[column("a", "QUIZ"), column("b", "quiz")], &new[..1]).is_empty());
}

#[test]
fn a_column_that_is_taken_by_its_id_leaves_the_name_to_the_other() {
    let old = [ours("a", "Quiz", "x"), column("b", "Quiz")];
    let new = [ours("n1", "Quiz", "x"), column("n2", "Quiz")];
    assert_eq!(found(&old, &new), ["a n1 OurId", "b n2 Label"]);
}

#[test]
fn an_id_that_stands_twice_is_told_apart_by_the_name() {
    let old = [ours("a", "Report", "x")];
    let new = [
        ours("n1", "Report (copy)", "x"),
        ours("n2", "Report", "x"),
        column("n3", "Report"),
    ];
    assert_eq!(found(&old, &new), ["a n2 Label"]);
}

#[test]
fn a_tag_that_says_the_kind_of_column_finds_nothing() {
    let old = [tagged("a", "Final quiz", "cairn-column")];
    let new = [tagged("n1", "Homework", "cairn-column")];
    assert!(found(&old, &new).is_empty());
}

#[test]
fn columns_without_a_name_are_not_alike() {
    assert!(found(&[column("a", " ")], &[column("n1", " ")]).is_empty());
}

fn any_column(prefix: &'static str) -> impl Strategy<Value = LineItem> {
    let text = || prop::option::of((0_u8..4).prop_map(|n| format!("t{n}")));
    let label = prop_oneof![
        Just("Quiz"),
        Just("quiz"),
        Just("Quiz  "),
        Just("Report"),
        Just("")
    ];
    (0_u8..6, label, text(), text()).prop_map(move |(id, label, resource_id, tag)| LineItem {
        resource_id,
        tag,
        ..column(&format!("{prefix}{id}"), label)
    })
}

/// Columns with ids of their own.
fn any_columns(prefix: &'static str) -> impl Strategy<Value = Vec<LineItem>> {
    prop::collection::vec(any_column(prefix), 0..7).prop_map(move |mut items| {
        for (n, item) in items.iter_mut().enumerate() {
            item.id = format!("{prefix}{n}").into();
        }
        items
    })
}

/// The rule without what it reads.
fn shape(group: &Group) -> String {
    let nodes = group.nodes.iter().map(|node| match node {
        Node::Group(group) => shape(group),
        Node::Condition(Condition::Grade { at_least, .. }) => format!("grade {at_least:?}"),
        Node::Condition(Condition::EvidenceApproved { .. }) => "evidence".into(),
        Node::Condition(Condition::HoldsBadge { within_years, .. }) => format!("badge {within_years:?}"),
        Node::Condition(Condition::BadgeTotal { amount, at_least, .. }) => {
            format!("total {amount:?} {at_least}")
        }
        Node::Condition(Condition::BestOf { best, of, at_least }) => {
            format!("best {best} of {} {at_least}", of.len())
        }
        Node::Condition(other) => format!("{other:?}"),
    });
    format!("{:?}{:?}", group.need, nodes.collect::<Vec<_>>())
}

proptest! {
    #[test]
    fn no_two_columns_become_one(old in any_columns("o"), new in any_columns("n")) {
        let found = match_columns(&old, &new);
        let mut met = HashSet::new();
        for (from, found) in &found {
            prop_assert!(old.iter().any(|item| item.id == *from));
            prop_assert!(new.iter().any(|item| item.id == found.to));
            prop_assert!(met.insert(found.to.clone()), "{} stands for two", found.to);
        }
    }

    #[test]
    fn the_order_of_the_lists_does_not_matter(old in any_columns("o"), new in any_columns("n")) {
        let (mut turned_old, mut turned_new) = (old.clone(), new.clone());
        turned_old.reverse();
        turned_new.reverse();
        prop_assert_eq!(match_columns(&old, &new), match_columns(&turned_old, &turned_new));
    }

    #[test]
    fn a_course_that_is_copied_onto_itself_never_swaps_columns(items in any_columns("o")) {
        for (from, found) in match_columns(&items, &items) {
            prop_assert_eq!(from, found.to);
        }
    }

    #[test]
    fn a_mapped_rule_keeps_its_shape_and_mapping_it_again_changes_nothing(root in sample::any_group(), mapped in 0_u8..32) {
        let name = |n: u8| format!("n{n}");
        let mut mapping = Mapping::default();
        for n in (0..5).filter(|n| mapped & (1 << n) != 0) {
            mapping.columns.insert(name(n).into(), format!("new-{n}").into());
            mapping.activities.insert(name(n).into(), format!("new-{n}").into());
            mapping.badges.insert(name(n).into(), format!("new-{n}").into());
        }
        let once = mapping.apply(&root);
        prop_assert_eq!(shape(&once), shape(&root));
        prop_assert_eq!(mapping.apply(&once), once.clone());
        // Different columns stay different ones.
        let different = |group: &Group| group.line_items().cloned().collect::<HashSet<_>>().len();
        prop_assert_eq!(different(&once), different(&root));
        for item in once.line_items() {
            prop_assert!(!mapping.columns.contains_key(item), "{} was left", item);
        }
    }
}

#[test]
fn of_the_best_of_several_each_is_what_stands_for_it_in_the_new_course() {
    let root = sample::all([sample::best_of(1, &["quiz", "lab"], &["weekly"], "80")]);
    let mapping = Mapping {
        columns: [("quiz".into(), "new-quiz".into())].into(),
        outside: [("weekly".into(), "new-weekly".into())].into(),
        ..Mapping::default()
    };
    let expected = sample::all([sample::best_of(1, &["new-quiz", "lab"], &["new-weekly"], "80")]);
    assert_eq!(mapping.apply(&root), expected);
}
