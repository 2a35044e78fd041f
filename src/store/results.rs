//! Grades as they were read: one row for each line item and person, only where the platform has one.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::upsert::excluded;
use rust_decimal::Decimal;

use super::convert::{CHUNK, decimal, from_word, micros, moment, opt_decimal, word};
use super::schema::{line_items, results};
use super::{Db, StoreError};
use crate::domain::facts::{Grade, GradeSource, Recorded};
use crate::ids::{CourseId, LineItemId, PersonId, TenantId};

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
    changed_at: i64,
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
        };
        Ok((self.person_id.into(), self.line_item_id.into(), grade))
    }
}

/// Takes over all results of one line item that were read from `read_at` on, and says whose value or maximum changed,
/// those whose row vanished included. What did not change only becomes as fresh as `read_at`: one statement for all.
/// Run it in a transaction.
pub(crate) fn upsert_many(
    db: &mut Db,
    tenant: &TenantId,
    item: &LineItemId,
    source: GradeSource,
    seen: &[ResultSeen],
    read_at: DateTime<Utc>,
) -> Result<Vec<PersonId>, StoreError> {
    let rows: Vec<Row> = results::table
        .filter(results::tenant_id.eq(tenant.as_str()))
        .filter(results::line_item_id.eq(item.as_str()))
        .select(Row::as_select())
        .load(db)?;
    let mut known: HashMap<String, Row> = rows.into_iter().map(|row| (row.person_id.clone(), row)).collect();
    let (source, at) = (word(&source)?, micros(read_at));
    let listed: BTreeMap<&str, &ResultSeen> = seen.iter().map(|one| (one.person.as_str(), one)).collect();
    let mut changed = Vec::new();
    let mut writes = Vec::new();
    let mut anything_same = false;
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
            anything_same = true;
            continue;
        }
        if !same {
            changed.push(one.person.clone());
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
            changed_at: before.filter(|_| same).map_or(at, |row| row.changed_at),
            recorded_value: one.recorded.map(|recorded| recorded.value.to_string()),
            recorded_maximum: one.recorded.map(|recorded| recorded.maximum.to_string()),
        });
    }
    let gone: Vec<String> = known.into_keys().collect();
    for some in gone.chunks(CHUNK) {
        on_both!(db, |connection| diesel::delete(results::table)
            .filter(results::tenant_id.eq(tenant.as_str()))
            .filter(results::line_item_id.eq(item.as_str()))
            .filter(results::person_id.eq_any(some))
            .execute(connection))?;
    }
    changed.extend(gone.into_iter().map(PersonId::from));
    if anything_same {
        diesel::update(results::table)
            .filter(results::tenant_id.eq(tenant.as_str()))
            .filter(results::line_item_id.eq(item.as_str()))
            .set(results::read_at.eq(at))
            .execute(db)?;
    }
    put(db, &writes)?;
    Ok(changed)
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

/// The grades of one person in one course, by line item.
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
    pub(crate) changed_at: DateTime<Utc>,
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
            let (comment, changed_at) = (row.comment.clone(), moment(row.changed_at)?);
            let (_, item, grade) = row.grade(is_scale)?;
            Ok(Kept {
                item,
                grade,
                comment,
                changed_at,
            })
        })
        .collect()
}
