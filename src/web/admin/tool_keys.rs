//! `/admin/tool-keys/…`: a new key that speaks to platforms: published, used, and in the end the old one removed. Each
//! step is asked for on a page that says what it does.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use super::error::AdminError;
use super::frame::AdminPlace;
use crate::domain::keys::KeyState;
use crate::domain::zone::Zone;
use crate::service::base::error::ServiceError;
use crate::service::institution::tool_keys::{self, PUBLISHED_FIRST};
use crate::web::extract::admin::AdminVisit;
use crate::web::extract::proven::Proven;
use crate::web::paths::console;
use crate::web::views::admin::{ConsoleConfirmPage, KeyLine};
use crate::web::views::shared::{LinkTo, When};
use crate::web::words::states;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(console::TOOL_KEY_PUBLISH, web::get().to(ask_publish))
        .route(console::TOOL_KEY_PUBLISH, web::post().to(publish))
        .route(console::TOOL_KEY_USE, web::get().to(ask_use))
        .route(console::TOOL_KEY_USE, web::post().to(use_it))
        .route(console::TOOL_KEY_REMOVE, web::get().to(ask_remove))
        .route(console::TOOL_KEY_REMOVE, web::post().to(remove));
}

/// The keys and the next step, for those who look after the whole installation.
pub(super) async fn lines(visit: &AdminVisit) -> Result<(Vec<KeyLine>, Option<LinkTo>), AdminError> {
    if visit.admin.scope.everything().is_err() {
        return Ok((Vec::new(), None));
    }
    let (all, now) = (tool_keys::list(&visit.cairn).await?, visit.cairn.clock.now());
    let next = all.iter().find(|key| key.state == KeyState::Next);
    let step = match next {
        Some(key) => LinkTo {
            href: console::tool_key_use(&key.kid),
            text: "Sign with the next key…".to_owned(),
        },
        None => LinkTo {
            href: console::tool_key_publish(),
            text: "Publish a new key…".to_owned(),
        },
    };
    let lines = all.iter().rev().map(|key| KeyLine {
        name: key.kid.clone(),
        state: states::key(key.state),
        made: When::new(key.created_at, now),
        act: (key.state == KeyState::Retired).then(|| ("Remove…", console::tool_key_remove(&key.kid))),
    });
    Ok((lines.collect(), Some(step)))
}

fn asking(
    visit: &AdminVisit,
    title: &str,
    consequences: &[&str],
    action: String,
    confirm: &'static str,
) -> ConsoleConfirmPage {
    ConsoleConfirmPage {
        page: visit.page(title, AdminPlace::Issuers),
        consequences: consequences.iter().map(|&sentence| sentence.to_owned()).collect(),
        action,
        fields: Vec::new(),
        confirm,
        danger: false,
        back_href: console::issuers(),
    }
}

async fn ask_publish(visit: AdminVisit) -> Result<HttpResponse, AdminError> {
    visit.admin.scope.everything()?;
    visit.show(&asking(
        &visit,
        "Publish a new key for platforms?",
        &[
            "A new key is made and appears in the public list of keys at once. It signs nothing yet.",
            "In ten minutes, when every platform can have read it, you can come back and let it sign.",
            "Nothing changes for students and teachers.",
        ],
        console::tool_key_publish(),
        "Publish a new key",
    ))
}

async fn publish(Proven(visit): Proven<AdminVisit>) -> Result<HttpResponse, AdminError> {
    tool_keys::publish_next(&visit.cairn, &visit.admin).await?;
    Ok(visit.go(&visit.href_saying(&console::issuers(), "published")))
}

async fn ask_use(visit: AdminVisit, kid: web::Path<String>) -> Result<HttpResponse, AdminError> {
    visit.admin.scope.everything()?;
    let all = tool_keys::list(&visit.cairn).await?;
    let next = all
        .iter()
        .find(|key| key.kid == *kid && key.state == KeyState::Next);
    let next = next.ok_or(ServiceError::NotFound("key"))?;
    let ready = When::new(next.created_at + PUBLISHED_FIRST, visit.cairn.clock.now());
    let first = if next.created_at + PUBLISHED_FIRST > visit.cairn.clock.now() {
        format!("It is too early: the key can sign {}.", ready.relative(Zone::UTC))
    } else {
        "The key has been published long enough for every platform to know it.".to_owned()
    };
    let rest = [
        first.as_str(),
        "From now on Cairn signs what it sends to platforms with the next key.",
        "The key before stays published, so that what was just sent still counts. Remove it in a day or later.",
    ];
    let action = console::tool_key_use(&kid);
    visit.show(&asking(
        &visit,
        "Sign with the next key?",
        &rest,
        action,
        "Sign with it",
    ))
}

async fn use_it(
    Proven(visit): Proven<AdminVisit>,
    kid: web::Path<String>,
) -> Result<HttpResponse, AdminError> {
    tool_keys::use_next(&visit.cairn, &visit.admin, &kid).await?;
    Ok(visit.go(&visit.href_saying(&console::issuers(), "rotated")))
}

async fn ask_remove(visit: AdminVisit, kid: web::Path<String>) -> Result<HttpResponse, AdminError> {
    visit.admin.scope.everything()?;
    let all = tool_keys::list(&visit.cairn).await?;
    if !all
        .iter()
        .any(|key| key.kid == *kid && key.state == KeyState::Retired)
    {
        return Err(ServiceError::NotFound("key").into());
    }
    let page = asking(
        &visit,
        "Remove this old key?",
        &[
            "It leaves the public list of keys, and nobody believes any more what is signed with it.",
            "Do it at once when the key may have been stolen; otherwise a day after the new one began to sign.",
        ],
        console::tool_key_remove(&kid),
        "Remove the old key",
    );
    visit.show(&ConsoleConfirmPage { danger: true, ..page })
}

async fn remove(
    Proven(visit): Proven<AdminVisit>,
    kid: web::Path<String>,
) -> Result<HttpResponse, AdminError> {
    tool_keys::remove_old(&visit.cairn, &visit.admin, &kid).await?;
    Ok(visit.go(&visit.href_saying(&console::issuers(), "removed")))
}
