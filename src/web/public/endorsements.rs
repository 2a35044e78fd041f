//! `/endorsements/{id}`: what another body said of a badge, for people, and byte by byte as it was signed; and
//! `/endorsements?of=…`, all of one badge.

use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

use super::{endorsed, nothing, open_to_all, or_nothing, show_in};
use crate::ids::{BadgeId, EndorsementId};
use crate::service::Cairn;
use crate::service::base::addresses;
use crate::service::credential::endorsing::{self, Endorsing};
use crate::web::error::AppError;
use crate::web::views::public::EndorsementPage;
use crate::web::views::shared::{LinkTo, PublicPage};
use crate::web::{accept, paths};

/// Lists the routes of these pages.
pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(paths::ENDORSEMENTS, web::get().to(list))
        .route(paths::ENDORSEMENTS, web::head().to(list))
        .route(addresses::ENDORSEMENT, web::get().to(one))
        .route(addresses::ENDORSEMENT, web::head().to(one));
}

/// The signed endorsements of the badge whose address the query names.
///
/// # Errors
/// When the database cannot be asked.
pub(crate) async fn list(cairn: web::Data<Cairn>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let asked = url::form_urlencoded::parse(request.query_string().as_bytes());
    let of = asked
        .into_owned()
        .find(|(name, _)| name == "of")
        .map(|(_, value)| value)
        .unwrap_or_default();
    let Some((issuer, badge)) = named(&of, &cairn.settings.identity()) else {
        return nothing("badge");
    };
    let found = endorsing::list(&cairn, &issuer, &badge).await;
    match or_nothing(found, "badge")? {
        Ok(documents) => Ok(open_to_all(60)
            .insert_header(("content-type", "application/json"))
            .body(documents)),
        Err(nothing) => Ok(nothing),
    }
}

/// The issuer and the badge that the address of an achievement of this server names.
fn named(address: &str, origin: &str) -> Option<(String, BadgeId)> {
    let path = address.strip_prefix(origin)?;
    let mut parts = path.trim_start_matches('/').split('/');
    let (issuer, badge) = (parts.nth(1)?, BadgeId::from(parts.nth(1)?));
    // Filled in again, it has to be the same.
    (path == addresses::achievement(issuer, &badge)).then(|| (issuer.to_owned(), badge))
}

/// One endorsement.
///
/// # Errors
/// When the page cannot be rendered.
pub(crate) async fn one(
    cairn: web::Data<Cairn>,
    id: web::Path<EndorsementId>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let found = endorsing::document(&cairn, &id).await;
    match or_nothing(found, "endorsement")? {
        Ok(found) => show(&cairn, &found, &request),
        Err(nothing) => Ok(nothing),
    }
}

/// The page, or the signed bytes where those are asked for.
pub(super) fn show(cairn: &Cairn, one: &Endorsing, request: &HttpRequest) -> Result<HttpResponse, AppError> {
    let [linked, plain, json_ld, json] = accept::SIGNED;
    match accept::best(request, &["text/html", linked, plain, json_ld, json]) {
        "text/html" => show_in(one.issuer.zone, StatusCode::OK, &view(cairn, one)),
        media => Ok(open_to_all(60)
            .insert_header(("content-type", media))
            .body(one.given.document.clone())),
    }
}

fn view(cairn: &Cairn, one: &Endorsing) -> EndorsementPage {
    let endorsement = endorsed::line(&one.told, &one.given, &one.issuer.name);
    let document = addresses::endorsement(&one.told.endorsement.id);
    let mut technical = vec![(
        "Endorsement".to_owned(),
        format!("{}{document}", cairn.settings.identity()),
    )];
    if let Some(did) = &one.did {
        technical.push(("Issuer".to_owned(), did.clone()));
    }
    if let Some(issuer) = &one.given.issuer {
        technical.push(("Signing key".to_owned(), issuer.public_multibase.clone()));
    }
    technical.push(("What was shown (sha-256)".to_owned(), one.given.shown.digest()));
    EndorsementPage {
        page: PublicPage::titled(&format!("Endorsement of “{}”", one.given.shown.name))
            .in_accent(one.issuer.accent),
        badge: LinkTo {
            href: addresses::achievement(&one.issuer.slug, &one.badge.id),
            text: one.given.shown.name.clone(),
        },
        institution: LinkTo {
            href: addresses::issuer(&one.issuer.slug),
            text: one.issuer.name.clone(),
        },
        technical,
        document: LinkTo {
            href: format!(
                "{}?of={}",
                paths::ENDORSEMENTS,
                encoded(&one.given.shown.achievement)
            ),
            text: "All signed endorsements of the badge (JSON)".to_owned(),
        },
        endorsement,
    }
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_address_of_a_badge_of_this_server_names_one() {
        let origin = "https://badges.example";
        let badge = BadgeId::from("b1");
        let address = format!("{origin}{}", addresses::achievement("ghent", &badge));
        assert_eq!(named(&address, origin), Some(("ghent".to_owned(), badge)));
        for other in [
            "",
            origin,
            "https://other.example",
            &format!("{address}/more"),
            &address.replace("achievements", "badges"),
            &address.replace("https", "http"),
        ] {
            assert_eq!(named(other, origin), None, "{other}");
        }
    }
}
