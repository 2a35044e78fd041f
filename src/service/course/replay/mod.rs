//! A rule over the gradebook of an earlier year. The file is read in memory alone: nothing of it is stored, and what the page
//! needs to ask again comes back with its form.

use std::collections::HashMap;

use bytes::Bytes;
use rust_decimal::Decimal;
use sha2::{Digest as _, Sha256};

use crate::domain::badge::Badge;
use crate::domain::replay::{Answer, Answers, Basis, Cohort, CohortColumn, Replay, Scale, propose, replay};
use crate::domain::rule::{Condition, Rule};
use crate::domain::sentence::{Names, sentence_in_full};
use crate::domain::subject::{self, Subject};
use crate::ids::{BadgeId, OutsideColumnId};
use crate::service::Cairn;
use crate::service::badge::design::{names, own_badge, to_try};
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::{GradesRefusal, ReplayRefusal};
use crate::service::base::session::Visitor;
use crate::service::course::outside::cohort;
use crate::store::outside;

mod kept;

/// Most bytes of a file: as many as a form keeps in memory.
pub(crate) const LARGEST: usize = 4 << 20;

/// A gradebook file that was read.
#[derive(Debug)]
pub(crate) struct Brought {
    pub(crate) cohort: Cohort,
    /// What a form brings back in its place; none where it is too large for one.
    pub(crate) kept: Option<String>,
    /// What tells its columns from those of another file: what was said of the ones holds of the others where they are alike.
    pub(crate) columns: String,
}

/// The rule that is tried, the draft or else the active one, and what it asks of a file.
#[derive(Debug, Clone)]
pub(crate) struct Tried {
    pub(crate) badge: Badge,
    pub(crate) rule: Rule,
    pub(crate) sentence: String,
    pub(crate) names: Names,
    /// What it asks about, each once.
    pub(crate) questions: Vec<Question>,
}

/// Something that a rule asks about.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) subject: Subject,
    /// The conditions that ask about it.
    pub(crate) conditions: Vec<Condition>,
    /// The places of the columns that can stand for it; none where no gradebook tells it.
    pub(crate) columns: Vec<usize>,
    pub(crate) proposed: Option<(usize, Basis)>,
}

/// Reads a file.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::Refused`] for a file that cannot be read.
#[tracing::instrument(name = "replay.bring", skip_all)]
pub(crate) async fn bring(visitor: &Visitor, bytes: Bytes) -> Result<Brought, ServiceError> {
    visitor.teach()?;
    if bytes.len() > LARGEST {
        let most = u64::try_from(LARGEST).unwrap_or(u64::MAX);
        return Err(GradesRefusal::TooLarge(most).into());
    }
    let read = tokio::task::spawn_blocking(move || -> Result<Brought, GradesRefusal> {
        let cohort = cohort(&bytes)?;
        Ok(Brought {
            kept: kept::packed(&cohort),
            columns: digest(&cohort.columns),
            cohort,
        })
    });
    let read = read
        .await
        .map_err(|error| ServiceError::Internal(error.to_string()))?;
    Ok(read?)
}

/// The file that a form brought back.
///
/// # Errors
/// As [`bring`]; [`ReplayRefusal::Damaged`] for what no page of ours sent.
#[tracing::instrument(name = "replay.again", level = "debug", skip_all)]
pub(crate) async fn again(visitor: &Visitor, kept: String) -> Result<Brought, ServiceError> {
    visitor.teach()?;
    let read = tokio::task::spawn_blocking(move || {
        let cohort = kept::unpacked(&kept)?;
        Some(Brought {
            columns: digest(&cohort.columns),
            cohort,
            kept: Some(kept),
        })
    });
    let read = read
        .await
        .map_err(|error| ServiceError::Internal(error.to_string()))?;
    Ok(read.ok_or(ReplayRefusal::Damaged)?)
}

/// Over the names of columns in their order.
fn digest(columns: &[CohortColumn]) -> String {
    let mut hash = Sha256::new();
    for column in columns {
        hash.update(column.key.as_bytes());
        hash.update([0]);
    }
    hex::encode(hash.finalize())
}

/// The rule of a badge and what it asks of a file, if there is one yet.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::NotFound`] for a badge of another course or one
/// without any rule.
#[tracing::instrument(name = "replay.tried", level = "debug", skip_all, fields(badge = id.as_str()))]
pub(crate) async fn tried(
    cairn: &Cairn,
    visitor: &Visitor,
    id: &BadgeId,
    brought: Option<&Brought>,
) -> Result<Tried, ServiceError> {
    visitor.teach()?;
    let (visitor, id) = (visitor.clone(), id.clone());
    let columns = brought.map(|brought| brought.cohort.columns.clone());
    let columns = columns.unwrap_or_default();
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let badge = own_badge(db, &visitor, &id)?;
        let (rule, _) = to_try(db, &badge)?;
        let names = names(db, &badge)?;
        let known = outside::columns(db, visitor.tenant(), &badge.course)?;
        let keys: HashMap<OutsideColumnId, String> =
            known.into_iter().map(|column| (column.id, column.key)).collect();
        let question = |subject: Subject| {
            let of_it = subject::conditions(&rule.root).into_iter();
            let scale = Scale::of(&subject, &names);
            let stands = |measure| scale.is_some_and(|scale| scale.takes(measure));
            Question {
                conditions: of_it
                    .filter(|condition| Subject::asked(condition).contains(&subject))
                    .cloned()
                    .collect(),
                columns: (0..)
                    .zip(&columns)
                    .filter(|(_, column)| stands(column.measure))
                    .map(|(at, _)| at)
                    .collect(),
                proposed: propose(&subject, &names, &keys, &columns),
                subject,
            }
        };
        Ok(Tried {
            questions: Subject::all(&rule.root).into_iter().map(question).collect(),
            sentence: sentence_in_full(&rule.root, &names),
            names,
            rule,
            badge,
        })
    });
    found.await
}

/// What the rule would have done, as far as its teacher says what stands for what.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::Refused`] where something is left unsaid.
#[tracing::instrument(name = "replay.run", skip_all, fields(badge = tried.badge.id.as_str()))]
pub(crate) async fn run(
    cairn: &Cairn,
    visitor: &Visitor,
    tried: &Tried,
    brought: Brought,
    answers: Answers,
) -> Result<(Brought, Replay), ServiceError> {
    visitor.teach()?;
    check(tried, &answers)?;
    let (root, names, now) = (tried.rule.root.clone(), tried.names.clone(), cairn.clock.now());
    let done = tokio::task::spawn_blocking(move || {
        let done = replay(&root, &names, &brought.cohort, &answers, now);
        (brought, done)
    });
    done.await
        .map_err(|error| ServiceError::Internal(error.to_string()))
}

/// Whether everything is said that the rule asks about.
fn check(tried: &Tried, answers: &Answers) -> Result<(), ReplayRefusal> {
    let mut unanswered = 0;
    for question in &tried.questions {
        match answers.get(&question.subject) {
            Some(Answer::Column { of: Some(of), .. }) if *of <= Decimal::ZERO => {
                return Err(ReplayRefusal::Points);
            }
            Some(Answer::Column { at, .. }) if question.columns.contains(at) => {}
            Some(Answer::Met | Answer::NotMet | Answer::Open) => {}
            Some(Answer::Column { .. }) | None => unanswered += 1,
        }
    }
    match unanswered {
        0 => Ok(()),
        some => Err(ReplayRefusal::Unanswered(some)),
    }
}
