//! What a badge says can be achieved (Open Badges 3.0, section B.1.1 and following).

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::profile::{EndorsementCredential, Image, Profile};
use super::wire;

/// An accomplishment that may be recognised by a credential: our badge, as the standard calls it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Achievement {
    /// An absolute IRI, the same for every award of this version of the badge.
    pub id: String,
    /// Always `["Achievement"]`.
    #[serde(rename = "type")]
    pub kind: wire::AchievementClass,
    /// The badge's name.
    pub name: String,
    /// What it stands for, in a sentence or two.
    pub description: String,
    /// `MicroCredential`, `Badge`, `Course`, ... from the standard's closed list, or `ext:…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub achievement_type: Option<String>,
    /// What a learner has to do.
    pub criteria: Criteria,
    /// The picture without a credential in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
    /// Where the badge sits in skill frameworks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alignment: Vec<Alignment>,
    /// Who designed it, where that is not the issuer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub creator: Option<Profile>,
    /// How results are to be read: rubrics, marks, levels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub result_description: Vec<ResultDescription>,
    /// Words to find it by; an unordered set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tag: Vec<String>,
    /// Credit units or hours that the badge carries.
    #[serde(
        default,
        with = "wire::decimal_option",
        skip_serializing_if = "Option::is_none"
    )]
    pub credits_available: Option<Decimal>,
    /// The subject field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field_of_study: Option<String>,
    /// A code that people use, such as a course number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub human_code: Option<String>,
    /// A narrower field within the subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub specialization: Option<String>,
    /// The version of this badge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Language of the texts: `en`, `de`, `pt-BR`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_language: Option<String>,
    /// Other identifiers of the same achievement.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_identifier: Vec<super::profile::IdentifierEntry>,
    /// Endorsements of the badge itself, each with its own proof.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub endorsement: Vec<EndorsementCredential>,
}

/// What has to be done (section B.1.4). At least one of the two members.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Criteria {
    /// A page that tells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The same in Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub narrative: Option<String>,
}

/// A link to a node of a skill framework (section B.1.3).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Alignment {
    /// Always `["Alignment"]`.
    #[serde(rename = "type")]
    pub kind: wire::AlignmentType,
    /// Name of the node.
    pub target_name: String,
    /// Address of the node.
    pub target_url: String,
    /// `CFItem`, `CTDL`, `ceasn:Competency`, ... from the standard's closed list, or `ext:…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_type: Option<String>,
    /// The framework's own code for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_code: Option<String>,
    /// Name of the framework.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_framework: Option<String>,
    /// What the node says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_description: Option<String>,
}

/// How one kind of result is to be read (section B.1.20).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResultDescription {
    /// An absolute IRI, to which results refer.
    pub id: String,
    /// Always `["ResultDescription"]`.
    #[serde(rename = "type")]
    pub kind: wire::ResultDescriptionType,
    /// Its name.
    pub name: String,
    /// `RubricCriterionLevel`, `RawScore`, `Percent`, `LetterGrade`, `Status`, ...
    pub result_type: String,
    /// The levels of a rubric criterion, low to high for readers; the signature sees a set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rubric_criterion_level: Vec<RubricCriterionLevel>,
    /// The values that may occur, low to high; the order is signed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_value: Vec<String>,
    /// The id of the lowest level that earns the badge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required_level: Option<String>,
    /// The lowest value that earns the badge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required_value: Option<String>,
    /// The highest possible value, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_max: Option<String>,
    /// The lowest possible value, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_min: Option<String>,
    /// Where the criterion sits in skill frameworks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alignment: Vec<Alignment>,
}

/// One level of a rubric criterion (section B.1.21).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RubricCriterionLevel {
    /// An absolute IRI, to which results refer.
    pub id: String,
    /// Always `["RubricCriterionLevel"]`.
    #[serde(rename = "type")]
    pub kind: wire::RubricCriterionLevelType,
    /// Its name.
    pub name: String,
    /// What it takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its rank, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    /// Its points, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points: Option<String>,
    /// Where it sits in skill frameworks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alignment: Vec<Alignment>,
}
