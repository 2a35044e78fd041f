//! **Check now**, and how far it is.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::domain::cause::Cause;
use crate::service::course::{rest_grades, sync};
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
    // Awards from here on are those of the check.
    let now = visit.cairn.clock.now();
    // Whoever presses the button means everything, what the LMS tells of no change of as well: hiding, or a grade typed there.
    rest_grades::ask(&visit.cairn, visitor).await?;
    sync::enqueue_check(
        &visit.cairn,
        visitor.tenant(),
        &visitor.course.id,
        Cause::CheckNow,
    )
    .await?;
    Ok(visit.go(&visit.href(&format!("?notice=checked&since={}", now.timestamp_micros()))))
}

/// When the check was asked for that this page waits for.
pub(super) fn since(visit: &Visit) -> Option<DateTime<Utc>> {
    let micros = visit.query("since")?.parse().ok()?;
    DateTime::from_timestamp_micros(micros)
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
    let found = sync::progress(&visit.cairn, visitor.tenant(), &visitor.course.id, since(&visit)).await?;
    let status = Status {
        running: found.running,
        done: found.done,
        total: found.total,
        message: checks::progress(&found, visitor.zone()),
    };
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(status))
}
