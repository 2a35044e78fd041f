//! Badges that a rule asks for: which award counts, and to what several add up. An award counts for its own badge, and for every
//! badge of its lineage if it says so; of one lineage one counts, however many awards there are.

use chrono::{DateTime, Months, Utc};
use rust_decimal::Decimal;

use crate::domain::decision::Seen;
use crate::domain::facts::{Facts, Held, Part};
use crate::domain::rule::Amount;
use crate::ids::BadgeId;

#[cfg(test)]
mod tests;

/// An award that may count, and what is known of it where it is not simply one of the badge that is named.
#[derive(Clone, Copy)]
struct Candidate<'a> {
    held: &'a Held,
    part: Option<&'a Part>,
}

fn lineage<'a>(badge: &'a BadgeId, facts: &'a Facts) -> &'a BadgeId {
    facts.lineages.get(badge).unwrap_or(badge)
}

fn candidates<'a>(badge: &'a BadgeId, facts: &'a Facts) -> impl Iterator<Item = Candidate<'a>> {
    let of = lineage(badge, facts);
    let own = facts.held.get(badge);
    let parts = facts.parts.iter().filter(move |part| part.counts_for(badge, of));
    let own = own.map(|held| Candidate { held, part: None });
    own.into_iter().chain(parts.map(|part| Candidate {
        held: &part.held,
        part: Some(part),
    }))
}

/// The newest award that counts; one of the badge itself before others of that moment.
fn counting<'a>(
    badge: &'a BadgeId,
    within_years: Option<u16>,
    facts: &'a Facts,
    now: DateTime<Utc>,
) -> Option<Candidate<'a>> {
    candidates(badge, facts)
        .filter(|one| one.held.in_force(now) && is_recent(one.held, within_years, now))
        .max_by_key(|one| (one.held.awarded_at, one.part.is_none()))
}

fn is_recent(held: &Held, within_years: Option<u16>, now: DateTime<Utc>) -> bool {
    let Some(years) = within_years else {
        return true;
    };
    let from = now.checked_sub_months(Months::new(u32::from(years).saturating_mul(12)));
    from.is_none_or(|from| held.awarded_at >= from)
}

/// Whether the badge is held, in force, and new enough.
pub(super) fn holds(badge: &BadgeId, within_years: Option<u16>, facts: &Facts, now: DateTime<Utc>) -> bool {
    counting(badge, within_years, facts, now).is_some()
}

/// When the award was made that counts, if one does.
#[must_use]
pub(crate) fn held_since(
    badge: &BadgeId,
    within_years: Option<u16>,
    facts: &Facts,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    counting(badge, within_years, facts, now).map(|one| one.held.awarded_at)
}

/// What was seen of a badge. Of awards of other courses that do not count nothing is told but that.
pub(super) fn see(badge: &BadgeId, within_years: Option<u16>, facts: &Facts, now: DateTime<Utc>) -> Seen {
    if let Some(found) = counting(badge, within_years, facts, now) {
        return elsewhere(found.part, found.held.awarded_at);
    }
    if within_years.is_some()
        && let Some(old) = counting(badge, None, facts, now)
    {
        return Seen::BadgeTooOld {
            awarded_at: old.held.awarded_at,
        };
    }
    match facts.held.get(badge) {
        Some(Held { revoked: true, .. }) => Seen::BadgeRevoked,
        Some(Held {
            valid_until: Some(at),
            ..
        }) => Seen::BadgeExpired { at: *at },
        Some(_) | None => Seen::BadgeNotHeld,
    }
}

fn elsewhere(part: Option<&Part>, awarded_at: DateTime<Utc>) -> Seen {
    part.map_or(Seen::Badge { awarded_at }, |part| Seen::BadgeElsewhere {
        badge: part.badge.clone(),
        name: part.name.clone(),
        course: part.course.clone(),
        awarded_at,
    })
}

/// What badges add up to, and how many of them: those that are in force, each lineage once. Where two of one lineage declare
/// different amounts the larger one counts, so that another award never takes anything away.
pub(super) fn total(amount: Amount, of: &[BadgeId], facts: &Facts, now: DateTime<Utc>) -> (Decimal, usize) {
    let mut best: Vec<(&BadgeId, Decimal)> = Vec::new();
    for badge in of {
        let line = lineage(badge, facts);
        let parts = facts.parts.iter().filter(|part| part.counts_for(badge, line));
        let declared = parts
            .filter(|part| part.held.in_force(now))
            .filter_map(|part| part.declares(amount))
            .filter(|declared| *declared > Decimal::ZERO);
        let Some(most) = declared.max() else { continue };
        match best.iter_mut().find(|(known, _)| *known == line) {
            Some((_, known)) => *known = most.max(*known),
            None => best.push((line, most)),
        }
    }
    let sum = best
        .iter()
        .fold(Decimal::ZERO, |sum, (_, most)| sum.saturating_add(*most));
    (sum, best.len())
}

/// When the newest award was made of those that add up.
#[must_use]
pub(crate) fn totalled_since(of: &[BadgeId], facts: &Facts, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    of.iter()
        .filter_map(|badge| held_since(badge, None, facts, now))
        .max()
}
