//! A page that waits for something looks again by itself: its script puts what is new in the place of what was there, and
//! leaves alone whoever types.

use std::fmt;

use askama::Template;
use askama::filters::HtmlSafe;

/// Seconds after which a whole page is loaded anew, at the earliest.
const SOONEST: u32 = 5;

/// How a page looks again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Waiting {
    /// Its own address, without a query.
    pub(crate) href: String,
    /// What its query says, field by field.
    pub(crate) fields: Vec<(&'static str, String)>,
    /// The session token, where the visit lives in forms: then only a form leads here again.
    pub(crate) session: Option<String>,
    /// Seconds between two looks; none where the page's script asks for something else until it is time.
    pub(crate) every: Option<u32>,
}

impl Waiting {
    /// A page that a cookie opens, or that anybody may open.
    #[must_use]
    pub(crate) fn at(href: String, every: u32) -> Self {
        Self {
            href,
            fields: Vec::new(),
            session: None,
            every: Some(every),
        }
    }

    /// For the head of a page without fields to type into: browsers without scripts load it anew. Nothing where the visit
    /// lives in forms, which no address leads to.
    #[must_use]
    pub(crate) fn without_scripts(&self) -> Reload {
        let seconds = self.every.unwrap_or(SOONEST).max(SOONEST);
        Reload(self.session.is_none().then_some(seconds))
    }

    /// For the page itself: what its script sends to look again, and a button for browsers without scripts.
    #[must_use]
    pub(crate) fn form(&self) -> LookAgain<'_> {
        LookAgain { waiting: self }
    }
}

/// See [`Waiting::without_scripts`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reload(Option<u32>);

impl fmt::Display for Reload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(seconds) => write!(
                f,
                r#"<noscript><meta http-equiv="refresh" content="{seconds}"></noscript>"#
            ),
            None => Ok(()),
        }
    }
}

impl HtmlSafe for Reload {}

/// See [`Waiting::form`].
#[derive(Debug, Template)]
#[template(path = "shared/waiting.html")]
pub(crate) struct LookAgain<'a> {
    waiting: &'a Waiting,
}

impl HtmlSafe for LookAgain<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_an_address_leads_to_is_loaded_anew_without_scripts() {
        let mut waiting = Waiting {
            fields: vec![("since", "17".to_owned())],
            ..Waiting::at("/c/1".to_owned(), 3)
        };
        let reload = |waiting: &Waiting| waiting.without_scripts().to_string();
        assert!(reload(&waiting).contains(r#"http-equiv="refresh" content="5""#));
        waiting.every = Some(15);
        assert!(reload(&waiting).contains(r#"content="15""#));
        waiting.every = Some(3);
        let form = waiting.form().to_string();
        for part in [
            r#"method="get""#,
            r#"data-every="3""#,
            r#"name="since" value="17""#,
        ] {
            assert!(form.contains(part), "{part}: {form}");
        }
        waiting.session = Some("token".to_owned());
        assert_eq!(waiting.without_scripts().to_string(), "");
        let form = waiting.form().to_string();
        for part in [r#"method="post""#, r#"name="session" value="token""#] {
            assert!(form.contains(part), "{part}: {form}");
        }
    }
}
