//! How much people may hand in, so that nobody fills the disk: so many versions and bytes of files for each student and activity,
//! and so many bytes for an institution. What an erased or forgotten version took is there again.

use chrono::TimeDelta;

use crate::domain::evidence::StoredFile;
use crate::ids::{ActivityId, ErasureId, PersonId, TenantId};
use crate::service::Cairn;
use crate::service::award::evidence::HandInProblem;
use crate::service::base::error::ServiceError;
use crate::service::base::queue::{self, EraseFiles};
use crate::service::base::stored;
use crate::settings::Settings;
use crate::store::{Db, StoreError, submissions};

/// So long a file stays whose hand-in was refused: the same file may be on its way in another one.
const STAYS: TimeDelta = TimeDelta::minutes(1);

/// What the settings allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Share {
    versions: usize,
    bytes: u64,
    file: u64,
    institution: u64,
}

const MEGABYTE: u64 = 1_000_000;

/// The most bytes of one file.
#[must_use]
pub(crate) fn largest(settings: &Settings) -> u64 {
    settings.largest_file_megabytes.saturating_mul(MEGABYTE)
}

impl Share {
    pub(super) fn of(settings: &Settings) -> Self {
        Self {
            versions: settings.hand_in_versions,
            bytes: settings.hand_in_megabytes.saturating_mul(MEGABYTE),
            file: largest(settings),
            institution: match settings.institution_megabytes {
                0 => u64::MAX,
                some => some.saturating_mul(MEGABYTE),
            },
        }
    }
}

/// What is left of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Left {
    /// How many there may be in all.
    pub(crate) of_versions: usize,
    pub(crate) versions: usize,
    /// Of files, for this student in this activity.
    pub(crate) bytes: u64,
    /// Of one file.
    pub(crate) file: u64,
    /// Of files, for the institution.
    pub(crate) institution: u64,
}

impl Left {
    /// The most bytes of a file that can be handed in now.
    #[must_use]
    pub(crate) fn largest(self) -> u64 {
        self.file.min(self.bytes).min(self.institution)
    }

    /// Why a version with a file of that size is not taken.
    pub(super) fn refuses(self, size: Option<u64>) -> Option<HandInProblem> {
        let size = size.unwrap_or_default();
        if self.versions == 0 {
            Some(HandInProblem::Versions(self.of_versions))
        } else if size > self.bytes {
            Some(HandInProblem::Share {
                size,
                left: self.bytes,
            })
        } else if size > self.institution {
            Some(HandInProblem::Institution)
        } else {
            None
        }
    }
}

/// Bytes that are left for the institution. Where the store of files does not say, nobody is kept from handing in.
pub(super) async fn institution(cairn: &Cairn, tenant: &TenantId) -> u64 {
    let most = Share::of(&cairn.settings).institution;
    if most == u64::MAX {
        return most;
    }
    match stored::bytes(cairn, tenant).await {
        Ok(bytes) => most.saturating_sub(bytes),
        Err(error) => {
            tracing::warn!(%error, "the files of an institution could not be counted");
            most
        }
    }
}

/// What is left for a student in an activity.
pub(super) fn left(
    db: &mut Db,
    share: Share,
    (tenant, activity, person): (&TenantId, &ActivityId, &PersonId),
    institution: u64,
) -> Result<Left, StoreError> {
    let versions = submissions::history(db, tenant, activity, person)?;
    let files = versions.iter().filter_map(|one| one.artefact.file.as_ref());
    let bytes = files.map(|file| file.size).fold(0, u64::saturating_add);
    Ok(Left {
        of_versions: share.versions,
        versions: share.versions.saturating_sub(versions.len()),
        bytes: share.bytes.saturating_sub(bytes),
        file: share.file,
        institution,
    })
}

/// Counts bytes that are about to be written for the institution, unless there is no room.
pub(super) fn take(cairn: &Cairn, tenant: &TenantId, size: u64) -> bool {
    let most = Share::of(&cairn.settings).institution;
    most == u64::MAX || cairn.stored.take(tenant, size, most)
}

/// Has a file removed whose hand-in was refused after it was kept.
pub(super) async fn give_back(
    cairn: &Cairn,
    tenant: &TenantId,
    file: &StoredFile,
) -> Result<(), ServiceError> {
    let (now, random) = cairn.moment();
    let (tenant, digests) = (tenant.clone(), vec![file.digest.clone()]);
    let asked = cairn.store.write(move |db| {
        let erasure = ErasureId::new(now, random.as_ref());
        let job = EraseFiles {
            erasure,
            digests,
            people: Vec::new(),
        };
        queue::enqueue(db, &tenant, &job, now + STAYS, now, random.as_ref())
    });
    Ok(asked.await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_what_may_be_handed_in() {
        let left = Left {
            of_versions: 3,
            versions: 1,
            bytes: 1_000,
            file: 20_000_000,
            institution: 800,
        };
        assert_eq!(left.largest(), 800);
        assert_eq!(left.refuses(None), None);
        assert_eq!(left.refuses(Some(800)), None);
        assert_eq!(left.refuses(Some(801)), Some(HandInProblem::Institution));
        let share = HandInProblem::Share {
            size: 1_001,
            left: 1_000,
        };
        assert_eq!(left.refuses(Some(1_001)), Some(share));
        let none = Left { versions: 0, ..left };
        assert_eq!(none.refuses(None), Some(HandInProblem::Versions(3)));
        let much = Left {
            bytes: u64::MAX,
            institution: u64::MAX,
            ..left
        };
        assert_eq!(much.largest(), 20_000_000, "and no file is larger than that");
    }
}
