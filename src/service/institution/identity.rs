//! Whether the identity that badges name is found where it should be: at the identity origin, from outside.

use std::time::Duration;

use serde_json::Value;
use url::Url;

use crate::domain::issuer::Issuer;
use crate::domain::keys::IssuerKey;
use crate::net::Request;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::institutions;

const PATIENCE: Duration = Duration::from_secs(8);
const MAX_ANSWER: usize = 1 << 20;

/// What stands at the address of an issuer's identity document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Seen {
    /// Our document with our keys.
    Ours,
    /// Another document, or one with other keys: nobody could verify our badges, or somebody else could sign them.
    Other,
    /// An answer that is no document.
    Broken(u16),
    /// No answer. The server may not run while it is looked for.
    Unreached,
}

/// Fetches an issuer's `did.json` as verifiers do, and holds it against ours. Its address comes along.
///
/// # Errors
/// [`ServiceError::Internal`] when our own cannot be made.
#[tracing::instrument(name = "identity.look", skip_all, fields(issuer = issuer.id.as_str()))]
pub(crate) async fn look(
    cairn: &Cairn,
    issuer: &Issuer,
    keys: &[IssuerKey],
) -> Result<(String, Seen), ServiceError> {
    let identity = institutions::identity(cairn, issuer)?;
    let ours = institutions::document(&identity, keys)?;
    let address = format!("{}{}", identity.origin(), identity.document_path());
    let url = Url::parse(&address).map_err(|error| ServiceError::Internal(error.to_string()))?;
    let mut request = Request::get(url).header("accept", "application/did+json, application/json");
    request.timeout = PATIENCE;
    request.max_body = MAX_ANSWER;
    let seen = match cairn.transport.send(request).await {
        Err(_) => Seen::Unreached,
        Ok(answer) => match serde_json::from_slice::<Value>(&answer.body) {
            Ok(theirs) if answer.status == 200 && is_same(&ours, &theirs) => Seen::Ours,
            Ok(_) if answer.status == 200 => Seen::Other,
            _ => Seen::Broken(answer.status),
        },
    };
    Ok((address, seen))
}

/// Whether both name one identity and the same keys, in whatever order.
fn is_same(ours: &Value, theirs: &Value) -> bool {
    let members = |document: &Value, name: &str| {
        let listed = document.get(name).and_then(Value::as_array);
        let mut texts: Vec<String> = listed.into_iter().flatten().map(Value::to_string).collect();
        texts.sort();
        texts
    };
    let keeps = |name: &str| members(ours, name) == members(theirs, name);
    ours.get("id") == theirs.get("id") && keeps("verificationMethod") && keeps("assertionMethod")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn another_key_or_one_that_is_missing_makes_it_another() {
        let key = |name: &str| json!({ "id": name, "publicKeyMultibase": "z" });
        let ours = json!({ "id": "did:web:x", "verificationMethod": [key("a"), key("b")], "assertionMethod": ["a", "b"] });
        let turned = json!({ "assertionMethod": ["b", "a"], "id": "did:web:x", "verificationMethod": [key("b"), key("a")] });
        assert!(is_same(&ours, &turned));
        for (name, value) in [
            ("id", json!("did:web:y")),
            ("verificationMethod", json!([key("a")])),
            ("verificationMethod", json!([key("a"), key("b"), key("c")])),
            ("assertionMethod", json!(["a"])),
        ] {
            let mut other = ours.clone();
            other[name] = value;
            assert!(!is_same(&ours, &other), "{other}");
        }
        assert!(!is_same(&ours, &json!([])));
    }
}
