//! The LTI endpoints: `/lti/login`, `/lti/launch`, `/lti/launch/proof`, `/lti/waiting`, `/lti/return`, `/lti/notices`, `/lti/jwks`, `/lti/claim`, `/lti/account`.

pub(crate) mod account;
pub(crate) mod enter;
pub(crate) mod launch;
pub(crate) mod login;
pub(crate) mod notices;
pub(crate) mod pending;
pub(crate) mod register;
pub(crate) mod returning;
pub(crate) mod state_cookies;
pub(crate) mod waiting;

use actix_web::{HttpResponse, web};

use crate::service::Cairn;

/// `GET /lti/jwks`: our public keys, for platforms that verify client assertions and deep linking answers.
/// Another node may have made a new one.
pub(crate) async fn jwks(cairn: web::Data<Cairn>) -> HttpResponse {
    cairn.notice_tool_keys().await;
    HttpResponse::Ok()
        .insert_header(("cache-control", "public, max-age=300"))
        .json(cairn.tool_key.public_set())
}
