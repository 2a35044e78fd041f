//! The sections of people. Canvas writes several of them as a sentence, in the language of whoever exported the file: "Day and
//! Evening", "Day, Evening, and Night". A name may itself contain such a word, so a cell is taken apart only where the file says
//! that its parts are names.

use std::collections::BTreeSet;

use crate::Row;

/// With more names than this no cell is taken apart: no course has so many sections.
const MOST: usize = 500;
/// A longer cell is taken apart by nobody.
const LONGEST: usize = 1_000;

/// The names of the sections in a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sections {
    names: BTreeSet<String>,
}

impl Sections {
    /// What the rows of a file say.
    #[must_use]
    pub fn of<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Self {
        let cells: BTreeSet<&str> = rows
            .into_iter()
            .filter_map(|row| row.section.as_deref())
            .map(str::trim)
            .filter(|cell| !cell.is_empty())
            .collect();
        let is_one = |cell: &&str| cells.len() > MOST || apart(cell, &cells).is_none();
        let names = cells.iter().copied().filter(is_one);
        Self {
            names: names.map(str::to_owned).collect(),
        }
    }

    /// The names that stand for a section of their own, in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// The sections that a row of the same file names: none where it names none.
    #[must_use]
    pub fn of_row(&self, row: &Row) -> Vec<String> {
        let cell = row.section.as_deref().map(str::trim).unwrap_or_default();
        if cell.is_empty() {
            return Vec::new();
        }
        if self.names.contains(cell) {
            return vec![cell.to_owned()];
        }
        let known: BTreeSet<&str> = self.names().collect();
        let parts = apart(cell, &known).unwrap_or_else(|| vec![cell]);
        parts.into_iter().map(str::to_owned).collect()
    }
}

/// The parts of a sentence, each of which is one of the names and none of which is all of it.
fn apart<'a>(cell: &'a str, names: &BTreeSet<&'a str>) -> Option<Vec<&'a str>> {
    if cell.len() > LONGEST {
        return None;
    }
    let others: Vec<&str> = names.iter().copied().filter(|name| *name != cell).collect();
    let mut parts = Vec::new();
    follow(cell, &others, &mut parts, &mut BTreeSet::new()).then_some(parts)
}

/// Whether what is left is a sentence of these names; `dead` are the lengths of rests that are none.
fn follow<'a>(rest: &str, names: &[&'a str], parts: &mut Vec<&'a str>, dead: &mut BTreeSet<usize>) -> bool {
    if dead.contains(&rest.len()) {
        return false;
    }
    for &name in names {
        let Some(tail) = rest.strip_prefix(name) else {
            continue;
        };
        parts.push(name);
        let last = after_the_last_word(tail).and_then(|last| names.iter().find(|name| **name == last));
        if let Some(&last) = last {
            parts.push(last);
            return true;
        }
        if let Some(more) = tail.strip_prefix(", ")
            && follow(more, names, parts, dead)
        {
            return true;
        }
        parts.pop();
    }
    dead.insert(rest.len());
    false
}

/// What stands behind " and " or ", and ", in whatever language it is.
fn after_the_last_word(tail: &str) -> Option<&str> {
    let tail = tail.strip_prefix(',').unwrap_or(tail).strip_prefix(' ')?;
    let (word, last) = tail.split_once(' ')?;
    let joins = word == "&"
        || word
            .chars()
            .all(|letter| letter.is_alphabetic() && !letter.is_uppercase());
    (joins && !word.is_empty()).then_some(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Export, Limits};

    fn told(cells: &[&str]) -> (Vec<String>, Vec<Vec<String>>) {
        let lines = cells.iter().enumerate();
        let lines: String = lines
            .map(|(n, cell)| format!("\"P, {n}\",{},\"{cell}\",1\n", n + 1))
            .collect();
        let file = format!("Student,ID,Section,Quiz (7)\n{lines}");
        let export = Export::read(file.as_bytes(), &Limits::default()).unwrap();
        let sections = Sections::of(&export.rows);
        let of_rows = export.rows.iter().map(|row| sections.of_row(row)).collect();
        (sections.names().map(str::to_owned).collect(), of_rows)
    }

    #[test]
    fn a_sentence_of_names_that_stand_alone_elsewhere_is_taken_apart() {
        let (names, rows) = told(&[
            "Day",
            "Evening",
            "Day and Evening",
            "Day, Evening, and Night",
            "Night",
        ]);
        assert_eq!(names, ["Day", "Evening", "Night"]);
        assert_eq!(rows[2], ["Day", "Evening"]);
        assert_eq!(rows[3], ["Day", "Evening", "Night"]);
        let (names, rows) = told(&["Gruppe A", "Gruppe B", "Gruppe A und Gruppe B"]);
        assert_eq!((names.len(), rows[2].len()), (2, 2), "whatever the language");
        let (names, rows) = told(&[
            "Welding 1",
            "Welding 2, morning",
            "Welding 1, Welding 2, morning et Welding 3",
            "Welding 3",
        ]);
        assert_eq!(
            (names.len(), rows[2].len()),
            (3, 3),
            "a comma in a name is none between names"
        );
    }

    #[test]
    fn a_name_with_such_a_word_in_it_stays_whole() {
        let (names, rows) = told(&["Arts and Crafts", "Arts", ""]);
        assert_eq!(names, ["Arts", "Arts and Crafts"]);
        assert_eq!(
            rows,
            [
                vec!["Arts and Crafts".to_owned()],
                vec!["Arts".to_owned()],
                vec![]
            ]
        );
        let (names, _) = told(&["Day", "Day Day", "Day X Day"]);
        assert_eq!(names.len(), 3, "nothing joins them");
    }

    #[test]
    fn a_cell_made_to_be_slow_is_not() {
        let begins: Vec<String> = (1..60).map(|n| vec!["a"; n].join(", ")).collect();
        let bad = format!("{}, b", vec!["a"; 100].join(", "));
        let cells: Vec<&str> = begins.iter().map(String::as_str).chain([bad.as_str()]).collect();
        let (names, _) = told(&cells);
        assert!(names.contains(&bad) && names.contains(&"a".to_owned()));
    }
}
