//! Which use case does which kind of work.

use std::pin::Pin;

use backon::ExponentialBuilder;
use chrono::{DateTime, Utc};

use crate::ids::TenantId;
use crate::service::Cairn;
use crate::service::award::decide;
use crate::service::award::portfolio::checking;
use crate::service::award::shares;
use crate::service::base::error::ServiceError;
use crate::service::base::queue::{
    self, AwaitTurn, BackgroundJob, CheckCourse, CheckForeign, DecideBadge, DecidePerson, DoJoin, DropUnused,
    EnsureLineItem, EraseFiles, ExportInstitution, HandleNotice, ReadGrades, ReleaseColumn, SendScore,
    SignAnew, SubscribeNotices, USUAL_RETRY,
};
use crate::service::base::trouble::Trouble;
use crate::service::course::columns;
use crate::service::course::notices;
use crate::service::course::releases;
use crate::service::course::rest_grades;
use crate::service::course::scores;
use crate::service::course::sync;
use crate::service::credential::withdrawing;
use crate::service::institution::joining::working;
use crate::service::privacy::erasing;
use crate::service::privacy::export::exporting;
use crate::store::jobs::Job;

/// Work that came to its end: as it should, or with a problem that trying again at once would not mend.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Done {
    pub(crate) problem: Option<Trouble>,
    /// It was left alone, and is looked at again then.
    pub(crate) rests_until: Option<DateTime<Utc>>,
}

impl Done {
    /// As it should.
    fn well<T>(_: T) -> Self {
        Self::default()
    }

    /// Left alone until then, if it is.
    fn until(rests_until: Option<DateTime<Utc>>) -> Self {
        Self {
            problem: None,
            rests_until,
        }
    }

    fn with(problem: Option<Trouble>) -> Self {
        Self {
            problem,
            rests_until: None,
        }
    }
}

/// Does one kind of work.
trait Handler: BackgroundJob {
    fn handle(
        self,
        cairn: &Cairn,
        tenant: &TenantId,
    ) -> impl Future<Output = Result<Done, ServiceError>> + Send;
}

type Work<'a> = Pin<Box<dyn Future<Output = Result<Done, ServiceError>> + Send + 'a>>;

/// A kind of work that the runner knows.
struct Kind {
    name: &'static str,
    /// What its key is made of.
    key: &'static [&'static str],
    retry: ExponentialBuilder,
    keeps_problem: bool,
    perform: for<'a> fn(&'a Cairn, &'a Job) -> Work<'a>,
}

impl Kind {
    const fn of<J: Handler>() -> Self {
        Self {
            name: J::NAME,
            key: J::KEY,
            retry: J::RETRY,
            keeps_problem: J::KEEPS_PROBLEM,
            perform: read_and_handle::<J>,
        }
    }
}

static KINDS: [Kind; 16] = [
    Kind::of::<CheckCourse>(),
    Kind::of::<DecideBadge>(),
    Kind::of::<DecidePerson>(),
    Kind::of::<DoJoin>(),
    Kind::of::<ReadGrades>(),
    Kind::of::<AwaitTurn>(),
    Kind::of::<ReleaseColumn>(),
    Kind::of::<EnsureLineItem>(),
    Kind::of::<SendScore>(),
    Kind::of::<SubscribeNotices>(),
    Kind::of::<HandleNotice>(),
    Kind::of::<ExportInstitution>(),
    Kind::of::<EraseFiles>(),
    Kind::of::<DropUnused>(),
    Kind::of::<CheckForeign>(),
    Kind::of::<SignAnew>(),
];

fn read_and_handle<'a, J: Handler>(cairn: &'a Cairn, job: &'a Job) -> Work<'a> {
    Box::pin(async move {
        let known: J = queue::read(&job.payload, &job.key, job.platform.as_ref())
            .map_err(|error| ServiceError::Internal(format!("job {}: {error}", job.id)))?;
        known.handle(cairn, &job.tenant).await
    })
}

fn known(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

/// How often and after what waits work of that name is tried again.
pub(super) fn retry(name: &str) -> ExponentialBuilder {
    known(name).map_or(USUAL_RETRY, |kind| kind.retry)
}

/// Whether the queue keeps with which problem work of that name ended.
pub(super) fn keeps_problem(name: &str) -> bool {
    known(name).is_some_and(|kind| kind.keeps_problem)
}

/// The name of that kind of work, and what a key of it is made of: each member with its id.
pub(super) fn told<'a>(
    kind: &str,
    key: &'a str,
) -> (&'static str, impl Iterator<Item = (&'static str, &'a str)>) {
    let (name, members): (_, &'static [_]) = match known(kind) {
        Some(kind) => (kind.name, kind.key),
        None => ("unknown", &[]),
    };
    (name, queue::members_of(members, key))
}

/// Does a job.
pub(super) async fn perform(cairn: &Cairn, job: &Job) -> Result<Done, ServiceError> {
    let Some(kind) = known(&job.kind) else {
        let what = format!("nobody knows how to do a job of kind {}", job.kind);
        return Err(ServiceError::Internal(what));
    };
    (kind.perform)(cairn, job).await
}

impl Handler for CheckCourse {
    async fn handle(self, cairn: &Cairn, tenant: &TenantId) -> Result<Done, ServiceError> {
        let outcome = sync::check_course(cairn, tenant, &self.course, self.cause).await?;
        Ok(Done::with(outcome.problem))
    }
}

impl Handler for DecideBadge {
    async fn handle(self, cairn: &Cairn, tenant: &TenantId) -> Result<Done, ServiceError> {
        decide::decide_badge(cairn, tenant, &self.badge, self.cause)
            .await
            .map(Done::well)
    }
}

impl Handler for DecidePerson {
    async fn handle(self, cairn: &Cairn, tenant: &TenantId) -> Result<Done, ServiceError> {
        decide::decide_person(cairn, tenant, &self.course, &self.person, self.cause)
            .await
            .map(Done::well)
    }
}

impl Handler for DoJoin {
    async fn handle(self, cairn: &Cairn, tenant: &TenantId) -> Result<Done, ServiceError> {
        working::work(cairn, tenant, &self.join).await.map(Done::well)
    }
}

impl Handler for ReadGrades {
    async fn handle(self, cairn: &Cairn, tenant: &TenantId) -> Result<Done, ServiceError> {
        rest_grades::read(cairn, tenant, &self.course, self.cause)
            .await
            .map(Done::until)
    }
}

impl Handler for AwaitTurn {
    async fn handle(self, cairn: &Cairn, tenant: &TenantId) -> Result<Done, ServiceError> {
        rest_grades::turn_came(cairn, tenant, &self)
            .await
            .map(Done::until)
    }
}

impl Handler for ReleaseColumn {
    async fn handle(self, cairn: &Cairn, tenant: &TenantId) -> Result<Done, ServiceError> {
        releases::work(cairn, tenant, &self.item).await.map(Done::well)
    }
}

impl Handler for EnsureLineItem {
    async fn handle(self, cairn: &Cairn, tenant: &TenantId) -> Result<Done, ServiceError> {
        let problem = columns::ensure_activity_item(cairn, tenant, &self.activity).await?;
        Ok(Done::with(problem))
    }
}

impl Handler for SendScore {
    async fn handle(self, cairn: &Cairn, tenant: &TenantId) -> Result<Done, ServiceError> {
        let rests_until = scores::rests_until(cairn, tenant, &self.submission).await?;
        if rests_until.is_some() {
            return Ok(Done {
                rests_until,
                ..Done::default()
            });
        }
        scores::send(cairn, tenant, &self.submission)
            .await
            .map(Done::well)
    }
}

impl Handler for SubscribeNotices {
    async fn handle(self, cairn: &Cairn, tenant: &TenantId) -> Result<Done, ServiceError> {
        notices::subscribe(cairn, tenant, &self).await.map(Done::well)
    }
}

impl Handler for HandleNotice {
    async fn handle(self, cairn: &Cairn, tenant: &TenantId) -> Result<Done, ServiceError> {
        notices::work(cairn, tenant, &self).await.map(Done::well)
    }
}

impl Handler for ExportInstitution {
    async fn handle(self, cairn: &Cairn, tenant: &TenantId) -> Result<Done, ServiceError> {
        exporting::work(cairn, tenant, &self.export).await.map(Done::well)
    }
}

impl Handler for EraseFiles {
    async fn handle(self, cairn: &Cairn, tenant: &TenantId) -> Result<Done, ServiceError> {
        erasing::erase_files(cairn, tenant, self.digests, &self.people)
            .await
            .map(Done::well)
    }
}

impl Handler for DropUnused {
    async fn handle(self, cairn: &Cairn, tenant: &TenantId) -> Result<Done, ServiceError> {
        shares::drop_unused(cairn, tenant, self.digest)
            .await
            .map(Done::well)
    }
}

impl Handler for CheckForeign {
    async fn handle(self, cairn: &Cairn, tenant: &TenantId) -> Result<Done, ServiceError> {
        checking::work(cairn, tenant, &self.badge).await.map(Done::well)
    }
}

impl Handler for SignAnew {
    async fn handle(self, cairn: &Cairn, tenant: &TenantId) -> Result<Done, ServiceError> {
        withdrawing::work(cairn, tenant, &self.key).await.map(Done::well)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_kind_of_work_has_one_handler_under_the_name_that_is_stored() {
        let names: BTreeSet<&str> = KINDS.iter().map(|kind| kind.name).collect();
        let stored = [
            "await_turn",
            "check_course",
            "check_foreign",
            "decide_badge",
            "decide_person",
            "drop-unused-file",
            "ensure_item",
            "erase-files",
            "export",
            "join",
            "notice",
            "read_grades",
            "release_column",
            "send_score",
            "sign_anew",
            "subscribe_notices",
        ];
        assert!(names.iter().eq(&stored), "{names:?}");
        assert_eq!(names, queue::NAMES.into(), "metrics tell of each");
        assert!(known("sync-course").is_none());
    }
}
