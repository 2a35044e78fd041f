//! A file is used: its grades count from then on, what it changed is said, and whoever is concerned is decided anew.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use gradebook_csv::Releases;
use rust_decimal::Decimal;
use serde_json::json;

use super::people_of::{Members, known_as};
use super::reading::{Book, Cell, Found, cell};
use super::{Brought, Choice, forget, read, review};
use crate::domain::audit::Action;
use crate::domain::cause::Cause;
use crate::domain::facts::GradeSource;
use crate::domain::outside::{Counting, GradeFile, OutsideColumn, OutsideValue};
use crate::domain::section::{NamedSection, SectionKind, SectionSource};
use crate::ids::{BadgeId, GradeFileId, OutsideColumnId, PersonId};
use crate::random::Random;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::queue::{self, DecideBadge};
use crate::service::base::refusal::{GradesRefusal, Refusal};
use crate::service::base::session::Visitor;
use crate::service::course::copying;
use crate::store::{Db, StoreError, audit, outside, rules, sections};

/// So long a second click on the same button is the first one.
const SAME_CLICK: TimeDelta = TimeDelta::hours(1);

/// What a file changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    /// Whether an earlier file was used in this course.
    pub(crate) is_update: bool,
    /// Labels of columns that count for the first time.
    pub(crate) new: Vec<String>,
    /// Labels of columns that count and that this file does not have: their grades stay.
    pub(crate) missing: Vec<String>,
    /// Labels of columns that count, that this file has and that were not chosen of it: their grades stay.
    pub(crate) kept: Vec<String>,
    pub(crate) columns: Vec<ColumnChange>,
    /// Grades that are there for the first time, that are others now, and that are gone.
    pub(crate) came: usize,
    pub(crate) changed: usize,
    pub(crate) went: usize,
    /// Students whom earlier files had and this one has not: their grades stay.
    pub(crate) people_missing: usize,
    /// How many sections it names.
    pub(crate) sections: usize,
}

/// How a column differs from what an earlier file said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ColumnChange {
    Renamed {
        from: String,
        to: String,
    },
    Points {
        label: String,
        from: Option<Decimal>,
        to: Option<Decimal>,
    },
    /// It holds another sort of grades.
    Measure {
        label: String,
    },
}

/// What became of a file that was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Took {
    Done(Changes),
    /// It had been used a moment ago.
    Before,
}

/// How many of the matched students have a grade in a column, and how many cells say something that is none.
pub(super) fn count(column: &Found, book: &Book, used: &BTreeMap<usize, PersonId>) -> (usize, usize) {
    let (mut grades, mut unread) = (0, 0);
    for row in used.keys().filter_map(|row| book.export.rows.get(*row)) {
        match cell(row.grade(column.index)) {
            Cell::Is(_) => grades += 1,
            Cell::Unread => unread += 1,
            Cell::Nothing => {}
        }
    }
    (grades, unread)
}

/// What stands in a column for those whose rows are used. Where a cell says something that is no grade, what was known stays.
fn seen(
    column: &Found,
    book: &Book,
    used: &BTreeMap<usize, PersonId>,
) -> Vec<(PersonId, Option<OutsideValue>)> {
    let cells = used.iter().filter_map(|(row, person)| {
        let row = book.export.rows.get(*row)?;
        match cell(row.grade(column.index)) {
            Cell::Is(value) => Some((person.clone(), Some(value))),
            Cell::Nothing => Some((person.clone(), None)),
            Cell::Unread => None,
        }
    });
    cells.collect()
}

/// What using these columns of a file would change.
pub(super) fn compare(
    db: &mut Db,
    visitor: &Visitor,
    book: &Book,
    known: &[OutsideColumn],
    used: &BTreeMap<usize, PersonId>,
    chosen: &BTreeSet<usize>,
) -> Result<Changes, StoreError> {
    let tenant = visitor.tenant();
    let in_file = |column: &OutsideColumn| book.columns.iter().find(|one| one.key == column.key);
    let counting = || known.iter().filter(|column| column.counts());
    let mut changes = Changes {
        is_update: known.iter().any(|column| column.file.is_some()),
        missing: counting()
            .filter(|column| in_file(column).is_none())
            .map(|column| column.label.clone())
            .collect(),
        kept: counting()
            .filter(|column| in_file(column).is_some_and(|one| !chosen.contains(&one.index)))
            .map(|column| column.label.clone())
            .collect(),
        sections: book.sections.as_ref().map_or(0, |all| all.names().count()),
        ..Changes::default()
    };
    let mut gone: BTreeSet<PersonId> = BTreeSet::new();
    for column in book
        .columns
        .iter()
        .filter(|column| chosen.contains(&column.index))
    {
        let before = known.iter().find(|one| one.key == column.key);
        let mut stored = match before {
            Some(before) => outside::of_column(db, tenant, &before.id)?,
            None => std::collections::HashMap::new(),
        };
        match before.filter(|before| before.counts()) {
            None => changes.new.push(column.label.clone()),
            Some(before) => changes.columns.extend(differences(before, column)),
        }
        let there: BTreeSet<&PersonId> = used.values().collect();
        gone.extend(stored.keys().filter(|person| !there.contains(*person)).cloned());
        for (person, value) in seen(column, book, used) {
            match (stored.remove(&person), value) {
                (None, Some(_)) => changes.came += 1,
                (Some(_), None) => changes.went += 1,
                (Some((was, _)), Some(is)) if was != is => changes.changed += 1,
                _ => {}
            }
        }
    }
    changes.people_missing = gone.len();
    Ok(changes)
}

fn differences(before: &OutsideColumn, now: &Found) -> Vec<ColumnChange> {
    let mut found = Vec::new();
    if before.label != now.label {
        found.push(ColumnChange::Renamed {
            from: before.label.clone(),
            to: now.label.clone(),
        });
    }
    if before.measure != now.measure {
        found.push(ColumnChange::Measure {
            label: now.label.clone(),
        });
    } else if before.maximum != now.maximum {
        found.push(ColumnChange::Points {
            label: now.label.clone(),
            from: before.maximum,
            to: now.maximum,
        });
    }
    found
}

/// Has the chosen grades of a file count, and decides whom they concern. The file is not kept. Doing it twice is doing it once.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::Refused`] for a file that is not taken, or not as it was
/// chosen; then nothing is changed.
#[tracing::instrument(name = "taking.take", skip_all)]
pub(crate) async fn take(
    cairn: &Cairn,
    visitor: &Visitor,
    brought: &Brought,
    choice: Choice,
) -> Result<Took, ServiceError> {
    visitor.teach()?;
    let book = match read(cairn, visitor, brought).await {
        Err(ServiceError::Refused(Refusal::Grades(GradesRefusal::Gone))) => {
            return taken_before(cairn, visitor, brought).await;
        }
        book => book?,
    };
    let (now, random) = (cairn.clock.now(), Arc::clone(&cairn.random));
    let (asker, file) = (visitor.clone(), brought.clone());
    let done = cairn.store.write_with(move |db| {
        let taking = Taking {
            visitor: &asker,
            book: &book,
            choice: &choice,
            now,
            random: random.as_ref(),
        };
        taking.run(db, &file)
    });
    let changes = done.await?;
    forget(cairn, visitor, brought).await?;
    Ok(Took::Done(changes))
}

/// The file is gone: it was used a moment ago, or it was swept.
async fn taken_before(cairn: &Cairn, visitor: &Visitor, brought: &Brought) -> Result<Took, ServiceError> {
    let (visitor, now, digest) = (visitor.clone(), cairn.clock.now(), brought.digest.clone());
    let files = cairn
        .store
        .read(move |db| outside::files(db, visitor.tenant(), &visitor.course.id));
    let is_so = |file: &GradeFile| file.digest == digest && now - file.brought_at < SAME_CLICK;
    if files.await?.iter().any(is_so) {
        Ok(Took::Before)
    } else {
        Err(GradesRefusal::Gone.into())
    }
}

struct Taking<'a> {
    visitor: &'a Visitor,
    book: &'a Book,
    choice: &'a Choice,
    now: DateTime<Utc>,
    random: &'a dyn Random,
}

impl Taking<'_> {
    fn run(&self, db: &mut Db, file: &Brought) -> Result<Changes, ServiceError> {
        let (tenant, course) = (self.visitor.tenant(), &self.visitor.course.id);
        let known = outside::columns_of_files(db, tenant, course)?;
        let members = Members::of(db, tenant, course)?;
        let pairing = members.pair(&self.book.export);
        let matching = pairing.certain.len() + pairing.proposed.len();
        let doubts = review::doubts(db, self.visitor, self.book, &known, matching)?;
        if !doubts.is_empty() && !self.choice.is_of_course {
            return Err(GradesRefusal::NotConfirmed.into());
        }
        let chosen: BTreeSet<usize> = self.chosen().map(|column| column.index).collect();
        let used = members.used(&self.book.export, &pairing, &self.choice.confirmed);
        if chosen.is_empty() || used.is_empty() {
            return Err(GradesRefusal::NothingChosen.into());
        }
        let changes = compare(db, self.visitor, self.book, &known, &used, &chosen)?;
        let id = self.keep_file(db, file, used.len())?;
        let mut touched = Vec::new();
        for column in self.chosen() {
            let kept = self.keep_column(db, &known, column, &id)?;
            let before = known.iter().find(|one| one.id == kept.id);
            let now = outside::take(
                db,
                tenant,
                &kept.id,
                &id,
                &seen(column, self.book, &used),
                self.now,
            )?;
            // Other points are another share of them, and so is another sort of grades.
            let same = before.is_some_and(|one| one.maximum == kept.maximum && one.measure == kept.measure);
            if !now.is_empty() || !same {
                touched.push(kept.id);
            }
        }
        for (row, person) in &used {
            let key = self.book.export.rows.get(*row).map(|row| &row.person);
            if let Some(known) = key.and_then(known_as) {
                outside::remember(db, tenant, course, person, &known)?;
            }
        }
        sections::tell(
            db,
            of_files(self.visitor),
            &self.sections(&used),
            self.now,
            self.random,
        )?;
        let entry = self
            .visitor
            .entry(Action::GradesBrought, course.as_str(), self.now);
        let entry = entry.detail(json!({
            "file": id, "columns": chosen.len(), "students": used.len(),
            "came": changes.came, "changed": changes.changed, "went": changes.went,
        }));
        audit::record(db, &entry, self.random)?;
        copying::map_again(db, &self.visitor.course, self.now, self.random)?;
        decide_readers(db, self.visitor, &touched, self.now, self.random)?;
        Ok(changes)
    }

    /// The columns that count from now on: what may count, and was chosen.
    fn chosen(&self) -> impl Iterator<Item = &Found> {
        let columns = self.book.columns.iter();
        columns.filter(move |column| !column.shares_name && self.choice.columns.contains(&column.index))
    }

    /// In which sections those are whose rows name any.
    fn sections(&self, used: &BTreeMap<usize, PersonId>) -> Vec<sections::Said> {
        let told = used.iter().filter_map(|(row, person)| {
            let sections = self.book.sections.as_ref()?;
            let names = sections.of_row(self.book.export.rows.get(*row)?);
            let named = names.iter().filter_map(|name| NamedSection::of(None, name));
            let named: Vec<NamedSection> = named.collect();
            (!named.is_empty()).then(|| (person.clone(), named))
        });
        told.collect()
    }

    fn keep_file(&self, db: &mut Db, file: &Brought, matched: usize) -> Result<GradeFileId, StoreError> {
        let (tenant, course) = (self.visitor.tenant(), &self.visitor.course.id);
        let before = outside::files(db, tenant, course)?
            .into_iter()
            .find(|one| one.digest == file.digest);
        let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
        let row = GradeFile {
            id: before.map_or_else(|| GradeFileId::new(self.now, self.random), |before| before.id),
            tenant: tenant.clone(),
            course: course.clone(),
            brought_by: Some(self.visitor.person.id.clone()),
            brought_at: self.now,
            name: file.name.clone(),
            digest: file.digest.clone(),
            dialect: self.book.dialect,
            matched: number(matched),
            unmatched: number(self.book.export.rows.len().saturating_sub(matched)),
        };
        outside::save_file(db, &row)?;
        Ok(row.id)
    }

    fn keep_column(
        &self,
        db: &mut Db,
        known: &[OutsideColumn],
        column: &Found,
        file: &GradeFileId,
    ) -> Result<OutsideColumn, StoreError> {
        let before = known.iter().find(|one| one.key == column.key);
        let released = column.releases == Releases::Released;
        let kept = OutsideColumn {
            id: before.map_or_else(
                || OutsideColumnId::new(self.now, self.random),
                |before| before.id.clone(),
            ),
            tenant: self.visitor.tenant().clone(),
            course: self.visitor.course.id.clone(),
            source: GradeSource::Csv,
            key: column.key.clone(),
            label: column.label.clone(),
            maximum: column.maximum,
            measure: column.measure,
            scope: column.scope,
            counting: if released {
                Counting::Released
            } else {
                Counting::Ticked
            },
            file: Some(file.clone()),
            rest: None,
        };
        let by = (!released).then_some(&self.visitor.person.id);
        outside::save_column(db, &kept, by, self.now)?;
        Ok(kept)
    }
}

/// Who tells of sections where a file of the visit's course does.
fn of_files(visitor: &Visitor) -> sections::Told<'_> {
    sections::Told {
        tenant: visitor.tenant(),
        course: &visitor.course.id,
        source: SectionSource::Csv,
        kind: SectionKind::Section,
    }
}

/// Has the badges decided whose rules read one of these columns.
fn decide_readers(
    db: &mut Db,
    visitor: &Visitor,
    columns: &[OutsideColumnId],
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let tenant = visitor.tenant();
    let reading = rules::reading_outside(db, tenant, &visitor.course.id)?;
    let badges: BTreeSet<BadgeId> = reading
        .into_iter()
        .filter(|(column, _)| columns.contains(column))
        .map(|(_, badge)| badge)
        .collect();
    for badge in badges {
        let cause = Cause::Fact;
        queue::enqueue(db, tenant, &DecideBadge { badge, cause }, now, now, random)?;
    }
    Ok(())
}

/// Stops using one column: its grades are removed and count no more. What was awarded stays.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::NotFound`] for a column of another course.
#[tracing::instrument(name = "taking.stop", skip_all, fields(column = column.as_str()))]
pub(crate) async fn stop(
    cairn: &Cairn,
    visitor: &Visitor,
    column: &OutsideColumnId,
) -> Result<(), ServiceError> {
    visitor.teach()?;
    let (now, random) = (cairn.clock.now(), Arc::clone(&cairn.random));
    let (visitor, id) = (visitor.clone(), column.clone());
    let done = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        let (tenant, course) = (visitor.tenant(), &visitor.course.id);
        let column = outside::columns_of_files(db, tenant, course)?
            .into_iter()
            .find(|column| column.id == id)
            .ok_or(ServiceError::NotFound("column"))?;
        if !column.counts() {
            return Ok(());
        }
        let stopped = OutsideColumn {
            counting: Counting::Not,
            ..column
        };
        outside::save_column(db, &stopped, None, now)?;
        outside::forget_grades(db, tenant, &id)?;
        let entry = visitor.entry(Action::GradesStopped, id.as_str(), now);
        audit::record(db, &entry, random.as_ref())?;
        Ok(decide_readers(db, &visitor, &[id], now, random.as_ref())?)
    });
    done.await
}

/// Removes all grades that files have brought into the course, what they said of who is who, and of sections: they may have
/// been files of another course. What was awarded stays.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors.
#[tracing::instrument(name = "taking.remove", skip_all)]
pub(crate) async fn remove(cairn: &Cairn, visitor: &Visitor) -> Result<(), ServiceError> {
    visitor.teach()?;
    let (now, random) = (cairn.clock.now(), Arc::clone(&cairn.random));
    let visitor = visitor.clone();
    let done = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        let (tenant, course) = (visitor.tenant(), &visitor.course.id);
        let columns = outside::columns_of_files(db, tenant, course)?;
        let kept: Vec<OutsideColumn> = columns.into_iter().filter(|one| one.file.is_some()).collect();
        if kept.is_empty() {
            return Ok(());
        }
        let mut touched = Vec::new();
        for column in kept {
            outside::forget_grades(db, tenant, &column.id)?;
            touched.push(column.id.clone());
            let gone = OutsideColumn {
                counting: Counting::Not,
                file: None,
                ..column
            };
            outside::save_column(db, &gone, None, now)?;
        }
        outside::forget_known(db, tenant, course)?;
        sections::replace_for(db, of_files(&visitor), &[], now, random.as_ref())?;
        outside::forget_files(db, tenant, course)?;
        let entry = visitor.entry(Action::GradesRemoved, course.as_str(), now);
        let entry = entry.detail(json!({ "columns": touched.len() }));
        audit::record(db, &entry, random.as_ref())?;
        Ok(decide_readers(db, &visitor, &touched, now, random.as_ref())?)
    });
    done.await
}
