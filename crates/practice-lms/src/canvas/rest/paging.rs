//! Pages of `/api/v1`: ten rows unless more are asked for, never more than a hundred, and a `Link` header whose addresses are not to
//! be made up.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::super::super::answer::Answer;
use super::super::super::world::data::Data;
use super::super::super::world::model::Oddity;
use super::{Asked, JSON, missing};

/// Rows on a page when nothing is asked for.
const DEFAULT: usize = 10;
/// The most; above it is cut in silence.
const MOST: usize = 100;
/// The most that the `Link` header may be long.
const LONGEST: usize = 6_144;

/// How many rows are wanted.
fn size(asked: &Asked<'_>) -> usize {
    let asked = asked
        .value("per_page")
        .and_then(|text| text.parse::<usize>().ok());
    asked.filter(|size| *size > 0).unwrap_or(DEFAULT).min(MOST)
}

fn link(asked: &Asked<'_>, page: &str, size: usize, rel: &str) -> String {
    let rest = asked
        .query
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "page" | "per_page" | "access_token"));
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(rest)
        .append_pair("page", page)
        .append_pair("per_page", &size.to_string())
        .finish();
    format!(
        "<{}?{query}>; rel=\"{rel}\"",
        asked.world.origin_of(asked.request.path())
    )
}

/// What is too long is left out, the way to the next page last.
fn joined(mut links: Vec<(String, &'static str)>) -> String {
    let length = |links: &[(String, &str)]| links.iter().map(|(link, _)| link.len() + 1).sum::<usize>();
    for least in ["last", "first", "prev", "current", "next"] {
        if length(&links) > LONGEST {
            links.retain(|(_, rel)| *rel != least);
        }
    }
    let links: Vec<String> = links.into_iter().map(|(link, _)| link).collect();
    links.join(",")
}

/// A page by its number, which knows the last one.
pub(super) fn numbered(asked: &Asked<'_>, rows: &[Value]) -> Answer {
    numbered_of(asked, rows, Value::clone)
}

/// The same of rows that are not shown yet.
pub(super) fn numbered_of<T>(asked: &Asked<'_>, rows: &[T], shown: impl Fn(&T) -> Value) -> Answer {
    let size = size(asked);
    let page = asked
        .value("page")
        .and_then(|text| text.parse::<usize>().ok())
        .unwrap_or(1)
        .max(1);
    let last = rows.len().div_ceil(size).max(1);
    let from = (page - 1).saturating_mul(size).min(rows.len());
    let shown: Vec<Value> = rows.iter().skip(from).take(size).map(shown).collect();
    let link = |page: usize, rel: &'static str| (link(asked, &page.to_string(), size, rel), rel);
    let mut links = vec![link(page, "current")];
    links.extend((page < last).then(|| link(page + 1, "next")));
    links.extend((page > 1).then(|| link(page - 1, "prev")));
    links.extend([link(1, "first"), link(last, "last")]);
    Answer::json(200, JSON, &shown).header("Link", joined(links))
}

/// A page of the rows that are wanted, which goes on after a bookmark. It does not know the last one, and whoever counts pages
/// gets the first one again.
///
/// # Errors
/// 404 for a bookmark that is none.
pub(super) fn bookmarked<K: Ord + Serialize + DeserializeOwned, T>(
    asked: &Asked<'_>,
    data: &Data,
    rows: impl Iterator<Item = (K, T)>,
    is_wanted: impl Fn(&T) -> bool,
    shown: impl Fn(T) -> Value,
) -> Result<Answer, Answer> {
    let mut size = size(asked);
    let page = asked.value("page").unwrap_or("first");
    let (mut after, mut is_marked) = (None, false);
    if let Some(bookmark) = page.strip_prefix("bookmark:") {
        let bytes = URL_SAFE_NO_PAD.decode(bookmark).map_err(|_| missing())?;
        after = serde_json::from_slice::<Option<K>>(&bytes).map_err(|_| missing())?;
        is_marked = true;
    }
    if data.is_odd(Oddity::ShortPages) {
        size = if is_marked { size.div_ceil(2) } else { 0 };
    }
    let mut rows = rows
        .skip_while(|(key, _)| after.as_ref().is_some_and(|after| key <= after))
        .filter(|(_, row)| is_wanted(row))
        .peekable();
    let mut page_rows = Vec::new();
    let mut last = None;
    while page_rows.len() < size
        && let Some((key, row)) = rows.next()
    {
        page_rows.push(shown(row));
        last = Some(key);
    }
    let full = self::size(asked);
    let mut links = vec![(link(asked, page, full, "current"), "current")];
    if rows.peek().is_some() {
        let bookmark = serde_json::to_vec(&last).unwrap_or_default();
        let next = format!("bookmark:{}", URL_SAFE_NO_PAD.encode(bookmark));
        links.push((link(asked, &next, full, "next"), "next"));
    }
    links.push((link(asked, "first", full, "first"), "first"));
    Ok(Answer::json(200, JSON, &page_rows).header("Link", joined(links)))
}
