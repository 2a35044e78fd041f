//! The report on the badges of a course, and dismissing what it says.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use crate::domain::coach::{Found, Weight};
use crate::ids::BadgeId;
use crate::service::badge::coach::{self, Dismissed, Report, Reviewed};
use crate::service::base::policies;
use crate::web::badge_facts::picture_of;
use crate::web::error::AppError;
use crate::web::extract::proven::Proven;
use crate::web::extract::visit::Visit;
use crate::web::frame::Place;
use crate::web::paths::course;
use crate::web::views::instructor::{CoachList, CoachPage, CoachSection, DismissForm, DismissedLine};
use crate::web::views::shared::{LinkTo, Page, Problem, ProblemList, When};
use crate::web::words;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(course::COACH, web::get().to(show))
        .route(course::COACH, web::post().to(show))
        .route(course::COACH_DISMISS, web::post().to(dismiss))
        .route(course::COACH_SHOW_AGAIN, web::post().to(show_again));
}

async fn show(visit: Visit) -> Result<HttpResponse, AppError> {
    let page = view(&visit, ProblemList::default()).await?;
    visit.show(&page)
}

async fn view(visit: &Visit, problems: ProblemList) -> Result<CoachPage, AppError> {
    let report = coach::report(&visit.cairn, &visit.visitor).await?;
    let may = policies::powers(&visit.cairn, &visit.visitor).await?.create;
    let page = visit.page("Design report", Place::Badges);
    let dismiss = may.then(|| dismissing(visit, ""));
    let dismiss = dismiss.as_ref();
    Ok(CoachPage {
        course: report.course.clone(),
        made: When::new(report.now, report.now),
        badges: report.badges.len(),
        in_peace: report.badges.iter().filter(|one| one.open.is_empty()).count(),
        numbers: numbers(&report),
        of_set: CoachList::of(&page, dismiss, &report.of_set),
        sections: report
            .badges
            .iter()
            .map(|one| section(visit, &page, dismiss, one))
            .collect(),
        dismissed: report.dismissed.iter().map(|one| at_rest(one, &report)).collect(),
        show_again_action: may.then(|| visit.href(&course::coach_show_again())),
        problems,
        back_href: visit.href(""),
        page,
    })
}

/// Where what is found is dismissed; `from` is the badge whose dry run says it.
pub(super) fn dismissing(visit: &Visit, from: &str) -> DismissForm {
    DismissForm {
        action: visit.href(&course::coach_dismiss()),
        from: from.to_owned(),
    }
}

/// How much is open, by how much it matters.
fn numbers(report: &Report) -> Vec<(&'static str, usize)> {
    let of_badges = report.badges.iter().flat_map(|one| &one.open);
    let all: Vec<&Found> = report.of_set.iter().chain(of_badges).collect();
    let mut numbers: Vec<(&'static str, usize)> = [Weight::Blocks, Weight::Should, Weight::Could]
        .into_iter()
        .map(|weight| {
            let count = all.iter().filter(|one| one.finding.weight() == weight).count();
            (words::coach::weight(weight), count)
        })
        .collect();
    numbers.push(("Dismissed", report.dismissed.len()));
    numbers
}

fn section(visit: &Visit, page: &Page, dismiss: Option<&DismissForm>, one: &Reviewed) -> CoachSection {
    CoachSection {
        badge: LinkTo {
            href: visit.href(&course::badge_edit(&one.badge.id)),
            text: one.badge.design.name.clone(),
        },
        picture: picture_of(&one.badge),
        list: CoachList::of(page, dismiss, &one.open),
    }
}

fn at_rest(one: &Dismissed, report: &Report) -> DismissedLine {
    DismissedLine {
        whose: one
            .badge
            .as_ref()
            .map_or_else(|| "All badges:".to_owned(), |name| format!("“{name}”:")),
        sentence: words::coach::found(&one.found.finding),
        reason: one.reason.clone(),
        by: one
            .by
            .clone()
            .unwrap_or_else(|| "Somebody who was erased".to_owned()),
        at: When::new(one.at, report.now),
        about: one.found.about.clone(),
    }
}

async fn dismiss(Proven(visit): Proven<Visit>) -> Result<HttpResponse, AppError> {
    let (about, reason) = (visit.fields.text("about"), visit.fields.text("reason"));
    match coach::dismiss(&visit.cairn, &visit.visitor, &about, &reason).await {
        Ok(()) => {
            let is_id = |text: &&str| {
                text.bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            };
            let to = match visit.fields.get("from").filter(is_id) {
                Some(badge) => course::badge_preview(&BadgeId::from(badge.to_owned())),
                None => course::coach(),
            };
            Ok(visit.go(&visit.href_saying(&to, "dismissed")))
        }
        Err(error) if error.is_invalid() => {
            let problems = ProblemList(vec![Problem {
                field: String::new(),
                text: words::errors::sentence(&error),
            }]);
            let page = view(&visit, problems).await?;
            visit.show_again(&page)
        }
        Err(error) => Err(error.into()),
    }
}

async fn show_again(Proven(visit): Proven<Visit>) -> Result<HttpResponse, AppError> {
    let about = visit.fields.text("about");
    coach::show_again(&visit.cairn, &visit.visitor, &about).await?;
    Ok(visit.go(&visit.href_saying(&course::coach(), "shown-again")))
}
