//! The archive that an administrator asks for in the console: made by a job, and there for some days.

use std::path::PathBuf;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::pack::failed;
use super::reading::Reading;
use super::{FOLDER, institution, new_path};
use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::export::{Export, ExportState};
use crate::domain::issuer::Tenant;
use crate::ids::{ExportId, TenantId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::queue::{self, BackgroundJob as _, ExportInstitution};
use crate::service::base::trouble::Trouble;
use crate::service::institution::administrators::{Administrator, Operator};
use crate::store::jobs::{self, Standing};
use crate::store::{Db, StoreError, audit, credentials, exports, tenants};

/// How long an archive can be fetched.
pub(crate) const KEPT: TimeDelta = TimeDelta::days(3);
/// A file that nobody has touched for so long (more than archives are kept) was given up in the making.
const GIVEN_UP: std::time::Duration = std::time::Duration::from_hours(96);

fn path(cairn: &Cairn, id: &ExportId) -> PathBuf {
    cairn.settings.data_dir.join(FOLDER).join(format!("{id}.zip"))
}

/// An archive that was asked for, as it stands.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    pub(crate) export: Export,
    /// Why it will never be ready: the work on it was given up, or is not in the queue any more.
    pub(crate) failed: Option<Trouble>,
}

impl Listed {
    /// Whether it is still being made.
    #[must_use]
    pub(crate) fn is_under_way(&self) -> bool {
        self.export.state != ExportState::Ready && self.failed.is_none()
    }
}

/// The archives of an institution, newest first. That one has failed is not written on it: whoever gives its work up, or
/// loses it, may not be able to write. So the queue is asked.
fn listed(db: &mut Db, tenant: &TenantId) -> Result<Vec<Listed>, StoreError> {
    let mut all = Vec::new();
    for export in exports::list(db, tenant)? {
        let standing = jobs::standing(db, tenant, ExportInstitution::NAME, export.id.as_str())?;
        let failed = match standing {
            _ if export.state == ExportState::Ready => None,
            Standing::UnderWay => None,
            Standing::GivenUp(why) => Some(Trouble::read(&why)),
            // It may have become ready since it was read: that is written before the work leaves the queue.
            Standing::Absent => match exports::get(db, tenant, &export.id)? {
                Some(export) if export.state == ExportState::Ready => {
                    all.push(Listed { export, failed: None });
                    continue;
                }
                _ => Some(Trouble::lost()),
            },
        };
        all.push(Listed { export, failed });
    }
    Ok(all)
}

/// Asks for an archive. One that is being made stands for it, and it takes the place of those that failed.
///
/// # Errors
/// [`ServiceError::NotFound`] for an institution that this administrator does not see.
#[tracing::instrument(name = "exporting.ask", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn ask(cairn: &Cairn, admin: &Administrator, tenant: &TenantId) -> Result<(), ServiceError> {
    admin.scope.allows(tenant)?;
    let (now, random) = cairn.moment();
    let tenant = tenant.clone();
    let actor = Actor::Administrator(admin.actor.clone());
    let asked = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        tenants::get(db, &tenant)?.ok_or(ServiceError::NotFound("institution"))?;
        let known = listed(db, &tenant)?;
        if known.iter().any(Listed::is_under_way) {
            return Ok(());
        }
        for one in known.iter().filter(|one| one.failed.is_some()) {
            jobs::take_given_up(db, &tenant, ExportInstitution::NAME, one.export.id.as_str())?;
            exports::remove(db, &tenant, &one.export.id)?;
        }
        let export = Export {
            id: ExportId::new(now, random.as_ref()),
            tenant: tenant.clone(),
            state: ExportState::Waiting,
            badges: 0,
            total: credentials::count(db, &tenant)?,
            size: None,
            created_at: now,
            ended_at: None,
        };
        exports::save(db, &export)?;
        let job = ExportInstitution {
            export: export.id.clone(),
        };
        queue::enqueue(db, &tenant, &job, now, now, random.as_ref())?;
        let entry = Entry::new(&tenant, actor, Action::ExportAsked, export.id.as_str(), now);
        let entry = entry.detail(json!({ "badges": export.total }));
        Ok(audit::record(db, &entry, random.as_ref())?)
    });
    asked.await
}

/// The archives of an institution, newest first.
///
/// # Errors
/// As [`ask`].
#[tracing::instrument(name = "exporting.list", level = "debug", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn list(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
) -> Result<(Tenant, Vec<Listed>), ServiceError> {
    admin.scope.allows(tenant)?;
    let id = tenant.clone();
    let found = cairn.store.read_with(move |db| {
        let tenant = tenants::get(db, &id)?.ok_or(ServiceError::NotFound("institution"))?;
        Ok((tenant, listed(db, &id)?))
    });
    found.await
}

/// An archive that is ready. That it is fetched is written down: it holds what is about people.
///
/// # Errors
/// As [`ask`]; [`ServiceError::NotFound`] for one that is not ready or not there any more; what the disk reports.
#[tracing::instrument(name = "exporting.fetch", level = "debug", skip_all, fields(export = id.as_str()))]
pub(crate) async fn fetch(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    id: &ExportId,
) -> Result<Reading, ServiceError> {
    admin.scope.allows(tenant)?;
    let (now, random) = cairn.moment();
    let (of, wanted) = (tenant.clone(), id.clone());
    let actor = Actor::Administrator(admin.actor.clone());
    let noted = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        let export = exports::get(db, &of, &wanted)?;
        let is_there =
            |one: &Export| one.state == ExportState::Ready && one.ended_at.is_some_and(|at| at + KEPT > now);
        export.filter(is_there).ok_or(ServiceError::NotFound("archive"))?;
        let entry = Entry::new(&of, actor, Action::ExportFetched, wanted.as_str(), now);
        Ok(audit::record(db, &entry, random.as_ref())?)
    });
    noted.await?;
    let path = path(cairn, id);
    if path.is_file() {
        Reading::of(&path).await
    } else {
        Err(ServiceError::NotFound("archive"))
    }
}

/// Makes an archive at that place, here and now. That it was taken is written down before it is given away.
///
/// # Errors
/// [`ServiceError::NotFound`] for an institution that is out of reach; what the store and the disk report.
#[tracing::instrument(name = "exporting.take", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn take<'a>(
    cairn: &Cairn,
    by: impl Into<Operator<'a>>,
    tenant: &TenantId,
    place: PathBuf,
) -> Result<institution::Summary, ServiceError> {
    let by = by.into();
    by.scope().allows(tenant)?;
    let summary = institution::archive(cairn, tenant, place, |_| async { Ok(()) }).await?;
    let (now, random) = cairn.moment();
    let entry = Entry::new(tenant, by.actor(), Action::ExportFetched, tenant.as_str(), now);
    let entry = entry.detail(json!({ "badges": summary.badges }));
    let recorded = cairn
        .store
        .write(move |db| audit::record(db, &entry, random.as_ref()));
    recorded.await?;
    Ok(summary)
}

/// Makes an archive that was asked for. Doing it twice is doing it once.
///
/// # Errors
/// What the store and the disk report; then it can be done again.
#[tracing::instrument(name = "exporting.work", skip_all)]
pub(crate) async fn work(cairn: &Cairn, tenant: &TenantId, export: &ExportId) -> Result<(), ServiceError> {
    let (of, id) = (tenant.clone(), export.clone());
    let found = cairn.store.read(move |db| exports::get(db, &of, &id)).await?;
    let export = found.ok_or(ServiceError::NotFound("archive"))?;
    if export.state == ExportState::Ready {
        return Ok(());
    }
    let so_far = |badges: u64| {
        let running = Export {
            state: ExportState::Running,
            badges: i64::try_from(badges).unwrap_or(i64::MAX),
            ..export.clone()
        };
        async move { go_on(cairn, running).await }
    };
    so_far(0).await?;
    let summary = institution::archive(cairn, tenant, new_path(cairn, tenant), so_far).await?;
    let ready = Export {
        state: ExportState::Ready,
        badges: i64::try_from(summary.badges).unwrap_or(i64::MAX),
        size: i64::try_from(summary.packed.size).ok(),
        ended_at: Some(cairn.clock.now()),
        ..export.clone()
    };
    let place = path(cairn, &export.id);
    let kept = summary.packed.file.keep_as(&place);
    kept.map_err(failed)?;
    let done = go_on(cairn, ready).await;
    if done.is_err() {
        // Nobody may fetch it; what is left of it goes with the next sweep at the latest.
        let _ = tokio::fs::remove_file(place).await;
    }
    done
}

/// Keeps how far an archive is.
async fn go_on(cairn: &Cairn, export: Export) -> Result<(), ServiceError> {
    if cairn.store.write(move |db| exports::go_on(db, &export)).await? {
        Ok(())
    } else {
        Err(ServiceError::NotFound("archive"))
    }
}

/// Removes the files of archives that are forgotten.
#[tracing::instrument(name = "exporting.remove", skip_all)]
pub(in crate::service) async fn remove(cairn: &Cairn, gone: Vec<ExportId>) {
    for id in gone {
        // One that is not there is as good as removed.
        let _ = tokio::fs::remove_file(path(cairn, &id)).await;
    }
}

/// Removes archives whose days are over, and what was left of those that were given up.
#[tracing::instrument(name = "exporting.forget", skip_all)]
pub(crate) async fn forget(cairn: &Cairn) -> Result<(), ServiceError> {
    let before: DateTime<Utc> = cairn.clock.now() - KEPT;
    let gone = cairn.store.write(move |db| {
        let mut gone = Vec::new();
        for tenant in tenants::list(db)? {
            for id in exports::forget(db, &tenant.id, before)? {
                // Of one that failed nobody can ask any more.
                jobs::take_given_up(db, &tenant.id, ExportInstitution::NAME, id.as_str())?;
                gone.push(id);
            }
        }
        Ok(gone)
    });
    remove(cairn, gone.await?).await;
    let Ok(mut folder) = tokio::fs::read_dir(cairn.settings.data_dir.join(FOLDER)).await else {
        return Ok(());
    };
    while let Ok(Some(entry)) = folder.next_entry().await {
        let touched = entry.metadata().await.and_then(|about| about.modified()).ok();
        let old = touched
            .and_then(|at| at.elapsed().ok())
            .is_some_and(|age| age > GIVEN_UP);
        if old && let Err(error) = tokio::fs::remove_file(entry.path()).await {
            tracing::warn!(%error, "an old archive could not be removed");
        }
    }
    Ok(())
}
