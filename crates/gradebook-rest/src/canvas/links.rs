//! Pages, by the `Link` header: opaque addresses, followed on the same server only.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use url::Url;

use crate::error::Reason;
use crate::transport::Response;

/// The address of the next page.
pub(super) fn next(response: &Response, page: &Url) -> Option<Url> {
    response
        .headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("link"))
        .find_map(|(_, value)| target(value, "next"))
        .and_then(|target| page.join(target).ok())
}

/// The target of the link with that relation. Addresses may hold commas.
fn target<'a>(value: &'a str, rel: &str) -> Option<&'a str> {
    let mut rest = value;
    while let Some((_, after)) = rest.split_once('<') {
        let (target, after) = after.split_once('>')?;
        let parameters = after.split('<').next().unwrap_or_default();
        rest = after;
        let is_it = parameters.split(';').any(|parameter| {
            parameter.split_once('=').is_some_and(|(name, text)| {
                let text = text.trim().trim_end_matches(',').trim_matches('"');
                name.trim().eq_ignore_ascii_case("rel")
                    && text.split_whitespace().any(|word| word.eq_ignore_ascii_case(rel))
            })
        });
        if is_it {
            return Some(target.trim());
        }
    }
    None
}

/// A way through the pages of a list.
#[derive(Debug)]
pub(super) struct Walk {
    /// The page to read now; none at the end.
    pub(super) at: Option<Url>,
    seen: HashSet<u64>,
}

impl Walk {
    pub(super) fn from(start: Url) -> Self {
        Self {
            seen: HashSet::from([hash(&start)]),
            at: Some(start),
        }
    }

    /// Goes on to the page that `response` names, once its rows have been read.
    pub(super) fn go_on(&mut self, response: &Response, most: usize) -> Result<(), Reason> {
        let Some(here) = self.at.take() else {
            return Ok(());
        };
        let Some(next) = next(response, &here) else {
            return Ok(());
        };
        if next.origin() != here.origin() {
            return Err(Reason::ForeignHost);
        }
        if self.seen.len() >= most || !self.seen.insert(hash(&next)) {
            return Err(Reason::Endless);
        }
        self.at = Some(next);
        Ok(())
    }
}

fn hash(url: &Url) -> u64 {
    let mut hasher = DefaultHasher::new();
    url.as_str().hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn page(link: &str) -> Response {
        Response {
            status: 200,
            headers: vec![("Link".to_owned(), link.to_owned())],
            body: bytes::Bytes::new(),
        }
    }

    fn start() -> Url {
        "https://school.instructure.example/api/v1/x?page=1"
            .parse()
            .unwrap()
    }

    #[test]
    fn the_next_page_is_opaque_and_may_hold_commas() {
        let link = "<https://school.instructure.example/api/v1/x?page=1&ids=1,2>; rel=\"current\",\
            <https://school.instructure.example/api/v1/x?page=bookmark:WyI,x>; rel=\"next\",\
            <https://school.instructure.example/api/v1/x?page=1>; rel=\"first\"";
        assert_eq!(
            next(&page(link), &start()).unwrap().as_str(),
            "https://school.instructure.example/api/v1/x?page=bookmark:WyI,x"
        );
        assert_eq!(next(&page("<x>; rel=\"last\""), &start()), None);
        assert_eq!(next(&page("<x"), &start()), None);
    }

    #[test]
    fn a_walk_ends_at_other_servers_circles_and_too_many_pages() {
        let go = |link: &str, most| Walk::from(start()).go_on(&page(link), most);
        assert_eq!(
            go("<https://evil.example/x>; rel=next", 9),
            Err(Reason::ForeignHost)
        );
        assert_eq!(
            go("<http://school.instructure.example/x>; rel=next", 9),
            Err(Reason::ForeignHost)
        );
        assert_eq!(go("<?page=1>; rel=next", 9), Err(Reason::Endless));
        assert_eq!(go("<?page=2>; rel=next", 1), Err(Reason::Endless));
        assert_eq!(go("<?page=2>; rel=next", 9), Ok(()));
    }

    proptest! {
        #[test]
        fn no_header_makes_it_panic(link in "[<>;=,\"a-z:/? ]{0,60}|.{0,40}") {
            let _ = next(&page(&link), &start());
        }
    }
}
