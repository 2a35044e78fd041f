//! Instructors who make programmes: an administrator gives them that power, and takes it back.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use crate::ids::{PersonId, TenantId};
use crate::service::base::error::{ErrorKind, ServiceError};
use crate::service::institution::programmes::making::{self, Teacher};
use crate::web::admin::error::AdminError;
use crate::web::admin::frame::AdminPlace;
use crate::web::extract::admin::AdminVisit;
use crate::web::extract::proven::Proven;
use crate::web::paths::console;
use crate::web::views::admin::{MakerLine, MakersPage};
use crate::web::views::shared::When;

/// Most courses of a teacher that are named.
const NAMED: usize = 3;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(console::PROGRAMME_MAKERS, web::get().to(show))
        .route(console::PROGRAMME_MAKERS, web::post().to(turn));
}

async fn show(visit: AdminVisit, tenant: web::Path<TenantId>) -> Result<HttpResponse, AdminError> {
    let sought = visit.query("sought").unwrap_or_default();
    let found = making::list(&visit.cairn, &visit.admin, &tenant, &sought).await?;
    let now = visit.cairn.clock.now();
    let line = |one: &Teacher| MakerLine {
        id: one.person.id.to_string(),
        name: one.person.display_name(),
        email: one.person.email.clone().unwrap_or_default(),
        teaches: teaches(&one.courses),
        since: one.since.map(|since| When::new(since, now)),
    };
    let title = format!("Who makes programmes at {}", found.institution.name);
    visit.show(&MakersPage {
        page: visit.page_of(&found.institution, &title, AdminPlace::Programmes),
        action: console::programme_makers(&tenant),
        sought,
        named: found.named.iter().map(line).collect(),
        found: found.found.iter().map(line).collect(),
        back_href: console::programmes_of(&tenant),
    })
}

fn teaches(courses: &[String]) -> String {
    if courses.is_empty() {
        return "No course shows them as a teacher now.".to_owned();
    }
    let named: Vec<&str> = courses.iter().take(NAMED).map(String::as_str).collect();
    match courses.len().saturating_sub(NAMED) {
        0 => format!("Teaches {}.", named.join(", ")),
        more => format!("Teaches {} and {more} more.", named.join(", ")),
    }
}

async fn turn(
    Proven(visit): Proven<AdminVisit>,
    tenant: web::Path<TenantId>,
) -> Result<HttpResponse, AdminError> {
    let person = PersonId::from(visit.fields.text("person"));
    let notice = match visit.fields.text("turn").as_str() {
        "give" => {
            making::give(&visit.cairn, &visit.admin, &tenant, &person).await?;
            "maker-named"
        }
        "take" => {
            making::take(&visit.cairn, &visit.admin, &tenant, &person).await?;
            "maker-ended"
        }
        _ => {
            let sentence = "Choose whether to give the power or to take it back.";
            return Err(ServiceError::form(ErrorKind::Unprocessable, "turn", sentence).into());
        }
    };
    Ok(visit.go(&visit.href_saying(&console::programme_makers(&tenant), notice)))
}
