//! A posted form, urlencoded or multipart, as pairs and files, with caps on everything.

use actix_multipart::Multipart;
use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest as _, HttpRequest, web};
use futures_util::StreamExt as _;

use crate::service::error::ServiceError;

/// Most bytes of a form without files.
const MAX_FORM: usize = 1 << 20;
/// Most bytes of one file: 20 MB (the issue's own number), and a little for the parts round it.
pub const MAX_FILE: usize = 20 * 1000 * 1000;
const MAX_MULTIPART: usize = MAX_FILE + (1 << 20);
/// Most fields of one form: a rule of 50 conditions has some 300.
const MAX_FIELDS: usize = 2_000;

/// A file as it was sent; nothing about it is believed but its bytes.
#[derive(Debug, Clone)]
pub struct SentFile {
    pub field: String,
    pub name: String,
    pub bytes: bytes::Bytes,
}

/// What a form held, in order.
#[derive(Debug, Clone, Default)]
pub struct Fields {
    pub pairs: Vec<(String, String)>,
    pub files: Vec<SentFile>,
}

impl Fields {
    /// The first value of that name, trimmed; an empty one is none.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.raw(name).map(str::trim).filter(|value| !value.is_empty())
    }

    /// The first value of that name as it was sent.
    #[must_use]
    pub fn raw(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The first value of that name, trimmed, or nothing at all.
    #[must_use]
    pub fn text(&self, name: &str) -> String {
        self.get(name).unwrap_or_default().to_owned()
    }

    /// All values of that name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether a box of that name was ticked.
    #[must_use]
    pub fn ticked(&self, name: &str) -> bool {
        self.raw(name).is_some()
    }

    /// The first non-empty file of that field.
    #[must_use]
    pub fn file(&self, field: &str) -> Option<&SentFile> {
        self.files
            .iter()
            .find(|file| file.field == field && !file.bytes.is_empty())
    }

    /// Reads the body of `request`.
    ///
    /// # Errors
    /// A sentence when the form is too large, has too many fields, is not text, or breaks off.
    pub async fn read(request: &HttpRequest, payload: &mut Payload) -> Result<Self, ServiceError> {
        let kind = request
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        if kind.starts_with("multipart/form-data") {
            Self::read_multipart(
                Multipart::from_request(request, payload)
                    .await
                    .map_err(|_| broken())?,
            )
            .await
        } else {
            Self::read_urlencoded(
                web::Payload::from_request(request, payload)
                    .await
                    .map_err(|_| broken())?,
            )
            .await
        }
    }

    async fn read_urlencoded(mut payload: web::Payload) -> Result<Self, ServiceError> {
        let mut body = Vec::new();
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|_| broken())?;
            if body.len() + chunk.len() > MAX_FORM {
                return Err(too_large("form", "1 MB"));
            }
            body.extend_from_slice(&chunk);
        }
        let pairs: Vec<_> = url::form_urlencoded::parse(&body)
            .into_owned()
            .take(MAX_FIELDS + 1)
            .collect();
        if pairs.len() > MAX_FIELDS {
            return Err(too_large("form", "2,000 fields"));
        }
        Ok(Self {
            pairs,
            files: Vec::new(),
        })
    }

    async fn read_multipart(mut parts: Multipart) -> Result<Self, ServiceError> {
        let mut fields = Self::default();
        let mut total = 0;
        while let Some(part) = parts.next().await {
            let mut part = part.map_err(|_| broken())?;
            let field = part.name().unwrap_or_default().to_owned();
            let name = part
                .content_disposition()
                .and_then(|about| about.get_filename())
                .map(str::to_owned);
            let mut bytes = Vec::new();
            while let Some(chunk) = part.next().await {
                let chunk = chunk.map_err(|_| broken())?;
                total += chunk.len();
                if total > MAX_MULTIPART {
                    return Err(too_large("file", "20 MB"));
                }
                bytes.extend_from_slice(&chunk);
            }
            if fields.pairs.len() + fields.files.len() >= MAX_FIELDS {
                return Err(too_large("form", "2,000 fields"));
            }
            match name {
                Some(name) => fields.files.push(SentFile {
                    field,
                    name,
                    bytes: bytes.into(),
                }),
                None => fields
                    .pairs
                    .push((field, String::from_utf8(bytes).map_err(|_| broken())?)),
            }
        }
        Ok(fields)
    }
}

fn broken() -> ServiceError {
    ServiceError::invalid(
        "form.broken",
        "The form did not arrive whole. Nothing was changed; please send it again.",
    )
}

fn too_large(what: &str, most: &str) -> ServiceError {
    ServiceError::invalid(
        "form.too-large",
        format!("The {what} is larger than {most}. Nothing was changed; send a smaller one."),
    )
}
