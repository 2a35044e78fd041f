//! Letting Canvas be read: `/c/{course}/grades/access` leaves for it in a window of its own, since its sign-in shows in no frame,
//! and `/rest/return` comes back, for administrators too.
//!
//! What binds both is a cookie of the browser that left: `Lax`, because another site sends it back.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, REFERRER_POLICY, SET_COOKIE};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _, web};

use crate::domain::rest_access::Finding;
use crate::ids::{CourseId, PlatformId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::institution::rest_access::{self, Consented, LIVES};
use crate::web::error::AppError;
use crate::web::extract::fields::Fields;
use crate::web::extract::same_origin;
use crate::web::extract::visit::session_cookie;
use crate::web::paths::{self, console, course};
use crate::web::reply;
use crate::web::views::lti::ConsentPage;
use crate::web::views::shared::{FindingLine, LinkTo, PublicPage, Status};
use crate::web::words;

/// Where somebody goes on who came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Way {
    Console(PlatformId),
    Course(CourseId),
}

impl Way {
    fn link(&self) -> LinkTo {
        match self {
            Self::Console(id) => LinkTo {
                href: console::beyond(id),
                text: "Go on to the console".to_owned(),
            },
            Self::Course(id) => LinkTo {
                href: format!("{}{}", paths::course_home(id), course::grades_elsewhere()),
                text: "Go on to the grades of the course".to_owned(),
            },
        }
    }

    /// Of the cookie, which the browser could have changed: it leads to a page of ours that asks for itself who may see it.
    fn of(kind: &str, id: &str) -> Option<Self> {
        let is_id = !id.is_empty() && id.len() <= 64;
        let is_plain = id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        match kind {
            "p" if is_id && is_plain => Some(Self::Console(id.into())),
            "c" if is_id && is_plain => Some(Self::Course(id.into())),
            _ => None,
        }
    }
}

fn name(cairn: &Cairn) -> &'static str {
    if cairn.settings.public_origin.scheme() == "https" {
        "__Host-cairn_consent"
    } else {
        "cairn_consent"
    }
}

/// The header that has the browser remember what it left with.
#[must_use]
pub(crate) fn cookie(cairn: &Cairn, state: &str, way: &Way) -> String {
    let (kind, id) = match way {
        Way::Console(id) => ("p", id.as_str()),
        Way::Course(id) => ("c", id.as_str()),
    };
    let (name, seconds) = (name(cairn), LIVES.num_seconds());
    format!("{name}={state}.{kind}.{id}; Path=/; Max-Age={seconds}; HttpOnly; Secure; SameSite=Lax")
}

/// The header that has it forget.
fn forgotten(cairn: &Cairn) -> String {
    format!(
        "{}=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax",
        name(cairn)
    )
}

/// A teacher leaves, from a frame too: as with [`crate::web::window`] no cookie came along, so the proof of the form names the visit.
///
/// # Errors
/// When the form did not come from a page of ours, or its visit is over; what keeps a teacher from it.
pub(crate) async fn begin(
    cairn: web::Data<Cairn>,
    request: HttpRequest,
    course: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, AppError> {
    same_origin::demand(&request, &cairn.settings.origin())?;
    let fields = Fields::read_unproven(&request, payload).await?;
    let course = CourseId::from(course.into_inner());
    let token = cairn
        .second_visit(fields.raw("csrf").unwrap_or_default(), &course)
        .await?;
    let visitor = cairn.visitor(&token, &course).await?;
    let leaving = rest_access::begin_for_course(&cairn, &visitor).await?;
    let secure = cairn.settings.public_origin.scheme() == "https";
    let remembered = cookie(&cairn, &leaving.state, &Way::Course(course.clone()));
    Ok(HttpResponse::SeeOther()
        .insert_header(("location", leaving.url))
        .insert_header(("cache-control", "no-store"))
        .insert_header(("referrer-policy", "no-referrer"))
        .append_header(("set-cookie", session_cookie(&course, &token, secure)))
        .append_header(("set-cookie", remembered))
        .finish())
}

/// Somebody comes back.
///
/// # Errors
/// When the page cannot be made.
pub(crate) async fn come_back(
    cairn: web::Data<Cairn>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let kept = request.cookie(name(&cairn));
    let kept = kept.as_ref().map(|cookie| cookie.value()).unwrap_or_default();
    let mut parts = kept.splitn(3, '.');
    let state = parts.next().unwrap_or_default().to_owned();
    let way = parts
        .next()
        .zip(parts.next())
        .and_then(|(kind, id)| Way::of(kind, id));
    let parameters: Vec<(String, String)> = url::form_urlencoded::parse(request.query_string().as_bytes())
        .into_owned()
        .take(20)
        .collect();
    let is_answer = parameters
        .iter()
        .any(|(name, sent)| name == "state" && *sent == state);
    let (status, page) = match rest_access::come_back(&cairn, &parameters, Some(&state)).await {
        Ok(consented) => (StatusCode::OK, agreed(&consented)),
        Err(error) => refused(error, way),
    };
    let mut answer = reply::html(status, &page, "'none'", "no-store")?;
    // The address has the code in it, which is nothing for the log of whatever page comes next.
    let headers = answer.headers_mut();
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if is_answer {
        let cookie = HeaderValue::from_str(&forgotten(&cairn))
            .map_err(|error| ServiceError::Internal(error.to_string()))?;
        answer.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(answer)
}

fn agreed(consented: &Consented) -> ConsentPage {
    let way = match &consented.course {
        Some(course) => Way::Course(course.clone()),
        None => Way::Console(consented.platform.clone()),
    };
    let lead = if consented.course.is_some() {
        "Cairn may read the gradebook of this course as you see it. You can take that back at any time."
    } else {
        "Cairn may read gradebooks as you see them. You can take that back at any time."
    };
    let line = |finding: &Finding| FindingLine {
        status: match finding {
            Finding::Works => Status::Earned,
            other if other.is_fault() => Status::NeedsAttention,
            _ => Status::Neutral,
        },
        spoken: if finding.is_fault() {
            "Does not work:"
        } else {
            "Note:"
        },
        sentence: words::rest_access::finding(finding),
        advice: None,
    };
    ConsentPage {
        page: PublicPage::titled("You agreed"),
        lead: lead.to_owned(),
        findings: consented.findings.found.iter().map(line).collect(),
        way: Some(way.link()),
        error_id: None,
    }
}

fn refused(error: ServiceError, way: Option<Way>) -> (StatusCode, ConsentPage) {
    let error = AppError::from(error);
    let page = ConsentPage {
        page: PublicPage::titled("Nothing was agreed"),
        lead: error.sentence(),
        findings: Vec::new(),
        way: way.map(|way| way.link()),
        error_id: Some(error.shown_id()),
    };
    (error.status_code(), page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_leads_to_pages_of_ours_alone() {
        assert_eq!(Way::of("p", "0190-ab"), Some(Way::Console("0190-ab".into())));
        assert_eq!(Way::of("c", "0190-ab"), Some(Way::Course("0190-ab".into())));
        for (kind, id) in [
            ("x", "1"),
            ("p", ""),
            ("p", "../x"),
            ("c", "a/b"),
            ("c", "a?b"),
            ("p", "é"),
        ] {
            assert_eq!(Way::of(kind, id), None, "{kind} {id}");
        }
        assert_eq!(Way::of("c", &"x".repeat(65)), None);
    }
}
