//! Moodle's export (Grades, Export, Plain text file): titles in the language of the teacher, no ids, `-` for no grade.

use std::collections::BTreeMap;

use crate::canvas::parenthesis;
use crate::column::{Column, Display, Field, Kind, Releases, Scope};
use crate::grade::Reading;
use crate::number::DecimalSign;
use crate::survey::{Stats, Survey};

const EXPORTED: &str = "Last downloaded from this course";

/// What a display type turns out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Grades(Display),
    Feedback,
}

fn english(display: &str) -> Option<Shown> {
    Some(match display {
        "Real" => Shown::Grades(Display::Real),
        "Percentage" => Shown::Grades(Display::Percentage),
        "Letter" => Shown::Grades(Display::Letter),
        "Feedback" => Shown::Feedback,
        _ => return None,
    })
}

fn person(title: &str) -> Option<Field> {
    Some(match title {
        "First name" => Field::FirstName,
        "Last name" | "Surname" => Field::LastName,
        "ID number" => Field::SisId,
        "Email address" => Field::Email,
        "Username" => Field::Login,
        _ => return None,
    })
}

/// Whether a file is one of Moodle: by its English words, or, in any language, by its last column (the moment of the export
/// in every row) and by titles that end with a display type.
pub(crate) fn is_moodle(survey: &Survey) -> bool {
    let titles = &survey.header;
    let named = titles.iter().any(|title| person(title).is_some());
    let shown = titles.iter().filter_map(|title| parenthesis(title));
    let has_display = shown.clone().any(|(_, display)| english(display).is_some());
    let ends_with_moment = survey.stats.last().is_some_and(Stats::are_moments);
    titles.iter().any(|title| title == EXPORTED)
        || (named && has_display)
        || (ends_with_moment && shown.count() > 0)
}

pub(crate) fn columns(survey: &Survey) -> (Vec<Column>, Option<DecimalSign>) {
    let displays = displays(survey);
    let is_english = survey.header.iter().any(|title| person(title).is_some());
    let last = survey.header.len().saturating_sub(1);
    let mut columns = Vec::with_capacity(survey.header.len());
    let mut numbers = Stats::default();
    for (index, (title, stats)) in survey.header.iter().zip(&survey.stats).enumerate() {
        let column = if title == EXPORTED || (index == last && stats.are_moments()) {
            Column::plain(index, title, Kind::Exported)
        } else if let Some(kind) = known(index, title, stats, is_english) {
            Column::plain(index, title, kind)
        } else {
            item(index, title, stats, &displays)
        };
        if column.has_grades() {
            numbers.add(stats);
        }
        columns.push(column);
    }
    // Moodle puts nothing between thousands, and may be set to three decimals.
    (columns, numbers.sign_without_thousands())
}

/// In a language that is not known, the first two columns are names, as the site's settings have them at first: they only
/// ever propose somebody. An address is told by what it looks like.
fn known(index: usize, title: &str, stats: &Stats, is_english: bool) -> Option<Kind> {
    if let Some(field) = person(title) {
        return Some(Kind::Person(field));
    }
    if title == "Suspended" {
        return Some(Kind::Suspended);
    }
    let display = parenthesis(title).is_some();
    match index {
        _ if is_english || display => None,
        0 => Some(Kind::Person(Field::FirstName)),
        1 => Some(Kind::Person(Field::LastName)),
        _ => stats.are_addresses().then_some(Kind::Person(Field::Email)),
    }
}

/// What the words in parentheses mean, each for all of its columns together: English ones by themselves, else by what the
/// cells look like.
fn displays(survey: &Survey) -> BTreeMap<&str, Shown> {
    let mut all: BTreeMap<&str, (Stats, u64)> = BTreeMap::new();
    for (title, stats) in survey.header.iter().zip(&survey.stats) {
        if let Some((_, display)) = parenthesis(title) {
            let (sum, columns) = all.entry(display).or_default();
            sum.add(stats);
            *columns += 1;
        }
    }
    let is_english = all.keys().any(|display| english(display).is_some());
    let meant = all.into_iter().filter_map(|(display, (stats, columns))| {
        let shown = if is_english {
            english(display)
        } else {
            looks_like(&stats, columns.saturating_mul(survey.rows))
        };
        Some((display, shown?))
    });
    meant.collect()
}

fn looks_like(stats: &Stats, cells: u64) -> Option<Shown> {
    let graded = stats.filled - stats.dashes;
    if graded == 0 {
        return None;
    }
    Some(if stats.percentages == graded {
        Shown::Grades(Display::Percentage)
    } else if stats.numbers > 0 && stats.percentages == 0 {
        Shown::Grades(Display::Real)
    } else if stats.long == 0 && (stats.dashes > 0 || stats.filled == cells) {
        Shown::Grades(Display::Letter)
    } else {
        Shown::Feedback
    })
}

fn item(index: usize, title: &str, stats: &Stats, displays: &BTreeMap<&str, Shown>) -> Column {
    let shown = parenthesis(title).and_then(|(name, display)| Some((name, *displays.get(display)?)));
    let Some((name, shown)) = shown else {
        return Column::plain(index, title, Kind::Other);
    };
    let name = name.to_owned();
    let display = match shown {
        Shown::Feedback => return Column::plain(index, title, Kind::Feedback { item: name }),
        Shown::Grades(display) => display,
    };
    let reading = match display {
        // Words among numbers are what a spreadsheet spoiled; where there are only words, they are a scale.
        Display::Real if stats.numbers > 0 => Reading::Points,
        Display::Real => Reading::PointsOrWords,
        Display::Percentage => Reading::Signed,
        Display::Letter => Reading::Letter,
    };
    let scope = scope(&name);
    let kind = Kind::Item { name, scope, display };
    Column::graded(index, title, kind, reading, Releases::NotTold)
}

/// Activities have their kind in front (`Quiz: `); totals end with the word.
fn scope(name: &str) -> Scope {
    if name == "Course total" {
        Scope::Course
    } else if name.ends_with(" total") && !name.contains(": ") {
        Scope::Category
    } else {
        Scope::Item
    }
}
