//! Identifiers of rows: UUIDv7 as text, one type for each kind so that they cannot be mixed up ([`ids!`](crate::ids!)).

use chrono::{DateTime, Utc};

use crate::random::{self, Random};

/// A new UUIDv7 (RFC 9562, section 5.7): the milliseconds of `now`, then random bits.
#[must_use]
pub fn uuid_v7(now: DateTime<Utc>, random: &dyn Random) -> String {
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random::bytes::<10>(random))
        .into_uuid()
        .to_string()
}

/// Defines identifier types, each a text of its own type. The crate that calls it needs `chrono` and `serde` (with
/// `derive`) among its dependencies.
///
/// ```
/// cairn_ambient::ids! {
///     /// A course.
///     CourseId;
///     /// A person.
///     PersonId;
/// }
///
/// let stored = CourseId::from("0198c0de-0000-7000-8000-000000000001");
/// assert_eq!(stored.as_str().len(), 36);
/// ```
#[macro_export]
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// A new identifier, sortable by the time it was made.
            #[must_use]
            pub fn new(now: chrono::DateTime<chrono::Utc>, random: &dyn $crate::random::Random) -> Self {
                Self($crate::ids::uuid_v7(now, random))
            }

            /// The identifier as stored.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use crate::random::SeededRandom;

    mod thing {
        #![allow(unreachable_pub, reason = "the macro makes what a crate exports")]

        crate::ids! {
            /// An identifier for the test.
            ThingId;
        }
    }
    use thing::ThingId;

    #[test]
    fn later_identifiers_sort_after_earlier_ones() {
        let random = SeededRandom::new(7);
        let early = ThingId::new(DateTime::from_timestamp_millis(1_000).unwrap(), &random);
        let late = ThingId::new(DateTime::from_timestamp_millis(2_000).unwrap(), &random);
        assert!(early < late);
        assert_eq!(early.as_str().len(), 36);
    }
}
