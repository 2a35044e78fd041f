//! Evidence: what students hand in, and what an instructor says of it. The fact, the decision that it calls for and the
//! score on its way to the gradebook are written together.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use crate::domain::award::Standing;
use crate::domain::badge::{Badge, Renewal};
use crate::domain::cause::Cause;
use crate::domain::evidence::{Activity, Artefact, StoredFile, Submission, SubmissionState};
use crate::domain::facts::Grade;
use crate::domain::namesakes::Mark;
use crate::domain::page::Page;
use crate::domain::people::{Enrolment, Person};
use crate::ids::{ActivityId, BadgeId, CourseId, PersonId, SubmissionId, TenantId};
use crate::random::Random;
use crate::service::Cairn;
use crate::service::award::file_check;
use crate::service::award::files;
use crate::service::award::in_gradebook::{column_maximum, in_gradebook, kept_back};
use crate::service::award::reviewing::{self, PastReview};
use crate::service::award::shares::{self, Left, Share};
use crate::service::award::uploads::{Counted, Ready, Sent};
use crate::service::base::activities::in_course;
use crate::service::base::error::ServiceError;
use crate::service::base::namesakes;
use crate::service::base::queue::{self, DecidePerson, SendScore};
use crate::service::base::refusal::{AwardRefusal, ColumnRefusal, CourseRefusal, Forbidden};
use crate::service::base::session::Visitor;
use crate::store::{
    Db, StoreError, activities, awards, badges, enrolments, facts, people, releases, rules, submissions,
};

pub(crate) use crate::service::award::in_gradebook::InGradebook;
pub(crate) use crate::service::award::reviewing::{
    Answer, ReviewProblem, Reviewed, review, seen, wrong_with,
};

/// Characters of a text.
pub(crate) const MAX_TEXT: usize = 20_000;
/// Characters of a link.
const MAX_LINK: usize = 2_000;
/// Characters of a message to a student.
pub(crate) const MAX_MESSAGE: usize = 5_000;

/// An activity as one person sees it.
#[derive(Debug, Clone)]
pub(crate) struct ActivityView {
    pub(crate) now: DateTime<Utc>,
    pub(crate) activity: Activity,
    /// This person's versions, oldest first.
    pub(crate) versions: Vec<Submission>,
    /// What the gradebook says, where it is released.
    pub(crate) grade: Option<Grade>,
    /// Points of its column, where those are others than the activity's.
    pub(crate) column_maximum: Option<Decimal>,
    pub(crate) may_hand_in: bool,
    /// What this person may still hand in here.
    pub(crate) left: Left,
    /// Whether what is approved may be followed by something newer, because a badge that rests on it lapses.
    pub(crate) anew: bool,
    /// Who reviewed, by id.
    pub(crate) reviewers: HashMap<PersonId, Person>,
    /// Badges of the course that ask for it.
    pub(crate) badges: Vec<(BadgeId, String)>,
}

/// What a student hands in, as it came.
#[derive(Debug, Default)]
pub(crate) struct HandIn {
    pub(crate) text: String,
    pub(crate) link: String,
    pub(crate) file: Option<Sent>,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum HandedIn {
    Done,
    /// Nothing was kept: what is wrong with it.
    Wrong(Vec<HandInProblem>),
}

/// What is wrong with what a student hands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HandInProblem {
    /// There is neither text nor link nor file.
    Nothing,
    /// The text has so many characters, too many.
    Text(usize),
    Link,
    /// The file is larger than so many bytes.
    File(u64),
    /// Not all of it is there.
    Pieces {
        received: u64,
        size: u64,
    },
    /// The program that checks files takes it for harmful.
    Harmful,
    /// There are so many versions already, as many as are kept.
    Versions(usize),
    /// So many bytes are more than are left for this student in this activity.
    Share {
        size: u64,
        left: u64,
    },
    /// There is no room for it among the files of the institution.
    Institution,
}

fn own_activity(db: &mut Db, visitor: &Visitor, id: &ActivityId) -> Result<Activity, ServiceError> {
    activities::get(db, visitor.tenant(), id)?
        .filter(|activity| activity.course == visitor.course.id)
        .ok_or(ServiceError::NotFound("evidence activity"))
}

fn may_hand_in(db: &mut Db, visitor: &Visitor) -> Result<bool, StoreError> {
    let enrolment = enrolments::get(db, visitor.tenant(), &visitor.course.id, &visitor.person.id)?;
    // Whoever waits for a teacher's answer may work meanwhile: it is the award that waits.
    let enrolled = enrolment.as_ref().is_some_and(Enrolment::may_be_a_student);
    let session = &visitor.session;
    let goes_on = visitor.course.life.end().is_none();
    Ok(goes_on && enrolled && session.learner && !session.test_user && !session.masquerade)
}

/// Whether work that was approved may be followed by newer work: a badge of theirs that rests on it lapses soon or has
/// lapsed, the work is from before its last award, and the badge asks for more than what is there.
fn anew(
    db: &mut Db,
    visitor: &Visitor,
    id: &ActivityId,
    latest: Option<&Submission>,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let Some(review) = latest
        .filter(|latest| latest.state == SubmissionState::Approved)
        .and_then(|latest| latest.review.as_ref())
    else {
        return Ok(false);
    };
    let (tenant, person) = (visitor.tenant(), &visitor.person.id);
    for rule in rules::all_active_for_course(db, tenant, &visitor.course.id)? {
        if !rule.root.activities().any(|named| named == id) {
            continue;
        }
        let asks_for_more = |badge: &Badge| {
            badge.design.renewal != Renewal::Automatic && badge.design.expiry.leaves_time(now)
        };
        let badge = badges::get(db, tenant, &rule.badge)?;
        if !badge.as_ref().is_some_and(asks_for_more) {
            continue;
        }
        let award = awards::latest(db, tenant, &rule.badge, person)?;
        if award.is_some_and(|award| {
            let ends = award.standing(now) == Standing::Expired || award.lapse(now).is_some();
            ends && review.at <= award.awarded_at
        }) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// An activity with what the visitor has handed in.
///
/// # Errors
/// [`ServiceError::NotFound`] for an activity of another course.
#[tracing::instrument(name = "evidence.activity", level = "debug", skip_all, fields(activity = id.as_str()))]
pub(crate) async fn activity(
    cairn: &Cairn,
    visitor: &Visitor,
    id: &ActivityId,
) -> Result<ActivityView, ServiceError> {
    let institution = shares::institution(cairn, visitor.tenant()).await;
    let (visitor, id, now) = (visitor.clone(), id.clone(), cairn.clock.now());
    let share = Share::of(&cairn.settings);
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let (tenant, person) = (visitor.tenant(), &visitor.person.id);
        let activity = own_activity(db, &visitor, &id)?;
        let versions = submissions::history(db, tenant, &id, person)?;
        let grades = facts::grades_of(db, tenant, &activity.course, person)?.grades;
        let reviewers: Vec<PersonId> = versions
            .iter()
            .filter_map(|one| one.review.as_ref().map(|review| review.by.clone()))
            .collect();
        let mut asking = Vec::new();
        for rule in rules::all_active_for_course(db, tenant, &activity.course)? {
            if rule.root.activities().any(|named| *named == id) {
                asking
                    .extend(badges::get(db, tenant, &rule.badge)?.map(|badge| (badge.id, badge.design.name)));
            }
        }
        Ok(ActivityView {
            now,
            grade: activity
                .line_item
                .as_ref()
                .and_then(|item| grades.get(item).cloned()),
            column_maximum: column_maximum(db, &activity)?,
            may_hand_in: may_hand_in(db, &visitor)?,
            left: shares::left(db, share, (tenant, &id, person), institution)?,
            anew: anew(db, &visitor, &id, versions.last(), now)?,
            reviewers: people::by_ids(db, tenant, &reviewers)?,
            badges: asking,
            activity,
            versions,
        })
    });
    found.await
}

fn check(hand_in: &HandIn, largest: u64) -> Vec<HandInProblem> {
    let mut wrong = Vec::new();
    if hand_in.text.trim().is_empty() && hand_in.link.trim().is_empty() && hand_in.file.is_none() {
        wrong.push(HandInProblem::Nothing);
    }
    let length = hand_in.text.chars().count();
    if length > MAX_TEXT {
        wrong.push(HandInProblem::Text(length));
    }
    let link = hand_in.link.trim();
    let sound = url::Url::parse(link).is_ok_and(|url| {
        matches!(url.scheme(), "https" | "http") && url.has_host() && url.password().is_none()
    });
    if !link.is_empty() && (!sound || link.chars().count() > MAX_LINK) {
        wrong.push(HandInProblem::Link);
    }
    wrong.extend(hand_in.file.as_ref().and_then(|file| file.wrong(largest)));
    wrong
}

/// What a visitor may hand in to an activity now. Of what is counted for the institution, `counted` bytes are theirs.
///
/// # Errors
/// As [`hand_in`].
pub(super) async fn room(
    cairn: &Cairn,
    visitor: &Visitor,
    id: &ActivityId,
    counted: u64,
) -> Result<Left, ServiceError> {
    if visitor.course.life.end().is_some() {
        return Err(CourseRefusal::Ended.into());
    }
    let share = Share::of(&cairn.settings);
    let institution = shares::institution(cairn, visitor.tenant()).await;
    let institution = institution.saturating_add(counted);
    let (asker, activity, now) = (visitor.clone(), id.clone(), cairn.clock.now());
    let left = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        own_activity(db, &asker, &activity)?;
        if !may_hand_in(db, &asker)? {
            return Err(ServiceError::Forbidden(Forbidden::Students));
        }
        // Before anything is kept of what comes.
        follows(db, &asker, &activity, now)?;
        let whose = (asker.tenant(), &activity, &asker.person.id);
        Ok(shares::left(db, share, whose, institution)?)
    });
    left.await
}

/// Takes what a student hands in: a new version, which replaces the one before and waits for a review.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all who are no learners here, [`ServiceError::Masquerade`] for whoever acts as one, [`ServiceError::Refused`] after an approval or when two
/// versions came at once.
#[tracing::instrument(name = "evidence.hand_in", skip_all, fields(activity = id.as_str()))]
pub(crate) async fn hand_in(
    cairn: &Cairn,
    visitor: &Visitor,
    id: &ActivityId,
    hand_in: HandIn,
) -> Result<HandedIn, ServiceError> {
    visitor.act_for_oneself()?;
    let counted = hand_in.file.as_ref().map_or(0, Sent::counted);
    let left = room(cairn, visitor, id, counted).await?;
    let mut wrong = check(&hand_in, left.file);
    if wrong.is_empty() {
        wrong.extend(left.refuses(hand_in.file.as_ref().map(Sent::size)));
    }
    if !wrong.is_empty() {
        return Ok(HandedIn::Wrong(wrong));
    }
    let (file, counted) = match hand_in.file {
        Some(sent) => match keep(cairn, visitor, id, sent).await? {
            Ok((file, counted)) => (Some(file), counted),
            Err(wrong) => return Ok(HandedIn::Wrong(vec![wrong])),
        },
        None => (None, None),
    };
    let some = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let artefact = Artefact {
        text: some(hand_in.text),
        link: some(hand_in.link),
        file,
    };
    let (now, random) = cairn.moment();
    let (of, id) = (visitor.clone(), id.clone());
    let share = Share::of(&cairn.settings);
    let add = move |db: &mut Db| add(db, &of, id, artefact, share, now, random.as_ref());
    let done = cairn.store.write_with(add).await;
    if let (Some(counted), Ok(HandedIn::Done)) = (counted, &done) {
        counted.for_good();
    }
    done
}

/// Keeps a file that is whole and not harmful, and says what of it counts.
async fn keep(
    cairn: &Cairn,
    visitor: &Visitor,
    id: &ActivityId,
    sent: Sent,
) -> Result<Result<(StoredFile, Option<Counted>), HandInProblem>, ServiceError> {
    let Ready { name, whole, counted } = match sent.whole(cairn, visitor, id).await? {
        Ok(found) => found,
        Err(wrong) => return Ok(Err(wrong)),
    };
    if file_check::finds_harm(cairn, &whole).await? {
        return Ok(Err(HandInProblem::Harmful));
    }
    // Before anybody knows of it, so that it does not stay for ever when it is not handed in after all.
    shares::look_after(cairn, visitor.tenant(), &whole.about.digest).await?;
    let file = files::keep(cairn, visitor.tenant(), &name, whole).await?;
    Ok(Ok((file, counted)))
}

/// The newest version, which another one may follow.
fn follows(
    db: &mut Db,
    visitor: &Visitor,
    id: &ActivityId,
    now: DateTime<Utc>,
) -> Result<Option<Submission>, ServiceError> {
    let before = submissions::latest(db, visitor.tenant(), id, &visitor.person.id)?;
    let approved = before
        .as_ref()
        .is_some_and(|before| before.state == SubmissionState::Approved);
    if approved && !anew(db, visitor, id, before.as_ref(), now)? {
        return Err(AwardRefusal::EvidenceApproved.into());
    }
    Ok(before)
}

/// Adds the version, unless others came meanwhile that leave no room for it.
fn add(
    db: &mut Db,
    visitor: &Visitor,
    activity: ActivityId,
    artefact: Artefact,
    share: Share,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<HandedIn, ServiceError> {
    let (tenant, person) = (visitor.tenant(), &visitor.person.id);
    let before = follows(db, visitor, &activity, now)?;
    // What the institution has was counted when the file was kept.
    let left = shares::left(db, share, (tenant, &activity, person), u64::MAX)?;
    if let Some(wrong) = left.refuses(artefact.file.as_ref().map(|file| file.size)) {
        return Ok(HandedIn::Wrong(vec![wrong]));
    }
    let new = Submission {
        id: SubmissionId::new(now, random),
        tenant: tenant.clone(),
        activity,
        person: person.clone(),
        version: before.map_or(0, |before| before.version).saturating_add(1),
        artefact,
        state: SubmissionState::HandedIn,
        submitted_at: now,
        review: None,
    };
    match submissions::insert_version(db, &new) {
        Err(StoreError::AlreadyThere(_)) => {
            return Err(AwardRefusal::EvidenceTwice.into());
        }
        done => done?,
    }
    follow(db, &visitor.course.id, &new, Cause::HandIn, now, random)?;
    Ok(HandedIn::Done)
}

/// What became of a hand-in is decided on and goes to the gradebook.
pub(super) fn follow(
    db: &mut Db,
    course: &CourseId,
    submission: &Submission,
    cause: Cause,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let decide = DecidePerson {
        course: course.clone(),
        person: submission.person.clone(),
        cause,
    };
    queue::enqueue(db, &submission.tenant, &decide, now, now, random)?;
    let send = SendScore::of(db, course, submission)?;
    queue::enqueue(db, &submission.tenant, &send, now, now, random)
}

/// One hand-in in the queue.
#[derive(Debug, Clone)]
pub(crate) struct WaitingSubmission {
    /// Its activity is among those of the queue.
    pub(crate) submission: Submission,
    pub(crate) activity: String,
    pub(crate) student: String,
}

/// The evidence queue.
#[derive(Debug, Clone)]
pub(crate) struct Queue {
    pub(crate) now: DateTime<Utc>,
    pub(crate) activities: Vec<Activity>,
    /// What tells those apart that bear one name.
    pub(crate) marks: HashMap<ActivityId, Mark>,
    pub(crate) rows: Vec<WaitingSubmission>,
    /// Hand-ins that match the filter.
    pub(crate) total: i64,
    /// Hand-ins that wait, over all activities.
    pub(crate) waiting: i64,
}

/// The activities of a course, with those that nobody opened and somebody handed in to all the same, as by the link of a badge.
fn with_work(db: &mut Db, tenant: &TenantId, course: &CourseId) -> Result<Vec<Activity>, StoreError> {
    let there = in_course(db, tenant, course, |_| false)?;
    let mut all = activities::for_course(db, tenant, course)?;
    let mut unopened = Vec::new();
    for one in all
        .iter()
        .filter(|one| there.iter().all(|known| known.id != one.id))
    {
        if submissions::latest_for_activity(db, tenant, &one.id, None, Page::first(1))?.1 == 0 {
            unopened.push(one.id.clone());
        }
    }
    all.retain(|one| !unopened.contains(&one.id));
    Ok(all)
}

/// The hand-ins of one activity or of all, longest waiting first. Without an activity named, up to `page.limit` of each.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors.
#[tracing::instrument(name = "evidence.queue", level = "debug", skip_all)]
pub(crate) async fn queue(
    cairn: &Cairn,
    visitor: &Visitor,
    only: Option<ActivityId>,
    all_states: bool,
    page: Page,
) -> Result<Queue, ServiceError> {
    visitor.look()?;
    let (visitor, now) = (visitor.clone(), cairn.clock.now());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let tenant = visitor.tenant();
        let activities = with_work(db, tenant, &visitor.course.id)?;
        let state = (!all_states).then_some(SubmissionState::HandedIn);
        let (mut rows, mut total, mut waiting) = (Vec::new(), 0, 0);
        for activity in &activities {
            waiting += submissions::latest_for_activity(
                db,
                tenant,
                &activity.id,
                Some(SubmissionState::HandedIn),
                Page::first(1),
            )?
            .1;
            if only.as_ref().is_some_and(|only| *only != activity.id) {
                continue;
            }
            let (found, count) = submissions::latest_for_activity(db, tenant, &activity.id, state, page)?;
            total += count;
            rows.extend(
                found
                    .into_iter()
                    .map(|submission| (submission, activity.title.clone())),
            );
        }
        rows.sort_by_key(|(submission, _)| submission.submitted_at);
        let ids: Vec<PersonId> = rows
            .iter()
            .map(|(submission, _)| submission.person.clone())
            .collect();
        let people = people::by_ids(db, tenant, &ids)?;
        let called = |id: &PersonId| {
            people
                .get(id)
                .map_or_else(|| "Student".to_owned(), Person::display_name)
        };
        let rows = rows
            .into_iter()
            .map(|(submission, activity)| WaitingSubmission {
                student: called(&submission.person),
                submission,
                activity,
            })
            .collect();
        Ok(Queue {
            now,
            marks: namesakes::of_activities(db, tenant, &visitor.course.id, &activities)?,
            activities,
            rows,
            total,
            waiting,
        })
    });
    found.await
}

/// One hand-in, to be reviewed.
#[derive(Debug, Clone)]
pub(crate) struct ReviewView {
    pub(crate) now: DateTime<Utc>,
    pub(crate) submission: Submission,
    pub(crate) activity: Activity,
    /// What tells it from another activity of its name.
    pub(crate) mark: Option<Mark>,
    pub(crate) student: String,
    /// All versions, oldest first.
    pub(crate) versions: Vec<Submission>,
    /// What the gradebook has, as far as it is known.
    pub(crate) gradebook: InGradebook,
    /// Why points that are given now do not reach it.
    pub(crate) kept_back: Option<ColumnRefusal>,
    /// Points of its column, where those are others than the activity's.
    pub(crate) column_maximum: Option<Decimal>,
    /// Whether what is read there counts already and the student may know of it.
    pub(crate) is_released: bool,
    /// Who reviewed it last.
    pub(crate) reviewer: Option<String>,
    /// Reviews of it that others replaced, oldest first.
    pub(crate) past: Vec<PastReview>,
    /// The next one that waits.
    pub(crate) next: Option<SubmissionId>,
}

/// A hand-in of the visit's course.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::NotFound`] for one of another course.
#[tracing::instrument(
    name = "evidence.review_view", level = "debug", skip_all,
    fields(submission = id.as_str())
)]
pub(crate) async fn review_view(
    cairn: &Cairn,
    visitor: &Visitor,
    id: &SubmissionId,
) -> Result<ReviewView, ServiceError> {
    visitor.look()?;
    let (visitor, id, now) = (visitor.clone(), id.clone(), cairn.clock.now());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let tenant = visitor.tenant();
        let submission = submissions::get(db, tenant, &id)?.ok_or(ServiceError::NotFound("submission"))?;
        let activity = own_activity(db, &visitor, &submission.activity)?;
        let person = people::get(db, tenant, &submission.person)?;
        let gradebook = match &activity.line_item {
            Some(item) => in_gradebook(db, &activity, item, &submission)?,
            None => InGradebook::default(),
        };
        let is_released = match &activity.line_item {
            Some(item) => {
                let known = facts::grades_of(db, tenant, &activity.course, &submission.person)?;
                let releases = releases::for_course(db, tenant, &activity.course)?;
                // What the LMS hides is kept nowhere, also not as withheld.
                let is_hidden = releases.told_by_lms.contains(item) && !known.grades.contains_key(item);
                !is_hidden && !known.withheld.contains_key(item)
            }
            None => true,
        };
        let waiting = Some(SubmissionState::HandedIn);
        let (others, _) =
            submissions::latest_for_activity(db, tenant, &activity.id, waiting, Page::first(2))?;
        let all = with_work(db, tenant, &activity.course)?;
        let mut marks = namesakes::of_activities(db, tenant, &activity.course, &all)?;
        Ok(ReviewView {
            now,
            mark: marks.remove(&activity.id),
            student: person.map_or_else(|| "Student".to_owned(), |person| person.display_name()),
            versions: submissions::history(db, tenant, &activity.id, &submission.person)?,
            gradebook,
            kept_back: kept_back(db, &activity)?,
            column_maximum: column_maximum(db, &activity)?,
            is_released,
            reviewer: reviewing::reviewer(db, &submission)?,
            past: reviewing::past(db, &submission)?,
            next: others
                .into_iter()
                .map(|other| other.id)
                .find(|other| *other != id),
            submission,
            activity,
        })
    });
    found.await
}
