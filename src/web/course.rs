//! `/c/{course}`: what a launch opens.

use actix_web::HttpResponse;

use crate::service::base::error::ServiceError;
use crate::service::course::home::Home;
use crate::web::error::AppError;
use crate::web::extract::visit::{AtHome, Visit};
use crate::web::{instructor, learner};

/// Any other address below a course. Whoever is in a visit is led back to it: the visit is found for that alone.
///
/// # Errors
/// Always: there is nothing.
pub(crate) async fn nothing_here(_: Result<Visit, AppError>) -> Result<HttpResponse, AppError> {
    Err(ServiceError::NotFound("page").into())
}

/// The course's first page, by GET with the visit's cookie or by POST with its token: its badges for those who teach,
/// my badges for everybody else.
///
/// # Errors
/// When there is no visit, or it is over.
pub(crate) async fn home(AtHome { visit, home }: AtHome) -> Result<HttpResponse, AppError> {
    match home {
        Home::Teaching(teaching) => instructor::course::show(&visit, *teaching).await,
        Home::Learning(learning) => learner::home::show(&visit, &learning),
    }
}
