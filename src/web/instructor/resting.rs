//! `/c/{course}/badges/{badge}/resume`: a badge whose columns are as they were decides again.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use crate::ids::BadgeId;
use crate::service::badge::resting;
use crate::web::error::AppError;
use crate::web::extract::proven::Proven;
use crate::web::extract::visit::Visit;
use crate::web::paths::course;

pub(super) fn configure(config: &mut ServiceConfig) {
    config.route(course::BADGE_RESUME, web::post().to(resume));
}

async fn resume(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, BadgeId)>,
) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    resting::resume_by_hand(&visit.cairn, &visit.visitor, &id).await?;
    Ok(visit.go(&visit.href_saying("", "resumed")))
}
