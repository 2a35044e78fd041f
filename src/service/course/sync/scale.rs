//! A result as the grade that counts: on the scale of its column, and without the noise of binary fractions.

use lti::capabilities::ResultScale;
use lti::services::grades::ResultRow;
use rust_decimal::Decimal;

use crate::domain::facts::Recorded;
use crate::ids::PersonId;
use crate::store::results::ResultSeen;

/// A grade on the scale of its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::service::course) struct Scaled {
    pub(crate) value: Decimal,
    /// Above zero.
    pub(crate) maximum: Decimal,
    /// What the row says, where it measures by another maximum.
    pub(super) recorded: Option<Recorded>,
}

/// A score of a row whose maximum is `row` (1 where it names none: AGS 2.0, 3.3.3) in a column with the maximum `column`.
/// None where neither is above zero: points out of nothing say nothing.
pub(in crate::service::course) fn scaled(
    score: Decimal,
    row: Option<Decimal>,
    column: Decimal,
    scale: ResultScale,
) -> Option<Scaled> {
    let row = row.unwrap_or(Decimal::ONE);
    let (value, maximum) = match scale {
        ResultScale::Column if column > Decimal::ZERO => (score, column),
        ResultScale::Row if column > Decimal::ZERO && row > Decimal::ZERO => {
            match score
                .checked_mul(column)
                .and_then(|product| product.checked_div(row))
            {
                Some(value) => (value, column),
                None => (score, row),
            }
        }
        _ if row > Decimal::ZERO => (score, row),
        _ => return None,
    };
    let recorded = (row != maximum).then(|| Recorded {
        value: without_noise(score, row),
        maximum: row,
    });
    Some(Scaled {
        value: without_noise(value, maximum),
        maximum,
        recorded,
    })
}

/// A row as it is stored. Points out of nothing are unknown.
pub(in crate::service::course) fn result_seen(
    row: &ResultRow,
    column: Decimal,
    scale: ResultScale,
    person: PersonId,
) -> ResultSeen {
    let grade = row
        .score
        .and_then(|score| scaled(score, row.maximum, column, scale));
    let known = [column, row.maximum.unwrap_or(Decimal::ONE)];
    let usable = known.into_iter().find(|maximum| *maximum > Decimal::ZERO);
    ResultSeen {
        person,
        value: grade.map(|grade| grade.value),
        maximum: grade.map_or(usable.unwrap_or(Decimal::ONE), |grade| grade.maximum),
        recorded: grade.and_then(|grade| grade.recorded),
        comment: row.comment.clone(),
    }
}

/// `value` rounded to the first decimal place that is no more than a millionth of `maximum`: platforms calculate in
/// binary fractions, where 80 of 100 may be 79.99999999999999. Nobody grades as finely as that.
fn without_noise(value: Decimal, maximum: Decimal) -> Decimal {
    let finest = maximum.abs() / Decimal::from(1_000_000);
    let places = (0..=28).find(|places| Decimal::new(1, *places) <= finest);
    places.map_or(value, |places| value.round_dp(places)).normalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn counted(score: &str, row: Option<&str>, column: &str, scale: ResultScale) -> Option<(String, String)> {
        let scaled = scaled(decimal(score), row.map(decimal), decimal(column), scale)?;
        Some((scaled.value.to_string(), scaled.maximum.to_string()))
    }

    fn both(value: &str, maximum: &str) -> Option<(String, String)> {
        Some((value.to_owned(), maximum.to_owned()))
    }

    #[test]
    fn moodle_measures_by_the_column_and_canvas_by_the_row() {
        assert_eq!(
            counted("30", Some("50"), "100", ResultScale::Column),
            both("30", "100")
        );
        assert_eq!(
            counted("30", Some("50"), "100", ResultScale::Row),
            both("60", "100")
        );
        assert_eq!(counted("0.8", None, "20", ResultScale::Row), both("16", "20"));
        assert_eq!(counted("8", Some("10"), "10", ResultScale::Row), both("8", "10"));
    }

    #[test]
    fn what_the_row_says_is_kept_only_where_it_differs() {
        let recorded = |row: &str| {
            scaled(
                decimal("30"),
                Some(decimal(row)),
                decimal("100"),
                ResultScale::Column,
            )
            .unwrap()
            .recorded
        };
        assert_eq!(recorded("100.0"), None);
        let expected = Recorded {
            value: decimal("30"),
            maximum: decimal("50"),
        };
        assert_eq!(recorded("50"), Some(expected));
    }

    #[test]
    fn noise_goes_and_nothing_else() {
        for (score, maximum, right) in [
            ("79.99999999999999", "100", "80"),
            ("0.7999999999999999", "1", "0.8"),
            ("80.00000000000001", "100", "80"),
            ("29.99", "50", "29.99"),
            ("79.995", "100", "79.995"),
            ("-3.5", "10", "-3.5"),
            ("0", "10", "0"),
        ] {
            let value = counted(score, Some(maximum), maximum, ResultScale::Row);
            assert_eq!(value, both(right, maximum), "{score}");
        }
    }

    #[test]
    fn points_out_of_nothing_say_nothing() {
        assert_eq!(counted("5", Some("0"), "0", ResultScale::Row), None);
        assert_eq!(counted("5", Some("-1"), "0", ResultScale::Column), None);
        assert_eq!(counted("5", Some("10"), "0", ResultScale::Row), both("5", "10"));
        assert_eq!(counted("5", Some("0"), "10", ResultScale::Row), None);
    }

    #[test]
    fn the_largest_numbers_do_not_overflow() {
        let most = Decimal::MAX.to_string();
        for scale in [ResultScale::Row, ResultScale::Column] {
            assert!(counted(&most, Some("3"), "100", scale).is_some());
            assert!(counted(&most, Some(&most), &most, scale).is_some());
        }
    }
}
