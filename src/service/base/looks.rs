//! How often servers of strangers are asked because somebody here brought a badge: so many badges a day are looked at for one person,
//! and for a whole institution, so that nobody makes this server fetch for them, or has it asked without end.

use crate::ids::{EndorsementId, PersonId, TenantId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::store::{looks, tenants};

/// Looks of one person a day: a full export once, with the look before anything is kept.
pub(in crate::service) const PERSON: i64 = 200;
/// Looks of all people of an institution.
pub(in crate::service) const INSTITUTION: i64 = 600;
/// Looks for the endorser of one badge: at a domain, and at what was signed elsewhere.
const ENDORSER: i64 = 20;
/// Looks at badges of one person whose verdict is old; those of an institution are as many as people have themselves.
const PLANNED: i64 = 50;

/// For whom somebody outside would be asked.
#[derive(Debug, Clone, Copy)]
pub(in crate::service) enum Whose<'a> {
    /// Who waits for it.
    Person(&'a PersonId),
    Endorser(&'a EndorsementId),
    /// Whose badge is to be checked again; nobody waits.
    Planned(&'a PersonId),
}

impl Whose<'_> {
    /// The word that is stored, for whom, and how many they have.
    fn share(self) -> (&'static str, String, i64) {
        match self {
            Self::Person(id) => ("asked", id.to_string(), PERSON),
            Self::Endorser(id) => ("asked", id.to_string(), ENDORSER),
            Self::Planned(id) => ("planned", id.to_string(), PLANNED),
        }
    }
}

/// Takes so many looks of what is left today, or as many as are; says how many.
///
/// # Errors
/// What the store reports.
pub(in crate::service) async fn take(
    cairn: &Cairn,
    tenant: &TenantId,
    whose: Whose<'_>,
    wanted: usize,
) -> Result<usize, ServiceError> {
    let (kind, asker, most) = whose.share();
    let (tenant, now) = (tenant.clone(), cairn.clock.now());
    let wanted = i64::try_from(wanted).unwrap_or(i64::MAX);
    let granted = cairn.store.write(move |db| {
        let day = tenants::zone(db, &tenant)?.day(now);
        let shares = [(tenant.as_str(), INSTITUTION), (asker.as_str(), most)];
        looks::take(db, &tenant, kind, day, wanted, &shares)
    });
    Ok(usize::try_from(granted.await?).unwrap_or_default())
}
