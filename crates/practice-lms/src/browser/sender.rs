//! What a request tells of the page that had it sent (Fetch Metadata; RFC 6454, section 7).

use reqwest::Method;
use reqwest::Url;

use super::Page;

/// Where a request comes from.
#[derive(Debug, Clone)]
pub(super) enum Sender {
    /// An address that was typed.
    Nobody,
    /// A page, and whether its referrer policy keeps its origin from everybody.
    Page { url: Url, hidden: bool },
    /// A page of another site.
    Elsewhere,
}

impl Sender {
    /// Something on that page.
    pub(super) fn on(page: &Page) -> Self {
        Self::Page {
            url: page.url.clone(),
            hidden: page.header("referrer-policy") == Some("no-referrer"),
        }
    }

    /// A page of the site that the request goes to.
    pub(super) fn same(url: &Url) -> Self {
        Self::Page {
            url: url.clone(),
            hidden: false,
        }
    }

    /// Who sends it on after a redirect by `url`: a way over another site stays one.
    pub(super) fn after(self, url: &Url) -> Self {
        match self {
            Self::Page { url: first, .. } if first.origin() != url.origin() => Self::Elsewhere,
            sender => sender,
        }
    }

    /// `Sec-Fetch-Site` of a request to `url`.
    pub(super) fn site(&self, url: &Url) -> &'static str {
        match self {
            Self::Nobody => "none",
            Self::Page { url: from, .. } if from.origin() == url.origin() => "same-origin",
            Self::Page { url: from, .. } if from.host() == url.host() => "same-site",
            Self::Page { .. } | Self::Elsewhere => "cross-site",
        }
    }

    /// `Origin`, which goes along with whatever is not merely asked for.
    pub(super) fn origin(&self, method: &Method) -> Option<String> {
        match self {
            _ if matches!(*method, Method::GET | Method::HEAD) => None,
            Self::Nobody => None,
            Self::Page { hidden: true, .. } => Some("null".to_owned()),
            Self::Page { url, .. } => Some(url.origin().ascii_serialization()),
            Self::Elsewhere => Some("https://elsewhere.example".to_owned()),
        }
    }
}
