//! The claims of a launch: as sent, and as verified.
//!
//! Reading is tolerant: what is absent, null or of another type than expected counts as absent, and what is unknown
//! is passed over (row 24 of the [checklist](crate::launch)). The checks of required claims come after, one refusal each.

use chrono::{DateTime, Utc};
use openidconnect::AdditionalClaims;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

use super::deep_linking::{DeepLinkingClaim, DeepLinkingSettings};
use super::lenient::{lenient, line};
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
    #[serde(rename = "https://www.instructure.com/placement", deserialize_with = "line")]
    pub placement: Option<String>,
}

impl AdditionalClaims for LtiClaims {}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct ContextClaim {
    #[serde(deserialize_with = "lenient")]
    pub id: Option<String>,
    #[serde(deserialize_with = "line")]
    pub label: Option<String>,
    #[serde(deserialize_with = "line")]
    pub title: Option<String>,
    #[serde(rename = "type", deserialize_with = "lenient")]
    pub kinds: Option<Vec<String>>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct ResourceLinkClaim {
    #[serde(deserialize_with = "lenient")]
    pub id: Option<String>,
    #[serde(deserialize_with = "line")]
    pub title: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct PresentationClaim {
    #[serde(deserialize_with = "lenient")]
    pub return_url: Option<String>,
    #[serde(deserialize_with = "line")]
    pub document_target: Option<String>,
    #[serde(deserialize_with = "line")]
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
    /// The registration under which it was verified.
    pub registration_id: RegistrationId,
    /// The deployment, at most 255 ASCII characters (`deployment_id`; LTI 1.3 core, section 5.3.3).
    pub deployment_id: String,
    /// When the platform signed it, by its own clock, to the second.
    pub issued_at: DateTime<Utc>,
    /// The person, at most 255 ASCII characters.
    pub sub: String,
    /// The whole name, where the platform shares it (`name`; OpenID Connect core, section 5.1), or else made of the given
    /// and the family name.
    pub name: Option<String>,
    /// `given_name`, where shared.
    pub given_name: Option<String>,
    /// `family_name`, where shared.
    pub family_name: Option<String>,
    /// `email`, where shared. Neither verified nor unique: never a key.
    pub email: Option<String>,
    /// Of the launch presentation, else of the person: a language tag such as `en`.
    pub locale: Option<String>,
    /// What the person is in the course and on the platform.
    pub roles: Roles,
    /// The course; absent in launches from an account or a profile.
    pub context: Option<Context>,
    /// What the platform asks for.
    pub message: Message,
    /// What shall be opened. Signed, on the tool's own origin and at one of its paths; its query may choose.
    pub target_link_uri: Url,
    /// As sent: values may be null, and Moodle sends odd-cased names twice. See [`Launch::custom_text`].
    pub custom: Map<String, Value>,
    /// Grade services, when offered.
    pub ags: Option<AgsEndpoint>,
    /// The member list, when offered.
    pub nrps: Option<NrpsEndpoint>,
    /// Notices, when offered.
    pub notices: Option<NoticesEndpoint>,
    /// The product behind the platform.
    pub tool_platform: ToolPlatform,
    /// How the platform shows the tool.
    pub presentation: Presentation,
    /// Canvas's placement, such as `course_navigation`.
    pub placement: Option<String>,
}

/// A course (LTI 1.3 core, section 5.4.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    /// The platform's id of the course, at most 255 bytes.
    pub id: String,
    /// A short name, such as `OB101`.
    pub label: Option<String>,
    /// The full name.
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
    /// The platform's id of the link, at most 255 bytes; unique within the deployment.
    pub id: String,
    /// What the link is called.
    pub title: Option<String>,
    /// Canvas repeats the context's id where no link is behind the launch: course navigation. Not an activity.
    pub stands_for_course: bool,
}

/// What the platform asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Message {
    /// `LtiResourceLinkRequest`.
    ResourceLink {
        /// The link that was opened.
        link: ResourceLink,
    },
    /// `LtiDeepLinkingRequest`.
    DeepLinking {
        /// What may be returned, and where to.
        settings: DeepLinkingSettings,
    },
    /// `LtiSubmissionReviewRequest`: a teacher looks at what `for_user` handed in.
    SubmissionReview {
        /// The `sub` of the person whose work it is.
        for_user: String,
        /// The line item in which it is graded. Moodle names none once a course reset has made it anew.
        lineitem: Option<Url>,
        /// The link to which the line item belongs, where it is told. One of the two always is.
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
    /// The granted scopes, by the names in [`scope`](crate::services::media::scope).
    pub scopes: Vec<String>,
    /// Where line items are listed and created.
    pub lineitems: Option<Url>,
    /// Only when the link has exactly one line item.
    pub lineitem: Option<Url>,
}

/// Names and Role Provisioning Services (NRPS 2.0, section 3.6.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NrpsEndpoint {
    /// Where the members are listed.
    pub context_memberships_url: Url,
    /// `2.0`, and others where a platform has them.
    pub service_versions: Vec<String>,
}

/// Platform Notification Service, Canvas only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticesEndpoint {
    /// Where notice handlers are read and set.
    pub url: Url,
    /// Types of notices that the platform can send.
    pub types: Vec<String>,
}

/// The product behind the platform (LTI 1.3 core, section 5.4.5). `guid` is the best fingerprint of a tenant.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ToolPlatform {
    /// `moodle`, `canvas`, or what the product calls itself.
    #[serde(deserialize_with = "line")]
    pub product_family_code: Option<String>,
    /// The product's version.
    #[serde(deserialize_with = "line")]
    pub version: Option<String>,
    /// A stable id of the installation or account.
    #[serde(deserialize_with = "line")]
    pub guid: Option<String>,
    /// The name of the installation or account.
    #[serde(deserialize_with = "line")]
    pub name: Option<String>,
}

/// How the platform shows the tool (LTI 1.3 core, section 5.4.6).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presentation {
    /// Where to send the person back; dropped when it is on no host of the registration.
    pub return_url: Option<Url>,
    /// `iframe`, `window` or `frame`.
    pub document_target: Option<String>,
    /// A language tag such as `en-GB`.
    pub locale: Option<String>,
}

/// The custom parameter that a tool's configuration should fill with `$Context.id.history`; see
/// [`Launch::previous_context_ids`].
pub const CONTEXT_HISTORY: &str = "context_id_history";
/// The custom parameter that a tool's configuration should fill with `$Person.address.timezone`. Moodle says `99` of whoever
/// has chosen none.
pub const TIME_ZONE: &str = "time_zone";
/// The custom parameter that a tool's configuration should fill with `$Canvas.masqueradingUser.id`; see
/// [`Launch::is_masquerade`].
pub const MASQUERADING_USER: &str = "masquerading_user_id";

/// The custom parameter that a tool's configuration should fill with `$Canvas.course.sectionRestricted`; see
/// [`Launch::is_limited_to_sections`].
pub const SECTION_RESTRICTED: &str = "section_restricted";
/// The custom parameter that a tool's configuration should fill with `$com.instructure.User.sectionNames`; see
/// [`Launch::sections`].
pub const SECTION_NAMES: &str = "section_names";
/// The custom parameter that a tool's configuration should fill with `$Canvas.course.sectionIds`; see [`Launch::sections`].
pub const SECTION_IDS: &str = "section_ids";

/// A section that a person is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaunchSection {
    /// What the platform knows it by, where that is told.
    pub id: Option<String>,
    /// Only for people.
    pub name: String,
}

impl Launch {
    /// A custom parameter as text. `None` when it is absent, null, empty, a variable that the platform did not know and
    /// left as `$Name`, or holds control characters: what these parameters carry are ids.
    #[must_use]
    pub fn custom_text(&self, name: &str) -> Option<&str> {
        let text = self.custom.get(name)?.as_str()?;
        let is_said = !text.is_empty() && !text.starts_with('$') && !text.contains(char::is_control);
        is_said.then_some(text)
    }

    /// The course that it comes from. Canvas opens the navigation of an account and that of a person with a context too, and
    /// does not always say of what kind that is.
    #[must_use]
    pub fn course(&self) -> Option<&Context> {
        let context = self.context.as_ref()?;
        (context.is_course() && !self.is_personal()).then_some(context)
    }

    /// Whether somebody opens what is theirs, whatever their courses: Canvas's user navigation.
    #[must_use]
    pub fn is_personal(&self) -> bool {
        self.placement.as_deref() == Some("user_navigation")
    }

    /// Whether a configuration of the tool, or of a link, names the history of contexts, known to the platform or not.
    #[must_use]
    pub fn names_context_history(&self) -> bool {
        self.custom.contains_key(CONTEXT_HISTORY)
    }

    /// Whether no link of a course had a part in this message: whatever its custom parameters say is the tool's own
    /// configuration.
    #[must_use]
    pub fn is_without_link(&self) -> bool {
        match &self.message {
            Message::DeepLinking { .. } => true,
            Message::ResourceLink { link } => link.stands_for_course,
            Message::SubmissionReview { .. } => false,
        }
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

    /// Whether the platform lets this person see people of their own sections only.
    #[must_use]
    pub fn is_limited_to_sections(&self) -> bool {
        match self.custom.get(SECTION_RESTRICTED) {
            Some(Value::Bool(limited)) => *limited,
            _ => self
                .custom_text(SECTION_RESTRICTED)
                .is_some_and(|text| text.trim().eq_ignore_ascii_case("true")),
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

    /// The sections in which this person is in the course, none where the platform does not say. Canvas writes the names as an
    /// array in JSON (its documents show it escaped once more), in the order of the ids, which it lists with commas between
    /// them; a single id may be a number.
    #[must_use]
    pub fn sections(&self) -> Option<Vec<LaunchSection>> {
        let names: Vec<String> = match self.custom.get(SECTION_NAMES)? {
            Value::Array(names) => names
                .iter()
                .map(|name| name.as_str().map(str::to_owned))
                .collect::<Option<_>>()?,
            _ => names_in(self.custom_text(SECTION_NAMES)?)?,
        };
        let ids: Vec<String> = match self.custom.get(SECTION_IDS) {
            Some(Value::Number(id)) => vec![id.to_string()],
            _ => {
                let text = self.custom_text(SECTION_IDS).unwrap_or_default();
                let ids = text.split(',').map(str::trim).filter(|id| !id.is_empty());
                ids.map(str::to_owned).collect()
            }
        };
        // Which is whose is told by their order alone.
        let by_order = ids.len() == names.len();
        let mut ids = ids.into_iter().filter(|_| by_order);
        let section = |name| LaunchSection { id: ids.next(), name };
        Some(names.into_iter().map(section).collect())
    }
}

/// The names in a text that is an array in JSON, perhaps escaped as it would be within another text.
fn names_in(text: &str) -> Option<Vec<String>> {
    let bare = serde_json::from_str(text).ok();
    bare.or_else(|| {
        let inner: String = serde_json::from_str(&format!("\"{text}\"")).ok()?;
        serde_json::from_str(&inner).ok()
    })
}
