//! PNG: one uncompressed `iTXt` chunk right after the header (PNG specification, section 11.3.3.4).
//!
//! The picture's own chunks are copied byte for byte; a decoder would lose some of them.

use super::{BakeError, MAX_CREDENTIAL, check_sizes};

pub(super) const MAGIC: &[u8] = b"\x89PNG\r\n\x1a\n";
const KEYWORD: &[u8] = b"openbadgecredential";
/// How badges of 1.0 and 2.0 are baked (Open Badges Baking Specification): JSON, a token, or an address.
const OLDER_KEYWORD: &[u8] = b"openbadges";

/// One chunk, with the bytes that follow it.
struct Chunk<'a> {
    kind: &'a [u8],
    data: &'a [u8],
    rest: &'a [u8],
}

fn chunk(bytes: &[u8]) -> Result<Chunk<'_>, BakeError> {
    const SHORT: BakeError = BakeError::Png("it ends within a chunk");
    let (length, after) = bytes.split_first_chunk::<4>().ok_or(SHORT)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| SHORT)?;
    let typed = length.checked_add(4).ok_or(SHORT)?;
    let (typed, after) = after.split_at_checked(typed).ok_or(SHORT)?;
    let (sum, rest) = after.split_first_chunk::<4>().ok_or(SHORT)?;
    if checksum(typed) != u32::from_be_bytes(*sum) {
        return Err(BakeError::Png("a chunk has a wrong checksum"));
    }
    let (kind, data) = typed.split_at_checked(4).ok_or(SHORT)?;
    Ok(Chunk { kind, data, rest })
}

fn checksum(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// What was found in a picture.
struct Found<'a> {
    /// How many bytes the header takes.
    header: usize,
    credentials: Vec<&'a [u8]>,
    /// Badges of before 3.0, and whether each is in an `iTXt` chunk.
    older: Vec<(bool, &'a [u8])>,
}

/// The body of a chunk of text with that keyword.
fn body<'a>(data: &'a [u8], keyword: &[u8]) -> Option<&'a [u8]> {
    data.strip_prefix(keyword)?.strip_prefix(b"\0")
}

/// Walks the chunks.
fn read(png: &[u8]) -> Result<Found<'_>, BakeError> {
    let mut rest = png
        .strip_prefix(MAGIC)
        .ok_or(BakeError::Png("it does not begin like a PNG"))?;
    let mut header = None;
    let (mut credentials, mut older) = (Vec::new(), Vec::new());
    loop {
        let next = chunk(rest)?;
        rest = next.rest;
        if header.is_none() {
            if next.kind != b"IHDR" {
                return Err(BakeError::Png("its first chunk is not the header"));
            }
            header = Some(png.len() - rest.len());
        }
        if matches!(next.kind, b"iTXt" | b"tEXt" | b"zTXt")
            && let Some(body) = body(next.data, KEYWORD)
        {
            if next.kind != b"iTXt" {
                return Err(BakeError::Png("its credential is not in an iTXt chunk"));
            }
            credentials.push(body);
        }
        if matches!(next.kind, b"iTXt" | b"tEXt")
            && let Some(body) = body(next.data, OLDER_KEYWORD)
        {
            older.push((next.kind == b"iTXt", body));
        }
        if next.kind == b"IEND" {
            return Ok(Found {
                header: header.unwrap_or_default(),
                credentials,
                older,
            });
        }
    }
}

/// Puts a credential into a PNG that has none.
///
/// # Errors
/// When the file is no sound PNG, holds a credential already, or is too large.
pub fn bake_png(png: &[u8], credential: &str) -> Result<Vec<u8>, BakeError> {
    check_sizes(png.len(), credential.len())?;
    let found = read(png)?;
    if !found.credentials.is_empty() {
        return Err(BakeError::AlreadyBaked);
    }
    let (before, after) = png
        .split_at_checked(found.header)
        .ok_or(BakeError::Png("it has no header"))?;
    // Type, keyword, terminator, not compressed, no method, no language, no translated keyword, text.
    let typed = [b"iTXt".as_slice(), KEYWORD, b"\0\0\0\0\0", credential.as_bytes()].concat();
    let length = u32::try_from(typed.len().saturating_sub(4))
        .map_err(|_| BakeError::CredentialTooLarge)?
        .to_be_bytes();
    Ok([before, &length, &typed, &checksum(&typed).to_be_bytes(), after].concat())
}

/// The credential inside a PNG; where there is none, the badge of 1.0 or 2.0 in it, which may be an address alone.
///
/// # Errors
/// When the file is no sound PNG, or holds no credential or more than one.
pub fn extract_png(png: &[u8]) -> Result<String, BakeError> {
    check_sizes(png.len(), 0)?;
    let found = read(png)?;
    match (found.credentials.as_slice(), found.older.as_slice()) {
        ([body], _) | ([], [(true, body)]) => international(body),
        ([], [(false, body)]) => text_of(body),
        ([], []) => Err(BakeError::NotBaked),
        _ => Err(BakeError::BakedTwice),
    }
}

/// The text of the body of an `iTXt` chunk.
fn international(body: &[u8]) -> Result<String, BakeError> {
    let body = match body {
        [0, _, rest @ ..] => rest,
        [_, ..] => {
            return Err(BakeError::Png(
                "its credential is compressed, which the standard forbids",
            ));
        }
        [] => return Err(BakeError::Png("its credential has no text")),
    };
    // Language tag and translated keyword, each with its terminator.
    let text = body
        .splitn(3, |byte| *byte == 0)
        .nth(2)
        .ok_or(BakeError::Png("its credential has no text"))?;
    text_of(text)
}

fn text_of(text: &[u8]) -> Result<String, BakeError> {
    if text.len() > MAX_CREDENTIAL {
        return Err(BakeError::CredentialTooLarge);
    }
    String::from_utf8(text.to_vec()).map_err(|_| BakeError::Png("its credential is not UTF-8"))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A grey picture of one pixel.
    pub(crate) fn pixel() -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut writer = png::Encoder::new(&mut bytes, 1, 1);
        writer.set_color(png::ColorType::Grayscale);
        writer.write_header().unwrap().write_image_data(&[128]).unwrap();
        bytes
    }

    #[test]
    fn a_baked_picture_gives_its_credential_back_and_still_opens() {
        let text = "{\"name\":\"Größe ]]> \\u0000\"}";
        let baked = bake_png(&pixel(), text).unwrap();
        assert_eq!(extract_png(&baked).unwrap(), text);
        let reader = png::Decoder::new(std::io::Cursor::new(&baked))
            .read_info()
            .unwrap();
        let chunk = &reader.info().utf8_text[0];
        assert_eq!(
            (chunk.keyword.as_str(), chunk.compressed),
            ("openbadgecredential", false)
        );
        assert_eq!(chunk.get_text().unwrap(), text);
    }

    #[test]
    fn a_picture_is_baked_once_only() {
        let baked = bake_png(&pixel(), "{}").unwrap();
        assert_eq!(bake_png(&baked, "{}"), Err(BakeError::AlreadyBaked));
        assert_eq!(extract_png(&pixel()), Err(BakeError::NotBaked));
    }

    #[test]
    fn a_badge_of_before_3_0_is_found_where_there_is_no_other() {
        use crate::testing::pictures::{chunk, with_chunks};
        let address = chunk(b"tEXt", b"openbadges\0https://x.example/1");
        let json = chunk(b"iTXt", b"openbadges\0\0\0\0\0{}");
        let current = chunk(b"iTXt", b"openbadgecredential\0\0\0\0\0[]");
        let found = |chunks: &[Vec<u8>]| extract_png(&with_chunks(chunks));
        assert_eq!(
            found(std::slice::from_ref(&address)).unwrap(),
            "https://x.example/1"
        );
        assert_eq!(found(std::slice::from_ref(&json)).unwrap(), "{}");
        assert_eq!(found(&[address.clone(), current]).unwrap(), "[]");
        assert_eq!(found(&[address, json]), Err(BakeError::BakedTwice));
    }

    #[test]
    fn two_credentials_are_refused() {
        let baked = bake_png(&pixel(), "{}").unwrap();
        let header = read(&baked).unwrap().header;
        let chunk = &baked[header..header + 12 + KEYWORD.len() + 5 + 2];
        let twice = [&baked[..header], chunk, &baked[header..]].concat();
        assert_eq!(extract_png(&twice), Err(BakeError::BakedTwice));
    }

    #[test]
    fn sizes_are_bounded() {
        assert_eq!(
            bake_png(&vec![0; super::super::MAX_IMAGE + 1], "{}"),
            Err(BakeError::ImageTooLarge)
        );
        let large = "x".repeat(MAX_CREDENTIAL + 1);
        assert_eq!(bake_png(&pixel(), &large), Err(BakeError::CredentialTooLarge));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(tail in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = extract_png(&tail);
            let bytes = [MAGIC, &tail].concat();
            let _ = extract_png(&bytes);
            let _ = bake_png(&bytes, "{}");
        }

        #[test]
        fn a_damaged_picture_is_refused_or_read_but_never_a_panic(at in 0..200_usize, value: u8, cut in 0..200_usize) {
            let mut baked = bake_png(&pixel(), "{\"a\":1}").unwrap();
            let length = baked.len();
            baked[at % length] = value;
            baked.truncate(length - cut % length);
            let _ = extract_png(&baked);
        }

        #[test]
        fn any_text_survives(text in "\\PC{0,200}") {
            prop_assert_eq!(extract_png(&bake_png(&pixel(), &text).unwrap()).unwrap(), text);
        }
    }
}
