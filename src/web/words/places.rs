//! From where a platform opens Cairn, and for what, in words.

use lti::dynamic_registration::Place;

/// One of them, fit for a list under "Cairn will be".
#[must_use]
pub(crate) fn opened(place: &Place) -> String {
    let from = place.placement.as_deref().map_or("any place", from);
    match place.message.as_str() {
        "LtiResourceLinkRequest" => format!("opened from {from}"),
        "LtiDeepLinkingRequest" => format!("asked for content from {from}"),
        "LtiSubmissionReviewRequest" => "opened from a student’s work in the gradebook".to_owned(),
        other => format!("told “{other}” from {from}"),
    }
}

/// Where a placement is, by what Canvas's pages call it; by its name where that is not known.
fn from(placement: &str) -> &str {
    match placement {
        "course_navigation" => "the menu of a course",
        "account_navigation" => "the menu of the account",
        "user_navigation" => "the menu of one’s own account",
        "assignment_selection" => "the submission type of an assignment",
        "link_selection" => "“External Tool” in a module",
        "editor_button" => "the rich content editor",
        "module_index_menu_modal" => "the menu of the modules page",
        "module_menu_modal" => "the menu of a module",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_named_as_people_see_it() {
        let words = |message: &str, placement: Option<&str>| {
            opened(&Place {
                message: message.to_owned(),
                placement: placement.map(str::to_owned),
            })
        };
        assert_eq!(
            words("LtiDeepLinkingRequest", Some("editor_button")),
            "asked for content from the rich content editor"
        );
        assert_eq!(words("LtiResourceLinkRequest", None), "opened from any place");
        assert_eq!(
            words("LtiEulaRequest", Some("ActivityAssetProcessor")),
            "told “LtiEulaRequest” from ActivityAssetProcessor"
        );
    }
}
