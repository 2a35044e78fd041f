//! `POST /c/{course}/time-zone`: where the browser of an administrator is, asked where nobody has said it yet.

use actix_web::HttpResponse;

use crate::service::base::zones;
use crate::web::error::AppError;
use crate::web::extract::proven::Proven;
use crate::web::extract::visit::Visit;

/// Takes it over.
///
/// # Errors
/// Not found for all but administrators of the platform.
pub(crate) async fn say(Proven(visit): Proven<Visit>) -> Result<HttpResponse, AppError> {
    zones::from_browser(&visit.cairn, &visit.visitor, &visit.fields.text("zone")).await?;
    Ok(HttpResponse::NoContent()
        .insert_header(("cache-control", "no-store"))
        .finish())
}
