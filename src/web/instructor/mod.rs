//! The instructor's pages: each file a page, its view built from what a service says, and its routes.

use actix_web::web::ServiceConfig;

mod badge;
mod badge_form;
mod check;
mod choose;
pub mod course;
mod dry_run;
mod evidence;
mod retire;
mod rule;

/// Lists the routes of every page here.
pub fn configure(config: &mut ServiceConfig) {
    badge::configure(config);
    check::configure(config);
    choose::configure(config);
    dry_run::configure(config);
    evidence::configure(config);
    retire::configure(config);
    rule::configure(config);
}
