//! Where a student stands with a badge, as the steps of a funnel: what is counted, drawn, ordered by and looked for in the
//! table of a class.

use chrono::{DateTime, Utc};

use crate::domain::award::{Award, Standing};
use crate::domain::decision::{Decision, Truth};
use crate::domain::sentence::progress;
use crate::ids::{BadgeId, SectionId};

/// Where one student stands with one badge. Each stands at exactly one of these; an award says more than what the rule says
/// today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Stage {
    /// The latest award is in force.
    Earned,
    /// The latest award is revoked, or suspended while somebody reviews it.
    Lost,
    /// The latest award has lapsed.
    Expired,
    /// The rule is met, and there is no award.
    Met,
    /// Something of the rule holds, and one condition is missing.
    Near,
    /// Something of the rule holds, and more than one condition is missing.
    Begun,
    /// It was decided, and nothing of the rule holds.
    NotBegun,
    /// Nothing was decided yet.
    Unchecked,
}

impl Stage {
    pub(crate) const ALL: [Self; 8] = [
        Self::Earned,
        Self::Lost,
        Self::Expired,
        Self::Met,
        Self::Near,
        Self::Begun,
        Self::NotBegun,
        Self::Unchecked,
    ];

    /// Its word in an address.
    #[must_use]
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Earned => "earned",
            Self::Lost => "lost",
            Self::Expired => "expired",
            Self::Met => "met",
            Self::Near => "near",
            Self::Begun => "begun",
            Self::NotBegun => "not-begun",
            Self::Unchecked => "unchecked",
        }
    }

    /// Where somebody stands who has that latest award, and of whom that was decided.
    #[must_use]
    pub(crate) fn of(award: Option<&Award>, decision: Option<&Decision>, now: DateTime<Utc>) -> Self {
        match (award.map(|award| award.standing(now)), decision) {
            (Some(Standing::InForce), _) => Self::Earned,
            (Some(Standing::Suspended | Standing::Revoked), _) => Self::Lost,
            (Some(Standing::Expired), _) => Self::Expired,
            (None, None) => Self::Unchecked,
            (None, Some(decision)) => match distance(decision) {
                0 => Self::Met,
                1 => Self::Near,
                2..NOTHING_HOLDS => Self::Begun,
                _ => Self::NotBegun,
            },
        }
    }

    /// Whether it goes by what was decided, and no award has the say.
    #[must_use]
    pub(crate) fn is_decided(self) -> bool {
        matches!(self, Self::Met | Self::Near | Self::Begun | Self::NotBegun)
    }
}

/// What nothing holds of is farther away than whatever has begun. No rule has so many conditions.
pub(crate) const NOTHING_HOLDS: usize = 1_000;

/// How far a decision is from an award: 0 where the rule is met, otherwise how many conditions are missing, and
/// [`NOTHING_HOLDS`] more where none holds.
#[must_use]
pub(crate) fn distance(decision: &Decision) -> usize {
    let far = progress(decision);
    let missing = far.needed.saturating_sub(far.met).max(1);
    match decision.outcome {
        Truth::Yes => 0,
        _ if far.met > 0 => missing,
        _ => NOTHING_HOLDS + missing,
    }
}

/// Whom a table of students shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Search {
    /// A part of the name; none for everybody.
    pub(crate) name: Option<String>,
    /// The badge that `standing` is about; none for any badge of the course.
    pub(crate) badge: Option<BadgeId>,
    /// None for everybody.
    pub(crate) standing: Option<Sought>,
    /// The section or group; others of its name are the same one. None for everybody.
    pub(crate) section: Option<SectionId>,
}

/// How somebody has to stand who is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sought {
    At(Stage),
    /// Everywhere but at [`Stage::Earned`]; without a badge, whoever has earned none at all.
    NotEarned,
}

impl Sought {
    /// Its word in an address.
    #[must_use]
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::At(stage) => stage.word(),
            Self::NotEarned => "not-earned",
        }
    }

    /// All of them, as a list offers them.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let [earned, rest @ ..] = Stage::ALL;
        [Self::At(earned), Self::NotEarned]
            .into_iter()
            .chain(rest.into_iter().map(Self::At))
    }

    /// The one of that word.
    #[must_use]
    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::all().find(|one| one.word() == word)
    }
}

/// What a table of students is ordered by; the name comes second everywhere.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Order {
    #[default]
    Name,
    /// Who has earned most comes first.
    Earned,
    /// Who is nearest to the next badge comes first.
    Next,
}

impl Order {
    pub(crate) const ALL: [Self; 3] = [Self::Name, Self::Earned, Self::Next];

    /// Its word in an address.
    #[must_use]
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Earned => "earned",
            Self::Next => "next",
        }
    }

    /// The one of that word.
    #[must_use]
    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }
}

/// How many students stood where with a badge on a day: each at one place, so that those who are left had not begun, or had
/// lost it. Of several badges together, each student counts once for each of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Funnel {
    /// Everybody who counted as a student.
    pub(crate) students: i64,
    pub(crate) earned: i64,
    pub(crate) met: i64,
    pub(crate) near: i64,
    pub(crate) begun: i64,
}

impl Funnel {
    /// Those who stood at none of the named places.
    #[must_use]
    pub(crate) fn rest(self) -> i64 {
        (self.students - self.earned - self.met - self.near - self.begun).max(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::evaluate::evaluate_group;
    use crate::domain::rule::Group;
    use crate::domain::sample::{Known, all, approval, approved, award, cleaning_rule, days, now, percent};

    fn stage(rule: &Group, known: Known) -> Stage {
        Stage::of(None, Some(&evaluate_group(rule, 1, &known.0, now())), now())
    }

    #[test]
    fn a_student_who_holds_nothing_stands_where_the_rule_says() {
        let quiz = all([percent("cleaning", "80")]);
        let graded = |points| Known::default().grade("cleaning", points, "100");
        assert_eq!(stage(&quiz, graded("80")), Stage::Met);
        assert_eq!(
            stage(&quiz, graded("79")),
            Stage::NotBegun,
            "one of one is missing"
        );
        assert_eq!(stage(&quiz, Known::default()), Stage::NotBegun);
        let two = all([percent("cleaning", "80"), approval()]);
        assert_eq!(stage(&two, graded("90")), Stage::Near);
        assert_eq!(stage(&cleaning_rule(), graded("90")), Stage::Begun);
        assert_eq!(Stage::of(None, None, now()), Stage::Unchecked);
    }

    #[test]
    fn an_award_says_more_than_the_rule() {
        let met = evaluate_group(
            &all([percent("cleaning", "80")]),
            1,
            &Known::default().grade("cleaning", "90", "100").0,
            now(),
        );
        let suspended = Award {
            suspended_since: Some(days(-1)),
            ..award(1, None, false)
        };
        for (held, expected) in [
            (award(1, None, false), Stage::Earned),
            (suspended, Stage::Lost),
            (award(1, Some(days(-1)), true), Stage::Lost),
            (award(1, Some(days(-1)), false), Stage::Expired),
        ] {
            assert_eq!(Stage::of(Some(&held), Some(&met), now()), expected);
        }
    }

    #[test]
    fn what_has_begun_is_nearer_than_what_has_not() {
        let decide = |rule: &Group, known: Known| distance(&evaluate_group(rule, 1, &known.0, now()));
        let graded = Known::default().grade("cleaning", "90", "100");
        let many = decide(&cleaning_rule(), graded);
        let one = decide(&all([approved("report")]), Known::default());
        assert!(many < one, "{many} and {one}");
    }

    #[test]
    fn each_word_of_an_address_is_read_back() {
        for sought in Sought::all() {
            assert_eq!(Sought::parse(sought.word()), Some(sought));
        }
        for order in Order::ALL {
            assert_eq!(Order::parse(order.word()), Some(order));
        }
        assert_eq!((Sought::parse("x"), Order::parse("")), (None, None));
    }

    #[test]
    fn whoever_is_counted_nowhere_else_is_the_rest() {
        let funnel = Funnel {
            students: 30,
            earned: 12,
            met: 1,
            near: 3,
            begun: 4,
        };
        assert_eq!(funnel.rest(), 10);
        assert_eq!(Funnel::default().rest(), 0);
    }
}
