//! Numbers on the wire, read digit by digit and never through a float.

use rust_decimal::Decimal;

/// The longest spelling that is looked at.
const LONGEST: usize = 64;

/// `30`, `30.5`, `-3.25`, `3e1`: exactly, or not at all.
pub(crate) fn decimal(text: &str) -> Option<Decimal> {
    let text = text.trim();
    if text.is_empty() || text.len() > LONGEST || !text.bytes().all(is_of_number) {
        return None;
    }
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else {
        return Decimal::from_str_exact(text).ok();
    };
    let mantissa = Decimal::from_str_exact(mantissa).ok()?;
    let exponent: i32 = exponent.parse().ok()?;
    let scale = i32::try_from(mantissa.scale()).ok()?.checked_sub(exponent)?;
    if scale >= 0 {
        Decimal::try_from_i128_with_scale(mantissa.mantissa(), u32::try_from(scale).ok()?).ok()
    } else {
        let power = 10_i128.checked_pow(u32::try_from(scale.checked_neg()?).ok()?)?;
        Decimal::try_from_i128_with_scale(mantissa.mantissa().checked_mul(power)?, 0).ok()
    }
}

fn is_of_number(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E')
}

/// A whole number that is a step of a scale.
pub(crate) fn step(number: Decimal) -> Option<u32> {
    let whole = number.normalize();
    (whole.scale() == 0)
        .then(|| u32::try_from(whole.mantissa()).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_spelling_of_a_number_is_read_exactly() {
        for (text, expected) in [
            ("30", "30"),
            ("42.12345", "42.12345"),
            ("66.66667", "66.66667"),
            ("-3.25", "-3.25"),
            ("-1.00000", "-1"),
            ("0.1", "0.1"),
            ("33.333333333333336", "33.333333333333336"),
            ("3e1", "30"),
            ("1.25E-1", "0.125"),
            ("1.0e-05", "0.00001"),
            (" 30.50 ", "30.5"),
        ] {
            assert_eq!(decimal(text), Some(expected.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_exactly_is_no_number() {
        for text in [
            "",
            "-",
            "A+",
            "88%",
            "30,5",
            "1e400",
            "1e-400",
            "1e99999999999",
            "NaN",
            "inf",
            "0x1",
            "1_000",
            "0.12345678901234567890123456789012345",
        ] {
            assert_eq!(decimal(text), None, "{text}");
        }
    }

    #[test]
    fn a_step_is_whole() {
        assert_eq!(step("2.00000".parse().unwrap()), Some(2));
        assert_eq!(step("2.5".parse().unwrap()), None);
        assert_eq!(step("-1".parse().unwrap()), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[-+0-9.eE_ ]{0,40}|.{0,20}") {
            let _ = decimal(&text);
        }

        #[test]
        fn what_is_written_is_read_back(mantissa: i64, scale in 0_u32..18) {
            let value = Decimal::new(mantissa, scale);
            prop_assert_eq!(decimal(&value.to_string()), Some(value));
        }
    }
}
