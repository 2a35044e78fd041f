//! JSON in which a repeated member is an error: two readers of one token must never see two different values.
//! (`serde_json` takes the last one, and can be told otherwise for maps of one type only.)
//!
//! [`parse`] tells only what kind of thing is wrong, [`read`] says what and where.
//!
//! ```
//! use cairn_strict_json::{StrictError, parse};
//!
//! assert!(parse(br#"{"role": "learner"}"#).is_ok());
//! assert_eq!(parse(br#"{"role": "learner", "role": "admin"}"#), Err(StrictError::Repeated));
//! assert_eq!(parse(b"{} {}"), Err(StrictError::Malformed));
//! ```

#![warn(missing_docs, unreachable_pub)]

#[cfg(any(test, feature = "testing"))]
pub mod testing;

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Why a text is not acceptable JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StrictError {
    /// Not JSON, nested too deeply, or followed by something else.
    Malformed,
    /// An object names a member twice (RFC 8259, section 4).
    Repeated,
}

impl fmt::Display for StrictError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "the text is not one JSON value",
            Self::Repeated => "an object names a member twice",
        })
    }
}

impl std::error::Error for StrictError {}

/// Reads one JSON value that fills `bytes`.
///
/// # Errors
/// [`StrictError`] for a text that is not JSON, goes on after the value, or repeats a member.
pub fn parse(bytes: &[u8]) -> Result<Value, StrictError> {
    // Every value is welcome, so that a "data" error can only be the repeated member below.
    read(bytes).map_err(|error| {
        if error.is_data() {
            StrictError::Repeated
        } else {
            StrictError::Malformed
        }
    })
}

/// As [`parse`], with an error that says what is wrong and at which line and column.
///
/// # Errors
/// The reader's own error; one of the category [`Data`](serde_json::error::Category::Data) for a repeated member.
pub fn read(bytes: &[u8]) -> serde_json::Result<Value> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Strict.deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

#[derive(Clone, Copy)]
struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if map.contains_key(&name) {
                return Err(A::Error::custom(format_args!("it says {name:?} twice")));
            }
            let value = members.next_value_seed(self)?;
            map.insert(name, value);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_repeated_member_is_refused_at_any_depth() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"x":[{"a":1,"b":2,"a":3}]}"#,
            r#"{"a":1,"\u0061":2}"#,
        ] {
            assert_eq!(parse(text.as_bytes()), Err(StrictError::Repeated), "{text}");
        }
    }

    #[test]
    fn what_is_not_json_is_malformed() {
        let deep = "[".repeat(100_000);
        for text in ["", "{", "{} {}", "nul", "{\"a\":NaN}", deep.as_str()] {
            assert_eq!(parse(text.as_bytes()), Err(StrictError::Malformed));
        }
    }

    #[test]
    fn reads_what_json_reads() {
        let text = r#"{"a":[1,-2,0.5,1e3,true,false,null,"\u00e4\n",{}],"b":{"a":18446744073709551615}}"#;
        let expected: Value = serde_json::from_str(text).unwrap();
        assert_eq!(read(text.as_bytes()).unwrap(), expected);
        for wrong in ["", "{", "{} {}", "[1,]", "{\"a\":1,}", "01", "\"\\ud800\""] {
            assert!(read(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn says_which_member_is_repeated() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"[{"b":{"a":1,"c":2,"a":null}}]"#,
            r#"{"a":1,"\u0061":2}"#,
        ] {
            let error = read(text.as_bytes()).unwrap_err();
            assert!(error.to_string().contains("\"a\" twice"), "{text}");
        }
    }

    proptest! {
        #[test]
        fn agrees_with_serde_json_where_nothing_is_repeated(names in proptest::collection::btree_set("[a-z]{1,4}", 0..6), number in any::<i64>()) {
            let members: Map<String, Value> = names.into_iter().map(|name| (name, serde_json::json!([number, null, {"t": true}]))).collect();
            let text = serde_json::to_string(&members).unwrap();
            prop_assert_eq!(parse(text.as_bytes()), Ok(Value::Object(members)));
        }

        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&bytes);
        }
    }
}
