//! Two people who have the same form open: whoever saves over what they were not shown is told what the other one saved, and
//! decides. Each form carries a digest of what its page was filled from; what is stored is compared with that, and changed
//! only as long as it still is what was compared (in the `UPDATE` itself).

use chrono::{DateTime, Utc};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::domain::audit::Action;
use crate::ids::TenantId;
use crate::service::base::error::ServiceError;
use crate::store::{Db, StoreError, audit};

/// What somebody was shown: SHA-256 of it as JSON, in hex.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen(String);

impl Seen {
    /// Of what a page shows.
    #[must_use]
    pub(crate) fn of(state: &impl Serialize) -> Self {
        let json = serde_json::to_vec(state).unwrap_or_default();
        Self(hex::encode(Sha256::digest(&json)))
    }

    /// As a form brought it back; what it left out is the digest of nothing.
    #[must_use]
    pub(crate) fn brought(text: &str) -> Self {
        Self(text.to_owned())
    }

    #[must_use]
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// What somebody else saved meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Clash<T> {
    pub(crate) theirs: T,
    /// Who saved it, where that is known.
    pub(crate) by: Option<String>,
    /// It was whoever saves now, in another tab.
    pub(crate) is_own: bool,
    pub(crate) at: Option<DateTime<Utc>>,
    /// With this, whoever saves all the same has seen it.
    pub(crate) seen: Seen,
}

/// What became of something that was to be saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Saving<T> {
    Done,
    /// Nothing was saved.
    Clash(Box<Clash<T>>),
}

/// Whether what is stored is what was shown. Nobody was shown anything who has `None`: the command line, and what follows
/// from another act. Run it in the transaction that saves.
///
/// # Errors
/// [`StoreError::Stale`] when it is something else by now.
pub(in crate::service) fn check(seen: Option<&Seen>, stored: &impl Serialize) -> Result<(), StoreError> {
    match seen {
        Some(seen) if *seen != Seen::of(stored) => Err(StoreError::Stale),
        _ => Ok(()),
    }
}

/// Whether somebody else was faster.
pub(in crate::service) fn was_faster(error: &ServiceError) -> bool {
    matches!(
        error,
        ServiceError::Store(StoreError::Stale | StoreError::AlreadyThere(_))
    )
}

/// What `viewer` is told of what somebody saved meanwhile: who did the last of these things to `subject`, and when.
pub(in crate::service) fn met<T: Clone>(
    db: &mut Db,
    tenant: &TenantId,
    viewer: &str,
    subject: &str,
    actions: &[Action],
    theirs: T,
    stored: &impl Serialize,
) -> Result<Clash<T>, StoreError> {
    let entries = audit::about(db, tenant, &[subject])?;
    let last = entries
        .iter()
        .find(|entry| entry.known().is_some_and(|action| actions.contains(&action)));
    let by = match last.and_then(|entry| entry.actor.id()) {
        Some(id) => audit::names(db, tenant, &[id])?.remove(id),
        None => None,
    };
    Ok(Clash {
        theirs,
        by,
        is_own: last.is_some_and(|entry| entry.actor.id() == Some(viewer)),
        at: last.map(|entry| entry.at),
        seen: Seen::of(stored),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_shown_may_be_saved_over() {
        let shown = ("approved", 90);
        let seen = Seen::of(&shown);
        assert_eq!(seen.as_str().len(), 64);
        check(Some(&seen), &shown).unwrap();
        check(Some(&Seen::brought(seen.as_str())), &shown).unwrap();
        check(None, &("declined", 0)).unwrap();
        for stored in [("approved", 91), ("declined", 90)] {
            assert!(matches!(check(Some(&seen), &stored), Err(StoreError::Stale)));
        }
        let nothing = Seen::brought("");
        assert!(matches!(check(Some(&nothing), &shown), Err(StoreError::Stale)));
    }
}
