//! The kinds of work. Their members are named as they are stored; what is not serialized stands in the key or in the
//! column of the platform.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use url::Url;

use super::BackgroundJob;
use crate::domain::cause::Cause;
use crate::domain::course::Course;
use crate::domain::evidence::{Activity, Submission};
use crate::ids::{
    ActivityId, BadgeId, CourseId, DeploymentId, ErasureId, ExportId, ForeignBadgeId, JoinId, KeyId,
    LineItemId, PersonId, RegistrationId, RestGrantId, SubmissionId, TenantId,
};
use crate::store::{Db, StoreError, courses};

/// Reads a course at its platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CheckCourse {
    pub(crate) course: CourseId,
    pub(crate) cause: Cause,
    #[serde(default, skip_serializing)]
    pub(crate) platform: Option<RegistrationId>,
}

impl CheckCourse {
    #[must_use]
    pub(crate) fn of(course: &Course, cause: Cause) -> Self {
        Self {
            course: course.id.clone(),
            cause,
            platform: Some(course.registration.clone()),
        }
    }
}

impl BackgroundJob for CheckCourse {
    const NAME: &'static str = "check_course";
    const KEY: &'static [&'static str] = &["course"];

    fn key(&self) -> String {
        self.course.to_string()
    }

    fn platform(&self) -> Option<&RegistrationId> {
        self.platform.as_ref()
    }
}

/// Decides one badge for all learners of its course: after its activation, for instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DecideBadge {
    pub(crate) badge: BadgeId,
    pub(crate) cause: Cause,
}

impl BackgroundJob for DecideBadge {
    const NAME: &'static str = "decide_badge";
    const KEY: &'static [&'static str] = &["badge"];

    fn key(&self) -> String {
        self.badge.to_string()
    }
}

/// Decides all badges of a course for one person: after a fact about this person changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DecidePerson {
    pub(crate) course: CourseId,
    pub(crate) person: PersonId,
    pub(crate) cause: Cause,
}

impl BackgroundJob for DecidePerson {
    const NAME: &'static str = "decide_person";
    const KEY: &'static [&'static str] = &["course", "person"];

    fn key(&self) -> String {
        format!("{}/{}", self.course, self.person)
    }

    fn person(&self) -> Option<&PersonId> {
        Some(&self.person)
    }
}

/// Reads the grades of a course by the interface of its LMS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReadGrades {
    #[serde(skip_serializing)]
    pub(crate) course: CourseId,
    pub(crate) cause: Cause,
    #[serde(default, skip_serializing)]
    pub(crate) platform: Option<RegistrationId>,
}

impl ReadGrades {
    #[must_use]
    pub(crate) fn of(course: &Course, cause: Cause) -> Self {
        Self {
            course: course.id.clone(),
            cause,
            platform: Some(course.registration.clone()),
        }
    }
}

impl BackgroundJob for ReadGrades {
    const NAME: &'static str = "read_grades";
    const KEY: &'static [&'static str] = &["course"];
    const REPLACES_GIVEN_UP: bool = true;

    fn key(&self) -> String {
        self.course.to_string()
    }

    fn platform(&self) -> Option<&RegistrationId> {
        self.platform.as_ref()
    }
}

/// Has the grades of a course read once nobody else uses the token that reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AwaitTurn {
    #[serde(skip_serializing)]
    pub(crate) grant: RestGrantId,
    #[serde(skip_serializing)]
    pub(crate) course: CourseId,
    pub(crate) cause: Cause,
}

impl BackgroundJob for AwaitTurn {
    const NAME: &'static str = "await_turn";
    const KEY: &'static [&'static str] = &["grant", "course"];

    fn key(&self) -> String {
        format!("{}/{}", self.grant, self.course)
    }
}

/// Releases the grades of a column at the moment that a teacher chose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReleaseColumn {
    pub(crate) item: LineItemId,
}

impl BackgroundJob for ReleaseColumn {
    const NAME: &'static str = "release_column";
    const KEY: &'static [&'static str] = &["item"];

    fn key(&self) -> String {
        self.item.to_string()
    }
}

/// Gives an evidence activity its gradebook column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EnsureLineItem {
    pub(crate) activity: ActivityId,
    #[serde(skip_serializing)]
    pub(crate) course: CourseId,
    #[serde(default, skip_serializing)]
    pub(crate) platform: Option<RegistrationId>,
}

impl EnsureLineItem {
    /// # Errors
    /// What the store reports.
    pub(crate) fn of(db: &mut Db, activity: &Activity) -> Result<Self, StoreError> {
        Ok(Self {
            platform: platform_of(db, &activity.tenant, &activity.course)?,
            activity: activity.id.clone(),
            course: activity.course.clone(),
        })
    }
}

impl BackgroundJob for EnsureLineItem {
    const NAME: &'static str = "ensure_item";
    const KEY: &'static [&'static str] = &["course", "activity"];
    const REPLACES_GIVEN_UP: bool = true;
    const KEEPS_PROBLEM: bool = true;

    fn key(&self) -> String {
        format!("{}/{}", self.course, self.activity)
    }

    fn platform(&self) -> Option<&RegistrationId> {
        self.platform.as_ref()
    }
}

/// Sends what became of a hand-in to the gradebook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SendScore {
    pub(crate) submission: SubmissionId,
    #[serde(skip_serializing)]
    pub(crate) course: CourseId,
    #[serde(default, skip_serializing)]
    pub(crate) platform: Option<RegistrationId>,
    /// Who handed it in. Whoever sends it reads that from the hand-in, so it stands in the column alone.
    #[serde(skip)]
    pub(crate) person: Option<PersonId>,
}

impl SendScore {
    /// # Errors
    /// What the store reports.
    pub(crate) fn of(db: &mut Db, course: &CourseId, submission: &Submission) -> Result<Self, StoreError> {
        Ok(Self {
            platform: platform_of(db, &submission.tenant, course)?,
            submission: submission.id.clone(),
            course: course.clone(),
            person: Some(submission.person.clone()),
        })
    }

    /// The key of what is to be sent of a hand-in.
    #[must_use]
    pub(crate) fn key_of(course: &CourseId, submission: &SubmissionId) -> String {
        format!("{course}/{submission}")
    }
}

impl BackgroundJob for SendScore {
    const NAME: &'static str = "send_score";
    const KEY: &'static [&'static str] = &["course", "submission"];
    const REPLACES_GIVEN_UP: bool = true;

    fn key(&self) -> String {
        Self::key_of(&self.course, &self.submission)
    }

    fn platform(&self) -> Option<&RegistrationId> {
        self.platform.as_ref()
    }

    fn person(&self) -> Option<&PersonId> {
        self.person.as_ref()
    }
}

fn platform_of(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
) -> Result<Option<RegistrationId>, StoreError> {
    Ok(courses::get(db, tenant, course)?.map(|course| course.registration))
}

/// Asks a platform for notices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SubscribeNotices {
    pub(crate) deployment: DeploymentId,
    /// Where the platform takes the address of a handler.
    pub(crate) service: Url,
    /// The types of notice that are wanted.
    pub(crate) types: Vec<String>,
    #[serde(default, skip_serializing)]
    pub(crate) platform: Option<RegistrationId>,
}

impl BackgroundJob for SubscribeNotices {
    const NAME: &'static str = "subscribe_notices";
    const KEY: &'static [&'static str] = &["deployment"];

    fn key(&self) -> String {
        self.deployment.to_string()
    }

    fn platform(&self) -> Option<&RegistrationId> {
        self.platform.as_ref()
    }
}

/// Does what a notice calls for: a course was copied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HandleNotice {
    /// The platform's id of the notice.
    #[serde(skip_serializing)]
    pub(crate) notice: String,
    pub(crate) deployment: DeploymentId,
    /// The new course.
    pub(crate) context_id: String,
    pub(crate) title: Option<String>,
    /// The contexts that it was copied from.
    pub(crate) origins: Vec<String>,
}

impl BackgroundJob for HandleNotice {
    const NAME: &'static str = "notice";
    const KEY: &'static [&'static str] = &["notice"];

    fn key(&self) -> String {
        self.notice.clone()
    }
}

/// Does what an administrator said of two platforms or two people: makes one of them, or two again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DoJoin {
    #[serde(skip_serializing)]
    pub(crate) join: JoinId,
}

impl BackgroundJob for DoJoin {
    const NAME: &'static str = "join";
    const KEY: &'static [&'static str] = &["join"];
    const REPLACES_GIVEN_UP: bool = true;

    fn key(&self) -> String {
        self.join.to_string()
    }
}

/// Packs an archive of an institution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ExportInstitution {
    pub(crate) export: ExportId,
}

impl BackgroundJob for ExportInstitution {
    const NAME: &'static str = "export";
    const KEY: &'static [&'static str] = &["export"];

    fn key(&self) -> String {
        self.export.to_string()
    }
}

/// Removes files that nobody has any more, after somebody was erased or what they were handed in with was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EraseFiles {
    #[serde(skip_serializing)]
    pub(crate) erasure: ErasureId,
    pub(crate) digests: Vec<String>,
    /// Who was erased: what they began to send goes too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) people: Vec<PersonId>,
}

impl BackgroundJob for EraseFiles {
    const NAME: &'static str = "erase-files";
    const KEY: &'static [&'static str] = &["erasure"];

    fn key(&self) -> String {
        self.erasure.to_string()
    }
}

/// Removes a file that was kept for a hand-in which then was not made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DropUnused {
    /// SHA-256 in lower-case hex.
    pub(crate) digest: String,
    /// The same file may be kept again and again, and has to be looked after each time.
    pub(crate) kept_at: DateTime<Utc>,
}

impl BackgroundJob for DropUnused {
    const NAME: &'static str = "drop-unused-file";
    const KEY: &'static [&'static str] = &[];

    fn key(&self) -> String {
        format!("{} {}", self.digest, self.kept_at.timestamp_micros())
    }
}

/// Asks once more whether a badge that a student brought from another issuer is genuine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CheckForeign {
    #[serde(skip_serializing)]
    pub(crate) badge: ForeignBadgeId,
    /// Who brought it. Whoever checks it reads that from the badge, so it stands in the column alone.
    #[serde(skip)]
    pub(crate) person: Option<PersonId>,
}

impl BackgroundJob for CheckForeign {
    const NAME: &'static str = "check_foreign";
    const KEY: &'static [&'static str] = &["badge"];
    const REPLACES_GIVEN_UP: bool = true;

    fn key(&self) -> String {
        self.badge.to_string()
    }

    fn person(&self) -> Option<&PersonId> {
        self.person.as_ref()
    }
}

/// Signs anew what a withdrawn key had signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SignAnew {
    pub(crate) key: KeyId,
    /// Whether it is the later of two: both do the same, so only the key of the job tells them apart.
    #[serde(skip)]
    pub(crate) once_more: bool,
}

impl BackgroundJob for SignAnew {
    const NAME: &'static str = "sign_anew";
    const KEY: &'static [&'static str] = &["key"];

    fn key(&self) -> String {
        if self.once_more {
            format!("{} once more", self.key)
        } else {
            self.key.to_string()
        }
    }
}
