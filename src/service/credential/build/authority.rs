//! Who stands behind an issuer, in members that the standard defines.

use crate::domain::issuer::Marks;
use openbadges::credential::{IdentifierEntry, Profile};

/// What the identifier of an issuer in the Research Organization Registry is called; the standard has no word for it.
const ROR: &str = "ext:ror";

/// What stands before a register that the standard has no word for.
const REGISTER: &str = "ext:";

/// What stands before an accreditation, which the standard has no member for.
const ACCREDITATION: &str = "Accreditation: ";

/// A profile that says so much and nothing else.
pub(super) fn told(marks: &Marks) -> Profile {
    let said = &marks.authority;
    let ror = marks.ror.iter().map(|ror| (ROR.to_owned(), ror.address()));
    let others = said.identifiers.iter();
    let others = others.map(|one| (format!("{REGISTER}{}", one.kind), one.value.clone()));
    Profile {
        description: said
            .accreditation
            .as_ref()
            .map(|text| format!("{ACCREDITATION}{text}")),
        official: said.official.clone(),
        parent_org: said.parent.as_ref().map(|parent| {
            Box::new(Profile {
                id: parent.url.clone(),
                name: Some(parent.name.clone()),
                url: Some(parent.url.clone()),
                ..Profile::default()
            })
        }),
        other_identifier: ror
            .chain(others)
            .map(|(identifier_type, identifier)| IdentifierEntry {
                identifier,
                identifier_type,
                ..IdentifierEntry::default()
            })
            .collect(),
        ..Profile::default()
    }
}

/// The accreditation that a signed profile tells.
#[must_use]
pub(crate) fn accreditation(profile: &Profile) -> Option<&str> {
    profile.description.as_deref()?.strip_prefix(ACCREDITATION)
}

/// The register that an identifier is of, as people write it.
#[must_use]
pub(crate) fn register(identifier_type: &str) -> String {
    let name = identifier_type.strip_prefix(REGISTER).unwrap_or(identifier_type);
    name.to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::authority::{Authority, OtherIdentifier, Parent};
    use crate::domain::issuer::Ror;

    #[test]
    fn who_stands_behind_an_issuer_is_told_in_members_of_the_standard() {
        let marks = Marks {
            ror: Ror::parse("05dxps055"),
            authority: Authority {
                accreditation: Some("Example Council".into()),
                parent: Some(Parent {
                    name: "Example University".into(),
                    url: "https://university.example".into(),
                }),
                identifiers: vec![OtherIdentifier {
                    kind: "ipeds".into(),
                    value: "123456".into(),
                }],
                official: Some("Ada Example".into()),
            },
            ..Marks::default()
        };
        let profile = told(&marks);
        assert_eq!(accreditation(&profile), Some("Example Council"));
        let kinds: Vec<String> = profile
            .other_identifier
            .iter()
            .map(|one| register(&one.identifier_type))
            .collect();
        assert_eq!(kinds, ["ROR", "IPEDS"]);
        let written = serde_json::to_value(&profile).unwrap();
        assert_eq!(written["parentOrg"]["id"], "https://university.example");
        assert_eq!(written["parentOrg"]["type"][0], "Profile");
        assert_eq!(written["official"], "Ada Example");
        assert_eq!(told(&Marks::default()), Profile::default());
    }
}
