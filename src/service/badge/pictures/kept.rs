//! Pictures that instructors upload: cleaned, kept by their digest in a folder of their own, and public.

use std::convert::Infallible;

use bytes::Bytes;

use crate::domain::badge::Picture;
use crate::domain::cut::Cut;
use crate::domain::policy::Power;
use crate::ids::TenantId;
use crate::service::Cairn;
use crate::service::badge::uploads::{self, CleanPicture, UploadError};
use crate::service::base::drawings::Asker;
use crate::service::base::error::ServiceError;
use crate::service::base::policies;
use crate::service::base::session::Visitor;
use crate::store::blobs::BlobError;

use super::scaled;

/// Pictures are public by their digest, whoever uploaded them; hand-ins lie on the shelves of their tenants and are not.
const SHELF: &str = "pictures";

const PNG: &str = "image/png";
const SVG: &str = "image/svg+xml";

/// Cleans and keeps a picture of a badge, or says why it is refused.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::Policy`] for those who may not make badges; what the store of
/// files reports.
#[tracing::instrument(name = "kept.keep", skip_all)]
pub(crate) async fn keep(
    cairn: &Cairn,
    visitor: &Visitor,
    bytes: Bytes,
) -> Result<Result<Picture, UploadError>, ServiceError> {
    policies::check(cairn, visitor, Power::Create).await?;
    cleaned(cairn, &Asker::Person(visitor.person.id.clone()), bytes).await
}

/// The same for whoever was found to have the right to it.
///
/// # Errors
/// What the store of files reports.
#[tracing::instrument(name = "kept.clean_and_keep", level = "debug", skip_all)]
pub(crate) async fn clean_and_keep(
    cairn: &Cairn,
    bytes: Bytes,
) -> Result<Result<Picture, UploadError>, ServiceError> {
    // All administrators are in one line.
    cleaned(cairn, &Asker::Institution(TenantId::from(SHELF)), bytes).await
}

/// Cleaning draws the picture to see whether it can be.
async fn cleaned(
    cairn: &Cairn,
    asker: &Asker,
    bytes: Bytes,
) -> Result<Result<Picture, UploadError>, ServiceError> {
    let clean = move || Ok::<_, Infallible>(uploads::clean(&bytes));
    match cairn.drawings.work(asker, clean).await? {
        Ok(picture) => put(cairn, picture).await.map(Ok),
        Err(refused) => Ok(Err(refused)),
    }
}

async fn put(cairn: &Cairn, picture: CleanPicture) -> Result<Picture, ServiceError> {
    let digest = cairn
        .blobs
        .put(&TenantId::from(SHELF), Bytes::from(picture.bytes))
        .await?;
    Ok(Picture::Uploaded {
        digest,
        media_type: picture.media_type.to_owned(),
    })
}

/// Who has a picture measured and cut.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Whose<'a> {
    Teacher(&'a Visitor),
    /// Somebody in the console, who was found to have the right to it.
    Administrator,
}

impl Whose<'_> {
    fn asker(self) -> Asker {
        match self {
            Self::Teacher(visitor) => Asker::Person(visitor.person.id.clone()),
            // All administrators are in one line.
            Self::Administrator => Asker::Institution(TenantId::from(SHELF)),
        }
    }
}

/// Cuts a picture that is kept, and keeps what comes out; the picture itself stays.
///
/// # Errors
/// As [`keep`].
#[tracing::instrument(name = "kept.cut", skip_all)]
pub(crate) async fn cut(
    cairn: &Cairn,
    whose: Whose<'_>,
    picture: &Picture,
    how: Cut,
) -> Result<Result<Picture, UploadError>, ServiceError> {
    if let Whose::Teacher(visitor) = whose {
        policies::check(cairn, visitor, Power::Create).await?;
    }
    let Some(bytes) = kept_bytes(cairn, picture).await? else {
        return Ok(Err(UploadError::Gone));
    };
    let asker = whose.asker();
    let work = move || Ok::<_, Infallible>(uploads::cut(&bytes, how));
    match cairn.drawings.work(&asker, work).await? {
        Ok(square) => put(cairn, square).await.map(Ok),
        Err(refused) => Ok(Err(refused)),
    }
}

/// Width and height of a picture that is kept, as [`uploads::size`] counts them; none where it is not kept, or cannot be read.
///
/// # Errors
/// What the store of files reports.
#[tracing::instrument(name = "kept.measured", level = "debug", skip_all)]
pub(crate) async fn measured(
    cairn: &Cairn,
    whose: Whose<'_>,
    picture: &Picture,
) -> Result<Option<(u32, u32)>, ServiceError> {
    let Some(bytes) = kept_bytes(cairn, picture).await? else {
        return Ok(None);
    };
    let asker = whose.asker();
    let measure = move || Ok::<_, Infallible>(uploads::size(&bytes).ok());
    cairn.drawings.work(&asker, measure).await
}

async fn kept_bytes(cairn: &Cairn, picture: &Picture) -> Result<Option<Bytes>, ServiceError> {
    let Picture::Uploaded { digest, .. } = picture else {
        return Ok(None);
    };
    match stored(cairn, digest).await {
        Ok((_, bytes)) => Ok(Some(bytes)),
        Err(ServiceError::NotFound(_) | ServiceError::Blob(BlobError::Missing | BlobError::Changed)) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn internal(error: impl std::fmt::Display) -> ServiceError {
    ServiceError::Internal(error.to_string())
}

/// Whether an uploaded picture is kept, and of the type that it says.
#[tracing::instrument(name = "kept.is_kept", level = "debug", skip_all)]
pub(crate) async fn is_kept(cairn: &Cairn, picture: &Picture) -> Result<bool, ServiceError> {
    let Picture::Uploaded { digest, media_type } = picture else {
        return Ok(false);
    };
    match stored(cairn, digest).await {
        Ok((kind, _)) => Ok(kind == media_type),
        Err(ServiceError::NotFound(_) | ServiceError::Blob(BlobError::Missing | BlobError::Changed)) => {
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// The picture that is kept under that digest: media type and bytes.
///
/// # Errors
/// [`ServiceError::NotFound`] for what is no digest; what the store of files reports.
#[tracing::instrument(name = "kept.stored", level = "debug", skip_all)]
pub(crate) async fn stored(cairn: &Cairn, digest: &str) -> Result<(&'static str, Bytes), ServiceError> {
    if digest.len() != 64
        || !digest
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    {
        return Err(ServiceError::NotFound("picture"));
    }
    let bytes = cairn.blobs.get(&TenantId::from(SHELF), digest).await?;
    let media_type = if bytes.starts_with(b"\x89PNG") { PNG } else { SVG };
    Ok((media_type, bytes))
}

/// The picture behind `<digest>.<png|svg>`: media type and bytes. An SVG is drawn where it is asked for as PNG.
///
/// # Errors
/// [`ServiceError::NotFound`] when there is none.
#[tracing::instrument(name = "kept.uploaded", level = "debug", skip_all)]
pub(crate) async fn uploaded(
    cairn: &Cairn,
    asker: &Asker,
    file: &str,
) -> Result<(&'static str, Bytes), ServiceError> {
    let missing = ServiceError::NotFound("picture");
    let Some((digest, ending)) = file.split_once('.') else {
        return Err(missing);
    };
    let asked = match ending {
        "png" => PNG,
        "svg" => SVG,
        _ => return Err(missing),
    };
    match stored(cairn, digest).await? {
        (SVG, bytes) if asked == PNG => {
            let svg = String::from_utf8(bytes.to_vec()).map_err(internal)?;
            Ok((PNG, scaled(cairn, asker, svg).await?))
        }
        (kept, bytes) if kept == asked => Ok((kept, bytes)),
        _ => Err(missing),
    }
}
