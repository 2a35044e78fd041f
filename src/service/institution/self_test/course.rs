//! What can be read in the course that was opened last.

use url::Url;

use super::settings::{self, Setting};
use super::{Finding, Known, Step, Steps, because, step_of, too_slow};
use crate::service::Cairn;
use crate::service::base::platforms;
use lti::registration::Registration;
use lti::services::error::{Reason, ServiceError as PlatformError};
use lti::services::grades::{LineItem, LineItemFilter, ResultRow};
use lti::services::roster::Member;
use lti::services::{Platform, media};

/// What the reading came to.
#[derive(Default)]
pub(super) struct Read {
    pub(crate) findings: Vec<Finding>,
    pub(crate) grades: Grades,
}

/// Whether grades can be read.
#[derive(Default)]
pub(super) enum Grades {
    /// No course is known, or there is no token to read it with.
    #[default]
    Untried,
    Readable,
    /// They cannot be read in the course of that name.
    Unreadable(String),
}

/// Reads members, columns and results with the scopes that are granted.
pub(super) async fn read(cairn: &Cairn, known: &Known, granted: &[&str], steps: &mut Steps) -> Read {
    let mut read = Read::default();
    let Some(course) = known.course.as_ref().filter(|_| !granted.is_empty()) else {
        return read;
    };
    let (registration, name) = (&known.registration, course.name());
    let scopes = granted.iter().map(|scope| (*scope).to_owned()).collect();
    let target = platforms::target(cairn, registration);
    let platform = cairn
        .lti
        .platform(target, registration.capabilities(), scopes)
        .briefly();
    let address = |text: &Option<String>| text.as_ref().and_then(|text| Url::parse(text).ok());
    let members = address(&course.services.memberships_url);
    let columns = address(&course.services.line_items_url);
    let (members, columns) = tokio::join!(
        members_of(cairn, &platform, members.as_ref()),
        columns_of(cairn, &platform, columns.as_ref()),
    );
    if let Some(members) = members {
        read.findings.push(match outcome(steps, members) {
            Ok(members) => Finding::good(
                "members",
                format!("{} read in “{name}”.", counted(members.len(), "member")),
            ),
            Err(why) => why.finding(
                "members",
                registration,
                Setting::MembersService,
                &format!("The members of “{name}” cannot be read"),
            ),
        });
    }
    let Some(columns) = columns else {
        return read;
    };
    read.grades = Grades::Unreadable(name.to_owned());
    match outcome(steps, columns) {
        Err(why) => read.findings.push(why.finding(
            "columns",
            registration,
            Setting::GradeService,
            &format!("The gradebook columns of Cairn in “{name}” cannot be read"),
        )),
        Ok(columns) => {
            let count = counted(columns.len(), "gradebook column");
            read.findings.push(Finding::good(
                "columns",
                format!("{count} of Cairn's own found in “{name}”."),
            ));
            results(cairn, &platform, columns.first(), registration, steps, &mut read).await;
        }
    }
    read
}

async fn results(
    cairn: &Cairn,
    platform: &Platform,
    first: Option<&LineItem>,
    registration: &Registration,
    steps: &mut Steps,
    read: &mut Read,
) {
    let Some(first) = first else {
        read.grades = Grades::Readable;
        return;
    };
    let rows: Asked<Vec<ResultRow>> = step_of(cairn, "reading the grades", platform.results(&first.id)).await;
    let finding = match outcome(steps, rows) {
        Ok(rows) => {
            read.grades = Grades::Readable;
            Finding::good(
                "results",
                format!("{} read in “{}”.", counted(rows.len(), "grade"), first.label),
            )
        }
        Err(why) => why.finding(
            "results",
            registration,
            Setting::GradeService,
            &format!("The grades in “{}” cannot be read", first.label),
        ),
    };
    read.findings.push(finding);
}

type Asked<T> = Step<Result<T, PlatformError>>;

async fn members_of(cairn: &Cairn, platform: &Platform, url: Option<&Url>) -> Option<Asked<Vec<Member>>> {
    Some(step_of(cairn, "reading the members", platform.members(url?)).await)
}

async fn columns_of(cairn: &Cairn, platform: &Platform, url: Option<&Url>) -> Option<Asked<Vec<LineItem>>> {
    let all = LineItemFilter::default();
    Some(
        step_of(
            cairn,
            "reading the gradebook columns",
            platform.line_items(url?, &all),
        )
        .await,
    )
}

/// Why something could not be read.
enum Why {
    Said(Reason),
    TooSlow,
}

fn outcome<T>(steps: &mut Steps, step: Asked<T>) -> Result<T, Why> {
    match steps.take(step) {
        Some(outcome) => outcome.map_err(|error| Why::Said(error.reason)),
        None => Err(Why::TooSlow),
    }
}

impl Why {
    /// A finding that begins so. `setting` is what mends a refusal; what is out of order no setting of the tool mends.
    fn finding(
        &self,
        code: &'static str,
        registration: &Registration,
        setting: Setting,
        what: &str,
    ) -> Finding {
        let (why, setting) = match self {
            Self::TooSlow => (too_slow(), Setting::OutOfOrder),
            Self::Said(Reason::NotGranted(scope)) => (refused(scope).to_owned(), setting),
            Self::Said(reason) if reason.retryable() || matches!(reason, Reason::Html) => {
                (reason.to_string(), Setting::OutOfOrder)
            }
            Self::Said(reason) => (reason.to_string(), setting),
        };
        Finding::failure(code, because(what, &why), settings::say(registration, setting))
    }
}

/// What a scope that is not granted is for, so that nobody has to know scopes.
fn refused(scope: &str) -> &'static str {
    match scope {
        media::scope::MEMBERS_READ => "Cairn is not allowed to read who is in a course",
        media::scope::RESULT_READ => "Cairn is not allowed to read grades",
        _ => "Cairn is not allowed to read its own gradebook columns",
    }
}

/// "1 grade", "2 grades".
fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}
