//! Lists of skills that an institution brings: rows of a file as they stand there, for frameworks such as ESCO, O*NET, CASE and CTDL.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::design_review::{MAX_SHORT, is_address};
use crate::ids::{SkillId, SkillListId};

/// Skills of one list.
pub(crate) const MOST_SKILLS: usize = 20_000;

/// A skill with the address by which others know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ListedSkill {
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) code: Option<String>,
}

/// One that was found, and the name of the list that it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FoundSkill {
    pub(crate) id: SkillId,
    pub(crate) skill: ListedSkill,
    pub(crate) list: String,
}

/// A list that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SkillList {
    pub(crate) id: SkillListId,
    /// The framework, as badges name it.
    pub(crate) name: String,
    pub(crate) skills: u32,
    pub(crate) brought_at: DateTime<Utc>,
}

/// What a file of skills holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SkillFile {
    pub(crate) skills: Vec<ListedSkill>,
    pub(crate) refused: Vec<RefusedRow>,
}

/// A row that is not taken; the first row of a file, with the names of its columns, is 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RefusedRow {
    pub(crate) row: usize,
    pub(crate) why: WhyRefused,
}

/// Why a row is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WhyRefused {
    NoName,
    /// Its name or its code.
    TooLong,
    NoAddress,
    /// A row before it has that address.
    Twice,
}

/// Why nothing of a file is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoSkills {
    Empty,
    /// No column of names, or none of addresses.
    NoColumns,
    TooMany,
}

/// What columns are called in exports of the frameworks, in lower case and without anything but letters and digits.
const NAMES: [&str; 9] = [
    "preferredlabel",
    "name",
    "skill",
    "skillname",
    "fullstatement",
    "ceasncompetencytext",
    "competencytext",
    "elementname",
    "title",
];
const ADDRESSES: [&str; 9] = [
    "concepturi",
    "url",
    "uri",
    "address",
    "id",
    "cfitemuri",
    "identifieruri",
    "ceasnid",
    "elementurl",
];
const CODES: [&str; 7] = [
    "code",
    "notation",
    "humancodingscheme",
    "codednotation",
    "ceasncodednotation",
    "elementid",
    "skillcode",
];

fn plain(header: &str) -> String {
    let letters = header.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// Reads the rows of a file, of which the first names the columns.
///
/// # Errors
/// Why nothing of it can be taken.
pub(crate) fn read(mut rows: impl Iterator<Item = Vec<String>>) -> Result<SkillFile, NoSkills> {
    let head: Vec<String> = rows
        .next()
        .ok_or(NoSkills::Empty)?
        .iter()
        .map(|one| plain(one))
        .collect();
    // The word that stands first in a list counts most: an export of ESCO has a `conceptUri` and a `code`.
    let column = |known: &[&str]| {
        known
            .iter()
            .find_map(|word| head.iter().position(|one| one == word))
    };
    let (Some(name), Some(address)) = (column(&NAMES), column(&ADDRESSES)) else {
        return Err(NoSkills::NoColumns);
    };
    let code = column(&CODES);
    let mut seen = HashSet::new();
    let mut file = SkillFile {
        skills: Vec::new(),
        refused: Vec::new(),
    };
    for (row, cells) in (2_usize..).zip(rows) {
        let cell = |at: usize| cells.get(at).map(|text| text.trim()).unwrap_or_default();
        if cells.iter().all(|text| text.trim().is_empty()) {
            continue;
        }
        let skill = ListedSkill {
            name: cell(name).to_owned(),
            url: cell(address).to_owned(),
            code: code.map(|at| cell(at).to_owned()).filter(|text| !text.is_empty()),
        };
        match why_not(&skill, &seen) {
            Some(why) => file.refused.push(RefusedRow { row, why }),
            None => {
                seen.insert(skill.url.clone());
                file.skills.push(skill);
            }
        }
        if file.skills.len() > MOST_SKILLS || file.refused.len() > MOST_SKILLS {
            return Err(NoSkills::TooMany);
        }
    }
    if file.skills.is_empty() && file.refused.is_empty() {
        return Err(NoSkills::Empty);
    }
    Ok(file)
}

/// Why a skill is not taken beside those that have these addresses.
#[must_use]
pub(crate) fn why_not(skill: &ListedSkill, seen: &HashSet<String>) -> Option<WhyRefused> {
    let too_long = |text: &str| text.chars().count() > MAX_SHORT;
    if skill.name.is_empty() {
        Some(WhyRefused::NoName)
    } else if too_long(&skill.name) || skill.code.as_deref().is_some_and(too_long) {
        Some(WhyRefused::TooLong)
    } else if !is_address(&skill.url) {
        Some(WhyRefused::NoAddress)
    } else if seen.contains(&skill.url) {
        Some(WhyRefused::Twice)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(rows: &[&[&str]]) -> Result<SkillFile, NoSkills> {
        let rows: Vec<Vec<String>> = rows
            .iter()
            .map(|row| row.iter().map(|cell| (*cell).to_owned()).collect())
            .collect();
        read(rows.into_iter())
    }

    fn skill(name: &str, url: &str, code: Option<&str>) -> ListedSkill {
        ListedSkill {
            name: name.into(),
            url: url.into(),
            code: code.map(str::to_owned),
        }
    }

    #[test]
    fn exports_of_each_framework_are_read_by_the_names_of_their_columns() {
        let esco = [
            &["conceptType", "conceptUri", "preferredLabel", "code"][..],
            &[
                "KnowledgeSkillCompetence",
                "http://data.europa.eu/esco/skill/1",
                "clean data",
                "S5.2",
            ],
        ];
        let case = [
            &["CFItem URI", "humanCodingScheme", "fullStatement"][..],
            &[
                "https://case.example/ims/case/v1p0/CFItems/1",
                "A.1",
                "Cleans data",
            ],
        ];
        let ctdl = [
            &["@id", "ceasn:competencyText", "ceasn:codedNotation"][..],
            &[
                "https://credentialengineregistry.org/resources/ce-1",
                "Cleans data",
                "",
            ],
        ];
        let onet = [
            &["Element ID", "Element Name", "URL"][..],
            &[
                "2.A.1.a",
                "Reading Comprehension",
                "https://www.onetonline.org/find/descriptor/result/2.A.1.a",
            ],
        ];
        for (rows, expected) in [
            (
                &esco,
                skill("clean data", "http://data.europa.eu/esco/skill/1", Some("S5.2")),
            ),
            (
                &case,
                skill(
                    "Cleans data",
                    "https://case.example/ims/case/v1p0/CFItems/1",
                    Some("A.1"),
                ),
            ),
            (
                &ctdl,
                skill(
                    "Cleans data",
                    "https://credentialengineregistry.org/resources/ce-1",
                    None,
                ),
            ),
            (
                &onet,
                skill(
                    "Reading Comprehension",
                    "https://www.onetonline.org/find/descriptor/result/2.A.1.a",
                    Some("2.A.1.a"),
                ),
            ),
        ] {
            assert_eq!(file(rows).unwrap().skills, [expected]);
        }
    }

    #[test]
    fn a_row_that_is_not_taken_is_named_and_empty_ones_say_nothing() {
        let long = "x".repeat(MAX_SHORT + 1);
        let read = file(&[
            &["name", "url"],
            &["SQL", "https://skills.example/1"],
            &["", ""],
            &["", "https://skills.example/2"],
            &[long.as_str(), "https://skills.example/3"],
            &["Charts", "somewhere"],
            &["SQL again", "https://skills.example/1"],
            &["Alone"],
        ])
        .unwrap();
        assert_eq!(read.skills, [skill("SQL", "https://skills.example/1", None)]);
        let refused: Vec<(usize, WhyRefused)> = read.refused.iter().map(|one| (one.row, one.why)).collect();
        assert_eq!(
            refused,
            [
                (4, WhyRefused::NoName),
                (5, WhyRefused::TooLong),
                (6, WhyRefused::NoAddress),
                (7, WhyRefused::Twice),
                (8, WhyRefused::NoAddress),
            ]
        );
    }

    #[test]
    fn a_file_without_the_columns_is_no_list() {
        assert_eq!(file(&[]), Err(NoSkills::Empty));
        assert_eq!(file(&[&["name", "url"]]), Err(NoSkills::Empty));
        assert_eq!(file(&[&["name"], &["SQL"]]), Err(NoSkills::NoColumns));
        let many =
            (0..=MOST_SKILLS).map(|n| vec![format!("Skill {n}"), format!("https://skills.example/{n}")]);
        let head = vec!["name".to_owned(), "url".to_owned()];
        assert_eq!(read(std::iter::once(head).chain(many)), Err(NoSkills::TooMany));
    }
}
