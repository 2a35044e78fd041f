//! What a badge says in its tags (Open Badges 3.0, `tag`): its kind, and what the standard has no member for. Other tags are
//! skills that have no address in a framework.

use rust_decimal::Decimal;

use crate::domain::badge::{Design, Kind};

/// How the tag of a level begins.
const LEVEL: &str = "Level: ";

/// How the tag begins that says in what credits are counted.
const CREDITS_IN: &str = "Credits in: ";

/// The tags of a design.
#[must_use]
pub(crate) fn tags(design: &Design) -> Vec<String> {
    let hours = design.hours.map(|hours| {
        let word = if hours == Decimal::ONE { "hour" } else { "hours" };
        format!("{} {word}", hours.normalize())
    });
    let level = said(design.level.as_deref()).map(|level| format!("{LEVEL}{level}"));
    let unit = said(design.details.credit_unit.as_deref()).filter(|_| design.credits.is_some());
    let unit = unit.map(|unit| format!("{CREDITS_IN}{unit}"));
    let mut tags: Vec<String> = [Some(design.kind.word().to_owned()), hours, level, unit]
        .into_iter()
        .flatten()
        .collect();
    for skill in &design.details.skills {
        // The order and the number of times say nothing: a set of words.
        if !tags.contains(skill) {
            tags.push(skill.clone());
        }
    }
    tags
}

fn said(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// The hours of work that a tag declares: "12 hours".
#[must_use]
pub(crate) fn hours_tag(tag: &str) -> Option<&str> {
    let hours = tag.strip_suffix(" hours").or_else(|| tag.strip_suffix(" hour"))?;
    hours.parse::<Decimal>().is_ok().then_some(hours)
}

/// The level that a tag declares: "Level: EQF 4".
#[must_use]
pub(crate) fn level_tag(tag: &str) -> Option<&str> {
    tag.strip_prefix(LEVEL)
}

/// In what a tag says that credits are counted: "Credits in: ECTS".
#[must_use]
pub(crate) fn unit_tag(tag: &str) -> Option<&str> {
    tag.strip_prefix(CREDITS_IN)
}

/// The skill that a tag names: whatever says nothing else.
#[must_use]
pub(crate) fn skill_tag(tag: &str) -> Option<&str> {
    let is_kind = Kind::ALL.iter().any(|kind| kind.word() == tag);
    let says_else =
        is_kind || hours_tag(tag).is_some() || level_tag(tag).is_some() || unit_tag(tag).is_some();
    (!says_else).then_some(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_says_one_thing_and_what_says_nothing_else_is_a_skill() {
        assert_eq!(hours_tag("1 hour"), Some("1"));
        assert_eq!(level_tag("Level: EQF 4"), Some("EQF 4"));
        assert_eq!(unit_tag("Credits in: ECTS"), Some("ECTS"));
        assert_eq!(skill_tag("SQL"), Some("SQL"));
        for other in ["Knowledge", "12 hours", "Level: EQF 4", "Credits in: ECTS"] {
            assert_eq!(skill_tag(other), None, "{other}");
        }
        assert_eq!(skill_tag("Happy hours"), Some("Happy hours"));
    }
}
