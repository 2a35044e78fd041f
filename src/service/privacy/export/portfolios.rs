//! What students brought, chose, showed and said, in the archive of an institution: one line of JSON for each, read part by part. What
//! would open a link of theirs is in none of it.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::pack::Pack;
use super::{internal, portfolio};
use crate::domain::people::Person;
use crate::ids::{AwardId, PersonId, TenantId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::store::{Db, StoreError, collections, foreign_badges, holder_notes, people, timelines};

/// Rows that are read at one time.
const PART: i64 = 200;

/// A line with whose it is, and by what the next part is asked for.
type Line = (PersonId, String, Value);

/// Packs all of it, and the files of the badges as they came.
pub(super) async fn pack(
    cairn: &Cairn,
    tenant: &TenantId,
    pack: &mut Pack,
    missing: &mut Vec<String>,
) -> Result<(), ServiceError> {
    lines(
        cairn,
        tenant,
        pack,
        "portfolios/collections.jsonl",
        |db, tenant, after| {
            let all = collections::some_after(db, tenant, after, PART)?.into_iter();
            Ok(all
                .map(|one| {
                    (
                        one.person.clone(),
                        one.id.to_string(),
                        portfolio::told_collection(&one),
                    )
                })
                .collect())
        },
    )
    .await?;
    lines(
        cairn,
        tenant,
        pack,
        "portfolios/timelines.jsonl",
        |db, tenant, after| {
            let all = timelines::some_after(db, tenant, after, PART)?.into_iter();
            Ok(all
                .map(|one| {
                    (
                        one.person.clone(),
                        one.id.to_string(),
                        super::mine::told_timeline(&one),
                    )
                })
                .collect())
        },
    )
    .await?;
    lines(
        cairn,
        tenant,
        pack,
        "portfolios/notes.jsonl",
        |db, tenant, after| {
            let all = holder_notes::some_after(db, tenant, after, PART)?.into_iter();
            Ok(all
                .map(|(person, note)| {
                    (
                        person,
                        note.award.to_string(),
                        told_note(&note.award, super::mine::told_note(&note)),
                    )
                })
                .collect())
        },
    )
    .await?;
    lines(
        cairn,
        tenant,
        pack,
        "portfolios/badges.jsonl",
        |db, tenant, after| {
            let all = foreign_badges::some_after(db, tenant, after, PART)?.into_iter();
            Ok(all
                .map(|one| {
                    (
                        one.person.clone(),
                        one.id.to_string(),
                        portfolio::told_badge(&one),
                    )
                })
                .collect())
        },
    )
    .await?;
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

fn told_note(award: &AwardId, said: Value) -> Value {
    json!({ "award": award, "says": said })
}

/// A file of lines, each with its holder as `holders.csv` names them.
async fn lines(
    cairn: &Cairn,
    tenant: &TenantId,
    pack: &mut Pack,
    name: &str,
    read: fn(&mut Db, &TenantId, &str) -> Result<Vec<Line>, StoreError>,
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
