//! `/c/{course}/collections`: badges on one page for one application, shown to others by a link that ends.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use crate::domain::portfolio::Item;
use crate::ids::CollectionId;
use crate::service::award::portfolio::{self, Collecting, Typed, documents};
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::Refusal;
use crate::service::credential::share_links::DAYS;
use crate::web::error::AppError;
use crate::web::extract::proven::Proven;
use crate::web::extract::visit::Visit;
use crate::web::frame::Place;
use crate::web::paths::{self, course};
use crate::web::views::learner::{CollectionPage, CollectionRow, CollectionsPage, ItemBox, KeptCollection};
use crate::web::views::shared::{Flash, Problem, ProblemList, When};
use crate::web::words;

/// What stands in an address for a collection that is not kept yet.
const NEW: &str = "new";

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(course::COLLECTIONS, web::get().to(list))
        .route(course::COLLECTIONS, web::post().to(list))
        .route(course::COLLECTION, web::get().to(show))
        .route(course::COLLECTION, web::post().to(show))
        .route(course::COLLECTION_SAVE, web::post().to(save))
        .route(course::COLLECTION_LINK, web::post().to(link))
        .route(course::COLLECTION_END, web::post().to(end))
        .route(course::COLLECTION_REMOVE, web::post().to(remove))
        .route(course::COLLECTION_FILE, web::post().to(file));
}

async fn list(visit: Visit) -> Result<HttpResponse, AppError> {
    let found = portfolio::collections(&visit.cairn, &visit.visitor).await?;
    let now = visit.cairn.clock.now();
    visit.show(&CollectionsPage {
        page: visit.page("Collections", Place::Badges),
        rows: found
            .iter()
            .map(|one| CollectionRow {
                title: one.title.clone(),
                href: visit.href(&course::collection(&one.id)),
                badges: one.items.len(),
                changed: When::new(one.changed_at, now),
                shown_until: one
                    .link
                    .as_ref()
                    .filter(|link| link.is_open(now))
                    .map(|link| When::date_only(link.until)),
            })
            .collect(),
        new_href: visit.href(&course::collection(&CollectionId::from(NEW))),
        back_href: visit.href(&course::elsewhere()),
        all_href: visit.href(&course::all_mine()),
    })
}

/// The collection that an address names; none for a new one.
fn named(path: (String, String)) -> Option<CollectionId> {
    let (_, id) = path;
    (id != NEW).then(|| CollectionId::from(id))
}

/// The same where there has to be one.
fn kept(path: (String, String)) -> Result<CollectionId, ServiceError> {
    named(path).ok_or(ServiceError::NotFound("collection"))
}

async fn show(visit: Visit, path: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    let id = named(path.into_inner());
    let found = portfolio::collect(&visit.cairn, &visit.visitor, id.as_ref()).await?;
    visit.show(&view(&visit, &found, None, Vec::new(), None))
}

async fn save(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, AppError> {
    let id = named(path.into_inner());
    let typed = Typed {
        title: visit.fields.text("title"),
        words: visit.fields.text("words"),
        items: visit.fields.all("item").filter_map(item).collect(),
    };
    match portfolio::save(&visit.cairn, &visit.visitor, id.as_ref(), typed.clone()).await {
        Ok(id) => Ok(visit.go(&visit.href_saying(&course::collection(&id), "collection-saved"))),
        Err(error) => not_taken(&visit, id.as_ref(), Some(&typed), error).await,
    }
}

/// The page with what was typed, and why it was not taken.
async fn not_taken(
    visit: &Visit,
    id: Option<&CollectionId>,
    typed: Option<&Typed>,
    error: ServiceError,
) -> Result<HttpResponse, AppError> {
    if !matches!(error, ServiceError::Refused(Refusal::Portfolio(_))) {
        return Err(error.into());
    }
    let problem = Problem {
        field: String::new(),
        text: words::errors::sentence(&error),
    };
    let found = portfolio::collect(&visit.cairn, &visit.visitor, id).await?;
    visit.show_again(&view(visit, &found, typed, vec![problem], None))
}

async fn link(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, AppError> {
    let id = kept(path.into_inner())?;
    let days = visit.fields.get("days").and_then(|days| days.parse().ok());
    match portfolio::share(&visit.cairn, &visit.visitor, &id, days.unwrap_or(0)).await {
        Ok(token) => {
            let address = format!("{}{}", visit.cairn.settings.identity(), paths::shown(&token));
            let found = portfolio::collect(&visit.cairn, &visit.visitor, Some(&id)).await?;
            visit.show(&view(&visit, &found, None, Vec::new(), Some(address)))
        }
        Err(error) => not_taken(&visit, Some(&id), None, error).await,
    }
}

async fn end(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, AppError> {
    let id = kept(path.into_inner())?;
    portfolio::end(&visit.cairn, &visit.visitor, &id).await?;
    Ok(visit.go(&visit.href_saying(&course::collection(&id), "collection-ended")))
}

async fn remove(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, AppError> {
    let id = kept(path.into_inner())?;
    portfolio::discard(&visit.cairn, &visit.visitor, &id).await?;
    Ok(visit.go(&visit.href_saying(&course::collections(), "collection-removed")))
}

/// A file of a collection, for its holder.
async fn file(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, String, String)>,
) -> Result<HttpResponse, AppError> {
    let (_, id, kind) = path.into_inner();
    let opened = portfolio::mine(&visit.cairn, &visit.visitor, &CollectionId::from(id)).await?;
    let (name, body) = match kind.as_str() {
        "presentation" => (
            "presentation.json",
            documents::presentation(&visit.cairn, &opened).await?,
        ),
        "registry" => ("registry.json", documents::registry(&opened)?.to_string()),
        _ => return Err(ServiceError::NotFound("file").into()),
    };
    Ok(HttpResponse::Ok()
        .insert_header(("content-type", "application/json"))
        .insert_header(("content-disposition", format!("attachment; filename=\"{name}\"")))
        .insert_header(("cache-control", "private, no-store"))
        .insert_header(("x-content-type-options", "nosniff"))
        .body(body))
}

/// How the form names a badge: `award:<id>`, `foreign:<id>`.
fn word(item: &Item) -> String {
    match item {
        Item::Award(id) => format!("award:{id}"),
        Item::Foreign(id) => format!("foreign:{id}"),
    }
}

fn item(word: &str) -> Option<Item> {
    let (kind, id) = word.split_once(':')?;
    match kind {
        "award" => Some(Item::Award(id.into())),
        "foreign" => Some(Item::Foreign(id.into())),
        _ => None,
    }
}

fn view(
    visit: &Visit,
    found: &Collecting,
    typed: Option<&Typed>,
    problems: Vec<Problem>,
    fresh_link: Option<String>,
) -> CollectionPage {
    let stored = found.collection.as_ref();
    let stands = typed.cloned().unwrap_or_else(|| {
        stored.map_or_else(Typed::default, |one| Typed {
            title: one.title.clone(),
            words: one.words.clone(),
            items: one.items.clone(),
        })
    });
    let id = stored.map_or_else(|| CollectionId::from(NEW), |one| one.id.clone());
    let title = stored.map_or("Make a collection", |one| one.title.as_str());
    let mut page = visit.page(title, Place::Badges);
    page.flash = fresh_link.as_ref().map(|_| Flash::ready("link")).or(page.flash);
    CollectionPage {
        page,
        problems: ProblemList(problems),
        save_action: visit.href(&course::collection_save(&id)),
        items: found
            .choices
            .iter()
            .map(|choice| ItemBox {
                value: word(&choice.item),
                name: choice.name.clone(),
                issuer: choice.issuer.clone(),
                chosen: stands.items.contains(&choice.item),
            })
            .collect(),
        title: stands.title,
        words: stands.words,
        kept: stored.map(|one| KeptCollection {
            may_share: found.policy.has_public_pages(),
            inside: words::policies::stays_inside(&found.policy),
            fresh_link,
            shown_until: one
                .link
                .as_ref()
                .filter(|link| link.is_open(found.now))
                .map(|link| When::date_only(link.until)),
            link_action: visit.href(&course::collection_link(&id)),
            days: DAYS.to_vec(),
            end_action: visit.href(&course::collection_end(&id)),
            presentation_action: visit.href(&course::collection_file(&id, "presentation")),
            registry_action: visit.href(&course::collection_file(&id, "registry")),
            remove_action: visit.href(&course::collection_remove(&id)),
        }),
        back_href: visit.href(&course::collections()),
    }
}
