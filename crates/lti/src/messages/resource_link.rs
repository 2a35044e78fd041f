//! `LtiResourceLinkRequest` (LTI 1.3 core, section 5.3).

use super::{Checked, link_of};
use crate::claims::{LtiClaims, Message};
use crate::error::Refusal;

/// Row 20.
pub(super) fn validate(claims: &LtiClaims, checked: &Checked<'_>) -> Result<Message, Refusal> {
    link_of(claims, checked)
        .map(|link| Message::ResourceLink { link })
        .ok_or(Refusal::ResourceLink)
}
