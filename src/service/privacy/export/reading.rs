//! An archive on its way out: read part by part, however large it is.

use std::path::Path;

use bytes::Bytes;
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;

use super::pack::{Draft, failed};
use crate::service::base::error::ServiceError;

/// Bytes that are read at one time.
const PART: usize = 64 * 1024;

/// An archive that is being read from its beginning. When this value goes, so does a draft.
#[derive(Debug)]
pub(crate) struct Reading {
    file: File,
    size: u64,
    _draft: Option<Draft>,
}

impl Reading {
    /// The archive at `path`, which stays there.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) async fn of(path: &Path) -> Result<Self, ServiceError> {
        Self::open(path, None).await
    }

    /// An archive that nobody keeps.
    ///
    /// # Errors
    /// As [`Self::of`].
    pub(super) async fn of_draft(draft: Draft) -> Result<Self, ServiceError> {
        let path = draft.path().to_owned();
        Self::open(&path, Some(draft)).await
    }

    async fn open(path: &Path, draft: Option<Draft>) -> Result<Self, ServiceError> {
        let file = File::open(path).await.map_err(failed)?;
        let size = file.metadata().await.map_err(failed)?.len();
        Ok(Self {
            file,
            size,
            _draft: draft,
        })
    }

    /// Bytes in all.
    #[must_use]
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// The next part; none at the end.
    ///
    /// # Errors
    /// What the file system reports.
    pub(crate) async fn part(&mut self) -> std::io::Result<Option<Bytes>> {
        let mut part = Vec::with_capacity(PART);
        let mut rest = (&mut self.file).take(PART as u64);
        let count = rest.read_to_end(&mut part).await?;
        Ok((count > 0).then(|| Bytes::from(part)))
    }
}
