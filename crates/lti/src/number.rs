//! Numbers and texts on the wire, read without going through a float and written without one.

use std::borrow::Cow;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::clean;

/// A grade as sent: `30`, `30.5`, `"30"` or `3e1`; anything else, `null` included, is no number.
pub(crate) fn decimal(raw: Option<&RawValue>) -> Option<Decimal> {
    let text = raw?.get();
    let text: Cow<'_, str> = if text.starts_with('"') {
        serde_json::from_str::<String>(text).ok()?.into()
    } else {
        text.into()
    };
    let text = text.trim();
    text.parse().or_else(|_| Decimal::from_scientific(text)).ok()
}

/// A name, label or the like on one line, also where a platform sends a bare number; anything else is none.
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let sent = as_sent(deserializer)?;
    Ok(sent.map(|text| clean::line(&text).into_owned()))
}

/// The same for what may have several lines.
pub(crate) fn lines<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let sent = as_sent(deserializer)?;
    Ok(sent.map(|text| clean::lines(&text).into_owned()))
}

/// The id of somebody or something, also where a platform sends a bare number; what cannot be one is none.
pub(crate) fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(as_sent(deserializer)?.filter(|text| clean::is_id(text)))
}

fn as_sent<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    // Raw, because a number beyond all ranges in one row must not spoil the others.
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    let json = raw.get();
    Ok(match json.as_bytes().first() {
        Some(b'"') => serde_json::from_str(json).ok(),
        Some(b'-' | b'0'..=b'9') => Some(json.to_owned()),
        _ => None,
    })
}

/// A decimal as a JSON number, digit by digit: `30`, not `30.0` or `"30"`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Number(pub Decimal);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.0.normalize().to_string();
        RawValue::from_string(text)
            .map_err(serde::ser::Error::custom)?
            .serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(json: &str) -> Option<Decimal> {
        decimal(Some(serde_json::from_str(json).unwrap()))
    }

    #[test]
    fn every_spelling_of_a_number_is_read_exactly() {
        for (json, expected) in [
            ("30", "30"),
            ("30.5", "30.5"),
            ("\"30\"", "30"),
            ("\" 30.50 \"", "30.5"),
            ("\"\\u0033\"", "3"),
            ("3e1", "30"),
            ("1.25E-1", "0.125"),
            ("-4", "-4"),
            ("0.1", "0.1"),
            ("33.333333333333336", "33.333333333333336"),
        ] {
            assert_eq!(read(json), Some(expected.parse().unwrap()), "{json}");
        }
    }

    #[test]
    fn what_is_no_number_is_unknown() {
        for json in [
            "null", "true", "\"\"", "\"A+\"", "{}", "[30]", "1e400", "\"30,5\"",
        ] {
            assert_eq!(read(json), None, "{json}");
        }
        assert_eq!(decimal(None), None);
    }

    proptest! {
        #[test]
        fn a_number_survives_the_way_out_and_back(mantissa: i64, scale in 0_u32..18) {
            let value = Decimal::new(mantissa, scale);
            let json = serde_json::to_string(&Number(value)).unwrap();
            prop_assert!(!json.contains('"'));
            prop_assert_eq!(read(&json), Some(value));
        }
    }
}
