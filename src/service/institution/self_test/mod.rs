//! The self-test of a platform: what works between it and Cairn, and which grades can be seen there. Each finding is a
//! sentence, and what does not work names the setting in that LMS.
//!
//! Somebody waits for it: every step has eight seconds, and steps that do not need each other are taken at once.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::course::Course;
use crate::domain::platform::{DeploymentState, LastSeen};
use crate::ids::{RegistrationId, TenantId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::store::{courses, deployments, last_seen, registrations};
use lti::capabilities::Capabilities;
use lti::registration::Registration;

mod clock;
mod course;
mod grades;
mod keys;
mod settings;
mod standing;
mod token;

use settings::Setting;

/// How long the platform may take for one step.
const PATIENCE: Duration = Duration::from_secs(8);
/// A step that took longer than this deserves a word.
const SLOW: TimeDelta = TimeDelta::seconds(3);

/// How a finding is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Good,
    /// Works as it is, but somebody should know.
    Remark,
    Failure,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// A stable name: `keys`, `launch`, `clock`, `token`, `members`, `columns`, `results`, `grades` and the like.
    pub(crate) code: &'static str,
    pub(crate) verdict: Verdict,
    pub(crate) sentence: String,
    /// What to do about it, if anything.
    pub(crate) advice: Option<String>,
}

impl Finding {
    fn good(code: &'static str, sentence: impl Into<String>) -> Self {
        Self {
            code,
            verdict: Verdict::Good,
            sentence: sentence.into(),
            advice: None,
        }
    }

    fn remark(code: &'static str, sentence: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            code,
            verdict: Verdict::Remark,
            sentence: sentence.into(),
            advice: Some(advice.into()),
        }
    }

    fn failure(code: &'static str, sentence: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Failure,
            ..Self::remark(code, sentence, advice)
        }
    }
}

/// What the test found, in the order in which things have to work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Report {
    pub(crate) at: DateTime<Utc>,
    pub(crate) findings: Vec<Finding>,
}

impl Report {
    /// Whether nothing failed.
    #[must_use]
    pub(crate) fn holds(&self) -> bool {
        self.findings
            .iter()
            .all(|finding| finding.verdict != Verdict::Failure)
    }
}

/// What is known here before anybody is asked.
struct Known {
    registration: Registration,
    accepted: usize,
    pending: usize,
    last_seen: Option<LastSeen>,
    course: Option<Course>,
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
            "the key set",
            cairn.key_sets.probe(&known.registration.jwks_url)
        ),
        step_of(cairn, "the access tokens", token::ask(cairn, &known.registration)),
    );
    let (looked, tokens) = (steps.take(keys), steps.take(tokens));
    let skew = clock::skew(cairn, looked.as_ref(), known.last_seen.as_ref());
    let tokens = token::Answered::of(tokens);
    let read = course::read(cairn, &known, &tokens.granted, &mut steps).await;

    let mut findings = standing::registered(&known);
    findings.push(keys::finding(&known, looked));
    findings.extend(standing::launches(&known));
    findings.extend(skew.map(|skew| clock::finding(registration, skew)));
    findings.push(token::finding(cairn, &known, &tokens, skew));
    findings.extend(read.findings);
    findings.extend(steps.finding(registration));
    findings.push(grades::seen(&registration.capabilities(), &tokens, &read.grades));
    Ok(Report {
        at: cairn.clock.now(),
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
        }))
    });
    known.await?.ok_or(ServiceError::NotFound("platform"))
}

/// What a step came to, and how long it took; nothing where it took too long.
struct Step<T> {
    what: &'static str,
    took: TimeDelta,
    outcome: Option<T>,
}

/// Takes a step, for so long as there is patience.
async fn step_of<T>(cairn: &Cairn, what: &'static str, step: impl Future<Output = T>) -> Step<T> {
    let begun = cairn.clock.now();
    let outcome = tokio::select! {
        biased;
        outcome = step => Some(outcome),
        () = cairn.timer.sleep(PATIENCE) => None,
    };
    Step {
        what,
        took: cairn.clock.now() - begun,
        outcome,
    }
}

/// The slowest of the steps that came to an end.
#[derive(Default)]
struct Steps {
    slowest: Option<(TimeDelta, &'static str)>,
}

impl Steps {
    fn take<T>(&mut self, step: Step<T>) -> Option<T> {
        let outcome = step.outcome?;
        if step.took > SLOW && self.slowest.is_none_or(|(slowest, _)| step.took > slowest) {
            self.slowest = Some((step.took, step.what));
        }
        Some(outcome)
    }

    fn finding(&self, registration: &Registration) -> Option<Finding> {
        let (took, what) = self.slowest?;
        let seconds = took.num_seconds();
        Some(Finding::remark(
            "slow",
            format!(
                "It answers slowly: {what} took {seconds} seconds. Checks of a course take so much longer."
            ),
            settings::say(registration, Setting::OutOfOrder),
        ))
    }
}

/// `what: why` with one mark at its end.
fn because(what: &str, why: &str) -> String {
    let why = why.trim_end_matches('.');
    let ends = if why.ends_with(['?', '!']) { "" } else { "." };
    format!("{what}: {why}{ends}")
}

/// What a step says that took too long.
fn too_slow() -> String {
    format!("there was no answer within {} seconds", PATIENCE.as_secs())
}

/// The word for the LMS in sentences.
fn lms(capabilities: &Capabilities) -> &'static str {
    capabilities.product.unwrap_or("the platform")
}
