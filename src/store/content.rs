//! What a file is, found out while it is read: its digest, its size, how it begins and whether it is text.

use sha2::{Digest as _, Sha256};

/// Bytes of the beginning that are kept: enough to tell one kind of document from another.
const HEAD: usize = 8 << 10;

/// What is known of a file that was read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct About {
    /// SHA-256 in lower-case hex.
    pub(crate) digest: String,
    /// Bytes.
    pub(crate) size: u64,
    /// How it begins.
    pub(crate) head: Vec<u8>,
    /// Whether all of it is UTF-8 without U+0000.
    pub(crate) is_text: bool,
}

/// A file that is being read.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    hash: Sha256,
    size: u64,
    head: Vec<u8>,
    text: Text,
}

impl Reading {
    pub(crate) fn read(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        let more = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.size = self.size.saturating_add(more);
        let room = HEAD.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(bytes.get(..room).unwrap_or_default());
        self.text.read(bytes);
    }

    pub(crate) fn end(self) -> About {
        About {
            digest: hex::encode(self.hash.finalize()),
            size: self.size,
            head: self.head,
            is_text: self.text.end(),
        }
    }
}

/// Whether bytes are text, of which the last character may be cut between two reads.
#[derive(Debug, Default)]
struct Text {
    other: bool,
    cut: Vec<u8>,
}

impl Text {
    fn read(&mut self, bytes: &[u8]) {
        if self.other {
            return;
        }
        let joined;
        let bytes = if self.cut.is_empty() {
            bytes
        } else {
            joined = [std::mem::take(&mut self.cut).as_slice(), bytes].concat();
            &joined
        };
        self.other = bytes.contains(&0);
        if let Err(error) = std::str::from_utf8(bytes) {
            if error.error_len().is_some() {
                self.other = true;
            }
            self.cut = bytes.get(error.valid_up_to()..).unwrap_or_default().to_vec();
        }
        if self.other {
            self.cut = Vec::new();
        }
    }

    fn end(self) -> bool {
        !self.other && self.cut.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about(pieces: &[&[u8]]) -> About {
        let mut reading = Reading::default();
        for piece in pieces {
            reading.read(piece);
        }
        reading.end()
    }

    #[test]
    fn what_a_file_is_does_not_depend_on_how_it_comes() {
        let text = "grün, 🌲 and green".as_bytes();
        let whole = about(&[text]);
        assert!(whole.is_text);
        assert_eq!(whole.digest, hex::encode(Sha256::digest(text)));
        for cut in 0..=text.len() {
            let (before, after) = text.split_at(cut);
            assert_eq!(about(&[before, after]), whole, "cut at {cut}");
        }
        let single: Vec<&[u8]> = text.chunks(1).collect();
        assert_eq!(about(&single), whole);
        for other in [&b"a\0b"[..], b"\xff", b"gr\xc3", b"\xf0\x9f\x8c", b"\xed\xa0\x80"] {
            assert!(!about(&[other]).is_text, "{other:?}");
            let single: Vec<&[u8]> = other.chunks(1).collect();
            assert!(!about(&single).is_text, "{other:?}");
        }
        assert_eq!(about(&[&[b'x'; HEAD], &[b'y'; 9]]).head, [b'x'; HEAD]);
    }
}
