//! Deep linking (LTI Deep Linking 2.0): what a platform accepts, what may be returned to it, and the signed answer.
//!
//! The way through this room is one way: [`ContentItem`]s are [`accept`]ed against the [`DeepLinkingSettings`] of the
//! request, and only what was [`Accepted`] can be put into an [`Answer`].

mod accept;
mod answer;
mod content_item;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use url::Url;

use super::error::Refusal;
use super::registration::Registration;

pub use accept::{Accepted, Unacceptable, accept};
pub use answer::Answer;
pub use content_item::{
    ContentItem, HtmlItem, Icon, ImageItem, ItemLineItem, ItemType, LinkItem, ResourceLinkItem,
    SubmissionReview, plain,
};

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
    pub title: Option<String>,
    pub text: Option<String>,
    /// Opaque; must be echoed in the answer exactly when present.
    pub data: Option<String>,
}

impl DeepLinkingSettings {
    /// Reads the claim `deep_linking_settings` as a platform sent it. The same door as that of a launch, for whoever has
    /// the claim alone.
    ///
    /// # Errors
    /// A [`Refusal`] of row 21, or [`Refusal::DeepLinking`] when it is no JSON object.
    pub fn parse(claim: &[u8], registration: &Registration) -> Result<Self, Refusal> {
        super::messages::deep_linking_settings(claim, registration)
    }

    /// Whether items of this type may be returned.
    #[must_use]
    pub fn accepts(&self, item: ItemType) -> bool {
        self.accept_types.iter().any(|known| known == item.word())
    }
}
