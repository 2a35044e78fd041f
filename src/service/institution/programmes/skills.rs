//! Skills that whoever makes a programme chooses for it from the lists of the institution.

use super::By;
use crate::domain::skills::FoundSkill;
use crate::ids::{SkillId, TenantId};
use crate::service::Cairn;
use crate::service::badge::skills::{self, Offer};
use crate::service::base::error::ServiceError;
use crate::store::skills as stored;

/// The skills in whose names all words stand that were typed; none where nothing was.
///
/// # Errors
/// As [`super::list`].
#[tracing::instrument(name = "programmes.search_skills", level = "debug", skip_all)]
pub(crate) async fn search(
    cairn: &Cairn,
    by: impl Into<By>,
    tenant: &TenantId,
    sought: &str,
) -> Result<Offer, ServiceError> {
    let (tenant, by, sought) = (tenant.clone(), by.into(), sought.to_owned());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        by.may(db, &tenant)?;
        Ok(skills::offer(db, &tenant, &sought)?)
    });
    found.await
}

/// One of them by its id; none where its list is gone.
///
/// # Errors
/// As [`super::list`].
#[tracing::instrument(name = "programmes.chosen_skill", level = "debug", skip_all)]
pub(crate) async fn chosen(
    cairn: &Cairn,
    by: impl Into<By>,
    tenant: &TenantId,
    id: &SkillId,
) -> Result<Option<FoundSkill>, ServiceError> {
    let (tenant, by, id) = (tenant.clone(), by.into(), id.clone());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        by.may(db, &tenant)?;
        Ok(stored::get(db, &tenant, &id)?)
    });
    found.await
}
