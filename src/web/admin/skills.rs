//! `/admin/skills/{institution}`: lists of skills from which its teachers choose.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use super::error::AdminError;
use super::frame::{AdminPlace, problems};
use crate::domain::skills::{ListedSkill, RefusedRow, SkillList, WhyRefused};
use crate::ids::{SkillListId, TenantId};
use crate::service::base::error::ServiceError;
use crate::service::institution::skills::{self, Look};
use crate::web::extract::admin::AdminVisit;
use crate::web::extract::proven::Proven;
use crate::web::paths::console;
use crate::web::views::admin::{SkillListLine, SkillsLook, SkillsPage};
use crate::web::views::shared::{ProblemList, When, count_of};

/// Skills and refused rows that a look shows.
const SHOWN: usize = 20;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(console::SKILLS_OF, web::get().to(show))
        .route(console::SKILLS_LOOK, web::post().to(look))
        .route(console::SKILLS_BRING, web::post().to(bring))
        .route(console::SKILLS_REMOVE, web::post().to(remove));
}

async fn show(visit: AdminVisit, tenant: web::Path<TenantId>) -> Result<HttpResponse, AdminError> {
    let page = view(&visit, &tenant, None, ProblemList::default()).await?;
    visit.show(&page)
}

async fn view(
    visit: &AdminVisit,
    tenant: &TenantId,
    look: Option<&Look>,
    problems: ProblemList,
) -> Result<SkillsPage, ServiceError> {
    let (institution, lists) = skills::lists(&visit.cairn, &visit.admin, tenant).await?;
    let now = visit.cairn.clock.now();
    let name = visit.fields.text("name");
    let title = format!("Lists of skills: {}", institution.name);
    let line = |list: &SkillList| SkillListLine {
        name: list.name.clone(),
        skills: count_of(list.skills, "skill", "skills"),
        brought: When::new(list.brought_at, now),
        remove_action: console::skills_remove(tenant, &list.id),
    };
    Ok(SkillsPage {
        page: visit.page_of(&institution, &title, AdminPlace::Elsewhere),
        look: look.map(|look| looked(tenant, look, lists.iter().any(|list| list.name == name))),
        lists: lists.iter().map(line).collect(),
        look_action: console::skills_look(tenant),
        name,
        problems,
        issuer_href: console::issuer(tenant),
    })
}

fn looked(tenant: &TenantId, look: &Look, replaces: bool) -> SkillsLook {
    let file = &look.file;
    let line = |one: &ListedSkill| {
        let code = one.code.clone().unwrap_or_default();
        (one.name.clone(), code, one.url.clone())
    };
    SkillsLook {
        action: console::skills_bring(tenant),
        packed: look.packed.clone(),
        count: count_of(
            u32::try_from(file.skills.len()).unwrap_or(u32::MAX),
            "skill",
            "skills",
        ),
        first: file.skills.iter().take(SHOWN).map(line).collect(),
        refused: file.refused.iter().take(SHOWN).map(refused).collect(),
        more_refused: file.refused.len().saturating_sub(SHOWN),
        replaces,
    }
}

fn refused(one: &RefusedRow) -> String {
    let why = match one.why {
        WhyRefused::NoName => "it has no name",
        WhyRefused::TooLong => "its name or its code is longer than 200 characters",
        WhyRefused::NoAddress => "it has no address that starts with https:// or http://",
        WhyRefused::Twice => "a row before it has the same address",
    };
    format!("Row {}: {why}.", one.row)
}

async fn look(
    Proven(visit): Proven<AdminVisit>,
    tenant: web::Path<TenantId>,
) -> Result<HttpResponse, AdminError> {
    // Who may not see the institution is told before anything is read of the file.
    skills::lists(&visit.cairn, &visit.admin, &tenant).await?;
    let bytes = visit
        .fields
        .file("list")
        .map(|file| file.bytes.clone())
        .unwrap_or_default();
    match skills::look(&bytes) {
        Ok(found) if !found.file.skills.is_empty() => {
            let page = view(&visit, &tenant, Some(&found), ProblemList::default()).await?;
            visit.show(&page)
        }
        Ok(found) => {
            let mut said: Vec<String> = found.file.refused.iter().take(SHOWN).map(refused).collect();
            said.insert(0, "No row of this file can be taken.".to_owned());
            let page = view(&visit, &tenant, None, at_file(said.join(" "))).await?;
            visit.show_again(&page)
        }
        Err(error) if error.is_invalid() => {
            let page = view(&visit, &tenant, None, problems(&error, |_| "list")).await?;
            visit.show_again(&page)
        }
        Err(error) => Err(error.into()),
    }
}

fn at_file(text: String) -> ProblemList {
    ProblemList(vec![crate::web::views::shared::Problem {
        field: "list".to_owned(),
        text,
    }])
}

async fn bring(
    Proven(visit): Proven<AdminVisit>,
    tenant: web::Path<TenantId>,
) -> Result<HttpResponse, AdminError> {
    let (name, packed) = (visit.fields.text("name"), visit.fields.text("packed"));
    match skills::bring(&visit.cairn, &visit.admin, &tenant, &name, &packed).await {
        Ok(()) => Ok(visit.go(&visit.href_saying(&console::skills_of(&tenant), "saved"))),
        Err(error) if error.is_invalid() => {
            let field = |code: &str| if code == "skills.name" { "name" } else { "list" };
            let page = view(&visit, &tenant, None, problems(&error, field)).await?;
            visit.show_again(&page)
        }
        Err(error) => Err(error.into()),
    }
}

async fn remove(
    Proven(visit): Proven<AdminVisit>,
    path: web::Path<(TenantId, SkillListId)>,
) -> Result<HttpResponse, AdminError> {
    let (tenant, list) = path.into_inner();
    skills::remove(&visit.cairn, &visit.admin, &tenant, &list).await?;
    Ok(visit.go(&visit.href_saying(&console::skills_of(&tenant), "saved")))
}
