//! Sections of a course by their names; who is in which comes with the enrolments
//! ([`CourseGrades::sections`](crate::CourseGrades::sections)).

use serde::Deserialize;
use serde_json::value::RawValue;

use super::scope::Scope;
use super::{Canvas, PER_PAGE};
use crate::course::Listed;
use crate::error::{Error, Reason};
use crate::wire::{self, Sent};

/// A section of a course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

impl Canvas {
    /// The sections of a course, empty ones among them.
    ///
    /// # Errors
    /// [`Error`]
    pub async fn sections(&self, course: &str) -> Result<Listed<Section>, Error> {
        let read = self.read_sections(course).await;
        read.map_err(|reason| reason.doing("Reading the sections"))
    }

    async fn read_sections(&self, course: &str) -> Result<Listed<Section>, Reason> {
        let url = self.url(&["courses", course, "sections"], &[("per_page", PER_PAGE)])?;
        self.list(url, Scope::Sections, section).await
    }
}

fn section(raw: &RawValue) -> Option<Section> {
    #[derive(Deserialize)]
    struct Wire<'a> {
        #[serde(borrow, default)]
        id: Sent<'a>,
        #[serde(borrow, default)]
        name: Sent<'a>,
    }
    let wire: Wire<'_> = wire::row(raw)?;
    Some(Section {
        id: wire::id(wire.id)?,
        name: wire::line(wire.name)?,
    })
}
