//! A course, its line items and what its links open.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::ids::{ActivityId, BadgeId, CourseId, DeploymentId, LineItemId, LinkId, RegistrationId, TenantId};

/// An LTI context as we know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    pub id: CourseId,
    pub tenant: TenantId,
    pub registration: RegistrationId,
    pub deployment: DeploymentId,
    /// The platform's own identifier; a small integer in Moodle.
    pub context_id: String,
    pub label: Option<String>,
    pub title: Option<String>,
    pub services: Services,
    pub checks: Checks,
}

impl Course {
    /// The title, else the label, else a neutral word.
    #[must_use]
    pub fn name(&self) -> &str {
        self.title
            .as_deref()
            .or(self.label.as_deref())
            .unwrap_or("this course")
    }
}

/// What the platform offers in this course, as the last launch said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Services {
    /// Assignment and Grade Services 2.0: the line item container.
    pub line_items_url: Option<String>,
    /// The scopes that the launch offered.
    pub ags_scopes: Vec<String>,
    /// Names and Role Provisioning Services 2.0.
    pub memberships_url: Option<String>,
}

/// When the course was read and will be read again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checks {
    pub last_at: Option<DateTime<Utc>>,
    pub next_at: Option<DateTime<Utc>>,
    /// Why the last check failed, as it is stored.
    pub problem: Option<String>,
}

/// A line item that the platform lets us see: a gradebook column of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineItem {
    pub id: LineItemId,
    pub tenant: TenantId,
    pub course: CourseId,
    /// Its identifier at the platform, query string included.
    pub url: String,
    pub label: String,
    pub maximum: Decimal,
    /// Identifiers that we gave it, by which it is found again.
    pub resource_id: Option<String>,
    pub tag: Option<String>,
    pub resource_link_id: Option<String>,
    pub state: LineItemState,
}

/// Whether a line item can still be read as the rules understood it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineItemState {
    Present,
    /// The platform no longer lists it.
    Gone,
    /// Its maximum is not what it was when a rule was activated; an instructor must look.
    MaximumChanged,
}

/// A resource link and what it opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub id: LinkId,
    pub tenant: TenantId,
    pub course: CourseId,
    /// The platform's identifier.
    pub resource_link_id: String,
    pub title: Option<String>,
    pub opens: Opens,
    /// The link's own line item, when the launch named one.
    pub line_item_url: Option<String>,
}

/// What a link opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "opens", rename_all = "snake_case")]
pub enum Opens {
    /// Nobody has chosen yet.
    Unchosen,
    MyBadges,
    /// One badge.
    Badge {
        badge: BadgeId,
    },
    /// A badge that is earned by badges.
    Stack {
        badge: BadgeId,
    },
    Activity {
        activity: ActivityId,
    },
    /// Nothing yet: the platform made a second link of one that opens this activity, which has its own hand-ins.
    CopyOf {
        activity: ActivityId,
    },
}
