//! Who stands behind an issuer: what verifiers ask first (Open Badges 3.0, `Profile`).

use serde::{Deserialize, Serialize};

use crate::domain::design_review::is_address;

/// Characters of an accreditation.
pub(crate) const MAX_ACCREDITATION: usize = 500;
/// Characters of a name.
const MAX_NAME: usize = 200;
/// Identifiers of one issuer.
pub(crate) const MAX_IDENTIFIERS: usize = 10;

/// What an institution says of itself beyond its name. Stored as JSON; what an older program stored says none of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Authority {
    /// Who accredits it, in its own words; the standard has no member for it, so it stands in `description`.
    pub(crate) accreditation: Option<String>,
    /// `parentOrg`.
    pub(crate) parent: Option<Parent>,
    /// `otherIdentifier`.
    pub(crate) identifiers: Vec<OtherIdentifier>,
    /// The person who answers for it, by name (`official`).
    pub(crate) official: Option<String>,
}

/// The organisation that it is a part of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Parent {
    pub(crate) name: String,
    /// Its site, by which it is known.
    pub(crate) url: String,
}

/// By what else it is known: an entry of a register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OtherIdentifier {
    /// The register in lower case: `ipeds`, `eter`.
    pub(crate) kind: String,
    pub(crate) value: String,
}

/// What is wrong with what was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AuthorityProblem {
    Accreditation,
    Parent,
    Identifiers,
    Official,
}

/// The fields as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct TypedAuthority {
    pub(crate) accreditation: String,
    pub(crate) parent_name: String,
    pub(crate) parent_url: String,
    /// One a line: the register, then the identifier.
    pub(crate) identifiers: String,
    pub(crate) official: String,
}

impl Authority {
    /// Whether anything of it tells verifiers who stands behind the issuer.
    #[must_use]
    pub(crate) fn is_told(&self) -> bool {
        self.accreditation.is_some() || self.parent.is_some() || !self.identifiers.is_empty()
    }

    /// Reads what was typed, or says all that is wrong with it.
    ///
    /// # Errors
    /// Each mistake once, in the order of the form.
    pub(crate) fn read(typed: &TypedAuthority) -> Result<Self, Vec<AuthorityProblem>> {
        let mut problems = Vec::new();
        let mut text = |text: &str, most: usize, problem: AuthorityProblem| {
            let text = text.trim();
            if text.chars().count() > most {
                problems.push(problem);
            }
            Some(text.to_owned()).filter(|text| !text.is_empty())
        };
        let accreditation = text(
            &typed.accreditation,
            MAX_ACCREDITATION,
            AuthorityProblem::Accreditation,
        );
        let name = text(&typed.parent_name, MAX_NAME, AuthorityProblem::Parent);
        let official = text(&typed.official, MAX_NAME, AuthorityProblem::Official);
        let url = typed.parent_url.trim();
        let parent = match (name, url.is_empty()) {
            (None, true) => None,
            (Some(name), false) if is_address(url) => Some(Parent {
                name,
                url: url.to_owned(),
            }),
            _ => {
                problems.push(AuthorityProblem::Parent);
                None
            }
        };
        let lines = typed.identifiers.lines().map(str::trim);
        let read: Option<Vec<OtherIdentifier>> = lines
            .filter(|line| !line.is_empty())
            .map(OtherIdentifier::read)
            .collect();
        let identifiers = read.filter(|all| all.len() <= MAX_IDENTIFIERS);
        if identifiers.is_none() {
            problems.push(AuthorityProblem::Identifiers);
        }
        problems.dedup();
        if problems.is_empty() {
            Ok(Self {
                accreditation,
                parent,
                identifiers: identifiers.unwrap_or_default(),
                official,
            })
        } else {
            Err(problems)
        }
    }

    /// As a form shows it.
    #[must_use]
    pub(crate) fn typed(&self) -> TypedAuthority {
        let lines = self.identifiers.iter();
        let lines: Vec<String> = lines.map(|one| format!("{} {}", one.kind, one.value)).collect();
        let parent = self.parent.as_ref();
        TypedAuthority {
            accreditation: self.accreditation.clone().unwrap_or_default(),
            parent_name: parent.map(|one| one.name.clone()).unwrap_or_default(),
            parent_url: parent.map(|one| one.url.clone()).unwrap_or_default(),
            identifiers: lines.join("\n"),
            official: self.official.clone().unwrap_or_default(),
        }
    }
}

impl OtherIdentifier {
    /// Reads a line: "IPEDS 123456".
    fn read(line: &str) -> Option<Self> {
        let (kind, value) = line.split_once(char::is_whitespace)?;
        let (kind, value) = (kind.trim_end_matches(':').to_ascii_lowercase(), value.trim());
        let is_word = (1..=30).contains(&kind.len())
            && kind
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let fits = !value.is_empty() && value.chars().count() <= MAX_NAME;
        (is_word && fits).then(|| Self {
            kind,
            value: value.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed() -> TypedAuthority {
        TypedAuthority {
            accreditation: " Example Accreditation Council, until 2031 ".into(),
            parent_name: "Example University".into(),
            parent_url: "https://university.example".into(),
            identifiers: "IPEDS: 123456\n\n eter XX0001 ".into(),
            official: "Ada Example".into(),
        }
    }

    #[test]
    fn what_is_typed_is_read_and_shown_again() {
        let read = Authority::read(&typed()).unwrap();
        assert!(read.is_told());
        assert_eq!(read.identifiers.len(), 2);
        assert_eq!(
            read.typed(),
            TypedAuthority {
                accreditation: "Example Accreditation Council, until 2031".into(),
                identifiers: "ipeds 123456\neter XX0001".into(),
                ..typed()
            }
        );
        assert_eq!(Authority::read(&read.typed()), Ok(read));
        let nothing = Authority::read(&TypedAuthority::default()).unwrap();
        assert_eq!(nothing, Authority::default());
        assert!(!nothing.is_told());
        assert_eq!(serde_json::from_str::<Authority>("{}").unwrap(), nothing);
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once() {
        let wrong = TypedAuthority {
            accreditation: "x".repeat(MAX_ACCREDITATION + 1),
            parent_url: String::new(),
            identifiers: "123456".into(),
            ..typed()
        };
        assert_eq!(
            Authority::read(&wrong),
            Err(vec![
                AuthorityProblem::Accreditation,
                AuthorityProblem::Parent,
                AuthorityProblem::Identifiers
            ])
        );
        for url in [
            "university.example",
            "javascript:alert(1)",
            "https://a:b@c.example",
        ] {
            let wrong = TypedAuthority {
                parent_url: url.into(),
                ..typed()
            };
            assert_eq!(
                Authority::read(&wrong),
                Err(vec![AuthorityProblem::Parent]),
                "{url}"
            );
        }
    }
}
