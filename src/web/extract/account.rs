//! Who is asking outside a course: an administrator whom the platform signed, found by a cookie of its own or by the token
//! that a form carried.

use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use tracing::Span;
use tracing::field::display;

use crate::service::Cairn;
use crate::service::institution::account::Administrator;
use crate::web::error::AppError;
use crate::web::extract::fields::Sender;
use crate::web::extract::proven::{Asking, Found, Later, application, brought, find};

/// A page request of an administrator inside the LMS.
#[derive(Debug)]
pub(crate) struct AccountVisit {
    pub(crate) cairn: Arc<Cairn>,
    pub(crate) administrator: Administrator,
    /// The token, when it came in a form: then every form of the page carries it on.
    pub(crate) carried: Option<String>,
    proven: bool,
}

/// The cookie of a visit to the account. A course's cookie is of no use here, nor this one in a course.
#[must_use]
pub(crate) fn cookie_name(secure: bool) -> String {
    format!("{}cairn_account", if secure { "__Host-" } else { "" })
}

impl Asking for AccountVisit {
    const FOREIGN: &'static str =
        "This form did not come from the page of your visit. Nothing was done; open the page again.";

    fn is_proven(&self) -> bool {
        self.proven
    }
}

async fn visit(request: HttpRequest, mut payload: Payload) -> Result<AccountVisit, AppError> {
    let cairn = application(&request)?;
    let name = cookie_name(cairn.settings.public_origin.scheme() == "https");
    let recognise = async |token: &str| cairn.account_administrator(token).await;
    let Found {
        who: administrator,
        fields,
        carried,
    } = find(&request, &mut payload, &name, recognise, Sender::of_token).await?;
    Span::current()
        .record("tenant", display(administrator.tenant()))
        .record("person", display(&administrator.session.person));
    Ok(AccountVisit {
        proven: brought(&fields, &cairn.form_proof(&administrator.session)),
        cairn,
        administrator,
        carried,
    })
}

impl FromRequest for AccountVisit {
    type Error = AppError;
    type Future = Later<Self, AppError>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        Box::pin(visit(request.clone(), payload.take()))
    }
}
