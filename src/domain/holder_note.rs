//! What a holder says of a badge of theirs, which its issuer did not ask for and did not sign.

use chrono::{DateTime, Utc};
use url::Url;

use crate::ids::AwardId;

/// Most characters of a note.
pub(crate) const MOST_CHARACTERS: usize = 2_000;
/// Most bytes of an address.
const MOST_OF_LINK: usize = 2_000;

/// The holder's words on an award.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HolderNote {
    pub(crate) award: AwardId,
    /// Plain text, up to [`MOST_CHARACTERS`]; may be empty where there is a link.
    pub(crate) note: String,
    pub(crate) link: Option<Link>,
    /// Whether others read it where they see the badge.
    pub(crate) shown: bool,
    pub(crate) written_at: DateTime<Utc>,
}

/// The address of a work: http or https, and nobody's name or password in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link(String);

impl Link {
    /// An address as somebody typed it; none where it is not one that a page may link to.
    #[must_use]
    pub(crate) fn parse(typed: &str) -> Option<Self> {
        let typed = typed.trim();
        if typed.len() > MOST_OF_LINK {
            return None;
        }
        let url = Url::parse(typed).ok()?;
        let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
        let is_nobodys = url.username().is_empty() && url.password().is_none();
        let whole = url.to_string();
        (is_web && is_nobodys && whole.len() <= MOST_OF_LINK).then_some(Self(whole))
    }

    #[must_use]
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// What is wrong with a note as it was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrong {
    TooLong,
    /// It is no address of the web.
    Link,
}

/// A note of these words, without what no page shows; none where nothing is said.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn written(note: &str, link: &str) -> Result<Option<(String, Option<Link>)>, Wrong> {
    let kept = |letter: &char| *letter == '\n' || !letter.is_control();
    let lines = note.replace("\r\n", "\n");
    let note: String = lines.trim().chars().filter(kept).collect();
    if note.chars().count() > MOST_CHARACTERS {
        return Err(Wrong::TooLong);
    }
    let link = match link.trim() {
        "" => None,
        typed => Some(Link::parse(typed).ok_or(Wrong::Link)?),
    };
    Ok((!note.is_empty() || link.is_some()).then_some((note, link)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_of_the_web_or_none() {
        for typed in ["https://work.example/a?b=c#d", " http://work.example "] {
            assert!(Link::parse(typed).is_some(), "{typed}");
        }
        for typed in [
            "javascript:alert(1)",
            "JAVASCRIPT:alert(1)",
            "data:text/html,x",
            "ftp://work.example/a",
            "mailto:ada@example.edu",
            "//work.example",
            "work.example",
            "https://",
            "https://ada:secret@work.example/",
            "",
        ] {
            assert_eq!(Link::parse(typed), None, "{typed}");
        }
        assert_eq!(
            Link::parse(&format!("https://a.example/{}", "a".repeat(2_000))),
            None
        );
    }

    #[test]
    fn a_note_is_bounded_and_nothing_is_no_note() {
        assert_eq!(written(" \r\n ", ""), Ok(None));
        let (note, link) = written("One.\r\n\u{7}Two.\0", "").unwrap().unwrap();
        assert_eq!((note.as_str(), link), ("One.\nTwo.", None));
        let (note, link) = written("", "https://a.example").unwrap().unwrap();
        assert_eq!(
            (note.as_str(), link.unwrap().as_str()),
            ("", "https://a.example/")
        );
        let longest = "ä".repeat(MOST_CHARACTERS);
        assert!(written(&longest, "").is_ok());
        assert_eq!(written(&format!("{longest}ä"), ""), Err(Wrong::TooLong));
        assert_eq!(written("x", "javascript:alert(1)"), Err(Wrong::Link));
    }
}
