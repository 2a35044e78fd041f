//! The recipient's identity in a credential: hashed, so that a public page names nobody.

use sha2::{Digest as _, Sha256};

use super::credential::IdentityObject;
use ambient::random::{self, Random};

/// What an e-mail address is called among the kinds of identifiers (Open Badges 3.0, `IdentifierTypeEnum`).
pub const EMAIL: &str = "emailAddress";

/// The identity of an LTI user: `sha256$` and the hash of issuer, `#`, sub and salt (Open Badges 3.0, section B.1.8).
///
/// The salt is 16 random bytes in hexadecimal, in clear beside the hash. A salted hash conceals; it does not keep
/// secret what can be guessed.
#[must_use]
pub fn lti_user(issuer: &str, sub: &str, random: &dyn Random) -> IdentityObject {
    lti_user_salted(issuer, sub, &salt(random))
}

/// A new salt: 16 random bytes in hexadecimal.
#[must_use]
pub fn salt(random: &dyn Random) -> String {
    hex::encode(random::bytes::<16>(random))
}

/// As [`lti_user`], with the salt that an issuer keeps for this person.
#[must_use]
pub fn lti_user_salted(issuer: &str, sub: &str, salt: &str) -> IdentityObject {
    IdentityObject {
        identity_hash: hash(&lti_identifier(issuer, sub), salt),
        identity_type: "ltiUserId".to_owned(),
        hashed: true,
        salt: Some(salt.to_owned()),
        ..IdentityObject::default()
    }
}

/// The identity of whoever has an e-mail address, hashed with a salt of its own: so that two badges of one person cannot be
/// joined by it.
///
/// The specification says nothing of capitals. The address is hashed in small letters, so that everybody who knows it comes
/// to the same hash.
#[must_use]
pub fn email(address: &str, random: &dyn Random) -> IdentityObject {
    let salt = salt(random);
    IdentityObject {
        identity_hash: hash(&address.trim().to_lowercase(), &salt),
        identity_type: EMAIL.to_owned(),
        hashed: true,
        salt: Some(salt),
        ..IdentityObject::default()
    }
}

/// The plain value behind such an identity: the platform's issuer, `#` and the user's `sub`.
#[must_use]
pub fn lti_identifier(issuer: &str, sub: &str) -> String {
    format!("{issuer}#{sub}")
}

/// Whether `identifier` is the one that an identity was made of.
#[must_use]
pub fn matches(identity: &IdentityObject, identifier: &str) -> bool {
    if !identity.hashed {
        return identity.identity_hash == identifier;
    }
    identity
        .identity_hash
        .eq_ignore_ascii_case(&hash(identifier, identity.salt.as_deref().unwrap_or_default()))
}

/// An identifier and a salt as the standard hashes them: `sha256$` and lower-case hexadecimal digits.
pub(crate) fn hash(identifier: &str, salt: &str) -> String {
    let digest = Sha256::new()
        .chain_update(identifier)
        .chain_update(salt)
        .finalize();
    format!("sha256${}", hex::encode(digest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ambient::random::SeededRandom;

    #[test]
    fn a_recipient_is_recognised_by_the_plain_value_alone() {
        let identity = lti_user("https://moodle.example", "7", &SeededRandom::new(1));
        assert!(matches(&identity, "https://moodle.example#7"));
        assert!(!matches(&identity, "https://moodle.example#8"));
        assert_eq!(identity.salt.as_ref().unwrap().len(), 32);
        let again = lti_user("https://moodle.example", "7", &SeededRandom::new(2));
        assert_ne!(identity.identity_hash, again.identity_hash);
    }

    #[test]
    fn the_hash_is_that_of_other_implementations() {
        let badge: serde_json::Value = serde_json::from_str(include_str!("../vectors/badge.json")).unwrap();
        let identity = serde_json::from_value(badge["credentialSubject"]["identifier"][0].clone()).unwrap();
        assert!(matches(&identity, "learner@example.org"));
        assert_eq!(
            hash("a", "b"),
            "sha256$fb8e20fc2e4c3f248c60c39bd652f3c1347298bb977b8b4d5903b85055620603"
        );
        // The example of the specification (Open Badges 3.0, IdentityHash).
        assert_eq!(
            hash("a@example.com", "Kosher"),
            "sha256$b5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399"
        );
    }

    #[test]
    fn an_address_is_hashed_in_small_letters_with_a_salt_of_its_own() {
        let random = SeededRandom::new(1);
        let [identity, again] =
            [" Ada.Student1@Example.EDU ", "ada.student1@example.edu"].map(|address| email(address, &random));
        for one in [&identity, &again] {
            assert_eq!((one.identity_type.as_str(), one.hashed), ("emailAddress", true));
            assert!(matches(one, "ada.student1@example.edu"));
            assert!(!matches(one, "ada.student2@example.edu"));
        }
        assert_ne!(identity.salt, again.salt, "nobody joins two badges by it");
        assert_ne!(identity.identity_hash, again.identity_hash);
    }
}
