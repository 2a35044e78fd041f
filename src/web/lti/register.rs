//! `/lti/register/{code}`: the platform opens it in a frame when an administrator registers Cairn there. The first page
//! asks, the second one has done it and says what comes next in that LMS.

use actix_web::http::header::{HeaderName, HeaderValue, REFERRER_POLICY};
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

use crate::service::Cairn;
use crate::service::base::addresses;
use crate::service::institution::registering;
use crate::web::error::AppError;
use crate::web::extract::posted::PostedForm;
use crate::web::reply;
use crate::web::views::lti::{AskPage, RegisteredPage};

/// Lists the routes.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .route(addresses::REGISTER, web::get().to(ask))
        .route(addresses::REGISTER, web::post().to(confirm))
        .route(addresses::CANVAS_KEY, web::get().to(canvas_json));
}

async fn ask(
    cairn: web::Data<Cairn>,
    request: HttpRequest,
    code: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    let query: Vec<(String, String)> = url::form_urlencoded::parse(request.query_string().as_bytes())
        .into_owned()
        .collect();
    let asked = |name: &str| {
        query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    };
    let offer = registering::open(
        &cairn,
        &code,
        asked("openid_configuration"),
        asked("registration_token"),
    )
    .await?;
    let ancestors = offer.platform.frame_ancestors();
    let page = AskPage::new(&offer, &addresses::register(&code));
    Ok(known_to_its_opener(reply::framed(&page, &ancestors)?))
}

/// A platform may open a registration in a window of its own, and the last page tells it to close that: by
/// `window.opener`, which is gone for good as soon as one page of the way keeps it from us.
fn known_to_its_opener(mut page: HttpResponse) -> HttpResponse {
    page.headers_mut().insert(
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("unsafe-none"),
    );
    // Its address holds a code; its form is believed for what is in it, whoever sends it.
    page.headers_mut()
        .insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    page
}

async fn confirm(
    cairn: web::Data<Cairn>,
    code: web::Path<String>,
    body: PostedForm,
) -> Result<HttpResponse, AppError> {
    let pairs = super::login::pairs(&body);
    let consent = pairs.iter().find(|(name, _)| name == "consent");
    let consent = consent.map(|(_, value)| value.as_str()).unwrap_or_default();
    let done = registering::confirm(&cairn, &code, consent).await?;
    let ancestors = done.platform.frame_ancestors();
    Ok(known_to_its_opener(reply::framed(
        &RegisteredPage::new(&done),
        &ancestors,
    )?))
}

/// What an administrator of Canvas pastes as "Enter URL" when making an LTI key by hand.
async fn canvas_json(cairn: web::Data<Cairn>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(("cache-control", "no-cache"))
        .json(registering::facts(&cairn).canvas_key())
}
