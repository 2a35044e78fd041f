//! Lists that come in pages, by `Link` headers (RFC 8288). The headers are read here and not by a crate: platforms write
//! commas into addresses, curly quotes and `&amp;`, and whether one was well formed decides whether it is followed.
//!
//! The next page is always the one that the page before names. Where a platform also names its last page and numbers
//! them (Canvas), the pages between are fetched ahead, at the same time; the walk from page to page stays the judge of what
//! belongs to the list, so that a wrong guess costs requests and never rows.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use futures_util::future::try_join_all;
use url::Url;

use super::error::{Reason, ServiceError};
use super::{Call, Platform};
use crate::capabilities::{PageLinks, PageSize};
use crate::transport::{Request, Response};

/// More pages than this are no list but a trap. At 50 a page, 50,000 rows.
const MAX_PAGES: usize = 1_000;
/// Moodle sends everything at once. Bytes.
const MAX_BODY: usize = 64 << 20;

/// One link of a `Link` header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// As sent, with `&amp;` undone; may be relative.
    pub target: String,
    /// Relation types in lower case.
    pub rels: Vec<String>,
    /// Whether it was written as the standard wants it: straight quotes or none, no `&amp;`.
    pub well_formed: bool,
}

/// Reads the links of one header value. Tolerant: commas in URLs, curly quotes, missing quotes, `&amp;`.
#[must_use]
pub fn parse_links(value: &str) -> Vec<Link> {
    let mut links = Vec::new();
    let mut rest = value;
    while let Some((_, after)) = rest.split_once('<') {
        let Some((target, after)) = after.split_once('>') else {
            break;
        };
        let (parameters, following) = split_unquoted(after, '<');
        rest = following;
        let mut rels = Vec::new();
        let mut well_formed = !target.contains("&amp;");
        let mut left = parameters;
        while !left.is_empty() {
            let (parameter, following) = split_unquoted(left, ';');
            left = following.strip_prefix(';').unwrap_or_default();
            let Some((name, text)) = parameter.split_once('=') else {
                continue;
            };
            // Only the first `rel` counts (RFC 8288, section 3.3).
            if !name.trim().eq_ignore_ascii_case("rel") || !rels.is_empty() {
                continue;
            }
            let text = text.trim().trim_end_matches(',');
            let curly = |c: char| matches!(c, '“' | '”' | '„' | '‘' | '’' | '\'');
            well_formed &= !text.contains(curly);
            let bare = text.trim_matches(|c: char| c == '"' || c.is_whitespace() || curly(c));
            rels.extend(bare.split_whitespace().map(str::to_ascii_lowercase));
        }
        links.push(Link {
            target: target.trim().replace("&amp;", "&"),
            rels,
            well_formed,
        });
    }
    links
}

/// Splits before the first `stop` that stands outside straight quotes.
fn split_unquoted(text: &str, stop: char) -> (&str, &str) {
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            c if c == stop && !quoted => return text.split_at_checked(at).unwrap_or((text, "")),
            _ => {}
        }
    }
    (text, "")
}

/// The link of an answer with relation `rel`, resolved against the page it came from.
fn related(response: &Response, page: &Url, rel: &str, links: PageLinks) -> Option<Url> {
    response
        .headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("link"))
        .flat_map(|(_, value)| parse_links(value))
        .filter(|link| link.rels.iter().any(|found| found == rel))
        .find(|link| link.well_formed || links == PageLinks::All)
        .and_then(|link| page.join(&link.target).ok())
}

/// A URL in a form in which two spellings of the same page are equal.
fn canonical(url: &Url) -> String {
    let mut pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    pairs.sort();
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    format!("{url}?{pairs:?}")
}

fn page_number(url: &Url) -> Option<usize> {
    url.query_pairs()
        .find(|(name, _)| name == "page")
        .and_then(|(_, value)| value.parse().ok())
}

fn with_page(url: &Url, number: usize) -> Url {
    with_parameter(url, "page", &number.to_string())
}

/// `url` with one query parameter set; the others stay as they are written.
pub(crate) fn with_parameter(url: &Url, name: &str, value: &str) -> Url {
    let mut changed = url.clone();
    let pair = url::form_urlencoded::Serializer::new(String::new())
        .append_pair(name, value)
        .finish();
    let kept = url.query().unwrap_or_default().split('&').filter(|pair| {
        !pair.is_empty() && url::form_urlencoded::parse(pair.as_bytes()).all(|(found, _)| found != name)
    });
    let query = kept.chain([pair.as_str()]).collect::<Vec<_>>().join("&");
    changed.set_query(Some(&query));
    changed
}

/// The pages from 2 to the last, when first, next and last fit the numbered pattern.
fn numbered(next: &Url, last: &Url) -> Option<Vec<Url>> {
    let count = page_number(last)?;
    let fits = page_number(next)? == 2 && canonical(&with_page(next, count)) == canonical(last);
    (fits && (2..=MAX_PAGES).contains(&count))
        .then(|| (2..=count).map(|number| with_page(next, number)).collect())
}

/// A page that has been read.
struct Page<Row> {
    rows: Vec<Row>,
    next: Option<Url>,
    last: Option<Url>,
}

/// What a list is made of.
pub(crate) struct List<Row> {
    pub call: Call,
    /// The one media type to ask for.
    pub media: &'static str,
    /// Rows per page, where a platform may be asked for so many.
    pub page_size: usize,
    pub read: fn(&[u8]) -> Result<Vec<Row>, Reason>,
}

impl Platform {
    /// Reads all pages of the list at `url`.
    pub(crate) async fn read_pages<Row: Send>(
        &self,
        url: &Url,
        list: &List<Row>,
    ) -> Result<Vec<Row>, ServiceError> {
        let start = match self.capabilities.page_size {
            PageSize::Asked => with_parameter(url, "limit", &list.page_size.to_string()),
            PageSize::Never => url.clone(),
        };
        let mut page = self.read_page(&start, list).await?;
        let mut ahead = HashMap::new();
        if let (Some(next), Some(last)) = (&page.next, &page.last)
            && next.origin() == start.origin()
            && let Some(urls) = numbered(next, last)
        {
            let pages = try_join_all(urls.iter().map(|url| self.read_page(url, list))).await?;
            ahead.extend(urls.iter().map(canonical).zip(pages));
        }
        let mut seen = HashSet::from([canonical(&start)]);
        let mut rows = page.rows;
        while let Some(next) = page.next {
            if next.origin() != start.origin() {
                let host = next.host_str().unwrap_or_default().to_owned();
                return Err(Reason::ForeignHost(host).doing(list.call.doing));
            }
            let name = canonical(&next);
            page = match ahead.remove(&name) {
                Some(page) => page,
                None if seen.contains(&name) || seen.len() >= MAX_PAGES => {
                    return Err(Reason::Endless.doing(list.call.doing));
                }
                None => self.read_page(&next, list).await?,
            };
            seen.insert(name);
            rows.append(&mut page.rows);
        }
        Ok(rows)
    }

    async fn read_page<Row: Send>(&self, url: &Url, list: &List<Row>) -> Result<Page<Row>, ServiceError> {
        let mut request = Request::get(url.clone()).header("accept", list.media);
        request.timeout = Duration::from_mins(1);
        request.max_body = MAX_BODY;
        let links = self.capabilities.page_links;
        self.call(list.call, request, |response| {
            Ok(Page {
                rows: (list.read)(&response.body)?,
                next: related(response, url, "next", links),
                last: related(response, url, "last", links),
            })
        })
        .await
    }
}

#[cfg(test)]
#[path = "paging_tests.rs"]
mod tests;
