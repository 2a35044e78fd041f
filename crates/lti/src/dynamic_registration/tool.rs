//! What a tool tells platforms about itself, wherever it is installed.

/// A scope that the tool has a use for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WantedScope {
    /// The scope, such as [`scope::SCORE`](crate::services::media::scope::SCORE).
    pub scope: &'static str,
    /// What it is for, in words for the person who agrees: "write grades into its own columns".
    pub purpose: &'static str,
    /// Asked for only where the platform says that it knows the scope. The others are also asked for where a platform
    /// does not say what it knows.
    pub only_when_offered: bool,
}

/// A custom parameter that the platform fills in at each launch (LTI 1.3 core, section 5.4.7 and appendix B).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CustomParameter {
    /// The tool's name for it: lower case with underscores only, because Moodle sends others twice.
    pub name: &'static str,
    /// The platform's variable with its `$`, such as `$Context.id.history`.
    pub variable: &'static str,
    /// Whether the variable is Canvas's own, so that no other platform is asked for it.
    pub canvas_only: bool,
}

/// A place in Canvas from which the tool is opened directly (`LtiResourceLinkRequest`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DirectLaunch {
    /// Canvas's name for it: `course_navigation`, `account_navigation`.
    pub placement: &'static str,
    /// The words on it.
    pub label: &'static str,
    /// Who sees it: `public`, `members` or `admins`.
    pub visible_to: &'static str,
}

/// A place in Canvas from which teachers select content (`LtiDeepLinkingRequest`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SelectionPlacement {
    /// Canvas's name for it: `assignment_selection`, `editor_button`.
    pub placement: &'static str,
    /// The words on its button.
    pub label: &'static str,
}

/// What Canvas alone wants to know about a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CanvasProfile {
    /// The tool's name among Canvas's tools (`tool_id`).
    pub tool_id: &'static str,
    /// The words that stand for the tool where a placement has none.
    pub text: &'static str,
    /// What Canvas shares of a person: `anonymous`, `name_only`, `email_only` or `public`.
    pub privacy_level: &'static str,
    /// Where the tool is opened directly.
    pub launches: &'static [DirectLaunch],
    /// Where content is selected.
    pub selections: &'static [SelectionPlacement],
}

/// A tool: its name, its addresses, what it asks platforms for and where it wants to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToolProfile {
    /// What the tool is called (`client_name`).
    pub name: &'static str,
    /// What it is for, in a sentence.
    pub description: &'static str,
    /// The path of login initiation, such as `/lti/login`.
    pub login_path: &'static str,
    /// The path of launches: the redirect URI and the default target, such as `/lti/launch`.
    pub launch_path: &'static str,
    /// The path of the tool's key set, such as `/lti/jwks`.
    pub jwks_path: &'static str,
    /// Every scope that it has a use for.
    pub scopes: &'static [WantedScope],
    /// The claims about a person that it wants, besides `iss` and `sub`.
    pub claims: &'static [&'static str],
    /// The parameters that come with each launch.
    pub custom_parameters: &'static [CustomParameter],
    /// The words for a plain link to the tool, on platforms other than Canvas.
    pub link_label: &'static str,
    /// The words for content selection, on platforms other than Canvas.
    pub selection_label: &'static str,
    /// The words for submission review.
    pub review_label: &'static str,
    /// What Canvas alone wants to know.
    pub canvas: CanvasProfile,
}
