//! What pages say in the words of one LMS: its menus, its settings and its buttons.

use crate::service::base::addresses;
use crate::web::views::admin::PasteLine;
use lti::registration::Flavour;

/// Whose words a template shows; those for any platform where it is neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lms {
    pub(crate) moodle: bool,
    pub(crate) canvas: bool,
}

impl Lms {
    /// Of that kind of platform.
    #[must_use]
    pub(crate) fn of(flavour: Flavour) -> Self {
        Self {
            moodle: flavour == Flavour::Moodle,
            canvas: flavour == Flavour::Canvas,
        }
    }
}

/// What a new column does to the course total, and where that is changed.
#[must_use]
pub(crate) const fn column_total(flavour: Flavour) -> &'static str {
    match flavour {
        Flavour::Moodle => {
            "A new column counts in the course total at once. To change that, open Grades, then Gradebook setup, and edit the column: give it no weight, or move it into a category that does not count."
        }
        Flavour::Canvas => {
            "A new column is an assignment and counts in the course total at once. To change that, edit the assignment in Canvas and tick “Do not count this assignment towards the final grade”."
        }
        Flavour::Other => {
            "A new column may count in the course total at once. Look at the settings of the gradebook."
        }
    }
}

/// Which grades the course site shows to no tool.
#[must_use]
pub(crate) const fn native_grades(flavour: Flavour) -> &'static str {
    match flavour {
        Flavour::Moodle => {
            "The course site shows Cairn the grades of its own columns alone: not those of other assignments, quizzes and forums, and no totals."
        }
        Flavour::Canvas => {
            "The course site shows Cairn the grades of its own columns alone: not those of other assignments and quizzes, and no totals."
        }
        Flavour::Other => "The course site shows Cairn the grades of its own columns alone, and no others.",
    }
}

/// How the gradebook of a course is downloaded as a file.
#[must_use]
pub(crate) const fn gradebook_export(flavour: Flavour) -> &'static str {
    match flavour {
        Flavour::Canvas => "In Canvas, open Grades, then Export, and choose “Export Entire Gradebook”.",
        Flavour::Moodle => {
            "In Moodle, open Grades, then Export, and choose “Plain text file”. Leave “Real” ticked; add “Percentage” or “Letter” if rules need them."
        }
        Flavour::Other => "Export the gradebook of this course as a CSV file of Canvas or Moodle.",
    }
}

/// The title of the page for registering by hand.
#[must_use]
pub(crate) fn by_hand(flavour: Flavour) -> &'static str {
    match flavour {
        Flavour::Moodle => "Moodle by hand",
        Flavour::Canvas => "Canvas by hand",
        Flavour::Other => "Another platform by hand",
    }
}

/// What to enter there, for a Cairn at `origin`.
#[must_use]
pub(crate) fn paste(flavour: Flavour, origin: &str) -> Vec<PasteLine> {
    let chosen = |name: &'static str, value: &str| PasteLine {
        name,
        value: value.to_owned(),
        copied: false,
    };
    let copied = |name: &'static str, value: &str| PasteLine {
        copied: true,
        ..chosen(name, value)
    };
    let ours = |name: &'static str, path: &str| copied(name, &format!("{origin}{path}"));
    match flavour {
        Flavour::Canvas => vec![
            chosen("Method", "Enter URL"),
            ours("JSON URL", addresses::CANVAS_KEY),
            ours("Redirect URIs", addresses::LAUNCH),
        ],
        Flavour::Moodle => vec![
            chosen("Tool name", "Cairn"),
            ours("Tool URL", addresses::LAUNCH),
            chosen("LTI version", "LTI 1.3"),
            chosen("Public key type", "Keyset URL"),
            ours("Public keyset", addresses::JWKS),
            ours("Initiate login URL", addresses::LOGIN),
            ours("Redirection URI(s)", addresses::LAUNCH),
            copied("Custom parameters", "context_id_history=$Context.id.history"),
            copied(
                "Custom parameters, on a line of its own below",
                "time_zone=$Person.address.timezone",
            ),
            chosen(
                "Tool configuration usage",
                "Show in activity chooser and as a preconfigured tool",
            ),
            chosen("Supports Deep Linking (Content-Item Message)", "Ticked"),
            ours("Content Selection URL", addresses::LAUNCH),
            chosen(
                "IMS LTI Assignment and Grade Services",
                "Use this service for grade sync and column management",
            ),
            chosen(
                "IMS LTI Names and Role Provisioning",
                "Use this service to retrieve members' information as per privacy settings",
            ),
            chosen("Share launcher's name with tool", "Always, if names are wanted"),
            chosen("Share launcher's email with tool", "Never"),
            chosen("Accept grades from the tool", "Delegate to teacher"),
        ],
        Flavour::Other => vec![
            ours("Target link URI", addresses::LAUNCH),
            ours("Public keyset URL", addresses::JWKS),
            ours("Initiate login URL", addresses::LOGIN),
            ours("Redirection URI", addresses::LAUNCH),
        ],
    }
}
