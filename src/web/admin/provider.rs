//! `/admin/sign-in/provider` leads to the institution's own sign-in, `/admin/sign-in/return` comes back from it.

use actix_web::http::header::{HeaderValue, SET_COOKIE};
use actix_web::web::{self, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::error::AdminError;
use super::sign_in::{Asked, address, data, next};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::institution::administrators::known::Asking;
use crate::service::institution::administrators::provider;
use crate::web::extract::admin::{cookies, kept_mark};
use crate::web::paths::console;
use crate::web::reply;
use crate::web::views::admin::ReturnedPage;
use crate::web::views::shared::PublicPage;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(console::SIGN_IN_PROVIDER, web::get().to(leave))
        .route(console::PROVIDER_RETURN, web::get().to(come_back));
}

fn away_name(cairn: &Cairn) -> &'static str {
    if cairn.settings.public_origin.scheme() == "https" {
        "__Host-cairn_away"
    } else {
        "cairn_away"
    }
}

/// The cookie that remembers a sign-in under way. `Lax`: it has to come along when another site sends the browser back.
fn away_cookie(cairn: &Cairn, sealed: &str) -> String {
    let seconds = if sealed.is_empty() {
        0
    } else {
        provider::LIVES.num_seconds()
    };
    let name = away_name(cairn);
    format!("{name}={sealed}; Path=/; Max-Age={seconds}; HttpOnly; Secure; SameSite=Lax")
}

fn setting(answer: &mut HttpResponse, cookies: &[String]) -> Result<(), ServiceError> {
    for cookie in cookies {
        let value =
            HeaderValue::from_str(cookie).map_err(|error| ServiceError::Internal(error.to_string()))?;
        answer.headers_mut().append(SET_COOKIE, value);
    }
    Ok(())
}

async fn leave(request: HttpRequest, Query(asked): Query<Asked>) -> Result<HttpResponse, AdminError> {
    let cairn = data(&request)?;
    let next = next(&cairn, asked.next.as_deref());
    let (address, mark) = (address(&request), kept_mark(&request, &cairn));
    let asking = Asking {
        address: &address,
        browser: mark.as_deref(),
    };
    let leaving = provider::leave(&cairn, &next, asking).await?;
    let mut answer = HttpResponse::SeeOther()
        .insert_header(("location", leaving.url))
        .finish();
    setting(&mut answer, &[away_cookie(&cairn, &leaving.sealed)])?;
    Ok(answer)
}

#[derive(Debug, Deserialize)]
struct Back {
    #[serde(default)]
    code: String,
    #[serde(default)]
    state: String,
}

async fn come_back(request: HttpRequest, Query(back): Query<Back>) -> Result<HttpResponse, AdminError> {
    let cairn = data(&request)?;
    let kept = request.cookie(away_name(&cairn));
    let sealed = kept.as_ref().map(|cookie| cookie.value()).unwrap_or_default();
    let (address, mark) = (address(&request), kept_mark(&request, &cairn));
    let asking = Asking {
        address: &address,
        browser: mark.as_deref(),
    };
    let returned = provider::come_back(&cairn, sealed, &back.state, &back.code, asking).await?;
    let mut answer = reply::page(&ReturnedPage {
        page: PublicPage::titled("You are signed in"),
        next: returned.next,
    })?;
    setting(&mut answer, &cookies(&cairn, &returned.entered))?;
    setting(&mut answer, &[away_cookie(&cairn, "")])?;
    Ok(answer)
}
