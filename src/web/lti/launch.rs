//! `POST /lti/launch`: the platform's signed answer, and the visit that it opens.

use actix_web::cookie::Cookie;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::TimeDelta;

use crate::domain::course::Opens;
use crate::ids::CourseId;
use crate::lti::error::Refusal;
use crate::lti::launch::LaunchForm;
use crate::service::Cairn;
use crate::service::launch::Opened;
use crate::service::session::frame_ancestors;
use crate::web::error::AppError;
use crate::web::extract::visit::session_cookie;
use crate::web::reply;
use crate::web::views::lti::NoCourse;

/// `POST /lti/launch`.
///
/// # Errors
/// The refusal of the first row of the checklist that does not hold.
pub async fn launch(
    cairn: web::Data<Cairn>,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, AppError> {
    let form = LaunchForm::parse(&super::login::pairs(&body)?)?;
    let state = cairn.open_state(&form)?;
    let secure = cairn.settings.public_origin.scheme() == "https";
    let name = state
        .binding
        .as_ref()
        .map(|binding| binding.cookie_name(secure))
        .ok_or(Refusal::BrowserNotBound)?;
    let cookie = request.cookie(&name);
    let opened = cairn
        .launch(&form, &state, cookie.as_ref().map(Cookie::value))
        .await?;
    let used_up = crate::web::extract::visit::partitioned(&name, "", TimeDelta::zero());
    let Some(course) = &opened.course else {
        let page = NoCourse::new();
        return reply::framed_setting(&page, &frame_ancestors(&opened.registration), &[used_up]);
    };
    Ok(HttpResponse::SeeOther()
        .insert_header(("location", target(course, &opened)))
        .insert_header(("cache-control", "no-store"))
        .append_header(("set-cookie", used_up))
        .append_header(("set-cookie", session_cookie(course, &opened.token, secure)))
        .finish())
}

/// What the link opens; a new one asks those who teach. Course navigation has no link and opens the course.
fn target(course: &CourseId, opened: &Opened) -> String {
    let rest = match opened.link.as_ref().map(|link| (&link.id, &link.opens)) {
        Some((_, Opens::Activity { activity })) => format!("/activities/{activity}"),
        Some((link, Opens::Unchosen)) if opened.instructor => format!("/links/{link}"),
        Some((_, Opens::Unchosen | Opens::MyBadges)) | None => String::new(),
    };
    format!("/c/{course}{rest}")
}
