//! Who is asking outside a course: an administrator whom the platform signed, found by a cookie of its own or by the token
//! that a form carried.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::{FromRequest, HttpRequest, web};
use subtle::ConstantTimeEq as _;

use crate::service::Cairn;
use crate::service::account::Administrator;
use crate::service::error::ServiceError;
use crate::web::error::AppError;
use crate::web::extract::fields::Fields;

/// The page that account and user navigation open.
pub const PATH: &str = "/lti/account";

/// A page request of an administrator inside the LMS.
#[derive(Debug)]
pub struct AccountVisit {
    pub cairn: Arc<Cairn>,
    pub administrator: Administrator,
    /// The token, when it came in a form: then every form of the page carries it on.
    pub carried: Option<String>,
    proven: bool,
}

/// A request that does something: a POST whose form proves that it came from the page of this visit.
#[derive(Debug)]
pub struct AccountAction(pub AccountVisit);

/// The cookie of a visit to the account. A course's cookie is of no use here, nor this one in a course.
#[must_use]
pub fn cookie_name(secure: bool) -> String {
    format!("{}cairn_account", if secure { "__Host-" } else { "" })
}

async fn visit(request: HttpRequest, mut payload: Payload) -> Result<AccountVisit, AppError> {
    let cairn = request
        .app_data::<web::Data<Cairn>>()
        .map(|data| Arc::clone(data))
        .ok_or_else(|| ServiceError::Internal("the application has no data".into()))?;
    let fields = match *request.method() {
        Method::POST => Fields::read(&request, &mut payload).await?,
        _ => Fields::default(),
    };
    let secure = cairn.settings.public_origin.scheme() == "https";
    let carried = fields.get("session").map(str::to_owned);
    let token = match &carried {
        Some(token) => token.clone(),
        None => request
            .cookie(&cookie_name(secure))
            .map(|cookie| cookie.value().to_owned())
            .ok_or(ServiceError::SessionOver)?,
    };
    let administrator = cairn.account_administrator(&token).await?;
    let proof = cairn.form_proof(&administrator.session);
    let sent = fields.raw("csrf").unwrap_or_default();
    let proven = bool::from(sent.as_bytes().ct_eq(proof.as_bytes()));
    Ok(AccountVisit {
        cairn,
        administrator,
        carried,
        proven,
    })
}

impl FromRequest for AccountVisit {
    type Error = AppError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, AppError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        Box::pin(visit(request.clone(), payload.take()))
    }
}

impl FromRequest for AccountAction {
    type Error = AppError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, AppError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let asked = visit(request.clone(), payload.take());
        Box::pin(async move {
            let visit = asked.await?;
            if visit.proven {
                Ok(Self(visit))
            } else {
                Err(ServiceError::Forbidden(
                    "This form did not come from the page of your visit. Nothing was done; open the page again.",
                )
                .into())
            }
        })
    }
}
