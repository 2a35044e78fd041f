//! What is worth a thought about the programmes of an institution, as its report on the design of badges counts it.

use chrono::{DateTime, Utc};

use crate::domain::badge::Badge;
use crate::domain::coach::Found;
use crate::ids::{BadgeId, TenantId};
use crate::service::badge::coach::{endorsed, has_authority, look_over};
use crate::store::{Db, StoreError, dismissals, endorsements, programmes, rules};

/// What is open about its programmes, each with the badge that it is about.
pub(super) fn open(
    db: &mut Db,
    tenant: &TenantId,
    now: DateTime<Utc>,
) -> Result<Vec<(BadgeId, Found)>, StoreError> {
    let Some(home) = programmes::home(db, tenant)? else {
        return Ok(Vec::new());
    };
    let all: Vec<Badge> = programmes::all(db, tenant)?
        .into_iter()
        .map(|(_, badge)| badge)
        .collect();
    let signed = endorsements::signed_in_course(db, tenant, &home)?;
    let in_hand = rules::in_hand(db, tenant, Some(&home))?;
    let dismissed = dismissals::standing(db, tenant, Some(&home))?;
    let endorsed = endorsed(&all, &in_hand, &signed, now);
    let standing = look_over(&all, &in_hand, &endorsed, has_authority(db, tenant)?, dismissed);
    let open = standing.found.iter().filter(|one| standing.is_open(one));
    Ok(open
        .filter_map(|one| Some((one.badge.clone()?, one.clone())))
        .collect())
}
