use super::*;
use crate::domain::sample::{all, best_of, decimal, percent, points};

fn item(id: &str) -> LineItem {
    LineItem {
        id: id.into(),
        tenant: "north-coast".into(),
        course: "course".into(),
        url: format!("https://lms.example/{id}"),
        label: id.to_owned(),
        maximum: decimal("100"),
        ruled_maximum: None,
        is_scale: false,
        resource_id: Some("ours".into()),
        tag: Some("tag".into()),
        resource_link_id: Some("7".into()),
        state: LineItemState::Present,
    }
}

fn kinds(root: &Group, items: &[LineItem], pause: Option<&Pause>) -> Vec<TroubleKind> {
    let found = troubles(root, items, pause);
    found.into_iter().map(|one| one.kind).collect()
}

#[test]
fn a_rule_reads_its_columns_only_as_it_was_made_for_them() {
    let root = all([percent("quiz", "80"), percent("quiz", "90")]);
    assert_eq!(kinds(&root, &[item("quiz")], None), []);
    let in_state = |state| LineItem {
        state,
        ..item("quiz")
    };
    assert_eq!(
        kinds(&root, &[in_state(LineItemState::Gone)], None),
        [TroubleKind::Gone],
        "once"
    );
    assert_eq!(
        kinds(&root, &[in_state(LineItemState::MaximumChanged)], None),
        [TroubleKind::MaximumChanged]
    );
    let scale = LineItem {
        is_scale: true,
        ..item("quiz")
    };
    assert_eq!(
        kinds(&root, std::slice::from_ref(&scale), None),
        [TroubleKind::PercentOfScale]
    );
    assert_eq!(kinds(&all([points("quiz", "3")]), &[scale], None), []);
    let best = all([best_of(1, &["lab", "quiz"], &[], "80")]);
    let gone = [item("lab"), in_state(LineItemState::Gone)];
    assert_eq!(kinds(&best, &gone, None), [TroubleKind::Gone]);
}

#[test]
fn what_somebody_else_accepted_is_not_accepted_for_a_badge_that_rests() {
    let root = all([percent("quiz", "80")]);
    let pause = Pause {
        maxima: [("quiz".into(), decimal("50"))].into(),
        ..Pause::default()
    };
    assert_eq!(
        kinds(&root, &[item("quiz")], Some(&pause)),
        [TroubleKind::MaximumChanged]
    );
    let back = LineItem {
        maximum: decimal("50"),
        ..item("quiz")
    };
    assert_eq!(kinds(&root, &[back], Some(&pause)), []);
}

#[test]
fn a_rule_was_made_for_the_maximum_before_the_change() {
    let changed = LineItem {
        maximum: decimal("200"),
        ruled_maximum: Some(decimal("100")),
        ..item("quiz")
    };
    let root = all([percent("quiz", "80")]);
    assert_eq!(maxima(&root, &[changed])[&"quiz".into()], decimal("100"));
}

fn new(url: &str, resource_id: &str, tag: &str, link: &str) -> NewColumn {
    let said = |text: &str| Some(text.to_owned());
    NewColumn {
        url: url.to_owned(),
        resource_id: (!resource_id.is_empty()).then(|| resource_id.to_owned()),
        tag: said(tag),
        resource_link_id: said(link),
    }
}

fn pairs(missing: &[LineItem], columns: &[NewColumn], told: &[(&str, &str)]) -> Vec<(String, String)> {
    let told = told
        .iter()
        .map(|(id, url)| ((*id).into(), (*url).to_owned()))
        .collect();
    let found = remade(missing, columns, &told);
    found.into_iter().map(|(id, url)| (id.to_string(), url)).collect()
}

fn pair(id: &str, url: &str) -> (String, String) {
    (id.to_owned(), url.to_owned())
}

#[test]
fn a_plain_column_of_the_same_link_was_made_in_place_of_the_missing_one() {
    let old = [item("old")];
    assert_eq!(pairs(&old, &[new("n", "", "", "7")], &[]), [pair("old", "n")]);
    assert_eq!(
        pairs(&old, &[new("n", "ours", "tag", "7")], &[]),
        [pair("old", "n")]
    );
    for other in [
        new("n", "", "", "8"),
        new("n", "", "", ""),
        new("n", "theirs", "", "7"),
        new("n", "", "theirs", "7"),
    ] {
        assert_eq!(pairs(&old, &[other], &[]), []);
    }
    let unlinked = LineItem {
        resource_link_id: None,
        ..item("old")
    };
    assert_eq!(
        pairs(std::slice::from_ref(&unlinked), &[new("n", "", "", "")], &[]),
        []
    );
    assert_eq!(
        pairs(&[unlinked], &[new("n", "", "", "")], &[("old", "n")]),
        [pair("old", "n")],
        "the launch named it"
    );
}

#[test]
fn what_could_be_two_things_is_none() {
    let both = [new("m", "", "", "7"), new("n", "", "", "7")];
    assert_eq!(pairs(&[item("old")], &both, &[]), []);
    assert_eq!(pairs(&[item("old")], &both, &[("old", "n")]), [pair("old", "n")]);
    assert_eq!(
        pairs(&[item("old"), item("older")], &[new("n", "", "", "7")], &[]),
        []
    );
}
