//! `POST /c/{course}/window`: the same visit in a window of its own.
//!
//! The new window is another place to the browser: a partitioned cookie of the frame does not come along. The form's
//! proof names the visit, so a second visit is opened from it, with a cookie of its own.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::ids::CourseId;
use crate::service::Cairn;
use crate::web::error::AppError;
use crate::web::extract::fields::Fields;
use crate::web::extract::visit::session_cookie;
use crate::web::paths;

/// Opens the second visit.
///
/// # Errors
/// When the form did not come from a page of a visit that still lives.
pub(crate) async fn open(
    cairn: web::Data<Cairn>,
    request: HttpRequest,
    course: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, AppError> {
    let fields = Fields::read(&request, &mut payload.into_inner()).await?;
    let course = CourseId::from(course.into_inner());
    let token = cairn
        .second_visit(fields.raw("csrf").unwrap_or_default(), &course)
        .await?;
    let secure = cairn.settings.public_origin.scheme() == "https";
    Ok(HttpResponse::SeeOther()
        .insert_header(("location", paths::course_home(&course)))
        .insert_header(("cache-control", "no-store"))
        .append_header(("set-cookie", session_cookie(&course, &token, secure)))
        .finish())
}
