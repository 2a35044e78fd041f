//! `POST /lti/notices`: what platforms tell us without a browser.

use actix_web::{HttpResponse, web};

use crate::service::Cairn;
use crate::service::base::error::{ErrorKind, ServiceError};
use crate::service::course::notices::{self, MAX_BODY};
use crate::web::error::AppError;

/// `POST /lti/notices`. The answer is the same for what is believed and for what is not.
///
/// # Errors
/// A sentence when it is no delivery of notices, or too large.
pub(crate) async fn receive(cairn: web::Data<Cairn>, body: web::Bytes) -> Result<HttpResponse, AppError> {
    if body.len() > MAX_BODY {
        return Err(ServiceError::form(
            ErrorKind::Unprocessable,
            "notices.too-large",
            "The delivery is larger than 256 KB. Send fewer notices at a time.",
        )
        .into());
    }
    notices::receive(&cairn, &body).await?;
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .finish())
}
