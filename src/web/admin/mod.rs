//! The console of administrators, outside any LMS and never in a frame: each file a page and its routes.

use actix_web::HttpResponse;
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};

use crate::service::base::error::ServiceError;
use crate::web::paths::console;

mod administrators;
mod audit;
mod awards;
mod coach;
mod copy_requests;
mod endorsements;
pub(crate) mod error;
pub(crate) mod frame;
mod guard;
mod holdings;
mod institution_badges;
mod issuers;
mod link;
mod minors;
mod overview;
mod own_password;
mod people;
mod platforms;
mod policies;
mod privacy;
pub(in crate::web) mod programmes;
mod provider;
mod sign_in;
mod skills;
mod tool_keys;

use error::AdminError;

/// Lists the routes of every page here. Paths within are relative to `/admin`.
pub(crate) fn configure(config: &mut ServiceConfig) {
    let mut console = web::scope(console::HOME);
    for page in [
        administrators::configure,
        audit::configure,
        awards::configure,
        coach::configure,
        copy_requests::configure,
        endorsements::configure,
        holdings::configure,
        institution_badges::configure,
        issuers::configure,
        privacy::configure,
        link::configure,
        minors::configure,
        overview::configure,
        own_password::configure,
        people::configure,
        platforms::configure,
        policies::configure,
        programmes::configure,
        provider::configure,
        sign_in::configure,
        skills::configure,
        tool_keys::configure,
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
