//! Everything that rules may ask, of a whole course or of some people, in a few queries however many they are.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use rust_decimal::Decimal;

use super::convert::{CHUNK, decimal, moment, word};
use super::schema::{activities, approvals, awards, badges, enrolments, line_items, results, submissions};
use super::{Db, StoreError};
use super::{
    approvals as approval_rows, awards as award_rows, cells, outside, readings, releases,
    results as result_rows, rules, submissions as hand_ins,
};
use crate::domain::evidence::SubmissionState;
use crate::domain::facts::{Facts, Grade, GradeSource, HandedIn};
use crate::domain::release::is_of_review;
use crate::ids::{BadgeId, CourseId, LineItemId, OutsideColumnId, PersonId, TenantId};

/// The facts of everybody who is enrolled in the course, whether or not anything is known of them: grades, evidence
/// and badges of this course, the approval for `badge`, and what counts for the badges that its rules name. Of other courses that
/// is what their institution lets count: nothing else that somebody earned there is for the teachers of this one to learn.
pub(crate) fn for_course(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    badge: &BadgeId,
) -> Result<HashMap<PersonId, Facts>, StoreError> {
    let ids: Vec<String> = enrolments::table
        .filter(enrolments::tenant_id.eq(tenant.as_str()))
        .filter(enrolments::course_id.eq(course.as_str()))
        .select(enrolments::person_id)
        .load(db)?;
    let mut all: HashMap<PersonId, Facts> = ids.into_iter().map(|id| (id.into(), Facts::default())).collect();
    gather(db, tenant, course, badge, None, &mut all)?;
    Ok(all)
}

/// The facts of some people, as [`for_course`]; each of `people` is in the answer.
pub(crate) fn for_people(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    badge: &BadgeId,
    people: &[PersonId],
) -> Result<HashMap<PersonId, Facts>, StoreError> {
    let mut all: HashMap<PersonId, Facts> = people.iter().map(|id| (id.clone(), Facts::default())).collect();
    for some in people.chunks(CHUNK) {
        let some: Vec<&str> = some.iter().map(PersonId::as_str).collect();
        gather(db, tenant, course, badge, Some(&some), &mut all)?;
    }
    Ok(all)
}

/// The facts of one person, as [`for_course`].
pub(crate) fn for_person(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    badge: &BadgeId,
    person: &PersonId,
) -> Result<Facts, StoreError> {
    let mut all = for_people(db, tenant, course, badge, std::slice::from_ref(person))?;
    Ok(all.remove(person).unwrap_or_default())
}

/// The grades of one person, and nothing else that is known of them.
pub(crate) fn grades_of(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    person: &PersonId,
) -> Result<Facts, StoreError> {
    let mut all = HashMap::from([(person.clone(), Facts::default())]);
    let only = [person.as_str()];
    grades(db, tenant, course, Some(&only), &mut all)?;
    elsewhere(db, tenant, course, Some(&only), &mut all)?;
    Ok(all.remove(person).unwrap_or_default())
}

/// Adds the grades of those in `all`, or only of those `only` names: such as count, and apart from them such as are not
/// released.
fn grades(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    only: Option<&[&str]>,
    all: &mut HashMap<PersonId, Facts>,
) -> Result<(), StoreError> {
    let releases = releases::for_course(db, tenant, course)?;
    let rows: Vec<(result_rows::Row, bool)> = on_both!(db, |connection| {
        let mut query = results::table
            .inner_join(line_items::table.on(line_items::id.eq(results::line_item_id)))
            .filter(results::tenant_id.eq(tenant.as_str()))
            .filter(line_items::course_id.eq(course.as_str()))
            .select((result_rows::Row::as_select(), line_items::is_scale))
            .into_boxed();
        if let Some(people) = only {
            query = query.filter(results::person_id.eq_any(people));
        }
        query.load(connection)
    })?;
    // Where the interface of the LMS says what is released, the setting of the column says nothing.
    let shown = cells::shown_of_ours(db, tenant, course, only)?;
    let told_of = if shown.is_empty() {
        None
    } else {
        cells::told_of(db, tenant, course, only)?
    };
    // Of whoever it does not know it says nothing: they are as they were before it was on.
    let is_told = |person: &PersonId| told_of.as_ref().is_none_or(|people| people.contains(person));
    let mut any_waits = false;
    for (row, is_scale) in rows {
        let changed_at = moment(row.changed_at)?;
        let (person, item, grade) = row.grade(is_scale)?;
        let Some(facts) = all.get_mut(&person) else {
            continue;
        };
        let counts = match shown.get(&item) {
            Some(shown) if is_told(&person) => {
                shown.get(&person).is_some_and(|share| is_shown(&grade, *share))
            }
            _ => releases.of(&item).counts(changed_at),
        };
        if counts {
            facts.withheld.remove(&item);
            facts.grades.insert(item, grade);
        } else {
            any_waits |= grade.value.is_some();
            facts.withheld.insert(item, Some(grade));
        }
    }
    for item in releases.closed() {
        for facts in all.values_mut().filter(|facts| !facts.grades.contains_key(item)) {
            facts.withheld.entry(item.clone()).or_insert(None);
        }
    }
    if any_waits {
        release_reviewed(db, tenant, course, only, all)?;
    }
    // That a grade is there and not released is told of nobody: it is as if there were none.
    for item in shown.keys() {
        for (_, facts) in all.iter_mut().filter(|(person, _)| is_told(person)) {
            facts.withheld.remove(item);
        }
    }
    Ok(())
}

/// Whether a grade is the one that the interface of the LMS shows, as a share of its maximum where that is told.
fn is_shown(grade: &Grade, share: Option<Decimal>) -> bool {
    let there = grade.value.and_then(|value| value.checked_div(grade.maximum));
    match (there, share) {
        // Platforms round to five digits.
        (Some(there), Some(share)) => there
            .checked_sub(share)
            .is_some_and(|apart| apart.abs() < Decimal::new(1, 4)),
        (Some(_), None) => true,
        (None, _) => false,
    }
}

/// Adds the grades of columns that are none of ours.
fn elsewhere(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    only: Option<&[&str]>,
    all: &mut HashMap<PersonId, Facts>,
) -> Result<(), StoreError> {
    for (person, column, grade) in outside::counting(db, tenant, course, only)? {
        if let Some(facts) = all.get_mut(&person) {
            facts.elsewhere.insert(column, grade);
        }
    }
    for (person, column, cell) in cells::counting(db, tenant, course, only)? {
        let Some(facts) = all.get_mut(&person) else {
            continue;
        };
        let (handed_in, completed) = (cell.handed_in, cell.completed);
        facts
            .handed_in
            .extend(handed_in.map(|fact| (column.clone(), fact)));
        facts
            .completed
            .extend(completed.map(|fact| (column.clone(), fact)));
        facts.elsewhere.extend(cell.grade.map(|grade| (column, grade)));
    }
    nothing_handed_in(db, tenant, course, all)
}

/// Adds that nothing was handed in where that is known, to columns of which a rule asks it.
fn nothing_handed_in(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    all: &mut HashMap<PersonId, Facts>,
) -> Result<(), StoreError> {
    let asked: HashSet<OutsideColumnId> = rules::reading_of_kind(db, tenant, course, rules::HAND_IN)?
        .into_iter()
        .map(|(column, _)| column)
        .collect();
    if asked.is_empty() || !readings::is_on(db, tenant, course)? {
        return Ok(());
    }
    let Some(known) = cells::hand_ins_of_all(db, tenant, course)? else {
        return Ok(());
    };
    for column in known.columns.iter().filter(|column| asked.contains(*column)) {
        for (_, facts) in all
            .iter_mut()
            .filter(|(person, _)| known.people.contains(*person))
        {
            facts.handed_in.entry(column.clone()).or_insert(HandedIn {
                at: None,
                late: None,
                missing: false,
                source: GradeSource::RestCanvas,
                read_at: known.read_at,
            });
        }
    }
    Ok(())
}

/// Whose work, the column of its activity, the score that it was given, and what that is out of.
type Reviewed = (String, Option<String>, Option<String>, String);

/// A score that Cairn posted was released by the review that gave it.
fn release_reviewed(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    only: Option<&[&str]>,
    all: &mut HashMap<PersonId, Facts>,
) -> Result<(), StoreError> {
    let approved = word(&SubmissionState::Approved)?;
    let rows: Vec<Reviewed> = on_both!(db, |connection| {
        let mut query = submissions::table
            .inner_join(activities::table.on(activities::id.eq(submissions::activity_id)))
            .filter(submissions::tenant_id.eq(tenant.as_str()))
            .filter(activities::course_id.eq(course.as_str()))
            .filter(submissions::latest.eq(true))
            .filter(submissions::state.eq(&approved))
            .select((
                submissions::person_id,
                activities::line_item_id,
                submissions::review_score,
                activities::maximum,
            ))
            .into_boxed();
        if let Some(people) = only {
            query = query.filter(submissions::person_id.eq_any(people));
        }
        query.load(connection)
    })?;
    for (person, item, score, maximum) in rows {
        let (Some(item), Some(score)) = (item.map(LineItemId::from), score) else {
            continue;
        };
        let score = decimal("submissions.review_score", &score)?;
        let maximum = decimal("activities.maximum", &maximum)?;
        let Some(facts) = all.get_mut(&PersonId::from(person)) else {
            continue;
        };
        if let Some(Some(grade)) = facts.withheld.get(&item)
            && is_of_review(grade, score, maximum)
        {
            facts.grades.insert(item.clone(), grade.clone());
            facts.withheld.remove(&item);
        }
    }
    Ok(())
}

/// Adds the awards that count for badges which the rules of `badge` name.
fn built_on(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    badge: &BadgeId,
    only: Option<&[&str]>,
    all: &mut HashMap<PersonId, Facts>,
) -> Result<(), StoreError> {
    let counting = award_rows::counting(db, tenant, course, badge, only)?;
    if counting.lineages.is_empty() {
        return Ok(());
    }
    for (person, facts) in all.iter_mut() {
        if only.is_none_or(|only| only.contains(&person.as_str())) {
            facts.lineages.clone_from(&counting.lineages);
        }
    }
    for (person, part) in counting.parts {
        if let Some(facts) = all.get_mut(&person) {
            facts.parts.push(part);
        }
    }
    Ok(())
}

/// Adds what is known of those in `all`, or only of those `only` names.
fn gather(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    badge: &BadgeId,
    only: Option<&[&str]>,
    all: &mut HashMap<PersonId, Facts>,
) -> Result<(), StoreError> {
    grades(db, tenant, course, only, all)?;
    elsewhere(db, tenant, course, only, all)?;
    built_on(db, tenant, course, badge, only, all)?;
    on_both!(db, |connection| {
        let mut query = submissions::table
            .inner_join(activities::table.on(activities::id.eq(submissions::activity_id)))
            .filter(submissions::tenant_id.eq(tenant.as_str()))
            .filter(activities::course_id.eq(course.as_str()))
            .filter(submissions::latest.eq(true))
            .select((
                submissions::person_id,
                submissions::activity_id,
                submissions::state,
                submissions::submitted_at,
                submissions::reviewed_at,
            ))
            .into_boxed();
        if let Some(people) = only {
            query = query.filter(submissions::person_id.eq_any(people));
        }
        for columns in query.load::<hand_ins::FactColumns>(connection)? {
            let (person, activity, fact) = hand_ins::fact(columns)?;
            if let Some(facts) = all.get_mut(&person) {
                facts.evidence.insert(activity, fact);
            }
        }

        let columns = (
            awards::person_id,
            awards::badge_id,
            awards::awarded_at,
            awards::valid_until,
            awards::revoked_at,
        );
        // Where the policy suspends an award until somebody has decided, it counts for nothing meanwhile.
        // In the order of cycles, so that the latest stands in the end.
        let of_course = badges::table
            .filter(badges::tenant_id.eq(tenant.as_str()))
            .filter(badges::course_id.eq(course.as_str()))
            .select(badges::id);
        let held: Vec<award_rows::FactColumns> = if let Some(people) = only {
            awards::table
                .filter(awards::tenant_id.eq(tenant.as_str()))
                .filter(awards::badge_id.eq_any(of_course))
                .filter(awards::person_id.eq_any(people))
                .filter(awards::suspended_since.is_null())
                .order(awards::cycle)
                .select(columns)
                .load(connection)?
        } else {
            let enrolled = enrolments::person_id.eq(awards::person_id);
            awards::table
                .inner_join(enrolments::table.on(enrolled.and(enrolments::course_id.eq(course.as_str()))))
                .filter(awards::tenant_id.eq(tenant.as_str()))
                .filter(awards::badge_id.eq_any(of_course))
                .filter(awards::suspended_since.is_null())
                .order(awards::cycle)
                .select(columns)
                .load(connection)?
        };
        for columns in held {
            let (person, badge, held) = award_rows::fact(columns)?;
            if let Some(facts) = all.get_mut(&person) {
                facts.held.insert(badge, held);
            }
        }

        let mut query = approvals::table
            .filter(approvals::tenant_id.eq(tenant.as_str()))
            .filter(approvals::badge_id.eq(badge.as_str()))
            .select(approval_rows::Row::as_select())
            .into_boxed();
        if let Some(people) = only {
            query = query.filter(approvals::person_id.eq_any(people));
        }
        for row in query.load::<approval_rows::Row>(connection)? {
            let person = PersonId::from(row.person_id.as_str());
            if let Some(facts) = all.get_mut(&person) {
                facts.approval = Some(row.approval()?);
            }
        }
        Ok(())
    })
}
