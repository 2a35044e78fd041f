//! Who administers: the sign-in of this browser, found by its cookie. There is no way without cookies here, because the
//! console never stands in a frame.

use std::cell::RefCell;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::{FromRequest, HttpRequest};
use tracing::Span;
use tracing::field::display;

use crate::domain::issuer::Tenant;
use crate::ids::SessionId;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::institution::administrators::known::{Entered, LIVES};
use crate::service::institution::administrators::{Administrator, LONGEST};
use crate::web::admin::error::AdminError;
use crate::web::extract::fields::{Fields, Sender};
use crate::web::extract::proven::{Asking, Later, application, brought, posted};

/// A request for a page of the console.
#[derive(Debug)]
pub(crate) struct AdminVisit {
    pub(crate) cairn: Arc<Cairn>,
    pub(crate) admin: Administrator,
    pub(crate) session: SessionId,
    /// The one institution that this administrator sees; none for all.
    pub(crate) institution: Option<Tenant>,
    pub(crate) fields: Fields,
    /// The query of the address, undecoded.
    pub(crate) query_string: String,
    /// The institution that the page is about that is being made; none for those about several.
    pub(crate) about: RefCell<Option<Tenant>>,
    proven: bool,
}

/// The name of the cookie. On plain http, which only loopback gets, browsers refuse the `__Host-` prefix.
#[must_use]
pub(crate) fn cookie_name(cairn: &Cairn) -> &'static str {
    if cairn.settings.public_origin.scheme() == "https" {
        "__Host-cairn_admin"
    } else {
        "cairn_admin"
    }
}

/// The header that signs a browser in; an empty token signs it out. `Secure` holds on loopback too: browsers treat it as
/// a secure context.
#[must_use]
pub(crate) fn cookie(cairn: &Cairn, token: &str) -> String {
    let seconds = if token.is_empty() {
        0
    } else {
        LONGEST.num_seconds()
    };
    let name = cookie_name(cairn);
    format!("{name}={token}; Path=/; Max-Age={seconds}; HttpOnly; Secure; SameSite=Strict")
}

/// The name of the cookie by which a browser is known in which somebody signed in before.
fn browser_name(cairn: &Cairn) -> &'static str {
    if cairn.settings.public_origin.scheme() == "https" {
        "__Host-cairn_browser"
    } else {
        "cairn_browser"
    }
}

/// The mark that this browser kept.
#[must_use]
pub(crate) fn kept_mark(request: &HttpRequest, cairn: &Cairn) -> Option<String> {
    let cookie = request.cookie(browser_name(cairn))?;
    Some(cookie.value().to_owned())
}

/// The headers that sign a browser in and have it known from now on.
#[must_use]
pub(crate) fn cookies(cairn: &Cairn, entered: &Entered) -> [String; 2] {
    let (name, mark, seconds) = (browser_name(cairn), &entered.browser, LIVES.num_seconds());
    let mark = format!("{name}={mark}; Path=/; Max-Age={seconds}; HttpOnly; Secure; SameSite=Strict");
    [cookie(cairn, &entered.token), mark]
}

impl Asking for AdminVisit {
    const FOREIGN: &'static str = "This form did not come from a page of the console in this browser. Nothing was changed; open the page again.";

    fn is_proven(&self) -> bool {
        self.proven
    }
}

async fn visit(request: HttpRequest, mut payload: Payload) -> Result<AdminVisit, AdminError> {
    let cairn = application(&request)?;
    let found = match request.cookie(cookie_name(&cairn)) {
        Some(cookie) => cairn.administrator(cookie.value()).await,
        None => Err(ServiceError::SignInNeeded),
    };
    let found = match found {
        Err(ServiceError::SignInNeeded) if request.method() == Method::GET => {
            return Err(AdminError::sign_in(&request));
        }
        found => found?,
    };
    let span = Span::current();
    span.record("admin", display(&found.admin.actor));
    if let Some(tenant) = found.admin.scope.tenant() {
        span.record("tenant", display(tenant));
    }
    // Read only now: nobody else's form is.
    let fields = posted(&request, &mut payload, || {
        Sender::of_token(&(), found.session.as_str())
    })
    .await?;
    Ok(AdminVisit {
        proven: brought(&fields, &cairn.console_proof(&found.session)),
        about: RefCell::new(found.institution.clone()),
        cairn,
        admin: found.admin,
        session: found.session,
        institution: found.institution,
        query_string: request.query_string().to_owned(),
        fields,
    })
}

impl FromRequest for AdminVisit {
    type Error = AdminError;
    type Future = Later<Self, AdminError>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        Box::pin(visit(request.clone(), payload.take()))
    }
}
