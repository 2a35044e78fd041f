//! Deciding the badge of a programme: it is of no course, so its people, what is known of them and the version that decides about them
//! are found otherwise.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use crate::domain::badge::Badge;
use crate::domain::decision::{Decision, Truth};
use crate::domain::evaluate::evaluate;
use crate::domain::facts::Facts;
use crate::domain::programme::{Terms, awarded_as, deciding};
use crate::domain::rule::{Group, Rule, RuleState};
use crate::domain::zone::Zone;
use crate::ids::{BadgeId, PersonId};
use crate::service::credential::build::waived;
use crate::store::{Db, StoreError, facts, programmes, rules, tenants};

/// What a programme says beside its badge.
pub(super) struct Whole {
    terms: Terms,
    versions: Vec<Rule>,
    zone: Zone,
}

impl Whole {
    /// None for a badge of a course.
    pub(super) fn of(db: &mut Db, badge: &Badge) -> Result<Option<Self>, StoreError> {
        let Some(programme) = programmes::of_badge(db, &badge.tenant, &badge.id)? else {
            return Ok(None);
        };
        Ok(Some(Self {
            terms: programme.terms,
            versions: rules::for_badge(db, &badge.tenant, &badge.id)?,
            zone: tenants::zone(db, &badge.tenant)?,
        }))
    }

    /// The versions by which somebody may be decided.
    fn roots(&self) -> Vec<&Group> {
        let counts = |rule: &&Rule| match rule.state {
            RuleState::Active => true,
            RuleState::Superseded => self.terms.finish_begun,
            RuleState::Draft => false,
        };
        self.versions
            .iter()
            .filter(counts)
            .map(|rule| &rule.root)
            .collect()
    }

    /// Everybody about whom it is decided: those who hold a part.
    pub(super) fn people(&self, db: &mut Db, badge: &Badge) -> Result<Vec<PersonId>, StoreError> {
        let found = programmes::holders_of_parts(db, &badge.tenant, &badge.id, &self.roots())?;
        let mut people: Vec<PersonId> = found.into_keys().collect();
        people.sort_unstable();
        Ok(people)
    }

    /// What is known of those of them who hold a part; of anybody else nothing is decided.
    pub(super) fn facts(
        &self,
        db: &mut Db,
        badge: &Badge,
        people: &[PersonId],
    ) -> Result<HashMap<PersonId, Facts>, StoreError> {
        let mut known = programmes::facts_of(db, &badge.tenant, &badge.id, &self.roots(), people)?;
        known.retain(|_, facts| !facts.held.is_empty());
        Ok(known)
    }

    /// The version that decides about somebody.
    pub(super) fn rule(&self, facts: &Facts, now: DateTime<Utc>) -> Option<&Rule> {
        deciding(&self.versions, &self.terms, facts, now)
    }

    /// The badge as it is given to somebody by that decision; none where a part was revoked, or a waiver taken back, since it was decided.
    pub(super) fn given(
        &self,
        db: &mut Db,
        badge: &Badge,
        rule: &Rule,
        person: &PersonId,
        decision: &Decision,
        now: DateTime<Utc>,
    ) -> Result<Option<Badge>, StoreError> {
        programmes::hold(db, &badge.tenant, person)?;
        let known = self.facts(db, badge, std::slice::from_ref(person))?;
        let stands = known
            .get(person)
            .filter(|facts| still_stands(decision, rule, facts, now));
        Ok(stands.map(|facts| awarded_as(badge, &self.terms, &rule.root, facts, now, self.zone)))
    }
}

/// Whether somebody of a course may be given a badge that is decided by other badges, as it was decided. Those are held until the
/// transaction ends.
pub(super) fn stands_in_course(
    db: &mut Db,
    badge: &Badge,
    rule: &Rule,
    person: &PersonId,
    decision: &Decision,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    if rule.root.badges().next().is_none() {
        return Ok(true);
    }
    programmes::hold(db, &badge.tenant, person)?;
    let only = std::slice::from_ref(person);
    let known = facts::for_people(db, &badge.tenant, &badge.course, &badge.id, only)?;
    let facts = known.get(person);
    Ok(facts.is_some_and(|facts| still_stands(decision, rule, facts, now)))
}

/// Whether a rule is met by the same badges and the same waivers as it was decided: these are what is signed.
fn still_stands(decision: &Decision, rule: &Rule, facts: &Facts, now: DateTime<Utc>) -> bool {
    let again = evaluate(rule, facts, now);
    let parts = |of: &Decision| -> BTreeSet<(BadgeId, DateTime<Utc>)> {
        let counted = of.badges().into_iter();
        counted.map(|(badge, at)| (badge.clone(), at)).collect()
    };
    let left_out = |of: &Decision| -> BTreeSet<BadgeId> { waived(of).into_iter().cloned().collect() };
    again.outcome == Truth::Yes && parts(&again) == parts(decision) && left_out(&again) == left_out(decision)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::facts::Held;
    use crate::domain::sample::{any, days, holds, now, rule};

    #[test]
    fn what_was_decided_is_signed_only_as_long_as_it_rests_on_the_same() {
        let rule = rule(1, any([holds("a"), holds("b")]));
        let mut facts = Facts::default();
        let held = Held {
            awarded_at: now(),
            valid_until: None,
            revoked: false,
        };
        facts.held.insert("b".into(), held);
        facts.waived.insert("a".into(), now());
        let decided = evaluate(&rule, &facts, days(1));
        assert!(still_stands(&decided, &rule, &facts, days(1)));
        let taken_back = Facts {
            waived: HashMap::new(),
            ..facts.clone()
        };
        assert!(
            !still_stands(&decided, &rule, &taken_back, days(1)),
            "it is met without the waiver, which would be signed"
        );
        facts.held.clear();
        assert!(
            !still_stands(&decided, &rule, &facts, days(1)),
            "it is met without the part"
        );
    }
}
