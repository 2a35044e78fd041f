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
struct Shape<'t> {
    minus: bool,
    /// Digits, with separators in groups of three.
    whole: &'t str,
    decimals: Option<&'t str>,
    /// Nothing for a whole number.
    sign: Option<DecimalSign>,
    /// One separator before three digits: decimals or thousands.
    either: bool,
}

impl Shape<'_> {
    fn number(&self) -> Option<Decimal> {
        let mut plain = String::from(if self.minus { "-" } else { "" });
        plain.extend(self.whole.chars().filter(char::is_ascii_digit));
        if let Some(decimals) = self.decimals {
            plain.push('.');
            plain.push_str(decimals);
        }
        Decimal::from_str_exact(&plain).ok()
    }
}

fn shape(text: &str) -> Option<Shape<'_>> {
    let bare = text.strip_prefix(['-', '\u{2212}']);
    let minus = bare.is_some();
    let digits = bare.unwrap_or(text);
    let digit = |at: Option<&u8>| at.is_some_and(u8::is_ascii_digit);
    let bytes = digits.as_bytes();
    let known = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'.' | b',');
    if !digit(bytes.first()) || !digit(bytes.last()) || bytes.len() > 40 || !bytes.iter().all(known) {
        return None;
    }
    let Some(at) = bytes.iter().rposition(|byte| !byte.is_ascii_digit()) else {
        return Some(Shape {
            minus,
            whole: digits,
            decimals: None,
            sign: None,
            either: false,
        });
    };
    let (whole, rest) = digits.split_at_checked(at)?;
    let (mark, decimals) = rest.split_at_checked(1)?;
    let (sign, mark, other) = if mark == "." {
        (DecimalSign::Point, '.', ',')
    } else {
        (DecimalSign::Comma, ',', '.')
    };
    if whole.contains(mark) {
        // The same separator twice can only stand between thousands.
        return (!whole.contains(other) && is_grouped(digits, mark)).then_some(Shape {
            minus,
            whole: digits,
            decimals: None,
            sign: Some(opposite(sign)),
            either: false,
        });
    }
    let groups = whole.contains(other);
    if groups && !is_grouped(whole, other) {
        return None;
    }
    Some(Shape {
        minus,
        whole,
        decimals: Some(decimals),
        sign: Some(sign),
        either: !groups && decimals.len() == 3 && whole.len() <= 3 && !whole.starts_with('0'),
    })
}

/// `1,234,567`
fn is_grouped(text: &str, mark: char) -> bool {
    let mut groups = text.split(mark);
    let first = groups.next().map_or(0, str::len);
    (1..=3).contains(&first) && groups.all(|group| group.len() == 3)
}

fn opposite(sign: DecimalSign) -> DecimalSign {
    match sign {
        DecimalSign::Point => DecimalSign::Comma,
        DecimalSign::Comma => DecimalSign::Point,
    }
}

/// What the form of a number says of the decimal sign of its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Says {
    Nothing,
    Surely(DecimalSign),
    /// So it is unless it stands between thousands.
    Perhaps(DecimalSign),
}

/// Nothing for what is no number.
pub(crate) fn look(text: &str) -> Option<Says> {
    let shape = shape(text)?;
    Some(match shape.sign {
        None => Says::Nothing,
        Some(sign) if shape.either => Says::Perhaps(sign),
        Some(sign) => Says::Surely(sign),
    })
}

pub(crate) fn is_number(text: &str) -> bool {
    shape(text).is_some()
}

/// A number of the other sign is read as well, where its form leaves no doubt: somebody typed it into a spreadsheet.
/// `1,234` is a number only where the file says what its comma is, and then only if it is the decimal sign.
pub(crate) fn parse(text: &str, of_file: Option<DecimalSign>) -> Option<Decimal> {
    let shape = shape(text)?;
    if shape.either && shape.sign != of_file {
        return None;
    }
    shape.number()
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
        let (point, comma) = (DecimalSign::Point, DecimalSign::Comma);
        for (text, says) in [
            ("9,50", Some(Says::Surely(comma))),
            ("9.5", Some(Says::Surely(point))),
            ("1.234,5", Some(Says::Surely(comma))),
            ("1,234,567", Some(Says::Surely(point))),
            ("0,500", Some(Says::Surely(comma))),
            ("1,234", Some(Says::Perhaps(comma))),
            ("88.000", Some(Says::Perhaps(point))),
            ("9", Some(Says::Nothing)),
            ("A", None),
            ("", None),
        ] {
            assert_eq!(look(text), says, "{text}");
        }
    }
}
