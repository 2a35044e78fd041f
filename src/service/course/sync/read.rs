//! What the platform says of a course: columns, members and results, each of which may fail by itself.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rust_decimal::Decimal;
use url::Url;

use super::remade;
use crate::domain::course::{Course, End, Services, SignOfLife};
use crate::ids::{LineItemId, PersonId};
use crate::service::Cairn;
use crate::service::base::refusal::{AddressTrouble, PlatformService, Unusable};
use crate::service::base::trouble::{Away, Reason};
use crate::service::course::reach::{platform, vetted};
use crate::store::line_items::ItemSeen;
use lti::registration::Registration;
use lti::services::Platform;
use lti::services::error::{CourseEnd, ServiceError as PlatformError};
use lti::services::grades::{self, LineItemFilter, ResultRow};
use lti::services::roster::{LeftOut, Member};

/// Rows of the member list that a sentence names.
pub(super) const MOST_NAMED: usize = 5;

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
    /// Whom results call by a name that nothing else has, as the platform said when it was asked.
    pub(crate) aliases: BTreeMap<String, PersonId>,
    /// The names of which it was asked.
    pub(crate) asked_of: BTreeSet<String>,
    /// Why something is missing, each reason once.
    pub(crate) problems: Vec<Reason>,
    /// The list of columns was refused as in a course that is over.
    pub(crate) items_end: Option<CourseEnd>,
    /// The same for the members.
    pub(crate) members_end: Option<CourseEnd>,
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
        // A platform that is away is away for all that it was asked.
        let known = match &reason {
            Reason::Away { how, .. } => self
                .problems
                .iter()
                .any(|known| matches!(known, Reason::Away { how: other, .. } if other == how)),
            // So is a course that is gone for each of its services.
            Reason::Missing { .. } => self
                .problems
                .iter()
                .any(|known| matches!(known, Reason::Missing { .. })),
            other => self.problems.contains(other),
        };
        if !known {
            self.problems.push(reason);
        }
    }

    /// A service that cannot be called, save one that is not told yet.
    fn unusable(&mut self, trouble: AddressTrouble, opened: bool) {
        if opened || trouble.why != Unusable::NotOffered {
            self.problem(Reason::Address(trouble));
        }
    }

    /// Takes over what could be read of each column; those that failed for the same reason share it.
    pub(crate) fn take_results(&mut self, urls: &[Url], all: Vec<Result<Vec<ResultRow>, PlatformError>>) {
        let mut failed: BTreeMap<_, (Vec<_>, Option<Away>)> = BTreeMap::new();
        for (url, rows) in urls.iter().zip(all) {
            match rows {
                Ok(rows) => drop(self.results.insert(url.to_string(), rows)),
                Err(error) => {
                    let (labels, away) = failed.entry((error.to_string(), error.for_log())).or_default();
                    labels.push(self.label(url));
                    *away = Away::of(&error);
                }
            }
        }
        for ((said, plain), (columns, away)) in failed {
            self.problem(Reason::ResultsUnread {
                columns,
                said,
                plain,
                away,
            });
        }
    }

    /// What it tells of the life of a course with these services. Where a course was concluded, the member list names only
    /// those whose enrolment is current: nobody.
    pub(crate) fn sign(&self, services: &Services) -> SignOfLife {
        let is_empty = |members: &Vec<Member>| members.is_empty() && self.left_out.is_empty();
        let nobody = self.members.as_ref().is_some_and(is_empty);
        if self.items.is_some() || self.members.is_some() && !nobody {
            return SignOfLife::Answers;
        }
        let items_refuse = self.items_end.is_some() || services.line_items_url.is_none();
        let members_refuse = self.members_end.is_some() || services.memberships_url.is_none();
        match self.items_end.or(self.members_end) {
            Some(how) if items_refuse && (members_refuse || nobody) => SignOfLife::Refuses(match how {
                CourseEnd::Concluded => End::Concluded,
                CourseEnd::Gone => End::Gone,
            }),
            _ => SignOfLife::Unknown,
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

/// Asks the platform for everything that a check needs. `opened`: whether a link of the course was ever opened, where the
/// platform keeps its services to itself before; what is not told yet is no fault.
pub(super) async fn read(
    cairn: &Cairn,
    course: &Course,
    registration: &Registration,
    opened: bool,
) -> Reading {
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
            reading.unusable(problem, opened);
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
                Err(error) => {
                    reading.members_end = error.course_end(&registration.capabilities());
                    reading.problem(Reason::of_platform(&error));
                }
            }
            all.results
        }
        Err(problem) => {
            reading.unusable(problem, opened);
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
            reading.items_end = error.course_end(&registration.capabilities());
            reading.problem(Reason::of_platform(&error));
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

#[cfg(test)]
mod tests {
    use super::*;

    fn services(items: bool, members: bool) -> Services {
        let url = |there: bool| there.then(|| "https://lms.example/service".to_owned());
        Services {
            line_items_url: url(items),
            memberships_url: url(members),
            ..Services::default()
        }
    }

    fn reading(items_end: Option<CourseEnd>, members_end: Option<CourseEnd>) -> Reading {
        Reading {
            items_end,
            members_end,
            ..Reading::default()
        }
    }

    #[test]
    fn a_course_refuses_only_when_each_of_its_services_does() {
        let both = services(true, true);
        let gone = Some(CourseEnd::Gone);
        let concluded = Some(CourseEnd::Concluded);
        let sign = |reading: &Reading| reading.sign(&both);
        assert_eq!(sign(&reading(gone, gone)), SignOfLife::Refuses(End::Gone));
        assert_eq!(
            sign(&reading(concluded, gone)),
            SignOfLife::Refuses(End::Concluded)
        );
        assert_eq!(sign(&reading(gone, None)), SignOfLife::Unknown);
        assert_eq!(sign(&reading(None, gone)), SignOfLife::Unknown);
        assert_eq!(sign(&Reading::default()), SignOfLife::Unknown);
        let nobody = |items_end| Reading {
            members: Some(Vec::new()),
            ..reading(items_end, None)
        };
        assert_eq!(
            sign(&nobody(concluded)),
            SignOfLife::Refuses(End::Concluded),
            "nobody's enrolment is current"
        );
        assert_eq!(sign(&nobody(None)), SignOfLife::Unknown, "nobody is no answer");
    }

    #[test]
    fn a_service_that_the_course_never_had_is_not_asked_for_a_refusal() {
        let gone = Some(CourseEnd::Gone);
        let alone = reading(gone, None).sign(&services(true, false));
        assert_eq!(alone, SignOfLife::Refuses(End::Gone));
        assert_eq!(
            reading(None, gone).sign(&services(false, true)),
            SignOfLife::Refuses(End::Gone)
        );
        assert_eq!(
            Reading::default().sign(&services(false, false)),
            SignOfLife::Unknown
        );
    }

    #[test]
    fn one_service_that_answers_is_an_answer() {
        let columns = Reading {
            items: Some(Vec::new()),
            ..reading(None, Some(CourseEnd::Gone))
        };
        assert_eq!(columns.sign(&services(true, true)), SignOfLife::Answers);
    }
}
