//! Columns that are none of ours, found again in a copied course: by their name, their sort and their category. They keep no
//! mark of ours through a copy.

use std::collections::HashMap;

use super::{FoundBy, folded, matched};
use crate::domain::outside::OutsideColumn;
use crate::ids::OutsideColumnId;

/// A column of the old course that was found again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OutsideMatch {
    pub(crate) to: OutsideColumnId,
    pub(crate) by: FoundBy,
}

/// In what else two columns of one name and sort are the same.
#[derive(Debug, Clone, Copy)]
enum Way {
    CategoryAndPoints,
    Category,
    Name,
    FoldedName,
}

impl Way {
    const ALL: [Self; 4] = [
        Self::CategoryAndPoints,
        Self::Category,
        Self::Name,
        Self::FoldedName,
    ];

    fn fits(self, old: &OutsideColumn, new: &OutsideColumn) -> bool {
        let named = !old.label.trim().is_empty() && old.label == new.label;
        let sorted = category(old) == category(new);
        is_of_one_sort(old, new)
            && match self {
                Self::CategoryAndPoints => named && sorted && old.maximum == new.maximum,
                Self::Category => named && sorted,
                Self::Name => named,
                Self::FoldedName => shares_name(old, new),
            }
    }
}

/// Finds the columns of the old course again among those of the new one that rules may read. What could be two things is none.
///
/// Give all columns of the old course, as for [`super::match_columns`].
#[must_use]
pub(crate) fn match_outside(
    old: &[OutsideColumn],
    new: &[OutsideColumn],
) -> HashMap<OutsideColumnId, OutsideMatch> {
    let found = matched(old, new, |column| &column.id, &Way::ALL, Way::fits);
    let by = |way: Way| match way {
        Way::FoldedName => FoundBy::FoldedLabel,
        Way::CategoryAndPoints | Way::Category | Way::Name => FoundBy::Label,
    };
    let found = found.into_iter();
    found
        .map(|(from, (to, way))| (from, OutsideMatch { to, by: by(way) }))
        .collect()
}

/// The only column that bears the name of an old one, of whatever sort: a person is asked whether it is that.
#[must_use]
pub(crate) fn proposed<'a>(old: &OutsideColumn, new: &'a [OutsideColumn]) -> Option<&'a OutsideColumn> {
    let mut named = new.iter().filter(|one| shares_name(old, one));
    match (named.next(), named.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    }
}

/// Whether rules may read anything of a column.
#[must_use]
pub(crate) fn may_be_read(column: &OutsideColumn) -> bool {
    column.counts() || column.tells_hand_ins() || column.tells_completion()
}

fn shares_name(old: &OutsideColumn, new: &OutsideColumn) -> bool {
    let name = folded(&old.label);
    !name.is_empty() && name == folded(&new.label)
}

/// Whether both are measured the same way, of the same thing, and told by the same source.
fn is_of_one_sort(old: &OutsideColumn, new: &OutsideColumn) -> bool {
    old.source == new.source
        && old.scope == new.scope
        && old.measure == new.measure
        && module(old) == module(new)
}

fn module(column: &OutsideColumn) -> Option<&str> {
    column.rest.as_ref().and_then(|rest| rest.module.as_deref())
}

fn category(column: &OutsideColumn) -> Option<&str> {
    column.rest.as_ref().and_then(|rest| rest.category.as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::facts::GradeSource;
    use crate::domain::outside::{Counting, Measure, RestColumn, Scope};

    fn column(id: &str, label: &str, module: &str, category: &str) -> OutsideColumn {
        OutsideColumn {
            id: id.into(),
            tenant: "north-coast".into(),
            course: "welding".into(),
            source: GradeSource::RestMoodle,
            key: format!("id:{id}"),
            label: label.to_owned(),
            maximum: None,
            measure: Measure::Points,
            scope: Scope::Item,
            counting: Counting::Released,
            file: None,
            rest: Some(RestColumn {
                module: Some(module.to_owned()),
                category: Some(category.to_owned()),
                ..RestColumn::default()
            }),
        }
    }

    #[test]
    fn a_column_is_found_by_name_sort_and_category_and_what_could_be_two_is_none() {
        let old = [
            column("1", "Essay", "assign", "Week 1"),
            column("2", "Essay", "assign", "Week 2"),
            column("3", "Quiz", "quiz", "Week 1"),
            column("4", "Log", "assign", "Week 1"),
            column("5", "Lab", "assign", "Week 1"),
        ];
        let new = [
            column("a", "Essay", "assign", "Week 1"),
            column("b", "Essay", "assign", "Week 2"),
            column("c", " quiz", "quiz", "Moved"),
            column("d", "Log", "assign", "Week 1"),
            column("e", "Log", "assign", "Week 1"),
            column("f", "Lab", "quiz", "Week 1"),
        ];
        let found = match_outside(&old, &new);
        let to = |id: &str| {
            let found = found.get(&OutsideColumnId::from(id));
            found.map(|found| found.to.as_str())
        };
        assert_eq!((to("1"), to("2")), (Some("a"), Some("b")));
        assert_eq!(found[&OutsideColumnId::from("3")].by, FoundBy::FoldedLabel);
        assert_eq!(
            (to("4"), to("5")),
            (None, None),
            "it may be either, and a quiz is no assignment"
        );
        assert_eq!(proposed(&old[4], &new).map(|one| one.id.as_str()), Some("f"));
        assert_eq!(proposed(&old[3], &new), None);
    }
}
