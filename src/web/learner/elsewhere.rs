//! `/c/{course}/elsewhere`: badges of other issuers, brought, looked at, kept, checked again and removed.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use crate::domain::portfolio::{ForeignBadge, Standing};
use crate::ids::ForeignBadgeId;
use crate::service::award::files::{self, size_words};
use crate::service::award::portfolio::{self, Brought, Elsewhere, Line, Review};
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::Refusal;
use crate::web::error::AppError;
use crate::web::extract::proven::Proven;
use crate::web::extract::visit::Visit;
use crate::web::frame::Place;
use crate::web::paths::course;
use crate::web::views::learner::{ElsewherePage, ElsewhereReviewPage, ForeignRow, ReviewLine};
use crate::web::views::shared::{PictureView, Problem, ProblemList, Status, When};
use crate::web::words;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(course::ELSEWHERE, web::get().to(show))
        .route(course::ELSEWHERE, web::post().to(show))
        .route(course::ELSEWHERE_BRING, web::post().to(bring))
        .route(course::ELSEWHERE_KEEP, web::post().to(keep))
        .route(course::ELSEWHERE_CHECK, web::post().to(check))
        .route(course::ELSEWHERE_REMOVE, web::post().to(remove));
}

async fn show(visit: Visit) -> Result<HttpResponse, AppError> {
    visit.show(&page(&visit, Vec::new()).await?)
}

async fn bring(Proven(mut visit): Proven<Visit>) -> Result<HttpResponse, AppError> {
    let upload = visit.fields.upload.take();
    let (link, address) = (visit.fields.text("link"), typed_address(&visit));
    let found = if upload.is_none() && !link.is_empty() {
        portfolio::link(&visit.cairn, &visit.visitor, &link, address).await
    } else {
        portfolio::bring(&visit.cairn, &visit.visitor, upload, address).await
    };
    match found {
        Ok(found) => visit.show(&review(&visit, &found)),
        Err(error) => not_taken(&visit, error).await,
    }
}

/// Another address of theirs, where one was typed.
fn typed_address(visit: &Visit) -> Option<String> {
    let typed = visit.fields.text("address");
    (typed.contains('@') && typed.len() <= 254).then_some(typed)
}

/// The page with why something was not taken.
async fn not_taken(visit: &Visit, error: ServiceError) -> Result<HttpResponse, AppError> {
    if !matches!(error, ServiceError::Refused(Refusal::Portfolio(_))) {
        return Err(error.into());
    }
    let problem = Problem {
        field: String::new(),
        text: words::errors::sentence(&error),
    };
    visit.show_again(&page(visit, vec![problem]).await?)
}

async fn keep(Proven(visit): Proven<Visit>) -> Result<HttpResponse, AppError> {
    let brought = Brought {
        digest: visit.fields.text("file"),
        name: visit.fields.text("name").chars().take(200).collect(),
        address: typed_address(&visit),
    };
    let chosen: BTreeSet<usize> = visit
        .fields
        .all("keep")
        .filter_map(|index| index.parse().ok())
        .collect();
    match portfolio::keep(&visit.cairn, &visit.visitor, &brought, &chosen).await {
        Ok(left) => {
            let said = if left == 0 {
                "elsewhere-kept"
            } else {
                "elsewhere-kept-some"
            };
            Ok(visit.go(&visit.href_saying(&course::elsewhere(), said)))
        }
        Err(error) => not_taken(&visit, error).await,
    }
}

async fn check(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, ForeignBadgeId)>,
) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    match portfolio::again(&visit.cairn, &visit.visitor, &id).await {
        Ok(()) => Ok(visit.go(&visit.href_saying(&course::elsewhere(), "elsewhere-checked"))),
        Err(error) => not_taken(&visit, error).await,
    }
}

async fn remove(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, ForeignBadgeId)>,
) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    portfolio::remove(&visit.cairn, &visit.visitor, &id).await?;
    Ok(visit.go(&visit.href_saying(&course::elsewhere(), "elsewhere-removed")))
}

async fn page(visit: &Visit, problems: Vec<Problem>) -> Result<ElsewherePage, AppError> {
    let found = portfolio::elsewhere(&visit.cairn, &visit.visitor).await?;
    let addresses = if found.addresses.is_empty() {
        "Your course site tells no e-mail address of yours, so a badge cannot be known to be yours by one."
            .to_owned()
    } else {
        format!(
            "A badge is known to be yours by {}.",
            found.addresses.join(" or ")
        )
    };
    Ok(ElsewherePage {
        page: visit.page("Badges from elsewhere", Place::Badges),
        problems: ProblemList(problems),
        bring_action: visit.href(&course::elsewhere_bring()),
        limit: size_words(portfolio::LARGEST),
        many: portfolio::MANY,
        link: visit.fields.text("link"),
        address: visit.fields.text("address"),
        addresses,
        badges: found
            .badges
            .iter()
            .map(|badge| row(visit, &found, badge))
            .collect(),
        collections_href: visit.href(&course::collections()),
        back_href: visit.href(""),
        all_href: visit.href(&course::all_mine()),
    })
}

fn row(visit: &Visit, found: &Elsewhere, badge: &ForeignBadge) -> ForeignRow {
    let (says, standing) = (&badge.says, badge.standing(found.now));
    let address = |file, inline| files::address(&visit.cairn, visit.visitor.tenant(), file, inline);
    ForeignRow {
        name: says.name.clone(),
        description: says.description.clone(),
        issuer: says.issuer_called().to_owned(),
        issuer_id: says.issuer.clone(),
        picture: badge.picture.as_ref().map(|picture| PictureView {
            src: address(picture, true),
            alt: String::new(),
        }),
        standing: words::portfolio::standing(standing),
        means: words::portfolio::means(standing),
        why: badge.why.clone(),
        holder: words::portfolio::yours(badge.holder),
        awarded: says.awarded_at.map(When::date_only),
        until: says.until.map(When::last_day),
        checked: When::new(badge.checked_at, found.now),
        tried: (badge.tried_at > badge.checked_at).then(|| When::new(badge.tried_at, found.now)),
        file_href: address(&badge.file, false),
        check_action: visit.href(&course::elsewhere_check(&badge.id)),
        remove_action: visit.href(&course::elsewhere_remove(&badge.id)),
    }
}

fn review(visit: &Visit, found: &Review) -> ElsewhereReviewPage {
    ElsewhereReviewPage {
        page: visit.page("Is this what you want to keep?", Place::Badges),
        action: visit.href(&course::elsewhere_keep()),
        digest: found.brought.digest.clone(),
        name: found.brought.name.clone(),
        address: found.brought.address.clone().unwrap_or_default(),
        record: record(&found.lines),
        lines: found.lines.iter().map(line).collect(),
        back_href: visit.href(&course::elsewhere()),
    }
}

/// What was found of a record, by the badges in it.
fn record(lines: &[Line]) -> Option<String> {
    let parts = || lines.iter().filter(|line| line.in_record);
    let is_good = |line: &&Line| {
        let found = line.found.as_ref();
        found.is_ok_and(|found| found.standing == Standing::Genuine)
    };
    let (good, all) = (parts().filter(is_good).count(), parts().count());
    (all > 0).then(|| words::portfolio::record(good, all))
}

fn line(line: &Line) -> ReviewLine {
    match &line.found {
        Ok(found) => {
            let mut notes = vec![words::portfolio::yours(found.holder).to_owned()];
            if found.standing != Standing::Genuine {
                notes.push(words::portfolio::means(found.standing).to_owned());
            }
            if found.is_there {
                notes.push(
                    "You have this badge here already; keeping it again puts this file in its place."
                        .to_owned(),
                );
            }
            ReviewLine {
                index: line.index,
                title: found.says.name.clone(),
                standing: words::portfolio::standing(found.standing),
                issuer: format!("Issued by {} ({})", found.says.issuer_called(), found.says.issuer),
                notes,
                awarded: found.says.awarded_at.map(When::date_only),
                until: found.says.until.map(When::last_day),
                usable: true,
                ticked: found.standing == Standing::Genuine,
            }
        }
        Err(why) => ReviewLine {
            index: line.index,
            title: line.called.clone(),
            standing: Status::NeedsAttention.saying("Cannot be kept"),
            issuer: String::new(),
            notes: vec![words::portfolio::not_taken(why)],
            awarded: None,
            until: None,
            usable: false,
            ticked: false,
        },
    }
}
