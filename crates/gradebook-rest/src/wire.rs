//! Tolerant reading of JSON: each member by itself, so that an odd one spoils neither its row nor the list.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::error::Reason;
use crate::number;

/// Bytes of an id.
const LONGEST_ID: usize = 255;
/// Letters of a title that are kept.
const LONGEST_LINE: usize = 500;

/// A member as it was sent; none where it is missing or null.
pub(crate) type Sent<'a> = Option<&'a RawValue>;

/// The JSON of a body, whatever its media type says.
pub(crate) fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Reason> {
    serde_json::from_slice(body).map_err(|error| {
        let text = body.trim_ascii();
        if text.is_empty() {
            Reason::Empty
        } else if text.first() == Some(&b'<') {
            Reason::Html
        } else if error.is_eof() {
            Reason::HalfABody
        } else {
            // Not the error's own text: it repeats what was sent.
            Reason::Malformed {
                line: error.line(),
                column: error.column(),
            }
        }
    })
}

/// One row; what is no such object is counted by the caller.
pub(crate) fn row<'a, T: Deserialize<'a>>(raw: &'a RawValue) -> Option<T> {
    serde_json::from_str(raw.get()).ok()
}

/// The rows of a list within an answer; what is no list has none.
pub(crate) fn list<'a>(sent: Sent<'a>) -> Vec<&'a RawValue> {
    sent.and_then(|raw| serde_json::from_str(raw.get()).ok())
        .unwrap_or_default()
}

/// An object within a row.
pub(crate) fn object<'a, T: Deserialize<'a>>(sent: Sent<'a>) -> Option<T> {
    sent.and_then(row)
}

/// A text, or a number as it is written.
fn as_text<'a>(sent: Sent<'a>) -> Option<Cow<'a, str>> {
    let json = sent?.get();
    match json.as_bytes().first() {
        Some(b'"') => serde_json::from_str::<String>(json).ok().map(Cow::Owned),
        Some(b'-' | b'0'..=b'9') => Some(Cow::Borrowed(json)),
        _ => None,
    }
}

/// The id of somebody or something; what cannot be one is none.
pub(crate) fn id(sent: Sent<'_>) -> Option<String> {
    as_text(sent)
        .filter(|text| is_id(text))
        .map(|text| text.into_owned())
}

/// Whether a text can name something of the platform's, also within a path.
pub(crate) fn is_id(text: &str) -> bool {
    let odd = |c: char| c.is_control() || c.is_whitespace() || matches!(c, '/' | '\\');
    !text.is_empty() && text.len() <= LONGEST_ID && !text.contains(odd) && text != "." && text != ".."
}

/// A word of the platform's own.
pub(crate) fn word(sent: Sent<'_>) -> Option<String> {
    as_text(sent).map(|text| text.into_owned())
}

/// A title or name on one line.
pub(crate) fn line(sent: Sent<'_>) -> Option<String> {
    as_text(sent)
        .map(|text| one_line(&text))
        .filter(|text| !text.is_empty())
}

/// Control characters go, line ends and tabs become blanks.
pub(crate) fn one_line(text: &str) -> String {
    let letter = |c: char| match c {
        '\t' | '\n' | '\r' => Some(' '),
        c => (!c.is_control()).then_some(c),
    };
    let clean: String = text.chars().filter_map(letter).collect();
    clean.trim().chars().take(LONGEST_LINE).collect()
}

/// A number, or a text that is one.
pub(crate) fn decimal(sent: Sent<'_>) -> Option<Decimal> {
    number::decimal(&as_text(sent)?)
}

pub(crate) fn integer(sent: Sent<'_>) -> Option<i64> {
    as_text(sent)?.trim().parse().ok()
}

/// `true`, `false`, `1`, `0`.
pub(crate) fn flag(sent: Sent<'_>) -> Option<bool> {
    match sent?.get().trim_matches('"') {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// An ISO 8601 moment.
pub(crate) fn moment(sent: Sent<'_>) -> Option<DateTime<Utc>> {
    let text = as_text(sent)?;
    DateTime::parse_from_rfc3339(text.trim())
        .ok()
        .map(|at| at.to_utc())
}

/// Unix seconds; 0 is none.
pub(crate) fn seconds(sent: Sent<'_>) -> Option<DateTime<Utc>> {
    let seconds = integer(sent)?;
    (seconds > 0)
        .then(|| DateTime::from_timestamp(seconds, 0))
        .flatten()
}

/// The moment of a `Date` header.
pub(crate) fn http_date(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc2822(text.trim())
        .ok()
        .map(|at| at.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(json: &str) -> &RawValue {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn each_member_is_read_for_itself() {
        assert_eq!(id(Some(raw("4711"))).as_deref(), Some("4711"));
        assert_eq!(
            id(Some(raw("\"10000000004242\""))).as_deref(),
            Some("10000000004242")
        );
        for odd in ["null", "{}", "true", "\"\"", "\"a/b\"", "\"..\"", "\"a b\""] {
            assert_eq!(id(Some(raw(odd))), None, "{odd}");
        }
        assert_eq!(flag(Some(raw("1"))), Some(true));
        assert_eq!(flag(Some(raw("null"))), None);
        assert_eq!(seconds(Some(raw("0"))), None);
        assert_eq!(
            seconds(Some(raw("1795954405"))).unwrap().timestamp(),
            1_795_954_405
        );
        assert_eq!(seconds(Some(raw("99999999999999999"))), None);
        assert_eq!(line(Some(raw("\" a\\tb\\u0000\\n\""))).as_deref(), Some("a b"));
    }

    #[test]
    fn an_error_repeats_nothing_that_was_sent() {
        let wrong = read::<Vec<u8>>(br#"{"userprivateaccesskey":"s3cret"}"#).unwrap_err();
        assert!(!format!("{wrong:?} {wrong}").contains("s3cret"));
        assert_eq!(read::<Vec<u8>>(b" <!DOCTYPE html>").unwrap_err(), Reason::Html);
        assert_eq!(read::<Vec<u8>>(b"[1,").unwrap_err(), Reason::HalfABody);
        assert_eq!(read::<Vec<u8>>(b" ").unwrap_err(), Reason::Empty);
    }

    #[test]
    fn the_platform_says_what_time_it_is() {
        let date = http_date("Mon, 30 Nov 2026 07:29:04 GMT").unwrap();
        assert_eq!(date.to_rfc3339(), "2026-11-30T07:29:04+00:00");
        assert_eq!(http_date("yesterday"), None);
    }
}
