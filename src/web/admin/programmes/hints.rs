//! Dismissing what is worth a thought about a programme, with a reason.

use actix_web::HttpResponse;
use chrono::{DateTime, Utc};

use crate::service::badge::coach::Dismissed;
use crate::service::institution::programmes::{Opened, hints};
use crate::web::admin::error::AdminError;
use crate::web::extract::programme_request::ProgrammeRequest;
use crate::web::extract::proven::Proven;
use crate::web::views::instructor::DismissedLine;
use crate::web::views::shared::When;
use crate::web::words;

/// What was dismissed, and is still there.
pub(super) fn lines(opened: &Opened, now: DateTime<Utc>) -> Vec<DismissedLine> {
    let line = |one: &Dismissed| DismissedLine {
        whose: String::new(),
        sentence: words::coach::found(&one.found.finding),
        reason: one.reason.clone(),
        by: one
            .by
            .clone()
            .unwrap_or_else(|| "An administrator, or somebody who was erased".to_owned()),
        at: When::new(one.at, now),
        about: one.found.about.clone(),
    };
    opened.dismissed.iter().map(line).collect()
}

/// Posts `about`, and `reason` to dismiss it or `again` to show it again.
pub(super) async fn settle(Proven(request): Proven<ProgrammeRequest>) -> Result<HttpResponse, AdminError> {
    let (by, tenant, id) = (request.by()?, &request.tenant, &request.badge);
    let about = request.fields().text("about");
    let notice = if request.fields().text("again").is_empty() {
        let reason = request.fields().text("reason");
        hints::dismiss(request.cairn(), by, tenant, id, &about, &reason).await?;
        "programme-hint-dismissed"
    } else {
        hints::show_again(request.cairn(), by, tenant, id, &about).await?;
        "programme-hint-again"
    };
    Ok(request.go_saying(&request.programme_href(id), notice))
}
