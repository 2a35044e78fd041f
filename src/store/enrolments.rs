//! Who is what in which course.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Bool, HasSqlType, Nullable, Text};
use diesel::upsert::excluded;

use super::convert::{CHUNK, from_word, micros, moment, opt_moment, word};
use super::people::Row as PersonRow;
use super::schema::{courses, enrolments, people, registrations};
use super::{Db, StoreError};
use crate::domain::membership::{Answered, Listing, SeenAs};
use crate::domain::people::{Enrolment, Person};
use crate::ids::{CourseId, PersonId, TenantId};
use lti::capabilities::{Capabilities, RosterLearners};

mod doubts;

pub(super) use doubts::forget_answers_of;
pub(crate) use doubts::{answer, asked, hold_answer, lift_refused_grading, note_refused_grading};

/// A member as a member list showed them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) person: PersonId,
    /// What its roles say.
    pub(crate) seen_as: SeenAs,
    /// NRPS 2.0 `status` is `Active`, or absent.
    pub(crate) active: bool,
    /// A role was named of those who teach.
    pub(crate) teaches: bool,
}

/// The stored word of a learner.
pub(super) const LEARNER: &str = "learner";
/// The stored words of an answer.
pub(super) const STUDENT: &str = "student";
const OTHER: &str = "other";

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
    launched: Option<String>,
    listed: Option<String>,
    staff_seen_at: Option<i64>,
    refused_grading_at: Option<i64>,
    answer: Option<String>,
    answered_by: Option<String>,
    answered_at: Option<i64>,
    teaches: bool,
}

impl Row {
    /// The record, on a platform of that listing.
    pub(super) fn enrolment(self, listing: Listing) -> Result<Enrolment, StoreError> {
        let seen = |column: &'static str, word: Option<&str>| -> Result<Option<SeenAs>, StoreError> {
            word.map(|word| from_word(column, word)).transpose()
        };
        // An older program only notes that another role was seen, not when.
        let staff_seen_at = self.staff_seen_at.or(self.barred.then_some(self.seen_at));
        let answer = match (self.answer.as_deref(), self.answered_at) {
            (Some(answer), Some(at)) => Some(Answered {
                is_student: answer == STUDENT,
                by: self.answered_by.map(PersonId::from),
                at: moment(at)?,
            }),
            _ => None,
        };
        Ok(Enrolment {
            launched: seen("enrolments.launched", self.launched.as_deref())?,
            listed: seen("enrolments.listed", self.listed.as_deref())?,
            course: self.course_id.into(),
            person: self.person_id.into(),
            learner: self.learner,
            active: self.active,
            seen_at: moment(self.seen_at)?,
            staff_seen_at: opt_moment(staff_seen_at)?,
            refused_grading_at: opt_moment(self.refused_grading_at)?,
            answer,
            listing,
            teaches: self.teaches,
        })
    }

    /// The row without what came from launches, so that what one wrote meanwhile stays.
    fn without_launch(self, staff_before: Option<i64>) -> Self {
        Self {
            launched: None,
            staff_seen_at: self.staff_seen_at.filter(|at| Some(*at) != staff_before),
            ..self
        }
    }

    /// The row of somebody of whom nothing is known yet.
    fn new(tenant: &TenantId, course: &CourseId, person: &PersonId, at: i64) -> Self {
        Self {
            tenant_id: tenant.to_string(),
            course_id: course.to_string(),
            person_id: person.to_string(),
            learner: false,
            barred: false,
            active: true,
            seen_at: at,
            launched: None,
            listed: None,
            staff_seen_at: None,
            refused_grading_at: None,
            answer: None,
            answered_by: None,
            answered_at: None,
            teaches: false,
        }
    }
}

/// Whom a platform lists as learners.
pub(crate) fn listing_of(capabilities: &Capabilities) -> Listing {
    match capabilities.roster_learners {
        RosterLearners::Students => Listing::Students,
        RosterLearners::StudentsAndStaff => Listing::StudentsAndStaff,
    }
}

/// Whom the platform of a course lists as learners.
///
/// # Errors
/// [`StoreError::Missing`] when there is no such course.
pub(crate) fn listing(db: &mut Db, tenant: &TenantId, course: &CourseId) -> Result<Listing, StoreError> {
    listing_if_known(db, tenant, course)?.ok_or(StoreError::Missing("course"))
}

/// Whether a member list of the course named anybody so far.
pub(crate) fn was_listed(db: &mut Db, tenant: &TenantId, course: &CourseId) -> Result<bool, StoreError> {
    let found: Option<String> = on_both!(db, |connection| enrolments::table
        .filter(enrolments::tenant_id.eq(tenant.as_str()))
        .filter(enrolments::course_id.eq(course.as_str()))
        .filter(enrolments::listed.is_not_null())
        .select(enrolments::person_id)
        .limit(1)
        .get_result(connection))
    .optional()?;
    Ok(found.is_some())
}

fn listing_if_known(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
) -> Result<Option<Listing>, StoreError> {
    let flavour: Option<String> = on_both!(db, |connection| courses::table
        .inner_join(registrations::table.on(registrations::id.eq(courses::registration_id)))
        .filter(courses::tenant_id.eq(tenant.as_str()))
        .filter(courses::id.eq(course.as_str()))
        .select(registrations::flavour)
        .get_result(connection))
    .optional()?;
    flavour
        .map(|flavour| {
            let flavour = from_word("registrations.flavour", &flavour)?;
            Ok(listing_of(&Capabilities::of(flavour)))
        })
        .transpose()
}

/// The condition that [`Enrolment::may_be_awarded`] holds; the list of the course's platform names students alone, or not.
macro_rules! is_student {
    ($listing:expr) => {{
        use diesel::prelude::*;
        use $crate::store::schema::enrolments;
        let tells = $listing == $crate::domain::membership::Listing::Students;
        let never_another = enrolments::barred
            .eq(false)
            .and(enrolments::staff_seen_at.is_null())
            .and(enrolments::refused_grading_at.is_null());
        let since_seen = enrolments::answered_at.assume_not_null().ge(enrolments::seen_at);
        let since_staff = enrolments::answered_at
            .assume_not_null()
            .ge(enrolments::staff_seen_at.assume_not_null());
        let answered_since = enrolments::staff_seen_at
            .is_null()
            .and(enrolments::barred.eq(false).or(since_seen))
            .or(since_staff);
        enrolments::active
            .and(
                enrolments::launched.is_null().or(enrolments::launched
                    .assume_not_null()
                    .eq($crate::store::enrolments::LEARNER)),
            )
            .and(
                enrolments::listed.is_null().or(enrolments::listed
                    .assume_not_null()
                    .eq($crate::store::enrolments::LEARNER)),
            )
            .and(
                enrolments::learner
                    .or(enrolments::launched.is_not_null())
                    .or(enrolments::listed.is_not_null()),
            )
            .and(
                enrolments::answer.is_null().or(enrolments::answer
                    .assume_not_null()
                    .eq($crate::store::enrolments::STUDENT)),
            )
            .and(
                tells
                    .into_sql::<diesel::sql_types::Bool>()
                    .or(never_another)
                    .or(enrolments::answer.is_not_null().and(answered_since)),
            )
    }};
}
pub(super) use is_student;

/// Takes over a whole member list that was read from `read_at` on: those on it get its role, those who are not on it
/// and were not seen since become inactive. Says who is new or changed in what counts for awards. Run it in a transaction.
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
    let listing = listing(db, tenant, course)?;
    let mut changed = Vec::new();
    let mut writes = Vec::new();
    for (person, member) in &listed {
        let before = known.remove(*person);
        let row = as_listed(tenant, course, member, before.as_ref(), at)?;
        let staff_before = before.as_ref().and_then(|before| before.staff_seen_at);
        let is_news = match before {
            None => true,
            Some(before) => {
                let same = before.listed == row.listed && before.active == row.active;
                if same && before.learner == row.learner && before.teaches == row.teaches {
                    continue;
                }
                // Whoever was barred for ever until the roles were kept apart may have earned something meanwhile.
                let was_barred = before.barred && before.listed.is_none();
                let before = before.enrolment(listing)?;
                was_barred || before.membership() != row.clone().enrolment(listing)?.membership()
            }
        };
        if is_news {
            changed.push(member.person.clone());
        }
        writes.push(row.without_launch(staff_before));
    }
    let has_left = |row: &Row| missing == Missing::HaveLeft && row.active && row.seen_at < at;
    for mut row in known.into_values().filter(has_left) {
        row.active = false;
        changed.push(row.person_id.clone().into());
        let staff_before = row.staff_seen_at;
        writes.push(row.without_launch(staff_before));
    }
    writes.sort_by(|one, other| one.person_id.cmp(&other.person_id));
    put(db, &writes)?;
    Ok(changed)
}

/// The row of a member as a list that was read then shows them.
fn as_listed(
    tenant: &TenantId,
    course: &CourseId,
    member: &Member,
    before: Option<&Row>,
    at: i64,
) -> Result<Row, StoreError> {
    let mut row = before.map_or_else(|| Row::new(tenant, course, &member.person, at), Clone::clone);
    let listed = Some(word(&member.seen_as)?);
    // Noted once for as long as the list says so: it is read every few minutes.
    if member.seen_as.is_another() && row.listed != listed {
        row.staff_seen_at = row.staff_seen_at.max(Some(at));
        row.barred = true;
    }
    row.learner = member.seen_as == SeenAs::Learner;
    row.teaches = member.teaches;
    row.listed = listed;
    row.active = member.active;
    row.seen_at = row.seen_at.max(at);
    Ok(row)
}

/// What a launch says of a person in a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Role {
    pub(crate) seen_as: SeenAs,
    /// Whom the platform lists as learners.
    pub(crate) listing: Listing,
    /// A role was named of those who teach.
    pub(crate) teaches: bool,
}

/// Takes over what a launch says: that the person is here, and their role, where it names one. `before` is what the person
/// was, if anything; the answer is what the person is now.
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
        seen_as,
        listing,
        teaches,
    } = role;
    let says = seen_as != SeenAs::Nobody;
    let row = Row {
        learner: if says {
            seen_as == SeenAs::Learner
        } else {
            before.is_some_and(|known| known.learner)
        },
        barred: seen_as.is_another(),
        launched: says.then(|| word(&seen_as)).transpose()?,
        staff_seen_at: seen_as.is_another().then(|| micros(now)),
        teaches: if says {
            teaches
        } else {
            before.is_some_and(|known| known.teaches)
        },
        ..Row::new(tenant, course, person, micros(now))
    };
    let is_known = before.is_some() && on_both!(db, |connection| Refresh(&row).execute(connection))? == 1;
    if !is_known {
        put(db, std::slice::from_ref(&row))?;
    }
    let now_is = row.enrolment(listing)?;
    Ok(match before {
        None => now_is,
        Some(before) => Enrolment {
            launched: now_is.launched.or(before.launched),
            staff_seen_at: now_is.staff_seen_at.or(before.staff_seen_at),
            listed: before.listed,
            refused_grading_at: before.refused_grading_at,
            answer: before.answer.clone(),
            ..now_is
        },
    })
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
            launched,
            staff_seen_at,
            teaches,
            ..
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
        out.push_sql(", launched = COALESCE(");
        out.push_bind_param::<Nullable<Text>, _>(launched)?;
        out.push_sql(", launched), staff_seen_at = COALESCE(");
        out.push_bind_param::<Nullable<BigInt>, _>(staff_seen_at)?;
        out.push_sql(", staff_seen_at) WHERE tenant_id = ");
        out.push_bind_param::<Text, _>(tenant_id)?;
        out.push_sql(" AND course_id = ");
        out.push_bind_param::<Text, _>(course_id)?;
        out.push_sql(" AND person_id = ");
        out.push_bind_param::<Text, _>(person_id)
    }
}

impl<Conn> RunQueryDsl<Conn> for Refresh<'_> {}

diesel::define_sql_function! {
    /// The first of both that is there.
    #[sql_name = "COALESCE"]
    fn either_text(new: Nullable<Text>, old: Nullable<Text>) -> Nullable<Text>;
}

diesel::define_sql_function! {
    /// The first of both that is there.
    #[sql_name = "COALESCE"]
    fn either_moment(new: Nullable<BigInt>, old: Nullable<BigInt>) -> Nullable<BigInt>;
}

/// Writes what a launch or a list said. Answers and refusals are written by whoever brings them.
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
                enrolments::launched.eq(either_text(excluded(enrolments::launched), enrolments::launched)),
                enrolments::listed.eq(either_text(excluded(enrolments::listed), enrolments::listed)),
                enrolments::staff_seen_at.eq(either_moment(
                    excluded(enrolments::staff_seen_at),
                    enrolments::staff_seen_at
                )),
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
    let found: Option<(Row, String)> = on_both!(db, |connection| enrolments::table
        .inner_join(courses::table.on(courses::id.eq(enrolments::course_id)))
        .inner_join(registrations::table.on(registrations::id.eq(courses::registration_id)))
        .filter(enrolments::tenant_id.eq(tenant.as_str()))
        .filter(enrolments::course_id.eq(course.as_str()))
        .filter(enrolments::person_id.eq(person.as_str()))
        .select((Row::as_select(), registrations::flavour))
        .get_result(connection))
    .optional()?;
    found.map(of_flavour).transpose()
}

/// Which of these people are known in which of these courses, whatever they are there.
pub(crate) fn among(
    db: &mut Db,
    tenant: &TenantId,
    courses: &[&CourseId],
    people: &[PersonId],
) -> Result<Vec<(CourseId, PersonId)>, StoreError> {
    let courses: Vec<&str> = courses.iter().map(|course| course.as_str()).collect();
    let mut found = Vec::new();
    if courses.is_empty() {
        return Ok(found);
    }
    for some in people.chunks(CHUNK) {
        let some: Vec<&str> = some.iter().map(PersonId::as_str).collect();
        let rows: Vec<(String, String)> = on_both!(db, |connection| enrolments::table
            .filter(enrolments::tenant_id.eq(tenant.as_str()))
            .filter(enrolments::course_id.eq_any(&courses))
            .filter(enrolments::person_id.eq_any(&some))
            .order((enrolments::course_id, enrolments::person_id))
            .select((enrolments::course_id, enrolments::person_id))
            .load(connection))?;
        let pairs = rows.into_iter();
        found.extend(pairs.map(|(course, person)| (CourseId::from(course), PersonId::from(person))));
    }
    Ok(found)
}

/// The record of a row on a platform of the kind that the word names.
fn of_flavour((row, flavour): (Row, String)) -> Result<Enrolment, StoreError> {
    row.enrolment(listing_of(&Capabilities::of(from_word(
        "registrations.flavour",
        &flavour,
    )?)))
}

/// Everybody of a course, by name (in lower case, by code point: alike on both databases).
pub(crate) fn everybody(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
) -> Result<Vec<(Person, Enrolment)>, StoreError> {
    let listing = listing(db, tenant, course)?;
    let rows: Vec<(PersonRow, Row)> = on_both!(db, |connection| enrolments::table
        .inner_join(people::table.on(people::id.eq(enrolments::person_id)))
        .filter(enrolments::tenant_id.eq(tenant.as_str()))
        .filter(enrolments::course_id.eq(course.as_str()))
        .order((people::folded_name, people::id))
        .select((PersonRow::as_select(), Row::as_select()))
        .load(connection))?;
    rows.into_iter()
        .map(|(person, row)| Ok((person.into(), row.enrolment(listing)?)))
        .collect()
}

/// Those who count as students of the course and may be awarded.
pub(crate) fn learners(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
) -> Result<Vec<PersonId>, StoreError> {
    let Some(listing) = listing_if_known(db, tenant, course)? else {
        return Ok(Vec::new());
    };
    let ids: Vec<String> = on_both!(db, |connection| enrolments::table
        .filter(enrolments::tenant_id.eq(tenant.as_str()))
        .filter(enrolments::course_id.eq(course.as_str()))
        .filter(is_student!(listing))
        .order(enrolments::person_id)
        .select(enrolments::person_id)
        .load(connection))?;
    Ok(ids.into_iter().map(PersonId::from).collect())
}

/// The courses of a person, latest seen first.
pub(crate) fn for_person(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
) -> Result<Vec<Enrolment>, StoreError> {
    let rows: Vec<(Row, String)> = on_both!(db, |connection| enrolments::table
        .inner_join(courses::table.on(courses::id.eq(enrolments::course_id)))
        .inner_join(registrations::table.on(registrations::id.eq(courses::registration_id)))
        .filter(enrolments::tenant_id.eq(tenant.as_str()))
        .filter(enrolments::person_id.eq(person.as_str()))
        .order(enrolments::seen_at.desc())
        .select((Row::as_select(), registrations::flavour))
        .load(connection))?;
    rows.into_iter().map(of_flavour).collect()
}
