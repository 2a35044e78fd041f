//! The learner's pages: each file a page, its view built from what a service says, and its routes.

use actix_web::web::ServiceConfig;

mod credential;

/// Lists the routes of every page here.
pub fn configure(config: &mut ServiceConfig) {
    credential::configure(config);
}
