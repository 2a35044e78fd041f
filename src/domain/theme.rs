//! The institution's accent: one colour, made legible on both themes.
//!
//! Its two formulas are those of WCAG 2.2; a crate for colours would bring colour spaces, and would mix in fractions where
//! a credential's picture has to come out the same, byte for byte.

/// A colour in sRGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Colour {
    red: u8,
    green: u8,
    blue: u8,
}

/// An accent for the light and the dark theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Accent {
    pub(crate) light: Colour,
    pub(crate) dark: Colour,
}

/// What text in the accent stands on in the light theme: the less favourable of the surfaces, `--raised` in `cairn.css`.
pub(crate) const LIGHT_SURFACE: Colour = Colour {
    red: 0xf5,
    green: 0xf6,
    blue: 0xf4,
};
/// The same in the dark theme.
pub(crate) const DARK_SURFACE: Colour = Colour {
    red: 0x21,
    green: 0x26,
    blue: 0x28,
};
/// Contrast for text (WCAG 2.2, success criterion 1.4.3).
const ENOUGH: f64 = 4.5;

impl Colour {
    /// Reads `#rrggbb`.
    #[must_use]
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?;
        if digits.len() != 6 {
            return None;
        }
        let mut bytes = [0_u8; 3];
        hex::decode_to_slice(digits, &mut bytes).ok()?;
        let [red, green, blue] = bytes;
        Some(Self { red, green, blue })
    }

    /// `#rrggbb`.
    #[must_use]
    pub(crate) fn hex(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }

    /// Red, green and blue.
    #[must_use]
    pub(crate) const fn channels(self) -> [u8; 3] {
        [self.red, self.green, self.blue]
    }

    /// Relative luminance, 0 to 1 (WCAG 2.2).
    #[must_use]
    pub(crate) fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(self.red) + 0.7152 * linear(self.green) + 0.0722 * linear(self.blue)
    }

    /// Contrast ratio with another colour, 1 to 21 (WCAG 2.2).
    #[must_use]
    pub(crate) fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// The colour `steps` of 64 on the way to `other`.
    #[must_use]
    pub(crate) fn towards(self, other: Self, steps: u8) -> Self {
        let mix = |from: u8, to: u8| {
            let steps = u32::from(steps.min(64));
            let mixed = (u32::from(from) * (64 - steps) + u32::from(to) * steps + 32) / 64;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        Self {
            red: mix(self.red, other.red),
            green: mix(self.green, other.green),
            blue: mix(self.blue, other.blue),
        }
    }

    /// Black or white, whichever is easier to read on this colour.
    #[must_use]
    pub(crate) fn ink(self) -> Self {
        if self.contrast(Self::WHITE) >= self.contrast(Self::BLACK) {
            Self::WHITE
        } else {
            Self::BLACK
        }
    }

    /// A shade of this colour on which its ink stays as legible as text has to be.
    #[must_use]
    pub(crate) fn shade(self) -> Self {
        let ink = self.ink();
        let nearer = self.towards(ink, 8);
        if nearer.contrast(ink) >= ENOUGH {
            return nearer;
        }
        let other = if ink == Self::WHITE {
            Self::BLACK
        } else {
            Self::WHITE
        };
        self.towards(other, 10)
    }

    /// White.
    pub(crate) const WHITE: Self = Self {
        red: 255,
        green: 255,
        blue: 255,
    };
    /// Black.
    pub(crate) const BLACK: Self = Self {
        red: 0,
        green: 0,
        blue: 0,
    };
}

impl Accent {
    /// The accent nearest to `colour` that reaches 4.5:1: darkened for the light theme, lightened for the dark one.
    #[must_use]
    pub(crate) fn from_colour(colour: Colour) -> Self {
        let until_legible = |surface: Colour, end: Colour| {
            (0..=64)
                .map(|steps| colour.towards(end, steps))
                .find(|c| c.contrast(surface) >= ENOUGH)
                .unwrap_or(end)
        };
        Self {
            light: until_legible(LIGHT_SURFACE, Colour::BLACK),
            dark: until_legible(DARK_SURFACE, Colour::WHITE),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_legible_accent_is_kept_and_yellow_is_darkened() {
        let teal = Colour::parse("#1f6f78").unwrap();
        assert_eq!(Accent::from_colour(teal).light, teal);
        let yellow = Colour::parse("#ffd400").unwrap();
        assert_ne!(Accent::from_colour(yellow).light, yellow);
        assert_eq!(Accent::from_colour(yellow).dark, yellow);
    }

    #[test]
    fn what_is_no_colour_is_none() {
        for text in ["", "red", "#12345", "#1234567", "#12345g", "1f6f78", "#é2345"] {
            assert_eq!(Colour::parse(text), None, "{text}");
        }
    }

    #[test]
    fn black_on_white_is_21_to_1() {
        assert!((Colour::BLACK.contrast(Colour::WHITE) - 21.0).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn every_accent_is_legible_on_both_themes(red: u8, green: u8, blue: u8) {
            let accent = Accent::from_colour(Colour { red, green, blue });
            prop_assert!(accent.light.contrast(LIGHT_SURFACE) >= ENOUGH);
            prop_assert!(accent.dark.contrast(DARK_SURFACE) >= ENOUGH);
            for colour in [accent.light, accent.dark] {
                prop_assert!(colour.contrast(colour.ink()) >= ENOUGH);
            }
            let any = Colour { red, green, blue };
            prop_assert!(any.contrast(any.ink()) >= ENOUGH && any.shade().contrast(any.ink()) >= ENOUGH);
            prop_assert_ne!(any.shade(), any);
        }
    }
}
