//! What an instructor designs. In the standard it becomes an `Achievement` (Open Badges 3.0, section B.1).

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::domain::achievement::{AchievementType, Details, Language};
use crate::domain::picture::Composed;
use crate::domain::rest::Rest;
use crate::domain::zone::{Zone, last_moment};
use crate::ids::{BadgeId, CourseId, RuleId, TenantId};

/// A badge of one course.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Badge {
    pub(crate) id: BadgeId,
    pub(crate) tenant: TenantId,
    pub(crate) course: CourseId,
    pub(crate) state: BadgeState,
    pub(crate) design: Design,
    /// The rule that decides now; none while the badge is a draft.
    pub(crate) active_rule: Option<RuleId>,
    /// Counts edits of the design, from 1; an edit names the revision it started from.
    pub(crate) revision: i32,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
}

/// Where a badge stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(crate) enum BadgeState {
    /// Being designed; awards nothing.
    Draft,
    /// Its rule decides.
    Active,
    /// Its rule cannot decide; nothing is awarded until an instructor acts.
    Paused { reason: Rest },
    /// Awards nothing more; what was awarded stays.
    Retired,
}

impl BadgeState {
    /// Whether nothing is decided until an instructor acts.
    #[must_use]
    pub(crate) const fn rests(&self) -> bool {
        matches!(self, Self::Paused { .. })
    }
}

/// Everything about a badge that its holder and a verifier see.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Design {
    /// 1 to 100 characters.
    pub(crate) name: String,
    /// What its holder can do: one sentence, up to 300 characters.
    pub(crate) outcome: String,
    /// Plain text, up to 2,000 characters.
    pub(crate) description: String,
    /// Markdown, up to 10,000 characters.
    pub(crate) criteria: String,
    pub(crate) picture: Picture,
    /// What the picture shows, for those who do not see it. Up to 300 characters.
    pub(crate) picture_alt: String,
    pub(crate) kind: Kind,
    /// Hours of work, if declared.
    pub(crate) hours: Option<Decimal>,
    /// Credits, if declared.
    pub(crate) credits: Option<Decimal>,
    /// A level of a framework in its own words (for instance "EQF 4"), if declared.
    pub(crate) level: Option<String>,
    pub(crate) alignments: Vec<Alignment>,
    pub(crate) expiry: Expiry,
    /// What a design says that was saved before there was a choice is the default: nobody had chosen otherwise then, and
    /// an old grade does not show what somebody can do today.
    #[serde(default)]
    pub(crate) renewal: Renewal,
    /// Whether the signed credential carries the score.
    pub(crate) show_score: bool,
    /// What sort of achievement the standard calls it, if somebody chose; [`Design::achievement_type`] says what counts.
    #[serde(default, rename = "achievement_type", skip_serializing_if = "Option::is_none")]
    pub(crate) chosen_type: Option<AchievementType>,
    /// The language of its texts, if somebody said it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) language: Option<Language>,
    /// What else the standard has, as far as somebody said it.
    #[serde(default, skip_serializing_if = "Details::is_empty")]
    pub(crate) details: Details,
}

impl Design {
    /// What sort of achievement it is: what was chosen, or what its kind is.
    #[must_use]
    pub(crate) fn achievement_type(&self) -> AchievementType {
        self.chosen_type.unwrap_or_else(|| AchievementType::of(self.kind))
    }
}

/// What kind of proof stands behind a badge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// Shown by tests.
    Knowledge,
    /// Shown by an artefact that somebody assessed: its rule must name an evidence activity.
    Application,
    /// Given for taking part or for a contribution.
    Recognition,
}

impl Kind {
    /// Every kind, in the order in which a form offers them.
    pub(crate) const ALL: [Self; 3] = [Self::Knowledge, Self::Application, Self::Recognition];

    /// The word on screen and in the database.
    #[must_use]
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Knowledge => "Knowledge",
            Self::Application => "Application",
            Self::Recognition => "Recognition",
        }
    }
}

/// Where the picture comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case")]
pub(crate) enum Picture {
    /// Drawn by Cairn.
    Drawn {
        /// One to three letters.
        initials: String,
        shape: Shape,
        /// `#rrggbb`.
        colour: String,
    },
    /// Uploaded; the bytes lie in the blob store under this digest.
    Uploaded {
        /// SHA-256 in lower-case hex.
        digest: String,
        /// `image/png` or `image/svg+xml`.
        media_type: String,
    },
    /// Drawn by Cairn with more than letters on it.
    Composed(Composed),
}

/// The outline of a drawn picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Shape {
    Hexagon,
    Circle,
    Shield,
    /// Stacked stones: for a badge that is earned by badges.
    Stones,
    Square,
    Octagon,
    /// A disc with a scalloped edge.
    Seal,
    /// A seal with two ribbons below it.
    Rosette,
}

impl Shape {
    /// Every outline, in the order in which a form offers them.
    pub(crate) const ALL: [Self; 8] = [
        Self::Hexagon,
        Self::Circle,
        Self::Shield,
        Self::Square,
        Self::Octagon,
        Self::Seal,
        Self::Rosette,
        Self::Stones,
    ];

    /// The word in forms and addresses, as it is stored.
    #[must_use]
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Hexagon => "hexagon",
            Self::Circle => "circle",
            Self::Shield => "shield",
            Self::Stones => "stones",
            Self::Square => "square",
            Self::Octagon => "octagon",
            Self::Seal => "seal",
            Self::Rosette => "rosette",
        }
    }

    /// The outline of that word; a hexagon for any other.
    #[must_use]
    pub(crate) fn of_word(word: &str) -> Self {
        let found = Self::ALL.into_iter().find(|shape| shape.word() == word);
        found.unwrap_or(Self::Hexagon)
    }
}

/// A link to a skill in a framework (Open Badges 3.0, `Alignment`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Alignment {
    pub(crate) name: String,
    /// The address that identifies the skill; ESCO's begin with http.
    pub(crate) url: String,
    pub(crate) code: Option<String>,
    pub(crate) framework: Option<String>,
}

/// How long an award is valid; fixed when it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "expires", rename_all = "snake_case")]
pub(crate) enum Expiry {
    Never,
    /// All awards end at one moment: with the last day that was typed, which is one of that zone.
    On {
        at: DateTime<Utc>,
        #[serde(default, skip_serializing_if = "Zone::is_utc")]
        zone: Zone,
    },
    /// Each award ends so many months after it was made.
    AfterMonths {
        months: u32,
    },
    /// Each award ends so many days after it was made.
    AfterDays {
        days: u32,
    },
}

/// What it takes for a badge that has lapsed to be awarded again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Renewal {
    /// Its rule is met by something that is newer than the last award.
    #[default]
    Newer,
    /// A teacher renews it.
    ByHand,
    /// Its rule is met, by whatever.
    Automatic,
}

impl Renewal {
    /// Every choice, in the order in which a form offers them.
    pub(crate) const ALL: [Self; 3] = [Self::Newer, Self::ByHand, Self::Automatic];

    /// The word in forms and archives, as it is stored.
    #[must_use]
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Newer => "newer",
            Self::ByHand => "by_hand",
            Self::Automatic => "automatic",
        }
    }
}

impl Expiry {
    /// When an award made at `awarded_at` ends, months and days counted as they are in `zone`; `None` for never.
    #[must_use]
    pub(crate) fn end(self, awarded_at: DateTime<Utc>, zone: Zone) -> Option<DateTime<Utc>> {
        match self {
            Self::Never => None,
            Self::On { at, .. } => Some(at),
            Self::AfterMonths { months } => zone.months_after(awarded_at, months),
            Self::AfterDays { days } => zone.days_after(awarded_at, days),
        }
    }

    /// Whether an award made at `now` would be valid for any time at all. Where the fixed end has passed, nothing more
    /// is awarded: it would be expired from birth, and every check would open one more cycle.
    #[must_use]
    pub(crate) fn leaves_time(self, now: DateTime<Utc>) -> bool {
        self.end(now, Zone::UTC).is_none_or(|end| end > now)
    }

    /// The last day on which it is valid, where that is the same for all.
    #[must_use]
    pub(crate) fn last_day(self) -> Option<NaiveDate> {
        match self {
            Self::On { at, zone } => Some(zone.day(last_moment(at))),
            Self::Never | Self::AfterMonths { .. } | Self::AfterDays { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample::{days, now};

    fn on(at: DateTime<Utc>) -> Expiry {
        Expiry::On { at, zone: Zone::UTC }
    }

    #[test]
    fn an_end_of_an_older_version_is_one_in_utc() {
        let text = r#"{"expires":"on","at":"2026-07-01T00:00:00Z"}"#;
        let read: Expiry = serde_json::from_str(text).unwrap();
        assert_eq!(read.last_day(), Some("2026-06-30".parse().unwrap()));
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
    }

    #[test]
    fn days_and_months_are_those_of_the_institution() {
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        let at = "2027-01-30T23:30:00Z".parse().unwrap();
        let end = Expiry::AfterMonths { months: 1 }.end(at, berlin).unwrap();
        assert_eq!(berlin.field_day(at), "2027-01-31");
        assert_eq!(berlin.field_day(end), "2027-02-28");
    }

    #[test]
    fn an_award_ends_as_its_badge_says() {
        let end = |expiry: Expiry| expiry.end(now(), Zone::UTC);
        assert_eq!(end(Expiry::Never), None);
        assert_eq!(end(on(days(9))), Some(days(9)));
        assert_eq!(end(Expiry::AfterDays { days: 30 }), Some(days(30)));
    }

    #[test]
    fn a_fixed_end_that_has_come_leaves_no_time() {
        assert!(Expiry::Never.leaves_time(now()));
        assert!(Expiry::AfterDays { days: 1 }.leaves_time(now()));
        assert!(on(days(1)).leaves_time(now()));
        assert!(!on(now()).leaves_time(now()));
        assert!(!on(days(-1)).leaves_time(now()));
    }

    #[test]
    fn months_end_on_the_same_day_or_the_last_of_a_shorter_month() {
        let end = |from: &str, months| Expiry::AfterMonths { months }.end(from.parse().unwrap(), Zone::UTC);
        assert_eq!(
            end("2026-11-23T10:42:00Z", 36),
            Some("2029-11-23T10:42:00Z".parse().unwrap())
        );
        assert_eq!(
            end("2027-01-31T00:00:00Z", 1),
            Some("2027-02-28T00:00:00Z".parse().unwrap())
        );
    }

    #[test]
    fn the_words_of_a_renewal_stay_and_a_design_from_before_needs_something_newer() {
        assert_eq!(Renewal::ALL.map(Renewal::word), ["newer", "by_hand", "automatic"]);
        for renewal in Renewal::ALL {
            assert_eq!(serde_json::to_value(renewal).unwrap(), renewal.word());
        }
        let before = r##"{"name":"First aid","outcome":"","description":"","criteria":"","picture":{"from":"drawn",
            "initials":"FA","shape":"circle","colour":"#205080"},"picture_alt":"","kind":"knowledge","hours":null,
            "credits":null,"level":null,"alignments":[],"expiry":{"expires":"after_months","months":12},"show_score":true}"##;
        let design: Design = serde_json::from_str(before).unwrap();
        assert_eq!(design.renewal, Renewal::Newer);
        assert!(design.details.is_empty() && serde_json::to_value(&design).unwrap().get("details").is_none());
        // Nobody chose a type, so its kind says it; and the design is written as it was.
        assert_eq!(design.achievement_type(), AchievementType::MicroCredential);
        let mut chosen = design.clone();
        chosen.chosen_type = Some(AchievementType::Course);
        chosen.language = Language::parse("de");
        chosen.details.skills = vec!["First aid".to_owned()];
        let written = serde_json::to_value(&chosen).unwrap();
        assert_eq!(
            (&written["achievement_type"], &written["language"]),
            (&"Course".into(), &"de".into())
        );
        let read: Design = serde_json::from_value(written).unwrap();
        assert_eq!(read, chosen);
        assert_eq!(read.achievement_type(), AchievementType::Course);
        assert!(serde_json::to_value(&design).unwrap().get("language").is_none());
    }

    #[test]
    fn an_expiry_is_stored_as_json_without_loss() {
        for expiry in [
            Expiry::Never,
            on(now()),
            Expiry::On {
                at: now(),
                zone: Zone::parse("Europe/Berlin").unwrap(),
            },
            Expiry::AfterMonths { months: 36 },
        ] {
            let text = serde_json::to_string(&expiry).unwrap();
            assert_eq!(serde_json::from_str::<Expiry>(&text).unwrap(), expiry);
        }
    }
}
