//! `LtiDeepLinkingRequest` (Deep Linking 2.0, section 3).

use url::Url;

use crate::lti::claims::{DeepLinkingClaim, LtiClaims, Message};
use crate::lti::deep_linking::DeepLinkingSettings;
use crate::lti::error::{Refusal, ServiceUrlError};
use crate::lti::registration::Registration;

/// Row 21. A signed answer goes to the return URL, so it must be the platform's own.
pub(super) fn validate(claims: &LtiClaims, registration: &Registration) -> Result<Message, Refusal> {
    let claim = claims
        .deep_linking
        .clone()
        .ok_or(Refusal::DeepLinking("deep_linking_settings"))?;
    Ok(Message::DeepLinking {
        settings: settings(claim, registration)?,
    })
}

/// The claim, checked.
pub(super) fn settings(
    claim: DeepLinkingClaim,
    registration: &Registration,
) -> Result<DeepLinkingSettings, Refusal> {
    let return_url = claim
        .deep_link_return_url
        .ok_or(Refusal::DeepLinking("deep_link_return_url"))?;
    let return_url =
        Url::parse(&return_url).map_err(|_| Refusal::DeepLinkReturn(ServiceUrlError::Malformed))?;
    registration
        .check_service_url(&return_url)
        .map_err(Refusal::DeepLinkReturn)?;
    Ok(DeepLinkingSettings {
        return_url,
        accept_types: claim.accept_types.ok_or(Refusal::DeepLinking("accept_types"))?,
        accept_presentation_document_targets: claim
            .accept_presentation_document_targets
            .ok_or(Refusal::DeepLinking("accept_presentation_document_targets"))?,
        accept_media_types: claim.accept_media_types,
        accept_multiple: claim.accept_multiple.unwrap_or(false),
        accept_lineitem: claim.accept_lineitem.unwrap_or(true),
        auto_create: claim.auto_create.unwrap_or(false),
        title: claim.title,
        text: claim.text,
        data: claim.data,
    })
}
