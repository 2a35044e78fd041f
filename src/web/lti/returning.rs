//! The page that somebody sees whose data was erased, and `POST /lti/return`, by which they agree to be kept again. Nothing is
//! kept of them before that.

use actix_web::http::header::{HeaderValue, REFERRER_POLICY};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::service::Cairn;
use crate::service::base::session::frame_ancestors;
use crate::service::course::launch::Returning;
use crate::web::error::AppError;
use crate::web::extract::posted::PostedForm;
use crate::web::extract::same_origin;
use crate::web::views::lti::ReturningPage;
use crate::web::views::shared::PublicPage;
use crate::web::{paths, reply};
use lti::error::Refusal;
use lti::registration::Registration;

/// The page of such a launch.
pub(super) fn ask(
    cairn: &Cairn,
    registration: &Registration,
    returning: &Returning,
    used_up: String,
) -> Result<HttpResponse, AppError> {
    let page = ReturningPage {
        page: PublicPage::titled("Your data was erased"),
        platform: registration.name.clone(),
        erased: Some(returning.zone.long_day(returning.erased_at)),
        pass: cairn.pass_back(registration, returning)?,
        action: paths::RETURN,
    };
    let mut answer = reply::framed_setting(&page, &frame_ancestors(registration), &[used_up])?;
    // Only so do browsers without `Sec-Fetch-Site` name our own origin when they post the form.
    answer
        .headers_mut()
        .insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    Ok(answer)
}

/// `POST /lti/return`.
///
/// # Errors
/// When the form came from no page of ours, or the pass is none of ours or too old.
pub(crate) async fn agree(
    cairn: web::Data<Cairn>,
    request: HttpRequest,
    body: PostedForm,
) -> Result<HttpResponse, AppError> {
    let pairs = super::login::pairs(&body);
    if !same_origin::is_our_own(&request, &cairn.settings.origin()) {
        return Err(Refusal::ProofForeign.into());
    }
    let pass = pairs.iter().find(|(name, _)| name == "pass");
    let registration = cairn
        .agree_again(pass.map_or("", |(_, value)| value.as_str()))
        .await?;
    let page = ReturningPage {
        page: PublicPage::titled("You can open Cairn again"),
        platform: registration.name.clone(),
        erased: None,
        pass: String::new(),
        action: paths::RETURN,
    };
    reply::framed(&page, &frame_ancestors(&registration))
}
