//! The card that other sites show of a badge whose link somebody posts: its picture and a few words. It is a picture and
//! nothing more: no credential is inside.

use std::fmt::Write as _;

use super::FALLBACK;
use super::letters::words;
use super::raster::{Inset, Place, RasterError, composed};
use crate::domain::theme::Colour;

/// Width and height in pixels, as the sites ask for (ogp.me: 1.91 to 1).
pub(crate) const CARD_SIZE: (u32, u32) = (1_200, 630);

/// Letters in a line of the name; a longer line becomes smaller.
const IN_A_LINE: usize = 22;
/// Lines that a name has room for.
const LINES: usize = 3;
/// Where the words stand: their middle, and how wide they may be.
const MIDDLE: f32 = 835.0;
const WIDTH: f32 = 620.0;
/// Height of the capitals, and from line to line.
const NAME: (f32, f32) = (46.0, 78.0);
const LESS: (f32, f32) = (24.0, 52.0);

const PICTURE: Place = Place {
    left: 70.0,
    top: 96.0,
    side: 420.0,
};

/// What stands on a card.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Card {
    pub(crate) picture: Inset,
    pub(crate) name: String,
    /// What follows it, a line each: who issued it, and whose it is where that may be told.
    pub(crate) less: Vec<String>,
    /// The colour of the institution as `#rrggbb`; none is our own.
    pub(crate) accent: Option<String>,
}

impl Card {
    /// The card as PNG of [`CARD_SIZE`]. What our font cannot write is left out: the site writes the title beside it.
    ///
    /// # Errors
    /// When the picture cannot be drawn.
    pub(crate) fn png(&self) -> Result<Vec<u8>, RasterError> {
        composed(&self.ground(), CARD_SIZE, &self.picture, PICTURE)
    }

    /// All but the picture.
    fn ground(&self) -> String {
        let accent = self.accent.as_deref().and_then(Colour::parse);
        let accent = accent
            .or_else(|| Colour::parse(FALLBACK))
            .unwrap_or(Colour::BLACK);
        let name = lines(&self.name);
        let mut all: Vec<(&str, (f32, f32), &str)> =
            name.iter().map(|line| (line.as_str(), NAME, "#182022")).collect();
        all.extend(self.less.iter().map(|line| (line.as_str(), LESS, "#4a5558")));
        let height: f32 = all.iter().map(|(_, (_, step), _)| step).sum();
        let mut y = 306.0 - height / 2.0;
        let mut paths = String::new();
        for (line, (capitals, step), ink) in all {
            let data = words(line, (MIDDLE, y + step / 2.0), (WIDTH, capitals));
            if !data.is_empty() {
                let _ = write!(paths, r#"<path d="{data}" fill="{ink}"/>"#);
            }
            y += step;
        }
        let (width, height) = CARD_SIZE;
        format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"><rect width="{width}" height="{height}" fill="#ffffff"/><rect y="612" width="{width}" height="18" fill="{}"/>{paths}</svg>"##,
            accent.hex()
        )
    }
}

/// A name in lines of whole words; what does not fit is cut.
fn lines(name: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in name.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= IN_A_LINE => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    if lines.len() > LINES {
        lines.truncate(LINES);
        if let Some(last) = lines.last_mut() {
            last.push_str(" …");
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use resvg::tiny_skia::{Pixmap, PremultipliedColorU8};

    use super::*;
    use crate::service::badge::pictures::{Drawing, png};

    fn card(name: &str, less: &[&str]) -> Card {
        Card {
            picture: Inset::Svg(Drawing::new("QM", "circle", "#205080").svg()),
            name: name.to_owned(),
            less: less.iter().map(|line| (*line).to_owned()).collect(),
            accent: Some("#aa3300".to_owned()),
        }
    }

    #[test]
    fn a_card_shows_the_picture_the_words_and_the_colour() {
        let bytes = card("Tables & <charts>", &["North Coast", "Earned by Zoë"])
            .png()
            .unwrap();
        let drawn = Pixmap::decode_png(&bytes).unwrap();
        assert_eq!((drawn.width(), drawn.height()), CARD_SIZE);
        let colour = |r, g, b| PremultipliedColorU8::from_rgba(r, g, b, 255).unwrap();
        assert_eq!(drawn.pixel(600, 625), Some(colour(0xaa, 0x33, 0x00)));
        assert_eq!(drawn.pixel(600, 10), Some(colour(255, 255, 255)));
        let of = |one: PremultipliedColorU8| drawn.pixels().iter().filter(|pixel| **pixel == one).count();
        assert!(of(colour(0x20, 0x50, 0x80)) > 20_000, "the picture");
        assert!(of(colour(0x18, 0x20, 0x22)) > 2_000, "the name");
        assert!(of(colour(0x4a, 0x55, 0x58)) > 1_000, "the other lines");
        assert_eq!(
            bytes,
            card("Tables & <charts>", &["North Coast", "Earned by Zoë"])
                .png()
                .unwrap()
        );
        assert_ne!(bytes, card("Tables & <charts>", &["North Coast"]).png().unwrap());
    }

    #[test]
    fn a_picture_that_was_uploaded_stands_in_the_same_place() {
        let picture = png(&Drawing::new("", "circle", "#205080").svg(), 90).unwrap();
        let uploaded = Card {
            picture: Inset::Png(picture),
            ..card("Charts", &[])
        };
        let drawn = Pixmap::decode_png(&uploaded.png().unwrap()).unwrap();
        let middle = drawn.pixel(280, 306).unwrap();
        for (seen, meant) in [
            (middle.red(), 0x20_u8),
            (middle.green(), 0x50),
            (middle.blue(), 0x80),
        ] {
            assert!(seen.abs_diff(meant) < 3, "{middle:?}");
        }
        let broken = Card {
            picture: Inset::Png(b"no picture".to_vec()),
            ..uploaded
        };
        assert!(broken.png().is_err());
    }

    #[test]
    fn what_the_font_cannot_write_is_left_out_and_nothing_is_markup() {
        let none = card("", &[]).ground();
        assert_eq!(card("数据", &["漢字"]).ground(), none);
        assert_ne!(card("Δεδομένα – данные", &[]).ground(), none);
        let hostile = card("</svg><script>", &["\"/><image href=\"x\"/>"]).ground();
        assert!(
            !hostile.contains("script") && !hostile.contains("image"),
            "{hostile}"
        );
    }

    #[test]
    fn a_long_name_is_broken_between_words_and_cut() {
        assert_eq!(lines("Clean a messy dataset"), ["Clean a messy dataset"]);
        assert_eq!(
            lines("Explains, measures and improves what others have built before and after"),
            [
                "Explains, measures and",
                "improves what others",
                "have built before and …"
            ]
        );
        assert!(lines("  ").is_empty());
    }
}
