//! What somebody posts who is not known yet: read within the budget of [`Unproven`], and no further than its bound.

use std::marker::PhantomData;
use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use actix_web::{FromRequest, HttpRequest, web};
use bytes::Bytes;
use futures_util::Stream;

use crate::service::base::error::{ErrorKind, ServiceError};
use crate::service::course::notices;
use crate::service::credential::outside;
use crate::web::bounds::unproven::{Held, MAX_FORM, Unproven, Unread};
use crate::web::bounds::{Bounds, client};
use crate::web::error::AppError;
use crate::web::extract::proven::Later;
use lti::error::LoginRefusal;

/// When somebody for whose form there was no room may come again.
const SECONDS: u64 = 5;

impl From<Unread> for ServiceError {
    fn from(unread: Unread) -> Self {
        let (kind, code, sentence) = match unread {
            Unread::NoRoom => {
                return Self::Busy {
                    by_client: false,
                    seconds: SECONDS,
                };
            }
            Unread::TooLarge => (
                ErrorKind::TooLarge,
                "form.too-large",
                "The form is larger than 64 KiB. Nothing was changed; send a smaller one.",
            ),
            Unread::Slow => (
                ErrorKind::Slow,
                "form.slow",
                "The form came too slowly, so the server stopped waiting for the rest. Nothing was changed; send it again when \
                 your connection is better.",
            ),
            Unread::Broken => (
                ErrorKind::Unprocessable,
                "form.broken",
                "The form did not arrive whole. Nothing was changed; please send it again.",
            ),
        };
        Self::form(kind, code, sentence)
    }
}

/// The budget that all requests share.
pub(super) fn budget(request: &HttpRequest) -> Result<&Unproven, ServiceError> {
    let bounds = request.app_data::<web::Data<Bounds>>();
    bounds
        .map(|bounds| bounds.unproven.as_ref())
        .ok_or_else(|| ServiceError::Internal("the application has no bounds".into()))
}

/// Reads what was posted, up to `most` bytes, or until it is `enough`; and says whether that was the end.
pub(super) async fn read(
    request: &HttpRequest,
    body: &mut (impl Stream<Item = Result<Bytes, PayloadError>> + Unpin),
    most: usize,
    enough: impl Fn(&[u8]) -> bool,
) -> Result<Result<(Held, bool), Unread>, ServiceError> {
    let budget = budget(request)?;
    Ok(budget.read(client(request), body, most, enough).await)
}

/// Whether somebody says beforehand that they send more than `most` bytes.
pub(super) fn announces_more(request: &HttpRequest, most: usize) -> bool {
    let length = request.headers().get(CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    length.is_some_and(|length| length > most)
}

/// Reads a whole body whose proof is in it.
async fn whole(
    request: &HttpRequest,
    mut body: Payload,
    most: usize,
) -> Result<Result<Held, Unread>, ServiceError> {
    if announces_more(request, most) {
        return Ok(Err(Unread::TooLarge));
    }
    let read = read(request, &mut body, most, |_| false).await?;
    Ok(read.map(|(held, _)| held))
}

/// A sort of body that proves itself.
pub(crate) trait Sort: 'static {
    /// The most bytes that it has.
    const MOST: usize;
    /// The one content type that it is sent as; `None` where that does not matter.
    const SENT_AS: Option<&'static [u8]> = None;

    /// What is said to one that is larger, or sent as something else.
    fn refusal() -> AppError;
}

/// A whole body of a sort.
#[derive(Debug)]
pub(crate) struct Posted<S> {
    held: Held,
    sort: PhantomData<S>,
}

impl<S> Deref for Posted<S> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.held.bytes()
    }
}

impl<S: Sort> FromRequest for Posted<S> {
    type Error = AppError;
    type Future = Later<Self, AppError>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let sent_as = request.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes);
            let read = if S::SENT_AS.is_none() || sent_as == S::SENT_AS {
                whole(&request, payload, S::MOST).await?
            } else {
                Err(Unread::TooLarge)
            };
            match read {
                Ok(held) => Ok(Self {
                    held,
                    sort: PhantomData,
                }),
                Err(Unread::TooLarge) => Err(S::refusal()),
                Err(unread) => Err(ServiceError::from(unread).into()),
            }
        })
    }
}

/// A message of a platform, or a form of a page that is shown before a visit: at most 64 KiB.
pub(crate) type PostedForm = Posted<Form>;

#[derive(Debug)]
pub(crate) enum Form {}

impl Sort for Form {
    const MOST: usize = MAX_FORM;

    fn refusal() -> AppError {
        LoginRefusal::TooLarge.into()
    }
}

/// A badge of whomever, as the page that checks badges sends it: at most [`MAX_BODY`](outside::MAX_BODY).
pub(crate) type PostedBadge = Posted<Badge>;

#[derive(Debug)]
pub(crate) enum Badge {}

impl Sort for Badge {
    const MOST: usize = outside::MAX_BODY;
    /// No form can send it and no other site may: a page of this server's own does, when its button is pressed.
    const SENT_AS: Option<&'static [u8]> = Some(b"application/octet-stream");

    fn refusal() -> AppError {
        ServiceError::form(
            ErrorKind::Unprocessable,
            "verify.not-a-badge",
            "Send the text of one badge, 256 KB at most, from the page “Check a badge”.",
        )
        .into()
    }
}

impl PostedBadge {
    /// The text of the badge.
    #[must_use]
    pub(crate) fn bytes(self) -> Bytes {
        self.held.proven().into()
    }
}

/// A delivery of notices: at most 256 KiB.
pub(crate) type PostedNotices = Posted<Notices>;

#[derive(Debug)]
pub(crate) enum Notices {}

impl Sort for Notices {
    const MOST: usize = notices::MAX_BODY;

    fn refusal() -> AppError {
        ServiceError::form(
            ErrorKind::TooLarge,
            "notices.too-large",
            "The delivery is larger than 256 KB. Send fewer notices at a time.",
        )
        .into()
    }
}
