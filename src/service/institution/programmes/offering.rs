//! The badges of which programmes can be made: of each lineage one, which names it.

use std::collections::BTreeMap;

use super::{By, institution};
use crate::domain::issuer::Tenant;
use crate::domain::programme::Offered;
use crate::ids::{BadgeId, TenantId};
use crate::service::Cairn;
use crate::service::badge::lineage;
use crate::service::base::error::ServiceError;
use crate::store::{Db, StoreError, programmes};

/// The badges of which programmes of an institution can be made, of each lineage one, by course.
///
/// # Errors
/// As [`super::list`].
#[tracing::instrument(name = "programmes.offered", level = "debug", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn offered(
    cairn: &Cairn,
    by: impl Into<By>,
    tenant: &TenantId,
) -> Result<(Tenant, Vec<Offered>), ServiceError> {
    let (id, by) = (tenant.clone(), by.into());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        by.may(db, &id)?;
        Ok((institution(db, &id)?, each_once(db, &id)?))
    });
    found.await
}

/// Where it begins, or else the newest copy that counts for it: what was changed into another badge does not speak for it.
fn each_once(db: &mut Db, tenant: &TenantId) -> Result<Vec<Offered>, StoreError> {
    let mut lines: BTreeMap<BadgeId, Vec<Offered>> = BTreeMap::new();
    for one in programmes::offered(db, tenant)? {
        lines.entry(one.lineage.clone()).or_default().push(one);
    }
    let mut all = Vec::with_capacity(lines.len());
    for (first, mut line) in lines {
        if let Some(at) = line.iter().position(|one| one.badge.id == first) {
            all.push(line.swap_remove(at));
            continue;
        }
        for copy in line.into_iter().rev() {
            if lineage::outside(db, &copy.badge)?.is_some() {
                all.push(copy);
                break;
            }
        }
    }
    let key = |one: &Offered| (one.is_home, one.course.clone(), one.badge.design.name.clone());
    all.sort_by_cached_key(key);
    Ok(all)
}
