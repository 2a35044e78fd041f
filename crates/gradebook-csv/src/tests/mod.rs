//! Whole files: one of each dialect (`cases/`), what people do to them, and what nobody should.

mod canvas_files;
mod comparing;
mod hostile;
mod moodle_files;
mod pairing;
mod properties;
mod resaved;

use rust_decimal::Decimal;

use crate::{Export, Grade, Limits, PersonKey};

macro_rules! case {
    ($name:literal) => {
        include_bytes!(concat!("../../cases/", $name, ".csv")).as_slice()
    };
}
use case;

fn read(file: &[u8]) -> Export {
    Export::read(file, &Limits::default()).unwrap()
}

fn points(text: &str) -> Grade {
    Grade::Points(number(text))
}

fn percent(text: &str) -> Grade {
    Grade::Percent(number(text))
}

fn letter(text: &str) -> Grade {
    Grade::Letter(text.to_owned())
}

fn number(text: &str) -> Decimal {
    Decimal::from_str_exact(text).unwrap()
}

/// The place of the column with this title.
fn at(export: &Export, title: &str) -> usize {
    let mut found = export.columns.iter().filter(|column| column.title == title);
    let column = found.next().unwrap_or_else(|| panic!("no column {title:?}"));
    assert!(found.next().is_none(), "two columns {title:?}");
    column.index
}

fn grade<'e>(export: &'e Export, row: usize, title: &str) -> &'e Grade {
    export.rows[row].grade(at(export, title))
}

fn names(export: &Export) -> Vec<&str> {
    assert!(people(export).all(|person| person.name.is_some()));
    people(export)
        .filter_map(|person| person.name.as_deref())
        .collect()
}

fn people(export: &Export) -> impl Iterator<Item = &PersonKey> {
    export.rows.iter().map(|row| &row.person)
}
