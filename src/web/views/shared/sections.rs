//! The list of sections and groups by which teachers choose a part of a class.

use crate::domain::section::{Section, SectionKind};
use crate::ids::SectionId;
use crate::web::views::shared::Choice;

/// The sections and groups that a page offers; nothing where the course has none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SectionList {
    sections: Vec<Choice>,
    groups: Vec<Choice>,
    /// The id of the chosen one; empty for everybody.
    pub(crate) chosen: String,
}

impl SectionList {
    /// Those of a course, and which of them is chosen.
    #[must_use]
    pub(crate) fn of(all: &[Section], chosen: Option<&SectionId>) -> Self {
        let of_kind = |kind: SectionKind| {
            let some = all.iter().filter(move |section| section.kind == kind);
            some.map(|section| Choice::new(section.id.as_str(), section.name.as_str()))
                .collect()
        };
        Self {
            sections: of_kind(SectionKind::Section),
            groups: of_kind(SectionKind::Group),
            chosen: chosen.map(ToString::to_string).unwrap_or_default(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.sections.is_empty() && self.groups.is_empty()
    }

    /// Whether there are both.
    pub(crate) fn is_mixed(&self) -> bool {
        !self.sections.is_empty() && !self.groups.is_empty()
    }

    /// What it is a list of.
    #[must_use]
    pub(crate) fn label(&self) -> &'static str {
        match (self.sections.is_empty(), self.groups.is_empty()) {
            (_, true) => "Section",
            (true, false) => "Group",
            (false, false) => "Section or group",
        }
    }

    /// The parts of the list, each under its word where there are two.
    pub(crate) fn parts(&self) -> Vec<(&'static str, &[Choice])> {
        let parts = [("Sections", &self.sections), ("Groups", &self.groups)];
        let there = parts.into_iter().filter(|(_, choices)| !choices.is_empty());
        there.map(|(word, choices)| (word, choices.as_slice())).collect()
    }

    /// The name of the chosen one.
    #[must_use]
    pub(crate) fn chosen_name(&self) -> Option<&str> {
        let mut all = self.sections.iter().chain(&self.groups);
        let chosen = all.find(|one| one.value == self.chosen);
        chosen.map(|one| one.label.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(id: &str, kind: SectionKind) -> Section {
        Section {
            id: id.into(),
            ids: vec![id.into()],
            kind,
            name: format!("Name of {id}"),
        }
    }

    #[test]
    fn a_list_says_what_it_is_a_list_of() {
        let none = SectionList::of(&[], None);
        assert!(none.is_empty() && none.parts().is_empty());
        let mixed = [
            section("a", SectionKind::Section),
            section("b", SectionKind::Group),
        ];
        let list = SectionList::of(&mixed, Some(&"b".into()));
        assert_eq!((list.label(), list.parts().len()), ("Section or group", 2));
        assert_eq!(list.chosen_name(), Some("Name of b"));
        let groups = SectionList::of(&mixed[1..], None);
        assert_eq!((groups.label(), groups.chosen_name()), ("Group", None));
        assert_eq!(SectionList::of(&mixed[..1], None).label(), "Section");
    }
}
