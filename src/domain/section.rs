//! Sections and groups: parts of a class by which a teacher looks at it. Students never see who is in which but themselves.

use serde::{Deserialize, Serialize};

use crate::ids::SectionId;

/// Most characters of a name, and of what a source calls a section by.
const LONGEST: usize = 300;

/// What sort of part of a class it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SectionKind {
    Section,
    Group,
}

/// Who says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SectionSource {
    /// The column "Section" of a gradebook file.
    Csv,
    /// A launch, of the person who was launched.
    Launch,
    /// The interface of the course site for programs.
    Rest,
}

/// A section as it is offered. Several of one name are one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Section {
    pub(crate) id: SectionId,
    /// All that are called so, this one among them.
    pub(crate) ids: Vec<SectionId>,
    pub(crate) kind: SectionKind,
    pub(crate) name: String,
}

/// A section as a source names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NamedSection {
    /// Its id where the source has one, else its name.
    pub(crate) key: String,
    pub(crate) name: String,
}

impl NamedSection {
    /// None where it has no name: nobody could choose it. Without an id it is known by its name.
    #[must_use]
    pub(crate) fn of(id: Option<&str>, name: &str) -> Option<Self> {
        let name: String = name.trim().chars().take(LONGEST).collect();
        let key = id.map(|id| id.trim().chars().take(LONGEST).collect::<String>());
        let key = key.filter(|key| !key.is_empty());
        (!name.is_empty()).then(|| Self {
            key: key.unwrap_or_else(|| name.clone()),
            name,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_known_by_its_id_where_it_has_one() {
        let named = NamedSection::of(Some("31"), " Day ").unwrap();
        assert_eq!((named.key.as_str(), named.name.as_str()), ("31", "Day"));
        let alone = NamedSection::of(None, "Day").unwrap();
        assert_eq!(alone.key, "Day");
        assert_eq!(NamedSection::of(Some(" "), "Day"), Some(alone));
        assert_eq!(NamedSection::of(Some("31"), "  "), None);
        assert_eq!(
            NamedSection::of(None, &"x".repeat(999)).unwrap().name.len(),
            LONGEST
        );
    }
}
