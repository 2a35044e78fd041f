//! What stands in one cell.

use std::borrow::Cow;

use rust_decimal::Decimal;

use crate::number::{DecimalSign, is_number, parse, percentage};

/// What a cell says. A cell without a grade is [`Empty`](Self::Empty), never nought.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Grade {
    /// Points, exactly as they stand there; the maximum is a matter of the column.
    Points(Decimal),
    /// A percentage: 89.17 for 89.17 %.
    Percent(Decimal),
    /// A letter, or the word of a scale.
    Letter(String),
    /// `EX`: the teacher lets it not count.
    Excused,
    /// `N/A`: not assigned to this student, or held back because the work is anonymous.
    NotAvailable,
    /// No grade.
    Empty,
    /// Something else, as it stands there: a formula, a date that a spreadsheet made of `9.5`, `1,234` where nothing says
    /// what its comma is.
    Unreadable(String),
}

/// How the cells of a column are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    Points,
    /// A bare number is a percentage.
    Score,
    /// A percentage with its sign; a bare number may be what a spreadsheet made of one.
    Signed,
    Letter,
    /// Points, or the words of a scale.
    PointsOrWords,
}

/// What a spreadsheet or its exporter put around a text so that it is not taken for a formula: `="text"`, or an apostrophe
/// before a sign or a digit. Nothing is ever evaluated.
pub(crate) fn unwrapped(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    if let Some(inner) = text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')) {
        return if inner.contains("\"\"") {
            Cow::Owned(inner.replace("\"\"", "\""))
        } else {
            Cow::Borrowed(inner)
        };
    }
    let bare = text
        .strip_prefix('\'')
        .filter(|rest| rest.starts_with(|c: char| matches!(c, '=' | '+' | '-' | '@') || c.is_ascii_digit()));
    Cow::Borrowed(bare.unwrap_or(text))
}

pub(crate) fn read(cell: &str, reading: Reading, sign: Option<DecimalSign>) -> Grade {
    let text = unwrapped(cell);
    let text = text.as_ref();
    if text.is_empty() || text == "-" {
        return Grade::Empty;
    }
    // Elsewhere they may be words of a scale.
    let has_numbers = matches!(reading, Reading::Points | Reading::Score);
    if has_numbers && text.eq_ignore_ascii_case("EX") {
        return Grade::Excused;
    }
    if has_numbers && text.eq_ignore_ascii_case("N/A") {
        return Grade::NotAvailable;
    }
    let unreadable = || Grade::Unreadable(text.to_owned());
    if is_formula(text) {
        return unreadable();
    }
    if reading == Reading::Letter {
        return Grade::Letter(text.to_owned());
    }
    if let Some(number) = percentage(text).and_then(|number| parse(number, sign)) {
        return Grade::Percent(number);
    }
    match (reading, parse(text, sign)) {
        (Reading::Points | Reading::PointsOrWords, Some(number)) => Grade::Points(number),
        (Reading::Score, Some(number)) => Grade::Percent(number),
        (Reading::PointsOrWords, None) => Grade::Letter(text.to_owned()),
        (Reading::Points, None) if is_letter_grade(text) => Grade::Letter(text.to_owned()),
        _ => unreadable(),
    }
}

fn is_formula(text: &str) -> bool {
    let negative = || is_number(percentage(text).unwrap_or(text));
    text.starts_with(['=', '+', '@']) || (text.starts_with('-') && !negative())
}

/// `A`, `B+`, `D-`, `AB`.
fn is_letter_grade(text: &str) -> bool {
    let letters = text.strip_suffix(['+', '-', '\u{2212}']).unwrap_or(text);
    (1..=2).contains(&letters.len()) && letters.bytes().all(|byte| byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(text: &str) -> Grade {
        read(text, Reading::Points, Some(DecimalSign::Point))
    }

    fn unreadable(text: &str) -> Grade {
        Grade::Unreadable(text.to_owned())
    }

    #[test]
    fn a_formula_is_text_and_is_never_evaluated() {
        for text in [
            "=1+1",
            "=SUM(A1:A9)",
            "+1",
            "@SUM(1)",
            "=cmd|' /C calc'!A0",
            "-1+2",
            "-SUM(1)",
        ] {
            assert_eq!(points(text), unreadable(text), "{text}");
            assert_eq!(read(text, Reading::Score, None), unreadable(text), "{text}");
        }
        assert_eq!(read("=A1", Reading::Letter, None), unreadable("=A1"));
        assert_eq!(read("=A1", Reading::PointsOrWords, None), unreadable("=A1"));
        assert_eq!(points("-3.25"), Grade::Points(Decimal::new(-325, 2)));
    }

    #[test]
    fn what_keeps_a_text_from_being_a_formula_is_taken_off() {
        assert_eq!(unwrapped("=\"=Ada\""), "=Ada");
        assert_eq!(unwrapped("=\"00417\""), "00417");
        assert_eq!(unwrapped("=\"a \"\"b\"\"\""), "a \"b\"");
        assert_eq!(unwrapped("'-3"), "-3");
        assert_eq!(unwrapped("'=1+1"), "=1+1");
        assert_eq!(unwrapped("'t Hooft"), "'t Hooft");
        assert_eq!(unwrapped(" x\u{a0}"), "x");
        assert_eq!(unwrapped("=\""), "=\"");
        assert_eq!(points("'9.50"), Grade::Points(Decimal::new(950, 2)));
        assert_eq!(points("'=1+1"), unreadable("=1+1"));
    }

    #[test]
    fn a_cell_is_read_as_what_its_column_holds() {
        let number = Decimal::new(8917, 2);
        assert_eq!(points("89.17"), Grade::Points(number));
        assert_eq!(read("89.17", Reading::Score, None), Grade::Percent(number));
        assert_eq!(read("89.17 %", Reading::Signed, None), Grade::Percent(number));
        assert_eq!(
            read("89,17\u{a0}%", Reading::Signed, None),
            Grade::Percent(number)
        );
        assert_eq!(read("0.8917", Reading::Signed, None), unreadable("0.8917"));
        assert_eq!(read("B+", Reading::Letter, None), Grade::Letter("B+".into()));
        assert_eq!(
            read("Not yet", Reading::PointsOrWords, None),
            Grade::Letter("Not yet".into())
        );
        assert_eq!(points("A-"), Grade::Letter("A-".into()));
        for text in ["09. Mai", "May-09", "5/9", "complete", "1,234"] {
            assert_eq!(points(text), unreadable(text));
        }
    }

    #[test]
    fn no_grade_is_never_nought() {
        assert_eq!(points(""), Grade::Empty);
        assert_eq!(points("  "), Grade::Empty);
        assert_eq!(points("-"), Grade::Empty);
        assert_eq!(points("EX"), Grade::Excused);
        assert_eq!(points("n/a"), Grade::NotAvailable);
        assert_eq!(points("0"), Grade::Points(Decimal::ZERO));
        assert_eq!(read("EX", Reading::Letter, None), Grade::Letter("EX".into()));
    }
}
