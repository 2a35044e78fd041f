//! Bytes that do not belong into a table: evidence files and uploaded pictures, by digest, outside the web root.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt as _, TryStreamExt as _};
use object_store::local::LocalFileSystem;
use object_store::{ObjectStore, ObjectStoreExt as _, PutPayload};
use sha2::{Digest, Sha256};

use crate::ids::TenantId;

/// Where blobs lie: a folder, which several nodes share.
#[derive(Debug, Clone)]
pub(crate) struct Blobs {
    store: Arc<dyn ObjectStore>,
    folder: PathBuf,
}

/// The content of a blob, a piece after another.
pub(crate) type Content = BoxStream<'static, Result<Bytes, BlobError>>;

/// Why a blob could not be kept or found.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BlobError {
    #[error("The folder for files could not be used: {0}")]
    Folder(String),
    #[error("The file is not in the store any more.")]
    Missing,
    /// Somebody changed it on the disk, or the disk did.
    #[error("The file in the store is not the one that was put there: its content has changed.")]
    Changed,
    #[error("The file could not be stored or read: {0}")]
    Failed(String),
}

impl Blobs {
    /// Blobs below `folder`, which is made if missing.
    ///
    /// # Errors
    /// [`BlobError::Folder`] when it cannot be made or opened.
    pub(crate) fn in_folder(folder: &Path) -> Result<Self, BlobError> {
        std::fs::create_dir_all(folder).map_err(|error| BlobError::Folder(error.to_string()))?;
        let store =
            LocalFileSystem::new_with_prefix(folder).map_err(|error| BlobError::Folder(error.to_string()))?;
        Ok(Self {
            store: Arc::new(store),
            folder: folder.to_owned(),
        })
    }

    /// The folder in which they lie.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the bytes with that digest lie, or will lie.
    pub(super) fn file(&self, tenant: &TenantId, digest: &str) -> PathBuf {
        let place = path(tenant, digest);
        place
            .parts()
            .fold(self.folder.clone(), |folder, part| folder.join(part.as_ref()))
    }

    /// Keeps `bytes` and says their SHA-256 in lower-case hex. The same bytes are kept once for each tenant.
    ///
    /// # Errors
    /// [`BlobError::Failed`] when they cannot be written, for instance on a full disk.
    pub(crate) async fn put(&self, tenant: &TenantId, bytes: Bytes) -> Result<String, BlobError> {
        let digest = hex::encode(Sha256::digest(&bytes));
        let put = self
            .store
            .put(&path(tenant, &digest), PutPayload::from_bytes(bytes))
            .await;
        put.map_err(|error| BlobError::Failed(error.to_string()))?;
        Ok(digest)
    }

    /// The bytes with that digest, which is computed anew: a badge may rest on them.
    ///
    /// # Errors
    /// [`BlobError::Missing`] when there are none, [`BlobError::Changed`] when they are others by now,
    /// [`BlobError::Failed`] when they cannot be read.
    pub(crate) async fn get(&self, tenant: &TenantId, digest: &str) -> Result<Bytes, BlobError> {
        let read = async { self.store.get(&path(tenant, digest)).await?.bytes().await };
        let bytes = read.await.map_err(unread)?;
        Self::same(tenant, digest, &hex::encode(Sha256::digest(&bytes)))?;
        Ok(bytes)
    }

    /// The size and the content of the bytes with that digest, which is computed anew before anything is given out. They are
    /// read twice, and never held.
    ///
    /// # Errors
    /// As [`Blobs::get`]; a piece that cannot be read is an error of its own.
    pub(crate) async fn content(&self, tenant: &TenantId, digest: &str) -> Result<(u64, Content), BlobError> {
        let path = path(tenant, digest);
        let mut hash = Sha256::new();
        let mut pieces = self.store.get(&path).await.map_err(unread)?.into_stream();
        while let Some(piece) = pieces.next().await {
            hash.update(&piece.map_err(unread)?);
        }
        Self::same(tenant, digest, &hex::encode(hash.finalize()))?;
        let found = self.store.get(&path).await.map_err(unread)?;
        Ok((found.meta.size, found.into_stream().map_err(unread).boxed()))
    }

    /// Whether what was read is what was put there.
    fn same(tenant: &TenantId, digest: &str, read: &str) -> Result<(), BlobError> {
        if read == digest {
            return Ok(());
        }
        tracing::error!(%tenant, digest, "a file in the store has changed");
        Err(BlobError::Changed)
    }

    /// How many bytes a tenant has.
    ///
    /// # Errors
    /// [`BlobError::Failed`] when the store does not say.
    pub(crate) async fn bytes(&self, tenant: &TenantId) -> Result<u64, BlobError> {
        let folder = object_store::path::Path::from_iter([tenant.as_str()]);
        let all = self.store.list(Some(&folder));
        let sum = all.try_fold(
            0_u64,
            |sum, file| async move { Ok(sum.saturating_add(file.size)) },
        );
        sum.await.map_err(|error| BlobError::Failed(error.to_string()))
    }

    /// Removes the bytes with that digest, unless they were put there after `before`: somebody may have just handed the
    /// same file in. Removing what is not there is fine.
    ///
    /// # Errors
    /// [`BlobError::Failed`] when they cannot be removed.
    pub(crate) async fn remove_if_older(
        &self,
        tenant: &TenantId,
        digest: &str,
        before: chrono::DateTime<chrono::Utc>,
    ) -> Result<(), BlobError> {
        use object_store::Error::NotFound;
        let path = path(tenant, digest);
        let failed = |error: object_store::Error| BlobError::Failed(error.to_string());
        match self.store.head(&path).await {
            Ok(about) if about.last_modified >= before => return Ok(()),
            Ok(_) => {}
            Err(NotFound { .. }) => return Ok(()),
            Err(error) => return Err(failed(error)),
        }
        match self.store.delete(&path).await {
            Ok(()) | Err(NotFound { .. }) => Ok(()),
            Err(error) => Err(failed(error)),
        }
    }
}

fn unread(error: object_store::Error) -> BlobError {
    match error {
        object_store::Error::NotFound { .. } => BlobError::Missing,
        other => BlobError::Failed(other.to_string()),
    }
}

fn path(tenant: &TenantId, digest: &str) -> object_store::path::Path {
    let prefix: String = digest.chars().take(2).collect();
    object_store::path::Path::from_iter([tenant.as_str(), &prefix, digest])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn bytes_come_back_by_digest_for_their_tenant_only() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::in_folder(folder.path()).unwrap();
        let (ours, theirs) = (TenantId::from("a"), TenantId::from("b"));
        let digest = blobs.put(&ours, Bytes::from_static(b"report")).await.unwrap();
        assert_eq!(digest, hex::encode(Sha256::digest(b"report")));
        assert_eq!(
            blobs.get(&ours, &digest).await.unwrap(),
            Bytes::from_static(b"report")
        );
        assert!(matches!(
            blobs.get(&theirs, &digest).await,
            Err(BlobError::Missing)
        ));
        blobs.put(&ours, Bytes::from_static(b"another")).await.unwrap();
        blobs.put(&ours, Bytes::from_static(b"report")).await.unwrap();
        assert_eq!(blobs.bytes(&ours).await.unwrap(), 13);
        assert_eq!(blobs.bytes(&theirs).await.unwrap(), 0);
    }

    #[tokio::test]
    async fn bytes_that_were_changed_on_the_disk_are_not_given_out() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::in_folder(folder.path()).unwrap();
        let ours = TenantId::from("a");
        let digest = blobs.put(&ours, Bytes::from_static(b"report")).await.unwrap();
        let prefix: String = digest.chars().take(2).collect();
        let file = folder.path().join("a").join(prefix).join(&digest);
        std::fs::write(file, "another").unwrap();
        assert!(matches!(blobs.get(&ours, &digest).await, Err(BlobError::Changed)));
        let content = blobs.content(&ours, &digest).await;
        assert!(matches!(content.err(), Some(BlobError::Changed)));
    }

    #[tokio::test]
    async fn a_file_is_given_out_in_pieces() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::in_folder(folder.path()).unwrap();
        let ours = TenantId::from("a");
        let written: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
        let digest = blobs.put(&ours, written.clone().into()).await.unwrap();
        assert_eq!(blobs.file(&ours, &digest).metadata().unwrap().len(), 400_000);
        let (size, content) = blobs.content(&ours, &digest).await.unwrap();
        let pieces: Vec<Bytes> = content.try_collect().await.unwrap();
        assert_eq!((size, pieces.concat()), (400_000, written));
        assert!(pieces.len() > 1);
        let missing = blobs.content(&ours, &"ab".repeat(32)).await;
        assert!(matches!(missing.err(), Some(BlobError::Missing)));
    }
}
