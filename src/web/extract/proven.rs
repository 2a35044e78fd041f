//! What all three who ask have in common: the application behind a request, the form that was posted, and the proof that
//! the form came from a page of ours.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::{FromRequest, HttpRequest, web};
use subtle::ConstantTimeEq as _;

use crate::service::Cairn;
use crate::service::base::error::{ErrorKind, ServiceError};
use crate::web::extract::fields::{Fields, Sender};

/// The answer of an extractor, later.
pub(crate) type Later<T, E> = Pin<Box<dyn Future<Output = Result<T, E>>>>;

/// Who asks, in a request whose form may prove where it came from.
pub(crate) trait Asking: FromRequest + 'static {
    /// What is said to a form that came from elsewhere.
    const FOREIGN: &'static str;

    /// Whether the form came from a page that this one was shown.
    fn is_proven(&self) -> bool;
}

/// A request that changes something: a POST whose form proves that it came from a page of this visit.
#[derive(Debug)]
pub(crate) struct Proven<T>(pub(crate) T);

impl<T> FromRequest for Proven<T>
where
    T: Asking,
    T::Error: From<ServiceError>,
{
    type Error = T::Error;
    type Future = Later<Self, T::Error>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let asked = T::from_request(request, payload);
        Box::pin(async move {
            let asked = asked.await?;
            if asked.is_proven() {
                Ok(Self(asked))
            } else {
                Err(ServiceError::form(ErrorKind::Forbidden, "forbidden", T::FOREIGN).into())
            }
        })
    }
}

/// The application behind a request.
pub(super) fn application(request: &HttpRequest) -> Result<Arc<Cairn>, ServiceError> {
    request
        .app_data::<web::Data<Cairn>>()
        .map(|data| Arc::clone(data))
        .ok_or_else(|| ServiceError::Internal("the application has no data".into()))
}

/// The form of a request by somebody who is known; a GET has none.
pub(super) async fn posted(
    request: &HttpRequest,
    payload: &mut Payload,
    sender: impl FnOnce() -> Sender,
) -> Result<Fields, ServiceError> {
    match *request.method() {
        Method::POST => Fields::read(request, payload, sender()).await,
        _ => Ok(Fields::default()),
    }
}

/// Whether the form brought `proof` along.
pub(super) fn brought(fields: &Fields, proof: &str) -> bool {
    let sent = fields.raw("csrf").unwrap_or_default();
    bool::from(sent.as_bytes().ct_eq(proof.as_bytes()))
}

/// Somebody who was found, with what they sent.
#[derive(Debug)]
pub(super) struct Found<T> {
    pub(crate) who: T,
    pub(crate) fields: Fields,
    /// The token, when it came in the form.
    pub(crate) carried: Option<String>,
}

/// Finds somebody by the token that the form carries, else by that of the cookie `name`. The form of somebody whom no
/// cookie names is read to its first field; the rest only when that is a token that `recognise` finds somebody by.
pub(super) async fn find<T>(
    request: &HttpRequest,
    payload: &mut Payload,
    name: &str,
    recognise: impl AsyncFn(&str) -> Result<T, ServiceError>,
    sender: impl Fn(&T, &str) -> Sender,
) -> Result<Found<T>, ServiceError> {
    let cookie = request.cookie(name);
    let in_cookie = cookie.as_ref().map_or("", |cookie| cookie.value());
    let by_cookie = match &cookie {
        Some(_) => recognise(in_cookie).await,
        None => Err(ServiceError::SessionOver),
    };
    match by_cookie {
        Err(ServiceError::SessionOver) if request.method() == Method::POST => {
            let (who, token, fields) = Fields::read_carried(request, payload, recognise, sender).await?;
            Ok(Found {
                who,
                fields,
                carried: Some(token),
            })
        }
        Err(error) => Err(error),
        Ok(who) => {
            let fields = posted(request, payload, || sender(&who, in_cookie)).await?;
            let carried = fields.get("session").map(str::to_owned);
            let who = match &carried {
                Some(token) => recognise(token).await?,
                None => who,
            };
            Ok(Found { who, fields, carried })
        }
    }
}
