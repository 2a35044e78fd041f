//! What a launch asks for, and where it leads.

use serde::{Deserialize, Serialize};

use super::returning::Returning;
use crate::ids::{ActivityId, BadgeId, CourseId, DeploymentId, LinkId, PersonId};
use lti::claims::{Launch, Message};
use lti::deep_linking::DeepLinkingSettings;

/// Where a launch leads whose signature held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Leads {
    /// To a page of a course.
    Course { course: CourseId, to: Destination },
    /// To the platform's page, for its administrators.
    Account,
    /// Nowhere: what was asked for lives in courses, and there is none. No visit was opened.
    NoCourse(Asked),
    /// Nowhere yet: the installation waits to be accepted. No visit was opened.
    Pending(Pending),
    /// Nowhere yet: they were erased and have not agreed to be kept again. No visit was opened.
    Returning(Returning),
}

/// A page of a course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Destination {
    /// The badges of the course.
    Course,
    /// A new link asks those who teach what it shall open.
    Choose(LinkId),
    /// A link of which nobody has said what it opens, for those who do not teach: their badges, and a word about it.
    NotReady,
    /// What they earned anywhere.
    Everywhere,
    Badge(BadgeId),
    /// A badge as a small card with the next step of whoever looks.
    Card(BadgeId),
    Activity(ActivityId),
    /// Deep linking: what shall be put into the course?
    Picker,
    Review(Review),
}

/// What a submission review message shows (LTI Submission Review 1.0).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Review {
    /// What that student handed in there.
    Student { activity: ActivityId, person: PersonId },
    /// The column is none of an evidence activity of this course.
    ColumnUnknown,
    /// Nobody of that name was ever seen here.
    StudentUnknown,
}

/// What was asked for outside a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    Page,
    Placing,
    Review,
}

/// An installation that waits to be accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pending {
    pub(crate) deployment: DeploymentId,
    /// The platform's own name for it.
    pub(crate) deployment_id: String,
    /// Whether this person may ask for it: instructors and administrators, by the signed roles.
    pub(crate) may_ask: bool,
    /// Whether somebody has asked already.
    pub(crate) is_asked: bool,
    /// Whether an administrator has refused it.
    pub(crate) is_refused: bool,
    /// Whether this person administers the platform, by the signed roles.
    pub(crate) administers: bool,
    /// Whether it is let in, and an administrator has to say whether its platform is one that is known.
    pub(crate) is_reviewed: bool,
    /// This person, in words for the administrator.
    pub(crate) person: String,
}

/// The deep linking request of a visit, as the visit keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PlacingRequest {
    pub(crate) settings: DeepLinkingSettings,
    /// Canvas's name for the place in the course, such as `assignment_selection`.
    pub(crate) placement: Option<String>,
}

impl PlacingRequest {
    /// The request of a deep linking launch; none of any other.
    pub(super) fn of(launch: &Launch) -> Option<Self> {
        match &launch.message {
            Message::DeepLinking { settings } => Some(Self {
                settings: settings.clone(),
                placement: launch.placement.clone(),
            }),
            _ => None,
        }
    }
}

impl Asked {
    pub(super) fn of(launch: &Launch) -> Self {
        match launch.message {
            Message::ResourceLink { .. } => Self::Page,
            Message::DeepLinking { .. } => Self::Placing,
            Message::SubmissionReview { .. } => Self::Review,
        }
    }
}
