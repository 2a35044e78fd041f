//! `/admin/sign-in` and `/admin/sign-out`.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, SET_COOKIE};
use actix_web::web::{self, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _};
use secrecy::SecretString;
use serde::Deserialize;
use url::form_urlencoded::Serializer;

use super::error::AdminError;
use crate::service::Cairn;
use crate::service::base::error::{ErrorKind, ServiceError};
use crate::service::institution::administrators::known::{Asking, Entered};
use crate::service::institution::administrators::{self, links};
use crate::web::error::AppError;
use crate::web::extract::admin::{AdminVisit, cookie, cookies, kept_mark};
use crate::web::extract::fields::Fields;
use crate::web::extract::proven::Proven;
use crate::web::extract::same_origin;
use crate::web::middleware::limit::{Limits, network};
use crate::web::paths::console;
use crate::web::reply;
use crate::web::views::admin::SignInPage;
use crate::web::views::shared::{LinkTo, Problem, ProblemList, PublicPage};

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(console::SIGN_IN, web::get().to(show))
        .route(console::SIGN_IN, web::post().to(sign_in))
        .route(console::SIGN_OUT, web::post().to(sign_out));
}

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    pub(crate) next: Option<String>,
}

/// Whether nobody has to be sent there who has just come in.
fn is_entrance(path: &str) -> bool {
    [console::sign_in(), console::sign_out(), console::link("")]
        .iter()
        .any(|entrance| path.starts_with(entrance.trim_end_matches('/')))
}

/// Where somebody goes after signing in: a page of the console, whatever the address said.
pub(super) fn next(cairn: &Cairn, text: Option<&str>) -> String {
    let origin = &cairn.settings.public_origin;
    let asked = text.and_then(|text| origin.join(text).ok()).filter(|url| {
        let path = url.path();
        url.origin() == origin.origin()
            && path
                .strip_prefix(console::HOME)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    match asked {
        Some(url) if !is_entrance(url.path()) => {
            let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
            format!("{}{query}", url.path())
        }
        _ => console::overview(),
    }
}

async fn show(cairn: web::Data<Cairn>, Query(asked): Query<Asked>) -> Result<HttpResponse, AdminError> {
    let next = next(&cairn, asked.next.as_deref());
    Ok(reply::page(&view(
        &cairn,
        String::new(),
        next,
        ProblemList::default(),
    ))?)
}

fn view(cairn: &Cairn, email: String, next: String, problems: ProblemList) -> SignInPage {
    let provider = cairn.settings.admin_oidc.as_ref().map(|provider| {
        let query = Serializer::new(String::new()).append_pair("next", &next).finish();
        let host = url::Url::parse(&provider.issuer).ok();
        LinkTo {
            href: format!("{}?{query}", console::sign_in_provider()),
            text: host
                .and_then(|url| url.host_str().map(str::to_owned))
                .unwrap_or_default(),
        }
    });
    SignInPage {
        provider,
        page: PublicPage::titled("Sign in to Cairn’s console"),
        email,
        next,
        problems,
    }
}

async fn sign_in(request: HttpRequest, payload: web::Payload) -> Result<HttpResponse, AdminError> {
    let cairn = data(&request)?;
    same_origin::demand(&request, &cairn.settings.origin())?;
    let fields = Fields::read_unproven(&request, payload).await?;
    let email = fields.text("email");
    let next = next(&cairn, fields.get("next"));
    let typed = links::typed(fields.raw("password")).unwrap_or_else(|| SecretString::from(String::new()));
    let (address, mark) = (address(&request), kept_mark(&request, &cairn));
    let asking = Asking {
        address: &address,
        browser: mark.as_deref(),
    };
    match administrators::sign_in::by_password(&cairn, &email, &typed, asking).await {
        Ok(entered) => Ok(signed_in(&cairn, &entered, &next)?),
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::Unprocessable | ErrorKind::TooManyRequests
            ) =>
        {
            let status = AppError::from(error);
            let problems = ProblemList(vec![Problem {
                field: String::new(),
                text: status.sentence(),
            }]);
            Ok(reply::html(
                status.status_code(),
                &view(&cairn, email, next, problems),
                "'none'",
                "no-store",
            )?)
        }
        Err(error) => Err(error.into()),
    }
}

/// To a page of the console, with the cookies that sign this browser in and have it known.
pub(super) fn signed_in(cairn: &Cairn, entered: &Entered, next: &str) -> Result<HttpResponse, AdminError> {
    on_to(next, &cookies(cairn, entered))
}

fn on_to(next: &str, cookies: &[String]) -> Result<HttpResponse, AdminError> {
    let mut answer = HttpResponse::build(StatusCode::SEE_OTHER)
        .insert_header(("location", next))
        .finish();
    for cookie in cookies {
        let value =
            HeaderValue::from_str(cookie).map_err(|error| ServiceError::Internal(error.to_string()))?;
        answer.headers_mut().append(SET_COOKIE, value);
    }
    Ok(answer)
}

async fn sign_out(Proven(visit): Proven<AdminVisit>) -> Result<HttpResponse, AdminError> {
    administrators::sign_out(&visit.cairn, &visit.session).await?;
    on_to(&console::sign_in(), &[cookie(&visit.cairn, "")])
}

/// What every use case works with.
pub(super) fn data(request: &HttpRequest) -> Result<web::Data<Cairn>, ServiceError> {
    request
        .app_data::<web::Data<Cairn>>()
        .cloned()
        .ok_or_else(|| ServiceError::Internal("the application has no data".into()))
}

/// From where somebody comes, as everywhere: a proxy is believed only where the settings name it.
pub(super) fn address(request: &HttpRequest) -> String {
    let limits = request.app_data::<web::Data<Limits>>();
    let client = limits
        .zip(request.peer_addr())
        .map(|(limits, peer)| network(limits.client(peer.ip(), request.headers())));
    client.map(|client| client.to_string()).unwrap_or_default()
}
