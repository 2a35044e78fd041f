//! The journal of a join: which row of which table, and what stood there before.

use diesel::prelude::*;

use super::super::convert::CHUNK;
use super::super::schema::{course_keys, identities, join_moves, joins};
use super::super::{Db, StoreError};
use crate::ids::{CourseId, JoinId, PersonId, PlatformId, TenantId};

/// Runs one statement with these values: `$1`, `$2` … in this order, which both databases understand.
macro_rules! run {
    ($db:expr, $sql:expr $(, $value:expr)* $(,)?) => {
        on_both!($db, |connection| diesel::sql_query($sql)
            $(.bind::<diesel::sql_types::Text, _>($value))*
            .execute(connection))
    };
}
pub(super) use run;

/// A column that goes over from one thing to another, in the rows of one table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moved {
    pub(super) table: &'static str,
    /// The column that names what is joined.
    pub(super) column: &'static str,
    /// What names a row beside that column.
    pub(super) key: &'static str,
    /// A row that goes over must not meet one of the same values of these columns.
    pub(super) unique: Option<&'static str>,
}

/// Under what the journal has such rows.
fn what(moved: &Moved) -> String {
    format!("{}.{}", moved.table, moved.column)
}

impl Moved {
    /// Moves the rows of `from` that can be moved to `into`; those that would meet another stay where they are.
    pub(super) fn go(
        &self,
        db: &mut Db,
        tenant: &TenantId,
        join: &JoinId,
        from: &str,
        into: &str,
    ) -> Result<usize, StoreError> {
        let Self {
            table, column, key, ..
        } = self;
        let free = self.unique.map_or_else(String::new, |unique| {
            let same: Vec<String> = unique
                .split(',')
                .map(|one| format!("other.{one} = {table}.{one}"))
                .collect();
            format!(
                " AND NOT EXISTS (SELECT 1 FROM {table} AS other WHERE other.{column} = $5 AND {})",
                same.join(" AND ")
            )
        });
        let journal = format!(
            "INSERT INTO join_moves (tenant_id, join_id, what, row_key, was) \
             SELECT tenant_id, $1, $2, {key}, {column} FROM {table} WHERE tenant_id = $3 AND {column} = $4{free}"
        );
        let what = what(self);
        let (join, tenant) = (join.as_str(), tenant.as_str());
        if free.is_empty() {
            run!(db, journal, join, &what, tenant, from)?;
        } else {
            run!(db, journal, join, &what, tenant, from, into)?;
        }
        let go = format!(
            "UPDATE {table} SET {column} = $1 WHERE tenant_id = $2 AND {column} = $3 AND {key} IN \
             (SELECT row_key FROM join_moves WHERE join_id = $4 AND what = $5)"
        );
        Ok(run!(db, go, into, tenant, from, join, &what)?)
    }

    /// Moves what went over back to where it was.
    pub(super) fn back(
        &self,
        db: &mut Db,
        tenant: &TenantId,
        join: &JoinId,
        into: &str,
    ) -> Result<usize, StoreError> {
        let Self {
            table, column, key, ..
        } = self;
        let what = what(self);
        let back = format!(
            "UPDATE {table} SET {column} = (SELECT was FROM join_moves WHERE join_id = $1 AND what = $2 AND row_key = {key}) \
             WHERE tenant_id = $3 AND {column} = $4 AND {key} IN (SELECT row_key FROM join_moves WHERE join_id = $5 AND what = $6)"
        );
        let join = join.as_str();
        Ok(run!(db, back, join, &what, tenant.as_str(), into, join, &what)?)
    }
}

#[derive(Insertable)]
#[diesel(table_name = join_moves, treat_none_as_default_value = false)]
struct Row<'a> {
    tenant_id: &'a str,
    join_id: &'a str,
    what: &'a str,
    row_key: &'a str,
    was: &'a str,
}

/// Keeps what stood in a row before.
pub(super) fn note(
    db: &mut Db,
    tenant: &TenantId,
    join: &JoinId,
    what: &str,
    rows: &[(String, String)],
) -> Result<(), StoreError> {
    for some in rows.chunks(CHUNK) {
        let values: Vec<Row<'_>> = some
            .iter()
            .map(|(key, was)| Row {
                tenant_id: tenant.as_str(),
                join_id: join.as_str(),
                what,
                row_key: key,
                was,
            })
            .collect();
        on_both!(db, |connection| diesel::insert_into(join_moves::table)
            .values(&values)
            .on_conflict_do_nothing()
            .execute(connection))?;
    }
    Ok(())
}

/// What stood in the rows that a join changed.
pub(super) fn noted(
    db: &mut Db,
    tenant: &TenantId,
    join: &JoinId,
    what: &str,
) -> Result<Vec<(String, String)>, StoreError> {
    Ok(join_moves::table
        .filter(join_moves::tenant_id.eq(tenant.as_str()))
        .filter(join_moves::join_id.eq(join.as_str()))
        .filter(join_moves::what.eq(what))
        .order(join_moves::row_key)
        .select((join_moves::row_key, join_moves::was))
        .load(db)?)
}

/// Forgets what a join changed, once it was taken back.
pub(super) fn forget(db: &mut Db, tenant: &TenantId, join: &JoinId) -> Result<(), StoreError> {
    diesel::delete(join_moves::table)
        .filter(join_moves::tenant_id.eq(tenant.as_str()))
        .filter(join_moves::join_id.eq(join.as_str()))
        .execute(db)?;
    Ok(())
}

/// Forgets the joins of somebody who is erased: they cannot be taken back any more. Rows of theirs that others' joins moved are
/// named by them, and are gone.
pub(crate) fn forget_person(db: &mut Db, tenant: &TenantId, person: &PersonId) -> Result<(), StoreError> {
    let ids: Vec<String> = joins::table
        .filter(joins::tenant_id.eq(tenant.as_str()))
        .filter(joins::kind.eq("person"))
        .filter(
            joins::from_id
                .eq(person.as_str())
                .or(joins::into_id.eq(person.as_str())),
        )
        .select(joins::id)
        .load(db)?;
    for id in ids {
        forget(db, tenant, &id.as_str().into())?;
        diesel::delete(joins::table)
            .filter(joins::tenant_id.eq(tenant.as_str()))
            .filter(joins::id.eq(&id))
            .execute(db)?;
    }
    let (last, inner) = (format!("%/{person}"), format!("%/{person}/%"));
    run!(
        db,
        "DELETE FROM join_moves WHERE tenant_id = $1 AND (row_key = $2 OR row_key LIKE $3 OR row_key LIKE $4)",
        tenant.as_str(),
        person.as_str(),
        &last,
        &inner
    )?;
    // Names of theirs that went over with a platform.
    let names: Vec<String> = identities::table
        .filter(identities::tenant_id.eq(tenant.as_str()))
        .filter(identities::person_id.eq(person.as_str()))
        .select(identities::sub)
        .load(db)?;
    for some in names.chunks(CHUNK) {
        on_both!(db, |connection| diesel::delete(join_moves::table)
            .filter(join_moves::tenant_id.eq(tenant.as_str()))
            .filter(join_moves::what.eq(NAMES))
            .filter(join_moves::row_key.eq_any(some))
            .execute(connection))?;
    }
    Ok(())
}

/// The platforms from which that name of a platform came over, by however many joins.
pub(crate) fn platforms_before(
    db: &mut Db,
    tenant: &TenantId,
    platform: &PlatformId,
    sub: &str,
) -> Result<Vec<PlatformId>, StoreError> {
    let mut before: Vec<PlatformId> = Vec::new();
    let mut asked = vec![platform.clone()];
    while let Some(into) = asked.pop() {
        for came in joined_with(db, tenant, &into, sub)? {
            if came != *platform && !before.contains(&came) {
                asked.push(came.clone());
                before.push(came);
            }
        }
    }
    Ok(before)
}

/// The platforms that were joined into this one and brought that name along.
fn joined_with(
    db: &mut Db,
    tenant: &TenantId,
    into: &PlatformId,
    sub: &str,
) -> Result<Vec<PlatformId>, StoreError> {
    let was: Vec<String> = on_both!(db, |connection| join_moves::table
        .inner_join(joins::table.on(joins::id.eq(join_moves::join_id)))
        .filter(join_moves::tenant_id.eq(tenant.as_str()))
        .filter(joins::tenant_id.eq(tenant.as_str()))
        .filter(joins::into_id.eq(into.as_str()))
        .filter(join_moves::what.eq(NAMES))
        .filter(join_moves::row_key.eq(sub))
        .select(join_moves::was)
        .load(connection))?;
    Ok(was.into_iter().map(PlatformId::from).collect())
}

const NAMES: &str = "identities.platform_id";
const KEYS: &str = "course_keys.platform_id";

/// Has a name be the other platform's from now on.
pub(crate) fn name_to_platform(
    db: &mut Db,
    tenant: &TenantId,
    join: &JoinId,
    (from, into): (&PlatformId, &PlatformId),
    sub: &str,
) -> Result<(), StoreError> {
    note(db, tenant, join, NAMES, &[(sub.to_owned(), from.to_string())])?;
    set_platform_of_name(db, tenant, (from, into), sub)
}

fn set_platform_of_name(
    db: &mut Db,
    tenant: &TenantId,
    (from, into): (&PlatformId, &PlatformId),
    sub: &str,
) -> Result<(), StoreError> {
    diesel::update(identities::table)
        .filter(identities::tenant_id.eq(tenant.as_str()))
        .filter(identities::platform_id.eq(from.as_str()))
        .filter(identities::sub.eq(sub))
        .set(identities::platform_id.eq(into.as_str()))
        .execute(db)?;
    Ok(())
}

/// Gives the names back that went over.
pub(crate) fn names_back(
    db: &mut Db,
    tenant: &TenantId,
    join: &JoinId,
    into: &PlatformId,
) -> Result<(), StoreError> {
    for (sub, was) in noted(db, tenant, join, NAMES)? {
        set_platform_of_name(db, tenant, (into, &was.into()), &sub)?;
    }
    Ok(())
}

/// Whether a course was called something by the platform that was joined alone, and came over with it.
pub(super) fn brought_key_of(
    db: &mut Db,
    tenant: &TenantId,
    join: &JoinId,
    course: &CourseId,
) -> Result<bool, StoreError> {
    let keys: Vec<String> = course_keys::table
        .filter(course_keys::tenant_id.eq(tenant.as_str()))
        .filter(course_keys::course_id.eq(course.as_str()))
        .select(course_keys::id)
        .load(db)?;
    let brought = noted(db, tenant, join, KEYS)?;
    Ok(brought.iter().any(|(key, _)| keys.contains(key)))
}

/// Has what a course is called be the other platform's from now on.
pub(crate) fn key_to_platform(
    db: &mut Db,
    tenant: &TenantId,
    join: &JoinId,
    (from, into): (&PlatformId, &PlatformId),
    key: &str,
) -> Result<(), StoreError> {
    note(db, tenant, join, KEYS, &[(key.to_owned(), from.to_string())])?;
    set_platform_of_key(db, tenant, into.as_str(), key)
}

fn set_platform_of_key(db: &mut Db, tenant: &TenantId, into: &str, key: &str) -> Result<(), StoreError> {
    diesel::update(course_keys::table)
        .filter(course_keys::tenant_id.eq(tenant.as_str()))
        .filter(course_keys::id.eq(key))
        .set(course_keys::platform_id.eq(into))
        .execute(db)?;
    Ok(())
}

/// Gives the keys of courses back that went over, and forgets what the join of platforms changed.
pub(crate) fn keys_back(db: &mut Db, tenant: &TenantId, join: &JoinId) -> Result<(), StoreError> {
    for (key, was) in noted(db, tenant, join, KEYS)? {
        set_platform_of_key(db, tenant, &was, &key)?;
    }
    forget(db, tenant, join)
}
