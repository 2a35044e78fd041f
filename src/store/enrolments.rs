//! Who is what in which course.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Bool, HasSqlType, Text};
use diesel::upsert::excluded;

use super::convert::{CHUNK, anywhere, micros, moment};
use super::people::Row as PersonRow;
use super::schema::{enrolments, people};
use super::{Db, StoreError};
use crate::domain::page::Page;
use crate::domain::people::{Enrolment, Person};
use crate::ids::{CourseId, PersonId, TenantId};

/// A member as a member list showed them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) person: PersonId,
    /// A learner role was named.
    pub(crate) learner: bool,
    /// NRPS 2.0 `status` is `Active`, or absent.
    pub(crate) active: bool,
    /// A role was named of those who teach.
    pub(crate) teaches: bool,
}

/// Which members a page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    Everybody,
    /// Those who may be awarded: active learners who are not barred.
    Learners,
}

#[derive(Debug, Queryable, Selectable, Insertable, Clone)]
#[diesel(table_name = enrolments, treat_none_as_default_value = false)]
#[allow(clippy::struct_excessive_bools, reason = "the columns of the table")]
pub(super) struct Row {
    tenant_id: String,
    course_id: String,
    person_id: String,
    learner: bool,
    barred: bool,
    active: bool,
    seen_at: i64,
    teaches: bool,
}

impl Row {
    pub(super) fn enrolment(self) -> Result<Enrolment, StoreError> {
        Ok(Enrolment {
            course: self.course_id.into(),
            person: self.person_id.into(),
            learner: self.learner,
            barred: self.barred,
            active: self.active,
            seen_at: moment(self.seen_at)?,
            teaches: self.teaches,
        })
    }
}

/// Takes over a whole member list that was read from `read_at` on: those on it get its role, those who are not on it
/// and were not seen since become inactive, and nobody's bar is lifted. Says who is new or changed in what counts for
/// awards. Run it in a transaction.
pub(crate) fn set_from_roster(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    members: &[Member],
    read_at: DateTime<Utc>,
) -> Result<Vec<PersonId>, StoreError> {
    take_roster(db, tenant, course, members, Missing::HaveLeft, read_at)
}

/// As [`set_from_roster`] for a list of which some rows could not be read: whoever is missing stays what they were.
///
/// # Errors
/// Trouble with the database.
pub(crate) fn set_from_part_of_roster(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    members: &[Member],
    read_at: DateTime<Utc>,
) -> Result<Vec<PersonId>, StoreError> {
    take_roster(db, tenant, course, members, Missing::MayBeThere, read_at)
}

/// What it means to be missing from a member list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Missing {
    HaveLeft,
    MayBeThere,
}

fn take_roster(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    members: &[Member],
    missing: Missing,
    read_at: DateTime<Utc>,
) -> Result<Vec<PersonId>, StoreError> {
    let rows: Vec<Row> = enrolments::table
        .filter(enrolments::tenant_id.eq(tenant.as_str()))
        .filter(enrolments::course_id.eq(course.as_str()))
        .select(Row::as_select())
        .load(db)?;
    let mut known: HashMap<String, Row> = rows.into_iter().map(|row| (row.person_id.clone(), row)).collect();
    let listed: BTreeMap<&str, &Member> = members.iter().map(|one| (one.person.as_str(), one)).collect();
    let at = micros(read_at);
    let mut changed = Vec::new();
    let mut writes = Vec::new();
    for (person, member) in &listed {
        let before = known.remove(*person);
        let row = Row {
            tenant_id: tenant.to_string(),
            course_id: course.to_string(),
            person_id: (*person).to_owned(),
            learner: member.learner,
            barred: before.as_ref().is_some_and(|row| row.barred),
            active: member.active,
            seen_at: before.as_ref().map_or(at, |row| row.seen_at.max(at)),
            teaches: member.teaches,
        };
        let counts = |before: &Row| before.learner != row.learner || before.active != row.active;
        let is_changed = before.as_ref().is_none_or(counts);
        if is_changed {
            changed.push(member.person.clone());
        }
        if is_changed || before.is_some_and(|before| before.teaches != row.teaches) {
            writes.push(row);
        }
    }
    let has_left = |row: &Row| missing == Missing::HaveLeft && row.active && row.seen_at < at;
    for mut row in known.into_values().filter(has_left) {
        row.active = false;
        changed.push(row.person_id.clone().into());
        writes.push(row);
    }
    writes.sort_by(|one, other| one.person_id.cmp(&other.person_id));
    put(db, &writes)?;
    Ok(changed)
}

/// What a launch says of a person in a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Role {
    /// A learner role was named.
    pub(crate) learner: bool,
    /// Any other role was named.
    pub(crate) barred: bool,
    /// A role was named of those who teach.
    pub(crate) teaches: bool,
}

/// Takes over what a launch says: its learner role, that the person is here, and a bar if any other role was named,
/// which no later launch or list lifts. `before` is what the person was, if anything; the answer is what the person is
/// now.
///
/// # Errors
/// Trouble with the database.
pub(crate) fn refresh_from_launch(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    person: &PersonId,
    before: Option<&Enrolment>,
    role: Role,
    now: DateTime<Utc>,
) -> Result<Enrolment, StoreError> {
    let Role {
        learner,
        barred,
        teaches,
    } = role;
    let row = Row {
        tenant_id: tenant.to_string(),
        course_id: course.to_string(),
        person_id: person.to_string(),
        learner,
        barred: barred || before.is_some_and(|known| known.barred),
        active: true,
        seen_at: micros(now),
        teaches,
    };
    let known = before.is_some() && on_both!(db, |connection| Refresh(&row).execute(connection))? == 1;
    if !known {
        put(db, std::slice::from_ref(&row))?;
    }
    row.enrolment()
}

/// The update of whoever has been here before, written out: Diesel prepares its own updates anew each time.
#[derive(Debug)]
struct Refresh<'a>(&'a Row);

impl diesel::query_builder::QueryId for Refresh<'_> {
    type QueryId = Refresh<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<DB> QueryFragment<DB> for Refresh<'_>
where
    DB: Backend + HasSqlType<Bool> + HasSqlType<BigInt> + HasSqlType<Text>,
    bool: ToSql<Bool, DB>,
    i64: ToSql<BigInt, DB>,
    String: ToSql<Text, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let Row {
            tenant_id,
            course_id,
            person_id,
            learner,
            barred,
            active,
            seen_at,
            teaches,
        } = self.0;
        out.push_sql("UPDATE enrolments SET learner = ");
        out.push_bind_param::<Bool, _>(learner)?;
        out.push_sql(", barred = (barred OR ");
        out.push_bind_param::<Bool, _>(barred)?;
        out.push_sql("), active = ");
        out.push_bind_param::<Bool, _>(active)?;
        out.push_sql(", seen_at = ");
        out.push_bind_param::<BigInt, _>(seen_at)?;
        out.push_sql(", teaches = ");
        out.push_bind_param::<Bool, _>(teaches)?;
        out.push_sql(" WHERE tenant_id = ");
        out.push_bind_param::<Text, _>(tenant_id)?;
        out.push_sql(" AND course_id = ");
        out.push_bind_param::<Text, _>(course_id)?;
        out.push_sql(" AND person_id = ");
        out.push_bind_param::<Text, _>(person_id)
    }
}

impl<Conn> RunQueryDsl<Conn> for Refresh<'_> {}

fn put(db: &mut Db, rows: &[Row]) -> Result<(), StoreError> {
    for some in rows.chunks(CHUNK) {
        on_both!(db, |connection| diesel::insert_into(enrolments::table)
            .values(some)
            .on_conflict((enrolments::course_id, enrolments::person_id))
            .do_update()
            .set((
                enrolments::learner.eq(excluded(enrolments::learner)),
                // Sticky even when two nodes write at once.
                enrolments::barred.eq(enrolments::barred.or(excluded(enrolments::barred))),
                enrolments::active.eq(excluded(enrolments::active)),
                enrolments::seen_at.eq(excluded(enrolments::seen_at)),
                enrolments::teaches.eq(excluded(enrolments::teaches)),
            ))
            .execute(connection))?;
    }
    Ok(())
}

/// What a person is in a course.
pub(crate) fn get(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    person: &PersonId,
) -> Result<Option<Enrolment>, StoreError> {
    let row = on_both!(db, |connection| enrolments::table
        .filter(enrolments::tenant_id.eq(tenant.as_str()))
        .filter(enrolments::course_id.eq(course.as_str()))
        .filter(enrolments::person_id.eq(person.as_str()))
        .select(Row::as_select())
        .get_result(connection))
    .optional()?;
    row.map(Row::enrolment).transpose()
}

/// A page of a course's members by name (in lower case, by code point: alike on both databases), those whose name has
/// `search` in it whatever its case, and how many there are in all. People without a name come first.
pub(crate) fn list(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    who: Who,
    search: Option<&str>,
    page: Page,
) -> Result<(Vec<(Person, Enrolment)>, i64), StoreError> {
    let pattern = search.map_or_else(|| "%".to_owned(), anywhere);
    let everybody = who == Who::Everybody;
    on_both!(db, |connection| {
        let wanted = enrolments::table
            .inner_join(people::table.on(people::id.eq(enrolments::person_id)))
            .filter(enrolments::tenant_id.eq(tenant.as_str()))
            .filter(enrolments::course_id.eq(course.as_str()))
            .filter(people::folded_name.like(&pattern).escape('\\'))
            .filter(
                enrolments::learner
                    .and(enrolments::active)
                    .and(enrolments::barred.eq(false))
                    .or(everybody.into_sql::<Bool>()),
            );
        let total: i64 = wanted.clone().count().get_result(connection)?;
        let rows: Vec<(PersonRow, Row)> = wanted
            .order((people::folded_name, people::id))
            .offset(page.offset)
            .limit(page.limit)
            .select((PersonRow::as_select(), Row::as_select()))
            .load(connection)?;
        let rows = rows
            .into_iter()
            .map(|(person, row)| Ok((Person::from(person), row.enrolment()?)));
        Ok((rows.collect::<Result<_, StoreError>>()?, total))
    })
}

/// Those who may be awarded in the course: active learners who are not barred.
pub(crate) fn learners(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
) -> Result<Vec<PersonId>, StoreError> {
    let ids: Vec<String> = enrolments::table
        .filter(enrolments::tenant_id.eq(tenant.as_str()))
        .filter(enrolments::course_id.eq(course.as_str()))
        .filter(
            enrolments::learner
                .and(enrolments::active)
                .and(enrolments::barred.eq(false)),
        )
        .order(enrolments::person_id)
        .select(enrolments::person_id)
        .load(db)?;
    Ok(ids.into_iter().map(PersonId::from).collect())
}

/// The courses of a person, latest seen first.
pub(crate) fn for_person(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
) -> Result<Vec<Enrolment>, StoreError> {
    let rows: Vec<Row> = enrolments::table
        .filter(enrolments::tenant_id.eq(tenant.as_str()))
        .filter(enrolments::person_id.eq(person.as_str()))
        .order(enrolments::seen_at.desc())
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(Row::enrolment).collect()
}
