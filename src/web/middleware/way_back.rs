//! A page that refuses something within a visit leads back to the course: an error itself knows of no visit.

use actix_web::HttpMessage as _;
use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderValue, REFERRER_POLICY};

use crate::web::admin::error::AdminError;
use crate::web::content_policy::policy;
use crate::web::error::AppError;
use crate::web::views::shared::WayBack;

/// The answer, with the way back where it refuses something within a visit.
pub(super) fn shown(answer: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let known = answer.request().extensions().get::<WayBack>().cloned();
    let Some(way_back) = known else {
        return answer;
    };
    let error = answer.response().error();
    let error = error.and_then(|error| {
        // Pages that the console and a course have in common.
        let in_common = || error.as_error::<AdminError>().and_then(AdminError::app);
        error.as_error::<AppError>().or_else(in_common)
    });
    let page = error.and_then(|error| error.page(Some(&way_back)).ok());
    // The token of the visit may stand in it: only the platform frames it, and nobody keeps it.
    let policy = HeaderValue::from_str(&policy(&way_back.ancestors));
    let (Some(page), Ok(policy)) = (page, policy) else {
        return answer;
    };
    let mut answer = answer.map_body(|_, _| BoxBody::new(page));
    let headers = answer.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // A form is known to ourselves alone; a link needs nobody to be told where it stands.
    if way_back.session.is_some() {
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    }
    answer
}
