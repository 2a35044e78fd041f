//! What a platform accepts: the claim `deep_linking_settings` (Deep Linking 2.0, section 4.4.1), as sent and as checked.

use serde::{Deserialize, Serialize};
use url::Url;

use super::ItemType;
use crate::error::{Refusal, ServiceUrlError};
use crate::lenient::{lenient, line, lines};
use crate::registration::Registration;

/// The checked settings of a deep linking request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "the claim has these four switches")]
pub struct DeepLinkingSettings {
    /// Where the answer is posted; on a host of the registration.
    pub return_url: Url,
    /// Content item types that the platform takes, such as `ltiResourceLink`.
    pub accept_types: Vec<String>,
    /// `iframe`, `window`, `frame` or `embed`.
    pub accept_presentation_document_targets: Vec<String>,
    /// Media types of files, comma separated.
    pub accept_media_types: Option<String>,
    /// Whether several items may be returned. False when absent.
    pub accept_multiple: bool,
    /// Whether a line item may be declared. True when absent: Moodle leaves it out and takes them.
    pub accept_lineitem: bool,
    /// Whether items are stored without asking the person. False when absent.
    pub auto_create: bool,
    /// A title that the platform proposes.
    pub title: Option<String>,
    /// A description that the platform proposes.
    pub text: Option<String>,
    /// Opaque; must be echoed in the answer exactly when present.
    pub data: Option<String>,
}

impl DeepLinkingSettings {
    /// Reads the claim `deep_linking_settings` as a platform sent it. It is checked as at
    /// a launch, for a program that has the claim alone.
    ///
    /// # Errors
    /// A [`Refusal`] of row 21, or [`Refusal::DeepLinking`] when it is no JSON object.
    pub fn parse(claim: &[u8], registration: &Registration) -> Result<Self, Refusal> {
        let claim =
            serde_json::from_slice(claim).map_err(|_| Refusal::DeepLinking("deep_linking_settings"))?;
        Self::of(claim, registration)
    }

    /// The claim, checked. A signed answer goes to the return URL, so it must be the platform's own.
    ///
    /// # Errors
    /// A [`Refusal`] of row 21.
    pub(crate) fn of(claim: DeepLinkingClaim, registration: &Registration) -> Result<Self, Refusal> {
        let return_url = claim
            .deep_link_return_url
            .ok_or(Refusal::DeepLinking("deep_link_return_url"))?;
        let return_url =
            Url::parse(&return_url).map_err(|_| Refusal::DeepLinkReturn(ServiceUrlError::Malformed))?;
        registration
            .check_service_url(&return_url)
            .map_err(Refusal::DeepLinkReturn)?;
        Ok(Self {
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

    /// Whether items of this type may be returned.
    #[must_use]
    pub fn accepts(&self, item: ItemType) -> bool {
        self.accept_types.iter().any(|known| known == item.word())
    }
}

/// The claim as sent.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct DeepLinkingClaim {
    #[serde(deserialize_with = "lenient")]
    pub deep_link_return_url: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub accept_types: Option<Vec<String>>,
    #[serde(deserialize_with = "lenient")]
    pub accept_presentation_document_targets: Option<Vec<String>>,
    #[serde(deserialize_with = "lenient")]
    pub accept_media_types: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub accept_multiple: Option<bool>,
    #[serde(deserialize_with = "lenient")]
    pub accept_lineitem: Option<bool>,
    #[serde(deserialize_with = "lenient")]
    pub auto_create: Option<bool>,
    #[serde(deserialize_with = "line")]
    pub title: Option<String>,
    #[serde(deserialize_with = "lines")]
    pub text: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub data: Option<String>,
}
