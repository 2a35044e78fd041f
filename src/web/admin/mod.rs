//! The console of administrators, outside any LMS and never in a frame: each file a page and its routes.

use actix_web::HttpResponse;
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};

use crate::service::error::ServiceError;

pub mod error;
pub mod frame;
mod guard;
mod link;
mod overview;
mod platforms;
mod sign_in;

use error::AdminError;

/// Lists the routes of every page here. Paths within are relative to `/admin`.
pub fn configure(config: &mut ServiceConfig) {
    let mut console = web::scope("/admin");
    for page in [
        link::configure,
        overview::configure,
        platforms::configure,
        sign_in::configure,
    ] {
        console = console.configure(page);
    }
    config.service(
        console
            .default_service(web::to(nothing_here))
            .wrap(from_fn(guard::guard)),
    );
}

async fn nothing_here() -> Result<HttpResponse, AdminError> {
    Err(ServiceError::NotFound("page").into())
}
