//! `/c/{course}/badges/{badge}/card`: one badge or stack in a small frame of a course page, with the next step of whoever looks.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use super::everywhere::{share_of_parts, unit_of_parts};
use super::home::{next_action, share};
use super::next_step::next_words;
use super::programme;
use crate::service::award::everywhere;
use crate::service::award::learning::{self, Learning, MyBadge};
use crate::web::badge_facts::{picture_of, standing_chip};
use crate::web::error::AppError;
use crate::web::extract::visit::Visit;
use crate::web::frame::Place;
use crate::web::paths::course;
use crate::web::views::learner::CardPage;
use crate::web::views::shared::{Page, Status};

/// Lists the routes of this page.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .route(course::BADGE_CARD, web::get().to(show))
        .route(course::BADGE_CARD, web::post().to(show));
}

/// The card.
///
/// # Errors
/// `NotFound` for a badge of another course that is no programme, or one that is not active and was not earned.
async fn show(visit: Visit, path: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    let (_, badge) = path.into_inner();
    let learning = learning::of_visitor(&visit.cairn, &visit.visitor).await?;
    let mine = learning
        .badges
        .iter()
        .find(|mine| mine.badge.id.as_str() == badge);
    if let Some(mine) = mine {
        let card = seen_by(&visit, view(&visit, &learning, mine));
        let href = if card.class_href.is_some() {
            visit.href("")
        } else {
            card.href.clone()
        };
        return visit.show(&CardPage { href, ..card });
    }
    let whole = everywhere::programme(&visit.cairn, &visit.visitor, &badge.into()).await?;
    // Its page tells everybody what it takes.
    visit.show(&seen_by(&visit, programme::card(&visit, &whole)))
}

/// Who teaches earns nothing in the course: the card tells them what it is, and leads to their own pages.
fn seen_by(visit: &Visit, card: CardPage) -> CardPage {
    let session = &visit.visitor.session;
    if !session.instructor || session.learner {
        return card;
    }
    CardPage {
        status: Status::Neutral.saying("As students find it"),
        progress: None,
        next: None,
        action: None,
        class_href: Some(visit.href(&course::progress())),
        ..card
    }
}

fn view(visit: &Visit, learning: &Learning, mine: &MyBadge) -> CardPage {
    let goes_on = learning.ended.is_none();
    let held = mine
        .award
        .as_ref()
        .filter(|award| award.standing(learning.now).is_held());
    CardPage {
        // A frame within a page has room for the card alone.
        page: Page {
            nav: Vec::new(),
            ..visit.page(&mine.badge.design.name, Place::Elsewhere)
        },
        name: mine.badge.design.name.clone(),
        picture: picture_of(&mine.badge),
        status: match &mine.award {
            Some(award) => standing_chip(award, learning.now),
            None if goes_on => Status::InProgress.chip(),
            None => Status::Neutral.saying("Not earned"),
        },
        progress: held.is_none().then(|| {
            if mine.is_stack() {
                share_of_parts(&mine.parts)
            } else {
                share(mine.progress())
            }
        }),
        unit: mine
            .decision
            .as_ref()
            .filter(|_| mine.is_stack())
            .map_or("", unit_of_parts),
        next: (mine.open && goes_on).then(|| next_words(learning, mine, visit.visitor.zone())),
        action: next_action(visit, learning, mine).filter(|_| goes_on),
        href: match held {
            Some(award) => visit.href(&course::credential(&award.id)),
            None => visit.href(&course::badge(&mine.badge.id)),
        },
        class_href: None,
    }
}
