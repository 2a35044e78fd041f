//! `/c/{course}/copied/{copy}`: the badges of the course that this one was copied from; first what would come along, and
//! once they were brought what stands for what was not found.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use crate::domain::copying::FoundBy;
use crate::domain::course::{CopyRequest, CopyRequestState, CopyState, CourseCopy};
use crate::domain::policy::Power;
use crate::domain::sentence::number;
use crate::ids::{BadgeId, CopyId, CopyRequestId};
use crate::service::base::error::{ErrorKind, ServiceError};
use crate::service::base::policies;
use crate::service::course::copying::{
    self, Choice as Chosen, CopyView, Kind, Missing, Plan, PlannedInput, Standing, Taken, Told, Way,
};
use crate::service::course::from_institution;
use crate::web::badge_facts::picture_of;
use crate::web::error::AppError;
use crate::web::extract::proven::Proven;
use crate::web::extract::visit::Visit;
use crate::web::frame::Place;
use crate::web::paths::course;
use crate::web::views::instructor::{
    BroughtBadge, CopiedAskPage, CopiedMapPage, CopiedOfferPage, InputLine, MissingRow, OfferLine,
    OfferedBadge, RequestLine,
};
use crate::web::views::shared::{Choice, Problem, ProblemList, Status, When, count_of};
use crate::web::words::{self, states};

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(course::COPIED, web::get().to(show))
        .route(course::COPIED, web::post().to(show))
        .route(course::COPIED_TAKE, web::post().to(take))
        .route(course::COPIED_DECLINE, web::post().to(decline))
        .route(course::COPIED_MAP, web::post().to(map))
        .route(course::COPIED_ASK, web::post().to(ask))
        .route(course::COPY_REQUEST, web::post().to(answer))
        .route(course::COPY_REOPEN, web::post().to(reopen));
}

/// What the course page says of copies that wait for an answer.
pub(super) fn lines(visit: &Visit, offers: Vec<copying::Offer>) -> Vec<OfferLine> {
    let line = |offer: copying::Offer| {
        let (text, action) = match &offer.way {
            Way::Bring {
                source_name,
                badges: 1,
            } => (
                format!("This course was copied from {source_name}. Bring its badge and its rule?"),
                "Look at them",
            ),
            Way::Bring { source_name, badges } => (
                format!(
                    "This course was copied from {source_name}. Bring its {badges} badges and their rules?"
                ),
                "Look at them",
            ),
            Way::Ask(None) => (words::copying::UNPROVEN.to_owned(), "Ask for its badges"),
            Way::Ask(Some(request)) => (words::copying::asked(request.state).to_owned(), "Look at it"),
        };
        OfferLine {
            text,
            href: visit.href(&course::copied(&offer.copy.id)),
            action,
        }
    };
    offers.into_iter().map(line).collect()
}

/// What the course page says of those who ask for the badges of this course.
pub(super) fn requests(visit: &Visit, requests: Vec<copying::Requested>) -> Vec<RequestLine> {
    let now = visit.cairn.clock.now();
    let line = |one: copying::Requested| RequestLine {
        text: format!(
            "{} teaches “{}” and asks to bring the badges of this course there.",
            one.who, one.course
        ),
        asked: When::new(one.asked_at, now),
        action: visit.href(&course::copy_request(&one.id)),
    };
    requests.into_iter().map(line).collect()
}

/// What it says of those who were refused.
pub(super) fn refused(visit: &Visit, refused: Vec<copying::Requested>) -> Vec<RequestLine> {
    let now = visit.cairn.clock.now();
    let line = |one: copying::Requested| RequestLine {
        text: format!("{}, for “{}”.", one.who, one.course),
        asked: When::new(one.asked_at, now),
        action: visit.href(&course::copy_reopen(&one.id)),
    };
    refused.into_iter().map(line).collect()
}

async fn show(visit: Visit, path: web::Path<(String, CopyId)>) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    policies::check(&visit.cairn, &visit.visitor, Power::Create).await?;
    match copying::standing(&visit.cairn, &visit.visitor, &id).await? {
        Standing::Taken => {
            let view = copying::copy_view(&visit.cairn, &visit.visitor, &id).await?;
            let mut page = view_page(&visit, &view, Vec::new());
            page.of_institution = of_institution(&visit).await?;
            visit.show(&page)
        }
        Standing::May => {
            let plan = copying::plan(&visit.cairn, &visit.visitor, &id).await?;
            let mut page = offer_page(&visit, &plan);
            page.of_institution = of_institution(&visit).await?;
            visit.show(&page)
        }
        Standing::MayNot(copy, request) => {
            let mut page = ask_page(&visit, &copy, request.as_ref());
            page.of_institution = of_institution(&visit).await?;
            visit.show(&page)
        }
    }
}

/// What the course can have of its institution besides what comes along.
async fn of_institution(visit: &Visit) -> Result<Option<OfferLine>, AppError> {
    let waiting = from_institution::for_course(&visit.cairn, &visit.visitor).await?;
    Ok(super::from_institution::line(visit, waiting))
}

fn ask_page(visit: &Visit, copy: &CourseCopy, request: Option<&CopyRequest>) -> CopiedAskPage {
    let now = visit.cairn.clock.now();
    let again_from = request.and_then(CopyRequest::again_from);
    CopiedAskPage {
        page: visit.page("Badges of another course", Place::Badges),
        told: request.map(|request| words::copying::asked(request.state)),
        asked: request.map(|request| When::new(request.asked_at, now)),
        ask_action: (request.is_none() || again_from.is_some_and(|from| from <= now))
            .then(|| visit.href(&course::copied_ask(&copy.id))),
        again_from: again_from.filter(|from| *from > now).map(When::date_only),
        decline_action: (copy.state != CopyState::Declined)
            .then(|| visit.href(&course::copied_decline(&copy.id))),
        of_institution: None,
        back_href: visit.href(""),
    }
}

async fn ask(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, CopyId)>,
) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    copying::ask(&visit.cairn, &visit.visitor, &id).await?;
    Ok(visit.go(&visit.href_saying(&course::copied(&id), "copy-asked")))
}

async fn answer(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, CopyRequestId)>,
) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let yes = match visit.fields.text("answer").as_str() {
        "yes" => true,
        "no" => false,
        _ => return Err(ServiceError::form(ErrorKind::Unprocessable, "answer", "Choose yes or no.").into()),
    };
    let notice = match copying::answer(&visit.cairn, &visit.visitor, &id, yes).await? {
        CopyRequestState::Agreed => "copy-agreed",
        CopyRequestState::Waiting | CopyRequestState::Refused => "copy-refused",
    };
    Ok(visit.go(&visit.href_saying("", notice)))
}

async fn reopen(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, CopyRequestId)>,
) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    copying::reopen(&visit.cairn, &visit.visitor, &id).await?;
    Ok(visit.go(&visit.href_saying("", "copy-reopened")))
}

async fn take(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, CopyId)>,
) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let notice = match copying::take(&visit.cairn, &visit.visitor, &id).await? {
        Taken::Brought(_) => "brought",
        Taken::Before => "brought-before",
    };
    Ok(visit.go(&visit.href_saying(&course::copied(&id), notice)))
}

async fn decline(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, CopyId)>,
) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    copying::decline(&visit.cairn, &visit.visitor, &id).await?;
    Ok(visit.go(&visit.href_saying("", "copy-declined")))
}

async fn map(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, CopyId)>,
) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let action = visit.fields.text("action");
    let done = match action.strip_prefix("create.") {
        Some(missing) => copying::create_column(&visit.cairn, &visit.visitor, &id, missing)
            .await
            .map(drop),
        None => copying::choose(&visit.cairn, &visit.visitor, &id, choices(&visit)).await,
    };
    match done {
        Ok(()) => Ok(visit.go(&visit.href_saying(&course::copied(&id), "mapped"))),
        Err(error)
            if matches!(error, ServiceError::Platform(_))
                || matches!(error.kind(), ErrorKind::Unprocessable | ErrorKind::Conflict) =>
        {
            let field = action.strip_prefix("create.").map(|id| format!("column.{id}"));
            let problem = Problem {
                field: field.unwrap_or_default(),
                text: AppError::from(error).sentence_with_id(),
            };
            let view = copying::copy_view(&visit.cairn, &visit.visitor, &id).await?;
            let mut page = view_page(&visit, &view, vec![problem]);
            page.of_institution = of_institution(&visit).await?;
            visit.show_again(&page)
        }
        Err(error) => Err(error.into()),
    }
}

/// What was chosen in the form; what was left open stays open.
fn choices(visit: &Visit) -> Vec<Chosen> {
    let kinds = [Kind::Column, Kind::Outside, Kind::Activity, Kind::Badge];
    let pairs = visit.fields.pairs.iter().filter(|(_, value)| !value.is_empty());
    pairs
        .filter_map(|(name, value)| {
            let (word, missing) = name.split_once('.')?;
            let kind = kinds.into_iter().find(|kind| word_of(*kind) == word)?;
            Some(Chosen {
                kind,
                missing: missing.to_owned(),
                chosen: value.clone(),
            })
        })
        .collect()
}

fn word_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Column => "column",
        Kind::Outside => "elsewhere",
        Kind::Activity => "activity",
        Kind::Badge => "badge",
    }
}

fn offer_page(visit: &Visit, plan: &Plan) -> CopiedOfferPage {
    let count = u32::try_from(plan.badges.len()).unwrap_or(u32::MAX);
    let badges = count_of(count, "badge", "badges");
    let mut missing: Vec<&PlannedInput> = Vec::new();
    for input in plan.badges.iter().flat_map(|badge| &badge.inputs) {
        if !input.told.is_found() && !missing.contains(&input) {
            missing.push(input);
        }
    }
    let source = plan.source.name().to_owned();
    let href = |to: fn(&CopyId) -> String| visit.href(&to(&plan.copy.id));
    CopiedOfferPage {
        page: visit.page(&format!("Bring {badges} from {source}?"), Place::Badges),
        missing: missing.len(),
        badges: plan
            .badges
            .iter()
            .map(|planned| OfferedBadge {
                name: planned.badge.design.name.clone(),
                picture: picture_of(&planned.badge),
                sentence: planned.sentence.clone(),
                inputs: planned.inputs.iter().map(input_line).collect(),
                notes: planned.notes.iter().map(words::copying::note).collect(),
            })
            .collect(),
        source,
        was_read: plan.was_read,
        declined: plan.copy.state == CopyState::Declined,
        confirm: format!("Bring {badges}"),
        take_action: href(course::copied_take),
        decline_action: href(course::copied_decline),
        of_institution: None,
        back_href: visit.href(""),
    }
}

fn input_line(input: &PlannedInput) -> InputLine {
    let text = match &input.told {
        Told::Column { label, by } => {
            let by = match by {
                FoundBy::OurId => "found by Cairn’s own mark",
                FoundBy::Tag => "found by its tag",
                FoundBy::Label | FoundBy::FoldedLabel => "found by its name",
            };
            if *label == input.name {
                format!("is here too, {by}.")
            } else {
                format!("is “{label}” here, {by}.")
            }
        }
        Told::NoColumn => "was not found among this course’s gradebook columns.".to_owned(),
        Told::Elsewhere { of_file: true } => {
            "came from a gradebook file; bring one of this course, then say which column stands for it.".to_owned()
        }
        Told::Elsewhere { of_file: false } => {
            "is read from the gradebook of the course site there, and no column that was read of this course is it. Each reading looks again.".to_owned()
        }
        Told::Activity { found: true } => "comes along, and its link is known.".to_owned(),
        Told::Activity { found: false } => {
            "comes along; open its link in this course once, so that students find it.".to_owned()
        }
        Told::Badge => "comes along too.".to_owned(),
        Told::OtherBadge => {
            "belongs to another course and stays behind; choose a badge of this course for it.".to_owned()
        }
        Told::RetiredBadge => "stays behind, retired or a draft; choose another badge for it.".to_owned(),
    };
    InputLine {
        name: input.name.clone(),
        state: match input.told {
            Told::Activity { found: false } => Status::NeedsAttention.saying("Link to open"),
            _ if input.told.is_found() => Status::Earned.saying("Found"),
            _ => Status::NeedsAttention.saying("Not found"),
        },
        text,
    }
}

fn view_page(visit: &Visit, view: &CopyView, problems: Vec<Problem>) -> CopiedMapPage {
    let source = view.source.name().to_owned();
    CopiedMapPage {
        page: visit.page(&format!("Badges from {source}"), Place::Badges),
        missing: view
            .missing
            .iter()
            .map(|(missing, readers)| missing_row(visit, view, missing, readers))
            .collect(),
        badges: view
            .badges
            .iter()
            .map(|brought| {
                let href = |to: fn(&BadgeId) -> String| visit.href(&to(&brought.badge.id));
                BroughtBadge {
                    name: brought.badge.design.name.clone(),
                    picture: picture_of(&brought.badge),
                    state: states::badge(&brought.badge.state),
                    sentence: brought.sentence.clone(),
                    notes: brought.notes.iter().map(words::copying::note).collect(),
                    rule_href: href(course::badge_rule),
                    preview_href: (brought.missing == 0 && brought.sentence.is_some())
                        .then(|| href(course::badge_preview)),
                }
            })
            .collect(),
        source,
        action: visit.href(&course::copied_map(&view.copy.id)),
        problems: ProblemList(problems),
        of_institution: None,
        back_href: visit.href(""),
    }
}

fn missing_row(visit: &Visit, view: &CopyView, missing: &Missing, readers: &[String]) -> MissingRow {
    let named: Vec<String> = readers.iter().map(|name| format!("“{name}”")).collect();
    let needed = format!("Needed for {}.", named.join(", "));
    let zone = visit.visitor.zone();
    let (label, hint, choices) = match missing.kind {
        Kind::Column => {
            let points = missing.maximum.map(number).unwrap_or_default();
            let choices = view.columns.iter().map(|item| {
                let mark = words::namesakes::further(view.column_marks.get(&item.id), zone);
                let words = format!("{} (of {} points{mark})", item.label, number(item.maximum));
                Choice::new(item.id.as_str(), words)
            });
            (
                format!("Choose the assignment for “{}”", missing.name),
                format!(
                    "It had {points} points in the old course. {needed} {}",
                    words::lms::column_total(visit.visitor.registration.flavour)
                ),
                choices.collect(),
            )
        }
        Kind::Outside => {
            let choices = view.outside.iter().map(|column| {
                let words = words::outside::offered_among(column, &view.outside);
                Choice::new(column.id.as_str(), words)
            });
            let choices: Vec<Choice> = choices.collect();
            (
                format!("Choose the grade for “{}”", missing.name),
                words::copying::grade_missing(missing, choices.is_empty(), &needed),
                choices,
            )
        }
        Kind::Activity => {
            let choices = view.activities.iter().map(|one| {
                let mark = view.activity_marks.get(&one.id);
                Choice::new(
                    one.id.as_str(),
                    words::namesakes::told_apart(&one.title, mark, zone),
                )
            });
            (
                format!("Find the evidence activity “{}”", missing.name),
                format!(
                    "Open its link in this course once and it is found by itself, or choose another activity. {needed}"
                ),
                choices.collect(),
            )
        }
        Kind::Badge => {
            let choices = view
                .others
                .iter()
                .map(|(id, name)| Choice::new(id.as_str(), name.as_str()));
            (
                if missing.is_elsewhere {
                    "Choose a badge for the one of another course".to_owned()
                } else {
                    format!("Choose the badge for “{}”", missing.name)
                },
                format!("{} {needed}", words::copying::badge_left_behind(missing)),
                choices.collect(),
            )
        }
    };
    let field = format!("{}.{}", word_of(missing.kind), missing.id);
    let creates = missing.kind == Kind::Column && view.makes_columns;
    let typed = visit.fields.text(&field);
    let proposed = view.proposed.get(&missing.id).map(ToString::to_string);
    MissingRow {
        chosen: if typed.is_empty() {
            proposed.unwrap_or_default()
        } else {
            typed
        },
        label,
        hint,
        choices,
        create: creates.then(|| format!("create.{}", missing.id)),
        create_text: format!(
            "Make a new column “{}” with {} points",
            missing.name,
            missing.maximum.map(number).unwrap_or_default()
        ),
        field,
    }
}
