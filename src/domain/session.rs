//! The visit that a verified launch opened in one browser.

use chrono::{DateTime, Utc};

use crate::domain::policy::Asker;
use crate::ids::{CourseId, DeploymentId, LinkId, PersonId, RegistrationId, SessionId, TenantId};

/// Who launched, from where, and what this launch allows.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "the powers of one launch, each on its own"
)]
pub(crate) struct Session {
    pub(crate) id: SessionId,
    pub(crate) tenant: TenantId,
    pub(crate) registration: RegistrationId,
    pub(crate) deployment: DeploymentId,
    /// None for launches outside a course.
    pub(crate) course: Option<CourseId>,
    pub(crate) link: Option<LinkId>,
    pub(crate) person: PersonId,
    pub(crate) learner: bool,
    /// Teaches the course, or assists in it.
    pub(crate) instructor: bool,
    /// Assists in the course, where the platform tells that.
    pub(crate) assistant: bool,
    /// The platform lets this person see people of their own sections only.
    pub(crate) sections_only: bool,
    pub(crate) administrator: bool,
    /// A test user of the platform (LTI 1.3, `TestUser`), such as the Canvas test student.
    pub(crate) test_user: bool,
    /// As in the launch, for instance `LtiResourceLinkRequest`.
    pub(crate) message_type: String,
    /// What else the message asked for, as JSON: deep linking settings.
    pub(crate) request: Option<String>,
    /// Whether somebody acts as this person.
    pub(crate) masquerade: bool,
    /// The course has ended and the launch named no membership role any more: `instructor` lets this person look, and
    /// change nothing.
    pub(crate) reading: bool,
    /// Where the platform wants the person back whom it gave a whole window.
    pub(crate) return_url: Option<String>,
    /// BCP 47, as the launch said.
    pub(crate) locale: Option<String>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) last_used_at: DateTime<Utc>,
    pub(crate) expires_at: DateTime<Utc>,
}

impl Session {
    /// As whom this visit asks for what a policy may keep from it.
    #[must_use]
    pub(crate) fn asker(&self) -> Asker {
        match (self.administrator, self.assistant) {
            (true, _) => Asker::Administrator,
            (false, true) => Asker::Assistant,
            (false, false) => Asker::Instructor,
        }
    }
}
