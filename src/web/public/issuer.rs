//! `/issuers/{slug}`: who stands behind the badges, for people and for machines.

use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

use super::{endorsements, open_to_all, or_nothing, show};
use crate::domain::issuer::{Issuer, Ror};
use crate::domain::keys::{IssuerKey, KeyState};
use crate::service::Cairn;
use crate::service::badge::pictures;
use crate::service::base::addresses;
use crate::service::base::error::{ErrorKind, ServiceError};
use crate::service::base::institutions;
use crate::service::credential::{endorsing, publish};
use crate::web::error::AppError;
use crate::web::views::public::IssuerPage;
use crate::web::views::shared::{LinkTo, PublicPage};
use crate::web::{accept, paths};

/// Lists the routes of this page.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .route(addresses::ISSUER, web::get().to(issuer))
        .route(addresses::ISSUER, web::head().to(issuer))
        .route(paths::PROFILE, web::get().to(profile))
        .route(paths::PROFILE, web::head().to(profile));
}

/// The page, or the profile where JSON is asked for.
pub(crate) async fn issuer(
    cairn: web::Data<Cairn>,
    slug: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let found = institutions::by_slug(&cairn, &slug).await;
    if matches!(&found, Err(error) if error.kind() == ErrorKind::NotFound)
        && let Ok(one) = endorsing::endorser(&cairn, &slug).await
    {
        return endorsements::show(&cairn, &one, &request);
    }
    let (issuer, keys) = match or_nothing(found, "issuer")? {
        Ok(found) => found,
        Err(nothing) => return Ok(nothing),
    };
    match accept::best(
        &request,
        &["text/html", "application/ld+json", "application/json"],
    ) {
        "text/html" => show(StatusCode::OK, &view(&cairn, &issuer, &keys)?),
        media => json(&cairn, &issuer, media),
    }
}

/// The profile as JSON, at an address of its own for browsers.
pub(crate) async fn profile(
    cairn: web::Data<Cairn>,
    slug: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    match or_nothing(institutions::by_slug(&cairn, &slug).await, "issuer")? {
        Ok((issuer, _)) => {
            let media = accept::best(&request, &["application/json", "application/ld+json"]);
            json(&cairn, &issuer, media)
        }
        Err(nothing) => Ok(nothing),
    }
}

fn json(cairn: &Cairn, issuer: &Issuer, media: &str) -> Result<HttpResponse, AppError> {
    let profile = publish::profile_document(cairn, issuer)?;
    Ok(open_to_all(300)
        .insert_header(("content-type", media))
        .body(profile.to_string()))
}

fn view(cairn: &Cairn, issuer: &Issuer, keys: &[IssuerKey]) -> Result<IssuerPage, ServiceError> {
    let identity = institutions::identity(cairn, issuer)?;
    let did = identity.did().to_owned();
    let key = |key: &IssuerKey| {
        let public = key.public_multibase.clone();
        (format!("{did}#{public}"), public)
    };
    let document = |href: String, text: &str| LinkTo {
        href,
        text: text.to_owned(),
    };
    let said = &issuer.marks.authority;
    Ok(IssuerPage {
        page: PublicPage::titled(&issuer.name).in_accent(issuer.accent),
        name: issuer.name.clone(),
        url: issuer.url.clone(),
        email: issuer.email.clone(),
        logo: issuer.marks.logo.as_deref().map(pictures::kept_png),
        ror: issuer.marks.ror.as_ref().map(Ror::address),
        accreditation: said.accreditation.clone(),
        parent: said.parent.as_ref().map(|parent| LinkTo {
            href: parent.url.clone(),
            text: parent.name.clone(),
        }),
        official: said.official.clone(),
        identifiers: said
            .identifiers
            .iter()
            .map(|one| (one.kind.to_uppercase(), one.value.clone()))
            .collect(),
        keys: keys
            .iter()
            .filter(|one| one.state != KeyState::Withdrawn)
            .map(key)
            .collect(),
        documents: vec![
            document(paths::profile(&issuer.slug), "Profile (Open Badges 3.0)"),
            document(identity.document_path(), "Identity document (did.json)"),
            document(paths::KEY_SET.to_owned(), "Keys for signed tokens (jwks.json)"),
        ],
        did,
    })
}
