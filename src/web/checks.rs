//! What was checked, from the domain's words to a page's lines; and other facts that several pages say alike.

use chrono::{DateTime, Utc};

use crate::domain::award::{Award, Standing};
use crate::domain::badge::{Badge, Design, Expiry};
use crate::domain::decision::Truth;
use crate::domain::rule::Need;
use crate::domain::sentence::Line;
use crate::service::pictures;
use crate::web::views::shared::{CheckLine, PictureView, Status, StatusChip, When};

/// The lines of a decision, with their times as seen at `now`.
#[must_use]
pub fn check_lines(lines: &[Line], now: DateTime<Utc>) -> Vec<CheckLine> {
    lines.iter().map(|line| check_line(line, now)).collect()
}

fn check_line(line: &Line, now: DateTime<Utc>) -> CheckLine {
    let status = match line.truth {
        Truth::Yes => Status::Earned,
        Truth::No => Status::NotMet,
        // Something of theirs lies with somebody else.
        Truth::Unknown if line.since.is_some() => Status::InProgress,
        Truth::Unknown => Status::Unknown,
    };
    let note = match (line.source, line.since) {
        (Some(source), _) => Some(format!("read from {}", source.words())),
        (None, Some(_)) => Some("since".to_owned()),
        (None, None) => line.read_at.map(|_| "read".to_owned()),
    };
    CheckLine {
        status,
        text: line.text.clone(),
        note,
        when: line.read_at.or(line.since).map(|at| When::new(at, now)),
        action: None,
        children: check_lines(&line.lines, now),
    }
}

/// How the members of the outermost group combine.
#[must_use]
pub fn need_words(need: Need, members: usize) -> String {
    match need {
        Need::All if members == 1 => "This is needed.".to_owned(),
        Need::All => "All of these are needed.".to_owned(),
        Need::Any | Need::AtLeast(1) => "Any one of these is enough.".to_owned(),
        Need::AtLeast(count) => format!("At least {count} of these are needed."),
    }
}

/// What an award is worth, as a chip.
#[must_use]
pub fn standing_chip(award: &Award, now: DateTime<Utc>) -> StatusChip {
    match award.standing(now) {
        Standing::InForce => Status::Earned.chip(),
        Standing::Expired => Status::Neutral.saying("Expired"),
        Standing::Revoked => Status::NeedsAttention.saying("Revoked"),
    }
}

/// A badge's picture on our own pages.
#[must_use]
pub fn picture_of(badge: &Badge) -> PictureView {
    PictureView {
        src: pictures::href(&badge.design.picture),
        alt: badge.design.picture_alt.clone(),
    }
}

/// Type, size and validity: term and value.
#[must_use]
pub fn design_facts(design: &Design) -> Vec<(String, String)> {
    let mut facts = vec![("Type", design.kind.word().to_owned())];
    if let Some(hours) = design.hours {
        facts.push(("Hours", hours.normalize().to_string()));
    }
    if let Some(credits) = design.credits {
        facts.push(("Credits", credits.normalize().to_string()));
    }
    if let Some(level) = &design.level {
        facts.push(("Level", level.clone()));
    }
    let valid = match design.expiry {
        Expiry::Never => None,
        Expiry::On { at } => Some(format!(
            "until {}",
            When::date_only(at - chrono::TimeDelta::seconds(1)).relative
        )),
        Expiry::AfterMonths { months: 1 } => Some("1 month from the award".to_owned()),
        Expiry::AfterMonths { months } => Some(format!("{months} months from the award")),
        Expiry::AfterDays { days: 1 } => Some("1 day from the award".to_owned()),
        Expiry::AfterDays { days } => Some(format!("{days} days from the award")),
    };
    facts.extend(valid.map(|valid| ("Valid", valid)));
    facts
        .into_iter()
        .map(|(term, value)| (term.to_owned(), value))
        .collect()
}
