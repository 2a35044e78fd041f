//! A credential inside its badge's picture, made anew for each download from two things that never change: the signed
//! bytes and the picture that they name. The picture is kept once it was drawn, as it is nobody's own; putting a credential into
//! it copies some kilobytes, and what comes of that is kept nowhere.

use base64::Engine as _;
use bytes::Bytes;

use crate::domain::credential::Credential;
use crate::service::Cairn;
use crate::service::badge::pictures::{self, Drawing, Inset};
use crate::service::base::addresses;
use crate::service::base::drawings::Asker;
use crate::service::base::error::ServiceError;
use crate::service::credential::publish::read;
use openbadges::{OpenBadgeCredential, bake};

/// The forms in which a badge can be taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// The signed document itself.
    Json,
    /// The signed token itself.
    Jwt,
    /// The picture with the document inside.
    Png,
    Svg,
    /// The picture with the token inside.
    JwtPng,
    JwtSvg,
}

impl Form {
    /// Every form.
    pub(crate) const ALL: [Self; 6] = [
        Self::Json,
        Self::Png,
        Self::Svg,
        Self::Jwt,
        Self::JwtPng,
        Self::JwtSvg,
    ];

    /// The form that a file ending names.
    #[must_use]
    pub(crate) fn of_ending(ending: &str) -> Option<Self> {
        match ending {
            "json" => Some(Self::Json),
            "png" => Some(Self::Png),
            "svg" => Some(Self::Svg),
            "jwt" => Some(Self::Jwt),
            "jwt.png" => Some(Self::JwtPng),
            "jwt.svg" => Some(Self::JwtSvg),
            _ => None,
        }
    }

    /// The ending of its files.
    #[must_use]
    pub(crate) fn ending(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Png => "png",
            Self::Svg => "svg",
            Self::Jwt => "jwt",
            Self::JwtPng => "jwt.png",
            Self::JwtSvg => "jwt.svg",
        }
    }

    /// Whether it is or holds the token.
    #[must_use]
    pub(crate) fn is_token(self) -> bool {
        matches!(self, Self::Jwt | Self::JwtPng | Self::JwtSvg)
    }
}

fn internal(error: impl std::fmt::Display) -> ServiceError {
    ServiceError::Internal(error.to_string())
}

/// The credential as a file of that form.
///
/// # Errors
/// [`ServiceError::NoToken`] for a token form of what was issued before there were tokens; [`ServiceError::Busy`] for somebody
/// for whom too much is to be drawn already; when the picture that it names is gone from the store, or cannot carry it.
#[tracing::instrument(
    name = "baked.file", level = "debug", skip_all,
    fields(credential = credential.id.as_str())
)]
pub(crate) async fn file(
    cairn: &Cairn,
    asker: &Asker,
    credential: &Credential,
    form: Form,
) -> Result<Vec<u8>, ServiceError> {
    let signed = if form.is_token() {
        credential.token.clone().ok_or(ServiceError::NoToken)?
    } else {
        credential.document.clone()
    };
    if matches!(form, Form::Json | Form::Jwt) {
        return Ok(signed.into_bytes());
    }
    let source = source(cairn, asker, &read(credential)?).await?;
    if !matches!(form, Form::Png | Form::JwtPng) {
        return cairn
            .drawings
            .work(asker, move || bake_svg(&source, &signed))
            .await;
    }
    let png = match source {
        Inset::Png(bytes) => Bytes::from(bytes),
        Inset::Svg(svg) => pictures::scaled(cairn, asker, svg).await?,
    };
    let bake = move || bake::bake_png(&png, &signed);
    cairn.drawings.work(asker, bake).await
}

/// The picture that the signed document names, before anything is baked into it. A later edit of the design changes the
/// badge, not what was issued.
pub(super) async fn source(
    cairn: &Cairn,
    asker: &Asker,
    document: &OpenBadgeCredential,
) -> Result<Inset, ServiceError> {
    let achievement = &document.credential_subject.achievement;
    let picture = achievement
        .image
        .as_ref()
        .and_then(|image| named_picture(&image.id));
    match picture {
        Some(Named::Drawn(query)) => outlined(cairn, asker, Drawing::from_query(&query)).await,
        // What is named as PNG may be kept as SVG, from which the PNG is drawn.
        Some(Named::Stored { digest, .. }) => match pictures::stored(cairn, &digest).await? {
            ("image/svg+xml", bytes) => String::from_utf8(bytes.to_vec())
                .map(Inset::Svg)
                .map_err(internal),
            (_, bytes) => Ok(Inset::Png(bytes.to_vec())),
        },
        None => {
            let initials = pictures::suggest_initials(&achievement.name);
            outlined(cairn, asker, Drawing::new(&initials, "", "")).await
        }
    }
}

async fn outlined(cairn: &Cairn, asker: &Asker, drawing: Drawing) -> Result<Inset, ServiceError> {
    pictures::outlined(cairn, asker, drawing).await.map(Inset::Svg)
}

/// A picture by the address in a credential; the counterpart of [`pictures::png_href`], and of [`pictures::href`], which
/// older credentials name.
#[derive(Debug, PartialEq, Eq)]
enum Named {
    /// The query of a drawn one.
    Drawn(String),
    /// `<digest>.<png|svg>`.
    Stored { digest: String, file: String },
}

fn named_picture(address: &str) -> Option<Named> {
    let url = url::Url::parse(address).ok()?;
    if matches!(url.path(), addresses::DRAWN | addresses::DRAWN_PNG) {
        return Some(Named::Drawn(url.query().unwrap_or_default().to_owned()));
    }
    let file = url.path().strip_prefix(addresses::PICTURES)?;
    let (digest, ending) = file.rsplit_once('.')?;
    let is_digest = digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_digest && matches!(ending, "png" | "svg")).then(|| Named::Stored {
        digest: digest.to_owned(),
        file: file.to_owned(),
    })
}

fn bake_svg(source: &Inset, signed: &str) -> Result<Vec<u8>, ServiceError> {
    let wrapped;
    let svg = match source {
        Inset::Svg(svg) => svg,
        Inset::Png(bytes) => {
            wrapped = wrap(bytes)?;
            &wrapped
        }
    };
    let baked = bake::bake_svg(svg, signed).map_err(internal)?;
    Ok(baked.into_bytes())
}

/// An SVG that shows a PNG and nothing else.
fn wrap(bytes: &[u8]) -> Result<String, ServiceError> {
    let reader = png::Decoder::new(std::io::Cursor::new(bytes))
        .read_info()
        .map_err(internal)?;
    let (width, height) = (reader.info().width, reader.info().height);
    let data = base64::engine::general_purpose::STANDARD.encode(bytes);
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\"><image width=\"{width}\" height=\"{height}\" \
         href=\"data:image/png;base64,{data}\"/></svg>"
    ))
}

/// Where the picture of an issued badge is served by this server. `None` when the credential names none of ours. Pages show
/// a drawn one as it was drawn, whichever form the credential names.
#[must_use]
pub(crate) fn picture_path(address: &str) -> Option<String> {
    match named_picture(address)? {
        Named::Drawn(query) => Some(format!("{}?{query}", pictures::DRAWN)),
        Named::Stored { file, .. } => Some(addresses::picture(&file)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::badge::{Picture, Shape};
    use crate::domain::picture::{Banner, Composed, Pattern};

    #[test]
    fn the_picture_that_a_credential_names_is_found_again() {
        let digest = "ab".repeat(32);
        let pictures = [
            Picture::Drawn {
                initials: "QM".into(),
                shape: Shape::Stones,
                colour: "#205080".into(),
            },
            Picture::Composed(Composed {
                shape: Shape::Seal,
                colour: "#205080".into(),
                initials: "QM".into(),
                icon: Some("trophy".into()),
                pattern: Pattern::Rays,
                banner: Some(Banner {
                    text: "Level 2".into(),
                    colour: "#f2c14e".into(),
                }),
                stars: 2,
            }),
            Picture::Uploaded {
                digest: digest.clone(),
                media_type: "image/png".into(),
            },
            Picture::Uploaded {
                digest,
                media_type: "image/svg+xml".into(),
            },
        ];
        let found = |href: &str| picture_path(&format!("https://badges.example{href}"));
        for picture in pictures {
            let href = pictures::href(&picture);
            assert_eq!(found(&href).as_ref(), Some(&href));
            // What is signed now names a PNG, which wallets show; a page shows a drawing as it was drawn.
            let png = pictures::png_href(&picture);
            let shown = match picture {
                Picture::Drawn { .. } | Picture::Composed(_) => href,
                Picture::Uploaded { .. } => png.clone(),
            };
            assert_eq!(found(&png), Some(shown));
            assert!(png.contains(".png"), "{png}");
        }
        for other in [
            "https://x.example/p/../secret.png",
            "https://x.example/q.png",
            "no address",
        ] {
            assert_eq!(named_picture(other), None, "{other}");
        }
    }

    #[test]
    fn a_png_travels_inside_an_svg_with_the_credential() {
        let png = pictures::png(&Drawing::new("AB", "circle", "#205080").svg(), 64).unwrap();
        let signed = r#"{"name":"a ]]> b"}"#;
        let source = Inset::Png(png.clone());
        let svg = bake_svg(&source, signed).unwrap();
        assert_eq!(bake::extract(&svg).unwrap(), signed);
        let text = String::from_utf8(svg).unwrap();
        assert!(text.contains("viewBox=\"0 0 64 64\"") && text.contains("data:image/png;base64,"));
        let baked = bake::bake_png(&png, signed).unwrap();
        assert_eq!(bake::extract(&baked).unwrap(), signed);
    }
}
