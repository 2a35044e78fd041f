//! What the interface of an LMS tells of people in columns that are none of ours: grades that may be seen, hand-ins, completion.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::upsert::excluded;
use rust_decimal::Decimal;

use super::convert::{CHUNK, from_word, json, micros, moment, opt_decimal, opt_moment, word};
use super::outside::{self, form_of, value_of};
use super::schema::{enrolments, outside_cells, outside_columns};
use super::{Db, StoreError, readings};
use crate::domain::facts::{Completed, GradeSource, HandedIn};
use crate::domain::lms_work::Work;
use crate::domain::outside::{OutsideGrade, OutsideValue};
use crate::ids::{CourseId, OutsideColumnId, PersonId, TenantId};

mod ours;
mod work;

pub(super) use ours::{shown_of_ours, told_of};
pub(crate) use work::{forget_other_work, forget_work, work_of};

/// What a reading says of the grade in a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum GradeTold {
    /// That stands there, with the points behind a word or a mark.
    Is(OutsideValue, Option<Decimal>),
    /// None that may be seen.
    Nothing,
    /// It is being looked at again: what was known stays, and is as fresh as the reading.
    Stays,
    /// It was not asked.
    Untold,
}

/// What a reading says of what was handed in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct HandInTold {
    pub(crate) at: Option<DateTime<Utc>>,
    pub(crate) late: Option<bool>,
    pub(crate) missing: bool,
}

/// What a reading says of completion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CompletionTold {
    /// None where it was asked and nothing was told: what was known stays, and nobody asks again soon.
    pub(crate) is_complete: Option<bool>,
    pub(crate) passed: Option<bool>,
    pub(crate) at: Option<DateTime<Utc>>,
}

/// One cell as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CellSeen {
    pub(crate) column: OutsideColumnId,
    pub(crate) person: PersonId,
    pub(crate) grade: GradeTold,
    /// None where it was not asked.
    pub(crate) hand_in: Option<HandInTold>,
    pub(crate) completion: Option<CompletionTold>,
    /// What it was; none where that was not asked.
    pub(crate) work: Option<Work>,
}

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = outside_cells, treat_none_as_default_value = false)]
struct Row {
    tenant_id: String,
    column_id: String,
    person_id: String,
    form: Option<String>,
    value: Option<String>,
    points: Option<String>,
    read_at: Option<i64>,
    changed_at: Option<i64>,
    handed_in_at: Option<i64>,
    late: Option<bool>,
    missing: bool,
    hand_in_read_at: Option<i64>,
    completed: Option<bool>,
    passed: Option<bool>,
    completed_at: Option<i64>,
    completion_read_at: Option<i64>,
    work: Option<String>,
}

impl Row {
    fn empty(tenant: &TenantId, cell: &CellSeen) -> Self {
        Self {
            tenant_id: tenant.to_string(),
            column_id: cell.column.to_string(),
            person_id: cell.person.to_string(),
            form: None,
            value: None,
            points: None,
            read_at: None,
            changed_at: None,
            handed_in_at: None,
            late: None,
            missing: false,
            hand_in_read_at: None,
            completed: None,
            passed: None,
            completed_at: None,
            completion_read_at: None,
            work: None,
        }
    }

    /// Whether it says nothing of anybody, not even that there is nothing.
    fn is_empty(&self) -> bool {
        self.form.is_none()
            && self.handed_in_at.is_none()
            && !self.missing
            && self.completion_read_at.is_none()
    }

    fn grade(&self) -> Result<Option<(OutsideValue, Option<Decimal>)>, StoreError> {
        let Some(form) = &self.form else { return Ok(None) };
        let value = value_of("outside_cells.form", form, self.value.as_deref())?;
        Ok(Some((
            value,
            opt_decimal("outside_cells.points", self.points.as_deref())?,
        )))
    }

    /// What it is after a reading, and whether that is another fact than before.
    fn after(mut self, cell: &CellSeen, now: i64) -> Result<(Self, bool), StoreError> {
        let mut changed = false;
        match &cell.grade {
            GradeTold::Is(value, points) => {
                let same = self
                    .grade()?
                    .is_some_and(|known| known == (value.clone(), *points));
                let (form, text) = form_of(value);
                self.form = Some(form.to_owned());
                self.value = text;
                self.points = points.map(|points| points.to_string());
                self.read_at = Some(now);
                if !same {
                    self.changed_at = Some(now);
                    changed = true;
                }
            }
            GradeTold::Nothing => {
                changed = self.form.is_some();
                self.forget_grade();
            }
            GradeTold::Stays if self.form.is_some() => self.read_at = Some(now),
            GradeTold::Stays | GradeTold::Untold => {}
        }
        if let Some(told) = &cell.hand_in {
            let at = told.at.map(micros);
            changed |= (self.handed_in_at, self.late, self.missing) != (at, told.late, told.missing);
            if self.handed_in_at != at {
                // What it was is said of another hand-in.
                self.work = None;
            }
            (self.handed_in_at, self.late, self.missing) = (at, told.late, told.missing);
            self.hand_in_read_at = Some(now);
        }
        if let Some(told) = &cell.work {
            self.work = Some(json(told)?);
        }
        if let Some(told) = &cell.completion {
            if told.is_complete.is_some() {
                let is = (told.is_complete, told.passed, told.at.map(micros));
                changed |= (self.completed, self.passed, self.completed_at) != is;
                (self.completed, self.passed, self.completed_at) = is;
            }
            self.completion_read_at = Some(now);
        }
        Ok((self, changed))
    }

    fn forget_grade(&mut self) {
        (self.form, self.value, self.points) = (None, None, None);
        (self.read_at, self.changed_at) = (None, None);
    }

    fn facts(&self, source: GradeSource, maximum: Option<Decimal>) -> Result<CellFacts, StoreError> {
        let grade = match (self.grade()?, self.read_at, self.changed_at) {
            (Some((value, points)), Some(read_at), Some(changed_at)) => Some(OutsideGrade {
                value,
                maximum,
                points,
                source,
                read_at: moment(read_at)?,
                changed_at: moment(changed_at)?,
            }),
            _ => None,
        };
        let handed_in = match self.hand_in_read_at {
            Some(read_at) => Some(HandedIn {
                at: opt_moment(self.handed_in_at)?,
                late: self.late,
                missing: self.missing,
                source,
                read_at: moment(read_at)?,
            }),
            None => None,
        };
        let completed = match (self.completed, self.completion_read_at) {
            (Some(is_complete), Some(read_at)) => Some(Completed {
                is_complete,
                passed: self.passed,
                at: opt_moment(self.completed_at)?,
                source,
                read_at: moment(read_at)?,
            }),
            _ => None,
        };
        Ok(CellFacts {
            grade,
            handed_in,
            completed,
        })
    }
}

/// What a cell is known to say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CellFacts {
    pub(crate) grade: Option<OutsideGrade>,
    pub(crate) handed_in: Option<HandedIn>,
    pub(crate) completed: Option<Completed>,
}

impl CellFacts {
    /// Whether it says more than that nothing is there.
    fn says_anything(&self) -> bool {
        let came = self.handed_in.as_ref();
        self.grade.is_some()
            || self.completed.is_some()
            || came.is_some_and(|work| work.at.is_some() || work.missing)
    }
}

/// Takes over what a reading says of some cells of a course; of all others what is known stays. Nothing is kept of whoever was
/// erased or left while it was read. Says of whom something is another fact now, in which column. Run it in a transaction.
pub(crate) fn take(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    seen: &[CellSeen],
    now: DateTime<Utc>,
) -> Result<Vec<(PersonId, OutsideColumnId)>, StoreError> {
    let enrolled = enrolled(db, tenant, course, seen)?;
    let mut known = known(db, tenant, seen)?;
    let mut changed = Vec::new();
    // A cell that comes twice: the later one counts, and one statement writes no row twice.
    let mut writes: HashMap<(String, String), Row> = HashMap::new();
    for cell in seen.iter().filter(|cell| enrolled.contains(cell.person.as_str())) {
        let key = (cell.column.to_string(), cell.person.to_string());
        let before = writes.remove(&key).or_else(|| known.remove(&key));
        let was_there = before.is_some();
        let before = before.unwrap_or_else(|| Row::empty(tenant, cell));
        let (row, is_other) = before.after(cell, micros(now))?;
        if is_other {
            changed.push((cell.person.clone(), cell.column.clone()));
        }
        // Whoever was asked for work alone is kept, so that the next reading knows of whom that is known.
        let is_work_alone = cell.grade == GradeTold::Untold && cell.hand_in.is_some();
        if was_there || is_work_alone || !row.is_empty() {
            writes.insert(key, row);
        }
    }
    let writes: Vec<Row> = writes.into_values().collect();
    put(db, &writes)?;
    Ok(changed)
}

/// Those of whom something was read who are in the course.
fn enrolled(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    seen: &[CellSeen],
) -> Result<HashSet<String>, StoreError> {
    let people: HashSet<&str> = seen.iter().map(|cell| cell.person.as_str()).collect();
    let people: Vec<&str> = people.into_iter().collect();
    let mut found = HashSet::new();
    for some in people.chunks(CHUNK) {
        let ids: Vec<String> = on_both!(db, |connection| enrolments::table
            .filter(enrolments::tenant_id.eq(tenant.as_str()))
            .filter(enrolments::course_id.eq(course.as_str()))
            .filter(enrolments::person_id.eq_any(some))
            .select(enrolments::person_id)
            .load(connection))?;
        found.extend(ids);
    }
    Ok(found)
}

type Known = HashMap<(String, String), Row>;

/// The cells that are known of these people in these columns: a few more than those that were read, in one question.
fn known(db: &mut Db, tenant: &TenantId, seen: &[CellSeen]) -> Result<Known, StoreError> {
    let columns: HashSet<&str> = seen.iter().map(|cell| cell.column.as_str()).collect();
    let columns: Vec<&str> = columns.into_iter().collect();
    let people: HashSet<&str> = seen.iter().map(|cell| cell.person.as_str()).collect();
    let people: Vec<&str> = people.into_iter().collect();
    let mut known = HashMap::new();
    for of in columns.chunks(CHUNK) {
        for some in people.chunks(CHUNK) {
            let rows: Vec<Row> = on_both!(db, |connection| outside_cells::table
                .filter(outside_cells::tenant_id.eq(tenant.as_str()))
                .filter(outside_cells::column_id.eq_any(of))
                .filter(outside_cells::person_id.eq_any(some))
                .select(Row::as_select())
                .load(connection))?;
            let rows = rows.into_iter();
            known.extend(rows.map(|row| ((row.column_id.clone(), row.person_id.clone()), row)));
        }
    }
    Ok(known)
}

fn put(db: &mut Db, rows: &[Row]) -> Result<(), StoreError> {
    for some in rows.chunks(CHUNK) {
        on_both!(db, |connection| diesel::insert_into(outside_cells::table)
            .values(some)
            .on_conflict((outside_cells::column_id, outside_cells::person_id))
            .do_update()
            .set((
                outside_cells::form.eq(excluded(outside_cells::form)),
                outside_cells::value.eq(excluded(outside_cells::value)),
                outside_cells::points.eq(excluded(outside_cells::points)),
                outside_cells::read_at.eq(excluded(outside_cells::read_at)),
                outside_cells::changed_at.eq(excluded(outside_cells::changed_at)),
                outside_cells::handed_in_at.eq(excluded(outside_cells::handed_in_at)),
                outside_cells::late.eq(excluded(outside_cells::late)),
                outside_cells::missing.eq(excluded(outside_cells::missing)),
                outside_cells::hand_in_read_at.eq(excluded(outside_cells::hand_in_read_at)),
                outside_cells::completed.eq(excluded(outside_cells::completed)),
                outside_cells::passed.eq(excluded(outside_cells::passed)),
                outside_cells::completed_at.eq(excluded(outside_cells::completed_at)),
                outside_cells::completion_read_at.eq(excluded(outside_cells::completion_read_at)),
                outside_cells::work.eq(excluded(outside_cells::work)),
            ))
            .execute(connection))?;
    }
    Ok(())
}

/// Whose grades of a column no reading since `since` has seen.
pub(crate) fn unseen(
    db: &mut Db,
    tenant: &TenantId,
    column: &OutsideColumnId,
    since: DateTime<Utc>,
) -> Result<Vec<PersonId>, StoreError> {
    let people: Vec<String> = on_both!(db, |connection| outside_cells::table
        .filter(outside_cells::tenant_id.eq(tenant.as_str()))
        .filter(outside_cells::column_id.eq(column.as_str()))
        .filter(outside_cells::form.is_not_null())
        .filter(outside_cells::read_at.lt(micros(since)))
        .order(outside_cells::person_id)
        .select(outside_cells::person_id)
        .load(connection))?;
    Ok(people.into_iter().map(PersonId::from).collect())
}

/// Takes the grades of a column away from these people; what they handed in and completed stays.
pub(crate) fn take_away(
    db: &mut Db,
    tenant: &TenantId,
    column: &OutsideColumnId,
    people: &[PersonId],
) -> Result<(), StoreError> {
    let ids: Vec<&str> = people.iter().map(PersonId::as_str).collect();
    let (text, number) = (None::<String>, None::<i64>);
    for some in ids.chunks(CHUNK) {
        on_both!(db, |connection| diesel::update(outside_cells::table)
            .filter(outside_cells::tenant_id.eq(tenant.as_str()))
            .filter(outside_cells::column_id.eq(column.as_str()))
            .filter(outside_cells::person_id.eq_any(some))
            .set((
                outside_cells::form.eq(&text),
                outside_cells::value.eq(&text),
                outside_cells::points.eq(&text),
                outside_cells::read_at.eq(number),
                outside_cells::changed_at.eq(number),
            ))
            .execute(connection))?;
    }
    Ok(())
}

/// What of the cells of a course is a fact: of columns that are listed while their source is on, and are none of ours. Of
/// everybody, or only of those `only` names.
pub(super) fn counting(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    only: Option<&[&str]>,
) -> Result<Vec<(PersonId, OutsideColumnId, CellFacts)>, StoreError> {
    let any: Option<String> = outside_columns::table
        .filter(outside_columns::tenant_id.eq(tenant.as_str()))
        .filter(outside_columns::course_id.eq(course.as_str()))
        .filter(outside_columns::listed.eq(true))
        .select(outside_columns::id)
        .first(db)
        .optional()?;
    if any.is_none() || !readings::is_on(db, tenant, course)? {
        return Ok(Vec::new());
    }
    let rows: Vec<(Row, String, Option<String>, String)> = on_both!(db, |connection| {
        let mut query = outside_cells::table
            .inner_join(outside_columns::table.on(outside_columns::id.eq(outside_cells::column_id)))
            .filter(outside_cells::tenant_id.eq(tenant.as_str()))
            .filter(outside_columns::course_id.eq(course.as_str()))
            .filter(outside_columns::listed.eq(true))
            .filter(outside_columns::line_item_id.is_null())
            .select((
                Row::as_select(),
                outside_columns::source,
                outside_columns::maximum,
                outside_columns::counting,
            ))
            .into_boxed();
        if let Some(people) = only {
            query = query.filter(outside_cells::person_id.eq_any(people));
        }
        query.load(connection)
    })?;
    let all = rows.into_iter().map(|(row, source, maximum, counting)| {
        let source = from_word("outside_columns.source", &source)?;
        let maximum = opt_decimal("outside_columns.maximum", maximum.as_deref())?;
        let mut facts = row.facts(source, maximum)?;
        if counting == outside::NOT {
            facts.grade = None;
        }
        Ok((row.person_id.into(), row.column_id.into(), facts))
    });
    all.collect()
}

/// Of whom it is known what they handed in to these columns, be it nothing.
pub(crate) fn hand_ins_read(
    db: &mut Db,
    tenant: &TenantId,
    columns: &[OutsideColumnId],
) -> Result<Vec<(OutsideColumnId, PersonId)>, StoreError> {
    let ids: Vec<&str> = columns.iter().map(OutsideColumnId::as_str).collect();
    let rows: Vec<(String, String)> = on_both!(db, |connection| outside_cells::table
        .filter(outside_cells::tenant_id.eq(tenant.as_str()))
        .filter(outside_cells::column_id.eq_any(&ids))
        .filter(outside_cells::hand_in_read_at.is_not_null())
        .select((outside_cells::column_id, outside_cells::person_id))
        .load(connection))?;
    let read = rows.into_iter();
    Ok(read
        .map(|(column, person)| (column.into(), person.into()))
        .collect())
}

/// The columns of Canvas of which it is known whether anything was handed in, since when, and of whom that is known: cells without
/// work are kept of nobody.
pub(super) fn hand_ins_of_all(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
) -> Result<Option<HandInsOfAll>, StoreError> {
    let known = readings::of_course(db, tenant, course)?;
    let whole = known.filter(|one| one.coverage.as_ref().is_some_and(|coverage| coverage.is_whole));
    let Some(read_at) = whole.and_then(|one| one.done.whole) else {
        return Ok(None);
    };
    let columns: Vec<String> = outside_columns::table
        .filter(outside_columns::tenant_id.eq(tenant.as_str()))
        .filter(outside_columns::course_id.eq(course.as_str()))
        .filter(outside_columns::source.eq(word(&GradeSource::RestCanvas)?))
        .filter(outside_columns::listed.eq(true))
        .filter(outside_columns::hand_ins.eq(true))
        .filter(outside_columns::withheld.is_null())
        .select(outside_columns::id)
        .load(db)?;
    if columns.is_empty() {
        return Ok(None);
    }
    Ok(Some(HandInsOfAll {
        columns: columns.into_iter().map(OutsideColumnId::from).collect(),
        people: outside::api_ids(db, tenant, course)?.into_values().collect(),
        read_at,
    }))
}

/// Of whom it is known whether they handed anything in, in which columns.
pub(super) struct HandInsOfAll {
    pub(super) columns: Vec<OutsideColumnId>,
    pub(super) people: HashSet<PersonId>,
    pub(super) read_at: DateTime<Utc>,
}

/// The grades of one column, of everybody who has one there.
pub(crate) fn of_column(
    db: &mut Db,
    tenant: &TenantId,
    column: &OutsideColumnId,
) -> Result<Vec<(PersonId, OutsideValue)>, StoreError> {
    let rows: Vec<Row> = outside_cells::table
        .filter(outside_cells::tenant_id.eq(tenant.as_str()))
        .filter(outside_cells::column_id.eq(column.as_str()))
        .filter(outside_cells::form.is_not_null())
        .order(outside_cells::person_id)
        .select(Row::as_select())
        .load(db)?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        if let Some((value, _)) = row.grade()? {
            found.push((row.person_id.into(), value));
        }
    }
    Ok(found)
}

/// What is kept of a person in one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeptCell {
    pub(crate) column: OutsideColumnId,
    pub(crate) label: String,
    pub(crate) facts: CellFacts,
    pub(crate) work: Option<Work>,
}

/// Every cell that is kept of a person and says anything, in all courses.
pub(crate) fn of_person(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
) -> Result<Vec<KeptCell>, StoreError> {
    let rows: Vec<(Row, String, String, Option<String>)> = on_both!(db, |connection| outside_cells::table
        .inner_join(outside_columns::table.on(outside_columns::id.eq(outside_cells::column_id)))
        .filter(outside_cells::tenant_id.eq(tenant.as_str()))
        .filter(outside_cells::person_id.eq(person.as_str()))
        .order(outside_cells::column_id)
        .select((
            Row::as_select(),
            outside_columns::label,
            outside_columns::source,
            outside_columns::maximum,
        ))
        .load(connection))?;
    let kept = rows.into_iter().map(|(row, label, source, maximum)| {
        let source = from_word("outside_columns.source", &source)?;
        let maximum = opt_decimal("outside_columns.maximum", maximum.as_deref())?;
        Ok(KeptCell {
            facts: row.facts(source, maximum)?,
            work: work::read(row.work.as_deref())?,
            column: row.column_id.into(),
            label,
        })
    });
    // That nothing was told is nothing to tell, and may be of a column that they do not see.
    let told = kept.filter(|one: &Result<KeptCell, StoreError>| {
        one.as_ref().map_or(true, |one| one.facts.says_anything())
    });
    told.collect()
}

/// A person, a column, whether it is complete, and when that was read.
pub(crate) type CompletionRead = (PersonId, OutsideColumnId, bool, DateTime<Utc>);

/// The same as it is stored.
type Completion = (String, String, Option<bool>, Option<i64>);

/// Whose completion of a column was read last, and when: those who are complete already among them.
pub(crate) fn completion_of(
    db: &mut Db,
    tenant: &TenantId,
    columns: &[OutsideColumnId],
) -> Result<Vec<CompletionRead>, StoreError> {
    let ids: Vec<&str> = columns.iter().map(OutsideColumnId::as_str).collect();
    let rows: Vec<Completion> = on_both!(db, |connection| outside_cells::table
        .filter(outside_cells::tenant_id.eq(tenant.as_str()))
        .filter(outside_cells::column_id.eq_any(&ids))
        .filter(outside_cells::completion_read_at.is_not_null())
        .select((
            outside_cells::person_id,
            outside_cells::column_id,
            outside_cells::completed,
            outside_cells::completion_read_at,
        ))
        .load(connection))?;
    let all = rows.into_iter().map(|(person, column, completed, read_at)| {
        let at = moment(read_at.unwrap_or_default())?;
        Ok((person.into(), column.into(), completed == Some(true), at))
    });
    all.collect()
}
