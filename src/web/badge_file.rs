//! A badge as a file: its media type, its name, and the list from which people choose.

use actix_web::{HttpRequest, HttpResponseBuilder};

use crate::service::baked::Form;
use crate::web::accept;
use crate::web::views::shared::Download;

const PAGE: &str = "text/html";

/// The form and media type that a request accepts; `None` for the page.
#[must_use]
pub fn accepted(request: &HttpRequest) -> Option<(Form, &'static str)> {
    let [first, second, third, fourth] = accept::SIGNED;
    let offers = [PAGE, first, second, third, fourth, "image/png", "image/svg+xml"];
    match accept::best(request, &offers) {
        PAGE => None,
        "image/png" => Some((Form::Png, "image/png")),
        "image/svg+xml" => Some((Form::Svg, "image/svg+xml")),
        signed => Some((Form::Json, signed)),
    }
}

/// The media type of a form that the address names.
#[must_use]
pub fn media_type(form: Form, request: &HttpRequest) -> &'static str {
    match form {
        Form::Json => accept::best(request, &accept::SIGNED),
        Form::Png => "image/png",
        Form::Svg => "image/svg+xml",
    }
}

/// Sets the headers of a file; `placed` is `inline` or `attachment`. Opened by itself it can run nothing.
pub fn describe(answer: &mut HttpResponseBuilder, form: Form, media: &str, name: Option<&str>, placed: &str) {
    let name = file_name(name.unwrap_or_default(), form);
    answer
        .insert_header(("content-type", media))
        .insert_header(("content-disposition", format!("{placed}; filename=\"{name}\"")))
        .insert_header((
            "content-security-policy",
            "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; sandbox",
        ));
}

/// A file name that every system takes: "clean-a-messy-dataset.png".
fn file_name(name: &str, form: Form) -> String {
    let mut plain = String::new();
    for c in name.chars().take(60) {
        if c.is_ascii_alphanumeric() {
            plain.push(c.to_ascii_lowercase());
        } else if !plain.is_empty() && !plain.ends_with('-') {
            plain.push('-');
        }
    }
    let plain = plain.trim_end_matches('-');
    let plain = if plain.is_empty() { "badge" } else { plain };
    format!("{plain}.{}", form.ending())
}

/// The files of a badge whose addresses begin with `base`.
#[must_use]
pub fn downloads(base: &str) -> Vec<Download> {
    let all = [
        (
            Form::Png,
            "Badge picture (PNG)",
            "The picture with the signed badge inside. Most sites and backpacks take it.",
        ),
        (
            Form::Svg,
            "Badge picture (SVG)",
            "The same in a form that stays sharp at every size.",
        ),
        (
            Form::Json,
            "Signed badge (JSON)",
            "The signed badge itself, for wallets and for those who verify by machine.",
        ),
    ];
    all.into_iter()
        .map(|(form, text, note)| Download {
            href: format!("{base}.{}", form.ending()),
            text: text.to_owned(),
            note: note.to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_hold_nothing_that_a_header_or_a_disk_would_trip_over() {
        assert_eq!(
            file_name("Clean a “messy” dataset!", Form::Png),
            "clean-a-messy-dataset.png"
        );
        assert_eq!(file_name("数据\r\n\"", Form::Json), "badge.json");
    }
}
