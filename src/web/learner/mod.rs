//! The learner's pages: each file a page, its view built from what a service says, and its routes.

use actix_web::web::ServiceConfig;

mod activity;
mod badge;
mod collections;
mod credential;
mod elsewhere;
pub(crate) mod home;
mod lapsing;
mod my_data;
mod next_step;
mod sharing;

/// Lists the routes of every page here.
pub(crate) fn configure(config: &mut ServiceConfig) {
    activity::configure(config);
    badge::configure(config);
    collections::configure(config);
    credential::configure(config);
    elsewhere::configure(config);
    my_data::configure(config);
}
