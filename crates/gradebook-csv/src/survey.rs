//! The first of two passes over a file: what its columns hold, in memory that does not grow with its rows.

use crate::canvas;
use crate::grade::unwrapped;
use crate::limits::Limits;
use crate::number::{DecimalSign, Says, look, percentage};
use crate::records::{Delimiter, Record, Records};
use crate::refusal::Refusal;

/// What stands in the cells of one column.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stats {
    /// Cells that are not empty.
    pub(crate) filled: u64,
    pub(crate) dashes: u64,
    pub(crate) numbers: u64,
    pub(crate) percentages: u64,
    pub(crate) addresses: u64,
    /// The first whole number of ten digits, as Unix seconds are, and how often it stands there.
    moment: Option<String>,
    moments: u64,
    /// Texts that are longer than a letter grade.
    pub(crate) long: u64,
    points: u64,
    commas: u64,
    perhaps_points: u64,
    perhaps_commas: u64,
}

impl Stats {
    fn see(&mut self, cell: &str) {
        let text = unwrapped(cell);
        let text = text.as_ref();
        if text.is_empty() {
            return;
        }
        self.filled += 1;
        let number = percentage(text).unwrap_or(text);
        if text == "-" {
            self.dashes += 1;
        } else if let Some(says) = look(number) {
            let kind = if number.len() < text.len() {
                &mut self.percentages
            } else {
                &mut self.numbers
            };
            *kind += 1;
            self.see_moment(text);
            self.hear(says);
        } else if text.contains('@') {
            self.addresses += 1;
        } else if text.chars().count() > 4 {
            self.long += 1;
        }
    }

    fn see_moment(&mut self, text: &str) {
        if text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            let first = self.moment.get_or_insert_with(|| text.to_owned());
            self.moments += u64::from(first == text);
        }
    }

    pub(crate) fn hear(&mut self, says: Says) {
        match says {
            Says::Nothing => {}
            Says::Surely(DecimalSign::Point) => self.points += 1,
            Says::Surely(DecimalSign::Comma) => self.commas += 1,
            Says::Perhaps(DecimalSign::Point) => self.perhaps_points += 1,
            Says::Perhaps(DecimalSign::Comma) => self.perhaps_commas += 1,
        }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.filled += other.filled;
        self.dashes += other.dashes;
        self.numbers += other.numbers;
        self.percentages += other.percentages;
        self.addresses += other.addresses;
        self.long += other.long;
        self.points += other.points;
        self.commas += other.commas;
        self.perhaps_points += other.perhaps_points;
        self.perhaps_commas += other.perhaps_commas;
    }

    pub(crate) fn are_addresses(&self) -> bool {
        self.filled > 0 && self.filled == self.addresses
    }

    /// One moment in every row; the last may be cut.
    pub(crate) fn are_moments(&self) -> bool {
        self.moments > 0 && self.filled - self.moments <= 1
    }

    pub(crate) fn tells_a_sign(&self) -> bool {
        self.points + self.commas > 0
    }

    /// The one decimal sign that there is any evidence of.
    pub(crate) fn sign(&self) -> Option<DecimalSign> {
        one(self.points, self.commas)
    }

    /// As [`sign`](Self::sign), of a file that has nothing between thousands.
    pub(crate) fn sign_without_thousands(&self) -> Option<DecimalSign> {
        one(
            self.points + self.perhaps_points,
            self.commas + self.perhaps_commas,
        )
    }
}

fn one(points: u64, commas: u64) -> Option<DecimalSign> {
    match (points, commas) {
        (0, 0) => None,
        (_, 0) => Some(DecimalSign::Point),
        (0, _) => Some(DecimalSign::Comma),
        _ => None,
    }
}

/// What was seen on the way through a file.
#[derive(Debug)]
pub(crate) struct Survey {
    pub(crate) header: Vec<String>,
    /// Where Canvas has what, if the first row is one of Canvas.
    pub(crate) canvas: Option<canvas::Layout>,
    pub(crate) stats: Vec<Stats>,
    /// Rows below the first, those that are about columns left out.
    pub(crate) rows: u64,
    /// Canvas's row "Points Possible".
    pub(crate) points: Option<Vec<String>>,
    /// Canvas's remarks about columns.
    pub(crate) marks: Vec<Option<String>>,
}

pub(crate) fn header(record: &Record<'_>) -> Vec<String> {
    record.iter().map(|cell| unwrapped(cell).into_owned()).collect()
}

/// Goes through all rows, so that every limit is known to hold afterwards.
pub(crate) fn survey(mut records: Records<'_>) -> Result<Survey, Refusal> {
    let header = match records.next()? {
        Some(record) => header(&record),
        None => return Err(Refusal::Empty),
    };
    let mut seen = Survey {
        canvas: canvas::layout(&header),
        stats: vec![Stats::default(); header.len()],
        rows: 0,
        points: None,
        marks: vec![None; header.len()],
        header,
    };
    while let Some(record) = records.next()? {
        seen.see(&record);
    }
    Ok(seen)
}

impl Survey {
    fn see(&mut self, record: &Record<'_>) {
        match self
            .canvas
            .as_ref()
            .and_then(|layout| canvas::lead(layout, record))
        {
            Some(canvas::Lead::Points) => {
                let cells = || record.iter().map(|cell| unwrapped(cell).into_owned()).collect();
                self.points.get_or_insert_with(cells);
            }
            Some(canvas::Lead::Marks) => {
                for (mark, cell) in self.marks.iter_mut().zip(record.iter()) {
                    let cell = cell.trim();
                    if !cell.is_empty() {
                        mark.get_or_insert_with(|| cell.to_owned());
                    }
                }
            }
            None => {
                self.rows += 1;
                for (stats, cell) in self.stats.iter_mut().zip(record.iter()) {
                    stats.see(cell);
                }
            }
        }
    }
}

/// The separator that divides the first row best: into the columns of Canvas, else into most.
pub(crate) fn delimiter(text: &str, limits: &Limits) -> Result<Delimiter, Refusal> {
    let mut best: Option<(bool, usize, Delimiter)> = None;
    let (mut wide, mut refusal) = (None, None);
    for delimiter in Delimiter::ALL {
        let mut records = Records::new(text, delimiter, limits);
        match records.next() {
            Ok(Some(record)) if record.len() > 1 => {
                let is_canvas = canvas::layout(&header(&record)).is_some();
                let this = (is_canvas, record.len(), delimiter);
                if best.is_none_or(|best| (this.0, this.1) > (best.0, best.1)) {
                    best = Some(this);
                }
            }
            Ok(_) => {}
            Err(error @ Refusal::TooManyColumns { .. }) => wide = Some(error),
            Err(error) => refusal = Some(error),
        }
    }
    match (best, wide, refusal) {
        (Some((true, _, delimiter)), _, _) => Ok(delimiter),
        // A separator that divides too well says more than a title in which another one stands.
        (_, Some(wide), _) => Err(wide),
        (Some((_, _, delimiter)), None, _) => Ok(delimiter),
        (None, None, refusal) => Err(refusal.unwrap_or(Refusal::NoTable)),
    }
}
