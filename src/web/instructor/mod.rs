//! The instructor's pages: each file a page, its view built from what a service says, and its routes.

use actix_web::web::ServiceConfig;

mod awards;
mod by_hand;
mod decision;
mod progress;

/// Lists the routes of every page here.
pub fn configure(config: &mut ServiceConfig) {
    progress::configure(config);
    decision::configure(config);
    by_hand::configure(config);
    awards::configure(config);
}
