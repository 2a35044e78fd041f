//! Columns of a course's gradebook that are none of ours, and what stands in them for a person. Where they were read is said
//! with each: a file that a teacher brought, or the interface of the LMS.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::domain::decision::Truth;
use crate::domain::evaluate::reaches;
use crate::domain::facts::GradeSource;
use crate::domain::rule::{Condition, Needed, Threshold};
use crate::ids::{CourseId, GradeFileId, LineItemId, OutsideColumnId, PersonId, TenantId};

/// A column that is none of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OutsideColumn {
    pub(crate) id: OutsideColumnId,
    pub(crate) tenant: TenantId,
    pub(crate) course: CourseId,
    pub(crate) source: GradeSource,
    /// By what it is known again: the id of its assignment where the source has one, else its title. Two sources never share
    /// a column, whatever it is called.
    pub(crate) key: String,
    /// Only for people.
    pub(crate) label: String,
    /// Points that its grades are out of, where the source says so.
    pub(crate) maximum: Option<Decimal>,
    pub(crate) measure: Measure,
    pub(crate) scope: Scope,
    pub(crate) counting: Counting,
    /// The newest file that had it, as long as its grades are kept; none of what the interface of the LMS told.
    pub(crate) file: Option<GradeFileId>,
    /// What the interface of the LMS tells of it; none of a column of files.
    pub(crate) rest: Option<RestColumn>,
}

impl OutsideColumn {
    /// Whether rules may read it. A column that is one of ours is read as such: no grade is there twice.
    #[must_use]
    pub(crate) fn counts(&self) -> bool {
        let is_told = match &self.rest {
            None => self.file.is_some(),
            Some(rest) => rest.is_on && rest.is_listed && rest.ours.is_none(),
        };
        is_told && self.counting != Counting::Not
    }

    /// Whether rules may ask what was handed in there, also of a column without grades.
    #[must_use]
    pub(crate) fn tells_hand_ins(&self) -> bool {
        self.listed().is_some_and(|rest| rest.tells_hand_ins)
    }

    /// Whether rules may ask for its completion, also of a column without grades.
    #[must_use]
    pub(crate) fn tells_completion(&self) -> bool {
        self.listed().is_some_and(|rest| rest.tells_completion)
    }

    /// The item that it is of, where its source has that more than once, measured otherwise: a gradebook file of Moodle may
    /// have points, percent and letters of one. Its key is `item:`, how it is measured, and the item's name. An id is of one item,
    /// whichever source names it.
    #[must_use]
    pub(crate) fn item(&self) -> Option<&str> {
        if self.key.starts_with("id:") {
            return Some(&self.key);
        }
        let measured = self.key.strip_prefix("item:").filter(|_| self.rest.is_none())?;
        measured.split_once(':').map(|(_, name)| name)
    }

    fn listed(&self) -> Option<&RestColumn> {
        self.rest.as_ref().filter(|rest| rest.is_on && rest.is_listed)
    }

    /// Whether what a condition asks of it can be read.
    #[must_use]
    pub(crate) fn is_read_for(&self, condition: &Condition) -> bool {
        match condition {
            Condition::HandedIn { .. } => self.tells_hand_ins(),
            Condition::Completed { .. } => self.tells_completion(),
            Condition::Elsewhere {
                needs: Needed::Passed(_),
                ..
            } => self.counts() || self.tells_completion(),
            _ => self.counts(),
        }
    }
}

/// What the interface of an LMS tells of a column beside its grades.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RestColumn {
    /// Whether the interface is read in the course. While it is not, nothing that it told counts.
    pub(crate) is_on: bool,
    /// Whether the newest list of columns that was read to its end has it.
    pub(crate) is_listed: bool,
    /// The column of ours that it is, by its ids.
    pub(crate) ours: Option<LineItemId>,
    /// The title of the category that it is sorted in.
    pub(crate) category: Option<String>,
    /// When it is due for those without a date of their own.
    pub(crate) due_at: Option<DateTime<Utc>>,
    /// Moodle: the id of its activity in completion and in what changed.
    pub(crate) activity: Option<String>,
    /// Moodle: the sort of its module, and its id among those of that sort.
    pub(crate) module: Option<String>,
    pub(crate) instance: Option<String>,
    /// Whether what was handed in is told.
    pub(crate) tells_hand_ins: bool,
    /// Whether its completion is told.
    pub(crate) tells_completion: bool,
    /// Why none of its grades is read.
    pub(crate) withheld: Option<Withheld>,
}

/// Why no grade of a column is read, whoever asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Withheld {
    /// Students do not see it yet.
    Unpublished,
    /// Its work is anonymous for now.
    Anonymous,
    /// The course hides its totals from students.
    Totals,
    /// It has no grades.
    Ungraded,
}

/// What students do not see of a column of the LMS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unseen {
    /// So many of its grades.
    Grades(u64),
    /// The column itself.
    All,
}

/// What the grades of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Measure {
    Points,
    Percent,
    /// Letters, or the words of a scale.
    Words,
    /// Complete or not.
    PassFail,
}

/// Of what a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Scope {
    Item,
    Category,
    Course,
}

/// Whether the grades of a column count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Counting {
    /// Its source says that they are released.
    Released,
    /// A teacher said that they count.
    Ticked,
    /// They do not, and none of them is kept.
    Not,
}

/// What stands for one person in a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OutsideValue {
    Points(Decimal),
    /// 89.17 for 89.17 %.
    Percent(Decimal),
    /// A letter, or the word of a scale.
    Word(String),
    /// Complete or not.
    Passed(bool),
    /// It is not to count for this person: unknown, never zero.
    Excused,
}

/// What is known of one person in one column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OutsideGrade {
    pub(crate) value: OutsideValue,
    /// Points that it is out of, where that is told.
    pub(crate) maximum: Option<Decimal>,
    /// The points behind a letter or a mark, where they are told and students see them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) points: Option<Decimal>,
    pub(crate) source: GradeSource,
    /// When its file was brought, or it was read.
    pub(crate) read_at: DateTime<Utc>,
    /// When it was first read as it is.
    pub(crate) changed_at: DateTime<Utc>,
}

impl OutsideGrade {
    /// Whether it is what a rule needs. What cannot be measured so is unknown: percent of a column whose points nobody tells,
    /// points of a percentage, a number where a word stands.
    #[must_use]
    pub(crate) fn is(&self, needed: &Needed) -> Truth {
        let behind = self.points.map(OutsideValue::Points);
        let value = match (needed, &self.value) {
            (Needed::AtLeast(_), OutsideValue::Word(_) | OutsideValue::Passed(_)) => {
                behind.as_ref().unwrap_or(&self.value)
            }
            _ => &self.value,
        };
        let holds = match (needed, value) {
            (Needed::AtLeast(Threshold::Points(needed)), OutsideValue::Points(value))
            | (Needed::AtLeast(Threshold::Percent(needed)), OutsideValue::Percent(value)) => value >= needed,
            (Needed::AtLeast(bound @ Threshold::Percent(_)), OutsideValue::Points(value)) => {
                match self.maximum {
                    Some(maximum) if maximum > Decimal::ZERO => reaches(*value, maximum, *bound),
                    _ => return Truth::Unknown,
                }
            }
            (Needed::OneOf(words), OutsideValue::Word(word)) => is_among(word, words),
            // Words that nobody chose say nothing of a pass.
            (Needed::Passed(words), OutsideValue::Word(word)) if !words.is_empty() => is_among(word, words),
            (Needed::Passed(_), OutsideValue::Passed(passed)) => *passed,
            _ => return Truth::Unknown,
        };
        if holds { Truth::Yes } else { Truth::No }
    }
}

/// Whether a word is one of those.
#[must_use]
pub(crate) fn is_among(word: &str, words: &[String]) -> bool {
    words.iter().any(|one| folded(one) == folded(word))
}

/// A letter or a word as it is compared: capitals, spaces around it and the kind of minus do not matter.
#[must_use]
pub(crate) fn folded(word: &str) -> String {
    word.trim().to_lowercase().replace('\u{2212}', "-")
}

/// The column of the LMS that a column of a file certainly is, by the key of that: by its id or, as files of Moodle have none, by a
/// title that no other column of the LMS has. Before the title such a file has the sort of activity, in the language of whoever
/// exported it.
#[must_use]
pub(crate) fn certainly<'a>(key: &str, of_lms: &'a [OutsideColumn]) -> Option<&'a OutsideColumn> {
    if key.starts_with("id:") {
        return of_lms.iter().find(|column| column.key == key);
    }
    let (_, name) = key.strip_prefix("item:")?.split_once(':')?;
    let name = folded(name);
    let is_titled_so = |column: &&OutsideColumn| {
        let before = name.strip_suffix(folded(&column.label).as_str());
        let sort = before.and_then(|before| before.strip_suffix(": "));
        column.scope == Scope::Item
            && (before == Some("") || sort.is_some_and(|sort| !sort.is_empty() && !sort.contains(':')))
    };
    let mut found = of_lms.iter().filter(is_titled_so);
    match (found.next(), found.next()) {
        (Some(column), None) => Some(column),
        _ => None,
    }
}

/// Whether two sources say different things of one cell: files round to two digits, and what is measured otherwise is not
/// compared.
#[must_use]
pub(crate) fn differ(one: &OutsideValue, other: &OutsideValue) -> bool {
    match (one, other) {
        (OutsideValue::Points(one), OutsideValue::Points(other))
        | (OutsideValue::Percent(one), OutsideValue::Percent(other)) => {
            let apart = one.checked_sub(*other);
            apart.is_none_or(|apart| apart.abs() > Decimal::new(1, 2))
        }
        (OutsideValue::Word(one), OutsideValue::Word(other)) => folded(one) != folded(other),
        (OutsideValue::Passed(one), OutsideValue::Passed(other)) => one != other,
        (OutsideValue::Excused, OutsideValue::Excused) => false,
        (OutsideValue::Excused, _) | (_, OutsideValue::Excused) => true,
        _ => false,
    }
}

/// Whether something that is measured so can be asked for it.
#[must_use]
pub(crate) fn fits(needed: &Needed, measure: Measure, maximum: Option<Decimal>) -> bool {
    match (needed, measure) {
        (Needed::AtLeast(Threshold::Percent(_)), Measure::Points) => {
            maximum.is_some_and(|maximum| maximum > Decimal::ZERO)
        }
        (Needed::AtLeast(Threshold::Points(_)), Measure::Points)
        | (Needed::AtLeast(Threshold::Percent(_)), Measure::Percent)
        | (Needed::OneOf(_), Measure::Words)
        | (Needed::Passed(_), Measure::PassFail) => true,
        (Needed::Passed(words), Measure::Words) => !words.is_empty(),
        (Needed::AtLeast(_), Measure::Percent | Measure::Words | Measure::PassFail)
        | (Needed::OneOf(_), Measure::Points | Measure::Percent | Measure::PassFail)
        | (Needed::Passed(_), Measure::Points | Measure::Percent) => false,
    }
}

/// A gradebook file whose grades were taken. The file itself is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GradeFile {
    pub(crate) id: GradeFileId,
    pub(crate) tenant: TenantId,
    pub(crate) course: CourseId,
    /// Nobody once they were erased.
    pub(crate) brought_by: Option<PersonId>,
    pub(crate) brought_at: DateTime<Utc>,
    /// As its sender called it.
    pub(crate) name: String,
    /// SHA-256 in lower-case hex.
    pub(crate) digest: String,
    pub(crate) dialect: Dialect,
    /// Rows whose grades were taken.
    pub(crate) matched: i32,
    /// Rows that are of nobody, or of nobody for certain.
    pub(crate) unmatched: i32,
}

/// Whose gradebook wrote a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Dialect {
    Canvas,
    Moodle,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample::{decimal, now};

    fn grade(value: OutsideValue, maximum: Option<&str>) -> OutsideGrade {
        OutsideGrade {
            value,
            maximum: maximum.map(decimal),
            points: None,
            source: GradeSource::Csv,
            read_at: now(),
            changed_at: now(),
        }
    }

    fn points(number: &str) -> Needed {
        Needed::AtLeast(Threshold::Points(decimal(number)))
    }

    fn percent(number: &str) -> Needed {
        Needed::AtLeast(Threshold::Percent(decimal(number)))
    }

    #[test]
    fn a_column_of_a_file_of_moodle_is_known_by_a_title_that_is_there_once() {
        let column = |id: &str, label: &str| OutsideColumn {
            id: id.into(),
            tenant: "north-coast".into(),
            course: "welding".into(),
            source: GradeSource::RestMoodle,
            key: format!("id:{id}"),
            label: label.to_owned(),
            maximum: None,
            measure: Measure::Points,
            scope: Scope::Item,
            counting: Counting::Released,
            file: None,
            rest: Some(RestColumn::default()),
        };
        let all = [
            column("7", "Weekly quiz"),
            column("8", "Design log"),
            column("9", "Design log"),
            column("10", "Lab: Safety"),
        ];
        let found = |key: &str| certainly(key, &all).map(|column| column.id.as_str());
        assert_eq!(found("item:points:Assignment: Weekly quiz"), Some("7"));
        assert_eq!(
            found("item:percent:Aufgabe: Weekly quiz"),
            Some("7"),
            "in any language"
        );
        assert_eq!(found("item:points:Weekly quiz"), Some("7"));
        assert_eq!(found("item:points:Assignment: Lab: Safety"), Some("10"));
        assert_eq!(
            found("item:points:Assignment: Design log"),
            None,
            "it may be either"
        );
        assert_eq!(found("item:points:Assignment: My weekly quiz"), None);
        assert_eq!(found("id:9"), Some("9"));
        let points = |text: &str| OutsideValue::Points(decimal(text));
        assert!(!differ(&points("83.33333"), &points("83.33")), "rounded");
        assert!(differ(&points("91"), &points("70")));
        assert!(!differ(&points("70"), &OutsideValue::Percent(decimal("91"))));
    }

    #[test]
    fn exactly_what_is_needed_counts() {
        let eight = grade(OutsideValue::Points(decimal("8")), Some("10"));
        assert_eq!(eight.is(&points("8")), Truth::Yes);
        assert_eq!(eight.is(&points("8.01")), Truth::No);
        assert_eq!(eight.is(&percent("80")), Truth::Yes);
        assert_eq!(eight.is(&percent("80.01")), Truth::No);
        let share = grade(OutsideValue::Percent(decimal("89.17")), None);
        assert_eq!(share.is(&percent("89.17")), Truth::Yes);
        assert_eq!(share.is(&percent("89.18")), Truth::No);
    }

    #[test]
    fn what_cannot_be_measured_so_is_unknown_and_never_no() {
        let points_alone = grade(OutsideValue::Points(decimal("8")), None);
        assert_eq!(points_alone.is(&points("8")), Truth::Yes);
        assert_eq!(points_alone.is(&percent("1")), Truth::Unknown);
        let out_of_nothing = grade(OutsideValue::Points(decimal("8")), Some("0"));
        assert_eq!(out_of_nothing.is(&percent("1")), Truth::Unknown);
        let share = grade(OutsideValue::Percent(decimal("89")), None);
        assert_eq!(share.is(&points("1")), Truth::Unknown);
        let excused = grade(OutsideValue::Excused, Some("10"));
        assert_eq!(excused.is(&points("0")), Truth::Unknown);
        let letter = grade(OutsideValue::Word("A".to_owned()), None);
        assert_eq!(letter.is(&points("0")), Truth::Unknown);
    }

    #[test]
    fn a_letter_is_one_of_those_that_pass_whatever_its_capitals() {
        let minus = grade(OutsideValue::Word(" A\u{2212}".to_owned()), None);
        let passing = Needed::OneOf(vec!["a".to_owned(), "a-".to_owned()]);
        assert_eq!(minus.is(&passing), Truth::Yes);
        assert_eq!(minus.is(&Needed::OneOf(vec!["A".to_owned()])), Truth::No);
    }

    #[test]
    fn passing_is_what_the_lms_says_and_else_what_the_teacher_chose() {
        let passed = |words: &[&str]| Needed::Passed(words.iter().map(|word| (*word).to_owned()).collect());
        let mark = |is| grade(OutsideValue::Passed(is), Some("10"));
        assert_eq!(mark(true).is(&passed(&[])), Truth::Yes);
        assert_eq!(mark(false).is(&passed(&["incomplete"])), Truth::No);
        let word = grade(OutsideValue::Word("Merit".to_owned()), None);
        assert_eq!(word.is(&passed(&["pass", "merit"])), Truth::Yes);
        assert_eq!(word.is(&passed(&["pass"])), Truth::No);
        assert_eq!(word.is(&passed(&[])), Truth::Unknown);
        let number = grade(OutsideValue::Points(decimal("10")), Some("10"));
        assert_eq!(number.is(&passed(&["10"])), Truth::Unknown);
        assert_eq!(
            grade(OutsideValue::Excused, None).is(&passed(&["A"])),
            Truth::Unknown
        );
        assert!(fits(&passed(&[]), Measure::PassFail, None));
        assert!(fits(&passed(&["A"]), Measure::Words, None) && !fits(&passed(&[]), Measure::Words, None));
        assert!(!fits(&passed(&["A"]), Measure::Points, Some(decimal("10"))));
    }

    #[test]
    fn the_points_behind_a_letter_are_measured_where_they_are_told() {
        let mut letter = grade(OutsideValue::Word("B".to_owned()), Some("10"));
        assert_eq!(letter.is(&points("8")), Truth::Unknown);
        letter.points = Some(decimal("8.5"));
        assert_eq!(letter.is(&points("8")), Truth::Yes);
        assert_eq!(letter.is(&percent("86")), Truth::No);
        assert_eq!(letter.is(&Needed::OneOf(vec!["b".to_owned()])), Truth::Yes);
    }

    #[test]
    fn a_column_of_the_lms_counts_while_it_is_listed_and_read_and_none_of_ours() {
        let known = RestColumn {
            is_on: true,
            is_listed: true,
            ..RestColumn::default()
        };
        let counts = |counting, rest: &RestColumn| {
            let column = OutsideColumn {
                id: "weekly".into(),
                tenant: "north-coast".into(),
                course: "welding".into(),
                source: GradeSource::RestCanvas,
                key: "id:7".to_owned(),
                label: "Weekly quiz".to_owned(),
                maximum: Some(decimal("10")),
                measure: Measure::Points,
                scope: Scope::Item,
                counting,
                file: None,
                rest: Some(rest.clone()),
            };
            column.counts()
        };
        assert!(counts(Counting::Released, &known));
        assert!(!counts(Counting::Not, &known));
        let off = RestColumn {
            is_on: false,
            ..known.clone()
        };
        let gone = RestColumn {
            is_listed: false,
            ..known.clone()
        };
        let ours = RestColumn {
            ours: Some("item".into()),
            ..known
        };
        assert!(
            [off, gone, ours]
                .iter()
                .all(|one| !counts(Counting::Released, one))
        );
    }

    #[test]
    fn a_rule_asks_for_what_a_column_can_tell() {
        assert!(fits(&percent("80"), Measure::Points, Some(decimal("10"))));
        assert!(!fits(&percent("80"), Measure::Points, None));
        assert!(fits(&points("8"), Measure::Points, None));
        assert!(!fits(&points("8"), Measure::Percent, None));
        assert!(!fits(&points("8"), Measure::Words, None));
        assert!(fits(&Needed::OneOf(vec![]), Measure::Words, None));
        assert!(!fits(&Needed::OneOf(vec![]), Measure::Points, None));
    }
}
