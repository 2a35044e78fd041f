//! The learner's pages: each file a page, its view built from what a service says, and its routes.

use actix_web::web::ServiceConfig;

mod accounts;
mod activity;
mod badge;
mod card;
mod collections;
mod credential;
mod elsewhere;
mod everywhere;
pub(crate) mod home;
mod lapsing;
mod my_data;
mod next_step;
mod programme;
mod sharing;
mod timeline;

/// Lists the routes of every page here.
pub(crate) fn configure(config: &mut ServiceConfig) {
    accounts::configure(config);
    activity::configure(config);
    badge::configure(config);
    card::configure(config);
    collections::configure(config);
    credential::configure(config);
    elsewhere::configure(config);
    everywhere::configure(config);
    my_data::configure(config);
    timeline::configure(config);
}
