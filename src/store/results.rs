//! Grades as they were read: one row for each line item and person, only where the platform has one.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::upsert::excluded;
use rust_decimal::Decimal;

use super::convert::{CHUNK, decimal, from_word, micros, moment, opt_decimal, word};
use super::schema::{line_items, past_results, results};
use super::{Db, StoreError, releases};
use crate::domain::facts::{Grade, GradeSource, Recorded};
#[cfg(test)]
use crate::ids::CourseId;
use crate::ids::{LineItemId, PersonId, TenantId};

/// A result as it was read (Assignment and Grade Services 2.0, result service).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ResultSeen {
    pub(crate) person: PersonId,
    /// `None`: there is a row, but no score in it.
    pub(crate) value: Option<Decimal>,
    /// Points that `value` is out of; above zero.
    pub(crate) maximum: Decimal,
    pub(crate) recorded: Option<Recorded>,
    pub(crate) comment: Option<String>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = results, treat_none_as_default_value = false)]
pub(super) struct Row {
    tenant_id: String,
    line_item_id: String,
    pub(super) person_id: String,
    value: Option<String>,
    maximum: String,
    source: String,
    comment: Option<String>,
    read_at: i64,
    pub(super) changed_at: i64,
    recorded_value: Option<String>,
    recorded_maximum: Option<String>,
}

impl Row {
    fn recorded(&self) -> Result<Option<Recorded>, StoreError> {
        let value = opt_decimal("results.recorded_value", self.recorded_value.as_deref())?;
        let maximum = opt_decimal("results.recorded_maximum", self.recorded_maximum.as_deref())?;
        Ok(value
            .zip(maximum)
            .map(|(value, maximum)| Recorded { value, maximum }))
    }

    /// `is_scale`: whether the item is graded by a scale.
    pub(super) fn grade(self, is_scale: bool) -> Result<(PersonId, LineItemId, Grade), StoreError> {
        let grade = Grade {
            value: opt_decimal("results.value", self.value.as_deref())?,
            maximum: decimal("results.maximum", &self.maximum)?,
            is_scale,
            recorded: self.recorded()?,
            source: from_word("results.source", &self.source)?,
            read_at: moment(self.read_at)?,
            changed_at: moment(self.changed_at)?,
        };
        Ok((self.person_id.into(), self.line_item_id.into(), grade))
    }
}

/// A grade that a row had when the platform listed it last.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = past_results, treat_none_as_default_value = false)]
struct PastRow {
    tenant_id: String,
    line_item_id: String,
    person_id: String,
    value: String,
    maximum: String,
    changed_at: i64,
}

impl PastRow {
    /// What is remembered of a row that is listed no more; nothing of one without a grade.
    fn of(row: &Row) -> Option<Self> {
        Some(Self {
            tenant_id: row.tenant_id.clone(),
            line_item_id: row.line_item_id.clone(),
            person_id: row.person_id.clone(),
            value: row.value.clone()?,
            maximum: row.maximum.clone(),
            changed_at: row.changed_at,
        })
    }
}

/// Whether it is the same grade, measured by whatever maximum: as many points, or the same share of all points.
pub(super) fn is_same_grade(before: (Option<Decimal>, Decimal), now: (Option<Decimal>, Decimal)) -> bool {
    match (before, now) {
        ((None, _), (None, _)) => true,
        ((Some(old), old_maximum), (Some(new), new_maximum)) => {
            let share = |value: Decimal, of: Decimal| value.checked_mul(of);
            let (one, other) = (share(old, new_maximum), share(new, old_maximum));
            old == new || (one.is_some() && one == other)
        }
        _ => false,
    }
}

/// Microseconds after which every reading has ended: what seems to be read later than that is of a clock that was ahead.
const LONGEST_READING: i64 = 10 * 60 * 1_000_000;

/// Whose rows a reading tells of.
#[derive(Debug, Clone, Copy)]
enum Of<'a> {
    /// Everybody, save those of these whose row was read later than this reading began.
    AllBut(&'a BTreeSet<PersonId>),
    One(&'a PersonId),
}

impl Of<'_> {
    /// Whether the reading does not tell of the person of that row.
    fn leaves(self, row: &Row, read_at: i64) -> bool {
        match self {
            Self::AllBut(later) => {
                let since = row.read_at.saturating_sub(read_at);
                (1..=LONGEST_READING).contains(&since)
                    && later.contains(&PersonId::from(row.person_id.as_str()))
            }
            Self::One(person) => row.person_id != person.as_str(),
        }
    }
}

/// Takes over all results of one line item that were read from `read_at` on, and says whose value or maximum changed,
/// those whose row vanished included. What did not change only becomes as fresh as `read_at`.
/// The moment of a grade stays while the grade does: by another maximum, and when a row comes back as it vanished.
/// `later` are people whose row may have been read after `read_at` by itself ([`upsert_one`]), and who keep it then. Run
/// it in a transaction.
pub(crate) fn upsert_all_but(
    db: &mut Db,
    tenant: &TenantId,
    item: &LineItemId,
    source: GradeSource,
    seen: &[ResultSeen],
    later: &BTreeSet<PersonId>,
    read_at: DateTime<Utc>,
) -> Result<Vec<PersonId>, StoreError> {
    take(db, tenant, item, source, seen, Of::AllBut(later), read_at)
}

/// As [`upsert_all_but`] where nothing was read by itself.
#[cfg(any(test, feature = "benchmarks"))]
pub(crate) fn upsert_many(
    db: &mut Db,
    tenant: &TenantId,
    item: &LineItemId,
    source: GradeSource,
    seen: &[ResultSeen],
    read_at: DateTime<Utc>,
) -> Result<Vec<PersonId>, StoreError> {
    upsert_all_but(db, tenant, item, source, seen, &BTreeSet::new(), read_at)
}

/// As [`upsert_all_but`], for the result of one person that was read by itself. Says whether value or maximum changed.
pub(crate) fn upsert_one(
    db: &mut Db,
    tenant: &TenantId,
    item: &LineItemId,
    source: GradeSource,
    seen: &ResultSeen,
    read_at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let (one, of) = (std::slice::from_ref(seen), Of::One(&seen.person));
    Ok(!take(db, tenant, item, source, one, of, read_at)?.is_empty())
}

fn take(
    db: &mut Db,
    tenant: &TenantId,
    item: &LineItemId,
    source: GradeSource,
    seen: &[ResultSeen],
    of: Of<'_>,
    read_at: DateTime<Utc>,
) -> Result<Vec<PersonId>, StoreError> {
    let rows: Vec<Row> = results::table
        .filter(results::tenant_id.eq(tenant.as_str()))
        .filter(results::line_item_id.eq(item.as_str()))
        .select(Row::as_select())
        .load(db)?;
    let (source, at) = (word(&source)?, micros(read_at));
    let (left, told): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|row| of.leaves(row, at));
    let left: BTreeSet<String> = left.into_iter().map(|row| row.person_id).collect();
    let mut known: HashMap<String, Row> = told.into_iter().map(|row| (row.person_id.clone(), row)).collect();
    let since = micros(change_seen_at(db, tenant, item, read_at)?);
    let listed: BTreeMap<&str, &ResultSeen> = seen
        .iter()
        .map(|one| (one.person.as_str(), one))
        .filter(|(person, _)| !left.contains(*person))
        .collect();
    let mut past = past(db, tenant, item)?;
    let mut changed = Vec::new();
    let (mut writes, mut back) = (Vec::new(), Vec::new());
    let mut same_rows = Vec::new();
    for (person, one) in &listed {
        let before = known.remove(*person);
        let same = match &before {
            Some(row) => {
                opt_decimal("results.value", row.value.as_deref())? == one.value
                    && decimal("results.maximum", &row.maximum)? == one.maximum
                    && row.recorded()? == one.recorded
                    && row.source == source
            }
            None => false,
        };
        if same && before.as_ref().is_some_and(|row| row.comment == one.comment) {
            same_rows.push((*person).to_owned());
            continue;
        }
        if !same {
            changed.push(one.person.clone());
        }
        let graded = (one.value, one.maximum);
        let was = match (&before, past.remove(*person)) {
            (Some(row), _) => Some((row.value.clone(), row.maximum.clone(), row.changed_at)),
            (None, gone) => {
                back.extend(gone.iter().map(|row| row.person_id.clone()));
                gone.map(|row| (Some(row.value), row.maximum, row.changed_at))
            }
        };
        let mut changed_at = since;
        if let Some((value, maximum, since)) = was {
            let value = opt_decimal("results.value", value.as_deref())?;
            if is_same_grade((value, decimal("results.maximum", &maximum)?), graded) {
                changed_at = since;
            }
        }
        writes.push(Row {
            tenant_id: tenant.to_string(),
            line_item_id: item.to_string(),
            person_id: (*person).to_owned(),
            value: one.value.map(|value| value.to_string()),
            maximum: one.maximum.to_string(),
            source: source.clone(),
            comment: one.comment.clone(),
            read_at: at,
            changed_at,
            recorded_value: one.recorded.map(|recorded| recorded.value.to_string()),
            recorded_maximum: one.recorded.map(|recorded| recorded.maximum.to_string()),
        });
    }
    forget_past(db, tenant, item, &back)?;
    let vanished: Vec<PastRow> = known.values().filter_map(PastRow::of).collect();
    remember(db, &vanished)?;
    let gone: Vec<String> = known.into_keys().collect();
    for some in gone.chunks(CHUNK) {
        on_both!(db, |connection| diesel::delete(results::table)
            .filter(results::tenant_id.eq(tenant.as_str()))
            .filter(results::line_item_id.eq(item.as_str()))
            .filter(results::person_id.eq_any(some))
            .execute(connection))?;
    }
    changed.extend(gone.into_iter().map(PersonId::from));
    if left.is_empty() && !same_rows.is_empty() {
        // One statement for all.
        diesel::update(results::table)
            .filter(results::tenant_id.eq(tenant.as_str()))
            .filter(results::line_item_id.eq(item.as_str()))
            .set(results::read_at.eq(at))
            .execute(db)?;
        same_rows.clear();
    }
    for some in same_rows.chunks(CHUNK) {
        on_both!(db, |connection| diesel::update(results::table)
            .filter(results::tenant_id.eq(tenant.as_str()))
            .filter(results::line_item_id.eq(item.as_str()))
            .filter(results::person_id.eq_any(some))
            .set(results::read_at.eq(at))
            .execute(connection))?;
    }
    put(db, &writes)?;
    Ok(changed)
}

/// When what a reading changed is taken to have changed: after the column was held, also where the reading had begun before.
fn change_seen_at(
    db: &mut Db,
    tenant: &TenantId,
    item: &LineItemId,
    read_at: DateTime<Utc>,
) -> Result<DateTime<Utc>, StoreError> {
    let release = releases::of_item(db, tenant, item)?;
    let held_at = release.and_then(|release| release.held_at);
    let after = held_at.and_then(|held| held.checked_add_signed(TimeDelta::microseconds(1)));
    Ok(after.map_or(read_at, |after| read_at.max(after)))
}

/// What is remembered of one line item, by person.
fn past(db: &mut Db, tenant: &TenantId, item: &LineItemId) -> Result<HashMap<String, PastRow>, StoreError> {
    let rows: Vec<PastRow> = past_results::table
        .filter(past_results::tenant_id.eq(tenant.as_str()))
        .filter(past_results::line_item_id.eq(item.as_str()))
        .select(PastRow::as_select())
        .load(db)?;
    Ok(rows.into_iter().map(|row| (row.person_id.clone(), row)).collect())
}

fn remember(db: &mut Db, rows: &[PastRow]) -> Result<(), StoreError> {
    for some in rows.chunks(CHUNK) {
        on_both!(db, |connection| diesel::insert_into(past_results::table)
            .values(some)
            .on_conflict((past_results::line_item_id, past_results::person_id))
            .do_update()
            .set((
                past_results::value.eq(excluded(past_results::value)),
                past_results::maximum.eq(excluded(past_results::maximum)),
                past_results::changed_at.eq(excluded(past_results::changed_at)),
            ))
            .execute(connection))?;
    }
    Ok(())
}

/// What came back is remembered by its own row.
fn forget_past(
    db: &mut Db,
    tenant: &TenantId,
    item: &LineItemId,
    people: &[String],
) -> Result<(), StoreError> {
    for some in people.chunks(CHUNK) {
        on_both!(db, |connection| diesel::delete(past_results::table)
            .filter(past_results::tenant_id.eq(tenant.as_str()))
            .filter(past_results::line_item_id.eq(item.as_str()))
            .filter(past_results::person_id.eq_any(some))
            .execute(connection))?;
    }
    Ok(())
}

fn put(db: &mut Db, rows: &[Row]) -> Result<(), StoreError> {
    for some in rows.chunks(CHUNK) {
        on_both!(db, |connection| diesel::insert_into(results::table)
            .values(some)
            .on_conflict((results::line_item_id, results::person_id))
            .do_update()
            .set((
                results::value.eq(excluded(results::value)),
                results::maximum.eq(excluded(results::maximum)),
                results::source.eq(excluded(results::source)),
                results::comment.eq(excluded(results::comment)),
                results::read_at.eq(excluded(results::read_at)),
                results::changed_at.eq(excluded(results::changed_at)),
                results::recorded_value.eq(excluded(results::recorded_value)),
                results::recorded_maximum.eq(excluded(results::recorded_maximum)),
            ))
            .execute(connection))?;
    }
    Ok(())
}

/// The grades of one person in one course, by line item, whether or not they count yet.
#[cfg(test)]
pub(crate) fn for_person(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    person: &PersonId,
) -> Result<HashMap<LineItemId, Grade>, StoreError> {
    let rows: Vec<(Row, bool)> = results::table
        .inner_join(line_items::table.on(line_items::id.eq(results::line_item_id)))
        .filter(results::tenant_id.eq(tenant.as_str()))
        .filter(line_items::course_id.eq(course.as_str()))
        .filter(results::person_id.eq(person.as_str()))
        .select((Row::as_select(), line_items::is_scale))
        .load(db)?;
    rows.into_iter()
        .map(|(row, is_scale)| row.grade(is_scale).map(|(_, item, grade)| (item, grade)))
        .collect()
}

/// A grade of one person with what was read beside it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Kept {
    pub(crate) item: LineItemId,
    pub(crate) grade: Grade,
    /// What the gradebook says to the student.
    pub(crate) comment: Option<String>,
}

/// A grade of one person that the platform lists no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Past {
    pub(crate) item: LineItemId,
    pub(crate) value: String,
    pub(crate) maximum: String,
    pub(crate) changed_at: DateTime<Utc>,
}

/// Every grade of a person that is remembered although it is listed no more.
pub(crate) fn past_of_person(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
) -> Result<Vec<Past>, StoreError> {
    let rows: Vec<PastRow> = past_results::table
        .filter(past_results::tenant_id.eq(tenant.as_str()))
        .filter(past_results::person_id.eq(person.as_str()))
        .order(past_results::line_item_id)
        .select(PastRow::as_select())
        .load(db)?;
    let past = rows.into_iter().map(|row| {
        Ok(Past {
            item: row.line_item_id.into(),
            value: row.value,
            maximum: row.maximum,
            changed_at: moment(row.changed_at)?,
        })
    });
    past.collect()
}

/// Every grade that is kept of a person, in all courses.
pub(crate) fn of_person(db: &mut Db, tenant: &TenantId, person: &PersonId) -> Result<Vec<Kept>, StoreError> {
    let rows: Vec<(Row, bool)> = results::table
        .inner_join(line_items::table.on(line_items::id.eq(results::line_item_id)))
        .filter(results::tenant_id.eq(tenant.as_str()))
        .filter(results::person_id.eq(person.as_str()))
        .order(results::line_item_id)
        .select((Row::as_select(), line_items::is_scale))
        .load(db)?;
    rows.into_iter()
        .map(|(row, is_scale)| {
            let comment = row.comment.clone();
            let (_, item, grade) = row.grade(is_scale)?;
            Ok(Kept { item, grade, comment })
        })
        .collect()
}
