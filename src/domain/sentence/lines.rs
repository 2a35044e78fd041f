//! A decision as one line for each condition: what was seen and what it needs.

use chrono::{DateTime, Utc};

use super::{
    Audience, Names, as_compared, badge_of, badges as of_badges, bound, native, number, one_line, stands,
};
use crate::domain::decision::{CheckedCondition, CheckedGroup, CheckedNode, Decision, Seen, Truth};
use crate::domain::evidence::SubmissionState;
use crate::domain::facts::{GradeSource, Recorded};
use crate::domain::outside::OutsideValue;
use crate::domain::rule::{Amount, Condition, Need};

/// One line of a decision: "Cleaning exercise: 86 of 100, needs 80".
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) truth: Truth,
    /// Whether it is known that what is asked for is not there yet.
    pub(crate) is_known_lack: bool,
    /// Without the sign that shows `truth` and without times, which a page shows in its own way.
    pub(crate) text: String,
    /// Where a grade was read.
    pub(crate) source: Option<GradeSource>,
    /// When a grade was read.
    pub(crate) read_at: Option<DateTime<Utc>>,
    /// When it was looked last whether that is so still, where the LMS itself tells it.
    pub(crate) looked_at: Option<DateTime<Utc>>,
    /// Since when it is so: handed in, reviewed, awarded, approved.
    pub(crate) since: Option<DateTime<Utc>>,
    /// The source that cannot be reached now, where what is known is as it was read last.
    pub(crate) out_of_reach: Option<GradeSource>,
    /// The members of a group, and the columns of which the best count; none for a group of badges, whose line names them.
    pub(crate) lines: Vec<Line>,
}

/// The decision, line by line. Where all of the outermost group is needed its members stand on their own; otherwise
/// there is one line for that group.
#[must_use]
pub(crate) fn lines(decision: &Decision, names: &Names, audience: Audience) -> Vec<Line> {
    let tree = &decision.tree;
    if tree.need == Need::All {
        members(tree, names, audience)
    } else {
        vec![group_line(tree, names, audience)]
    }
}

fn members(group: &CheckedGroup, names: &Names, audience: Audience) -> Vec<Line> {
    let line = |node: &CheckedNode| match node {
        CheckedNode::Group(inner) => group_line(inner, names, audience),
        CheckedNode::Condition(condition) => condition_line(condition, names, audience),
    };
    group.distinct().into_iter().map(line).collect()
}

fn group_line(group: &CheckedGroup, names: &Names, audience: Audience) -> Line {
    let count = group.distinct().len();
    let (met, needed) = (group.met(), group.needed());
    let short = if group.truth == Truth::Yes {
        String::new()
    } else {
        format!(", needs {needed}")
    };
    let badges = badges(group, names);
    let (text, lines) = match &badges {
        _ if count == 0 => (
            "A group without conditions, which nobody can meet".to_owned(),
            Vec::new(),
        ),
        Some(held) if held.is_empty() => (format!("0 of {count} badges{short}"), Vec::new()),
        Some(held) => (
            format!("{met} of {count} badges: {}{short}", held.join(", ")),
            Vec::new(),
        ),
        None => {
            let heading = match group.need {
                Need::All => "All of these",
                Need::Any | Need::AtLeast(1) => "Any one of these",
                Need::AtLeast(_) => "Some of these",
            };
            (
                format!("{heading}: {met} of {count}{short}"),
                members(group, names, audience),
            )
        }
    };
    Line {
        truth: group.truth,
        is_known_lack: false,
        text,
        source: None,
        read_at: None,
        looked_at: None,
        since: None,
        out_of_reach: None,
        lines,
    }
}

/// The names of the badges that count, where a group asks for several badges and nothing else.
fn badges(group: &CheckedGroup, names: &Names) -> Option<Vec<String>> {
    let nodes = group.distinct();
    let mut held = Vec::new();
    for node in &nodes {
        let CheckedNode::Condition(condition) = node else {
            return None;
        };
        let badge = badge_of(&condition.condition)?;
        if condition.truth == Truth::Yes {
            held.push(names.badge(badge));
        }
    }
    (nodes.len() > 1).then_some(held)
}

pub(super) fn condition_line(checked: &CheckedCondition, names: &Names, audience: Audience) -> Line {
    let (source, read_at) = match &checked.seen {
        Seen::Grade { source, read_at, .. }
        | Seen::StepOfScale { source, read_at, .. }
        | Seen::Elsewhere { source, read_at, .. } => (Some(*source), Some(*read_at)),
        Seen::NoGrade { read_at, .. } => (None, *read_at),
        Seen::HandedIn(fact) => (Some(fact.source), Some(fact.read_at)),
        Seen::Completion(fact) => (Some(fact.source), Some(fact.read_at)),
        _ => (None, None),
    };
    let since = match &checked.seen {
        Seen::Evidence { since: at, .. } | Seen::Badge { awarded_at: at } | Seen::Approval { at, .. } => {
            Some(*at)
        }
        _ => None,
    };
    let looked = match &checked.seen {
        Seen::HandedIn(_) => names.looked.hand_ins,
        Seen::Completion(_) => names.looked.completion,
        _ => names.looked.grades,
    };
    let what = capitalised(&subject(&checked.condition, names, audience));
    let text = match state(checked, names, audience) {
        state if what.is_empty() => capitalised(&state),
        state => format!("{what}: {state}"),
    };
    Line {
        truth: checked.truth,
        is_known_lack: checked.seen.is_known_lack(),
        text,
        looked_at: source.filter(|source| source.is_rest()).and(looked),
        source,
        read_at,
        since,
        out_of_reach: names.unreached(&checked.condition),
        lines: native::columns(checked, names),
    }
}

/// What a badge was earned by and its rule still asks, as far as it is not met any more: "Final quiz: the course site has no
/// grade for it now".
#[must_use]
pub(crate) fn unmet_since(
    earned: &Decision,
    now: &Decision,
    names: &Names,
    audience: Audience,
) -> Vec<String> {
    let mut told = Vec::new();
    gather_unmet(&earned.tree, &now.tree, &mut told);
    let words = |checked: &&CheckedCondition| match &checked.seen {
        Seen::NoGrade { .. } => {
            let what = subject(&checked.condition, names, audience);
            format!("{}: the course site has no grade for it now", capitalised(&what))
        }
        _ => condition_line(checked, names, audience).text,
    };
    told.iter().map(words).collect()
}

fn gather_unmet<'a>(earned: &CheckedGroup, now: &'a CheckedGroup, told: &mut Vec<&'a CheckedCondition>) {
    for node in &earned.nodes {
        match node {
            CheckedNode::Group(inner) => gather_unmet(inner, now, told),
            // Its issuer took it back, or its time is over: nobody lacks what the course could give.
            CheckedNode::Condition(CheckedCondition {
                condition: Condition::ExternalBadge { .. },
                ..
            }) => {}
            CheckedNode::Condition(was) if was.truth == Truth::Yes => {
                let known = now.checked(&was.condition);
                // Time alone made a badge too old for the rule: its holder lacks nothing.
                let unmet =
                    known.filter(|is| is.truth != Truth::Yes && !is.is_only_old() && !told.contains(is));
                told.extend(unmet);
            }
            CheckedNode::Condition(_) => {}
        }
    }
}

fn subject(condition: &Condition, names: &Names, audience: Audience) -> String {
    match (condition, audience) {
        (Condition::Grade { item, .. }, _) => names.line_item(item),
        (
            Condition::Elsewhere { column, .. }
            | Condition::HandedIn { column, .. }
            | Condition::Completed { column },
            _,
        ) => names.elsewhere(column),
        (Condition::BestOf { best, of, .. }, _) => format!("Average of {}", native::the_best(*best, of)),
        (Condition::EvidenceApproved { activity }, _) => names.activity(activity),
        (Condition::ExternalBadge { name, .. }, _) => format!("Badge of {}", one_line(name)),
        (Condition::HoldsBadge { badge, .. }, _) => names.badge(badge),
        (Condition::BadgeTotal { amount, of, .. }, _) => {
            let what = match amount {
                Amount::Hours => "Hours",
                Amount::Credits => "Credits",
            };
            format!("{what} of {}", names.badges(of))
        }
        (Condition::NotBefore { .. }, _) => String::new(),
        (Condition::InstructorApproves, Audience::Teacher) => "An instructor's approval".to_owned(),
        (Condition::InstructorApproves, Audience::Student) => "Your instructor's approval".to_owned(),
    }
}

/// What the platform's own record says of a grade, behind what it is worth now.
fn recorded_as(other: Recorded) -> String {
    let (value, maximum) = (number(other.value), number(other.maximum));
    format!(" (recorded as {value} of {maximum}; the column has other points now)")
}

/// The grades of a decision that are recorded out of other points than their column has now, with both numbers of each:
/// "Quiz: 60 of 100 (recorded as 30 of 50; the column has other points now)".
#[must_use]
pub(crate) fn recorded_otherwise(decision: &Decision, names: &Names) -> Vec<String> {
    let mut told = Vec::new();
    otherwise(&decision.tree, names, &mut told);
    told
}

fn otherwise(group: &CheckedGroup, names: &Names, told: &mut Vec<String>) {
    for node in &group.nodes {
        match node {
            CheckedNode::Group(inner) => otherwise(inner, names, told),
            CheckedNode::Condition(checked) => {
                if let Condition::Grade { item, .. } = &checked.condition
                    && let Seen::Grade {
                        value,
                        maximum,
                        recorded: Some(other),
                        ..
                    } = &checked.seen
                {
                    let (value, maximum) = (number(*value), number(*maximum));
                    let item = names.line_item(item);
                    let text = format!("{item}: {value} of {maximum}{}", recorded_as(*other));
                    if !told.contains(&text) {
                        told.push(text);
                    }
                }
            }
        }
    }
}

fn state(checked: &CheckedCondition, names: &Names, audience: Audience) -> String {
    let student = audience == Audience::Student;
    let told =
        |to_teacher: &str, to_student: &str| (if student { to_student } else { to_teacher }).to_owned();
    match &checked.seen {
        Seen::Grade {
            value,
            maximum,
            needs,
            recorded,
            ..
        } => {
            let (value, needs) = as_compared(*value, *needs);
            let recorded = recorded.map_or_else(String::new, recorded_as);
            format!("{value} of {}, needs {needs}{recorded}", number(*maximum))
        }
        Seen::StepOfScale { step, steps, .. } => format!(
            "step {} of {}, which is no percent; {}",
            number(*step),
            number(*steps),
            told(
                "the rule has to name a step",
                "your instructor has to change the rule"
            )
        ),
        Seen::Elsewhere { value, maximum, .. } => {
            let stands = stands(value, *maximum);
            let needs = needed(checked, names);
            match (value, checked.truth) {
                (OutsideValue::Excused, _) => format!("{stands}, which is no grade; needs {needs}"),
                (_, Truth::Unknown) => format!(
                    "{stands}, which does not tell whether it is {needs}; {}",
                    told(
                        "the rule has to ask otherwise",
                        "your instructor has to change the rule"
                    )
                ),
                _ => format!("{stands}, needs {needs}"),
            }
        }
        Seen::NothingElsewhere => format!("no grade known yet, needs {}", needed(checked, names)),
        Seen::HandedIn(_)
        | Seen::HandInNotTold
        | Seen::Completion(_)
        | Seen::CompletionNotTold
        | Seen::Best { .. } => native::state(checked, audience),
        Seen::NoGrade { at_least, .. } => {
            let maximum = match &checked.condition {
                Condition::Grade { item, .. } => names.maximum(item),
                _ => None,
            };
            format!("no grade yet, needs {}", bound(*at_least, maximum))
        }
        Seen::NotReleased { at_least } => {
            let maximum = match &checked.condition {
                Condition::Grade { item, .. } => names.maximum(item),
                _ => None,
            };
            format!("grades are not released yet, needs {}", bound(*at_least, maximum))
        }
        Seen::Evidence { state, .. } => match state {
            SubmissionState::HandedIn => "handed in, waiting for review".to_owned(),
            SubmissionState::ChangesAsked => told(
                "changes asked for, not handed in again yet",
                "changes asked for: hand it in again",
            ),
            SubmissionState::Approved => "approved".to_owned(),
            SubmissionState::Declined => "declined".to_owned(),
        },
        Seen::NothingHandedIn => told("nothing handed in yet", "you have not handed in anything yet"),
        Seen::Badge { .. } => told("held", "you have it"),
        Seen::BadgeExpired { at } => {
            format!("{} {}", told("expired on", "yours expired on"), names.day(*at))
        }
        Seen::BadgeRevoked => told("revoked", "yours was revoked"),
        Seen::BadgeWaived => told("waived by the institution", "waived for you by your institution"),
        Seen::BadgeNotHeld => told("not earned yet", "you have not earned it yet"),
        Seen::External {
            name,
            issuer,
            checked_at,
        } => format!(
            "{} of {}, checked on {}",
            one_line(name),
            one_line(issuer),
            names.day(*checked_at)
        ),
        Seen::ExternalOver {
            name,
            issuer,
            checked_at,
        } => format!(
            "{} of {} is not valid any more, as it was checked on {}",
            one_line(name),
            one_line(issuer),
            names.day(*checked_at)
        ),
        Seen::NoExternal => told(
            "none is known that is certainly of this student",
            "none is known that is certainly yours",
        ),
        Seen::BadgeElsewhere { .. } | Seen::BadgeTooOld { .. } | Seen::BadgeTotal { .. } => {
            of_badges::state(checked, names, audience)
        }
        Seen::Date { at, zone } if checked.truth == Truth::Yes => {
            format!("open since {}", names.moment(*at, *zone))
        }
        Seen::Date { at, zone } => format!("opens on {}", names.moment(*at, *zone)),
        Seen::Approval { by, .. } => format!("given by {}", one_line(by)),
        Seen::NoApproval => "not given yet".to_owned(),
    }
}

/// What a condition needs of a column that is none of ours.
pub(super) fn needed(checked: &CheckedCondition, names: &Names) -> String {
    match &checked.condition {
        Condition::Elsewhere { column, needs } => names.needed(column, needs),
        _ => String::new(),
    }
}

/// The text with its first letter upper case only where the words are ours: "a deleted activity", "opens on".
fn capitalised(text: &str) -> String {
    let ours = [
        "a deleted ",
        "an assignment without",
        "an activity without",
        "a badge without",
        "a badge that is not in this course",
        "opens on",
        "open since",
    ];
    let mut letters = text.chars();
    match letters.next() {
        Some(first) if ours.iter().any(|start| text.starts_with(start)) => {
            first.to_uppercase().chain(letters).collect()
        }
        _ => text.to_owned(),
    }
}
