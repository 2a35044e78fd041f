//! Parts that one student need not have.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use crate::domain::people::Person;
use crate::ids::{BadgeId, PersonId, TenantId, WaiverId};
use crate::service::institution::programmes::waiving::{self, Waived};
use crate::web::admin::error::AdminError;
use crate::web::admin::frame::{AdminPlace, problem};
use crate::web::extract::admin::AdminVisit;
use crate::web::extract::proven::Proven;
use crate::web::paths::console;
use crate::web::views::admin::{WaiverLine, WaiversPage};
use crate::web::views::shared::{Choice, ProblemList, When};

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(console::PROGRAMME_WAIVERS, web::get().to(show))
        .route(console::PROGRAMME_WAIVERS, web::post().to(waive))
        .route(console::WAIVER_END, web::post().to(end));
}

async fn show(visit: AdminVisit, path: web::Path<(TenantId, BadgeId)>) -> Result<HttpResponse, AdminError> {
    let (tenant, id) = path.into_inner();
    let sought = visit.query("name").unwrap_or_default();
    let found = waiving::waived(&visit.cairn, &visit.admin, &tenant, &id, &sought).await?;
    visit.show(&view(
        &visit,
        &found,
        sought,
        String::new(),
        ProblemList::default(),
    ))
}

fn view(
    visit: &AdminVisit,
    found: &Waived,
    sought: String,
    reason: String,
    problems: ProblemList,
) -> WaiversPage {
    let (tenant, id) = (&found.institution.id, &found.badge.id);
    let title = format!("Waive a part of “{}”", found.badge.design.name);
    let part = |id: &BadgeId| {
        let name = found.names.badges.get(id).cloned();
        name.unwrap_or_else(|| "a deleted badge".to_owned())
    };
    let now = visit.cairn.clock.now();
    WaiversPage {
        page: visit.page_of(&found.institution, &title, AdminPlace::Programmes),
        action: console::programme_waivers(tenant, id),
        sought,
        found: found
            .found
            .iter()
            .map(|one| {
                Choice::new(
                    one.id.to_string(),
                    format!("{} ({})", one.display_name(), one.sub),
                )
            })
            .collect(),
        parts: found
            .parts
            .iter()
            .map(|id| Choice::new(id.to_string(), part(id)))
            .collect(),
        waivers: found
            .waivers
            .iter()
            .map(|(waiver, person)| WaiverLine {
                who: person
                    .as_ref()
                    .map_or_else(|| "Somebody who was erased".to_owned(), Person::display_name),
                part: part(&waiver.part),
                reason: waiver.reason.clone(),
                when: When::new(waiver.at, now),
                end_action: console::waiver_end(tenant, id, &waiver.id),
            })
            .collect(),
        reason,
        problems,
        back_href: console::programme(tenant, id),
    }
}

async fn waive(
    Proven(visit): Proven<AdminVisit>,
    path: web::Path<(TenantId, BadgeId)>,
) -> Result<HttpResponse, AdminError> {
    let (tenant, id) = path.into_inner();
    let (sought, reason) = (visit.fields.text("name"), visit.fields.text("reason"));
    let person = PersonId::from(visit.fields.text("person"));
    let part = BadgeId::from(visit.fields.text("part"));
    match waiving::waive(&visit.cairn, &visit.admin, &tenant, &id, &person, &part, &reason).await {
        Ok(()) => Ok(visit.go(&visit.href_saying(&console::programme_waivers(&tenant, &id), "waived"))),
        Err(error) if error.code().starts_with("programme.") => {
            let field = if error.is_invalid() { "reason" } else { "" };
            let found = waiving::waived(&visit.cairn, &visit.admin, &tenant, &id, &sought).await?;
            visit.show_again(&view(&visit, &found, sought, reason, problem(field, &error)))
        }
        Err(error) => Err(error.into()),
    }
}

async fn end(
    Proven(visit): Proven<AdminVisit>,
    path: web::Path<(TenantId, BadgeId, WaiverId)>,
) -> Result<HttpResponse, AdminError> {
    let (tenant, id, waiver) = path.into_inner();
    waiving::take_back(&visit.cairn, &visit.admin, &tenant, &id, &waiver).await?;
    let to = console::programme_waivers(&tenant, &id);
    Ok(visit.go(&visit.href_saying(&to, "waiver-ended")))
}
