//! What students brought, chose, showed and said, in the archive of an institution: one line of JSON for each, read part by part. What
//! would open a link of theirs is in none of it.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::pack::Pack;
use super::{internal, mine, portfolio};
use crate::domain::holder_note::HolderNote;
use crate::domain::people::Person;
use crate::domain::portfolio::{Collection, ForeignBadge};
use crate::domain::timeline::Timeline;
use crate::ids::{PersonId, TenantId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::store::{Db, StoreError, collections, foreign_badges, holder_notes, people, timelines};

/// Rows that are read at one time.
const PART: i64 = 200;

/// A line with whose it is, and by what the next part is asked for.
type Line = (PersonId, String, Value);

/// What reads the next part of a file, those after an id.
type Read = fn(&mut Db, &TenantId, &str) -> Result<Vec<Line>, StoreError>;

/// The files, each with what reads it.
const FILES: [(&str, Read); 4] = [
    ("portfolios/collections.jsonl", collections_after),
    ("portfolios/timelines.jsonl", timelines_after),
    ("portfolios/notes.jsonl", notes_after),
    ("portfolios/badges.jsonl", badges_after),
];

fn collections_after(db: &mut Db, tenant: &TenantId, after: &str) -> Result<Vec<Line>, StoreError> {
    let all = collections::some_after(db, tenant, after, PART)?.into_iter();
    let line = |one: Collection| {
        (
            one.person.clone(),
            one.id.to_string(),
            portfolio::told_collection(&one),
        )
    };
    Ok(all.map(line).collect())
}

fn timelines_after(db: &mut Db, tenant: &TenantId, after: &str) -> Result<Vec<Line>, StoreError> {
    let all = timelines::some_after(db, tenant, after, PART)?.into_iter();
    let line = |one: Timeline| (one.person.clone(), one.id.to_string(), mine::told_timeline(&one));
    Ok(all.map(line).collect())
}

fn notes_after(db: &mut Db, tenant: &TenantId, after: &str) -> Result<Vec<Line>, StoreError> {
    let all = holder_notes::some_after(db, tenant, after, PART)?.into_iter();
    let line = |(person, note): (PersonId, HolderNote)| {
        let told = json!({ "award": note.award, "says": mine::told_note(&note) });
        (person, note.award.to_string(), told)
    };
    Ok(all.map(line).collect())
}

fn badges_after(db: &mut Db, tenant: &TenantId, after: &str) -> Result<Vec<Line>, StoreError> {
    let all = foreign_badges::some_after(db, tenant, after, PART)?.into_iter();
    let line = |one: ForeignBadge| {
        (
            one.person.clone(),
            one.id.to_string(),
            portfolio::told_badge(&one),
        )
    };
    Ok(all.map(line).collect())
}

/// Packs all of it, and the files of the badges as they came.
pub(super) async fn pack(
    cairn: &Cairn,
    tenant: &TenantId,
    pack: &mut Pack,
    missing: &mut Vec<String>,
) -> Result<(), ServiceError> {
    for (name, read) in FILES {
        lines(cairn, tenant, pack, name, read).await?;
    }
    let mut after = String::new();
    loop {
        let (of, from) = (tenant.clone(), after.clone());
        let part = cairn
            .store
            .read(move |db| foreign_badges::some_after(db, &of, &from, PART));
        let part = part.await?;
        let Some(last) = part.last() else { break };
        after = last.id.to_string();
        for badge in &part {
            portfolio::pack_file(cairn, pack, badge, missing).await?;
        }
    }
    Ok(())
}

/// A file of lines, each with its holder as `holders.csv` names them.
async fn lines(
    cairn: &Cairn,
    tenant: &TenantId,
    pack: &mut Pack,
    name: &str,
    read: Read,
) -> Result<(), ServiceError> {
    pack.open(name).await?;
    let mut after = String::new();
    loop {
        let (of, from) = (tenant.clone(), after.clone());
        let part = cairn.store.read(move |db| -> Result<_, StoreError> {
            let part = read(db, &of, &from)?;
            let ids: Vec<PersonId> = part.iter().map(|(person, ..)| person.clone()).collect();
            Ok((people::by_ids(db, &of, &ids)?, part))
        });
        let (known, part): (HashMap<PersonId, Person>, Vec<Line>) = part.await?;
        let Some((_, last, _)) = part.last() else { break };
        after.clone_from(last);
        let mut text = Vec::new();
        for (person, _, said) in part {
            let holder = known
                .get(&person)
                .map(|one| json!({ "name": one.name, "id_at_the_course_site": one.sub }));
            let line = json!({ "holder": holder, "what": said });
            serde_json::to_writer(&mut text, &line).map_err(internal)?;
            text.push(b'\n');
        }
        pack.part(text).await?;
    }
    Ok(())
}
