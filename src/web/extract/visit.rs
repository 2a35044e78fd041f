//! Who is asking: the visit of this course, found by its cookie or by the token that a form of ours carried.

use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use chrono::TimeDelta;
use tracing::Span;
use tracing::field::display;

use crate::ids::{ActivityId, CourseId};
use crate::service::Cairn;
use crate::service::award::uploads::Receiving;
use crate::service::base::error::ServiceError;
use crate::service::base::session::{LONGEST, Visitor};
use crate::service::course::home::Home;
use crate::web::assets;
use crate::web::error::AppError;
use crate::web::extract::fields::{Fields, Sender};
use crate::web::extract::proven::{Asking, Found, Later, application, brought, find};
use crate::web::paths;
use crate::web::views::shared::WayBack;

/// A page request within a visit. A view may be asked for by GET, or by POST where no cookies are to be had.
#[derive(Debug)]
pub(crate) struct Visit {
    pub(crate) cairn: Arc<Cairn>,
    pub(crate) visitor: Visitor,
    pub(crate) fields: Fields,
    /// The token, when it came in a form: then every link of the page must be a form that carries it on.
    pub(crate) carried: Option<String>,
    /// Whether the page fills a window of its own.
    pub(crate) top_level: bool,
    /// The path of the address, and the route that it was found by.
    pub(crate) path: String,
    pub(crate) route: String,
    /// The query of the address, undecoded.
    pub(crate) query_string: String,
    proven: bool,
}

impl Visit {
    /// Where the visit leads next, in answer to an action: the same visit, by GET with the cookie, or by a repeated
    /// POST (307) that carries the token on.
    #[must_use]
    pub(crate) fn go(&self, to: &str) -> actix_web::HttpResponse {
        let mut answer = if self.carried.is_some() {
            actix_web::HttpResponse::TemporaryRedirect()
        } else {
            actix_web::HttpResponse::SeeOther()
        };
        answer
            .insert_header(("location", to))
            .insert_header(("cache-control", "no-store"))
            .finish()
    }
}

/// The cookie of a visit to `course`: partitioned, so that it works in a frame, and one for each course, so that two
/// courses in two tabs do not take each other's place.
#[must_use]
pub(crate) fn cookie_name(course: &CourseId, secure: bool) -> String {
    format!("{}cairn_{}", if secure { "__Host-" } else { "" }, course.as_str())
}

/// The header that sets it. `Secure` holds on loopback too: browsers treat it as a secure context.
#[must_use]
pub(crate) fn session_cookie(course: &CourseId, token: &str, secure: bool) -> String {
    partitioned(&cookie_name(course, secure), token, LONGEST)
}

/// A `Set-Cookie` header for a cookie that comes back in a cross-site frame. Written by hand because the cookie type of
/// actix-web does not know `Partitioned`; names and values are our own tokens, so nothing needs escaping.
#[must_use]
pub(crate) fn partitioned(name: &str, value: &str, lives: TimeDelta) -> String {
    let seconds = lives.num_seconds();
    format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; Secure; SameSite=None; Partitioned")
}

impl Asking for Visit {
    const FOREIGN: &'static str =
        "This form did not come from a page of your visit. Nothing was changed; open the page again.";

    fn is_proven(&self) -> bool {
        self.proven
    }
}

/// A visit to the first page of the course, with what that page shows.
#[derive(Debug)]
pub(crate) struct AtHome {
    pub(crate) visit: Visit,
    pub(crate) home: Home,
}

/// The visit behind a request, and what else `recognise` finds with it.
async fn visit<T>(
    request: HttpRequest,
    mut payload: Payload,
    recognise: impl AsyncFn(&Cairn, &str, &CourseId) -> Result<(Visitor, T), ServiceError>,
) -> Result<(Visit, T), AppError> {
    let cairn = application(&request)?;
    let course = CourseId::from(request.match_info().get("course").unwrap_or_default());
    let secure = cairn.settings.public_origin.scheme() == "https";
    let name = cookie_name(&course, secure);
    let recognise = async |token: &str| recognise(&cairn, token, &course).await;
    let route = request.match_pattern().unwrap_or_default();
    let hands_in = route.ends_with(paths::course::HAND_IN);
    let brings_grades = route.ends_with(paths::course::GRADES_BRING);
    let brings_badges = route.ends_with(paths::course::ELSEWHERE_BRING);
    let activity = request.match_info().get("activity").filter(|_| hands_in);
    let sender = |(visitor, _): &(Visitor, T), _: &str| {
        let receiving = match activity {
            Some(id) => Some(Receiving::of(Arc::clone(&cairn), visitor, ActivityId::from(id))),
            None if brings_badges => Some(Receiving::of_badges(Arc::clone(&cairn), visitor)),
            None => brings_grades.then(|| Receiving::of_gradebook(Arc::clone(&cairn), visitor)),
        };
        Sender {
            whose: format!("{}/{}", visitor.tenant(), visitor.person.id),
            receiving,
        }
    };
    let Found {
        who: (visitor, more),
        fields,
        carried,
    } = find(&request, &mut payload, &name, recognise, sender).await?;
    Span::current()
        .record("tenant", display(visitor.tenant()))
        .record("course", display(&visitor.course.id))
        .record("person", display(&visitor.person.id));
    // Whatever is refused from here on, the page that says so leads back.
    request.extensions_mut().insert(WayBack {
        href: paths::course_home(&visitor.course.id),
        teaches: visitor.session.instructor,
        session: carried.clone(),
        ancestors: visitor.ancestors().join(" "),
        theme_href: visitor.accent.map(assets::accent),
    });
    let top_level = request
        .headers()
        .get("sec-fetch-dest")
        .is_some_and(|value| value == "document");
    let proven = match fields.raw("csrf") {
        None => false,
        Some(_) if brought(&fields, &cairn.form_proof(&visitor.session)) => true,
        Some(other) => cairn.proves_same_person(other, &visitor.session).await?,
    };
    let visit = Visit {
        proven,
        path: request.path().to_owned(),
        route: request.match_pattern().unwrap_or_default(),
        query_string: request.query_string().to_owned(),
        cairn,
        visitor,
        fields,
        carried,
        top_level,
    };
    Ok((visit, more))
}

impl FromRequest for Visit {
    type Error = AppError;
    type Future = Later<Self, AppError>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let recognise = async |cairn: &Cairn, token: &str, course: &CourseId| {
                Ok((cairn.visitor(token, course).await?, ()))
            };
            let (visit, ()) = visit(request, payload, recognise).await?;
            Ok(visit)
        })
    }
}

impl FromRequest for AtHome {
    type Error = AppError;
    type Future = Later<Self, AppError>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let recognise = async |cairn: &Cairn, token: &str, course: &CourseId| {
                cairn.visitor_at_home(token, course).await
            };
            let (visit, home) = visit(request, payload, recognise).await?;
            Ok(Self { visit, home })
        })
    }
}
