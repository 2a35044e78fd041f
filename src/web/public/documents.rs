//! What verifiers fetch: `did.json`, the key set of the host and the signed status lists.

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

use super::{open_to_all, or_nothing};
use crate::service::Cairn;
use crate::service::base::addresses;
use crate::service::base::institutions;
use crate::service::credential::endorsing;
use crate::service::credential::publish::ListForms;
use crate::web::error::AppError;
use crate::web::{accept, paths};

/// The media types of a DID document (DID Core 1.0, section 6); JSON as any file server would say it comes first.
const DID: [&str; 3] = [
    "application/json",
    "application/did+ld+json",
    "application/did+json",
];

/// The media types of a key set (RFC 7517, section 8.5).
const KEY_SET: [&str; 2] = ["application/jwk-set+json", "application/json"];

/// The media types of a status list that is signed as a token.
const TOKEN: [&str; 2] = ["application/vc+jwt", "application/jwt"];

/// Those of a status list in either form. Whoever does not mind gets JSON.
const LIST: [&str; 6] = {
    let [linked, plain, json_ld, json] = accept::SIGNED;
    let [own, general] = TOKEN;
    [linked, plain, json_ld, json, own, general]
};

/// Lists the routes of these documents.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .route(paths::KEY_SET, web::get().to(key_set))
        .route(paths::KEY_SET, web::head().to(key_set))
        .route(addresses::DID, web::get().to(did))
        .route(addresses::DID, web::head().to(did))
        .route(addresses::STATUS_LIST, web::get().to(status_list))
        .route(addresses::STATUS_LIST, web::head().to(status_list));
}

/// An issuer's DID document.
pub(crate) async fn did(
    cairn: web::Data<Cairn>,
    slug: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    match or_nothing(endorsing::did_document(&cairn, &slug).await, "issuer")? {
        Ok(document) => Ok(open_to_all(300)
            .insert_header(("content-type", accept::best(&request, &DID)))
            .body(document.to_string())),
        Err(nothing) => Ok(nothing),
    }
}

/// The keys for tokens of every issuer of this host, each with its issuer as `iss`.
pub(crate) async fn key_set(cairn: web::Data<Cairn>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let set = institutions::key_set(&cairn).await?;
    Ok(open_to_all(300)
        .insert_header(("content-type", accept::best(&request, &KEY_SET)))
        .body(set.to_string()))
}

/// A signed status list, as JSON or as a token, byte by byte as it was stored. A minute of caching at most: revocation must be seen soon.
pub(crate) async fn status_list(
    cairn: web::Data<Cairn>,
    path: web::Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (issuer, list) = path.into_inner();
    let found = endorsing::status_list(&cairn, &issuer, &list).await;
    match or_nothing(found, "status list")? {
        Ok(ListForms { document, token }) => {
            let (form, body) = match token {
                Some(token) => match accept::best(&request, &LIST) {
                    form if TOKEN.contains(&form) => (form, token),
                    form => (form, document),
                },
                None => (accept::best(&request, &accept::SIGNED), document),
            };
            Ok(open_to_all(60).insert_header(("content-type", form)).body(body))
        }
        Err(nothing) => Ok(nothing),
    }
}
