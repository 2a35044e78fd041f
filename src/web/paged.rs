//! Long lists a page at a time: `?page=2`.

use url::form_urlencoded::Serializer;

use crate::domain::page::Page;
use crate::web::extract::visit::Visit;
use crate::web::views::shared::Paging;

/// The page that was asked for, `size` rows long.
#[must_use]
pub(crate) fn asked(visit: &Visit, size: i64) -> Page {
    let number = visit.query("page").and_then(|text| text.parse::<i64>().ok());
    let before = number.unwrap_or(1).clamp(1, 1_000_000) - 1;
    Page {
        offset: before * size,
        limit: size,
    }
}

/// Where a list at `path` stands that shows `shown` rows from `page` of `total`; `kept` are parameters that every page
/// keeps.
#[must_use]
pub(crate) fn paging(
    visit: &Visit,
    path: &str,
    kept: &[(&str, &str)],
    page: Page,
    shown: usize,
    total: i64,
) -> Paging {
    let count = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
    let shown = i64::try_from(shown).unwrap_or(i64::MAX);
    let last = page.offset.saturating_add(shown);
    let here = page.offset / page.limit.max(1) + 1;
    let href = |number: i64| {
        let mut query = Serializer::new(String::new());
        for (name, value) in kept.iter().filter(|(_, value)| !value.is_empty()) {
            query.append_pair(name, value);
        }
        query.append_pair("page", &number.to_string());
        visit.href(&format!("{path}?{}", query.finish()))
    };
    Paging {
        first: if shown == 0 { 0 } else { count(page.offset + 1) },
        last: count(last),
        total: count(total),
        previous_href: (here > 1).then(|| href(here - 1)),
        next_href: (last < total && shown > 0).then(|| href(here + 1)),
    }
}
