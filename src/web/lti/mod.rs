//! The LTI endpoints: `/lti/login`, `/lti/launch`, `/lti/jwks`.

pub mod launch;
pub mod login;

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
