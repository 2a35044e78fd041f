//! `/admin/platforms/p/{platform}/deployments/{deployment}/same`: whether it is a platform that is known, registered anew.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use crate::ids::{DeploymentId, RegistrationId};
use crate::service::institution::joining::{self, PlatformReview};
use crate::web::admin::error::AdminError;
use crate::web::admin::frame::AdminPlace;
use crate::web::extract::admin::AdminVisit;
use crate::web::extract::proven::Proven;
use crate::web::paths::console;
use crate::web::views::admin::SamePlatformPage;
use crate::web::views::shared::count_of;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(console::PLATFORM_SAME, web::get().to(show))
        .route(console::PLATFORM_JOIN, web::post().to(join))
        .route(console::PLATFORM_APART, web::post().to(apart));
}

type Place = web::Path<(RegistrationId, DeploymentId)>;

async fn show(visit: AdminVisit, path: Place) -> Result<HttpResponse, AdminError> {
    let (platform, deployment) = path.into_inner();
    let review = joining::review(&visit.cairn, &visit.admin.scope, &platform, &deployment).await?;
    let product = review.registration.capabilities().product.unwrap_or("platform");
    let title = if review.is_renamed {
        format!("Is it the same {product} under another name?")
    } else {
        format!("The same {product}, registered anew?")
    };
    visit.show(&SamePlatformPage {
        page: visit.page_of(&review.institution, &title, AdminPlace::Platforms),
        product: product.to_owned(),
        lead: lead(&review),
        joins: joins(&review),
        sides: sides(&review),
        differs: review.differs(),
        waits: review.waits,
        join_action: console::platform_join(&platform, &deployment),
        apart_action: console::platform_apart(&platform, &deployment),
        back_href: console::platform(&platform),
    })
}

fn number(count: i64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn lead(review: &PlatformReview) -> String {
    let (goes, stays) = (&review.goes, &review.stays);
    if review.is_renamed {
        let known = &stays.name;
        format!(
            "Launches of {known} name another site than before. Perhaps it was set up anew at its address: then its user ids mean other people."
        )
    } else {
        format!(
            "{} ({}) has the address of {} ({}), which is known here: the tool was removed there and added again, or it is installed there twice.",
            goes.name,
            client_ids(&goes.client_ids),
            stays.name,
            client_ids(&stays.client_ids),
        )
    }
}

/// By which client ids a platform is told apart from another one of its name.
fn client_ids(ids: &[String]) -> String {
    let what = if ids.len() == 1 { "client id" } else { "client ids" };
    format!("{what} {}", ids.join(", "))
}

/// What joining does, one sentence each.
fn joins(review: &PlatformReview) -> Vec<String> {
    let mut all = vec![format!(
        "Kept, and going on under the new registration: {}, {}, {}.",
        count_of(number(review.people), "person", "people"),
        count_of(number(review.courses), "course", "courses"),
        count_of(number(review.badges), "badge", "badges"),
    )];
    if review.same_people > 0 || review.same_courses > 0 {
        all.push(format!(
            "On both sides under the same ids: {}, {}. Each two become one; where both were awarded a badge, the earlier one is shown and both stay valid.",
            count_of(number(review.same_people), "person", "people"),
            count_of(number(review.same_courses), "course", "courses"),
        ));
    }
    all.push("A gradebook column belongs to the tool that made it. Rules that read columns of the former registration pause, and their teachers are offered the new columns.".to_owned());
    all.push("It can be taken back under People.".to_owned());
    all
}

/// What is known of both: the name of the fact, that of the one that stays, that of the one that goes over to it.
fn sides(review: &PlatformReview) -> Vec<(&'static str, String, String)> {
    let told = |guid: &Option<String>| guid.clone().unwrap_or_else(|| "not told".to_owned());
    vec![
        (
            "Platform ID (issuer)",
            review.stays.issuer.clone(),
            review.goes.issuer.clone(),
        ),
        (
            "Client ID",
            review.stays.client_ids.join(", "),
            review.goes.client_ids.join(", "),
        ),
        (
            "Site identifier (guid)",
            told(&review.stays.guid),
            told(&review.goes.guid),
        ),
    ]
}

async fn join(Proven(visit): Proven<AdminVisit>, path: Place) -> Result<HttpResponse, AdminError> {
    let (platform, deployment) = path.into_inner();
    joining::join(&visit.cairn, &visit.admin, &platform, &deployment).await?;
    Ok(visit.go(&visit.href_saying(&console::platform(&platform), "joined")))
}

async fn apart(Proven(visit): Proven<AdminVisit>, path: Place) -> Result<HttpResponse, AdminError> {
    let (platform, deployment) = path.into_inner();
    joining::keep_apart(&visit.cairn, &visit.admin, &platform, &deployment).await?;
    Ok(visit.go(&visit.href_saying(&console::platform(&platform), "apart")))
}
