//! Sections that both of two courses have: who is in the one's goes over to the other's, which is what is offered from then on.

use std::collections::BTreeMap;

use super::super::sections::{alike, go_over, people_in};
use super::super::{Db, StoreError};
use super::moves;
use crate::ids::{CourseId, JoinId, SectionId, TenantId};

/// Under what the journal has people who changed over: their section and they themselves, and where they are now.
const MEMBERS: &str = "section_members.section_id/course";

/// Run it once the other sections went over.
pub(super) fn join(
    db: &mut Db,
    tenant: &TenantId,
    id: &JoinId,
    from: &CourseId,
    into: &CourseId,
) -> Result<(), StoreError> {
    for (theirs, own) in alike(db, tenant, from, into)? {
        let there = people_in(db, tenant, &[SectionId::from(own.as_str())])?;
        let left = people_in(db, tenant, &[SectionId::from(theirs.as_str())])?;
        let goes: Vec<String> = left.difference(&there).map(ToString::to_string).collect();
        let rows: Vec<(String, String)> = goes
            .iter()
            .map(|person| (format!("{theirs}/{person}"), own.clone()))
            .collect();
        moves::note(db, tenant, id, MEMBERS, &rows)?;
        go_over(db, tenant, &theirs, &own, &goes)?;
    }
    Ok(())
}

/// Gives those back who are still where they went.
pub(super) fn part(db: &mut Db, tenant: &TenantId, id: &JoinId) -> Result<(), StoreError> {
    let mut back: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for (key, own) in moves::noted(db, tenant, id, MEMBERS)? {
        if let Some((theirs, person)) = key.split_once('/') {
            let people = back.entry((own, theirs.to_owned())).or_default();
            people.push(person.to_owned());
        }
    }
    for ((own, theirs), people) in back {
        go_over(db, tenant, &own, &theirs, &people)?;
    }
    Ok(())
}
