//! `/admin/platforms`: the platforms, one of them, an invitation to register by itself, and registering by hand.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use chrono::TimeDelta;

use super::error::AdminError;
use super::frame::AdminPlace;
use crate::domain::issuer::Tenant;
use crate::ids::InvitationId;
use crate::service::base::error::{ErrorKind, ServiceError};
use crate::service::institution::connecting;
use crate::service::institution::registering;
use crate::service::institution::sharing;
use crate::web::extract::admin::AdminVisit;
use crate::web::extract::proven::Proven;
use crate::web::paths::console;
use crate::web::views::admin::{InvitedPage, PlatformsPage};

mod beyond;
mod by_hand;
mod one;
mod presets;
mod same;

/// Lists the routes.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .route(console::PLATFORMS, web::get().to(list))
        .route(console::PLATFORM_INVITE, web::post().to(invite))
        .route(console::PLATFORM_TAKE, web::post().to(take))
        .route(console::INVITATION_WITHDRAW, web::post().to(withdraw))
        .configure(beyond::configure)
        .configure(by_hand::configure)
        .configure(one::configure)
        .configure(same::configure);
}

async fn list(visit: AdminVisit) -> Result<HttpResponse, AdminError> {
    let scope = &visit.admin.scope;
    let listed = connecting::list(&visit.cairn, scope).await?;
    let institutions = connecting::institutions(&visit.cairn, scope).await?;
    let mut invitations = Vec::new();
    for tenant in &institutions {
        invitations.extend(registering::invitations_of(&visit.cairn, &tenant.id).await?);
    }
    let now = visit.cairn.clock.now();
    let tenants: Vec<&Tenant> = institutions.iter().collect();
    let page = visit.page_of_all(&tenants, "Platforms", AdminPlace::Platforms);
    let mut shown = PlatformsPage::new(page, &listed, &institutions, &invitations, now);
    for (line, one) in shown.platforms.iter_mut().zip(&listed) {
        line.beyond = beyond::to_mend(&visit, &one.registration.id).await?;
    }
    visit.show(&shown)
}

/// The institution that a form means: the chosen one, or the only one there is.
pub(super) async fn institution(visit: &AdminVisit) -> Result<Tenant, ServiceError> {
    if let Some(own) = &visit.institution {
        return Ok(own.clone());
    }
    let all = connecting::institutions(&visit.cairn, &visit.admin.scope).await?;
    let chosen = visit.fields.get("institution");
    let found = match (chosen, all.as_slice()) {
        (Some(id), _) => all.iter().find(|tenant| tenant.id.as_str() == id),
        (None, [only]) => Some(only),
        (None, _) => None,
    };
    found.cloned().ok_or_else(|| {
        ServiceError::form(
            ErrorKind::Unprocessable,
            "platform.institution",
            "Choose the institution that the platform belongs to.",
        )
    })
}

async fn invite(Proven(visit): Proven<AdminVisit>) -> Result<HttpResponse, AdminError> {
    let tenant = institution(&visit).await?;
    let life = match visit.fields.get("days").map(str::parse::<i64>) {
        None => registering::INVITATION_LIFE,
        Some(Ok(days)) if (1..=90).contains(&days) => TimeDelta::days(days),
        Some(_) => {
            return Err(ServiceError::form(
                ErrorKind::Unprocessable,
                "invitation.life",
                "Choose a time between 1 and 90 days.",
            )
            .into());
        }
    };
    let note = visit.fields.text("note");
    let (invitation, code) = registering::invite(&visit.cairn, &tenant.id, &note, &visit.admin, life).await?;
    let title = "Paste this address into your platform";
    let page = visit.page_of(&tenant, title, AdminPlace::Platforms);
    let address = registering::address(&visit.cairn, &code);
    visit.show(&InvitedPage::new(
        page,
        address,
        &invitation,
        visit.cairn.clock.now(),
    ))
}

async fn take(Proven(visit): Proven<AdminVisit>) -> Result<HttpResponse, AdminError> {
    let tenant = institution(&visit).await?;
    let code = visit.fields.text("code");
    let registration = sharing::take(&visit.cairn, &visit.admin, &tenant.id, &code).await?;
    Ok(visit.go(&visit.href_saying(&console::platform(&registration), "saved")))
}

async fn withdraw(
    Proven(visit): Proven<AdminVisit>,
    path: web::Path<InvitationId>,
) -> Result<HttpResponse, AdminError> {
    let institutions = connecting::institutions(&visit.cairn, &visit.admin.scope).await?;
    for tenant in &institutions {
        let known = registering::invitations_of(&visit.cairn, &tenant.id).await?;
        if known.iter().any(|one| one.id == *path) {
            registering::withdraw(&visit.cairn, &tenant.id, &path, &visit.admin).await?;
            return Ok(visit.go(&visit.href_saying(&console::platforms(), "saved")));
        }
    }
    Err(ServiceError::NotFound("invitation").into())
}
