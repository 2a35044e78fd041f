//! Issuers and keys.

use askama::Template;
use askama::filters::HtmlSafe;

use super::AdminPage;
use crate::domain::authority::TypedAuthority;
use crate::domain::theme::{Accent, Colour, DARK_SURFACE, LIGHT_SURFACE};
use crate::web::views::shared::{LinkTo, ProblemList, StatusChip, Waiting, When};

/// Every institution with the key that signs, and the keys that speak to platforms.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/issuers.html")]
pub(crate) struct IssuersPage {
    pub(crate) page: AdminPage,
    pub(crate) institutions: Vec<InstitutionLine>,
    /// Our own LTI keys; none for those who look after one institution.
    pub(crate) keys: Vec<KeyLine>,
    /// Where the next step of a change of the tool's key begins.
    pub(crate) tool_step: Option<LinkTo>,
    /// Where platforms read them.
    pub(crate) jwks_url: String,
}

/// An institution in the list.
#[derive(Debug, Clone)]
pub(crate) struct InstitutionLine {
    pub(crate) href: String,
    pub(crate) issuer: String,
    pub(crate) did: String,
    pub(crate) keys: String,
}

/// A key.
#[derive(Debug, Clone)]
pub(crate) struct KeyLine {
    /// Its public name.
    pub(crate) name: String,
    pub(crate) state: StatusChip,
    pub(crate) made: When,
    /// What can be done to it: the words, and where.
    pub(crate) act: Option<(&'static str, String)>,
}

/// One institution. Posts `name`, `issuer_name`, `url`, `email`, `ror`, `linkedin`, the fields of [`TypedAuthority`] and the logo (a file `logo`, or `logo_kept`,
/// or `remove_logo`), and from forms of their own `colour` and `zone`.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/issuer.html")]
pub(crate) struct IssuerPage {
    pub(crate) page: AdminPage,
    pub(crate) action: String,
    /// What each form was filled from.
    pub(crate) seen: String,
    pub(crate) colour_seen: String,
    pub(crate) zone_seen: String,
    pub(crate) name: String,
    pub(crate) issuer_name: String,
    pub(crate) url: String,
    pub(crate) email: String,
    /// The logo that is saved, or that is to be.
    pub(crate) logo_src: Option<String>,
    pub(crate) removes_logo: bool,
    /// The digest of a logo that came with a form which could not be saved; empty for none.
    pub(crate) logo_kept: String,
    pub(crate) ror: String,
    pub(crate) linkedin: String,
    /// Who stands behind it, as typed.
    pub(crate) authority: TypedAuthority,
    pub(crate) colour_action: String,
    /// The colour of the pages as it was typed; empty for Cairn's own.
    pub(crate) colour: String,
    /// What the colour that is saved becomes.
    pub(crate) preview: Option<AccentPreview>,
    pub(crate) zone_action: String,
    /// The name of the time zone as it was typed.
    pub(crate) zone: String,
    /// Names that may be typed.
    pub(crate) zones: Vec<&'static str>,
    /// Who said it, in a sentence; none where nobody has, and UTC counts.
    pub(crate) zone_said_by: Option<&'static str>,
    pub(crate) did: String,
    pub(crate) profile_href: String,
    /// The report on the design of its badges.
    pub(crate) coach_href: String,
    /// Lists of skills from which its teachers choose.
    pub(crate) skills_href: String,
    pub(crate) keys: Vec<KeyLine>,
    pub(crate) rotate_href: String,
    /// Badges that a withdrawn key has signed and that wait to be signed anew.
    pub(crate) waiting: Option<String>,
    pub(crate) problems: ProblemList,
}

impl IssuerPage {
    /// The page has fields, so only its script looks again, and not while somebody types.
    fn look_again(&self) -> Waiting {
        Waiting::at(self.action.clone(), 5)
    }
}

/// What an accent becomes on light and on dark pages.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "admin/accent.html")]
pub(crate) struct AccentPreview {
    samples: [AccentSample; 2],
    /// Where it differs from the colour that was chosen, and why.
    changed: Option<String>,
}

/// A link and a button in the accent of one theme, on the surface that it was measured on.
#[derive(Debug, Clone, PartialEq, Eq)]
struct AccentSample {
    pages: &'static str,
    surface: String,
    accent: String,
    ink: String,
}

impl HtmlSafe for AccentPreview {}

impl AccentPreview {
    /// The preview of a chosen colour.
    #[must_use]
    pub(crate) fn of(chosen: Colour) -> Self {
        let accent = Accent::from_colour(chosen);
        let sample = |pages, surface: Colour, accent: Colour| AccentSample {
            pages,
            surface: surface.hex(),
            accent: accent.hex(),
            ink: accent.ink().hex(),
        };
        Self {
            samples: [
                sample("light pages", LIGHT_SURFACE, accent.light),
                sample("dark pages", DARK_SURFACE, accent.dark),
            ],
            changed: changed(chosen, accent),
        }
    }
}

fn changed(chosen: Colour, accent: Accent) -> Option<String> {
    let (on, therefore) = match (accent.light == chosen, accent.dark == chosen) {
        (true, true) => return None,
        (false, true) => ("light pages", "it is darker there"),
        (true, false) => ("dark pages", "it is lighter there"),
        (false, false) => (
            "light and on dark pages",
            "it is darker on the one and lighter on the other",
        ),
    };
    let hex = chosen.hex();
    Some(format!(
        "Text in {hex} would be hard to read on {on}, so {therefore}."
    ))
}

/// Before a key is withdrawn. Posts `reason`.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/withdraw_key.html")]
pub(crate) struct WithdrawKeyPage {
    /// Its title is the question.
    pub(crate) page: AdminPage,
    /// The key's public name.
    pub(crate) key: String,
    /// What will happen, one sentence each.
    pub(crate) consequences: Vec<String>,
    pub(crate) action: String,
    pub(crate) reason: String,
    pub(crate) back_href: String,
    pub(crate) problems: ProblemList,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preview_says_where_a_colour_had_to_change() {
        for (hex, said) in [
            ("#1f6f78", "on dark pages, so it is lighter there."),
            ("#ffd400", "on light pages, so it is darker there."),
            (
                "#7a7a7a",
                "on light and on dark pages, so it is darker on the one",
            ),
        ] {
            let changed = AccentPreview::of(Colour::parse(hex).unwrap()).changed.unwrap();
            assert!(changed.contains(said), "{hex}: {changed}");
        }
    }
}
