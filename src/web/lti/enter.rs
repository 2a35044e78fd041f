//! The one entrance: how a browser whose launch was let in comes to the first page of its visit.

use actix_web::HttpResponse;

use crate::service::base::session::frame_ancestors;
use crate::web::error::AppError;
use crate::web::reply;
use crate::web::views::lti::{EnterPage, StorageView};
use crate::web::views::shared::PublicPage;
use lti::registration::Registration;

/// What carries a visit from page to page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Carrier {
    /// The browser sends our cookies back in this frame.
    Cookie,
    /// It does not: every page is reached by a form that holds the token.
    Form,
}

/// A visit that a verified launch opened.
pub(crate) struct Entrance<'a> {
    /// The first page: a path of ours. No secret may be in it.
    pub(crate) to: &'a str,
    /// For the browser alone.
    pub(crate) token: &'a str,
    /// The cookie that carries the token: a whole `Set-Cookie` value.
    pub(crate) cookie: String,
    pub(crate) registration: &'a Registration,
}

/// Lets the browser in. Every launch ends here, so that no page needs to know how the browser proved itself.
///
/// `used_up` is the `Set-Cookie` value that ends the cookie of the login, and `stored` what the login left with the
/// platform, to be taken back.
pub(crate) fn enter(
    entrance: Entrance<'_>,
    carrier: Carrier,
    used_up: String,
    stored: Option<StorageView>,
) -> Result<HttpResponse, AppError> {
    let Entrance {
        to,
        token,
        cookie,
        registration,
    } = entrance;
    if carrier == Carrier::Cookie && stored.is_none() {
        return Ok(HttpResponse::SeeOther()
            .insert_header(("location", to))
            .insert_header(("cache-control", "no-store"))
            .append_header(("set-cookie", used_up))
            .append_header(("set-cookie", cookie))
            .finish());
    }
    let page = EnterPage {
        page: PublicPage::titled("Opening Cairn"),
        to: to.to_owned(),
        session: (carrier == Carrier::Form).then(|| token.to_owned()),
        storage: stored,
    };
    let cookies = match carrier {
        Carrier::Cookie => vec![used_up, cookie],
        Carrier::Form => Vec::new(),
    };
    reply::framed_setting(&page, &frame_ancestors(registration), &cookies)
}
