//! Lines and areas over time as the data of SVG paths: numbers in, text out.
//!
//! Written here rather than taken from a crate. `plotters` brings its own backends and fonts; `splot`, the small one that draws SVG alone,
//! writes its labels into the picture, where they shrink with it to a third at 320 pixels, and brings its own style sheet, which the
//! content policy of these pages refuses and dark mode and print cannot reach. What is needed is two paths: labels are text of the page, and
//! colours are classes of its style sheet. Pictures are stretched to the width there is, so no path holds anything but straight lines.

use std::fmt::Write as _;

/// The width of a picture in its own units.
pub(crate) const WIDTH: i64 = 1_000;
/// Its height.
pub(crate) const HEIGHT: i64 = 300;

/// Where numbers stand in a picture: from `0` to `span` from left to right, and from `0` to `most` from below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scale {
    span: i64,
    most: i64,
}

impl Scale {
    /// A scale up to these; one that would be empty holds one unit.
    #[must_use]
    pub(crate) fn to(span: i64, most: i64) -> Self {
        Self {
            span: span.max(1),
            most: most.max(1),
        }
    }

    fn x(self, at: i64) -> i64 {
        at.clamp(0, self.span).saturating_mul(WIDTH) / self.span
    }

    fn y(self, value: i64) -> i64 {
        HEIGHT - value.clamp(0, self.most).saturating_mul(HEIGHT) / self.most
    }
}

/// A number that stays until the next one: a line of steps from the left edge to the right one. `points` are where and what, in order.
#[must_use]
pub(crate) fn steps(scale: Scale, points: &[(i64, i64)]) -> String {
    let mut path = format!("M0 {}", scale.y(0));
    for (at, value) in points {
        push(&mut path, format_args!("H{}V{}", scale.x(*at), scale.y(*value)));
    }
    push(&mut path, format_args!("H{WIDTH}"));
    path
}

/// The area between two lines over the same places. `points` are where, the lower and the upper number, in order; of one alone it is
/// a strip to the right edge.
#[must_use]
pub(crate) fn band(scale: Scale, points: &[(i64, i64, i64)]) -> String {
    let mut points = points.to_vec();
    if let [(_, low, high)] = *points.as_slice() {
        points.push((scale.span, low, high));
    }
    let mut path = String::new();
    for (n, (at, _, high)) in points.iter().enumerate() {
        let letter = if n == 0 { 'M' } else { 'L' };
        push(
            &mut path,
            format_args!("{letter}{} {}", scale.x(*at), scale.y(*high)),
        );
    }
    for (at, low, _) in points.iter().rev() {
        push(&mut path, format_args!("L{} {}", scale.x(*at), scale.y(*low)));
    }
    if !path.is_empty() {
        path.push('Z');
    }
    path
}

/// A bar for each number, side by side from the left edge to the right one; the span of the scale is how many there are.
#[must_use]
pub(crate) fn bars(scale: Scale, values: &[i64]) -> String {
    let mut path = String::new();
    for (at, value) in (0..).zip(values) {
        let (left, right) = (scale.x(at), scale.x(at + 1));
        push(
            &mut path,
            format_args!("M{left} {HEIGHT}V{}H{right}V{HEIGHT}Z", scale.y(*value)),
        );
    }
    path
}

fn push(path: &mut String, part: std::fmt::Arguments<'_>) {
    // Nothing can go wrong with text in memory.
    let _ = path.write_fmt(part);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn steps_begin_at_nothing_and_go_on_to_the_edge() {
        let scale = Scale::to(10, 4);
        assert_eq!(steps(scale, &[(0, 1), (5, 4)]), "M0 300H0V225H500V0H1000");
        assert_eq!(steps(scale, &[]), "M0 300H1000");
    }

    #[test]
    fn an_area_goes_there_above_and_back_below() {
        let scale = Scale::to(2, 10);
        let area = band(scale, &[(0, 0, 5), (2, 5, 10)]);
        assert_eq!(area, "M0 150L1000 0L1000 150L0 300Z");
        assert_eq!(
            band(scale, &[(0, 0, 10)]),
            "M0 0L1000 0L1000 300L0 300Z",
            "one day is a strip"
        );
        assert_eq!(band(scale, &[]), "");
    }

    #[test]
    fn bars_stand_side_by_side_and_fill_the_width() {
        assert_eq!(
            bars(Scale::to(2, 4), &[4, 1]),
            "M0 300V0H500V300ZM500 300V225H1000V300Z"
        );
        assert_eq!(bars(Scale::to(0, 0), &[]), "");
    }

    #[test]
    fn a_scale_of_nothing_divides_by_nothing() {
        assert_eq!(steps(Scale::to(0, 0), &[(0, 0)]), "M0 300H0V300H1000");
    }

    proptest! {
        #[test]
        fn whatever_the_numbers_nothing_leaves_the_picture(
            span in any::<i64>(), most in any::<i64>(), points in prop::collection::vec(any::<(i64, i64)>(), 0..9),
        ) {
            let scale = Scale::to(span, most);
            for (at, value) in &points {
                prop_assert!((0..=WIDTH).contains(&scale.x(*at)) && (0..=HEIGHT).contains(&scale.y(*value)));
            }
            prop_assert!(steps(scale, &points).starts_with('M'));
        }
    }
}
