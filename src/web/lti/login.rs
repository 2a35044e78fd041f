//! `/lti/login`: third-party initiated login, by GET and by POST.
//!
//! The hints of a login are used up when the browser leaves for the platform, so whether it can prove itself afterwards
//! is found out before. A browser that opened us as the whole page goes on at once, and so does one that shows our probe
//! cookie where the platform offers no storage. Any other gets a page that tries a cookie, leaves the binding with the
//! platform where that is offered, and goes on by itself when either holds; where neither does, the page offers to open
//! the same login in a new window, where cookies are first-party, and waits for what is chosen there ([`super::waiting`]).

use actix_web::{HttpRequest, HttpResponse, web};

use chrono::TimeDelta;

use super::state_cookies;
use super::waiting::PASS;
use crate::service::Cairn;
use crate::service::base::addresses;
use crate::service::base::session::frame_ancestors;
use crate::web::error::AppError;
use crate::web::extract::posted::PostedForm;
use crate::web::extract::visit::partitioned;
use crate::web::views::lti::{LoginPage, WaitingForm};
use crate::web::views::shared::PublicPage;
use crate::web::{paths, reply};
use lti::login::LoginRequest;
use lti::state::LIFETIME;

/// Proves nothing but that cookies come back.
const PROBE: &str = "cairn_probe";

/// `GET /lti/login`.
///
/// # Errors
/// A refusal when the platform is not known, or the parameters are not a login.
pub(crate) async fn by_get(cairn: web::Data<Cairn>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let pairs = url::form_urlencoded::parse(request.query_string().as_bytes())
        .into_owned()
        .collect();
    login(&cairn, &request, pairs).await
}

/// `POST /lti/login`.
///
/// # Errors
/// As [`by_get`].
pub(crate) async fn by_post(
    cairn: web::Data<Cairn>,
    request: HttpRequest,
    body: PostedForm,
) -> Result<HttpResponse, AppError> {
    login(&cairn, &request, pairs(&body)).await
}

/// The decoded pairs of a posted form.
pub(super) fn pairs(body: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(body).into_owned().collect()
}

async fn login(
    cairn: &Cairn,
    request: &HttpRequest,
    pairs: Vec<(String, String)>,
) -> Result<HttpResponse, AppError> {
    let login = LoginRequest::parse(&pairs)?;
    let frame = pairs.iter().find(|(name, _)| name == PASS);
    let frame = frame.map(|(_, pass)| pass.as_str());
    let whole_page = request
        .headers()
        .get("sec-fetch-dest")
        .is_some_and(|value| value == "document");
    let start = cairn.begin_login(&login, frame).await?;
    let secure = cairn.settings.public_origin.scheme() == "https";
    let binding = partitioned(
        &start.binding.cookie_name(secure),
        start.binding.secret(),
        LIFETIME,
    );
    let storage = state_cookies::storage(
        login.storage_target.as_deref(),
        &start.registration,
        start.binding.storage_key(),
        Some(start.binding.secret().to_owned()),
    );
    let mut cookies = state_cookies::without_oldest(request, secure);
    cookies.extend([binding, probe()]);
    if whole_page || (storage.is_none() && request.cookie(PROBE).is_some()) {
        let mut answer = HttpResponse::Found();
        answer
            .insert_header(("location", start.authorize.as_str()))
            .insert_header(("cache-control", "no-store"));
        for cookie in cookies {
            answer.append_header(("set-cookie", cookie));
        }
        return Ok(answer.finish());
    }
    let mut endpoint = start.authorize.clone();
    endpoint.set_query(start.registration.authorization_url.query());
    let known = start.registration.authorization_url.query_pairs().count();
    let waiting = cairn.frame_that_waits(&start.registration, &login)?;
    let mut window_fields = pairs;
    window_fields.retain(|(name, _)| name != PASS);
    window_fields.push((PASS.to_owned(), waiting.pass.clone()));
    let page = LoginPage {
        page: PublicPage::titled("Opening Cairn"),
        authorize_method: "get",
        window_action: addresses::LOGIN.to_owned(),
        authorize_action: endpoint.to_string(),
        authorize_fields: start
            .authorize
            .query_pairs()
            .skip(known)
            .map(|(k, v)| (k.into_owned(), v.into_owned()))
            .collect(),
        window_fields,
        waiting: WaitingForm {
            action: paths::WAITING,
            pass: waiting.pass,
            secret: waiting.secret,
        },
        storage,
    };
    reply::framed_setting(&page, &frame_ancestors(&start.registration), &cookies)
}

fn probe() -> String {
    partitioned(PROBE, "1", TimeDelta::days(180))
}
