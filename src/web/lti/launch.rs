//! `POST /lti/launch`: the platform's signed answer, and the visit that it opens.

use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::TimeDelta;

use crate::lti::error::Refusal;
use crate::lti::launch::LaunchForm;
use crate::service::Cairn;
use crate::service::launch::{Destination, Leads, Opened, Review};
use crate::service::session::{LONGEST, frame_ancestors};
use crate::web::error::AppError;
use crate::web::extract::account;
use crate::web::extract::visit::{cookie_name, partitioned};
use crate::web::views::lti::NoCourse;
use crate::web::{lti, reply};

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
    let used_up = partitioned(&name, "", TimeDelta::zero());
    lead(&cairn, &opened, &used_up)
}

/// Where a launch leads whose signature held.
fn lead(cairn: &Cairn, opened: &Opened, used_up: &str) -> Result<HttpResponse, AppError> {
    let secure = cairn.settings.public_origin.scheme() == "https";
    let ancestors = frame_ancestors(&opened.registration);
    match &opened.leads {
        Leads::Course { course, to } => {
            let target = format!("/c/{course}{}", path(to));
            Ok(enter(
                &target,
                &cookie_name(course, secure),
                &opened.token,
                used_up,
            ))
        }
        Leads::Account => Ok(enter(
            account::PATH,
            &account::cookie_name(secure),
            &opened.token,
            used_up,
        )),
        Leads::NoCourse(asked) => {
            let page = NoCourse::of(*asked, &opened.registration.name);
            reply::framed_setting(&page, &ancestors, &[used_up.to_owned()])
        }
        Leads::Pending(waits) => {
            let page = lti::pending::page(cairn, &opened.registration, waits)?;
            let mut answer = reply::framed_setting(&page, &ancestors, &[used_up.to_owned()])?;
            *answer.status_mut() = StatusCode::FORBIDDEN;
            Ok(answer)
        }
    }
}

/// The page of a course, after its own address.
fn path(to: &Destination) -> String {
    match to {
        Destination::Course => String::new(),
        Destination::Choose(link) => format!("/links/{link}"),
        Destination::Badge(badge) => format!("/badges/{badge}"),
        Destination::Activity(activity) => format!("/activities/{activity}"),
        Destination::Picker => "/place".to_owned(),
        Destination::Review(Review::Student { activity, person }) => {
            format!("/activities/{activity}/of/{person}")
        }
        Destination::Review(Review::ColumnUnknown) => "/review/column".to_owned(),
        Destination::Review(Review::StudentUnknown) => "/review/student".to_owned(),
    }
}

/// Hands the visit's token to the browser and sends it to `target`.
fn enter(target: &str, cookie: &str, token: &str, used_up: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header(("location", target))
        .insert_header(("cache-control", "no-store"))
        .append_header(("set-cookie", used_up))
        .append_header(("set-cookie", partitioned(cookie, token, LONGEST)))
        .finish()
}
