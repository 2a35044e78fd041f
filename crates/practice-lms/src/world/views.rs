//! What a test reads from the world.

use rust_decimal::Decimal;

use super::super::options::Flavour;
use super::World;
use super::model::{Cell, Column, CourseRole, Placement, Source};

/// A course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CourseView {
    pub id: u64,
    /// What is sent as `context.id`.
    pub context_id: String,
    pub label: String,
    pub title: String,
}

/// A member of a course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberView {
    /// The account's number.
    pub id: u64,
    /// What is sent as `sub` and `user_id`.
    pub sub: String,
    pub name: String,
    pub email: String,
    pub role: CourseRole,
}

/// A link to a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkView {
    pub id: u64,
    /// What is sent as `resource_link.id`.
    pub resource_link_id: String,
    pub title: String,
    /// Its custom parameters.
    pub custom: std::collections::BTreeMap<String, String>,
    /// Its own launch address.
    pub url: Option<String>,
    pub placement: Placement,
    /// Index of the tool it opens.
    pub tool: usize,
}

/// A gradebook column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineItemView {
    pub id: u64,
    pub label: String,
    pub maximum: Decimal,
    /// Index of the tool it belongs to; None for the LMS's own.
    pub tool: Option<usize>,
    /// The link it belongs to.
    pub link: Option<u64>,
    pub tag: Option<String>,
    pub resource_id: Option<String>,
}

/// One person's place in a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GradeView {
    pub points: Option<Decimal>,
    pub overridden: bool,
    pub comment: Option<String>,
    /// Whether the results service shows a row.
    pub has_result: bool,
    /// Canvas: attempts counted.
    pub attempts: u32,
    /// Canvas: whether the gradebook marks it as work that waits for a grade (`pending_review`).
    pub needs_grading: bool,
    /// `activityProgress` and `gradingProgress` of the last score.
    pub progress: Option<(String, String)>,
}

impl World {
    /// All courses, the first one first.
    #[must_use]
    pub fn courses(&self) -> Vec<CourseView> {
        let data = self.lock();
        data.courses
            .values()
            .map(|course| CourseView {
                id: course.id,
                context_id: course.context_id.clone(),
                label: course.label.clone(),
                title: course.title.clone(),
            })
            .collect()
    }

    /// The members of a course, staff first, then the students.
    #[must_use]
    pub fn members(&self, course: u64) -> Vec<MemberView> {
        let data = self.lock();
        let members = data
            .courses
            .get(&course)
            .map(|course| course.members.as_slice())
            .unwrap_or_default();
        members
            .iter()
            .filter_map(|(id, role)| {
                let person = data.people.get(id)?;
                Some(MemberView {
                    id: person.id,
                    sub: person.sub.clone(),
                    name: person.name(),
                    email: person.email.clone(),
                    role: *role,
                })
            })
            .collect()
    }

    /// The students of a course.
    #[must_use]
    pub fn students(&self, course: u64) -> Vec<MemberView> {
        self.members(course)
            .into_iter()
            .filter(|member| member.role == CourseRole::Student)
            .collect()
    }

    /// The first member of that role.
    #[must_use]
    pub fn member(&self, course: u64, role: CourseRole) -> Option<MemberView> {
        self.members(course)
            .into_iter()
            .find(|member| member.role == role)
    }

    /// The links of a course.
    #[must_use]
    pub fn links(&self, course: u64) -> Vec<LinkView> {
        let data = self.lock();
        let links = data
            .courses
            .get(&course)
            .map(|course| course.links.as_slice())
            .unwrap_or_default();
        links
            .iter()
            .map(|link| LinkView {
                id: link.id,
                resource_link_id: link.resource_link_id.clone(),
                title: link.title.clone(),
                custom: link.custom.clone(),
                url: link.url.clone(),
                placement: link.placement,
                tool: link.tool,
            })
            .collect()
    }

    /// All columns of the gradebook, the LMS's own included.
    #[must_use]
    pub fn line_items(&self, course: u64) -> Vec<LineItemView> {
        let data = self.lock();
        let columns = data
            .courses
            .get(&course)
            .map(|course| course.columns.as_slice())
            .unwrap_or_default();
        columns.iter().map(view).collect()
    }

    /// What the gradebook has for a person; None when nothing was ever entered.
    #[must_use]
    pub fn grade(&self, course: u64, line_item: u64, person: u64) -> Option<GradeView> {
        let data = self.lock();
        let cell = data.courses.get(&course)?.column(line_item)?.cells.get(&person)?;
        Some(GradeView {
            points: cell.points,
            overridden: cell.overridden,
            comment: cell.comment.clone(),
            has_result: self.has_result(cell),
            attempts: cell.attempts,
            needs_grading: cell.needs_grading,
            progress: cell.progress.clone(),
        })
    }

    fn has_result(&self, cell: &Cell) -> bool {
        match self.flavour() {
            Flavour::Moodle => true,
            Flavour::Canvas => cell.row.is_some(),
        }
    }
}

fn view(column: &Column) -> LineItemView {
    LineItemView {
        id: column.id,
        label: column.label.clone(),
        maximum: column.maximum,
        tool: match column.source {
            Source::Native(_) => None,
            Source::Tool(tool) => Some(tool),
        },
        link: column.link,
        tag: column.tag.clone(),
        resource_id: column.resource_id.clone(),
    }
}
