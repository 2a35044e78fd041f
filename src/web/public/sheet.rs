//! `/w/{token}/check/…`: all badges of a collection checked at once, as a dated sheet to print and as files to keep.

use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::collection::opened;
use super::unlisted;
use crate::domain::zone::{Zone, last_moment};
use crate::service::Cairn;
use crate::service::award::portfolio::Opened;
use crate::service::award::portfolio::sheet::{self, Line, Sheet};
use crate::service::base::error::ServiceError;
use crate::web::bounds::{Bounds, client};
use crate::web::error::AppError;
use crate::web::extract::same_origin;
use crate::web::views::public::{SheetLine, SheetPage};
use crate::web::views::shared::{PublicPage, When, Zoned};
use crate::web::words::portfolio as words;
use crate::web::{csv, paths, reply};

/// The sheet as a page, for a spreadsheet and for programs.
pub(super) const PAGE: &str = "sheet";
pub(super) const TABLE: &str = "sheet.csv";
pub(super) const DATA: &str = "sheet.json";

/// Lists the routes of this page.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config.route(paths::SHOWN_CHECK, web::post().to(check));
}

/// Checks them and shows what was found. Other issuers are asked for it, so a button of the collection's page asks, never a link that
/// somebody else could have a browser follow; and one client has as many under way as it has single badges.
///
/// # Errors
/// A sentence when it was not sent by the page, and while others are being checked.
async fn check(
    cairn: web::Data<Cairn>,
    bounds: web::Data<Bounds>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, AppError> {
    // Links are made for the origin of the identity, which may be another one.
    let demand = |origin: &str| same_origin::demand(&request, origin);
    demand(&cairn.settings.origin()).or_else(|_| demand(&cairn.settings.identity()))?;
    let (token, form) = path.into_inner();
    if ![PAGE, TABLE, DATA].contains(&form.as_str()) {
        return super::nothing("file");
    }
    let opened = match opened(&cairn, &token).await? {
        Ok(opened) => opened,
        Err(refused) => return Ok(refused),
    };
    let turn = bounds.checks.enter(client(&request), || false);
    let _turn = turn.ok_or(ServiceError::TooMany { seconds: 5 })?;
    let sheet = sheet::check(&cairn, &opened).await?;
    let told = Told {
        opened: &opened,
        sheet: &sheet,
        origin: cairn.settings.origin(),
    };
    Ok(unlisted(match form.as_str() {
        TABLE => table(&told)?,
        DATA => data(&told),
        _ => page(&told, &token)?,
    }))
}

/// What a sheet is filled from.
struct Told<'a> {
    opened: &'a Opened,
    sheet: &'a Sheet,
    origin: String,
}

impl Told<'_> {
    /// Who checked it.
    fn by(&self) -> String {
        format!(
            "Cairn {}, the server at {}",
            env!("CARGO_PKG_VERSION"),
            self.origin
        )
    }

    fn verifier(&self) -> String {
        format!("{}{}", self.origin, paths::VERIFY)
    }
}

fn page(told: &Told<'_>, token: &str) -> Result<HttpResponse, AppError> {
    let (opened, at) = (told.opened, told.sheet.at);
    let collection = &opened.collection;
    let line = |line: &Line| SheetLine {
        name: line.name.clone(),
        issuer: line.issuer.clone(),
        issuer_id: line.issuer_id.clone(),
        id: line.id.clone(),
        holder: words::whose(line.holder),
        awarded: line.awarded.map(When::date_only),
        until: line.until.map(When::last_day),
        found: words::found(&line.found),
        means: words::found_means(&line.found),
        checked: When::new(line.checked, at),
        digest: line.digest.clone(),
    };
    let page = SheetPage {
        page: PublicPage::titled(&format!("Badges checked: {}", collection.title)).in_accent(opened.accent),
        words: collection.words.clone(),
        at: When::new(at, at),
        by: told.by(),
        valid: told.sheet.valid(),
        lines: told.sheet.lines.iter().map(line).collect(),
        back_href: paths::shown(token),
        table_action: paths::shown_check(token, TABLE),
        data_action: paths::shown_check(token, DATA),
        verifier: told.verifier(),
    };
    reply::html_with(
        StatusCode::OK,
        &page,
        &Zoned::from(opened.zone),
        "'none'",
        "no-store",
    )
}

fn table(told: &Told<'_>) -> Result<HttpResponse, ServiceError> {
    let head = [
        "badge",
        "issuer",
        "id of the issuer",
        "id of the badge",
        "holder",
        "awarded",
        "valid until",
        "result",
        "meaning",
        "checked",
        "SHA-256",
        "checked by",
        "check it yourself",
    ];
    let zone = told.opened.zone;
    let row = |line: &Line| {
        [
            line.name.clone(),
            line.issuer.clone(),
            line.issuer_id.clone(),
            line.id.clone().unwrap_or_default(),
            words::whose(line.holder).to_owned(),
            line.awarded.map(|at| zone.field_day(at)).unwrap_or_default(),
            last_day(line, zone).unwrap_or_default(),
            line.found.code().to_owned(),
            words::found_means(&line.found),
            zone.cell(line.checked),
            line.digest.clone(),
            told.by(),
            told.verifier(),
        ]
    };
    let rows = told.sheet.lines.iter().map(row);
    csv::answer(
        "badges-checked.csv",
        std::iter::once(head.map(str::to_owned)).chain(rows),
    )
}

/// The last day on which it is valid.
fn last_day(line: &Line, zone: Zone) -> Option<String> {
    line.until.map(|end| zone.field_day(last_moment(end)))
}

fn data(told: &Told<'_>) -> HttpResponse {
    let line = |line: &Line| -> Value {
        json!({
            "name": line.name, "issuer": { "id": line.issuer_id, "name": line.issuer }, "id": line.id,
            "holder": words::whose(line.holder), "awardedAt": line.awarded, "validUntil": line.until,
            "result": line.found.code(), "meaning": words::found_means(&line.found),
            "checkedAt": line.checked, "sha256": line.digest,
        })
    };
    let lines: Vec<Value> = told.sheet.lines.iter().map(line).collect();
    let document = json!({
        "title": told.opened.collection.title, "checkedAt": told.sheet.at,
        "checkedBy": { "name": "Cairn", "version": env!("CARGO_PKG_VERSION"), "address": told.origin },
        "checkYourself": told.verifier(), "badges": lines,
    });
    HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .insert_header((
            "content-disposition",
            "attachment; filename=\"badges-checked.json\"",
        ))
        .json(document)
}
