//! Between domain types and what both databases store without loss.

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde::Serialize;
use serde::de::value::StrDeserializer;
use serde::de::{DeserializeOwned, IntoDeserializer, value};

use super::error::StoreError;

/// How far apart the clocks of nodes may be. What lies farther ahead of now than it can have been meant was written by a
/// clock that was ahead and has been set right since.
pub(super) const SKEW: TimeDelta = TimeDelta::minutes(5);

/// `pause` and [`SKEW`] after `now`, in microseconds.
pub(super) fn beyond(now: DateTime<Utc>, pause: TimeDelta) -> i64 {
    micros(now)
        .saturating_add(pause.num_microseconds().unwrap_or(i64::MAX))
        .saturating_add(SKEW.num_microseconds().unwrap_or_default())
}

/// Microseconds since 1970 in UTC.
pub(super) fn micros(at: DateTime<Utc>) -> i64 {
    at.timestamp_micros()
}

/// The moment of `micros`.
pub(super) fn moment(micros: i64) -> Result<DateTime<Utc>, StoreError> {
    DateTime::from_timestamp_micros(micros).ok_or_else(|| StoreError::Value {
        column: "a moment",
        problem: micros.to_string(),
    })
}

pub(super) fn opt_moment(micros: Option<i64>) -> Result<Option<DateTime<Utc>>, StoreError> {
    micros.map(moment).transpose()
}

/// The word that serde gives to a unit variant.
pub(super) fn word<T: Serialize>(value: &T) -> Result<String, StoreError> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Ok(word),
        other => Err(StoreError::Value {
            column: "a word",
            problem: format!("{other:?}"),
        }),
    }
}

/// The unit variant that `word` names.
pub(super) fn from_word<T: DeserializeOwned>(column: &'static str, word: &str) -> Result<T, StoreError> {
    let words: StrDeserializer<'_, value::Error> = word.into_deserializer();
    T::deserialize(words).map_err(|_| StoreError::Value {
        column,
        problem: format!("{word:?}"),
    })
}

pub(super) fn json<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Value {
        column: "a document",
        problem: error.to_string(),
    })
}

pub(super) fn from_json<T: DeserializeOwned>(column: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Value {
        column,
        problem: error.to_string(),
    })
}

pub(super) fn decimal(column: &'static str, text: &str) -> Result<Decimal, StoreError> {
    Decimal::from_str_exact(text).map_err(|_| StoreError::Value {
        column,
        problem: format!("{text:?}"),
    })
}

pub(super) fn opt_decimal(column: &'static str, text: Option<&str>) -> Result<Option<Decimal>, StoreError> {
    text.map(|text| decimal(column, text)).transpose()
}

/// Lower case, for searching and sorting alike on both databases.
pub(super) fn folded(name: Option<&str>) -> String {
    name.map(|name| name.trim().to_lowercase()).unwrap_or_default()
}

/// A pattern for `LIKE … ESCAPE '\'` that finds `text` anywhere.
pub(super) fn anywhere(text: &str) -> String {
    let mut pattern = String::from("%");
    for letter in text.trim().to_lowercase().chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

/// How many rows go into one statement: SQLite allows 32,766 bound values, and no table has 18 columns or more.
pub(super) const CHUNK: usize = 1_800;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::course::LineItemState;

    #[test]
    fn words_and_moments_come_back_as_they_were() {
        assert_eq!(word(&LineItemState::MaximumChanged).unwrap(), "maximum_changed");
        assert_eq!(
            from_word::<LineItemState>("state", "gone").unwrap(),
            LineItemState::Gone
        );
        assert!(
            from_word::<LineItemState>("state", "lost")
                .unwrap_err()
                .to_string()
                .contains("state holds \"lost\"")
        );
        let at = DateTime::from_timestamp_micros(1_795_478_400_123_456).unwrap();
        assert_eq!(moment(micros(at)).unwrap(), at);
        assert!(moment(i64::MAX).is_err());
    }

    #[test]
    fn a_search_for_a_percent_sign_finds_percent_signs_only() {
        assert_eq!(anywhere(" 50%_a\\ "), "%50\\%\\_a\\\\%");
    }
}
