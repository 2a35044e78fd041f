//! **Check now**, and how far it is.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use serde::Serialize;

use crate::domain::cause::Cause;
use crate::service::course::sync;
use crate::web::error::AppError;
use crate::web::extract::proven::Proven;
use crate::web::extract::visit::Visit;
use crate::web::paths::course;
use crate::web::words::checks;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(course::CHECK, web::post().to(check))
        .route(course::CHECK_STATUS, web::get().to(status))
        .route(course::CHECK_STATUS, web::post().to(status));
}

async fn check(Proven(visit): Proven<Visit>) -> Result<HttpResponse, AppError> {
    visit.teach()?;
    let visitor = &visit.visitor;
    sync::enqueue_check(
        &visit.cairn,
        visitor.tenant(),
        &visitor.course.id,
        Cause::CheckNow,
    )
    .await?;
    Ok(visit.go(&visit.href_saying("", "checked")))
}

#[derive(Serialize)]
struct Status {
    running: bool,
    done: usize,
    total: usize,
    message: String,
}

async fn status(visit: Visit) -> Result<HttpResponse, AppError> {
    visit.visitor.look()?;
    let visitor = &visit.visitor;
    let found = sync::progress(&visit.cairn, visitor.tenant(), &visitor.course.id).await?;
    let status = Status {
        running: found.running,
        done: found.done,
        total: found.total,
        message: checks::progress(&found),
    };
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(status))
}
