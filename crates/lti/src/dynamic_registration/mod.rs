//! LTI Dynamic Registration 1.0: the platform's configuration is read and judged, our request is built, its answer is
//! understood. Nothing here is fetched; the bytes come from whoever may call out.
//!
//! The way: [`configuration_url`] → fetch → [`PlatformConfiguration::read`] → a person agrees → [`ToolFacts::request`] →
//! post → [`read_answer`] → [`PlatformConfiguration::draft`].

mod answer;
mod canvas_key;
mod configuration;
mod error;
mod members;
mod request;
#[cfg(test)]
mod tests;

pub use answer::{Answer, read_answer};
pub use configuration::{PlatformConfiguration, SupportedMessage, configuration_url};
pub use error::{ConfigurationError, Refused};
pub use request::ToolFacts;

/// Where the tool's part of a registration stands (DR 1.0, section 3.5.1).
pub const TOOL_CONFIGURATION: &str = "https://purl.imsglobal.org/spec/lti-tool-configuration";
/// Where the platform's part of its configuration stands (DR 1.0, section 3.4).
pub const PLATFORM_CONFIGURATION: &str = "https://purl.imsglobal.org/spec/lti-platform-configuration";
/// Most bytes of a configuration or an answer that are read.
pub const MAX_DOCUMENT: usize = 256 << 10;

/// Every scope that Cairn has a use for, with what it is for in plain words: the four of grades, the member list, and
/// notices where the platform sends any.
pub const SCOPES: [(&str, &str); 6] = [
    (
        "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem",
        "make gradebook columns, and change its own",
    ),
    (
        "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem.readonly",
        "read its own gradebook columns",
    ),
    (
        "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly",
        "read the grades in its own columns",
    ),
    (
        "https://purl.imsglobal.org/spec/lti-ags/scope/score",
        "write grades into its own columns",
    ),
    (
        "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly",
        "read who is in a course that uses it",
    ),
    (
        "https://purl.imsglobal.org/spec/lti/scope/noticehandlers",
        "be told when a course is copied",
    ),
];
/// The one of [`SCOPES`] that a platform has to name before we ask for it.
pub const NOTICES_SCOPE: &str = SCOPES[5].0;

/// What Cairn wants to be told about a person. Never the e-mail address: a person is platform and `sub`.
pub const CLAIMS: [&str; 5] = ["iss", "sub", "name", "given_name", "family_name"];

/// A parameter that the platform fills in at each launch: our name for it, its variable, whether it is Canvas's own.
/// Names are lower case with underscores only, because Moodle sends others twice.
pub const CUSTOM_PARAMETERS: [(&str, &str, bool); 4] = [
    (super::claims::CONTEXT_HISTORY, "$Context.id.history", false),
    ("canvas_user_id", "$Canvas.user.id", true),
    ("canvas_course_id", "$Canvas.course.id", true),
    (
        super::claims::MASQUERADING_USER,
        "$Canvas.masqueradingUser.id",
        true,
    ),
];

/// Where Canvas offers deep linking to teachers, with the words on its button.
pub const CANVAS_DEEP_LINKING: [(&str, &str); 5] = [
    ("assignment_selection", "Badge or evidence activity"),
    ("link_selection", "Badge or evidence activity"),
    ("editor_button", "Badge"),
    ("module_index_menu_modal", "Add badges"),
    ("module_menu_modal", "Add badges"),
];
/// Where Canvas opens Cairn directly: the placement, the words, and who sees it.
pub const CANVAS_LAUNCHES: [(&str, &str, &str); 2] = [
    ("course_navigation", "Badges", "members"),
    ("account_navigation", "Cairn badges", "admins"),
];
/// What Cairn is called among Canvas's tools (`tool_id`).
pub const CANVAS_TOOL_ID: &str = "cairn";
/// Names yes, e-mail no.
pub const CANVAS_PRIVACY: &str = "name_only";
