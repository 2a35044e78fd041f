//! From bytes to text.

use std::borrow::Cow;
use std::fmt;

use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::limits::Limits;
use crate::refusal::Refusal;

/// How the bytes of a file were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// UTF-8 without a byte order mark, as both platforms write by themselves.
    Utf8,
    /// UTF-8 with a byte order mark.
    Utf8Marked,
    /// UTF-16, little endian, with a byte order mark ("Unicode text" of spreadsheet programs).
    Utf16Le,
    /// UTF-16, big endian, with a byte order mark.
    Utf16Be,
    /// Windows-1252: nothing says so, it is what the bytes are likely to be.
    Windows1252,
}

impl Encoding {
    /// Whether names may be wrong, since the file does not say its encoding.
    #[must_use]
    pub fn is_guess(self) -> bool {
        self == Self::Windows1252
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Utf8 | Self::Utf8Marked => "UTF-8",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
            Self::Windows1252 => "Windows-1252",
        })
    }
}

/// The text of a file.
#[derive(Debug)]
pub(crate) struct Decoded<'a> {
    pub(crate) text: Cow<'a, str>,
    pub(crate) encoding: Encoding,
    /// The bytes end within a character.
    pub(crate) cut: bool,
}

pub(crate) fn decode<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Decoded<'a>, Refusal> {
    if bytes.len() > limits.bytes {
        return Err(Refusal::TooLarge {
            bytes: bytes.len(),
            limit: limits.bytes,
        });
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        return Err(Refusal::Workbook);
    }
    let decoded = if let Some(rest) = bytes.strip_prefix(b"\xEF\xBB\xBF") {
        utf8(rest, Encoding::Utf8Marked).ok_or(Refusal::Broken(Encoding::Utf8Marked))?
    } else if let Some(rest) = bytes.strip_prefix(b"\xFF\xFE") {
        utf16(rest, Encoding::Utf16Le)?
    } else if let Some(rest) = bytes.strip_prefix(b"\xFE\xFF") {
        utf16(rest, Encoding::Utf16Be)?
    } else if let Some(decoded) = utf8(bytes, Encoding::Utf8) {
        decoded
    } else {
        windows_1252(bytes)?
    };
    if decoded.text.contains('\0') {
        return Err(Refusal::Binary);
    }
    let begins = decoded.text.trim_start();
    if begins.is_empty() {
        return Err(Refusal::Empty);
    }
    if begins.starts_with('<') {
        return Err(Refusal::Markup);
    }
    Ok(decoded)
}

/// Nothing for bytes that are wrong before their end.
fn utf8(bytes: &[u8], encoding: Encoding) -> Option<Decoded<'_>> {
    let (text, cut) = match std::str::from_utf8(bytes) {
        Ok(text) => (text, false),
        Err(error) if error.error_len().is_none() => {
            let whole = bytes.get(..error.valid_up_to())?;
            (std::str::from_utf8(whole).ok()?, true)
        }
        Err(_) => return None,
    };
    Some(Decoded {
        text: Cow::Borrowed(text),
        encoding,
        cut,
    })
}

fn utf16(bytes: &[u8], encoding: Encoding) -> Result<Decoded<'_>, Refusal> {
    let (units, rest) = bytes.split_at(bytes.len() & !1);
    let high = |unit: &[u8]| {
        let byte = if encoding == Encoding::Utf16Le {
            unit.last()
        } else {
            unit.first()
        };
        byte.is_some_and(|byte| (0xD8..=0xDB).contains(byte))
    };
    let (units, half) = match units.split_last_chunk::<2>() {
        Some((before, last)) if high(last) => (before, true),
        _ => (units, false),
    };
    let reader = if encoding == Encoding::Utf16Le {
        UTF_16LE
    } else {
        UTF_16BE
    };
    let text = reader.decode_without_bom_handling_and_without_replacement(units);
    Ok(Decoded {
        text: text.ok_or(Refusal::Broken(encoding))?,
        encoding,
        cut: half || !rest.is_empty(),
    })
}

/// Every byte is a character there, so that pictures have to be told from text by their control characters.
fn windows_1252(bytes: &[u8]) -> Result<Decoded<'_>, Refusal> {
    let is_text = |byte: &u8| *byte >= b' ' || matches!(byte, b'\t' | b'\n' | b'\r');
    if !bytes.iter().all(is_text) {
        return Err(Refusal::Binary);
    }
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
    Ok(Decoded {
        text,
        encoding: Encoding::Windows1252,
        cut: false,
    })
}
