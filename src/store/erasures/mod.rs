//! People who ask to be erased, and what is left of those who were: nothing that names or points to them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::{CHUNK, micros, moment, opt_moment};
use super::schema::{
    approvals, audit, awards, badges, collections, course_teachers, credentials, current_decisions,
    decisions, enrolments, erased_pages, erasures, foreign_badges, holder_notes, identities, outside_cells,
    outside_grades, outside_people, past_results, people, posted_scores, programme_waivers, records,
    regrades, results, section_members, sessions, share_links, subjects, submissions, timelines,
};
use super::{Db, StoreError, jobs, joins, looks, waiting_answers};
use crate::domain::audit::{ActorKind, approval_subject};
use crate::domain::erasure::{Declined, Wish};
use crate::ids::{BadgeId, ErasureId, PersonId, TenantId};

mod for_others;

#[derive(Queryable, Selectable)]
#[diesel(table_name = erasures)]
struct Row {
    id: String,
    person_id: Option<String>,
    asked_at: i64,
    declined_at: Option<i64>,
    decline_reason: Option<String>,
}

impl Row {
    /// Nothing for one that names nobody any more.
    fn wish(self) -> Result<Option<Wish>, StoreError> {
        let asked_at = moment(self.asked_at)?;
        let reason = self.decline_reason.unwrap_or_default();
        let declined = opt_moment(self.declined_at)?.map(|at| Declined { at, reason });
        Ok(self.person_id.map(|person| Wish {
            id: self.id.into(),
            person: person.into(),
            asked_at,
            declined,
        }))
    }
}

/// Keeps that somebody asks to be erased, for the first time or again after it was declined. `false`: they have asked
/// before, and it waits.
pub(crate) fn ask(db: &mut Db, tenant: &TenantId, wish: &Wish) -> Result<bool, StoreError> {
    let again = diesel::update(erasures::table)
        .filter(erasures::tenant_id.eq(tenant.as_str()))
        .filter(erasures::person_id.eq(wish.person.as_str()))
        .filter(erasures::done_at.is_null())
        .filter(erasures::declined_at.is_not_null())
        .set((
            erasures::asked_at.eq(micros(wish.asked_at)),
            erasures::declined_at.eq(None::<i64>),
            erasures::decline_reason.eq(None::<String>),
        ))
        .execute(db)?;
    if again == 1 {
        return Ok(true);
    }
    let added = on_both!(db, |connection| diesel::insert_into(erasures::table)
        .values((
            erasures::id.eq(wish.id.as_str()),
            erasures::tenant_id.eq(tenant.as_str()),
            erasures::person_id.eq(Some(wish.person.as_str())),
            erasures::asked_at.eq(micros(wish.asked_at)),
            erasures::badges.eq(0_i64),
        ))
        .on_conflict_do_nothing()
        .execute(connection))?;
    Ok(added == 1)
}

/// What a person asked for and nobody has done, declined or not.
pub(crate) fn of_person(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
) -> Result<Option<Wish>, StoreError> {
    let row: Option<Row> = erasures::table
        .filter(erasures::tenant_id.eq(tenant.as_str()))
        .filter(erasures::person_id.eq(person.as_str()))
        .filter(erasures::done_at.is_null())
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    Ok(row.map(Row::wish).transpose()?.flatten())
}

/// Forgets that somebody asked, while it waits. `false`: there was nothing to forget.
pub(crate) fn withdraw(db: &mut Db, tenant: &TenantId, id: &ErasureId) -> Result<bool, StoreError> {
    let gone = diesel::delete(erasures::table)
        .filter(erasures::tenant_id.eq(tenant.as_str()))
        .filter(erasures::id.eq(id.as_str()))
        .filter(erasures::done_at.is_null())
        .filter(erasures::declined_at.is_null())
        .execute(db)?;
    Ok(gone == 1)
}

/// Notes that a wish that waits was declined. `false`: it does not wait any more.
pub(crate) fn decline(
    db: &mut Db,
    tenant: &TenantId,
    id: &ErasureId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let changed = diesel::update(erasures::table)
        .filter(erasures::tenant_id.eq(tenant.as_str()))
        .filter(erasures::id.eq(id.as_str()))
        .filter(erasures::done_at.is_null())
        .filter(erasures::declined_at.is_null())
        .set((
            erasures::declined_at.eq(Some(micros(now))),
            erasures::decline_reason.eq(Some(reason)),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// Everybody of an institution who waits to be erased, longest first, at most 500.
pub(crate) fn waiting(db: &mut Db, tenant: &TenantId) -> Result<Vec<Wish>, StoreError> {
    let rows: Vec<Row> = erasures::table
        .filter(erasures::tenant_id.eq(tenant.as_str()))
        .filter(erasures::done_at.is_null())
        .filter(erasures::declined_at.is_null())
        .order((erasures::asked_at, erasures::id))
        .limit(500)
        .select(Row::as_select())
        .load(db)?;
    let all: Result<Vec<_>, _> = rows.into_iter().map(Row::wish).collect();
    Ok(all?.into_iter().flatten().collect())
}

/// One wish; `Some(None)` when it was fulfilled.
pub(crate) fn get(
    db: &mut Db,
    tenant: &TenantId,
    id: &ErasureId,
) -> Result<Option<Option<Wish>>, StoreError> {
    let row: Option<(Row, Option<i64>)> = erasures::table
        .filter(erasures::tenant_id.eq(tenant.as_str()))
        .filter(erasures::id.eq(id.as_str()))
        .select((Row::as_select(), erasures::done_at))
        .get_result(db)
        .optional()?;
    match row {
        None => Ok(None),
        Some((_, Some(_))) => Ok(Some(None)),
        Some((row, None)) => row.wish().map(Some),
    }
}

/// How many badges of an institution were erased so far.
pub(crate) fn count(db: &mut Db, tenant: &TenantId) -> Result<i64, StoreError> {
    Ok(erased_pages::table
        .filter(erased_pages::tenant_id.eq(tenant.as_str()))
        .count()
        .get_result(db)?)
}

/// Whether the badge at a public address was erased, by the SHA-256 of the address's last part in hex. Names no tenant:
/// whoever asks knows none.
pub(crate) fn is_erased(db: &mut Db, digest: &str) -> Result<bool, StoreError> {
    let found: i64 = erased_pages::table
        .filter(erased_pages::digest.eq(digest))
        .count()
        .get_result(db)?;
    Ok(found > 0)
}

/// Remembers that the badge at a public address was erased.
pub(crate) fn remember_page(
    db: &mut Db,
    tenant: &TenantId,
    digest: &str,
    badge: &BadgeId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    on_both!(db, |connection| diesel::insert_into(erased_pages::table)
        .values((
            erased_pages::digest.eq(digest),
            erased_pages::tenant_id.eq(tenant.as_str()),
            erased_pages::badge_id.eq(badge.as_str()),
            erased_pages::erased_at.eq(micros(now)),
        ))
        .on_conflict_do_nothing()
        .execute(connection))?;
    Ok(())
}

macro_rules! delete_of {
    ($db:expr, $tenant:expr, $person:expr, $($table:ident),+) => {$(
        diesel::delete($table::table)
            .filter($table::tenant_id.eq($tenant.as_str()))
            .filter($table::person_id.eq($person.as_str()))
            .execute($db)?;
    )+};
}

/// Removes a person with everything that is theirs. `things` are the ids of their awards, credentials and hand-ins: the
/// log keeps that something was done to them, and no more. Whoever approved, reviewed or revoked for others leaves an
/// empty row behind, under a new identifier that nobody can find. Run it in a transaction, after the status lists.
pub(crate) fn erase(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
    things: &[String],
    new_sub: &str,
) -> Result<(), StoreError> {
    blank_log(db, tenant, person, things)?;
    let of_person = awards::table
        .filter(awards::person_id.eq(person.as_str()))
        .select(awards::id);
    let shown = || {
        credentials::table
            .filter(credentials::award_id.eq_any(of_person))
            .select(credentials::id)
    };
    on_both!(db, |connection| diesel::delete(share_links::table)
        .filter(share_links::tenant_id.eq(tenant.as_str()))
        .filter(share_links::credential_id.eq_any(shown()))
        .execute(connection))?;
    on_both!(db, |connection| diesel::delete(records::table)
        .filter(records::tenant_id.eq(tenant.as_str()))
        .filter(records::credential_id.eq_any(shown()))
        .execute(connection))?;
    on_both!(db, |connection| diesel::delete(holder_notes::table)
        .filter(holder_notes::tenant_id.eq(tenant.as_str()))
        .filter(holder_notes::award_id.eq_any(of_person))
        .execute(connection))?;
    on_both!(db, |connection| diesel::delete(credentials::table)
        .filter(credentials::tenant_id.eq(tenant.as_str()))
        .filter(credentials::award_id.eq_any(of_person))
        .execute(connection))?;
    waiting_answers::forget_person(db, tenant, person)?;
    looks::forget_person(db, tenant, person)?;
    delete_of!(
        db,
        tenant,
        person,
        timelines,
        regrades,
        awards,
        current_decisions,
        decisions,
        approvals,
        programme_waivers,
        posted_scores,
        submissions,
        results,
        past_results,
        outside_grades,
        outside_cells,
        outside_people,
        section_members,
        enrolments,
        course_teachers,
        sessions,
        subjects,
        collections,
        foreign_badges
    );
    super::outside::forget_teacher(db, tenant, person)?;
    super::endorsements::forget_teacher(db, tenant, person)?;
    super::lineages::forget_accepter(db, tenant, person.as_str())?;
    super::rest_accesses::remove_of_person(db, tenant, person)?;
    for_others::forget_asker(db, tenant, person)?;
    super::dismissals::forget_person(db, tenant, person)?;
    super::programmes::makers::forget_person(db, tenant, person)?;
    super::enrolments::forget_answers_of(db, tenant, person)?;
    jobs::forget_person(db, tenant, person, things)?;
    for_others::forget_claims(db, tenant, person)?;
    joins::forget_person(db, tenant, person)?;
    super::account_joins::forget_person(db, tenant, person)?;
    let names = super::identities::of_person(db, tenant, person)?;
    super::unknown_users::forget(db, tenant, names.iter().map(|(_, sub)| sub.as_str()))?;
    delete_of!(db, tenant, person, identities);
    if for_others::acted_for_others(db, tenant, person)? {
        for_others::forget_approver(db, tenant, person)?;
        diesel::update(people::table)
            .filter(people::tenant_id.eq(tenant.as_str()))
            .filter(people::id.eq(person.as_str()))
            .set((
                people::sub.eq(new_sub),
                people::name.eq(None::<String>),
                people::email.eq(None::<String>),
                people::folded_name.eq(""),
                people::joined_into.eq(None::<String>),
                people::email_hash_since_at.eq(None::<i64>),
                people::minor_since_at.eq(None::<i64>),
                people::minor_until_at.eq(None::<i64>),
            ))
            .execute(db)?;
    } else {
        diesel::delete(people::table)
            .filter(people::tenant_id.eq(tenant.as_str()))
            .filter(people::id.eq(person.as_str()))
            .execute(db)?;
    }
    Ok(())
}

/// What the log says of a person beyond the action itself is gone, and so is who it was: they are its actor, or its subject
/// is one of `things`, themselves, or that they were approved. The details of other entries name nobody.
fn blank_log(db: &mut Db, tenant: &TenantId, person: &PersonId, things: &[String]) -> Result<(), StoreError> {
    let blank = audit::detail.eq("{}");
    let of_tenant: Vec<String> = badges::table
        .filter(badges::tenant_id.eq(tenant.as_str()))
        .select(badges::id)
        .load(db)?;
    // An approval may have been taken back since, so each badge is asked for, by the index on subjects.
    let approved = of_tenant
        .into_iter()
        .map(|badge| approval_subject(&badge.into(), person));
    let mut subjects: Vec<String> = approved.collect();
    subjects.extend_from_slice(things);
    subjects.push(person.to_string());
    for some in subjects.chunks(CHUNK) {
        on_both!(db, |connection| diesel::update(audit::table)
            .filter(audit::tenant_id.eq(tenant.as_str()))
            .filter(audit::subject.eq_any(some))
            .set((blank, audit::subject.eq("erased")))
            .execute(connection))?;
    }
    diesel::update(audit::table)
        .filter(audit::tenant_id.eq(tenant.as_str()))
        .filter(audit::actor_id.eq(person.as_str()))
        .set((
            blank,
            audit::actor_id.eq(None::<String>),
            audit::actor_kind.eq(ActorKind::Unnamed.as_str()),
        ))
        .execute(db)?;
    Ok(())
}

/// Notes that a wish was fulfilled; from now on it names nobody. `false`: it was fulfilled or taken back before.
pub(crate) fn done(
    db: &mut Db,
    tenant: &TenantId,
    id: &ErasureId,
    badges: i64,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let changed = diesel::update(erasures::table)
        .filter(erasures::tenant_id.eq(tenant.as_str()))
        .filter(erasures::id.eq(id.as_str()))
        .filter(erasures::done_at.is_null())
        .set((
            erasures::person_id.eq(None::<String>),
            erasures::done_at.eq(Some(micros(now))),
            erasures::badges.eq(badges),
        ))
        .execute(db)?;
    Ok(changed == 1)
}
