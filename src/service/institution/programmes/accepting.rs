//! Copies of what a programme takes that ask something else than what they were copied from: what they award counts in their own
//! course alone, until whoever owns the programme has looked at them and counts them all the same.

use std::collections::BTreeSet;

use serde_json::json;

use super::trying::is_own;
use super::{By, entry, find, named_by};
use crate::domain::audit::Action;
use crate::domain::programme::Offered;
use crate::domain::sentence::sentence_in_full;
use crate::ids::{BadgeId, TenantId};
use crate::service::Cairn;
use crate::service::badge::lineage;
use crate::service::base::error::ServiceError;
use crate::service::base::names;
use crate::service::base::refusal::ProgrammeRefusal;
use crate::service::institution::administrators::Administrator;
use crate::store::{Db, StoreError, audit, lineages, policies, programmes, rules};

/// Most copies that are told at once; once they are looked at, the next ones are.
const MOST: usize = 100;

/// A copy that asks something else.
#[derive(Debug, Clone)]
pub(crate) struct Changed {
    pub(crate) copy: Offered,
    /// What it asks, in words.
    pub(crate) asks: String,
    /// Of what it is now: what is accepted is what was looked at.
    pub(crate) digest: String,
}

/// The copies of these badges that ask something else and were not accepted as they are.
pub(super) fn changed(db: &mut Db, tenant: &TenantId, parts: &[BadgeId]) -> Result<Vec<Changed>, StoreError> {
    let lines: BTreeSet<BadgeId> = lineages::of_badges(db, tenant, parts)?.into_values().collect();
    let lines: Vec<BadgeId> = lines.into_iter().collect();
    let mut found = Vec::new();
    for copy in programmes::copies(db, tenant, &lines)? {
        if found.len() == MOST {
            break;
        }
        let Some(digest) = lineage::changed(db, &copy.badge)? else {
            continue;
        };
        let Some(active) = rules::active(db, tenant, &copy.badge.id)? else {
            continue;
        };
        let names = names::of_course(db, tenant, &copy.badge.course)?;
        found.push(Changed {
            asks: sentence_in_full(&active.root, &names),
            copy,
            digest,
        });
    }
    Ok(found)
}

/// Counts a copy for what the programme takes, as it was when `digest` was shown: what it awards from now on, and what it awarded by
/// that rule. Doing it twice is doing it once; a later change asks again.
///
/// # Errors
/// [`ServiceError::NotFound`] for what this administrator does not see; [`ProgrammeRefusal::CopyChanged`] where it is another one by now;
/// [`ProgrammeRefusal::OwnDesign`] for whoever designed it, where the policy asks for a second person.
#[tracing::instrument(
    name = "programmes.accept_copy", skip_all,
    fields(badge = id.as_str(), copy = copy.as_str())
)]
pub(crate) async fn accept(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    id: &BadgeId,
    copy: &BadgeId,
    digest: &str,
) -> Result<(), ServiceError> {
    admin.scope.allows(tenant)?;
    let (now, random) = cairn.moment();
    let (tenant, id, copy) = (tenant.clone(), id.clone(), copy.clone());
    let (admin, digest) = (admin.clone(), digest.to_owned());
    let done = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        let (programme, badge) = find(db, &tenant, &id)?;
        if lineages::is_accepted(db, &tenant, &copy, &digest)? {
            return Ok(());
        }
        // What counts for a part is as much of a programme as its rule: where a second person approves that, one does this too.
        if policies::get(db, &tenant)?.programme_reviews && is_own(db, &programme, None, &By::from(&admin))? {
            return Err(ProgrammeRefusal::OwnDesign.into());
        }
        let (active, draft) = (rules::active(db, &tenant, &id)?, rules::draft(db, &tenant, &id)?);
        let parts = named_by(active.as_ref(), draft.as_ref());
        let known = changed(db, &tenant, &parts)?
            .into_iter()
            .find(|one| one.copy.badge.id == copy && one.digest == digest)
            .ok_or(ProgrammeRefusal::CopyChanged)?;
        let by = admin.actor.as_str();
        if lineage::accept(db, &known.copy.badge, by, now, random.as_ref())? {
            let by = By::from(&admin);
            let entry = entry(&by, &badge, Action::ProgrammeCopyCounted, now);
            let entry = entry.detail(json!({ "copy": copy, "substance": digest }));
            audit::record(db, &entry, random.as_ref())?;
        }
        Ok(())
    });
    done.await
}
