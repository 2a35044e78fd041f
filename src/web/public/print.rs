//! `/b/{slug}/print`: a badge on a sheet of paper, with what anybody sees of it.

use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

use super::credential::{off_the_web, standing};
use super::{or_nothing, show_in, unlisted};
use crate::service::Cairn;
use crate::service::base::addresses;
use crate::service::base::drawings::{Asker, Sort};
use crate::service::base::error::ServiceError;
use crate::service::credential::publish;
use crate::web::bounds::client;
use crate::web::certificate::{self, Sheet, Warning};
use crate::web::error::AppError;
use crate::web::paths;
use crate::web::views::public::{PrintPage, PublicStanding};
use crate::web::views::shared::PublicPage;

/// Lists the routes of this page.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .route(paths::PRINT, web::get().to(print))
        .route(paths::PRINT, web::head().to(print));
}

/// The sheet. It is there wherever the badge's page is, and says no more than that.
pub(crate) async fn print(
    cairn: web::Data<Cairn>,
    slug: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let found = publish::by_slug(&cairn, &slug).await;
    if let Err(error @ (ServiceError::Policy(_) | ServiceError::Kept)) = &found {
        return off_the_web(error);
    }
    let published = match or_nothing(found, "badge")? {
        Ok(published) => published,
        Err(nothing) => return Ok(nothing),
    };
    let checked = published.check(&cairn)?;
    let warning = match standing(&published, &checked) {
        PublicStanding::InForce => None,
        PublicStanding::Suspended { when } => Some(Warning::Suspended(when)),
        PublicStanding::Expired { when } => Some(Warning::Expired(when)),
        PublicStanding::Revoked { when, .. } => Some(Warning::Revoked(when)),
        PublicStanding::SigningAnew | PublicStanding::Unproven => Some(Warning::Unproven),
    };
    let path = addresses::credential(&published.credential.slug);
    let sheet = Sheet {
        zone: published.issuer.zone,
        document: &checked.document,
        holder: published.holder.clone(),
        warning,
        address: Some(format!("{}{path}", cairn.settings.identity())),
    };
    let asker = Asker::Address(client(&request), Sort::Badge);
    let certificate = certificate::view(&cairn, &asker, sheet).await?;
    let page = PrintPage {
        page: PublicPage::titled(&certificate.name).in_accent(published.issuer.accent),
        back_href: path,
        certificate,
    };
    Ok(unlisted(show_in(published.issuer.zone, StatusCode::OK, &page)?))
}
