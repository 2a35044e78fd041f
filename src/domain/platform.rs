//! An LMS that an institution connects: the invitation to register it, the installations of the tool under its
//! registration, and what its launches show of it.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{CourseId, DeploymentId, InvitationId, RegistrationId, TenantId};

/// An invitation to register one platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    pub id: InvitationId,
    pub tenant: TenantId,
    /// What it is for, in the words of whoever made it.
    pub note: String,
    /// Who made it; none for the command line.
    pub created_by: Option<String>,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub used_at: Option<DateTime<Utc>>,
    /// What it became.
    pub registration: Option<RegistrationId>,
}

/// An installation of the tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    pub id: DeploymentId,
    pub tenant: TenantId,
    pub registration: RegistrationId,
    /// The platform's own identifier (LTI 1.3, `deployment_id`).
    pub deployment_id: String,
    pub state: DeploymentState,
}

/// Whether launches from it are let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeploymentState {
    Accepted,
    /// Turned up unannounced; an administrator has to accept it.
    Pending,
    /// An administrator said no: its launches are turned away, also where the registration accepts all.
    Refused,
}

/// What is known of an installation besides its state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claim {
    pub seen_in: Option<SeenIn>,
    /// Who asked for it, in words for the administrator.
    pub claimed_by: Option<String>,
    pub claimed_at: Option<DateTime<Utc>>,
}

/// What the first launch from an installation showed of the place that it is in. Stored as JSON in this form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SeenIn {
    /// The course, by the platform's own identifier.
    pub context_id: Option<String>,
    /// The course as the platform names it.
    pub title: Option<String>,
    /// The platform as it names itself.
    pub platform: Option<String>,
    /// The platform's fingerprint of the school (`tool_platform.guid`).
    pub guid: Option<String>,
}

/// The platform as its last launches show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    pub tenant: TenantId,
    pub registration: RegistrationId,
    pub launched_at: DateTime<Utc>,
    /// Our clock less the platform's: above zero, the platform's is behind.
    pub clock_skew: TimeDelta,
    pub detail: SightingDetail,
}

/// What a launch tells besides who and where. No names, no addresses of people. Stored as JSON in this form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SightingDetail {
    pub product: Option<String>,
    pub version: Option<String>,
    /// The best fingerprint of a tenant.
    pub guid: Option<String>,
    pub shares_names: bool,
    pub shares_emails: bool,
    /// `LtiResourceLinkRequest` and the like, seen so far.
    pub messages: BTreeSet<String>,
    /// Canvas's placements, seen so far.
    pub placements: BTreeSet<String>,
    /// Whether grade services came with the last launch from a course, and the member list.
    pub grades: bool,
    pub members: bool,
    /// The course of the last launch that had one.
    pub course: Option<CourseId>,
}
