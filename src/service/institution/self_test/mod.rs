//! The self-test of a platform: what works between it and Cairn, and which grades can be seen there. What does not work
//! names the setting in that LMS.
//!
//! Somebody waits for it: every step has eight seconds, and steps that do not need each other are taken at once.

use std::time::Duration;

use chrono::TimeDelta;

use crate::domain::course::Course;
use crate::domain::platform::{DeploymentState, LastSeen};
use crate::ids::{RegistrationId, TenantId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::store::{courses, deployments, last_seen, policies, registrations};
use lti::registration::Registration;

mod clock;
mod course;
mod finding;
mod grades;
mod keys;
mod standing;
mod token;

pub(crate) use finding::{
    Finding, Grades, KeysUnreadable, NoToken, Offer, OwnGrades, Patience, Setting, Step, Unread, Verdict,
};

/// How long the platform may take for one step.
const PATIENCE: Duration = Duration::from_secs(8);
const PATIENT: Patience = Patience {
    seconds: PATIENCE.as_secs(),
};
/// A step that took longer than this deserves a word.
const SLOW: TimeDelta = TimeDelta::seconds(3);

/// What the test found, in the order in which things have to work.
#[derive(Debug, Clone)]
pub(crate) struct Report {
    /// The platform as it was tested.
    pub(crate) registration: Registration,
    pub(crate) findings: Vec<Finding>,
}

impl Report {
    /// Whether nothing failed.
    #[must_use]
    pub(crate) fn holds(&self) -> bool {
        self.findings
            .iter()
            .all(|finding| finding.verdict() != Verdict::Failure)
    }
}

/// What is known here before anybody is asked.
struct Known {
    registration: Registration,
    accepted: usize,
    pending: usize,
    last_seen: Option<LastSeen>,
    course: Option<Course>,
    /// Whether the institution lets badges of other issuers count.
    external_badges: bool,
}

/// Tests a platform of that institution. Asks the platform, changes nothing there or here.
///
/// # Errors
/// [`ServiceError::NotFound`] for a platform that is not this institution's; what the store reports.
#[tracing::instrument(name = "self_test.run", skip_all, fields(platform = id.as_str()))]
pub(crate) async fn run(
    cairn: &Cairn,
    tenant: &TenantId,
    id: &RegistrationId,
) -> Result<Report, ServiceError> {
    let known = known(cairn, tenant, id).await?;
    let registration = &known.registration;
    cairn.platform_hosts.note(registration);
    let mut steps = Steps::default();
    let (keys, tokens) = tokio::join!(
        step_of(
            cairn,
            Step::KeySet,
            cairn.key_sets.probe(&known.registration.jwks_url)
        ),
        step_of(cairn, Step::Tokens, token::ask(cairn, &known.registration)),
    );
    let (looked, tokens) = (steps.take(keys), steps.take(tokens));
    let skew = clock::skew(cairn, looked.as_ref(), known.last_seen.as_ref());
    let tokens = token::Answered::of(tokens);
    let read = course::read(cairn, &known, &tokens.granted, &mut steps).await;

    let seen = grades::seen(&tokens, &read.grades);
    let mut findings = standing::registered(&known);
    findings.push(keys::finding(&known, looked));
    findings.extend(standing::launches(&known));
    findings.extend(skew.map(clock::finding));
    findings.push(token::finding(cairn, tokens, skew));
    findings.extend(read.findings);
    findings.extend(steps.finding());
    findings.push(Finding::Grades(seen));
    Ok(Report {
        registration: known.registration,
        findings,
    })
}

async fn known(cairn: &Cairn, tenant: &TenantId, id: &RegistrationId) -> Result<Known, ServiceError> {
    let (tenant, id) = (tenant.clone(), id.clone());
    let known = cairn.store.read(move |db| {
        let Some(registration) = registrations::get(db, &tenant, &id)? else {
            return Ok(None);
        };
        let all = deployments::list(db, &tenant, &id)?;
        let accepted = all
            .iter()
            .filter(|one| one.state == DeploymentState::Accepted)
            .count();
        let last_seen = last_seen::get(db, &tenant, &id)?;
        let course = match last_seen.as_ref().and_then(|seen| seen.detail.course.as_ref()) {
            Some(course) => courses::get(db, &tenant, course)?,
            None => None,
        };
        Ok(Some(Known {
            pending: all.len().saturating_sub(accepted),
            registration,
            accepted,
            last_seen,
            course,
            external_badges: policies::get(db, &tenant)?.external_badges,
        }))
    });
    known.await?.ok_or(ServiceError::NotFound("platform"))
}

/// What a step came to, and how long it took; nothing where it took too long.
struct Taken<T> {
    step: Step,
    took: TimeDelta,
    outcome: Option<T>,
}

/// Takes a step, for so long as there is patience.
async fn step_of<T>(cairn: &Cairn, step: Step, asking: impl Future<Output = T>) -> Taken<T> {
    let begun = cairn.clock.now();
    let outcome = tokio::select! {
        biased;
        outcome = asking => Some(outcome),
        () = cairn.timer.sleep(PATIENCE) => None,
    };
    Taken {
        step,
        took: cairn.clock.now() - begun,
        outcome,
    }
}

/// The slowest of the steps that came to an end.
#[derive(Default)]
struct Steps {
    slowest: Option<(TimeDelta, Step)>,
}

impl Steps {
    fn take<T>(&mut self, taken: Taken<T>) -> Option<T> {
        let outcome = taken.outcome?;
        if taken.took > SLOW && self.slowest.is_none_or(|(slowest, _)| taken.took > slowest) {
            self.slowest = Some((taken.took, taken.step));
        }
        Some(outcome)
    }

    fn finding(&self) -> Option<Finding> {
        let (took, step) = self.slowest?;
        Some(Finding::Slow { step, took })
    }
}
