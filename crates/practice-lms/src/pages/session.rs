//! Who is looking: a plain cookie, or a parameter for browsers without one. This LMS is for practice and has no secrets.

use actix_web::HttpRequest;

use super::super::request::parameter;
use super::super::world::World;

/// The cookie that holds the person's number.
pub(crate) const COOKIE: &str = "practice_session";

/// The person of `?user=`, or else of the cookie, if there is such a person.
pub(crate) fn person(world: &World, request: &HttpRequest) -> Option<u64> {
    let id = parameter(request, "user")
        .or_else(|| request.cookie(COOKIE).map(|cookie| cookie.value().to_owned()))?
        .parse()
        .ok()?;
    world.lock().people.contains_key(&id).then_some(id)
}
