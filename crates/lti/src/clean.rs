//! Text from outside without control characters (Unicode category Cc): nobody can read them, and of two databases one
//! refuses U+0000 and the other keeps it. What is shown is cleaned; what names somebody or something is refused instead,
//! because two ids must never become one.

use std::borrow::Cow;

/// Bytes of an id: LTI 1.3 core, section 5.3, allows 255.
const LONGEST_ID: usize = 255;

/// A name, title or label: line breaks and tabs become blanks, other control characters go.
#[must_use]
pub fn line(text: &str) -> Cow<'_, str> {
    if !text.contains(char::is_control) {
        return Cow::Borrowed(text);
    }
    let letter = |c: char| match c {
        '\t' | '\n' | '\r' => Some(' '),
        c => (!c.is_control()).then_some(c),
    };
    Cow::Owned(text.chars().filter_map(letter).collect())
}

/// Text of several lines: line breaks and tabs stay, other control characters go.
#[must_use]
pub fn lines(text: &str) -> Cow<'_, str> {
    let is_odd = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r');
    if !text.contains(is_odd) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter(|c| !is_odd(*c)).collect())
}

/// Whether a text can name somebody or something of the platform's.
#[must_use]
pub fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST_ID && !text.contains(char::is_control)
}

/// The name of a person: as the platform says it, or made of its parts.
#[must_use]
pub fn whole_name(name: Option<&str>, given: Option<&str>, family: Option<&str>) -> Option<String> {
    let said = |text: Option<&str>| {
        let text = line(text?).trim().to_owned();
        (!text.is_empty()).then_some(text)
    };
    said(name).or_else(|| {
        let parts: Vec<String> = [said(given), said(family)].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_stays_one_and_lines_stay_lines() {
        for (sent, one, several) in [
            ("Ada Fern", "Ada Fern", "Ada Fern"),
            ("Ada\0Fern", "AdaFern", "AdaFern"),
            ("Ada\r\n\tFern", "Ada   Fern", "Ada\r\n\tFern"),
            ("\u{1b}[31mAda\u{7f}\u{85}", "[31mAda", "[31mAda"),
            ("Łukasz ‏😀", "Łukasz ‏😀", "Łukasz ‏😀"),
        ] {
            assert_eq!(
                (line(sent).as_ref(), lines(sent).as_ref()),
                (one, several),
                "{sent:?}"
            );
        }
    }

    #[test]
    fn an_id_is_taken_as_it_is_or_not_at_all() {
        for id in ["9", "a b", "Ü", &"x".repeat(255)] {
            assert!(is_id(id), "{id}");
        }
        for id in ["", "9\0", "9\n", &"x".repeat(256), &"Ü".repeat(128)] {
            assert!(!is_id(id), "{id:?}");
        }
    }

    #[test]
    fn a_name_is_made_of_what_there_is() {
        let name = |name, given, family| whole_name(name, given, family);
        assert_eq!(
            name(Some("R. Fern"), Some("Rosa"), Some("Fern")).as_deref(),
            Some("R. Fern")
        );
        assert_eq!(
            name(None, Some("Rosa"), Some("Fern")).as_deref(),
            Some("Rosa Fern")
        );
        assert_eq!(name(Some(" \0"), Some("Rosa"), None).as_deref(), Some("Rosa"));
        assert_eq!(name(None, Some(" "), Some("Fern")).as_deref(), Some("Fern"));
        assert_eq!(name(None, None, None), None);
    }

    proptest! {
        #[test]
        fn what_is_clean_is_clean_for_good(text in ".{0,40}|[\0-\u{ff}]{0,40}") {
            let once = line(&text).into_owned();
            prop_assert!(!once.contains(char::is_control));
            let twice = line(&once).into_owned();
            prop_assert_eq!(twice, once);
            prop_assert!(!lines(&text).contains('\0'));
        }
    }
}
