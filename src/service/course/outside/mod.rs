//! Grades of a course that Cairn does not read by itself, from gradebook files that its teachers bring. A file lies aside while
//! its teacher looks at what is in it; nothing of it counts before they say so, and it is not kept afterwards.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};

use crate::domain::outside::{GradeFile, OutsideColumn};
use crate::domain::people::Person;
use crate::ids::{OutsideColumnId, PersonId};
use crate::service::Cairn;
use crate::service::award::uploads::{self, NotSetAside, Upload};
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::GradesRefusal;
use crate::service::base::session::Visitor;
use crate::store::blobs::BlobError;
use crate::store::{badges, outside, people, rules};

mod cohort;
mod people_of;
mod reading;
mod review;
mod taking;

pub(super) use cohort::cohort;
pub(crate) use review::{Doubt, Left, Review, ReviewColumn, ToConfirm};
pub(crate) use taking::{Changes, ColumnChange, Took, remove, stop, take};

use reading::Book;

/// A file that lies aside, as a form names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Brought {
    /// SHA-256 in lower-case hex.
    pub(crate) digest: String,
    /// As its sender calls it.
    pub(crate) name: String,
}

/// What a teacher said of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Choice {
    /// The places of the columns that count.
    pub(crate) columns: BTreeSet<usize>,
    /// Rows, by their line, that are of the person whose name they have.
    pub(crate) confirmed: BTreeSet<(u64, PersonId)>,
    /// That the file is of this course, where it may be of another.
    pub(crate) is_of_course: bool,
}

/// Where the grades of a course come from beside the columns that Cairn reads by itself.
#[derive(Debug, Clone)]
pub(crate) struct Sources {
    pub(crate) now: DateTime<Utc>,
    /// Newest first.
    pub(crate) files: Vec<GradeFile>,
    /// Who brought them.
    pub(crate) people: HashMap<PersonId, Person>,
    pub(crate) columns: Vec<Column>,
}

/// A column that files told of.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) column: OutsideColumn,
    /// The names of the badges whose rules read it, drafts included.
    pub(crate) read_by: Vec<String>,
}

/// Where the grades of the visit's course come from.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors.
#[tracing::instrument(name = "outside.sources", level = "debug", skip_all)]
pub(crate) async fn sources(cairn: &Cairn, visitor: &Visitor) -> Result<Sources, ServiceError> {
    visitor.look()?;
    let (visitor, now) = (visitor.clone(), cairn.clock.now());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let (tenant, course) = (visitor.tenant(), &visitor.course.id);
        let files = outside::files(db, tenant, course)?;
        let by: Vec<PersonId> = files.iter().filter_map(|file| file.brought_by.clone()).collect();
        let reading = rules::reading_outside(db, tenant, course)?;
        let badges = badges::for_course(db, tenant, course)?;
        let readers = |id: &OutsideColumnId| {
            let of = reading.iter().filter(|(column, _)| column == id);
            let named = of.filter_map(|(_, by)| badges.iter().find(|badge| badge.id == *by));
            let mut names: Vec<String> = named.map(|badge| badge.design.name.clone()).collect();
            names.dedup();
            names
        };
        let columns = outside::columns_of_files(db, tenant, course)?.into_iter();
        let columns = columns.filter(|column| column.file.is_some());
        Ok(Sources {
            now,
            people: people::by_ids(db, tenant, &by)?,
            columns: columns
                .map(|column| Column {
                    read_by: readers(&column.id),
                    column,
                })
                .collect(),
            files,
        })
    });
    found.await
}

/// Sets a file aside and says what is in it. Nothing of it counts.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::Refused`] for a file that is not taken.
#[tracing::instrument(name = "outside.bring", skip_all)]
pub(crate) async fn bring(
    cairn: &Cairn,
    visitor: &Visitor,
    upload: Option<Upload>,
) -> Result<Review, ServiceError> {
    visitor.teach()?;
    let upload = upload.ok_or(GradesRefusal::NoFile)?;
    let group = visitor.course.id.as_str();
    let aside = match upload.set_aside(cairn, visitor, group).await? {
        Ok(aside) => aside,
        Err(NotSetAside::TooLarge(most)) => return Err(GradesRefusal::TooLarge(most).into()),
        Err(NotSetAside::NoRoom) => return Err(GradesRefusal::NoRoom.into()),
    };
    let brought = Brought {
        digest: aside.digest,
        name: aside.name.chars().take(LONGEST_NAME).collect(),
    };
    let reviewed = review(cairn, visitor, &brought).await;
    if matches!(reviewed, Err(ServiceError::Refused(_))) {
        // Nothing can be done with it.
        forget(cairn, visitor, &brought).await?;
    }
    reviewed
}

/// Most bytes of a file, as [`gradebook_csv::Limits`] has it.
pub(crate) const LARGEST: u64 = 32 * 1024 * 1024;
/// Most characters of the name of a file.
const LONGEST_NAME: usize = 200;

/// What is in a file that lies aside.
///
/// # Errors
/// As [`bring`]; [`GradesRefusal::Gone`] where it does not lie there any more.
#[tracing::instrument(name = "outside.review", level = "debug", skip_all)]
pub(crate) async fn review(
    cairn: &Cairn,
    visitor: &Visitor,
    brought: &Brought,
) -> Result<Review, ServiceError> {
    visitor.teach()?;
    let book = read(cairn, visitor, brought).await?;
    let (visitor, brought) = (visitor.clone(), brought.clone());
    let reviewed = cairn
        .store
        .read_with(move |db| review::of(db, &visitor, brought, &book));
    reviewed.await
}

/// The file that lies aside.
async fn read(cairn: &Cairn, visitor: &Visitor, brought: &Brought) -> Result<Book, ServiceError> {
    let place = uploads::aside(visitor, visitor.course.id.as_str(), &brought.digest);
    if cairn.blobs.received(&place).await? > LARGEST {
        return Err(GradesRefusal::TooLarge(LARGEST).into());
    }
    let bytes = match cairn.blobs.all_of(&place).await {
        Err(BlobError::Missing) => return Err(GradesRefusal::Gone.into()),
        bytes => bytes?,
    };
    if hex::encode(Sha256::digest(&bytes)) != brought.digest {
        return Err(GradesRefusal::Gone.into());
    }
    let book = tokio::task::spawn_blocking(move || Book::read(&bytes)).await;
    let book = book.map_err(|error| ServiceError::Internal(error.to_string()))?;
    Ok(book?)
}

/// Forgets the file that lies aside.
async fn forget(cairn: &Cairn, visitor: &Visitor, brought: &Brought) -> Result<(), ServiceError> {
    uploads::forget_aside(cairn, visitor, visitor.course.id.as_str(), &brought.digest).await
}
