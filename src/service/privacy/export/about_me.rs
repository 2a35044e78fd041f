//! Everything that is kept about one person, as one document: read in one go, told member by member, so that a new table
//! is told only where somebody wrote down what it means.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::{Value, json};

use super::portfolio::Portfolio;
use crate::domain::award::Award;
use crate::domain::credential::{Credential, ShareLink};
use crate::domain::decision::{CheckedGroup, CheckedNode, DecisionRecord, Seen, Stands};
use crate::domain::evidence::{Review, Submission, SubmissionState};
use crate::domain::membership::Membership;
use crate::domain::people::Person;
use crate::domain::posted_score::Outcome;
use crate::domain::rule::{Condition, GradeColumn};
use crate::ids::{LineItemId, PersonId, SubmissionId, TenantId};
use crate::service::base::addresses;
use crate::service::privacy::export::mine;
use crate::store::{
    Db, StoreError, approvals, audit, awards, badges, cells, course_teachers, credentials, decisions,
    endorsements, enrolments, erasures, facts, identities, issuers, minors, outside, people, posted_scores,
    readings, records, regrades, rest_accesses, results, sections, sessions, share_links, subjects,
    submissions, tenants,
};

mod names;
mod waivers;

use names::Names;

/// Most share links of one badge that are told, the latest first.
const MOST_LINKS: i64 = 1_000;

/// What is known of a person, as the archive tells it.
pub(super) struct AboutMe {
    /// With their badges' names; credentials of a badge that is gone have none.
    pub(crate) credentials: Vec<(Credential, String)>,
    pub(crate) submissions: Vec<Submission>,
    pub(crate) portfolio: Portfolio,
    person: Value,
    courses: Vec<Value>,
    grades: Vec<Value>,
    handed_in: BTreeMap<SubmissionId, Value>,
    scores_sent: Vec<Value>,
    /// The names of columns whose grades are not told yet, whether or not there are any.
    not_released: BTreeSet<String>,
    decisions: Vec<Value>,
    approvals: Vec<Value>,
    waivers: Vec<Value>,
    awards: Vec<Value>,
    falls: Vec<Value>,
    timelines: Vec<Value>,
    accounts: Vec<Value>,
    visits: Vec<Value>,
    dismissed: Vec<Value>,
    programmes: Vec<Value>,
    log: Vec<Value>,
}

/// Reads all of it. Run it in one transaction, so that it is of one moment.
///
/// # Errors
/// [`StoreError::Missing`] for a person who is not there.
pub(super) fn read(db: &mut Db, tenant: &TenantId, id: &PersonId) -> Result<AboutMe, StoreError> {
    let person = people::get(db, tenant, id)?.ok_or(StoreError::Missing("person"))?;
    let mut names = Names::default();
    // Whoever was joined into them is them.
    let everybody = people::everybody(db, tenant, id)?;
    let (mut held, mut signed, mut submissions, mut decided) = (vec![], vec![], vec![], vec![]);
    for one in &everybody {
        held.extend(awards::for_person(db, tenant, one)?);
        signed.extend(credentials::for_person(db, tenant, one)?);
        submissions.extend(submissions::of_person(db, tenant, one)?);
        decided.extend(decisions::of_person(db, tenant, one)?);
    }
    let mut of_award: HashMap<_, _> = HashMap::new();
    for credential in &signed {
        of_award.insert(credential.award.clone(), credential.clone());
    }
    held.sort_by(|one: &Award, other| (other.awarded_at, &other.id).cmp(&(one.awarded_at, &one.id)));
    let mut named = Vec::new();
    let mut told_awards = Vec::new();
    for award in &held {
        let name = names.badge(db, tenant, &award.badge)?;
        let credential = of_award.remove(&award.id);
        let links = match &credential {
            Some(credential) => share_links::of_credential(db, tenant, &credential.id, MOST_LINKS)?,
            None => Vec::new(),
        };
        let recorded = match &credential {
            Some(credential) => records::made_at(db, tenant, &credential.id)?,
            None => None,
        };
        let mut told = told_award(award, name.as_deref(), credential.as_ref(), &links);
        if let (Some(members), Some(made)) = (told.as_object_mut(), recorded) {
            members.insert("record_with_its_parts_made".to_owned(), json!(made));
        }
        let renewal = badges::get(db, tenant, &award.badge)?.map(|badge| badge.design.renewal);
        if let (Some(members), Some(_)) = (told.as_object_mut(), award.valid_until) {
            members.insert("renewal".to_owned(), json!(renewal));
        }
        if let (Some(members), Some(said)) = (told.as_object_mut(), mine::said(db, tenant, &award.id)?) {
            members.insert("in_own_words".to_owned(), said);
        }
        told_awards.push(told);
        if let Some(credential) = credential {
            named.push((credential, name.unwrap_or_default()));
        }
    }
    let mut handed_in = BTreeMap::new();
    for one in &submissions {
        let title = names.activity(db, tenant, &one.activity)?;
        let past = submissions::past_reviews(db, tenant, &one.id)?;
        handed_in.insert(one.id.clone(), told_submission(one, title.as_deref(), &past));
    }
    let mut withheld = withheld(db, tenant, &everybody)?;
    let mut not_released = BTreeSet::new();
    for item in &withheld {
        not_released.extend(names.item(db, tenant, item)?);
    }
    // These are not named: that there is a grade is not told either.
    withheld.extend(not_shown(db, tenant, &everybody)?);
    let known: HashSet<_> = held.iter().map(|award| &award.decision).collect();
    let mut told_decisions = Vec::new();
    for one in &decided {
        // What was seen and decided of a grade that is not released now, unless an award that they know of rests on it.
        if reads(&one.decision.tree, &withheld) && !known.contains(&one.id) {
            continue;
        }
        let name = names.badge(db, tenant, &one.badge)?;
        told_decisions.push(told_decision(one, name.as_deref()));
    }
    let mut told = AboutMe {
        person: told_person(db, tenant, &person, &everybody)?,
        courses: Vec::new(),
        scores_sent: Vec::new(),
        grades: Vec::new(),
        not_released,
        approvals: Vec::new(),
        waivers: Vec::new(),
        falls: Vec::new(),
        timelines: Vec::new(),
        accounts: Vec::new(),
        visits: Vec::new(),
        dismissed: super::dismissed::told(db, tenant, &everybody)?,
        programmes: mine::programmes(db, tenant, &everybody)?,
        log: told_log(db, tenant, &everybody, &held, &signed, &submissions)?,
        credentials: named,
        submissions,
        handed_in,
        portfolio: Portfolio::read(db, tenant, &everybody)?,
        decisions: told_decisions,
        awards: told_awards,
    };
    for one in &everybody {
        told.courses.extend(told_courses(db, tenant, one, &mut names)?);
        told.scores_sent.extend(told_scores(db, tenant, one, &mut names)?);
        told.grades
            .extend(told_grades(db, tenant, one, &withheld, &mut names)?);
        told.approvals
            .extend(told_approvals(db, tenant, one, &mut names)?);
        told.waivers.extend(waivers::told(db, tenant, one, &mut names)?);
        told.falls.extend(told_falls(db, tenant, one, &mut names)?);
        told.timelines.extend(mine::timelines(db, tenant, one)?);
        told.accounts.extend(mine::accounts(db, tenant, one)?);
        told.visits.extend(told_visits(db, tenant, one, &mut names)?);
    }
    Ok(told)
}

impl AboutMe {
    /// Notes where the file of a hand-in lies in the archive.
    pub(crate) fn lies(&mut self, submission: &SubmissionId, place: &str) {
        if let Some(members) = self.handed_in.get_mut(submission).and_then(Value::as_object_mut) {
            members.insert("file_in_archive".to_owned(), json!(place));
        }
    }

    /// The document.
    pub(crate) fn document(self) -> Value {
        let handed_in: Vec<Value> = self.handed_in.into_values().collect();
        let (elsewhere, collections) = self.portfolio.told();
        json!({
            "scores_sent_to_the_gradebook": self.scores_sent,
            "person": self.person, "courses": self.courses, "grades": self.grades,
            "columns_not_released_yet": self.not_released, "handed_in": handed_in,
            "decisions": self.decisions, "approvals": self.approvals, "parts_waived": self.waivers,
            "awards": self.awards,
            "badges_from_elsewhere": elsewhere, "collections": collections,
            "grades_that_fell": self.falls, "timelines": self.timelines, "accounts_joined": self.accounts, "visits": self.visits,
            "hints_dismissed": self.dismissed, "programmes": self.programmes, "log": self.log,
        })
    }
}

fn told_person(
    db: &mut Db,
    tenant: &TenantId,
    person: &Person,
    everybody: &[PersonId],
) -> Result<Value, StoreError> {
    let institution = tenants::get(db, tenant)?.map(|tenant| tenant.name);
    let (mut known_as, mut called) = (Vec::new(), Vec::new());
    for issuer in issuers::all_for_tenant(db, tenant)? {
        for one in everybody {
            if let Some(subject) = subjects::get(db, tenant, &issuer.id, one)? {
                known_as.push(json!({
                    "issuer": issuer.name, "credential_subject": subject.urn, "salt_of_the_hashed_identifier": subject.salt,
                }));
            }
        }
    }
    let (mut in_files, mut lets_read, mut invited) = (Vec::new(), Vec::new(), Vec::new());
    for one in everybody {
        let names = identities::of_person(db, tenant, one)?;
        called.extend(names.into_iter().map(|(_, sub)| sub));
        let known = outside::known_of_person(db, tenant, one)?.into_iter();
        in_files.extend(known.map(|(course, known)| {
            json!({ "course": course, "id_at_the_course_site": known.lms_id, "id_of_the_school": known.sis_id, "id_in_its_interface": known.api_id })
        }));
        for grant in rest_accesses::of_person(db, tenant, one)? {
            lets_read.push(json!({ "course": grant.course, "since": grant.given_at, "state": grant.state }));
        }
        for asked in endorsements::invited_by(db, tenant, one)? {
            invited.push(json!({ "badge": asked.badge, "body": asked.name, "address": asked.email, "at": asked.made_at }));
        }
    }
    let wish = erasures::of_person(db, tenant, &person.id)?.map(|wish| {
        let declined = wish.declined;
        json!({"asked": wish.asked_at, "declined": declined.map(|one| json!({"at": one.at, "reason": one.reason}))})
    });
    Ok(json!({
        "asked_to_be_erased": wish, "id": person.id, "institution": institution, "id_at_the_course_site": person.sub, "name": person.name,
        "email": person.email, "first_seen": people::first_seen(db, tenant, &person.id)?, "named_in_badges_as": known_as,
        "hash_of_the_email_in_new_badges_since": people::email_hash_since(db, tenant, &person.id)?,
        "taken_for_a_minor_since": minors::since(db, tenant, &person.id)?,
        "all_ids_at_course_sites": called, "ids_in_gradebook_files": in_files, "lets_gradebooks_be_read": lets_read,
        "asked_to_endorse_badges": invited,
    }))
}

fn told_courses(
    db: &mut Db,
    tenant: &TenantId,
    id: &PersonId,
    names: &mut Names,
) -> Result<Vec<Value>, StoreError> {
    let mut told = Vec::new();
    let taught = course_teachers::courses_of(db, tenant, id)?;
    let in_sections = sections::of_person(db, tenant, id)?;
    for one in enrolments::for_person(db, tenant, id)? {
        let waits = matches!(one.membership(), Membership::Waits(_));
        let answer = one.answer.as_ref();
        let here = in_sections.iter().filter(|section| section.course == one.course);
        let here: Vec<Value> = here
            .map(|section| json!({ "name": section.name, "kind": section.kind, "told_by": section.source }))
            .collect();
        told.push(json!({
            "sections_and_groups": here,
            "course": names.course(db, tenant, &one.course)?, "id": one.course, "counts_as_a_student": one.may_be_awarded(),
            "waits_for_a_teachers_answer": waits, "newest_launch_said": one.launched, "member_list_says": one.listed,
            "learner": one.learner, "seen_in_another_role_at": one.staff_seen_at, "refused_grading_at": one.refused_grading_at,
            "a_teacher_said": answer.map(|answer| json!({ "is_a_student": answer.is_student, "at": answer.at })),
            "teaches": one.teaches, "seen_as_a_teacher": taught.contains(&one.course), "active": one.active,
            "last_seen": one.seen_at,
        }));
    }
    Ok(told)
}

/// The columns that are not released for a person, in all of their courses.
fn withheld(
    db: &mut Db,
    tenant: &TenantId,
    everybody: &[PersonId],
) -> Result<HashSet<LineItemId>, StoreError> {
    let mut all = HashSet::new();
    let mut courses = BTreeSet::new();
    for id in everybody {
        courses.extend(
            enrolments::for_person(db, tenant, id)?
                .into_iter()
                .map(|one| one.course),
        );
    }
    // Each in each course: a grade that stays with whoever was joined may be of a course that went over.
    for course in &courses {
        for id in everybody {
            let facts = facts::grades_of(db, tenant, course, id)?;
            all.extend(facts.withheld.into_keys());
        }
    }
    Ok(all)
}

/// The columns in which a grade of a person stands that the interface of the LMS does not show, in all of their courses.
fn not_shown(
    db: &mut Db,
    tenant: &TenantId,
    everybody: &[PersonId],
) -> Result<HashSet<LineItemId>, StoreError> {
    let (mut ruled, mut seen) = (HashSet::new(), HashSet::new());
    for id in everybody {
        for enrolment in enrolments::for_person(db, tenant, id)? {
            let of_course = readings::ruled(db, tenant, &enrolment.course)?;
            if of_course.is_empty() {
                continue;
            }
            ruled.extend(of_course);
            for one in everybody {
                seen.extend(
                    facts::grades_of(db, tenant, &enrolment.course, one)?
                        .grades
                        .into_keys(),
                );
            }
        }
    }
    let mut hidden = HashSet::new();
    for id in everybody {
        let there = results::of_person(db, tenant, id)?
            .into_iter()
            .map(|one| one.item);
        hidden.extend(there.filter(|item| ruled.contains(item) && !seen.contains(item)));
    }
    Ok(hidden)
}

/// Whether a decision says what was seen in one of these columns.
fn reads(group: &CheckedGroup, columns: &HashSet<LineItemId>) -> bool {
    group.nodes.iter().any(|node| match node {
        CheckedNode::Group(inner) => reads(inner, columns),
        CheckedNode::Condition(checked) => match (&checked.condition, &checked.seen) {
            (_, Seen::NotReleased { .. }) => false,
            (Condition::Grade { item, .. }, _) => columns.contains(item),
            (Condition::BestOf { .. }, Seen::Best { of, .. }) => of.iter().any(|one| match &one.column {
                GradeColumn::Ours(item) => columns.contains(item) && one.stands != Stands::NotReleased,
                GradeColumn::Elsewhere(_) => false,
            }),
            _ => false,
        },
    })
}

fn told_grades(
    db: &mut Db,
    tenant: &TenantId,
    id: &PersonId,
    withheld: &HashSet<LineItemId>,
    names: &mut Names,
) -> Result<Vec<Value>, StoreError> {
    let mut told = Vec::new();
    for one in results::of_person(db, tenant, id)? {
        if withheld.contains(&one.item) {
            continue;
        }
        told.push(json!({
            "column": names.item(db, tenant, &one.item)?, "id": one.item, "points": one.grade.value,
            "out_of": one.grade.maximum, "read_from": one.grade.source.words(), "comment": one.comment,
            "last_read": one.grade.read_at, "last_changed": one.grade.changed_at,
        }));
    }
    for one in outside::of_person(db, tenant, id)? {
        told.push(json!({
            "column": one.label, "id": one.column, "stands_there": one.grade.value, "out_of": one.grade.maximum,
            "read_from": one.grade.source.words(), "last_read": one.grade.read_at, "last_changed": one.grade.changed_at,
        }));
    }
    for one in cells::of_person(db, tenant, id)? {
        let (grade, handed_in, completed) = (one.facts.grade, one.facts.handed_in, one.facts.completed);
        told.push(json!({
            "column": one.label, "id": one.column,
            "stands_there": grade.as_ref().map(|grade| &grade.value), "out_of": grade.as_ref().and_then(|grade| grade.maximum),
            "points": grade.as_ref().and_then(|grade| grade.points),
            "read_from": grade.as_ref().map(|grade| grade.source.words()),
            "last_read": grade.as_ref().map(|grade| grade.read_at), "last_changed": grade.as_ref().map(|grade| grade.changed_at),
            "handed_in": handed_in, "work": one.work, "completed": completed,
        }));
    }
    for one in results::past_of_person(db, tenant, id)? {
        told.push(json!({
            "column": names.item(db, tenant, &one.item)?, "id": one.item, "points": one.value, "out_of": one.maximum,
            "last_changed": one.changed_at, "listed_no_more": true,
        }));
    }
    Ok(told)
}

fn told_scores(
    db: &mut Db,
    tenant: &TenantId,
    id: &PersonId,
    names: &mut Names,
) -> Result<Vec<Value>, StoreError> {
    let mut told = Vec::new();
    for one in posted_scores::of_person(db, tenant, id)? {
        let became = match &one.outcome {
            Outcome::Taken => json!("taken"),
            Outcome::Stands(there) => json!({"another_grade_stands": there}),
            Outcome::Excused => json!("taken away there"),
            Outcome::Refused { why, said } => json!({"refused": why, "the_course_site_said": said}),
        };
        told.push(json!({
            "column": names.item(db, tenant, &one.item)?, "id": one.item, "hand_in": one.submission,
            "grade_that_was_taken": one.ours, "last_attempt": one.tried_at, "became": became,
            "sent_anew_for_other_points": one.anew_at,
        }));
    }
    Ok(told)
}

fn told_review(review: &Review) -> Value {
    json!({ "at": review.at, "message": review.message, "points": review.score })
}

fn told_submission(one: &Submission, title: Option<&str>, past: &[(SubmissionState, Review)]) -> Value {
    let past = past.iter().map(|(state, review)| {
        let mut told = told_review(review);
        if let Some(members) = told.as_object_mut() {
            members.insert("state".to_owned(), json!(state));
        }
        told
    });
    json!({
        "id": one.id, "activity": title, "version": one.version, "state": one.state, "handed_in_at": one.submitted_at,
        "text": one.artefact.text, "link": one.artefact.link, "file": one.artefact.file,
        "review": one.review.as_ref().map(told_review), "replaced_reviews": past.collect::<Vec<Value>>(),
    })
}

fn told_decision(one: &DecisionRecord, badge: Option<&str>) -> Value {
    json!({
        "id": one.id, "badge": badge, "badge_id": one.badge, "decided_at": one.decided_at, "because_of": one.cause,
        "outcome": one.decision.outcome, "reasons": one.decision,
    })
}

fn told_approvals(
    db: &mut Db,
    tenant: &TenantId,
    id: &PersonId,
    names: &mut Names,
) -> Result<Vec<Value>, StoreError> {
    let mut told = Vec::new();
    for (badge, approval) in approvals::of_person(db, tenant, id)? {
        told.push(json!({
            "badge": names.badge(db, tenant, &badge)?, "badge_id": badge, "by": approval.by, "at": approval.at,
        }));
    }
    Ok(told)
}

fn told_award(
    award: &Award,
    badge: Option<&str>,
    credential: Option<&Credential>,
    links: &[ShareLink],
) -> Value {
    let links: Vec<Value> = links
        .iter()
        .map(|one| json!({"made": one.made_at, "works_until": one.until, "withdrawn": one.withdrawn_at}))
        .collect();
    json!({
        "id": award.id, "badge": badge, "badge_id": award.badge, "term": award.cycle, "decision": award.decision,
        "awarded_at": award.awarded_at, "valid_until": award.valid_until,
        "under_review_since": award.suspended_since,
        "revoked": award.revocation.as_ref().map(|one| json!({"at": one.at, "reason": one.reason})),
        "credential": credential.map(|one| json!({
            "id": one.id, "public_page": addresses::credential(&one.slug), "issued_at": one.issued_at,
            "place_in_status_list": one.status_position,
            "others_see": {"name": one.visibility.name, "work": one.visibility.evidence,
                "downloads": one.visibility.downloads, "only_by_share_link": one.visibility.hidden},
            "share_links": links,
        })),
    })
}

fn told_falls(
    db: &mut Db,
    tenant: &TenantId,
    id: &PersonId,
    names: &mut Names,
) -> Result<Vec<Value>, StoreError> {
    let mut told = Vec::new();
    for one in regrades::of_person(db, tenant, id)? {
        told.push(json!({
            "badge": names.badge(db, tenant, &one.badge)?, "award": one.award, "found_at": one.found_at,
            "policy": one.policy, "state": one.state,
        }));
    }
    Ok(told)
}

/// Visits without anything that would open one.
fn told_visits(
    db: &mut Db,
    tenant: &TenantId,
    id: &PersonId,
    names: &mut Names,
) -> Result<Vec<Value>, StoreError> {
    let mut told = Vec::new();
    for one in sessions::of_person(db, tenant, id)? {
        let course = match &one.course {
            Some(course) => names.course(db, tenant, course)?,
            None => None,
        };
        told.push(json!({
            "course": course, "as_learner": one.learner, "as_instructor": one.instructor, "as_assistant": one.assistant,
            "limited_to_own_sections": one.sections_only,
            "as_administrator": one.administrator, "only_to_look": one.reading,
            "acted_for_by_somebody_else": one.masquerade,
            "language": one.locale, "began": one.created_at, "last_used": one.last_used_at, "ends": one.expires_at,
        }));
    }
    Ok(told)
}

fn told_log(
    db: &mut Db,
    tenant: &TenantId,
    everybody: &[PersonId],
    held: &[Award],
    signed: &[Credential],
    submissions: &[Submission],
) -> Result<Vec<Value>, StoreError> {
    let mut about: Vec<&str> = everybody.iter().map(PersonId::as_str).collect();
    about.extend(held.iter().map(|one| one.id.as_str()));
    about.extend(signed.iter().map(|one| one.id.as_str()));
    about.extend(submissions.iter().map(|one| one.id.as_str()));
    let mut entries = Vec::new();
    for id in everybody {
        for entry in audit::concerning(db, tenant, id, &about)? {
            if !entries.contains(&entry) {
                entries.push(entry);
            }
        }
    }
    let is_theirs = |actor: Option<&str>| everybody.iter().any(|one| actor == Some(one.as_str()));
    Ok(entries
        .into_iter()
        .map(|one| {
            json!({
                "at": one.at, "what": one.action, "subject": one.subject, "by_you": is_theirs(one.actor.id()),
                "detail": one.detail,
            })
        })
        .collect())
}
