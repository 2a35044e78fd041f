//! Instructors who were given the power to make programmes. It is theirs as long as a course shows them as a teacher.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::domain::programme::Maker;
use crate::ids::{AdminId, BadgeId, MakerId, PersonId, TenantId};
use crate::store::convert::{CHUNK, micros, moment};
use crate::store::schema::{courses, enrolments, people, programme_makers, programme_reviews, programmes};
use crate::store::{Db, StoreError};

/// Most rows of teachers and their courses among which somebody is looked for.
const MOST_TEACHERS: i64 = 100_000;

/// That an instructor may make programmes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Given {
    pub(crate) id: MakerId,
    pub(crate) tenant: TenantId,
    pub(crate) person: PersonId,
    pub(crate) by: AdminId,
    pub(crate) at: DateTime<Utc>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = programme_makers, treat_none_as_default_value = false)]
struct Row {
    id: String,
    tenant_id: String,
    person_id: String,
    given_by: String,
    given_at: i64,
}

impl Row {
    fn given(self) -> Result<Given, StoreError> {
        Ok(Given {
            id: self.id.into(),
            tenant: self.tenant_id.into(),
            person: self.person_id.into(),
            by: self.given_by.into(),
            at: moment(self.given_at)?,
        })
    }
}

/// A teacher, with what their courses are called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Teacher {
    pub(crate) person: PersonId,
    pub(crate) courses: Vec<String>,
}

/// Who did something, in the columns in which it is kept: of an administrator, and of an instructor.
pub(super) fn apart(maker: Option<&Maker>) -> (Option<String>, Option<String>) {
    match maker {
        Some(Maker::Administrator(id)) => (Some(id.to_string()), None),
        Some(Maker::Instructor(id)) => (None, Some(id.to_string())),
        None => (None, None),
    }
}

/// Who did something, out of these columns.
pub(super) fn of(admin: Option<String>, person: Option<String>) -> Option<Maker> {
    match (admin.filter(|id| !id.is_empty()), person) {
        (_, Some(person)) => Some(Maker::Instructor(person.into())),
        (Some(admin), None) => Some(Maker::Administrator(admin.into())),
        (None, None) => None,
    }
}

/// Gives the power. `false`: they have it.
pub(crate) fn give(db: &mut Db, given: &Given) -> Result<bool, StoreError> {
    let row = Row {
        id: given.id.to_string(),
        tenant_id: given.tenant.to_string(),
        person_id: given.person.to_string(),
        given_by: given.by.to_string(),
        given_at: micros(given.at),
    };
    let added = on_both!(db, |connection| diesel::insert_into(programme_makers::table)
        .values(&row)
        .on_conflict_do_nothing()
        .execute(connection))?;
    Ok(added == 1)
}

/// Takes it back. `false`: they do not have it.
pub(crate) fn take(db: &mut Db, tenant: &TenantId, person: &PersonId) -> Result<bool, StoreError> {
    let gone = diesel::delete(programme_makers::table)
        .filter(programme_makers::tenant_id.eq(tenant.as_str()))
        .filter(programme_makers::person_id.eq(person.as_str()))
        .execute(db)?;
    Ok(gone > 0)
}

/// Everybody of an institution who was given it, the first one first.
pub(crate) fn all(db: &mut Db, tenant: &TenantId) -> Result<Vec<Given>, StoreError> {
    let rows: Vec<Row> = programme_makers::table
        .filter(programme_makers::tenant_id.eq(tenant.as_str()))
        .order((programme_makers::given_at, programme_makers::id))
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(Row::given).collect()
}

/// That one person was given it.
pub(crate) fn of_person(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
) -> Result<Option<Given>, StoreError> {
    let row: Option<Row> = programme_makers::table
        .filter(programme_makers::tenant_id.eq(tenant.as_str()))
        .filter(programme_makers::person_id.eq(person.as_str()))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::given).transpose()
}

/// Whether a course shows a person as a teacher: by its member list, or by their newest launch where no list tells.
pub(crate) fn teaches(db: &mut Db, tenant: &TenantId, person: &PersonId) -> Result<bool, StoreError> {
    let found: i64 = enrolments::table
        .filter(enrolments::tenant_id.eq(tenant.as_str()))
        .filter(enrolments::person_id.eq(person.as_str()))
        .filter(enrolments::teaches.eq(true))
        .filter(enrolments::active.eq(true))
        .count()
        .get_result(db)?;
    Ok(found > 0)
}

/// Whether a person has the power now: it was given to them, and they teach.
pub(crate) fn holds(db: &mut Db, tenant: &TenantId, person: &PersonId) -> Result<bool, StoreError> {
    let found: i64 = programme_makers::table
        .filter(programme_makers::tenant_id.eq(tenant.as_str()))
        .filter(programme_makers::person_id.eq(person.as_str()))
        .count()
        .get_result(db)?;
    Ok(found > 0 && teaches(db, tenant, person)?)
}

/// The teachers in whose name, e-mail address or course `sought` is, in any case of letters, at most `most`; and those whom a platform
/// calls by exactly that. Everybody where nothing is sought.
pub(crate) fn teachers(
    db: &mut Db,
    tenant: &TenantId,
    sought: &str,
    most: usize,
) -> Result<Vec<Teacher>, StoreError> {
    type Line = (
        String,
        String,
        Option<String>,
        String,
        Option<String>,
        Option<String>,
    );
    let lines: Vec<Line> = on_both!(db, |connection| enrolments::table
        .inner_join(people::table.on(people::id.eq(enrolments::person_id)))
        .inner_join(courses::table.on(courses::id.eq(enrolments::course_id)))
        .filter(enrolments::tenant_id.eq(tenant.as_str()))
        .filter(enrolments::teaches.eq(true))
        .filter(enrolments::active.eq(true))
        .filter(people::joined_into.is_null())
        .filter(courses::joined_into.is_null())
        .order((people::folded_name, people::id, courses::created_at, courses::id))
        .limit(MOST_TEACHERS)
        .select((
            people::id,
            people::folded_name,
            people::email,
            people::sub,
            courses::title,
            courses::label,
        ))
        .load(connection))?;
    // Compared here: the databases do not agree on capitals beyond ASCII.
    let sought = sought.trim().to_lowercase();
    let has = |text: &str| text.to_lowercase().contains(&sought);
    let mut order: Vec<String> = Vec::new();
    let mut known: BTreeMap<String, (bool, Vec<String>)> = BTreeMap::new();
    for (person, name, email, sub, title, label) in lines {
        let course = called(title, label);
        let fits = has(&name)
            || email.is_some_and(|email| has(&email))
            || sub.to_lowercase() == sought
            || has(&course);
        if !known.contains_key(&person) {
            order.push(person.clone());
        }
        let entry = known.entry(person).or_default();
        entry.0 |= fits;
        entry.1.push(course);
    }
    let found = order.into_iter().filter_map(|person| {
        let (fits, courses) = known.remove(&person)?;
        fits.then(|| Teacher {
            person: person.into(),
            courses,
        })
    });
    Ok(found.take(most).collect())
}

/// What the courses are called in which these people teach, of each the oldest first.
pub(crate) fn taught(
    db: &mut Db,
    tenant: &TenantId,
    ids: &[PersonId],
) -> Result<HashMap<PersonId, Vec<String>>, StoreError> {
    let mut all: HashMap<PersonId, Vec<String>> = HashMap::new();
    for some in ids.chunks(CHUNK) {
        let rows: Vec<(String, Option<String>, Option<String>)> =
            on_both!(db, |connection| enrolments::table
                .inner_join(people::table.on(people::id.eq(enrolments::person_id)))
                .inner_join(courses::table.on(courses::id.eq(enrolments::course_id)))
                .filter(enrolments::tenant_id.eq(tenant.as_str()))
                .filter(enrolments::person_id.eq_any(some.iter().map(PersonId::as_str)))
                .filter(enrolments::teaches.eq(true))
                .filter(enrolments::active.eq(true))
                .filter(people::joined_into.is_null())
                .filter(courses::joined_into.is_null())
                .order((courses::created_at, courses::id))
                .select((enrolments::person_id, courses::title, courses::label))
                .load(connection))?;
        for (person, title, label) in rows {
            all.entry(person.into()).or_default().push(called(title, label));
        }
    }
    Ok(all)
}

fn called(title: Option<String>, label: Option<String>) -> String {
    title
        .or(label)
        .unwrap_or_else(|| "a course without a name".to_owned())
}

/// What a person did with programmes: the badges of those that they saved last, and of those of which they asked for or gave an answer.
pub(crate) fn worked_on(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
) -> Result<(Vec<BadgeId>, Vec<BadgeId>), StoreError> {
    let saved: Vec<String> = programmes::table
        .filter(programmes::tenant_id.eq(tenant.as_str()))
        .filter(programmes::saved_by_person.eq(person.as_str()))
        .order(programmes::badge_id)
        .select(programmes::badge_id)
        .load(db)?;
    let is_theirs = programme_reviews::asked_by_person
        .eq(person.as_str())
        .or(programme_reviews::answered_by_person.eq(person.as_str()));
    let reviewed: Vec<String> = on_both!(db, |connection| programme_reviews::table
        .filter(programme_reviews::tenant_id.eq(tenant.as_str()))
        .filter(is_theirs)
        .order(programme_reviews::badge_id)
        .select(programme_reviews::badge_id)
        .distinct()
        .load(connection))?;
    let ids = |all: Vec<String>| all.into_iter().map(BadgeId::from).collect();
    Ok((ids(saved), ids(reviewed)))
}

/// Takes a person out of what they made and answered, and their power with it: the programmes stay.
pub(in crate::store) fn forget_person(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
) -> Result<(), StoreError> {
    take(db, tenant, person)?;
    diesel::update(programmes::table)
        .filter(programmes::tenant_id.eq(tenant.as_str()))
        .filter(programmes::saved_by_person.eq(person.as_str()))
        .set(programmes::saved_by_person.eq(None::<String>))
        .execute(db)?;
    diesel::update(programme_reviews::table)
        .filter(programme_reviews::tenant_id.eq(tenant.as_str()))
        .filter(programme_reviews::asked_by_person.eq(person.as_str()))
        .set(programme_reviews::asked_by_person.eq(None::<String>))
        .execute(db)?;
    diesel::update(programme_reviews::table)
        .filter(programme_reviews::tenant_id.eq(tenant.as_str()))
        .filter(programme_reviews::answered_by_person.eq(person.as_str()))
        .set(programme_reviews::answered_by_person.eq(None::<String>))
        .execute(db)?;
    Ok(())
}
