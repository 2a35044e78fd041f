//! Whom the rows of a file are about: what the member list, earlier files and a teacher say.

use std::collections::{BTreeMap, BTreeSet};

use gradebook_csv::matching::{Pairing, Roster, confirmed};
use gradebook_csv::{Export, PersonKey};

use crate::domain::people::{Enrolment, Person};
use crate::ids::{CourseId, PersonId, TenantId};
use crate::store::outside::KnownAs;
use crate::store::{Db, StoreError, enrolments, outside};

/// The members of a course, and by what a file may name them.
pub(super) struct Members {
    pub(super) people: Vec<Person>,
    keys: Vec<PersonKey>,
}

impl Members {
    /// Those who are students, or may turn out to be.
    pub(super) fn of(db: &mut Db, tenant: &TenantId, course: &CourseId) -> Result<Self, StoreError> {
        let known = outside::known_as(db, tenant, course)?;
        let all = enrolments::everybody(db, tenant, course)?;
        let is_student = |(_, enrolment): &(Person, Enrolment)| enrolment.may_be_a_student();
        let people: Vec<Person> = all
            .into_iter()
            .filter(is_student)
            .map(|(person, _)| person)
            .collect();
        let keys = people.iter().map(|person| {
            let known = known.get(&person.id).cloned().unwrap_or_default();
            PersonKey {
                lms_id: known.lms_id,
                sis_id: known.sis_id,
                // Where schools sign in by e-mail address, files have it in the place of the login.
                login: person.email.clone(),
                email: person.email.clone(),
                name: person.name.clone(),
            }
        });
        Ok(Self {
            keys: keys.collect(),
            people,
        })
    }

    /// What became of every row.
    pub(super) fn pair(&self, export: &Export) -> Pairing {
        Roster::new(&self.keys).pair(export.rows.iter().map(|row| &row.person))
    }

    /// The member at a place.
    pub(super) fn at(&self, place: usize) -> Option<&Person> {
        self.people.get(place)
    }

    /// Whose rows are used: those that are certain, and those that a teacher confirmed by line and person.
    pub(super) fn used(
        &self,
        export: &Export,
        pairing: &Pairing,
        said: &BTreeSet<(u64, PersonId)>,
    ) -> BTreeMap<usize, PersonId> {
        let line = |row: usize| export.rows.get(row).map(|row| row.line);
        let places = confirmed(pairing, |pair| {
            let (line, person) = (line(pair.row), self.at(pair.member));
            line.zip(person)
                .is_some_and(|(line, person)| said.contains(&(line, person.id.clone())))
        });
        let people = places
            .into_iter()
            .filter_map(|(row, place)| Some((row, self.at(place)?.id.clone())));
        people.collect()
    }
}

/// By what a row names its person.
pub(super) fn known_as(key: &PersonKey) -> Option<KnownAs> {
    let known = KnownAs {
        lms_id: key.lms_id.clone(),
        sis_id: key.sis_id.clone(),
        api_id: None,
    };
    (known != KnownAs::default()).then_some(known)
}
