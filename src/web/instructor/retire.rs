//! Retiring a badge, or deleting a draft: a page that says what happens, and one confirmation.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use crate::domain::badge::BadgeState;
use crate::domain::policy::Power;
use crate::ids::BadgeId;
use crate::service::badge::design::{self, Retirement};
use crate::service::base::error::{ErrorKind, ServiceError};
use crate::service::base::policies;
use crate::web::error::AppError;
use crate::web::extract::proven::Proven;
use crate::web::extract::visit::Visit;
use crate::web::frame::Place;
use crate::web::paths::course;
use crate::web::views::shared::{ConfirmPage, count_of};

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(course::BADGE_RETIRE, web::get().to(review))
        .route(course::BADGE_RETIRE, web::post().to(review))
        .route(course::BADGE_RETIRE_CONFIRM, web::post().to(confirm));
}

async fn review(visit: Visit, path: web::Path<(String, BadgeId)>) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    policies::check(&visit.cairn, &visit.visitor, Power::Create).await?;
    let found = design::retirement(&visit.cairn, &visit.visitor, &id).await?;
    if found.badge.state == BadgeState::Retired {
        return Err(ServiceError::form(
            ErrorKind::Conflict,
            "badge.retired",
            "This badge is retired already.",
        )
        .into());
    }
    visit.show(&view(&visit, &found))
}

fn view(visit: &Visit, found: &Retirement) -> ConfirmPage {
    let name = &found.badge.design.name;
    let deletes = found.badge.state == BadgeState::Draft && found.badge.active_rule.is_none();
    let mut consequences = Vec::new();
    if deletes {
        consequences.push("Nobody holds it, so nobody loses anything.".to_owned());
        consequences.push("Its design and its rule are deleted. This cannot be undone.".to_owned());
    } else {
        consequences.push(match found.holders {
            0 => "Nobody holds it.".to_owned(),
            1 => "1 student holds it and keeps it, with everything it says.".to_owned(),
            count => format!(
                "{} hold it and keep it, with everything it says.",
                count_of(count, "student", "students")
            ),
        });
        consequences.push(
            "Nobody is awarded it any more. This cannot be undone; you can make a new badge.".to_owned(),
        );
    }
    if !found.above.is_empty() {
        consequences.push(format!(
            "These badges ask for it, so nobody new can meet that part of their rules: {}.",
            found.above.join(", ")
        ));
    }
    let title = if deletes {
        format!("Delete the draft “{name}”?")
    } else {
        format!("Retire “{name}”?")
    };
    ConfirmPage {
        page: visit.page(&title, Place::Badges),
        consequences,
        action: visit.href(&course::badge_retire_confirm(&found.badge.id)),
        fields: Vec::new(),
        confirm: if deletes {
            "Delete the draft".to_owned()
        } else {
            "Retire the badge".to_owned()
        },
        back_href: visit.href(""),
    }
}

async fn confirm(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, BadgeId)>,
) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let deleted = design::retire(&visit.cairn, &visit.visitor, &id).await?;
    Ok(visit.go(&visit.href_saying("", if deleted { "deleted" } else { "retired" })))
}
