//! `/c/{course}`: what a launch opens.

use actix_web::HttpResponse;

use crate::web::error::AppError;
use crate::web::extract::visit::Visit;
use crate::web::{instructor, learner};

/// The course's first page, by GET with the visit's cookie or by POST with its token: its badges for those who teach,
/// my badges for everybody else.
///
/// # Errors
/// When there is no visit, or it is over.
pub async fn home(visit: Visit) -> Result<HttpResponse, AppError> {
    if visit.visitor.session.instructor {
        instructor::course::show(&visit).await
    } else {
        learner::home::show(&visit).await
    }
}
