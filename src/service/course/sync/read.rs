//! What the platform says of a course: columns, members and results, each of which may fail by itself.

use std::collections::{BTreeMap, HashMap};

use rust_decimal::Decimal;
use url::Url;

use super::remade;
use crate::domain::course::Course;
use crate::ids::LineItemId;
use crate::service::Cairn;
use crate::service::base::refusal::PlatformService;
use crate::service::base::trouble::Reason;
use crate::service::course::reach::{platform, vetted};
use crate::store::line_items::ItemSeen;
use lti::registration::Registration;
use lti::services::Platform;
use lti::services::error::ServiceError as PlatformError;
use lti::services::grades::{self, LineItemFilter, ResultRow};
use lti::services::roster::{LeftOut, Member};

/// Rows of the member list that a sentence names.
const MOST_NAMED: usize = 5;

/// What the platform said; each part may be missing, with a reason among the problems.
#[derive(Debug, Clone, Default)]
pub(super) struct Reading {
    pub(crate) items: Option<Vec<ItemSeen>>,
    pub(crate) members: Option<Vec<Member>>,
    /// Rows of the member list that could not be read.
    pub(crate) left_out: Vec<LeftOut>,
    /// Columns that the platform made in place of ours, which it does not have any more: ours, and the new address.
    pub(crate) remade: Vec<(LineItemId, String)>,
    /// By the column's URL.
    pub(crate) results: HashMap<String, Vec<ResultRow>>,
    /// Why something is missing, each reason once.
    pub(crate) problems: Vec<Reason>,
}

impl Reading {
    /// Nothing could be read.
    pub(crate) fn failed(problem: Reason) -> Self {
        Self {
            problems: vec![problem],
            ..Self::default()
        }
    }

    pub(crate) fn problem(&mut self, reason: Reason) {
        if !self.problems.contains(&reason) {
            self.problems.push(reason);
        }
    }

    /// Takes over what could be read of each column; those that failed for the same reason share it.
    pub(crate) fn take_results(&mut self, urls: &[Url], all: Vec<Result<Vec<ResultRow>, PlatformError>>) {
        let mut failed: BTreeMap<String, Vec<Option<String>>> = BTreeMap::new();
        for (url, rows) in urls.iter().zip(all) {
            match rows {
                Ok(rows) => drop(self.results.insert(url.to_string(), rows)),
                Err(error) => {
                    let labels = failed.entry(error.to_string()).or_default();
                    labels.push(self.label(url));
                }
            }
        }
        for (said, columns) in failed {
            self.problem(Reason::ResultsUnread { columns, said });
        }
    }

    /// A column's name, if it was listed.
    pub(crate) fn label(&self, url: &Url) -> Option<String> {
        let mut items = self.items.iter().flatten();
        let named = items.find(|item| item.url == url.as_str());
        named.map(|item| item.label.clone())
    }
}

/// What of the member list was left out, by count and by name; none when nothing was.
pub(super) fn left_out_of_members(left_out: &[LeftOut]) -> Option<Reason> {
    let named = left_out.iter().take(MOST_NAMED).map(ToString::to_string);
    (!left_out.is_empty()).then(|| Reason::MembersLeftOut {
        count: left_out.len(),
        rows: named.collect(),
    })
}

/// Asks the platform for everything that a check needs.
pub(super) async fn read(cairn: &Cairn, course: &Course, registration: &Registration) -> Reading {
    if !registration.enabled {
        return Reading::failed(Reason::TurnedOff);
    }
    let mut reading = Reading::default();
    let platform = platform(cairn, course, registration);
    let services = &course.services;
    let urls = match vetted(
        registration,
        services.line_items_url.as_deref(),
        PlatformService::Grades,
    ) {
        Ok(url) => {
            let urls = read_items(&platform, registration, &url, &mut reading).await;
            reading.remade = remade::look(cairn, course, registration, &platform, &reading).await;
            urls
        }
        Err(problem) => {
            reading.problem(Reason::Address(problem));
            Vec::new()
        }
    };
    let all = match vetted(
        registration,
        services.memberships_url.as_deref(),
        PlatformService::Members,
    ) {
        Ok(memberships) => {
            let all = platform.read_course(&memberships, &urls).await;
            match all.members {
                Ok(roster) => {
                    reading.members = Some(roster.members);
                    reading.left_out = roster.left_out;
                }
                Err(error) => reading.problem(Reason::Said(error.to_string())),
            }
            all.results
        }
        Err(problem) => {
            reading.problem(Reason::Address(problem));
            platform.results_of_many(&urls).await
        }
    };
    reading.take_results(&urls, all);
    reading
}

/// Lists the columns; says which may be read.
async fn read_items(
    platform: &Platform,
    registration: &Registration,
    url: &Url,
    reading: &mut Reading,
) -> Vec<Url> {
    let listed: Vec<grades::LineItem> = match platform.line_items(url, &LineItemFilter::default()).await {
        Ok(listed) => listed,
        Err(error) => {
            reading.problem(Reason::Said(error.to_string()));
            return Vec::new();
        }
    };
    let (mut items, mut urls) = (Vec::new(), Vec::new());
    for item in listed {
        if let Err(error) = registration.check_service_url(&item.id) {
            let (label, said) = (item.label.clone(), error.to_string());
            reading.problem(Reason::ColumnUnread { label, said });
        } else {
            urls.push(item.id.clone());
        }
        items.push(ItemSeen {
            url: item.id.to_string(),
            label: item.label,
            maximum: item.score_maximum.unwrap_or(Decimal::ONE),
            resource_id: item.resource_id,
            tag: item.tag,
            resource_link_id: item.resource_link_id,
        });
    }
    reading.items = Some(items);
    urls
}
