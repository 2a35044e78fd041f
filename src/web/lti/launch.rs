//! `POST /lti/launch`: the platform's signed answer, and the visit that it opens.

use actix_web::cookie::{Cookie, time};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::domain::course::Opens;
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
pub async fn launch(cairn: web::Data<Cairn>, request: HttpRequest, body: web::Bytes) -> Result<HttpResponse, AppError> {
    let form = LaunchForm::parse(&super::login::pairs(&body)?)?;
    let state = cairn.open_state(&form)?;
    let secure = cairn.settings.public_origin.scheme() == "https";
    let name = state.binding.as_ref().map(|binding| binding.cookie_name(secure)).ok_or(Refusal::BrowserNotBound)?;
    let cookie = request.cookie(&name);
    let opened = cairn.launch(&form, &state, cookie.as_ref().map(Cookie::value)).await?;
    let used_up = crate::web::extract::visit::partitioned(name, String::new(), time::Duration::ZERO);
    let Some(course) = &opened.course else {
        let mut page = reply::framed(&NoCourse::new(), &frame_ancestors(&opened.registration))?;
        page.add_cookie(&used_up).map_err(|error| crate::service::error::ServiceError::Internal(error.to_string()))?;
        return Ok(page);
    };
    Ok(HttpResponse::SeeOther()
        .insert_header(("location", first_page(course.as_str(), &opened)))
        .insert_header(("cache-control", "no-store"))
        .cookie(used_up)
        .cookie(session_cookie(course, opened.token.clone(), secure))
        .finish())
}

/// What the launched link opens.
fn first_page(course: &str, opened: &Opened) -> String {
    match opened.link.as_ref().map(|link| (&link.id, &link.opens)) {
        Some((_, Opens::Activity { activity })) => format!("/c/{course}/activities/{activity}"),
        Some((link, Opens::Unchosen)) if opened.instructor => format!("/c/{course}/links/{link}"),
        _ => format!("/c/{course}"),
    }
}
