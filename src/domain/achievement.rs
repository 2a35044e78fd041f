//! What the standard says of a badge beyond its texts: what sort of achievement it is, the language of its words, and what an
//! alignment leads to (Open Badges 3.0, sections B.1.1 and B.1.3).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::badge::Kind;

/// What sort of achievement a badge is: those of the standard's closed list that a course can give. Degrees and licences
/// of a profession are not among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum AchievementType {
    MicroCredential,
    Assessment,
    Competency,
    Badge,
    Achievement,
    Assignment,
    Award,
    Certificate,
    CertificateOfCompletion,
    Certification,
    CoCurricular,
    CommunityService,
    Course,
    Fieldwork,
    LearningProgram,
    Membership,
}

impl AchievementType {
    /// Every one, in the order in which a form offers them.
    pub(crate) const ALL: [Self; 16] = [
        Self::MicroCredential,
        Self::Assessment,
        Self::Competency,
        Self::Badge,
        Self::Achievement,
        Self::Assignment,
        Self::Award,
        Self::Certificate,
        Self::CertificateOfCompletion,
        Self::Certification,
        Self::CoCurricular,
        Self::CommunityService,
        Self::Course,
        Self::Fieldwork,
        Self::LearningProgram,
        Self::Membership,
    ];

    /// The word of the standard, as it is signed, stored and posted.
    #[must_use]
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::MicroCredential => "MicroCredential",
            Self::Assessment => "Assessment",
            Self::Competency => "Competency",
            Self::Badge => "Badge",
            Self::Achievement => "Achievement",
            Self::Assignment => "Assignment",
            Self::Award => "Award",
            Self::Certificate => "Certificate",
            Self::CertificateOfCompletion => "CertificateOfCompletion",
            Self::Certification => "Certification",
            Self::CoCurricular => "CoCurricular",
            Self::CommunityService => "CommunityService",
            Self::Course => "Course",
            Self::Fieldwork => "Fieldwork",
            Self::LearningProgram => "LearningProgram",
            Self::Membership => "Membership",
        }
    }

    /// The one that is called so.
    #[must_use]
    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }

    /// What a badge of that kind is where nobody chose: what somebody was assessed for is a microcredential, taking part is
    /// recognised by a badge.
    #[must_use]
    pub(crate) const fn of(kind: Kind) -> Self {
        match kind {
            Kind::Knowledge | Kind::Application => Self::MicroCredential,
            Kind::Recognition => Self::Badge,
        }
    }
}

/// A language as the standard writes it: `en`, `pt-BR`, `zh-Hant`, `es-419` (a part of BCP 47).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Language(String);

impl Language {
    /// Reads a language as people and platforms write it: `de`, `DE-at`, `en_us`. What the standard has no place for (a
    /// dialect, a private use) is none.
    #[must_use]
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().split(['-', '_']);
        let language = parts.next().filter(|part| letters(part, 2..=4))?;
        let mut written = language.to_ascii_lowercase();
        let mut next = parts.next();
        if let Some(script) = next.filter(|part| letters(part, 4..=4)) {
            let (first, rest) = script.split_at(1);
            written = format!(
                "{written}-{}{}",
                first.to_ascii_uppercase(),
                rest.to_ascii_lowercase()
            );
            next = parts.next();
        }
        if let Some(region) = next {
            let is_number = region.len() == 3 && region.bytes().all(|byte| byte.is_ascii_digit());
            if !letters(region, 2..=2) && !is_number {
                return None;
            }
            written = format!("{written}-{}", region.to_ascii_uppercase());
        }
        parts.next().is_none().then_some(Self(written))
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the standard has for a badge beside its texts, as far as somebody said it. Designs from before say none of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Details {
    /// How it is assessed, for people who do not know the course: Markdown, up to 2,000 characters. It stands in the criteria.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) assessment: String,
    /// A code that people use, such as that of the course (`humanCode`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<String>,
    /// The subject field (`fieldOfStudy`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) field: Option<String>,
    /// In what its credits are counted: "ECTS".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) credit_unit: Option<String>,
    /// The address of its level in a framework.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) level_url: Option<String>,
    /// Skills that have no address in a framework (`tag`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) skills: Vec<String>,
}

impl Details {
    /// Whether nothing was said.
    #[must_use]
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn letters(part: &str, length: std::ops::RangeInclusive<usize>) -> bool {
    length.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// What an alignment leads to (`targetType`), where its address says so; none where it does not.
#[must_use]
pub(crate) fn target_type(address: &str) -> Option<&'static str> {
    let url = url::Url::parse(address).ok()?;
    let (host, path) = (url.host_str()?, url.path());
    let is_of = |domain: &str| {
        host.strip_suffix(domain)
            .is_some_and(|before| before.is_empty() || before.ends_with('.'))
    };
    // CASE 1.0 and 1.1 name their resources alike on every host; the longer names begin with the shorter ones.
    let case = [
        ("/CFRubricCriterionLevels/", "CFRubricCriterionLevel"),
        ("/CFRubricCriteria/", "CFRubricCriterion"),
        ("/CFRubrics/", "CFRubric"),
        ("/CFItems/", "CFItem"),
    ];
    if let Some((_, kind)) = case.into_iter().find(|(part, _)| path.contains(part)) {
        return Some(kind);
    }
    if is_of("credentialfinder.org") {
        return match path.split('/').nth(1)? {
            "competency" => Some("ceasn:Competency"),
            "credential" => Some("ceterms:Credential"),
            _ => Some("CTDL"),
        };
    }
    if is_of("credentialengineregistry.org") {
        return Some("CTDL");
    }
    (is_of("data.europa.eu") && path.starts_with("/esco/")).then_some("ext:ESCO")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_those_of_the_standard_and_none_is_said_of_every_kind() {
        for one in AchievementType::ALL {
            assert_eq!(serde_json::to_value(one).unwrap(), one.word());
            assert_eq!(AchievementType::parse(one.word()), Some(one));
        }
        assert_eq!(AchievementType::parse("badge"), None);
        assert_eq!(
            Kind::ALL.map(AchievementType::of),
            [
                AchievementType::MicroCredential,
                AchievementType::MicroCredential,
                AchievementType::Badge
            ]
        );
    }

    #[test]
    fn a_language_is_written_as_the_schema_wants_it() {
        for (typed, written) in [
            ("en", Some("en")),
            (" DE-at ", Some("de-AT")),
            ("en_us", Some("en-US")),
            ("zh-hant-TW", Some("zh-Hant-TW")),
            ("sr_Latn", Some("sr-Latn")),
            ("es-419", Some("es-419")),
            ("", None),
            ("German", None),
            ("e", None),
            ("de-DE-1996", None),
            ("en-x-pirate", None),
            ("en-12", None),
            ("d€", None),
        ] {
            let read = Language::parse(typed);
            let read = read.map(|language| language.to_string());
            assert_eq!(read.as_deref(), written, "{typed}");
        }
    }

    #[test]
    fn an_address_says_what_it_leads_to_or_nothing() {
        for (address, kind) in [
            ("https://case.example/ims/case/v1p0/CFItems/8c5f", Some("CFItem")),
            (
                "https://case.example/ims/case/v1p1/CFRubrics/8c5f",
                Some("CFRubric"),
            ),
            (
                "https://credentialfinder.org/competency/1/Reads",
                Some("ceasn:Competency"),
            ),
            (
                "https://sandbox.credentialfinder.org/credential/1",
                Some("ceterms:Credential"),
            ),
            (
                "https://credentialengineregistry.org/resources/ce-1",
                Some("CTDL"),
            ),
            ("http://data.europa.eu/esco/skill/1", Some("ext:ESCO")),
            ("http://data.europa.eu/snb/eqf/4", None),
            ("https://notcredentialfinder.org/credential/1", None),
            ("https://skills.example/1", None),
            ("no address", None),
        ] {
            assert_eq!(target_type(address), kind, "{address}");
        }
    }
}
