//! Columns that fit where a rule reads some that are gone: a page that says which, and one confirmation.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use crate::domain::policy::Power;
use crate::ids::BadgeId;
use crate::service::badge::replaced;
use crate::service::base::policies;
use crate::web::error::AppError;
use crate::web::extract::proven::Proven;
use crate::web::extract::visit::Visit;
use crate::web::frame::Place;
use crate::web::paths::course;
use crate::web::views::shared::ConfirmPage;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(course::BADGE_REPLACED, web::get().to(review))
        .route(course::BADGE_REPLACED, web::post().to(review))
        .route(course::BADGE_REPLACED_TAKE, web::post().to(take));
}

async fn review(visit: Visit, path: web::Path<(String, BadgeId)>) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    policies::check(&visit.cairn, &visit.visitor, Power::Create).await?;
    let offer = replaced::review(&visit.cairn, &visit.visitor, &id).await?;
    let rule = visit.href(&course::badge_rule(&id));
    if offer.columns.is_empty() {
        return Ok(visit.go(&rule));
    }
    let mut consequences: Vec<String> = offer
        .columns
        .iter()
        .map(|one| {
            let why = if one.is_of_former {
                "belongs to a former registration of Cairn"
            } else {
                "is gone"
            };
            format!(
                "The column “{}” (out of {}) {why}. “{}” (out of {}) fits, and is read instead.",
                one.gone.label,
                one.gone.maximum.normalize(),
                one.fits.label,
                one.fits.maximum.normalize()
            )
        })
        .collect();
    if !offer.missing.is_empty() {
        consequences.push(format!(
            "Nothing fits for: {}. Choose a column for it in the rule afterwards.",
            offer.missing.join(", ")
        ));
    }
    consequences.push(
        "The rule is saved as a draft. Nothing is awarded before you have looked at the dry run and activated it."
            .to_owned(),
    );
    visit.show(&ConfirmPage {
        page: visit.page(
            &format!("Read the new columns for “{}”?", offer.badge.design.name),
            Place::Badges,
        ),
        consequences,
        action: visit.href(&course::badge_replaced_take(&id)),
        fields: Vec::new(),
        confirm: "Save the rule with the new columns".to_owned(),
        back_href: rule,
    })
}

async fn take(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, BadgeId)>,
) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    replaced::take(&visit.cairn, &visit.visitor, &id).await?;
    Ok(visit.go(&visit.href(&course::badge_preview(&id))))
}
