//! Badge pictures that Cairn draws: a shape, a colour, up to three letters or an icon, and what else is chosen of it.
//!
//! Letters become outlines of Inter Bold (SIL Open Font License 1.1, `inter-LICENSE.txt`; a subset with Latin, Greek and
//! Cyrillic letters and digits), so a picture looks the same in every browser, in the PNG and inside a baked credential,
//! whatever fonts are installed. The same input gives the same bytes.

mod card;
mod drawn;
mod kept;
mod letters;
mod marks;
mod raster;
mod shapes;

use url::form_urlencoded;

use crate::domain::badge::{Picture, Shape};
use crate::domain::picture::Composed;
use crate::domain::theme::Colour;
use crate::service::base::addresses;

use marks::Marks;

pub(crate) use card::{CARD_SIZE, Card};
pub(crate) use drawn::{outlined, scaled};
pub(crate) use kept::{Whose, clean_and_keep, cut, is_kept, keep, measured, stored, uploaded};
pub(crate) use marks::NotDrawn;
pub(crate) use raster::{Inset, RasterError, png, renders, svg_size};

/// The address that draws pictures; [`query`] says which.
pub(crate) use crate::service::base::addresses::DRAWN;

/// The colour when none can be read.
const FALLBACK: &str = "#1f6f78";

/// Bytes of a query that says which picture to draw.
const MOST_QUERY: usize = 512;
/// Parts of such a query.
const MOST_PARTS: usize = 3 + marks::PARTS.len();

/// Pixels on a side of a PNG that is made from an SVG: enough for wallets and for previews on other sites.
pub(crate) const PNG_SIDE: u32 = 600;

/// A picture to be drawn. Any letters, shape and colour can be drawn: what cannot be read falls back to a hexagon in our own
/// colour, and letters that the font does not have are left out.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Drawing {
    initials: String,
    shape: Shape,
    colour: Colour,
    marks: Marks,
}

impl Drawing {
    /// A drawing from what was typed or asked for.
    #[must_use]
    pub(crate) fn new(initials: &str, shape: &str, colour: &str) -> Self {
        Self::of(initials, Shape::of_word(shape), colour, Marks::default())
    }

    fn of(initials: &str, shape: Shape, colour: &str, marks: Marks) -> Self {
        // Where an icon stands there are no letters: so they make no other picture of it.
        let initials = if marks.icon.is_some() { "" } else { initials };
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
            marks,
        }
    }

    /// Reads the query that a credential names. What cannot be read of its marks leaves it without them.
    #[must_use]
    pub(crate) fn from_query(asked: &str) -> Self {
        let marks = Marks::read(|name| value(asked, name)).unwrap_or_default();
        Self::with(asked, marks)
    }

    fn with(asked: &str, marks: Marks) -> Self {
        let shape = Shape::of_word(&value(asked, "shape"));
        Self::of(&value(asked, "initials"), shape, &value(asked, "colour"), marks)
    }

    /// The same for somebody who may make up anything: none where something else stands in the query, or something twice, or
    /// more than a picture needs. So there are no two addresses for one picture but those that differ in how it is typed.
    ///
    /// # Errors
    /// Why nothing is drawn.
    pub(crate) fn asked(asked: &str) -> Result<Self, NotDrawn> {
        let mut named: Vec<_> = form_urlencoded::parse(asked.as_bytes())
            .map(|(name, _)| name)
            .take(MOST_PARTS + 1)
            .collect();
        let all = named.len();
        named.sort_unstable();
        named.dedup();
        let plain = |name: &str| matches!(name, "initials" | "shape" | "colour");
        let mark = |name: &str| marks::PARTS.contains(&name);
        let known = named.iter().all(|name| plain(name) || mark(name));
        if asked.len() > MOST_QUERY || !known || named.len() != all {
            return Err(NotDrawn::Query);
        }
        Marks::read(|name| value(asked, name)).map(|marks| Self::with(asked, marks))
    }

    /// The picture as an SVG document of 240 by 240 units.
    #[must_use]
    pub(crate) fn svg(&self) -> String {
        shapes::draw(self.shape, self.colour, &self.initials, &self.marks)
    }
}

/// What stands in a query under that name.
fn value(asked: &str, name: &str) -> String {
    let found = form_urlencoded::parse(asked.as_bytes()).find(|(key, _)| key == name);
    found.map(|(_, value)| value.into_owned()).unwrap_or_default()
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

/// The address of a picture with more than letters on it.
#[must_use]
pub(crate) fn composed_address(base: &str, picture: &Composed) -> String {
    let initials = match picture.icon {
        Some(_) => "",
        None => picture.initials.as_str(),
    };
    let plain = query(initials, picture.shape.word(), &picture.colour);
    let mut query = form_urlencoded::Serializer::new(plain);
    query.extend_pairs(marks::parts(picture));
    format!("{base}?{}", query.finish())
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
        } => address(DRAWN, initials, shape.word(), colour),
        Picture::Composed(composed) => composed_address(DRAWN, composed),
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
        } => address(addresses::DRAWN_PNG, initials, shape.word(), colour),
        Picture::Composed(composed) => composed_address(addresses::DRAWN_PNG, composed),
        Picture::Uploaded { digest, .. } => kept_png(digest),
    }
}

/// Where the picture that is kept under that digest is served as PNG.
#[must_use]
pub(crate) fn kept_png(digest: &str) -> String {
    addresses::picture(&format!("{digest}.png"))
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
mod tests;
