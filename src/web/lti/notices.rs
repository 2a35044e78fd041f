//! `POST /lti/notices`: what platforms tell us without a browser.

use actix_web::{HttpResponse, web};

use crate::service::Cairn;
use crate::service::course::notices;
use crate::web::error::AppError;
use crate::web::extract::posted::PostedNotices;

/// `POST /lti/notices`. The answer is the same for what is believed and for what is not.
///
/// # Errors
/// A sentence when it is no delivery of notices.
pub(crate) async fn receive(cairn: web::Data<Cairn>, body: PostedNotices) -> Result<HttpResponse, AppError> {
    notices::receive(&cairn, &body).await?;
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .finish())
}
