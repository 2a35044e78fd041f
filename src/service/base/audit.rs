//! The audit log of an institution, as the console shows and exports it.

use std::collections::BTreeMap;

use crate::domain::audit::{Action, Actor, Entry, Filter, Logged};
use crate::domain::issuer::Tenant;
use crate::domain::page::Page;
use crate::ids::TenantId;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::operator::Administrator;
use crate::store::audit::{actions, courses_of, names, record, search, versions};
use crate::store::tenants;

/// Most entries of one export; the page says so.
pub(crate) const MOST_EXPORTED: i64 = 50_000;
/// Entries that are read at one time.
const PART: i64 = 1_000;

/// A part of the log.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) tenant: Tenant,
    /// Newest first.
    pub(crate) entries: Vec<Logged>,
    pub(crate) total: i64,
    /// What the ids in it are called.
    pub(crate) names: BTreeMap<String, String>,
    /// The course that each of what is in it belongs to, by its name.
    pub(crate) courses: BTreeMap<String, String>,
    /// Which versions of what was handed in are in it.
    pub(crate) versions: BTreeMap<String, i32>,
    /// The word of every action that there is in the log.
    pub(crate) actions: Vec<String>,
}

impl Part {
    /// What the person or the administrator who did it is called, where that is known.
    #[must_use]
    pub(crate) fn name(&self, actor: &Actor) -> Option<&str> {
        self.names.get(actor.id()?).map(String::as_str)
    }

    /// What it was done to: its name, or its id where it has none. What concerns a badge and a person is called by both.
    #[must_use]
    pub(crate) fn subject(&self, entry: &Logged) -> String {
        if entry.subject == self.tenant.id.as_str() {
            return self.tenant.name.clone();
        }
        let called = |id: &str| self.names.get(id).cloned();
        let pair = || {
            let (badge, person) = entry.subject.split_once('/')?;
            let person = called(person).unwrap_or_else(|| person.to_owned());
            Some(format!("{}, {person}", called(badge)?))
        };
        // What is gone is called as its entry has it.
        let gone = || {
            let title = entry.detail.get("title")?.as_str()?;
            Some(format!("“{title}”"))
        };
        called(&entry.subject)
            .or_else(pair)
            .or_else(gone)
            .unwrap_or_else(|| entry.subject.clone())
    }

    /// The course that it was done in, where it was done to something of one.
    #[must_use]
    pub(crate) fn course(&self, entry: &Logged) -> Option<&str> {
        let of_pair = || self.courses.get(entry.subject.split_once('/')?.0);
        let found = self.courses.get(&entry.subject).or_else(of_pair);
        found.map(String::as_str)
    }

    /// Which version it was done to, of what somebody handed in.
    #[must_use]
    pub(crate) fn version(&self, entry: &Logged) -> Option<i32> {
        self.versions.get(&entry.subject).copied()
    }
}

/// A page of the log.
///
/// # Errors
/// [`ServiceError::NotFound`] for an institution that this administrator does not see.
pub(crate) async fn view(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    filter: &Filter,
    page: Page,
) -> Result<Part, ServiceError> {
    admin.scope.allows(tenant)?;
    let (id, filter) = (tenant.clone(), filter.clone());
    let found = cairn.store.read_with(move |db| {
        let tenant = tenants::get(db, &id)?.ok_or(ServiceError::NotFound("institution"))?;
        let (entries, total) = search(db, &id, &filter, page)?;
        let mut ids: Vec<&str> = entries.iter().map(|entry| entry.subject.as_str()).collect();
        ids.extend(entries.iter().filter_map(|entry| entry.actor.id()));
        let pairs = entries.iter().filter_map(|entry| entry.subject.split_once('/'));
        ids.extend(pairs.flat_map(|(badge, person)| [badge, person]));
        ids.sort_unstable();
        ids.dedup();
        let names = names(db, &id, &ids)?;
        let versions = versions(db, &id, &ids)?;
        Ok(Part {
            courses: courses_of(db, &id, &ids)?,
            versions,
            actions: actions(db, &id)?,
            tenant,
            names,
            entries,
            total,
        })
    });
    found.await
}

/// The log in parts, to be written into a file: newest first, at most [`MOST_EXPORTED`] entries. That it was taken away
/// is an entry too.
///
/// # Errors
/// As [`view`].
pub(crate) async fn export(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    filter: &Filter,
) -> Result<Vec<Part>, ServiceError> {
    let mut filter = filter.clone();
    let (now, random) = cairn.moment();
    // What happens from now on would move the pages.
    filter.until = Some(filter.until.map_or(now, |until| until.min(now)));
    let mut parts = Vec::new();
    let mut offset = 0;
    while offset < MOST_EXPORTED {
        let part = view(cairn, admin, tenant, &filter, Page { offset, limit: PART }).await?;
        let more = !part.entries.is_empty();
        parts.push(part);
        if !more {
            break;
        }
        offset += PART;
    }
    let actor = Actor::Administrator(admin.actor.clone());
    let entry = Entry::new(tenant, actor, Action::AuditExported, tenant.as_str(), now);
    let recorded = cairn.store.write(move |db| record(db, &entry, random.as_ref()));
    recorded.await?;
    Ok(parts)
}
