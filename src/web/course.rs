//! `/c/{course}`: what a launch opens.

use actix_web::HttpResponse;

use crate::web::error::AppError;
use crate::web::extract::visit::Visit;
use crate::web::learner;
use crate::web::pages::CoursePage;
use crate::web::reply;

/// The course's first page, by GET with the visit's cookie or by POST with its token.
///
/// # Errors
/// When there is no visit, or it is over.
pub async fn home(visit: Visit) -> Result<HttpResponse, AppError> {
    if !visit.visitor.session.instructor {
        return learner::home::show(&visit).await;
    }
    let visitor = &visit.visitor;
    let person = visitor.person.display_name();
    let page = CoursePage {
        course: Some(visitor.course.name()),
        person: &person,
        teaches: visitor.session.instructor,
    };
    reply::framed(&page, &visitor.ancestors())
}
