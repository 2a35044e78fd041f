//! Every address of this server and the handler behind it.

use actix_web::web::{self, ServiceConfig};

use super::{
    admin, artefact, consent, course, instructor, learner, lti, ops, paths, public, time_zone, window,
};
use crate::service::base::addresses;

/// The one route of the listener for the numbers.
pub(crate) fn metrics(config: &mut ServiceConfig) {
    config.route(paths::METRICS, web::get().to(ops::metrics));
}

/// Lists the routes. A view within a course answers GET and POST (that is how pages are reached without cookies);
/// what changes something is POST alone. They are tried in this order: what every launch asks for stands first.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .route(paths::HEALTHZ, web::get().to(ops::healthz))
        .route(paths::READYZ, web::get().to(ops::readyz))
        .route(addresses::LOGIN, web::get().to(lti::login::by_get))
        .route(addresses::LOGIN, web::post().to(lti::login::by_post))
        .route(addresses::LAUNCH, web::post().to(lti::launch::launch))
        .route(paths::LAUNCH_PROOF, web::post().to(lti::launch::proven))
        .route(paths::RETURN, web::post().to(lti::returning::agree))
        .route(paths::WAITING, web::post().to(lti::waiting::ask))
        .route(addresses::NOTICES, web::post().to(lti::notices::receive))
        .route(addresses::JWKS, web::get().to(lti::jwks))
        .route(paths::CLAIM, web::post().to(lti::pending::claim))
        .route(paths::ACCOUNT, web::get().to(lti::account::show))
        .route(paths::ACCOUNT, web::post().to(lti::account::show))
        .route(paths::ACCOUNT_TEST, web::post().to(lti::account::test))
        .route(paths::course::WINDOW, web::post().to(window::open))
        .route(paths::course::GRADES_ACCESS, web::post().to(consent::begin))
        .route(addresses::REST_RETURN, web::get().to(consent::come_back))
        .route(paths::course::TIME_ZONE, web::post().to(time_zone::say))
        .route(paths::COURSE_HOME, web::get().to(course::home))
        .route(paths::COURSE_HOME, web::post().to(course::home))
        .route(addresses::ASSET, web::get().to(ops::asset))
        .configure(lti::register::configure)
        .configure(admin::configure)
        .configure(instructor::configure)
        .configure(admin::programmes::configure_in_course)
        .configure(learner::configure)
        .configure(public::configure)
        .configure(artefact::configure)
        .route(paths::COURSE_REST, web::get().to(course::nothing_here))
        .route(paths::COURSE_REST, web::post().to(course::nothing_here))
        .default_service(web::to(ops::nothing_here));
}
