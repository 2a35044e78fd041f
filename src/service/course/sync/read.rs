//! What the platform says of a course: columns, members and results, each of which may fail by itself.

use std::collections::{BTreeMap, HashMap};

use rust_decimal::Decimal;
use url::Url;

use crate::domain::course::Course;
use crate::service::Cairn;
use crate::service::base::platforms;
use crate::service::course::sync::seed::Seedable;
use crate::store::line_items::ItemSeen;
use lti::capabilities::ResultRows;
use lti::registration::Registration;
use lti::services::Platform;
use lti::services::error::ServiceError as PlatformError;
use lti::services::grades::{self, LineItemFilter, ResultRow};
use lti::services::media::scope;
use lti::services::roster::Member;

/// What the platform said; each part may be missing, with a sentence among the problems.
#[derive(Debug, Clone, Default)]
pub(super) struct Reading {
    pub(crate) items: Option<Vec<ItemSeen>>,
    pub(crate) members: Option<Vec<Member>>,
    /// By the column's URL.
    pub(crate) results: HashMap<String, Vec<ResultRow>>,
    /// Sentences for the instructor, each once.
    pub(crate) problems: Vec<String>,
    /// Result rows remain to be made: read again soon.
    pub(crate) unfinished: bool,
}

impl Reading {
    /// Nothing could be read.
    pub(crate) fn failed(problem: String) -> Self {
        Self {
            problems: vec![problem],
            ..Self::default()
        }
    }

    pub(crate) fn problem(&mut self, sentence: String) {
        if !self.problems.contains(&sentence) {
            self.problems.push(sentence);
        }
    }

    /// Takes over what could be read of each column; those that failed for the same reason share a sentence.
    pub(crate) fn take_results(&mut self, urls: &[Url], all: Vec<Result<Vec<ResultRow>, PlatformError>>) {
        let mut failed: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (url, rows) in urls.iter().zip(all) {
            match rows {
                Ok(rows) => drop(self.results.insert(url.to_string(), rows)),
                Err(error) => {
                    let labels = failed.entry(sentence(&error)).or_default();
                    labels.push(self.label(url));
                }
            }
        }
        for (sentence, labels) in failed {
            self.problem(format!("{}: {sentence}", labels.join(", ")));
        }
    }

    /// A column's name in quotation marks.
    pub(crate) fn label(&self, url: &Url) -> String {
        let items = self.items.iter().flatten();
        let mut named = items.filter(|item| item.url == url.as_str());
        named
            .next()
            .map_or_else(|| "A column".to_owned(), |item| format!("“{}”", item.label))
    }
}

/// An error as a sentence with its full stop.
pub(crate) fn sentence(error: &impl std::fmt::Display) -> String {
    let text = error.to_string();
    let ends = text.ends_with(['.', '?', '!']);
    if ends { text } else { format!("{text}.") }
}

/// A service address of a platform, once it may be called; else a sentence for the instructor.
pub(in crate::service) fn vetted(
    registration: &Registration,
    url: Option<&str>,
    what: &str,
) -> Result<Url, String> {
    let Some(text) = url else {
        return Err(format!(
            "The platform does not offer its {what} to this tool. Ask its administrator to turn the service on, then \
             open the course again."
        ));
    };
    let url =
        Url::parse(text).map_err(|_| format!("The platform's address for its {what} cannot be read."))?;
    registration.check_service_url(&url).map_err(|error| {
        let why = sentence(&error);
        format!("The platform's address for its {what} is not used: {why}")
    })?;
    Ok(url)
}

/// The services of a course's platform, with the scopes that its launches offered.
pub(in crate::service) fn platform(cairn: &Cairn, course: &Course, registration: &Registration) -> Platform {
    // The grade scopes come with the launch; the members' service has one only, which its claim implies.
    let mut granted = course.services.ags_scopes.clone();
    if !granted.is_empty() {
        granted.push(scope::MEMBERS_READ.to_owned());
    }
    let target = platforms::target(cairn, registration);
    cairn.lti.platform(target, registration.capabilities(), granted)
}

/// Asks the platform for everything that a check needs.
pub(super) async fn read(
    cairn: &Cairn,
    course: &Course,
    registration: &Registration,
    seedable: &Seedable,
) -> Reading {
    if !registration.enabled {
        let sentence = "This platform is turned off here. Ask the administrator of Cairn.";
        return Reading::failed(sentence.to_owned());
    }
    let mut reading = Reading::default();
    let platform = platform(cairn, course, registration);
    let services = &course.services;
    let urls = match vetted(registration, services.line_items_url.as_deref(), "grades") {
        Ok(url) => read_items(&platform, registration, &url, &mut reading).await,
        Err(problem) => {
            reading.problem(problem);
            Vec::new()
        }
    };
    let all = match vetted(registration, services.memberships_url.as_deref(), "member list") {
        Ok(memberships) => {
            let all = platform.read_course(&memberships, &urls).await;
            match all.members {
                Ok(members) => reading.members = Some(members),
                Err(error) => reading.problem(sentence(&error)),
            }
            all.results
        }
        Err(problem) => {
            reading.problem(problem);
            platform.results_of_many(&urls).await
        }
    };
    reading.take_results(&urls, all);
    if registration.capabilities().result_rows == ResultRows::OfPostedScores {
        seedable
            .make_rows(&platform, &mut reading, cairn.clock.now())
            .await;
    }
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
            reading.problem(sentence(&error));
            return Vec::new();
        }
    };
    let (mut items, mut urls) = (Vec::new(), Vec::new());
    for item in listed {
        if let Err(error) = registration.check_service_url(&item.id) {
            reading.problem(format!("“{}” is not read: {}", item.label, sentence(&error)));
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
