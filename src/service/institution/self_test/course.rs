//! What can be read in the course that was opened last.

use url::Url;

use super::finding::{Step, Unread};
use super::{Finding, Known, PATIENT, Steps, Taken, step_of};
use crate::service::Cairn;
use crate::service::base::platforms;
use lti::services::Platform;
use lti::services::error::ServiceError as PlatformError;
use lti::services::grades::{LineItem, LineItemFilter, ResultRow};
use lti::services::roster::Roster;

/// What the reading came to.
#[derive(Default)]
pub(super) struct Read {
    pub(crate) findings: Vec<Finding>,
    pub(crate) grades: Reading,
}

/// Whether grades can be read.
#[derive(Default)]
pub(super) enum Reading {
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
        let course = name.to_owned();
        read.findings.push(match outcome(steps, members) {
            Ok(roster) => Finding::Members {
                course,
                count: roster.members.len(),
                left_out: roster.left_out.len(),
            },
            Err(why) => Finding::MembersUnread { course, why },
        });
    }
    let Some(columns) = columns else {
        return read;
    };
    read.grades = Reading::Unreadable(name.to_owned());
    let course = name.to_owned();
    match outcome(steps, columns) {
        Err(why) => read.findings.push(Finding::ColumnsUnread { course, why }),
        Ok(columns) => {
            let count = columns.len();
            read.findings.push(Finding::Columns { course, count });
            results(cairn, &platform, columns.first(), steps, &mut read).await;
        }
    }
    read
}

async fn results(
    cairn: &Cairn,
    platform: &Platform,
    first: Option<&LineItem>,
    steps: &mut Steps,
    read: &mut Read,
) {
    let Some(first) = first else {
        read.grades = Reading::Readable;
        return;
    };
    let rows: Asked<Vec<ResultRow>> = step_of(cairn, Step::Results, platform.results(&first.id)).await;
    let column = first.label.clone();
    read.findings.push(match outcome(steps, rows) {
        Ok(rows) => {
            read.grades = Reading::Readable;
            Finding::Results {
                column,
                count: rows.len(),
            }
        }
        Err(why) => Finding::ResultsUnread { column, why },
    });
}

type Asked<T> = Taken<Result<T, PlatformError>>;

async fn members_of(cairn: &Cairn, platform: &Platform, url: Option<&Url>) -> Option<Asked<Roster>> {
    Some(step_of(cairn, Step::Members, platform.members(url?)).await)
}

async fn columns_of(cairn: &Cairn, platform: &Platform, url: Option<&Url>) -> Option<Asked<Vec<LineItem>>> {
    let all = LineItemFilter::default();
    Some(step_of(cairn, Step::Columns, platform.line_items(url?, &all)).await)
}

fn outcome<T>(steps: &mut Steps, taken: Asked<T>) -> Result<T, Unread> {
    match steps.take(taken) {
        Some(outcome) => outcome.map_err(|error| Unread::Said(error.reason)),
        None => Err(Unread::TooSlow(PATIENT)),
    }
}
