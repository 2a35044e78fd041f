//! `/admin/platforms/by-hand/{flavour}`: the values to paste there, then the form for what the platform shows.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use super::{institution, presets};
use crate::service::base::error::{ErrorKind, ServiceError};
use crate::service::base::refusal::{InstitutionRefusal, Refusal};
use crate::service::institution::connecting::{self, NewPlatform};
use crate::service::institution::registering;
use crate::web::admin::error::AdminError;
use crate::web::admin::frame::AdminPlace;
use crate::web::extract::admin::AdminVisit;
use crate::web::extract::proven::Proven;
use crate::web::paths::console;
use crate::web::views::admin::{ByHandForm, ByHandPage};
use crate::web::views::shared::{Problem, ProblemList};
use crate::web::words::lms::{self, Lms};
use crate::web::words::{errors, refusals};
use lti::registration::{Flavour, RegistrationDraft};

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(console::BY_HAND, web::get().to(show))
        .route(console::BY_HAND, web::post().to(add));
}

fn flavour(word: &str) -> Result<Flavour, ServiceError> {
    word.parse()
        .map_err(|_| ServiceError::NotFound("kind of platform"))
}

async fn show(visit: AdminVisit, path: web::Path<String>) -> Result<HttpResponse, AdminError> {
    let flavour = flavour(&path)?;
    let asked = |name: &str| visit.query(name).unwrap_or_default();
    let draft = presets::of(flavour, &asked("preset"), &asked("site"));
    let form = ByHandForm::of(&draft, String::new());
    let page = view(&visit, flavour, form, ProblemList::default()).await?;
    visit.show(&page)
}

async fn view(
    visit: &AdminVisit,
    flavour: Flavour,
    form: ByHandForm,
    problems: ProblemList,
) -> Result<ByHandPage, ServiceError> {
    let institutions = connecting::institutions(&visit.cairn, &visit.admin.scope).await?;
    let page = visit.page(lms::by_hand(flavour), AdminPlace::Platforms);
    let key = registering::facts(&visit.cairn).canvas_key();
    let json =
        serde_json::to_string_pretty(&key).map_err(|error| ServiceError::Internal(error.to_string()))?;
    let presets = presets::HOSTED.map(|(word, name, ..)| (word, name)).to_vec();
    let institutions = institutions
        .into_iter()
        .map(|tenant| (tenant.id.to_string(), tenant.name))
        .collect();
    Ok(ByHandPage {
        page,
        action: console::by_hand(flavour.as_str()),
        lms: Lms::of(flavour),
        paste: lms::paste(flavour, &visit.cairn.settings.origin()),
        json,
        presets,
        institutions,
        form,
        problems,
    })
}

/// Each value that cannot be used, in a sentence of its own.
fn problems(error: &ServiceError) -> Vec<Problem> {
    let mut sentences = Vec::new();
    for refusal in error.refusals() {
        match refusal {
            Refusal::Institution(InstitutionRefusal::PlatformValues(wrong)) => {
                sentences.extend(wrong.iter().map(ToString::to_string));
            }
            refusal => sentences.push(refusals::sentence(refusal)),
        }
    }
    if sentences.is_empty() {
        sentences.push(errors::sentence(error));
    }
    let whole = |text| Problem {
        field: String::new(),
        text,
    };
    sentences.into_iter().map(whole).collect()
}

async fn add(Proven(visit): Proven<AdminVisit>, path: web::Path<String>) -> Result<HttpResponse, AdminError> {
    let flavour = flavour(&path)?;
    let typed = &visit.fields;
    let words = |name: &str| -> Vec<String> {
        typed
            .text(name)
            .split(|c: char| c.is_whitespace() || c == ',')
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let draft = RegistrationDraft {
        name: typed.text("name"),
        issuer: typed.text("issuer"),
        client_id: typed.text("client_id"),
        authorization_url: typed.text("authorization_url"),
        token_url: typed.text("token_url"),
        token_audience: typed.get("token_audience").map(str::to_owned),
        jwks_url: typed.text("jwks_url"),
        flavour,
        algorithms: Vec::new(),
        service_hosts: words("service_hosts"),
        accepts_new_deployments: false,
        allow_http_loopback: visit.cairn.settings.allow_http_loopback,
        enabled: true,
    };
    let form = ByHandForm::of(&draft, typed.text("deployments"));
    let added = match institution(&visit).await {
        Ok(tenant) => {
            let new = NewPlatform {
                institution: tenant.id.into(),
                draft,
                deployments: words("deployments"),
            };
            connecting::add(&visit.cairn, &visit.admin, new).await
        }
        Err(error) => Err(error),
    };
    match added {
        Ok(registration) => {
            let href = console::platform(&registration.id);
            Ok(visit.go(&visit.href_saying(&href, "saved")))
        }
        Err(error) if matches!(error.kind(), ErrorKind::Unprocessable | ErrorKind::Conflict) => {
            let problems = ProblemList(problems(&error));
            let page = view(&visit, flavour, form, problems).await?;
            visit.show_again(&page)
        }
        Err(error) => Err(error.into()),
    }
}
