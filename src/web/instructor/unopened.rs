//! Removing an evidence activity that was chosen for the course and never opened: a page that says what happens, and one
//! confirmation.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use crate::domain::policy::Power;
use crate::ids::ActivityId;
use crate::service::base::policies;
use crate::service::course::placing;
use crate::web::error::AppError;
use crate::web::extract::proven::Proven;
use crate::web::extract::visit::Visit;
use crate::web::frame::Place;
use crate::web::paths::course;
use crate::web::views::instructor::UnopenedRow;
use crate::web::views::shared::{ConfirmPage, When};
use crate::web::words;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(course::ACTIVITY_REMOVE, web::get().to(review))
        .route(course::ACTIVITY_REMOVE, web::post().to(review))
        .route(course::ACTIVITY_REMOVE_CONFIRM, web::post().to(confirm));
}

/// What the Evidence page lists of them; nothing for whoever may not remove any.
pub(super) async fn rows(visit: &Visit) -> Result<Vec<UnopenedRow>, AppError> {
    let may = policies::check(&visit.cairn, &visit.visitor, Power::Place).await;
    if visit.visitor.session.reading || may.is_err() {
        return Ok(Vec::new());
    }
    let found = placing::unopened(&visit.cairn, &visit.visitor).await?;
    let now = visit.cairn.clock.now();
    let row = |activity: &crate::domain::evidence::Activity| UnopenedRow {
        title: words::namesakes::told_apart(
            &activity.title,
            found.marks.get(&activity.id),
            visit.visitor.zone(),
        ),
        chosen: When::new(activity.created_at, now),
        remove_href: visit.href(&course::activity_remove(&activity.id)),
    };
    Ok(found.activities.iter().map(row).collect())
}

async fn review(visit: Visit, path: web::Path<(String, ActivityId)>) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    policies::check(&visit.cairn, &visit.visitor, Power::Place).await?;
    let activity = placing::review_removal(&visit.cairn, &visit.visitor, &id).await?;
    // As the list tells it apart from another one of its name.
    let all = placing::unopened(&visit.cairn, &visit.visitor).await?;
    let mark = all.marks.get(&activity.id);
    let which = words::namesakes::told_apart("", mark, visit.visitor.zone());
    let title = format!("Remove “{}”{which}?", activity.title);
    visit.show(&ConfirmPage {
        page: visit.page(&title, Place::Evidence),
        consequences: vec![
            "Nobody has opened it in the course, nobody handed anything in, and no rule asks for it.".to_owned(),
            "Its title and instructions are deleted. This cannot be undone; you can make a new one.".to_owned(),
            "If its link was saved in the course after all, whoever teaches is asked what it opens when they open it."
                .to_owned(),
        ],
        action: visit.href(&course::activity_remove_confirm(&id)),
        fields: Vec::new(),
        confirm: "Remove the activity".to_owned(),
        back_href: visit.href(&course::evidence()),
    })
}

async fn confirm(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, ActivityId)>,
) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    placing::remove(&visit.cairn, &visit.visitor, &id).await?;
    Ok(visit.go(&visit.href_saying(&course::evidence(), "activity-removed")))
}
