//! What a platform says about a deep linking request (Deep Linking 2.0, section 3.2).

use serde::{Deserialize, Serialize};
use url::Url;

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
