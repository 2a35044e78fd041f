//! Which form of a thing a request asks for (RFC 9110, section 12.5.1).
//!
//! actix-web reads the header. Which of our own forms fits it best is ours to say: what it ranks are the client's ranges,
//! and among equals we prefer by our order, not by theirs.

use actix_web::HttpRequest;
use actix_web::http::header::{Accept, Header as _, Quality};
use mime::Mime;

/// The media types of a signed document, the one for whoever does not mind first.
pub(crate) const SIGNED: [&str; 4] = [
    "application/vc+ld+json",
    "application/vc",
    "application/ld+json",
    "application/json",
];

/// The media types of a signed token: its own, the general one, and the one of the Open Badges API.
pub(crate) const TOKEN: [&str; 3] = ["application/vc+jwt", "application/jwt", "text/plain"];

/// The best of `offers` for what the request accepts; the first where it does not mind, or accepts none of them: an
/// answer in another form is of more use than none.
#[must_use]
pub(crate) fn best<'a>(request: &HttpRequest, offers: &[&'a str]) -> &'a str {
    named(request, offers).unwrap_or_else(|| offers.first().copied().unwrap_or_default())
}

/// The best of `offers` that the request accepts; nothing where it accepts none, or does not say.
#[must_use]
pub(crate) fn named<'a>(request: &HttpRequest, offers: &[&'a str]) -> Option<&'a str> {
    let accepted = Accept::parse(request).ok()?;
    let mut chosen = None;
    let mut most = Quality::ZERO;
    for offer in offers {
        let ranges = accepted.iter().filter(|range| covers(&range.item, offer));
        let closest = ranges.max_by_key(|range| exactness(&range.item));
        let quality = closest.map_or(Quality::ZERO, |range| range.quality);
        if quality > most {
            (chosen, most) = (Some(*offer), quality);
        }
    }
    chosen
}

/// Whether an offer is one of what a range names; parameters are passed over.
fn covers(range: &Mime, offer: &str) -> bool {
    match (range.type_(), range.subtype()) {
        (mime::STAR, mime::STAR) => true,
        (kind, mime::STAR) => offer.split_once('/').is_some_and(|(first, _)| kind == first),
        _ => range.essence_str().eq_ignore_ascii_case(offer),
    }
}

fn exactness(range: &Mime) -> u8 {
    u8::from(range.type_() != mime::STAR) + u8::from(range.subtype() != mime::STAR)
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::ACCEPT;
    use actix_web::test::TestRequest;

    use super::*;

    const OFFERS: [&str; 5] = [
        "text/html",
        "application/vc+ld+json",
        "application/json",
        "image/png",
        "image/svg+xml",
    ];

    #[track_caller]
    fn gives(accepted: &str, expected: &str) {
        let request = TestRequest::default().insert_header((ACCEPT, accepted));
        assert_eq!(best(&request.to_http_request(), &OFFERS), expected, "{accepted}");
    }

    #[test]
    fn browsers_get_the_page_and_machines_what_they_name() {
        gives(
            "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8",
            "text/html",
        );
        gives(
            "image/avif,image/webp,image/svg+xml,image/*,*/*;q=0.8",
            "image/png",
        );
        gives("application/json", "application/json");
        gives(
            "application/vc+ld+json; profile=\"x\", application/json;q=0.5",
            "application/vc+ld+json",
        );
        gives("image/svg+xml;q=0.9, image/*;q=0.2", "image/svg+xml");
        gives("application/json;q=0.2, text/html;q=0", "application/json");
    }

    #[test]
    fn whoever_does_not_mind_or_asks_for_something_else_gets_the_first() {
        for accepted in ["", "*/*", "application/pdf", "nonsense", "text/html;q=x", ",,;;"] {
            gives(accepted, "text/html");
        }
    }
}
