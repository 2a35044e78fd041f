//! Lists of skills that an institution brought, from which its teachers choose.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::{anywhere, folded, micros, moment};
use super::schema::{listed_skills, skill_lists};
use super::{Db, StoreError};
use crate::domain::skills::{FoundSkill, ListedSkill, SkillList};
use crate::ids::{SkillId, SkillListId, TenantId};
use crate::random::Random;

/// Skills that one answer may have.
pub(crate) const MOST_FOUND: i64 = 30;

/// Keeps a list with its skills, in place of the one of that name. Run it in a transaction.
pub(crate) fn bring(
    db: &mut Db,
    tenant: &TenantId,
    name: &str,
    skills: &[ListedSkill],
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<SkillListId, StoreError> {
    let known: Option<String> = skill_lists::table
        .filter(skill_lists::tenant_id.eq(tenant.as_str()))
        .filter(skill_lists::name.eq(name))
        .select(skill_lists::id)
        .get_result(db)
        .optional()?;
    if let Some(known) = known {
        remove(db, tenant, &known.into())?;
    }
    let id = SkillListId::new(now, random);
    diesel::insert_into(skill_lists::table)
        .values((
            skill_lists::id.eq(id.as_str()),
            skill_lists::tenant_id.eq(tenant.as_str()),
            skill_lists::name.eq(name),
            skill_lists::skills.eq(i32::try_from(skills.len()).unwrap_or(i32::MAX)),
            skill_lists::brought_at.eq(micros(now)),
        ))
        .execute(db)?;
    for skill in skills {
        diesel::insert_into(listed_skills::table)
            .values((
                listed_skills::id.eq(SkillId::new(now, random).as_str()),
                listed_skills::tenant_id.eq(tenant.as_str()),
                listed_skills::skill_list_id.eq(id.as_str()),
                listed_skills::name.eq(&skill.name),
                listed_skills::folded_name.eq(folded(Some(&skill.name))),
                listed_skills::url.eq(&skill.url),
                listed_skills::code.eq(skill.code.as_deref()),
            ))
            .execute(db)?;
    }
    Ok(id)
}

/// Removes a list with its skills; badges that name some keep them. `false`: there was none. Run it in a transaction.
pub(crate) fn remove(db: &mut Db, tenant: &TenantId, id: &SkillListId) -> Result<bool, StoreError> {
    diesel::delete(listed_skills::table)
        .filter(listed_skills::tenant_id.eq(tenant.as_str()))
        .filter(listed_skills::skill_list_id.eq(id.as_str()))
        .execute(db)?;
    let gone = diesel::delete(skill_lists::table)
        .filter(skill_lists::tenant_id.eq(tenant.as_str()))
        .filter(skill_lists::id.eq(id.as_str()))
        .execute(db)?;
    Ok(gone == 1)
}

/// The lists of an institution by name.
pub(crate) fn lists(db: &mut Db, tenant: &TenantId) -> Result<Vec<SkillList>, StoreError> {
    let rows: Vec<(String, String, i32, i64)> = skill_lists::table
        .filter(skill_lists::tenant_id.eq(tenant.as_str()))
        .order((skill_lists::name, skill_lists::id))
        .select((
            skill_lists::id,
            skill_lists::name,
            skill_lists::skills,
            skill_lists::brought_at,
        ))
        .load(db)?;
    rows.into_iter()
        .map(|(id, name, skills, at)| {
            Ok(SkillList {
                id: id.into(),
                name,
                skills: u32::try_from(skills).unwrap_or_default(),
                brought_at: moment(at)?,
            })
        })
        .collect()
}

/// A skill of a list as its row has it: id, list, name, address, code.
type Row = (String, String, String, String, Option<String>);

/// Rows with the names of their lists.
fn named(db: &mut Db, tenant: &TenantId, rows: Vec<Row>) -> Result<Vec<FoundSkill>, StoreError> {
    let known: HashMap<String, String> = lists(db, tenant)?
        .into_iter()
        .map(|list| (list.id.to_string(), list.name))
        .collect();
    Ok(rows
        .into_iter()
        .map(|(id, list, name, url, code)| FoundSkill {
            id: id.into(),
            list: known.get(&list).cloned().unwrap_or_default(),
            skill: ListedSkill { name, url, code },
        })
        .collect())
}

/// The skills in whose names all of these words stand, by name, and not more than [`MOST_FOUND`].
pub(crate) fn search(
    db: &mut Db,
    tenant: &TenantId,
    words: &[String],
) -> Result<Vec<FoundSkill>, StoreError> {
    let patterns: Vec<String> = words.iter().map(|word| anywhere(word)).collect();
    let rows: Vec<Row> = on_both!(db, |connection| {
        let mut query = listed_skills::table
            .filter(listed_skills::tenant_id.eq(tenant.as_str()))
            .order((listed_skills::folded_name, listed_skills::id))
            .limit(MOST_FOUND)
            .select((
                listed_skills::id,
                listed_skills::skill_list_id,
                listed_skills::name,
                listed_skills::url,
                listed_skills::code,
            ))
            .into_boxed();
        for pattern in &patterns {
            query = query.filter(listed_skills::folded_name.like(pattern).escape('\\'));
        }
        query.load(connection)
    })?;
    named(db, tenant, rows)
}

/// The skill with that id.
pub(crate) fn get(db: &mut Db, tenant: &TenantId, id: &SkillId) -> Result<Option<FoundSkill>, StoreError> {
    let row: Option<Row> = listed_skills::table
        .filter(listed_skills::tenant_id.eq(tenant.as_str()))
        .filter(listed_skills::id.eq(id.as_str()))
        .select((
            listed_skills::id,
            listed_skills::skill_list_id,
            listed_skills::name,
            listed_skills::url,
            listed_skills::code,
        ))
        .get_result(db)
        .optional()?;
    Ok(named(db, tenant, row.into_iter().collect())?.pop())
}
