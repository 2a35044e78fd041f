//! Two versions of a rule side by side: what they ask, whom the later one concerns, and what becomes of those who hold the
//! badge. The class is gone through in parts, so that no more than one part of it is ever in memory.

use chrono::{DateTime, Utc};

use super::own_badge;
use super::rule::names;
use super::trial::is_left_out;
use crate::domain::badge::{Badge, Expiry, Renewal};
use crate::domain::decision::Decision;
use crate::domain::evaluate::evaluate;
use crate::domain::page::Page;
use crate::domain::people::Person;
use crate::domain::policy::Regrade;
use crate::domain::rule::{Rule, RuleState};
use crate::domain::sentence::{Names, sentence_in_full};
use crate::domain::stage::Search;
use crate::domain::versions::{Change, Concerned, Effects, Whom, difference};
use crate::ids::{BadgeId, PersonId};
use crate::service::Cairn;
use crate::service::badge::grade_rows;
use crate::service::base::error::ServiceError;
use crate::service::base::session::Visitor;
use crate::store::{Db, StoreError, awards, class, facts, policies, rules};

/// Students of one part.
const AT_ONCE: i64 = 200;

/// What is asked of two versions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    /// By their numbers; a number that there is not is as none.
    pub(crate) before: Option<i32>,
    pub(crate) after: Option<i32>,
    /// Of whom the names are told.
    pub(crate) whom: Whom,
    pub(crate) page: Page,
}

/// Two versions of a badge's rule.
#[derive(Debug, Clone)]
pub(crate) struct SideBySide {
    pub(crate) now: DateTime<Utc>,
    pub(crate) badge: Badge,
    pub(crate) names: Names,
    /// All that there are, oldest first.
    pub(crate) versions: Vec<Version>,
    pub(crate) before: Told,
    pub(crate) after: Told,
    pub(crate) changes: Vec<Change>,
    pub(crate) effects: Effects,
    pub(crate) whom: Whom,
    /// A page of those who were asked for, by name.
    pub(crate) people: Vec<Affected>,
    pub(crate) fate: Fate,
}

/// A version, as a list of them has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) number: i32,
    pub(crate) state: RuleState,
    pub(crate) activated_at: Option<DateTime<Utc>>,
}

/// A version with what it asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) version: Version,
    pub(crate) sentence: String,
}

/// Somebody whom the later version concerns.
#[derive(Debug, Clone)]
pub(crate) struct Affected {
    pub(crate) person: Person,
    pub(crate) how: Concerned,
    /// What the later version says of them.
    pub(crate) decision: Decision,
}

/// What becomes of those who hold the badge when its rule changes: they keep it, and these say what may happen later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fate {
    /// Hold it and are no students of the course any more.
    pub(crate) others: usize,
    /// What the institution has done when a grade falls by which a holder met the version that decides.
    pub(crate) regrade: Regrade,
    /// How the badge is earned again, where it lapses.
    pub(crate) renewal: Option<Renewal>,
}

impl Version {
    fn of(rule: &Rule) -> Self {
        Self {
            number: rule.version,
            state: rule.state,
            activated_at: rule.activated_at,
        }
    }
}

impl SideBySide {
    /// How many there are of those whose names were asked for.
    #[must_use]
    pub(crate) fn total(&self) -> usize {
        self.effects.of(self.whom)
    }
}

/// Two versions of a badge's rule, for the class as it is known today; the draft and the active one where none is asked for.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::NotFound`] for a badge of another course or one
/// without any rule.
#[tracing::instrument(name = "versions.side_by_side", level = "debug", skip_all, fields(badge = id.as_str()))]
pub(crate) async fn side_by_side(
    cairn: &Cairn,
    visitor: &Visitor,
    id: &BadgeId,
    asked: Asked,
) -> Result<SideBySide, ServiceError> {
    visitor.teach()?;
    let (visitor, id, now) = (visitor.clone(), id.clone(), cairn.clock.now());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let badge = own_badge(db, &visitor, &id)?;
        let all = rules::for_badge(db, visitor.tenant(), &id)?;
        let (before, after) = chosen(&all, asked).ok_or(ServiceError::NotFound("rule"))?;
        let names = names(db, &badge)?;
        let mut class = Class {
            asked,
            effects: Effects::default(),
            people: Vec::new(),
        };
        class.look(db, &badge, (before, after), now)?;
        let told = |rule: &Rule| Told {
            version: Version::of(rule),
            sentence: sentence_in_full(&rule.root, &names),
        };
        Ok(SideBySide {
            versions: all.iter().map(Version::of).collect(),
            before: told(before),
            after: told(after),
            changes: difference(&before.root, &after.root),
            effects: class.effects,
            whom: asked.whom,
            people: class.people,
            fate: fate(db, &badge, now)?,
            names,
            badge,
            now,
        })
    });
    found.await
}

/// The versions that are asked for. By itself the later one is the draft or else the active one, and the earlier one the active
/// one or else the one before it.
fn chosen(all: &[Rule], asked: Asked) -> Option<(&Rule, &Rule)> {
    let numbered = |number: i32| all.iter().find(|rule| rule.version == number);
    let in_state = |state| all.iter().find(|rule| rule.state == state);
    let after = asked
        .after
        .and_then(numbered)
        .or_else(|| in_state(RuleState::Draft))
        .or_else(|| in_state(RuleState::Active))
        .or_else(|| all.last())?;
    let older = |rule: &&Rule| rule.version < after.version;
    let before = asked
        .before
        .and_then(numbered)
        .or_else(|| in_state(RuleState::Active).filter(older))
        .or_else(|| all.iter().rfind(older))
        .unwrap_or(after);
    Some((before, after))
}

fn fate(db: &mut Db, badge: &Badge, now: DateTime<Utc>) -> Result<Fate, StoreError> {
    let counters = awards::counters(db, &badge.tenant, &badge.course, now)?;
    let counter = counters.get(&badge.id).copied().unwrap_or_default();
    Ok(Fate {
        others: usize::try_from(counter.holders.saturating_sub(counter.students)).unwrap_or_default(),
        regrade: policies::get(db, &badge.tenant)?.regrade,
        renewal: (badge.design.expiry != Expiry::Never).then_some(badge.design.renewal),
    })
}

/// What is kept of a class while it is gone through.
struct Class {
    asked: Asked,
    effects: Effects,
    people: Vec<Affected>,
}

impl Class {
    fn look(
        &mut self,
        db: &mut Db,
        badge: &Badge,
        (before, after): (&Rule, &Rule),
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (tenant, course, everybody) = (&badge.tenant, &badge.course, Search::default());
        let before_needs = grade_rows::needed(db, badge, before)?;
        let after_needs = grade_rows::needed(db, badge, after)?;
        let mut last = None;
        loop {
            let (people, ended) = class::after(db, tenant, course, &everybody, last.as_ref(), AT_ONCE, now)?;
            let ids: Vec<PersonId> = people.iter().map(|person| person.id.clone()).collect();
            let mut known = facts::for_people(db, tenant, course, &badge.id, &ids)?;
            let mut latest = awards::latest_for_people(db, tenant, course, &ids)?;
            for person in people {
                let facts = known.remove(&person.id).unwrap_or_default();
                let left_out = is_left_out(before_needs, before, &facts, now)
                    || is_left_out(after_needs, after, &facts, now);
                if left_out {
                    continue;
                }
                let award = latest.remove(&(badge.id.clone(), person.id.clone()));
                let how = Concerned::of(&before.root, &after.root, &facts, award.as_ref(), now);
                self.take(person, how, || evaluate(after, &facts, now));
            }
            last = ended;
            if last.is_none() {
                return Ok(());
            }
        }
    }

    /// Counts somebody, and keeps them if they are on the page that was asked for.
    fn take(&mut self, person: Person, how: Concerned, decide: impl FnOnce() -> Decision) {
        let (whom, page) = (self.asked.whom, self.asked.page);
        let place = i64::try_from(self.effects.of(whom)).unwrap_or(i64::MAX);
        self.effects.count(how);
        let is_shown = place >= page.offset && place < page.offset.saturating_add(page.limit);
        if whom.has(how) && is_shown {
            self.people.push(Affected {
                person,
                how,
                decision: decide(),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample::{all, approval, rule};

    fn versions(states: &[RuleState]) -> Vec<Rule> {
        let numbered = (1..).zip(states);
        numbered
            .map(|(number, state)| Rule {
                state: *state,
                ..rule(number, all([approval()]))
            })
            .collect()
    }

    fn numbers(states: &[RuleState], before: Option<i32>, after: Option<i32>) -> Option<(i32, i32)> {
        let all = versions(states);
        let asked = Asked {
            before,
            after,
            whom: Whom::Gaining,
            page: Page::first(50),
        };
        chosen(&all, asked).map(|(before, after)| (before.version, after.version))
    }

    #[test]
    fn the_draft_stands_beside_the_active_one_unless_others_are_asked_for() {
        use RuleState::{Active, Draft, Superseded};
        let three = [Superseded, Active, Draft];
        assert_eq!(numbers(&three, None, None), Some((2, 3)));
        assert_eq!(numbers(&three, Some(1), Some(2)), Some((1, 2)));
        assert_eq!(numbers(&three, Some(3), Some(1)), Some((3, 1)));
        assert_eq!(numbers(&three, Some(9), Some(-1)), Some((2, 3)), "there are none");
        assert_eq!(numbers(&three, None, Some(2)), Some((1, 2)));
        assert_eq!(numbers(&[Superseded, Active], None, None), Some((1, 2)));
        assert_eq!(numbers(&[Draft], None, None), Some((1, 1)), "there is but one");
        assert_eq!(numbers(&[], None, None), None);
    }
}
