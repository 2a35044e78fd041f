//! Who holds the parts of a programme, in whichever course they earned them.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use lti::capabilities::Capabilities;

use crate::domain::facts::{Facts, Held};
use crate::domain::membership::Listing;
use crate::domain::policy::Offers;
use crate::domain::rule::Group;
use crate::ids::{BadgeId, PersonId, TenantId};
use crate::store::awards::fact;
use crate::store::convert::{CHUNK, from_word, moment};
use crate::store::enrolments::{Row as EnrolmentRow, is_student, listing_of};
use crate::store::schema::{awards, badges, courses, enrolments, people, programme_waivers, registrations};
use crate::store::{Db, StoreError, policies};

/// An award, whether its badge is one of the institution's own, and what its holder is in the course of it.
type Found = (
    String,
    String,
    i64,
    Option<i64>,
    Option<i64>,
    Option<String>,
    Option<bool>,
    Option<bool>,
    String,
    Option<EnrolmentRow>,
);

/// The badges that decide: those that a rule names, and its own.
fn counting(badge: &BadgeId, roots: &[&Group]) -> Vec<String> {
    let named = roots.iter().flat_map(|root| root.badges());
    let all: BTreeSet<String> = named.chain([badge]).map(ToString::to_string).collect();
    all.into_iter().collect()
}

/// What a programme asks about, of some people, by all versions of its rule that matter: badges of whichever course, such as were
/// earned by somebody who is or was a student there, and what was waived. Each of `people` is in the answer.
pub(crate) fn facts_of(
    db: &mut Db,
    tenant: &TenantId,
    badge: &BadgeId,
    roots: &[&Group],
    only: &[PersonId],
) -> Result<HashMap<PersonId, Facts>, StoreError> {
    let mut all: HashMap<PersonId, Facts> = only.iter().map(|id| (id.clone(), Facts::default())).collect();
    let counting = counting(badge, roots);
    for some in only.chunks(CHUNK) {
        let some: Vec<&str> = some.iter().map(PersonId::as_str).collect();
        for (person, facts) in read(db, tenant, badge, &counting, Some(&some))? {
            all.insert(person, facts);
        }
    }
    Ok(all)
}

/// The same of everybody who holds something of it, and may therefore be awarded the whole: nobody else is asked about.
pub(crate) fn holders_of_parts(
    db: &mut Db,
    tenant: &TenantId,
    badge: &BadgeId,
    roots: &[&Group],
) -> Result<HashMap<PersonId, Facts>, StoreError> {
    let counting = counting(badge, roots);
    read(db, tenant, badge, &counting, None)
}

fn read(
    db: &mut Db,
    tenant: &TenantId,
    badge: &BadgeId,
    counting: &[String],
    only: Option<&[&str]>,
) -> Result<HashMap<PersonId, Facts>, StoreError> {
    let mut all: HashMap<PersonId, Facts> = HashMap::new();
    let found: Vec<Found> = on_both!(db, |connection| {
        let there = enrolments::course_id
            .eq(courses::id)
            .and(enrolments::person_id.eq(awards::person_id));
        let mut query = awards::table
            .inner_join(badges::table.on(badges::id.eq(awards::badge_id)))
            .inner_join(courses::table.on(courses::id.eq(badges::course_id)))
            .inner_join(registrations::table.on(registrations::id.eq(courses::registration_id)))
            .inner_join(people::table.on(people::id.eq(awards::person_id)))
            .left_join(enrolments::table.on(there))
            .filter(awards::tenant_id.eq(tenant.as_str()))
            .filter(badges::tenant_id.eq(tenant.as_str()))
            // Outside its course an award counts for the lineage that stands in it.
            .filter(
                awards::badge_id
                    .eq_any(counting)
                    .or(awards::lineage.assume_not_null().eq_any(counting)),
            )
            // Under review it counts for nothing; whoever was joined into somebody holds nothing beside them.
            .filter(awards::suspended_since.is_null())
            .filter(people::joined_into.is_null())
            .order((awards::cycle, awards::id))
            .select((
                awards::person_id,
                awards::badge_id,
                awards::awarded_at,
                awards::valid_until,
                awards::revoked_at,
                awards::lineage,
                badges::offered,
                courses::home,
                registrations::flavour,
                Option::<EnrolmentRow>::as_select(),
            ))
            .into_boxed();
        if let Some(people) = only {
            query = query.filter(awards::person_id.eq_any(people));
        }
        query.load(connection)?
    });
    let offers = policies::get(db, tenant)?.offers;
    for (person, own, at, until, revoked, lineage, offered, home, flavour, enrolment) in found {
        // What the institution gave itself was given to whoever may have it.
        if home.is_none() && !(is_offered(offers, offered) && is_of_a_student(&flavour, enrolment)?) {
            continue;
        }
        let (person, own, held) = fact((person, own, at, until, revoked))?;
        let lineage = lineage.map(BadgeId::from);
        for counts_as in lineage.into_iter().chain([own]) {
            if counting.iter().any(|one| one == counts_as.as_str()) {
                keep(
                    &mut all.entry(person.clone()).or_default().held,
                    counts_as,
                    held.clone(),
                );
            }
        }
    }
    let waived: Vec<(String, String, i64)> = on_both!(db, |connection| {
        let mut query = programme_waivers::table
            .inner_join(people::table.on(people::id.eq(programme_waivers::person_id)))
            .filter(programme_waivers::tenant_id.eq(tenant.as_str()))
            .filter(programme_waivers::badge_id.eq(badge.as_str()))
            .filter(programme_waivers::taken_back_at.is_null())
            .filter(people::joined_into.is_null())
            .select((
                programme_waivers::person_id,
                programme_waivers::part_id,
                programme_waivers::waived_at,
            ))
            .into_boxed();
        if let Some(people) = only {
            query = query.filter(programme_waivers::person_id.eq_any(people));
        }
        query.load(connection)?
    });
    for (person, part, at) in waived {
        // A waiver alone makes nobody a student: it counts beside something that was earned.
        if let Some(facts) = all.get_mut(&PersonId::from(person)) {
            facts.waived.insert(part.into(), moment(at)?);
        }
    }
    Ok(all)
}

/// Whether the institution lets a badge of a course count for programmes.
pub(super) fn is_offered(offers: Offers, by_teacher: Option<bool>) -> bool {
    match offers {
        Offers::Active => true,
        Offers::Chosen => by_teacher == Some(true),
        Offers::Nothing => false,
    }
}

/// Of several awards of one lineage the one that counts longest stands.
fn keep(all: &mut HashMap<BadgeId, Held>, badge: BadgeId, held: Held) {
    let lasts = |held: &Held| {
        let end = held.valid_until.unwrap_or(DateTime::<Utc>::MAX_UTC);
        (!held.revoked, end, held.awarded_at)
    };
    match all.entry(badge) {
        Entry::Vacant(place) => {
            place.insert(held);
        }
        Entry::Occupied(mut known) => {
            if lasts(known.get()) < lasts(&held) {
                known.insert(held);
            }
        }
    }
}

fn is_of_a_student(flavour: &str, enrolment: Option<EnrolmentRow>) -> Result<bool, StoreError> {
    let listing = listing_of(&Capabilities::of(from_word("registrations.flavour", flavour)?));
    let known = enrolment.map(|row| row.enrolment(listing)).transpose()?;
    Ok(known.is_some_and(|known| known.was_a_student()))
}

/// Keeps all awards of somebody as they are until the transaction ends, so that none is revoked between being counted and being
/// signed for.
pub(crate) fn hold(db: &mut Db, tenant: &TenantId, person: &PersonId) -> Result<(), StoreError> {
    diesel::update(awards::table)
        .filter(awards::tenant_id.eq(tenant.as_str()))
        .filter(awards::person_id.eq(person.as_str()))
        .set(awards::cycle.eq(awards::cycle))
        .execute(db)?;
    Ok(())
}

/// How many people of the institution count as students of one of its courses, each once.
pub(crate) fn students(db: &mut Db, tenant: &TenantId) -> Result<usize, StoreError> {
    let told: Vec<(String, String)> = on_both!(db, |connection| courses::table
        .inner_join(registrations::table.on(registrations::id.eq(courses::registration_id)))
        .filter(courses::tenant_id.eq(tenant.as_str()))
        .select((registrations::id, registrations::flavour))
        .distinct()
        .load(connection))?;
    let mut of_listing: [(Listing, Vec<String>); 2] =
        [Listing::Students, Listing::StudentsAndStaff].map(|listing| (listing, Vec::new()));
    for (registration, flavour) in told {
        let own = listing_of(&Capabilities::of(from_word("registrations.flavour", &flavour)?));
        for (listing, registrations) in &mut of_listing {
            if *listing == own {
                registrations.push(registration.clone());
            }
        }
    }
    let mut all: BTreeSet<String> = BTreeSet::new();
    for (listing, of) in of_listing {
        let ids: Vec<String> = on_both!(db, |connection| enrolments::table
            .inner_join(courses::table.on(courses::id.eq(enrolments::course_id)))
            .inner_join(people::table.on(people::id.eq(enrolments::person_id)))
            .filter(enrolments::tenant_id.eq(tenant.as_str()))
            .filter(courses::registration_id.eq_any(&of))
            .filter(people::joined_into.is_null())
            .filter(is_student!(listing))
            .select(enrolments::person_id)
            .distinct()
            .load(connection))?;
        all.extend(ids);
    }
    Ok(all.len())
}
