//! A rule as one English sentence.

use chrono::{DateTime, Utc};

use super::{
    Names, amount_of, badge_of, bound, counted_points, last_years, list, native, number, one_line, read_from,
};
use crate::domain::evaluate::best::distinct;
use crate::domain::facts::GradeSource;
use crate::domain::rule::{Condition, GradeColumn, Group, Need, Needed, Node, Threshold};
use crate::domain::zone::Zone;
use crate::ids::BadgeId;

/// How much a group of badges says of itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Detail {
    /// "any 2 of 3 badges"
    Counted,
    /// "any 2 of 3 badges (Spreadsheet basics, SQL basics, and Charts)"
    Named,
}

/// A part of a sentence. One that is made of parts itself is set apart from its neighbours by a comma.
struct Phrase {
    text: String,
    compound: bool,
}

/// The rule as one sentence, as the rule builder shows it: "A student earns this with at least 80 percent in Cleaning
/// exercise, an approved Project report, and any 2 of 3 badges (Spreadsheet basics, SQL basics, and Charts)."
#[must_use]
pub(crate) fn sentence_in_full(root: &Group, names: &Names) -> String {
    let mut root = root;
    while let [Node::Group(only)] = root.nodes.as_slice()
        && matches!(root.need, Need::All | Need::Any | Need::AtLeast(1))
    {
        root = only;
    }
    let members = root.distinct();
    if members.is_empty() {
        return "Nobody earns this yet: it has no conditions.".to_owned();
    }
    let dates: Vec<_> = members.iter().filter_map(|node| date_of(node)).collect();
    match (root.need, dates.as_slice()) {
        (_, [(at, zone)]) if members.len() == 1 && !counts_wrong(root, 1) => {
            format!("A student earns this from {} on.", names.moment(*at, *zone))
        }
        (Need::All, [(at, zone)]) => {
            let rest: Vec<_> = members
                .into_iter()
                .filter(|node| date_of(node).is_none())
                .collect();
            let parts = join(&phrases(&rest, names, Detail::Named), "and");
            format!(
                "From {} on, a student earns this with {parts}.",
                names.moment(*at, *zone)
            )
        }
        _ => format!(
            "A student earns this with {}.",
            outer(root, &members, names, Detail::Named)
        ),
    }
}

/// A node as the label of a row: "Cleaning exercise ≥ 80 %", "Project report approved", "any 2 of 3 badges". A number is not parted
/// from its sign at the end of a line.
#[must_use]
pub(crate) fn label(node: &Node, names: &Names) -> String {
    match node.core() {
        Node::Group(group) => inner(group, names, Detail::Counted).text,
        Node::Condition(condition) => match condition {
            Condition::Grade { item, at_least } => {
                let bound = match at_least {
                    Threshold::Percent(share) => format!("{}\u{a0}%", number(*share)),
                    Threshold::Points(_) => bound(*at_least, names.maximum(item)),
                };
                format!("{} ≥ {bound}", names.line_item(item))
            }
            Condition::Elsewhere { column, needs } => {
                let name = names.elsewhere_from(column);
                match needs {
                    Needed::AtLeast(Threshold::Percent(share)) => {
                        format!("{name} ≥ {}\u{a0}%", number(*share))
                    }
                    Needed::AtLeast(_) => format!("{name} ≥ {}", names.needed(column, needs)),
                    Needed::OneOf(_) => format!("{name}: {}", names.needed(column, needs)),
                    Needed::Passed(_) => format!("{name} passed"),
                }
            }
            Condition::HandedIn { column, on_time } => {
                let name = names.elsewhere_from(column);
                let when = if *on_time { " on time" } else { "" };
                format!("{name} handed in{when}")
            }
            Condition::Completed { column } => format!("{} complete", names.elsewhere_from(column)),
            Condition::BestOf { best, of, at_least } => {
                let sources = names.sources(&[condition]);
                // Of columns of ours it goes without saying, as in the other labels.
                let from = if sources.iter().all(|source| *source == GradeSource::Ags) {
                    String::new()
                } else {
                    format!(" (from {})", read_from(&sources))
                };
                format!(
                    "average of {}{from} ≥ {}\u{a0}%",
                    native::the_best(*best, of),
                    number(*at_least)
                )
            }
            Condition::EvidenceApproved { activity } => format!("{} approved", names.activity(activity)),
            Condition::ExternalBadge { name, .. } => format!("a badge of {} held", one_line(name)),
            Condition::HoldsBadge { badge, within_years } => {
                let when = within_years.map(|years| format!(", of {}", last_years(years)));
                format!("{} held{}", names.badge(badge), when.unwrap_or_default())
            }
            Condition::BadgeTotal { amount, of, at_least } => {
                format!("{} badges ≥ {}", of.len(), amount_of(*amount, *at_least))
            }
            Condition::NotBefore { at, zone } => format!("from {} on", names.moment(*at, *zone)),
            Condition::InstructorApproves => "approved by an instructor".to_owned(),
        },
    }
}

fn date_of(node: &Node) -> Option<(DateTime<Utc>, Zone)> {
    match node {
        Node::Condition(Condition::NotBefore { at, zone }) => Some((*at, *zone)),
        _ => None,
    }
}

/// Whether a group asks for a number that its members cannot give.
fn counts_wrong(group: &Group, members: usize) -> bool {
    matches!(group.need, Need::AtLeast(n) if n == 0 || usize::from(n) > members)
}

/// The outermost group, with no brackets round it.
fn outer(group: &Group, members: &[&Node], names: &Names, detail: Detail) -> String {
    if let Some(badges) = choice_of_badges(group, members) {
        return counted_badges(group, &badges, names, detail);
    }
    let parts = phrases(members, names, detail);
    let plain = !parts.iter().any(|part| part.compound);
    match (group.need, parts.as_slice()) {
        (Need::All, _) | (Need::Any | Need::AtLeast(1), [_]) => join(&parts, "and"),
        (Need::Any | Need::AtLeast(1), [first, second]) if plain => {
            format!("either {} or {}", first.text, second.text)
        }
        (Need::Any | Need::AtLeast(1), _) => format!("any one of these: {}", join(&parts, "or")),
        (Need::AtLeast(n), _) => format!("any {n} of these {}: {}", parts.len(), join(&parts, "and")),
    }
}

/// A group inside another: what belongs together stands in brackets.
fn inner(group: &Group, names: &Names, detail: Detail) -> Phrase {
    let members = group.distinct();
    if members.is_empty() {
        return Phrase {
            text: "a group without conditions".to_owned(),
            compound: false,
        };
    }
    if let Some(badges) = choice_of_badges(group, &members) {
        return Phrase {
            text: counted_badges(group, &badges, names, detail),
            compound: false,
        };
    }
    let mut parts = phrases(&members, names, detail);
    let plain = !parts.iter().any(|part| part.compound);
    if parts.len() == 1 && !counts_wrong(group, 1) {
        return parts.remove(0);
    }
    let text = match (group.need, parts.as_slice()) {
        (Need::All, [first, second]) if plain => format!("both {} and {}", first.text, second.text),
        (Need::All, _) => format!("all of ({})", join(&parts, "and")),
        (Need::Any | Need::AtLeast(1), [first, second]) if plain => {
            format!("either {} or {}", first.text, second.text)
        }
        (Need::Any | Need::AtLeast(1), _) => format!("any one of ({})", join(&parts, "or")),
        (Need::AtLeast(n), _) => format!("any {n} of these {} ({})", parts.len(), join(&parts, "and")),
    };
    Phrase { text, compound: true }
}

fn phrases(members: &[&Node], names: &Names, detail: Detail) -> Vec<Phrase> {
    let phrase = |node: &&Node| match node {
        Node::Group(group) => inner(group, names, detail),
        Node::Condition(condition) => Phrase {
            text: asked(condition, names),
            compound: false,
        },
    };
    members.iter().map(phrase).collect()
}

fn join(parts: &[Phrase], word: &str) -> String {
    if let [first, second] = parts
        && (first.compound || second.compound)
    {
        return format!("{}, {word} {}", first.text, second.text);
    }
    let texts: Vec<_> = parts.iter().map(|part| part.text.clone()).collect();
    list(&texts, word)
}

/// The badges of a group that asks for some of several badges and for nothing else.
fn choice_of_badges<'a>(group: &Group, members: &[&'a Node]) -> Option<Vec<&'a BadgeId>> {
    if group.need == Need::All || members.len() < 2 {
        return None;
    }
    let badge = |node: &&'a Node| match node {
        Node::Condition(condition) => badge_of(condition),
        Node::Group(_) => None,
    };
    members.iter().map(badge).collect()
}

fn counted_badges(group: &Group, badges: &[&BadgeId], names: &Names, detail: Detail) -> String {
    let needed = match group.need {
        Need::AtLeast(n) => n,
        Need::All | Need::Any => 1,
    };
    let count = format!("any {needed} of {} badges", badges.len());
    if detail == Detail::Counted {
        return count;
    }
    let each: Vec<_> = badges.iter().map(|badge| names.badge(badge)).collect();
    format!("{count} ({})", list(&each, "and"))
}

/// What a condition asks, after "with".
fn asked(condition: &Condition, names: &Names) -> String {
    match condition {
        Condition::Grade { item, at_least } => {
            let bound = match (at_least, names.maximum(item)) {
                (Threshold::Percent(share), _) => format!("{} percent", number(*share)),
                (Threshold::Points(points), None) => counted_points(*points),
                (Threshold::Points(step), Some(steps)) if names.is_scale(item) => {
                    format!("step {} of {}", number(*step), number(steps))
                }
                (Threshold::Points(points), Some(maximum)) => {
                    format!("{} of {}", number(*points), counted_points(maximum))
                }
            };
            format!("at least {bound} in {}", names.line_item(item))
        }
        Condition::Elsewhere { column, needs } => {
            format!(
                "{} in {}",
                names.asks(column, needs),
                names.elsewhere_from(column)
            )
        }
        Condition::HandedIn { column, on_time } => {
            let when = if *on_time { " on time" } else { "" };
            format!("work handed in{when} to {}", names.elsewhere_from(column))
        }
        Condition::Completed { column } => format!("{} completed", names.elsewhere_from(column)),
        Condition::BestOf { best, of, at_least } => {
            // In the order in which they are offered: ours first, the others by their names.
            let mut columns: Vec<(bool, String)> = distinct(of)
                .into_iter()
                .map(|one| (matches!(one, GradeColumn::Elsewhere(_)), names.column(one)))
                .collect();
            columns.sort_by_key(|(is_elsewhere, name)| is_elsewhere.then(|| name.to_lowercase()));
            let columns: Vec<String> = columns.into_iter().map(|(_, name)| name).collect();
            let columns = if columns.is_empty() {
                "none".to_owned()
            } else {
                list(&columns, "and")
            };
            format!(
                "an average of at least {} percent in {} ({columns})",
                number(*at_least),
                native::the_best(*best, of)
            )
        }
        Condition::EvidenceApproved { activity } if names.activities.contains_key(activity) => {
            format!("an approved {}", names.activity(activity))
        }
        Condition::EvidenceApproved { activity } => format!("approved work in {}", names.activity(activity)),
        Condition::HoldsBadge { badge, within_years } => {
            let article = if names.badges.contains_key(badge) {
                "the badge "
            } else {
                ""
            };
            let when = within_years.map(|years| format!(" awarded within {}", last_years(years)));
            format!("{article}{}{}", names.badge(badge), when.unwrap_or_default())
        }
        Condition::ExternalBadge {
            name, achievement, ..
        } => {
            let which = if achievement.is_some() { "one certain" } else { "a" };
            format!("{which} badge issued by {}", one_line(name))
        }
        Condition::BadgeTotal { amount, of, at_least } => format!(
            "at least {} in badges ({})",
            amount_of(*amount, *at_least),
            names.badges(of)
        ),
        Condition::NotBefore { at, zone } => format!("a date from {} on", names.moment(*at, *zone)),
        Condition::InstructorApproves => "an instructor's approval".to_owned(),
    }
}
