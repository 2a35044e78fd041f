//! `/c/{course}/place`: an instructor picks what goes into the course, looks it over, and sends it there.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use rust_decimal::Decimal;
use url::Url;

use super::badge_form::decimal;
use super::place_view::{page, review_page};
use crate::ids::{ActivityId, BadgeId, PlacementId};
use crate::service::course::placing::{self, Chooser, Pick, Sent, Shape, What};
use crate::web::assets::asset;
use crate::web::error::AppError;
use crate::web::extract::fields::Fields;
use crate::web::extract::proven::Proven;
use crate::web::extract::visit::Visit;
use crate::web::paths::course;
use crate::web::reply;
use crate::web::views::lti::{AutoSubmitPage, ToFramePage};
use crate::web::views::shared::{Problem, PublicPage};
use crate::web::words::errors;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(course::PLACE, web::get().to(show))
        .route(course::PLACE, web::post().to(show))
        .route(course::PLACE_REVIEW, web::post().to(review))
        .route(course::PLACE_SEND, web::post().to(send))
        .route(course::PLACE_CANCEL, web::post().to(cancel));
}

async fn show(visit: Visit) -> Result<HttpResponse, AppError> {
    let chooser = placing::chooser(&visit.cairn, &visit.visitor).await?;
    visit.show(&page(&visit, &chooser, Vec::new()))
}

/// What was picked, before it goes anywhere.
async fn review(Proven(visit): Proven<Visit>) -> Result<HttpResponse, AppError> {
    let chooser = placing::chooser(&visit.cairn, &visit.visitor).await?;
    let picks = match read(&visit, &chooser) {
        Ok(picks) => picks,
        Err(problems) => return visit.show_again(&page(&visit, &chooser, problems)),
    };
    match placing::plan(&visit.cairn, &visit.visitor, picks, icon(&visit)).await {
        Ok(planned) => visit.show(&review_page(&visit, &planned)),
        Err(error) if error.is_invalid() => {
            let problem = Problem {
                field: String::new(),
                text: errors::sentence(&error),
            };
            visit.show_again(&page(&visit, &chooser, vec![problem]))
        }
        Err(error) => Err(error.into()),
    }
}

async fn send(Proven(visit): Proven<Visit>) -> Result<HttpResponse, AppError> {
    let chooser = placing::chooser(&visit.cairn, &visit.visitor).await?;
    let picks = match read(&visit, &chooser) {
        Ok(picks) => picks,
        Err(problems) => return visit.show_again(&page(&visit, &chooser, problems)),
    };
    let sent = placing::send(&visit.cairn, &visit.visitor, picks, icon(&visit)).await?;
    go_back(&visit, &sent)
}

async fn cancel(Proven(visit): Proven<Visit>) -> Result<HttpResponse, AppError> {
    let sent = placing::cancel(&visit.cairn, &visit.visitor).await?;
    go_back(&visit, &sent)
}

/// The form that carries the signed answer to the platform, or a word about the frame that does.
fn go_back(visit: &Visit, sent: &Sent) -> Result<HttpResponse, AppError> {
    let platform = &visit.visitor.registration.name;
    let sent = match sent {
        Sent::Signed(signed) => signed,
        Sent::ToFrame { count, is_late } => return to_frame(visit, *count, *is_late),
    };
    let explanation = match sent.count {
        0 => format!("Going back to {platform}. Nothing was put into the course."),
        1 => format!("Taking it to {platform}. Save it there, and it is in the course."),
        count => {
            format!("Taking {count} items to {platform}. Save them there, and they are in the course.")
        }
    };
    let page = AutoSubmitPage {
        page: PublicPage::titled("Back to your course").in_accent(visit.visitor.accent),
        action: sent.return_url.to_string(),
        fields: vec![("JWT".to_owned(), sent.jwt.clone())],
        explanation,
        button: "Go on".to_owned(),
    };
    reply::framed(&page, &visit.visitor.ancestors())
}

/// What this window shows when the frame that offered it takes over.
fn to_frame(visit: &Visit, count: usize, is_late: bool) -> Result<HttpResponse, AppError> {
    let sentence = match (is_late, count) {
        (true, _) => {
            "What you chose before is in the form of your course already, so this choice was not taken."
                .to_owned()
        }
        (false, 0) => "Nothing was chosen, and nothing goes into the course.".to_owned(),
        (false, 1) => "Your choice waits for the page of your course.".to_owned(),
        (false, count) => format!("Your {count} items wait for the page of your course."),
    };
    let page = ToFramePage {
        page: PublicPage::titled("Back to your course").in_accent(visit.visitor.accent),
        sentence,
        platform: visit.visitor.registration.name.clone(),
    };
    reply::framed(&page, &visit.visitor.ancestors())
}

/// The picture beside what has none of its own.
fn icon(visit: &Visit) -> Option<Url> {
    Url::parse(&format!(
        "{}{}",
        visit.cairn.settings.origin(),
        asset("favicon.svg")
    ))
    .ok()
}

/// What the form says, with an id for each item: the one that came along, or a new one.
fn read(visit: &Visit, chooser: &Chooser) -> Result<Vec<Pick>, Vec<Problem>> {
    let form = &visit.fields;
    let shape = form
        .get("shape")
        .and_then(Shape::of_word)
        .filter(|shape| chooser.shapes.contains(shape));
    let shape = shape
        .or_else(|| chooser.shapes.first().copied())
        .unwrap_or(Shape::Open);
    let mut ids = form.all("id").filter_map(known_id);
    let mut problems = Vec::new();
    let mut picks: Vec<Pick> = Vec::new();
    for item in form.all("item") {
        let what = match item.split_once(':') {
            Some(("badge", id)) => What::Badge(BadgeId::from(id)),
            Some(("activity", id)) => What::Activity(ActivityId::from(id)),
            None if item == "my_badges" => What::MyBadges,
            None if item == "new_activity" => new_activity(form, chooser, &mut problems),
            _ => continue,
        };
        if picks.iter().any(|known| known.what == what) {
            continue;
        }
        // Only a badge has a picture and a public page; all else is a link into Cairn.
        let shape = match &what {
            What::Badge(_) => shape,
            _ if chooser.shapes.contains(&Shape::Open) => Shape::Open,
            _ => shape,
        };
        let id = ids
            .next()
            .unwrap_or_else(|| PlacementId::new(visit.cairn.clock.now(), visit.cairn.random.as_ref()));
        picks.push(Pick { id, what, shape });
    }
    if picks.is_empty() {
        problems.push(Problem {
            field: String::new(),
            text: "Choose what to put into the course.".to_owned(),
        });
    }
    if problems.is_empty() {
        Ok(picks)
    } else {
        Err(problems)
    }
}

/// Ids are ours: nothing else is taken for one.
fn known_id(text: &str) -> Option<PlacementId> {
    uuid::Uuid::parse_str(text)
        .ok()
        .filter(|id| id.hyphenated().to_string() == text)
        .map(|_| PlacementId::from(text))
}

fn new_activity(form: &Fields, chooser: &Chooser, problems: &mut Vec<Problem>) -> What {
    let [title, instructions, points] = ["title", "instructions", "points"].map(|name| form.text(name));
    let mut wrong = |field: &str, text: &str| {
        problems.push(Problem {
            field: field.to_owned(),
            text: text.to_owned(),
        });
    };
    if title.is_empty() || title.chars().count() > 200 {
        wrong("title", "Give the activity a title of 1 to 200 characters.");
    }
    if instructions.chars().count() > 10_000 {
        wrong("instructions", "Shorten the instructions to 10,000 characters.");
    }
    let most = if chooser.whole_points { 100 } else { 10_000 };
    let maximum = decimal(&points)
        .filter(|points| *points > Decimal::ZERO && *points <= Decimal::from(most))
        .filter(|points| !chooser.whole_points || points.normalize().scale() == 0);
    if maximum.is_none() {
        let text = if chooser.whole_points {
            "Your course site takes whole numbers of points from 1 to 100 here."
        } else {
            "Type the points of a full grade: more than 0, up to 10,000."
        };
        wrong("points", text);
    }
    What::NewActivity {
        title,
        instructions,
        maximum: maximum.unwrap_or(Decimal::ONE_HUNDRED),
    }
}
