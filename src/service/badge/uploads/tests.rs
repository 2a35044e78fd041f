use ::png::{BitDepth, ColorType, Encoder};
use resvg::tiny_skia::Pixmap;

use super::*;

fn svg(inside: &str) -> String {
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 10 10"><rect width="10" height="10" fill="red"/>{inside}</svg>"#
    )
}

fn refused(inside: &str) -> UploadError {
    clean(svg(inside).as_bytes()).expect_err(inside)
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let pixels = vec![200_u8; usize::try_from(width * height).unwrap()];
    written(width, height, &pixels, |encoder| {
        encoder.set_color(ColorType::Grayscale)
    })
}

fn written(width: u32, height: u32, pixels: &[u8], set: impl FnOnce(&mut Encoder<&mut Vec<u8>>)) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, width, height);
    set(&mut encoder);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(pixels).unwrap();
    writer.finish().unwrap();
    bytes
}

/// The colours of a PNG from the top left, each as red, green, blue and opacity.
fn colours(png: &[u8]) -> Vec<[u8; 4]> {
    let picture = Pixmap::decode_png(png).unwrap();
    let pixels = picture.pixels().iter().map(|pixel| pixel.demultiply());
    pixels
        .map(|c| [c.red(), c.green(), c.blue(), c.alpha()])
        .collect()
}

/// The kinds of chunks in a PNG.
fn chunks(png: &[u8]) -> Vec<String> {
    let (mut kinds, mut rest) = (Vec::new(), &png[8..]);
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        kinds.push(String::from_utf8(after[..4].to_vec()).unwrap());
        rest = &after[usize::try_from(u32::from_be_bytes(*length)).unwrap() + 8..];
    }
    kinds
}

#[test]
fn a_plain_svg_is_kept_and_its_editors_traces_are_not() {
    let text = r##"<?xml version="1.0"?><!-- made by me --><svg xmlns="http://www.w3.org/2000/svg" xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape" inkscape:version="1" width="10" height="10" data-secret="x"><metadata><x>ada@example.org</x></metadata><inkscape:view/><defs><linearGradient id="a"><stop offset="0" stop-color="red"/></linearGradient></defs><title>T &amp; U</title><rect width="10" height="10" style="fill:url(#a)"/></svg>"##;
    let kept = clean(text.as_bytes()).unwrap();
    assert_eq!(kept.media_type, "image/svg+xml");
    let kept = String::from_utf8(kept.bytes).unwrap();
    for gone in ["inkscape", "metadata", "ada@", "made by me", "data-secret"] {
        assert!(!kept.contains(gone), "{gone} in {kept}");
    }
    assert!(
        kept.contains("fill:url(#a)") && kept.contains("T &amp; U"),
        "{kept}"
    );
    assert_eq!(
        clean(kept.as_bytes()).unwrap().bytes,
        kept.as_bytes(),
        "cleaning twice changes nothing"
    );
}

#[test]
fn scripts_and_handlers_are_refused_wherever_they_hide() {
    assert!(matches!(
        refused("<script>alert(1)</script>"),
        UploadError::Script
    ));
    assert!(matches!(refused("<SCRIPT/>"), UploadError::Script));
    assert!(matches!(
        refused(r#"<h:script xmlns:h="http://www.w3.org/1999/xhtml"/>"#),
        UploadError::Script
    ));
    assert!(matches!(
        refused("<metadata><script/></metadata>"),
        UploadError::Script
    ));
    assert!(
        matches!(refused(r#"<rect onclick="x()"/>"#), UploadError::EventHandler(name) if name == "onclick")
    );
    assert!(matches!(
        refused(r#"<rect onLoad="x()"/>"#),
        UploadError::EventHandler(_)
    ));
}

#[test]
fn foreign_content_is_refused() {
    assert!(matches!(
        refused("<foreignObject><p/></foreignObject>"),
        UploadError::ForeignObject
    ));
}

#[test]
fn everything_outside_the_document_is_refused() {
    let outside = |inside: &str| {
        assert!(
            matches!(refused(inside), UploadError::ExternalReference(_)),
            "{inside}"
        )
    };
    outside(r#"<rect fill="url(https://x.example/a#b)"/>"#);
    outside(r#"<rect fill="URL( 'a.svg#b' )"/>"#);
    outside(r#"<rect style="fill:url(//x.example)"/>"#);
    outside(r#"<rect fill="u\72l(x)"/>"#);
    outside(r#"<linearGradient href="other.svg#a"/>"#);
    outside(r#"<linearGradient xlink:href="javascript:alert(1)"/>"#);
    outside(r#"<rect style="background:image-set('x')"/>"#);
}

#[test]
fn pictures_links_and_copies_inside_are_refused_by_name() {
    for name in [
        "image", "use", "a", "filter", "pattern", "mask", "switch", "symbol",
    ] {
        assert!(
            matches!(refused(&format!("<{name}/>")), UploadError::Element(n) if n == name),
            "{name}"
        );
    }
}

#[test]
fn style_sheets_and_animations_are_refused() {
    assert!(matches!(
        refused("<style>*{fill:red}</style>"),
        UploadError::StyleSheet
    ));
    assert!(matches!(
        refused(r#"<rect style="@import 'x'"/>"#),
        UploadError::StyleSheet
    ));
    assert!(matches!(
        refused("<set attributeName='href'/>"),
        UploadError::Animation(_)
    ));
    assert!(matches!(refused("<animate/>"), UploadError::Animation(_)));
}

#[test]
fn document_types_and_entities_are_refused() {
    let text = r#"<!DOCTYPE svg [<!ENTITY a "aaaa">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>"#;
    assert!(matches!(clean(text.as_bytes()), Err(UploadError::DocumentType)));
}

#[test]
fn what_is_too_much_is_refused() {
    assert!(matches!(refused(&"<g/>".repeat(5_001)), UploadError::TooComplex));
    let deep = format!("{}{}", "<g>".repeat(40), "</g>".repeat(40));
    assert!(matches!(refused(&deep), UploadError::TooComplex));
    assert!(matches!(
        refused(&" ".repeat(MAX_SVG_BYTES)),
        UploadError::SvgTooManyBytes
    ));
}

#[test]
fn what_shows_nothing_is_refused() {
    let text = r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><g/></svg>"#;
    let error = clean(text.as_bytes()).unwrap_err();
    assert!(
        matches!(error, UploadError::CannotBeDrawn(RasterError::Blank)),
        "{error:?}"
    );
}

#[test]
fn what_is_no_picture_is_refused() {
    assert!(matches!(clean(b""), Err(UploadError::Empty)));
    for bytes in [
        &b"GIF89a....."[..],
        b"\xff\xd8\xff\xe0",
        b"hello",
        b"<html></html>",
        b"%PDF-1.7",
    ] {
        assert!(matches!(clean(bytes), Err(UploadError::NotAPicture)), "{bytes:?}");
    }
    assert!(matches!(
        clean(b"<svg xmlns='http://www.w3.org/2000/svg'><rect></svg>"),
        Err(UploadError::DamagedSvg)
    ));
    assert!(
        matches!(clean(b"<svg/>"), Err(UploadError::NotAPicture)),
        "not in the namespace of SVG"
    );
}

#[test]
fn a_png_is_written_anew_without_what_is_written_beside_it() {
    let mut bytes = Vec::new();
    {
        let mut encoder = Encoder::new(&mut bytes, 3, 2);
        encoder.set_color(ColorType::Rgb);
        encoder
            .add_text_chunk("Author".to_owned(), "ada@example.org".to_owned())
            .unwrap();
        encoder
            .write_header()
            .unwrap()
            .write_image_data(&[7; 18])
            .unwrap();
    }
    assert!(bytes.windows(4).any(|w| w == b"tEXt"));
    let kept = clean(&bytes).unwrap();
    assert_eq!(kept.media_type, "image/png");
    assert!(!kept.bytes.windows(4).any(|w| w == b"tEXt") && !kept.bytes.windows(4).any(|w| w == b"ada@"));
    assert_eq!(chunks(&kept.bytes), ["IHDR", "IDAT", "IEND"]);
    let picture = Pixmap::decode_png(&kept.bytes).unwrap();
    assert_eq!((picture.width(), picture.height()), (3, 2));
    assert_eq!(colours(&kept.bytes), [[7, 7, 7, 255]; 6]);
}

#[test]
fn pngs_of_every_kind_keep_their_colours() {
    let kept = |pixels: &[u8], set: fn(&mut Encoder<&mut Vec<u8>>)| {
        let kept = clean(&written(2, 1, pixels, set)).unwrap().bytes;
        assert_eq!(chunks(&kept), ["IHDR", "IDAT", "IEND"]);
        colours(&kept)
    };
    let black_and_white = kept(&[0b0100_0000], |encoder| {
        encoder.set_color(ColorType::Grayscale);
        encoder.set_depth(BitDepth::One);
    });
    assert_eq!(black_and_white, [[0, 0, 0, 255], [255, 255, 255, 255]]);
    let palette = kept(&[0b0001_0000], |encoder| {
        encoder.set_color(ColorType::Indexed);
        encoder.set_depth(BitDepth::Two);
        encoder.set_palette(vec![10, 20, 30, 40, 50, 60]);
        encoder.set_trns(vec![255, 0]);
    });
    assert_eq!(palette[0], [10, 20, 30, 255]);
    assert_eq!(palette[1][3], 0);
    let deep = kept(&[1, 2, 3, 4, 5, 6, 251, 0, 252, 0, 253, 0], |encoder| {
        encoder.set_color(ColorType::Rgb);
        encoder.set_depth(BitDepth::Sixteen);
    });
    assert_eq!(deep, [[1, 3, 5, 255], [251, 252, 253, 255]]);
    let grey = kept(&[255, 255, 255, 0], |encoder| {
        encoder.set_color(ColorType::GrayscaleAlpha)
    });
    assert_eq!(grey, [[255, 255, 255, 255], [0, 0, 0, 0]]);
}

#[test]
fn an_interlaced_png_is_kept() {
    // Two by two pixels in three passes, as Adam7 orders them.
    let rows = [0, 10, 0, 20, 0, 30, 40];
    let data = {
        use std::io::Write as _;
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(&rows).unwrap();
        encoder.finish().unwrap()
    };
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 2, 2);
    encoder.set_color(ColorType::Grayscale);
    let mut writer = encoder.write_header().unwrap();
    writer.write_chunk(::png::chunk::IDAT, &data).unwrap();
    drop(writer);
    interlace(&mut bytes);
    let grey = |value| [value, value, value, 255];
    let kept = clean(&bytes).unwrap().bytes;
    assert_eq!(colours(&kept), [10, 20, 30, 40].map(grey));
}

/// Sets the byte of the header that says so, and the checksum anew.
fn interlace(png: &mut [u8]) {
    png[28] = 1;
    let mut sum = flate2::Crc::new();
    sum.update(&png[12..29]);
    png[29..33].copy_from_slice(&sum.sum().to_be_bytes());
}

#[test]
fn of_a_png_that_moves_the_first_picture_is_kept() {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 1, 1);
    encoder.set_color(ColorType::Rgb);
    encoder.set_animated(2, 0).unwrap();
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&[1, 2, 3]).unwrap();
    writer.write_image_data(&[4, 5, 6]).unwrap();
    writer.finish().unwrap();
    assert!(chunks(&bytes).contains(&"acTL".to_owned()));
    let kept = clean(&bytes).unwrap().bytes;
    assert_eq!(chunks(&kept), ["IHDR", "IDAT", "IEND"]);
    assert_eq!(colours(&kept), [[1, 2, 3, 255]]);
}

#[test]
fn a_png_beyond_the_limits_is_refused_with_its_size() {
    assert!(clean(&png(2_048, 16)).is_ok());
    let error = clean(&png(2_049, 16)).unwrap_err();
    assert!(matches!(
        error,
        UploadError::TooManyPixels {
            width: 2_049,
            height: 16
        }
    ));
}

#[test]
fn a_header_that_claims_a_huge_picture_is_refused_before_it_is_unpacked() {
    let mut bytes = png(8, 8);
    bytes[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
    assert!(clean(&bytes).is_err());
}

#[test]
fn a_damaged_png_is_refused() {
    let whole = png(64, 64);
    assert!(matches!(
        clean(&whole[..whole.len() / 2]),
        Err(UploadError::DamagedPng)
    ));
    assert!(matches!(
        clean(b"\x89PNG\r\n\x1a\nnonsense"),
        Err(UploadError::DamagedPng)
    ));
}

#[test]
fn a_picture_of_more_than_two_megabytes_is_refused() {
    assert!(matches!(
        clean(&vec![b'<'; MAX_PNG_BYTES + 1]),
        Err(UploadError::TooManyBytes)
    ));
}

#[test]
fn what_cairn_draws_passes_its_own_checks() {
    let drawn = crate::service::badge::pictures::Drawing::new("AB", "stones", "#336699").svg();
    assert!(clean(drawn.as_bytes()).is_ok());
}

#[test]
fn an_svg_and_pngs_of_every_kind_are_cut_where_it_was_said() {
    use crate::domain::cut::{Cut, CutProblem};
    use crate::domain::theme::Colour;

    let ground = Colour::parse("#00ff00").unwrap();
    // A red half and a blue one, side by side, with a size of its own and none.
    let halves =
        r#"<rect width="20" height="10" fill="red"/><rect x="10" width="10" height="10" fill="blue"/>"#;
    for head in [r#"width="20" height="10""#, r#"viewBox="0 0 20 10""#] {
        let svg = format!(r#"<svg xmlns="http://www.w3.org/2000/svg" {head}>{halves}</svg>"#);
        let svg = clean(svg.as_bytes()).unwrap().bytes;
        assert_eq!(size(&svg).unwrap(), (1_000, 500));
        let seen = |how: Cut| {
            let square = cut(&svg, how).unwrap();
            assert_eq!(square.media_type, "image/svg+xml");
            assert_eq!(size(&square.bytes).unwrap(), (1_000, 1_000));
            let svg = String::from_utf8(square.bytes).unwrap();
            let drawn = colours(&crate::service::badge::pictures::png(&svg, 40).unwrap());
            [drawn[20 * 40 + 10], drawn[20 * 40 + 30], drawn[2 * 40 + 20]]
        };
        let (red, blue) = ([255, 0, 0, 255], [0, 0, 255, 255]);
        assert_eq!(seen(Cut::Start)[..2], [red, red], "{head}");
        assert_eq!(seen(Cut::End)[..2], [blue, blue], "{head}");
        assert_eq!(seen(Cut::Centre)[..2], [red, blue], "{head}");
        assert_eq!(seen(Cut::Pad(ground)), [red, blue, [0, 255, 0, 255]], "{head}");
        assert_eq!(seen(Cut::Whole), [red, blue, [0; 4]], "{head}");
    }
    for (kind, samples) in [
        (ColorType::Grayscale, vec![9_u8]),
        (ColorType::GrayscaleAlpha, vec![9_u8, 255]),
        (ColorType::Rgb, vec![9_u8, 9, 9]),
        (ColorType::Rgba, vec![9_u8, 9, 9, 255]),
    ] {
        let bytes = written(50, 40, &samples.repeat(50 * 40), |encoder| {
            encoder.set_color(kind)
        });
        let square = cut(&bytes, Cut::Centre).unwrap();
        assert_eq!(colours(&square.bytes), vec![[9, 9, 9, 255]; 40 * 40], "{kind:?}");
    }
    let whole = cut(&png(60, 40), Cut::Whole).unwrap();
    let drawn = colours(&whole.bytes);
    assert_eq!(
        (drawn.len(), drawn[9 * 60], drawn[50 * 60]),
        (60 * 60, [0; 4], [0; 4])
    );
    assert_ne!(drawn[10 * 60], [0; 4]);
    // The chosen ground shows through transparent parts.
    let clear = written(50, 40, &[0; 4 * 50 * 40], |encoder| {
        encoder.set_color(ColorType::Rgba)
    });
    let padded = cut(&clear, Cut::Pad(ground)).unwrap();
    assert_eq!(colours(&padded.bytes), vec![[0, 255, 0, 255]; 50 * 50]);
    let small = cut(&png(60, 20), Cut::Centre);
    assert!(matches!(small, Err(UploadError::Cut(CutProblem::Small))));
}
