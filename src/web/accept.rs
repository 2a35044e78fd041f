//! Which form of a thing a request asks for (RFC 9110, section 12.5.1).

use actix_web::HttpRequest;
use actix_web::http::header::ACCEPT;

/// The media types of a signed document, the one for whoever does not mind first.
pub const SIGNED: [&str; 4] = [
    "application/vc+ld+json",
    "application/vc",
    "application/ld+json",
    "application/json",
];

/// The media types of a signed token: its own, the general one, and the one of the Open Badges API.
pub const TOKEN: [&str; 3] = ["application/vc+jwt", "application/jwt", "text/plain"];

/// The best of `offers` for what the request accepts; the first where it does not mind, or accepts none of them: an
/// answer in another form is of more use than none.
#[must_use]
pub fn best<'a>(request: &HttpRequest, offers: &[&'a str]) -> &'a str {
    let lines = request.headers().get_all(ACCEPT);
    let accepted: Vec<&str> = lines.filter_map(|line| line.to_str().ok()).collect();
    choose(&accepted.join(","), offers)
}

/// The best of `offers` that the request accepts; nothing where it accepts none, or does not say.
#[must_use]
pub fn named<'a>(request: &HttpRequest, offers: &[&'a str]) -> Option<&'a str> {
    let lines = request.headers().get_all(ACCEPT);
    let accepted: Vec<&str> = lines.filter_map(|line| line.to_str().ok()).collect();
    find(&accepted.join(","), offers)
}

fn choose<'a>(accepted: &str, offers: &[&'a str]) -> &'a str {
    find(accepted, offers).unwrap_or_else(|| offers.first().copied().unwrap_or_default())
}

fn find<'a>(accepted: &str, offers: &[&'a str]) -> Option<&'a str> {
    let ranges: Vec<Range<'_>> = accepted.split(',').filter_map(Range::read).take(50).collect();
    let mut chosen = None;
    let mut most = 0;
    for offer in offers {
        let closest = ranges
            .iter()
            .filter(|range| range.covers(offer))
            .max_by_key(|range| range.exactness());
        let weight = closest.map_or(0, |range| range.weight);
        if weight > most {
            (chosen, most) = (Some(*offer), weight);
        }
    }
    chosen
}

/// One entry of the header; parameters other than `q` are passed over.
struct Range<'a> {
    kind: &'a str,
    part: &'a str,
    /// In thousandths.
    weight: u32,
}

impl<'a> Range<'a> {
    fn read(entry: &'a str) -> Option<Self> {
        let mut pieces = entry.split(';').map(str::trim);
        let (kind, part) = pieces.next()?.split_once('/')?;
        let asked = pieces.find_map(|piece| piece.strip_prefix("q=").or_else(|| piece.strip_prefix("Q=")));
        Some(Self {
            kind,
            part,
            weight: asked.map_or(1_000, thousandths),
        })
    }

    fn covers(&self, offer: &str) -> bool {
        let Some((kind, part)) = offer.split_once('/') else {
            return false;
        };
        (self.kind == "*" || self.kind.eq_ignore_ascii_case(kind))
            && (self.part == "*" || self.part.eq_ignore_ascii_case(part))
    }

    fn exactness(&self) -> u8 {
        u8::from(self.kind != "*") + u8::from(self.part != "*")
    }
}

/// "0.8" as 800; what cannot be read counts as nothing.
fn thousandths(text: &str) -> u32 {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let digits: String = rest.chars().chain("000".chars()).take(3).collect();
    match (whole.parse::<u32>(), digits.parse::<u32>()) {
        (Ok(0), Ok(part)) => part,
        (Ok(1), Ok(0)) => 1_000,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
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
        assert_eq!(choose(accepted, &OFFERS), expected, "{accepted}");
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
