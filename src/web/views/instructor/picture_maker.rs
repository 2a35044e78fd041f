//! The part of a badge's editor that makes its picture.

use crate::domain::badge::Shape;
use crate::domain::icons::{Icon, search};
use crate::domain::picture::{MAX_STARS, Pattern};
use crate::service::base::addresses;
use crate::web::views::shared::Choice;

/// What a drawn picture is made from. Posts `initials`, `shape`, `colour`, `icon`, `pattern`, `banner`, `band` and `stars`, and looks
/// for icons by `icon_search` and the action `search_icons`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PictureMaker {
    /// The words as typed.
    pub(crate) sought: String,
    /// What is found, the chosen one first.
    pub(crate) icons: Vec<Icon>,
    /// How many more there are.
    pub(crate) more: usize,
    /// Whether somebody is choosing an icon.
    pub(crate) is_open: bool,
    chosen: Option<Icon>,
}

impl PictureMaker {
    /// Offers icons by the words that were typed, while one of that name is chosen.
    #[must_use]
    pub(crate) fn new(sought: &str, chosen: &str, searches: bool) -> Self {
        let chosen = Icon::named(chosen);
        let (found, more) = search(sought);
        let others = found.into_iter().filter(|icon| Some(*icon) != chosen);
        Self {
            sought: sought.to_owned(),
            icons: chosen.into_iter().chain(others).collect(),
            more,
            is_open: searches || !sought.is_empty(),
            chosen,
        }
    }

    /// Whether nothing is found by words that were typed.
    pub(crate) fn finds_nothing(&self) -> bool {
        !self.sought.is_empty() && self.icons.iter().all(|icon| Some(*icon) == self.chosen)
    }

    /// Where drawn pictures are served.
    pub(crate) fn base(&self) -> &'static str {
        addresses::DRAWN
    }

    /// "Icon: book open", or that there are letters.
    pub(crate) fn summary(&self) -> String {
        match self.chosen {
            Some(icon) => format!("Icon: {}", icon.title()),
            None => "Choose an icon instead of letters".to_owned(),
        }
    }

    pub(crate) fn is_chosen(&self, icon: &Icon) -> bool {
        self.chosen == Some(*icon)
    }

    pub(crate) fn shapes(&self) -> [Choice; 8] {
        Shape::ALL.map(|shape| {
            let name = match shape {
                Shape::Hexagon => "Hexagon",
                Shape::Circle => "Circle",
                Shape::Shield => "Shield",
                Shape::Stones => "Stacked stones",
                Shape::Square => "Square",
                Shape::Octagon => "Octagon",
                Shape::Seal => "Seal",
                Shape::Rosette => "Rosette",
            };
            Choice::new(shape.word(), name)
        })
    }

    pub(crate) fn patterns(&self) -> [Choice; 5] {
        Pattern::ALL.map(|pattern| {
            let name = match pattern {
                Pattern::Plain => "None",
                Pattern::Rays => "Rays",
                Pattern::Dots => "Dots",
                Pattern::Stripes => "Stripes",
                Pattern::Rings => "Rings",
            };
            Choice::new(pattern.word(), name)
        })
    }

    pub(crate) fn stars(&self) -> Vec<Choice> {
        let name = |number: u8| match number {
            0 => "None".to_owned(),
            number => number.to_string(),
        };
        (0..=MAX_STARS)
            .map(|number| Choice::new(number.to_string(), name(number)))
            .collect()
    }
}

/// An uploaded picture that is not square. Posts `cut`, and for its choices `cut_colour`, `cut_left`, `cut_top` and `cut_side`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WholePicture {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// What its sides are counted in: an SVG has no pixels.
    pub(crate) unit: &'static str,
}

impl WholePicture {
    /// What can be done with it, as choices of a form.
    pub(crate) fn ways(self) -> [Choice; 5] {
        let (start, end) = if self.width > self.height {
            ("left", "right")
        } else {
            ("top", "bottom")
        };
        [
            Choice::new("centre", "Cut out its middle"),
            Choice::new("start", format!("Cut out its {start}")),
            Choice::new("end", format!("Cut out its {end}")),
            Choice::new("pad", "Keep all of it, with margins of this colour:"),
            Choice::new("whole", "Keep all of it, with clear margins"),
        ]
    }
}
