//! What Cairn tells platforms about itself when it registers.

use lti::claims::{
    CONTEXT_HISTORY, MASQUERADING_USER, SECTION_IDS, SECTION_NAMES, SECTION_RESTRICTED, TIME_ZONE,
};
use lti::dynamic_registration::{
    CanvasProfile, CustomParameter, DirectLaunch, SelectionPlacement, ToolFacts, ToolProfile, WantedScope,
};
use lti::services::media::scope;

use crate::service::Cairn;
use crate::service::base::addresses;

/// Every scope that Cairn has a use for: the four of grades, the member list, and notices where the platform sends any.
const SCOPES: [WantedScope; 6] = [
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

/// Cairn as platforms get to know it.
pub(crate) const TOOL: ToolProfile = ToolProfile {
    name: "Cairn",
    description: "Badges that students earn from course work, keep for good, and that anybody can check.",
    login_path: addresses::LOGIN,
    launch_path: addresses::LAUNCH,
    jwks_path: addresses::JWKS,
    scopes: &SCOPES,
    // Never the e-mail address: a person is platform and `sub`.
    claims: &["name", "given_name", "family_name"],
    custom_parameters: &[
        parameter(CONTEXT_HISTORY, "$Context.id.history", false),
        parameter(TIME_ZONE, "$Person.address.timezone", false),
        parameter("canvas_user_id", "$Canvas.user.id", true),
        parameter("canvas_course_id", "$Canvas.course.id", true),
        parameter(MASQUERADING_USER, "$Canvas.masqueradingUser.id", true),
        parameter(SECTION_RESTRICTED, "$Canvas.course.sectionRestricted", true),
        parameter(SECTION_NAMES, "$com.instructure.User.sectionNames", true),
        parameter(SECTION_IDS, "$Canvas.course.sectionIds", true),
    ],
    link_label: "Badges",
    selection_label: "Badge or evidence activity",
    review_label: "Review",
    canvas: CanvasProfile {
        tool_id: "cairn",
        text: "Cairn badges",
        // Names yes, e-mail no.
        privacy_level: "name_only",
        launches: &[
            DirectLaunch {
                placement: "course_navigation",
                label: "Badges",
                visible_to: "members",
            },
            DirectLaunch {
                placement: "account_navigation",
                label: "Cairn badges",
                visible_to: "admins",
            },
            DirectLaunch {
                placement: "user_navigation",
                label: "My badges",
                visible_to: "members",
            },
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

/// This installation.
#[must_use]
pub(crate) fn facts(cairn: &Cairn) -> ToolFacts {
    ToolFacts {
        profile: TOOL,
        origin: cairn.settings.public_origin.clone(),
        logo: format!(
            "{}{}",
            cairn.settings.origin(),
            addresses::asset("icon", "favicon.svg")
        ),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn the_file_in_the_repository_is_what_is_served_but_for_the_host() {
        let file: Value = serde_json::from_str(include_str!("../../../../lti-config.json")).unwrap();
        let origin = "https://badges.school.example:8443";
        let served = ToolFacts {
            profile: TOOL,
            origin: origin.parse().unwrap(),
            logo: format!("{origin}/static/icon/favicon.svg"),
        }
        .canvas_key();
        let there = served.to_string().replace(origin, "https://cairn.example");
        let there = there.replace("badges.school.example:8443", "cairn.example");
        let there: Value = serde_json::from_str(&there).unwrap();
        assert_eq!(
            file,
            there,
            "lti-config.json is out of date; it should be:\n{}",
            serde_json::to_string_pretty(&there).unwrap()
        );
    }
}
