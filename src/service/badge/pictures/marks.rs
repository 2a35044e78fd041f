//! What is on a picture beside its outline: an icon in place of letters, a pattern on the ground, a banner, stars.

use std::fmt::Write as _;

use crate::domain::badge::Shape;
use crate::domain::icons::Icon;
use crate::domain::picture::{BAND, Composed, MAX_BANNER, MAX_STARS, Pattern, can_write};
use crate::domain::theme::Colour;

use super::letters::words;

/// Units on a side of an icon as it is kept.
const ICON: f32 = 24.0;
/// A star of 18 units round 0, 0.
const STAR: &str = "M0-9L2.230-3.070 8.560-2.780 3.610 1.170 5.290 7.280 0 3.800-5.290 7.280-3.610 1.170-8.560-2.780-2.230-3.070z";
/// From star to star.
const STEP: f32 = 21.0;
/// The height of the middle of a banner, and of its capitals; and how wide its words may be.
const BANNER: (f32, f32, f32) = (180.0, 17.0, 164.0);
const BAND_BODY: &str = "M30 160h180v40H30z";
const BAND_ENDS: &str = "M6 172h36v38H6l12-19zM234 172h-36v38h36l-12-19z";
const BAND_FOLDS: &str = "M30 200h12v10zM210 200h-12v10z";

/// How far a step along the diagonal goes to the side.
const DIAGONAL: f32 = std::f32::consts::FRAC_1_SQRT_2;

/// Directions by 15 degrees, clockwise from the right. As numbers, since a sine is not the same to its last digit everywhere.
const DIRECTIONS: [(f32, f32); 24] = [
    (1.0, 0.0),
    (0.965_93, 0.258_82),
    (0.866_03, 0.5),
    (DIAGONAL, DIAGONAL),
    (0.5, 0.866_03),
    (0.258_82, 0.965_93),
    (0.0, 1.0),
    (-0.258_82, 0.965_93),
    (-0.5, 0.866_03),
    (-DIAGONAL, DIAGONAL),
    (-0.866_03, 0.5),
    (-0.965_93, 0.258_82),
    (-1.0, 0.0),
    (-0.965_93, -0.258_82),
    (-0.866_03, -0.5),
    (-DIAGONAL, -DIAGONAL),
    (-0.5, -0.866_03),
    (-0.258_82, -0.965_93),
    (0.0, -1.0),
    (0.258_82, -0.965_93),
    (0.5, -0.866_03),
    (DIAGONAL, -DIAGONAL),
    (0.866_03, -0.5),
    (0.965_93, -0.258_82),
];

/// What is on a picture. The default has nothing, as pictures had before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Marks {
    pub(super) icon: Option<Icon>,
    pattern: Pattern,
    /// Its words and its colour.
    banner: Option<(String, Colour)>,
    stars: u8,
}

/// Why an address draws nothing: what stands in it is none of what a picture can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotDrawn {
    /// Something else stands in it, or something twice, or more than a picture needs.
    Query,
    Icon,
    Pattern,
    /// The words of the banner are too many, or have letters that the font lacks.
    Banner,
    BannerColour,
    Stars,
}

/// Where things stand on a picture.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    /// The middle of the icon or the letters.
    pub(super) centre: (f32, f32),
    /// Room for letters: width, and height of the capitals.
    pub(super) letters: (f32, f32),
    /// The side of the icon.
    pub(super) icon: f32,
    /// The height of the stars.
    stars: f32,
}

impl Marks {
    /// Reads the marks of a picture's address by the names of its parts; what is empty is not there.
    ///
    /// # Errors
    /// The first part that is none of what a picture can have.
    pub(super) fn read(value: impl Fn(&str) -> String) -> Result<Self, NotDrawn> {
        let some = |name: &str| Some(value(name)).filter(|text| !text.is_empty());
        let icon = match some("icon") {
            Some(name) => Some(Icon::named(&name).ok_or(NotDrawn::Icon)?),
            None => None,
        };
        let pattern = match some("pattern") {
            Some(word) => Pattern::of_word(&word).ok_or(NotDrawn::Pattern)?,
            None => Pattern::Plain,
        };
        let stars = match some("stars") {
            Some(number) => number.parse::<u8>().map_err(|_| NotDrawn::Stars)?,
            None => 0,
        };
        if stars > MAX_STARS {
            return Err(NotDrawn::Stars);
        }
        let text = value("banner").split_whitespace().collect::<Vec<_>>().join(" ");
        let banner = if text.is_empty() {
            None
        } else {
            if text.chars().count() > MAX_BANNER || !can_write(&text) {
                return Err(NotDrawn::Banner);
            }
            let band = some("band").unwrap_or_else(|| BAND.to_owned());
            Some((text, Colour::parse(&band).ok_or(NotDrawn::BannerColour)?))
        };
        Ok(Self {
            icon,
            pattern,
            banner,
            stars,
        })
    }

    pub(super) const fn has_banner(&self) -> bool {
        self.banner.is_some()
    }

    /// Where things stand on a picture of that shape with these marks.
    pub(super) fn field(&self, shape: Shape) -> Field {
        let (centre, letters, icon): ((f32, f32), (f32, f32), f32) = match shape {
            Shape::Hexagon => ((120.0, 120.0), (132.0, 62.0), 96.0),
            Shape::Circle | Shape::Octagon => ((120.0, 120.0), (138.0, 64.0), 100.0),
            Shape::Shield => ((120.0, 112.0), (124.0, 62.0), 92.0),
            Shape::Stones => ((120.0, 177.0), (124.0, 46.0), 46.0),
            Shape::Square => ((120.0, 120.0), (140.0, 66.0), 106.0),
            Shape::Seal => ((120.0, 120.0), (128.0, 60.0), 94.0),
            Shape::Rosette => ((120.0, 98.0), (104.0, 50.0), 76.0),
        };
        let plain = Field {
            centre,
            letters,
            icon,
            stars: 0.0,
        };
        match (shape, self.banner.is_some(), self.stars > 0) {
            (_, false, false) => plain,
            (Shape::Stones, false, true) => Field {
                centre: (120.0, 168.0),
                letters: (124.0, 40.0),
                stars: 208.0,
                ..plain
            },
            // The banner lies on the lowest stone.
            (Shape::Stones, true, _) => Field {
                centre: (120.0, 93.0),
                letters: (92.0, 28.0),
                icon: 40.0,
                stars: 143.0,
            },
            (Shape::Rosette, false, true) => Field {
                centre: (120.0, 90.0),
                letters: (100.0, 44.0),
                icon: 62.0,
                stars: 142.0,
            },
            (_, false, true) => Field {
                centre: (120.0, 104.0),
                letters: (letters.0, 54.0),
                icon: 80.0,
                stars: 172.0,
            },
            // Stars stand above what is in the middle, the banner below.
            (_, true, stars) => Field {
                centre: (120.0, if stars { 103.0 } else { 96.0 }),
                letters: (104.0, if stars { 46.0 } else { 50.0 }),
                icon: if stars { 68.0 } else { 78.0 },
                stars: 50.0,
            },
        }
    }

    /// The pattern, within the inner line of the shape.
    pub(super) fn pattern(&self, shape: Shape, colour: Colour) -> String {
        let ((x, y), radius): ((f32, f32), f32) = match shape {
            // Stones have no room for one.
            Shape::Stones => return String::new(),
            Shape::Shield => ((120.0, 112.0), 74.0),
            Shape::Rosette => ((120.0, 98.0), 67.0),
            Shape::Hexagon | Shape::Circle | Shape::Square | Shape::Octagon | Shape::Seal => {
                ((120.0, 120.0), 86.0)
            }
        };
        let shade = colour.shade().hex();
        let mut data = String::new();
        match self.pattern {
            Pattern::Plain => return data,
            Pattern::Rays => {
                for pair in DIRECTIONS.as_chunks::<2>().0 {
                    let [from, to] = pair.map(|(across, down)| (x + across * radius, y + down * radius));
                    let _ = write!(
                        data,
                        "M{x:.2} {y:.2}L{:.2} {:.2} {:.2} {:.2}Z",
                        from.0, from.1, to.0, to.1
                    );
                }
            }
            Pattern::Dots => dots((x, y), radius, &mut data),
            Pattern::Stripes => {
                for row in -3_i8..=3 {
                    let off = f32::from(row) * 24.0;
                    let half = (radius * radius - off * off).max(0.0).sqrt();
                    let _ = write!(
                        data,
                        "M{:.2} {:.2}h{:.2}v10h-{:.2}Z",
                        x - half,
                        y + off - 5.0,
                        half * 2.0,
                        half * 2.0
                    );
                }
            }
            Pattern::Rings => {
                let ring = |part: f32| {
                    let radius = radius * part;
                    format!(
                        r#"<circle cx="{x}" cy="{y}" r="{radius:.2}" fill="none" stroke="{shade}" stroke-width="7"/>"#
                    )
                };
                return [0.92_f32, 0.68, 0.44].map(ring).concat();
            }
        }
        format!(r#"<path d="{data}" fill="{shade}"/>"#)
    }

    /// The stars, in the middle of their row.
    pub(super) fn stars(&self, field: &Field, ink: Colour) -> String {
        let first = 120.0 - f32::from(self.stars.saturating_sub(1)) * STEP / 2.0;
        let mut all = String::new();
        for number in 0..self.stars {
            let x = first + f32::from(number) * STEP;
            let _ = write!(
                all,
                r#"<path d="{STAR}" fill="{}" transform="translate({x} {})"/>"#,
                ink.hex(),
                field.stars
            );
        }
        all
    }

    /// The banner across the lower part.
    pub(super) fn banner(&self) -> String {
        let Some((text, band)) = &self.banner else {
            return String::new();
        };
        let (middle, capitals, width) = BANNER;
        let (ends, folds) = (band.shade().hex(), band.towards(Colour::BLACK, 28).hex());
        let letters = words(text, (120.0, middle), (width, capitals));
        let (band, ink) = (band.hex(), band.ink().hex());
        format!(
            r#"<path d="{BAND_ENDS}" fill="{ends}"/><path d="{BAND_FOLDS}" fill="{folds}"/><path d="{BAND_BODY}" fill="{band}"/><path d="{letters}" fill="{ink}"/>"#
        )
    }
}

/// What stands behind initials, shape and colour in the address of a picture, as [`Marks::read`] reads it.
pub(super) fn parts(picture: &Composed) -> Vec<(&'static str, String)> {
    let mut parts = Vec::new();
    parts.extend(picture.icon.iter().map(|icon| ("icon", icon.clone())));
    if picture.pattern != Pattern::Plain {
        parts.push(("pattern", picture.pattern.word().to_owned()));
    }
    if let Some(banner) = &picture.banner {
        parts.push(("banner", banner.text.clone()));
        parts.push(("band", banner.colour.clone()));
    }
    if picture.stars > 0 {
        parts.push(("stars", picture.stars.to_string()));
    }
    parts
}

/// The names of these parts.
pub(super) const PARTS: [&str; 5] = ["icon", "pattern", "banner", "band", "stars"];

/// An icon of that side round a point.
pub(super) fn icon(icon: Icon, (x, y): (f32, f32), side: f32, ink: Colour) -> String {
    let (left, top, scale) = (x - side / 2.0, y - side / 2.0, side / ICON);
    format!(
        r#"<path d="{}" fill="none" stroke="{}" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" transform="translate({left:.2} {top:.2}) scale({scale:.4})"/>"#,
        icon.path(),
        ink.hex()
    )
}

/// The edge of a disc with an arc from direction to direction.
pub(super) fn scallops((x, y): (f32, f32), radius: f32, arc: f32) -> String {
    let mut data = String::new();
    for (number, (across, down)) in DIRECTIONS.iter().enumerate() {
        let (x, y) = (x + across * radius, y + down * radius);
        let _ = if number == 0 {
            write!(data, "M{x:.2} {y:.2}")
        } else {
            write!(data, "A{arc} {arc} 0 0 1 {x:.2} {y:.2}")
        };
    }
    let _ = write!(data, "A{arc} {arc} 0 0 1 {:.2} {y:.2}Z", x + radius);
    data
}

/// Dots in rows, those that lie wholly within the circle.
fn dots((x, y): (f32, f32), radius: f32, data: &mut String) {
    const APART: f32 = 20.0;
    const DOT: f32 = 4.0;
    for row in -4_i8..=4 {
        for column in -4_i8..=4 {
            let (across, down) = (f32::from(column) * APART, f32::from(row) * APART);
            let room = radius - DOT;
            if across * across + down * down <= room * room {
                let _ = write!(
                    data,
                    "M{:.2} {:.2}a4 4 0 1 0 8 0a4 4 0 1 0-8 0Z",
                    x + across - DOT,
                    y + down
                );
            }
        }
    }
}
