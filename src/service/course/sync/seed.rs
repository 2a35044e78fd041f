//! Canvas shows the results of people only for whom a tool once posted a score: a grade that a teacher types elsewhere
//! stays invisible. So each learner gets a row, by a score without points that keeps every grade and adds no attempt.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use url::Url;

use super::read::Reading;
use crate::domain::course::Course;
use crate::service::base::trouble;
use crate::store::line_items::ItemSeen;
use crate::store::{Db, StoreError, activities, badges, line_items, rules};
use lti::roles::Roles;
use lti::services::Platform;
use lti::services::error::Reason;
use lti::services::roster::Status;
use lti::services::score::Score;

/// Rows that one check makes; the next check goes on. There is no call that makes many at once.
const AT_ONCE: usize = 200;

/// Which columns need rows.
#[derive(Debug, Clone, Default)]
pub(super) struct Seedable {
    /// URLs of columns that a rule reads, drafts included: a dry run reads them before activation.
    read_by_rules: HashSet<String>,
    /// URLs of columns of evidence activities: handing in makes their rows.
    of_activities: HashSet<String>,
}

impl Seedable {
    /// As the rules of the course stand.
    pub(crate) fn of(db: &mut Db, course: &Course) -> Result<Self, StoreError> {
        let tenant = &course.tenant;
        let items = line_items::for_course(db, tenant, &course.id)?;
        let urls: HashMap<_, _> = items.into_iter().map(|item| (item.id, item.url)).collect();
        let mut seedable = Self::default();
        for badge in badges::for_course(db, tenant, &course.id)? {
            let rules = [
                rules::active(db, tenant, &badge.id)?,
                rules::draft(db, tenant, &badge.id)?,
            ];
            for rule in rules.iter().flatten() {
                let read = rule.root.line_items().filter_map(|item| urls.get(item).cloned());
                seedable.read_by_rules.extend(read);
            }
        }
        for activity in activities::for_course(db, tenant, &course.id)? {
            let url = activity.line_item.and_then(|item| urls.get(&item).cloned());
            seedable.of_activities.extend(url);
        }
        Ok(seedable)
    }

    /// Columns that a rule reads, and those that Cairn made by itself so that a rule can read them.
    fn covers(&self, item: &ItemSeen) -> bool {
        let made_by_us = item.tag.is_some() || item.resource_id.is_some() || item.resource_link_id.is_none();
        self.read_by_rules.contains(&item.url) || (made_by_us && !self.of_activities.contains(&item.url))
    }

    /// Makes the rows that learners lack, and reads their columns again.
    pub(crate) async fn make_rows(&self, platform: &Platform, reading: &mut Reading, now: DateTime<Utc>) {
        let mut missing = self.missing(reading);
        reading.unfinished = missing.len() > AT_ONCE;
        missing.truncate(AT_ONCE);
        let Some((first, others)) = missing.split_first() else {
            return;
        };
        let post = async |(url, user): &(Url, String)| {
            let posted = platform.post_score(url, &Score::seed(user, now)).await;
            match posted {
                // Not an active student in the eyes of the platform: nobody to be awarded.
                Err(error) if matches!(error.reason, Reason::Unprocessable(_)) => Ok(()),
                posted => posted.map(drop),
            }
        };
        // One goes ahead: what is refused to it would be refused to all.
        let mut posted = vec![post(first).await];
        if posted.iter().all(Result::is_ok) {
            posted.extend(join_all(others.iter().map(post)).await);
        }
        if let Some(error) = posted.into_iter().find_map(Result::err) {
            reading.unfinished = false;
            let said = error.to_string();
            reading.problem(trouble::Reason::RowsUnmade { said });
        }
        let mut urls: Vec<Url> = missing.into_iter().map(|(url, _)| url).collect();
        urls.dedup();
        let again = platform.results_of_many(&urls).await;
        reading.take_results(&urls, again);
    }

    /// Column and person of each row that is wanted and not there, column by column.
    fn missing(&self, reading: &Reading) -> Vec<(Url, String)> {
        let members = reading.members.iter().flatten();
        let learners: Vec<&str> = members
            .filter(|member| member.status == Status::Active)
            .filter(|member| Roles::parse(member.roles.iter().map(String::as_str)).may_learn())
            .map(|member| member.user_id.as_str())
            .collect();
        let mut missing = Vec::new();
        let items = reading.items.iter().flatten();
        for item in items.filter(|item| self.covers(item)) {
            let (Some(rows), Ok(url)) = (reading.results.get(&item.url), Url::parse(&item.url)) else {
                continue;
            };
            let there: HashSet<&str> = rows.iter().map(|row| row.user_id.as_str()).collect();
            let absent = learners.iter().filter(|learner| !there.contains(**learner));
            missing.extend(absent.map(|learner| (url.clone(), (*learner).to_owned())));
        }
        missing
    }
}
