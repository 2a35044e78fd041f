//! What a submission review message opens: one student's work, or why it cannot be shown.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use crate::ids::{ActivityId, PersonId};
use crate::service::base::error::{ErrorKind, ServiceError};
use crate::service::course::student_work::student_work;
use crate::web::error::AppError;
use crate::web::extract::visit::Visit;
use crate::web::frame::Place;
use crate::web::paths::course;
use crate::web::views::lti::WorkOfPage;
use crate::web::views::shared::LinkTo;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(course::STUDENT_WORK, web::get().to(show))
        .route(course::STUDENT_WORK, web::post().to(show))
        .route(course::REVIEW_UNKNOWN, web::get().to(unknown))
        .route(course::REVIEW_UNKNOWN, web::post().to(unknown));
}

async fn show(
    visit: Visit,
    path: web::Path<(String, ActivityId, PersonId)>,
) -> Result<HttpResponse, AppError> {
    let (_, activity, person) = path.into_inner();
    let work = student_work(&visit.cairn, &visit.visitor, &activity, &person).await?;
    if let Some(submission) = &work.submission {
        return Ok(visit.go(&visit.href(&course::submission(submission))));
    }
    visit.show(&WorkOfPage {
        page: visit.page("Nothing handed in yet", Place::Evidence),
        student: work.student,
        activity: work.activity.title,
        queue: LinkTo {
            href: visit.href(&format!("{}?activity={activity}", course::evidence())),
            text: "See what others handed in".to_owned(),
        },
    })
}

async fn unknown(visit: Visit, path: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    visit.visitor.look()?;
    let (code, sentence) = match path.into_inner().1.as_str() {
        "column" => (
            "review.column-unknown",
            "This column of the gradebook belongs to no evidence activity of this course, so there is no work to show. The \
             activity may have been copied from another course; open it once from the course page.",
        ),
        "student" => (
            "review.student-unknown",
            "Cairn has not met this student yet, so there is no work to show. It learns of them at the next check of the \
             course, or when they open Cairn.",
        ),
        _ => return Err(ServiceError::NotFound("page").into()),
    };
    Err(ServiceError::form(ErrorKind::Unprocessable, code, sentence).into())
}
