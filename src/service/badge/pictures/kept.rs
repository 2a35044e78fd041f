//! Pictures that instructors upload: cleaned, kept by their digest in a folder of their own, and public.

use bytes::Bytes;

use crate::domain::badge::Picture;
use crate::domain::policy::Power;
use crate::ids::TenantId;
use crate::service::Cairn;
use crate::service::badge::uploads::{self, UploadError};
use crate::service::base::addresses;
use crate::service::base::error::ServiceError;
use crate::service::base::policies;
use crate::service::base::session::Visitor;
use crate::store::blobs::BlobError;

/// Pictures are public by their digest, whoever uploaded them; hand-ins lie on the shelves of their tenants and are not.
const SHELF: &str = "pictures";

/// Cleans and keeps a picture, or says why it is refused.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::Policy`] for those who may not make badges; what the store of files reports.
#[tracing::instrument(name = "kept.keep", skip_all)]
pub(crate) async fn keep(
    cairn: &Cairn,
    visitor: &Visitor,
    bytes: Bytes,
) -> Result<Result<Picture, UploadError>, ServiceError> {
    policies::check(cairn, visitor, Power::Create).await?;
    let cleaned = tokio::task::spawn_blocking(move || uploads::clean(&bytes)).await;
    let cleaned = cleaned.map_err(|error| ServiceError::Internal(error.to_string()))?;
    let picture = match cleaned {
        Ok(picture) => picture,
        Err(refused) => return Ok(Err(refused)),
    };
    let digest = cairn
        .blobs
        .put(&TenantId::from(SHELF), Bytes::from(picture.bytes))
        .await?;
    Ok(Ok(Picture::Uploaded {
        digest,
        media_type: picture.media_type.to_owned(),
    }))
}

/// Whether an uploaded picture is kept, and of the type that it says.
#[tracing::instrument(name = "kept.is_kept", level = "debug", skip_all)]
pub(crate) async fn is_kept(cairn: &Cairn, picture: &Picture) -> Result<bool, ServiceError> {
    let address = super::href(picture);
    match uploaded(cairn, address.trim_start_matches(addresses::PICTURES)).await {
        Ok(_) => Ok(true),
        Err(ServiceError::NotFound(_) | ServiceError::Blob(BlobError::Missing | BlobError::Changed)) => {
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// The picture behind `<digest>.<png|svg>`: media type and bytes.
///
/// # Errors
/// [`ServiceError::NotFound`] when there is none.
#[tracing::instrument(name = "kept.uploaded", level = "debug", skip_all)]
pub(crate) async fn uploaded(cairn: &Cairn, file: &str) -> Result<(&'static str, Bytes), ServiceError> {
    let missing = ServiceError::NotFound("picture");
    let Some((digest, ending)) = file.split_once('.') else {
        return Err(missing);
    };
    let media_type = match ending {
        "png" => "image/png",
        "svg" => "image/svg+xml",
        _ => return Err(missing),
    };
    if digest.len() != 64
        || !digest
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    {
        return Err(missing);
    }
    let bytes = cairn.blobs.get(&TenantId::from(SHELF), digest).await?;
    let is_png = bytes.starts_with(b"\x89PNG");
    if is_png == (media_type == "image/png") {
        Ok((media_type, bytes))
    } else {
        Err(missing)
    }
}
