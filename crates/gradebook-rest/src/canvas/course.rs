//! The course itself, and its letters.

use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::scope::Scope;
use super::{Canvas, PER_PAGE};
use crate::course::Listed;
use crate::error::{Error, Reason};
use crate::wire::{self, Sent};

/// Where a course is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CourseState {
    /// Students do not see it yet.
    Unpublished,
    /// It is going on.
    Available,
    /// It is over, by hand or by its dates: LTI services refuse, reading here goes on.
    Concluded,
    /// A word that is not known.
    Unknown,
}

/// A course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    /// Its API id.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// Where it is in its life.
    pub state: CourseState,
    /// Whether its end by dates is known too: only where the key allows include parameters.
    pub knows_dates: bool,
    /// Whether its categories have weights.
    pub weighs_categories: bool,
    /// Its grading scheme, where it has one of its own.
    pub scheme: Option<String>,
    /// Whether students do not see their totals.
    pub hides_totals: bool,
}

/// A grading scheme: letters with their lower bounds, the best first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheme {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: Option<String>,
    /// Each letter and the part of the maximum (0 to 1) that it begins at.
    pub letters: Vec<(String, Decimal)>,
}

impl Course {
    /// Whether it is over; none where its dates are not told.
    #[must_use]
    pub fn is_concluded(&self) -> Option<bool> {
        match self.state {
            CourseState::Concluded => Some(true),
            CourseState::Available if self.knows_dates => Some(false),
            _ => None,
        }
    }
}

#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(borrow, default)]
    id: Sent<'a>,
    #[serde(borrow, default)]
    name: Sent<'a>,
    #[serde(borrow, default)]
    workflow_state: Sent<'a>,
    #[serde(borrow, default)]
    concluded: Sent<'a>,
    #[serde(borrow, default)]
    term: Sent<'a>,
    #[serde(borrow, default)]
    apply_assignment_group_weights: Sent<'a>,
    #[serde(borrow, default)]
    grading_standard_id: Sent<'a>,
    #[serde(borrow, default)]
    hide_final_grades: Sent<'a>,
}

impl Canvas {
    /// Reads the course; `course` is its API id (`$Canvas.course.id`), or `lti_context_id:` and that of the launch.
    ///
    /// # Errors
    /// [`Error`]; [`Reason::Gone`] for a course that is deleted or not this person's.
    pub async fn course(&self, course: &str) -> Result<Course, Error> {
        let read = self.read_course(course).await;
        read.map_err(|reason| reason.doing("Reading the course"))
    }

    pub(super) async fn read_course(&self, course: &str) -> Result<Course, Reason> {
        let include = [("include[]", "concluded"), ("include[]", "term")];
        let url = self.url(&["courses", course], &include)?;
        let response = self.get(url, Scope::Course).await?;
        let wire: Wire<'_> = wire::read(&response.body)?;
        let concluded = wire::flag(wire.concluded);
        Ok(Course {
            id: wire::id(wire.id).ok_or(Reason::Malformed { line: 0, column: 0 })?,
            name: wire::line(wire.name),
            state: match wire::word(wire.workflow_state).as_deref() {
                Some("completed") => CourseState::Concluded,
                Some("available") if concluded == Some(true) => CourseState::Concluded,
                Some("available") => CourseState::Available,
                Some("unpublished" | "claimed" | "created") => CourseState::Unpublished,
                _ => CourseState::Unknown,
            },
            // Without the box "Allow Include Parameters" they are cut in silence.
            knows_dates: wire.concluded.is_some() || wire.term.is_some(),
            weighs_categories: wire::flag(wire.apply_assignment_group_weights).unwrap_or_default(),
            scheme: wire::id(wire.grading_standard_id),
            hides_totals: wire::flag(wire.hide_final_grades).unwrap_or_default(),
        })
    }

    /// The grading schemes of a course. A column without one of its own is graded by the course's, else by Canvas's default.
    ///
    /// # Errors
    /// [`Error`]
    pub async fn schemes(&self, course: &str) -> Result<Listed<Scheme>, Error> {
        let read = async {
            let url = self.url(
                &["courses", course, "grading_standards"],
                &[("per_page", PER_PAGE)],
            )?;
            self.list(url, Scope::GradingStandards, scheme).await
        };
        read.await
            .map_err(|reason: Reason| reason.doing("Reading the grading schemes"))
    }
}

fn scheme(raw: &RawValue) -> Option<Scheme> {
    #[derive(Deserialize)]
    struct Wire<'a> {
        #[serde(borrow, default)]
        id: Sent<'a>,
        #[serde(borrow, default)]
        title: Sent<'a>,
        #[serde(borrow, default)]
        grading_scheme: Sent<'a>,
    }
    #[derive(Deserialize)]
    struct Letter<'a> {
        #[serde(borrow, default)]
        name: Sent<'a>,
        #[serde(borrow, default)]
        value: Sent<'a>,
    }
    let wire: Wire<'_> = wire::row(raw)?;
    let letters = wire::list(wire.grading_scheme).into_iter().map(|raw| {
        let letter: Letter<'_> = wire::row(raw)?;
        Some((wire::line(letter.name)?, wire::decimal(letter.value)?))
    });
    // A scheme without one of its letters would say that a better one is worse.
    let letters: Option<Vec<_>> = letters.collect();
    Some(Scheme {
        id: wire::id(wire.id)?,
        title: wire::line(wire.title),
        letters: letters.filter(|letters| !letters.is_empty())?,
    })
}
