//! Who uses the data folder: every process of Cairn's says so while it runs, and what must be alone finds out.
//!
//! By a lock of the operating system on the file `.lock`, which ends with the process, however it ends. Where the file
//! system knows no locks, nobody is told anything.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

use super::private;
use crate::service::StartError;

/// How often, and after what pauses, somebody tries to come in.
const TRIES: u32 = 50;
const PAUSE: Duration = Duration::from_millis(100);

/// Says that the folder is in use, until dropped.
#[derive(Debug)]
pub(crate) struct InUse {
    _file: File,
}

fn open(folder: &Path) -> Result<File, StartError> {
    let failed = |error| StartError::DataFolder(folder.display().to_string(), error);
    private::make(folder).map_err(failed)?;
    let mut options = File::options();
    options.create(true).truncate(false).write(true);
    options.open(folder.join(".lock")).map_err(failed)
}

/// One of those who use it. Makes the folder if it is not there, and waits five seconds for whoever is alone in it.
///
/// # Errors
/// [`StartError::BeingChanged`] when somebody still is; [`StartError::DataFolder`].
pub(in crate::service) async fn shared(folder: &Path) -> Result<InUse, StartError> {
    shared_within(folder, TRIES).await
}

async fn shared_within(folder: &Path, tries: u32) -> Result<InUse, StartError> {
    let file = open(folder)?;
    for _ in 0..tries {
        match file.try_lock_shared() {
            Ok(()) | Err(TryLockError::Error(_)) => return Ok(InUse { _file: file }),
            Err(TryLockError::WouldBlock) => tokio::time::sleep(PAUSE).await,
        }
    }
    Err(StartError::BeingChanged)
}

/// The only one who uses it; none while somebody else does.
///
/// # Errors
/// [`StartError::DataFolder`].
pub(in crate::service) fn alone(folder: &Path) -> Result<Option<InUse>, StartError> {
    let file = open(folder)?;
    match file.try_lock() {
        Ok(()) | Err(TryLockError::Error(_)) => Ok(Some(InUse { _file: file })),
        Err(TryLockError::WouldBlock) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn many_use_it_or_one_is_alone() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("new");
        let one = shared(&folder).await.unwrap();
        let two = shared(&folder).await.unwrap();
        assert!(alone(&folder).unwrap().is_none());
        drop(one);
        assert!(alone(&folder).unwrap().is_none());
        drop(two);
        let alone = alone(&folder).unwrap().unwrap();
        assert!(matches!(
            shared_within(&folder, 2).await,
            Err(StartError::BeingChanged)
        ));
        drop(alone);
        assert!(shared(&folder).await.is_ok());
    }
}
