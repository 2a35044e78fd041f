//! An instructor's own word for one student: `…/people/{person}/approve` and `…/people/{person}/award`, each a page
//! that says what will happen, and `/confirm` below it that does it.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use crate::domain::award::Standing;
use crate::domain::policy::Power;
use crate::domain::sentence::Audience;
use crate::ids::{BadgeId, PersonId};
use crate::service::award::awarding;
use crate::service::award::progress::{self, Sight};
use crate::service::badge::pictures;
use crate::service::base::error::ServiceError;
use crate::service::base::policies;
use crate::web::decided;
use crate::web::error::AppError;
use crate::web::extract::proven::Proven;
use crate::web::extract::visit::Visit;
use crate::web::frame::Place;
use crate::web::paths::course;
use crate::web::views::instructor::{AwardByHandPage, ByHand};
use crate::web::views::shared::{PictureView, Problem, ProblemList};
use crate::web::words::errors;

/// Lists the routes of these pages.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .route(course::APPROVE, web::get().to(approve))
        .route(course::APPROVE, web::post().to(approve))
        .route(course::APPROVE_CONFIRM, web::post().to(do_approve))
        .route(course::AWARD, web::get().to(award))
        .route(course::AWARD, web::post().to(award))
        .route(course::AWARD_CONFIRM, web::post().to(do_award));
}

type Names = web::Path<(String, String, String)>;

fn ids(path: Names) -> (BadgeId, PersonId) {
    let (_, badge, person) = path.into_inner();
    (badge.into(), person.into())
}

/// What approving would do.
///
/// # Errors
/// Forbidden for all but instructors, and where the institution leaves it to administrators; not found for a badge or
/// person of elsewhere.
pub(crate) async fn approve(visit: Visit, path: Names) -> Result<HttpResponse, AppError> {
    ask(&visit, path, ByHand::Approve).await
}

/// What awarding would do.
///
/// # Errors
/// As [`approve`].
pub(crate) async fn award(visit: Visit, path: Names) -> Result<HttpResponse, AppError> {
    ask(&visit, path, ByHand::Award).await
}

async fn ask(visit: &Visit, path: Names, what: ByHand) -> Result<HttpResponse, AppError> {
    policies::check(&visit.cairn, &visit.visitor, Power::Approve).await?;
    let (badge, person) = ids(path);
    let sight = progress::sight(&visit.cairn, &visit.visitor, &badge, &person).await?;
    visit.show(&view(visit, &sight, what, ProblemList::default()))
}

/// Approves.
///
/// # Errors
/// As [`approve`], and a conflict when the rule asks for no approval.
pub(crate) async fn do_approve(Proven(visit): Proven<Visit>, path: Names) -> Result<HttpResponse, AppError> {
    let (badge, person) = ids(path);
    let reason = visit.fields.text("reason");
    let done = progress::approve(&visit.cairn, &visit.visitor, &badge, &person, &reason).await;
    answer(&visit, &badge, &person, ByHand::Approve, done).await
}

/// Awards. Sending the form twice awards once.
///
/// # Errors
/// As [`approve`], and a conflict when the badge awards nothing now.
pub(crate) async fn do_award(Proven(visit): Proven<Visit>, path: Names) -> Result<HttpResponse, AppError> {
    let (badge, person) = ids(path);
    let reason = visit.fields.text("reason");
    let done = awarding::award_by_hand(&visit.cairn, &visit.visitor, &badge, &person, &reason).await;
    let done = match done {
        // Whoever was faster, it is as it was asked for.
        Err(error) if error.code() == "award.already" => {
            let sight = progress::sight(&visit.cairn, &visit.visitor, &badge, &person).await?;
            let standing = sight.award.as_ref().map(|award| award.standing(sight.now));
            if standing.is_some_and(Standing::is_held) {
                Ok(())
            } else {
                Err(error)
            }
        }
        done => done.map(drop),
    };
    answer(&visit, &badge, &person, ByHand::Award, done).await
}

async fn answer(
    visit: &Visit,
    badge: &BadgeId,
    person: &PersonId,
    what: ByHand,
    done: Result<(), ServiceError>,
) -> Result<HttpResponse, AppError> {
    match done {
        Ok(()) => {
            let notice = match what {
                ByHand::Approve => "approved",
                ByHand::Award => "awarded",
            };
            let to = visit.href_saying(&course::decision(badge, person), notice);
            Ok(visit.go(&to))
        }
        Err(error) if error.is_invalid() => {
            let sight = progress::sight(&visit.cairn, &visit.visitor, badge, person).await?;
            let problems = ProblemList(vec![Problem {
                field: "reason".to_owned(),
                text: errors::sentence(&error),
            }]);
            visit.show_again(&view(visit, &sight, what, problems))
        }
        Err(error) => Err(error.into()),
    }
}

fn view(visit: &Visit, sight: &Sight, what: ByHand, problems: ProblemList) -> AwardByHandPage {
    let (student, name) = (sight.person.display_name(), sight.badge.design.name.clone());
    let about = |to: fn(&BadgeId, &PersonId) -> String| visit.href(&to(&sight.badge.id, &sight.person.id));
    let (title, action) = match what {
        ByHand::Approve => (
            format!("Approve {student} for “{name}”?"),
            about(course::approve_confirm),
        ),
        ByHand::Award => (
            format!("Award “{name}” to {student}?"),
            about(course::award_confirm),
        ),
    };
    let decision = sight.decision.as_ref();
    AwardByHandPage {
        page: visit.page(&title, Place::Progress),
        what,
        student,
        badge_name: name,
        picture: PictureView {
            src: pictures::href(&sight.badge.design.picture),
            alt: sight.badge.design.picture_alt.clone(),
        },
        action,
        checks: decision
            .map(|decision| decided::check_lines(decision, &sight.names, Audience::Teacher, sight.now))
            .unwrap_or_default(),
        reason: visit.fields.raw("reason").unwrap_or_default().to_owned(),
        problems,
        back_href: about(course::decision),
    }
}
