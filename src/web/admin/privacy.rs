//! `/admin/privacy/{institution}`: everything that an institution issued, to take along; and people who want to be erased.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use super::error::AdminError;
use super::frame::{AdminPlace, problem};
use crate::domain::export::ExportState;
use crate::domain::issuer::Tenant;
use crate::ids::{ErasureId, ExportId, TenantId};
use crate::service::award::files::size_words;
use crate::service::base::error::ServiceError;
use crate::service::institution::policies;
use crate::service::privacy::erasing::{self, WaitingErasure};
use crate::service::privacy::export::exporting::{self, Listed};
use crate::web::archive;
use crate::web::extract::admin::AdminVisit;
use crate::web::extract::proven::Proven;
use crate::web::paths::console;
use crate::web::views::admin::{ConsoleConfirmPage, DeclinePage, ErasureLine, ExportLine, PrivacyPage};
use crate::web::views::shared::{ProblemList, Status, Waiting, When, count_of};
use crate::web::words::checks;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(console::PRIVACY, web::get().to(choose))
        .route(console::PRIVACY_OF, web::get().to(show))
        .route(console::EXPORT, web::post().to(export))
        .route(console::EXPORT_FETCH, web::post().to(fetch))
        .route(console::ERASURE, web::get().to(review))
        .route(console::ERASURE, web::post().to(erase))
        .route(console::ERASURE_DECLINE, web::get().to(consider))
        .route(console::ERASURE_DECLINE, web::post().to(decline));
}

async fn choose(visit: AdminVisit) -> Result<HttpResponse, AdminError> {
    visit
        .choose("Export and erasure", &console::privacy(), AdminPlace::Privacy)
        .await
}

async fn show(visit: AdminVisit, tenant: web::Path<TenantId>) -> Result<HttpResponse, AdminError> {
    let (institution, exports) = exporting::list(&visit.cairn, &visit.admin, &tenant).await?;
    let (_, waiting, erased) = erasing::waiting(&visit.cairn, &visit.admin, &tenant).await?;
    let now = visit.cairn.clock.now();
    let erasures = waiting.iter().map(|one| ErasureLine {
        href: console::erasure(&tenant, &one.id),
        decline_href: console::erasure_decline(&tenant, &one.id),
        name: one.name.clone(),
        asked: When::new(one.asked_at, now),
        holds: holds(one),
    });
    visit.show(&PrivacyPage {
        page: visit.page_of(
            &institution,
            &format!("Export and erasure: {}", institution.name),
            AdminPlace::Privacy,
        ),
        waiting: exports
            .iter()
            .any(Listed::is_under_way)
            .then(|| Waiting::at(console::privacy_of(&tenant), 3)),
        making: exports.iter().any(Listed::is_under_way),
        exports: exports.iter().map(|one| line(one, &tenant, now)).collect(),
        export_action: console::export(&tenant),
        days: exporting::KEPT.num_days(),
        erasures: erasures.collect(),
        erased,
    })
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn holds(one: &WaitingErasure) -> String {
    format!(
        "{}, {}",
        count_of(number(one.badges), "badge", "badges"),
        count_of(number(one.hand_ins), "submission", "submissions")
    )
}

fn line(listed: &Listed, tenant: &TenantId, now: chrono::DateTime<chrono::Utc>) -> ExportLine {
    let (one, failed) = (&listed.export, listed.failed.as_ref().map(checks::trouble));
    let ready = one.state == ExportState::Ready && one.ended_at.is_some_and(|at| at + exporting::KEPT > now);
    ExportLine {
        state: match one.state {
            _ if failed.is_some() => Status::NeedsAttention.saying("Failed"),
            ExportState::Waiting => Status::InProgress.saying("Waits"),
            ExportState::Running => Status::InProgress.saying("Being packed"),
            ExportState::Ready => Status::Earned.saying("Ready"),
        },
        asked: When::new(one.created_at, now),
        badges: one.badges,
        total: one.total,
        size: size_words(one.size.and_then(|size| u64::try_from(size).ok()).unwrap_or(0)),
        failed,
        fetch_action: ready.then(|| console::export_fetch(tenant, &one.id)),
    }
}

async fn export(
    Proven(visit): Proven<AdminVisit>,
    tenant: web::Path<TenantId>,
) -> Result<HttpResponse, AdminError> {
    exporting::ask(&visit.cairn, &visit.admin, &tenant).await?;
    Ok(visit.go(&visit.href_saying(&console::privacy_of(&tenant), "export-asked")))
}

async fn fetch(
    Proven(visit): Proven<AdminVisit>,
    path: web::Path<(TenantId, ExportId)>,
) -> Result<HttpResponse, AdminError> {
    let (tenant, export) = path.into_inner();
    let ready = exporting::fetch(&visit.cairn, &visit.admin, &tenant, &export).await?;
    Ok(archive::answer(ready, "badges-of-the-institution.zip"))
}

/// Somebody who still waits, and where.
async fn waits(
    visit: &AdminVisit,
    tenant: &TenantId,
    id: &ErasureId,
) -> Result<(Tenant, WaitingErasure), ServiceError> {
    let (institution, waiting, _) = erasing::waiting(&visit.cairn, &visit.admin, tenant).await?;
    let one = waiting.into_iter().find(|one| one.id == *id);
    Ok((institution, one.ok_or(ServiceError::NotFound("request"))?))
}

async fn review(
    visit: AdminVisit,
    path: web::Path<(TenantId, ErasureId)>,
) -> Result<HttpResponse, AdminError> {
    let (tenant, id) = path.into_inner();
    let (institution, one) = waits(&visit, &tenant, &id).await?;
    let (_, policy) = policies::get(&visit.cairn, &visit.admin, &tenant).await?;
    let history = match policy.keep_days {
        Some(days) => format!(
            "Your policy keeps superseded records for {days} days. Erasing does not wait for that: if a law obliges you to keep these records longer, do not erase them now."
        ),
        None => {
            "Your policy keeps records for ever. If a law obliges you to keep these, do not erase them now."
                .to_owned()
        }
    };
    visit.show(&ConsoleConfirmPage {
        page: visit.page_of(
            &institution,
            &format!("Erase everything about {}?", one.name),
            AdminPlace::Privacy,
        ),
        consequences: vec![
            format!(
                "One person, who asked for it: {}. Name, e-mail address, identifier, grades, decisions and files are removed, in all courses.",
                holds(&one)
            ),
            "Their badges are revoked and removed; their public pages say that they were erased.".to_owned(),
            "It cannot be undone, here or by anybody. Archives that you fetched before still hold them, and so do backups.".to_owned(),
            "They may stay in their courses: Cairn keeps nothing about them until they open it again and agree.".to_owned(),
            history,
        ],
        action: console::erasure(&tenant, &id),
        fields: Vec::new(),
        confirm: "Erase this person",
        danger: true,
        back_href: console::privacy_of(&tenant),
    })
}

async fn erase(
    Proven(visit): Proven<AdminVisit>,
    path: web::Path<(TenantId, ErasureId)>,
) -> Result<HttpResponse, AdminError> {
    let (tenant, id) = path.into_inner();
    erasing::erase(&visit.cairn, &visit.admin, &tenant, &id).await?;
    Ok(visit.go(&visit.href_saying(&console::privacy_of(&tenant), "erased")))
}

async fn consider(
    visit: AdminVisit,
    path: web::Path<(TenantId, ErasureId)>,
) -> Result<HttpResponse, AdminError> {
    let (tenant, id) = path.into_inner();
    let (institution, one) = waits(&visit, &tenant, &id).await?;
    visit.show(&declining(&visit, &institution, &one, ProblemList::default()))
}

fn declining(
    visit: &AdminVisit,
    institution: &Tenant,
    one: &WaitingErasure,
    problems: ProblemList,
) -> DeclinePage {
    let tenant = &institution.id;
    DeclinePage {
        page: visit.page_of(
            institution,
            &format!("Decline the request of {}?", one.name),
            AdminPlace::Privacy,
        ),
        reason: visit.fields.raw("reason").unwrap_or_default().to_owned(),
        most: erasing::MOST_REASON,
        problems,
        action: console::erasure_decline(tenant, &one.id),
        back_href: console::privacy_of(tenant),
    }
}

async fn decline(
    Proven(visit): Proven<AdminVisit>,
    path: web::Path<(TenantId, ErasureId)>,
) -> Result<HttpResponse, AdminError> {
    let (tenant, id) = path.into_inner();
    let reason = visit.fields.text("reason");
    match erasing::decline(&visit.cairn, &visit.admin, &tenant, &id, &reason).await {
        Ok(()) => Ok(visit.go(&visit.href_saying(&console::privacy_of(&tenant), "erasure-declined"))),
        Err(error) if error.is_invalid() => {
            let (institution, one) = waits(&visit, &tenant, &id).await?;
            visit.show_again(&declining(&visit, &institution, &one, problem("reason", &error)))
        }
        Err(error) => Err(error.into()),
    }
}
