//! Numbers as people and programs write them: exact, and nothing where a reading would be a guess.

use rust_decimal::Decimal;

/// What stands before the decimals of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DecimalSign {
    /// `9.50`
    Point,
    /// `9,50`
    Comma,
}

/// A number of digits and separators, with what its form alone says.
struct Shape {
    /// Sign, digits and at most one point.
    plain: String,
    /// Nothing for a whole number.
    sign: Option<DecimalSign>,
    /// One separator before three digits: decimals or thousands.
    either: bool,
}

fn shape(text: &str) -> Option<Shape> {
    let (minus, digits) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => ("-", rest),
        None => ("", text),
    };
    let digit = |at: Option<&u8>| at.is_some_and(u8::is_ascii_digit);
    let bytes = digits.as_bytes();
    let known = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'.' | b',');
    if !digit(bytes.first()) || !digit(bytes.last()) || bytes.len() > 40 || !bytes.iter().all(known) {
        return None;
    }
    let Some(at) = digits.rfind(['.', ',']) else {
        return Some(Shape {
            plain: format!("{minus}{digits}"),
            sign: None,
            either: false,
        });
    };
    let (whole, rest) = digits.split_at_checked(at)?;
    let (mark, decimals) = rest.split_at_checked(1)?;
    let (sign, other) = if mark == "." {
        (DecimalSign::Point, ',')
    } else {
        (DecimalSign::Comma, '.')
    };
    if whole.contains(mark) {
        // The same separator twice can only stand between thousands.
        if whole.contains(other) {
            return None;
        }
        let all = grouped(digits, mark)?;
        return Some(Shape {
            plain: format!("{minus}{all}"),
            sign: Some(opposite(sign)),
            either: false,
        });
    }
    let groups = whole.contains(other);
    let whole_plain = if groups {
        grouped(whole, other.encode_utf8(&mut [0; 4]))?
    } else {
        whole.to_owned()
    };
    Some(Shape {
        plain: format!("{minus}{whole_plain}.{decimals}"),
        sign: Some(sign),
        either: !groups && decimals.len() == 3 && whole.len() <= 3 && !whole.starts_with('0'),
    })
}

/// The digits of `1,234,567`; nothing where the groups are not of three.
fn grouped(text: &str, mark: &str) -> Option<String> {
    let mut groups = text.split(mark);
    let first = groups.next().filter(|first| (1..=3).contains(&first.len()))?;
    let mut all = first.to_owned();
    for group in groups {
        (group.len() == 3).then(|| all.push_str(group))?;
    }
    Some(all)
}

fn opposite(sign: DecimalSign) -> DecimalSign {
    match sign {
        DecimalSign::Point => DecimalSign::Comma,
        DecimalSign::Comma => DecimalSign::Point,
    }
}

/// Nothing for what is no number; else what it says of the decimal sign of its file, if anything.
pub(crate) fn look(text: &str) -> Option<Option<DecimalSign>> {
    shape(text).map(|shape| shape.sign.filter(|_| !shape.either))
}

/// What a number says of the decimal sign of its file, if anything.
pub(crate) fn evidence(text: &str) -> Option<DecimalSign> {
    look(text).flatten()
}

pub(crate) fn is_number(text: &str) -> bool {
    shape(text).is_some()
}

/// `1,234` is a number only where the file says what its comma is, and then only if it is the decimal sign.
pub(crate) fn parse(text: &str, of_file: Option<DecimalSign>) -> Option<Decimal> {
    let shape = shape(text)?;
    if shape.either && shape.sign != of_file {
        return None;
    }
    Decimal::from_str_exact(&shape.plain).ok()
}

/// The number before a percent sign.
pub(crate) fn percentage(text: &str) -> Option<&str> {
    text.strip_suffix('%').map(str::trim_end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, sign: Option<DecimalSign>) -> Option<String> {
        parse(text, sign).map(|number| number.to_string())
    }

    #[test]
    fn reads_numbers_exactly_whatever_their_decimal_sign() {
        let point = Some(DecimalSign::Point);
        let comma = Some(DecimalSign::Comma);
        for (text, sign, expected) in [
            ("9.50", point, Some("9.50")),
            ("9,50", comma, Some("9.50")),
            ("9,50", None, Some("9.50")),
            ("10", None, Some("10")),
            ("-3.25", point, Some("-3.25")),
            ("1,234.56", point, Some("1234.56")),
            ("1.234,56", comma, Some("1234.56")),
            ("1,234,567", None, Some("1234567")),
            ("9.123", point, Some("9.123")),
            ("66,66667", comma, Some("66.66667")),
            ("0.100", None, Some("0.100")),
            ("0.1", None, Some("0.1")),
        ] {
            assert_eq!(read(text, sign).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn what_could_be_two_numbers_or_none_is_no_number() {
        for text in ["1,234", "1.234", "12.345"] {
            assert_eq!(read(text, None), None, "{text}");
        }
        assert_eq!(read("1,234", Some(DecimalSign::Point)), None);
        for text in [
            "",
            "-",
            ".",
            "5.",
            ".5",
            "1e5",
            "1,50001E+14",
            "+5",
            "=1+1",
            "1,23,456",
            "1.2.3",
            "12,34.5",
            "1,2.3,4",
            "٣",
            "9.5x",
            "1 234",
            "--1",
            "inf",
            "NaN",
            "99999999999999999999999999999999",
        ] {
            assert_eq!(read(text, Some(DecimalSign::Point)), None, "{text}");
        }
    }

    #[test]
    fn the_form_of_a_number_says_which_sign_its_file_has() {
        assert_eq!(evidence("9,50"), Some(DecimalSign::Comma));
        assert_eq!(evidence("9.5"), Some(DecimalSign::Point));
        assert_eq!(evidence("1.234,5"), Some(DecimalSign::Comma));
        assert_eq!(evidence("1,234,567"), Some(DecimalSign::Point));
        for text in ["9", "1,234", "1.234", "A", ""] {
            assert_eq!(evidence(text), None, "{text}");
        }
    }
}
