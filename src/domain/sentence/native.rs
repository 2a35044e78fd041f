//! What the LMS itself tells, in words: what was handed in, what is complete or passed, and the best of several columns.

use super::lines::Line;
use super::{Audience, Names, as_compared, number};
use crate::domain::decision::{CheckedCondition, Seen, SeenColumn, Stands, Truth};
use crate::domain::evaluate::best::distinct;
use crate::domain::facts::{Completed, HandedIn};
use crate::domain::rule::{Condition, GradeColumn, Needed};

/// "the best 3 of 5 grades", "all 3 grades".
#[must_use]
pub(crate) fn the_best(best: u16, of: &[GradeColumn]) -> String {
    match (usize::from(best), distinct(of).len()) {
        (2, 2) => "both grades".to_owned(),
        (all, count) if all == count && count > 2 => format!("all {count} grades"),
        (_, count) => format!("the best {best} of {count} grades"),
    }
}

/// What was seen, after the name of what it was seen of.
pub(super) fn state(checked: &CheckedCondition, audience: Audience) -> String {
    match &checked.seen {
        Seen::HandedIn(fact) => hand_in(fact, asks_for_time(checked), audience),
        Seen::HandInNotTold => "not known here whether anything was handed in".to_owned(),
        Seen::Completion(fact) => completion(fact, checked),
        Seen::CompletionNotTold => "not known here whether it is complete".to_owned(),
        Seen::Best { average, of } => {
            let (average, needs) = match (average, &checked.condition) {
                (Some(average), Condition::BestOf { at_least, .. }) => as_compared(*average, *at_least),
                (_, Condition::BestOf { at_least, .. }) => (String::new(), number(*at_least)),
                _ => (String::new(), String::new()),
            };
            let known = known(of);
            let (count, are) = (of.len(), if known == 1 { "is" } else { "are" });
            match (average.is_empty(), checked.truth) {
                (true, _) => format!("{known} of {count} {are} known yet, needs {needs} percent"),
                (false, Truth::Unknown) => {
                    format!("{average} percent so far, needs {needs}; {known} of {count} {are} known yet")
                }
                (false, _) => format!("{average} percent, needs {needs}"),
            }
        }
        _ => String::new(),
    }
}

fn asks_for_time(checked: &CheckedCondition) -> bool {
    matches!(checked.condition, Condition::HandedIn { on_time: true, .. })
}

fn hand_in(fact: &HandedIn, on_time: bool, audience: Audience) -> String {
    let told = match (fact.at.is_some(), on_time, fact.late) {
        (true, false, _) => "handed in",
        (true, true, Some(false)) => "handed in on time",
        (true, true, Some(true)) => "handed in late, needs to be on time",
        (true, true, None) => "handed in; the course site does not tell whether it was on time",
        (false, _, _) if fact.missing => "nothing handed in, and it was due",
        (false, _, _) => match audience {
            Audience::Teacher => "nothing handed in yet",
            Audience::Student => "you have not handed in anything yet",
        },
    };
    told.to_owned()
}

fn completion(fact: &Completed, checked: &CheckedCondition) -> String {
    let asks_for_a_pass = matches!(
        checked.condition,
        Condition::Elsewhere {
            needs: Needed::Passed(_),
            ..
        }
    );
    let told = match (asks_for_a_pass, fact.passed, fact.is_complete) {
        (true, Some(true), _) => "passed",
        (true, Some(false), _) => "not passed",
        (_, _, true) => "complete",
        (_, _, false) => "not complete yet",
    };
    told.to_owned()
}

/// How many of the columns have a grade of which percent can be made.
fn known(of: &[SeenColumn]) -> usize {
    let has_share = |column: &&SeenColumn| matches!(column.stands, Stands::Share { .. });
    of.iter().filter(has_share).count()
}

/// A line for each of the columns of which the best count.
pub(super) fn columns(checked: &CheckedCondition, names: &Names) -> Vec<Line> {
    match &checked.seen {
        Seen::Best { of, .. } => of.iter().map(|one| column(one, names)).collect(),
        _ => Vec::new(),
    }
}

fn column(seen: &SeenColumn, names: &Names) -> Line {
    let (source, read_at) = match &seen.stands {
        Stands::Share { source, read_at, .. }
        | Stands::NoShare { source, read_at }
        | Stands::Excused { source, read_at } => (Some(*source), Some(*read_at)),
        Stands::NotReleased | Stands::Nothing => (None, None),
    };
    let (truth, stands) = match &seen.stands {
        Stands::Share {
            percent,
            counts: true,
            ..
        } => (Truth::Yes, format!("{} percent", number(percent.round_dp(2)))),
        Stands::Share { percent, .. } => (
            Truth::No,
            format!("{} percent, not among the best", number(percent.round_dp(2))),
        ),
        Stands::NoShare { .. } => (
            Truth::Unknown,
            "a grade of which no percent can be made".to_owned(),
        ),
        Stands::Excused { .. } => (Truth::Unknown, "excused, which is no grade".to_owned()),
        Stands::NotReleased => (Truth::Unknown, "grades are not released yet".to_owned()),
        Stands::Nothing => (Truth::Unknown, "no grade known yet".to_owned()),
    };
    let (name, outside) = match &seen.column {
        GradeColumn::Ours(item) => (names.line_item(item), None),
        GradeColumn::Elsewhere(column) => (names.elsewhere(column), names.elsewhere.get(column)),
    };
    let out_of_reach = outside.map(|outside| outside.source);
    Line {
        truth,
        is_known_lack: false,
        text: format!("{name}: {stands}"),
        looked_at: source.filter(|source| source.is_rest()).and(names.looked.grades),
        source,
        read_at,
        since: None,
        out_of_reach: out_of_reach.filter(|source| names.out_of_reach.contains(source)),
        lines: Vec::new(),
    }
}

/// The next step of a student, and its rank among others.
pub(super) fn to_student(checked: &CheckedCondition, what: &str) -> (u8, String) {
    match &checked.seen {
        Seen::HandedIn(fact) => match (fact.at.is_some(), fact.missing && asks_for_time(checked)) {
            (false, false) => (1, format!("hand in your {what}")),
            (false, true) => (8, format!("ask your instructor about {what}, which was due")),
            (true, _) if fact.late == Some(true) => (
                8,
                format!("ask your instructor about {what}, which you handed in late"),
            ),
            (true, _) => (
                8,
                format!(
                    "ask your instructor about {what}, of which the course site does not tell whether it was on time"
                ),
            ),
        },
        Seen::HandInNotTold => (
            4,
            format!("hand in your {what}, of which nothing is known here yet"),
        ),
        Seen::Completion(fact) if fact.passed == Some(false) => (3, format!("pass {what}")),
        Seen::Completion(_) => (1, format!("complete {what}")),
        Seen::CompletionNotTold => (4, format!("complete {what}, of which nothing is known here yet")),
        Seen::Best { .. } => {
            let best = Best::of(checked);
            match best.too_low {
                Some(average) => (
                    3,
                    format!(
                        "raise your average in {what} to {} percent, from {average}",
                        best.needs
                    ),
                ),
                None => (
                    4,
                    format!(
                        "reach {} percent on average in {what}, of which {} known here",
                        best.needs, best.known
                    ),
                ),
            }
        }
        _ => (8, format!("ask your instructor about {what}")),
    }
}

/// The same for a teacher.
pub(super) fn to_teacher(checked: &CheckedCondition, what: &str) -> (u8, String) {
    match &checked.seen {
        Seen::HandedIn(fact) => match (fact.at.is_some(), fact.missing && asks_for_time(checked)) {
            (false, false) => (4, format!("the student still has to hand in {what}")),
            (false, true) => (8, format!("talk to the student about {what}, which was due")),
            (true, _) if fact.late == Some(true) => (
                8,
                format!("talk to the student about {what}, which was handed in late"),
            ),
            (true, _) => (
                0,
                format!("look at {what}, of which the course site does not tell whether it was on time"),
            ),
        },
        Seen::HandInNotTold => (2, format!("it has to be known here who handed in {what}")),
        Seen::Completion(fact) if fact.passed == Some(false) => {
            (6, format!("the student still has to pass {what}"))
        }
        Seen::Completion(_) => (4, format!("the student still has to complete {what}")),
        Seen::CompletionNotTold => (2, format!("it has to be known here who completed {what}")),
        Seen::Best { .. } => {
            let best = Best::of(checked);
            match best.too_low {
                Some(average) => (
                    6,
                    format!(
                        "the student still has to raise the average in {what} to {} percent, from {average}",
                        best.needs
                    ),
                ),
                None => (
                    2,
                    format!(
                        "{what} need an average of {} percent, and {} known here",
                        best.needs, best.known
                    ),
                ),
            }
        }
        _ => (0, format!("look at {what}")),
    }
}

/// What is told of the best of several columns.
struct Best {
    needs: String,
    /// "2 are"
    known: String,
    /// The average, once nothing can be added to it.
    too_low: Option<String>,
}

impl Best {
    fn of(checked: &CheckedCondition) -> Self {
        let (Seen::Best { average, of }, Condition::BestOf { at_least, .. }) =
            (&checked.seen, &checked.condition)
        else {
            return Self {
                needs: String::new(),
                known: String::new(),
                too_low: None,
            };
        };
        let compared = average.map(|average| as_compared(average, *at_least));
        let final_one = compared.clone().filter(|_| checked.truth == Truth::No);
        Self {
            needs: compared.map_or_else(|| number(*at_least), |(_, needs)| needs),
            known: match known(of) {
                1 => "1 is".to_owned(),
                many => format!("{many} are"),
            },
            too_low: final_one.map(|(average, _)| average),
        }
    }
}
