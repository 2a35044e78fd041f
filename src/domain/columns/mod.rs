//! Gradebook columns over time: what keeps a rule from reading its columns as it was made for them, and which column
//! was made anew in place of another.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::domain::course::{LineItem, LineItemState};
use crate::domain::rule::{Condition, Group, Threshold};
use crate::ids::LineItemId;

#[cfg(test)]
mod tests;

/// A column, and what is or was the matter with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ColumnTrouble {
    pub(crate) item: LineItemId,
    /// As it was called then.
    pub(crate) label: String,
    pub(crate) kind: TroubleKind,
    /// Of one that is gone: whether it was one of a former registration, through which the course is not read any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) former: bool,
    /// Of one that is gone: what helps.
    #[serde(default)]
    pub(crate) remedy: Remedy,
}

/// What helps where a column is gone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Remedy {
    /// The rule can name another one.
    #[default]
    AnotherColumn,
    /// It is of an activity, which gets one when it is put into the course once more.
    PlacedAgain,
    /// There is no other one.
    AnotherCondition,
}

/// What is the matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TroubleKind {
    /// The platform no longer lists it.
    Gone,
    /// Its maximum is not the one that the rule was made for.
    MaximumChanged,
    /// The rule asks for percent of it, and it is graded by a scale.
    PercentOfScale,
    /// The platform made another one in its place, which is read now. Nothing that a rule rests for.
    Remade,
}

/// Why a badge rests for its columns.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pause {
    /// The maximum of each column that the rule was made for. Empty for a badge that an earlier version paused.
    pub(crate) maxima: BTreeMap<LineItemId, Decimal>,
    /// The digest of the draft that lay beside the rule; none without a draft.
    pub(crate) draft: Option<String>,
    /// What is the matter now.
    pub(crate) troubles: Vec<ColumnTrouble>,
}

/// That a badge decides again by itself, for its teachers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Resumed {
    pub(crate) at: DateTime<Utc>,
    /// What it had rested for, or what changed beneath it.
    pub(crate) columns: Vec<ColumnTrouble>,
}

/// What keeps a rule from reading its columns, each column once, in reading order. `pause` is why it rests already.
#[must_use]
pub(crate) fn troubles(root: &Group, items: &[LineItem], pause: Option<&Pause>) -> Vec<ColumnTrouble> {
    let mut found: Vec<ColumnTrouble> = Vec::new();
    let asked = root.conditions().into_iter().flat_map(Condition::bounds);
    for (item, at_least) in asked {
        let Some(known) = items.iter().find(|known| known.id == *item) else {
            continue;
        };
        let ruled = pause.and_then(|pause| pause.maxima.get(item));
        let kind = if known.state == LineItemState::Gone {
            TroubleKind::Gone
        } else if known.state == LineItemState::MaximumChanged
            || ruled.is_some_and(|ruled| *ruled != known.maximum)
        {
            TroubleKind::MaximumChanged
        } else if known.is_scale && matches!(at_least, Threshold::Percent(_)) {
            TroubleKind::PercentOfScale
        } else {
            continue;
        };
        if !found.iter().any(|other| other.item == *item) {
            found.push(ColumnTrouble {
                item: item.clone(),
                label: known.label.clone(),
                kind,
                former: false,
                remedy: remedy(kind, items),
            });
        }
    }
    found
}

/// What helps as far as the columns tell: one of an activity is not known here.
fn remedy(kind: TroubleKind, items: &[LineItem]) -> Remedy {
    let is_there = |item: &LineItem| item.state != LineItemState::Gone;
    if kind == TroubleKind::Gone && !items.iter().any(is_there) {
        Remedy::AnotherCondition
    } else {
        Remedy::AnotherColumn
    }
}

/// The maximum that a rule was made for, of each column that it reads.
#[must_use]
pub(crate) fn maxima(root: &Group, items: &[LineItem]) -> BTreeMap<LineItemId, Decimal> {
    let of = |id: &LineItemId| items.iter().find(|item| item.id == *id);
    root.line_items()
        .filter_map(|id| Some((id.clone(), of(id)?)))
        .map(|(id, item)| (id, item.ruled_maximum.unwrap_or(item.maximum)))
        .collect()
}

/// A column that the platform lists and of which nobody knows yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewColumn {
    pub(crate) url: String,
    pub(crate) resource_id: Option<String>,
    pub(crate) tag: Option<String>,
    pub(crate) resource_link_id: Option<String>,
}

/// Which of the new columns the platform made in place of which of the `missing` ones, by address. Moodle's course reset
/// makes the column of an activity anew: it has another id and nothing of what we gave the old one, but its link (Moodle
/// 11.3). `told` is the column that the newest launch of a missing one's link named. What could be two things is none.
#[must_use]
pub(crate) fn remade(
    missing: &[LineItem],
    new: &[NewColumn],
    told: &HashMap<LineItemId, String>,
) -> Vec<(LineItemId, String)> {
    let mut pairs: Vec<(LineItemId, String)> = Vec::new();
    for item in missing {
        let by_launch = new
            .iter()
            .filter(|column| told.get(&item.id) == Some(&column.url));
        let mut fits: Vec<&NewColumn> = by_launch.collect();
        if fits.is_empty() {
            fits = new.iter().filter(|column| stands_for(column, item)).collect();
        }
        if let [only] = fits.as_slice() {
            pairs.push((item.id.clone(), only.url.clone()));
        }
    }
    let claimed = pairs.clone();
    pairs.retain(|(_, url)| claimed.iter().filter(|(_, other)| other == url).count() == 1);
    pairs
}

/// Whether a column belongs to the same link, and nothing of ours says that it is another one.
fn stands_for(column: &NewColumn, item: &LineItem) -> bool {
    let said = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let link = said(&item.resource_link_id);
    let same_link = link.is_some() && said(&column.resource_link_id) == link;
    let plain = said(&column.resource_id).is_none() && said(&column.tag).is_none();
    let ours = said(&column.resource_id);
    same_link && (plain || (ours.is_some() && ours == said(&item.resource_id)))
}
