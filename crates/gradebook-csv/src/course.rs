//! Whether a file is of the course into which it was dropped. Nothing in a file names its course; the ids of its assignments
//! are all that tells (Canvas). A file of Moodle has none: there, who is in it is all that can be looked at
//! ([`crate::matching`]).

use crate::column::Column;

/// What the ids of assignments say of the course of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Belonging {
    /// Every id is one of the course.
    Known,
    /// Some are, some are not: these. Perhaps they are new, or were deleted.
    Partly(Vec<String>),
    /// No id is one of the course.
    Foreign,
    /// There are no ids in the file.
    NotTold,
}

/// Compares the ids in a file with what the course is known to have.
pub fn belonging(columns: &[Column], is_of_course: impl Fn(&str) -> bool) -> Belonging {
    let (mut known, mut unknown) = (0_usize, Vec::new());
    for id in columns.iter().filter_map(Column::id) {
        if is_of_course(id) {
            known += 1;
        } else {
            unknown.push(id.to_owned());
        }
    }
    match (known, unknown.is_empty()) {
        (0, true) => Belonging::NotTold,
        (0, false) => Belonging::Foreign,
        (_, true) => Belonging::Known,
        (_, false) => Belonging::Partly(unknown),
    }
}
