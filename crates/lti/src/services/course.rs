//! A whole course in one go: members and results side by side.

use futures_util::future::join;
use url::Url;

use super::Platform;
use super::error::ServiceError;
use super::grades::ResultRow;
use super::roster::Roster;

/// What a course's services said. Each part may have failed by itself.
#[derive(Debug)]
pub struct CourseReading {
    /// The members of the course.
    pub members: Result<Roster, ServiceError>,
    /// In the order of the line items asked for.
    pub results: Vec<Result<Vec<ResultRow>, ServiceError>>,
}

impl Platform {
    /// Reads the members and the results of `line_items` at the same time, never with more requests under way than the
    /// registration allows: pages, not a call per student.
    pub async fn read_course(&self, memberships: &Url, line_items: &[Url]) -> CourseReading {
        let (members, results) = join(self.members(memberships), self.results_of_many(line_items)).await;
        CourseReading { members, results }
    }
}
