//! What a launch opens until the course's own pages take its place.

use askama::Template;

/// Who is where.
#[derive(Debug, Template)]
#[template(path = "plain/course.html")]
pub struct CoursePage<'a> {
    pub course: Option<&'a str>,
    pub person: &'a str,
    pub teaches: bool,
}
