//! Letters as outlines.

use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Path, PathSegment, Transform};
use resvg::usvg::{self, fontdb};

use crate::domain::picture::can_write;

const FONT: &[u8] = include_bytes!("inter-bold-initials.ttf");
/// The family that the font names itself.
pub(super) const FAMILY: &str = "Inter";
/// Height of a capital letter at size 100.
const CAPITAL: f32 = 72.7;

/// The one font; no system font is ever read.
pub(super) static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(FONT.to_vec());
    Arc::new(fonts)
});

/// Whether the font has this capital letter or digit.
pub(super) fn known(letter: char) -> bool {
    matches!(letter, '&' | '+' | '0'..='9' | 'A'..='Z' | 'À'..='Ö' | 'Ø'..='Þ' | '\u{100}'..='\u{17f}'
        | 'Ά' | 'Έ'..='Ί' | 'Ό' | 'Ύ'..='Ρ' | 'Σ'..='Ϋ' | 'Ѐ'..='Я' | 'Ґ')
        && letter.is_alphanumeric() | matches!(letter, '&' | '+')
}

/// The letters of whole sentences, for cards and banners: the same family with blanks and punctuation. Initials keep the font
/// above, so that pictures that were issued are drawn as they were.
const WORDS: &[u8] = include_bytes!("inter-bold-words.ttf");

/// The one font of cards and banners.
static WORD_FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(WORDS.to_vec());
    Arc::new(fonts)
});

/// The path data of a line of words, as [`outline`]; empty where the font lacks a letter of it.
pub(super) fn words(text: &str, centre: (f32, f32), room: (f32, f32)) -> String {
    if can_write(text) {
        outline_in(&WORD_FONTS, text, centre, room)
    } else {
        String::new()
    }
}

/// The path data of `text`, centred on (`x`, `y`) by the height of its capitals, in a box of `width` by `height` units;
/// empty when there is nothing to draw.
pub(super) fn outline(text: &str, centre: (f32, f32), room: (f32, f32)) -> String {
    outline_in(&FONTS, text, centre, room)
}

fn outline_in(
    fonts: &Arc<fontdb::Database>,
    text: &str,
    (x, y): (f32, f32),
    (width, height): (f32, f32),
) -> String {
    if text.is_empty() {
        return String::new();
    }
    let source = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="999" height="200"><text font-family="{FAMILY}" font-weight="700" font-size="100" x="100" y="100">{}</text></svg>"#,
        text.replace('&', "&amp;").replace('<', "&lt;")
    );
    let options = usvg::Options {
        fontdb: Arc::clone(fonts),
        ..usvg::Options::default()
    };
    let Ok(tree) = usvg::Tree::from_str(&source, &options) else {
        return String::new();
    };
    let mut paths = Vec::new();
    collect(tree.root(), &mut paths);
    let left = paths
        .iter()
        .map(|p| p.bounds().left())
        .fold(f32::INFINITY, f32::min);
    let right = paths
        .iter()
        .map(|p| p.bounds().right())
        .fold(f32::NEG_INFINITY, f32::max);
    if right <= left {
        return String::new();
    }
    let scale = (width / (right - left)).min(height / CAPITAL);
    let place = Transform::from_translate(-f32::midpoint(left, right), CAPITAL / 2.0 - 100.0)
        .post_scale(scale, scale)
        .post_translate(x, y);
    let mut data = String::new();
    for path in paths.into_iter().filter_map(|path| path.transform(place)) {
        write_path(&path, &mut data);
    }
    data
}

fn collect(group: &usvg::Group, paths: &mut Vec<Path>) {
    for node in group.children() {
        match node {
            usvg::Node::Group(below) => collect(below, paths),
            usvg::Node::Path(path) => paths.extend(path.data().clone().transform(path.abs_transform())),
            usvg::Node::Text(text) => collect(text.flattened(), paths),
            usvg::Node::Image(_) => {}
        }
    }
}

fn write_path(path: &Path, data: &mut String) {
    for segment in path.segments() {
        let _ = match segment {
            PathSegment::MoveTo(p) => write!(data, "M{:.2} {:.2}", p.x, p.y),
            PathSegment::LineTo(p) => write!(data, "L{:.2} {:.2}", p.x, p.y),
            PathSegment::QuadTo(a, p) => write!(data, "Q{:.2} {:.2} {:.2} {:.2}", a.x, a.y, p.x, p.y),
            PathSegment::CubicTo(a, b, p) => {
                write!(
                    data,
                    "C{:.2} {:.2} {:.2} {:.2} {:.2} {:.2}",
                    a.x, a.y, b.x, b.y, p.x, p.y
                )
            }
            PathSegment::Close => write!(data, "Z"),
        };
    }
}
