//! Dismissing what is worth a thought about a programme, with a reason.

use actix_web::HttpResponse;
use chrono::{DateTime, Utc};

use crate::service::badge::coach::Dismissed;
use crate::service::institution::programmes::{Opened, hints};
use crate::web::admin::error::AdminError;
use crate::web::extract::desk::Desk;
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
pub(super) async fn settle(Proven(desk): Proven<Desk>) -> Result<HttpResponse, AdminError> {
    let (by, tenant, id) = (desk.by()?, &desk.tenant, &desk.badge);
    let about = desk.fields().text("about");
    let notice = if desk.fields().text("again").is_empty() {
        let reason = desk.fields().text("reason");
        hints::dismiss(desk.cairn(), by, tenant, id, &about, &reason).await?;
        "programme-hint-dismissed"
    } else {
        hints::show_again(desk.cairn(), by, tenant, id, &about).await?;
        "programme-hint-again"
    };
    Ok(desk.go_saying(&desk.programme_href(id), notice))
}
