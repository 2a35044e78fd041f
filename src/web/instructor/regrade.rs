//! `/c/{course}/regrades/{regrade}`: a grade that fell after the award. The page says what was and what is; `/settle` below
//! it keeps the badge or revokes it.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use crate::domain::policy::{Powers, Regrade as Policy};
use crate::domain::sentence::Audience;
use crate::ids::RegradeId;
use crate::service::award::regrades::{self, Case, Verdict};
use crate::service::badge::pictures;
use crate::service::base::policies;
use crate::web::decided;
use crate::web::error::AppError;
use crate::web::extract::proven::Proven;
use crate::web::extract::visit::Visit;
use crate::web::frame::Place;
use crate::web::paths::course;
use crate::web::views::instructor::RegradePage;
use crate::web::views::shared::{PictureView, Problem, ProblemList, When};
use crate::web::words::errors;

/// Lists the routes of this page.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .route(course::REGRADE, web::get().to(show))
        .route(course::REGRADE, web::post().to(show))
        .route(course::REGRADE_SETTLE, web::post().to(settle));
}

/// What fell.
///
/// # Errors
/// Forbidden for all but instructors; not found for one of elsewhere; a conflict when it was settled.
pub(crate) async fn show(visit: Visit, path: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    let id = RegradeId::from(path.into_inner().1);
    let case = regrades::case(&visit.cairn, &visit.visitor, &id).await?;
    let powers = policies::powers(&visit.cairn, &visit.visitor).await?;
    visit.show(&view(&visit, &case, powers, ProblemList::default()))
}

/// Keeps or revokes.
///
/// # Errors
/// As [`show`]; forbidden where the institution leaves revoking to administrators.
pub(crate) async fn settle(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, AppError> {
    let id = RegradeId::from(path.into_inner().1);
    let (verdict, notice) = match visit.fields.get("verdict") {
        Some("revoke") => (Verdict::Revoke, "regrade-revoked"),
        _ => (Verdict::Keep, "regrade-kept"),
    };
    let reason = visit.fields.text("reason");
    match regrades::settle(&visit.cairn, &visit.visitor, &id, verdict, &reason).await {
        Ok(()) => Ok(visit.go(&visit.href_saying("", notice))),
        Err(error) if error.is_invalid() => {
            let case = regrades::case(&visit.cairn, &visit.visitor, &id).await?;
            let problems = ProblemList(vec![Problem {
                field: "reason".to_owned(),
                text: errors::sentence(&error),
            }]);
            let powers = policies::powers(&visit.cairn, &visit.visitor).await?;
            visit.show_again(&view(&visit, &case, powers, problems))
        }
        Err(error) => Err(error.into()),
    }
}

fn view(visit: &Visit, case: &Case, powers: Powers, problems: ProblemList) -> RegradePage {
    let lines = |decision: &Option<_>| {
        let decision = decision.as_ref();
        decision
            .map(|decision| decided::check_lines_then(decision, &case.names, Audience::Teacher, case.at))
            .unwrap_or_default()
    };
    let (student, name) = (case.person.display_name(), case.badge.design.name.clone());
    RegradePage {
        page: visit.page(&format!("Does {student} keep “{name}”?"), Place::Badges),
        picture: PictureView {
            src: pictures::href(&case.badge.design.picture),
            alt: case.badge.design.picture_alt.clone(),
        },
        student,
        badge_name: name,
        awarded: When::new(case.award.awarded_at, case.at),
        found: When::new(case.regrade.found_at, case.at),
        suspended: case.regrade.policy == Policy::Suspend,
        may_revoke: powers.revoke,
        may_keep: powers.review,
        revokes: case.regrade.policy == Policy::RevokeAfterReview,
        then: lines(&case.then),
        now: lines(&case.now),
        action: visit.href(&course::regrade_settle(&case.regrade.id)),
        reason: visit.fields.raw("reason").unwrap_or_default().to_owned(),
        problems,
        back_href: visit.href(""),
    }
}
