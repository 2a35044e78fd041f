//! What a registration lets a tool do: the scopes it holds, and the messages that open it with the places they come from.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::TOOL_CONFIGURATION;
use super::members::{plain_name, text, texts};

/// The powers that a registration asks for, or that a platform says it gave.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Powers {
    /// The scopes of services.
    pub scopes: BTreeSet<String>,
    /// From where the tool is opened, and for what.
    pub places: BTreeSet<Place>,
}

/// A message that opens the tool, and the place in the platform from which it comes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// `LtiDeepLinkingRequest` and the like.
    pub message: String,
    /// The plain name of the place; none for a message that names none.
    pub placement: Option<String>,
}

impl Powers {
    /// Those of a registration as it is sent or answered (DR 1.0, section 3.5).
    pub(super) fn of(document: &Map<String, Value>) -> Self {
        let messages = document
            .get(TOOL_CONFIGURATION)
            .and_then(|tool| tool.get("messages"))
            .and_then(Value::as_array);
        Self {
            scopes: text(document, "scope")
                .unwrap_or_default()
                .split_whitespace()
                .take(100)
                .map(str::to_owned)
                .collect(),
            places: messages
                .into_iter()
                .flatten()
                .take(100)
                .flat_map(places)
                .collect(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.scopes.is_empty() && self.places.is_empty()
    }
}

/// The places of one message.
fn places(message: &Value) -> Vec<Place> {
    let Some(kind) = message.as_object().and_then(|message| text(message, "type")) else {
        return Vec::new();
    };
    let place = |placement: Option<String>| Place {
        message: kind.clone(),
        placement,
    };
    let named = texts(message.get("placements"));
    if named.is_empty() {
        return vec![place(None)];
    }
    named.iter().map(|name| place(Some(plain_name(name)))).collect()
}
