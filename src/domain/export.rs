//! Archives that an institution takes with it when it leaves, and how far each is.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{ExportId, TenantId};

/// An archive of an institution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    pub id: ExportId,
    pub tenant: TenantId,
    pub state: ExportState,
    /// Badges that are in it so far.
    pub badges: i64,
    /// Badges that there were when it began.
    pub total: i64,
    /// Bytes, when it is ready.
    pub size: Option<i64>,
    pub created_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
}

/// How far an archive is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportState {
    Waiting,
    Running,
    Ready,
}
