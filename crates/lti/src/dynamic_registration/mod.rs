//! LTI Dynamic Registration 1.0: the platform's configuration is read and judged, our request is built, its answer is
//! understood. Nothing here is fetched; the bytes come from whoever may call out.
//!
//! The way: [`configuration_url`] → fetch → [`PlatformConfiguration::read`] → a person agrees → [`ToolFacts::request`] →
//! post → [`read_answer`] → [`PlatformConfiguration::draft`]. What the tool is called, what it asks for and where it is shown is its
//! own [`ToolProfile`]; where it is installed, its [`ToolFacts`].

mod answer;
mod canvas_key;
mod configuration;
mod error;
mod members;
mod powers;
mod request;
#[cfg(test)]
mod tests;
mod tool;

pub use answer::{Answer, read_answer};
pub use configuration::{PlatformConfiguration, SupportedMessage, configuration_url};
pub use error::{ConfigurationError, Refused};
pub use powers::{Place, Powers};
pub use request::ToolFacts;
pub use tool::{CanvasProfile, CustomParameter, DirectLaunch, SelectionPlacement, ToolProfile, WantedScope};

/// Where the tool's part of a registration stands (DR 1.0, section 3.5.1).
pub const TOOL_CONFIGURATION: &str = "https://purl.imsglobal.org/spec/lti-tool-configuration";
/// Where the platform's part of its configuration stands (DR 1.0, section 3.4).
pub const PLATFORM_CONFIGURATION: &str = "https://purl.imsglobal.org/spec/lti-platform-configuration";
/// Most bytes of a configuration or an answer that are read.
pub const MAX_DOCUMENT: usize = 256 << 10;
