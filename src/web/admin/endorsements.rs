//! `/admin/endorsements/{institution}`: who endorses the badges of an institution, and who is asked to.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use super::error::AdminError;
use super::frame::AdminPlace;
use crate::domain::badge::Badge;
use crate::domain::endorsement::{DomainBy, EndorsementState};
use crate::ids::{BadgeId, EndorsementId, TenantId};
use crate::service::credential::endorsing::{Told, Wanted};
use crate::service::institution::endorsements::{self, OfInstitution};
use crate::web::extract::admin::AdminVisit;
use crate::web::extract::proven::Proven;
use crate::web::instructor::endorsements::{at_fields, keeps};
use crate::web::paths::{self, console};
use crate::web::public::endorsed;
use crate::web::views::admin::{EndorsementLine, EndorsementsPage};
use crate::web::views::shared::{Choice, Flash, ProblemList, When};
use crate::web::words;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(console::ENDORSEMENTS, web::get().to(choose))
        .route(console::ENDORSEMENTS_OF, web::get().to(show))
        .route(console::ENDORSEMENTS_OF, web::post().to(invite))
        .route(console::ENDORSEMENT_WITHDRAW, web::post().to(withdraw))
        .route(console::ENDORSEMENT_AGAIN, web::post().to(again))
        .route(console::ENDORSEMENT_VOUCH, web::post().to(vouch));
}

/// What the form held, shown again with what is wrong, or the link that was made.
#[derive(Debug, Default)]
struct Said {
    badge: String,
    wanted: Wanted,
    problems: ProblemList,
    fresh_link: Option<String>,
}

async fn choose(visit: AdminVisit) -> Result<HttpResponse, AdminError> {
    visit
        .choose("Endorsements", &console::endorsements(), AdminPlace::Endorsements)
        .await
}

async fn show(visit: AdminVisit, tenant: web::Path<TenantId>) -> Result<HttpResponse, AdminError> {
    let page = view(&visit, &tenant, Said::default()).await?;
    visit.show(&page)
}

async fn invite(
    Proven(visit): Proven<AdminVisit>,
    tenant: web::Path<TenantId>,
) -> Result<HttpResponse, AdminError> {
    let badge = visit.fields.text("badge");
    let wanted = Wanted {
        name: visit.fields.text("name"),
        email: visit.fields.text("email"),
    };
    let id = BadgeId::from(badge.as_str());
    match endorsements::invite(&visit.cairn, &visit.admin, &tenant, &id, &wanted).await {
        Ok(token) => shown_once(&visit, &tenant, &token).await,
        Err(error) if keeps(&error) => {
            let said = Said {
                badge,
                wanted,
                problems: at_fields(&error),
                fresh_link: None,
            };
            let page = view(&visit, &tenant, said).await?;
            visit.show_again(&page)
        }
        Err(error) => Err(error.into()),
    }
}

async fn shown_once(visit: &AdminVisit, tenant: &TenantId, token: &str) -> Result<HttpResponse, AdminError> {
    let origin = visit.cairn.settings.origin();
    let said = Said {
        fresh_link: Some(format!("{origin}{}", paths::endorse(token))),
        ..Said::default()
    };
    let page = view(visit, tenant, said).await?;
    visit.show(&page)
}

async fn withdraw(
    Proven(visit): Proven<AdminVisit>,
    path: web::Path<(TenantId, EndorsementId)>,
) -> Result<HttpResponse, AdminError> {
    let (tenant, id) = path.into_inner();
    endorsements::withdraw(&visit.cairn, &visit.admin, &tenant, &id).await?;
    let to = visit.href_saying(&console::endorsements_of(&tenant), "invitation-withdrawn");
    Ok(visit.go(&to))
}

async fn again(
    Proven(visit): Proven<AdminVisit>,
    path: web::Path<(TenantId, EndorsementId)>,
) -> Result<HttpResponse, AdminError> {
    let (tenant, id) = path.into_inner();
    let token = endorsements::again(&visit.cairn, &visit.admin, &tenant, &id).await?;
    shown_once(&visit, &tenant, &token).await
}

async fn vouch(
    Proven(visit): Proven<AdminVisit>,
    path: web::Path<(TenantId, EndorsementId)>,
) -> Result<HttpResponse, AdminError> {
    let (tenant, id) = path.into_inner();
    let domain = visit.fields.text("domain");
    match endorsements::vouch(&visit.cairn, &visit.admin, &tenant, &id, &domain).await {
        Ok(()) => {
            let to = visit.href_saying(&console::endorsements_of(&tenant), "domain-vouched");
            Ok(visit.go(&to))
        }
        Err(error) if keeps(&error) => {
            let mut problems = at_fields(&error);
            // The field is one of many, so it is said on top.
            for problem in &mut problems.0 {
                problem.field.clear();
            }
            let said = Said {
                problems,
                ..Said::default()
            };
            let page = view(&visit, &tenant, said).await?;
            visit.show_again(&page)
        }
        Err(error) => Err(error.into()),
    }
}

async fn view(visit: &AdminVisit, tenant: &TenantId, said: Said) -> Result<EndorsementsPage, AdminError> {
    let found = endorsements::all(&visit.cairn, &visit.admin, tenant).await?;
    // Badges of one name in two courses are told apart by these.
    let choice = |badge: &Badge| {
        let name = badge.design.name.clone();
        let label = match found.courses.get(&badge.id) {
            Some(course) => format!("{name} · {course}"),
            None => name,
        };
        Choice::new(badge.id.as_str(), label)
    };
    let title = format!("Endorsements: {}", found.tenant.name);
    let mut page = visit.page_of(&found.tenant, &title, AdminPlace::Endorsements);
    if said.fresh_link.is_some() {
        page.frame.flash = Some(Flash::ready("link"));
    }
    Ok(EndorsementsPage {
        page,
        rows: found
            .all
            .iter()
            .map(|(told, badge)| line(&found, told, badge))
            .collect(),
        badges: found.badges.iter().map(choice).collect(),
        invite_action: console::endorsements_of(tenant),
        fresh_link: said.fresh_link,
        badge: said.badge,
        name: said.wanted.name,
        email: said.wanted.email,
        problems: said.problems,
    })
}

fn line(found: &OfInstitution, told: &Told, badge: &Badge) -> EndorsementLine {
    let one = &told.endorsement;
    let waits = told.state == EndorsementState::Waiting;
    let holds = told.state == EndorsementState::InForce;
    let is_said = one.given.as_ref().is_some_and(|given| given.revoked_at.is_none());
    let href = |to: fn(&TenantId, &EndorsementId) -> String| to(&one.tenant, &one.id);
    let by_itself = one
        .vouched_domain()
        .is_some_and(|domain| domain.by == DomainBy::Did);
    EndorsementLine {
        id: one.id.to_string(),
        name: one.name.clone(),
        badge: badge.design.name.clone(),
        email: one.email.clone(),
        domain: one
            .domain
            .as_ref()
            .map(|domain| domain.name.clone())
            .unwrap_or_default(),
        state: words::endorsements::state(told.state),
        made: When::new(one.made_at, found.now),
        until: waits.then(|| When::date_only(one.until)),
        said: one
            .given
            .as_ref()
            .map(|given| endorsed::line(told, given, &found.issuer.name)),
        withdraw_action: waits.then(|| href(console::endorsement_withdraw)),
        again_action: (!holds).then(|| href(console::endorsement_again)),
        vouch_action: (is_said && !by_itself).then(|| href(console::endorsement_vouch)),
    }
}
