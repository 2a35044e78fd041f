//! What a page keeps of a file between two looks: packed into a field of its form, so that nothing of it lies here.

use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

use serde::{Deserialize, Serialize};

use crate::domain::outside::OutsideValue;
use crate::domain::replay::{Cohort, CohortColumn, CohortPerson};

/// Most characters of the field: forms take a megabyte of text.
const LONGEST: usize = 1_000_000;
/// Most bytes that become of it.
const MOST: u64 = 32 << 20;
/// Most rows and columns, as [`gradebook_csv::Limits`] has lines and columns.
const ROWS: usize = 50_000;
const COLUMNS: usize = 2_000;
/// Most cells in all: in a file each takes a byte at least. An empty one is one byte of the text too, and many of it in memory.
const CELLS: usize = super::LARGEST;
/// What stands for a cell that is not to count.
const EXCUSED: &str = "x";
/// What is complete, and what is not.
const PASSED: &str = "passed";
const NOT_PASSED: &str = "not passed";

/// The same by columns, since a column says much the same again and again.
#[derive(Serialize, Deserialize)]
struct Kept {
    columns: Vec<CohortColumn>,
    lines: Vec<u64>,
    names: Vec<Option<String>>,
    /// For each column the cells of all rows, a line each.
    cells: Vec<String>,
}

/// The gradebook as text; none of one that is too large for a form.
pub(super) fn packed(cohort: &Cohort) -> Option<String> {
    let cells = (0..cohort.columns.len()).map(|at| {
        let cells = cohort
            .people
            .iter()
            .map(|row| row.values.get(at).and_then(Option::as_ref));
        cells.map(written).collect::<Vec<String>>().join("\n")
    });
    let kept = Kept {
        cells: cells.collect(),
        columns: cohort.columns.clone(),
        lines: cohort.people.iter().map(|row| row.line).collect(),
        names: cohort.people.iter().map(|row| row.name.clone()).collect(),
    };
    text_of(&kept)
}

fn text_of(kept: &Kept) -> Option<String> {
    let mut packing = DeflateEncoder::new(Vec::new(), Compression::default());
    serde_json::to_writer(&mut packing, kept).ok()?;
    let text = URL_SAFE_NO_PAD.encode(packing.finish().ok()?);
    (text.len() <= LONGEST).then_some(text)
}

/// The gradebook of that text. Anybody may have made it, so it is believed no more than a file.
pub(super) fn unpacked(text: &str) -> Option<Cohort> {
    if text.len() > LONGEST {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let mut found = Vec::new();
    let unpacking = DeflateDecoder::new(bytes.as_slice());
    unpacking.take(MOST).read_to_end(&mut found).ok()?;
    let kept: Kept = serde_json::from_slice(&found).ok()?;
    let (rows, columns) = (kept.lines.len(), kept.columns.len());
    if rows > ROWS || columns > COLUMNS || rows.saturating_mul(columns) > CELLS {
        return None;
    }
    if kept.names.len() != rows || kept.cells.len() != columns {
        return None;
    }
    let mut people: Vec<CohortPerson> = kept
        .lines
        .into_iter()
        .zip(kept.names)
        .map(|(line, name)| CohortPerson {
            line,
            name,
            values: Vec::with_capacity(columns),
        })
        .collect();
    for column in &kept.cells {
        let mut cells = column.split('\n');
        for row in &mut people {
            row.values.push(read(cells.next()?)?);
        }
    }
    Some(Cohort {
        columns: kept.columns,
        people,
    })
}

/// A cell as a line: a word behind an apostrophe, so that none is taken for anything else.
fn written(value: Option<&OutsideValue>) -> String {
    match value {
        None => String::new(),
        Some(OutsideValue::Points(points)) => points.to_string(),
        Some(OutsideValue::Percent(percent)) => format!("{percent}%"),
        Some(OutsideValue::Word(word)) => format!("'{}", word.replace('\n', " ")),
        Some(OutsideValue::Passed(true)) => PASSED.to_owned(),
        Some(OutsideValue::Passed(false)) => NOT_PASSED.to_owned(),
        Some(OutsideValue::Excused) => EXCUSED.to_owned(),
    }
}

/// What a line says; none of one that says nothing that was ever written.
#[allow(clippy::option_option, reason = "an empty cell is read too")]
fn read(line: &str) -> Option<Option<OutsideValue>> {
    if line.is_empty() {
        return Some(None);
    }
    let value = if let Some(word) = line.strip_prefix('\'') {
        OutsideValue::Word(word.to_owned())
    } else if line == EXCUSED {
        OutsideValue::Excused
    } else if line == PASSED {
        OutsideValue::Passed(true)
    } else if line == NOT_PASSED {
        OutsideValue::Passed(false)
    } else if let Some(percent) = line.strip_suffix('%') {
        OutsideValue::Percent(percent.parse().ok()?)
    } else {
        OutsideValue::Points(line.parse().ok()?)
    };
    Some(Some(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::outside::{Measure, Scope};
    use rust_decimal::Decimal;

    /// As various as grades with two decimals can be.
    fn value(row: u64, column: u64) -> OutsideValue {
        let mixed = (row * 40 + column + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
        OutsideValue::Points(Decimal::new(i64::try_from(mixed % 10_001).unwrap(), 2))
    }

    fn cohort(people: u64, columns: u64) -> Cohort {
        let column = |n: u64| CohortColumn {
            key: format!("id:{n}"),
            has_id: true,
            label: format!("Quiz {n}"),
            maximum: Some(100.into()),
            measure: Measure::Points,
            scope: Scope::Item,
            place: None,
            unread: 0,
        };
        let row = |n: u64| CohortPerson {
            line: n + 2,
            name: Some(format!("Person {n}")),
            values: (0..columns).map(|column| Some(value(n, column))).collect(),
        };
        Cohort {
            columns: (0..columns).map(column).collect(),
            people: (0..people).map(row).collect(),
        }
    }

    #[test]
    fn a_large_gradebook_fits_into_a_form_and_comes_back() {
        let large = cohort(5_000, 40);
        let text = packed(&large).expect("it fits");
        assert!(unpacked(&text) == Some(large), "{} characters", text.len());
    }

    #[test]
    fn every_sort_of_cell_comes_back() {
        let mut odd = cohort(5, 2);
        let values = [
            Some(OutsideValue::Percent("88.5".parse().unwrap())),
            Some(OutsideValue::Excused),
            Some(OutsideValue::Passed(true)),
            Some(OutsideValue::Word("x".to_owned())),
            None,
        ];
        for (row, value) in odd.people.iter_mut().zip(values) {
            row.values[1] = value;
        }
        odd.people[2].name = None;
        assert_eq!(unpacked(&packed(&odd).unwrap()), Some(odd));
        let empty = Cohort::default();
        assert_eq!(unpacked(&packed(&empty).unwrap()), Some(empty));
    }

    #[test]
    fn what_is_no_gradebook_is_none() {
        let whole = packed(&cohort(3, 2)).unwrap();
        let (half, _) = whole.split_at(whole.len() / 2);
        for text in ["", "%", "AAAA", half] {
            assert_eq!(unpacked(text), None, "{text}");
        }
        assert_eq!(unpacked(&"A".repeat(LONGEST + 1)), None);
        assert_eq!((read("="), read("1,5"), read("%")), (None, None, None));
    }

    #[test]
    fn what_swells_beyond_every_file_is_none() {
        let mut packing = DeflateEncoder::new(Vec::new(), Compression::best());
        let blank = vec![b' '; 1 << 20];
        for _ in 0..64 {
            std::io::Write::write_all(&mut packing, &blank).unwrap();
        }
        std::io::Write::write_all(
            &mut packing,
            br#"{"columns":[],"lines":[],"names":[],"cells":[]}"#,
        )
        .unwrap();
        let text = URL_SAFE_NO_PAD.encode(packing.finish().unwrap());
        assert!(text.len() < LONGEST);
        assert_eq!(unpacked(&text), None);
    }

    #[test]
    fn what_has_more_cells_than_any_file_is_none() {
        let empty = |rows: usize, columns: usize| {
            let one = cohort(1, 1).columns.remove(0);
            let kept = Kept {
                columns: vec![one; columns],
                lines: (1..).take(rows).collect(),
                names: vec![None; rows],
                cells: vec!["\n".repeat(rows - 1); columns],
            };
            text_of(&kept).unwrap()
        };
        assert!(unpacked(&empty(50_000, 2)).is_some());
        for (rows, columns) in [(2_100, 2_000), (50_000, 84), (50_001, 1), (1, 2_001)] {
            assert_eq!(unpacked(&empty(rows, columns)), None, "{rows} x {columns}");
        }
    }
}
