//! An archive on its way to a browser.

use actix_web::HttpResponse;
use actix_web::body::SizedStream;

use crate::service::privacy::export::reading::Reading;

/// The archive as an answer that is saved as `name`, which must be plain.
#[must_use]
pub(crate) fn answer(archive: Reading, name: &str) -> HttpResponse {
    let size = archive.size();
    let stream = futures_util::stream::try_unfold(archive, async |mut archive| {
        let part = archive.part().await?;
        Ok::<_, std::io::Error>(part.map(|part| (part, archive)))
    });
    HttpResponse::Ok()
        .insert_header(("content-type", "application/zip"))
        .insert_header(("content-disposition", format!("attachment; filename=\"{name}\"")))
        .insert_header(("cache-control", "private, no-store"))
        .insert_header(("x-content-type-options", "nosniff"))
        // Packed already: packing it again would only hide how much is left.
        .insert_header(("content-encoding", "identity"))
        .body(SizedStream::new(size, Box::pin(stream)))
}
