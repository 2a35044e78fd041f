//! Who is who: the ids of the interface beside the students of the course. Never by name, and never by what a file said.

use std::collections::{HashMap, HashSet};

use gradebook_rest::canvas::join::{self, Join};
use gradebook_rest::{Coverage as Read, PersonKey};

use crate::domain::course::Course;
use crate::domain::reading::Coverage;
use crate::ids::PersonId;
use crate::secrets::Vault;
use crate::service::base::erased::Erased;
use crate::service::base::error::ServiceError;
use crate::store::platforms::Home;
use crate::store::{Db, enrolments, outside, people};
use lti::services::roster::Member;

/// The parameter in which Canvas says the id of its interface ([`crate::service::institution::registering`] asks for it).
pub(super) const CANVAS_ID: &str = "canvas_user_id";

/// The people of a course, by the ids of the interface.
#[derive(Debug, Default)]
pub(super) struct Folk {
    by_key: HashMap<String, PersonId>,
    /// Ids of people who were erased: they are nobody, and are named nowhere.
    buried: HashSet<String>,
    /// Whether it is not known who of those of nobody was erased.
    names_nobody: bool,
    /// Ids that are of nobody here.
    strangers: HashSet<String>,
    students: HashSet<PersonId>,
    /// Students whom no id belongs to.
    unjoined: usize,
}

impl Folk {
    /// Of Moodle, where the id of a person is the `sub`: of `listed`, and of whoever the course has.
    pub(super) fn of_moodle(
        db: &mut Db,
        vault: &Vault,
        course: &Course,
        home: &Home,
        listed: &[String],
    ) -> Result<Self, ServiceError> {
        let tenant = &course.tenant;
        let everybody = enrolments::everybody(db, tenant, &course.id)?;
        let here: HashSet<&PersonId> = everybody.iter().map(|(person, _)| &person.id).collect();
        let subs: HashSet<&str> = everybody
            .iter()
            .map(|(person, _)| person.sub.as_str())
            .chain(listed.iter().map(String::as_str))
            .collect();
        let subs: Vec<&str> = subs.into_iter().collect();
        let by_key: HashMap<String, PersonId> = people::ids_by_sub(db, tenant, home, &subs)?
            .into_iter()
            .filter(|(_, person)| here.contains(person))
            .collect();
        let buried = match Erased::at(db, vault, tenant, &home.platform)? {
            Some(erased) => erased.among(db, listed.iter().map(String::as_str))?,
            None => std::collections::BTreeSet::new(),
        };
        let buried = buried.into_iter().map(str::to_owned).collect();
        let mut folk = Self {
            by_key,
            buried,
            ..Self::default()
        };
        folk.count_unjoined(db, course)?;
        Ok(folk)
    }

    /// Of Canvas, as the member list said it: `members` where it was read just now.
    pub(super) fn of_canvas(
        db: &mut Db,
        vault: &Vault,
        course: &Course,
        home: &Home,
        members: Option<&[Member]>,
    ) -> Result<Self, ServiceError> {
        let tenant = &course.tenant;
        let mut buried = HashSet::new();
        if let Some(members) = members {
            let said = members
                .iter()
                .filter_map(|one| Some((one.user_id.as_str(), one.custom.get(CANVAS_ID)?.as_str())));
            let said: Vec<(&str, &str)> = said.collect();
            let join = Join::new(said.iter().copied());
            let subs: Vec<&str> = said.iter().map(|(sub, _)| *sub).collect();
            let known = people::ids_by_sub(db, tenant, home, &subs)?;
            let certain = said.iter().filter_map(|(_, parameter)| {
                let key = join::api_id(parameter)?;
                let sub = join.sub(&key)?;
                Some((known.get(sub)?.clone(), key.as_str().to_owned()))
            });
            let certain: Vec<(PersonId, String)> = certain.collect();
            outside::remember_api_ids(db, tenant, &course.id, &certain)?;
            if let Some(erased) = Erased::at(db, vault, tenant, &home.platform)? {
                let gone = erased.among(db, subs.iter().copied())?;
                let of_gone = said.iter().filter(|(sub, _)| gone.contains(sub));
                buried = of_gone.map(|(_, key)| key.trim().to_owned()).collect();
            }
        }
        let mut folk = Self {
            by_key: outside::api_ids(db, tenant, &course.id)?,
            buried,
            names_nobody: members.is_none(),
            ..Self::default()
        };
        folk.count_unjoined(db, course)?;
        Ok(folk)
    }

    fn count_unjoined(&mut self, db: &mut Db, course: &Course) -> Result<(), ServiceError> {
        let joined: HashSet<&PersonId> = self.by_key.values().collect();
        let students = enrolments::learners(db, &course.tenant, &course.id)?;
        self.unjoined = students.iter().filter(|one| !joined.contains(one)).count();
        self.students = students.into_iter().collect();
        Ok(())
    }

    /// Whether a student of the course has no id of the interface yet.
    pub(super) fn lacks_somebody(&self) -> bool {
        self.unjoined > 0
    }

    /// Whose id it is. One that is of nobody here is noted.
    pub(super) fn of(&mut self, key: &PersonKey) -> Option<PersonId> {
        let found = self.by_key.get(key.as_str()).cloned();
        if found.is_none() && !self.buried.contains(key.as_str()) && !self.strangers.contains(key.as_str()) {
            self.strangers.insert(key.as_str().to_owned());
        }
        found
    }

    /// The ids of students, in the same order each time.
    pub(super) fn students(&self) -> Vec<(&str, &PersonId)> {
        let all = self.by_key.iter();
        let mut found: Vec<(&str, &PersonId)> = all
            .filter(|(_, person)| self.students.contains(*person))
            .map(|(key, person)| (key.as_str(), person))
            .collect();
        found.sort();
        found
    }

    /// Those who have an id.
    pub(super) fn people(&self) -> HashSet<&PersonId> {
        self.by_key.values().collect()
    }

    /// Tells a coverage who is not joined to anybody.
    pub(super) fn tell(&self, coverage: &mut Coverage, read: &Read) {
        let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        coverage.strangers = count(self.strangers.len());
        let mut named: Vec<&String> = self.strangers.iter().collect();
        named.sort();
        named.truncate(if self.names_nobody { 0 } else { Coverage::NAMED });
        coverage.named = named.into_iter().cloned().collect();
        coverage.unjoined = count(self.unjoined);
        coverage.people_missing = read.people_missing;
    }
}
