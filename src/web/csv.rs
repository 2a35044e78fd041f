//! Tables for spreadsheets, in which nothing that a person is called can become a formula.

use actix_web::web::Bytes;
use actix_web::{HttpResponse, HttpResponseBuilder};
use futures_util::Stream;

use crate::service::base::error::ServiceError;

/// A text that a spreadsheet takes as text: one that would begin a formula gets an apostrophe before it (OWASP, "CSV
/// Injection").
#[must_use]
pub(crate) fn safe(text: &str) -> String {
    let first = text
        .trim_start_matches([' ', '\u{a0}', '\u{feff}'])
        .chars()
        .next();
    if matches!(
        first,
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '|' | '%' | '＝' | '＋' | '－' | '＠')
    ) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// By which spreadsheets know UTF-8.
const MARK: &str = "\u{feff}";

/// Rows as a CSV document (RFC 4180) in UTF-8 with a mark at its beginning, by which spreadsheets know it.
///
/// # Errors
/// [`ServiceError::Internal`] when memory cannot be written, which does not happen.
pub(crate) fn document<R>(rows: impl IntoIterator<Item = R>) -> Result<Vec<u8>, ServiceError>
where
    R: IntoIterator<Item = String>,
{
    onto(MARK.as_bytes().to_vec(), rows)
}

/// Rows that go on with a document.
///
/// # Errors
/// As [`document`].
pub(crate) fn more<R>(rows: impl IntoIterator<Item = R>) -> Result<Vec<u8>, ServiceError>
where
    R: IntoIterator<Item = String>,
{
    onto(Vec::new(), rows)
}

fn onto<R>(beginning: Vec<u8>, rows: impl IntoIterator<Item = R>) -> Result<Vec<u8>, ServiceError>
where
    R: IntoIterator<Item = String>,
{
    let internal = |error: String| ServiceError::Internal(error);
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .flexible(true)
        .from_writer(beginning);
    for row in rows {
        let row: Vec<String> = row.into_iter().map(|cell| safe(&cell)).collect();
        writer
            .write_record(&row)
            .map_err(|error| internal(error.to_string()))?;
    }
    writer.into_inner().map_err(|error| internal(error.to_string()))
}

/// An answer that is kept as a file of that name.
///
/// # Errors
/// As [`document`].
pub(crate) fn answer<R>(name: &str, rows: impl IntoIterator<Item = R>) -> Result<HttpResponse, ServiceError>
where
    R: IntoIterator<Item = String>,
{
    Ok(kept_as(name).body(document(rows)?))
}

/// The same, sent as its parts come: the first is a [`document`], the others are [`more`] of it.
#[must_use]
pub(crate) fn stream(
    name: &str,
    parts: impl Stream<Item = Result<Bytes, ServiceError>> + 'static,
) -> HttpResponse {
    kept_as(name).streaming(parts)
}

fn kept_as(name: &str) -> HttpResponseBuilder {
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header(("content-type", "text/csv; charset=utf-8"))
        .insert_header(("content-disposition", format!("attachment; filename=\"{name}\"")))
        .insert_header(("cache-control", "no-store"));
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_never_become_formulas() {
        for formula in [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            " =1",
            "\t=1",
            "\r=1",
            "\u{feff}=1",
            "＝1",
        ] {
            assert!(safe(formula).starts_with('\''), "{formula:?}");
        }
        for plain in ["Ada Lovelace", "", "2 of 3", "O'Neil", "a=b"] {
            assert_eq!(safe(plain), plain);
        }
    }

    #[test]
    fn quotes_commas_and_line_breaks_stay_in_their_cell() {
        let rows = [vec!["a\"b".to_owned(), "c,d".to_owned(), "e\nf".to_owned()]];
        let bytes = document(rows).unwrap();
        assert_eq!(
            String::from_utf8(bytes).unwrap(),
            "\u{feff}\"a\"\"b\",\"c,d\",\"e\nf\"\r\n"
        );
        let more = more([vec!["=1".to_owned()]]).unwrap();
        assert_eq!(
            String::from_utf8(more).unwrap(),
            "'=1\r\n",
            "no mark in the middle"
        );
    }
}
