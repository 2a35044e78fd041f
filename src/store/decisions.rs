//! Decision records: a history that only grows, and the current one of each person and badge.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::upsert::excluded;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::convert::{CHUNK, from_json, from_word, json, micros, moment, word};
use super::schema::{badges, current_decisions, decisions};
use super::{Db, StoreError};
use crate::domain::cause::Cause;
use crate::domain::decision::{Decision, DecisionRecord, Truth};
use crate::domain::page::Page;
use crate::domain::sentence::progress;
use crate::ids::{BadgeId, CourseId, DecisionId, PersonId, RuleId, TenantId};
use crate::random::Random;

mod on_the_way;

pub(crate) use on_the_way::{Way, begun, on_the_way};

/// A decision as it was just made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewDecision {
    pub(crate) person: PersonId,
    pub(crate) rule: RuleId,
    pub(crate) decision: Decision,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Recorded {
    pub(crate) person: PersonId,
    /// The record that holds now: a new one, or the one before when nothing but the time of reading differs.
    pub(crate) id: DecisionId,
    pub(crate) outcome: Truth,
    pub(crate) changed: bool,
}

/// The outcome that holds now, as tests and benchmarks ask for it.
#[cfg(any(test, feature = "benchmarks"))]
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Current {
    pub(crate) id: DecisionId,
    pub(crate) outcome: Truth,
    /// When it was last confirmed.
    pub(crate) checked_at: DateTime<Utc>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = decisions, treat_none_as_default_value = false)]
struct Row {
    id: String,
    tenant_id: String,
    badge_id: String,
    person_id: String,
    rule_id: String,
    rule_version: i32,
    outcome: String,
    record: String,
    cause: String,
    decided_at: i64,
}

impl Row {
    fn stored(self) -> Result<DecisionRecord, StoreError> {
        Ok(DecisionRecord {
            id: self.id.into(),
            badge: self.badge_id.into(),
            person: self.person_id.into(),
            rule: self.rule_id.into(),
            decision: from_json("decisions.record", &self.record)?,
            cause: from_word("decisions.cause", &self.cause)?,
            decided_at: moment(self.decided_at)?,
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = current_decisions, treat_none_as_default_value = false)]
struct CurrentRow {
    tenant_id: String,
    badge_id: String,
    person_id: String,
    decision_id: String,
    outcome: String,
    digest: String,
    checked_at: i64,
    met: Option<i32>,
    needed: Option<i32>,
}

impl CurrentRow {
    /// The row of that decision, which the record with this id tells.
    fn of(
        tenant: &TenantId,
        badge: &BadgeId,
        one: &NewDecision,
        id: String,
        digest: String,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let far = progress(&one.decision);
        let small = |count: usize| Some(i32::try_from(count).unwrap_or(i32::MAX));
        Ok(Self {
            tenant_id: tenant.to_string(),
            badge_id: badge.to_string(),
            person_id: one.person.to_string(),
            decision_id: id,
            outcome: word(&one.decision.outcome)?,
            digest,
            checked_at: micros(now),
            met: small(far.met),
            needed: small(far.needed),
        })
    }
}

#[cfg(any(test, feature = "benchmarks"))]
impl CurrentRow {
    fn current(self) -> Result<(BadgeId, PersonId, Current), StoreError> {
        let current = Current {
            id: self.decision_id.into(),
            outcome: from_word("current_decisions.outcome", &self.outcome)?,
            checked_at: moment(self.checked_at)?,
        };
        Ok((self.badge_id.into(), self.person_id.into(), current))
    }
}

/// What a record says, whenever its inputs were read: every check reads them anew, and that alone is no news.
fn digest(rule: &RuleId, decision: &Decision) -> Result<String, StoreError> {
    fn forget_reading(value: &mut Value) {
        match value {
            Value::Object(members) => {
                members.remove("read_at");
                members.values_mut().for_each(forget_reading);
            }
            Value::Array(members) => members.iter_mut().for_each(forget_reading),
            _ => {}
        }
    }
    let mut value = serde_json::to_value(decision).map_err(|error| StoreError::Value {
        column: "decisions.record",
        problem: error.to_string(),
    })?;
    forget_reading(&mut value);
    Ok(hex::encode(Sha256::digest(format!("{rule}\n{value}"))))
}

/// Records what was decided about one person. Run it in a transaction.
pub(crate) fn record(
    db: &mut Db,
    tenant: &TenantId,
    badge: &BadgeId,
    new: &NewDecision,
    cause: Cause,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<Recorded, StoreError> {
    let done = record_many(db, tenant, badge, std::slice::from_ref(new), cause, now, random)?;
    done.into_iter().next().ok_or(StoreError::Missing("decision"))
}

/// Records what was decided about many people, each once: history for those whose record differs from the current one,
/// and for all that they were checked now. A handful of statements, whatever their number. The answer is ordered by
/// person. Run it in a transaction.
pub(crate) fn record_many(
    db: &mut Db,
    tenant: &TenantId,
    badge: &BadgeId,
    new: &[NewDecision],
    cause: Cause,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<Vec<Recorded>, StoreError> {
    let cause = word(&cause)?;
    let new: BTreeMap<&PersonId, &NewDecision> = new.iter().map(|one| (&one.person, one)).collect();
    let people: Vec<&PersonId> = new.keys().copied().collect();
    let mut known: HashMap<String, CurrentRow> = HashMap::new();
    for some in people.chunks(CHUNK) {
        let rows: Vec<CurrentRow> = on_both!(db, |connection| current_decisions::table
            .filter(current_decisions::tenant_id.eq(tenant.as_str()))
            .filter(current_decisions::badge_id.eq(badge.as_str()))
            .filter(current_decisions::person_id.eq_any(some.iter().map(|person| person.as_str())))
            .select(CurrentRow::as_select())
            .load(connection))?;
        known.extend(rows.into_iter().map(|row| (row.person_id.clone(), row)));
    }
    let mut done = Vec::with_capacity(new.len());
    let (mut history, mut current, mut confirmed) = (Vec::new(), Vec::new(), Vec::new());
    for (person, one) in new {
        let (digest, outcome) = (digest(&one.rule, &one.decision)?, one.decision.outcome);
        if let Some(before) = known.remove(person.as_str()).filter(|row| row.digest == digest) {
            // An older program, which may run beside this one, leaves how much of the rule holds as it was.
            let row = CurrentRow::of(tenant, badge, one, before.decision_id.clone(), digest, now)?;
            if (before.met, before.needed) == (row.met, row.needed) {
                confirmed.push(person.as_str());
            } else {
                current.push(row);
            }
            let id = before.decision_id.into();
            done.push(Recorded {
                person: person.clone(),
                id,
                outcome,
                changed: false,
            });
            continue;
        }
        let id = DecisionId::new(now, random);
        history.push(Row {
            id: id.to_string(),
            tenant_id: tenant.to_string(),
            badge_id: badge.to_string(),
            person_id: person.to_string(),
            rule_id: one.rule.to_string(),
            rule_version: one.decision.rule_version,
            outcome: word(&outcome)?,
            record: json(&one.decision)?,
            cause: cause.clone(),
            decided_at: micros(now),
        });
        current.push(CurrentRow::of(tenant, badge, one, id.to_string(), digest, now)?);
        done.push(Recorded {
            person: person.clone(),
            id,
            outcome,
            changed: true,
        });
    }
    for some in history.chunks(CHUNK) {
        on_both!(db, |connection| diesel::insert_into(decisions::table)
            .values(some)
            .execute(connection))?;
    }
    for some in current.chunks(CHUNK) {
        on_both!(db, |connection| diesel::insert_into(current_decisions::table)
            .values(some)
            .on_conflict((current_decisions::badge_id, current_decisions::person_id))
            .do_update()
            .set((
                current_decisions::decision_id.eq(excluded(current_decisions::decision_id)),
                current_decisions::outcome.eq(excluded(current_decisions::outcome)),
                current_decisions::digest.eq(excluded(current_decisions::digest)),
                current_decisions::checked_at.eq(excluded(current_decisions::checked_at)),
                current_decisions::met.eq(excluded(current_decisions::met)),
                current_decisions::needed.eq(excluded(current_decisions::needed)),
            ))
            .execute(connection))?;
    }
    for some in confirmed.chunks(CHUNK) {
        on_both!(db, |connection| diesel::update(current_decisions::table)
            .filter(current_decisions::tenant_id.eq(tenant.as_str()))
            .filter(current_decisions::badge_id.eq(badge.as_str()))
            .filter(current_decisions::person_id.eq_any(some))
            .set(current_decisions::checked_at.eq(micros(now)))
            .execute(connection))?;
    }
    Ok(done)
}

/// How many people, and how many of their records, [`amend`] takes at a time.
const AMENDED: usize = 200;

/// Changes what was recorded about some people and a badge, in each record of which `change` says that it changed it. What
/// holds now holds on, so that the next check finds no news in it. Run it in a transaction.
pub(super) fn amend(
    db: &mut Db,
    tenant: &TenantId,
    badge: &BadgeId,
    people: &[PersonId],
    change: impl Fn(&mut Decision) -> bool,
) -> Result<(), StoreError> {
    for some in people.chunks(AMENDED) {
        let ids: Vec<String> = on_both!(db, |connection| decisions::table
            .filter(decisions::tenant_id.eq(tenant.as_str()))
            .filter(decisions::badge_id.eq(badge.as_str()))
            .filter(decisions::person_id.eq_any(some.iter().map(PersonId::as_str)))
            .order(decisions::id)
            .select(decisions::id)
            .load(connection))?;
        for part in ids.chunks(AMENDED) {
            let rows: Vec<(String, String, String, String)> = on_both!(db, |connection| decisions::table
                .filter(decisions::tenant_id.eq(tenant.as_str()))
                .filter(decisions::id.eq_any(part))
                .order(decisions::id)
                .select((
                    decisions::id,
                    decisions::person_id,
                    decisions::rule_id,
                    decisions::record
                ))
                .load(connection))?;
            for (id, person, rule, record) in rows {
                let mut decision: Decision = from_json("decisions.record", &record)?;
                if !change(&mut decision) {
                    continue;
                }
                diesel::update(decisions::table)
                    .filter(decisions::tenant_id.eq(tenant.as_str()))
                    .filter(decisions::id.eq(&id))
                    .set(decisions::record.eq(json(&decision)?))
                    .execute(db)?;
                diesel::update(current_decisions::table)
                    .filter(current_decisions::tenant_id.eq(tenant.as_str()))
                    .filter(current_decisions::badge_id.eq(badge.as_str()))
                    .filter(current_decisions::person_id.eq(person))
                    .filter(current_decisions::decision_id.eq(&id))
                    .set(current_decisions::digest.eq(digest(&rule.into(), &decision)?))
                    .execute(db)?;
            }
        }
    }
    Ok(())
}

/// The record that holds now, and when it was last confirmed.
pub(crate) fn current(
    db: &mut Db,
    tenant: &TenantId,
    badge: &BadgeId,
    person: &PersonId,
) -> Result<Option<(DecisionRecord, DateTime<Utc>)>, StoreError> {
    let found: Option<(Row, i64)> = decisions::table
        .inner_join(current_decisions::table.on(current_decisions::decision_id.eq(decisions::id)))
        .filter(current_decisions::tenant_id.eq(tenant.as_str()))
        .filter(current_decisions::badge_id.eq(badge.as_str()))
        .filter(current_decisions::person_id.eq(person.as_str()))
        .select((Row::as_select(), current_decisions::checked_at))
        .get_result(db)
        .optional()?;
    found
        .map(|(row, checked)| Ok((row.stored()?, moment(checked)?)))
        .transpose()
}

/// The outcomes that hold now, of everybody who was decided about.
#[cfg(any(test, feature = "benchmarks"))]
pub(crate) fn current_for_badge(
    db: &mut Db,
    tenant: &TenantId,
    badge: &BadgeId,
) -> Result<HashMap<PersonId, Current>, StoreError> {
    let rows: Vec<CurrentRow> = current_decisions::table
        .filter(current_decisions::tenant_id.eq(tenant.as_str()))
        .filter(current_decisions::badge_id.eq(badge.as_str()))
        .select(CurrentRow::as_select())
        .load(db)?;
    rows.into_iter()
        .map(|row| row.current().map(|(_, person, current)| (person, current)))
        .collect()
}

/// The records that hold now for some people and all badges of a course: a page of the progress table with its
/// reasons.
pub(crate) fn records_for_people(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    people: &[PersonId],
) -> Result<HashMap<(BadgeId, PersonId), Decision>, StoreError> {
    let mut all = HashMap::new();
    for some in people.chunks(CHUNK) {
        let rows: Vec<(String, String, String)> = on_both!(db, |connection| decisions::table
            .inner_join(current_decisions::table.on(current_decisions::decision_id.eq(decisions::id)))
            .inner_join(badges::table.on(badges::id.eq(decisions::badge_id)))
            .filter(current_decisions::tenant_id.eq(tenant.as_str()))
            .filter(badges::course_id.eq(course.as_str()))
            .filter(current_decisions::person_id.eq_any(some.iter().map(PersonId::as_str)))
            .select((decisions::badge_id, decisions::person_id, decisions::record))
            .load(connection))?;
        for (badge, person, record) in rows {
            let decision = from_json("decisions.record", &record)?;
            all.insert((badge.into(), person.into()), decision);
        }
    }
    Ok(all)
}

/// The record with that id: the one that an award names.
pub(crate) fn get(
    db: &mut Db,
    tenant: &TenantId,
    id: &DecisionId,
) -> Result<Option<DecisionRecord>, StoreError> {
    let row = decisions::table
        .filter(decisions::tenant_id.eq(tenant.as_str()))
        .filter(decisions::id.eq(id.as_str()))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::stored).transpose()
}

/// Everything that was decided about a person and a badge, newest first.
pub(crate) fn history(
    db: &mut Db,
    tenant: &TenantId,
    badge: &BadgeId,
    person: &PersonId,
    page: Page,
) -> Result<Vec<DecisionRecord>, StoreError> {
    let rows: Vec<Row> = decisions::table
        .filter(decisions::tenant_id.eq(tenant.as_str()))
        .filter(decisions::badge_id.eq(badge.as_str()))
        .filter(decisions::person_id.eq(person.as_str()))
        .order((decisions::decided_at.desc(), decisions::id.desc()))
        .offset(page.offset)
        .limit(page.limit)
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(Row::stored).collect()
}

/// Everything that was decided about a person, oldest first.
pub(crate) fn of_person(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
) -> Result<Vec<DecisionRecord>, StoreError> {
    let rows: Vec<Row> = decisions::table
        .filter(decisions::tenant_id.eq(tenant.as_str()))
        .filter(decisions::person_id.eq(person.as_str()))
        .order((decisions::decided_at, decisions::id))
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(Row::stored).collect()
}
