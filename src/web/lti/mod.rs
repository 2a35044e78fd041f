//! The LTI endpoints: `/lti/login`, `/lti/launch`, `/lti/launch/proof`, `/lti/notices`, `/lti/jwks`, `/lti/claim`, `/lti/account`.

pub mod account;
pub mod enter;
pub mod ladder;
pub mod launch;
pub mod login;
pub mod notices;
pub mod pending;
pub mod register;

use actix_web::{HttpResponse, web};

use crate::lti::keys::ToolKey;
use crate::service::Cairn;

/// `GET /lti/jwks`: our public keys, for platforms that verify client assertions and deep linking answers.
pub async fn jwks(cairn: web::Data<Cairn>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(("cache-control", "public, max-age=300"))
        .json(ToolKey::jwk_set([&cairn.tool_key]))
}
