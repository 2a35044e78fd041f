//! What a second export changes against the first.
//!
//! Each difference is counted once: a column or a person that came or went is one difference, and its grades are not counted
//! again.

use std::collections::HashMap;

use rust_decimal::Decimal;

use crate::column::{Column, Display, Kind, Releases, Total};
use crate::export::Export;
use crate::grade::Grade;
use crate::gradebook::{PersonKey, Row};
use crate::matching::{Pairing, Roster};

/// Everything that differs. Places are those in the two exports.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Columns with grades that only the second has, by their place there.
    pub columns_added: Vec<usize>,
    /// Columns with grades that only the first has, by their place there.
    pub columns_removed: Vec<usize>,
    /// What changed about columns that both have.
    pub columns_changed: Vec<ColumnChange>,
    /// Rows of people whom only the second has, by their place there.
    pub people_added: Vec<usize>,
    /// Rows of people whom only the first has, by their place there.
    pub people_removed: Vec<usize>,
    /// Rows of the second of which it is not certain whose row of the first they follow: a name is all they share, or keys
    /// contradict each other. Their grades are not compared.
    pub people_uncertain: Vec<usize>,
    /// Grades of people and columns that both have.
    pub grades: Vec<GradeChange>,
}

/// A column that both exports have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnChange {
    /// Its place in the first.
    pub before: usize,
    /// Its place in the second.
    pub after: usize,
    /// What changed about it.
    pub what: WhatOfColumn,
}

/// What changed about a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhatOfColumn {
    /// Its title, by which only people know it.
    Renamed,
    /// Its maximum: grades are measured anew.
    PointsPossible {
        /// What it was.
        from: Option<Decimal>,
        /// What it is.
        to: Option<Decimal>,
    },
    /// Whether its grades count.
    Releases {
        /// What it was.
        from: Releases,
        /// What it is.
        to: Releases,
    },
}

/// A grade that is another one now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GradeChange {
    /// The place of the row in the first export.
    pub before: usize,
    /// The place of the row in the second.
    pub after: usize,
    /// The place of the column in the second.
    pub column: usize,
    /// What it was.
    pub from: Grade,
    /// What it is.
    pub to: Grade,
}

/// What a change of a grade is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WhatOfGrade {
    /// There was none.
    Appeared,
    /// There is none now.
    Disappeared,
    /// One became another.
    Changed,
}

impl GradeChange {
    /// What it is.
    #[must_use]
    pub fn what(&self) -> WhatOfGrade {
        match (&self.from, &self.to) {
            (Grade::Empty, _) => WhatOfGrade::Appeared,
            (_, Grade::Empty) => WhatOfGrade::Disappeared,
            _ => WhatOfGrade::Changed,
        }
    }
}

impl Changes {
    /// Nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// By what a column is the same in two exports: ids, and names where there are none. The number tells namesakes apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Identity {
    Assignment(String, usize),
    Item(String, Display, usize),
    Total(Total, usize),
}

fn identities(columns: &[Column]) -> Vec<(Identity, usize)> {
    let mut times: HashMap<Identity, usize> = HashMap::new();
    let all = columns.iter().filter_map(|column| {
        let first = match &column.kind {
            Kind::Assignment { lms_id, .. } => Identity::Assignment(lms_id.clone(), 0),
            Kind::Item { name, display, .. } => Identity::Item(name.clone(), *display, 0),
            // What includes unreleased grades is nobody's to be told of.
            Kind::Total(total) if !total.unposted => Identity::Total(total.clone(), 0),
            _ => return None,
        };
        let time = times.entry(first.clone()).or_default();
        let this = match first {
            Identity::Assignment(id, _) => Identity::Assignment(id, *time),
            Identity::Item(name, display, _) => Identity::Item(name, display, *time),
            Identity::Total(total, _) => Identity::Total(total, *time),
        };
        *time += 1;
        Some((this, column.index))
    });
    all.collect()
}

/// Compares two exports of one course.
///
/// Columns that only count after a tick are compared too: whoever shows the result leaves out what the teacher did not tick
/// ([`Column::counts`]).
#[must_use]
pub fn changes(first: &Export, second: &Export) -> Changes {
    let mut changes = Changes::default();
    let shared = columns(first, second, &mut changes);
    let roster = Roster::new(people(first));
    let pairing = roster.pair(people(second));
    let mut followed = vec![false; first.rows.len()];
    let mut follow = |at: usize| followed.get_mut(at).map(|place| *place = true);
    for pair in &pairing.certain {
        follow(pair.member);
        if let (Some(before), Some(after)) = (first.rows.get(pair.member), second.rows.get(pair.row)) {
            grades(
                (pair.member, before),
                (pair.row, after),
                &shared,
                &mut changes.grades,
            );
        }
    }
    for (row, members) in uncertain(&pairing) {
        changes.people_uncertain.push(row);
        for member in members {
            follow(member);
        }
    }
    changes.people_uncertain.sort_unstable();
    changes.people_added.clone_from(&pairing.unmatched);
    let gone = followed.iter().enumerate().filter(|(_, followed)| !**followed);
    changes.people_removed = gone.map(|(at, _)| at).collect();
    changes
}

fn people(export: &Export) -> impl Iterator<Item = &PersonKey> {
    export.rows.iter().map(|row| &row.person)
}

fn uncertain(pairing: &Pairing) -> impl Iterator<Item = (usize, Vec<usize>)> {
    let proposed = pairing.proposed.iter().map(|pair| (pair.row, vec![pair.member]));
    let ambiguous = pairing.ambiguous.iter().map(|one| (one.row, one.members.clone()));
    proposed.chain(ambiguous)
}

/// The places of the columns that both have, in the first and in the second.
fn columns(first: &Export, second: &Export, changes: &mut Changes) -> Vec<(usize, usize)> {
    let mut before: HashMap<Identity, usize> = identities(&first.columns).into_iter().collect();
    let mut shared = Vec::new();
    for (identity, after) in identities(&second.columns) {
        match before.remove(&identity) {
            Some(before) => shared.push((before, after)),
            None => changes.columns_added.push(after),
        }
    }
    changes.columns_removed = before.into_values().collect();
    changes.columns_removed.sort_unstable();
    for (before, after) in &shared {
        if let (Some(old), Some(new)) = (first.columns.get(*before), second.columns.get(*after)) {
            let what = what_of_column(old, new);
            changes
                .columns_changed
                .extend(what.into_iter().map(|what| ColumnChange {
                    before: *before,
                    after: *after,
                    what,
                }));
        }
    }
    shared
}

fn what_of_column(old: &Column, new: &Column) -> Vec<WhatOfColumn> {
    let mut what = Vec::new();
    if old.title != new.title {
        what.push(WhatOfColumn::Renamed);
    }
    if old.points_possible != new.points_possible {
        what.push(WhatOfColumn::PointsPossible {
            from: old.points_possible,
            to: new.points_possible,
        });
    }
    if old.releases != new.releases {
        what.push(WhatOfColumn::Releases {
            from: old.releases.clone(),
            to: new.releases.clone(),
        });
    }
    what
}

fn grades(old: (usize, &Row), new: (usize, &Row), shared: &[(usize, usize)], changes: &mut Vec<GradeChange>) {
    let ((before, old), (after, new)) = (old, new);
    for (first, second) in shared {
        let (from, to) = (old.grade(*first), new.grade(*second));
        if from != to {
            changes.push(GradeChange {
                before,
                after,
                column: *second,
                from: from.clone(),
                to: to.clone(),
            });
        }
    }
}
