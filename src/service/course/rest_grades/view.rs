//! What a teacher sees of it: whether the interface is read in their course, what came of it, and what is out of reach.

use chrono::{DateTime, Utc};

use crate::domain::outside::{OutsideColumn, Unseen, Withheld, certainly, differ};
use crate::domain::reading::Readings;
use crate::domain::rest_access::Interface;
use crate::ids::{BadgeId, OutsideColumnId, TenantId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::queue::{AwaitTurn, BackgroundJob as _, ReadGrades};
use crate::service::base::session::Visitor;
use crate::store::{Db, StoreError, badges, cells, jobs, outside, platforms, readings, rest_accesses, rules};

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
    /// Whether it waits until another course has been read with the same token.
    pub(crate) waits_for_turn: bool,
    pub(crate) columns: Vec<Column>,
    /// Columns of which a gradebook file says otherwise, and of how many students.
    pub(crate) disagree: Vec<(String, usize)>,
    /// Columns of files that count although students do not see so many of their grades in the LMS, or the column at all.
    pub(crate) hidden: Vec<(String, Unseen)>,
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
        let (of_lms, of_files): (Vec<OutsideColumn>, Vec<OutsideColumn>) =
            outside::columns(db, tenant, course)?
                .into_iter()
                .partition(|column| column.rest.is_some());
        let disagree = disagreements(db, tenant, &of_lms, &of_files)?;
        let known = readings::of_course(db, tenant, course)?;
        let hidden = hidden(&of_lms, &of_files, known.as_ref());
        let columns = of_lms.into_iter();
        let is_read = jobs::is_under_way(db, tenant, ReadGrades::NAME, course.as_str(), now)?;
        let waits = jobs::is_queued_for(db, tenant, AwaitTurn::NAME, course.as_str())?;
        Ok(Told {
            disagree,
            hidden,
            now,
            interface: access.map(|access| access.interface),
            is_on: readings::is_on(db, tenant, course)?,
            readings: known,
            is_under_way: is_read || waits,
            waits_for_turn: waits && !is_read,
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

/// Where a file and the LMS certainly tell of one assignment, and not the same.
fn disagreements(
    db: &mut Db,
    tenant: &TenantId,
    of_lms: &[OutsideColumn],
    of_files: &[OutsideColumn],
) -> Result<Vec<(String, usize)>, StoreError> {
    let mut found = Vec::new();
    for of_file in of_files.iter().filter(|column| column.counts()) {
        let Some(column) = certainly(&of_file.key, of_lms).filter(|column| column.counts()) else {
            continue;
        };
        let said = outside::of_column(db, tenant, &of_file.id)?;
        let told = cells::of_column(db, tenant, &column.id)?;
        let unlike = told
            .iter()
            .filter(|(person, value)| said.get(person).is_some_and(|(other, _)| differ(value, other)));
        match unlike.count() {
            0 => {}
            count => found.push((column.label.clone(), count)),
        }
    }
    Ok(found)
}

/// Columns of files that count although students do not see all of their grades in the LMS, and how many they do not see; of a
/// column that they do not see at all nobody knows.
fn hidden(
    of_lms: &[OutsideColumn],
    of_files: &[OutsideColumn],
    readings: Option<&Readings>,
) -> Vec<(String, Unseen)> {
    let counting = of_files.iter().filter(|column| column.counts());
    let hidden = counting.filter_map(|of_file| {
        let column = certainly(&of_file.key, of_lms)?;
        let unseen = unseen(column, readings)?;
        Some((of_file.label.clone(), unseen))
    });
    hidden.collect()
}

/// What students do not see of a column of the LMS: so many of its grades, or it at all; none where they see everything.
pub(in crate::service::course) fn unseen(
    column: &OutsideColumn,
    readings: Option<&Readings>,
) -> Option<Unseen> {
    let rest = column.rest.as_ref().filter(|rest| rest.is_on && rest.is_listed)?;
    if rest.withheld.is_some_and(|why| why != Withheld::Ungraded) {
        return Some(Unseen::All);
    }
    let coverage = readings?.coverage.as_ref()?;
    coverage.unseen_in.get(&column.id).copied().map(Unseen::Grades)
}
