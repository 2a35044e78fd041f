//! The outlines of the family: one fill, one inner line, letters or an icon in the middle.

use crate::domain::badge::Shape;
use crate::domain::theme::Colour;

use super::letters::outline;
use super::marks::{self, Marks};

const HEXAGON: &str = "M108.6 13.6a24 24 0 0 1 22.8 0l76 41.8a24 24 0 0 1 12.6 21v87.2a24 24 0 0 1-12.6 21l-76 41.8a24 24 0 0 1-22.8 0l-76-41.8a24 24 0 0 1-12.6-21V76.4a24 24 0 0 1 12.6-21z";
const HEXAGON_LINE: &str = "M112.6 30.6a16 16 0 0 1 14.8 0l69 38a16 16 0 0 1 8.1 13.9v75a16 16 0 0 1-8.1 13.9l-69 38a16 16 0 0 1-14.8 0l-69-38a16 16 0 0 1-8.1-13.9v-75a16 16 0 0 1 8.1-13.9z";
const SHIELD: &str = "M112 13.2a22 22 0 0 1 16 0l72 27A22 22 0 0 1 214.300 60.800V112c0 54-34 94-86.300 114.300a22 22 0 0 1-16 0C59.700 206 25.700 166 25.700 112V60.800A22 22 0 0 1 40 40.200z";
const SHIELD_LINE: &str = "M115 29.500a14 14 0 0 1 10 0l65 24.300a14 14 0 0 1 9.100 13.200V112c0 46-28.600 80-74.100 98.500a14 14 0 0 1-10 0C69.500 192 40.900 158 40.900 112V67A14 14 0 0 1 50 53.800z";

const OCTAGON: &str = "M77 16h86l61 61v86l-61 61H77l-61-61V77z";
const OCTAGON_LINE: &str = "M83.200 31h73.600L209 83.200v73.600L156.800 209H83.200L31 156.800V83.200z";
const RIBBONS: &str = "M88 150L60 228l28-9 18 19 24-68zM152 150l28 78-28-9-18 19-24-68z";

/// The whole document.
pub(super) fn draw(shape: Shape, colour: Colour, initials: &str, marks: &Marks) -> String {
    let ink = colour.ink();
    let field = marks.field(shape);
    // Above a banner, stones have their motif on the one in the middle.
    let motif_ink = match shape {
        Shape::Stones if marks.has_banner() => middle_stone(colour).ink(),
        _ => ink,
    };
    let motif = match marks.icon {
        Some(icon) => marks::icon(icon, field.centre, field.icon, motif_ink),
        None => {
            let letters = outline(initials, field.centre, field.letters);
            if letters.is_empty() {
                String::new()
            } else {
                format!(r#"<path d="{letters}" fill="{}"/>"#, motif_ink.hex())
            }
        }
    };
    let (ground, pattern) = (ground(shape, colour), marks.pattern(shape, colour));
    let (stars, banner) = (marks.stars(&field, ink), marks.banner());
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 240" width="240" height="240">{ground}{pattern}{motif}{stars}{banner}</svg>"#
    )
}

/// The outline with its inner line.
fn ground(shape: Shape, colour: Colour) -> String {
    let fill = colour.hex();
    let line = colour.towards(colour.ink(), 24).hex();
    let inner = format!(r#"fill="none" stroke="{line}" stroke-width="3""#);
    let disc = |(x, y): (f32, f32), radius: f32, arc: f32, ring: f32| {
        let edge = marks::scallops((x, y), radius, arc);
        format!(r#"<path d="{edge}" fill="{fill}"/><circle cx="{x}" cy="{y}" r="{ring}" {inner}/>"#)
    };
    match shape {
        Shape::Hexagon => {
            format!(r#"<path d="{HEXAGON}" fill="{fill}"/><path d="{HEXAGON_LINE}" {inner}/>"#)
        }
        Shape::Circle => format!(
            r#"<circle cx="120" cy="120" r="108" fill="{fill}"/><circle cx="120" cy="120" r="93" {inner}/>"#
        ),
        Shape::Shield => {
            format!(r#"<path d="{SHIELD}" fill="{fill}"/><path d="{SHIELD_LINE}" {inner}/>"#)
        }
        Shape::Stones => stones(colour),
        Shape::Square => format!(
            r#"<rect x="18" y="18" width="204" height="204" rx="30" fill="{fill}"/><rect x="32" y="32" width="176" height="176" rx="19" {inner}/>"#
        ),
        Shape::Octagon => {
            format!(r#"<path d="{OCTAGON}" fill="{fill}"/><path d="{OCTAGON_LINE}" {inner}/>"#)
        }
        Shape::Seal => disc((120.0, 120.0), 98.0, 14.0, 90.0),
        Shape::Rosette => {
            let ribbons = colour.shade().hex();
            let disc = disc((120.0, 98.0), 78.0, 11.3, 71.0);
            format!(r#"<path d="{RIBBONS}" fill="{ribbons}"/>{disc}"#)
        }
    }
}

/// Three stones, each on the one below, lighter towards the top (or darker, on a light colour).
fn stones(colour: Colour) -> String {
    let middle = middle_stone(colour).hex();
    let top = colour.towards(colour.ink(), 20).hex();
    format!(
        r#"<path d="M18 184c0-31 36-56 100-57 66-1 104 22 104 54 0 30-32 45-104 45-70 0-100-12-100-42z" fill="{}"/><path d="M52 96c0-21 26-33 66-33 42 0 72 11 72 31 0 19-28 28-72 28-42 0-66-8-66-26z" fill="{middle}"/><path d="M82 38c0-15 16-25 38-25 24 0 42 9 42 23s-18 22-42 22c-22 0-38-7-38-20z" fill="{top}"/>"#,
        colour.hex()
    )
}

fn middle_stone(colour: Colour) -> Colour {
    colour.towards(colour.ink(), 10)
}
