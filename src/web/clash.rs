//! The page that shows what somebody else saved meanwhile, from whatever form: 409, with everything that was typed.

use chrono::{DateTime, Utc};

use crate::service::base::clash::{Clash, Seen};
use crate::web::extract::fields::Fields;
use crate::web::views::shared::{ClashLine, ClashView, Page, When};

/// The field of every form that says what its page was filled from.
pub(crate) const SEEN: &str = "seen";

/// What a form brought of what its page was filled from.
#[must_use]
pub(crate) fn brought(fields: &Fields) -> Seen {
    Seen::brought(fields.raw(SEEN).unwrap_or_default())
}

/// The two ways on from a clash.
pub(crate) struct Ways {
    pub(crate) action: String,
    pub(crate) keep_href: String,
    /// What becomes of what the other one saved.
    pub(crate) note: &'static str,
    /// Whether something was typed, of which it is said that it is not lost.
    pub(crate) typed: bool,
}

/// What the page shows. `typed` is the form as it was sent; of what stands in `instead` it gets that value.
#[must_use]
pub(crate) fn view<T>(
    clash: &Clash<T>,
    now: DateTime<Utc>,
    typed: &[(String, String)],
    instead: &[(&str, String)],
    lines: Vec<(&str, String, String)>,
    page: &Page,
    ways: Ways,
) -> ClashView {
    let own = |name: &str| matches!(name, "session" | "csrf" | SEEN);
    let replaced = |name: &str| instead.iter().any(|(known, _)| *known == name);
    let mut fields: Vec<(String, String)> = typed
        .iter()
        .filter(|(name, _)| !own(name) && !replaced(name))
        .cloned()
        .collect();
    fields.extend(
        instead
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone())),
    );
    fields.push((SEEN.to_owned(), clash.seen.as_str().to_owned()));
    let differ = lines.into_iter().filter(|(_, theirs, yours)| theirs != yours);
    ClashView {
        by: clash.by.clone(),
        is_own: clash.is_own,
        when: clash.at.map(|at| When::new(at, now)),
        lines: differ
            .map(|(label, theirs, yours)| ClashLine {
                label: label.to_owned(),
                theirs,
                yours,
            })
            .collect(),
        note: ways.note.to_owned(),
        typed: ways.typed,
        action: ways.action,
        fields,
        session: page.session.clone(),
        csrf: page.csrf.clone(),
        keep_href: ways.keep_href,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::views::shared::Audience;

    #[test]
    fn everything_that_was_typed_goes_along_with_what_was_seen_now() {
        let clash = Clash {
            theirs: (),
            by: Some("Tess".into()),
            is_own: false,
            at: None,
            seen: Seen::of(&"now"),
        };
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let typed = [
            pair("session", "secret"),
            pair("csrf", "proof"),
            pair("seen", "before"),
            pair("message", "Well\ndone"),
            pair("revision", "1"),
            pair("verdict", "approve"),
        ];
        let page = Page {
            title: String::new(),
            course_name: String::new(),
            audience: Audience::Instructor,
            assistant: false,
            session: None,
            csrf: "new proof".into(),
            nav: Vec::new(),
            flash: None,
            locale: String::new(),
            theme_href: None,
            window_href: None,
            return_href: None,
            says_it_ended: false,
        };
        let ways = Ways {
            action: "/save".into(),
            keep_href: "/".into(),
            note: "",
            typed: true,
        };
        let lines = vec![
            ("Points", "90".to_owned(), "80".to_owned()),
            ("Same", String::new(), String::new()),
        ];
        let shown = view(
            &clash,
            DateTime::UNIX_EPOCH,
            &typed,
            &[("revision", "2".to_owned())],
            lines,
            &page,
            ways,
        );
        assert_eq!(
            shown.fields,
            [
                pair("message", "Well\ndone"),
                pair("verdict", "approve"),
                pair("revision", "2"),
                pair("seen", Seen::of(&"now").as_str()),
            ]
        );
        assert_eq!(shown.lines.len(), 1, "what is the same is not shown");
    }
}
