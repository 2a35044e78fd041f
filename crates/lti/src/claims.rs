//! The claims of a launch: as sent, and as verified.
//!
//! Reading is tolerant: what is absent, null or of another type than expected counts as absent, and what is unknown
//! is passed over (facts 1.3, row 24). The checks of required claims come after, one refusal each.

use chrono::{DateTime, Utc};
use openidconnect::AdditionalClaims;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

use super::deep_linking::{DeepLinkingClaim, DeepLinkingSettings};
use super::lenient::lenient;
use super::roles::Roles;
use crate::registration::RegistrationId;

/// LTI's own claims in an `id_token` (LTI 1.3 core, section 5), before any check.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct LtiClaims {
    #[serde(
        rename = "https://purl.imsglobal.org/spec/lti/claim/version",
        deserialize_with = "lenient"
    )]
    pub version: Option<String>,
    #[serde(
        rename = "https://purl.imsglobal.org/spec/lti/claim/message_type",
        deserialize_with = "lenient"
    )]
    pub message_type: Option<String>,
    #[serde(
        rename = "https://purl.imsglobal.org/spec/lti/claim/deployment_id",
        deserialize_with = "lenient"
    )]
    pub deployment_id: Option<String>,
    #[serde(
        rename = "https://purl.imsglobal.org/spec/lti/claim/target_link_uri",
        deserialize_with = "lenient"
    )]
    pub target_link_uri: Option<String>,
    #[serde(
        rename = "https://purl.imsglobal.org/spec/lti/claim/roles",
        deserialize_with = "lenient"
    )]
    pub roles: Option<Vec<Value>>,
    #[serde(
        rename = "https://purl.imsglobal.org/spec/lti/claim/context",
        deserialize_with = "lenient"
    )]
    pub context: Option<ContextClaim>,
    #[serde(
        rename = "https://purl.imsglobal.org/spec/lti/claim/resource_link",
        deserialize_with = "lenient"
    )]
    pub resource_link: Option<ResourceLinkClaim>,
    #[serde(
        rename = "https://purl.imsglobal.org/spec/lti/claim/custom",
        deserialize_with = "lenient"
    )]
    pub custom: Option<Map<String, Value>>,
    #[serde(
        rename = "https://purl.imsglobal.org/spec/lti/claim/tool_platform",
        deserialize_with = "lenient"
    )]
    pub tool_platform: Option<ToolPlatform>,
    #[serde(
        rename = "https://purl.imsglobal.org/spec/lti/claim/launch_presentation",
        deserialize_with = "lenient"
    )]
    pub launch_presentation: Option<PresentationClaim>,
    #[serde(
        rename = "https://purl.imsglobal.org/spec/lti/claim/for_user",
        deserialize_with = "lenient"
    )]
    pub for_user: Option<ForUserClaim>,
    #[serde(
        rename = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint",
        deserialize_with = "lenient"
    )]
    pub ags: Option<AgsClaim>,
    #[serde(
        rename = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice",
        deserialize_with = "lenient"
    )]
    pub nrps: Option<NrpsClaim>,
    #[serde(
        rename = "https://purl.imsglobal.org/spec/lti/claim/platformnotificationservice",
        deserialize_with = "lenient"
    )]
    pub notices: Option<NoticesClaim>,
    #[serde(
        rename = "https://purl.imsglobal.org/spec/lti/claim/eulaservice",
        deserialize_with = "lenient"
    )]
    pub eula: Option<EulaClaim>,
    #[serde(
        rename = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings",
        deserialize_with = "lenient"
    )]
    pub deep_linking: Option<DeepLinkingClaim>,
    #[serde(
        rename = "https://www.instructure.com/placement",
        deserialize_with = "lenient"
    )]
    pub placement: Option<String>,
}

impl AdditionalClaims for LtiClaims {}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct ContextClaim {
    #[serde(deserialize_with = "lenient")]
    pub id: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub label: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub title: Option<String>,
    #[serde(rename = "type", deserialize_with = "lenient")]
    pub kinds: Option<Vec<String>>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct ResourceLinkClaim {
    #[serde(deserialize_with = "lenient")]
    pub id: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub title: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct PresentationClaim {
    #[serde(deserialize_with = "lenient")]
    pub return_url: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub document_target: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub locale: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct ForUserClaim {
    #[serde(deserialize_with = "lenient")]
    pub user_id: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct AgsClaim {
    #[serde(deserialize_with = "lenient")]
    pub scope: Option<Vec<String>>,
    #[serde(deserialize_with = "lenient")]
    pub lineitems: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub lineitem: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct NrpsClaim {
    #[serde(deserialize_with = "lenient")]
    pub context_memberships_url: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub service_versions: Option<Vec<String>>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct NoticesClaim {
    #[serde(deserialize_with = "lenient")]
    pub platform_notification_service_url: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub notice_types_supported: Option<Vec<String>>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct EulaClaim {
    #[serde(deserialize_with = "lenient")]
    pub url: Option<String>,
}

/// A verified launch. Ids are the platform's and mean nothing without the registration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Launch {
    pub registration_id: RegistrationId,
    pub deployment_id: String,
    /// When the platform signed it, by its own clock, to the second.
    pub issued_at: DateTime<Utc>,
    /// The person, at most 255 ASCII characters.
    pub sub: String,
    pub name: Option<String>,
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    pub email: Option<String>,
    /// Of the launch presentation, else of the person: a language tag such as `en`.
    pub locale: Option<String>,
    pub roles: Roles,
    /// The course; absent in launches from an account or a profile.
    pub context: Option<Context>,
    pub message: Message,
    /// Signed, on our origin, at a path that we serve; its query may choose.
    pub target_link_uri: Url,
    /// As sent: values may be null, and Moodle sends odd-cased names twice. See [`Launch::custom_text`].
    pub custom: Map<String, Value>,
    /// Grade services, when offered.
    pub ags: Option<AgsEndpoint>,
    /// The member list, when offered.
    pub nrps: Option<NrpsEndpoint>,
    /// Notices, when offered.
    pub notices: Option<NoticesEndpoint>,
    pub tool_platform: ToolPlatform,
    pub presentation: Presentation,
    /// Canvas's placement, such as `course_navigation`.
    pub placement: Option<String>,
}

/// A course (LTI 1.3 core, section 5.4.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    pub id: String,
    pub label: Option<String>,
    pub title: Option<String>,
    /// Full URIs or bare words such as `CourseSection`.
    pub kinds: Vec<String>,
}

impl Context {
    /// Whether it is a course. Canvas opens its account and user navigation with a context as well: the account's or
    /// the person's.
    #[must_use]
    pub fn is_course(&self) -> bool {
        !self
            .kinds
            .iter()
            .any(|kind| matches!(kind.as_str(), "Account" | "User"))
    }
}

/// A placed link (LTI 1.3 core, section 5.4.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceLink {
    pub id: String,
    pub title: Option<String>,
    /// Canvas repeats the context's id where no link is behind the launch: course navigation. Not an activity.
    pub stands_for_course: bool,
}

/// What the platform asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Message {
    /// `LtiResourceLinkRequest`.
    ResourceLink { link: ResourceLink },
    /// `LtiDeepLinkingRequest`.
    DeepLinking { settings: DeepLinkingSettings },
    /// `LtiSubmissionReviewRequest`: a teacher looks at what `for_user` handed in.
    SubmissionReview {
        for_user: String,
        lineitem: Url,
        link: Option<ResourceLink>,
    },
}

impl Message {
    /// Its `message_type`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::ResourceLink { .. } => "LtiResourceLinkRequest",
            Self::DeepLinking { .. } => "LtiDeepLinkingRequest",
            Self::SubmissionReview { .. } => "LtiSubmissionReviewRequest",
        }
    }
}

/// Assignment and Grade Services (AGS 2.0, section 3.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgsEndpoint {
    pub scopes: Vec<String>,
    pub lineitems: Option<Url>,
    /// Only when the link has exactly one line item.
    pub lineitem: Option<Url>,
}

/// Names and Role Provisioning Services (NRPS 2.0, section 3.6.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NrpsEndpoint {
    pub context_memberships_url: Url,
    pub service_versions: Vec<String>,
}

/// Platform Notification Service, Canvas only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticesEndpoint {
    pub url: Url,
    pub types: Vec<String>,
}

/// The product behind the platform (LTI 1.3 core, section 5.4.5). `guid` is the best fingerprint of a tenant.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ToolPlatform {
    #[serde(deserialize_with = "lenient")]
    pub product_family_code: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub version: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub guid: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub name: Option<String>,
}

/// How the platform shows us (LTI 1.3 core, section 5.4.6).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presentation {
    /// Where to send the person back; dropped when it is on no host of the registration.
    pub return_url: Option<Url>,
    /// `iframe`, `window` or `frame`.
    pub document_target: Option<String>,
    pub locale: Option<String>,
}

/// The custom parameter that our tool configuration fills with `$Context.id.history`.
pub const CONTEXT_HISTORY: &str = "context_id_history";
/// The custom parameter that our tool configuration fills with `$Canvas.masqueradingUser.id`.
pub const MASQUERADING_USER: &str = "masquerading_user_id";

impl Launch {
    /// A custom parameter as text. `None` when it is absent, null, empty, or a variable that the platform did not
    /// know and left as `$Name`.
    #[must_use]
    pub fn custom_text(&self, name: &str) -> Option<&str> {
        let text = self.custom.get(name)?.as_str()?;
        (!text.is_empty() && !text.starts_with('$')).then_some(text)
    }

    /// Ids of the contexts that this one was copied from, nearest first. Canvas cuts long lists with `truncated`.
    #[must_use]
    pub fn previous_context_ids(&self) -> Vec<&str> {
        let history = self.custom_text(CONTEXT_HISTORY).unwrap_or_default();
        history
            .split(',')
            .map(str::trim)
            .filter(|id| !id.is_empty() && *id != "truncated")
            .collect()
    }

    /// Whether someone else acts as this person: consent and acceptance must not be given.
    #[must_use]
    pub fn is_masquerade(&self) -> bool {
        match self.custom.get(MASQUERADING_USER) {
            Some(Value::Number(_)) => true,
            _ => self.custom_text(MASQUERADING_USER).is_some(),
        }
    }

    /// Whether this is Canvas's fictitious student.
    #[must_use]
    pub fn is_test_user(&self) -> bool {
        self.roles.is_test_user()
    }

    /// The link behind this launch, if there is one.
    #[must_use]
    pub fn resource_link(&self) -> Option<&ResourceLink> {
        match &self.message {
            Message::ResourceLink { link } => Some(link),
            Message::SubmissionReview { link, .. } => link.as_ref(),
            Message::DeepLinking { .. } => None,
        }
    }
}
