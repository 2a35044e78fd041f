//! Flat fields to a draft.

use std::collections::{BTreeSet, HashMap};

use super::{
    AskedUnit, DraftGroup, DraftNode, DraftRow, MAX_DEPTH, MAX_NODES, NeedWord, RowKind, Unit, child_path,
    field,
};
use crate::domain::rule::Amount;

/// The fields of one posted form, and which members every path has.
struct Fields<'a> {
    values: HashMap<&'a str, &'a str>,
    /// Every value of the names that may come more than once.
    repeated: HashMap<&'a str, Vec<&'a str>>,
    members: HashMap<String, BTreeSet<usize>>,
}

impl Fields<'_> {
    fn value(&self, path: &str, name: &str) -> String {
        self.values
            .get(field(path, name).as_str())
            .map(|value| value.trim().to_owned())
            .unwrap_or_default()
    }

    /// What a name stands for that comes once for each of several, each once.
    fn several(&self, path: &str, name: &str) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        let posted = self.repeated.get(field(path, name).as_str());
        for value in posted.into_iter().flatten().map(|value| value.trim()) {
            if !value.is_empty() && found.iter().all(|known| known != value) {
                found.push(value.to_owned());
            }
        }
        found
    }
}

/// Of what the boxes of a row are called.
const OF: &str = "of";

impl DraftGroup {
    /// Reads a posted form. Unknown fields are ignored, gaps in the numbering close up, and what is deeper than
    /// [`MAX_DEPTH`] or more than [`MAX_NODES`] is dropped: no input is refused here.
    #[must_use]
    pub(crate) fn from_fields(posted: &[(String, String)]) -> Self {
        let mut fields = Fields {
            values: HashMap::new(),
            repeated: HashMap::new(),
            members: HashMap::new(),
        };
        for (name, value) in posted {
            let Some(rest) = name.strip_prefix("n.") else {
                continue;
            };
            fields.values.entry(name).or_insert(value);
            if matches!(rest.rsplit_once('.'), Some((_, OF))) {
                fields.repeated.entry(name).or_default().push(value);
            }
            let Some((path, "kind")) = rest.rsplit_once('.') else {
                continue;
            };
            let (parent, position) = path.rsplit_once('.').unwrap_or(("", path));
            if let Ok(position) = position.parse() {
                fields
                    .members
                    .entry(parent.to_owned())
                    .or_default()
                    .insert(position);
            }
        }
        let mut left = MAX_NODES;
        read_group(&fields, "", 0, &mut left)
    }
}

fn read_group(fields: &Fields<'_>, path: &str, depth: usize, left: &mut usize) -> DraftGroup {
    let mut group = DraftGroup {
        need: NeedWord::parse(&fields.value(path, "need")),
        count: fields.value(path, "count"),
        nodes: Vec::new(),
    };
    for position in fields.members.get(path).into_iter().flatten() {
        let Some(rest) = left.checked_sub(1) else { break };
        let below = child_path(path, *position);
        let kind = fields.value(&below, "kind");
        let node = if kind == "group" {
            if depth + 1 >= MAX_DEPTH {
                continue;
            }
            *left = rest;
            DraftNode::Group(read_group(fields, &below, depth + 1, left))
        } else {
            let Some(kind) = RowKind::parse(&kind) else {
                continue;
            };
            *left = rest;
            DraftNode::Row(read_row(fields, &below, kind))
        };
        group.nodes.push(node);
    }
    group
}

fn read_row(fields: &Fields<'_>, path: &str, kind: RowKind) -> DraftRow {
    match kind {
        RowKind::Grade => DraftRow::Grade {
            item: fields.value(path, "item"),
            value: fields.value(path, "value"),
            unit: if fields.value(path, "unit") == "points" {
                Unit::Points
            } else {
                Unit::Percent
            },
        },
        RowKind::Elsewhere => DraftRow::Elsewhere {
            column: fields.value(path, "column"),
            value: fields.value(path, "value"),
            unit: AskedUnit::parse(&fields.value(path, "unit")),
        },
        RowKind::BestOf => DraftRow::BestOf {
            best: fields.value(path, "best"),
            of: fields.several(path, OF),
            value: fields.value(path, "value"),
        },
        RowKind::HandedIn => DraftRow::HandedIn {
            column: fields.value(path, "column"),
            on_time: fields.value(path, "when") == "on_time",
        },
        RowKind::Completed => DraftRow::Completed {
            column: fields.value(path, "column"),
        },
        RowKind::Evidence => DraftRow::Evidence {
            activity: fields.value(path, "activity"),
        },
        RowKind::Badge => DraftRow::Badge {
            badge: fields.value(path, "badge"),
            years: fields.value(path, "years"),
        },
        RowKind::BadgeTotal => DraftRow::BadgeTotal {
            value: fields.value(path, "value"),
            amount: if fields.value(path, "unit") == "credits" {
                Amount::Credits
            } else {
                Amount::Hours
            },
            of: fields.several(path, OF),
        },
        RowKind::Date => DraftRow::Date {
            at: fields.value(path, "at"),
            zone: fields.value(path, "zone"),
        },
        RowKind::Approval => DraftRow::Approval,
    }
}

impl DraftRow {
    /// What kind of condition it is.
    #[must_use]
    pub(crate) fn kind(&self) -> RowKind {
        match self {
            Self::Grade { .. } => RowKind::Grade,
            Self::Elsewhere { .. } => RowKind::Elsewhere,
            Self::BestOf { .. } => RowKind::BestOf,
            Self::HandedIn { .. } => RowKind::HandedIn,
            Self::Completed { .. } => RowKind::Completed,
            Self::Evidence { .. } => RowKind::Evidence,
            Self::Badge { .. } => RowKind::Badge,
            Self::BadgeTotal { .. } => RowKind::BadgeTotal,
            Self::Date { .. } => RowKind::Date,
            Self::Approval => RowKind::Approval,
        }
    }
}
