//! What a teacher sees of it: whether the interface is read in their course, what came of it, and what is out of reach.

use chrono::{DateTime, Utc};

use crate::domain::outside::OutsideColumn;
use crate::domain::reading::Readings;
use crate::domain::rest_access::Interface;
use crate::ids::{BadgeId, OutsideColumnId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::queue::{BackgroundJob as _, ReadGrades};
use crate::service::base::session::Visitor;
use crate::store::{badges, jobs, outside, platforms, readings, rest_accesses, rules};

/// What is known of it.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) now: DateTime<Utc>,
    /// Which one it is; none where it is off.
    pub(crate) interface: Option<Interface>,
    /// Whether it is on in the course: somebody lets it be read.
    pub(crate) is_on: bool,
    /// None where it was never read.
    pub(crate) readings: Option<Readings>,
    /// Whether a reading waits or is under way.
    pub(crate) is_under_way: bool,
    pub(crate) columns: Vec<Column>,
}

/// A column of the LMS.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) column: OutsideColumn,
    /// The names of the badges whose rules read it, drafts included.
    pub(crate) read_by: Vec<String>,
}

/// What is known of the visit's course.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors.
#[tracing::instrument(name = "rest_grades.told", level = "debug", skip_all)]
pub(crate) async fn told(cairn: &Cairn, visitor: &Visitor) -> Result<Told, ServiceError> {
    visitor.look()?;
    let (visitor, now) = (visitor.clone(), cairn.clock.now());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let (tenant, course) = (visitor.tenant(), &visitor.course.id);
        let home = platforms::home_of_course(db, tenant, course)?;
        let access = rest_accesses::of_platform(db, tenant, &home.platform)?.filter(|one| one.is_on);
        let reading = rules::reading_outside(db, tenant, course)?;
        let badges = badges::for_course(db, tenant, course)?;
        let name = |id: &BadgeId| badges.iter().find(|badge| badge.id == *id);
        let readers = |id: &OutsideColumnId| {
            let of = reading.iter().filter(|(column, _)| column == id);
            let named = of.filter_map(|(_, by)| Some(name(by)?.design.name.clone()));
            let mut names: Vec<String> = named.collect();
            names.dedup();
            names
        };
        let columns = outside::columns(db, tenant, course)?.into_iter();
        let columns = columns.filter(|column| column.rest.is_some());
        Ok(Told {
            now,
            interface: access.map(|access| access.interface),
            is_on: readings::is_on(db, tenant, course)?,
            readings: readings::of_course(db, tenant, course)?,
            is_under_way: jobs::is_under_way(db, tenant, ReadGrades::NAME, course.as_str(), now)?,
            columns: columns
                .map(|column| Column {
                    read_by: readers(&column.id),
                    column,
                })
                .collect(),
        })
    });
    found.await
}
