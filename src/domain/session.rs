//! The visit that a verified launch opened in one browser.

use chrono::{DateTime, Utc};

use crate::ids::{CourseId, DeploymentId, LinkId, PersonId, RegistrationId, SessionId, TenantId};

/// Who launched, from where, and what this launch allows.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "the powers of one launch, each on its own"
)]
pub struct Session {
    pub id: SessionId,
    pub tenant: TenantId,
    pub registration: RegistrationId,
    pub deployment: DeploymentId,
    /// None for launches outside a course.
    pub course: Option<CourseId>,
    pub link: Option<LinkId>,
    pub person: PersonId,
    pub learner: bool,
    pub instructor: bool,
    pub administrator: bool,
    /// A test user of the platform (LTI 1.3, `TestUser`), such as the Canvas test student.
    pub test_user: bool,
    /// As in the launch, for instance `LtiResourceLinkRequest`.
    pub message_type: String,
    /// What else the message asked for, as JSON: deep linking settings.
    pub request: Option<String>,
    /// Whether somebody acts as this person.
    pub masquerade: bool,
    /// BCP 47, as the launch said.
    pub locale: Option<String>,
    pub created_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}
