//! One validator per message type (rows 14 and 20 to 22 of the checklist in `launch`).

mod deep_linking;
mod resource_link;
mod submission_review;

use super::capabilities::{Capabilities, CourseLaunches};
use super::claims::{AgsEndpoint, Context, LtiClaims, Message, ResourceLink};
use super::clean;
use super::error::Refusal;
use super::registration::Registration;

/// The message types that this tool answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MessageType {
    ResourceLink,
    DeepLinking,
    SubmissionReview,
}

impl MessageType {
    /// Row 14.
    pub(super) fn of(claims: &LtiClaims) -> Result<Self, Refusal> {
        match claims.message_type.as_deref() {
            None | Some("") => Err(Refusal::MessageTypeMissing),
            Some("LtiResourceLinkRequest") => Ok(Self::ResourceLink),
            Some("LtiDeepLinkingRequest") => Ok(Self::DeepLinking),
            Some("LtiSubmissionReviewRequest") => Ok(Self::SubmissionReview),
            Some(other) => Err(Refusal::MessageType(other.to_owned())),
        }
    }

    /// Whether the signed target must be the one of the login. Moodle begins a submission review with the
    /// activity's own target and signs the line item's review URL.
    pub(super) fn keeps_target(self) -> bool {
        self != Self::SubmissionReview
    }
}

/// What the validators see besides the claims.
pub(super) struct Checked<'a> {
    pub registration: &'a Registration,
    pub context: Option<&'a Context>,
    pub ags: Option<&'a AgsEndpoint>,
}

/// Rows 20 to 22.
pub(super) fn validate(
    kind: MessageType,
    claims: &LtiClaims,
    checked: &Checked<'_>,
) -> Result<Message, Refusal> {
    match kind {
        MessageType::ResourceLink => resource_link::validate(claims, checked),
        MessageType::DeepLinking => deep_linking::validate(claims, checked.registration),
        MessageType::SubmissionReview => submission_review::validate(claims, checked),
    }
}

/// The resource link, when it has an id that LTI allows.
fn link_of(claims: &LtiClaims, checked: &Checked<'_>) -> Option<ResourceLink> {
    let claim = claims.resource_link.as_ref()?;
    let id = claim.id.clone().filter(|id| clean::is_id(id))?;
    // A platform of an unknown kind says here what it is.
    let said = claims.tool_platform.as_ref();
    let said = said.and_then(|platform| platform.product_family_code.as_deref());
    let names_course = [
        checked.registration.capabilities(),
        Capabilities::of_product(said.unwrap_or_default()),
    ]
    .iter()
    .any(|known| known.course_launches == CourseLaunches::NameTheCourse);
    let stands_for_course = names_course && checked.context.is_some_and(|context| context.id == id);
    Some(ResourceLink {
        id,
        title: claim.title.clone(),
        stands_for_course,
    })
}
