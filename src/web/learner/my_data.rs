//! `/c/{course}/me`: what is kept about me, to take with me and to have erased.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use crate::service::credential::email_hash;
use crate::service::privacy::erasing::{self, Standing};
use crate::service::privacy::export::learner;
use crate::web::archive;
use crate::web::error::AppError;
use crate::web::extract::proven::Proven;
use crate::web::extract::visit::Visit;
use crate::web::frame::Place;
use crate::web::paths::course;
use crate::web::views::learner::{EmailHashChoice, ErasurePage, MyDataPage};
use crate::web::views::shared::{Problem, ProblemList, When};
use crate::web::words::{self, errors};

/// Lists the routes of these pages.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .route(course::MY_DATA, web::get().to(show))
        .route(course::MY_DATA, web::post().to(show))
        .route(course::MY_ARCHIVE, web::post().to(take))
        .route(course::MY_EMAIL_HASH, web::post().to(choose))
        .route(course::ERASURE, web::get().to(review))
        .route(course::ERASURE, web::post().to(review))
        .route(course::ERASURE_ASK, web::post().to(ask))
        .route(course::ERASURE_WITHDRAW, web::post().to(withdraw));
}

async fn show(visit: Visit) -> Result<HttpResponse, AppError> {
    let standing = erasing::standing(&visit.cairn, &visit.visitor).await?;
    let chosen = email_hash::chosen(&visit.cairn, &visit.visitor).await?;
    let now = visit.cairn.clock.now();
    visit.show(&MyDataPage {
        page: visit.page("My data", Place::Elsewhere),
        own: !visit.visitor.session.masquerade,
        archive_action: visit.href(&course::my_archive()),
        email_hash: EmailHashChoice {
            since: chosen.since.map(|at| When::new(at, now)),
            why_not: match &chosen.address {
                Ok(_) => "",
                Err(why) => words::email_hash::why_not(*why),
            },
            address: chosen.address.ok(),
            action: visit.href(&course::my_email_hash()),
        },
        erasure_href: visit.href(&course::erasure()),
        withdraw_action: visit.href(&course::erasure_withdraw()),
        asked: standing.asked_at.map(|at| When::new(at, now)),
        declined: standing.declined.map(|one| (When::new(one.at, now), one.reason)),
        back_href: visit.href(""),
    })
}

/// The archive.
///
/// # Errors
/// [`crate::service::base::error::ServiceError::Masquerade`] for whoever acts as them.
pub(crate) async fn take(Proven(visit): Proven<Visit>) -> Result<HttpResponse, AppError> {
    let mine = learner::archive(&visit.cairn, &visit.visitor).await?;
    Ok(archive::answer(mine, "my-badges-and-data.zip"))
}

/// Sets whether badges that I earn from now on can be checked against my e-mail address.
///
/// # Errors
/// As [`email_hash::choose`].
pub(crate) async fn choose(Proven(visit): Proven<Visit>) -> Result<HttpResponse, AppError> {
    let on = visit.fields.ticked("email_hash");
    email_hash::choose(&visit.cairn, &visit.visitor, on).await?;
    let said = if on { "email-hash-on" } else { "email-hash-off" };
    Ok(visit.go(&visit.href_saying(&course::my_data(), said)))
}

async fn review(visit: Visit) -> Result<HttpResponse, AppError> {
    visit.visitor.act_for_oneself()?;
    let standing = erasing::standing(&visit.cairn, &visit.visitor).await?;
    visit.show(&page(&visit, &standing, ProblemList::default()))
}

fn page(visit: &Visit, standing: &Standing, problems: ProblemList) -> ErasurePage {
    ErasurePage {
        page: visit.page("Have everything about me erased", Place::Elsewhere),
        badges: standing.badges,
        hand_ins: standing.hand_ins,
        word: erasing::WORD,
        problems,
        action: visit.href(&course::erasure_ask()),
        back_href: visit.href(&course::my_data()),
    }
}

async fn ask(Proven(visit): Proven<Visit>) -> Result<HttpResponse, AppError> {
    let word = visit.fields.text("word");
    match erasing::ask(&visit.cairn, &visit.visitor, &word).await {
        Ok(()) => Ok(visit.go(&visit.href_saying(&course::my_data(), "erasure-asked"))),
        Err(error) if error.is_invalid() => {
            let problems = ProblemList(vec![Problem {
                field: "word".to_owned(),
                text: errors::sentence(&error),
            }]);
            let standing = erasing::standing(&visit.cairn, &visit.visitor).await?;
            visit.show_again(&page(&visit, &standing, problems))
        }
        Err(error) => Err(error.into()),
    }
}

async fn withdraw(Proven(visit): Proven<Visit>) -> Result<HttpResponse, AppError> {
    erasing::withdraw(&visit.cairn, &visit.visitor).await?;
    Ok(visit.go(&visit.href_saying(&course::my_data(), "erasure-withdrawn")))
}
