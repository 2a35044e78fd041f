//! `/admin/copy-requests/{institution}`: teachers who ask for the badges of courses that they do not teach.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use super::error::AdminError;
use super::frame::AdminPlace;
use crate::ids::{CopyRequestId, TenantId};
use crate::service::base::error::{ErrorKind, ServiceError};
use crate::service::course::copying::Requested;
use crate::service::institution::copy_requests;
use crate::web::extract::admin::AdminVisit;
use crate::web::extract::proven::Proven;
use crate::web::paths::console;
use crate::web::views::admin::{CopyRequestLine, CopyRequestsPage};
use crate::web::views::shared::When;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(console::COPY_REQUESTS, web::get().to(show))
        .route(console::COPY_REQUEST, web::post().to(answer))
        .route(console::COPY_REOPEN, web::post().to(reopen));
}

async fn show(visit: AdminVisit, tenant: web::Path<TenantId>) -> Result<HttpResponse, AdminError> {
    let (institution, waiting, refused) = copy_requests::asked(&visit.cairn, &visit.admin, &tenant).await?;
    let now = visit.cairn.clock.now();
    let line = |one: &Requested, action: String| CopyRequestLine {
        who: one.who.clone(),
        course: one.course.clone(),
        source: one.source.clone(),
        asked: When::new(one.asked_at, now),
        action,
    };
    let requests = waiting
        .iter()
        .map(|one| line(one, console::copy_request(&tenant, &one.id)))
        .collect();
    let refused = refused
        .iter()
        .map(|one| line(one, console::copy_reopen(&tenant, &one.id)))
        .collect();
    visit.show(&CopyRequestsPage {
        page: visit.page_of(
            &institution,
            &format!("Badges of other courses: {}", institution.name),
            AdminPlace::Elsewhere,
        ),
        requests,
        refused,
        back_href: console::overview(),
    })
}

async fn answer(
    Proven(visit): Proven<AdminVisit>,
    path: web::Path<(TenantId, CopyRequestId)>,
) -> Result<HttpResponse, AdminError> {
    let (tenant, id) = path.into_inner();
    let yes = match visit.fields.text("answer").as_str() {
        "yes" => true,
        "no" => false,
        _ => return Err(ServiceError::form(ErrorKind::Unprocessable, "answer", "Choose yes or no.").into()),
    };
    copy_requests::answer(&visit.cairn, &visit.admin, &tenant, &id, yes).await?;
    Ok(visit.go(&visit.href_saying(&console::copy_requests(&tenant), "answered")))
}

async fn reopen(
    Proven(visit): Proven<AdminVisit>,
    path: web::Path<(TenantId, CopyRequestId)>,
) -> Result<HttpResponse, AdminError> {
    let (tenant, id) = path.into_inner();
    copy_requests::reopen(&visit.cairn, &visit.admin, &tenant, &id).await?;
    Ok(visit.go(&visit.href_saying(&console::copy_requests(&tenant), "reopened")))
}
