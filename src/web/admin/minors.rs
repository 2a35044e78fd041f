//! `/admin/minors/{institution}`: students whose badges stay inside the course site, because their institution says that they are
//! under 16.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use url::form_urlencoded::Serializer;

use super::error::AdminError;
use super::frame::{AdminPlace, problems};
use crate::domain::page::Page;
use crate::ids::{PersonId, PlatformId, TenantId};
use crate::service::base::error::ServiceError;
use crate::service::institution::minors::{self, Brought, Found, OfPlatform, Seen};
use crate::web::extract::admin::AdminVisit;
use crate::web::extract::proven::Proven;
use crate::web::paths::console;
use crate::web::views::admin::{ConsoleConfirmPage, MinorLine, MinorPlatform, MinorsPage};
use crate::web::views::shared::{Choice, Paging, ProblemList, When, count_of, thousands};

/// People on one page.
const SHOWN: i64 = 50;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(console::MINORS_OF, web::get().to(show))
        .route(console::MINORS_BRING, web::post().to(bring))
        .route(console::MINORS_PERSON, web::get().to(consider_person))
        .route(console::MINORS_PERSON, web::post().to(say_of_person))
        .route(console::MINORS_PLATFORM, web::get().to(consider))
        .route(console::MINORS_PLATFORM, web::post().to(say_of_platform));
}

fn number(count: i64) -> u32 {
    u32::try_from(count.max(0)).unwrap_or(u32::MAX)
}

async fn show(visit: AdminVisit, tenant: web::Path<TenantId>) -> Result<HttpResponse, AdminError> {
    let page = view(&visit, &tenant, None, ProblemList::default()).await?;
    visit.show(&page)
}

async fn view(
    visit: &AdminVisit,
    tenant: &TenantId,
    brought: Option<&Brought>,
    problems: ProblemList,
) -> Result<MinorsPage, ServiceError> {
    let sought = visit.query("name").unwrap_or_default();
    let asked = visit.query("page").and_then(|text| text.parse::<i64>().ok());
    let part = Page {
        offset: (asked.unwrap_or(1).clamp(1, 1_000_000) - 1) * SHOWN,
        limit: SHOWN,
    };
    let seen = minors::seen(&visit.cairn, &visit.admin, tenant, &sought, part).await?;
    let now = visit.cairn.clock.now();
    let found = |one: &Found| MinorLine {
        name: one.person.display_name(),
        ids: one.ids.join(", "),
        since: one.since.map(|at| When::new(at, now)),
        href: console::minors_person(tenant, &one.person.id),
    };
    let title = format!("Students under 16: {}", seen.institution.name);
    Ok(MinorsPage {
        page: visit.page_of(&seen.institution, &title, AdminPlace::Policies),
        everybody: seen.everybody,
        policy_href: console::policy(tenant),
        platforms: seen.platforms.iter().map(|one| platform(tenant, one)).collect(),
        choices: seen
            .platforms
            .iter()
            .map(|one| Choice::new(one.id.as_str(), one.name.as_str()))
            .collect(),
        action: console::minors_of(tenant),
        found: seen.found.iter().map(found).collect(),
        said: seen
            .said
            .iter()
            .map(|(person, since)| MinorLine {
                name: person.display_name(),
                ids: String::new(),
                since: Some(When::new(*since, now)),
                href: console::minors_person(tenant, &person.id),
            })
            .collect(),
        paging: paging(tenant, &sought, &seen),
        bring_action: console::minors_bring(tenant),
        brought: brought.map(told),
        unknown: brought.map(|one| one.unknown.join(", ")).unwrap_or_default(),
        sought,
        problems,
    })
}

fn platform(tenant: &TenantId, one: &OfPlatform) -> MinorPlatform {
    MinorPlatform {
        name: one.name.clone(),
        people: count_of(number(one.people), "person", "people"),
        since: one.since.map(When::date_only),
        href: console::minors_platform(tenant, &one.id),
    }
}

fn paging(tenant: &TenantId, sought: &str, seen: &Seen) -> Paging {
    let here = seen.part.offset / seen.part.limit.max(1) + 1;
    let shown = i64::try_from(seen.said.len()).unwrap_or(i64::MAX);
    let last = seen.part.offset.saturating_add(shown);
    let href = |page: i64| {
        let mut query = Serializer::new(String::new());
        if !sought.is_empty() {
            query.append_pair("name", sought);
        }
        query.append_pair("page", &page.to_string());
        format!("{}?{}", console::minors_of(tenant), query.finish())
    };
    Paging {
        first: if shown == 0 {
            0
        } else {
            number(seen.part.offset + 1)
        },
        last: number(last),
        total: number(seen.total),
        previous_href: (here > 1).then(|| href(here - 1)),
        next_href: (last < seen.total && shown > 0).then(|| href(here + 1)),
    }
}

/// What became of a file, in a sentence.
fn told(brought: &Brought) -> String {
    let count = |many: usize| u32::try_from(many).unwrap_or(u32::MAX);
    let people = count_of(count(brought.people), "person", "people");
    let changed = thousands(count(brought.changed));
    let known =
        format!("The file names {people} who are known here; for {changed} of them something changed.");
    if brought.unknown_in_all == 0 {
        known
    } else {
        let unknown = count_of(count(brought.unknown_in_all), "id is", "ids are");
        format!("{known} {unknown} not known at this platform.")
    }
}

async fn say_of_person(
    Proven(visit): Proven<AdminVisit>,
    path: web::Path<(TenantId, PersonId)>,
) -> Result<HttpResponse, AdminError> {
    let (tenant, person) = path.into_inner();
    let on = is_said(&visit);
    minors::say_of_person(&visit.cairn, &visit.admin, &tenant, &person, on).await?;
    Ok(visit.go(&visit.href_saying(&console::minors_of(&tenant), "saved")))
}

async fn consider_person(
    visit: AdminVisit,
    path: web::Path<(TenantId, PersonId)>,
) -> Result<HttpResponse, AdminError> {
    let (tenant, id) = path.into_inner();
    let (institution, person, since) =
        minors::review_person(&visit.cairn, &visit.admin, &tenant, &id).await?;
    let (name, holds) = (person.display_name(), since.is_some());
    let (title, consequences, confirm) = if holds {
        (
            format!("Take it back for {name}?"),
            vec![
                format!("{name} may show badges again, unless it is said of a platform or of everybody that they are under 16."),
                "Nothing comes back by itself: links that they had made stay ended, and each page of a badge stays closed until they open it again. They read so on their pages."
                    .to_owned(),
            ],
            "Take it back",
        )
    } else {
        (
            format!("Is {name} under 16?"),
            vec![
                format!("The badges of {name} stay inside the course site."),
                "Public pages, share links, timelines and collections of theirs end at once, for good. Files that somebody saved before stay what they are."
                    .to_owned(),
                "They read on their pages that your institution says so. They can still save their own files.".to_owned(),
            ],
            "Say so",
        )
    };
    visit.show(&ConsoleConfirmPage {
        page: visit.page_of(&institution, &title, AdminPlace::Policies),
        consequences,
        action: console::minors_person(&tenant, &id),
        fields: vec![("on", if holds { "no" } else { "yes" }.to_owned())],
        confirm,
        danger: !holds,
        back_href: console::minors_of(&tenant),
    })
}

/// Whether a form says it, and does not take it back.
fn is_said(visit: &AdminVisit) -> bool {
    visit.fields.get("on") == Some("yes")
}

async fn consider(
    visit: AdminVisit,
    path: web::Path<(TenantId, PlatformId)>,
) -> Result<HttpResponse, AdminError> {
    let (tenant, id) = path.into_inner();
    let (institution, one) = minors::review(&visit.cairn, &visit.admin, &tenant, &id).await?;
    let people = count_of(number(one.people), "person", "people");
    let holds = one.since.is_some();
    let (title, consequences, confirm) = if holds {
        (
            format!("Take it back for “{}”?", one.name),
            vec![
                format!("{people} of this platform may show their badges again, unless it is said of them otherwise."),
                "Nothing comes back by itself: links that they had made stay ended, and each page of a badge stays closed until its holder opens it again."
                    .to_owned(),
            ],
            "Take it back",
        )
    } else {
        (
            format!("Are the students of “{}” under 16?", one.name),
            vec![
                format!("The badges of {people} whom this platform names stay inside the course site, and so does whoever comes later."),
                "Public pages, share links, timelines and collections of theirs end at once, for good. Files that somebody saved before stay what they are."
                    .to_owned(),
                "The students read on their pages that your institution says so. They can still save their own files.".to_owned(),
            ],
            "Say so",
        )
    };
    visit.show(&ConsoleConfirmPage {
        page: visit.page_of(&institution, &title, AdminPlace::Policies),
        consequences,
        action: console::minors_platform(&tenant, &id),
        fields: vec![("on", if holds { "no" } else { "yes" }.to_owned())],
        confirm,
        danger: !holds,
        back_href: console::minors_of(&tenant),
    })
}

async fn say_of_platform(
    Proven(visit): Proven<AdminVisit>,
    path: web::Path<(TenantId, PlatformId)>,
) -> Result<HttpResponse, AdminError> {
    let (tenant, id) = path.into_inner();
    let on = is_said(&visit);
    minors::say_of_platform(&visit.cairn, &visit.admin, &tenant, &id, on).await?;
    Ok(visit.go(&visit.href_saying(&console::minors_of(&tenant), "saved")))
}

async fn bring(
    Proven(visit): Proven<AdminVisit>,
    tenant: web::Path<TenantId>,
) -> Result<HttpResponse, AdminError> {
    let platform = PlatformId::from(visit.fields.text("platform"));
    let bytes = visit
        .fields
        .file("list")
        .map(|file| file.bytes.clone())
        .unwrap_or_default();
    let on = is_said(&visit);
    match minors::bring(&visit.cairn, &visit.admin, &tenant, &platform, &bytes, on).await {
        Ok(brought) => {
            let page = view(&visit, &tenant, Some(&brought), ProblemList::default()).await?;
            visit.show(&page)
        }
        Err(error) if error.is_invalid() => {
            let page = view(&visit, &tenant, None, problems(&error, |_| "list")).await?;
            visit.show_again(&page)
        }
        Err(error) => Err(error.into()),
    }
}
