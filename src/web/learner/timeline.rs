//! `/c/{course}/mine/timeline` and `/c/{course}/credentials/{award}/timeline`: how I learned this, of all badges and of one; and
//! to whom I show it.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use chrono::{DateTime, Utc};

use crate::domain::timeline::{Shows, Timeline};
use crate::ids::{AwardId, TimelineId};
use crate::service::award::timelines;
use crate::service::credential::share_links::DAYS;
use crate::web::error::AppError;
use crate::web::extract::proven::Proven;
use crate::web::extract::visit::Visit;
use crate::web::frame::Place;
use crate::web::paths::{self, course};
use crate::web::timeline::{Reader, view as drawn};
use crate::web::views::learner::{MyTimelinePage, ShownLine};
use crate::web::views::shared::{Flash, When};
use crate::web::words;

/// Lists the routes of these pages.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .route(course::MY_TIMELINE, web::get().to(of_all))
        .route(course::MY_TIMELINE, web::post().to(of_all))
        .route(course::MY_TIMELINE_LINKS, web::post().to(link_to_all))
        .route(course::MY_TIMELINE_PUBLIC, web::post().to(publish_all))
        .route(course::TIMELINE_WITHDRAW, web::post().to(withdraw))
        .route(course::CREDENTIAL_TIMELINE, web::get().to(of_one))
        .route(course::CREDENTIAL_TIMELINE, web::post().to(of_one))
        .route(course::CREDENTIAL_TIMELINE_LINKS, web::post().to(link_to_one))
        .route(course::CREDENTIAL_TIMELINE_PUBLIC, web::post().to(publish_one));
}

async fn of_all(visit: Visit) -> Result<HttpResponse, AppError> {
    show(&visit, None, None).await
}

async fn of_one(visit: Visit, path: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    let award = AwardId::from(path.into_inner().1);
    show(&visit, Some(&award), None).await
}

async fn link_to_all(Proven(visit): Proven<Visit>) -> Result<HttpResponse, AppError> {
    link(&visit, None).await
}

async fn link_to_one(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, AppError> {
    let award = AwardId::from(path.into_inner().1);
    link(&visit, Some(&award)).await
}

async fn publish_all(Proven(visit): Proven<Visit>) -> Result<HttpResponse, AppError> {
    publish(&visit, None).await
}

async fn publish_one(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, AppError> {
    let award = AwardId::from(path.into_inner().1);
    publish(&visit, Some(&award)).await
}

/// What the form says others are to see.
fn shows(visit: &Visit) -> Shows {
    Shows {
        name: visit.fields.ticked("show_name"),
        evidence: visit.fields.ticked("show_evidence"),
    }
}

/// The page of one timeline, below a course.
fn place(award: Option<&AwardId>) -> String {
    award.map_or_else(course::my_timeline, course::credential_timeline)
}

/// Makes a link that shows it for a time. Its address is told once, on this page.
async fn link(visit: &Visit, award: Option<&AwardId>) -> Result<HttpResponse, AppError> {
    let days = visit.fields.get("days").and_then(|days| days.parse().ok());
    let token = timelines::make_link(
        &visit.cairn,
        &visit.visitor,
        award,
        days.unwrap_or(0),
        shows(visit),
    )
    .await?;
    show(visit, award, Some(address(visit, &token))).await
}

async fn publish(visit: &Visit, award: Option<&AwardId>) -> Result<HttpResponse, AppError> {
    timelines::publish(&visit.cairn, &visit.visitor, award, shows(visit)).await?;
    Ok(visit.go(&visit.href_saying(&place(award), "timeline-shown")))
}

/// Ends what is shown.
async fn withdraw(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, AppError> {
    let id = TimelineId::from(path.into_inner().1);
    let award = timelines::withdraw(&visit.cairn, &visit.visitor, &id).await?;
    Ok(visit.go(&visit.href_saying(&place(award.as_ref()), "timeline-withdrawn")))
}

fn address(visit: &Visit, token: &str) -> String {
    format!("{}{}", visit.cairn.settings.identity(), paths::timeline(token))
}

fn line(visit: &Visit, shown: &Timeline, now: DateTime<Utc>) -> ShownLine {
    ShownLine {
        made: When::date_only(shown.made_at),
        until: shown.until.map(When::date_only),
        withdrawn: shown.withdrawn_at.map(When::date_only),
        name: shown.shows.name,
        evidence: shown.shows.evidence,
        withdraw_action: shown
            .is_open(now)
            .then(|| visit.href(&course::timeline_withdraw(&shown.id))),
    }
}

async fn show(
    visit: &Visit,
    award: Option<&AwardId>,
    fresh_link: Option<String>,
) -> Result<HttpResponse, AppError> {
    let mine = timelines::mine(&visit.cairn, &visit.visitor, award).await?;
    let open = mine
        .shown
        .iter()
        .find(|one| one.is_public() && one.is_open(mine.now));
    let (links, public) = match award {
        None => (course::my_timeline_links(), course::my_timeline_public()),
        Some(award) => (
            course::credential_timeline_links(award),
            course::credential_timeline_public(award),
        ),
    };
    let most = usize::try_from(timelines::MOST_BADGES).unwrap_or(usize::MAX);
    let most = (mine.chapters.len() >= most).then_some(most);
    let mut page = visit.page("How I learned this", Place::Everywhere);
    page.flash = fresh_link.as_ref().map(|_| Flash::ready("link")).or(page.flash);
    visit.show(&MyTimelinePage {
        page,
        of_one: award.is_some(),
        shows_none: award.is_none()
            && mine
                .chapters
                .iter()
                .all(|chapter| chapter.published.visibility().hidden),
        timeline: drawn(&visit.cairn, &mine.chapters, Reader::Holder)?,
        most,
        public: mine.policy.has_public_pages(),
        inside: words::policies::stays_inside(&mine.policy),
        fresh_link,
        link_action: visit.href(&links),
        link_days: DAYS.to_vec(),
        public_action: visit.href(&public),
        public_url: open
            .and_then(|one| one.slug.as_deref())
            .map(|slug| address(visit, slug)),
        shown_name: open.is_some_and(|one| one.shows.name),
        shown_evidence: open.is_some_and(|one| one.shows.evidence),
        public_withdraw: open.map(|one| visit.href(&course::timeline_withdraw(&one.id))),
        lines: mine
            .shown
            .iter()
            .filter(|one| !one.is_public())
            .map(|one| line(visit, one, mine.now))
            .collect(),
        all_href: award.map(|_| visit.href(&course::my_timeline())),
        back_href: match award {
            Some(award) => visit.href(&course::credential(award)),
            None => visit.href(&course::all_mine()),
        },
    })
}
