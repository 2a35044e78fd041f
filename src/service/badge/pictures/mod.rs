//! Badge pictures that Cairn draws: a shape, a colour and up to three letters.
//!
//! Letters become outlines of Inter Bold (SIL Open Font License 1.1, `inter-LICENSE.txt`; a subset with Latin, Greek and
//! Cyrillic letters and digits), so a picture looks the same in every browser, in the PNG and inside a baked credential,
//! whatever fonts are installed. The same input gives the same bytes.

mod card;
mod drawn;
mod kept;
mod letters;
mod raster;
mod shapes;

use url::form_urlencoded;

use crate::domain::badge::{Picture, Shape};
use crate::domain::theme::Colour;
use crate::service::base::addresses;

pub(crate) use card::{CARD_SIZE, Card};
pub(crate) use drawn::{outlined, scaled};
pub(crate) use kept::{clean_and_keep, is_kept, keep, stored, uploaded};
pub(crate) use raster::{Inset, RasterError, png, renders};

/// The address that draws pictures; [`query`] says which.
pub(crate) use crate::service::base::addresses::DRAWN;

/// The colour when none can be read.
const FALLBACK: &str = "#1f6f78";

/// Bytes of a query that says which picture to draw.
const MOST_QUERY: usize = 512;

/// Pixels on a side of a PNG that is made from an SVG: enough for wallets and for previews on other sites.
pub(crate) const PNG_SIDE: u32 = 600;

/// A picture to be drawn. Anything typed can be drawn: what cannot be read falls back to a hexagon in our own colour,
/// and letters that the font does not have are left out.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Drawing {
    initials: String,
    shape: Shape,
    colour: Colour,
}

impl Drawing {
    /// A drawing from what was typed or asked for.
    #[must_use]
    pub(crate) fn new(initials: &str, shape: &str, colour: &str) -> Self {
        let shape = match shape {
            "circle" => Shape::Circle,
            "shield" => Shape::Shield,
            "stones" => Shape::Stones,
            _ => Shape::Hexagon,
        };
        Self::of(initials, shape, colour)
    }

    fn of(initials: &str, shape: Shape, colour: &str) -> Self {
        let initials = initials
            .chars()
            .flat_map(char::to_uppercase)
            .filter(|c| letters::known(*c))
            .take(3)
            .collect();
        let colour = Colour::parse(colour)
            .or_else(|| Colour::parse(FALLBACK))
            .unwrap_or(Colour::BLACK);
        Self {
            initials,
            shape,
            colour,
        }
    }

    /// Reads the query that [`query`] writes.
    #[must_use]
    pub(crate) fn from_query(asked: &str) -> Self {
        let value = |name: &str| {
            let found = form_urlencoded::parse(asked.as_bytes()).find(|(key, _)| key == name);
            found.map(|(_, value)| value.into_owned()).unwrap_or_default()
        };
        Self::new(&value("initials"), &value("shape"), &value("colour"))
    }

    /// The same for somebody who may make up anything: none where something else stands in the query, or something twice, or
    /// more than a picture needs. So there are no two addresses for one picture but those that differ in how it is typed.
    #[must_use]
    pub(crate) fn asked(asked: &str) -> Option<Self> {
        let mut named: Vec<_> = form_urlencoded::parse(asked.as_bytes())
            .map(|(name, _)| name)
            .take(4)
            .collect();
        let all = named.len();
        named.sort_unstable();
        named.dedup();
        let known = named
            .iter()
            .all(|name| matches!(name.as_ref(), "initials" | "shape" | "colour"));
        (asked.len() <= MOST_QUERY && known && named.len() == all).then(|| Self::from_query(asked))
    }

    /// The picture as an SVG document of 240 by 240 units.
    #[must_use]
    pub(crate) fn svg(&self) -> String {
        shapes::draw(self.shape, self.colour, &self.initials)
    }
}

/// The query of a drawn picture's address.
#[must_use]
pub(crate) fn query(initials: &str, shape: &str, colour: &str) -> String {
    form_urlencoded::Serializer::new(String::new())
        .append_pair("initials", initials)
        .append_pair("shape", shape)
        .append_pair("colour", colour)
        .finish()
}

/// The address of a drawn picture: `base`, `?`, and [`query`].
#[must_use]
pub(crate) fn address(base: &str, initials: &str, shape: &str, colour: &str) -> String {
    format!("{base}?{}", query(initials, shape, colour))
}

/// Where a badge's picture is served, from the root of this server: drawn ones by what they show, uploaded ones by their
/// digest. What a credential names stays true, whatever becomes of the badge.
#[must_use]
pub(crate) fn href(picture: &Picture) -> String {
    match picture {
        Picture::Drawn {
            initials,
            shape,
            colour,
        } => address(DRAWN, initials, shape_word(*shape), colour),
        Picture::Uploaded { digest, media_type } => {
            let ending = if media_type == "image/svg+xml" {
                "svg"
            } else {
                "png"
            };
            addresses::picture(&format!("{digest}.{ending}"))
        }
    }
}

/// Where the same picture is served as PNG: most wallets show nothing else. An uploaded SVG has its PNG under the digest of
/// the SVG.
#[must_use]
pub(crate) fn png_href(picture: &Picture) -> String {
    match picture {
        Picture::Drawn {
            initials,
            shape,
            colour,
        } => address(addresses::DRAWN_PNG, initials, shape_word(*shape), colour),
        Picture::Uploaded { digest, .. } => kept_png(digest),
    }
}

/// Where the picture that is kept under that digest is served as PNG.
#[must_use]
pub(crate) fn kept_png(digest: &str) -> String {
    addresses::picture(&format!("{digest}.png"))
}

/// The word of a shape in forms and addresses.
#[must_use]
pub(crate) fn shape_word(shape: Shape) -> &'static str {
    match shape {
        Shape::Hexagon => "hexagon",
        Shape::Circle => "circle",
        Shape::Shield => "shield",
        Shape::Stones => "stones",
    }
}

/// Initials for a name: the first letters of its first words that count ("Clean a messy dataset": CMD).
#[must_use]
pub(crate) fn suggest_initials(name: &str) -> String {
    let words: Vec<&str> = name
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let weighty = |word: &&&str| word.chars().count() > 2 || words.len() <= 3;
    words
        .iter()
        .filter(weighty)
        .filter_map(|word| word.chars().next())
        .flat_map(char::to_uppercase)
        .take(3)
        .collect()
}

#[cfg(test)]
mod tests {
    use resvg::tiny_skia::{Pixmap, PremultipliedColorU8};

    use super::*;

    const SHAPES: [&str; 4] = ["hexagon", "circle", "shield", "stones"];

    #[test]
    fn the_same_input_gives_the_same_bytes_at_every_size() {
        for shape in SHAPES {
            let drawing = Drawing::new("cmd", shape, "#7a3b8f");
            assert_eq!(drawing.svg(), Drawing::new("CMD", shape, "#7a3b8f").svg());
            for size in [240, 600] {
                let bytes = png(&drawing.svg(), size).unwrap();
                assert_eq!(bytes, png(&drawing.svg(), size).unwrap());
                let picture = Pixmap::decode_png(&bytes).unwrap();
                assert_eq!((picture.width(), picture.height()), (size, size));
            }
        }
    }

    #[test]
    fn letters_are_outlines_and_are_seen_in_the_png() {
        let with = Drawing::new("AB", "hexagon", "#1f6f78").svg();
        let without = Drawing::new("", "hexagon", "#1f6f78").svg();
        assert!(!with.contains("<text"), "no font is needed to show it");
        assert_ne!(png(&with, 240).unwrap(), png(&without, 240).unwrap());
        let picture = Pixmap::decode_png(&png(&with, 240).unwrap()).unwrap();
        let white = PremultipliedColorU8::from_rgba(255, 255, 255, 255).unwrap();
        let ink = picture.pixels().iter().filter(|pixel| **pixel == white).count();
        assert!(ink > 1_500, "{ink} white pixels make two letters");
    }

    #[test]
    fn greek_cyrillic_and_accented_letters_are_drawn_and_others_left_out() {
        let bare = Drawing::new("", "circle", "#1f6f78").svg();
        for initials in ["Ö", "Ω", "Ж", "ß"] {
            assert_ne!(
                Drawing::new(initials, "circle", "#1f6f78").svg(),
                bare,
                "{initials}"
            );
        }
        assert_eq!(Drawing::new("漢😀<", "circle", "#1f6f78").svg(), bare);
    }

    #[test]
    fn nothing_typed_reaches_the_document_as_text() {
        let svg = Drawing::new("\"><script>", "\"/><script>", "red\" onload=\"x").svg();
        assert!(!svg.contains("script") && !svg.contains("onload"), "{svg}");
        assert!(renders(&svg).is_ok());
    }

    #[test]
    fn letters_are_legible_on_light_and_dark_colours() {
        assert!(Drawing::new("A", "circle", "#ffe680").svg().contains("#000000"));
        assert!(Drawing::new("A", "circle", "#123456").svg().contains("#ffffff"));
    }

    #[test]
    fn an_address_leads_back_to_its_drawing() {
        let drawing = Drawing::new("Ö&=", "stones", "#AA00ff");
        assert_eq!(Drawing::from_query(&query("Ö&=", "stones", "#AA00ff")), drawing);
    }

    #[test]
    fn what_a_stranger_makes_up_is_one_of_the_pictures_or_none() {
        let plain = query("AB", "circle", "#205080");
        let drawing = Drawing::new("AB", "circle", "#205080");
        assert_eq!(Drawing::asked(&plain), Some(drawing.clone()));
        for same in [
            "colour=%23205080&initials=ab&shape=circle",
            "initials=AB漢&shape=circle&colour=%23205080",
        ] {
            assert_eq!(Drawing::asked(same), Some(drawing.clone()), "{same}");
        }
        assert_eq!(Drawing::asked(""), Some(Drawing::new("", "", "")));
        for refused in [
            format!("{plain}&v=1"),
            format!("{plain}&shape=circle"),
            format!("{plain}&="),
            format!("initials={}", "A".repeat(MOST_QUERY)),
        ] {
            assert_eq!(Drawing::asked(&refused), None, "{refused}");
        }
    }

    #[test]
    fn initials_come_from_the_words_that_count() {
        assert_eq!(suggest_initials("Clean a messy dataset"), "CMD");
        assert_eq!(suggest_initials("SQL basics"), "SB");
        assert_eq!(suggest_initials("C++ in use"), "CIU");
        assert_eq!(suggest_initials(""), "");
    }
}
