//! What new badges carry of their endorsements: those in force, embedded before the badge is signed.

use super::substance_now;
use crate::domain::badge::Badge;
use crate::domain::endorsement::{EndorsementState, MOST};
use crate::service::base::error::ServiceError;
use crate::service::credential::build::achievement_id;
use crate::service::credential::signing::Signer;
use crate::store::{Db, endorsements};
use openbadges::credential::EndorsementCredential;

/// Bytes within a badge for all that was signed elsewhere: a badge that is too large, or says too much, can be neither signed nor read.
const ROOM: usize = 12 << 10;

impl Signer {
    /// The endorsements that a badge carries which is signed now: of what it asks today, under the name that it has today.
    pub(in crate::service) fn endorsements(
        &mut self,
        db: &mut Db,
        badge: &Badge,
    ) -> Result<Vec<EndorsementCredential>, ServiceError> {
        if let Some(known) = self.endorsed.get(&badge.id) {
            return Ok(known.clone());
        }
        let all = endorsements::of_badge(db, &badge.tenant, &badge.id)?;
        let (mut found, mut room) = (Vec::new(), ROOM);
        if all.iter().any(|one| one.given.is_some()) {
            let about = achievement_id(&self.identity, &self.issuer, badge);
            let (_, substance) = substance_now(db, badge)?;
            let now = self.context.now;
            for one in all {
                let holds = one.state(&substance, now) == EndorsementState::InForce;
                let Some(given) = one.given.filter(|given| holds && given.carried) else {
                    continue;
                };
                if given.issuer.is_none() {
                    let Some(left) = room.checked_sub(given.document.len()) else {
                        continue;
                    };
                    room = left;
                }
                // One of a former address of this server is about another name.
                let read: Option<EndorsementCredential> = serde_json::from_str(&given.document).ok();
                found.extend(read.filter(|read| read.credential_subject.id == about));
            }
            found.truncate(MOST);
        }
        self.endorsed.insert(badge.id.clone(), found.clone());
        Ok(found)
    }
}
