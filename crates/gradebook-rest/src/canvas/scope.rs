//! The scopes of an API key that enforces them.

use std::fmt;

/// A route that this crate calls, as a scope of the key. One wrong or missing string makes a whole consent fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// The course.
    Course,
    /// Its columns.
    Assignments,
    /// Its categories.
    AssignmentGroups,
    /// All grades.
    Submissions,
    /// One person's work.
    Submission,
    /// Who takes part, and totals.
    Enrollments,
    /// Names of sections.
    Sections,
    /// Letters and their bounds.
    GradingStandards,
    /// Addresses of files.
    FileAddress,
    /// One person's id.
    Profile,
}

impl Scope {
    /// What reading grades needs.
    pub const GRADES: [Self; 6] = [
        Self::Course,
        Self::Assignments,
        Self::AssignmentGroups,
        Self::Submissions,
        Self::Enrollments,
        Self::GradingStandards,
    ];
    /// What naming sections needs besides.
    pub const SECTIONS: [Self; 1] = [Self::Sections];
    /// What files of submissions need besides.
    pub const FILES: [Self; 2] = [Self::Submission, Self::FileAddress];
    /// What looking up one person by an LTI id needs besides; not needed where the member service tells the ids.
    pub const PEOPLE: [Self; 1] = [Self::Profile];

    /// The scope as a key and a consent spell it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Course => "url:GET|/api/v1/courses/:id",
            Self::Assignments => "url:GET|/api/v1/courses/:course_id/assignments",
            Self::AssignmentGroups => "url:GET|/api/v1/courses/:course_id/assignment_groups",
            Self::Submissions => "url:GET|/api/v1/courses/:course_id/students/submissions",
            Self::Submission => {
                "url:GET|/api/v1/courses/:course_id/assignments/:assignment_id/submissions/:user_id"
            }
            Self::Enrollments => "url:GET|/api/v1/courses/:course_id/enrollments",
            Self::Sections => "url:GET|/api/v1/courses/:course_id/sections",
            Self::GradingStandards => "url:GET|/api/v1/courses/:course_id/grading_standards",
            Self::FileAddress => "url:GET|/api/v1/files/:id/public_url",
            Self::Profile => "url:GET|/api/v1/users/:user_id/profile",
        }
    }

    /// The scope that a text names.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        Self::GRADES
            .into_iter()
            .chain(Self::SECTIONS)
            .chain(Self::FILES)
            .chain(Self::PEOPLE)
            .find(|known| known.as_str() == text)
    }

    /// What it is needed for, after "needed".
    #[must_use]
    pub fn why(self) -> &'static str {
        match self {
            Self::Course => "to know whether the course is concluded and hides its totals",
            Self::Assignments => "to list the columns of the gradebook with their points",
            Self::AssignmentGroups => "to name the categories that columns are in",
            Self::Submissions => "to read all grades of a course by pages, and when they were posted",
            Self::Submission => "to read what one person handed in, with its files",
            Self::Enrollments => {
                "to know who takes part, to read course totals, and to see which sections are visible"
            }
            Self::Sections => "to name the sections by which a teacher looks at the class",
            Self::GradingStandards => "to know which letter is better than which",
            Self::FileAddress => "to fetch a file that was handed in",
            Self::Profile => "to find a person by the id of a launch",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
