//! The LTI endpoints: `/lti/login`, `/lti/launch`, `/lti/launch/proof`, `/lti/notices`, `/lti/jwks`, `/lti/claim`, `/lti/account`.

pub mod account;
pub mod enter;
pub mod launch;
pub mod login;
pub mod notices;
pub mod pending;
pub mod register;
pub mod state_cookies;

use actix_web::{HttpResponse, web};

use crate::service::Cairn;

/// `GET /lti/jwks`: our public keys, for platforms that verify client assertions and deep linking answers.
/// Another node may have made a new one.
pub async fn jwks(cairn: web::Data<Cairn>) -> HttpResponse {
    cairn.notice_tool_keys().await;
    HttpResponse::Ok()
        .insert_header(("cache-control", "public, max-age=300"))
        .json(cairn.tool_key.public_set())
}
