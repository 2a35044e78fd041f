//! `/admin/platforms/p/{platform}`: one platform, its deployments, its switches and its self-test.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use super::beyond;
use crate::domain::platform::DeploymentState;
use crate::ids::{DeploymentId, RegistrationId, TenantId};
use crate::service::base::clash::{Clash, Saving};
use crate::service::base::error::{ErrorKind, ServiceError};
use crate::service::institution::connecting::{self, Change};
use crate::service::institution::self_test;
use crate::service::institution::sharing;
use crate::web::admin::error::AdminError;
use crate::web::admin::frame::AdminPlace;
use crate::web::clash;
use crate::web::extract::admin::AdminVisit;
use crate::web::extract::proven::Proven;
use crate::web::paths::console;
use crate::web::views::admin::PlatformPage;
use lti::registration::Registration;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(console::PLATFORM, web::get().to(show))
        .route(console::PLATFORM_TEST, web::post().to(test))
        .route(console::PLATFORM_CHANGE, web::post().to(change));
}

async fn show(visit: AdminVisit, path: web::Path<RegistrationId>) -> Result<HttpResponse, AdminError> {
    answer(&visit, &path, None).await
}

async fn test(
    Proven(visit): Proven<AdminVisit>,
    path: web::Path<RegistrationId>,
) -> Result<HttpResponse, AdminError> {
    let known = connecting::view(&visit.cairn, &visit.admin.scope, &path).await?;
    let report = self_test::run(&visit.cairn, &known.registration.tenant, &path).await?;
    answer(&visit, &path, Some(report)).await
}

async fn answer(
    visit: &AdminVisit,
    id: &RegistrationId,
    report: Option<self_test::Report>,
) -> Result<HttpResponse, AdminError> {
    let known = connecting::view(&visit.cairn, &visit.admin.scope, id).await?;
    let page = visit.page_of(
        &known.institution,
        &known.registration.name,
        AdminPlace::Platforms,
    );
    let now = visit.cairn.clock.now();
    let mut page = PlatformPage::new(page, &known, report.as_ref(), now);
    page.beyond = beyond::links(visit, id).await?;
    if visit.admin.scope.everything().is_ok() {
        let all = connecting::institutions(&visit.cairn, &visit.admin.scope).await?;
        let others = all.into_iter().filter(|one| one.id != known.institution.id);
        page.others = others.map(|one| (one.id.to_string(), one.name)).collect();
    }
    visit.show(&page)
}

async fn change(
    Proven(visit): Proven<AdminVisit>,
    path: web::Path<RegistrationId>,
) -> Result<HttpResponse, AdminError> {
    let form = &visit.fields;
    let text = form.text("value");
    if form.get("what") == Some("accept-for") {
        let (deployment, tenant) = (DeploymentId::from(text), TenantId::from(form.text("institution")));
        sharing::accept_for(&visit.cairn, &visit.admin, &path, &deployment, &tenant).await?;
        return Ok(visit.go(&visit.href_saying(&console::platform(&path), "saved")));
    }
    let change = match form.get("what") {
        Some("accept") => Change::Deployment(DeploymentId::from(text), DeploymentState::Accepted),
        Some("set-aside") => Change::Deployment(DeploymentId::from(text), DeploymentState::Refused),
        Some("deployment") => Change::NewDeployment(text),
        Some("accept-all") => Change::AcceptAll(text == "yes"),
        Some("enabled") => Change::Enabled(text == "yes"),
        Some("hosts") => Change::ServiceHosts(
            text.split(|c: char| c.is_whitespace() || c == ',')
                .filter(|host| !host.is_empty())
                .map(str::to_owned)
                .collect(),
        ),
        _ => {
            return Err(ServiceError::form(
                ErrorKind::Unprocessable,
                "platform.change",
                "Choose what to change.",
            )
            .into());
        }
    };
    let (seen, asked) = (clash::brought(form), change.clone());
    match connecting::change(&visit.cairn, &visit.admin, &path, change, Some(&seen)).await? {
        Saving::Done => Ok(visit.go(&visit.href_saying(&console::platform(&path), "saved"))),
        Saving::Clash(met) => changed_meanwhile(&visit, &path, &met, &asked).await,
    }
}

/// What a colleague changed of the platform meanwhile, beside what was asked for.
async fn changed_meanwhile(
    visit: &AdminVisit,
    id: &RegistrationId,
    met: &Clash<Registration>,
    asked: &Change,
) -> Result<HttpResponse, AdminError> {
    let known = connecting::view(&visit.cairn, &visit.admin.scope, id).await?;
    let title = format!("{} was changed meanwhile", known.registration.name);
    let page = visit.page_of(&known.institution, &title, AdminPlace::Platforms);
    let said = |state: DeploymentState| match state {
        DeploymentState::Accepted => "accepted",
        DeploymentState::Pending => "waiting",
        DeploymentState::Refused => "refused",
    };
    let line = match asked {
        Change::Deployment(deployment, to) => {
            let one = known.deployments.iter().find(|one| one.id == *deployment);
            let theirs = one.map(|one| said(one.state)).unwrap_or_default();
            ("This deployment is", theirs.to_owned(), said(*to).to_owned())
        }
        Change::ServiceHosts(hosts) => (
            "Service hosts",
            met.theirs.added_hosts().join(" "),
            hosts.join(" "),
        ),
        Change::NewDeployment(_) | Change::AcceptAll(_) | Change::Enabled(_) => (
            "Service hosts",
            met.theirs.service_hosts.join(" "),
            "as they were".to_owned(),
        ),
    };
    let ways = clash::Ways {
        action: console::platform_change(id),
        keep_href: console::platform(id),
        note: "If you save yours, it takes the place of what is saved. The audit log has both.",
        typed: matches!(asked, Change::ServiceHosts(_)),
    };
    let now = visit.cairn.clock.now();
    let view = clash::view(met, now, &visit.fields.pairs, &[], vec![line], &page, ways);
    visit.show_clash(page, view)
}
