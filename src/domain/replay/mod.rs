//! A rule over the gradebook of an earlier year: how many would have earned the badge, how far the others were, and what stopped
//! most. Nobody of that gradebook is a person here: they are rows, each by its place.

use std::collections::{BTreeMap, HashMap};
use std::ptr;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::domain::copying::folded;
use crate::domain::decision::Truth;
use crate::domain::dry_run::NEAR_PERCENT;
use crate::domain::evaluate::best::reached;
use crate::domain::evaluate::{holds, points, truth};
use crate::domain::facts::{Facts, Grade, GradeSource};
use crate::domain::outside::{Measure, OutsideGrade, OutsideValue, Scope};
use crate::domain::rule::{Condition, Group, Needed, Threshold};
use crate::domain::sentence::Names;
use crate::domain::subject::{self, Subject};
use crate::ids::OutsideColumnId;

#[cfg(test)]
mod tests;

/// Parts of the picture of how far people were, each [`NEAR_PERCENT`] wide; whoever was farther is behind the last of them.
pub(crate) const PARTS: usize = 10;

/// The gradebook of an earlier year, as far as rules could read it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cohort {
    pub(crate) columns: Vec<CohortColumn>,
    pub(crate) people: Vec<CohortPerson>,
}

/// A column of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CohortColumn {
    /// By what a column of this course would be known that is the same.
    pub(crate) key: String,
    /// Whether that is an id, and no title.
    pub(crate) has_id: bool,
    pub(crate) label: String,
    /// Points that its grades are out of, where the file says so.
    pub(crate) maximum: Option<Decimal>,
    pub(crate) measure: Measure,
    pub(crate) scope: Scope,
    /// Its place in the file, from 1, where another column has its name.
    pub(crate) place: Option<usize>,
    /// Cells in which something stands that is no grade.
    pub(crate) unread: usize,
}

/// A row of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CohortPerson {
    /// Where it begins in the file.
    pub(crate) line: u64,
    pub(crate) name: Option<String>,
    /// What stands in each column, in their order; none where no grade does.
    pub(crate) values: Vec<Option<OutsideValue>>,
}

/// What a teacher says of something that a rule asks about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The column at that place stands for it. Points that it is out of, where the teacher says so.
    Column {
        at: usize,
        of: Option<Decimal>,
    },
    Met,
    NotMet,
    /// Nobody knows.
    Open,
}

/// What a teacher says of all of it.
pub(crate) type Answers = BTreeMap<Subject, Answer>;

/// Why a column is proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Basis {
    /// It has the same id.
    Id,
    /// It has the same name.
    Name,
}

/// How a rule measures something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scale {
    measure: Measure,
    /// Points, where they are told.
    pub(crate) maximum: Option<Decimal>,
    /// Whether they are steps, of which nothing can be made.
    is_steps: bool,
}

/// Points that the grades of a column are out of, and who says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OutOf {
    Teacher(Decimal),
    File(Decimal),
    /// Nobody says it: they are taken to be those of the rule's column.
    Assumed(Decimal),
    /// It is of no matter, or nobody can tell.
    Untold,
}

impl OutOf {
    /// The points.
    #[must_use]
    pub(crate) fn points(self) -> Option<Decimal> {
        match self {
            Self::Teacher(points) | Self::File(points) | Self::Assumed(points) => Some(points),
            Self::Untold => None,
        }
    }
}

impl Scale {
    /// How a rule measures a grade; none of what is no grade, or is not known any more.
    #[must_use]
    pub(crate) fn of(subject: &Subject, names: &Names) -> Option<Self> {
        match subject {
            Subject::Item(id) => names.line_items.get(id).map(|item| Self {
                measure: Measure::Points,
                maximum: Some(item.maximum).filter(|maximum| *maximum > Decimal::ZERO),
                is_steps: item.is_scale,
            }),
            Subject::Elsewhere(id) => names.elsewhere.get(id).map(|column| Self {
                measure: column.measure,
                maximum: column.maximum.filter(|maximum| *maximum > Decimal::ZERO),
                is_steps: false,
            }),
            Subject::HandIn(_)
            | Subject::Completion(_)
            | Subject::Best
            | Subject::Activity(_)
            | Subject::Badge(_)
            | Subject::BadgeTotal
            | Subject::Date
            | Subject::Approval => None,
        }
    }

    /// Whether what is measured so can stand for it: words for words, numbers for numbers.
    #[must_use]
    pub(crate) fn takes(&self, measure: Measure) -> bool {
        match (self.measure, measure) {
            (Measure::Words, Measure::Words) | (Measure::Points | Measure::Percent, Measure::Points) => true,
            (Measure::Points | Measure::Percent, Measure::Percent) => !self.is_steps,
            // What is complete or not has points in a file: all or none.
            (Measure::PassFail, Measure::Points) => true,
            (Measure::Words | Measure::PassFail, _) | (_, Measure::Words | Measure::PassFail) => false,
        }
    }

    /// Points that the grades of a column are out of which stands for it.
    #[must_use]
    pub(crate) fn out_of(&self, column: &CohortColumn, said: Option<Decimal>) -> OutOf {
        if column.measure != Measure::Points || self.is_steps {
            return OutOf::Untold;
        }
        match (said, column.maximum, self.maximum) {
            (Some(points), ..) => OutOf::Teacher(points),
            (None, Some(points), _) => OutOf::File(points),
            (None, None, Some(points)) => OutOf::Assumed(points),
            (None, None, None) => OutOf::Untold,
        }
    }

    /// The same value as the rule measures it; none where it cannot be measured so.
    fn measured(&self, value: &OutsideValue, of: Option<Decimal>) -> Option<OutsideValue> {
        match (value, self.measure) {
            (OutsideValue::Word(word), Measure::Words) => Some(OutsideValue::Word(word.clone())),
            (OutsideValue::Points(value), Measure::Points) => match (of, self.maximum) {
                (Some(of), Some(maximum)) if of != maximum => {
                    share(*value, maximum, of).map(OutsideValue::Points)
                }
                _ => Some(OutsideValue::Points(*value)),
            },
            (OutsideValue::Percent(value), Measure::Points) if !self.is_steps => {
                share(*value, self.maximum?, Decimal::ONE_HUNDRED).map(OutsideValue::Points)
            }
            (OutsideValue::Points(value), Measure::PassFail) => {
                Some(OutsideValue::Passed(*value > Decimal::ZERO))
            }
            (OutsideValue::Points(value), Measure::Percent) => {
                share(*value, Decimal::ONE_HUNDRED, of?).map(OutsideValue::Percent)
            }
            (OutsideValue::Percent(value), Measure::Percent) => Some(OutsideValue::Percent(*value)),
            _ => None,
        }
    }
}

/// `value` of `of`, as so much of `whole`.
fn share(value: Decimal, whole: Decimal, of: Decimal) -> Option<Decimal> {
    if of <= Decimal::ZERO {
        return None;
    }
    value.checked_mul(whole)?.checked_div(of)
}

/// The column that most likely stands for what a rule asks about: by its id, else by its name, if that names one alone. `keys`
/// are those of this course's columns.
#[must_use]
pub(crate) fn propose(
    subject: &Subject,
    names: &Names,
    keys: &HashMap<OutsideColumnId, String>,
    columns: &[CohortColumn],
) -> Option<(usize, Basis)> {
    let scale = Scale::of(subject, names)?;
    let fit = || {
        columns
            .iter()
            .enumerate()
            .filter(move |(_, column)| scale.takes(column.measure))
    };
    let (key, label) = match subject {
        Subject::Item(id) => (None, &names.line_items.get(id)?.label),
        Subject::Elsewhere(id) => (keys.get(id), &names.elsewhere.get(id)?.label),
        _ => return None,
    };
    if let Some((at, column)) = key.and_then(|key| fit().find(|(_, column)| column.key == *key)) {
        let basis = if column.has_id { Basis::Id } else { Basis::Name };
        return Some((at, basis));
    }
    let label = folded(label);
    let named: Vec<(usize, &CohortColumn)> = fit().filter(|(_, column)| is_called(column, &label)).collect();
    let alike: Vec<usize> = named
        .iter()
        .filter(|(_, column)| column.measure == scale.measure)
        .map(|(at, _)| *at)
        .collect();
    match (named.as_slice(), alike.as_slice()) {
        ([(at, _)], _) | (_, [at]) => Some((*at, Basis::Name)),
        _ => None,
    }
}

/// Whether a column has that name; Moodle puts the kind of activity in front of it.
fn is_called(column: &CohortColumn, label: &str) -> bool {
    let title = folded(&column.label);
    !label.is_empty()
        && (title == label || title.strip_suffix(label).is_some_and(|kind| kind.ends_with(": ")))
}

/// What a rule would have done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Replay {
    /// Rows looked at.
    pub(crate) people: usize,
    /// Those who would have earned it, by their places.
    pub(crate) earned: Vec<usize>,
    /// All others, the nearest first.
    pub(crate) others: Vec<Other>,
    /// How many were how far: up to [`NEAR_PERCENT`] points short, up to twice as much, and so on, and all who were farther.
    pub(crate) distances: [usize; PARTS + 1],
    /// Of whom no number says how far they were.
    pub(crate) untold: usize,
    /// The different conditions, the one first that stopped most.
    pub(crate) stops: Vec<Stop>,
}

impl Replay {
    /// Of how many not enough is known.
    #[must_use]
    pub(crate) fn open(&self) -> usize {
        self.others.iter().filter(|other| other.is_open).count()
    }
}

/// Somebody who would not have earned it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Other {
    /// By their place.
    pub(crate) person: usize,
    /// Whether not enough is known to say no.
    pub(crate) is_open: bool,
    /// So many percent of its maximum more in each grade would have been enough.
    pub(crate) short: Option<Decimal>,
}

/// Whom a condition stopped, of those who would not have earned it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stop {
    pub(crate) condition: Condition,
    pub(crate) not_met: usize,
    pub(crate) unknown: usize,
    /// For whom it was the only thing in the way.
    pub(crate) alone: usize,
}

impl Stop {
    /// Everybody whom it stopped.
    #[must_use]
    pub(crate) fn all(&self) -> usize {
        self.not_met.saturating_add(self.unknown)
    }
}

/// A rule and what a teacher says of it, ready to be asked about one row after the other.
struct Asking<'a> {
    root: &'a Group,
    conditions: Vec<&'a Condition>,
    /// The place among those of each condition of the tree: what is asked twice is one.
    places: HashMap<*const Condition, usize>,
    answers: &'a Answers,
    names: &'a Names,
    now: DateTime<Utc>,
}

/// Asks a rule about everybody of an earlier year.
#[must_use]
pub(crate) fn replay(
    root: &Group,
    names: &Names,
    cohort: &Cohort,
    answers: &Answers,
    now: DateTime<Utc>,
) -> Replay {
    let asking = Asking::of(root, names, answers, now);
    let mut done = Replay {
        people: cohort.people.len(),
        earned: Vec::new(),
        others: Vec::new(),
        distances: [0; PARTS + 1],
        untold: 0,
        stops: asking.stops(),
    };
    for (person, row) in cohort.people.iter().enumerate() {
        let facts = asking.facts(cohort, row);
        let truths = asking.truths(&facts);
        let outcome = asking.outcome(&truths, |_| false);
        if outcome == Truth::Yes {
            done.earned.push(person);
            continue;
        }
        for (at, (stop, own)) in done.stops.iter_mut().zip(&truths).enumerate() {
            match own {
                Truth::Yes => continue,
                Truth::No => stop.not_met += 1,
                Truth::Unknown => stop.unknown += 1,
            }
            stop.alone += usize::from(asking.outcome(&truths, |place| place == at) == Truth::Yes);
        }
        let short = asking.short(&truths, &facts);
        match short.map(part) {
            Some(part) => {
                if let Some(count) = done.distances.get_mut(part) {
                    *count += 1;
                }
            }
            None => done.untold += 1,
        }
        done.others.push(Other {
            person,
            is_open: outcome == Truth::Unknown,
            short,
        });
    }
    done.others
        .sort_by_key(|other| (other.short.is_none(), other.short, other.person));
    done.stops
        .sort_by_key(|stop| std::cmp::Reverse((stop.all(), stop.alone)));
    done
}

/// The part of the picture in which that distance lies.
fn part(short: Decimal) -> usize {
    let parts = u32::try_from(PARTS).unwrap_or_default();
    (1..=parts)
        .position(|n| short <= Decimal::from(NEAR_PERCENT.saturating_mul(n)))
        .unwrap_or(PARTS)
}

impl<'a> Asking<'a> {
    fn of(root: &'a Group, names: &'a Names, answers: &'a Answers, now: DateTime<Utc>) -> Self {
        let conditions = subject::conditions(root);
        let place = |condition: &Condition| conditions.iter().position(|known| *known == condition);
        let places = root
            .conditions()
            .into_iter()
            .filter_map(|condition| Some((ptr::from_ref(condition), place(condition)?)))
            .collect();
        Self {
            root,
            conditions,
            places,
            answers,
            names,
            now,
        }
    }

    fn stops(&self) -> Vec<Stop> {
        let stop = |condition: &&Condition| Stop {
            condition: (*condition).clone(),
            not_met: 0,
            unknown: 0,
            alone: 0,
        };
        self.conditions.iter().map(stop).collect()
    }

    /// What the chosen columns say of a row.
    fn facts(&self, cohort: &Cohort, row: &CohortPerson) -> Facts {
        let mut facts = Facts::default();
        for (subject, answer) in self.answers {
            let Answer::Column { at, of } = answer else {
                continue;
            };
            let (Some(column), Some(scale)) = (cohort.columns.get(*at), Scale::of(subject, self.names))
            else {
                continue;
            };
            let Some(value) = row.values.get(*at).and_then(Option::as_ref) else {
                continue;
            };
            let of = scale.out_of(column, *of).points();
            if let Some(value) = scale.measured(value, of) {
                self.know(&mut facts, subject, value, scale, of);
            }
        }
        facts
    }

    fn know(
        &self,
        facts: &mut Facts,
        subject: &Subject,
        value: OutsideValue,
        scale: Scale,
        of: Option<Decimal>,
    ) {
        let maximum = scale.maximum.or(of);
        match (subject, value) {
            (Subject::Item(id), OutsideValue::Points(value)) => {
                let Some(maximum) = maximum else { return };
                let grade = Grade {
                    value: Some(value),
                    maximum,
                    is_scale: scale.is_steps,
                    recorded: None,
                    source: GradeSource::Csv,
                    read_at: self.now,
                    changed_at: self.now,
                };
                facts.grades.insert(id.clone(), grade);
            }
            (Subject::Elsewhere(id), value) => {
                let grade = OutsideGrade {
                    value,
                    maximum,
                    points: None,
                    source: GradeSource::Csv,
                    read_at: self.now,
                    changed_at: self.now,
                };
                facts.elsewhere.insert(id.clone(), grade);
            }
            _ => {}
        }
    }

    /// How each condition stands, in their order. What nobody said anything of is unknown.
    fn truths(&self, facts: &Facts) -> Vec<Truth> {
        let one = |condition: &&Condition| {
            let asked = Subject::asked(condition);
            let said: Vec<Option<&Answer>> = asked.iter().map(|subject| self.answers.get(subject)).collect();
            let all = |answer: &Answer| !said.is_empty() && said.iter().all(|one| *one == Some(answer));
            if said.iter().any(|one| matches!(one, Some(Answer::Column { .. }))) {
                holds(condition, facts, self.now)
            } else if all(&Answer::Met) {
                Truth::Yes
            } else if all(&Answer::NotMet) {
                Truth::No
            } else {
                Truth::Unknown
            }
        };
        self.conditions.iter().map(one).collect()
    }

    /// The outcome where the conditions at some places are taken to hold, whatever they do.
    fn outcome(&self, truths: &[Truth], is_given: impl Fn(usize) -> bool) -> Truth {
        let ask = |condition: &Condition| match self.places.get(&ptr::from_ref(condition)) {
            Some(place) if is_given(*place) => Truth::Yes,
            Some(place) => truths.get(*place).copied().unwrap_or(Truth::Unknown),
            None => Truth::Unknown,
        };
        truth(self.root, &ask)
    }

    /// The least that would have been enough in each grade, in percent of its maximum; none where no grade would have been.
    fn short(&self, truths: &[Truth], facts: &Facts) -> Option<Decimal> {
        let lacks: Vec<Option<Decimal>> = self
            .conditions
            .iter()
            .zip(truths)
            .map(|(condition, own)| {
                let lacking = *own != Truth::Yes;
                lacking.then(|| lack(condition, facts)).flatten()
            })
            .collect();
        let mut enough: Vec<Decimal> = lacks.iter().copied().flatten().collect();
        enough.sort_unstable();
        enough.dedup();
        let is_enough = |short: Decimal| {
            let given = |place: usize| {
                let lack = lacks.get(place).copied().flatten();
                lack.is_some_and(|lack| lack <= short)
            };
            self.outcome(truths, given) == Truth::Yes
        };
        // A rule holds with more when it holds with less, so that the least can be looked for by halves.
        let least = enough.partition_point(|short| !is_enough(*short));
        enough.get(least).copied()
    }
}

/// How much is lacking to a condition that asks for a number, in percent of the maximum; none where no number says it.
fn lack(condition: &Condition, facts: &Facts) -> Option<Decimal> {
    let (value, maximum, needs) = match condition {
        Condition::Grade { item, at_least } => {
            let grade = facts.grades.get(item).filter(|grade| !grade.is_scale)?;
            (grade.value?, grade.maximum, points(*at_least, grade.maximum))
        }
        Condition::Elsewhere {
            column,
            needs: Needed::AtLeast(bound),
        } => {
            let grade = facts.elsewhere.get(column)?;
            match (&grade.value, grade.maximum, bound) {
                (OutsideValue::Points(value), Some(maximum), _) => (*value, maximum, points(*bound, maximum)),
                (OutsideValue::Percent(value), _, Threshold::Percent(needs)) => {
                    (*value, Decimal::ONE_HUNDRED, *needs)
                }
                _ => return None,
            }
        }
        Condition::BestOf { best, of, at_least } => {
            (reached(*best, of, facts)?, Decimal::ONE_HUNDRED, *at_least)
        }
        _ => return None,
    };
    let lacking = needs.checked_sub(value)?.max(Decimal::ZERO);
    share(lacking, Decimal::ONE_HUNDRED, maximum)
}
