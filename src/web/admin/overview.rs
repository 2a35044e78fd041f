//! `/admin`: what there is and what waits; `/admin/institutions` makes another institution.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use super::error::AdminError;
use super::frame::{AdminPlace, problem};
use crate::domain::issuer::Tenant;
use crate::ids::PlatformId;
use crate::service::base::error::ErrorKind;
use crate::service::institution::copy_requests;
use crate::service::institution::issuing::{self, Institution};
use crate::service::institution::programmes::reviewing;
use crate::service::institution::rest_access;
use crate::web::extract::admin::AdminVisit;
use crate::web::extract::proven::Proven;
use crate::web::paths::console;
use crate::web::views::admin::{InstitutionCard, OverviewPage};
use crate::web::views::shared::{LinkTo, ProblemList, When, count_of};
use crate::web::words;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(console::OVERVIEW, web::get().to(show))
        .route(console::INSTITUTIONS, web::post().to(make));
}

async fn show(visit: AdminVisit) -> Result<HttpResponse, AdminError> {
    let page = view(&visit, String::new(), ProblemList::default()).await?;
    visit.show(&page)
}

async fn view(visit: &AdminVisit, name: String, problems: ProblemList) -> Result<OverviewPage, AdminError> {
    let all = issuing::list(&visit.cairn, &visit.admin).await?;
    let mut institutions = Vec::with_capacity(all.len());
    for one in &all {
        let (_, asked, _) = copy_requests::asked(&visit.cairn, &visit.admin, &one.tenant.id).await?;
        let to_mend = rest_access::to_mend(&visit.cairn, &visit.admin.scope, &one.tenant.id).await?;
        let approvals = reviewing::awaiting(&visit.cairn, &visit.admin, &one.tenant.id).await?;
        institutions.push(InstitutionCard {
            approvals: words::programmes::awaiting(approvals).map(|text| LinkTo {
                href: console::programmes_of(&one.tenant.id),
                text,
            }),
            beyond: beyond(&to_mend),
            ..card(visit, one, asked.len())
        });
    }
    let tenants: Vec<&Tenant> = all.iter().map(|one| &one.tenant).collect();
    Ok(OverviewPage {
        page: visit.page_of_all(&tenants, "Overview", AdminPlace::Overview),
        institutions,
        makes: visit.admin.scope.everything().is_ok(),
        name,
        problems,
    })
}

fn card(visit: &AdminVisit, one: &Institution, asked: usize) -> InstitutionCard {
    let (id, counts) = (&one.tenant.id, &one.counts);
    let number = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
    InstitutionCard {
        name: one.tenant.name.clone(),
        issuer_href: console::issuer(id),
        policies_href: console::policy(id),
        audit_href: console::audit_of(id),
        platforms: count_of(number(counts.platforms), "platform", "platforms"),
        courses: count_of(number(counts.courses), "course", "courses"),
        last_launch: counts
            .last_launch
            .map(|at| When::new(at, visit.cairn.clock.now())),
        asked: (asked > 0).then(|| LinkTo {
            href: console::copy_requests(id),
            text: format!(
                "{} for the badges of another course",
                count_of(u32::try_from(asked).unwrap_or(u32::MAX), "request", "requests")
            ),
        }),
        waiting: waiting(number(counts.waiting), number(counts.reviews)),
        approvals: None,
        beyond: None,
    }
}

/// That grades beyond LTI are read no more, or not in full, with the way to where it is mended.
fn beyond(to_mend: &[PlatformId]) -> Option<LinkTo> {
    let href = match to_mend {
        [] => return None,
        [only] => console::beyond(only),
        [..] => console::platforms(),
    };
    Some(LinkTo {
        href,
        text: words::rest_access::TO_MEND.to_owned(),
    })
}

/// What there is to answer of its platforms, as the list of them says it too.
fn waiting(pending: u32, reviews: u32) -> Option<String> {
    let installations = |count| count_of(count, "installation", "installations");
    let verb = if pending > 1 { "wait" } else { "waits" };
    let accept = (pending > 0).then(|| format!("{} {verb} to be accepted", installations(pending)));
    let known = (reviews > 0).then(|| format!("{} may be a platform that is known", installations(reviews)));
    let told: Vec<String> = accept.into_iter().chain(known).collect();
    (!told.is_empty()).then(|| told.join(" · "))
}

async fn make(Proven(visit): Proven<AdminVisit>) -> Result<HttpResponse, AdminError> {
    let name = visit.fields.text("name");
    match issuing::create(&visit.cairn, &visit.admin, &name).await {
        Ok(id) => Ok(visit.go(&visit.href_saying(&console::issuer(&id), "made"))),
        Err(error) if matches!(error.kind(), ErrorKind::Unprocessable | ErrorKind::Conflict) => {
            visit.show_again(&view(&visit, name, problem("name", &error)).await?)
        }
        Err(error) => Err(error.into()),
    }
}
