//! What a service and a role have to have: the fewest functions and capabilities with which everything here reads. None writes.

use std::fmt;

/// A function of a web service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Function {
    /// Whether the token is alive, and what it can do.
    SiteInfo,
    /// Whether a course is there at all.
    CourseByField,
    /// Activities of a course.
    Contents,
    /// Who takes part.
    People,
    /// Grades.
    Grades,
    /// Names of categories.
    GradeItems,
    /// Assignments with their dates.
    Assignments,
    /// What was handed in.
    Submissions,
    /// Whose grades of assignments changed.
    AssignmentGrades,
    /// Quizzes with their dates.
    Quizzes,
    /// Completed activities of one person.
    ActivityCompletion,
    /// Whether one person completed the course.
    CourseCompletion,
    /// What changed in a course.
    Updates,
}

impl Function {
    /// What the service has to have.
    pub const NEEDED: [Self; 12] = [
        Self::SiteInfo,
        Self::CourseByField,
        Self::Contents,
        Self::People,
        Self::Grades,
        Self::Assignments,
        Self::Submissions,
        Self::AssignmentGrades,
        Self::Quizzes,
        Self::ActivityCompletion,
        Self::CourseCompletion,
        Self::Updates,
    ];
    /// What tells the names of categories, and how many columns there really are.
    pub const USEFUL: [Self; 1] = [Self::GradeItems];

    /// As Moodle spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SiteInfo => "core_webservice_get_site_info",
            Self::CourseByField => "core_course_get_courses_by_field",
            Self::Contents => "core_course_get_contents",
            Self::People => "core_enrol_get_enrolled_users",
            Self::Grades => "gradereport_user_get_grade_items",
            Self::GradeItems => "core_grades_get_gradeitems",
            Self::Assignments => "mod_assign_get_assignments",
            Self::Submissions => "mod_assign_get_submissions",
            Self::AssignmentGrades => "mod_assign_get_grades",
            Self::Quizzes => "mod_quiz_get_quizzes_by_courses",
            Self::ActivityCompletion => "core_completion_get_activities_completion_status",
            Self::CourseCompletion => "core_completion_get_course_completion_status",
            Self::Updates => "core_course_get_updates_since",
        }
    }

    /// What it is needed for, after "needed".
    #[must_use]
    pub fn why(self) -> &'static str {
        match self {
            Self::SiteInfo => "to know whether the token works and what it may do",
            Self::CourseByField => "to tell a deleted course from a missing right",
            Self::Contents => "to compare the activities of a course with its columns",
            Self::People => "to know who takes part and in which groups",
            Self::Grades => "to read grades",
            Self::GradeItems => "to name categories, and to notice columns that the role does not show",
            Self::Assignments => "to know when assignments are due and which have scales",
            Self::Submissions => "to know what was handed in and when",
            Self::AssignmentGrades => "to learn cheaply whose grades changed",
            Self::Quizzes => "to know when quizzes close and what they count",
            Self::ActivityCompletion => "to know which activities somebody completed",
            Self::CourseCompletion => "to know whether somebody completed the course",
            Self::Updates => "to learn cheaply which activities changed",
        }
    }

    /// Without one of these it refuses.
    #[must_use]
    pub fn capabilities(self) -> &'static [&'static str] {
        match self {
            Self::SiteInfo | Self::CourseByField => &["webservice/rest:use"],
            Self::Contents | Self::GradeItems => COURSE,
            Self::People => &["moodle/course:viewparticipants", "moodle/course:view"],
            Self::Grades => &[
                "gradereport/user:view",
                "moodle/grade:viewall",
                "moodle/course:view",
            ],
            Self::Assignments | Self::Submissions | Self::AssignmentGrades => {
                &["mod/assign:view", "mod/assign:viewgrades", "moodle/course:view"]
            }
            Self::Quizzes => &["mod/quiz:view", "moodle/course:view"],
            Self::ActivityCompletion => &["report/progress:view", "moodle/course:view"],
            Self::CourseCompletion => &["report/completion:view", "moodle/course:view"],
            Self::Updates => &[
                "moodle/course:view",
                "mod/assign:viewgrades",
                "mod/quiz:viewreports",
            ],
        }
    }
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Without these a course is closed: "Not enrolled", "Course is hidden".
pub(super) const COURSE: &[&str] = &["moodle/course:view", "moodle/course:viewhiddencourses"];
/// Without it groups are closed.
pub(super) const GROUPS: &[&str] = &["moodle/site:accessallgroups"];
/// Without these the people list is short or empty.
pub(super) const PEOPLE: &[&str] = &[
    "moodle/user:viewdetails",
    "moodle/site:accessallgroups",
    "moodle/course:viewparticipants",
];
/// Without these columns are missing, and nothing says so.
pub(super) const COLUMNS: &[&str] = &[
    "mod/assign:view",
    "mod/quiz:view",
    "mod/lti:view",
    "moodle/grade:viewhidden",
    "moodle/course:viewhiddenactivities",
    "moodle/course:ignoreavailabilityrestrictions",
];

/// Without these activities of the course page are missing.
pub(super) const ACTIVITIES: &[&str] = &[
    "mod/assign:view",
    "mod/quiz:view",
    "mod/lti:view",
    "moodle/course:viewhiddenactivities",
];
/// Without these assignments are missing.
pub(super) const ASSIGNMENTS: &[&str] = &[
    "mod/assign:view",
    "moodle/course:viewhiddenactivities",
    "moodle/course:ignoreavailabilityrestrictions",
];
/// Without these quizzes are missing.
pub(super) const QUIZZES: &[&str] = &[
    "mod/quiz:view",
    "moodle/course:viewhiddenactivities",
    "moodle/course:ignoreavailabilityrestrictions",
];

/// The role: each capability and what is missing without it, after "without it".
pub const CAPABILITIES: [(&str, &str); 18] = [
    ("webservice/rest:use", "nothing can be read at all"),
    (
        "moodle/course:view",
        "courses are closed, because the account is enrolled nowhere",
    ),
    ("moodle/course:viewhiddencourses", "hidden courses are closed"),
    ("moodle/course:viewparticipants", "the list of people is closed"),
    (
        "moodle/user:viewdetails",
        "the list of people has one row, and no error says so",
    ),
    (
        "moodle/course:viewhiddenactivities",
        "hidden activities are missing",
    ),
    (
        "moodle/course:ignoreavailabilityrestrictions",
        "activities that are restricted to a group or a date are missing",
    ),
    (
        "moodle/site:accessallgroups",
        "only one group's people are there in courses with groups",
    ),
    ("gradereport/user:view", "the grade report is closed"),
    (
        "moodle/grade:viewall",
        "the grade report shows nobody else's grades",
    ),
    (
        "moodle/grade:viewhidden",
        "hidden columns are missing, so that nobody can be told that they are hidden",
    ),
    (
        "mod/assign:view",
        "assignments are missing, also from the grade report",
    ),
    (
        "mod/assign:viewgrades",
        "nothing tells what was handed in and whose grade changed",
    ),
    ("mod/quiz:view", "quizzes are missing, also from the grade report"),
    ("mod/quiz:viewreports", "nothing tells that a quiz was taken"),
    (
        "mod/lti:view",
        "external tools are missing, also from the grade report",
    ),
    ("report/progress:view", "completed activities are not told"),
    ("report/completion:view", "completed courses are not told"),
];
