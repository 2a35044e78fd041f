//! A decision as the lines of a page.

use chrono::{DateTime, Utc};

use crate::domain::award::{Award, Standing};
use crate::domain::decision::{CheckedGroup, CheckedNode, Decision, Seen, Truth};
use crate::domain::rule::Need;
use crate::domain::sentence::{Audience, Line, Names, lines, progress};
use crate::web::views::shared::{CheckLine, Status, StatusChip, When};

/// One line for each condition.
#[must_use]
pub fn check_lines(
    decision: &Decision,
    names: &Names,
    audience: Audience,
    now: DateTime<Utc>,
) -> Vec<CheckLine> {
    let all = lines(decision, names, audience);
    all.into_iter().map(|line| check_line(line, now)).collect()
}

fn check_line(line: Line, now: DateTime<Utc>) -> CheckLine {
    let status = match line.truth {
        Truth::Yes => Status::Earned,
        Truth::No => Status::NotMet,
        // Something of theirs lies with somebody else.
        Truth::Unknown if line.since.is_some() => Status::InProgress,
        Truth::Unknown => Status::Unknown,
    };
    let (note, at) = match (line.source, line.read_at, line.since) {
        (Some(source), at, _) => (Some(format!("read from {}", source.words())), at),
        (None, Some(at), _) => (Some("read".to_owned()), Some(at)),
        (None, None, Some(at)) => (Some("since".to_owned()), Some(at)),
        (None, None, None) => (None, None),
    };
    CheckLine {
        note,
        when: at.map(|at| When::new(at, now)),
        children: line.lines.into_iter().map(|line| check_line(line, now)).collect(),
        ..CheckLine::new(status, line.text)
    }
}

/// How the checks combine.
#[must_use]
pub fn need(group: &CheckedGroup) -> String {
    match group.need {
        Need::All if group.nodes.len() == 1 => "This is needed.".to_owned(),
        Need::All => "All of these are needed.".to_owned(),
        Need::Any | Need::AtLeast(1) => "Any one of these is enough.".to_owned(),
        Need::AtLeast(count) => format!("At least {count} of these are needed."),
    }
}

/// Where one person stands with one badge: "Earned", "2 of 3", "No grade yet", "Revoked".
#[must_use]
pub fn standing(award: Option<&Award>, decision: Option<&Decision>, now: DateTime<Utc>) -> StatusChip {
    match award.map(|award| award.standing(now)) {
        Some(Standing::InForce) => return Status::Earned.chip(),
        Some(Standing::Revoked) => return Status::NeedsAttention.saying("Revoked"),
        Some(Standing::Expired) => return Status::Neutral.saying("Expired"),
        None => {}
    }
    let Some(decision) = decision else {
        return Status::Unknown.saying("Not checked yet");
    };
    let far = progress(decision);
    let words = far.words(Audience::Teacher);
    match decision.outcome {
        Truth::Yes => Status::InProgress.saying("Rule met"),
        _ if far.met > 0 => Status::InProgress.saying(words),
        Truth::Unknown if only_grades_missing(&decision.tree) => Status::Unknown.chip(),
        Truth::Unknown => Status::Unknown.saying(words),
        Truth::No => Status::NotMet.saying(words),
    }
}

/// Whether nothing but grades is unknown.
fn only_grades_missing(group: &CheckedGroup) -> bool {
    group.nodes.iter().all(|node| match node {
        CheckedNode::Group(inner) => only_grades_missing(inner),
        CheckedNode::Condition(condition) => {
            condition.truth != Truth::Unknown || matches!(condition.seen, Seen::NoGrade { .. })
        }
    })
}
