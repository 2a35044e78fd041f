//! Students and badges: how far everybody is, one student's decision with every reason, and an instructor's approval.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::domain::audit::{Action, Logged, approval_subject};
use crate::domain::award::{Award, Standing};
use crate::domain::badge::{Badge, BadgeState};
use crate::domain::cause::Cause;
use crate::domain::decision::{Decision, DecisionRecord, Truth};
use crate::domain::design_review::RuleProblem;
use crate::domain::evaluate::{evaluate, outcome};
use crate::domain::facts::{Approval, Grade};
use crate::domain::membership::Membership;
use crate::domain::page::Page;
use crate::domain::people::{Enrolment, Person};
use crate::domain::policy::Power;
use crate::domain::renewal::{self, Waits};
use crate::domain::rule::{Condition, Rule};
use crate::domain::section::Section;
use crate::domain::sentence::Names;
use crate::domain::stage::{Order, Search, Stage, distance};
use crate::ids::{AwardId, BadgeId, CourseId, LineItemId, PersonId, SectionId, TenantId};
use crate::service::Cairn;
use crate::service::award::course_badge::{MOST, course_badge};
use crate::service::award::holders::AwardPage;
use crate::service::badge::design;
use crate::service::base::error::ServiceError;
use crate::service::base::names;
use crate::service::base::policies;
use crate::service::base::queue::{self, DecidePerson};
use crate::service::base::refusal::AwardRefusal;
use crate::service::base::session::Visitor;
use crate::store::{
    Db, StoreError, approvals, audit, awards, badges, class, decisions, enrolments, facts, identities,
    people, platforms, rules, sections,
};

/// Earlier decisions that a page shows.
const HISTORY: i64 = 50;

/// A part of the table of students by badges.
#[derive(Debug, Clone)]
pub(crate) struct Matrix {
    /// All badges of the course that are not drafts, oldest first.
    pub(crate) badges: Vec<Badge>,
    pub(crate) rows: Vec<Row>,
    /// The sections and groups in which its students are.
    pub(crate) sections: Vec<Section>,
    /// Students who are in none of them, as far as anybody has told; none where there are no sections.
    pub(crate) in_no_section: i64,
    /// What was searched for; a badge and a section that are none of these are left out of it.
    pub(crate) search: Search,
    /// Whether a section was searched for in which no student is any more.
    pub(crate) section_is_gone: bool,
    /// Students in all, as far as they were searched for.
    pub(crate) total: i64,
    /// The part that this is: the last one, where a later one was asked for.
    pub(crate) page: Page,
    /// Those of the badges that nobody can earn now, each with the reason.
    pub(crate) not_earnable: Vec<(BadgeId, RuleProblem)>,
    /// People about whom a teacher is asked: they are not among the students yet.
    pub(crate) in_doubt: usize,
    pub(crate) now: DateTime<Utc>,
}

/// A student with one cell for each badge.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) person: Person,
    pub(crate) cells: Vec<Cell>,
}

/// One student and one badge.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    /// The latest award.
    pub(crate) award: Option<Award>,
    /// The decision that holds now; none when nothing was decided yet.
    pub(crate) decision: Option<Decision>,
}

impl Cell {
    /// Where the student stands.
    #[must_use]
    pub(crate) fn stage(&self, now: DateTime<Utc>) -> Stage {
        Stage::of(self.award.as_ref(), self.decision.as_ref(), now)
    }
}

impl Row {
    /// How many of the badges the student holds.
    #[must_use]
    pub(crate) fn earned(&self, now: DateTime<Utc>) -> usize {
        let earned = self.cells.iter().filter(|cell| cell.stage(now) == Stage::Earned);
        earned.count()
    }

    /// The badge to which the least is missing, of those that are awarded now and that the student never had; the oldest of
    /// several.
    #[must_use]
    pub(crate) fn next<'a>(&'a self, badges: &'a [Badge]) -> Option<(&'a Badge, &'a Decision)> {
        let open = badges.iter().zip(&self.cells).filter_map(|(badge, cell)| {
            let is_open = badge.state == BadgeState::Active && cell.award.is_none();
            let decision = cell.decision.as_ref().filter(|_| is_open)?;
            Some((badge, decision))
        });
        open.min_by_key(|(_, decision)| distance(decision))
    }
}

/// Students by badges, a page of those who are searched for.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors.
#[tracing::instrument(name = "progress.matrix", level = "debug", skip_all)]
pub(crate) async fn matrix(
    cairn: &Cairn,
    visitor: &Visitor,
    search: Search,
    order: Order,
    page: Page,
) -> Result<Matrix, ServiceError> {
    visitor.look()?;
    let (tenant, course, now) = (
        visitor.tenant().clone(),
        visitor.course.id.clone(),
        cairn.clock.now(),
    );
    let limit = page.limit.clamp(1, MOST);
    let page = Page { limit, ..page };
    let found = cairn.store.read(move |db| {
        let badges = columns(db, &tenant, &course)?;
        let sections = sections::of_course(db, &tenant, &course)?;
        let in_no_section = if sections.is_empty() {
            0
        } else {
            sections::in_none(db, &tenant, &course)?
        };
        let asked_section = search.section.is_some();
        let search = known(search, &badges, &sections);
        let (mut students, total) = class::page(db, &tenant, &course, &search, order, page, now)?;
        let within = page.within(total);
        if within != page {
            (students, _) = class::page(db, &tenant, &course, &search, order, within, now)?;
        }
        let in_doubt = enrolments::asked(db, &tenant, &course)?;
        let waits = |(_, one): &&(Person, Enrolment)| matches!(one.membership(), Membership::Waits(_));
        Ok(Matrix {
            rows: rows(db, &tenant, &course, &badges, students, now)?,
            not_earnable: design::not_earnable(db, &badges)?,
            in_doubt: in_doubt.iter().filter(waits).count(),
            section_is_gone: asked_section && search.section.is_none(),
            badges,
            sections,
            in_no_section,
            search,
            total,
            page: within,
            now,
        })
    });
    Ok(found.await?)
}

/// A part of the whole table, by name.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// The same in each part, whatever becomes of the badges meanwhile.
    pub(crate) badges: Vec<Badge>,
    /// Also the same in each part.
    pub(crate) sections: Vec<Section>,
    pub(crate) rows: Vec<Row>,
    /// The names of the sections and groups of those who are in any.
    pub(crate) section_names: HashMap<PersonId, Vec<String>>,
    pub(crate) now: DateTime<Utc>,
    /// Where it ended, when there may be more.
    last: Option<class::Last>,
}

/// Students of one part: each brings a record for every badge.
const AT_ONCE: i64 = 200;

/// The first part of the table of those who are searched for, or the one behind another: all of them are the whole table, each
/// student once. None behind the last.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors.
#[tracing::instrument(name = "progress.part", level = "debug", skip_all)]
pub(crate) async fn part(
    cairn: &Cairn,
    visitor: &Visitor,
    search: Search,
    before: Option<Part>,
) -> Result<Option<Part>, ServiceError> {
    visitor.look()?;
    let (heads, last) = match before {
        None => (None, None),
        Some(Part {
            badges,
            sections,
            last: Some(last),
            ..
        }) => (Some((badges, sections)), Some(last)),
        Some(_) => return Ok(None),
    };
    let (tenant, course, now) = (
        visitor.tenant().clone(),
        visitor.course.id.clone(),
        cairn.clock.now(),
    );
    let found = cairn.store.read(move |db| {
        let (badges, sections) = match heads {
            Some(heads) => heads,
            None => (
                columns(db, &tenant, &course)?,
                sections::of_course(db, &tenant, &course)?,
            ),
        };
        let search = known(search, &badges, &sections);
        let (students, last) = class::after(db, &tenant, &course, &search, last.as_ref(), AT_ONCE, now)?;
        let students = called_here(db, &tenant, &course, students)?;
        let ids: Vec<PersonId> = students.iter().map(|person| person.id.clone()).collect();
        Ok(Some(Part {
            section_names: sections::of_people(db, &tenant, &course, &ids)?,
            rows: rows(db, &tenant, &course, &badges, students, now)?,
            badges,
            sections,
            now,
            last,
        }))
    });
    Ok(found.await?)
}

/// The same people, as the platform of the course calls them: whoever joined accounts of two is kept under one of the names.
fn called_here(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    mut students: Vec<Person>,
) -> Result<Vec<Person>, StoreError> {
    let platform = platforms::home_of_course(db, tenant, course)?.platform;
    let ids: Vec<PersonId> = students.iter().map(|person| person.id.clone()).collect();
    let mut subs = identities::subs_of(db, tenant, &platform, &ids)?;
    for person in &mut students {
        if let Some(sub) = subs.remove(&person.id) {
            person.sub = sub;
        }
    }
    Ok(students)
}

/// The badges of a course that students can stand to.
pub(super) fn columns(db: &mut Db, tenant: &TenantId, course: &CourseId) -> Result<Vec<Badge>, StoreError> {
    let mut all = badges::for_course(db, tenant, course)?;
    all.retain(|badge| badge.state != BadgeState::Draft);
    Ok(all)
}

/// A search without a badge or a section that is none of these.
fn known(search: Search, badges: &[Badge], sections: &[Section]) -> Search {
    let badge = search
        .badge
        .filter(|asked| badges.iter().any(|badge| badge.id == *asked));
    let section = search.section.and_then(|asked| chosen(sections, &asked));
    Search {
        badge,
        section: section.map(|section| section.id.clone()),
        ..search
    }
}

/// The section that an address names, whichever of those of its name that is.
pub(super) fn chosen<'a>(sections: &'a [Section], asked: &SectionId) -> Option<&'a Section> {
    sections.iter().find(|section| section.ids.contains(asked))
}

/// The rows of some students.
fn rows(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    badges: &[Badge],
    students: Vec<Person>,
    now: DateTime<Utc>,
) -> Result<Vec<Row>, StoreError> {
    let ids: Vec<PersonId> = students.iter().map(|person| person.id.clone()).collect();
    let mut held = awards::latest_for_people(db, tenant, course, &ids)?;
    let mut decided = decisions::records_for_people(db, tenant, course, &ids)?;
    decided.extend(as_it_rests(db, tenant, course, badges, &ids, now)?);
    let row = |person: Person| {
        let cell = |badge: &Badge| {
            let key = (badge.id.clone(), person.id.clone());
            Cell {
                award: held.remove(&key),
                decision: decided.remove(&key),
            }
        };
        Row {
            cells: badges.iter().map(cell).collect(),
            person,
        }
    };
    Ok(students.into_iter().map(row).collect())
}

/// How people stand towards the badges that rest, by what was read last: nothing is decided of them meanwhile.
fn as_it_rests(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    badges: &[Badge],
    people: &[PersonId],
    now: DateTime<Utc>,
) -> Result<HashMap<(BadgeId, PersonId), Decision>, StoreError> {
    let mut all = HashMap::new();
    for badge in badges.iter().filter(|badge| badge.state.rests()) {
        let Some(rule) = rules::active(db, tenant, &badge.id)? else {
            continue;
        };
        for (person, facts) in facts::for_people(db, tenant, course, &badge.id, people)? {
            all.insert((badge.id.clone(), person), evaluate(&rule, &facts, now));
        }
    }
    Ok(all)
}

/// Everything that is known of one student and one badge.
#[derive(Debug, Clone)]
pub(crate) struct Sight {
    pub(crate) badge: Badge,
    pub(crate) person: Person,
    /// None for somebody who left the course before it kept lists.
    pub(crate) enrolment: Option<Enrolment>,
    /// What holds now: the recorded decision, or, before the first one, what the rule says at this moment.
    pub(crate) decision: Option<Decision>,
    /// When that was last confirmed; none when it is not recorded.
    pub(crate) confirmed: Option<DateTime<Utc>>,
    /// The rule that decides now.
    pub(crate) rule: Option<Rule>,
    pub(crate) award: Option<Award>,
    /// The award has lapsed, the rule is met, and something else is awaited before it is awarded again.
    pub(crate) waits: Option<Waits>,
    /// Whether others may open the award's page.
    pub(crate) page: AwardPage,
    pub(crate) approval: Option<Approval>,
    pub(crate) names: Names,
    /// Grades that the rule will read once their columns are released: for teachers alone.
    pub(crate) withheld: Vec<(LineItemId, Grade)>,
    /// How many grades students do not see yet in columns of the rule, by name: anybody's, and for teachers alone.
    pub(crate) unseen: Vec<(String, u64)>,
    /// Newest first.
    pub(crate) history: Vec<DecisionRecord>,
    /// What the audit log says of it, newest first, with the name of the person who did it.
    pub(crate) log: Vec<(Logged, Option<String>)>,
    pub(crate) now: DateTime<Utc>,
}

impl Sight {
    /// Whether a badge of the course may be awarded to this person at all.
    #[must_use]
    pub(crate) fn may_be_awarded(&self) -> bool {
        self.membership() == Some(Membership::Student)
    }

    /// Whether this person counts as a student; none for somebody who was never listed here.
    #[must_use]
    pub(crate) fn membership(&self) -> Option<Membership> {
        self.enrolment.as_ref().map(Enrolment::membership)
    }

    /// Whether the approval is from before an award that has lapsed, so that it may be given anew.
    fn is_approved_of_old(&self) -> bool {
        let lapsed = self
            .award
            .as_ref()
            .filter(|award| award.standing(self.now) == Standing::Expired);
        match (&self.approval, lapsed) {
            (Some(approval), Some(award)) => approval.at <= award.awarded_at,
            _ => false,
        }
    }

    /// Whether the rule asks for an approval that was not given yet, or not since the last award has lapsed.
    #[must_use]
    pub(crate) fn waits_for_approval(&self) -> bool {
        (self.approval.is_none() || self.is_approved_of_old())
            && self.rule.as_ref().is_some_and(asks_for_approval)
    }
}

fn asks_for_approval(rule: &Rule) -> bool {
    rule.root
        .conditions()
        .into_iter()
        .any(|condition| *condition == Condition::InstructorApproves)
}

/// One student and one badge of the course.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::NotFound`] for a badge or a person of elsewhere.
#[tracing::instrument(
    name = "progress.sight", level = "debug", skip_all,
    fields(badge = badge.as_str(), person = person.as_str())
)]
pub(crate) async fn sight(
    cairn: &Cairn,
    visitor: &Visitor,
    badge: &BadgeId,
    person: &PersonId,
) -> Result<Sight, ServiceError> {
    visitor.look()?;
    let (visitor, badge, person) = (visitor.clone(), badge.clone(), person.clone());
    let now = cairn.clock.now();
    let seen = cairn
        .store
        .read_with(move |db| sight_in(db, &visitor, &badge, &person, now));
    seen.await
}

fn sight_in(
    db: &mut Db,
    visitor: &Visitor,
    badge: &BadgeId,
    person: &PersonId,
    now: DateTime<Utc>,
) -> Result<Sight, ServiceError> {
    let (tenant, course) = (visitor.tenant(), &visitor.course.id);
    let badge = course_badge(db, visitor, badge)?;
    let enrolment = enrolments::get(db, tenant, course, person)?;
    let award = awards::latest(db, tenant, &badge.id, person)?;
    if enrolment.is_none() && award.is_none() {
        return Err(ServiceError::NotFound("student"));
    }
    let person = people::get(db, tenant, person)?.ok_or(ServiceError::NotFound("student"))?;
    let rule = rules::active(db, tenant, &badge.id)?;
    let recorded = decisions::current(db, tenant, &badge.id, &person.id)?;
    // While a badge rests nothing is decided: what was read since is told all the same.
    let recorded = recorded.filter(|_| !badge.state.rests() || rule.is_none());
    let (decision, confirmed) = match (recorded, &rule) {
        (Some((stored, confirmed)), _) => (Some(stored.decision), Some(confirmed)),
        (None, Some(rule)) => {
            let known = facts::for_person(db, tenant, course, &badge.id, &person.id)?;
            (Some(evaluate(rule, &known, now)), None)
        }
        (None, None) => (None, None),
    };
    let waits = match &rule {
        Some(rule) if award.as_ref().is_some_and(|award| award.valid_until.is_some()) => {
            let known = facts::for_person(db, tenant, course, &badge.id, &person.id)?;
            let met = outcome(&rule.root, &known, now) == Truth::Yes;
            let choice = badge.design.renewal;
            let waits = renewal::lapsed(choice, &rule.root, &known, award.as_ref(), now);
            waits.filter(|_| met)
        }
        _ => None,
    };
    let awarded: Vec<AwardId> = award.iter().map(|award| award.id.clone()).collect();
    let page = AwardPage::of(db, tenant, &awarded)?.into_values().next();
    let history = decisions::history(db, tenant, &badge.id, &person.id, Page::first(HISTORY))?;
    let log = log(db, visitor, &badge.id, &person.id)?;
    let withheld = match &rule {
        Some(rule) => withheld(db, visitor, rule, &person.id)?,
        None => Vec::new(),
    };
    let names = names::of_course(db, tenant, course)?;
    let unseen = match &rule {
        Some(rule) => design::unseen(db, &badge, rule, &names)?,
        None => Vec::new(),
    };
    Ok(Sight {
        withheld,
        unseen,
        approval: approvals::get(db, tenant, &badge.id, &person.id)?,
        names,
        badge,
        person,
        enrolment,
        decision,
        confirmed,
        rule,
        award,
        waits,
        page: page.unwrap_or_default(),
        history,
        log,
        now,
    })
}

/// Grades in the columns of a rule that are not released.
fn withheld(
    db: &mut Db,
    visitor: &Visitor,
    rule: &Rule,
    person: &PersonId,
) -> Result<Vec<(LineItemId, Grade)>, StoreError> {
    let mut known = facts::grades_of(db, visitor.tenant(), &visitor.course.id, person)?.withheld;
    let waits = |item: &LineItemId| Some((item.clone(), known.remove(item).flatten()?));
    Ok(rule.root.line_items().filter_map(waits).collect())
}

/// What the audit log says of one student and one badge.
fn log(
    db: &mut Db,
    visitor: &Visitor,
    badge: &BadgeId,
    person: &PersonId,
) -> Result<Vec<(Logged, Option<String>)>, ServiceError> {
    let tenant = visitor.tenant();
    let all = awards::for_person(db, tenant, person)?;
    let of_badge = all.iter().filter(|award| award.badge == *badge);
    let mut subjects: Vec<&str> = of_badge.map(|award| award.id.as_str()).collect();
    let approved = approval_subject(badge, person);
    subjects.push(&approved);
    let entries = audit::about(db, tenant, &subjects)?;
    let person = |entry: &Logged| entry.actor.id().map(PersonId::from);
    let actors: Vec<PersonId> = entries.iter().filter_map(person).collect();
    let known = people::by_ids(db, tenant, &actors)?;
    let named = |entry: Logged| {
        let actor = person(&entry).and_then(|actor| known.get(&actor));
        let name = actor.map(Person::display_name);
        (entry, name)
    };
    Ok(entries.into_iter().map(named).collect())
}

/// Keeps an instructor's approval of one student for one badge, and has the rule decide again. Doing it twice is doing
/// it once.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors; [`ServiceError::NotFound`] for a badge or a person of elsewhere;
/// [`ServiceError::Refused`] without a reason; [`ServiceError::Refused`] when the rule asks for no approval or the
/// person may not be awarded.
#[tracing::instrument(
    name = "progress.approve", skip_all,
    fields(badge = badge.as_str(), person = person.as_str())
)]
pub(crate) async fn approve(
    cairn: &Cairn,
    visitor: &Visitor,
    badge: &BadgeId,
    person: &PersonId,
    reason: &str,
) -> Result<(), ServiceError> {
    visitor.teach()?;
    let reason = reason.trim().to_owned();
    if reason.is_empty() || reason.chars().count() > 500 {
        return Err(AwardRefusal::ApprovalReason.into());
    }
    let (visitor, badge, person) = (visitor.clone(), badge.clone(), person.clone());
    let (now, random) = (cairn.clock.now(), std::sync::Arc::clone(&cairn.random));
    let kept = cairn.store.write_with(move |db| {
        policies::require(db, &visitor, Power::Approve)?;
        let sight = sight_in(db, &visitor, &badge, &person, now)?;
        let asks = sight.rule.as_ref().is_some_and(asks_for_approval);
        if !asks || matches!(sight.badge.state, BadgeState::Draft | BadgeState::Retired) {
            return Err(AwardRefusal::ApprovalNotAsked.into());
        }
        match sight.membership() {
            Some(Membership::Student) => {}
            Some(Membership::Waits(_)) => return Err(AwardRefusal::StudentInDoubt.into()),
            Some(Membership::NotAStudent(_)) | None => return Err(AwardRefusal::ApprovalNotALearner.into()),
        }
        if sight.approval.is_some() && !sight.is_approved_of_old() {
            return Ok(());
        }
        let (tenant, course) = (visitor.tenant(), &visitor.course.id);
        let approval = Approval {
            by: visitor.person.display_name(),
            at: now,
        };
        approvals::set(db, tenant, &badge, &person, &visitor.person.id, &approval)?;
        let subject = approval_subject(&badge, &person);
        let entry = visitor.entry(Action::ApprovalGiven, &subject, now);
        let entry = entry.detail(json!({ "badge": badge, "reason": reason }));
        audit::record(db, &entry, random.as_ref())?;
        let job = DecidePerson {
            course: course.clone(),
            person: person.clone(),
            cause: Cause::Fact,
        };
        queue::enqueue(db, tenant, &job, now, now, random.as_ref())?;
        Ok(())
    });
    kept.await
}
