//! What tools asked, as it came, for tests that must know what a request carried; and the clock of this server in each
//! of its answers.

use actix_web::dev::ServiceRequest;
use actix_web::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue};

use super::world::World;
use super::world::data::Heard;

/// Requests that are remembered.
const MOST: usize = 2_000;

/// Remembers a request to a service.
pub(super) fn note(world: &World, request: &ServiceRequest) {
    let path = request.path();
    let parts = ["/lti/", "/oauth2/", "/api/v1/", "/webservice/"];
    if !parts.iter().any(|part| path.contains(part)) {
        return;
    }
    let header = |name: HeaderName| {
        let value = request.headers().get(name)?;
        value.to_str().ok().map(str::to_owned)
    };
    let bearer = header(AUTHORIZATION);
    let bearer = bearer.as_deref().and_then(|text| text.strip_prefix("Bearer "));
    let now = world.now();
    let mut data = world.lock();
    let grant = bearer.and_then(|token| data.grants.get(token));
    let scopes = grant
        .filter(|grant| grant.expires > now)
        .map(|grant| grant.scopes.clone());
    if data.heard.len() >= MOST {
        data.heard.pop_front();
    }
    data.heard.push_back(Heard {
        method: request.method().to_string(),
        path: path.to_owned(),
        accept: header(ACCEPT),
        content_type: header(CONTENT_TYPE),
        scopes,
    });
}

/// `Date` (RFC 9110, section 6.6.1) by the clock of this LMS, which a test may have set wrong.
pub(super) fn date(world: &World) -> Option<HeaderValue> {
    let text = world.now().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    HeaderValue::from_str(&text).ok()
}
