//! Which grades can be seen here: assignment and grade services show a tool its own columns and nothing else (AGS 2.0,
//! section 3.1).

use super::course::Reading;
use super::finding::{Grades, OwnGrades};
use super::token::Answered;
use lti::services::media::scope;

pub(super) fn seen(tokens: &Answered, read: &Reading) -> Grades {
    let may_find = tokens.may(scope::LINE_ITEM) || tokens.may(scope::LINE_ITEM_READ);
    if tokens.has_none() {
        Grades::NoToken
    } else if !tokens.may(scope::RESULT_READ) {
        Grades::NotAllowed
    } else if !may_find {
        Grades::NoColumns
    } else if let Reading::Unreadable(course) = read {
        Grades::Unread(course.clone())
    } else {
        Grades::Own(OwnGrades {
            makes_columns: tokens.may(scope::LINE_ITEM),
            writes_grades: tokens.may(scope::SCORE),
            reads_members: tokens.may(scope::MEMBERS_READ),
        })
    }
}
