//! What went wrong, what was kept, what to do, and an id.

use askama::Template;

use super::PublicPage;
use super::page::FramedLink;

/// An error outside a session: on public pages, at launches, before anything is known.
#[derive(Debug, Clone, Template)]
#[template(path = "shared/error.html")]
pub(crate) struct ErrorPage {
    pub(crate) page: PublicPage,
    /// What happened, in one sentence.
    pub(crate) sentence: String,
    /// What was kept ("Your text is saved as a draft."); none when there was nothing to keep.
    pub(crate) kept: Option<String>,
    /// What the reader can do now.
    pub(crate) what_to_do: String,
    /// The id that is also in the log.
    pub(crate) error_id: String,
    /// The way on, within a visit.
    pub(crate) way_back: Option<WayBack>,
}

/// Where somebody goes on whose request was refused within a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WayBack {
    pub(crate) href: String,
    /// Whether it leads to the pages for those who teach.
    pub(crate) teaches: bool,
    /// The token of the visit, where it rides in forms.
    pub(crate) session: Option<String>,
    /// Who may frame a page that carries it.
    pub(crate) ancestors: String,
    /// The style sheet with the institution's accent.
    pub(crate) theme_href: Option<String>,
}

impl WayBack {
    fn link(&self) -> FramedLink<'_> {
        let text = if self.teaches {
            "To the badges of this course"
        } else {
            "To my badges"
        };
        FramedLink::button_of(self.session.as_deref(), &self.href, text)
    }
}

/// Who still revokes once a course has ended, for those who did before.
const REVOKING: &str = "An administrator of Cairn can still revoke a badge in Cairn’s console.";

impl ErrorPage {
    /// The page for an HTTP status. `sentence` says what happened; what to do follows from the status.
    #[must_use]
    pub(crate) fn new(status: u16, sentence: &str, error_id: &str) -> Self {
        let (title, what_to_do) = words(status);
        Self {
            page: PublicPage::titled(title),
            sentence: sentence.to_owned(),
            kept: None,
            what_to_do: what_to_do.to_owned(),
            error_id: error_id.to_owned(),
            way_back: None,
        }
    }

    /// The page for an HTTP status and the stable name of what happened: an administrator who registers a platform came from
    /// no course, and reads other words than students do.
    #[must_use]
    pub(crate) fn coded(status: u16, code: &str, sentence: &str, error_id: &str) -> Self {
        let mut page = Self::new(status, sentence, error_id);
        let by_code = registering(code)
            .or_else(|| sent(status, code))
            .or_else(|| (status == 409).then(|| conflict(code)));
        if let Some((title, what_to_do)) = by_code {
            title.clone_into(&mut page.page.title);
            what_to_do.clone_into(&mut page.what_to_do);
        }
        page
    }

    /// The same for somebody in a visit, by the stable name of what happened.
    #[must_use]
    pub(crate) fn within(self, way_back: &WayBack, code: &str) -> Self {
        let for_teachers = (way_back.teaches && code == "course.ended").then(|| REVOKING.to_owned());
        Self {
            kept: self.kept.or(for_teachers),
            page: PublicPage {
                theme_href: way_back.theme_href.clone(),
                ..self.page
            },
            way_back: Some(way_back.clone()),
            ..self
        }
    }
}

/// Title and advice for what cannot be done as things are (409), by the stable name of the reason: the sentence says what
/// helps, and only where somebody else came first does looking again and repeating it.
#[must_use]
pub(crate) fn conflict(code: &str) -> (&'static str, &'static str) {
    match code {
        "course.ended" => (
            "This course has ended",
            "You can still look at what is kept of it.",
        ),
        "rule.saved-at-once"
        | "link.chosen"
        | "platform.deployment-answered"
        | "issuer-key.changed"
        | "tool-key.changed"
        | "erasure.declined"
        | "erasure.done"
        | "award.number" => (
            "Somebody was quicker",
            "Open the page again, look at what has changed, and repeat your step if it is still needed.",
        ),
        "award.already"
        | "evidence.twice"
        | "issuer-key.withdrawn"
        | "join.joined"
        | "join.nothing"
        | "join.not-done"
        | "placing.known"
        | "regrade.settled" => (
            "This was settled already",
            "Go back and look at what is there now.",
        ),
        _ => ("This cannot be done now", "Go back and go on from there."),
    }
}

/// Title and advice for what was sent and not taken, by the stable name of the reason: its sentence says how to send it anew.
#[must_use]
pub(crate) fn sent(status: u16, code: &str) -> Option<(&'static str, &'static str)> {
    let title = match (status, code) {
        (_, "gradebook.too-large") => "This file is too large",
        (_, "notices.too-large") => "This delivery is too large",
        (413, _) => "This form is too large",
        (415, _) => "This form is of another kind",
        (408, _) => "This form came too slowly",
        (_, "form.broken") => "This form did not arrive whole",
        (429, _) | (_, "busy") => "Too much at this moment",
        _ => return None,
    };
    Some((title, "Go back and go on from there."))
}

/// Title and advice for what happens while a platform registers.
fn registering(code: &str) -> Option<(&'static str, &'static str)> {
    Some(match code {
        "invitation.used" => (
            "This registration address was used already",
            "Nothing was changed now. What it made stands in Cairn’s console under Platforms.",
        ),
        "invitation.over" => ("This registration address is over", "Nothing was changed."),
        "platform.known" => ("This platform is registered already", "Nothing was changed."),
        _ if code.starts_with("registering.") => {
            ("Cairn was not registered", "Nothing was changed in Cairn.")
        }
        _ => return None,
    })
}

/// Title and advice for a status.
fn words(status: u16) -> (&'static str, &'static str) {
    match status {
        401 => (
            "Please open Cairn again",
            "Go back to the course and open the link there once more.",
        ),
        403 => (
            "This is not for you",
            "If you think that is a mistake, ask whoever looks after this course or the course site.",
        ),
        404 => ("Nothing here", "Go back to the course and open Cairn there."),
        409 => conflict(""),
        413 => ("Too large", "Choose something smaller and try again."),
        500 => ("This did not work", "Go back and go on from there."),
        502 | 504 => (
            "The course site did not answer",
            "Nothing is lost: Cairn tries again by itself. You can also wait a minute and try again.",
        ),
        503 => (
            "This did not work",
            "Nothing of what was saved before is lost. Wait a minute and try again.",
        ),
        _ => (
            "This did not work",
            "Go back, look at what you entered, and try again.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_names_the_reason_why_something_was_not_taken() {
        let title = |status: u16, code: &str| ErrorPage::coded(status, code, "Why.", "id").page.title;
        for (status, code, expected) in [
            (413, "form.too-large", "This form is too large"),
            (413, "gradebook.too-large", "This file is too large"),
            (415, "form.kind", "This form is of another kind"),
            (408, "form.slow", "This form came too slowly"),
            (422, "form.broken", "This form did not arrive whole"),
            (429, "busy.client", "Too much at this moment"),
            (503, "busy", "Too much at this moment"),
            (503, "store", "This did not work"),
            (409, "course.ended", "This course has ended"),
        ] {
            assert_eq!(title(status, code), expected, "{status} {code}");
        }
    }
}
