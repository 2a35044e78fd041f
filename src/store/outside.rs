//! Columns of courses' gradebooks that are none of ours, the files that told of them, and what stands there for each person.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::upsert::excluded;

use super::convert::{CHUNK, decimal, from_word, micros, moment, opt_decimal, opt_moment, word};
use super::schema::{grade_files, outside_cells, outside_columns, outside_grades};
use super::{Db, StoreError, readings};
use crate::domain::facts::GradeSource;
use crate::domain::outside::{GradeFile, OutsideColumn, OutsideGrade, OutsideValue, RestColumn};
use crate::ids::{CourseId, GradeFileId, LineItemId, OutsideColumnId, PersonId, TenantId};

mod known;

pub(crate) use known::{
    KnownAs, api_ids, forget_known, known_as, known_of_person, remember, remember_api_ids, remember_listed,
};

/// Most different words of a column that are looked at; a scale has few.
const MOST_WORDS: i64 = 40;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = grade_files, treat_none_as_default_value = false)]
struct FileRow {
    id: String,
    tenant_id: String,
    course_id: String,
    brought_by: Option<String>,
    brought_at: i64,
    name: String,
    digest: String,
    dialect: String,
    matched: i32,
    unmatched: i32,
}

impl FileRow {
    fn file(self) -> Result<GradeFile, StoreError> {
        Ok(GradeFile {
            id: self.id.into(),
            tenant: self.tenant_id.into(),
            course: self.course_id.into(),
            brought_by: self.brought_by.map(PersonId::from),
            brought_at: moment(self.brought_at)?,
            name: self.name,
            digest: self.digest,
            dialect: from_word("grade_files.dialect", &self.dialect)?,
            matched: self.matched,
            unmatched: self.unmatched,
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = outside_columns, treat_none_as_default_value = false)]
struct ColumnRow {
    id: String,
    tenant_id: String,
    course_id: String,
    source: String,
    column_key: String,
    label: String,
    maximum: Option<String>,
    measure: String,
    scope: String,
    counting: String,
    file_id: Option<String>,
    listed: bool,
    line_item_id: Option<String>,
    category: Option<String>,
    due_at: Option<i64>,
    activity: Option<String>,
    module: Option<String>,
    instance: Option<String>,
    hand_ins: bool,
    completion: bool,
    withheld: Option<String>,
}

/// What a column that does not count says of itself.
pub(super) const NOT: &str = "not";

impl ColumnRow {
    fn of(column: &OutsideColumn) -> Result<Self, StoreError> {
        let rest = column.rest.clone().unwrap_or_default();
        Ok(Self {
            id: column.id.to_string(),
            tenant_id: column.tenant.to_string(),
            course_id: column.course.to_string(),
            source: word(&column.source)?,
            column_key: column.key.clone(),
            label: column.label.clone(),
            maximum: column.maximum.map(|maximum| maximum.to_string()),
            measure: word(&column.measure)?,
            scope: word(&column.scope)?,
            counting: word(&column.counting)?,
            file_id: column.file.as_ref().map(ToString::to_string),
            listed: rest.is_listed,
            line_item_id: rest.ours.as_ref().map(ToString::to_string),
            category: rest.category,
            due_at: rest.due_at.map(micros),
            activity: rest.activity,
            module: rest.module,
            instance: rest.instance,
            hand_ins: rest.tells_hand_ins,
            completion: rest.tells_completion,
            withheld: rest.withheld.as_ref().map(word).transpose()?,
        })
    }

    /// `is_on`: whether the interface of the LMS is read in its course.
    fn column(self, is_on: bool) -> Result<OutsideColumn, StoreError> {
        let source: GradeSource = from_word("outside_columns.source", &self.source)?;
        let withheld = self.withheld.as_deref();
        let rest = RestColumn {
            is_on,
            is_listed: self.listed,
            ours: self.line_item_id.map(LineItemId::from),
            category: self.category,
            due_at: opt_moment(self.due_at)?,
            activity: self.activity,
            module: self.module,
            instance: self.instance,
            tells_hand_ins: self.hand_ins,
            tells_completion: self.completion,
            withheld: withheld
                .map(|word| from_word("outside_columns.withheld", word))
                .transpose()?,
        };
        Ok(OutsideColumn {
            id: self.id.into(),
            tenant: self.tenant_id.into(),
            course: self.course_id.into(),
            source,
            key: self.column_key,
            label: self.label,
            maximum: opt_decimal("outside_columns.maximum", self.maximum.as_deref())?,
            measure: from_word("outside_columns.measure", &self.measure)?,
            scope: from_word("outside_columns.scope", &self.scope)?,
            counting: from_word("outside_columns.counting", &self.counting)?,
            file: self.file_id.map(GradeFileId::from),
            rest: source.is_rest().then_some(rest),
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = outside_grades, treat_none_as_default_value = false)]
struct GradeRow {
    tenant_id: String,
    column_id: String,
    person_id: String,
    form: String,
    value: Option<String>,
    file_id: String,
    read_at: i64,
    changed_at: i64,
}

/// How a value is stored: its form, and what stands there.
pub(super) fn form_of(value: &OutsideValue) -> (&'static str, Option<String>) {
    match value {
        OutsideValue::Points(number) => ("points", Some(number.to_string())),
        OutsideValue::Percent(number) => ("percent", Some(number.to_string())),
        OutsideValue::Word(text) => ("word", Some(text.clone())),
        OutsideValue::Passed(passed) => ("passed", Some(passed.to_string())),
        OutsideValue::Excused => ("excused", None),
    }
}

/// The value that is stored so.
pub(super) fn value_of(
    column: &'static str,
    form: &str,
    text: Option<&str>,
) -> Result<OutsideValue, StoreError> {
    let text = text.unwrap_or_default();
    match form {
        "points" => Ok(OutsideValue::Points(decimal(column, text)?)),
        "percent" => Ok(OutsideValue::Percent(decimal(column, text)?)),
        "word" => Ok(OutsideValue::Word(text.to_owned())),
        "passed" => Ok(OutsideValue::Passed(text == "true")),
        "excused" => Ok(OutsideValue::Excused),
        other => Err(StoreError::Value {
            column,
            problem: format!("{other:?}"),
        }),
    }
}

impl GradeRow {
    fn value(&self) -> Result<OutsideValue, StoreError> {
        value_of("outside_grades.value", &self.form, self.value.as_deref())
    }
}

/// The columns of a course that are none of ours, in the order of their names.
pub(crate) fn columns(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
) -> Result<Vec<OutsideColumn>, StoreError> {
    let rows: Vec<ColumnRow> = outside_columns::table
        .filter(outside_columns::tenant_id.eq(tenant.as_str()))
        .filter(outside_columns::course_id.eq(course.as_str()))
        .order((outside_columns::label, outside_columns::id))
        .select(ColumnRow::as_select())
        .load(db)?;
    let any_rest = rows.iter().any(|row| row.file_id.is_none());
    let is_on = any_rest && readings::is_on(db, tenant, course)?;
    rows.into_iter().map(|row| row.column(is_on)).collect()
}

/// Those of them that gradebook files told of.
pub(crate) fn columns_of_files(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
) -> Result<Vec<OutsideColumn>, StoreError> {
    let mut found = columns(db, tenant, course)?;
    found.retain(|column| column.rest.is_none());
    Ok(found)
}

/// The columns that the interface of the LMS tells of and that are ours, each with the one that it is.
pub(crate) fn ours_among(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
) -> Result<Vec<(OutsideColumnId, LineItemId)>, StoreError> {
    let rows: Vec<(String, Option<String>)> = outside_columns::table
        .filter(outside_columns::tenant_id.eq(tenant.as_str()))
        .filter(outside_columns::course_id.eq(course.as_str()))
        .filter(outside_columns::line_item_id.is_not_null())
        .order(outside_columns::id)
        .select((outside_columns::id, outside_columns::line_item_id))
        .load(db)?;
    let ours = rows
        .into_iter()
        .filter_map(|(id, item)| Some((id.into(), item?.into())));
    Ok(ours.collect())
}

/// Whether a column of another course of the institution has one of these keys, from that source, and its grades are kept.
pub(crate) fn is_of_another_course(
    db: &mut Db,
    course: (&TenantId, &CourseId),
    source: GradeSource,
    keys: &[String],
) -> Result<bool, StoreError> {
    let (tenant, course) = course;
    let source = word(&source)?;
    for some in keys.chunks(CHUNK) {
        let found: i64 = on_both!(db, |connection| outside_columns::table
            .filter(outside_columns::tenant_id.eq(tenant.as_str()))
            .filter(outside_columns::course_id.ne(course.as_str()))
            .filter(outside_columns::source.eq(&source))
            .filter(outside_columns::file_id.is_not_null())
            .filter(outside_columns::column_key.eq_any(some))
            .count()
            .get_result(connection))?;
        if found > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Keeps a column as it is: a new one, or one that was known. `ticked_by` is who said that its grades count.
///
/// # Errors
/// [`StoreError::AlreadyThere`] when somebody else kept a column of that key at the same moment.
pub(crate) fn save_column(
    db: &mut Db,
    column: &OutsideColumn,
    ticked_by: Option<&PersonId>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = ColumnRow::of(column)?;
    on_both!(db, |connection| diesel::insert_into(outside_columns::table)
        .values(&row)
        .on_conflict(outside_columns::id)
        .do_update()
        .set((
            outside_columns::label.eq(excluded(outside_columns::label)),
            outside_columns::maximum.eq(excluded(outside_columns::maximum)),
            outside_columns::measure.eq(excluded(outside_columns::measure)),
            outside_columns::scope.eq(excluded(outside_columns::scope)),
            outside_columns::counting.eq(excluded(outside_columns::counting)),
            outside_columns::file_id.eq(excluded(outside_columns::file_id)),
            outside_columns::listed.eq(excluded(outside_columns::listed)),
            outside_columns::line_item_id.eq(excluded(outside_columns::line_item_id)),
            outside_columns::category.eq(excluded(outside_columns::category)),
            outside_columns::due_at.eq(excluded(outside_columns::due_at)),
            outside_columns::activity.eq(excluded(outside_columns::activity)),
            outside_columns::module.eq(excluded(outside_columns::module)),
            outside_columns::instance.eq(excluded(outside_columns::instance)),
            outside_columns::hand_ins.eq(excluded(outside_columns::hand_ins)),
            outside_columns::completion.eq(excluded(outside_columns::completion)),
            outside_columns::withheld.eq(excluded(outside_columns::withheld)),
        ))
        .execute(connection))?;
    diesel::update(outside_columns::table)
        .filter(outside_columns::tenant_id.eq(column.tenant.as_str()))
        .filter(outside_columns::id.eq(column.id.as_str()))
        .set((
            outside_columns::ticked_by.eq(ticked_by.map(PersonId::as_str)),
            outside_columns::ticked_at.eq(ticked_by.map(|_| micros(now))),
        ))
        .execute(db)?;
    Ok(())
}

/// The files of a course whose grades were taken, newest first.
pub(crate) fn files(db: &mut Db, tenant: &TenantId, course: &CourseId) -> Result<Vec<GradeFile>, StoreError> {
    let rows: Vec<FileRow> = grade_files::table
        .filter(grade_files::tenant_id.eq(tenant.as_str()))
        .filter(grade_files::course_id.eq(course.as_str()))
        .order((grade_files::brought_at.desc(), grade_files::id.desc()))
        .select(FileRow::as_select())
        .load(db)?;
    rows.into_iter().map(FileRow::file).collect()
}

/// Keeps that the grades of a file were taken; of one that was brought before, when that was last.
pub(crate) fn save_file(db: &mut Db, file: &GradeFile) -> Result<(), StoreError> {
    let row = FileRow {
        id: file.id.to_string(),
        tenant_id: file.tenant.to_string(),
        course_id: file.course.to_string(),
        brought_by: file.brought_by.as_ref().map(ToString::to_string),
        brought_at: micros(file.brought_at),
        name: file.name.clone(),
        digest: file.digest.clone(),
        dialect: word(&file.dialect)?,
        matched: file.matched,
        unmatched: file.unmatched,
    };
    on_both!(db, |connection| diesel::insert_into(grade_files::table)
        .values(&row)
        .on_conflict(grade_files::id)
        .do_update()
        .set((
            grade_files::brought_by.eq(excluded(grade_files::brought_by)),
            grade_files::brought_at.eq(excluded(grade_files::brought_at)),
            grade_files::name.eq(excluded(grade_files::name)),
            grade_files::matched.eq(excluded(grade_files::matched)),
            grade_files::unmatched.eq(excluded(grade_files::unmatched)),
        ))
        .execute(connection))?;
    Ok(())
}

/// Forgets the files of a course, but for those that a column or a grade names: where two courses were made one, a column that
/// both have stays with the other, whose file may have come over.
pub(crate) fn forget_files(db: &mut Db, tenant: &TenantId, course: &CourseId) -> Result<(), StoreError> {
    let of_columns = outside_columns::table
        .filter(outside_columns::file_id.is_not_null())
        .select(outside_columns::file_id.assume_not_null());
    on_both!(db, |connection| diesel::delete(grade_files::table)
        .filter(grade_files::tenant_id.eq(tenant.as_str()))
        .filter(grade_files::course_id.eq(course.as_str()))
        .filter(grade_files::id.ne_all(of_columns))
        .filter(grade_files::id.ne_all(outside_grades::table.select(outside_grades::file_id)))
        .execute(connection))?;
    Ok(())
}

/// What stands in one column for everybody who has something there, with the file that said so last.
pub(crate) fn of_column(
    db: &mut Db,
    tenant: &TenantId,
    column: &OutsideColumnId,
) -> Result<HashMap<PersonId, (OutsideValue, GradeFileId)>, StoreError> {
    let rows: Vec<GradeRow> = outside_grades::table
        .filter(outside_grades::tenant_id.eq(tenant.as_str()))
        .filter(outside_grades::column_id.eq(column.as_str()))
        .select(GradeRow::as_select())
        .load(db)?;
    let all = rows.into_iter().map(|row| {
        let value = row.value()?;
        Ok((row.person_id.into(), (value, row.file_id.into())))
    });
    all.collect()
}

/// The letters and words that were seen in a column, each once, in the order of the alphabet; of very many some.
pub(crate) fn words_seen(
    db: &mut Db,
    tenant: &TenantId,
    column: &OutsideColumnId,
) -> Result<Vec<String>, StoreError> {
    let of_files: Vec<Option<String>> = on_both!(db, |connection| outside_grades::table
        .filter(outside_grades::tenant_id.eq(tenant.as_str()))
        .filter(outside_grades::column_id.eq(column.as_str()))
        .filter(outside_grades::form.eq("word"))
        .select(outside_grades::value)
        .distinct()
        .limit(MOST_WORDS)
        .load(connection))?;
    let of_lms: Vec<Option<String>> = on_both!(db, |connection| outside_cells::table
        .filter(outside_cells::tenant_id.eq(tenant.as_str()))
        .filter(outside_cells::column_id.eq(column.as_str()))
        .filter(outside_cells::form.eq("word"))
        .select(outside_cells::value)
        .distinct()
        .limit(MOST_WORDS)
        .load(connection))?;
    let all: BTreeSet<String> = of_files.into_iter().chain(of_lms).flatten().collect();
    Ok(all.into_iter().collect())
}

/// A grade that counts: whose it is, in which column, and what it is.
type Counting = (PersonId, OutsideColumnId, OutsideGrade);

/// The grades of a course that count, of everybody or only of those `only` names.
pub(super) fn counting(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    only: Option<&[&str]>,
) -> Result<Vec<Counting>, StoreError> {
    let rows: Vec<(GradeRow, ColumnRow)> = on_both!(db, |connection| {
        let mut query = outside_grades::table
            .inner_join(outside_columns::table.on(outside_columns::id.eq(outside_grades::column_id)))
            .filter(outside_grades::tenant_id.eq(tenant.as_str()))
            .filter(outside_columns::course_id.eq(course.as_str()))
            .filter(outside_columns::file_id.is_not_null())
            .filter(outside_columns::counting.ne(NOT))
            .select((GradeRow::as_select(), ColumnRow::as_select()))
            .into_boxed();
        if let Some(people) = only {
            query = query.filter(outside_grades::person_id.eq_any(people));
        }
        query.load(connection)
    })?;
    rows.into_iter().map(grade).collect()
}

fn grade((row, column): (GradeRow, ColumnRow)) -> Result<Counting, StoreError> {
    let column = column.column(false)?;
    let grade = OutsideGrade {
        value: row.value()?,
        maximum: column.maximum,
        points: None,
        source: column.source,
        read_at: moment(row.read_at)?,
        changed_at: moment(row.changed_at)?,
    };
    Ok((row.person_id.into(), column.id, grade))
}

/// Takes over what a file says of these people in one column: `None` where nothing stands there any more. What did not change
/// only becomes as fresh as `now`. Of everybody else what is known stays. Run it in a transaction.
pub(crate) fn take(
    db: &mut Db,
    tenant: &TenantId,
    column: &OutsideColumnId,
    file: &GradeFileId,
    seen: &[(PersonId, Option<OutsideValue>)],
    now: DateTime<Utc>,
) -> Result<Vec<PersonId>, StoreError> {
    let rows: Vec<GradeRow> = outside_grades::table
        .filter(outside_grades::tenant_id.eq(tenant.as_str()))
        .filter(outside_grades::column_id.eq(column.as_str()))
        .select(GradeRow::as_select())
        .load(db)?;
    let known: HashMap<&str, &GradeRow> = rows.iter().map(|row| (row.person_id.as_str(), row)).collect();
    let (mut writes, mut gone, mut changed) = (Vec::new(), Vec::new(), Vec::new());
    for (person, value) in seen {
        let before = known.get(person.as_str());
        let Some(value) = value else {
            if before.is_some() {
                gone.push(person.to_string());
                changed.push(person.clone());
            }
            continue;
        };
        let same = match before {
            Some(row) => row.value()? == *value,
            None => false,
        };
        if !same {
            changed.push(person.clone());
        }
        let since = before.filter(|_| same).map(|row| row.changed_at);
        let (form, text) = form_of(value);
        writes.push(GradeRow {
            tenant_id: tenant.to_string(),
            column_id: column.to_string(),
            person_id: person.to_string(),
            form: form.to_owned(),
            value: text,
            file_id: file.to_string(),
            read_at: micros(now),
            changed_at: since.unwrap_or_else(|| micros(now)),
        });
    }
    for some in gone.chunks(CHUNK) {
        on_both!(db, |connection| diesel::delete(outside_grades::table)
            .filter(outside_grades::tenant_id.eq(tenant.as_str()))
            .filter(outside_grades::column_id.eq(column.as_str()))
            .filter(outside_grades::person_id.eq_any(some))
            .execute(connection))?;
    }
    put(db, &writes)?;
    Ok(changed)
}

fn put(db: &mut Db, rows: &[GradeRow]) -> Result<(), StoreError> {
    for some in rows.chunks(CHUNK) {
        on_both!(db, |connection| diesel::insert_into(outside_grades::table)
            .values(some)
            .on_conflict((outside_grades::column_id, outside_grades::person_id))
            .do_update()
            .set((
                outside_grades::form.eq(excluded(outside_grades::form)),
                outside_grades::value.eq(excluded(outside_grades::value)),
                outside_grades::file_id.eq(excluded(outside_grades::file_id)),
                outside_grades::read_at.eq(excluded(outside_grades::read_at)),
                outside_grades::changed_at.eq(excluded(outside_grades::changed_at)),
            ))
            .execute(connection))?;
    }
    Ok(())
}

/// Removes every grade of one column.
pub(crate) fn forget_grades(
    db: &mut Db,
    tenant: &TenantId,
    column: &OutsideColumnId,
) -> Result<(), StoreError> {
    diesel::delete(outside_grades::table)
        .filter(outside_grades::tenant_id.eq(tenant.as_str()))
        .filter(outside_grades::column_id.eq(column.as_str()))
        .execute(db)?;
    Ok(())
}

/// A grade as it is kept of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) column: OutsideColumnId,
    pub(crate) label: String,
    pub(crate) grade: OutsideGrade,
}

/// Every grade of columns that are none of ours that is kept of a person, in all courses.
pub(crate) fn of_person(db: &mut Db, tenant: &TenantId, person: &PersonId) -> Result<Vec<Kept>, StoreError> {
    let rows: Vec<(GradeRow, ColumnRow)> = outside_grades::table
        .inner_join(outside_columns::table.on(outside_columns::id.eq(outside_grades::column_id)))
        .filter(outside_grades::tenant_id.eq(tenant.as_str()))
        .filter(outside_grades::person_id.eq(person.as_str()))
        .order(outside_grades::column_id)
        .select((GradeRow::as_select(), ColumnRow::as_select()))
        .load(db)?;
    let kept = rows.into_iter().map(|(row, column)| {
        let label = column.label.clone();
        let (_, column, grade) = grade((row, column))?;
        Ok(Kept { column, label, grade })
    });
    kept.collect()
}

/// Takes the name out of what a teacher brought and ticked, and what they called their files: the grades are others'.
pub(super) fn forget_teacher(db: &mut Db, tenant: &TenantId, person: &PersonId) -> Result<(), StoreError> {
    diesel::update(grade_files::table)
        .filter(grade_files::tenant_id.eq(tenant.as_str()))
        .filter(grade_files::brought_by.eq(person.as_str()))
        .set((
            grade_files::brought_by.eq(None::<String>),
            grade_files::name.eq(""),
        ))
        .execute(db)?;
    diesel::update(outside_columns::table)
        .filter(outside_columns::tenant_id.eq(tenant.as_str()))
        .filter(outside_columns::ticked_by.eq(person.as_str()))
        .set(outside_columns::ticked_by.eq(None::<String>))
        .execute(db)?;
    Ok(())
}
