//! From a reading to facts, and from changed facts to evaluations, in one transaction.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::CheckOutcome;
use super::read::{self, Reading};
use super::remade;
use super::scale::result_seen;
use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::badge::{Badge, BadgeState, Expiry};
use crate::domain::cause::Cause;
use crate::domain::course::{Checks, Course, CourseLife, End, LineItem, SignOfLife};
use crate::domain::facts::GradeSource;
use crate::domain::membership::SeenAs;
use crate::domain::rule::Condition;
use crate::ids::PersonId;
use crate::random::{self, SharedRandom};
use crate::secrets::Vault;
use crate::service::badge::resting;
use crate::service::base::erased::Erased;
use crate::service::base::error::ServiceError;
use crate::service::base::queue::{self, BackgroundJob as _, CheckCourse, DecideBadge, DecidePerson};
use crate::service::base::trouble::{Reason, Trouble};
use crate::service::course::columns;
use crate::service::course::copying;
use crate::service::course::rest_grades;
use crate::service::course::scores;
use crate::service::course::seen_as::seen_as;
use crate::store::identities::IdentityKind;
use crate::store::line_items::{ItemChanges, ItemSeen};
use crate::store::people::PersonSeen;
use crate::store::platforms::Home;
use crate::store::results::ResultSeen;
use crate::store::{
    Db, StoreError, activities, audit, badges, course_teachers, courses, enrolments, identities, jobs,
    line_items, outside, people, posted_scores, results, rules, unknown_users,
};
use lti::capabilities::{ChangedPoints, ResultScale};
use lti::roles::Roles;
use lti::services::roster::{Member, Status};

/// For more people than this, badges are decided as a whole.
const FEW: usize = 10;

/// A reading on its way into the store.
#[derive(Debug, Clone)]
pub(super) struct Taking {
    pub(crate) course: Course,
    /// Where its people are kept.
    pub(crate) home: Home,
    /// What the platform's results are out of.
    pub(crate) scale: ResultScale,
    /// What becomes of our scores when the points of a column change.
    pub(crate) changed_points: ChangedPoints,
    pub(crate) reading: Reading,
    pub(crate) cause: Cause,
    pub(crate) read_at: DateTime<Utc>,
    /// How often courses are read; none while the schedule is off.
    pub(crate) interval: Option<TimeDelta>,
    pub(crate) random: SharedRandom,
    /// By which those are known who were erased.
    pub(crate) vault: Vault,
}

impl Taking {
    pub(crate) fn write(&self, db: &mut Db) -> Result<CheckOutcome, ServiceError> {
        let mut outcome = CheckOutcome::default();
        let mut changed: BTreeSet<PersonId> = BTreeSet::new();
        let erased = self.erased(db)?;
        let items = self.write_items(db)?;
        if self.reading.items.is_some() {
            copying::map_again(db, &self.course, self.read_at, self.random.as_ref())?;
        }
        outcome.items = items.len();
        let sign = self.reading.sign(&self.course.services);
        let is_over = matches!(sign, SignOfLife::Refuses(_));
        // That nobody's enrolment is current in a course that is over makes nobody somebody who left it.
        if let Some(members) = self.reading.members.as_ref().filter(|_| !is_over) {
            outcome.people = members.len();
            changed.extend(self.write_members(db, members, &erased)?);
        }
        outcome.results = self.write_results(db, &items, &mut changed, &erased)?;
        outcome.changed = changed.len();
        self.enqueue(db, &changed)?;
        let mut reasons = self.reading.problems.clone();
        reasons.extend(read::left_out_of_members(&self.reading.left_out));
        reasons.extend(self.nobodys_results(db)?);
        if !reasons.is_empty() {
            outcome.problem = Some(Trouble {
                reasons,
                error_id: Some(hex::encode(random::bytes::<4>(self.random.as_ref()))),
            });
        }
        let (tenant, course) = (&self.course.tenant, &self.course.id);
        // Asked here: another check may have come to its end while this one waited for the platform.
        let now_is = courses::get(db, tenant, course)?.ok_or(StoreError::Missing("course"))?;
        let life = self.write_life(db, now_is.life, sign)?;
        if life.end().is_some() && is_over {
            // No trouble that anybody could mend.
            outcome.problem = None;
        }
        let read_something = !is_over && (self.reading.items.is_some() || self.reading.members.is_some());
        let checks = Checks {
            last_at: if read_something {
                Some(self.read_at)
            } else {
                now_is.checks.last_at
            },
            next_at: life.next_look(self.read_at, self.interval),
            problem: outcome.problem.as_ref().map(Trouble::stored),
        };
        courses::set_checks(db, tenant, course, &checks)?;
        // A check that was given up has been made up for, and what the columns wait for gets another try.
        jobs::take_given_up(db, tenant, CheckCourse::NAME, course.as_str())?;
        if self.reading.items.is_some() {
            let random = self.random.as_ref();
            columns::resume(db, &self.course, self.cause, self.read_at, random)?;
        }
        // What students of it are called by may be new.
        rest_grades::after_check(db, &self.course, self.cause, self.read_at, self.random.as_ref())?;
        Ok(outcome)
    }

    /// Those whom the reading names although they were erased and have not agreed to be kept again: it brings none of them
    /// back.
    fn erased(&self, db: &mut Db) -> Result<BTreeSet<&str>, ServiceError> {
        let reading = &self.reading;
        let Some(erased) = Erased::at(db, &self.vault, &self.course.tenant, &self.home.platform)? else {
            return Ok(BTreeSet::new());
        };
        let members = reading.members.iter().flatten().map(|one| one.user_id.as_str());
        let results = reading.results.values().flatten().map(|row| row.user_id.as_str());
        let aliases = reading.aliases.keys().map(String::as_str);
        Ok(erased.among(db, members.chain(results).chain(aliases))?)
    }

    /// Keeps what this look told of the course's life, and what became of it.
    fn write_life(
        &self,
        db: &mut Db,
        before: CourseLife,
        sign: SignOfLife,
    ) -> Result<CourseLife, StoreError> {
        let after = before.after(sign, self.read_at);
        if after == before {
            return Ok(after);
        }
        let (tenant, course) = (&self.course.tenant, &self.course.id);
        courses::set_life(db, tenant, course, after)?;
        let action = match (before.end(), after.end()) {
            (None, Some(_)) => Action::CourseEnded,
            (Some(_), None) => Action::CourseReopened,
            _ => return Ok(after),
        };
        let entry = Entry::new(tenant, Actor::Cairn, action, course.as_str(), self.read_at);
        let how = after.end().or(before.end()).map(End::word);
        audit::record(db, &entry.detail(json!({ "as": how })), self.random.as_ref())?;
        Ok(after)
    }

    /// The columns that are there. Badges rest whose rule reads one that is not, or not as it was, and decide again.
    fn write_items(&self, db: &mut Db) -> Result<Vec<LineItem>, StoreError> {
        let (tenant, course) = (&self.course.tenant, &self.course.id);
        let Some(listed) = &self.reading.items else {
            return Ok(Vec::new());
        };
        let watched = rules::watched_items(db, tenant, course)?;
        let random = self.random.as_ref();
        let rebound = remade::rebind(db, &self.course, &self.reading.remade, self.read_at, random)?;
        let changes = line_items::upsert_many(db, tenant, course, listed, &watched, self.read_at, random)?;
        let urls: Vec<&str> = listed.iter().map(|seen| seen.url.as_str()).collect();
        line_items::note_owner(db, tenant, course, &self.course.registration, &urls)?;
        resting::settle(db, &self.course, self.cause, self.read_at, random)?;
        for item in changes.items.iter().filter(|item| rebound.contains(&item.id)) {
            resting::remade(db, item, self.read_at)?;
        }
        if self.changed_points == ChangedPoints::ScoresStay {
            self.send_anew(db, &changes)?;
        }
        self.send_what_waited(db, &changes)?;
        let ItemChanges { mut items, .. } = changes;
        items.retain(|item| self.reading.results.contains_key(&item.url) || listed_as(listed, item));
        Ok(items)
    }

    /// Grades of ours stay what they were when the points of their column change, so they are sent in the new ones.
    fn send_anew(&self, db: &mut Db, changes: &ItemChanges) -> Result<(), StoreError> {
        if changes.points_changed.is_empty() {
            return Ok(());
        }
        let (tenant, course) = (&self.course.tenant, &self.course.id);
        let (now, random) = (self.read_at, self.random.as_ref());
        for activity in activities::for_course(db, tenant, course)? {
            let Some(item) = &activity.line_item else { continue };
            let Some((_, before)) = changes.points_changed.iter().find(|(id, _)| id == item) else {
                continue;
            };
            let count = scores::enqueue_grades(db, tenant, course, &activity.id, now, random)?;
            if count > 0 {
                let after = changes.items.iter().find(|one| one.id == *item);
                let detail = json!({ "scores": count, "from": before, "to": after.map(|one| one.maximum) });
                let entry = Entry::new(tenant, Actor::Cairn, Action::ScoresSentAnew, item.as_str(), now);
                audit::record(db, &entry.detail(detail), random)?;
            }
        }
        Ok(())
    }

    /// What waited for a column that is back is sent at once.
    fn send_what_waited(&self, db: &mut Db, changes: &ItemChanges) -> Result<(), StoreError> {
        if changes.back.is_empty() {
            return Ok(());
        }
        let (tenant, course) = (&self.course.tenant, &self.course.id);
        for activity in activities::for_course(db, tenant, course)? {
            if activity
                .line_item
                .is_some_and(|item| changes.back.contains(&item))
            {
                let random = self.random.as_ref();
                scores::enqueue_all(db, tenant, course, &activity.id, self.read_at, random)?;
            }
        }
        Ok(())
    }

    fn write_members(
        &self,
        db: &mut Db,
        members: &[Member],
        erased: &BTreeSet<&str>,
    ) -> Result<Vec<PersonId>, StoreError> {
        let tenant = &self.course.tenant;
        let seen: Vec<PersonSeen> = members
            .iter()
            .filter(|member| !erased.contains(member.user_id.as_str()))
            .map(|member| PersonSeen {
                sub: member.user_id.clone(),
                name: member.name.clone(),
                email: member.email.clone(),
            })
            .collect();
        let random = self.random.as_ref();
        let known = people::upsert_many(db, tenant, &self.home, &seen, self.read_at, random)?;
        let ids: HashMap<&str, &PersonId> = known.iter().map(|one| (one.sub.as_str(), &one.id)).collect();
        let listed: Vec<enrolments::Member> = members
            .iter()
            .filter_map(|member| {
                let roles = Roles::parse(member.roles.iter().map(String::as_str));
                Some(enrolments::Member {
                    person: (*ids.get(member.user_id.as_str())?).clone(),
                    seen_as: seen_as(&roles),
                    active: member.status == Status::Active,
                    teaches: roles.is_instructor(),
                })
            })
            .collect();
        let course = &self.course.id;
        // Gradebook files may name students by it.
        let of_school = members.iter().filter_map(|member| {
            let roles = Roles::parse(member.roles.iter().map(String::as_str));
            let person = *ids.get(member.user_id.as_str())?;
            let id = member.lis_person_sourcedid.as_ref().filter(|id| !id.is_empty())?;
            (seen_as(&roles) == SeenAs::Learner).then(|| (person.clone(), id.clone()))
        });
        let of_school: Vec<(PersonId, String)> = of_school.collect();
        outside::remember_listed(db, tenant, course, &of_school)?;
        // Whoever is listed as an instructor may bring this course's badges to a copy of it.
        let teachers = listed.iter().filter(|member| member.teaches);
        let teachers: Vec<PersonId> = teachers.map(|member| member.person.clone()).collect();
        course_teachers::note(db, tenant, course, &teachers, self.read_at)?;
        if self.reading.left_out.is_empty() {
            enrolments::set_from_roster(db, tenant, course, &listed, self.read_at)
        } else {
            enrolments::set_from_part_of_roster(db, tenant, course, &listed, self.read_at)
        }
    }

    /// Writes the results of each column that could be read whole; the others keep what is known.
    fn write_results(
        &self,
        db: &mut Db,
        items: &[LineItem],
        changed: &mut BTreeSet<PersonId>,
        erased: &BTreeSet<&str>,
    ) -> Result<usize, StoreError> {
        let tenant = &self.course.tenant;
        let subs: BTreeSet<&str> = self
            .reading
            .results
            .values()
            .flatten()
            .map(|row| row.user_id.as_str())
            .filter(|sub| !erased.contains(sub))
            .collect();
        let subs: Vec<&str> = subs.into_iter().collect();
        let mut ids = people::ids_by_sub(db, tenant, &self.home, &subs)?;
        self.write_aliases(db, &mut ids, erased)?;
        let unknown: BTreeSet<&str> = subs.into_iter().filter(|sub| !ids.contains_key(*sub)).collect();
        if !self.reading.results.is_empty() {
            let asked = &self.reading.asked_of;
            unknown_users::set(db, tenant, &self.course.id, &unknown, asked, self.read_at)?;
        }
        let mut count = 0;
        for item in items {
            let Some(rows) = self.reading.results.get(&item.url) else {
                continue;
            };
            // Nobody's row whom neither a launch nor the member list named.
            let seen = rows.iter().filter_map(|row| {
                let person = ids.get(&row.user_id)?.clone();
                Some(result_seen(row, item.maximum, self.scale, person))
            });
            let seen = once_each(seen);
            count += seen.len();
            // Whose score was sent meanwhile may have a newer row than this reading.
            let later = posted_scores::tried_since(db, tenant, &item.id, self.read_at)?;
            changed.extend(results::upsert_all_but(
                db,
                tenant,
                &item.id,
                GradeSource::Ags,
                &seen,
                &later,
                self.read_at,
            )?);
        }
        Ok(count)
    }

    /// How many users results name whom nobody knows, and the first of them; none where there are none.
    fn nobodys_results(&self, db: &mut Db) -> Result<Option<Reason>, StoreError> {
        let unknown = unknown_users::of_course(db, &self.course.tenant, &self.course.id)?;
        Ok((!unknown.is_empty()).then(|| Reason::NobodysResults {
            count: unknown.len(),
            users: unknown.keys().take(read::MOST_NAMED).cloned().collect(),
        }))
    }

    /// Keeps the names by which only results call people.
    fn write_aliases(
        &self,
        db: &mut Db,
        ids: &mut HashMap<String, PersonId>,
        erased: &BTreeSet<&str>,
    ) -> Result<(), StoreError> {
        if self.reading.aliases.is_empty() {
            return Ok(());
        }
        let tenant = &self.course.tenant;
        let named: Vec<(&str, &str)> = self
            .reading
            .aliases
            .iter()
            .filter(|(sub, _)| !erased.contains(sub.as_str()))
            .map(|(sub, person)| (sub.as_str(), person.as_str()))
            .collect();
        let platform = &self.home.platform;
        identities::insert_many(db, tenant, platform, &named, IdentityKind::Alias, self.read_at)?;
        let subs: Vec<&str> = named.iter().map(|(sub, _)| *sub).collect();
        ids.extend(people::ids_by_sub(db, tenant, &self.home, &subs)?);
        Ok(())
    }

    /// Evaluations for whom something changed, for badges that time alone may earn, and for what was given up before.
    fn enqueue(&self, db: &mut Db, changed: &BTreeSet<PersonId>) -> Result<(), StoreError> {
        let (tenant, course) = (&self.course.tenant, &self.course.id);
        let (now, cause, random) = (self.read_at, self.cause, self.random.as_ref());
        let mut active = badges::for_course(db, tenant, course)?;
        active.retain(|badge| badge.state == BadgeState::Active);
        let given_up = jobs::take_given_up_below(db, tenant, DecidePerson::NAME, course.as_str())?;
        for badge in &active {
            let given_up = given_up || jobs::take_given_up(db, tenant, DecideBadge::NAME, badge.id.as_str())?;
            if changed.len() > FEW || given_up || by_time(db, badge, now)? {
                let job = DecideBadge {
                    badge: badge.id.clone(),
                    cause,
                };
                queue::enqueue(db, tenant, &job, now, now, random)?;
            }
        }
        if !active.is_empty() && changed.len() <= FEW {
            for person in changed {
                let job = DecidePerson {
                    course: course.clone(),
                    person: person.clone(),
                    cause,
                };
                queue::enqueue(db, tenant, &job, now, now, random)?;
            }
        }
        Ok(())
    }
}

/// One result of each person, whom the platform may name twice: one with points goes before one without, else the last.
fn once_each(all: impl Iterator<Item = ResultSeen>) -> Vec<ResultSeen> {
    let mut by_person: BTreeMap<PersonId, ResultSeen> = BTreeMap::new();
    for one in all {
        match by_person.get(&one.person) {
            Some(known) if known.value.is_some() && one.value.is_none() => {}
            _ => drop(by_person.insert(one.person.clone(), one)),
        }
    }
    by_person.into_values().collect()
}

fn listed_as(listed: &[ItemSeen], item: &LineItem) -> bool {
    listed.iter().any(|seen| seen.url == item.url)
}

/// Whether the passing of time changes what a badge decides: a date in its rule or in one below it, or awards that end.
fn by_time(db: &mut Db, badge: &Badge, now: DateTime<Utc>) -> Result<bool, StoreError> {
    if badge.design.expiry != Expiry::Never && badge.design.expiry.leaves_time(now) {
        return Ok(true);
    }
    let rule = rules::active(db, &badge.tenant, &badge.id)?;
    Ok(rule.is_some_and(|rule| {
        let conditions = rule.root.conditions();
        conditions
            .iter()
            .any(|one| matches!(one, Condition::NotBefore { .. }) || !one.badges().is_empty())
    }))
}
