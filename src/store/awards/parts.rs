//! Awards that may count where a rule names a badge: of that badge, and of others of its lineage.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use rust_decimal::Decimal;
use serde::Deserialize;

use super::super::convert::{CHUNK, from_json, moment, opt_moment};
use super::super::schema::{awards, badges, courses, credentials, enrolments, rule_inputs, rules};
use super::super::{Db, StoreError, lineages, policies, rules as of_rules};
use super::{BadgeRow, CourseRow, Row};
use crate::domain::facts::{Held, Part};
use crate::domain::policy::Offers;
use crate::ids::{BadgeId, CourseId, PersonId, TenantId};

/// What may count for the rules of one badge.
#[derive(Default)]
pub(crate) struct Counting {
    /// The badges that they name, each with its lineage.
    pub(crate) lineages: HashMap<BadgeId, BadgeId>,
    /// The latest award of each person and badge.
    pub(crate) parts: Vec<(PersonId, Part)>,
}

/// What of the awards of some people, or of everybody in the course, may count for the rules of `badge`. Other courses' awards
/// count as far as the institution lets them.
pub(crate) fn counting(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    badge: &BadgeId,
    only: Option<&[&str]>,
) -> Result<Counting, StoreError> {
    let kinds = [of_rules::BADGE, of_rules::TOTAL];
    let named: Vec<(String, String)> = on_both!(db, |connection| rules::table
        .inner_join(rule_inputs::table.on(rule_inputs::rule_id.eq(rules::id)))
        .filter(rules::tenant_id.eq(tenant.as_str()))
        .filter(rules::badge_id.eq(badge.as_str()))
        .filter(rule_inputs::kind.eq_any(kinds))
        .select((rule_inputs::kind, rule_inputs::input_id))
        .distinct()
        .load(connection))?;
    if named.is_empty() {
        return Ok(Counting::default());
    }
    let totals = named.iter().any(|(kind, _)| kind == of_rules::TOTAL);
    let named: Vec<BadgeId> = named.into_iter().map(|(_, id)| id.into()).collect();
    let lineages = lineages::of_badges(db, tenant, &named)?;
    let wanted: HashSet<&str> = lineages.values().map(BadgeId::as_str).collect();
    let wanted: Vec<&str> = wanted.into_iter().collect();
    let own: Vec<&str> = lineages.keys().map(BadgeId::as_str).collect();
    let offers = policies::get(db, tenant)?.offers;
    let rows: Vec<(Row, BadgeRow, CourseRow)> = on_both!(db, |connection| {
        let mut query = awards::table
            .inner_join(badges::table.on(badges::id.eq(awards::badge_id)))
            .inner_join(courses::table.on(courses::id.eq(badges::course_id)))
            .filter(awards::tenant_id.eq(tenant.as_str()))
            .filter(awards::suspended_since.is_null())
            .filter(
                awards::lineage
                    .assume_not_null()
                    .eq_any(wanted)
                    .or(badges::course_id.eq(course.as_str()).and(badges::id.eq_any(own))),
            )
            .order(awards::cycle)
            .select((Row::as_select(), BadgeRow::as_select(), CourseRow::as_select()))
            .into_boxed();
        query = match offers {
            Offers::Active => query,
            Offers::Nothing => query.filter(badges::course_id.eq(course.as_str())),
            Offers::Chosen => query.filter(
                badges::course_id
                    .eq(course.as_str())
                    .or(badges::offered.assume_not_null().eq(true)),
            ),
        };
        query = match only {
            Some(people) => query.filter(awards::person_id.eq_any(people)),
            None => query.filter(
                awards::person_id.eq_any(
                    enrolments::table
                        .filter(enrolments::tenant_id.eq(tenant.as_str()))
                        .filter(enrolments::course_id.eq(course.as_str()))
                        .select(enrolments::person_id),
                ),
            ),
        };
        query.load(connection)
    })?;
    let mut latest: HashMap<(String, String), (String, Part)> = HashMap::new();
    for (award, badge, course) in rows {
        let key = (award.person_id.clone(), award.badge_id.clone());
        latest.insert(key, (award.id.clone(), part(award, badge, course)?));
    }
    if totals {
        note_amounts(db, tenant, latest.values_mut())?;
    }
    let mut parts: Vec<(PersonId, Part)> = latest
        .into_iter()
        .map(|((person, _), (_, part))| (person.into(), part))
        .collect();
    // Whoever reads the same twice finds the same.
    parts.sort_by(|(one, first), (other, second)| (one, &first.badge).cmp(&(other, &second.badge)));
    Ok(Counting { lineages, parts })
}

fn part(award: Row, badge: BadgeRow, course: CourseRow) -> Result<Part, StoreError> {
    let badge = badge.badge()?;
    Ok(Part {
        badge: badge.id,
        lineage: award.lineage.map(BadgeId::from),
        name: badge.design.name,
        course: course.course()?.name().to_owned(),
        held: Held {
            awarded_at: moment(award.awarded_at)?,
            valid_until: opt_moment(award.valid_until)?,
            revoked: award.revoked_at.is_some(),
        },
        hours: None,
        credits: None,
    })
}

/// What of a signed badge says how much it is worth.
#[derive(Deserialize)]
struct Signed {
    #[serde(rename = "credentialSubject")]
    subject: SignedSubject,
}

#[derive(Deserialize)]
struct SignedSubject {
    #[serde(rename = "creditsEarned")]
    credits: Option<serde_json::Number>,
    achievement: SignedAchievement,
}

#[derive(Deserialize)]
struct SignedAchievement {
    #[serde(default)]
    tag: Vec<String>,
}

/// Adds hours and credits as they were signed: what a badge says now is of no matter to whoever has it.
fn note_amounts<'a>(
    db: &mut Db,
    tenant: &TenantId,
    parts: impl Iterator<Item = &'a mut (String, Part)>,
) -> Result<(), StoreError> {
    let mut parts: HashMap<&str, &mut Part> = parts.map(|(award, part)| (award.as_str(), part)).collect();
    let ids: Vec<String> = parts.keys().map(|id| (*id).to_owned()).collect();
    for some in ids.chunks(CHUNK) {
        let rows: Vec<(String, String)> = on_both!(db, |connection| credentials::table
            .filter(credentials::tenant_id.eq(tenant.as_str()))
            .filter(credentials::award_id.eq_any(some))
            .select((credentials::award_id, credentials::document))
            .load(connection))?;
        for (award, document) in rows {
            let signed: Signed = from_json("credentials.document", &document)?;
            if let Some(part) = parts.get_mut(award.as_str()) {
                part.credits = signed
                    .subject
                    .credits
                    .and_then(|credits| number(&credits.to_string()));
                part.hours = signed.subject.achievement.tag.iter().find_map(|tag| hours(tag));
            }
        }
    }
    Ok(())
}

fn number(text: &str) -> Option<Decimal> {
    text.parse().or_else(|_| Decimal::from_scientific(text)).ok()
}

/// The hours that a tag tells: the standard has no member for them.
fn hours(tag: &str) -> Option<Decimal> {
    let count = tag.strip_suffix(" hours").or_else(|| tag.strip_suffix(" hour"))?;
    number(count)
}
