//! `/admin/awards/{institution}`: awards of courses that have ended, and taking one back.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use super::error::AdminError;
use super::frame::{AdminPlace, problem};
use crate::domain::issuer::Tenant;
use crate::ids::{AwardId, TenantId};
use crate::service::institution::revoking::{self, Sought};
use crate::web::extract::admin::AdminVisit;
use crate::web::extract::proven::Proven;
use crate::web::paths::console;
use crate::web::views::admin::{AwardLine, AwardsPage, RevokeAwardPage};
use crate::web::views::shared::{ProblemList, Status, When};

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(console::AWARDS, web::get().to(choose))
        .route(console::AWARDS_OF, web::get().to(show))
        .route(console::AWARD_REVOKE, web::get().to(consider))
        .route(console::AWARD_REVOKE, web::post().to(revoke));
}

async fn choose(visit: AdminVisit) -> Result<HttpResponse, AdminError> {
    visit
        .choose("Awards", &console::awards(), AdminPlace::Awards)
        .await
}

async fn show(visit: AdminVisit, tenant: web::Path<TenantId>) -> Result<HttpResponse, AdminError> {
    let sought = visit.query("sought").unwrap_or_default();
    let (institution, found) = revoking::search(&visit.cairn, &visit.admin, &tenant, &sought).await?;
    visit.show(&AwardsPage {
        page: visit.page_of(
            &institution,
            &format!("Awards: {}", institution.name),
            AdminPlace::Awards,
        ),
        action: console::awards_of(&tenant),
        sought,
        found: found.iter().map(|one| line(&tenant, one)).collect(),
    })
}

/// Where it was awarded: the home of programmes is no course.
fn course_of(one: &Sought) -> String {
    if one.is_of_programme {
        "the programmes of the institution".to_owned()
    } else {
        one.course.name().to_owned()
    }
}

fn line(tenant: &TenantId, one: &Sought) -> AwardLine {
    let revocation = one.award.revocation.as_ref();
    let ended = one.course.life.end().is_some() || one.is_of_programme;
    AwardLine {
        holder: one.person.display_name(),
        badge: one.badge.design.name.clone(),
        course: course_of(one),
        awarded: When::date_only(one.award.awarded_at),
        revoked: revocation.map(|gone| (Status::Neutral.saying("Revoked"), When::date_only(gone.at))),
        revoke_href: (ended && revocation.is_none()).then(|| console::award_revoke(tenant, &one.award.id)),
        goes_on: !ended,
    }
}

async fn consider(
    visit: AdminVisit,
    path: web::Path<(TenantId, AwardId)>,
) -> Result<HttpResponse, AdminError> {
    let (tenant, id) = path.into_inner();
    let (institution, one) = revoking::review(&visit.cairn, &visit.admin, &tenant, &id).await?;
    visit.show(&asking(&visit, &institution, &one, ProblemList::default()))
}

fn asking(visit: &AdminVisit, institution: &Tenant, one: &Sought, problems: ProblemList) -> RevokeAwardPage {
    let holder = one.person.display_name();
    let badge = one.badge.design.name.clone();
    RevokeAwardPage {
        page: visit.page_of(
            institution,
            &format!("Revoke “{badge}” of {holder}?"),
            AdminPlace::Awards,
        ),
        holder,
        badge,
        course: course_of(one),
        awarded: When::date_only(one.award.awarded_at),
        reason: visit.fields.raw("reason").unwrap_or_default().to_owned(),
        problems,
        action: console::award_revoke(&institution.id, &one.award.id),
        back_href: console::awards_of(&institution.id),
    }
}

async fn revoke(
    Proven(visit): Proven<AdminVisit>,
    path: web::Path<(TenantId, AwardId)>,
) -> Result<HttpResponse, AdminError> {
    let (tenant, id) = path.into_inner();
    let reason = visit.fields.text("reason");
    match revoking::revoke(&visit.cairn, &visit.admin, &tenant, &id, &reason).await {
        Ok(()) => Ok(visit.go(&visit.href_saying(&console::awards_of(&tenant), "revoked"))),
        Err(error) if error.is_invalid() => {
            let (institution, one) = revoking::review(&visit.cairn, &visit.admin, &tenant, &id).await?;
            visit.show_again(&asking(&visit, &institution, &one, problem("reason", &error)))
        }
        Err(error) => Err(error.into()),
    }
}
