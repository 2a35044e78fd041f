//! An archive on its way to a browser: read part by part, and gone from the disk when the answer ends.

use actix_web::HttpResponse;
use actix_web::body::SizedStream;
use bytes::Bytes;
use tokio::io::AsyncReadExt as _;

use crate::service::base::error::ServiceError;
use crate::service::privacy::export::pack::Draft;
use crate::store::blobs::BlobError;

/// Bytes that are read at one time.
const PART: usize = 64 * 1024;

/// The file as an answer that is saved as `name`, which must be plain. `draft` is removed when the answer ends.
///
/// # Errors
/// When the file cannot be read.
pub(crate) async fn answer(
    path: &std::path::Path,
    draft: Option<Draft>,
    name: &str,
) -> Result<HttpResponse, ServiceError> {
    let failed = |error: std::io::Error| ServiceError::Blob(BlobError::Failed(error.to_string()));
    let file = tokio::fs::File::open(path).await.map_err(failed)?;
    let size = file.metadata().await.map_err(failed)?.len();
    let stream = futures_util::stream::try_unfold((file, draft), async |(mut file, draft)| {
        let mut part = Vec::with_capacity(PART);
        let count = (&mut file).take(PART as u64).read_to_end(&mut part).await?;
        let more = count > 0;
        Ok::<_, std::io::Error>(more.then(|| (Bytes::from(part), (file, draft))))
    });
    Ok(HttpResponse::Ok()
        .insert_header(("content-type", "application/zip"))
        .insert_header(("content-disposition", format!("attachment; filename=\"{name}\"")))
        .insert_header(("cache-control", "private, no-store"))
        .insert_header(("x-content-type-options", "nosniff"))
        // Packed already: packing it again would only hide how much is left.
        .insert_header(("content-encoding", "identity"))
        .body(SizedStream::new(size, Box::pin(stream))))
}
