//! How a picture that is not square becomes one.

use crate::domain::theme::Colour;

/// The shortest side that is cut out, in pixels.
pub(crate) const MIN_SIDE: u32 = 32;

/// What becomes of a picture that is not square.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// It stays whole, with clear margins.
    Whole,
    /// The middle of its longer side stays.
    Centre,
    /// Its left or upper end stays.
    Start,
    /// Its right or lower end stays.
    End,
    /// It stays whole, with margins of that colour.
    Pad(Colour),
    /// A square of it stays: how far from the left and from the top it begins, and its side.
    Square { left: u32, top: u32, side: u32 },
}

/// Why a picture cannot be cut so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CutProblem {
    /// Nobody said how.
    Unsaid,
    /// The colour of the margins cannot be read.
    Colour,
    /// Where the square begins and its side are no whole numbers.
    Numbers,
    /// The square would be too small to be recognised.
    Small,
    /// The square reaches out of the picture, which is of that size.
    Outside { width: u32, height: u32 },
}

/// A square over a picture, in its pixels, from its left upper corner; it reaches out of the picture only where that stays whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) left: i64,
    pub(crate) top: i64,
    pub(crate) side: u32,
    /// What is seen around the picture and behind it; none where that is clear.
    pub(crate) ground: Option<Colour>,
}

impl Cut {
    /// The square of a picture of that size.
    ///
    /// # Errors
    /// Why there is none.
    pub(crate) fn frame(self, (width, height): (u32, u32)) -> Result<Frame, CutProblem> {
        let (short, long) = (width.min(height), width.max(height));
        let rest = i64::from(long - short);
        // Along the longer side.
        let at = |offset: i64, side: u32| {
            let (left, top) = if width > height { (offset, 0) } else { (0, offset) };
            Frame {
                left,
                top,
                side,
                ground: None,
            }
        };
        // Out of the picture, across its longer side.
        let around = |ground: Option<Colour>| {
            let (left, top) = if width > height {
                (0, -(rest / 2))
            } else {
                (-(rest / 2), 0)
            };
            Frame {
                left,
                top,
                side: long,
                ground,
            }
        };
        let frame = match self {
            Self::Whole => around(None),
            Self::Centre => at(rest / 2, short),
            Self::Start => at(0, short),
            Self::End => at(rest, short),
            Self::Pad(ground) => around(Some(ground)),
            Self::Square { left, top, side } => {
                let ends = |begin: u32, most: u32| u64::from(begin) + u64::from(side) <= u64::from(most);
                if !ends(left, width) || !ends(top, height) {
                    return Err(CutProblem::Outside { width, height });
                }
                Frame {
                    left: left.into(),
                    top: top.into(),
                    side,
                    ground: None,
                }
            }
        };
        if frame.side < MIN_SIDE {
            return Err(CutProblem::Small);
        }
        Ok(frame)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_square_is_cut_where_it_was_said_and_nowhere_outside() {
        let frame = |cut: Cut, size| cut.frame(size).map(|one| (one.left, one.top, one.side));
        let (wide, high) = ((400, 300), (300, 400));
        assert_eq!(frame(Cut::Whole, wide), Ok((0, -50, 400)));
        assert_eq!(Cut::Whole.frame(high).map(|one| one.ground), Ok(None));
        assert_eq!(frame(Cut::Centre, wide), Ok((50, 0, 300)));
        assert_eq!(frame(Cut::Centre, high), Ok((0, 50, 300)));
        assert_eq!(frame(Cut::Start, wide), Ok((0, 0, 300)));
        assert_eq!(frame(Cut::End, high), Ok((0, 100, 300)));
        assert_eq!(frame(Cut::Pad(Colour::BLACK), wide), Ok((0, -50, 400)));
        assert_eq!(frame(Cut::Pad(Colour::BLACK), high), Ok((-50, 0, 400)));
        let square = |left, top, side| frame(Cut::Square { left, top, side }, wide);
        assert_eq!(square(300, 200, 100), Ok((300, 200, 100)));
        let outside = Err(CutProblem::Outside {
            width: 400,
            height: 300,
        });
        assert_eq!(square(301, 200, 100), outside);
        assert_eq!(square(0, 0, 400), outside);
        assert_eq!(square(u32::MAX, u32::MAX, u32::MAX), outside);
        assert_eq!(square(0, 0, 31), Err(CutProblem::Small));
        assert_eq!(frame(Cut::Centre, (400, 20)), Err(CutProblem::Small));
    }

    proptest! {
        #[test]
        fn what_is_cut_out_lies_in_the_picture(width in 1_u32..=2_048, height in 1_u32..=2_048, left: u32, top: u32, side: u32) {
            for cut in [Cut::Centre, Cut::Start, Cut::End, Cut::Square { left, top, side }] {
                if let Ok(frame) = cut.frame((width, height)) {
                    prop_assert!(frame.left >= 0 && frame.top >= 0);
                    prop_assert!(frame.left + i64::from(frame.side) <= i64::from(width));
                    prop_assert!(frame.top + i64::from(frame.side) <= i64::from(height));
                }
            }
        }
    }
}
