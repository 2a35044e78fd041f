//! Any JSON, for tests of what strangers send.

use proptest::prelude::*;
use serde_json::Value;

/// Any JSON whose strings are drawn from `texts` and whose member names fit the regular expression `names`; at most four
/// levels and 24 values.
pub fn any_json(
    texts: impl Strategy<Value = String> + 'static,
    names: &'static str,
) -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<f64>().prop_map(Value::from),
        2 => texts.prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(names, inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}
