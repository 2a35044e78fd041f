//! An LMS that an institution connects: the invitation to register it, the installations of the tool under its
//! registration, and what its launches show of it.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{CourseId, DeploymentId, InvitationId, JoinId, PlatformId, RegistrationId, TenantId};

/// An invitation to register one platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Invitation {
    pub(crate) id: InvitationId,
    pub(crate) tenant: TenantId,
    /// What it is for, in the words of whoever made it.
    pub(crate) note: String,
    /// Who made it; none for the command line.
    pub(crate) created_by: Option<String>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) expires_at: DateTime<Utc>,
    pub(crate) used_at: Option<DateTime<Utc>>,
    /// What it became.
    pub(crate) registration: Option<RegistrationId>,
}

/// An LMS of an institution. Registrations come and go; its people and courses stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Platform {
    pub(crate) id: PlatformId,
    pub(crate) tenant: TenantId,
    /// The one under which it was first seen.
    pub(crate) registration: RegistrationId,
    pub(crate) issuer: String,
    /// What it calls itself (`tool_platform.guid`); none until a launch tells.
    pub(crate) guid: Option<String>,
    pub(crate) since: DateTime<Utc>,
}

/// What a join makes one of two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum JoinKind {
    Platform,
    Course,
    Person,
}

/// How far a join is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum JoinState {
    /// An administrator said so; the work is to be done.
    Asked,
    Done,
    /// An administrator took it back; the work is to be done.
    Leaving,
    Undone,
}

/// That two platforms, courses or people are one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Join {
    pub(crate) id: JoinId,
    pub(crate) tenant: TenantId,
    pub(crate) kind: JoinKind,
    /// The join of platforms that it belongs to.
    pub(crate) parent: Option<JoinId>,
    /// What is not seen any more; for a platform, the platform that its launches belonged to.
    pub(crate) from: String,
    /// What stays.
    pub(crate) into: String,
    pub(crate) state: JoinState,
    pub(crate) asked_at: DateTime<Utc>,
}

impl Join {
    /// What is not seen any more, and what stays, by the kind of id that names them.
    pub(crate) fn sides<'a, T: From<&'a str>>(&'a self) -> (T, T) {
        (T::from(self.from.as_str()), T::from(self.into.as_str()))
    }
}

/// How much came since two were joined: what stays with the one who stayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CameSince {
    pub(crate) awards: i64,
    pub(crate) hand_ins: i64,
    /// Grades that were new or changed.
    pub(crate) grades: i64,
}

/// An installation of the tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Deployment {
    pub(crate) id: DeploymentId,
    pub(crate) tenant: TenantId,
    pub(crate) registration: RegistrationId,
    /// The platform's own identifier (LTI 1.3, `deployment_id`).
    pub(crate) deployment_id: String,
    pub(crate) state: DeploymentState,
}

/// Whether launches from it are let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DeploymentState {
    Accepted,
    /// Turned up unannounced; an administrator has to accept it.
    Pending,
    /// An administrator said no: its launches are turned away, also where the registration accepts all.
    Refused,
}

/// What is known of an installation besides its state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) seen_in: Option<SeenIn>,
    /// Who asked for it, in words for the administrator.
    pub(crate) claimed_by: Option<String>,
    pub(crate) claimed_at: Option<DateTime<Utc>>,
}

/// What the first launch from an installation showed of the place that it is in. Stored as JSON in this form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct SeenIn {
    /// The course, by the platform's own identifier.
    pub(crate) context_id: Option<String>,
    /// The course as the platform names it.
    pub(crate) title: Option<String>,
    /// The platform as it names itself.
    pub(crate) platform: Option<String>,
    /// The platform's fingerprint of the school (`tool_platform.guid`).
    pub(crate) guid: Option<String>,
}

/// The platform as its last launches show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LastSeen {
    pub(crate) tenant: TenantId,
    pub(crate) registration: RegistrationId,
    pub(crate) launched_at: DateTime<Utc>,
    /// Our clock less the platform's: above zero, the platform's is behind.
    pub(crate) clock_skew: TimeDelta,
    pub(crate) detail: LastSeenDetail,
}

/// What a launch tells besides who and where. No names, no addresses of people. Stored as JSON in this form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct LastSeenDetail {
    pub(crate) product: Option<String>,
    pub(crate) version: Option<String>,
    /// The best fingerprint of a tenant.
    pub(crate) guid: Option<String>,
    pub(crate) shares_names: bool,
    pub(crate) shares_emails: bool,
    /// `LtiResourceLinkRequest` and the like, seen so far.
    pub(crate) messages: BTreeSet<String>,
    /// Canvas's placements, seen so far.
    pub(crate) placements: BTreeSet<String>,
    /// Whether grade services came with the last launch from a course, and the member list.
    pub(crate) grades: bool,
    pub(crate) members: bool,
    /// The course of the last launch that had one.
    pub(crate) course: Option<CourseId>,
}
