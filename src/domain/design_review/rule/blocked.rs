//! Whether a rule can be met at all while some of its columns are not read from any source.

use std::collections::HashMap;

use super::RuleProblem;
use super::native::lost;
use crate::domain::evaluate::best::distinct;
use crate::domain::outside::OutsideColumn;
use crate::domain::rule::{Condition, GradeColumn, Group, Need, Node};
use crate::domain::sentence::OutsideName;
use crate::ids::OutsideColumnId;

type Columns<'a> = HashMap<&'a OutsideColumnId, &'a OutsideColumn>;

/// What keeps everybody from meeting a rule: the first of its columns that is not read, where the rule cannot be met without it.
/// None where it can be met, perhaps in another way. `columns` are those of the course that are none of ours.
#[must_use]
pub(crate) fn cannot_be_met(root: &Group, columns: &[OutsideColumn]) -> Option<RuleProblem> {
    let known: Columns<'_> = columns.iter().map(|column| (&column.id, column)).collect();
    if can_hold(root, &known) {
        return None;
    }
    let mut conditions = root.conditions().into_iter();
    let blocked = conditions.find(|condition| !may_hold(condition, &known))?;
    let mut named = blocked.outside_columns().into_iter();
    let column = named.find(|id| known.get(*id).is_none_or(|column| !column.is_read_for(blocked)))?;
    Some(match known.get(column) {
        Some(column) => lost(blocked, &OutsideName::from((*column).clone())),
        None => RuleProblem::UnknownElsewhere,
    })
}

fn can_hold(group: &Group, known: &Columns<'_>) -> bool {
    let members = group.distinct();
    let possible = members.iter().filter(|node| match node {
        Node::Group(inner) => can_hold(inner, known),
        Node::Condition(condition) => may_hold(condition, known),
    });
    let possible = possible.count();
    match group.need {
        Need::All => possible == members.len(),
        Need::Any => possible > 0,
        Need::AtLeast(needed) => possible >= usize::from(needed),
    }
}

/// Whether a condition may hold by what can be read. Of the best of some columns as many have to be read as count.
fn may_hold(condition: &Condition, known: &Columns<'_>) -> bool {
    let is_read = |id: &OutsideColumnId| known.get(id).is_some_and(|column| column.is_read_for(condition));
    match condition {
        Condition::BestOf { best, of, .. } => {
            let read = distinct(of).into_iter().filter(|column| match column {
                GradeColumn::Ours(_) => true,
                GradeColumn::Elsewhere(id) => is_read(id),
            });
            read.count() >= usize::from(*best)
        }
        _ => condition.outside_columns().into_iter().all(is_read),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::facts::GradeSource;
    use crate::domain::outside::{Counting, Measure, RestColumn, Scope, Withheld};
    use crate::domain::rule::{Needed, Threshold};
    use crate::domain::sample::{all, approval, at_least, decimal, group};

    fn column(id: &str, rest: RestColumn) -> OutsideColumn {
        OutsideColumn {
            id: id.into(),
            tenant: "north-coast".into(),
            course: "welding".into(),
            source: GradeSource::RestCanvas,
            key: format!("id:{id}"),
            label: format!("Quiz {id}"),
            maximum: Some(decimal("10")),
            measure: Measure::Points,
            scope: Scope::Item,
            counting: if rest.withheld.is_some() {
                Counting::Not
            } else {
                Counting::Released
            },
            file: None,
            rest: Some(rest),
        }
    }

    fn read() -> RestColumn {
        RestColumn {
            is_on: true,
            is_listed: true,
            ..RestColumn::default()
        }
    }

    fn eight_of(id: &str) -> Node {
        Node::Condition(Condition::Elsewhere {
            column: id.into(),
            needs: Needed::AtLeast(Threshold::Points(decimal("8"))),
        })
    }

    #[test]
    fn a_rule_cannot_be_met_where_no_way_is_left_without_a_column_that_is_not_read() {
        let gone = RestColumn {
            is_listed: false,
            ..read()
        };
        let hidden = RestColumn {
            withheld: Some(Withheld::Unpublished),
            ..read()
        };
        let off = RestColumn {
            is_on: false,
            ..read()
        };
        let columns = [
            column("1", read()),
            column("2", gone),
            column("3", hidden),
            column("4", off),
        ];
        let blocked = |root: &Group| cannot_be_met(root, &columns);
        let label = |id: &str| format!("Quiz {id}");
        assert_eq!(blocked(&all([eight_of("1"), approval()])), None);
        assert_eq!(
            blocked(&all([eight_of("1"), eight_of("2")])),
            Some(RuleProblem::ElsewhereGone { label: label("2") })
        );
        assert_eq!(
            blocked(&all([eight_of("3")])),
            Some(RuleProblem::ElsewhereWithheld {
                label: label("3"),
                why: Withheld::Unpublished
            })
        );
        assert_eq!(
            blocked(&all([eight_of("4")])),
            Some(RuleProblem::ElsewhereOff { label: label("4") })
        );
        assert_eq!(
            blocked(&all([eight_of("9")])),
            Some(RuleProblem::UnknownElsewhere)
        );
        let two_ways = all([group(at_least(1, [eight_of("2"), approval()]))]);
        assert_eq!(blocked(&two_ways), None, "there is another way");
        let both = all([group(at_least(2, [eight_of("2"), approval()]))]);
        assert!(blocked(&both).is_some());
        let best = |best| {
            Node::Condition(Condition::BestOf {
                best,
                of: ["1", "2"].map(|id| GradeColumn::Elsewhere(id.into())).to_vec(),
                at_least: decimal("80"),
            })
        };
        assert_eq!(blocked(&all([best(1)])), None, "one is read, and one counts");
        assert_eq!(
            blocked(&all([best(2)])),
            Some(RuleProblem::ElsewhereGone { label: label("2") })
        );
    }
}
