//! A badge as a file: its media type, its name, and the list from which people choose.

use actix_web::{HttpRequest, HttpResponseBuilder};

use crate::service::credential::baked::Form;
use crate::service::credential::records;
use crate::web::accept;
use crate::web::views::shared::{Download, Downloads};

const PAGE: &str = "text/html";

/// The form and media type that a request accepts; `None` for the page. A token form where there is none is answered
/// only to those who accept nothing else.
#[must_use]
pub(crate) fn accepted(request: &HttpRequest, has_token: bool) -> Option<(Form, &'static str)> {
    let documents = [PAGE]
        .into_iter()
        .chain(accept::SIGNED)
        .chain(["image/png", "image/svg+xml"]);
    let documents: Vec<&'static str> = documents.collect();
    let all: Vec<&'static str> = documents.iter().copied().chain(accept::TOKEN).collect();
    let chosen = if has_token {
        accept::best(request, &all)
    } else {
        accept::named(request, &documents).unwrap_or_else(|| accept::best(request, &all))
    };
    match chosen {
        PAGE => None,
        "image/png" => Some((Form::Png, "image/png")),
        "image/svg+xml" => Some((Form::Svg, "image/svg+xml")),
        token if accept::TOKEN.contains(&token) => Some((Form::Jwt, token)),
        signed => Some((Form::Json, signed)),
    }
}

/// The media type of a form that the address names.
#[must_use]
pub(crate) fn media_type(form: Form, request: &HttpRequest) -> &'static str {
    match form {
        Form::Json => accept::best(request, &accept::SIGNED),
        Form::Jwt => accept::best(request, &accept::TOKEN),
        Form::Png | Form::JwtPng => "image/png",
        Form::Svg | Form::JwtSvg => "image/svg+xml",
    }
}

/// The media type of a record of several badges.
#[must_use]
pub(crate) fn record_media_type(form: records::Form, request: &HttpRequest) -> &'static str {
    match form {
        records::Form::Json => accept::best(request, &accept::SIGNED),
        records::Form::Token => accept::best(request, &accept::TOKEN),
    }
}

/// Sets the headers of a file; `placed` is `inline` or `attachment`. Opened by itself it can run nothing.
pub(crate) fn describe(
    answer: &mut HttpResponseBuilder,
    form: Form,
    media: &str,
    name: Option<&str>,
    placed: &str,
) {
    let file = file_name(name.unwrap_or_default(), form.ending());
    described(answer, media, &file, placed);
}

/// The same of a record of several badges.
pub(crate) fn describe_record(
    answer: &mut HttpResponseBuilder,
    form: records::Form,
    media: &str,
    name: Option<&str>,
    placed: &str,
) {
    let file = file_name(name.unwrap_or_default(), form.ending());
    described(answer, media, &file, placed);
}

fn described(answer: &mut HttpResponseBuilder, media: &str, file: &str, placed: &str) {
    answer
        .insert_header(("content-type", media))
        .insert_header(("content-disposition", format!("{placed}; filename=\"{file}\"")))
        .insert_header((
            "content-security-policy",
            "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; sandbox",
        ));
}

/// A file name that every system takes: "clean-a-messy-dataset.png".
fn file_name(name: &str, ending: &str) -> String {
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
    format!("{plain}.{ending}")
}

/// The files of a badge whose addresses begin with `base`.
#[must_use]
pub(crate) fn downloads(base: &str, has_token: bool) -> Downloads {
    let usual = [
        (
            Form::Png,
            "Picture (PNG)",
            "The signed badge is inside. Most sites and backpacks take it.",
        ),
        (
            Form::Svg,
            "Picture that scales (SVG)",
            "The same, sharp at every size.",
        ),
        (
            Form::Json,
            "Data file (JSON)",
            "The signed badge itself, for wallets and for those who verify by machine.",
        ),
        (
            Form::Jwt,
            "Signed token (JWT)",
            "The same badge in one line of text, for software that asks for a token.",
        ),
    ];
    let rare = [
        (
            Form::JwtPng,
            "Picture with the token (PNG)",
            "The token is inside instead of the data file.",
        ),
        (
            Form::JwtSvg,
            "Picture with the token that scales (SVG)",
            "The same, sharp at every size.",
        ),
    ];
    let offered = |(form, text, note): (Form, &str, &str)| {
        (has_token || !form.is_token()).then(|| Download {
            href: format!("{base}.{}", form.ending()),
            text: text.to_owned(),
            note: note.to_owned(),
        })
    };
    Downloads {
        usual: usual.into_iter().filter_map(offered).collect(),
        rare: rare.into_iter().filter_map(offered).collect(),
        lacks_token: !has_token,
    }
}

/// The files of a badge and its parts in one record.
#[must_use]
pub(crate) fn record_downloads(base: &str) -> Vec<Download> {
    let download = |form: records::Form| {
        let (text, note) = match form {
            records::Form::Json => (
                "Record (CLR 2.0, JSON)",
                "For institutions and software that take Comprehensive Learner Records.",
            ),
            records::Form::Token => (
                "Record as a token (CLR 2.0, JWT)",
                "The same record in one line of text.",
            ),
        };
        Download {
            href: format!("{base}.{}", form.ending()),
            text: text.to_owned(),
            note: note.to_owned(),
        }
    };
    records::Form::ALL.map(download).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_hold_nothing_that_a_header_or_a_disk_would_trip_over() {
        assert_eq!(
            file_name("Clean a “messy” dataset!", Form::Png.ending()),
            "clean-a-messy-dataset.png"
        );
        assert_eq!(
            file_name("数据\r\n\"", records::Form::Json.ending()),
            "badge.clr.json"
        );
    }
}
