//! `/admin/platforms/beyond/{platform}`: grades beyond LTI, with a key that the school of a platform makes.

use actix_web::HttpResponse;
use actix_web::http::header::{HeaderValue, SET_COOKIE};
use actix_web::web::{self, ServiceConfig};
use chrono::{DateTime, Utc};
use gradebook_rest::Token;
use gradebook_rest::moodle::{CAPABILITIES, Function};

use crate::domain::rest_access::{Finding, GrantState, Interface};
use crate::ids::{PlatformId, RegistrationId, RestGrantId};
use crate::service::base::addresses;
use crate::service::base::error::{ErrorKind, ServiceError};
use crate::service::institution::rest_access::{self, Given, GivenBack, Known, NewKey, SCOPES, Standing};
use crate::web::admin::error::AdminError;
use crate::web::admin::frame::{AdminPlace, problems};
use crate::web::clash;
use crate::web::consent::{self, Way};
use crate::web::extract::admin::AdminVisit;
use crate::web::extract::proven::Proven;
use crate::web::paths::console;
use crate::web::views::admin::{
    BeyondLink, BeyondPage, BeyondSignInPage, ConsoleConfirmPage, GrantPanel, KeyForm,
};
use crate::web::views::shared::{FindingLine, ProblemList, Status, When};
use crate::web::words;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(console::BEYOND, web::get().to(show))
        .route(console::BEYOND_KEY, web::post().to(save))
        .route(console::BEYOND_CHANGE, web::post().to(turn))
        .route(console::BEYOND_SIGN_IN, web::post().to(sign_in))
        .route(console::BEYOND_TEST, web::post().to(test))
        .route(console::BEYOND_REVOKE, web::get().to(ask))
        .route(console::BEYOND_REVOKE, web::post().to(revoke));
}

/// The ways to it from the page of a registration.
pub(super) async fn links(visit: &AdminVisit, id: &RegistrationId) -> Result<Vec<BeyondLink>, ServiceError> {
    let all = rest_access::overview(&visit.cairn, &visit.admin.scope, id).await?;
    let are_several = all.len() > 1;
    let links = all.into_iter().map(|(platform, standing)| BeyondLink {
        name: are_several.then(|| platform.guid.clone().unwrap_or_else(|| platform.issuer.clone())),
        standing: words::rest_access::standing(standing),
        action: match standing {
            Standing::Never => "Switch it on…",
            Standing::Off | Standing::Unused | Standing::On | Standing::Attention => "Look at it",
        },
        href: console::beyond(&platform.id),
    });
    Ok(links.collect())
}

/// Where somebody has to do something for a platform of a registration; none where nobody has to.
pub(super) async fn to_mend(visit: &AdminVisit, id: &RegistrationId) -> Result<Option<String>, ServiceError> {
    let all = rest_access::overview(&visit.cairn, &visit.admin.scope, id).await?;
    let mut waiting = all
        .into_iter()
        .filter(|(_, standing)| *standing == Standing::Attention);
    Ok(waiting.next().map(|(platform, _)| console::beyond(&platform.id)))
}

async fn show(visit: AdminVisit, path: web::Path<PlatformId>) -> Result<HttpResponse, AdminError> {
    let known = rest_access::view(&visit.cairn, &visit.admin.scope, &path).await?;
    let form = filled(&known);
    visit.show(&page(&visit, &known, form, ProblemList::default()))
}

fn filled(known: &Known) -> KeyForm {
    let access = known.access.as_ref();
    KeyForm {
        address: access.map_or_else(|| known.address.clone(), |access| access.address.clone()),
        client_id: access
            .and_then(|access| access.client_id.clone())
            .unwrap_or_default(),
        by_teachers: access.is_some_and(|access| access.by_teachers),
    }
}

fn page(visit: &AdminVisit, known: &Known, form: KeyForm, problems: ProblemList) -> BeyondPage {
    let now = visit.cairn.clock.now();
    let (id, access) = (&known.platform.id, known.access.as_ref());
    let is_on = access.is_some_and(|access| access.is_on);
    let is_canvas = known.interface == Interface::Canvas;
    let functions = Function::NEEDED.iter().chain(&Function::USEFUL);
    BeyondPage {
        page: visit.page_of(&known.institution, "Grades beyond LTI", AdminPlace::Platforms),
        platform: known.registration.name.clone(),
        platform_href: console::platform(&known.registration.id),
        is_canvas,
        standing: words::rest_access::standing(known.standing()),
        changed: access.map(|access| {
            let by = known.changed_by.clone();
            let by = by.unwrap_or_else(|| "somebody on the server".to_owned());
            (by, When::new(access.changed_at, now))
        }),
        is_on,
        has_key: access.is_some(),
        grants: known
            .grants
            .iter()
            .map(|one| panel(id, one, is_on, now))
            .collect(),
        sign_in_action: (is_on && is_canvas).then(|| console::beyond_sign_in(id)),
        has_signed_in: known.grants.iter().any(|one| one.grant.course.is_none()),
        needs: if is_canvas {
            SCOPES.iter().map(|scope| (scope.as_str(), scope.why())).collect()
        } else {
            functions.map(|one| (one.as_str(), one.why())).collect()
        },
        capabilities: if is_canvas {
            Vec::new()
        } else {
            CAPABILITIES.to_vec()
        },
        site: known.platform.issuer.clone(),
        redirect_uri: addresses::rest_return(&visit.cairn.settings.origin()),
        key_action: console::beyond_key(id),
        change_action: console::beyond_change(id),
        revoke_href: console::beyond_revoke(id),
        seen: known.seen.as_str().to_owned(),
        form,
        problems,
    }
}

fn panel(platform: &PlatformId, given: &Given, is_on: bool, now: DateTime<Utc>) -> GrantPanel {
    let grant = &given.grant;
    let by = given.by.as_deref().unwrap_or("somebody");
    let title = match (&grant.course, &given.course) {
        (None, _) => "All courses".to_owned(),
        (Some(_), Some(name)) => format!("The course “{name}”"),
        (Some(_), None) => "A course".to_owned(),
    };
    let attention = match (grant.state, &grant.fault) {
        (GrantState::Consent, _) => Some(words::rest_access::finding(&Finding::Consent)),
        (GrantState::Refused, Some(fault)) => Some(words::rest_access::fault(fault)),
        (GrantState::On, Some(fault)) => Some(words::rest_access::in_a_course(fault)),
        (GrantState::Refused | GrantState::On, None) => None,
    };
    let tested = grant.tested.as_ref();
    // What an earlier test found to work does not any more.
    let told = |finding: &Finding| {
        let told = attention.as_ref();
        told.is_some_and(|told| {
            *finding == Finding::Works || told.contains(&words::rest_access::finding(finding))
        })
    };
    let findings = tested.map(|(findings, _)| findings.found.iter());
    GrantPanel {
        facts: format!("Given by {by},"),
        given: When::new(grant.given_at, now),
        // Each once: what keeps it from working may be what the test found.
        findings: findings
            .into_iter()
            .flatten()
            .filter(|&finding| !told(finding))
            .map(line)
            .collect(),
        tested: tested.map(|(_, at)| (given.tried_on.clone(), When::new(*at, now))),
        is_short: tested.is_some_and(|(findings, _)| findings.is_short()),
        test_action: is_on.then(|| console::beyond_test(platform, &grant.id)),
        title,
        attention,
    }
}

fn line(finding: &Finding) -> FindingLine {
    let (status, spoken) = match finding {
        Finding::Works => (Status::Earned, "Works:"),
        other if other.is_fault() => (Status::NeedsAttention, "Does not work:"),
        _ => (Status::Neutral, "Note:"),
    };
    FindingLine {
        status,
        spoken,
        sentence: words::rest_access::finding(finding),
        advice: None,
    }
}

fn field_of(code: &str) -> &'static str {
    match code {
        "rest.address" => "address",
        "rest.client-id" => "client_id",
        "rest.secret" => "secret",
        "rest.token" => "token",
        _ => "",
    }
}

async fn save(
    Proven(visit): Proven<AdminVisit>,
    path: web::Path<PlatformId>,
) -> Result<HttpResponse, AdminError> {
    let known = rest_access::view(&visit.cairn, &visit.admin.scope, &path).await?;
    let typed = &visit.fields;
    let form = KeyForm {
        address: typed.text("address"),
        client_id: typed.text("client_id"),
        by_teachers: typed.ticked("by_teachers"),
    };
    let new = match known.interface {
        Interface::Canvas => NewKey::Canvas {
            address: form.address.clone(),
            client_id: form.client_id.clone(),
            secret: typed.get("secret").map(Token::new),
            by_teachers: form.by_teachers,
        },
        Interface::Moodle => NewKey::Moodle {
            token: Token::new(typed.text("token")),
        },
    };
    let seen = clash::brought(typed);
    match rest_access::save(&visit.cairn, &visit.admin, &path, new, Some(&seen)).await {
        Ok(()) => {}
        Err(error) if matches!(error.kind(), ErrorKind::Unprocessable | ErrorKind::Conflict) => {
            return visit.show_again(&page(&visit, &known, form, problems(&error, field_of)));
        }
        Err(error) => return Err(error.into()),
    }
    if known.interface == Interface::Canvas {
        return Ok(visit.go(&visit.href_saying(&console::beyond(&path), "beyond-saved")));
    }
    // What a token can do is not known before it is tried.
    let kept = rest_access::view(&visit.cairn, &visit.admin.scope, &path).await?;
    if let Some(given) = kept.grants.first() {
        rest_access::test(&visit.cairn, &visit.admin, &path, &given.grant.id).await?;
    }
    Ok(visit.go(&visit.href_saying(&console::beyond(&path), "saved")))
}

async fn turn(
    Proven(visit): Proven<AdminVisit>,
    path: web::Path<PlatformId>,
) -> Result<HttpResponse, AdminError> {
    let on = visit.fields.get("value") == Some("yes");
    let seen = clash::brought(&visit.fields);
    rest_access::turn(&visit.cairn, &visit.admin, &path, on, Some(&seen)).await?;
    let notice = if on { "beyond-on" } else { "beyond-off" };
    Ok(visit.go(&visit.href_saying(&console::beyond(&path), notice)))
}

/// The page before the browser leaves: pages of the console lead no form to another site.
async fn sign_in(
    Proven(visit): Proven<AdminVisit>,
    path: web::Path<PlatformId>,
) -> Result<HttpResponse, AdminError> {
    let known = rest_access::view(&visit.cairn, &visit.admin.scope, &path).await?;
    let leaving = rest_access::begin(&visit.cairn, &visit.admin, &visit.session, &path).await?;
    let host = url::Url::parse(&leaving.url).ok();
    let host = host.as_ref().and_then(url::Url::host_str).unwrap_or("Canvas");
    let mut answer = visit.show(&BeyondSignInPage {
        page: visit.page_of(&known.institution, "Sign in to Canvas", AdminPlace::Platforms),
        host: host.to_owned(),
        leave_href: leaving.url.clone(),
        back_href: console::beyond(&path),
    })?;
    let cookie = consent::cookie(
        &visit.cairn,
        &leaving.state,
        &Way::Console(PlatformId::clone(&path)),
    );
    let cookie = HeaderValue::from_str(&cookie).map_err(|error| ServiceError::Internal(error.to_string()))?;
    answer.headers_mut().append(SET_COOKIE, cookie);
    Ok(answer)
}

async fn test(
    Proven(visit): Proven<AdminVisit>,
    path: web::Path<(PlatformId, RestGrantId)>,
) -> Result<HttpResponse, AdminError> {
    let (platform, grant) = path.into_inner();
    if visit.fields.get("numbers") == Some("right") {
        rest_access::accept_counts(&visit.cairn, &visit.admin, &platform, &grant).await?;
    } else {
        rest_access::test(&visit.cairn, &visit.admin, &platform, &grant).await?;
    }
    Ok(visit.go(&console::beyond(&platform)))
}

async fn ask(visit: AdminVisit, path: web::Path<PlatformId>) -> Result<HttpResponse, AdminError> {
    let known = rest_access::view(&visit.cairn, &visit.admin.scope, &path).await?;
    visit.show(&ConsoleConfirmPage {
        page: visit.page_of(&known.institution, "Give the access back?", AdminPlace::Platforms),
        consequences: words::rest_access::before_revoking(known.interface),
        action: console::beyond_revoke(&path),
        fields: Vec::new(),
        confirm: "Give it back and delete it",
        danger: true,
        back_href: console::beyond(&path),
    })
}

async fn revoke(
    Proven(visit): Proven<AdminVisit>,
    path: web::Path<PlatformId>,
) -> Result<HttpResponse, AdminError> {
    let notice = match rest_access::revoke(&visit.cairn, &visit.admin, &path).await? {
        GivenBack::All => "beyond-revoked",
        GivenBack::ByHand => "beyond-revoked-by-hand",
        GivenBack::NotAll => "beyond-revoked-here",
    };
    Ok(visit.go(&visit.href_saying(&console::beyond(&path), notice)))
}
