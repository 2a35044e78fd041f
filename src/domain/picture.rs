//! What a picture that Cairn draws may have on it beside its outline and its colour.

use serde::{Deserialize, Serialize};

use crate::domain::badge::Shape;

/// Characters on a banner.
pub(crate) const MAX_BANNER: usize = 16;
/// Bytes in the name of an icon.
pub(crate) const MAX_ICON: usize = 40;
/// Stars on a picture.
pub(crate) const MAX_STARS: u8 = 5;
/// The colour of a banner for which nobody chose one.
pub(crate) const BAND: &str = "#f2c14e";

/// A drawn picture with an icon, a pattern, a banner or stars.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Composed {
    pub(crate) shape: Shape,
    /// `#rrggbb`.
    pub(crate) colour: String,
    /// One to three letters; they are seen where there is no icon.
    pub(crate) initials: String,
    /// The name of one of the [`icons`](crate::domain::icons).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) icon: Option<String>,
    #[serde(default)]
    pub(crate) pattern: Pattern,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) banner: Option<Banner>,
    /// How many stars, 0 to [`MAX_STARS`]: for a level.
    #[serde(default)]
    pub(crate) stars: u8,
}

/// A band with a few words across a picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Banner {
    /// 1 to [`MAX_BANNER`] characters.
    pub(crate) text: String,
    /// `#rrggbb`.
    pub(crate) colour: String,
}

/// What is on the ground of a picture.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Pattern {
    #[default]
    Plain,
    Rays,
    Dots,
    Stripes,
    Rings,
}

impl Pattern {
    /// Every pattern, in the order in which a form offers them.
    pub(crate) const ALL: [Self; 5] = [Self::Plain, Self::Rays, Self::Dots, Self::Stripes, Self::Rings];

    /// The word in forms and addresses, as it is stored.
    #[must_use]
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Rays => "rays",
            Self::Dots => "dots",
            Self::Stripes => "stripes",
            Self::Rings => "rings",
        }
    }

    /// The pattern of that word.
    #[must_use]
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|pattern| pattern.word() == word)
    }
}

/// Whether the font for words has each of the letters.
#[must_use]
pub(crate) fn can_write(text: &str) -> bool {
    text.chars().all(|letter| {
        matches!(letter,
            ' '..='~' | '¡'..='¬' | '®'..='ň' | 'Ŋ'..='ſ' | 'Ơ'..='ơ' | 'Ư'..='ư' | 'Ș'..='ț' | '\u{384}'..='Ί' | 'Ό'
            | 'Ύ'..='Ρ' | 'Σ'..='ώ' | 'Ѐ'..='џ' | 'Ґ'..='ґ' | 'Ẁ'..='ẅ' | 'Ạ'..='ỹ' | '–'..='—' | '‘'..='‚' | '“'..='„' | '•'
            | '…' | '€' | '™')
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::badge::Picture;

    #[test]
    fn pictures_of_older_versions_are_read_and_written_as_they_were() {
        let drawn = r##"{"from":"drawn","initials":"FA","shape":"circle","colour":"#205080"}"##;
        let uploaded = r#"{"from":"uploaded","digest":"ab","media_type":"image/png"}"#;
        for before in [drawn, uploaded] {
            let read: Picture = serde_json::from_str(before).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), before);
        }
        // What a picture does not say is not on it.
        let bare = r##"{"from":"composed","shape":"seal","colour":"#205080","initials":"FA"}"##;
        let Picture::Composed(bare) = serde_json::from_str(bare).unwrap() else {
            panic!("composed");
        };
        assert_eq!(
            (bare.icon, bare.pattern, bare.banner, bare.stars),
            (None, Pattern::Plain, None, 0)
        );
    }

    #[test]
    fn words_are_what_is_stored() {
        for shape in Shape::ALL {
            assert_eq!(serde_json::to_value(shape).unwrap(), shape.word());
            assert_eq!(Shape::of_word(shape.word()), shape);
        }
        for pattern in Pattern::ALL {
            assert_eq!(serde_json::to_value(pattern).unwrap(), pattern.word());
            assert_eq!(Pattern::of_word(pattern.word()), Some(pattern));
        }
    }
}
