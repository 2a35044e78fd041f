//! Reading a course at its platform: members, gradebook columns and results become facts, and in the same transaction
//! the evaluations that they call for are enqueued.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde_json::json;
use url::Url;

use crate::domain::badge::{Badge, BadgeState, Expiry};
use crate::domain::course::{Checks, Course, LineItem};
use crate::domain::facts::GradeSource;
use crate::domain::rule::Condition;
use crate::ids::{CourseId, LineItemId, PersonId, TenantId};
use crate::lti::registration::Registration;
use crate::lti::roles::Roles;
use crate::lti::services::Platform;
use crate::lti::services::grades::{self, LineItemFilter, ResultRow};
use crate::lti::services::media::scope;
use crate::lti::services::roster::{Member, Status};
use crate::random::{self, Random, SharedRandom};
use crate::service::error::ServiceError;
use crate::service::{Cairn, decide, platforms};
use crate::store::jobs::{self, NewJob};
use crate::store::line_items::{ItemChanges, ItemSeen};
use crate::store::people::PersonSeen;
use crate::store::results::{Extent, ResultSeen};
use crate::store::{
    Db, StoreError, audit, badges, courses, enrolments, line_items, people, registrations, results, rules,
};

/// The job that reads a course.
pub const CHECK_COURSE: &str = "check_course";

/// Launches of a whole class make one check in so long.
const LAUNCH_PAUSE: TimeDelta = TimeDelta::seconds(30);
/// For more people than this, badges are decided as a whole.
const FEW: usize = 10;

/// Why a course is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    Launch,
    Schedule,
    CheckNow,
    /// An evidence activity was made or changed.
    Activity,
    /// A gradebook column was made.
    Column,
}

impl Cause {
    /// The word that decisions and the queue keep.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Launch => "launch",
            Self::Schedule => "schedule",
            Self::CheckNow => "check-now",
            Self::Activity => "activity",
            Self::Column => "column",
        }
    }
}

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckOutcome {
    /// Members listed.
    pub people: usize,
    /// Gradebook columns that are there.
    pub items: usize,
    /// Results read.
    pub results: usize,
    /// People of whom something changed.
    pub changed: usize,
    /// What went wrong, as a sentence for the instructor.
    pub problem: Option<String>,
}

/// How far a check is, for the page that waits for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckProgress {
    pub running: bool,
    /// Badges that are decided.
    pub done: usize,
    /// Badges to be decided.
    pub total: usize,
    pub message: String,
}

/// Has a course checked as soon as possible; one that waits already stands for it.
///
/// # Errors
/// What the store reports.
pub async fn enqueue_check(
    cairn: &Cairn,
    tenant: &TenantId,
    course: &CourseId,
    cause: Cause,
) -> Result<(), ServiceError> {
    let (now, random) = (cairn.clock.now(), Arc::clone(&cairn.random));
    let (tenant, course) = (tenant.clone(), course.clone());
    let done = cairn
        .store
        .write(move |db| enqueue_check_at(db, &tenant, &course, cause, now, now, random.as_ref()));
    Ok(done.await?)
}

/// After a launch: a course that was read a moment ago waits a little, so that a class that opens its course together
/// makes one check. Run it in the launch's transaction.
///
/// # Errors
/// What the store reports.
pub fn enqueue_after_launch(
    db: &mut Db,
    course: &Course,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let earliest = course
        .checks
        .last_at
        .and_then(|last| last.checked_add_signed(LAUNCH_PAUSE));
    let run_at = earliest.map_or(now, |earliest| earliest.max(now));
    enqueue_check_at(db, &course.tenant, &course.id, Cause::Launch, run_at, now, random)
}

fn enqueue_check_at(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    cause: Cause,
    run_at: DateTime<Utc>,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let job = NewJob {
        tenant: tenant.clone(),
        kind: CHECK_COURSE.to_owned(),
        key: course.to_string(),
        payload: json!({ "course": course, "cause": cause.word() }),
        run_at,
    };
    jobs::enqueue(db, &job, now, random).map(drop)
}

/// Enqueues the checks that the schedule calls for, and says how many.
///
/// # Errors
/// What the store reports.
pub async fn enqueue_due(cairn: &Cairn) -> Result<usize, ServiceError> {
    let Some(interval) = cairn.settings.check_interval else {
        return Ok(0);
    };
    let (now, random) = (cairn.clock.now(), Arc::clone(&cairn.random));
    let due = cairn.store.read(move |db| courses::due(db, now, 100)).await?;
    if due.is_empty() {
        return Ok(0);
    }
    let count = due.len();
    let enqueue = cairn.store.write(move |db| {
        for course in due {
            let (tenant, id) = (&course.tenant, &course.id);
            enqueue_check_at(db, tenant, id, Cause::Schedule, now, now, random.as_ref())?;
            let checks = Checks {
                next_at: now.checked_add_signed(interval),
                ..course.checks
            };
            courses::set_checks(db, tenant, id, &checks)?;
        }
        Ok(())
    });
    enqueue.await?;
    Ok(count)
}

/// How far the check of a course is.
///
/// # Errors
/// [`ServiceError::NotFound`] for a course that is not there.
pub async fn progress(
    cairn: &Cairn,
    tenant: &TenantId,
    course: &CourseId,
) -> Result<CheckProgress, ServiceError> {
    let (tenant, course) = (tenant.clone(), course.clone());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let known = courses::get(db, &tenant, &course)?.ok_or(ServiceError::NotFound("course"))?;
        let reading = jobs::is_unfinished(db, &tenant, CHECK_COURSE, course.as_str())?;
        let mut badges = badges::for_course(db, &tenant, &course)?;
        badges.retain(|badge| badge.state == BadgeState::Active);
        let (total, mut done) = (badges.len(), 0);
        for badge in badges {
            done += usize::from(!jobs::is_unfinished(
                db,
                &tenant,
                decide::DECIDE_BADGE,
                badge.id.as_str(),
            )?);
        }
        let message = if reading {
            "Reading members and grades from the course.".to_owned()
        } else if done < total {
            format!("Deciding badges: {done} of {total} done.")
        } else if let Some(problem) = known.checks.problem {
            problem
        } else {
            "Everything is up to date.".to_owned()
        };
        Ok(CheckProgress {
            running: reading || done < total,
            done: if reading { 0 } else { done },
            total,
            message,
        })
    });
    found.await
}

/// What the platform said; each part may be missing, with a sentence among the problems.
#[derive(Debug, Clone, Default)]
struct Reading {
    items: Option<Vec<ItemSeen>>,
    members: Option<Vec<Member>>,
    /// By the column's URL.
    results: HashMap<String, Vec<ResultRow>>,
    problems: Vec<String>,
}

/// Reads a course and writes what is new. A part that cannot be read leaves the others standing and is named in the
/// course's problem.
///
/// # Errors
/// What the store reports; trouble with the platform is part of the outcome.
pub async fn check_course(
    cairn: &Cairn,
    tenant: &TenantId,
    course: &CourseId,
    cause: &str,
) -> Result<CheckOutcome, ServiceError> {
    let (owner, id) = (tenant.clone(), course.clone());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let course = courses::get(db, &owner, &id)?.ok_or(ServiceError::NotFound("course"))?;
        let registration = registrations::get(db, &owner, &course.registration)?
            .ok_or(ServiceError::NotFound("platform"))?;
        Ok((course, registration))
    });
    let (course, registration) = found.await?;
    let read_at = cairn.clock.now();
    let reading = read(cairn, &course, &registration).await;
    if !reading.problems.is_empty() {
        tracing::warn!(course = %course.id, problems = ?reading.problems, "a check was not complete");
    }
    let took = Taking {
        course,
        reading,
        cause: cause.to_owned(),
        read_at,
        next_at: cairn
            .settings
            .check_interval
            .and_then(|interval| read_at.checked_add_signed(interval)),
        random: Arc::clone(&cairn.random),
    };
    let outcome = cairn.store.write_again(move |db| took.write(db)).await?;
    metrics::counter!("cairn_checks_total").increment(1);
    Ok(outcome)
}

/// A service address of a platform, once it may be called; else a sentence for the instructor.
pub(super) fn vetted(registration: &Registration, url: Option<&str>, what: &str) -> Result<Url, String> {
    let Some(text) = url else {
        return Err(format!(
            "The platform does not offer its {what} to this tool. Ask its administrator to turn the service on, then \
             open the course again."
        ));
    };
    let url =
        Url::parse(text).map_err(|_| format!("The platform's address for its {what} cannot be read."))?;
    registration
        .check_service_url(&url)
        .map_err(|error| format!("The platform's address for its {what} is not used: {error}"))?;
    Ok(url)
}

/// The services of a course's platform, with the scopes that its launches offered.
pub(super) fn platform(cairn: &Cairn, course: &Course, registration: &Registration) -> Platform {
    // The grade scopes come with the launch; the members' service has one only, which its claim implies.
    let mut granted = course.services.ags_scopes.clone();
    if !granted.is_empty() {
        granted.push(scope::MEMBERS_READ.to_owned());
    }
    cairn
        .lti
        .platform(platforms::target(registration), registration.flavour, granted)
}

async fn read(cairn: &Cairn, course: &Course, registration: &Registration) -> Reading {
    let mut reading = Reading::default();
    if !registration.enabled {
        reading
            .problems
            .push("This platform is turned off here. Ask the administrator of Cairn.".to_owned());
        return reading;
    }
    let platform = platform(cairn, course, registration);
    let services = &course.services;
    let urls = match vetted(registration, services.line_items_url.as_deref(), "grades") {
        Ok(url) => read_items(&platform, registration, &url, &mut reading).await,
        Err(problem) => {
            reading.problems.push(problem);
            Vec::new()
        }
    };
    let all = match vetted(registration, services.memberships_url.as_deref(), "member list") {
        Ok(memberships) => {
            let all = platform.read_course(&memberships, &urls).await;
            match all.members {
                Ok(members) => reading.members = Some(members),
                Err(error) => reading.problems.push(format!("{error}.")),
            }
            all.results
        }
        Err(problem) => {
            reading.problems.push(problem);
            platform.results_of_many(&urls).await
        }
    };
    for (url, rows) in urls.iter().zip(all) {
        match rows {
            Ok(rows) => drop(reading.results.insert(url.to_string(), rows)),
            Err(error) => {
                let items = reading.items.iter().flatten();
                let label = items
                    .clone()
                    .find(|item| item.url == url.as_str())
                    .map_or("a column", |item| item.label.as_str());
                let problem = format!("“{label}”: {error}.");
                reading.problems.push(problem);
            }
        }
    }
    reading
}

/// Lists the columns; says which may be read.
async fn read_items(
    platform: &Platform,
    registration: &Registration,
    url: &Url,
    reading: &mut Reading,
) -> Vec<Url> {
    let listed: Vec<grades::LineItem> = match platform.line_items(url, &LineItemFilter::default()).await {
        Ok(listed) => listed,
        Err(error) => {
            reading.problems.push(format!("{error}."));
            return Vec::new();
        }
    };
    let (mut items, mut urls) = (Vec::new(), Vec::new());
    for item in listed {
        if let Err(error) = registration.check_service_url(&item.id) {
            let problem = format!("“{}” is not read: {error}", item.label);
            reading.problems.push(problem);
        } else {
            urls.push(item.id.clone());
        }
        items.push(ItemSeen {
            url: item.id.to_string(),
            label: item.label,
            maximum: item.score_maximum.unwrap_or(Decimal::ONE),
            resource_id: item.resource_id,
            tag: item.tag,
            resource_link_id: item.resource_link_id,
        });
    }
    reading.items = Some(items);
    urls
}

/// A reading on its way into the store.
#[derive(Debug, Clone)]
struct Taking {
    course: Course,
    reading: Reading,
    cause: String,
    read_at: DateTime<Utc>,
    next_at: Option<DateTime<Utc>>,
    random: SharedRandom,
}

impl Taking {
    fn write(&self, db: &mut Db) -> Result<CheckOutcome, StoreError> {
        let mut outcome = CheckOutcome::default();
        let mut changed: BTreeSet<PersonId> = BTreeSet::new();
        let items = self.write_items(db)?;
        outcome.items = items.len();
        if let Some(members) = &self.reading.members {
            outcome.people = members.len();
            changed.extend(self.write_members(db, members)?);
        }
        outcome.results = self.write_results(db, &items, &mut changed)?;
        outcome.changed = changed.len();
        self.enqueue(db, &changed)?;
        if !self.reading.problems.is_empty() {
            let id = hex::encode(random::bytes::<4>(self.random.as_ref()));
            outcome.problem = Some(format!("{} (Error id {id})", self.reading.problems.join(" ")));
            tracing::warn!(course = %self.course.id, error_id = id, "the course was told of a problem");
        }
        let read_something = self.reading.items.is_some() || self.reading.members.is_some();
        let checks = Checks {
            last_at: if read_something {
                Some(self.read_at)
            } else {
                self.course.checks.last_at
            },
            next_at: self.next_at,
            problem: outcome.problem.clone(),
        };
        courses::set_checks(db, &self.course.tenant, &self.course.id, &checks)?;
        Ok(outcome)
    }

    /// The columns that are there, and badges paused whose rule reads one that is not, or not as it was.
    fn write_items(&self, db: &mut Db) -> Result<Vec<LineItem>, StoreError> {
        let (tenant, course) = (&self.course.tenant, &self.course.id);
        let Some(listed) = &self.reading.items else {
            return Ok(Vec::new());
        };
        let watched = rules::watched_items(db, tenant, course)?;
        let random = self.random.as_ref();
        let changes = line_items::upsert_many(db, tenant, course, listed, &watched, self.read_at, random)?;
        let label = |id: &LineItemId| {
            let item = changes.items.iter().find(|item| item.id == *id);
            item.map_or_else(String::new, |item| item.label.clone())
        };
        for id in &changes.gone {
            let reason = format!(
                "The gradebook column “{}” is no longer in the course. Change the rule so that it names another one.",
                label(id)
            );
            self.pause(db, id, &reason)?;
        }
        for id in &changes.maximum_changed {
            let reason = format!(
                "The maximum of the gradebook column “{}” was changed. Look at the rule and activate it again.",
                label(id)
            );
            self.pause(db, id, &reason)?;
        }
        let ItemChanges { mut items, .. } = changes;
        items.retain(|item| self.reading.results.contains_key(&item.url) || listed_as(listed, item));
        Ok(items)
    }

    fn pause(&self, db: &mut Db, item: &LineItemId, reason: &str) -> Result<(), StoreError> {
        let (tenant, at) = (&self.course.tenant, self.read_at);
        for id in rules::badges_reading(db, tenant, item)? {
            let active = badges::get(db, tenant, &id)?.filter(|badge| badge.state == BadgeState::Active);
            if active.is_none() {
                continue;
            }
            let paused = BadgeState::Paused {
                reason: reason.to_owned(),
            };
            badges::set_state(db, tenant, &id, &paused, at)?;
            let entry = audit::Entry {
                actor: None,
                action: "badge.paused".to_owned(),
                subject: id.to_string(),
                detail: json!({ "reason": reason, "line_item": item }),
                at,
            };
            audit::insert(db, tenant, &entry, self.random.as_ref())?;
        }
        Ok(())
    }

    fn write_members(&self, db: &mut Db, members: &[Member]) -> Result<Vec<PersonId>, StoreError> {
        let tenant = &self.course.tenant;
        let seen: Vec<PersonSeen> = members
            .iter()
            .map(|member| PersonSeen {
                sub: member.user_id.clone(),
                name: member.name.clone(),
                email: member.email.clone(),
            })
            .collect();
        let (registration, random) = (&self.course.registration, self.random.as_ref());
        let known = people::upsert_many(db, tenant, registration, &seen, self.read_at, random)?;
        let ids: HashMap<&str, &PersonId> = known.iter().map(|one| (one.sub.as_str(), &one.id)).collect();
        let listed: Vec<enrolments::Member> = members
            .iter()
            .filter_map(|member| {
                Some(enrolments::Member {
                    person: (*ids.get(member.user_id.as_str())?).clone(),
                    learner: Roles::parse(member.roles.iter().map(String::as_str)).may_learn(),
                    active: member.status == Status::Active,
                })
            })
            .collect();
        enrolments::set_from_roster(db, tenant, &self.course.id, &listed, self.read_at)
    }

    /// Writes the results of each column that could be read whole; the others keep what is known.
    fn write_results(
        &self,
        db: &mut Db,
        items: &[LineItem],
        changed: &mut BTreeSet<PersonId>,
    ) -> Result<usize, StoreError> {
        let tenant = &self.course.tenant;
        let subs: BTreeSet<&str> = self
            .reading
            .results
            .values()
            .flatten()
            .map(|row| row.user_id.as_str())
            .collect();
        let subs: Vec<&str> = subs.into_iter().collect();
        let ids = people::ids_by_sub(db, tenant, &self.course.registration, &subs)?;
        let mut count = 0;
        for item in items {
            let Some(rows) = self.reading.results.get(&item.url) else {
                continue;
            };
            let seen: Vec<ResultSeen> = rows.iter().filter_map(|row| result_seen(row, &ids)).collect();
            count += seen.len();
            changed.extend(results::upsert_many(
                db,
                tenant,
                &item.id,
                GradeSource::Ags,
                &seen,
                Extent::Whole,
                self.read_at,
            )?);
        }
        Ok(count)
    }

    /// Evaluations for whom something changed, and for badges that time alone may earn.
    fn enqueue(&self, db: &mut Db, changed: &BTreeSet<PersonId>) -> Result<(), StoreError> {
        let (tenant, course) = (&self.course.tenant, &self.course.id);
        let (now, random) = (self.read_at, self.random.as_ref());
        let mut active = badges::for_course(db, tenant, course)?;
        active.retain(|badge| badge.state == BadgeState::Active);
        for badge in &active {
            if changed.len() > FEW || by_time(db, badge)? {
                decide::enqueue_badge_for(db, tenant, &badge.id, &self.cause, now, random)?;
            }
        }
        if !active.is_empty() && changed.len() <= FEW {
            for person in changed {
                decide::enqueue_person_for(db, tenant, course, person, &self.cause, now, random)?;
            }
        }
        Ok(())
    }
}

fn listed_as(listed: &[ItemSeen], item: &LineItem) -> bool {
    listed.iter().any(|seen| seen.url == item.url)
}

/// A row as it is stored; nobody's row whom neither a launch nor the member list named. A maximum that is not above
/// zero makes the grade unknown.
fn result_seen(row: &ResultRow, ids: &HashMap<String, PersonId>) -> Option<ResultSeen> {
    let maximum = row.maximum.unwrap_or(Decimal::ONE);
    let usable = maximum > Decimal::ZERO;
    Some(ResultSeen {
        person: ids.get(&row.user_id)?.clone(),
        value: row.score.filter(|_| usable),
        maximum: if usable { maximum } else { Decimal::ONE },
        comment: row.comment.clone(),
    })
}

/// Whether the passing of time changes what a badge decides: a date in its rule or in one below it, or awards that end.
fn by_time(db: &mut Db, badge: &Badge) -> Result<bool, StoreError> {
    if badge.design.expiry != Expiry::Never {
        return Ok(true);
    }
    let rule = rules::active(db, &badge.tenant, &badge.id)?;
    Ok(rule.is_some_and(|rule| {
        let conditions = rule.root.conditions();
        conditions
            .iter()
            .any(|one| matches!(one, Condition::NotBefore { .. } | Condition::HoldsBadge { .. }))
    }))
}
