//! Files that people take for badges, told by how they begin.

/// How they begin, and what each is.
const KINDS: [(&[u8], &str); 5] = [
    (
        b"%PDF",
        "it is a PDF. A certificate in it is for people; the badge is the PNG, SVG or JSON file beside it, or its link",
    ),
    (
        b"PK\x03\x04",
        "it is a ZIP archive. Unpack it and choose one badge in it",
    ),
    (
        b"\xff\xd8\xff",
        "it is a photograph or a screenshot (JPEG), which holds no badge. Ask for the badge's own file or its link",
    ),
    (
        b"GIF8",
        "it is a GIF picture, which holds no badge. Ask for the badge's own file or its link",
    ),
    (
        b"RIFF",
        "it is a WebP picture, which holds no badge. Ask for the badge's own file or its link",
    ),
];
/// How web pages begin, in whatever letters.
const PAGES: [&[u8]; 4] = [b"<!doctype html", b"<html", b"<head", b"<body"];

/// What a file is that is no badge; nothing where it may be one.
pub(super) fn other(bytes: &[u8]) -> Option<&'static str> {
    let known = KINDS.iter().find(|(magic, _)| bytes.starts_with(magic));
    let text = bytes
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(bytes)
        .trim_ascii_start();
    let is_page = PAGES.iter().any(|tag| {
        let start = text.get(..tag.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(tag))
    });
    known
        .map(|(_, what)| *what)
        .or_else(|| is_page.then_some("it is a web page"))
}
