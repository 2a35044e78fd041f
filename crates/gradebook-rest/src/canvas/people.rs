//! Who takes part, and course totals. What holds hidden grades (`unposted_…`) has no place in these types.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::value::RawValue;
use url::Url;

use super::scope::Scope;
use super::{Canvas, PER_PAGE};
use crate::course::{PersonKey, Sight};
use crate::error::Reason;
use crate::wire::{self, Sent};

/// A student of the course.
#[derive(Debug)]
pub(super) struct Student {
    pub person: PersonKey,
    /// Percent over what is graded and posted; none if nothing is.
    pub current_score: Option<Decimal>,
    /// Whether a score stands there that cannot be read.
    pub odd_score: bool,
    /// The section of this enrolment.
    pub section: Option<String>,
}

#[derive(Deserialize)]
struct Enrollment<'a> {
    #[serde(borrow, default)]
    user_id: Sent<'a>,
    #[serde(borrow, default, rename = "type")]
    kind: Sent<'a>,
    #[serde(borrow, default)]
    enrollment_state: Sent<'a>,
    #[serde(borrow, default)]
    course_section_id: Sent<'a>,
    #[serde(borrow, default)]
    limit_privileges_to_course_section: Sent<'a>,
    #[serde(borrow, default)]
    grades: Sent<'a>,
}

#[derive(Deserialize)]
struct Grades<'a> {
    #[serde(borrow, default)]
    current_score: Sent<'a>,
}

impl Canvas {
    /// The first page of the students; active and completed ones count.
    pub(super) fn students_url(&self, course: &str, per_page: &str) -> Result<Url, Reason> {
        let query = [
            ("type[]", "StudentEnrollment"),
            ("state[]", "active"),
            ("state[]", "completed"),
            ("per_page", per_page),
        ];
        self.url(&["courses", course, "enrollments"], &query)
    }

    /// Whom the token's person sees: with a limit on every one of the own enrolments, only people of those sections.
    pub(super) async fn read_sight(&self, course: &str) -> Result<Sight, Reason> {
        let query = [("user_id", "self"), ("per_page", PER_PAGE)];
        let url = self.url(&["courses", course, "enrollments"], &query)?;
        let own = self
            .list(url, Scope::Enrollments, |raw| {
                let wire: Enrollment<'_> = wire::row(raw)?;
                let limited = wire::flag(wire.limit_privileges_to_course_section).unwrap_or_default();
                Some((limited, wire::id(wire.course_section_id)))
            })
            .await?;
        if own.rows.is_empty() || own.unreadable > 0 {
            // An administrator is not enrolled at all.
            return Ok(Sight::Unknown);
        }
        if own.rows.iter().any(|(limited, _)| !limited) {
            return Ok(Sight::Everybody);
        }
        let sections: BTreeSet<String> = own.rows.into_iter().filter_map(|(_, section)| section).collect();
        Ok(Sight::Sections(sections.into_iter().collect()))
    }
}

/// A student in a row of the enrolments: `Ok(None)` for another role, the test student's among them.
pub(super) fn student(raw: &RawValue) -> Result<Option<Student>, ()> {
    let wire: Enrollment<'_> = wire::row(raw).ok_or(())?;
    let is_student = wire::word(wire.kind).as_deref() == Some("StudentEnrollment");
    let state = wire::word(wire.enrollment_state);
    if !is_student || !matches!(state.as_deref(), Some("active" | "completed")) {
        return Ok(None);
    }
    let id = wire::id(wire.user_id).ok_or(())?;
    let sent = wire::object::<Grades<'_>>(wire.grades).and_then(|grades| grades.current_score);
    let current_score = wire::decimal(sent);
    Ok(Some(Student {
        person: PersonKey::new(&id),
        odd_score: sent.is_some() && current_score.is_none(),
        section: wire::id(wire.course_section_id),
        current_score,
    }))
}
