//! Links that people have of their badges: pages for people, of which the site knows a document. Where a site lets its badges be
//! read is a fact of that site; any other page may say it itself.

use url::Url;

/// Most addresses that one link has asked.
pub(super) const ASKED: usize = 3;
/// How far into a page it is looked for what it says of its document, in bytes.
const HEAD: usize = 128 << 10;

/// What a text is an address of, if it is one that a server can be asked by.
pub(super) fn address(text: &[u8]) -> Option<Url> {
    let text = std::str::from_utf8(text).ok()?.trim();
    if text.len() > 2_000 || text.contains(char::is_whitespace) {
        return None;
    }
    let url = Url::parse(text).ok()?;
    (matches!(url.scheme(), "https" | "http") && url.has_host()).then_some(url)
}

/// Where the document of a badge may be whose page is at `url`, the likeliest first.
pub(super) fn candidates(url: &Url) -> Vec<Url> {
    let host = url.host_str().unwrap_or_default();
    let parts: Vec<&str> = url.path_segments().into_iter().flatten().collect();
    let known = match (host, parts.as_slice()) {
        ("www.credly.com" | "credly.com" | "www.youracclaim.com", ["badges", id, ..]) => {
            Some(format!("https://api.credly.com/v1/obi/v2/badge_assertions/{id}"))
        }
        ("badgr.com", ["public", "assertions", id, ..]) => {
            Some(format!("https://api.badgr.io/public/assertions/{id}?v=2_0"))
        }
        (host, ["public", "assertions", id, ..]) if host.ends_with(".badgr.com") => host
            .strip_suffix(".badgr.com")
            .map(|region| format!("https://api.{region}.badgr.io/public/assertions/{id}?v=2_0")),
        ("edubadges.nl" | "www.edubadges.nl", ["public", "assertions", id, ..] | ["public", id]) => {
            Some(format!("https://api.edubadges.nl/public/assertions/{id}"))
        }
        (_, [.., "badges", "badge.php"]) => moodle(url),
        _ => None,
    };
    let known = known.and_then(|known| Url::parse(&known).ok());
    known.into_iter().chain([url.clone()]).collect()
}

/// Moodle shows a badge at `badges/badge.php?hash=…` and hosts it at `badges/assertion.php?b=…`.
fn moodle(url: &Url) -> Option<String> {
    let (_, hash) = url.query_pairs().find(|(name, _)| name == "hash")?;
    let mut hosted = url.join("assertion.php").ok()?;
    hosted
        .query_pairs_mut()
        .append_pair("b", &hash)
        .append_pair("obversion", "2");
    Some(hosted.into())
}

/// Whether what came is a page for people.
pub(super) fn is_page(bytes: &[u8]) -> bool {
    let start = bytes
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(bytes)
        .trim_ascii_start();
    ["<!doctype html", "<html", "<head", "<!--"].iter().any(|tag| {
        let begin = start.get(..tag.len());
        begin.is_some_and(|begin| begin.eq_ignore_ascii_case(tag.as_bytes()))
    })
}

/// The document that a page at `at` names as another form of itself: `<link rel="alternate" type="application/…json">`.
pub(super) fn alternate(page: &[u8], at: &Url) -> Option<Url> {
    let head = page.get(..HEAD.min(page.len())).unwrap_or_default();
    let text = String::from_utf8_lossy(head);
    text.split("<link").skip(1).find_map(|rest| {
        let (tag, _) = rest.split_once('>')?;
        let is_json = ["json", "vc+jwt", "vc+ld"].iter().any(|kind| {
            attribute(tag, "type")
                .is_some_and(|value| value.starts_with("application/") && value.contains(kind))
        });
        let is_other_form = attribute(tag, "rel").is_some_and(|rel| rel.eq_ignore_ascii_case("alternate"));
        let is_oembed = attribute(tag, "type").is_some_and(|value| value.contains("oembed"));
        if !is_json || !is_other_form || is_oembed {
            return None;
        }
        let href = html_escape::decode_html_entities(attribute(tag, "href")?);
        at.join(&href).ok()
    })
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    for (at, _) in tag.match_indices(name) {
        let (before, rest) = tag.split_at_checked(at)?;
        let Some(rest) = rest
            .strip_prefix(name)
            .and_then(|rest| rest.trim_start().strip_prefix('='))
        else {
            continue;
        };
        if !before.ends_with(|c: char| c.is_whitespace()) {
            continue;
        }
        let rest = rest.trim_start();
        let quote = rest.chars().next()?;
        return match quote {
            '"' | '\'' => rest.strip_prefix(quote)?.split(quote).next(),
            _ => rest.split(char::is_whitespace).next(),
        };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(url: &str) -> String {
        candidates(&Url::parse(url).unwrap()).remove(0).into()
    }

    #[test]
    fn pages_that_are_known_lead_to_where_their_badges_are_hosted() {
        let id = "54a07c5c-89f9-4c33-9731-e1b0d34f88b9";
        for (page, hosted) in [
            (
                format!("https://www.credly.com/badges/{id}/public_url"),
                format!("https://api.credly.com/v1/obi/v2/badge_assertions/{id}"),
            ),
            (
                "https://eu.badgr.com/public/assertions/Ab1?identity__email=x".to_owned(),
                "https://api.eu.badgr.io/public/assertions/Ab1?v=2_0".to_owned(),
            ),
            (
                "https://badgr.com/public/assertions/Ab1".to_owned(),
                "https://api.badgr.io/public/assertions/Ab1?v=2_0".to_owned(),
            ),
            (
                "https://www.edubadges.nl/public/Ab1".to_owned(),
                "https://api.edubadges.nl/public/assertions/Ab1".to_owned(),
            ),
            (
                "https://moodle.example/lms/badges/badge.php?hash=0af3".to_owned(),
                "https://moodle.example/lms/badges/assertion.php?b=0af3&obversion=2".to_owned(),
            ),
            (
                "https://x.example/any?one=1".to_owned(),
                "https://x.example/any?one=1".to_owned(),
            ),
        ] {
            assert_eq!(first(&page), hosted);
        }
        let all = candidates(&Url::parse("https://badgr.com/public/assertions/1").unwrap());
        assert!(all.len() < ASKED, "the page itself comes last");
    }

    #[test]
    fn a_page_names_its_document_and_nothing_else_does() {
        let at = Url::parse("https://x.example/b/1").unwrap();
        let page = |tag: &str| format!("<!doctype html><head>{tag}</head>");
        let found = |tag: &str| alternate(page(tag).as_bytes(), &at).map(String::from);
        for tag in [
            "<link rel=\"alternate\" type=\"application/ld+json\" href=\"/b/1.json\">",
            "<link href='/b/1.json' rel='alternate' type='application/json'>",
        ] {
            assert_eq!(found(tag).as_deref(), Some("https://x.example/b/1.json"), "{tag}");
        }
        for tag in [
            "<link rel=\"alternate\" type=\"application/json+oembed\" href=\"/oembed\">",
            "<link rel=\"stylesheet\" type=\"text/css\" href=\"/a.css\">",
            "<link rel=alternate",
            "<link data-href=\"/x\" rel=\"alternate\" type=\"application/json\">",
        ] {
            assert_eq!(found(tag), None, "{tag}");
        }
        assert!(is_page(page("").as_bytes()) && !is_page(b"<svg>") && !is_page(b"{}"));
    }

    #[test]
    fn only_what_a_server_can_be_asked_by_is_a_link() {
        for text in [
            "ftp://x.example",
            "javascript:alert(1)",
            "x",
            "https://x.example/a b",
            "{}",
            "",
        ] {
            assert_eq!(address(text.as_bytes()), None, "{text}");
        }
        assert!(address(b" https://x.example/1\n").is_some());
    }
}
