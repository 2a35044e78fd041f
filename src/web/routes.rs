//! Every address of this server and the handler behind it.

use actix_web::web::{self, ServiceConfig};

use super::{admin, artefact, course, instructor, learner, lti, ops, public, window};

/// Lists the routes. A view within a course answers GET and POST (that is how pages are reached without cookies);
/// what changes something is POST alone. They are tried in this order: what every launch asks for stands first.
pub fn configure(config: &mut ServiceConfig) {
    config
        .route("/healthz", web::get().to(ops::healthz))
        .route("/readyz", web::get().to(ops::readyz))
        .route("/metrics", web::get().to(ops::metrics))
        .route("/lti/login", web::get().to(lti::login::by_get))
        .route("/lti/login", web::post().to(lti::login::by_post))
        .route("/lti/launch", web::post().to(lti::launch::launch))
        .route("/lti/launch/proof", web::post().to(lti::launch::proven))
        .route("/lti/notices", web::post().to(lti::notices::receive))
        .route("/lti/jwks", web::get().to(lti::jwks))
        .route("/lti/claim", web::post().to(lti::pending::claim))
        .route("/lti/account", web::get().to(lti::account::show))
        .route("/lti/account", web::post().to(lti::account::show))
        .route("/lti/account/test", web::post().to(lti::account::test))
        .route("/c/{course}/window", web::post().to(window::open))
        .route("/c/{course}", web::get().to(course::home))
        .route("/c/{course}", web::post().to(course::home))
        .route("/static/{version}/{file}", web::get().to(ops::asset))
        .configure(lti::register::configure)
        .configure(admin::configure)
        .configure(instructor::configure)
        .configure(learner::configure)
        .configure(public::configure)
        .configure(artefact::configure)
        .default_service(web::to(ops::nothing_here));
}
