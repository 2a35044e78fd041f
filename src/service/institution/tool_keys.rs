//! Another key of our own towards platforms: made and published, used, and in the end the old one removed. A new one is
//! published before it signs, so that platforms that keep our key set for a while already know it.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::audit::{Action, Entry};
use crate::domain::keys::KeyState;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::operator::Operator;
use crate::service::base::refusal::InstitutionRefusal;
use crate::service::base::tool_keys::PURPOSE;
use crate::store::{StoreError, audit, tool_keys};
use lti::keys::ToolKey;

/// A new key is published for so long before it may sign: twice what `/lti/jwks` lets platforms keep it.
pub(crate) const PUBLISHED_FIRST: TimeDelta = TimeDelta::minutes(10);

/// A key as the console shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) kid: String,
    pub(crate) state: KeyState,
    pub(crate) created_at: DateTime<Utc>,
}

/// Every key, oldest first.
#[tracing::instrument(name = "tool_keys.list", level = "debug", skip_all)]
pub(crate) async fn list(cairn: &Cairn) -> Result<Vec<Shown>, ServiceError> {
    let rows = cairn.store.read(tool_keys::all).await?;
    Ok(rows
        .into_iter()
        .map(|row| Shown {
            kid: row.kid,
            state: row.state,
            created_at: row.created_at,
        })
        .collect())
}

fn changed_meanwhile(error: StoreError) -> ServiceError {
    match error {
        StoreError::Stale => InstitutionRefusal::ToolKeyChanged.into(),
        error => error.into(),
    }
}

/// Makes the next key and publishes it. With one there already, nothing is done.
///
/// # Errors
/// [`ServiceError::Forbidden`] for administrators of one institution.
#[tracing::instrument(name = "tool_keys.publish_next", skip_all)]
pub(crate) async fn publish_next<'a>(cairn: &Cairn, by: impl Into<Operator<'a>>) -> Result<(), ServiceError> {
    let by = by.into();
    by.scope().everything()?;
    let generated = tokio::task::spawn_blocking(ToolKey::generate).await;
    let (key, pem) = generated
        .map_err(|error| ServiceError::Internal(error.to_string()))?
        .map_err(|error| ServiceError::Internal(error.to_string()))?;
    let (now, random) = cairn.moment();
    let row = tool_keys::ToolKey {
        kid: key.kid().to_owned(),
        sealed_pem: cairn.vault.seal(PURPOSE, pem.as_bytes(), random.as_ref()),
        state: KeyState::Next,
        created_at: now,
    };
    change(cairn, by, Action::ToolKeyPublished, &row.kid.clone(), move |db| {
        if tool_keys::all(db)?.iter().any(|key| key.state == KeyState::Next) {
            return Ok(false);
        }
        tool_keys::insert(db, &row)?;
        Ok(true)
    })
    .await
}

/// Signs with the next key from now on. The one before stays published.
///
/// # Errors
/// As [`publish_next`]; [`ServiceError::Refused`] when it is published for less than [`PUBLISHED_FIRST`], or is not the
/// next one any more.
#[tracing::instrument(name = "tool_keys.use_next", skip_all)]
pub(crate) async fn use_next<'a>(
    cairn: &Cairn,
    by: impl Into<Operator<'a>>,
    kid: &str,
) -> Result<(), ServiceError> {
    let by = by.into();
    by.scope().everything()?;
    let (now, kid_owned) = (cairn.clock.now(), kid.to_owned());
    change(cairn, by, Action::ToolKeyUsed, kid, move |db| {
        let row = tool_keys::all(db)?.into_iter().find(|key| key.kid == kid_owned);
        match row {
            Some(row) if row.state == KeyState::Active => return Ok(false),
            Some(row) if row.created_at + PUBLISHED_FIRST > now => {
                return Err(InstitutionRefusal::ToolKeyTooYoung.into());
            }
            _ => {}
        }
        tool_keys::use_next(db, &kid_owned).map_err(changed_meanwhile)?;
        Ok(true)
    })
    .await
}

/// Takes an old key out of what is published.
///
/// # Errors
/// As [`publish_next`]; [`ServiceError::Refused`] when it is no old key.
#[tracing::instrument(name = "tool_keys.remove_old", skip_all)]
pub(crate) async fn remove_old<'a>(
    cairn: &Cairn,
    by: impl Into<Operator<'a>>,
    kid: &str,
) -> Result<(), ServiceError> {
    let by = by.into();
    by.scope().everything()?;
    let kid_owned = kid.to_owned();
    change(cairn, by, Action::ToolKeyRemoved, kid, move |db| {
        tool_keys::remove_retired(db, &kid_owned).map_err(changed_meanwhile)?;
        Ok(true)
    })
    .await
}

/// One change with its entry in the logs, and then this process knows it.
async fn change(
    cairn: &Cairn,
    by: Operator<'_>,
    action: Action,
    kid: &str,
    work: impl FnOnce(&mut crate::store::Db) -> Result<bool, ServiceError> + Send + 'static,
) -> Result<(), ServiceError> {
    let (now, random) = cairn.moment();
    let entry = Entry::within(None, by.actor(), action, kid, now);
    let changed = cairn.store.write_with(move |db| -> Result<(), ServiceError> {
        if work(db)? {
            audit::record(db, &entry, random.as_ref())?;
        }
        Ok(())
    });
    changed.await?;
    cairn.read_tool_keys().await
}
