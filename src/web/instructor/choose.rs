//! `/c/{course}/links/{link}`: a new link, and what it shall open.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use rust_decimal::Decimal;

use super::badge_form::decimal;
use super::copied;
use crate::domain::course::{Link, Opens};
use crate::domain::policy::Power;
use crate::ids::LinkId;
use crate::service::base::policies;
use crate::service::course::links::{self, Choice};
use crate::web::error::AppError;
use crate::web::extract::proven::Proven;
use crate::web::extract::visit::Visit;
use crate::web::frame::Place;
use crate::web::paths::course;
use crate::web::views::lti::ChooseOpensPage;
use crate::web::views::shared::{Choice as Shown, Problem, ProblemList};

/// How what a form chooses begins that is an activity which came along.
const COPIED: &str = "copied:";

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(course::LINK, web::get().to(show))
        .route(course::LINK, web::post().to(show))
        .route(course::LINK_CHOOSE, web::post().to(choose));
}

/// Where a link leads.
fn target(visit: &Visit, opens: &Opens) -> Option<String> {
    match opens {
        Opens::Unchosen | Opens::CopyOf { .. } => None,
        Opens::MyBadges => Some(String::new()),
        Opens::Badge { badge } | Opens::Stack { badge } => Some(course::badge(badge)),
        Opens::Activity { activity } => Some(course::activity(activity)),
    }
    .map(|rest| visit.href_saying(&rest, "chosen"))
}

async fn show(visit: Visit, path: web::Path<(String, LinkId)>) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let link = links::get(&visit.cairn, &visit.visitor, &id).await?;
    if let Some(target) = target(&visit, &link.opens) {
        return Ok(visit.go(&target));
    }
    policies::check(&visit.cairn, &visit.visitor, Power::Place).await?;
    let copy_of = links::copied_from(&visit.cairn, &visit.visitor, &link).await?;
    let title = link.title.clone().unwrap_or_default();
    let Some(activity) = copy_of else {
        let mut page = view(&visit, &link, ["my_badges", &title, "", "100"], Vec::new()).await?;
        if let Some(one) = page.waiting.iter().find(|one| one.label == title) {
            page.opens.clone_from(&one.value);
        }
        return visit.show(&page);
    };
    let points = activity.maximum.normalize().to_string();
    let typed = ["activity", &title, &activity.instructions, &points];
    let mut page = view(&visit, &link, typed, Vec::new()).await?;
    page.copy_of = Some(activity.title);
    visit.show(&page)
}

async fn choose(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, LinkId)>,
) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let form = &visit.fields;
    let [opens, title, instructions, points] =
        ["opens", "title", "instructions", "points"].map(|name| form.text(name));
    let mut problems = Vec::new();
    let mut wrong = |field: &str, text: &str| {
        problems.push(Problem {
            field: field.to_owned(),
            text: text.to_owned(),
        })
    };
    let choice = match opens.as_str() {
        "activity" => {
            if title.is_empty() || title.chars().count() > 200 {
                wrong("title", "Give the activity a title of 1 to 200 characters.");
            }
            if instructions.chars().count() > 10_000 {
                wrong("instructions", "Shorten the instructions to 10,000 characters.");
            }
            let maximum =
                decimal(&points).filter(|points| *points > Decimal::ZERO && *points <= Decimal::from(10_000));
            if maximum.is_none() {
                wrong(
                    "points",
                    "Type the points of a full grade: more than 0, up to 10,000.",
                );
            }
            let maximum = maximum.unwrap_or(Decimal::ONE_HUNDRED);
            Choice::Activity {
                title: title.clone(),
                instructions: instructions.clone(),
                maximum,
            }
        }
        "my_badges" => Choice::MyBadges,
        other => {
            let came_along = other.strip_prefix(COPIED).map(|id| Choice::Copied(id.into()));
            came_along.unwrap_or_else(|| {
                wrong("", "Choose what the link opens.");
                Choice::MyBadges
            })
        }
    };
    if !problems.is_empty() {
        let link = links::get(&visit.cairn, &visit.visitor, &id).await?;
        let typed = [&*opens, &*title, &*instructions, &*points];
        return visit.show_again(&view(&visit, &link, typed, problems).await?);
    }
    let opens = links::choose(&visit.cairn, &visit.visitor, &id, choice).await?;
    Ok(visit.go(&target(&visit, &opens).unwrap_or_else(|| visit.href(""))))
}

async fn view(
    visit: &Visit,
    link: &Link,
    typed: [&str; 4],
    problems: Vec<Problem>,
) -> Result<ChooseOpensPage, AppError> {
    let of_copy = links::of_copy(&visit.cairn, &visit.visitor).await?;
    let waiting = of_copy.waiting.into_iter();
    let [opens, title, instructions, points] = typed.map(str::to_owned);
    let name = link.title.as_deref().unwrap_or("this link");
    Ok(ChooseOpensPage {
        page: visit.page(&format!("Choose what “{name}” opens"), Place::Elsewhere),
        action: visit.href(&course::link_choose(&link.id)),
        opens,
        title,
        instructions,
        points,
        offers: copied::lines(visit, of_copy.offers),
        waiting: waiting
            .map(|one| Shown::new(format!("{COPIED}{}", one.id), one.title))
            .collect(),
        problems: ProblemList(problems),
        copy_of: None,
        makes_column: visit.visitor.course.services.line_items_url.is_some(),
        column_total: crate::web::words::lms::column_total(visit.visitor.registration.flavour),
    })
}
