//! Deciding the badge of a programme: it is of no course, so its people, what is known of them and the version that decides about them
//! are found otherwise.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use crate::domain::badge::Badge;
use crate::domain::decision::Truth;
use crate::domain::evaluate::outcome;
use crate::domain::facts::Facts;
use crate::domain::programme::{Terms, awarded_as, deciding};
use crate::domain::rule::{Group, Rule, RuleState};
use crate::domain::zone::Zone;
use crate::ids::PersonId;
use crate::store::{Db, StoreError, programmes, rules, tenants};

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

    /// The badge as it is given to somebody; none where a part was revoked since it was counted.
    pub(super) fn given(
        &self,
        db: &mut Db,
        badge: &Badge,
        rule: &Rule,
        person: &PersonId,
        now: DateTime<Utc>,
    ) -> Result<Option<Badge>, StoreError> {
        programmes::hold(db, &badge.tenant, person)?;
        let known = self.facts(db, badge, std::slice::from_ref(person))?;
        let met = known
            .get(person)
            .filter(|facts| outcome(&rule.root, facts, now) == Truth::Yes);
        Ok(met.map(|facts| awarded_as(badge, &self.terms, &rule.root, facts, now, self.zone)))
    }
}
