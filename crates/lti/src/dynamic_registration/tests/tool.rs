//! A tool that wants all there is.

use super::super::*;
use crate::claims::{CONTEXT_HISTORY, MASQUERADING_USER};
use crate::services::media::scope;

const fn wanted(scope: &'static str, purpose: &'static str) -> WantedScope {
    WantedScope {
        scope,
        purpose,
        only_when_offered: false,
    }
}

const fn parameter(name: &'static str, variable: &'static str, canvas_only: bool) -> CustomParameter {
    CustomParameter {
        name,
        variable,
        canvas_only,
    }
}

const fn selection(placement: &'static str, label: &'static str) -> SelectionPlacement {
    SelectionPlacement { placement, label }
}

const fn launch(placement: &'static str, visible_to: &'static str) -> DirectLaunch {
    DirectLaunch {
        placement,
        label: "Badges",
        visible_to,
    }
}

pub(super) const SCOPES: [WantedScope; 6] = [
    wanted(scope::LINE_ITEM, "make gradebook columns, and change its own"),
    wanted(scope::LINE_ITEM_READ, "read its own gradebook columns"),
    wanted(scope::RESULT_READ, "read the grades in its own columns"),
    wanted(scope::SCORE, "write grades into its own columns"),
    wanted(scope::MEMBERS_READ, "read who is in a course that uses it"),
    WantedScope {
        only_when_offered: true,
        ..wanted(scope::NOTICE_HANDLERS, "be told when a course is copied")
    },
];

pub(super) const TOOL: ToolProfile = ToolProfile {
    name: "Example Tool",
    description: "An example.",
    login_path: "/lti/login",
    launch_path: "/lti/launch",
    jwks_path: "/lti/jwks",
    scopes: &SCOPES,
    claims: &["name", "given_name", "family_name"],
    custom_parameters: &[
        parameter(CONTEXT_HISTORY, "$Context.id.history", false),
        parameter("canvas_user_id", "$Canvas.user.id", true),
        parameter("canvas_course_id", "$Canvas.course.id", true),
        parameter(MASQUERADING_USER, "$Canvas.masqueradingUser.id", true),
    ],
    link_label: "Badges",
    selection_label: "Badge or evidence activity",
    review_label: "Review",
    canvas: CanvasProfile {
        tool_id: "example",
        text: "Example badges",
        privacy_level: "name_only",
        launches: &[
            launch("course_navigation", "members"),
            launch("account_navigation", "admins"),
        ],
        selections: &[
            selection("assignment_selection", "Badge or evidence activity"),
            selection("link_selection", "Badge or evidence activity"),
            selection("editor_button", "Badge"),
            selection("module_index_menu_modal", "Add badges"),
            selection("module_menu_modal", "Add badges"),
        ],
    },
};
