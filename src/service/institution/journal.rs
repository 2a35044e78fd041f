//! The audit log of an institution, as the console shows and exports it.

use std::collections::BTreeMap;

use crate::domain::issuer::Tenant;
use crate::ids::TenantId;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::institution::administrators::{Administrator, Deed, moment, note};
use crate::store::journal::{Filter, Logged, actions, names, search};
use crate::store::{Page, tenants};

/// Most entries of one export; the page says so.
pub const MOST_EXPORTED: i64 = 50_000;
/// Entries that are read at one time.
const PART: i64 = 1_000;

/// A part of the log.
#[derive(Debug, Clone)]
pub struct Part {
    pub tenant: Tenant,
    /// Newest first.
    pub entries: Vec<Logged>,
    pub total: i64,
    /// What the ids in it are called.
    pub names: BTreeMap<String, String>,
    /// Every deed that there is in the log.
    pub actions: Vec<String>,
}

impl Part {
    /// Who did it, for people to read.
    #[must_use]
    pub fn actor(&self, entry: &Logged) -> String {
        match &entry.actor {
            None => "Cairn".to_owned(),
            Some(id) => self
                .names
                .get(id)
                .cloned()
                .unwrap_or_else(|| short("Somebody", id)),
        }
    }

    /// What it was done to, for people to read.
    #[must_use]
    pub fn subject(&self, entry: &Logged) -> String {
        if entry.subject == self.tenant.id.as_str() {
            return self.tenant.name.clone();
        }
        self.names
            .get(&entry.subject)
            .cloned()
            .unwrap_or_else(|| entry.subject.clone())
    }
}

fn short(word: &str, id: &str) -> String {
    let tail: String = id.chars().skip(id.chars().count().saturating_sub(4)).collect();
    format!("{word} {}", tail.to_uppercase())
}

/// A page of the log.
///
/// # Errors
/// [`ServiceError::NotFound`] for an institution that this administrator does not see.
pub async fn look(
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
        ids.extend(entries.iter().filter_map(|entry| entry.actor.as_deref()));
        ids.sort_unstable();
        ids.dedup();
        let names = names(db, &id, &ids)?;
        Ok(Part {
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
/// As [`look`].
pub async fn export(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    filter: &Filter,
) -> Result<Vec<Part>, ServiceError> {
    let mut filter = filter.clone();
    let (now, random) = moment(cairn);
    // What happens from now on would move the pages.
    filter.until = Some(filter.until.map_or(now, |until| until.min(now)));
    let mut parts = Vec::new();
    let mut offset = 0;
    while offset < MOST_EXPORTED {
        let part = look(cairn, admin, tenant, &filter, Page { offset, limit: PART }).await?;
        let more = !part.entries.is_empty();
        parts.push(part);
        if !more {
            break;
        }
        offset += PART;
    }
    let (tenant, actor) = (tenant.clone(), admin.actor.clone());
    let noted = cairn.store.write(move |db| {
        let deed = Deed {
            action: "audit.exported",
            subject: tenant.as_str(),
            detail: serde_json::json!({}),
        };
        note(db, &tenant, Some(&actor), &deed, now, random.as_ref())
    });
    noted.await?;
    Ok(parts)
}
