//! The frame around every page.

use std::fmt;

use askama::Template;
use askama::filters::HtmlSafe;

use super::Status;
use crate::domain::policy::Power;
use crate::domain::theme::Colour;
use crate::web::assets::{accent, asset};
use crate::web::words;

/// Who a framed page speaks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audience {
    Instructor,
    Learner,
    /// Outside the LMS, in the console.
    Administrator,
}

/// Everything that a page inside the LMS carries besides its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page {
    /// The page's own title, first in the window title and its only `h1`.
    pub(crate) title: String,
    /// The course as the LMS names it.
    pub(crate) course_name: String,
    pub(crate) audience: Audience,
    /// Whether it speaks to a teaching assistant.
    pub(crate) assistant: bool,
    /// The session token when the browser keeps no cookies for us: every link becomes a POST form that carries it as
    /// the field `session`. `None` when a cookie carries it.
    pub(crate) session: Option<String>,
    /// The token that every form carries as the field `csrf`.
    pub(crate) csrf: String,
    /// The ways to the other pages of this course, in order.
    pub(crate) nav: Vec<NavItem>,
    /// What the last action did.
    pub(crate) flash: Option<Flash>,
    /// The locale of the launch (BCP 47); scripts write exact times in it. The words of the pages are English.
    pub(crate) locale: String,
    /// The style sheet with the institution's accent ([`crate::web::assets::accent`]); none for our own.
    pub(crate) theme_href: Option<String>,
    /// Where "Open in new window" posts to, with `session` and `csrf`; none when the page already is in its own window.
    pub(crate) window_href: Option<String>,
    /// The way back to the course, at the LMS; none where the course is round the page.
    pub(crate) return_href: Option<String>,
    /// Whether it says to those who teach that the course has ended.
    pub(crate) says_it_ended: bool,
}

/// One way in the navigation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NavItem {
    pub(crate) text: String,
    pub(crate) href: String,
    /// Whether it is the page being shown.
    pub(crate) current: bool,
    /// A number beside it (waiting hand-ins); 0 shows none.
    pub(crate) count: u32,
}

/// What the last action did, said once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flash {
    /// [`Status::Earned`] for done, [`Status::NeedsAttention`] for failed.
    pub(crate) status: Status,
    /// One or two sentences.
    pub(crate) text: String,
}

impl Flash {
    /// That something was made which the page shows this once: `what` is "link", "code". The page puts the focus there.
    #[must_use]
    pub(crate) fn ready(what: &str) -> Self {
        Self {
            status: Status::Earned,
            text: format!("Your {what} is ready. Copy it below now: it is not shown again."),
        }
    }
}

/// A page outside any frame that anybody may open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PublicPage {
    pub(crate) title: String,
    /// As in [`Page::theme_href`].
    pub(crate) theme_href: Option<String>,
    /// The preview that other sites may show. `None` also asks search engines to keep the page out (`noindex`).
    pub(crate) open_graph: Option<OpenGraph>,
    /// Whether search engines may find it although other sites show no preview.
    pub(crate) listed: bool,
}

/// What a site shows when somebody posts the link (ogp.me), and what search engines and other programs find in the page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct OpenGraph {
    pub(crate) title: String,
    /// Whose page it is: the issuer.
    pub(crate) site_name: String,
    pub(crate) description: String,
    /// Absolute address of the page, the one by which it is known.
    pub(crate) url: String,
    /// Absolute address of a PNG picture.
    pub(crate) image: String,
    /// Its width and height in pixels.
    pub(crate) image_size: (u32, u32),
    pub(crate) image_alt: String,
    /// The same page in other forms: media type and absolute address.
    pub(crate) alternates: Vec<(&'static str, String)>,
    /// The badge in the words of schema.org.
    pub(crate) linked_data: LinkedData,
}

/// JSON-LD for a script element.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct LinkedData(String);

impl LinkedData {
    /// `thing` as text that cannot end the element: within it, only "<" could begin what does.
    #[must_use]
    pub(crate) fn new(thing: &serde_json::Value) -> Self {
        Self(thing.to_string().replace('<', "\\u003c"))
    }
}

impl fmt::Display for LinkedData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for LinkedData {}

impl Page {
    /// The versioned address of a static file.
    #[must_use]
    pub(crate) fn asset(&self, name: &str) -> String {
        asset(name)
    }

    /// A link in the text: `<a>`, or a small POST form when the session rides in forms.
    #[must_use]
    pub(crate) fn link<'a>(&'a self, href: &'a str, text: &'a str) -> FramedLink<'a> {
        FramedLink {
            href,
            text,
            session: self.session.as_deref(),
            class: "link",
            current: false,
            about: "",
        }
    }

    /// The same link in the form of a secondary button.
    #[must_use]
    pub(crate) fn button<'a>(&'a self, href: &'a str, text: &'a str) -> FramedLink<'a> {
        FramedLink {
            class: "button",
            ..self.link(href, text)
        }
    }

    /// The same link in the form of the page's one primary button.
    #[must_use]
    pub(crate) fn primary<'a>(&'a self, href: &'a str, text: &'a str) -> FramedLink<'a> {
        FramedLink {
            class: "button primary",
            ..self.link(href, text)
        }
    }

    /// A link whose text alone would not say what it concerns: "Rule: Clean a messy dataset" is read out.
    #[must_use]
    pub(crate) fn link_about<'a>(&'a self, href: &'a str, text: &'a str, about: &'a str) -> FramedLink<'a> {
        FramedLink {
            about,
            ..self.link(href, text)
        }
    }

    /// An entry of the navigation.
    #[must_use]
    pub(crate) fn nav_link<'a>(&'a self, item: &'a NavItem) -> FramedLink<'a> {
        FramedLink {
            class: "nav-link",
            current: item.current,
            ..self.link(&item.href, &item.text)
        }
    }

    /// What the page says in the place of what the institution keeps from this person.
    #[must_use]
    pub(crate) fn left_to_others(&self, power: Power) -> &'static str {
        words::policies::kept(power, self.assistant)
    }

    /// The hidden fields that every form of a framed page carries.
    #[must_use]
    pub(crate) fn fields(&self) -> FormFields<'_> {
        FormFields {
            session: self.session.as_deref(),
            csrf: &self.csrf,
        }
    }

    /// The method of a form that only asks (a search): `get`, or `post` when the session rides in forms.
    #[must_use]
    pub(crate) fn ask_method(&self) -> &'static str {
        if self.session.is_some() { "post" } else { "get" }
    }

    /// The session field alone, for a form that only asks.
    #[must_use]
    pub(crate) fn ask_fields(&self) -> FormFields<'_> {
        FormFields {
            session: self.session.as_deref(),
            csrf: "",
        }
    }
}

impl PublicPage {
    /// A page with that title in our own colours, kept from search engines.
    #[must_use]
    pub(crate) fn titled(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            ..Self::default()
        }
    }

    /// The same page in an institution's accent, if it has one.
    #[must_use]
    pub(crate) fn in_accent(self, colour: Option<Colour>) -> Self {
        Self {
            theme_href: colour.map(accent),
            ..self
        }
    }

    /// The versioned address of a static file.
    #[must_use]
    pub(crate) fn asset(&self, name: &str) -> String {
        asset(name)
    }
}

/// A link inside a framed page; see [`Page::link`].
#[derive(Debug, Template)]
#[template(path = "shared/link.html")]
pub(crate) struct FramedLink<'a> {
    href: &'a str,
    text: &'a str,
    session: Option<&'a str>,
    class: &'a str,
    current: bool,
    about: &'a str,
}

impl HtmlSafe for FramedLink<'_> {}

impl<'a> FramedLink<'a> {
    /// A link in the form of a button on a page that has no frame of a visit round it.
    pub(super) fn button_of(session: Option<&'a str>, href: &'a str, text: &'a str) -> Self {
        Self {
            href,
            text,
            session,
            class: "button",
            current: false,
            about: "",
        }
    }
}

/// The hidden fields of a form; see [`Page::fields`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Template)]
#[template(path = "shared/fields.html")]
pub(crate) struct FormFields<'a> {
    session: Option<&'a str>,
    csrf: &'a str,
}

impl HtmlSafe for FormFields<'_> {}

impl<'a> FormFields<'a> {
    /// The fields of a form that stands in every page alike.
    pub(super) fn of(session: Option<&'a str>, csrf: &'a str) -> Self {
        Self { session, csrf }
    }
}

impl fmt::Display for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Instructor => "instructor",
            Self::Learner => "learner",
            Self::Administrator => "administrator",
        })
    }
}
