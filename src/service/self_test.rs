//! The self-test of a platform: what works between it and Cairn, and which grades can be seen there. Each finding is a
//! sentence, and what does not work names the setting in that LMS.

use chrono::{DateTime, TimeDelta, Utc};
use url::Url;

use crate::domain::course::Course;
use crate::ids::{RegistrationId, TenantId};
use crate::lti::dynamic_registration::{NOTICES_SCOPE, SCOPES};
use crate::lti::error::KeySetError;
use crate::lti::registration::{Flavour, Registration};
use crate::lti::services::grades::LineItemFilter;
use crate::lti::token::TokenError;
use crate::service::error::ServiceError;
use crate::service::{Cairn, platforms};
use crate::store::deployments::DeploymentState;
use crate::store::sightings::Sighting;
use crate::store::{courses, deployments, registrations, sightings};

mod grades;
mod settings;

use settings::Setting;

/// A clock that is off by more than this deserves a word; launches fail from a minute on.
const SKEW_REMARK: TimeDelta = TimeDelta::seconds(5);
/// Services refuse us from here on: our assertions are backdated by 30 seconds.
const SKEW_FAILURE: TimeDelta = TimeDelta::seconds(25);

/// How a finding is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Good,
    /// Works as it is, but somebody should know.
    Remark,
    Failure,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// A stable name: `keys`, `launch`, `clock`, `token`, `members`, `columns`, `results`, `grades` and the like.
    pub code: &'static str,
    pub verdict: Verdict,
    pub sentence: String,
    /// What to do about it, if anything.
    pub advice: Option<String>,
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
pub struct Report {
    pub at: DateTime<Utc>,
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether nothing failed.
    #[must_use]
    pub fn holds(&self) -> bool {
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
    sighting: Option<Sighting>,
    course: Option<Course>,
}

/// Tests a platform of that institution. Asks the platform, changes nothing there or here.
///
/// # Errors
/// [`ServiceError::NotFound`] for a platform that is not this institution's; what the store reports.
pub async fn run(cairn: &Cairn, tenant: &TenantId, id: &RegistrationId) -> Result<Report, ServiceError> {
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
        let sighting = sightings::get(db, &tenant, &id)?;
        let course = match sighting.as_ref().and_then(|seen| seen.detail.course.as_ref()) {
            Some(course) => courses::get(db, &tenant, course)?,
            None => None,
        };
        Ok(Some(Known {
            pending: all.len().saturating_sub(accepted),
            registration,
            accepted,
            sighting,
            course,
        }))
    });
    let known = known.await?.ok_or(ServiceError::NotFound("platform"))?;
    let mut findings = standing(&known);
    findings.push(keys(cairn, &known.registration).await);
    findings.extend(launches(&known));
    let (granted, found) = token(cairn, &known.registration).await;
    findings.push(found);
    findings.extend(course(cairn, &known, &granted).await);
    findings.push(grades::seen(&known.registration, &granted));
    Ok(Report {
        at: cairn.clock.now(),
        findings,
    })
}

fn standing(known: &Known) -> Vec<Finding> {
    let mut found = Vec::new();
    if !known.registration.enabled {
        found.push(Finding::failure(
            "enabled",
            "This platform is turned off in Cairn, so nobody can open Cairn from it.",
            "Turn it on on this page.",
        ));
    }
    if known.pending > 0 {
        found.push(Finding::remark(
            "deployments",
            format!("{} of its deployments wait to be accepted.", known.pending),
            "Accept those that are yours on this page; until then launches from them are refused.",
        ));
    } else if known.accepted == 0 && !known.registration.accepts_new_deployments {
        found.push(Finding::remark(
            "deployments",
            "No deployment is accepted yet.",
            "Open Cairn once from the platform: the deployment appears on this page, and you accept it.",
        ));
    }
    found
}

async fn keys(cairn: &Cairn, registration: &Registration) -> Finding {
    // No key has this id, so a readable key set answers that it does not know it.
    match cairn
        .key_sets
        .find(&registration.jwks_url, "cairn self-test")
        .await
    {
        Ok(_) | Err(KeySetError::UnknownKey) => Finding::good(
            "keys",
            "Its public keys can be read, so its launches can be verified.",
        ),
        Err(error) => Finding::failure(
            "keys",
            format!(
                "Its public keys cannot be read from {}: {error}.",
                registration.jwks_url
            ),
            settings::say(registration.flavour, Setting::PlatformKeys),
        ),
    }
}

fn launches(known: &Known) -> Vec<Finding> {
    let flavour = known.registration.flavour;
    let Some(seen) = &known.sighting else {
        return vec![Finding::remark(
            "launch",
            "Nobody has opened Cairn from this platform yet.",
            settings::say(flavour, Setting::FirstLaunch),
        )];
    };
    let detail = &seen.detail;
    let product = match (&detail.product, &detail.version) {
        (Some(product), Some(version)) => format!("{product}, version {version}"),
        (Some(product), None) => product.clone(),
        _ => "a product that does not name itself".to_owned(),
    };
    let mut found = vec![
        Finding::good(
            "launch",
            format!(
                "Cairn was opened from it on {}; it is {product}.",
                seen.launched_at.format("%-d %b %Y, %H:%M UTC")
            ),
        ),
        clock(seen.clock_skew),
    ];
    found.push(if detail.shares_names {
        Finding::good("names", "It shares the names of students and teachers.")
    } else {
        Finding::remark(
            "names",
            "It does not share names: teachers see “Student 7F3A”. Badges work all the same.",
            settings::say(flavour, Setting::Names),
        )
    });
    if detail.shares_emails {
        found.push(Finding::remark(
            "emails",
            "It shares e-mail addresses, which Cairn has no use for.",
            settings::say(flavour, Setting::Emails),
        ));
    }
    let offered = [
        (
            detail.members,
            "members-offered",
            "the member list",
            Setting::MembersService,
        ),
        (
            detail.grades,
            "grades-offered",
            "grade services",
            Setting::GradeService,
        ),
    ];
    for (there, code, what, setting) in offered {
        if !there && detail.course.is_some() {
            found.push(Finding::failure(
                code,
                format!("The last launch from a course did not offer {what}."),
                settings::say(flavour, setting),
            ));
        }
    }
    let mut ways: Vec<&str> = detail.placements.iter().map(String::as_str).collect();
    if detail.messages.contains("LtiDeepLinkingRequest") {
        ways.push("deep linking");
    }
    if !ways.is_empty() {
        found.push(Finding::good(
            "placements",
            format!("Seen so far: {}.", ways.join(", ")),
        ));
    }
    found
}

fn clock(skew: TimeDelta) -> Finding {
    let seconds = skew.num_seconds();
    let words = match seconds {
        0.. => format!("{seconds} seconds behind ours"),
        _ => format!("{} seconds ahead of ours", seconds.unsigned_abs()),
    };
    let advice =
        "Let both servers set their clocks by NTP; a launch is refused when they differ by a minute.";
    if skew.abs() > SKEW_FAILURE {
        Finding::failure("clock", format!("Its clock is {words}."), advice)
    } else if skew.abs() > SKEW_REMARK {
        Finding::remark(
            "clock",
            format!("Its clock is {words}, or its launches take that long."),
            advice,
        )
    } else {
        Finding::good("clock", "Its clock and ours agree within 5 seconds.")
    }
}

/// Asks for each scope by itself: a platform may say more at registration than it grants.
async fn token(cairn: &Cairn, registration: &Registration) -> (Vec<&'static str>, Finding) {
    let (mut granted, mut refused) = (Vec::new(), Vec::new());
    let target = platforms::target(registration);
    for (scope, words) in SCOPES.into_iter().filter(|(scope, _)| *scope != NOTICES_SCOPE) {
        match cairn.tokens.token(&target, &[scope]).await {
            Ok(_) => granted.push(scope),
            Err(TokenError::ScopeNotGranted(_)) => refused.push(words),
            Err(error) => {
                let advice = match error {
                    TokenError::InvalidClient(_) => Setting::ClientId,
                    _ => Setting::OurKeys,
                };
                let advice = settings::say(registration.flavour, advice);
                let jwks = format!("{advice} Our keys are at {}/lti/jwks.", cairn.settings.origin());
                return (
                    granted,
                    Finding::failure("token", format!("It gives no access token: {error}"), jwks),
                );
            }
        }
    }
    let finding = if granted.is_empty() {
        Finding::failure(
            "token",
            "It knows Cairn but grants no service at all.",
            settings::say(registration.flavour, Setting::Scopes),
        )
    } else if refused.is_empty() {
        Finding::good(
            "token",
            "It gives an access token for members, line items, results and scores.",
        )
    } else {
        Finding::failure(
            "token",
            format!(
                "It gives an access token, but Cairn may not: {}.",
                refused.join("; ")
            ),
            settings::say(registration.flavour, Setting::Scopes),
        )
    };
    (granted, finding)
}

/// Reads members, columns and results of the course that was opened last.
async fn course(cairn: &Cairn, known: &Known, granted: &[&str]) -> Vec<Finding> {
    let Some(course) = &known.course else {
        return Vec::new();
    };
    let (registration, name) = (&known.registration, course.name());
    let flavour = registration.flavour;
    let scopes = granted.iter().map(|scope| (*scope).to_owned()).collect();
    let platform = cairn
        .lti
        .platform(platforms::target(registration), flavour, scopes);
    let address = |text: &Option<String>| text.as_ref().and_then(|text| Url::parse(text).ok());
    let mut found = Vec::new();
    if let Some(members) = address(&course.services.memberships_url) {
        found.push(match platform.members(&members).await {
            Ok(members) => Finding::good("members", format!("{} members read in “{name}”.", members.len())),
            Err(error) => Finding::failure(
                "members",
                format!("The members of “{name}” cannot be read: {}.", error.reason),
                settings::say(flavour, Setting::MembersService),
            ),
        });
    }
    let Some(line_items) = address(&course.services.line_items_url) else {
        return found;
    };
    match platform.line_items(&line_items, &LineItemFilter::default()).await {
        Err(error) => found.push(Finding::failure(
            "columns",
            format!(
                "The gradebook columns of Cairn in “{name}” cannot be read: {}.",
                error.reason
            ),
            settings::say(flavour, Setting::GradeService),
        )),
        Ok(items) => {
            found.push(Finding::good(
                "columns",
                format!(
                    "{} gradebook columns of Cairn's own found in “{name}”.",
                    items.len()
                ),
            ));
            if let Some(first) = items.first() {
                found.push(match platform.results(&first.id).await {
                    Ok(rows) => Finding::good(
                        "results",
                        format!("{} grades read in “{}”.", rows.len(), first.label),
                    ),
                    Err(error) => Finding::failure(
                        "results",
                        format!(
                            "The grades in “{}” cannot be read: {}.",
                            first.label, error.reason
                        ),
                        settings::say(flavour, Setting::GradeService),
                    ),
                });
            }
        }
    }
    found
}

/// The word for the LMS in sentences.
fn lms(flavour: Flavour) -> &'static str {
    match flavour {
        Flavour::Moodle => "Moodle",
        Flavour::Canvas => "Canvas",
        Flavour::Other => "the platform",
    }
}
