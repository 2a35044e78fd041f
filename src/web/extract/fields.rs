//! A posted form, urlencoded or multipart, as pairs and files, with caps on everything.
//!
//! What is too much is still read to its end, within reason: a browser that may not finish sending shows a broken
//! connection instead of the sentence that says what to do.
//!
//! Control characters come out of PDFs and old files by copying; nobody sees them, and one database refuses what the other
//! keeps. They are taken out here, line breaks and tabs excepted.

use actix_multipart::{Multipart, MultipartError};
use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest as _, HttpRequest, web};
use futures_util::StreamExt as _;

use crate::service::award::uploads::{Receiving, Upload};
use crate::service::base::error::{ErrorKind, ServiceError};
use crate::web::bounds::in_flight::Counted;
use crate::web::bounds::unproven::{MAX_FORM as MAX_UNPROVEN, Unread};
use crate::web::bounds::{Bounds, client};
use crate::web::extract::posted::{self, announces_more, budget};
use lti::clean;

/// Most bytes of a form without files.
const MAX_FORM: usize = 1 << 20;
/// Most bytes of one file that is held in memory: pictures have 2 MiB at most. One byte more is kept of a larger one, so that
/// whoever takes it sees that it is.
const MAX_FILE: usize = 4 << 20;
/// Most bytes that all files and fields keep in memory.
const MAX_MULTIPART: usize = MAX_FILE + (2 << 20);
/// Most bytes of a form with files of which anything is kept, where the store takes no larger ones.
const MAX_SENT: usize = 64 << 20;
/// What else may be in a form with a file that goes to the store.
const BESIDE: usize = 4 << 20;
/// How much more is read of a form, so that whoever sends a film instead of a file gets the sentence; a larger one is cut off.
const DRAINED: usize = 96 << 20;
/// The same without files: a browser sends so much only by mistake.
const MAX_FORM_DRAINED: usize = 8 << 20;
/// What a parser of parts may hold before the first one is whole.
const MAX_AHEAD: usize = 64 << 10;
/// Most bytes of the token of a visit: ours have 43.
const MAX_TOKEN: usize = 256;
/// When somebody who is sending enough files already may send one more.
const SECONDS: u64 = 10;
/// Most fields of one form: a rule of 50 conditions has some 300.
const MAX_FIELDS: usize = 2_000;

/// The field whose file goes to the store, in forms that take one.
const TO_STORE: &str = "file";

/// A file as it was sent, or the first bytes of one above [`MAX_FILE`]; nothing about it is believed but its bytes.
#[derive(Debug, Clone)]
pub(crate) struct SentFile {
    pub(crate) field: String,
    pub(crate) bytes: bytes::Bytes,
}

/// What is known of whoever sends a form, for its files.
#[derive(Debug)]
pub(crate) struct Sender {
    /// Forms with files count together under this name.
    pub(crate) whose: String,
    /// Where the file goes, in forms whose file goes to the store.
    pub(crate) receiving: Option<Receiving>,
}

impl Sender {
    /// Somebody whose forms count by their token.
    pub(crate) fn of_token<T>(_: &T, token: &str) -> Self {
        Self {
            whose: token.to_owned(),
            receiving: None,
        }
    }
}

/// What a form held, in order.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    pub(crate) pairs: Vec<(String, String)>,
    pub(crate) files: Vec<SentFile>,
    /// The file that went to the store.
    pub(crate) upload: Option<Upload>,
    /// A form with files takes a turn until it was dealt with.
    turn: Option<Counted<String>>,
}

impl Fields {
    /// The first value of that name, trimmed; an empty one is none.
    #[must_use]
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.raw(name).map(str::trim).filter(|value| !value.is_empty())
    }

    /// The first value of that name as it was sent.
    #[must_use]
    pub(crate) fn raw(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The first value of that name, trimmed, or nothing at all.
    #[must_use]
    pub(crate) fn text(&self, name: &str) -> String {
        self.get(name).unwrap_or_default().to_owned()
    }

    /// All values of that name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether a box of that name was ticked.
    #[must_use]
    pub(crate) fn ticked(&self, name: &str) -> bool {
        self.raw(name).is_some()
    }

    /// The first non-empty file of that field.
    #[must_use]
    pub(crate) fn file(&self, field: &str) -> Option<&SentFile> {
        self.files
            .iter()
            .find(|file| file.field == field && !file.bytes.is_empty())
    }

    /// Reads the body of `request`, which comes from `sender`.
    ///
    /// # Errors
    /// A sentence when the form is too large, has too many fields, is not text, or breaks off.
    pub(crate) async fn read(
        request: &HttpRequest,
        payload: &mut Payload,
        sender: Sender,
    ) -> Result<Self, ServiceError> {
        let turn = turn(request, &sender)?;
        let fields = if has_files(request) {
            let parts = Multipart::from_request(request, payload).await;
            Self::read_multipart(parts.map_err(|_| broken())?, sender.receiving).await
        } else {
            let whole = web::Payload::from_request(request, payload).await;
            Self::read_urlencoded(whole.map_err(|_| broken())?, Vec::new()).await
        };
        Ok(Self { turn, ..fields? })
    }

    /// Reads the form of a request whose sender is not known: urlencoded text of at most 64 KiB.
    ///
    /// # Errors
    /// A sentence when it is of another kind, is too large, comes too slowly or breaks off, or when there is no room for it
    /// at this moment.
    pub(crate) async fn read_unproven(
        request: &HttpRequest,
        mut payload: web::Payload,
    ) -> Result<Self, ServiceError> {
        if !is_urlencoded(request) {
            return Err(ServiceError::form(
                ErrorKind::Unsupported,
                "form.kind",
                "This form takes text alone (application/x-www-form-urlencoded). Nothing was changed; use the form of the page.",
            ));
        }
        if announces_more(request, MAX_UNPROVEN) {
            return Err(Unread::TooLarge.into());
        }
        let (held, _) = posted::read(request, &mut payload, MAX_UNPROVEN, |_| false).await??;
        Self::parse(held.bytes())
    }

    /// Reads the body of a request from somebody who is not known yet, and says who `recognise` finds by the token that comes
    /// first in every form of ours. Of a form with files that begins otherwise nothing more is read, of one without files
    /// no more than may be read of anybody.
    ///
    /// # Errors
    /// [`ServiceError::SessionOver`] without a token, what `recognise` reports, and as [`Fields::read`].
    pub(crate) async fn read_carried<T>(
        request: &HttpRequest,
        payload: &mut Payload,
        recognise: impl AsyncFn(&str) -> Result<T, ServiceError>,
        sender: impl Fn(&T, &str) -> Sender,
    ) -> Result<(T, String, Self), ServiceError> {
        if !has_files(request) {
            let (who, token, fields) = Self::read_carried_text(request, payload, recognise).await?;
            let turn = turn(request, &sender(&who, &token))?;
            return Ok((who, token, Self { turn, ..fields }));
        }
        let parts = Multipart::from_request(request, payload).await;
        let mut parts = parts.map_err(|_| broken())?;
        let budget = budget(request)?;
        let first = async {
            let _ahead = budget.reserve(client(request), MAX_AHEAD).await?;
            first_token(&mut parts).await
        };
        let token = budget.wait(client(request), first).await?;
        let who = recognise(&token).await?;
        let sender = sender(&who, &token);
        let turn = turn(request, &sender)?;
        let mut fields = Self::read_multipart(parts, sender.receiving).await?;
        fields.pairs.insert(0, ("session".to_owned(), token.clone()));
        fields.turn = turn;
        Ok((who, token, fields))
    }

    async fn read_carried_text<T>(
        request: &HttpRequest,
        payload: &mut Payload,
        recognise: impl AsyncFn(&str) -> Result<T, ServiceError>,
    ) -> Result<(T, String, Self), ServiceError> {
        let whole = web::Payload::from_request(request, payload).await;
        let mut payload = whole.map_err(|_| broken())?;
        let names_itself = |bytes: &[u8]| bytes.starts_with(b"session=") && bytes.contains(&b'&');
        let (held, ended) = match posted::read(request, &mut payload, MAX_UNPROVEN, names_itself).await? {
            Err(Unread::TooLarge) => return Err(ServiceError::SessionOver),
            read => read?,
        };
        let token = url::form_urlencoded::parse(held.bytes())
            .find(|(name, _)| name == "session")
            .map(|(_, token)| token.trim().to_owned())
            .filter(|token| !token.is_empty())
            .ok_or(ServiceError::SessionOver)?;
        let who = recognise(&token).await?;
        let fields = if ended {
            Self::parse(held.bytes())?
        } else {
            Self::read_urlencoded(payload, held.proven()).await?
        };
        Ok((who, token, fields))
    }

    /// Reads the rest of a form of which `body` is there already.
    async fn read_urlencoded(mut payload: web::Payload, mut body: Vec<u8>) -> Result<Self, ServiceError> {
        let mut total = body.len();
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|error| Unread::from(&error))?;
            total = total.saturating_add(chunk.len());
            if total > MAX_FORM_DRAINED {
                break;
            }
            if total <= MAX_FORM {
                body.extend_from_slice(&chunk);
            }
        }
        if total > MAX_FORM {
            return Err(too_large("form", "1 MB"));
        }
        Self::parse(&body)
    }

    fn parse(body: &[u8]) -> Result<Self, ServiceError> {
        let pairs: Vec<_> = url::form_urlencoded::parse(body)
            .take(MAX_FIELDS + 1)
            .map(|(name, value)| cleaned(&name, &value))
            .collect();
        if pairs.len() > MAX_FIELDS {
            return Err(too_large("form", "2,000 fields"));
        }
        Ok(Self {
            pairs,
            ..Self::default()
        })
    }

    async fn read_multipart(
        mut parts: Multipart,
        mut receiving: Option<Receiving>,
    ) -> Result<Self, ServiceError> {
        let mut fields = Self::default();
        let (mut total, mut kept) = (0_usize, 0_usize);
        let mut refused = None;
        let most_sent = most_sent(receiving.as_ref());
        while let Some(part) = parts.next().await {
            let mut part = part.map_err(|error| lost(&error))?;
            let field = part.name().unwrap_or_default().to_owned();
            let name = part
                .content_disposition()
                .and_then(|about| about.get_filename())
                .map(str::to_owned);
            let most = if name.is_some() {
                MAX_FILE + 1
            } else {
                MAX_FORM + 1
            };
            let to_store = name.is_some() && field == TO_STORE;
            let mut storing = to_store.then(|| receiving.take()).flatten();
            let mut bytes = Vec::new();
            while let Some(chunk) = part.next().await {
                let chunk = chunk.map_err(|error| lost(&error))?;
                total = total.saturating_add(chunk.len());
                if total > most_sent.saturating_add(DRAINED) {
                    return Err(too_large("form", &megabytes(most_sent)));
                }
                if total > most_sent && refused.is_none() {
                    refused = Some(too_large("form", &megabytes(most_sent)));
                    (bytes, storing) = (Vec::new(), None);
                }
                if let Some(storing) = &mut storing {
                    storing.add(&chunk).await;
                    continue;
                }
                let room = most.saturating_sub(bytes.len());
                if refused.is_none() {
                    bytes.extend_from_slice(chunk.get(..room.min(chunk.len())).unwrap_or_default());
                }
            }
            kept = kept.saturating_add(bytes.len());
            if fields.pairs.len() + fields.files.len() >= MAX_FIELDS {
                refused = refused.or_else(|| Some(too_large("form", "2,000 fields")));
            } else if kept > MAX_MULTIPART {
                refused = refused.or_else(|| Some(too_large("form", &megabytes(MAX_MULTIPART))));
            } else if name.is_none() && bytes.len() > MAX_FORM {
                refused = refused.or_else(|| Some(too_large("text", "1 MB")));
            }
            if refused.is_some() {
                continue;
            }
            match name {
                Some(name) if storing.is_some() => {
                    if let Some(storing) = storing {
                        fields.upload = storing.end(clean::line(&name).into_owned()).await;
                    }
                }
                Some(_) => fields.files.push(SentFile {
                    field: clean::line(&field).into_owned(),
                    bytes: bytes.into(),
                }),
                None => {
                    let value = String::from_utf8(bytes).map_err(|_| broken())?;
                    fields.pairs.push(cleaned(&field, &value));
                }
            }
        }
        match refused {
            Some(refused) => Err(refused),
            None => Ok(fields),
        }
    }
}

/// A field without control characters; a value may have lines.
fn cleaned(name: &str, value: &str) -> (String, String) {
    (clean::line(name).into_owned(), clean::lines(value).into_owned())
}

/// Most bytes of a form with files of which anything is kept.
fn most_sent(receiving: Option<&Receiving>) -> usize {
    let file = receiving.map_or(0, Receiving::most);
    let file = usize::try_from(file).unwrap_or(usize::MAX);
    file.saturating_add(BESIDE).max(MAX_SENT)
}

/// "64 MB", as whoever chose the bound says it.
fn megabytes(bytes: usize) -> String {
    format!("{} MB", bytes >> 20)
}

/// A turn to send a form with files, or to hand something in that came before.
fn turn(request: &HttpRequest, sender: &Sender) -> Result<Option<Counted<String>>, ServiceError> {
    let bounds = request.app_data::<web::Data<Bounds>>();
    let (Some(bounds), true) = (bounds, has_files(request) || sender.receiving.is_some()) else {
        return Ok(None);
    };
    let turn = bounds.uploads.enter(sender.whose.clone(), || false);
    turn.map(Some).ok_or(ServiceError::Busy {
        by_client: true,
        seconds: SECONDS,
    })
}

fn has_files(request: &HttpRequest) -> bool {
    let kind = request.headers().get(CONTENT_TYPE);
    kind.and_then(|value| value.to_str().ok())
        .is_some_and(|kind| kind.starts_with("multipart/form-data"))
}

/// The token that a form with files begins with; at most [`MAX_TOKEN`] bytes of it are read.
async fn first_token(parts: &mut Multipart) -> Result<String, ServiceError> {
    let mut part = match parts.next().await {
        Some(part) => part.map_err(|error| lost(&error))?,
        None => return Err(ServiceError::SessionOver),
    };
    let is_file = part
        .content_disposition()
        .is_some_and(|about| about.get_filename().is_some());
    if part.name() != Some("session") || is_file {
        return Err(ServiceError::SessionOver);
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = part.next().await {
        bytes.extend_from_slice(&chunk.map_err(|error| lost(&error))?);
        if bytes.len() > MAX_TOKEN {
            return Err(ServiceError::SessionOver);
        }
    }
    let token = String::from_utf8(bytes).map_err(|_| ServiceError::SessionOver)?;
    Ok(token.trim().to_owned())
}

/// Whether it is a form as browsers send one without files. A form that says nothing of itself is taken for one.
fn is_urlencoded(request: &HttpRequest) -> bool {
    let kind = request.headers().get(CONTENT_TYPE);
    kind.is_none_or(|kind| {
        let kind = kind.to_str().unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
    })
}

fn broken() -> ServiceError {
    Unread::Broken.into()
}

/// Why a form with files broke off.
fn lost(error: &MultipartError) -> ServiceError {
    match error {
        MultipartError::Payload(error) => Unread::from(error).into(),
        _ => broken(),
    }
}

fn too_large(what: &str, most: &str) -> ServiceError {
    ServiceError::form(
        ErrorKind::TooLarge,
        "form.too-large",
        format!("The {what} is larger than {most}. Nothing was changed; send a smaller one."),
    )
}
