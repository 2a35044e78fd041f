//! Whose a badge is: held against the e-mail address or other identifier that somebody gave (Open Badges 3.0,
//! `IdentityObject`). An identifier of another kind than the badge keeps proves nothing, either way.

use serde_json::Value;

use super::verdict::Failure;
use super::{list, text};
use crate::recipient::{self, EMAIL};

/// How a hash that is read here begins; MD5, which the standard knows too, is not.
const SHA256: &str = "sha256$";

/// An identifier as a badge states it.
struct Stated<'a> {
    kind: &'a str,
    /// None: it does not say.
    hashed: Option<bool>,
    value: &'a str,
    salt: &'a str,
}

impl<'a> Stated<'a> {
    fn of(identity: &'a Value) -> Self {
        Self {
            kind: text(identity, "identityType").unwrap_or_default(),
            hashed: identity.get("hashed").and_then(Value::as_bool),
            value: text(identity, "identityHash").unwrap_or_default(),
            salt: text(identity, "salt").unwrap_or_default(),
        }
    }

    /// The recipient of Open Badges 2.0 and before: an object, or at first a text beside its salt.
    fn older(assertion: &'a Value) -> Option<Self> {
        let recipient = assertion.get("recipient")?;
        if let Some(value) = recipient.as_str() {
            return Some(Self {
                kind: EMAIL,
                hashed: Some(value.starts_with(SHA256) || value.starts_with("md5$")),
                value,
                salt: text(assertion, "salt").unwrap_or_default(),
            });
        }
        recipient.is_object().then(|| Self {
            kind: text(recipient, "type").map_or(EMAIL, |kind| if kind == "email" { EMAIL } else { kind }),
            hashed: Some(recipient.get("hashed") == Some(&Value::Bool(true))),
            value: text(recipient, "identity").unwrap_or_default(),
            salt: text(recipient, "salt").unwrap_or_default(),
        })
    }

    fn is(&self, spelling: &str) -> bool {
        match self.hashed {
            Some(true) => self.value.to_lowercase() == recipient::hash(spelling, self.salt),
            Some(false) => self.value == spelling,
            None => false,
        }
    }

    /// Whether `other`, in small letters, is this plain address; capitals make no other one.
    fn is_address(&self, other: &str) -> bool {
        self.hashed == Some(false) && self.value.to_lowercase() == other
    }

    fn keeps_addresses(&self) -> bool {
        [EMAIL, "email", ""].contains(&self.kind) || (self.hashed == Some(false) && self.value.contains('@'))
    }

    fn is_readable(&self) -> bool {
        self.hashed != Some(true) || self.value.starts_with(SHA256)
    }

    /// What such an identifier is called.
    fn called(&self) -> &'a str {
        match self.kind {
            EMAIL => "e-mail address",
            "ltiUserId" => "the user id of a learning platform",
            "userName" => "user name",
            "sourcedId" => "the id of a school system",
            "did" => "a DID",
            "" => "an identifier of a kind that is not named",
            other => other,
        }
    }
}

/// Whether the subject of a badge is whoever has the identifier `holder`.
pub(super) fn check(subject: &Value, holder: &str) -> Result<(), Failure> {
    let id = text(subject, "id");
    if id == Some(holder) {
        return Ok(());
    }
    let identifiers = list(subject, "identifier").iter();
    let stated: Vec<Stated<'_>> = identifiers
        .filter(|one| one.is_object())
        .map(Stated::of)
        .collect();
    judge(id.is_some(), &stated, holder)
}

/// The same of a badge of Open Badges 2.0 or before.
pub(super) fn check_older(assertion: &Value, holder: &str) -> Result<(), Failure> {
    let stated: Vec<Stated<'_>> = Stated::older(assertion).into_iter().collect();
    judge(false, &stated, holder)
}

fn judge(has_id: bool, stated: &[Stated<'_>], holder: &str) -> Result<(), Failure> {
    let is_address = holder.contains('@');
    let small = holder.to_lowercase();
    // As it was given first: some hash an address with its capitals.
    let named = |one: &Stated<'_>| {
        one.is(holder) || (is_address && one.keeps_addresses() && (one.is(&small) || one.is_address(&small)))
    };
    if stated.iter().any(named) {
        return Ok(());
    }
    // An address can only be missed where addresses are kept, and nothing else where they are.
    let mut comparable = stated
        .iter()
        .filter(|one| one.keeps_addresses() == is_address || one.kind.is_empty())
        .peekable();
    if comparable.peek().is_none() {
        return Err(Failure::OtherIdentifier(kinds(has_id, stated)));
    }
    if comparable.all(Stated::is_readable) {
        Err(Failure::OtherRecipient)
    } else {
        Err(Failure::UnknownHash)
    }
}

/// By what a badge knows its holder, each kind once.
fn kinds(has_id: bool, stated: &[Stated<'_>]) -> String {
    let id = has_id.then_some("the id in it");
    let mut kinds: Vec<&str> = Vec::new();
    for kind in stated.iter().map(Stated::called).chain(id) {
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    if kinds.is_empty() {
        "nothing at all".to_owned()
    } else {
        kinds.join(" or ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ambient::random::SeededRandom;
    use serde_json::json;

    fn subject(identifiers: &[Value]) -> Value {
        json!({ "id": "urn:uuid:1", "identifier": identifiers })
    }

    fn concealed(kind: &str, value: &str) -> Value {
        json!({ "type": "IdentityObject", "hashed": true, "identityType": kind, "salt": "Kosher",
            "identityHash": recipient::hash(value, "Kosher") })
    }

    #[test]
    fn a_concealed_address_is_that_of_whoever_has_it_in_whichever_letters() {
        let random = SeededRandom::new(1);
        let mail = serde_json::to_value(recipient::email("Ada@Example.org", &random)).unwrap();
        let platform = concealed("ltiUserId", "https://moodle.example#7");
        let both = subject(&[platform.clone(), mail]);
        for held in [
            "ada@example.org",
            "ADA@example.org",
            "https://moodle.example#7",
            "urn:uuid:1",
        ] {
            assert_eq!(check(&both, held), Ok(()), "{held}");
        }
        assert_eq!(check(&both, "ben@example.org"), Err(Failure::OtherRecipient));
        assert_eq!(
            check(&both, "https://moodle.example#8"),
            Err(Failure::OtherRecipient)
        );
        // Without the address nothing can be said of one.
        let told = check(&subject(&[platform]), "ada@example.org").unwrap_err();
        assert!(told.is_unchecked());
        let said = told.to_string();
        assert!(
            said.contains("the user id of a learning platform or the id in it"),
            "{said}"
        );
    }

    #[test]
    fn an_address_that_was_hashed_with_its_capitals_is_found_as_it_was_given() {
        let kept = subject(&[concealed("emailAddress", "Ada@Example.org")]);
        assert_eq!(check(&kept, "Ada@Example.org"), Ok(()));
        let plain =
            json!({ "hashed": false, "identityType": "emailAddress", "identityHash": "Ada@Example.org" });
        assert_eq!(check(&subject(&[plain]), "ada@example.org"), Ok(()));
        // Identifiers of other kinds are what they are to the letter.
        let name = json!({ "hashed": false, "identityType": "userName", "identityHash": "Ada" });
        assert_eq!(check(&subject(&[name]), "ada"), Err(Failure::OtherRecipient));
    }

    #[test]
    fn a_hash_that_is_not_read_here_leaves_it_open() {
        let md5 = json!({ "hashed": true, "identityType": "emailAddress", "identityHash": "md5$00" });
        let told = check(&subject(&[md5]), "ada@example.org");
        assert_eq!(told, Err(Failure::UnknownHash));
        assert!(Failure::UnknownHash.is_unchecked());
        let nobody = check(&Value::Null, "ada@example.org").unwrap_err();
        assert!(nobody.to_string().contains("nothing at all"), "{nobody}");
    }

    #[test]
    fn the_recipient_of_an_older_badge_is_compared_alike() {
        let recipient = json!({ "type": "email", "hashed": true, "salt": "Kosher",
            "identity": recipient::hash("ada@example.org", "Kosher") });
        let assertion = json!({ "recipient": recipient });
        assert_eq!(check_older(&assertion, "Ada@example.org"), Ok(()));
        assert_eq!(
            check_older(&assertion, "ben@example.org"),
            Err(Failure::OtherRecipient)
        );
        assert!(check_older(&assertion, "4711").unwrap_err().is_unchecked());
        let first = json!({ "recipient": assertion["recipient"]["identity"], "salt": "Kosher" });
        assert_eq!(check_older(&first, "ada@example.org"), Ok(()));
        assert_eq!(
            check_older(&first, "ben@example.org"),
            Err(Failure::OtherRecipient)
        );
        // Nothing but an address where it is hosted, which could not be read.
        let alone = json!({ "verify": { "url": "https://issuer.example/1" } });
        assert!(check_older(&alone, "ada@example.org").unwrap_err().is_unchecked());
    }
}
