//! The salted hash of an e-mail address in what is signed: by it whoever knows the address can check whose a badge is. It
//! stands there only where the holder wants it.

use crate::domain::people::Person;
use crate::domain::policy::Policy;

/// Why there is none for somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoHash {
    /// The platform has told no address of theirs.
    NoAddress,
    /// The institution says that they are a minor, or that all of its students are.
    Minors,
}

impl NoHash {
    /// A stable name for log, metrics and support.
    #[must_use]
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::NoAddress => "email-hash.no-address",
            Self::Minors => "email-hash.minors",
        }
    }
}

/// The address of which a hash may be signed for somebody, as the platform told it last.
///
/// # Errors
/// [`NoHash`], the institution's reason first.
pub(crate) fn address<'a>(person: &'a Person, policy: &Policy) -> Result<&'a str, NoHash> {
    if !policy.signs_addresses() {
        return Err(NoHash::Minors);
    }
    let told = person.email.as_deref().map(str::trim);
    told.filter(|address| address.contains('@'))
        .ok_or(NoHash::NoAddress)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(email: Option<&str>) -> Person {
        Person {
            id: "p".into(),
            tenant: "north-coast".into(),
            registration: "moodle".into(),
            sub: "42".to_owned(),
            name: None,
            email: email.map(str::to_owned),
        }
    }

    #[test]
    fn there_is_one_where_the_platform_tells_an_address_and_nobody_is_a_minor() {
        let usual = Policy::default();
        assert_eq!(
            address(&person(Some(" ada@x.example ")), &usual),
            Ok("ada@x.example")
        );
        for none in [None, Some(""), Some("  "), Some("hidden")] {
            assert_eq!(address(&person(none), &usual), Err(NoHash::NoAddress), "{none:?}");
        }
        let minors = Policy {
            minors: true,
            ..usual
        };
        assert_eq!(
            address(&person(Some("ada@x.example")), &minors),
            Err(NoHash::Minors)
        );
        assert_eq!(address(&person(None), &minors), Err(NoHash::Minors));
    }
}
