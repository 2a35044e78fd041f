//! Archives that an institution takes with it when it leaves, and how far each is.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{ExportId, TenantId};

/// An archive of an institution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Export {
    pub(crate) id: ExportId,
    pub(crate) tenant: TenantId,
    pub(crate) state: ExportState,
    /// Badges that are in it so far.
    pub(crate) badges: i64,
    /// Badges that there were when it began.
    pub(crate) total: i64,
    /// Bytes, when it is ready.
    pub(crate) size: Option<i64>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) ended_at: Option<DateTime<Utc>>,
}

/// How far an archive is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ExportState {
    Waiting,
    Running,
    Ready,
}
