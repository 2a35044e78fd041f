//! `LtiDeepLinkingRequest` (Deep Linking 2.0, section 3).

use crate::claims::{LtiClaims, Message};
use crate::deep_linking::DeepLinkingSettings;
use crate::error::Refusal;
use crate::registration::Registration;

/// Row 21.
pub(super) fn validate(claims: &LtiClaims, registration: &Registration) -> Result<Message, Refusal> {
    let claim = claims
        .deep_linking
        .clone()
        .ok_or(Refusal::DeepLinking("deep_linking_settings"))?;
    Ok(Message::DeepLinking {
        settings: DeepLinkingSettings::of(claim, registration)?,
    })
}
