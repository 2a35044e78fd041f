//! A draft to a rule, and a rule to a draft.

use std::str::FromStr;

use chrono::{DateTime, NaiveDateTime, Utc};
use rust_decimal::Decimal;

use super::{AskedUnit, DraftGroup, DraftNode, DraftRow, NeedWord, Unit, child_path};
use crate::domain::rule::{Amount, Condition, GradeColumn, Group, Need, Needed, Node, Threshold};
use crate::domain::zone::Zone;
use crate::ids::{ActivityId, BadgeId, LineItemId, OutsideColumnId};

/// Most letters or words that pass.
const MOST_WORDS: usize = 30;
/// Most characters of one.
const LONGEST_WORD: usize = 100;

/// What keeps a draft from being a rule, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DraftProblem {
    /// The path of the node; empty for the root.
    pub(crate) path: String,
    /// Whether the node is a group.
    pub(crate) group: bool,
    /// What to do, in a sentence.
    pub(crate) message: String,
}

impl DraftProblem {
    /// The message with the place that it is about: "Condition 2.1: Choose an assignment."
    #[must_use]
    pub(crate) fn with_place(&self) -> String {
        let what = if self.group { "Group" } else { "Condition" };
        match place(&self.path).as_str() {
            "" => self.message.clone(),
            place => format!("{what} {place}: {}", self.message),
        }
    }
}

/// How people count a node: "2.1" for the first member of the second; nothing for the root.
#[must_use]
pub(crate) fn place(path: &str) -> String {
    let counted = path.split('.').filter_map(|part| part.parse::<usize>().ok());
    let counted: Vec<String> = counted.map(|position| (position + 1).to_string()).collect();
    counted.join(".")
}

impl DraftGroup {
    /// The rule that this draft says, in an institution of that zone.
    ///
    /// # Errors
    /// Every incomplete row and every group whose number cannot be read. What a complete rule may not say (an empty
    /// group, N above M, a cycle) is for [`crate::domain::design_review`].
    pub(crate) fn to_domain(&self, here: Zone) -> Result<Group, Vec<DraftProblem>> {
        let mut problems = Vec::new();
        let group = read_group(self, "", here, &mut problems);
        if problems.is_empty() {
            Ok(group)
        } else {
            Err(problems)
        }
    }
}

impl DraftGroup {
    /// The conditions that are complete, each with the path of its row.
    #[must_use]
    pub(crate) fn complete(&self, here: Zone) -> Vec<(String, Condition)> {
        let mut found = Vec::new();
        gather(self, "", here, &mut found);
        found
    }
}

fn gather(group: &DraftGroup, path: &str, here: Zone, found: &mut Vec<(String, Condition)>) {
    for (position, node) in group.nodes.iter().enumerate() {
        let below = child_path(path, position);
        match node {
            DraftNode::Group(group) => gather(group, &below, here, found),
            DraftNode::Row(row) => found.extend(read_row(row, here).ok().map(|one| (below, one))),
        }
    }
}

impl From<&Group> for DraftGroup {
    fn from(group: &Group) -> Self {
        let (need, count) = match group.need {
            Need::All => (NeedWord::All, String::new()),
            Need::Any => (NeedWord::Any, String::new()),
            Need::AtLeast(count) => (NeedWord::AtLeast, count.to_string()),
        };
        let nodes = group
            .nodes
            .iter()
            .map(|node| match node {
                Node::Group(group) => DraftNode::Group(group.into()),
                Node::Condition(condition) => DraftNode::Row(condition.into()),
            })
            .collect();
        Self { need, count, nodes }
    }
}

impl From<&Condition> for DraftRow {
    fn from(condition: &Condition) -> Self {
        match condition {
            Condition::Grade { item, at_least } => {
                let (value, unit) = match at_least {
                    Threshold::Points(points) => (points, Unit::Points),
                    Threshold::Percent(percent) => (percent, Unit::Percent),
                };
                Self::Grade {
                    item: item.to_string(),
                    value: value.normalize().to_string(),
                    unit,
                }
            }
            Condition::Elsewhere { column, needs } => {
                let (value, unit) = match needs {
                    Needed::AtLeast(Threshold::Points(points)) => {
                        (points.normalize().to_string(), AskedUnit::Points)
                    }
                    Needed::AtLeast(Threshold::Percent(percent)) => {
                        (percent.normalize().to_string(), AskedUnit::Percent)
                    }
                    Needed::OneOf(words) => (words.join(", "), AskedUnit::Words),
                    Needed::Passed(words) => (words.join(", "), AskedUnit::Passed),
                };
                Self::Elsewhere {
                    column: column.to_string(),
                    value,
                    unit,
                }
            }
            Condition::HandedIn { column, on_time } => Self::HandedIn {
                column: column.to_string(),
                on_time: *on_time,
            },
            Condition::Completed { column } => Self::Completed {
                column: column.to_string(),
            },
            Condition::BestOf { best, of, at_least } => Self::BestOf {
                best: best.to_string(),
                of: of.iter().map(column_word).collect(),
                value: at_least.normalize().to_string(),
            },
            Condition::EvidenceApproved { activity } => Self::Evidence {
                activity: activity.to_string(),
            },
            Condition::HoldsBadge { badge, within_years } => Self::Badge {
                badge: badge.to_string(),
                years: within_years.map(|years| years.to_string()).unwrap_or_default(),
            },
            Condition::BadgeTotal { amount, of, at_least } => Self::BadgeTotal {
                value: at_least.normalize().to_string(),
                amount: *amount,
                of: of.iter().map(ToString::to_string).collect(),
            },
            Condition::NotBefore { at, zone } => Self::Date {
                at: zone.field(*at),
                zone: zone.name().to_owned(),
            },
            Condition::InstructorApproves => Self::Approval,
        }
    }
}

fn read_group(group: &DraftGroup, path: &str, here: Zone, problems: &mut Vec<DraftProblem>) -> Group {
    let need = match group.need {
        NeedWord::All => Need::All,
        NeedWord::Any => Need::Any,
        NeedWord::AtLeast => match group.count.trim().parse::<u16>() {
            Ok(count) if count > 0 => Need::AtLeast(count),
            _ => {
                problems.push(DraftProblem {
                    path: path.to_owned(),
                    group: true,
                    message: "Say how many of these are needed, as a whole number from 1.".to_owned(),
                });
                Need::All
            }
        },
    };
    let mut nodes = Vec::with_capacity(group.nodes.len());
    for (position, node) in group.nodes.iter().enumerate() {
        let below = child_path(path, position);
        match node {
            DraftNode::Group(group) => nodes.push(Node::Group(read_group(group, &below, here, problems))),
            DraftNode::Row(row) => match read_row(row, here) {
                Ok(condition) => nodes.push(Node::Condition(condition)),
                Err(message) => problems.push(DraftProblem {
                    path: below,
                    group: false,
                    message: message.to_owned(),
                }),
            },
        }
    }
    Group { need, nodes }
}

fn read_row(row: &DraftRow, here: Zone) -> Result<Condition, &'static str> {
    match row {
        DraftRow::Grade { item, value, unit } => {
            if item.is_empty() {
                return Err("Choose an assignment.");
            }
            Ok(Condition::Grade {
                item: LineItemId::from(item.as_str()),
                at_least: threshold(value, *unit)?,
            })
        }
        DraftRow::Elsewhere { column, .. } if column.is_empty() => {
            Err("Choose an assignment or a total of the course site.")
        }
        DraftRow::HandedIn { column, .. } if column.is_empty() => {
            Err("Choose an assignment of the course site.")
        }
        DraftRow::Completed { column } if column.is_empty() => Err("Choose an activity of the course site."),
        DraftRow::HandedIn { column, on_time } => Ok(Condition::HandedIn {
            column: OutsideColumnId::from(column.as_str()),
            on_time: *on_time,
        }),
        DraftRow::Completed { column } => Ok(Condition::Completed {
            column: OutsideColumnId::from(column.as_str()),
        }),
        DraftRow::BestOf { best, of, value } => best_of(best, of, value),
        DraftRow::Elsewhere { column, value, unit } => Ok(Condition::Elsewhere {
            column: OutsideColumnId::from(column.as_str()),
            needs: match unit {
                AskedUnit::Percent => Needed::AtLeast(threshold(value, Unit::Percent)?),
                AskedUnit::Points => Needed::AtLeast(threshold(value, Unit::Points)?),
                AskedUnit::Words => Needed::OneOf(words(value)?),
                // Where the course site says who passes, no word is needed.
                AskedUnit::Passed if value.split(',').all(|word| word.trim().is_empty()) => {
                    Needed::Passed(Vec::new())
                }
                AskedUnit::Passed => Needed::Passed(words(value)?),
            },
        }),
        DraftRow::Evidence { activity } if activity.is_empty() => Err("Choose an evidence activity."),
        DraftRow::Evidence { activity } => Ok(Condition::EvidenceApproved {
            activity: ActivityId::from(activity.as_str()),
        }),
        DraftRow::Badge { badge, .. } if badge.is_empty() => Err("Choose a badge."),
        DraftRow::Badge { badge, years } => Ok(Condition::HoldsBadge {
            badge: BadgeId::from(badge.as_str()),
            within_years: within_years(years)?,
        }),
        DraftRow::BadgeTotal { value, amount, of } => badge_total(value, *amount, of),
        DraftRow::Date { at, zone } => {
            let zone = Zone::parse(zone).unwrap_or(here);
            moment(at, zone)
                .map(|at| Condition::NotBefore { at, zone })
                .ok_or("Choose a day and a time.")
        }
        DraftRow::Approval => Ok(Condition::InstructorApproves),
    }
}

fn threshold(value: &str, unit: Unit) -> Result<Threshold, &'static str> {
    let value = number(value).ok_or("Type the grade that is needed, as a number from 0.")?;
    match unit {
        Unit::Points => Ok(Threshold::Points(value)),
        Unit::Percent if value > Decimal::ONE_HUNDRED => {
            Err("Percent go up to 100. For more, count in points.")
        }
        Unit::Percent => Ok(Threshold::Percent(value)),
    }
}

/// The columns come in one order, whichever the page shows them in: a rule that says the same is the same.
fn best_of(best: &str, of: &[String], value: &str) -> Result<Condition, &'static str> {
    let mut of: Vec<GradeColumn> = of.iter().filter_map(|word| column(word)).collect();
    of.sort();
    of.dedup();
    if of.is_empty() {
        return Err("Choose the grades of which the best count.");
    }
    let best = best.trim().parse::<u16>().ok().filter(|best| *best > 0);
    let best = best.ok_or("Say how many of the grades count, as a whole number from 1.")?;
    let at_least = number(value).ok_or("Type the average that is needed, in percent from 0 to 100.")?;
    if at_least > Decimal::ONE_HUNDRED {
        return Err("Ask for an average of at most 100 percent.");
    }
    Ok(Condition::BestOf { best, of, at_least })
}

fn within_years(years: &str) -> Result<Option<u16>, &'static str> {
    let years = years.trim();
    if years.is_empty() {
        return Ok(None);
    }
    let years = years.parse::<u16>().ok().filter(|years| *years > 0);
    years
        .map(Some)
        .ok_or("Say of how many last years the badge has to be, as a whole number from 1, or leave it empty.")
}

/// The badges come in one order, as the columns of which the best count.
fn badge_total(value: &str, amount: Amount, of: &[String]) -> Result<Condition, &'static str> {
    let mut of: Vec<BadgeId> = of.iter().map(|id| BadgeId::from(id.as_str())).collect();
    of.sort();
    of.dedup();
    if of.is_empty() {
        return Err("Choose the badges that are to add up.");
    }
    let at_least = number(value).ok_or("Type how many hours or credits are needed, as a number above 0.")?;
    Ok(Condition::BadgeTotal { amount, of, at_least })
}

/// How the form names a column: `ours:<id>`, `elsewhere:<id>`.
#[must_use]
pub(crate) fn column_word(column: &GradeColumn) -> String {
    match column {
        GradeColumn::Ours(item) => format!("{OURS}:{item}"),
        GradeColumn::Elsewhere(column) => format!("{ELSEWHERE}:{column}"),
    }
}

const OURS: &str = "ours";
const ELSEWHERE: &str = "elsewhere";

fn column(word: &str) -> Option<GradeColumn> {
    let (whose, id) = word.split_once(':').filter(|(_, id)| !id.is_empty())?;
    match whose {
        OURS => Some(GradeColumn::Ours(id.into())),
        ELSEWHERE => Some(GradeColumn::Elsewhere(id.into())),
        _ => None,
    }
}

/// Letters, or words of a scale, with commas between them.
fn words(text: &str) -> Result<Vec<String>, &'static str> {
    let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
    let words: Vec<String> = words.map(str::to_owned).collect();
    if words.is_empty() {
        return Err("Type the grades that pass, with commas between them: A, A-, B.");
    }
    if words.len() > MOST_WORDS || words.iter().any(|word| word.chars().count() > LONGEST_WORD) {
        return Err("Type at most 30 grades that pass, each of at most 100 characters.");
    }
    Ok(words)
}

/// A number from 0 as people type it: with a point or a comma, up to twelve digits.
fn number(text: &str) -> Option<Decimal> {
    let text = text.trim().replace(',', ".");
    if text.len() > 13 || !text.chars().all(|c| c.is_ascii_digit() || c == '.') {
        return None;
    }
    Decimal::from_str(&text).ok()
}

fn moment(text: &str, zone: Zone) -> Option<DateTime<Utc>> {
    let text = text.trim();
    ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
        .and_then(|wall| zone.moment(wall))
}
