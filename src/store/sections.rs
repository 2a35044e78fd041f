//! Sections and groups of courses, and who is in them. Of each person what was told last holds, whichever source told it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::convert::{CHUNK, folded, from_word, word};
use super::enrolments::{self, is_student};
use super::pieces::Piece;
use super::schema::{enrolments as members, section_members, sections};
use super::{Db, StoreError};
use crate::domain::section::{NamedSection, Section, SectionKind, SectionSource};
use crate::ids::{CourseId, PersonId, SectionId, TenantId};
use crate::random::Random;

/// Of which course something is told, by whom, and of what sort of sections.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Told<'a> {
    pub(crate) tenant: &'a TenantId,
    pub(crate) course: &'a CourseId,
    pub(crate) source: SectionSource,
    pub(crate) kind: SectionKind,
}

/// A person, and all sections of that sort that they are in.
pub(crate) type Said = (PersonId, Vec<NamedSection>);

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = sections, treat_none_as_default_value = false)]
struct Row {
    id: String,
    tenant_id: String,
    course_id: String,
    source: String,
    kind: String,
    section_key: String,
    name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Queryable, Selectable, Insertable)]
#[diesel(table_name = section_members, treat_none_as_default_value = false)]
struct Member {
    tenant_id: String,
    section_id: String,
    person_id: String,
}

fn rows(db: &mut Db, tenant: &TenantId, course: &CourseId) -> Result<Vec<Row>, StoreError> {
    Ok(sections::table
        .filter(sections::tenant_id.eq(tenant.as_str()))
        .filter(sections::course_id.eq(course.as_str()))
        .order(sections::id)
        .select(Row::as_select())
        .load(db)?)
}

/// Takes over in which sections these people are; whatever was told of them before, by any source, holds no more. Of everybody
/// else what is known stays. Run it in a transaction.
pub(crate) fn tell(
    db: &mut Db,
    told: Told<'_>,
    said: &[Said],
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    if said.is_empty() {
        return Ok(());
    }
    let known = keep_named(db, told, said, now, random)?;
    let (source, kind) = (word(&told.source)?, word(&told.kind)?);
    let ids: HashMap<&str, &str> = known
        .iter()
        .filter(|row| row.source == source && row.kind == kind)
        .map(|row| (row.section_key.as_str(), row.id.as_str()))
        .collect();
    let mut wanted = BTreeSet::new();
    for (person, names) in said {
        let found = names.iter().filter_map(|named| ids.get(named.key.as_str()));
        wanted.extend(found.map(|section| Member {
            tenant_id: told.tenant.to_string(),
            section_id: (*section).to_owned(),
            person_id: person.to_string(),
        }));
    }
    let of_kind: Vec<&str> = known
        .iter()
        .filter(|row| row.kind == kind)
        .map(|row| row.id.as_str())
        .collect();
    let people: Vec<&str> = said.iter().map(|(person, _)| person.as_str()).collect();
    let mut before = BTreeSet::new();
    for some in people.chunks(CHUNK) {
        let found: Vec<Member> = on_both!(db, |connection| section_members::table
            .filter(section_members::tenant_id.eq(told.tenant.as_str()))
            .filter(section_members::section_id.eq_any(&of_kind))
            .filter(section_members::person_id.eq_any(some))
            .select(Member::as_select())
            .load(connection))?;
        before.extend(found);
    }
    let gone: Vec<Member> = before.difference(&wanted).cloned().collect();
    let new: Vec<Member> = wanted.difference(&before).cloned().collect();
    leave(db, told.tenant, &gone)?;
    for some in new.chunks(CHUNK) {
        on_both!(db, |connection| diesel::insert_into(section_members::table)
            .values(some)
            .on_conflict_do_nothing()
            .execute(connection))?;
    }
    // Of those who were launched at the same moment one may be about to come into what is empty now.
    if told.source == SectionSource::Launch {
        Ok(())
    } else {
        forget_empty(db, told)
    }
}

/// Takes over all that a source says of a course: whom it does not name is in none of its sections any more, and a section that
/// it does not name is gone. Run it in a transaction.
pub(crate) fn replace_for(
    db: &mut Db,
    told: Told<'_>,
    said: &[Said],
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let (source, kind) = (word(&told.source)?, word(&told.kind)?);
    let named: HashSet<&str> = said.iter().map(|(person, _)| person.as_str()).collect();
    let there: Vec<Member> = on_both!(db, |connection| section_members::table
        .inner_join(sections::table.on(sections::id.eq(section_members::section_id)))
        .filter(section_members::tenant_id.eq(told.tenant.as_str()))
        .filter(sections::course_id.eq(told.course.as_str()))
        .filter(sections::source.eq(&source))
        .filter(sections::kind.eq(&kind))
        .select(Member::as_select())
        .load(connection))?;
    let gone: Vec<Member> = there
        .into_iter()
        .filter(|member| !named.contains(member.person_id.as_str()))
        .collect();
    leave(db, told.tenant, &gone)?;
    tell(db, told, said, now, random)?;
    forget_empty(db, told)
}

/// Keeps the sections that are named, under the names that they have now, and gives all of the course.
fn keep_named(
    db: &mut Db,
    told: Told<'_>,
    said: &[Said],
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<Vec<Row>, StoreError> {
    let (source, kind) = (word(&told.source)?, word(&told.kind)?);
    let named: BTreeMap<&str, &str> = said
        .iter()
        .flat_map(|(_, names)| names)
        .map(|one| (one.key.as_str(), one.name.as_str()))
        .collect();
    let known = rows(db, told.tenant, told.course)?;
    let find = |key: &str| {
        let mut of_source = known
            .iter()
            .filter(|row| row.source == source && row.kind == kind);
        of_source.find(|row| row.section_key == key)
    };
    let mut is_new = false;
    for (key, name) in named {
        match find(key) {
            Some(row) if row.name == name => {}
            Some(row) => {
                diesel::update(sections::table)
                    .filter(sections::tenant_id.eq(told.tenant.as_str()))
                    .filter(sections::id.eq(&row.id))
                    .set(sections::name.eq(name))
                    .execute(db)?;
            }
            None => {
                is_new = true;
                let row = Row {
                    id: SectionId::new(now, random).to_string(),
                    tenant_id: told.tenant.to_string(),
                    course_id: told.course.to_string(),
                    source: source.clone(),
                    kind: kind.clone(),
                    section_key: key.to_owned(),
                    name: name.to_owned(),
                };
                on_both!(db, |connection| diesel::insert_into(sections::table)
                    .values(&row)
                    .on_conflict_do_nothing()
                    .execute(connection))?;
            }
        }
    }
    if is_new {
        // Another node may have named the same one at this moment.
        return rows(db, told.tenant, told.course);
    }
    Ok(known)
}

fn leave(db: &mut Db, tenant: &TenantId, gone: &[Member]) -> Result<(), StoreError> {
    let mut by_section: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for member in gone {
        let people = by_section.entry(member.section_id.as_str()).or_default();
        people.push(member.person_id.as_str());
    }
    for (section, people) in by_section {
        for some in people.chunks(CHUNK) {
            on_both!(db, |connection| diesel::delete(section_members::table)
                .filter(section_members::tenant_id.eq(tenant.as_str()))
                .filter(section_members::section_id.eq(section))
                .filter(section_members::person_id.eq_any(some))
                .execute(connection))?;
        }
    }
    Ok(())
}

fn forget_empty(db: &mut Db, told: Told<'_>) -> Result<(), StoreError> {
    let (source, kind) = (word(&told.source)?, word(&told.kind)?);
    on_both!(db, |connection| diesel::delete(sections::table)
        .filter(sections::tenant_id.eq(told.tenant.as_str()))
        .filter(sections::course_id.eq(told.course.as_str()))
        .filter(sections::source.eq(&source))
        .filter(sections::kind.eq(&kind))
        .filter(sections::id.ne_all(section_members::table.select(section_members::section_id)))
        .execute(connection))?;
    Ok(())
}

/// The sections of a course in which a student is, by kind and name. One section alone is none: every course of Canvas has one,
/// which is the whole class.
pub(crate) fn of_course(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
) -> Result<Vec<Section>, StoreError> {
    let listing = enrolments::listing(db, tenant, course)?;
    let found: Vec<(String, String, String)> = on_both!(db, |connection| sections::table
        .inner_join(section_members::table.on(section_members::section_id.eq(sections::id)))
        .inner_join(
            members::table.on(members::person_id
                .eq(section_members::person_id)
                .and(members::course_id.eq(sections::course_id)))
        )
        .filter(sections::tenant_id.eq(tenant.as_str()))
        .filter(sections::course_id.eq(course.as_str()))
        .filter(is_student!(listing))
        .select((sections::kind, sections::name, sections::id))
        .distinct()
        .load(connection))?;
    let mut by_name: BTreeMap<(SectionKind, String, String), Vec<SectionId>> = BTreeMap::new();
    for (kind, name, id) in found {
        let kind: SectionKind = from_word("sections.kind", &kind)?;
        let ids = by_name
            .entry((kind, folded(Some(name.as_str())), name))
            .or_default();
        ids.push(id.into());
    }
    let section = |((kind, _, name), mut ids): ((SectionKind, String, String), Vec<SectionId>)| {
        ids.sort();
        let id = ids.first()?.clone();
        Some(Section { id, ids, kind, name })
    };
    let all: Vec<Section> = by_name.into_iter().filter_map(section).collect();
    let is_choice = all.len() > 1 || all.iter().any(|one| one.kind == SectionKind::Group);
    Ok(if is_choice { all } else { Vec::new() })
}

/// How many students of a course are in no section and no group, as far as anybody has told.
pub(crate) fn in_none(db: &mut Db, tenant: &TenantId, course: &CourseId) -> Result<i64, StoreError> {
    let listing = enrolments::listing(db, tenant, course)?;
    let in_none = || {
        Piece::<Bool>::sql(
            "NOT EXISTS (SELECT 1 FROM section_members m JOIN sections s ON s.id = m.section_id \
             WHERE s.course_id = enrolments.course_id AND s.tenant_id = enrolments.tenant_id \
             AND m.person_id = enrolments.person_id)",
        )
    };
    Ok(on_both!(db, |connection| members::table
        .filter(members::tenant_id.eq(tenant.as_str()))
        .filter(members::course_id.eq(course.as_str()))
        .filter(is_student!(listing))
        .filter(in_none())
        .count()
        .get_result(connection))?)
}

/// The names of the sections and groups of a course in which these people are.
pub(crate) fn of_people(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    people: &[PersonId],
) -> Result<HashMap<PersonId, Vec<String>>, StoreError> {
    let mut all: HashMap<PersonId, BTreeSet<String>> = HashMap::new();
    for some in people.chunks(CHUNK) {
        let found: Vec<(String, String)> = on_both!(db, |connection| section_members::table
            .inner_join(sections::table.on(sections::id.eq(section_members::section_id)))
            .filter(section_members::tenant_id.eq(tenant.as_str()))
            .filter(sections::course_id.eq(course.as_str()))
            .filter(section_members::person_id.eq_any(some.iter().map(PersonId::as_str)))
            .select((section_members::person_id, sections::name))
            .load(connection))?;
        for (person, name) in found {
            all.entry(person.into()).or_default().insert(name);
        }
    }
    let told = all.into_iter();
    Ok(told
        .map(|(person, names)| (person, names.into_iter().collect()))
        .collect())
}

/// Who is in these sections.
pub(crate) fn people_in(
    db: &mut Db,
    tenant: &TenantId,
    these: &[SectionId],
) -> Result<HashSet<PersonId>, StoreError> {
    let ids: Vec<&str> = these.iter().map(SectionId::as_str).collect();
    let found: Vec<String> = on_both!(db, |connection| section_members::table
        .filter(section_members::tenant_id.eq(tenant.as_str()))
        .filter(section_members::section_id.eq_any(&ids))
        .select(section_members::person_id)
        .load(connection))?;
    Ok(found.into_iter().map(PersonId::from).collect())
}

/// A section as it is kept of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) course: CourseId,
    pub(crate) kind: SectionKind,
    pub(crate) source: SectionSource,
    pub(crate) name: String,
}

/// The sections of a person, in all courses.
pub(crate) fn of_person(db: &mut Db, tenant: &TenantId, person: &PersonId) -> Result<Vec<Kept>, StoreError> {
    let found: Vec<Row> = on_both!(db, |connection| sections::table
        .inner_join(section_members::table.on(section_members::section_id.eq(sections::id)))
        .filter(section_members::tenant_id.eq(tenant.as_str()))
        .filter(section_members::person_id.eq(person.as_str()))
        .order((sections::course_id, sections::id))
        .select(Row::as_select())
        .load(connection))?;
    let kept = found.into_iter().map(|row| {
        Ok(Kept {
            course: row.course_id.into(),
            kind: from_word("sections.kind", &row.kind)?,
            source: from_word("sections.source", &row.source)?,
            name: row.name,
        })
    });
    kept.collect()
}

/// Pairs of sections that two courses call alike, the one's and the other's.
pub(super) fn alike(
    db: &mut Db,
    tenant: &TenantId,
    one: &CourseId,
    other: &CourseId,
) -> Result<Vec<(String, String)>, StoreError> {
    let others = rows(db, tenant, other)?;
    let same = |row: &Row| {
        let alike = others.iter().find(|other| {
            (&other.source, &other.kind, &other.section_key) == (&row.source, &row.kind, &row.section_key)
        });
        alike.map(|other| other.id.clone())
    };
    let all = rows(db, tenant, one)?.into_iter();
    Ok(all
        .filter_map(|row| Some((row.id.clone(), same(&row)?)))
        .collect())
}

/// Has those of one section be in another one who are not there.
pub(super) fn go_over(
    db: &mut Db,
    tenant: &TenantId,
    from: &str,
    into: &str,
    people: &[String],
) -> Result<(), StoreError> {
    for some in people.chunks(CHUNK) {
        on_both!(db, |connection| diesel::update(section_members::table)
            .filter(section_members::tenant_id.eq(tenant.as_str()))
            .filter(section_members::section_id.eq(from))
            .filter(section_members::person_id.eq_any(some))
            .set(section_members::section_id.eq(into))
            .execute(connection))?;
    }
    Ok(())
}
