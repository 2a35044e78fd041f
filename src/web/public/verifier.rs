//! `/verify`: the page that checks any badge in the reader's browser, to be opened here or saved; and the check from here,
//! for what issuers let no browser read.

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use openbadges::verify::{Check, Outcome, PartVerdict, Remark, Verdict};
use serde::Serialize;
use url::form_urlencoded;

use super::open_to_all;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::credential::{outside, verifier};
use crate::web::bounds::{Bounds, client};
use crate::web::error::AppError;
use crate::web::extract::posted::PostedBadge;
use crate::web::paths;

/// Lists the routes of this page.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .route(paths::VERIFY, web::get().to(show))
        .route(paths::VERIFY, web::head().to(show))
        .route(paths::VERIFY_FOR_OTHERS, web::post().to(check));
}

/// One check, in the members that the page's own checks have.
#[derive(Serialize)]
struct Line {
    kind: String,
    name: &'static str,
    state: &'static str,
    code: &'static str,
    sentence: String,
}

impl From<&Check> for Line {
    fn from(check: &Check) -> Self {
        Self {
            kind: format!("{:?}", check.kind),
            name: check.kind.name(),
            state: match &check.failure {
                None => "held",
                Some(failure) if failure.is_unchecked() => "unchecked",
                Some(_) => "failed",
            },
            code: "",
            sentence: check.sentence(),
        }
    }
}

/// One badge of a record, in the same members.
#[derive(Serialize)]
struct Part {
    kind: &'static str,
    name: String,
    state: &'static str,
    code: &'static str,
    sentence: String,
}

impl From<&PartVerdict> for Part {
    fn from(part: &PartVerdict) -> Self {
        let worst = part.verdict.worst();
        Self {
            kind: "Part",
            name: if part.name.is_empty() {
                "A badge without a name".to_owned()
            } else {
                part.name.clone()
            },
            state: match worst {
                None => "held",
                Some(failure) if failure.is_unchecked() => "unchecked",
                Some(_) => "failed",
            },
            code: "",
            sentence: worst.map_or_else(|| "This badge is good.".to_owned(), ToString::to_string),
        }
    }
}

#[derive(Serialize)]
struct Found {
    verdict: &'static str,
    checks: Vec<Line>,
    remarks: Vec<String>,
    parts: Vec<Part>,
}

impl From<&Verdict> for Found {
    fn from(verdict: &Verdict) -> Self {
        Self {
            verdict: match verdict.outcome() {
                Outcome::Valid => "valid",
                Outcome::Invalid => "invalid",
                Outcome::Unknown => "unknown",
            },
            checks: verdict.checks.iter().map(Line::from).collect(),
            remarks: verdict.remarks.iter().map(Remark::sentence).collect(),
            parts: verdict.parts.iter().map(Part::from).collect(),
        }
    }
}

/// Whose the badge should be, percent-encoded. A header of ours, since an address would stand in the logs of proxies.
const HOLDER: &str = "badge-holder";

fn holder(request: &HttpRequest) -> Option<String> {
    let sent = request.headers().get(HOLDER)?;
    let (holder, _) = form_urlencoded::parse(sent.as_bytes()).next()?;
    let holder = holder.trim();
    (!holder.is_empty()).then(|| holder.to_owned())
}

/// Checks the badge that was sent, and says what was found. Nothing of it is kept.
///
/// # Errors
/// A sentence when it was not sent by the page, or is too large; and while others are being checked.
async fn check(
    cairn: web::Data<Cairn>,
    bounds: web::Data<Bounds>,
    request: HttpRequest,
    badge: PostedBadge,
) -> Result<HttpResponse, AppError> {
    let turn = bounds.checks.enter(client(&request), || false);
    let _turn = turn.ok_or(ServiceError::TooMany { seconds: 5 })?;
    let verdict = outside::check(&cairn, badge.bytes(), holder(&request)).await?;
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(Found::from(&verdict)))
}

/// The page; with `?download` the same bytes as a file to keep.
///
/// # Errors
/// When it cannot be put together.
pub(crate) async fn show(request: HttpRequest) -> Result<HttpResponse, AppError> {
    let page = verifier::page()?;
    let mut answer = open_to_all(300);
    answer
        .insert_header(("content-type", "text/html; charset=utf-8"))
        .insert_header((
            "content-security-policy",
            format!("{}; frame-ancestors 'none'", page.policy),
        ));
    if request.query_string() == "download" {
        answer.insert_header((
            "content-disposition",
            "attachment; filename=\"check-a-badge.html\"",
        ));
    }
    Ok(answer.body(page.html.as_str()))
}
